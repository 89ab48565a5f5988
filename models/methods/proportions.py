"""Proportions with Wilson's score limits."""

import numpy as np
from scipy.special import ndtri

from models.methods.rates import Floats


def wilson_limits(proportion: Floats, n: Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Wilson's score limits for a proportion 0–1 among n.

    proportion, n: arrays of equal shape; n may be an effective number of respondents (weighted samples), which is
    then what the limits are for. n of 0 or NaN gives NaN. Returns lower and upper limit as proportions.
    Unsuitable for rates and for self-selected answers. Raises ValueError for proportions outside 0–1 and for a
    confidence outside 0.9–1.
    Reference: Wilson (1927), JASA 22:209; Newcombe (1998), Statistics in Medicine 17:857.
    """
    proportion = np.asarray(proportion, dtype=np.float64)
    if not 0.9 <= confidence < 1:
        raise ValueError("confidence must lie between 0.9 and 1")
    if np.any((proportion < 0) | (proportion > 1 + 1e-12)):
        raise ValueError("a proportion lies between 0 and 1")
    n = np.where(np.asarray(n, dtype=np.float64) > 0, n, np.nan)
    z = float(ndtri(1 - (1 - confidence) / 2))
    hits = proportion * n
    spread = z * np.sqrt(np.maximum(z**2 + 4 * hits * (1 - proportion), 0))
    return (2 * hits + z**2 - spread) / (2 * (n + z**2)), (2 * hits + z**2 + spread) / (2 * (n + z**2))


def published_limits(value: Floats, margin: Floats) -> tuple[Floats, Floats]:
    """A publisher's own limits, value ± margin, both in percent, clipped to 0–100.

    NaN margins give NaN limits: an interval is used when the publisher gives one, and never invented.
    """
    return np.clip(value - margin, 0, 100), np.clip(value + margin, 0, 100)


def effective_n(weight_sum: Floats, weight_squares: Floats) -> Floats:
    """Kish's effective number of respondents, (Σw)²/Σw². Reference: Kish (1965), Survey Sampling."""
    squares = np.where(np.asarray(weight_squares, dtype=np.float64) > 0, weight_squares, np.nan)
    return np.asarray(weight_sum, dtype=np.float64) ** 2 / squares
