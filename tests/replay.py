"""A publisher of the tests' own: a real HTTP server on this machine that plays the publishers' APIs, and their faults.

A route answers for every path that begins with its name: `replay.routes["kolada"]` gets `/kolada/…`. Small routes stand
in the test that needs them; a publisher's own has a file in `tests/publishers/`.

A fault is an answer of its own, or says what becomes of the route's answer: `replay.faults["kolada"] = [TOO_MANY,
cut_off]` spoils the next two (None leaves one well), `replay.broken["kolada"] = truncated` every one.
"""

import contextlib
import gzip
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from flows import _collect
from sources._http import Http


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as it came in; `path` is without the query."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body of a POST, as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What is answered. `cut_at`: the connection closes after so many bytes of the body; `delay`: seconds before it."""

    body: bytes = b""
    status: int = 200
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_at: int | None = None
    delay: float = 0.0


def reply(value: Any, **given: Any) -> Reply:
    """A JSON answer."""
    return Reply(body=json.dumps(value, ensure_ascii=False).encode(), **given)


Route = Callable[[Asked], Reply]
Fault = Reply | Callable[[Reply], Reply]

# ---------------------------------------------------------------------------------------------------------- the faults

TOO_MANY = Reply(status=429, headers={"Retry-After": "0"})
OUT_OF_ORDER = Reply(status=500)
WEB_PAGE = Reply(kind="text/html; charset=utf-8", body="<!DOCTYPE html><html>Underhåll pågår".encode())
NOTHING = Reply()


def slow(answer: Reply) -> Reply:
    """The whole answer, half a second late."""
    return replace(answer, delay=0.5)


def cut_off(answer: Reply) -> Reply:
    """The connection goes in the middle of the answer."""
    return replace(answer, cut_at=len(answer.body) // 2)


def truncated(answer: Reply) -> Reply:
    """Half an answer that says it is whole."""
    return replace(answer, body=answer.body[: len(answer.body) // 2])


def web_page_called_data(answer: Reply) -> Reply:
    """A web page under the content type of the data."""
    return replace(answer, body=WEB_PAGE.body)


def wrong_charset(answer: Reply) -> Reply:
    """The same text in another encoding than it has been."""
    try:
        text = answer.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = answer.body.decode("latin-1")
    return replace(answer, body=text.encode("utf-16"))


def renamed_field(answer: Reply) -> Reply:
    """One field or column has another name; of what is neither JSON nor a text table, half."""
    return _drifted(answer, _renamed, lambda lines, _: [f"ny_{lines[0]}", *lines[1:]])


def extra_field(answer: Reply) -> Reply:
    """One field or column more than there was; of what is neither JSON nor a text table, half."""
    return _drifted(
        answer,
        lambda row: {**row, "nytt": 1},
        lambda lines, comma: [f"{lines[0]}{comma}nytt", *(f"{line}{comma}1" for line in lines[1:])],
    )


def _drifted(
    answer: Reply, of_object: Callable[[dict[str, Any]], Any], of_table: Callable[[list[str], str], list[str]]
) -> Reply:
    try:
        text = answer.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return truncated(answer)
    if text.lstrip().startswith("<"):
        return truncated(answer)
    try:
        body = json.loads(text)
    except ValueError:
        lines = text.splitlines()
        return replace(answer, body="\r\n".join(of_table(lines, max(";\t,", key=lines[0].count))).encode())
    rows = _objects(body)
    drifted = [of_object(row) for row in rows] if rows else of_object(body)
    return replace(answer, body=json.dumps(_put(body, rows, drifted) if rows else drifted).encode())


def _objects(body: Any) -> list[dict[str, Any]] | None:
    """The outermost list of objects of an answer: its rows."""
    if isinstance(body, list):
        return body if body and all(isinstance(each, dict) for each in body) else None
    children = body.values() if isinstance(body, dict) else ()
    return next((rows for child in children if (rows := _objects(child))), None)


def _put(body: Any, rows: Any, drifted: Any) -> Any:
    """The same answer with other rows."""
    if body is rows:
        return drifted
    return {name: _put(child, rows, drifted) for name, child in body.items()} if isinstance(body, dict) else body


def _renamed(row: dict[str, Any]) -> dict[str, Any]:
    largest = max(row, key=lambda name: len(json.dumps(row[name])))
    return {f"ny_{name}" if name == largest else name: value for name, value in row.items()}


# ---------------------------------------------------------------------------------------------------------- the server


def named(route: Route) -> Route:
    """The same route with an ETag on every answer, as many publishers have."""

    def answer(asked: Asked) -> Reply:
        given = route(asked)
        return replace(given, headers={**given.headers, "ETag": f'"{hashlib.md5(given.body).hexdigest()}"'})

    return answer


def packed(answer: Reply) -> Reply:
    """The same answer with gzip."""
    return replace(answer, body=gzip.compress(answer.body), headers={**answer.headers, "Content-Encoding": "gzip"})


class Replay(ThreadingHTTPServer):
    """Plays what its routes say, after the faults that a test has put in a route's queue.

    It remembers what was `asked` and `answered`. An answer whose ETag or Last-Modified the question names is 304.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.routes: dict[str, Route] = {}
        self.faults: dict[str, list[Fault | None]] = {}
        self.broken: dict[str, Fault] = {}
        self.asked: list[Asked] = []
        self.answered: list[int] = []

    @property
    def url(self) -> str:
        """The server's own address."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, asked: Asked) -> Reply:
        """The first fault in the queue, else what the route says; 404 where there is no route."""
        self.asked.append(asked)
        name = asked.path.split("/")[1]
        fault = self.faults[name].pop(0) if self.faults.get(name) else self.broken.get(name)
        given = fault if isinstance(fault, Reply) else self._route(name)(asked)
        if callable(fault):
            given = fault(given)
        elif fault is None and _is_unchanged(asked, given):
            given = replace(given, status=304, body=b"")
        self.answered.append(given.status)
        return given

    def _route(self, name: str) -> Route:
        return self.routes.get(name, lambda _: Reply(status=404))


def _is_unchanged(asked: Asked, given: Reply) -> bool:
    return any(
        given.headers.get(name) is not None and given.headers[name] == asked.headers.get(condition)
        for name, condition in (("ETag", "if-none-match"), ("Last-Modified", "if-modified-since"))
    )


class _Handler(BaseHTTPRequestHandler):
    server: Replay

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def _answer(self, method: str) -> None:
        split = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.server.answer(
            Asked(
                method=method,
                path=split.path,
                query=parse_qs(split.query, keep_blank_values=True),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=body,
            )
        )
        time.sleep(answer.delay)
        self.send_response(answer.status)
        for name, value in {"Content-Type": answer.kind, **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # a client may hang up
            self.wfile.write(answer.body[: answer.cut_at])

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def replaying() -> Iterator[Replay]:
    """A server that runs while the block does."""
    server = Replay()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def hurry(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let runs pass over the waits that are for the publishers' sake; the list gets what they would have been."""
    waits: list[float] = []
    monkeypatch.setattr(_collect, "Http", partial(Http, sleep=waits.append))
    return waits
