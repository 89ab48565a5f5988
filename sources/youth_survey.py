"""A school survey's answers: one row per respondent, with weights where given, delivered by hand.

Read as lagesbild's own template, or as CSV, XLSX or SPSS by the municipality's codebook (`_codebook.py`); the questions
are the reviewed list `survey_questions`. Checked against a capture: 4 facts of Stockholmsenkäten's codebook of 2024
(item numbers as headings, codes with labels, over 500 columns, options that change between years). Only from prose: 2
(LUPP's and CAN's layouts). No survey's answers have been seen. Library: pyreadstat for SPSS (`_sav.py`).
"""

from pathlib import Path

import polars as pl

from sources._codebook import (
    GRADES,
    QUESTIONS,
    SAMPLING,
    SEXES,
    File,
    checked,
    choose_codebook,
    translated,
    without_codebook,
)
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
    Reuse,
    Source,
    Text,
    Whole,
)
from sources._mapping import read_mappings
from sources._read import check_columns, read_bytes, read_cells, read_table
from sources._sav import COMPRESSED, MAGIC, read_sav

SOURCE = Source(
    title="Ungdomsenkät i skolan",
    publisher="Kommunen",
    homepage="",
    licence=Licence("Internt underlag", "", Reuse.FREE),
    attribution="Källa: kommunens ungdomsenkät",
    attribution_processed="Egen bearbetning av kommunens ungdomsenkät",
    cadence=Cadence.SECOND_YEAR,
    expected_by="06-30",
    delivery=Delivery.REPLACES_PERIOD,
    columns=(
        Column("undersokning", "survey", Text(identity=True)),
        Column("ar", "year", Whole(minimum=2000, maximum=2100)),
        Column("kommun", "municipality_code", Municipality()),
        Column("arskurs", "grade", Text(accepted=GRADES)),
        Column("kon", "sex", Text(accepted=SEXES), required=False),
        Column("vikt", "weight", Number(minimum=0.0, maximum=100.0), required=False),
        *(
            Column(column, question, Answer(), required=False)
            for question, column in QUESTIONS["question", "column"].rows()
        ),
        # What a codebook says of who was asked in the row's municipality and grade, and of questions that have changed.
        Column("invited", "invited", Whole(minimum=1), required=False, derived=True),
        Column("population", "population", Whole(minimum=1), required=False, derived=True),
        Column("sampling", "sampling", Text(accepted=SAMPLING), required=False, derived=True),
        Column("series_breaks", "series_breaks", Text(), required=False, derived=True),
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
        ("invited", "bigint"),
        ("population", "bigint"),
        ("sampling", "varchar"),
        ("is_break", "boolean"),
    ),
    by_hand=True,
)


_MOST_COLUMNS = 1_000  # Stockholmsenkäten has over 500
_TEMPLATE = tuple(column.source for column in SOURCE.columns if not column.derived)


def parse(raw: Path) -> pl.DataFrame:
    """The declared columns of a delivery in the template's layout; comments are dropped unread."""
    return _from_template(read_table(raw, SOURCE))


def parse_mapped(raw: Path, data: Path) -> tuple[pl.DataFrame, str]:
    """A delivery in the template's layout or in one that the data folder has a codebook for, and its hash."""
    file = _opened(raw)
    is_template = set(_TEMPLATE) <= set(file.columns)
    codebooks = [] if is_template else [checked(each) for each in read_mappings(data, "youth_survey")]
    codebook = choose_codebook(codebooks, file, _TEMPLATE, raw.name)
    if codebook is None:
        check_columns(file.columns, SOURCE, raw.name)
        return _from_template(file.cells), ""
    return translated(file, codebook, raw.name), codebook.sha256


def _opened(raw: Path) -> File:
    content = read_bytes(raw)
    if content.startswith((MAGIC, COMPRESSED)):
        found = read_sav(content, raw.name)
        return File(cells=found.cells, texts=found.texts, labels=found.labels)
    return File(cells=read_cells(raw, _MOST_COLUMNS), texts={}, labels={})


def _from_template(rows: pl.DataFrame) -> pl.DataFrame:
    return without_codebook(rows.drop([name for name in SOURCE.free_text if name in rows.columns]))
