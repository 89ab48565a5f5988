"""Parses snapshots into Parquet, once per content and code, and passes personal files through the privacy door."""

import csv
import hashlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl

from sources._declare import Landing
from sources._door import hide_identities, identity_key, screen
from sources._landing import Observation, Part, keep_snapshot, make_folder, sha256, snapshot_path, write_atomically
from sources._problem import Problem
from sources._read import read_bytes
from sources._registry import SourceModule, all_sources
from sources._strict import Parsed, Rows, conform, reference_files

REDACTED = "parquet"
# Tonight's, and one that somebody may be reading meanwhile without the lock.
_COMPARISONS = 2


def snapshot_name(source: str, sha256: str) -> str:
    """What messages call a file: its source and the beginning of its hash, never the name it was handed in with."""
    return f"{source} {sha256[:12]}"


def parse_file(module: SourceModule, raw: Path, where: str, data: Path | None = None) -> Parsed:
    """Read one file in the publisher's layout into typed rows with a balanced ledger.

    data: the folder whose mappings say how other layouts are read, where the source may have any.

    Raises Problem where the file cannot be trusted as a whole. A file of another shape than the source expects is
    one of those: the error that it causes may quote a cell, so only its kind is told. Errors and warnings call the
    file `where` and never by its name, which may be a person's.
    """
    rows: pl.DataFrame | Rows
    try:
        if data is not None and module.parse_mapped is not None:
            rows, mapping = module.parse_mapped(raw, data)
        else:
            rows, mapping = module.parse(raw), ""
    except Problem as problem:
        raise problem.at(where) from None
    except (
        *(ArithmeticError, AttributeError, LookupError, TypeError, ValueError),
        *(csv.Error, pl.exceptions.PolarsError),
    ) as error:
        raise Problem(
            where,
            "innehållet har en annan form än väntat",
            found=type(error).__name__,
            do=f"kontrollera filen; är formen ny behöver sources/{module.name}.py ändras",
        ) from None
    return replace(conform(rows, module.source, where), mapping=mapping)


def pass_the_door(module: SourceModule, data: Path, raw: Path, received: date, *, key: bytes | None = None) -> Part:
    """Read a file that may hold personal data and keep only the redacted rows as its landing object.

    received: the day it came; a row of a later day is refused. key: what identities are hashed with, where it is not
    the installation's own. What is kept calls the file `snapshot_name`, as errors do.

    What has landed is never read again, so an edited mapping changes nothing of it: the file is with its owner, and
    delivered once more it is read by the new wording, whose hash is part of the landing object.
    """
    where = snapshot_name(module.name, sha256(read_bytes(raw)))
    folder = data / "landing" / module.name
    make_folder(folder)
    temporary = folder / ".door.tmp"
    try:
        mappings = data if key is None else None  # the sample is read the same in every folder
        screened = screen(parse_file(module, raw, where, mappings), module.source, where, received)
        hide_identities(screened, module.source, key or identity_key(data)).write(temporary)
        return keep_snapshot(data, module.name, temporary.read_bytes(), REDACTED)
    finally:
        temporary.unlink(missing_ok=True)


def parse_snapshots(module: SourceModule, data: Path, parts: Iterable[Part]) -> Mapping[Part, Path]:
    """The parsed Parquet file of every snapshot, from the cache where content, code and lists are unchanged."""
    wanted = sorted(set(parts))
    with ThreadPoolExecutor(max_workers=4) as pool:
        return dict(zip(wanted, pool.map(lambda part: _parsed(module, data, part), wanted), strict=True))


def _parsed(module: SourceModule, data: Path, part: Part) -> Path:
    raw = snapshot_path(data, module.name, part)
    where = snapshot_name(module.name, part.sha256)
    if module.source.landing is Landing.REDACTED:
        if not _is_whole(raw):
            raise _lost(where)
        return raw
    path = _cached(data, module, part)
    if not _is_whole(path):
        if not raw.is_file():
            raise _lost(where)
        make_folder(path.parent)
        with write_atomically(path) as temporary:
            parse_file(module, raw, where).write(temporary)
    return path


def remove_unread(data: Path, observations: Iterable[Observation]) -> None:
    """Remove from the cache what nothing reads any more: parsed by other code or lists, or of what does not stand.

    observations: those that stand; earlier answers too, which revisions are found in. Of those comparisons
    (`revisions_*`), which a new answer outdates, the newest stay. Hold the data folder's lock.
    """
    modules = all_sources()
    parts = {(each.source, part) for each in observations for part in each.parts if each.source in modules}
    read = {_cached(data, modules[source], part) for source, part in parts}
    for name in modules:
        folder = data / "parsed" / name
        compared = sorted(folder.glob("revisions_*.parquet"), key=lambda path: path.stat().st_mtime_ns)
        for path in {*folder.glob("[!.]*.parquet")} - read - {*compared[-_COMPARISONS:]}:
            path.unlink(missing_ok=True)


def _cached(data: Path, module: SourceModule, part: Part) -> Path:
    return data / "parsed" / module.name / f"{cache_key(module, part)}.parquet"


def _is_whole(path: Path) -> bool:
    """Whether a parsed file can be read: a cache that a crash or a disk has damaged is made anew."""
    try:
        Parsed.read(path, rows=False)
    except Problem:
        return False
    return True


def _lost(where: str) -> Problem:
    return Problem(where, "ögonblicksbilden saknas eller är skadad", do="återställ data/landing från säkerhetskopian")


def cache_key(module: SourceModule, part: Part) -> str:
    """A hash of all that decides how a snapshot is read: its bytes, the code, the reviewed lists, the library."""
    key = hashlib.sha256(part.sha256.encode())
    key.update(_code_hash(module.path))
    for table in sorted({"municipalities", "counties", *module.source.reference}):
        for file in reference_files(table):
            key.update(file.read_bytes())
    return key.hexdigest()


@cache
def _code_hash(path: Path) -> bytes:
    code = hashlib.sha256(pl.__version__.encode())
    for file in [path, *sorted(path.parent.glob("_*.py"))]:
        code.update(file.read_bytes())
    return code.digest()
