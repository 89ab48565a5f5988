"""The nightly work as plain functions, in order: fetch → parse → build → estimate → protect → check → publish."""

import hashlib
import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from types import MappingProxyType

import duckdb
import polars as pl

from flows._code import code_hash
from flows._collect import SourceResult, add_files, chosen_sources, collect, is_asked, read_source
from flows._exhausted import exhausted
from flows._freshness import Silence, silences, tells_what_is_late
from flows._inbox import Handed, take_inbox
from flows._log import Log, Rows, Say, append, exit_code_of, moment
from flows._own_texts import Beside, read_texts_ledger, text_problems, texts_content, texts_of
from flows._plan import SAMPLE, Plan, make_plan, one_writer, sample_as_of
from flows._publish import Checking, checking, make_room, open_data_of, publish
from flows._published import Published, read_ledger
from flows._releases import latest_release, previous_release
from flows._retention import end_retention
from flows._signals import not_told, waiting
from flows._unexpected import unexpected
from flows._warehouse import PUBLIC, build_warehouse
from models._build import ESTIMATES, Built
from models._contracts import without_examples
from models._duckdb import connect
from models._promises import promise_tables
from models._scope import scope_of
from reports._own_texts import OwnTexts
from reports._signals import Signal
from sources._landing import Observation
from sources._registry import SourceModule, all_sources

__all__ = [
    "SAMPLE",
    "Checking",
    "Handed",
    "Log",
    "Outcome",
    "Plan",
    "SourceResult",
    "add_files",
    "asking_ends",
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
    "running",
    "sample_as_of",
    "take_inbox",
    "unchanged",
]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a run ended, for people and for the exit code. `silent`: the sources that could not be read, since when."""

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
    silent: Mapping[str, Silence] = field(default_factory=dict)
    signals: tuple[Signal, ...] = ()  # of the newest week or month, neither answered nor told of by an earlier run


# What all sources together may take, so that there is a release in the morning.
_ASKING_SECONDS = 3 * 3600
# Letters for hexadecimal: a day followed by four digits is what a personnummer looks like.
LETTERS = str.maketrans("0123456789", "ghijklmnop")


def release_id(
    plan: Plan,
    results: Sequence[SourceResult],
    published: Sequence[Published] = (),
    texts: Mapping[str, OwnTexts] = MappingProxyType({}),
    written: Sequence[Beside] = (),
    previous: str = "",
) -> str:
    """The release's name: its day, and two hashes of everything that decides what it says.

    The first, of eight letters, is of what there is to say: content in force, code, lists, settings, libraries, which
    sources are late or failed, what the coordinator has written (`texts`), and what the day alone decides. Two
    releases with the same eight say the same of what is known, and a night that would give them again makes no new
    one; when a source was last looked at is not part of it. The second, of four, is of the light in which it is said:
    what earlier releases showed and hid (`published`), beside which figures a text first stood (`written`), and which
    release (`previous`) the report tells the news since.
    """
    said = hashlib.sha256(code_hash().encode())
    how = [plan.settings.language, *plan.settings.report_formats, *plan.settings.decided]
    settings = [plan.settings.area, how, plan.sample, asdict(open_data_of(plan.settings))]
    said.update(json.dumps([*settings, pl.__version__, duckdb.__version__]).encode())
    for result in results:
        said.update(json.dumps([result.name, result.is_late, result.problem, str(result.data_as_of)]).encode())
        # In the order of their last observation: when A comes back after B, A is what counts.
        for each in reversed(list(dict.fromkeys(_content(each) for each in reversed(result.observations)))):
            said.update(each.encode())
        said.update(result.revisions.write_csv().encode())
    said.update(json.dumps([texts_content(texts, ()), said_for_the_day(plan, results)]).encode())
    light = hashlib.sha256(json.dumps([content for content, _ in groupby(each.content for each in published)]).encode())
    light.update(json.dumps([texts_content(texts, written), previous]).encode())
    letters = f"{said.hexdigest()[:8]}{light.hexdigest()[:4]}".translate(LETTERS)
    return f"{plan.as_of.isoformat()}-{letters}"


def said_for_the_day(plan: Plan, results: Sequence[SourceResult]) -> list[str]:
    """What a release says for no other reason than its day: which week and month it shows, which deadlines have passed,
    which of the promises' periods have begun and ended.

    On a night on which this changes there is something new to say, although nothing has come in.
    """
    said = []
    for result in results:
        if result.name == "incident_reports" and result.observations:
            monday = plan.as_of - timedelta(days=plan.as_of.weekday())
            said += [f"week {monday}", f"month {plan.as_of:%Y-%m}"]
        if result.name == "measures":
            dues = {
                due
                for path in result.parsed.values()
                for due in pl.read_parquet(path, columns=["due_date"])["due_date"]
            }
            said += sorted(f"due {due}" for due in dues if due is not None and due < plan.as_of)
    periods = promise_tables(scope_of(plan.settings.area).municipalities)["promise_periods"]
    begun, ended = (periods["period_start"] <= plan.as_of).sum(), (periods["period_end"] < plan.as_of).sum()
    return [*said, f"promises' periods {begun} {ended}"]


def _content(each: Observation) -> str:
    parts = [part.sha256 for part in each.parts]
    return json.dumps([each.request, each.period, each.synthetic, each.inferred, parts])


def says_the_same(data: Path, release: str) -> str:
    """The release that stands on the day of `release` and says the same (see `release_id`); empty when none does.

    That is the newest one, or for an earlier day (`--as-of`) one of that day or of the nearest day before it.
    """
    standing = [latest_release(data)]
    if standing[0][:10] > release[:10]:
        earlier = sorted(path.name for path in (data / "output").glob("20*") if path.name[:10] <= release[:10])
        standing = [each for each in earlier if each[:10] == earlier[-1][:10]]
    return next((each for each in standing if each[11:19] == release[11:19]), "")


def run(plan: Plan, say: Say | None = None) -> Outcome:
    """One whole run, as `lagesbild run` does it; `say` is given the lines that it tells of itself."""
    with running(plan, say) as log, checking() as check:
        inbox = take_inbox(plan, log)
        return finish_run(plan, read_all(plan, log), check, log, inbox)


@contextmanager
def running(plan: Plan, say: Say | None = None) -> Iterator[Log]:
    """A run: alone in its data folder, with a log in which it stands how it ended, whichever way that was."""
    log = Log(plan.data, run=plan.now, form=plan.settings.log_format, say=say)
    with one_writer(plan.data, log):
        log.done("start")
        failed = True
        try:
            yield log
            failed = False
        except BaseException as error:
            told = exhausted(error, str(plan.data)) or error
            said = str(unexpected(told) or type(told).__name__)
            _log_run(plan, log, exit_code_of(told), release=latest_release(plan.data), problem=said)
            raise
        finally:
            log.done("run", seconds=log.since_start(), failed=failed)


def asking_ends() -> float:
    """When a run that begins to ask now asks nobody more, in seconds of `time.monotonic`."""
    return time.monotonic() + _ASKING_SECONDS


def collect_and_read(plan: Plan, module: SourceModule, log: Log | None = None, until: float = math.inf) -> SourceResult:
    """Fetch one source, end the retention of what is due, and parse what is in force.

    A source that fails keeps its newest valid data and says what went wrong; so does one that is not done `until`
    then, or in `source_seconds`.
    """
    log = log or Log()
    asked, problem = is_asked(plan, module), ""
    try:
        collect(plan, module, log, until)
        end_retention(plan, module, log)
    except Exception as error:  # a fault of the program in one source is no reason to do without the others
        if exhausted(error, module.name):
            raise
        problem = str(unexpected(error))
    return replace(_parse(plan, module, log, problem), is_asked=asked)


def read_all(plan: Plan, log: Log | None = None) -> list[SourceResult]:
    """Fetch and parse every source, in the order of their names."""
    log, until = log or Log(), asking_ends()
    asked = {module.name for module in chosen_sources(plan)}
    return [
        collect_and_read(plan, module, log, until) if name in asked else _parse(plan, module, log)
        for name, module in all_sources().items()
    ]


def _parse(plan: Plan, module: SourceModule, log: Log, problem: str = "") -> SourceResult:
    with log.step("parse", module.name) as rows:
        result = read_source(plan, module, problem)
        rows.into, rows.out = result.ledger.rows_read, result.ledger.rows_loaded
    return result


def finish_run(
    plan: Plan,
    results: Sequence[SourceResult],
    check: Checking,
    log: Log,
    inbox: Sequence[Handed] = (),
) -> Outcome:
    """Everything after the sources: build, check, publish, log; the same for `lagesbild run` and for Prefect."""
    texts = texts_of(plan)
    if same := unchanged(plan, results, texts, log, inbox):
        return same
    published, problems = read_ledger(plan.data, is_sample=plan.sample), text_problems(plan, texts)
    release = _name_of(plan, results, texts)
    built = _build(plan, results, release, published, log)
    broken = [str(breach) for breach in built.breaches] or publish(
        plan, release, results, built, published, texts, check, log
    )
    outcome = Outcome(
        exit_code=1 if broken else _exit_code(results, inbox, problems),
        release=release,
        path=None if broken else plan.data / "output" / release,
        is_new=not broken,
        sources=tuple(results),
        inbox=tuple(inbox),
        texts=problems,
        breaches=tuple(broken),
        indicators={} if broken else _indicators_per_focus_area(plan),
        seconds=log.seconds(),
    )
    return _logged(plan, log, outcome)


def _build(
    plan: Plan, results: Sequence[SourceResult], release: str, published: Sequence[Published], log: Log
) -> Built:
    """The warehouse, told as three steps: the tables, what is estimated from them, and what may be shown."""
    began = log.since_start()
    log("tabeller")
    built = build_warehouse(plan, results, release, log, published)
    part = {name: built.seconds.get(name, 0.0) for name in (ESTIMATES, PUBLIC)}
    with closing(connect(plan.data / "warehouse.duckdb", read_only=True)) as con:
        rows = dict(
            con.sql("select schema_name, sum(estimated_size)::bigint from duckdb_tables() group by all").fetchall()
        )
    taken = log.since_start() - began - sum(part.values())
    loaded = sum(result.ledger.rows_loaded for result in results)
    log.done("build", seconds=taken, rows=Rows(into=loaded, out=rows.get("indicators")), failed=bool(built.breaches))
    if not built.breaches:
        log.done("estimate", seconds=part[ESTIMATES], rows=Rows(into=rows["indicators"], out=rows["output"]))
        log.done("protect", seconds=part[PUBLIC], rows=Rows(into=rows["output"], out=rows[PUBLIC]))
    return built


def unchanged(
    plan: Plan,
    results: Sequence[SourceResult],
    texts: Mapping[str, OwnTexts],
    log: Log,
    inbox: Sequence[Handed] = (),
) -> Outcome | None:
    """How a run ends, and is logged, where the release that stands says the same already; None where it does not."""
    standing = says_the_same(plan.data, _name_of(plan, results, texts))
    if not standing or not tells_what_is_late(plan.data / "output" / standing, plan.as_of):
        return None
    make_room(plan, standing, log)
    problems = text_problems(plan, texts)
    outcome = Outcome(
        exit_code=_exit_code(results, inbox, problems),
        release=standing,
        path=plan.data / "output" / standing,
        is_new=False,
        sources=tuple(results),
        inbox=tuple(inbox),
        texts=problems,
        seconds=log.seconds(),
    )
    return _logged(plan, log, outcome)


def _name_of(plan: Plan, results: Sequence[SourceResult], texts: Mapping[str, OwnTexts]) -> str:
    """The name of the release that would be made now."""
    published = read_ledger(plan.data, is_sample=plan.sample)
    written = read_texts_ledger(plan.data, is_sample=plan.sample)
    before = previous_release(plan.data, plan.as_of.isoformat())
    return release_id(plan, results, published, texts, written, before)


def _exit_code(results: Sequence[SourceResult], inbox: Sequence[Handed], texts: Sequence[str]) -> int:
    """0 when all is well, 3 when a source, the inbox or a text needs a person."""
    is_well = not texts and not any(
        result.is_late or result.problem or result.refused_corrections for result in results
    )
    return 0 if is_well and not any(each.needs_a_person for each in inbox) else 3


def _indicators_per_focus_area(plan: Plan) -> Mapping[str, int]:
    with closing(connect(plan.data / "warehouse.duckdb", read_only=True)) as con:
        rows = con.sql(
            "select focus_areas.title, count(distinct indicator) from core.focus_areas "
            "left join output.indicators using (focus_area) group by all order by any_value(sort_order)"
        ).fetchall()
    return dict(rows)


def _logged(plan: Plan, log: Log, outcome: Outcome) -> Outcome:
    """Write the run down, and add what the log says: since when sources cannot be read, which signals are new."""
    found = waiting(outcome.path) if outcome.path else []
    signals = not_told(found, plan.data, plan.now)
    _log_run(
        plan,
        log,
        outcome.exit_code,
        release=outcome.release,
        is_new=outcome.is_new,
        sources={
            result.name: {
                **asdict(result.ledger),
                "status": result.status,
                "is_asked": result.is_asked,
                "is_late": result.is_late,
                "problem": result.problem,
                "refused_corrections": len(result.refused_corrections),
            }
            for result in outcome.sources
        },
        inbox=[asdict(each) for each in outcome.inbox],
        texts=list(outcome.texts),
        breaches=[without_examples(each) for each in outcome.breaches],
        signals=[each.signal for each in found if each.is_newest],
    )
    return replace(outcome, silent=silences(plan), signals=signals)


def _log_run(plan: Plan, log: Log, exit_code: int, **told: object) -> None:
    """Append one line about the run to the log, which lies outside the release because it knows the clock."""
    line = {
        "started_at": plan.now.isoformat(),
        "ended_at": moment(),
        "as_of": plan.as_of.isoformat(),
        "exit_code": exit_code,
        "is_new": False,
        "problem": "",
        "seconds": log.seconds(),
        "sources": {},
        "inbox": [],
        "texts": [],
        "breaches": [],
        "signals": [],
    }
    append(plan.data / "log" / "runs.jsonl", {**line, **told}, durably=True)
