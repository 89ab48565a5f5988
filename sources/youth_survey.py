"""A school survey's answers: one row per respondent, with weights where given, delivered by hand.

The layout is lagesbild's own template; the questions are the reviewed list `survey_questions`.
"""

from pathlib import Path

import polars as pl

from sources._declare import (
    Answer,
    Cadence,
    Column,
    Concerns,
    Delivery,
    Disclosure,
    Landing,
    Licence,
    Municipality,
    Number,
    Source,
    Text,
    Whole,
)
from sources._read import read_table
from sources._strict import read_reference

_QUESTIONS = read_reference("survey_questions").filter(pl.col("survey") == "youth").sort("question")

SOURCE = Source(
    title="Ungdomsenkät i skolan",
    publisher="Kommunen",
    homepage="",
    licence=Licence("Internt underlag", ""),
    attribution="Källa: kommunens ungdomsenkät",
    attribution_processed="Egen bearbetning av kommunens ungdomsenkät",
    cadence=Cadence.SECOND_YEAR,
    expected_by="06-30",
    delivery=Delivery.REPLACES_PERIOD,
    columns=(
        Column("undersokning", "survey", Text(identity=True)),
        Column("ar", "year", Whole(minimum=2000, maximum=2100)),
        Column("kommun", "municipality_code", Municipality()),
        Column("arskurs", "grade", Text(accepted=("åk 7", "åk 8", "åk 9", "gy 1", "gy 2", "gy 3"))),
        Column("kon", "sex", Text(accepted=("flicka", "pojke", "annat", "vill ej svara")), required=False),
        Column("vikt", "weight", Number(minimum=0.0, maximum=100.0), required=False),
        *(
            Column(column, question, Answer(), required=False)
            for question, column in _QUESTIONS["question", "column"].rows()
        ),
    ),
    free_text=("kommentar",),
    speaks_of="year",
    part_of="survey",
    reference=("survey_questions",),
    disclosure=Disclosure.LOCAL,
    concerns=Concerns.CHILDREN,
    landing=Landing.REDACTED,
    retention_months=24,  # a proposal, not law: the municipality's own decision is what counts
    aggregate=(
        ("survey", "varchar"),
        ("year", "bigint"),
        ("municipality_code", "varchar"),
        ("grade", "varchar"),
        ("question", "varchar"),
        ("respondents", "bigint"),
        ("answered_yes", "bigint"),
        ("weight_yes", "decimal(38, 6)"),
        ("weight", "decimal(38, 6)"),
        ("squared_weight", "decimal(38, 6)"),
    ),
    by_hand=True,
)


def parse(raw: Path) -> pl.DataFrame:
    """The declared columns of a delivery; comments are dropped unread."""
    rows = read_table(raw, SOURCE)
    return rows.drop([name for name in SOURCE.free_text if name in rows.columns])
