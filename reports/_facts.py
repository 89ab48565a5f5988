"""The figures of a release, found by area: what a report is built from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import polars as pl

from reports._blocks import Area, Cells, Key, areas_with_pages
from reports._language import current
from reports._words import Row

_BY_INDICATOR = ("comparisons", "changes", "trends", "ranks", "months")


@dataclass(frozen=True, kw_only=True)
class PageMeta:
    """What every page says about the release it belongs to."""

    release: str
    as_of: date
    audience: Literal["internal", "public"]
    version: str
    is_synthetic: bool


@dataclass(frozen=True, kw_only=True)
class Release:
    """The tables of a release as the report needs them.

    tables: name without schema → rows as in `output.<name>`. focus_areas, definitions: in the reader's order.
    key_figures: focus area → indicators, the one that stands for it first.
    previous: `indicators` of the release before this one, where it is known.
    """

    tables: Mapping[str, pl.DataFrame]
    focus_areas: tuple[Row, ...]
    definitions: Mapping[str, Row]
    sources: Mapping[str, Row]
    key_figures: Mapping[str, tuple[str, ...]]
    members: Mapping[str, Collection[str]]
    areas: tuple[Area, ...]
    meta: PageMeta
    previous: pl.DataFrame | None = None
    previous_name: str = ""
    _parts: dict[str, Mapping[tuple[object, ...], pl.DataFrame]] = field(default_factory=dict, compare=False)

    def rows(self, table: str, area_type: str, area_code: str) -> list[dict[str, Any]]:
        """The rows of one table in one area, in the table's order."""
        if table not in self._parts:
            frame = self.tables[table]
            names = ["area_type", "area_code"] if "area_type" in frame.columns else ["area_code"]
            self._parts[table] = frame.partition_by(names, as_dict=True, maintain_order=True)
        parts = self._parts[table]
        found = parts.get((area_type, area_code), parts.get((area_code,)))
        return found.to_dicts() if found is not None else []


@dataclass(frozen=True, kw_only=True)
class AreaFacts:
    """Everything that is known of one area, by indicator, with the same figures of the areas it is compared with."""

    area: Area
    release: Release
    cells: Cells
    comparisons: Mapping[str, Sequence[Row]]
    changes: Mapping[str, Sequence[Row]]
    trends: Mapping[str, Sequence[Row]]
    ranks: Mapping[str, Sequence[Row]]
    months: Mapping[str, Sequence[Row]]
    judgements: Mapping[tuple[str, str], Row]  # by focus area and aspect
    measures: tuple[Row, ...]
    promises: tuple[Row, ...]
    outcomes: tuple[Row, ...]
    effects: tuple[Row, ...]
    profiles: tuple[Row, ...]
    places: tuple[Row, ...]  # of the municipalities in it, as measures
    concentration: tuple[Row, ...]

    def series(self, indicator: str, area_type: str = "", area_code: str = "") -> list[Row]:
        """The figures of the whole (no breakdown), oldest first; of the area itself unless another is named."""
        rows = self.cells.get((indicator, area_type or self.area.type, area_code or self.area.code), ())
        return [row for row in rows if not row["breakdown"]]

    def shown(self, indicator: str, area_type: str = "", area_code: str = "") -> list[Row]:
        """As `series`, only what may be shown."""
        return [row for row in self.series(indicator, area_type, area_code) if is_shown(row)]


def is_shown(row: Row) -> bool:
    """Whether a figure may be shown: everything else says why not, and nothing more."""
    return row["status"] == "ok" and row["value"] is not None


def title_of(definition: Row) -> str:
    """An indicator's name in the language that is written."""
    return str(definition["title_en"] if current() == "en" else definition["title"])


def release_of(
    tables: Mapping[str, pl.DataFrame],
    *,
    focus_areas: pl.DataFrame,
    key_figures: pl.DataFrame,
    meta: PageMeta,
    members: Mapping[str, Collection[str]] | None = None,
    previous: pl.DataFrame | None = None,
    previous_name: str = "",
) -> Release:
    """The tables of a release in the reader's order. Raises ValueError for an area that cannot name a page."""
    is_empty = (pl.col("status") == "ok") & pl.col("value").is_null()
    status = pl.when(is_empty).then(pl.lit("not_reported")).otherwise("status").alias("status")
    indicators = (
        tables["indicators"]
        .with_columns(status)
        .sort("indicator", "area_type", "area_code", "breakdown", "category", "period_start", "period_end", "period")
    )
    place = pl.col("sort_order").cast(pl.Int64)
    ordered = focus_areas.sort(place).to_dicts()
    keys = key_figures.sort(place)
    return Release(
        tables={**tables, "indicators": indicators},
        focus_areas=tuple(ordered),
        definitions={row["indicator"]: row for row in tables["definitions"].to_dicts()},
        sources={row["source"]: row for row in tables["sources"].to_dicts()},
        key_figures={
            each["focus_area"]: tuple(keys.filter(pl.col("focus_area") == each["focus_area"])["indicator"])
            for each in ordered
        },
        members=members or {},
        areas=tuple(areas_with_pages(indicators, members or {})),
        meta=meta,
        previous=previous,
        previous_name=previous_name,
    )


def facts_of(area: Area, release: Release) -> AreaFacts:
    """What is known of one area."""
    cells: dict[Key, list[Row]] = {}
    for kind, code in dict.fromkeys(((area.type, area.code), *area.siblings, *area.others)):
        for row in release.rows("indicators", kind, code):
            cells.setdefault((row["indicator"], kind, code), []).append(row)
    by_indicator = {name: _grouped(release.rows(name, area.type, area.code)) for name in _BY_INDICATOR}
    inside = (
        [area.code] if area.type == "municipality" else [code for kind, code in area.others if kind == "municipality"]
    )

    def of_municipalities(table: str) -> tuple[Row, ...]:
        return tuple(row for code in inside for row in release.rows(table, "municipality", code))

    return AreaFacts(
        area=area,
        release=release,
        cells=cells,
        judgements={
            (row["focus_area"], row["aspect"]): row for row in release.rows("judgements", area.type, area.code)
        },
        profiles=tuple(release.rows("profiles", area.type, area.code)),
        measures=of_municipalities("measures"),
        places=of_municipalities("places"),
        concentration=of_municipalities("concentration"),
        promises=tuple(release.rows("promises", area.type, area.code)),
        outcomes=tuple(release.rows("promise_outcomes", area.type, area.code)),
        effects=tuple(release.rows("promise_effects", area.type, area.code)),
        **by_indicator,
    )


def _grouped(rows: Sequence[Row]) -> Mapping[str, Sequence[Row]]:
    """Rows of the whole (no breakdown) by indicator."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if not row.get("breakdown"):
            found.setdefault(row["indicator"], []).append(row)
    return found
