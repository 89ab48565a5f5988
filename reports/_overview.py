"""The report's first pages: the situation on one page, crime at large, and who is exposed and who worries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from reports._document import Block, Bullets, Cell, Column, Heading, KeyFigures, Paragraph, Section, Table
from reports._facts import AreaFacts, is_shown, title_of
from reports._figure import figure
from reports._findings import judgement_words
from reports._focus_page import main_definition, told
from reports._language import t
from reports._own_texts import OwnTexts, blocks
from reports._parts import behind_table, intervals_chart, key_figure, newest, over_time, trend_chart, verdict
from reports._phrases import name_of
from reports._words import Row, category_text, date_text, number, period_text

ASPECTS = {
    "extent": "Omfattning",
    "development": "Utveckling",
    "comparison": "Jämförelse",
    "concern": "Oro",
    "consequence": "Konsekvens",
}
_MOST_NEWS, _MOST_UNKNOWN = 6, 5


def situation(facts: AreaFacts, own: OwnTexts, changed: str) -> Section:
    """Läget på en sida: the coordinator's sentences, six rows of five judgements, what is new, what is not known."""
    content: list[Block] = [*news(facts), *blocks(own.texts.get("laget"), changed), judgement_table(facts, own)]
    content.append(
        Paragraph(
            text=t(
                "Fem bedömningar var för sig, utan summa. Var tjugonde jämförelse kallas bättre eller sämre av slump, "
                "även om inget skiljer."
            ),
            voice="note",
        )
    )
    unknown = _unknown(facts)
    content.append(Heading(text=t("Det vi inte kan veta"), id="inte-veta"))
    content.append(Bullets(items=tuple(unknown)))
    return Section(id="laget", title=t("Läget på en sida"), blocks=tuple(content), kind="page")


def judgement_table(facts: AreaFacts, own: OwnTexts) -> Table:
    """Focus areas × five judgements, each with a mark and in words, beside the coordinator's own priority."""
    rows = []
    for each in facts.release.focus_areas:
        if each["focus_area"] == "overall_crime":
            continue
        cells = [Cell(text=t(each["title"]), link=f"#{each['focus_area']}")]
        for aspect in ASPECTS:
            judged = facts.judgements.get((each["focus_area"], aspect))
            mark, said = judgement_words(judged) if judged is not None else ("–", t("uppgift saknas"))
            cells.append(Cell(text=f"{mark} {said}".strip()))
        cells.append(Cell(text=own_priority(own, each["focus_area"]) or "–"))
        rows.append(tuple(cells))
    titles = (*ASPECTS.values(), "Samordnarens prioritering")
    columns = (Column(title=t("Fokusområde")), *(Column(title=t(title)) for title in titles))
    return Table(id="bedomningar", caption=t("Fem bedömningar per fokusområde"), columns=columns, rows=tuple(rows))


def own_priority(own: OwnTexts, focus_area: str) -> str:
    """The coordinator's own priority of a focus area, in their word; empty where none is stated."""
    written = own.texts.get("prioritering")
    return next((each.level for each in written.priorities if each.focus_area == focus_area), "") if written else ""


def news(facts: AreaFacts) -> list[Block]:
    """Nytt sedan förra: figures of a newer period, and figures that have been changed, since the release before."""
    title = Heading(text=t("Nytt sedan förra rapporten"), id="nytt")
    if facts.release.previous is None:
        return [title, Paragraph(text=t("Det här är den första rapporten; det finns ingen att jämföra med."))]
    new, changed = _differences(facts)
    if not new and not changed:
        return [title, Paragraph(text=t("Inga siffror har ändrats eller tillkommit."))]
    items = [t("Ny period: {figure}", figure=each) for each in new[:_MOST_NEWS]]
    items += [t("Ändrad siffra: {figure}", figure=each) for each in changed[: _MOST_NEWS - len(items)]]
    left = len(new) + len(changed) - len(items)
    if left > 0:
        items.append(t("… och {n} till, i tabellerna.", n=left))
    return [title, Bullets(items=tuple(items))]


def _differences(facts: AreaFacts) -> tuple[list[str], list[str]]:
    """What is new and what has changed, in words, the key figures first. Compared as numbers, not as text."""
    assert facts.release.previous is not None
    area = (pl.col("area_type") == facts.area.type) & (pl.col("area_code") == facts.area.code)
    before: dict[tuple[Any, ...], Any] = {}
    latest: dict[str, Any] = {}
    for row in facts.release.previous.filter(area & (pl.col("breakdown") == "")).iter_rows(named=True):
        before[row["indicator"], row["period"]] = row["value"] if row["status"] == "ok" else None
        if row["status"] == "ok":
            latest[row["indicator"]] = max(latest.get(row["indicator"], row["period_end"]), row["period_end"])
    order = {
        each: place for place, each in enumerate(each for key in facts.release.key_figures.values() for each in key)
    }
    new, changed = [], []
    for indicator in sorted(facts.release.definitions, key=lambda each: (order.get(each, len(order)), each)):
        definition = facts.release.definitions[indicator]
        shown = facts.shown(indicator)
        if shown and (indicator not in latest or shown[-1]["period_end"] > latest[indicator]):
            new.append(f"{name_of(definition)}, {_brief(shown[-1])}")
        for each in shown:
            was, now = before.get((indicator, each["period"])), each["value"]
            if was is not None and abs(was - now) > 1e-9 * max(abs(was), abs(now)):
                changed.append(
                    t(
                        "{title}, {now}; förut {before}",
                        title=name_of(definition),
                        now=_brief(each),
                        before=number(was, 1),
                    )
                )
    return new, changed


def _brief(row: Row) -> str:
    said = figure(row)
    return f"{said.period}: {said.value}"


def _unknown(facts: AreaFacts) -> list[str]:
    """What the report cannot tell: sources that are late, do not answer or say nothing, and the dark figure."""
    said = [t("Anmälda brott är bara det som har anmälts. Mörkertalet är okänt.")]
    sources = sorted(facts.release.sources.values(), key=lambda each: str(each["title"]))
    late = [
        t(
            "{source} (till och med {day}; nyare väntades {expected})",
            source=each["title"],
            day=date_text(each["data_as_of"]),
            expected=date_text(each["expected_by"]),
        )
        for each in sources
        if each["is_late"]
    ]
    if late:
        said.append(t("Försenade källor, där äldre uppgifter används: {sources}.", sources="; ".join(late)))
    failed = [
        t("{source} (till och med {day})", source=each["title"], day=date_text(each["data_as_of"]))
        for each in sources
        if each["status"] == "failed" and each["data_as_of"] and not each["is_late"]
    ]
    if failed:
        said.append(
            t("Källor som inte gick att läsa, där äldre uppgifter används: {sources}.", sources="; ".join(failed))
        )
    gone = [each["title"] for each in sources if each["status"] != "ok" and not each["data_as_of"]]
    if gone:
        said.append(t("Källor utan uppgifter: {sources}.", sources="; ".join(gone)))
    for each in facts.release.focus_areas:
        mine = [one for one in facts.release.definitions.values() if one["focus_area"] == each["focus_area"]]
        silent = [one for one in mine if not facts.shown(one["indicator"])]
        if mine and len(silent) * 2 > len(mine):
            said.append(
                t("{title}: {n} av {m} mått saknar uppgift här.", title=t(each["title"]), n=len(silent), m=len(mine))
            )
    return said[:_MOST_UNKNOWN]


def crime_at_large(facts: AreaFacts, own: OwnTexts, changed: str) -> Section:
    """Kommunen i korthet och brottsligheten i stort: population, then each kind of offence, count first."""
    content: list[Block] = []
    total = facts.release.definitions.get("reported_offences_rate")
    inhabitants = next((row for row in reversed(facts.shown("reported_offences_rate")) if row["denominator"]), None)
    if inhabitants is not None:
        content.append(
            Paragraph(
                text=t(
                    "{area} hade {n} invånare {period}. På sommaren är fler här. Därför står antalet först.",
                    area=facts.area.name,
                    n=number(inhabitants["denominator"]),
                    period=period_text(inhabitants),
                )
            )
        )
    main = main_definition(facts, "overall_crime") if total is None else total
    if main is not None:
        chart = trend_chart(facts, main, id="brottsligheten-utveckling")
        content += [chart] if chart is not None else []
        content += [Paragraph(text=text, voice="generated") for text in told(facts, main)]
    content += blocks(own.texts.get("overall_crime"), changed, missing="")
    table = _offences(facts)
    content.append(table if table.rows else Paragraph(text=t("Uppgift saknas."), voice="missing"))
    return Section(
        id="brottsligheten",
        title=t("Kommunen i korthet och brottsligheten i stort"),
        blocks=tuple(content),
        kind="page",
    )


def _offences(facts: AreaFacts) -> Table:
    rows, told_of = [], []
    for each in facts.release.definitions.values():
        if each["basis"] != "registered" or each["focus_area"] not in ("overall_crime", "vandalism", "drug_dealing"):
            continue
        row = newest(facts.series(each["indicator"]))
        if row is None:
            continue
        said = figure(row)
        told_of.append(each["indicator"])
        ranked = next(iter(facts.ranks.get(each["indicator"], ())), None)
        rank = (
            t(
                "plats {n} av {of}, osäkerhet {best}–{worst}",
                n=ranked["rank"],
                of=ranked["of"],
                best=ranked["best"],
                worst=ranked["worst"],
            )
            if ranked
            else ""
        )
        rows.append(
            (
                Cell(text=name_of(each), small=said.period, is_synthetic=said.is_synthetic),
                Cell(text=said.status or said.count or said.value),
                Cell(text=said.number if said.count else "", small=said.limits),
                Cell(text=over_time(facts, each["indicator"])),
                Cell(text=verdict(facts, each) or t("bedöms inte"), small=rank),
            )
        )
    columns = (
        Column(title=t("Anmälda brott")),
        Column(title=t("Antal"), is_number=True),
        Column(title=t("Per 100 000"), is_number=True),
        Column(title=t("Utveckling")),
        Column(title=t("Jämfört med andra")),
    )
    return Table(
        id="brottstyper",
        caption=t("Anmälda brott, senaste år. Plats 1 är lägsta tal."),
        columns=columns,
        rows=tuple(sorted(rows, key=lambda cells: cells[0].text)),
        is_sortable=True,
        download=behind_table(facts, told_of, "Anmälda brott"),
    )


def exposed_and_worried(facts: AreaFacts) -> Section:
    """Vem drabbas och vem känner oro: what people say has happened and what they fear, by sex where it is known."""
    content: list[Block] = []
    asked = [
        each
        for each in facts.release.definitions.values()
        if each["basis"] == "asked" and each["focus_area"] in ("overall_crime", "perceived_safety")
    ]
    chosen = [made for each in asked if each["focus_area"] == "overall_crime" and (made := key_figure(facts, each))]
    if chosen:
        content.append(KeyFigures(figures=tuple(each for each in chosen if not each.is_missing)[:3]))
    main = main_definition(facts, "perceived_safety")
    if main is not None and (chart := intervals_chart(facts, main, id="oro-jamforelse")):
        content.append(chart)
    table = _by_sex(facts, asked)
    content.append(table if table.rows else Paragraph(text=t("Uppgift saknas."), voice="missing"))
    content.append(
        Paragraph(
            text=t("Undersökningarna når inte alla. De som inte svarar kan ha andra erfarenheter än de som svarar."),
            voice="note",
        )
    )
    return Section(id="vem-drabbas", title=t("Vem drabbas och vem känner oro"), blocks=tuple(content), kind="page")


def _by_sex(facts: AreaFacts, asked: Sequence[Row]) -> Table:
    rows, told_of = [], []
    for each in asked:
        row = newest(facts.series(each["indicator"]))
        if row is None or not is_shown(row):
            continue
        said = figure(row)
        parts = {
            part["category"]: figure(part)
            for part in facts.cells.get((each["indicator"], facts.area.type, facts.area.code), ())
            if part["breakdown"] == "sex" and part["period"] == row["period"]
        }
        # What is felt is on the page of Trygghet; here stands what has happened, and what differs between the sexes.
        if not parts and each["focus_area"] != "overall_crime":
            continue
        cells = [
            Cell(text=title_of(each), small=said.period, is_synthetic=said.is_synthetic),
            Cell(text=said.value, small=said.limits),
        ]
        for names in (("women", "girls"), ("men", "boys")):
            part = next((parts[name] for name in names if name in parts), None)
            cells.append(
                Cell(text=part.value or part.status, small=part.limits) if part else Cell(text=t("uppgift saknas"))
            )
        cells.append(Cell(text=verdict(facts, each) or t("jämförs inte")))
        rows.append(tuple(cells))
        told_of.append(each["indicator"])
    columns = (
        Column(title=t("Fråga")),
        Column(title=t("Alla"), is_number=True),
        Column(title=category_text("sex", "women").capitalize(), is_number=True),
        Column(title=category_text("sex", "men").capitalize(), is_number=True),
        Column(title=t("Jämfört med andra")),
    )
    return Table(
        id="utsatthet",
        caption=t("Utsatthet för brott, otrygghet och oro: andelar med osäkerhetsintervall"),
        columns=columns,
        rows=tuple(rows),
        is_sortable=True,
        download=behind_table(facts, told_of, "Utsatthet, otrygghet och oro"),
    )
