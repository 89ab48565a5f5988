"""A publisher of the tests' own: a real HTTP server on this machine that plays the publishers' APIs, and their faults.

A route answers for every path that begins with its name: `replay.routes["kolada"]` gets `/kolada/…`. Small routes stand
in the test that needs them; one that several tests need has a file of its own in `tests/publishers/`.
"""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


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


class Replay(ThreadingHTTPServer):
    """Plays what its routes say, after the faults that a test has put in a route's queue; remembers what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.routes: dict[str, Route] = {}
        self.faults: dict[str, list[Reply]] = {}
        self.asked: list[Asked] = []

    @property
    def url(self) -> str:
        """The server's own address."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, asked: Asked) -> Reply:
        """The first fault in the queue, else what the route says; 404 where there is no route."""
        self.asked.append(asked)
        name = asked.path.split("/")[1]
        if self.faults.get(name):
            return self.faults[name].pop(0)
        return self.routes[name](asked) if name in self.routes else Reply(status=404)


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
