"""Every text of a PDF, for the output gate: what its pages show, say instead of a picture, link to and are named.

Reads the kind of PDF that this product writes, fast, and refuses what it cannot answer for: encryption, earlier
versions of the file, packed objects, letters without a Unicode, pictures, attachments, scripts, links but https.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pypdf
from pypdf.errors import PyPdfError


class NotAllowed(Exception):
    """The PDF holds something that nobody can answer for: what, in Swedish."""


_STREAM = re.compile(rb"\bstream\r?\n.*?\bendstream\b", re.DOTALL)
_FORBIDDEN = re.compile(
    rb"/(?:JS|JavaScript|Launch|SubmitForm|ImportData|GoToR|GoToE|AA|XFA|AcroForm|EmbeddedFiles?|Filespec|EF|AF|RichMedia"
    rb"|Movie|Sound|3D|Rendition)(?![A-Za-z0-9])"
)
_STRING = re.compile(rb"(?P<open>\()|<(?P<hex>[0-9A-Fa-f\s]*)>")
_ENDS = re.compile(rb"%%EOF\s*\Z")
# A file's own names for itself: hashes, which may look like anything.
_HASH = re.compile(rb"(?<=[(>])[A-Za-z0-9+/]{22}==(?:_source)?(?=[)<])")
_PAREN = re.compile(rb"[()\\]")
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|\r|\n)|(.))", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
# What matters in the code of a page; the rest is lines and colours.
_TOKEN = re.compile(
    rb"(?P<open>\()|(?P<dict><<|>>)|<(?P<hex>[0-9A-Fa-f\s]*)>|/(?P<font>[^\s/]+)\s+(?P<size>[-+.0-9]+)\s+Tf(?=[\s/<(\[])"
    rb"|(?<![^\s\])>])(?P<operator>BT|ET|BI|EMC)(?=[\s/<(\[])"
)
_PLACED = re.compile(rb"((?:[-+.0-9]+\s+){6})cm")
_GOES_ON = (" ", "-", "\u00ad", "\u2010", "\u2011", "\u00a0")


@dataclass(frozen=True, kw_only=True)
class _Font:
    """The text and the width in thousandths of each code of two bytes."""

    texts: Mapping[int, str]
    widths: Mapping[int, float]
    width: float


@dataclass(frozen=True, kw_only=True)
class _Run:
    """Letters written in one go: where they begin and end, in which direction, how large."""

    text: str
    start: complex
    end: complex
    size: float


def pdf_texts(content: bytes) -> Iterator[tuple[str, list[str]]]:
    """Every text with where it stands: "sida 3", "beskrivningar" (titles, alternative texts, links), "metadata" (XML)
    and "författare" (who is said to have made the file).

    Raises ValueError for what is no PDF of this kind, NotAllowed for what may not be in one.
    """
    if not content.startswith(b"%PDF-"):
        raise ValueError("no PDF")
    if content.count(b"startxref") != 1 or not _ENDS.search(content):
        raise NotAllowed("flera versioner i samma fil")
    outside = _HASH.sub(b"", _STREAM.sub(b" ", content))
    if _FORBIDDEN.search(outside):
        raise NotAllowed("fil, formulär eller program i filen")
    if b"/Encrypt" in outside or b"/ObjStm" in outside:
        raise ValueError("packed or encrypted objects")
    if b"/Image" in re.sub(rb"/Image[BCI]\b", b"", outside):
        raise NotAllowed("bild i filen")
    strings = [(before, _text(string)) for before, string in _strings(outside)]
    if any(not text.startswith("https://") for before, text in strings if before.endswith(b"/URI")):
        raise NotAllowed("länk som inte är https")
    yield "beskrivningar", [text for _, text in strings]
    yield "författare", [text for before, text in strings if before.endswith(b"/Author")]
    try:
        reader = pypdf.PdfReader(BytesIO(content))
        root = reader.root_object
        if "/Metadata" in root:
            metadata: Any = root["/Metadata"]
            yield "metadata", [_HASH.sub(b"", metadata.get_data()).decode()]
        seen: set[int] = set()
        known: dict[int, _Font] = {}
        for number, page in enumerate(reader.pages, 1):
            drawn = page.get_contents()
            texts = _shown(drawn.get_data() if drawn is not None else b"", page.get("/Resources", {}), seen, known)
            yield f"sida {number}", list(texts)
    except (PyPdfError, KeyError, TypeError, AttributeError) as problem:
        raise ValueError("no PDF of the kind written here") from problem


def _strings(code: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every string of objects outside streams with what stands before it."""
    at = 0
    while match := _STRING.search(code, at):
        at = match.end()
        before = code[max(0, match.start() - 20) : match.start()].rstrip()
        if match["open"]:
            string, at = _literal(code, at)
            yield before, string
        else:
            yield before, _from_hex(match["hex"])


def _literal(code: bytes, at: int) -> tuple[bytes, int]:
    """The string that begins after the bracket before `at`, and where it ends."""
    start, depth = at, 1
    while depth:
        match = _PAREN.search(code, at)
        if match is None:
            raise ValueError("a string without end")
        at = match.end() + (match[0] == b"\\")
        depth += {b"(": 1, b")": -1}.get(match[0], 0)
    return _ESCAPE.sub(_unescaped, code[start : at - 1]), at


def _unescaped(match: re.Match[bytes]) -> bytes:
    octal, line, letter = match.groups()
    if octal:
        return bytes([int(octal, 8) & 255])
    return b"" if line else _LETTERS.get(letter, letter)


def _from_hex(digits: bytes) -> bytes:
    text = b"".join(digits.split()).decode()
    return bytes.fromhex(text + "0" * (len(text) % 2))


def _text(string: bytes) -> str:
    if string.startswith(b"\xfe\xff"):
        return string[2:].decode("utf-16-be", errors="replace")
    return string.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace")


def _shown(code: bytes, resources: Any, seen: set[int], known: dict[int, _Font]) -> Iterator[str]:
    """What a page or a drawing in it shows; what goes on in another line or another style is one text."""
    fonts = {str(name)[1:].encode(): font for name, font in resources.get("/Font", {}).items()}
    font: _Font | None = None
    size, depth, at, begun = 0.0, 0, 0, 0
    runs: list[_Run] = []
    letters: list[int] = []
    instead: str | None = None  # what is to be read in the place of the signs that follow
    while match := _TOKEN.search(code, at):
        at = match.end()
        string = None
        if match["open"]:
            string, at = _literal(code, at)
        elif match["hex"] is not None:
            string = _from_hex(match["hex"])
        elif match["dict"]:
            depth += 1 if match["dict"] == b"<<" else -1
        elif match["font"]:
            font, size = _font(fonts[match["font"]], known), float(match["size"])
        elif match["operator"] == b"BI":
            raise NotAllowed("bild i filen")
        elif match["operator"] == b"BT":
            begun, letters = match.start(), []
        elif match["operator"] == b"EMC":
            instead = None
        elif font and letters:
            runs.append(_run(letters, font, size, code[max(0, begun - 200) : begun], instead))
            instead = instead and ""
        if string is not None and code[max(0, match.start() - 20) : match.start()].rstrip().endswith(b"/ActualText"):
            instead = _text(string)
        elif string is not None and depth:
            yield _text(string)
        elif string is not None:
            letters += (int.from_bytes(string[n : n + 2]) for n in range(0, len(string), 2))
    yield from _joined(runs)
    for form in resources.get("/XObject", {}).values():
        drawn = form.get_object()
        if drawn.indirect_reference.idnum not in seen:
            seen.add(drawn.indirect_reference.idnum)
            yield from _shown(drawn.get_data(), drawn.get("/Resources", {}), seen, known)


def _run(letters: Sequence[int], font: _Font, size: float, before: bytes, instead: str | None) -> _Run:
    placed = _PLACED.findall(before)
    a, b, _, _, x, y = (float(number) for number in placed[-1].split()) if placed else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    along = complex(a, b)
    wide = sum(font.widths.get(letter, font.width) for letter in letters) * size / 1000
    start = complex(x, y)
    text = "".join(font.texts[letter] for letter in letters) if instead is None else instead
    return _Run(text=text, start=start, end=start + along * wide, size=abs(along) * size)


def _joined(runs: Sequence[_Run]) -> Iterator[str]:
    """Texts of several runs: letters close to each other, and lines that end as if they went on."""
    text = ""
    for before, run in zip([None, *runs], runs, strict=False):
        is_near = before is not None and abs(run.start - before.end) < 0.25 * run.size
        if not is_near and not text.endswith(_GOES_ON):
            yield text
            text = ""
        text = text.removesuffix("\u00ad") + run.text
    yield text


def _font(reference: Any, known: dict[int, _Font]) -> _Font:
    """A font's codes. Raises ValueError where they are not of two bytes, KeyError where they have no text."""
    font = reference.get_object()
    table = font["/ToUnicode"]
    id = table.indirect_reference.idnum
    if font["/Encoding"] != "/Identity-H":
        raise ValueError("a font whose codes are not of two bytes")
    if id not in known:
        drawn = font["/DescendantFonts"][0].get_object()
        known[id] = _Font(
            texts=dict(_mapped(table.get_data())),
            widths=dict(_widths(drawn.get("/W", []))),
            width=float(drawn.get("/DW", 1000)),
        )
    return known[id]


def _widths(listed: Any) -> Iterator[tuple[int, float]]:
    """The widths as a font lists them: `first [w w w]` or `first last w`."""
    at = 0
    while at + 1 < len(listed):
        first, second = int(listed[at]), listed[at + 1].get_object()
        if isinstance(second, list):
            yield from ((first + number, float(width)) for number, width in enumerate(second))
            at += 2
        else:
            yield from ((code, float(listed[at + 2])) for code in range(first, int(second) + 1))
            at += 3


def _mapped(table: bytes) -> Iterator[tuple[int, str]]:
    """The text of each code as a font lists it: one by one, or in ranges."""
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, text in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", block):
            yield int(code, 16), _from_hex(text).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, text in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            start = _from_hex(text).decode("utf-16-be")
            for number, code in enumerate(range(int(first, 16), int(last, 16) + 1)):
                yield code, start[:-1] + chr(ord(start[-1]) + number)
