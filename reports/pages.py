"""Write what a council reads: a front page and one page per area, in Swedish, self-contained and the same every time.

A page never shows a figure whose status is not "ok", whatever the row still holds. Every list of codes below is closed:
a code without Swedish words stops the pages instead of reaching a reader.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import jinja2
import polars as pl

Row = Mapping[str, Any]

NBSP = "\u00a0"
MINUS = "\u2212"
SYNTHETIC = "Konstruerade exempeldata – inte verkliga uppgifter"

STATUSES = {
    "ok": "redovisas",
    "suppressed": "döljs av hänsyn till enskilda",
    "not_reported": "uppgift saknas",
    "not_applicable": "ej tillämpligt",
    "no_denominator": "kan inte beräknas: nämnaren saknas",
    "too_few_respondents": "för få svar för att redovisas",
}
FLAGS = {
    "provisional": "preliminär uppgift",
    "series_break": "tidsseriebrott (här ändrades mätningen)",
    "revised": "reviderad uppgift",
    "self_selected": "självvalda svar (inte ett urval)",
    "effort_driven": "följer polisens insatser",
    "overlapping": "perioderna överlappar varandra",
    "late_source": "försenad källa; senast giltiga uppgift används",
    "inferred_population": "folkmängden är härledd",
    "few_respondents": "få svarande",
}
# What the interval of each method says, and what it does not.
METHODS = {
    "rate_exact": "Intervallet visar hur säkert antalet är räknat. Antalet kan skilja mer än så mellan åren.",
    "rate_byar": "Intervallet visar hur säkert antalet är räknat. Antalet kan skilja mer än så mellan åren.",
    "proportion_wilson": "Intervallet visar den osäkerhet som slumpen ger. Bortfallet kan göra osäkerheten större.",
    "proportion_wilson_weighted": (
        "Viktad andel. Intervallet visar den osäkerhet som slumpen ger. Bortfallet kan göra osäkerheten större."
    ),
    "published_margin": "Intervallet bygger på den felmarginal som utgivaren redovisar.",
    "published": "",
    "self_selected": "De som svarat har själva valt att delta. Svaren kan inte generaliseras till alla invånare.",
}
AREA_TYPES = {
    "municipality": "kommunen",
    "police_area": "lokalpolisområdet",
    "county": "länet",
    "country": "riket",
    "similar": "liknande kommuner",
}
CADENCES = {
    "daily": "varje dag",
    "weekly": "varje vecka",
    "monthly": "varje månad",
    "quarterly": "varje kvartal",
    "yearly": "varje år",
    "second_year": "vartannat år",
    "irregular": "oregelbundet",
}
SOURCE_STATUSES = {"ok": "inläst", "failed": "kunde inte läsas in", "missing": "saknas"}
BREAKDOWNS = {"sex": "kön", "grade": "årskurs", "age": "ålder", "category": "kategori"}
CATEGORIES = {
    "women": "kvinnor",
    "men": "män",
    "girls": "flickor",
    "boys": "pojkar",
    "other": "annat",
    "not_stated": "uppgift saknas",
}
MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni"),
    *("juli", "augusti", "september", "oktober", "november", "december"),
)

# Chart geometry, in the SVG's own units; drawn at about this size on a telephone and wider on a desk.
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 420.0, 190.0, 52.0, 14.0, 14.0, 30.0


@dataclass(frozen=True, kw_only=True)
class PageMeta:
    """What every page says about the release it belongs to."""

    release: str
    as_of: date
    audience: Literal["internal", "public"]
    version: str
    is_synthetic: bool


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One row of indicators in words; empty text where there is nothing to say or it must not be said."""

    area: str
    period: str
    short_period: str
    value: str  # with its unit: "851 per 100 000 invånare", "47 %"
    number: str  # without: "851", "47 %"
    count: str  # "228"
    count_of: str  # "på 26 777 invånare"
    interval: str  # "sannolikt mellan 745 och 970"
    limits: str  # "745–970"
    numerator: str
    denominator: str
    respondents: str
    response_rate: str
    status: str  # "" where the figure is shown
    flags: str
    is_synthetic: bool


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


@dataclass(frozen=True, kw_only=True)
class Series:
    """One indicator in one area for one category ("" is the whole)."""

    label: str
    divided_by: str  # "kön", "årskurs"
    newest: Figure
    last_shown: Figure | None  # the newest figure that is shown, where the newest of all is not
    compared: tuple[Figure, ...]
    history: tuple[Figure, ...]
    has_counts: bool
    has_respondents: bool
    chart: Chart | None
    interval_note: str


@dataclass(frozen=True, kw_only=True)
class Block:
    """One indicator on an area's page."""

    id: str
    title: str
    definition: str
    notes: tuple[str, ...]
    unit: str
    judgement: str
    source: str
    data_as_of: str
    main: Series | None
    parts: tuple[Series, ...]
    elsewhere: tuple[Figure, ...]  # the newest figures of larger areas, where the area itself has none
    is_synthetic: bool


# ---------------------------------------------------------------------------------------------------------------- words


def words(code: str, known: Mapping[str, str], what: str) -> str:
    """The Swedish words for a code. Raises ValueError for a code nobody has put into words."""
    if code not in known:
        raise ValueError(
            f"reports.pages: {what} has no Swedish words: {code!r}: add it to the list in reports/pages.py"
        )
    return known[code]


def number(value: float, decimals: int = 0) -> str:
    """A number the Swedish way: no-break space between thousands, decimal comma, a true minus; halves go up."""
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,.{decimals}f}".replace(",", NBSP).replace(".", ",")
    return f"{MINUS}{text}" if rounded < 0 else text


def decimals_of(row: Row) -> int:
    """How many decimals the figure of a row carries: none where they would claim more than is known.

    Rates per 100 000 are whole. Shares are whole when fewer than 1 000 are behind them; where the publisher does not
    say how many, when the limits are more than a point away.
    """
    unit = row["unit"]
    if unit == "procent":
        behind = row["respondents"] if row["respondents"] is not None else row["denominator"]
        if behind is not None:
            return 0 if behind < 1000 else 1
        low, high = row["lower_confidence_limit"], row["upper_confidence_limit"]
        return 1 if low is None or high is None or high - low <= 2 else 0
    if "100 000" in unit.replace(NBSP, " "):
        return 0
    return 0 if unit == "antal" else 1


def with_unit(text: str, unit: str) -> str:
    """A number with its unit: "47 %", "228", "851 per 100 000 invånare"."""
    if unit == "procent":
        return f"{text}{NBSP}%"
    if unit == "antal":
        return text
    return f"{text} {re.sub(r'(?<=[0-9]) (?=[0-9])', NBSP, unit)}"


def share_text(value: float, decimals: int) -> str:
    """A share's number; a share above nothing is never rounded down to nothing."""
    return "under 1" if decimals == 0 and 0 < value < 0.5 else number(value, decimals)


def interval_text(row: Row, decimals: int) -> tuple[str, str]:
    """The limits in words and in short ("sannolikt mellan 41 och 53 procent", "41–53"), or empty."""
    low, high = row["lower_confidence_limit"], row["upper_confidence_limit"]
    if low is None or high is None or is_self_selected(row):
        return "", ""
    short, unit = (number(low, decimals), number(high, decimals)), " procent" if row["unit"] == "procent" else ""
    limits = f"{short[0]}–{short[1]}" + (f"{NBSP}%" if unit else "")
    if short[0] == short[1]:
        return f"sannolikt omkring {short[0]}{unit}", limits
    return f"sannolikt mellan {short[0]} och {short[1]}{unit}", limits


def period_text(row: Row) -> str:
    """A period in words: 2019, 2019–2020, kvartal 3 2024, mars 2024, läsåret 2023/24."""
    start: date | None = row["period_start"]
    end: date | None = row["period_end"]
    if start is None or end is None:
        return str(row["period"])
    match row["period_type"]:
        case "two_years":
            return f"{start.year}–{end.year}"
        case "quarter":
            return f"kvartal {(start.month + 2) // 3} {start.year}"
        case "month":
            return f"{MONTHS[start.month - 1]} {start.year}"
        case "school_year":
            return f"läsåret {start.year}/{end.year % 100:02d}"
        case _:
            return str(row["period"]).replace("-", "–")


def short_period_text(row: Row) -> str:
    """A period as short as an axis wants it."""
    start: date | None = row["period_start"]
    end: date | None = row["period_end"]
    if start is None or end is None:
        return str(row["period"])
    match row["period_type"]:
        case "two_years":
            return f"{start.year}–{end.year % 100:02d}"
        case "quarter":
            return f"kv {(start.month + 2) // 3} {start.year}"
        case "month":
            return f"{MONTHS[start.month - 1][:3]} {start.year}"
        case "school_year":
            return f"{start.year}/{end.year % 100:02d}"
        case _:
            return str(end.year)


def category_text(breakdown: str, category: str) -> str:
    """A category in words; several are joined by a comma in both columns. Free values (an age span) stand as is."""
    said = []
    for kind, value in zip(breakdown.split(","), category.split(","), strict=False):
        text = CATEGORIES.get(value, value.replace("_", " "))
        said.append(f"årskurs {text}" if kind == "grade" and text.isdigit() else text)
    return ", ".join(said)


def breakdown_text(breakdown: str) -> str:
    """What a figure is divided by, in words."""
    return " och ".join(BREAKDOWNS.get(kind, kind.replace("_", " ")) for kind in breakdown.split(","))


def date_text(moment: date | datetime | None) -> str:
    """A day as 2026-08-31, in Swedish time where a time of day is known; empty where it is not known."""
    if moment is None:
        return ""
    if isinstance(moment, datetime):
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return aware.astimezone(ZoneInfo("Europe/Stockholm")).date().isoformat()
    return moment.isoformat()


def flags_of(row: Row) -> list[str]:
    """The flags of a row as codes."""
    return [flag.strip() for flag in (row["flags"] or "").split(",") if flag.strip()]


def is_self_selected(row: Row) -> bool:
    """Whether those who answered chose to: then there is no interval to speak of."""
    return row["method"] == "self_selected" or "self_selected" in flags_of(row)


def judgement_text(polarity: str, rows: Iterable[Row]) -> str:
    """Whether high or low is good, in words."""
    if polarity == "none" and any("effort_driven" in flags_of(row) for row in rows):
        return "Bedöms inte (följer polisens insatser)."
    known = {"low_is_good": "Lågt är bra.", "high_is_good": "Högt är bra.", "none": "Bedöms inte."}
    return words(polarity, known, "polarity")


def source_text(row: Row, sources: Mapping[str, Row]) -> str:
    """Where a figure comes from: passed on as published, or made by us from somebody's data."""
    known = [sources[name.strip()] for name in row["sources"].split(",") if name.strip() in sources]
    if not known or row["is_synthetic"]:
        return ""  # nobody published a constructed figure
    if row["method"].startswith("published"):
        given = list(dict.fromkeys((source["attribution"] or source["publisher"]).rstrip(".") for source in known))
        text = "; ".join(given)
        return text + "." if text.lower().startswith("källa") else f"Källa: {text}."
    own = [source.get("attribution_processed") for source in known]
    if all(own):
        return "; ".join(dict.fromkeys(str(text).rstrip(".") for text in own)) + "."
    publishers = list(dict.fromkeys(source["publisher"] for source in known))
    said = ", ".join(publishers[:-1]) + (" och " if len(publishers) > 1 else "") + publishers[-1]
    return f"Egen bearbetning av uppgifter från {said}."


# -------------------------------------------------------------------------------------------------------------- figures


def figure(row: Row) -> Figure:
    """A row in words. A row that is not "ok" says why and nothing more."""
    said = [words(flag, FLAGS, "flag") for flag in flags_of(row)]
    status = words(row["status"], STATUSES, "status")
    is_shown = row["status"] == "ok" and row["value"] is not None
    if row["status"] == "ok" and not is_shown:
        status = STATUSES["not_reported"]
    common: dict[str, Any] = {
        "area": row["area"],
        "period": period_text(row),
        "short_period": short_period_text(row),
        "flags": ", ".join(said),
        "is_synthetic": bool(row["is_synthetic"]),
    }
    if not is_shown:
        blank: dict[str, Any] = dict.fromkeys(
            ("value", "number", "count", "count_of", "interval", "limits", "numerator", "denominator"), ""
        )
        return Figure(**common, **blank, respondents="", response_rate="", status=status)
    unit, decimals = row["unit"], decimals_of(row)
    text = share_text(row["value"], decimals) if unit == "procent" else number(row["value"], decimals)
    interval, limits = interval_text(row, decimals)
    # A weighted numerator counts nobody; the number of answers says what is behind it.
    is_weighted = row["method"] == "proportion_wilson_weighted"
    numerator = "" if row["numerator"] is None or is_weighted else number(row["numerator"])
    denominator = "" if row["denominator"] is None or is_weighted else number(row["denominator"])
    of = ""
    if numerator and denominator:
        of = f"av {denominator}" if unit == "procent" else f"på {denominator} {unit.split()[-1]}"
    return Figure(
        **common,
        value=with_unit(text, unit),
        number=with_unit(text, unit) if unit == "procent" else text,
        count=numerator,
        count_of=of,
        interval=interval,
        limits=limits,
        numerator=numerator,
        denominator=denominator,
        respondents="" if row["respondents"] is None else number(row["respondents"]),
        response_rate="" if row["response_rate"] is None else f"{number(100 * row['response_rate'])}{NBSP}%",
        status="",
    )


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


# --------------------------------------------------------------------------------------------------------------- series


@dataclass(frozen=True, kw_only=True)
class Area:
    """An area with a page of its own."""

    code: str
    name: str
    type: str
    file: str
    others: tuple[tuple[str, str], ...]  # (area_type, area_code) to compare with, nearest first


Key = tuple[str, str, str]  # indicator, area_type, area_code
Cells = Mapping[Key, Sequence[Row]]


def by_series(rows: Sequence[Row]) -> dict[tuple[str, str], list[Row]]:
    """Rows of one indicator in one area, by breakdown and category, the whole first."""
    series: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        series.setdefault((row["breakdown"] or "", row["category"] or ""), []).append(row)

    # By number within a text, so that grade 9 comes before grade 11.
    def rank(key: tuple[str, str]) -> tuple[bool, list[tuple[int, str]]]:
        parts = re.split(r"(\d+)", " ".join(key))
        return any(key), [(int(part), "") if part.isdigit() else (-1, part) for part in parts]

    return {key: series[key] for key in sorted(series, key=rank)}


def leading(rows: Sequence[Row]) -> Sequence[Row]:
    """The rows that stand for an indicator: the whole, or the first category where there is no whole."""
    return next(iter(by_series(rows).values()), ())


def same_period(rows: Sequence[Row], row: Row) -> Row | None:
    """The row of another area that tells of the same period, breakdown and category."""
    columns = ("period", "period_type", "breakdown", "category")
    return next((other for other in rows if all(other[column] == row[column] for column in columns)), None)


def series(rows: Sequence[Row], area: Area, cells: Cells, title: str) -> Series:
    """One category of an indicator in words, with the same figure of the areas it is compared with."""
    newest = rows[-1]
    shown = [row for row in rows if row["status"] == "ok" and row["value"] is not None]
    basis = shown[-1] if shown else newest
    compared = []
    for kind, code in () if is_self_selected(basis) else area.others:
        other = same_period(cells.get((newest["indicator"], kind, code), ()), basis)
        if other is not None:
            compared.append(figure(other))
    history = tuple(figure(row) for row in reversed(rows))
    note = words(basis["method"], METHODS, "method")
    if is_self_selected(basis):
        note = METHODS["self_selected"]
    elif not shown:
        note = ""
    elif (
        basis["lower_confidence_limit"] is None and basis["method"].startswith("published") and basis["unit"] != "antal"
    ):
        note = "Utgivaren redovisar ingen osäkerhet för uppgiften."
    breakdown, category = newest["breakdown"] or "", newest["category"] or ""
    return Series(
        label=category_text(breakdown, category),
        divided_by=breakdown_text(breakdown),
        newest=history[0],
        last_shown=figure(basis) if shown and basis is not newest else None,
        compared=tuple(compared),
        history=history,
        has_counts=newest["unit"] != "antal" and any(one.numerator or one.denominator for one in history),
        has_respondents=any(one.respondents or one.response_rate for one in history),
        chart=chart(rows, title),
        interval_note=note,
    )


def block(definition: Row, area: Area, cells: Cells, sources: Mapping[str, Row]) -> Block | None:
    """One indicator on an area's page; None where neither the area nor a larger one has a figure."""
    indicator = definition["indicator"]
    rows = cells.get((indicator, area.type, area.code), ())
    parts = []
    for (breakdown, category), members in by_series(rows).items():
        named = f"{definition['title']}, {area.name}"
        if category:
            named += f", {category_text(breakdown, category)}"
        parts.append(series(members, area, cells, named))
    is_whole = bool(rows) and any(not row["breakdown"] for row in rows)
    basis = leading(rows)
    elsewhere = []
    if not parts:
        for kind, code in area.others:
            there = leading(cells.get((indicator, kind, code), ()))
            if there:
                basis = basis or there
                elsewhere.append(figure(there[-1]))
        if not elsewhere:
            return None
    everywhere = [one for part in parts for one in (*part.history, *part.compared)] + elsewhere
    return Block(
        id=indicator,
        title=definition["title"],
        definition=definition["definition"] or "",
        notes=tuple(line for line in (definition["notes"] or "").split("\n") if line.strip()),
        unit=definition["unit"],
        judgement=judgement_text(definition["polarity"], rows or basis),
        source=source_text(basis[-1], sources),
        data_as_of=date_text(basis[-1]["data_as_of"]),
        main=parts[0] if is_whole else None,
        parts=tuple(parts[1:] if is_whole else parts),
        elsewhere=tuple(elsewhere),
        is_synthetic=any(one.is_synthetic for one in everywhere),
    )


def areas_with_pages(indicators: pl.DataFrame, members: Mapping[str, Collection[str]]) -> list[Area]:
    """The municipalities and police areas to write about, municipalities first, each with what it is compared with."""
    known = {
        (kind, code): name
        for kind, code, name in indicators.select("area_type", "area_code", "area").unique().sort(pl.all()).iter_rows()
    }
    counties = [code for kind, code in sorted(known) if kind == "county"]
    countries = [("country", code) for kind, code in sorted(known) if kind == "country"]
    police_areas = [code for kind, code in sorted(known) if kind == "police_area"]
    wanted = {code for group in members.values() for code in group} | set(members)
    found = []
    for (kind, code), name in sorted(known.items()):
        if kind not in {"municipality", "police_area"} or (members and code not in wanted):
            continue
        if not re.fullmatch(r"[0-9A-Za-zÅÄÖåäö_-]+", code):
            raise ValueError(
                f"reports.pages: an area's code cannot name a file: {code!r}: use letters, digits, - and _"
            )
        others: list[tuple[str, str]] = []
        if kind == "municipality":
            others += [("police_area", one) for one in police_areas if not members or code in members.get(one, ())]
            # A county is "14", or "0014" where the publisher gives it four figures.
            others += [("county", one) for one in counties if one.lstrip("0") == code[:2].lstrip("0")]
            others += [("similar", one) for t, one in sorted(known) if t == "similar" and one.endswith(code)]
        else:
            inside = sorted(c for t, c in known if t == "municipality" and (not members or c in members.get(code, ())))
            others += [("municipality", one) for one in inside]
            prefixes = {one[:2].lstrip("0") for one in inside}
            others += [("county", one) for one in counties if len(prefixes) == 1 and one.lstrip("0") in prefixes]
        found.append(Area(code=code, name=name, type=kind, file=f"{code}.html", others=(*others, *countries)))
    return found


def main_indicator(focus_area: Row, definitions: Sequence[Row], cells: Cells, areas: Sequence[Area]) -> Row | None:
    """The definition whose figure stands for a focus area on the front page.

    `main_indicator` of the focus area where that column is given; otherwise the one that most areas have, then real
    before synthetic, everybody before the self-selected, judged before not judged, counted before estimated, and last
    the order of the definitions.
    """
    candidates = [one for one in definitions if one["focus_area"] == focus_area["focus_area"]]
    chosen = focus_area.get("main_indicator")
    if chosen:
        return next((one for one in candidates if one["indicator"] == chosen), None)

    def rank(definition: Row) -> tuple[int, bool, bool, bool, bool]:
        newest = []
        for area in areas:
            rows = leading(cells.get((definition["indicator"], area.type, area.code), ()))
            if any(row["status"] == "ok" for row in rows):
                newest.append(rows[-1])
        return (
            -len(newest),
            any(row["is_synthetic"] for row in newest),
            any(is_self_selected(row) for row in newest),
            definition["polarity"] == "none",
            not any(row["numerator"] is not None for row in newest),
        )

    ranked = sorted(candidates, key=rank)
    return ranked[0] if ranked and rank(ranked[0])[0] < 0 else None


def overview(
    focus_areas: Sequence[Row], definitions: Sequence[Row], cells: Cells, areas: Sequence[Area]
) -> list[dict[str, Any]]:
    """The front page's table: one line per focus area, one cell (the newest figure, or None) per area."""
    lines = []
    for focus_area in focus_areas:
        definition = main_indicator(focus_area, definitions, cells, areas)
        indicator = definition["indicator"] if definition else ""
        found = [(area, leading(cells.get((indicator, area.type, area.code), ()))) for area in areas]
        shown = [row for _, rows in found for row in rows]
        lines.append(
            {
                "id": focus_area["focus_area"],
                "title": focus_area["title"],
                "indicator": definition["title"] if definition else "",
                "label": category_text(shown[0]["breakdown"] or "", shown[0]["category"] or "") if shown else "",
                "judgement": judgement_text(definition["polarity"], shown) if definition else "",
                "cells": [(area, figure(rows[-1]) if rows else None) for area, rows in found],
            }
        )
    return lines


# ---------------------------------------------------------------------------------------------------------------- pages


def source_lines(sources: Sequence[Row], audience: str) -> list[dict[str, Any]]:
    """The sources with their freshness and ledger in words. Messages may name a file: internal pages only."""
    lines = []
    for source in sources:
        state = words(source["status"], SOURCE_STATUSES, "source status")
        late = "försenad källa; senast giltiga uppgift används" if source["is_late"] else ""
        lines.append(
            {
                "title": source["title"],
                "publisher": source["publisher"],
                # A link only where it is one: what a browser would run is not.
                "homepage": source["homepage"]
                if str(source["homepage"] or "").startswith(("https://", "http://"))
                else "",
                "licence": source["licence"] or "",
                "cadence": words(source["cadence"], CADENCES, "cadence") if source["cadence"] else "",
                "state": ", ".join(filter(None, (state, late))),
                "data_as_of": date_text(source["data_as_of"]),
                "observed": date_text(source["observed_at"]),
                "expected": date_text(source["expected_by"]),
                "ledger": [
                    ".." if source[name] is None else number(source[name])
                    for name in ("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate")
                ],
                "is_synthetic": bool(source["is_synthetic"]),
                "message": (source["message"] or "") if audience == "internal" else "",
            }
        )
    return lines


def refused_lines(quarantine: pl.DataFrame, titles: Mapping[str, str]) -> list[dict[str, str]]:
    """Refused rows counted per source, column and rule: no place in a file, no cell."""
    if quarantine.is_empty():
        return []
    counted = quarantine.group_by("source", "column_name", "rule").len("rows").sort("source", "column_name", "rule")
    return [
        {"source": titles.get(source, source), "column": column or "", "rule": rule, "rows": number(rows)}
        for source, column, rule, rows in counted.iter_rows()
    ]


@functools.cache
def environment() -> jinja2.Environment:
    """The templates, compiled once per process; what they are given is always escaped."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def write_pages(
    folder: Path,
    *,
    indicators: pl.DataFrame,
    definitions: pl.DataFrame,
    sources: pl.DataFrame,
    quarantine: pl.DataFrame,
    focus_areas: pl.DataFrame,
    meta: PageMeta,
    members: Mapping[str, Collection[str]] | None = None,
) -> list[Path]:
    """Write `index.html` and a page per area, `<area_code>.html`, into a folder; return their paths.

    indicators: rows as in `output.indicators`; a `value` in "procent" is 0–100, `response_rate` 0–1.
    definitions: indicator, title, focus_area, definition, unit, polarity, notes (lines); their order is the reader's.
    sources, quarantine: as in `output.sources` and `output.quarantine`.
    focus_areas: focus_area, title, sort_order, and if wanted main_indicator: what the front page shows for it.
    members: police area → municipality codes; pages are then written for those only, and a municipality is compared
    with its own police area. Without it every municipality and police area in `indicators` gets a page.

    The same input gives the same bytes. Raises ValueError for a code that has no Swedish words.
    """
    areas = areas_with_pages(indicators, members or {})
    wanted = {(area.type, area.code) for area in areas} | {other for area in areas for other in area.others}
    chosen = pl.DataFrame(sorted(wanted), schema={"area_type": pl.String, "area_code": pl.String}, orient="row")
    ordered = indicators.join(chosen, on=["area_type", "area_code"], how="semi").sort(
        "indicator", "area_type", "area_code", "breakdown", "category", "period_start", "period_end", "period"
    )
    cells: dict[Key, list[Row]] = {}
    for row in ordered.iter_rows(named=True):
        cells.setdefault((row["indicator"], row["area_type"], row["area_code"]), []).append(row)
    defined = definitions.to_dicts()
    themes = focus_areas.sort("sort_order").to_dicts()
    known = {source["source"]: source for source in sources.to_dicts()}
    is_synthetic = (
        meta.is_synthetic
        or any(row["is_synthetic"] for rows in cells.values() for row in rows)
        or any(source["is_synthetic"] for source in known.values())
    )
    common = {
        "meta": meta,
        "as_of": date_text(meta.as_of),
        "any_synthetic": is_synthetic,
        "synthetic": SYNTHETIC,
        "areas": areas,
        "area_types": AREA_TYPES,
    }
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / "index.html"]
    written[0].write_bytes(
        environment()
        .get_template("index.html.j2")
        .render(
            **common,
            overview=overview(themes, defined, cells, areas),
            sources=source_lines(list(known.values()), meta.audience),
            refused=refused_lines(quarantine, {name: source["title"] for name, source in known.items()}),
        )
        .encode()
    )
    template = environment().get_template("area.html.j2")
    for area in areas:
        sections = []
        for theme in themes:
            mine = [one for one in defined if one["focus_area"] == theme["focus_area"]]
            blocks = [(one, block(one, area, cells, known)) for one in mine]
            sections.append(
                {
                    "id": theme["focus_area"],
                    "title": theme["title"],
                    "blocks": [made for _, made in blocks if made is not None],
                    "missing": [one["title"] for one, made in blocks if made is None],
                }
            )
        written.append(folder / area.file)
        written[-1].write_bytes(template.render(**common, area=area, sections=sections).encode())
    return written
