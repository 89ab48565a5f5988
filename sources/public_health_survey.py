"""Folkhälsodata: the health survey (HLV, adults) by municipality and HBSC (pupils) by county; PxWeb v1.

Checked against captures: 6 facts (HBSC's bullying table: JSON-stat2 on request, codes with Å, Ä, Ö and blanks, labels
"00 Riket", 1 is boys, the content "EliminatedValue", periods of two years), transcribed and shortened. Only from client
code: 7 (the tables' addresses, the values of "Andel och konfidensintervall", 00/01/02 in surveys, `..`, rolling periods
with a jump 2013-2016 → 2015-2018, HBSC by county only, ?config). Sex is read by its label: 1 is boys in HBSC and women
in the agency's register tables. `_pxweb.py` reads it and says why no library does.
"""

from collections.abc import Iterator, Sequence
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
    title="Folkhälsodata: nationella folkhälsoenkäten och Skolbarns hälsovanor",
    publisher="Folkhälsomyndigheten",
    homepage="https://www.folkhalsomyndigheten.se",
    url="https://fohm-app.folkhalsomyndigheten.se/Folkhalsodata/api/v1/sv",
    licence=Licence(
        "Öppna data från Folkhälsomyndigheten", "https://www.folkhalsomyndigheten.se/om-webbplatsen/", Reuse.ATTRIBUTION
    ),
    attribution="Källa: Folkhälsomyndigheten",
    attribution_processed="Egen bearbetning av uppgifter från Folkhälsomyndigheten",
    cadence=Cadence.SECOND_YEAR,
    expected_by="12-31",
    delivery=Delivery.FULL,
    columns=(
        Column("Region", "area_code", Area()),
        Column("survey", "survey", Text(accepted=("HLV", "HBSC"), unknown=Unknown.STOP), derived=True),
        Column("topic", "topic", Text(), derived=True),
        Column("answer", "answer", Text(), derived=True),
        Column("age", "age", Text(), derived=True),
        Column("sex", "sex", Text(accepted=("total", "women", "men"), unknown=Unknown.STOP), derived=True),
        Column("År", "period", Text()),
        Column("first_year", "first_year", Whole(minimum=1990, maximum=2100), derived=True),
        Column("last_year", "last_year", Whole(minimum=1990, maximum=2100), derived=True),
        Column(
            "figure",
            "figure",
            Text(accepted=("share", "lower", "upper", "respondents"), unknown=Unknown.STOP),
            derived=True,
        ),
        Column("value", "value", Number(minimum=0.0), required=False),
        Column("status", "status", Text(accepted=(".", "..", "...", "-"), unknown=Unknown.STOP), required=False),
    ),
    key=("area_code", "survey", "topic", "answer", "age", "sex", "period", "figure"),
    missing=("",),
    speaks_of="last_year",
    disclosure=Disclosure.OFFICIAL,
    concerns=Concerns.ADULTS,
    asks_whole=True,
)

_REGION, _SEX, _AGE, _PERIOD, _FIGURE = "Region", "Kön", "Ålder", "År", "Andel och konfidensintervall"
_HBSC = ("Kategori", "Hur ofta", "Besvär", "Antal ggr senaste halvåret")
_HLV = ("Psykisk hälsa", "Psykiskt välbefinnande", "Alkoholkonsumtion", "Rädd att gå ut ensam", "Hälsotillstånd")
_OPTIONAL = (_SEX, _AGE, _FIGURE, CONTENTS, *_HLV, *_HBSC)
_SEXES = {
    **dict.fromkeys(("totalt", "total", "samtliga"), "total"),
    **dict.fromkeys(("kvinnor", "flickor"), "women"),
    **dict.fromkeys(("män", "pojkar"), "men"),
}
_TABLES = {
    "psykessler6yreg": "A_Folkhalsodata/A_Mo8/Halsoutfall/02Pyskhals/02.03psykessler6/psykessler6yreg.px",
    "warwickyreg": "A_Folkhalsodata/A_Mo8/Halsoutfall/02Pyskhals/02.01warwick/warwickyreg.px",
    "alkriskyreg": "A_Folkhalsodata/A_Mo8/6_Levanor/01Begrans/06.04alkrisk/alkriskyreg.px",
    "raddensyreg": "A_Folkhalsodata/A_Mo8/5_Boende/02Bomrade/05.07raddens/raddensyreg.px",
    "MobbningReg": "A_Folkhalsodata/C_HBSC/Regionalt/Skolan/Mobbning/MobbningReg.px",
    "HalsobesvarReg": "A_Folkhalsodata/C_HBSC/Regionalt/Halsa/Halsobesvar/HalsobesvarReg.px",
}


def parse(raw: Path) -> pl.DataFrame:
    """A row per cell: the share of one answer, its limits, or how many answered, of one area, age, sex and period.

    What is asked is one or two dimensions whose names differ per table ("Psykisk hälsa"; "Kategori" and "Hur ofta"):
    their names are the topic, their labels the answer. Raises Problem for a dimension that no such table has, and where
    nothing is asked.
    """
    cube = read_cube(raw)
    check_dimensions(cube, raw.name, known=(_REGION, _PERIOD, *_OPTIONAL), optional=_OPTIONAL)
    asked = [name for name in cube.dimensions if name in (*_HLV, *_HBSC)]
    if not 1 <= len(asked) <= 2:
        found = ", ".join(cube.dimensions)
        raise Problem(raw.name, "frågan saknas, eller är flera", found=found, do="begär en tabell i taget")
    years = pl.col(_PERIOD).str.extract_all(r"\d{4}")
    sex = cube.label(_SEX).str.to_lowercase().str.strip_chars() if _SEX in cube.dimensions else pl.lit("totalt")
    return cube.cells.with_columns(
        pl.col(_REGION).str.replace(r"^(\d{4}|\d{2}) .*$", "$1"),
        survey=pl.lit("HBSC" if any(name in _HBSC for name in asked) else "HLV"),
        topic=pl.lit(", ".join(asked)),
        answer=pl.concat_str([cube.label(name) for name in asked], separator=", "),
        age=cube.label(_AGE) if _AGE in cube.dimensions else pl.lit("alla"),
        sex=sex.replace(_SEXES),
        first_year=years.list.first(),
        last_year=years.list.last(),
        figure=_figure(cube.label(_FIGURE)) if _FIGURE in cube.dimensions else pl.lit("share"),
    )


def _figure(label: pl.Expr) -> pl.Expr:
    """Which figure a cell is, by its label: Andel, KI nedre, KI övre, Antal svar; any other stops the source."""
    plain = label.str.to_lowercase().str.strip_chars()
    return (
        pl.when(plain.str.contains("nedre"))
        .then(pl.lit("lower"))
        .when(plain.str.contains("övre"))
        .then(pl.lit("upper"))
        .when(plain.str.starts_with("antal"))
        .then(pl.lit("respondents"))
        .when(plain.str.starts_with("andel"))
        .then(pl.lit("share"))
        .otherwise(plain)
    )


def fetch(http: Http, municipalities: Sequence[str]) -> Iterator[Answer]:
    """Ask for every table, all that it holds of our municipalities, the counties and the country.

    A table that fails does not hold up the others; the first such Problem is raised when they have been asked for.
    """
    base = http.base("public_health_survey", SOURCE.url)
    limits = v1_limits(http, base)
    yield from every_table(_TABLES, lambda name: _answer(http, f"{base}/{_TABLES[name]}", name, limits))


def _answer(http: Http, url: str, name: str, limits: Limits) -> Answer:
    table = v1_table(http, url, limits)
    regions = {"00", *read_reference("counties")["county_code"], *read_reference("municipalities")["municipality_code"]}
    wanted = {code: set(each.codes) for code, each in table.items()} | {_REGION: regions}
    bodies = tuple(v1_data(http, url, choose(table, wanted, name), limits))
    return Answer(request=name, bodies=bodies, extension="json")
