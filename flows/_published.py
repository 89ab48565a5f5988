"""The publication ledger: what each release showed and hid of people. Append-only and never rebuildable: back it up.

`data/published/ledger.jsonl` has a line for each release, and beside it stand the decisions that the lines name by
their hash. What was once shown is known for ever, so every later release is decided in the light of it.
"""

import io
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import polars as pl

from models._disclose import DECIDED
from sources._landing import sha256, unread, write_atomically
from sources._problem import Problem

T = TypeVar("T")


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
    listed = read_lines(data / "published" / "ledger.jsonl", Published)
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


def record_release(data: Path, release: str, decided: pl.DataFrame, *, is_sample: bool) -> None:
    """Write down, durably and before it can be read, what a release shows and hides. Nothing is written of nothing."""
    if decided.is_empty():
        return
    folder = data / "published"
    folder.mkdir(exist_ok=True)
    content = io.BytesIO()
    decided.write_parquet(content)
    entry = Published(release=release, is_sample=is_sample, content=sha256(content.getvalue()))
    path = folder / f"{entry.content}.parquet"
    if not path.exists():
        with write_atomically(path) as temporary:
            temporary.write_bytes(content.getvalue())
    append_lines(folder / "ledger.jsonl", [asdict(entry)])


def read_lines(path: Path, kind: type[T]) -> list[T]:
    """The lines of a ledger as what they are, oldest first. A torn last line (a power cut) is passed over.

    Raises Problem for any other line that cannot be read.
    """
    if not path.exists():
        return []
    *lines, _ = path.read_bytes().split(b"\n")  # a whole line ends with one
    read = []
    for number, line in enumerate(lines, 1):
        try:
            read.append(kind(**json.loads(line)))
        except (ValueError, TypeError):
            where = f"{path}, rad {number}"
            raise unread(where, line, {"": kind}, "återställ data/published från säkerhetskopian") from None
    return read


def append_lines(path: Path, entries: Sequence[Mapping[str, object]]) -> None:
    """Write lines at the end of a ledger, durably; a torn last line is cut off first."""
    path.parent.mkdir(exist_ok=True)
    with path.open("a+b") as ledger:
        ledger.seek(0)
        ledger.truncate(ledger.read().rfind(b"\n") + 1)
        for entry in entries:
            ledger.write(json.dumps(entry, sort_keys=True).encode() + b"\n")
        ledger.flush()
        os.fsync(ledger.fileno())


def _read(data: Path, published: Published) -> pl.DataFrame:
    path = data / "published" / f"{published.content}.parquet"
    try:
        return pl.read_parquet(path).select(*DECIDED)
    except (OSError, pl.exceptions.PolarsError):
        raise Problem(
            str(path), "beslutet saknas eller är skadat", do="återställ data/published från säkerhetskopian"
        ) from None
