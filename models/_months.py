"""Holds the newest months against the same months of earlier years."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from models._judge import verdict
from models.methods.rates import Floats
from models.methods.seasonal import borrowed_expectation, has_own_seasons

_YEARS = 5
_FEWEST_YEARS = 2
_DECIMALS = 6
_SERIES = ["indicator", "area_code"]

COUNTED: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "indicator": pl.String,
    "municipality_code": pl.String,
    "month": pl.Date,
    "events": pl.Int64,
    "is_synthetic": pl.Boolean,
}
MONTHS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("indicator", "area_type", "area_code", "area", "month"), pl.String),
    "events": pl.Int64,
    **dict.fromkeys(("expected", "expected_lower", "expected_upper"), pl.Float64),
    "years": pl.Int64,
    **dict.fromkeys(("seasons", "result", "judgement", "reason"), pl.String),
    "is_synthetic": pl.Boolean,
}


def judge_months(
    counted: pl.DataFrame, declared: pl.DataFrame, areas: pl.DataFrame, members: Mapping[str, frozenset[str]]
) -> pl.DataFrame:
    """The newest twelve months of each series of `areas`, in the columns of `MONTHS`.

    counted: the columns of `COUNTED`, whole months only. declared: indicator, polarity, static_flags and breaks of each
    indicator. areas: area_code, area and area_type of those to judge. members: the municipalities of each larger area;
    an area is judged in the months that every member has counted. Up to five years before are used, none from before a
    break. The county's seasons are those of all its municipalities that are counted here.
    """
    pairs = [(area, code) for area in areas["area_code"] for code in sorted(members.get(area, {area}))]
    series = _summed(counted, pairs).join(declared.select("indicator", "breaks"), on="indicator")
    series = series.with_columns(newest=pl.col("month").max().over(_SERIES)).with_columns(
        since=pl.col("breaks").list.eval(pl.element()).list.max(),
        back=(pl.col("newest").dt.year() - pl.col("month").dt.year()) * 12
        + (pl.col("newest").dt.month().cast(pl.Int32) - pl.col("month").dt.month().cast(pl.Int32)),
    )
    is_comparable = (pl.col("month").dt.year() >= pl.col("since")) | (pl.col("since") > pl.col("newest").dt.year())
    series = series.filter(is_comparable & (pl.col("back") < 12 * (_YEARS + 1)))
    if series.is_empty():
        return pl.DataFrame(schema=dict(MONTHS))
    counties = _of_counties(counted).rename({"events": "county_events"})
    county_of = {area: min(members.get(area, {area}))[:2] for area in areas["area_code"]}
    series = series.with_columns(county=pl.col("area_code").replace_strict(county_of, return_dtype=pl.String))
    series = series.join(counties, on=["indicator", "county", "month"], how="left")
    keys = series.select(_SERIES).unique().sort(_SERIES).with_row_index("row")
    series = series.join(keys, on=_SERIES)
    own, county = (_arrays(series, keys.height, name) for name in ("events", "county_events"))
    expected, lower, upper = borrowed_expectation(own, county)
    row, month = series["row"].to_numpy(), 11 - series["back"].to_numpy() % 12
    return (
        series.with_columns(
            expected=pl.Series(expected[row, month]),
            expected_lower=pl.Series(lower[row, month]),
            expected_upper=pl.Series(upper[row, month]),
            years=pl.Series(np.isfinite(own).sum(axis=-1)[row, month]),
            seasons=pl.Series(np.where(has_own_seasons(own)[row], "own", "county").tolist()),
        )
        .filter(pl.col("back") < 12)
        .join(areas, on="area_code")
        .join(declared.drop("breaks"), on="indicator")
        .pipe(_judged)
        .select(pl.col(name).cast(dtype) for name, dtype in MONTHS.items())
        .sort("indicator", "area_code", "month")
    )


def _summed(counted: pl.DataFrame, pairs: list[tuple[str, str]]) -> pl.DataFrame:
    """The events of each area in the months that all its members have counted."""
    listed = pl.DataFrame(pairs, schema={"area_code": pl.String, "municipality_code": pl.String}, orient="row")
    return (
        listed.with_columns(size=pl.len().over("area_code"))
        .join(counted, on="municipality_code")
        .group_by("indicator", "area_code", "month", "size")
        .agg(pl.col("events").sum(), pl.col("is_synthetic").any(), present=pl.len())
        .filter(pl.col("present") == pl.col("size"))
        .drop("size", "present")
    )


def _of_counties(counted: pl.DataFrame) -> pl.DataFrame:
    """The events of each county in the months that all of its municipalities that count at all have counted."""
    county = counted.with_columns(county=pl.col("municipality_code").str.head(2))
    county = county.with_columns(size=pl.col("municipality_code").n_unique().over("indicator", "county"))
    return (
        county.group_by("indicator", "county", "month", "size")
        .agg(pl.col("events").sum(), present=pl.len())
        .filter(pl.col("present") == pl.col("size"))
        .drop("size", "present")
    )


def _arrays(series: pl.DataFrame, height: int, name: str) -> Floats:
    """Series × twelve months (the newest last) × the years before."""
    earlier = series.filter(pl.col("back") >= 12)
    found: Floats = np.full((height, 12, _YEARS), np.nan)
    back = earlier["back"].to_numpy()
    values = earlier[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    found[earlier["row"].to_numpy(), 11 - back % 12, back // 12 - 1] = values
    return found


def _judged(series: pl.DataFrame) -> pl.DataFrame:
    """From counts and bands to result, judgement and reason."""
    can_tell = (pl.col("years") >= _FEWEST_YEARS) & pl.col("expected_upper").is_not_nan()
    side = (pl.col("events") > pl.col("expected_upper")).cast(pl.Int8) - (
        pl.col("events") < pl.col("expected_lower")
    ).cast(pl.Int8)
    series = series.with_columns(
        *(
            pl.when(can_tell).then(pl.col(name).round(_DECIMALS)).alias(name)
            for name in ("expected", "expected_lower", "expected_upper")
        ),
        side=side,
        seasons=pl.when(can_tell).then("seasons"),
        reason=pl.when(can_tell).then(pl.lit("")).otherwise(pl.lit("too_few_years")),
        month=pl.col("month").dt.strftime("%Y-%m"),
    )
    is_told = pl.col("reason") == ""
    return series.with_columns(
        result=pl.when(~is_told)
        .then(pl.lit("not_compared"))
        .otherwise(pl.col("side").replace_strict({1: "higher", -1: "lower", 0: "similar"}, return_dtype=pl.String)),
        **verdict(pl.col("side"), is_told),
    )
