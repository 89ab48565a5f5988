"""Inhabitants by area, age, sex and year: Statistics Sweden's PxWebApi v2 (TAB638 to 2024, TAB6471 from 2025).

Checked against captures: 9 facts (the JSON-stat2 of both tables, both spellings of code lists, a dimension left out is
the total, TAB6471's codes of age, sex and month, its total `TotSA` and `TotSa`, that December speaks of the last day,
the division of the year after, the noise from 2025, /config). Only from client code: 4 (questions by POST, TAB638's
codes of age and that its age and sex may be left out, that it ends with 2024, `100+1` beside `100+`). Not seen: an
answer of TAB6471 for a municipality or with `TotSA`, and whether its December equals the yearly table's.
`_pxweb.py` reads it and says why no library does.
"""

import re
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
    Reuse,
    Source,
    Text,
    Unknown,
    Whole,
)
from sources._http import Answer, Http
from sources._pxweb import check_dimensions, read_cube
from sources._pxweb_client import choose, v2_data, v2_limits, v2_table
from sources._strict import read_reference

# Years, then the publisher's groups of five and ten. `100+` has a code of its own in each, and other names elsewhere.
_AGES = (
    *("total", "TotSA", "tot", *map(str, range(100)), "100+", "100+1", "100+5", "100+10", "-4", "0-4", "-9"),
    *(f"{first}-{first + 4}" for first in range(5, 100, 5)),
    *(f"{first}-{first + 9}" for first in range(0, 100, 10)),
)

SOURCE = Source(
    title="Folkmängd efter region, ålder, kön och år",
    publisher="Statistiska centralbyrån (SCB)",
    homepage="https://www.scb.se",
    url="https://statistikdatabasen.scb.se/api/v2",
    licence=Licence("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/", Reuse.FREE),
    attribution="Källa: SCB",
    attribution_processed="Egen bearbetning av uppgifter från SCB",
    cadence=Cadence.YEARLY,
    expected_by="03-15",
    delivery=Delivery.FULL,
    columns=(
        Column("Region", "area_code", Area()),
        Column("Alder", "age", Text(accepted=_AGES, unknown=Unknown.STOP)),
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
    asks_whole=True,
)

_YEARLY, _MONTHLY = "TAB638", "TAB6471"
_FIRST_YEAR = 2010
_DIMENSIONS = ("Region", "Alder", "Kon", "ContentsCode", "Tid")
_OPTIONAL = ("Alder", "Kon")
_ONE_YEAR = re.compile(r"\d{1,2}|100\+")


def parse(raw: Path) -> pl.DataFrame:
    """A row per cell. A dimension that the query left out (age, sex) stands for the total.

    Raises Problem for other dimensions, for one that is not whole, and as `read_cube`.
    """
    cube = read_cube(raw)
    do = "begär Region, ContentsCode och Tid, och vid behov Alder och Kon"
    check_dimensions(cube, raw.name, known=_DIMENSIONS, optional=_OPTIONAL, do=do)
    absent = [name for name in _OPTIONAL if name not in cube.dimensions]
    return cube.cells.with_columns(pl.lit("total").alias(name) for name in absent).select(
        *_DIMENSIONS, "value", "status"
    )


def fetch(http: Http, municipalities: Sequence[str]) -> Iterator[Answer]:
    """Ask for all municipalities, counties and the country, since 2010: the total, then by one-year age and sex.

    All of them whatever the area, because areas are summed from their members. The total is asked for by itself, as
    published: from 2025 parts do not add up to it. Of the monthly table the Decembers are asked for, with every age
    group that the publisher has.
    """
    base = http.base("population", SOURCE.url)
    limits = v2_limits(http, base)
    regions = {"00", *read_reference("counties")["county_code"], *read_reference("municipalities")["municipality_code"]}

    table = v2_table(http, base, _YEARLY, limits)
    years = [year for year in table["Tid"].codes if year >= str(_FIRST_YEAR)] if "Tid" in table else []
    whole = {"Region": regions, "ContentsCode": {"BE0101N1"}, "Tid": years}
    chosen = choose(table, whole, _YEARLY)
    yield Answer(request=_YEARLY, bodies=tuple(v2_data(http, base, _YEARLY, chosen, limits)), extension="json")

    ages = [age for age in table["Alder"].codes if _ONE_YEAR.fullmatch(age)] if "Alder" in table else []
    chosen = choose(table, {**whole, "Alder": ages, "Kon": {"1", "2"}}, _YEARLY)
    bodies = tuple(v2_data(http, base, _YEARLY, chosen, limits))
    yield Answer(request=f"{_YEARLY} age and sex", bodies=bodies, extension="json")

    table = v2_table(http, base, _MONTHLY, limits)
    decembers = [month for month in table["Tid"].codes if month.endswith("M12")] if "Tid" in table else []
    if "Tid" in table and not decembers:
        return  # the table's first year has not ended
    everyone = {name: table[name].codes for name in _OPTIONAL if name in table}
    chosen = choose(table, {"Region": regions, "ContentsCode": {"000007SF"}, "Tid": decembers, **everyone}, _MONTHLY)
    yield Answer(request=_MONTHLY, bodies=tuple(v2_data(http, base, _MONTHLY, chosen, limits)), extension="json")
