"""Means with limits by Student's t."""

import numpy as np
from scipy.special import stdtrit

from models.methods._confidence import two_sided
from models.methods.rates import Floats


def mean_limits(mean: Floats, sd: Floats, n: Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Limits for a mean, mean ± t·sd/√n with n − 1 degrees of freedom.

    mean, sd: in one unit, sd with divisor n − 1; n may be an effective number of respondents. n under 2 or NaN gives
    NaN. Unsuitable for few and very skewed values (costs, waiting times) and for counts and shares, which have their
    own limits. Raises ValueError for a negative sd and a confidence outside 0.9–1.
    Reference: Student (1908), Biometrika 6:1; Altman et al. (2000), Statistics with Confidence, ch. 4.
    """
    tail, _ = two_sided(confidence)
    mean, sd = np.asarray(mean, dtype=np.float64), np.asarray(sd, dtype=np.float64)
    if np.any(sd < 0):
        raise ValueError("a standard deviation cannot be negative")
    n = np.where(np.asarray(n, dtype=np.float64) >= 2, n, np.nan)
    margin = stdtrit(n - 1, 1 - tail) * sd / np.sqrt(n)
    return mean - margin, mean + margin
