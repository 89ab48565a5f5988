"""What a place would have had without its promise: a weighted mean of other places that followed it until then."""

from dataclasses import dataclass

import numpy as np

from models.methods.rates import Floats


@dataclass(frozen=True, kw_only=True)
class SyntheticControl:
    """`weights` (donors,): at least 0, together 1; `synthetic` (periods,); `gap` = target − synthetic; `fit_error` and
    `gap_size`: root mean square of the gap before and after; `ratio`: target's sum after divided by the synthetic
    one's; `placebo_ratios` (donors,): gap_size / fit_error of each donor played as target, NaN where its fit was too
    poor to count; `rank` of the target's among them (1: the largest), `places` ranked, and `p` = rank / places,
    1/places at least.
    """

    weights: Floats
    synthetic: Floats
    gap: Floats
    fit_error: float
    gap_size: float
    ratio: float
    placebo_ratios: Floats
    rank: int
    places: int
    p: float


def synthetic_control(target: Floats, donors: Floats, first_after: int, poorest_fit: float = 5.0) -> SyntheticControl:
    """Abadie's synthetic control of one series, judged by its rank when every donor is played as target.

    target: (periods,) rates per inhabitant; donors: (donors, periods), places without the promise, in the same unit;
    first_after: number of the first period of the promise. Weights minimise the squared gap of the periods before.
    poorest_fit: a donor whose own gap before is more than that many times the target's does not count in the rank.
    The rank says how unusual the target's gap is among places where nothing was promised: with ten donors p is never
    under 1/11, and p is no probability that the promise worked. Unsuitable with fewer than some twenty periods before,
    where the target lies outside all donors (look at fit_error), and where counting noise is larger than any effect.
    Raises ValueError for NaN or other shapes, fewer than two donors, a first_after that leaves no period on a side.
    Reference: Abadie, Diamond & Hainmueller (2010), JASA 105:493; weights as the point of a convex hull nearest to 0 by
    non-negative least squares: Lawson & Hanson (1974), Solving Least Squares Problems, ch. 23.
    """
    target, donors = np.asarray(target, dtype=np.float64), np.asarray(donors, dtype=np.float64)
    if target.ndim != 1 or donors.ndim != 2 or donors.shape[1] != target.size or len(donors) < 2:
        raise ValueError("a target (periods,) and two donors or more (donors, periods)")
    if not (np.isfinite(target).all() and np.isfinite(donors).all()):
        raise ValueError("synthetic_control takes no missing periods")
    if not 1 <= first_after < target.size:
        raise ValueError("first_after leaves no period before or after")
    weights, synthetic, fit_error, gap_size = _against(target, donors, first_after)
    played = [_against(each, np.delete(donors, n, axis=0), first_after) for n, each in enumerate(donors)]
    ratios = np.array([_times(size, error) for _, _, error, size in played])
    is_counted = np.array([error <= poorest_fit * fit_error for _, _, error, _ in played], dtype=np.bool_)
    ratios = np.where(is_counted, ratios, np.nan)
    rank = 1 + int((ratios >= _times(gap_size, fit_error)).sum())
    places = 1 + int(is_counted.sum())
    after = slice(first_after, None)
    return SyntheticControl(
        weights=weights,
        synthetic=synthetic,
        gap=target - synthetic,
        fit_error=fit_error,
        gap_size=gap_size,
        ratio=_times(float(target[after].sum()), float(synthetic[after].sum())),
        placebo_ratios=ratios,
        rank=rank,
        places=places,
        p=rank / places,
    )


def donor_weights(target: Floats, donors: Floats) -> Floats:
    """Weights (donors,), at least 0 and together 1, whose mean of donors (donors, periods) is nearest to the target."""
    from scipy.optimize import nnls  # a third of a second, and few runs come here

    away = np.asarray(donors, dtype=np.float64) - np.asarray(target, dtype=np.float64)
    scale = np.max(np.abs(away)) or 1.0
    # The nearest to the target of all weighted means is the nearest to 0 of what is left: of (gaps; 1) to (0; 1).
    sides = np.vstack([away.T / scale, np.ones(len(away))])
    found, _ = nnls(sides, np.append(np.zeros(away.shape[1]), 1.0))
    return np.asarray(found / found.sum())


def _against(target: Floats, donors: Floats, first_after: int) -> tuple[Floats, Floats, float, float]:
    weights = donor_weights(target[:first_after], donors[:, :first_after])
    synthetic = weights @ donors
    gap = target - synthetic
    return weights, synthetic, _root_mean_square(gap[:first_after]), _root_mean_square(gap[first_after:])


def _root_mean_square(values: Floats) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _times(value: float, base: float) -> float:
    return value / base if base > 0 else float("inf") if value > 0 else float("nan")
