"""Nothing that points at a person gets through the output gate, and no name of a handed-in file is written down."""

import io
import json
import os
import sqlite3
import struct
import subprocess
import sys
import uuid
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from pptx import Presentation
from pypdf import PdfWriter
from pypdf.actions import JavaScript
from pypdf.generic import RectangleObject

from flows.cli import main
from flows.pipeline import Plan, add_files, make_plan, read_source, run
from flows.settings import read_settings
from reports._document import Chart, Document, Paragraph
from reports._docx import write_docx
from reports._pdf import write_pdf
from reports._pptx import write_pptx
from reports._printed import draw
from reports._scheduler import remember_clean
from reports._zip import read_zip, write_zip
from reports.gate import find_hits, find_hits_in
from sources._declare import Text
from sources._door import hide_identities, identity_key
from sources._landing import read_manifest
from sources._problem import Problem
from sources._registry import all_sources
from sources._strict import Ledger, Parsed, read_reference
from tests.documents import full_document, serif, svg

ROOT = Path(__file__).resolve().parents[1]
PHONE = "ring 070-174 06 05 nu"
PERSON = "Anna Svensson"


def hits(folder: Path, name: str, content: bytes | str) -> list[str]:
    """What the gate finds in a release of one file."""
    path = folder / "internal" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found = find_hits_in(folder)
    assert not any(word in hit for hit in found for word in ("Anna", "Svensson", "174 06"))
    return found


# --------------------------------------------------------------------------------------------- one kind after another


@pytest.mark.parametrize(
    "sql",
    [
        "create table t as select '{}' as c",
        "create table t as select ['x', '{}'] as c",
        "create table t as select {{'a': 1, 'b': ['{}']}} as c",
        'create table t as select \'{{"a": "{}"}}\'::json as c',
        "create type k as enum ('{}', 'x'); create table t as select 'x'::k as c",
        "create table t as select 1 as c; comment on table t is '{}'",
        "create table t as select 1 as c; comment on column t.c is '{}'",
        "create schema other; create table other.t as select '{}' as c",
        "create table t (c integer); create view v as select '{}' as text from t",
        "create table t (c integer, d varchar default '{}')",
        "create macro m() as '{}'",
        'create table t as select 1 as "{}"',
    ],
)
def test_every_text_of_a_database_is_read(sql: str, tmp_path: Path) -> None:
    for text, expected in ((PHONE, ["phone"]), ("Klotter på stationen", [])):
        (tmp_path / text[:4]).mkdir()
        with duckdb.connect(str(tmp_path / text[:4] / "lagesbild.duckdb")) as con:
            con.execute(sql.format(text))
        assert sorted({hit.rpartition(": ")[2] for hit in find_hits_in(tmp_path / text[:4])}) == expected


@pytest.mark.parametrize(
    ("frame", "metadata"),
    [
        (pl.DataFrame({"c": [PHONE]}), {}),
        (pl.DataFrame({"c": [["x", PHONE]]}), {}),
        (pl.DataFrame({"c": [{"a": PHONE}]}), {}),
        (pl.DataFrame({"c": [PHONE]}, schema={"c": pl.Categorical}), {}),
        (pl.DataFrame({PHONE: [1]}), {}),
        (pl.DataFrame({"c": [1]}), {"note": PHONE}),
    ],
)
def test_every_text_of_a_parquet_file_is_read(frame: pl.DataFrame, metadata: dict[str, str], tmp_path: Path) -> None:
    content = io.BytesIO()
    frame.write_parquet(content, metadata=metadata)
    assert "phone" in {hit.rpartition(": ")[2] for hit in hits(tmp_path, "t.parquet", content.getvalue())}


@pytest.mark.parametrize(
    "schema",
    [
        pa.schema([pa.field("c", pa.int64(), metadata={"title_sv": PHONE})]),
        pa.schema([pa.field("c", pa.int64(), metadata={PHONE: "x"})]),
        pa.schema([pa.field("c", pa.int64())], metadata={"title_sv": PHONE}),
        pa.schema([pa.field("c", pa.list_(pa.field("item", pa.int64(), metadata={"title_sv": PHONE})))]),
        pa.schema([pa.field("c", pa.struct([pa.field("d", pa.int64(), metadata={"title_sv": PHONE})]))]),
    ],
)
def test_the_metadata_of_every_column_of_a_parquet_file_is_read(schema: pa.Schema, tmp_path: Path) -> None:
    content = io.BytesIO()
    pq.write_table(schema.empty_table(), content)
    assert "phone" in {hit.rpartition(": ")[2] for hit in hits(tmp_path, "t.parquet", content.getvalue())}


def test_a_parquet_file_with_column_metadata_that_nobody_can_read_is_stopped(tmp_path: Path) -> None:
    content = io.BytesIO()
    pl.DataFrame({"c": [1]}).write_parquet(content, metadata={"ARROW:schema": "////aGVq"})
    assert hits(tmp_path, "t.parquet", content.getvalue()) == ["internal/t.parquet: går inte att läsa"]


@pytest.mark.parametrize(
    "page",
    [
        f"<p>{PHONE}</p>",
        f"<!-- {PHONE} -->",
        f"<title>{PHONE}</title>",
        f"<meta content='{PHONE}'>",
        "<meta content=070-1740605>",
        f'<img alt="{PHONE}">',
        f"<style>/* {PHONE} */</style>",
        f'<style>p::before {{ content: "{PHONE}" }}</style>',
        f'<script>const a = ["{PHONE}"]</script>',
        f'<script type="application/json">{{"a": [{{"b": "{PHONE}"}}]}}</script>',
        f"<svg><text><title>{PHONE}</title></text></svg>",
        "<p>ring 070-<b>174</b> 06 <i>05</i> nu</p>",
        "<p>ring 070&#45;174&nbsp;06&nbsp;05 nu</p>",
        f"<p {PHONE}",
    ],
)
def test_everything_in_a_page_is_read(page: str, tmp_path: Path) -> None:
    assert hits(tmp_path, "p.html", f"<!doctype html><html><body>{page}</body></html>") == ["internal/p.html: phone"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", f"x,y\n1,{PHONE}\n"),
        ("a_sv.csv", f"\ufeffx;y\r\n1;'{PHONE}\r\n"),
        ("a.csv", f"{PHONE},y\n1,2\n"),
        ("a.json", json.dumps({"a": [{"b": PHONE}]})),
        ("a.json", f'{{"a": "{PHONE}", "a": "x"}}'),
        ("a.json", '{"a": 198712202384}'),
        ("a.ttl", f'<x> <y> "{PHONE}"@sv .\n# {PERSON}\n'),
        ("a.svg", f"<svg><metadata>{PHONE}</metadata><desc>x</desc></svg>"),
        ("a.svg", "<svg><text>070-<tspan>1740605</tspan></text></svg>"),
    ],
)
def test_every_other_text_file_is_read(name: str, content: str, tmp_path: Path) -> None:
    assert hits(tmp_path, name, content)


def test_numbers_days_hashes_and_geometry_are_nobody(tmp_path: Path) -> None:
    cells = ["2026-08-07", "2026-08-07T02:30:00.123456+00:00", str(uuid.uuid4()), "0.8712202384", "27003", "13,5714285"]
    assert hits(tmp_path, "a.csv", "\n".join(["c", *(f'"{cell}"' for cell in cells)])) == []
    assert hits(tmp_path, "a.json", json.dumps([*cells, "ab" * 32, 871220.5])) == []
    path = '<path d="M871220,2384L19871220,2384Z" transform="translate(871220,2384)"/>'
    assert hits(tmp_path, "a.svg", f'<svg viewBox="0 0 871220 2384">{path}</svg>') == []


def test_what_is_no_number_alone_is_still_read(tmp_path: Path) -> None:
    for text in ("19871220-2384", "8712202384", "871220 2384", "871220,2384"):
        assert hits(tmp_path, "a.csv", f'c;d\n"{text}";1\n'), text


# ----------------------------------------------------------------------------------------------- files of other makers


def workbook(author: str = "", text: str = "x", comment: str = "") -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        book.set_properties({"author": author} if author else {})
        sheet = book.add_worksheet()
        sheet.write(0, 0, text)
        sheet.write(1, 0, 871220.25)
        if comment:
            sheet.write_comment(0, 0, "se över", {"author": comment})
    return content.getvalue()


def package(**parts: str | bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name.replace("__", "/").replace("_DOT_", "."), part)
    return content.getvalue()


def test_a_workbook_without_a_maker_passes_and_its_cells_are_read(tmp_path: Path) -> None:
    assert hits(tmp_path, "a.xlsx", workbook()) == []
    assert hits(tmp_path, "a.xlsx", workbook(author="lagesbild")) == []
    assert hits(tmp_path, "a.xlsx", workbook(text=PHONE)) == ["internal/a.xlsx/xl/sharedStrings.xml: phone"]


def test_an_office_file_that_names_a_maker_or_a_commentator_is_stopped_whoever_it_is(tmp_path: Path) -> None:
    assert hits(tmp_path, "a.xlsx", workbook(author="Xzqw")) == ["internal/a.xlsx/docProps/core.xml: upphovsperson"]
    assert hits(tmp_path, "a.xlsx", workbook(comment="Xzqw")) == ["internal/a.xlsx/xl/comments1.xml: upphovsperson"]
    for xml in (
        '<w:document><w:ins w:author="Xzqw"/></w:document>',
        "<cp:lastModifiedBy>Xzqw</cp:lastModifiedBy>",
        "<Properties><Company>Xzqw AB</Company></Properties>",
    ):
        [hit] = hits(tmp_path, "a.xlsx", package(part_DOT_xml=xml))
        assert hit == "internal/a.xlsx/part.xml: upphovsperson"


def test_a_name_in_pieces_and_an_embedded_file_are_read(tmp_path: Path) -> None:
    runs = "<w:p><w:r><w:t>ring 070-1</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>74 06 05</w:t></w:r></w:p>"
    assert hits(tmp_path, "a.docx", package(word__document_DOT_xml=runs)) == [
        "internal/a.docx/word/document.xml: phone"
    ]
    inner = package(ppt__embeddings__data_DOT_xlsx=workbook(text=PHONE))
    (tmp_path / "internal" / "a.docx").unlink()
    [hit] = hits(tmp_path, "a.pptx", inner)
    assert hit == "internal/a.pptx/ppt/embeddings/data.xlsx/xl/sharedStrings.xml: phone"


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header, pixels = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0), zlib.compress(b"\0\0")
    parts = ((b"IHDR", header), *chunks, (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00{}\xff\xda\x00\x02\x00\xff\xd9"


def test_a_picture_may_hold_nothing_but_itself(tmp_path: Path) -> None:
    assert hits(tmp_path, "a.png", png()) == []
    for content in (png((b"tEXt", b"Author\0Xzqw")), png((b"eXIf", b"x")), png() + b"Xzqw"):
        assert hits(tmp_path, "a.png", content) == ["internal/a.png: metadata i bilden"]
    (tmp_path / "internal" / "a.png").unlink()
    assert hits(tmp_path, "a.jpg", JPEG.replace(b"{}", b"")) == []
    for segment in (b"\xff\xe1\x00\x06Exif", b"\xff\xfe\x00\x06Xzqw"):
        assert hits(tmp_path, "a.jpg", JPEG.replace(b"{}", segment)) == ["internal/a.jpg: metadata i bilden"]


# ------------------------------------------------------------------------------------- reports as office files and PDF

NUMBER = "090314-2388"


def report(**changes: Any) -> Document:
    """A short report with one chart, and something changed in it."""
    made = full_document()
    area = next(section for section in made.sections if section.id == "vandalism")
    chart = next(block for block in area.blocks if isinstance(block, Chart))
    planted = {name: changes.pop(name) for name in ("alternative", "caption", "spec") if name in changes}
    text = changes.pop("text", "Antalet ryms i det vanliga.")
    blocks = (replace(chart, **planted), Paragraph(text=text), *changes.pop("blocks", ()))
    return replace(made, sections=(replace(area, blocks=blocks),), **changes)


def printed_hits(folder: Path, kind: str, document: Document) -> set[str]:
    """What the gate finds in a report, without the name of the file."""
    path = folder / "internal" / f"a.{kind}"
    path.parent.mkdir(exist_ok=True)
    drawings = draw(document, svg)
    match kind:
        case "docx":
            write_docx(document, path, drawings)
        case "pptx":
            write_pptx(document, path, drawings)
        case _:
            write_pdf(document, path, drawings, serif)
    return {hit.removeprefix(f"internal/a.{kind}") for hit in hits(folder, path.name, path.read_bytes())}


def changed_hits(folder: Path, kind: str, part: str, change: Callable[[bytes], bytes]) -> list[str]:
    """What the gate finds in a clean report of which one part is changed."""
    assert printed_hits(folder, kind, report()) == set()
    path = folder / "internal" / f"a.{kind}"
    parts = read_zip(path)
    write_zip(path, parts | {part: change(parts.get(part, b""))})
    return find_hits_in(folder)


@pytest.mark.parametrize("kind", ["docx", "pptx", "pdf"])
def test_a_whole_report_of_a_municipality_or_an_area_passes(kind: str, tmp_path: Path) -> None:
    assert printed_hits(tmp_path, kind, full_document()) == set()
    for author in ("Orusts kommun", "Borås kommun", "Lokalpolisområde Södra Fyrbodal", "Västra Götalands län"):
        assert printed_hits(tmp_path, kind, report(author=author)) == set()


@pytest.mark.parametrize("kind", ["docx", "pptx", "pdf"])
@pytest.mark.parametrize(
    "changes",
    [
        {"title": f"Lägesbild {NUMBER}"},
        {"subtitle": f"om {NUMBER}"},
        {"status": f"Utkast {NUMBER}"},
        {"banners": (f"Internt {NUMBER}",)},
        {"facts": (("Framtagen av", NUMBER),)},
        {"release": NUMBER},
        {"alternative": f"En linje för {NUMBER}."},
        {"caption": f"Om {NUMBER}."},
    ],
    ids=str,
)
def test_a_number_anywhere_in_a_report_stops_it(kind: str, changes: dict[str, Any], tmp_path: Path) -> None:
    found = printed_hits(tmp_path, kind, report(**changes))
    assert found
    assert {hit.rpartition(": ")[2] for hit in found} == {"personnummer"}


def test_what_a_pdf_shows_says_and_is_named_is_read_part_by_part(tmp_path: Path) -> None:
    kinds = {f"{PERSON} står här.": "name", PHONE: "phone", f"nr {NUMBER}": "personnummer"}
    for text, kind in kinds.items():
        assert printed_hits(tmp_path, "pdf", report(text=text)) == {f" sida 2: {kind}"}
    assert printed_hits(tmp_path, "pdf", report(alternative=PHONE)) >= {" beskrivningar: phone"}
    assert printed_hits(tmp_path, "pdf", report(subtitle=PHONE)) >= {
        " beskrivningar: phone",
        " metadata: phone",
    }
    assert printed_hits(tmp_path, "pdf", report(author="Xzqw")) == {" författare: upphovsperson"}
    content = pdf_of(tmp_path)
    other = content.replace(
        b"<dc:creator><rdf:Seq><rdf:li>Stenungsunds kommun", b"<dc:creator><rdf:Seq><rdf:li>Xzqw Xzqw Xzqw Xzqw"
    )
    assert hits(tmp_path, "a.pdf", other) == ["internal/a.pdf metadata: upphovsperson"]


def test_words_in_a_drawing_are_read_letter_by_letter_and_across_lines(tmp_path: Path) -> None:
    spec = {"width": 300, "height": 40, "data": {"values": [{"a": f"hos {PERSON}", "n": 1}]}, "mark": "bar"}
    spec |= {"encoding": {"x": {"field": "n", "type": "quantitative"}, "y": {"field": "a", "type": "nominal"}}}
    assert " sida 2: name" in printed_hits(tmp_path, "pdf", report(spec=spec))
    for before in range(60, 110, 5):  # somewhere among these the line ends within the number
        text = "x" * before + " ring 070-174 06 05 nu"
        assert printed_hits(tmp_path, "pdf", report(text=text)) == {" sida 2: phone"}


def pdf_of(folder: Path) -> bytes:
    assert printed_hits(folder, "pdf", report()) == set()
    return (folder / "internal" / "a.pdf").read_bytes()


def test_a_pdf_may_hold_no_file_script_picture_other_link_or_earlier_version(tmp_path: Path) -> None:
    content = pdf_of(tmp_path)

    def rewritten(change: Callable[[PdfWriter], object]) -> list[str]:
        writer = PdfWriter(clone_from=io.BytesIO(content))
        change(writer)
        out = io.BytesIO()
        writer.write(out)
        return hits(tmp_path, "a.pdf", out.getvalue())

    program = ["internal/a.pdf: fil, formulär eller program i filen"]
    assert rewritten(lambda writer: writer.add_attachment("a.txt", b"x")) == program
    assert rewritten(lambda writer: writer.add_open_action(JavaScript("app.alert(1)"))) == program
    assert rewritten(lambda writer: writer.add_uri(0, "http://example.se", RectangleObject((0, 0, 9, 9)))) == [
        "internal/a.pdf: länk som inte är https"
    ]
    assert rewritten(lambda writer: writer.encrypt("x")) == ["internal/a.pdf: går inte att läsa"]
    assert hits(tmp_path, "a.pdf", content + content) == ["internal/a.pdf: flera versioner i samma fil"]
    assert hits(tmp_path, "a.pdf", content + PHONE.encode()) == ["internal/a.pdf: flera versioner i samma fil"]
    assert hits(tmp_path, "a.pdf", content.replace(b"/StructElem", b"/Image     ", 1)) == [
        "internal/a.pdf: bild i filen"
    ]
    assert hits(tmp_path, "a.pdf", content.replace(b"/ToUnicode", b"/ToNothing")) == [
        "internal/a.pdf: går inte att läsa"
    ]


def test_comments_alternative_texts_authors_and_notes_in_office_files_are_read(tmp_path: Path) -> None:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    comment = f'<w:comments {space}><w:comment w:author="{{}}"><w:p><w:t>{{}}</w:t></w:p></w:comment></w:comments>'
    for author, text, why in (("", f"fråga {NUMBER}", "personnummer"), ("Xzqw", "x", "upphovsperson")):
        part = comment.format(author, text).encode()
        found = changed_hits(tmp_path, "docx", "word/comments.xml", lambda _, part=part: part)  # type: ignore[misc]
        assert found == [f"internal/a.docx/word/comments.xml: {why}"]
    alternative = changed_hits(
        tmp_path, "docx", "word/document.xml", lambda xml: xml.replace(b'descr="', f'descr="{NUMBER} '.encode(), 1)
    )
    assert alternative == ["internal/a.docx/word/document.xml: personnummer"]
    for kind in ("docx", "pptx"):
        found = changed_hits(
            tmp_path, kind, "docProps/core.xml", lambda xml: xml.replace(b"Stenungsunds kommun", b"Xzqw")
        )
        assert found == [f"internal/a.{kind}/docProps/core.xml: upphovsperson"]
        (tmp_path / "internal" / f"a.{kind}").unlink()
    assert printed_hits(tmp_path, "pptx", report()) == set()
    path = tmp_path / "internal" / "a.pptx"
    show = Presentation(str(path))
    show.slides[0].notes_slide.notes_text_frame.text = f"säg att {NUMBER} är med"
    show.save(str(path))
    assert "internal/a.pptx/ppt/notesSlides/notesSlide1.xml: personnummer" in find_hits_in(tmp_path)


@pytest.mark.parametrize("name", ["a.gif", "a.bin", "a", "a.docm", ".hidden"])
def test_a_kind_of_file_that_is_not_known_is_itself_a_hit(name: str, tmp_path: Path) -> None:
    assert hits(tmp_path, name, b"x") == [f"internal/{name}: okänd filtyp"]


@pytest.mark.parametrize("name", ["a.duckdb", "a.parquet", "a.json", "a.xlsx", "a.docx", "a.pdf", "a.png", "a.jpg"])
def test_a_file_that_cannot_be_read_is_itself_a_hit(name: str, tmp_path: Path) -> None:
    [hit] = hits(tmp_path, name, b"\x89half")
    assert hit == f"internal/{name}: går inte att läsa"


def test_links_and_data_addresses_and_entities_are_hits(tmp_path: Path) -> None:
    (tmp_path / "internal").mkdir()
    (tmp_path / "internal" / "out").symlink_to(tmp_path)
    assert find_hits_in(tmp_path) == ["internal/out: länk i stället för fil"]
    (tmp_path / "internal" / "out").unlink()
    assert hits(tmp_path, "a.html", '<img src="data:image/png;base64,AAAA">') == ["internal/a.html src: inbäddad fil"]
    (tmp_path / "internal" / "a.html").unlink()
    entity = package(x_DOT_xml='<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    assert hits(tmp_path, "a.xlsx", entity) == ["internal/a.xlsx/x.xml: går inte att läsa"]


def test_a_file_named_after_someone_is_a_hit_that_does_not_tell_the_name(tmp_path: Path) -> None:
    found = hits(tmp_path, f"{PERSON} 090314-2388.xyz", b"")
    assert "filnamn: name" in found
    assert "internal/…: okänd filtyp" in found


# ------------------------------------------------------------------------------------------------- reviewed contacts


def test_a_reviewed_contact_passes_and_only_that_one(tmp_path: Path) -> None:
    contacts = read_reference("allowed_contacts")
    assert contacts.columns == ["text", "kind", "why"]
    for text, why in contacts.select("text", "why").iter_rows():
        assert why
        assert hits(tmp_path, "a.html", f"<p>Fråga Brå: {text}.</p>") == []
    assert hits(tmp_path, "a.html", "<p>bf@bra.se eller 070-174 06 05</p>") == ["internal/a.html: phone"]
    assert hits(tmp_path, "a.html", "<p>kalle.bf@bra.se</p>") == ["internal/a.html: email"]
    assert hits(tmp_path, "a.html", "<p>08-527 58 441</p>") == ["internal/a.html: phone"]


# --------------------------------------------------------------------------------------------- what earlier runs left


@pytest.fixture(scope="module")
def empty_prefect(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as Prefect itself makes it, with nothing run yet."""
    home = tmp_path_factory.mktemp("home") / "prefect"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment |= {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    command = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=200)
    return home / "prefect.db"


def put_log(database: Path, message: str, at: datetime) -> None:
    """A line in Prefect's own log table, written and left in its write-ahead log."""
    stamp, time_of = str(at)[:26], (str(uuid.uuid4()), str(uuid.uuid4()))
    database.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(database)) as con:
        con.execute("pragma journal_mode = wal")
        con.execute(
            "insert into log (id, created, updated, name, level, flow_run_id, message, timestamp) "
            "values (?, ?, ?, 'prefect.flow_runs', 20, ?, ?, ?)",
            (time_of[0], stamp, stamp, time_of[1], message, stamp),
        )
        con.commit()


@pytest.mark.slow
def test_prefects_database_is_read_and_only_what_is_new(empty_prefect: Path, tmp_path: Path) -> None:
    release, data = tmp_path / "release", tmp_path / "data"
    release.mkdir()
    database = data / "prefect" / "prefect.db"
    database.parent.mkdir(parents=True)
    database.write_bytes(empty_prefect.read_bytes())
    assert find_hits(release, data) == []  # nor is what Prefect ships a hit

    long_ago = datetime.now(UTC) - timedelta(days=400)
    put_log(database, PHONE, long_ago)
    assert find_hits(release, data) == []  # older than what was read and found clean: not read again
    (data / "log" / "prefect_clean.json").unlink()
    assert find_hits(release, data) == ["prefect.db log.message: phone"]
    assert find_hits(release, data) == ["prefect.db log.message: phone"]  # a hit stays one until it is gone
    with closing(sqlite3.connect(database)) as con:
        con.execute("delete from log")
        con.commit()
    assert find_hits(release, data) == []
    put_log(database, json.dumps({"x": "Åsa Öberg Sjöström, 070-174 06 05"}), datetime.now(UTC))
    assert "prefect.db log.message: phone" in find_hits(release, data)


@pytest.mark.slow
def test_changed_rules_read_all_of_prefects_database_again(
    empty_prefect: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "prefect" / "prefect.db"
    database.parent.mkdir(parents=True)
    database.write_bytes(empty_prefect.read_bytes())
    put_log(database, PHONE, datetime.now(UTC) - timedelta(days=400))
    remember_clean(tmp_path, datetime.now(UTC))
    assert find_hits(tmp_path / "none", tmp_path) == []
    monkeypatch.setattr("reports._scheduler._rules", lambda: "others")
    assert find_hits(tmp_path / "none", tmp_path) == ["prefect.db log.message: phone"]


def test_a_damaged_prefect_database_stops_publishing(tmp_path: Path) -> None:
    (tmp_path / "prefect").mkdir()
    (tmp_path / "prefect" / "prefect.db").write_bytes(b"no database" * 1000)
    assert find_hits(tmp_path / "none", tmp_path) == ["prefect.db: går inte att läsa"]


def test_the_run_log_is_read_and_a_torn_line_too(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    log = tmp_path / "log" / "runs.jsonl"
    log.write_text('{"problem": ""}\n{"problem": "half', encoding="utf-8")
    assert find_hits(tmp_path / "none", tmp_path) == []
    log.write_text('{"problem": ""}\n' + json.dumps({"problem": PHONE})[:-5], encoding="utf-8")
    assert find_hits(tmp_path / "none", tmp_path) == ["log/runs.jsonl: phone"]


def test_a_shortened_hash_is_nobody(tmp_path: Path) -> None:
    assert hits(tmp_path, "a.json", json.dumps(["incident_reports 8712202384af: 3 celler tömdes"])) == []
    assert hits(tmp_path, "a.json", json.dumps(["incident_reports 198712202384: 3 celler tömdes"])) != []


# ---------------------------------------------------------------------------- the names of the files, and the contact

FILE = "Kalle Anka 090314-2388 åk 8"
PIECES = (b"Kalle Anka", b"kalle anka", b"090314-2388")
NOW = datetime(2026, 9, 1, 2, 30, tzinfo=UTC)
REPORTS = (
    "rapport_id;datum;tid;kommun;plats;kategori;rapportor\n"
    "EST-1;2026-08-03;;1415;;klotter;Fritid\n"
    "EST-2;2026-08-03;;1415;;klotter;Anna Svensson 070-174 06 05\n"  # emptied, with a warning
    "19871220-2384;2026-08-03;;1415;;klotter;Skola\n"  # refused
    "EST-4;2062-08-03;;1415;;klotter;Skola\n"
    "EST-5;2026-02-30;;1415;;klotter;Skola\n"
)
PUPILS = "undersokning;ar;kommun;arskurs;kon;vikt;" + ";".join(
    column.source for column in all_sources()["youth_survey"].source.columns[6:] if not column.derived
)
DIALOGUE = (
    "omrade;ar;undersokning;fraga;andel_pct;antal_svar;felmarginal;urvalstyp;svarsfrekvens_pct\n"
    "1415;2025;Dialog;otrygg_utomhus;12,5;400;;sjalvvalda;\n"
)


def plan_of(data: Path) -> Plan:
    return make_plan(read_settings(data=data), offline=True, as_of=date(2026, 9, 1), now=NOW)


def everything_in(data: Path) -> dict[str, bytes]:
    """Every file under a data folder with its path, and what is packed in the databases and Parquet files."""
    found = {}
    for path in sorted(data.rglob("*")):
        found[str(path.relative_to(data))] = path.read_bytes() if path.is_file() else b""
        if path.suffix == ".parquet":
            frame = pl.read_parquet(path)
            packed = [*pl.read_parquet_metadata(path).values(), frame.write_ndjson()]
            found[f"{path.relative_to(data)} packed"] = "".join(packed).encode()
        if path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as con:
                tables = con.sql("select schema_name, table_name from duckdb_tables()").fetchall()
                rows = [con.sql(f'from "{schema}"."{table}"').fetchall() for schema, table in tables]
            found[f"{path.relative_to(data)} packed"] = repr(rows).encode()
    return found


def test_the_name_of_a_handed_in_file_is_told_to_who_typed_it_and_written_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, inbox = tmp_path / "data", tmp_path / "inbox"
    inbox.mkdir()

    def add(source: str, text: str, *more: str, ending: str = "csv") -> tuple[int, str]:
        file = inbox / f"{FILE}.{ending}"
        file.write_text(text, encoding="utf-8")
        code = main(["add", source, str(file), *more, "--received", "2026-08-31", "--data", str(data)])
        said = capsys.readouterr()
        return code, said.out + said.err

    for answer in (
        add("incident_reports", REPORTS),
        add(
            "youth_survey",
            PUPILS + "\nLUPP;2025;1415;åk 9;flicka;1" + ";ja" * (PUPILS.count(";") - 5),
            "--period",
            "2025",
        ),
        add("citizen_survey", DIALOGUE, "--period", "2025"),
        add("citizen_survey", DIALOGUE.replace("12,5", "13"), "--period", "2024", ending="Kalle Anka 090314-2388"),
    ):
        assert answer[0] == 0
        assert "Kalle Anka" in answer[1]
    for source, broken in (
        ("incident_reports", REPORTS.replace("rapport_id", "id")),
        ("incident_reports", REPORTS.replace("1415", "9999")),
        ("incident_reports", ""),
        ("citizen_survey", DIALOGUE.replace("1415", "9999")),
    ):
        code, said = add(source, broken, "--period", "2025")
        assert code == 1
        assert "Kalle Anka" in said
        assert len(said.splitlines()) == 1
    outcome = run(plan_of(data))
    assert outcome.breaches == ()
    warnings = [warning for result in outcome.sources for warning in result.warnings]
    assert any("1 celler i rapportor tömdes" in warning for warning in warnings)
    read = everything_in(data)
    assert any("output" in place for place in read)
    assert any(b"celler i rapportor" in content for content in read.values())  # so the packed are really read
    for place, content in read.items():
        for piece in PIECES:
            assert piece not in place.encode(), place
            assert piece not in content, place


def test_the_contact_setting_is_sent_to_publishers_and_written_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAGESBILD_CONTACT", "kansliet-xzqw, 0303-73 00 01")
    outcome = run(make_plan(read_settings(data=tmp_path), sample=True, now=NOW))
    assert outcome.exit_code == 0
    for place, content in everything_in(tmp_path).items():
        assert b"xzqw" not in content, place
        assert b"73 00 01" not in content, place


# ---------------------------------------------------------------------------------------------- identities at the door


def test_report_ids_reporters_and_surveys_leave_the_door_as_hashes(tmp_path: Path) -> None:
    module = all_sources()["incident_reports"]
    (tmp_path / "r.csv").write_text(REPORTS.replace("Fritid", "Xzqw Wqzx"), encoding="utf-8")
    add_files(plan_of(tmp_path / "data"), module, [tmp_path / "r.csv"])
    [path] = (tmp_path / "data" / "landing" / "incident_reports").glob("*.parquet")
    frame = pl.read_parquet(path)
    assert frame["report_id"].str.contains(r"^[0-9a-f]{32}$").all()
    assert frame["reporter"].drop_nulls().str.contains(r"^[0-9a-f]{32}$").all()
    assert not any(b"Xzqw" in content for content in everything_in(tmp_path / "data").values())
    identities = {
        (name, column.name)
        for name, each in all_sources().items()
        for column in each.source.columns
        if getattr(column.type, "identity", False)
    }
    assert identities == {
        ("incident_reports", "report_id"),
        ("incident_reports", "reporter"),
        ("police_extracts", "row_key"),
        ("rescue_callouts", "callout_id"),
        ("road_accidents", "accident_id"),
        ("youth_survey", "survey"),
    }


def test_no_column_of_a_personal_source_leaves_the_door_as_free_text() -> None:
    # A period that is none of the eight spellings refuses its row. A log of measures is read by people: its texts are
    # screened, the problem never leaves the working group, and what is done is told when it is done.
    # The police's own names of areas and of codes are screened as well.
    read_by_people = {("service_counts", "period"), ("measures", "problem"), ("measures", "action")}
    read_by_people |= {("police_extracts", "police_area"), ("police_extracts", "code_title")}
    for name, module in all_sources().items():
        for column in module.source.columns:
            if (name, column.name) in read_by_people:
                continue
            if module.source.is_personal and isinstance(column.type, Text) and not column.derived:
                assert column.type.identity or column.type.accepted or column.type.pattern, f"{name}.{column.name}"


def test_the_same_report_is_the_same_in_every_delivery_of_one_installation_only(tmp_path: Path) -> None:
    module = all_sources()["incident_reports"]
    parsed: list[pl.DataFrame] = []
    for data in ("one", "one", "other"):
        (tmp_path / "r.csv").write_text(REPORTS + f"EST-{len(parsed)}9;2026-08-03;;1415;;hot;Skola\n", encoding="utf-8")
        add_files(plan_of(tmp_path / data), module, [tmp_path / "r.csv"])
        newest = read_manifest(tmp_path / data)[-1].parts[0]
        parsed.append(Parsed.read(tmp_path / data / "landing" / module.name / f"{newest.sha256}.parquet").frame)
    assert parsed[0]["report_id"][0] == parsed[1]["report_id"][0] != parsed[2]["report_id"][0]
    assert parsed[0]["report_id"].n_unique() == parsed[0].height
    assert set(parsed[0]["reporter"]) != set(parsed[2]["reporter"])
    key = tmp_path / "one" / "landing" / "identity.key"
    assert key.stat().st_mode & 0o077 == 0
    assert identity_key(tmp_path / "one") == bytes.fromhex(key.read_text())


def test_a_lost_key_stops_the_next_delivery_instead_of_counting_reports_twice(tmp_path: Path) -> None:
    module = all_sources()["incident_reports"]
    (tmp_path / "r.csv").write_text(REPORTS, encoding="utf-8")
    add_files(plan_of(tmp_path / "data"), module, [tmp_path / "r.csv"])
    key = tmp_path / "data" / "landing" / "identity.key"
    for content in (None, "", "abc", "00"):
        key.unlink()
        if content is not None:
            key.write_text(content)
        with pytest.raises(Problem, match=r"identity\.key: nyckeln saknas eller är skadad"):
            add_files(plan_of(tmp_path / "data"), module, [tmp_path / "r.csv"])
        key.touch()
    assert read_source(plan_of(tmp_path / "data"), module).ledger.rows_loaded == 2


def test_an_empty_cell_has_no_identity() -> None:
    module = all_sources()["incident_reports"]
    frame = pl.DataFrame({"report_id": ["a", "b"], "reporter": [None, "b"]}, schema_overrides={"reporter": pl.String})
    ledger = Ledger(rows_read=2, rows_loaded=2, rows_quarantined=0, rows_duplicate=0)
    hidden = hide_identities(Parsed(frame=frame, ledger=ledger), module.source, b"key").frame
    assert hidden["reporter"].is_null().to_list() == [True, False]
    assert hidden["report_id"][1] == hidden["reporter"][1]


def test_the_instants_of_data_quality_results_are_nobodys_number(tmp_path: Path) -> None:
    instant = "20261122T200512.427746Z"
    link = f"validations/internal/output/sources/2026-08-07-dmmb/{instant}/internal.output.sources.html"
    assert hits(tmp_path, "index.html", f'<a href="{link}">{instant}</a>') == []
    assert hits(tmp_path, "index.html", "<p>200512-4277</p>") == ["internal/index.html: suspected"]
