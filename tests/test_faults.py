"""The whole command against every publisher, over real sockets, with every fault that the product must survive."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from flows import pipeline
from flows.cli import main
from sources._landing import read_manifest
from sources._registry import all_sources
from tests.publishers import all_publishing, base_urls
from tests.replay import (
    NOTHING,
    OUT_OF_ORDER,
    TOO_MANY,
    WEB_PAGE,
    Fault,
    Replay,
    cut_off,
    extra_field,
    hurry,
    named,
    renamed_field,
    slow,
    truncated,
    web_page_called_data,
    wrong_charset,
)

# When the sample's figures were new, so that none of them is late.
FIRST_NIGHT = datetime(2021, 1, 10, 1, 30, tzinfo=UTC)
FETCHED = [name for name, module in all_sources().items() if module.fetch]


class Town:
    """A data folder, the publishers it asks, and the nights that pass there."""

    def __init__(self, data: Path, publishers: Replay, patched: pytest.MonkeyPatch) -> None:
        self.data, self.publishers, self.patched = data, publishers, patched
        self.now = FIRST_NIGHT
        nowhere = {name: f"{publishers.url}/nowhere" for name in FETCHED}
        patched.setenv("LAGESBILD_BASE_URLS", json.dumps(nowhere | base_urls(publishers)))
        patched.setenv("LAGESBILD_AREA", "1415")

    def night(self) -> tuple[int, dict[str, Any]]:
        """`lagesbild run` some minutes after the last time: its exit code, and what the log says of each source."""
        self.now += timedelta(minutes=5)
        with pytest.MonkeyPatch.context() as clock:
            clock.setattr(pipeline, "make_plan", partial(pipeline.make_plan, now=self.now))
            exit_code = main(["run", "--data", str(self.data)])
        lines = (self.data / "log" / "runs.jsonl").read_text(encoding="utf-8").splitlines()
        sources = json.loads(lines[-1])["sources"]
        return exit_code, {name: sources[name] for name in FETCHED}

    def spoil(self, *faults: Fault) -> None:
        """Spoil the next answers of every publisher, each in the same way."""
        self.publishers.faults = {name: list(faults) for name in self.publishers.routes}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, dict[str, Any]]]:
    """A town after a first night on which all went well, and what was known then."""
    with all_publishing() as publishers, pytest.MonkeyPatch.context() as patched:
        publishers.routes = {name: named(route) for name, route in publishers.routes.items()}
        hurry(patched)
        living = Town(tmp_path_factory.mktemp("town") / "data", publishers, patched)
        exit_code, known = living.night()
        assert {name: each["problem"] for name, each in known.items() if each["problem"]} == {}
        assert exit_code == (3 if any(each["is_late"] for each in known.values()) else 0)
        yield living, known


def rows(known: dict[str, Any]) -> dict[str, tuple[int, int, int, int]]:
    columns = ("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate")
    return {name: tuple(each[column] for column in columns) for name, each in known.items()}  # type: ignore[misc]


def test_every_fetched_source_has_a_publisher_to_be_tried_against() -> None:
    with all_publishing() as publishers:
        assert sorted(base_urls(publishers)) == FETCHED, "add tests/publishers/<name>.py with SOURCES and route()"


@pytest.mark.slow
def test_a_night_on_which_every_publisher_is_unwell_at_first_is_like_any_other(
    town: tuple[Town, dict[str, Any]],
) -> None:
    living, known = town
    living.spoil(TOO_MANY, OUT_OF_ORDER, cut_off, slow)
    exit_code, then = living.night()
    assert exit_code == (3 if any(each["is_late"] for each in known.values()) else 0)
    assert rows(then) == rows(known)
    assert {each["problem"] for each in then.values()} == {""}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("faults", "said"),
    [
        ([OUT_OF_ORDER] * 4, "HTTP 500"),
        ([cut_off] * 4, "svaret bröts"),
        ([WEB_PAGE], "webbsida"),
        ([web_page_called_data], "webbsida"),
        ([NOTHING], ""),
        ([truncated], ""),
        ([wrong_charset], ""),
        ([renamed_field], ""),
    ],
    ids=lambda given: getattr(given[0], "__name__", "") if isinstance(given, list) else given,
)
def test_a_fault_leaves_the_older_data_in_force_and_is_one_sentence(
    town: tuple[Town, dict[str, Any]], capsys: pytest.CaptureFixture[str], faults: list[Fault], said: str
) -> None:
    living, known = town
    observed = len(read_manifest(living.data))
    living.spoil(*faults)
    exit_code, then = living.night()
    assert exit_code == 3
    assert [name for name, each in then.items() if not each["problem"]] == []
    assert rows(then) == rows(known)
    told = capsys.readouterr()
    assert "Traceback" not in told.out + told.err
    for each in then.values():
        assert said in each["problem"]
        assert each["problem"] in told.out
        assert each["problem"].endswith(".")
        assert each["problem"].isprintable()
    assert len(read_manifest(living.data)) == observed
    living.spoil()
    assert {each["problem"] for each in living.night()[1].values()} == {""}  # and the night after all is well


@pytest.mark.slow
def test_a_field_more_stops_its_source_or_changes_nothing(town: tuple[Town, dict[str, Any]]) -> None:
    living, known = town
    living.spoil(extra_field)
    exit_code, then = living.night()
    assert rows(then) == rows(known)
    assert any("nytt" in each["problem"] for each in then.values())
    assert exit_code == 3
