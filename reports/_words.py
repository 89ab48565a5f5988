"""The words, numbers and periods of the pages: closed lists, so a code without Swedish words stops the pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from reports._language import current, t

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
    "corrected": "rättad här; utgivaren har en annan uppgift",
    "self_selected": "självvalda svar (inte ett urval)",
    "effort_driven": "följer polisens insatser",
    "own_trend_only": "räknas olika i olika kommuner; jämförs bara med sig själv",
    "overlapping": "perioderna överlappar varandra",
    "late_source": "försenad källa; senast giltiga uppgift används",
    "inferred_population": "folkmängden är härledd",
    "few_respondents": "få svarande",
    "under_five": "färre än 5",
    "under_ten": "färre än 10",
}
# In the place of a hidden count, where its size may be told.
COUNT_TEXTS = {"under_five": "<5", "under_ten": "<10"}
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
# What is said of a figure beside others, and why nothing is.
RESULTS = {
    "higher": "högre",
    "lower": "lägre",
    "similar": "skillnaden ryms i slumpen",
    "increasing": "ökar",
    "decreasing": "minskar",
    "no_change": "ingen säker förändring",
}
JUDGEMENTS = {"better": "bättre", "worse": "sämre", "similar": "", "not_judged": "bedöms inte"}
REASONS = {
    "self_selected": "de som svarat valde själva att svara",
    "own_trend_only": "räknas olika i olika kommuner",
    "overlapping": "perioderna överlappar varandra",
    "series_break": "mätningen ändrades däremellan",
    "no_benchmark": "uppgift saknas för jämförelsen",
    "no_dispersion": "ingen vet hur mycket sådana tal brukar variera",
    "no_interval": "osäkerheten är inte känd",
    "missing_years": "alla fem åren finns inte",
    "too_few_years": "för få tidigare år",
    "too_few_weeks": "för få veckor med rapporter",
    "too_few_events": "för få händelser",
    "one_period": "bara ett år eller kvartal avviker",
    "too_few_places": "för få platser",
    "not_reported": "uppgift saknas",
    "effort_driven": "följer polisens insatser",
    "no_polarity": "det är inte bestämt om högt eller lågt är bra",
    "too_early": "löftet gäller ännu",
    "no_figures": "inga siffror finns här",
    "not_summed": "andelar och delar av år läggs inte ihop över åren",
    "missing_before": "uppgift saknas för något av åren före",
    "missing_during": "uppgift saknas för något av löftets år",
    "too_few_figures": "talen är för små för att visa ens en stor förändring",
    "several_indicators": "löftet har flera mått, och skillnaden räcker inte för så många",
    "differed_before": "det gick på olika sätt redan före löftet",
    "no_similar": "för få liknande kommuner har siffror",
    "no_months": "inga siffror finns per månad",
    "too_few_months": "för få månader",
    "rule_change": "en regel ändrades i hela landet samtidigt",
    "few_placebos": "kommunerna är för få för att platsen ska avgöra något",
    "usual_among_placebos": "avvikelsen är vanlig bland de andra kommunerna",
    "no_neighbours": "ingen grannkommun utanför löftet har siffror",
    "unequal_periods": "tiden före är inte lika lång som löftet",
    "no_own_change": "den egna förändringen går inte att skilja från slump",
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
MEASURE_STATUSES = {"done": "klara", "ongoing": "pågår", "planned": "planerade", "cancelled": "avbrutna"}
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

WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")


def words(code: str, known: Mapping[str, str], what: str) -> str:
    """The Swedish words for a code. Raises ValueError for a code nobody has put into words."""
    if code not in known:
        raise ValueError(
            f"reports.pages: {what} has no Swedish words: {code!r}: add it to the list in reports/pages.py"
        )
    return t(known[code]) if known[code] else ""


def month_name(day: date) -> str:
    """A month by its name."""
    return t(MONTHS[day.month - 1])


def short_day(day: date | None) -> str:
    """A day without its year, as in a list: 5 jan; nothing where it is not known."""
    return f"{day.day} {month_name(day)[:3]}" if day else ""


def number(value: float, decimals: int = 0) -> str:
    """A number the Swedish way: no-break space between thousands, decimal comma, a true minus; halves go up.

    In English with comma and point.
    """
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,.{decimals}f}"
    if current() == "sv":
        text = text.replace(",", NBSP).replace(".", ",")
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


def percent(text: str) -> str:
    """A number with its per cent sign: "47 %" in Swedish, "47%" in English."""
    return f"{text}{NBSP}%" if current() == "sv" else f"{text}%"


def capital(text: str) -> str:
    """With a capital letter first, and the others as they are."""
    return text[:1].upper() + text[1:]


def with_unit(text: str, unit: str) -> str:
    """A number with its unit: "47 %", "228", "851 per 100 000 invånare"."""
    if unit == "procent":
        return percent(text)
    if unit == "antal":
        return text
    return f"{text} {re.sub(r'(?<=[0-9]) (?=[0-9])', NBSP, t(unit))}"


def share_text(value: float, decimals: int) -> str:
    """A share's number; a share above nothing is never rounded down to nothing."""
    return t("under 1") if decimals == 0 and 0 < value < 0.5 else number(value, decimals)


def interval_text(row: Row, decimals: int) -> tuple[str, str]:
    """The limits in words and in short ("sannolikt mellan 41 och 53 procent", "41–53"), or empty."""
    low, high = row["lower_confidence_limit"], row["upper_confidence_limit"]
    if low is None or high is None or is_self_selected(row):
        return "", ""
    lower, upper, is_share = number(low, decimals), number(high, decimals), row["unit"] == "procent"
    limits = percent(f"{lower}–{upper}") if is_share else f"{lower}–{upper}"
    if lower == upper:
        text = t("sannolikt omkring {n} procent", n=lower) if is_share else t("sannolikt omkring {n}", n=lower)
    elif is_share:
        text = t("sannolikt mellan {low} och {high} procent", low=lower, high=upper)
    else:
        text = t("sannolikt mellan {low} och {high}", low=lower, high=upper)
    return text, limits


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
            return t("kvartal {n} {year}", n=(start.month + 2) // 3, year=start.year)
        case "month":
            return f"{t(MONTHS[start.month - 1])} {start.year}"
        case "school_year":
            return t("läsåret {years}", years=f"{start.year}/{end.year % 100:02d}")
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
            return t("kv {n} {year}", n=(start.month + 2) // 3, year=start.year)
        case "month":
            return f"{t(MONTHS[start.month - 1])[:3]} {start.year}"
        case "school_year":
            return f"{start.year}/{end.year % 100:02d}"
        case _:
            return str(end.year)


def month_text(month: str) -> str:
    """A month of a table, 2026-03, in words: mars 2026."""
    return f"{t(MONTHS[int(month[5:7]) - 1])} {month[:4]}"


def category_text(breakdown: str, category: str) -> str:
    """A category in words; several are joined by a comma in both columns. Free values (an age span) stand as is."""
    said = []
    for kind, value in zip(breakdown.split(","), category.split(","), strict=False):
        text = t(CATEGORIES[value]) if value in CATEGORIES else value.replace("_", " ")
        said.append(t("årskurs {n}", n=text) if kind == "grade" and text.isdigit() else text)
    return ", ".join(said)


def breakdown_text(breakdown: str) -> str:
    """What a figure is divided by, in words."""
    kinds = (t(BREAKDOWNS[kind]) if kind in BREAKDOWNS else kind.replace("_", " ") for kind in breakdown.split(","))
    return t(" och ").join(kinds)


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
        return t("Bedöms inte (följer polisens insatser).")
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
        return text + "." if text.lower().startswith("källa") else t("Källa: {publisher}.", publisher=text)
    own = [source.get("attribution_processed") for source in known]
    if all(own):
        return "; ".join(dict.fromkeys(str(text).rstrip(".") for text in own)) + "."
    publishers = list(dict.fromkeys(source["publisher"] for source in known))
    said = ", ".join(publishers[:-1]) + (t(" och ") if len(publishers) > 1 else "") + publishers[-1]
    return t("Egen bearbetning av uppgifter från {publishers}.", publishers=said)
