"""The one place that opens DuckDB."""

from collections.abc import Sequence
from pathlib import Path

import duckdb


def connect(
    path: Path | None = None, *, read_only: bool = False, folders: Sequence[Path] | None = ()
) -> duckdb.DuckDBPyConnection:
    """Open a database file, or one in memory, with settings under which equal input gives equal output.

    Nothing is downloaded, no progress bar is drawn, time zones are UTC, and rows keep the order they were written in.
    What lies in memory stays there: no part of it is put into a file of the folder that somebody happens to work in.
    No query can reach another file, the network or an extension, and none can allow itself to: a caller that reads or
    writes files names the `folders` they lie in; None leaves a person's own session as free as the person is.
    """
    con = duckdb.connect(
        str(path) if path else ":memory:",
        read_only=read_only,
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "true",
            **({} if path else {"temp_directory": ""}),
        },
    )
    con.execute("set TimeZone = 'UTC'")
    if folders:
        listed = ", ".join(quote(str(folder.resolve())) for folder in folders)
        con.execute(f"set allowed_directories = [{listed}]")
    if folders is not None:
        con.execute("set enable_external_access = false")
    return con


def quote(text: str) -> str:
    """Text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
