"""A live night against a publisher of the test's own, over real sockets."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows import pipeline
from flows._status import Freshness, source_statuses
from flows.pipeline import Plan, collect_and_read, make_plan, read_all, run
from flows.settings import read_settings
from lagesbild import open_release
from sources._http import Http
from sources._landing import read_manifest
from sources._problem import Problem
from sources._registry import all_sources
from tests.publishers import all_publishing, base_urls
from tests.replay import Replay, Reply, hurry, named, reply, truncated

NIGHT = datetime(2026, 8, 7, 0, 30, tzinfo=UTC)


@pytest.fixture
def publisher() -> Iterator[Replay]:
    with all_publishing() as server:
        yield server


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    return hurry(monkeypatch)


def night(data: Path, publisher: Replay, now: datetime = NIGHT) -> Plan:
    sources = ("kolada_values", "population", "police_events")
    addresses = {name: url for name, url in base_urls(publisher).items() if name in sources}
    nowhere = {name: f"{publisher.url}/nowhere" for name, module in all_sources().items() if module.fetch}
    settings = read_settings(data=data, base_urls=nowhere | addresses, contact="lägesbild@example.org")
    return make_plan(settings, now=now)


def test_a_night_follows_every_page_and_publishes_what_came(tmp_path: Path, publisher: Replay) -> None:
    outcome = run(night(tmp_path, publisher))
    assert outcome.path is not None
    # 290 municipalities, 14 + 14 + 10 years of three KPIs; 25 municipalities a question, 950 rows on three pages.
    kolada = next(result for result in outcome.sources if result.name == "kolada_values")
    assert kolada.ledger.rows_loaded == 290 * 38
    assert sum(asked.query.get("page") == ["3"] for asked in publisher.asked) == 11
    assert all("lagesbild/" in asked.headers["user-agent"] for asked in publisher.asked)
    with open_release(tmp_path) as con:
        assert con.sql(
            "select numerator, denominator, is_synthetic from output.indicators where area = 'Orust' "
            "and indicator = 'reported_vandalism_rate' and period = '2019'"
        ).fetchall() == [(81.0, 15218.0, False)]
        # The county is the sum of its 49 municipalities, so all were asked for.
        assert con.sql(
            "select count(*) from output.indicators where area_type = 'county' and period = '2019' "
            "and indicator = 'reported_vandalism_rate' and status = 'ok'"
        ).fetchall() == [(1,)]


def test_a_second_night_with_the_same_answers_makes_no_new_release(tmp_path: Path, publisher: Replay) -> None:
    first = run(night(tmp_path, publisher))
    second = run(night(tmp_path, publisher, NIGHT.replace(hour=3)))
    assert (second.release, second.is_new) == (first.release, False)
    # Kolada and the police once a night, Statistics Sweden three tables.
    assert len(read_manifest(tmp_path)) == 10


def test_a_second_night_fetches_nothing_that_has_not_changed_and_still_notes_that_it_looked(
    tmp_path: Path, publisher: Replay
) -> None:
    publisher.routes = {name: named(route) for name, route in publisher.routes.items()}
    sources = [all_sources()[name] for name in ("kolada_values", "police_events")]  # SCB is asked by POST
    first = [collect_and_read(night(tmp_path, publisher), module) for module in sources]
    assert set(publisher.answered) == {200}
    publisher.answered.clear()
    second = [collect_and_read(night(tmp_path, publisher, NIGHT.replace(hour=3)), module) for module in sources]
    assert set(publisher.answered) == {304}
    assert [result.ledger for result in second] == [result.ledger for result in first]
    before, after = read_manifest(tmp_path)[:2], read_manifest(tmp_path)[2:]
    assert [each.parts for each in after] == [each.parts for each in before]
    assert {each.observed_at.hour for each in after} == {3}


@pytest.mark.parametrize("lost", ["snapshot", "altered snapshot", "manifest", "validators"])
def test_what_is_no_longer_whole_here_is_fetched_whole_again(tmp_path: Path, publisher: Replay, lost: str) -> None:
    publisher.routes["police"] = named(publisher.routes["police"])
    police = all_sources()["police_events"]
    first = collect_and_read(night(tmp_path, publisher), police)
    [snapshot] = (tmp_path / "landing" / "police_events").iterdir()
    match lost:
        case "snapshot":
            snapshot.unlink()
        case "altered snapshot":
            snapshot.write_bytes(b"[]")
        case "manifest":
            (tmp_path / "landing" / "manifest.jsonl").unlink()
        case "validators":
            (tmp_path / "asked" / "police_events.json").write_text('{"x": 1, "y": {"ETag": 3}}')
    collect_and_read(night(tmp_path, publisher, NIGHT.replace(hour=3)), police)
    assert publisher.answered == [200, 200]
    assert first.ledger.rows_loaded > 0


def test_a_broken_answer_under_a_good_name_is_not_taken_for_what_is_kept(tmp_path: Path, publisher: Replay) -> None:
    publisher.routes["police"] = named(publisher.routes["police"])
    publisher.faults["police"] = [truncated]
    police = all_sources()["police_events"]
    assert "inte hel JSON" in collect_and_read(night(tmp_path, publisher), police).problem
    assert collect_and_read(night(tmp_path, publisher, NIGHT.replace(hour=3)), police).status == "ok"
    assert publisher.answered == [200, 200]


def test_a_publisher_that_asks_for_patience_is_asked_again(tmp_path: Path, publisher: Replay) -> None:
    publisher.faults["scb"] = [Reply(status=429, headers={"Retry-After": "0"}), Reply(status=503)]
    assert collect_and_read(night(tmp_path, publisher), all_sources()["population"]).status == "ok"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Reply(status=404), "HTTP 404"),
        (Reply(kind="text/html; charset=utf-8", body=b"<html>underhall</html>"), "webbsida"),
        (Reply(), "tomt"),
        (Reply(body=b'[{"id": 1, "dat'), "inte hel JSON"),
        (Reply(body=b'{"events": []}'), "inte ett svar"),
    ],
)
def test_a_broken_answer_leaves_the_older_data_in_force_and_says_so(
    fault: Reply, said: str, tmp_path: Path, publisher: Replay
) -> None:
    police = all_sources()["police_events"]
    first = collect_and_read(night(tmp_path, publisher), police)
    publisher.faults["police"] = [fault]
    second = collect_and_read(night(tmp_path, publisher, NIGHT.replace(hour=3)), police)
    assert said in second.problem
    assert second.status == "failed"
    assert second.ledger == first.ledger
    assert second.ledger.rows_loaded > 0


def test_a_publisher_that_never_comes_to_an_end_fails_its_own_source_only(
    tmp_path: Path, publisher: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = night(tmp_path, publisher)
    plan = replace(plan, settings=plan.settings.model_copy(update={"source_seconds": 1.0, "area": "1415"}))
    only = replace(plan, only=("police_events", "population"))
    police = publisher.routes["police"]
    publisher.routes["police"] = lambda asked: replace(police(asked), delay=20)
    told = {result.name: result.problem for result in read_all(only)}
    assert told["police_events"].endswith("tiden för att hämta källan tog slut: senast giltiga uppgifter används.")
    assert told["population"] == ""
    publisher.asked.clear()
    monkeypatch.setattr(pipeline, "_ASKING_SECONDS", 0)
    assert "tog slut" in {result.name: result.problem for result in read_all(only)}["population"]
    assert publisher.asked == []


def test_half_a_kolada_fetch_never_replaces_a_whole_one(tmp_path: Path, publisher: Replay) -> None:
    module = all_sources()["kolada_values"]
    collect_and_read(night(tmp_path, publisher), module)
    publisher.faults["kolada"] = [
        reply({"values": [], "next_url": None}),
        Reply(status=404),
    ]
    kolada = collect_and_read(night(tmp_path, publisher, NIGHT.replace(hour=3)), module)
    assert "HTTP 404" in kolada.problem
    assert kolada.ledger.rows_loaded == 290 * 38


def test_calls_to_one_publisher_keep_their_distance(publisher: Replay) -> None:
    waited: list[float] = []
    with Http(user_agent="test", sleep=waited.append) as http:
        http.get(f"{publisher.url}/police", pause=10)
        http.get(f"{publisher.url}/police", pause=10)
    assert len(waited) == 1
    assert 9 < waited[0] <= 10


def test_a_question_by_post_carries_its_json_or_its_form(publisher: Replay) -> None:
    publisher.routes["px"] = lambda asked: reply({"method": asked.method, "body": asked.body.decode()})
    with Http(user_agent="test", sleep=lambda _: None) as http:
        answer = json.loads(http.post(f"{publisher.url}/px", json={"query": []}))
        assert (answer["method"], json.loads(answer["body"])) == ("POST", {"query": []})
        assert json.loads(http.post(f"{publisher.url}/px", form={"år": "2025"}))["body"] == "%C3%A5r=2025"


def test_a_publisher_that_never_recovers_is_one_sentence(publisher: Replay) -> None:
    publisher.faults["police"] = [Reply(status=500)] * 9
    with (
        Http(user_agent="test", sleep=lambda _: None) as http,
        pytest.raises(Problem, match="utgivaren svarade inte: HTTP 500"),
    ):
        http.get(f"{publisher.url}/police")
    assert len(publisher.asked) == 4


def test_a_publisher_that_cannot_say_what_is_new_is_left_alone_for_some_days(
    tmp_path: Path, publisher: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LAGESBILD_REST_DAYS")
    population, police = all_sources()["population"], all_sources()["police_events"]

    def asks(days: int, **changed: object) -> int:
        publisher.asked.clear()
        plan = night(tmp_path, publisher, NIGHT + timedelta(days=days))
        result = collect_and_read(replace(plan, **changed), population)  # type: ignore[arg-type]
        assert result.status == "ok"
        assert result.is_asked == bool(publisher.asked)
        return len(publisher.asked)

    publisher.faults["scb"] = [reply({}), Reply(status=404)]
    assert collect_and_read(night(tmp_path, publisher), population).status == "failed"
    whole = asks(0)  # half an answer is no reason to rest
    assert whole > 3
    assert asks(5) == 0
    assert asks(5, only=("population",)) == whole
    elsewhere = night(tmp_path, publisher, NIGHT + timedelta(days=5)).settings.model_copy(update={"area": "1480"})
    assert asks(5, settings=elsewhere) == whole
    assert asks(5) == whole  # and back again
    assert asks(11) == whole
    assert collect_and_read(night(tmp_path, publisher, NIGHT + timedelta(days=11)), police).is_asked


def test_a_source_that_is_not_to_be_fetched_is_not_and_is_no_alarm(
    tmp_path: Path, publisher: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LAGESBILD_NOT_FETCHED")
    offences = all_sources()["reported_offences"]
    result = collect_and_read(night(tmp_path, publisher), offences)
    assert (result.status, result.problem, publisher.asked) == ("missing", "", [])
    [status] = [each for each in source_statuses(night(tmp_path, publisher)) if each.name == "reported_offences"]
    assert (status.freshness, status.needs_a_person) == (Freshness.UNUSED, False)
    monkeypatch.setenv("LAGESBILD_NOT_FETCHED", '["youth_survey"]')
    with pytest.raises(Problem, match="ingen källa som hämtas: youth_survey"):
        night(tmp_path, publisher)
