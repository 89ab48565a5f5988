"""What the page of one week rests on, read from one release: counts, reporting, measures, places, police notices."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import duckdb

from models._duckdb import connect, quote
from reports._calendar import last_whole_week, same_week_last_year, week_name
from reports._signals import Signal, signals_of, unanswered
from sources._problem import UsageProblem

WEEK = timedelta(weeks=1)
_STOCKHOLM = ZoneInfo("Europe/Stockholm")
_HALF_A_YEAR = 26
_FEWEST_OF_EIGHT = 4
_FEWEST_EVENTS = 2  # one event is an event
_A_QUARTER = 13
_OF_THINGS_AND_PLACES = "concerns in ('things', 'places')"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a municipality's services told in one week of things and places, each report once, and how many told."""

    reports: int
    events: int
    reporters: int


@dataclass(frozen=True, kw_only=True)
class Reporting:
    """How many units should have reported, did, did without being listed, and have been silent for three weeks."""

    expected: int | None
    expected_reporters: int | None
    unlisted_reporters: int | None
    silent_reporters: int | None


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A measure of the log. done_date is None until it is done, due_date where none is decided."""

    municipality_code: str
    number: int
    focus_area: str
    action: str
    place: str
    responsible: str
    status: str
    due_date: date | None
    done_date: date | None
    is_late: bool


@dataclass(frozen=True, kw_only=True)
class NewPlace:
    """A place with at least two events, and none in the half year before: category → events."""

    municipality_code: str
    place: str
    events: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class WeekFacts:
    """One area's week. A week that a municipality has no entry for in `told` is one of which nobody reported."""

    area_code: str
    area: str
    municipalities: Mapping[str, str]
    monday: date
    as_of: date
    release: str
    version: str
    is_synthetic: bool
    focus_areas: Mapping[str, str]  # category of things or places → its focus area, in the order of the focus areas
    told: Mapping[str, Mapping[date, Told]]
    events: Mapping[tuple[str, str], Mapping[date, int]]  # (municipality_code, category) → week → events
    reporting: Mapping[str, Reporting]
    measures: Sequence[Measure]
    police: Mapping[str, Mapping[str, int]] | None  # municipality_code → type → notices; None: the feed ends before
    judged: Collection[str] = ()  # municipalities of which it is known how many events to expect
    signals: Sequence[Signal] = ()  # of the week and, where it is the newest, of the newest month
    unanswered: Sequence[Signal] = ()  # of the quarter up to the week
    answered: int = 0  # signals of the year before the release that the group has answered
    useful: int = 0  # of those, the ones where more really happened
    new_places: Sequence[NewPlace] = ()

    @property
    def sunday(self) -> date:
        """The week's last day."""
        return self.monday + timedelta(days=6)

    @property
    def is_over(self) -> bool:
        """Whether the week had ended when the release was made."""
        return self.sunday < self.as_of


_Made = TypeVar("_Made", Told, Reporting, Measure)


def mean_before(series: Mapping[date, float], reported: Mapping[date, Told], monday: date) -> float | None:
    """The mean of the eight weeks before, of those that somebody reported in; None where that was fewer than four."""
    weeks = [monday - n * WEEK for n in range(1, 9) if monday - n * WEEK in reported]
    return sum(series.get(week, 0) for week in weeks) / len(weeks) if len(weeks) >= _FEWEST_OF_EIGHT else None


def four_weeks_last_year(monday: date) -> list[date]:
    """The same four weeks of the year before, this week's the last, oldest first."""
    last = same_week_last_year(monday)
    return [last - n * WEEK for n in (3, 2, 1, 0)]


def mean_last_year(series: Mapping[date, float], reported: Mapping[date, Told], monday: date) -> float | None:
    """The mean of the same four weeks of the year before; None where nobody reported in one of them."""
    weeks = four_weeks_last_year(monday)
    return sum(series.get(week, 0) for week in weeks) / 4 if all(week in reported for week in weeks) else None


def members_of(folder: Path, area: str) -> Mapping[str, str]:
    """The municipalities of an area, code → name, that a release speaks of. folder: its `internal/`.

    Raises UsageProblem for an area that is unknown, or that the release does not speak of.
    """
    described = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    with connect(folder / "lagesbild.duckdb", read_only=True) as con:
        members, spoken_of = (
            dict(
                con.sql(
                    "select municipality_code, municipality from core.municipalities "
                    f"where municipality_code = {quote(code)} or municipality_code in "
                    f"(select municipality_code from core.area_members where area_code = {quote(code)}) order by all"
                ).fetchall()
            )
            for code in (area, str(described["area"]))
        )
    if not members:
        raise UsageProblem(
            "--area", "okänt område", found=f"'{area}'", do="ange en kod ur data/reference/areas.csv eller en kommunkod"
        )
    if not members.keys() <= spoken_of.keys():
        raise UsageProblem(
            "--area",
            "utgåvan gäller inte hela området",
            found=f"{area}; utgåvan gäller {described['area']}",
            do=f"kör lagesbild run --area {area}, eller ange --area {described['area']}",
        )
    return members


def read_facts(folder: Path, area: str, municipalities: Mapping[str, str], monday: date | None) -> WeekFacts:
    """The facts of a week (its Monday; None: the last whole one) from a release. folder: its `internal/`.

    Raises UsageProblem for a week that the release cannot speak of, and for a release made before it held weeks.
    """
    described = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    as_of = date.fromisoformat(described["as_of"])
    monday = monday or last_whole_week(as_of)
    newest = as_of - timedelta(days=as_of.weekday())
    if not newest - 51 * WEEK <= monday <= newest:
        raise UsageProblem(
            "lagesbild week",
            "utgåvan har inte den veckan",
            found=week_name(monday),
            do=f"ange en vecka från {week_name(newest - 51 * WEEK)} till {week_name(newest)}",
        )
    with connect(folder / "lagesbild.duckdb", read_only=True) as con:
        try:
            return _read(con, area, municipalities, monday, described)
        except duckdb.CatalogException:
            raise UsageProblem(
                str(folder), "utgåvan är gjord med en äldre version, utan veckor", do="kör lagesbild run"
            ) from None


def _read(
    con: duckdb.DuckDBPyConnection,
    area: str,
    municipalities: Mapping[str, str],
    monday: date,
    described: Mapping[str, Any],
) -> WeekFacts:
    # Values stand in the text of the queries: given beside it they would import pandas, a third of a second.
    rows = partial(_rows, con)
    members = f"municipality_code in ({', '.join(map(quote, municipalities))})"
    first, newest = f"date {quote(str(monday - _HALF_A_YEAR * WEEK))}", f"date {quote(str(monday))}"
    counted = rows(
        "select week.*, sort_order from core.incident_reports_by_municipality_week as week "
        f"left join core.focus_areas using (focus_area) where {members} and {_OF_THINGS_AND_PLACES} "
        "order by sort_order nulls last, category, municipality_code, week_start"
    )
    impersonal = rows(f"from core.impersonal_incident_reports_by_municipality_week where {members}")
    reporting = rows(
        "from core.incident_reporting_by_municipality_period "
        f"where period_type = 'week' and period_start = {newest} and {members}"
    )
    measures = rows(
        f"select area_code as municipality_code, * from output.measures where {members} "
        "order by is_late desc, due_date nulls last, area_code, number"
    )
    places = rows(
        "select municipality_code, place, week_start, category, events from core.incident_reports_by_place_week "
        f"where {members} and {_OF_THINGS_AND_PLACES} and week_start between {first} and {newest} order by all"
    )
    notices = rows(
        "select municipality_code, type, focus_area, epoch(coalesce(occurred_at, published_at)) as at, is_synthetic "
        f"from core.police_events where {members} and not is_digest and not has_earlier_twin "
        f"and coalesce(occurred_at, published_at) between {newest} - interval 1 day and {newest} + interval 8 days"
    )
    [(reach,)] = con.sql(
        "select (max(published_at) at time zone 'Europe/Stockholm')::date from core.police_events"
    ).fetchall()
    told: dict[str, dict[date, Told]] = {code: {} for code in municipalities}
    for row in impersonal:
        told[row["municipality_code"]][row["week_start"]] = _made(Told, row)
    events: dict[tuple[str, str], dict[date, int]] = defaultdict(dict)
    for row in counted:
        events[row["municipality_code"], row["category"]][row["week_start"]] = row["events"]
    police: dict[str, Counter[str]] = {code: Counter() for code in municipalities}
    for row in notices:
        if monday <= datetime.fromtimestamp(row["at"], _STOCKHOLM).date() < monday + WEEK:
            # A type of no focus area is counted, not named: "Försvunnen person, 1" is somebody, and no lägesbild.
            police[row["municipality_code"]][row["type"] if row["focus_area"] else ""] += 1
    facts = WeekFacts(
        area_code=area,
        area=rows(f"select area from core.areas where area_code = {quote(area)}")[0]["area"],
        municipalities=municipalities,
        monday=monday,
        as_of=date.fromisoformat(described["as_of"]),
        release=described["release"],
        version=described["versions"]["lagesbild"],
        is_synthetic=any(row["is_synthetic"] for row in (*impersonal, *measures, *notices)),
        focus_areas={row["category"]: row["focus_area"] or "" for row in counted},
        told=told,
        events=events,
        reporting={row["municipality_code"]: _made(Reporting, row) for row in reporting},
        measures=[_made(Measure, {**row, "place": row["place"] or ""}) for row in measures],
        police=police if reach and reach >= monday else None,
    )
    if not facts.is_over:
        return facts  # a part of a week is held against no whole ones
    return replace(
        facts,
        judged=frozenset(
            row["area_code"]
            for row in rows(
                "select distinct area_code from output.early_warning "
                f"where period_type = 'week' and period_start = {newest} and reason = ''"
            )
        ),
        new_places=_new_places(facts, places),
        **_signals(con, {area, *municipalities}, monday, is_newest=monday == last_whole_week(facts.as_of)),
    )


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    result = con.sql(query)
    return [dict(zip(result.columns, row, strict=True)) for row in result.fetchall()]


def _made(kind: type[_Made], row: Mapping[str, Any]) -> _Made:
    """A row as the dataclass whose fields are called what its columns are."""
    return kind(**{field.name: row[field.name] for field in fields(kind)})


def _signals(
    con: duckdb.DuckDBPyConnection, areas: Collection[str], monday: date, *, is_newest: bool
) -> dict[str, Any]:
    """What the page of a week, which may be the newest, says of the signals of its areas."""
    found = signals_of(con, areas)
    quarter = [each for each in found if monday - _A_QUARTER * WEEK < each.period_start <= monday]
    answers = {each.signal: each.is_useful for each in found if each.answer}
    return {
        "signals": [
            each
            for each in found
            if (each.period_type == "week" and each.period_start == monday)
            or (each.period_type == "month" and each.is_newest and is_newest)
        ],
        "unanswered": unanswered(quarter),
        "answered": len(answers),
        "useful": sum(map(bool, answers.values())),
    }


def _new_places(facts: WeekFacts, places: Sequence[Mapping[str, Any]]) -> list[NewPlace]:
    """The places with at least two events in the week and none in the half year before, when somebody reported."""
    now: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for row in places:
        if row["week_start"] == facts.monday and row["events"]:
            now[row["municipality_code"], row["place"]][row["category"]] = row["events"]
    before = {(row["municipality_code"], row["place"]) for row in places if row["week_start"] < facts.monday}
    half_year = [facts.monday - n * WEEK for n in range(1, _HALF_A_YEAR + 1)]
    return [
        NewPlace(municipality_code=code, place=place, events=events)
        for (code, place), events in now.items()
        if (code, place) not in before
        and sum(events.values()) >= _FEWEST_EVENTS
        and sum(week in facts.told[code] for week in half_year) >= _HALF_A_YEAR // 2
    ]
