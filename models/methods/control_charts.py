"""Charts that judge each period by the few just before it (EARS), or add up small excesses (CUSUM)."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from models.methods.negative_binomial import probability_of_at_least
from models.methods.rates import Floats

Chart = Literal["C1", "C2", "C3"]
Scale = Literal["standard", "rossi"]
_FEWEST_BEFORE = 3
_STATES = 40
_HALVINGS = 12
_LIMITS = (0.5, 12.0)


@dataclass(frozen=True, kw_only=True)
class Ears:
    """A period each (…, periods), NaN where it cannot be judged: mean and standard deviation of the baseline, and the
    limit above which a count is an alarm.
    """

    mean: Floats
    deviation: Floats
    upper: Floats
    is_alarm: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Cusum:
    """A period each (…, periods): the sum of excesses, whether it has reached its limit, and since which period it has
    been above 0 (its number; the period itself where the sum is 0).
    """

    sum: Floats
    is_alarm: NDArray[np.bool_]
    since: NDArray[np.int64]


def ears(
    counts: Floats,
    chart: Chart = "C1",
    *,
    baseline: int = 7,
    tail: float | None = None,
    least_deviation: float = 1.0,
    small_sample: bool = False,
) -> Ears:
    """EARS C1, C2 and C3: is a count far above the mean of the few periods before it?

    counts: (…, periods), NaN where nothing is known. C1: the `baseline` periods just before; C2: the same two periods
    earlier, so that a rise does not teach itself; an alarm above mean + z·max(deviation, least_deviation), tail 0.001.
    C3: three periods' C2 excesses over 1 added up, above z of tail 0.025, and the newest not under its mean.
    least_deviation keeps a baseline of nothing but 0 from making each event an alarm. small_sample: Student's t and
    √(1 + 1/n) for z, since mean and deviation of seven periods are themselves guesses: with z the tail 0.001 of normal
    counts is 0.011. A baseline needs three known periods.

    Unsuitable as the only judge of small counts (they are skewed: more alarms than the tail says), for series with
    changing reporters, and for a level that creeps: the baseline follows it.
    Raises ValueError for a baseline under 3, a negative least_deviation and a tail outside 0–0.5.
    Reference: Hutwagner, Thompson, Seeman & Treadwell (2003), J. Urban Health 80:i89; Hutwagner et al. (2005), Emerging
    Infectious Diseases 11:314; R package surveillance, earsC (whose C3 compares the two periods before only).
    """
    counts = np.asarray(counts, dtype=np.float64)
    tail = (0.025 if chart == "C3" else 0.001) if tail is None else tail
    if baseline < _FEWEST_BEFORE or least_deviation < 0 or not 0 < tail < 0.5:
        raise ValueError("ears takes a baseline of 3 or more, a least_deviation of 0 or more, a tail between 0 and 0.5")
    lag = 0 if chart == "C1" else 2
    before = np.full((*counts.shape[:-1], baseline + lag), np.nan)
    windows = sliding_window_view(np.concatenate([before, counts], axis=-1), baseline, axis=-1)
    windows = windows[..., : counts.shape[-1], :]
    is_known = np.isfinite(windows)
    known = is_known.sum(axis=-1)
    n = np.where(known >= _FEWEST_BEFORE, known, np.nan)
    mean = np.where(is_known, windows, 0.0).sum(axis=-1) / n
    squares = np.where(is_known, (windows - mean[..., None]) ** 2, 0.0).sum(axis=-1)
    deviation = np.maximum(np.sqrt(squares / (n - 1)), least_deviation)
    z = stdtrit(n - 1, 1 - tail) * np.sqrt(1 + 1 / n) if small_sample else np.full(n.shape, ndtri(1 - tail))
    if chart == "C3":
        with np.errstate(invalid="ignore", divide="ignore"):
            excess = np.nan_to_num(np.maximum(0.0, (counts - mean) / deviation - 1))
        earlier = np.zeros(counts.shape)
        for back in (1, 2):
            earlier[..., back:] += excess[..., :-back]
        z = np.maximum(0.0, 1 + z - earlier)
    upper = mean + z * deviation
    with np.errstate(invalid="ignore"):
        return Ears(mean=mean, deviation=deviation, upper=upper, is_alarm=counts > upper)


def cusum(
    counts: Floats,
    expected: Floats,
    *,
    reference: float | Floats = 1.04,
    limit: float | Floats = 2.26,
    dispersion: float | Floats = 1.0,
    scale: Scale = "standard",
    restart: bool = False,
) -> Cusum:
    """Add up how far counts are above expected beyond `reference`, never below 0; an alarm from `limit` on.

    counts, expected: (…, periods), broadcast; the rest broadcast to (…). S = max(0, S + z − reference), where z is
    (x − m)/√m (`standard`) or (x − 3m + 2√(xm))/(2√m) (`rossi`, nearer normal for small m) of counts and expectation
    divided by the dispersion φ. The defaults are for a doubled level of normal counts: about one false alarm in 500
    periods of those, and several times as many of small counts; `cusum_limit` gives the limit of a tail. restart: begin
    at 0 after an alarm. A period without count or expectation leaves the sum as it is.
    Unsuitable where what is expected is a rough guess: an error of it is added up too.
    Raises ValueError for negative counts and a dispersion under 1.
    Reference: Rossi, Lampugnani & Marchi (1999), Statistics in Medicine 18:2111; Lucas (1985), Technometrics 27:129; R
    package surveillance, algo.cusum.
    """
    counts, expected = np.broadcast_arrays(np.asarray(counts, np.float64), np.asarray(expected, np.float64))
    phi = np.asarray(dispersion, dtype=np.float64)
    if np.any(counts < 0) or np.any(phi < 1):
        raise ValueError("cusum takes counts of 0 or more and a dispersion of 1 or more")
    z = _standardised(counts / phi[..., None], expected / phi[..., None], scale)
    total, began = np.zeros(counts.shape[:-1]), np.zeros(counts.shape[:-1], dtype=np.int64)
    sums, since = np.zeros(counts.shape), np.zeros(counts.shape, dtype=np.int64)
    for period in range(counts.shape[-1]):
        if restart:
            total = np.where(total >= limit, 0.0, total)
        began = np.where(total > 0, began, period)
        total = np.maximum(0.0, total + np.nan_to_num(z[..., period] - reference, posinf=0.0, neginf=0.0))
        sums[..., period], since[..., period] = total, began
    return Cusum(sum=sums, is_alarm=sums >= np.asarray(limit)[..., None], since=since)


def cusum_limit(
    expected: Floats,
    dispersion: Floats,
    tail: float,
    *,
    reference: float = 1.04,
    scale: Scale = "standard",
) -> Floats:
    """The limit with which a CUSUM of negative binomial counts gives a false alarm in one period of 1/tail on average.

    expected count and dispersion φ ≥ 1 (variance φ times the mean) broadcast. The average run length solves Page's
    equation for the counts as they are, whole and skewed, at forty values of the sum, straight lines between them, for
    expected to the nearest of steps of 5 % and φ to the next quarter; 0.5–12, and NaN where expected is not above 0.
    Raises ValueError for a tail outside 0–0.5.
    Reference: Page (1954), Biometrika 41:100; Brook & Evans (1972), Biometrika 59:539.
    """
    if not 0 < tail < 0.5:
        raise ValueError("tail must lie between 0 and 0.5")
    mean, phi = np.broadcast_arrays(np.atleast_1d(np.asarray(expected, np.float64)), np.asarray(dispersion, np.float64))
    found = np.full(mean.shape, np.nan)
    for place in zip(*np.nonzero((mean > 0) & np.isfinite(mean) & np.isfinite(phi)), strict=True):
        about = float(np.exp(np.round(20 * np.log(mean[place])) / 20)), float(np.ceil(4 * phi[place]) / 4)
        found[place] = _limit(*about, tail, reference, scale)
    return found


@lru_cache(maxsize=100_000)
def _limit(mean: float, phi: float, tail: float, reference: float, scale: Scale) -> float:
    least, most = _LIMITS
    counts = np.arange(np.ceil(phi * (mean / phi + (most + reference + 2) * np.sqrt(mean / phi)) * 1.2) + 2)
    chances = -np.diff(probability_of_at_least(np.append(counts, counts[-1] + 1), np.array(mean), np.array(phi)))
    steps = _standardised(counts / phi, np.array(mean / phi), scale) - reference
    for _ in range(_HALVINGS):
        middle = (least + most) / 2
        is_enough = _run_length(chances, steps, middle) >= 1 / tail
        least, most = (least, middle) if is_enough else (middle, most)
    return most


def _run_length(chances: Floats, steps: Floats, limit: float) -> float:
    """Periods to the first alarm, on average, of a sum that begins at 0."""
    width = limit / _STATES
    reached = np.maximum(0.0, (np.arange(_STATES) * width)[:, None] + steps) / width
    stays = np.where(reached < _STATES, chances, 0.0)
    below = np.minimum(reached.astype(np.int64), _STATES - 1)
    rest = np.minimum(reached - below, 1.0)
    row = np.arange(_STATES)[:, None] * (_STATES + 1)
    places, parts = np.stack([row + below, row + below + 1]), np.stack([stays * (1 - rest), stays * rest])
    moves = np.bincount(places.ravel(), parts.ravel(), _STATES * (_STATES + 1)).reshape(_STATES, _STATES + 1)
    moves[:, -2] += moves[:, -1]  # just below the limit is still no alarm
    return float(np.linalg.solve(np.eye(_STATES) - moves[:, :-1], np.ones(_STATES))[0])


def _standardised(count: Floats, mean: Floats, scale: Scale) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        if scale == "standard":
            return np.asarray((count - mean) / np.sqrt(mean))
        if scale == "rossi":
            return np.asarray((count - 3 * mean + 2 * np.sqrt(count * mean)) / (2 * np.sqrt(mean)))
    raise ValueError(f"no scale is called {scale}")
