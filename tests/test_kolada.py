"""Kolada beyond its values: names that change stop their series, frozen groups stay, exports and lists are read."""

import gzip
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from flows._freshness import late_series, tells_what_is_late
from flows.cli import main
from flows.pipeline import SAMPLE, add_files, build_warehouse, collect_and_read, make_plan, read_source
from flows.settings import Settings, read_settings
from models._duckdb import connect
from models._model import all_models
from sources._parse import parse_file
from sources._problem import Problem
from sources._registry import all_sources
from sources._strict import Ledger, Parsed, read_reference
from tests.publishers import kolada
from tests.replay import Replay, Reply, hurry, replaying, reply

NOW = datetime(2026, 8, 7, 0, 30, tzinfo=UTC)
# Made up after what the series was until 2024: the titles of that time are in no capture.
OLD_TITLE = "Anmälda brott om skadegörelse i kommunen (T-2 till T), antal/1000 inv"
REVIEWED = {row["kpi"]: row for row in read_reference("kolada_kpis").iter_rows(named=True)}


def kpi(number: str = "U07452", **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "title": REVIEWED[number]["title"] if number in REVIEWED else "Personalkostnader, kr/inv",
        "description": "",
        "is_divided_by_gender": REVIEWED.get(number, {}).get("is_by_sex") == "true",
        "municipality_type": "K",
        "auspice": None,
        "operating_area": "Befolkning",
        "perspective": None,
        "prel_publication_date": None,
        "publication_date": "2027-03-31",
        "publ_period": "2026",
        "has_ou_data": False,
        **changes,
    }


def envelope(*values: object) -> dict[str, object]:
    return {"values": list(values), "count": len(values), "next_url": None, "previous_url": None}


def written(folder: Path, body: object, name: str = "svar.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(body), encoding="utf-8")
    return path


def parse(folder: Path, source: str, body: object) -> Parsed:
    return parse_file(all_sources()[source], written(folder, body), "svar.json")


def stopped(folder: Path, source: str, body: object) -> str:
    with pytest.raises(Problem) as problem:
        parse(folder, source, body)
    assert "\n" not in str(problem.value)
    return str(problem.value)


def add(data: Path, source: str, *paths: Path, at: datetime = NOW) -> Sequence[Ledger]:
    return [book for _, book in add_files(make_plan(Settings(data=data), now=at), all_sources()[source], paths)]


def build(data: Path) -> None:
    plan = make_plan(Settings(data=data), as_of=date(2026, 8, 7), now=NOW)
    results = [read_source(plan, module) for module in all_sources().values()]
    breaches = build_warehouse(plan, results, "2026-08-07-abcdefghijkl", lambda _: None).breaches
    assert {breach.table for breach in breaches} <= {"output.indicators"}  # empty where no figures were added


def ask(data: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(connect(data / "warehouse.duckdb", read_only=True)) as con:
        return con.sql(query).fetchall()


def unpacked(shared: Path, folder: Path, name: str) -> Path:
    path = folder / name.removesuffix(".gz")
    path.write_bytes(gzip.decompress((shared / "realdata/kolada" / name).read_bytes()))
    return path


# what a KPI is called ---------------------------------------------------------------------------------------------


def test_the_captured_catalogue_goes_in_whole_and_every_reviewed_title_is_its_own(shared: Path, tmp_path: Path) -> None:
    path = unpacked(shared, tmp_path, "kpi_catalogue_v3_2026-03.json.gz")
    [book] = add(tmp_path / "data", "kolada_kpis", path)
    assert book == Ledger(rows_read=6099, rows_loaded=6099, rows_quarantined=0, rows_duplicate=0)
    frame = parse_file(all_sources()["kolada_kpis"], path, path.name).frame
    assert dict(frame["title_check"].value_counts().iter_rows()) == {"same": 114, "not_reviewed": 5985}
    captured = {each["id"]: each for each in json.loads(path.read_bytes())}
    for number, title, by_sex, kind, day in frame.select(
        "kpi", "title", "is_by_sex", "area_type", "publication_date"
    ).iter_rows():
        found = captured[number]
        assert title == found["title"].strip()
        assert (by_sex, kind) == (found["is_divided_by_gender"], found["municipality_type"])
        assert str(day or None) == str(found["publication_date"])
    build(tmp_path / "data")
    [(description,)] = ask(tmp_path / "data", "select description from core.kolada_kpis where kpi = 'U07452'")
    assert description.startswith("Avser antal anmälda brott om skadegörelse 12 kap.")


def test_a_changed_title_is_one_sentence_with_the_old_and_the_new(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "kolada_kpis", envelope(kpi(title=OLD_TITLE), kpi("U07417"), kpi("N00003")))
    assert parsed.frame["title_check"].to_list() == ["changed", "same", "not_reviewed"]
    [warning] = parsed.warnings
    assert warning == (
        "svar.json: U07452 stoppas, för titel eller enhet har ändrats: "
        f"'Anmälda brott om skadegörelse, antal/100 000 inv' är nu '{OLD_TITLE}': granska serien och rätta "
        "data/reference/kolada_kpis.csv; övriga nyckeltal påverkas inte"
    )


@pytest.mark.parametrize(
    "title", ["Anmälda brott om skadegörelse,  antal/100 000 inv", "Anmälda brott om skadegörelse, antal/100000 inv "]
)
def test_a_title_with_other_blanks_only_is_a_warning(tmp_path: Path, title: str) -> None:
    parsed = parse(tmp_path, "kolada_kpis", envelope(kpi(title=title)))
    assert parsed.frame["title_check"].to_list() == ["blanks_differ"]
    [warning] = parsed.warnings
    assert "U07452 skrivs med andra blanksteg" in warning


def test_a_kpi_that_is_no_longer_divided_by_sex_is_told(tmp_path: Path) -> None:
    [warning] = parse(tmp_path, "kolada_kpis", envelope(kpi("N00627", is_divided_by_gender=False))).warnings
    assert warning == "svar.json: N00627 redovisas nu inte efter kön"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (envelope(kpi(unit="procent")), "okänt fält i Koladas svar: 'unit'"),
        (envelope(kpi(municipality_type="S")), "okänt värde: 'S' på rad 1"),
        (envelope(kpi(), kpi(description="annan")), "samma nyckel (kpi) med olika innehåll"),
        ({"value": []}, "inte ett Koladasvar: 'values' saknas"),
        (envelope("U07452"), "innehållet har en annan form än väntat"),
    ],
)
def test_a_catalogue_of_another_form_is_one_sentence(tmp_path: Path, body: object, sentence: str) -> None:
    assert sentence in stopped(tmp_path, "kolada_kpis", body)


def test_half_a_catalogue_is_one_sentence(tmp_path: Path) -> None:
    whole = json.dumps(envelope(kpi())).encode()
    (tmp_path / "halv.json").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Problem, match="svaret är inte hel JSON"):
        parse_file(all_sources()["kolada_kpis"], tmp_path / "halv.json", "halv.json")


def values_of_two_kpis(**changes: Any) -> dict[str, object]:
    cell = {"gender": "T", "count": 1, "status": "", "isdeleted": False}
    return envelope(
        *(
            {"kpi": number, "municipality": "1415", "period": 2019, "values": [{**cell, "value": value, **changes}]}
            for number, value in (("U07452", 851.4770), ("U07417", 1000.0), ("N00627", 70.0), ("U01627", 3.0))
        )
    )


@pytest.mark.parametrize(
    ("status", "shown"), [("Missing", "not_reported"), ("Privacy", "suppressed"), ("Not applicable", "not_applicable")]
)
def test_a_status_wins_over_a_value_all_the_way_out(tmp_path: Path, status: str, shown: str) -> None:
    # 332 captured rows have both, but none of a reviewed KPI: here reviewed ones do.
    data = tmp_path / "data"
    add(data, "kolada_values", written(tmp_path, values_of_two_kpis(status=status), "v.json"))
    build(data)
    assert set(ask(data, "select status, value from staging.kolada_values")) == {(shown, None)}
    query = "select status, value, numerator from output.indicators where area_code = '1415' and indicator = '{}'"
    assert ask(data, query.format("few_vandalism_problems_share")) == [(shown, None, None)]
    assert ask(data, query.format("reported_vandalism_rate")) == [(shown, None, None)]


def test_a_changed_title_stops_that_series_and_no_other_until_it_is_reviewed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    add(data, "kolada_values", written(tmp_path, values_of_two_kpis(), "v.json"))
    add(data, "kolada_kpis", written(tmp_path, envelope(kpi(title=OLD_TITLE), kpi("N00627"), kpi("U01627")), "k.json"))
    build(data)
    query = "select kpi, status, value, is_stopped from staging.kolada_values order by kpi"
    assert ask(data, query) == [
        ("N00627", "ok", 70.0, False),
        ("U01627", "ok", 3.0, False),
        ("U07417", "ok", 1000.0, False),  # not in the catalogue that came: not checked, and it goes on
        ("U07452", "not_reported", None, True),
    ]
    shown = (
        "select status, value from output.indicators where indicator = 'reported_vandalism_rate' and area_code = '1415'"
    )
    assert ask(data, shown) == [("not_reported", None)]
    [(message,)] = ask(data, "select message from output.sources where source = 'kolada_kpis'")
    assert "U07452 stoppas" in message
    assert "nyckeltal som inte finns i Koladas katalog: N00608, N00610, " in message
    checks = "select title_check, count(*) from core.kolada_kpis group by all"
    assert dict(ask(data, checks)) == {"changed": 1, "same": 2, "not_in_catalogue": 111}
    # The publisher takes it back: the newest catalogue counts.
    add(data, "kolada_kpis", written(tmp_path, envelope(kpi()), "k2.json"), at=NOW.replace(hour=3))
    build(data)
    assert ask(data, f"select status, value from ({query}) where kpi = 'U07452'") == [("ok", 851.477)]


def test_a_margin_whose_title_has_changed_leaves_the_value_without_limits(tmp_path: Path) -> None:
    data = tmp_path / "data"
    add(data, "kolada_values", written(tmp_path, values_of_two_kpis(), "v.json"))
    query = (
        "select value, lower_confidence_limit, upper_confidence_limit from output.indicators "
        "where indicator = 'few_vandalism_problems_share' and area_code = '1415'"
    )
    build(data)
    assert ask(data, query) == [(70.0, 67.0, 73.0)]
    add(data, "kolada_kpis", written(tmp_path, envelope(kpi("U01627", title="Antal svarande")), "k.json"))
    build(data)
    assert ask(data, query) == [(70.0, None, None)]


def test_the_two_vintages_of_the_rates_never_meet_when_the_catalogue_tells_them_apart(
    shared: Path, tmp_path: Path
) -> None:
    # Stenungsund 2017, U07417: 39.37 per 1,000 in the older vintage, 3874.31 per 100,000 in the newer.
    data = tmp_path / "data"
    for day in ("2023-03-28", "2024-12-12"):
        rows = pl.read_parquet(shared / f"realdata/kolada/values_{day}.parquet").filter(
            pl.col("kpi").is_in(["U07417", "U07452"]) & (pl.col("municipality_id") == "1415")
        )
        values = [
            {
                "kpi": row["kpi"],
                "municipality": "1415",
                "period": row["year"],
                "values": [{"gender": "T", "count": 1, "status": row["status"], "value": row["value"]}],
            }
            for row in rows.iter_rows(named=True)
        ]
        path = written(tmp_path, envelope(*values), f"{day}.json")
        add(data, "kolada_values", path, at=datetime.fromisoformat(f"{day}T12:00:00+00:00"))
    catalogue = envelope(kpi(title=OLD_TITLE), kpi("U07417"))
    add(data, "kolada_kpis", written(tmp_path, catalogue, "k.json"))
    build(data)
    series = "select value, status from staging.kolada_values where kpi = '{}' and year = 2017"
    [(value, status)] = ask(data, series.format("U07417"))
    assert (round(value, 2), status) == (3874.31, "ok")
    assert ask(data, series.format("U07452")) == [(None, "not_reported")]
    assert ask(data, "select count(value) from staging.kolada_values where kpi = 'U07452'") == [(0,)]


def test_status_shows_what_is_stopped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    add(data, "kolada_kpis", written(tmp_path, envelope(kpi(title=OLD_TITLE)), "k.json"))
    main(["status", "--data", str(data)])
    assert (
        f"U07452 stoppas, för titel eller enhet har ändrats: '{REVIEWED['U07452']['title']}' är nu '{OLD_TITLE}'"
        in (capsys.readouterr().out)
    )
    main(["status", "--data", str(data), "--json"])
    rows = {row["source"]: row for row in json.loads(capsys.readouterr().out)["sources"]}
    assert len(rows["kolada_kpis"]["warnings"]) == 1
    assert rows["population"]["warnings"] == []


def test_a_series_that_stops_while_kolada_goes_on_is_late_by_the_catalogues_own_day(tmp_path: Path) -> None:
    """Two weeks after the day that Kolada gave; of a survey every second year it gives a day when there is one."""
    data = tmp_path / "data"
    add(data, "kolada_values", written(tmp_path, values_of_two_kpis(), "v.json"))  # the newest of U07452 is 2019
    due = kpi(publication_date="2026-03-31", publ_period="2025")
    has_come = kpi("N00627", publication_date="2026-03-31", publ_period="2019")
    add(data, "kolada_kpis", written(tmp_path, envelope(due, has_come, kpi("U01627"), kpi("U07417")), "k.json"))
    build(data)
    late = "select kpi, newest_year, publication_year, expected_by, is_late from core.kolada_kpis where newest_year > 0"
    assert ask(data, f"{late} order by kpi") == [
        ("N00627", 2019, 2019, None, False),
        ("U01627", 2019, 2026, date(2027, 4, 14), False),
        ("U07417", 2019, 2026, date(2027, 4, 14), False),
        ("U07452", 2019, 2025, date(2026, 4, 14), True),
    ]
    [(message,)] = ask(data, "select message from output.sources where source = 'kolada_values'")
    assert message.endswith("nyckeltal som enligt Koladas katalog skulle ha fått nyare värden: U07452")
    assert ask(data, "select message from public.sources where source = 'kolada_values'") == [(None,)]
    # As the newest release, it is asked what it says of later and earlier days.
    folder = data / "output" / "r" / "internal"
    folder.mkdir(parents=True)
    shutil.copy(data / "warehouse.duckdb", folder / "lagesbild.duckdb")
    assert late_series(data, date(2026, 8, 7)) == []
    assert not tells_what_is_late(data / "output" / "latest", date(2026, 8, 7))
    (data / "output" / "latest").symlink_to("r")
    told = {
        day: (tells_what_is_late(data / "output" / "latest", day), [each.kpi for each in late_series(data, day)])
        for day in (date(2026, 4, 14), date(2026, 4, 15), date(2026, 8, 7), date(2027, 4, 14), date(2027, 4, 15))
    }
    assert told == {
        date(2026, 4, 14): (False, []),
        date(2026, 4, 15): (True, ["U07452"]),
        date(2026, 8, 7): (True, ["U07452"]),
        date(2027, 4, 14): (True, ["U07452"]),
        date(2027, 4, 15): (False, ["U07417", "U07452"]),  # U01627 is a margin of error
    }


# asking the publisher ---------------------------------------------------------------------------------------------


@pytest.fixture
def publisher() -> Iterator[Replay]:
    with replaying() as server:
        server.routes["kolada"] = kolada.route()
        yield server


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    return hurry(monkeypatch)


METADATA: Mapping[str, int] = {"kolada_kpis": 114, "kolada_groups": 147, "kolada_municipalities": 312}


@pytest.mark.parametrize(("source", "rows"), METADATA.items())
def test_every_page_is_asked_for_and_a_fault_leaves_what_there_was(
    source: str, rows: int, tmp_path: Path, publisher: Replay
) -> None:
    settings = read_settings(data=tmp_path, base_urls={source: f"{publisher.url}/kolada"})
    plan = make_plan(settings, as_of=date(2026, 8, 7), now=NOW)
    publisher.faults["kolada"] = [Reply(status=429, headers={"Retry-After": "0"})]
    first = collect_and_read(plan, all_sources()[source])
    assert (first.problem, first.ledger.rows_loaded, len(first.observations)) == ("", rows, 1)
    assert first.warnings == ()
    for fault, said in (
        (reply({"values": []}), "'next_url' saknas"),
        (reply({**envelope(), "next_url": "https://example.org/x"}), "annan adress"),
        (Reply(body=b'{"values": [', cut_at=5), "utgivaren svarade inte"),
        (Reply(kind="text/html", body=b"<html>"), "webbsida"),
    ):
        publisher.faults["kolada"] = [fault] * (4 if "svarade" in said else 1)
        again = collect_and_read(plan, all_sources()[source])
        assert said in again.problem
        assert again.ledger == first.ledger


def test_the_catalogue_is_asked_for_25_kpis_at_a_time(tmp_path: Path, publisher: Replay) -> None:
    settings = read_settings(data=tmp_path, base_urls={"kolada_kpis": f"{publisher.url}/kolada"})
    collect_and_read(make_plan(settings, as_of=date(2026, 8, 7), now=NOW), all_sources()["kolada_kpis"])
    first_pages = [asked for asked in publisher.asked if "page" not in asked.query]
    assert [len(asked.path.split("/")[3].split(",")) for asked in first_pages] == [25, 25, 25, 25, 14]
    assert len(publisher.asked) == 3 + 3 + 3 + 3 + 2


# groups and municipalities ----------------------------------------------------------------------------------------


def test_the_captured_groups_go_in_whole_and_are_the_frozen_ones(shared: Path, tmp_path: Path) -> None:
    path = unpacked(shared, tmp_path, "municipality_groups_3630.json.gz")
    [book] = add(tmp_path / "data", "kolada_groups", path)
    assert book == Ledger(rows_read=26573, rows_loaded=26573, rows_quarantined=0, rows_duplicate=0)
    parsed = parse_file(all_sources()["kolada_groups"], path, path.name)
    assert parsed.warnings == ()
    assert parsed.frame["group_id"].n_unique() == 3630
    similar = parsed.frame.drop_nulls("similar_to_code").select("similar_to_code", "member_code")
    assert set(similar.iter_rows()) == set(
        read_reference("similar_municipalities").select("municipality_code", "similar_code").iter_rows()
    )
    build(tmp_path / "data")
    assert ask(tmp_path / "data", "select count(*) from core.similar_municipality_changes") == [(0,)]


def group(year: int = 2026, name: str = "Orust", **changes: str) -> dict[str, Any]:
    frozen = [similar for code, similar, _ in read_reference("similar_municipalities").iter_rows() if code == "1421"]
    members = [changes.get(f"m{code}", code) for code in frozen]
    return {
        "id": f"G{year}",
        "title": f"Liknande kommuner, övergripande, {name}, {year}",
        "members": [{"member_id": code, "member_title": ""} for code in members],
    }


def test_a_group_that_has_changed_is_told_and_nothing_changes_by_itself(tmp_path: Path) -> None:
    # Of Orust's seven, Mörbylånga (0840) is out and Tanum (1435) is in.
    parsed = parse(tmp_path, "kolada_groups", envelope(group(2025), group(2026, m0840="1435")))
    [warning] = parsed.warnings
    assert warning == (
        "svar.json: liknande kommuner för Orust är andra i Kolada 2026 än i den frysta listan 2025: nya Tanum; borta "
        "Mörbylånga: den frysta gäller tills data/reference/similar_municipalities.csv ändras"
    )
    data = tmp_path / "data"
    add(data, "kolada_groups", written(tmp_path, envelope(group(2025), group(2026, m0840="1435"))))
    build(data)
    changes = "select municipality_code, similar_code, change, published_year from core.similar_municipality_changes"
    assert ask(data, changes) == [("1421", "0840", "removed", 2026), ("1421", "1435", "added", 2026)]


def test_an_older_group_that_differs_is_no_news(tmp_path: Path) -> None:
    assert parse(tmp_path, "kolada_groups", envelope(group(2024, m0840="1435"), group(2025))).warnings == ()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (envelope({**group(), "type": "K"}), "okänt fält i Koladas svar: 'type'"),
        (envelope(group(m0840="9999")), "okänt område: '9999'"),
        (envelope(group(name="Atlantis")), "okänd kommun: 'Atlantis'"),
        (envelope({"id": "G1", "title": "x"}), "innehållet har en annan form än väntat: KeyError"),
    ],
)
def test_groups_of_another_form_are_one_sentence(tmp_path: Path, body: object, sentence: str) -> None:
    assert sentence in stopped(tmp_path, "kolada_groups", body)


@pytest.mark.parametrize("name", ["municipalities_312.json", "municipality_body_v2.json"])
def test_both_captured_lists_of_municipalities_agree_with_ours(name: str, shared: Path, tmp_path: Path) -> None:
    [book] = add(tmp_path / "data", "kolada_municipalities", shared / "realdata/kolada" / name)
    assert book == Ledger(rows_read=312, rows_loaded=312, rows_quarantined=0, rows_duplicate=0)
    assert parse_file(all_sources()["kolada_municipalities"], shared / "realdata/kolada" / name, name).warnings == ()


def test_a_municipality_that_is_new_renamed_or_gone_is_told(tmp_path: Path) -> None:
    body = json.loads((SAMPLE / "kolada_municipalities/municipalities.json").read_text(encoding="utf-8"))
    rows = [each for each in body["values"] if each["id"] not in ("1421", "0014")]
    next(each for each in rows if each["id"] == "1419")["title"] = "Tjörns öar"
    rows.append({"id": "1423", "title": "Nykommunen", "type": "K"})
    told = [
        warning.removeprefix("svar.json: ")
        for warning in parse(tmp_path, "kolada_municipalities", envelope(*rows)).warnings
    ]
    assert told == [
        "kommunen Nykommunen (1423) finns i Kolada men inte här: kontrollera data/reference",
        "kommunen Orust (1421) finns här men inte i Kolada: kontrollera data/reference",
        "kommunen 1419 heter Tjörns öar i Kolada och Tjörn här: kontrollera data/reference",
        "regionen 0014 finns här men inte i Kolada: kontrollera data/reference",
    ]


# the web page's export --------------------------------------------------------------------------------------------


def export(folder: Path, *rows: Sequence[object], years: Sequence[str] = ("2018", "2019")) -> Path:
    path = folder / "export.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Kolada nyckeltal")
        for number, row in enumerate((["Kolada nyckeltal"], [None, None, *years], *rows)):
            sheet.write_row(number, 0, row)
    return path


def test_the_captured_export_gives_the_population_of_the_sample(shared: Path, tmp_path: Path) -> None:
    path = shared / "realdata/kolada/web_export_population.xlsx"
    parsed = parse_file(all_sources()["kolada_values"], path, path.name)
    # 290 municipalities × 22 years; one municipality stands twice.
    assert parsed.ledger == Ledger(rows_read=291 * 22, rows_loaded=290 * 22, rows_quarantined=0, rows_duplicate=22)
    found = {(area, year): value for area, year, value in parsed.frame.select("area_code", "year", "value").iter_rows()}
    sample = json.loads((SAMPLE / "kolada_values/population_2010_2019.json").read_text(encoding="utf-8"))["values"]
    assert len(sample) == 2900
    for row in sample:
        assert found[row["municipality"], row["period"]] == row["values"][0]["value"]
    assert found["1415", 2019] == 26777
    passed, means = parsed.warnings
    assert passed.startswith(f"{path.name}: 14 titlar som inte granskats läses inte: ")
    assert means == f"{path.name}: 1 medel läses inte: Alla kommuner"
    [book] = add(tmp_path / "data", "kolada_values", path, at=datetime(2020, 4, 17, tzinfo=UTC))
    assert book == parsed.ledger


def test_an_export_has_statuses_for_empty_cells_but_none_for_years_that_were_never_published(tmp_path: Path) -> None:
    title = REVIEWED["U07452"]["title"]
    path = export(
        tmp_path,
        [title, "Alla kommuner (ovägt medel)", None, 900.5],
        [title, "Riket", None, 851.4],
        [title, "Tjörn", None, 851.4],
        [title, "Orust", None, None],
        ["Något annat, andel (%)", "Tjörn", 1, 2],
    )
    parsed = parse_file(all_sources()["kolada_values"], path, "export.xlsx")
    assert parsed.frame.select("kpi", "area_code", "year", "gender", "status", "value").rows() == [
        ("U07452", "00", 2019, "T", None, 851.4),
        ("U07452", "1419", 2019, "T", None, 851.4),
        ("U07452", "1421", 2019, "T", "Missing", None),
    ]
    assert parsed.warnings == (
        "export.xlsx: 1 titlar som inte granskats läses inte: Något annat, andel (%)",
        "export.xlsx: 1 medel läses inte: Alla kommuner (ovägt medel)",
    )


@pytest.mark.parametrize(
    ("rows", "years", "sentence"),
    [
        ([["Något annat", "Tjörn", 1, 2]], ("2018", "2019"), "inget granskat nyckeltal i exporten: Något annat"),
        ([["x", "Tjörn", 1, 2]], ("2018", "medel"), "inte en export från Kolada: andra raden har inga årtal"),
        ([[REVIEWED["U07452"]["title"], "Atlantis", 1, 2]], ("2018", "2019"), "okänt område: 'Atlantis' på rad 3"),
    ],
)
def test_an_export_of_another_form_is_one_sentence(
    tmp_path: Path, rows: list[list[object]], years: Sequence[str], sentence: str
) -> None:
    path = export(tmp_path, *rows, years=years)
    with pytest.raises(Problem) as problem:
        parse_file(all_sources()["kolada_values"], path, "export.xlsx")
    assert sentence in str(problem.value)


def test_half_an_export_is_one_sentence(tmp_path: Path) -> None:
    path = export(tmp_path, [REVIEWED["U07452"]["title"], "Tjörn", 1, 2])
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(Problem, match="arbetsboken går inte att läsa"):
        parse_file(all_sources()["kolada_values"], path, "export.xlsx")


# the reviewed list ------------------------------------------------------------------------------------------------


def test_every_reviewed_kpi_is_shown_or_has_a_reason_why_not() -> None:
    counted = {number for number, row in REVIEWED.items() if row["kind"] in ("count", "published")}
    queries = [model.query for model in all_models() if model.schema == "indicators"]
    shown = {number for number in counted if any(f"'{number}'" in query for query in queries)}
    reasons = dict(read_reference("kpis_without_indicator").iter_rows())
    assert reasons.keys() == counted - shown
    assert all(reason.endswith(".") for reason in reasons.values())
    margins = {row["margin_kpi"] for row in REVIEWED.values()} - {""}
    assert margins == {number for number, row in REVIEWED.items() if row["kind"] == "margin"}


def test_every_kpi_of_the_domain_notes_is_reviewed_but_the_one_that_is_gone(shared: Path) -> None:
    told = set(re.findall(r"\b[NU]\d{5}\b", (shared / "domain/kolada_kpis.md").read_text(encoding="utf-8")))
    assert told - REVIEWED.keys() == {"N02905"}
    assert len(told & REVIEWED.keys()) == len(REVIEWED)
