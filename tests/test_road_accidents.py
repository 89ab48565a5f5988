"""Road injuries in the house's own template: a row per person at the door, counts of years behind it."""

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from flows._log import Log
from flows._retention import end_retention
from flows.pipeline import SAMPLE, add_files, build_warehouse, make_plan, read_source
from flows.settings import Settings
from lagesbild import main
from models._duckdb import connect
from sources._parse import parse_file
from sources._problem import Problem
from sources._registry import all_sources
from sources._strict import Ledger, Parsed

ROADS = all_sources()["road_accidents"]
PERSON = {
    "olycks_id": "2024-1",
    "person_nr": "1",
    "datum": "2024-06-01",
    "tid": "23:10",
    "kommun": "Orust",
    "svarhetsgrad": "lindrig",
    "trafikelement": "a-traktor",
    "aldersgrupp": "15-17 år",
    "rapporterad_av": "sjukvård",
}


def table(*people: Mapping[str, str]) -> str:
    return "\n".join([";".join(PERSON), *(";".join({**PERSON, **each}.values()) for each in people)]) + "\n"


def parse(folder: Path, text: str) -> Parsed:
    path = folder / "a.csv"
    path.write_text(text, encoding="utf-8")
    return parse_file(ROADS, path, "a.csv")


def deliver(data: Path, text: str, period: str, at: datetime) -> None:
    path = data.parent / "a.csv"
    path.write_text(text, encoding="utf-8")
    add_files(make_plan(Settings(data=data), now=at), ROADS, [path], period=period)


def build(data: Path, now: datetime = datetime(2026, 8, 1, tzinfo=UTC)) -> None:
    plan = make_plan(Settings(data=data), now=now)
    build_warehouse(plan, [read_source(plan, module) for module in all_sources().values()], "r", lambda _: None)


def ask(data: Path, query: str) -> list[tuple[object, ...]]:
    with closing(connect(data / "warehouse.duckdb", read_only=True)) as con:
        return con.sql(query).fetchall()


def test_a_person_is_a_row_without_a_clock(tmp_path: Path) -> None:
    parsed = parse(tmp_path, table({}))
    assert parsed.frame.drop("row_number").row(0, named=True) == {
        "accident_id": "2024-1",
        "person_number": 1,
        "date": date(2024, 6, 1),
        "municipality_code": "1421",
        "severity": "lindrig",
        "traffic_element": "a-traktor",
        "age_group": "15-17 år",
        "reported_by": "sjukvård",
    }


@pytest.mark.parametrize("heading", ["x_koordinat", "vägnamn", "fritext", "personnummer"])
def test_where_and_who_it_was_is_no_column(tmp_path: Path, heading: str) -> None:
    text = table({}).replace("rapporterad_av", f"rapporterad_av;{heading}").replace("sjukvård\n", "sjukvård;58.07\n")
    with pytest.raises(Problem, match=rf"^a\.csv: okänd kolumn: '{heading}'") as problem:
        parse(tmp_path, text)
    assert "58.07" not in str(problem.value)


def test_the_template_has_the_columns_that_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["template", "road_accidents"]) == 0
    headings = pl.read_excel(tmp_path / "road_accidents_mall.xlsx", has_header=False).row(0)
    assert list(headings) == [name for name in PERSON if name != "tid"]


def test_terms_outside_the_lists_are_refused_and_the_cell_is_not_told(tmp_path: Path) -> None:
    given = [
        {"svarhetsgrad": "ISS 9"},
        {"trafikelement": "EPA"},
        {"aldersgrupp": "14-jul"},
        {"rapporterad_av": ""},
        {"person_nr": "0"},
        {"olycks_id": ""},
        {"person_nr": "2"},
    ]
    parsed = parse(tmp_path, table(*({"olycks_id": str(n), **each} for n, each in enumerate(given))))
    assert parsed.ledger == Ledger(rows_read=7, rows_loaded=1, rows_quarantined=6, rows_duplicate=0)
    assert [(each.column_name, each.rule) for each in parsed.refusals] == [
        ("severity", "not_in_list"),
        ("traffic_element", "not_in_list"),
        ("age_group", "not_in_list"),
        ("reported_by", "missing"),
        ("person_number", "too_small"),
        ("accident_id", "missing"),
    ]


def test_two_people_in_one_accident_are_two_and_one_person_twice_is_one(tmp_path: Path) -> None:
    assert parse(tmp_path, table({}, {"person_nr": "2"}, {})).ledger.rows_duplicate == 1
    with pytest.raises(
        Problem, match=r"samma nyckel \(accident_id, person_number\) med olika innehåll: raderna 1 och 2\b"
    ):
        parse(tmp_path, table({}, {"svarhetsgrad": "svår"}))


def test_a_person_in_two_deliveries_counts_once_as_told_last(tmp_path: Path) -> None:
    data = tmp_path / "data"
    deliver(data, table({}), "2024", datetime(2025, 5, 1, tzinfo=UTC))
    deliver(data, table({"svarhetsgrad": "svår"}, {"person_nr": "2"}), "2020-2024", datetime(2025, 6, 1, tzinfo=UTC))
    build(data)
    query = "select vehicle, age, concerns, injured, severely_injured, police_reported "
    assert ask(data, query + "from core.strada_injuries_by_municipality_year") == [
        ("a-traktor", "15-17 år", "children", 2, 1, 0)
    ]


def test_a_year_that_has_not_ended_at_delivery_is_no_year(tmp_path: Path) -> None:
    data = tmp_path / "data"
    deliver(data, table({"datum": "2023-06-01"}, {"olycks_id": "b"}), "2023-2024", datetime(2024, 9, 1, tzinfo=UTC))
    build(data)
    assert ask(data, "select year, injured from core.strada_injuries_by_municipality_year") == [(2023, 1)]


@pytest.mark.parametrize(
    ("age", "concerns"),
    [("0-6 år", "children"), ("15-17 år", "children"), ("okänd", "children"), ("18-24 år", "care"), ("65- år", "care")],
)
def test_whom_a_row_is_about_follows_from_the_age(tmp_path: Path, age: str, concerns: str) -> None:
    deliver(tmp_path / "data", table({"aldersgrupp": age}), "2024", datetime(2025, 5, 1, tzinfo=UTC))
    build(tmp_path / "data")
    assert ask(tmp_path / "data", "select concerns from core.strada_injuries_by_municipality_year") == [(concerns,)]


def test_few_injured_are_hidden(tmp_path: Path) -> None:
    data = tmp_path / "data"
    at = datetime(2020, 5, 1, tzinfo=UTC)
    people = [
        {"olycks_id": f"{year}-{n}", "datum": f"{year}-06-01"}
        for year, many in ((2018, 9), (2019, 10))
        for n in range(many)
    ]
    deliver(data, table(*people), "2018-2019", at)
    plan = make_plan(Settings(data=data), now=at)
    add_files(plan, all_sources()["population"], [SAMPLE / "population/tab638_2010_2019.json"])
    build(data, at)
    query = "select period, numerator, status, flags from output.indicators where indicator = 'strada_injured_rate' "
    found = ask(data, query + "and area_code = '1421' order by period")
    assert found == [("2018", None, "suppressed", "under_ten"), ("2019", 10.0, "ok", "")]


def test_what_is_left_when_retention_ends_gives_the_same_counts(tmp_path: Path) -> None:
    """Of all three sources that are handed in here: rows become counts and no table changes."""
    data = tmp_path / "data"
    names = ("police_extracts", "rescue_callouts", "road_accidents")
    tables = (
        "core.police_extracts_by_municipality_month",
        "core.rescue_callouts_by_municipality_month",
        "core.vehicle_fires_by_municipality_year",
        "core.strada_injuries_by_municipality_year",
    )
    received = datetime(2026, 4, 1, tzinfo=UTC)
    for name in names:
        for number, path in enumerate(sorted((SAMPLE / name).iterdir())):
            if "2026" not in path.name:
                plan = make_plan(Settings(data=data), now=received)
                add_files(plan, all_sources()[name], [path], period=str(number))
    later = datetime(2028, 5, 1, tzinfo=UTC)
    build(data, later)
    before = {table: ask(data, f"from {table} order by all") for table in tables}
    assert all(before.values())
    settings = Settings(data=data, gallringsbeslut=dict.fromkeys(names, "dnr 1, 2026-05-04"))
    plan = make_plan(settings, now=later)
    for name in names:
        end_retention(plan, all_sources()[name], Log())
        landed = sorted(path.name for path in (data / "landing" / name).iterdir())
        assert landed
        assert all(file.endswith(".aggregate.parquet") for file in landed)
        for path in (data / "landing" / name).iterdir():
            assert "date" not in pl.read_parquet_schema(path)
    build(data, later)
    assert {table: ask(data, f"from {table} order by all") for table in tables} == before
