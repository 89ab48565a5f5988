"""A whole report of one area in the order of the law: mapping, analysis, measures, follow-up (2023:196, 4–6 §§)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reports import _closing as closing
from reports._cycle import cycle
from reports._document import Block, Chart, Document, Section, Table
from reports._facts import AreaFacts, Release
from reports._focus_page import focus_section
from reports._language import current, t
from reports._overview import crime_at_large, exposed_and_worried, situation
from reports._own_texts import OwnTexts
from reports._places import places_and_times
from reports._promises import earlier_promises, promises
from reports._words import SYNTHETIC, date_text

INTERNAL = "Internt arbetsmaterial. Sekretessprövas före utlämnande."


def report_of(facts: AreaFacts, own: OwnTexts, changed: Mapping[str, str], decided: Sequence[str] = ()) -> Document:
    """The report of one area, in the language that is written.

    own: what people have written for it. changed: section → what to say where its figures have changed since then.
    decided: the releases that are kept as decided.
    """
    meta, area = facts.release.meta, facts.area
    sections: list[Section] = [
        situation(facts, own, changed.get("laget", "")),
        crime_at_large(facts, own, changed.get("overall_crime", "")),
        exposed_and_worried(facts),
    ]
    for each in facts.release.focus_areas:
        if each["focus_area"] != "overall_crime":
            sections.append(focus_section(facts, each, own, changed.get(each["focus_area"], "")))
    sections += [
        places_and_times(facts),
        closing.comparison(facts),
        closing.analysis(facts, own, changed),
        closing.measures(facts, own, changed.get("atgarder", "")),
        promises(facts),
        cycle(
            own.decision,
            as_of=meta.as_of,
            decided=decided,
            changed=changed.get("beslut", ""),
            is_internal=meta.audience == "internal",
        ),
        closing.sources(facts),
        closing.terms(facts),
        *earlier_promises(facts),
        closing.methods(facts),
        closing.tables(facts),
    ]
    newest = max(
        (row["data_as_of"] for rows in facts.cells.values() for row in rows if row["data_as_of"]), default=None
    )
    decision = own.decision
    return Document(
        title=t("Lokal lägesbild"),
        subtitle=area.name,
        area=area.name,
        area_code=area.code,
        audience=meta.audience,
        language=current(),
        status=decision.line(),
        is_draft=decision.is_draft,
        banners=banners_of(facts.release),
        facts=(
            (t("Område"), area.name),
            (t("Läget per"), date_text(meta.as_of)),
            (t("Uppgifter till och med"), date_text(newest) or ".."),
            *([(t("Ändrat sedan beslutet"), changed["beslut"])] if "beslut" in changed else []),
            *((t("Att rätta i texterna"), each) for each in own.problems if meta.audience == "internal"),
            *((t("Utkast därför att"), reason) for reason in decision.reasons()),
            (t("Följs upp senast"), date_text(decision.follow_up) or t("anges när lägesbilden är beslutad")),
            (t("Utgåva"), meta.release),
        ),
        how_to_read=(
            t("Antalet står först, sedan tal per invånare eller andel. Små antal ändras mycket av slump."),
            t("”Sannolikt mellan 41 och 53” är ett osäkerhetsintervall: talet ligger troligen där (95 gånger av 100)."),
            t("Anmälda brott är det som har anmälts. Tal som följer polisens insatser bedöms inte."),
            t("Saknas en siffra står det varför."),
        ),
        sections=tuple(replace(each, blocks=tuple(map(gathered, each.blocks))) for each in sections),
        author=area.name,
        as_of=meta.as_of,
        release=meta.release,
        version=meta.version,
        is_synthetic=meta.is_synthetic,
    )


def gathered(block: Block) -> Block:
    """A block whose tables carry one mark for all where every row is constructed, instead of one in each."""
    if isinstance(block, Chart):
        return replace(block, table=_marked(block.table))
    return _marked(block) if isinstance(block, Table) else block


def _marked(table: Table) -> Table:
    if not table.rows or not all(any(cell.is_synthetic for cell in row) for row in table.rows):
        return table
    rows = tuple(tuple(replace(cell, is_synthetic=False) for cell in row) for row in table.rows)
    return replace(table, rows=rows, is_synthetic=True)


def banners_of(release: Release) -> tuple[str, ...]:
    """What must stand on top of every page of a release: that it is internal, that figures are constructed."""
    banners = [t(INTERNAL)] if release.meta.audience == "internal" else []
    if release.meta.is_synthetic:
        banners.append(
            t(
                "{synthetic}. Rapporten innehåller siffror som är påhittade för att visa hur rapporten ser ut. "
                "Varje sådan siffra är märkt.",
                synthetic=t(SYNTHETIC),
            )
        )
    return tuple(banners)
