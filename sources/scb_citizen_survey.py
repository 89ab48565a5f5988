"""Medborgarundersökningen on safety: shares and uncertainty by municipality, Statistics Sweden's PxWebApi v1.

Checked against captures: none of this survey's own; 2 of the interface (v1's metadata and answers). Only from client
code: 7 (the five tables' addresses, a MedbVariabel whose number differs per table, MedBakgrund 000 all, 010 men and 020
women, share and "Osäkerhetstal" as sibling contents, "antal svarande på enkäten", doubled blanks in labels, regions are
country, counties and municipalities). Every code is therefore taken from the table's own metadata, and an answer is
read by its labels. `_pxweb.py` reads it and says why no library does.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from sources._declare import (
    Area,
    Break,
    Cadence,
    Column,
    Concerns,
    Delivery,
    Disclosure,
    Licence,
    Number,
    Reuse,
    Source,
    Text,
    Unknown,
    Whole,
)
from sources._http import Answer, Http
from sources._problem import Problem
from sources._pxweb import CONTENTS, check_dimensions, read_cube
from sources._pxweb_client import Limits, choose, every_table, v1_data, v1_limits, v1_table
from sources._strict import read_reference

SOURCE = Source(
    title="Medborgarundersökningen, trygghet",
    publisher="Statistiska centralbyrån (SCB)",
    homepage="https://www.scb.se/me0003",
    url="https://api.scb.se/OV0104/v1/doris/sv/ssd",
    licence=Licence("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/", Reuse.FREE),
    attribution="Källa: SCB, Medborgarundersökningen",
    attribution_processed="Egen bearbetning av uppgifter från SCB, Medborgarundersökningen",
    cadence=Cadence.YEARLY,
    expected_by="01-31",
    delivery=Delivery.FULL,
    columns=(
        Column("Region", "area_code", Area()),
        Column("question_set", "question_set", Text(), derived=True),
        Column("question_code", "question_code", Text(), derived=True),
        Column("question", "question", Text(), derived=True),
        Column("MedBakgrund", "background", Text(accepted=("000", "010", "020"), unknown=Unknown.STOP)),
        Column("answer", "answer", Text(), derived=True),
        Column(
            "figure", "figure", Text(accepted=("share", "margin", "respondents"), unknown=Unknown.STOP), derived=True
        ),
        Column("Tid", "year", Whole(minimum=2021, maximum=2100)),
        Column("value", "value", Number(minimum=0.0), required=False),
        Column("status", "status", Text(accepted=(".", "..", "...", "-"), unknown=Unknown.STOP), required=False),
    ),
    key=("area_code", "question_set", "question_code", "background", "answer", "figure", "year"),
    missing=("",),
    speaks_of="year",
    breaks=(Break(2021, "Ny enkät från 2021; äldre betygsindex (NMI, NRI) går inte att jämföra med andelarna."),),
    disclosure=Disclosure.OFFICIAL,
    concerns=Concerns.ADULTS,
    asks_whole=True,
)

_FOLDER = "START/ME/ME0003/ME0003I"
_TABLES = tuple(f"MedborgTrygghet{number}" for number in range(1, 6))
_QUESTION = "MedbVariabel"
_BACKGROUNDS = ("000", "010", "020")
_FIRST_YEAR = "2021"


def parse(raw: Path) -> pl.DataFrame:
    """A row per cell: the share of one answer to one question, the margin of that share, or how many answered.

    Which of them a cell is stands in the label of its content: "andel ganska bra", "andel ganska bra - Osäkerhetstal",
    "antal svarande på enkäten"; blanks may be doubled in one and not in the other. Raises Problem for other contents.
    """
    cube = read_cube(raw)
    questions = [name for name in cube.dimensions if name.startswith(_QUESTION)]
    check_dimensions(cube, raw.name, known=("Region", *questions[:1], "MedBakgrund", CONTENTS, "Tid"))
    if not questions:
        raise Problem(raw.name, "frågan saknas i svaret", found=", ".join(cube.dimensions), do=f"begär {_QUESTION}")
    content = cube.label(CONTENTS).str.replace_all(r"\s+", " ").str.strip_chars()
    is_margin = content.str.contains(r"(?i) ?- ?osäkerhetstal$")
    figure = (
        pl.when(is_margin)
        .then(pl.lit("margin"))
        .when(content.str.contains("(?i)^antal svarande"))
        .then(pl.lit("respondents"))
        .when(content.str.contains("(?i)^andel "))
        .then(pl.lit("share"))
        .otherwise(content)  # which stops the source
    )
    return cube.cells.with_columns(
        question_set=pl.lit(questions[0]),
        question_code=pl.col(questions[0]),
        question=cube.label(questions[0]),
        figure=figure,
        answer=content.str.replace(r"(?i) ?- ?osäkerhetstal$", ""),
    )


def fetch(http: Http, municipalities: Sequence[str]) -> Iterator[Answer]:
    """Ask for every table on safety, of all municipalities, counties and the country: all, men and women.

    A table that fails does not hold up the others; the first such Problem is raised when they have been asked for.
    """
    base = http.base("scb_citizen_survey", SOURCE.url)
    limits = v1_limits(http, base)
    yield from every_table(_TABLES, lambda name: _answer(http, f"{base}/{_FOLDER}/{name}", name, limits))


def _answer(http: Http, url: str, name: str, limits: Limits) -> Answer:
    table = v1_table(http, url, limits)
    regions = {"00", *read_reference("counties")["county_code"], *read_reference("municipalities")["municipality_code"]}
    wanted = {code: set(each.codes) for code, each in table.items() if code.startswith((_QUESTION, CONTENTS))}
    years = {year for year in table["Tid"].codes if year >= _FIRST_YEAR} if "Tid" in table else set()
    wanted |= {"Region": regions, "MedBakgrund": set(_BACKGROUNDS), "Tid": years}
    bodies = tuple(v1_data(http, url, choose(table, wanted, name), limits))
    return Answer(request=name, bodies=bodies, extension="json")
