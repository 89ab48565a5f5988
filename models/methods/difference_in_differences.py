"""A place's change beside others' change: the ratio of two rate ratios, with the chance of all four counts."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr

from models.methods._confidence import two_sided
from models.methods.rates import Floats

_SMALL = 5  # a count under it makes the limits exact, or corrected for being whole
_LOGNORMAL_FROM = 10.0  # of each count divided by a dispersion above 1; below, the logarithm is too skewed
_HALVINGS = 45
_WIDEST = 40.0  # of a log odds ratio


@dataclass(frozen=True, kw_only=True)
class Change:
    """Counts of one place (or of several added up) after and before, with the inhabitants or days behind them, and the
    dispersion φ ≥ 1 of such counts. Arrays that broadcast.
    """

    count: Floats
    exposure: Floats
    base_count: Floats
    base_exposure: Floats
    dispersion: Floats


@dataclass(frozen=True, kw_only=True)
class Effect:
    """How many times larger a change is than the one it is held against: `ratio` (0.8 is a fifth lower than expected),
    its limits, two-sided p, and `method`: did_lognormal, did_exact or did_score. Arrays of one dimension at least.
    """

    ratio: Floats
    lower: Floats
    upper: Floats
    p: Floats
    method: NDArray[np.str_]


def difference_in_differences(target: Change, control: Change, confidence: float = 0.95) -> Effect:
    """The ratio of rate ratios (T₁/T₀)/(C₁/C₀): what the target's rate became, in times of what others' change gave.

    φ = 1: log-normal, SE = √(Σ 1/count); where a count is under 5, exact given the sums of both places and both periods
    (noncentral hypergeometric, equal tails). φ > 1: log-normal, SE = √(Σ φ/count), where all counts divided by φ are at
    least 10; else the score interval of the counts divided by φ,
    never narrower than the exact one of a count under 5. Simulated with φ 1–4 (`bench/RESULTS.md`) the limits
    of 95 % hold the truth in 94–97 % of the cases from ten expected events in each of the four, and in more below.

    An exposure that is not above 0, NaN, and a place or a period without any event give NaN; a dispersion of NaN gives
    no limits. φ of a control that is a sum over places: theirs weighted by counts.
    It estimates the target's doing against *the others' ordinary work*: a control with a promise of its own, a baseline
    that was itself a promise period, or a law that hits places differently makes it say something else. Unsuitable
    where the changes differed already before (`interrupted.segmented` shows it), and with controls next door that the
    same problem may have moved to. Raises ValueError for negative counts, φ under 1, confidence outside 0.9–1.
    Reference: Angrist & Pischke (2009), Mostly Harmless Econometrics, 5.2; Fisher (1935), JRSS 98:39 and Cornfield
    (1956), Proc. 3rd Berkeley Symposium 4:135 (odds ratio given the sums); McCullagh & Nelder (1989), 4.5 (φ).
    """
    tail, z = two_sided(confidence)
    columns = (
        np.asarray(each, dtype=np.float64)
        for arm in (target, control)
        for each in (arm.count, arm.base_count, arm.exposure, arm.base_exposure, arm.dispersion)
    )
    t1, t0, t_behind, t_base, t_phi, c1, c0, c_behind, c_base, c_phi = np.broadcast_arrays(
        *(np.atleast_1d(each) for each in columns)
    )
    if any(np.any(each < 0) for each in (t1, t0, c1, c0)):
        raise ValueError("counts cannot be negative")
    if np.any(t_phi < 1) or np.any(c_phi < 1):
        raise ValueError("a dispersion is 1 or more")
    behind = [np.where(each > 0, each, np.nan) for each in (t_behind, t_base, c_behind, c_base)]
    relative = behind[1] / behind[0] * behind[2] / behind[3]
    is_known = (t1 + t0 > 0) & (c1 + c0 > 0) & (t1 + c1 > 0) & (t0 + c0 > 0) & np.isfinite(relative)
    # Counts as if of no more than counting noise.
    a, b, c, d = (np.where(is_known, each, np.nan) for each in (t1 / t_phi, t0 / t_phi, c1 / c_phi, c0 / c_phi))
    smallest = np.minimum(np.minimum(a, b), np.minimum(c, d))
    fewest = np.minimum(np.minimum(t1, t0), np.minimum(c1, c0))
    is_plain = (t_phi == 1) & (c_phi == 1)
    is_exact, is_score = is_plain & (fewest < _SMALL), ~is_plain & (smallest < _LOGNORMAL_FROM)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(is_known, t1 / t0 * c0 / c1 * relative, np.nan)
        error = np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        reach = np.exp(z * error)
        lower, upper = ratio / reach, ratio * reach
        p = 2 * ndtr(-np.abs(np.log(ratio)) / error)
    if np.any(is_score):
        cells = _Cells(*(np.where(is_score, each, np.nan) for each in (a, b, c, d)))
        lower = np.where(is_score, cells.limit(-z) * relative, lower)
        upper = np.where(is_score, cells.limit(z) * relative, upper)
        p = np.where(is_score, cells.p(1 / relative), p)
    # More noise never makes limits narrower; from a dispersion of 2 on the score limits are the wider ones anyhow.
    where = np.nonzero(is_known & (fewest < _SMALL) & (np.maximum(t_phi, c_phi) < 2))
    if where[0].size:
        rows = zip(*(each[where].tolist() for each in (t1, t0, c1, c0, relative)), strict=True)
        exact = np.array([_exact(row, tail) for row in rows]).T
        of_exact = is_exact[where]
        lower[where] = np.where(of_exact, exact[0], np.fmin(lower[where], exact[0]))
        upper[where] = np.where(of_exact, exact[1], np.fmax(upper[where], exact[1]))
        p[where] = np.where(of_exact, exact[2], np.fmax(p[where], exact[2]))
    is_limited = is_known & np.isfinite(t_phi + c_phi)
    method = np.where(is_exact, "did_exact", np.where(is_score, "did_score", "did_lognormal"))
    lower, upper, p = (np.where(is_limited, each, np.nan) for each in (lower, upper, p))
    return Effect(ratio=ratio, lower=lower, upper=upper, p=p, method=method)


class _Cells(NamedTuple):
    """Target after and before, control after and before, counted as if of no more than counting noise."""

    a: Floats
    b: Floats
    c: Floats
    d: Floats

    def spread(self, cell: Floats) -> Floats:
        """The standard deviation of the first cell, given all sums, where it is expected to be `cell`."""
        a, b, c, d = self
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((1 / cell + 1 / (a + b - cell) + 1 / (a + c - cell) + 1 / (d - a + cell)) ** -0.5)

    def odds(self, cell: Floats) -> Floats:
        """The odds ratio with which the first cell is expected to be `cell`."""
        a, b, c, d = self
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(cell * (d - a + cell) / ((a + b - cell) * (a + c - cell)))

    def edge(self, side: float) -> Floats:
        """The largest (side > 0) or smallest that the first cell can be, given all sums."""
        return np.minimum(self.a + self.b, self.a + self.c) if side > 0 else np.maximum(0.0, self.a - self.d)

    def limit(self, z: float) -> Floats:
        """The odds ratio from which the first cell is |z| standard deviations away: the lower one for a negative z."""
        edge = self.edge(z)
        near, far = self.a, edge
        for _ in range(_HALVINGS):
            middle = (near + far) / 2
            with np.errstate(invalid="ignore"):
                is_near = np.abs(middle - self.a) <= abs(z) * self.spread(middle)
            near, far = np.where(is_near, middle, near), np.where(is_near, far, middle)
        at_edge = np.where(np.isnan(self.a), np.nan, np.inf if z > 0 else 0.0)
        return np.where(np.abs(edge - self.a) > 0, self.odds(far), at_edge)

    def p(self, odds: Floats) -> Floats:
        """Two-sided p of an odds ratio."""
        least, most = self.edge(-1), self.edge(1)
        for _ in range(_HALVINGS):
            middle = (least + most) / 2
            with np.errstate(invalid="ignore"):
                is_less = self.odds(middle) < odds
            least, most = np.where(is_less, middle, least), np.where(is_less, most, middle)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(2 * ndtr(-np.abs(self.a - most) / self.spread(most)))


def _exact(row: tuple[float, ...], tail: float) -> tuple[float, float, float]:
    """Limits and p of the ratio, given the sums of both places and both periods."""
    t1, t0, c1, c0, relative = row
    first, last = max(0.0, t1 - c0), min(t1 + t0, t1 + c1)
    cell = np.arange(first, last + 1)
    ways = -sum(gammaln(each + 1) for each in (cell, t1 + t0 - cell, t1 + c1 - cell, c0 - t1 + cell))

    def tails(log_odds: float) -> tuple[float, float]:
        """The probability of as few and of as many as seen."""
        log_chance = ways + cell * log_odds
        chance = np.exp(log_chance - log_chance.max())
        chance /= chance.sum()
        return float(chance[cell <= t1].sum()), float(chance[cell >= t1].sum())

    def limit(side: int) -> float:
        least, most = -_WIDEST, _WIDEST
        for _ in range(_HALVINGS):
            middle = (least + most) / 2
            as_few, as_many = tails(middle)
            is_low = as_many < tail if side < 0 else as_few > tail
            least, most = (middle, most) if is_low else (least, middle)
        return float(np.exp((least + most) / 2))

    lower = 0.0 if t1 == first else limit(-1) * relative
    upper = np.inf if t1 == last else limit(1) * relative
    return lower, upper, min(1.0, 2 * min(tails(-float(np.log(relative)))))
