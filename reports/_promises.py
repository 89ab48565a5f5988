"""Uppföljning av medborgarlöftet: what was promised, what was done, whom it reached, and what can be said came of it.

Sentences are rules on rows of `output.promises` and `output.promise_outcomes`, and say nothing beyond them: a promise
without a number cannot be measured, a log that does not speak of it is not nought, and no figure shows that a promise
is the cause of anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from reports._codes import EXPECTED, INFERRED, KEPT, OUTCOMES_OF_PROMISES, PROMISED_BY
from reports._document import Block, Bullets, Cell, Column, Heading, Paragraph, Section, Table
from reports._facts import AreaFacts
from reports._language import t
from reports._parts import behind_rows
from reports._phrases import joined, listed, name_of
from reports._promise_effects import (
    beside_others,
    changed_rules,
    effect_sentence,
    effects_appendix,
    outcome_words,
    promise_by_promise,
    settled,
)
from reports._sentences import change_sentence
from reports._words import MONTHS, REASONS, Row, capital, date_text, number, words

_SETTLED = ("as_expected", "against_expected", "within_chance")
_ORDER = ("police", "municipalities", "together")


def promises(facts: AreaFacts) -> Section:
    """The page: what the newest agreement promised and what became of it; `earlier_promises` has the rest."""
    content: list[Block]
    agreements = _agreements(facts)
    if not agreements:
        content = [
            Paragraph(text=t("Inget medborgarlöfte är registrerat för området."), voice="missing"),
            Paragraph(
                text=t(
                    "Ett löfte som finns skrivet läggs in i registret, data/reference/promises. Hur det görs står i "
                    "docs/loften.md."
                )
            ),
        ]
    else:
        whole = _whole(agreements[-1])
        content = [
            Paragraph(text=introduction(whole, _municipalities(facts, whole[0]["agreement"]))),
            Paragraph(text=done_sentence(whole), voice="generated"),
            Bullets(items=caveats(whole)),
        ]
        content.append(_done_table(facts, whole))
        content += _outcomes(facts, whole)
        content += _proposals(whole)
    return Section(id="loften", title=t("Uppföljning av medborgarlöftet"), blocks=tuple(content), kind="page")


def earlier_promises(facts: AreaFacts) -> tuple[Section, ...]:
    """The appendix: what became of each figure, the tertials, the promises before, where all are published."""
    agreements = _agreements(facts)
    if not agreements:
        return ()
    *earlier, newest = agreements
    content: list[Block] = _outcome_table(facts, newest[0]["agreement"])
    if (by_tertial := _tertials(newest)) is not None:
        content.append(by_tertial)
    if earlier:
        content.append(_earlier(facts, [row for each in reversed(earlier) for row in _whole(each)]))
    content.append(_published([_whole(each) for each in reversed(agreements)]))
    title = t("Bilaga: löften, tertial för tertial och tidigare")
    return (
        Section(id="loften-bilaga", title=title, blocks=tuple(content), kind="appendix"),
        *effects_appendix(facts),
    )


# ------------------------------------------------------------------------------------------------------------ sentences


def introduction(whole: Sequence[Row], municipalities: Sequence[str]) -> str:
    """Who promised how much for which time. whole: the rows of an agreement's whole time, a promise each."""
    first = whole[0]
    return t(
        "{title} gavs av polisen tillsammans med {municipalities}. Det gäller {start} till {end} och har {n} löften.",
        title=first["agreement_title"],
        municipalities=listed(municipalities) or t("kommunen"),
        start=date_text(first["period_start"]),
        end=date_text(first["period_end"]),
        n=len(whole),
    )


def done_sentence(whole: Sequence[Row]) -> str:
    """How much the logs of measures say is done, of how many of the promises, and who has reported."""
    first = whole[0]
    if not first["municipalities_reporting"]:
        return t("Ingen åtgärdslogg knyter något till löftena. Vad som är gjort går därför inte att säga.")
    done = [row for row in whole if row["measures_done"]]
    values = {"n": sum(row["measures_done"] for row in done), "k": len(done), "m": len(whole)}
    said = t("Åtgärdsloggen knyter {n} klara åtgärder till {k} av {m} löften.", **values)
    if any(row["is_synthetic"] for row in whole):
        said = t("{said} Det är konstruerade exempeldata.", said=said)
    return joined(said, _reporting(first))


def _reporting(row: Row) -> str:
    """How many municipalities' logs speak of the agreement, where some do and some do not."""
    n, m = row["municipalities_reporting"], row["municipalities"]
    return t("{n} av {m} kommuner har rapporterat.", n=n, m=m) if 0 < n < m else ""


def caveats(whole: Sequence[Row]) -> tuple[str, ...]:
    """What the reader has to know before any figure: what can be measured, and what it is compared with."""
    first = whole[0]
    numbered = sum(row["quantity_promised"] is not None for row in whole)
    measured = t("{n} av {m} löften har ett antal och går att mäta som de är skrivna.", n=numbered, m=len(whole))
    if not numbered:
        measured = t("Inget av de {n} löftena har ett antal. De går inte att mäta som de är skrivna.", n=len(whole))
    compared = t("De flesta kommuner har medborgarlöften. Kommuner som det jämförs med är alltså inte utan löfte.")
    if first["baseline_promises"]:
        before = t(
            "Åren före, {years}, gällde också ett löfte: {before}. Det som jämförs är löfte mot löfte.",
            years=first["baseline_period"],
            before=listed(first["baseline_promises"].split("; ")),
        )
    else:
        before = t("Tiden före är {years}. Inget tidigare löfte är registrerat då.", years=first["baseline_period"])
    said = [measured, before, compared, t("Siffrorna kan därför inte visa vad just detta löfte har gett.")]
    inferred = dict.fromkeys(code for row in whole for code in (row["inferred"] or "").split(",") if code)
    decided = t("Vilka mått som hör till löftena är bestämt här.")
    if inferred:
        what = listed([words(code, INFERRED, "inferred") for code in inferred])
        decided = joined(decided, t("Det gäller också {what}.", what=what))
    dated = date_text(first["promise_source_date"]) or t("utan datum")
    own = t("Löftena är återgivna med egna ord. Källa: {source}, {dated}.", source=first["promise_source"], dated=dated)
    return (own, *said, decided)


def promised_words(row: Row) -> str:
    """How much was promised: "minst 15 insatser", "inget antal"."""
    if row["quantity_promised"] is None:
        return t("inget antal")
    said = {"n": number(row["quantity_promised"]), "what": t(row["quantity_unit"])}
    return t("minst {n} {what}", **said) if row["is_minimum"] else t("{n} {what}", **said)


def done_words(row: Row) -> str:
    """What was done, by the log: in the promise's own unit where it has one, else how many measures."""
    if row["measures_done"] is None:
        return t("uppgift saknas")
    if row["quantity_promised"] is not None:
        return t("{n} {what}", n=number(row["quantity_done"]), what=t(row["quantity_unit"]))
    if row["measures_done"] == 1:
        return t("1 klar åtgärd")
    return t("{n} klara åtgärder", n=number(row["measures_done"])) if row["measures_done"] else t("ingen klar åtgärd")


def reached_words(row: Row) -> str:
    """How many named places and participants what was done has reached, as far as the log says."""
    if not row["measures_done"]:
        return t("uppgift saknas") if row["measures_done"] is None else "–"
    said = []
    if row["places"]:
        said.append(t("{n} av {m} platser", n=row["places_reached"], m=len(row["places"].split("; "))))
    elif row["places_reached"]:
        is_one = row["places_reached"] == 1
        said.append(t("1 namngiven plats") if is_one else t("{n} namngivna platser", n=row["places_reached"]))
    if row["people_reached"] is not None:
        said.append(t("{n} deltagare", n=number(row["people_reached"])))
    return ", ".join(said) or t("uppgift saknas")


def outcomes_sentence(outcomes: Sequence[str]) -> str:
    """How many of the figures that promises touch can be determined, and what they say together.

    outcomes: what is `settled` of each indicator, one for each.
    """
    if not outcomes:
        return t("Inget mått är knutet till löftena.")
    compared = [code for code in outcomes if code in _SETTLED]
    if not compared:
        return t("Löftena rör {n} mått. Inget av dem kan avgöras med dessa tal.", n=len(outcomes))
    values = {
        "n": len(outcomes),
        "k": len(compared),
        **{code: compared.count(code) for code in _SETTLED},
    }
    return joined(
        t("Löftena rör {n} mått. {k} av dem kan avgöras.", **values),
        t(
            "Som väntat: {as_expected}. Tvärtemot: {against_expected}. Skillnaden ryms i slumpen: {within_chance}.",
            **values,
        ),
        t("Av slump skulle ungefär ett mått av tjugo skilja sig, även om inget har ändrats."),
    )


def undecided_sentences(facts: AreaFacts, rows: Sequence[Row]) -> tuple[str, ...]:
    """Which figures nothing can be said of, and why: a sentence for each reason. rows: of promise_outcomes."""
    known = facts.release.definitions
    by_reason: dict[str, list[str]] = {}
    for row in rows:
        if row["indicator"] in known:
            by_reason.setdefault(row["reason"], []).append(name_of(known[row["indicator"]]))
    return tuple(
        t("{reason}: {names}.", reason=capital(words(reason, REASONS, "reason")), names="; ".join(dict.fromkeys(names)))
        for reason, names in by_reason.items()
    )


# --------------------------------------------------------------------------------------------------------------- tables


def _agreements(facts: AreaFacts) -> list[list[Row]]:
    """The rows of each agreement that has begun, the oldest first."""
    begins: dict[str, date] = {}
    for row in facts.promises:
        begins[row["agreement"]] = min(row["period_start"], begins.get(row["agreement"], row["period_start"]))
    begun = sorted((day, agreement) for agreement, day in begins.items() if day <= facts.release.meta.as_of)
    return [[row for row in facts.promises if row["agreement"] == agreement] for _, agreement in begun]


def _whole(rows: Sequence[Row]) -> list[Row]:
    """The rows of the whole time, in the order of the agreement: the police's first, by number."""
    found = [row for row in rows if row["period_type"] == "promise"]
    return sorted(found, key=_place)


def _place(row: Row) -> tuple[int, int, str]:
    return _ORDER.index(row["promised_by"]), len(row["promise_number"]), row["promise_number"]


def _municipalities(facts: AreaFacts, agreement: str) -> list[str]:
    rows = facts.release.tables["promises"]
    mine = rows.filter((pl.col("agreement") == agreement) & (pl.col("area_type") == "municipality"))
    return sorted(mine["area"].unique())


def _named(row: Row, small: str = "") -> Cell:
    return Cell(text=f"{row['promise_number']} {row['promise_title']}", small=small)


def _done_table(facts: AreaFacts, whole: Sequence[Row]) -> Table:
    together = _of_the_area(facts)
    rows = []
    for row in whole:
        area = together.get(row["promise"])
        beside = t("i hela området: {done}", done=done_words(area)) if area else ""
        rows.append(
            (
                _named(row, row["wording"]),
                Cell(text=capital(words(row["promised_by"], PROMISED_BY, "promised_by"))),
                Cell(text=promised_words(row), small=words((area or row)["kept"], KEPT, "kept")),
                Cell(text=done_words(row), small=beside, is_synthetic=bool((area or row)["is_synthetic"])),
                Cell(text=reached_words(row)),
                Cell(text=outcome_words(facts, row["promise"])),
            )
        )
    columns = (t("Löfte"), t("Av"), t("Lovat"), t("Gjort"), t("Nått"), t("Utfall"))
    return Table(
        id="loften-tabell",
        caption=t("Lovat, gjort, nått och utfall, {years}", years=whole[0]["period"]),
        columns=tuple(Column(title=title) for title in columns),
        rows=tuple(rows),
        note=t(
            "Gjort är åtgärder som är klara inom löftets tid och som åtgärdsloggen knyter till löftet. Har ingen logg "
            "knutit något till löftena står det att uppgift saknas: det betyder inte att inget är gjort."
        ),
        download=behind_rows(facts, whole, "Löften"),
    )


def _of_the_area(facts: AreaFacts) -> dict[str, Row]:
    """The same rows of the larger area that the promises are made for, by promise, on a municipality's own page."""
    found: dict[str, Row] = {}
    for kind, code in facts.area.others:
        if facts.area.type == "municipality" and kind == "police_area":
            for row in facts.release.rows("promises", kind, code):
                if row["period_type"] == "promise":
                    found[row["promise"]] = row
    return found


def _tertials(rows: Sequence[Row]) -> Table | None:
    """How many measures were done each tertial, of promises where something was; None where nothing was."""
    tertials = [row for row in rows if row["period_type"] == "tertial"]
    done = {row["promise"] for row in tertials if row["measures_done"]}
    periods = list(dict.fromkeys(row["period"] for row in sorted(tertials, key=lambda row: row["period_start"])))
    if not done:
        return None
    lines = []
    for whole in _whole([row for row in rows if row["promise"] in done]):
        mine = {row["period"]: row for row in tertials if row["promise"] == whole["promise"]}
        counts = [Cell(text=number(mine[period]["measures_done"])) for period in periods]
        named = Cell(text=f"{whole['promise_number']} {whole['promise_title']}", is_synthetic=whole["is_synthetic"])
        lines.append((named, *counts))
    return Table(
        id="loften-tertial",
        caption=t("Åtgärder klara per tertial"),
        columns=(Column(title=t("Löfte")), *(Column(title=_tertial(each), is_number=True) for each in periods)),
        rows=tuple(lines),
        note=t("Löften utan någon klar åtgärd står inte här."),
    )


def _tertial(period: str) -> str:
    """A tertial as a heading: "jan–apr 2023"."""
    year, number_ = period.split("-T")
    first = 4 * int(number_) - 4
    return f"{t(MONTHS[first])[:3]}–{t(MONTHS[first + 3])[:3]} {year}"


def _touched(facts: AreaFacts, agreement: str) -> tuple[list[Row], list[Row]]:
    """The outcomes of an agreement's promises, and one of each figure."""
    mine = [row for row in facts.outcomes if row["agreement"] == agreement]
    return mine, list({row["indicator"]: row for row in mine if row["indicator"] in facts.release.definitions}.values())


def _outcomes(facts: AreaFacts, whole: Sequence[Row]) -> list[Block]:
    """What became of the figures that the promises touch, in all; the appendix has a sentence of each."""
    agreement = whole[0]["agreement"]
    _, each_once = _touched(facts, agreement)
    content: list[Block] = [
        Heading(text=t("Utfall"), id="loften-utfall"),
        Paragraph(
            text=outcomes_sentence([settled(row, beside_others(facts, row)) for row in each_once]), voice="generated"
        ),
    ]
    content += changed_rules(row for row in facts.effects if row["agreement"] == agreement)
    untold = undecided_sentences(facts, [row for row in each_once if _change(facts, row) is None])
    if len(untold) < len(each_once):
        content.append(
            Paragraph(
                text=t("Vad som kan sägas om varje mått, och hur liten förändring som hade synts, står i bilagan."),
                voice="note",
            )
        )
    if untold:
        content.append(Paragraph(text=t("Mått som inte kan jämföras, och varför:")))
        content.append(Bullets(items=untold, voice="note"))
    if charts := promise_by_promise(facts):
        content.append(Heading(text=t("Löfte för löfte, mot liknande kommuner"), id="loften-mot-andra"))
        content += charts
    return content


def _outcome_table(facts: AreaFacts, agreement: str) -> list[Block]:
    """Each figure that the promises touch against the years before and similar municipalities, a sentence each."""
    mine, each_once = _touched(facts, agreement)
    rows = []
    for row in each_once:
        change, beside = _change(facts, row), beside_others(facts, row)
        if change is None:
            continue
        definition = facts.release.definitions[row["indicator"]]
        touched = [each["promise_number"] for each in mine if each["indicator"] == row["indicator"]]
        way = row["expected_direction"]
        said = change_sentence(change, definition, is_synthetic=bool(row["is_synthetic"]), hoped=way)
        expected = words(way, EXPECTED, "expected_direction")
        rows.append(
            (
                Cell(
                    text=", ".join(touched),
                    small=expected if way == "none" else t("väntat: {what}", what=expected),
                ),
                Cell(text=words(settled(row, beside), OUTCOMES_OF_PROMISES, "outcome")),
                Cell(text=said),
                Cell(text=effect_sentence(beside) if beside else ""),
            )
        )
    if not rows:
        return []
    columns = (t("Löfte"), t("Utfall"), t("Mot åren före"), t("Mot liknande kommuner"))
    return [
        Table(
            id="loften-utfall-tabell",
            caption=t("Löftets år mot åren före och mot liknande kommuner"),
            columns=tuple(Column(title=title) for title in columns),
            rows=tuple(rows),
            download=behind_rows(facts, mine, "Löftenas utfall"),
        )
    ]


def _change(facts: AreaFacts, row: Row) -> Row | None:
    """The row of changes behind an outcome, where there is one and the promise's time is over."""
    if row["reason"] == "too_early":
        return None
    for change in facts.changes.get(row["indicator"], ()):
        same = (change["period"], change["benchmark_period"]) == (row["period"], row["baseline_period"])
        if change["benchmark_type"] == "promise" and same:
            return change
    return None


def _proposals(whole: Sequence[Row]) -> list[Block]:
    """How promises without a number could have been written."""
    lacking = [row for row in whole if row["measurable_wording"]]
    if not lacking:
        return []
    rows = tuple(
        (Cell(text=f"{row['promise_number']} {row['promise_title']}"), Cell(text=row["measurable_wording"]))
        for row in lacking
    )
    return [
        Heading(text=t("Så kan nästa löfte mätas"), id="loften-nasta"),
        Table(
            id="loften-nasta-tabell",
            caption=t("Förslag till mätbara löften"),
            columns=(Column(title=t("Löfte")), Column(title=t("Förslag"))),
            rows=rows,
            note=t("Antalen är förslag att pröva mot de egna resurserna. De är inte lovade av någon."),
        ),
    ]


def _earlier(facts: AreaFacts, whole: Sequence[Row]) -> Table:
    """The promises before, a row each: promised, done, and what can be said of the figures."""
    together = _of_the_area(facts)
    rows = tuple(
        (
            _named(row, row["agreement_title"]),
            Cell(text=promised_words(row)),
            Cell(text=done_words(area), small=_reporting(area), is_synthetic=bool(area["is_synthetic"])),
            Cell(text=words(area["kept"], KEPT, "kept")),
            Cell(text=outcome_words(facts, row["promise"])),
        )
        for row, area in ((row, together.get(row["promise"], row)) for row in whole)
    )
    columns = (t("Löfte"), t("Lovat"), t("Gjort i hela området"), t("Bedömning"), t("Utfall"))
    return Table(
        id="loften-tidigare",
        caption=t("Tidigare löften och vad som kan sägas om dem"),
        columns=tuple(Column(title=title) for title in columns),
        rows=rows,
    )


def _published(agreements: Sequence[Sequence[Row]]) -> Table:
    """Where each agreement can be read. agreements: the rows of the whole time of each, the newest first."""
    rows = []
    for whole in agreements:
        first = whole[0]
        dated = date_text(first["promise_source_date"]) or t("utan datum")
        link = first["promise_url"] if first["promise_url"].startswith("https://") else ""
        rows.append(
            (
                Cell(text=first["agreement_title"], small=first["note"] or ""),
                Cell(text=t("{start} till {end}", start=first["period_start"], end=first["period_end"])),
                Cell(text=number(len(whole))),
                Cell(text=first["promise_source"], small=dated, link=link),
            )
        )
    columns = (
        Column(title=t("Överenskommelse")),
        Column(title=t("Gäller"), is_day=True),
        Column(title=t("Löften"), is_number=True),
        Column(title=t("Källa")),
    )
    return Table(
        id="loften-kallor", caption=t("Var löftena står, i utgivarens egna ord"), columns=columns, rows=tuple(rows)
    )
