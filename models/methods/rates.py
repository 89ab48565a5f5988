"""Rates of counted events with limits for counting noise."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from models.methods._confidence import two_sided

Floats = NDArray[np.float64]
_EXACT_BELOW = 10


def is_exact(count: Floats) -> NDArray[np.bool_]:
    """Whether `poisson_limits` of each count are exact (below 10) or Byar's."""
    return np.asarray(count, dtype=np.float64) < _EXACT_BELOW


def poisson_limits(count: Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Limits for the expected number behind a count: exact Poisson below 10, Byar's approximation from 10.

    count: array of counts ≥ 0 (NaN gives NaN). Returns lower and upper limit in the unit of the count.
    They describe counting noise alone and must not be used to judge a change: counts vary more than that by chance.
    Raises ValueError for a confidence outside 0.9–1 and for negative counts.
    Reference: Breslow & Day (1987), Statistical Methods in Cancer Research II; Dobson et al. (1991), Statistics in
    Medicine 10:457. Exact limits by the chi-square relation of Garwood (1936), with lower limit 0 at count 0.
    """
    count = np.asarray(count, dtype=np.float64)
    tail, z = two_sided(confidence)
    if np.any(count < 0):
        raise ValueError("counts cannot be negative")
    few = np.where(is_exact(count), count, np.nan)  # the costly limits only where they are used
    with np.errstate(divide="ignore", invalid="ignore"):
        exact_lower = np.where(few == 0, 0.0, gammaincinv(np.maximum(few, 1e-300), tail))
        exact_upper = gammaincinv(few + 1, 1 - tail)
        byar_lower = count * (1 - 1 / (9 * count) - z / (3 * np.sqrt(count))) ** 3
        above = count + 1
        byar_upper = above * (1 - 1 / (9 * above) + z / (3 * np.sqrt(above))) ** 3
    return np.where(is_exact(count), exact_lower, byar_lower), np.where(is_exact(count), exact_upper, byar_upper)


def rate(count: Floats, population: Floats, per: float, confidence: float = 0.95) -> tuple[Floats, Floats, Floats]:
    """Count per `per` of the population, with limits for counting noise.

    count and population: arrays of equal shape; a population of 0 or NaN gives NaN (that row, never the run).
    A rate may pass `per`: one inhabitant can report two offences. Returns value, lower and upper limit.
    Unsuitable for proportions and for judging changes. Reference: as `poisson_limits`.
    """
    population = np.where(np.asarray(population, dtype=np.float64) > 0, population, np.nan)
    lower, upper = poisson_limits(count, confidence)
    return count / population * per, lower / population * per, upper / population * per
