"""Publishes a release: written aside, checked, made durable, and put in place by one rename."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import polars as pl

from flows._audit import audit_release
from flows._collect import SourceResult
from flows._data_version import DATA_VERSION
from flows._log import Log
from flows._own_texts import beside, changed_since, read_texts_ledger, remember
from flows._plan import PASSAGE, Plan
from flows._published import Published, decisions, record_release
from flows._version import VERSION
from flows.settings import Settings
from models._build import DECIDED, Built
from models._disclose import Leak
from models._duckdb import connect
from models._model import all_models
from models._scope import scope_of
from reports._own_texts import OwnTexts
from reports._quality_process import QualityError, ask, finish, start
from reports.catalogue import OpenData
from reports.gate import find_hits, find_hits_in
from reports.release import TABLES, ReleaseMeta, quality_request, write_release
from reports.report import Wanted

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
    built: Built,
    published: Sequence[Published],
    texts: Mapping[str, OwnTexts],
    check: Checking,
    log: Log,
) -> list[str]:
    """Write the release beside the old ones, let the data quality check read it, and swing `latest` over.

    A reader sees the old release or the new one, never a half. What it shows and hides of people is in the ledger
    (`published` holds the earlier lines) before anyone can read it, and so are the figures that new `texts` stand
    beside. Returns what the checks found; when that is not
    empty nothing was published and the old release stands.
    """
    output = plan.data / "output"
    output.mkdir(parents=True, exist_ok=True)
    output.chmod(PASSAGE)
    sweep(output)
    quality_log = plan.data / "log" / release
    quality_log.mkdir(parents=True, exist_ok=True)
    temporary = output / f".{release}.tmp"
    try:
        meta = ReleaseMeta(
            release=release,
            as_of=plan.as_of,
            area=plan.settings.area,
            municipalities=scope_of(plan.settings.area).municipalities,
            version=VERSION,
            data_version=DATA_VERSION,
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
            open_data=open_data_of(plan.settings),
        )
        contracts = [model.contract for model in all_models() if model.table in TABLES]
        before = previous_release(plan.data, plan.as_of.isoformat())
        ledger = read_texts_ledger(plan.data, is_sample=plan.sample)
        with closing(connect(plan.data / "warehouse.duckdb", read_only=True)) as con:
            told = beside(con, plan, release, texts)
        write_release(
            temporary,
            plan.data / "warehouse.duckdb",
            meta,
            built.personal,
            log,
            log.step,
            previous=output / before if before else None,
            wanted=Wanted(
                language=plan.settings.language,
                formats=plan.settings.report_formats,
                drawings=plan.data / "parsed" / "drawings",
                texts=texts,
                changed=changed_since(ledger, told),
            ),
        )
        ask(check, quality_request(temporary, quality_log, release, contracts))
        with log.step("gate"):
            hits = find_hits(temporary, plan.data, own_contact=plan.settings.public_contact)
        if hits:
            return [f"utgången stoppade utgåvan: {hit}" for hit in hits]
        with log.step("audit") as rows, closing(connect(plan.data / "warehouse.duckdb", read_only=True)) as con:
            decided = con.sql(f"from {DECIDED}").pl()
            rows.into = decided.height
            told = beside(con, plan, release, texts)
            found = _leaks(temporary, decided, decisions(plan.data, published))
        if found:
            return found
        with log.step("quality"):
            quality = finish(check)
        if not quality.success:
            return [f"{each.table}: {each.expectation} {each.column}" for each in quality.failed]
        if hits := find_hits_in(quality_log):
            return [f"utgången stoppade utgåvan: {hit}" for hit in hits]
        with log.step("swing"):
            record_release(plan.data, release, decided, is_sample=plan.sample)
            if _is_newest(output, release):
                remember(plan.data, ledger, told)
            _swing(output, temporary, release)
    except QualityError as error:
        return [f"datakvalitetskontrollen kunde inte köras: {error}"]
    finally:
        _remove(temporary)
    return []


def previous_release(data: Path, day: str) -> str:
    """The newest release of an earlier day than this one (YYYY-MM-DD); empty when there is none."""
    names = (path.name for path in (data / "output").glob("20*") if path.name[:10] < day)
    return max(names, default="")


def open_data_of(settings: Settings) -> OpenData:
    """What the settings say of the open data and who publishes it."""
    return OpenData(
        publisher=settings.publisher,
        contact=settings.public_contact,
        url=settings.public_url,
        licence=settings.licence,
    )


def _leaks(folder: Path, decided: pl.DataFrame, earlier: Sequence[pl.DataFrame]) -> list[str]:
    """What the release gives away that it need not; what earlier ones gave away cannot be taken back by stopping it."""
    found = audit_release(folder / "public" / "lagesbild.duckdb", decided, earlier)
    return [str(each) for each in found if not (isinstance(each, Leak) and each.is_past_help)]


def _swing(output: Path, temporary: Path, release: str) -> None:
    """Put a finished folder in its place and point `latest` at it, each by one rename after all is on disk.

    A release of an earlier day than the newest one (`--as-of`) is put beside it and `latest` stays.

    A folder of that name is already whole and says the same (its name is a hash of what decided it), so it stays.
    """
    if not (output / release).exists():
        temporary.chmod(PASSAGE)
        _make_durable(temporary)
        os.replace(temporary, output / release)
    if _is_newest(output, release):
        point_latest(output, release)


def _is_newest(output: Path, release: str) -> bool:
    """Whether no release of a later day has been published."""
    latest = output / "latest"
    return not latest.is_symlink() or latest.readlink().name[:10] <= release[:10]


def point_latest(output: Path, release: str) -> None:
    """Point `latest` at a release, by one rename."""
    pointer = output / ".latest.tmp"
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(release)
    os.replace(pointer, output / "latest")
    _sync(output)


def sweep(output: Path) -> None:
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
