"""What every chart over time has: periods under an axis, a promise's years, breaks, and what is constructed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import pairwise

from reports._draw import (
    GREY,
    INK,
    LINE,
    PROMISE,
    SMALL,
    SOFT,
    WIDTH,
    width_of,
)
from reports._language import t
from reports._plot import (
    HATCHING,
    PLOT,
    ROW,
    Json,
    Plot,
    hatching,
    is_shown,
    layer,
    lines,
    made_words,
    pixels,
    strokes,
    tick_texts,
    words,
)
from reports._words import Row, capital, flags_of, period_text, short_period_text


def dated(rows: Iterable[Row]) -> list[Row]:
    """The rows that have a period's days."""
    return [row for row in rows if row["period_start"] is not None and row["period_end"] is not None]


def start_of(row: Row) -> float:
    """A period's first day, as a number of days."""
    return float(row["period_start"].toordinal())


def end_of(row: Row) -> float:
    """The day after a period's last, as a number of days."""
    return float(row["period_end"].toordinal() + 1)


def middle_of(row: Row) -> float:
    """The middle of a period, as a number of days."""
    return (start_of(row) + end_of(row)) / 2


def is_course(shown: Sequence[Row]) -> bool:
    """Whether there are figures of two periods at least."""
    return len({middle_of(row) for row in shown}) > 1


def _breaks(rows: Sequence[Row]) -> list[Row]:
    """The rows from which something else was measured than in a shown one before."""
    return [
        row
        for n, row in enumerate(rows)
        if "series_break" in flags_of(row) and any(map(is_shown, rows[:n])) and any(map(is_shown, rows[n:]))
    ]


BEHIND = (
    layer("promise", "rect", {"fill": PROMISE}, x=pixels("x"), x2={"field": "x2"}, y=pixels("y"), y2={"field": "y2"}),
    strokes("promise_edges", GREY, 0.8),
    strokes("grid", LINE, 0.8),
)
BETWEEN = (HATCHING, strokes("axis", SOFT), strokes("breaks", INK, 1.4, (5, 3)))


def over_time(
    rows: Sequence[Row],
    ticks: Sequence[float],
    *,
    unit: str,
    promise: tuple[date, date] | None,
    made: Sequence[Row],
    end: float,
    is_whole: bool = False,
    has_scale: bool = True,
) -> tuple[Plot, dict[str, list[Json]], list[Json]]:
    """The plot, datasets and words of a chart whose x is time.

    made: the constructed rows. end: the room to the right of the plot. is_whole: the first and the last period have
    their whole length; otherwise only their middles have room.
    """
    marks = tick_texts(ticks) if has_scale else []
    broken = _breaks(rows)
    first, last = reach_of(rows) if is_whole else (middle_of(rows[0]), middle_of(rows[-1]))
    margin = 0 if is_whole else (last - first) * 0.03
    promised = within((first - margin, last + margin), promise)
    top = ROW * (1 + bool(promised or broken) + bool(made)) + 6
    plot = Plot(
        left=round(max((*map(width_of, marks), 0)) + 8, 1),
        right=round(WIDTH - end, 1),
        top=top,
        bottom=top + PLOT,
        height=top + PLOT + ROW + 6,
        first=first - margin,
        last=last + margin,
        low=ticks[0],
        high=ticks[-1],
    )
    texts = [words(0, 13, capital(unit))]
    texts += [
        words(plot.left - 6, plot.y(tick) + 4.5, text, align="right") for tick, text in zip(ticks, marks, strict=False)
    ]
    texts += _period_words(rows, plot)
    y = 13 + ROW
    shades = [(plot.x(since), plot.x(until)) for since, until in promised]
    named = [((x + x2) / 2, promise_text(promise)) for x, x2 in shades if promise]
    named += [(plot.x(start_of(row)), t("tidsseriebrott")) for row in broken]
    if named:
        texts += _beside_each_other(named, y)
        y += ROW
    spans = _made_spans(rows, made, plot)
    if spans:
        x, x2 = max(spans, key=lambda span: span[1] - span[0])
        texts.append(made_words((x + x2) / 2, y))
    datasets = {
        "promise": [{"x": x, "x2": x2, "y": plot.top, "y2": plot.bottom} for x, x2 in shades],
        "promise_edges": lines(
            (at, plot.top, at, plot.bottom) for shade in shades for at in shade if at not in (plot.left, plot.right)
        ),
        "grid": lines((plot.left, plot.y(tick), plot.right, plot.y(tick)) for tick in ticks if marks),
        "hatching": lines(line for x, x2 in spans for line in hatching(x, plot.top, x2, plot.bottom)),
        "axis": lines(
            (
                (plot.left, plot.y(0), plot.right, plot.y(0)),
                *((plot.x(middle_of(row)), plot.bottom, plot.x(middle_of(row)), plot.bottom + 4) for row in rows),
            )
        ),
        "breaks": lines((plot.x(start_of(row)), plot.top - 3, plot.x(start_of(row)), plot.bottom) for row in broken),
    }
    return plot, datasets, texts


def reach_of(rows: Sequence[Row]) -> tuple[float, float]:
    """From the first day of the first period to the end of the last."""
    return min(map(start_of, rows)), max(map(end_of, rows))


def within(reach: tuple[float, float], promise: tuple[date, date] | None) -> list[tuple[float, float]]:
    """The part of a promise's period that lies within a reach of days, if any."""
    if promise is None:
        return []
    since, until = max(reach[0], promise[0].toordinal()), min(reach[1], promise[1].toordinal() + 1)
    return [(since, until)] if since < until else []


def promise_text(promise: tuple[date, date]) -> str:
    """The words over a promise's years."""
    first, last = promise[0].year, promise[1].year
    return t("löftesperiod {years}", years=str(first) if first == last else f"{first}–{last}")


def _made_spans(rows: Sequence[Row], made: Sequence[Row], plot: Plot) -> list[tuple[float, float]]:
    """What constructed figures cover from left to right, halfway to their neighbours."""
    periods = {row["period"] for row in made}
    middles = [middle_of(row) for row in rows]
    edges = [plot.first, *((one + two) / 2 for one, two in pairwise(middles)), plot.last]
    spans: list[tuple[float, float]] = []
    for row, (left, right) in zip(rows, pairwise(edges), strict=True):
        if row["period"] in periods:
            if spans and spans[-1][1] == plot.x(left):
                spans[-1] = (spans[-1][0], plot.x(right))
            else:
                spans.append((plot.x(left), plot.x(right)))
    return spans


def _beside_each_other(named: Sequence[tuple[float, str]], y: float) -> list[Json]:
    """Words on one line, each over its place; those after the first that have no room are left out."""
    found: list[tuple[float, float, Json]] = []
    for middle, text in named:
        half = width_of(text, SMALL) / 2 + 1
        x = min(max(middle, half), WIDTH - half)
        if all(x + half + 6 < left or x - half - 6 > right for left, right, _ in found):
            found.append((x - half, x + half, words(x, y, text, align="center", size=SMALL, colour=INK)))
    return [each for _, _, each in found]


def _period_words(rows: Sequence[Row], plot: Plot) -> list[Json]:
    """The periods under the axis: each, or every second, third … back from the last; the first too if it has room."""
    places = []
    for row in rows:
        text = short_period_text(row)
        half = width_of(text) / 2
        places.append((min(max(plot.x(middle_of(row)), half), WIDTH - half), half, text))

    def fit(chosen: Sequence[tuple[float, float, str]]) -> bool:
        return all(x + half + 9 < x2 - half2 for (x, half, _), (x2, half2, _) in pairwise(chosen))

    chosen = next(
        (kept for step in range(1, len(places)) if fit(kept := places[::-1][::step][::-1])),
        places[-1:],
    )
    if chosen[0] != places[0] and fit([places[0], chosen[0]]):
        chosen = [places[0], *chosen]
    return [words(x, plot.bottom + ROW + 1, text, align="center") for x, _, text in chosen]


def course(rows: Sequence[Row], text: Callable[[Row], str]) -> list[str]:
    """Ends, extremes, gaps and breaks of a series, each figure in the words of `text`."""
    shown = [row for row in rows if is_shown(row)]
    first, last = shown[0], shown[-1]
    highest, lowest = (choose(shown, key=lambda row: float(row["value"])) for choose in (max, min))
    said = [
        t(
            "Från {first} ({first_period}) till {last} ({last_period}).",
            first=text(first),
            first_period=period_text(first),
            last=text(last),
            last_period=period_text(last),
        ),
        t(
            "Högst {highest} ({highest_period}), lägst {lowest} ({lowest_period}).",
            highest=text(highest),
            highest_period=period_text(highest),
            lowest=text(lowest),
            lowest_period=period_text(lowest),
        ),
    ]
    if broken := _breaks(rows):
        said.append(t("Tidsseriebrott: {periods}.", periods=", ".join(map(period_text, broken))))
    if gaps := [row for row in rows if not is_shown(row)]:
        said.append(t("Utan uppgift: {missing}.", missing=", ".join(map(period_text, gaps))))
    return said
