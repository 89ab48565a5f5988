"""A live night against a publisher of the test's own, over real sockets."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from flows.pipeline import Plan, collect_and_read, make_plan, run
from flows.settings import read_settings
from lagesbild import open_release
from sources._http import Http
from sources._landing import read_manifest
from sources._problem import Problem
from sources._registry import all_sources

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"
NIGHT = datetime(2026, 8, 7, 0, 30, tzinfo=UTC)


class Publisher(ThreadingHTTPServer):
    """Plays Kolada (in pages), SCB and the police from the sample's files, and fails as it is told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.faults: dict[str, list[tuple[int, str, bytes]]] = {}
        self.rows = [
            row
            for name in ("recovered_counts_page_1", "recovered_counts_page_2", "population_2010_2019")
            for row in json.loads((SAMPLE / "kolada_values" / f"{name}.json").read_text(encoding="utf-8"))["values"]
        ]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def base_urls(self) -> dict[str, str]:
        return {
            "kolada_values": f"{self.url}/kolada",
            "population": f"{self.url}/scb",
            "police_events": f"{self.url}/police",
        }

    def answer(self, path: str) -> tuple[int, str, bytes]:
        split = urlsplit(path)
        publisher = split.path.split("/")[1]
        self.asked.append(path)
        if self.faults.get(publisher):
            return self.faults[publisher].pop(0)
        if publisher == "police":
            return 200, "application/json", (SAMPLE / "police_events" / "events_2026.json").read_bytes()
        if publisher == "scb":
            return 200, "application/json", (SAMPLE / "population" / "tab638_2010_2019.json").read_bytes()
        return 200, "application/json", json.dumps(self.kolada_page(split.path, parse_qs(split.query))).encode()

    def kolada_page(self, path: str, query: dict[str, list[str]]) -> dict[str, Any]:
        """A v3 page of at most 400 rows for at most 25 ids a segment."""
        _, _, _, _, kpis, _, areas = path.split("/")
        wanted_kpis, wanted_areas = kpis.split(","), areas.split(",")
        assert len(wanted_kpis) <= 25
        assert len(wanted_areas) <= 25
        rows = [row for row in self.rows if row["kpi"] in wanted_kpis and row["municipality"] in wanted_areas]
        page = int(query.get("page", ["1"])[0])
        more = f"{self.url}{path}?page={page + 1}" if page * 400 < len(rows) else None
        return {
            "values": rows[(page - 1) * 400 : page * 400],
            "count": len(rows),
            "next_url": more,
            "previous_url": None,
        }


class _Handler(BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        self.server.agents.add(self.headers["User-Agent"])
        status, kind, body = self.server.answer(self.path)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    server = Publisher()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def night(data: Path, publisher: Publisher, now: datetime = NIGHT) -> Plan:
    settings = read_settings(data=data, base_urls=publisher.base_urls(), contact="lägesbild@example.org")
    return make_plan(settings, as_of=date(2026, 8, 7), now=now)


def test_a_night_follows_every_page_and_publishes_what_came(tmp_path: Path, publisher: Publisher) -> None:
    outcome = run(night(tmp_path, publisher))
    assert outcome.path is not None
    # 290 municipalities, 14 + 14 + 10 years of three KPIs; 25 municipalities a question, 950 rows on three pages.
    kolada = next(result for result in outcome.sources if result.name == "kolada_values")
    assert kolada.ledger.rows_loaded == 290 * 38
    assert sum("page=3" in path for path in publisher.asked) == 11
    assert all("lagesbild/" in agent for agent in publisher.agents)
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


def test_a_second_night_with_the_same_answers_makes_no_new_release(tmp_path: Path, publisher: Publisher) -> None:
    first = run(night(tmp_path, publisher))
    second = run(night(tmp_path, publisher, NIGHT.replace(hour=3)))
    assert (second.release, second.is_new) == (first.release, False)
    assert len(read_manifest(tmp_path)) == 6


def test_a_publisher_that_asks_for_patience_is_asked_again(tmp_path: Path, publisher: Publisher) -> None:
    publisher.faults["scb"] = [(429, "text/plain", b""), (503, "text/plain", b"")]
    assert collect_and_read(night(tmp_path, publisher), all_sources()["population"]).status == "ok"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ((404, "text/plain", b""), "HTTP 404"),
        ((200, "text/html; charset=utf-8", b"<html>underhall</html>"), "webbsida"),
        ((200, "application/json", b""), "tomt"),
        ((200, "application/json", b'[{"id": 1, "dat'), "inte hel JSON"),
        ((200, "application/json", b'{"events": []}'), "inte ett svar"),
    ],
)
def test_a_broken_answer_leaves_the_older_data_in_force_and_says_so(
    fault: tuple[int, str, bytes], said: str, tmp_path: Path, publisher: Publisher
) -> None:
    police = all_sources()["police_events"]
    first = collect_and_read(night(tmp_path, publisher), police)
    publisher.faults["police"] = [fault]
    second = collect_and_read(night(tmp_path, publisher, NIGHT.replace(hour=3)), police)
    assert said in second.problem
    assert second.status == "failed"
    assert second.ledger == first.ledger
    assert second.ledger.rows_loaded > 0


def test_half_a_kolada_fetch_never_replaces_a_whole_one(tmp_path: Path, publisher: Publisher) -> None:
    module = all_sources()["kolada_values"]
    collect_and_read(night(tmp_path, publisher), module)
    publisher.faults["kolada"] = [
        (200, "application/json", json.dumps({"values": [], "next_url": None}).encode()),
        (404, "", b""),
    ]
    kolada = collect_and_read(night(tmp_path, publisher, NIGHT.replace(hour=3)), module)
    assert "HTTP 404" in kolada.problem
    assert kolada.ledger.rows_loaded == 290 * 38


def test_calls_to_one_publisher_keep_their_distance(publisher: Publisher) -> None:
    waited: list[float] = []
    with Http(user_agent="test", sleep=waited.append) as http:
        http.get(f"{publisher.url}/police", pause=10)
        http.get(f"{publisher.url}/police", pause=10)
    assert len(waited) == 1
    assert 9 < waited[0] <= 10


def test_a_publisher_that_never_recovers_is_one_sentence(publisher: Publisher) -> None:
    publisher.faults["police"] = [(500, "text/plain", b"")] * 9
    with (
        Http(user_agent="test", sleep=lambda _: None) as http,
        pytest.raises(Problem, match="utgivaren svarade inte: HTTP 500"),
    ):
        http.get(f"{publisher.url}/police")
    assert len(publisher.asked) == 4
