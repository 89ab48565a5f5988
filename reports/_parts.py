"""Parts that several sections of the report share: key figures, charts with their tables, tables of indicators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from reports._codes import (
    AREA_TYPES,
    DEEDS,
    DESIGNS,
    EXPECTED,
    KEPT,
    OUTCOMES,
    OUTCOMES_OF_PROMISES,
    PROFILES,
    PROMISED_BY,
    RESULTS_OF_EFFECTS,
    SEASONS,
    VERDICTS,
)
from reports._count_chart import counts_alternative, counts_spec
from reports._document import Cell, Chart, Column, Download, KeyFigure, Table
from reports._downloads import download, slug
from reports._facts import AreaFacts, is_shown, title_of
from reports._figure import figure
from reports._findings import finding
from reports._interval_chart import intervals_alternative, intervals_spec
from reports._language import language, t
from reports._phrases import in_sentence, name_of, place
from reports._trend_chart import trend_alternative, trend_spec
from reports._words import JUDGEMENTS, REASONS, RESULTS, Row, capital, is_self_selected, number, words
from reports.tables import HEADINGS

_BENCHMARKS = ("similar", "county", "country")
_CODES: Mapping[str, Mapping[str, str]] = {
    "area_type": AREA_TYPES,
    "result": {**RESULTS_OF_EFFECTS, **OUTCOMES},
    "design": DESIGNS,
    "judgement": VERDICTS,
    "reason": REASONS,
    "seasons": SEASONS,
    "status": DEEDS,
    "kept": KEPT,
    "promised_by": PROMISED_BY,
    "expected_direction": EXPECTED,
    "outcome": OUTCOMES_OF_PROMISES,
    "profile": PROFILES,
}
_LINES = ("county", "country")  # whose figures are drawn beside an area's own


def newest(rows: Sequence[Row]) -> Row | None:
    """The newest figure that may be shown, else the newest of all, which says why not."""
    shown = [row for row in rows if is_shown(row)]
    return shown[-1] if shown else rows[-1] if rows else None


def key_figure(facts: AreaFacts, definition: Row) -> KeyFigure | None:
    """One figure to be read from afar, the count first; None where the area has no row of it."""
    row = newest(facts.series(definition["indicator"]))
    if row is None:
        return None
    said = figure(row)
    named = name_of(definition)
    if said.status:
        return KeyFigure(title=named, value="..", details=(said.status, said.period), is_missing=True)
    if said.count and row["unit"] not in ("procent", "antal"):
        value, details = said.count, [said.period, said.value]
    else:
        value, details = said.value, [said.period]
    details += [said.interval] if said.interval else []
    if said.respondents:
        details.append(t("{n} svarande", n=said.respondents))
    if said.flags:
        details.append(said.flags)
    return KeyFigure(
        title=named,
        value=value,
        details=tuple(details),
        verdict=verdict(facts, definition),
        is_synthetic=said.is_synthetic,
    )


def comparison_of(facts: AreaFacts, indicator: str) -> Row | None:
    """The comparison that is told first: with similar municipalities, else the county, else the country."""
    found = {row["benchmark_type"]: row for row in facts.comparisons.get(indicator, ())}
    return next(
        (found[kind] for kind in _BENCHMARKS if kind in found and found[kind]["result"] != "not_compared"), None
    )


def change_of(facts: AreaFacts, indicator: str) -> Row | None:
    """The change since the measurement before."""
    return next((row for row in facts.changes.get(indicator, ()) if row["benchmark_type"] == "previous"), None)


def verdict(facts: AreaFacts, definition: Row) -> str:
    """In words, how a figure stands beside others: "lägre än länet (bättre)"; empty where nothing is said."""
    row = comparison_of(facts, definition["indicator"])
    if row is None:
        return ""
    beside = place(row["benchmark_type"])
    if row["result"] == "similar":
        return t("i nivå med {beside}", beside=beside)
    text = t("högre än {beside}", beside=beside) if row["result"] == "higher" else t("lägre än {beside}", beside=beside)
    judged = words(row["judgement"], JUDGEMENTS, "judgement") if row["judgement"] in ("better", "worse") else ""
    return f"{text} ({judged})" if judged else text


def over_time(facts: AreaFacts, indicator: str) -> str:
    """In words, what has become of a figure: its trend of five years where it can be told, else the latest change."""
    trend = next(iter(facts.trends.get(indicator, ())), None)
    if trend is not None and trend["result"] != "cannot_be_calculated":
        said = {"increasing": "stigande", "decreasing": "sjunkande", "no_change": "oförändrad"}
        return t(
            "{trend} {first}–{last}",
            trend=words(trend["result"], said, "trend"),
            first=trend["period_from"],
            last=trend["period_to"],
        )
    change = change_of(facts, indicator)
    if change is None or change["result"] == "not_compared":
        return t("kan inte bedömas")
    if change["result"] == "similar":
        return t("ingen säkerställd förändring")
    return t(
        "{result} än {period}", result=words(change["result"], RESULTS, "result"), period=change["benchmark_period"]
    )


def history_table(rows: Sequence[Row], id: str, caption: str) -> Table:
    """All periods of one series in figures, newest first."""
    said = [figure(row) for row in reversed(rows)]
    unit = rows[-1]["unit"]
    has_counts = unit != "antal" and any(each.numerator for each in said)
    has_answers = any(each.respondents for each in said)
    columns = [Column(title=t("Period"), is_day=True)]
    columns += [Column(title=t("Antal"), is_number=True)] if has_counts else []
    columns += [
        Column(title=capital(t(unit)), is_number=True),
        Column(title=t("Osäkerhetsintervall"), is_number=True),
    ]
    columns += [Column(title=t("Svarande"), is_number=True)] if has_answers else []
    columns.append(Column(title=t("Uppgift")))
    lines = []
    for each in said:
        line = [Cell(text=each.period)]
        line += [Cell(text=each.numerator)] if has_counts else []
        line += [Cell(text=each.number or ".."), Cell(text=each.limits)]
        line += [Cell(text=each.respondents)] if has_answers else []
        state = each.status or t("redovisas")
        line.append(Cell(text=f"{state}; {each.flags}" if each.flags else state, is_synthetic=each.is_synthetic))
        lines.append(tuple(line))
    return Table(id=id, caption=caption, columns=tuple(columns), rows=tuple(lines))


def expected_range(row: Row) -> str:
    """What a count of months, weekdays or hours is held against: "12–31"; empty where it is not."""
    low, high = row["expected_lower"], row["expected_upper"]
    return "" if low is None or high is None else f"{number(low)}–{number(high)}"


def expected_outcome(row: Row) -> str:
    """How such a count stands to it, in words."""
    if row["reason"] == "one_period":
        return words(row["reason"], REASONS, "reason")
    said = {
        "higher": "fler än väntat",
        "lower": "färre än väntat",
        "similar": "som väntat",
        "not_compared": "jämförs inte",
    }
    return words(row["result"], said, "result")


def promise_days(facts: AreaFacts) -> tuple[date, date] | None:
    """The days of the newest promise that covers the area and has begun, where there is one."""
    spans = [(row["period_start"], row["period_end"]) for row in facts.promises if row["period_type"] == "promise"]
    return max((span for span in spans if span[0] <= facts.release.meta.as_of), default=None)


def finding_of(facts: AreaFacts, definition: Row) -> str:
    """The heading of a chart or page: what the figure says, and no more."""
    indicator = definition["indicator"]
    return finding(
        definition,
        change=change_of(facts, indicator),
        trend=next(iter(facts.trends.get(indicator, ())), None),
        comparison=comparison_of(facts, indicator),
        newest=newest(facts.series(indicator)),
        area=facts.area.name,
    )


def behind(facts: AreaFacts, indicator: str) -> Download:
    """The file with the rows behind a chart, the compared areas' too."""
    keys = [(facts.area.type, facts.area.code), *facts.area.siblings, *facts.area.others]
    rows = [row for kind, code in dict.fromkeys(keys) for row in facts.series(indicator, kind, code)]
    with language("sv"):  # its headings and numbers are those of the other files for a Swedish Excel
        return download(
            pl.DataFrame(rows, schema=facts.release.tables["indicators"].schema),
            facts.release.definitions[indicator],
            area=facts.area.name,
            area_code=facts.area.code,
            sources=facts.release.sources,
        )


def behind_table(facts: AreaFacts, indicators: Sequence[str], what: str) -> Download | None:
    """The file with the rows behind a table of several figures. what: the table's name, in Swedish."""
    files = [behind(facts, indicator) for indicator in indicators]
    return Download(name=file_name(facts, what), frame=pl.concat([each.frame for each in files])) if files else None


def behind_rows(facts: AreaFacts, rows: Sequence[Row], what: str) -> Download:
    """The file with some rows of an output table, codes in words, under Swedish headings."""
    titles = {each["focus_area"]: each["title"] for each in facts.release.focus_areas}
    known = {**_CODES, "focus_area": titles}
    plain = [
        {HEADINGS[name]: known.get(name, {}).get(value, value) for name, value in row.items() if name != "release"}
        for row in rows
    ]
    return Download(name=file_name(facts, what), frame=pl.DataFrame(plain, infer_schema_length=None))


def file_name(facts: AreaFacts, what: str) -> str:
    """What a file says it is: "atgarder_1415-stenungsund"."""
    area, code = slug(facts.area.name), slug(facts.area.code)
    return f"{slug(what)}_{area if area.endswith(code) else f'{code}-{area}'}"


def trend_chart(facts: AreaFacts, definition: Row, *, id: str, page: str = "") -> Chart | None:
    """A figure over time with its band, breaks and promise period, its comparisons beside, and the table behind.

    What own services report is drawn as counts: a rate would ask to be compared, and every municipality reports its own
    way. page: the heading of the page it stands on, which is not said twice.
    """
    indicator = definition["indicator"]
    rows = facts.series(indicator)
    shown = [row for row in rows if is_shown(row)]
    if len(shown) < 2:
        return None
    newest_shown = shown[-1]
    has_counts = newest_shown["numerator"] is not None and newest_shown["unit"] != "procent"
    is_counted = definition["basis"] == "own_services" and has_counts
    unit = t("antal") if is_counted else t(definition["unit"])
    promise, said = promise_days(facts), finding_of(facts, definition)
    others = []
    if not is_counted and not is_self_selected(newest_shown):
        beside = (facts.series(indicator, kind, code) for kind, code in facts.area.others if kind in _LINES)
        others = [series for series in beside if series]
    if is_counted:
        spec = counts_spec(rows, promise=promise)
    else:
        spec = trend_spec(rows, unit=unit, promise=promise, others=others)
    if spec is None:
        return None
    if is_counted:
        alternative = counts_alternative(rows, finding=said)
    else:
        alternative = trend_alternative(rows, finding=said, promise=promise, others=others)
    return Chart(
        id=id,
        finding=t("Utvecklingen över tid: {name}", name=in_sentence(name_of(definition))) if said == page else said,
        alternative=alternative,
        caption=f"{name_of(definition)}, {unit}",
        spec=spec,
        table=replace(
            history_table(rows, f"{id}-tabell", f"{title_of(definition)}, {facts.area.name}"),
            download=behind(facts, indicator),
        ),
        is_synthetic=any(row["is_synthetic"] for row in rows),
        width="half",
    )


def intervals_chart(facts: AreaFacts, definition: Row, *, id: str) -> Chart | None:
    """The newest figure beside the same of every area it is compared with, each with its interval."""
    indicator = definition["indicator"]
    own = newest(facts.series(indicator))
    if own is None or not is_shown(own) or is_self_selected(own) or "own_trend_only" in (own["flags"] or ""):
        return None
    beside = {facts.area.code: own}
    for kind, code in (*facts.area.siblings, *facts.area.others):
        there = facts.series(indicator, kind, code)
        same = next((row for row in there if row["period"] == own["period"] and is_shown(row)), None)
        if same is not None:
            beside.setdefault(code, same)
    spec = intervals_spec(beside, unit=t(definition["unit"]), own=facts.area.code)
    if spec is None:
        return None
    said = finding_of(facts, definition)
    named = f"{name_of(definition)} {figure(own).period}"
    lines = tuple(
        (
            Cell(text=each.area),
            Cell(text=each.numerator),
            Cell(text=each.number),
            Cell(text=each.limits, is_synthetic=each.is_synthetic),
        )
        for each in map(figure, beside.values())
    )
    columns = (
        Column(title=t("Område")),
        Column(title=t("Antal"), is_number=True),
        Column(title=capital(t(definition["unit"])), is_number=True),
        Column(title=t("Osäkerhetsintervall"), is_number=True),
    )
    return Chart(
        id=id,
        finding=said,
        alternative=intervals_alternative(beside, finding=said),
        caption=f"{named}, {t(definition['unit'])}",
        spec=spec,
        table=Table(id=f"{id}-tabell", caption=named, columns=columns, rows=lines, download=behind(facts, indicator)),
        is_synthetic=any(row["is_synthetic"] for row in beside.values()),
        width="half",
    )
