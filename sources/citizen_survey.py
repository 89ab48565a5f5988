"""Citizen dialogues (self-selected answers) and shares that others have published, with n or margin, by hand.

The layout is lagesbild's own template, `lagesbild template citizen_survey`.
"""

from pathlib import Path

import polars as pl

from sources._declare import (
    Area,
    Cadence,
    Column,
    Concerns,
    Delivery,
    Disclosure,
    Licence,
    Listed,
    Number,
    Reuse,
    Source,
    Text,
    Unknown,
    Whole,
)
from sources._read import read_table

SOURCE = Source(
    title="Medborgardialog och publicerade enkätandelar",
    publisher="Kommunen",
    homepage="",
    licence=Licence("Internt underlag", "", Reuse.FREE),
    attribution="Källa: kommunens medborgardialog och publicerade enkäter",
    attribution_processed="Egen bearbetning av kommunens medborgardialog och publicerade enkäter",
    cadence=Cadence.YEARLY,
    expected_by="03-31",
    delivery=Delivery.REPLACES_PERIOD,
    columns=(
        Column("omrade", "area_code", Area()),
        Column("ar", "year", Whole(minimum=2000, maximum=2100)),
        Column("undersokning", "survey", Text()),
        Column(
            "fraga",
            "question",
            Listed(table="survey_questions", match="column", to="question", unknown=Unknown.STOP),
        ),
        Column("andel_pct", "share_pct", Number(minimum=0.0, maximum=100.0)),
        Column("antal_svar", "respondents", Whole(minimum=0), required=False),
        Column("felmarginal", "margin_pct", Number(minimum=0.0, maximum=100.0), required=False),
        Column("urvalstyp", "sampling", Text(accepted=("sjalvvalda", "urval", "total"), unknown=Unknown.STOP)),
        Column("svarsfrekvens_pct", "response_rate_pct", Number(minimum=0.0, maximum=100.0), required=False),
    ),
    key=("area_code", "year", "survey", "question"),
    speaks_of="year",
    part_of="survey",
    reference=("survey_questions",),
    disclosure=Disclosure.LOCAL,
    concerns=Concerns.ADULTS,
    by_hand=True,
)


def parse(raw: Path) -> pl.DataFrame:
    """The declared columns of a delivery."""
    return read_table(raw, SOURCE)
