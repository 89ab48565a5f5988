"""Input that means harm: every way in is tried with it, and what comes out is read."""

import contextlib
import csv
import gzip
import io
import itertools
import json
import os
import re
import struct
import threading
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import xlsxwriter

from flows.cli import main
from flows.pipeline import Outcome, add_files, make_plan, run
from flows.settings import read_settings
from lagesbild import open_release
from models._duckdb import connect, quote
from reports.tables import swedish
from sources import _read, _workbook
from sources._http import Http, next_page
from sources._parse import parse_file
from sources._problem import Problem, UsageProblem, shown
from sources._registry import all_sources
from sources._strict import Parsed, content_as_of

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"
HEADINGS = "omrade;ar;undersokning;fraga;andel_pct;antal_svar;felmarginal;urvalstyp;svarsfrekvens_pct"
ANSWER = "1415;2025;Dialog;otrygg_utomhus;12,5;400;;sjalvvalda;"
REPORT_HEADINGS = "rapport_id;datum;tid;kommun;plats;kategori;beskrivning;rapportor;atgard"


def parsed(source: str, raw: Path) -> Parsed:
    return parse_file(all_sources()[source], raw, raw.name)


def said(source: str, raw: Path) -> str:
    with pytest.raises(Problem) as caught:
        parsed(source, raw)
    return str(caught.value)


def delivered(folder: Path, content: bytes | str, name: str = "leverans.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# ---------------------------------------------------------------------------------------------------------- files given


def link(folder: Path) -> Path:
    (folder / "link.csv").symlink_to(delivered(folder, f"{HEADINGS}\n{ANSWER}\n"))
    return folder / "link.csv"


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.csv")
    return folder / "pipe.csv"


def large(folder: Path) -> Path:
    with (folder / "large.csv").open("wb") as file:
        file.truncate(_read.MOST_BYTES + 1)
    return folder / "large.csv"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (link, "bara vanliga filer läses: symbolisk länk"),
        (pipe, "bara vanliga filer läses: ingen fil"),
        (lambda folder: folder, "bara vanliga filer läses: ingen fil"),
        (lambda _: Path("/dev/zero"), "bara vanliga filer läses: ingen fil"),
        (lambda folder: folder / "nowhere.csv", "filen finns inte"),
        (large, "filen är orimligt stor"),
    ],
)
@pytest.mark.parametrize("source", ["citizen_survey", "incident_reports"])
def test_only_an_ordinary_file_of_reasonable_size_is_taken_in(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    source: str,
    given: Callable[[Path], Path],
    sentence: str,
) -> None:
    (tmp_path / "in").mkdir()
    data = tmp_path / "data"
    assert main(["add", source, str(given(tmp_path / "in")), "--period", "2025", "--data", str(data)]) in (1, 2)
    assert sentence in capsys.readouterr().err
    assert [path for path in (data / "landing").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (f"{HEADINGS}\n{ANSWER}\0\n", "filen är inte text: NUL-tecken"),
        (";" * 600 + "\n", "tabellen är orimligt stor: 601 kolumner"),
        (HEADINGS + "\n" * 600_000, "tabellen är orimligt stor: 9 kolumner och 600000 rader"),
        (f'{HEADINGS[:-1]}"x\ny"\n', "rubrikraden har en radbrytning"),
        (f"{HEADINGS};{'x' * 5000}\n{ANSWER};\n", "okänd kolumn: 'xxx"),
        (f"{HEADINGS};<script>'--\x1b[2J\u202e\n{ANSWER};\n", "okänd kolumn: '<script>'--[2J'"),
        (f"{HEADINGS};om\u200brade\n{ANSWER};\n", "samma rubrik två gånger: 'omrade'"),
    ],
)
def test_a_table_made_to_overwhelm_or_deceive_is_one_short_sentence(
    tmp_path: Path, content: str, sentence: str
) -> None:
    told = said("citizen_survey", delivered(tmp_path, content))
    assert sentence in told
    assert len(told) < 600
    assert told.isprintable()


def test_what_comes_from_outside_is_shown_on_one_line_short_and_without_personnummer() -> None:
    assert shown("a\x1b[2J\u202eb\r\nc\ud800") == "a�[2J�b��c�"
    assert shown("x" * 5000) == f"{'x' * 100} … {'x' * 100}"
    assert shown("lista 19900101-1234.csv, 9001011234") == "lista [nummer].csv, [nummer]"
    assert shown("incident_reports 3fa4b1c2d3e4, rad 12") == "incident_reports 3fa4b1c2d3e4, rad 12"


# ------------------------------------------------------------------------------------------------------------ workbooks


def workbook(rows: Sequence[Sequence[str]]) -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
        sheet.write_blank(60_000, 400, None, book.add_format({"bold": True}))
    return written.getvalue()


WHOLE = workbook([HEADINGS.split(";"), ANSWER.split(";")])
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def rebuilt(changes: Mapping[str, bytes | Callable[[bytes], bytes]]) -> bytes:
    """The whole workbook with parts changed or added."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(WHOLE)) as before,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        parts = {name: before.read(name) for name in before.namelist()}
        for name, change in changes.items():
            parts[name] = change if isinstance(change, bytes) else change(parts[name])
        for name, part in parts.items():
            after.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def with_cell(cell: str) -> Callable[[bytes], bytes]:
    return lambda xml: xml.replace(b"</sheetData>", f'<row r="9">{cell}</row></sheetData>'.encode())


def twice_the_same() -> bytes:
    written = io.BytesIO(WHOLE)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(written, "a") as archive:
        archive.writestr(SHEET, b"<other/>")
    return written.getvalue()


def that_lies_about_its_size() -> bytes:
    """A sheet of 300 MB that says it holds ten bytes, in both of the zip's records."""
    content = rebuilt({SHEET: b" " * 300_000_000})
    true, lie = struct.pack("<I", 300_000_000), struct.pack("<I", 10)
    assert content.count(true) >= 1
    return content.replace(true, lie)


BILLION = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (lambda: rebuilt({SHEET: b" " * 100_000_000}), "arbetsboken är orimligt tätt packad"),
        (lambda: rebuilt({f"xl/media/{n}.png": os.urandom(100) for n in range(1001)}), "orimligt många delar"),
        (lambda: rebuilt({"../../etc/cron.d/x": b"x"}), "vars namn leder någon annanstans"),
        (lambda: rebuilt({"/etc/passwd": b"x"}), "vars namn leder någon annanstans"),
        (lambda: rebuilt({"xl\\..\\x": b"x"}), "vars namn leder någon annanstans"),
        (lambda: rebuilt({"xl/vbaProject.bin": b"x"}), "arbetsboken har makron"),
        (lambda: rebuilt({"xl/externalLinks/externalLink1.xml": b"<x/>"}), "länkad till andra arbetsböcker"),
        (lambda: rebuilt({"xl/embeddings/oleObject1.bin": b"x"}), "arbetsboken har filer inuti sig"),
        (lambda: rebuilt({"xl/media/inner.zip": b"x"}), "arbetsboken har filer inuti sig"),
        (lambda: rebuilt({SHEET: lambda xml: BILLION + xml.split(b"?>", 1)[1]}), "DOCTYPE"),
        (lambda: rebuilt({STRINGS: lambda xml: BILLION + xml.split(b"?>", 1)[1]}), "DOCTYPE"),
        (lambda: rebuilt({"xl/styles.xml": lambda xml: BILLION + xml.split(b"?>", 1)[1]}), "DOCTYPE"),
        (lambda: rebuilt({SHEET: with_cell('<c r="XFD1048576"><v>1</v></c>')}), "en cell orimligt långt ut"),
        (lambda: rebuilt({SHEET: with_cell('<c r="ZZZZZZZZ9"><v>1</v></c>')}), "en cell orimligt långt ut"),
        (lambda: rebuilt({SHEET: with_cell('<c r="A999999999"><v>1</v></c>')}), "en cell orimligt långt ut"),
        (twice_the_same, "två delar med samma namn"),
        (that_lies_about_its_size, "arbetsboken går inte att läsa"),
        (lambda: rebuilt({SHEET: b"<worksheet>"}), "arbetsboken går inte att läsa"),
        (lambda: WHOLE[:-30], "arbetsboken går inte att läsa"),
        (lambda: bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 100, "låst med lösenord"),
    ],
)
def test_a_workbook_that_is_a_trap_is_refused_before_its_reader_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: Callable[[], bytes], sentence: str
) -> None:
    monkeypatch.setattr("fastexcel.read_excel", lambda _: pytest.fail("the reader saw it"))
    assert sentence in said("citizen_survey", delivered(tmp_path, content(), "bok.xlsx"))


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_workbook_packed_in_a_way_that_cannot_be_unpacked_in_steps_is_refused(packing: int) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", packing) as archive:
        archive.writestr("xl/workbook.xml", b" " * 1_000_000)
    with pytest.raises(Problem, match="packad på ett ovanligt sätt"):
        _workbook.repacked(written.getvalue(), "bok.xlsx")


def test_a_part_that_lies_about_its_size_is_not_unpacked_to_its_end() -> None:
    content = that_lies_about_its_size()
    tracemalloc.start()
    try:
        with pytest.raises(Problem, match="går inte att läsa"):
            _workbook.repacked(content, "bok.xlsx")
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_the_same_long_text_in_many_cells_is_counted_as_often_as_it_stands() -> None:
    long = os.urandom(125_000).hex().encode()
    content = rebuilt(
        {
            STRINGS: lambda xml: xml.replace(b">omrade<", b">" + long + b"<"),
            SHEET: with_cell("".join(f'<c r="A{n}" t="s"><v>0</v></c>' for n in range(9, 1000))),
        }
    )
    with pytest.raises(Problem, match="samma text i väldigt många celler"):
        _workbook.repacked(content, "bok.xlsx")


def test_a_workbook_with_colour_far_out_and_pictures_is_read(tmp_path: Path) -> None:
    content = rebuilt({"xl/media/image1.png": b"\x89PNG", "xl/printerSettings/printerSettings1.bin": b"x"})
    assert parsed("citizen_survey", delivered(tmp_path, content, "bok.xlsx")).ledger.rows_loaded == 1


# ---------------------------------------------------------------------------------------------- what text can look like


def test_codes_that_look_alike_are_the_same_code(tmp_path: Path) -> None:
    ids = ["r\u202e1", "r\u200b1", "\ufeffr1", "r1\u2069", "r\u00ad1", "r\x071"]
    rows = "".join(f"{each};2026-08-03;;1415;;klotter;;;\n" for each in ids)
    found = parsed("incident_reports", delivered(tmp_path, f"{REPORT_HEADINGS}\n{rows}"))
    assert found.frame["report_id"].to_list() == ["r1"]
    assert found.ledger.rows_duplicate == 5
    assert found.warnings == ("leverans.csv: osynliga tecken togs bort ur 6 celler i rapport_id",)


def test_letters_written_in_two_ways_are_one_survey(tmp_path: Path) -> None:
    rows = "".join(ANSWER.replace("Dialog", name) + "\n" for name in ("Enk\u00e4t", "Enka\u0308t"))
    found = parsed("citizen_survey", delivered(tmp_path, f"{HEADINGS}\n{rows}"))
    assert found.frame["survey"].to_list() == ["Enkät"]


def test_a_keyword_is_found_through_characters_that_show_nothing(tmp_path: Path) -> None:
    texts = ("berusade", "beru\u200bsa\u00adde")
    rows = "".join(f"r{at};2026-08-03;;1415;;klotter;{text};;\n" for at, text in enumerate(texts))
    found = parsed("incident_reports", delivered(tmp_path, f"{REPORT_HEADINGS}\n{rows}"))
    assert found.frame["keyword_flags"].to_list() == ["alcohol", "alcohol"]


def test_a_code_of_many_thousand_letters_is_refused(tmp_path: Path) -> None:
    row = "{};2026-08-03;;1415;;klotter;;;\n"
    found = parsed(
        "incident_reports", delivered(tmp_path, f"{REPORT_HEADINGS}\n{row.format('r1')}{row.format('x' * 1001)}")
    )
    assert [refusal.rule for refusal in found.refusals] == ["too_long"]


# ------------------------------------------------------------------------------------------------- numbers, days, depth

EVENT = {
    "id": 1,
    "datetime": "2026-08-01 1:00:00 +02:00",
    "name": "01 augusti 00.30, Skadegörelse, Tjörn",
    "summary": "",
    "url": "/x",
    "type": "Skadegörelse",
    "location": None,
}


@pytest.mark.parametrize(
    "instant",
    [
        "9999-12-31 23:59:59 -12:00",
        "9999-12-31 23:59:59 +00:00",
        "0000-01-01 00:00:00 +00:00",
        "0001-01-01 00:00:00 +14:00",
        "292277026596-01-01 00:00:00 +00:00",
        "+10000-01-01 00:00:00 +00:00",
        "2026-13-45 99:99:99 +99:99",
    ],
)
def test_an_instant_beyond_our_time_refuses_its_row_only(tmp_path: Path, instant: str) -> None:
    events = [EVENT, {**EVENT, "id": 2, "datetime": instant}]
    found = parsed("police_events", delivered(tmp_path, json.dumps(events), "events.json"))
    assert [refusal.column_name for refusal in found.refusals] == ["published_at"]
    assert content_as_of([found.frame], all_sources()["police_events"].source) == date(2026, 8, 1)


@pytest.mark.parametrize("day", ["9999-12-31", "0000-01-01", "292277026596-01-01", "99999999", "1899-12-31"])
def test_a_day_beyond_our_time_refuses_its_row_only(tmp_path: Path, day: str) -> None:
    text = f"{REPORT_HEADINGS}\nr1;{day};;1415;;klotter;;;\n"
    [refusal] = parsed("incident_reports", delivered(tmp_path, text)).refusals
    assert (refusal.column_name, refusal.rule) == ("date", "not_a_time")


@pytest.mark.parametrize(
    "number", ["1e999", "-1e999", "NaN", "Infinity", "inf", "9" * 400, "0x10", "1_000", "--1", "１２"]
)
def test_a_number_beyond_all_measure_refuses_its_row_only(tmp_path: Path, number: str) -> None:
    rows = f"{ANSWER}\n{ANSWER.replace('2025', '2024').replace('12,5', number)}\n"
    found = parsed("citizen_survey", delivered(tmp_path, f"{HEADINGS}\n{rows}"))
    assert (found.ledger.rows_loaded, len(found.refusals)) == (1, 1)


def kolada(value: str) -> str:
    cell = f'{{"gender": "T", "count": 1, "status": "", "value": {value}, "isdeleted": false}}'
    return f'{{"values": [{{"kpi": "N01951", "municipality": "1415", "period": 2020, "values": [{cell}]}}]}}'


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999", "-1e999"])
def test_json_numbers_that_are_none_refuse_their_row(tmp_path: Path, value: str) -> None:
    found = parsed("kolada_values", delivered(tmp_path, kolada(value), "k.json"))
    assert [refusal.rule for refusal in found.refusals] == ["not_a_number"]


@pytest.mark.parametrize(
    ("source", "content"),
    [
        ("kolada_values", kolada("1" + "0" * 400)),
        ("kolada_values", kolada("1" * 5000)),
        ("kolada_values", kolada('"\\ud800"')),
        ("kolada_values", '{"values": ' + "[" * 100_000),
        ("kolada_values", kolada("[" * 500 + "]" * 500)),
        ("police_events", json.dumps([{**EVENT, "id": 10**30}])),
        ("police_events", json.dumps([{**EVENT, "name": "\ud800"}])),
        ("police_events", json.dumps([{**EVENT, "location": [1]}])),
    ],
)
def test_an_answer_that_no_publisher_gives_is_one_sentence(tmp_path: Path, source: str, content: str) -> None:
    assert len(said(source, delivered(tmp_path, content, "svar.json"))) < 500


def test_a_dataset_that_says_it_is_enormous_is_not_unfolded(tmp_path: Path) -> None:
    codes = {str(n): n for n in range(3000)}
    names = ("Region", "ContentsCode", "Tid")
    body = {
        "class": "dataset",
        "id": names,
        "size": [3000, 3000, 3000],
        "dimension": {name: {"category": {"index": codes}} for name in names},
        "value": {"0": 1},
    }
    assert "orimligt många värden" in said("population", delivered(tmp_path, json.dumps(body), "d.json"))


def test_a_thousand_unknown_values_are_a_few_warnings(tmp_path: Path) -> None:
    events = [{**EVENT, "id": n + 1, "type": f"<b>{n}\x1b\u202e{'x' * 900}"} for n in range(1000)]
    found = parsed("police_events", delivered(tmp_path, json.dumps(events), "events.json"))
    assert len(found.warnings) < 25
    assert all(len(warning) < 300 and warning.isprintable() for warning in found.warnings)


# ------------------------------------------------------------------------------------------------------------- settings


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own to run the command in."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("LAGESBILD_"):
            monkeypatch.delenv(name)
    return tmp_path


def into_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def refused_settings() -> str:
    with pytest.raises(UsageProblem) as caught:
        read_settings()
    assert "hemlig" not in str(caught.value)
    return str(caught.value)


def test_settings_of_ones_own_are_read(here: Path) -> None:
    delivered(here, 'area = "1415"\n[base_urls]\nkolada_values = "http://127.0.0.1:8000/v3"\n', "lagesbild.toml")
    assert read_settings().area == "1415"


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda file: file.chmod(0o666), "filen kan ändras av andra"),
        (lambda file: file.chmod(0o664), "filen kan ändras av andra"),
        (lambda file: file.parent.chmod(0o777), "mappen kan ändras av andra"),
        (lambda file: file.parent.chmod(0o1777), "mappen kan ändras av andra"),
        (lambda file: (file.rename(file.with_name("x")), file.symlink_to("x")), "symbolisk länk"),
        (into_pipe, "bara vanliga filer läses"),
        (lambda file: (file.unlink(), file.mkdir()), "bara vanliga filer läses"),
        (lambda file: file.write_text("#" * 70_000), "filen är större än"),
    ],
)
def test_settings_that_others_can_have_put_there_are_refused(
    here: Path, spoil: Callable[[Path], object], sentence: str
) -> None:
    spoil(delivered(here, 'area = "1415"\n', "lagesbild.toml"))
    assert sentence in refused_settings()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("name", ["lagesbild.toml", "."])
def test_settings_of_another_user_are_refused(here: Path, name: str) -> None:
    delivered(here, 'area = "1415"\n', "lagesbild.toml")
    os.chown(here / name, 12345, 12345)
    assert "ägs av någon annan" in refused_settings()


@pytest.mark.parametrize(
    "url",
    [
        "https://user:hemlig@api.example.se",
        "https://hemlig@api.example.se",
        "https://api.example.se/v3?token=hemlig",
        "https://api.example.se/v3#hemlig",
        "http://api.example.se",
        "http://127.0.0.1.example.se/hemlig",
        "file:///etc/passwd",
        "//api.example.se",
        "https://",
        "https://[hemlig",
        "https://api.example.se:99999/hemlig",
        "https://api.example.se/\r\nX-Hemlig: 1",
    ],
)
@pytest.mark.parametrize("way", ["file", "environment"])
def test_an_address_that_is_open_or_holds_a_secret_is_refused_and_not_shown(
    here: Path, monkeypatch: pytest.MonkeyPatch, url: str, way: str
) -> None:
    if way == "file":
        delivered(here, f"[base_urls]\nkolada_values = {json.dumps(url)}\n", "lagesbild.toml")
    else:
        monkeypatch.setenv("LAGESBILD_BASE_URLS", json.dumps({"kolada_values": url}))
    assert "kolada_values: adressen" in refused_settings()


@pytest.mark.parametrize(
    "line",
    [
        'public_url = "http://data.example.se/"',
        'public_url = "https://data.example.se/?token=hemlig"',
        'public_url = "https://data.example.se/<x>"',
        'public_contact = "anna.svensson@example.se"',
        'public_contact = "Anna@example.se"',
        'public_contact = "ks19750102@example.se"',
        'public_contact = "oppnadata@example"',
        'public_contact = "Öppna data <oppnadata@example.se>"',
        'public_contact = "oppnadata@example.se, annat@example.se"',
        'licence = "CC-BY-NC-4.0"',
        r'publisher = "Orusts\nkommun"',
    ],
)
def test_what_cannot_stand_in_an_open_catalogue_is_refused(here: Path, line: str) -> None:
    delivered(here, f"{line}\n", "lagesbild.toml")
    assert "inställningen går inte att använda" in refused_settings()


def test_what_is_said_of_open_data_is_read_and_an_address_ends_as_a_folder(here: Path) -> None:
    lines = 'publisher = "Orusts kommun"\npublic_url = "https://data.example.se/lagesbild"\nlicence = "CC0-1.0"\n'
    delivered(here, f'{lines}public_contact = "oppna-data@orust.example.se"\n', "lagesbild.toml")
    settings = read_settings()
    assert settings.public_url == "https://data.example.se/lagesbild/"
    assert (settings.publisher, settings.licence) == ("Orusts kommun", "CC0-1.0")
    assert settings.public_contact == "oppna-data@orust.example.se"
    (here / "lagesbild.toml").unlink()
    nothing = read_settings()
    assert (nothing.publisher, nothing.public_url, nothing.public_contact, nothing.licence) == ("", "", "", "CC-BY-4.0")


@pytest.mark.parametrize(
    "line", [r'contact = "a\r\nX-Secret: 1"', r'data = "a\u0000b"', r'area = "14\u202e15"', f'area = "{"9" * 2000}"']
)
def test_a_setting_that_hides_something_is_refused(here: Path, line: str) -> None:
    delivered(here, line, "lagesbild.toml")
    assert "inställningen går inte att använda" in refused_settings()


# -------------------------------------------------------------------------------------------------------------- network


class Publisher(ThreadingHTTPServer):
    """Answers what a test tells it to: path → (status, headers, body)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        self.server.asked.append(self.path)
        match = next((key for key in self.server.answers if path.startswith(key)), None)
        status, headers, body = self.server.answers[match] if match else (404, {}, b"")
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # the client hangs up on a bomb
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def publisher() -> Iterator[Publisher]:
    server = Publisher()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def http() -> Iterator[Http]:
    with Http(user_agent="test", sleep=lambda _: None) as client:
        yield client


def refusal(http: Http, url: str) -> str:
    with pytest.raises(Problem) as caught:
        http.get(url, pause=0)
    assert "hemlig" not in str(caught.value)
    return str(caught.value)


def test_an_answer_that_unpacks_without_end_is_cut_off(publisher: Publisher, http: Http) -> None:
    bomb = gzip.compress(bytes(200_000_000), compresslevel=1)
    assert len(bomb) < 2_000_000
    publisher.answers["/bomb"] = (200, {"Content-Encoding": "gzip"}, bomb)
    assert "orimligt stort svar" in refusal(http, f"{publisher.url}/bomb?key=hemlig")


def test_packed_answers_are_unpacked_once(publisher: Publisher, http: Http) -> None:
    publisher.answers["/once"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b"{}"))
    assert http.get(f"{publisher.url}/once", pause=0) == b"{}"
    for packing in ("gzip, gzip", "br", "zstd", "deflate"):
        publisher.answers["/more"] = (200, {"Content-Encoding": packing}, gzip.compress(gzip.compress(b"{}")))
        assert "packat på ett sätt som inte begärdes" in refusal(http, f"{publisher.url}/more")


@pytest.mark.parametrize(
    "to", ["http://169.254.169.254/latest", "https://127.0.0.1/x", "http://localhost:{port}/ok", "file:///etc/passwd"]
)
def test_a_redirect_to_another_place_is_not_followed(publisher: Publisher, http: Http, to: str) -> None:
    publisher.answers["/ok"] = (200, {}, b"{}")
    publisher.answers["/away"] = (302, {"Location": to.format(port=publisher.server_address[1])}, b"")
    told = refusal(http, f"{publisher.url}/away?key=hemlig")
    assert "hänvisar till en annan adress" in told or "utgivaren svarade inte: " in told
    assert not any(path.startswith("/ok") for path in publisher.asked)


def test_a_redirect_within_the_host_is_followed_and_a_ring_is_left(publisher: Publisher, http: Http) -> None:
    publisher.answers["/good"] = (200, {}, b"[1]")
    publisher.answers["/moved"] = (301, {"Location": "/good"}, b"")
    publisher.answers["/ring"] = (302, {"Location": "/ring"}, b"")
    assert http.get(f"{publisher.url}/moved", pause=0) == b"[1]"
    assert "i en ring" in refusal(http, f"{publisher.url}/ring")


@pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
def test_no_message_shows_the_query_of_an_address(publisher: Publisher, http: Http, status: int) -> None:
    publisher.answers["/fault"] = (status, {"Retry-After": "²"}, b"")
    assert f"{publisher.url}/fault: utgivaren svarade inte: HTTP {status}" in refusal(
        http, f"{publisher.url}/fault?token=hemlig"
    )


def test_a_page_in_the_place_of_data_says_nothing_of_the_query(publisher: Publisher, http: Http) -> None:
    publisher.answers["/page"] = (200, {"Content-Type": "text/html; x=" + "y" * 3000}, b"<html>")
    assert len(refusal(http, f"{publisher.url}/page?token=hemlig")) < 500


@pytest.mark.parametrize(
    "reference",
    [
        "https://evil.example/x",
        "//evil.example/x",
        "file:///etc/passwd",
        "http://[",
        "https://api.kolada.se.evil.example/",
    ],
)
def test_an_answer_does_not_lead_to_another_host(reference: str) -> None:
    with pytest.raises(Problem, match="hänvisar till en annan adress"):
        next_page("https://api.kolada.se/v3/data?token=hemlig", reference)


def test_a_next_page_keeps_the_protocol_and_the_host_that_were_asked() -> None:
    asked = "https://api.kolada.se/v3/data/kpi/N1?page=1"
    assert next_page(asked, "http://api.kolada.se:80/v3/data/kpi/N1?page=2") == asked.replace("page=1", "page=2")
    assert next_page(asked, "?page=2") == asked.replace("page=1", "page=2")
    assert next_page(asked, "https://me:secret@api.kolada.se/x") == "https://api.kolada.se/x"


def test_pages_without_end_are_left(publisher: Publisher, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = iter(range(10**9))
    monkeypatch.setattr(
        Http, "get", lambda *_, **__: json.dumps({"values": [], "next_url": f"?page={next(pages)}"}).encode()
    )
    fetch = all_sources()["kolada_values"].fetch
    assert fetch is not None
    with pytest.raises(Problem, match="tar aldrig slut: 200 sidor"):
        list(fetch(http, ["1415"]))


# --------------------------------------------------------------------------------------------------------------- DuckDB


@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize(
    "query",
    [
        "from read_text('/etc/passwd')",
        "from '/etc/passwd'",
        "copy (select 1) to '{folder}/out.csv'",
        "attach '{folder}/other.duckdb'",
        "from read_csv('https://example.org/x.csv')",
        "install httpfs",
        "load httpfs",
        "from glob('/etc/*')",
        "export database '{folder}/all'",
        "set enable_external_access = true",
        "set allowed_directories = ['/']",
    ],
)
def test_no_query_reaches_a_file_the_network_or_an_extension(tmp_path: Path, query: str, read_only: bool) -> None:
    connect(tmp_path / "w.duckdb").close()
    with closing(connect(tmp_path / "w.duckdb", read_only=read_only)) as con, pytest.raises(duckdb.Error):
        con.execute(query.format(folder=tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["w.duckdb"]


def test_a_connection_that_names_its_folders_reaches_no_other(tmp_path: Path) -> None:
    mine = tmp_path / "mi'n [1]*"
    mine.mkdir()
    delivered(tmp_path, "a\n1\n", "other.csv")
    (mine / "link.csv").symlink_to(tmp_path / "other.csv")
    with closing(connect(folders=[mine])) as con:
        con.execute(f"copy (select 1 as a) to {quote(str(mine / 'x.parquet'))}")
        assert con.execute(f"from read_parquet({quote(str(mine / 'x.parquet'))})").fetchall() == [(1,)]
        for path in (tmp_path / "other.csv", mine / ".." / "other.csv", mine / "link.csv"):
            with pytest.raises(duckdb.PermissionException):
                con.execute(f"from read_csv({quote(str(path))})")


@pytest.mark.parametrize("value", ["'", "''", "'; drop table t; --", "\\'", "\u2019", "å" * 5000, "$$", "{0}"])
def test_a_quoted_value_is_that_value_and_nothing_more(value: str) -> None:
    with closing(connect()) as con:
        assert con.execute(f"select {quote(value)}").fetchall() == [(value,)]


# ------------------------------------------------------------------------------------------------------- the whole path

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg/onload=alert(3)>"
SQL = "x'); drop schema core cascade; --"
FORMULA = "=cmd|' /C calc'!A0"
NIGHT = datetime(2026, 8, 7, 0, 30, tzinfo=UTC)
EVIL = [MARKUP, SQL, FORMULA, "+1+1", "-1+1", "@sum(1)", "{{7*7}}{% raw %}", "javascript:alert(4)", "../../x", "%s%n"]
EVIL.append("x" * 900)
MAIL = "anna@example.se"
PERSON = "19640823-3234"


def evil_kolada() -> bytes:
    rows = [
        row
        for name in ("recovered_counts_page_1", "recovered_counts_page_2", "population_2010_2019")
        for row in json.loads((SAMPLE / "kolada_values" / f"{name}.json").read_text(encoding="utf-8"))["values"]
    ]
    cell = {"gender": "T", "count": 1, "status": "", "value": 1, "isdeleted": False}
    rows += [{"kpi": text, "municipality": "1415", "period": 2019, "values": [cell]} for text in EVIL]
    return json.dumps({"values": rows, "count": len(rows), "next_url": None, "previous_url": MARKUP}).encode()


def evil_pxweb(name: str, *spared: str) -> bytes:
    """A sample file whose every text that is no code is hostile, but for the labels that say what a figure is."""
    body = json.loads((SAMPLE / name).read_text(encoding="utf-8"))
    body["label"] = body["source"] = MARKUP
    body["note"] = EVIL
    for dimension_name, dimension in body["dimension"].items():
        dimension["label"] = SQL
        if dimension_name not in spared:
            texts = dict(zip(dimension["category"]["index"], itertools.cycle(EVIL), strict=False))
            dimension["category"]["label"] = texts
    return json.dumps(body).encode()


def evil_events() -> bytes:
    return json.dumps(
        [
            {
                "id": at + 1,
                "datetime": "2026-08-05 10:00:00 +02:00",
                "name": f"05 augusti 09.30, {text}, Tjörn",
                "summary": text,
                "url": text,
                "type": text,
                "location": {"name": text, "gps": text},
            }
            for at, text in enumerate([*EVIL, "\u202e" + MARKUP, "a\0b", "\ttab", "\rcr"])
        ]
    ).encode()


def evil_table(heading: str, row: Callable[[str], Sequence[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerows([heading.split(";"), *(row(text) for text in EVIL)])
    return written.getvalue().encode()


HANDED = {
    "incident_reports": (
        f"{PERSON} Anna Andersson.csv",
        evil_table(
            REPORT_HEADINGS,
            lambda text: (
                text,
                "2026-08-03",
                "21.05",
                "1415",
                text,
                "klotter",
                text,
                MAIL if text == SQL else text,
                text,
            ),
        ),
    ),
    "service_counts": (
        "=cmd|.csv",
        evil_table(
            "kommun;period;matt;grupp;varde;av_hur_manga;enhet;antal_rapporterande;notering",
            lambda text: ("1415", f"{2010 + EVIL.index(text)}", "Trygghetsvandringar", "", "4", "", "antal", "", text),
        ),
    ),
    "measures": (
        "logg <b>.csv",
        evil_table(
            "nr;kommun;fokusomrade;plats;problem;atgard;ansvarig_funktion;status;beslutad;klart_senast;klart;"
            "antal_lovat;antal_gjort;enhet;kostnad_kr;notering",
            lambda text: (
                *(f"{1 + EVIL.index(text)}", "1415", "Buskörning", text, text, text, "Gatuavdelningen", "klar"),
                *("2026-01-02", "2026-05-31", "2026-05-01", "2", "2", "objekt", "1", text),
            ),
        ),
    ),
    "youth_survey": (
        "a\n \x1b[2J\u202eb.csv",
        evil_table(
            "undersokning;ar;kommun;arskurs;kon;vikt;foraldrar_tillater_alkohol;stor_risk_med_cannabis;"
            "erbjuden_narkotika_12_man;fatt_alkohol_av_vuxen;vet_var_narkotika_kan_kopas;druckit_alkohol_12_man;"
            "anvant_narkotika_12_man;daligt_psykiskt_valbefinnande;utsatt_for_krankning_12_man;trygg_i_skolan;kommentar",
            lambda text: (text, "2025", "1415", "åk 9", "flicka", "", *["ja"] * 10, text),
        ),
    ),
    "population": ("population.json", evil_pxweb("population/tab638_2010_2019.json")),
    "public_health_survey": (
        "..%2f..json",
        evil_pxweb("public_health_survey/synthetic_psykessler6yreg.json", "Kön", "År", "Andel och konfidensintervall"),
    ),
    "scb_citizen_survey": (
        "<b>.json",
        evil_pxweb("scb_citizen_survey/synthetic_medborgtrygghet1.json", "ContentsCode"),
    ),
    "citizen_survey": (
        f"'; drop table x; --.{PERSON}",
        evil_table(
            HEADINGS,
            lambda text: (
                "1415",
                f"{2010 + EVIL.index(text)}",
                text,
                "otrygg_utomhus",
                "12",
                "400",
                "",
                "sjalvvalda",
                "",
            ),
        ),
    ),
    "police_extracts": (
        "'; --.csv",
        evil_table(
            "Lokalpolisområde;Kommun;HR-kod Beskrivning Slutlig;Datum;Antal HR",
            lambda text: (text, "1415", text, "2025-01-31", "1"),
        ),
    ),
    "rescue_callouts": (
        "=a.csv",
        evil_table(
            "handelseId;datum;kommun;utlosandeHandelseText;foljdolyckaGruppText;orsakAvsiktText;deso",
            lambda text: (text, "2025-01-31", "1415", "Trafikolycka", text, "Gick inte att bedöma", text),
        ),
    ),
    "road_accidents": (
        "<b>.csv",
        evil_table(
            "olycks_id;person_nr;datum;kommun;svarhetsgrad;trafikelement;aldersgrupp;rapporterad_av",
            lambda text: (text, "1", "2025-01-31", "1415", "lindrig", "cykel", "15-17 år", "polis"),
        ),
    ),
}


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory, publisher: Publisher) -> tuple[Path, Outcome]:
    """A data folder with a quote in its name after a night on which every source brought something hostile."""
    folder = tmp_path_factory.mktemp("attacked")
    data = folder / "da'ta; --"
    publisher.answers |= {
        "/kolada": (200, {}, evil_kolada()),
        "/police": (200, {}, evil_events()),
    }
    urls = {"kolada_values": "/kolada", "police_events": "/police"}
    settings = read_settings(data=data, base_urls={name: publisher.url + path for name, path in urls.items()})
    plan = make_plan(settings, as_of=date(2026, 8, 7), now=NIGHT, only=tuple(urls))
    for source, (name, content) in HANDED.items():
        file = delivered(folder, content, name)
        add_files(plan, all_sources()[source], [file], period="2025")
    return data, run(plan)


def pages(data: Path) -> Iterator[Path]:
    yield from (data / "output" / "latest").resolve().rglob("*.html")


SORTING = (SAMPLE.parents[1] / "reports" / "templates" / "sort.js").read_text(encoding="utf-8")
LINK = r"https://|#|[\w-]+\.(?:html(?:#|$)|pdf$|docx$|pptx$)|data/[a-z0-9_.-]+\.csv$|\.\./lagesbild\.xlsx$"


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}


def test_a_night_of_attacks_ends_with_a_release(attacked: tuple[Path, Outcome]) -> None:
    _, outcome = attacked
    assert outcome.breaches == ()
    assert outcome.path is not None
    assert [result.name for result in outcome.sources if result.problem] == []
    attacked_sources = [result for result in outcome.sources if result.observations]
    assert {result.name for result in attacked_sources} == {*HANDED, "kolada_values", "police_events"}
    for result in attacked_sources:
        book = result.ledger
        assert book.rows_read == book.rows_loaded + book.rows_quarantined + book.rows_duplicate >= len(EVIL)


def test_no_markup_from_data_is_alive_on_any_page(attacked: tuple[Path, Outcome]) -> None:
    texts = []
    for path in pages(attacked[0]):
        page = _Page()
        texts.append(path.read_text(encoding="utf-8"))
        # The one script of a page is the house's own, and the page's policy runs no other.
        page.feed(texts[-1].replace(f"<script>{SORTING}</script>", ""))
        assert page.tags.isdisjoint({"script", "img", "iframe", "object", "embed", "form", "base", "link"}), path
        assert [name for name, _ in page.attributes if name.startswith("on")] == []
        hrefs = {value for name, value in page.attributes if name in ("href", "src", "action")}
        assert [href for href in hrefs if not re.match(LINK, href)] == []
    assert any("&lt;script&gt;" in text for text in texts)  # so something hostile did come this far


def test_no_cell_of_a_swedish_csv_is_a_formula(attacked: tuple[Path, Outcome]) -> None:
    cells = [
        cell
        for path in (attacked[0] / "output" / "latest").resolve().rglob("*_sv.csv")
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=";")
        for cell in row
    ]
    assert len(cells) > 1000
    assert [cell for cell in cells if re.match(r"[=+\-@\t\r\n]", cell) and not re.fullmatch(r"-?[\d,]+", cell)] == []


def test_no_cell_of_the_workbook_is_a_formula(attacked: tuple[Path, Outcome]) -> None:
    books = list((attacked[0] / "output" / "latest").resolve().rglob("*.xlsx"))
    assert len(books) == 2
    for book in books:
        with zipfile.ZipFile(book) as archive:
            for part in archive.namelist():
                assert not re.search(rb"<f[ >]", archive.read(part)), part


@pytest.mark.parametrize("text", [*EVIL[2:6], " =1+1", "\t=1", "\n=1", "＝1+1", "＠x"])
def test_a_formula_in_a_text_column_is_guarded(text: str) -> None:
    [cell] = swedish(pl.DataFrame({"message": [text]}))["meddelande"]
    assert cell == f"'{text}"


def test_every_table_stands_and_holds_the_text_as_text(attacked: tuple[Path, Outcome]) -> None:
    with closing(open_release(attacked[0])) as con:
        tables = {row[0] for row in con.sql("select schema_name || '.' || table_name from duckdb_tables()").fetchall()}
        types = {row[0] for row in con.sql("select type from core.police_events").fetchall()}
        rows = con.sql("select count(*) from core.municipalities").fetchall()
    assert {"core.police_events", "core.municipalities", "output.indicators", "output.sources"} <= tables
    assert {MARKUP, SQL, FORMULA, "ab"} <= types  # NUL and turning marks are gone, nothing else is
    assert not any("\u202e" in text or "\0" in text for text in types)
    assert rows == [(290,)]


def test_no_name_of_a_delivered_file_ends_in_a_path_or_an_output(attacked: tuple[Path, Outcome]) -> None:
    data = attacked[0]
    files = [path for path in data.rglob("*") if path.is_file()]
    assert len(files) > 30
    for path in files:
        assert path.resolve().is_relative_to(data.resolve())
        assert re.fullmatch(r"[\w.-]+", path.name), path.name
        content = path.read_bytes()
        for secret in (PERSON, PERSON[2:], PERSON.replace("-", ""), "Anna Andersson", MAIL, "drop table x", "\x1b[2J"):
            assert secret.encode() not in content, (path, secret)


def test_a_file_name_with_a_personnummer_is_not_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in (f"{PERSON}.csv", f"x.{PERSON}", "a\n\x1b[2Jb.csv"):
        file = delivered(tmp_path, f"{HEADINGS};okänd\n{ANSWER};\n", name)
        assert main(["add", "citizen_survey", str(file), "--period", "2025", "--data", str(tmp_path / "d")]) == 1
        told = capsys.readouterr().err
        assert "okänd kolumn" in told
        assert PERSON not in told
        assert told.rstrip("\n").isprintable()


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--offline", "--area", SQL],
        ["run", "--offline", "--area", "9" * 3000],
        ["run", "--offline", "--only", SQL],
        ["run", "--offline", "--only", "../../x"],
        ["run", "--offline", "--as-of", SQL],
        ["add", SQL, "x.csv"],
        ["add", "citizen_survey", __file__, "--period", SQL],
        ["add", "citizen_survey", __file__, "--period", "2025\n2026"],
        ["add", "citizen_survey", "a\x1b[2Jb.csv", "--period", "2025"],
        ["show", "output.indicators; drop table output.indicators"],
        ["sql", "from read_text('/etc/passwd')"],
        ["sql", "set enable_external_access = true"],
        ["explain", SQL, SQL, SQL],
        ["template", "../../x"],
        ["new", "source", "../../x"],
        ["new", "indicator", SQL],
    ],
)
def test_a_hostile_argument_is_one_short_sentence(
    attacked: tuple[Path, Outcome], capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main([*arguments, "--data", str(attacked[0])]) == 2
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert len(told) < 900
    assert told.rstrip("\n").isprintable()
    assert "root:" not in told
