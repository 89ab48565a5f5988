"""Proportions with Wilson's score limits."""

import numpy as np

from models.methods._confidence import two_sided
from models.methods.rates import Floats


def wilson_limits(proportion: Floats, n: Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Wilson's score limits for a proportion 0–1 among n.

    proportion, n: arrays of equal shape; n may be an effective number of respondents (weighted samples), which is
    then what the limits are for, and infinite where all were asked and answered. n of 0 or NaN gives NaN. Returns
    lower and upper limit as proportions. Unsuitable for rates and for self-selected answers. Raises ValueError for
    proportions outside 0–1 and for a confidence outside 0.9–1.
    Reference: Wilson (1927), JASA 22:209; Newcombe (1998), Statistics in Medicine 17:857.
    """
    _, z = two_sided(confidence)
    proportion = np.asarray(proportion, dtype=np.float64)
    if np.any((proportion < 0) | (proportion > 1 + 1e-12)):
        raise ValueError("a proportion lies between 0 and 1")
    pull = z**2 / np.where(np.asarray(n, dtype=np.float64) > 0, n, np.nan)  # none at all when n is infinite
    spread = np.sqrt(np.maximum(pull * proportion * (1 - proportion) + (pull / 2) ** 2, 0))
    middle = proportion + pull / 2
    return (middle - spread) / (1 + pull), (middle + spread) / (1 + pull)


def logit_limits(proportion: Floats, n: Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Limits that are symmetric on the logit scale, as several survey programs give for weighted shares.

    Arrays and errors as `wilson_limits`, which is what lagesbild itself uses: these are for checking shares that others
    publish with such limits. A proportion of 0 or 1 has no logit and gives NaN.
    Reference: Korn & Graubard (1999), Analysis of Health Surveys, ch. 2; Newcombe (1998), Stat. in Medicine 17:857.
    """
    _, z = two_sided(confidence)
    proportion = np.asarray(proportion, dtype=np.float64)
    if np.any((proportion < 0) | (proportion > 1 + 1e-12)):
        raise ValueError("a proportion lies between 0 and 1")
    inside = np.where((proportion > 0) & (proportion < 1), proportion, np.nan)
    n = np.where(np.asarray(n, dtype=np.float64) > 0, n, np.nan)
    middle, reach = np.log(inside / (1 - inside)), z / np.sqrt(n * inside * (1 - inside))
    return 1 / (1 + np.exp(reach - middle)), 1 / (1 + np.exp(-reach - middle))


def published_limits(value: Floats, margin: Floats) -> tuple[Floats, Floats]:
    """A publisher's own limits, value ± margin, both in percent, clipped to 0–100.

    NaN margins give NaN limits: an interval is used when the publisher gives one, and never invented.
    """
    return np.clip(value - margin, 0, 100), np.clip(value + margin, 0, 100)


def effective_n(weight_sum: Floats, weight_squares: Floats) -> Floats:
    """Kish's effective number of respondents, (Σw)²/Σw². Reference: Kish (1965), Survey Sampling."""
    squares = np.where(np.asarray(weight_squares, dtype=np.float64) > 0, weight_squares, np.nan)
    return np.asarray(weight_sum, dtype=np.float64) ** 2 / squares


def fpc_effective_n(n: Floats, population: Floats) -> Floats:
    """The respondents that would say as much of an endless population as n say of this one, n·(N − 1)/(N − n).

    n: those who answered, population: all N of whom the share is told (a school's grade); infinite when all answered.
    An effective number of respondents may stand for n: the correction is then too small, never too large. More answers
    than people, no population or NaN gives NaN. For describing the year's own people, by `wilson_limits` of it.
    Unsuitable for judging changes and differences, where next year's people are others; no cure for non-response.
    Reference: Cochran (1977), Sampling Techniques, theorem 3.2, V = PQ/n · (N − n)/(N − 1).
    """
    n, population = np.asarray(n, dtype=np.float64), np.asarray(population, dtype=np.float64)
    left = np.where(population >= n, population - n, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((left == 0) & (n > 0), np.inf, n * (population - 1) / left)
