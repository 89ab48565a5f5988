"""Veckans läge: what a week's tables hold, what its page says and hides, and that it is one sheet."""

import os
import re
import resource
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import numpy as np
import polars as pl
import pypdf
import pytest
from playwright.sync_api import Browser, sync_playwright
from scipy import stats

from flows._forget import forget
from flows._releases import point_latest, remove_release
from flows._version import VERSION
from flows.cli import main
from flows.pipeline import Plan, add_files, build_warehouse, make_plan, one_writer, read_all, release_id
from flows.settings import read_settings
from models._duckdb import connect
from models._model import all_models
from models.methods.prediction import expect_from_latest, judge
from models.methods.rates import Floats
from reports._calendar import (
    DAYS,
    easter,
    last_whole_week,
    read_week,
    same_week_last_year,
    swedish_days,
    week_name,
)
from reports._codes import CATEGORIES
from reports._document import Bullets, Columns, Document, Paragraph, Section, Table
from reports._language import language
from reports._signals import signal_text
from reports._week import (
    MOST_MEASURES,
    MOST_PLANNED,
    MOST_PUBLIC_WORDS,
    days_text,
    is_roomy,
    public_text,
    week_document,
)
from reports._week_facts import (
    WEEK,
    Measure,
    Reporting,
    Told,
    WeekFacts,
    mean_before,
    mean_last_year,
    members_of,
    read_facts,
)
from reports._week_own import MOST_QUESTIONS, OwnWeek, Planned, read_own
from reports.gate import find_hits_in
from reports.release import ReleaseMeta, write_release
from reports.week import OFFICE, PAGE, PUBLIC, releases_of_weeks, render_week, write_weeks
from sources._identifiers import find_identifiers
from sources._landing import read_manifest
from sources._problem import Problem, UsageProblem
from sources._registry import all_sources
from sources._strict import ROOT, read_reference
from tests.signals import a_signal

CHROMIUM = Path("/usr/bin/chromium")
PEOPLE = ("adults", "care", "children")
W31, W53 = date(2026, 7, 27), date(2026, 12, 28)
NOW = datetime(2027, 1, 5, 2, 30, tzinfo=UTC)


INF = float("inf")


def array(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)


# releases -------------------------------------------------------------------------------------------------------------


def predicted_counts(counts: Floats, exposure: Floats, new_exposure: Floats, tail: float) -> tuple[Floats, ...]:
    """What is expected of a new period, and the lowest and highest count to expect."""
    prediction = expect_from_latest(counts, exposure, new_exposure)
    found = judge(prediction, prediction.expected, tail)
    return prediction.expected, found.lower, found.upper


@dataclass(frozen=True, kw_only=True)
class Made:
    """A data folder with a release in it, not yet published but for `latest`; and its internal folder."""

    data: Path
    internal: Path
    plan: Plan


def released(plan: Plan) -> Made:
    results = read_all(plan)
    assert [result.problem for result in results] == [""] * len(results)
    release = release_id(plan, results)
    built = build_warehouse(plan, results, release, lambda _: None)
    assert built.breaches == ()
    area = plan.settings.area
    meta = ReleaseMeta(
        release=release,
        as_of=plan.as_of,
        area=area,
        municipalities=("1415", "1419", "1421"),
        version=VERSION,
        sample=plan.sample,
        snapshots=[],
    )
    folder = plan.data / "output" / release
    write_release(folder, plan.data / "warehouse.duckdb", meta, built.personal, lambda _: None)
    (plan.data / "output" / "latest").symlink_to(release)
    return Made(data=plan.data, internal=folder / "internal", plan=plan)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("sample") / "data"
    return released(make_plan(read_settings(data=folder), sample=True, now=NOW))


# One official figure: without any there is nothing to publish.
DIALOGUE = (
    "omrade;ar;undersokning;fraga;andel_pct;antal_svar;felmarginal;urvalstyp;svarsfrekvens_pct\n"
    "1415;2022;Dialog;otrygg_utomhus;12,5;400;;sjalvvalda;\n"
)
HEADER = "rapport_id;datum;tid;kommun;plats;kategori;beskrivning;rapportor;atgard\n"
MEASURES = """\
nr;kommun;fokusomrade;plats;problem;atgard;ansvarig_funktion;status;beslutad;klart_senast;klart;antal_lovat;antal_gjort\
;enhet;kostnad_kr;notering
1;Stenungsund;Skadegörelse;;Klotter;Kameror i hemlighet;Fastighetsavdelningen;pågår;2026-09-01;2027-01-01;;;;;;
2;Stenungsund;Skadegörelse;Jörlanda;Klotter;Sanering av gångtunneln;Fastighetsavdelningen;klar;2026-09-01;2026-12-20\
;2026-12-20;;;;;
3;Tjörn;Buskörning;;Fart;Farthinder vid skolan;Gatuavdelningen;planerad;2026-09-01;2027-03-01;;;;;;
"""


def reports() -> Iterator[tuple[date, str, str, str, str]]:
    """Forty weeks of reports to week 53: day, municipality, place, category, service."""
    for week in (W53 - n * WEEK for n in range(40)):
        yield week, "Stenungsund", "Jörlanda", "klotter", "Fältgruppen"
        yield week, "Stenungsund", "Jörlanda", "slagsmål", "Fältgruppen"
        yield week + timedelta(days=1), "Stenungsund", "", "inget att rapportera", "Fritidsgården"
        if week < W53 - 3 * WEEK:
            yield week, "Stenungsund", "Stora Höga", "nedskräpning", "Fastighet"
        yield week, "Tjörn", "Skärhamn", "skadegörelse", "Skola"
        yield week + timedelta(days=1), "Tjörn", "Skärhamn", "skadegörelse", "Fritid"
    for day in range(1, 6):  # graffiti: six in week 53 where there has been one a week
        yield W53 + timedelta(days=day), "Stenungsund", "Stora Höga", "klotter", "Fältgruppen"
    for unit in range(6):  # vandalism: eight instead of two, but eight services tell instead of two
        yield (
            W53 + timedelta(days=unit),
            "Tjörn",
            "Rönnäng" if unit < 2 else "Bleket",
            "skadegörelse",
            f"Ny enhet {unit}",
        )
    for day in range(3):
        yield W53 + timedelta(days=day), "Stenungsund", "Jörlanda", "mobbning", "Fältgruppen"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A municipality's own reports: as of 5 January 2027, so that the last whole week is a week 53."""
    folder = tmp_path_factory.mktemp("own")
    data = folder / "data"
    (data / "mappings").mkdir(parents=True)
    (data / "mappings" / "reporters.csv").write_text(
        "kommun;enhet;fran;till;takt\n"
        "Stenungsund;Fältgruppen;2026-01-01;;vecka\n"
        "Stenungsund;Fritidsgården;2026-01-01;;vecka\n"
        "Stenungsund;Fastighet;2026-01-01;;vecka\n"
        "Stenungsund;Gata;2026-12-28;;vecka\n",
        encoding="utf-8",
    )
    lines = [
        f"{at};{day};{8 + at % 12}:00;{municipality};{place};{category};;{unit};\n"
        for at, (day, municipality, place, category, unit) in enumerate(reports())
    ]
    (folder / "rapporter.csv").write_text(HEADER + "".join(lines), encoding="utf-8")
    (folder / "åtgärder.csv").write_text(MEASURES, encoding="utf-8")
    plan = make_plan(read_settings(data=data), offline=True, as_of=date(2027, 1, 5), now=NOW)
    for source, name in (("incident_reports", "rapporter.csv"), ("measures", "åtgärder.csv")):
        add_files(plan, all_sources()[source], [folder / name], received=date(2027, 1, 4))
    return released(with_a_figure(plan))


def with_a_figure(plan: Plan) -> Plan:
    file = plan.data.parent / "dialog.csv"
    file.write_text(DIALOGUE, encoding="utf-8")
    add_files(plan, all_sources()["citizen_survey"], [file], period="2022", received=date(2023, 1, 1))
    return plan


def test_the_own_reports_have_a_week_of_nobody_too(own: Made) -> None:
    assert facts_of(own).told["1421"] == {}


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A release to which nobody has reported anything at all."""
    folder = tmp_path_factory.mktemp("silent") / "data"
    return released(with_a_figure(make_plan(read_settings(data=folder), offline=True, as_of=date(2026, 8, 7), now=NOW)))


def facts_of(made: Made, monday: date | None = None, area: str = "sodra_fyrbodal") -> WeekFacts:
    return read_facts(made.internal, area, members_of(made.internal, area), monday)


def section(document: Document, name: str) -> Section:
    return next(each for each in document.sections if each.id == name)


def said(part: object) -> str:
    """Everything a section says, a text a line."""
    match part:
        case Section():
            return "\n".join(map(said, part.blocks))
        case Bullets():
            return "\n".join(part.items)
        case Paragraph():
            return part.text
        case Columns():
            return "\n".join(said(each) for column in part.columns for each in column)
        case Table():
            cells = [f"{cell.text} {cell.small}".strip() for row in part.rows for cell in row]
            return "\n".join([part.caption, *cells, part.note])
    raise AssertionError(part)


def counts_of(document: Document) -> Mapping[str, Table]:
    [columns] = [block for block in section(document, "handelser").blocks if isinstance(block, Columns)]
    tables = [each for column in columns.columns for each in column]
    return {table.id.removeprefix("handelser-"): table for table in tables if isinstance(table, Table)}


# weeks and days -------------------------------------------------------------------------------------------------------


def test_a_week_is_read_as_people_write_it() -> None:
    assert read_week("2026-v47") == read_week("2026-W47") == date(2026, 11, 16)
    assert read_week("2026-v53") == W53
    assert read_week("2026-v1") == date(2025, 12, 29)
    assert week_name(date(2025, 12, 29)) == "2026-v01"
    for wrong in ("2025-v53", "2026-v54", "2026-v0", "v47", "2026-47", "2026-v", "2026-v047"):
        with pytest.raises(ValueError):  # noqa: PT011
            read_week(wrong)


def test_the_last_whole_week_has_ended_before_the_day() -> None:
    assert last_whole_week(date(2026, 11, 23)) == date(2026, 11, 16)  # a Monday
    assert last_whole_week(date(2026, 11, 22)) == date(2026, 11, 9)  # a Sunday is not over
    assert week_name(last_whole_week(date(2027, 1, 4))) == "2026-v53"
    assert week_name(last_whole_week(date(2027, 1, 3))) == "2026-v52"


def test_the_same_week_last_year_has_the_same_number() -> None:
    assert week_name(same_week_last_year(read_week("2026-v31"))) == "2025-v31"
    assert week_name(same_week_last_year(W53)) == "2025-v52"
    assert week_name(same_week_last_year(read_week("2027-v01"))) == "2026-v01"
    assert week_name(same_week_last_year(read_week("2032-v53"))) == "2031-v52"


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(1981, 4, 19), (2019, 4, 21), (2024, 3, 31), (2026, 4, 5), (2027, 3, 28), (2035, 3, 25), (2038, 4, 25)],
)
def test_easter_is_when_the_almanac_says(year: int, month: int, day: int) -> None:
    assert easter(year) == date(year, month, day)


def test_the_days_of_every_year_keep_their_rules() -> None:
    for year in range(2000, 2061):
        days = {name: day for day, name in swedish_days(date(year, 1, 1), date(year, 12, 31))}
        assert days.keys() == set(DAYS)
        assert days["Midsommarafton"].weekday() == 4
        assert date(year, 6, 19) <= days["Midsommarafton"] <= date(year, 6, 25)
        assert days["Alla helgons dag"].weekday() == 5
        assert date(year, 10, 31) <= days["Alla helgons dag"] <= date(year, 11, 6)
        assert days["Påskdagen"].weekday() == days["Pingstdagen"].weekday() == 6
        assert days["Kristi himmelsfärdsdag"].weekday() == days["Skärtorsdagen"].weekday() == 3
        assert days["Valborgsmässoafton"] == date(year, 4, 30)


def test_days_are_found_across_new_year_and_none_is_a_person() -> None:
    found = [name for _, name in swedish_days(date(2026, 12, 28), date(2027, 1, 10))]
    assert found == ["Nyårsafton", "Nyårsdagen", "Trettondagsafton", "Trettondedag jul"]
    assert swedish_days(date(2026, 8, 3), date(2026, 8, 16)) == []
    assert not [name for name in DAYS if find_identifiers(f"fre 24 apr: {name}")]


def test_days_are_written_without_repeating_month_and_year() -> None:
    assert days_text(date(2026, 5, 12), date(2026, 5, 12)) == "12 maj 2026"
    assert days_text(date(2026, 8, 3), date(2026, 8, 9)) == "3–9 augusti 2026"
    assert days_text(W31, date(2026, 8, 2)) == "27 juli–2 augusti 2026"
    assert days_text(W53, date(2027, 1, 3)) == "28 december 2026–3 januari 2027"


# what is expected -----------------------------------------------------------------------------------------------------


def test_without_overdispersion_the_limits_are_those_of_jeffreys_posterior() -> None:
    counts, exposure = array(2, 1, 2, 1, 2, 1), array(3, 3, 3, 3, 3, 3)
    prediction = expect_from_latest(counts, exposure, array(5)[0])
    posterior = stats.nbinom(9.5, 18 / (18 + 5))
    assert prediction.expected == pytest.approx(posterior.mean())
    found = judge(replace(prediction, spare=array(INF)[0]), array(9)[0], 0.01)
    assert (found.lower, found.upper) == (posterior.ppf(0.01), posterior.ppf(0.99))
    assert found.tail_probability == pytest.approx(posterior.sf(8))


def test_limits_with_a_guessed_dispersion_are_those_of_students_distribution() -> None:
    prediction = expect_from_latest(array(2, 1, 2, 1, 2, 1), array(3, 3, 3, 3, 3, 3), array(5)[0])
    assert prediction.spare == 5
    upper = stats.nbinom(9.5, 18 / (18 + 5)).ppf(stats.norm.cdf(stats.t(5).ppf(0.99)))
    assert judge(prediction, array(9)[0], 0.01).upper == upper == 11


def test_a_series_that_has_varied_more_is_allowed_to() -> None:
    calm, wild = array(*[2.0] * 20), array(*[0.0, 4.0] * 10)
    ones = np.ones(20)
    for tail in (0.005, 0.05):
        *_, upper = predicted_counts(np.stack([calm, wild]), ones, ones[:2], tail)
        assert upper[0] < upper[1]


def test_twice_as_many_services_are_expected_to_tell_of_twice_as_much() -> None:
    expected, *_ = predicted_counts(array(*[2.0] * 30), np.ones(30), array(1, 2), 0.01)
    assert expected[1] == pytest.approx(2 * expected[0])


def test_weeks_that_nobody_told_of_are_left_out() -> None:
    nan = float("nan")
    with_gaps = predicted_counts(array(2, nan, 1, nan), array(1, nan, 1, 1), array(1)[0], 0.01)
    assert with_gaps == predicted_counts(array(2, 1), array(1, 1), array(1)[0], 0.01)
    assert np.isnan(predicted_counts(array(nan, nan), array(1, 1), array(1)[0], 0.01)).all()
    assert np.isnan(predicted_counts(array(1, 1), array(0, 0), array(1)[0], 0.01)).all()


def test_one_event_of_a_kind_never_seen_is_no_exception() -> None:
    _, lower, upper = predicted_counts(np.zeros(26), np.ones(26), array(1)[0], 1 / 156)
    assert (float(lower), float(upper)) == (0, 1)


def test_a_large_count_has_limits_too() -> None:
    _, lower, upper = predicted_counts(np.full(30, 1000.0), np.ones(30), array(1)[0], 0.01)
    posterior, tail = stats.nbinom(30_000.5, 30 / 31), stats.norm.cdf(stats.t(29).ppf(0.01))
    assert (lower, upper) == (posterior.ppf(tail), posterior.ppf(1 - tail))


@pytest.mark.parametrize("mean", [0.2, 1.0, 3.0])
def test_chance_alone_passes_the_limit_hardly_more_often_than_promised(mean: float) -> None:
    tail = 1 / 156
    for dispersion, most in ((1.0001, 1.0), (2.0, 1.3)):
        rng = np.random.default_rng(26)
        weeks = rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion, (20_000, 53)).astype(np.float64)
        *_, upper = predicted_counts(weeks[:, :52], np.ones(52), np.ones(20_000), tail)
        assert (weeks[:, 52] > upper).mean() <= most * tail


def test_what_cannot_be_counted_is_an_error() -> None:
    with pytest.raises(ValueError, match="negative"):
        predicted_counts(array(-1), array(1), array(1)[0], 0.01)
    for tail in (0.0, 0.5, 95):
        with pytest.raises(ValueError, match="tail"):
            predicted_counts(array(1), array(1), array(1)[0], tail)


# the tables -----------------------------------------------------------------------------------------------------------


def query(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(connect(path, read_only=True)) as con:
        return con.sql(sql).fetchall()


def test_weeks_add_up_to_the_reports_and_a_week_of_nobody_has_no_row(sample: Made) -> None:
    warehouse = sample.data / "warehouse.duckdb"
    assert (
        query(
            warehouse,
            """
        select category, sum(week.reports), sum(week.events) from core.incident_reports_by_municipality_week as week
        group by category having (sum(week.reports), sum(week.events)) <> (
            select (count(*), count(*) filter (where is_event)) from staging.incident_reports as reports
            where reports.category = week.category
              and date >= (select since from staging.incident_report_weeks)
        )
        """,
        )
        == []
    )
    assert (
        query(
            warehouse,
            """
        select municipality_code, week_start from core.incident_reports_by_municipality_week
        anti join (select municipality_code, date_trunc('week', date)::date as week_start from staging.incident_reports)
        using (municipality_code, week_start)
        """,
        )
        == []
    )
    [(weeks, first)] = query(
        warehouse,
        "select count(distinct week_start), min(week_start) from core.incident_reports_by_municipality_week",
    )
    assert (weeks, first) == (189, date(2022, 12, 26))  # all that there are


def test_the_places_of_a_week_add_up_to_no_more_than_the_municipality_has(sample: Made) -> None:
    assert (
        query(
            sample.data / "warehouse.duckdb",
            """
        select * from (
            select municipality_code, week_start, category, sum(events) as at_places
            from core.incident_reports_by_place_week group by all
        ) join core.incident_reports_by_municipality_week using (municipality_code, week_start, category)
        where at_places > events
        """,
        )
        == []
    )
    places = query(sample.data / "warehouse.duckdb", "select distinct place from core.incident_reports_by_place_week")
    assert len(places) == 20
    assert not [place for (place,) in places if str(place).startswith("Övriga")]


def test_no_table_of_weeks_tells_of_people_in_a_release(sample: Made) -> None:
    concerns = "select distinct concerns from core.incident_reports_by_municipality_week order by all"
    assert query(sample.data / "warehouse.duckdb", concerns) == [("adults",), ("children",), ("places",), ("things",)]
    database = sample.internal / "lagesbild.duckdb"
    assert query(database, concerns) == [("places",), ("things",)]
    for table in ("incident_reports_by_place_week", "impersonal_incident_reports_by_municipality_week"):
        assert query(database, f"select count(*) > 100 from core.{table}") == [(True,)]
        assert query(database, f"from core.{table} where concerns not in ('things', 'places')") == []
    people = set(
        read_reference("incident_categories").filter(pl.col("concerns").is_in(PEOPLE))["canonical_category"].to_list()
    )
    told = query(database, "select distinct category from core.incident_reports_by_place_week")
    assert not people & {category for (category,) in told}


def test_the_sum_of_a_week_is_of_things_and_places_and_counts_each_report_once(own: Made) -> None:
    told = facts_of(own).told
    assert told["1415"][W53] == Told(reports=6, events=6, reporters=2)  # no fights, no bullying, no "nothing"
    assert told["1419"][W53] == Told(reports=8, events=8, reporters=8)


def test_a_listed_unit_is_silent_when_three_weeks_have_passed(own: Made) -> None:
    silent_units = query(
        own.internal / "lagesbild.duckdb",
        "select period_start, expected, silent_reporters from core.incident_reporting_by_municipality_period "
        "where municipality_code = '1415' and period_type = 'week' and period_start <= date '2026-12-28' "
        "order by period_start desc limit 5",
    )
    # Fastighet was last heard in week 49; Gata is new in the list in week 53.
    assert silent_units == [
        (date(2026, 12, 28), 4, 1),
        (date(2026, 12, 21), 3, 1),
        (date(2026, 12, 14), 3, 0),
        (date(2026, 12, 7), 3, 0),
        (date(2026, 11, 30), 3, 0),
    ]
    assert query(
        own.internal / "lagesbild.duckdb",
        "select count(silent_reporters) from core.incident_reporting_by_municipality_period "
        "where municipality_code = '1419' or period_type = 'month'",
    ) == [(0,)]


def test_every_model_of_weeks_says_what_it_holds() -> None:
    tables = {model.name: model for model in all_models() if model.schema == "core"}
    for name in (
        "incident_reports_by_municipality_week",
        "incident_reports_by_place_week",
        "impersonal_incident_reports_by_municipality_week",
    ):
        assert "concerns" in tables[name].columns


# the page -------------------------------------------------------------------------------------------------------------


def test_the_mean_is_of_the_weeks_that_somebody_told_of() -> None:
    one = Told(reports=1, events=1, reporters=1)
    told = {W31 - n * WEEK: one for n in (1, 2, 3, 4)}
    series: dict[date, float] = {W31: 9, W31 - WEEK: 4, W31 - 2 * WEEK: 0, W31 - 20 * WEEK: 7}
    assert mean_before(series, told, W31) == 1.0
    assert mean_before(series, dict(list(told.items())[:3]), W31) is None


def test_last_years_mean_needs_all_four_weeks() -> None:
    one = Told(reports=1, events=1, reporters=1)
    told = {read_week(f"2025-v{week}"): one for week in (28, 29, 30, 31)}
    assert mean_last_year({read_week("2025-v30"): 6}, told, W31) == 1.5
    assert mean_last_year({}, dict(list(told.items())[:3]), W31) is None


def test_the_page_has_eight_blocks_in_the_groups_order(sample: Made) -> None:
    page = week_document(facts_of(sample), OwnWeek())
    assert [each.title for each in page.sections] == [
        "1. Nytt och avvikande",
        "2. Händelser per kommun och kategori",
        "3. Vem har rapporterat",
        "4. Öppna åtgärder, försenade först",
        "5. Kommande två veckor",
        "6. Att besluta i dag",
        "7. Text till webben",
        "8. Återkoppling till dem som rapporterar",
    ]
    assert page.title == "Veckans läge, vecka 31"
    assert page.subtitle == "27 juli–2 augusti 2026"
    assert page.banners == (
        "Internt arbetsmaterial. Sekretessprövas före utlämnande.",
        "Konstruerade exempeldata – inte verkliga uppgifter",
    )
    assert "Inget avviker från det väntade." in said(section(page, "nytt"))


def test_the_counts_are_those_of_the_release(sample: Made) -> None:
    facts = facts_of(sample)
    table = counts_of(week_document(facts, OwnWeek()))["1419"]
    assert [column.title for column in table.columns] == [
        "Kategori",
        "v 31",
        "v 30",
        "medel\u00a08\u00a0v",
        "i\u00a0fjol",
    ]
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}
    assert next(iter(rows)) == "Alla händelser"
    assert rows["Buskörning"] == ["3", "0", "0,5", "1,0"]
    events = query(
        sample.internal / "lagesbild.duckdb",
        "select sum(events) / 8, sum(events) filter (where week_start = date '2026-07-20') "
        "from core.incident_reports_by_municipality_week where municipality_code = '1419' "
        "and category = 'reckless_driving' and week_start between date '2026-06-01' and date '2026-07-20'",
    )
    assert events == [(0.5, 0)]


def test_what_concerns_people_is_never_counted_on_the_page(own: Made) -> None:
    facts = facts_of(own)
    reviewed = read_reference("incident_categories").filter(pl.col("canonical_category") != "nothing_to_report")
    of_things = reviewed.filter(~pl.col("concerns").is_in(PEOPLE))["canonical_category"].unique()
    assert set(CATEGORIES) == set(of_things) == set(facts.focus_areas)
    page = week_document(facts, OwnWeek())
    assert "döljs av hänsyn till enskilda" in said(section(page, "handelser"))
    everything = "\n".join(map(said, page.sections)).replace(
        "Hot, bråk, kränkningar, alkohol bland unga, langning, hot mot personal och annat", ""
    )
    assert not re.search("slagsmål|mobbning|kränk|bråk|hot |langning", everything, re.IGNORECASE)
    # Four reports of week 53 are about people; in no number are they: 6, not 10.
    assert counts_of(page)["1415"].rows[0][1].text == "6"
    assert "Tack! 14 rapporter om saker och platser: Stenungsund 6 och Tjörn 8." in said(section(page, "aterkoppling"))


def test_more_than_expected_is_told_as_a_question_and_a_new_reporter_is_not(own: Made) -> None:
    facts = facts_of(own)
    assert [(each.signal, each.events, each.is_high, each.answer) for each in facts.signals] == [
        ("1415-graffiti-2026-W53", 6, True, None),
        ("1415-all-2026-W53", 6, True, None),  # littering and graffiti together
    ]
    assert facts.judged == {"1415", "1419"}
    page = week_document(facts, OwnWeek())
    assert said(section(page, "nytt")).splitlines()[:3] == [
        "Stenungsund: fler händelser än väntat, klotter: 6 (väntat 0–4). Slumpen ger så många en vecka av 2\u00a0800.",
        "Stenungsund: fler händelser än väntat, alla händelser: 6 (väntat 0–5). Slumpen ger så många en vecka av 230.",
        "Tjörn: Bleket är ny bland platserna, ingen händelse där på ett halvår: skadegörelse 4.",
    ]
    assert said(section(page, "besluta")).splitlines() == [
        (
            "Avvikelser utan svar: klotter, Stenungsund, v 53 och alla händelser, Stenungsund, v 53. "
            "Bekräftad, åtgärdas, evenemang, ny rapportör eller dubblett?"
        ),
        "Ingen har rapporterat på tre veckor: Orust. Vem hör av sig?",
        "Enheter som inte har rapporterat på tre veckor: Stenungsund 1. Vem hör av sig?",
        "Försenade åtgärder: Stenungsund nr 1. Nytt datum, eller avslutas de?",
    ]
    # Tjörn's eight would have been too many of two services; of eight they are what is expected.
    before = array(*[2.0] * 39)
    *_, upper = predicted_counts(before, before, array(2, 8), 1 / (13 * len(CATEGORIES)))
    assert upper[0] < 8 <= upper[1]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {},
            (
                "Stenungsund: fler händelser än väntat, störande samling: 112 (väntat 40–90, i fjol 61,3). "
                "Slumpen ger så många en vecka av 2 300."
            ),
        ),
        (
            {"is_high": False, "category": "all", "answer": "event"},
            (
                "Stenungsund: fler händelser än väntat sedan 25 maj, alla händelser: 260 (väntat omkring 181). "
                "Slumpen ger en sådan ökning högst en vecka av 2 300. Ert svar: evenemang."
            ),
        ),
        (
            {"series": "reported_offences", "category": "theft", "period_type": "month", "period_start": W31},
            (
                "Stenungsund: fler anmälda brott än väntat i juli 2026, stöld och rån: 112 (väntat 40–90, "
                "i fjol 61,3). Slumpen ger så många en månad av 2 300."
            ),
        ),
        (
            {"expected_lower": 2.0, "expected_upper": 2.0, "tail_probability": 0.0, "same_last_year": 4.0},
            (
                "Stenungsund: fler händelser än väntat, störande samling: 112 (väntat 2, i fjol 4). "
                "Slumpen ger så många en vecka av 10 000."
            ),
        ),
    ],
)
def test_a_signal_says_what_where_since_when_how_many_how_unusual_and_the_answer(
    given: Mapping[str, Any], told: str
) -> None:
    assert signal_text(a_signal(**given)).replace("\u00a0", " ") == told


def test_a_signal_of_the_sample_has_the_groups_answer_and_is_told_in_its_own_week(sample: Made) -> None:
    assert query(
        sample.internal / "lagesbild.duckdb",
        "select signal, first_period, latest_period, since, events_since, answer, is_useful, answered_date "
        "from output.signals",
    ) == [
        (
            *("1421-all-2026-W25", "2026-W25", "2026-W25", date(2026, 6, 1)),
            *(21, "event", False, date(2026, 6, 29)),
        )
    ]
    told = said(section(week_document(facts_of(sample, read_week("2026-v25")), OwnWeek()), "nytt"))
    assert told.splitlines()[0] == (
        "Orust: fler händelser än väntat sedan 1 jun, alla händelser: 21 (väntat omkring 12). "
        "Slumpen ger en sådan ökning högst en vecka av 490. Ert svar: evenemang."
    )
    assert told.endswith("Besvarade avvikelser det senaste året: 1, till nytta: 0.")
    assert "avvik" not in " ".join(public_text(facts_of(sample, read_week("2026-v25"))))
    later = facts_of(sample)
    assert (later.signals, later.unanswered, later.answered, later.useful) == ([], [], 1, 0)


def test_reports_of_one_event_are_one_event_and_said_so(own: Made) -> None:
    facts = facts_of(own)
    told = {**facts.told, "1419": {**facts.told["1419"], W53: Told(reports=10, events=8, reporters=8)}}
    page = week_document(replace(facts, told=told), OwnWeek())
    assert "2 av dem gällde samma händelse som en annan." in said(section(page, "aterkoppling"))
    assert counts_of(page)["1419"].rows[0][1].text == "8"


def test_who_has_reported_is_counted_by_the_list_where_there_is_one(own: Made) -> None:
    lines = said(section(week_document(facts_of(own), OwnWeek()), "rapporterat")).splitlines()
    assert lines == [
        "Stenungsund: 2 av 4 enheter har rapporterat, 2 saknas; 1 har inte hörts på tre veckor.",
        "Tjörn: 8 verksamheter har rapporterat (medel\u00a08\u00a0v:\u00a02,0).",
        "Orust: ingen rapport.",
        "Vilka som saknas kan inte sägas för Tjörn och Orust: listan över vilka som ska rapportera saknas.",
    ]


def test_late_measures_come_first_and_what_is_done_goes_back_to_the_reporters(own: Made) -> None:
    page = week_document(facts_of(own), OwnWeek())
    assert (
        said(section(page, "atgarder")).splitlines()[1:]
        == [
            "1 jan försenad",
            "Kameror i hemlighet Stenungsund, nr 1. Ansvarig: Fastighetsavdelningen",
            "1 mar",
            "Farthinder vid skolan Tjörn, nr 3. Ansvarig: Gatuavdelningen",
            "",
        ][: len(said(section(page, "atgarder")).splitlines()) - 1]
    )
    assert "Klart de senaste fyra veckorna, inom det ni rapporterat: Sanering av gångtunneln (Stenungsund)." in said(
        section(page, "aterkoppling")
    )


def test_a_week_53_has_its_own_page_and_is_held_against_week_52(own: Made) -> None:
    page = week_document(facts_of(own), OwnWeek())
    assert (page.title, page.subtitle) == ("Veckans läge, vecka 53", "28 december 2026–3 januari 2027")
    assert "vecka 49–52 2025" in said(section(page, "handelser"))
    assert "tis 5 jan: Trettondagsafton" in said(section(page, "kommande"))
    [folder] = write_weeks(own.data, own.internal, "sodra_fyrbodal")
    assert folder == own.data / "output" / "week" / "sodra_fyrbodal" / "2026-v53"


def test_a_week_that_is_not_over_is_shown_and_not_compared(sample: Made) -> None:
    facts = facts_of(sample, read_week("2026-v32"))
    page = week_document(facts, OwnWeek())
    assert page.banners[-1] == "Veckan är inte slut: uppgifter till och med 2026-08-07."
    assert said(section(page, "nytt")) == "Veckan är inte slut och jämförs inte."
    assert (facts.signals, facts.new_places) == ((), ())
    assert "Veckan är inte slut: uppgifter till och med 2026-08-07." in public_text(facts)


def test_nobody_having_reported_is_said_and_is_no_zero(silent: Made) -> None:
    facts = facts_of(silent)
    page = week_document(facts, OwnWeek())
    assert said(section(page, "nytt")) == "Ingen har rapporterat, så ingenting kan jämföras."
    assert said(section(page, "handelser")).startswith("Ingen verksamhet har rapporterat det senaste året.")
    assert "Polisens" not in said(section(page, "handelser"))  # there is no feed either
    assert said(section(page, "rapporterat")).splitlines()[0] == "Stenungsund: ingen rapport."
    assert said(section(page, "atgarder")) == "Ingen åtgärdslogg har lämnats."
    assert "Ingen har rapporterat på tre veckor: Stenungsund, Tjörn och Orust." in said(section(page, "besluta"))
    assert public_text(facts)[1] == "Ingen rapport har lämnats om veckan."
    assert main(["week", "--data", str(silent.data)]) == 0


def test_a_week_that_one_municipality_did_not_report_has_no_figure_for_it(own: Made) -> None:
    facts = facts_of(own)
    quiet = replace(facts, told={**facts.told, "1419": {w: t for w, t in facts.told["1419"].items() if w != W53}})
    table = counts_of(week_document(quiet, OwnWeek()))["1419"]
    assert table.caption == "Tjörn: ingen rapport"
    assert table.rows[0][1].text == ".."
    assert "Ingen rapport har lämnats från Tjörn och Orust." in public_text(quiet)[1]


def test_the_polices_notices_are_context_and_name_no_type_outside_the_focus_areas(sample: Made) -> None:
    facts = facts_of(sample, read_week("2026-v26"))  # a missing person and a traffic accident on Tjörn
    text = said(section(week_document(facts, OwnWeek()), "handelser"))
    assert "annan information och inget mått på brottsligheten: Tjörn" in text
    assert "rsvunnen person" not in text
    assert sum((facts.police or {})["1419"].values()) == 2


def test_english_has_every_sentence(sample: Made, own: Made, silent: Made) -> None:
    with language("en"):
        for made in (sample, own, silent):
            files = render_week(facts_of(made), OwnWeek())
            assert b"To decide today" in files[PAGE]
        for day in DAYS:
            assert day


# the text for the website ---------------------------------------------------------------------------------------------


def test_the_public_text_holds_nothing_but_what_may_be_public(own: Made) -> None:
    text = "\n".join(public_text(facts_of(own)))
    assert "Verksamheterna rapporterade 14 händelser som rör saker och platser: Stenungsund 6 och Tjörn 8." in text
    assert "Klart de senaste veckorna: Sanering av gångtunneln (Jörlanda)." in text
    assert "Ingen rapport har lämnats från Orust." in text
    for kept_inside in ("Kameror", "Farthinder", "väntat", "Fältgruppen", "enheter", "verksamheter har", "försenad"):
        assert kept_inside not in text
    assert "Konstruerade" not in text


def test_the_public_text_is_never_longer_than_it_may_be(own: Made, sample: Made) -> None:
    fullest = full_facts(facts_of(own))
    for facts in (facts_of(own), facts_of(sample), fullest):
        assert len(" ".join(public_text(facts)).split()) <= MOST_PUBLIC_WORDS
    long_action = "Ett mycket långt namn på en åtgärd som ingen får plats med " * 3
    many = replace(fullest, measures=[replace(each, action=long_action, place="På " * 40) for each in fullest.measures])
    assert len(" ".join(public_text(many)).split()) <= MOST_PUBLIC_WORDS
    assert "Klart" not in " ".join(public_text(many))


def test_the_public_text_of_an_example_says_that_it_is_one(sample: Made) -> None:
    assert "Konstruerade exempeldata – inte verkliga uppgifter." in public_text(facts_of(sample))


# the group's own files ------------------------------------------------------------------------------------------------

PLACES = {"1415": "Stenungsund", "1419": "Tjörn"}
CALENDAR = "datum;till;vad;plats\n"


def written(folder: Path, name: str, text: str, code: str = "sodra_fyrbodal") -> Path:
    path = folder / "texts" / code / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def test_the_areas_and_the_municipalities_own_calendars_are_read(tmp_path: Path) -> None:
    written(tmp_path, "kalender.csv", CALENDAR + "2026-08-10;2026-08-14;Ungdomsvecka;\n")
    written(tmp_path, "kalender.csv", CALENDAR + "2026-08-08;;Hamnfest;Skärhamn\n", "1419")
    assert read_own(tmp_path, "sodra_fyrbodal", PLACES) == OwnWeek(
        planned=(
            Planned(first=date(2026, 8, 8), last=date(2026, 8, 8), what="Hamnfest", place="Skärhamn, Tjörn"),
            Planned(first=date(2026, 8, 10), last=date(2026, 8, 14), what="Ungdomsvecka", place=""),
        ),
        has_calendar=True,
    )


def test_what_is_planned_in_the_coming_two_weeks_stands_among_the_days_of_the_year(own: Made) -> None:
    planned = (
        Planned(first=date(2026, 12, 21), last=date(2027, 1, 6), what="Jullov", place="Stenungsund"),
        Planned(first=date(2027, 1, 17), last=date(2027, 1, 17), what="Loppis", place=""),
        Planned(first=date(2027, 1, 18), last=date(2027, 1, 18), what="För sent", place=""),
    )
    page = week_document(facts_of(own), OwnWeek(planned=planned, has_calendar=True))
    assert said(section(page, "kommande")).splitlines() == [
        "21 dec–6 jan: Jullov (Stenungsund)",
        "tis 5 jan: Trettondagsafton",
        "ons 6 jan: Trettondedag jul",
        "sön 17 jan: Loppis",
    ]


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("i morgon;;Hamnfest;", "kalender.csv: datum är inte en dag: rad 1"),
        (";;Hamnfest;", "kalender.csv: datum saknas: rad 1"),
        ("2026-08-10;;;", "kalender.csv: vad saknas: rad 1"),
        ("2026-08-10;2026-08-01;Hamnfest;", "kalender.csv: till är före datum: rad 1"),
        (f"2026-08-10;;{'x' * 46};", "kalender.csv: vad är för lång: rad 1"),
        ("2026-08-10;;Möte med Anna Andersson;", "kalender.csv, kolumn vad: pekar på en person: rad 1"),
        ("2026-08-10;;Möte;070-123 45 67", "kalender.csv, kolumn plats: pekar på en person: rad 1"),
    ],
)
def test_a_calendar_that_cannot_be_used_is_one_sentence_without_its_text(tmp_path: Path, row: str, wrong: str) -> None:
    with pytest.raises(Problem) as problem:
        read_own(written(tmp_path, "kalender.csv", f"{CALENDAR}{row}\n", "1415"), "1415", {"1415": "Stenungsund"})
    assert str(problem.value).startswith(f"texts/1415/{wrong}")
    assert "Hamnfest" not in str(problem.value)
    assert "Andersson" not in str(problem.value)


def test_an_unknown_column_of_the_calendar_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="okänd kolumn"):
        read_own(written(tmp_path, "kalender.csv", "datum;till;vad;plats;vem\n"), "sodra_fyrbodal", PLACES)


def test_the_groups_questions_stand_first(own: Made, tmp_path: Path) -> None:
    written(tmp_path, "att-besluta.md", "# Måndag\n\n- Ska vi nattvandra i helgen?\n* Vem bjuder in föreningarna?\n")
    asked = read_own(tmp_path, "sodra_fyrbodal", PLACES)
    assert asked.questions == ("Ska vi nattvandra i helgen?", "Vem bjuder in föreningarna?")
    lines = said(section(week_document(facts_of(own), asked), "besluta")).splitlines()
    assert lines[:2] == list(asked.questions)
    assert len(lines) == 6


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Ska vi?\n", "raden är ingen punkt: rad 1"),
        ("# Måndag\n- " + "x" * 91 + "\n", "frågan är för lång: rad 2"),
        ("- Ska vi ringa Anna Andersson?\n", "pekar på en person: rad 1"),
        ("- Ska\u202e vi?\n", "osynliga tecken: rad 1"),
        ("- Ska vi?\n" * (MOST_QUESTIONS + 1), f"för många frågor: {MOST_QUESTIONS + 1}"),
    ],
)
def test_questions_that_cannot_be_used_are_one_sentence(tmp_path: Path, text: str, wrong: str) -> None:
    with pytest.raises(Problem) as problem:
        read_own(written(tmp_path, "att-besluta.md", text), "sodra_fyrbodal", PLACES)
    assert wrong in str(problem.value)


# the files ------------------------------------------------------------------------------------------------------------


def test_the_files_are_the_owners_alone_and_the_same_every_time(
    sample: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["week", "2026-v30", "--data", str(sample.data)]) == 0
    folder = sample.data / "output" / "week" / "sodra_fyrbodal" / "2026-v30"
    assert capsys.readouterr().out.splitlines() == [str(folder / name) for name in (OFFICE, PAGE, PUBLIC)]
    for path in (folder, folder.parent, folder.parent.parent):
        assert path.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / "left.txt").write_text("x", encoding="utf-8")
    assert main(["week", "2026-W30", "--data", str(sample.data)]) == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []
    assert sample.internal.parent.name.encode() in first[PAGE]


def test_the_gate_passes_the_page_and_stops_a_person_in_any_of_its_files(sample: Made, tmp_path: Path) -> None:
    for name, content in render_week(facts_of(sample), OwnWeek()).items():
        (tmp_path / name).write_bytes(content)
    assert find_hits_in(tmp_path) == []
    (tmp_path / PUBLIC).write_text("Ring Anna Andersson, 070-123 45 67.\n", encoding="utf-8")
    assert find_hits_in(tmp_path) == [f"{PUBLIC}: name", f"{PUBLIC}: phone"]


def test_a_page_whose_writer_was_killed_is_put_in_place_by_whoever_writes_next(
    sample: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "output").mkdir()
    [folder] = write_weeks(tmp_path, sample.internal, "1415")
    page = (folder / PAGE).read_bytes()
    (folder / PAGE).write_bytes(b"an older page")
    with monkeypatch.context() as killed:
        killed.setattr("reports.week.finish_week", lambda _: None)
        write_weeks(tmp_path, sample.internal, "1415")
    assert not folder.exists()
    with one_writer(tmp_path):
        assert (folder / PAGE).read_bytes() == page
    half = folder.with_name(f".{folder.name}.tmp") / "new" / PAGE
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half a p")
    with one_writer(tmp_path):
        assert (folder / PAGE).read_bytes() == page
    assert [*folder.parent.iterdir()] == [folder]


def test_a_person_in_the_calendar_stops_the_page_and_the_old_one_stands(
    sample: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["week", "2026-v29", "--data", str(sample.data)]) == 0
    folder = sample.data / "output" / "week" / "sodra_fyrbodal" / "2026-v29"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    written(sample.data, "kalender.csv", CALENDAR + "2026-07-20;;Möte med Anna Andersson;Skärhamn\n")
    try:
        assert main(["week", "2026-v29", "--data", str(sample.data)]) == 1
    finally:
        shutil.rmtree(sample.data / "texts")
    error = capsys.readouterr().err
    assert error.startswith("texts/sodra_fyrbodal/kalender.csv, kolumn vad: pekar på en person: rad 1")
    assert "Anna" not in error
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (["week", "2026-47"], "'2026-47' är inte en vecka; skriv 2026-v47"),
        (["week", "2026-v33"], "utgåvan har inte den veckan: 2026-v33: ange en vecka från 2025-v33 till 2026-v32"),
        (["week", "2025-v32"], "utgåvan har inte den veckan"),
        (["week", "--area", "9999"], "okänt område: '9999'"),
        (["week", "--area", "1480"], "utgåvan gäller inte hela området"),
        (["week", "--area", "14"], "utgåvan gäller inte hela området"),
    ],
)
def test_what_cannot_be_asked_for_is_one_sentence(
    sample: Made, arguments: list[str], wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--data", str(sample.data)]) == 2
    assert wrong in capsys.readouterr().err


def test_without_a_release_the_sentence_says_what_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["week", "--data", str(tmp_path)]) == 2
    assert "utgåvan finns inte" in capsys.readouterr().err


def test_a_release_of_an_older_version_is_one_sentence(sample: Made, tmp_path: Path) -> None:
    folder = tmp_path / "internal"
    shutil.copytree(sample.internal, folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700)
    with closing(connect(folder / "lagesbild.duckdb")) as con:
        con.execute("drop table core.incident_reports_by_place_week")
    with pytest.raises(UsageProblem, match="äldre version"):
        read_facts(folder, "1415", {"1415": "Stenungsund"}, None)


def test_one_municipality_has_a_page_of_its_own(sample: Made) -> None:
    assert main(["week", "--area", "1421", "--data", str(sample.data)]) == 0
    page = (sample.data / "output" / "week" / "1421" / "2026-v31" / PAGE).read_text(encoding="utf-8")
    assert "Tjörn" not in page
    assert "Orust" in page


def test_an_area_with_more_municipalities_than_fit_has_a_page_for_each(sample: Made, tmp_path: Path) -> None:
    folder = tmp_path / "internal"
    shutil.copytree(sample.internal, folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700)
    described = (folder / "release.json").read_text(encoding="utf-8").replace('"sodra_fyrbodal"', '"10"')
    (folder / "release.json").write_text(described, encoding="utf-8")
    (tmp_path / "output").mkdir()
    pages = write_weeks(tmp_path, folder, "10")
    assert [page.parent.name for page in pages] == ["1060", "1080", "1081", "1082", "1083"]


def test_the_word_file_is_whole_and_names_nobody(sample: Made) -> None:
    content = render_week(facts_of(sample), OwnWeek())[OFFICE]
    word = docx.Document(BytesIO(content))
    about = word.core_properties
    assert (about.author, about.last_modified_by, about.language) == ("lagesbild", "lagesbild", "sv-SE")
    assert about.created == about.modified == datetime(2026, 8, 7, tzinfo=UTC)
    headings = [each.text for each in word.paragraphs if each.style and each.style.name == "Heading 1"]
    assert [heading[:2] for heading in headings] == [f"{n}." for n in range(1, 9)]
    counts = word.tables[0]
    assert [cell.text for cell in counts.rows[2].cells][:5] == ["Alla händelser", "8", "1", "4,0", "7,3"]
    assert all(row._tr.trPr.find(docx.oxml.ns.qn("w:tblHeader")) is not None for row in list(counts.rows)[:2])
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert {each.date_time for each in archive.infolist()} == {(2026, 8, 7, 0, 0, 0)}
        assert not [name for name in archive.namelist() if "thumbnail" in name or "customXml" in name]


def test_a_week_made_from_a_forgotten_release_is_gone(sample: Made, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(sample.data, data, symlinks=True)
    assert main(["week", "--data", str(data)]) == 0
    described = data / "output" / sample.internal.parent.name / "internal" / "release.json"
    snapshot = next((data / "landing" / "incident_reports").glob("*.parquet")).stem
    described.chmod(0o600)
    described.write_text(
        described.read_text(encoding="utf-8").replace(
            '"snapshots": []', f'"snapshots": [{{"snapshots": ["{snapshot}"]}}]'
        ),
        encoding="utf-8",
    )
    plan = make_plan(read_settings(data=data), sample=True, now=NOW)
    done = forget(plan, snapshot, "felaktigt inkommen")
    assert "output/week/sodra_fyrbodal/2026-v31" in done.files
    assert list((data / "output" / "week").rglob("*.html")) == []
    assert done.unread == ()


def test_a_week_made_from_a_release_that_the_rule_removed_goes_when_what_it_may_rest_on_is_forgotten(
    sample: Made, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(sample.data, data, symlinks=True)
    assert main(["week", "--data", str(data)]) == 0
    old, new = sample.internal.parent.name, "2026-08-08-aaaaaaaaaaaa"
    shutil.copytree(data / "output" / old, data / "output" / new)
    point_latest(data / "output", new)
    remove_release(data, old)
    assert releases_of_weeks(data) == {old}
    plan = make_plan(read_settings(data=data), sample=True, now=NOW)
    late = [each for each in read_manifest(data) if each.source == "incident_reports"][-1]
    assert "output/week/sodra_fyrbodal/2026-v31" in forget(plan, late.parts[0].sha256, "felaktigt inkommen").files


# one sheet ------------------------------------------------------------------------------------------------------------

NAMES = {"1415": "Stenungsund", "1419": "Örnsköldsvik", "1421": "Upplands Väsby"}


def full_facts(facts: WeekFacts) -> WeekFacts:
    """As much as a page can have to say: three municipalities, every figure two digits, everything late."""
    monday = date(2026, 6, 8)
    reported = {monday - n * WEEK: Told(reports=140, events=120, reporters=18) for n in range(60)}
    action = "Kvällskontroller av A-traktorer och mopeder vid skolstarten i hela kommunen"
    return replace(
        facts,
        municipalities=NAMES,
        monday=monday,
        as_of=monday + WEEK,
        is_synthetic=True,
        told=dict.fromkeys(NAMES, reported),
        events={(code, category): dict.fromkeys(reported, 36) for code in NAMES for category in CATEGORIES},
        reporting={
            code: Reporting(expected=31, expected_reporters=18, unlisted_reporters=3, silent_reporters=4)
            for code in list(NAMES)[:2]
        },
        measures=[
            Measure(
                municipality_code=code,
                number=20 + at,
                focus_area="vandalism",
                action=action,
                place="Hasselbacken/Kristinedal",
                responsible="Samhällsbyggnadsförvaltningen",
                status="ongoing" if at < 8 else "done",
                due_date=monday + timedelta(days=2),
                done_date=None if at < 8 else monday,
                is_late=at < 8,
            )
            for code in NAMES
            for at in range(11)
        ],
        signals=[a_signal(area=name) for name in NAMES.values()],
        unanswered=[a_signal(area=name) for name in NAMES.values()],
        answered=12,
        useful=11,
        judged=list(NAMES)[:2],
        police={code: {"Misshandel, grov": 3, "Våld/hot mot tjänsteman": 2, "": 11} for code in NAMES},
    )


def full_own(events: int = MOST_PLANNED + 2, questions: int = MOST_QUESTIONS) -> OwnWeek:
    first = date(2026, 6, 16)
    return OwnWeek(
        planned=tuple(
            Planned(
                first=first + timedelta(days=at),
                last=first + timedelta(days=at + 1),
                what="Skolavslutning för grundskolan och gymnasiet",
                place="Hasselbacken, vid badplatsen, Upplands Väsby",
            )
            for at in range(events)
        ),
        questions=("Ska vi begära en trygghetsvandring eller två i hela kommunen före midsommar, eller inte?",)
        * questions,
        has_calendar=True,
    )


def pages_of(own: Made, sample: Made, silent: Made) -> dict[str, tuple[WeekFacts, OwnWeek]]:
    plain = facts_of(sample)
    full = full_facts(facts_of(own))
    return {
        "sample": (plain, OwnWeek()),
        "own": (facts_of(own), OwnWeek()),
        "silent": (facts_of(silent), OwnWeek()),
        "one": (facts_of(sample, area="1419"), OwnWeek()),
        "full": (full, full_own()),
        # Just below and above what is set in the larger size.
        **{f"some-{n}": (replace(plain, measures=full.measures[: n // 2]), full_own(0, n)) for n in range(5)},
    }


@pytest.fixture(scope="module")
def sheets(
    own: Made, sample: Made, silent: Made, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Mapping[str, Path]]:
    """Pages with little, with some and with as much as possible to say, each in a folder of its own."""
    folder = tmp_path_factory.mktemp("sheets")
    found: dict[str, Mapping[str, Path]] = {}
    for name, (facts, texts) in pages_of(own, sample, silent).items():
        (folder / name).mkdir()
        for file, content in render_week(facts, texts).items():
            (folder / name / file).write_bytes(content)
        found[name] = {file: folder / name / file for file in (PAGE, OFFICE, PUBLIC)}
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is absent: that the page is one sheet in print was not tried here")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield started
        started.close()


def test_both_sizes_are_tried(own: Made, sample: Made, silent: Made) -> None:
    sizes = {name: is_roomy(week_document(*page)) for name, page in pages_of(own, sample, silent).items()}
    assert sizes["sample"]
    assert sizes["silent"]
    assert not sizes["full"]
    assert MOST_MEASURES < 8


@pytest.mark.slow
def test_every_page_is_one_sheet_in_print(browser: Browser, sheets: dict[str, Mapping[str, Path]]) -> None:
    printed = {}
    for name, files in sheets.items():
        page = browser.new_page()
        page.goto(files[PAGE].as_uri())
        printed[name] = len(pypdf.PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages)
        page.close()
    assert printed == dict.fromkeys(sheets, 1)


@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_is_wider_than_the_window(browser: Browser, sheets: dict[str, Mapping[str, Path]], width: int) -> None:
    for name in ("sample", "full"):
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.goto(sheets[name][PAGE].as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("[...document.querySelectorAll('h1, h2')].map(each => each.tagName).join(' ')") == (
            "H1" + " H2" * 8
        )
        page.close()


@pytest.mark.slow
def test_axe_finds_nothing(browser: Browser, sheets: dict[str, Mapping[str, Path]]) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for name in ("sample", "full", "silent"):
        page = browser.new_page()
        page.goto(sheets[name][PAGE].as_uri())
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.close()


@pytest.mark.slow
def test_another_program_opens_every_word_file_as_one_sheet(
    sheets: dict[str, Mapping[str, Path]], tmp_path: Path
) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is absent: that the Word file is one sheet was not tried here")
    for name, files in sheets.items():
        shutil.copy(files[OFFICE], tmp_path / f"{name}.docx")
    command = [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf"]
    subprocess.run(
        [*command, "--outdir", str(tmp_path), *map(str, sorted(tmp_path.glob("*.docx")))],
        check=True,
        capture_output=True,
        timeout=300,
    )
    printed = {path.stem: len(pypdf.PdfReader(path).pages) for path in tmp_path.glob("*.pdf")}
    assert printed == dict.fromkeys(sheets, 1)


@pytest.mark.slow
def test_the_page_is_there_at_once(sample: Made) -> None:
    """Under two seconds where nothing else runs; here in processor time, beside the libraries it cannot do without."""

    def seconds(*arguments: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], cwd=ROOT, env=os.environ, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    command = ("lagesbild.py", "week", "--data", str(sample.data))
    bare = min(seconds("-c", "import duckdb, polars") for _ in range(2))
    assert min(seconds(*command) for _ in range(2)) < 8 * bare
