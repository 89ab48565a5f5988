"""Real captures go in through `lagesbild add` with balanced ledgers, and come out as the figures they hold.

Kolada's captures are tables; they are written as bodies of the v3 API here, and only here.
"""

import gzip
import io
import json
import shutil
import tarfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard

from flows.pipeline import SAMPLE, SourceResult, add_files, build_warehouse, make_plan, read_source
from flows.settings import Settings
from models._duckdb import connect
from sources._landing import Observation, keep_snapshot, record
from sources._problem import Problem
from sources._registry import all_sources
from sources._strict import Ledger, read_reference

Event = Mapping[str, Any]
LATER = datetime(2026, 12, 31, tzinfo=UTC)


def put(data: Path, source: str, files: Sequence[Path], at: datetime) -> list[Ledger]:
    plan = make_plan(Settings(data=data), now=at)
    return [book for _, book in add_files(plan, all_sources()[source], files)]


def read(data: Path, source: str) -> SourceResult:
    return read_source(make_plan(Settings(data=data), now=LATER), all_sources()[source])


def everything(rows: int) -> Ledger:
    return Ledger(rows_read=rows, rows_loaded=rows, rows_quarantined=0, rows_duplicate=0)


def rows_of(result: SourceResult) -> pl.DataFrame:
    return pl.concat([pl.read_parquet(path) for path in result.parsed.values()])


def build(data: Path) -> None:
    """Every table of the house, from what has been added to `data` alone."""
    plan = make_plan(Settings(data=data), now=LATER)
    results = [read_source(plan, module) for module in all_sources().values()]
    assert not [result.problem for result in results if result.problem]
    build_warehouse(plan, results, "2026-12-31-0000000000", lambda _: None)


def ask(data: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(connect(data / "warehouse.duckdb", read_only=True)) as con:
        return con.sql(query).fetchall()


# the police -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Polls:
    """Answers of /api/events in order of time, what became of each, and what is in force of them all."""

    data: Path
    answers: Sequence[Sequence[Event]]
    problems: Sequence[str]
    result: SourceResult
    rows: pl.DataFrame

    def newest(self) -> dict[int, Event]:
        """By id, the event as it stood when it was last seen."""
        return {event["id"]: event for answer in self.answers for event in answer}

    def versions(self, *fields: str) -> Mapping[int, set[tuple[str, ...]]]:
        """By id, the different contents of some fields."""
        found = defaultdict(set)
        for answer in self.answers:
            for event in answer:
                found[event["id"]].add(tuple(plain(event[field]) for field in fields))
        return found


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").strip()


def seen_at(name: str) -> datetime:
    """The moment that an archived answer is named for, 2025-03-17T020053Z_….json."""
    return datetime.strptime(f"{name[:17]}+0000", "%Y-%m-%dT%H%M%S%z")


def polls(data: Path, answers: Sequence[Sequence[Event]], problems: Sequence[str] = ()) -> Polls:
    result = read(data, "police_events")
    return Polls(data=data, answers=answers, problems=problems, result=result, rows=rows_of(result))


@pytest.fixture(scope="module")
def daily(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Polls:
    folder = tmp_path_factory.mktemp("daily")
    answers, problems = [], []
    for path in sorted((shared / "realdata/polisen/daily").iterdir()):
        raw = folder / path.name.removesuffix(".gz")
        raw.write_bytes(gzip.decompress(path.read_bytes()))
        try:
            [book] = put(folder / "data", "police_events", [raw], seen_at(raw.name))
        except Problem as problem:
            problems.append(str(problem))
        else:
            answers.append(json.loads(raw.read_bytes()))
            assert book.rows_read == book.rows_loaded == len(answers[-1])
    return polls(folder / "data", answers, problems)


@pytest.fixture(scope="module")
def consecutive(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Polls:
    """The answers as so many fetches leave them: in the landing zone and in the manifest."""
    data = tmp_path_factory.mktemp("consecutive")
    packed = (shared / "realdata/polisen/consecutive_polls_2025-03-17_to_2025-03-31.tar.zst").read_bytes()
    answers, observations = [], []
    with (
        zstandard.ZstdDecompressor(max_window_size=2**31).stream_reader(io.BytesIO(packed)) as stream,
        tarfile.open(fileobj=stream, mode="r|") as archive,
    ):
        for member in archive:
            opened = archive.extractfile(member)
            assert opened is not None
            body, at = opened.read(), seen_at(Path(member.name).name)
            answers.append(json.loads(body))
            observations.append(
                Observation(
                    source="police_events",
                    request="events",
                    parts=(keep_snapshot(data, "police_events", body, "json"),),
                    observed_at=at,
                    content_as_of=at.date(),
                    origin="fetch",
                )
            )
    record(data, observations)
    build(data)
    return polls(data, answers)


def check_against_the_publisher(polls: Polls) -> None:
    """The ledger holds every event, none refused, and each field is the publisher's."""
    events = [event for answer in polls.answers for event in answer]
    assert polls.result.problem == ""
    assert polls.result.ledger == everything(len(events))
    assert polls.result.refusals == ()
    assert polls.rows["event_id"].n_unique() == len({event["id"] for event in events})
    assert polls.rows["occurred_at"].null_count() == 0
    fields = ("datetime", "name", "type", "url")
    told = [(number, version) for number, found in polls.versions(*fields).items() for version in found]
    # A type is spelled as the reviewed list spells it: 'Larm Inbrott' is 'Larm inbrott'.
    kept = polls.rows.select("event_id", "published_at", "title", pl.col("type").str.to_lowercase(), "url")
    assert set(kept.iter_rows()) == {
        (number, datetime.strptime(at, "%Y-%m-%d %H:%M:%S %z"), title, kind.lower(), url)
        for number, (at, title, kind, url) in told
    }


def test_59_daily_answers_go_in_and_the_empty_one_is_one_sentence(daily: Polls) -> None:
    assert daily.problems == [
        "2023-09-09T034518Z_5db4bea6c3.json: svaret är tomt: 0 tecken: hämta på nytt; ingenting har ändrats."
    ]
    assert len(daily.answers) == len(daily.result.observations) == 58
    check_against_the_publisher(daily)


def test_every_type_the_police_used_in_three_years_is_in_the_reviewed_list(daily: Polls) -> None:
    assert daily.result.warnings == ()


def test_a_title_s_time_lies_within_weeks_of_its_publication(daily: Polls) -> None:
    lag = pl.col("occurred_at") - pl.col("published_at")
    assert daily.rows.filter(lag.abs() > pl.duration(days=30)).is_empty()
    # Nearly always the event comes first, by less than three days.
    usual = daily.rows.filter(lag.is_between(-pl.duration(days=3), pl.duration(hours=1)))
    assert usual.height > 0.98 * daily.rows.height


def test_the_municipality_of_an_event_is_the_one_the_publisher_gave_when_it_still_did(daily: Polls) -> None:
    # Until the end of 2025 `location` was a municipality or a county; both are centre points with a name.
    names = read_reference("municipalities")
    old = daily.rows.filter(pl.col("published_at").dt.year() < 2026)
    told = old.join(names, left_on="location", right_on="municipality", how="left")
    differing = told.filter(pl.col("municipality_code").ne_missing(pl.col("municipality_code_right")))
    # Spelled or placed otherwise in the title than in `location`: few, and never a county taken for a municipality.
    assert differing.height < told.height / 100
    counties = daily.rows.filter(pl.col("place").str.ends_with(" län"))
    assert counties.height > 5_000
    assert counties["municipality_code"].null_count() == counties.height


def test_events_of_the_three_municipalities_are_those_of_the_capture(daily: Polls, shared: Path) -> None:
    lines = (shared / "realdata/polisen/events_stenungsund_tjorn_orust.jsonl").read_text(encoding="utf-8").splitlines()
    known = {each["id"]: each["name"].rpartition(", ")[2] for each in map(json.loads, lines)}
    codes = {"Stenungsund": "1415", "Tjörn": "1419", "Orust": "1421"}
    found = daily.rows.filter(pl.col("municipality_code").is_in(list(codes.values())))
    assert found.height > 10
    for number, code in found.select("event_id", "municipality_code").iter_rows():
        assert codes[known[number]] == code


def test_answers_that_are_not_the_newest_window_go_in_like_the_others(shared: Path, tmp_path: Path) -> None:
    folder = shared / "realdata/polisen"
    paths = [*sorted((folder / "odd").glob("*.json")), folder / "compact_2023-04.json"]
    books = put(tmp_path, "police_events", paths, datetime(2026, 8, 31, tzinfo=UTC))
    lengths = [56, 57, 60, 66, 67, 69, 70, 71, 71, 79, 185, 256, 500]
    assert [book.rows_loaded for book in books] == [book.rows_read for book in books] == lengths
    ids = {event["id"] for path in paths for event in json.loads(path.read_bytes())}
    result = read(tmp_path, "police_events")
    assert rows_of(result)["event_id"].n_unique() == len(ids)
    with pytest.raises(Problem, match=r"^bad_0b_3d2532ca85.txt: svaret är tomt: 0 tecken: "):
        put(tmp_path, "police_events", [folder / "odd/bad_0b_3d2532ca85.txt"], datetime(2026, 8, 31, tzinfo=UTC))
    assert read(tmp_path, "police_events") == result


@pytest.mark.slow
def test_387_consecutive_answers_go_in_whole(consecutive: Polls) -> None:
    assert len(consecutive.answers) == 387
    check_against_the_publisher(consecutive)


@pytest.mark.slow
def test_of_a_changed_event_the_newest_content_wins_and_the_versions_are_kept(consecutive: Polls) -> None:
    rows = ask(consecutive.data, "select event_id, url, place, versions from core.police_events")
    newest = consecutive.newest()
    assert {number: (url, place or "") for number, url, place, _ in rows} == {
        number: (event["url"], plain(event["name"]).rpartition(",")[2].strip()) for number, event in newest.items()
    }
    # The text is not kept, only its flags: a change of text alone is a version where it changes the flags.
    fewest, most = (
        consecutive.versions(*fields)
        for fields in (("datetime", "name", "type", "url"), ("datetime", "name", "type", "url", "summary"))
    )
    assert all(len(fewest[number]) <= versions <= len(most[number]) for number, _, _, versions in rows)
    assert any(len(found) > 1 for found in fewest.values())


@pytest.mark.slow
def test_across_the_change_to_summer_time_each_event_keeps_the_time_of_its_title(consecutive: Polls) -> None:
    # 30 March 2025: 01:59 winter time (UTC+1) is followed by 03:00 summer time (UTC+2), at 01:00 UTC.
    change = datetime(2025, 3, 30, 1, tzinfo=UTC)
    half_a_day = timedelta(hours=12)
    around = consecutive.rows.filter(pl.col("occurred_at").is_between(change - half_a_day, change + half_a_day))
    assert around["event_id"].n_unique() > 20
    for title, occurred in around.select("title", "occurred_at").iter_rows():
        local = occurred + timedelta(hours=2 if occurred >= change else 1)
        assert title.split(",")[0].split()[-1] == f"{local:%H.%M}"


# Statistics Sweden ------------------------------------------------------------------------------------------------


def test_an_answer_of_scb_with_every_dimension_is_unfolded_cell_by_cell(shared: Path, tmp_path: Path) -> None:
    path = shared / "realdata/pxweb/scb_v2/TAB6471_data.json"
    body = json.loads(path.read_bytes())
    # 21 counties × 11 ages × 3 sexes × 1 content × 4 months.
    assert put(tmp_path, "population", [path], datetime(2026, 6, 9, tzinfo=UTC)) == [everything(2772)]
    result = read(tmp_path, "population")
    rows = rows_of(result).sort("row_number")
    assert rows["inhabitants"].to_list() == body["value"]
    assert result.data_as_of == date(2026, 4, 30)  # the last month is 2026M04
    county = rows.filter((pl.col("area_code") == "14") & (pl.col("age") == rows["age"][0]) & (pl.col("sex") == "1"))
    # Region 14 is the twelfth of 21 (position 11); of sex, 1 is the second of TotSa, 1, 2.
    start = 11 * 11 * 3 * 4 + 1 * 4
    assert list(body["dimension"]["Kon"]["category"]["index"])[1] == "1"
    assert county["inhabitants"].to_list() == body["value"][start : start + 4]


def test_an_answer_of_scb_without_age_and_sex_is_the_total(shared: Path, tmp_path: Path) -> None:
    path = shared / "realdata/fohm/transcribed/scb_data_tab638.json"
    assert put(tmp_path, "population", [path], datetime(2025, 3, 1, tzinfo=UTC)) == [everything(4)]
    build(tmp_path)
    assert ask(tmp_path, "select area_code, year, inhabitants from core.population_by_area_year") == [
        ("0180", 2023, 984748),
        ("0180", 2024, 988943),
        ("1480", 2023, 600151),
        ("1480", 2024, 604616),
    ]


def test_other_answers_of_statistics_agencies_are_sentences(shared: Path, tmp_path: Path) -> None:
    folder = shared / "realdata"
    others = ("pxweb/scb_v2/TAB6471_metadata.json", "pxweb/scb_v2/config.json", "pxweb/scb_v1/json_query_example.json")
    for name in (*others, "fohm/transcribed/fohm_data_mobbning.json"):
        with pytest.raises(Problem, match=rf"^{Path(name).name}: "):
            put(tmp_path, "population", [folder / name], LATER)


# Kolada -----------------------------------------------------------------------------------------------------------


def v3_bodies(capture: Path) -> Iterator[bytes]:
    """The capture as the v3 API would send it: at most 5,000 rows a body, chained by next_url."""
    columns = ("kpi", "municipality_id", "year", "gender", "count", "status", "value")
    rows: dict[tuple[str, str, int], list[dict[str, object]]] = defaultdict(list)
    for kpi, area, year, gender, count, status, value in pl.read_parquet(capture).select(columns).iter_rows():
        cell = {"gender": gender, "count": count, "status": status, "value": value, "isdeleted": False}
        rows[kpi, area, year].append(cell)
    values = [
        {"kpi": kpi, "municipality": area, "period": year, "values": cells} for (kpi, area, year), cells in rows.items()
    ]
    for start in range(0, len(values), 5_000):
        page = values[start : start + 5_000]
        following = f"https://api.kolada.se/v3/data?page={start // 5_000 + 2}" if start + 5_000 < len(values) else None
        yield json.dumps({"values": page, "count": len(page), "next_url": following, "previous_url": None}).encode()


@dataclass(frozen=True, kw_only=True)
class Vintages:
    """A data folder with one or both captures of Kolada and the population that they divide by."""

    data: Path
    ledgers: Mapping[str, Sequence[Ledger]]
    captured: Mapping[str, pl.DataFrame]


def add_vintage(shared: Path, folder: Path, day: str) -> tuple[Sequence[Ledger], pl.DataFrame]:
    capture = shared / f"realdata/kolada/values_{day}.parquet"
    paths = []
    for number, body in enumerate(v3_bodies(capture), 1):
        paths.append(folder / f"{day}_page_{number:02d}.json")
        paths[-1].write_bytes(body)
    books = put(folder / "data", "kolada_values", paths, datetime.fromisoformat(f"{day}T12:00:00+00:00"))
    return books, pl.read_parquet(capture)


@pytest.fixture(scope="module")
def old_unit(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Vintages:
    folder = tmp_path_factory.mktemp("kolada_2023")
    population = SAMPLE / "kolada_values" / "population_2010_2019.json"
    put(folder / "data", "kolada_values", [population], datetime(2020, 4, 17, tzinfo=UTC))
    books, frame = add_vintage(shared, folder, "2023-03-28")
    build(folder / "data")
    return Vintages(data=folder / "data", ledgers={"2023-03-28": books}, captured={"2023-03-28": frame})


@pytest.fixture(scope="module")
def both(old_unit: Vintages, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Vintages:
    folder = tmp_path_factory.mktemp("kolada_both")
    shutil.copytree(old_unit.data, folder / "data")
    books, frame = add_vintage(shared, folder, "2024-12-12")
    build(folder / "data")
    return Vintages(
        data=folder / "data",
        ledgers={**old_unit.ledgers, "2024-12-12": books},
        captured={**old_unit.captured, "2024-12-12": frame},
    )


@pytest.mark.slow
def test_both_vintages_go_in_whole(both: Vintages) -> None:
    assert {day: sum(book.rows_read for book in books) for day, books in both.ledgers.items()} == {
        "2023-03-28": 137_170,
        "2024-12-12": 138_910,
    }
    for books in both.ledgers.values():
        assert all(book.rows_loaded == book.rows_read for book in books)
    result = read(both.data, "kolada_values")
    assert result.refusals == ()
    assert result.ledger.rows_read == result.ledger.rows_loaded == 137_170 + 138_910 + 2_900


@pytest.mark.slow
def test_kpis_that_nobody_has_reviewed_are_warned_about_by_name(both: Vintages) -> None:
    reviewed = set(read_reference("kolada_kpis")["kpi"])
    warnings = read(both.data, "kolada_values").warnings
    # That a series has taken another unit is told too, of the two that did.
    told = {each.rpartition(" ")[2].strip("'") for each in warnings if not each.endswith("granska serien")}
    assert told == {kpi for frame in both.captured.values() for kpi in frame["kpi"]} - reviewed


@pytest.mark.slow
def test_every_value_and_status_is_the_captured_one(old_unit: Vintages) -> None:
    captured = old_unit.captured["2023-03-28"].select(
        "kpi",
        pl.col("municipality_id").alias("area_code"),
        pl.col("year").cast(pl.Int64),
        "gender",
        pl.col("status").replace("", None),
        "value",
    )
    rows = rows_of(read(old_unit.data, "kolada_values")).filter(pl.col("kpi") != "N01951").select(captured.columns)
    key = ["kpi", "area_code", "year", "gender"]
    assert rows.sort(key).equals(captured.sort(key))


@pytest.mark.slow
def test_where_a_row_has_both_a_status_and_a_value_the_status_wins(old_unit: Vintages) -> None:
    frame = old_unit.captured["2023-03-28"]
    two = frame.filter((pl.col("status") != "") & pl.col("value").is_not_null())
    assert two.height == 332
    query = "select kpi, area_code, year, gender from staging.kolada_values where status = 'ok' and value is not null"
    shown = set(ask(old_unit.data, query))
    assert not shown & set(two.select("kpi", "municipality_id", "year", "gender").iter_rows())


@pytest.mark.slow
def test_rates_in_an_old_unit_are_never_taken_for_counts(old_unit: Vintages) -> None:
    # Until 2024 U07452 and U07417 were means of three years per 1,000: in two rows of a hundred the number that would
    # be recovered as if per 100,000 is whole by chance, and a hundredth of the truth.
    query = (
        "select kpi, status, count(*), count(reported) from core.reported_offences_by_municipality_year group by all"
    )
    rows = ask(old_unit.data, f"{query} order by all")
    assert {status for _, status, _, _ in rows} <= {"no_denominator", "not_reported"}
    assert sum(counted for *_, counted in rows) == 0
    assert sum(number for _, _, number, _ in rows) == 4_640 + 3_480
    shown = """
        select count(*) from output.indicators
        where indicator in ('reported_vandalism_rate', 'reported_theft_rate')
        and (status = 'ok' or value is not null or numerator is not null)
    """
    assert ask(old_unit.data, shown) == [(0,)]


@pytest.mark.slow
def test_the_newer_capture_replaces_the_older_value_by_value(both: Vintages) -> None:
    counts = """
        select municipality_code, year, reported from core.reported_offences_by_municipality_year
        where kpi = 'U07452' and municipality_code in ('1415', '1419', '1421') and year between 2014 and 2019
        order by all
    """
    known = {
        "1415": [314, 231, 222, 250, 230, 228],
        "1419": [139, 130, 110, 108, 119, 108],
        "1421": [94, 123, 101, 89, 100, 81],
    }
    assert ask(both.data, counts) == [
        (code, 2014 + number, count) for code, found in known.items() for number, count in enumerate(found)
    ]
    whole = """
        select count(*) from core.reported_offences_by_municipality_year
        where kpi = 'U07452' and year between 2010 and 2019 and status = 'ok'
    """
    assert ask(both.data, whole) == [(2900 - 242,)]  # 242 are Missing
    # Years that only the older capture has are in the older unit, and stopped since the newer one was seen.
    old = "select distinct status from core.reported_offences_by_municipality_year where kpi = 'U07417' and year < 2010"
    assert ask(both.data, old) == [("not_reported",)]
    vandalism = """
        select numerator, denominator, value, status from output.indicators
        where indicator = 'reported_vandalism_rate' and area_code = '1415' and period = '2019'
    """
    [(numerator, denominator, value, status)] = ask(both.data, vandalism)
    # 100,000 × 228 / 26,777 = 851.477...
    assert (numerator, denominator, round(value, 3), status) == (228, 26_777, 851.477, "ok")
