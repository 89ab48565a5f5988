"""What a week or month is expected to give, judged by the same time of earlier years: Farrington's flexible method."""

from dataclasses import dataclass, fields
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtr

from models.methods.negative_binomial import probability_of_at_least, quantile
from models.methods.poisson_regression import QuasiPoissonFit, fit_quasi_poisson
from models.methods.prediction import Prediction
from models.methods.rates import Floats

Threshold = Literal["delta", "nb_plugin", "muan"]
Days = NDArray[np.datetime64]
_FEWEST_YEARS_OF_TREND = 3


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The counts to expect of one period, an entry per series: `lower` and `upper`, and how often chance gives a count
    as high as the one seen (`tail_probability`).
    """

    lower: Floats
    upper: Floats
    tail_probability: Floats


@dataclass(frozen=True, kw_only=True)
class Farrington:
    """The newest period of each series, NaN where it cannot be judged. `score`: how far the count is from expected
    towards the upper limit (1: at it); `is_alarm`: above the limit, with enough events.
    """

    prediction: Prediction
    limits: Limits
    score: Floats
    is_alarm: NDArray[np.bool_]


def expect_from_earlier_years(
    counts: Floats,
    starts: Days,
    exposure: Floats | None = None,
    *,
    years_back: int = 3,
    half_window: int = 3,
    seasons: int = 10,
    left_out: int = 26,
    outlier_from: float = 2.58,
    trend_p: float = 0.05,
) -> Prediction:
    """What the newest period of each series is expected to give, by a quasi-Poisson regression on earlier years.

    counts: (…, periods), the newest last (its count is not used), NaN where nothing is known; starts: (periods,), the
    first day of each, all the same weekday or all firsts of months, without gaps; exposure (inhabitants, active
    reporters) broadcasts to counts, the newest its own. The same time of `years_back` years ± half_window periods is
    one level, and the rest of the year seasons − 1 levels of equal length; with 1 only the windows are used. left_out:
    so many periods before the newest teach nothing, lest a rise that has begun be taken for the rule. Periods whose
    Anscombe residual is above outlier_from weigh less (1/s²), so that earlier rises do not hide new ones. A trend is
    used if its p is under trend_p, there are three years and it does not lead above the highest count seen.
    For months: half_window 1, seasons 4, left_out 3.

    Nothing can be said (NaN) without the newest exposure, where the series does not reach the year furthest back, and
    where the regression does not settle. Unsuitable for fewer than two earlier years, across a series break, and where
    a season has had no event at all: it then expects none. Use `prediction.expect_from_latest` there.
    Raises ValueError for negative counts and for starts that are no row of weeks or months.
    Reference: Farrington, Andrews, Beale & Catchpole (1996), JRSS A 159:547; Noufaily et al. (2013), Statistics in
    Medicine 32:1206. Oracle: R package surveillance, farringtonFlexible; here φ̂ ≥ 1 within the standard error too.
    """
    counts = np.asarray(counts, dtype=np.float64)
    behind = np.broadcast_to(1.0 if exposure is None else np.asarray(exposure, dtype=np.float64), counts.shape)
    level = season_levels(starts, years_back, half_window, seasons)
    is_taught = level >= 0
    is_taught[max(0, len(level) - 1 - left_out) :] = False
    time = (np.arange(len(level)) - len(level) + 1.0)[is_taught]  # 0 is now: what is expected is the constant alone
    steady = (level[is_taught, None] == np.arange(seasons)).astype(np.float64)
    steady[:, 0] = 1.0
    past, past_behind = counts[..., is_taught], behind[..., is_taught]
    found = _of_now(_robust_fit(past, steady, past_behind, outlier_from), behind[..., -1])
    if years_back >= _FEWEST_YEARS_OF_TREND:
        sloping = _robust_fit(past, np.column_stack([steady, time]), past_behind, outlier_from)
        with_trend = _of_now(sloping, behind[..., -1], slope=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            slope_error = np.sqrt(sloping.dispersion * sloping.covariance[..., -1, -1])
            p = 2 * stdtr(sloping.spare, -np.abs(with_trend.trend) / slope_error)
            highest = np.max(np.where(np.isfinite(past), past, -np.inf), axis=-1, initial=0)
            is_used = (p < trend_p) & (with_trend.expected <= highest)
        found = Prediction(
            **{
                field.name: np.where(is_used, getattr(with_trend, field.name), getattr(found, field.name))
                for field in fields(Prediction)
            }
        )
    return found


def farrington_flexible(
    counts: Floats,
    starts: Days,
    exposure: Floats | None = None,
    *,
    tail: float = 0.05,
    threshold: Threshold = "delta",
    power: float = 2 / 3,
    fewest: int = 5,
    fewest_within: int = 4,
    **parameters: Any,
) -> Farrington:
    """The method as published: `expect_from_earlier_years` (with its parameters), a threshold, enough events.

    threshold: `delta`, Farrington's, normal after μ^power; `nb_plugin`, Noufaily's negative binomial, without the noise
    of the expectation; `muan`, the same at the expectation's own 1 − tail quantile. No alarm with fewer than `fewest`
    events in the newest `fewest_within` periods. Simulated, each gives more false alarms than its tail says (1.4–2.8
    times, `bench/RESULTS.md`): signals are made by `prediction.judge`, which counts with both kinds of noise. The score
    is of counts; in the R package that of nb_plugin and muan mixes counts and logs.
    Arrays, errors, unsuitability and reference as `expect_from_earlier_years`.
    """
    counts = np.asarray(counts, dtype=np.float64)
    prediction = expect_from_earlier_years(counts, starts, exposure, **parameters)
    now = counts[..., -1]
    limits = limits_of(prediction.expected, prediction.error, prediction.dispersion, now, tail, threshold, power)
    with np.errstate(invalid="ignore", divide="ignore"):
        score = (now - prediction.expected) / (limits.upper - prediction.expected)
        is_alarm = (now > limits.upper) & (now > 0)
    is_enough = np.nansum(counts[..., -fewest_within:], axis=-1) >= fewest
    return Farrington(prediction=prediction, limits=limits, score=score, is_alarm=is_alarm & is_enough)


def limits_of(
    expected: Floats | float,
    error: Floats | float,
    dispersion: Floats | float,
    count: Floats | float,
    tail: float,
    threshold: Threshold,
    power: float = 2 / 3,
) -> Limits:
    """The limits of a period by one of the thresholds of `farrington_flexible`, and how unusual a count is.

    expected, dispersion φ ≥ 1 and the count seen broadcast; error: the standard error of the log of expected. power:
    2/3, 1/2 or 1, for `delta` only: that power of a count is near normal. Raises ValueError for an unknown threshold.
    """
    expected, error, dispersion, count = (
        np.asarray(each, dtype=np.float64) for each in (expected, error, dispersion, count)
    )
    z = float(ndtri(1 - tail))
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        if threshold == "delta":
            spread = power * expected ** (power - 0.5) * np.sqrt(dispersion + expected * error**2)
            middle = expected**power
            return Limits(
                lower=np.maximum(0.0, middle - z * spread) ** (1 / power),
                upper=(middle + z * spread) ** (1 / power),
                tail_probability=ndtr((middle - count**power) / spread),
            )
        if threshold == "muan":
            mean, ratio = expected * np.exp(z * error), dispersion
        elif threshold == "nb_plugin":
            mean, ratio = expected, dispersion
        else:
            raise ValueError(f"no threshold is called {threshold}")
    return Limits(
        lower=quantile(mean, ratio, np.asarray(tail)),
        upper=quantile(mean, ratio, np.asarray(1 - tail)),
        tail_probability=probability_of_at_least(count, mean, ratio),
    )


def outlier_weights(residuals: Floats, outlier_from: float = 2.58) -> Floats:
    """Weights of periods (…, periods) by their standardised residuals s: 1/s² above the limit, else 1, scaled to a
    mean of 1. NaN (nothing known) weighs nothing. Reference: Farrington et al. (1996), 3.6.
    """
    residuals = np.asarray(residuals, dtype=np.float64)
    is_known = np.isfinite(residuals)
    with np.errstate(invalid="ignore", divide="ignore"):
        weights = np.where(residuals > outlier_from, residuals**-2.0, 1.0)
    weights = np.where(is_known, weights, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(weights * (is_known.sum(axis=-1) / weights.sum(axis=-1))[..., None])


def reference_days(day: date, years_back: int, *, weekly: bool = True) -> list[date]:
    """The same time of this and of each of `years_back` earlier years, the newest first.

    Of a month its first day; of a week the same weekday nearest to the same date. So a week 53, which most years lack,
    is held against the week around the same date, and no week is used twice.
    """
    found = []
    for years in range(years_back + 1):
        year = day.year - years
        is_no_day = day.month == 2 and day.day == 29 and (year % 4 or (year % 100 == 0 and year % 400))
        same = date(year, 3, 1) if is_no_day else day.replace(year=year)
        away = (day.weekday() - same.weekday()) % 7 if weekly else 0
        found.append(same + timedelta(days=away - 7 if away > 3 else away))
    return found


def season_levels(starts: Days, years_back: int, half_window: int, seasons: int) -> NDArray[np.int64]:
    """The season of each period as seen from the newest, shape (periods,): 0 in the windows around the same time of
    each year, 1 … seasons − 1 in equal parts of the time between them, in order, −1 for what is not used.

    All −1 but for the newest window where the series does not reach the year furthest back.
    Raises ValueError for starts that are no unbroken row of weeks or months, and too many seasons for the year.
    """
    days = [day.item() for day in np.asarray(starts, dtype="datetime64[D]")]
    gaps = {(later - earlier).days for earlier, later in pairwise(days)}
    weekly = gaps == {7}
    if not weekly and not (gaps <= {28, 29, 30, 31} and all(day.day == 1 for day in days)):
        raise ValueError("starts are no unbroken row of weeks or months")
    place = {day: number for number, day in enumerate(days)}
    level = np.full(len(days), -1, dtype=np.int64)
    level[max(0, len(days) - 1 - half_window) :] = 0
    found = [place.get(day) for day in reference_days(days[-1], years_back, weekly=weekly)]
    known = [each for each in found if each is not None]
    if len(known) <= years_back:
        return level
    for later, reference in pairwise(known):
        level[max(0, reference - half_window) : reference + half_window + 1] = 0
        between = np.arange(reference + half_window + 1, later - half_window)
        if seasons > 1:
            if between.size < seasons - 1:
                raise ValueError("too many seasons for the year")
            for number, part in enumerate(np.array_split(between, seasons - 1), 1):
                level[part] = number
    return level


def _robust_fit(counts: Floats, design: Floats, exposure: Floats, outlier_from: float) -> QuasiPoissonFit:
    """The fit, and once more with outliers of the first weighing less."""
    first = fit_quasi_poisson(counts, design, exposure)
    with np.errstate(invalid="ignore", divide="ignore"):
        # Anscombe's residuals of Poisson counts, standardised.
        distance = 1.5 * (counts ** (2 / 3) * first.fitted ** (-1 / 6) - first.fitted**0.5)
        residuals = distance / np.sqrt(first.dispersion[..., None] * np.maximum(1 - first.leverage, 1e-6))
    return fit_quasi_poisson(counts, design, exposure, outlier_weights(residuals, outlier_from))


def _of_now(fit: QuasiPoissonFit, exposure: Floats, slope: bool = False) -> Prediction:
    """What the fit says of the period where every column but the first is 0."""
    with np.errstate(over="ignore", invalid="ignore"):
        expected = np.exp(fit.coefficients[..., 0]) * np.where(exposure > 0, exposure, np.nan)
        is_known = fit.is_settled & np.isfinite(expected)
        error = np.sqrt(fit.dispersion * fit.covariance[..., 0, 0])
    trend = fit.coefficients[..., -1] if slope else np.zeros(expected.shape)
    expected, error, trend, dispersion, spare = (
        np.where(is_known, each, np.nan) for each in (expected, error, trend, fit.dispersion, fit.spare)
    )
    return Prediction(
        expected=expected,
        dispersion=dispersion,
        error=error,
        spare=spare,
        trend=trend,
        periods=np.isfinite(fit.fitted).sum(axis=-1).astype(np.float64),
    )
