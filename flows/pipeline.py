"""The nightly work as plain functions, in order: fetch → parse → build → estimate → protect → check → publish."""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path

import duckdb
import polars as pl

from flows._collect import SourceResult, add_files, chosen_sources, collect, is_asked, read_source
from flows._inbox import Handed, take_inbox
from flows._own_texts import read_texts_ledger, text_problems, texts_content, texts_of
from flows._plan import SAMPLE, Plan, Tell, make_plan, one_writer, sample_as_of
from flows._publish import Checking, checking, open_data_of, previous_release, publish
from flows._published import Published, read_ledger
from flows._retention import end_retention
from flows._warehouse import build_warehouse
from models._duckdb import connect
from sources._landing import (
    Observation,
)
from sources._problem import Problem
from sources._registry import SourceModule, all_sources
from sources._strict import ROOT

__all__ = [
    "SAMPLE",
    "Checking",
    "Handed",
    "Outcome",
    "Plan",
    "SourceResult",
    "Tell",
    "add_files",
    "build_warehouse",
    "checking",
    "chosen_sources",
    "collect_and_read",
    "finish_run",
    "latest_release",
    "make_plan",
    "one_writer",
    "read_all",
    "read_source",
    "release_id",
    "run",
    "sample_as_of",
    "take_inbox",
]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a run ended, for people and for the exit code."""

    exit_code: int
    release: str
    path: Path | None
    is_new: bool
    sources: tuple[SourceResult, ...]
    inbox: tuple[Handed, ...] = ()
    texts: tuple[str, ...] = ()  # what is wrong with the coordinator's own, a sentence each
    breaches: tuple[str, ...] = ()
    indicators: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)


_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def release_id(
    plan: Plan,
    results: Sequence[SourceResult],
    published: Sequence[Published] = (),
    texts: str = "",
    previous: str = "",
) -> str:
    """The release's name: its day, and a hash of everything that decides what it says.

    Content in force, code, lists, settings, libraries, which sources are late or failed, what earlier releases
    (`published`) showed and hid, what the coordinator has written (`texts`, a hash), and which release (`previous`) the
    report tells the news since. When a source was last
    looked at is not part of it: a night on which nothing changed gives the same name.
    """
    decided = hashlib.sha256(_code_hash().encode())
    how = [plan.settings.language, *plan.settings.report_formats]
    settings = [plan.settings.area, how, plan.sample, asdict(open_data_of(plan.settings))]
    decided.update(json.dumps([*settings, pl.__version__, duckdb.__version__]).encode())
    for result in results:
        decided.update(json.dumps([result.name, result.is_late, result.problem, str(result.data_as_of)]).encode())
        # In the order of their last observation: when A comes back after B, A is what counts.
        for each in reversed(list(dict.fromkeys(_content(each) for each in reversed(result.observations)))):
            decided.update(each.encode())
        decided.update(result.revisions.write_csv().encode())
    decided.update(json.dumps([content for content, _ in groupby(each.content for each in published)]).encode())
    decided.update(json.dumps([texts, previous]).encode())
    # Letters only: a day followed by four digits is what a personnummer looks like.
    return f"{plan.as_of.isoformat()}-{decided.hexdigest()[:12].translate(_LETTERS)}"


def _content(each: Observation) -> str:
    parts = [part.sha256 for part in each.parts]
    return json.dumps([each.request, each.period, each.synthetic, each.inferred, parts])


@cache
def _code_hash() -> str:
    code = hashlib.sha256()
    for folder, pattern in (
        ("flows", "*.py"),
        ("sources", "*.py"),
        ("models", "**/*.py"),
        ("models", "**/*.sql"),
        ("reports", "**/*.*"),
        ("data/reference", "**/*.*"),
    ):
        for path in sorted((ROOT / folder).glob(pattern)):
            if path.suffix != ".pyc":
                code.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return code.hexdigest()


def latest_release(data: Path) -> str:
    """The id of the newest published release; empty when there is none."""
    latest = data / "output" / "latest"
    return latest.readlink().name if latest.is_symlink() else ""


def releases_on(data: Path, day: date) -> list[str]:
    """The releases that a run for a day may give again: the newest, or of an earlier day than it all of the last day
    until then.
    """
    latest = latest_release(data)
    if latest[:10] <= day.isoformat():
        return [latest] if latest else []
    names = sorted(path.name for path in (data / "output").glob("20*") if path.name[:10] <= day.isoformat())
    return [name for name in names if name[:10] == names[-1][:10]]


def run(plan: Plan, tell: Tell = lambda _: None) -> Outcome:
    """One whole run, as `lagesbild run` does it."""
    with one_writer(plan.data), checking() as check:
        started = time.perf_counter()
        inbox = take_inbox(plan, tell)
        results = read_all(plan, tell)
        return finish_run(plan, results, check, time.perf_counter() - started, tell, inbox)


def collect_and_read(plan: Plan, module: SourceModule, tell: Tell = lambda _: None) -> SourceResult:
    """Fetch one source, end the retention of what is due, and parse what is in force.

    A source that fails keeps its newest valid data and says what went wrong.
    """
    asked, problem = is_asked(plan, module), ""
    try:
        collect(plan, module, tell)
        end_retention(plan, module, tell)
    except Problem as found:
        problem = str(found)
    return replace(read_source(plan, module, problem), is_asked=asked)


def read_all(plan: Plan, tell: Tell) -> list[SourceResult]:
    """Fetch and parse every source, in the order of their names."""
    asked = {module.name for module in chosen_sources(plan)}
    results = []
    for name, module in all_sources().items():
        tell(f"läser {name}")
        results.append(collect_and_read(plan, module, tell) if name in asked else read_source(plan, module))
    return results


def finish_run(
    plan: Plan,
    results: Sequence[SourceResult],
    check: Checking,
    parse_seconds: float,
    tell: Tell,
    inbox: Sequence[Handed] = (),
) -> Outcome:
    """Everything after the sources: build, check, publish, log; the same for `lagesbild run` and for Prefect."""
    timed = {"parse": parse_seconds}
    published = read_ledger(plan.data, is_sample=plan.sample)
    texts, written = texts_of(plan), read_texts_ledger(plan.data, is_sample=plan.sample)
    problems = text_problems(plan, texts)
    is_well = not problems and not any(
        result.is_late or result.problem or result.refused_corrections for result in results
    )
    exit_code = 0 if is_well and not any(each.needs_a_person for each in inbox) else 3
    for same in releases_on(plan.data, plan.as_of):
        published_before = [each for each in published if each.release != same]
        texts_before = texts_content(texts, [each for each in written if each.release != same])
        before = previous_release(plan.data, same[:10])
        if same[10:] != release_id(plan, results, published_before, texts_before, before)[10:]:
            continue
        outcome = Outcome(
            exit_code=exit_code,
            release=same,
            path=plan.data / "output" / same,
            is_new=False,
            sources=tuple(results),
            inbox=tuple(inbox),
            texts=problems,
            seconds=timed,
        )
        _log_run(plan, outcome)
        return outcome
    before = previous_release(plan.data, plan.as_of.isoformat())
    release = release_id(plan, results, published, texts_content(texts, written), before)
    clock = time.perf_counter()
    tell("bygger tabellerna")
    built = build_warehouse(plan, results, release, lambda _: None, published)
    timed["build"] = time.perf_counter() - clock
    broken = [str(breach) for breach in built.breaches] or publish(
        plan, release, results, built, published, texts, check, timed, tell
    )
    outcome = Outcome(
        exit_code=1 if broken else exit_code,
        release=release,
        path=None if broken else plan.data / "output" / release,
        is_new=not broken,
        sources=tuple(results),
        inbox=tuple(inbox),
        texts=problems,
        breaches=tuple(broken),
        indicators={} if broken else _indicators_per_focus_area(plan),
        seconds=timed,
    )
    _log_run(plan, outcome)
    return outcome


def _indicators_per_focus_area(plan: Plan) -> Mapping[str, int]:
    with closing(connect(plan.data / "warehouse.duckdb", read_only=True)) as con:
        rows = con.sql(
            "select focus_areas.title, count(distinct indicator) from core.focus_areas "
            "left join output.indicators using (focus_area) group by all order by any_value(sort_order)"
        ).fetchall()
    return dict(rows)


def _log_run(plan: Plan, outcome: Outcome) -> None:
    """Append one line about the run to the log, which lies outside the release because it knows the clock."""
    line = {
        "started_at": plan.now.isoformat(),
        "as_of": plan.as_of.isoformat(),
        "release": outcome.release,
        "is_new": outcome.is_new,
        "exit_code": outcome.exit_code,
        "seconds": {name: round(value, 3) for name, value in outcome.seconds.items()},
        "sources": {
            result.name: {
                **asdict(result.ledger),
                "status": result.status,
                "is_asked": result.is_asked,
                "is_late": result.is_late,
                "problem": result.problem,
            }
            for result in outcome.sources
        },
        "inbox": [asdict(each) for each in outcome.inbox],
        "texts": list(outcome.texts),
        "breaches": list(outcome.breaches),
    }
    folder = plan.data / "log"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "runs.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line, ensure_ascii=False) + "\n")
