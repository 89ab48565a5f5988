"""The attacker's audit of a release: what can be found out of people from all that its files show."""

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows._published import decisions, read_ledger
from models._disclose import DECIDED, KEY, Leak, known_totals, leaks
from models._duckdb import connect
from models._model import all_models
from models._scope import members_of
from sources._problem import UsageProblem

_ROW = ("indicator", "area_code", "period", "breakdown", "category")
_HIDDEN = ("suppressed", "too_few_respondents")
_COUNTS = ("value", "numerator", "denominator", "respondents")
_SAID_OF_ALL = ("confidence",)  # the same on every row, so that it tells nothing of one


def audit_release(database: Path, decided: pl.DataFrame, earlier: Sequence[pl.DataFrame]) -> list[Leak | str]:
    """What a release gives away: figures left in hidden rows, and hidden counts that can be bounded.

    database: that of the release's public part, read as anyone reads it. decided: the true counts of its cells, in the
    columns of `models._disclose.DECIDED`; which of them stand there is seen in the file. earlier: what was shown
    before. A text names table, column and row; no count is ever told.
    """
    with closing(connect(database, read_only=True)) as con:
        tables = con.sql(
            "select table_name, list(column_name) as columns, "
            "list(column_name) filter (where data_type in ('BIGINT', 'INTEGER', 'HUGEINT', 'DOUBLE', 'FLOAT') "
            "or data_type like 'DECIMAL%') as numbers from duckdb_columns() where schema_name = 'output' group by all"
        ).fetchall()
        left: list[Leak | str] = []
        for table, columns, numbers in sorted(tables):
            if {*_ROW, "status"} <= {*columns}:
                frame = con.sql(f"from output.{table}").pl().filter(pl.col("status").is_in(_HIDDEN))
                left += _figures_left(table, frame, [name for name in numbers or () if name not in _SAID_OF_ALL])
        rows = con.sql("from output.indicators").pl()
    members = {area: frozenset(members_of(area)) - {area} for area in rows["area_code"].unique()}
    return [*left, *leaks([*earlier, _as_shown(rows, decided)], members, known_totals())]


def _figures_left(table: str, hidden: pl.DataFrame, numbers: Sequence[str]) -> list[str]:
    return [
        f"output.{table}, {name}: en siffra står kvar i en dold rad ({' '.join(filter(None, row))})"
        for name in sorted(numbers)
        for row in hidden.filter(pl.col(name).is_not_null()).select(_ROW).iter_rows()
    ]


def _as_shown(rows: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """The cells, with what the release's own rows show of them: a cell is hidden when no row of it has a figure."""
    measures = {each.indicator.indicator: each.indicator.measure for each in all_models() if each.indicator is not None}
    flags = pl.col("flags").str.split(",")
    seen = (
        rows.with_columns(measure=pl.col("indicator").replace(measures))
        .group_by(KEY)
        .agg(
            is_shown=pl.any_horizontal(pl.col(*_COUNTS).is_not_null()).any(),
            says_range=(
                (pl.col("status") == "too_few_respondents")
                | flags.list.contains("under_five")
                | flags.list.contains("under_ten")
            ).any(),
        )
    )
    return (
        decided.join(seen, on=KEY, how="left", maintain_order="left")
        .with_columns(is_hidden=~pl.col("is_shown").fill_null(False), is_told=pl.col("says_range").fill_null(False))
        .select(decided.columns)
    )


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What was found in a release, and what was looked at: how many cells, hidden ones, and earlier releases."""

    found: Sequence[Leak | str]
    cells: int
    hidden: int
    earlier: int


def audit_latest(data: Path) -> Audit:
    """Try the newest release in the light of every other release in the ledger, as an attacker would.

    Raises UsageProblem when there is no release.
    """
    latest = (data / "output" / "latest").resolve()
    if not latest.is_dir():
        raise UsageProblem(str(data / "output"), "ingen utgåva finns", do="kör lagesbild run")
    is_sample = json.loads((latest / "public" / "release.json").read_text(encoding="utf-8"))["sample"]
    published = read_ledger(data, is_sample=is_sample)
    others = [each for each in published if each.release != latest.name]
    [decided] = decisions(data, [each for each in published if each.release == latest.name][-1:]) or [
        pl.DataFrame(schema=dict(DECIDED))
    ]
    found = audit_release(latest / "public" / "lagesbild.duckdb", decided, decisions(data, others))
    return Audit(found=found, cells=decided.height, hidden=decided.filter("is_hidden").height, earlier=len(others))
