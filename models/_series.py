"""What is judged of counts by month, week, slot and place, beside what each indicator says; see README.md."""

from collections.abc import Mapping
from datetime import date

import duckdb
import polars as pl

from models._beside import Benchmarks
from models._duckdb import quote
from models._early_warning import COUNTED as WATCHED
from models._early_warning import EARLY_WARNING, watch
from models._follow_up import MONTHLY, NOT_FOLLOWED, follow_up
from models._months import COUNTED, MONTHS, judge_months
from models._profiles import BY_PLACE, BY_SLOT, CONCENTRATION, PLACES, PROFILES, judge_places, judge_profiles

# The tables of counts, with the source that each rests on where what is said names it.
_BY_MONTH = "core.counts_by_municipality_month"
_OFFENCES_BY_MONTH = "core.indicator_offences_by_month"
_WATCHED = "core.early_warning_counts"
_BY_SLOT = {
    "core.incident_reports_by_slot": "incident_reports",
    "core.reported_offences_by_slot": "reported_offences",
}
_BY_PLACE = {"core.incident_reports_by_place_month": "incident_reports"}
_PROMISED = ("promises", "promise_areas", "promise_indicators")

SERIES = frozenset({_BY_MONTH, _OFFENCES_BY_MONTH, _WATCHED, *_BY_SLOT, *_BY_PLACE})
NO_SERIES: Mapping[str, pl.DataFrame] = {
    "months": pl.DataFrame(schema=dict(MONTHS)),
    "profiles": pl.DataFrame(schema=dict(PROFILES)),
    "places": pl.DataFrame(schema=dict(PLACES)),
    "concentration": pl.DataFrame(schema=dict(CONCENTRATION)),
    "early_warning": pl.DataFrame(schema=dict(EARLY_WARNING)),
    "promise_effects": NOT_FOLLOWED,
}


def judge_series(
    con: duckdb.DuckDBPyConnection,
    areas: pl.DataFrame,
    members: Mapping[str, frozenset[str]],
    declared: pl.DataFrame,
    rows: pl.DataFrame,
    benchmarks: Benchmarks,
) -> Mapping[str, pl.DataFrame]:
    """The tables of `NO_SERIES`, of the tables of `SERIES` that models give and of the schema `reference`.

    areas: area_code, area and area_type of those to judge. members: the municipalities of each larger area. declared:
    indicator, focus_area, polarity, static_flags and breaks of each indicator. rows: every figure that may be shown, of
    all municipalities (`_judge.py`). Raises Problem for a rule change that cannot be read.
    """
    by_month, watched = _counts(con, {_BY_MONTH: ""}, COUNTED), _counts(con, {_WATCHED: ""}, WATCHED)
    places, concentration = judge_places(_counts(con, _BY_PLACE, BY_PLACE), areas)
    return {
        "months": judge_months(by_month, declared, areas, members),
        "profiles": judge_profiles(_counts(con, _BY_SLOT, BY_SLOT), areas, members),
        "places": places,
        "concentration": concentration,
        "early_warning": NO_SERIES["early_warning"]
        if watched.is_empty()
        else watch(watched, areas, members, _as_of(con)),
        "promise_effects": follow_up(
            rows,
            pl.concat([by_month.select(*MONTHLY), _counts(con, {_OFFENCES_BY_MONTH: ""}, MONTHLY)]),
            {name: con.sql(f"from reference.{name}").pl() for name in _PROMISED},
            con.sql("from reference.rule_changes").pl(),
            dict(declared.select("indicator", "focus_area").iter_rows()),
            benchmarks,
        )
        if "reference.promises" in _built(con)
        else NOT_FOLLOWED,
    }


def _counts(
    con: duckdb.DuckDBPyConnection, tables: Mapping[str, str], schema: Mapping[str, pl.DataType | type[pl.DataType]]
) -> pl.DataFrame:
    """The rows of tables of counts with the source of each in `source`; none where no model gives them."""
    built = _built(con)
    frames = [
        con.sql(f"select *, {quote(source)} as source from {table}").pl().select([*schema])
        for table, source in tables.items()
        if table in built
    ]
    return pl.concat([pl.DataFrame(schema=dict(schema)), *frames])


def _built(con: duckdb.DuckDBPyConnection) -> set[str]:
    return {".".join(name) for name in con.sql("select schema_name, table_name from duckdb_tables()").fetchall()}


def _as_of(con: duckdb.DuckDBPyConnection) -> date:
    [(day,)] = con.sql("select as_of from parsed.run").fetchall()
    return day  # type: ignore[no-any-return]
