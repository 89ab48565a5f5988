"""Socialstyrelsen's API: zeros that are left out, filters that are ignored, pages that end early.

Nothing of this publisher has been captured. The oracle is what client code says of its answers.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.pipeline import Plan, SourceResult, build_warehouse, collect_and_read, make_plan
from flows.settings import read_settings
from models._duckdb import connect
from sources._parse import parse_file
from sources._problem import Problem
from sources._registry import all_sources
from sources._strict import Parsed, read_reference
from tests.publishers.socialstyrelsen import Socialstyrelsen, published
from tests.replay import Replay, Reply, replaying

MODULE = all_sources()["specialist_care"]
NIGHT = datetime(2026, 8, 7, 0, 30, tzinfo=UTC)
EXAMPLE = {
    "diagnosId": "VXY2",
    "regionId": 14,
    "alderId": 4,
    "konId": 3,
    "mattId": 7,
    "ar": 2024,
    "varde": "1 234,5",
}


def page(*rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    envelope = {"amne": "yttreorsakertillskadorochforgiftningar", "nasta_sida": None, "foregaende_sida": None}
    return {"data": list(rows), **envelope, "sida": 1, "per_sida": 5000, "sidor": 1, **changes}


def parse(folder: Path, body: object) -> Parsed:
    path = folder / "svar.json"
    path.write_text(body if isinstance(body, str) else json.dumps(body), encoding="utf-8")
    return parse_file(MODULE, path, "svar.json")


@pytest.fixture
def publisher() -> Iterator[Replay]:
    with replaying() as server:
        server.routes["sos"] = Socialstyrelsen(published((0, 1, 14)))
        yield server


def api(publisher: Replay) -> Socialstyrelsen:
    route = publisher.routes["sos"]
    assert isinstance(route, Socialstyrelsen)
    return route


def night(data: Path, publisher: Replay, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.setattr("sources.specialist_care._PAUSE", 0.0)
    settings = read_settings(data=data, base_urls={"specialist_care": f"{publisher.url}/sos"})
    return make_plan(settings, as_of=date(2026, 8, 7), now=NIGHT)


def fetched(data: Path, publisher: Replay, monkeypatch: pytest.MonkeyPatch) -> SourceResult:
    return collect_and_read(night(data, publisher, monkeypatch), MODULE)


# the layout -------------------------------------------------------------------------------------------------------


def test_the_known_row_is_read_with_its_comma_and_its_blank(tmp_path: Path) -> None:
    assert parse(tmp_path, page(EXAMPLE)).frame.row(0, named=True) == {
        "row_number": 1,
        "diagnosis": "self_harm",
        "area_code": "14",
        "age": "15–19",
        "sex": "3",
        "measure": "7",
        "year": 2024,
        "care_form": None,
        "value": 1234.5,
        "row": "answered",
    }


@pytest.mark.parametrize(
    ("changes", "column", "found"),
    [
        ({"varde": "1\u00a0234,5"}, "value", 1234.5),
        ({"varde": "39,3", "vardformId": "SVOV"}, "value", 39.3),
        ({"varde": "1"}, "value", 1.0),
        ({"varde": "X"}, "value", None),
        ({"varde": ".."}, "value", None),
        ({"regionId": 0}, "area_code", "00"),
        ({"regionId": 1}, "area_code", "01"),
        ({"regionId": "09"}, "area_code", "09"),
        ({"ar": "2024"}, "year", 2024),
    ],
)
def test_a_cell_is_read_as_the_publisher_writes_it(tmp_path: Path, changes: Any, column: str, found: Any) -> None:
    parsed = parse(tmp_path, page({**EXAMPLE, **changes}))
    assert parsed.refusals == ()
    assert parsed.frame[column].to_list() == [found]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (page({**EXAMPLE, "alder": "15-19"}), "svar.json: okänt fält i Socialstyrelsens svar: 'alder'"),
        (page(EXAMPLE, fel="x"), "svar.json: okänt fält i Socialstyrelsens svar: 'fel'"),
        (page({**EXAMPLE, "diagnosId": "F32"}), "svar.json, kolumn diagnosId: okänt värde: 'F32' på rad 1"),
        (page({**EXAMPLE, "regionId": 2}), "svar.json, kolumn regionId: okänt område: '02' på rad 1"),
        (page({**EXAMPLE, "mattId": 5}), "svar.json, kolumn mattId: okänt värde: '5' på rad 1"),
        (page({**EXAMPLE, "alderId": 19}), "svar.json, kolumn alderId: okänt värde: '19' på rad 1"),
        (page({**EXAMPLE, "vardformId": "SV"}), "svar.json, kolumn vardformId: okänt värde: 'SV' på rad 1"),
        (page(EXAMPLE, {**EXAMPLE, "varde": "2"}), "svar.json: samma nyckel"),
        ({"meddelande": "fel"}, "svar.json: inte ett svar ur statistikdatabasen"),
        (
            {"asked": {name: ["1"] * 10 for name in [*EXAMPLE, "vardformId"] if name != "varde"}},
            "svar.json: frågan är orimligt stor: 10000000 celler",
        ),
        ({"asked": {"diagnosId": ["VXY2"]}}, "svar.json: frågan har andra fält än väntat"),
        (json.dumps(page(EXAMPLE))[:-40], "svar.json: svaret är inte hel JSON"),
    ],
)
def test_a_mutated_answer_is_one_sentence(tmp_path: Path, body: object, sentence: str) -> None:
    with pytest.raises(Problem) as problem:
        parse(tmp_path, body)
    assert str(problem.value).startswith(sentence)


def test_a_value_that_is_no_number_is_refused_and_accounted_for(tmp_path: Path) -> None:
    parsed = parse(tmp_path, page(EXAMPLE, {**EXAMPLE, "ar": 2023, "varde": "tolv"}, EXAMPLE))
    assert [(each.row_number, each.column_name, each.rule) for each in parsed.refusals] == [
        (2, "value", "not_a_number")
    ]
    assert (parsed.ledger.rows_read, parsed.ledger.rows_loaded, parsed.ledger.rows_duplicate) == (3, 1, 1)


def test_every_diagnosis_stands_once_in_the_reviewed_list() -> None:
    reviewed = read_reference("care_diagnoses")
    assert reviewed["diagnos"].is_sorted()
    assert reviewed["diagnos"].is_unique().all()
    assert reviewed["diagnosis"].is_unique().all()


# fetching ---------------------------------------------------------------------------------------------------------


def test_each_diagnosis_and_measure_is_a_question_of_its_own(
    tmp_path: Path, publisher: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = fetched(tmp_path, publisher, monkeypatch)
    assert result.problem == ""
    questions = [asked.path for asked in publisher.asked if "/resultat/" in asked.path]
    assert len(questions) == 6 * 2
    # The county of the three municipalities and the country; 2007 is before the two care forms were shown together.
    assert all("/regionId" not in path and "/region/0,14/" in path for path in questions)
    assert all("/ar/2022,2023,2024" in path for path in questions)
    assert sum(path.endswith("/vardform/SVOV") for path in questions) == 3 * 2
    assert all(asked.headers["accept"].startswith("application/json") for asked in publisher.asked)
    answered = 6 * 2 * 3 * 3 * 2 * 2
    asked_cells = 6 * 2 * 3 * 3 * 2 * 3
    assert result.ledger.rows_loaded == answered + asked_cells


def test_pages_are_followed_to_the_last(tmp_path: Path, publisher: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    api(publisher).page_of = 10  # 36 rows a question
    result = fetched(tmp_path, publisher, monkeypatch)
    assert result.problem == ""
    assert sum(asked.query.get("sida") == ["4"] for asked in publisher.asked) == 12
    assert result.ledger.rows_loaded == 432 + 648


def test_paging_that_ends_early_is_refused(tmp_path: Path, publisher: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    api(publisher).page_of, api(publisher).ends_after = 10, 2
    result = fetched(tmp_path, publisher, monkeypatch)
    assert "svarets sidor går inte ihop: sida 2 av 4, 10 rader" in result.problem
    assert result.observations == ()


@pytest.mark.parametrize(("segment", "named"), [("diagnos", "diagnosId"), ("region", "regionId"), ("ar", "ar")])
def test_an_answer_that_ignored_a_filter_is_noticed(
    tmp_path: Path, publisher: Replay, monkeypatch: pytest.MonkeyPatch, segment: str, named: str
) -> None:
    api(publisher).cells |= {("VXY2", 14, 4, 3, 6, 2006): "5", ("05", 14, 4, 3, 6, 2006): "5"}
    api(publisher).ignores = {segment}
    result = fetched(tmp_path, publisher, monkeypatch)
    assert f"svaret gäller annat än det som frågades: {named} " in result.problem
    assert result.observations == ()


def test_an_id_that_means_something_else_stops_the_source(
    tmp_path: Path, publisher: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    api(publisher).texts["VXY3"] = "Polisingripande och krigshandling"
    result = fetched(tmp_path, publisher, monkeypatch)
    assert "id VXY3 betyder inte längre det som granskats: Polisingripande" in result.problem


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Reply(status=404, kind="text/html"), "HTTP 404"),
        (Reply(body=b"<html></html>", kind="text/html"), "webbsida"),
        (Reply(body=b'[{"id": 3, "te'), "inte hel JSON"),
        (Reply(body=b'{"data": []}'), "inte en lista över värden"),
    ],
)
def test_a_broken_answer_leaves_the_older_data_in_force(
    tmp_path: Path, publisher: Replay, monkeypatch: pytest.MonkeyPatch, fault: Reply, said: str
) -> None:
    first = fetched(tmp_path, publisher, monkeypatch)
    publisher.faults["sos"] = [fault]
    second = fetched(tmp_path, publisher, monkeypatch)
    assert said in second.problem
    assert second.ledger == first.ledger
    assert second.ledger.rows_loaded > 0


# what the tables say ----------------------------------------------------------------------------------------------


def table(data: Path, publisher: Replay, monkeypatch: pytest.MonkeyPatch, query: str) -> list[tuple[Any, ...]]:
    plan = night(data, publisher, monkeypatch)
    results = [collect_and_read(plan, MODULE)]
    results += [SourceResult(name=name) for name in all_sources() if name != MODULE.name]
    assert results[0].problem == ""
    build_warehouse(plan, results, "2026-08-07-0000000000", lambda _: None)
    con = connect(data / "warehouse.duckdb", read_only=True)
    try:
        return con.sql(query).fetchall()
    finally:
        con.close()


def test_what_was_asked_for_and_is_absent_is_nought_and_the_rest_is_missing(
    tmp_path: Path, publisher: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    for measure in (6, 7):
        del api(publisher).cells["VXY2", 14, 3, 1, measure, 2023]
        api(publisher).cells["VXY2", 14, 3, 2, measure, 2023] = "X"
    found = table(
        tmp_path,
        publisher,
        monkeypatch,
        "select area_code, year, sex, patients, patients_per_100000, is_zero_by_absence, status "
        "from core.specialist_care_by_area_year where diagnosis = 'self_harm' and age = '10–14' "
        "and area_code <> '00' order by year, sex",
    )
    assert found == [
        ("14", 2022, "men", 1234, 56.7, False, "ok"),
        ("14", 2022, "total", 1234, 56.7, False, "ok"),
        ("14", 2022, "women", 1234, 56.7, False, "ok"),
        ("14", 2023, "men", 0, 0.0, True, "ok"),
        ("14", 2023, "total", 1234, 56.7, False, "ok"),
        ("14", 2023, "women", None, None, False, "suppressed"),
        # Listed and asked for, but the register says nothing of the country yet: no year of noughts.
        ("14", 2024, "men", None, None, False, "not_reported"),
        ("14", 2024, "total", None, None, False, "not_reported"),
        ("14", 2024, "women", None, None, False, "not_reported"),
    ]


def test_the_indicator_stands_for_the_county_and_the_country_only(
    tmp_path: Path, publisher: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = table(
        tmp_path,
        publisher,
        monkeypatch,
        "select distinct area_type, value, status from output.indicators "
        "where indicator = 'county_young_self_harm_rate' and period = '2023' and category = '15–19' order by area_type",
    )
    assert found == [("country", 56.7, "ok"), ("county", 56.7, "ok")]


def test_the_sample_s_noughts_come_from_its_questions() -> None:
    folder = Path(__file__).resolve().parents[1] / "data" / "sample" / "specialist_care"
    frames = [parse_file(MODULE, path, path.name).frame for path in sorted(folder.glob("*.json"))]
    rows = pl.concat(frames)
    cell = ["diagnosis", "area_code", "age", "sex", "measure", "year"]
    asked, answered = (rows.filter(pl.col("row") == row).select(cell) for row in ("asked", "answered"))
    assert asked.height == 4 * 2 * 3 * 3 * 2 * 3
    assert answered.join(asked, on=cell, how="anti").is_empty()
    assert not asked.join(answered, on=cell, how="anti").is_empty()
