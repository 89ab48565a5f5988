"""People killed and injured in road accidents that the police know of, by municipality and year: Trafikanalys t1004.

Checked against captures: 0 facts; none is at hand. Only from client code and a dump of the API's own structure: 10
(address, query, product and its measures' names and titles, dimensions, JSON only where it is asked for, errors with
status 200, cells, `-` for nil, municipality asked for within its county, totals as rows). Of the yearly workbook
vagtrafikskador-ÅÅÅÅ.xlsx only names and sizes of sheets are known, so it is refused. A-tractors cannot be told apart
here. JSON is read by the standard library; trafapy (MIT) gives pandas frames and passes over unknown columns.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from sources._declare import (
    Between,
    Break,
    Cadence,
    Column,
    Concerns,
    Delivery,
    Disclosure,
    Licence,
    Municipality,
    Reuse,
    Source,
    Text,
    Whole,
)
from sources._http import Answer, Http
from sources._problem import Problem
from sources._read import read_bytes
from sources._strict import read_reference
from sources._trafa import URL, ask, check_answered, members, read_answer, table

_MEASURES = ("antolyckdsl", "antpersd", "antperss", "antpersl")

SOURCE = Source(
    title="Vägtrafikskador per kommun och år",
    publisher="Trafikanalys",
    homepage="https://www.trafa.se/vagtrafik/vagtrafikskador/",
    url=URL,
    licence=Licence(
        "Fri användning med angiven källa", "https://www.trafa.se/sidor/api-dokumentation/", Reuse.ATTRIBUTION
    ),
    attribution="Källa: Trafikanalys",
    attribution_processed="Egen bearbetning av uppgifter från Trafikanalys",
    cadence=Cadence.YEARLY,
    expected_by="06-30",
    delivery=Delivery.FULL,
    columns=(
        Column("ar", "year", Whole(minimum=1985, maximum=2100)),
        Column("lan", "county", Text()),
        Column("kommun", "municipality_code", Municipality()),
        Column("antolyckdsl", "accidents", Whole(minimum=0), required=False),
        Column("antpersd", "killed", Whole(minimum=0), required=False),
        Column("antperss", "severely_injured", Whole(minimum=0), required=False),
        Column("antpersl", "slightly_injured", Whole(minimum=0), required=False),
    ),
    key=("municipality_code", "year"),
    speaks_of="year",
    rows=Between(at_least=1),
    missing=("", "..", "U"),
    breaks=(Break(2014, "Polisens registrering hade ett bortfall 2014."),),
    disclosure=Disclosure.OFFICIAL,
    concerns=Concerns.ADULTS,
    asks_whole=True,
)


def parse(raw: Path) -> pl.DataFrame:
    """One row per municipality and year of an answer of the API."""
    if read_bytes(raw).startswith(b"PK"):
        raise Problem(
            raw.name,
            "arbetsboken med vägtrafikskador läses inte",
            do="hämta uppgifterna med `lagesbild run`; arbetsbokens tabeller är inte granskade",
        )
    return table(read_answer(raw), raw.name, "lan", "kommun", _MEASURES)


def fetch(http: Http, municipalities: Sequence[str]) -> Iterator[Answer]:
    """Ask for every municipality, a county at a time, all years.

    All of them whatever the area, because areas are summed and compared from them. An answer about anything else than
    what was asked is a Problem. Municipalities without a row are not counted as noughts: nobody has said that they are.
    """
    where = f"{http.base('road_injuries', URL)}/data"
    counties = read_reference("counties")["county_code"].sort().to_list()
    for number, county in enumerate(counties, 1):
        http.tell(f"road_injuries: län {number} av {len(counties)}")
        asked = members(county)
        query = f"t1004|{'|'.join(_MEASURES)}|ar|lan:{county}|kommun:{','.join(asked)}"
        content, body = ask(http, "road_injuries", query)
        check_answered(where, table(body, where, "lan", "kommun", _MEASURES), county, asked)
        yield Answer(request=f"t1004/{county}", bodies=(content,), extension="json")
