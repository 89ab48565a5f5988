"""`lagesbild check --full`: is all that must be kept still there, and does the newest release still come out of it?"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl

from flows._audit import audit_latest
from flows._code import code_hash
from flows._log import newest_first
from flows._own_texts import read_texts_ledger, texts_of
from flows._plan import Plan, one_writer
from flows._published import Published, decisions, read_ledger
from flows._releases import PASSAGE, previous_release
from flows._sums import SUMS, differing
from flows._warehouse import build_warehouse
from flows.pipeline import latest_release, read_source, release_id
from models._build import DECIDED
from models._contracts import Breach, breaches
from models._duckdb import connect, quote
from models._model import all_models
from reports._own_texts import FOLDER as TEXTS
from reports.release import AUDIENCES, MODES, write_audience
from reports.week import FOLDER as WEEKS
from sources._door import identity_key
from sources._landing import Line, Observation, Replacement, is_torn, read_history, sha256, snapshot_path, standing
from sources._problem import Problem, UsageProblem
from sources._registry import all_sources
from sources._retention import removed

Tell = Callable[[str], None]

_MANIFEST, _KEY = "manifest.jsonl", "identity.key"
_CLOSED = ("landing", "published", "log")  # nobody but the owner looks into these
_RESTORE = "återställ den från säkerhetskopian"
_UNREADABLE = (OSError, ValueError, LookupError, TypeError, duckdb.Error, pl.exceptions.PolarsError)


@dataclass(frozen=True, kw_only=True)
class FullCheck:
    """What is wrong, a Swedish sentence each; and what is not, but may be known: remains, and what was not tried."""

    found: Sequence[str]
    remarks: Sequence[str] = ()


def check_everything(plan: Plan, tell: Tell = lambda _: None) -> FullCheck:
    """Look through a whole data folder and make the newest release's tables anew from the landing zone.

    Every snapshot that stands is there with its hash, and nothing but what a killed run left; ledgers and the decisions
    they name can be read; every release is whole and closed; the newest keeps its contracts, gives nothing away, and
    comes out of landing zone, ledger, code and settings byte for byte, without any cache. It holds the data folder's
    lock: no run writes meanwhile. It changes nothing but what whoever gets the lock does first. Raises UsageProblem
    when there is no folder or a run is going on.
    """
    if not plan.data.is_dir():
        raise UsageProblem(str(plan.data), "datamappen finns inte", do="ange den med --data")
    with one_writer(plan.data):
        kept: list[str] = []
        found: list[str] = []
        remarks: list[str] = []
        tell("läser manifestet och liggarna")
        with _telling(kept, f"landing/{_MANIFEST}"):
            history = read_history(plan.data)
            kept += _landing(plan.data, history, tell)
            remarks += _remains(plan.data, history)
            found += _releases(plan, history, tell)
        kept += _ledgers(plan.data)
        found += _open_to_others(plan.data)
        if not (latest := latest_release(plan.data)):
            untried = "Ingen utgåva finns att pröva: kör lagesbild run."
            return FullCheck(found=[*kept, *found], remarks=[*remarks, untried])
        tell("prövar den senaste utgåvans kontrakt och vad en angripare kan räkna ut")
        found += _newest(plan.data)
        if kept:
            untried = "Den senaste utgåvan har inte byggts på nytt: det den bygger på är inte helt."
            return FullCheck(found=[*kept, *found], remarks=[*remarks, untried])
        different, untried = _rebuilt(plan, latest, tell)
        return FullCheck(found=[*found, *different], remarks=[*remarks, untried] if untried else remarks)


def broken_contracts(con: duckdb.DuckDBPyConnection) -> tuple[int, list[Breach]]:
    """How many tables of a release have a contract, and which rules do not hold in them."""
    released = {row[0] for row in con.sql("select schema_name || '.' || table_name from duckdb_tables()").fetchall()}
    tables = [model for model in all_models() if model.table in released]
    return len(tables), [breach for model in tables for breach in breaches(con, model.contract)]


@contextmanager
def _telling(found: list[str], where: str, do: str = _RESTORE) -> Iterator[None]:
    """Put what stops the block among what was found, as one sentence."""
    try:
        yield
    except Problem as problem:
        found.append(str(problem))
    except _UNREADABLE as error:
        found.append(str(Problem(where, "går inte att läsa", found=type(error).__name__, do=do)))


# ----------------------------------------------------------------------------------------------------- what is kept


def _landing(data: Path, history: Sequence[Line], tell: Tell) -> list[str]:
    """Snapshots that are gone or altered, files that are none, and the key of identities."""
    landing, found = data / "landing", list[str]()
    stand = {snapshot_path(data, each.source, part): part.sha256 for each in standing(history) for part in each.parts}
    tell(f"räknar om kontrollsummorna i landningen, {len(stand)} ögonblicksbilder")
    for path, hashed in sorted(stand.items()):
        where = path.relative_to(data).as_posix()
        with _telling(found, where):
            if not path.is_file():
                found.append(str(Problem(where, "ögonblicksbilden saknas", do=_RESTORE)))
            elif sha256(path.read_bytes()) != hashed:
                found.append(str(Problem(where, "ögonblicksbilden har ändrats", do=_RESTORE)))
    for path in sorted(landing.rglob("*")):
        if path.is_dir() or path in stand or path in (landing / _MANIFEST, landing / _KEY):
            continue
        where = path.relative_to(data).as_posix()
        if path.name.partition(".")[0] in removed(history, path.parent.name):
            found.append(str(Problem(where, "gallrad eller glömd men inte borttagen", do="kör lagesbild run")))
        elif not _is_snapshot(path):
            found.append(str(Problem(where, "filen hör inte hemma i landningen", do="ta bort den")))
    if any(isinstance(each, Observation) and each.origin == "add" and each.original_sha256 for each in history):
        with _telling(found, f"landing/{_KEY}"):
            identity_key(data)
    return found


def _is_snapshot(path: Path) -> bool:
    return path.name.partition(".")[0] == sha256(path.read_bytes())


def _remains(data: Path, history: Sequence[Line]) -> list[str]:
    """Whole snapshots that no line of the manifest tells of: those of a run that was killed before it wrote the line.

    No fault: the publisher's next answer is landed anew. They are not swept away, for where the manifest is an older
    copy they are all there is; then the releases that rest on them say so.
    """
    stand = {snapshot_path(data, each.source, part) for each in standing(history) for part in each.parts}
    return [
        str(
            Problem(
                path.relative_to(data).as_posix(),
                "ingen rad i manifestet berättar om filen",
                do="en avbruten körning lämnade den, ta bort den; är manifestet en äldre kopia, återställ det",
            )
        )
        for path in sorted((data / "landing").glob("*/*"))
        if path not in stand and path.name.partition(".")[0] not in removed(history, path.parent.name)
        if path.is_file() and _is_snapshot(path)
    ]


def _ledgers(data: Path) -> list[str]:
    """Ledgers and decisions that cannot be read, are gone, or are not what the ledger says."""
    found: list[str] = []
    for is_sample in (False, True):
        with _telling(found, "published/texts.jsonl"):
            read_texts_ledger(data, is_sample=is_sample)
        with _telling(found, "published/ledger.jsonl"):
            published = read_ledger(data, is_sample=is_sample)
            for content in dict.fromkeys(each.content for each in published):
                path = data / "published" / f"{content}.parquet"
                where = path.relative_to(data).as_posix()
                if not path.is_file():
                    found.append(str(Problem(where, "beslutet som liggaren nämner saknas", do=_RESTORE)))
                elif sha256(path.read_bytes()) != content:
                    found.append(str(Problem(where, "beslutet har ändrats", do=_RESTORE)))
    return found


def _open_to_others(data: Path) -> list[str]:
    """Folders that others than the owner can look into."""
    return [
        str(Problem(name, "andra konton kan läsa mappen", do=f"chmod -R go= {data / name}"))
        for name in _CLOSED
        if (data / name).is_dir() and (data / name).stat().st_mode & 0o077
    ]


# ------------------------------------------------------------------------------------------------------ the releases


def _releases(plan: Plan, history: Sequence[Line], tell: Tell) -> list[str]:
    """What is wrong with the folders of the releases, each by itself, and with `latest`."""
    output, found = plan.data / "output", list[str]()
    known = {part.sha256 for each in history if isinstance(each, Observation) for part in each.parts}
    known |= {each.by.sha256 for each in history if isinstance(each, Replacement)}
    for name in sorted(each for each in plan.settings.decided if not (output / each).is_dir()):
        found.append(str(Problem(f"output/{name}", "den beslutade utgåvan finns inte", do=_RESTORE)))
    latest = output / "latest"
    if latest.is_symlink() and not latest.is_dir():
        found.append(str(Problem("output/latest", "pekar på en utgåva som inte finns", do="kör lagesbild run")))
    for folder in sorted(output.glob("[!.]*")):
        if folder.is_symlink() or folder.name == WEEKS:
            continue
        tell(f"läser utgåvan {folder.name}")
        with _telling(found, f"output/{folder.name}"):
            found += _release(folder, known)
    return found


def _release(folder: Path, known: set[str]) -> list[str]:
    """What is wrong with one release: what it says it is, its files, who may read them, and what it rests on."""
    where, found = f"output/{folder.name}", list[str]()

    def wrong(name: str, what: str, seen: str = "", do: str = _RESTORE) -> None:
        found.append(str(Problem(f"{where}/{name}", what, found=seen, do=do)))

    for audience in AUDIENCES:
        described = json.loads((folder / audience / "release.json").read_text(encoding="utf-8"))
        if (described["release"], described["audience"]) != (folder.name, audience):
            wrong(
                f"{audience}/release.json", "är av en annan utgåva", f"{described['release']}, {described['audience']}"
            )
        for name in _other_tables(folder / audience, folder.name):
            wrong(f"{audience}/{name}", "tabellen är inte utgåvans")
        for path in (folder / audience, *sorted((folder / audience).rglob("*"))):
            mode = path.stat().st_mode & 0o777
            if mode != MODES[audience][path.is_dir()]:
                should = f"{MODES[audience][path.is_dir()]:o}"
                wrong(path.relative_to(folder).as_posix(), "har fel rättigheter", f"{mode:o}", f"chmod {should}")
    if folder.stat().st_mode & 0o777 != PASSAGE:
        found.append(
            str(Problem(where, "har fel rättigheter", found=f"{folder.stat().st_mode & 0o777:o}", do="chmod 711"))
        )
    if (folder / SUMS).exists() or described["versions"].get("code"):  # earlier versions wrote no list
        for name in differing(folder):
            wrong(name, "filen saknas, har ändrats eller hör inte till utgåvan")
    rests_on = {name for each in described["snapshots"] for name in each["snapshots"]}
    if lost := sorted(rests_on - known):
        wrong("internal/release.json", "bygger på ögonblicksbilder som manifestet inte känner", lost[0][:12])
    return found


def _other_tables(folder: Path, release: str) -> list[str]:
    """Tables whose rows have another release's id, or differ between database and Parquet."""
    other = []
    with closing(connect(folder / "lagesbild.duckdb", read_only=True, folders=[folder])) as con:
        listed = con.sql("select schema_name, table_name from duckdb_tables() order by all").fetchall()
        for schema, name in listed:
            table = f"{schema}.{name}"
            if schema != "output":
                con.sql(f"select bit_xor(hash({name})) from {table}").fetchall()  # reads, and so tries, every block
                continue
            file = f"read_parquet({quote(str(folder / f'{name}.parquet'))})"
            [(ids,)] = con.sql(
                f"select count(*) from {table} where release is distinct from {quote(release)}"
            ).fetchall()
            [(rows,)] = con.sql(
                f"select count(*) from ((from {table} except all from {file}) "
                f"union all (from {file} except all from {table}))"
            ).fetchall()
            if ids or rows:
                other.append(f"{name}.parquet")
    return other


def _newest(data: Path) -> list[str]:
    """Contracts that the newest release breaks, and what an attacker can find out from it."""
    found: list[str] = []
    with _telling(found, "output/latest"):
        with closing(connect(data / "output" / "latest" / "internal" / "lagesbild.duckdb", read_only=True)) as con:
            found += map(str, broken_contracts(con)[1])
        found += map(str, audit_latest(data).found)
    return found


# ------------------------------------------------------------------------------------------------------- made anew


def _rebuilt(plan: Plan, release: str, tell: Tell) -> tuple[list[str], str]:
    """What differs between the newest release's tables and the same made anew, or why they cannot be compared."""
    internal = plan.data / "output" / release / "internal"
    described = json.loads((internal / "release.json").read_text(encoding="utf-8"))
    if described["versions"].get("code") != code_hash():
        return [], f"Utgåvan {release} är gjord med en annan version av koden: nästa körning gör en ny att jämföra med."
    place = plan.data / ".check.tmp"
    shutil.rmtree(place, ignore_errors=True)  # a check that was killed
    try:
        _place(plan.data, place, described)
        then = replace(
            plan,
            settings=plan.settings.model_copy(update={"data": place}),
            sample=described["sample"],
            as_of=date.fromisoformat(described["as_of"]),
        )
        problems = _problems_of(plan.data, release)
        results = []
        for name, module in all_sources().items():
            tell(f"läser {name} på nytt ur landningen")
            results.append(read_source(then, module, problems.get(name, "")))
        published = _before(read_ledger(place, is_sample=then.sample), release)
        written = [each for each in read_texts_ledger(place, is_sample=then.sample) if each.release != release]
        name = release_id(
            then,
            results,
            published,
            texts_of(then),
            written,
            previous_release(plan.data, release[:10]),
        )
        if name != release:
            return [], (
                f"Innehåll, texter, inställningar eller tidigare utgåvor är andra än när {release} gjordes: "
                "nästa körning gör en ny att jämföra med."
            )
        tell("bygger tabellerna på nytt")
        built = build_warehouse(then, results, release, lambda _: None, published)
        if built.breaches:
            return [*map(str, built.breaches)], ""
        found = _other_decisions(place, then, release)
        for audience in AUDIENCES:
            tell(f"jämför {audience}")
            write_audience(place / audience, place / "warehouse.duckdb", audience, built.personal)
            found += [
                str(
                    Problem(
                        f"output/{release}/{audience}/{file}",
                        "är inte vad landningen ger med samma kod",
                        do=f"{_RESTORE}, eller flytta undan utgåvan och kör lagesbild run",
                    )
                )
                for file in _other_files(place / audience, internal.parent / audience)
            ]
        return found, ""
    except Problem as problem:
        return [str(problem)], ""
    except _UNREADABLE as error:
        return [str(Problem(f"output/{release}", "går inte att bygga på nytt", found=type(error).__name__))], ""
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _place(data: Path, place: Path, described: Mapping[str, object]) -> None:
    """A data folder where nothing is cached: the landing zone as it was when the release was made, and the ledgers."""
    snapshots = described["snapshots"]
    assert isinstance(snapshots, list)
    until = max((datetime.fromisoformat(each["observed_at"]) for each in snapshots), default=None)
    # Linked, not copied; and not by symbolic links, whose other end a query is not allowed to read.
    shutil.copytree(
        data / "landing", place / "landing", copy_function=os.link, ignore=shutil.ignore_patterns(_MANIFEST)
    )
    with (place / "landing" / _MANIFEST).open("wb") as manifest:
        # A later look at what had not changed made no new release, but would tell of a later hour.
        for line in (data / "landing" / _MANIFEST).read_bytes().split(b"\n"):
            if is_torn(line):
                continue  # the last, after a power cut: what else cannot be read has been told of
            at = json.loads(line).get("observed_at")
            if at is None or until is None or datetime.fromisoformat(at) <= until:
                manifest.write(line + b"\n")
    for name in ("published", TEXTS):
        if (data / name).is_dir():
            (place / name).symlink_to((data / name).resolve())


def _problems_of(data: Path, release: str) -> dict[str, str]:
    """What had gone wrong with each source on the night of a release: it decides the release's name."""
    try:
        night = next(line for line in newest_first(data, "runs") if line["release"] == release and line["is_new"])
        return {name: str(each["problem"]) for name, each in night["sources"].items()}
    except (StopIteration, LookupError, TypeError, AttributeError):
        return {}


def _before(published: Sequence[Published], release: str) -> list[Published]:
    """The lines of the ledger that stood there when a release was decided."""
    names = [each.release for each in published]
    return [*published[: names.index(release)]] if release in names else [*published]


def _other_decisions(place: Path, plan: Plan, release: str) -> list[str]:
    """Whether the ledger says of a release what it shows and hides."""
    with closing(connect(place / "warehouse.duckdb", read_only=True)) as con:
        decided = con.sql(f"from {DECIDED}").pl()
    own = [each for each in read_ledger(place, is_sample=plan.sample) if each.release == release]
    said = decisions(place, own[:1])
    if decided.is_empty() or (said and said[0].equals(decided.select(said[0].columns))):
        return []
    return [
        str(Problem("published/ledger.jsonl", "säger inte vad utgåvan visar och döljer", found=release, do=_RESTORE))
    ]


def _other_files(one: Path, other: Path) -> list[str]:
    """Names of Parquet and CSV files that are not in both folders with the same bytes."""
    made, released = (
        {path.name: path.read_bytes() for pattern in ("*.parquet", "*.csv") for path in folder.glob(pattern)}
        for folder in (one, other)
    )
    return sorted(name for name in {*made, *released} if made.get(name) != released.get(name))
