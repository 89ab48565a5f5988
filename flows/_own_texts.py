"""The coordinator's texts in a run: where they lie, what should be mended, and whose figures are others by now.

`data/published/texts.jsonl` is part of the publication ledger, append-only and never rebuildable. It remembers by
hashes beside which figures a text was first published. A text stays its own whatever comes between, so figures that go
from A to B and back are unchanged again, and a text that is taken up again is as old as it was. Each audience is told
of what it could see: that a figure hidden from the public has changed is not for the public either.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
from duckdb import DuckDBPyConnection

from flows._plan import SAMPLE, Plan
from flows._published import read_lines
from models._scope import scope_of
from reports._own_texts import FOLDER, GENERAL, OwnTexts, misnamed, read_texts
from sources._landing import sha256
from sources._strict import read_reference

TEXTS_LEDGER = "texts.jsonl"
DECISION = "beslut"  # stands in the ledger as a section whose figures are all of the report's
AUDIENCES: Mapping[str, str] = {"internal": "output", "public": "public"}  # and the schema of what each may see
_WITHOUT_FIGURES = ("kallor", "atgarder")
_KEY = ("indicator", "area_code", "period", "breakdown", "category")
_SAID = ("value", "lower_confidence_limit", "upper_confidence_limit")

Place = tuple[str, str, str]  # audience, area, section


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A text beside its figures in one release: `text` and `figures` are hashes, `as_of` the release's day."""

    release: str
    as_of: str
    is_sample: bool
    audience: str
    area: str
    section: str
    text: str
    figures: str

    def __post_init__(self) -> None:
        date.fromisoformat(self.as_of)

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.audience, self.area, self.section


def focus_areas() -> list[str]:
    """The focus areas' ids in the report's order."""
    return read_reference("focus_areas").sort(pl.col("sort_order").cast(pl.Int64))["focus_area"].to_list()


def texts_of(plan: Plan) -> dict[str, OwnTexts]:
    """What is written of each of a run's reports, by area.

    On a sample run an area without a folder of its own has the sample's texts.
    """
    area, as_of = plan.settings.area, plan.as_of
    return {
        each: read_texts(_folder(plan, each), each, focus_areas(), as_of=as_of)
        for each in dict.fromkeys((area, *scope_of(area).municipalities))
    }


def _folder(plan: Plan, area: str) -> Path:
    own = plan.data / FOLDER
    return SAMPLE / FOLDER if plan.sample and not (own / area).is_dir() else own


def text_problems(plan: Plan, texts: Mapping[str, OwnTexts]) -> tuple[str, ...]:
    """What somebody should mend, a sentence each: file, line and what to do, never what stands there."""
    return (*misnamed(plan.data / FOLDER), *(problem for each in texts.values() for problem in each.problems))


# -------------------------------------------------------------------------------------------------------------- ledger


def read_texts_ledger(data: Path, *, is_sample: bool) -> list[Beside]:
    """What has been published, oldest first. Raises Problem for a line that cannot be read."""
    return [each for each in read_lines(data / "published" / TEXTS_LEDGER, Beside) if each.is_sample is is_sample]


def fingerprint(rows: pl.DataFrame) -> str:
    """A hash of figures as numbers, to nine digits: their key, value, limits and status, in any order."""
    numbers = [pl.col(name).cast(pl.Float64).fill_nan(None).round_sig_figs(9) + 0.0 for name in _SAID]
    told = rows.select(*_KEY, *numbers, "status").sort(*_KEY, nulls_last=True)
    return sha256(json.dumps(told.rows(), ensure_ascii=False).encode())


def figures_of(rows: pl.DataFrame) -> dict[str, str]:
    """The fingerprint of what each section speaks of, of an area's rows: a focus area's own, or all of them.

    Sources and measures have no figures of their own.
    """
    whole, nothing = fingerprint(rows), fingerprint(rows.clear())
    each = {code: fingerprint(rows.filter(pl.col("focus_area") == code)) for code in focus_areas()}
    general = {section: nothing if section in _WITHOUT_FIGURES else whole for section in (*GENERAL, DECISION)}
    return general | each


def beside(con: DuckDBPyConnection, plan: Plan, release: str, texts: Mapping[str, OwnTexts]) -> list[Beside]:
    """Every text of a release beside its figures, for each audience; a decision beside all of them."""
    found = []
    for audience, schema in AUDIENCES.items():
        wanted = [each.area_code for each in texts.values() if each.texts]
        columns = ", ".join((*_KEY, *_SAID, "status", "focus_area"))
        # No parameters: to bind one DuckDB imports pandas.
        indicators = con.sql(f"select {columns} from {schema}.indicators").pl()
        for area in wanted:
            figures = figures_of(indicators.filter(pl.col("area_code") == area))
            written = {section: own.sha256 for section, own in texts[area].texts.items()}
            if decision := texts[area].decision.sha256:
                written[DECISION] = decision
            found += [
                Beside(
                    release=release,
                    as_of=plan.as_of.isoformat(),
                    is_sample=plan.sample,
                    audience=audience,
                    area=area,
                    section=section,
                    text=text,
                    figures=figures[section],
                )
                for section, text in written.items()
            ]
    return found


def changed_since(ledger: Sequence[Beside], now: Sequence[Beside]) -> dict[Place, date]:
    """Where figures are others than when their text was first published, and the day of that release."""
    first = _first(ledger)
    return {
        each.place: date.fromisoformat(before.as_of)
        for each in now
        if (before := first.get((each.place, each.text))) and before.figures != each.figures
    }


def unknown(ledger: Sequence[Beside], now: Sequence[Beside]) -> list[Beside]:
    """The texts that are new: beside which figures they are first published is for the ledger to remember."""
    known = _first(ledger)
    return [each for each in now if (each.place, each.text) not in known]


def texts_content(texts: Mapping[str, OwnTexts], ledger: Sequence[Beside]) -> str:
    """A hash of all that a release says by its texts: what is read, and since when, as far as that has been."""
    first = _first(ledger)
    told = []
    for area, own in texts.items():
        hashes = {section: text.sha256 for section, text in own.texts.items()} | {DECISION: own.decision.sha256}
        told.append([area, repr(own.decision), own.problems, [*hashes.items()]])
        told += [
            [area, before.audience, before.as_of, before.figures]
            for audience in AUDIENCES
            for section, text in hashes.items()
            if (before := first.get(((audience, area, section), text)))
        ]
    return sha256(json.dumps(told, ensure_ascii=False).encode())


def _first(ledger: Sequence[Beside]) -> dict[tuple[Place, str], Beside]:
    return {(each.place, each.text): each for each in reversed(ledger)}
