"""What the next period is expected to give, judged by the periods just before it."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def predicted_counts(counts: Floats, exposure: Floats, new_exposure: Floats, tail: float) -> tuple[Floats, ...]:
    """Expected count of a new period, with the lowest and highest whole count to expect.

    counts, exposure: counts (…, periods) of the same series in earlier periods and what they arose from (services that
    reported); a period that is NaN in either or without exposure is left out. new_exposure: that of the new period,
    shape (…). tail: the probability, at most, of a count outside on each side. Returns expected, lower and upper, each
    (…), NaN where no period is known.

    The rate has a gamma distribution after the counts Y of exposure E (Jeffreys' prior: shape Y + ½), and the new count
    then a negative binomial one with mean μ and variance τμ, τ = 1 + μ/(Y + ½); τ is multiplied by Pearson's dispersion
    φ̂ ≥ 1 of the counts around their own rate, so that a series that has varied more is allowed to.
    Unsuitable for series with a trend or with seasons, which it takes for noise: both make the limits wide, and the
    beginning of a season an exception. Raises ValueError for negative counts and a tail outside 0–0.5.
    Reference: Gelman et al. (2013), Bayesian Data Analysis, 2.6; Krishnamoorthy & Peng (2011), J. Statistical Planning
    and Inference 141:1709 (limits for a future count); McCullagh & Nelder (1989), Generalized Linear Models, 4.5.
    """
    counts, exposure = np.broadcast_arrays(np.asarray(counts, np.float64), np.asarray(exposure, np.float64))
    if np.any(counts < 0):
        raise ValueError("counts cannot be negative")
    if not 0 < tail < 0.5:
        raise ValueError("tail must lie between 0 and 0.5")
    is_known = np.isfinite(counts) & (exposure > 0)
    counts, exposure = np.where(is_known, counts, 0.0), np.where(is_known, exposure, 0.0)
    periods, total = is_known.sum(axis=-1), counts.sum(axis=-1) + 0.5
    behind = np.where(periods > 0, exposure.sum(axis=-1), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        fitted = exposure * ((total - 0.5) / behind)[..., None]
        residuals = np.where(fitted > 0, (counts - fitted) ** 2 / fitted, 0.0).sum(axis=-1)
        dispersion = np.maximum(1.0, np.where(periods > 1, residuals / (periods - 1), 1.0))
        expected = np.asarray(new_exposure * total / behind)
        ratio = dispersion * (1 + expected / total)
    return expected, _quantile(expected, ratio, tail), _quantile(expected, ratio, 1 - tail)


def _quantile(mean: Floats, ratio: Floats, share: float) -> Floats:
    """The smallest count that has at least `share` of a negative binomial distribution at or below it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size, log_grows = mean / (ratio - 1), np.log1p(-1 / ratio)
        log_mass = -size * np.log(ratio)  # of 0; in logarithms, since it is nothing at all where the mean is large
    found = np.where(np.isfinite(log_mass), 0.0, np.nan)
    below = np.exp(log_mass)
    is_open = below < share
    while np.any(is_open):
        log_mass = np.where(is_open, log_mass + log_grows + np.log((size + found) / (found + 1)), log_mass)
        found = np.where(is_open, found + 1, found)
        below = np.where(is_open, below + np.exp(log_mass), below)
        is_open &= below < share
    return found
