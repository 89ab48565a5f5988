"""The parts that charts are made of, as Vega-Lite: a plot's scales, layers, words and hatching.

A specification holds the figures in their own units and the words in the chart's, placed so that none lies on another
or reaches outside. A row that is not "ok" leaves a gap and nothing else. Each kind of chart has its text alternative
beside it: the finding, which the caller has, and what a reader of the chart sees.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports._draw import (
    BAND,
    BAR,
    MADE,
    MADE_INK,
    SIZE,
    SMALL,
    SOFT,
    WHITE,
    WIDTH,
    width_of,
)
from reports._language import t
from reports._words import Row, is_self_selected, number

Json = dict[str, Any]
PLOT = 150.0  # the height of a plot
ROW = 17.0  # of a line of words


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
    return quantity(field, ("first", "last"), ("left", "right"))


def amount(field: str) -> Json:
    """A value upwards."""
    return quantity(field, ("low", "high"), ("bottom", "top"))


def pixels(field: str) -> Json:
    """A place in the drawing's own units."""
    return {"field": field, "type": "quantitative", "axis": None, "scale": None}


def quantity(field: str, domain: tuple[str, str], reach: tuple[str, str]) -> Json:
    """A value on a scale from and to what the plot names."""
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


def short_area(row: Row) -> str:
    """An area in a word or two."""
    known = {
        "police_area": t("lokalpolisområdet"),
        "county": t("länet"),
        "country": t("riket"),
        "similar": t("liknande kommuner"),
    }
    return known.get(row["area_type"], str(row["area"]))


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


def sentences(said: Iterable[str], *, is_made: bool) -> str:
    """A text alternative: what is seen, where its figures are, and whether they are constructed."""
    made = [t("Konstruerade exempeldata – inte verkliga uppgifter.")] if is_made else []
    told = [each if each.endswith((".", "?")) else f"{each}." for each in said if each]  # a heading has no full stop
    return " ".join([*told, t("Alla värden finns i tabellen."), *made])


FILL = {False: BAR, True: BAND}
BAR_LOOK = {"fill": {"expr": "datum.fill"}, "stroke": BAR, "strokeWidth": 1.2}


def wrapped(text: str, width: float, *, bold: bool = False, size: float = SIZE) -> list[str]:
    """A text in as few lines as the width leaves room for, broken at its spaces."""
    found = [""]
    for word in text.split(" "):
        longer = f"{found[-1]} {word}".strip()
        if found[-1] and width_of(longer, size, bold=bold) > width:
            found.append(word)
        else:
            found[-1] = longer
    return found
