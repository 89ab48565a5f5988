"""Platser och tider: when and where events come together, and what that does not say.

Only sources that know when something happened and name its place: the services' own reports, of things and places, and
monthly reported offences. Sentences are rules on rows of `output.profiles`, `output.places` and `output.concentration`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from reports._codes import PROFILES
from reports._document import Block, Bullets, Cell, Chart, Column, Columns, Heading, Paragraph, Section, Table
from reports._facts import AreaFacts
from reports._language import t
from reports._parts import behind_rows, expected_outcome, expected_range
from reports._phrases import in_sentence, joined, listed, series_name
from reports._slot_chart import profile_alternative, profile_spec, slot_name, slot_text
from reports._words import MONTHS, REASONS, Row, capital, month_text, number, percent, words

_EVERY = "incident_reports"
_MOST_MUNICIPALITIES = 6


def places_and_times(facts: AreaFacts) -> Section:
    """The page: year, week and day of all events, each kind's own pattern, the places that recur."""
    by_profile = _by_profile(facts.profiles)
    charts = [
        chart for profile in PROFILES if (chart := _chart(facts, by_profile.get((_EVERY, profile), ()))) is not None
    ]
    content: list[Block] = []
    if charts:
        content.append(
            Paragraph(
                text=t(
                    "Här räknas händelser om saker och platser som kommunens verksamheter har rapporterat. Det ljusa "
                    "fältet visar vad som ryms i slumpen om inget annat skilde än hur många dagar någon rapporterade."
                )
            )
        )
    # The last chart has no neighbour, and what is said of places stands beside it.
    content += charts[:-1]
    said = _concentrated(facts)
    if charts and said:
        content.append(Columns(columns=((charts[-1],), tuple(said))))
    else:
        content += [*charts[-1:], *said]
    tables = [table for table in (_recurrent(facts), _patterns(facts, by_profile)) if table.rows]
    content += tables
    if not charts and not tables and not said:
        content = [Paragraph(text=t("Uppgift saknas."), voice="missing")]
    content += [Heading(text=t("Vad siffrorna inte säger"), id="platser-inte"), _limits(facts, bool(charts))]
    return Section(id="platser-och-tider", title=t("Platser och tider"), blocks=tuple(content), kind="page")


def pattern_text(rows: Sequence[Row]) -> str:
    """What one profile shows: "flest kring juli, färre i december", "fler på fredagar", or why nothing can be said.

    rows: one series, area and profile.
    """

    def when(result: str) -> str:
        slots = sorted(row["slot"] for row in rows if row["result"] == result)
        return slot_text(rows[0]["profile"], slots) if slots else ""

    more, fewer = when("higher"), when("lower")
    peak = rows[0]["season_peak"]
    said = [t("flest kring {month}", month=t(MONTHS[peak - 1]))] if peak else []
    said += [t("fler {when}", when=more)] if more else []
    said += [t("färre {when}", when=fewer)] if fewer else []
    if said:
        return ", ".join(said)
    if any(row["result"] != "not_compared" for row in rows):
        return t("inget säkerställt")
    reasons = [row["reason"] for row in rows]
    return words(next((each for each in reasons if each != "not_reported"), reasons[0]), REASONS, "reason")


def concentration_sentence(row: Row) -> str:
    """How far events come together at few places: a row of `output.concentration` that can be compared."""
    places = row["busiest_places"].split("; ")
    values = {
        "area": row["area"],
        "places": listed(places),
        "n": number(row["events_at_busiest"]),
        "of": number(row["events"]),
        "share": _per_cent(row["share"]),
        "low": number(100 * row["share_lower"]),
        "high": _per_cent(row["share_upper"]),
        "period": capital(span(row["period_start"], row["period_end"])),
        "all": number(row["places_number"]),
        "equal": _per_cent(row["expected_share"]),
    }
    said = t(
        "{area}: {places} hade flest händelser året före. {period} hade de {n} av {of} på namngivna platser: {share}, "
        "sannolikt mellan {low} och {high}.",
        **values,
    )
    rests = {
        "higher": t("Det är säkerställt mer än {equal}, som om kommunens {all} platser hade lika många.", **values),
        "lower": t("Det är säkerställt mindre än {equal}, som om kommunens {all} platser hade lika många.", **values),
        "similar": t("Hade kommunens {all} platser lika många vore det {equal}. Slumpen räcker som skäl.", **values),
    }
    made = f"[{t('konstruerat')}]" if row["is_synthetic"] else ""
    return joined(said, rests[row["result"]], made)


def span(first: date, last: date) -> str:
    """The months from one day to another: "juli 2025–juni 2026"."""
    return "–".join(month_text(each.isoformat()) for each in (first, last))


def _by_profile(rows: Sequence[Row]) -> Mapping[tuple[str, str], Sequence[Row]]:
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row["series"], row["profile"]), []).append(row)
    return found


def _chart(facts: AreaFacts, rows: Sequence[Row]) -> Chart | None:
    """One profile of all events, with the table behind it."""
    spec = profile_spec(rows, unit=t("antal")) if rows else None
    if spec is None:
        return None
    profile = rows[0]["profile"]
    name = capital(words(profile, PROFILES, "profile"))
    said = t("{profile}: {pattern}", profile=name, pattern=pattern_text(rows))
    caption = t(
        "{profile}: händelser om saker och platser, {area}, {period}",
        profile=name,
        area=facts.area.name,
        period=span(rows[0]["period_start"], rows[0]["period_end"]),
    )
    heads = {"month": "Månad", "weekday": "Veckodag", "hour": "Klockslag"}
    columns = (
        Column(title=words(profile, heads, "profile"), is_day=True),
        Column(title=t("Antal"), is_number=True),
        Column(title=t("Väntat"), is_number=True),
        Column(title=t("Utfall")),
    )
    lines = tuple(
        (
            Cell(text=slot_name(profile, row["slot"])),
            Cell(text=".." if row["events"] is None else number(row["events"])),
            Cell(text=expected_range(row)),
            Cell(text=expected_outcome(row), is_synthetic=bool(row["is_synthetic"])),
        )
        for row in sorted(rows, key=lambda row: int(row["slot"]))
    )
    return Chart(
        id=f"profil-{profile}",
        finding=said,
        alternative=profile_alternative(rows, finding=said),
        caption=caption,
        spec=spec,
        table=Table(
            id=f"profil-{profile}-tabell",
            caption=caption,
            columns=columns,
            rows=lines,
            download=behind_rows(facts, rows, PROFILES[profile]),
        ),
        is_synthetic=any(row["is_synthetic"] for row in rows),
        width="half",
    )


def _patterns(facts: AreaFacts, by_profile: Mapping[tuple[str, str], Sequence[Row]]) -> Table:
    """What each kind of event and offence shows over the year, the week and the day."""
    rows, behind = [], []
    for series in dict.fromkeys(name for name, _ in by_profile):
        if series == _EVERY:
            continue
        mine = {profile: by_profile.get((series, profile), ()) for profile in PROFILES}
        first = mine["month"] or mine["weekday"] or mine["hour"]
        # Where nothing at all can be said a row would only be read in vain.
        if all(row["result"] == "not_compared" for each in mine.values() for row in each):
            continue
        behind += [row for each in mine.values() for row in each]
        cells = [
            Cell(
                text=series_name(first[0], facts.release.focus_areas),
                is_synthetic=any(row["is_synthetic"] for row in first),
            ),
            Cell(text=number(sum(row["events"] or 0 for row in first))),
        ]
        cells += [Cell(text=capital(pattern_text(each)) if each else "–") for each in mine.values()]
        rows.append(tuple(cells))
    columns = (
        Column(title=t("Vad som räknas")),
        Column(title=t("Antal"), is_number=True),
        *(Column(title=capital(words(profile, PROFILES, "profile"))) for profile in PROFILES),
    )
    return Table(
        id="monster",
        caption=t("När det händer: månader, veckodagar och timmar som skiljer sig mer än slumpen ger"),
        columns=columns,
        rows=tuple(rows),
        note=_offences_note(by_profile),
        download=behind_rows(facts, behind, "När det händer") if behind else None,
    )


def _offences_note(by_profile: Mapping[tuple[str, str], Sequence[Row]]) -> str:
    """What the months of reported offences are; nothing where there are none."""
    rows = [row for (series, _), each in by_profile.items() if series.startswith("reported_offences_") for row in each]
    if not rows:
        return ""
    return t(
        "Anmälda brott, {period}, följer månaden då de anmäldes. Dag och timme är inte kända (–).",
        period=span(min(row["period_start"] for row in rows), max(row["period_end"] for row in rows)),
    )


def _concentrated(facts: AreaFacts) -> list[Block]:
    """How far events come together, and whether any place recurs; nothing where no place is known."""
    if not facts.places:
        return []
    told = [row for row in facts.concentration if row["series"] == _EVERY and row["result"] != "not_compared"]
    sentences = [concentration_sentence(row) for row in told[:_MOST_MUNICIPALITIES]]
    if not any(row["is_recurrent"] for row in facts.places):
        sentences.append(t("Ingen plats har säkerställt fler händelser än de andra."))
    content: list[Block] = [Heading(text=t("Återkommande platser"), id="aterkommande")]
    if len(sentences) > 1:
        content.append(Bullets(items=tuple(sentences), voice="generated"))
    else:
        content += [Paragraph(text=text, voice="generated") for text in sentences]
    return content


def _recurrent(facts: AreaFacts) -> Table:
    """A row for each place that recurs, and which kinds of events it has more of than chance gives."""
    places: dict[tuple[str, str], list[Row]] = {}
    for row in facts.places:
        places.setdefault((row["area"], row["place"]), []).append(row)
    totals: dict[tuple[str, str], int] = {}
    for row in facts.places:
        totals[row["area"], row["series"]] = totals.get((row["area"], row["series"]), 0) + row["events"]
    rows, behind = [], []
    for (area, place), mine in places.items():
        recurrent = [row for row in mine if row["is_recurrent"]]
        if not recurrent:
            continue
        behind += recurrent
        every = next(row for row in mine if row["series"] == _EVERY)
        kinds = [
            t(
                "{kind} {n} av {of}",
                kind=in_sentence(series_name(row, facts.release.focus_areas, is_short=True)),
                n=number(row["events"]),
                of=number(totals[area, row["series"]]),
            )
            for row in recurrent
        ]
        rows.append(
            (
                Cell(
                    text=place if area == facts.area.name else f"{place} ({area})", is_synthetic=every["is_synthetic"]
                ),
                Cell(text=t("{n} av {of}", n=every["months_with_events"], of=12)),
                Cell(text=capital(", ".join(kinds))),
            )
        )
    first = next(iter(facts.places), None)
    period = span(first["period_start"], first["period_end"]) if first is not None else ""
    columns = (
        Column(title=t("Plats")),
        Column(title=t("Månader"), is_number=True),
        Column(title=t("Fler än en lika stor andel av")),
    )
    return Table(
        id="aterkommande-platser",
        caption=t(
            "Återkommande platser: säkerställt fler händelser än andra namngivna platser, {period}", period=period
        ),
        columns=columns,
        rows=tuple(rows),
        download=behind_rows(facts, behind, "Återkommande platser") if behind else None,
    )


def _limits(facts: AreaFacts, has_reports: bool) -> Bullets:
    """What the figures do not say, and what was not counted."""
    untimed = next((row for row in facts.profiles if row["series"] == _EVERY and row["profile"] == "hour"), None)
    said = [t("Ungefär vart tjugonde mönster pekas ut av slump, även om inget skiljer.")]
    if has_reports:
        said += [
            t("Platserna är olika stora. En större ort har fler händelser utan att vara mer otrygg."),
            t("Veckor då ingen rapporterade räknas inte som lugna veckor; de räknas inte alls."),
        ]
    if untimed is not None:
        n = number(untimed["events_without_time"])
        said.append(t("Klockslaget är när det hände eller upptäcktes. Antal händelser utan klockslag: {n}.", n=n))
    if facts.release.meta.audience == "internal":
        said.append(t("Planerade evenemang de närmaste veckorna står i Veckans läge."))
    return Bullets(items=tuple(said), voice="note")


def _per_cent(share: float) -> str:
    return percent(number(100 * share))
