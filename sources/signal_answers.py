"""What the working group answers the early warning: confirmed, an event, a new reporter, a double, or acted on.

The layout is lagesbild's own template: no capture, 0 facts of a publisher's. An answer is a word out of a closed list
to a signal's own name (`output.signals`), which holds a place, a category and a time, and nothing of a person.
"""

from pathlib import Path

import polars as pl

from sources._declare import (
    Cadence,
    Column,
    Concerns,
    Date,
    Delivery,
    Disclosure,
    Landing,
    Licence,
    Listed,
    Reuse,
    Source,
    Text,
    Unknown,
)
from sources._read import read_table

# Area, category and first period: 1421-all-2026-W25.
_NAME = r"[a-z0-9_]{2,40}-[a-z_]{2,40}-20\d\d-(?:W\d\d|\d\d)"

SOURCE = Source(
    title="Arbetsgruppens svar på avvikelser",
    publisher="Kommunen",
    homepage="",
    licence=Licence("Internt underlag", "", Reuse.FREE),
    attribution="Källa: kommunens arbetsgrupp",
    attribution_processed="Egen bearbetning av kommunens arbetsgrupps svar",
    cadence=Cadence.IRREGULAR,
    delivery=Delivery.APPEND,
    columns=(
        Column("avvikelse", "signal", Text(pattern=_NAME)),
        Column("svar", "answer", Listed(table="signal_answers", match="word", to="answer", unknown=Unknown.STOP)),
        Column("datum", "answered_date", Date()),
    ),
    free_text=("vad_som_avvek",),
    key=("signal", "answered_date"),
    speaks_of="answered_date",
    reference=("signal_answers",),
    disclosure=Disclosure.LOCAL,
    concerns=Concerns.PLACES,
    landing=Landing.REDACTED,
    by_hand=True,
)


def parse(raw: Path) -> pl.DataFrame:
    """The declared columns of a delivery; a row without an answer is a signal that is not answered yet."""
    rows = read_table(raw, SOURCE)
    rows = rows.filter(pl.col("svar").fill_null("").str.strip_chars() != "")
    return rows.drop([name for name in SOURCE.free_text if name in rows.columns])
