"""What may leave the house: the public tables, made from the output tables before anything is written.

Until disclosure control decides row by row, the public release shows only figures that are already official or
that are synthetic; every other row stands there without its figures and says so.
"""

from collections.abc import Sequence
from pathlib import Path

from models._duckdb import connect, quote

FIGURES = (
    "value",
    "lower_confidence_limit",
    "upper_confidence_limit",
    "numerator",
    "denominator",
    "respondents",
    "response_rate",
)


def protect(warehouse: Path, local_sources: Sequence[str]) -> None:
    """Create the schema `public` beside `output`, table for table, without figures from sources that are not official.

    local_sources: the sources that have not been published by anyone else. A row that any of them had part in is
    `suppressed` unless it is synthetic.
    """
    listed = ", ".join(quote(source) for source in local_sources) or "''"
    con = connect(warehouse)
    try:
        con.execute("create schema public")
        hidden = f"(not is_synthetic and list_has_any(string_split(sources, ','), [{listed}]))"
        blanked = ", ".join(f"case when not {hidden} then {name} end as {name}" for name in FIGURES)
        con.execute(
            f"create table public.indicators as select * replace ({blanked}, "
            f"case when {hidden} then 'suppressed' else status end as status) from output.indicators"
        )
        con.execute("create table public.definitions as from output.definitions")
        con.execute("create table public.sources as from output.sources")
        con.execute("create table public.quarantine as from output.quarantine")
        con.execute("checkpoint")
    finally:
        con.close()
