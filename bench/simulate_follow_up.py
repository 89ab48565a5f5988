"""Coverage, bias and power of the follow-up methods on counts whose effect is known; see `bench/RESULTS.md`."""

from __future__ import annotations

import numpy as np

from models.methods.difference_in_differences import Change, Effect, difference_in_differences
from models.methods.displacement import displacement
from models.methods.interrupted import Errors, segmented
from models.methods.power import smallest_detectable_effect
from models.methods.rates import Floats
from models.methods.ratios import change_ratio
from models.methods.synthetic_control import synthetic_control

SEED = 20261123
SERIES = 4000
DISPERSIONS = (1.0, 1.1, 2.0, 3.0, 4.0)
# Expected events of the target before and after, of the control before and after.
EXPECTED = (
    (1.0, 1.0, 10.0, 10.0),
    (3.0, 3.0, 3.0, 3.0),
    (5.0, 5.0, 50.0, 50.0),
    (10.0, 10.0, 10.0, 10.0),
    (10.0, 10.0, 50.0, 45.0),
    (25.0, 15.0, 100.0, 90.0),
    (40.0, 20.0, 200.0, 180.0),
    (200.0, 150.0, 800.0, 700.0),
)


def drawn(rng: np.random.Generator, expected: Floats | float, dispersion: float, size: tuple[int, ...]) -> Floats:
    """Counts with that mean, whose variance is dispersion times it."""
    if dispersion == 1:
        return rng.poisson(expected, size).astype(np.float64)
    mean = np.asarray(expected)
    return rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion, size).astype(np.float64)


def compared(expected: tuple[float, ...], dispersion: float, series: int = SERIES, seed: int = SEED) -> Effect:
    """`difference_in_differences` of so many targets, each with a control, all with the same expected counts."""
    rng = np.random.default_rng(seed)
    t0, t1, c0, c1 = (drawn(rng, each, dispersion, (series,)) for each in expected)
    one, phi = np.ones(series), np.full(series, dispersion)
    return difference_in_differences(
        Change(count=t1, exposure=one, base_count=t0, base_exposure=one, dispersion=phi),
        Change(count=c1, exposure=one, base_count=c0, base_exposure=one, dispersion=phi),
    )


def coverage(lower: Floats, upper: Floats, truth: float) -> tuple[float, float, float]:
    """The share of limits that hold the truth, that lie above it and that lie below it, of those there are."""
    is_there = np.isfinite(lower) & ~np.isnan(upper)
    lower, upper = lower[is_there], upper[is_there]
    above, below = float((lower > truth).mean()), float((upper < truth).mean())
    return 1 - above - below, above, below


def before_after(expected: tuple[float, float], dispersion: float, series: int = SERIES) -> tuple[float, float, float]:
    """Coverage of `change_ratio`."""
    rng = np.random.default_rng(SEED)
    base, count = (drawn(rng, each, dispersion, (series,)) for each in expected)
    one = np.ones(series)
    _, lower, upper = change_ratio(count, one, base, one, np.full(series, dispersion))
    return coverage(lower, upper, expected[1] / expected[0])


def monthly(
    a_month: float,
    dispersion: float,
    level: float,
    *,
    correlation: float = 0.0,
    errors: Errors = "widest",
    series: int = SERIES,
    seed: int = SEED,
) -> tuple[tuple[float, float, float], float, float, float]:
    """Four years of months, a step of `level` in the third year and a rule change eight months later: coverage of the
    step, its mean error in logarithms, the share of steps with p under 0.05, and the median width of the limits.
    """
    rng = np.random.default_rng(seed)
    months, first = 48, 24
    time = np.arange(months)
    season = np.exp(0.3 * np.sin(2 * np.pi * time / 12) + 0.1 * np.cos(4 * np.pi * time / 12) - 0.002 * time)
    expected = a_month * season * np.where(time >= first, level, 1.0) * np.where(time >= first + 8, 0.85, 1.0)
    if correlation:
        # A level that wanders: its month-to-month correlation, and half of the overdispersion.
        share = np.sqrt(np.log1p(0.5 * (dispersion - 1) / a_month))
        noise = rng.standard_normal((series, months))
        for month in range(1, months):
            noise[:, month] = correlation * noise[:, month - 1] + np.sqrt(1 - correlation**2) * noise[:, month]
        expected = expected * np.exp(share * noise - share**2 / 2)
        dispersion = 1 + 0.5 * (dispersion - 1)
    counts = drawn(rng, expected, dispersion, (series, months))
    found = segmented(counts, [first, first + 8], errors=errors).level
    step, lower, upper = (each[:, 0] for each in (found.value, found.lower, found.upper))
    error = float(np.nanmean(np.log(step)) - np.log(level))
    width = float(np.nanmedian(upper / lower))
    return coverage(lower, upper, level), error, float(np.nanmean(found.p[:, 0] < 0.05)), width


def detection(
    base: float, dispersion: float, control: float, series: int = SERIES
) -> tuple[float, float, float, float]:
    """The smallest fall and rise that are promised to be found with power 0.8 in percent, and how often they are."""
    fall, rise = smallest_detectable_effect(
        np.array(base), np.array(base), np.array(dispersion), control, control, dispersion
    )
    found = []
    for change in (float(fall), float(rise)):
        if np.isnan(change):
            found.append(float("nan"))
            continue
        effect = compared((base, base * (1 + change / 100), control, control), dispersion, series)
        found.append(float(np.mean(effect.p[np.isfinite(effect.p)] < 0.05)))
    return float(fall), float(rise), found[0], found[1]


def placebo_ranks(effect: float, donors: int = 19, series: int = 300, seed: int = SEED) -> Floats:
    """p of synthetic controls of places that follow two common courses, where the rate changes by a factor or not."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(series):
        courses = np.cumsum(rng.normal(0, 0.05, (2, 48)), axis=1)
        part = rng.dirichlet([1, 1], donors + 1)
        expected = 40 * np.exp(part @ courses)
        expected[0, 36:] *= effect
        counts = drawn(rng, expected, 2.0, expected.shape)
        quarters = counts.reshape(donors + 1, 16, 3).sum(axis=2)
        found.append(synthetic_control(quarters[0], quarters[1:], 12).p)
    return np.array(found)


def displaced(share: float, base: float, dispersion: float, series: int = SERIES) -> tuple[float, float]:
    """How often the displacement quotient can be told when the target falls by half, and its coverage then."""
    rng = np.random.default_rng(SEED)
    fall = base / 2
    target, buffer, control = (
        np.stack([drawn(rng, each, dispersion, (series,)) for each in pair], axis=1)
        for pair in ((base, base - fall), (2 * base, 2 * base + share * fall), (5 * base, 5 * base))
    )
    found = displacement(target, buffer, control, dispersion)
    is_told = np.isfinite(found.quotient)
    held = coverage(found.lower[is_told], found.upper[is_told], -share)[0] if is_told.any() else float("nan")
    return float(is_told.mean()), held


def main() -> None:
    """Print the tables of `bench/RESULTS.md`."""
    print(
        "| expected T₀, T₁; C₀, C₁ | " + " | ".join(f"φ {phi:g}" for phi in DISPERSIONS) + " | mean error of the log |"
    )
    print("|---|" + "---:|" * (len(DISPERSIONS) + 1))
    for expected in EXPECTED:
        truth = expected[1] / expected[0] * expected[2] / expected[3]
        cells, errors = [], []
        for phi in DISPERSIONS:
            effect = compared(expected, phi)
            cells.append(f"{coverage(effect.lower, effect.upper, truth)[0]:.1%}")
            is_ratio = (effect.ratio > 0) & np.isfinite(effect.ratio)
            errors.append(float(np.mean(np.log(effect.ratio[is_ratio] / truth))))
        t0, t1, c0, c1 = expected
        print(
            f"| {t0:g}, {t1:g}; {c0:g}, {c1:g} | {' | '.join(cells)} | {errors[0]:+.2f} … {errors[-1]:+.2f} |",
            flush=True,
        )
    print("\n| expected before, after | " + " | ".join(f"φ {phi:g}" for phi in DISPERSIONS) + " |")
    print("|---|" + "---:|" * len(DISPERSIONS))
    for pair in ((2.0, 2.0), (5.0, 5.0), (10.0, 10.0), (20.0, 12.0), (50.0, 40.0), (200.0, 150.0)):
        row = [f"{before_after(pair, phi)[0]:.1%}" for phi in DISPERSIONS]
        print(f"| {pair[0]:g}, {pair[1]:g} | {' | '.join(row)} |", flush=True)
    print("\n| a month, φ, step, correlation | φ̂ | Newey–West | widest | error of the log | p < 0.05 | upper/lower |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for a_month, phi, level, correlation in (
        (3.0, 1.5, 1.0, 0.0),
        (10.0, 1.0, 1.0, 0.0),
        (10.0, 2.0, 1.0, 0.0),
        (10.0, 2.0, 0.6, 0.0),
        (30.0, 3.0, 1.0, 0.0),
        (30.0, 3.0, 0.6, 0.0),
        (30.0, 3.0, 1.0, 0.4),
        (100.0, 4.0, 0.7, 0.0),
    ):
        kinds: tuple[Errors, ...] = ("dispersion", "newey_west", "widest")
        results = [monthly(a_month, phi, level, correlation=correlation, errors=kind) for kind in kinds]
        _, error, found, width = results[-1]
        cells = [f"{each[0][0]:.1%}" for each in results] + [f"{error:+.3f}", f"{found:.0%}", f"{width:.1f}"]
        print(f"| {a_month:g}, {phi:g}, {level:g}, {correlation:g} | {' | '.join(cells)} |", flush=True)
    print("\n| before, φ, control | smallest fall | found | smallest rise | found |\n|---|---:|---:|---:|---:|")
    for base, phi, control in (
        (40.0, 1.0, 1e6),
        (40.0, 2.0, 1000.0),
        (100.0, 2.0, 1000.0),
        (100.0, 4.0, 1000.0),
        (400.0, 4.0, 4000.0),
    ):
        fall, rise, found_fall, found_rise = detection(base, phi, control)
        print(
            f"| {base:g}, {phi:g}, {control:g} | {fall:.0f} % | {found_fall:.0%} | +{rise:.0f} % | {found_rise:.0%} |"
        )
    print("\n| synthetic control, 19 donors, rate times | p ≤ 0.05 | p ≤ 0.10 |\n|---|---:|---:|")
    for times in (1.0, 0.75, 0.5):
        p = placebo_ranks(times)
        print(f"| {times:g} | {np.mean(p <= 0.05):.0%} | {np.mean(p <= 0.1):.0%} |", flush=True)
    print("\n| displaced share of a fall by half, before, φ | told | holds the truth |\n|---|---:|---:|")
    for share, base, phi in ((0.5, 40.0, 1.0), (0.5, 100.0, 2.0), (0.0, 400.0, 2.0), (0.5, 400.0, 2.0)):
        told, right = displaced(share, base, phi)
        print(f"| {share:g}, {base:g}, {phi:g} | {told:.0%} | {right:.1%} |", flush=True)


if __name__ == "__main__":
    main()
