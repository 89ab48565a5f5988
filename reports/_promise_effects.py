"""What became of promises beside other municipalities: sentences, a chart of every promise, and the appendix.

Rules on rows of `output.promise_effects`: where a change worth hoping for could not have been seen, it is not "no
difference" but "kan inte avgöras med dessa tal", and nothing says that a promise is a cause.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from reports._codes import DESIGNS, OUTCOMES_OF_PROMISES, RESULTS_OF_EFFECTS
from reports._document import Block, Bullets, Cell, Chart, Column, Columns, Paragraph, Section, Table
from reports._facts import AreaFacts
from reports._figure import figure
from reports._interval_chart import intervals_alternative, intervals_spec
from reports._language import t
from reports._parts import behind_rows
from reports._phrases import joined, listed, name_of
from reports._sentences import smallest_seen
from reports._words import REASONS, Row, capital, number, words

_FAR = 10  # times as many: beyond it a limit says no more than that


def effect_sentence(row: Row) -> str:
    """What one row of promise_effects says, or why it says nothing."""
    if row["result"] == "not_possible" or (row["effect"] is None and row["design"] != "displacement"):
        return t("{reason}.", reason=capital(words(row["reason"], REASONS, "reason")))
    match row["design"]:
        case "did":
            return joined(_beside_similar(row), _certainty(row))
        case "interrupted":
            return joined(_from_month_to_month(row), _certainty(row))
        case "synthetic_control":
            return _among_placebos(row)
    return _next_door(row)


def _beside_similar(row: Row) -> str:
    said = ""
    if 0 < row["effect"] < math.inf:
        said = t(
            "Hade talet per invånare ändrats som i {n} liknande kommuner hade antalet blivit ungefär {expected}. "
            "Det blev {events}.",
            n=row["compared_places"],
            expected=number(row["events_during"] / row["effect"]),
            events=number(row["events_during"]),
        )
    return joined(said, _how_much(row))


def _from_month_to_month(row: Row) -> str:
    head = t("När löftet började ändrades månadernas antal, jämfört med vad månaderna före leder till.")
    rules = t("Regler som ändrades i hela landet är frånräknade.") if row["rule_changes"] else ""
    return joined(head, rules, _how_much(row))


def _how_much(row: Row) -> str:
    """How much higher or lower than expected, with its interval."""
    if row["effect_lower"] is None:
        return t("Det är {much}.", much=_much(row["effect"]))
    return t(
        "Det är {much}, sannolikt mellan {reach}.",
        much=_much(row["effect"]),
        reach=_reach(row["effect_lower"], row["effect_upper"]),
    )


def _much(ratio: float) -> str:
    percent = round(100 * (ratio - 1)) if ratio < _FAR else 0
    if ratio >= _FAR:
        return t("mer än tio gånger så högt")
    if not percent:
        return t("lika mycket")
    n = number(abs(percent))
    return t("{n} procent högre", n=n) if percent > 0 else t("{n} procent lägre", n=n)


def _reach(lower: float, upper: float) -> str:
    """Two limits as they follow "mellan": the nearer one first where both lie on one side."""
    if upper < 1:
        lower, upper = upper, lower
    return t("{one} och {other}", one=_much(lower), other=_much(upper))


def _certainty(row: Row) -> str:
    """How sure a difference is, and how small a one could have been found."""
    undecided = t("Om det är mer än slump kan inte avgöras med dessa tal.")
    match row["result"], row["reason"]:
        case (("lower" | "higher"), reason):
            judged = joined(t("Det bedöms inte."), t("Talet följer polisens insatser.")) if reason else ""
            cause = t("Det visar inte om löftet är orsaken.")
            said = joined(t("Skillnaden är statistiskt säkerställd."), cause, judged)
        case "similar", _:
            said = t("Skillnaden kan bero på slumpen.")
        case _, "several_indicators":
            many = t("Löftet har {n} mått, och något av så många skiljer sig lätt av slump.", n=row["tests"])
            said = joined(many, undecided)
        case _, "differed_before":
            said = joined(t("Redan åren före löftet gick det på olika sätt här och där."), undecided)
        case _:
            said = undecided
    return joined(said, _detectable(row))


def _detectable(row: Row) -> str:
    """The smallest change in the promise's direction that would have been found; for none at all that no fall would."""
    way = "higher" if row["expected_direction"] == "higher" else "lower"
    if way == "lower" and row["smallest_detectable_fall"] is None:
        return t("Inte ens om antalet sjunkit till noll hade det kunnat synas.")
    return smallest_seen(row, way)


def _among_placebos(row: Row) -> str:
    beside = t("Jämfört med ett vägt medel av {n} liknande kommuner:", n=row["compared_places"])
    rank = t(
        "Bland de {places} kommuner där ett sådant medel passar är avvikelsen nummer {rank}, den största först.",
        rank=row["placebo_rank"],
        places=row["placebos"] + 1,
    )
    why = "" if row["result"] in ("lower", "higher") else t("Det kan inte avgöras med dessa tal.")
    return joined(beside, t("det är {much}.", much=_much(row["effect"])), rank, why)


def _next_door(row: Row) -> str:
    where = listed((row["compared_with"] or "").split("; "))
    if row["reason"] == "no_own_change":
        return t(
            "Förändringen här går inte att skilja från slump. "
            "Därför går det inte att säga om något har flyttat till {where}.",
            where=where,
        )
    match row["result"]:
        case "lower":
            return t(
                "När antalet ändrades här ändrades det åt andra hållet i {where}. Något kan ha flyttat.", where=where
            )
        case "higher":
            return t("Antalet ändrades åt samma håll i {where}. Inget tyder på att något har flyttat dit.", where=where)
        case "similar":
            return t("Inget tyder på att något har flyttat till {where}.", where=where)
    return t("Om något har flyttat till {where} kan inte avgöras med dessa tal.", where=where)


# ------------------------------------------------------------------------------------------------------------- the page


def beside_others(facts: AreaFacts, outcome: Row) -> Row | None:
    """The row of the primary design for a row of promise_outcomes."""
    same = (outcome["promise"], outcome["indicator"], "did")
    return next((row for row in facts.effects if (row["promise"], row["indicator"], row["design"]) == same), None)


def settled(outcome: Row, beside: Row | None) -> str:
    """What became of a figure: beside others where that could be computed, else beside the years before."""
    return str(outcome["outcome"] if beside is None or beside["result"] == "not_possible" else beside["outcome"])


def outcome_words(facts: AreaFacts, promise: str) -> str:
    """What came of a promise in a few words: the figures that can be told one by one, the others by number."""
    mine = [
        row for row in facts.outcomes if row["promise"] == promise and row["indicator"] in facts.release.definitions
    ]
    if not mine:
        return t("inget mått är knutet till löftet")
    told = [(row, settled(row, beside_others(facts, row))) for row in mine]
    said = [
        t(
            "{name}: {outcome}",
            name=name_of(facts.release.definitions[row["indicator"]]),
            outcome=words(code, OUTCOMES_OF_PROMISES, "outcome"),
        )
        for row, code in told
        if code != "not_compared"
    ]
    untold = len(told) - len(said)
    if not said:
        return t("kan inte avgöras med dessa tal")
    if untold:
        others = t("ett mått till: kan inte avgöras med dessa tal")
        said.append(others if untold == 1 else t("{n} mått till: kan inte avgöras med dessa tal", n=untold))
    return "; ".join(said)


def changed_rules(rows: Iterable[Row]) -> list[Block]:
    """Which national rules changed meanwhile; nothing where none did. rows: of promise_effects."""
    found = {each for row in rows for each in (row["rule_changes"] or "").split("; ") if each}
    if not found:
        return []
    text = t(
        "Under tiden ändrades regler i hela landet. De gäller också de kommuner som det jämförs med. "
        "Jämförelsen med åren före tar inte hänsyn till dem."
    )
    # By the day in brackets at its end.
    return [Paragraph(text=text), Bullets(items=tuple(sorted(found, key=lambda each: each[-11:])))]


def promise_by_promise(facts: AreaFacts) -> list[Block]:
    """Each figure that could be held against similar municipalities, promise by promise, charts too."""
    primary = [row for row in facts.effects if row["design"] == "did" and row["indicator"] in facts.release.definitions]
    content: list[Block] = []
    for indicator in dict.fromkeys(row["indicator"] for row in primary):
        of = {row["period"]: row for row in primary if row["indicator"] == indicator}
        rows = [of[period] for period in sorted(of)]
        if all(row["result"] == "not_possible" for row in rows):
            continue
        said = Bullets(
            items=tuple(
                t("{name}, {years}: {sentence}", name=name, years=row["period"], sentence=effect_sentence(row))
                for row in reversed(rows)
                for name in [name_of(facts.release.definitions[indicator], is_synthetic=bool(row["is_synthetic"]))]
            ),
            voice="generated",
        )
        chart = _chart(facts, indicator, rows)
        content.append(Columns(columns=((chart,), (said,))) if chart is not None else said)
    return content


def _chart(facts: AreaFacts, indicator: str, rows: Sequence[Row]) -> Chart | None:
    definition = facts.release.definitions[indicator]
    drawn = {row["period"]: _drawn(row) for row in rows}
    unit = t("procent av det väntade; 100 är som i liknande kommuner")
    spec = intervals_spec(drawn, unit=unit, own=rows[-1]["period"], line_at=100.0)
    if spec is None:
        return None
    named = name_of(definition)
    finding = _finding(named, rows)
    lines = tuple(
        (
            Cell(text=said.area),
            Cell(text=number(row["events_during"]) if row["events_during"] is not None else ""),
            Cell(text=said.number or ".."),
            Cell(text=said.limits),
            Cell(text=_least(row["smallest_detectable_fall"])),
            Cell(
                text=words(row["result"], RESULTS_OF_EFFECTS, "result"),
                small=words(row["reason"], REASONS, "reason") if row["reason"] else "",
                is_synthetic=said.is_synthetic,
            ),
        )
        for row, said in zip(rows, map(figure, drawn.values()), strict=True)
    )
    columns = (
        Column(title=t("Löfte")),
        Column(title=t("Antal"), is_number=True),
        Column(title=t("Procent av det väntade"), is_number=True),
        Column(title=t("Osäkerhetsintervall"), is_number=True),
        Column(title=t("Minsta minskning som hade synts"), is_number=True),
        Column(title=t("Utfall")),
    )
    caption = t("{name}, löfte för löfte, mot liknande kommuner", name=named)
    return Chart(
        id=f"loften-{indicator.replace('_', '-')}",
        finding=finding,
        alternative=intervals_alternative(drawn, finding=finding),
        caption=caption,
        spec=spec,
        table=Table(
            id=f"loften-{indicator.replace('_', '-')}-tabell",
            caption=caption,
            columns=columns,
            rows=lines,
            note=t("Det väntade är antalet, om talet per invånare hade ändrats som i de liknande kommunerna."),
            download=behind_rows(facts, rows, f"Löften mot liknande kommuner {definition['title']}"),
        ),
        is_synthetic=any(row["is_synthetic"] for row in rows),
    )


def _least(fall: float | None) -> str:
    return t("ingen") if fall is None else t("{n} procent", n=number(-fall))


def _drawn(row: Row) -> Row:
    """A row of promise_effects as one of a figure, in per cent of what was expected."""
    is_known = row["effect"] is not None and row["effect"] < _FAR
    return {
        **dict.fromkeys(("numerator", "denominator", "respondents", "response_rate", "period_start", "period_end")),
        "area_type": "promise",
        "area": t("Löftet {years}", years=row["period"]),
        "area_code": row["period"],
        "period": "",
        "period_type": "",
        "unit": "antal",
        "method": "did",
        "flags": "",
        "status": "ok" if is_known else "not_reported",
        "value": 100 * row["effect"] if is_known else None,
        "lower_confidence_limit": 100 * row["effect_lower"] if is_known else None,
        "upper_confidence_limit": 100 * min(row["effect_upper"], _FAR) if is_known else None,
        "is_synthetic": row["is_synthetic"],
    }


def _finding(named: str, rows: Sequence[Row]) -> str:
    told = [row["period"] for row in rows if row["result"] in ("lower", "higher")]
    if told:
        return t("{name}: annan utveckling än i liknande kommuner {periods}", name=named, periods=listed(told))
    if any(row["result"] == "similar" for row in rows):
        return t("{name}: inget löfte skiljer sig säkert från liknande kommuner", name=named)
    return t("{name}: kan inte avgöras med dessa tal", name=named)


# --------------------------------------------------------------------------------------------------------- the appendix


def effects_appendix(facts: AreaFacts) -> tuple[Section, ...]:
    """Every comparison that could be computed, of every promise; nothing where no promise has a figure."""
    known = facts.release.definitions
    rows = [row for row in facts.effects if row["indicator"] in known]
    if not rows:
        return ()
    once = list({(row["period"], row["indicator"], row["design"]): row for row in reversed(rows)}.values())
    once.sort(key=lambda row: (row["period"], row["indicator"], list(DESIGNS).index(row["design"])))
    computed = [row for row in once if row["result"] != "not_possible"]
    content: list[Block] = [
        Paragraph(
            text=t("Varje mått prövas på fyra sätt. Bara det första avgör; de andra är stöd för den som vill granska.")
        ),
        Bullets(items=tuple(_explained().values())),
    ]
    if computed:
        columns = (t("Löfte"), t("Jämfört"), t("Vad som kan sägas"), t("Med vilka"))
        content.append(
            Table(
                id="loften-jamforelser-tabell",
                caption=t("Allt som har gått att räkna"),
                columns=tuple(Column(title=title) for title in columns),
                rows=tuple(_line(row, known) for row in computed),
                download=behind_rows(facts, once, "Löften jämförda på fyra sätt"),
            )
        )
    content += _not_computed(once)
    title = t("Bilaga: löften jämförda på fyra sätt")
    return (Section(id="loften-jamforelser", title=title, blocks=tuple(content), kind="appendix"),)


def _explained() -> Mapping[str, str]:
    return {
        "did": t(
            "Mot liknande kommuner: hur talet ändrades från tiden före till löftets tid, delat med hur det ändrades i "
            "Koladas liknande kommuner. Kommunerna i löftet och deras grannar är inte med. Har löftet flera mått krävs "
            "mer av vart och ett. Gick det på olika sätt redan åren dessförinnan sägs inget. Att skillnaden ryms i "
            "slumpen sägs bara där en förändring med 30 procent hade synts."
        ),
        "interrupted": t(
            "Månad för månad: hur antalet ändrades när löftet började. Årstider, utvecklingen före och regler som "
            "ändrades i hela landet är frånräknade. Det krävs minst ett år på var sida."
        ),
        "synthetic_control": t(
            "Mot ett vägt medel: av de liknande kommuner som tillsammans mest liknade området åren före. Var och en av "
            "dem får sedan spela området. Med färre än tjugo kommuner avgör platsen ingenting."
        ),
        "displacement": t(
            "Förflyttning: om det ändrades åt andra hållet i grannkommuner utanför löftet. Det kan bara sägas där den "
            "egna förändringen går att skilja från slump."
        ),
    }


def _line(row: Row, known: Mapping[str, Row]) -> tuple[Cell, ...]:
    named = name_of(known[row["indicator"]], is_synthetic=bool(row["is_synthetic"]))
    before = ""
    if row["earlier_effect"] is not None:
        before = t(
            "Åren före mot åren dessförinnan: {much}, sannolikt mellan {reach}.",
            much=_much(row["earlier_effect"]),
            reach=_reach(row["earlier_lower"], row["earlier_upper"]),
        )
    return (
        Cell(text=row["period"], small=named),
        Cell(text=words(row["design"], DESIGNS, "design")),
        Cell(text=effect_sentence(row), small=before),
        Cell(text=(row["compared_with"] or "–").replace("; ", ", ")),
    )


def _not_computed(rows: Sequence[Row]) -> list[Block]:
    """How many figures could not be computed, by reason and way."""
    missing = [(row["reason"], row["design"]) for row in rows if row["result"] == "not_possible"]
    if not missing:
        return []
    lines = (
        (
            Cell(text=capital(words(reason, REASONS, "reason"))),
            *(Cell(text=number(missing.count((reason, design)))) for design in DESIGNS),
        )
        for reason in sorted({reason for reason, _ in missing})
    )
    columns = [Column(title=capital(words(design, DESIGNS, "design")), is_number=True) for design in DESIGNS]
    return [
        Table(
            id="loften-ej-raknat",
            caption=t("Vad som inte har gått att räkna: antal mått, varje löfte för sig"),
            columns=(Column(title=t("Varför")), *columns),
            rows=tuple(lines),
        )
    ]
