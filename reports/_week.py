"""What the page of one week says: eight blocks on one sheet, and the text that may be put on a website."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, timedelta

from reports._calendar import swedish_days
from reports._document import Block, Bullets, Cell, Column, Columns, Document, Paragraph, Section, Table
from reports._language import current, t
from reports._signals import category_words, signal_name, signal_text
from reports._week_facts import (
    WEEK,
    Measure,
    WeekFacts,
    four_weeks_last_year,
    mean_before,
    mean_last_year,
)
from reports._week_own import OwnWeek
from reports._words import SYNTHETIC, month_name, number, short_day

MOST_PUBLIC_WORDS = 120
MOST_NEWS = 3
MOST_MEASURES = 4
MOST_PLANNED = 5
_WEEKDAYS = ("mån", "tis", "ons", "tor", "fre", "lör", "sön")
_LONGEST_ACTION = 60
_ROOMY = 3_450  # characters; measured, see tests/test_week.py
_MOST_NAMED = 4
_FOUR_WEEKS = 4 * WEEK
_NO_FIGURE = ".."


def week_document(facts: WeekFacts, own: OwnWeek) -> Document:
    """The page: one sheet, for the working group only."""
    blocks = (
        ("nytt", t("Nytt och avvikande"), _news(facts)),
        ("handelser", t("Händelser per kommun och kategori"), _counts(facts)),
        ("rapporterat", t("Vem har rapporterat"), _reporting(facts)),
        ("atgarder", t("Öppna åtgärder, försenade först"), _measures(facts)),
        ("kommande", t("Kommande två veckor"), _coming(facts, own)),
        ("besluta", t("Att besluta i dag"), _to_decide(facts, own)),
        ("webbtext", t("Text till webben"), _web(facts)),
        ("aterkoppling", t("Återkoppling till dem som rapporterar"), _feedback(facts)),
    )
    banners = [t("Internt arbetsmaterial. Sekretessprövas före utlämnande.")]
    if facts.is_synthetic:
        banners.append(t(SYNTHETIC))
    if not facts.is_over:
        banners.append(_not_over(facts))
    return Document(
        title=t("Veckans läge, vecka {week}", week=_week(facts.monday)),
        subtitle=days_text(facts.monday, facts.sunday),
        area=facts.area,
        area_code=facts.area_code,
        audience="internal",
        language=current(),
        status=t("Arbetsmaterial"),
        is_draft=True,
        banners=tuple(banners),
        facts=(),
        how_to_read=(),
        sections=tuple(
            Section(id=name, title=f"{at}. {title}", blocks=tuple(said))
            for at, (name, title, said) in enumerate(blocks, 1)
        ),
        author="lagesbild",
        as_of=facts.as_of,
        release=facts.release,
        version=facts.version,
        is_synthetic=facts.is_synthetic,
    )


def public_text(facts: WeekFacts) -> tuple[str, ...]:
    """The paragraphs of the text for the website: at most 120 words, and nothing but what the public release may hold.

    No person, no reporter, nothing planned and no deviation: what the group has not confirmed is not told.
    """
    heading = t("Veckans läge, vecka {week}", week=_week(facts.monday)) + f" ({days_text(facts.monday, facts.sunday)})"
    kept = [heading] + ([t(SYNTHETIC) + "."] if facts.is_synthetic else [])
    if not facts.is_over:
        kept.append(_not_over(facts))
    kept += [_public_counts(facts)]
    endings = [
        t("Siffrorna är vad verksamheterna har sett, inte anmälda brott."),
        t(
            "Ser du något trasigt eller otryggt? Gör en felanmälan till kommunen. "
            "Ring 112 vid fara eller pågående brott, annars 114\u00a014."
        ),
    ]
    for more in (_public_usual(facts), _public_done(facts)):
        if more and _word_count([*kept, *more, *endings]) <= MOST_PUBLIC_WORDS:
            kept += more
    return (*kept, *endings)


def is_roomy(document: Document) -> bool:
    """Whether a page says so little that it fits on its sheet in a larger size."""
    return _length([section.blocks for section in document.sections]) < _ROOMY


def days_text(first: date, last: date) -> str:
    """Days as people write them: 12 maj 2026, 27 juli–2 augusti 2026, 29 december 2025–4 januari 2026."""
    if first == last:
        return f"{first.day} {month_name(first)} {first.year}"
    begins = str(first.day)
    if first.month != last.month or first.year != last.year:
        begins += f" {month_name(first)}"
    if first.year != last.year:
        begins += f" {first.year}"
    return f"{begins}–{days_text(last, last)}"


# --- 1. What is new ---------------------------------------------------------------------------------------------------


def _news(facts: WeekFacts) -> list[Block]:
    items = [signal_text(each) for each in facts.signals]
    items += [
        t(
            "{area}: {place} är ny bland platserna, ingen händelse där på ett halvår: {events}.",
            area=facts.municipalities[each.municipality_code],
            place=each.place,
            events=", ".join(f"{category_words(category)} {events}" for category, events in each.events.items()),
        )
        for each in facts.new_places
    ]
    items += [
        t(
            "{area}: {action} (åtgärd {number}) skulle ha varit klar {day}.",
            area=facts.municipalities[each.municipality_code],
            number=each.number,
            day=short_day(each.due_date),
            action=_cut(each.action),
        )
        for each in facts.measures
        if each.is_late and each.due_date and each.due_date >= facts.monday
    ]
    unjudged = [
        name for code, name in facts.municipalities.items() if code in _told(facts) and code not in facts.judged
    ]
    said: list[Block] = []
    if items:
        said.append(Bullets(items=tuple(items[:MOST_NEWS]), voice="generated"))
    elif facts.judged:
        said.append(Paragraph(text=t("Inget avviker från det väntade."), voice="generated"))
    elif not _told(facts):
        said.append(Paragraph(text=t("Ingen har rapporterat, så ingenting kan jämföras."), voice="missing"))
    if not facts.is_over:
        said.append(Paragraph(text=t("Veckan är inte slut och jämförs inte."), voice="note"))
    elif facts.judged:
        said.append(
            Paragraph(
                text=t(
                    "Väntat: vad tidigare veckor ger, räknat på hur många verksamheter som rapporterat. "
                    "Slumpen ensam ger i snitt högst en avvikelse per kommun och kvartal."
                )
                + _answered(facts),
                voice="note",
            )
        )
    if facts.is_over and unjudged:
        said.append(
            Paragraph(
                text=t(
                    "För få veckor med rapporter för att bedöma vad som är väntat: {areas}.", areas=_listed(unjudged)
                ),
                voice="missing",
            )
        )
    return said


def _answered(facts: WeekFacts) -> str:
    if not facts.answered:
        return ""
    return " " + t(
        "Besvarade avvikelser det senaste året: {n}, till nytta: {useful}.", n=facts.answered, useful=facts.useful
    )


# --- 2. Counts --------------------------------------------------------------------------------------------------------


def _counts(facts: WeekFacts) -> list[Block]:
    said: list[Block] = []
    if any(facts.told.values()):
        said.append(Columns(columns=tuple((_counted(facts, code),) for code in facts.municipalities)))
        last_year = four_weeks_last_year(facts.monday)
        said.append(
            Paragraph(
                text=t(
                    "Troliga händelser: vad flera verksamheter säger om samma händelse räknas en gång, "
                    "och i översta raden också det som hör till flera kategorier. "
                    "Medel 8 v: de åtta veckorna före. I fjol: medel per vecka, vecka {first}–{last} {year}. "
                    "Veckor utan rapport räknas inte; .. betyder att uppgift saknas.",
                    first=_week(last_year[0]),
                    last=_week(last_year[-1]),
                    year=last_year[-1].isocalendar().year,
                ),
                voice="note",
            )
        )
    else:
        said.append(Paragraph(text=t("Ingen verksamhet har rapporterat det senaste året."), voice="missing"))
    said.append(
        Paragraph(
            text=t(
                "Hot, bråk, kränkningar, alkohol bland unga, langning, hot mot personal och annat: "
                "döljs av hänsyn till enskilda."
            ),
            voice="note",
        )
    )
    if facts.police is not None:
        said.append(Paragraph(text=_notices(facts), voice="note"))
    return said


def _counted(facts: WeekFacts, code: str) -> Table:
    told = facts.told[code]
    rows = [(t("Alla händelser"), {week: each.events for week, each in told.items()})]
    rows += [(_capital(category_words(category)), dict(facts.events[code, category])) for category in facts.focus_areas]
    caption = facts.municipalities[code]
    return Table(
        id=f"handelser-{code}",
        caption=caption if facts.monday in told else t("{area}: ingen rapport", area=caption),
        columns=(
            Column(title=t("Kategori")),
            Column(title=t("v {week}", week=_week(facts.monday)), is_number=True),
            Column(title=t("v {week}", week=_week(facts.monday - WEEK)), is_number=True),
            Column(title=t("medel\u00a08\u00a0v"), is_number=True),
            Column(title=t("i\u00a0fjol"), is_number=True),
        ),
        rows=tuple(
            (
                Cell(text=heading),
                *(Cell(text=_figure(series.get(week), 0)) for week in (facts.monday, facts.monday - WEEK)),
                Cell(text=_figure(mean_before(series, told, facts.monday), 1)),
                Cell(text=_figure(mean_last_year(series, told, facts.monday), 1)),
            )
            for heading, series in rows
        ),
    )


def _notices(facts: WeekFacts) -> str:
    said = []
    for code, types in (facts.police or {}).items():
        named = [
            f"{name.lower()} {count}"
            for name, count in sorted(types.items(), key=lambda one: (-one[1], one[0]))
            if name
        ]
        kept = named[:2]
        others = sum(types.values()) - sum(int(each.rpartition(" ")[2]) for each in kept)
        if others:
            kept.append(t("annat {n}", n=others) if kept else str(others))
        if kept:
            said.append(f"{facts.municipalities[code]} {', '.join(kept)}")
    return t(
        "Polisens händelsenotiser om veckan, annan information och inget mått på brottsligheten: {types}.",
        types="; ".join(said) or t("inga"),
    )


# --- 3. Who has reported ----------------------------------------------------------------------------------------------


def _reporting(facts: WeekFacts) -> list[Block]:
    items, without_list = [], []
    for code, name in facts.municipalities.items():
        told, listed = facts.told[code].get(facts.monday), facts.reporting.get(code)
        expected = listed.expected if listed else None
        if listed is None or expected is None:
            without_list.append(name)
        if listed is not None and expected is not None:
            present = listed.expected_reporters or 0
            item = t("{area}: {n} av {m} enheter har rapporterat", area=name, n=present, m=expected)
            item += t(", {n} saknas", n=expected - present) if expected > present else ""
            item += (
                t("; {n} har inte hörts på tre veckor", n=listed.silent_reporters) if listed.silent_reporters else ""
            )
            item += t("; {n} står inte i listan", n=listed.unlisted_reporters) if listed.unlisted_reporters else ""
        elif told is None:
            item = t("{area}: ingen rapport", area=name)
        else:
            item = _counting(
                told.reporters,
                t("{area}: en verksamhet har rapporterat", area=name),
                t("{area}: {n} verksamheter har rapporterat", area=name, n=told.reporters),
            )
            usual = mean_before(
                {week: each.reporters for week, each in facts.told[code].items()}, facts.told[code], facts.monday
            )
            item += t(" (medel\u00a08\u00a0v:\u00a0{mean})", mean=number(usual, 1)) if usual is not None else ""
        items.append(item + ".")
    said: list[Block] = [Bullets(items=tuple(items))]
    if without_list:
        is_all = len(without_list) == len(facts.municipalities)
        said.append(
            Paragraph(
                text=t("Vilka som saknas kan inte sägas: listan över vilka som ska rapportera saknas.")
                if is_all
                else t(
                    "Vilka som saknas kan inte sägas för {areas}: listan över vilka som ska rapportera saknas.",
                    areas=_listed(without_list),
                ),
                voice="missing",
            )
        )
    return said


# --- 4. Open measures -------------------------------------------------------------------------------------------------


def _measures(facts: WeekFacts) -> list[Block]:
    if not facts.measures:
        return [Paragraph(text=t("Ingen åtgärdslogg har lämnats."), voice="missing")]
    still = _open(facts)
    if not still:
        return [Paragraph(text=t("Inga öppna åtgärder."))]
    rows = [
        (
            Cell(text=short_day(each.due_date) or _NO_FIGURE, small=t("försenad") if each.is_late else ""),
            Cell(
                text=_cut(each.action),
                small=t(
                    "{place}, nr {number}. Ansvarig: {responsible}",
                    place=", ".join(filter(None, (each.place, facts.municipalities[each.municipality_code]))),
                    number=each.number,
                    responsible=each.responsible,
                ),
            ),
        )
        for each in still[:MOST_MEASURES]
    ]
    more = len(still) - len(rows)
    return [
        Table(
            id="oppna-atgarder",
            caption=t("Öppna åtgärder, försenade först"),
            columns=(Column(title=t("Klart senast"), is_day=True), Column(title=t("Åtgärd"))),
            rows=tuple(rows),
            note=_counting(more, t("En öppen åtgärd till i loggen."), t("{n} öppna åtgärder till i loggen.", n=more))
            if more
            else "",
        )
    ]


def _open(facts: WeekFacts) -> list[Measure]:
    return [each for each in facts.measures if each.status in ("planned", "ongoing")]


# --- 5. What is coming ------------------------------------------------------------------------------------------------


def _coming(facts: WeekFacts, own: OwnWeek) -> list[Block]:
    first, last = facts.monday + WEEK, facts.monday + 3 * WEEK - timedelta(days=1)
    days = [(day, 0, f"{_weekday(day)} {short_day(day)}: {t(name)}") for day, name in swedish_days(first, last)]
    for each in own.planned:
        if each.first <= last and each.last >= first:
            when = f"{_weekday(each.first)} {short_day(each.first)}"
            if each.last > each.first:
                same = each.first.replace(day=1) == each.last.replace(day=1)
                when = f"{each.first.day if same else short_day(each.first)}–{short_day(each.last)}"
            days.append((each.first, 1, f"{when}: {each.what}" + (f" ({each.place})" if each.place else "")))
    items = [text for _, _, text in sorted(days)]
    if len(items) > MOST_PLANNED:
        more = len(items) - MOST_PLANNED + 1
        items = [*items[: MOST_PLANNED - 1], t("och {n} till i kalendern", n=more)]
    said: list[Block] = [Bullets(items=tuple(items))] if items else [Paragraph(text=t("Inget särskilt är känt."))]
    if not own.has_calendar:
        said.append(
            Paragraph(
                text=t("Egna evenemang och lov: skriv dem i texts/{area}/kalender.csv.", area=facts.area_code),
                voice="missing",
            )
        )
    return said


# --- 6. To decide -----------------------------------------------------------------------------------------------------


def _to_decide(facts: WeekFacts, own: OwnWeek) -> list[Block]:
    """The group's own questions, and what the figures ask."""
    names = facts.municipalities
    questions = []
    if unsure := [signal_name(each) for each in facts.unanswered]:
        more = [t("{n} till", n=len(unsure) - MOST_NEWS)] if len(unsure) > MOST_NEWS else []
        questions.append(
            t(
                "Avvikelser utan svar: {what}. Bekräftad, åtgärdas, evenemang, ny rapportör eller dubblett?",
                what=_listed([*unsure[-MOST_NEWS:], *more]),
            )
        )
    weeks = [facts.monday - n * WEEK for n in range(3)]
    if silent := [
        names[code] for code, told in facts.told.items() if facts.is_over and not any(week in told for week in weeks)
    ]:
        questions.append(t("Ingen har rapporterat på tre veckor: {areas}. Vem hör av sig?", areas=_listed(silent)))
    units = {
        names[code]: listed.silent_reporters for code, listed in facts.reporting.items() if listed.silent_reporters
    }
    if some := [f"{name} {n}" for name, n in units.items() if name not in silent]:
        questions.append(
            t("Enheter som inte har rapporterat på tre veckor: {areas}. Vem hör av sig?", areas=_listed(some))
        )
    late = [
        t("{area} nr {number}", area=names[each.municipality_code], number=each.number)
        for each in _open(facts)
        if each.is_late
    ]
    if late:
        shown = late[:_MOST_NAMED] + ([t("{n} till", n=len(late) - _MOST_NAMED)] if len(late) > _MOST_NAMED else [])
        questions.append(t("Försenade åtgärder: {measures}. Nytt datum, eller avslutas de?", measures=_listed(shown)))
    said: list[Block] = []
    if own.questions:
        said.append(Bullets(items=own.questions, voice="coordinator"))
    if questions:
        said.append(Bullets(items=tuple(questions), voice="generated"))
    return said or [Paragraph(text=t("Inget väntar på beslut."))]


# --- 7. For the website -----------------------------------------------------------------------------------------------


def _web(facts: WeekFacts) -> list[Block]:
    return [
        Paragraph(text=" ".join(public_text(facts)[1:]), voice="generated"),
        Paragraph(text=t("Förslag ur siffrorna, i filen webbtext.txt: läs igenom innan det läggs ut."), voice="note"),
    ]


def _public_counts(facts: WeekFacts) -> str:
    told = {
        name: facts.told[code][facts.monday].events
        for code, name in facts.municipalities.items()
        if code in _told(facts)
    }
    silent = [name for name in facts.municipalities.values() if name not in told]
    if not told:
        return t("Ingen rapport har lämnats om veckan.")
    events = sum(told.values())
    text = _counting(
        events,
        t("Verksamheterna rapporterade en händelse som rör saker och platser"),
        t("Verksamheterna rapporterade {n} händelser som rör saker och platser", n=events or t("inga")),
    )
    if len(told) > 1 and events:
        text += ": " + _listed([f"{name} {n}" for name, n in told.items()])
    text += "."
    if silent:
        text += " " + t("Ingen rapport har lämnats från {areas}.", areas=_listed(silent))
    return text


def _public_usual(facts: WeekFacts) -> list[str]:
    """The mean of the weeks before, and the most common categories; only where every municipality has told."""
    if not facts.is_over or len(_told(facts)) < len(facts.municipalities):
        return []
    means = [
        mean_before({week: each.events for week, each in told.items()}, told, facts.monday)
        for told in facts.told.values()
    ]
    text = []
    if None not in means:
        text.append(t("De åtta veckorna före var medeltalet {mean}.", mean=number(sum(filter(None, means)))))
    counted = Counter(
        {
            category: sum(facts.events[code, category].get(facts.monday, 0) for code in facts.municipalities)
            for category in facts.focus_areas
        }
    )
    common = sorted(((-n, category_words(category)) for category, n in counted.items() if n > 1))[:2]
    if common:
        text.append(t("Vanligast: {categories}.", categories=_listed([f"{name} ({-n})" for n, name in common])))
    return [" ".join(text)] if text else []


def _public_done(facts: WeekFacts) -> list[str]:
    done = [
        f"{_cut(each.action)} ({each.place or facts.municipalities[each.municipality_code]})" for each in _done(facts)
    ][:2]
    return [t("Klart de senaste veckorna: {measures}.", measures="; ".join(done))] if done else []


def _done(facts: WeekFacts) -> list[Measure]:
    """The measures done in the four weeks before the release, newest first."""
    since = facts.as_of - _FOUR_WEEKS
    found = [each for each in facts.measures if each.status == "done" and each.done_date and each.done_date > since]
    return sorted(
        found, key=lambda each: (-each.done_date.toordinal() if each.done_date else 0, each.municipality_code)
    )


# --- 8. Back to those who report --------------------------------------------------------------------------------------


def _feedback(facts: WeekFacts) -> list[Block]:
    told = {name: facts.told[code][facts.monday] for code, name in facts.municipalities.items() if code in _told(facts)}
    if not told:
        return [Paragraph(text=t("Ingen rapport har kommit om veckan."), voice="missing")]
    reports = sum(each.reports for each in told.values())
    items = [
        t(
            "Tack! {n} rapporter om saker och platser: {areas}.",
            n=reports,
            areas=_listed([f"{name} {each.reports}" for name, each in told.items()]),
        )
        if len(told) > 1
        else t("Tack! Rapporter om saker och platser: {n}.", n=reports)
    ]
    if same := reports - sum(each.events for each in told.values()):
        items.append(
            _counting(
                same,
                t("En av dem gällde samma händelse som en annan."),
                t("{n} av dem gällde samma händelse som en annan.", n=same),
            )
        )
    weeks = [facts.monday - n * WEEK for n in range(4)]
    reported = {
        facts.focus_areas[category]
        for (_, category), series in facts.events.items()
        if any(series.get(week) for week in weeks)
    }
    done = [each for each in _done(facts) if each.focus_area in reported]
    if done:
        actions = [f"{_cut(each.action)} ({facts.municipalities[each.municipality_code]})" for each in done[:2]]
        actions += [t("{n} till", n=len(done) - 2)] if len(done) > 2 else []
        items.append(
            t("Klart de senaste fyra veckorna, inom det ni rapporterat: {actions}.", actions="; ".join(actions))
        )
    else:
        items.append(t("Ingen åtgärd inom det ni rapporterat har blivit klar de senaste fyra veckorna."))
    going = sum(each.focus_area in reported for each in _open(facts))
    if going:
        items.append(
            _counting(
                going,
                t("En åtgärd inom samma fokusområden är inte klar än."),
                t("{n} åtgärder inom samma fokusområden är inte klara än.", n=going),
            )
        )
    return [Bullets(items=tuple(items), voice="generated")]


# --- Words ------------------------------------------------------------------------------------------------------------


def _told(facts: WeekFacts) -> set[str]:
    """The municipalities of which anybody has reported in the week."""
    return {code for code, told in facts.told.items() if facts.monday in told}


def _not_over(facts: WeekFacts) -> str:
    return t("Veckan är inte slut: uppgifter till och med {day}.", day=facts.as_of.isoformat())


def _figure(value: float | None, decimals: int) -> str:
    return _NO_FIGURE if value is None else number(value, decimals if value else 0)


def _week(monday: date) -> int:
    return monday.isocalendar().week


def _weekday(day: date) -> str:
    return t(_WEEKDAYS[day.weekday()])


def _counting(n: int, one: str, many: str) -> str:
    return one if n == 1 else many


def _listed(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else ", ".join(texts[:-1]) + f" {t('och')} {texts[-1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cut(text: str) -> str:
    """A text that fits, cut at a word."""
    if len(text) <= _LONGEST_ACTION:
        return text.rstrip(".")
    return text[: _LONGEST_ACTION - 1].rsplit(" ", 1)[0].rstrip(",;:") + " …"


def _length(said: object) -> int:
    """Characters in everything that blocks say."""
    match said:
        case str():
            return len(said)
        case list() | tuple():
            return sum(map(_length, said))
        case Columns() | Table() | Bullets() | Paragraph() | Column() | Cell():
            return sum(_length(getattr(said, each.name)) for each in fields(said))
        case _:
            return 0


def _word_count(texts: Iterable[str]) -> int:
    return sum(len(text.split()) for text in texts)
