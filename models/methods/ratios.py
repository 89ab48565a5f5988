"""Two figures compared: ratios, differences and percentage changes, with the uncertainty of both sides.

Counts vary more by chance than counting noise says. The dispersion φ ≥ 1 is that excess, estimated from municipalities
of like size; dividing the counts by it (effective counts) widens an interval as much as multiplying the variance by it.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, gammaln, ndtr

from models.methods._confidence import two_sided
from models.methods.proportions import wilson_limits
from models.methods.rates import Floats

_EXACT_BELOW = 5
_LEAST_BASE = 20
_AS_LIKELY = 1e-7  # two outcomes whose chances differ by less are equally likely: rounding must not part them


# ------------------------------------------------------------------------------------------------------------- rates


def rate_ratio(
    count: Floats,
    exposure: Floats,
    base_count: Floats,
    base_exposure: Floats,
    dispersion: Floats,
    confidence: float = 0.95,
) -> tuple[Floats, Floats, Floats]:
    """How many times the base rate a rate is, with limits that hold the noise of both.

    Broadcastable arrays: counts ≥ 0, exposures in the same unit (inhabitants, days), dispersion φ ≥ 1. Log-normal with
    SE(ln ratio) = √(φ(1/count + 1/base_count)). Where a count is under 5 and φ = 1, exact given the sum of the two
    (Clopper–Pearson). Where a count is 0 and φ > 1, the same on the counts divided by φ: there is no logarithm of 0.
    Returns ratio, lower and upper limit; only the base 0: ratio and upper limit are infinite; both 0, an exposure not
    above 0, or NaN: NaN (a dispersion of NaN: no limits). Unsuitable where the base contains the figure itself, and
    for counts of the same people.
    Raises ValueError for negative counts, a dispersion under 1 and a confidence outside 0.9–1.
    Reference: Rothman & Greenland (1998), Modern Epidemiology, ch. 14; Clopper & Pearson (1934), Biometrika 26:404;
    McCullagh & Nelder (1989), Generalized Linear Models, § 6.2.3 (φ).
    """
    tail, z = two_sided(confidence)
    count, base_count, dispersion = _checked(count, base_count, dispersion)
    relative = _above_nought(base_exposure) / _above_nought(exposure)
    exact = _is_exact(count, base_count, dispersion)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = count / base_count * relative
        reach = np.exp(z * np.sqrt(dispersion * (1 / count + 1 / base_count)))
        effective = np.where(exact, dispersion, np.nan)  # the costly limits only where they are used
        smallest, largest = _odds_limits(count / effective, base_count / effective, tail)
        lower = np.where(exact, smallest * relative, ratio / reach)
        upper = np.where(exact, largest * relative, ratio * reach)
    return ratio, _where_known(ratio, lower), _where_known(ratio, upper)


def change_ratio(
    count: Floats,
    exposure: Floats,
    base_count: Floats,
    base_exposure: Floats,
    dispersion: Floats,
    confidence: float = 0.95,
) -> tuple[Floats, Floats, Floats]:
    """As `rate_ratio`, for two periods of one place: its limits hold 1 just where `dispersion.change_z` says chance.

    Given both counts' sum the later one is binomial: Wilson's limits of its share, of both counts divided by φ, as a
    ratio. φ is estimated for that test and `power` speaks of it. Limits by the logarithm are wider where one count is
    much smaller (43 and then 17, φ = 2.9: z = −1.97 here, −1.90 there) and flag fewer null changes than they say: of
    two years of 10 with φ = 2.9 one in a hundred, these three. Arrays, errors and unsuitability as `rate_ratio`.
    Reference: Wilson (1927), JASA 22:209; Graham, Mengersen & Morton (2003), Statistics in Medicine 22:2071 (score
    limits of a ratio of two rates); McCullagh & Nelder (1989), Generalized Linear Models, 4.5 (φ).
    """
    count, base_count, dispersion = _checked(count, base_count, dispersion)
    relative = _above_nought(base_exposure) / _above_nought(exposure)
    with np.errstate(divide="ignore", invalid="ignore"):
        both = np.where(count + base_count > 0, count + base_count, np.nan)
        smallest, largest = wilson_limits(count / both, both / dispersion, confidence)
        ratio = count / base_count * relative
        lower, upper = (limit / (1 - limit) * relative for limit in (smallest, largest))
        # Wilson's limits of nobody and of all are 0 and 1 but for the last bits.
        lower, upper = np.where(count == 0, 0.0, lower), np.where(base_count == 0, np.inf, upper)
    return ratio, _where_known(ratio, lower), _where_known(ratio, upper)


def ratio_method(count: Floats, base_count: Floats, dispersion: Floats) -> list[str]:
    """The method `rate_ratio` used on each pair, as written on the row: ratio_exact or ratio_lognormal."""
    exact = _is_exact(*_checked(count, base_count, dispersion))
    return ["ratio_exact" if each else "ratio_lognormal" for each in np.atleast_1d(exact)]


def rate_change_p(
    count: Floats, exposure: Floats, base_count: Floats, base_exposure: Floats, dispersion: Floats
) -> Floats:
    """How often chance alone parts two equal rates as much as this: two-sided p.

    Arrays and errors as `rate_ratio`; counts are whole. φ = 1: exact given the sum of the two, every outcome no
    likelier than the one seen. φ > 1: z of the log ratio with φ, so p < 0.05 just where the limits of 95 % leave out 1;
    with a count of 0, twice the chance of that 0 among the counts divided by φ. Two counts of 0 give 1.
    Exact p and exact limits are made differently (the likeliest outcomes, equal tails) and may differ at the edge.
    Unsuitable with φ = 1 for what municipalities report: four changes in ten would be called real that are not.
    Reference: Przyborowski & Wilenski (1940), Biometrika 31:313; Fay (2010), Biostatistics 11:373.
    """
    count, base_count, dispersion = _checked(count, base_count, dispersion)
    exposure, base_exposure = _above_nought(exposure), _above_nought(base_exposure)
    expected = exposure / (exposure + base_exposure)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_ratio = np.log(count / base_count * base_exposure / exposure)
        by_logarithm = 2 * ndtr(-np.abs(log_ratio) / np.sqrt(dispersion * (1 / count + 1 / base_count)))
    missing_side = np.where(count == 0, 1 - expected, expected)
    by_zero = np.minimum(1, 2 * missing_side ** ((count + base_count) / dispersion))
    with_dispersion = np.where(np.minimum(count, base_count) == 0, by_zero, by_logarithm)
    is_exact = dispersion == 1
    return np.where(is_exact, _exact_p(np.where(is_exact, count, np.nan), base_count, expected), with_dispersion)


# ------------------------------------------------------------------------------------------- shares, means and others


def share_difference(
    share: Floats, n: Floats, base_share: Floats, base_n: Floats, confidence: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    """A share less another, both 0–1, with Newcombe's hybrid score limits.

    n: respondents, or an effective number of them (weights, finite population). Returns difference, lower and upper
    limit as proportions (−1 to 1). Unsuitable for the same people asked twice, for self-selected answers and for a base
    that contains the share. NaN and errors as `wilson_limits`.
    Reference: Newcombe (1998), Statistics in Medicine 17:873, method 10.
    """
    limits = wilson_limits(share, n, confidence)
    base_limits = wilson_limits(base_share, base_n, confidence)
    return difference_of_limits(share, *limits, base_share, *base_limits)


def difference_of_limits(
    value: Floats, lower: Floats, upper: Floats, base_value: Floats, base_lower: Floats, base_upper: Floats
) -> tuple[Floats, Floats, Floats]:
    """A figure less another, where all that is known of each is its value and limits (means, published margins, rates).

    Both sets of limits have the confidence that the result gets, and the figures are independent. Returns difference,
    lower and upper limit in their unit; NaN where a limit is. Unsuitable where the limits were cut off at 0 or 100.
    Reference: Zou & Donner (2008), Statistics in Medicine 27:1693 (MOVER).
    """
    value, base_value = np.asarray(value, dtype=np.float64), np.asarray(base_value, dtype=np.float64)
    difference = value - base_value
    below, above = np.hypot(value - lower, base_upper - base_value), np.hypot(upper - value, base_value - base_lower)
    return difference, difference - below, difference + above


def percent_change(value: Floats, base: Floats, base_count: Floats) -> Floats:
    """The change from base to value in percent of the base; NaN where the base is 0 or rests on fewer than 20 events.

    value, base: in one unit that has a true zero; base_count: what the base counts. A rise from 0 is not infinite but
    without meaning, and one from 3 to 6 is not "+100 %". Unsuitable for shares, whose change is given in points.
    The limit of 20 is the house's own, after the usual publication rule for unstable rates (National Center for Health
    Statistics, relative standard error over 23 %).
    """
    base = np.where((np.asarray(base) > 0) & (np.asarray(base_count) >= _LEAST_BASE), base, np.nan)
    return (value / base - 1) * 100


# --------------------------------------------------------------------------------------------------------------- parts


def _checked(count: Floats, base_count: Floats, dispersion: Floats) -> tuple[Floats, Floats, Floats]:
    count, base_count, dispersion = (np.asarray(each, dtype=np.float64) for each in (count, base_count, dispersion))
    if np.any(count < 0) or np.any(base_count < 0):
        raise ValueError("counts cannot be negative")
    if np.any(dispersion < 1):
        raise ValueError("a dispersion is 1 or more")
    return count, base_count, dispersion


def _above_nought(exposure: Floats) -> Floats:
    return np.where(np.asarray(exposure, dtype=np.float64) > 0, exposure, np.nan)


def _where_known(ratio: Floats, limit: Floats) -> Floats:
    return np.where(np.isnan(ratio), np.nan, limit)


def _is_exact(count: Floats, base_count: Floats, dispersion: Floats) -> NDArray[np.bool_]:
    fewest = np.minimum(count, base_count)
    return np.asarray((fewest == 0) | ((fewest < _EXACT_BELOW) & (dispersion == 1)), dtype=np.bool_)


def _odds_limits(count: Floats, base_count: Floats, tail: float) -> tuple[Floats, Floats]:
    """Clopper–Pearson limits of the count's share of both, as odds."""
    lowest_share = np.where(count == 0, 0.0, betaincinv(count, base_count + 1, tail))
    # The base's share instead of one less the count's: no figure is lost where it is next to nothing.
    lowest_base_share = np.where(base_count == 0, 0.0, betaincinv(base_count, count + 1, tail))
    return lowest_share / (1 - lowest_share), (1 - lowest_base_share) / lowest_base_share


def _exact_p(count: Floats, base_count: Floats, expected: Floats) -> Floats:
    """The chance of all outcomes no likelier than the one seen, of a binomial with n = both counts, p = expected."""
    both = count + base_count
    is_above = count > both * expected
    # Seen from the side where the count lies in the lower tail.
    count = np.where(is_above, base_count, count)
    chance = np.where(is_above, 1 - expected, expected)
    opposite = _opposite_tail(count, both, chance)
    with np.errstate(invalid="ignore"):
        lower_tail = betainc(both - count, count + 1, 1 - chance)
        upper_tail = np.where(opposite > both, 0.0, betainc(opposite, both - opposite + 1, chance))
        p = np.minimum(1, lower_tail + upper_tail)
    return np.where(both == 0, np.where(np.isnan(expected), np.nan, 1.0), p)


def _opposite_tail(count: Floats, both: Floats, chance: Floats) -> Floats:
    """The first outcome above `count` that is no likelier than it; by bisection, since chances fall past the mode."""

    def log_chance(outcome: Floats) -> Floats:
        ways = gammaln(both + 1) - gammaln(outcome + 1) - gammaln(both - outcome + 1)
        return np.asarray(ways + outcome * np.log(chance) + (both - outcome) * np.log1p(-chance))

    seen = log_chance(count) + _AS_LIKELY
    likelier, opposite = np.broadcast_arrays(count, both + 1)
    most = np.max(both, where=both >= 0, initial=0)
    for _ in range(int(np.log2(most + 2)) + 1):
        middle = np.floor((likelier + opposite) / 2)
        is_opposite = (middle > likelier) & (log_chance(middle) <= seen)
        likelier, opposite = np.where(is_opposite, likelier, middle), np.where(is_opposite, middle, opposite)
    return opposite
