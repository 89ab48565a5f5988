"""What single rows of a release say in plain Swedish, and how sure they are: rules, and nothing beyond the figures.

Every function takes rows of `output` as mappings and returns one short text in the current language. A difference that
chance may explain is never a rise or a fall; one that is barely told is "på gränsen till säkerställt"; what cannot be
compared or judged says why and sets no two figures side by side. Hidden figures are not shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from reports._figure import figure
from reports._findings import (
    disagreement_sentence,
    finding,
    judgement_sentence,
    judgement_words,
    missing_sentence,
)
from reports._language import t
from reports._phrases import (
    DIRECTIONS,
    REFUSED,
    UNDECIDED,
    bare_text,
    count_text,
    in_sentence,
    is_on_the_edge,
    joined,
    listed,
    name_of,
    period_words,
    place,
    value_text,
    when,
    why,
    worth,
)
from reports._readability import lix
from reports._words import Row, number, with_unit

__all__ = [
    "change_sentence",
    "comparison_sentence",
    "comparisons_sentence",
    "disagreement_sentence",
    "finding",
    "in_sentence",
    "judgement_sentence",
    "judgement_words",
    "lix",
    "missing_sentence",
    "months_sentence",
    "rank_sentence",
    "smallest_seen",
    "trend_sentence",
]

_BENCHMARKS = ("country", "county", "police_area", "similar", "neighbours")


# ------------------------------------------------------------------------------------------------------------ over time


def change_sentence(
    row: Row,
    definition: Row,
    *,
    now: Row | None = None,
    before: Row | None = None,
    is_synthetic: bool = False,
    hoped: str = "",
) -> str:
    """A figure and what it was before, and whether the difference is more than chance.

    row: of changes. hoped: lower or higher, where somebody promised it; the smallest change that would have been seen
    is then told of that way, else of the way the figure went. now, before: the rows of indicators behind its two
    figures where there are such (a promise's years are several rows, so not there): then the counts come first. Raises
    ValueError where they are of something else.
    """
    for other, period in ((now, row["period"]), (before, row["benchmark_period"])):
        _check(row, other, period)
    is_synthetic = is_synthetic or any(bool(each and each["is_synthetic"]) for each in (now, before))
    named = name_of(definition, row, is_synthetic=is_synthetic)
    if now is not None and now["status"] != "ok":
        return missing_sentence(named, now["status"])
    reason = row["reason"]
    is_alone = reason in REFUSED or reason == "no_benchmark" or bool(before and before["status"] != "ok")
    count, base = _count(row, now), _count(row, before)
    is_counted = bool(count and base)
    if is_alone:
        value = count or value_text(row["value"], definition, now)
        head = t("{title}: {value} {when}.", title=named, value=value, when=when(row["period"]))
        then = period_words(row["benchmark_period"])
        return joined(head, _refused(reason, then) if reason in REFUSED else why("no_benchmark"))
    if not is_counted:
        count, base = bare_text(row["value"], definition, now), bare_text(row["benchmark_value"], definition, now)
    values = {
        "title": named,
        "value": count if is_counted else value_text(row["value"], definition, now),
        "base": base,
    }
    if row["benchmark_type"] == "promise":
        periods = {"period": period_words(row["period"]), "base_period": period_words(row["benchmark_period"])}
        one = t("{title}: {value} under löftets år {period}, mot {base} före ({base_period}).", **values, **periods)
        several = t(
            "{title}: {value} under löftesåren {period}, mot {base} under åren före ({base_period}).",
            **values,
            **periods,
        )
        head = several if "–" in periods["period"] else one
    else:
        periods = {"when": when(row["period"]), "base_when": when(row["benchmark_period"])}
        head = t("{title}: {value} {when} mot {base} {base_when}.", **values, **periods)
    if reason in UNDECIDED:
        level = t("Om något har ändrats kan inte avgöras med dessa tal.")
        different = t("Om skillnaden är mer än slump kan inte avgöras med dessa tal.")
        return joined(head, level if count == base else different, why(reason))
    if row["result"] not in DIRECTIONS:
        return joined(head, _within_chance(row, hoped, is_equal=count == base), worth(row))
    cause = t("Det visar inte om löftet är orsaken.") if row["benchmark_type"] == "promise" else ""
    return joined(head, _told(row, definition, is_counted=is_counted), worth(row), cause)


def _count(row: Row, behind: Row | None) -> str:
    """The count behind a rate; empty for a share, and where it is hidden or not known."""
    return figure(behind).count if behind is not None and row["measure"] == "ratio" else ""


def _check(row: Row, other: Row | None, period: str) -> None:
    wanted = {**{name: row[name] for name in ("indicator", "area_code", "breakdown", "category")}, "period": period}
    for name, value in wanted.items():
        if other is not None and other[name] != value:
            raise ValueError(
                f"reports.change_sentence: a row of something else was given: {name} is {other[name]!r}, not {value!r}"
            )


def _refused(reason: str, other: str) -> str:
    return joined(t("Det jämförs inte med {other}.", other=other), why(reason))


def _within_chance(row: Row, hoped: str, *, is_equal: bool) -> str:
    """That chance may explain a difference, and how large it had had to be to be seen, where that is known."""
    said = t("Ingen säkerställd förändring.") if is_equal else t("Skillnaden kan bero på slumpen.")
    if row["measure"] != "ratio":
        return said
    way = hoped if hoped in DIRECTIONS else "higher" if row["effect"] > 1 else "lower"
    if seen := smallest_seen(row, way):
        return joined(said, seen)
    if hoped:
        return t("Om skillnaden är mer än slump kan inte avgöras med dessa tal.")
    if way == "higher":
        return t("Om det är en ökning kan inte avgöras med dessa tal.")
    return t("Om det är en minskning kan inte avgöras med dessa tal.")


def smallest_seen(row: Row, way: str) -> str:
    """The smallest rise (way: higher) or fall (lower) that would have been found; empty where none would.

    row: of changes or promise_effects.
    """
    change = row["smallest_detectable_rise" if way == "higher" else "smallest_detectable_fall"]
    if change is None:
        return ""
    n = number(abs(change))
    if way == "higher":
        return t("För att synas i fyra fall av fem måste en ökning vara minst {n} procent.", n=n)
    return t("För att synas i fyra fall av fem måste en minskning vara minst {n} procent.", n=n)


def _told(row: Row, definition: Row, *, is_counted: bool) -> str:
    """Which way, how much where a percentage may be told, and how sure."""
    percent, is_higher = row["percent_change"], row["result"] == "higher"
    if percent is None:
        how = t("högre") if is_higher else t("lägre")
    elif is_higher:
        how = t("{n} procent högre", n=number(percent))
    else:
        how = t("{n} procent lägre", n=number(-percent))
    is_edge = is_on_the_edge(row)
    if is_edge:
        how = t("{how}, på gränsen till säkerställt", how=how)
    if is_counted:
        said = t("Räknat {unit} är det {how}.", unit=with_unit("", definition["unit"]).strip(), how=how)
    else:
        said = t("Det är {how}.", how=how)
    return said if is_edge else joined(said, t("Skillnaden är statistiskt säkerställd."))


def trend_sentence(row: Row, definition: Row, *, is_synthetic: bool = False) -> str:
    """Which way a figure has gone over five years, or why that cannot be told. row: of trends."""
    named = name_of(definition, row, is_synthetic=is_synthetic)
    years = {"title": named, "first": row["period_from"], "last": row["period_to"]}
    sure = t("Utvecklingen är statistiskt säkerställd.")
    match row["result"]:
        case "increasing":
            return joined(t("{title}: stigande {first}–{last}.", **years), sure, worth(row))
        case "decreasing":
            return joined(t("{title}: sjunkande {first}–{last}.", **years), sure, worth(row))
        case "no_change":
            return joined(t("{title}: ingen säkerställd förändring {first}–{last}.", **years), worth(row))
        case "cannot_be_calculated":
            said = t("{title}: utvecklingen {first}–{last} kan inte bedömas.", **years)
            return joined(said, why(row["reason"]))
    raise ValueError(f"reports.trend_sentence: a result has no words: {row['result']!r}: add it here")


def months_sentence(rows: Sequence[Row], definition: Row) -> str:
    """Which of the newest months fell outside what earlier years let expect, and how many would by chance.

    rows: of months, one indicator in one area. Empty where there are none.
    """
    if not rows:
        return ""
    rows = sorted(rows, key=lambda row: row["month"])
    told = [row for row in rows if row["result"] != "not_compared"]
    above, below = ([row for row in told if row["result"] == way] for way in ("higher", "lower"))
    values = {
        "title": name_of(definition, is_synthetic=any(row["is_synthetic"] for row in rows)),
        "n": len(rows),
        "told": len(told),
        "outside": len(above) + len(below),
    }
    if not told:
        return joined(t("{title}: de senaste {n} månaderna kan inte bedömas.", **values), why("too_few_years"))
    if len(told) == len(rows):
        rest = ""
        none = t("{title}: ingen av de senaste {n} månaderna låg utanför det väntade.", **values)
        some = t("{title}: av de senaste {n} månaderna låg {outside} utanför det väntade.", **values)
    else:
        rest = t("För de andra finns för få tidigare år.")
        none = t("{title}: av de senaste {n} månaderna kan {told} bedömas. Ingen låg utanför det väntade.", **values)
        some = t(
            "{title}: av de senaste {n} månaderna kan {told} bedömas. {outside} låg utanför det väntade.", **values
        )
    if not values["outside"]:
        return joined(none, rest)
    return joined(
        some,
        t("Fler än väntat: {months}.", months=listed([_month(row) for row in above])) if above else "",
        t("Färre än väntat: {months}.", months=listed([_month(row) for row in below])) if below else "",
        t("Av slump hamnar var tjugonde månad utanför, ungefär en på två år."),
        worth((above or below)[0]),
        rest,
    )


def _month(row: Row) -> str:
    return t(
        "{month} ({n} mot väntat {lower}–{upper})",
        month=period_words(row["month"]),
        n=number(row["events"]),
        lower=number(row["expected_lower"]),
        upper=number(row["expected_upper"]),
    )


# -------------------------------------------------------------------------------------------------------- beside others


def comparison_sentence(row: Row, definition: Row, *, own: Row | None = None) -> str:
    """A figure beside one other: higher, lower or level with it, or why that cannot be told.

    row: of comparisons. own: the row of indicators behind its figure: then its count comes first. Raises ValueError
    where that is of something else.
    """
    _check(row, own, row["period"])
    named = name_of(definition, row, is_synthetic=bool(own and own["is_synthetic"]))
    if own is not None and own["status"] != "ok":
        return missing_sentence(named, own["status"])
    other, reason = place(row["benchmark_type"]), row["reason"]
    value = value_text(row["value"], definition, own)
    if reason in REFUSED or reason == "no_benchmark" or row["benchmark_value"] is None:
        beside = ""
    else:
        base = bare_text(row["benchmark_value"], definition, own)
        beside = t(", mot {base} i {other}", base=base, other=other)
    has_count = own is not None and definition["unit"] != "procent" and figure(own).count
    if own is not None and has_count:
        head = joined(
            t("{title}: {value} {when}.", title=named, value=count_text(own), when=when(row["period"])),
            t("Det är {value}{beside}.", value=value, beside=beside),
        )
    else:
        head = t("{title}: {value} {when}{beside}.", title=named, value=value, when=when(row["period"]), beside=beside)
    if reason in REFUSED:
        return joined(head, _refused(reason, other))
    if reason == "no_benchmark":
        return joined(head, t("Uppgift saknas för {other}.", other=other))
    if reason in UNDECIDED:
        said = t("Om skillnaden mot {other} är mer än slump kan inte avgöras med dessa tal.", other=other)
        return joined(head, said, why(reason))
    if row["result"] not in DIRECTIONS:
        said = t("Det är i nivå med {other}: skillnaden kan bero på slumpen.", other=other)
        return joined(head, said, worth(row))
    known = {"other": other}
    if is_on_the_edge(row):
        higher = t("Det är högre än i {other}, på gränsen till säkerställt.", **known)
        lower = t("Det är lägre än i {other}, på gränsen till säkerställt.", **known)
        sure = ""
    else:
        higher, lower = t("Det är högre än i {other}.", **known), t("Det är lägre än i {other}.", **known)
        sure = t("Skillnaden är statistiskt säkerställd.")
    return joined(head, higher if row["result"] == "higher" else lower, sure, worth(row))


def comparisons_sentence(rows: Sequence[Row], definition: Row, *, is_synthetic: bool = False) -> str:
    """A figure beside several others at once; empty where there are none.

    rows: of comparisons, of one figure in one area.
    """
    if not rows:
        return ""
    rows = sorted(rows, key=lambda row: _BENCHMARKS.index(row["benchmark_type"]))
    told = [row for row in rows if row["result"] != "not_compared"]
    ways = {
        ("higher", False): t("säkerställt högre än i {others}"),
        ("higher", True): t("högre än i {others} (på gränsen till säkerställt)"),
        ("lower", False): t("säkerställt lägre än i {others}"),
        ("lower", True): t("lägre än i {others} (på gränsen till säkerställt)"),
        ("similar", False): t("i nivå med {others}"),
    }
    said = []
    for (result, is_edge), way in ways.items():
        others = [row for row in told if row["result"] == result and is_on_the_edge(row) == is_edge]
        if others:
            said.append(way.format(others=listed([place(row["benchmark_type"]) for row in others])))
    named, period = name_of(definition, rows[0], is_synthetic=is_synthetic), period_words(rows[0]["period"])
    judged = next((text for text in map(worth, sorted(told, key=lambda row: row["result"] == "similar")) if text), "")
    texts = [t("{title}, {period}: {said}.", title=named, period=period, said=", ".join(said)), judged] if told else []
    untold = [row for row in rows if row["result"] == "not_compared"]
    for reason in dict.fromkeys(row["reason"] for row in untold):
        names = listed([place(row["benchmark_type"]) for row in untold if row["reason"] == reason])
        if reason == "no_benchmark":
            text = t("Uppgift saknas för {other}.", other=names)
        else:
            text = joined(t("Det kan inte jämföras med {others}.", others=names), why(reason))
        texts.append(text)
    if not told:
        texts.insert(0, t("{title}, {period}.", title=named, period=period))
    return joined(*texts)


def rank_sentence(row: Row, definition: Row, *, is_synthetic: bool = False) -> str:
    """A municipality's place among all, with the places it may as well have, and what place 1 is. row: of ranks."""
    named = name_of(definition, is_synthetic=is_synthetic)
    good = {"low_is_good": t("Lågt är bra."), "high_is_good": t("Högt är bra.")}
    is_wide = row["worst"] - row["best"] + 1 > row["of"] / 2
    return joined(
        t(
            "{title}, {period}: plats {rank} av {of} kommuner, osäkerhet {best}–{worst}.",
            title=named,
            period=period_words(row["period"]),
            **{name: number(row[name]) for name in ("rank", "of", "best", "worst")},
        ),
        t("Plats 1 har lägst tal."),
        good.get(definition["polarity"], ""),
        t("Mer än hälften av alla platser är möjliga.") if is_wide else "",
    )
