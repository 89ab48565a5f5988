"""Write `lagesbild.xlsx`: a cover, a sheet per focus area with every figure, what is judged of them, what words mean.

Numbers are numbers, days are days and codes are text. No cell is a formula, whatever it begins with. A figure that may
not be shown is an empty cell with its reason in the status column.
"""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Literal

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from reports._language import t
from reports._sheets import Column, Sheet, place_of, sheets_of, sources_table
from reports._words import SYNTHETIC, date_text

_TOP = 3  # above the rows: the sheet's title, its banners, the headings
_LONGEST_CELL = 32_767
_LIKE_A_FORMULA = tuple("=+-@＝＋－＠\t\r\n")
_A3, _A4 = 8, 9
_INK, _RED, _SAND, _LINE, _LINK = "#1F3A5F", "#9C1C1C", "#FFF3CC", "#D9D9D9", "#1A4FA0"
_HEADING = {"bold": True, "font_color": "#FFFFFF", "bg_color": _INK, "text_wrap": True, "valign": "vcenter"}
_CELL = {"valign": "top", "bottom": 1, "bottom_color": _LINE}
_LEFT = {**_CELL, "align": "left", "indent": 1}
_LOOKS: Mapping[str, Mapping[str, object]] = {
    "cover": {"bold": True, "font_size": 20, "font_color": _INK},
    "title": {"bold": True, "font_size": 14, "font_color": _INK},
    "banner": {"bold": True, "font_color": _RED},
    "label": {"bold": True},
    "plain": {},
    "link": {"font_color": _LINK, "underline": 1},
    "heading": {**_HEADING, "indent": 1},
    "number heading": {**_HEADING, "align": "right"},
    "text": _LEFT,
    "wrapped": {**_LEFT, "text_wrap": True},
    "day": {**_LEFT, "num_format": "yyyy-mm-dd"},
    "month": {**_LEFT, "num_format": "yyyy-mm"},
    "number": _CELL,
}
Style = Callable[..., Format]


@dataclass(frozen=True, kw_only=True)
class WorkbookMeta:
    """What the cover says of the release. area: its code."""

    release: str
    as_of: date
    audience: Literal["internal", "public"]
    area: str


def write_workbook(
    path: Path, *, tables: Mapping[str, pl.DataFrame], focus_areas: pl.DataFrame, meta: WorkbookMeta
) -> None:
    """Write the workbook of a release, in the language that is current; the same input gives the same bytes.

    tables: name without schema → rows as in `output.<name>`. focus_areas: focus_area, title, title_en, sort_order.
    What there is no room for (`_sheets.sheets_of`) the cover tells. Raises ValueError for a code that has no words.
    """
    sheets, cuts = sheets_of(tables, focus_areas)
    place, municipalities = place_of(tables["indicators"], meta.area)
    title, release = t("Lägesbild: {area}", area=place), t("Utgåva {release}", release=meta.release)
    is_synthetic = any(any(sheet.is_synthetic) for sheet in sheets)
    banners = _banners(meta.audience, is_synthetic)
    facts = {
        t("Område"): place,
        t("Kommuner"): municipalities,
        t("Uppgifter till och med"): date_text(meta.as_of),
        t("Utgåva"): meta.release,
        t("Ställning"): t("Underlag, inte beslut"),
    }
    # In memory, because only then every part of the file gets the same date.
    with xlsxwriter.Workbook(str(path), {"in_memory": True}) as book:
        created = datetime.combine(meta.as_of, time())
        book.set_properties({"title": title, "author": "lagesbild", "comments": release, "created": created})
        style = _styles(book)
        cover = book.add_worksheet(t("Försättsblad"))
        lines = _opening(title, banners, facts, [*_how_to_read(is_synthetic), *cuts], sheets)
        _write_cover(cover, lines, tables["sources"], style)
        cover.set_header("&L" + _printed(" ".join(banners)))
        _set_print(cover, release, paper=_A4)
        for sheet in sheets:
            written = book.add_worksheet(sheet.name)
            _write_sheet(written, sheet, banners, style)
            widths = sum(column.width for column in sheet.columns[: sheet.printed or None])
            _set_print(written, release, paper=_A4 if widths < 200 else _A3)


# --- The cover --------------------------------------------------------------------------------------------------------


def _how_to_read(is_synthetic: bool) -> list[str]:
    marked = t("Rader med gul botten är konstruerade exempeldata, inte verkliga uppgifter.")
    return [
        t("Varje rad är en siffra för ett område och en period. Filtrera med pilarna i rubrikraden."),
        t("Ett tomt värde har en orsak i kolumnen Status: uppgiften saknas, svaren är för få eller talet döljs."),
        t("Nedre och övre gräns är ett osäkerhetsintervall: talet ligger sannolikt däremellan."),
        t("För antal visar intervallet hur säkert antalet är räknat. Mellan åren kan antalet skilja mer än så."),
        t("Enheten står på varje rad. Andelar är procent från 0 till 100."),
        t("Jämför inte tal före och efter ett tidsseriebrott: där ändrades mätningen."),
        *([marked] if is_synthetic else []),
        t("Indikatorerna förklaras på bladet Definitioner, orden på bladet Ord."),
    ]


def _banners(audience: str, is_synthetic: bool) -> list[str]:
    if audience == "internal":
        whose = t("Internt arbetsmaterial. Sekretessprövas före utlämnande.")
    else:
        whose = t("Publik utgåva.")
    return [whose, *([t(SYNTHETIC) + "."] if is_synthetic else [])]


def _opening(
    title: str, banners: Sequence[str], facts: Mapping[str, str], how_to_read: Sequence[str], sheets: Sequence[Sheet]
) -> list[tuple[tuple[str, str], ...]]:
    """What to mind, what it is, how to read it and what is in it: lines of cells, each a text and how it looks."""
    return [
        ((title, "cover"),),
        *(((banner, "banner"),) for banner in banners),
        (),
        *(((name, "label"), (value, "plain")) for name, value in facts.items()),
        (),
        ((t("Så läser du arbetsboken"), "title"),),
        *(((f"• {line}", "plain"),) for line in how_to_read),
        (),
        ((t("Blad"), "title"),),
        *(((sheet.name, "link"), (sheet.about, "plain")) for sheet in sheets),
        (),
        ((t("Källor"), "title"),),
    ]


def _write_cover(
    sheet: Worksheet, lines: Sequence[Sequence[tuple[str, str]]], sources: pl.DataFrame, style: Style
) -> None:
    sheet.hide_gridlines(2)
    sheet.set_row(0, 30)
    for row, cells in enumerate(lines):
        for at, (text, look) in enumerate(cells):
            if look == "link":
                place = text.replace("'", "''")
                sheet.write_url(row, at, f"internal:'{place}'!A1", style(look), text)
            else:
                sheet.write_string(row, at, text, style(look))
    _write_columns(sheet, len(lines) + 1, sources_table(sources), sources["is_synthetic"].to_list(), style)


# --- Sheets and cells -------------------------------------------------------------------------------------------------


def _write_sheet(sheet: Worksheet, content: Sheet, banners: Sequence[str], style: Style) -> None:
    """A title, the banners and the table, with filters; its headings stay in place when one scrolls or prints."""
    sheet.write_string(0, 0, content.title, style("title"))
    sheet.write_string(1, 0, " ".join(banners), style("banner"))
    _write_columns(sheet, _TOP, content.columns, content.is_synthetic, style)
    last = max(_TOP, _TOP + len(content.is_synthetic) - 1)
    sheet.freeze_panes(_TOP, 1)
    sheet.autofilter(_TOP - 1, 0, last, len(content.columns) - 1)
    sheet.ignore_errors({"number_stored_as_text": xl_range(_TOP, 0, last, len(content.columns) - 1)})
    sheet.repeat_rows(0, _TOP - 1)
    sheet.print_area(0, 0, last, (content.printed or len(content.columns)) - 1)


def _write_columns(
    sheet: Worksheet, top: int, columns: Sequence[Column], is_synthetic: Sequence[bool], style: Style
) -> None:
    """Columns with their headings in the row above `top`, rows as high as their text needs."""
    sheet.set_row(top - 1, 32)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width)
        sheet.write_string(
            top - 1, at, column.heading, style("number heading" if column.kind == "number" else "heading")
        )
        decimals = column.decimals or [0] * len(column.values)
        for row, (value, shown, constructed) in enumerate(zip(column.values, decimals, is_synthetic, strict=True), top):
            if value is None or value == "":
                sheet.write_blank(row, at, None, style(column.kind, shown, constructed))
            elif isinstance(value, str):
                is_quoted = value.startswith(_LIKE_A_FORMULA)
                sheet.write_string(row, at, _fitting(value), style(column.kind, shown, constructed, is_quoted))
            else:
                sheet.write_number(row, at, value, style(column.kind, shown, constructed))
    # Not every program works out the height of a row when it opens a file.
    wrapped = [column for column in columns if column.kind == "wrapped"]
    for row, cells in enumerate(zip(*(column.values for column in wrapped), strict=True), top):
        pairs = zip(cells, wrapped, strict=True)
        lines = max((_lines(text, column.width) for text, column in pairs if text), default=1)
        if lines > 1:
            sheet.set_row(row, 15 * lines)


def _fitting(text: str) -> str:
    """A text as a cell can hold it. What begins with <r> xlsxwriter would take for its own markup."""
    text = f" {text}" if text.startswith("<r>") else text
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"


@functools.lru_cache(maxsize=10_000)
def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column that is so many figures wide: somewhat more letters fit on a line."""
    room = int(1.1 * (width - 1))
    return sum(len(textwrap.wrap(paragraph, room)) or 1 for paragraph in text.split("\n"))


def _styles(book: xlsxwriter.Workbook) -> Style:
    """The look of a kind of cell, with its decimals, on a constructed row, of text that is to stay text when edited."""

    @functools.cache
    def style(kind: str, decimals: int = 0, is_synthetic: bool = False, is_quoted: bool = False) -> Format:
        look = dict(_LOOKS[kind])
        if kind == "number":
            look["num_format"] = "#,##0" + ("." + "0" * decimals if decimals else "")
        if is_synthetic:
            look["bg_color"] = _SAND
        if is_quoted:
            look["quote_prefix"] = True
        return book.add_format(look)

    return style


def _set_print(sheet: Worksheet, release: str, *, paper: int) -> None:
    sheet.set_landscape()
    sheet.set_paper(paper)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer(f"&L{_printed(release)}&C&A&R{t('Sida')} &P (&N)")


def _printed(text: str) -> str:
    """Text in a page's head or foot, where & begins a command."""
    return text.replace("&", "&&")
