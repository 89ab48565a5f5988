"""How many events one period may give by chance: the negative binomial distribution, by mean and variance."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, ndtri, stdtr

from models.methods.rates import Floats

# Poisson is the limit at a ratio of 1; so near it no probability differs by more than a billionth.
_POISSON = 1 + 1e-9
_MOST = 1e12


def probability_of_at_least(count: Floats, mean: Floats, ratio: Floats, spare: Floats | float = np.inf) -> Floats:
    """The probability of `count` events or more. count: whole; mean ≥ 0; ratio: variance divided by mean, 1 is Poisson.

    spare: the degrees of freedom that the ratio was estimated with, infinite where it is known. A guessed ratio may be
    too low, so that limits are passed more often than they say: as a normal deviate, the probability is then read in
    Student's distribution, as for the mean of normal measurements.
    All broadcast. A mean of 0 gives 1 for a count of 0 and 0 for any other; NaN gives NaN.
    Reference: Johnson, Kemp & Kotz (2005), Univariate Discrete Distributions, 5.1 (incomplete beta function).
    """
    count, mean, ratio = np.broadcast_arrays(*(np.asarray(each, dtype=np.float64) for each in (count, mean, ratio)))
    ratio = np.maximum(ratio, _POISSON)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = betainc(np.maximum(count, 1.0), mean / (ratio - 1), 1 - 1 / ratio)
        found = np.where(mean > 0, found, np.where(mean == 0, 0.0, np.nan))
        found = np.where(count <= 0, np.where(np.isnan(mean + ratio), np.nan, 1.0), found)
    is_guess = np.isfinite(spare)
    if not np.any(is_guess):
        return found
    return np.where(is_guess, stdtr(np.where(is_guess, spare, 1.0), ndtri(found)), found)


def quantile(mean: Floats, ratio: Floats, share: Floats, spare: Floats | float = np.inf) -> Floats:
    """The smallest count that has at least `share` of the distribution at or below it; arrays as above, all broadcast.

    NaN where an argument is, and where the mean or the count is beyond all counting (10¹²).
    """
    mean, ratio, share, spare = np.broadcast_arrays(
        *(np.asarray(each, dtype=np.float64) for each in (mean, ratio, share, spare))
    )
    is_open = (mean >= 0) & (mean < _MOST) & np.isfinite(ratio) & np.isfinite(share) & (spare > 0)
    mean, ratio = np.where(is_open, mean, 0.0), np.where(is_open, ratio, 1.0)

    def is_enough(count: Floats) -> NDArray[np.bool_]:
        return np.asarray(probability_of_at_least(count + 1, mean, ratio, spare) <= 1 - share)

    too_few, enough = np.full(mean.shape, -1.0), np.ceil(mean + 4 * np.sqrt(mean * ratio) + 4 * ratio)
    while np.any(is_short := is_open & (enough < _MOST) & ~is_enough(enough)):
        too_few, enough = np.where(is_short, enough, too_few), np.where(is_short, 2 * enough, enough)
    while np.any(is_open & (enough - too_few > 1)):
        middle = np.floor((too_few + enough) / 2)
        is_upper = is_enough(middle)
        too_few, enough = np.where(is_upper, too_few, middle), np.where(is_upper, middle, enough)
    return np.where(is_open & (enough < _MOST), enough, np.nan)
