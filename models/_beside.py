"""Whom a figure stands beside: larger areas, groups of municipalities, and itself before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

SERIES = ("indicator", "area_code", "breakdown", "category")
_FIGURES = ("numerator", "denominator", "value", "lower_confidence_limit", "upper_confidence_limit", "effective_n")


def years_text(first: int, last: int) -> str:
    """The years of a promise, or those before it, as one period: 2023–2024, 2017."""
    return str(first) if first == last else f"{first}–{last}"


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


def beside_others(newest: pl.DataFrame, rows: pl.DataFrame, benchmarks: Benchmarks) -> pl.DataFrame:
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


def beside_earlier(newest: pl.DataFrame, own: pl.DataFrame, benchmarks: Benchmarks) -> pl.DataFrame:
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
        is_broken=pl.col("starts_series")
        | (
            pl.col("breaks")
            .list.set_intersection(pl.int_ranges(pl.col("base_year") + 1, pl.col("last_year") + 1))
            .list.len()
            > 0
        ),
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
            period=pl.lit(years_text(first, last)),
            benchmark_type=pl.lit("promise"),
            benchmark_period=pl.lit(years_text(base_first, base_last)),
            base_year=pl.lit(base_first, pl.Int32),
            last_year=pl.lit(last, pl.Int32),
            benchmark_value=pl.col("per") * pl.col("benchmark_numerator") / pl.col("benchmark_denominator"),
            **{f"benchmark_{each}": pl.lit(None, pl.Float64) for each in (*_FIGURES[3:], "weight_squares")},
        )
        .drop("own_numerator", "own_denominator")
    )
