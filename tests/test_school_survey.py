"""Skolenkäten and Skolverket's pupils: columns are found by their headings, masks stay masks, no school is shown."""

import csv
import io
import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest
import xlsxwriter

from flows.pipeline import SAMPLE, add_files, build_warehouse, make_plan, read_source
from flows.settings import Settings
from models._duckdb import connect
from models._model import all_models
from sources._parse import parse_file
from sources._problem import Problem
from sources._registry import all_sources
from sources._strict import Ledger, Parsed, read_reference

NOW = datetime(2026, 8, 7, 0, 30, tzinfo=UTC)
QUESTIONS = {row["question"]: row for row in read_reference("school_survey_questions").iter_rows(named=True)}
SAFE, FEAR = QUESTIONS["pupils_safe_at_school"], QUESTIONS["never_afraid_of_pupils"]
Grid = list[list[Any]]


def captured(shared: Path) -> Path:
    return shared / "realdata/skolenkaten/excelrapport-elever-grundskola-ak-8-2022.xlsx"


def cells(path: Path) -> Sequence[tuple[str | None, ...]]:
    """The first sheet, read without the project's own reader."""
    return fastexcel.read_excel(path).load_sheet(0, header_row=None, dtypes="string").to_polars().rows()


def report(shared: Path) -> Path:
    return shared / "realdata/skolverket/Grundskolan - Antal elever per årskurs 2022 Skolenhet.csv"


def everything(rows: int) -> Ledger:
    return Ledger(rows_read=rows, rows_loaded=rows, rows_quarantined=0, rows_duplicate=0)


def workbook(folder: Path, grid: Grid) -> Path:
    path = folder / "enkat.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(grid):
            sheet.write_row(number, 0, row)
    return path


ORUST = (69, 0.616, 33, 0.295, "***", "-", 0, 0, "**", "-")
IDENTITY = ("Orgnummer", "Huvudman", "Kommun", "Skolenhetskod", "Skolenhet")
OTHER = "En fråga som ingen granskat?"


def survey(folder: Path, *changes: Callable[[Grid], None], answers: Sequence[object] = ORUST) -> Path:
    """Orust and the country, asked one reviewed question (from column 12) and one other."""
    options = [cell for option in SAFE["options"].split(";") for cell in (option, None)]
    everyone, orust = "Samtliga deltagande skolor", "Orust kommun"
    grid: Grid = [
        [
            "Skolenkäten 2024 -  Elever årskurs 8",
            *[None] * 7,
            "1. Index",
            OTHER,
            None,
            None,
            SAFE["text"],
            *[None] * 10,
        ],
        [*IDENTITY, "Antal i gruppen", "Antal", "Svarsfrekvens", None, None, "Ja", None, None, *options],
        [*[None] * 8, "Index", "Medelvärde", "Antal", "Andel", "Medelvärde", *["Antal", "Andel"] * 5],
        [None, everyone, None, None, None, 1000, 800, 0.8, 5.8, 7, 800, 1, 7.4, *[160, 0.2] * 5],
        [None, f"{everyone} - Kvinna", None, None, None, "-", 400, "-", 5.8, 7, 400, 1, 7.4, *[80, 0.2] * 5],
        ["2120001314", orust, None, None, None, 144, 112, 0.778, 5.9, 7, 112, 1, 8.4, *answers],
        ["2120001314", orust, "Orust", "99000001", "Exempelskolan", 12, 12, 1, "-", 7, "-", "-", 7.1, *["-"] * 10],
        ["7696143085", "Exempel ekonomisk förening", None, None, None, 10, 9, 0.9, *["-"] * 15],
    ]
    for change in changes:
        change(grid)
    return workbook(folder, grid)


def parse(path: Path, source: str = "school_survey") -> Parsed:
    return parse_file(all_sources()[source], path, path.name)


def stopped(path: Path, source: str = "school_survey") -> str:
    with pytest.raises(Problem) as problem:
        parse(path, source)
    assert "\n" not in str(problem.value)
    return str(problem.value)


def build(data: Path) -> None:
    plan = make_plan(Settings(data=data), as_of=date(2026, 8, 7), now=NOW)
    results = [read_source(plan, module) for module in all_sources().values()]
    breaches = build_warehouse(plan, results, "2026-08-07-abcdefghijkl", lambda _: None).breaches
    assert {breach.table for breach in breaches} <= {"output.indicators"}  # empty where no figures were added


def add(data: Path, source: str, path: Path, period: str, at: datetime = NOW) -> Ledger:
    [(_, book)] = add_files(make_plan(Settings(data=data), now=at), all_sources()[source], [path], period=period)
    return book


def ask(data: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(connect(data / "warehouse.duckdb", read_only=True)) as con:
        return con.sql(query).fetchall()


# the captured workbook --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("skolenkaten") / "data"
    # 1,174 rows under the headings; eight reviewed questions with 43 answers between them.
    assert add(data, "school_survey", captured(shared), "2022") == everything(1174 * 43)
    assert add(data, "pupils_per_school", report(shared), "2022") == everything(4719)
    build(data)
    return data


def test_the_captured_workbook_gives_every_number_share_and_mask_of_the_reviewed_questions(shared: Path) -> None:
    rows = cells(captured(shared))
    parsed = parse(captured(shared))
    assert parsed.refusals == ()
    masks = {"*": "masked_1_9", "**": "masked_10_19", "***": "masked_20_or_more", "-": "not_reportable"}
    wanted = {}
    for question, reviewed in QUESTIONS.items():
        start = rows[0].index(reviewed["text"])
        for at, option in enumerate(reviewed["options"].split(";")):
            column = start + 1 + 2 * at  # a mean, then a number and a share for each answer
            assert rows[1][column] == option
            for row in rows[3:]:
                number, share = row[column], row[column + 1]
                status = masks.get(number or "", "ok")
                exact = (int(number), float(share)) if status == "ok" and number and share else (None, None)
                wanted[row[3] or row[0] or row[1], question, option] = (status, *exact)
    found = parsed.frame.select("unit", "question", "answer_option", "status", "number", "share").rows()
    assert {row[:3]: row[3:] for row in found} == wanted
    assert sum(row[3] == "ok" and row[4] == 0 for row in found) > 100  # a real zero is a zero


def test_answers_that_are_not_masked_sum_to_those_who_answered(shared: Path) -> None:
    whole = (
        parse(captured(shared))
        .frame.group_by("unit", "question")
        .agg((pl.col("status") == "ok").all().alias("is_whole"), pl.col("number").sum(), pl.col("answered").max())
        .filter("is_whole")
    )
    assert whole.height > 1000
    assert whole.filter(pl.col("number") != pl.col("answered")).is_empty()


def test_150_municipalities_are_found_by_their_organisation_number_whatever_they_are_called(shared: Path) -> None:
    own = parse(captured(shared)).frame.filter(pl.col("level") == "organiser").drop_nulls("area_code")
    named = dict(own.select("organiser", "area_code").unique().iter_rows())
    assert len(named) == 150
    assert (named["Orust kommun"], named["Region Gotland"], named["Falu kommun"]) == ("1421", "0980", "2080")
    numbers = own["organisation_number"].unique().to_list()
    assert all(number.startswith("212000") for number in numbers)


def test_orust_in_2022_is_the_figure_that_was_computed_by_hand(real: Path) -> None:
    by_hand = pl.read_csv(SAMPLE / "citizen_survey/skolenkaten_ak8_2022.csv", separator=";", infer_schema=False)
    hand = {row["omrade"]: row for row in by_hand.iter_rows(named=True)}
    rows = ask(
        real,
        "select area_code, share_pct, number, respondents, asked, response_rate "
        "from core.school_survey_by_municipality_year "
        "where question = 'pupils_safe_at_school' and area_code in ('00', '1421') order by area_code",
    )
    assert [row[2:5] for row in rows] == [(19352 + 17578, 45843, 57710), (69 + 33, 112, 144)]
    for area, share, _, respondents, _, rate in rows:
        assert f"{share:.2f}".replace(".", ",") == hand[area]["andel_pct"]
        assert str(respondents) == hand[area]["antal_svar"]
        assert f"{100 * rate:.1f}".replace(".", ",") == hand[area]["svarsfrekvens_pct"]


def test_what_the_publisher_masks_has_a_status_and_no_figure(real: Path) -> None:
    query = (
        "select status, count(*), count(share_pct), count(number) "
        "from core.school_survey_by_municipality_year group by all"
    )
    found = {status: tuple(rest) for status, *rest in ask(real, query)}
    assert found.keys() == {"ok", "suppressed", "too_few_respondents"}
    assert sum(each[0] for each in found.values()) == 151 * 8
    assert found["ok"][0] == found["ok"][1] == found["ok"][2]
    assert found["suppressed"][1:] == found["too_few_respondents"][1:] == (0, 0)


def test_no_school_stands_in_core_or_output(real: Path) -> None:
    tables = {model.table for model in all_models() if model.schema in ("core", "output", "indicators")}
    below = [table for table in tables if table.split(".")[1].startswith(("school_survey", "pupils_by"))]
    assert sorted(below) == ["core.pupils_by_municipality_year_grade", "core.school_survey_by_municipality_year"]
    for table in below:
        names = {row[0] for row in ask(real, f"describe {table}")}
        assert not names & {"unit", "school_unit", "school_unit_code", "organiser"}
    areas = {row[0] for row in ask(real, "select distinct area_code from core.school_survey_by_municipality_year")}
    assert areas <= {"00", *read_reference("municipalities")["municipality_code"]}


def test_a_municipality_has_the_pupils_that_its_schools_report(real: Path) -> None:
    # Grade 8 of 2022/23: Stenungsund 153 + 118 + 85 + 1 in municipal schools and 23 in another; Tjörn 110 + 70.
    rows = ask(
        real,
        "select municipality_code, pupils, pupils_in_municipal_schools from core.pupils_by_municipality_year_grade "
        "where grade = '8' and municipality_code in ('1415', '1419', '1421') order by all",
    )
    assert rows == [("1415", 380, 357), ("1419", 180, 180), ("1421", 166, 152)]


def test_the_sample_s_workbook_of_2022_holds_the_captured_cells(shared: Path) -> None:
    wanted, found = cells(captured(shared)), cells(SAMPLE / "school_survey/ak_8_2022.xlsx")
    kept = [row for row in wanted[3:] if "Samtliga" in str(row[1]) or (row[1] == "Orust kommun" and row[3] is None)]
    assert len(kept) == 6
    assert found == [*wanted[:3], *kept]


# layouts that change ----------------------------------------------------------------------------------------------


def test_a_row_for_each_level_and_answer(tmp_path: Path) -> None:
    parsed = parse(survey(tmp_path))
    assert parsed.ledger == everything(5 * 5)
    orust = parsed.frame.filter(pl.col("area_code") == "1421")
    assert orust.select("answer_option", "number", "share", "status").rows() == [
        ("Helt och hållet", 69, 0.616, "ok"),
        ("Till stor del", 33, 0.295, "ok"),
        ("Till viss del", None, None, "masked_20_or_more"),
        ("Inte alls", 0, 0.0, "ok"),
        ("Vet inte", None, None, "masked_10_19"),
    ]
    levels = parsed.frame.select("level", "area_code").unique(maintain_order=True).rows()
    assert levels == [
        ("country", "00"),
        ("country_part", None),
        ("organiser", "1421"),
        ("school", None),
        ("organiser", None),
    ]
    assert parsed.frame["year"].unique().to_list() == [2024]
    assert parsed.warnings[-1] == (
        "enkat.xlsx: 1 frågor är inte granskade och läses inte: 'En fråga som ingen granskat?'"
    )
    assert len(parsed.warnings) == 8  # the seven reviewed questions that are not asked are told by their text


def test_an_empty_cell_says_that_nobody_answered(tmp_path: Path) -> None:
    parsed = parse(survey(tmp_path, answers=[None] * 10))
    assert set(parsed.frame.filter(pl.col("area_code") == "1421")["status"]) == {"no_answers"}


def test_columns_may_stand_anywhere(tmp_path: Path) -> None:
    def moved(grid: Grid) -> None:
        for row in grid:
            row += [None] * (23 - len(row))
            row[:] = [row[1], row[0], *row[2:8], *row[12:], *row[8:12]]
        grid[0][0], grid[0][8:9] = "Skolenkäten 2024 -  Elever årskurs 8", [SAFE["text"]]
        grid[0][1] = None

    still = ["unit", "question", "answer_option", "number", "share", "status", "area_code", "answered"]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    before, after = parse(survey(tmp_path / "a")), parse(survey(tmp_path / "b", moved))
    assert after.frame.select(still).equals(before.frame.select(still))


@pytest.mark.parametrize(
    ("title", "grade", "year"),
    [
        ("Skolenkäten 2022 -  Elever årskurs 8", "åk 8", 2022),
        ("Skolenkäten 2026 - Elever grundskola åk 5", "åk 5", 2026),
        ("Skolenkäten 2025 - Elever gymnasieskola år 2", "gy 2", 2025),
    ],
)
def test_grade_and_year_are_those_of_the_title(tmp_path: Path, title: str, grade: str, year: int) -> None:
    frame = parse(survey(tmp_path, lambda grid: grid[0].__setitem__(0, title))).frame
    assert (frame["grade"][0], frame["year"][0]) == (grade, year)


def changed(row: int, column: int, value: object) -> Callable[[Grid], None]:
    return lambda grid: grid[row].__setitem__(column, value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (changed(1, 1, "Skolans ägare"), "kolumn saknas: "),
        (changed(2, 13, "Procent"), "okänt slags kolumn: 'Procent': "),
        (changed(0, 9, SAFE["text"]), "samma fråga två gånger: 'Känner du dig trygg i skolan?': "),
        (changed(0, 12, "Känner du dig trygg?"), "ingen granskad fråga finns i filen: "),
        (changed(1, 13, "Alltid"), "ingen granskad fråga finns i filen: "),
        (changed(3, 1, "Riket"), "raden 'Samtliga deltagande skolor' saknas"),
        (changed(0, 0, "Skolenkäten 2024 - Vårdnadshavare"), "inte Skolenkätens arbetsbok för elever: rubriken "),
        (lambda grid: grid.__delitem__(slice(3, None)), "inte Skolenkätens arbetsbok för elever: 3 rader"),
    ],
)
def test_another_layout_is_one_sentence(tmp_path: Path, change: Callable[[Grid], None], sentence: str) -> None:
    assert sentence in stopped(survey(tmp_path, change))


def test_a_reviewed_question_with_other_answers_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    def with_fear(grid: Grid) -> None:
        answers = FEAR["options"].replace("Aldrig", "Nästan aldrig").split(";")
        grid[0] += [FEAR["text"]]
        grid[1] += [None, *(cell for option in answers for cell in (option, None))]
        grid[2] += ["Medelvärde", *["Antal", "Andel"] * 6]

    parsed = parse(survey(tmp_path, with_fear))
    assert set(parsed.frame["question"]) == {"pupils_safe_at_school"}
    assert any("svarsalternativen är andra än de granskade: Nästan aldrig, Sällan" in each for each in parsed.warnings)


def test_a_mark_that_nobody_knows_refuses_its_rows_and_loses_none(tmp_path: Path) -> None:
    parsed = parse(survey(tmp_path, changed(5, 13, "x")))
    assert parsed.ledger == Ledger(rows_read=25, rows_loaded=24, rows_quarantined=1, rows_duplicate=0)
    assert [(each.column_name, each.rule) for each in parsed.refusals] == [("number", "not_a_number")]


def test_half_a_workbook_and_another_file_are_one_sentence(tmp_path: Path) -> None:
    path = survey(tmp_path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "arbetsboken går inte att läsa" in stopped(path)
    (tmp_path / "enkat.csv").write_text("Huvudman;Antal\n", encoding="utf-8")
    assert "filen är ingen arbetsbok" in stopped(tmp_path / "enkat.csv")


def test_a_later_file_of_the_same_year_and_grade_replaces_the_earlier(tmp_path: Path) -> None:
    data = tmp_path / "data"
    add(data, "school_survey", survey(tmp_path), "2024")
    add(data, "school_survey", survey(tmp_path, answers=[70, 0.625, *[0, 0] * 4]), "2024", NOW.replace(hour=3))
    grade_5 = survey(tmp_path, changed(0, 0, "Skolenkäten 2024 - Elever årskurs 5"))
    add(data, "school_survey", grade_5, "2024", NOW.replace(hour=4))
    build(data)
    table = "core.school_survey_by_municipality_year"
    query = f"select grade, number, status from {table} where area_code = '1421' order by all"
    assert ask(data, query) == [("åk 5", 102, "ok"), ("åk 8", 70, "ok")]


# Skolverket's pupils ----------------------------------------------------------------------------------------------


def pupils(shared: Path) -> tuple[list[str], list[list[str]]]:
    text = report(shared).read_text(encoding="utf-8-sig")
    lines = text.splitlines()
    headings, *rows = csv.reader(io.StringIO("\n".join(lines[5 : lines.index("", 5)])), delimiter=";")
    return headings, rows


def test_the_captured_report_gives_every_school_unit_and_grades_sum_to_the_total(shared: Path) -> None:
    headings, rows = pupils(shared)
    parsed = parse(report(shared), "pupils_per_school")
    assert parsed.ledger == everything(len(rows)) == everything(4719)
    assert parsed.warnings == ()
    code, eight = headings.index("Skol-enhetskod"), headings.index("Elever, årskurs 8")
    wanted = {row[code]: None if row[eight] == "." else int(row[eight]) for row in rows}
    assert dict(parsed.frame.select("school_unit_code", "pupils_year_8").iter_rows()) == wanted
    years = pl.sum_horizontal(f"pupils_year_{number}" for number in range(1, 10))
    assert parsed.frame.filter(years != pl.col("pupils_all_years")).is_empty()
    assert parsed.frame["pupils_all_years"].max() == 1292  # written '1 292'
    assert parsed.frame["year"].unique().to_list() == [2022]


def test_the_reviewed_organisation_numbers_are_those_of_the_municipal_schools(shared: Path) -> None:
    headings, rows = pupils(shared)
    number, code, kind = (headings.index(name) for name in ("Huvudman orgnr", "Kommun-kod", "Typ av huvudman"))
    wanted = {(row[number], row[code]) for row in rows if row[kind] == "Kommunal"}
    assert set(read_reference("school_organisers").iter_rows()) == wanted
    assert {area for _, area in wanted} == set(read_reference("municipalities")["municipality_code"])
    assert len(wanted) == 290


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda text: text.replace("Elever, årskurs 8", "Elever i årskurs 8"), "okänd kolumn: 'Elever i årskurs 8'"),
        (lambda text: text.replace(";Elever, årskurs 9;", ";Elever, årskurs 9;Elever, årskurs 10;"), "okänd kolumn"),
        (lambda text: text.replace(";Huvudman orgnr;", ";Huvudman;"), "samma rubrik två gånger: 'Huvudman'"),
        (lambda text: text.replace("Valt läsår: 2025/26", ""), "inte Skolverkets rapport om elever per skolenhet"),
        (lambda text: text[: text.rindex("Exempelfriskolan;")], "tabellen är avklippt"),
        (lambda text: text.replace("Exempelskolan 2;", "Exempelskolan;2;", 1), "en rad har fel antal fält"),
        (lambda text: text.replace(";1421;", ";9999;", 1), "okänd kommun: '9999'"),
        (lambda _: "", "inte Skolverkets rapport om elever per skolenhet: tom fil"),
    ],
)
def test_a_report_of_another_form_is_one_sentence(tmp_path: Path, change: Callable[[str], str], sentence: str) -> None:
    text = (SAMPLE / "pupils_per_school/synthetic_2025.csv").read_text(encoding="utf-8-sig")
    (tmp_path / "elever.csv").write_text(change(text), encoding="utf-8-sig")
    assert sentence in stopped(tmp_path / "elever.csv", "pupils_per_school")


def test_a_report_saved_anew_in_another_charset_is_one_sentence(tmp_path: Path) -> None:
    text = (SAMPLE / "pupils_per_school/synthetic_2025.csv").read_text(encoding="utf-8-sig")
    (tmp_path / "elever.csv").write_text(text, encoding="cp1252")
    assert "filen är inte UTF-8" in stopped(tmp_path / "elever.csv", "pupils_per_school")


def test_a_masked_number_of_pupils_refuses_its_row_because_it_is_not_zero(tmp_path: Path) -> None:
    path = tmp_path / "elever.csv"
    shutil.copy(SAMPLE / "pupils_per_school/synthetic_2025.csv", path)
    text = path.read_text(encoding="utf-8-sig")
    first = next(line for line in text.splitlines() if line.startswith("Exempelskolan 3;"))
    path.write_text(text.replace(first, first.rsplit(";", 2)[0] + ";..;"), encoding="utf-8-sig")
    parsed = parse(path, "pupils_per_school")
    assert (parsed.ledger.rows_quarantined, parsed.ledger.rows_loaded) == (1, 12)
    assert [(each.column_name, each.rule) for each in parsed.refusals] == [("pupils_year_9", "not_a_number")]
