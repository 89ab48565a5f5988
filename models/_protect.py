"""The public tables, made from the output tables: what only the house needs to know of its sources stays inside."""

from collections.abc import Sequence
from pathlib import Path

from models._duckdb import connect, quote

_LEDGER = ("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate")


def protect(warehouse: Path, local_sources: Sequence[str]) -> None:
    """Create the schema `public` beside `output`, table for table.

    What figures show of people is decided before they are computed (`_disclose.py`), for both audiences alike. Here go
    how many rows a source delivered or had refused that no authority has published (`local_sources`), and all messages.
    """
    listed = ", ".join(quote(source) for source in local_sources) or "''"
    uncounted = ", ".join(f"case when source not in ({listed}) then {name} end as {name}" for name in _LEDGER)
    con = connect(warehouse)
    try:
        con.execute("create schema public")
        for table in ("indicators", "definitions", "comparisons", "changes", "trends", "ranks", "judgements", "months"):
            con.execute(f"create table public.{table} as from output.{table}")
        con.execute(
            f"create table public.sources as select * replace ({uncounted}, null::varchar as message) "
            "from output.sources"
        )
        con.execute(f"create table public.quarantine as from output.quarantine where source not in ({listed})")
    finally:
        con.close()
