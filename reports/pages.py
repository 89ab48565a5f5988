"""Write what a council reads: a front page and one page per area, in Swedish, self-contained and the same every time.

A page never shows a figure whose status is not "ok", whatever the row still holds. What is said stands in `_words`,
`_figure`, `_chart` and `_blocks`; here it is laid out.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import jinja2
import polars as pl

from reports._blocks import Key, areas_with_pages, block, overview
from reports._words import CADENCES, SOURCE_STATUSES, SYNTHETIC, Row, date_text, number, words


@dataclass(frozen=True, kw_only=True)
class PageMeta:
    """What every page says about the release it belongs to."""

    release: str
    as_of: date
    audience: Literal["internal", "public"]
    version: str
    is_synthetic: bool


def source_lines(sources: Sequence[Row], audience: str) -> list[dict[str, Any]]:
    """The sources with their freshness and ledger in words. Messages may name a file: internal pages only."""
    lines = []
    for source in sources:
        state = words(source["status"], SOURCE_STATUSES, "source status")
        late = "försenad källa; senast giltiga uppgift används" if source["is_late"] else ""
        lines.append(
            {
                "title": source["title"],
                "publisher": source["publisher"],
                # A link only where it is one: what a browser would run is not.
                "homepage": source["homepage"]
                if str(source["homepage"] or "").startswith(("https://", "http://"))
                else "",
                "licence": source["licence"] or "",
                "cadence": words(source["cadence"], CADENCES, "cadence") if source["cadence"] else "",
                "state": ", ".join(filter(None, (state, late))),
                "data_as_of": date_text(source["data_as_of"]),
                "observed": date_text(source["observed_at"]),
                "expected": date_text(source["expected_by"]),
                "ledger": [
                    ".." if source[name] is None else number(source[name])
                    for name in ("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate")
                ],
                "is_synthetic": bool(source["is_synthetic"]),
                "message": (source["message"] or "") if audience == "internal" else "",
            }
        )
    return lines


def refused_lines(quarantine: pl.DataFrame, titles: Mapping[str, str]) -> list[dict[str, str]]:
    """Refused rows counted per source, column and rule: no place in a file, no cell."""
    if quarantine.is_empty():
        return []
    counted = quarantine.group_by("source", "column_name", "rule").len("rows").sort("source", "column_name", "rule")
    return [
        {"source": titles.get(source, source), "column": column or "", "rule": rule, "rows": number(rows)}
        for source, column, rule, rows in counted.iter_rows()
    ]


@functools.cache
def environment() -> jinja2.Environment:
    """The templates, compiled once per process; what they are given is always escaped."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def write_pages(
    folder: Path,
    *,
    indicators: pl.DataFrame,
    definitions: pl.DataFrame,
    sources: pl.DataFrame,
    quarantine: pl.DataFrame,
    focus_areas: pl.DataFrame,
    meta: PageMeta,
    members: Mapping[str, Collection[str]] | None = None,
) -> list[Path]:
    """Write `index.html` and a page per area, `<area_code>.html`, into a folder; return their paths.

    indicators: rows as in `output.indicators`; a `value` in "procent" is 0–100, `response_rate` 0–1.
    definitions: indicator, title, focus_area, definition, unit, polarity, notes (lines); their order is the reader's.
    sources, quarantine: as in `output.sources` and `output.quarantine`.
    focus_areas: focus_area, title, sort_order, and if wanted main_indicator: what the front page shows for it.
    members: police area → municipality codes; pages are then written for those only, and a municipality is compared
    with its own police area. Without it every municipality and police area in `indicators` gets a page.

    The same input gives the same bytes. Raises ValueError for a code that has no Swedish words.
    """
    areas = areas_with_pages(indicators, members or {})
    wanted = {(area.type, area.code) for area in areas} | {other for area in areas for other in area.others}
    chosen = pl.DataFrame(sorted(wanted), schema={"area_type": pl.String, "area_code": pl.String}, orient="row")
    ordered = indicators.join(chosen, on=["area_type", "area_code"], how="semi").sort(
        "indicator", "area_type", "area_code", "breakdown", "category", "period_start", "period_end", "period"
    )
    cells: dict[Key, list[Row]] = {}
    for row in ordered.iter_rows(named=True):
        cells.setdefault((row["indicator"], row["area_type"], row["area_code"]), []).append(row)
    defined = definitions.to_dicts()
    themes = focus_areas.sort("sort_order").to_dicts()
    known = {source["source"]: source for source in sources.to_dicts()}
    is_synthetic = (
        meta.is_synthetic
        or any(row["is_synthetic"] for rows in cells.values() for row in rows)
        or any(source["is_synthetic"] for source in known.values())
    )
    common = {
        "meta": meta,
        "as_of": date_text(meta.as_of),
        "any_synthetic": is_synthetic,
        "synthetic": SYNTHETIC,
        "areas": areas,
    }
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / "index.html"]
    written[0].write_bytes(
        environment()
        .get_template("index.html.j2")
        .render(
            **common,
            overview=overview(themes, defined, cells, areas),
            sources=source_lines(list(known.values()), meta.audience),
            refused=refused_lines(quarantine, {name: source["title"] for name, source in known.items()}),
        )
        .encode()
    )
    template = environment().get_template("area.html.j2")
    for area in areas:
        sections = []
        for theme in themes:
            mine = [one for one in defined if one["focus_area"] == theme["focus_area"]]
            blocks = [(one, block(one, area, cells, known)) for one in mine]
            sections.append(
                {
                    "id": theme["focus_area"],
                    "title": theme["title"],
                    "blocks": [made for _, made in blocks if made is not None],
                    "missing": [one["title"] for one, made in blocks if made is None],
                }
            )
        written.append(folder / area.file)
        written[-1].write_bytes(template.render(**common, area=area, sections=sections).encode())
    return written
