"""The page of one week as a Word file that can be edited: one A4, real headings, lists and tables, no person's name."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime, time
from io import BytesIO
from typing import Any

import docx
from docx.document import Document as Word
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph as WordParagraph

from reports._document import Block, Bullets, Column, Columns, Document, Paragraph, Table

_MAKER = "lagesbild"
_INK, _SOFT, _BLUE, _LINE, _WHITE = "1C2B36", "4A5B67", "17506E", "C9D3DA", "FFFFFF"
_MADE, _MADE_INK = "FFF4D6", "5A3C00"
_FONT = "Calibri"
_NOTE, _SMALL = "Note", "Small"  # styles of our own: small print, and the smaller line of a cell
_WIDE, _HALF = 186.0, 90.0  # mm of text, and of one of two columns
# What python-docx's own template holds and a page of ours has no use for.
_UNUSED = (
    "/docProps/thumbnail.jpeg",
    "/word/stylesWithEffects.xml",
    "/word/fontTable.xml",  # the numbers of typefaces look like telephone numbers
    "/customXml/item1.xml",
)


def week_docx(document: Document, footer: str, is_roomy: bool) -> bytes:
    """A week's page as DOCX; the same bytes for the same document. Its creation time is the release's day.

    is_roomy: whether there is so little to say that it fits on its sheet in a larger size.
    """
    word = docx.Document()
    _set_styles(word, 9.5 if is_roomy else 8, "sv-SE" if document.language == "sv" else "en-GB")
    _set_sheet(word, document, footer)
    for at, banner in enumerate(document.banners):
        _banner(word, banner, is_made=at > 0)
    word.add_paragraph(document.title, style="Title")
    word.add_paragraph(f"{document.subtitle} · {document.area}", style="Subtitle")
    for at, section in enumerate(document.sections):
        if at == 2:
            _in_columns(word)
        if at == 5:  # three blocks on each side
            _break_column(word)
        word.add_paragraph(section.title, style="Heading 1")
        for block in section.blocks:
            _block(word, block)
    return _packed(word, document)


def _block(word: Word, block: Block) -> None:
    match block:
        case Columns(columns=columns):
            _side_by_side(word, [each for column in columns for each in column if isinstance(each, Table)])
        case Table():
            _table(word, block)
        case Bullets(items=items, voice=voice):
            for item in items:
                word.add_paragraph(style="List Bullet").add_run(item).bold = voice == "coordinator"
        case Paragraph(text=text, voice=voice):
            word.add_paragraph(text, style=_NOTE if voice in ("note", "missing") else None)
        case _:
            raise ValueError(f"reports._week_docx: a week's page has no {type(block).__name__}")


# --- Tables -----------------------------------------------------------------------------------------------------------


def _side_by_side(word: Word, tables: list[Table]) -> None:
    """Tables with the same rows as one: their captions over their columns, the headings of the rows once."""
    headings = [row[0].text for row in tables[0].rows]
    # By the length of the headings; a little more before each table's first figure parts the tables.
    shares = [
        max(5, len(column.title)) + (3 if at == 0 else 0)
        for table in tables
        for at, column in enumerate(table.columns[1:])
    ]
    first = 46.0 if len(tables) > 1 else 90.0
    widths = [(_WIDE - first) * share / sum(shares) for share in shares]
    cells = _grid(word, 2 + len(headings), [first, *widths], headings=2)
    at = 1
    for table in tables:
        span = len(table.columns) - 1
        above = cells[0][at].merge(cells[0][at + span - 1])
        _write(above.paragraphs[0], table.caption, is_bold=True, align=WD_ALIGN_PARAGRAPH.CENTER)
        for column, number in enumerate(range(at, at + span), 1):
            _write_number(cells[1][number].paragraphs[0], table.columns[column].title, style=_NOTE)
            for row, told in enumerate(table.rows, 2):
                text = told[column].text
                is_nothing = text in ("0", "..")
                _write_number(
                    cells[row][number].paragraphs[0],
                    text,
                    colour=_SOFT if is_nothing else "",
                    is_bold=row == 2 or (column == 1 and not is_nothing),
                )
        at += span
    _write(cells[1][0].paragraphs[0], tables[0].columns[0].title, style=_NOTE)
    for row, heading in enumerate(headings, 2):
        _write(cells[row][0].paragraphs[0], heading, is_bold=row == 2)


def _table(word: Word, table: Table) -> None:
    """A table of half the sheet; the block's heading stands for its caption."""
    shares = [_share(column) for column in table.columns]
    cells = _grid(word, 1 + len(table.rows), [_HALF * share / sum(shares) for share in shares], headings=1)
    for at, column in enumerate(table.columns):
        _write(cells[0][at].paragraphs[0], column.title, style=_NOTE)
        for row, told in enumerate(table.rows, 1):
            paragraph = cells[row][at].paragraphs[0]
            _write(paragraph, told[at].text)
            if told[at].small:
                paragraph.add_run(f"\n{told[at].small}", style=_SMALL)
    if table.note:
        word.add_paragraph(table.note, style=_NOTE)


def _share(column: Column) -> float:
    return 0.28 if column.is_day or column.is_number else 1.0


def _grid(word: Word, rows: int, widths: list[float], *, headings: int) -> list[tuple[Any, ...]]:
    """A table's cells, row by row. The first rows are headings, for those who listen and on another page."""
    made = word.add_table(rows=rows, cols=len(widths))
    made.alignment, made.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    properties = made._tbl.tblPr
    properties.append(_element("w:tblBorders", _element("w:insideH", val="single", sz="4", space="0", color=_LINE)))
    margins = (_element(f"w:{side}", w=str(twips), type="dxa") for side, twips in (("left", 0), ("right", 60)))
    properties.append(_element("w:tblCellMar", *margins))
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Mm(width)
    found = []
    for at, row in enumerate(made.rows):
        is_read_first = [_element("w:tblHeader")] if at < headings else []
        row._tr.get_or_add_trPr().extend([_element("w:cantSplit"), *is_read_first])
        found.append(row.cells)  # asked for once: python-docx counts through the table for each cell
        for cell, width in zip(found[-1], widths, strict=True):
            cell.width = Mm(width)
    return found


def _write_number(
    paragraph: WordParagraph, text: str, *, style: str = "", colour: str = "", is_bold: bool = False
) -> None:
    _write(paragraph, text, style=style, colour=colour, is_bold=is_bold, align=WD_ALIGN_PARAGRAPH.RIGHT)


def _write(
    paragraph: WordParagraph,
    text: str,
    *,
    style: str = "",
    colour: str = "",
    is_bold: bool = False,
    align: WD_ALIGN_PARAGRAPH | None = None,
) -> None:
    run = paragraph.add_run(text)
    run.bold = is_bold or None
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)
    if style:
        paragraph.style = style
    if align is not None:
        paragraph.alignment = align
    paragraph.paragraph_format.space_after = Pt(0)


# --- The sheet --------------------------------------------------------------------------------------------------------


def _set_styles(word: Word, size: float, language: str) -> None:
    """The few styles that the page uses, in points and millimetres."""
    word.styles.add_style(_NOTE, WD_STYLE_TYPE.PARAGRAPH).base_style = word.styles["Normal"]
    word.styles.add_style(_SMALL, WD_STYLE_TYPE.CHARACTER)
    for style, points, colour, before, after in (
        ("Normal", size, _INK, 0, 1.5),
        ("List Bullet", size, _INK, 0, 0.5),
        (_NOTE, size - 1, _SOFT, 0, 1.5),
        (_SMALL, size - 1, _SOFT, 0, 0),
        ("Title", 15, _INK, 3, 0),
        ("Subtitle", size, _SOFT, 0, 1),
        ("Heading 1", size + 1.5, _BLUE, 4, 1),
    ):
        made: Any = word.styles[style]
        made.font.name, made.font.size, made.font.color.rgb = _FONT, Pt(points), RGBColor.from_string(colour)
        made.font.italic, made.font.bold = False, style in ("Heading 1", "Title")
        look = made.element.get_or_add_rPr()
        for spread in look.findall(qn("w:spacing")):
            look.remove(spread)
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):  # would win over the name
            look.get_or_add_rFonts().attrib.pop(qn(f"w:{theme}"), None)
        if style != _SMALL:
            shape = made.paragraph_format
            shape.space_before, shape.space_after, shape.line_spacing = Pt(before), Pt(after), 1.0
            for border in made.element.findall(f"{qn('w:pPr')}/{qn('w:pBdr')}"):
                border.getparent().remove(border)
    word.styles["Heading 1"].element.get_or_add_pPr().append(
        _element("w:pBdr", _element("w:top", val="single", sz="8", space="1", color=_BLUE))
    )
    bullets: Any = word.styles["List Bullet"]
    bullets.paragraph_format.left_indent, bullets.paragraph_format.first_line_indent = Mm(4), Mm(-4)
    for said in word.styles.element.iter(qn("w:lang")):
        said.set(qn("w:val"), language)
    word.core_properties.language = language


def _set_sheet(word: Word, document: Document, footer: str) -> None:
    sheet = word.sections[0]
    sheet.page_width, sheet.page_height = Mm(210), Mm(297)
    sheet.left_margin = sheet.right_margin = Mm(12)
    sheet.top_margin, sheet.bottom_margin = Mm(9), Mm(12)
    sheet.header_distance, sheet.footer_distance = Mm(5), Mm(5)
    _write(sheet.footer.paragraphs[0], footer, style=_NOTE)
    about = word.core_properties
    about.author = about.last_modified_by = _MAKER
    about.title, about.subject = document.title, document.area
    about.comments = about.keywords = ""
    about.created = about.modified = datetime.combine(document.as_of, time(), UTC)


def _banner(word: Word, text: str, *, is_made: bool) -> None:
    added = word.add_paragraph()
    _write(added, text, is_bold=True, colour=_MADE_INK if is_made else _WHITE)
    added._p.get_or_add_pPr().append(_element("w:shd", val="clear", color="auto", fill=_MADE if is_made else _INK))


def _in_columns(word: Word) -> None:
    """From here on, on the same page, two columns."""
    columns = word.add_section(WD_SECTION.CONTINUOUS)._sectPr.find(qn("w:cols"))
    columns.set(qn("w:num"), "2")
    columns.set(qn("w:space"), str(int(Mm(_WIDE - 2 * _HALF).twips)))


def _break_column(word: Word) -> None:
    """Go on in the next column. A paragraph of no height, since what is left of it stands on top there."""
    added = word.add_paragraph()
    added.add_run().add_break(WD_BREAK.COLUMN)
    added.runs[0].font.size = Pt(1)
    added.paragraph_format.line_spacing = Pt(1)
    added.paragraph_format.space_after = Pt(0)


def _element(name: str, *children: Any, **attributes: str) -> Any:
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    for child in children:
        made.append(child)
    return made


# --- The file ---------------------------------------------------------------------------------------------------------


def _packed(word: Word, document: Document) -> bytes:
    """The file without what it does not use, and without the time at which it was packed."""
    for holder in (word.part.package, word.part):
        for relation in [each for each in holder.rels.values() if not each.is_external]:
            if relation.target_part.partname in _UNUSED:
                holder.rels.pop(relation.rId)
    styles = word.styles.element
    used = {"TableNormal", *(style.get(qn("w:val")) for style in word.element.iter(qn("w:tblStyle")))}
    for style in styles.findall(qn("w:style")):
        if style.get(qn("w:type")) == "table" and style.get(qn("w:styleId")) not in used:
            styles.remove(style)
    written, packed = BytesIO(), BytesIO()
    word.save(written)
    day = (document.as_of.year, document.as_of.month, document.as_of.day, 0, 0, 0)
    with zipfile.ZipFile(written) as given, zipfile.ZipFile(packed, "w") as archive:
        for part in given.infolist():
            archive.writestr(zipfile.ZipInfo(part.filename, day), given.read(part), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
