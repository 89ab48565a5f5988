"""The police's feed of the newest 500 events; the sample's are fewer, so they come again under other ids."""

import json
from itertools import count, islice
from pathlib import Path

from tests.replay import Route, reply

SOURCES = ("police_events",)
_WINDOW = 500
_SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample" / "police_events"


def route() -> Route:
    events = [
        each
        for path in sorted(_SAMPLE.iterdir(), reverse=True)
        for each in json.loads(path.read_text(encoding="utf-8"))
    ]
    again = ({**each, "id": each["id"] + 10_000_000 * round} for round in count() for each in events)
    answer = reply(list(islice(again, _WINDOW)))
    return lambda _: answer
