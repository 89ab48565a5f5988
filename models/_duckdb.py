"""The one place that opens DuckDB."""

from pathlib import Path

import duckdb


def connect(path: Path | None = None, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a database file, or one in memory, with settings under which equal input gives equal output.

    Nothing is downloaded, no progress bar is drawn, time zones are UTC, and rows keep the order they were written in.
    """
    con = duckdb.connect(
        str(path) if path else ":memory:",
        read_only=read_only,
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "true",
        },
    )
    con.execute("set TimeZone = 'UTC'")
    return con


def quote(text: str) -> str:
    """Text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
