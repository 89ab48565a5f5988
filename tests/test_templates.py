"""The forms: every source reads its own back, they offer lists and no column for names, and are the same bytes."""

import io
import shutil
import subprocess
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest

from flows._templates import CATEGORIES, template
from flows.cli import main
from flows.pipeline import add_files, make_plan
from flows.settings import Settings
from reports._signals import signal_text
from sources._problem import Problem
from sources._read import EXPLAINING
from sources._registry import all_sources
from sources._strict import Ledger, Parsed, read_reference
from tests.forms import Cells, filled, lists_of, sheet_parts, texts_of
from tests.signals import a_signal

FORMS = ("incident_reports", "service_counts", "measures", "citizen_survey", "youth_survey", "signal_answers")
OWN = ["Stenungsund", "Tjörn", "Orust"]
DAY = date(2026, 9, 2)
PRIVATE = ("namn", "personnummer", "telefon", "adress", "epost", "beskrivning", "kommentar", "notering")


def form(name: str, own: list[str] = OWN) -> bytes:
    return template(name, all_sources()[name].source, own, DAY)


def row(number: int, **cells: str | float) -> Cells:
    """Cells of one row, by their column."""
    return {f"{column}{number}": cell for column, cell in cells.items()}


def first_data_sheet(name: str) -> str:
    return next(sheet for sheet in sheet_parts(form(name)) if sheet not in EXPLAINING)


def handed_in(folder: Path, name: str, content: bytes) -> tuple[Ledger, pl.DataFrame]:
    """Hand a file in as `lagesbild add` does: its ledger, and the rows that are kept."""
    raw = folder / f"{name}_mall.xlsx"
    raw.write_bytes(content)
    data = folder / "data"
    plan = make_plan(Settings(data=data), now=datetime(2026, 9, 2, 12, tzinfo=UTC))
    [(_, book)] = add_files(plan, all_sources()[name], [raw], period="2026")
    assert book.rows_read == book.rows_loaded + book.rows_quarantined + book.rows_duplicate
    landed = sorted((data / "landing" / name).glob("*.parquet")) or sorted((data / "parsed" / name).glob("*.parquet"))
    return book, Parsed.read(landed[-1]).frame


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("own", [OWN, ["Tjörn"]])
def test_a_form_that_nobody_has_filled_in_is_one_sentence(tmp_path: Path, name: str, own: list[str]) -> None:
    with pytest.raises(Problem, match=rf"^{name}_mall\.xlsx: inga rader: fyll i ") as problem:
        handed_in(tmp_path, name, form(name, own))
    assert "\n" not in str(problem.value)
    assert not (tmp_path / "data" / "landing" / "manifest.jsonl").exists()


def test_a_filled_in_report_is_read_and_handed_in_twice_counted_once(tmp_path: Path) -> None:
    day = (date(2026, 8, 31) - date(1899, 12, 30)).days
    rows: Cells = {
        **row(2, A=float(day), B=(21 * 60 + 5) / 1440, C="Tjörn", D="Skärhamn", E="klotter", F="Fritidsgård"),
        **row(3, A=float(day), C="Tjörn", D="Skärhamn", E="klotter", F="Fritidsgård"),
        **row(4, A=float(day), C="Tjörn", D="Skärhamn", E="klotter", F="Fritidsgård"),
    }
    content = filled(form("incident_reports"), {"Händelser": rows})
    book, frame = handed_in(tmp_path, "incident_reports", content)
    # Two reports that say the same are two reports.
    assert (book.rows_read, book.rows_loaded, book.rows_quarantined) == (3, 3, 0)
    assert frame["report_id"].n_unique() == 3
    assert frame.select("municipality_code", "date", "place", "category").unique().rows() == [
        ("1419", date(2026, 8, 31), "Skärhamn", "graffiti")
    ]
    assert frame["time"].drop_nulls().cast(pl.String).to_list() == ["21:05:00"]
    moved = {f"{place[0]}{int(place[1:]) + 1}": value for place, value in rows.items()}
    again = filled(form("incident_reports"), {"Händelser": moved})
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "data" / "landing").mkdir(parents=True)
    shutil.copy(tmp_path / "data/landing/identity.key", tmp_path / "again/data/landing/identity.key")
    _, other = handed_in(tmp_path / "again", "incident_reports", again)
    assert sorted(other["report_id"]) == sorted(frame["report_id"])


def test_a_service_fills_in_its_own_sheet_only(tmp_path: Path) -> None:
    content = form("service_counts", ["Tjörn"])
    texts = texts_of(content, "Skola")
    line = next(place[1:] for place, text in texts.items() if text == "Kränkningsanmälningar till huvudmannen")
    truant = next(place[1:] for place, text in texts.items() if text == "Elever med ogiltig frånvaro")
    assert (texts[f"A{line}"], texts[f"B{line}"], texts[f"G{line}"]) == ("Tjörn", "2026-08", "antal")
    cells: Cells = {f"E{line}": 14.0, f"F{line}": 1830.0, f"H{line}": 8.0, f"E{truant}": "uppgift saknas"}
    book, frame = handed_in(tmp_path, "service_counts", filled(content, {"Skola": cells}))
    assert book.rows_quarantined == book.rows_duplicate == 0
    told = frame.filter(pl.col("reported") == "reported")
    assert told.select("municipality_code", "period", "measure", "value", "out_of", "reporters", "service").rows() == [
        ("1419", "2026-08", "violation_reports", 14.0, 1830, 8, "school")
    ]
    assert frame.filter(pl.col("reported") == "not_known")["measure"].to_list() == ["truant_pupils"]
    assert set(frame["reported"]) == {"reported", "not_known", "empty"}  # what was not filled in is not noughts
    assert set(frame["period_end"].dt.to_string("%Y-%m-%d")) >= {"2026-08-31", "2026-06-30", "2025-12-31", "2026-08-30"}


def test_a_sheet_of_a_police_area_is_filled_in_with_a_municipality_of_its_own(tmp_path: Path) -> None:
    content = form("service_counts")
    texts = texts_of(content, "Kontaktcenter")
    line = next(place[1:] for place, text in texts.items() if text == "Klagomål på buskörning")
    book, frame = handed_in(
        tmp_path, "service_counts", filled(content, {"Kontaktcenter": {f"A{line}": "Orust", f"E{line}": 0.0}})
    )
    assert book == Ledger(rows_read=1, rows_loaded=1, rows_quarantined=0, rows_duplicate=0)
    assert frame.select("municipality_code", "period", "value").rows() == [("1421", "2026-v35", 0.0)]


def test_a_log_of_measures_is_read_with_days_that_are_still_to_come(tmp_path: Path) -> None:
    due = float((date(2026, 12, 31) - date(1899, 12, 30)).days)
    cells: Cells = {
        **row(2, A=1.0, B="Orust", C="Buskörning", D="Henån", F="Farthinder", G="Gatuavdelningen"),
        **row(2, H="planerad", J=due, L=2.0, M=0.0, N="objekt"),
    }
    book, frame = handed_in(tmp_path, "measures", filled(form("measures"), {"Åtgärder": cells}))
    assert book.rows_loaded == 1
    assert frame.select("focus_area", "place", "responsible", "status", "due_date", "quantity_unit").rows() == [
        ("reckless_driving", "Henån", "Gatuavdelningen", "planned", date(2026, 12, 31), "objekt")
    ]


def test_the_other_forms_are_read(tmp_path: Path) -> None:
    cells: Cells = {
        **row(2, A="Västra Götalands län", B=2026.0, C="Medborgardialog", D="otrygg_utomhus", E=29.7),
        **row(2, F=742.0, H="sjalvvalda"),
    }
    _, shares = handed_in(tmp_path, "citizen_survey", filled(form("citizen_survey"), {"Andelar": cells}))
    assert shares.select("area_code", "question", "share_pct").rows() == [("14", "feels_unsafe_outdoors", 29.7)]
    answers: Cells = {"A2": "Ungdomsenkät", "B2": 2026.0, "C2": "Tjörn", "D2": "åk 9", "E2": "flicka", "G2": "ja"}
    book, rows = handed_in(tmp_path, "youth_survey", filled(form("youth_survey"), {"Svar": answers}))
    assert book.rows_loaded == 1
    assert rows["grade"].to_list() == ["åk 9"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["measures", "service_counts"])
def test_a_form_that_another_program_has_saved_is_read(tmp_path: Path, name: str) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is absent: that another program keeps the form readable was not tried here")
    cells: Cells = {
        "A2": 1.0,
        "B2": "Orust",
        "C2": "Trygghet",
        "F2": "Belysning",
        "G2": "Samhällsbyggnad",
        "H2": "klar",
    }
    sheet = "Åtgärder"
    if name == "service_counts":
        cells, sheet = {"E2": 3.0}, "Räddningstjänst"
    (tmp_path / "form.xlsx").write_bytes(filled(form(name, ["Orust"]), {sheet: cells}))
    (tmp_path / "saved").mkdir()
    command = [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xlsx"]
    subprocess.run(
        [*command, "--outdir", str(tmp_path / "saved"), str(tmp_path / "form.xlsx")],
        check=True,
        capture_output=True,
        timeout=180,
    )
    saved = (tmp_path / "saved" / "form.xlsx").read_bytes()
    book, frame = handed_in(tmp_path, name, saved)
    assert book.rows_quarantined == 0
    assert set(frame["municipality_code"]) == {"1421"}


# ------------------------------------------------------------------------------------------------------- what they are


@pytest.mark.parametrize("name", FORMS)
def test_the_same_form_is_the_same_bytes_and_knows_no_maker(name: str) -> None:
    assert form(name) == form(name)
    with zipfile.ZipFile(io.BytesIO(form(name))) as book:
        assert {each.date_time for each in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = book.read("docProps/core.xml").decode()
    assert "2026-01-01T00:00:00Z" in core
    assert "<dc:creator></dc:creator>" in core


@pytest.mark.parametrize("name", FORMS)
def test_no_column_of_a_form_invites_names(name: str) -> None:
    headings = [text for place, text in texts_of(form(name), first_data_sheet(name)).items() if place[1:] == "1"]
    assert not [heading for heading in headings if any(word in heading for word in PRIVATE)]
    explained = texts_of(form(name), EXPLAINING[0])
    assert explained["A2"].startswith("Skriv aldrig namn, personnummer")
    assert set(headings) <= set(explained.values())


@pytest.mark.parametrize("name", FORMS)
def test_every_column_has_words_of_its_own(name: str) -> None:
    told = read_reference("form_columns")
    answers = read_reference("survey_questions")["column"].to_list()
    columns = [each.source for each in all_sources()[name].source.columns if not each.derived]
    assert [each for each in columns if each not in [*told["column"], *answers]] == []
    assert read_reference("form_notes").filter(pl.col("form") == name).height >= 2


@pytest.mark.parametrize("name", FORMS)
def test_every_word_that_a_list_offers_is_one_that_the_source_takes(name: str) -> None:
    """A list that offers what is then refused would be a trap."""
    from sources._declare import Area, Listed, Municipality, Text
    from sources._strict import _list, area_codes, municipality_codes

    columns = {column.source: column.type for column in all_sources()[name].source.columns}
    offered = lists_of(form(name), first_data_sheet(name))
    assert offered
    for heading, words in offered.items():
        assert len(words) == len(set(words)) > 1, heading
        match columns[heading]:
            case Municipality():
                taken = set(municipality_codes())
            case Area():
                taken = set(area_codes())
            case Listed(table=table, match=match, to=to):
                taken = set(_list(table, match, to))
            case Text(accepted=accepted) if accepted:
                taken = {word.lower() for word in accepted}
            case _:
                continue
        assert [word for word in words if word.lower() not in taken] == [], heading


def test_the_configured_municipalities_come_first_and_the_others_in_swedish_order() -> None:
    offered = lists_of(form("incident_reports"), "Händelser")["kommun"]
    assert offered[:3] == OWN
    assert len(offered) == len(set(offered)) == 290
    assert (offered[3], offered[-1]) == ("Ale", "Övertorneå")
    assert lists_of(form("citizen_survey"), "Andelar")["omrade"][:4] == [*OWN, "Riket"]
    places = lists_of(form("incident_reports", ["Tjörn"]), "Händelser")["plats"]
    assert "Skärhamn" in places
    assert "Henån" not in places


def test_a_form_offers_one_word_for_each_category() -> None:
    listed = read_reference("incident_categories")
    canonical = dict(listed.select("category", "canonical_category").iter_rows())
    assert sorted(canonical[word] for word in CATEGORIES) == sorted(listed["canonical_category"].unique())


def test_a_formula_that_is_typed_stays_text_and_only_open_cells_can_be_written_in() -> None:
    main_space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    for name in FORMS:
        content = form(name)
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            styles = ElementTree.fromstring(book.read("xl/styles.xml"))
            sheets = {part: book.read(part) for part in sheet_parts(content).values()}
        forms = styles.find(f"{main_space}cellXfs")
        assert forms is not None
        for part in sheets.values():
            assert b"<sheetProtection" in part
            assert b"<f>" not in part
        # A cell for text has Excel's text format (49), in which nothing is calculated.
        first = ElementTree.fromstring(sheets[sheet_parts(content)[first_data_sheet(name)]])
        columns = {column.source: type(column.type).__name__ for column in all_sources()[name].source.columns}
        headings = texts_of(content, first_data_sheet(name))
        for cell in first.iter(f"{main_space}c"):
            letters, number = (
                cell.attrib["r"].rstrip("0123456789"),
                cell.attrib["r"].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
            )
            if number != "1" and columns.get(headings[f"{letters}1"], "Text") in ("Text", "Listed", "Municipality"):
                assert forms[int(cell.attrib["s"])].attrib["numFmtId"] == "49", cell.attrib["r"]


def test_every_service_has_a_sheet_with_the_measures_it_answers() -> None:
    content = form("service_counts", ["Tjörn"])
    sheets = [sheet for sheet in sheet_parts(content) if sheet not in EXPLAINING]
    measures = read_reference("service_measures")
    names = dict(read_reference("services").iter_rows())
    answered: set[str] = set()
    for sheet in sheets:
        titles = {text for place, text in texts_of(content, sheet).items() if place[0] == "C" and place != "C1"}
        assert titles, sheet
        for measure in measures.filter(pl.col("title").is_in(list(titles))).iter_rows(named=True):
            assert sheet in [names[service] for service in measure["services"].split(";")]
        answered |= titles
    assert answered == set(measures["title"])


def test_the_command_writes_the_form_of_an_area_and_never_over_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["template", "measures", "--area", "1421"]) == 0
    assert "lagesbild add measures measures_mall.xlsx" in capsys.readouterr().out
    assert lists_of((tmp_path / "measures_mall.xlsx").read_bytes(), "Åtgärder")["kommun"][0] == "Orust"
    for arguments in (["measures"], ["population"], ["measures", "--area", "9999"], ["../../x"]):
        assert main(["template", *arguments]) == 2
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["measures_mall.xlsx"]


def test_the_form_of_answers_has_a_row_for_each_signal_and_those_without_answer_are_left(tmp_path: Path) -> None:
    asked = [
        {"avvikelse": a_signal(signal=name).signal, "vad_som_avvek": signal_text(a_signal(signal=name))}
        for name in ("1415-graffiti-2026-W25", "1421-all-2026-W31")
    ]
    content = template("signal_answers", all_sources()["signal_answers"].source, OWN, DAY, asked)
    texts = texts_of(content, "Avvikelser")
    assert [texts[f"{column}1"] for column in "ABCD"] == ["avvikelse", "vad_som_avvek", "svar", "datum"]
    assert (texts["A3"], texts["B2"][:12]) == ("1421-all-2026-W31", "Stenungsund:")
    assert lists_of(content, "Avvikelser")["svar"] == ["bekräftad", "åtgärdas", "evenemang", "ny rapportör", "dubblett"]
    day = float((date(2026, 9, 1) - date(1899, 12, 30)).days)
    spoiled = row(2, A="Klotter i Henån", C="dubblett", D=day)
    book, frame = handed_in(
        tmp_path, "signal_answers", filled(content, {"Avvikelser": {**row(3, C="ny rapportör", D=day), **spoiled}})
    )
    assert book == Ledger(rows_read=2, rows_loaded=1, rows_quarantined=1, rows_duplicate=0)
    assert frame.select("signal", "answer", "answered_date").rows() == [
        ("1421-all-2026-W31", "new_reporter", date(2026, 9, 1))
    ]
