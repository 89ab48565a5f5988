"""A month of nights against publishers of which nearly every third call fails, beside a twin town where all is well.

Here two nights of some sources; `SOAK=1` runs the whole month of all of them, `SOAK=n` n months with other dice.
"""

import json
import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows._log import Log
from flows._plan import Plan
from flows._status import source_statuses
from flows.cli import main
from flows.pipeline import Outcome, build_warehouse, latest_release, make_plan, read_all, run
from flows.settings import Settings, read_settings
from models._duckdb import connect
from sources._declare import Delivery
from sources._landing import in_force, read_manifest, sha256
from sources._parse import parse_snapshots
from sources._registry import all_sources
from sources._strict import Parsed
from tests.publishers import all_publishing, base_urls, publishers
from tests.publishers.trafa import Trafa, seven_and_nil
from tests.replay import (
    NOTHING,
    OUT_OF_ORDER,
    TOO_MANY,
    WEB_PAGE,
    Asked,
    Fault,
    Replay,
    Reply,
    cut_off,
    extra_field,
    hurry,
    named,
    renamed_field,
    reply,
    slow,
    truncated,
    web_page_called_data,
    wrong_charset,
)

SOAK = int(os.environ.get("SOAK", "0"))
NIGHTS = 30 if SOAK else 2
SHARE = 0.3
# What asking again mends, unless it comes four times running; and what it does not, or what may do no harm at all.
PASSING: dict[str, Fault] = {"429": TOO_MANY, "500": OUT_OF_ORDER, "cut off": cut_off, "slow": slow}
LASTING: dict[str, Fault] = {
    "web page": WEB_PAGE,
    "web page called data": web_page_called_data,
    "nothing": NOTHING,
    "truncated": truncated,
    "wrong charset": wrong_charset,
    "renamed field": renamed_field,
}
KINDS = PASSING | LASTING | {"extra field": extra_field}
FETCHED = sorted(name for name, module in all_sources().items() if module.fetch)
FEW = ["police_events", "public_health_survey", "road_injuries", "specialist_care", "vehicles"]
ASKED = FETCHED if SOAK else FEW
DOWN = "fohm"  # answers the first night, and then nothing for a month
# The night before the first of the month: half past two in the winter, when the sample's figures were new.
FIRST = datetime(2021, 1, 10, 1, 30, tzinfo=UTC)
HELD = ["indicator", "area_type", "area_code", "period", "breakdown", "category"]


@dataclass(kw_only=True)
class Publishers:
    """What the publishers say on a night, and how unwell they are on it."""

    server: Replay
    dice: random.Random
    night: int = 0
    reading: str = ""
    calls: Counter[str] = field(default_factory=Counter)  # by the publisher's route
    spoiled: list[tuple[str, str]] = field(default_factory=list)  # source, kind of fault

    def __post_init__(self) -> None:
        routes = self.server.routes
        routes["trafa"] = Trafa(value=self._vehicles)
        routes["police"] = partial(self._news, routes["police"])
        self.server.routes = {name: named(partial(self._counted, name, route)) for name, route in routes.items()}

    def _counted(self, name: str, route: Any, asked: Asked) -> Reply:
        self.calls[name] += 1
        given: Reply = route(asked)
        return given

    def _vehicles(self, measure: str, code: str, year: str) -> str:
        """Revised every fifth night: more cars in Stenungsund."""
        told = seven_and_nil(measure, code, year)
        return str(int(told) + self.night // 5) if (code, measure) == ("1415", "itrfslut") else told

    def _news(self, route: Any, asked: Asked) -> Reply:
        """The window of a night: two more nights with something new, and then nothing more, so that it is late."""
        day, events = min(self.night, 2), json.loads(route(asked).body)
        at = FIRST - timedelta(hours=3) + timedelta(days=day)
        told = f"{at:%Y-%m-%d} {at.hour}:{at:%M:%S} +00:00"
        dated = [{**each, "datetime": told} for each in events]
        return reply([{**dated[0], "id": 90_000_000 + day}, *dated[1:]])

    def well(self) -> None:
        """Every call is answered as it should be."""
        self.server.faults, self.server.broken, self.spoiled, self.calls = {}, {}, [], Counter()

    def unwell(self) -> None:
        """Draw what becomes of each of the night's calls; `DOWN` answers none."""
        self.well()
        kinds = sorted(KINDS)
        for name in publishers():
            drawn = [kinds[self.dice.randrange(len(kinds))] if self.dice.random() < SHARE else "" for _ in range(3_000)]
            self.server.faults[name] = [self._spoiling(kind) if kind else None for kind in drawn]
        self.server.faults[DOWN] = []
        self.server.broken[DOWN] = self._spoiling("500")

    def _spoiling(self, kind: str) -> Fault:
        def spoil(answer: Reply) -> Reply:
            self.spoiled.append((self.reading, kind))
            fault = KINDS[kind]
            return fault if isinstance(fault, Reply) else fault(answer)

        return spoil

    def tell(self, line: str, is_passing: bool) -> None:
        """Know which source is being asked."""
        if is_passing and "hämtning" in line:
            self.reading = next((name for name in FETCHED if name in line.replace(",", " ").split()), self.reading)


def settings_of(data: Path, server: Replay) -> Settings:
    not_fetched = tuple(name for name in FETCHED if name not in ASKED)
    return read_settings(data=data, area="1415", base_urls=base_urls(server), not_fetched=not_fetched, rest_days=0)


def indicators(file: Path) -> pl.DataFrame:
    """The figures of a release's database, or of a warehouse."""
    with closing(connect(file, read_only=True)) as con:
        return con.sql("from output.indicators").pl().drop("release").sort(HELD)


def rebuilt(data: Path, folder: Path, now: datetime) -> dict[str, pl.DataFrame]:
    """What is published, on the same night, where nothing is known but the newest that another folder has landed.

    Without names of release and snapshots: a publisher whose answer once had a field that nobody reads may have called
    it unchanged ever since.
    """
    shutil.copytree(data / "landing", folder / "landing")
    manifest = folder / "landing" / "manifest.jsonl"
    lines = manifest.read_text(encoding="utf-8").splitlines(keepends=True)
    newest = {tuple(json.loads(line)[name] for name in ("source", "request", "period")): line for line in lines}
    manifest.write_text("".join(newest.values()), encoding="utf-8")
    outcome = run(make_plan(read_settings(data=folder, area="1415"), offline=True, now=now))
    assert outcome.path is not None
    return {
        path.relative_to(outcome.path).as_posix(): pl.read_parquet(path).drop("release", "snapshot", strict=False)
        for path in sorted(outcome.path.rglob("*.parquet"))
    }


def contents(data: Path, source: str, as_of: date) -> list[tuple[str, list[list[int]]]]:
    """What of a source counts on a day: of one that replaces, every request; of a window the newest look.

    Its rows, as hashes: an answer with a field that nobody reads says the same.
    """
    module = all_sources()[source]
    delivery = module.source.delivery
    seen = in_force(read_manifest(data), source, delivery, as_of=as_of, origins=("fetch",))
    if delivery is Delivery.WINDOW:
        seen = seen[-1:]
    rows = {
        part: Parsed.read(path).frame.hash_rows().to_list()
        for part, path in parse_snapshots(module, data, [part for each in seen for part in each.parts]).items()
    }
    return sorted((each.request, [rows[part] for part in each.parts]) for each in seen)


def check_whole(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The release that `latest` leads to keeps every contract, and every file in it carries its one id."""
    release = latest_release(data)
    folder = data / "output" / release
    assert main(["check", "--data", str(data)]) == 0, capsys.readouterr().out
    assert not list((data / "output").glob(".*"))
    for audience in ("internal", "public"):
        described = json.loads((folder / audience / "release.json").read_text(encoding="utf-8"))
        assert described["release"] == release
        for path in sorted((folder / audience).glob("*.parquet")):
            table = pl.read_parquet(path)
            assert path.with_suffix(".csv").is_file()
            if "release" in table.columns and table.height:
                assert table["release"].unique().to_list() == [release], path
        pages = sorted((folder / audience / "report").rglob("*.html"))
        assert pages
        assert all(release in path.read_text(encoding="utf-8") for path in pages)


def check_manifest(data: Path, before: bytes) -> bytes:
    """It has grown, if at all, at its end; and everything it names is there, unaltered."""
    path = data / "landing" / "manifest.jsonl"
    now = path.read_bytes()
    assert now.startswith(before)
    for line in now[len(before) :].splitlines():
        observed = json.loads(line)
        for part in observed["parts"]:
            landed = data / "landing" / observed["source"] / f"{part['sha256']}.{part['extension']}"
            assert sha256(landed.read_bytes()) == part["sha256"]
    return now


def check_named(data: Path, outcome: Outcome, problems: Mapping[str, str], plan: Plan) -> None:
    """Every fault that no asking again mended stands in the log, in the release and in the status, with its reason."""
    *_, line = (data / "log" / "runs.jsonl").read_text(encoding="utf-8").splitlines()
    logged = {name: each["problem"] for name, each in json.loads(line)["sources"].items() if each["problem"]}
    assert logged == problems
    assert outcome.path is not None
    rows = pl.read_parquet(outcome.path / "internal" / "sources.parquet").filter(pl.col("status") == "failed")
    told = dict(rows.select("source", "message").iter_rows())
    assert {name: message[: len(problems[name])] for name, message in told.items()} == problems
    statuses = {each.name: each.problem for each in source_statuses(plan) if each.problem}
    assert statuses.keys() == problems.keys()
    for name, problem in problems.items():
        assert problem.endswith(".")
        assert problem in statuses[name]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Replay]:
    hurry(monkeypatch)
    with all_publishing() as server:
        yield server


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(max(1, SOAK)))
def test_a_month_of_faults_loses_nothing_and_names_every_one(
    seed: int, server: Replay, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town, twin = tmp_path / "town", tmp_path / "twin"
    said = Publishers(server=server, dice=random.Random(seed))
    manifest, calls, counted, harmless, failed = b"", *(Counter[str]() for _ in range(4))
    started = time.perf_counter()
    for night in range(NIGHTS + 2):  # on the one before the month, and on the one after it, all is well
        said.night = night
        now = FIRST + timedelta(days=night)
        said.well()
        beside = make_plan(settings_of(twin, server), now=now)
        results = read_all(beside, Log(say=said.tell))
        assert not [each.problem for each in results if each.problem]
        assert not build_warehouse(beside, results, "twin", lambda _: None).breaches
        if 0 < night <= NIGHTS:
            said.unwell()
        plan = make_plan(settings_of(town, server), now=now)
        outcome = run(plan, said.tell)
        if 0 < night <= NIGHTS:
            calls.update(said.calls)
            counted.update(kind for source, kind in said.spoiled if source not in publishers()[DOWN].SOURCES)

        problems = {each.name: each.problem for each in outcome.sources if each.problem}
        is_late = {each.name for each in outcome.sources if each.is_late}
        assert is_late == ({"police_events"} if night > 4 else is_late & {"police_events"})
        assert outcome.exit_code == (3 if problems or is_late else 0)
        assert outcome.path is not None
        assert outcome.path == town / "output" / latest_release(town)
        check_whole(town, capsys)
        manifest = check_manifest(town, manifest)
        check_named(town, outcome, problems, plan)
        # Nobody is named who had no fault; and whoever is not named is known as well as where all went well.
        hit = {source for source, _ in said.spoiled}
        assert problems.keys() <= hit
        for source in ASKED:
            if source not in problems:
                assert contents(town, source, plan.as_of) == contents(twin, source, plan.as_of), source
        lasting = Counter(source for source, kind in said.spoiled if kind in LASTING)
        harmless.update(source for source in lasting if source not in problems)
        failed.update(problems.keys())
        # No figure knows of a fault at a source that it does not rest on.
        figures = indicators(outcome.path / "internal" / "lagesbild.duckdb")
        wanted = indicators(twin / "warehouse.duckdb")
        rests = pl.col("sources").str.split(",").list.set_intersection(sorted(problems)).list.len() > 0
        assert figures.filter(~rests).equals(wanted.filter(~rests)), problems
        assert figures.select(HELD).equals(wanted.select(HELD))
    assert problems == {}
    down = calls.pop(DOWN)
    numbers = {
        "nights": NIGHTS,
        "seed": seed,
        "calls": calls.total(),
        "spoiled": counted.total(),
        "kinds": dict(sorted(counted.items())),
        "calls to the one that was down": down,
        "nights on which a source was named": dict(sorted(failed.items())),
        "lasting faults that did no harm": dict(sorted(harmless.items())),
        "releases": len(list((town / "output").glob("20*"))),
        "seconds": round(time.perf_counter() - started),
    }
    with capsys.disabled():
        print(f"\n{json.dumps(numbers, ensure_ascii=False)}")
    assert failed["public_health_survey"] == NIGHTS
    if SOAK:  # what was landed in spite of it all gives, figure by figure, what is given where nothing ever failed
        one, other = (rebuilt(data, tmp_path / f"{data.name}_again", now) for data in (town, twin))
        assert one.keys() == other.keys()
        assert [name for name in one if not one[name].equals(other[name])] == []
        assert counted.keys() == KINDS.keys()
        assert 0.25 < counted.total() / calls.total() < 0.35
        assert failed.keys() == set(ASKED)
