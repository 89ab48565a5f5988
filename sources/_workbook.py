"""Looks a workbook through before anything else reads it, and packs anew the parts that were looked through.

A workbook is a zip of XML from outside: what it says of its own size, parts and cells cannot be believed. The reader
is handed a copy that holds nothing but what was read here.
"""

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from xml.parsers import expat

from sources._problem import Problem

MOST_CELLS = 5_000_000  # of the rectangle from the first cell to the outermost
MOST_COLUMNS = 500
MOST_TEXT = 200_000_000  # bytes of XML when unpacked, and characters in the cells when spelled out
_MOST_PARTS = 1_000
_HIGHEST_RATIO = 200
_SMALL = 1_000_000  # a small part may be as dense as it likes
_ARCHIVES = (".zip", ".xlsx", ".xlsm", ".xlsb", ".docx", ".gz", ".7z", ".rar", ".tar", ".jar")
_REFERENCE = re.compile(r"([A-Z]{1,9})([0-9]{1,9})")


def repacked(content: bytes, where: str, most_columns: int = MOST_COLUMNS) -> bytes:
    """The XML parts of a workbook in a new, uncompressed zip.

    Raises Problem for what no table needs and a trap does: too large unpacked, too dense, too many or doubled parts,
    parts whose names lead elsewhere, files within the file, macros, links to other workbooks, declarations of XML
    entities, and cells that stand or add up beyond reason.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_directory(archive.infolist(), where)
            parts = {each.filename: _unpacked(archive, each) for each in archive.infolist() if _is_xml(each.filename)}
        if not {"[Content_Types].xml", "xl/workbook.xml"} <= parts.keys():
            raise _refused(where, "filen är ingen arbetsbok i formatet XLSX")
        _check_parts(parts, where, most_columns)
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError, RuntimeError, ValueError) as error:
        raise _refused(where, "arbetsboken går inte att läsa", type(error).__name__) from None
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    return packed.getvalue()


def _refused(where: str, wrong: str, found: str = "", do: str = "spara bladet på nytt som XLSX eller CSV") -> Problem:
    return Problem(where, wrong, found=found, do=do)


def _unpacked(archive: zipfile.ZipFile, each: zipfile.ZipInfo) -> bytes:
    """A part, unpacked no further than it declares: read without a limit, it would first be unpacked to its end."""
    with archive.open(each) as part:
        return part.read(each.file_size + 1)


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


def _check_directory(listed: list[zipfile.ZipInfo], where: str) -> None:
    """Judge a zip by its directory; what it declares is also all that will be unpacked of each part."""
    names = [each.filename for each in listed]
    if len(names) > _MOST_PARTS:
        raise _refused(where, "arbetsboken har orimligt många delar", f"{len(names)}")
    if twice := [name for name, times in Counter(name.lower() for name in names).items() if times > 1]:
        raise _refused(where, "arbetsboken har två delar med samma namn", twice[0])
    for each in listed:
        name = each.filename.lower()
        if name.startswith("/") or "\\" in name or ".." in name.split("/") or ":" in name:
            raise _refused(where, "arbetsboken har en del vars namn leder någon annanstans", name)
        if name.endswith("vbaproject.bin") or "/activex/" in name:
            raise _refused(where, "arbetsboken har makron", do="spara den utan makron, som XLSX")
        if "/externallinks/" in name:
            raise _refused(where, "arbetsboken är länkad till andra arbetsböcker", do="klistra in värdena i en ny")
        if "/embeddings/" in name or name.endswith(_ARCHIVES):
            raise _refused(where, "arbetsboken har filer inuti sig", name, "klistra in tabellen i en ny arbetsbok")
        if each.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _refused(where, "arbetsboken är packad på ett ovanligt sätt")
        if each.file_size > _SMALL and each.file_size > _HIGHEST_RATIO * max(each.compress_size, 1):
            raise _refused(where, "arbetsboken är orimligt tätt packad", f"{each.file_size} byte i {name}")
    if (unpacked := sum(each.file_size for each in listed)) > MOST_TEXT:
        raise _refused(where, "arbetsboken är orimligt stor", f"{unpacked} byte uppackad", "dela upp den")


def _check_parts(parts: Mapping[str, bytes], where: str, most_columns: int) -> None:
    strings = _Strings(where)
    for name, part in parts.items():
        _parse(part, strings if name.lower() == "xl/sharedstrings.xml" else _Part(where))
    for name, part in parts.items():
        if name.lower().startswith("xl/worksheets/") and name.lower().endswith(".xml"):
            _parse(part, _Sheet(where, strings.lengths, most_columns))


def _parse(part: bytes, reader: "_Part") -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.buffer_text = True
    parser.Parse(part, True)


class _Part:
    """Any part: well-formed, and without a document type, where entities are declared."""

    def __init__(self, where: str) -> None:
        self.where = where

    def doctype(self, *_: object) -> None:
        raise _refused(self.where, "arbetsboken har XML-deklarationer som en tabell inte behöver", "DOCTYPE")

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        pass

    def end(self, name: str) -> None:
        pass

    def text(self, text: str) -> None:
        pass


class _Strings(_Part):
    """The list of texts that cells point into: how long each is."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.lengths: list[int] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name.endswith(" si"):
            self.lengths.append(0)

    def text(self, text: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(text)


class _Sheet(_Part):
    """A sheet: how far out its filled cells stand, and how much text they come to when each is spelled out."""

    def __init__(self, where: str, lengths: list[int], most_columns: int) -> None:
        super().__init__(where)
        self.lengths, self.most_columns = lengths, most_columns
        self.row = self.column = self.last_row = self.last_column = self.total = 0
        self.is_shared, self.index = False, ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        match name.rpartition(" ")[2]:
            case "row":
                self.row, self.column = int(attributes.get("r", self.row + 1)), 0
            case "c":
                self.is_shared, self.index = attributes.get("t") == "s", ""
                self.row, self.column = _place(attributes.get("r"), self.row, self.column)
            case "v" | "is":  # a cell that is only coloured takes no room
                self.last_row, self.last_column = max(self.last_row, self.row), max(self.last_column, self.column)
                if self.last_column > self.most_columns or self.last_row * self.last_column > MOST_CELLS:
                    found = f"rad {self.row}, kolumn {self.column}"
                    raise _refused(self.where, "arbetsboken har en cell orimligt långt ut", found, "ta bort den cellen")

    def end(self, name: str) -> None:
        if not (self.is_shared and name.endswith(" c")):
            return
        self.is_shared, at = False, int(self.index or -1)
        self.total += self.lengths[at] if 0 <= at < len(self.lengths) else 0
        if self.total > MOST_TEXT:
            raise _refused(self.where, "arbetsboken är orimligt stor", "samma text i väldigt många celler")

    def text(self, text: str) -> None:
        if self.is_shared:
            self.index += text


def _place(reference: str | None, row: int, column: int) -> tuple[int, int]:
    """Row and column of a cell: what it says, else one step to the right. Raises ValueError for another spelling."""
    if reference is None:
        return row, column + 1
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise ValueError("cell")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column
