"""Lets LibreOffice open a file without a screen and tells what it made of every cell."""

import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import NamedTuple

import pytest

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
# Semicolons, quotes, UTF-8, from the first row, Swedish, quotes say nothing of type, days and the like are detected:
# what a double click in a Swedish Excel does.
SWEDISH_CSV = "Text - txt - csv (StarCalc):59,34,76,1,,1053,false,true"


class Cell(NamedTuple):
    """What a cell is ("float", "string", "date", "boolean", "percentage", or "" where empty), and what it holds."""

    type: str
    value: str
    formula: str = ""


def sheets_of(path: Path, folder: Path, infilter: str = "") -> dict[str, list[list[Cell]]]:
    """Every sheet of a workbook or CSV file as LibreOffice opens it, row by row; trailing empty cells are left out.

    Skips the test where there is no LibreOffice.
    """
    opened = convert(path, folder, "fods", infilter)
    sheets = {}
    for table in ET.parse(opened).getroot().iter(f"{_TABLE}table"):
        rows: list[list[Cell]] = []
        for row in table.iter(f"{_TABLE}table-row"):
            cells = [cell for each in row for cell in _cells(each)]
            while cells and not cells[-1].type:
                cells.pop()
            rows += [cells] * (int(row.get(f"{_TABLE}number-rows-repeated", 1)) if cells else 1)
        sheets[table.get(f"{_TABLE}name", "")] = rows
    return sheets


def convert(path: Path, folder: Path, kind: str, infilter: str = "") -> Path:
    """A file as another kind, made by LibreOffice. Skips the test where there is none."""
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice is not installed")
    profile = (folder / "profile").resolve().as_uri()
    command = [soffice, f"-env:UserInstallation={profile}", "--headless", "--convert-to", kind, "--outdir", str(folder)]
    command += [f"--infilter={infilter}"] if infilter else []
    subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=300)
    return folder / f"{path.stem}.{kind}"


def _cells(element: ET.Element) -> list[Cell]:
    if element.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
        return []
    kind = element.get(f"{_OFFICE}value-type", "")
    held = (element.get(f"{_OFFICE}{name}") for name in ("value", "date-value", "time-value", "boolean-value"))
    value = next((each for each in held if each is not None), "")
    if kind == "string":
        value = "\n".join(_text(paragraph) for paragraph in element.iter(f"{_TEXT}p"))
    times = min(int(element.get(f"{_TABLE}number-columns-repeated", 1)), 100)  # empty cells go on to column 16 384
    return [Cell(kind, value, element.get(f"{_TABLE}formula", ""))] * times


def _text(paragraph: ET.Element) -> str:
    said = paragraph.text or ""
    for child in paragraph:
        said += {f"{_TEXT}tab": "\t", f"{_TEXT}s": " " * int(child.get(f"{_TEXT}c", 1))}.get(child.tag, _text(child))
        said += child.tail or ""
    return said
