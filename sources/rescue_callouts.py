"""What the municipal rescue services were called out to: MSB's rows, one per event, ordered from the publisher by hand.

Checked against a capture (vehicle fires 2018, the whole country, 5,657 rows): 10 facts (the 31 headings; one row per
event; days and times as Excel dates, the time on 1899-12-31; codes of counties and municipalities as text, also those
that begin with 0; numbers as floats; six triggering events; a vehicle may also burn as a consequence, named in a list;
six causes; every cell filled; a second, empty sheet). From the publisher's pages: 2 (a new report form in 2022; what
December's events must be reported by). Not seen: an extract of other events than vehicle fires, a CSV, the years since
2022. Read by the house's own reader of tables (fastexcel): it is one flat sheet.

The file has a small statistical area (DeSO), a minute and a kind of building for every event: with one house in the
area that points at somebody, so none of them passes the door.
"""

from pathlib import Path

import polars as pl

from sources._declare import (
    Answer,
    Break,
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
    Reuse,
    Source,
    Text,
)
from sources._read import read_table

SOURCE = Source(
    title="Räddningstjänstens insatser",
    publisher="Myndigheten för civilt försvar (MSB till och med 2025)",
    homepage="https://www.msb.se",
    licence=Licence(
        "Fri användning, källan ska anges", "https://www.msb.se/sv/verktyg--tjanster/statistik/", Reuse.ATTRIBUTION
    ),
    attribution="Källa: MSB",
    attribution_processed="Egen bearbetning av uppgifter från MSB",
    cadence=Cadence.YEARLY,
    expected_by="06-30",  # our own: December is reported by 31 January, and an extract must be ordered
    delivery=Delivery.REPLACES_PERIOD,
    columns=(
        Column("handelseId", "callout_id", Text(identity=True)),
        Column("datum", "date", Date()),
        Column("kommun", "municipality_code", Municipality()),
        Column(
            "utlosandeHandelseText",
            "event_type",
            Listed(table="rescue_event_types", match="event_type", to="canonical_type"),
        ),
        Column("foljdolyckaGruppText", "is_vehicle_fire", Answer()),
        Column("orsakAvsiktText", "cause", Listed(table="rescue_causes", match="cause", to="canonical_cause")),
    ),
    ignore=(
        "tid",
        "lanskod",
        "lanKortNamn",
        "kommunKortNamn",
        "kommungruppSKL2017",
        "kommungruppTextSKL2017",
        "deso",
        "verksamhetUtemiljoKategoriText",
        "verksamhetUtemiljoText",
        "antalPersonbil",
        "antalBuss",
        "antalLastbil",
        "antalHusvagnHusbil",
        "antalOvrigaVagfordon",
        "antalJordbruksmaskin",
        "antalSkogsmaskin",
        "antalAnnanArbetsmaskin",
        "antalSparfordon",
        "antalFartygBat",
        "antalFlygplanHelikopter",
        "antalAnnatFordon",
        "objektForstAntandesKategoriText",
        "objektForstAntandesText",
        "varmekallaKategoriText",
        "varmekallaText",
    ),
    key=("callout_id",),
    speaks_of="date",
    breaks=(Break(2022, "Räddningstjänstens händelserapport fick en ny version den 1 januari 2022."),),
    reference=("rescue_event_types", "rescue_causes"),
    disclosure=Disclosure.LOCAL,
    concerns=Concerns.THINGS,
    landing=Landing.REDACTED,
    retention_months=24,  # a proposal, not law: the municipality's own decision is what counts
    aggregate=(
        ("municipality_code", "varchar"),
        ("month", "date"),
        ("event_type", "varchar"),
        ("is_vehicle_fire", "boolean"),
        ("cause", "varchar"),
        ("callouts", "bigint"),
    ),
    by_hand=True,
)

_VEHICLE_FIRE = "Brand eller brandtillbud i fordon eller fartyg utomhus"


def parse(raw: Path) -> pl.DataFrame:
    """One row per event. Of the accidents that followed from it only whether a vehicle burned is kept, as ja or nej.

    A vehicle burns in an event that was triggered so, or that spread to one: a fire in a building, a traffic accident.
    """
    rows = read_table(raw, SOURCE)
    burned = pl.any_horizontal(
        pl.col("utlosandeHandelseText", "foljdolyckaGruppText")
        .str.to_lowercase()
        .str.contains(_VEHICLE_FIRE.lower(), literal=True)
    )
    return rows.with_columns(
        foljdolyckaGruppText=pl.when(burned).then(pl.lit("ja")).when(~burned).then(pl.lit("nej")),
        handelseId=pl.col("handelseId").str.replace(r"\.0$", ""),
    )
