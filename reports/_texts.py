"""What the files of a release say: every text in every kind of file that is known, and the place where it stands."""

import functools
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import unescape
from io import BytesIO
from pathlib import Path

import duckdb
import polars as pl

from models._duckdb import connect
from reports._pdf_texts import NotAllowed, pdf_texts
from sources._strict import read_reference

Said = tuple[str, Iterable[str]]


class Refused(Exception):
    """A file that the gate cannot answer for: where and why, never its content."""

    def __init__(self, place: str, why: str) -> None:
        self.place, self.why = place, why
        super().__init__(f"{place}: {why}")


def texts_of(path: Path, place: str) -> Iterator[Said]:
    """Every text of a file with its place: the file, and where it has them the table, column or part.

    Raises Refused for a file of a kind that is not known, one that cannot be read, and one that names its maker.
    """
    if path.is_symlink():
        raise Refused(place, "länk i stället för fil")
    if path.suffix == ".duckdb":
        yield from _readable(place, _database(place, path))
    else:
        yield from _content(place, path.read_bytes())


def strings_in(value: object) -> Iterator[str]:
    """Every text in a parsed JSON value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from strings_in([*value.items()])
    elif isinstance(value, (list, tuple)):
        for child in value:
            yield from strings_in(child)


def json_strings(text: str) -> list[str]:
    """Every text, key and number of a JSON text; both of two equal keys. Raises ValueError for what is not JSON."""
    return list(strings_in(json.loads(text, object_pairs_hook=list, parse_int=str, parse_float=str)))


def json_lines(text: str) -> Iterator[str]:
    """Every text of a file with one JSON text a line; a torn line is read as it stands."""
    for line in text.splitlines():
        try:
            yield from json_strings(line)
        except ValueError:
            yield line


def _content(place: str, content: bytes) -> Iterator[Said]:
    reader = _KINDS.get(f".{place.rpartition('.')[2].lower()}")
    if reader is None:
        raise Refused(place, "okänd filtyp")
    yield from _readable(place, reader(place, content))


def _readable(place: str, said: Iterator[Said]) -> Iterator[Said]:
    try:
        yield from said
    except (
        duckdb.Error,
        pl.exceptions.PolarsError,
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        IndexError,
        ValueError,
        RecursionError,
    ):
        raise Refused(place, "går inte att läsa") from None


# --- Tables -----------------------------------------------------------------------------------------------------------

# What a database says beside its cells: comments, definitions (names and defaults are in them) and labels.
_DESCRIBED = """
select unnest([sql, comment]) from duckdb_tables()
union all select unnest([sql, comment]) from duckdb_views() where not internal
union all select unnest([column_default, comment]) from duckdb_columns() where not internal
union all select unnest([sql, comment]) from duckdb_indexes()
union all select unnest([sql, comment]) from duckdb_sequences()
union all select unnest([schema_name, comment]) from duckdb_schemas() where not internal
union all select unnest([type_name, comment, array_to_string(labels, chr(10))]) from duckdb_types() where not internal
union all select unnest([function_name, macro_definition, comment]) from duckdb_functions() where not internal
union all select comment from duckdb_databases() where not internal
"""
_HOLDS_TEXT = "data_type similar to '.*(VARCHAR|ENUM|JSON|BLOB|UNION|VARIANT).*'"


def _database(place: str, path: Path) -> Iterator[Said]:
    with connect(path, read_only=True) as con:
        yield f"{place} beskrivningar", [text for (text,) in con.sql(_DESCRIBED).fetchall() if text]
        tables = con.sql(
            "select schema_name, table_name, list(column_name order by column_index) from duckdb_columns() "
            f"where not internal and {_HOLDS_TEXT} group by all order by all"
        ).fetchall()
        for schema, table, columns in tables:
            cells = ", ".join(f"cast({_name(column)} as varchar) as {_name(column)}" for column in columns)
            frame = con.sql(f"select {cells} from {_name(schema)}.{_name(table)}").pl()
            for column in columns:
                yield f"{place} {schema}.{table}.{column}", frame[column].drop_nulls().unique()


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _parquet(place: str, content: bytes) -> Iterator[Said]:
    yield f"{place} metadata", [text for pair in pl.read_parquet_metadata(BytesIO(content)).items() for text in pair]
    frame = pl.read_parquet(content)
    yield f"{place} rubriker", frame.columns
    for name, dtype in frame.schema.items():
        if dtype in (pl.String, pl.Categorical, pl.Enum):
            yield f"{place} {name}", frame[name].cast(pl.String).drop_nulls().unique()
        elif dtype.is_nested():
            yield f"{place} {name}", list(strings_in(frame[name].unique().to_list()))
        elif dtype in (pl.Binary, pl.Object):
            raise Refused(f"{place} {name}", "okänd kolumntyp")


def _csv(place: str, content: bytes) -> Iterator[Said]:
    text = content.decode("utf-8-sig")
    heading = text.split("\n", 1)[0]
    separator = max(",;\t", key=heading.count)
    frame = pl.read_csv(text.encode(), separator=separator, has_header=False, infer_schema=False)
    for column in frame:
        yield f"{place} {column[0]}", column.drop_nulls().unique()


# --- Text, JSON and markup --------------------------------------------------------------------------------------------


def _lines(place: str, content: bytes) -> Iterator[Said]:
    yield place, content.decode().splitlines()


def _json(place: str, content: bytes) -> Iterator[Said]:
    yield place, json_strings(content.decode("utf-8-sig"))


_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_UNSHOWN = re.compile(r"(<(script|style)\b[^>]*>)(.*?)</\2\s*>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"""<[/!?]?[A-Za-z](?:[^<>"']|"[^"]*"|'[^']*')*>""")
_INLINE = re.compile(
    r"""</?(?:a|abbr|b|bdi|bdo|em|i|mark|s|small|span|strong|sub|sup|tspan|u|wbr)(?:\s(?:[^<>"']|"[^"]*"|'[^']*')*)?/?>""",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""([^\s"'=<>/]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_PARAGRAPH_END = re.compile(r"</(?:\w+:)?(?:p|si|is|text)>")
_QUOTED = re.compile(r"""/\*(.*?)\*/|"([^"\n]*)"|'([^'\n]*)'|url\(([^)]*)\)|--[\w-]+\s*:([^;}]*)""", re.DOTALL)
# Attributes that hold coordinates or cells, which a series of digits in makes look like something else.
_PATH = re.compile(r"[MLHVCSQTAZmlhvcsqtaz0-9eE.,+\s-]*")
_CELLS = re.compile(r"[A-Z]{1,3}[0-9]+(?::[A-Z]{1,3}[0-9]+)?")
_GEOMETRY = {
    **dict.fromkeys(("d", "points", "viewbox"), _PATH),
    "transform": re.compile(r"(?:(?:translate|scale|rotate|matrix)\([0-9eE.,+\s-]*\)\s*)*"),
    **dict.fromkeys(("r", "ref", "sqref"), _CELLS),
}
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")


def _html(place: str, content: bytes) -> Iterator[Said]:
    yield place, _markup(place, content.decode(), _INLINE)


def _xml(place: str, content: bytes) -> Iterator[Said]:
    text = content.decode("utf-8-sig")
    if "<!ENTITY" in text or "<!DOCTYPE" in text:
        raise Refused(place, "går inte att läsa")
    _refuse_makers(place, text)
    yield place, _markup(place, _CDATA.sub("", text), None)


def _svg(place: str, content: bytes) -> Iterator[Said]:
    yield place, _markup(place, _CDATA.sub("", content.decode("utf-8-sig")), _INLINE)


def _markup(place: str, text: str, inline: re.Pattern[str] | None) -> set[str]:
    """Everything that a page or a document part says: shown or not, in attributes, comments, scripts and styles.

    A name may be spread over elements: text is read with the `inline` ones taken away, and in a document (None)
    each paragraph as one.
    """
    said: set[str] = set()
    for comment in _COMMENT.findall(text):
        said |= _markup(place, comment, inline)
    text = _COMMENT.sub("", text)
    for _, element, code in _UNSHOWN.findall(text):
        said |= _code(place, code, is_style=element.lower() == "style")
    text = _UNSHOWN.sub(r"\1 ", text)
    for tag in set(_TAG.findall(text)):
        for name, *values in _ATTRIBUTE.findall(tag):
            value = unescape("".join(values))
            if value.lstrip().lower().startswith("data:"):
                raise Refused(f"{place} {name}", "inbäddad fil")
            shape = _GEOMETRY.get(name.lower())
            if shape is None or not shape.fullmatch(value):
                said.add(value)
        said.add(_ATTRIBUTE.sub(" ", tag))
    if inline is None:
        said.update(_TAG.sub("", paragraph) for paragraph in _PARAGRAPH_END.split(text)[:-1])
    said.update(_TAG.split(inline.sub("", text) if inline else text))
    return {" ".join(unescape(each).split()) for each in said}


def _code(place: str, code: str, *, is_style: bool) -> set[str]:
    """What a script or a style says: the texts of JSON, or comments and quotes, of a script every line too."""
    if "data:" in code and "base64" in code:
        raise Refused(f"{place} script eller style", "inbäddad fil")
    try:
        return set(json_strings(code))
    except ValueError:
        lines = [] if is_style else code.splitlines()  # a measure in a style ("solid #888") is no address
        return {*lines, *("".join(found) for found in _QUOTED.findall(code))}


# --- Office files and pictures ----------------------------------------------------------------------------------------

_MAKERS = re.compile(
    r"<(?:\w+:)?(?:creator|lastModifiedBy|Company|Manager|author)\b[^>]*>\s*([^<]+?)\s*</"
    r"|\s(?:\w+:)?(?:author|initials|displayName)\s*=\s*[\"']([^\"']+)[\"']"
)


@functools.cache
def _makers() -> frozenset[str]:
    """Who may stand as the maker of a file: this product, and municipalities, counties and areas."""
    names = [
        name
        for table, column in (("municipalities", "municipality"), ("counties", "county"), ("areas", "area"))
        for name in read_reference(table)[column]
    ]
    endings = ("", " kommun", "s kommun", " stad", "s stad")
    return frozenset({"", "lagesbild", *(f"{name}{ending}" for name in names for ending in endings)})


def _refuse_makers(place: str, text: str) -> None:
    """Office programs write who made and commented a file; no list of names finds everyone, so only authorities may."""
    if any(unescape("".join(found)).strip() not in _makers() for found in _MAKERS.findall(text)):
        raise Refused(place, "upphovsperson")


def _office(place: str, content: bytes) -> Iterator[Said]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        yield f"{place} delar", [*archive.namelist(), archive.comment.decode(errors="replace")]
        for part in archive.infolist():
            if not part.is_dir():
                yield from _content(f"{place}/{part.filename}", archive.read(part))


_LISTED = re.compile(r"</?rdf:(?:Alt|Bag|Seq|li)\b[^>]*>")


def _pdf(place: str, content: bytes) -> Iterator[Said]:
    try:
        for part, texts in pdf_texts(content):
            if part == "metadata":
                yield from _xml(f"{place} {part}", _LISTED.sub("", "".join(texts)).encode())
            elif part == "författare" and not _makers().issuperset(texts):
                raise Refused(f"{place} {part}", "upphovsperson")
            else:
                yield f"{place} {part}", texts
    except NotAllowed as problem:
        raise Refused(place, str(problem)) from None


_PNG_PARTS = (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"pHYs", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD")


def _png(place: str, content: bytes) -> Iterator[Said]:
    """A picture may hold nothing but itself: no text, no EXIF, nothing after its end."""
    if content[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("not a PNG")
    at, name = 8, b""
    while name != b"IEND":
        length, name = struct.unpack(">I4s", content[at : at + 8])
        at += 12 + length
        if name not in _PNG_PARTS or (name == b"IEND" and at != len(content)):
            raise Refused(place, "metadata i bilden")
    yield place, ()


def _jpeg(place: str, content: bytes) -> Iterator[Said]:
    """As PNG: of the application segments only JFIF's and Adobe's own, no comments, no EXIF, nothing after its end."""
    if content[:2] != b"\xff\xd8":
        raise ValueError("not a JPEG")
    at = 2
    while content[at + 1] != 0xDA:
        marker, length = struct.unpack(">2sH", content[at : at + 4])
        if marker == b"\xff\xfe" or (0xE0 <= marker[1] <= 0xEF and marker[1] not in (0xE0, 0xEE)):
            raise Refused(place, "metadata i bilden")
        at += 2 + length
    if not content.endswith(b"\xff\xd9"):
        raise Refused(place, "metadata i bilden")
    yield place, ()


_KINDS: Mapping[str, Callable[[str, bytes], Iterator[Said]]] = {
    ".parquet": _parquet,
    ".csv": _csv,
    ".html": _html,
    ".svg": _svg,
    ".xml": _xml,
    ".rels": _xml,
    ".vml": _xml,
    ".json": _json,
    ".ttl": _lines,
    ".xlsx": _office,
    ".docx": _office,
    ".pptx": _office,
    ".pdf": _pdf,
    ".png": _png,
    ".jpg": _jpeg,
    ".jpeg": _jpeg,
}
