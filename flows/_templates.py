"""The forms that services fill in: a workbook with drop-down lists and a sheet that says what to write where."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from io import BytesIO
from typing import Any

import polars as pl
import xlsxwriter

from sources._declare import (
    Answer,
    Area,
    ClockTime,
    Column,
    Date,
    Listed,
    Municipality,
    Number,
    Source,
    Text,
    Whole,
)
from sources._periods import last_complete
from sources._read import EXPLAINING
from sources._strict import read_reference
from sources.service_counts import WHOLE

_CREATED = datetime(2026, 1, 1, tzinfo=UTC)  # so that the same form is the same bytes
_EXPLAINING, _LISTS = EXPLAINING
_NAMELESS = (
    "Skriv aldrig namn, personnummer, telefonnummer, adresser eller registreringsnummer, varken på vuxna eller barn."
)
_LONGEST_PROMPT = 255
_TEXT_FORMAT = 49  # Excel's own number of it
_FIRST_DAY, _LAST_DAY, _LARGEST = date(2000, 1, 1), date(2099, 12, 31), 1_000_000_000
_BLANK_ROWS = {"incident_reports": 40, "youth_survey": 400, "citizen_survey": 60, "measures": 60}
_BLANK_ROWS_OF_A_SERVICE = 12
_SHEETS = {
    "incident_reports": "Händelser",
    "youth_survey": "Svar",
    "citizen_survey": "Andelar",
    "measures": "Åtgärder",
    "signal_answers": "Avvikelser",
}
# What a form says beside what is asked, in a grey column that is not read.
_TOLD = {"signal_answers": "vad_som_avvek"}
# One word for each category, in the order of the focus areas; the list knows more words than a form should offer.
CATEGORIES = (
    *("inget att rapportera", "skadegörelse", "klotter", "glaskross", "anlagd brand"),
    *("buskörning", "A-traktor", "fortkörning", "misstänkt narkotika", "droghandel"),
    *("alkohol bland unga", "langning", "kränkning", "hot", "bråk", "hot mot personal"),
    *("ordningsstörning", "otrygg plats", "nedskräpning", "övrigt"),
)
# Who reports: a service, so that the column never invites a person's name.
_REPORTERS = (
    *("Bibliotek", "Bostadsbolag", "Bostadsbolag, jour", "Elevhälsa", "Fritidsgård", "Fältgrupp", "Förening"),
    *("Gata och park", "Grundskola", "Gymnasium", "Hemtjänst", "Idrott och bad", "Kontaktcenter", "Nattvandrare"),
    *("Räddningstjänst", "Samordnare", "Socialtjänst", "Vaktmästare", "Väktare", "Öppenvård"),
)
_ORDER = {"incident_reports": ("datum", "tid", "kommun", "plats", "kategori", "rapportor", "rapport_id")}
_STATUSES = ("planerad", "pågår", "klar", "avbruten")


@dataclass(frozen=True, kw_only=True)
class _Field:
    """A column of a form: `choices` may be picked, `text` is what to write, `form` how its cells are shown."""

    name: str
    required: bool
    text: str
    example: str
    choices: tuple[str, ...]
    rule: Mapping[str, Any]
    form: str
    width: int


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A row that is there from the start: what stands in it, the columns that are grey, what to write in others."""

    given: Mapping[str, str]
    fixed: frozenset[str]
    said: Mapping[str, str]


def template(
    name: str, source: Source, municipalities: Sequence[str], day: date, asked: Sequence[Mapping[str, str]] = ()
) -> bytes:
    """An empty form for a hand-delivered source, as an XLSX; the same bytes for the same arguments.

    municipalities: names, whose own come first in the lists and whose places are offered; where there is one, it is
    filled in. day: periods that ended before it are filled in. asked: rows that shall be answered, column → text.
    """
    written = BytesIO()
    with xlsxwriter.Workbook(
        written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        book.set_properties({"title": source.title, "created": _CREATED})
        fields = _fields(name, source, municipalities)
        form = _Form(book, fields)
        if name == "service_counts":
            _explain(book, name, source, fields, municipalities)
            for service, sheet in _services():
                form.write(sheet, _filled(service, municipalities, day), blank=_BLANK_ROWS_OF_A_SERVICE)
        else:  # the reader of one table takes the first sheet
            rows = [_Row(given=row, fixed=frozenset(row), said={}) for row in asked]
            form.write(_SHEETS.get(name, "Uppgifter"), rows, blank=0 if rows else _BLANK_ROWS.get(name, 60))
            _explain(book, name, source, fields, municipalities)
        form.write_lists()
    return written.getvalue()


# ------------------------------------------------------------------------------------------------------------- columns


def _fields(name: str, source: Source, municipalities: Sequence[str]) -> list[_Field]:
    columns = {column.source: column for column in source.columns if not column.derived}
    order = [each for each in _ORDER.get(name, ()) if each in columns]
    fields = [
        _field(name, columns[each], municipalities)
        for each in [*order, *(each for each in columns if each not in order)]
    ]
    if told := _TOLD.get(name):
        fields.insert(1, _field(name, Column(told, told, Text(longest=200), required=False), ()))
    return fields


def _field(name: str, column: Column, municipalities: Sequence[str]) -> _Field:
    choices = tuple(_choices(name, column, municipalities))
    said = read_reference("form_columns").filter(pl.col("column") == column.source)
    said = said.filter(pl.col("form").is_in(["", name])).sort(
        "form", descending=True
    )  # its own text before the common one
    unsaid = (_said_of(column), "", 13 if len(column.source) < 16 else 17)
    text, example, width = said.select("text", "example", "width").row(0) if said.height else unsaid
    rule, form = _rule(column)
    required = (column.required or column.source == "varde") and column.source not in ("rapport_id", "grupp")
    return _Field(
        name=column.source,
        required=required,
        text=text,
        example=example,
        choices=choices,
        rule=rule,
        form=form,
        width=int(width),
    )


def _said_of(column: Column) -> str:
    match column.type:
        case Answer():
            titles = dict(read_reference("survey_questions").select("column", "title").iter_rows())
            return f"{titles.get(column.source, column.source)}: ja, nej eller vet ej."
        case Date():
            return "Datum."
        case Whole() | Number():
            return "Ett tal."
    return "Text."


def _choices(name: str, column: Column, municipalities: Sequence[str]) -> Sequence[str]:
    own = set(municipalities)
    match column.type:
        case Municipality():
            return _with_own_first(read_reference("municipalities")["municipality"], municipalities)
        case Area():
            counties = read_reference("counties")["county"].to_list()
            names = _with_own_first(read_reference("municipalities")["municipality"], municipalities)
            return [*names[: len(own)], "Riket", *counties, *names[len(own) :]]
        case Answer():
            return ("ja", "nej", "vet ej")
        case Listed(table="incident_categories"):
            return CATEGORIES
        case Listed(table="measure_statuses"):
            return _STATUSES
        case Listed(table="focus_areas"):
            return read_reference("focus_areas").sort(pl.col("sort_order").cast(pl.Int64))["title"].to_list()
        case Listed(table="places"):
            return _places(own)
        case Listed(table="promises"):
            return _promises(own)["label"].to_list()
        case Listed(table="survey_questions", match=match):
            return read_reference("survey_questions").filter(pl.col("survey") == "citizen")[match].to_list()
        case Listed(table=table, match=match):
            return read_reference(table)[match].to_list()
        case Text(accepted=accepted) if column.source == "grupp":
            places = set(read_reference("places")["place"])
            return [*_in_swedish(each for each in accepted if each not in {*places, WHOLE}), *_places(own)]
        case Text(accepted=accepted):
            return accepted
    return _REPORTERS if column.source == "rapportor" else ()


def _places(municipalities: set[str]) -> list[str]:
    codes = read_reference("municipalities").filter(pl.col("municipality").is_in(list(municipalities)))
    return read_reference("places").join(codes, on="municipality_code", how="semi")["place"].to_list()


def _promises(municipalities: set[str]) -> pl.DataFrame:
    codes = read_reference("municipalities").filter(pl.col("municipality").is_in(list(municipalities)))
    own = read_reference("promises").join(codes, on="municipality_code", how="semi")
    return own.select("label", "title").unique(maintain_order=True)


def _with_own_first(names: Iterable[str], own: Sequence[str]) -> list[str]:
    return [*own, *_in_swedish(name for name in names if name not in own)]


def _in_swedish(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: name.lower().translate(str.maketrans("åäö", "{|}")))


def _rule(column: Column) -> tuple[Mapping[str, Any], str]:
    """What a cell may hold, as Excel checks it, and how it is shown. Text stays text: "=1+1" is no formula."""
    rule: dict[str, Any]
    match column.type:
        case Date():
            rule = {"validate": "date", "criteria": "between", "minimum": _FIRST_DAY, "maximum": _LAST_DAY}
            return rule | {"error_message": "Skriv ett datum, till exempel 2026-08-03."}, "yyyy-mm-dd"
        case ClockTime():
            rule = {"validate": "time", "criteria": "between", "minimum": time(0, 0), "maximum": time(23, 59)}
            return rule | {"error_message": "Skriv ett klockslag, till exempel 21:05, eller lämna tomt."}, "hh:mm"
        case Number() if column.source == "varde":
            rule = {"validate": "custom", "value": '=OR(ISNUMBER({cell}),{cell}="uppgift saknas")'}
            return rule | {"error_message": "Skriv ett tal, 0 eller orden: uppgift saknas"}, "General"
        case Whole(minimum=low, maximum=high) | Number(minimum=low, maximum=high):
            kind = "integer" if isinstance(column.type, Whole) else "decimal"
            rule = {"validate": kind, "criteria": "between", "minimum": low or 0, "maximum": high or _LARGEST}
            return rule | {"error_message": "Skriv ett tal."}, "General"
        case Text(accepted=()):
            rule = {"validate": "length", "criteria": "<=", "value": 200}
            return rule | {"error_message": "Skriv högst 200 tecken."}, "@"
    return {}, "@"


# ------------------------------------------------------------------------------------------------------------- filling


def _services() -> list[tuple[str, str]]:
    """Services that answer anything, by id, with their sheets, in Swedish order; each sheet stands once."""
    answering = set(read_reference("service_measures")["services"].str.split(";").explode())
    found = {sheet: service for service, sheet in read_reference("services").iter_rows() if service in answering}
    return [(found[sheet], sheet) for sheet in _in_swedish(found)]


_PERIODS = ("week", "month", "quarter", "tertial", "half_year", "school_year", "year", "day")


def _filled(service: str, municipalities: Sequence[str], day: date) -> list[_Row]:
    """The rows of a service's sheet that are there from the start: one for each measure and group."""
    measures = [
        measure for measure in _measures_in_order().iter_rows(named=True) if service in measure["services"].split(";")
    ]
    rows = []
    for measure in sorted(measures, key=lambda each: _PERIODS.index(each["period_type"])):
        groups = [group for group in measure["groups"].split(";") if group != "plats"] or [""]
        fixed = {"matt", "enhet"}
        fixed |= set() if "plats" in measure["groups"] else {"grupp"}
        fixed |= set() if measure["out_of"] else {"av_hur_manga"}
        for group in groups:
            given = {
                "kommun": municipalities[0] if len(municipalities) == 1 else "",
                "period": "" if measure["period_type"] == "day" else last_complete(measure["period_type"], day),
                "matt": measure["title"],
                "grupp": group,
                "enhet": measure["unit"],
            }
            said = {"varde": measure["definition"], "av_hur_manga": f"Antal {measure['out_of']}."}
            rows.append(_Row(given=given, fixed=frozenset(fixed), said=said))
    return rows


# ------------------------------------------------------------------------------------------------------------- writing


class _Form:
    """Writes the sheets that are filled in, and the hidden one their lists stand on."""

    def __init__(self, book: xlsxwriter.Workbook, fields: Sequence[_Field]) -> None:
        self.book, self.fields = book, fields
        self.lists = [field for field in fields if field.choices]

    def write(self, name: str, rows: Sequence[_Row], *, blank: int) -> None:
        """One sheet: the headings, the rows that are there from the start, and so many that are blank."""
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_row(0, 32 if max(len(field.name) for field in self.fields) < 24 else 48)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&8" + name + "&R&8Sida &P av &N")
        sheet.protect(
            "", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True, "insert_rows": True}
        )
        for at, field in enumerate(self.fields):
            sheet.set_column(at, at, field.width)
            sheet.write_string(0, at, field.name, self.heading(field))
            if not rows:
                self.check(sheet, 1, blank, at, field)
        for number, row in enumerate(rows, 1):
            self.write_row(sheet, number, row)
        for number in range(len(rows) + 1, len(rows) + blank + 1):
            for at, field in enumerate(self.fields):
                sheet.write_blank(number, at, None, self.cell(field.form))
        if rows and blank:
            for at, field in enumerate(self.fields):
                self.check(sheet, len(rows) + 1, len(rows) + blank, at, field)

    def write_row(self, sheet: Any, number: int, row: _Row) -> None:
        """A row that is there from the start: grey where nothing shall be written."""
        for at, field in enumerate(self.fields):
            given, is_fixed = row.given.get(field.name, ""), field.name in row.fixed
            form = self.cell(field.form, is_fixed=is_fixed)
            if given:
                sheet.write_string(number, at, given, form)
            else:
                sheet.write_blank(number, at, None, form)
            if not is_fixed:
                self.check(sheet, number, number, at, field, row.said.get(field.name))

    def check(self, sheet: Any, first: int, last: int, at: int, field: _Field, said: str | None = None) -> None:
        """The list, or the rule, of a column's cells, with what to write when one is chosen."""
        rule: dict[str, Any] = {
            "input_title": field.name,
            "input_message": _shortened(said or field.text),
            "error_title": "Värdet tas inte emot",
            **field.rule,
        }
        if field.choices:
            place = self.lists.index(field)
            column = xlsxwriter.utility.xl_col_to_name(place)
            source = f"={_LISTS}!${column}$1:${column}${len(field.choices)}"
            rule |= {"validate": "list", "source": source, "error_message": "Välj ett av värdena i listan."}
        elif "value" in rule and isinstance(rule["value"], str):
            rule["value"] = rule["value"].format(cell=xlsxwriter.utility.xl_rowcol_to_cell(first, at))
        rule.setdefault("validate", "any")
        sheet.data_validation(first, at, last, at, rule)

    def write_lists(self) -> None:
        """The hidden sheet of all lists, a column each."""
        sheet = self.book.add_worksheet(_LISTS)
        for at, field in enumerate(self.lists):
            for number, choice in enumerate(field.choices):
                sheet.write_string(number, at, choice)
        sheet.hide()
        sheet.protect()

    def heading(self, field: _Field) -> Any:
        """Dark where every row must have it, lighter where not."""
        return self.book.add_format(
            {
                "bold": True,
                "font_color": "#FFFFFF",
                "text_wrap": True,
                "valign": "vcenter",
                "border": 1,
                "bg_color": "#1F3B57" if field.required else "#5C7690",
            }
        )

    def cell(self, form: str, *, is_fixed: bool = False) -> Any:
        """A cell to write in, or a grey one."""
        number = _TEXT_FORMAT if form == "@" else form
        style = {"num_format": number, "border": 1, "border_color": "#C8CDD2", "locked": is_fixed, "valign": "top"}
        return self.book.add_format(
            {**style, "text_wrap": True, **({"bg_color": "#E9ECEF", "font_color": "#333333"} if is_fixed else {})}
        )


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_PROMPT else f"{text[: _LONGEST_PROMPT - 2].rsplit(' ', 1)[0]} …"


def _explain(
    book: xlsxwriter.Workbook, name: str, source: Source, fields: Sequence[_Field], municipalities: Sequence[str]
) -> None:
    """The sheet that says what to write, beside what nobody shall."""
    sheet = book.add_worksheet(_EXPLAINING)
    for at, width in enumerate((38, 15, 80, 30)):
        sheet.set_column(at, at, width)
    title = book.add_format({"bold": True, "font_size": 15})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    warning = book.add_format(
        {"text_wrap": True, "valign": "vcenter", "bold": True, "bg_color": "#FBE9D0", "border": 1}
    )
    head = book.add_format({"bold": True, "bg_color": "#1F3B57", "font_color": "#FFFFFF", "border": 1})
    cell = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "border_color": "#C8CDD2"})
    bold = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "border_color": "#C8CDD2", "bold": True})
    sheet.write_string(0, 0, source.title, title)
    sheet.set_row(0, 26)
    sheet.merge_range(1, 0, 1, 3, _NAMELESS, warning)
    sheet.set_row(1, 24)
    period = " --period 2026" if source.delivery.value == "replaces_period" else ""
    handed = f"Spara och lämna filen till samordnaren, som tar in den med: lagesbild add {name} FIL{period}"
    number = 2
    notes = read_reference("form_notes").filter(pl.col("form") == name)["text"]
    for line in (*notes, "Mörk rubrik: måste fyllas i. Ljusare rubrik: om det är känt.", handed):
        sheet.merge_range(number, 0, number, 3, f"•  {line}", plain)
        sheet.set_row(number, 18 if len(line) < 150 else 33)
        number += 1
    number = _table(
        sheet,
        number + 1,
        ("Kolumn", "Måste fyllas i", "Vad du skriver", "Exempel"),
        [(field.name, "ja" if field.required else "nej", field.text, field.example) for field in fields],
        (head, bold, cell),
    )
    if name == "service_counts":
        _table(
            sheet,
            number + 1,
            ("Mått", "Hur ofta", "Vad som räknas", "Av hur många"),
            [
                (each["title"], _OFTEN[each["period_type"]], each["definition"], each["out_of"] or "–")
                for each in _measures_in_order().iter_rows(named=True)
            ],
            (head, bold, cell),
        )
    if name == "citizen_survey":
        asked = read_reference("survey_questions").filter(pl.col("survey") == "citizen")
        rows = [(column, "", title, "") for column, title in asked.select("column", "title").iter_rows()]
        _table(sheet, number + 1, ("Fråga", "", "Vad den betyder", ""), rows, (head, bold, cell))
    if name == "signal_answers":
        answers = read_reference("signal_answers").select("word", "meaning")
        rows = [(word, "", meaning, "") for word, meaning in answers.iter_rows()]
        _table(sheet, number + 1, ("Svar", "", "Vad det betyder", ""), rows, (head, bold, cell))
    if name == "measures":
        rows = [(label, "", title, "") for label, title in _promises(set(municipalities)).iter_rows()]
        _table(sheet, number + 1, ("Löfte", "", "Vad det är", ""), rows, (head, bold, cell))
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.protect()


def _measures_in_order() -> pl.DataFrame:
    order = read_reference("focus_areas").select("focus_area", pl.col("sort_order").cast(pl.Int64))
    return read_reference("service_measures").join(order, on="focus_area").sort("sort_order", "title")


_OFTEN = {
    "day": "varje gång",
    "week": "varje vecka",
    "month": "varje månad",
    "quarter": "varje kvartal",
    "tertial": "varje tertial",
    "half_year": "varje halvår",
    "year": "varje år",
    "school_year": "varje läsår",
}


def _table(
    sheet: Any, first: int, headings: Sequence[str], rows: Sequence[Sequence[str]], forms: tuple[Any, Any, Any]
) -> int:
    """A table on the explaining sheet; the number of the row after it."""
    head, bold, cell = forms
    sheet.write_row(first, 0, headings, head)
    for number, row in enumerate(rows, first + 1):
        for at, text in enumerate(row):
            sheet.write_string(number, at, text, bold if at == 0 else cell)
        sheet.set_row(number, 16 * max(1, -(-len(row[2]) // 88), -(-len(row[0]) // 34), -(-len(row[3]) // 30)))
    return first + len(rows) + 1
