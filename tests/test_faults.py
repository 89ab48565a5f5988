"""The whole command against every publisher, over real sockets, with every fault that the product must survive."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from flows import pipeline
from flows.cli import main
from flows.settings import read_settings
from sources._landing import read_manifest
from sources._registry import all_sources
from tests.publishers import all_publishing, base_urls, publishers
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
# What no asking again mends.
LASTING: dict[str, Fault] = {
    "500": OUT_OF_ORDER,
    "cut off": cut_off,
    "web page": WEB_PAGE,
    "web page called data": web_page_called_data,
    "nothing": NOTHING,
    "truncated": truncated,
    "wrong charset": wrong_charset,
    "renamed field": renamed_field,
}
SAID = {"500": "utgivaren svarade inte: HTTP 500", "cut off": "utgivaren svarade inte: svaret bröts"}
FETCHED = [name for name, module in all_sources().items() if module.fetch]


class Town:
    """A data folder, the publishers it asks, and the nights that pass there."""

    def __init__(self, data: Path, publishers: Replay, patched: pytest.MonkeyPatch) -> None:
        self.data, self.publishers, self.patched = data, publishers, patched
        self.now = FIRST_NIGHT
        nowhere = dict.fromkeys(FETCHED, f"{publishers.url}/nowhere")
        patched.setenv("LAGESBILD_BASE_URLS", json.dumps(nowhere | base_urls(publishers)))
        patched.setenv("LAGESBILD_AREA", "1415")

    def plan(self) -> pipeline.Plan:
        """What a run some minutes after the last one is to do."""
        self.now += timedelta(minutes=5)
        return pipeline.make_plan(read_settings(data=self.data), now=self.now)

    def night(self) -> tuple[int, dict[str, Any]]:
        """`lagesbild run` some minutes after the last one: its exit code, and what the log says of each source."""
        self.now += timedelta(minutes=5)
        with pytest.MonkeyPatch.context() as clock:
            clock.setattr(pipeline, "make_plan", partial(pipeline.make_plan, now=self.now))
            exit_code = main(["run", "--data", str(self.data)])
        lines = (self.data / "log" / "runs.jsonl").read_text(encoding="utf-8").splitlines()
        sources = json.loads(lines[-1])["sources"]
        return exit_code, {name: sources[name] for name in FETCHED}

    @contextmanager
    def apart(self, folder: Path) -> Iterator[None]:
        """What happens in the block happens in a copy: the next test begins where this one did."""
        data, now = self.data, self.now
        self.data = Path(shutil.copytree(data, folder / "data", symlinks=True))
        yield
        self.data, self.now = data, now
        self.publishers.faults, self.publishers.broken = {}, {}

    def spoil(self, *faults: Fault | None) -> None:
        """Spoil the next answers of every publisher, in the same way for every source that asks there."""
        self.publishers.faults = {name: list(faults) * len(each.SOURCES) for name, each in publishers().items()}


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
    return {name: tuple(each[column] for column in columns) for name, each in known.items()}


def test_every_fetched_source_has_a_publisher_to_be_tried_against() -> None:
    with all_publishing() as publishers:
        assert sorted(base_urls(publishers)) == FETCHED, "add tests/publishers/<name>.py with SOURCES and route()"


@pytest.mark.slow
def test_a_night_on_which_every_publisher_is_unwell_at_first_is_like_any_other(
    town: tuple[Town, dict[str, Any]], tmp_path: Path
) -> None:
    living, known = town
    with living.apart(tmp_path):
        living.spoil(TOO_MANY, OUT_OF_ORDER, cut_off, slow)
        exit_code, then = living.night()
        assert exit_code == (3 if any(each["is_late"] for each in known.values()) else 0)
        assert rows(then) == rows(known)
        assert {each["problem"] for each in then.values()} == {""}


@pytest.mark.parametrize("source", FETCHED)
@pytest.mark.parametrize("fault", LASTING)
def test_a_fault_leaves_a_sources_older_data_in_force_and_is_one_sentence(
    town: tuple[Town, dict[str, Any]], tmp_path: Path, source: str, fault: str
) -> None:
    living, known = town
    with living.apart(tmp_path):
        observed = read_manifest(living.data)
        living.publishers.broken = dict.fromkeys(publishers(), LASTING[fault])
        result = pipeline.collect_and_read(living.plan(), all_sources()[source])
        check_sentence(result.problem, fault)
        assert asdict(result.ledger).items() <= known[source].items()
        assert read_manifest(living.data) == observed


@pytest.mark.slow
@pytest.mark.parametrize("night", range(-(-len(LASTING) // len(publishers()))))
def test_a_night_of_faults_is_published_with_the_older_data_and_one_sentence_of_each(
    town: tuple[Town, dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str], night: int
) -> None:
    """The whole command, a different fault from every publisher, and as many nights as it takes for all faults."""
    living, known = town
    names, faults = list(publishers()), list(LASTING)
    fault_of = {name: faults[(night * len(names) + at) % len(faults)] for at, name in enumerate(names)}
    with living.apart(tmp_path):
        observed = read_manifest(living.data)
        living.publishers.broken = {name: LASTING[fault] for name, fault in fault_of.items()}
        exit_code, then = living.night()
        assert exit_code == 3
        assert rows(then) == rows(known)
        assert read_manifest(living.data) == observed
        told = capsys.readouterr()
        assert "Traceback" not in told.out + told.err
        for name, fault in fault_of.items():
            for source in publishers()[name].SOURCES:
                check_sentence(then[source]["problem"], fault)
                assert then[source]["problem"] in told.out


def check_sentence(problem: str, fault: str) -> None:
    assert problem
    assert SAID.get(fault, "") in problem
    assert problem.endswith(".")
    assert problem.isprintable()


@pytest.mark.parametrize("source", FETCHED)
def test_a_field_more_stops_its_source_or_changes_nothing_and_the_night_after_all_is_well(
    town: tuple[Town, dict[str, Any]], tmp_path: Path, source: str
) -> None:
    living, known = town
    with living.apart(tmp_path):
        living.publishers.broken = dict.fromkeys(publishers(), extra_field)
        result = pipeline.collect_and_read(living.plan(), all_sources()[source])
        if result.problem:
            check_sentence(result.problem, "extra field")
        assert asdict(result.ledger).items() <= known[source].items()
        living.publishers.broken = {}
        after = pipeline.collect_and_read(living.plan(), all_sources()[source])
        assert (after.problem, after.ledger) == ("", result.ledger)
