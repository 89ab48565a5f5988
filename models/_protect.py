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
_LEDGER = ("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate")
# One method for every size: an exact rate has fewer than ten behind it, a share without limits fewer than ten answers.
_METHOD = """case
    when method like 'rate%' then 'rate_byar'
    when method = 'self_selected' then method
    else 'proportion_wilson'
end"""
_FLAGS = "array_to_string(list_filter(string_split(flags, ','), lambda flag: flag <> 'few_respondents'), ',')"


def protect(warehouse: Path, local_sources: Sequence[str]) -> None:
    """Create the schema `public` beside `output`, table for table, without figures from sources that are not official.

    local_sources: the sources that have not been published by anyone else. A row that any of them had part in is
    `suppressed` unless it is synthetic. A hidden row keeps nothing that tells how small its figure was: not which
    method its size called for, not that few answered. Nor is it told how many rows such a source delivered or had
    refused. Messages about sources may name a delivered file and stay inside.
    """
    listed = ", ".join(quote(source) for source in local_sources) or "''"
    con = connect(warehouse)
    try:
        con.execute("create schema public")
        hidden = f"(not is_synthetic and list_has_any(string_split(sources, ','), [{listed}]))"
        blanked = ", ".join(f"case when not {hidden} then {name} end as {name}" for name in FIGURES)
        con.execute(
            f"create table public.indicators as select * replace ({blanked}, "
            f"case when {hidden} then 'suppressed' else status end as status, "
            f"case when {hidden} then {_METHOD} else method end as method, "
            f"case when {hidden} then {_FLAGS} else flags end as flags) from output.indicators"
        )
        con.execute("create table public.definitions as from output.definitions")
        own = f"(not is_synthetic and source in ({listed}))"
        uncounted = ", ".join(f"case when not {own} then {name} end as {name}" for name in _LEDGER)
        con.execute(
            f"create table public.sources as select * replace ({uncounted}, null::varchar as message) "
            "from output.sources"
        )
        con.execute(
            "create table public.quarantine as from output.quarantine "
            f"where source not in (select source from output.sources where {own})"
        )
    finally:
        con.close()
