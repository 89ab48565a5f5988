"""Several tests of one question: p-values adjusted so that one of many is not taken for a finding."""

import numpy as np

from models.methods.dispersion import Ints
from models.methods.rates import Floats


def holm(p: Floats) -> Floats:
    """p adjusted by Holm: under α in at most α of the cases where any of the true hypotheses is rejected.

    p: (…, tests) of one question (a promise's indicators); a NaN was not tested, counts as no test and stays NaN.
    For a finding that something is done with; independence is not needed. Raises ValueError for a p outside 0–1.
    Reference: Holm (1979), Scandinavian J. Statistics 6:65.
    """
    ordered, order, rank, tests = _ordered(p)
    return _back(np.maximum.accumulate(ordered * (tests - rank), axis=-1), order, p)


def benjamini_hochberg(p: Floats) -> Floats:
    """p adjusted by Benjamini and Hochberg: of those under α at most the share α is expected to be chance.

    Arrays and errors as `holm`. For lists that somebody looks through, many figures or places; the tests may be
    independent or follow each other, not oppose each other. Reference: Benjamini & Hochberg (1995), JRSS B 57:289.
    """
    ordered, order, rank, tests = _ordered(p)
    scaled = ordered * tests / (rank + 1)
    # NaN are last: they must not reach those before them.
    filled = np.where(np.isnan(scaled), np.inf, scaled)
    smallest = np.minimum.accumulate(filled[..., ::-1], axis=-1)[..., ::-1]
    return _back(smallest, order, p)


def _ordered(p: Floats) -> tuple[Floats, Ints, Ints, Ints]:
    """p from the smallest, the order, the place of each from 0, and how many there are."""
    p = np.asarray(p, dtype=np.float64)
    if np.any((p < 0) | (p > 1)):
        raise ValueError("a p lies between 0 and 1")
    order = np.argsort(p, axis=-1, kind="stable")
    tests = np.asarray(np.isfinite(p).sum(axis=-1, keepdims=True))
    return np.take_along_axis(p, order, axis=-1), order, np.arange(p.shape[-1]), tests


def _back(adjusted: Floats, order: Ints, p: Floats) -> Floats:
    found = np.empty(np.shape(p))
    np.put_along_axis(found, order, np.minimum(adjusted, 1.0), axis=-1)
    return np.where(np.isnan(p), np.nan, found)
