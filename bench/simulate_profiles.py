"""False findings, power and coverage of profiles and places on counts of known pattern; see `bench/RESULTS.md`."""

from __future__ import annotations

import numpy as np

from bench.simulate_follow_up import drawn
from models.methods.concentration import concentration, recurrent_places
from models.methods.profiles import Profile, judge_profile, spread
from models.methods.rates import Floats

SEED = 20261123
SERIES = 4000
DISPERSIONS = (1.0, 1.5, 2.0, 4.0)
SUMMER = 1 + 0.35 * np.cos(2 * np.pi * (np.arange(12) - 6) / 12)
WEEKEND = np.array([1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 1.0]) * 7 / 9
UNEVEN = np.array([0.4, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05])


def judged(levels: Floats, dispersion: float, blocks: int, seed: int = SEED) -> Profile:
    """Series with so many expected events in each slot of each block, judged as the tables judge them."""
    rng = np.random.default_rng(seed)
    counts = drawn(rng, levels, dispersion, (SERIES, blocks, levels.size))
    return judge_profile(spread(counts, np.ones_like(counts)), is_seasonal=levels.size == 12)


def told(found: Profile) -> tuple[float, float]:
    """The share of series with any slot pointed out, and with a slot or a season."""
    slots = (np.nan_to_num(found.side) != 0).any(axis=-1)
    return float(slots.mean()), float((slots | np.isfinite(found.peak)).mean())


def profiles() -> None:
    """Even series and planted ones: twelve months with a summer, seven days with a weekend."""
    print("| slots, blocks | a slot and block | φ | even: anything | planted: a slot | planted: anything |")
    print("|---|---:|---:|---:|---:|---:|")
    for pattern, blocks in ((SUMMER, 2), (SUMMER, 3), (SUMMER, 5), (WEEKEND, 8)):
        for mean in (1.0, 3.0, 10.0, 30.0):
            for dispersion in DISPERSIONS:
                _, even = told(judged(np.full(pattern.size, mean), dispersion, blocks))
                slots, anything = told(judged(mean * pattern, dispersion, blocks))
                row = (f"{pattern.size}, {blocks}", f"{mean:g}", f"{dispersion:g}")
                print(f"| {' | '.join(row)} | {even:.1%} | {slots:.0%} | {anything:.0%} |")


def places() -> None:
    """Seven places, twelve months to choose by and twelve to count: coverage, bias and false recurrences."""
    print("\n| events a month, φ | places | held | mean error | of the same events | false recurrent |")
    print("|---|---|---:|---:|---:|---:|")
    rng = np.random.default_rng(SEED)
    for mean in (5.0, 10.0, 30.0):
        for dispersion in (1.0, 2.0, 4.0):
            for name, shares in (("even", np.full(7, 1 / 7)), ("uneven", UNEVEN)):
                held, errors, flattered, false = [], [], [], []
                for _ in range(SERIES // 2):
                    first, second = drawn(rng, mean * shares, dispersion, (2, 12, 7))
                    found = concentration(first, second)
                    truth = shares[found.busiest].sum()
                    if np.isfinite(found.share):
                        held.append(found.lower <= truth <= found.upper)
                        errors.append(found.share - truth)
                        flattered.append(first.sum(axis=0)[found.busiest].sum() / first.sum() - truth)
                    _, recurs = recurrent_places(spread(second[None], np.ones((1, 12, 7))), (second > 0).sum(axis=0))
                    false.append(recurs[0, shares <= 1 / 7].any())
                row = (f"{mean:g}, {dispersion:g}", name)
                figures = (f"{np.mean(held):.1%}", f"{np.mean(errors):+.3f}", f"{np.mean(flattered):+.3f}")
                print(f"| {' | '.join((*row, *figures))} | {np.mean(false):.1%} |")


if __name__ == "__main__":
    profiles()
    places()
