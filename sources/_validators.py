"""Remembers what names a publisher's newest answer (ETag, Last-Modified), so that only what has changed is sent again.

A library for this (hishel) keeps every body a second time and decides by itself when not to ask at all. Here the body
is the snapshot in the landing zone, found by its hash, and the publisher is asked every time.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sources._pace import save_json

# An answer's header → the question's. What is sent back must fit on one line of ASCII.
_ASKED_WITH = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
_VALUE = re.compile(r"[ -~]{1,300}")


@dataclass(kw_only=True)
class Validators:
    """The validators of one source's answers; a question stands there as a hash, for an address may hold a key.

    `body` gives a kept snapshot by its hash, or None: then the whole answer is asked for. Without a `path` nothing is
    remembered; a lost or broken file only means that all is sent once more.
    """

    path: Path | None = None
    body: Callable[[str], bytes | None] = lambda _: None
    _known: dict[str, dict[str, str]] = field(default_factory=dict)
    _asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            stored = json.loads(self.path.read_bytes()) if self.path else {}
            self._known = {
                question: {name: value for name, value in each.items() if _VALUE.fullmatch(value)}
                for question, each in stored.items()
            }
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            self._known = {}

    def of(self, question: str) -> tuple[Mapping[str, str], bytes | None]:
        """The headers that ask only for what has changed, and the body that stands when nothing has."""
        known = self._known.get(_hash(question), {})
        body = self.body(known["sha256"]) if "sha256" in known else None
        if body is None:
            return {}, None
        self._asked[_hash(question)] = known
        return {header: known[name] for name, header in _ASKED_WITH.items() if name in known}, body

    def remember(self, question: str, headers: Mapping[str, str], body: bytes) -> None:
        """Remember what names a whole answer; nothing when the publisher does not name it."""
        self._asked.pop(_hash(question), None)
        if named := {name: headers[name] for name in _ASKED_WITH if _VALUE.fullmatch(headers.get(name, ""))}:
            self._asked[_hash(question)] = {**named, "sha256": hashlib.sha256(body).hexdigest()}

    def save(self, *, is_whole: bool) -> None:
        """Keep what was learnt. After a whole fetch questions that were not asked are forgotten."""
        learnt = self._asked if is_whole else {**self._known, **self._asked}
        if self.path and learnt != self._known:
            save_json(self.path, learnt)


def _hash(question: str) -> str:
    return hashlib.sha256(question.encode()).hexdigest()
