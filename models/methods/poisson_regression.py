"""Quasi-Poisson regression with a log link, of many series on one design at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.methods.rates import Floats

_MOST_STEPS = 25
_SETTLED = 1e-8
_WIDEST = 30.0  # e³⁰ times more or less than its offset is no count
_RIDGE = 1e-9  # relative to each column: keeps columns that say the same apart, and moves nothing else


@dataclass(frozen=True, kw_only=True)
class QuasiPoissonFit:
    """One entry per series. `coefficients` (…, columns) of the log rate, 0 for a column that a series never uses;
    `covariance` (…, columns, columns) where the dispersion is 1; `fitted` counts and `leverage` (…, periods);
    `dispersion` φ̂ ≥ 1, Pearson's; `spare`: degrees of freedom left; `is_settled`: whether it converged, with at least
    one period to spare.
    """

    coefficients: Floats
    covariance: Floats
    fitted: Floats
    leverage: Floats
    dispersion: Floats
    spare: Floats
    is_settled: NDArray[np.bool_]


def fit_quasi_poisson(
    counts: Floats, design: Floats, exposure: Floats | None = None, weights: Floats | None = None
) -> QuasiPoissonFit:
    """The log of the expected count as exposure's log plus a sum of columns, by iteratively reweighted least squares.

    counts: (…, periods); design: (periods, columns), the same for all series; exposure (inhabitants, reporters) and
    weights broadcast to counts. A period that is NaN in counts or exposure, or without exposure or weight, is left out:
    no data is not zero. A series without a single event has no logarithm: its fitted counts end near 0.
    Unsuitable for counts that depend on the counts before them beyond what the columns say.
    Raises ValueError for negative counts.
    Reference: McCullagh & Nelder (1989), Generalized Linear Models, 2.5 and 9.2.
    """
    counts, design = np.asarray(counts, dtype=np.float64), np.asarray(design, dtype=np.float64)
    if np.any(counts < 0):
        raise ValueError("counts cannot be negative")
    shape, (periods, columns) = counts.shape[:-1], design.shape
    series = int(np.prod(shape))
    y = counts.reshape(series, periods)
    behind, prior = (
        np.broadcast_to(1.0 if each is None else each, counts.shape).reshape(series, periods)
        for each in (exposure, weights)
    )
    is_known = np.isfinite(y) & (behind > 0) & (prior > 0)
    y, prior = np.where(is_known, y, 0.0), np.where(is_known, prior, 0.0)
    offset = np.log(np.where(is_known, behind, 1.0))
    products = (design[:, :, None] * design[:, None, :]).reshape(periods, columns**2)
    coefficients, linear = np.zeros((series, columns)), np.log(y + 0.1)
    deviance, is_settled = np.full(series, np.inf), np.zeros(series, dtype=np.bool_)
    for _ in range(_MOST_STEPS):
        still = np.flatnonzero(~is_settled)  # a series with an empty season takes several times as many steps
        if not still.size:
            break
        mean = np.exp(linear[still])
        weight = prior[still] * mean
        working = linear[still] - offset[still] + (y[still] - mean) / mean
        right = ((weight * working) @ design)[..., None]
        coefficients[still] = np.linalg.solve(_normal(weight, products, columns), right)[..., 0]
        linear[still] = offset[still] + np.clip(coefficients[still] @ design.T, -_WIDEST, _WIDEST)
        before, deviance[still] = deviance[still], _deviance(y[still], np.exp(linear[still]), prior[still])
        with np.errstate(invalid="ignore"):
            is_settled[still] = np.abs(deviance[still] - before) <= _SETTLED * (np.abs(deviance[still]) + 0.1)
    mean = np.exp(linear)
    covariance = np.asarray(np.linalg.inv(_normal(prior * mean, products, columns)), dtype=np.float64)
    used = (prior @ (design != 0)) > 0
    covariance = np.asarray(np.where(used[:, :, None] & used[:, None, :], covariance, 0.0), dtype=np.float64)
    spread = np.einsum("tp,spq,tq->st", design, covariance, design, optimize=True)
    spare = (prior > 0).sum(axis=1) - used.sum(axis=1)
    pearson = (prior * (y - mean) ** 2 / mean).sum(axis=1)
    dispersion = np.where(spare > 0, np.maximum(1.0, pearson / np.maximum(spare, 1)), np.nan)
    return QuasiPoissonFit(
        coefficients=coefficients.reshape(*shape, columns),
        covariance=covariance.reshape(*shape, columns, columns),
        fitted=np.where(is_known, mean, np.nan).reshape(counts.shape),
        leverage=np.where(is_known, prior * mean * spread, np.nan).reshape(counts.shape),
        dispersion=dispersion.reshape(shape),
        spare=spare.astype(np.float64).reshape(shape),
        is_settled=(is_settled & (spare > 0)).reshape(shape),
    )


def _normal(weight: Floats, products: Floats, columns: int) -> Floats:
    """X'WX of each series. A column that no weighted period uses gets a 1 of its own, and with it the coefficient 0."""
    found = (weight @ products).reshape(len(weight), columns, columns)
    own = np.einsum("spp->sp", found)  # a view: writing to it writes to the diagonals
    own += np.where(own > 0, _RIDGE * own, 1.0)
    return found


def _deviance(y: Floats, mean: Floats, prior: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(y > 0, y * np.log(y / mean), 0.0) - (y - mean)
    return np.asarray(2 * (prior * each).sum(axis=1))
