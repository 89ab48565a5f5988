"""Which municipalities lie outside what chance gives places of their size: funnel limits at 95 and 99.8 %.

Positions, for counts and shares alike: −2 below the limit of 99.8 %, −1 below that of 95 %, 0 within, 1 above that of
95 %, 2 above that of 99.8 %. Chance alone puts 1 in 20 of all outside the inner limits and 1 in 500 outside the outer.
The dispersion φ ≥ 1 stands for variance φ times that of counting noise, as if only 1/φ of the events or respondents
had been independent. Reference: Spiegelhalter (2005), Statistics in Medicine 24:1185, and Quality and Safety in Health
Care 14:347 (overdispersion); positions as Fingertips' technical guidance (Public Health England, 2018).
"""

import numpy as np

from models.methods._confidence import two_sided
from models.methods.rates import Floats, poisson_limits

_INNER, _OUTER = 0.95, 0.998


def funnel_limits(
    observed: Floats, dispersion: Floats | float = 1.0, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """The expected counts on whose upper and lower funnel line an observed count lies.

    observed: counts ≥ 0; dispersion: φ ≥ 1; broadcastable. Fewer expected than the first is high, more than the second
    is low. The lines of a chart are (first, observed/first) and (second, observed/second) over a range of counts.
    φ times the limits of observed/φ: exact Poisson where that is under 10, Byar's from 10. NaN gives NaN.
    Raises ValueError for negative counts, a dispersion under 1 and a confidence outside 0.9–1.
    """
    factor = _checked(dispersion)
    lower, upper = poisson_limits(np.asarray(observed, dtype=np.float64) / factor, confidence)
    return lower * factor, upper * factor


def funnel_position(observed: Floats, expected: Floats, dispersion: Floats | float = 1.0) -> Floats:
    """Where a count lies in the funnel around what was expected of it: −2, −1, 0, 1, 2 as above, NaN where unknown.

    expected: the rate of all others times the population, or indirectly standardised; its own noise is left out, so it
    must rest on many more events. Unsuitable for judging effort-driven offences. Limits and errors as `funnel_limits`.
    """
    expected = np.where(np.asarray(expected, dtype=np.float64) > 0, expected, np.nan)
    inner_lower, inner_upper = funnel_limits(observed, dispersion, _INNER)
    outer_lower, outer_upper = funnel_limits(observed, dispersion, _OUTER)
    above = 1.0 * (inner_lower > expected) + (outer_lower > expected)
    below = 1.0 * (inner_upper < expected) + (outer_upper < expected)
    return np.where(np.isnan(inner_lower) | np.isnan(expected), np.nan, above - below)


def share_funnel_limits(
    benchmark: Floats, n: Floats, dispersion: Floats | float = 1.0, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """The shares of n respondents between which the benchmark is compatible with them, cut to 0–1.

    Wilson's limits turned round, benchmark ± z·√(φ·benchmark·(1 − benchmark)/n). benchmark: share 0–1 of all; n:
    respondents or an effective number, 0 or NaN gives NaN. Raises ValueError as `funnel_limits`, and for a benchmark
    outside 0–1. Reference: Wilson (1927), JASA 22:209.
    """
    _, z = two_sided(confidence)
    margin = z * _share_error(benchmark, n, dispersion)
    return np.maximum(benchmark - margin, 0), np.minimum(benchmark + margin, 1)


def share_funnel_position(share: Floats, n: Floats, benchmark: Floats, dispersion: Floats | float = 1.0) -> Floats:
    """Where a share lies in the funnel around the benchmark: −2, −1, 0, 1, 2 as above, NaN where unknown.

    Arrays and errors as `share_funnel_limits`. Unsuitable for self-selected answers.
    """
    off = np.asarray(share, dtype=np.float64) - benchmark
    error = _share_error(benchmark, n, dispersion)
    levels = [two_sided(confidence)[1] * error for confidence in (_INNER, _OUTER)]
    steps = 1.0 * (np.abs(off) > levels[0]) + (np.abs(off) > levels[1])
    return np.where(np.isnan(off) | np.isnan(error), np.nan, np.sign(off) * steps)


def _share_error(benchmark: Floats, n: Floats, dispersion: Floats | float) -> Floats:
    benchmark = np.asarray(benchmark, dtype=np.float64)
    if np.any((benchmark < 0) | (benchmark > 1)):
        raise ValueError("a proportion lies between 0 and 1")
    n = np.where(np.asarray(n, dtype=np.float64) > 0, n, np.nan)
    return np.sqrt(_checked(dispersion) * benchmark * (1 - benchmark) / n)


def _checked(dispersion: Floats | float) -> Floats:
    checked = np.asarray(dispersion, dtype=np.float64)
    if np.any(checked < 1):
        raise ValueError("a dispersion is 1 or more")
    return checked
