"""People injured in road traffic (STRADA): one row per injured person, drawn out by the municipality and handed in.

No export of STRADA has been seen, so no fact is checked against a capture; the layout is lagesbild's own template.
From the publisher's pages: 4 facts (the police report injury accidents in the whole country since 2003; emergency
hospitals do since 2016, some of them not in 2020; the two sources are matched; the A-tractor and both classes of moped
are traffic elements of their own). When a declared mapping (`sources/_mapping.py`) can be had, it may say which column
of an export is which of these; the template stays what it maps to. Read by the house's own reader of tables.

Coordinates, roads and texts are no columns here and stop the file; the clock may be handed in and is not kept.
"""

from pathlib import Path

import polars as pl

from sources._declare import (
    Break,
    Cadence,
    Column,
    Concerns,
    Date,
    Delivery,
    Disclosure,
    Landing,
    Licence,
    Municipality,
    Reuse,
    Source,
    Text,
    Whole,
)
from sources._read import read_table

SOURCE = Source(
    title="Skadade i vägtrafiken (Strada)",
    publisher="Transportstyrelsen",
    homepage="https://www.transportstyrelsen.se/sv/vagtrafik/statistik/olycksstatistik/om-strada/",
    licence=Licence("Eget uttag enligt avtal med Transportstyrelsen", "", Reuse.AGREED),
    attribution="Källa: Strada, Transportstyrelsen",
    attribution_processed="Egen bearbetning av uppgifter ur Strada, Transportstyrelsen",
    cadence=Cadence.YEARLY,
    expected_by="06-30",
    delivery=Delivery.REPLACES_PERIOD,
    columns=(
        Column("olycks_id", "accident_id", Text(identity=True)),
        Column("person_nr", "person_number", Whole(minimum=1, maximum=500)),
        Column("datum", "date", Date()),
        Column("kommun", "municipality_code", Municipality()),
        Column("svarhetsgrad", "severity", Text(accepted=("död", "svår", "måttlig", "lindrig", "okänd"))),
        Column(
            "trafikelement",
            "traffic_element",
            Text(
                accepted=(
                    "a-traktor",
                    "moped klass I",
                    "moped klass II",
                    "motorcykel",
                    "fyrhjuling",
                    "personbil",
                    "buss",
                    "lastbil",
                    "cykel",
                    "elsparkcykel",
                    "gående",
                    "annat",
                )
            ),
        ),
        # "år" keeps a spreadsheet from reading 7-14 as a day in July.
        Column(
            "aldersgrupp",
            "age_group",
            Text(accepted=("0-6 år", "7-14 år", "15-17 år", "18-24 år", "25-64 år", "65- år", "okänd")),
        ),
        Column("rapporterad_av", "reported_by", Text(accepted=("polis", "sjukvård", "båda"))),
    ),
    ignore=("tid",),
    key=("accident_id", "person_number"),
    speaks_of="date",
    breaks=(Break(2016, "Akutsjukhusen i hela landet rapporterar sedan 2016; enstaka gjorde det inte 2020."),),
    disclosure=Disclosure.LOCAL,
    concerns=Concerns.CHILDREN,  # some of the injured; of the adults it is health
    landing=Landing.REDACTED,
    retention_months=24,  # a proposal, not law: the municipality's own decision is what counts
    aggregate=(
        ("municipality_code", "varchar"),
        ("year", "integer"),
        ("severity", "varchar"),
        ("traffic_element", "varchar"),
        ("age_group", "varchar"),
        ("reported_by", "varchar"),
        ("injured", "bigint"),
    ),
    by_hand=True,
)


def parse(raw: Path) -> pl.DataFrame:
    """The declared columns of a delivery, a row per injured person."""
    return read_table(raw, SOURCE)
