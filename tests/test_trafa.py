"""Trafikanalys: vehicles in traffic and road injuries, by the API and by the yearly workbook.

Nothing of this publisher has been captured. The oracle is client code, and one row of the workbook of 2025 (Luleå) as
somebody printed it.
"""

import io
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from flows.pipeline import Plan, SourceResult, add_files, build_warehouse, collect_and_read, make_plan, read_source
from flows.settings import read_settings
from models._duckdb import connect
from sources._http import Http
from sources._parse import parse_file
from sources._problem import Problem
from sources._registry import all_sources
from sources._strict import Parsed
from tests.publishers.trafa import MEASURES, NAMES, PLACES, Trafa, answer, cell
from tests.replay import Replay, Reply, replaying, reply

VEHICLES, INJURIES = all_sources()["vehicles"], all_sources()["road_injuries"]
NIGHT = datetime(2026, 8, 7, 0, 30, tzinfo=UTC)


def rows(product: str, place: tuple[str, str], *values: str, year: str = "2023") -> list[dict[str, Any]]:
    county, municipality = PLACES[product]
    measures = [cell(name, name, value, is_measure=True) for name, value in zip(MEASURES[product], values, strict=True)]
    return [cell("ar", year, year), cell(county, "13", "Hallands län"), cell(municipality, *place), *measures]


def parse(folder: Path, product: str, body: object) -> Parsed:
    path = folder / "svar.json"
    path.write_text(body if isinstance(body, str) else json.dumps(body), encoding="utf-8")
    return parse_file(INJURIES if product == "t1004" else VEHICLES, path, "svar.json")


def stopped(folder: Path, product: str, body: object) -> str:
    with pytest.raises(Problem) as problem:
        parse(folder, product, body)
    return str(problem.value)


# the API's answer -------------------------------------------------------------------------------------------------


def test_an_answer_on_road_injuries_is_read_whole(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "t1004", answer("t1004", [rows("t1004", ("1380", "Halmstad"), "81", "-", "12", "97")]))
    assert parsed.frame.row(0, named=True) == {
        "row_number": 1,
        "year": 2023,
        "county": "13",
        "municipality_code": "1380",
        "accidents": 81,
        "killed": 0,
        "severely_injured": 12,
        "slightly_injured": 97,
    }


@pytest.mark.parametrize("place", [("1380", "Halmstad"), ("Halmstad", "Halmstad"), ("Halmstad", "1380"), ("", "1380")])
def test_a_municipality_is_known_by_its_code_or_its_name_wherever_it_stands(
    tmp_path: Path, place: tuple[str, str]
) -> None:
    parsed = parse(tmp_path, "t10026", answer("t10026", [rows("t10026", place, "51 234")]))
    assert parsed.frame.drop("row_number").rows() == [(2023, "1380", "car", 51234)]


def test_rows_of_totals_are_left_out_and_all_others_are_kept(tmp_path: Path) -> None:
    body = answer(
        "t10026",
        [
            rows("t10026", ("1380", "Halmstad"), "51234"),
            rows("t10026", ("t1", "Totalt"), "99999"),
            rows("t10026", ("1384", "Kungsbacka"), ".."),
        ],
    )
    body["Rows"][0]["IsTotal"] = True  # said of rows that are a municipality's too, where no other way divides them
    parsed = parse(tmp_path, "t10026", body)
    assert parsed.frame["in_traffic"].to_list() == [51234, None]
    assert (parsed.ledger.rows_read, parsed.ledger.rows_loaded) == (2, 2)


def with_column(**changes: Any) -> dict[str, Any]:
    """An answer whose measure is described otherwise."""
    body = answer("t10026", [rows("t10026", ("1380", "Halmstad"), "51")])
    body["Header"]["Column"][-1] |= changes
    return body


def with_extra_column() -> dict[str, Any]:
    body = answer("t10026", [rows("t10026", ("1380", "Halmstad"), "51")])
    body["Header"]["Column"].append({"Name": "drivmedel", "Type": "D", "Unit": None})
    return body


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            answer("t10026", [], Errors=["Felaktig fråga"]),
            "svar.json: Trafikanalys svarade med ett fel: Felaktig fråga",
        ),
        ('<?xml version="1.0"?><StatisticsData/>', "svar.json: svaret är XML, inte JSON: begär det med Accept"),
        (with_column(Name="antal"), "svar.json: svaret har andra kolumner än väntat: 'antal'"),
        (with_extra_column(), "svar.json: svaret har andra kolumner än väntat: 'drivmedel'"),
        (with_column(Unit="1 000-tal"), "svar.json: itrfslut har en annan enhet än antal: 1 000-tal"),
        (with_column(Unit="procent"), "svar.json: itrfslut har en annan enhet än antal: procent"),
        (answer("t10026", [rows("t10026", ("1380", "Halmstad"), "5")[:3]]), "svar.json: en rad saknar celler"),
        (answer("t10026", [rows("t10026", ("9999", "Ingenstans"), "5")]), "svar.json, kolumn regkom: okänd kommun"),
        (answer("t10026", []), "svar.json: för få rader: 0"),
        (answer("t1004", [rows("t1004", ("1380", "Halmstad"), *"1234")]), "svar.json: svaret har andra kolumner"),
        (json.dumps(answer("t10026", [rows("t10026", ("1380", "H"), "5")]))[:90], "svar.json: svaret är inte hel JSON"),
        ([], "svar.json: inte ett svar från Trafikanalys: list"),
        ({"Rows": []}, "svar.json: inte ett svar från Trafikanalys: 'Header' eller 'Rows' saknas"),
        ("", "svar.json: svaret är tomt"),
        (
            answer("t10026", [rows("t10026", ("1380", "Halmstad"), value) for value in "56"]),
            "svar.json: samma nyckel (municipality_code, year, vehicle) med olika innehåll: raderna 1 och 2",
        ),
    ],
)
def test_a_mutated_answer_is_one_sentence(tmp_path: Path, body: object, sentence: str) -> None:
    assert stopped(tmp_path, "t10026", body).startswith(sentence)


def test_a_figure_that_is_none_is_refused_and_accounted_for(tmp_path: Path) -> None:
    body = answer("t10026", [rows("t10026", ("1380", "Halmstad"), "51 r"), rows("t10026", ("1384", "Kungsbacka"), "7")])
    parsed = parse(tmp_path, "t10026", body)
    assert [(each.row_number, each.column_name, each.rule) for each in parsed.refusals] == [
        (1, "in_traffic", "not_a_number")
    ]
    assert (parsed.ledger.rows_read, parsed.ledger.rows_loaded) == (2, 1)


# the workbook -----------------------------------------------------------------------------------------------------

# The row as it was printed from the file of 2025: code, name, then Tabell 1's columns C–S.
LULEA = (41902, 177, "", 5441, 655, 6096, 72, 50, 124, 2019, 656, 3099, 9896, 1286, 243, 14700, 1654)
ARJEPLOG = (1719, 5, "", 435, 100, 535, 3, 2, "–", 68, 16, 411, 1839, 179, 29, 1393, 142)
HEADINGS = {2: "Personbilar", 11: "Motorcyklar", 12: "Mopeder klass I", 13: "Traktorer", 14: "Terrängskotrar"}
TABLE = (
    ("Stockholms län",),
    (114, "Upplands Väsby", *ARJEPLOG),
    ("Norrbottens län",),
    (2506, "Arjeplog", *ARJEPLOG),
    (2580, "Luleå", *LULEA),
    ("", "Norrbottens län", *LULEA),
    ("Riket", "", *LULEA),
    (),
    ("Källa: Trafikanalys.",),
)


def workbook(
    table: Sequence[Sequence[object]] = TABLE,
    *,
    year: str = "2025",
    title: str = "Tabell 1. Fordon i trafik",
    headings: dict[int, str] = HEADINGS,
    sheets: Sequence[str] = ("Titel _ Title", "Innehåll _ Content", "Tabell 1", "Tabell 2"),
) -> bytes:
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        for name in sheets:
            sheet = book.add_worksheet(name)
            sheet.write(0, 0, title if name == "Tabell 1" else f"Fordon i län och kommuner {year}")
            if name.startswith("Tabell"):
                for column, heading in headings.items():
                    sheet.write(4, column, heading)
                for number, row in enumerate(table, 7):
                    for column, value in enumerate(row):
                        if value != "":
                            sheet.write(number, column, value)
    return packed.getvalue()


def parse_workbook(folder: Path, content: bytes) -> Parsed:
    path = folder / "fordon-i-lan-och-kommuner-2025.xlsx"
    path.write_bytes(content)
    return parse_file(VEHICLES, path, path.name)


def test_the_printed_row_of_the_workbook_gives_its_figures(tmp_path: Path) -> None:
    parsed = parse_workbook(tmp_path, workbook())
    found = {(code, vehicle): count for _, _, code, vehicle, count in parsed.frame.iter_rows()}
    assert {vehicle: count for (code, vehicle), count in found.items() if code == "2580"} == {
        "car": 41902,
        "motorcycle": 2019,
        "moped_class_1": 656,
        "tractor": 3099,
    }
    # The zero that a number loses comes back; sums of counties and the country are no municipalities.
    assert {code for code, _ in found} == {"0114", "2506", "2580"}
    assert set(parsed.frame["year"]) == {2025}
    assert (parsed.ledger.rows_read, parsed.ledger.rows_loaded) == (12, 12)


def test_an_en_dash_is_nought(tmp_path: Path) -> None:
    table = [(2506, "Arjeplog", *("–" if value == 16 else value for value in ARJEPLOG))]
    parsed = parse_workbook(tmp_path, workbook(table))
    assert dict(parsed.frame.select("vehicle", "in_traffic").iter_rows())["moped_class_1"] == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (workbook(sheets=("Titel _ Title", "Tabell 1 ny")), "arbetsboken saknar bladet 'Tabell 1' eller titelbladet"),
        (workbook(year=""), "titelbladet säger inte vilket år det gäller"),
        (workbook(title="Tabell 1. Avställda fordon"), "Tabell 1 säger inte att fordonen är i trafik"),
        (workbook(headings={**HEADINGS, 11: "Tvåhjulingar"}), "Tabell 1 har inte en rubrik för motorcycle: 0 rubriker"),
        (workbook(headings={**HEADINGS, 3: "Personbilar"}), "Tabell 1 har inte en rubrik för car: 2 rubriker"),
        (workbook([(2580, "Piteå", *LULEA)]), "kod och namn hör inte ihop: rad 8: 2580 Piteå"),
        (workbook([*TABLE[:5], ("", "Sundby", *LULEA)]), "en rad med tal saknar kommunkod: rad 13: Sundby"),
        (workbook([]), "för få rader: 0"),
        (workbook()[:-200], "arbetsboken går inte att läsa"),
    ],
)
def test_a_mutated_workbook_is_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(Problem) as problem:
        parse_workbook(tmp_path, content)
    assert str(problem.value).startswith(f"fordon-i-lan-och-kommuner-2025.xlsx: {sentence}")


def test_the_workbook_on_injuries_is_refused_because_nobody_has_read_it(tmp_path: Path) -> None:
    path = tmp_path / "vagtrafikskador-2025.xlsx"
    path.write_bytes(workbook())
    with pytest.raises(Problem, match="arbetsboken med vägtrafikskador läses inte"):
        parse_file(INJURIES, path, path.name)


# fetching ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Replay]:
    monkeypatch.setattr("sources._trafa._PAUSE", 0.0)
    with replaying() as server:
        server.routes["trafa"] = Trafa()
        yield server


def api(publisher: Replay) -> Trafa:
    route = publisher.routes["trafa"]
    assert isinstance(route, Trafa)
    return route


def night(data: Path, publisher: Replay) -> Plan:
    base_urls = dict.fromkeys(("vehicles", "road_injuries"), f"{publisher.url}/trafa")
    return make_plan(read_settings(data=data, base_urls=base_urls), as_of=date(2026, 8, 7), now=NIGHT)


def test_cars_are_asked_for_in_the_counties_of_the_area(tmp_path: Path, publisher: Replay) -> None:
    result = collect_and_read(night(tmp_path, publisher), VEHICLES)
    assert result.problem == ""
    assert [asked.query["query"] for asked in publisher.asked] == [["t10026|itrfslut|ar|reglan:14|regkom"]]
    assert result.ledger.rows_loaded == 49 * 2


def test_injuries_are_asked_for_in_every_county(tmp_path: Path, publisher: Replay) -> None:
    result = collect_and_read(night(tmp_path, publisher), INJURIES)
    assert result.problem == ""
    assert len(publisher.asked) == 21
    assert publisher.asked[7].query["query"] == ["t1004|antolyckdsl|antpersd|antperss|antpersl|ar|lan:09|kommun:0980"]
    assert result.ledger.rows_loaded == 290 * 2


@pytest.mark.parametrize("module", [VEHICLES, INJURIES])
def test_names_for_codes_are_read_all_the_same(tmp_path: Path, publisher: Replay, module: Any) -> None:
    api(publisher).says_names = True
    result = collect_and_read(night(tmp_path, publisher), module)
    assert result.problem == ""
    assert result.ledger.rows_loaded == (49 if module is VEHICLES else 290) * 2


@pytest.mark.parametrize("module", [VEHICLES, INJURIES])
def test_an_answer_that_ignored_a_filter_is_noticed(tmp_path: Path, publisher: Replay, module: Any) -> None:
    api(publisher).ignores = {"reglan", "lan", "kommun"}
    result = collect_and_read(night(tmp_path, publisher), module)
    assert "svaret gäller annat än det som frågades" in result.problem
    assert result.observations == ()


def test_an_answer_on_cars_that_lacks_a_municipality_is_not_whole(tmp_path: Path, publisher: Replay) -> None:
    api(publisher).leaves_out = {"1419"}
    result = collect_and_read(night(tmp_path, publisher), VEHICLES)
    assert "svaret för län 14 saknar kommuner: 1419" in result.problem


def test_a_municipality_without_injuries_in_the_answer_is_not_a_nought(tmp_path: Path, publisher: Replay) -> None:
    api(publisher).leaves_out = {"1419"}
    result = collect_and_read(night(tmp_path, publisher), INJURIES)
    assert result.problem == ""
    assert result.ledger.rows_loaded == 289 * 2


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (reply({"Header": None, "Rows": None, "Errors": ["Okänd variabel: regkom"]}), "fel: Okänd variabel: regkom"),
        (Reply(body=b"<StatisticsData/>", kind="application/xml"), "application/xml, inte json"),
        (Reply(body=b'{"Header": {"Col'), "inte hel JSON"),
        (Reply(status=404), "HTTP 404"),
        (reply(answer("t10026", [])), "svaret för län 14 har inga rader"),
        (reply({"Header": {"Column": []}, "Rows": None}), "inte ett svar från Trafikanalys"),
    ],
)
def test_a_broken_answer_leaves_the_older_data_in_force(
    tmp_path: Path, publisher: Replay, fault: Reply, said: str
) -> None:
    first = collect_and_read(night(tmp_path, publisher), VEHICLES)
    publisher.faults["trafa"] = [fault]
    second = collect_and_read(night(tmp_path, publisher), VEHICLES)
    assert said in second.problem
    assert second.ledger == first.ledger


def test_without_the_right_accept_header_the_publisher_answers_with_xml(publisher: Replay) -> None:
    url = f"{publisher.url}/trafa/data"
    with Http(user_agent="test", sleep=lambda _: None) as http:
        query = {"query": "t10026|itrfslut|ar|reglan:14|regkom"}
        assert http.get(url, params=query).startswith(b"<?xml")
        assert http.get(url, params=query, accept="json").startswith(b"{")


# what the tables say ----------------------------------------------------------------------------------------------


def ask(data: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(connect(data / "warehouse.duckdb", read_only=True)) as con:
        return con.sql(query).fetchall()


def build(plan: Plan, *fetched: SourceResult) -> None:
    names = {result.name for result in fetched}
    results = [*fetched, *(SourceResult(name=name) for name in all_sources() if name not in names)]
    build_warehouse(plan, results, "2026-08-07-0000000000", lambda _: None)


def test_killed_and_severely_injured_are_counted_together_and_summed_to_the_county(
    tmp_path: Path, publisher: Replay
) -> None:
    plan = night(tmp_path, publisher)
    api(publisher).value = lambda measure, code, year: {"antpersd": "-", "antperss": "3"}.get(measure, "9")
    population = tmp_path / "folkmangd.json"
    county = dict.fromkeys((code for code in NAMES if code.startswith("14")), 10_000)
    population.write_text(json.dumps(tab638(county, "2023")), encoding="utf-8")
    add_files(plan, all_sources()["population"], [population])
    build(plan, collect_and_read(plan, INJURIES), read_source(plan, all_sources()["population"]))
    found = ask(
        tmp_path,
        "select area_code, numerator, denominator, value, status from output.indicators "
        "where indicator = 'road_injuries_rate' and period = '2023' and area_code in ('1415', '14', '00') "
        "order by area_code",
    )
    assert found == [
        ("00", None, None, None, "not_reported"),  # nobody has said how many live in the other counties
        ("14", 147.0, 490_000.0, 30.0, "ok"),
        ("1415", 3.0, 10_000.0, 30.0, "ok"),
    ]


def test_the_workbook_stands_beside_the_answers(tmp_path: Path, publisher: Replay) -> None:
    plan = night(tmp_path, publisher)
    fetched = collect_and_read(plan, VEHICLES)
    assert fetched.problem == ""
    path = tmp_path / "fordon.xlsx"
    path.write_bytes(workbook([(1415, "Stenungsund", *LULEA)]))
    add_files(plan, VEHICLES, [path])
    build(plan, read_source(plan, VEHICLES))
    found = ask(
        tmp_path,
        "select year, vehicle, in_traffic from core.vehicles_in_traffic_by_municipality_year "
        "where municipality_code = '1415' order by year, vehicle",
    )
    assert found == [
        (2023, "car", 1015),
        (2024, "car", 1015),
        (2025, "car", 41902),
        (2025, "moped_class_1", 656),
        (2025, "motorcycle", 2019),
        (2025, "tractor", 3099),
    ]


def test_a_reader_is_told_that_a_tractors_are_not_there(tmp_path: Path, publisher: Replay) -> None:
    build(night(tmp_path, publisher))
    comments = ask(
        tmp_path,
        "select comment from duckdb_tables() where table_name = 'vehicles_in_traffic_by_municipality_year' union all "
        "select comment from duckdb_columns() where table_name = 'vehicles_in_traffic_by_municipality_year' "
        "and column_name = 'vehicle'",
    )
    assert all("A-traktorer" in comment for (comment,) in comments)
    assert len(comments) == 2


def tab638(inhabitants: dict[str, int], year: str) -> dict[str, Any]:
    """SCB's answer with one content and one year."""
    return {
        "class": "dataset",
        "id": ["Region", "ContentsCode", "Tid"],
        "size": [len(inhabitants), 1, 1],
        "dimension": {
            "Region": {"category": {"index": {code: number for number, code in enumerate(inhabitants)}}},
            "ContentsCode": {"category": {"index": {"BE0101N1": 0}}},
            "Tid": {"category": {"index": {year: 0}}},
        },
        "value": list(inhabitants.values()),
    }
