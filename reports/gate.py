"""The output gate: all that a release shows as text is read for identifiers of persons before it is published."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import polars as pl

from models._duckdb import connect
from sources._identifiers import find_identifiers, has_identifier

_UNSEEN = re.compile(r"<(style|script)\b.*?</\1>", re.DOTALL)
_HASH = r"^[0-9a-f]{64}$"
_TAGS = re.compile(r"<[^>]+>")


def find_hits(folder: Path) -> list[str]:
    """Where in a release something points at a person: file, column or line, and the kind, never the content.

    Reads every text column of both databases (the CSV and Parquet files hold the same tables), every text and
    attribute of every page, `release.json` and the names of the files. Empty when the release may go out.
    """
    said = pl.concat([pl.DataFrame({"text": texts, "place": place}) for place, texts in _texts(folder)])
    texts = said["text"].unique()  # most stand in several places and are read once
    texts = texts.filter(~texts.str.contains(_HASH))
    found = texts.filter(has_identifier(texts))
    return sorted(
        {
            f"{place}: {hit.kind.value}"
            for text, place in said.join(found.to_frame("text"), on="text", how="semi").iter_rows()
            for hit in find_identifiers(text)
        }
    )


def _texts(folder: Path) -> Iterator[tuple[str, pl.Series]]:
    """Each place in the release with the different texts that stand there."""
    yield "filnamn", pl.Series([path.name for path in sorted(folder.rglob("*"))], dtype=pl.String)
    for database in sorted(folder.rglob("*.duckdb")):
        with connect(database, read_only=True) as con:
            columns = con.sql(
                "select schema_name || '.' || table_name, column_name from duckdb_columns() "
                "where data_type = 'VARCHAR' and schema_name in ('core', 'output') order by all"
            ).fetchall()
            for table, column in columns:
                query = f'select distinct "{column}" as text from {table} where "{column}" is not null'
                yield f"{database.parent.name} {table}.{column}", con.sql(query).pl()["text"]
    for page in sorted(folder.rglob("*.html")):
        shown = _UNSEEN.sub(" ", page.read_text(encoding="utf-8"))
        said = {unescape(text).strip() for text in (*_TAGS.split(shown), *re.findall(r'="([^"]*)"', shown))}
        yield f"{page.parent.parent.name} {page.name}", pl.Series(sorted(said), dtype=pl.String)
    for described in sorted(folder.rglob("release.json")):
        strings = set(_strings(json.loads(described.read_text(encoding="utf-8"))))
        yield f"{described.parent.name} {described.name}", pl.Series(sorted(strings), dtype=pl.String)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, child in value.items():
            yield str(key)
            yield from _strings(child)
    elif isinstance(value, list):
        for child in value:
            yield from _strings(child)
