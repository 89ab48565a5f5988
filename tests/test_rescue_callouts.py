"""Rescue call-outs in MSB's layout: the capture goes in whole, and nothing that points at a house comes out."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import fastexcel
import polars as pl
import pytest
import xlsxwriter

from flows.pipeline import SAMPLE, add_files, build_warehouse, make_plan, read_source
from flows.settings import Settings
from models._duckdb import connect
from sources._parse import parse_file
from sources._problem import Problem
from sources._registry import all_sources
from sources._strict import Ledger, Parsed, read_reference

RESCUE = all_sources()["rescue_callouts"]
FIRE = "Brand eller brandtillbud i fordon eller fartyg utomhus"
HEADINGS = RESCUE.source.column_names()
EVENT = {
    **dict.fromkeys(HEADINGS, ""),
    "handelseId": "210528",
    "datum": "2024-06-01",
    "kommun": "1415",
    "utlosandeHandelseText": FIRE,
    "foljdolyckaGruppText": "Nej",
    "deso": "1415A0010",
    "tid": "23:35",
    "orsakAvsiktText": "Avsiktlig händelse",
}


def table(*events: Mapping[str, str], headings: Sequence[str] = tuple(EVENT)) -> str:
    rows = [";".join({**EVENT, **event}.get(name, "") for name in headings) for event in events]
    return "\n".join([";".join(headings), *rows]) + "\n"


def parse(folder: Path, text: str | bytes) -> Parsed:
    path = folder / "uttag.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return parse_file(RESCUE, path, path.name)


@pytest.fixture(scope="module")
def capture(shared: Path) -> Path:
    return shared / "realdata/msb/dat_msb_2018.xlsx"


@pytest.fixture(scope="module")
def theirs(capture: Path) -> pl.DataFrame:
    return fastexcel.read_excel(capture).load_sheet(0, dtypes="string").to_polars()


@pytest.fixture(scope="module")
def built(capture: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every table of the house, from the captured extract and the sample's population."""
    data = tmp_path_factory.mktemp("rescue")
    plan = make_plan(Settings(data=data), now=datetime(2019, 6, 20, tzinfo=UTC))
    book = [ledger for _, ledger in add_files(plan, RESCUE, [capture], period="2018")]
    assert book == [Ledger(rows_read=5657, rows_loaded=5657, rows_quarantined=0, rows_duplicate=0)]
    population = SAMPLE / "population/tab638_2010_2019.json"
    add_files(plan, all_sources()["population"], [population])
    build_warehouse(plan, [read_source(plan, module) for module in all_sources().values()], "r", lambda _: None)
    return data


def ask(data: Path, query: str) -> list[tuple[object, ...]]:
    with closing(connect(data / "warehouse.duckdb", read_only=True)) as con:
        return con.sql(query).fetchall()


# the capture ------------------------------------------------------------------------------------------------------


def test_the_headings_are_the_publisher_s(theirs: pl.DataFrame) -> None:
    assert set(theirs.columns) == set(HEADINGS)
    assert len(theirs.columns) == 31


def test_the_three_municipalities_had_10_5_and_6_vehicle_fires_in_2018(built: Path) -> None:
    rows = "select municipality_code, vehicle_fires, deliberate_fires, not_assessed_fires, inhabitants from "
    rows += "core.vehicle_fires_by_municipality_year where municipality_code in ('1415', '1419', '1421') order by 1"
    # Column orsakAvsiktText: one 'Avsiktlig händelse' (Stenungsund, 1 September); 2, 0 and 5 'Gick inte att bedöma'.
    assert ask(built, rows) == [("1415", 10, 1, 2, 26503), ("1419", 5, 0, 0, 15922), ("1421", 6, 0, 5, 15110)]


def test_every_municipality_has_the_file_s_own_count_of_each_cause(built: Path, theirs: pl.DataFrame) -> None:
    causes = dict(read_reference("rescue_causes").select("cause", "canonical_cause").iter_rows())
    expected = Counter((code, causes[cause]) for code, cause in theirs.select("kommun", "orsakAvsiktText").iter_rows())
    query = "select municipality_code, cause_group, sum(callouts)::int from "
    query += "core.rescue_callouts_by_municipality_month group by all"
    assert {(code, cause): count for code, cause, count in ask(built, query)} == dict(expected)
    assert (
        expected["1283", "deliberate"]
        == theirs.filter((pl.col("kommun") == "1283") & (pl.col("orsakAvsiktText") == "Avsiktlig händelse")).height
    )


def test_each_month_has_the_file_s_own_count(built: Path, theirs: pl.DataFrame) -> None:
    expected = Counter(day[:7] for day in theirs["datum"])
    query = "select strftime(month, '%Y-%m'), sum(callouts)::int from "
    query += "core.rescue_callouts_by_municipality_month group by all"
    assert dict(ask(built, query)) == dict(expected)  # type: ignore[arg-type]


def test_a_vehicle_burns_also_where_something_else_began_and_a_suicide_is_no_vandalism(built: Path) -> None:
    query = "select event_group, sum(callouts)::int from core.rescue_callouts_by_municipality_month "
    query += "where has_vehicle_fire group by all order by 2 desc, 1"
    # 22 of 5,657 events began otherwise; every one spread to a vehicle (column foljdolyckaGruppText).
    assert ask(built, query) == [
        ("vehicle_fire", 5635),
        ("building_fire", 11),
        ("traffic_accident", 7),
        ("other_fire", 2),
        ("other", 1),
        ("waste_fire", 1),
    ]
    totals = "select sum(vehicle_fires)::int, sum(deliberate_fires)::int from core.vehicle_fires_by_municipality_year"
    assert ask(built, totals) == [(5656, 1630)]  # 1,631 deliberate in the file, one of them somebody's own death


def test_no_small_area_time_or_kind_of_place_leaves_the_source(built: Path, theirs: pl.DataFrame) -> None:
    [landed] = (built / "landing/rescue_callouts").glob("*.parquet")
    frame = Parsed.read(landed).frame
    assert set(frame.columns) == {"row_number", *(column.name for column in RESCUE.source.columns)}
    text = frame.write_csv()
    assert not re.search(r"\d{4}[ABC]\d{4}", text)
    assert "Självmord" not in text
    assert not set(theirs["handelseId"]) & set(frame["callout_id"])  # MSB's own number leads back to the report
    with closing(connect(built / "warehouse.duckdb", read_only=True)) as con:
        columns = {name for (name,) in con.sql("select column_name from duckdb_columns()").fetchall()}
    assert not columns & {"deso", "tid", "verksamhetUtemiljoText"}


def test_another_file_of_the_same_folder_is_refused_in_one_sentence(shared: Path, tmp_path: Path) -> None:
    # Its 'Count' says neither of what year nor of what: 33,421 in all, 63 in Stenungsund.
    with pytest.raises(Problem, match=r"^municipalities\.csv: rubrikraden saknas: "):
        parse_file(RESCUE, shared / "realdata/msb/municipalities.csv", "municipalities.csv")


def test_the_sample_s_rows_of_2018_are_the_capture_s_without_time_and_small_area(theirs: pl.DataFrame) -> None:
    path = SAMPLE / "rescue_callouts/vehicle_fires_2018.xlsx"
    ours = fastexcel.read_excel(path).load_sheet(0, dtypes="string").to_polars()
    kept = theirs.filter(pl.col("kommun").is_in(["1415", "1419", "1421"]))
    assert ours.height == 21
    assert fastexcel.read_excel(path).sheet_names == ["Blad1", "ESRI_MAPINFO_SHEET"]
    assert ours.columns == theirs.columns
    assert ours["tid"].null_count() == ours["deso"].null_count() == 21
    assert ours.drop("tid", "deso").equals(kept.drop("tid", "deso"))


# the traps, on every machine --------------------------------------------------------------------------------------


def test_a_year_counts_only_when_the_extract_came_after_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(table({"datum": "2023-05-01"}, {"datum": "2024-05-01", "handelseId": "2"}), encoding="utf-8")
    plan = make_plan(Settings(data=tmp_path / "data"), now=datetime(2024, 9, 1, tzinfo=UTC))
    add_files(plan, RESCUE, [path], period="2023-2024")
    build_warehouse(plan, [read_source(plan, module) for module in all_sources().values()], "r", lambda _: None)
    assert ask(tmp_path / "data", "select year from core.vehicle_fires_by_municipality_year") == [(2023,)]


def test_an_event_in_two_extracts_counts_once_as_it_was_told_last(tmp_path: Path) -> None:
    for name, day, cause in (
        ("2024", "2025-02-01", "Gick inte att bedöma"),
        ("rest", "2025-03-01", "Fel i utrustning"),
    ):
        path = tmp_path / "a.csv"
        path.write_text(table({"orsakAvsiktText": cause}), encoding="utf-8")
        plan = make_plan(Settings(data=tmp_path / "data"), now=datetime.fromisoformat(f"{day}T12:00:00+00:00"))
        add_files(plan, RESCUE, [path], period=name)
    build_warehouse(plan, [read_source(plan, module) for module in all_sources().values()], "r", lambda _: None)
    query = "select cause_group, callouts from core.rescue_callouts_by_municipality_month"
    assert ask(tmp_path / "data", query) == [("technical", 1)]


@pytest.mark.parametrize(
    ("given", "vehicle"),
    [
        ({"utlosandeHandelseText": "Brand eller brandtillbud i byggnad"}, False),
        (
            {"utlosandeHandelseText": "Trafikolycka", "foljdolyckaGruppText": f"Annan olycka eller tillbud, {FIRE}"},
            True,
        ),
        ({"utlosandeHandelseText": FIRE.upper()}, True),
    ],
)
def test_what_follows_is_a_list(tmp_path: Path, given: Mapping[str, str], vehicle: bool) -> None:
    parsed = parse(tmp_path, table(given))
    assert parsed.frame["is_vehicle_fire"].to_list() == [vehicle]


def test_codes_may_be_names_or_lack_their_zero_and_a_workbook_s_numbers_are_whole(tmp_path: Path) -> None:
    given = [
        {"kommun": "188", "handelseId": "1.0"},
        {"kommun": "Norrtälje", "handelseId": "2"},
        {"kommun": "0188", "handelseId": "3"},
    ]
    frame = parse(tmp_path, table(*given)).frame
    assert frame["municipality_code"].to_list() == ["0188"] * 3
    assert frame["callout_id"].to_list() == ["1", "2", "3"]


def test_faulty_rows_are_refused_and_the_others_loaded(tmp_path: Path) -> None:
    given = [
        {"handelseId": "1", "datum": "2024-02-30"},
        {"handelseId": "2", "utlosandeHandelseText": "Drunkning"},
        {"handelseId": "3", "orsakAvsiktText": "Åska"},
        {"handelseId": "", "datum": "2024-06-02"},
        {"handelseId": "5"},
        {"handelseId": "5"},
    ]
    parsed = parse(tmp_path, table(*given))
    assert parsed.ledger == Ledger(rows_read=6, rows_loaded=1, rows_quarantined=4, rows_duplicate=1)
    assert [(each.column_name, each.rule) for each in parsed.refusals] == [
        ("date", "not_a_time"),
        ("event_type", "not_in_list"),
        ("cause", "not_in_list"),
        ("callout_id", "missing"),
    ]


def mutants() -> Iterator[tuple[str, bytes, str]]:
    whole = table({})
    yield "renamed", whole.replace("orsakAvsiktText", "orsakText").encode(), "okänd kolumn: 'orsakText'"
    yield "extra", table({}, headings=(*EVENT, "koordinatX")).encode(), "okänd kolumn: 'koordinatX'"
    yield "lacking", table({}, headings=[name for name in EVENT if name != "kommun"]).encode(), "kolumn saknas"
    yield "twice", table({}, headings=(*EVENT, "datum")).encode(), "samma rubrik två gånger: 'datum'"
    yield "place", table({"kommun": "Atlantis"}).encode(), "kolumn kommun: okänd kommun: rad 1"
    yield "two contents", table({}, {"datum": "2024-06-02"}).encode(), "samma nyckel (callout_id) med olika innehåll"
    yield "no rows", table().encode(), "inga rader"
    yield "empty", b"", "filen är tom"
    yield "UTF-16", whole.encode("utf-16"), "filen är inte text"


@pytest.mark.parametrize(("content", "said"), [pytest.param(*each[1:], id=each[0]) for each in mutants()])
def test_another_form_is_one_sentence_and_nothing_is_lost(tmp_path: Path, content: bytes, said: str) -> None:
    data = tmp_path / "data"
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(table({}), encoding="utf-8")
    bad.write_bytes(content)
    plan = make_plan(Settings(data=data), now=datetime(2025, 2, 1, tzinfo=UTC))
    add_files(plan, RESCUE, [good], period="2024")
    before = read_source(plan, RESCUE)
    with pytest.raises(Problem) as problem:
        add_files(plan, RESCUE, [bad], period="2024")
    assert said in str(problem.value)
    assert "\n" not in str(problem.value)
    assert read_source(plan, RESCUE) == before


def test_swedish_excel_s_own_charset_is_read(tmp_path: Path) -> None:
    assert parse(tmp_path, table({}).encode("cp1252")).frame["cause"].to_list() == ["deliberate"]


def test_half_a_workbook_is_one_sentence(tmp_path: Path) -> None:
    written = BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate([list(EVENT), list(EVENT.values())]):
            sheet.write_row(row, 0, cells)
    path = tmp_path / "a.xlsx"
    path.write_bytes(written.getvalue())
    assert parse_file(RESCUE, path, "a.xlsx").ledger.rows_loaded == 1
    path.write_bytes(written.getvalue()[: len(written.getvalue()) // 2])
    with pytest.raises(Problem, match=r"^a\.xlsx: arbetsboken går inte att läsa"):
        parse_file(RESCUE, path, "a.xlsx")


def test_a_row_of_a_day_after_its_delivery_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(table({}, {"handelseId": "2", "datum": "2025-06-01"}), encoding="utf-8")
    plan = make_plan(Settings(data=tmp_path / "data"), now=datetime(2025, 2, 1, tzinfo=UTC))
    [(_, book)] = add_files(plan, RESCUE, [path], period="2024", received=date(2025, 2, 1))
    assert (book.rows_loaded, book.rows_quarantined) == (1, 1)
