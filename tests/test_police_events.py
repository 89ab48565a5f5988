"""The police's feed across its breaks: what is newest, what only looks so, what changed its name, what came twice."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.pipeline import SourceResult, add_files, build_warehouse, collect_and_read, make_plan, read_source
from flows.settings import read_settings
from models._duckdb import connect
from sources._landing import read_manifest
from sources._parse import parse_file
from sources._registry import all_sources
from sources._strict import read_reference
from tests.replay import Replay, Reply, replaying, reply

POLICE = all_sources()["police_events"]
SUMMER = timezone(timedelta(hours=2))
MONTHS = ["januari", "februari", "mars", "april", "maj", "juni"]
MONTHS += ["juli", "augusti", "september", "oktober", "november", "december"]
Event = Mapping[str, Any]


def event(number: int, at: datetime, kind: str = "Trafikolycka", place: str = "Tjörn") -> Event:
    return {
        "id": number,
        "datetime": f"{at:%Y-%m-%d} {at.hour}:{at:%M:%S} +02:00",
        "name": f"{at.day} {MONTHS[at.month - 1]} {at:%H.%M}, {kind}, {place}",
        "summary": "",
        "url": f"/aktuellt/handelser/{number}/",
        "type": kind,
        "location": {"name": "Västra Götalands län", "gps": "58.252793,13.059643"},
    }


def window(last: datetime, events: int = 500) -> Sequence[Event]:
    return [event(1_000_000 - n, last - timedelta(minutes=20 * n)) for n in range(events)]


@pytest.fixture
def police() -> Iterator[Replay]:
    with replaying() as server:
        yield server


def night(data: Path, server: Replay, answer: Reply, at: datetime) -> SourceResult:
    """One fetch at a moment, and what is known after it."""
    server.routes["police"] = lambda _: answer
    settings = read_settings(data=data, base_urls={"police_events": f"{server.url}/police"})
    return collect_and_read(make_plan(settings, as_of=at.date(), now=at), POLICE)


def add(data: Path, *answers: Sequence[Event], at: datetime = datetime(2026, 8, 7, tzinfo=UTC)) -> None:
    for number, answer in enumerate(answers):
        path = data.parent / f"{number}.json"
        path.write_text(json.dumps(answer), encoding="utf-8")
        plan = make_plan(read_settings(data=data), now=at + timedelta(hours=number))
        add_files(plan, POLICE, [path])


def core(data: Path, columns: str) -> list[tuple[object, ...]]:
    plan = make_plan(read_settings(data=data), now=datetime(2026, 8, 9, tzinfo=UTC))
    build_warehouse(plan, [read_source(plan, module) for module in all_sources().values()], "r", lambda _: None)
    with closing(connect(data / "warehouse.duckdb", read_only=True)) as con:
        return con.sql(f"select {columns} from core.police_events order by event_id").fetchall()


@pytest.fixture(scope="module")
def daily(shared: Path) -> Mapping[str, Sequence[Event]]:
    """The archived answers by the month they were given in; the empty one left out."""
    bodies = {path.name: gzip.decompress(path.read_bytes()) for path in (shared / "realdata/polisen/daily").iterdir()}
    return {name: json.loads(body) for name, body in sorted(bodies.items()) if body.strip()}


# how new ----------------------------------------------------------------------------------------------------------


def test_a_whole_window_reaches_to_its_newest_event(tmp_path: Path, police: Replay) -> None:
    result = night(
        tmp_path, police, reply(window(datetime(2026, 8, 6, 23, tzinfo=SUMMER))), datetime(2026, 8, 7, 1, tzinfo=UTC)
    )
    assert (result.status, result.data_as_of, result.is_late) == ("ok", date(2026, 8, 6), False)
    assert result.ledger.rows_loaded == 500


def test_a_short_answer_is_kept_but_is_not_the_newest(tmp_path: Path, police: Replay) -> None:
    first = night(
        tmp_path, police, reply(window(datetime(2026, 8, 6, 23, tzinfo=SUMMER))), datetime(2026, 8, 7, 1, tzinfo=UTC)
    )
    # 71 events over six months, the newest of them of this very night.
    scattered = [event(n, datetime(2026, 8, 10, 1, tzinfo=SUMMER) - timedelta(days=2.5 * n)) for n in range(1, 72)]
    for day in (8, 9, 10):
        result = night(tmp_path, police, reply(scattered), datetime(2026, 8, day, 1, tzinfo=UTC))
        assert result.data_as_of == first.data_as_of
    assert result.problem == ""
    assert result.is_late
    assert pl.concat([pl.read_parquet(path) for path in result.parsed.values()])["event_id"].n_unique() == 571
    assert read_manifest(tmp_path)[-1].content_as_of < date(2026, 3, 1)
    whole = night(
        tmp_path, police, reply(window(datetime(2026, 8, 10, 23, tzinfo=SUMMER))), datetime(2026, 8, 11, 1, tzinfo=UTC)
    )
    assert (whole.data_as_of, whole.is_late) == (date(2026, 8, 10), False)


@pytest.mark.parametrize("name", ["short_071_558f22108b", "short_185_655c5616a0", "short_256_386160171a"])
def test_no_captured_short_answer_makes_the_source_fresh(
    name: str, shared: Path, tmp_path: Path, police: Replay
) -> None:
    body = (shared / f"realdata/polisen/odd/{name}.json").read_bytes()
    events = json.loads(body)
    newest = datetime.strptime(events[0]["datetime"], "%Y-%m-%d %H:%M:%S %z")
    result = night(tmp_path, police, Reply(body=body), newest + timedelta(hours=1))
    assert result.ledger.rows_loaded == len(events)
    assert result.is_late
    assert result.data_as_of == datetime.strptime(events[-1]["datetime"], "%Y-%m-%d %H:%M:%S %z").date()


def test_an_old_window_does_not_pass_for_a_new_one(tmp_path: Path, police: Replay) -> None:
    night(tmp_path, police, reply(window(datetime(2026, 8, 6, 23, tzinfo=SUMMER))), datetime(2026, 8, 7, 1, tzinfo=UTC))
    old = reply(window(datetime(2025, 10, 13, 12, tzinfo=SUMMER)))
    result = night(tmp_path, police, old, datetime(2026, 8, 10, 1, tzinfo=UTC))
    assert (result.problem, result.data_as_of, result.is_late) == ("", date(2026, 8, 6), True)


def test_an_old_window_that_comes_alone_is_late(tmp_path: Path, police: Replay) -> None:
    old = reply(window(datetime(2025, 10, 13, 12, tzinfo=SUMMER)))
    result = night(tmp_path, police, old, datetime(2026, 8, 10, 1, tzinfo=UTC))
    assert (result.data_as_of, result.is_late) == (date(2025, 10, 13), True)


def test_what_leaves_the_window_is_not_deleted(tmp_path: Path, police: Replay) -> None:
    night(tmp_path, police, reply(window(datetime(2026, 7, 1, 12, tzinfo=SUMMER))), datetime(2026, 7, 2, 1, tzinfo=UTC))
    later = [{**each, "id": each["id"] + 5_000} for each in window(datetime(2026, 8, 6, 12, tzinfo=SUMMER))]
    result = night(tmp_path, police, reply(later), datetime(2026, 8, 7, 1, tzinfo=UTC))
    assert result.ledger.rows_loaded == 1_000


def test_half_an_answer_is_a_sentence_and_the_older_stands(tmp_path: Path, police: Replay) -> None:
    good = reply(window(datetime(2026, 8, 6, 23, tzinfo=SUMMER)))
    first = night(tmp_path, police, good, datetime(2026, 8, 7, 1, tzinfo=UTC))
    half = Reply(body=good.body[: len(good.body) // 2])
    result = night(tmp_path, police, half, datetime(2026, 8, 8, 1, tzinfo=UTC))
    assert "svaret är inte hel JSON" in result.problem
    assert result.ledger == first.ledger


# the form ---------------------------------------------------------------------------------------------------------


def test_a_mark_of_byte_order_and_a_whole_address_are_read_as_they_were_in_2018(tmp_path: Path) -> None:
    old = {**event(1, datetime(2018, 8, 6, 12, tzinfo=SUMMER)), "url": "https://polisen.se/aktuellt/handelser/1/"}
    path = tmp_path / "a.json"
    path.write_text(json.dumps([old]), encoding="utf-8-sig")
    assert parse_file(POLICE, path, "a.json").frame["url"].to_list() == ["https://polisen.se/aktuellt/handelser/1/"]


def test_every_archived_window_has_500_events_of_seven_fields_in_no_order_that_can_be_relied_on(
    daily: Mapping[str, Sequence[Event]],
) -> None:
    fields = {"id", "datetime", "name", "summary", "url", "type", "location"}
    unordered = 0
    for events in daily.values():
        assert len(events) == 500
        assert all(each.keys() == fields and each["location"].keys() == {"name", "gps"} for each in events)
        published = [datetime.strptime(each["datetime"], "%Y-%m-%d %H:%M:%S %z") for each in events]
        unordered += published != sorted(published, reverse=True)
    assert unordered > len(daily) / 2


def test_how_far_a_window_reaches_does_not_depend_on_its_order(tmp_path: Path, police: Replay) -> None:
    events = window(datetime(2026, 8, 6, 23, tzinfo=SUMMER))
    result = night(tmp_path, police, reply([*events[250:], *events[:250]]), datetime(2026, 8, 7, 1, tzinfo=UTC))
    assert result.data_as_of == date(2026, 8, 6)


# the break in `location` --------------------------------------------------------------------------------------------


def test_since_february_2026_location_is_a_county_and_the_title_still_names_the_municipality(
    daily: Mapping[str, Sequence[Event]], tmp_path: Path
) -> None:
    named, counties = {}, {}
    eras = {
        "before": [name for name in daily if name < "2026-01"],
        "after": [name for name in daily if name > "2026-02-10"],
    }
    for era, answers in eras.items():
        found = []
        for name in answers:
            path = tmp_path / "a.json"
            path.write_text(json.dumps(daily[name]), encoding="utf-8")
            found.append(parse_file(POLICE, path, "a.json").frame)
        rows = pl.concat(found)
        single = rows.filter(~pl.col("type").str.starts_with("Sammanfattning"))
        named[era] = single["municipality_code"].count() / single.height
        counties[era] = rows.filter(pl.col("location").str.ends_with(" län")).height / rows.height
    assert counties["after"] == 1.0
    assert counties["before"] < 0.5
    # So the series of a municipality does not break where `location` does.
    assert named["before"] > 0.85
    assert abs(named["after"] - named["before"]) < 0.05


def test_a_location_that_contradicts_the_title_moves_no_event(tmp_path: Path) -> None:
    at = datetime(2026, 8, 6, 12, tzinfo=SUMMER)
    moved = {**event(1, at), "location": {"name": "Orust", "gps": "58.2,11.7"}}
    add(tmp_path / "data", [moved])
    assert core(tmp_path / "data", "municipality_code, place") == [("1419", "Tjörn")]


# renames, digests, changes, twins ----------------------------------------------------------------------------------


RENAMED = {
    "Detonation": "Explosion",
    "Sedlighetsbrott": "Sexualbrott",
    "Kontroll person/fordon": "Kontroll",
    "Fylleri/LOB": "Fylleri",
    "Olaga frihetsberövande": "Olaga frihetsberövande/människorov",
    "Spridning smittsamma kemikalier": "Spridning smitta/kemikalier",
    "Djur skadat/omhändertaget": "Djur",
    "Larm Inbrott": "Larm inbrott",
    "Lagen om hundar och katter ": "Lagen om hundar och katter",
}


def test_a_renamed_type_goes_on_under_its_new_name(tmp_path: Path) -> None:
    at = datetime(2026, 8, 6, 12, tzinfo=SUMMER)
    add(tmp_path / "data", [event(n, at, kind) for n, kind in enumerate([*RENAMED, *RENAMED.values()])][1:])
    found = core(tmp_path / "data", "type, role <> 'unknown'")
    assert found == [(kind, True) for kind in [*RENAMED.values(), *RENAMED.values()]][1:]


def test_every_new_name_is_itself_in_the_list_with_the_same_meaning() -> None:
    types = read_reference("police_event_types")
    renamed = types.filter(pl.col("type") != pl.col("canonical_type"))
    assert renamed.height >= 5
    new = renamed.join(types, left_on="canonical_type", right_on="type", how="left", suffix="_new")
    assert new["role_new"].null_count() == 0
    assert new["role"].equals(new["role_new"], check_names=False)
    assert new["focus_area"].equals(new["focus_area_new"], check_names=False)


def test_a_digest_is_marked_whatever_it_is_called(tmp_path: Path) -> None:
    at = datetime(2026, 8, 6, 7, tzinfo=SUMMER)
    kinds = ["Sammanfattning natt", "Sammanfattning helg och storhelg", "Sammanfattning nytt slag", "Trafikolycka"]
    add(tmp_path / "data", [event(n, at, kind, "Västra Götalands län") for n, kind in enumerate(kinds, 1)])
    assert core(tmp_path / "data", "is_digest") == [(True,), (True,), (True,), (False,)]


def test_a_sixth_of_the_archive_is_digests_without_a_municipality(
    daily: Mapping[str, Sequence[Event]], tmp_path: Path
) -> None:
    add(tmp_path / "data", *list(daily.values())[::6])
    rows = core(tmp_path / "data", "is_digest, municipality_code is null, type")
    digests = [row for row in rows if row[0]]
    assert 0.13 < len(digests) / len(rows) < 0.21  # 17 % of the whole archive
    assert sum(bool(row[1]) for row in digests) > 0.99 * len(digests)
    assert all(str(row[2]).startswith("Sammanfattning") for row in digests)


def test_an_event_whose_type_changes_is_one_event_of_the_new_type(tmp_path: Path) -> None:
    at = datetime(2026, 8, 6, 12, tzinfo=SUMMER)
    first, second = event(1, at, "Anträffad död"), event(1, at, "Mord/dråp")
    add(tmp_path / "data", [first], [second], [second])
    assert core(tmp_path / "data", "type, versions") == [("Mord/dråp", 2)]


def test_the_same_title_under_another_id_is_told_but_not_taken_away(tmp_path: Path) -> None:
    at = datetime(2026, 8, 6, 12, tzinfo=SUMMER)
    add(
        tmp_path / "data",
        [
            event(1, at),
            event(2, at),
            event(3, at, place="Orust"),
            event(4, at, "Brand"),
            event(5, at - timedelta(days=1)),
        ],
    )
    assert core(tmp_path / "data", "event_id, has_earlier_twin") == [
        (1, False),
        (2, True),
        (3, False),
        (4, False),
        (5, False),
    ]
