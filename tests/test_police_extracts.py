"""Police extracts: four units that are never taken for one another, and a file that must say which it counts."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from flows.pipeline import SAMPLE, add_files, build_warehouse, make_plan, read_source
from flows.settings import Settings
from models._duckdb import connect
from sources._parse import parse_file
from sources._problem import Problem
from sources._registry import all_sources
from sources._strict import Ledger, Parsed, read_reference

EXTRACTS = all_sources()["police_extracts"]
CONTROLS = "Lokalpolisområde;Kommun;HR-kod Beskrivning Slutlig;Datum;Antal HR\n"
CASES = (
    "PO/Enhet;LPO/Sektion;Grupp/Handl enhet;Huvudbrottskategori;Huvudbrottskod;Inskrivningsdatum;Redovisningsdatum;{}\n"
)
CASE = "PO Fyrbodal;LPO Södra Fyrbodal;Grupp 1;Narkotika;5010 Narkotikastrafflagen, innehav;2024-03-01;{};{}\n"
OFFENCES = "Brottsdatum;Lokalpolisområde;Kommun;Brottskategorier;Anmäldabrott\n"
WHOLE = CONTROLS + "Södra Fyrbodal;Tjörn;3007 | TRAFIKKONTROLL;2024-06-01;2\n"


def parse(folder: Path, text: str) -> Parsed:
    path = folder / "uttag.csv"
    path.write_text(text, encoding="utf-8")
    return parse_file(EXTRACTS, path, path.name)


def ask(data: Path, query: str) -> list[tuple[object, ...]]:
    with closing(connect(data / "warehouse.duckdb", read_only=True)) as con:
        return con.sql(query).fetchall()


def deliver(data: Path, text: str, period: str, at: datetime) -> None:
    path = data.parent / "uttag.csv"
    path.write_text(text, encoding="utf-8")
    add_files(make_plan(Settings(data=data), now=at), EXTRACTS, [path], period=period)


def build(data: Path) -> None:
    plan = make_plan(Settings(data=data, area="00"), now=datetime(2026, 8, 1, tzinfo=UTC))
    build_warehouse(plan, [read_source(plan, module) for module in all_sources().values()], "r", lambda _: None)


# the capture ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def capture(shared: Path) -> Path:
    return shared / "realdata/police_extracts/1548-25 trafikkontroll.xlsx"


@pytest.fixture(scope="module")
def built(capture: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("extracts")
    plan = make_plan(Settings(data=data), now=datetime(2025, 2, 1, tzinfo=UTC))
    books = [book for _, book in add_files(plan, EXTRACTS, [capture], period="2022-2024")]
    assert books == [Ledger(rows_read=14218, rows_loaded=14218, rows_quarantined=0, rows_duplicate=0)]
    found = read_source(plan, EXTRACTS)
    assert (found.warnings, found.refusals, found.data_as_of) == ((), (), date(2024, 12, 31))
    add_files(plan, all_sources()["population"], [SAMPLE / "population/tab638_2020_2023_inferred.json"])
    build(data)
    return data


def test_every_month_of_every_municipality_is_the_file_s_own_sum(built: Path, capture: Path) -> None:
    codes = dict(read_reference("municipalities").select("municipality", "municipality_code").iter_rows())
    expected: dict[tuple[str, str], int] = defaultdict(int)
    theirs = fastexcel.read_excel(capture).load_sheet(0, dtypes="string").to_polars()
    for name, day, count in theirs.select("Kommun", "Datum", "Antal HR").iter_rows():
        expected[codes[name], day[:7]] += int(count)
    query = "select municipality_code, strftime(month, '%Y-%m'), number from core.police_extracts_by_municipality_month"
    assert {(code, month): number for code, month, number in ask(built, query)} == expected
    assert sum(expected.values()) == 31_513  # the sum of column Antal HR
    assert len({code for code, _ in expected}) == 35


def test_what_is_counted_is_event_reports_of_the_police_s_own_effort(built: Path) -> None:
    query = "select distinct counted_unit, code, title, role, concerns, focus_area, is_whole_year "
    query += "from core.police_extracts_by_municipality_month"
    assert ask(built, query) == [("events", "3007", "Trafikkontroll", "activity", "places", "reckless_driving", True)]


def test_the_indicator_is_the_year_s_sum_per_inhabitant(built: Path, capture: Path) -> None:
    theirs = fastexcel.read_excel(capture).load_sheet(0).to_polars()
    year = theirs.filter((pl.col("Kommun") == "Jönköping") & (pl.col("Datum").dt.year() == 2023))["Antal HR"].sum()
    query = "select numerator, denominator from indicators.police_traffic_controls_rate "
    assert ask(built, query + "where municipality_code = '0680' and period = '2023'")[0][0] == int(year)
    assert ask(built, query + "where municipality_code = '1415'") == []  # another region's extract


def test_no_group_and_no_row_in_words_leaves_the_source(built: Path) -> None:
    [landed] = (built / "landing/police_extracts").glob("*.parquet")
    frame = Parsed.read(landed).frame
    assert frame["row_key"].str.contains(r"^[0-9a-f]{32}$").all()
    assert frame["row_key"].n_unique() == frame.height


# which unit -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("Antal HR", "events"),
        ("Antal händelserapporter", "events"),
        ("Anmäldabrott", "offences"),
        ("Antal anmälningar", "reports"),
        ("Antal ingripanden", "interventions"),
    ],
)
def test_the_heading_says_what_is_counted(tmp_path: Path, heading: str, unit: str) -> None:
    assert parse(tmp_path, WHOLE.replace("Antal HR", heading)).frame["unit_counted"].to_list() == [unit]


@pytest.mark.parametrize("heading", ["Antal", "count"])
def test_a_file_that_does_not_say_what_it_counts_is_refused(tmp_path: Path, heading: str) -> None:
    with pytest.raises(Problem, match="vad uttaget räknar framgår inte") as problem:
        parse(tmp_path, WHOLE.replace("Antal HR", heading))
    assert f": {heading}: " in str(problem.value)
    assert "Antal ingripanden" in str(problem.value)
    with pytest.raises(Problem, match="vad uttaget räknar framgår inte: Antal HR, Antal brott: "):
        parse(tmp_path, WHOLE.replace("Antal HR", "Antal HR;Antal brott").replace(";2\n", ";2;2\n"))


def test_two_units_of_one_code_and_month_are_two_rows(tmp_path: Path) -> None:
    data = tmp_path / "data"
    at = datetime(2025, 2, 1, tzinfo=UTC)
    deliver(data, WHOLE, "2024", at)
    deliver(data, WHOLE.replace("Antal HR", "Antal ingripanden"), "2024", at)
    build(data)
    query = "select counted_unit, number, role from core.police_extracts_by_municipality_month order by 1"
    assert ask(data, query) == [("events", 2, "activity"), ("interventions", 2, "activity")]


# the other layouts, from a description and from client code --------------------------------------------------------


def test_cases_by_offence_are_read_with_their_code_and_without_their_group(tmp_path: Path) -> None:
    text = CASES.format("Antal anmälningar") + CASE.format("-", 1) + CASE.format("2024-05-02", 3)
    frame = parse(tmp_path, text).frame
    kept = frame.select("unit_counted", "police_area", "municipality_code", "code_title", "date", "counted").rows()
    code = "5010 Narkotikastrafflagen, innehav"
    # One day, area and code: one not yet accounted for ('-'), three that are. Neither is a duplicate of the other.
    day = date(2024, 3, 1)
    area = "LPO Södra Fyrbodal"
    assert kept == [("reports", area, None, code, day, 1), ("reports", area, None, code, day, 3)]
    assert "Grupp 1" not in frame.drop("row_key").write_csv()


def test_reported_offences_without_an_area_have_none(tmp_path: Path) -> None:
    text = OFFENCES + "2024-03-01;Värde saknas;Värde saknas;Skadegörelse;4\n2024-03-01;Värde saknas;Orust;Klotter;1\n"
    frame = parse(tmp_path, text).frame
    assert frame.select("police_area", "municipality_code", "counted").rows() == [(None, None, 4), (None, "1421", 1)]
    deliver(tmp_path / "data", text, "2024", datetime(2025, 2, 1, tzinfo=UTC))
    build(tmp_path / "data")
    query = "select municipality_code, code, title, role, concerns, number from "
    query += "core.police_extracts_by_municipality_month"
    # Nobody has reviewed what a category is about, so it is protected most.
    assert ask(tmp_path / "data", query) == [("1421", "", "Klotter", "unreviewed", "children", 1)]


# the traps --------------------------------------------------------------------------------------------------------


def test_the_same_row_twice_is_a_duplicate_and_two_counts_stop(tmp_path: Path) -> None:
    row = WHOLE.removeprefix(CONTROLS)
    assert parse(tmp_path, WHOLE + row).ledger.rows_duplicate == 1
    with pytest.raises(Problem, match=r"samma nyckel \(row_key\) med olika innehåll: raderna 1 och 2"):
        parse(tmp_path, WHOLE + row.replace(";2\n", ";3\n"))


def test_a_later_extract_of_the_same_day_replaces_it_and_other_codes_stand_beside(tmp_path: Path) -> None:
    data = tmp_path / "data"
    deliver(data, WHOLE, "2024", datetime(2025, 2, 1, tzinfo=UTC))
    other = WHOLE.replace("3007 | TRAFIKKONTROLL", "3080 | TRAFIKBROTT").replace(";2\n", ";7\n")
    deliver(data, other, "2024", datetime(2025, 3, 1, tzinfo=UTC))
    deliver(data, WHOLE.replace(";2\n", ";5\n"), "2024 rättad", datetime(2025, 4, 1, tzinfo=UTC))
    build(data)
    query = "select code, number, concerns from core.police_extracts_by_municipality_month order by 1"
    assert ask(data, query) == [("3007", 5, "places"), ("3080", 7, "children")]


def test_a_year_of_some_months_is_no_year(tmp_path: Path) -> None:
    data = tmp_path / "data"
    rows = [
        f"SF;Tjörn;3007 | X;{year}-{month:02}-01;1" for year in (2023, 2024) for month in range(1, 13 + 2023 - year)
    ]
    deliver(data, CONTROLS + "\n".join(rows), "2023-2024", datetime(2025, 2, 1, tzinfo=UTC))
    build(data)
    assert ask(data, "select period, numerator::int from indicators.police_traffic_controls_rate") == [("2023", 12)]


def mutants() -> Iterator[tuple[str, str, str]]:
    yield "renamed", WHOLE.replace("Kommun", "Ort"), "okänd kolumn: 'Ort'"
    yield "extra", WHOLE.replace("Antal HR", "Antal HR;Patrull").replace(";2\n", ";2;a\n"), "okänd kolumn: 'Patrull'"
    yield "lacking", WHOLE.replace("Datum;", "").replace("2024-06-01;", ""), "inget känt slag av uttag: "
    yield "place", WHOLE.replace("Tjörn", "Atlantis"), "kolumn Kommun: okänd kommun: rad 1"
    yield "no rows", CONTROLS, "inga rader"
    yield "no headings", WHOLE.removeprefix(CONTROLS), "rubrikraden saknas"
    yield "half a row", WHOLE + 'Södra Fyrbodal;"Tj', "filen går inte att läsa som en tabell"


@pytest.mark.parametrize(("text", "said"), [pytest.param(*each[1:], id=each[0]) for each in mutants()])
def test_another_form_is_one_sentence_and_nothing_is_lost(tmp_path: Path, text: str, said: str) -> None:
    data = tmp_path / "data"
    at = datetime(2025, 2, 1, tzinfo=UTC)
    deliver(data, WHOLE, "2024", at)
    plan = make_plan(Settings(data=data), now=at)
    before = read_source(plan, EXTRACTS)
    with pytest.raises(Problem) as problem:
        deliver(data, text, "2024", at)
    assert said in str(problem.value)
    assert "\n" not in str(problem.value)
    assert read_source(plan, EXTRACTS) == before


def test_faulty_rows_are_refused_by_their_rule(tmp_path: Path) -> None:
    rows = ["SF;Tjörn;3007 | X;2024-02-30;1", "SF;Tjörn;3007 | X;2024-03-01;två", "SF;Tjörn;;2024-03-01;1"]
    rows += ["SF;Tjörn;3007 | X;2024-03-02;-1", "SF;Tjörn;3007 | X;2024-03-03;-", "SF;Tjörn;3007 | X;2024-03-04;0"]
    parsed = parse(tmp_path, CONTROLS + "\n".join(rows))
    assert [(each.column_name, each.rule) for each in parsed.refusals] == [
        ("date", "not_a_time"),
        ("counted", "not_a_number"),
        ("code_title", "missing"),
        ("counted", "too_small"),
        ("counted", "missing"),
    ]
    assert parsed.frame["counted"].to_list() == [0]


# another country's feed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", [name for name, module in all_sources().items() if module.source.by_hand])
def test_a_foreign_feed_of_incidents_is_one_sentence_for_every_form(source: str, shared: Path) -> None:
    """Street-level crimes and stops of London: empty ids and coordinates, ages, ethnicity; 17 files."""
    files = sorted((shared / "realdata/police_uk").glob("*.csv"))
    assert len(files) == 17
    module = all_sources()[source]
    for path in files:
        with pytest.raises(Problem) as problem:
            parse_file(module, path, path.name)
        said = str(problem.value)
        wrong = ("rubrikraden saknas: ", "okänd kolumn: ", "filen är ingen arbetsbok: ", "inte Skolverkets rapport ")
        assert said.startswith(tuple(f"{path.name}: {each}" for each in wrong))
        assert "Theft" not in said
        assert "Male" not in said


def test_a_foreign_feed_under_our_headings_loads_no_row_it_cannot_read(shared: Path, tmp_path: Path) -> None:
    path = shared / "realdata/police_uk/2018-07-metropolitan-stop-and-search.csv"
    theirs = pl.read_csv(path, infer_schema=False)
    reports = all_sources()["incident_reports"]
    names = ["kategori", "datum", "plats", "rapportor", "tid", "beskrivning", "atgard", "rapport_id"]
    ours = theirs.select(theirs.columns[: len(names)]).rename(dict(zip(theirs.columns, names, strict=False)))
    raw = tmp_path / "a.csv"
    ours.with_columns(kommun=pl.lit("Tjörn")).write_csv(raw, separator=";")
    parsed = parse_file(reports, raw, "a.csv")
    assert parsed.ledger == Ledger(rows_read=ours.height, rows_loaded=0, rows_quarantined=ours.height, rows_duplicate=0)
    assert {each.rule for each in parsed.refusals} <= {"missing", "not_in_list", "not_a_time"}
