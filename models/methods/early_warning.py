"""Which method an early-warning series can bear, and what stands beside its newest week."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from models.methods.farrington import Days, reference_days
from models.methods.rates import Floats

FEWEST_WEEKS = 26
LATEST_WEEKS = 52
# Lets outliers of a skewed distribution weigh in the dispersion; with the published 2.58 it comes out too low.
OUTLIER_FROM = 3.5
WEEKLY: dict[str, Any] = {"half_window": 3, "seasons": 10, "left_out": 26, "outlier_from": OUTLIER_FROM}
MONTHLY: dict[str, Any] = {"half_window": 1, "seasons": 4, "left_out": 3, "outlier_from": OUTLIER_FROM}
_FEWEST_A_WEEK = 0.3
_FEWEST_A_WEEK_BY_SEASON = 1.0
_WINDOW_YEARS = 0.1
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
