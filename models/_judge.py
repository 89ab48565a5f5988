"""Judges figures: is a difference, a change or a trend more than chance, and is it for better or worse.

Limits on a count say how exactly it was counted. Whether one count differs from another is judged with the variation
that municipalities of that size really show from year to year, estimated from all of them (`methods/dispersion.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from models.methods.dispersion import change_z, estimate, size_class
from models.methods.power import smallest_detectable_change
from models.methods.ranks import rank_interval
from models.methods.rates import Floats
from models.methods.ratios import difference_of_limits, percent_change, rate_ratio, share_difference
from models.methods.trend import recent_trend

SERIES = ("indicator", "area_code", "breakdown", "category")
CONFIDENCE = 0.95
_Z = 1.959963984540054
_DECIMALS = 6
_FEWEST_RANKED = 30
_TREND_POINTS = 5
_FIGURES = ("numerator", "denominator", "value", "lower_confidence_limit", "upper_confidence_limit", "effective_n")

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
}


@dataclass(frozen=True, kw_only=True)
class Benchmarks:
    """Whom an area is compared with: codes by area code.

    members: the municipalities of each larger area. similar: Kolada's frozen groups. neighbours: municipalities next to
    each other. periods: (area, from, to, baseline from, baseline to), years of a promise and of the time before it.
    """

    members: Mapping[str, frozenset[str]]
    similar: Mapping[str, frozenset[str]]
    neighbours: Mapping[str, frozenset[str]]
    periods: Sequence[tuple[str, int, int, int, int]]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """comparisons and changes in the columns of `COMPARED`, trends of `TRENDS`, ranks of `RANKS`.

    dispersion: of each row of the scope, in the order given.
    """

    dispersion: pl.Series
    comparisons: pl.DataFrame
    changes: pl.DataFrame
    trends: pl.DataFrame
    ranks: pl.DataFrame


NOT_JUDGED = Judged(
    dispersion=pl.Series("dispersion", [], dtype=pl.Float64),
    comparisons=pl.DataFrame(schema=dict(COMPARED)),
    changes=pl.DataFrame(schema=dict(COMPARED)),
    trends=pl.DataFrame(schema=dict(TRENDS)),
    ranks=pl.DataFrame(schema=dict(RANKS)),
)


def judge(rows: pl.DataFrame, scope: frozenset[str], benchmarks: Benchmarks) -> Judged:
    """Judge the newest figure of each series of the areas of `scope`.

    rows: every row that may be shown, of all municipalities where an authority has published them, with its limits and
    what its indicator declares (`_estimate.py`). Rows without a figure are judged `not_compared`, and say why.
    """
    rows = rows.with_columns(
        year=pl.col("period_start").dt.year(),
        is_shown=(pl.col("status") == "ok") & pl.col("value").is_not_null(),
        effective_n=pl.col("denominator").pow(2) / pl.col("weight_squares"),
    )
    rows = _with_dispersion(rows, benchmarks.members)
    own = rows.filter(pl.col("area_code").is_in(scope))
    newest = own.filter(pl.col("is_shown")).sort("period_start").group_by(SERIES, maintain_order=True).last()
    newest = newest.select(own.columns)
    return Judged(
        dispersion=own["dispersion"],
        comparisons=_compared(newest, _benchmarks(newest, rows, benchmarks), is_over_time=False),
        changes=_compared(newest, _earlier(newest, own, benchmarks), is_over_time=True),
        trends=_trends(own),
        ranks=_ranks(rows, scope),
    )


# ---------------------------------------------------------------------------------------------------------- dispersion


def _with_dispersion(rows: pl.DataFrame, members: Mapping[str, frozenset[str]]) -> pl.DataFrame:
    """`dispersion`: how many times chance's own variance a count of this indicator and size varies; null where unknown.

    A sum over an area varies as its members do, each by itself: theirs, weighted by their counts.
    """
    rows = rows.with_columns(_dispersion(rows))
    pairs = [(area, member) for area, listed in sorted(members.items()) for member in sorted(listed)]
    listed = pl.DataFrame(pairs, schema={"area_code": pl.String, "member": pl.String}, orient="row")
    same = ["indicator", "period", "breakdown", "category"]
    of_members = rows.filter((pl.col("kind") == "counts") & (pl.col("area_type") == "municipality")).select(
        *same, pl.col("area_code").alias("member"), "numerator", "dispersion"
    )
    summed = (
        listed.join(of_members, on="member")
        .group_by(*same, "area_code")
        .agg(
            is_known=pl.col("dispersion").is_not_null().all(),
            weighted=(pl.col("dispersion") * pl.col("numerator")).sum() / pl.col("numerator").sum(),
        )
        .with_columns(weighted=pl.when("is_known").then(pl.col("weighted").fill_nan(None)))
    )
    return (
        rows.join(summed, on=[*same, "area_code"], how="left", maintain_order="left")
        .with_columns(
            dispersion=pl.when(pl.col("area_type") == "municipality").then("dispersion").otherwise("weighted")
        )
        .drop("is_known", "weighted")
    )


def _dispersion(rows: pl.DataFrame) -> pl.Series:
    """The dispersion of each row's indicator and size class."""
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
    known: dict[str, Floats] = {}
    for (indicator,), group in pairs.partition_by("indicator", as_dict=True).items():
        count, exposure, base, base_exposure, national = (
            group[name].to_numpy() for name in ("numerator", "denominator", "base", "base_exposure", "national")
        )
        z = change_z(count, exposure, base, base_exposure, national)
        known[str(indicator)] = _in_every_class(estimate(z, size_class(count + base)))
    of_row = np.full(rows.height, np.nan)
    sizes = size_class(2 * rows["numerator"].fill_null(float("nan")).to_numpy())
    names = rows["indicator"].to_numpy()
    for indicator, dispersion in known.items():
        at = (names == indicator) & (sizes >= 0)
        of_row[at] = dispersion[sizes[at]]
    return pl.Series("dispersion", of_row).fill_nan(None)


def _in_every_class(dispersion: Floats) -> Floats:
    """A class of sizes that no municipality had takes the nearest one's dispersion."""
    classes, known = np.arange(len(dispersion)), np.flatnonzero(~np.isnan(dispersion))
    if not len(known):
        return dispersion
    filled: Floats = dispersion[known[np.abs(known[:, None] - classes).argmin(axis=0)]]
    return filled


# ---------------------------------------------------------------------------------------------- whom to compare with


def _benchmarks(newest: pl.DataFrame, rows: pl.DataFrame, benchmarks: Benchmarks) -> pl.DataFrame:
    """Each newest row beside every benchmark it has, the area itself taken out of it."""
    areas = sorted(newest["area_code"].unique())
    larger = [
        (area, code)
        for area in areas
        for code, members in sorted(benchmarks.members.items())
        if code != area and (area in members or benchmarks.members.get(area, frozenset({"?"})) <= members)
    ]
    pairs = pl.DataFrame(larger, schema={"area_code": pl.String, "benchmark_code": pl.String}, orient="row")
    beside = newest.join(pairs, on="area_code").join(
        rows.select(
            "indicator",
            "period",
            "breakdown",
            "category",
            pl.col("area_code").alias("benchmark_code"),
            pl.col("area").alias("benchmark"),
            pl.col("area_type").alias("benchmark_type"),
            pl.col("is_shown").alias("is_benchmark_shown"),
            *(pl.col(name).alias(f"benchmark_{name}") for name in (*_FIGURES, "weight_squares")),
        ),
        on=["indicator", "period", "breakdown", "category", "benchmark_code"],
    )
    is_summed = pl.col("kind") != "published"
    without = {
        f"benchmark_{name}": pl.when(is_summed)
        .then(pl.col(f"benchmark_{name}") - pl.col(name))
        .otherwise(f"benchmark_{name}")
        for name in ("numerator", "denominator", "weight_squares")
    }
    pooled = pl.concat(
        [
            _pooled(newest, rows, benchmarks.similar, "similar", "Liknande kommuner"),
            _pooled(newest, rows, benchmarks.neighbours, "neighbours", "Grannkommuner"),
        ]
    )
    return _with_value(pl.concat([beside.with_columns(**without).select(pooled.columns), pooled]))


def _pooled(
    newest: pl.DataFrame, rows: pl.DataFrame, groups: Mapping[str, frozenset[str]], kind: str, name: str
) -> pl.DataFrame:
    """Each newest row of counts or answers beside the sum of a group of municipalities, where all have reported."""
    pairs = [(area, member) for area, members in sorted(groups.items()) for member in sorted(members - {area})]
    listed = pl.DataFrame(pairs, schema={"area_code": pl.String, "member": pl.String}, orient="row").with_columns(
        size=pl.len().over("area_code")
    )
    same = ["indicator", "period", "breakdown", "category"]
    sums = (
        newest.filter(pl.col("kind") != "published")
        .select(*same, "area_code")
        .join(listed, on="area_code")
        .join(
            rows.filter("is_shown").select(
                *same, pl.col("area_code").alias("member"), "numerator", "denominator", "weight_squares"
            ),
            on=[*same, "member"],
        )
        .group_by(*same, "area_code", "size")
        .agg(
            pl.len().alias("present"),
            pl.col("numerator", "denominator", "weight_squares").sum().name.prefix("benchmark_"),
        )
        .filter(pl.col("present") == pl.col("size"))
    )
    blank = [pl.lit(None, pl.Float64).alias(f"benchmark_{each}") for each in _FIGURES[2:]]
    return (
        newest.join(sums, on=[*same, "area_code"])
        .with_columns(
            *blank,
            benchmark_type=pl.lit(kind),
            benchmark_code=pl.lit(kind),
            benchmark=pl.lit(name),
            is_benchmark_shown=pl.lit(True),
        )
        .select(
            *newest.columns,
            "benchmark_type",
            "benchmark_code",
            "benchmark",
            "is_benchmark_shown",
            *(f"benchmark_{each}" for each in (*_FIGURES, "weight_squares")),
        )
    )


def _with_value(beside: pl.DataFrame) -> pl.DataFrame:
    """The benchmark's own rate or share, where it was summed here."""
    is_summed = pl.col("kind") != "published"
    return beside.with_columns(
        benchmark_period=pl.col("period"),
        is_broken=pl.lit(False),
        benchmark_value=pl.when(is_summed)
        .then(pl.col("per") * pl.col("benchmark_numerator") / pl.col("benchmark_denominator"))
        .otherwise("benchmark_value"),
        benchmark_effective_n=pl.col("benchmark_denominator").pow(2) / pl.col("benchmark_weight_squares"),
    )


def _earlier(newest: pl.DataFrame, own: pl.DataFrame, benchmarks: Benchmarks) -> pl.DataFrame:
    """Each newest row beside the row before it, and the years of a promise beside those before it."""
    figures = (*_FIGURES, "weight_squares")
    points = own.filter("is_shown").sort("period_start")
    last_two = points.group_by(SERIES, maintain_order=True).tail(2).group_by(SERIES, maintain_order=True)
    before = last_two.agg(pl.all().first(), points=pl.len()).filter(pl.col("points") == 2)
    previous = newest.join(
        before.select(
            *SERIES,
            pl.col("period").alias("benchmark_period"),
            pl.col("year").alias("base_year"),
            *(pl.col(name).alias(f"benchmark_{name}") for name in figures),
        ),
        on=SERIES,
    ).with_columns(benchmark_type=pl.lit("previous"), last_year=pl.col("year"))
    promised = [
        _promised(newest.filter(pl.col("area_code").is_in({area, *benchmarks.members.get(area, ())})), points, period)
        for period in benchmarks.periods
        for area in period[:1]
    ]
    everything = pl.concat([previous, *(each.select(previous.columns) for each in promised)])
    return everything.with_columns(
        benchmark_code=pl.col("area_code"),
        benchmark=pl.col("area"),
        is_benchmark_shown=pl.lit(True),
        is_broken=pl.col("breaks")
        .list.eval(pl.element())
        .list.set_intersection(pl.int_ranges(pl.col("base_year") + 1, pl.col("last_year") + 1))
        .list.len()
        > 0,
    )


def _promised(newest: pl.DataFrame, points: pl.DataFrame, period: tuple[str, int, int, int, int]) -> pl.DataFrame:
    """The counts of a promise's years together beside those of the years before, where every year is there."""
    _, first, last, base_first, base_last = period
    counted = points.filter((pl.col("kind") == "counts") & (pl.col("period_type") == "year"))

    def pooled(since: int, until: int, prefix: str) -> pl.DataFrame:
        return (
            counted.filter(pl.col("year").is_between(since, until))
            .group_by(SERIES)
            .agg(pl.len().alias("years"), pl.col("numerator", "denominator").sum().name.prefix(prefix))
            .filter(pl.col("years") == until - since + 1)
            .drop("years")
        )

    return (
        newest.join(pooled(first, last, "own_"), on=SERIES)
        .join(pooled(base_first, base_last, "benchmark_"), on=SERIES)
        .with_columns(
            numerator=pl.col("own_numerator"),
            denominator=pl.col("own_denominator"),
            value=pl.col("per") * pl.col("own_numerator") / pl.col("own_denominator"),
            period=pl.lit(f"{first}–{last}"),
            benchmark_type=pl.lit("promise"),
            benchmark_period=pl.lit(f"{base_first}–{base_last}"),
            base_year=pl.lit(base_first, pl.Int32),
            last_year=pl.lit(last, pl.Int32),
            benchmark_value=pl.col("per") * pl.col("benchmark_numerator") / pl.col("benchmark_denominator"),
            **{f"benchmark_{each}": pl.lit(None, pl.Float64) for each in (*_FIGURES[3:], "weight_squares")},
        )
        .drop("own_numerator", "own_denominator")
    )


# ------------------------------------------------------------------------------------------------------------- judging


def _compared(newest: pl.DataFrame, beside: pl.DataFrame, *, is_over_time: bool) -> pl.DataFrame:
    """Effect, limits, result and judgement of each row beside its benchmark."""

    def of(name: str) -> Floats:
        return beside[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()

    count, exposure, base, base_exposure = map(
        of, ("numerator", "denominator", "benchmark_numerator", "benchmark_denominator")
    )
    dispersion = of("dispersion")
    ratio = rate_ratio(count, exposure, base, base_exposure, dispersion, CONFIDENCE)
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
        .sort("indicator", "area_type", "area_code", "breakdown", "category", "benchmark_type", "benchmark_code")
    )


def _reason(*, is_over_time: bool) -> pl.Expr:
    """Why two figures are not compared, the first that holds; empty where they are."""
    flags = pl.col("static_flags")
    return (
        pl.when(flags.list.contains("self_selected"))
        .then(pl.lit("self_selected"))
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
    good = pl.when(pl.col("polarity") == "high_is_good").then(1).otherwise(-1)
    is_compared = pl.col("reason") == ""
    is_effort = pl.col("static_flags").list.contains("effort_driven")
    is_judged = is_compared & (pl.col("polarity") != "none") & ~is_effort
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
        judgement=pl.when(~is_judged)
        .then(pl.lit("not_judged"))
        .when(pl.col("side") == 0)
        .then(pl.lit("similar"))
        .when(pl.col("side") == good)
        .then(pl.lit("better"))
        .otherwise(pl.lit("worse")),
        reason=pl.when(~is_compared)
        .then("reason")
        .when(is_effort)
        .then(pl.lit("effort_driven"))
        .when(pl.col("polarity") == "none")
        .then(pl.lit("no_polarity"))
        .otherwise(pl.lit("")),
    )


# -------------------------------------------------------------------------------------------------- trends and ranks


def _trends(own: pl.DataFrame) -> pl.DataFrame:
    """The recent trend of every yearly series: its five newest years, unbroken and each by itself."""
    yearly = own.filter((pl.col("period_type") == "year") & (pl.col("breakdown") == "")).sort("period_start")
    last = (
        yearly.group_by(SERIES, maintain_order=True)
        .agg(
            pl.len().alias("points"),
            pl.col("area_type", "area", "kind", "polarity", "static_flags", "breaks", "dispersion").last(),
            pl.col(
                "period",
                "year",
                "is_shown",
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
        .when(crossed.list.len() > 0)
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
    good = pl.when(pl.col("polarity") == "high_is_good").then(pl.lit("increasing")).otherwise(pl.lit("decreasing"))
    is_effort = pl.col("static_flags").list.contains("effort_driven")
    rows = (
        last.join(judged, on=SERIES, how="left")
        .with_columns(
            result=pl.col("trend").fill_null("cannot_be_calculated"),
            period_from=pl.col("period").list.first(),
            period_to=pl.col("period").list.last(),
        )
        .with_columns(
            judgement=pl.when((pl.col("polarity") == "none") | is_effort | (pl.col("result") == "cannot_be_calculated"))
            .then(pl.lit("not_judged"))
            .when(pl.col("result") == "no_change")
            .then(pl.lit("similar"))
            .when(pl.col("result") == good)
            .then(pl.lit("better"))
            .otherwise(pl.lit("worse")),
            reason=pl.when(pl.col("reason") != "")
            .then("reason")
            .when(is_effort)
            .then(pl.lit("effort_driven"))
            .when(pl.col("polarity") == "none")
            .then(pl.lit("no_polarity"))
            .otherwise(pl.lit("")),
        )
    )
    return rows.select(pl.col(name).cast(dtype) for name, dtype in TRENDS.items()).sort(
        "indicator", "area_type", "area_code", "breakdown", "category"
    )


def _ranks(rows: pl.DataFrame, scope: frozenset[str]) -> pl.DataFrame:
    """The rank, with its interval, of each municipality of the scope among all in each indicator's newest period."""
    placed = rows.filter((pl.col("area_type") == "municipality") & (pl.col("breakdown") == "") & pl.col("is_shown"))
    placed = placed.filter(
        ~pl.col("static_flags").list.contains("self_selected")
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
        value, lower, upper = (
            group[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
            for name in ("value", "lower_confidence_limit", "upper_confidence_limit")
        )
        if group["kind"][0] == "counts":
            width = np.exp(_Z * np.sqrt((group["dispersion"] / group["numerator"]).to_numpy()))
            lower, upper = value / width, value * width
        rank, best, worst, of = rank_interval(value, lower, upper)
        frames.append(
            group.select("indicator", "area_code", "area", "period")
            .with_columns(
                *(
                    pl.Series(name, each).fill_nan(None)
                    for name, each in (("rank", rank), ("best", best), ("worst", worst))
                ),
                of=pl.lit(of),
            )
            .filter(pl.col("area_code").is_in(scope) & pl.col("rank").is_not_null())
        )
    empty = pl.DataFrame(schema=dict(RANKS))
    return pl.concat(
        [empty, *(frame.select(pl.col(name).cast(dtype) for name, dtype in RANKS.items()) for frame in frames)]
    ).sort("indicator", "area_code")
