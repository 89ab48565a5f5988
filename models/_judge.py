"""Judges figures: is a difference, a change or a trend more than chance, and is it for better or worse.

Limits on a count say how exactly it was counted. Whether one count differs from another is judged with the variation
that municipalities of that size really show from year to year, estimated from all of them (`methods/dispersion.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from models._beside import SERIES, Benchmarks, beside_earlier, beside_others
from models.methods.dispersion import change_z, estimate, size_class
from models.methods.funnel import funnel_position
from models.methods.power import smallest_detectable_change
from models.methods.ranks import rank_interval
from models.methods.rates import Floats
from models.methods.ratios import change_ratio, difference_of_limits, percent_change, rate_ratio, share_difference
from models.methods.trend import recent_trend

CONFIDENCE = 0.95
_Z = 1.959963984540054
_DECIMALS = 6
_FEWEST_RANKED = 30
_TREND_POINTS = 5

COMPARED: Mapping[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("indicator", "area_type", "area_code", "area", "period", "breakdown", "category"), pl.String),
    **dict.fromkeys(("benchmark_type", "benchmark_code", "benchmark", "benchmark_period"), pl.String),
    "value": pl.Float64,
    "benchmark_value": pl.Float64,
    "measure": pl.String,
    "effect": pl.Float64,
    "effect_lower": pl.Float64,
    "effect_upper": pl.Float64,
    "percent_change": pl.Float64,
    "smallest_detectable_fall": pl.Float64,
    "smallest_detectable_rise": pl.Float64,
    "dispersion": pl.Float64,
    "result": pl.String,
    "judgement": pl.String,
    "reason": pl.String,
}
TRENDS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("indicator", "area_type", "area_code", "area", "breakdown", "category"), pl.String),
    "period_from": pl.String,
    "period_to": pl.String,
    "statistic": pl.Float64,
    "dispersion": pl.Float64,
    "result": pl.String,
    "judgement": pl.String,
    "reason": pl.String,
}
RANKS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("indicator", "area_code", "area", "period"), pl.String),
    "rank": pl.Int64,
    "best": pl.Int64,
    "worst": pl.Int64,
    "of": pl.Int64,
    "funnel_position": pl.Int64,
}


NOT_JUDGED: Mapping[str, pl.DataFrame] = {
    name: pl.DataFrame(schema=dict(schema))
    for name, schema in (("comparisons", COMPARED), ("changes", COMPARED), ("trends", TRENDS), ("ranks", RANKS))
}


@dataclass(frozen=True, kw_only=True)
class Judged:
    """rows: those of the scope, as they were given, with their `dispersion`; everywhere: those of all municipalities.
    tables: as `NOT_JUDGED`, filled in.
    """

    rows: pl.DataFrame
    everywhere: pl.DataFrame
    tables: Mapping[str, pl.DataFrame]


def judge(rows: pl.DataFrame, scope: frozenset[str], benchmarks: Benchmarks) -> Judged:
    """Judge the newest figure of each series of the areas of `scope`.

    rows: every row that may be shown, of all municipalities where an authority has published them, with its limits and
    what its indicator declares (`_estimate.py`). Rows without a figure are judged `not_compared`, and say why. A row
    whose `row_flags` hold series_break is the first of a new series: its own question or answers have changed.
    """
    rows = rows.with_columns(
        year=pl.col("period_start").dt.year(),
        is_shown=(pl.col("status") == "ok") & pl.col("value").is_not_null(),
        starts_series=pl.col("row_flags").fill_null("").str.contains("series_break", literal=True),
        effective_n=pl.col("denominator").pow(2) / pl.col("weight_squares"),
    )
    rows = _with_dispersion(rows, benchmarks.members)
    own = rows.filter(pl.col("area_code").is_in(scope)).sort("period_start")
    newest = own.filter("is_shown").group_by(SERIES, maintain_order=True).last().select(own.columns)
    return Judged(
        rows=own,
        everywhere=rows,
        tables={
            "comparisons": _compared(beside_others(newest, rows, benchmarks), is_over_time=False),
            "changes": _compared(beside_earlier(newest, own, benchmarks), is_over_time=True),
            "trends": _trends(own),
            "ranks": _ranks(rows, scope),
        },
    )


# ---------------------------------------------------------------------------------------------------------- dispersion


def _with_dispersion(rows: pl.DataFrame, members: Mapping[str, frozenset[str]]) -> pl.DataFrame:
    """`dispersion`: how many times chance's own variance a count of this indicator and size varies; null where unknown.

    A sum over an area varies as its members do, each by itself: theirs, weighted by their counts.
    """
    is_counted = (pl.col("kind") == "counts") & (pl.col("area_type") == "municipality")
    sizes = pl.Series("size", size_class(2 * rows["numerator"].fill_null(float("nan")).to_numpy()))
    rows = rows.with_columns(sizes).join(_dispersion(rows), on=["indicator", "size"], how="left", maintain_order="left")
    pairs = [(area, member) for area, listed in sorted(members.items()) for member in sorted(listed)]
    listed = pl.DataFrame(pairs, schema={"area_code": pl.String, "member": pl.String}, orient="row")
    same = ["indicator", "period", "breakdown", "category"]
    of_members = rows.filter(is_counted).select(*same, pl.col("area_code").alias("member"), "numerator", "dispersion")
    summed = (
        of_members.join(listed, on="member")
        .group_by(*same, "area_code")
        .agg(
            is_known=pl.col("dispersion").is_not_null().all(),
            weighted=(pl.col("dispersion") * pl.col("numerator")).sum() / pl.col("numerator").sum(),
        )
        .select(*same, "area_code", dispersion=pl.when("is_known").then(pl.col("weighted").fill_nan(None)))
    )
    is_municipality = pl.col("area_type") == "municipality"
    areas = rows.filter(~is_municipality).drop("dispersion").join(summed, on=[*same, "area_code"], how="left")
    # Rounded, since floats that are summed in another order differ in their last bits.
    return pl.concat([rows.filter(is_municipality), areas.select(rows.columns)]).with_columns(
        pl.col("dispersion").round(_DECIMALS)
    )


def _dispersion(rows: pl.DataFrame) -> pl.DataFrame:
    """The `dispersion` of each `indicator` and class of `size` (0 or more), from every pair of years that is shown."""
    counted = rows.filter(
        (pl.col("kind") == "counts") & (pl.col("area_type") == "municipality") & (pl.col("breakdown") == "")
    ).filter(pl.col("is_shown") & (pl.col("period_type") == "year"))
    before = counted.select("indicator", "area_code", pl.col("year") + 1, base="numerator", base_exposure="denominator")
    pairs = (
        counted.join(before, on=["indicator", "area_code", "year"])
        .filter(~pl.col("year").is_in(pl.col("breaks")))
        .with_columns(
            national=(pl.col("numerator").sum() / pl.col("denominator").sum()).over("indicator", "year")
            / (pl.col("base").sum() / pl.col("base_exposure").sum()).over("indicator", "year")
        )
    )
    found = [pl.DataFrame(schema={"indicator": pl.String, "size": pl.Int64, "dispersion": pl.Float64})]
    for (indicator,), group in pairs.partition_by("indicator", as_dict=True).items():
        count, exposure, base, base_exposure, national = (
            group[name].to_numpy() for name in ("numerator", "denominator", "base", "base_exposure", "national")
        )
        z = change_z(count, exposure, base, base_exposure, national)
        known = _in_every_class(estimate(z, size_class(count + base)))
        of_class = {"size": np.arange(len(known)), "dispersion": known}
        found.append(pl.DataFrame(of_class).select(pl.lit(str(indicator)).alias("indicator"), "size", "dispersion"))
    return pl.concat(found).with_columns(pl.col("dispersion").fill_nan(None))


def _in_every_class(dispersion: Floats) -> Floats:
    """A class of sizes that no municipality had takes the nearest one's dispersion."""
    classes, known = np.arange(len(dispersion)), np.flatnonzero(~np.isnan(dispersion))
    if not len(known):
        return dispersion
    filled: Floats = dispersion[known[np.abs(known[:, None] - classes).argmin(axis=0)]]
    return filled


# ------------------------------------------------------------------------------------------------------------- judging


def _compared(beside: pl.DataFrame, *, is_over_time: bool) -> pl.DataFrame:
    """Effect, limits, result and judgement of each row beside its benchmark."""

    def of(name: str) -> Floats:
        return beside[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()

    count, exposure, base, base_exposure = map(
        of, ("numerator", "denominator", "benchmark_numerator", "benchmark_denominator")
    )
    dispersion = of("dispersion")
    # Two years of one place are judged by the test that the dispersion is estimated for.
    of_counts = change_ratio if is_over_time else rate_ratio
    ratio = of_counts(count, exposure, base, base_exposure, dispersion, CONFIDENCE)
    kind = beside["kind"].to_numpy()
    shares = share_difference(
        np.where(kind == "microdata", of("value") / 100, np.nan),
        of("effective_n"),
        np.where(kind == "microdata", of("benchmark_value") / 100, np.nan),
        of("benchmark_effective_n"),
        CONFIDENCE,
    )
    given = difference_of_limits(
        *map(of, ("value", "lower_confidence_limit", "upper_confidence_limit")),
        *map(of, ("benchmark_value", "benchmark_lower_confidence_limit", "benchmark_upper_confidence_limit")),
    )
    effect, lower, upper = (
        np.where(kind == "counts", r, np.where(kind == "microdata", 100 * s, g))
        for r, s, g in zip(ratio, shares, given, strict=True)
    )
    fall, rise = smallest_detectable_change(base, dispersion)
    is_count = kind == "counts"
    null = np.where(is_count, 1.0, 0.0)
    reason = _reason(is_over_time=is_over_time)
    found = beside.with_columns(
        measure=pl.when(pl.col("kind") == "counts").then(pl.lit("ratio")).otherwise(pl.lit("difference")),
        effect=pl.Series(effect),
        effect_lower=pl.Series(lower),
        effect_upper=pl.Series(upper),
        percent_change=pl.Series(
            np.where(is_over_time & is_count, percent_change(of("value"), of("benchmark_value"), base), np.nan)
        ),
        smallest_detectable_fall=pl.Series(np.where(is_over_time & is_count, fall, np.nan)),
        smallest_detectable_rise=pl.Series(np.where(is_over_time & is_count, rise, np.nan)),
        side=pl.Series(np.where(lower > null, 1, np.where(upper < null, -1, 0)), dtype=pl.Int8),
        has_interval=pl.Series(~np.isnan(lower) & ~np.isnan(upper)),
    ).with_columns(reason=reason)
    return (
        _judged(found)
        .select(pl.col(name).cast(dtype) for name, dtype in COMPARED.items())
        .sort(
            "indicator", "area_type", "area_code", "breakdown", "category", "benchmark_type", "benchmark_code", "period"
        )
    )


def _reason(*, is_over_time: bool) -> pl.Expr:
    """Why two figures are not compared, the first that holds; empty where they are."""
    flags = pl.col("static_flags")
    return (
        pl.when(flags.list.contains("self_selected"))
        .then(pl.lit("self_selected"))
        .when(pl.lit(not is_over_time) & flags.list.contains("own_trend_only"))
        .then(pl.lit("own_trend_only"))
        .when(pl.lit(is_over_time) & flags.list.contains("overlapping"))
        .then(pl.lit("overlapping"))
        .when(pl.col("is_broken"))
        .then(pl.lit("series_break"))
        .when(~pl.col("is_benchmark_shown"))
        .then(pl.lit("no_benchmark"))
        .when((pl.col("kind") == "counts") & pl.col("dispersion").is_null())
        .then(pl.lit("no_dispersion"))
        .when(~pl.col("has_interval"))
        .then(pl.lit("no_interval"))
        .otherwise(pl.lit(""))
    )


def _judged(found: pl.DataFrame) -> pl.DataFrame:
    """From side to words: higher, lower, similar; better, worse, similar where the direction is known and meant."""
    is_compared = pl.col("reason") == ""
    return found.with_columns(
        *(
            pl.when(is_compared).then(pl.col(name).fill_nan(None).round(_DECIMALS)).alias(name)
            for name in ("effect", "effect_lower", "effect_upper")
        ),
        *(
            pl.col(name).fill_nan(None).round(_DECIMALS).alias(name)
            for name in ("percent_change", "smallest_detectable_fall", "smallest_detectable_rise", "benchmark_value")
        ),
        result=pl.when(~is_compared)
        .then(pl.lit("not_compared"))
        .when(pl.col("side") > 0)
        .then(pl.lit("higher"))
        .when(pl.col("side") < 0)
        .then(pl.lit("lower"))
        .otherwise(pl.lit("similar")),
        **verdict(pl.col("side"), is_compared),
    )


def verdict(side: pl.Expr, is_told: pl.Expr) -> Mapping[str, pl.Expr]:
    """`judgement` and `reason` of a figure that lies above (1), below (−1) or at (0) what it is held against.

    is_told: whether that could be told at all; where not, the row's `reason` already says why.
    """
    good = pl.when(pl.col("polarity") == "high_is_good").then(1).otherwise(-1)
    is_effort = pl.col("static_flags").list.contains("effort_driven")
    return {
        "judgement": pl.when(~is_told | (pl.col("polarity") == "none") | is_effort)
        .then(pl.lit("not_judged"))
        .when(side == 0)
        .then(pl.lit("similar"))
        .when(side == good)
        .then(pl.lit("better"))
        .otherwise(pl.lit("worse")),
        "reason": pl.when(pl.col("reason") != "")
        .then("reason")
        .when(is_effort)
        .then(pl.lit("effort_driven"))
        .when(pl.col("polarity") == "none")
        .then(pl.lit("no_polarity"))
        .otherwise(pl.lit("")),
    }


# -------------------------------------------------------------------------------------------------- trends and ranks


def _trends(own: pl.DataFrame) -> pl.DataFrame:
    """The recent trend of every yearly series: its five newest years, unbroken and each by itself.

    own: sorted by period.
    """
    yearly = own.filter((pl.col("period_type") == "year") & (pl.col("breakdown") == ""))
    last = (
        yearly.group_by(SERIES, maintain_order=True)
        .agg(
            pl.len().alias("points"),
            pl.col("area_type", "area", "kind", "polarity", "static_flags", "breaks", "dispersion").last(),
            pl.col(
                "period",
                "year",
                "is_shown",
                "starts_series",
                "value",
                "lower_confidence_limit",
                "upper_confidence_limit",
                "numerator",
                "denominator",
                "effective_n",
            ).tail(_TREND_POINTS),
        )
        .filter(pl.col("points") >= _TREND_POINTS)
    )
    years = pl.col("year")
    crossed = pl.col("breaks").list.set_intersection(years.list.slice(1))
    reason = (
        pl.when(pl.col("static_flags").list.contains("self_selected"))
        .then(pl.lit("self_selected"))
        .when(pl.col("static_flags").list.contains("overlapping"))
        .then(pl.lit("overlapping"))
        .when(~pl.col("is_shown").list.all() | (years.list.last() - years.list.first() != _TREND_POINTS - 1))
        .then(pl.lit("missing_years"))
        .when((crossed.list.len() > 0) | pl.col("starts_series").list.slice(1).list.any())
        .then(pl.lit("series_break"))
        .when((pl.col("kind") == "counts") & pl.col("dispersion").is_null())
        .then(pl.lit("no_dispersion"))
        .when(pl.col("lower_confidence_limit").list.eval(pl.element().is_null()).list.any())
        .then(pl.lit("no_interval"))
        .otherwise(pl.lit(""))
    )
    last = last.with_columns(reason=reason)
    can = last.filter(pl.col("reason") == "")

    def of(name: str) -> Floats:
        values = can[name]
        found: Floats = np.array(values.to_list(), dtype=np.float64).reshape(can.height, _TREND_POINTS)
        return found

    is_share = can["kind"].to_numpy() == "microdata"
    n = of("effective_n")
    found = recent_trend(
        of("value"),
        of("lower_confidence_limit"),
        of("upper_confidence_limit"),
        np.where(is_share[:, None], of("value") / 100 * n, np.nan),
        np.where(is_share[:, None], n, np.nan),
        can["dispersion"].fill_null(1.0).to_numpy(),
        is_share,
    )
    judged = can.select(*SERIES).with_columns(
        statistic=pl.Series(found.statistic).fill_nan(None).round(_DECIMALS),
        trend=pl.Series(found.result.astype(str).tolist(), dtype=pl.String),
    )
    rows = last.join(judged, on=SERIES, how="left").with_columns(
        result=pl.col("trend").fill_null("cannot_be_calculated"),
        period_from=pl.col("period").list.first(),
        period_to=pl.col("period").list.last(),
    )
    side = (pl.col("result") == "increasing").cast(pl.Int8) - (pl.col("result") == "decreasing").cast(pl.Int8)
    rows = rows.with_columns(**verdict(side, pl.col("result") != "cannot_be_calculated"))
    return rows.select(pl.col(name).cast(dtype) for name, dtype in TRENDS.items()).sort(
        "indicator", "area_type", "area_code", "breakdown", "category"
    )


def _ranks(rows: pl.DataFrame, scope: frozenset[str]) -> pl.DataFrame:
    """The rank with its interval, and the place in the funnel, of each municipality of the scope among all.

    In each indicator's newest period that thirty municipalities have.
    """
    placed = rows.filter((pl.col("area_type") == "municipality") & (pl.col("breakdown") == "") & pl.col("is_shown"))
    placed = placed.filter(
        ~pl.col("static_flags").list.contains("self_selected")
        & ~pl.col("static_flags").list.contains("own_trend_only")
        & ((pl.col("kind") != "counts") | (pl.col("dispersion").is_not_null() & (pl.col("numerator") > 0)))
    )
    newest = placed.join(
        placed.group_by("indicator", "period")
        .agg(pl.len().alias("of"), pl.col("period_start").first())
        .filter(pl.col("of") >= _FEWEST_RANKED)
        .sort("period_start")
        .group_by("indicator", maintain_order=True)
        .last()
        .select("indicator", "period"),
        on=["indicator", "period"],
    )
    frames = []
    for _, group in sorted(newest.partition_by("indicator", as_dict=True).items()):

        def of(name: str, group: pl.DataFrame = group) -> Floats:
            return group[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()

        value, lower, upper = map(of, ("value", "lower_confidence_limit", "upper_confidence_limit"))
        position = np.full(group.height, np.nan)
        if group["kind"][0] == "counts":
            width = np.exp(_Z * np.sqrt(of("dispersion") / of("numerator")))
            lower, upper = value / width, value * width
            events, inhabitants = of("numerator"), of("denominator")
            elsewhere = (events.sum() - events) / (inhabitants.sum() - inhabitants)
            position = funnel_position(events, elsewhere * inhabitants, of("dispersion"))
        rank, best, worst, ranked = rank_interval(value, lower, upper)
        found = {"rank": rank, "best": best, "worst": worst, "funnel_position": position}
        frames.append(
            group.select("indicator", "area_code", "area", "period")
            .with_columns(*(pl.Series(name, each).fill_nan(None) for name, each in found.items()), of=pl.lit(ranked))
            .filter(pl.col("area_code").is_in(scope) & pl.col("rank").is_not_null())
        )
    empty = pl.DataFrame(schema=dict(RANKS))
    return pl.concat(
        [empty, *(frame.select(pl.col(name).cast(dtype) for name, dtype in RANKS.items()) for frame in frames)]
    ).sort("indicator", "area_code")
