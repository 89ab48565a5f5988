"""Publishes a release: written aside, checked, made durable, and put in place by one rename."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from flows._collect import SourceResult
from flows._plan import PASSAGE, Plan, Tell
from flows._version import VERSION
from models._model import all_models
from models._scope import scope_of
from reports._quality_process import QualityError, ask, finish, start
from reports.gate import find_hits
from reports.release import TABLES, ReleaseMeta, quality_request, write_release

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
    output.chmod(PASSAGE)
    _sweep(output)
    log = plan.data / "log" / release
    log.mkdir(parents=True, exist_ok=True)
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
        ask(check, quality_request(temporary, log, release, contracts))
        tell("läser utgåvan efter personuppgifter")
        clock = time.perf_counter()
        if hits := find_hits(temporary):
            return [f"utgången stoppade utgåvan: {hit}" for hit in hits]
        seconds["gate"] = time.perf_counter() - clock
        tell("väntar på datakvalitetskontrollen")
        clock = time.perf_counter()
        found = finish(check)
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

    A release of an earlier day than the newest one (`--as-of`) is put beside it and `latest` stays.

    A folder of that name is already whole and says the same (its name is a hash of what decided it), so it stays.
    """
    if not (output / release).exists():
        temporary.chmod(PASSAGE)
        _make_durable(temporary)
        os.replace(temporary, output / release)
    latest = output / "latest"
    if latest.is_symlink() and latest.readlink().name[:10] > release[:10]:
        return
    pointer = output / ".latest.tmp"
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(release)
    os.replace(pointer, latest)
    _sync(output)


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
