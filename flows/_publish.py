"""Publishes a release: written aside, checked, made durable, and put in place by one rename."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

import polars as pl

from flows._audit import audit_release
from flows._code import code_hash
from flows._collect import SourceResult
from flows._data_version import DATA_VERSION
from flows._log import Log
from flows._own_texts import TEXTS_LEDGER, beside, changed_since, read_texts_ledger, unknown
from flows._plan import Plan
from flows._published import LEDGER, Published, decisions, keep_decisions
from flows._releases import (
    PASSAGE,
    commit,
    complete,
    is_committed,
    is_newest,
    latest_release,
    previous_release,
    remove,
    remove_logs,
    remove_old,
    unpublished,
)
from flows._sums import write_sums
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
from sources._landing import Observation, make_folder, read_manifest
from sources._parse import remove_unread

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
    beside. Where it is the newest, the releases that the rule does not keep are then removed. Returns what the checks
    found; when that is not empty nothing was published and the old release stands.
    """
    output = plan.data / "output"
    make_folder(output)
    output.chmod(PASSAGE)
    remove_logs(plan.data)
    quality_log = plan.data / "log" / release
    quality_log.mkdir(parents=True, exist_ok=True)
    temporary = unpublished(output, release)
    try:
        meta = ReleaseMeta(
            release=release,
            as_of=plan.as_of,
            area=plan.settings.area,
            municipalities=scope_of(plan.settings.area).municipalities,
            version=VERSION,
            code=code_hash(),
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
                for each in _looks(result.observations)
            ],
            open_data=open_data_of(plan.settings),
        )
        contracts = [model.contract for model in all_models() if model.table in TABLES["internal"]]
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
                decided=plan.settings.decided,
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
            new_texts = unknown(ledger, told) if is_newest(output, release) else []
            lines = {
                LEDGER: [asdict(each) for each in keep_decisions(plan.data, release, decided, is_sample=plan.sample)],
                TEXTS_LEDGER: [asdict(each) for each in new_texts],
            }
            write_sums(temporary)
            commit(plan.data, release, lines)
            complete(plan.data)
        make_room(plan, release, log)
    except QualityError as error:
        return [f"datakvalitetskontrollen kunde inte köras: {error}"]
    finally:
        if not is_committed(plan.data):
            remove(temporary)
    return []


def _looks(observations: Sequence[Observation]) -> list[Observation]:
    """The observations that a release names: of equal ones the last, as also its name knows them once."""
    said = [(each.request, each.period, each.synthetic, each.inferred, each.parts) for each in observations]
    last = {what: at for at, what in enumerate(said)}
    return [observations[at] for at in sorted(last.values())]


def make_room(plan: Plan, release: str, log: Log) -> None:
    """Where `release` is the newest, remove those that the rule no longer keeps, and caches that nothing reads.

    Also after a night that brought nothing new, which then does what a crash or another setting has left to do. What
    cannot be removed stops nothing that is published.
    """
    if latest_release(plan.data) != release:
        return
    with log.step("make_room"):
        try:
            remove_old(plan.data, plan.settings)
            remove_unread(plan.data, read_manifest(plan.data))
        except OSError as error:
            log(f"det som inte längre behövs gick inte att ta bort: {error.strerror}: nästa körning försöker igen")


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
