"""What a month is expected to give, judged by the same months of earlier years."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import nbdtrik

from models.methods._confidence import two_sided
from models.methods.rates import Floats

_OWN_SEASONS_FROM = 10


def has_own_seasons(own: Floats) -> NDArray[np.bool_]:
    """Whether counts (…, 12, years) hold ten a month on average, enough to tell one season from another: shape (…)."""
    own = np.asarray(own, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.nansum(own, axis=(-2, -1)) / np.isfinite(own).sum(axis=(-2, -1))
    return np.asarray(mean >= _OWN_SEASONS_FROM)


def borrowed_expectation(own: Floats, county: Floats, confidence: float = 0.95) -> tuple[Floats, Floats, Floats]:
    """Expected count of each calendar month, with the band of counts to expect.

    own, county: counts (…, 12, years) of a municipality and its county in the years before the one that is judged;
    leading axes broadcast. From ten a month on average the expected count is the municipality's own mean of that month;
    below, its own level with the county's seasons: three Julys with two events each say nothing about summers. The band
    holds whole counts, quantiles of the negative binomial distribution with mean μ and variance τμ: τ = φ̂(1 + μ/T),
    φ̂ ≥ 1 being Pearson's dispersion of the municipality's own months around what was expected of them, and T the own
    counts that the expectation rests on. Returns expected, lower and upper, each (…, 12).

    Months that are NaN in either are left out. Expected is NaN for a month never counted, and where the county has no
    event at all; the band also where nothing is expected or too few months are known for φ̂.
    Unsuitable across a series break and where the level has a trend. Not an alarm: at 95 % about every other year has a
    month outside by chance. Raises ValueError for other shapes than twelve months, negative counts and a confidence
    outside 0.9–1.
    Reference: Hilbe (2011), Negative Binomial Regression; McCullagh & Nelder (1989), Generalized Linear Models, 4.5.
    """
    tail, _ = two_sided(confidence)
    own, county = np.broadcast_arrays(np.asarray(own, dtype=np.float64), np.asarray(county, dtype=np.float64))
    if own.ndim < 2 or own.shape[-2] != 12:
        raise ValueError("the last two axes are twelve months and years")
    if np.any(own < 0) or np.any(county < 0):
        raise ValueError("counts cannot be negative")
    is_known = np.isfinite(own) & np.isfinite(county)
    own, county = np.where(is_known, own, 0.0), np.where(is_known, county, 0.0)
    years = is_known.sum(axis=-1)
    events, months = own.sum(axis=(-2, -1))[..., None], years.sum(axis=-1)[..., None]
    is_own = has_own_seasons(np.where(is_known, own, np.nan))[..., None]
    with np.errstate(divide="ignore", invalid="ignore"):
        season = np.where(is_own, own.sum(axis=-1), county.sum(axis=-1)) / years
        expected = season * events / np.nansum(season * years, axis=-1, keepdims=True)
        rests_on = np.where(is_own, own.sum(axis=-1), events)
        fitted = np.where(is_own, np.count_nonzero(years, axis=-1)[..., None], 1)
        residuals = np.where(is_known, (own - expected[..., None]) ** 2 / expected[..., None], 0.0)
        spare = np.where(months > fitted, months - fitted, np.nan)
        dispersion = np.maximum(1.0, np.nansum(residuals, axis=(-2, -1))[..., None] / spare)
        variance_ratio = dispersion * (1 + expected / rests_on)
        size, share = np.where(expected > 0, expected / (variance_ratio - 1), np.nan), 1 / variance_ratio
    return expected, np.ceil(nbdtrik(tail, size, share)), np.ceil(nbdtrik(1 - tail, size, share))
