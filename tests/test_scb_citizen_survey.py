"""Medborgarundersökningen: shares, margins and numbers answering, told apart by labels; no capture has been seen."""

import codecs
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from flows.pipeline import SAMPLE, collect_and_read, make_plan
from flows.settings import read_settings
from models._contracts import breaches
from models._duckdb import connect
from models._model import read_model
from sources._http import Http
from sources._landing import read_manifest
from sources._problem import Problem
from sources._registry import all_sources
from tests.publishers._pxweb import REGIONS, PxWeb1, safety, survey_figure
from tests.replay import Replay, Reply, replaying
from tests.test_real_captures import ask, build, everything, put, read, rows_of

NIGHT = datetime(2026, 8, 7, 0, 30, tzinfo=UTC)
MODEL = Path(__file__).resolve().parents[1] / "models/core/citizen_survey_shares_by_area_year.sql"
FILE = SAMPLE / "scb_citizen_survey/synthetic_medborgtrygghet1.json"
CELLS = 5 * 2 * 3 * 9 * 5  # areas, questions, backgrounds, contents, years


def changed(folder: Path, *replaced: tuple[str, str]) -> Path:
    text = FILE.read_text(encoding="utf-8")
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    path = folder / "changed.json"
    path.write_text(text, encoding="utf-8")
    return path


def cell(body: Any, **codes: str) -> Any:
    """A cell of a JSON-stat2 body, found by its place and not by the reader."""
    place = 0
    for name, size in zip(body["id"], body["size"], strict=True):
        place = place * size + body["dimension"][name]["category"]["index"][codes[name]]
    return body["value"][place]


def test_a_share_meets_its_margin_though_one_label_has_doubled_blanks(tmp_path: Path) -> None:
    assert put(tmp_path, "scb_citizen_survey", [FILE], NIGHT) == [everything(CELLS)]
    build(tmp_path)
    body = json.loads(FILE.read_bytes())
    assert "andel mycket  otryggt" in FILE.read_text(encoding="utf-8")
    at = {"Region": "1415", "MedbVariabel7": "0710", "MedBakgrund": "020", "Tid": "2024"}
    query = """
        select share_pct, margin_pct, respondents, status from core.citizen_survey_shares_by_area_year
        where area_code = '1415' and question_code = '0710' and background = 'women' and year = 2024
        and answer = 'andel mycket otryggt'
    """
    expected = [cell(body, ContentsCode=code, **at) for code in ("000000S", "000000M", "00000AN")]
    assert ask(tmp_path, query) == [(*expected, "ok")]


def test_a_municipality_that_did_not_take_part_is_rows_that_say_so(tmp_path: Path) -> None:
    put(tmp_path, "scb_citizen_survey", [FILE], NIGHT)
    build(tmp_path)
    query = """
        select year, status, count(*), count(share_pct) from core.citizen_survey_shares_by_area_year
        where area_code = '1419' group by all order by all
    """
    # 2 questions × 4 answers × 3 backgrounds.
    assert ask(tmp_path, query) == [
        (year, "not_reported" if year % 2 == 0 else "ok", 24, 0 if year % 2 == 0 else 24) for year in range(2021, 2026)
    ]


def test_every_table_has_questions_under_a_name_of_its_own(tmp_path: Path) -> None:
    other = changed(tmp_path, ("MedbVariabel7", "MedbVariabel9"))
    put(tmp_path, "scb_citizen_survey", [FILE, other], NIGHT)
    build(tmp_path)
    query = "select question_set, count(*) from core.citizen_survey_shares_by_area_year group by all order by all"
    assert ask(tmp_path, query) == [("MedbVariabel7", 600), ("MedbVariabel9", 600)]


@pytest.mark.parametrize(
    ("replaced", "sentence"),
    [
        ([("MedbVariabel7", "Fraga7")], "andra dimensioner än väntat: Region, Fraga7"),
        ([("MedBakgrund", "Bakgrund")], "andra dimensioner än väntat: Region, MedbVariabel7, Bakgrund"),
        ([("andel ganska otryggt - Osäkerhetstal", "medelbetyg")], "okänt värde: 'medelbetyg'"),
        ([('"020"', '"040"')], "okänt värde: '040'"),
        ([('"1419"', '"1399"')], "okänt område: '1399'"),
        ([('"..",', '"x",')], "okänt värde: 'x'"),
        ([('"class":"dataset"', '"class":"collection"')], "inte ett JSON-stat2-svar"),
    ],
)
def test_a_copy_that_has_changed_is_one_sentence_and_leaves_what_was(
    replaced: list[tuple[str, str]], sentence: str, tmp_path: Path
) -> None:
    put(tmp_path, "scb_citizen_survey", [FILE], NIGHT)
    with pytest.raises(Problem, match=sentence) as problem:
        put(tmp_path, "scb_citizen_survey", [changed(tmp_path, *replaced)], NIGHT)
    assert "\n" not in str(problem.value)
    assert read(tmp_path, "scb_citizen_survey").ledger == everything(CELLS)


def test_half_a_file_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "half.json"
    path.write_bytes(FILE.read_bytes()[:3000])
    with pytest.raises(Problem, match="inte hel JSON"):
        put(tmp_path, "scb_citizen_survey", [path], NIGHT)


def test_shares_in_another_unit_break_the_contract_of_the_table(tmp_path: Path) -> None:
    body = json.loads(FILE.read_bytes())
    body["value"] = [None if value is None else 1000 * value for value in body["value"]]
    path = tmp_path / "thousands.json"
    path.write_text(json.dumps(body), encoding="utf-8")
    put(tmp_path, "scb_citizen_survey", [path], NIGHT)
    build(tmp_path)
    with closing(connect(tmp_path / "warehouse.duckdb", read_only=True)) as con:
        broken = [breach.rule for breach in breaches(con, read_model(MODEL).contract)]
    assert broken == ["share_pct inom gränserna", "margin_pct inom gränserna"]


# the fetch --------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pace is tried by itself in test_pxweb.py."""
    monkeypatch.setattr("flows._collect.Http", partial(Http, sleep=lambda _: None))


@pytest.fixture
def publisher() -> Iterator[Replay]:
    with replaying() as server:
        server.routes = {"scb": PxWeb1(safety(), cells=10_000)}
        yield server


def collected(data: Path, publisher: Replay, now: datetime = NIGHT) -> Any:
    settings = read_settings(data=data, base_urls={"scb_citizen_survey": f"{publisher.url}/scb"})
    plan = make_plan(settings, now=now, only=("scb_citizen_survey",))
    return collect_and_read(plan, all_sources()["scb_citizen_survey"])


def test_a_night_asks_for_all_municipalities_in_parts_of_every_table(tmp_path: Path, publisher: Replay) -> None:
    result = collected(tmp_path, publisher)
    assert result.problem == ""
    # 2 questions × 3 backgrounds × 5 contents × 2 years (2019 is before the new questionnaire), five tables.
    assert result.ledger == everything(5 * len(REGIONS) * 60)
    assert [each.request for each in read_manifest(tmp_path)] == [f"MedborgTrygghet{number}" for number in range(1, 6)]
    posts = [each.json["query"] for each in publisher.asked if each.method == "POST"]
    assert len(posts) == 10  # 18,720 cells a table where 10,000 are given
    assert {code["code"] for query in posts for code in query} >= {f"MedbVariabel{number}" for number in range(7, 12)}
    for area, answer, figure, year, value in (
        rows_of(result).select("area_code", "answer", "figure", "year", "value").head(5000).iter_rows()
    ):
        last = {
            ("andel mycket dåligt", "share"): "G",
            ("andel mycket dåligt", "margin"): "H",
            ("andel höga betyg (mycket och ganska bra)", "share"): "I",
            ("andel höga betyg (mycket och ganska bra)", "margin"): "J",
            ("antal svarande på enkäten", "respondents"): "K",
        }[answer, figure]
        assert value == survey_figure(area, last, str(year))


def test_answers_may_begin_with_a_byte_order_mark(tmp_path: Path, publisher: Replay) -> None:
    assert collected(tmp_path, publisher).status == "ok"
    bodies = [path.read_bytes() for path in (tmp_path / "landing/scb_citizen_survey").glob("*.json")]
    assert bodies
    assert all(body.startswith(codecs.BOM_UTF8) for body in bodies)


def test_a_table_that_has_moved_does_not_hold_up_the_others(tmp_path: Path, publisher: Replay) -> None:
    tables = safety()
    del tables["START/ME/ME0003/ME0003I/MedborgTrygghet2"]
    publisher.routes["scb"] = PxWeb1(tables)
    result = collected(tmp_path, publisher)
    assert "MedborgTrygghet2: utgivaren svarade inte: HTTP 404" in result.problem
    assert result.ledger == everything(4 * len(REGIONS) * 60)


def test_patience_that_is_asked_for_is_given_and_a_later_fault_leaves_the_older(
    tmp_path: Path, publisher: Replay
) -> None:
    publisher.faults["scb"] = [Reply(status=429, headers={"Retry-After": "0"})]
    first = collected(tmp_path, publisher)
    assert first.problem == ""
    publisher.routes["scb"] = lambda _: Reply(body=b'{"title": "x", "variables": [')
    second = collected(tmp_path, publisher, NIGHT.replace(hour=3))
    assert "tabellens beskrivning går inte att läsa" in second.problem
    assert second.ledger == first.ledger


def test_a_table_whose_question_has_another_name_is_one_sentence(tmp_path: Path, publisher: Replay) -> None:
    [(path, table)] = safety(tables=1).items()
    dimensions = {name.replace("MedbVariabel", "Fraga"): codes for name, codes in table.dimensions.items()}
    publisher.routes["scb"] = PxWeb1({path: type(table)(dimensions=dimensions, value=table.value)})
    assert "dimensionen har ingen summa: Fraga7" in collected(tmp_path, publisher).problem
