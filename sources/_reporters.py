"""Who should report: the municipality's reviewed list of reporting units, `<data>/mappings/reporters.csv`.

Units are called what they are called in the reports (after a mapping's own translations). The list is held against
every delivery at the door, before names become hashes; what goes further is whether a report's unit is listed, and how
many units are.
"""

from datetime import date, timedelta
from pathlib import Path

import polars as pl

from sources._cells import day_and_time
from sources._declare import (
    Cadence,
    Column,
    Concerns,
    Date,
    Delivery,
    Disclosure,
    Landing,
    Licence,
    Municipality,
    Reuse,
    Source,
    Text,
)
from sources._problem import Problem
from sources._read import read_table
from sources._strict import conform, municipality_codes

NAME = "reporters.csv"
LIST = Source(
    title="Enheter som ska rapportera",
    publisher="Kommunen",
    homepage="",
    licence=Licence("Internt underlag", "", Reuse.FREE),
    attribution="",
    attribution_processed="",
    cadence=Cadence.YEARLY,
    delivery=Delivery.FULL,
    columns=(
        Column("kommun", "municipality_code", Municipality()),
        Column("enhet", "reporter", Text()),
        Column("fran", "since", Date()),
        Column("till", "until", Date(), required=False),
        Column("takt", "cadence", Text(accepted=("vecka", "månad"))),
    ),
    key=("municipality_code", "reporter", "since"),
    speaks_of="since",
    disclosure=Disclosure.LOCAL,
    concerns=Concerns.ADULTS,
    landing=Landing.REDACTED,  # so that no message tells a cell
)
COLUMNS = ("expected_in_week", "expected_in_month", "is_expected_in_week", "is_expected_in_month")


def read_reporters(data: Path) -> pl.DataFrame:
    """The list: municipality_code, reporter, since, until (the last day, or null) and cadence; no rows without one.

    Raises Problem for a list that is not right in every row.
    """
    path = data / "mappings" / NAME
    if not path.exists():
        return pl.DataFrame(schema={"municipality_code": pl.String, "reporter": pl.String, "since": pl.Date} | _REST)
    try:
        listed = conform(read_table(path, LIST), LIST, NAME)
    except Problem as problem:  # the place is the delivered file, so the list is named in what is wrong
        raise Problem(NAME, f"listan {NAME}: {problem.wrong}", found=problem.found, do=problem.do) from None
    if listed.refusals:
        first = listed.refusals[0]
        names = {column.name: column.source for column in LIST.columns}
        found = f"rad {first.row_number}, kolumn {names[first.column_name]}"
        raise Problem(NAME, f"listan {NAME}: ett värde går inte att använda", found=found, do="rätta listan")
    return listed.frame.drop("row_number")


_REST = {"until": pl.Date, "cadence": pl.String}


def expected(rows: pl.DataFrame, reporters: pl.DataFrame) -> pl.DataFrame:
    """The rows (kommun, datum, rapportor as text) with `COLUMNS`: how many units should report in the row's week and
    month, and whether the row's is one of them; null for a municipality without a list.

    A unit that reports once a month is not waited for in a week. Of a row whose day cannot be read nothing is said.
    """
    codes = pl.col("kommun").str.strip_chars().str.to_lowercase().replace_strict(municipality_codes(), default=None)
    read = {cell: day_and_time(cell)[0] for cell in rows["datum"].drop_nulls().unique()}
    day = pl.col("datum").replace_strict(read, return_dtype=pl.String).str.to_date("%Y-%m-%d", strict=False)
    keyed = rows.with_columns(_code=codes, _day=day, _unit=pl.col("rapportor").str.strip_chars())
    days = keyed.select("_code", "_day", "_unit").unique().drop_nulls(["_code", "_day"])
    has_list = frozenset(reporters["municipality_code"])
    units = reporters.rows()
    found = []
    for code, on, unit in days.iter_rows():
        if code not in has_list:
            continue
        weekly, monthly = _units(units, code, *_week(on)), _units(units, code, *_month(on))
        in_week = {name for name, cadence in weekly if cadence == "vecka"}
        in_month = {name for name, _ in monthly}
        found.append((code, on, unit, len(in_week), len(in_month), unit in in_week, unit in in_month))
    looked_up = pl.DataFrame(
        found,
        schema={"_code": pl.String, "_day": pl.Date, "_unit": pl.String}
        | dict(zip(COLUMNS, (pl.Int64, pl.Int64, pl.Boolean, pl.Boolean), strict=True)),
        orient="row",
    )
    joined = keyed.join(looked_up, on=["_code", "_day", "_unit"], how="left", nulls_equal=True, maintain_order="left")
    return joined.drop("_code", "_day", "_unit")


def _units(
    units: list[tuple[str, str, date, date | None, str]], code: str, first: date, last: date
) -> set[tuple[str, str]]:
    return {
        (name, cadence)
        for municipality, name, since, until, cadence in units
        if municipality == code and since <= last and (until is None or until >= first)
    }


def _week(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def _month(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
