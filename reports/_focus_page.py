"""One page about one focus area: the finding; what is registered, reported, felt; when; at what cost; what is done."""

from __future__ import annotations

from collections.abc import Sequence

from reports._document import (
    Block,
    Bullets,
    Cell,
    Chart,
    Column,
    Columns,
    Heading,
    KeyFigures,
    Paragraph,
    Section,
    Table,
)
from reports._facts import AreaFacts, is_shown, title_of
from reports._figure import figure
from reports._findings import disagreement_sentence, missing_sentence
from reports._language import t
from reports._own_texts import OwnTexts, blocks
from reports._parts import (
    behind_rows,
    change_of,
    expected_outcome,
    expected_range,
    finding_of,
    key_figure,
    newest,
    trend_chart,
    verdict,
)
from reports._phrases import name_of
from reports._sentences import (
    change_sentence,
    comparisons_sentence,
    months_sentence,
    rank_sentence,
    trend_sentence,
)
from reports._slot_chart import months_alternative, months_spec
from reports._words import MEASURE_STATUSES, Row, is_self_selected, month_text, number

_KEY_FIGURES, _EACH_BASIS, _LIMITS = 3, 2, 3
_BASES = {"registered": "Anmält och registrerat", "own_services": "Rapporterat", "asked": "Upplevt"}
_NO_SUCH = {
    "registered": "Ingen myndighet registrerar detta per kommun.",
    "own_services": "Kommunens verksamheter rapporterar inte detta.",
    "asked": "Ingen undersökning frågar om detta.",
}


def focus_section(facts: AreaFacts, focus_area: Row, own: OwnTexts, changed: str) -> Section:
    """The page of one focus area; its heading is the finding of the figure that stands for it."""
    name = focus_area["focus_area"]
    defined = [each for each in facts.release.definitions.values() if each["focus_area"] == name]
    chosen = key_definitions(facts, name)
    main = main_definition(facts, name)
    figures = [made for each in chosen[:_KEY_FIGURES] if (made := key_figure(facts, each)) is not None]
    content: list[Block] = []
    if figures:
        # A count says more than a share at first sight, so it stands first.
        content.append(KeyFigures(figures=tuple(sorted(figures, key=lambda each: each.value.endswith("%")))))
    if main is not None:
        chart = trend_chart(facts, main, id=f"{name}-utveckling", page=finding_of(facts, main))
        content += [chart] if chart is not None else []
        content += [Paragraph(text=text, voice="generated") for text in told(facts, main)]
    else:
        content.append(Paragraph(text=t("Uppgift saknas."), voice="missing"))
    content += side_by_side(facts, name, defined)
    content += where_and_when(facts, name, defined)
    content.append(Columns(columns=(tuple(consequences(facts, defined)), tuple(actions(facts, name)))))
    analysis = [Heading(text=t("Samordnarens analys"), id=f"{name}-analys"), *blocks(own.texts.get(name), changed)]
    last = [*by_heading(analysis), limits(facts, chosen[:_KEY_FIGURES], name)]
    content.append(Columns(columns=tuple(tuple(each) for each in last if each)))
    title = t(focus_area["title"])
    return Section(
        id=name,
        title=finding_of(facts, main) if main is not None else t("{title}: uppgift saknas", title=title),
        kicker=title,
        blocks=tuple(content),
        kind="page",
    )


def by_heading(content: Sequence[Block]) -> list[list[Block]]:
    """Blocks in groups, each beginning with a heading."""
    groups: list[list[Block]] = []
    for each in content:
        if isinstance(each, Heading) or not groups:
            groups.append([])
        groups[-1].append(each)
    return groups


def key_definitions(facts: AreaFacts, focus_area: str) -> list[Row]:
    """The figures that stand for a focus area here, by the reviewed list; those that may be shown first."""
    known = facts.release.definitions
    listed = [known[each] for each in facts.release.key_figures.get(focus_area, ()) if each in known]
    listed = listed or [each for each in known.values() if each["focus_area"] == focus_area]
    here = [each for each in listed if facts.series(each["indicator"])]
    return sorted(here, key=lambda each: not facts.shown(each["indicator"]))


def main_definition(facts: AreaFacts, focus_area: str) -> Row | None:
    """The one that the page is headed by: with something to be seen over time if there is any."""
    listed = key_definitions(facts, focus_area)
    for least in (3, 1):
        for each in listed:
            shown = facts.shown(each["indicator"])
            if len(shown) >= least and not is_self_selected(shown[-1]):
                return each
    return listed[0] if listed else None


def told(facts: AreaFacts, definition: Row) -> list[str]:
    """What the rules say of one figure: change, trend, comparisons, rank."""
    indicator = definition["indicator"]
    rows = facts.series(indicator)
    now = newest(rows)
    said: list[str] = []
    if now is not None and not is_shown(now):
        return [missing_sentence(title_of(definition), now["status"])]
    change = change_of(facts, indicator)
    if change is not None:
        before = next((row for row in rows if row["period"] == change["benchmark_period"]), None)
        said.append(change_sentence(change, definition, now=now, before=before))
    trend = next(iter(facts.trends.get(indicator, ())), None)
    if trend is not None and trend["result"] != "cannot_be_calculated":
        said.append(trend_sentence(trend, definition))
    beside = facts.comparisons.get(indicator, ())
    if any(row["result"] != "not_compared" for row in beside):
        said.append(comparisons_sentence(beside, definition))
    said += [rank_sentence(row, definition) for row in facts.ranks.get(indicator, ())]
    return [each for each in said if each]


def side_by_side(facts: AreaFacts, focus_area: str, defined: Sequence[Row]) -> list[Block]:
    """Anmält – rapporterat – upplevt, and whether they point the same way."""
    columns = []
    for basis, title in _BASES.items():
        mine = [each for each in defined if each["basis"] == basis and not each["is_consequence"]]
        shown = [each for each in mine if facts.shown(each["indicator"])]
        chosen = [each["indicator"] for each in key_definitions(facts, focus_area)]
        shown.sort(key=lambda each: chosen.index(each["indicator"]) if each["indicator"] in chosen else len(chosen))
        # What stands above as a key figure is not told again, unless nothing else would be left.
        shown = [each for each in shown if each["indicator"] not in chosen[:_KEY_FIGURES]] or shown
        column: list[Block] = [Heading(text=t(title))]
        if shown:
            column.append(Bullets(items=tuple(_line(facts, each) for each in shown[:_EACH_BASIS])))
        else:
            reason = t("Uppgift saknas.") if mine else t(_NO_SUCH[basis])
            column.append(Paragraph(text=reason, voice="missing"))
        columns.append(tuple(column))
    found: list[Block] = [
        Heading(text=t("Anmält – rapporterat – upplevt"), id=f"{focus_area}-tre-bilder"),
        Columns(columns=tuple(columns)),
    ]
    judged = [row for (name, _), row in facts.judgements.items() if name == focus_area]
    if text := disagreement_sentence(judged):
        found.append(Paragraph(text=text, voice="generated"))
    return found


def _line(facts: AreaFacts, definition: Row) -> str:
    row = newest(facts.series(definition["indicator"]))
    assert row is not None
    said = figure(row)
    count = (
        f"{said.count} " + t("({rate})", rate=said.value)
        if said.count and row["unit"] not in ("procent", "antal")
        else said.value
    )
    beside = verdict(facts, definition)
    mark = f" [{t('konstruerat')}]" if said.is_synthetic else ""
    return f"{name_of(definition)}: {count}, {said.period}{'; ' + beside if beside else ''}{mark}"


def where_and_when(facts: AreaFacts, focus_area: str, defined: Sequence[Row]) -> list[Block]:
    """The last twelve months of the series with most events, and the named places where something is done."""
    content: list[Block] = [Heading(text=t("Var och när"), id=f"{focus_area}-var-och-nar")]
    monthly = [
        (sum(row["events"] or 0 for row in rows), each["indicator"], rows)
        for each in defined
        if len(rows := facts.months.get(each["indicator"], ())) >= 6
    ]
    if monthly:
        _, indicator, rows = max(monthly, key=lambda each: (each[0], each[1]))
        definition = facts.release.definitions[indicator]
        said = months_sentence(rows, definition)
        chart = months_chart(facts, definition, rows, said, f"{focus_area}-manader")
        content += [chart] if chart is not None else []
        content.append(Paragraph(text=said, voice="generated"))
    places = sorted({row["place"] for row in facts.measures if row["focus_area"] == focus_area and row["place"]})
    if places:
        content.append(Paragraph(text=t("Platser där åtgärder görs: {places}.", places=", ".join(places))))
    if not monthly and not places:
        content.append(Paragraph(text=t("Uppgift saknas."), voice="missing"))
    return content


def months_chart(facts: AreaFacts, definition: Row, rows: Sequence[Row], said: str, id: str) -> Chart | None:
    """Twelve months beside what earlier years let expect; None where there is no month to show."""
    spec = months_spec(rows, unit=t("antal"))
    if spec is None:
        return None
    name = f"{name_of(definition)}, {facts.area.name}"
    lines = tuple(
        (
            Cell(text=month_text(row["month"])),
            Cell(text=number(row["events"])),
            Cell(text=expected_range(row)),
            Cell(text=expected_outcome(row), is_synthetic=bool(row["is_synthetic"])),
        )
        for row in rows
    )
    columns = (
        Column(title=t("Månad"), is_day=True),
        Column(title=t("Antal"), is_number=True),
        Column(title=t("Väntat"), is_number=True),
        Column(title=t("Jämfört med tidigare år")),
    )
    return Chart(
        id=id,
        finding=_months_finding(rows),
        alternative=months_alternative(rows, finding=said),
        caption=t("{name}, antal per månad", name=name),
        spec=spec,
        table=Table(
            id=f"{id}-tabell",
            caption=t("{name}, antal per månad", name=name),
            columns=columns,
            rows=lines,
            download=behind_rows(facts, rows, f"{definition['title'].split(' per ')[0]} per månad"),
        ),
        is_synthetic=any(row["is_synthetic"] for row in rows),
        width="half",
    )


def _months_finding(rows: Sequence[Row]) -> str:
    compared = [row for row in rows if row["result"] != "not_compared"]
    outside = sum(row["result"] != "similar" for row in compared)
    if not compared:
        return t("De senaste månaderna: för få tidigare år att jämföra med")
    return t("{n} av {of} månader utanför det väntade", n=outside, of=len(compared))


def consequences(facts: AreaFacts, defined: Sequence[Row]) -> list[Block]:
    """What the problem leads to; a fixed row, also where nothing is known."""
    known = [each for each in defined if each["is_consequence"] and facts.shown(each["indicator"])]
    content: list[Block] = [Heading(text=t("Konsekvenser"))]
    if known:
        content.append(Bullets(items=tuple(_line(facts, each) for each in known[:_EACH_BASIS])))
    else:
        content.append(Paragraph(text=t("Uppgift saknas."), voice="missing"))
    return content


def actions(facts: AreaFacts, focus_area: str) -> list[Block]:
    """How many measures are open and done, and which are late."""
    mine = [row for row in facts.measures if row["focus_area"] == focus_area]
    content: list[Block] = [Heading(text=t("Åtgärder"))]
    if not mine:
        content.append(Paragraph(text=t("Inga åtgärder är inrapporterade."), voice="missing"))
        return content
    counted = {status: sum(row["status"] == status for row in mine) for status in MEASURE_STATUSES}
    said = ", ".join(f"{t(MEASURE_STATUSES[status])} {n}" for status, n in counted.items() if n)
    content.append(Paragraph(text=t("Antal åtgärder: {said}.", said=said)))
    done = [row for row in mine if row["status"] == "done" and row["action"]]
    if done:
        content.append(Bullets(items=tuple(_action(row) for row in done[:_EACH_BASIS])))
    return content


def _action(row: Row) -> str:
    quantity = (
        f": {number(row['quantity_done'])} {t(row['quantity_unit'])}"
        if row["quantity_done"] is not None and row["quantity_unit"]
        else ""
    )
    mark = f" [{t('konstruerat')}]" if row["is_synthetic"] else ""
    return f"{row['action']}{quantity} ({row['area']}){mark}"


def limits(facts: AreaFacts, chosen: Sequence[Row], focus_area: str) -> list[Block]:
    """Vad siffrorna inte säger: the notes of the figures on the page."""
    notes = list(
        dict.fromkeys(line.strip() for each in chosen for line in (each["notes"] or "").split("\n") if line.strip())
    )
    if not notes:
        return []
    return [
        Heading(text=t("Vad siffrorna inte säger"), id=f"{focus_area}-inte"),
        Bullets(items=tuple(notes[:_LIMITS]), voice="note"),
    ]
