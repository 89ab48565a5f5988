"""Corrections of single published figures: data, each with its reason, who says so, and the figure it expects to find.

A correction that the publisher has caught up with is refused, so that no figure is corrected twice.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from models._revisions import DECIMALS_TOLERANCE, DELIVERED, RELATIVE_TOLERANCE, Figures, figures_of
from sources._declare import Area, ColumnType, Listed, Municipality, Text, Whole
from sources._identifiers import has_identifier
from sources._landing import Observation, Part
from sources._problem import UsageProblem
from sources._registry import SourceModule, all_sources
from sources._strict import REFERENCE, area_codes, municipality_codes, read_reference

FILE = REFERENCE / "corrections.csv"
COLUMNS = ("source", "key", "column", "expect", "corrected", "reason", "provider")
HIDE = "hide"


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A figure that its publisher has wrong. corrected: the right one; None takes the figure away.

    key: the row's key, a text for each column. expect: what the publisher says now. reason: why it is wrong. provider:
    who says so, and when. line: where it stands in the file.
    """

    source: str
    key: Mapping[str, str]
    column: str
    expect: float
    corrected: float | None
    reason: str
    provider: str
    line: int

    @property
    def where(self) -> str:
        """What messages call it."""
        return f"corrections.csv, rad {self.line}"


@dataclass(frozen=True, kw_only=True)
class Found:
    """What stands where a correction applies; `applied` ones hold, `refused` are sentences that need a person."""

    applied: tuple[Correction, ...] = ()
    refused: tuple[str, ...] = ()


@cache
def read_corrections(path: Path) -> tuple[Correction, ...]:
    """Every correction of the file, checked against what its source declares.

    Raises UsageProblem for an unknown source, column or key, for figures of a source that is not official (such are
    handed in again by whoever owns them), for what is no number, and where reason or provider is missing or may point
    at a person.
    """
    rows = pl.read_csv(path, infer_schema=False).with_columns(pl.all().fill_null("").str.strip_chars())
    if tuple(rows.columns) != COLUMNS:
        raise UsageProblem(str(path), "fel kolumner", found=", ".join(rows.columns), do=f"skriv {', '.join(COLUMNS)}")
    read = [_correction(path, number, row) for number, row in enumerate(rows.iter_rows(named=True), 2)]
    seen: set[object] = set()
    for each in read:
        what = (each.source, tuple(each.key.items()), each.column)
        if what in seen:
            raise UsageProblem(each.where, "samma siffra rättas två gånger", do="behåll en av raderna")
        seen.add(what)
    return tuple(read)


def _correction(path: Path, number: int, row: Mapping[str, str]) -> Correction:
    where = f"{path.name}, rad {number}"
    module = all_sources().get(row["source"])
    figures = figures_of(module.source) if module else None
    if figures is None:
        listed = ", ".join(name for name, each in all_sources().items() if figures_of(each.source))
        raise UsageProblem(
            where, "källan har inga publicerade siffror att rätta", found=row["source"], do=f"välj bland {listed}"
        )
    assert module is not None
    types = {column.name: column.type for column in module.source.columns}
    key = _key(where, row["key"], figures, types)
    if row["column"] not in figures.columns:
        raise UsageProblem(
            where, "ingen siffra i källan", found=row["column"], do=f"välj bland {', '.join(figures.columns)}"
        )
    for name in ("reason", "provider"):
        if not row[name]:
            raise UsageProblem(where, f"{name} saknas", do="skriv varför den är fel, och vem som säger det och när")
        if has_identifier(pl.Series([row[name]])).any():
            raise UsageProblem(where, f"{name} kan peka ut någon", do="skriv funktion i stället för namn; det visas")
    return Correction(
        source=row["source"],
        key=key,
        column=row["column"],
        expect=_number(where, "expect", row["expect"]),
        corrected=None if row["corrected"] == HIDE else _number(where, "corrected", row["corrected"]),
        reason=row["reason"],
        provider=row["provider"],
        line=number,
    )


def _key(where: str, text: str, figures: Figures, types: Mapping[str, ColumnType]) -> Mapping[str, str]:
    pairs = dict(part.strip().partition("=")[::2] for part in text.split(";"))
    if set(pairs) != set(figures.key) or len(pairs) != len(text.split(";")):
        raise UsageProblem(
            where,
            "nyckeln är inte källans",
            found=text,
            do=f"skriv {'; '.join(f'{name}=…' for name in figures.key)}",
        )
    key = {name: pairs[name].strip() for name in figures.key}
    for name, value in key.items():
        if not _may_be(value, types.get(name)):
            raise UsageProblem(where, f"{name} kan inte vara så", found=value, do="skriv som källan läses in, se sql")
    return key


def _may_be(value: str, declared: ColumnType | None) -> bool:
    """Whether a text is a value that a column of a key can have, as it stands when it has been read."""
    match declared:
        case Area():
            return value in area_codes().values()
        case Municipality():
            return value in municipality_codes().values()
        case Listed(table=table, to=to):
            return value in read_reference(table)[to]
        case Text(accepted=accepted) if accepted:
            return value in accepted
        case Whole():
            return re.fullmatch(r"-?\d+", value) is not None
        case _:
            return value != ""


def _number(where: str, name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UsageProblem(where, f"{name} är inget tal", found=text, do=f"skriv 12.5, eller {HIDE} i corrected")
    return number


def corrections_of(module: SourceModule, observations: Sequence[Observation], parsed: Mapping[Part, Path]) -> Found:
    """Which corrections of a source hold for what is in force: those whose figure is still the one they expect."""
    mine = [each for each in read_corrections(FILE) if each.source == module.name]
    figures = figures_of(module.source)
    if not mine or figures is None or not observations:
        return Found()
    newest = {part: each for each in observations for part in each.parts}
    rows = pl.concat(
        pl.scan_parquet(parsed[part])
        .with_columns(
            pl.lit(each.period).alias(DELIVERED),
            pl.lit(each.observed_at).alias("?at"),
            pl.lit(part.sha256).alias("?of"),
        )
        .select(*figures.key, *figures.columns, "?at", "?of", _status(figures))
        for part, each in newest.items()
    )
    applied, refused = [], []
    for each in mine:
        is_it = [pl.col(name).cast(pl.String) == value for name, value in each.key.items()]
        found = rows.filter(*is_it).sort("?at", "?of", descending=True).head(1).collect()
        said = found[each.column][0] if found.height and found["?status"][0] is None else None
        if said is not None and _is_same(float(said), each.expect):
            applied.append(each)
        else:
            told = "ingen uppgift" if said is None else f"{float(said):.10g}"
            refused.append(
                f"{each.where}: rättelsen används inte: utgivaren säger nu {told}, inte {each.expect:.10g}: "
                f"ta bort raden om utgivaren har rättat ({module.name}, {_said(each)})"
            )
    return Found(applied=tuple(applied), refused=tuple(refused))


def _status(figures: Figures) -> pl.Expr:
    return (pl.col(figures.status) if figures.status else pl.lit(None, pl.String)).alias("?status")


def _said(each: Correction) -> str:
    return ", ".join(f"{name} {value}" for name, value in each.key.items())


def _is_same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=RELATIVE_TOLERANCE, abs_tol=DECIMALS_TOLERANCE)
