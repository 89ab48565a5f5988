"""Whether five years in a row show a trend."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.methods.rates import Floats

POINTS = 5
LIMIT = 9.54953570608324  # the χ² distribution's 99.8 % point, one degree of freedom
_LEVEL = 1e-12
_YEARS = np.arange(1.0, POINTS + 1)
_ALL_AND_EACH_LEFT_OUT = np.vstack([np.ones(POINTS), 1 - np.eye(POINTS)])


@dataclass(frozen=True, kw_only=True)
class Trend:
    """One entry per row. `statistic`: χ² divided by the dispersion; `slope_sign`: −1, 0 or 1 of the fit to all five
    years; both NaN where nothing could be calculated. `result`: increasing, decreasing, no_change or
    cannot_be_calculated.
    """

    statistic: Floats
    slope_sign: Floats
    result: NDArray[np.str_]


def recent_trend(
    value: Floats,
    lower: Floats,
    upper: Floats,
    numerator: Floats,
    denominator: Floats,
    dispersion: Floats,
    is_proportion: NDArray[np.bool_],
) -> Trend:
    """The recent-trend rule: χ² of a straight line through five years above `LIMIT`, and the same direction whichever
    single year is left out.

    value, lower, upper: (rows, 5), oldest first, with 95 % limits for counting noise; numerator, denominator: as they.
    A row that is_proportion is tested on numerator and denominator (Cochran–Armitage, slopes of unweighted logits), any
    other on its values weighted by their limits. dispersion: (rows,), φ̂ ≥ 1 of the size class, 1 for survey shares; it
    divides the statistic.

    The five years must be consecutive, not overlapping and without a series break between them: give NaN for what is
    before a break. A row with a year missing, without limits, with nobody or everybody among those asked, or without
    dispersion cannot be calculated. Unsuitable for months, quarters and rolling sums. Raises ValueError for other
    shapes than five years and for a dispersion below 1.
    Reference: Fingertips, "Recent trends", Office for Health Improvement and Disparities; Armitage (1955), Biometrics
    11:375. The division by dispersion is ours: the rule takes limits for counting noise, and counts vary more.
    """
    points = [np.asarray(each, dtype=np.float64) for each in (value, lower, upper, numerator, denominator)]
    value, lower, upper, numerator, denominator = points
    if any(each.ndim != 2 or each.shape[1] != POINTS for each in points):
        raise ValueError("a trend takes five years a row")
    dispersion = np.asarray(dispersion, dtype=np.float64)
    if np.any(dispersion < 1):
        raise ValueError("dispersion cannot be below 1")
    of_proportions = np.asarray(is_proportion)[:, None]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        y = np.where(of_proportions, np.log(numerator / (denominator - numerator)), value)
        weight = np.where(of_proportions, 1.0, ((upper - lower) / 3.92) ** -2)
        known = np.all(np.isfinite(y) & np.isfinite(weight), axis=1) & np.isfinite(dispersion)
        slopes, precision = _slopes(y, weight)
        chi_square = np.where(
            of_proportions[:, 0], _cochran_armitage(numerator, denominator), slopes[:, 0] ** 2 * precision[:, 0]
        )
        statistic = np.where(known, chi_square / dispersion, np.nan)
    # A level fit comes out as some 1e-17 this way or that: it has no direction.
    level = _LEVEL * np.max(np.abs(y), axis=1, keepdims=True, initial=0, where=np.isfinite(y))
    directions = np.where(np.abs(slopes) <= level, 0.0, np.sign(slopes))
    sign = np.where(known, directions[:, 0], np.nan)
    is_same_way = np.all(directions == sign[:, None], axis=1)
    result = np.where(sign > 0, "increasing", "decreasing")
    result = np.where(is_same_way & (statistic > LIMIT), result, "no_change")
    return Trend(statistic=statistic, slope_sign=sign, result=np.where(known, result, "cannot_be_calculated"))


def _slopes(y: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Weighted slopes (rows, 6) of all five years and of each four, and the inverse of their variances."""
    weights = weight[:, None, :] * _ALL_AND_EACH_LEFT_OUT
    total = weights.sum(axis=2, keepdims=True)
    years = _YEARS - (weights * _YEARS).sum(axis=2, keepdims=True) / total
    precision = (weights * years**2).sum(axis=2)
    return (weights * years * y[:, None, :]).sum(axis=2) / precision, precision


def _cochran_armitage(numerator: Floats, denominator: Floats) -> Floats:
    hits, asked = numerator.sum(axis=1), denominator.sum(axis=1)
    hits_years, asked_years = (numerator * _YEARS).sum(axis=1), (denominator * _YEARS).sum(axis=1)
    spread = asked * (denominator * _YEARS**2).sum(axis=1) - asked_years**2
    return np.asarray(asked * (asked * hits_years - hits * asked_years) ** 2 / (hits * (asked - hits) * spread))
