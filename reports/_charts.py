"""What the charts of a report show, as Vega-Lite: a line with its band, bars, intervals side by side, a year's months.

A specification holds the figures in their own units and the words in the chart's, placed so that none lies on another
or reaches outside. A row that is not "ok" leaves a gap and nothing else. Each kind has its text alternative beside it:
the finding, which the caller has, and what a reader of the chart sees.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from typing import Any

from reports._draw import (
    BAND,
    BAND_EDGE,
    BAR,
    BLUE,
    GREY,
    INK,
    LINE,
    MADE,
    MADE_INK,
    PROMISE,
    SIZE,
    SMALL,
    SOFT,
    WHITE,
    WIDTH,
    width_of,
)
from reports._figure import figure
from reports._language import t
from reports._words import Row, capital, flags_of, is_self_selected, number, period_text, short_period_text

Json = dict[str, Any]

PLOT = 150.0  # the height of a plot
ROW = 17.0  # of a line of words
_COMPARED = 122.0  # the room for the names of what a line is compared with
_DASHES: tuple[list[int], ...] = ([1, 0], [6, 3], [2, 2])  # so that lines that cross are told apart


# --- The parts that charts are made of --------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Plot:
    """Where in a drawing the figures stand, and the first and last moment (days) and value that there is room for."""

    left: float
    right: float
    top: float
    bottom: float
    height: float
    first: float = 0.0
    last: float = 1.0
    low: float = 0.0
    high: float = 1.0

    def x(self, when: float) -> float:
        """Where a moment stands."""
        return round(self.left + (self.right - self.left) * (when - self.first) / (self.last - self.first), 1)

    def y(self, value: float) -> float:
        """Where a value stands."""
        return round(self.bottom - (self.bottom - self.top) * (value - self.low) / (self.high - self.low), 1)


def spec_of(plot: Plot, datasets: Mapping[str, Sequence[Json]], layers: Sequence[Json], width: float = WIDTH) -> Json:
    """A whole specification: datasets by name, and layers, each of which draws one of them if it holds anything."""
    filled = {name: [*rows] for name, rows in datasets.items() if rows}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": width,
        "height": math.ceil(plot.height),
        "padding": 0,
        "autosize": "none",
        "background": WHITE,
        "config": {"view": {"stroke": None}, "aria": False},
        "params": [
            {"name": name, "value": getattr(plot, name)}
            for name in ("left", "right", "top", "bottom", "first", "last", "low", "high")
        ],
        "datasets": filled,
        "layer": [each for each in layers if each["data"]["name"] in filled],
    }


def layer(dataset: str, mark: str, properties: Mapping[str, Any] | None = None, **encoding: Any) -> Json:
    """One layer of a specification."""
    return {"data": {"name": dataset}, "mark": {"type": mark, **(properties or {})}, "encoding": encoding}


def time(field: str) -> Json:
    """A moment, in days."""
    return _quantity(field, ("first", "last"), ("left", "right"))


def amount(field: str) -> Json:
    """A value upwards."""
    return _quantity(field, ("low", "high"), ("bottom", "top"))


def pixels(field: str) -> Json:
    """A place in the drawing's own units."""
    return {"field": field, "type": "quantitative", "axis": None, "scale": None}


def _quantity(field: str, domain: tuple[str, str], reach: tuple[str, str]) -> Json:
    scale = {
        "domain": [{"expr": name} for name in domain],
        "range": [{"expr": name} for name in reach],
        "nice": False,
        "zero": False,
    }
    return {"field": field, "type": "quantitative", "axis": None, "scale": scale}


AS_GIVEN: Json = {"value": None}  # the order in which the points of a line are joined

Line = tuple[float, float, float, float]  # x and y of one end, and of the other


def shapes(dataset: str, properties: Mapping[str, Any]) -> Json:
    """The layer that draws a dataset of GeoJSON features in the drawing's own units."""
    in_pixels = {"type": "identity", "scale": 1, "translate": [0, 0]}
    # Clipped, it would get an id that counts up with every drawing of the process.
    return {**layer(dataset, "geoshape", {"clip": False, **properties}), "projection": in_pixels}


def strokes(dataset: str, colour: str, width: float = 1.0, dash: Sequence[int] = ()) -> Json:
    """The layer that draws a dataset of `lines`."""
    properties = {"fill": None, "stroke": colour, "strokeWidth": width, **({"strokeDash": [*dash]} if dash else {})}
    return shapes(dataset, properties)


def lines(drawn: Iterable[Line]) -> list[Json]:
    """Straight lines as a dataset of one feature, or of none."""
    ends = [[[round(x, 1), round(y, 1)], [round(x2, 1), round(y2, 1)]] for x, y, x2, y2 in drawn]
    return [{"type": "Feature", "geometry": {"type": "MultiLineString", "coordinates": ends}}] if ends else []


def words(
    x: float, y: float, text: str, *, align: str = "left", bold: bool = False, colour: str = SOFT, size: float = SIZE
) -> Json:
    """A line of words; y is where its letters stand."""
    weight = "bold" if bold else "normal"
    place = {"x": round(x, 1), "y": round(y, 1), "align": align}
    return {**place, "text": text, "weight": weight, "fill": colour, "size": size}


WORDS = layer(
    "texts",
    "text",
    {
        "baseline": "alphabetic",
        **{
            name: {"expr": f"datum.{field}"}
            for name, field in (("align", "align"), ("fontWeight", "weight"), ("fill", "fill"), ("fontSize", "size"))
        },
    },
    x=pixels("x"),
    y=pixels("y"),
    text={"field": "text", "type": "nominal"},
)


def ticks_between(
    low: float, high: float, *, top: float | None = None, most: int = 5, finest: float = 1e-6
) -> list[float]:
    """Round numbers from at or below `low` to at or above `high`, but for those above `top`.

    At most `most` steps of 1, 2, 2.5 or 5 times a power of ten, each a multiple of `finest`.
    """
    span = (high - low) or abs(high) or 1.0
    power = math.floor(math.log10(span)) - 1
    for step in (each * 10.0**ten for ten in range(power, power + 12) for each in (1, 2, 2.5, 5)):
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        last = max(last, first + 1)
        if last - first <= most and round(step / finest, 3).is_integer():
            ticks = [round(n * step, 9) for n in range(first, last + 1)]
            return [tick for tick in ticks if top is None or tick <= top]
    raise ValueError(f"no ticks from {low} to {high}")


def tick_texts(ticks: Sequence[float]) -> list[str]:
    """The numbers of an axis, all with as many decimals as the finest needs."""
    decimals = next(n for n in (0, 1, 2, 3, 9) if all(round(tick, n) == tick for tick in ticks))
    return [number(tick, decimals) for tick in ticks]


def hatching(left: float, top: float, right: float, bottom: float, apart: float = 14.0) -> list[Line]:
    """The oblique lines that fill a rectangle."""
    found = []
    for n in range(math.ceil((left + top) / apart), math.floor((right + bottom) / apart) + 1):
        total = n * apart  # along each, x + y is the same
        x, x2 = max(left, total - bottom), min(right, total - top)
        if x2 - x > 0.5:
            found.append((x, total - x, x2, total - x2))
    return found


def made_words(middle: float, y: float, width: float = WIDTH) -> Json:
    """The words over what is constructed, as near its middle as they have room."""
    text = t("KONSTRUERADE EXEMPELDATA")
    half = width_of(text, SMALL, bold=True) / 2 + 1
    return words(min(max(middle, half), width - half), y, text, align="center", bold=True, colour=MADE_INK, size=SMALL)


def is_shown(row: Row) -> bool:
    """Whether a row's figure may be seen."""
    return row["status"] == "ok" and row["value"] is not None


def limits(row: Row) -> tuple[float, float] | None:
    """The ends of a shown row's interval; None where it has none or none may be given."""
    low, high = row["lower_confidence_limit"], row["upper_confidence_limit"]
    return None if low is None or high is None or is_self_selected(row) else (low, high)


HATCHING = strokes("hatching", MADE, 0.8)


# --- Time -------------------------------------------------------------------------------------------------------------


def _dated(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["period_start"] is not None and row["period_end"] is not None]


def _start(row: Row) -> float:
    return float(row["period_start"].toordinal())


def _end(row: Row) -> float:
    return float(row["period_end"].toordinal() + 1)


def _middle(row: Row) -> float:
    return (_start(row) + _end(row)) / 2


def _is_course(shown: Sequence[Row]) -> bool:
    """Whether there are figures of two periods at least."""
    return len({_middle(row) for row in shown}) > 1


def _runs(rows: Sequence[Row]) -> list[list[Row]]:
    """The shown rows, cut where one is missing and where the measurement changed."""
    runs: list[list[Row]] = [[]]
    for row in rows:
        if not is_shown(row) or "series_break" in flags_of(row):
            runs.append([])
        if is_shown(row):
            runs[-1].append(row)
    return [run for run in runs if run]


def _breaks(rows: Sequence[Row]) -> list[Row]:
    """The rows from which something else was measured than in a shown one before."""
    return [
        row
        for n, row in enumerate(rows)
        if "series_break" in flags_of(row) and any(map(is_shown, rows[:n])) and any(map(is_shown, rows[n:]))
    ]


def _joined(rows: Sequence[Row]) -> list[Json]:
    """What a line passes through, with an empty place where it is lifted."""
    runs = [run for run in _runs(rows) if len(run) > 1 and not any(map(is_self_selected, run))]
    return [place for run in runs for place in (*map(_place, run), dict.fromkeys(("when", "value", "low", "high")))]


def _alone(rows: Sequence[Row]) -> list[Json]:
    """What no line passes through."""
    return [_place(row) for run in _runs(rows) if len(run) == 1 or any(map(is_self_selected, run)) for row in run]


def _place(row: Row) -> Json:
    low, high = limits(row) or (row["value"], row["value"])
    return {"when": _middle(row), "value": row["value"], "low": low, "high": high}


# The layers and datasets that every chart over time has; figures come in between.
_BEHIND = (
    layer("promise", "rect", {"fill": PROMISE}, x=pixels("x"), x2={"field": "x2"}, y=pixels("y"), y2={"field": "y2"}),
    strokes("promise_edges", GREY, 0.8),
    strokes("grid", LINE, 0.8),
)
_BETWEEN = (HATCHING, strokes("axis", SOFT), strokes("breaks", INK, 1.4, (5, 3)))


def _over_time(
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
    first, last = _reach(rows) if is_whole else (_middle(rows[0]), _middle(rows[-1]))
    margin = 0 if is_whole else (last - first) * 0.03
    promised = _within((first - margin, last + margin), promise)
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
    named = [((x + x2) / 2, _promise_text(promise)) for x, x2 in shades if promise]
    named += [(plot.x(_start(row)), t("tidsseriebrott")) for row in broken]
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
                *((plot.x(_middle(row)), plot.bottom, plot.x(_middle(row)), plot.bottom + 4) for row in rows),
            )
        ),
        "breaks": lines((plot.x(_start(row)), plot.top - 3, plot.x(_start(row)), plot.bottom) for row in broken),
    }
    return plot, datasets, texts


def _reach(rows: Sequence[Row]) -> tuple[float, float]:
    return min(map(_start, rows)), max(map(_end, rows))


def _within(reach: tuple[float, float], promise: tuple[date, date] | None) -> list[tuple[float, float]]:
    """The part of a promise's period that lies within a reach of days, if any."""
    if promise is None:
        return []
    since, until = max(reach[0], promise[0].toordinal()), min(reach[1], promise[1].toordinal() + 1)
    return [(since, until)] if since < until else []


def _promise_text(promise: tuple[date, date]) -> str:
    first, last = promise[0].year, promise[1].year
    return t("löftesperiod {years}", years=str(first) if first == last else f"{first}–{last}")


def _made_spans(rows: Sequence[Row], made: Sequence[Row], plot: Plot) -> list[tuple[float, float]]:
    """What constructed figures cover from left to right, halfway to their neighbours."""
    periods = {row["period"] for row in made}
    middles = [_middle(row) for row in rows]
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
        places.append((min(max(plot.x(_middle(row)), half), WIDTH - half), half, text))

    def fit(chosen: Sequence[tuple[float, float, str]]) -> bool:
        return all(x + half + 9 < x2 - half2 for (x, half, _), (x2, half2, _) in pairwise(chosen))

    chosen = next(
        (kept for step in range(1, len(places)) if fit(kept := places[::-1][::step][::-1])),
        places[-1:],
    )
    if chosen[0] != places[0] and fit([places[0], chosen[0]]):
        chosen = [places[0], *chosen]
    return [words(x, plot.bottom + ROW + 1, text, align="center") for x, _, text in chosen]


# --- Lines ------------------------------------------------------------------------------------------------------------


def trend_spec(
    rows: Sequence[Row],
    *,
    unit: str,
    promise: tuple[date, date] | None = None,
    others: Sequence[Sequence[Row]] = (),
) -> Json | None:
    """A series as a line with its band, from zero; None where fewer than two figures can be shown.

    rows: one area and category of `output.indicators`, oldest first. others: the same of those it is compared with,
    each a thin line with its name at its end. promise: first and last day of the promise's period, shaded and named.
    Only neighbours that are shown and measured alike are joined; answers that nobody chose at random are not.
    """
    rows = _dated(rows)
    shown = [row for row in rows if is_shown(row)]
    if not _is_course(shown):
        return None
    compared = _compared(rows, others)
    reach = [limit for row in shown for limit in limits(row) or (row["value"],)]
    reach += [row["value"] for other in compared for row in other if is_shown(row)]
    highest = 100.0 if shown[0]["unit"] == "procent" else None
    plot, datasets, texts = _over_time(
        rows,
        ticks_between(min(0.0, *reach), max(reach), top=highest),
        unit=unit,
        promise=promise,
        made=[row for series in (rows, *compared) for row in series if row["is_synthetic"]],
        end=_COMPARED if compared else width_of(_last_text(rows), bold=True) + 12,
    )
    names, leaders = _names_at_ends(rows, compared, plot)
    return spec_of(
        plot,
        {
            **datasets,
            "compared": [
                {**place, "series": n, "dash": _DASHES[n % len(_DASHES)]}
                for n, other in enumerate(compared)
                for place in _joined(other)
            ],
            "compared_alone": [place for other in compared for place in _alone(other)],
            "leaders": lines(leaders),
            "joined": _joined(rows),
            "alone": [place for place in _alone(rows) if place["low"] != place["high"]],
            "points": [{**_place(row), "fill": WHITE if row["is_synthetic"] else BLUE} for row in shown],
            "texts": [*texts, *names],
        },
        _LINES,
    )


_LINES = (
    *_BEHIND,
    layer("joined", "area", {"fill": BAND}, x=time("when"), y=amount("low"), y2={"field": "high"}, order=AS_GIVEN),
    *(
        layer(
            "joined", "line", {"stroke": BAND_EDGE, "strokeWidth": 0.8}, x=time("when"), y=amount(end), order=AS_GIVEN
        )
        for end in ("low", "high")
    ),
    *_BETWEEN,
    layer(
        "compared",
        "line",
        {"stroke": GREY, "strokeWidth": 1.4, "strokeDash": {"expr": "datum.dash"}},
        x=time("when"),
        y=amount("value"),
        detail={"field": "series", "type": "nominal"},
        order=AS_GIVEN,
    ),
    layer(
        "compared_alone",
        "point",
        {"fill": GREY, "opacity": 1, "size": 16, "stroke": None},
        x=time("when"),
        y=amount("value"),
    ),
    strokes("leaders", GREY, 0.8),
    layer(
        "alone",
        "rule",
        {"stroke": BAND_EDGE, "strokeWidth": 1.6},
        x=time("when"),
        y=amount("low"),
        y2={"field": "high"},
    ),
    layer(
        "joined",
        "line",
        {"stroke": BLUE, "strokeWidth": 2.2, "strokeJoin": "round"},
        x=time("when"),
        y=amount("value"),
        order=AS_GIVEN,
    ),
    layer(
        "points",
        "point",
        {"opacity": 1, "size": 30, "stroke": BLUE, "strokeWidth": 1.4, "fill": {"expr": "datum.fill"}},
        x=time("when"),
        y=amount("value"),
    ),
    WORDS,
)


def _compared(rows: Sequence[Row], others: Sequence[Sequence[Row]]) -> list[list[Row]]:
    """Those of the others that have something to show, in the years of the series itself."""
    first, last = _middle(rows[0]), _middle(rows[-1])
    within = [[row for row in _dated(other) if first <= _middle(row) <= last] for other in others]
    return [other for other in within if any(map(is_shown, other))]


def short_area(row: Row) -> str:
    """An area in a word or two."""
    known = {
        "police_area": t("lokalpolisområdet"),
        "county": t("länet"),
        "country": t("riket"),
        "similar": t("liknande kommuner"),
    }
    return known.get(row["area_type"], str(row["area"]))


def _names_at_ends(rows: Sequence[Row], compared: Sequence[Sequence[Row]], plot: Plot) -> tuple[list[Json], list[Line]]:
    """What each line is and where it ends, beside its end; and the lines from there to words that had to give way."""
    if compared:
        x = WIDTH - _COMPARED + 12
        named = [f"{short_area(series[-1])} {_last_text(series, rows)}" for series in (rows, *compared)]
    else:
        x = plot.right + 5
        named = [_last_text(rows)]
    ends = [
        (_last(series), n == 0, _wrapped(text, WIDTH - x, bold=n == 0))
        for n, (series, text) in enumerate(zip((rows, *compared), named, strict=True))
    ]
    ends.sort(key=lambda end: plot.y(end[0]["value"]))
    heights = [15.0 * len(said) + 2 for _, _, said in ends]
    middles = apart([plot.y(row["value"]) for row, _, _ in ends], heights, plot.top - 8, plot.bottom + 4)
    texts, leaders = [], []
    for (row, is_own, said), middle, height in zip(ends, middles, heights, strict=True):
        for n, text in enumerate(said):
            y = middle - height / 2 + 15 * n + 12
            texts.append(words(x, y, text, bold=is_own, colour=BLUE if is_own else SOFT))
        if x - plot.x(_middle(row)) > 16 or abs(middle - plot.y(row["value"])) > 4:
            leaders.append((plot.x(_middle(row)) + 5, plot.y(row["value"]), x - 3, middle))
    return texts, leaders


def _last(rows: Sequence[Row]) -> Row:
    return [row for row in rows if is_shown(row)][-1]


def _last_text(rows: Sequence[Row], beside: Sequence[Row] = ()) -> str:
    """The last figure that a series shows, with its period where the axis, or the series beside it, ends in another."""
    last = _last(rows)
    expected = _last(beside) if beside else rows[-1]
    return figure(last).number + ("" if last["period"] == expected["period"] else f" ({short_period_text(last)})")


def apart(middles: Sequence[float], heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """The middles (from the top down) moved as little as it takes for heights not to overlap, within top and bottom."""
    placed: list[float] = []
    for middle, height in zip(middles, heights, strict=True):
        above = placed[-1] + heights[len(placed) - 1] / 2 if placed else top
        placed.append(max(middle, above + height / 2))
    below = bottom
    for n in reversed(range(len(placed))):
        placed[n] = min(placed[n], below - heights[n] / 2)
        below = placed[n] - heights[n] / 2
    return placed


def _wrapped(text: str, width: float, *, bold: bool = False, size: float = SIZE) -> list[str]:
    """A text in as few lines as the width leaves room for, broken at its spaces."""
    found = [""]
    for word in text.split(" "):
        longer = f"{found[-1]} {word}".strip()
        if found[-1] and width_of(longer, size, bold=bold) > width:
            found.append(word)
        else:
            found[-1] = longer
    return found


def trend_alternative(
    rows: Sequence[Row],
    *,
    finding: str,
    promise: tuple[date, date] | None = None,
    others: Sequence[Sequence[Row]] = (),
) -> str:
    """What a reader of the chart of `trend_spec` sees, in words, the finding first."""
    rows = _dated(rows)
    shown = [row for row in rows if is_shown(row)]
    compared = _compared(rows, others)
    said = [t("Linjediagram."), finding, *_course(rows, lambda row: figure(row).value)]
    if compared:
        ends = map(_last, compared)
        listed = ", ".join(f"{short_area(row)} {figure(row).number} ({short_period_text(row)})" for row in ends)
        said.append(t("Jämförs med: {others}.", others=listed))
    if promise and _within(_reach(rows), promise):
        said.append(t("Markerad period: {period}.", period=_promise_text(promise)))
    if any(limits(row) for row in shown):
        said.append(t("Ett fält visar osäkerhetsintervallet."))
    return sentences(said, is_made=any(row["is_synthetic"] for series in (rows, *compared) for row in series))


def _course(rows: Sequence[Row], text: Callable[[Row], str]) -> list[str]:
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


def sentences(said: Iterable[str], *, is_made: bool) -> str:
    """A text alternative: what is seen, where its figures are, and whether they are constructed."""
    made = [t("Konstruerade exempeldata – inte verkliga uppgifter.")] if is_made else []
    told = [each if each.endswith((".", "?")) else f"{each}." for each in said if each]  # a heading has no full stop
    return " ".join([*told, t("Alla värden finns i tabellen."), *made])


# --- Bars -------------------------------------------------------------------------------------------------------------


def count_of(row: Row) -> float | None:
    """How many a row counts; None where it may not be seen, or where its numerator is weighted and counts nobody."""
    if not is_shown(row) or row["method"] == "proportion_wilson_weighted":
        return None
    count: float | None = row["value"] if row["unit"] == "antal" else row["numerator"]
    return count


def counts_spec(rows: Sequence[Row], *, unit: str = "", promise: tuple[date, date] | None = None) -> Json | None:
    """The counts behind a series as bars; None where fewer than two can be shown. rows, promise: as of `trend_spec`."""
    rows = [{**row, "value": count_of(row)} for row in _dated(rows)]
    shown = [row for row in rows if is_shown(row)]
    if not _is_course(shown):
        return None
    highest = max(4.0, *(row["value"] for row in shown))
    made = [row for row in rows if row["is_synthetic"]]
    # Where every bar has room for its count, the scale would only be in its way.
    texts_over = [number(row["value"]) if is_shown(row) else ".." for row in rows]
    whole = sum(_end(row) - _start(row) for row in rows)
    slots = [(_end(row) - _start(row)) / max(whole, _reach(rows)[1] - _reach(rows)[0]) * (WIDTH - 14) for row in rows]
    has_room = all(width_of(text, SMALL) + 3 < slot for text, slot in zip(texts_over, slots, strict=True))
    ticks = [0.0, highest * 1.13] if has_room else ticks_between(0.0, highest, finest=1)
    plot, datasets, texts = _over_time(
        rows, ticks, unit=unit or t("antal"), promise=promise, made=made, end=6, is_whole=True, has_scale=not has_room
    )
    bars = [
        {
            "from": _start(row) + (_end(row) - _start(row)) * 0.15,
            "to": _end(row) - (_end(row) - _start(row)) * 0.15,
            "value": row["value"],
            "nothing": 0,
            "fill": _FILL[bool(row["is_synthetic"])],
        }
        for row in shown
    ]
    if has_room:
        texts += [
            words(plot.x(_middle(row)), plot.y(row["value"] or 0) - 4, text, align="center", colour=INK, size=SMALL)
            for row, text in zip(rows, texts_over, strict=True)
        ]
    # What is constructed is hatched in its bar, so that no line goes through its count.
    oblique = [
        line
        for row, bar in zip(shown, bars, strict=True)
        if row["is_synthetic"]
        for line in hatching(plot.x(bar["from"]), plot.y(row["value"]), plot.x(bar["to"]), plot.bottom, apart=7)
    ]
    return spec_of(plot, {**datasets, "hatching": lines(oblique), "bars": bars, "texts": texts}, _BARS)


_FILL = {False: BAR, True: BAND}
_BAR = {"fill": {"expr": "datum.fill"}, "stroke": BAR, "strokeWidth": 1.2}
_BARS = (
    *_BEHIND,
    layer(
        "bars",
        "rect",
        _BAR,
        x=time("from"),
        x2={"field": "to"},
        y=amount("value"),
        y2={"field": "nothing"},
    ),
    *_BETWEEN,
    WORDS,
)


def counts_alternative(rows: Sequence[Row], *, finding: str) -> str:
    """What a reader of the chart of `counts_spec` sees, in words, the finding first."""
    rows = [{**row, "value": count_of(row)} for row in _dated(rows)]
    said = [
        t("Stapeldiagram."),
        finding,
        *_course(rows, lambda row: number(row["value"])),
    ]
    return sentences(said, is_made=any(row["is_synthetic"] for row in rows))


# --- Side by side -----------------------------------------------------------------------------------------------------


def intervals_spec(rows_by_area: Mapping[str, Row], *, unit: str, own: str) -> Json | None:
    """The same figure of several areas with its interval, one below the other; None where fewer than two are shown.

    rows_by_area: a row of `output.indicators` for each area's code, in the order to draw them. own: the code of the
    area that the report is about: another mark, and bold.
    """
    shown = {code: row for code, row in rows_by_area.items() if is_shown(row)}
    if len(shown) < 2:
        return None
    period = rows_by_area[own]["period"] if own in shown else max(row["period"] for row in shown.values())
    names = {
        code: _wrapped(
            capital(short_area(row)) + ("" if row["period"] == period else f" ({short_period_text(row)})"),
            _NAME,
            bold=code == own,
        )
        for code, row in rows_by_area.items()
    }
    reasons = {
        code: [] if code in shown else _wrapped(figure(row).status, _NAME, size=SMALL)
        for code, row in rows_by_area.items()
    }
    values = {code: figure(row).number if code in shown else ".." for code, row in rows_by_area.items()}
    reach = [end for row in shown.values() for end in limits(row) or (row["value"],)]
    low = min(reach) if min(reach) < 0 or min(reach) > 0.4 * max(reach) else 0.0
    highest = 100.0 if any(row["unit"] == "procent" for row in shown.values()) else None
    ticks = ticks_between(low, max(reach), top=highest, most=4)
    is_made = any(row["is_synthetic"] for row in shown.values())
    top = ROW * (1 + is_made) + 6
    heights = {code: 15.0 * len(name + reasons[code]) + 11 for code, name in names.items()}
    bottom = top + sum(heights.values())
    plot = Plot(
        left=max(width_of(line, bold=code == own) for code in names for line in names[code] + reasons[code]) + 12,
        right=WIDTH - max(width_of(value, bold=code == own) for code, value in values.items()) - 12,
        top=top,
        bottom=bottom,
        height=bottom + ROW + 6,
        low=ticks[0],
        high=ticks[-1],
    )

    def x(value: float) -> float:
        return plot.left + (plot.right - plot.left) * (value - plot.low) / (plot.high - plot.low)

    texts = [words(0, 13, capital(unit))]
    texts += [
        words(x(tick), bottom + ROW + 1, text, align="center")
        for tick, text in zip(ticks, tick_texts(ticks), strict=True)
    ]
    if is_made:
        texts.append(made_words((plot.left + plot.right) / 2, 13 + ROW))
    dots, oblique, y = [], [], top
    for code, row in rows_by_area.items():
        is_own, height = code == own, heights[code]
        middle = y + height / 2
        colour = BLUE if is_own else SOFT
        at = middle - 7.5 * len(names[code] + reasons[code]) + 12
        for text in names[code]:
            texts.append(words(0, at, text, bold=is_own, colour=colour))
            at += 15
        for text in reasons[code]:
            texts.append(words(0, at, text, size=SMALL))
            at += 15
        texts.append(words(WIDTH - 1, middle + 4.5, values[code], align="right", bold=is_own, colour=colour))
        if code in shown:
            ends = limits(row) or (row["value"], row["value"])
            dots.append({"y": middle, "value": row["value"], "low": ends[0], "high": ends[1], **_DOT[is_own]})
            if row["is_synthetic"]:
                oblique += hatching(plot.left, y, plot.right, y + height)
        y += height
    return spec_of(
        plot,
        {
            "grid": lines((x(tick), top, x(tick), bottom) for tick in ticks),
            "hatching": lines(oblique),
            "own": lines((x(row["value"]), top, x(row["value"]), bottom) for code, row in shown.items() if code == own),
            "dots": dots,
            "texts": texts,
        },
        _DOTS,
    )


_NAME = 124.0  # the width of an area's name
_DOT: Mapping[bool, Json] = {
    True: {"shape": "diamond", "size": 120, "colour": BLUE, "fill": BLUE, "thick": 3},
    False: {"shape": "circle", "size": 50, "colour": GREY, "fill": WHITE, "thick": 2},
}


def along(field: str) -> Json:
    """A value to the right."""
    return _quantity(field, ("low", "high"), ("left", "right"))


_DOTS = (
    strokes("grid", LINE, 0.8),
    HATCHING,
    strokes("own", BLUE, 0.8, (2, 2)),
    layer(
        "dots",
        "rule",
        {"stroke": {"expr": "datum.colour"}, "strokeWidth": {"expr": "datum.thick"}},
        x=along("low"),
        x2={"field": "high"},
        y=pixels("y"),
    ),
    layer(
        "dots",
        "point",
        {
            "opacity": 1,
            "strokeWidth": 1.6,
            "stroke": {"expr": "datum.colour"},
            **{name: {"expr": f"datum.{name}"} for name in ("shape", "size", "fill")},
        },
        x=along("value"),
        y=pixels("y"),
    ),
    WORDS,
)


def intervals_alternative(rows_by_area: Mapping[str, Row], *, finding: str) -> str:
    """What a reader of the chart of `intervals_spec` sees, in words, the finding first."""
    shown = {code: row for code, row in rows_by_area.items() if is_shown(row)}
    said = [t("Punktdiagram med osäkerhetsintervall."), finding]
    ranked = sorted(shown.values(), key=lambda row: float(row["value"]), reverse=True)
    told = ", ".join(
        f"{short_area(row)} {' '.join(filter(None, (figure(row).number, _bracketed(row))))}" for row in ranked
    )
    said.append(t("Från högst till lägst: {areas}.", areas=told))
    if missing := [short_area(row) for code, row in rows_by_area.items() if code not in shown]:
        said.append(t("Utan uppgift: {missing}.", missing=", ".join(missing)))
    return sentences(said, is_made=any(row["is_synthetic"] for row in shown.values()))


def _bracketed(row: Row) -> str:
    return f"({figure(row).limits})" if figure(row).limits else ""


# --- The months of a year ---------------------------------------------------------------------------------------------


def months_spec(rows: Sequence[Row], *, unit: str = "") -> Json | None:
    """The newest twelve months as bars from January to December, with what was to be expected; None without a month.

    rows: one indicator and area of `output.months`. The expected range stands behind each bar; a month outside it has a
    triangle that points its way.
    """
    if not rows:
        return None
    by_month = {int(row["month"][5:]): row for row in sorted(rows, key=lambda row: str(row["month"][5:]))}
    ends = [end for row in rows for end in (row["events"], row["expected_upper"] if _is_expected(row) else 0)]
    ticks = ticks_between(0.0, max(4.0, *ends), finest=1)
    ranged = [row for row in rows if _is_expected(row)]
    results = {row["result"] for row in rows}
    is_made = any(row["is_synthetic"] for row in rows)
    top = ROW * (2 + is_made) + 16
    bottom = top + PLOT - 20
    left = max(map(width_of, tick_texts(ticks))) + 8
    slot = (WIDTH - 2 - left) / 12
    plot = Plot(
        left=left, right=WIDTH - 2, top=top, bottom=bottom, height=bottom + 3 * ROW + 8, low=ticks[0], high=ticks[-1]
    )

    def middle(month: int) -> float:
        return left + slot * (month - 0.5)

    texts = [words(0, 13, capital(unit or t("antal")))]
    texts += [
        words(left - 6, plot.y(tick) + 4.5, text, align="right")
        for tick, text in zip(ticks, tick_texts(ticks), strict=True)
    ]
    keys, named = _month_keys(bool(ranged), results, 13 + ROW)
    texts += named
    if is_made:
        texts.append(made_words(WIDTH / 2, 13 + 2 * ROW))
    for month, name in enumerate(t("jan feb mar apr maj jun jul aug sep okt nov dec").split(), start=1):
        row = by_month.get(month)
        texts.append(words(middle(month), bottom + ROW, name, align="center", size=SMALL))
        count = number(row["events"]) if row else ".."
        texts.append(words(middle(month), bottom + 2 * ROW, count, align="center", bold=True, colour=INK))
    years = [[*months] for _, months in groupby(sorted(by_month), lambda month: by_month[month]["month"][:4])]
    texts += [
        words(
            (middle(months[0]) + middle(months[-1])) / 2,
            bottom + 3 * ROW,
            by_month[months[0]]["month"][:4],
            align="center",
        )
        for months in years
    ]
    return spec_of(
        plot,
        {
            "grid": lines((left, plot.y(tick), plot.right, plot.y(tick)) for tick in ticks),
            "expected": [
                {
                    "x": middle(month) - slot * 0.44,
                    "x2": middle(month) + slot * 0.44,
                    "low": row["expected_lower"],
                    "high": row["expected_upper"],
                }
                for month, row in by_month.items()
                if _is_expected(row)
            ],
            "hatching": lines(
                line
                for month, row in by_month.items()
                if row["is_synthetic"]
                for line in hatching(
                    middle(month) - slot * 0.24, plot.y(row["events"]), middle(month) + slot * 0.24, bottom, apart=7
                )
            ),
            "bars": [
                {
                    "x": middle(month) - slot * 0.24,
                    "x2": middle(month) + slot * 0.24,
                    "value": row["events"],
                    "nothing": 0,
                    "fill": _FILL[bool(row["is_synthetic"])],
                }
                for month, row in by_month.items()
            ],
            "axis": lines(
                (
                    (left, bottom, plot.right, bottom),
                    *(
                        (left + slot * month, bottom, left + slot * month, bottom + 3 * ROW)
                        for month in (each[-1] for each in years[:-1])
                    ),
                )
            ),
            "keys": [key for key in keys if "x2" in key],
            "outside": [
                *(
                    {
                        "x": middle(month),
                        "y": plot.y(max(row["events"], row["expected_upper"] if _is_expected(row) else 0)) - 8,
                        "shape": shape,
                    }
                    for month, row in by_month.items()
                    if (shape := _POINTING.get(row["result"]))
                ),
                *(key for key in keys if "shape" in key),
            ],
            "texts": texts,
        },
        _MONTHS,
    )


def _is_expected(row: Row) -> bool:
    low, high = row["expected_lower"], row["expected_upper"]
    return low is not None and high is not None and low <= high


_POINTING = {"higher": "triangle-up", "lower": "triangle-down"}


def _month_keys(has_range: bool, results: Collection[str], y: float) -> tuple[list[Json], list[Json]]:
    """What the marks mean, beside one of each: the marks, and the words."""
    meanings = [("range", t("väntat antal"))] if has_range else []
    meanings += [("higher", t("fler än väntat"))] if "higher" in results else []
    meanings += [("lower", t("färre än väntat"))] if "lower" in results else []
    marks: list[Json] = []
    named, x = [], 0.0
    for kind, text in meanings:
        if kind == "range":
            marks.append({"x": x, "x2": x + 14, "y": y - 10, "y2": y + 1})
        else:
            marks.append({"x": x + 7, "y": y - 4.5, "shape": _POINTING[kind]})
        named.append(words(x + 19, y, text, size=SMALL))
        x += 19 + width_of(text, SMALL) + 16
    if not meanings:
        named.append(words(0, y, t("för få tidigare år för ett väntat antal"), size=SMALL))
    return marks, named


_EXPECTED = {"fill": BAND, "stroke": BAND_EDGE, "strokeWidth": 1.2}
_MONTHS = (
    strokes("grid", LINE, 0.8),
    layer("expected", "rect", _EXPECTED, x=pixels("x"), x2={"field": "x2"}, y=amount("low"), y2={"field": "high"}),
    layer("keys", "rect", _EXPECTED, x=pixels("x"), x2={"field": "x2"}, y=pixels("y"), y2={"field": "y2"}),
    layer(
        "bars",
        "rect",
        _BAR,
        x=pixels("x"),
        x2={"field": "x2"},
        y=amount("value"),
        y2={"field": "nothing"},
    ),
    HATCHING,
    strokes("axis", SOFT),
    layer(
        "outside",
        "point",
        {"opacity": 1, "size": 60, "fill": INK, "stroke": INK, "shape": {"expr": "datum.shape"}},
        x=pixels("x"),
        y=pixels("y"),
    ),
    WORDS,
)


def months_alternative(rows: Sequence[Row], *, finding: str) -> str:
    """What a reader of the chart of `months_spec` sees, in words, the finding first."""

    def named(chosen: Sequence[Row]) -> str:
        return ", ".join(map(_month_text, chosen)) if len(chosen) <= 3 else t("{n} av månaderna", n=len(chosen))

    def with_counts(result: str) -> str:
        return ", ".join(f"{_month_text(row)} ({number(row['events'])})" for row in rows if row["result"] == result)

    most, least = max(row["events"] for row in rows), min(row["events"] for row in rows)
    said = [
        t("Stapeldiagram över tolv månader."),
        finding,
        t(
            "Flest {most} ({most_months}), minst {least} ({least_months}).",
            most=number(most),
            most_months=named([row for row in rows if row["events"] == most]),
            least=number(least),
            least_months=named([row for row in rows if row["events"] == least]),
        ),
        t("Fler än väntat: {months}.", months=with_counts("higher")) if with_counts("higher") else "",
        t("Färre än väntat: {months}.", months=with_counts("lower")) if with_counts("lower") else "",
    ]
    return sentences(said, is_made=any(row["is_synthetic"] for row in rows))


def _month_text(row: Row) -> str:
    first = date.fromisoformat(f"{row['month']}-01")
    return period_text({"period": row["month"], "period_type": "month", "period_start": first, "period_end": first})
