"""Population by age and sex: both tables of Statistics Sweden, and that what has noise is never added up."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from flows.pipeline import SAMPLE, collect_and_read, make_plan
from flows.settings import read_settings
from models._contracts import breaches
from models._model import read_model
from sources._http import Http
from sources._landing import read_manifest
from sources._problem import Problem
from sources._pxweb import read_cube
from sources._pxweb_client import metadata
from sources._registry import all_sources
from sources.population import SOURCE
from tests.publishers._pxweb import REGIONS, PxWeb2, people, population
from tests.replay import Replay, Reply, replaying
from tests.test_real_captures import ask, build, everything, put, read, rows_of

NIGHT = datetime(2026, 8, 7, 0, 30, tzinfo=UTC)
MODEL = Path(__file__).resolve().parents[1] / "models/core/population_by_area_year_age_sex.sql"


# captures ---------------------------------------------------------------------------------------------------------


def test_every_cell_of_the_captured_tab6471_is_its_own_figure(shared: Path, tmp_path: Path) -> None:
    path = shared / "realdata/pxweb/scb_v2/TAB6471_data.json"
    body = json.loads(path.read_bytes())
    assert put(tmp_path, "population", [path], datetime(2026, 6, 9, tzinfo=UTC)) == [everything(2772)]
    names = ("area_code", "age", "sex", "contents", "period")
    found = {row[:5]: row[5] for row in rows_of(read(tmp_path, "population")).select(*names, "inhabitants").iter_rows()}
    codes = [list(body["dimension"][name]["category"]["index"]) for name in body["id"]]
    assert found == dict(zip(product(*codes), body["value"], strict=True))
    assert found["01", "0-9", "TotSa", "000007SF", "2026M01"] == 245284
    # Noise: the sexes of Stockholm's youngest do not add up to the published total.
    men, women = (found["01", "0-9", sex, "000007SF", "2026M01"] for sex in "12")
    assert (men, women, men + women) == (125373, 119906, 245279)


def test_months_that_do_not_end_a_year_are_in_no_yearly_table(shared: Path, tmp_path: Path) -> None:
    put(tmp_path, "population", [shared / "realdata/pxweb/scb_v2/TAB6471_data.json"], datetime(2026, 6, 9, tzinfo=UTC))
    build(tmp_path)
    assert ask(tmp_path, "select count(*) from staging.population") == [(2772,)]
    for table in ("population_by_area_year", "population_by_area_year_age_sex"):
        assert ask(tmp_path, f"select count(*) from core.{table}") == [(0,)]


def test_every_age_that_the_captured_table_has_is_one_that_is_known(shared: Path) -> None:
    told = metadata((shared / "realdata/pxweb/scb_v2/TAB6471_metadata.json").read_bytes(), "TAB6471")
    accepted = {column.name: getattr(column.type, "accepted", ()) for column in SOURCE.columns}
    assert set(told["Alder"].codes) <= set(accepted["age"])
    assert set(told["Kon"].codes) <= set(accepted["sex"])
    assert set(told["ContentsCode"].codes) <= set(accepted["contents"])
    assert "2025M12" in told["Tid"].codes


def test_the_transcribed_tab638_is_the_total_of_each_year(shared: Path, tmp_path: Path) -> None:
    put(tmp_path, "population", [shared / "realdata/fohm/transcribed/scb_data_tab638.json"], NIGHT)
    build(tmp_path)
    rows = ask(
        tmp_path,
        "select area_code, year, age_group, sex, inhabitants, summed_year from core.population_by_area_year_age_sex",
    )
    assert rows == [
        ("0180", 2023, "total", "total", 984748, None),
        ("0180", 2024, "total", "total", 988943, None),
        ("1480", 2023, "total", "total", 600151, None),
        ("1480", 2024, "total", "total", 604616, None),
    ]


# mutated copies ---------------------------------------------------------------------------------------------------


def mutated(change: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((SAMPLE / "population/tab6471_2025_synthetic.json").read_bytes())
    match change:
        case "renamed dimension":
            body = json.loads(json.dumps(body).replace('"Alder"', '"Ålder"'))
        case "extra dimension":
            body["id"], body["size"] = ["Civilstand", *body["id"]], [1, *body["size"]]
            body["dimension"]["Civilstand"] = {"category": {"index": ["OG"]}}
        case "another content":
            body = json.loads(json.dumps(body).replace("000007SF", "000007SG"))
        case "a new age group":
            body = json.loads(json.dumps(body).replace('"10-14"', '"10-15"'))
        case "a new sex":
            body = json.loads(json.dumps(body).replace('"TotSa"', '"3"'))
        case "a new region":
            body = json.loads(json.dumps(body).replace('"1419"', '"1399"'))
        case "half the values":
            body["value"] = body["value"][:600]
        case "per thousand":
            body["value"] = [value / 1000 for value in body["value"]]
    return body


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("renamed dimension", "andra dimensioner än väntat: Region, Ålder"),
        ("extra dimension", "andra dimensioner än väntat: Civilstand"),
        ("another content", "okänt värde: '000007SG'"),
        ("a new age group", "okänt värde: '10-15'"),
        ("a new sex", "okänt värde: '3'"),
        ("a new region", "okänt område: '1399'"),
        ("half the values", "svaret är inte helt: 600 värden av 1206"),
    ],
)
def test_a_copy_that_has_changed_is_one_sentence_and_leaves_what_was(
    change: str, sentence: str, tmp_path: Path
) -> None:
    whole = SAMPLE / "population/tab6471_2025_synthetic.json"
    put(tmp_path, "population", [whole], NIGHT)
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(mutated(change)), encoding="utf-8")
    with pytest.raises(Problem, match=sentence) as problem:
        put(tmp_path, "population", [changed], NIGHT)
    assert "\n" not in str(problem.value)
    assert read(tmp_path, "population").ledger == everything(1206)


def test_half_a_file_and_another_charset_are_one_sentence(tmp_path: Path) -> None:
    content = (SAMPLE / "population/tab6471_2025_synthetic.json").read_bytes()
    for broken, said in ((content[:4000], "inte hel JSON"), (content.decode().encode("cp1252"), "inte UTF-8")):
        path = tmp_path / "broken.json"
        path.write_bytes(broken)
        with pytest.raises(Problem, match=said):
            put(tmp_path, "population", [path], NIGHT)


def test_figures_in_another_unit_are_refused_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "thousands.json"
    path.write_text(json.dumps(mutated("per thousand")), encoding="utf-8")
    [book] = put(tmp_path, "population", [path], NIGHT)
    assert book.rows_quarantined > 1100
    assert book.rows_read == book.rows_loaded + book.rows_quarantined == 1206


# what may be added up ---------------------------------------------------------------------------------------------

Cells = Mapping[tuple[str, str, str], int | None]


def tab638(values: Cells, *, areas: Sequence[str] = ("1415",)) -> dict[str, Any]:
    """A body of (age, sex, year) → inhabitants, the same for every area."""
    ages, sexes, years = (sorted({key[at] for key in values}) for at in range(3))
    codes = {"Region": list(areas), "Alder": ages, "Kon": sexes, "ContentsCode": ["BE0101N1"], "Tid": years}
    found = [values.get((age, sex, year)) for _, age, sex, _, year in product(*codes.values())]
    return {
        "class": "dataset",
        "id": list(codes),
        "size": [len(each) for each in codes.values()],
        "dimension": {name: {"category": {"index": each}} for name, each in codes.items()},
        "value": found,
    }


def core(tmp_path: Path, *bodies: object) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """(year, age group, sex) → inhabitants, year of the sum, status, noise."""
    for at, body in enumerate(bodies):
        path = tmp_path / f"{at}.json"
        path.write_text(json.dumps(body), encoding="utf-8")
        put(tmp_path, "population", [path], NIGHT)
    build(tmp_path)
    columns = "year, age_group, sex, inhabitants, summed_year, status, has_noise"
    rows = ask(tmp_path, f"select {columns} from core.population_by_area_year_age_sex where area_code = '1415'")
    return {row[:3]: row[3:] for row in rows}


CHILDREN: Cells = {(str(age), sex, "2024"): 10 * age + int(sex) for age in range(18) for sex in "12"}


def test_children_are_the_sum_of_their_years_before_the_noise(tmp_path: Path) -> None:
    found = core(tmp_path, tab638(CHILDREN))
    # Σ 10·age for 0–17 is 1,530; 18 times 1 or 2 is added for men and women.
    assert found[2024, "0-17", "men"] == (1548, 2024, "ok", False)
    assert found[2024, "0-17", "women"] == (1566, 2024, "ok", False)
    assert found[2024, "0-17", "total"] == (3114, 2024, "ok", False)
    assert found[2024, "5-9", "men"] == (10 * 35 + 5, 2024, "ok", False)
    assert found[2024, "7", "men"] == (71, None, "ok", False)
    assert found[2024, "7", "total"] == (143, 2024, "ok", False)
    assert (2024, "15-19", "men") not in found  # 18 and 19 were not asked for


def test_a_year_of_age_that_is_missing_makes_no_smaller_group(tmp_path: Path) -> None:
    found = core(tmp_path, tab638({**CHILDREN, ("9", "1", "2024"): None}))
    assert found[2024, "0-17", "men"] == (None, None, "not_reported", False)
    assert found[2024, "0-17", "total"] == (None, None, "not_reported", False)
    assert found[2024, "0-17", "women"] == (1566, 2024, "ok", False)
    assert found[2024, "10-14", "men"] == (605, 2024, "ok", False)


def test_from_2025_nothing_is_added_up_and_the_publisher_s_own_groups_stand(tmp_path: Path) -> None:
    found = core(tmp_path, json.loads((SAMPLE / "population/tab6471_2025_synthetic.json").read_bytes()))
    assert {year for _, year, _, _ in found.values() if year is not None} == set()
    assert found[2025, "0-17", "total"] == (None, None, "not_reported", True)
    assert all(noise for *_, noise in found.values())
    cube = read_cube(SAMPLE / "population/tab6471_2025_synthetic.json")
    own = {row[1:3]: row[5] for row in cube.cells.filter(pl.col("Region") == "1415").iter_rows()}
    pairs = {"total": "TotSA", "0-4": "-4", "10-14": "10-14", "0-9": "0-9", "17": "17", "100+": "100+"}
    for group, code in pairs.items():
        for sex, kon in (("total", "TotSa"), ("men", "1"), ("women", "2")):
            assert found[2025, group, sex][0] == own[code, kon], (group, sex)
    # The parts of the constructed table do not add up either, or the test would show nothing.
    assert sum(own[str(age), "1"] for age in range(10)) != own["0-9", "1"]


def test_the_contract_stops_a_sum_from_2025(tmp_path: Path) -> None:
    contract = read_model(MODEL).contract
    assert contract.ranges["summed_year"] == (None, 2024)
    put(tmp_path, "population", [SAMPLE / "population/tab638_ages_2015_2024_synthetic.json"], NIGHT)
    build(tmp_path)
    with closing(duckdb.connect(tmp_path / "warehouse.duckdb")) as con:
        assert breaches(con, contract) == []
        con.execute("update core.population_by_area_year_age_sex set summed_year = 2025 where year = 2024")
        assert [breach.rule for breach in breaches(con, contract)] == ["summed_year inom gränserna"]


def test_the_yearly_table_goes_before_the_december_of_the_monthly(tmp_path: Path) -> None:
    files = ("tab638_2024_2025_synthetic.json", "tab6471_2025_synthetic.json")
    put(tmp_path, "population", [SAMPLE / "population" / files[1]], NIGHT)
    build(tmp_path)
    query = "select year, inhabitants from core.population_by_area_year where area_code = '1415' order by year"
    [(_, december)] = monthly = ask(tmp_path, query)
    assert monthly[0][0] == 2025
    put(tmp_path, "population", [SAMPLE / "population" / files[0]], NIGHT)
    build(tmp_path)
    assert ask(tmp_path, query) == [(2024, 27920), (2025, 27985)]
    assert december != 27985


def test_nil_is_nought_and_not_available_is_nothing(tmp_path: Path) -> None:
    body = tab638({("0", "1", "2024"): None, ("1", "1", "2024"): None, ("2", "1", "2024"): 5})
    found = core(tmp_path, {**body, "status": {"0": "-", "1": ".."}})
    assert found[2024, "0", "men"][0] == 0
    assert found[2024, "2", "men"][0] == 5
    assert (2024, "1", "men") not in found


# what is divided by children --------------------------------------------------------------------------------------


def test_reported_violence_against_children_is_per_child(tmp_path: Path) -> None:
    for source, name in (
        ("kolada_values", "kolada_values/population_2010_2019.json"),
        ("kolada_values", "kolada_values/synthetic_reported_offences.json"),
    ):
        put(tmp_path, source, [SAMPLE / name], NIGHT)
    query = """
        select numerator, denominator, status from output.indicators where period = '2019' and area_code = '1415'
        and indicator = 'reported_violence_against_children_indoors_rate'
    """
    build(tmp_path)
    [(_, denominator, status)] = ask(tmp_path, query)
    assert (denominator, status) == (None, "no_denominator")
    put(tmp_path, "population", [SAMPLE / "population/tab638_ages_2015_2024_synthetic.json"], NIGHT)
    build(tmp_path)
    rates = json.loads((SAMPLE / "kolada_values/synthetic_reported_offences.json").read_bytes())["values"]
    [rate] = [
        row["values"][0]["value"]
        for row in rates
        if (row["kpi"], row["municipality"], row["period"]) == ("N07541", "1415", 2019)
    ]
    cells = read_cube(SAMPLE / "population/tab638_ages_2015_2024_synthetic.json").cells
    children = int(cells.filter((pl.col("Region") == "1415") & (pl.col("Tid") == "2019"))["value"].sum())
    # Kolada divides by all 26,777 inhabitants of 2019.
    assert ask(tmp_path, query) == [(round(rate * 26777 / 1e5), children, "ok")]


# the fetch --------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pace is tried by itself in test_pxweb.py."""
    monkeypatch.setattr("flows._collect.Http", partial(Http, sleep=lambda _: None))


@pytest.fixture
def publisher() -> Iterator[Replay]:
    with replaying() as server:
        server.routes = {"scb": PxWeb2(population(), cells=3000)}
        yield server


def collected(data: Path, publisher: Replay, now: datetime = NIGHT) -> Any:
    settings = read_settings(data=data, base_urls={"population": f"{publisher.url}/scb"})
    plan = make_plan(settings, now=now, only=("population",))
    return collect_and_read(plan, all_sources()["population"])


def test_a_night_asks_for_the_total_the_ages_and_the_decembers(tmp_path: Path, publisher: Replay) -> None:
    result = collected(tmp_path, publisher)
    assert result.problem == ""
    regions = len(REGIONS)
    assert regions == 312
    # Total: 2 years. Ages: 3 × 2 sexes × 2 years. December: 6 groups × 3 sexes × 1 month.
    assert result.ledger == everything(regions * (2 + 12 + 18))
    requests = [each.request for each in read_manifest(tmp_path)]
    assert requests == ["TAB638", "TAB638 age and sex", "TAB6471"]
    for area, age, sex, period, inhabitants in (
        rows_of(result).select("area_code", "age", "sex", "period", "inhabitants").iter_rows()
    ):
        whole = {"total": None}
        assert inhabitants == people(area, whole.get(age, age), whole.get(sex, sex), period)
    posts = [each.json["selection"] for each in publisher.asked if each.method == "POST"]
    assert len(posts) > 3  # 3,744 and 5,616 cells where 3,000 are given
    asked = [{each["variableCode"]: set(each["valueCodes"]) for each in selection} for selection in posts]
    assert all("0999" not in each["Region"] and each["Tid"] <= {"2023", "2024", "2025M12"} for each in asked)
    assert all("tot" not in each.get("Alder", set()) for each in asked)


def test_what_was_fetched_is_the_published_total_and_children_before_2025(tmp_path: Path) -> None:
    with replaying() as server:
        server.routes = {"scb": PxWeb2(population(ages=19))}
        assert collected(tmp_path, server).problem == ""
    build(tmp_path)
    assert ask(tmp_path, "select year, inhabitants from core.population_by_area_year where area_code = '1415'") == [
        (year, 20_000 + 1415 + year) for year in (2023, 2024, 2025)
    ]
    children = """
        select year, inhabitants, status from core.population_by_area_year_age_sex
        where area_code = '1415' and age_group = '0-17' and sex = 'total'
    """
    parts = sum(people("1415", str(age), sex, "2024") for age in range(18) for sex in "12")
    assert ask(tmp_path, children)[1:] == [(2024, parts, "ok"), (2025, None, "not_reported")]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Reply(status=404), "HTTP 404"),
        (Reply(body=b'{"id": ["Reg'), "tabellens beskrivning går inte att läsa"),
        (Reply(kind="text/html", body=b"<html></html>"), "webbsida"),
    ],
)
def test_a_broken_description_leaves_the_older_data_in_force(
    fault: Reply, said: str, tmp_path: Path, publisher: Replay
) -> None:
    first = collected(tmp_path, publisher)
    publisher.faults["scb"] = [Reply(body=b"{}"), fault]
    second = collected(tmp_path, publisher, NIGHT.replace(hour=3))
    assert said in second.problem
    assert second.ledger == first.ledger


def test_a_publisher_that_asks_for_patience_in_the_middle_is_asked_again(tmp_path: Path, publisher: Replay) -> None:
    ready = Reply(body=json.dumps(publisher.routes["scb"].config).encode())  # type: ignore[attr-defined]
    publisher.faults["scb"] = [ready, Reply(status=429, headers={"Retry-After": "0"})]
    assert collected(tmp_path, publisher).problem == ""


def test_half_an_answer_never_replaces_a_whole_one(tmp_path: Path, publisher: Replay) -> None:
    first = collected(tmp_path, publisher)
    route = publisher.routes["scb"]
    calls = 0

    def cut(asked: Any) -> Reply:
        nonlocal calls
        answer = route(asked)
        calls += asked.method == "POST"
        return Reply(body=answer.body[: len(answer.body) // 2]) if calls == 2 and asked.method == "POST" else answer

    publisher.routes["scb"] = cut
    second = collected(tmp_path, publisher, NIGHT.replace(hour=3))
    assert "inte hel JSON" in second.problem
    assert second.ledger == first.ledger
