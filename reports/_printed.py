"""A document as paper takes it: plain content that the templates of DOCX and PDF only have to dress.

Sentences of one voice stand under one label, half charts in pairs, tables behind charts in an appendix, and every
picture and column has its size in points.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

import vl_convert

from reports._document import (
    Block,
    Bullets,
    Cell,
    Chart,
    Columns,
    Document,
    Heading,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Table,
)
from reports._fit import GAP, Laid, fitted, sized
from reports._language import language, t
from reports._measure import breaks_words, column_widths
from reports._words import NBSP, SYNTHETIC

# What XML 1.0 cannot hold. A paragraph is one text: line ends and tabs are spaces.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile(r"[\t\n\r\x85\u2028\u2029]+")
TEXT_WIDTH = 498.9  # A4 with margins of 1.7 cm, in points
_ALONE = 0.55  # of the width, for a half chart that has no neighbour
_MOST = 0.8  # points to a pixel: its letters are no larger than those of the text
_TABLE, _PADDING = 7.7, 8.5  # the size of a table's text, and what stands between its columns
_NARROW = 4  # so many columns fit in half the width of a sheet


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A chart drawn once for every format: SVG and its size in CSS pixels."""

    svg: str
    width: float
    height: float

    @property
    def png(self) -> bytes:
        """The same as a picture twice as fine, for the office files; only who asks for it waits for it."""
        return _png(self.svg)


# The charts of both audiences are mostly the same: as many are kept as the areas that get office files have.
@lru_cache(maxsize=512)
def _png(svg: str) -> bytes:
    return bytes(vl_convert.svg_to_png(svg, scale=2.0))


Drawings = Mapping[str, Drawing]


def draw(document: Document, svg: Callable[[Mapping[str, Any]], str]) -> dict[str, Drawing]:
    """Every chart of a document by its id, each drawn once. Raises ValueError for an SVG without a size in pixels."""
    return {chart.id: drawing(svg(chart.spec)) for chart in charts_of(document)}


def drawing(svg: str) -> Drawing:
    """A chart that is already SVG, as print takes it. Raises ValueError for an SVG without a size in pixels."""
    tag = svg[: svg.find(">") + 1]
    sizes = [re.search(rf'\s{side}="([0-9.]+)(?:px)?"', tag) for side in ("width", "height")]
    width, height = (float(size[1]) if size else 0.0 for size in sizes)
    if not width or not height:
        raise ValueError("reports: a chart's SVG has no width and height in pixels")
    return Drawing(svg=svg, width=width, height=height)


def clean(text: str) -> str:
    """A text that every format can hold, on one line."""
    return _UNFIT.sub("", _BREAKS.sub(" ", text))


def every_block(blocks: Iterable[Block]) -> Iterator[Block]:
    """Every block and what stands in its columns, in reading order."""
    for block in blocks:
        if isinstance(block, Columns):
            for column in block.columns:
                yield from every_block(column)
        else:
            yield block


def charts_of(document: Document) -> list[Chart]:
    """Every chart in reading order; its place in the list, from 1, is its number."""
    return [block for section in document.sections for block in every_block(section.blocks) if isinstance(block, Chart)]


def printed(document: Document, drawings: Drawings) -> Laid:
    """The whole report as dictionaries, lists, texts and numbers, in reading order.

    Every block has a `kind`: paragraph, bullets, heading, spoken (label, voice, blocks), key_figures, table, chart,
    abreast (charts) or columns. `level` of a heading or chart is 2, or 3 where it stands under a heading.
    Raises KeyError for a chart without a drawing.
    """
    with language(document.language):
        charts = charts_of(document)
        shown = {
            each.id for section in document.sections for each in every_block(section.blocks) if isinstance(each, Table)
        }
        behind = {n: chart.table for n, chart in enumerate(charts, 1) if chart.table.id not in shown}
        numbers = {chart.id: number for number, chart in enumerate(charts, 1)}
        press = _Press(drawings=drawings, numbers=numbers, behind=frozenset(behind))
        sections = [press.section(section) for section in document.sections]
        if behind:
            sections.append(press.tables(behind))
        for before, section in zip([{"kind": "page"}, *sections], sections, strict=False):
            # A part begins no sheet of its own but the first; of the appendices the first, and the one in two columns.
            is_appendix = section["kind"] == "appendix"
            begins = is_appendix and (before["kind"] != "appendix" or section["columns"] == 2)
            section["starts_sheet"] = section["kind"] == "page" or begins or section is sections[0]
        return {
            "language": document.language,
            "title": clean(document.title),
            "subtitle": clean(document.subtitle),
            "area": clean(document.area),
            "author": clean(document.author),
            "status": clean(document.status),
            "is_draft": document.is_draft,
            "banners": [
                {"text": clean(banner), "is_constructed": t(SYNTHETIC) in banner} for banner in document.banners
            ],
            "facts": [[clean(what), clean(said)] for what, said in document.facts],
            "how_to_read": [clean(line) for line in document.how_to_read],
            "release": clean(document.release),
            "as_of": document.as_of.isoformat(),
            "keywords": keywords(document),
            "sections": sections,
            "words": {
                "contents": t("Innehåll"),
                "how_to_read": t("Så läser du rapporten"),
                "chart": t("Diagram"),
                "page": t("Sida"),
                "of": t("av"),
            },
        }


def keywords(document: Document) -> list[str]:
    """What the file may be found by: the kind of report, the area, the release."""
    with language(document.language):
        return [t("lokal lägesbild"), clean(document.area), document.area_code, clean(document.release)]


@dataclass(frozen=True, kw_only=True)
class _Press:
    """What the blocks of one document have in common."""

    drawings: Drawings
    numbers: Mapping[str, int]
    behind: frozenset[int]

    def section(self, section: Section) -> Laid:
        made = {
            "id": section.id,
            "kind": section.kind,
            "kicker": clean(section.kicker),
            "title": clean(section.title),
            "columns": 1,
            "blocks": self.blocks(section.blocks, TEXT_WIDTH, level=2),
        }
        return fitted(made, TEXT_WIDTH) if section.kind == "page" else made

    def tables(self, behind: Mapping[int, Table]) -> Laid:
        is_narrow = all(len(table.columns) <= _NARROW for table in behind.values())
        width = (TEXT_WIDTH - GAP) / 2 if is_narrow else TEXT_WIDTH
        blocks = [
            self.table(table, width) | {"caption": f"{t('Diagram')} {number}. {clean(table.caption)}", "number": number}
            for number, table in behind.items()
        ]
        return {
            "id": "tabeller-bakom-diagrammen",
            "kind": "appendix",
            "kicker": "",
            "title": t("Tabeller bakom diagrammen"),
            "columns": 2 if is_narrow else 1,
            "blocks": blocks,
        }

    def blocks(self, blocks: Iterable[Block], width: float, *, level: int) -> list[Laid]:
        """The blocks in their order, what one voice says gathered, half charts in pairs. Headings are of `level`."""
        laid: list[Laid] = []
        below = level
        for block in blocks:
            made = self.block(block, width, level=level if isinstance(block, Heading) else below)
            before = laid[-1] if laid else {"kind": ""}
            if isinstance(block, Heading):
                below = min(level + 1, 3)
            if before["kind"] == made["kind"] == "spoken" and before["voice"] == made["voice"]:
                before["blocks"] += made["blocks"]
                before["label"] = _label(before)
            else:
                laid.append(made)
        return list(_in_pairs(laid, width))

    def block(self, block: Block, width: float, *, level: int) -> Laid:
        match block:
            case Paragraph():
                made: Laid = {
                    "kind": "paragraph",
                    "voice": block.voice,
                    "text": clean(block.text),
                    "changed": clean(block.changed),
                }
                return _spoken(made)
            case Bullets():
                items = [clean(item) for item in block.items]
                return _spoken(
                    {"kind": "bullets", "voice": block.voice, "items": items, "is_ordered": block.is_ordered}
                )
            case Heading():
                return {"kind": "heading", "level": level, "text": clean(block.text)}
            case KeyFigures():
                return {"kind": "key_figures", "figures": [_key_figure(each) for each in block.figures]}
            case Table():
                return self.table(block, width)
            case Chart():
                return self.chart(block, width, level=level)
            case Columns():
                share = (width - GAP * (len(block.columns) - 1)) / len(block.columns)
                columns = [self.blocks(column, share, level=level) for column in block.columns]
                return {"kind": "columns", "columns": columns, "widths": [share] * len(columns)}

    def table(self, table: Table, width: float) -> Laid:
        # Where every row has a constructed figure it is said once, above, and not in each cell.
        all_constructed = table.is_synthetic or (
            bool(table.rows) and all(any(cell.is_synthetic for cell in row) for row in table.rows)
        )
        mark = "" if all_constructed else t("exempeldata")
        rows = [[_cell(cell, mark) for cell in row] for row in table.rows]
        columns = [
            (
                clean(column.title),
                [text for row in rows for text in _unbroken(row[number], is_kept=column.is_number or column.is_day)],
                False,
            )
            for number, column in enumerate(table.columns)
        ]
        widths = column_widths(columns, width, size=_TABLE, padding=_PADDING)
        return {
            "kind": "table",
            "is_tight": breaks_words(columns, [each - _PADDING for each in widths], _TABLE),
            "caption": clean(table.caption),
            "mark": t(SYNTHETIC) if all_constructed else "",
            "columns": [
                {"title": title, "is_number": column.is_number, "is_day": column.is_day, "width": round(points, 1)}
                for column, (title, _, _), points in zip(table.columns, columns, widths, strict=True)
            ],
            "rows": rows,
            "note": clean(table.note),
        }

    def chart(self, chart: Chart, width: float, *, level: int) -> Laid:
        number = self.numbers[chart.id]
        drawn = self.drawings[chart.id]
        is_half = chart.width == "half" and width == TEXT_WIDTH
        made = {
            "kind": "chart",
            "id": chart.id,
            "number": number,
            "level": level,
            "finding": clean(chart.finding),
            "alternative": clean(chart.alternative),
            "caption": clean(chart.caption),
            "see": t("Talen står i bilagan.") if number in self.behind else "",
            "mark": t(SYNTHETIC) if chart.is_synthetic else "",
            "is_half": is_half,
            "shape": drawn.height / drawn.width,
        }
        return sized(made | {"most": drawn.width * _MOST}, width * _ALONE if is_half else width)


def _in_pairs(blocks: Iterable[Laid], width: float) -> Iterator[Laid]:
    """The blocks with half charts that follow each other two abreast; of the last three two stand beside the third."""
    share = (width - GAP) / 2
    for is_half, run in groupby(blocks, lambda block: block["kind"] == "chart" and block["is_half"]):
        charts = list(run)
        while is_half and len(charts) > 1:
            first, second, *charts = (sized(chart, share) for chart in charts)
            if len(charts) == 1:
                yield {"kind": "columns", "columns": [[first, second], [charts.pop()]], "widths": [share] * 2}
            else:
                yield {"kind": "abreast", "charts": [first, second], "widths": [share] * 2}
        yield from charts


def _spoken(made: Laid) -> Laid:
    if made["voice"] not in ("generated", "coordinator"):
        return made
    spoken = {"kind": "spoken", "voice": made["voice"], "blocks": [made]}
    return spoken | {"label": _label(spoken)}


def _label(spoken: Laid) -> str:
    if spoken["voice"] == "coordinator":
        return t("Samordnarens bedömning")
    sentences = sum(len(each["items"]) if each["kind"] == "bullets" else 1 for each in spoken["blocks"])
    return t("Automatiskt framtagen mening") if sentences == 1 else t("Automatiskt framtagna meningar")


def _key_figure(figure: KeyFigure) -> Laid:
    return {
        "title": clean(figure.title),
        "value": clean(figure.value),
        "details": [" · ".join(map(clean, figure.details))] if figure.details else [],
        "verdict": clean(figure.verdict),
        "is_missing": figure.is_missing,
        "mark": t("Konstruerade exempeldata") if figure.is_synthetic else "",
    }


def _unbroken(cell: Laid, *, is_kept: bool) -> list[str]:
    """The texts of a cell; where it is kept on one line its small second line still is not."""
    return [cell["text"].replace(" ", NBSP) if is_kept else cell["text"], cell["small"]]


def _cell(cell: Cell, mark: str) -> Laid:
    small = [clean(cell.small), mark if cell.is_synthetic else ""]
    return {"text": clean(cell.text), "small": " · ".join(filter(None, small)), "link": clean(cell.link)}
