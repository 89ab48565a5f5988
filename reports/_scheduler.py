"""What Prefect's database and logs hold of earlier runs, read from where they were last found clean."""

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reports._texts import Refused, Said, json_strings
from sources._landing import write_atomically
from sources._strict import REFERENCE, ROOT

# What Prefect's own server writes at its start: of the services it knows, with examples of addresses, and its own key.
_SHIPPED = frozenset({"alembic_version", "block_type", "block_schema", "block_schema_reference", "configuration"})
# Where messages go is kept enciphered (Fernet): it says nothing, but read as text one in four looks like an address.
_SEALED = re.compile(r"gAAAAA[0-9A-Za-z_-]{60,}={0,2}")
# Rows that were being written while they were read, and a clock that was set back, are read once more.
_OVERLAP = timedelta(days=1)


def scheduler_texts(data: Path, now: datetime) -> Iterator[Said]:
    """Every text in every table of `prefect/prefect.db`, its write-ahead log included, and every line of its logs.

    Of the database only rows made or changed since `remember_clean`, with a day's overlap: Prefect notes on every row
    when that was, and keeps an index of it. Raises Refused where the database cannot be read.
    """
    for log in sorted((data / "prefect").rglob("*.log")):
        yield f"prefect {log.name}", log.read_text(encoding="utf-8", errors="replace").splitlines()
    database = data / "prefect" / "prefect.db"
    if not database.exists():
        return
    since = _clean_until(data, now)
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as con:
            con.text_factory = lambda raw: raw.decode("utf-8", "replace")
            con.execute("begin")  # one moment of a database that a server goes on writing
            tables = con.execute("select name from sqlite_master where type = 'table' order by name").fetchall()
            for (table,) in tables:
                if table not in _SHIPPED:
                    yield from _rows(con, table, since)
    except sqlite3.Error:
        raise Refused("prefect.db", "går inte att läsa") from None


def remember_clean(data: Path, at: datetime) -> None:
    """Note that what Prefect held at `at` was read with nothing found, and by which rules."""
    path = _mark(data)
    path.parent.mkdir(parents=True, exist_ok=True)
    with write_atomically(path) as temporary:
        temporary.write_text(json.dumps({"rules": _rules(), "at": at.astimezone(UTC).isoformat()}) + "\n")


def _clean_until(data: Path, now: datetime) -> str:
    """The time from which rows are to be read, as Prefect writes it; empty for all, as when the rules have changed.

    A mark from a time that has not been is of a clock that was wrong: what came after it would never be read.
    """
    try:
        mark = json.loads(_mark(data).read_bytes())
        at = datetime.fromisoformat(mark["at"])
        return str(at - _OVERLAP)[:19] if mark["rules"] == _rules() and at <= now else ""
    except (OSError, LookupError, TypeError, ValueError):
        return ""


def _mark(data: Path) -> Path:
    return data / "log" / "prefect_clean.json"


def _rules() -> str:
    files = [*(ROOT / "sources").glob("_*.py"), *(ROOT / "reports").glob("*.py"), *REFERENCE.glob("*.csv")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()


def _rows(con: sqlite3.Connection, table: str, since: str) -> Iterator[Said]:
    columns = [row[1] for row in con.execute(f'pragma table_info("{table}")')]
    newer = " where updated > ?" if since and "updated" in columns else ""
    said: list[set[str]] = [set() for _ in columns]
    for row in con.execute(f'select * from "{table}"{newer}', [since] if newer else []):
        for texts, cell in zip(said, row, strict=True):
            if isinstance(cell, bytes):
                texts.add(cell.decode("utf-8", "replace"))
            elif isinstance(cell, str):
                texts.update(_parts(cell))
    for column, texts in zip(columns, said, strict=True):
        yield f"prefect.db {table}.{column}", texts


def _parts(cell: str) -> list[str]:
    """A cell's text, or the texts of the JSON it holds, where letters may be written as numbers, but what is sealed."""
    if cell[:1] in ("{", "[", '"'):
        try:
            return [text for text in json_strings(cell) if not _SEALED.fullmatch(text)]
        except (ValueError, RecursionError):
            pass
    return [cell]
