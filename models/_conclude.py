"""Five judgements of each focus area in each municipality, each with its grounds, and no sum of them.

extent: how much has been registered. development: what has changed more than chance. comparison: what is registered
beside the country (else the county). concern: what people say beside the country. consequence: what it leads to.
"""

from collections.abc import Mapping

import polars as pl

ASPECTS = ("extent", "development", "comparison", "concern", "consequence")
JUDGEMENTS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(
        ("area_type", "area_code", "area", "focus_area", "aspect", "judgement", "text", "grounds"), pl.String
    ),
    **dict.fromkeys(("figures_better", "figures_worse", "figures_similar", "figures_not_judged"), pl.Int64),
    "figures_by_chance": pl.Float64,
}
# One in twenty figures that have not changed, or do not differ, is still called better or worse: judged at 95 %.
_FALSE_ALARMS = 0.05
_AREA = ("area_type", "area_code", "area", "focus_area")
_COUNTS = ("better", "worse", "similar", "not_judged")
_TOTALS = (pl.col("breakdown") == "") & pl.col("area_type").is_in(["municipality", "police_area"])


def conclude(
    declared: pl.DataFrame, rows: pl.DataFrame, comparisons: pl.DataFrame, changes: pl.DataFrame, trends: pl.DataFrame
) -> pl.DataFrame:
    """One row per municipality or police area, focus area and aspect, in the columns of `JUDGEMENTS`.

    declared: indicator, focus_area, title, basis (registered, own_services or asked) and is_consequence of each
    indicator. rows: what may be shown; the others as `_judge.py` makes them. Where nothing can be said the row says so.
    """
    areas = rows.filter(_TOTALS).select("area_type", "area_code", "area").unique()
    every = areas.join(declared.select("focus_area").unique(), how="cross").join(
        pl.DataFrame({"aspect": ASPECTS}), how="cross"
    )
    beside = _beside_the_country(comparisons.filter(_TOTALS)).join(declared, on="indicator")
    over_time = _over_time(changes.filter(_TOTALS), trends.filter(_TOTALS)).join(declared, on="indicator")
    is_plain = ~pl.col("is_consequence")
    said = pl.concat(
        [
            _counted(over_time, "development"),
            _counted(beside.filter(is_plain & (pl.col("basis") != "asked")), "comparison"),
            _counted(beside.filter(is_plain & (pl.col("basis") == "asked")), "concern"),
            _counted(beside.filter("is_consequence"), "consequence"),
        ]
    )
    extent = _extent(rows.filter(_TOTALS), declared)
    return (
        every.join(pl.concat([extent, said]), on=[*_AREA, "aspect"], how="left")
        .with_columns(
            pl.col("judgement").fill_null("not_judged"),
            pl.col("text").fill_null("Uppgift saknas."),
            pl.col("grounds").fill_null(""),
            pl.col(*_COUNTS).fill_null(0),
        )
        .pipe(_with_disagreement)
        .rename({name: f"figures_{name}" for name in _COUNTS})
        .with_columns(
            figures_by_chance=_FALSE_ALARMS * pl.sum_horizontal("figures_better", "figures_worse", "figures_similar")
        )
        .select(pl.col(name).cast(dtype) for name, dtype in JUDGEMENTS.items())
        .sort(
            "area_type",
            "area_code",
            "focus_area",
            pl.col("aspect").replace_strict(dict(zip(ASPECTS, range(5), strict=True))),
        )
    )


def _beside_the_country(comparisons: pl.DataFrame) -> pl.DataFrame:
    """One comparison of each figure: with the country where that could be made, else with the county."""
    order = {"country": 0, "county": 1}
    return (
        comparisons.filter(pl.col("benchmark_type").is_in(list(order)))
        .sort(
            (pl.col("result") == "not_compared"),
            pl.col("benchmark_type").replace_strict(order, return_dtype=pl.Int8),
        )
        .unique(subset=["indicator", "area_code"], keep="first", maintain_order=True)
    )


def _over_time(changes: pl.DataFrame, trends: pl.DataFrame) -> pl.DataFrame:
    """What has become of each figure: its trend of five years where it could be told, else the latest change."""
    columns = ["indicator", "area_type", "area_code", "area", "judgement"]
    told = trends.filter(pl.col("result") != "cannot_be_calculated").select(columns)
    latest = changes.filter(pl.col("benchmark_type") == "previous").select(columns)
    return pl.concat([told, latest.join(told, on=["indicator", "area_code"], how="anti")])


def _counted(judged: pl.DataFrame, aspect: str) -> pl.DataFrame:
    """How many figures are better, worse and similar: one direction is a judgement, both are mixed."""
    counts = {name: (pl.col("judgement") == name).sum().cast(pl.Int64) for name in _COUNTS}
    grounds = pl.col("indicator").filter(pl.col("judgement") != "not_judged").sort().str.join(",")
    return (
        judged.group_by(_AREA)
        .agg(**counts, grounds=grounds, worst=_titles("worse"), best=_titles("better"))
        .with_columns(
            aspect=pl.lit(aspect),
            judgement=pl.when(pl.col("better") + pl.col("worse") + pl.col("similar") == 0)
            .then(pl.lit("not_judged"))
            .when((pl.col("better") > 0) & (pl.col("worse") > 0))
            .then(pl.lit("mixed"))
            .when(pl.col("better") > 0)
            .then(pl.lit("better"))
            .when(pl.col("worse") > 0)
            .then(pl.lit("worse"))
            .otherwise(pl.lit("similar")),
        )
        .with_columns(
            text=pl.when(pl.col("judgement") == "not_judged")
            .then(pl.lit("Inget mått går att bedöma."))
            .otherwise(
                pl.format(
                    "Av {} mått: {} bättre{}, {} sämre{}, {} utan säker skillnad; {} går inte att bedöma.",
                    pl.sum_horizontal(_COUNTS),
                    "better",
                    "best",
                    "worse",
                    "worst",
                    "similar",
                    "not_judged",
                )
            )
        )
        .select(*_AREA, "aspect", "judgement", "text", "grounds", *_COUNTS)
    )


def _titles(judgement: str) -> pl.Expr:
    listed = pl.col("title").filter(pl.col("judgement") == judgement).sort().str.join("; ")
    return pl.when(listed.str.len_chars() > 0).then(pl.format(" ({})", listed)).otherwise(pl.lit(""))


def _extent(rows: pl.DataFrame, declared: pl.DataFrame) -> pl.DataFrame:
    """The registered or reported count that is largest in its newest period: how much, never good or bad."""
    counted = (
        rows.filter((pl.col("kind") == "counts") & (pl.col("status") == "ok"))
        .sort("period_start")
        .group_by("indicator", "area_type", "area_code", "area", maintain_order=True)
        .last()
        .join(declared.select("indicator", "focus_area", "basis", "title"), on="indicator", suffix="_declared")
    )
    return (
        counted.sort(pl.col("basis") != "registered", -pl.col("numerator"), "indicator")
        .unique(subset=list(_AREA), keep="first", maintain_order=True)
        .with_columns(
            aspect=pl.lit("extent"),
            judgement=pl.lit("not_judged"),
            text=pl.format(
                "{} {}: {} ({} fall).",
                "title",
                "period",
                pl.col("value").round(0).cast(pl.Int64),
                pl.col("numerator").round(0).cast(pl.Int64),
            ),
            grounds=pl.col("indicator"),
            **{name: pl.lit(0, pl.Int64) for name in _COUNTS},
        )
        .select(*_AREA, "aspect", "judgement", "text", "grounds", *_COUNTS)
    )


def _with_disagreement(judged: pl.DataFrame) -> pl.DataFrame:
    """Where what is registered and what people say point in opposite directions, the concern says so."""
    registered = judged.filter(pl.col("aspect") == "comparison").select(*_AREA, registered="judgement")
    is_opposite = (
        pl.col("judgement").is_in(["better", "worse"])
        & pl.col("registered").is_in(["better", "worse"])
        & (pl.col("judgement") != pl.col("registered"))
        & (pl.col("aspect") == "concern")
    )
    return judged.join(registered, on=list(_AREA), how="left").with_columns(
        text=pl.when(is_opposite).then(pl.col("text") + " Anmält och upplevt pekar åt olika håll.").otherwise("text")
    )
