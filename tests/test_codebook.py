"""Youth surveys by codebook: CSV, XLSX and SPSS are the template's rows, and nothing is compared across a change."""

import random
import shutil
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import fastexcel
import polars as pl
import pyreadstat
import pytest
import xlsxwriter

from flows.cli import main
from flows.pipeline import Plan, add_files, build_warehouse, make_plan, one_writer, read_all
from flows.settings import read_settings
from models._duckdb import connect
from sources import _sav
from sources._landing import read_manifest
from sources._parse import parse_file
from sources._problem import Problem
from sources._registry import all_sources
from sources._strict import Parsed

EXAMPLE = Path(__file__).resolve().parents[1] / "data" / "mappings" / "exempel" / "ungdomsenkat_2024.toml"
SURVEY = all_sources()["youth_survey"]
NOW = datetime(2026, 9, 10, 2, 30, tzinfo=UTC)
HEADING = ("ID", "ar", "Hemkommun", "ARSKURS", "F2", "vikt", "F41", "F120", "fritext")
TEXTS = {"F41": "41. Får du dricka alkohol för dina föräldrar/vårdnadshavare?", "F120": "120. Känner du dig trygg?"}
LABELS: dict[str, dict[float, str]] = {
    "Hemkommun": {1.0: "Stenungsund", 2.0: "Tjörn", 3.0: "Orust"},
    "F2": {1.0: "Pojke", 2.0: "Flicka", 3.0: "Annan könstillhörighet"},
    "F41": {1.0: "Ja", 2.0: "Nej"},
    "F120": {
        1.0: "Stämmer mycket dåligt",
        2.0: "Stämmer ganska dåligt",
        3.0: "Stämmer ganska bra",
        4.0: "Stämmer mycket bra",
        7.0: "Ej ställd",
        8.0: "Vill inte svara",
        9.0: "Vet inte",
    },
}
Row = tuple[float | str | None, ...]
# id, year, municipality, grade, sex, weight, parents allow alcohol, safe at school, and what the pupil wrote
ROWS: tuple[Row, ...] = (
    (1, 2024, 1, 9, 1, 1.06, 1, 4, "Nisse Hult slog mig"),
    (2, 2024, 1, 9, 2, 0.94, 2, 1, ""),
    (3, 2024, 1, 2, 2, 1.0, 2, 8, ""),
    (4, 2024, 2, 9, 3, 1.0, None, 9, ""),
    (5, 2024, 3, 9, None, 1.0, 2, 7, ""),
)
TEMPLATE = "undersokning;ar;kommun;arskurs;kon;vikt;foraldrar_tillater_alkohol;trygg_i_skolan"
SAME = (
    "Ungdomsenkät;2024;1415;åk 9;pojke;1,06;ja;ja",
    "Ungdomsenkät;2024;1415;åk 9;flicka;0,94;nej;nej",
    "Ungdomsenkät;2024;1415;gy 2;flicka;1;nej;",
    "Ungdomsenkät;2024;1419;åk 9;annat;1;;",
    "Ungdomsenkät;2024;1421;åk 9;;1;nej;",
)
ASKED = ("invited", "population", "sampling", "series_breaks")


def with_codebooks(data: Path, **texts: str) -> Path:
    """A data folder with the example, or with codebooks of one's own."""
    folder = data / "mappings" / "stenungsund"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (texts or {"enkat": EXAMPLE.read_text(encoding="utf-8")}).items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return data


def example(*changes: tuple[str, str]) -> str:
    text = EXAMPLE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def written(cell: float | str | None) -> str:
    return "" if cell is None else str(cell)


def as_csv(folder: Path, rows: Sequence[Row] = ROWS, heading: Sequence[str] = HEADING, name: str = "fil.csv") -> Path:
    lines = [";".join(heading), *(";".join(map(written, row)) for row in rows)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join([*lines, ""]), encoding="utf-8")
    return folder / name


def as_workbook(folder: Path, rows: Sequence[Row] = ROWS) -> Path:
    """With the labels in the cells, as survey tools export them."""
    path = folder / "fil.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADING)
        for at, row in enumerate(rows, 1):
            for column, (name, cell) in enumerate(zip(HEADING, row, strict=True)):
                label = LABELS.get(name, {}).get(cell, cell) if isinstance(cell, int | float) else cell
                sheet.write(at, column, label)
    return path


def as_sav(folder: Path, rows: Sequence[Row] = ROWS, texts: dict[str, str] | None = None) -> Path:
    frame = pl.DataFrame(
        {
            name: pl.Series(
                [row[at] for row in rows], dtype=pl.String if name == "fritext" else pl.Float64, strict=False
            )
            for at, name in enumerate(HEADING)
        }
    )
    pyreadstat.write_sav(
        frame,
        folder / "fil.sav",
        column_labels={**(TEXTS if texts is None else texts)},
        variable_value_labels=LABELS,
        missing_ranges={"F120": [7, 8, 9]},
    )
    return folder / "fil.sav"


def template_file(folder: Path, rows: Sequence[str] = SAME, name: str = "mall.csv") -> Path:
    about = [column.source for column in SURVEY.source.columns if not column.derived]
    given = TEMPLATE.split(";")
    lines = [";".join(about)]
    for row in rows:
        cells = dict(zip(given, row.split(";"), strict=True))
        lines.append(";".join(cells.get(column, "") for column in about))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join([*lines, ""]), encoding="utf-8")
    return folder / name


def read(raw: Path, data: Path) -> Parsed:
    return parse_file(SURVEY, raw, "fil", data)


def stopped(raw: Path, data: Path) -> str:
    with pytest.raises(Problem) as caught:
        read(raw, data)
    said = str(caught.value)
    assert "\n" not in said
    return said


def plan_of(data: Path, now: datetime = NOW, **settings: object) -> Plan:
    return make_plan(read_settings(data=data, area="1415", **settings), offline=True, now=now)


def added(data: Path, raw: Path, period: str, received: date) -> None:
    with one_writer(data):
        add_files(plan_of(data), SURVEY, [raw], period=period, received=received)


def built(plan: Plan, *names: str) -> list[pl.DataFrame]:
    """Tables of the warehouse that a run would make."""
    with one_writer(plan.data):
        broken = build_warehouse(plan, read_all(plan), "r", lambda _: None).breaches
    assert broken == ()
    with closing(connect(plan.data / "warehouse.duckdb", read_only=True)) as con:
        return [con.sql(f"from {name} order by all").pl() for name in names]


# the same rows ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [as_csv, as_workbook, as_sav])
def test_codes_labels_and_spss_give_the_templates_rows(tmp_path: Path, write: object) -> None:
    data = with_codebooks(tmp_path / "data")
    assert callable(write)
    found, wanted = read(write(tmp_path), data), read(template_file(tmp_path), data)
    assert found.ledger == wanted.ledger
    assert found.frame.drop(ASKED).equals(wanted.frame.drop(ASKED))
    assert found.frame["invited"].to_list() == [310, 310, 250, 180, None]
    assert found.frame["population"].to_list() == [320, 320, 250, 180, None]  # of those asked, where no other is known
    assert found.frame["sampling"].unique().to_list() == ["total"]
    assert found.frame["series_breaks"].unique().to_list() == ["feels_safe_at_school"]
    assert wanted.frame[list(ASKED)].null_count().row(0) == (5, 5, 5, 5)
    assert len(found.mapping) == 64


def test_the_example_is_as_the_codebook_of_stockholmsenkaten_says(shared: Path, tmp_path: Path) -> None:
    path = shared / "realdata" / "stockholmsenkaten" / "Kodbok Stockholmsenkäten 2024.xlsx"
    rows = fastexcel.read_excel(path).load_sheet(0, header_row=None, dtypes="string").to_polars().rows()
    asked = {row[0]: row for row in rows}
    assert {"ar", "Hemkommun", "ARSKURS"} <= asked.keys()
    assert asked["F41"][1] == TEXTS["F41"]  # cell B of F41's row
    assert asked["F41"][4:6] == ("Ja", "Nej")  # codes 1 and 2
    assert asked["F2"][4:7] == ("Pojke", "Flicka", "Annan könstillhörighet")
    columns = [row[0] for row in rows[1:] if row[0]]
    assert len(columns) > 500  # more than a table of ours ever had
    data = with_codebooks(tmp_path / "data", enkat=example(("ignore = [", 'ignore = ["*", ')))
    heading = [*dict.fromkeys([*columns, *HEADING])]
    cells = dict(zip(HEADING, ROWS[0], strict=True))
    found = read(as_csv(tmp_path, [tuple(cells.get(name, "") for name in heading)], heading), data)
    assert found.frame["parents_allow_alcohol"].to_list() == [True]


def test_an_answer_that_the_codebook_does_not_list_is_refused_and_no_code_passes_as_yes(tmp_path: Path) -> None:
    data = with_codebooks(tmp_path / "data", enkat=example(('yes = ["Ja", "1"]', 'yes = ["Ja"]')))
    rows = [
        ROWS[0],
        (6, 2024, 1, 9, 1, 1.0, 2, 5, ""),
        (7, 2024, 1, 8, 1, 1.0, 2, 4, ""),
        (8, 2024, 1, 9, 4, 1.0, 2, 4, ""),
    ]
    found = read(as_csv(tmp_path, rows), data)
    assert [(each.row_number, each.column_name, each.rule) for each in found.refusals] == [
        (1, "parents_allow_alcohol", "not_in_list"),
        (2, "feels_safe_at_school", "not_in_list"),
        (3, "grade", "not_in_list"),
        (4, "sex", "not_in_list"),
    ]
    assert "okänd kommun: rad 1" in stopped(as_csv(tmp_path, [(9, 2024, 7, 9, 1, 1.0, 2, 4, "")]), data)


# which codebook ---------------------------------------------------------------------------------------------------

LAST_YEAR = (
    ("year = 2024", "year = 2022"),
    ('column = "F41"', 'column = "F120"'),
    ('column = "F120"\nyes', 'column = "F41"\nyes'),
)


def test_the_codebook_of_another_year_is_not_used_though_its_header_fits(tmp_path: Path) -> None:
    data = with_codebooks(tmp_path / "data", enkat=example(("year = 2024", "year = 2022")))
    said = stopped(as_csv(tmp_path), data)
    assert "kodboken stenungsund/enkat.toml är inte filens: ett annat år i kolumn ar än 2022" in said
    both = with_codebooks(tmp_path / "both", gammal=example(("year = 2024", "year = 2022")), ny=example())
    assert read(as_csv(tmp_path), both).frame["year"].unique().to_list() == [2024]
    twice = with_codebooks(tmp_path / "twice", a=example(), b=example())
    assert "flera mappningar passar" in stopped(as_csv(tmp_path), twice)


def test_question_texts_of_an_spss_file_tell_that_numbers_have_moved(tmp_path: Path) -> None:
    data = with_codebooks(tmp_path / "data")
    moved = {"F41": TEXTS["F120"], "F120": TEXTS["F41"]}
    assert "är inte filens: en annan frågetext i kolumn F41" in stopped(as_sav(tmp_path, texts=moved), data)
    assert read(as_sav(tmp_path, texts={}), data).ledger.rows_loaded == 5  # a file that tells no texts


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('survey = "Ungdomsenkät"', "", "undersökningens namn saknas"),
        ("year = 2024", 'year = "2024"', "undersökningens år saknas"),
        ('sampling = "total"', 'sampling = "self_selected"', "självvalda svar hör till citizen_survey"),
        ('sex = "F2"', 'kon = "F2"', "okänd nyckel i [columns]: 'kon'"),
        ('grade = "ARSKURS"', "", "fältet ska stå en gång, i [columns] eller [constants]: 'grade'"),
        ('"9" = "åk 9"', '"9" = "nian"', "okänt värde för grade: 'nian'"),
        ("questions.parents_allow_alcohol", "questions.parents_alow_alcohol", "menades 'parents_allow_alcohol'?"),
        ('column = "F41"', 'kolumn = "F41"', "okänd nyckel i [questions.parents_allow_alcohol]: 'kolumn'"),
        ('no = ["Nej", "2"]', "no = []", "svaren saknas: skriv minst ett svar i yes och ett i no"),
        ('no = ["Nej", "2"]', 'no = ["Nej", "1"]', "svaret står i två listor: '1'"),
        ("[invited.Stenungsund]", "[invited.Stenungsun]", "okänd kommun i [invited]: 'Stenungsun'"),
        ('"gy 2" = 250', '"gy 2" = 0', "ska ha hela tal: 'gy 2'"),
        ('"gy 2" = 250', '"gy 2" = 0.5', "ska ha hela tal: 'gy 2'"),
    ],
)
def test_a_codebook_that_cannot_be_used_is_told_in_one_sentence(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    data = with_codebooks(tmp_path / "data", enkat=example((old, new)))
    said = stopped(as_csv(tmp_path), data)
    assert said.startswith("fil: mappningen stenungsund/enkat.toml: ")
    assert sentence in said


def test_mutated_files_are_told_in_one_sentence(tmp_path: Path) -> None:
    data = with_codebooks(tmp_path / "data")
    assert "saknar 'F41' och har den okända kolumnen 'E41'" in stopped(
        as_csv(tmp_path, heading=[name.replace("F41", "E41") for name in HEADING]), data
    )
    assert "har den okända kolumnen 'skola'" in stopped(as_csv(tmp_path, [(*ROWS[0], "x")], (*HEADING, "skola")), data)
    small = example(('"åk 9" = 310', '"åk 9" = 1'))
    assert "fler har svarat än tillfrågats: 2 svar av 1 tillfrågade i 1415, åk 9" in stopped(
        as_csv(tmp_path), with_codebooks(tmp_path / "small", enkat=small)
    )


# a file that means harm -------------------------------------------------------------------------------------------


def test_a_broken_spss_file_is_one_sentence_whatever_it_does_to_its_reader(tmp_path: Path) -> None:
    """Cut, overwritten and grown at random places: the reader may crash, and its process is not ours."""
    data = with_codebooks(tmp_path / "data")
    whole = as_sav(tmp_path).read_bytes()
    chance = random.Random(7)
    raw = tmp_path / "ond.sav"
    for attempt in range(12):
        content = bytearray(whole)
        if attempt % 3 == 0:
            del content[chance.randrange(4, len(content)) :]
        else:
            for _ in range(chance.randrange(1, 40)):
                content[chance.randrange(4, len(content))] = chance.randrange(256)
        raw.write_bytes(bytes(content))
        try:
            read(raw, data)
        except Problem as problem:
            assert "\n" not in str(problem)  # noqa: PT017
            assert not {"Nisse", "Hult"} & set(str(problem).split())  # noqa: PT017


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"$FL2", "SPSS-filen går inte att läsa"),
        (b"$FL2@(#) IBM SPSS" + b"\xff" * 500, "SPSS-filen går inte att läsa"),
        (b"$FL3@(#) IBM SPSS", "SPSS-filen är packad (ZSAV)"),
    ],
)
def test_what_only_calls_itself_spss_is_told(tmp_path: Path, content: bytes, sentence: str) -> None:
    raw = tmp_path / "fil.sav"
    raw.write_bytes(content)
    assert sentence in stopped(raw, with_codebooks(tmp_path / "data"))


@pytest.mark.parametrize("rows", [2**31 - 1, 6])
def test_the_rows_that_an_spss_file_says_it_has_must_be_there(tmp_path: Path, rows: int) -> None:
    content = bytearray(as_sav(tmp_path).read_bytes())
    assert int.from_bytes(content[80:84], "little") == len(ROWS)  # ncases of the header
    content[80:84] = rows.to_bytes(4, "little")
    (tmp_path / "fil.sav").write_bytes(bytes(content))
    said = stopped(tmp_path / "fil.sav", with_codebooks(tmp_path / "data"))
    assert "orimligt stor" in said or "säger sig ha ett annat antal" in said or "skadad" in said


def test_an_spss_file_of_more_cells_than_a_survey_has_is_not_read(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": pl.zeros(1_700_000, eager=True), "b": 0.0, "c": 0.0})
    pyreadstat.write_sav(frame, tmp_path / "fil.sav", row_compress=True)
    assert "SPSS-filen är orimligt stor" in stopped(tmp_path / "fil.sav", with_codebooks(tmp_path / "data"))


@pytest.mark.parametrize(
    ("reader", "sentence"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "skadad eller av ett annat slag"),
        ("import time; time.sleep(60)", "tog för lång tid"),
        ("print('{')", "skadad eller av ett annat slag"),
        ('print(\'{"columns": ["a"], "texts": {}, "labels": {}, "cells": {"a": [{}]}}\')', "skadad"),
        ('print(\'{"columns": ["a"], "texts": {}, "labels": [], "cells": {"a": ["1"]}}\')', "skadad"),
        ('print(\'{"columns": [], "texts": {}, "labels": {}, "cells": {}}\')', "inga rader"),
    ],
)
def test_a_reader_that_was_taken_over_or_died_gives_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str, sentence: str
) -> None:
    (tmp_path / "reader.py").write_text(reader, encoding="utf-8")
    monkeypatch.setattr(_sav, "_READER", tmp_path / "reader.py")
    monkeypatch.setattr(_sav, "_SECONDS", 3)
    with pytest.raises(Problem, match=sentence):
        _sav.read_sav(b"$FL2", "fil")


# what has changed -------------------------------------------------------------------------------------------------


def pupils(year: int, count: int, yes: int) -> list[Row]:
    """Pupils of whom so many feel safe, and as many may drink."""
    return [(at, year, 1, 9, 1 + at % 2, 1.0, 1 if at < yes else 2, 4 if at < yes else 1, "") for at in range(count)]


def template_rows(year: int, count: int, yes: int) -> list[str]:
    said = ["ja" if at < yes else "nej" for at in range(count)]
    return [
        f"Ungdomsenkät;{year};1415;åk 9;{('pojke', 'flicka')[at % 2]};;{each};{each}" for at, each in enumerate(said)
    ]


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A folder with the template's survey of 2022 and a mapped one of 2024, where one question's options changed."""
    data = with_codebooks(tmp_path / "data")
    added(data, template_file(tmp_path, template_rows(2022, 200, 150)), "2022", date(2022, 6, 1))
    added(data, as_csv(tmp_path, pupils(2024, 200, 60)), "2024", date(2024, 10, 1))
    return data


def test_no_comparison_crosses_a_change_of_a_questions_options(changed: Path) -> None:
    indicators, changes = built(plan_of(changed), "output.indicators", "output.changes")
    _flags = pl.col("flags").str.replace("late_source,?", "")  # NOW is two years later
    own = indicators.filter(pl.col("breakdown") == "", area_code="1415")
    safe = own.filter(indicator="feels_safe_at_school_share").select("period", "status", _flags, "value").rows()
    assert safe == [("2022", "not_applicable", "", None), ("2024", "ok", "series_break", 30.0)]
    allowed = own.filter(indicator="parents_allow_alcohol_share").select("period", "status", _flags, "value").rows()
    assert allowed == [("2022", "ok", "", 75.0), ("2024", "ok", "", 30.0)]
    compared = changes.filter(area_code="1415", breakdown="")["indicator"].unique().to_list()
    assert compared == ["parents_allow_alcohol_share"]


def test_who_was_asked_reaches_core(changed: Path) -> None:
    [core] = built(plan_of(changed), "core.youth_answers_by_municipality_year")
    asked = core.filter(question="feels_safe_at_school", year=2024).select(
        "breakdown", "category", "invited", "population", "response_rate", "sampling", "is_break", "comparable_from"
    )
    rate = 200 / 310
    assert asked.rows() == [
        ("", "", 310, 320, rate, "total", True, 2024),
        ("grade", "åk 9", 310, 320, rate, "total", True, 2024),
        ("sex", "flicka", None, None, None, None, True, 2024),
        ("sex", "pojke", None, None, None, None, True, 2024),
    ]
    before = core.filter(pl.col("breakdown") == "", question="feels_safe_at_school", year=2022)
    assert before.select("invited", "is_break", "comparable_from").rows() == [(None, False, 2024)]
    assert core.filter(question="parents_allow_alcohol")["comparable_from"].null_count() == core.height // 2


def test_no_figure_changes_when_a_mapped_survey_becomes_counts(changed: Path) -> None:
    names = ("core.youth_answers_by_municipality_year", "output.indicators", "output.changes")
    by_sex = pl.col("breakdown") != "sex"
    now = datetime(2026, 12, 1, 12, tzinfo=UTC)
    before = [frame.filter(by_sex) for frame in built(plan_of(changed, now), *names)]
    decided = {"youth_survey": "dnr KS 2026/123, 2026-05-04"}
    after = [frame.filter(by_sex) for frame in built(plan_of(changed, now, gallringsbeslut=decided), *names)]
    kinds = {path.name.partition(".")[2] for path in (changed / "landing" / "youth_survey").iterdir()}
    assert kinds == {"aggregate.parquet"}
    assert all(frame.equals(other) for frame, other in zip(before, after, strict=True))


def test_what_landed_before_the_columns_of_a_codebook_were_declared_still_counts(changed: Path) -> None:
    [wanted] = built(plan_of(changed), "core.youth_answers_by_municipality_year")
    for path in (changed / "landing" / "youth_survey").iterdir():
        old = Parsed.read(path)
        path.chmod(0o600)
        Parsed(frame=old.frame.drop(ASKED), ledger=old.ledger).write(path)
    [found] = built(plan_of(changed), "core.youth_answers_by_municipality_year")
    counted = ["question", "municipality_code", "year", "breakdown", "category", "respondents", "answered_yes"]
    assert found.select(counted).equals(wanted.select(counted))


def test_a_corrected_codebook_counts_when_the_file_comes_again_and_replaces_the_year(
    changed: Path, tmp_path: Path
) -> None:
    turned = example(('yes = ["Ja", "1"]\nno = ["Nej", "2"]', 'no = ["Ja", "1"]\nyes = ["Nej", "2"]'))
    with_codebooks(changed, enkat=turned)
    query = "output.indicators"
    wanted = {"indicator": "parents_allow_alcohol_share", "area_code": "1415", "period": "2024", "breakdown": ""}
    [kept] = built(plan_of(changed), query)
    assert kept.filter(**wanted)["value"].to_list() == [30.0]
    added(changed, as_csv(tmp_path, pupils(2024, 200, 60)), "2024", date(2024, 10, 2))
    [found] = built(plan_of(changed), query)
    assert found.filter(**wanted)["value"].to_list() == [70.0]
    assert found.filter(**wanted)["respondents"].to_list() == [200]


# the door ---------------------------------------------------------------------------------------------------------


def test_no_text_of_a_mapped_survey_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = with_codebooks(tmp_path / "data")
    for write in (as_csv, as_workbook, as_sav):
        raw = shutil.move(write(tmp_path), tmp_path / f"kalle-9b-{write.__name__}")
        assert main(["add", "youth_survey", str(raw), "--period", "2024", "--data", str(data)]) == 0
    bad = as_csv(tmp_path, [(1, 2024, "Nisse Hult", 9, 1, 1.0, 1, 4, "")], name="ond.csv")
    capsys.readouterr()
    assert main(["add", "youth_survey", str(bad), "--period", "2024", "--data", str(data)]) == 1
    told = capsys.readouterr()
    kept = [path for path in (data / "landing").rglob("*") if path.is_file()]
    frames = [Parsed.read(path).frame.write_csv() for path in kept if path.suffix == ".parquet"]
    for text in (told.out, told.err, *(path.read_bytes().decode("latin-1") for path in kept), *frames):
        assert not any(secret in text for secret in ("Nisse", "Hult", "slog mig", "kalle", "Ungdomsenkät"))
    assert len(read_manifest(data)) == 3
