"""Folkhälsodata: sex by its label, figures of four kinds in one dimension, and periods that overlap."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from flows.pipeline import SAMPLE, collect_and_read, make_plan
from flows.settings import read_settings
from sources._http import Http
from sources._landing import read_manifest
from sources._problem import Problem
from sources._registry import all_sources
from tests.publishers._pxweb import REGIONS, PxWeb1, health, health_figure
from tests.replay import Replay, Reply, replaying
from tests.test_real_captures import ask, build, everything, put, read, rows_of

NIGHT = datetime(2026, 8, 7, 0, 30, tzinfo=UTC)
STRAIN = SAMPLE / "public_health_survey/synthetic_psykessler6yreg.json"
BULLYING = SAMPLE / "public_health_survey/synthetic_mobbningreg.json"
STRAIN_CELLS = 5 * 1 * 4 * 3 * 5


def changed(folder: Path, file: Path, *replaced: tuple[str, str]) -> Path:
    text = file.read_text(encoding="utf-8")
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    path = folder / "changed.json"
    path.write_text(text, encoding="utf-8")
    return path


# captures ---------------------------------------------------------------------------------------------------------


def test_the_transcribed_table_of_bullying_gives_its_own_figures(shared: Path, tmp_path: Path) -> None:
    path = shared / "realdata/fohm/transcribed/fohm_data_mobbning.json"
    assert put(tmp_path, "public_health_survey", [path], datetime(2023, 6, 1, tzinfo=UTC)) == [everything(2)]
    result = read(tmp_path, "public_health_survey")
    assert result.data_as_of == date(2022, 12, 31)
    build(tmp_path)
    rows = ask(
        tmp_path,
        "select area_code, period, survey, answer, age, sex, share_pct, lower_pct, respondents, is_overlapping "
        "from core.public_health_shares_by_area_period",
    )
    answer = "Mobbad i skolan senaste månaderna, 2-3 ggr/månad"
    # Sex code 1 is "Pojkar" here; in the agency's register tables 1 is "Kvinnor".
    assert rows == [
        ("00", "2021-2022", "HBSC", answer, "13 år", "men", 4.0, None, None, False),
        ("21", "2021-2022", "HBSC", answer, "13 år", "men", 5.0, None, None, False),
    ]


def test_a_table_s_description_is_no_answer(shared: Path, tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"^fohm_metadata_mobbning.json: inte ett JSON-stat2-svar: "):
        put(tmp_path, "public_health_survey", [shared / "realdata/fohm/transcribed/fohm_metadata_mobbning.json"], NIGHT)


# traps ------------------------------------------------------------------------------------------------------------


def test_a_share_stands_with_its_limits_and_the_number_that_answered(tmp_path: Path) -> None:
    assert put(tmp_path, "public_health_survey", [STRAIN], NIGHT) == [everything(STRAIN_CELLS)]
    build(tmp_path)
    body = json.loads(STRAIN.read_bytes())
    figures, sexes, periods = (len(body["dimension"][name]["category"]["index"]) for name in body["id"][2:])
    area = list(body["dimension"]["Region"]["category"]["index"]).index("1421")
    # Row-major: the period turns first, then sex (Män is the third), then the figure.
    expected = [body["value"][((area * figures + figure) * sexes + 2) * periods + 4] for figure in range(4)]
    query = """
        select share_pct, lower_pct, upper_pct, respondents from core.public_health_shares_by_area_period
        where area_code = '1421' and sex = 'men' and period = '2021-2024'
    """
    assert ask(tmp_path, query) == [tuple(expected)]
    assert expected[1] < expected[0] < expected[2]


def test_rolling_periods_that_share_years_are_flagged(tmp_path: Path) -> None:
    value = json.loads(STRAIN.read_bytes())
    value["value"] = [7 if each is None else each for each in value["value"]]
    value["status"] = {}
    path = tmp_path / "full.json"
    periods = ["2009-2012", "2013-2016", "2015-2018", "2019-2022", "2021-2024"]
    value["dimension"]["År"]["category"] = {
        "index": {period: at for at, period in enumerate(periods)},
        "label": {period: period for period in periods},
    }
    path.write_text(json.dumps(value), encoding="utf-8")
    put(tmp_path, "public_health_survey", [path], NIGHT)
    build(tmp_path)
    query = """
        select period, is_overlapping from core.public_health_shares_by_area_period
        where area_code = '1415' and sex = 'total' order by period
    """
    # 2013-2016 → 2015-2018 is the jump that the publisher makes; 2019-2022 follows on without a shared year.
    assert ask(tmp_path, query) == [
        ("2009-2012", False),
        ("2013-2016", False),
        ("2015-2018", True),
        ("2019-2022", False),
        ("2021-2024", True),
    ]


def test_a_period_overlaps_only_one_that_has_a_figure(tmp_path: Path) -> None:
    put(tmp_path, "public_health_survey", [STRAIN], NIGHT)
    build(tmp_path)
    query = """
        select period, status, is_overlapping from core.public_health_shares_by_area_period
        where area_code = '1419' and sex = 'total' order by period
    """
    assert ask(tmp_path, query) == [
        ("2013-2016", "not_reported", False),
        ("2015-2018", "not_reported", False),
        ("2018-2021", "not_reported", False),
        ("2019-2022", "ok", False),
        ("2021-2024", "ok", True),
    ]


@pytest.mark.parametrize(
    ("file", "replaced", "sexes"),
    [
        (STRAIN, [], {"total", "women", "men"}),
        (BULLYING, [], {"women", "men"}),
        (BULLYING, [('"1":"Pojkar","2":"Flickor"', '"1":"Kvinnor","2":"Män"')], {"women", "men"}),
        (STRAIN, [('"00"', '"1+2"'), ('"1+2":"00 Riket"', '"00":"00 Riket"')], {"total", "women", "men"}),
    ],
)
def test_sex_is_what_its_label_says_whatever_its_code(
    file: Path, replaced: list[tuple[str, str]], sexes: set[str], tmp_path: Path
) -> None:
    text = file.read_text(encoding="utf-8")
    body = json.loads(text)
    if replaced and replaced[0][0] == '"00"':  # only the codes of sex: the country is 00 too
        category = body["dimension"]["Kön"]["category"]
        category["index"] = {"1+2": 0, "1": 1, "2": 2}
        category["label"] = {"1+2": "Totalt", "1": "Kvinnor", "2": "Män"}
        text = json.dumps(body)
    else:
        for old, new in replaced:
            assert old in text
            text = text.replace(old, new)
    path = tmp_path / "sex.json"
    path.write_text(text, encoding="utf-8")
    put(tmp_path, "public_health_survey", [path], NIGHT)
    rows = rows_of(read(tmp_path, "public_health_survey"))
    assert set(rows["sex"]) == sexes
    if file == BULLYING:  # the sexes turn first but for the period and the content: boys are the even cells
        women = set(rows.filter(rows["row_number"] % 2 == 0)["sex"])
        assert women == ({"men"} if replaced else {"women"})


def test_a_region_that_is_its_own_label_is_read_by_its_code(tmp_path: Path) -> None:
    path = changed(tmp_path, BULLYING, ('"00":0,"14":1', '"00 Riket":0,"14 Västra Götalands län":1'))
    put(tmp_path, "public_health_survey", [path], NIGHT)
    assert set(rows_of(read(tmp_path, "public_health_survey"))["area_code"]) == {"00", "14"}


@pytest.mark.parametrize(
    ("file", "replaced", "sentence"),
    [
        (STRAIN, [("Kön", "Kon")], "andra dimensioner än väntat: Region, Psykisk hälsa, .*Kon"),
        (STRAIN, [("Psykisk hälsa", "Psykisk ohälsa")], "andra dimensioner än väntat: Region, Psykisk ohälsa"),
        (STRAIN, [("Antal svar", "Vägd bas")], "okänt värde: 'vägd bas'"),
        (STRAIN, [("Kvinnor", "Annat")], "okänt värde: 'annat'"),
        (STRAIN, [('"1421"', '"1399"')], "okänt område: '1399'"),
        (STRAIN, [('":".."', '":"x"')], "okänt värde: 'x'"),
        (BULLYING, [("Hur ofta", "Hur många")], "andra dimensioner än väntat"),
        (STRAIN, [("Psykisk hälsa", "Ålder")], "frågan saknas, eller är flera"),
    ],
)
def test_a_copy_that_has_changed_is_one_sentence_and_leaves_what_was(
    file: Path, replaced: list[tuple[str, str]], sentence: str, tmp_path: Path
) -> None:
    put(tmp_path, "public_health_survey", [STRAIN], NIGHT)
    with pytest.raises(Problem, match=sentence) as problem:
        put(tmp_path, "public_health_survey", [changed(tmp_path, file, *replaced)], NIGHT)
    assert "\n" not in str(problem.value)
    assert read(tmp_path, "public_health_survey").ledger == everything(STRAIN_CELLS)


def test_half_a_file_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "half.json"
    path.write_bytes(STRAIN.read_bytes()[:900])
    with pytest.raises(Problem, match=r"inte hel JSON|inte UTF-8"):
        put(tmp_path, "public_health_survey", [path], NIGHT)


def test_a_period_that_is_no_year_is_refused_row_by_row(tmp_path: Path) -> None:
    path = changed(tmp_path, STRAIN, ("2013-2016", "senaste mätningen"))
    [book] = put(tmp_path, "public_health_survey", [path], NIGHT)
    assert (book.rows_quarantined, book.rows_loaded) == (STRAIN_CELLS // 5, STRAIN_CELLS * 4 // 5)


# the fetch --------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pace is tried by itself in test_pxweb.py."""
    monkeypatch.setattr("flows._collect.Http", partial(Http, sleep=lambda _: None))


@pytest.fixture
def publisher() -> Iterator[Replay]:
    with replaying() as server:
        server.routes = {"fohm": PxWeb1(health(), cells=5000)}
        yield server


def collected(data: Path, publisher: Replay, now: datetime = NIGHT) -> Any:
    settings = read_settings(data=data, base_urls={"public_health_survey": f"{publisher.url}/fohm"})
    plan = make_plan(settings, now=now, only=("public_health_survey",))
    return collect_and_read(plan, all_sources()["public_health_survey"])


def test_a_night_asks_for_every_table_of_adults_and_of_pupils(tmp_path: Path, publisher: Replay) -> None:
    result = collected(tmp_path, publisher)
    assert result.problem == ""
    # Adults: five answers in four tables × 4 figures × 3 sexes × 3 periods. Pupils: 22 regions × 2 ages × 2 sexes × 3.
    assert result.ledger == everything(len(REGIONS) * 5 * 36 + 22 * 2 * 2 * 3)
    assert len(read_manifest(tmp_path)) == 6
    measure = {"share": "01", "lower": "02", "upper": "03", "respondents": "04"}
    rows = rows_of(result)
    adults = rows.filter((rows["survey"] == "HLV") & rows["area_code"].is_in(["00", "14", "1415", "1419"]))
    for area, sex, period, figure, value in adults.select("area_code", "sex", "period", "figure", "value").iter_rows():
        code = {"total": "00", "women": "01", "men": "02"}[sex]
        assert value == health_figure(area, measure[figure], code, period)
    girls = rows.filter((rows["survey"] == "HBSC") & (rows["sex"] == "women") & (rows["area_code"] == "14"))
    assert set(girls["value"]) == {14 % 7 + 3.0}
    posts = [each for each in publisher.asked if each.method == "POST"]
    assert len(posts) > 6  # 11,232 cells a table of adults where 5,000 are given
    codes = {each["code"] for post in posts for each in post.json["query"]}
    assert {"Kön", "År", "Ålder", "Andel och konfidensintervall", "Hur ofta"} <= codes


def test_a_table_that_has_moved_and_one_cut_short_leave_the_others(tmp_path: Path, publisher: Replay) -> None:
    tables = health()
    moved = next(path for path in tables if "warwick" in path)
    publisher.routes["fohm"] = PxWeb1({path: table for path, table in tables.items() if path != moved})
    result = collected(tmp_path, publisher)
    assert "warwickyreg.px: utgivaren svarade inte: HTTP 404" in result.problem
    assert result.ledger == everything(len(REGIONS) * 3 * 36 + 22 * 2 * 2 * 3)
    publisher.faults["fohm"] = [Reply(body=b"{}"), Reply(body=b'{"variables"', cut_at=5)] * 4
    again = collected(tmp_path, publisher, NIGHT.replace(hour=3))
    assert again.status == "failed"
    assert again.ledger == result.ledger


def test_patience_that_is_asked_for_is_given(tmp_path: Path, publisher: Replay) -> None:
    told = Reply(body=json.dumps({"maxCells": 5000}).encode())
    publisher.faults["fohm"] = [told, Reply(status=429, headers={"Retry-After": "0"}), Reply(status=503)]
    assert collected(tmp_path, publisher).problem == ""
