"""What the next period is expected to give, judged by the periods just before it, and whether a count is a signal."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.methods.negative_binomial import probability_of_at_least, quantile
from models.methods.rates import Floats


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What one period is expected to give, an entry per series, NaN where nobody can say.

    `expected` count; `dispersion` φ̂ ≥ 1 of the counts it was learnt from, with `spare` degrees of freedom; `error`:
    standard error of the log of expected; `trend`: change of the log per period that it reckons with; `periods` known.
    """

    expected: Floats
    dispersion: Floats
    error: Floats
    spare: Floats
    trend: Floats
    periods: Floats

    @property
    def ratio(self) -> Floats:
        """The variance of the count to come divided by its mean: its own noise and that of the expectation."""
        return np.asarray(self.dispersion + self.expected * self.error**2)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A count held against its prediction: `lower` and `upper`, the range to expect; `tail_probability`: how often
    chance gives as many; `is_signal`: above the range.
    """

    lower: Floats
    upper: Floats
    tail_probability: Floats
    is_signal: NDArray[np.bool_]


def expect_from_latest(counts: Floats, exposure: Floats, new_exposure: Floats) -> Prediction:
    """What a new period is expected to give, judged by the periods just before it.

    counts, exposure: counts (…, periods) of the same series in earlier periods and what they arose from (services that
    reported); a period that is NaN in either or without exposure is left out: no data is not zero. new_exposure: that
    of the new period, shape (…). Give the newest 52 weeks; from 26 known ones it is worth something.

    The rate has a gamma distribution after the counts Y of exposure E (Jeffreys' prior: shape Y + ½), and the new count
    then a negative binomial one with mean μ and variance τμ, τ = 1 + μ/(Y + ½); τ is multiplied by Pearson's dispersion
    φ̂ ≥ 1 of the counts around their own rate, so that a series that has varied more is allowed to.
    Unsuitable for series with a trend or with seasons, which it takes for noise: both make the limits wide, and the
    beginning of a season an exception. Raises ValueError for negative counts.
    Reference: Gelman et al. (2013), Bayesian Data Analysis, 2.6; Krishnamoorthy & Peng (2011), J. Statistical Planning
    and Inference 141:1709 (limits for a future count); McCullagh & Nelder (1989), Generalized Linear Models, 4.5.
    """
    counts, exposure = np.broadcast_arrays(np.asarray(counts, np.float64), np.asarray(exposure, np.float64))
    if np.any(counts < 0):
        raise ValueError("counts cannot be negative")
    is_known = np.isfinite(counts) & (exposure > 0)
    counts, exposure = np.where(is_known, counts, 0.0), np.where(is_known, exposure, 0.0)
    periods, total = is_known.sum(axis=-1), counts.sum(axis=-1) + 0.5
    behind = np.where(periods > 0, exposure.sum(axis=-1), np.nan)
    new_exposure = np.asarray(new_exposure, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        fitted = exposure * ((total - 0.5) / behind)[..., None]
        residuals = np.where(fitted > 0, (counts - fitted) ** 2 / fitted, 0.0).sum(axis=-1)
        dispersion = np.maximum(1.0, np.where(periods > 1, residuals / (periods - 1), 1.0))
        expected = np.asarray(np.where(new_exposure > 0, new_exposure, np.nan) * total / behind)
    return Prediction(
        expected=expected,
        dispersion=dispersion,
        error=np.sqrt(dispersion / total),
        spare=np.maximum(1.0, periods - 1.0),
        trend=np.zeros(expected.shape),
        periods=periods.astype(np.float64),
    )


def judge(prediction: Prediction, counts: Floats, tail: Floats | float, fewest: int = 2) -> Judgement:
    """Whether counts, one of each series predicted, are above what chance gives in `tail` of the periods.

    tail: of a false alarm in one period of one series, broadcast; `false_alarms.tail_within_budget` gives it. fewest: a
    lower count is never a signal (one event is an event). What was not predicted or not counted is no signal.
    The range holds whole counts, of a negative binomial distribution read as one whose dispersion is a guess.
    Raises ValueError for a tail outside 0–0.5. Reference: as `expect_from_latest` and `probability_of_at_least`.
    """
    tail, counts = np.asarray(tail, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    if not np.all((tail > 0) & (tail < 0.5)):
        raise ValueError("tail must lie between 0 and 0.5")
    lower, upper = (
        quantile(prediction.expected, prediction.ratio, each, prediction.spare) for each in (tail, 1 - tail)
    )
    with np.errstate(invalid="ignore"):
        is_signal = (counts > upper) & (counts >= fewest)
    return Judgement(
        lower=lower,
        upper=upper,
        tail_probability=probability_of_at_least(counts, prediction.expected, prediction.ratio, prediction.spare),
        is_signal=is_signal,
    )
