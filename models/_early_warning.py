"""Holds the newest weeks and months of each series against what chance gives, with one budget of false alarms."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.methods.early_warning import (
    LATEST_WEEKS,
    MONTHLY,
    WEEKLY,
    Choice,
    choose_method,
    choose_monthly_method,
    find_rise,
    same_weeks_last_year,
)
from models.methods.false_alarms import PLANNED, WEEKS_OF_A_QUARTER, tail_per_test, tail_within_budget
from models.methods.farrington import Days, expect_from_earlier_years
from models.methods.prediction import Prediction, expect_from_latest, judge
from models.methods.rates import Floats

Bools = NDArray[np.bool_]

_DECIMALS = 6
_WEEKS_JUDGED = 53
_MONTHS_JUDGED = 12
_MONTHS_OF_A_QUARTER = 3
_WEEKS_A_YEAR = 52.1775
# The one budget of a municipality and quarter, shared by what is judged: a third goes to months where there are both,
# and a quarter to the area that it lies in, which gets as many quarters as it has municipalities.
_MONTHS_SHARE = 1 / 3
_AREA_SHARE = 1 / 4
_WATCHED = ("municipality", "police_area")

COUNTED: Mapping[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("series", "category", "focus_area", "municipality_code", "period_type"), pl.String),
    "period_start": pl.Date,
    "events": pl.Int64,
    "reporters": pl.Int64,
    "is_synthetic": pl.Boolean,
}
EARLY_WARNING: Mapping[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("series", "area_type", "area_code", "area", "category", "focus_area"), pl.String),
    **dict.fromkeys(("period", "period_type"), pl.String),
    "period_start": pl.Date,
    "events": pl.Int64,
    "reporters": pl.Int64,
    "method": pl.String,
    **dict.fromkeys(("years_back", "known_periods"), pl.Int64),
    **dict.fromkeys(("expected", "expected_lower", "expected_upper"), pl.Float64),
    **dict.fromkeys(("tail_probability", "tail", "rise_tail", "dispersion", "same_last_year"), pl.Float64),
    **dict.fromkeys(("is_high", "is_rise"), pl.Boolean),
    "risen_since": pl.Date,
    "reason": pl.String,
    "is_synthetic": pl.Boolean,
}


@dataclass(frozen=True, kw_only=True)
class _Watched:
    """Series of one kind of period on one row of periods without gaps, the newest last: counts and active reporters
    (series, periods), NaN in a period that somebody it takes has not told of; `unit`: the area of each series.
    """

    keys: pl.DataFrame
    unit: NDArray[np.str_]
    starts: Days
    counts: Floats
    exposure: Floats
    is_weekly: bool


def watch(
    counted: pl.DataFrame, areas: pl.DataFrame, members: Mapping[str, frozenset[str]], as_of: date
) -> pl.DataFrame:
    """The newest 53 ended weeks and 12 months of every series, in the columns of `EARLY_WARNING`.

    counted: the columns of `COUNTED`; a period without a row is one that nobody told of. areas: area_code, area and
    area_type. members: the municipalities of each larger area, whose sum is judged in the periods that all of them have
    told of. as_of: the weeks that have ended before it are judged, also those that nobody told of; months up to the
    newest that is published.

    What is expected is chosen by `choose_method`; what is left of one series' part of the budget goes to the others of
    the same area (`tail_within_budget`). A period is judged by those before it and never by itself.
    """
    watched = areas.filter(pl.col("area_type").is_in(_WATCHED)).sort("area_code")
    monday = as_of - timedelta(days=as_of.weekday() + 7)
    kinds = [
        found
        for period_type, newest in (("week", monday), ("month", None))
        if (found := _gathered(counted.filter(pl.col("period_type") == period_type), watched, members, newest))
    ]
    shares = _shares(kinds, watched, members)
    rows = [_judged(kind, period, shares) for kind in kinds for period in _periods(kind)]
    if not rows:
        return pl.DataFrame(schema=dict(EARLY_WARNING))
    return (
        pl.concat(rows)
        .join(watched, on="area_code")
        .with_columns(pl.selectors.float().fill_nan(None).round(_DECIMALS))
        .select(pl.col(name).cast(dtype) for name, dtype in EARLY_WARNING.items())
        .sort("series", "area_code", "category", "period_start")
    )


def _periods(kind: _Watched) -> range:
    length = kind.counts.shape[1]
    return range(max(1, length - (_WEEKS_JUDGED if kind.is_weekly else _MONTHS_JUDGED)), length)


def _gathered(
    counted: pl.DataFrame, areas: pl.DataFrame, members: Mapping[str, frozenset[str]], newest: date | None
) -> _Watched | None:
    """The series of each area; None where nothing is counted up to the newest period (None: the newest counted)."""
    if newest is not None:
        counted = counted.filter(pl.col("period_start") <= newest)
    if counted.is_empty():
        return None
    days = counted["period_start"].to_list()
    is_weekly = counted["period_type"][0] == "week"
    starts = _row(min(days), newest or max(days), is_weekly=is_weekly)
    place = {start: number for number, start in enumerate(starts)}
    of_municipality = {
        (series, code, category): frame
        for (series, code, category), frame in counted.partition_by(
            "series", "municipality_code", "category", as_dict=True
        ).items()
    }
    named = counted.group_by("series", "category").agg(pl.col("focus_area").first()).sort("series", "category")
    keys, counts, exposure = [], [], []
    for area in areas["area_code"]:
        own = sorted(members.get(area, {area}))
        for series, category, focus_area in named.iter_rows():
            parts = [of_municipality.get((series, code, category)) for code in own]
            if any(part is None for part in parts):
                continue  # a sum of some of them is another series than the sum of all
            numbers = np.full((2, len(own), len(starts)), np.nan)
            for row, part in enumerate(each for each in parts if each is not None):
                at = [place[start] for start in part["period_start"]]
                numbers[0, row, at] = part["events"].to_numpy()
                numbers[1, row, at] = part["reporters"].fill_null(1).to_numpy()
            keys.append(
                {
                    "series": series,
                    "category": category,
                    "focus_area": focus_area,
                    "area_code": area,
                    "period_type": "week" if is_weekly else "month",
                    "is_synthetic": any(bool(part["is_synthetic"].any()) for part in parts if part is not None),
                }
            )
            counts.append(numbers[0].sum(axis=0))
            exposure.append(numbers[1].sum(axis=0))
    if not keys:
        return None
    return _Watched(
        keys=pl.DataFrame(keys, schema_overrides={"focus_area": pl.String}),
        unit=np.array([key["area_code"] for key in keys]),
        starts=np.array(starts, dtype="datetime64[D]"),
        counts=np.stack(counts),
        exposure=np.stack(exposure),
        is_weekly=is_weekly,
    )


def _row(first: date, last: date, *, is_weekly: bool) -> list[date]:
    """The first days of all weeks or months from one to another."""
    if is_weekly:
        return [first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1)]
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in months]


def _shares(
    kinds: Sequence[_Watched], areas: pl.DataFrame, members: Mapping[str, frozenset[str]]
) -> Mapping[tuple[str, bool], float]:
    """The part of one municipality's budget that each area's weeks (True) and months (False) have."""
    watched = {(str(unit), kind.is_weekly) for kind in kinds for unit in np.unique(kind.unit)}
    above = Counter(
        code
        for area in areas["area_code"]
        for code in members.get(area, ())
        if any((area, k) in watched for k in (0, 1))
    )
    found = {}
    for unit, is_weekly in watched:
        if unit in members:
            whole = _AREA_SHARE * len(members[unit]) / max(above[code] for code in members[unit])
        else:
            whole = 1 - _AREA_SHARE if above[unit] else 1.0
        has_both = (unit, not is_weekly) in watched
        found[unit, is_weekly] = whole * ((1 - _MONTHS_SHARE if is_weekly else _MONTHS_SHARE) if has_both else 1.0)
    return found


def _judged(kind: _Watched, at: int, shares: Mapping[tuple[str, bool], float]) -> pl.DataFrame:
    """Every series' period number `at`."""
    counts, exposure = kind.counts[:, : at + 1], _without_nameless(kind.exposure[:, : at + 1])
    starts = kind.starts[: at + 1]
    is_told = np.isfinite(counts[:, -1]) & np.isfinite(exposure[:, -1])
    choices = [_choice(kind.is_weekly, *each) for each in zip(counts, exposure, strict=True)]
    method = np.where(is_told, [each.method for each in choices], "none")
    years_back = np.where(method == "earlier_years", [each.years_back for each in choices], 0)
    prediction = _predicted(kind, counts, exposure, starts, method, years_back)
    is_known = np.isfinite(prediction.expected)
    tail, rise_tail = _tails(kind, prediction, is_known, shares)
    found = judge(prediction, counts[:, -1], np.where(is_known, tail, 0.01))
    is_high, is_rise, since = found.is_signal, np.zeros(len(counts), dtype=np.bool_), np.full(len(counts), np.nan)
    if kind.is_weekly:
        for each in np.unique(rise_tail[is_known]):
            rows = is_known & (rise_tail == each)
            rise = find_rise(counts[rows], exposure[rows], float(each))
            is_rise[rows], since[rows] = rise.is_signal, rise.weeks
        last_year = same_weeks_last_year(counts, exposure, starts)
    else:
        last_year = counts[:, -13] if at >= 12 else np.full(len(counts), np.nan)
    reasons = np.where(is_told, [each.reason for each in choices], "not_reported")
    start: date = starts[-1].item()
    risen = [start - timedelta(weeks=int(ago)) if signal else None for signal, ago in zip(is_rise, since, strict=True)]
    numbers = {
        "events": counts[:, -1],
        "expected": prediction.expected,
        "expected_lower": found.lower,
        "expected_upper": found.upper,
        "tail_probability": found.tail_probability,
        "tail": np.where(is_known, tail, np.nan),
        "rise_tail": np.where(is_known & kind.is_weekly, rise_tail, np.nan),
        "dispersion": prediction.dispersion,
        "same_last_year": last_year,
        "reporters": kind.exposure[:, at] if kind.is_weekly else np.full(len(counts), np.nan),
    }
    return kind.keys.with_columns(
        *(pl.Series(name, values) for name, values in numbers.items()),
        period=pl.lit(f"{start:%G-W%V}" if kind.is_weekly else f"{start:%Y-%m}"),
        period_start=pl.lit(start),
        method=pl.Series(np.where(is_known, method, "none").tolist()),
        years_back=pl.Series(years_back),
        known_periods=pl.Series(np.isfinite(counts[:, :-1] + exposure[:, :-1]).sum(axis=1)),
        is_high=pl.Series(is_high),
        is_rise=pl.Series(is_rise),
        risen_since=pl.Series(risen, dtype=pl.Date),
        reason=pl.Series(np.where(is_known, "", np.where(reasons == "", "not_settled", reasons)).tolist()),
    )


def _without_nameless(exposure: Floats) -> Floats:
    """Where a report of the newest year names no service, nobody knows how many told, and weeks count alike."""
    recent = exposure[:, -LATEST_WEEKS - 1 :]
    is_nameless = np.any(recent == 0, axis=1, keepdims=True)
    return np.where(is_nameless & np.isfinite(exposure), 1.0, exposure)


def _choice(is_weekly: bool, counts: Floats, exposure: Floats) -> Choice:
    past = counts[:-1]
    is_known = np.isfinite(past) & (exposure[:-1] > 0)
    length = len(past) - int(np.argmax(is_known)) if is_known.any() else 0
    if not is_weekly:
        mean = float(past[is_known].mean()) if is_known.any() else 0.0
        return choose_monthly_method(months=length, events_a_month=mean)
    latest = past[-LATEST_WEEKS:][is_known[-LATEST_WEEKS:]]
    mean = float(latest.mean()) if latest.size else 0.0
    return choose_method(known_weeks=latest.size, years=length / _WEEKS_A_YEAR, events_a_week=mean)


def _predicted(
    kind: _Watched,
    counts: Floats,
    exposure: Floats,
    starts: Days,
    method: NDArray[np.str_],
    years_back: NDArray[np.int64],
) -> Prediction:
    """What each series' newest period is expected to give; where earlier years cannot say, the newest year does."""
    found = {field.name: np.full(len(counts), np.nan) for field in fields(Prediction)}

    def put(rows: Bools, prediction: Prediction) -> None:
        for name, values in found.items():
            values[rows] = getattr(prediction, name)

    for years in np.unique(years_back[years_back > 0]):
        rows = years_back == years
        parameters = WEEKLY if kind.is_weekly else MONTHLY
        put(rows, expect_from_earlier_years(counts[rows], starts, exposure[rows], years_back=int(years), **parameters))
    rows = kind.is_weekly & (method != "none") & ~np.isfinite(found["expected"])
    if rows.any():
        past = slice(-LATEST_WEEKS - 1, -1)
        put(rows, expect_from_latest(counts[rows, past], exposure[rows, past], exposure[rows, -1]))
        method[rows], years_back[rows] = "latest", 0
    return Prediction(**found)


def _tails(
    kind: _Watched, prediction: Prediction, is_known: Bools, shares: Mapping[tuple[str, bool], float]
) -> tuple[Floats, Floats]:
    """How rare a count must be, and how rare a rise over weeks, in the budget of each series' area."""
    tail, rise_tail = np.full(len(is_known), np.nan), np.full(len(is_known), np.nan)
    periods, methods = (WEEKS_OF_A_QUARTER, 2) if kind.is_weekly else (_MONTHS_OF_A_QUARTER, 1)
    for unit in np.unique(kind.unit[is_known]):
        rows = is_known & (kind.unit == unit)
        budget = PLANNED * shares[str(unit), kind.is_weekly]
        own = Prediction(**{field.name: getattr(prediction, field.name)[rows] for field in fields(Prediction)})
        tail[rows] = tail_within_budget(own, periods, methods, budget)
        # In steps of a tenth, downwards: each tail has limits of its own, and each limit an equation to be solved.
        rise_tail[rows] = 1.1 ** np.floor(
            np.log(tail_per_test(int(rows.sum()), periods, methods, budget)) / np.log(1.1)
        )
    return tail, rise_tail
