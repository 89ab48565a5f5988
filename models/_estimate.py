"""Turns what the indicators count into estimates: value, limits, method, status and flags, for every area."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import polars as pl

from models._beside import Benchmarks
from models._conclude import JUDGEMENTS, conclude
from models._disclose import CELLS, DECIDED, KEY, KNOWN, Protection, decide, strictest
from models._duckdb import quote
from models._judge import NOT_JUDGED, judge
from models._model import OPTIONAL_COLUMNS, Indicator, Model, period_bounds, required_columns
from models._series import NO_SERIES, judge_series
from models.methods.disclosure_tables import OPEN, UNDER_TEN, rule_for
from models.methods.proportions import effective_n, published_limits, wilson_limits
from models.methods.rates import Floats, is_exact, rate
from sources._declare import Concerns
from sources._problem import Problem

CONFIDENCE = 0.95
_DECIMALS = 6
_MANY = 30

SCHEMA = {
    "indicator": pl.String,
    "title": pl.String,
    "focus_area": pl.String,
    "area_type": pl.String,
    "area_code": pl.String,
    "area": pl.String,
    "period": pl.String,
    "period_type": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "breakdown": pl.String,
    "category": pl.String,
    "value": pl.Float64,
    "lower_confidence_limit": pl.Float64,
    "upper_confidence_limit": pl.Float64,
    "confidence": pl.Float64,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
    "respondents": pl.Int64,
    "response_rate": pl.Float64,
    "unit": pl.String,
    "method": pl.String,
    "dispersion": pl.Float64,
    "polarity": pl.String,
    "status": pl.String,
    "flags": pl.String,
    "is_synthetic": pl.Boolean,
    "sources": pl.String,
    "data_as_of": pl.Date,
}
_FIGURES = ("value", "lower_confidence_limit", "upper_confidence_limit")
_COUNTED = ("numerator", "denominator", "weight_squares", "respondents", "response_rate")
_TYPES = {
    "value": "double",
    "margin": "double",
    "numerator": "decimal(18, 6)",
    "denominator": "decimal(18, 6)",
    "weight_squares": "decimal(24, 6)",
    "respondents": "bigint",
    "answered_yes": "bigint",
    "response_rate": "double",
}


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which areas a release speaks of: municipalities, and the areas they are summed to or compared with."""

    municipalities: tuple[str, ...]
    areas: tuple[str, ...]


_UNSAID: Mapping[str, pl.DataFrame] = {**NOT_JUDGED, "judgements": pl.DataFrame(schema=dict(JUDGEMENTS)), **NO_SERIES}
JUDGED = tuple(_UNSAID)


@dataclass(frozen=True, kw_only=True)
class Estimates:
    """rows: the columns of `SCHEMA`. decided: what is shown and hidden of people, in the columns of `DECIDED`. judged:
    what is said of what is shown, a table for each name of `JUDGED`.
    """

    rows: pl.DataFrame
    decided: pl.DataFrame
    judged: Mapping[str, pl.DataFrame]


def estimate(
    con: duckdb.DuckDBPyConnection,
    models: Sequence[Model],
    sources: Mapping[str, frozenset[str]],
    late: frozenset[str],
    breaks: Mapping[str, frozenset[int]],
    scope: Scope,
    protection: Protection,
    benchmarks: Benchmarks,
) -> Estimates:
    """One row per indicator, area, period, breakdown and category.

    Counts and microdata are given per municipality and summed here, in decimals, to the areas whose every member has
    reported; published values stand as published. What may be shown is decided on the counts, before anything is
    computed from them. `sources` names the sources behind each indicator's table, `breaks` the years from which a
    source's figures cannot be compared with earlier ones.
    """
    facts = _facts(con, models, scope)
    if facts.is_empty():
        return Estimates(
            rows=pl.DataFrame(schema=SCHEMA),
            decided=pl.DataFrame(schema=dict(DECIDED)),
            judged=_UNSAID,
        )
    declared = pl.DataFrame(
        [_declared(model, sources[model.table], late, breaks, protection) for model in models],
        schema_overrides={"declared_concerns": pl.String},
    )
    titles = pl.DataFrame([_titles(model, sources[model.table]) for model in models])
    rows = facts.join(declared, on="indicator", how="left").join(_areas(con), on="area_code", how="left")
    inside = frozenset({*scope.municipalities, *scope.areas})
    rows = rows.filter(pl.col("declared_concerns").is_null() | pl.col("area_code").is_in(inside))
    rows = _with_periods(_with_rules(_with_status(rows)))
    decided = decide(_cells(rows), _members(con), _with_official_counts(protection, rows))
    rows = _with_flags(_with_limits(_without_hidden(rows, decided)))
    found = judge(rows, inside, benchmarks)
    judgements = conclude(
        titles,
        found.rows,
        *(found.tables[name] for name in ("comparisons", "changes", "trends")),
    )
    within = _areas(con).filter(pl.col("area_code").is_in(inside) & (pl.col("area_type") != "country"))
    said = judge_series(con, within, _members(con), declared.join(titles, on="indicator"), found.everywhere, benchmarks)
    return Estimates(
        rows=_in_order(
            found.rows.join(titles, on="indicator").select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()),
            by=("indicator", "area_type", "area_code", "period_start", "breakdown", "category"),
        ),
        decided=decided,
        judged={**found.tables, "judgements": judgements, **said},
    )


def _with_flags(rows: pl.DataFrame) -> pl.DataFrame:
    """`flags` of each row, put together once for each set of reasons that occurs."""
    reasons = ("indicator", "starts_series", "has_few", "told", "row_flags")
    rows = rows.with_columns(
        confidence=pl.lit(CONFIDENCE),
        starts_series=pl.col("period_start").dt.year().is_in(pl.col("breaks")),
        has_few=(pl.col("kind") != "counts") & pl.col("respondents").is_between(1, _MANY - 1).fill_null(False),
    )
    sets = rows.select(*reasons, "static_flags").unique(subset=reasons, keep="any")
    sets = sets.with_columns(
        flags=pl.concat_list(
            pl.col("static_flags"),
            pl.when("starts_series").then(pl.lit("series_break")).otherwise(pl.lit("")),
            pl.when("has_few").then(pl.lit("few_respondents")).otherwise(pl.lit("")),
            pl.col("told").fill_null(""),
            pl.col("row_flags").fill_null("").str.split(","),
        )
        .list.eval(pl.element().filter(pl.element() != "").unique().sort())
        .list.join(",")
    )
    told = sets.select(*reasons, "flags")
    return rows.join(told, on=reasons, how="left", nulls_equal=True, maintain_order="left").drop(reasons[1:3])


def _in_order(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """The rows sorted; text is compared once for each value it takes, not for each row."""
    keys = [
        pl.col(name).cast(pl.Enum(rows[name].unique().sort())) if rows.schema[name] == pl.String else pl.col(name)
        for name in by
    ]
    return rows.sort(keys)


def _facts(con: duckdb.DuckDBPyConnection, models: Sequence[Model], scope: Scope) -> pl.DataFrame:
    """The rows of every indicator: as they stand, for every municipality, and summed to the areas of the scope."""
    columns: dict[str, list[str]] = {}
    for table, column in con.sql(
        "select schema_name || '.' || table_name, column_name from duckdb_columns() "
        "where schema_name = 'indicators' order by table_name, column_index"
    ).fetchall():
        columns.setdefault(table, []).append(column)
    if not models:
        return pl.DataFrame()
    selects = " union all ".join(_fact_sql(model, columns[model.table]) for model in models)
    con.execute(f"create or replace temp view facts as {selects}")
    areas = ", ".join(quote(code) for code in scope.areas) or "''"
    own = con.sql("select * exclude (is_summed) from facts").pl()
    summed = con.sql(_SUMS.format(areas=areas)).pl()
    con.execute("drop view facts")
    return pl.concat([own, summed.select(own.columns)], how="vertical_relaxed").with_columns(
        pl.col("numerator", "denominator", "weight_squares").cast(pl.Float64)
    )


def _fact_sql(model: Model, found: Sequence[str]) -> str:
    """One indicator's rows in the columns that all indicators share."""
    indicator = model.indicator
    assert indicator is not None
    _check_columns(indicator, found)
    is_summed = indicator.kind != "published"
    columns = {
        "indicator": quote(indicator.indicator),
        "area_code": "municipality_code" if is_summed else "area_code",
        "is_summed": str(is_summed).lower(),
        "period": "period::varchar",
        "breakdown": "coalesce(breakdown, '')" if "breakdown" in found else "''",
        "category": "coalesce(category, '')" if "category" in found else "''",
        "status": "status" if "status" in found else "null::varchar",
        "concerns": "concerns::varchar" if "concerns" in found else "null::varchar",
        "row_flags": "flags::varchar" if "flags" in found else "null::varchar",
        "is_synthetic": "is_synthetic",
        "data_as_of": "data_as_of",
    }
    for name, dtype in _TYPES.items():
        columns[name] = f"{name if name in found else 'null'}::{dtype}"
    if "effective_n" in found:
        columns["weight_squares"] = f"(denominator * denominator / nullif(effective_n, 0))::{_TYPES['weight_squares']}"
    listed = ", ".join(f"{expression} as {name}" for name, expression in columns.items())
    return f"select {listed} from {model.table}"


# Sums over the members of each area. A sum that lacks a member is a row without figures, not a smaller sum; an area
# whose members an indicator never covers has no row.
_SUMS = """
    with members as (
        select
            area_code as summed_code,
            municipality_code as area_code,
            count(*) over (partition by area_code) as members
        from core.area_members
        where area_code in ({areas})
    ),

    covered as (
        select indicator, summed_code
        from (select distinct indicator, area_code from facts where is_summed)
        join members using (area_code)
        group by indicator, summed_code, members
        having count(*) = members
    ),

    sums as (
        select
            indicator, summed_code, period, breakdown, category,
            count(*) filter (
                where numerator is not null and denominator is not null and coalesce(status, 'ok') = 'ok'
            ) = members as is_whole,
            string_agg(distinct row_flags, ',' order by row_flags) as row_flags,
            string_agg(distinct concerns, ',' order by concerns) as concerns,
            bool_or(is_synthetic) as is_synthetic,
            max(data_as_of) as data_as_of,
            sum(numerator) as numerator,
            sum(denominator) as denominator,
            sum(weight_squares) as weight_squares,
            sum(respondents) as respondents,
            sum(answered_yes) as answered_yes
        from facts
        join members using (area_code)
        join covered using (indicator, summed_code)
        where is_summed
        group by indicator, summed_code, period, breakdown, category, members
    )

    select
        indicator, summed_code as area_code, period, breakdown, category,
        case when not is_whole then 'not_reported' end as status, concerns, row_flags, is_synthetic, data_as_of,
        null::double as value,
        null::double as margin,
        case when is_whole then numerator end::decimal(18, 6) as numerator,
        case when is_whole then denominator end::decimal(18, 6) as denominator,
        case when is_whole then weight_squares end::decimal(24, 6) as weight_squares,
        case when is_whole then respondents end::bigint as respondents,
        case when is_whole then answered_yes end::bigint as answered_yes,
        null::double as response_rate
    from sums
"""


def _check_columns(indicator: Indicator, found: Sequence[str]) -> None:
    where = f"models/indicators/{indicator.indicator}.sql"
    needed = required_columns(indicator)
    if absent := [column for column in needed if column not in found]:
        raise Problem(where, "kolumn saknas i frågan", found=", ".join(found), do=f"lägg till {', '.join(absent)}")
    if unknown := [column for column in found if column not in (*needed, *OPTIONAL_COLUMNS)]:
        raise Problem(where, "okänd kolumn i frågan", found=unknown[0], do=f"tillåtna är {', '.join(needed)}")


def _declared(
    model: Model,
    sources: frozenset[str],
    late: frozenset[str],
    breaks: Mapping[str, frozenset[int]],
    protection: Protection,
) -> dict[str, object]:
    indicator = model.indicator
    assert indicator is not None
    local = [protection.concerns[source] for source in sources if source in protection.concerns]
    return {
        "measure": indicator.measure or indicator.indicator,
        "lowest_area": indicator.lowest_area,
        "declared_concerns": strictest(local) if local else None,
        "indicator": indicator.indicator,
        "kind": indicator.kind,
        "declared_method": indicator.method,
        "per": float(indicator.per),
        "polarity": indicator.polarity,
        "period_type": indicator.period_type,
        "breaks": sorted({*indicator.breaks, *(year for source in sources for year in breaks.get(source, ()))}) or [0],
        "static_flags": [*indicator.flags, *(["late_source"] if sources & late else [])] or [""],
    }


def _titles(model: Model, sources: frozenset[str]) -> dict[str, object]:
    """What a reader is told of an indicator beside its figures."""
    indicator = model.indicator
    assert indicator is not None
    return {
        "indicator": indicator.indicator,
        "title": indicator.title,
        "focus_area": indicator.focus_area,
        "basis": indicator.basis,
        "is_consequence": indicator.is_consequence,
        "unit": indicator.unit,
        "sources": ",".join(sorted(sources)),
    }


def _areas(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    return con.sql("select area_code, area, area_type from core.areas").pl()


def _members(con: duckdb.DuckDBPyConnection) -> Mapping[str, frozenset[str]]:
    members: dict[str, set[str]] = {}
    for area, municipality in con.sql("select area_code, municipality_code from core.area_members").fetchall():
        members.setdefault(area, set()).add(municipality)
    return {area: frozenset(codes) for area, codes in members.items()}


def _with_status(rows: pl.DataFrame) -> pl.DataFrame:
    """Settle why a row has no figure, and take figures away from rows that may not show one."""
    counted = pl.col("kind") != "published"
    status = (
        pl.when(pl.col("status").is_not_null() & (pl.col("status") != "ok"))
        .then(pl.col("status"))
        .when((pl.col("kind") != "counts") & (pl.col("respondents") == 0))
        .then(pl.lit("too_few_respondents"))
        .when(counted & pl.col("numerator").is_null())
        .then(pl.lit("not_reported"))
        .when(counted & (pl.col("denominator").is_null() | (pl.col("denominator") <= 0)))
        .then(pl.lit("no_denominator"))
        .when(~counted & pl.col("value").is_null())
        .then(pl.lit("not_reported"))
        .otherwise(pl.lit("ok"))
    )
    counts = pl.col("status").is_in(["ok", "no_denominator"])
    return rows.with_columns(status=status).with_columns(
        **{name: pl.when(counts).then(pl.col(name)) for name in ("numerator", "denominator", "weight_squares")},
        **{name: pl.when(pl.col("status") == "ok").then(pl.col(name)) for name in ("value", "margin")},
        **{
            name: pl.when(pl.col("status") != "too_few_respondents").then(pl.col(name))
            for name in ("respondents", "response_rate")
        },
    )


def _with_rules(rows: pl.DataFrame) -> pl.DataFrame:
    """The rule each row is protected by (none for figures that an authority has published) and the count it is about.

    A survey's rule is about how many answered, whatever it asks about.
    """
    given = rows.select("kind", "declared_concerns", "concerns").unique()
    rules = given.with_columns(
        pl.Series("rule", [_rule(*row) for row in given.iter_rows()], dtype=pl.String),
    )
    ways = pl.col("breakdown").str.split(",")
    is_low = pl.col("area_type") == "municipality"
    is_crossed = (pl.col("rule") == UNDER_TEN.name) & ways.list.contains("sex") & (ways.list.len() > 1)
    is_unfounded = (pl.col("kind") == "published") & pl.col("respondents").is_null() & pl.col("margin").is_null()
    return rows.join(rules, on=["kind", "declared_concerns", "concerns"], how="left", nulls_equal=True).with_columns(
        count=pl.when(pl.col("kind") == "counts")
        .then(pl.col("numerator").round().cast(pl.Int64))
        .otherwise("respondents"),
        is_withheld=(is_low & ((pl.col("lowest_area") != "municipality") | is_crossed)) | is_unfounded,
    )


def _rule(kind: str, declared: str | None, concerns: str | None) -> str | None:
    if declared is None:
        return None
    rule = rule_for(strictest(map(Concerns, (concerns or declared).split(","))))
    if rule is OPEN:
        return None
    return rule.name if kind == "counts" else UNDER_TEN.name


def _cells(rows: pl.DataFrame) -> pl.DataFrame:
    """The counts of people that the rows would show. Where two indicators show one count, it is one cell."""
    return (
        rows.filter(pl.col("rule").is_not_null() & pl.col("status").is_in(["ok", "no_denominator"]))
        .filter(pl.col("count").is_not_null())
        .select(*CELLS)
        .unique(subset=KEY, keep="any")
    )


def _with_official_counts(protection: Protection, rows: pl.DataFrame) -> Protection:
    """What is known, with the counts of the same measures that authorities publish and that stand here as well."""
    is_local = pl.col("rule").is_not_null()
    protected = rows.filter(is_local)["measure"].unique()
    official = rows.filter(~is_local & pl.col("measure").is_in(protected.implode()) & pl.col("count").is_not_null())
    shared = official.select(*KEY, pl.lit("").alias("part"), "count")
    return replace(protection, known=pl.concat([protection.known, shared.select(*KNOWN)]))


def _without_hidden(rows: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """The rows, with nothing left in those that are hidden but why: the range, where it may be told."""
    choice = decided.select(*KEY, "is_hidden", "is_told")
    rows = rows.join(choice, on=KEY, how="left", maintain_order="left")
    is_guarded = pl.col("rule").is_not_null() & pl.col("status").is_in(["ok", "no_denominator"])
    is_hidden = is_guarded & (pl.col("is_hidden").fill_null(False) | pl.col("is_withheld"))
    is_told = is_hidden & pl.col("is_told").fill_null(False)
    is_count = pl.col("kind") == "counts"
    return rows.with_columns(
        *(pl.when(~is_hidden).then(pl.col(name)).alias(name) for name in (*_COUNTED, "value", "margin")),
        status=pl.when(is_told & ~is_count)
        .then(pl.lit("too_few_respondents"))
        .when(is_hidden)
        .then(pl.lit("suppressed"))
        .otherwise("status"),
        told=pl.when(is_told & is_count).then("rule"),
    )


def _with_limits(rows: pl.DataFrame) -> pl.DataFrame:
    """Apply each kind's method to whole arrays; rows without a figure keep nulls."""
    numerator, denominator, per = (_array(rows, name) for name in ("numerator", "denominator", "per"))
    squares = _array(rows, "weight_squares")
    is_counts, is_answers = ((rows["kind"] == kind).to_numpy() for kind in ("counts", "microdata"))
    counted = rate(np.where(is_counts, numerator, np.nan), denominator, 1.0, CONFIDENCE)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(is_answers, numerator / denominator, np.nan)
    answered = (share, *wilson_limits(share, effective_n(denominator, squares), CONFIDENCE))
    value, lower, upper = (
        np.where(is_counts, per * count, np.where(is_answers, per * answer, published))
        for count, answer, published in zip(counted, answered, _published(rows), strict=True)
    )
    method = (
        pl.when(pl.col("kind") == "counts")
        .then(pl.when(pl.Series(is_exact(numerator))).then(pl.lit("rate_exact")).otherwise(pl.lit("rate_byar")))
        .when(pl.col("kind") == "microdata")
        .then(
            pl.when(pl.Series(np.isclose(squares, denominator)))
            .then(pl.lit("proportion_wilson"))
            .otherwise(pl.lit("proportion_wilson_weighted"))
        )
        .when(pl.col("declared_method") == "self_selected")
        .then(pl.lit("self_selected"))
        .when(pl.col("margin").is_not_null())
        .then(pl.lit("published_margin"))
        .when(pl.col("respondents").is_not_null())
        .then(pl.lit("proportion_wilson"))
        .otherwise(pl.lit("published"))
    )
    return rows.with_columns(
        pl.Series("value", value).round(_DECIMALS),
        pl.Series("lower_confidence_limit", lower).round(_DECIMALS),
        pl.Series("upper_confidence_limit", upper).round(_DECIMALS),
        method=method,
    ).with_columns(pl.when(pl.col("status") == "ok").then(pl.col(*_FIGURES).fill_nan(None)).name.keep())


def _published(rows: pl.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Value and limits of what others have published: with their margin where there is one, else Wilson's limits where
    n is known, else none; none for those who chose themselves to answer.
    """
    value, margin, n = (_array(rows, name) for name in ("value", "margin", "respondents"))
    is_sampled = ((rows["kind"] == "published") & (rows["declared_method"] != "self_selected")).to_numpy()
    lower, upper = published_limits(value, np.where(is_sampled, margin, np.nan))
    with_n = is_sampled & np.isnan(margin) & ~np.isnan(n)
    wilson_lower, wilson_upper = wilson_limits(np.where(with_n, value / 100, np.nan), n, CONFIDENCE)
    return value, np.where(with_n, 100 * wilson_lower, lower), np.where(with_n, 100 * wilson_upper, upper)


def _array(frame: pl.DataFrame, column: str) -> Floats:
    return frame[column].cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _with_periods(rows: pl.DataFrame) -> pl.DataFrame:
    distinct = rows.select("period", "period_type").unique().sort("period", "period_type")
    bounds = [period_bounds(period, period_type) for period, period_type in distinct.iter_rows()]
    return rows.join(
        distinct.with_columns(
            period_start=pl.Series([start for start, _ in bounds], dtype=pl.Date),
            period_end=pl.Series([end for _, end in bounds], dtype=pl.Date),
        ),
        on=["period", "period_type"],
        how="left",
    )
