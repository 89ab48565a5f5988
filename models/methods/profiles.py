"""Whether events come more in some months, weekdays or hours than chance makes them: a profile over slots."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc

from models.methods._confidence import two_sided
from models.methods.multiplicity import holm
from models.methods.negative_binomial import probability_of_at_least, quantile
from models.methods.rates import Floats

# A slot that holds fewer on average says nothing of itself, and hardly anything of the others.
FEWEST_A_SLOT = 2.0
# Degrees of freedom between blocks with which dispersion can be told at all: a year more than the first, or a quarter.
FEWEST_DEGREES = 5.0
_ROUNDS = 25
# What is left of a finding when a block is left out must still differ by itself, one-sided.
_LASTING = 0.05
_NOTHING = 1e-9


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Counts over slots beside what exposure alone would give, (…, slots), and what they vary by, (…).

    events, expected: sums over the blocks, NaN for a slot that was never exposed. ratio: variance of a slot's sum,
    given all slots', divided by its expectation, at least 1. dispersion φ̂ ≥ 1 between blocks, a guess as good as one
    from `spare` normal deviates; degrees: of freedom that it really has. counts, fair: what each block holds and what
    exposure would give each slot of it, (…, blocks, slots), 0 where nobody counted.
    """

    events: Floats
    expected: Floats
    ratio: Floats
    dispersion: Floats
    spare: Floats
    degrees: Floats
    counts: Floats
    fair: Floats

    @property
    def has_events(self) -> NDArray[np.bool_]:
        """Whether there are events enough to judge slots by, (…)."""
        slots = np.isfinite(self.expected).sum(axis=-1)
        return np.asarray((np.nansum(self.expected, axis=-1) >= FEWEST_A_SLOT * slots) & (slots > 1))

    @property
    def has_blocks(self) -> NDArray[np.bool_]:
        """Whether there are blocks enough to tell a profile from one block's chance, (…)."""
        return np.asarray(self.degrees >= FEWEST_DEGREES)

    @property
    def told(self) -> Floats:
        """1 where slots can be judged, else NaN, (…, 1)."""
        return np.where(self.has_events & self.has_blocks, 1.0, np.nan)[..., None]

    def more(self) -> Floats:
        """The probability of as many events or more in each slot, if nothing but exposure differs; NaN where nobody can
        say.
        """
        return self.told * probability_of_at_least(self.events, self.expected, self.ratio, self.spare[..., None])

    def fewer(self) -> Floats:
        """The probability of as many or fewer."""
        more = probability_of_at_least(self.events + 1, self.expected, self.ratio, self.spare[..., None])
        return self.told * (1 - more)

    def lasts(self) -> NDArray[np.bool_]:
        """Whether each slot would still differ, the same way and by itself at 5 %, whichever block were left out."""
        events, expected = self.events[..., None, :] - self.counts, self.expected[..., None, :] - self.fair
        is_more = (self.events > self.expected)[..., None, :]
        p = probability_of_at_least(
            np.where(is_more, events, events + 1), expected, self.ratio[..., None, :], self.spare[..., None, None]
        )
        return np.asarray((np.where(is_more, p, 1 - p) <= _LASTING).all(axis=-2))


@dataclass(frozen=True, kw_only=True)
class Profile:
    """The judged slots, (…, slots): `p` adjusted over the slots, `lower` and `upper` counts to expect, and `side`: 1
    above, −1 below, 0 within, NaN where nobody can say. A slot is outside its range exactly where its p is under 1 −
    confidence; is_one: it is, but by one block alone, and its side is NaN. season_p: of a rise and fall over the circle
    of slots, adjusted with them; peak: the slot from 0 where it is highest; both (…), NaN where no season was looked
    for, the peak also where there is none.
    """

    p: Floats
    lower: Floats
    upper: Floats
    side: Floats
    is_one: NDArray[np.bool_]
    season_p: Floats
    peak: Floats


def spread(counts: Floats, exposure: Floats) -> Spread:
    """What counts over slots (months, weekdays, hours, places) sum to, and what exposure alone lets expect of them.

    counts, exposure: (…, blocks, slots); a block is a year of months, or some weeks; exposure what the slot's count
    arose from in the block (days, weeks in which somebody reported), NaN or 0 where nobody counted: no data is not
    zero. Leading axes are series.

    Within a block the total is taken as given and shared by exposure, so that neither growth between blocks nor a block
    that lacks a slot makes any slot look busy. Dispersion is Pearson's, of each block's counts around its total shared
    by the profile of all blocks together: what a slot has more of every year is its profile, what it has more of in one
    year only is noise. Slots without any event give no degrees of freedom. Small, clustered counts have long
    tails, so that their φ̂ is a worse guess than its degrees of freedom say: by Satterthwaite's rule `spare` is these
    divided by 1 + κ/2, κ being the mean excess kurtosis of negative binomial counts with that mean and dispersion.
    Raises ValueError for negative counts.
    Reference: McCullagh & Nelder (1989), Generalized Linear Models, 4.5 and 6.4 (counts given their totals);
    Satterthwaite (1946), Biometrics Bulletin 2:110.
    """
    counts, exposure = np.broadcast_arrays(np.asarray(counts, np.float64), np.asarray(exposure, np.float64))
    if np.any(counts < 0):
        raise ValueError("counts cannot be negative")
    is_known = np.isfinite(counts) & (exposure > 0)
    counts, exposure = np.where(is_known, counts, 0.0), np.where(is_known, exposure, 0.0)
    is_slot = is_known.any(axis=-2)
    totals, events = counts.sum(axis=-1, keepdims=True), counts.sum(axis=-2)
    share = _shares(exposure, np.ones_like(events))
    expected, variance = (totals * share).sum(axis=-2), (totals * share * (1 - share)).sum(axis=-2)
    rate = np.ones_like(events)
    for _ in range(_ROUNDS):  # the rates that give each block its total and each slot its sum
        given = (totals * _shares(exposure, rate)).sum(axis=-2)
        rate = np.where(given > 0, rate * events / np.where(given > 0, given, 1.0), 0.0)
    fitted = totals * _shares(exposure, rate)
    with np.errstate(divide="ignore", invalid="ignore"):
        residuals = np.where(fitted > 0, (counts - fitted) ** 2 / fitted, 0.0).sum(axis=(-2, -1))
        is_used = is_known & (events > 0)[..., None, :] & (totals > 0)
        used, slots = is_used.sum(axis=(-2, -1)), is_used.any(axis=-2).sum(axis=-1)
        degrees = np.maximum(0, used - is_used.any(axis=-1).sum(axis=-1) - np.maximum(slots - 1, 0))
        dispersion = np.maximum(1.0, residuals / np.maximum(degrees, 1))
        kurtosis = (6 * (dispersion - 1) + 1 / dispersion) * np.where(fitted > 0, 1 / fitted, 0.0).sum(axis=(-2, -1))
        ratio = np.maximum(1.0, dispersion[..., None] * variance / expected)
    return Spread(
        events=np.where(is_slot, events, np.nan),
        expected=np.where(is_slot, expected, np.nan),
        ratio=np.where(is_slot & (expected > 0), ratio, np.where(is_slot, 1.0, np.nan)),
        dispersion=dispersion,
        spare=np.maximum(1.0, degrees / (1 + kurtosis / np.maximum(used, 1) / 2)),
        degrees=degrees.astype(np.float64),
        counts=counts,
        fair=totals * share,
    )


def judge_profile(found: Spread, confidence: float = 0.95, *, is_seasonal: bool = False) -> Profile:
    """Which slots hold more or fewer events than chance gives, all slots of a series judged together.

    Each slot's sum is held against a negative binomial distribution with its expectation and dispersion, read as one
    whose dispersion is a guess; p is two-sided and adjusted by Holm, so that of series where nothing but exposure
    differs at most 5 % have any slot outside its range. The range is the one that Holm's last step judges by, so that
    what is drawn and what is said agree. What one block alone makes differ (a summer, a quarter) is no pattern: it must
    differ whichever block is left out. is_seasonal: the slots make a circle (months), and beside them one slow rise
    and fall around it is looked for, as one test more: twelve small differences in a row are seen that way, where none
    of them would be. Unsuitable where a slot's exposure is not known: a service that works in office hours sees what
    lies there on Monday. Raises ValueError for a confidence outside 0.9–1.
    Reference: Holm (1979), Scandinavian J. Statistics 6:65; Edwards (1961), Annals of Human Genetics 25:83 (a season as
    one harmonic); otherwise as `spread`.
    """
    tail, _ = two_sided(confidence)
    more, fewer = found.more(), found.fewer()
    season, peak = _season(found) if is_seasonal else (np.full(found.told.shape, np.nan), found.told[..., 0] * np.nan)
    adjusted = holm(np.concatenate([np.minimum(1.0, 2 * np.minimum(more, fewer)), season], axis=-1))
    is_told = adjusted <= 2 * tail
    left = np.maximum(1, (np.isfinite(adjusted) & ~is_told).sum(axis=-1, keepdims=True))
    expected, spare = found.expected * found.told, found.spare[..., None]
    lower, upper = (quantile(expected, found.ratio, share, spare) for share in (tail / left, 1 - tail / left))
    p, is_outside = adjusted[..., :-1], is_told[..., :-1]
    is_one = is_outside & ~found.lasts()
    side = np.where(is_outside, np.where(more < fewer, 1.0, -1.0), 0.0)
    return Profile(
        p=p,
        lower=lower,
        upper=upper,
        side=np.where(np.isnan(p) | is_one, np.nan, side),
        is_one=is_one,
        season_p=adjusted[..., -1],
        peak=np.where(is_told[..., -1], peak, np.nan),
    )


def _season(found: Spread) -> tuple[Floats, Floats]:
    """The probability of as strong a first harmonic by chance, (…, 1), and the slot nearest to its peak, (…), NaN where
    it would be none without one of the blocks.
    """
    slots = found.expected.shape[-1]
    angle = 2 * np.pi * np.arange(slots) / slots
    waves = np.stack([np.cos(angle), np.sin(angle)])
    swing = (found.counts - found.fair) @ waves.T
    totals = found.fair.sum(axis=-1)[..., None, None]
    weighted = found.fair[..., None, :] * waves
    middle = weighted.sum(axis=-1)[..., None]
    with np.errstate(divide="ignore", invalid="ignore"):
        pulled = np.where(totals > 0, middle * np.swapaxes(middle, -1, -2) / totals, 0.0)
        variance = found.dispersion[..., None, None, None] * (weighted @ waves.T - pulled)
        rates = np.nan_to_num(found.events / found.expected) @ waves.T
    spare = found.spare
    p = _probability(swing.sum(axis=-2), variance.sum(axis=-3), spare)
    without = swing.sum(axis=-2, keepdims=True) - swing
    left = _probability(without, variance.sum(axis=-3, keepdims=True) - variance, spare[..., None])
    is_same_way = (without * swing.sum(axis=-2, keepdims=True)).sum(axis=-1) > 0
    lasts = ((left <= _LASTING) & is_same_way).all(axis=-1)
    peak = np.round(np.arctan2(rates[..., 1], rates[..., 0]) / (2 * np.pi) * slots) % slots
    return found.told * p[..., None], np.asarray(np.where(lasts, found.told[..., 0] * peak, np.nan))


def _probability(swing: Floats, variance: Floats, spare: Floats) -> Floats:
    """Of at least such a swing (…, 2) by chance with that variance (…, 2, 2), NaN where it has none."""
    can_invert = np.linalg.det(variance) > _NOTHING
    inverse = np.linalg.inv(np.where(can_invert[..., None, None], variance, np.eye(2)))
    strength = np.einsum("...i,...ij,...j->...", swing, inverse, swing) / 2
    return np.asarray(np.where(can_invert, fdtrc(2, spare, strength), np.nan))


def _shares(exposure: Floats, rate: Floats) -> Floats:
    """How a block's events are shared by its slots, (…, blocks, slots)."""
    weight = exposure * rate[..., None, :]
    total = weight.sum(axis=-1, keepdims=True)
    return np.asarray(weight / np.where(total > 0, total, 1.0))
