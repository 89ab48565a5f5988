"""Which published figures have changed: every statement of a figure held against the one before it, as numbers.

A figure is a number in a row with a key. What a source's keys, figures and periods are is read off its declaration.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from sources._declare import Answer, Delivery, Disclosure, Number, Source, Whole

# Two figures are the same when they agree to the six decimals that figures are published with here, or to nine digits.
# Kolada has sent one series with six decimals and with fifteen: ten thousand figures that had not changed.
DECIMALS_TOLERANCE = 1e-6
RELATIVE_TOLERANCE = 1e-9
# Nine in ten figures of a series that at least double, or halve, at once are not corrected: it is another unit.
_AT_LEAST = 10
_FACTOR = 2.0
DELIVERED = "delivered_period"
KINDS = ("changed", "removed", "added_late", "redefined")


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The columns of a source that holds figures: what names one, where and when it is of, and the numbers.

    status: the column that says why a number is absent. withdrawn: the one that takes a row back. "" where there is
    none.
    """

    key: tuple[str, ...]
    area: str
    period: str
    columns: tuple[str, ...]
    status: str
    withdrawn: str

    @property
    def series(self) -> tuple[str, ...]:
        """What of the key names the series: neither where nor when."""
        return tuple(name for name in self.key if name not in (self.area, self.period))


def keyed(names: Sequence[str]) -> list[str]:
    """What key columns are called among revisions, where a source's own names would meet ours."""
    return [f"key_{name}" for name in names]


@cache
def figures_of(source: Source) -> Figures | None:
    """The figures of a source that an authority has published of areas; None where it has none.

    A window of events is none: what has left it is not withdrawn. Nor are rows about less than an area, such as a
    school, nor those of a local source, which no authority has published.
    """
    if source.disclosure is not Disclosure.OFFICIAL or source.delivery not in (Delivery.FULL, Delivery.REPLACES_PERIOD):
        return None
    key = (*source.key, *((DELIVERED,) if source.dated_by_period else ()))
    period = next((name for name in (source.speaks_of, "period", "year", DELIVERED) if name in key), "")
    numbers = tuple(
        column.name
        for column in source.columns
        if isinstance(column.type, Number | Whole)
        and column.name not in key
        and not column.name.endswith("year")  # a year says when, wherever it stands
    )
    area = next((name for name in ("area_code", "municipality_code") if name in key), "")
    if not (area and period and numbers):
        return None
    named = {column.name: column.type for column in source.columns if column.name not in key}
    return Figures(
        key=key,
        area=area,
        period=period,
        columns=numbers,
        status="status" if "status" in named else "",
        withdrawn="is_deleted" if isinstance(named.get("is_deleted"), Answer) else "",
    )


@dataclass(frozen=True, kw_only=True)
class Block:
    """Rows that stood, unchanged, in the looks `first` to `last` of a stream (looks are counted through the source).

    gone: the look of the stream that no longer had them; None while they stand.
    """

    rows: pl.LazyFrame
    stream: int
    first: int
    last: int | None
    gone: int | None
    is_synthetic: bool


_LAST = 2**62


def revisions(blocks: Sequence[Block], looks: Sequence[tuple[int, int]], figures: Figures) -> pl.DataFrame:
    """Every figure that changed: its key (`keyed`), its column, the area, the period and the series as text, `kind`,
    value and status before and after, the look in which the old was last seen and the new first.

    looks: (stream, look) pairs. The newest statement of a figure counts, whatever stream it came in, as it does in
    staging. `changed`: another number, a number for none or none for a number, another reason for none.
    `removed`: the row of a number is gone. `added_late`: a number of a period within those that its series had covered
    already; a new period is no revision. `redefined`: nine in ten figures of the series became at least twice as large,
    or half as large, in the same look. Constructed figures and published ones are never compared.
    """
    identity = [*keyed(figures.key), "is_synthetic", "column_name"]
    said = _statements(blocks, figures)
    told = pl.concat([said, _absences(said, identity), _said_again(said, looks, identity)], how="diagonal")
    # Of what is said twice in one look the last counts, and what is there before what is not.
    told = told.sort(*identity, "look", pl.col("is_absent").not_(), "stream", nulls_last=True)
    told = told.unique([*identity, "look"], keep="last", maintain_order=True)
    is_same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in identity)
    before = ("value", "status", "is_absent", "area_code", "stream", "last")
    told = told.with_columns(has_before=is_same.fill_null(False)).with_columns(
        pl.when("has_before").then(pl.col(name).shift(1)).alias(f"old_{name}") for name in before
    )
    told = told.join(_covered(said, figures), on=[*_series(figures), "look"], how="left", nulls_equal=True)
    size = pl.max_horizontal(pl.col("value").abs(), pl.col("old_value").abs())
    is_other = (pl.col("value") - pl.col("old_value")).abs() > pl.max_horizontal(
        pl.lit(DECIMALS_TOLERANCE), RELATIVE_TOLERANCE * size
    )
    had, has = pl.col("old_value").is_not_null(), pl.col("value").is_not_null()
    stood = pl.col("has_before") & ~pl.col("old_is_absent")
    is_within = pl.col("period").is_between("covered_from", "covered_to").fill_null(False)
    kind = (
        pl.when(stood & pl.col("is_absent") & had)
        .then(pl.lit("removed"))
        .when(stood & ~pl.col("is_absent") & (is_other | (had != has)))
        .then(pl.lit("changed"))
        .when(stood & ~pl.col("is_absent") & ~had & ~has & pl.col("status").ne_missing(pl.col("old_status")))
        .then(pl.lit("changed"))
        .when(~stood & has & is_within)
        .then(pl.lit("added_late"))
    )
    told = _redefined(told.with_columns(kind=kind), figures).filter(pl.col("kind").is_not_null())
    return _last_seen(told, looks).select(
        *keyed(figures.key),
        "column_name",
        pl.coalesce("area_code", "old_area_code").alias("area_code"),
        "period",
        _text(figures).alias("series"),
        "kind",
        "old_value",
        pl.col("value").alias("new_value"),
        "old_status",
        pl.col("status").alias("new_status"),
        "old_look",
        pl.col("look").alias("new_look"),
        "is_synthetic",
    )


def _series(figures: Figures) -> list[str]:
    # Years and months of one series are two: 2025 is no part of the months up to 2025M08.
    return [*keyed(figures.series), "column_name", "is_synthetic", "period_form"]


def _text(figures: Figures) -> pl.Expr:
    """What names the series, as `kpi U07452, gender T`."""
    parts = [pl.format(f"{name} {{}}", pl.col(f"key_{name}").cast(pl.String).fill_null("")) for name in figures.series]
    return pl.concat_str(parts, separator=", ") if parts else pl.lit("")


def _statements(blocks: Sequence[Block], figures: Figures) -> pl.DataFrame:
    """A row for every number that a block states, or says is lacking. Where a row has both a number and a reason for
    having none, the reason wins.
    """
    frames = []
    for block in blocks:
        rows = block.rows
        if figures.withdrawn:
            rows = rows.filter(~pl.col(figures.withdrawn).fill_null(False))
        status = pl.col(figures.status) if figures.status else pl.lit(None, pl.String)
        area = pl.col(figures.area)
        for name in figures.columns:
            frames.append(
                rows.select(
                    *(pl.col(key).alias(f"key_{key}") for key in figures.key),
                    pl.lit(name).alias("column_name"),
                    pl.when(status.is_null()).then(pl.col(name).cast(pl.Float64)).alias("value"),
                    status.alias("status"),
                    area.alias("area_code"),
                    pl.lit(block.stream).alias("stream"),
                    pl.lit(block.first, pl.Int64).alias("look"),
                    pl.lit(_LAST if block.last is None else block.last, pl.Int64).alias("last"),
                    pl.lit(block.gone, pl.Int64).alias("gone"),
                    pl.lit(block.is_synthetic).alias("is_synthetic"),
                    pl.lit(False).alias("is_absent"),
                )
            )
    period = pl.col(f"key_{figures.period}").cast(pl.String)
    return pl.concat(pl.collect_all(frames)).with_columns(
        period=period, period_form=period.str.len_chars(), area_code=pl.col("area_code").cast(pl.String)
    )


def _absences(said: pl.DataFrame, identity: Sequence[str]) -> pl.DataFrame:
    """That a row is no longer there, where its stream went on without it."""
    gone = said.filter(pl.col("gone").is_not_null()).with_columns(look="gone")
    left = gone.join(said, on=[*identity, "stream", "look"], how="anti", nulls_equal=True)
    return left.with_columns(
        pl.lit(None, pl.Float64).alias("value"), pl.lit(None, pl.String).alias("status"), is_absent=pl.lit(True)
    )


def _said_again(said: pl.DataFrame, looks: Sequence[tuple[int, int]], identity: Sequence[str]) -> pl.DataFrame:
    """What one stream says again after another has said otherwise: that is A → B → A although neither has changed."""
    if said["stream"].n_unique() < 2:
        return said.clear()
    shared = said.filter(pl.col("stream").n_unique().over(identity) > 1)
    others = shared.select(*identity, pl.col("stream").alias("other"), pl.col("look").alias("other_look"))
    met = shared.join(others, on=list(identity), nulls_equal=True).filter(
        (pl.col("stream") != pl.col("other")) & pl.col("other_look").is_between("look", "last", closed="none")
    )
    next_look = pl.DataFrame(looks, schema={"stream": pl.Int32, "again": pl.Int64}, orient="row").sort("again")
    again = met.sort("other_look").join_asof(
        next_look, left_on="other_look", right_on="again", by="stream", strategy="forward", check_sortedness=False
    )
    again = again.filter(pl.col("again") <= pl.col("last")).with_columns(look="again").select(said.columns)
    return again.unique(subset=[*identity, "stream", "look"], keep="any")


def _covered(said: pl.DataFrame, figures: Figures) -> pl.DataFrame:
    """For each look at a series the first and last period that earlier looks had stated."""
    series = _series(figures)
    spans = said.group_by(*series, "look").agg(pl.min("period").alias("low"), pl.max("period").alias("high"))
    return spans.sort(*series, "look").select(
        *series,
        "look",
        pl.col("low").cum_min().shift(1).over(series).alias("covered_from"),
        pl.col("high").cum_max().shift(1).over(series).alias("covered_to"),
    )


def _redefined(told: pl.DataFrame, figures: Figures) -> pl.DataFrame:
    """The rows, with `redefined` for what changed in a look where the series took another unit."""
    series = [*_series(figures), "look"]
    pairs = told.filter((pl.col("value") != 0) & (pl.col("old_value") != 0))
    ratio = (pl.col("value") / pl.col("old_value")).abs()
    is_up, is_down = ((each.mean() >= 0.9) for each in (ratio >= _FACTOR, ratio <= 1 / _FACTOR))
    moved = pairs.group_by(series).agg(((pl.len() >= _AT_LEAST) & (is_up | is_down)).alias("is_moved"))
    told = told.join(moved, on=series, how="left", nulls_equal=True)
    is_redefined = (pl.col("kind") == "changed") & pl.col("is_moved").fill_null(False)
    return told.with_columns(kind=pl.when(is_redefined).then(pl.lit("redefined")).otherwise("kind"))


def _last_seen(told: pl.DataFrame, looks: Sequence[tuple[int, int]]) -> pl.DataFrame:
    """With `old_look`: the last look of its stream in which the old figure stood, before the new one was seen."""
    listed = pl.DataFrame(looks, schema={"old_stream": pl.Int32, "at": pl.Int64}, orient="row").sort("at")
    until = told.with_columns(before=pl.min_horizontal("old_last", pl.col("look") - 1)).sort("before")
    return until.join_asof(
        listed, left_on="before", right_on="at", by="old_stream", strategy="backward", check_sortedness=False
    ).rename({"at": "old_look"})
