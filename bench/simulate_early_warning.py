"""False alarms, power and delay of the early-warning methods on series with known changes; see `bench/RESULTS.md`.

Municipalities of ten overdispersed weekly series (0.5–20 events a week, variance 1–4 times the mean; half of them with
seasons, half with a trend), reported by services that come and go, some weeks by nobody. In one run nothing happens and
every signal is false; in others the same series have twice or three times as much, or five events more, for four weeks.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.methods.control_charts import Chart, Scale, cusum, ears
from models.methods.early_warning import MONTHLY, OUTLIER_FROM, find_rise
from models.methods.false_alarms import PLANNED, WEEKS_OF_A_QUARTER, tail_per_test, tail_within_budget
from models.methods.farrington import Days, Threshold, expect_from_earlier_years, farrington_flexible
from models.methods.prediction import Prediction, expect_from_latest, judge
from models.methods.rates import Floats

Bools = NDArray[np.bool_]
Method = Callable[["Series", Sequence[int]], Bools]

SERIES = 2000
OF_A_MUNICIPALITY = 10
YEARS = 7
FIRST_JUDGED = 53 * 5 + 4  # five years and a window are behind
WEEKS_LONG = 4
FIRST_CHANGED = 33  # no holiday
BANDS = (0.5, 1, 2, 5, 20)


@dataclass(frozen=True, kw_only=True)
class Series:
    """counts and reporters (series, weeks), NaN in weeks that nobody reported; the truth behind them per series."""

    counts: Floats
    reporters: Floats
    starts: Days
    expected: Floats
    mean: Floats
    dispersion: Floats
    is_seasonal: Bools


def make_series(
    series: int = SERIES,
    seed: int = 20261123,
    means: tuple[float, float] = (BANDS[0], BANDS[-1]),
    share_of_reporter: float = 1.0,
) -> Series:
    """Series in which nothing happens. share_of_reporter: 1 where a second reporter tells of as much again as the
    first, less where they tell of the same (events in proportion to reporters to that power).
    """
    rng = np.random.default_rng(seed)
    weeks = 52 * YEARS
    places = series // OF_A_MUNICIPALITY
    mean = np.exp(rng.uniform(np.log(means[0]), np.log(means[1]), series))
    dispersion = rng.uniform(1.02, 4, series)
    is_seasonal = rng.random(series) < 0.5
    swing = np.where(is_seasonal, rng.uniform(0.2, 0.8, series), 0.0)[:, None]
    years = np.arange(weeks) / 52.1775
    wave = swing * np.sin(2 * np.pi * (years + rng.random((series, 1)))) - swing**2 / 4
    trend = np.where(rng.random(series) < 0.5, rng.uniform(-0.1, 0.1, series), 0.0)[:, None] * (years - YEARS / 2)
    listed = np.empty((places, weeks), dtype=np.int64)
    listed[:, 0] = rng.integers(2, 9, places)
    for week in range(1, weeks):
        lot = rng.random(places)
        listed[:, week] = np.clip(listed[:, week - 1] + (lot < 0.04) - (lot > 0.96).astype(np.int64), 1, 10)
    active = rng.binomial(listed, 0.85).astype(np.float64)
    of_year = np.arange(weeks) % 52
    is_july = ((of_year >= 27) & (of_year <= 29)) & (rng.random((places, 1)) < 0.5)
    active[(rng.random((places, weeks)) < 0.05) | is_july | (active == 0)] = np.nan
    reporters = np.repeat(active, OF_A_MUNICIPALITY, axis=0)
    expected = mean[:, None] * np.exp(wave + trend) * (reporters / 5) ** share_of_reporter
    return Series(
        counts=_drawn(rng, expected, dispersion),
        reporters=reporters,
        starts=np.datetime64("2020-01-06") + 7 * np.arange(weeks),
        expected=expected,
        mean=mean,
        dispersion=dispersion,
        is_seasonal=is_seasonal,
    )


def with_change(series: Series, first: int, times: float = 1.0, more: float = 0.0, seed: int = 1) -> Series:
    """The same series with `times` as much, or so many events more, in the four weeks from number `first`."""
    rng = np.random.default_rng(seed)
    counts = series.counts.copy()
    weeks = slice(first, first + WEEKS_LONG)
    added = more + (_drawn(rng, (times - 1) * series.expected[:, weeks], series.dispersion) if times > 1 else 0.0)
    counts[:, weeks] += added
    return replace(series, counts=counts)


def _drawn(rng: np.random.Generator, expected: Floats, dispersion: Floats) -> Floats:
    phi = dispersion[:, None]
    drawn = rng.negative_binomial(np.nan_to_num(expected, nan=1.0) / (phi - 1), 1 / phi).astype(np.float64)
    return np.where(np.isfinite(expected), drawn, np.nan)


# ------------------------------------------------------------------------------------------------------------- methods


def tails_of(
    prediction: Prediction, methods: int = 1, budget: float = PLANNED, periods: int = WEEKS_OF_A_QUARTER
) -> Floats:
    """The tail of each series, one per municipality, that keeps the budget of a quarter."""
    each = {field.name: getattr(prediction, field.name).reshape(-1, OF_A_MUNICIPALITY) for field in fields(prediction)}
    rows = [Prediction(**{name: values[n] for name, values in each.items()}) for n in range(len(each["expected"]))]
    return np.repeat([tail_within_budget(row, periods, methods, budget) for row in rows], OF_A_MUNICIPALITY)


def latest(
    weeks: int, *, adjusted: bool = True, missing_is_zero: bool = False, methods: int = 1, budget: float = PLANNED
) -> Method:
    """The prediction from so many of the newest weeks."""

    def signals(series: Series, judged: Sequence[int]) -> Bools:
        counts, behind = series.counts, series.reporters
        if not adjusted:
            behind = np.where(np.isfinite(behind), 1.0, np.nan)
        if missing_is_zero:
            counts, behind = np.nan_to_num(counts), np.ones(counts.shape)
        found = []
        for week in judged:
            past = slice(week - weeks, week)
            prediction = expect_from_latest(counts[:, past], behind[:, past], behind[:, week])
            found.append(judge(prediction, counts[:, week], tails_of(prediction, methods, budget)).is_signal)
        return np.stack(found, axis=1)

    return signals


def earlier(years: int, outlier_from: float = OUTLIER_FROM, *, methods: int = 1) -> Method:
    """The prediction from the same time of so many earlier years."""

    def signals(series: Series, judged: Sequence[int]) -> Bools:
        found = []
        for week in judged:
            until = slice(0, week + 1)
            prediction = expect_from_earlier_years(
                series.counts[:, until],
                series.starts[until],
                series.reporters[:, until],
                years_back=years,
                outlier_from=outlier_from,
            )
            found.append(judge(prediction, series.counts[:, week], tails_of(prediction, methods)).is_signal)
        return np.stack(found, axis=1)

    return signals


def published(years: int, threshold: Threshold) -> Method:
    """Farrington flexible as published, at the plain tail."""

    def signals(series: Series, judged: Sequence[int]) -> Bools:
        return np.stack(
            [
                farrington_flexible(
                    series.counts[:, : week + 1],
                    series.starts[: week + 1],
                    series.reporters[:, : week + 1],
                    years_back=years,
                    threshold=threshold,
                    tail=tail_per_test(OF_A_MUNICIPALITY, budget=1.0),
                ).is_alarm
                for week in judged
            ],
            axis=1,
        )

    return signals


def chart(kind: Chart, *, at_budget: bool = False) -> Method:
    """EARS on counts per reporter times the newest week's reporters; its own tail, or the budget's by Student's t."""

    def signals(series: Series, judged: Sequence[int]) -> Bools:
        found = []
        for week in judged:
            past = slice(max(0, week - 13), week + 1)
            scaled = series.counts[:, past] / series.reporters[:, past] * series.reporters[:, [week]]
            tail = tail_per_test(OF_A_MUNICIPALITY) if at_budget else None
            found.append(ears(scaled, kind, tail=tail, small_sample=at_budget).is_alarm[:, -1])
        return np.stack(found, axis=1)

    return signals


def sums(scale: Scale) -> Method:
    """CUSUM of what the year before the first judged week predicts, with the published parameters."""

    def signals(series: Series, judged: Sequence[int]) -> Bools:
        first, last = judged[0] - 13, judged[-1]
        past, now = slice(first - 52, first), slice(first, last + 1)
        prediction = expect_from_latest(series.counts[:, past], series.reporters[:, past], np.ones(len(series.counts)))
        expected = prediction.expected[:, None] * series.reporters[:, now]
        found = cusum(series.counts[:, now], expected, scale=scale, restart=True)
        return found.is_alarm[:, [week - first for week in judged]] & np.isfinite(series.counts[:, list(judged)])

    return signals


def rise(methods: int = 1) -> Method:
    """`find_rise`: CUSUM with the budget's limit."""

    def signals(series: Series, judged: Sequence[int]) -> Bools:
        tail = tail_per_test(OF_A_MUNICIPALITY, methods=methods)
        return np.stack(
            [
                find_rise(series.counts[:, : week + 1], series.reporters[:, : week + 1], tail).is_signal
                for week in judged
            ],
            axis=1,
        )

    return signals


def both(one: Method, other: Method) -> Method:
    """A signal where either gives one."""
    return lambda series, judged: one(series, judged) | other(series, judged)


METHODS: dict[str, Method] = {
    "latest 26 weeks": latest(26),
    "latest 52 weeks": latest(52),
    "earlier years, b = 2": earlier(2),
    "earlier years, b = 3": earlier(3),
    "earlier years, b = 5": earlier(5),
    "earlier years, b = 3, outliers from 2.58": earlier(3, 2.58),
    "Farrington as published, delta, b = 3": published(3, "delta"),
    "Noufaily as published, nbPlugin, b = 3": published(3, "nb_plugin"),
    "EARS C1, own tail": chart("C1"),
    "EARS C2, own tail": chart("C2"),
    "EARS C3, own tail": chart("C3"),
    "EARS C2, the budget's tail, t": chart("C2", at_budget=True),
    "CUSUM standard, k 1.04, h 2.26": sums("standard"),
    "CUSUM Rossi, k 1.04, h 2.26": sums("rossi"),
    "rise: CUSUM Rossi, φ̂, the budget's h": rise(),
    "latest 26 and rise": both(latest(26, methods=2), rise(2)),
    "**latest 52 and rise**": both(latest(52, methods=2), rise(2)),
    "**earlier years, b = 2, and rise**": both(earlier(2, methods=2), rise(2)),
    "**earlier years, b = 3, and rise**": both(earlier(3, methods=2), rise(2)),
    "**earlier years, b = 5, and rise**": both(earlier(5, methods=2), rise(2)),
    "latest 52, reporters not adjusted for": latest(52, adjusted=False),
    "latest 52, no data taken for zero": latest(52, missing_is_zero=True),
}


# ------------------------------------------------------------------------------------------------------------ measures


@dataclass(frozen=True, kw_only=True)
class Found:
    """Of one method: false alarms per municipality and quarter, the share of those with more than one, and for each
    change the share of series signalled within 1, 2, 3, 4 weeks, and by band of means within 4; weeks to a signal.
    """

    false_alarms: float
    more_than_one: float
    seen: dict[str, Floats]
    seen_by_band: dict[str, Floats]
    delay: dict[str, float]


CHANGES = {"×2": (2.0, 0.0), "×3": (3.0, 0.0), "+5": (1.0, 5.0)}


def measure(method: Method, series: Series, *, quarters: int = 1, changes: Sequence[str] = tuple(CHANGES)) -> Found:
    """Judge so many quarters in which nothing happens, and the first four weeks of each change."""
    every = range(FIRST_JUDGED, FIRST_JUDGED + 13 * quarters)
    false = method(series, every).reshape(-1, OF_A_MUNICIPALITY, quarters, 13).sum(axis=(1, 3))
    band = np.digitize(series.mean, BANDS[1:-1])
    seen, by_band, delay = {}, {}, {}
    for name in changes:
        times, more = CHANGES[name]
        first = FIRST_JUDGED + FIRST_CHANGED
        changed = with_change(series, first, times, more)
        alarms = method(changed, range(first, first + WEEKS_LONG))
        # Of those that were reported at all: what nobody told, nobody can see.
        is_told = np.isfinite(changed.counts[:, first : first + WEEKS_LONG]).any(axis=1)
        so_far = np.logical_or.accumulate(alarms, axis=1)[is_told]
        seen[name] = so_far.mean(axis=0)
        by_band[name] = np.array([so_far[band[is_told] == n, -1].mean() for n in range(len(BANDS) - 1)])
        found = so_far[so_far[:, -1]]
        delay[name] = float(1 + np.argmax(found, axis=1).mean()) if len(found) else float("nan")
    return Found(
        false_alarms=float(false.mean()),
        more_than_one=float((false > 1).mean()),
        seen=seen,
        seen_by_band=by_band,
        delay=delay,
    )


def monthly(years_back: int, seed: int = 5, series: int = SERIES) -> tuple[float, Floats]:
    """Months of 2–80 events with seasons, trend and dispersion as the weeks': false alarms per municipality and
    quarter over two years, and the share that a doubling is seen of in one, two, three months. years_back 0: the
    prediction from the newest 36 months.
    """
    rng = np.random.default_rng(seed)
    months, first = 12 * 8 + 1, 12 * 6
    mean, dispersion = np.exp(rng.uniform(np.log(2), np.log(80), series)), rng.uniform(1.02, 4, series)
    swing = np.where(rng.random(series) < 0.5, rng.uniform(0.2, 0.8, series), 0.0)[:, None]
    years = np.arange(months) / 12
    trend = np.where(rng.random(series) < 0.5, rng.uniform(-0.1, 0.1, series), 0.0)[:, None] * (years - 4)
    expected = mean[:, None] * np.exp(swing * np.sin(2 * np.pi * (years + rng.random((series, 1)))) + trend)
    counts = _drawn(rng, expected, dispersion)
    starts = (np.datetime64("2018-01") + np.arange(months)).astype("datetime64[D]")

    def signals(counts: Floats, judged: Sequence[int]) -> Bools:
        found = []
        for month in judged:
            if years_back:
                until = slice(0, month + 1)
                prediction = expect_from_earlier_years(
                    counts[:, until], starts[until], years_back=years_back, **MONTHLY
                )
            else:
                prediction = expect_from_latest(counts[:, month - 36 : month], np.ones(36), np.ones(series))
            found.append(judge(prediction, counts[:, month], tails_of(prediction, periods=3)).is_signal)
        return np.stack(found, axis=1)

    false = signals(counts, range(first, first + 24)).sum() / (series / OF_A_MUNICIPALITY) / 8
    changed = counts.copy()
    changed[:, first : first + 3] += _drawn(rng, expected[:, first : first + 3], dispersion)
    seen = np.logical_or.accumulate(signals(changed, range(first, first + 3)), axis=1).mean(axis=0)
    return float(false), seen


def main() -> None:
    """Print the tables of `bench/RESULTS.md`."""
    series = make_series()
    print(f"{SERIES} series, {SERIES // OF_A_MUNICIPALITY} municipalities\n")
    print("| method | false alarms | >1 | ×2: 1 week | 4 weeks | delay | ×3: 1 week | 4 weeks | delay | +5: 4 weeks |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    results = {}
    for name, method in METHODS.items():
        started = time.perf_counter()
        found = results[name] = measure(method, series)
        cells = [f"{found.false_alarms:.2f}", f"{found.more_than_one:.0%}"]
        for change in ("×2", "×3"):
            cells += [f"{found.seen[change][week]:.0%}" for week in (0, 3)] + [f"{found.delay[change]:.1f}"]
        cells.append(f"{found.seen['+5'][3]:.0%}")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
        print(f"{name}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    edges = [f"{low}–{high}" for low, high in pairwise(BANDS)]
    print(f"\n| seen within 4 weeks, events a week: | {' | '.join(f'×2: {e}' for e in edges)} | ", end="")
    print(f"{' | '.join(f'×3: {e}' for e in edges)} |\n|---|{'---:|' * 2 * len(edges)}")
    for name in ("latest 26 and rise", *(name for name in METHODS if name.startswith("**"))):
        cells = [f"{share:.0%}" for change in ("×2", "×3") for share in results[name].seen_by_band[change]]
        print(f"| {name} | {' | '.join(cells)} |")
    print("\n| months | false alarms | ×2: 1 month | 2 | 3 |\n|---|---:|---:|---:|---:|")
    for years in (0, 2, 3, 5):
        false, shares = monthly(years)
        cells = [f"{false:.2f}", *(f"{share:.0%}" for share in shares)]
        print(f"| {f'earlier years, b = {years}' if years else 'latest 36 months'} | {' | '.join(cells)} |", flush=True)
    print("\n| other series | method | false alarms | ×3: 4 weeks |\n|---|---|---:|---:|")
    for what, others in (
        ("reporters tell partly of the same (√ of their number)", make_series(share_of_reporter=0.5)),
        ("0.1–0.5 events a week", make_series(means=(0.1, 0.5))),
    ):
        for name in ("**latest 52 and rise**", "**earlier years, b = 3, and rise**"):
            found = measure(METHODS[name], others, changes=("×3",))
            print(f"| {what} | {name} | {found.false_alarms:.2f} | {found.seen['×3'][3]:.0%} |", flush=True)


if __name__ == "__main__":
    main()
