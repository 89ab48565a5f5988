"""The nightly work as plain functions, in order: fetch → parse → build → estimate → protect → check → publish."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import duckdb
import polars as pl

from flows._version import VERSION
from flows.settings import Settings
from models._build import Built, build
from models._duckdb import connect, quote
from models._model import all_models
from models._protect import protect
from models._scope import scope_of
from reports._quality_process import QualityError, finish, start
from reports.release import TABLES, ReleaseMeta, quality_request, write_release
from sources._declare import Delivery, Disclosure, Landing, next_expected
from sources._http import Http
from sources._landing import (
    STOCKHOLM,
    Observation,
    Part,
    in_force,
    keep_snapshot,
    read_manifest,
    record,
    sha256,
)
from sources._parse import parse_file, parse_snapshots, pass_the_door
from sources._problem import Problem, UsageProblem
from sources._registry import SourceModule, all_sources
from sources._strict import ROOT, Ledger, Parsed, content_as_of

SAMPLE = ROOT / "data" / "sample"
Tell = Callable[[str], None]
_NO_ROWS = Ledger(rows_read=0, rows_loaded=0, rows_quarantined=0, rows_duplicate=0)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What one run is to do, settled before it begins."""

    settings: Settings
    sample: bool = False
    offline: bool = False
    only: tuple[str, ...] = ()
    as_of: date
    now: datetime

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.settings.data

    @property
    def origins(self) -> tuple[str, ...]:
        """Which observations count: the sample never mixes with what is real."""
        return ("sample",) if self.sample else ("fetch", "add")


@dataclass(frozen=True, kw_only=True)
class SourceResult:
    """What a run knows of one source: what is in force, what became of every row, and what went wrong."""

    name: str
    observations: tuple[Observation, ...] = ()
    parsed: Mapping[Part, Path] = field(default_factory=dict)
    ledger: Ledger = _NO_ROWS
    refusals: tuple[tuple[str, int, str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    problem: str = ""
    data_as_of: date | None = None
    expected_by: date | None = None
    is_late: bool = False

    @property
    def status(self) -> str:
        """ok, failed (the newest valid data are used) or missing (there are none)."""
        return "failed" if self.problem else "ok" if self.observations else "missing"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a run ended, for people and for the exit code."""

    exit_code: int
    release: str
    path: Path | None
    is_new: bool
    sources: tuple[SourceResult, ...]
    breaches: tuple[str, ...] = ()
    indicators: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)


def make_plan(
    settings: Settings,
    *,
    sample: bool = False,
    offline: bool = False,
    only: Sequence[str] = (),
    as_of: date | None = None,
    now: datetime | None = None,
) -> Plan:
    """Settle a run: the day it speaks of, and that the sample never meets real data.

    Raises UsageProblem for an unknown source, and for a sample run in a folder with real observations.
    """
    now = now or datetime.now(UTC)
    if unknown := sorted(set(only) - all_sources().keys()):
        raise UsageProblem("--only", "okänd källa", found=unknown[0], do=f"kända är {', '.join(all_sources())}")
    scope_of(settings.area)
    if sample:
        is_real = any(each.origin != "sample" for each in read_manifest(settings.data))
        if is_real:
            raise UsageProblem(
                "--sample",
                "datamappen har verkliga uppgifter",
                found=str(settings.data),
                do="välj en annan mapp med --data, så att exempeldata aldrig ersätter en riktig utgåva",
            )
        as_of = as_of or sample_as_of()
    return Plan(
        settings=settings,
        sample=sample,
        offline=offline,
        only=tuple(only),
        as_of=as_of or now.astimezone(STOCKHOLM).date(),
        now=now,
    )


@cache
def _sample() -> Mapping[str, object]:
    return tomllib.loads((SAMPLE / "sample.toml").read_text(encoding="utf-8"))


def sample_as_of() -> date:
    """The day that the embedded sample speaks of."""
    day = _sample()["as_of"]
    assert isinstance(day, date)
    return day


@contextmanager
def one_writer(data: Path) -> Iterator[None]:
    """Let one run at a time write in a data folder. The lock is the system's: it goes with the process."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageProblem(str(data), "en annan körning pågår i datamappen", do="vänta tills den är klar") from None
        yield


# fetch ----------------------------------------------------------------------------------------------------------


def collect(plan: Plan, module: SourceModule, tell: Tell) -> None:
    """Bring in what is new from one source: the sample's files, or the publisher's answers.

    Every answer is parsed before it is recorded, so a broken one never takes the place of a whole one.
    """
    if plan.sample:
        _collect_sample(plan, module)
    elif module.fetch is not None and not plan.offline:
        contact = f"; {plan.settings.contact}" if plan.settings.contact else ""
        agent = f"lagesbild/{VERSION} (municipal situation report{contact})".encode("ascii", "replace").decode()
        with Http(user_agent=agent, base_urls=plan.settings.base_urls, tell=tell) as http:
            for answer in module.fetch(http, scope_of(plan.settings.area).municipalities):
                parts = [keep_snapshot(plan.data, module.name, body, answer.extension) for body in answer.bodies]
                _record(plan, module, parts, request=answer.request, observed_at=plan.now, origin="fetch")


def _collect_sample(plan: Plan, module: SourceModule) -> None:
    seen = {(each.request, each.period) for each in read_manifest(plan.data) if each.source == module.name}
    observations = _sample()["observation"]
    assert isinstance(observations, list)
    for each in observations:
        if each["source"] != module.name or (each["request"], each.get("period", "")) in seen:
            continue
        raws = [SAMPLE / name for name in each["files"]]
        parts = [_land(plan.data, module, raw) for raw in raws]
        _record(
            plan,
            module,
            parts,
            request=each["request"],
            period=each.get("period", ""),
            observed_at=each["observed_at"],
            origin="sample",
            synthetic=each["synthetic"],
            inferred=each["inferred"],
            original=raws,
        )


def _land(data: Path, module: SourceModule, raw: Path) -> Part:
    """Keep a delivered file as the source declares: its bytes, or only the rows that pass the privacy door."""
    if module.source.landing is Landing.REDACTED:
        return pass_the_door(module, data, raw, raw.name)
    return keep_snapshot(data, module.name, raw.read_bytes(), raw.suffix.removeprefix(".").lower() or "txt")


def _record(
    plan: Plan,
    module: SourceModule,
    parts: Sequence[Part],
    *,
    request: str,
    observed_at: datetime,
    origin: str,
    period: str = "",
    synthetic: bool = False,
    inferred: bool = False,
    original: Sequence[Path] = (),
    deliverer: str = "",
) -> Observation:
    paths = parse_snapshots(module, plan.data, parts).values()
    frames = [pl.read_parquet(path, columns=[module.source.speaks_of]) for path in paths]
    if not any(frame.height for frame in frames):
        raise Problem(
            f"{module.name}, {request}", "svaret har inga godkända rader", do="senast giltiga uppgifter används"
        )
    seen_on = observed_at.astimezone(STOCKHOLM).date()
    until = min(content_as_of(frames, module.source) or seen_on, seen_on)
    is_redacted = module.source.landing is Landing.REDACTED
    observation = Observation(
        source=module.name,
        request=request,
        parts=tuple(parts),
        observed_at=observed_at.astimezone(UTC),
        content_as_of=until,
        period=period,
        deliverer=deliverer,
        origin=origin,
        synthetic=synthetic or module.source.synthetic,
        inferred=inferred,
        original_sha256=tuple(sha256(raw.read_bytes()) for raw in original) if is_redacted else (),
    )
    record(plan.data, [observation])
    return observation


def add_files(
    plan: Plan, module: SourceModule, files: Sequence[Path], *, period: str = "", received: date | None = None
) -> list[tuple[Path, Ledger]]:
    """Bring in hand-delivered files; all are read whole before any is recorded, so a bad one stops them all.

    Files of one call and one period are one delivery: together they replace the period's earlier one. Raises Problem
    for a file that cannot be trusted.
    """
    replaces = module.source.delivery is Delivery.REPLACES_PERIOD
    if replaces and not period:
        raise UsageProblem(
            f"add {module.name}",
            "period saknas",
            do="ange --period, till exempel --period 2025; en ny leverans ersätter den gamla",
        )
    if missing := [raw for raw in files if not raw.is_file()]:
        raise UsageProblem(str(missing[0]), "filen finns inte", do="kontrollera namnet")
    at = plan.now if received is None else datetime(received.year, received.month, received.day, 12, tzinfo=STOCKHOLM)
    if module.source.landing is Landing.BYTES:
        for raw in files:
            parse_file(module, raw, raw.name)
    parts = {raw: _land(plan.data, module, raw) for raw in files}
    for delivery in [list(parts)] if replaces else [[raw] for raw in parts]:
        _record(
            plan,
            module,
            [parts[raw] for raw in delivery],
            request="" if replaces else parts[delivery[0]].sha256,
            period=period,
            observed_at=at,
            origin="add",
            original=delivery,
        )
    paths = parse_snapshots(module, plan.data, parts.values())
    return [(raw, Parsed.read(paths[part], rows=False).ledger) for raw, part in parts.items()]


# parse ----------------------------------------------------------------------------------------------------------


def read_source(plan: Plan, module: SourceModule, problem: str = "") -> SourceResult:
    """Parse what is in force of one source on the day of the run, and balance its ledger."""
    source = module.source
    observations = in_force(
        read_manifest(plan.data), module.name, source.delivery, as_of=plan.as_of, origins=plan.origins
    )
    try:
        paths = parse_snapshots(module, plan.data, [part for each in observations for part in each.parts])
    except Problem as unreadable:
        return SourceResult(name=module.name, problem=problem or str(unreadable))
    books = {part: Parsed.read(path, rows=False) for part, path in paths.items()}
    until = max((each.content_as_of for each in observations), default=None)
    expected = next_expected(source, until) if until else None
    return SourceResult(
        name=module.name,
        observations=tuple(observations),
        parsed=paths,
        ledger=Ledger(
            rows_read=sum(book.ledger.rows_read for book in books.values()),
            rows_loaded=sum(book.ledger.rows_loaded for book in books.values()),
            rows_quarantined=sum(book.ledger.rows_quarantined for book in books.values()),
            rows_duplicate=sum(book.ledger.rows_duplicate for book in books.values()),
        ),
        refusals=tuple(
            (part.sha256, refusal.row_number, refusal.column_name, refusal.rule)
            for part, book in books.items()
            for refusal in book.refusals
        ),
        warnings=tuple(dict.fromkeys(warning for book in books.values() for warning in book.warnings)),
        problem=problem,
        data_as_of=until,
        expected_by=expected,
        is_late=expected is not None and plan.as_of > expected,
    )


def collect_and_read(plan: Plan, module: SourceModule, tell: Tell = lambda _: None) -> SourceResult:
    """Fetch and parse one source. A source that fails keeps its newest valid data and says what went wrong."""
    try:
        collect(plan, module, tell)
    except Problem as problem:
        return read_source(plan, module, str(problem))
    return read_source(plan, module)


def chosen_sources(plan: Plan) -> list[SourceModule]:
    """The sources this run asks; the others are read as they last were."""
    return [module for name, module in all_sources().items() if not plan.only or name in plan.only]


def read_all(plan: Plan, tell: Tell) -> list[SourceResult]:
    """Fetch and parse every source, in the order of their names."""
    asked = {module.name for module in chosen_sources(plan)}
    results = []
    for name, module in all_sources().items():
        tell(f"läser {name}")
        results.append(collect_and_read(plan, module, tell) if name in asked else read_source(plan, module))
    return results


# build, check, publish ------------------------------------------------------------------------------------------


def release_id(plan: Plan, results: Sequence[SourceResult]) -> str:
    """The release's name: its day, and a hash of everything that decides what it says.

    Content in force, code, lists, settings, libraries, and which sources are late or failed. When a source was last
    looked at is not part of it: a night on which nothing changed gives the same name.
    """
    decided = hashlib.sha256(_code_hash().encode())
    decided.update(json.dumps([plan.settings.area, plan.sample, pl.__version__, duckdb.__version__]).encode())
    for result in results:
        decided.update(json.dumps([result.name, result.is_late, result.problem, str(result.data_as_of)]).encode())
        for each in sorted({_content(each) for each in result.observations}):
            decided.update(each.encode())
    return f"{plan.as_of.isoformat()}-{decided.hexdigest()[:10]}"


def _content(each: Observation) -> str:
    parts = [part.sha256 for part in each.parts]
    return json.dumps([each.request, each.period, each.synthetic, each.inferred, parts])


@cache
def _code_hash() -> str:
    code = hashlib.sha256()
    for folder, pattern in (
        ("flows", "pipeline.py"),
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


def build_warehouse(plan: Plan, results: Sequence[SourceResult], release: str, tell: Tell) -> Built:
    """Build every table into the warehouse and make the public tables from it."""
    warehouse = plan.data / "warehouse.duckdb"
    late = frozenset(result.name for result in results if result.is_late or result.problem)
    built = build(warehouse, _parsed_tables(plan, results, release), scope_of(plan.settings.area), late, tell=tell)
    if not built.breaches:
        local = [name for name, module in all_sources().items() if module.source.disclosure is Disclosure.LOCAL]
        protect(warehouse, local)
    return built


def _parsed_tables(plan: Plan, results: Sequence[SourceResult], release: str) -> dict[str, pl.DataFrame | str]:
    tables: dict[str, pl.DataFrame | str] = {
        "run": pl.DataFrame({"release": [release], "as_of": [plan.as_of]}),
        "sources": pl.DataFrame([_source_row(result) for result in results], schema=_SOURCE_SCHEMA),
        "refusals": pl.DataFrame(
            [(result.name, *refusal) for result in results for refusal in result.refusals],
            schema=["source", "snapshot", "row_number", "column_name", "rule"],
            schema_overrides={"row_number": pl.Int64}
            | dict.fromkeys(("source", "snapshot", "column_name", "rule"), pl.String),
            orient="row",
        ),
    }
    for result in results:
        tables |= _rows_tables(result)
    return tables


def _rows_tables(result: SourceResult) -> dict[str, pl.DataFrame | str]:
    """`<source>`: the rows in force, each with its snapshot and what is known of its observation."""
    columns = {column.name: _EMPTY[type(column.type).__name__] for column in all_sources()[result.name].source.columns}
    if not result.parsed:
        listed = ", ".join(f'null::{dtype} as "{name}"' for name, dtype in {**columns, **_PROVENANCE}.items())
        return {result.name: f"select {listed} limit 0"}
    newest = {part: each for each in result.observations for part in each.parts}
    files = pl.DataFrame(
        [
            {
                "file": str(path),
                "snapshot": part.sha256,
                "observed_at": newest[part].observed_at,
                "content_as_of": newest[part].content_as_of,
                "is_synthetic": newest[part].synthetic,
                "is_inferred": newest[part].inferred,
            }
            for part, path in result.parsed.items()
        ]
    )
    listed = ", ".join(quote(str(path)) for path in result.parsed.values())
    query = (
        f"select rows.* exclude (filename), files.* exclude (file) from read_parquet([{listed}], filename = true, "
        f"union_by_name = true) as rows join parsed.{result.name}_files as files on files.file = rows.filename"
    )
    return {f"{result.name}_files": files, result.name: query}


_EMPTY = {
    "Text": "varchar",
    "Listed": "varchar",
    "Whole": "bigint",
    "Number": "double",
    "Date": "date",
    "ClockTime": "time",
    "Timestamp": "timestamptz",
    "Answer": "boolean",
    "Municipality": "varchar",
    "Area": "varchar",
}
_PROVENANCE = {
    "row_number": "bigint",
    "snapshot": "varchar",
    "observed_at": "timestamptz",
    "content_as_of": "date",
    "is_synthetic": "boolean",
    "is_inferred": "boolean",
}
_SOURCE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(
        (
            "source",
            "title",
            "publisher",
            "homepage",
            "licence",
            "attribution",
            "attribution_processed",
            "cadence",
            "disclosure",
        ),
        pl.String,
    ),
    **dict.fromkeys(("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate"), pl.Int64),
    "observed_at": pl.Datetime("us", "UTC"),
    "data_as_of": pl.Date,
    "expected_by": pl.Date,
    "is_late": pl.Boolean,
    "is_synthetic": pl.Boolean,
    "status": pl.String,
    "message": pl.String,
}


def _source_row(result: SourceResult) -> dict[str, object]:
    source = all_sources()[result.name].source
    return {
        "source": result.name,
        "title": source.title,
        "publisher": source.publisher,
        "homepage": source.homepage,
        "licence": source.licence.name,
        "attribution": source.attribution,
        "attribution_processed": source.attribution_processed,
        "cadence": source.cadence.value,
        "disclosure": source.disclosure.value,
        "rows_read": result.ledger.rows_read,
        "rows_loaded": result.ledger.rows_loaded,
        "rows_quarantined": result.ledger.rows_quarantined,
        "rows_duplicate": result.ledger.rows_duplicate,
        "observed_at": max((each.observed_at for each in result.observations), default=None),
        "data_as_of": result.data_as_of,
        "expected_by": result.expected_by,
        "is_late": result.is_late,
        "is_synthetic": any(each.synthetic for each in result.observations),
        "status": result.status,
        "message": "; ".join((result.problem, *result.warnings) if result.problem else result.warnings),
    }


Checking = subprocess.Popen[str]


@contextmanager
def checking() -> Iterator[Checking]:
    """The data quality check's process, started before anything else because it takes seconds to wake up."""
    process = start()
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def publish(
    plan: Plan,
    release: str,
    results: Sequence[SourceResult],
    check: Checking,
    seconds: dict[str, float],
    tell: Tell,
) -> list[str]:
    """Write the release beside the old ones, let the data quality check read it, and swing `latest` over.

    A reader sees the old release or the new one, never a half. Returns what the check found; when that is not
    empty nothing was published and the old release stands.
    """
    output = plan.data / "output"
    output.mkdir(parents=True, exist_ok=True)
    _sweep(output)
    log = plan.data / "log" / release
    log.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = output / f".{release}.tmp"
    try:
        meta = ReleaseMeta(
            release=release,
            as_of=plan.as_of,
            area=plan.settings.area,
            municipalities=scope_of(plan.settings.area).municipalities,
            version=VERSION,
            sample=plan.sample,
            snapshots=[
                {
                    "source": each.source,
                    "request": each.request,
                    "period": each.period,
                    "snapshots": [part.sha256 for part in each.parts],
                    "observed_at": each.observed_at.isoformat(),
                    "content_as_of": each.content_as_of.isoformat(),
                    "is_synthetic": each.synthetic,
                    "is_inferred": each.inferred,
                }
                for result in results
                for each in result.observations
            ],
        )
        contracts = [model.contract for model in all_models() if model.table in TABLES]
        clock = time.perf_counter()
        write_release(temporary, plan.data / "warehouse.duckdb", meta, tell)
        seconds["release"] = time.perf_counter() - clock
        tell("väntar på datakvalitetskontrollen")
        clock = time.perf_counter()
        found = finish(check, quality_request(temporary, log, release, contracts))
        seconds["waiting_for_quality"] = time.perf_counter() - clock
        if not found.success:
            return [f"{each.table}: {each.expectation} {each.column}" for each in found.failed]
        clock = time.perf_counter()
        _swing(output, temporary, release)
        seconds["swing"] = time.perf_counter() - clock
    except QualityError as error:
        return [f"datakvalitetskontrollen kunde inte köras: {error}"]
    finally:
        _remove(temporary)
    return []


def _swing(output: Path, temporary: Path, release: str) -> None:
    """Put a finished folder in its place and point `latest` at it, each by one rename after all is on disk.

    A folder of that name is already whole and says the same (its name is a hash of what decided it), so it stays.
    """
    if not (output / release).exists():
        _make_durable(temporary)
        os.replace(temporary, output / release)
    pointer = output / ".latest.tmp"
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(release)
    os.replace(pointer, output / "latest")
    _sync(output)


def run(plan: Plan, tell: Tell = lambda _: None) -> Outcome:
    """One whole run, as `lagesbild run` does it."""
    with one_writer(plan.data), checking() as check:
        started = time.perf_counter()
        results = read_all(plan, tell)
        return finish_run(plan, results, check, time.perf_counter() - started, tell)


def finish_run(
    plan: Plan, results: Sequence[SourceResult], check: Checking, parse_seconds: float, tell: Tell
) -> Outcome:
    """Everything after the sources: build, check, publish, log; the same for `lagesbild run` and for Prefect."""
    timed = {"parse": parse_seconds}
    release = release_id(plan, results)
    exit_code = 3 if any(result.is_late or result.problem for result in results) else 0
    if latest_release(plan.data)[10:] == release[10:]:
        outcome = Outcome(
            exit_code=exit_code,
            release=latest_release(plan.data),
            path=plan.data / "output" / latest_release(plan.data),
            is_new=False,
            sources=tuple(results),
            seconds=timed,
        )
        _log_run(plan, outcome)
        return outcome
    clock = time.perf_counter()
    tell("bygger tabellerna")
    built = build_warehouse(plan, results, release, lambda _: None)
    timed["build"] = time.perf_counter() - clock
    broken = [str(breach) for breach in built.breaches] or publish(plan, release, results, check, timed, tell)
    outcome = Outcome(
        exit_code=1 if broken else exit_code,
        release=release,
        path=None if broken else plan.data / "output" / release,
        is_new=not broken,
        sources=tuple(results),
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
                "is_late": result.is_late,
                "problem": result.problem,
            }
            for result in outcome.sources
        },
        "breaches": list(outcome.breaches),
    }
    folder = plan.data / "log"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "runs.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line, ensure_ascii=False) + "\n")


def _sweep(output: Path) -> None:
    """Remove what an interrupted run left: unpublished folders, never a release."""
    for left in output.glob(".*.tmp"):
        _remove(left)


def _remove(path: Path) -> None:
    if path.is_symlink():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def _make_durable(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
