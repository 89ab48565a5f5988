"""`make serve`: a real server and worker run what is deployed on schedule, one at a time, and tell when they should."""

import contextlib
import json
import os
import re
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.pipeline import add_files, latest_release, make_plan, one_writer
from flows.settings import read_settings
from reports._scheduler import scheduler_texts
from reports.gate import find_hits
from sources._registry import all_sources

ROOT = Path(__file__).resolve().parents[1]
DIALOGUE = "omrade;ar;undersokning;fraga;andel_pct;antal_svar;felmarginal;urvalstyp;svarsfrekvens_pct\n"
ANSWER = "1415;2025;Dialog;otrygg_utomhus;12,5;400;;sjalvvalda;\n"
PATIENCE = 900  # of a machine with much else to do; on one of its own all takes three minutes


class Mailbox(socketserver.ThreadingTCPServer):
    """A mail server on this machine: what it is handed it keeps."""

    daemon_threads = allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.mail: list[tuple[str, str]] = []


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            command = line[:4].upper()
            if command == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                message = message_from_bytes(b"".join(iter(self.rfile.readline, b".\r\n")))
                parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
                text = b"\n".join(part for part in parts if isinstance(part, bytes)).decode()
                assert isinstance(self.server, Mailbox)
                self.server.mail.append((str(make_header(decode_header(message["subject"]))), text))
            self.wfile.write(b"221 bye\r\n" if command == b"QUIT" else b"250 ok\r\n")
            if command == b"QUIT":
                return


class Web(ThreadingHTTPServer):
    """Every publisher (one never answers, none has anything: 404), and a webhook that keeps what it is told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.is_over = threading.Event()
        self.told: list[dict[str, str]] = []


class _Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/hook":
            assert isinstance(self.server, Web)
            self.server.told.append(json.loads(body))
        self.send_response(200 if self.path == "/hook" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        if self.path.startswith("/silent"):
            assert isinstance(self.server, Web)
            self.server.is_over.wait(600)
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@dataclass(kw_only=True)
class Served:
    """`make serve`, up and running, with the two folders in which its runs have been."""

    api: str
    data: Path
    real: Path
    process: "subprocess.Popen[bytes]"
    mailbox: Mailbox
    web: Web
    said: Path
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)

    def ask(self, path: str, body: object, method: str = "POST") -> Any:
        sent = json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.api}/{path}", data=sent, headers={"Content-Type": "application/json"}, method=method
        )
        for seconds in (1, 2, 4, 8, 0):
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as busy:
                if busy.code != 503 or not seconds:
                    raise
                time.sleep(seconds)  # the server's database is busy: its own client asks again too
        raise AssertionError(path)

    def until(self, found: Callable[[], Any], what: str) -> Any:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(OSError):
                if result := found():
                    return result
            time.sleep(0.5)
        raise AssertionError(f"{what}: {self.said.read_text()[-6000:]}")

    def deployments(self) -> Mapping[str, Any]:
        return {each["name"]: each for each in self.ask("deployments/filter", {})}

    def read(self, run: str) -> dict[str, Any]:
        [found] = self.ask("flow_runs/filter", {"flow_runs": {"id": {"any_": [run]}}})
        return dict(found)

    def ended(self, run: str) -> dict[str, Any]:
        """A run, when it has ended."""
        return dict(
            self.until(lambda: found if (found := self.read(run))["end_time"] else None, f"{run} blev aldrig klar")
        )

    def letter(self, subject: str) -> str:
        """The newest letter with a subject; the same may come twice."""
        return str(self.until(lambda: dict(self.mailbox.mail).get(subject), f"inget brev: {subject}"))


@contextlib.contextmanager
def answering(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server, a worker and two runs on schedule: one of the sample, and one in which a publisher does not answer."""
    folder = tmp_path_factory.mktemp("served")
    real = folder / "real"
    delivered = folder / "dialog.csv"
    delivered.write_text(DIALOGUE + ANSWER, encoding="utf-8")
    came = datetime.now(UTC).date() - timedelta(days=7)
    survey, plan = all_sources()["citizen_survey"], make_plan(read_settings(data=real))
    add_files(plan, survey, [delivered], period="2025", received=came)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mailbox, web = Mailbox(), Web()
    fetched = [name for name, module in all_sources().items() if module.fetch]
    host = f"http://127.0.0.1:{web.server_address[1]}"
    channels = {
        "epost": f"mailto://127.0.0.1:{mailbox.server_address[1]}?from=lagesbild@kommunen.example&to=drift@kommunen.example",
        "vakt": f"{host}/hook",
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "LAGESBILD_"))}
    environment |= {
        "LAGESBILD_DATA": str(folder / "data"),
        "LAGESBILD_REPORT_FORMATS": "[]",
        "LAGESBILD_BASE_URLS": json.dumps({"police_events": host, "kolada_municipalities": f"{host}/silent"}),
        "LAGESBILD_NOT_FETCHED": json.dumps(sorted({*fetched} - {"police_events", "kolada_municipalities"})),
        "LAGESBILD_ASK_AGAIN_SECONDS": "[1]",
        "LAGESBILD_SOURCE_SECONDS": "20",
        "LAGESBILD_LATE_MINUTES": "0.2",
        "LAGESBILD_NOTIFY": json.dumps(channels),
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "5",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
    }
    said = folder / "said.txt"
    with said.open("w") as out, answering(mailbox), answering(web):
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.nightly", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        served = Served(
            api=f"http://127.0.0.1:{port}/api",
            data=folder / "data",
            real=real,
            process=process,
            mailbox=mailbox,
            web=web,
            said=said,
        )
        try:
            served.until(lambda: served.ask("work_pools/lagesbild/workers/filter", {}), "arbetaren kom aldrig i gång")
            nightly = schedule(served, "nightly", {"sample": True})
            served.until(lambda: served.read(nightly)["state"]["type"] == "RUNNING", "natten började aldrig")
            monthly = start(served, "monthly-report", {"data": str(real), "area": "1415"})
            served.runs["nightly"], served.runs["monthly-report"] = served.ended(nightly), served.ended(monthly)
            yield served
        finally:
            web.is_over.set()
            process.terminate()  # it stops what it has started, which has sessions of its own
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=120)
            process.kill()


def schedule(served: Served, deployment: str, parameters: Mapping[str, object]) -> str:
    """Put one more time in a deployment's schedule, some seconds from now; the run that the scheduler makes of it."""
    there = served.deployments()[deployment]["id"]
    for seconds in (15, 30, 60, 120):  # a machine with much to do may be past it before the schedule is read
        at = datetime.now(UTC) + timedelta(seconds=seconds)
        when = {"interval": 86_400, "anchor_date": at.isoformat()}
        new = {"schedule": when, "active": True, "parameters": dict(parameters)}
        served.ask(f"deployments/{there}/schedules", [new])
        soon = {"expected_start_time": {"before_": (at + timedelta(seconds=1)).isoformat()}}
        while datetime.now(UTC) < at + timedelta(seconds=5):
            if made := served.ask("flow_runs/filter", {"flow_runs": soon}):
                return str(made[0]["id"])
            time.sleep(0.5)
    raise AssertionError("ingen körning blev schemalagd")


def start(served: Served, deployment: str, parameters: Mapping[str, object]) -> str:
    """Have a deployment run at once, as a person does in Prefect.

    Prefect's triggers are a quarter of an hour behind with a run that its scheduler made less than five minutes before.
    """
    there = served.deployments()[deployment]["id"]
    return str(served.ask(f"deployments/{there}/create_flow_run", {"parameters": dict(parameters)})["id"])


def swedish(at: str) -> datetime:
    return datetime.fromisoformat(at).astimezone(ZoneInfo("Europe/Stockholm"))


@pytest.mark.slow
def test_a_run_on_schedule_publishes_and_leaves_its_artifacts(served: Served) -> None:
    run = served.runs["nightly"]
    assert (run["state"]["name"], run["state"]["type"], run["auto_scheduled"]) == ("Publicerat", "COMPLETED", True)
    release = latest_release(served.data)
    assert release
    assert f"Utgåva {release} gäller." in run["state"]["message"]
    artifacts = {each["key"]: each for each in served.ask("artifacts/latest/filter", {})}
    assert {"sammanfattning", "utgava", "datakvalitet", "manadsrapport"} <= artifacts.keys()
    assert "| police_events |" in artifacts["sammanfattning"]["data"]
    for key in ("utgava", "datakvalitet"):
        every = served.ask("artifacts/filter", {"artifacts": {"key": {"any_": [key]}}})
        [link] = [each["data"] for each in every if release in each["data"]]
        path = link.partition("(file://")[2].rstrip(")")
        assert Path(path).is_file(), link


@pytest.mark.slow
def test_the_next_deployment_waits_for_the_one_at_work(served: Served) -> None:
    first, second = served.runs["nightly"], served.runs["monthly-report"]
    assert swedish(second["expected_start_time"]) < swedish(first["end_time"]) <= swedish(second["start_time"])


@pytest.mark.slow
def test_a_source_that_fails_is_named_with_the_release_in_force_by_mail_and_webhook(served: Served) -> None:
    run = served.runs["monthly-report"]
    assert (run["state"]["name"], run["state"]["type"]) == ("Publicerat med anmärkning", "COMPLETED")
    release, subject = latest_release(served.real), "Lägesbild: publicerat med anmärkning"
    letter = served.letter(subject)
    hooked = served.until(
        lambda: next((each["text"] for each in served.web.told if each["title"] == subject), ""), "ingen krok"
    )
    for text in (letter, hooked):
        assert re.search(r"- police_events – .*: har inte gått att läsa sedan 2.* inga uppgifter finns\.", text)
        assert f"Utgåva {release} gäller." in text
        assert f"lagesbild status --data {served.real}" in text
        assert run["id"] in text
        assert "- kolada_municipalities – " in text
        assert "404" not in text.replace(run["id"], "")
    [line] = [json.loads(line) for line in (served.real / "log" / "runs.jsonl").read_text().splitlines()][:1]
    assert "tiden för att hämta källan tog slut" in line["sources"]["kolada_municipalities"]["problem"]
    assert not [told for told, text in served.mailbox.mail if told == subject and latest_release(served.data) in text]


@pytest.mark.slow
def test_a_run_that_does_not_begin_is_told_of(served: Served) -> None:
    letter = served.letter("Lägesbild: monthly-report har inte börjat")
    assert served.runs["monthly-report"]["id"] in letter
    assert "har inte gjort det" in letter


@pytest.mark.slow
def test_the_week_page_is_written_from_the_release_in_force(served: Served) -> None:
    with one_writer(served.data):  # somebody forgets a snapshot, and the releases that rest on it
        begun = start(served, "week-page", {})
        served.until(lambda: served.read(begun)["state"]["type"] == "RUNNING", "körningen började aldrig")
        time.sleep(5)
        assert served.read(begun)["state"]["type"] == "RUNNING"
        assert not (served.data / "output" / "week").exists()
    run = served.ended(begun)
    assert run["state"]["name"] == "Skrivet", run["state"]
    assert len([*(served.data / "output" / "week").glob("*/*/veckans-lage.docx")]) == 1


@pytest.mark.slow
def test_a_damaged_snapshot_fails_the_weekly_check_and_is_told_of(served: Served) -> None:
    [snapshot] = (served.real / "landing" / "citizen_survey").glob("*.csv")
    content = snapshot.read_bytes()
    snapshot.chmod(0o600)
    snapshot.write_bytes(content.replace(b"12,5", b"12,6"))
    try:
        run = served.ended(start(served, "weekly-check", {"data": str(served.real), "area": "1415"}))
    finally:
        snapshot.write_bytes(content)
    assert (run["state"]["name"], run["state"]["type"]) == ("Fel i den fullständiga kontrollen", "FAILED")
    letter = served.letter("Lägesbild: weekly-check gick inte")
    assert "citizen_survey" in letter
    assert "12,6" not in letter
    assert "Traceback" not in json.dumps(served.ask("logs/filter", {"logs": {"flow_run_id": {"any_": [run["id"]]}}}))


@pytest.mark.slow
def test_a_run_waits_for_whoever_holds_the_folder(served: Served) -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    about = {"data": str(served.real), "area": "1415", "first": yesterday, "last": yesterday, "every": "day"}
    with one_writer(served.real):
        run = start(served, "backfill", about)
        served.until(lambda: served.read(run)["state"]["type"] == "RUNNING", "körningen började aldrig")
        time.sleep(5)
        assert served.read(run)["state"]["type"] == "RUNNING"
    assert served.ended(run)["state"]["name"] == "Publicerat"
    assert [path.name[:10] for path in (served.real / "output").glob(f"{yesterday}-*")] == [yesterday]


@pytest.mark.slow
def test_everything_is_in_the_schedule_in_swedish_time(served: Served) -> None:
    crons = {
        name: [
            (each["schedule"]["cron"], each["schedule"]["timezone"])
            for each in found["schedules"]
            if "cron" in each["schedule"]
        ]
        for name, found in served.deployments().items()
    }
    at = "Europe/Stockholm"
    assert crons == {
        "nightly": [("30 2 * * *", at)],
        "weekly-check": [("30 4 * * 0", at)],
        "week-page": [("0 6 * * 1", at)],
        "monthly-report": [("0 5 1 * *", at)],
        "backfill": [],
    }
    waiting = served.ask("flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}})
    nights = [each for each in waiting if each["deployment_id"] == served.deployments()["nightly"]["id"]]
    at_night = [swedish(each["expected_start_time"]) for each in nights if not each["parameters"].get("sample")]
    assert at_night
    assert {(each.hour, each.minute) for each in at_night} == {(2, 30)}
    assert served.ask("work_pools/filter", {})[0]["concurrency_limit"] == 1


@pytest.mark.slow
def test_what_prefect_keeps_points_at_nobody(served: Served) -> None:
    texts = {text for _, said in scheduler_texts(served.data, datetime.now(UTC)) for text in said}
    assert any("police_events" in text for text in texts)
    assert not [text for text in texts if "kommunen.example" in text or text.startswith("gAAAAA")]
    assert find_hits(served.data / "no release", served.data) == []


@pytest.mark.slow
def test_ctrl_c_stops_everything(served: Served) -> None:
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(timeout=120) == 0
    with pytest.raises(OSError, match="refused"):
        served.deployments()
    mark = f"LAGESBILD_DATA={served.data}".encode()
    left = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark in path.read_bytes() and path.parent.name != str(os.getpid()):
                left.append((path.parent / "cmdline").read_text())
    assert left == []
