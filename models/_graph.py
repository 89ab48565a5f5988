"""The order of the models, taken from the queries themselves by parsing them, never by running them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

import duckdb

from models._duckdb import quote
from models._model import LAYERS, Model
from sources._problem import Problem

_ALLOWED_TABLE_FUNCTIONS = {"unnest", "range", "generate_series"}


def tables_read(con: duckdb.DuckDBPyConnection, query: str, where: str) -> frozenset[str]:
    """The qualified tables that one SELECT reads.

    Names of the query's own CTEs do not count. Raises Problem for anything else without a schema, for statements that
    are not one SELECT, and for PIVOT and functions that read files.
    """
    [(serialized,)] = con.sql(f"select json_serialize_sql({quote(query)})").fetchall()
    parsed = json.loads(serialized)
    if parsed.get("error"):
        raise Problem(
            where, "frågan går inte att tolka", found=parsed.get("error_message", ""), do="skriv en enda SELECT"
        )
    if len(parsed["statements"]) != 1:
        raise Problem(where, "inte en enda SELECT", found=f"{len(parsed['statements'])} satser", do="dela upp filen")
    nodes = list(_nodes(parsed["statements"][0]["node"]))
    ctes = {entry["key"].lower() for node in nodes for entry in node.get("cte_map", {}).get("map", [])}
    read = set()
    for node in nodes:
        kind = node.get("type")
        if kind == "PIVOT":
            raise Problem(where, "PIVOT är inte tillåtet", do="skriv case-uttryck; kolumnerna ska synas i frågan")
        if kind == "TABLE_FUNCTION":
            name = node["function"].get("function_name", "")
            if name not in _ALLOWED_TABLE_FUNCTIONS:
                raise Problem(where, "tabellfunktion är inte tillåten", found=name, do="läs en tabell")
        if kind == "BASE_TABLE":
            schema, table = node.get("schema_name", ""), node["table_name"]
            if schema:
                read.add(f"{schema}.{table}")
            elif table.lower() not in ctes:
                raise Problem(where, "tabell utan schema", found=table, do="skriv schema.tabell")
    return frozenset(read)


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from _nodes(child)
    elif isinstance(value, list):
        for child in value:
            yield from _nodes(child)


def graph(
    con: duckdb.DuckDBPyConnection, models: Iterable[Model], given: Iterable[str]
) -> Mapping[str, frozenset[str]]:
    """What each model reads. Raises Problem for an unknown table and for a layer that reads upwards.

    `given` names the tables that are there before any model: parsed, reference and estimates.
    """
    models = list(models)
    known = {model.table for model in models} | set(given)
    reads = {}
    for model in models:
        where = f"models/{model.schema}/{model.name}.sql"
        reads[model.table] = tables_read(con, model.query, where)
        for table in sorted(reads[model.table]):
            if table not in known:
                raise Problem(where, "läser en tabell som inte finns", found=table, do="rätta namnet")
            if LAYERS.index(table.split(".")[0]) > LAYERS.index(model.schema):
                raise Problem(where, "läser uppåt i lagren", found=table, do=f"lagren är {' < '.join(LAYERS)}")
    return reads


def in_order(reads: Mapping[str, frozenset[str]]) -> Sequence[str]:
    """The models in an order where each comes after all it reads; equal input gives equal order."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for table in sorted(reads):
        sorter.add(table, *sorted(reads[table]))
    try:
        order = list(sorter.static_order())
    except CycleError as error:
        raise Problem("models", "modellerna läser varandra i ring", found=" → ".join(error.args[1])) from None
    return [table for table in order if table in reads]


def sources_behind(reads: Mapping[str, frozenset[str]], table: str) -> frozenset[str]:
    """The names of the sources whose rows a table is made of, however many steps away."""
    if table.startswith("parsed."):
        return frozenset({table.removeprefix("parsed.").removesuffix("_aggregated")})
    return frozenset().union(*(sources_behind(reads, below) for below in reads.get(table, ())))
