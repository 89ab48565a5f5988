"""The report's last pages: comparison, analysis, measures, sources, words, methods and tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from reports._codes import DEEDS
from reports._document import Block, Bullets, Cell, Chart, Column, Heading, Paragraph, Section, Table
from reports._facts import AreaFacts, title_of
from reports._figure import figure
from reports._findings import judgement_sentence
from reports._language import t
from reports._map import SOURCE as MAP_SOURCE
from reports._map import map_alternative, map_spec
from reports._overview import ASPECTS
from reports._own_texts import OwnTexts, blocks
from reports._parts import behind, behind_rows, finding_of, intervals_chart, newest, over_time, verdict
from reports._phrases import name_of
from reports._revised import revised
from reports._words import (
    CADENCES,
    METHODS,
    SOURCE_STATUSES,
    Row,
    capital,
    date_text,
    is_self_selected,
    number,
    source_text,
    words,
)

_TWO_YEARS = timedelta(days=731)


def comparison(facts: AreaFacts) -> Section:
    """Jämförelse: the areas beside each other with intervals, and on a map."""
    content: list[Block] = [
        Paragraph(
            text=t(
                "Strecket visar osäkerhetsintervallet. Täcker två streck varandra till stor del kan skillnaden bero på "
                "slumpen. Området självt räknas inte in i det som det jämförs med."
            )
        )
    ]
    for each in facts.release.focus_areas:
        # The figure of Trygghet stands on the page about who is exposed.
        if each["focus_area"] == "perceived_safety":
            continue
        main = next((one for one in _comparable(facts, each["focus_area"])), None)
        if main is not None and (chart := intervals_chart(facts, main, id=f"{each['focus_area']}-jamforelse")):
            content.append(chart)
    if (chart := _map(facts)) is not None:
        content.append(chart)
    return Section(id="jamforelse", title=t("Jämförelse"), blocks=tuple(content), kind="page")


def _comparable(facts: AreaFacts, focus_area: str) -> list[Row]:
    known = facts.release.definitions
    listed = [known[each] for each in facts.release.key_figures.get(focus_area, ()) if each in known]
    found = []
    for each in listed:
        shown = facts.shown(each["indicator"])
        if shown and not is_self_selected(shown[-1]) and each["polarity"] != "none":
            found.append(each)
    return found


def _map(facts: AreaFacts) -> Chart | None:
    """The newest figure of vandalism in the area's municipalities, on a map."""
    main = next(iter(_comparable(facts, "vandalism")), None)
    if main is None:
        return None
    own = [facts.area.code] if facts.area.type == "municipality" else []
    codes = own + [code for kind, code in (*facts.area.siblings, *facts.area.others) if kind == "municipality"]
    values = {
        code: row
        for code in codes
        if (row := newest(facts.series(main["indicator"], "municipality", code))) is not None
    }
    unit, title, said = t(main["unit"]), name_of(main), finding_of(facts, main)
    spec = map_spec(values, own=own or codes, unit=unit)
    if spec is None:
        return None
    lines = tuple(
        (
            Cell(text=each.area),
            Cell(text=each.numerator),
            Cell(text=each.number or each.status),
            Cell(text=each.limits),
            Cell(text=each.period),
        )
        for each in (figure(row) for _, row in sorted(values.items()))
    )
    columns = (
        Column(title=t("Kommun")),
        Column(title=t("Antal"), is_number=True),
        Column(title=capital(unit), is_number=True),
        Column(title=t("Osäkerhetsintervall"), is_number=True),
        Column(title=t("Period"), is_day=True),
    )
    return Chart(
        id="karta",
        finding=t("{title} i kommunerna", title=title),
        alternative=map_alternative(values, finding=said),
        caption=f"{title}, {unit}. {t(MAP_SOURCE)}",
        spec=spec,
        table=Table(
            id="karta-tabell",
            caption=t("{title} i kommunerna", title=title),
            columns=columns,
            rows=lines,
            download=behind(facts, main["indicator"]),
        ),
        is_synthetic=any(row["is_synthetic"] for row in values.values()),
        width="half",
    )


def analysis(facts: AreaFacts, own: OwnTexts, changed: Mapping[str, str]) -> Section:
    """Samlad analys och prioritering: the coordinator's own, the judgements' grounds, and sources chosen away."""
    content: list[Block] = [*blocks(own.texts.get("analys"), changed.get("analys", ""))]
    if "orsaker" in own.texts:
        content.append(Heading(text=t("Gemensamma orsaker"), id="orsaker"))
        content += blocks(own.texts["orsaker"], changed.get("orsaker", ""))
    content.append(Heading(text=t("Prioritering"), id="prioritering"))
    content += priorities(facts, own, changed.get("prioritering", ""))
    content.append(Heading(text=t("Vad bedömningarna vilar på"), id="grunder"))
    rows = []
    for each in facts.release.focus_areas:
        judged = [(aspect, facts.judgements.get((each["focus_area"], aspect))) for aspect in ASPECTS]
        said = [
            f"{t(ASPECTS[aspect])}: {judgement_sentence(row, facts.release.definitions.get(row['grounds']))}"
            for aspect, row in judged
            if row is not None and row["grounds"]
        ]
        rows.append((Cell(text=t(each["title"])), Cell(text=" ".join(said) or t("Uppgift saknas."))))
    columns = (Column(title=t("Fokusområde")), Column(title=t("Grund")))
    content.append(
        Table(id="grunder-tabell", caption=t("Grunderna för bedömningarna"), columns=columns, rows=tuple(rows))
    )
    content.append(Heading(text=t("Källor som valts bort"), id="bortvalda"))
    nothing = t("Ingen källa är angiven som bortvald.")
    content += blocks(own.texts.get("kallor"), changed.get("kallor", ""), missing=nothing)
    return Section(id="samlad-analys", title=t("Samlad analys och prioritering"), blocks=tuple(content))


def priorities(facts: AreaFacts, own: OwnTexts, changed: str) -> list[Block]:
    """The coordinator's own priority of each focus area with its motive, in a table where that is how it is stated."""
    written = own.texts.get("prioritering")
    if written is None or not written.priorities:
        return [*blocks(written, changed)]
    titles = {each["focus_area"]: t(each["title"]) for each in facts.release.focus_areas}
    rows = tuple(
        (
            Cell(text=titles[each.focus_area]),
            Cell(text=each.level),
            Cell(text=" ".join(text for one in each.motive for text in _words_of(one))),
        )
        for each in written.priorities
    )
    columns = (Column(title=t("Fokusområde")), Column(title=t("Prioritet")), Column(title=t("Motiv")))
    table = Table(id="prioriteringar", caption=t("Samordnarens prioritering"), columns=columns, rows=rows, note=changed)
    before = [each for part in written.parts if not part.heading for each in part.blocks]
    return [*before, table]


def _words_of(block: Paragraph | Bullets) -> tuple[str, ...]:
    return block.items if isinstance(block, Bullets) else (block.text,)


def measures(facts: AreaFacts, own: OwnTexts, changed: str) -> Section:
    """Åtgärder: problem, what is done, by which function, when, how much: what an action plan (5 §) starts from."""
    content: list[Block] = [*(blocks(own.texts["atgarder"], changed) if "atgarder" in own.texts else ())]
    titles = {each["focus_area"]: t(each["title"]) for each in facts.release.focus_areas}
    rows = tuple(
        (
            Cell(
                text=titles[row["focus_area"]],
                small=row["area"],
                is_synthetic=bool(row["is_synthetic"]),
            ),
            Cell(text=row["action"] or t("visas när den är klar"), small=row["place"] or ""),
            Cell(text=row["responsible"]),
            Cell(text=words(row["status"], DEEDS, "status"), small=t("försenad") if row["is_late"] else ""),
            Cell(text=date_text(row["done_date"] or row["due_date"])),
            Cell(text=_quantity(row)),
        )
        for row in facts.measures
        if not _is_past(row, facts.release.meta.as_of)
    )
    past = len(facts.measures) - len(rows)
    if facts.measures:
        columns = (
            Column(title=t("Fokusområde")),
            Column(title=t("Åtgärd")),
            Column(title=t("Ansvarig funktion")),
            Column(title=t("Läge")),
            Column(title=t("Klart"), is_day=True),
            Column(title=t("Gjort av lovat"), is_number=True),
        )
        content.append(
            Table(
                id="atgarder-tabell",
                caption=t("Åtgärder som är inrapporterade"),
                download=behind_rows(facts, facts.measures, "Åtgärder"),
                columns=columns,
                rows=rows,
                is_sortable=True,
                note=t("Antal åtgärder som avslutades för mer än två år sedan: {n}. De står i filen.", n=past)
                if past
                else "",
            )
        )
    else:
        content.append(Paragraph(text=t("Inga åtgärder är inrapporterade."), voice="missing"))
    return Section(id="atgarder", title=t("Åtgärder"), blocks=tuple(content), kind="part")


def _is_past(row: Row, as_of: date) -> bool:
    """Ended so long ago that no plan of today starts from it."""
    ended = row["done_date"] or row["due_date"]
    return row["status"] in ("done", "cancelled") and ended is not None and ended < as_of - _TWO_YEARS


def _quantity(row: Row) -> str:
    if row["quantity_promised"] is None:
        return (
            ""
            if row["quantity_done"] is None
            else f"{number(row['quantity_done'])} {t(row['quantity_unit'] or '')}".strip()
        )
    done = number(row["quantity_done"] or 0)
    return t(
        "{done} av {promised} {what}",
        done=done,
        promised=number(row["quantity_promised"]),
        what=t(row["quantity_unit"] or ""),
    ).strip()


def sources(facts: AreaFacts) -> Section:
    """Källor och kvalitet: every source with its dates, its terms and what was refused."""
    rows = []
    for each in facts.release.sources.values():
        state = words(each["status"], SOURCE_STATUSES, "source status")
        late = t("försenad källa; senast giltiga uppgift används") if each["is_late"] else ""
        homepage = each["homepage"] or ""
        # A message may name a place in a file that only the municipality has.
        message = shortened(each["message"] or "") if facts.release.meta.audience == "internal" else ""
        rows.append(
            (
                Cell(
                    text=each["title"],
                    small=each["publisher"],
                    link=homepage if homepage.startswith("https://") else "",
                    is_synthetic=bool(each["is_synthetic"]),
                ),
                Cell(text=state, small="; ".join(filter(None, (late, message)))),
                Cell(text=date_text(each["data_as_of"]) or ".."),
                Cell(text=date_text(each["observed_at"]) or ".."),
                Cell(text=date_text(each["expected_by"]) or ".."),
                Cell(text=_ledger(each)),
                Cell(
                    text=each["licence"] or "",
                    small=words(each["cadence"], CADENCES, "cadence") if each["cadence"] else "",
                ),
            )
        )
    columns = (
        Column(title=t("Källa")),
        Column(title=t("Läge")),
        Column(title=t("Uppgifter till och med"), is_day=True),
        Column(title=t("Hämtad"), is_day=True),
        Column(title=t("Nästa väntas"), is_day=True),
        Column(title=t("Rader"), is_number=True),
        Column(title=t("Villkor")),
    )
    content: list[Block] = [
        Table(
            id="kallor-tabell",
            caption=t("Källor och hur aktuella de är"),
            columns=columns,
            rows=tuple(rows),
            is_sortable=True,
        )
    ]
    content.append(Heading(text=t("Så anges källorna"), id="kallangivelse"))
    content.append(Bullets(items=_attributions(facts), voice="note"))
    broken = [(each["title"], each["breaks"]) for each in facts.release.sources.values() if each["breaks"]]
    if broken:
        content.append(Heading(text=t("Tidsseriebrott"), id="tidsseriebrott"))
        content.append(Bullets(items=tuple(f"{title}: {said}" for title, said in broken), voice="note"))
    content += revised(facts)
    refused = facts.release.tables["quarantine"]
    content.append(Heading(text=t("Underkända rader"), id="underkanda"))
    if refused.is_empty():
        content.append(Paragraph(text=t("Inga rader är underkända.")))
    else:
        content.append(_refused(facts, refused))
    return Section(id="kallor", title=t("Källor och kvalitet"), blocks=tuple(content), kind="page")


def shortened(text: str, longest: int = 160) -> str:
    """A text cut at a word where it is long; the whole stands in `release.json`."""
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0] + " …"


def _ledger(source: Row) -> str:
    """The rows read, and how many of them were loaded: what is not is refused by a rule, or a duplicate."""
    if source["rows_read"] is None:
        return ".."
    if source["rows_loaded"] == source["rows_read"]:
        return number(source["rows_read"])
    return t("{loaded} av {read}", loaded=number(source["rows_loaded"]), read=number(source["rows_read"]))


def _refused(facts: AreaFacts, refused: pl.DataFrame) -> Table:
    counted = refused.group_by("source", "column_name", "rule").len("rows").sort("source", "column_name", "rule")
    rows = tuple(
        (
            Cell(text=str(facts.release.sources.get(source, {}).get("title", source))),
            Cell(text=column or ""),
            Cell(text=rule),
            Cell(text=number(n)),
        )
        for source, column, rule, n in counted.iter_rows()
    )
    columns = (
        Column(title=t("Källa")),
        Column(title=t("Kolumn")),
        Column(title=t("Regel")),
        Column(title=t("Antal rader"), is_number=True),
    )
    return Table(
        id="underkanda-tabell", caption=t("Underkända rader per källa, kolumn och regel"), columns=columns, rows=rows
    )


def _attributions(facts: AreaFacts) -> tuple[str, ...]:
    """How the figures of this area must be attributed: passed on as published, or computed here."""
    said = set()
    for (_, kind, code), rows in facts.cells.items():
        if (kind, code) == (facts.area.type, facts.area.code) and (row := newest(rows)) is not None:
            said.add(source_text(row, facts.release.sources))
    return tuple(sorted(each for each in said if each)) or (t("Inga uppgifter från andra visas."),)


_TERMS = (
    ("Anmälda brott", "Brott som har anmälts till polisen, inte alla brott som begås."),
    (
        "Antal per 100 000 invånare",
        "Gör kommuner av olika storlek jämförbara. I en liten kommun kan några få händelser ändra talet mycket.",
    ),
    ("Osäkerhetsintervall", "Där talet sannolikt ligger, 95 gånger av 100."),
    (
        "Statistiskt säkerställd",
        "Skillnaden är större än vad slumpen brukar ge, med hänsyn till hur mycket sådana tal varierar mellan åren.",
    ),
    ("Kan inte avgöras med dessa tal", "Talen är så små att inte ens en stor förändring hade synts."),
    ("Felmarginal", "Den osäkerhet som utgivaren själv redovisar för en undersökning."),
    ("Svarsfrekvens och bortfall", "Hur stor del av de tillfrågade som har svarat, och hur stor del som inte har det."),
    ("Självvalda svar", "De som svarat har själva valt att delta. Svaren kan inte generaliseras till alla invånare."),
    ("Tidsseriebrott", "Här ändrades mätningen. Tal före och efter kan inte jämföras."),
    (
        "Preliminär, reviderad",
        "En preliminär uppgift kan ändras. En reviderad har ändrats sedan den först redovisades.",
    ),
    ("Döljs av hänsyn till enskilda", "Talet är så litet att det kunde peka ut någon."),
    ("Uppgift saknas (..)", "Uppgiften finns inte eller har inte rapporterats in."),
    (
        "Återkommande plats",
        "En namngiven plats med säkerställt fler händelser än om kommunens platser hade lika många, i flera månader.",
    ),
    ("Årshjul, veckomönster", "Hur händelserna fördelar sig över årets månader och veckans dagar."),
    (
        "Bedöms inte",
        "Talet visar främst hur mycket polisen arbetar mot brottet, eller har inget självklart bra håll.",
    ),
    ("Liknande kommuner", "Koladas urval av kommuner som liknar kommunen, fryst 2025."),
    ("Egen bearbetning", "Talet har räknats fram här ur utgivarens uppgifter. Utgivaren svarar inte för det."),
    (
        "Konstruerade exempeldata",
        "Påhittade siffror som visar hur rapporten ser ut. De säger ingenting om verkligheten.",
    ),
)


def terms(facts: AreaFacts) -> Section:
    """Ord och begrepp."""
    rows = tuple(
        (Cell(text=t(word)), Cell(text=t(meaning)))
        for word, meaning in _TERMS
        if facts.release.meta.is_synthetic or word != "Konstruerade exempeldata"
    )
    columns = (Column(title=t("Ord")), Column(title=t("Betyder")))
    table = Table(id="ord-tabell", caption=t("Ord och begrepp"), columns=columns, rows=rows)
    return Section(id="ord", title=t("Bilaga: ord och begrepp"), blocks=(table,), kind="appendix")


def methods(facts: AreaFacts) -> Section:
    """The appendix on methods, for those who want to check."""
    used = sorted({row["method"] for rows in facts.cells.values() for row in rows})
    content: list[Block] = [
        Bullets(
            items=(
                t("Antal och tal per invånare: exakta Poissonintervall under 10 händelser, Byars metod från 10."),
                t("Andelar: Wilsons intervall; viktade andelar med effektivt antal svar enligt Kish."),
                t(
                    "Förändring, jämförelse och trend bedöms med den variation som kommuner av samma storlek visar "
                    "(överspridning), inte bara med räknebruset."
                ),
                t("Trend: fem obrutna år, χ²-gräns med överspridning, prövad med ett år borttaget i taget."),
                t("Plats bland alla kommuner: med det spann som osäkerheten medger."),
                t("En månad jämförs med samma månader tidigare år. Är de egna talen små lånas årstiderna från länet."),
                t(
                    "Löften: förändringen delad med Koladas liknande kommuners, med överspridning och Holms justering; "
                    "avbruten tidsserie, syntetisk kontroll med placeboplats och vägd förflyttningskvot i bilaga."
                ),
                t(
                    "Månader, veckodagar och timmar bedöms tillsammans (Holm), med den variation de visar mellan år "
                    "eller kvartal; varje år och kvartal väger så mycket som det har händelser."
                ),
                t(
                    "Platser bedöms likadant, tolv månader i taget. Andelen på platserna som hade flest räknas på året "
                    "efter det som de valdes med."
                ),
                t(
                    "Ingen källa har koordinater för var något hände, så någon karta över platser görs inte. Polisens "
                    "notiser anger bara en mittpunkt och är ett urval."
                ),
                t("Små tal om människor döljs innan något räknas fram ur dem."),
            )
        ),
        Heading(text=t("Vad intervallen visar"), id="intervallen"),
        Bullets(items=tuple(dict.fromkeys(text for each in used if (text := words(each, METHODS, "method"))))),
    ]
    return Section(id="metoder", title=t("Bilaga: metoder"), blocks=tuple(content), kind="appendix")


def tables(facts: AreaFacts) -> Section:
    """The appendix with every figure's newest value, by focus area."""
    content: list[Block] = []
    for each in facts.release.focus_areas:
        mine = [one for one in facts.release.definitions.values() if one["focus_area"] == each["focus_area"]]
        rows = []
        missing = []
        for definition in mine:
            row = newest(facts.series(definition["indicator"]))
            if row is None:
                missing.append(title_of(definition))
                continue
            said = figure(row)
            rows.append(
                (
                    Cell(text=title_of(definition), is_synthetic=said.is_synthetic),
                    Cell(text=said.period),
                    Cell(text=said.count),
                    Cell(text=said.number or said.status, small=said.flags),
                    Cell(text=said.limits),
                    Cell(text=over_time(facts, definition["indicator"])),
                    Cell(text=verdict(facts, definition) or t("bedöms inte")),
                )
            )
        columns = (
            Column(title=t("Mått")),
            Column(title=t("Period"), is_day=True),
            Column(title=t("Antal"), is_number=True),
            Column(title=t("Värde"), is_number=True),
            Column(title=t("Osäkerhetsintervall"), is_number=True),
            Column(title=t("Utveckling")),
            Column(title=t("Jämfört med andra")),
        )
        note = t("Uppgift saknas här: {titles}.", titles="; ".join(missing)) if missing else ""
        content.append(
            Table(
                id=f"alla-{each['focus_area']}",
                caption=t(each["title"]),
                columns=columns,
                rows=tuple(rows),
                note=note,
                is_sortable=True,
            )
        )
    return Section(id="tabeller", title=t("Bilaga: alla mått"), blocks=tuple(content), kind="appendix")
