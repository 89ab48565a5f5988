"""The confidence of an interval as what the formulas need of it."""

from scipy.special import ndtri


def two_sided(confidence: float) -> tuple[float, float]:
    """The probability left in each tail and the normal deviate there: 0.95 gives 0.025 and 1.96.

    Raises ValueError for a confidence outside 0.9–1: 95 is a mistake for 0.95.
    """
    if not 0.9 <= confidence < 1:
        raise ValueError("confidence must lie between 0.9 and 1")
    tail = (1 - confidence) / 2
    return tail, float(ndtri(1 - tail))
