"""Builds the warehouse: given tables, then every model in order, each held to its contract."""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl

from models._beside import Benchmarks
from models._contracts import Breach, breaches
from models._disclose import PEOPLE, Protection
from models._duckdb import connect, quote
from models._estimate import JUDGED, Scope, estimate
from models._graph import graph, in_order, sources_behind
from models._model import Model, all_models
from models._promises import promise_tables
from models._series import SERIES
from sources._problem import Problem
from sources._strict import REFERENCE

ESTIMATES = "estimates.indicators"
DEFINITIONS = "estimates.definitions"
DECIDED = "estimates.decided"
_DEFINED: Mapping[str, type[pl.DataType]] = {
    **dict.fromkeys(
        ("indicator", "title", "title_en", "focus_area", "definition", "unit", "polarity", "notes", "basis"), pl.String
    ),
    "is_consequence": pl.Boolean,
    "sources": pl.String,
}


@dataclass(frozen=True, kw_only=True)
class Built:
    """A finished warehouse: what each model reads, which rules do not hold, and how long each table took.

    personal: the core tables that rest on sources about people, whose small counts stand there.
    """

    reads: Mapping[str, frozenset[str]]
    breaches: tuple[Breach, ...]
    personal: frozenset[str] = frozenset()
    seconds: Mapping[str, float] = field(default_factory=dict)


def build(
    warehouse: Path,
    parsed: Mapping[str, pl.DataFrame | str],
    scope: Scope,
    late: frozenset[str],
    protection: Protection | None = None,
    benchmarks: Benchmarks | None = None,
    *,
    breaks: Mapping[str, frozenset[int]] | None = None,
    models: Sequence[Model] | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Built:
    """Build every table anew into `warehouse`, replacing it.

    `parsed` gives the tables of schema parsed, as frames or as queries. Without `protection` every source counts as
    official. `breaks`: by source, the years from which its figures cannot be compared with earlier ones. A broken
    contract does not raise: the caller decides, and nothing may be published while there is one; nothing is estimated
    from broken tables, so the warehouse then ends before the estimates. Raises Problem for a model that cannot be read.
    """
    warehouse.unlink(missing_ok=True)
    shutil.rmtree(f"{warehouse}.tmp", ignore_errors=True)  # what DuckDB had no room for, when a run was cut off
    folder = warehouse.parent
    models = all_models() if models is None else models
    protection = protection or Protection()
    benchmarks = benchmarks or Benchmarks(members={}, similar={}, neighbours={}, periods=())
    by_table = {model.table: model for model in models}
    seconds: dict[str, float] = {}
    broken: list[Breach] = []
    con = connect(warehouse, folders=(warehouse.parent, REFERENCE))
    try:
        con.execute("set force_compression = 'uncompressed'")  # rebuilt on every run: packing it costs more than room
        con.execute("begin")  # one transaction: a commit a table costs more than the tables
        judged = [f"estimates.{name}" for name in JUDGED]
        given = [
            *_load_reference(con, scope.municipalities, folder),
            *_load_parsed(con, parsed, folder),
            ESTIMATES,
            DEFINITIONS,
            *judged,
        ]
        reads = {**graph(con, models, given)}
        counted = frozenset(table for table in reads if table.startswith("indicators."))
        beside = {"core.areas", "core.area_members", *(SERIES & reads.keys())}
        reads |= {ESTIMATES: counted | beside, DEFINITIONS: counted}
        reads |= {table: frozenset({ESTIMATES}) for table in judged}
        order = in_order(reads)
        indicators = [by_table[table] for table in sorted(counted)]
        sources = {table: sources_behind(reads, table) for table in counted}
        for schema in ("staging", "core", "indicators", "estimates", "output"):
            con.execute(f"create schema {schema}")
        for table in order:
            if broken and table == ESTIMATES:
                break  # what breaks its contract cannot be computed with: a negative count has no limits
            started = time.perf_counter()
            if table == ESTIMATES:
                estimates = estimate(con, indicators, sources, late, breaks or {}, scope, protection, benchmarks)
                _create_from(con, table, estimates.rows, folder)
                _create_from(con, DECIDED, estimates.decided, folder)
                for name, frame in estimates.judged.items():
                    _create_from(con, f"estimates.{name}", frame, folder)
            elif table in judged:
                continue  # made with the estimates
            elif table == DEFINITIONS:
                _create_from(con, table, _definitions(indicators, sources), folder)
            else:
                _create(con, by_table[table])
                broken += breaches(con, by_table[table].contract)
            seconds[table] = time.perf_counter() - started
            tell(table)
        con.execute("commit")
        con.execute("checkpoint")
    finally:
        con.close()
    return Built(
        reads=reads,
        breaches=tuple(broken),
        personal=frozenset(
            table
            for table in reads
            if table.startswith("core.") and PEOPLE & {*map(protection.concerns.get, sources_behind(reads, table))}
        ),
        seconds=seconds,
    )


def _load_reference(con: duckdb.DuckDBPyConnection, municipalities: Sequence[str], folder: Path) -> list[str]:
    """Every reviewed list as a table of text, schema reference, and the promises to these municipalities."""
    con.execute("create schema reference")
    for path in sorted(REFERENCE.glob("*.csv")):
        con.execute(
            f"create table reference.{path.stem} as select * from read_csv({quote(str(path))}, "
            "header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"')"
        )
    promised = promise_tables(municipalities)
    for name, frame in promised.items():
        _create_from(con, f"reference.{name}", frame, folder)
    return [f"reference.{name}" for name in (*(path.stem for path in sorted(REFERENCE.glob("*.csv"))), *promised)]


def _load_parsed(con: duckdb.DuckDBPyConnection, parsed: Mapping[str, pl.DataFrame | str], folder: Path) -> list[str]:
    con.execute("create schema parsed")
    for name, content in sorted(parsed.items(), key=lambda item: isinstance(item[1], str)):
        if isinstance(content, pl.DataFrame):
            _create_from(con, f"parsed.{name}", content, folder)
        else:
            con.execute(f"create table parsed.{name} as {content}")
    return [f"parsed.{name}" for name in parsed]


def _create(con: duckdb.DuckDBPyConnection, model: Model) -> None:
    try:
        con.execute(f"create table {model.table} as {model.query}")
    except duckdb.Error as error:
        where = f"models/{model.schema}/{model.name}.sql"
        raise Problem(where, "frågan går inte att köra", found=str(error).splitlines()[0], do="rätta frågan") from None
    columns = con.sql(f"select * from {model.table} limit 0").columns
    if absent := sorted(model.contract.columns - set(columns)):
        where = f"models/{model.schema}/{model.name}.sql"
        raise Problem(where, "kontraktet nämner en kolumn som frågan inte ger", found=absent[0], do="rätta huvudet")
    if model.schema in ("core", "output"):
        _comment(con, model, columns)


def _comment(con: duckdb.DuckDBPyConnection, model: Model, columns: Sequence[str]) -> None:
    """Every table and column that others read carries a comment; one that is missing or too many is an error."""
    where = f"models/{model.schema}/{model.name}.sql"
    if differing := sorted(set(columns) ^ set(model.columns)):
        raise Problem(
            where, "[columns] och frågan har olika kolumner", found=differing[0], do="beskriv varje kolumn en gång"
        )
    con.execute(f"comment on table {model.table} is {quote(model.title)}")
    for column, text in model.columns.items():
        con.execute(f'comment on column {model.table}."{column}" is {quote(text)}')


def _create_from(con: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame, folder: Path) -> None:
    """A frame as a table, by way of a Parquet file: handing it over in memory would import pandas, half a second.

    In the data folder, for what is left of it after a crash is for nobody's eyes; a name of its own, for DuckDB
    remembers what it has read under one.
    """
    aside = folder / f".{table}.tmp"
    try:
        frame.write_parquet(aside)
        con.execute(f"create table {table} as from read_parquet({quote(str(aside))})")
    finally:
        aside.unlink(missing_ok=True)


def _definitions(indicators: Sequence[Model], sources: Mapping[str, frozenset[str]]) -> pl.DataFrame:
    """What each indicator declares of itself, a row an indicator."""
    return pl.DataFrame(
        [
            {
                "indicator": declared.indicator,
                "title": declared.title,
                "title_en": declared.title_en,
                "focus_area": declared.focus_area,
                "definition": declared.definition,
                "unit": declared.unit,
                "polarity": declared.polarity,
                "notes": "\n".join(declared.notes),
                "basis": declared.basis,
                "is_consequence": declared.is_consequence,
                "sources": ",".join(sorted(sources[model.table])),
            }
            for model in indicators
            if (declared := model.indicator)
        ],
        schema=_DEFINED,
    )
