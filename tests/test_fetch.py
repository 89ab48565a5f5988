"""A live night against a publisher of the test's own, over real sockets."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from flows.pipeline import Plan, collect_and_read, make_plan, run
from flows.settings import read_settings
from lagesbild import open_release
from sources._http import Http
from sources._landing import read_manifest
from sources._problem import Problem
from sources._registry import all_sources
from tests.replay import Asked, Replay, Reply, replaying, reply

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"
NIGHT = datetime(2026, 8, 7, 0, 30, tzinfo=UTC)


class Kolada:
    """Plays Kolada's v3 API, in pages of 400 rows, from the sample's files."""

    def __init__(self) -> None:
        self.rows = [
            row
            for name in ("recovered_counts_page_1", "recovered_counts_page_2", "population_2010_2019")
            for row in json.loads((SAMPLE / "kolada_values" / f"{name}.json").read_text(encoding="utf-8"))["values"]
        ]

    def __call__(self, asked: Asked) -> Reply:
        _, _, _, _, kpis, _, areas = asked.path.split("/")
        wanted_kpis, wanted_areas = kpis.split(","), areas.split(",")
        if max(len(wanted_kpis), len(wanted_areas)) > 25:
            return Reply(status=400)
        rows = [row for row in self.rows if row["kpi"] in wanted_kpis and row["municipality"] in wanted_areas]
        page = int(asked.query.get("page", ["1"])[0])
        more = f"http://{asked.headers['host']}{asked.path}?page={page + 1}" if page * 400 < len(rows) else None
        values = rows[(page - 1) * 400 : page * 400]
        return reply({"values": values, "count": len(rows), "next_url": more, "previous_url": None})


@pytest.fixture
def publisher() -> Iterator[Replay]:
    police = (SAMPLE / "police_events" / "events_2026.json").read_bytes()
    scb = (SAMPLE / "population" / "tab638_2010_2019.json").read_bytes()
    with replaying() as server:
        server.routes = {
            "kolada": Kolada(),
            "police": lambda _: Reply(body=police),
            "scb": lambda _: Reply(body=scb),
        }
        yield server


def night(data: Path, publisher: Replay, now: datetime = NIGHT) -> Plan:
    addresses = {"kolada_values": "kolada", "population": "scb", "police_events": "police"}
    addresses = dict.fromkeys(all_sources(), "absent") | addresses  # 404: no test asks the real publishers
    base_urls = {source: f"{publisher.url}/{name}" for source, name in addresses.items()}
    settings = read_settings(data=data, base_urls=base_urls, contact="lägesbild@example.org")
    return make_plan(settings, as_of=date(2026, 8, 7), now=now)


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
    assert len(read_manifest(tmp_path)) == 6


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
