"""Where events come together: the busiest places' share, and places that return, neither flattered by the choice."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from models.methods._confidence import two_sided
from models.methods.dispersion import Ints
from models.methods.multiplicity import holm
from models.methods.profiles import Spread, spread
from models.methods.proportions import wilson_limits
from models.methods.rates import Floats

# Of fewer events a place is no place that returns, whatever chance says, nor of fewer months.
FEWEST_EVENTS = 5
FEWEST_MONTHS = 3
# Fewer than these in either period, or in the busiest places' own, tell no share.
FEWEST_FOR_SHARE = 20


@dataclass(frozen=True, kw_only=True)
class Concentration:
    """`busiest`: the places chosen in the first period, the busiest first. Of the second period: `events` at named
    places, `at_busiest` of them, their `share` with `lower` and `upper` limit, and dispersion φ̂ ≥ 1 between its months.
    """

    busiest: Ints
    events: float
    at_busiest: float
    share: float
    lower: float
    upper: float
    dispersion: float


def busiest_places(counts: Floats, part: float = 0.5) -> Ints:
    """The fewest places that hold at least `part` of all events, the busiest first; none where there is no event.

    counts: (places,). Of places with equally many the first in order is taken.
    """
    counts = np.asarray(counts, dtype=np.float64)
    if not counts.sum() > 0:
        return np.zeros(0, dtype=np.int64)
    order = np.argsort(-counts, kind="stable")
    return order[: int(np.searchsorted(np.cumsum(counts[order]), part * counts.sum() - 1e-9)) + 1]


def concentration(first: Floats, second: Floats, confidence: float = 0.95) -> Concentration:
    """The share of the second period's events at the places that were the busiest in the first.

    first, second: counts (months, places) of the same places, a month that nobody reported left out. The busiest are
    the fewest places with half of the first period's events. Their share of the same events would be half or more even
    if all places were alike, since the lucky ones are chosen; in events without a part in the choice it is what it is.
    Wilson's limits, the number of events divided by the dispersion of the share between the second period's months
    (`profiles.spread`), and read in Student's distribution.

    Under 20 events in either period, and where no place or every place was chosen, share and limits are NaN. Unsuitable
    for comparing municipalities, which report and name places each in its own way. Raises ValueError for periods of
    different places and a confidence outside 0.9–1.
    Reference: Wilson (1927), JASA 22:209; McCullagh & Nelder (1989), Generalized Linear Models, 4.5; Efron & Hastie
    (2016), Computer Age Statistical Inference, ch. 12 (honest estimates from data that did not choose).
    """
    tail, z = two_sided(confidence)
    first, second = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if first.ndim != 2 or second.ndim != 2 or first.shape[1] != second.shape[1]:
        raise ValueError("both periods are months by the same places")
    busiest = busiest_places(first.sum(axis=0))
    totals, chosen = second.sum(axis=1), second[:, busiest].sum(axis=1)
    events, at_busiest = float(totals.sum()), float(chosen.sum())
    is_told = min(float(first.sum()), events) >= FEWEST_FOR_SHARE and 0 < busiest.size < first.shape[1]
    share = at_busiest / events if is_told else float("nan")
    between = spread(np.stack([chosen, totals - chosen], axis=-1), np.ones((totals.size, 2)))
    student = float(stdtrit(between.spare, 1 - tail)) if between.degrees > 0 else float("nan")
    lower, upper = wilson_limits(np.array(share), events / between.dispersion * (z / student) ** 2, confidence)
    return Concentration(
        busiest=busiest,
        events=events,
        at_busiest=at_busiest,
        share=share,
        lower=float(lower),
        upper=float(upper),
        dispersion=float(between.dispersion) if is_told else float("nan"),
    )


def recurrent_places(found: Spread, months: Floats, confidence: float = 0.95) -> tuple[Floats, NDArray[np.bool_]]:
    """Places with more than an equal share of the events, in several months: adjusted p, and whether each is one.

    found: `profiles.spread` of counts (kinds, months, places) of one municipality, so that slots are places; months:
    (kinds, places), in how many months each had any. p: one-sided, adjusted by Holm over all places and kinds together,
    since the places of one kind oppose each other: where one has more the others have less. At least five events in
    three months, and more than its share whichever month is left out. A place that is larger, or from which more
    services report, has more than an equal share without being worse. Where all places are alike at most 5 % of
    municipalities have any. Raises ValueError for a confidence outside 0.9–1.
    Reference: as `profiles.spread` and `multiplicity.holm`.
    """
    tail, _ = two_sided(confidence)
    p = found.more()
    adjusted = holm(p.reshape(-1)).reshape(p.shape)
    is_enough = (found.events >= FEWEST_EVENTS) & (months >= FEWEST_MONTHS) & found.lasts()
    return adjusted, np.asarray((adjusted <= 2 * tail) & is_enough)
