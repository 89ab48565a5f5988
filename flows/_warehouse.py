"""Hands what was parsed to the models, and builds the warehouse."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import polars as pl

from flows._collect import SourceResult
from flows._corrections import Correction
from flows._plan import Plan
from flows._published import Published, decisions
from models._build import Built, build
from models._disclose import Protection, known_totals
from models._duckdb import quote
from models._graph import sources_behind
from models._model import all_models
from models._protect import protect
from models._revisions import DELIVERED, figures_of, keyed
from models._scope import benchmarks, scope_of, shown_areas
from sources._declare import Disclosure
from sources._landing import Part
from sources._problem import Problem
from sources._registry import all_sources

PUBLIC = "public"


def build_warehouse(
    plan: Plan,
    results: Sequence[SourceResult],
    release: str,
    tell: Callable[[str], None],
    published: Sequence[Published] = (),
) -> Built:
    """Build every table into the warehouse and make the public tables from it.

    published: the earlier releases, in the light of which it is decided what to show of people. Of the seconds that it
    took `PUBLIC` is what the public tables did.
    """
    warehouse = plan.data / "warehouse.duckdb"
    late = frozenset(result.name for result in results if result.is_late or result.problem)
    concerns = {
        name: module.source.concerns
        for name, module in all_sources().items()
        if module.source.disclosure is Disclosure.LOCAL
    }
    breaks = {name: frozenset(each.year for each in module.source.breaks) for name, module in all_sources().items()}
    protection = Protection(concerns=concerns, earlier=decisions(plan.data, published), known=known_totals())
    parsed, scope = _parsed_tables(plan, results, release), scope_of(plan.settings.area)
    built = build(warehouse, parsed, scope, late, protection, benchmarks(), breaks=breaks, tell=tell)
    behind = {
        source
        for table in built.reads
        if table.startswith("indicators.")
        for source in sources_behind(built.reads, table)
    }
    if unknown := sorted(behind - all_sources().keys()):  # what nobody has declared, nobody has said how to protect
        raise Problem("models", "en indikator bygger på en okänd källa", found=unknown[0], do="läs parsed.<källa>")
    if built.breaches:
        return built
    clock = time.perf_counter()
    protect(warehouse, list(concerns))
    return replace(built, seconds={**built.seconds, PUBLIC: time.perf_counter() - clock})


def _parsed_tables(plan: Plan, results: Sequence[SourceResult], release: str) -> dict[str, pl.DataFrame | str]:
    tables: dict[str, pl.DataFrame | str] = {
        "run": pl.DataFrame({"release": [release], "as_of": [plan.as_of]}),
        "sources": pl.DataFrame([_source_row(result) for result in results], schema=_SOURCE_SCHEMA),
        "refusals": pl.DataFrame(
            [(result.name, *refusal) for result in results for refusal in result.refusals],
            schema=["source", "snapshot", "row_number", "column_name", "rule"],
            schema_overrides={"row_number": pl.Int64}
            | dict.fromkeys(("source", "snapshot", "column_name", "rule"), pl.String),
            orient="row",
        ),
    }
    tables["revisions"] = _revisions(plan, results)
    tables["indicator_values"] = pl.DataFrame(
        sorted(
            {
                (model.indicator.indicator, value)
                for model in all_models()
                if model.indicator
                for value in re.findall(r"'([^']+)'", model.query)
            }
        ),
        schema=["indicator", "value"],
        orient="row",
    )
    for result in results:
        tables |= rows_tables(result)
    return tables


def _revisions(plan: Plan, results: Sequence[SourceResult]) -> pl.DataFrame:
    """What publishers have changed, and what is corrected here, of the areas that the release speaks of or compares."""
    shown = shown_areas(plan.settings.area)
    frames = [pl.DataFrame(schema=_REVISIONS)]
    for result in results:
        if not result.revisions.is_empty():
            within = result.revisions.filter(pl.col("area_code").is_in(shown))
            frames.append(within.with_columns(source=pl.lit(result.name)).select(list(_REVISIONS)[:-2]))
        frames += [_corrected_row(result, each) for each in result.corrections]
    return pl.concat(frames, how="diagonal_relaxed")


def _corrected_row(result: SourceResult, each: Correction) -> pl.DataFrame:
    figures = figures_of(all_sources()[each.source].source)
    assert figures is not None
    row = {
        "source": each.source,
        "column_name": each.column,
        "area_code": each.key.get(figures.area),
        "period": each.key[figures.period],
        "series": ", ".join(f"{name} {each.key[name]}" for name in figures.series),
        "kind": "corrected",
        "old_value": each.expect,
        "new_value": each.corrected,
        "last_seen_at": max(observation.observed_at for observation in result.observations),
        "is_synthetic": False,
        "reason": each.reason,
        "provider": each.provider,
    }
    return pl.DataFrame([row], schema_overrides={name: _REVISIONS[name] for name in row})


def rows_tables(result: SourceResult) -> dict[str, pl.DataFrame | str]:
    """`<source>`: the rows in force, each with its snapshot and what is known of its observation.

    `<source>_aggregated`, where the source has a retention: the counts that stand in the place of rows.
    """
    source = all_sources()[result.name].source
    columns = {column.name: _EMPTY[type(column.type).__name__] for column in source.columns}
    tables = _rows_of(result, result.name, [part for part in result.parsed if not part.is_aggregate], columns)
    if source.retention_months is not None:
        aggregates = [part for part in result.parsed if part.is_aggregate]
        tables |= _rows_of(result, f"{result.name}_aggregated", aggregates, dict(source.aggregate))
    return tables


def _rows_of(
    result: SourceResult, table: str, parts: Sequence[Part], columns: Mapping[str, str]
) -> dict[str, pl.DataFrame | str]:
    if not parts:
        listed = ", ".join(f'null::{dtype} as "{name}"' for name, dtype in {**columns, **_PROVENANCE}.items())
        return {table: f"select {listed} limit 0"}
    newest = {part: each for each in result.observations for part in each.parts}
    first = {part: each for each in reversed(result.observations) for part in each.parts}
    files = pl.DataFrame(
        [
            {
                "file": str(result.parsed[part]),
                "snapshot": part.sha256,
                "first_observed_at": first[part].observed_at,
                "observed_at": newest[part].observed_at,
                "content_as_of": newest[part].content_as_of,
                "delivered_period": newest[part].period,
                "is_synthetic": newest[part].synthetic,
                "is_inferred": newest[part].inferred,
            }
            for part in parts
        ]
    )
    listed = ", ".join(quote(str(result.parsed[part])) for part in parts)
    # What has landed is not read again: a column that the source has got since is empty in it.
    declared = ", ".join(f'null::{dtype} as "{name}"' for name, dtype in columns.items())
    remarks = _remarks(result) if table == result.name else {}
    names = {name: f"parsed.{table}_{name}" for name in remarks}
    flags = [f"case when {_is_row(each)} then 'corrected' end" for each in result.corrections]
    flags += ["case when revised.is_revised then 'revised' end"] if "revised" in names else []
    said = f"nullif(concat_ws(',', {', '.join(flags)}), '')" if flags else "null::varchar"
    redefined = "redefined.redefined_at" if "redefined" in names else "null::timestamptz"
    query = (
        f"select {_corrected(result, columns)}, files.* exclude (file), {said} as figure_flags, "
        f"{redefined} as redefined_at from (from read_parquet([{listed}], filename = true, union_by_name = true) "
        f"union all by name select {declared} where false) as rows "
        f"join parsed.{table}_files as files on files.file = rows.filename "
        + " ".join(f"left join {names[name]} as {name} on {_on(name, frame)}" for name, frame in remarks.items())
    )
    return {f"{table}_files": files, **{f"{table}_{name}": frame for name, frame in remarks.items()}, table: query}


def _remarks(result: SourceResult) -> Mapping[str, pl.DataFrame]:
    """What revisions say of the rows in force: `revised`, a row for each key whose one figure has been another;
    `redefined`, a row for each series that has taken another unit, with when.
    """
    figures = figures_of(all_sources()[result.name].source)
    if figures is None or result.revisions.is_empty():
        return {}
    found = result.revisions.filter(pl.col("column_name") == figures.columns[0])
    had = (pl.col("kind") == "changed") & pl.col("old_value").is_not_null()
    keys, series = ([*keyed(names), "is_synthetic"] for names in (figures.key, figures.series))
    revised = found.filter(had).select(keys).unique().with_columns(is_revised=True)
    redefined = found.filter(pl.col("kind") == "redefined").group_by(series).agg(redefined_at=pl.max("first_seen_at"))
    is_one = len(figures.columns) == 1  # of several nobody can say which one an indicator is of
    return {
        name: frame.sort(pl.all())
        for name, frame in (("revised", revised), ("redefined", redefined))
        if is_one and frame.height
    }


def _on(name: str, frame: pl.DataFrame) -> str:
    keys = [column.removeprefix("key_") for column in frame.columns if column.startswith("key_")]
    same = [f'{_table_of(key)}."{key}" is not distinct from {name}."key_{key}"' for key in keys]
    return " and ".join([*same, f"files.is_synthetic = {name}.is_synthetic"])


def _table_of(key: str) -> str:
    return "files" if key == DELIVERED else "rows"


def _corrected(result: SourceResult, columns: Mapping[str, str]) -> str:
    """The columns of a row, with a corrected figure in the place of the publisher's, as `select rows.* …` has them."""
    cases: dict[str, str] = {}
    for each in result.corrections:
        cases[each.column] = cases.get(each.column, "") + (
            f" when {_is_row(each)} then {'null' if each.corrected is None else repr(each.corrected)}"
        )
    replaced = ", ".join(
        f'(case{when} else rows."{name}" end)::{columns[name]} as "{name}"' for name, when in cases.items()
    )
    return f"rows.* exclude (filename) {f'replace ({replaced})' if replaced else ''}"


def _is_row(each: Correction) -> str:
    """Whether a row is the one that a correction names, as SQL."""
    return " and ".join(f'{_table_of(name)}."{name}"::varchar = {quote(value)}' for name, value in each.key.items())


_REVISIONS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("source", "column_name", "area_code", "period", "series", "kind"), pl.String),
    **dict.fromkeys(("old_value", "new_value"), pl.Float64),
    **dict.fromkeys(("old_status", "new_status"), pl.String),
    **dict.fromkeys(("last_seen_at", "first_seen_at"), pl.Datetime("us", "UTC")),
    "is_synthetic": pl.Boolean,
    **dict.fromkeys(("reason", "provider"), pl.String),
}
_EMPTY = {
    "Text": "varchar",
    "Listed": "varchar",
    "Whole": "bigint",
    "Number": "double",
    "Date": "date",
    "ClockTime": "time",
    "Timestamp": "timestamptz",
    "Answer": "boolean",
    "Municipality": "varchar",
    "Area": "varchar",
}
_PROVENANCE = {
    "row_number": "bigint",
    "snapshot": "varchar",
    "first_observed_at": "timestamptz",
    "observed_at": "timestamptz",
    "content_as_of": "date",
    "delivered_period": "varchar",
    "is_synthetic": "boolean",
    "is_inferred": "boolean",
    "figure_flags": "varchar",
    "redefined_at": "timestamptz",
}
_SOURCE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(
        (
            "source",
            "title",
            "publisher",
            "homepage",
            "licence",
            "attribution",
            "attribution_processed",
            "cadence",
            "disclosure",
            "breaks",
        ),
        pl.String,
    ),
    **dict.fromkeys(("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate"), pl.Int64),
    "observed_at": pl.Datetime("us", "UTC"),
    "data_as_of": pl.Date,
    "expected_by": pl.Date,
    "is_late": pl.Boolean,
    "is_synthetic": pl.Boolean,
    "status": pl.String,
    "message": pl.String,
}


def _source_row(result: SourceResult) -> dict[str, object]:
    source = all_sources()[result.name].source
    return {
        "source": result.name,
        "title": source.title,
        "publisher": source.publisher,
        "homepage": source.homepage,
        "licence": source.licence.name,
        "attribution": source.attribution,
        "attribution_processed": source.attribution_processed,
        "cadence": source.cadence.value,
        "disclosure": source.disclosure.value,
        "breaks": "; ".join(f"{each.year}: {each.reason}" for each in source.breaks),
        "rows_read": result.ledger.rows_read,
        "rows_loaded": result.ledger.rows_loaded,
        "rows_quarantined": result.ledger.rows_quarantined,
        "rows_duplicate": result.ledger.rows_duplicate,
        "observed_at": max((each.observed_at for each in result.observations), default=None),
        "data_as_of": result.data_as_of,
        "expected_by": result.expected_by,
        "is_late": result.is_late,
        "is_synthetic": any(each.synthetic for each in result.observations),
        "status": result.status,
        "message": "; ".join((result.problem, *result.warnings) if result.problem else result.warnings),
    }
