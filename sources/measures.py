"""The municipality's log of measures (åtgärdslogg): what is done against what, by which function, when, how much.

The layout is lagesbild's own template: no capture, 0 facts of a publisher's; read with `fastexcel` as every workbook.
Each delivery is a municipality's whole log. Responsible is a function out of a closed list, never a person; of places
only reviewed, named areas pass. Which promise a measure belongs to is what the log says, by the register's own list.
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
    Municipality,
    Number,
    Reuse,
    Source,
    Text,
    Unknown,
    Whole,
)
from sources._read import read_table

SOURCE = Source(
    title="Åtgärdslogg",
    publisher="Kommunen",
    homepage="",
    licence=Licence("Internt underlag", "", Reuse.FREE),
    attribution="Källa: kommunens åtgärdslogg",
    attribution_processed="Egen bearbetning av kommunens åtgärdslogg",
    cadence=Cadence.MONTHLY,
    delivery=Delivery.FULL,
    columns=(
        Column("nr", "number", Whole(minimum=1, maximum=99_999)),
        Column("kommun", "municipality_code", Municipality()),
        Column(
            "fokusomrade",
            "focus_area",
            Listed(table="focus_areas", match="title", to="focus_area", unknown=Unknown.STOP),
        ),
        Column(
            "plats", "place", Listed(table="places", match="place", to="place", unknown=Unknown.DROP), required=False
        ),
        Column("problem", "problem", Text(), required=False),
        Column("atgard", "action", Text()),
        Column(
            "ansvarig_funktion",
            "responsible",
            Listed(table="responsible_functions", match="responsible", to="responsible", unknown=Unknown.STOP),
        ),
        Column("status", "status", Listed(table="measure_statuses", match="word", to="status", unknown=Unknown.STOP)),
        Column("beslutad", "decided_date", Date(), required=False),
        Column("klart_senast", "due_date", Date(may_be_future=True), required=False),
        Column("klart", "done_date", Date(), required=False),
        Column("antal_lovat", "quantity_promised", Whole(minimum=0), required=False),
        Column("antal_gjort", "quantity_done", Whole(minimum=0), required=False),
        Column(
            "enhet",
            "quantity_unit",
            Listed(table="measure_units", match="unit", to="unit", unknown=Unknown.STOP),
            required=False,
        ),
        Column("kostnad_kr", "cost_kr", Number(minimum=0.0), required=False),
        Column(
            "lofte",
            "promise",
            Listed(table="promises", match="label", to="promise", unknown=Unknown.STOP),
            required=False,
            may_be_absent=True,
        ),
    ),
    free_text=("notering",),
    key=("municipality_code", "number"),
    speaks_of="due_date",  # as far as it looks ahead, but never past the day it was handed in
    part_of="municipality_code",
    reference=("focus_areas", "places", "responsible_functions", "measure_statuses", "measure_units", "promises"),
    disclosure=Disclosure.LOCAL,
    concerns=Concerns.PLACES,
    landing=Landing.REDACTED,
    by_hand=True,
)


def parse(raw: Path) -> pl.DataFrame:
    """The declared columns of a delivery; notes are dropped unread."""
    rows = read_table(raw, SOURCE)
    return rows.drop([name for name in SOURCE.free_text if name in rows.columns])
