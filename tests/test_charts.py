"""Charts and maps: figures stand where they must, words lie on nothing, what is hidden is nowhere."""

import hashlib
import itertools
import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import shapely
import vl_convert
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from flows.pipeline import build_warehouse, make_plan, read_all
from flows.settings import read_settings
from models._duckdb import connect
from reports import _draw
from reports._count_chart import counts_alternative, counts_spec
from reports._draw import draw_many, png, serif, svg, width_of
from reports._interval_chart import intervals_alternative, intervals_spec
from reports._language import language, t
from reports._map import SOURCE, boundaries, map_alternative, map_spec
from reports._plot import Json, apart, hatching, ticks_between
from reports._slot_chart import months_alternative, months_spec, profile_alternative, profile_spec
from reports._texts import texts_of
from reports._trend_chart import trend_alternative, trend_spec
from reports.gate import find_hits_in
from sources._strict import ROOT, read_reference

Row = dict[str, Any]

WORDS = "KONSTRUERADE EXEMPELDATA"
PROMISE = (date(2023, 1, 1), date(2024, 12, 31))
RATE = "per 100 000 invånare"
SECRET = 987654.0


def row(year: int, value: float | None, **changes: Any) -> Row:
    """A row of output.indicators: a rate of one year with its interval a tenth to either side."""
    return {
        "indicator": "reported_vandalism_rate",
        "area_type": "municipality",
        "area_code": "1415",
        "area": "Stenungsund",
        "period": str(year),
        "period_type": "year",
        "period_start": date(year, 1, 1),
        "period_end": date(year, 12, 31),
        "value": value,
        "lower_confidence_limit": None if value is None else value * 0.9,
        "upper_confidence_limit": None if value is None else value * 1.1,
        "numerator": None if value is None else round(value / 4),
        "denominator": 26_777.0,
        "respondents": None,
        "response_rate": None,
        "unit": RATE,
        "method": "rate_byar",
        "status": "ok" if value is not None else "not_reported",
        "flags": "",
        "is_synthetic": False,
        **changes,
    }


def hidden(year: int, **changes: Any) -> Row:
    """A row that must not be seen, with its figures left in it."""
    return row(year, SECRET, status="suppressed", **changes)


def series(*values: float | None, since: int = 2015, **changes: Any) -> list[Row]:
    return [row(since + n, value, **changes) for n, value in enumerate(values)]


COUNTY: Mapping[str, Any] = {"area_type": "county", "area_code": "14", "area": "Västra Götalands län"}
POLICE: Mapping[str, Any] = {"area_type": "police_area", "area_code": "s", "area": "Lokalpolisområde Södra Fyrbodal"}
COUNTRY: Mapping[str, Any] = {"area_type": "country", "area_code": "00", "area": "Riket"}
SIMILAR: Mapping[str, Any] = {"area_type": "similar", "area_code": "1415", "area": "Liknande kommuner"}


def month(text: str, events: int, low: float | None, high: float | None, result: str, **changes: Any) -> Row:
    """A row of output.months."""
    band = {"expected_lower": low, "expected_upper": high}
    return {"month": text, "events": events, **band, "result": result, "is_synthetic": False, **changes}


def year_of_months(**changes: Any) -> list[Row]:
    """August 2025 to July 2026; October above and February below what was expected."""
    events = (12, 6, 31, 10, 6, 6, 0, 3, 13, 6, 14, 5)
    names = [f"{2025 + n // 12}-{n % 12 + 1:02d}" for n in range(7, 19)]
    results = {2: "higher", 6: "lower"}
    return [
        month(name, number, 2.0, 20.0, results.get(n, "similar"), **changes)
        for n, (name, number) in enumerate(zip(names, events, strict=True))
    ]


def profile(kind: str, **changes: Any) -> list[Row]:
    """A row of output.profiles for each slot; the last but one above and the first below what was expected."""
    slots = {"month": range(1, 13), "weekday": range(1, 8), "hour": range(0, 24, 3)}[kind]
    results = {len(slots) - 2: "higher", 0: "lower"}
    return [
        {
            "profile": kind,
            "slot": slot,
            "events": 50 if n == len(slots) - 2 else 2 if n == 0 else 15,
            "expected_lower": 5.0,
            "expected_upper": 30.0,
            "result": results.get(n, "similar"),
            "is_synthetic": False,
            **changes,
        }
        for n, slot in enumerate(slots)
    ]


AREA = ("1415", "1419", "1421", "1462", "1482", "1485", "1484")


def area_rows(**changes: Any) -> dict[str, Row | None]:
    """A row for each municipality around Stenungsund."""
    return {code: row(2023, 600.0 + 110 * n, area_code=code, **changes) for n, code in enumerate(AREA)}


def drawn(spec: Json | None) -> str:
    assert spec is not None
    return svg(spec)


# --- Reading a drawing ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Said:
    """A line of words in a drawing and the rectangle it fills."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    is_bold: bool


def elements(drawing: str, name: str) -> list[ElementTree.Element]:
    return [*ElementTree.fromstring(drawing).iter(f"{{http://www.w3.org/2000/svg}}{name}")]


def moved(element: ElementTree.Element) -> tuple[float, float]:
    found = re.fullmatch(r"translate\((-?[\d.]+),(-?[\d.]+)\)", element.get("transform", "translate(0,0)"))
    assert found
    return float(found[1]), float(found[2])


def said_in(drawing: str) -> list[Said]:
    found = []
    for element in elements(drawing, "text"):
        x, y = moved(element)
        size, is_bold = float(element.get("font-size", "").removesuffix("px")), element.get("font-weight") == "bold"
        width = width_of(element.text or "", size, bold=is_bold)
        left = {"start": x, "middle": x - width / 2, "end": x - width}[element.get("text-anchor", "start")]
        found.append(
            Said(
                text=element.text or "",
                left=left,
                top=y - 0.74 * size,
                right=left + width,
                bottom=y + 0.2 * size,
                is_bold=is_bold,
            )
        )
    return found


def texts_in(drawing: str) -> list[str]:
    return [each.text for each in said_in(drawing)]


def paths_with(drawing: str, **attributes: str) -> list[str]:
    wanted = {key.replace("_", "-"): value for key, value in attributes.items()}
    return [
        path.get("d", "")
        for path in elements(drawing, "path")
        if all(path.get(key) == value for key, value in wanted.items())
    ]


def points_of(path: str) -> list[list[tuple[float, float]]]:
    """The points of each stroke of a path."""
    return [
        [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", stroke)]
        for stroke in path.split("M")
        if stroke
    ]


def own_line(drawing: str) -> list[list[tuple[float, float]]]:
    return [stroke for path in paths_with(drawing, stroke=_draw.BLUE, stroke_width="2.2") for stroke in points_of(path)]


def rectangle(path: str) -> tuple[float, float, float, float]:
    """Left, top, width and height of a rectangle."""
    found = re.fullmatch(r"M(-?[\d.]+),(-?[\d.]+)h(-?[\d.]+)v(-?[\d.]+)h-?[\d.]+Z", path)
    assert found, path
    left, top, width, height = map(float, found.groups())
    return left, top, width, height


def assert_legible(drawing: str, what: object = "") -> None:
    """No words outside the drawing, none over others."""
    root = ElementTree.fromstring(drawing)
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    width, height = float(root.get("width", "")), float(root.get("height", ""))
    said = said_in(drawing)
    for each in said:
        assert each.left > -0.6, (what, each)
        assert each.right < width + 0.6, (what, each)
        assert each.top > -0.6, (what, each)
        assert each.bottom < height + 0.6, (what, each)
    for one, two in itertools.combinations(said, 2):
        across = min(one.right, two.right) - max(one.left, two.left)
        down = min(one.bottom, two.bottom) - max(one.top, two.top)
        assert across < 0.3 or down < 0.3, (what, one, two)


KINDS: Mapping[str, Callable[..., Json | None]] = {
    "trend": lambda **changes: trend_spec(
        series(745, 1057, 880, 698, **changes),
        unit=RATE,
        promise=PROMISE,
        others=[series(700, 800, 750, 720, **COUNTY, **changes)],
    ),
    "counts": lambda **changes: counts_spec(series(745, 1057, 880, 698, **changes), promise=PROMISE),
    "intervals": lambda **changes: intervals_spec(
        {"1415": row(2023, 621.0, **changes), "14": row(2023, 1425.0, **COUNTY, **changes)}, unit=RATE, own="1415"
    ),
    "months": lambda **changes: months_spec(year_of_months(**changes)),
    "profile": lambda **changes: profile_spec(profile("hour", **changes)),
    "map": lambda **changes: map_spec(area_rows(**changes), own=["1415"], unit=RATE),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


# --- Lines ------------------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(min_value=0, max_value=1e6, allow_nan=False), min_size=2, max_size=15).filter(
        lambda values: max(values) > 0.1
    )
)
def test_each_figure_of_a_line_stands_as_high_as_it_is(values: list[float]) -> None:
    spec = trend_spec(series(*values), unit=RATE)
    assert spec is not None
    plot = {param["name"]: param["value"] for param in spec["params"]}
    [line] = own_line(svg(spec))
    assert len(line) == len(values)
    for (_, y), value in zip(line, values, strict=True):
        share = value / plot["high"]
        assert y == pytest.approx(plot["bottom"] - share * (plot["bottom"] - plot["top"]), abs=0.11)
    assert plot["low"] == 0
    assert [x for x, _ in line] == sorted(x for x, _ in line)


def test_the_band_reaches_from_the_lower_to_the_upper_limit_of_each_figure() -> None:
    drawing = drawn(trend_spec(series(100, 300, 200), unit=RATE))
    [[*line]] = own_line(drawing)
    [band] = paths_with(drawing, fill=_draw.BAND)
    edges = {x: sorted(y for x2, y in points_of(band)[0] if x2 == x) for x, _ in line}
    zero = 2 * line[0][1] - line[2][1]  # 100 and 200 are as far apart as 0 and 100
    for (x, y), value in zip(line, (100, 300, 200), strict=True):
        upper, lower = edges[x]
        assert zero - upper == pytest.approx((zero - y) * 1.1, abs=0.3), value
        assert zero - lower == pytest.approx((zero - y) * 0.9, abs=0.3), value


def test_a_line_is_cut_where_a_figure_is_hidden_and_where_the_measurement_changed() -> None:
    rows = [
        *series(100, 110, 120, since=2010),
        hidden(2013),
        *series(130, 140, since=2014),
        row(2016, 150, flags="series_break"),
        row(2017, 160),
    ]
    drawing = drawn(trend_spec(rows, unit=RATE))
    assert [len(stroke) for stroke in own_line(drawing)] == [3, 2, 2]
    [band] = paths_with(drawing, fill=_draw.BAND)
    assert band.count("Z") == 3
    [dashed] = paths_with(drawing, stroke_dasharray="5,3")
    [[(x, _), (x2, _)]] = points_of(dashed)
    assert own_line(drawing)[1][-1][0] < x == x2 < own_line(drawing)[2][0][0]
    assert texts_in(drawing).count("tidsseriebrott") == 1


def test_a_change_of_measurement_before_anything_is_shown_is_no_break() -> None:
    rows = [hidden(2014), row(2015, 100, flags="series_break"), row(2016, 120)]
    assert "tidsseriebrott" not in texts_in(drawn(trend_spec(rows, unit=RATE)))


def test_self_selected_answers_have_neither_line_nor_interval() -> None:
    drawing = drawn(trend_spec(series(40, 50, 45, unit="procent", flags="self_selected"), unit="procent"))
    assert own_line(drawing) == []
    assert paths_with(drawing, fill=_draw.BAND) == []
    assert paths_with(drawing, stroke=_draw.BAND_EDGE) == []
    assert len(paths_with(drawing, fill=_draw.BLUE)) == 3
    rows = {"1415": row(2023, 40.0, flags="self_selected"), "14": row(2023, 50.0, method="self_selected", **COUNTY)}
    dots = intervals_spec(rows, unit="procent", own="1415")
    assert dots is not None
    assert all(dot["low"] == dot["value"] == dot["high"] for dot in dots["datasets"]["dots"])


def test_a_figure_that_stands_alone_keeps_its_interval() -> None:
    drawing = drawn(trend_spec([row(2020, 100), hidden(2021), row(2022, 120), row(2023, 110)], unit=RATE))
    [alone] = [line for line in elements(drawing, "line") if line.get("stroke") == _draw.BAND_EDGE]
    assert float(alone.get("y2", "0")) != 0


def test_the_last_figure_is_written_beside_the_line_with_its_year_where_it_is_not_the_last() -> None:
    assert "621" in texts_in(drawn(trend_spec(series(745, 621), unit=RATE)))
    assert "621 (2016)" in texts_in(drawn(trend_spec([*series(745, 621), hidden(2017)], unit=RATE)))


def test_a_promise_is_shaded_and_named_where_it_is_within_the_years_shown() -> None:
    drawing = drawn(trend_spec(series(*range(100, 109), since=2015), unit=RATE, promise=PROMISE))
    assert "löftesperiod 2023–2024" in texts_in(drawing)
    [shade] = paths_with(drawing, fill=_draw.PROMISE)
    left, _, width, _ = rectangle(shade)
    line = own_line(drawing)[0]
    assert line[-2][0] < left < line[-1][0] < left + width
    before = drawn(trend_spec(series(1, 2, 3, since=2010), unit=RATE, promise=PROMISE))
    assert not any("löfte" in text for text in texts_in(before))
    assert paths_with(before, fill=_draw.PROMISE) == []


def test_what_a_line_is_compared_with_is_named_at_its_end() -> None:
    drawing = drawn(
        trend_spec(
            series(745, 621),
            unit=RATE,
            others=[
                series(1440, 1425, **COUNTY),
                [row(2015, 1966, **COUNTRY), hidden(2016, **COUNTRY)],
                series(630, 640, **POLICE),
                series(625, 635, **SIMILAR),
            ],
        )
    )
    said = texts_in(drawing)
    assert "länet 1 425".replace(" 4", "\u00a04") in said
    assert "riket 1\u00a0966 (2015)" in said
    assert [text for text in said if text in ("lokalpolisområdet", "640")] == ["lokalpolisområdet", "640"]
    assert [each.text for each in said_in(drawing) if each.is_bold] == ["Stenungsund", "621"]
    dashes = {path.get("stroke-dasharray") for path in elements(drawing, "path") if path.get("stroke-width") == "1.4"}
    assert len(dashes & {"1,0", "6,3", "2,2"}) >= 2  # lines that cross are told apart by more than where they end
    assert_legible(drawing)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(min_value=0, max_value=500), min_size=1, max_size=6))
def test_words_at_the_ends_give_way_to_each_other_and_stay_within(middles: list[float]) -> None:
    heights = [17.0] * len(middles)
    placed = apart(sorted(middles), heights, 0, 500)
    assert all(two - one >= 17 - 1e-9 for one, two in itertools.pairwise(placed))
    assert placed[0] >= 8.5 - 1e-9
    assert placed[-1] <= 491.5 + 1e-9


@settings(max_examples=60)
@given(st.floats(min_value=0, max_value=1e7), st.floats(min_value=1e-3, max_value=1e7))
def test_ticks_are_few_and_reach_over_everything(low: float, span: float) -> None:
    ticks = ticks_between(low, low + span)
    assert 2 <= len(ticks) <= 6
    assert ticks[0] <= low * (1 + 1e-9) + 1e-9
    assert ticks[-1] >= (low + span) * (1 - 1e-9) - 1e-9
    assert ticks_between(0, 3, finest=1) == [0, 1, 2, 3]
    assert ticks_between(0, 98.6, top=100) == [0, 20, 40, 60, 80, 100]


@every_kind
def test_fewer_than_two_figures_make_no_chart(kind: str) -> None:
    one = [row(2015, 100), hidden(2016)]
    few: Mapping[str, Json | None] = {
        "trend": trend_spec(one, unit=RATE),
        "counts": counts_spec(one),
        "intervals": intervals_spec({"1415": one[0], "14": one[1]}, unit=RATE, own="1415"),
        "months": months_spec([]),
        "profile": profile_spec(profile("hour", events=0)),
        "map": map_spec({"1415": one[0], "1419": one[1], "1421": None}, own=["1415"], unit=RATE),
    }
    assert few[kind] is None
    assert trend_spec([row(2015, 100, period_start=None), row(2016, 120)], unit=RATE) is None


# --- Bars -------------------------------------------------------------------------------------------------------------


def test_bars_are_as_high_as_their_counts_and_say_them() -> None:
    rows = [row(2015, 800, numerator=200), row(2016, 1, numerator=50), hidden(2017), row(2018, 9, numerator=100)]
    drawing = drawn(counts_spec(rows))
    heights = [abs(rectangle(path)[3]) for path in paths_with(drawing, fill=_draw.BAR)]
    assert heights[0] / heights[1] == pytest.approx(4, rel=0.01)
    assert heights[0] / heights[2] == pytest.approx(2, rel=0.01)
    texts = texts_in(drawing)
    assert [text for text in texts if text in ("200", "50", "100", "..")] == ["200", "50", "..", "100"]


@pytest.mark.parametrize(("kind", "names"), [("month", "jan"), ("weekday", "mån"), ("hour", "00–03")])
def test_a_slot_outside_its_range_is_pointed_at_and_one_nobody_reported_has_no_bar(kind: str, names: str) -> None:
    rows = profile(kind)
    rows[3] |= {"events": None, "expected_lower": None, "expected_upper": None, "result": "not_compared"}
    drawing = drawn(profile_spec(rows))
    assert len(paths_with(drawing, fill=_draw.BAR)) == len(rows) - 1
    # A band for each slot that is judged, and one in the key.
    assert len(paths_with(drawing, fill=_draw.BAND)) == len(rows)
    texts = texts_in(drawing)
    assert names in texts
    assert texts.count("..") == 1
    assert {"fler än väntat", "färre än väntat", "väntat antal"} <= set(texts)
    assert_legible(drawing)


def test_many_bars_have_a_scale_instead_of_their_counts() -> None:
    months = [
        row(2020 + n // 12, 4.0, period=f"{n}", period_type="month", numerator=1000 + n)
        | {
            "period_start": date(2020 + n // 12, n % 12 + 1, 1),
            "period_end": date(2020 + n // 12, n % 12 + 1, 28),
        }
        for n in range(48)
    ]
    drawing = drawn(counts_spec(months))
    assert "1\u00a0000" in texts_in(drawing)
    assert "1\u00a0003" not in texts_in(drawing)
    assert len(paths_with(drawing, fill=_draw.BAR)) == 48
    assert_legible(drawing)


def test_a_weighted_numerator_counts_nobody() -> None:
    assert counts_spec(series(40, 50, unit="procent", method="proportion_wilson_weighted")) is None
    assert counts_spec(series(40, 50, unit="antal", numerator=None)) is not None


# --- Intervals --------------------------------------------------------------------------------------------------------


def test_areas_stand_below_each_other_with_their_intervals_and_the_own_one_is_bold() -> None:
    rows = {
        "1415": row(2023, 621),
        "1419": row(2023, 675, area="Tjörn"),
        "1421": hidden(2023, area="Orust"),
        "14": row(2023, 1425, **COUNTY),
        "00": row(2022, 1966, **COUNTRY),
    }
    drawing = drawn(intervals_spec(rows, unit=RATE, own="1415"))
    said = said_in(drawing)
    assert [each.text for each in said if each.is_bold] == ["Stenungsund", "621"]
    assert {"Tjörn", "675", "Länet", "1\u00a0425", "Riket (2022)", "Orust", ".."} <= {each.text for each in said}
    assert "döljs av hänsyn till" in texts_in(drawing)
    places = {each.text: (each.top + each.bottom) / 2 for each in said}
    assert places["Stenungsund"] < places["Tjörn"] < places["Länet"] < places["Riket (2022)"]
    dots = [(moved(path), path.get("fill")) for path in elements(drawing, "path") if path.get("transform")]
    assert [fill for _, fill in dots] == [_draw.BLUE, *[_draw.WHITE] * 3]
    across = [x for (x, _), _ in dots]
    assert across == sorted(across)
    lengths = {line.get("stroke-width"): float(line.get("x2", "0")) for line in elements(drawing, "line")}
    assert set(lengths) == {"3", "2"}
    thin = [abs(float(line.get("x2", "0"))) for line in elements(drawing, "line") if line.get("stroke-width") == "2"]
    assert thin == sorted(thin)  # each interval is a tenth of its figure to either side
    assert_legible(drawing)


# --- Months -----------------------------------------------------------------------------------------------------------


def test_months_stand_from_january_with_their_years_and_what_was_expected() -> None:
    drawing = drawn(months_spec(year_of_months()))
    texts = texts_in(drawing)
    names = ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"]
    assert [text for text in texts if text in names] == names
    counts = [each.text for each in said_in(drawing) if each.is_bold]
    assert counts == ["6", "0", "3", "13", "6", "14", "5", "12", "6", "31", "10", "6"]
    assert [text for text in texts if text.startswith("202")] == ["2026", "2025"]
    assert {"väntat antal", "fler än väntat", "färre än väntat"} <= set(texts)
    assert len(paths_with(drawing, fill=_draw.BAND)) == 13  # twelve and the one that is explained
    triangles = [path for path in elements(drawing, "path") if path.get("fill") == _draw.INK]
    assert len(triangles) == 4  # October and February, and the two that are explained
    places = {each.text: (each.left + each.right) / 2 for each in said_in(drawing)}
    assert {round(moved(path)[0] - places[name]) for path, name in zip(triangles, ("feb", "okt"), strict=False)} == {0}
    assert_legible(drawing)


def test_months_that_nobody_knows_what_to_expect_of_have_no_field() -> None:
    rows = [month(f"2025-{n:02d}", n, None, None, "not_compared") for n in (1, 2, 12)]
    drawing = drawn(months_spec(rows))
    assert paths_with(drawing, fill=_draw.BAND) == []
    assert "för få tidigare år för ett väntat antal" in texts_in(drawing)
    assert texts_in(drawing).count("..") == 9
    upside_down = drawn(months_spec([*rows, month("2025-03", 0, 1e100, 0.0, "lower")]))
    assert "100000" not in upside_down


# --- What is hidden, what is constructed ------------------------------------------------------------------------------


@every_kind
def test_nothing_of_a_hidden_row_reaches_a_chart(kind: str) -> None:
    def charts(secret: Row) -> Mapping[str, Json | None]:
        rows = [*series(100, 120, since=2012), secret, *series(130, 90, since=2015)]
        other = [{**each, **COUNTY} for each in rows]
        return {
            "trend": trend_spec(rows, unit=RATE, promise=PROMISE, others=[other]),
            "counts": counts_spec(rows),
            "intervals": intervals_spec({"1415": rows[0], "1419": secret, "14": other[0]}, unit=RATE, own="1415"),
            "months": months_spec(year_of_months()),
            "profile": profile_spec(profile("hour")),
            "map": map_spec({**area_rows(), "1484": {**secret, "period": "2023"}}, own=["1415"], unit=RATE),
        }

    empty = dict.fromkeys(("value", "lower_confidence_limit", "upper_confidence_limit", "numerator"))
    left_in, taken_out = charts(hidden(2014))[kind], charts(hidden(2014) | empty)[kind]
    assert left_in == taken_out
    drawing = drawn(left_in).replace("\u00a0", "")
    assert not any(secret in drawing for secret in ("987654", "888889", "888888", "1086419", "246914", "246913"))


@every_kind
def test_constructed_figures_are_named_in_the_drawing_and_real_ones_are_not(kind: str) -> None:
    constructed, real = KINDS[kind](is_synthetic=True), KINDS[kind](is_synthetic=False)
    assert constructed is not None
    assert real is not None
    assert WORDS in texts_in(svg(constructed))
    assert "EXEMPELDATA" not in svg(real)
    # In the picture too: the words' own colour is there, as it is in no other chart.
    assert is_in_picture(_draw.MADE_INK, png(constructed))
    assert not is_in_picture(_draw.MADE_INK, png(real))
    assert paths_with(svg(constructed), stroke=_draw.MADE)
    assert paths_with(svg(real), stroke=_draw.MADE) == []


def is_in_picture(colour: str, picture: bytes) -> bool:
    wanted = tuple(int(colour[n : n + 2], 16) for n in (1, 3, 5))
    colours = Image.open(BytesIO(picture)).convert("RGB").getcolors(1 << 20)
    assert colours is not None
    return any(found == wanted for _, found in colours)


def test_only_the_constructed_years_of_a_line_are_hatched() -> None:
    rows = [*series(100, 110, 120, since=2015), *series(130, 140, since=2018, is_synthetic=True)]
    drawing = drawn(trend_spec(rows, unit=RATE))
    [hatched] = paths_with(drawing, stroke=_draw.MADE)
    xs = [x for stroke in points_of(hatched) for x, _ in stroke]
    line = own_line(drawing)[0]
    assert min(xs) == pytest.approx((line[2][0] + line[3][0]) / 2, abs=0.2)
    assert max(xs) > line[4][0]


def test_a_rectangle_is_hatched_within_its_edges() -> None:
    found = hatching(10, 20, 60, 45)
    assert len(found) == 5
    for x, y, x2, y2 in found:
        assert 10 <= x < x2 <= 60
        assert 20 <= y2 < y <= 45
        assert x + y == pytest.approx(x2 + y2)


# --- Maps -------------------------------------------------------------------------------------------------------------


def test_every_municipality_has_a_boundary_that_lies_where_it_lies() -> None:
    codes = read_reference("municipalities")["municipality_code"].to_list()
    found = boundaries(codes)
    assert sorted(found) == sorted(codes)
    assert len(codes) == 290
    assert all(shape.is_valid for shape in found.values())
    kiruna, malmo, stromstad, stockholm = (found[code].centroid for code in ("2584", "1280", "1486", "0180"))
    assert kiruna.y < stockholm.y < malmo.y  # north is up
    assert stromstad.x < stockholm.x
    # Jokkmokk, Kiruna and Växjö with their lakes, in km².
    for code, area in (("2510", 19_334), ("2584", 20_551), ("0780", 1_914)):
        assert boundaries([code])[code].area * 111.2**2 == pytest.approx(area, rel=0.12)


def test_a_map_writes_every_figure_on_its_shape_or_beside_it() -> None:
    values = {**area_rows(), "1485": None, "1482": hidden(2023)}
    drawing = drawn(map_spec(values, own=["1415"], unit=RATE))
    texts = texts_in(drawing)
    assert {"Orust", "820"} <= set(texts)
    assert "Stenungsund 600" in texts  # too narrow a shape for its name
    assert texts.count("..") + sum(text.endswith(" ..") for text in texts) == 3  # Uddevalla, Kungälv and the legend
    fills = [path.get("fill") for path in elements(drawing, "path") if path.get("stroke-width") == "0.9"]
    assert fills.count(_draw.WHITE) == 3
    assert set(fills) <= {*_draw.SHADES, _draw.WHITE}
    assert len(paths_with(drawing, stroke=_draw.INK, stroke_width="2.6")) == 1
    assert_legible(drawing)


def test_what_reads_alike_is_shaded_alike_and_more_is_darker() -> None:
    shares = {"1415": 2.5, "1419": 3.2, "1421": 4.4, "1485": 5.0}
    percent: Mapping[str, Any] = {"unit": "procent", "denominator": 500.0}
    rows = {code: row(2023, value, **percent) for code, value in shares.items()}
    spec = map_spec(rows, own=[], unit="procent")
    assert spec is not None
    shades = [_draw.SHADES.index(shape["fill"]) for shape in spec["datasets"]["shapes"]]
    assert shades[0] == shades[1] < shades[2] < shades[3]  # 3 %, 3 %, 4 % and 5 %


def test_a_municipality_that_does_not_exist_is_no_blank_on_the_map() -> None:
    with pytest.raises(ValueError, match="9999"):
        boundaries(["1415", "9999"])


def neighbourhoods() -> dict[str, list[str]]:
    """Some municipalities with their neighbours, and whole counties, the largest among them."""
    near = read_reference("neighbours")
    areas = {
        code: [code, *near.filter(municipality_code=code)["neighbour_code"]]
        for code in near["municipality_code"].unique(maintain_order=True).to_list()[::9]
    }
    municipalities = read_reference("municipalities")
    return areas | {
        county: municipalities.filter(county_code=county)["municipality_code"].to_list()
        for county in ("14", "01", "25", "12")
    }


def test_labels_on_maps_anywhere_in_sweden_lie_on_nothing() -> None:
    for area, codes in neighbourhoods().items():
        values: dict[str, Row | None] = {code: row(2023, 400.0 + 37 * n) for n, code in enumerate(codes)}
        spec = map_spec(values, own=codes[:1], unit=RATE)
        assert spec is not None
        drawing = svg(spec)
        assert_legible(drawing, area)
        leaders = shapely.MultiLineString(
            [line for each in spec["datasets"].get("leaders", []) for line in each["geometry"]["coordinates"]]
        )
        for each in said_in(drawing):
            place = shapely.box(each.left, each.top + 1, each.right, each.bottom - 2)
            assert not place.intersects(leaders), (area, each)
        figures = " ".join(texts_in(drawing))
        for value in values.values():
            assert value is not None
            assert f"{value['value']:,.0f}".replace(",", "\u00a0") in figures, (area, value["value"])


# --- In words ---------------------------------------------------------------------------------------------------------


def test_the_alternative_of_a_line_says_the_finding_and_what_is_seen() -> None:
    rows = [row(2014, 1242), row(2015, 906, flags="series_break"), hidden(2016), row(2017, 621)]
    said = trend_alternative(
        rows, finding="Anmälningarna blev färre.", promise=PROMISE, others=[[row(2017, 1425, **COUNTY)]]
    ).replace("\u00a0", " ")
    assert said == (
        "Linjediagram. Anmälningarna blev färre. Från 1 242 per 100 000 invånare (2014) till 621 per 100 000 invånare "
        "(2017). Högst 1 242 per 100 000 invånare (2014), lägst 621 per 100 000 invånare (2017). Tidsseriebrott: 2015. "
        "Utan uppgift: 2016. Jämförs med: länet 1 425 (2017). Ett fält visar osäkerhetsintervallet. "
        "Alla värden finns i tabellen."
    )


def test_the_alternatives_of_the_other_charts_say_what_is_seen() -> None:
    assert counts_alternative(series(400, 800, is_synthetic=True), finding="Fler.") == (
        "Stapeldiagram. Fler. Från 100 (2015) till 200 (2016). Högst 200 (2016), lägst 100 (2015). "
        "Alla värden finns i tabellen. Konstruerade exempeldata – inte verkliga uppgifter."
    )
    rows = {"1415": row(2023, 600), "14": row(2023, 900, **COUNTY), "1419": hidden(2023, area="Tjörn")}
    assert intervals_alternative(rows, finding="Lägre än länet.") == (
        "Punktdiagram med osäkerhetsintervall. Lägre än länet. Från högst till lägst: länet 900 (810–990), "
        "Stenungsund 600 (540–660). Utan uppgift: Tjörn. Alla värden finns i tabellen."
    )
    assert months_alternative(year_of_months(), finding="Flest i oktober.") == (
        "Stapeldiagram över tolv månader. Flest i oktober. Flest 31 (oktober 2025), minst 0 (februari 2026). "
        "Fler än väntat: oktober 2025 (31). Färre än väntat: februari 2026 (0). Alla värden finns i tabellen."
    )
    assert profile_alternative(profile("hour"), finding="Tid på dygnet: fler kl. 18–21.") == (
        "Stapeldiagram över dygnet, tre timmar i taget. Tid på dygnet: fler kl. 18–21. Flest 50: kl. 18–21. "
        "Minst 2: kl. 00–03. Alla värden finns i tabellen."
    )
    three = {code: each for code, each in area_rows().items() if code in ("1415", "1419")} | {"1421": None}
    assert map_alternative(three, finding="Högst på Tjörn.") == (
        "Karta över 3 kommuner. Högst på Tjörn. Från högst till lägst: Tjörn 710, Stenungsund 600. "
        "Utan uppgift: Orust. Alla värden finns i tabellen."
    )


@every_kind
def test_a_chart_can_be_made_in_english(kind: str) -> None:
    with language("en"):
        drawing = drawn(KINDS[kind](is_synthetic=True))
        assert t(SOURCE).startswith("Municipal boundaries")
    assert "CONSTRUCTED SAMPLE DATA" in texts_in(drawing)
    assert_legible(drawing)


# --- Drawing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["Stenungsund 1\u00a0425", "löftesperiod 2023–2024", "KONSTRUERADE EXEMPELDATA", "47 %"]
)
@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_words_are_as_wide_as_they_are_counted(text: str, weight: str) -> None:
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="700" height="60"><rect width="700" height="60" fill="#fff"/>'
        f'<text x="20" y="40" font-family="Liberation Sans" font-size="26" font-weight="{weight}">{text}</text></svg>'
    )
    picture = Image.open(BytesIO(vl_convert.svg_to_png(drawing))).convert("L")
    ink = picture.point(lambda value: 255 if value < 128 else 0).getbbox()
    assert ink is not None
    assert ink[2] - ink[0] == pytest.approx(width_of(text, 26, bold=weight == "bold"), rel=0.04, abs=6)


@every_kind
def test_a_drawing_can_stand_in_any_page(kind: str) -> None:
    drawing = drawn(KINDS[kind](is_synthetic=True))
    assert drawing.startswith('<svg xmlns="http://www.w3.org/2000/svg" font-family="Liberation Sans, Arial')
    # No ids that could clash, no styles or scripts, nothing from elsewhere, no roles but those the page gives it.
    for refused in (" id=", "url(", "href", "<style", "<script", "<image", "role=", "aria-", "class=", "data:"):
        assert refused not in drawing
    assert drawing.count("http") == 1
    assert len(drawing) < 16_000


@every_kind
def test_nothing_is_cut_off_at_the_edges_of_a_picture(kind: str) -> None:
    spec = KINDS[kind](is_synthetic=True)
    assert spec is not None
    picture = Image.open(BytesIO(png(spec))).convert("RGB")
    assert picture.width == 2 * spec["width"]
    for edge in ((0, 0, picture.width, 1), (0, picture.height - 1, picture.width, picture.height)):
        assert picture.crop(edge).getcolors() == [(picture.width, (255, 255, 255))]
    right = picture.crop((picture.width - 1, 0, picture.width, picture.height))
    assert right.getcolors() == [(picture.height, (255, 255, 255))]


def test_the_same_specification_is_drawn_alike_in_every_process(tmp_path: Path) -> None:
    specs = {kind: make(is_synthetic=True) for kind, make in KINDS.items()}
    (tmp_path / "specs.json").write_text(json.dumps(specs), encoding="utf-8")
    code = (
        "import hashlib, json, pathlib, sys; from reports._draw import png, svg\n"
        "for spec in json.loads(pathlib.Path(sys.argv[1]).read_text(encoding='utf-8')).values():\n"
        "    print(hashlib.sha256(svg(spec).encode()).hexdigest(), hashlib.sha256(png(spec)).hexdigest())"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "specs.json")]
    elsewhere = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120).stdout
    here = [
        f"{hashlib.sha256(svg(spec).encode()).hexdigest()} {hashlib.sha256(png(spec)).hexdigest()}"
        for spec in specs.values()
        if spec is not None
    ]
    assert elsewhere.splitlines() == here


def test_a_chart_is_the_same_whatever_was_drawn_before_it() -> None:
    first = KINDS["trend"](is_synthetic=False)
    before = drawn(first)
    drawn(KINDS["trend"](is_synthetic=True))  # the same structure, other figures and no hatching left behind
    assert drawn(first) == before


def test_many_charts_come_in_their_order_and_are_remembered_until_they_change(tmp_path: Path) -> None:
    specs = [spec for make in KINDS.values() if (spec := make(is_synthetic=True)) is not None]
    drawings = draw_many(specs, tmp_path)
    assert drawings == [svg(spec) for spec in specs]
    # What lies in the folder is taken as it lies there, if it says its own sum; only what has changed is drawn.
    for path in tmp_path.iterdir():
        path.write_text(f"{hashlib.sha256(b'remembered').hexdigest()}\nremembered", encoding="utf-8")
    changed = trend_spec(series(1, 2, 3), unit=RATE)
    assert changed is not None
    again = draw_many([*specs[:2], changed, specs[2]], tmp_path)
    assert again == ["remembered", "remembered", svg(changed), "remembered"]
    assert len([*tmp_path.iterdir()]) == 4  # what nobody asked for is forgotten
    for path in tmp_path.iterdir():
        path.write_text(path.read_text(encoding="utf-8")[:-1], encoding="utf-8")  # as a power cut may leave it
    assert draw_many(specs, tmp_path) == drawings


def test_the_pdf_gets_its_own_letters_and_nothing_else_changes() -> None:
    drawing = drawn(KINDS["trend"]())
    changed = serif(drawing)
    assert 'font-family="Libertinus Serif"' in changed
    assert "Liberation Sans" not in changed
    assert changed.replace("Libertinus Serif", _draw._FONTS) == drawing


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(two)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_words_and_lines_are_told_from_what_is_behind_them() -> None:
    white = _draw.WHITE
    texts = [(_draw.INK, white), (_draw.SOFT, white), (_draw.BLUE, white), (_draw.MADE_INK, white)]
    texts += [(_draw.INK, shade) for shade in _draw.SHADES[:-1]] + [
        (white, _draw.SHADES[-1]),
        (_draw.INK, _draw.PROMISE),
    ]
    assert all(contrast(*pair) >= 4.5 for pair in texts)
    marks = (_draw.BLUE, _draw.GREY, _draw.BAR, _draw.BAND_EDGE, _draw.MADE, _draw.INK, _draw.SOFT)
    assert all(contrast(mark, white) >= 3 for mark in marks)
    assert contrast(_draw.BLUE, _draw.BAND) >= 3
    # The shades differ in lightness, so that they do so for everyone and in print.
    lightness = [luminance(shade) for shade in _draw.SHADES]
    assert all(one > two * 1.15 for one, two in itertools.pairwise(lightness))


# --- The sample -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Sequence[Row]]:
    """The indicators (of everybody, and of women) and the months of the sample, as they are published."""
    data = tmp_path_factory.mktemp("charts")
    plan = make_plan(read_settings(data=data), sample=True, now=datetime(2026, 9, 1, tzinfo=UTC))
    build_warehouse(plan, read_all(plan), "charts", lambda _: None)
    with connect(data / "warehouse.duckdb", read_only=True) as con:
        return {
            "indicators": con.sql("select * from output.indicators where category in ('', 'women') order by all")
            .pl()
            .to_dicts(),
            "months": con.sql("select * from output.months order by all").pl().to_dicts(),
            "profiles": con.sql("from output.profiles order by all").pl().to_dicts(),
        }


def charts_of(sample: Mapping[str, Sequence[Row]]) -> dict[str, tuple[Json, bool]]:
    """Every chart that can be made of the sample, and whether anything shown in it is constructed."""
    found: dict[str, tuple[Json | None, Sequence[Row]]] = {}
    grouped: dict[tuple[str, ...], list[Row]] = {}
    for each in sorted(sample["indicators"], key=lambda each: each["period_start"]):
        grouped.setdefault(tuple(each[key] for key in ("indicator", "breakdown", "category", "area_code")), []).append(
            each
        )
    near = read_reference("neighbours")
    for key, rows in grouped.items():
        name, area, unit = "_".join(key), key[-1], rows[0]["unit"]
        others = [
            grouped[(*key[:3], code)]
            for code in ("sodra_fyrbodal", "14", "00")
            if (*key[:3], code) in grouped and code != area
        ]
        found[f"trend {name}"] = (
            trend_spec(rows, unit=unit, promise=PROMISE, others=others),
            [*rows, *itertools.chain(*others)],
        )
        found[f"counts {name}"] = counts_spec(rows, promise=PROMISE), rows
        if area == "1415":
            codes = [
                code for code in ("1415", "1419", "1421", "sodra_fyrbodal", "14", "00") if (*key[:3], code) in grouped
            ]
            latest = {code: grouped[(*key[:3], code)][-1] for code in codes}
            shown = [each for each in latest.values() if each["status"] == "ok"]
            found[f"intervals {name}"] = intervals_spec(latest, unit=unit, own=area), shown
            drawn_on = ["1415", "1419", "1421", *near.filter(municipality_code="1415")["neighbour_code"]]
            on_map = {code: latest.get(code) for code in drawn_on}
            found[f"map {name}"] = (
                map_spec(on_map, own=[area], unit=unit),
                [each for each in on_map.values() if each and each["status"] == "ok"],
            )
    months = sorted(sample["months"], key=lambda each: (each["indicator"], each["area_code"], each["month"]))
    for (indicator, area), of_area in itertools.groupby(months, lambda each: (each["indicator"], each["area_code"])):
        rows = [*of_area]
        found[f"months {indicator}_{area}"] = months_spec(rows), rows
    for key, slots in itertools.groupby(
        sample["profiles"], lambda each: (each["series"], each["area_code"], each["profile"])
    ):
        rows = [*slots]
        found[f"profile {'_'.join(key)}"] = profile_spec(rows), rows
    return {
        name: (spec, any(each["is_synthetic"] for each in rows))
        for name, (spec, rows) in found.items()
        if spec is not None
    }


@pytest.mark.slow
def test_every_chart_of_the_sample_is_legible_marked_and_passes_the_gate(
    sample: Mapping[str, Sequence[Row]], tmp_path: Path
) -> None:
    charts = charts_of(sample)
    kinds = {kind: sum(name.startswith(kind) for name in charts) for kind in KINDS}
    assert all(kinds.values()), kinds
    drawings = dict(zip(charts, draw_many(spec for spec, _ in charts.values()), strict=True))
    for n, (name, drawing) in enumerate(drawings.items()):
        assert_legible(drawing, name)
        assert ("EXEMPELDATA" in drawing) == charts[name][1], name
        path = tmp_path / f"chart-{n}.svg"
        path.write_text(drawing, encoding="utf-8")
        assert [*texts_of(path, path.name)]
    for n, spec in enumerate(spec for spec, _ in [*charts.values()][::97]):
        (tmp_path / f"picture-{n}.png").write_bytes(png(spec))
    assert find_hits_in(tmp_path) == []
