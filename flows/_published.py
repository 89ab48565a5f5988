"""The publication ledger: what each release showed and hid of people. Append-only and never rebuildable: back it up.

`data/published/ledger.jsonl` has a line for each release, and beside it stand the decisions that the lines name by
their hash. What was once shown is known for ever, so every later release is decided in the light of it.
"""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import polars as pl

from models._disclose import DECIDED
from sources._landing import append_durably, is_torn, make_folder, sha256, unread, write_atomically
from sources._problem import Problem

T = TypeVar("T")
LEDGER = "ledger.jsonl"


@dataclass(frozen=True, kw_only=True)
class Published:
    """One release in the ledger; `content` is the hash of its decisions. The sample's never count for real releases."""

    release: str
    is_sample: bool
    content: str


def read_ledger(data: Path, *, is_sample: bool) -> list[Published]:
    """The releases published from a data folder, oldest first. A torn last line (a power cut) is passed over.

    Raises Problem for any other line that cannot be read.
    """
    listed = read_lines(data / "published" / LEDGER, Published)
    return [each for each in listed if each.is_sample is is_sample]


def decisions(data: Path, published: Sequence[Published]) -> list[pl.DataFrame]:
    """What some releases showed and hid, in the columns of `DECIDED`; the same twice in a row is given once.

    Raises Problem where the ledger names decisions that are not there.
    """
    changed = [
        each
        for each, before in zip(published, [None, *published], strict=False)
        if before is None or each.content != before.content
    ]
    return [_read(data, each) for each in changed]


def keep_decisions(data: Path, release: str, decided: pl.DataFrame, *, is_sample: bool) -> list[Published]:
    """Keep, durably, what a release shows and hides; returns its line for the ledger. Nothing is written of nothing."""
    if decided.is_empty():
        return []
    folder = data / "published"
    make_folder(folder)
    content = io.BytesIO()
    decided.write_parquet(content)
    entry = Published(release=release, is_sample=is_sample, content=sha256(content.getvalue()))
    path = folder / f"{entry.content}.parquet"
    if not path.exists():
        with write_atomically(path) as temporary:
            temporary.write_bytes(content.getvalue())
    return [entry]


def read_lines(path: Path, kind: type[T]) -> list[T]:
    """The lines of a ledger as what they are, oldest first. A torn last line (a power cut) is passed over.

    Raises Problem for any other line that cannot be read.
    """
    read = []
    for number, line in enumerate(_whole_lines(path), 1):
        try:
            read.append(kind(**json.loads(line)))
        except (ValueError, TypeError):
            where = f"{path}, rad {number}"
            raise unread(where, line, {"": kind}, "återställ data/published från säkerhetskopian") from None
    return read


def append_missing(path: Path, entries: Sequence[Mapping[str, object]]) -> None:
    """Write at the end of a ledger, durably, those of the lines that do not stand there already."""
    known = set(_whole_lines(path))
    lines = [json.dumps(entry, sort_keys=True) for entry in entries]
    if new := [line for line in lines if line.encode() not in known]:
        append_durably(path, new, stands=lambda last: not is_torn(last))


def _whole_lines(path: Path) -> list[bytes]:
    """The lines of a ledger, without a torn last one; one that has only lost its line break is whole."""
    *lines, last = path.read_bytes().split(b"\n") if path.exists() else [b""]
    return lines if is_torn(last) else [*lines, last]


def _read(data: Path, published: Published) -> pl.DataFrame:
    path = data / "published" / f"{published.content}.parquet"
    try:
        return pl.read_parquet(path).select(*DECIDED)
    except (OSError, pl.exceptions.PolarsError):
        raise Problem(
            str(path), "beslutet saknas eller är skadat", do="återställ data/published från säkerhetskopian"
        ) from None
