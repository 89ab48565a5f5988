"""The police's feed of events: the sample's newest 500."""

from pathlib import Path

from tests.replay import Reply, Route

SOURCES = ("police_events",)
_SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample" / "police_events"


def route() -> Route:
    events = (_SAMPLE / "events_2026.json").read_bytes()
    return lambda _: Reply(body=events)
