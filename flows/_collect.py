"""Brings in what is new from the sources, and reads what is in force of each."""

import json
import math
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl

from flows._corrections import Correction, corrections_of
from flows._log import Log
from flows._plan import SAMPLE, Plan, read_sample
from flows._revisions import find_revisions, redefined_sentences
from flows._version import VERSION
from models._scope import scope_of
from sources._declare import Delivery, Landing, next_expected
from sources._http import Http
from sources._landing import (
    STOCKHOLM,
    Observation,
    Part,
    Replacement,
    in_force,
    keep_snapshot,
    read_history,
    read_manifest,
    record,
    sha256,
    snapshot_path,
    standing,
)
from sources._pace import Calls, save_json
from sources._parse import parse_file, parse_snapshots, pass_the_door, snapshot_name
from sources._problem import Problem, UsageProblem
from sources._read import read_bytes
from sources._registry import SourceModule, all_sources
from sources._retention import cannot_be_rebuilt, replaced_deliveries
from sources._strict import Ledger, Parsed, content_as_of
from sources._validators import Validators

# The ending of a file's name is part of the name: only these are kept of it.
_EXTENSIONS = ("csv", "json", "xlsx")
# Nobody's names are in the sample, and its releases are to be the same everywhere.
_SAMPLE_KEY = b"sample"
_PERIOD = re.compile(r"[\w –-]{0,40}")
_NO_ROWS = Ledger(rows_read=0, rows_loaded=0, rows_quarantined=0, rows_duplicate=0)


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
    is_asked: bool = False
    revisions: pl.DataFrame = field(default_factory=pl.DataFrame, compare=False)
    corrections: tuple[Correction, ...] = ()
    refused_corrections: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """ok, failed (the newest valid data are used) or missing (there are none)."""
        return "failed" if self.problem else "ok" if self.observations else "missing"


def collect(plan: Plan, module: SourceModule, log: Log, until: float = math.inf) -> None:
    """Bring in what is new from one source: the sample's files, or the publisher's answers.

    Every answer is parsed before it is recorded, so a broken one never takes the place of a whole one. until: when the
    publisher is asked no longer, in seconds of `time.monotonic`; `source_seconds` from now at the latest.
    """
    if plan.sample:
        with log.step("fetch", module.name) as rows:
            rows.out = _collect_sample(plan, module, log)
    elif module.fetch is not None and is_asked(plan, module):
        with log.step("fetch", module.name) as rows, _client(plan, module, log, until) as http:
            rows.out = 0
            for answer in module.fetch(http, scope_of(plan.settings.area).municipalities):
                parts = [keep_snapshot(plan.data, module.name, body, answer.extension) for body in answer.bodies]
                try:
                    rows.out += _record(
                        plan,
                        module,
                        parts,
                        request=answer.request,
                        observed_at=plan.now,
                        origin="fetch",
                        is_latest=answer.is_latest,
                    )
                except Problem:
                    _discard_unrecorded(plan.data, module, parts)
                    raise
        save_json(_last_whole(plan, module), {"at": plan.now.isoformat(), "area": plan.settings.area})


def is_asked(plan: Plan, module: SourceModule) -> bool:
    """Whether a run asks a source's publisher, or brings in its sample.

    Not for an earlier day than this one, which what is said today is no part of. Not where the settings say so, nor for
    some days after a whole answer of one who cannot say whether anything has
    changed; a source that is named (`--only`) always is.
    """
    if plan.sample:
        return True
    is_past = plan.as_of < plan.now.astimezone(STOCKHOLM).date()
    if module.fetch is None or plan.offline or is_past:
        return False
    if module.name in plan.only:
        return True
    if module.name in plan.settings.not_fetched:
        return False
    return not (module.source.asks_whole and _was_whole_lately(plan, module))


def _was_whole_lately(plan: Plan, module: SourceModule) -> bool:
    """Whether the publisher gave everything for this area within the days of rest, and it still stands."""
    try:
        last = json.loads(_last_whole(plan, module).read_bytes())
        at, area = datetime.fromisoformat(last["at"]), last["area"]
        is_lately = timedelta(0) <= plan.now - at < timedelta(days=plan.settings.rest_days)  # a clock may be set back
    except (OSError, ValueError, KeyError, TypeError):
        return False
    stands = any(each.source == module.name and each.origin == "fetch" for each in read_manifest(plan.data))
    return is_lately and stands and area == plan.settings.area


def _last_whole(plan: Plan, module: SourceModule) -> Path:
    return plan.data / "asked" / f"{module.name}.whole.json"


def _client(plan: Plan, module: SourceModule, log: Log, until: float) -> Http:
    """The client that asks for one source: with the pace of all sources of its host, also in earlier runs."""
    contact = f"; {plan.settings.contact}" if plan.settings.contact else ""
    agent = f"lagesbild/{VERSION} (municipal situation report{contact})".encode("ascii", "replace").decode()
    asked = plan.data / "asked"
    replica = urlsplit(plan.settings.base_urls.get(module.name, "")).netloc
    return Http(
        user_agent=agent,
        base_urls=plan.settings.base_urls,
        tell=log,
        known_as={replica: urlsplit(module.source.url).netloc} if replica else {},
        calls=Calls(path=asked / "calls.json"),
        validators=Validators(path=asked / f"{module.name}.json", body=_kept_bodies(plan, module)),
        until=min(until, time.monotonic() + plan.settings.source_seconds),
    )


def _kept_bodies(plan: Plan, module: SourceModule) -> Callable[[str], bytes | None]:
    """Finds a fetched answer that stands, whole and unaltered, by its hash."""
    parts = {
        part.sha256: part
        for each in read_manifest(plan.data)
        if each.source == module.name and each.origin == "fetch"
        for part in each.parts
        if not part.is_aggregate
    }

    def kept(wanted: str) -> bytes | None:
        path = snapshot_path(plan.data, module.name, parts[wanted]) if wanted in parts else None
        if path is None or not path.is_file():
            return None
        content = path.read_bytes()
        return content if sha256(content) == wanted else None

    return kept


def _collect_sample(plan: Plan, module: SourceModule, log: Log) -> int:
    # Also what has been forgotten: it is not brought in again.
    history = [each for each in read_history(plan.data) if isinstance(each, Observation)]
    seen = {(each.request, each.period) for each in history if each.source == module.name}
    observations = read_sample()["observation"]
    assert isinstance(observations, list)
    brought = 0
    for each in observations:
        if each["source"] != module.name or (each["request"], each.get("period", "")) in seen:
            continue
        raws = [(SAMPLE / name).resolve() for name in each["files"]]  # an installer may link instead of copying
        parts = [_land(plan.data, module, raw, each["observed_at"], log, key=_SAMPLE_KEY) for raw in raws]
        brought += _record(
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
    return brought


def _land(
    data: Path, module: SourceModule, raw: Path, received_at: datetime, log: Log, key: bytes | None = None
) -> Part:
    """Keep a delivered file as the source declares: its bytes, or only the rows that pass the privacy door."""
    if module.source.landing is Landing.REDACTED:
        with log.step("door", module.name) as rows:
            part = pass_the_door(module, data, raw, received_at.astimezone(STOCKHOLM).date(), key=key)
            book = Parsed.read(snapshot_path(data, module.name, part), rows=False).ledger
            rows.into, rows.out = book.rows_read, book.rows_loaded
        return part
    extension = raw.suffix.removeprefix(".").lower()
    return keep_snapshot(data, module.name, read_bytes(raw), extension if extension in _EXTENSIONS else "txt")


def _land_delivered(data: Path, module: SourceModule, raw: Path, received_at: datetime, log: Log) -> Part:
    """As `_land`; whoever handed the file in is told its name, which is written down nowhere."""
    try:
        return _land(data, module, raw, received_at, log)
    except Problem as problem:
        called = snapshot_name(module.name, sha256(read_bytes(raw)))
        raise problem.at(problem.where.replace(called, raw.name)) from None


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
    is_latest: bool = True,
) -> int:
    """Write down an observation whose snapshots can be read, and return how many rows they hold."""
    paths = parse_snapshots(module, plan.data, parts).values()
    frames = [pl.read_parquet(path, columns=[module.source.speaks_of]) for path in paths]
    if not any(frame.height for frame in frames):
        raise Problem(
            f"{module.name}, {request}", "svaret har inga godkända rader", do="senast giltiga uppgifter används"
        )
    seen_on = observed_at.astimezone(STOCKHOLM).date()
    said = (
        date(int(period), 12, 31)
        if module.source.dated_by_period
        else content_as_of(frames, module.source, is_latest=is_latest)
    )
    until = min(said or seen_on, seen_on)
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
        original_sha256=tuple(sha256(read_bytes(raw)) for raw in original) if is_redacted else (),
    )
    record(plan.data, [observation])
    return sum(frame.height for frame in frames)


def _part_of(plan: Plan, module: SourceModule, parts: Sequence[Part]) -> str:
    """Which survey or surveys a delivery is of, so that it replaces those and no other of the same period."""
    column = module.source.part_of
    if not column:
        return ""
    names = [
        pl.read_parquet(path, columns=[column])[column] for path in parse_snapshots(module, plan.data, parts).values()
    ]
    joined = ", ".join(pl.concat(names).drop_nulls().unique().sort())
    return sha256(joined.encode()) if module.source.is_personal else joined


def add_files(
    plan: Plan, module: SourceModule, files: Sequence[Path], *, period: str = "", received: date | None = None
) -> list[tuple[Path, Ledger]]:
    """Bring in hand-delivered files; all are read whole before any is recorded, so a bad one stops them all.

    Files of one call and one period are one delivery: together they replace the period's earlier one. Raises Problem
    for a file that cannot be trusted, and for one that would be counted twice because its rows are only counts now.
    """
    check_period(module, period)
    if missing := [raw for raw in files if not os.path.lexists(raw)]:
        raise UsageProblem(str(missing[0]), "filen finns inte", do="kontrollera namnet")
    if module.source.delivery is Delivery.APPEND:
        counted = replaced_deliveries(read_history(plan.data), module.name)
        for number, raw in enumerate(files, 1):
            if sha256(read_bytes(raw)) in counted:
                raise UsageProblem(
                    f"add {module.name}, fil {number}",
                    "filen har lämnats förut och är gallrad",
                    do="utelämna den: dess rader räknas redan",
                )
    at = plan.now if received is None else _received_at(plan, module, received)
    landed = land_files(plan, module, files, at, Log())
    if broken := next((each for each in landed.values() if isinstance(each, Problem)), None):
        raise broken
    parts = {raw: part for raw, part in landed.items() if isinstance(part, Part)}
    record_files(plan, module, parts, period=period, at=at)
    paths = parse_snapshots(module, plan.data, parts.values())
    return [(raw, Parsed.read(paths[part], rows=False).ledger) for raw, part in parts.items()]


def _received_at(plan: Plan, module: SourceModule, day: date) -> datetime:
    """Noon of the day that a file came in; of what is said to have come on one day, what is added last counts.

    Raises UsageProblem for a day that has not been: nothing would tell of the file until then.
    """
    if day > plan.now.astimezone(STOCKHOLM).date():
        raise UsageProblem("--received", "dagen har inte varit än", found=str(day), do="ange dagen då filen kom in")
    at = datetime(day.year, day.month, day.day, 12, tzinfo=STOCKHOLM).astimezone(UTC)
    taken = {each.observed_at for each in read_manifest(plan.data) if each.source == module.name}
    while at in taken:
        at += timedelta(seconds=1)
    return at


def check_period(module: SourceModule, period: str) -> None:
    """Raise UsageProblem where a delivery needs a period and has none, or one that cannot be used."""
    if module.source.delivery is Delivery.REPLACES_PERIOD and not period:
        raise UsageProblem(
            f"add {module.name}",
            "period saknas",
            do="ange --period, till exempel --period 2025; en ny leverans ersätter den gamla",
        )
    if _PERIOD.fullmatch(period) is None:
        raise UsageProblem(f"add {module.name}", "perioden går inte att använda", found=period, do="skriv t.ex. 2025")
    if module.source.dated_by_period and re.fullmatch(r"(19|20)\d{2}", period) is None:
        raise UsageProblem(
            f"add {module.name}",
            "perioden är inget år",
            found=period,
            do="filen säger inte själv vilket år den gäller: ange --period, till exempel --period 2025",
        )


def is_one_delivery(module: SourceModule) -> bool:
    """Whether files that come together replace, together, those that came before.

    A file added to a source that is otherwise fetched stands beside the answers: row by row the newest counts.
    """
    is_whole = module.source.delivery is Delivery.FULL and module.source.by_hand
    return is_whole or module.source.delivery is Delivery.REPLACES_PERIOD


def land_files(
    plan: Plan, module: SourceModule, files: Sequence[Path], at: datetime, log: Log
) -> Mapping[Path, Part | Problem]:
    """Read every file whole, through the privacy door where the source has one; what is wrong stands in its place.

    When one of them is wrong, nothing of the others is left in the landing zone.
    """
    landed: dict[Path, Part | Problem] = {}
    for raw in files:
        try:
            if module.source.landing is Landing.BYTES:
                parse_file(module, raw, raw.name)
            landed[raw] = _land_delivered(plan.data, module, raw, at, log)
        except Problem as problem:
            landed[raw] = problem
    parts = [part for part in landed.values() if isinstance(part, Part)]
    if len(parts) < len(landed):
        _discard_unrecorded(plan.data, module, parts)
    return landed


def record_files(plan: Plan, module: SourceModule, parts: Mapping[Path, Part], *, period: str, at: datetime) -> None:
    """Write down what was landed, as one delivery or one for each file. Raises Problem where no row is good."""
    replaces = is_one_delivery(module)
    try:
        for delivery in [list(parts)] if replaces else [[raw] for raw in parts]:
            of = [parts[raw] for raw in delivery]
            _record(
                plan,
                module,
                of,
                request=_part_of(plan, module, of) if replaces else of[0].sha256,
                period=period,
                observed_at=at,
                origin="add",
                original=delivery,
            )
    except Problem:
        _discard_unrecorded(plan.data, module, parts.values())
        raise


def _discard_unrecorded(data: Path, module: SourceModule, parts: Iterable[Part]) -> None:
    """Take away what was landed for a delivery that then was refused: rows that nothing tells of would never end."""
    recorded = {part for each in read_manifest(data) if each.source == module.name for part in each.parts}
    for part in set(parts) - recorded:
        snapshot_path(data, module.name, part).unlink(missing_ok=True)


def received_files(plan: Plan, module: SourceModule, period: str) -> frozenset[str]:
    """The hashes of delivered files that count today, also where only their counts are left of them.

    Of a source whose deliveries replace each other: those in force for the period. Such a file need not come again.
    """
    history = read_history(plan.data)
    today = plan.now.astimezone(STOCKHOLM).date()
    counting = {
        part
        for each in in_force(standing(history), module.name, module.source.delivery, as_of=today, origins=plan.origins)
        if each.period == period or not is_one_delivery(module)
        for part in each.parts
    }
    replaced = {
        line.snapshot: line.by for line in history if isinstance(line, Replacement) and line.source == module.name
    }
    return frozenset(
        original
        for each in history
        if isinstance(each, Observation) and each.source == module.name
        if each.period == period or not is_one_delivery(module)
        for part, original in zip(
            each.parts, each.original_sha256 or [part.sha256 for part in each.parts], strict=False
        )
        if part in counting or replaced.get(part.sha256) in counting
    )


def read_source(plan: Plan, module: SourceModule, problem: str = "") -> SourceResult:
    """Parse what is in force of one source on the day of the run, and balance its ledger."""
    source = module.source
    history = read_history(plan.data)
    observations = in_force(standing(history), module.name, source.delivery, as_of=plan.as_of, origins=plan.origins)
    try:
        paths = parse_snapshots(module, plan.data, [part for each in observations for part in each.parts])
    except Problem as unreadable:
        return SourceResult(name=module.name, problem=problem or str(unreadable))
    books = {part: Parsed.read(path, rows=False) for part, path in paths.items()}
    until = max((each.content_as_of for each in observations), default=None)
    revisions, unread = find_revisions(plan, module, history)
    corrections = corrections_of(module, observations, paths)
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
        warnings=(
            *cannot_be_rebuilt(history, module.name, plan.as_of),
            *corrections.refused,
            *redefined_sentences(module.name, revisions),
            *unread,
            *dict.fromkeys(warning for book in books.values() for warning in book.warnings),
        ),
        problem=problem,
        data_as_of=until,
        expected_by=expected,
        is_late=expected is not None and plan.as_of > expected,
        revisions=revisions,
        corrections=corrections.applied,
        refused_corrections=corrections.refused,
    )


def chosen_sources(plan: Plan) -> list[SourceModule]:
    """The sources this run asks; the others are read as they last were."""
    return [module for name, module in all_sources().items() if not plan.only or name in plan.only]
