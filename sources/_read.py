"""Strict readers: bytes as they came become rows of text under the publisher's own column names."""

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
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        place = f"fel vid tecken {error.pos}" if isinstance(error, json.JSONDecodeError) else "inte UTF-8"
        raise Problem(
            raw.name, "svaret är inte hel JSON", found=place, do="hämta filen på nytt; ingenting har ändrats"
        ) from None


def read_table(raw: Path, source: Source) -> pl.DataFrame:
    """Read a hand-delivered CSV or XLSX into a frame of text, every column declared by `source`.

    CSV may be UTF-8 (with or without byte order mark) or Windows-1252, separated by semicolon, comma or tab; of a
    workbook the first sheet is read. Raises Problem for an unreadable file and for unknown or missing columns.
    """
    content = raw.read_bytes()
    if not content.strip():
        raise Problem(raw.name, "filen är tom", found="0 tecken", do="exportera den på nytt")
    frame = _workbook(raw, content) if content.startswith(_XLSX) else _delimited(raw, content)
    frame = frame.rename({name: name.strip() for name in frame.columns})
    check_columns(frame.columns, source, raw.name)
    return frame.filter(~pl.all_horizontal(pl.all().is_null() | (pl.all().str.strip_chars() == "")))


def check_columns(found: Sequence[str], source: Source, where: str) -> None:
    """Raise Problem unless every column found is declared and every declared column is found."""
    known = source.column_names()
    for name in found:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"menades '{near[0]}'?" if near else f"kända kolumner är {', '.join(known)}"
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
        rows = list(csv.reader(io.StringIO(text), delimiter=separator))
        line = next((number for number, row in enumerate(rows, 1) if row and len(row) > len(rows[0])), 1)
        raise Problem(
            raw.name,
            "filen går inte att läsa som en tabell",
            found=f"rad {line} har fler fält än rubriken",
            do=f"rätta raden; fälten skiljs åt med '{separator}'",
        ) from None


def _decode(content: bytes) -> str:
    """UTF-8 where it is valid UTF-8, else Windows-1252, which Swedish Excel writes."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
