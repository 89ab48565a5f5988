"""Inhabitants by area and year: Statistics Sweden's PxWebApi v2, JSON-stat2.

JSON-stat2 is read in a few lines here: the libraries for it return labels or pandas frames and accept an unknown
dimension without a word. Checked against captures: TAB6471, TAB638, both spellings of code lists. Known only from
documentation: the query's parameters.
"""

from collections.abc import Iterator, Sequence
from math import prod
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
    Source,
    Text,
    Unknown,
    Whole,
)
from sources._http import Answer, Http
from sources._problem import Problem
from sources._read import read_json
from sources._strict import read_reference

SOURCE = Source(
    title="Folkmängd efter region och år",
    publisher="Statistiska centralbyrån (SCB)",
    homepage="https://www.scb.se",
    url="https://statistikdatabasen.scb.se/api/v2",
    licence=Licence("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    attribution="Källa: SCB",
    attribution_processed="Egen bearbetning av uppgifter från SCB",
    cadence=Cadence.YEARLY,
    expected_by="03-15",
    delivery=Delivery.FULL,
    columns=(
        Column("Region", "area_code", Area()),
        Column("Alder", "age", Text()),
        Column("Kon", "sex", Text(accepted=("total", "TotSa", "1+2", "1", "2"), unknown=Unknown.STOP)),
        Column("ContentsCode", "contents", Text(accepted=("BE0101N1", "000007SF"), unknown=Unknown.STOP)),
        Column("Tid", "period", Text()),
        Column("value", "inhabitants", Whole(minimum=0), required=False),
        Column("status", "status", Text(accepted=("..", "-"), unknown=Unknown.STOP), required=False),
    ),
    key=("area_code", "age", "sex", "contents", "period"),
    missing=("",),
    speaks_of="period",
    disclosure=Disclosure.OFFICIAL,
    concerns=Concerns.ADULTS,
)

_TABLE = "TAB638"
_MOST_CELLS = 5_000_000
_DIMENSIONS = ("Region", "Alder", "Kon", "ContentsCode", "Tid")
_OPTIONAL = ("Alder", "Kon")


def parse(raw: Path) -> pl.DataFrame:
    """Unfold one JSON-stat2 dataset into a row per cell; `value` is row-major over the dimensions in `id`.

    A dimension that the query left out (age, sex) stands for the total. Raises Problem for other dimensions and for
    an array of values or codes of the wrong length.
    """
    body = read_json(raw)
    if not isinstance(body, dict) or body.get("class") != "dataset":
        raise Problem(raw.name, "inte ett JSON-stat2-svar", found="'class' är inte 'dataset'", do="begär json-stat2")
    names, sizes = body["id"], body["size"]
    unknown = [name for name in names if name not in _DIMENSIONS]
    absent = [name for name in _DIMENSIONS if name not in names and name not in _OPTIONAL]
    if unknown or absent:
        raise Problem(
            raw.name,
            "andra dimensioner än väntat",
            found=", ".join(names),
            do="begär Region, ContentsCode och Tid, och vid behov Alder och Kon",
        )
    cells = prod(sizes)
    if cells > _MOST_CELLS:
        raise Problem(raw.name, "orimligt många värden", found=f"{sizes}", do="dela frågan")
    values = body["value"]
    if isinstance(values, dict) and all(int(cell) < cells for cell in values):
        values = [values.get(str(cell)) for cell in range(cells)]
    if len(values) != cells:
        raise Problem(
            raw.name,
            "svaret är inte helt",
            found=f"{len(values)} värden av {cells}",
            do="hämta på nytt eller dela frågan",
        )
    columns: dict[str, list[str]] = {name: ["total"] * cells for name in _OPTIONAL}
    repeat = cells
    for name, size in zip(names, sizes, strict=True):
        index = body["dimension"][name]["category"]["index"]
        codes = sorted(index, key=index.__getitem__) if isinstance(index, dict) else list(index)
        if len(codes) != size:
            raise Problem(raw.name, "svaret är inte helt", found=f"{name}: {len(codes)} av {size}", do="hämta på nytt")
        repeat //= size
        block = [code for code in codes for _ in range(repeat)]
        columns[name] = block * (cells // len(block))
    symbols = body.get("status") or {}
    frame = pl.DataFrame({name: columns[name] for name in _DIMENSIONS})
    return frame.with_columns(
        value=pl.Series(values, dtype=pl.Float64),
        status=pl.Series([symbols.get(str(cell)) for cell in range(cells)], dtype=pl.String),
    )


def fetch(http: Http, municipalities: Sequence[str]) -> Iterator[Answer]:
    """Ask for the whole population of all municipalities, counties and the country, all years since 2010.

    All of them whatever the area, because areas are summed from their members. TAB638 is said to end with 2024; the
    monthly TAB6471 that follows it is read, but which cell is its December total has not been seen.
    """
    regions = ["00", *read_reference("counties")["county_code"], *read_reference("municipalities")["municipality_code"]]
    url = f"{http.base('population', SOURCE.url)}/tables/{_TABLE}/data"
    query = {
        "lang": "sv",
        "outputFormat": "json-stat2",
        "valueCodes[Region]": ",".join(regions),
        "valueCodes[ContentsCode]": "BE0101N1",
        "valueCodes[Tid]": "from(2010)",
    }
    yield Answer(request=_TABLE, bodies=(http.get(url, params=query, pause=1.0),), extension="json")
