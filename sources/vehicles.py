"""Vehicles in traffic by municipality at the end of the year: Trafikanalys' API (cars) and its yearly workbook.

Checked against captures: 0 facts; none is at hand. Only from client code: 7 (address, query of t10026, measures, that
all years come without a filter, names for codes, `Totalt` rows, errors with status 200). Only from somebody's
inspection of fordon-i-lan-och-kommuner-2025.xlsx: 7 (names of sheets, sizes, codes as whole numbers, empty columns,
en dash, order of Tabell 1's columns, counties among the municipalities). No heading of the workbook has been seen:
columns are found by the API's names of the kinds, and the first real file may stop here with one sentence. No
product, sheet or column for A-tractors was found anywhere: in law they are tractors, and nothing here tells how many
of the tractors they are. JSON is read by the standard library, the workbook by fastexcel (MIT), as other workbooks
are.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import fastexcel
import polars as pl

from sources._declare import (
    Between,
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
    Unknown,
    Whole,
)
from sources._http import Answer, Http
from sources._problem import Problem
from sources._read import read_bytes
from sources._strict import municipality_codes
from sources._trafa import URL, ask, check_answered, counties_of, members, nil_as_zero, read_answer, table
from sources._workbook import repacked

SOURCE = Source(
    title="Fordon i trafik per kommun vid årets slut",
    publisher="Trafikanalys",
    homepage="https://www.trafa.se/vagtrafik/fordon/",
    url=URL,
    licence=Licence(
        "Fri användning med angiven källa", "https://www.trafa.se/sidor/api-dokumentation/", Reuse.ATTRIBUTION
    ),
    attribution="Källa: Trafikanalys",
    attribution_processed="Egen bearbetning av uppgifter från Trafikanalys",
    cadence=Cadence.YEARLY,
    expected_by="03-15",
    delivery=Delivery.FULL,
    columns=(
        Column("ar", "year", Whole(minimum=1985, maximum=2100)),
        Column("regkom", "municipality_code", Municipality()),
        Column(
            "fordonsslag",
            "vehicle",
            Text(accepted=("car", "motorcycle", "moped_class_1", "tractor"), unknown=Unknown.STOP),
            derived=True,
        ),
        Column("itrfslut", "in_traffic", Whole(minimum=0), required=False),
    ),
    key=("municipality_code", "year", "vehicle"),
    speaks_of="year",
    rows=Between(at_least=1),
    missing=("", "..", "U"),
    disclosure=Disclosure.OFFICIAL,
    concerns=Concerns.THINGS,
    asks_whole=True,
)

_TABLE = "Tabell 1"
_HEADINGS = {
    "car": r"^personbil(ar)?\b",
    "motorcycle": r"^motorcyk(el|lar)\b",
    "moped_class_1": r"^moped(er)? klass (i|1)\b",
    "tractor": r"^traktor(er)?\b",
}
_SUMS = re.compile(r"\blän$|^(hela )?(riket|landet)$|^total(t|a)?$|^samtliga$|^summa$", re.IGNORECASE)
_CODE = re.compile(r"(\d{3,4})(\.0)?")

Rows = Sequence[Sequence[str]]


def parse(raw: Path) -> pl.DataFrame:
    """One row per municipality, year and kind of vehicle, of the API's answer or of the workbook's Tabell 1."""
    content = read_bytes(raw)
    if content.startswith(b"PK"):
        return _workbook(content, raw.name)
    frame = table(read_answer(raw), raw.name, "reglan", "regkom", ("itrfslut",))
    return frame.drop("reglan").with_columns(fordonsslag=pl.lit("car"))


def fetch(http: Http, municipalities: Sequence[str]) -> Iterator[Answer]:
    """Ask for cars in traffic, all years, in every municipality of the counties of the municipalities.

    Other kinds come with the workbook, which a person adds: how the API names them per municipality is not known.
    """
    where = f"{http.base('vehicles', URL)}/data"
    for county in counties_of(municipalities):
        content, body = ask(http, "vehicles", f"t10026|itrfslut|ar|reglan:{county}|regkom")
        answered = table(body, where, "reglan", "regkom", ("itrfslut",))
        absent = sorted(set(members(county)) - check_answered(where, answered, county, members(county)))
        if absent:
            raise Problem(
                where,
                f"svaret för län {county} saknar kommuner",
                found=", ".join(absent),
                do="senast giltiga uppgifter används",
            )
        yield Answer(request=f"t10026/{county}", bodies=(content,), extension="json")


def _workbook(content: bytes, where: str) -> pl.DataFrame:
    """Tabell 1 of the yearly workbook, where sums for counties stand among the municipalities."""
    try:
        book = fastexcel.read_excel(repacked(content, where))
        titles = [name for name in book.sheet_names if name.startswith("Titel")]
        if not titles or _TABLE not in book.sheet_names:
            raise Problem(
                where,
                f"arbetsboken saknar bladet '{_TABLE}' eller titelbladet",
                found=", ".join(book.sheet_names),
                do="lägg till fordon-i-lan-och-kommuner-ÅÅÅÅ.xlsx som Trafikanalys publicerat den",
            )
        title, rows = (_cells(book, name) for name in (titles[0], _TABLE))
    except fastexcel.FastExcelError as error:
        raise Problem(
            where, "arbetsboken går inte att läsa", found=type(error).__name__, do="spara den på nytt som XLSX"
        ) from None
    year = _year(title, where)
    first = next((number for number, row in enumerate(rows) if _CODE.fullmatch(row[0])), len(rows))
    columns = _columns(rows[:first], where)
    cells = [
        (year, code, vehicle, nil_as_zero(row[column]))
        for number, row in enumerate(rows[first:], first + 1)
        if (code := _municipality(row, number, where))
        for vehicle, column in columns.items()
    ]
    return pl.DataFrame(cells, schema=["ar", "regkom", "fordonsslag", "itrfslut"], orient="row")


def _cells(book: fastexcel.ExcelReader, sheet: str) -> Rows:
    frame = book.load_sheet(sheet, header_row=None, dtypes="string", skip_whitespace_tail_rows=True).to_polars()
    return [[(cell or "").strip() for cell in row] for row in frame.rows()]


def _year(title: Rows, where: str) -> str:
    text = " ".join(cell for row in title for cell in row)
    years: set[str] = set(re.findall(r"fordon i län och kommuner\D{0,20}((?:19|20)\d\d)", text, re.IGNORECASE))
    if len(years) != 1:
        raise Problem(
            where, "titelbladet säger inte vilket år det gäller", found=", ".join(sorted(years)), do="granska filen"
        )
    return years.pop()


def _columns(head: Rows, where: str) -> dict[str, int]:
    """Where each kind stands, by its heading; what stands above must say that the vehicles are in traffic."""
    if not any("i trafik" in cell.lower() for row in head for cell in row):
        raise Problem(where, f"{_TABLE} säger inte att fordonen är i trafik", do="granska om tabellerna bytt plats")
    found = {
        vehicle: {column for row in head for column, cell in enumerate(row) if re.search(heading, cell, re.IGNORECASE)}
        for vehicle, heading in _HEADINGS.items()
    }
    for vehicle, places in found.items():
        if len(places) != 1:
            raise Problem(
                where,
                f"{_TABLE} har inte en rubrik för {vehicle}",
                found=f"{len(places)} rubriker som '{_HEADINGS[vehicle]}'",
                do="rubrikerna är inte granskade mot en fil; rätta _HEADINGS i sources/vehicles.py",
            )
    return {vehicle: places.pop() for vehicle, places in found.items()}


def _municipality(row: Sequence[str], number: int, where: str) -> str:
    """The code of a municipality's row, with the zero that a number has lost; empty for sums, notes and blank rows.

    Raises Problem where code and name are of different municipalities, and for figures of an area nobody knows.
    """
    code, name = row[0], row[1] if len(row) > 1 else ""
    if (whole := _CODE.fullmatch(code)) is not None:
        padded = whole.group(1).zfill(4)
        if municipality_codes().get(name.lower(), padded) != padded:
            raise Problem(
                where, "kod och namn hör inte ihop", found=f"rad {number}: {padded} {name}", do="granska filen"
            )
        return padded
    if any(_SUMS.search(label) for label in (code, name)) or sum(bool(cell) for cell in row[2:]) < 3:
        return ""
    raise Problem(where, "en rad med tal saknar kommunkod", found=f"rad {number}: {code or name}", do="granska filen")
