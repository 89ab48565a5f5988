"""Which method an early-warning series can bear, and what stands beside its newest week."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.methods.control_charts import cusum, cusum_limit
from models.methods.farrington import Days, reference_days
from models.methods.prediction import expect_from_latest
from models.methods.rates import Floats

FEWEST_WEEKS = 26
LATEST_WEEKS = 52
# Lets outliers of a skewed distribution weigh in the dispersion; with the published 2.58 it comes out too low.
OUTLIER_FROM = 3.5
WEEKLY: dict[str, Any] = {"half_window": 3, "seasons": 10, "left_out": 26, "outlier_from": OUTLIER_FROM}
MONTHLY: dict[str, Any] = {"half_window": 1, "seasons": 4, "left_out": 3, "outlier_from": OUTLIER_FROM}
_FEWEST_A_WEEK = 0.3
_FEWEST_A_WEEK_BY_SEASON = 1.0
_FEWEST_A_MONTH = 2.0  # fewer were not simulated
_WINDOW_YEARS = 0.1
_FEWEST_YEARS = 2
_MOST_YEARS = 5


@dataclass(frozen=True, kw_only=True)
class Choice:
    """`method`: none, latest (`prediction.expect_from_latest`, the newest 52 weeks) or earlier_years
    (`farrington.expect_from_earlier_years` with years_back and the parameters of `WEEKLY`); `reason` why none:
    too_short, too_few.
    """

    method: Literal["none", "latest", "earlier_years"]
    reason: Literal["", "too_short", "too_few"] = ""
    years_back: int = 0


def choose_method(*, known_weeks: int, years: float, events_a_week: float) -> Choice:
    """The method that simulation recommends for one weekly series (`bench/RESULTS.md`).

    known_weeks: of the newest 52, those that somebody reported in; years: from the first week to the newest;
    events_a_week: their mean. Under 26 known weeks nobody can judge. Under 0.3 events a week not even a threefold rise
    is seen within four weeks: sum the series over categories or to quarters. Half a year beyond two full years, where
    there is an event a week, the same time of earlier years is used: two, three … five of them.
    """
    if known_weeks < FEWEST_WEEKS:
        return Choice(method="none", reason="too_short")
    if not events_a_week >= _FEWEST_A_WEEK:
        return Choice(method="none", reason="too_few")
    years_back = min(_MOST_YEARS, int(years - _WINDOW_YEARS))
    if years < 2.5 or events_a_week < _FEWEST_A_WEEK_BY_SEASON:
        return Choice(method="latest")
    return Choice(method="earlier_years", years_back=years_back)


def choose_monthly_method(*, months: int, events_a_month: float) -> Choice:
    """The method of one monthly series: the same time of two, three … five earlier years, or none.

    months: from the first month to the one before the judged; events_a_month: the mean of those known.
    """
    years_back = min(_MOST_YEARS, (months - MONTHLY["half_window"]) // 12)
    if years_back < _FEWEST_YEARS:
        return Choice(method="none", reason="too_short")
    if not events_a_month >= _FEWEST_A_MONTH:
        return Choice(method="none", reason="too_few")
    return Choice(method="earlier_years", years_back=years_back)


@dataclass(frozen=True, kw_only=True)
class Rise:
    """Small excesses added up to the newest week, an entry per series: the `sum`, its `limit`, `is_signal`, and how
    many `weeks` ago it began, 0 the newest one; NaN and no signal where nobody can say.
    """

    sum: Floats
    limit: Floats
    is_signal: NDArray[np.bool_]
    weeks: Floats


def find_rise(
    counts: Floats, exposure: Floats, tail: float, *, taught_by: int = LATEST_WEEKS, within: int = 13, fewest: int = 2
) -> Rise:
    """Whether the newest weeks together are above what the weeks before them lead to expect: Rossi's CUSUM.

    counts, exposure (active reporters): (…, weeks), the newest last, at least taught_by + within of them (fewer are
    taken as unknown). The expectation comes from the taught_by weeks before the newest `within`, whose own rise must
    not teach it; the sum starts at 0 `within` weeks ago, and again after each signal. Its limit is the one that gives a
    false alarm in `tail` of the weeks, dispersion and the uncertainty of the expectation counted in. It sees a rise
    that goes on for weeks though none of them is high enough, and since when; `prediction.judge` sees one high week.
    Nothing is said of a series with fewer than 26 known weeks to learn from, or without the newest.
    Reference and errors: `control_charts.cusum`, `cusum_limit`, `prediction.expect_from_latest`.
    """
    counts, exposure = np.broadcast_arrays(np.asarray(counts, np.float64), np.asarray(exposure, np.float64))
    past, now = counts[..., -within - taught_by : -within], counts[..., -within:]
    behind, behind_now = exposure[..., -within - taught_by : -within], exposure[..., -within:]
    taught = expect_from_latest(past, behind, np.ones(counts.shape[:-1]))
    behind_now = np.where(behind_now > 0, behind_now, np.nan)
    is_judged = (taught.periods >= FEWEST_WEEKS) & np.isfinite(now[..., -1]) & np.isfinite(behind_now[..., -1])
    typical = np.where(is_judged, taught.expected, np.nan) * _median(behind_now)
    ratio = taught.dispersion + typical * taught.error**2
    limit = cusum_limit(typical, ratio, tail, scale="rossi")
    found = cusum(
        now,
        taught.expected[..., None] * behind_now,
        limit=limit,
        dispersion=np.where(is_judged, ratio, 1.0),
        scale="rossi",
        restart=True,
    )
    return Rise(
        sum=np.where(is_judged, found.sum[..., -1], np.nan),
        limit=limit,
        is_signal=is_judged & found.is_alarm[..., -1] & (now[..., -1] >= fewest),
        weeks=np.where(is_judged, within - 1.0 - found.since[..., -1], np.nan),
    )


def _median(values: Floats) -> Floats:
    """Of those known; NaN where none is, without a warning."""
    known = np.sort(values, axis=-1)  # NaN last
    count = np.isfinite(values).sum(axis=-1)
    low, high = (
        np.take_along_axis(known, np.maximum(each, 0)[..., None], axis=-1)[..., 0]
        for each in ((count - 1) // 2, count // 2 - (count == 0))
    )
    return np.asarray((low + high) / 2)


def same_weeks_last_year(counts: Floats, exposure: Floats, starts: Days, weeks: int = 4) -> Floats:
    """The mean count of the same four weeks last year, at the newest week's exposure: to stand beside, not to judge by.

    counts, exposure (active reporters): (…, weeks), the newest last; starts: their first days. The weeks end with the
    one around the same date (`farrington.reference_days`), so that a week 53 has one too. NaN where one of them is not
    known: three weeks are another time of the year.
    """
    counts, exposure = np.broadcast_arrays(np.asarray(counts, np.float64), np.asarray(exposure, np.float64))
    newest = np.asarray(starts[-1], dtype="datetime64[D]").item()
    same = np.flatnonzero(starts == np.datetime64(reference_days(newest, 1)[1]))
    if not same.size or same[0] < weeks - 1:
        return np.full(counts.shape[:-1], np.nan)
    then = slice(same[0] - weeks + 1, same[0] + 1)
    behind = np.where(exposure[..., then] > 0, exposure[..., then], np.nan)
    return np.asarray((counts[..., then] / behind).mean(axis=-1) * exposure[..., -1])
