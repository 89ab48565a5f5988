"""What the pages say of each indicator and area: series, blocks and the overview, before they are laid out."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from reports._figure import Figure, figure
from reports._language import current, t
from reports._words import (
    METHODS,
    Row,
    breakdown_text,
    category_text,
    date_text,
    flags_of,
    is_self_selected,
    judgement_text,
    source_text,
    words,
)


@dataclass(frozen=True, kw_only=True)
class Series:
    """One indicator in one area for one category ("" is the whole)."""

    label: str
    divided_by: str  # "kön", "årskurs"
    newest: Figure
    last_shown: Figure | None  # the newest figure that is shown, where the newest of all is not
    compared: tuple[Figure, ...]
    history: tuple[Figure, ...]
    has_counts: bool
    has_respondents: bool
    interval_note: str


@dataclass(frozen=True, kw_only=True)
class Block:
    """One indicator on an area's page."""

    id: str
    title: str
    definition: str
    notes: tuple[str, ...]
    unit: str
    judgement: str
    source: str
    data_as_of: str
    main: Series | None
    parts: tuple[Series, ...]
    elsewhere: tuple[Figure, ...]  # the newest figures of larger areas, where the area itself has none
    is_synthetic: bool


@dataclass(frozen=True, kw_only=True)
class Area:
    """An area with a page of its own."""

    code: str
    name: str
    type: str
    file: str
    others: tuple[tuple[str, str], ...]  # (area_type, area_code) to compare with, nearest first
    siblings: tuple[tuple[str, str], ...] = ()  # the other municipalities of the same cooperation


_MOST_SIBLINGS = 9  # a county or the country is no cooperation to stand beside

Key = tuple[str, str, str]  # indicator, area_type, area_code
Cells = Mapping[Key, Sequence[Row]]


def by_series(rows: Sequence[Row]) -> dict[tuple[str, str], list[Row]]:
    """Rows of one indicator in one area, by breakdown and category, the whole first."""
    series: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        series.setdefault((row["breakdown"] or "", row["category"] or ""), []).append(row)

    # By number within a text, so that grade 9 comes before grade 11.
    def rank(key: tuple[str, str]) -> tuple[bool, list[tuple[int, str]]]:
        parts = re.split(r"(\d+)", " ".join(key))
        return any(key), [(int(part), "") if part.isdigit() else (-1, part) for part in parts]

    return {key: series[key] for key in sorted(series, key=rank)}


def leading(rows: Sequence[Row]) -> Sequence[Row]:
    """The rows that stand for an indicator: the whole, or the first category where there is no whole."""
    return next(iter(by_series(rows).values()), ())


def same_period(rows: Sequence[Row], row: Row) -> Row | None:
    """The row of another area that tells of the same period, breakdown and category."""
    columns = ("period", "period_type", "breakdown", "category")
    return next((other for other in rows if all(other[column] == row[column] for column in columns)), None)


def series(rows: Sequence[Row], area: Area, cells: Cells) -> Series:
    """One category of an indicator in words, with the same figure of the areas it is compared with."""
    newest = rows[-1]
    shown = [row for row in rows if row["status"] == "ok" and row["value"] is not None]
    basis = shown[-1] if shown else newest
    compared = []
    is_alone = is_self_selected(basis) or "own_trend_only" in flags_of(basis)
    for kind, code in () if is_alone else area.others:
        other = same_period(cells.get((newest["indicator"], kind, code), ()), basis)
        if other is not None:
            compared.append(figure(other))
    history = tuple(figure(row) for row in reversed(rows))
    note = words(basis["method"], METHODS, "method")
    if is_self_selected(basis):
        note = t(METHODS["self_selected"])
    elif not shown:
        note = ""
    elif (
        basis["lower_confidence_limit"] is None and basis["method"].startswith("published") and basis["unit"] != "antal"
    ):
        note = t("Utgivaren redovisar ingen osäkerhet för uppgiften.")
    breakdown, category = newest["breakdown"] or "", newest["category"] or ""
    return Series(
        label=category_text(breakdown, category),
        divided_by=breakdown_text(breakdown),
        newest=history[0],
        last_shown=figure(basis) if shown and basis is not newest else None,
        compared=tuple(compared),
        history=history,
        has_counts=newest["unit"] != "antal" and any(one.numerator or one.denominator for one in history),
        has_respondents=any(one.respondents or one.response_rate for one in history),
        interval_note=note,
    )


def block(definition: Row, area: Area, cells: Cells, sources: Mapping[str, Row]) -> Block | None:
    """One indicator on an area's page; None where neither the area nor a larger one has a figure."""
    indicator = definition["indicator"]
    rows = cells.get((indicator, area.type, area.code), ())
    parts = [series(members, area, cells) for members in by_series(rows).values()]
    is_whole = bool(rows) and any(not row["breakdown"] for row in rows)
    basis = leading(rows)
    elsewhere = []
    if not parts:
        for kind, code in area.others:
            there = leading(cells.get((indicator, kind, code), ()))
            if there:
                basis = basis or there
                elsewhere.append(figure(there[-1]))
        if not elsewhere:
            return None
    everywhere = [one for part in parts for one in (*part.history, *part.compared)] + elsewhere
    return Block(
        id=indicator,
        title=definition["title_en"] if current() == "en" else definition["title"],
        definition=definition["definition"] or "",
        notes=tuple(line for line in (definition["notes"] or "").split("\n") if line.strip()),
        unit=definition["unit"],
        judgement=judgement_text(definition["polarity"], rows or basis),
        source=source_text(basis[-1], sources),
        data_as_of=date_text(basis[-1]["data_as_of"]),
        main=parts[0] if is_whole else None,
        parts=tuple(parts[1:] if is_whole else parts),
        elsewhere=tuple(elsewhere),
        is_synthetic=any(one.is_synthetic for one in everywhere),
    )


def areas_with_pages(indicators: pl.DataFrame, members: Mapping[str, Collection[str]]) -> list[Area]:
    """The municipalities and police areas to write about, municipalities first, each with what it is compared with."""
    known = {
        (kind, code): name
        for kind, code, name in indicators.select("area_type", "area_code", "area").unique().sort(pl.all()).iter_rows()
    }
    counties = [code for kind, code in sorted(known) if kind == "county"]
    countries = [("country", code) for kind, code in sorted(known) if kind == "country"]
    police_areas = [code for kind, code in sorted(known) if kind == "police_area"]
    wanted = {code for group in members.values() for code in group} | set(members)
    found = []
    for (kind, code), name in sorted(known.items()):
        if kind not in {"municipality", "police_area"} or (members and code not in wanted):
            continue
        if not re.fullmatch(r"[0-9A-Za-zÅÄÖåäö_-]+", code):
            raise ValueError(
                f"reports.pages: an area's code cannot name a file: {code!r}: use letters, digits, - and _"
            )
        others: list[tuple[str, str]] = []
        if kind == "municipality":
            others += [("police_area", one) for one in police_areas if not members or code in members.get(one, ())]
            # A county is "14", or "0014" where the publisher gives it four figures.
            others += [("county", one) for one in counties if one.lstrip("0") == code[:2].lstrip("0")]
            others += [("similar", one) for t, one in sorted(known) if t == "similar" and one.endswith(code)]
        else:
            inside = sorted(c for t, c in known if t == "municipality" and (not members or c in members.get(code, ())))
            others += [("municipality", one) for one in inside]
            prefixes = {one[:2].lstrip("0") for one in inside}
            others += [("county", one) for one in counties if len(prefixes) == 1 and one.lstrip("0") in prefixes]
        together = next((group for group in members.values() if kind == "municipality" and code in group), ())
        siblings = tuple(("municipality", one) for one in sorted(together) if one != code)
        found.append(
            Area(
                code=code,
                name=name,
                type=kind,
                file=f"{code}.html",
                others=(*others, *countries),
                siblings=siblings if len(siblings) <= _MOST_SIBLINGS else (),
            )
        )
    return found


def overview(
    focus_areas: Sequence[Row],
    definitions: Mapping[str, Row],
    key_figures: Mapping[str, Sequence[str]],
    newest: Callable[[Area, str], Row | None],
    areas: Sequence[Area],
) -> list[dict[str, Any]]:
    """The front page's table: one line per focus area, one cell (the newest figure, or None) per area.

    The figure that stands for a focus area is the first of the reviewed list that most of the areas have.
    """
    lines = []
    for focus_area in focus_areas:
        listed = [each for each in key_figures.get(focus_area["focus_area"], ()) if each in definitions]
        found = {each: [(area, newest(area, each)) for area in areas] for each in listed}
        best = max(listed, key=lambda each: sum(_is_ok(row) for _, row in found[each]), default="")
        rows = [row for _, row in found.get(best, ()) if row is not None]
        lines.append(
            {
                "id": focus_area["focus_area"],
                "title": t(focus_area["title"]),
                "indicator": definitions[best]["title_en" if current() == "en" else "title"] if best else "",
                "judgement": judgement_text(definitions[best]["polarity"], rows) if best else "",
                "cells": [
                    (area, figure(row) if row else None) for area, row in found.get(best, [(a, None) for a in areas])
                ],
            }
        )
    return lines


def _is_ok(row: Row | None) -> bool:
    return row is not None and row["status"] == "ok"
