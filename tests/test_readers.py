"""Readers take what publishers and Swedish Excel write, and what cannot be trusted stops with one clear sentence."""

import traceback
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from flows.pipeline import add_files, make_plan
from flows.settings import Settings
from sources._declare import (
    Cadence,
    ClockTime,
    Column,
    Concerns,
    Date,
    Delivery,
    Disclosure,
    Landing,
    Licence,
    Municipality,
    Number,
    Reuse,
    Source,
    Text,
    Whole,
)
from sources._problem import Problem
from sources._read import read_json, read_table
from sources._registry import all_sources
from sources._strict import Parsed, conform

SOURCE = Source(
    title="Provkälla",
    publisher="",
    homepage="",
    licence=Licence("", "", Reuse.FREE),
    attribution="",
    attribution_processed="",
    cadence=Cadence.YEARLY,
    delivery=Delivery.FULL,
    columns=(
        Column("kommun", "municipality_code", Municipality()),
        Column("datum", "date", Date()),
        Column("tid", "time", ClockTime(), required=False),
        Column("antal", "count", Whole(), required=False),
        Column("andel", "share", Number(), required=False),
        Column("ort", "place", Text(), required=False),
    ),
    key=("municipality_code", "date"),
    speaks_of="date",
    disclosure=Disclosure.LOCAL,
    concerns=Concerns.THINGS,
)
HEADING = "kommun;datum;tid;antal;andel;ort"
ROW = "Tjörn;2026-08-31;21.05;1 234;12,5;Skärhamn – östra"
TYPED = ("1419", date(2026, 8, 31), time(21, 5), 1234, 12.5, "Skärhamn – östra")
SECRET = "HEMLIG"


def file(folder: Path, content: bytes | str, name: str = "leverans.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def workbook(folder: Path, rows: Sequence[Sequence[object]], name: str = "leverans.xlsx") -> Path:
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    forms = {date: book.add_format({"num_format": "yyyy-mm-dd"}), time: book.add_format({"num_format": "hh:mm"})}
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell, forms.get(type(cell)))
    book.close()
    return file(folder, content.getvalue(), name)


def typed(path: Path) -> list[tuple[object, ...]]:
    return conform(read_table(path, SOURCE), SOURCE, path.name).frame.drop("row_number").rows()


def said(path: Path, source: Source = SOURCE) -> str:
    with pytest.raises(Problem) as problem:
        read_table(path, source)
    return str(problem.value)


# what is read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_csv_is_read_in_every_form_excel_writes(tmp_path: Path, separator: str, encoding: str, line_end: str) -> None:
    text = f"{HEADING}\n{ROW}\n".replace(";", separator).replace("\n", line_end)
    assert typed(file(tmp_path, text.encode(encoding))) == [TYPED]


def test_commas_separate_where_a_decimal_comma_is_quoted(tmp_path: Path) -> None:
    text = f'{HEADING}\nTjörn;2026-08-31;21.05;1 234;"12,5";Skärhamn – östra\n'.replace(";", ",")
    assert typed(file(tmp_path, text)) == [TYPED]


def test_a_separator_and_a_line_break_inside_quotes_belong_to_the_cell(tmp_path: Path) -> None:
    [row] = typed(file(tmp_path, f'{HEADING}\nTjörn;2026-08-31;;;;"a; ""b""\nc"\n'))
    assert row[-1] == 'a; "b"\nc'


def test_blanks_around_headings_do_not_matter(tmp_path: Path) -> None:
    assert typed(file(tmp_path, f"{HEADING.replace(';', ' ; ')}\n{ROW}\n")) == [TYPED]


def test_a_workbook_holds_dates_times_and_numbers_as_such(tmp_path: Path) -> None:
    rows: list[Sequence[object]] = [
        HEADING.split(";"),
        [1419, date(2026, 8, 31), time(21, 5), 1234, 12.5, "Skärhamn – östra"],
    ]
    assert typed(workbook(tmp_path, rows)) == [TYPED]


def test_a_workbook_may_hold_everything_as_text(tmp_path: Path) -> None:
    assert typed(workbook(tmp_path, [HEADING.split(";"), ROW.split(";")])) == [TYPED]


def test_a_whole_number_written_with_a_point_and_zeros_is_whole(tmp_path: Path) -> None:
    [row] = typed(file(tmp_path, f"{HEADING}\n1419;2026-08-31;;1415.0;;\n"))
    assert row[3] == 1415


def test_a_workbook_is_known_by_its_bytes_not_its_name(tmp_path: Path) -> None:
    assert typed(workbook(tmp_path, [HEADING.split(";"), ROW.split(";")], "leverans.csv")) == [TYPED]


def test_blank_rows_are_passed_over_and_the_others_keep_their_place_in_the_file(tmp_path: Path) -> None:
    # Rows of data: 1 good, 2 empty, 3 only separators, 4 with a day that does not exist, 5 good.
    text = f"{HEADING}\n{ROW}\n\n;; ;;;\nOrust;2025-02-30;;;;\nOrust;2026-08-30;;;;\n"
    parsed = conform(read_table(file(tmp_path, text), SOURCE), SOURCE, "leverans.csv")
    assert parsed.frame["row_number"].to_list() == [1, 5]
    assert [(refusal.row_number, refusal.column_name, refusal.rule) for refusal in parsed.refusals] == [
        (4, "date", "not_a_time")
    ]
    assert parsed.ledger.rows_read == 3


def test_a_row_that_is_too_short_lacks_its_last_cells(tmp_path: Path) -> None:
    assert typed(file(tmp_path, f"{HEADING}\nTjörn;2026-08-31\n")) == [
        ("1419", date(2026, 8, 31), None, None, None, None)
    ]


def test_a_row_that_lacks_what_every_row_must_have_is_refused(tmp_path: Path) -> None:
    parsed = conform(read_table(file(tmp_path, f"{HEADING}\nTjörn\n"), SOURCE), SOURCE, "leverans.csv")
    assert [(refusal.column_name, refusal.rule) for refusal in parsed.refusals] == [("date", "missing")]


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_json_is_read_with_and_without_byte_order_mark(tmp_path: Path, start: bytes) -> None:
    assert read_json(file(tmp_path, start + '{"ort": "Tjörn"}'.encode())) == {"ort": "Tjörn"}


# what stops -------------------------------------------------------------------------------------------------------


def test_an_unknown_column_is_named_with_the_nearest_known_one(tmp_path: Path) -> None:
    sentence = said(file(tmp_path, f"{HEADING.replace('antal', 'anttal')}\n{ROW}\n"))
    assert sentence.startswith("leverans.csv: okänd kolumn: 'anttal': menades 'antal'?")


def test_an_unknown_column_like_no_other_is_named_with_all_that_are_known(tmp_path: Path) -> None:
    sentence = said(file(tmp_path, f"{HEADING};xyz\n{ROW};1\n"))
    assert sentence.startswith(f"leverans.csv: okänd kolumn: 'xyz': kända kolumner är {HEADING.replace(';', ', ')}")


def test_a_missing_column_is_named_with_those_that_were_found(tmp_path: Path) -> None:
    text = "\n".join(line.rpartition(";")[0] for line in (HEADING, ROW))
    assert said(file(tmp_path, text)) == (
        "leverans.csv: kolumn saknas: kommun, datum, tid, antal, andel: lägg till 'ort'."
    )


def test_a_heading_that_stands_twice_is_named(tmp_path: Path) -> None:
    assert said(file(tmp_path, f"{HEADING};ort\n{ROW};1\n")) == (
        "leverans.csv: samma rubrik två gånger: 'ort': ta bort den ena kolumnen."
    )


def test_a_row_with_too_many_fields_is_named_by_its_line(tmp_path: Path) -> None:
    sentence = said(file(tmp_path, f"{HEADING}\n{ROW}\n{ROW};{SECRET}\n"))
    assert "filen går inte att läsa som en tabell: rad 3 har fler fält än rubriken" in sentence
    assert "';'" in sentence
    assert SECRET not in sentence


@pytest.mark.parametrize("cell", [f'"{SECRET}', f'"{SECRET}" eller', f'"{SECRET}"x'])
def test_a_stray_quotation_mark_is_called_that_and_nothing_else(tmp_path: Path, cell: str) -> None:
    sentence = said(file(tmp_path, f"{HEADING}\n{cell};2026-08-31;;;;\n{ROW}\n"))
    assert "citattecken" in sentence
    assert SECRET not in sentence


@pytest.mark.parametrize("content", [b"", b"  \r\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_an_empty_file_is_called_empty(tmp_path: Path, content: bytes) -> None:
    assert said(file(tmp_path, content)) == "leverans.csv: filen är tom: 0 tecken: exportera den på nytt."


def test_a_file_of_headings_only_has_too_few_rows(tmp_path: Path) -> None:
    rows = read_table(file(tmp_path, HEADING), SOURCE)
    with pytest.raises(Problem, match=r"leverans.csv: för få rader: 0: minst 1 väntades"):
        conform(rows, SOURCE, "leverans.csv")


def test_a_broken_workbook_is_told_to_be_saved_again(tmp_path: Path) -> None:
    whole = workbook(tmp_path, [HEADING.split(";"), ROW.split(";")]).read_bytes()
    for content in (whole[: len(whole) // 2], b"PK\x03\x04" + b"x" * 100):
        assert said(file(tmp_path, content, "half.xlsx")).startswith("half.xlsx: arbetsboken går inte att läsa: ")


def test_an_old_workbook_and_utf_16_are_told_to_be_saved_in_another_form(tmp_path: Path) -> None:
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(200)
    assert "i det gamla formatet XLS: spara den olåst som XLSX" in said(file(tmp_path, old))
    assert "NUL-tecken: exportera den som CSV UTF-8" in said(file(tmp_path, f"{HEADING}\n{ROW}".encode("utf-16")))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "svar.json: svaret är tomt: 0 tecken: hämta på nytt; ingenting har ändrats."),
        (b" \n", "svar.json: svaret är tomt: 0 tecken: hämta på nytt; ingenting har ändrats."),
        (b'[{"id": 1}, {"id"', "svar.json: svaret är inte hel JSON: fel vid tecken 17: "),
        (b'{"ort": "Tj\xf6rn"}', "svar.json: svaret är inte hel JSON: inte UTF-8: "),
        (b"[" * 100_000, "svar.json: svaret är inte hel JSON: för många nivåer: "),
    ],
)
def test_a_broken_body_says_where_it_breaks(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(Problem) as problem:
        read_json(file(tmp_path, content, "svar.json"))
    assert str(problem.value).startswith(sentence)


def test_a_hand_delivered_file_is_named_as_its_deliverer_named_it(tmp_path: Path) -> None:
    path = file(tmp_path, "omrade;fråga\n14;x\n", "dialog 2025.csv")
    plan = make_plan(Settings(data=tmp_path / "data"), now=datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(Problem, match=r"^dialog 2025\.csv: okänd kolumn: 'fråga'"):
        add_files(plan, all_sources()["citizen_survey"], [path], period="2025")
    assert not (tmp_path / "data" / "landing").exists()


# personal data ----------------------------------------------------------------------------------------------------

REPORT_HEADING = ["rapport_id", "datum", "tid", "kommun", "plats", "kategori", "beskrivning", "rapportor", "atgard"]
REPORTS = [
    ["1", "2026-08-30", "21:05", "Tjörn", "Skärhamn", "klotter", "Klotter på skolan", "Fritid", "Sanerat"],
    ["2", "2026-08-31", "", "Orust", "Henån", "hot", "", "Skola", ""],
]
ANSWER_COLUMNS = [column.source for column in all_sources()["youth_survey"].source.columns]
ANSWER_HEADING = [*ANSWER_COLUMNS, "kommentar"]
ANSWERS = [
    ["Enkät", "2025", "Tjörn", "åk 9", "flicka", "1,06", *["ja"] * (len(ANSWER_COLUMNS) - 6), "inget"],
    ["Enkät", "2025", "Orust", "gy 2", "pojke", "0,93", *["nej"] * (len(ANSWER_COLUMNS) - 6), ""],
]
# Columns whose text is kept as it stands, so that a marker there is rightly in the redacted rows.
KEPT = {"rapport_id", "rapportor", "undersokning"}


def told(folder: Path, source: str, path: Path) -> tuple[str, str]:
    """Everything a delivery leads to: what people and logs may see, and every text that is kept."""
    plan = make_plan(Settings(data=folder / "data"), now=datetime(2026, 9, 1, tzinfo=UTC))
    seen, kept = "", ""
    try:
        add_files(plan, all_sources()[source], [path], period="2025")
    except Problem as problem:
        seen += str(problem) + "".join(traceback.format_exception(problem))
    for landed in (folder / "data").rglob("*"):
        if landed.suffix == ".parquet":
            parsed = Parsed.read(landed)
            seen += f"{parsed.ledger} {parsed.refusals} {parsed.warnings}"
            kept += parsed.frame.write_csv() + landed.read_bytes().decode("latin-1")
        elif landed.is_file():
            seen += landed.name + landed.read_text()
    assert seen
    return seen, kept


def with_secret(rows: list[list[str]], row: int, column: int) -> list[list[str]]:
    copy = [list(each) for each in rows]
    copy[row][column] = SECRET
    return copy


@pytest.mark.parametrize("row", [0, 1])
@pytest.mark.parametrize(
    ("source", "heading", "rows", "column"),
    [
        *(("incident_reports", REPORT_HEADING, REPORTS, name) for name in REPORT_HEADING),
        *(("youth_survey", ANSWER_HEADING, ANSWERS, name) for name in [*ANSWER_HEADING[:7], "kommentar"]),
    ],
)
def test_no_message_and_no_kept_row_holds_a_cell_that_should_not_be_there(
    tmp_path: Path, source: str, heading: list[str], rows: list[list[str]], column: str, row: int
) -> None:
    marked = with_secret(rows, row, heading.index(column))
    text = "\n".join(";".join(cells) for cells in [heading, *marked])
    seen, kept = told(tmp_path, source, file(tmp_path, text))
    assert SECRET not in seen
    assert column in KEPT or SECRET not in kept


@pytest.mark.parametrize("source", ["incident_reports", "youth_survey"])
def test_a_personal_workbook_is_as_silent_as_a_personal_csv(tmp_path: Path, source: str) -> None:
    heading, rows = (REPORT_HEADING, REPORTS) if source == "incident_reports" else (ANSWER_HEADING, ANSWERS)
    for column in range(len(heading)):
        folder = tmp_path / str(column)
        folder.mkdir()
        seen, kept = told(folder, source, workbook(folder, [heading, *with_secret(rows, 1, column)]))
        assert SECRET not in seen
        assert heading[column] in KEPT or SECRET not in kept


@pytest.mark.parametrize(
    ("fault", "rows"),
    [
        ("one key with two contents", [[SECRET, *REPORTS[0][1:]], [SECRET, *REPORTS[1][1:]]]),
        ("a field too many", [REPORTS[0], [*REPORTS[1], SECRET]]),
        ("a stray quotation mark", [REPORTS[0], [*REPORTS[1][:6], f'"{SECRET}" sa hon', "", ""]]),
        ("a quotation that never ends", [REPORTS[0], [*REPORTS[1][:6], f'"{SECRET}', "", ""]]),
        ("every cell unreadable", [[SECRET] * len(REPORT_HEADING)] * 2),
    ],
)
def test_a_fault_in_a_personal_file_is_told_without_its_content(
    tmp_path: Path, fault: str, rows: list[list[str]]
) -> None:
    text = "\n".join(";".join(cells) for cells in [REPORT_HEADING, *rows])
    seen, _ = told(tmp_path, "incident_reports", file(tmp_path, text))
    assert "leverans.csv" in seen, fault
    assert SECRET not in seen, fault


def test_a_personal_file_without_headings_does_not_show_its_first_row(tmp_path: Path) -> None:
    first = [SECRET, "2026-08-31", "", "Tjörn", "Henån", "hot", f"{SECRET} såg på", "kommun", ""]
    for path in (
        file(tmp_path, "\n".join(";".join(cells) for cells in [first, *REPORTS])),
        workbook(tmp_path, [first, *REPORTS]),
    ):
        seen, _ = told(tmp_path, "incident_reports", path)
        assert "rubrikraden saknas" in seen
        assert SECRET not in seen
        assert "Henån" not in seen


def test_an_unknown_column_of_a_personal_file_is_still_named(tmp_path: Path) -> None:
    heading = [name.replace("kategori", "katgori") for name in REPORT_HEADING]
    seen, _ = told(tmp_path, "incident_reports", file(tmp_path, "\n".join(";".join(c) for c in [heading, *REPORTS])))
    assert "leverans.csv: okänd kolumn: 'katgori': menades 'kategori'?" in seen


def test_a_shape_the_source_does_not_expect_is_a_sentence_without_content(tmp_path: Path) -> None:
    path = file(tmp_path, f'{{"values": [{{"kpi": "{SECRET}", "municipality": "1415"}}]}}', "svar.json")
    plan = make_plan(Settings(data=tmp_path / "data"), now=datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(Problem, match=r"^svar.json: ") as problem:
        add_files(plan, all_sources()["kolada_values"], [path])
    assert SECRET not in str(problem.value)


def test_a_declared_personal_source_says_so() -> None:
    personal = {name for name, module in all_sources().items() if module.source.landing is Landing.REDACTED}
    assert personal == {
        *("incident_reports", "measures", "police_extracts", "rescue_callouts", "road_accidents"),
        *("service_counts", "signal_answers", "youth_survey"),
    }
    assert all(all_sources()[name].source.is_personal for name in personal)


def test_read_table_gives_text_only(tmp_path: Path) -> None:
    frame = read_table(file(tmp_path, f"{HEADING}\n{ROW}\n"), SOURCE)
    assert {frame.schema[name] for name in HEADING.split(";")} == {pl.String()}
