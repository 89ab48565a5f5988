"""Fills in a form as a person would: cells written into the workbook's own XML, everything else left as it is."""

import io
import re
import zipfile
from collections.abc import Mapping
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
Cells = Mapping[str, str | float]


def sheet_parts(content: bytes) -> dict[str, str]:
    """Each sheet's name with the part of the workbook that holds it, in order."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
        return {each.attrib["name"]: f"xl/worksheets/sheet{number}.xml" for number, each in enumerate(names, 1)}


def filled(content: bytes, sheets: Mapping[str, Cells]) -> bytes:
    """A form with cells filled in: sheet → place (B2) → text or number. The cells' formats stay."""
    parts = {part: sheets[name] for name, part in sheet_parts(content).items() if name in sheets}
    assert len(parts) == len(sheets)
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(written, "w") as after:
        for name in before.namelist():
            part = before.read(name)
            after.writestr(name, _with_cells(part, parts[name]) if name in parts else part)
    return written.getvalue()


def _with_cells(part: bytes, cells: Cells) -> bytes:
    ElementTree.register_namespace("", _MAIN.strip("{}"))
    sheet = ElementTree.fromstring(part)
    there = {cell.attrib["r"]: cell for cell in sheet.iter(f"{_MAIN}c")}
    for place, value in cells.items():
        cell = there[place]
        for child in list(cell):
            cell.remove(child)
        if isinstance(value, str):
            cell.set("t", "inlineStr")
            text = ElementTree.SubElement(ElementTree.SubElement(cell, f"{_MAIN}is"), f"{_MAIN}t")
            text.text = value
        else:
            cell.attrib.pop("t", None)
            ElementTree.SubElement(cell, f"{_MAIN}v").text = repr(value)
    return ElementTree.tostring(sheet)


def texts_of(content: bytes, sheet: str) -> dict[str, str]:
    """The texts of a sheet by their place."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        strings = [
            "".join(item.itertext())
            for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{_MAIN}si")
        ]
        part = ElementTree.fromstring(book.read(sheet_parts(content)[sheet]))
    return {
        cell.attrib["r"]: strings[int(cell[0].text or 0)]
        for cell in part.iter(f"{_MAIN}c")
        if cell.attrib.get("t") == "s"
    }


def lists_of(content: bytes, sheet: str) -> dict[str, list[str]]:
    """What each drop-down list of a sheet offers, by the first row's heading of its column."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        part = ElementTree.fromstring(book.read(sheet_parts(content)[sheet]))
    offered, headings = texts_of(content, "Listor"), texts_of(content, sheet)
    found = {}
    for rule in part.iter(f"{_MAIN}dataValidation"):
        if rule.attrib.get("type") == "list":
            column = re.match(r"[A-Z]+", rule.attrib["sqref"])
            formula = rule.findtext(f"{_MAIN}formula1") or ""
            place = re.fullmatch(r"Listor!\$([A-Z]+)\$1:\$[A-Z]+\$(\d+)", formula)
            assert column is not None
            assert place is not None
            found[headings[f"{column[0]}1"]] = [offered[f"{place[1]}{row}"] for row in range(1, int(place[2]) + 1)]
    return found
