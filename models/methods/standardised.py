"""Rates that can be compared between populations of different age and sex."""

import numpy as np

from models.methods.rates import Floats, poisson_limits


def directly_standardised(
    counts: Floats, populations: Floats, weights: Floats, confidence: float = 0.95, per: float = 100_000
) -> tuple[Floats, Floats, Floats]:
    """The rate per `per` that a standard population would have with the strata's own rates.

    counts, populations: shape (rows, strata); weights: the standard population, shape (strata,) or (rows, strata).
    Limits by Dobson's method from those of the total count (exact below 10, Byar from 10); with no event at all the
    upper limit is that of a count of 0 in the stratum that weighs most per inhabitant. They describe counting noise.
    A row with NaN, or a stratum without inhabitants, in it gives NaN. Returns value, lower and upper limit.
    Unsuitable below some ten events in all: one event in a small stratum decides the rate; use the indirect method.
    Raises ValueError for negative counts or weights and for a confidence outside 0.9–1.
    Reference: Dobson et al. (1991), Statistics in Medicine 10:457; no event: Fay & Feuer (1997), ibid. 16:791.
    """
    counts, weights = np.asarray(counts, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if np.any(counts < 0) or np.any(weights < 0):
        raise ValueError("counts and weights cannot be negative")
    share = weights / weights.sum(axis=-1, keepdims=True)
    each_weighs = share / _inhabited(populations)
    total = counts.sum(axis=-1)
    value = (each_weighs * counts).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        spread = np.sqrt((each_weighs**2 * counts).sum(axis=-1) / total)
    scale = np.where(total == 0, each_weighs.max(axis=-1), spread)
    lower, upper = poisson_limits(total, confidence)
    return value * per, (value + scale * (lower - total)) * per, (value + scale * (upper - total)) * per


def expected_counts(populations: Floats, reference_rates: Floats) -> Floats:
    """The events each row would have with the reference's rates: Σ population · rate over the strata.

    populations: shape (rows, strata); reference_rates: events per inhabitant, shape (strata,) or (rows, strata).
    """
    return np.asarray((np.asarray(populations, dtype=np.float64) * reference_rates).sum(axis=-1))


def indirectly_standardised(
    counts: Floats,
    populations: Floats,
    reference_rates: Floats,
    confidence: float = 0.95,
    crude_reference_rate: float = 1.0,
) -> tuple[Floats, Floats, Floats]:
    """The events counted over those expected with the reference's rates in each stratum (1 = as the reference).

    counts: all events of each row, shape (rows,): the strata's own are not needed; populations: (rows, strata);
    reference_rates: events per inhabitant. `crude_reference_rate`, the reference's rate per 100 000 or the like, turns
    the ratio into the indirectly standardised rate. Limits: exact below 10, Byar from 10, for counting noise; those of
    the reference are left out, so it must be far larger. Expected 0 or NaN gives NaN. Returns value, lower, upper.
    Unsuitable for comparing two municipalities with each other: each is weighed by its own population.
    Raises ValueError for negative counts and a confidence outside 0.9–1.
    Reference: Breslow & Day (1987), Statistical Methods in Cancer Research II, § 2.3.
    """
    counts = np.asarray(counts, dtype=np.float64)
    expected = _inhabited(expected_counts(populations, reference_rates)) / crude_reference_rate
    lower, upper = poisson_limits(counts, confidence)
    return counts / expected, lower / expected, upper / expected


def _inhabited(population: Floats) -> Floats:
    return np.where(np.asarray(population, dtype=np.float64) > 0, population, np.nan)
