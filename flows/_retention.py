"""Ends retention: a snapshot whose time is up is replaced by its aggregate, where the municipality has decided so."""

import json
import shutil
from collections.abc import Iterable, Mapping
from datetime import date
from io import BytesIO
from pathlib import Path

import duckdb
import polars as pl

from flows._collect import SourceResult
from flows._log import Log
from flows._plan import Plan
from flows._warehouse import rows_tables
from models._duckdb import connect
from models._graph import tables_read
from models._model import all_models
from sources._landing import (
    AGGREGATE,
    STOCKHOLM,
    Part,
    Replacement,
    keep_snapshot,
    read_history,
    record,
    standing,
)
from sources._parse import parse_snapshots
from sources._registry import SourceModule, all_sources
from sources._retention import due, removed


def retention_day(plan: Plan) -> date:
    """The day by which it is judged what is due: never later than today, and for the sample the sample's own."""
    return min(plan.as_of, plan.now.astimezone(STOCKHOLM).date())


def overdue(plan: Plan, module: SourceModule) -> Mapping[Part, date]:
    """The snapshots of a source whose retention has ended and that are still there, with the day it ended."""
    months = module.source.retention_months
    if months is None:
        return {}
    return due(read_history(plan.data), module.name, months, origins=plan.origins, on=retention_day(plan))


def end_retention(plan: Plan, module: SourceModule, log: Log) -> None:
    """Put aggregates in the place of what is due, where a decision allows it, and erase what is no longer to be there.

    An interrupted run is finished by the next: aggregates are on disk before the manifest says that they count, and
    that is on disk before any snapshot is erased. Raises Problem for a snapshot that cannot be read.
    """
    decision = plan.settings.gallringsbeslut.get(module.name)
    if decision and (ended := overdue(plan, module)):
        with log.step("retention", module.name):
            replaced = [
                Replacement(
                    source=module.name, snapshot=part.sha256, by=aggregate, decision=decision, on=retention_day(plan)
                )
                for part, aggregate in _keep_aggregates(plan, module, ended).items()
            ]
            record(plan.data, replaced)
    erase_removed(plan.data, module.name)


def erase_removed(data: Path, source: str) -> list[Path]:
    """Erase what the manifest says was replaced or forgotten, and what was left half-written; returns the files.

    The cache of the whole source goes with it: which of its files came from which snapshot is not known.
    """
    gone = removed(read_history(data), source)
    files = [
        path
        for path in sorted((data / "landing" / source).glob("*"))
        if path.name.startswith(".") or path.name.partition(".")[0] in gone
    ]
    cache = data / "parsed" / source
    if files and cache.is_dir():
        shutil.rmtree(cache)
    for path in files:
        path.unlink()
    return files


def _keep_aggregates(plan: Plan, module: SourceModule, parts: Iterable[Part]) -> dict[Part, Part]:
    """The aggregate of each snapshot, kept in the landing zone: its share of the counts, and its ledger.

    It names the snapshot, so that two with equal counts are two. Warnings are not kept: they tell of single files.
    """
    history = read_history(plan.data)
    seen = [each for each in standing(history) if each.source == module.name and each.origin in plan.origins]
    seen.sort(key=lambda each: each.observed_at)
    paths = parse_snapshots(module, plan.data, [part for each in seen for part in each.parts])
    counts = _counts_by_snapshot(plan, SourceResult(name=module.name, observations=tuple(seen), parsed=paths))
    kept = {}
    for part in parts:
        book = {**json.loads(pl.read_parquet_metadata(paths[part])["lagesbild"]), "warnings": []}
        content = BytesIO()
        counts.filter(snapshot=part.sha256).select(name for name, _ in module.source.aggregate).write_parquet(
            content, metadata={"lagesbild": json.dumps(book, ensure_ascii=False), "replaces": part.sha256}
        )
        kept[part] = keep_snapshot(plan.data, module.name, content.getvalue(), AGGREGATE)
    return kept


def _counts_by_snapshot(plan: Plan, result: SourceResult) -> pl.DataFrame:
    """`staging.<source>_by_snapshot` as the warehouse would hold it with everything that has come in."""
    columns = ", ".join(f"{name}::{dtype} as {name}" for name, dtype in all_sources()[result.name].source.aggregate)
    with connect(folders=[plan.data]) as con:
        con.execute("create schema parsed; create schema staging")
        for name, content in rows_tables(result).items():
            if isinstance(content, str):
                con.execute(f"create table parsed.{name} as {content}")
            else:
                con.register("given", content.to_arrow())
                con.execute(f"create table parsed.{name} as from given")
        table = f"staging.{result.name}_by_snapshot"
        _create(con, table)
        return con.sql(f"select snapshot, {columns} from {table} order by all").pl()


def _create(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """A staging model, after those it reads."""
    [model] = [model for model in all_models() if model.table == table]
    for below in sorted(tables_read(con, model.query, table)):
        if below.startswith("staging."):
            _create(con, below)
    con.execute(f"create table {table} as {model.query}")
