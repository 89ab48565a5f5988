"""What a municipality's own services report (EST): one row per event or observation, delivered by hand.

Free text is read for category flags at the door and goes no further; of places only reviewed, named areas pass.
The layout is lagesbild's own template: no system's export has been seen.
"""

from hashlib import blake2b
from pathlib import Path

import polars as pl

from sources._declare import (
    Cadence,
    ClockTime,
    Column,
    Concerns,
    Date,
    Delivery,
    Disclosure,
    Landing,
    Licence,
    Listed,
    Municipality,
    Source,
    Text,
    Unknown,
)
from sources._flags import keyword_flags
from sources._read import read_table

SOURCE = Source(
    title="Verksamheternas händelserapporter",
    publisher="Kommunen",
    homepage="",
    licence=Licence("Internt underlag", ""),
    attribution="Källa: kommunens verksamheter",
    attribution_processed="Egen bearbetning av uppgifter från kommunens verksamheter",
    cadence=Cadence.WEEKLY,
    delivery=Delivery.APPEND,
    columns=(
        Column("rapport_id", "report_id", Text(identity=True)),
        Column("datum", "date", Date()),
        Column("tid", "time", ClockTime(), required=False),
        Column("kommun", "municipality_code", Municipality()),
        Column(
            "plats", "place", Listed(table="places", match="place", to="place", unknown=Unknown.DROP), required=False
        ),
        Column("kategori", "category", Listed(table="incident_categories", match="category", to="canonical_category")),
        Column("rapportor", "reporter", Text(identity=True), required=False),
        Column("keyword_flags", "keyword_flags", Text(), required=False, derived=True),
    ),
    free_text=("beskrivning", "atgard"),
    key=("report_id",),
    speaks_of="date",
    reference=("places", "incident_categories", "incident_keywords"),
    disclosure=Disclosure.LOCAL,
    concerns=Concerns.CHILDREN,  # some categories; each category says its own in incident_categories.csv
    landing=Landing.REDACTED,
    retention_months=24,  # a proposal, not law: the municipality's own decision is what counts
    aggregate=(
        ("municipality_code", "varchar"),
        ("month", "date"),
        ("category", "varchar"),
        ("reports", "bigint"),
        ("reporters", "bigint"),
    ),
    by_hand=True,
)


def parse(raw: Path) -> pl.DataFrame:
    """The declared columns of a delivery, with flags in the place of its free text.

    A report without an id is known by what it says, and the second that says the same by being the second, so that a
    form that is handed in again is not counted again.
    """
    rows = read_table(raw, SOURCE)
    present = [name for name in SOURCE.free_text if name in rows.columns]
    flags = keyword_flags(*present) if present else pl.lit(None, pl.String)
    is_without = pl.col("rapport_id").fill_null("").str.strip_chars() == ""
    told = [column.source for column in SOURCE.columns if not column.derived and column.source != "rapport_id"]
    content = pl.concat_str(
        pl.int_range(pl.len()).over(told), *(pl.col(name).fill_null("") for name in told), separator="|"
    )
    own = pl.when(is_without).then(content).map_elements(_digest, return_dtype=pl.String)
    return rows.with_columns(keyword_flags=flags, rapport_id=pl.coalesce(own, "rapport_id")).drop(present)


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()
