"""Reads a PX file, strictly: every keyword must hold together with the others before a figure is taken out.

The file is text: `KEYWORD[language]("variable","value")=value;`, last `DATA=` with the cells row-major over stub and
then heading (Statistics Sweden, PX-file format specification, 2013). Of the libraries, `pyaxis` 0.4.3 (Apache-2.0,
pandas) was tried on the 52 captured files: of the 20 that are broken on purpose it reads 15 without a word and dies of
the others, it fails on `KEYS`, gives labels for codes, and makes nothing of the symbols `"."` and `".."`.
"""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from sources._problem import Problem

MOST_CELLS = 5_000_000
SYMBOLS = (".", "..", "...", "....", ".....", "......", "-")

_STRINGS = r'"[^"]*"(?:\s*,\s*"[^"]*")*'
_KEY = re.compile(rf"\s*([A-Z][A-Z0-9_-]*)(?:\[([A-Za-z-]+)\])?(?:\(\s*({_STRINGS})\s*\))?\s*=\s*")
_MORE = re.compile(r"\s*\S")
_TOKEN = re.compile(r'\s*("[^"]*"|[A-Za-z0-9+._-]+(?:\([^)]*\))?|[,;:])')
_CELL = re.compile(r'"[^"]*"\s*,|"[^"]*"|[^\s",]+|,')
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_REQUIRED = ("MATRIX", "SUBJECT-CODE", "SUBJECT-AREA", "TITLE", "CONTENTS", "UNITS", "DECIMALS")
_YES_OR_NO = ("AGGREGALLOWED", "AUTOPEN", "COPYRIGHT", "DESCRIPTIONDEFAULT", "DAYADJ", "SEASADJ", "DOUBLECOLUMN")
_OF_A_VARIABLE = ("VALUES", "CODES", "DOMAIN", "ELIMINATION", "DOUBLECOLUMN", "MAP", "TIMEVAL", "HIERARCHIES", "KEYS")
_OF_A_VARIABLE_TOO = ("NOTE", "NOTEX", "VALUENOTE", "VALUENOTEX", "PRECISION")
_OF_A_CONTENT = ("LAST-UPDATED", "STOCKFA", "CFPRICES", "DAYADJ", "SEASADJ", "UNITS", "REFPERIOD", "BASEPERIOD")
_CHARSETS = {
    "ansi": "windows-1252",
    "windows-1252": "windows-1252",
    "iso-8859-1": "windows-1252",  # as browsers do: the bytes 80–9F are then text, not control characters
    "iso-8859-15": "iso-8859-15",
    "utf-8": "utf-8",
}

Key = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class PxFile:
    """What a PX file holds: title, codes and labels of each variable (stub before heading), and the cells as text."""

    title: str
    codes: Mapping[str, Sequence[str]]
    labels: Mapping[str, Mapping[str, str]]
    cells: Sequence[str]


def read_px(content: bytes, where: str) -> PxFile:
    """Read a PX file in its default language.

    A code that is empty (`CODES("sex")="1","2",;`) is its value's own label. A file with `KEYS` must have every row:
    whether a row left out is zero has not been seen. Raises Problem for a file that says one thing in one keyword
    and another in the next, for one cut short, and for a charset that is not the bytes' own.
    """
    text = _decoded(content, where)
    head, data = _parted(text, where)
    stated = dict(_statements(head, where))
    default = {key: value for (language, key), value in stated.items() if language == ""}
    if absent := [keyword for keyword in _REQUIRED if not any(keyword == name for name, _ in default)]:
        raise Problem(where, "PX-filen saknar ett nyckelord", found=", ".join(absent), do="hämta filen på nytt")
    variables = [*default.get(("STUB", ()), ()), *default.get(("HEADING", ()), ())]
    if not variables:
        raise Problem(where, "PX-filen saknar ett nyckelord", found="STUB och HEADING", do="hämta filen på nytt")
    values = {name: default.get(("VALUES", (name,)), ()) for name in variables}
    if absent := [name for name, listed in values.items() if not listed]:
        raise Problem(where, "PX-filen saknar värden", found=f"VALUES({absent[0]})", do="hämta filen på nytt")
    codes = {name: default.get(("CODES", (name,)), values[name]) for name in variables}
    _check(default, values, codes, where)
    _check_languages(stated, where)
    codes = {name: [code or values[name][at] for at, code in enumerate(codes[name])] for name in variables}
    if prod(map(len, codes.values())) > MOST_CELLS:
        raise Problem(
            where, "orimligt många värden", found=f"{[len(each) for each in codes.values()]}", do="dela frågan"
        )
    return PxFile(
        title=default["TITLE", ()][0],
        codes=codes,
        labels={name: dict(zip(codes[name], values[name], strict=True)) for name in variables},
        cells=_cells(data, default, values, codes, where),
    )


def _decoded(content: bytes, where: str) -> str:
    """The file's text by what it says of itself; a UTF-8 text that says ANSI would be read as 'SÃ¶dertÃ¤lje'."""
    if content.startswith(codecs.BOM_UTF8):
        declared = "utf-8"
    else:
        named = {
            name.decode(): value.decode("ascii", "replace")
            for name, value in re.findall(rb'^[ \t]*(CHARSET|CODEPAGE)="([^"]*)"', content, re.MULTILINE)
        }
        declared = (named.get("CODEPAGE") or named.get("CHARSET") or "").lower()
    if not declared and content.isascii():
        declared = "utf-8"
    encoding = _CHARSETS.get(declared)
    if encoding is None:
        raise Problem(where, "okänd teckenkodning", found=declared or "CHARSET saknas", do="spara filen som UTF-8")
    if encoding != "utf-8" and not content.isascii() and _is_utf8(content):
        raise Problem(where, "filen har en annan teckenkodning än den säger", found=f"{declared}, är utf-8", do="rätta")
    try:
        return content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError:
        raise Problem(
            where, "filen har en annan teckenkodning än den säger", found=declared, do="hämta filen på nytt"
        ) from None


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _parted(text: str, where: str) -> tuple[str, str]:
    """Everything before `DATA=`, and the cells. A last `;` may be lacking where a blank follows the last cell."""
    start = re.search(r"^[ \t]*DATA[ \t]*=", text, re.MULTILINE)
    if start is None:
        raise Problem(where, "PX-filen är inte hel", found="DATA saknas", do="hämta filen på nytt")
    data, end, rest = text[start.end() :].partition(";")
    if rest.strip("\x1a \t\r\n") or not (end or data[-1:].isspace()):
        raise Problem(where, "PX-filen är inte hel", found="DATA slutar inte med ';'", do="hämta filen på nytt")
    return text[: start.start()], data


def _statements(head: str, where: str) -> Iterator[tuple[tuple[str, Key], Sequence[str]]]:
    """((language, (keyword, its arguments)), values) of every statement, in order."""
    at = 0
    while _MORE.match(head, at):
        key = _KEY.match(head, at)
        if key is None:
            line = head.count("\n", 0, at) + 2
            raise Problem(where, "PX-filen går inte att läsa", found=f"rad {line}", do="hämta filen på nytt")
        keyword, language, listed = key.groups()
        arguments = tuple(re.findall(r'"([^"]*)"', listed or ""))
        values, at = _values(head, key.end(), keyword, where)
        yield (language or "", (keyword, arguments)), values


def _values(head: str, at: int, keyword: str, where: str) -> tuple[list[str], int]:
    """The values from `at` to the `;`, and the place after it. Strings on lines of their own are one string."""
    values, is_open = [""], True
    while True:
        token = _TOKEN.match(head, at)
        if token is None:
            raise Problem(where, "PX-filen går inte att läsa", found=f"{keyword} slutar inte", do="hämta filen på nytt")
        text, between, at = token[1], head[at : token.start(1)], token.end()
        if text == ";":
            return values, at
        if text in (",", ":"):
            values.append("")
            is_open = True
        elif is_open or (text.startswith('"') and "\n" in between):
            values[-1] += text.strip('"')
            is_open = False
        else:
            raise Problem(where, "ett citattecken står fel i PX-filen", found=keyword, do="hämta filen på nytt")


def _check(
    stated: Mapping[Key, Sequence[str]],
    values: Mapping[str, Sequence[str]],
    codes: Mapping[str, Sequence[str]],
    where: str,
) -> None:
    """Raise Problem where one keyword names what another does not have."""

    def wrong(key: Key, what: str) -> Problem:
        name = f"{key[0]}({', '.join(key[1])})" if key[1] else key[0]
        return Problem(where, what, found=name, do="hämta filen på nytt")

    contents = stated.get(("CONTVARIABLE", ()))
    if contents and contents[0] not in values:
        raise wrong(("CONTVARIABLE", ()), "PX-filen nämner en variabel som inte finns")
    for key, listed in stated.items():
        keyword, arguments = key
        if arguments and keyword in (*_OF_A_VARIABLE, *_OF_A_VARIABLE_TOO) and arguments[0] not in values:
            raise wrong(key, "PX-filen nämner en variabel som inte finns")
        if arguments and keyword in _OF_A_CONTENT and contents and arguments[0] not in values[contents[0]]:
            raise wrong(key, "PX-filen nämner ett innehåll som inte finns")
        if keyword in _YES_OR_NO and listed[0] not in ("YES", "NO"):
            raise wrong(key, "varken YES eller NO")
        if keyword == "CODES" and len(listed) != len(values[arguments[0]]):
            raise wrong(key, "PX-filen har olika många koder och värden")
        times = [time for time in listed if not time.startswith("TLIST")]
        if keyword == "TIMEVAL" and times and len(times) != len(values[arguments[0]]):
            raise wrong(key, "PX-filen har olika många tider och värden")
        if keyword == "ELIMINATION" and listed[0] not in ("YES", "NO", *values[arguments[0]], *codes[arguments[0]]):
            raise wrong(key, "PX-filen nämner ett värde som inte finns")
    decimals = _whole(stated, "DECIMALS", 15, where)
    if _whole(stated, "SHOWDECIMALS", 6, where) > decimals:
        raise wrong(("SHOWDECIMALS", ()), "fler decimaler visas än DECIMALS anger")


def _whole(stated: Mapping[Key, Sequence[str]], keyword: str, most: int, where: str) -> int:
    text = stated.get((keyword, ()), ("0",))[0]
    if not text.isdecimal() or int(text) > most:
        raise Problem(where, "orimligt antal decimaler", found=f"{keyword}={text}", do="hämta filen på nytt")
    return int(text)


def _check_languages(stated: Mapping[tuple[str, Key], Sequence[str]], where: str) -> None:
    """Raise Problem where a language that the file names lacks one of the keywords that lay the table out."""
    own = stated.get(("", ("LANGUAGE", ())), ("",))[0]
    for language in stated.get(("", ("LANGUAGES", ())), ()):
        for keyword in ("STUB", "HEADING", "CONTVARIABLE"):
            is_there = ("", (keyword, ())) in stated
            if language != own and is_there and (language, (keyword, ())) not in stated:
                found = f"{keyword}[{language}]"
                raise Problem(where, "PX-filen saknar en översättning", found=found, do="hämta filen på nytt")


def _cells(
    data: str,
    stated: Mapping[Key, Sequence[str]],
    values: Mapping[str, Sequence[str]],
    codes: Mapping[str, Sequence[str]],
    where: str,
) -> list[str]:
    tokens = _CELL.findall(data)
    keyed = [name for name in values if ("KEYS", (name,)) in stated]
    if keyed:
        tokens = _keyed(tokens, keyed, stated, values, codes, where)
    cells = [token.strip('"') for token in tokens]
    size = prod(map(len, codes.values()))
    if len(cells) != size:
        raise Problem(where, "PX-filen är inte hel", found=f"{len(cells)} värden av {size}", do="hämta filen på nytt")
    for cell in cells:
        if cell not in SYMBOLS and _NUMBER.fullmatch(cell) is None:
            raise Problem(where, "varken ett tal eller en symbol i PX-filen", found=cell, do="hämta filen på nytt")
    return cells


def _keyed(
    tokens: Sequence[str],
    keyed: Sequence[str],
    stated: Mapping[Key, Sequence[str]],
    values: Mapping[str, Sequence[str]],
    codes: Mapping[str, Sequence[str]],
    where: str,
) -> list[str]:
    """The cells of rows that each begin with their keys (values or codes of the stub), put in the stub's order."""
    rows: dict[tuple[str, ...], list[str]] = {}
    key: tuple[str, ...] = ()
    for token in tokens:
        if token.endswith(","):
            key = (
                (token.rstrip(", \t\r\n").strip('"'),)
                if len(key) == len(keyed)
                else (*key, token.rstrip(", ").strip('"'))
            )
        else:
            rows.setdefault(key, []).append(token)
    listed = [codes[name] if stated["KEYS", (name,)][0] == "CODES" else values[name] for name in keyed]
    if set(rows) != set(product(*listed)):
        raise Problem(where, "PX-filens rader har andra nycklar än väntat", found=", ".join(keyed), do="hämta på nytt")
    return [cell for row in product(*listed) for cell in rows[row]]
