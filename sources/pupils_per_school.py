"""Pupils per school unit and grade in October: Skolverket's CSV, the denominator of what is asked of pupils.

A school is read and never shown; what is counted is a municipality's grade. Checked against a capture (2022/23, 4,719
school units): 8 facts (byte order mark, five lines before the heading, a last empty column, the text below the table,
`.` for no pupils, blanks in thousands, grades that sum to the total, an organisation number for each of 290 municipal
organisers). Nothing is known only from client code. The standard library's csv reads it: the table has to be cut out
of the text around it.
"""

import csv
import re
from pathlib import Path

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
from sources._problem import Problem
from sources._read import check_columns, read_bytes

_FIRST = "Skola;"
_GRADES = range(1, 10)
_SHARES = ("flickor, förskoleklass", "flickor, årskurs 1-9", "elever med utländsk bakgrund, åk 1-9")
SOURCE = Source(
    title="Elever per skolenhet och årskurs",
    publisher="Skolverket",
    homepage="https://www.skolverket.se",
    licence=Licence("Öppna uppgifter, källan anges", "https://www.skolverket.se", Reuse.ATTRIBUTION),
    attribution="Källa: Skolverket",
    attribution_processed="Egen bearbetning av uppgifter från Skolverket",
    cadence=Cadence.YEARLY,
    expected_by="04-30",
    delivery=Delivery.REPLACES_PERIOD,
    columns=(
        Column("Skola", "school_unit", Text()),
        Column("Skol-enhetskod", "school_unit_code", Text(length=8)),
        Column("Kommun-kod", "municipality_code", Municipality()),
        Column("Typ av huvudman", "organiser_type", Text(accepted=("Kommunal", "Enskild"), unknown=Unknown.WARN)),
        Column("Huvudman", "organiser", Text()),
        Column("Huvudman orgnr", "organisation_number", Text(length=10)),
        Column("Elever, förskoleklass", "pupils_preschool_class", Whole(minimum=0), required=False),
        Column("Elever, årskurs 1-9", "pupils_all_years", Whole(minimum=0), required=False),
        *(Column(f"Elever, årskurs {n}", f"pupils_year_{n}", Whole(minimum=0), required=False) for n in _GRADES),
        Column("year", "year", Whole(minimum=2000, maximum=2100), derived=True),
    ),
    ignore=(
        "Skolkommun",
        *(f"Andel (%) {each}" for each in _SHARES),
        "Andel (%) elever med föräldrar med eftergymnasial utb., åk 1-9",
    ),
    key=("school_unit_code", "year"),
    speaks_of="year",
    rows=Between(at_least=1, warn_above=20_000),
    missing=("", "."),  # a number of pupils is never masked: '..' refuses its row
    disclosure=Disclosure.OFFICIAL,
    concerns=Concerns.CHILDREN,
    by_hand=True,
)


def parse(raw: Path) -> pl.DataFrame:
    """A row per school unit; the table stands between a few lines on what was chosen and a text that explains it.

    `year` is that of the October when pupils are counted, so 2022 of the school year 2022/23. Raises Problem for
    another report, one that is not UTF-8, and a table that is cut off: the text below it is then missing.
    """
    lines = _lines(raw)
    start = next((number for number, line in enumerate(lines) if line.startswith(_FIRST)), len(lines))
    year = re.search(r"Valt läsår: ((?:19|20)\d\d)/\d\d\b", "\n".join(lines[:start]))
    if year is None or start == len(lines):
        raise Problem(
            raw.name,
            "inte Skolverkets rapport om elever per skolenhet",
            found=next(filter(None, lines), "tom fil"),
            do="hämta 'Grundskolan - Antal elever per årskurs' per skolenhet som CSV",
        )
    end = next((number for number in range(start, len(lines)) if not lines[number].strip()), None)
    if end is None:
        raise Problem(
            raw.name, "tabellen är avklippt", found=f"{len(lines)} rader utan texten under tabellen", do="hämta om den"
        )
    headings, *rows = csv.reader(lines[start:end], delimiter=";")
    headings = headings[:-1] if headings[-1] == "" else headings
    check_columns(headings, SOURCE, raw.name)
    if broken := [number for number, row in enumerate(rows, 1) if len(row) not in (len(headings), len(headings) + 1)]:
        raise Problem(
            raw.name, "en rad har fel antal fält", found=f"rad {broken[0]} under rubriken", do="hämta om filen"
        )
    frame = pl.DataFrame(
        [row[: len(headings)] for row in rows], schema=dict.fromkeys(headings, pl.String), orient="row"
    )
    return frame.with_columns(year=pl.lit(int(year[1])))


def _lines(raw: Path) -> list[str]:
    try:
        text = read_bytes(raw).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Problem(
            raw.name, "filen är inte UTF-8", do="lämna den som den hämtades, inte sparad på nytt ur Excel"
        ) from None
    if "\0" in text:
        raise Problem(raw.name, "filen är inte text", found="NUL-tecken", do="hämta om den")
    return re.split(r"\r\n|\n|\r", re.sub(r"\r?\n\Z", "", text))
