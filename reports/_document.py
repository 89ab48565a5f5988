"""What a report says, before any format lays it out: HTML, DOCX, PPTX and PDF are made from this and nothing else.

All texts are finished: in the reader's language, numbers as people write them, nothing hidden in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import polars as pl

# house: the product's own fixed words · generated: made by rules from figures ("Automatiskt framtagen mening") ·
# coordinator: written by a person ("Samordnarens bedömning") · note: small print · missing: that something is lacking
Voice = Literal["house", "generated", "coordinator", "note", "missing"]


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """One paragraph. `changed` is what to say where the figures have changed since a person wrote it, else empty."""

    text: str
    voice: Voice = "house"
    changed: str = ""


@dataclass(frozen=True, kw_only=True)
class Bullets:
    """A list of short texts."""

    items: tuple[str, ...]
    is_ordered: bool = False
    voice: Voice = "house"


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A heading within a section, one level below the section's own."""

    text: str
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class KeyFigure:
    """One figure to be read from afar, the count first: "228", "anmälda skadegörelsebrott 2023", "851 per …"."""

    title: str
    value: str  # "228", "47 %", or why there is none
    details: tuple[str, ...]  # rate and interval, period, comparison: a line each
    verdict: str = ""  # in words: "lägre än liknande kommuner"; empty where nothing is judged
    is_missing: bool = False
    is_synthetic: bool = False


@dataclass(frozen=True, kw_only=True)
class KeyFigures:
    """Up to three key figures side by side."""

    figures: tuple[KeyFigure, ...]


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table; numbers stand to the right."""

    title: str
    is_number: bool = False
    is_day: bool = False  # never broken over two lines


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell: its text, a smaller second line, a link (a page of the report or an https address), a synthetic mark."""

    text: str
    small: str = ""
    link: str = ""
    is_synthetic: bool = False


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file that stands alone: the rows behind a chart or table with area, period, limits, comparators and source."""

    name: str  # says what it is: "anmald-skadegorelse_1415-stenungsund_2010-2023"
    frame: pl.DataFrame = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table; the first cell of each row is its heading.

    is_synthetic: every figure in it is constructed; else the cells say which are.
    """

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    is_sortable: bool = False
    is_synthetic: bool = False
    download: Download | None = None


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart with its finding as heading, what it shows in words, and the table behind it.

    spec: Vega-Lite. alternative: the text that stands in the picture's place and states the finding.
    """

    id: str
    finding: str
    alternative: str
    caption: str
    spec: Mapping[str, Any]
    table: Table
    is_synthetic: bool = False
    width: Literal["half", "full"] = "full"


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Blocks side by side where there is room, one below the other where there is not: anmält, rapporterat, upplevt."""

    columns: tuple[tuple[Block, ...], ...]


Block = Paragraph | Bullets | Heading | KeyFigures | Table | Chart | Columns


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the report. `page` begins a new sheet in print; `appendix` stands last and may be long."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    kind: Literal["page", "part", "appendix"] = "part"
    kicker: str = ""  # a small line above the heading: the focus area's name where the heading is a finding


@dataclass(frozen=True, kw_only=True)
class Document:
    """A whole report of one area.

    status: "Utkast" or "Beslutad av kommunstyrelsen 2026-05-04, § 12, dnr KS 2026/123".
    banners: what must stand on top of every page ("Internt arbetsmaterial …", "Konstruerade exempeldata …").
    author: who stands as author in the file's metadata: the municipality, never a person.
    """

    title: str
    subtitle: str
    area: str
    area_code: str
    audience: Literal["internal", "public"]
    language: Literal["sv", "en"]
    status: str
    is_draft: bool
    banners: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]  # the cover's lines: period, latest figures, to be followed up by
    how_to_read: tuple[str, ...]
    sections: tuple[Section, ...]
    author: str
    as_of: date
    release: str
    version: str
    is_synthetic: bool
