"""The parts that generated sentences are put together from: titles, periods, places, values, reasons and certainty."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from models._model import period_bounds
from reports._codes import OFFENCES
from reports._figure import figure
from reports._language import current, t
from reports._words import Row, category_text, decimals_of, number, period_text, share_text, with_unit, words

# A difference is told at 95 %. One that would not have been told at 97.5 % is on the edge of it.
_TOLD = 1.959963984540054
_EDGE = 2.24
# Where one of two counts is 0 the ratio has no logarithm. With as many inhabitants then as now, the exact limit nearest
# to no difference lies within 0.79–1 (or 1–1.26) just where twice the chance of that 0 is between 2.5 and 5 percent.
_EDGE_OF_NOUGHT = 0.79

DIRECTIONS = {"higher": 1, "lower": -1, "increasing": 1, "decreasing": -1}
# Figures that must not stand side by side, and those that may although nothing can be said of the difference.
REFUSED = frozenset({"self_selected", "own_trend_only", "overlapping", "series_break"})
UNDECIDED = frozenset({"no_dispersion", "no_interval"})


def name_of(definition: Row, row: Row | None = None, *, is_synthetic: bool = False) -> str:
    """An indicator's title for a sentence that gives its unit elsewhere: without "per 100 000 invånare" at its end.

    row: what the sentence tells of; its category is named. A constructed figure says so here, where it stands.
    """
    said = str(definition["title_en"] if current() == "en" else definition["title"])
    if definition["unit"] != "procent":
        said = re.sub(r",? (?:(?:kronor|SEK) per \w+|per \d.*)$", "", said)
    if row is not None and row.get("category"):
        said = f"{said}, {category_text(row['breakdown'], row['category'])}"
    return f"{said} ({t('konstruerade exempeldata')})" if is_synthetic else said


def in_sentence(named: str) -> str:
    """A title as it is written in the middle of a sentence: a small first letter, except in SCB, A-traktor and 5G."""
    first = re.match(r"\w[\w-]*", named)
    is_plain = first is not None and (len(first[0]) == 1 or (first[0][1:].islower() and first[0][1] != "-"))
    return named[0].lower() + named[1:] if is_plain else named


def series_name(row: Row, focus_areas: Sequence[Row], *, is_short: bool = False) -> str:
    """What a series of profiles or places counts: "Händelser: skadegörelse", "Anmälda brott: stöld och rån".

    row: its `series` and `focus_area`. is_short: where it is said already that events are counted.
    """
    if row["series"] == "incident_reports":
        return t("Alla händelser") if is_short else t("Alla händelser om saker och platser")
    if row["series"].startswith("incident_reports_"):
        title = next(t(each["title"]) for each in focus_areas if each["focus_area"] == row["focus_area"])
        return title if is_short else t("Händelser: {kind}", kind=in_sentence(title))
    offence = words(row["series"].removeprefix("reported_offences_"), OFFENCES, "offence")
    return t("Anmälda brott: {kind}", kind=offence)


def period_words(period: str) -> str:
    """A period of a row by its name: "2020", "2019–2020", "kvartal 2 2026", "läsåret 2024/25", "mars 2026"."""
    patterns = {"quarter": r"\d{4}-K[1-4]", "month": r"\d{4}-\d\d", "school_year": r"\d{4}/\d\d"}
    kind = next((name for name, pattern in patterns.items() if re.fullmatch(pattern, period)), None)
    if kind is None:
        return period.replace("-", "–")
    start, end = period_bounds(period, kind)
    return period_text({"period": period, "period_type": kind, "period_start": start, "period_end": end})


def when(period: str) -> str:
    """A period of a row as it follows a figure: "år 2020", "åren 2019–2020", "under kvartal 2 2026"."""
    named = period_words(period)
    if re.fullmatch(r"\d{4}", named):
        return t("år {year}", year=named)
    if re.fullmatch(r"\d{4}–\d{4}", named):
        return t("åren {years}", years=named)
    return t("under {period}", period=named)


def place(benchmark_type: str) -> str:
    """Whom a figure is compared with, as it follows "än", "i", "mot" and "med"."""
    known = {
        "country": "riket",
        "county": "länet",
        "police_area": "lokalpolisområdet",
        "similar": "liknande kommuner",
        "neighbours": "grannkommunerna",
    }
    return words(benchmark_type, known, "benchmark_type")


def listed(said: Sequence[str]) -> str:
    """Several things in a row: "riket, länet och grannkommunerna"."""
    if len(said) < 2:
        return "".join(said)
    return t("{several} och {last}", several=", ".join(said[:-1]), last=said[-1])


def value_text(value: float, definition: Row, like: Row | None) -> str:
    """A value with its unit, with the decimals of a row of indicators where one is known, else with few."""
    unit = definition["unit"]
    is_small = unit != "procent" and "100 000" not in unit
    decimals = int(is_small) if like is None else decimals_of(like)
    return with_unit(share_text(value, decimals) if unit == "procent" else number(value, decimals), unit)


def bare_text(value: float, definition: Row, like: Row | None) -> str:
    """A value whose unit has just been said: "764" after "621 per 100 000 invånare", but "42 %" after "47 %"."""
    said, unit = value_text(value, definition, like), definition["unit"]
    return said if unit == "procent" else said.removesuffix(with_unit("", unit))


def count_text(row: Row) -> str:
    """The count behind a rate; for a share or a figure without count its value; empty where the row is not shown."""
    said = figure(row)
    return said.number if row["unit"] == "procent" else said.count or said.value


def is_on_the_edge(row: Row) -> bool:
    """Whether a difference is told, but would not have been at 97.5 %: |z| between 1.96 and 2.24.

    row: of changes or comparisons with result higher or lower. z comes from the effect and the limit nearest to no
    difference, on the scale they were made on: logarithms for a ratio, as they are for a difference.
    """
    if row["result"] not in DIRECTIONS:
        return False
    effect, limit = row["effect"], row["effect_lower" if row["result"] == "higher" else "effect_upper"]
    if row["measure"] == "ratio":
        if effect in (0, math.inf):
            return bool(min(limit, 1 / limit) > _EDGE_OF_NOUGHT)
        effect, limit = math.log(effect), math.log(limit)
    return bool(_TOLD * abs(effect) < _EDGE * abs(effect - limit))


def status_text(status: str) -> str:
    """Why a figure is not shown. Raises ValueError for one that is."""
    known = {
        "suppressed": "döljs av hänsyn till enskilda",
        "not_reported": "uppgift saknas",
        "not_applicable": "ej tillämpligt",
        "no_denominator": "kan inte beräknas",
        "too_few_respondents": "för få svar för att redovisas",
    }
    return words(status, known, "status")


def why(reason: str) -> str:
    """Why figures are not compared or judged: a sentence of its own."""
    known = {
        "self_selected": "De som svarat valde själva att svara.",
        "own_trend_only": "Kommuner räknar på olika sätt.",
        "overlapping": "Perioderna går in i varandra.",
        "series_break": "Mätningen ändrades däremellan.",
        "no_benchmark": "Uppgift saknas att jämföra med.",
        "no_dispersion": "Det är inte känt hur mycket sådana tal brukar variera.",
        "no_interval": "Det är inte känt hur osäkra talen är.",
        "missing_years": "Uppgift saknas för något av åren.",
        "too_few_years": "Det finns för få tidigare år.",
        "effort_driven": "Talet följer polisens insatser.",
        "no_polarity": "Det är inte bestämt om högt eller lågt är bra.",
    }
    return words(reason, known, "reason")


def worth(row: Row) -> str:
    """Whether what is told is for better or worse, or why that is not judged; empty where there is nothing to judge."""
    direction = DIRECTIONS.get(row["result"])
    match (direction, row["judgement"], row["reason"]):
        case (1, "better", _):
            return t("Högre är bättre.")
        case (1, "worse", _):
            return t("Högre är sämre.")
        case (-1, "better", _):
            return t("Lägre är bättre.")
        case (-1, "worse", _):
            return t("Lägre är sämre.")
        case (_, "not_judged", "effort_driven") | (1 | -1, "not_judged", "no_polarity"):
            return joined(t("Det bedöms inte."), why(row["reason"]))
    return ""


def joined(*sentences: str) -> str:
    """Sentences one after the other, the empty ones left out."""
    return " ".join(sentence for sentence in sentences if sentence)
