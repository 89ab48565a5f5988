"""A report as six to eight slides for a council: editable text, real tables, pictures that say what they show.

What does not fit is cut at the end of a sentence, and the slide says that the report has the rest.
"""

from __future__ import annotations

import copy
import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from reports._document import Bullets, Chart, Document, Heading, KeyFigure, KeyFigures, Paragraph, Section, Table
from reports._language import language, t
from reports._measure import column_widths, line_count
from reports._printed import Drawings, clean, every_block, keywords
from reports._words import SYNTHETIC
from reports._zip import read_zip, write_zip

# A slide of 13.33 × 7.5 inches in points, and what its corners and strips take.
_WIDTH, _HEIGHT, _SIDE, _FOOT, _GAP = 960.0, 540.0, 40.0, 506.0, 24.0
_STRIP = 17.0  # a banner
_MOST_SLIDES = 8
_LINE = 1.2  # of the size
_SCALES = (1.0, 0.93, 0.86, 0.8)
_INK, _SOFT, _BLUE, _WHITE, _MADE, _MADE_INK = "1C2B36", "4A5B67", "17506E", "FFFFFF", "FFF4D6", "5A3C00"
_FOCUS_AREAS = (
    *("youth_mental_health", "perceived_safety", "alcohol_and_drug_attitudes"),
    *("drug_dealing", "reckless_driving", "vandalism"),
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÅÄÖ0-9”\"(])")


@dataclass(frozen=True, kw_only=True)
class _Box:
    """A place on a slide, in points."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class _Line:
    """A paragraph on a slide; `size` is what it has where there is room."""

    text: str
    size: float
    is_bold: bool = False
    is_bullet: bool = False
    colour: str = _INK


def write_pptx(document: Document, path: Path, drawings: Drawings) -> None:
    """Write six to eight slides as PPTX; the same input gives the same bytes.

    In order: title with status; the section `laget` as a table; the focus areas, each with its finding, its first
    chart and its key figures, two to a slide where they are many; `jamforelse`; `atgarder`; what the figures do not say
    and `kallor`. A section that the document has not got has no slide, and its room is given to the focus areas.
    drawings: of every chart, as `reports._printed.draw` makes them.
    """
    with language(document.language):
        show = Presentation(BytesIO(_empty()))
        deck = _Deck(show=show, document=document, drawings=drawings)
        sections = {section.id: section for section in document.sections}
        deck.title()
        others = 1
        if "laget" in sections:
            deck.overview(sections["laget"])
            others += 1
        areas = [sections[id] for id in _FOCUS_AREAS if id in sections]
        others += sum(id in sections for id in ("jamforelse", "atgarder")) + 1
        for pair in _shared_out(areas, _MOST_SLIDES - others):
            deck.focus_areas(pair)
        if "jamforelse" in sections:
            deck.comparison(sections["jamforelse"])
        if "atgarder" in sections:
            deck.measures(sections["atgarder"])
        deck.limits(areas, sections.get("kallor"))
        _describe(show, document)
    content = BytesIO()
    show.save(content)
    code = b'lang="sv-SE"' if document.language == "sv" else b'lang="en-GB"'
    parts = read_zip(content)
    write_zip(path, {name: part.replace(b'lang="en-US"', code) for name, part in parts.items()})


def _shared_out(areas: Sequence[Section], slides: int) -> list[tuple[Section, ...]]:
    """The focus areas over at most so many slides, two to a slide from the first on where one each is too many."""
    doubles = max(0, len(areas) - slides)
    pairs = [tuple(areas[at : at + 2]) for at in range(0, 2 * doubles, 2)]
    return [*pairs, *((area,) for area in areas[2 * doubles :])]


# ---------------------------------------------------------------------------------------------------------- the slides


@dataclass(frozen=True, kw_only=True)
class _Deck:
    """The slides that are being made, and what they are made from."""

    show: Any
    document: Document
    drawings: Drawings

    @property
    def top(self) -> float:
        """Where what is below the banners begins."""
        return 8.0 + _STRIP * len(self.document.banners)

    def slide(self, title: str, kicker: str = "") -> tuple[Any, _Box]:
        """A slide with its title, and the room below it."""
        slide = self._new(1)
        top = self.top + 4
        if kicker:
            _write(slide, _Box(left=_SIDE, top=top, width=_WIDTH - 2 * _SIDE, height=20), [_kicker(kicker)])
            top += 18
        size, lines = _title_size(title)
        box = _Box(left=_SIDE, top=top, width=_WIDTH - 2 * _SIDE, height=lines * size * _LINE + 4)
        _place(slide.shapes.title, box)
        _fill(slide.shapes.title.text_frame, [_Line(text=title, size=size, is_bold=True, colour=_BLUE)])
        below = box.top + box.height + 8
        return slide, _Box(left=_SIDE, top=below, width=box.width, height=_FOOT - 8 - below)

    def _new(self, layout: int) -> Any:
        slide = self.show.slides.add_slide(self.show.slide_layouts[layout])
        for number, banner in enumerate(self.document.banners):
            is_made = t(SYNTHETIC) in banner
            strip = slide.shapes.add_textbox(Pt(0), Pt(number * _STRIP), Pt(_WIDTH), Pt(_STRIP))
            strip.fill.solid()
            colour = RGBColor.from_string(_MADE if is_made else _INK)  # type: ignore[no-untyped-call]
            strip.fill.fore_color.rgb = colour
            line = _Line(text=clean(banner), size=10.5, is_bold=True, colour=_MADE_INK if is_made else _WHITE)
            _fill(strip.text_frame, [line], align="ctr")
        for each in slide.slide_layout.placeholders:
            if each.placeholder_format.type in (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER):
                slide.shapes._spTree.append(copy.deepcopy(each._element))
        for each in slide.placeholders:
            if each.placeholder_format.type == PP_PLACEHOLDER.FOOTER:
                said = (self.document.area, self.document.status, self.document.author)
                line = _Line(text=" · ".join(clean(text) for text in said), size=11, colour=_SOFT)
                _fill(each.text_frame, [line], anchor=MSO_ANCHOR.MIDDLE)
        return slide

    def title(self) -> None:
        document, slide = self.document, self._new(0)
        lines = [_Line(text=clean(document.title), size=44, is_bold=True, colour=_BLUE)]
        lines = _fitted(lines, _WIDTH - 2 * _SIDE, 150)
        _fill(slide.shapes.title.text_frame, lines, anchor=MSO_ANCHOR.BOTTOM)
        below = [
            _Line(text=clean(document.subtitle), size=24, colour=_SOFT),
            _Line(text=clean(document.status), size=20, is_bold=True),
        ]
        _fill(slide.placeholders[1].text_frame, _fitted(below, _WIDTH - 2 * _SIDE, 80))
        facts = [_Line(text=f"{clean(what)}: {clean(said)}", size=15) for what, said in document.facts]
        _write(slide, _Box(left=_SIDE, top=340, width=_WIDTH - 2 * _SIDE, height=_FOOT - 348), facts)

    def overview(self, section: Section) -> None:
        slide, room = self.slide(clean(section.title))
        tables = [block for block in every_block(section.blocks) if isinstance(block, Table)]
        said = _said(section, "coordinator") or _said(section, "generated")
        used = self.table(slide, room, tables[0], size=13) if tables else 0.0
        left = _Box(left=room.left, top=room.top + used, width=room.width, height=room.height - used)
        if left.height > 40:
            _write(slide, left, said)

    def focus_areas(self, areas: tuple[Section, ...]) -> None:
        if len(areas) == 1:
            slide, room = self.slide(clean(areas[0].title), areas[0].kicker)
            chart = _Box(left=room.left, top=room.top, width=560, height=room.height)
            figures = _Box(left=room.left + 560 + _GAP, top=room.top, width=room.width - 560 - _GAP, height=room.height)
            self.chart(slide, chart, areas[0])
            _key_figures(slide, figures, areas[0], is_beside=False)
            return
        slide, room = self.slide(" · ".join(clean(area.kicker or area.title) for area in areas))
        width = (room.width - _GAP) / 2
        findings = [_finding(clean(area.title), width) for area in areas]
        told = max(_height([finding], width) for finding in findings) + 4
        for number, (area, finding) in enumerate(zip(areas, findings, strict=True)):
            left = room.left + number * (width + _GAP)
            _write(slide, _Box(left=left, top=room.top, width=width, height=told), [finding])
            top, below = room.top + told, 138
            self.chart(slide, _Box(left=left, top=top, width=width, height=room.height - told - below - 4), area)
            figures = _Box(left=left, top=room.top + room.height - below, width=width, height=below)
            _key_figures(slide, figures, area, is_beside=True)

    def comparison(self, section: Section) -> None:
        charts = [block for block in every_block(section.blocks) if isinstance(block, Chart)]
        if charts:
            slide, room = self.slide(clean(charts[0].finding), section.title)
            self.chart(slide, _Box(left=room.left, top=room.top, width=580, height=room.height), section)
            width = room.width - 580 - _GAP
            side = _Box(left=room.left + 580 + _GAP, top=room.top, width=width, height=room.height)
            _write(slide, side, _said(section, "coordinator") + _said(section, "generated") + _said(section, "note"))
        else:
            self._told(section)

    def measures(self, section: Section) -> None:
        self._told(section)

    def _told(self, section: Section) -> None:
        """A slide with the section's first table, or else its sentences."""
        slide, room = self.slide(clean(section.title))
        tables = [block for block in every_block(section.blocks) if isinstance(block, Table)]
        if tables:
            self.table(slide, room, tables[0], size=12)
        else:
            _write(slide, room, [line for voice in _VOICES for line in _said(section, voice)])

    def limits(self, areas: Sequence[Section], sources: Section | None) -> None:
        slide, room = self.slide(t("Vad siffrorna inte säger, och källor"))
        width = (room.width - _GAP) / 2
        unsaid = dict.fromkeys(text for area in areas for text in _under(area, t("Vad siffrorna inte säger")))
        texts = list(unsaid) or [clean(line) for line in self.document.how_to_read]
        named = _listed(sources) if sources else []
        for number, (heading, said) in enumerate(((t("Vad siffrorna inte säger"), texts), (t("Källor"), named))):
            lines = [_Line(text=heading, size=16, is_bold=True)]
            lines += [_Line(text=text, size=14, is_bullet=True) for text in said]
            left = room.left + number * (width + _GAP)
            _write(slide, _Box(left=left, top=room.top, width=width, height=room.height), lines)

    def chart(self, slide: Any, box: _Box, section: Section) -> None:
        """The section's first chart as large as the box takes it, with its caption below."""
        charts = [block for block in every_block(section.blocks) if isinstance(block, Chart)]
        if not charts:
            return
        chart, drawn = charts[0], self.drawings[charts[0].id]
        mark = [_Line(text=t(SYNTHETIC), size=11, is_bold=True, colour=_MADE_INK)] if chart.is_synthetic else []
        below = [*mark, _Line(text=clean(chart.caption), size=11, colour=_SOFT)]
        below = _fitted(below, box.width, 58)
        caption = _height(below, box.width)
        scale = min(box.width / drawn.width, (box.height - caption - 4) / drawn.height)
        picture = slide.shapes.add_picture(
            BytesIO(drawn.png), Pt(box.left), Pt(box.top), Pt(drawn.width * scale), Pt(drawn.height * scale)
        )
        picture._element.nvPicPr.cNvPr.set("descr", clean(chart.alternative))
        top = box.top + drawn.height * scale + 4
        _write(slide, _Box(left=box.left, top=top, width=box.width, height=caption), below)

    def table(self, slide: Any, box: _Box, table: Table, *, size: float) -> float:
        """A real table with as many rows as there is room for; the height it took."""
        rest = 22.0  # for what is said of rows that are left out
        mark = t("exempeldata")
        rows = [
            [
                " · ".join(filter(None, (clean(cell.text), clean(cell.small), mark if cell.is_synthetic else "")))
                for cell in row
            ]
            for row in table.rows
        ]
        titles = [clean(column.title) for column in table.columns]
        for smaller in (size, size - 1, size - 2):
            widths = column_widths(
                [
                    (title, [row[number] for row in rows], column.is_number or column.is_day)
                    for number, (title, column) in enumerate(zip(titles, table.columns, strict=True))
                ],
                box.width,
                size=smaller,
                padding=16,
            )
            heights = [
                _row_height(cells, widths, smaller, bold=number == 0) for number, cells in enumerate([titles, *rows])
            ]
            if sum(heights) <= box.height:
                break
        shown = len(heights)
        while shown > 1 and sum(heights[:shown]) > box.height - (rest if shown < len(heights) else 0):
            shown -= 1
        frame = slide.shapes.add_table(
            shown, len(titles), Pt(box.left), Pt(box.top), Pt(box.width), Pt(sum(heights[:shown]))
        )
        frame._element.nvGraphicFramePr.cNvPr.set("descr", clean(table.caption))
        for number, width in enumerate(widths):
            frame.table.columns[number].width = Pt(width)
        for number, cells in enumerate([titles, *rows][:shown]):
            frame.table.rows[number].height = Pt(heights[number])
            for cell, text, column in zip(frame.table.rows[number].cells, cells, table.columns, strict=True):
                cell.margin_left = cell.margin_right = Pt(6)
                cell.margin_top = cell.margin_bottom = Pt(3)
                line = _Line(text=text, size=smaller, is_bold=number == 0, colour=_WHITE if number == 0 else _INK)
                _fill(cell.text_frame, [line], align="r" if column.is_number else "l", is_cell=True)
        used = sum(heights[:shown])
        if shown < len(heights):
            more = t("Ytterligare {n} rader: se rapporten.", n=len(heights) - shown)
            foot = _Box(left=box.left, top=box.top + used + 4, width=box.width, height=rest - 4)
            _write(slide, foot, [_Line(text=more, size=12, colour=_SOFT)])
            used += rest
        return used + 8


# ------------------------------------------------------------------------------------------------- what is said on them

_VOICES = ("coordinator", "generated", "house", "note", "missing")


def _said(section: Section, voice: str) -> list[_Line]:
    """What a voice says in a section, under the words for who it is."""
    texts: list[str] = []
    for block in every_block(section.blocks):
        if isinstance(block, Paragraph) and block.voice == voice:
            texts += [clean(block.text), *([clean(block.changed)] if block.changed else [])]
        elif isinstance(block, Bullets) and block.voice == voice:
            texts += [clean(item) for item in block.items]
    who = {
        "coordinator": t("Samordnarens bedömning"),
        "generated": t("Automatiskt framtagen mening") if len(texts) == 1 else t("Automatiskt framtagna meningar"),
    }
    label = [_Line(text=who[voice], size=11, is_bold=True, colour=_SOFT)] if voice in who and texts else []
    return label + [_Line(text=text, size=14) for text in texts]


def _under(section: Section, heading: str) -> list[str]:
    """What stands under a heading of a section."""
    texts: list[str] = []
    is_there = False
    for block in every_block(section.blocks):
        if isinstance(block, Heading):
            is_there = block.text == heading
        elif is_there and isinstance(block, Paragraph):
            texts.append(clean(block.text))
        elif is_there and isinstance(block, Bullets):
            texts += [clean(item) for item in block.items]
    return texts


def _listed(section: Section) -> list[str]:
    """The lists of a section, or where it has none the first column of its first table, or its paragraphs."""
    blocks = list(every_block(section.blocks))
    lists = [clean(item) for block in blocks if isinstance(block, Bullets) for item in block.items]
    tables = [[clean(row[0].text) for row in block.rows] for block in blocks if isinstance(block, Table)]
    return lists or (tables[0] if tables else [clean(b.text) for b in blocks if isinstance(b, Paragraph)])


def _key_figures(slide: Any, box: _Box, section: Section, *, is_beside: bool) -> None:
    figures = [
        figure for block in every_block(section.blocks) if isinstance(block, KeyFigures) for figure in block.figures
    ][:3]
    if not figures:
        return
    width = (box.width - 2 * 12) / 3 if is_beside else box.width
    height = box.height if is_beside else box.height / 3 - 8
    columns = [_figure_lines(figure) for figure in figures]
    scale = next(
        (each for each in _SCALES if all(_height(_scaled(c, each), width) <= height for c in columns)), _SCALES[-1]
    )
    for number, lines in enumerate(columns):
        left = box.left + (number * (width + 12) if is_beside else 0)
        top = box.top + (0 if is_beside else number * (height + 8))
        _write(slide, _Box(left=left, top=top, width=width, height=height), _scaled(lines, scale))


def _figure_lines(figure: KeyFigure) -> list[_Line]:
    lines = [
        _Line(
            text=clean(figure.value),
            size=16 if figure.is_missing else 24,
            is_bold=True,
            colour=_SOFT if figure.is_missing else _BLUE,
        ),
        _Line(text=clean(figure.title), size=12, is_bold=True),
        *(_Line(text=clean(line), size=11, colour=_SOFT) for line in figure.details[:1]),
    ]
    if figure.verdict:
        lines.append(_Line(text=clean(figure.verdict), size=11))
    if figure.is_synthetic:
        lines.append(_Line(text=t("Konstruerade exempeldata"), size=11, is_bold=True, colour=_MADE_INK))
    return lines


def _kicker(text: str) -> _Line:
    return _Line(text=clean(text), size=13, is_bold=True, colour=_SOFT)


# ----------------------------------------------------------------------------------------------------- so that it fits


def _title_size(title: str) -> tuple[float, int]:
    for size in (26.0, 24.0, 22.0):
        lines = line_count(title, size, _WIDTH - 2 * _SIDE, bold=True)
        if lines == 1:
            return size, lines
    for size in (24.0, 22.0, 20.0, 18.0, 16.0):
        lines = line_count(title, size, _WIDTH - 2 * _SIDE, bold=True)
        if lines <= 2:
            break
    return size, lines


def _finding(text: str, width: float) -> _Line:
    """A focus area's finding, on two or three lines where that can be; it is never cut."""
    sizes = ((size, most) for size, most in ((16, 2), (16, 3), (15, 3), (14, 3), (13, 3), (12, 4), (11, 9)))
    size = next((size for size, most in sizes if line_count(text, size, width, bold=True) <= most), 10)
    return _Line(text=text, size=size, is_bold=True)


def _height(lines: Iterable[_Line], width: float) -> float:
    return sum(
        line_count(line.text, line.size, width - (14 if line.is_bullet else 0), bold=line.is_bold) * line.size * _LINE
        + 3
        for line in lines
    )


def _row_height(cells: Sequence[str], widths: Sequence[float], size: float, *, bold: bool) -> float:
    most = max(line_count(text, size, width - 12.5, bold=bold) for text, width in zip(cells, widths, strict=True))
    return most * size * _LINE + 8


def _fitted(lines: Sequence[_Line], width: float, height: float) -> list[_Line]:
    """The lines smaller, at most to four fifths and 10 points, or else as many whole sentences of them as fit."""
    for scale in _SCALES:
        smaller = _scaled(lines, scale)
        if _height(smaller, width) <= height:
            return smaller
    kept = list(smaller)
    while kept and _height(kept, width) > height:
        last = kept.pop()
        shorter = _shortened(last.text)
        if shorter:
            kept.append(replace(last, text=shorter))
        elif kept and not kept[-1].is_bold:
            kept[-1] = replace(kept[-1], text=f"{kept[-1].text.removesuffix(_more())}{_more()}")
    return kept


def _more() -> str:
    return " " + t("… se rapporten")


def _shortened(text: str) -> str:
    """The text without its last sentence, and where the rest is; empty when there is but one."""
    sentences = _SENTENCE_END.split(text.removesuffix(_more()))
    return " ".join(sentences[:-1]) + _more() if len(sentences) > 1 else ""


def _scaled(lines: Iterable[_Line], scale: float) -> list[_Line]:
    return [replace(line, size=max(round(line.size * scale * 2) / 2, min(line.size, 10.0))) for line in lines]


# ----------------------------------------------------------------------------------------------- PowerPoint's own side


def _write(slide: Any, box: _Box, lines: Sequence[_Line]) -> None:
    """A text box with what fits in it; none where there is nothing to say."""
    kept = _fitted(lines, box.width, box.height)
    if kept:
        shape = slide.shapes.add_textbox(Pt(box.left), Pt(box.top), Pt(box.width), Pt(box.height))
        _fill(shape.text_frame, kept)


def _place(shape: Any, box: _Box) -> None:
    shape.left, shape.top, shape.width, shape.height = (Pt(each) for each in (box.left, box.top, box.width, box.height))


def _fill(
    frame: Any, lines: Sequence[_Line], *, align: str = "l", anchor: Any = MSO_ANCHOR.TOP, is_cell: bool = False
) -> None:
    """Put the lines into a text frame, one paragraph each."""
    frame.word_wrap = True
    if not is_cell:
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Pt(0)
        frame.vertical_anchor = anchor
    body = frame._txBody
    for paragraph in list(body.p_lst):
        body.remove(paragraph)
    for line in lines:
        indent = f' marL="{Pt(14)}" indent="{-Pt(14)}"' if line.is_bullet else ""
        bullet = '<a:buFont typeface="Arial"/><a:buChar char="•"/>' if line.is_bullet else "<a:buNone/>"
        after = 300 if len(lines) > 1 else 0
        body.append(
            parse_xml(
                f'<a:p {nsdecls("a")}><a:pPr algn="{align}"{indent}><a:spcBef><a:spcPts val="0"/></a:spcBef>'
                f'<a:spcAft><a:spcPts val="{after}"/></a:spcAft>{bullet}</a:pPr>'
                f'<a:r><a:rPr lang="en-US" sz="{round(line.size * 100)}" b="{int(line.is_bold)}">{_solid(line.colour)}'
                f"</a:rPr><a:t>{escape(line.text)}</a:t></a:r></a:p>"
            )
        )


def _solid(colour: str) -> str:
    return f'<a:solidFill {nsdecls("a")}><a:srgbClr val="{colour}"/></a:solidFill>'


def _describe(show: Any, document: Document) -> None:
    about, most = show.core_properties, 255  # characters, says the library
    about.title = f"{clean(document.title)}, {clean(document.area)}"[:most]
    about.subject = clean(document.subtitle)[:most]
    about.author = about.last_modified_by = clean(document.author)[:most]
    about.created = about.modified = datetime.combine(document.as_of, time(), UTC)
    about.keywords = "; ".join(keywords(document))[:most]
    about.language = "sv-SE" if document.language == "sv" else "en-GB"
    about.content_status = clean(document.status)[:most]
    about.revision = 1


@functools.cache
def _empty() -> bytes:
    """A presentation without slides, with the two layouts that are used, in the report's shape, type and colours."""
    show = Presentation()
    show.slide_width, show.slide_height = Pt(_WIDTH), Pt(_HEIGHT)
    layouts = show.slide_layouts
    for layout in list(layouts):
        if layout.name not in ("Title Slide", "Title Only"):
            layouts.remove(layout)
    inner = _WIDTH - 2 * _SIDE
    places = {
        PP_PLACEHOLDER.TITLE: _Box(left=_SIDE, top=40, width=inner, height=60),
        PP_PLACEHOLDER.BODY: _Box(left=_SIDE, top=110, width=inner, height=380),
        PP_PLACEHOLDER.CENTER_TITLE: _Box(left=_SIDE, top=70, width=inner, height=150),
        PP_PLACEHOLDER.SUBTITLE: _Box(left=_SIDE, top=236, width=inner, height=80),
        PP_PLACEHOLDER.FOOTER: _Box(left=_SIDE, top=_FOOT, width=inner - 100, height=22),
        PP_PLACEHOLDER.SLIDE_NUMBER: _Box(left=_WIDTH - _SIDE - 90, top=_FOOT, width=90, height=22),
    }
    for holder in (show.slide_master, *layouts):
        for each in list(holder.placeholders):
            kind = each.placeholder_format.type
            if kind == PP_PLACEHOLDER.DATE:
                each._element.getparent().remove(each._element)
            elif kind in places:
                _place(each, places[kind])
            if kind == PP_PLACEHOLDER.SLIDE_NUMBER:
                each.text_frame.margin_right = Pt(0)
                for properties in each._element.iter(qn("a:rPr"), qn("a:defRPr")):
                    properties[:] = [parse_xml(_solid(_SOFT))]
    content = BytesIO()
    show.save(content)
    parts = read_zip(content)
    for unwanted in ("docProps/thumbnail.jpeg", "ppt/printerSettings/printerSettings1.bin"):
        del parts[unwanted]
    for name in ("_rels/.rels", "ppt/_rels/presentation.xml.rels"):
        parts[name] = re.sub(rb"<Relationship [^>]*(?:thumbnail|printerSettings)[^>]*/>", b"", parts[name])
    parts["docProps/app.xml"] = _APP
    theme = parts["ppt/theme/theme1.xml"].replace(b'typeface="Calibri"', b'typeface="Arial"')
    parts["ppt/theme/theme1.xml"] = re.sub(
        rb'(<a:accent1>)<a:srgbClr val="\w+"/>', rb'\1<a:srgbClr val="17506E"/>', theme
    )
    packed = BytesIO()
    write_zip(packed, parts)
    return packed.getvalue()


_APP = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    b"<Application>lagesbild</Application></Properties>"
)
