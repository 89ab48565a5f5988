"""Where the figures of each public table come from, and what their publishers ask of whoever uses them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from models._duckdb import connect
from models._graph import sources_behind, tables_read
from models._model import all_models
from sources._declare import Reuse, Source
from sources._registry import all_sources


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The sources (ids) whose figures a table passes on as published, and those it computes figures from."""

    passed_on: frozenset[str] = frozenset()
    computed: frozenset[str] = frozenset()

    @property
    def sources(self) -> list[Source]:
        """The declarations of all of them, in alphabetical order of their ids."""
        return [all_sources()[name].source for name in sorted(self.passed_on | self.computed)]

    def attributions(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """How the publishers want to be named: for figures passed on, and for figures computed from theirs."""
        known = {name: module.source for name, module in all_sources().items()}
        return (
            tuple(sorted({known[name].attribution for name in self.passed_on})),
            tuple(sorted({known[name].attribution_processed for name in self.computed})),
        )

    def reuse(self) -> Reuse:
        """What the strictest of them asks; nothing where there is none."""
        return max((source.licence.reuse for source in self.sources), default=Reuse.FREE)


def origins_of(tables: Mapping[str, pl.DataFrame]) -> Mapping[str, Origin]:
    """The origin of each table of a release, `output` tables by name.

    A table that says nothing of an area speaks of the release itself and has none. An indicator's figure is passed on
    where its method is to publish it as it is. What is computed from indicators (comparisons, trends …) rests on
    theirs, whatever their method. The register of promises is the house's own; what is done of them is counted, where
    somebody has reported it. Any other table is rows of a source, passed on. Nobody published a constructed figure, so
    synthetic rows have no origin.
    """
    figures = _real(tables["indicators"]).select("indicator", "method", "sources").unique()
    is_published = pl.col("method").str.starts_with("published")
    found = dict.fromkeys(tables, Origin())
    for name, table in tables.items():
        columns, rows = table.columns, _real(table)
        if "area_code" not in columns:
            continue
        if "method" in columns:
            found[name] = Origin(
                passed_on=_listed(figures.filter(is_published)["sources"]),
                computed=_listed(figures.filter(~is_published)["sources"]),
            )
        elif of := [column for column in ("indicator", "grounds") if column in columns]:
            behind = figures.filter(pl.col("indicator").is_in(list(_listed(rows[of[0]]))))
            found[name] = Origin(computed=_listed(behind["sources"]))
        elif "sources" in columns:
            found[name] = Origin(computed=_listed(rows["sources"]))
        elif "measures_done" in columns:
            found[name] = Origin(computed=_read_by(name) if rows["measures_done"].count() else frozenset())
        elif rows.height:
            found[name] = Origin(passed_on=_read_by(name))
    return found


def together(origins: Iterable[Origin]) -> Origin:
    """The origin of several tables as one."""
    every = list(origins)
    return Origin(
        passed_on=frozenset().union(*(each.passed_on for each in every)),
        computed=frozenset().union(*(each.computed for each in every)),
    )


def _real(table: pl.DataFrame) -> pl.DataFrame:
    return table.filter(~pl.col("is_synthetic")) if "is_synthetic" in table.columns else table


def _listed(cells: pl.Series) -> frozenset[str]:
    """The names in cells that hold several, separated by commas."""
    return frozenset(name.strip() for cell in cells.drop_nulls().unique() for name in cell.split(",") if name.strip())


def _read_by(table: str) -> frozenset[str]:
    with connect() as con:
        reads = {model.table: tables_read(con, model.query, model.table) for model in all_models()}
    return sources_behind(reads, f"output.{table}") & all_sources().keys()
