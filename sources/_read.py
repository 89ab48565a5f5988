"""Strict readers: bytes as they came become rows of text under the publisher's own column names."""

import codecs
import csv
import difflib
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl

from sources._declare import Source
from sources._problem import Problem

_XLSX = b"PK\x03\x04"


def read_json(raw: Path) -> Any:
    """Parse one JSON body, with or without a byte order mark.

    Raises Problem for an empty or broken body: half an answer must never pass for a whole one.
    """
    content = raw.read_bytes()
    if not content.strip():
        raise Problem(raw.name, "svaret är tomt", found="0 tecken", do="hämta på nytt; ingenting har ändrats")
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        place = "inte UTF-8" if isinstance(error, UnicodeDecodeError) else "för många nivåer"
        place = f"fel vid tecken {error.pos}" if isinstance(error, json.JSONDecodeError) else place
        raise Problem(
            raw.name, "svaret är inte hel JSON", found=place, do="hämta filen på nytt; ingenting har ändrats"
        ) from None


def read_table(raw: Path, source: Source) -> pl.DataFrame:
    """Read a hand-delivered CSV or XLSX into a frame of text, every column declared by `source`, and `row_number`.

    CSV may be UTF-8 (with or without byte order mark) or Windows-1252, separated by semicolon, comma or tab; of a
    workbook the first sheet is read. Blank rows are passed over but numbered, so that a row is found in the file by
    its number. Raises Problem for an unreadable file and for unknown or missing columns.
    """
    content = raw.read_bytes()
    if not content.removeprefix(codecs.BOM_UTF8).strip():
        raise Problem(raw.name, "filen är tom", found="0 tecken", do="exportera den på nytt")
    frame = _workbook(raw, content) if content.startswith(_XLSX) else _delimited(raw, content)
    frame = frame.rename({name: name.strip() for name in frame.columns})
    check_columns(frame.columns, source, raw.name)
    is_blank = pl.all_horizontal(pl.col(frame.columns).is_null() | (pl.col(frame.columns).str.strip_chars() == ""))
    return frame.with_row_index("row_number", offset=1).filter(~is_blank)


def check_columns(found: Sequence[str], source: Source, where: str) -> None:
    """Raise Problem unless every column found is declared and every declared column is found.

    A first row that is no heading may be a person's row, so of a personal source it is not shown.
    """
    known = source.column_names()
    if source.is_personal and sum(name in known for name in found) < 2:
        raise Problem(
            where,
            "rubrikraden saknas",
            found="den första raden har inte källans rubriker",
            do=f"lägg rubrikerna överst: {', '.join(known)}",
        )
    for name in found:
        twice = name.rpartition("_duplicated_")[0]  # so the reader names the second of two equal headings
        if twice in known:
            raise Problem(where, "samma rubrik två gånger", found=f"'{twice}'", do="ta bort den ena kolumnen")
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"menades '{near[0]}'?" if near else f"kända kolumner är {', '.join(known)}."
            raise Problem(where, "okänd kolumn", found=f"'{name}'", do=f"{hint} Rätta rubriken eller ta bort kolumnen")
    absent = [each.source for each in source.columns if not each.derived and each.source not in found]
    if absent:
        raise Problem(where, "kolumn saknas", found=", ".join(found), do=f"lägg till {', '.join(map(repr, absent))}")


def _workbook(raw: Path, content: bytes) -> pl.DataFrame:
    try:
        book = fastexcel.read_excel(content)
        return book.load_sheet(0, dtypes="string").to_polars()
    except Exception as error:
        raise Problem(
            raw.name, "arbetsboken går inte att läsa", found=type(error).__name__, do="spara den på nytt som XLSX"
        ) from None


def _delimited(raw: Path, content: bytes) -> pl.DataFrame:
    text = _decode(content)
    header = text.split("\n", 1)[0]
    separator = max(";\t,", key=header.count)
    try:
        return pl.read_csv(text.encode(), separator=separator, infer_schema=False)
    except pl.exceptions.PolarsError:
        raise Problem(
            raw.name,
            "filen går inte att läsa som en tabell",
            found=_fault(text, separator),
            do=f"rätta filen; fälten skiljs åt med '{separator}'",
        ) from None


def _fault(text: str, separator: str) -> str:
    """What breaks the table, without the content."""
    rows = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        heading = next(rows, [])
        for row in rows:
            if len(row) > len(heading):
                return f"rad {rows.line_num} har fler fält än rubriken"
    except csv.Error:
        pass
    return "ett citattecken står ensamt eller mitt i ett fält"


def _decode(content: bytes) -> str:
    """UTF-8 where it is valid UTF-8, else Windows-1252, which Swedish Excel writes."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
