"""Statistics Sweden's PxWebApi v2: one table of the sample, whatever is asked."""

from pathlib import Path

from tests.replay import Reply, Route

SOURCES = ("population",)
_SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample" / "population"


def route() -> Route:
    dataset = (_SAMPLE / "tab638_2010_2019.json").read_bytes()
    return lambda _: Reply(body=dataset)
