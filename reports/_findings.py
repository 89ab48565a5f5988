"""The shortest texts: the finding that heads a page or a chart, and a focus area's five judgements."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reports._language import t
from reports._phrases import (
    DIRECTIONS,
    count_text,
    in_sentence,
    is_on_the_edge,
    joined,
    name_of,
    period_words,
    place,
    status_text,
    when,
)
from reports._words import Row, number

_LONGEST = 90
_SYMBOLS = {"worse": "▲", "better": "▼", "similar": "●", "mixed": "◆", "not_judged": "○"}
# How `models/_conclude.py` words an extent, the one judgement whose figures stand in no column.
_EXTENT = re.compile(r"(?P<title>.+) (?P<period>\S+): -?\d+ \((?P<count>-?\d+) fall\)\.")


def missing_sentence(title: str, status: str) -> str:
    """That a figure is not shown, and why. Raises ValueError for the status ok."""
    return t("{title}: {status}.", title=title, status=status_text(status))


# ------------------------------------------------------------------------------------------------------------- headings


def finding(
    definition: Row,
    *,
    change: Row | None = None,
    trend: Row | None = None,
    comparison: Row | None = None,
    newest: Row | None = None,
    area: str,
) -> str:
    """The heading of a page or a chart: what the rows say of one figure, in at most 90 characters.

    change, trend, comparison: its rows in those tables; newest: its newest row of indicators; area: the place's name,
    said where its figure is missing. Where there is not room for everything, what tells of a difference goes first.
    """
    one = next((row for row in (change, trend, comparison, newest) if row is not None), None)
    named = name_of(definition, one)
    if newest is not None and newest["status"] != "ok":
        status = status_text(newest["status"])
        return _fitted(
            named, [t("{status} ({area} {when})", status=status, area=area, when=when(newest["period"])), status]
        )
    if one is None:
        missing = status_text("not_reported")
        return _fitted(named, [t("{missing} för {area}", missing=missing, area=area), missing])
    developments, beside = _developments(change, trend), _beside(comparison)
    if developments or beside:
        has_changed = any(row is not None and row["result"] in DIRECTIONS for row in (change, trend))
        is_plain = change is None or not is_on_the_edge(change)
        both = (", " if is_plain else "; ").join([*developments[:1], *([beside] if beside else [])])
        return _fitted(named, [both, *(developments if has_changed or not beside else [beside])])
    if newest is not None and change is None and trend is None and comparison is None:
        value = {"value": count_text(newest), "when": when(newest["period"])}
        too_few = t("{value} {when}, för få år för att bedöma utvecklingen", **value)
        named = name_of(definition, newest, is_synthetic=newest["is_synthetic"])
        return _fitted(named, [too_few, t("{value} {when}", **value)])
    return _fitted(named, _undecided(change or trend, comparison))


def _developments(change: Row | None, trend: Row | None) -> list[str]:
    """What has become of the figure: its trend, its latest change, or no change; the longest wording first."""
    said, way = [], 0
    if trend is not None and trend["result"] in DIRECTIONS:
        way, years = DIRECTIONS[trend["result"]], {"first": trend["period_from"], "last": trend["period_to"]}
        said = [t("stigande {first}–{last}", **years) if way > 0 else t("sjunkande {first}–{last}", **years)]
    if change is not None and change["result"] in DIRECTIONS and DIRECTIONS[change["result"]] != way:
        years = {"now": period_words(change["period"]), "then": period_words(change["benchmark_period"])}
        is_higher = change["result"] == "higher"
        latest = t("högre {now} än {then}", **years) if is_higher else t("lägre {now} än {then}", **years)
        if is_on_the_edge(change):
            latest = t("{how}, på gränsen till säkerställt", how=latest)
        return [t("{trend} men {latest}", trend=said[0], latest=latest), *said] if said else [latest]
    is_level = (trend is not None and trend["result"] == "no_change") or (
        change is not None and change["result"] == "similar" and _could_have_been_seen(change)
    )
    return said or ([t("ingen säkerställd förändring")] if is_level else [])


def _could_have_been_seen(change: Row) -> bool:
    """Whether the figures could have told the change they show, had it been large enough."""
    if change["measure"] != "ratio":
        return True
    return change["smallest_detectable_rise" if change["effect"] > 1 else "smallest_detectable_fall"] is not None


def _beside(comparison: Row | None) -> str:
    if comparison is None or comparison["result"] == "not_compared":
        return ""
    other = {"other": place(comparison["benchmark_type"])}
    if comparison["result"] == "similar":
        return t("i nivå med {other}", **other)
    how = t("högre än i {other}", **other) if comparison["result"] == "higher" else t("lägre än i {other}", **other)
    return t("{how}, på gränsen till säkerställt", how=how) if is_on_the_edge(comparison) else how


def _undecided(over_time: Row | None, comparison: Row | None) -> list[str]:
    """Why nothing is said of a figure, the longest wording first."""
    reasons = {
        "self_selected": t("självvalda svar som inte jämförs"),
        "own_trend_only": t("kommuner räknar olika, jämförs inte"),
        "overlapping": t("perioderna går in i varandra, jämförs inte"),
        "series_break": t("mätningen har ändrats, jämförs inte bakåt"),
        "no_benchmark": t("uppgift saknas att jämföra med"),
        "missing_years": t("för få år för att bedöma utvecklingen"),
    }
    row = over_time or comparison
    if row is not None and row["reason"] in reasons:
        return [reasons[row["reason"]], t("jämförs inte")]
    return [
        t("utvecklingen kan inte avgöras med dessa tal") if over_time else t("kan inte avgöras med dessa tal"),
        t("kan inte avgöras"),
    ]


def _fitted(named: str, said: Sequence[str]) -> str:
    """The first wording that has room beside the title; where none has, the last, and the title cut at a word."""
    for each in said:
        if len(named) + len(each) + 2 <= _LONGEST:
            return f"{named}: {each}"
    cut = named[: _LONGEST - len(said[-1]) - 3].rsplit(" ", 1)[0].rstrip(" ,;–")
    return f"{cut}…: {said[-1]}"


# ----------------------------------------------------------------------------------------------------------- judgements


def judgement_words(row: Row) -> tuple[str, str]:
    """A symbol and its words for one of a focus area's five judgements. row: of judgements.

    ▲ worse · ▼ better · ● no sure difference · ◆ both ways · ○ not judged. The words say so without the symbol.
    """
    judged = _judged(row)
    symbol = _SYMBOLS[row["judgement"]]
    if row["aspect"] == "extent":
        extent = _EXTENT.fullmatch(row["text"])
        if extent is None:
            return symbol, t("uppgift saknas")
        return symbol, t("{count} fall {when}", count=number(int(extent["count"])), when=when(extent["period"]))
    is_over_time = row["aspect"] == "development"
    counts = {"of": judged, "better": row["figures_better"], "worse": row["figures_worse"]}
    match row["judgement"]:
        case "better" if is_over_time:
            return symbol, t("bättre än förut i {better} av {of} mått", **counts)
        case "worse" if is_over_time:
            return symbol, t("sämre än förut i {worse} av {of} mått", **counts)
        case "similar" if is_over_time:
            return symbol, t("ingen säkerställd förändring")
        case "better":
            return symbol, t("bättre än riket eller länet i {better} av {of} mått", **counts)
        case "worse":
            return symbol, t("sämre än riket eller länet i {worse} av {of} mått", **counts)
        case "similar":
            return symbol, t("i nivå med riket eller länet")
        case "mixed":
            return symbol, t("bättre i {better} och sämre i {worse} av {of} mått", **counts)
    return symbol, t("kan inte bedömas") if row["figures_not_judged"] else t("uppgift saknas")


def judgement_sentence(row: Row, definition: Row | None = None) -> str:
    """What one of the five judgements rests on. definition: of the figure an extent names, for its title."""
    judged = _judged(row)
    if row["aspect"] == "extent":
        extent = _EXTENT.fullmatch(row["text"])
        if extent is None:
            return t("Uppgift saknas.")
        named = in_sentence(name_of(definition) if definition else name_of({"title": extent["title"], "unit": ""}))
        return t(
            "Störst antal: {title}, {count} fall {when}.",
            title=named,
            count=number(int(extent["count"])),
            when=when(extent["period"]),
        )
    if not judged:
        return t("Inget mått kan bedömas.") if row["figures_not_judged"] else t("Uppgift saknas.")
    counts = {"of": judged, "better": row["figures_better"], "worse": row["figures_worse"]}
    is_told = row["judgement"] != "similar"
    if row["aspect"] == "development":
        said = (
            t("Av {of} mått har {better} blivit bättre och {worse} sämre.", **counts)
            if is_told
            else t("Ingen säkerställd förändring i de {of} mått som kan bedömas.", **counts)
        )
    elif is_told:
        said = t("Av {of} mått är {better} bättre och {worse} sämre än i riket eller länet.", **counts)
    else:
        said = t("I nivå med riket eller länet i de {of} mått som kan bedömas.", **counts)
    rest = t("Antal mått som inte kan bedömas: {n}.", n=row["figures_not_judged"]) if row["figures_not_judged"] else ""
    return joined(said, t("Av slump blir ungefär vart tjugonde mått bättre eller sämre.") if is_told else "", rest)


def _judged(row: Row) -> int:
    return int(row["figures_better"] + row["figures_worse"] + row["figures_similar"])


def disagreement_sentence(judgements: Sequence[Row]) -> str:
    """That what is reported and what people say point apart, where they do; else empty.

    judgements: the rows of one focus area in one area. Raises ValueError where two of them are of the same aspect.
    """
    of = {row["aspect"]: row["judgement"] for row in judgements}
    if len(of) < len(judgements):
        raise ValueError("reports.disagreement_sentence: judgements of several focus areas or areas were given")
    match (of.get("comparison"), of.get("concern")):
        case ("better", "worse"):
            return joined(
                t("Upplevd och anmäld bild skiljer sig."),
                t("Det som anmäls är bättre än i riket eller länet, det som folk svarar är sämre."),
            )
        case ("worse", "better"):
            return joined(
                t("Upplevd och anmäld bild skiljer sig."),
                t("Det som anmäls är sämre än i riket eller länet, det som folk svarar är bättre."),
            )
    return ""
