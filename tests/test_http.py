"""The polite client against a publisher of the test's own, over real sockets."""

import contextlib
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from sources import police_events
from sources._http import Http
from sources._pace import Calls, Pace
from sources._problem import Problem
from sources._validators import Validators
from tests.replay import (
    OUT_OF_ORDER,
    TOO_MANY,
    WEB_PAGE,
    Replay,
    Reply,
    cut_off,
    named,
    packed,
    replaying,
    reply,
    slow,
    web_page_called_data,
)

POLICE = Pace(pause=10, per_hour=60, per_day=1440)


class Clock:
    """A clock that moves when somebody sleeps, and by nothing else."""

    def __init__(self) -> None:
        self.now = datetime(2026, 8, 7, 0, 30, tzinfo=UTC).timestamp()
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def publisher() -> Iterator[Replay]:
    with replaying() as server:
        server.routes["data"] = lambda _: reply({"values": list(range(1000))})
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


def client(clock: Clock, path: Path | None = None) -> Http:
    return Http(user_agent="test", sleep=clock.sleep, clock=clock, calls=Calls(path=path))


def refusal(http: Http, url: str, **given: object) -> str:
    with http, pytest.raises(Problem) as caught:
        http.get(f"{url}?key=hemlig", pause=0, **given)  # type: ignore[arg-type]
    assert "hemlig" not in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# ----------------------------------------------------------------------------------------------------------- time limit


@contextmanager
def dripping(head: bytes, drop: bytes) -> Iterator[str]:
    """A server that says the head and then a drop ten times a second, for as long as anybody listens."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(10_000)
                connection.sendall(head)
                while not over.wait(0.1):
                    connection.sendall(drop)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        over.set()


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", b"1"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 900\r\n\r\n" + packed(reply(1)).body[:10],
            b"x",
        ),
    ],
    ids=["headers", "body", "packed body"],
)
def test_who_sends_a_byte_at_a_time_is_heard_for_no_longer_than_a_source_may_take(
    clock: Clock, head: bytes, drop: bytes
) -> None:
    with dripping(head, drop) as url:
        began = time.monotonic()
        http = client(clock)
        http.until = began + 0.5
        assert "tiden för att hämta källan tog slut: senast giltiga uppgifter används" in refusal(http, url)
        assert 0.5 <= time.monotonic() - began < 5


def test_nobody_is_asked_or_waited_for_when_the_time_is_up(publisher: Replay, clock: Clock) -> None:
    http = client(clock)
    http.get(f"{publisher.url}/data", pause=60)
    http.until = time.monotonic() + 30
    with pytest.raises(Problem, match="tiden för att hämta källan tog slut"):
        http.get(f"{publisher.url}/data", pause=60)
    http.until = time.monotonic() + 100
    publisher.faults["data"] = [Reply(status=503, headers={"Retry-After": "110"})]
    clock.now += 60
    assert "HTTP 503" in refusal(http, f"{publisher.url}/data")
    assert (len(publisher.asked), clock.slept) == (2, [])


# ----------------------------------------------------------------------------------------------------------------- pace


def test_sixty_calls_an_hour_are_made_and_not_sixty_one(publisher: Replay, clock: Clock) -> None:
    with client(clock) as http:
        for _ in range(60):
            http.get(f"{publisher.url}/data", pause=POLICE)
        assert sum(clock.slept) == pytest.approx(590)
        with pytest.raises(Problem, match=r"får inte frågas oftare: tidigast 2026-08-07 kl\. 03\.30"):
            http.get(f"{publisher.url}/data", pause=POLICE)
        clock.now += 3600 - 590
        http.get(f"{publisher.url}/data", pause=POLICE)
    assert len(publisher.asked) == 61


def test_the_hour_and_the_day_hold_from_one_run_to_the_next(publisher: Replay, clock: Clock, tmp_path: Path) -> None:
    path = tmp_path / "asked" / "calls.json"
    few = Pace(pause=10, per_hour=3, per_day=6)

    def ask() -> None:
        with client(clock, path) as http:
            http.get(f"{publisher.url}/data", pause=few)

    for _ in range(3):
        ask()
    with pytest.raises(Problem, match=r"tidigast 2026-08-07 kl\. 03\.30"):
        ask()
    clock.now += 3600
    for _ in range(3):
        ask()
    clock.now += 3600
    with pytest.raises(Problem, match=r"tidigast 2026-08-08 kl\. 02\.30"):
        ask()
    assert len(publisher.asked) == 6


def test_the_police_are_asked_as_seldom_as_they_say() -> None:
    assert police_events._PACE == POLICE


def test_two_sources_of_one_host_share_its_pace_and_a_replica_keeps_the_pace_of_its_original(
    publisher: Replay, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "calls.json"
    host = publisher.url.removeprefix("http://")
    for name in ("a.example", "b.example", "a.example"):
        with client(clock, path) as http:
            http.known_as = {host: name}
            http.get(f"{publisher.url}/data", pause=10)
    assert clock.slept == [10]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"asked": 1}', '{"asked": {"x": ["a"]}}', '{"asked": {"x": 1}}'])
def test_a_lost_memory_of_calls_is_a_clean_slate(tmp_path: Path, content: str) -> None:
    path = tmp_path / "calls.json"
    path.write_text(content)
    assert Calls(path=path).wait("x", POLICE, 0.0) <= 0


def test_a_clock_that_was_set_back_stops_nothing(tmp_path: Path) -> None:
    calls = Calls(path=tmp_path / "calls.json")
    calls.note("x", 10.0**10)
    calls.close("x", 10.0**10)
    assert Calls(path=tmp_path / "calls.json").wait("x", POLICE, 10.0**9) <= 0


# ------------------------------------------------------------------------------------------------------ asking again


def test_waits_between_tries_double_with_chance_in_them(publisher: Replay) -> None:
    waits = []
    for _ in range(2):
        clock = Clock()
        publisher.faults["data"] = [OUT_OF_ORDER] * 3
        with client(clock) as http:
            http.get(f"{publisher.url}/data", pause=0)
        waits.append(clock.slept)
    for slept in waits:
        assert all(low <= each <= low + 1 for low, each in zip((1, 2, 4), slept, strict=True))
    assert waits[0] != waits[1]


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_heeded_in_both_forms(publisher: Replay, clock: Clock, form: str) -> None:
    at = format_datetime(datetime.fromtimestamp(clock.now + 90, UTC), usegmt=True)
    publisher.faults["data"] = [Reply(status=429, headers={"Retry-After": "90" if form == "seconds" else at})]
    with client(clock) as http:
        http.get(f"{publisher.url}/data", pause=0)
    assert 90 <= clock.slept[0] <= 92


@pytest.mark.parametrize(
    "text", ["", "²", "-5", "soon", "Wed, 99 Foo 2026 25:61:00 GMT", "Mon, 01 Jan 2001 00:00:00 GMT"]
)
def test_a_retry_after_that_means_nothing_is_passed_over(publisher: Replay, clock: Clock, text: str) -> None:
    publisher.faults["data"] = [Reply(status=503, headers={"Retry-After": text.encode().decode("latin-1")})]
    with client(clock) as http:
        http.get(f"{publisher.url}/data", pause=0)
    assert clock.slept[0] <= 2


@pytest.mark.parametrize("text", ["3600", "9" * 400, "Fri, 07 Aug 2026 01:30:00 GMT", "Thu, 31 Dec 2099 23:59:59 GMT"])
def test_who_asks_for_a_longer_wait_than_a_run_has_is_left_alone_also_by_the_next_run(
    publisher: Replay, clock: Clock, tmp_path: Path, text: str
) -> None:
    publisher.faults["data"] = [Reply(status=429, headers={"Retry-After": text})]
    for _ in range(2):
        assert "får inte frågas oftare: tidigast 2026-08-0" in refusal(
            client(clock, tmp_path / "calls.json"), f"{publisher.url}/data"
        )
    assert len(publisher.asked) == 1
    clock.now += 86_400
    with client(clock, tmp_path / "calls.json") as http:
        http.get(f"{publisher.url}/data")


@pytest.mark.parametrize("status", [304, 400, 401, 403, 404, 410, 206])
def test_what_will_not_go_better_is_not_asked_again(publisher: Replay, clock: Clock, status: int) -> None:
    publisher.faults["data"] = [Reply(status=status)]
    assert f"utgivaren svarade inte: HTTP {status}" in refusal(client(clock), f"{publisher.url}/data")
    assert len(publisher.asked) == 1


def test_a_publisher_that_is_unwell_in_every_way_once_is_asked_until_it_is_well(
    publisher: Replay, clock: Clock
) -> None:
    publisher.faults["data"] = [TOO_MANY, OUT_OF_ORDER, cut_off, slow]
    with client(clock) as http:
        assert http.get(f"{publisher.url}/data", pause=0) == publisher.routes["data"](publisher.asked[0]).body
    assert len(publisher.asked) == 4


# ------------------------------------------------------------------------------------------------- half and odd answers


@pytest.mark.parametrize("is_packed", [False, True])
def test_an_answer_that_is_always_cut_off_is_one_sentence(publisher: Replay, clock: Clock, is_packed: bool) -> None:
    publisher.faults["data"] = [lambda answer: cut_off(packed(answer) if is_packed else answer)] * 4
    told = refusal(client(clock), f"{publisher.url}/data")
    assert "utgivaren svarade inte: svaret bröts innan det var helt" in told


@contextmanager
def saying(content: bytes, *, times: int = 4, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that says just these bytes to whoever connects, and closes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for _ in range(times):
                try:
                    connection, _ = server.accept()
                    with tls.wrap_socket(connection, server_side=True) if tls else connection as talking:
                        talking.recv(10_000)
                        talking.sendall(content)
                except OSError:
                    continue

        threading.Thread(target=serve, daemon=True).start()
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.getsockname()[1]}"


def test_packed_data_without_a_length_must_come_to_its_own_end(clock: Clock) -> None:
    body = packed(reply({"values": list(range(1000))})).body
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"
    with saying(head + body, times=1) as url, client(clock) as http:
        assert http.get(url, pause=0).endswith(b"999]}")
    with saying(head + body + body, times=1) as url, client(clock) as http:
        assert http.get(url, pause=0).count(b"999]}") == 2
    with saying(head + body[:-9]) as url:
        assert "svaret bröts innan det var helt" in refusal(client(clock), url)
    with saying(head + body[:100] + b"\xff" * 100) as url:
        assert "svaret går inte att packa upp" in refusal(client(clock), url)


def test_an_answer_of_unknown_length_cannot_be_told_from_half_of_one(clock: Clock) -> None:
    with saying(b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n\r\na;b\n1;2\n") as url:
        assert "svaret säger inte hur långt det är" in refusal(client(clock), url)


def test_a_body_in_chunks_is_whole_with_its_last_chunk_only(clock: Clock) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    with saying(head + b"3\r\n[1]\r\n0\r\n\r\n", times=1) as url, client(clock) as http:
        assert http.get(url, pause=0) == b"[1]"
    with saying(head + b"3\r\n[1]\r\n") as url:
        assert "svaret bröts innan det var helt" in refusal(client(clock), url)


def test_a_web_page_is_not_data_whatever_it_is_called(publisher: Replay, clock: Clock) -> None:
    publisher.faults["data"] = [WEB_PAGE, web_page_called_data, Reply(body=b"\n <!-- x -->\n<HTML lang=sv>")]
    for _ in range(3):
        assert "svaret är en webbsida, inte data" in refusal(client(clock), f"{publisher.url}/data")


@pytest.mark.parametrize(
    ("accept", "kind", "is_taken"),
    [
        ("json", "application/json; charset=utf-8", True),
        ("json", "application/vnd.skolverket.api.v3.hal+json", True),
        ("json", "application/octet-stream", True),
        ("json", "text/csv", False),
        ("json", "application/pdf", False),
        ("csv", "text/csv;charset=windows-1252", True),
        ("csv", "text/plain", True),
        ("csv", "application/json", False),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", True),
        ("xlsx", "image/png", False),
        (None, "image/png", True),
        ("page", "text/html; charset=ISO-8859-1", True),
    ],
)
def test_a_source_says_what_it_accepts(
    publisher: Replay, clock: Clock, accept: str | None, kind: str, is_taken: bool
) -> None:
    publisher.routes["data"] = lambda _: Reply(body=b"1", kind=kind)
    if is_taken:
        with client(clock) as http:
            assert http.get(f"{publisher.url}/data", accept=accept) == b"1"  # type: ignore[arg-type]
    else:
        told = refusal(client(clock), f"{publisher.url}/data", accept=accept)
        assert f"svaret är av ett annat slag än väntat: {kind}, inte {accept}" in told
    assert publisher.asked[-1].headers["accept"] == ("application/json" if accept == "json" else "*/*")


def test_a_page_that_is_asked_for_is_given_and_never_taken_for_unchanged(
    publisher: Replay, clock: Clock, tmp_path: Path
) -> None:
    publisher.routes["data"] = named(lambda _: WEB_PAGE)
    validators = Validators(path=tmp_path / "x.json", body=lambda _: b"old")
    for _ in range(2):
        with Http(user_agent="test", sleep=clock.sleep, clock=clock, validators=validators) as http:
            assert http.get(f"{publisher.url}/data", accept="page") == WEB_PAGE.body
    assert publisher.answered == [200, 200]


def test_a_new_session_forgets_the_cookies_and_nothing_else(publisher: Replay, clock: Clock) -> None:
    publisher.routes["data"] = lambda _: reply(1, headers={"Set-Cookie": "session=1"})
    with client(clock) as http:
        http.get(f"{publisher.url}/data", pause=10)
        http.get(f"{publisher.url}/data", pause=10)
        with http.new_session() as another:
            another.get(f"{publisher.url}/data", pause=10)
    assert [asked.headers.get("cookie") for asked in publisher.asked] == [None, "session=1", None]
    assert clock.slept == [10, 10]


# ------------------------------------------------------------------------------------------------------------------ TLS


def test_an_open_address_is_not_asked(clock: Clock) -> None:
    assert "adressen är inte krypterad" in refusal(client(clock), "http://api.example.se/data")


def test_a_host_that_cannot_prove_who_it_is_is_not_read(clock: Clock, tmp_path: Path) -> None:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem"),
            *("-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with saying(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", tls=tls) as url:
        assert "certifikatet går inte att lita på" in refusal(client(clock), url)
    assert clock.slept == []
