"""The public tables, made from the output tables: what only the house needs to know of its sources stays inside."""

from collections.abc import Sequence
from pathlib import Path

from models._duckdb import connect, quote

_ALIKE = (
    *("indicators", "definitions", "comparisons", "changes", "trends", "ranks", "judgements", "months", "revisions"),
    *("profiles", "places", "concentration"),  # of things and places only, a place by whole half-years
    *("promises", "promise_outcomes", "promise_effects"),  # of measures they count only what is done
)
# For the working group alone, without a public counterpart: a signal is a question until somebody has answered it.
INTERNAL = frozenset({"output.early_warning", "output.signals"})
_LEDGER = ("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate")
# What may be told of a measure that is not done. Where and when it is planned is for those who do it, and its text may
# say so too; a column that is not named here is shown of what is done only.
_OF_OPEN_MEASURES = frozenset(
    {
        *("area_code", "area", "number", "focus_area", "responsible", "status"),
        *("quantity_promised", "quantity_done", "quantity_unit", "is_synthetic", "data_as_of", "release"),
    }
)
_IS_DONE = "status = 'done' and done_date is not null"


def protect(warehouse: Path, local_sources: Sequence[str]) -> None:
    """Create the schema `public` beside `output`, table for table but for those in `INTERNAL`.

    What figures show of people is decided before they are computed (`_disclose.py`), for both audiences alike. Here go
    how many rows a source delivered or had refused that no authority has published (`local_sources`), all messages, and
    what is planned, where and when, of measures that are not done.
    """
    listed = ", ".join(quote(source) for source in local_sources) or "''"
    uncounted = ", ".join(f"case when source not in ({listed}) then {name} end as {name}" for name in _LEDGER)
    con = connect(warehouse)
    try:
        con.execute("create schema public")
        for table in _ALIKE:
            con.execute(f"create table public.{table} as from output.{table}")
        con.execute(
            f"create table public.sources as select * replace ({uncounted}, null::varchar as message) "
            "from output.sources"
        )
        columns = ", ".join(
            name if name in _OF_OPEN_MEASURES else f"case when {_IS_DONE} then {name} end as {name}"
            for name, *_ in con.sql("describe output.measures").fetchall()
        )
        con.execute(f"create table public.measures as select {columns} from output.measures")
        con.execute(f"create table public.quarantine as from output.quarantine where source not in ({listed})")
    finally:
        con.close()
