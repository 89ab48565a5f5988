"""The line with its band that stands beside a figure, as plain numbers for the template to draw."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from reports._figure import figure
from reports._words import SYNTHETIC, Row, flags_of, is_self_selected, number, period_text, short_period_text

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 420.0, 190.0, 52.0, 14.0, 14.0, 30.0


@dataclass(frozen=True, kw_only=True)
class Point:
    """A period's place in the chart."""

    x: float
    y: float
    is_synthetic: bool
    label: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A line with its band, cut where a figure is missing and where the measurement changed; all in SVG units."""

    title: str
    lines: tuple[str, ...]
    bands: tuple[str, ...]
    points: tuple[Point, ...]
    breaks: tuple[float, ...]
    hatched: tuple[tuple[float, float], ...]  # x and width of what is synthetic
    marks: tuple[tuple[float, float, str], ...]  # where and how the hatching is put into words
    y_ticks: tuple[tuple[float, str], ...]
    x_ticks: tuple[tuple[float, str, str], ...]
    has_breaks: bool


def nice_ceiling(value: float) -> float:
    """The next round number of the kind an axis can end at."""
    if value <= 0:
        return 1.0
    scale = 10.0 ** math.floor(math.log10(value))
    return next(
        step * scale for step in (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0) if value <= step * scale * 1.0001
    )


def chart(rows: Sequence[Row], title: str) -> Chart | None:
    """The series as a line with its band from zero, oldest first; None where fewer than two figures can be shown."""
    shown = [row for row in rows if row["status"] == "ok" and row["value"] is not None]
    if len(shown) < 2:
        return None
    moments = [midpoint(row) for row in rows]
    first, last = moments[0], moments[-1]
    if first == last:
        return None
    inner = WIDTH - LEFT - RIGHT

    def limits(row: Row) -> tuple[float, float]:
        low, high = row["lower_confidence_limit"], row["upper_confidence_limit"]
        return (row["value"], row["value"]) if low is None or high is None or is_self_selected(row) else (low, high)

    top = nice_ceiling(max(limits(row)[1] for row in shown))
    lowest = min(limits(row)[0] for row in shown)
    bottom = -nice_ceiling(-lowest) if lowest < 0 else 0.0
    if shown[0]["unit"] == "procent":
        top = min(top, 100.0)

    def x_of(moment: float) -> float:
        return round(LEFT + inner * (moment - first) / (last - first), 1)

    def y_of(value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (top - value) / (top - bottom), 1)

    # A line joins only neighbours that are both shown and measured alike.
    runs: list[list[tuple[float, Row]]] = [[]]
    breaks = []
    for moment, row in zip(moments, rows, strict=True):
        is_shown = row["status"] == "ok" and row["value"] is not None
        if "series_break" in flags_of(row) and runs != [[]]:
            breaks.append(x_of(moment) - 6)
            runs.append([])
        if is_shown:
            runs[-1].append((x_of(moment), row))
        else:
            runs.append([])
    runs = [run for run in runs if run]
    bands = []
    for run in runs:
        if len(run) > 1 and any(limits(row)[0] != limits(row)[1] for _, row in run):
            upper = [f"{x},{y_of(limits(row)[1])}" for x, row in run]
            lower = [f"{x},{y_of(limits(row)[0])}" for x, row in reversed(run)]
            bands.append(" ".join(upper + lower))
    points = tuple(
        Point(x=x, y=y_of(row["value"]), is_synthetic=bool(row["is_synthetic"]), label=label(row))
        for run in runs
        for x, row in run
    )
    ticks = (bottom, (top + bottom) / 2, top)
    fine = 0 if all(tick.is_integer() for tick in ticks) else 1 if top >= 1 else 2
    y_ticks = tuple((y_of(tick), number(tick, 0 if tick.is_integer() else fine)) for tick in ticks)
    ends = (f"{figure(shown[0]).value} {period_text(shown[0])}", f"{figure(shown[-1]).value} {period_text(shown[-1])}")
    mark = f" {SYNTHETIC}." if any(row["is_synthetic"] for row in rows) else ""
    spans = hatched([(x_of(moment), bool(row["is_synthetic"])) for moment, row in zip(moments, rows, strict=True)])
    return Chart(
        title=f"Linjediagram: {title}. Från {ends[0]} till {ends[1]}. Alla värden finns i tabellen nedanför.{mark}",
        # Answers that nobody chose at random are not joined: a line would say that they can be compared.
        lines=()
        if is_self_selected(shown[-1])
        else tuple(" ".join(f"{x},{y_of(row['value'])}" for x, row in run) for run in runs if len(run) > 1),
        bands=tuple(bands),
        points=points,
        breaks=tuple(breaks),
        hatched=spans,
        marks=marks(spans),
        y_ticks=y_ticks,
        x_ticks=x_ticks([(x_of(moment), short_period_text(row)) for moment, row in zip(moments, rows, strict=True)]),
        has_breaks=bool(breaks),
    )


def label(row: Row) -> str:
    """A point's own words, for whoever rests a pointer on it."""
    shown = figure(row)
    return ", ".join(filter(None, (f"{shown.period}: {shown.value}", shown.interval, shown.flags)))


def midpoint(row: Row) -> float:
    """Where in time a period lies, in days; its number of rows apart where the dates are not known."""
    start, end = row["period_start"], row["period_end"]
    return (start.toordinal() + end.toordinal()) / 2 if start is not None and end is not None else 0.0


def hatched(places: Sequence[tuple[float, bool]]) -> tuple[tuple[float, float], ...]:
    """The spans (x, width) that synthetic figures cover, halfway to their neighbours."""
    spans: list[list[float]] = []
    for number_, (x, is_synthetic) in enumerate(places):
        if not is_synthetic:
            continue
        left = LEFT if number_ == 0 else (places[number_ - 1][0] + x) / 2
        right = WIDTH - RIGHT + 6 if number_ == len(places) - 1 else (x + places[number_ + 1][0]) / 2
        if spans and abs(spans[-1][1] - left) < 0.01:
            spans[-1][1] = right
        else:
            spans.append([left, right])
    return tuple((round(left, 1), round(right - left, 1)) for left, right in spans)


def marks(spans: Sequence[tuple[float, float]]) -> tuple[tuple[float, float, str], ...]:
    """The words (x of their middle, y, text) in the widest hatched span, in two lines where one would leave it."""
    if not spans:
        return ()
    left, width = max(spans, key=lambda span: span[1])
    middle, foot = left + width / 2, HEIGHT - BOTTOM - 7
    if width >= 200:
        return ((round(middle, 1), foot, "KONSTRUERADE EXEMPELDATA"),)
    middle = round(min(max(middle, LEFT + 60), WIDTH - 60), 1)
    return ((middle, foot - 14, "KONSTRUERADE"), (middle, foot, "EXEMPELDATA"))


def x_ticks(places: Sequence[tuple[float, str]]) -> tuple[tuple[float, str, str], ...]:
    """The periods named under the axis: the first, the last and those between that have room."""
    ticks = [(places[0][0], "start", places[0][1])]
    free = places[0][0] + 8.0 * len(places[0][1]) + 10
    end = places[-1][0] - 8.0 * len(places[-1][1]) - 10
    for x, text in places[1:-1]:
        half = 4.5 * len(text) + 5
        if x - half >= free and x + half <= end:
            ticks.append((x, "middle", text))
            free = x + half + 12
    return (*ticks, (places[-1][0], "end", places[-1][1]))
