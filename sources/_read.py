"""Strict readers: bytes as they came become rows of text under the publisher's own column names."""

import codecs
import csv
import difflib
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import fastexcel
import polars as pl

from sources._declare import Source
from sources._file import open_ordinary
from sources._problem import UNSEEN, Problem, shown
from sources._workbook import MOST_CELLS, MOST_COLUMNS, repacked

_MOST_LEVELS = 20
MOST_BYTES = 50 * 1024 * 1024
_XLSX = b"PK\x03\x04"
_SEPARATORS = {";": "';'", "\t": "tabb", ",": "','"}
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
# Sheets of our templates that hold no rows of data: what to write in each column, and what the drop-down lists offer.
EXPLAINING = ("Så fyller du i", "Listor")


def read_bytes(raw: Path) -> bytes:
    """The content of an ordinary file. Raises Problem for any other (see `open_ordinary`) and for one too large."""
    with open_ordinary(raw) as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Problem(raw.name, "filen är orimligt stor", found=f"över {MOST_BYTES} byte", do="dela upp den")
    return content


def read_json(raw: Path) -> Any:
    """Parse one JSON body, with or without a byte order mark.

    Raises Problem for an empty or broken body: half an answer must never pass for a whole one.
    """
    content = read_bytes(raw)
    if not content.strip():
        raise Problem(raw.name, "svaret är tomt", found="0 tecken", do="hämta på nytt; ingenting har ändrats")
    try:
        body = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        place = "för många nivåer" if isinstance(error, RecursionError) else "ett tal med tusentals siffror"
        place = "inte UTF-8" if isinstance(error, UnicodeDecodeError) else place
        place = f"fel vid tecken {error.pos}" if isinstance(error, json.JSONDecodeError) else place
        raise Problem(
            raw.name, "svaret är inte hel JSON", found=place, do="hämta filen på nytt; ingenting har ändrats"
        ) from None
    if _is_deeper(body, _MOST_LEVELS):
        raise Problem(raw.name, "svaret har för många nivåer", found=f"över {_MOST_LEVELS}", do="kontrollera adressen")
    return body


def _is_deeper(body: Any, levels: int) -> bool:
    """Whether JSON is nested more than so many levels: a frame's time to refuse a nested cell grows with its cube."""
    if not isinstance(body, dict | list):
        return False
    return levels == 0 or any(
        _is_deeper(child, levels - 1) for child in (body.values() if isinstance(body, dict) else body)
    )


def read_table(raw: Path, source: Source) -> pl.DataFrame:
    """As `read_cells`, every column declared by `source`. Raises Problem for unknown or missing columns too."""
    return _declared(read_cells(raw), source, raw.name)


def read_cells(raw: Path, most_columns: int = MOST_COLUMNS) -> pl.DataFrame:
    """Read a CSV or XLSX into a frame of text under whatever headings it has, and `row_number`.

    CSV may be UTF-8 (with or without byte order mark) or Windows-1252, separated by semicolon, comma or tab; of a
    workbook the first sheet is read. Blank rows are passed over but numbered, so that a row is found in the file by
    its number. Raises Problem for an unreadable file, and one that is made to overwhelm its reader.
    """
    content = _delivered(raw)
    if content.startswith(_XLSX):
        return _cells(_sheet(_workbook(raw, content, most_columns), 0, raw))
    return _cells(_delimited(raw, content, most_columns))


class SheetRows(NamedTuple):
    """The rows of one sheet as `read_table` gives them, with its place among the tabs (from 1) and its name."""

    number: int
    name: str
    rows: pl.DataFrame


def read_sheets(raw: Path, source: Source) -> list[SheetRows]:
    """As `read_table`, every sheet of a workbook but `EXPLAINING` and blank ones; a CSV is one without a name."""
    content = _delivered(raw)
    if not content.startswith(_XLSX):
        return [SheetRows(1, "", _declared(_cells(_delimited(raw, content)), source, raw.name))]
    book = _workbook(raw, content)
    found = []
    for number, name in enumerate(book.sheet_names, 1):
        sheet = pl.DataFrame() if name in EXPLAINING else _sheet(book, name, raw)
        if sheet.width == 0:
            continue
        try:
            found.append(SheetRows(number, name, _declared(_cells(sheet), source, raw.name)))
        except Problem as problem:
            wrong = f"bladet {shown(name)}: {problem.wrong}"
            raise Problem(raw.name, wrong, found=problem.found, do=problem.do) from None
    return found


def _declared(frame: pl.DataFrame, source: Source, where: str) -> pl.DataFrame:
    check_columns([name for name in frame.columns if name != "row_number"], source, where)
    later = [each.source for each in source.columns if each.may_be_absent and each.source not in frame.columns]
    return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in later)


def _delivered(raw: Path) -> bytes:
    content = read_bytes(raw)
    if not content.removeprefix(codecs.BOM_UTF8).strip():
        raise Problem(raw.name, "filen är tom", found="0 tecken", do="exportera den på nytt")
    if content.startswith(_OLE):
        raise Problem(
            raw.name, "arbetsboken är låst med lösenord eller i det gamla formatet XLS", do="spara den olåst som XLSX"
        )
    return content


def _cells(frame: pl.DataFrame) -> pl.DataFrame:
    names = [re.sub(UNSEEN, "", name).strip() for name in frame.columns]
    frame.columns = [
        f"{name}_duplicated_{at}" if name in (*names[:at], "row_number") else name for at, name in enumerate(names)
    ]
    is_blank = pl.all_horizontal(pl.col(frame.columns).is_null() | (pl.col(frame.columns).str.strip_chars() == ""))
    return frame.with_row_index("row_number", offset=1).filter(~is_blank)


def is_workbook(raw: Path) -> bool:
    """Whether a file begins as an XLSX does."""
    with open_ordinary(raw) as file:
        return file.read(len(_XLSX)) == _XLSX


def read_grid(raw: Path) -> pl.DataFrame:
    """Every cell of a workbook's first sheet as text, without a heading; for layouts of several heading rows.

    Raises Problem for what is no workbook, and for one that is made to overwhelm its reader.
    """
    content = read_bytes(raw)
    if not content.startswith(_XLSX):
        raise Problem(raw.name, "filen är ingen arbetsbok", do="lämna den som XLSX, som utgivaren ger ut den")
    return _sheet(_workbook(raw, content), 0, raw, header_row=None)


def check_columns(found: Sequence[str], source: Source, where: str) -> None:
    """Raise Problem unless every column found is declared and every declared column that must be there is found.

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
    for at, name in enumerate(found):
        twice = name.rpartition("_duplicated_")[0]  # so the second of two equal headings is called
        twice = name if name in found[:at] else twice
        if twice in known:
            raise Problem(where, "samma rubrik två gånger", found=f"'{twice}'", do="ta bort den ena kolumnen")
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"menades '{near[0]}'?" if near else f"kända kolumner är {', '.join(known)}."
            raise Problem(where, "okänd kolumn", found=f"'{name}'", do=f"{hint} Rätta rubriken eller ta bort kolumnen")
    needed = [each.source for each in source.columns if not each.derived and not each.may_be_absent]
    absent = [name for name in needed if name not in found]
    if absent:
        raise Problem(where, "kolumn saknas", found=", ".join(found), do=f"lägg till {', '.join(map(repr, absent))}")


def _workbook(raw: Path, content: bytes, most_columns: int = MOST_COLUMNS) -> fastexcel.ExcelReader:
    safe = repacked(content, raw.name, most_columns)
    try:
        return fastexcel.read_excel(safe)
    except Exception as error:
        raise _unreadable(raw, error) from None


def _sheet(book: fastexcel.ExcelReader, at: int | str, raw: Path, header_row: int | None = 0) -> pl.DataFrame:
    try:
        return book.load_sheet(at, header_row=header_row, dtypes="string").to_polars()
    except Exception as error:
        raise _unreadable(raw, error) from None


def _unreadable(raw: Path, error: Exception) -> Problem:
    return Problem(
        raw.name, "arbetsboken går inte att läsa", found=type(error).__name__, do="spara den på nytt som XLSX"
    )


def _delimited(raw: Path, content: bytes, most_columns: int = MOST_COLUMNS) -> pl.DataFrame:
    text = _decode(content)
    if "\0" in text:
        raise Problem(raw.name, "filen är inte text", found="NUL-tecken", do="exportera den som CSV UTF-8 eller XLSX")
    header = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=header.count)
    columns = header.count(separator) + 1
    if columns > most_columns or columns * text.count("\n") > MOST_CELLS:
        found = f"{columns} kolumner och {text.count(chr(10))} rader"
        raise Problem(raw.name, "tabellen är orimligt stor", found=found, do="dela upp den")
    if header.count('"') % 2:
        raise Problem(raw.name, "rubrikraden har en radbrytning", do="skriv varje rubrik på en rad")
    try:
        return pl.read_csv(text.encode(), separator=separator, infer_schema=False)
    except pl.exceptions.PolarsError:
        raise Problem(
            raw.name,
            "filen går inte att läsa som en tabell",
            found=_fault(text, separator),
            do=f"rätta filen; fälten skiljs åt med {_SEPARATORS[separator]}",
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
