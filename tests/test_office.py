"""The report as DOCX, PPTX and PDF says all that the document says, can be edited, and is the same bytes every time."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import docx
import pypdf
import pytest
from lxml import etree
from PIL import ImageFont
from pptx import Presentation
from pptx.util import Pt

from reports._document import (
    Bullets,
    Chart,
    Columns,
    Document,
    Heading,
    KeyFigures,
    Paragraph,
    Section,
    Table,
)
from reports._docx import write_docx
from reports._fit import SHEET, height
from reports._language import t
from reports._measure import column_widths, line_count, text_width
from reports._pdf import write_pdf
from reports._pdf_texts import pdf_texts
from reports._pptx import write_pptx
from reports._printed import TEXT_WIDTH, Drawing, charts_of, draw, drawing, every_block, printed
from reports._words import NBSP, SYNTHETIC
from reports._zip import read_zip, write_zip
from sources._strict import read_reference
from tests.documents import FOCUS_AREAS, HOSTILE, INTERNAL, full_document, hostile_document, serif, svg

Kind = Literal["docx", "pptx", "pdf"]
KINDS: tuple[Kind, ...] = ("docx", "pptx", "pdf")
CASES: dict[str, Callable[[], Document]] = {
    "full": full_document,
    "public": lambda: full_document(audience="public"),
    "hostile": hostile_document,
    "sparse": lambda: sparse_document(),
}


def sparse_document() -> Document:
    """A report with next to nothing in it."""
    made = full_document()
    kept = (
        Section(id="laget", title="Läget på en sida", blocks=(Paragraph(text="Analys saknas", voice="missing"),)),
        Section(id="vandalism", title="Uppgift saknas", kicker="Skadegörelse", blocks=(), kind="page"),
    )
    return replace(made, sections=kept, facts=(), how_to_read=(), banners=(), is_synthetic=False)


@cache
def drawn(case: str) -> dict[str, Drawing]:
    return draw(CASES[case](), svg)


def write(kind: Kind, document: Document, path: Path, drawings: dict[str, Drawing]) -> Path:
    match kind:
        case "docx":
            write_docx(document, path, drawings)
        case "pptx":
            write_pptx(document, path, drawings)
        case "pdf":
            write_pdf(document, path, drawings, serif)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """Every case in every kind."""
    folder = tmp_path_factory.mktemp("office")
    return {
        (case, kind): write(kind, make(), folder / f"{case}.{kind}", drawn(case))
        for case, make in CASES.items()
        for kind in KINDS
    }


def texts_of(document: Document) -> Iterator[str]:
    """Everything that the document says, title to last cell; nothing of it may be lost."""
    yield from (document.title, document.subtitle, document.status, *document.banners, *document.how_to_read)
    yield from (text for fact in document.facts for text in fact)
    for section in document.sections:
        yield from (section.kicker, section.title)
        for block in every_block(section.blocks):
            match block:
                case Paragraph():
                    yield from (block.text, block.changed)
                case Bullets():
                    yield from block.items
                case Heading():
                    yield block.text
                case KeyFigures():
                    for figure in block.figures:
                        yield from (figure.title, figure.value, *figure.details, figure.verdict)
                case Chart():
                    yield from (block.finding, block.caption)
                    yield from _cells(block.table)
                case Table():
                    yield from _cells(block)
                case Columns():
                    raise AssertionError("columns are opened up")


def _cells(table: Table) -> Iterator[str]:
    yield from (table.caption, table.note, *(column.title for column in table.columns))
    yield from (text for row in table.rows for cell in row for text in (cell.text, cell.small))


def plain(text: str) -> str:
    """A text without what a line end or a typeface changes in it."""
    return re.sub(r"[\s\u00ad🙂□]+", "", text)


W_P, W_T, STYLE_ID = (
    f"{{http://schemas.openxmlformats.org/wordprocessingml/2006/main}}{name}" for name in ("p", "t", "styleId")
)


def parsed(xml: bytes) -> Any:
    return etree.fromstring(xml)


def docx_text(path: Path) -> str:
    body = parsed(read_zip(path)["word/document.xml"])
    return "\n".join("".join(p.itertext(W_T)) for p in body.iter(W_P))


def pdf_text(path: Path) -> str:
    return "\n".join(text for part, texts in pdf_texts(path.read_bytes()) if part.startswith("sida") for text in texts)


# ------------------------------------------------------------------------------------------------------ nothing is lost


@pytest.mark.parametrize("case", CASES)
def test_every_sentence_caption_and_cell_stands_in_the_word_file_and_the_pdf(
    case: str, files: dict[tuple[str, str], Path]
) -> None:
    said = [text for text in texts_of(CASES[case]()) if text]
    assert len(said) > 5
    for found in (plain(docx_text(files[case, "docx"])), plain(pdf_text(files[case, "pdf"]))):
        assert [text for text in said if plain(text) not in found] == []


def test_headings_stand_in_order_and_under_their_level(files: dict[tuple[str, str], Path]) -> None:
    document = full_document()
    styles = [(p.style.name, p.text) for p in docx.Document(str(files["full", "docx"])).paragraphs if p.style]
    sections = [text for name, text in styles if name == "Heading 1"]
    titles = [
        f"{section.kicker}: {section.title}" if section.kicker else section.title for section in document.sections
    ]
    assert sections == [*titles, "Tabeller bakom diagrammen"]
    assert [text for name, text in styles if name == "Title"] == [document.title]
    reader = pypdf.PdfReader(files["full", "pdf"])
    bookmarks = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert bookmarks == sections
    body = parsed(read_zip(files["full", "docx"])["word/document.xml"])
    levels = [
        int(style[-1]) for style in body.xpath("//w:pStyle/@w:val", namespaces=body.nsmap) if "Heading" in style[:7]
    ]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_who_is_speaking_is_said_once_before_what_they_say(files: dict[tuple[str, str], Path]) -> None:
    for text in (docx_text(files["full", "docx"]), pdf_text(files["full", "pdf"])):
        assert text.count("Automatiskt framtagna meningar\n") >= 8
        assert "Automatiskt framtagen mening\n" in text
        before, _, after = text.partition("Läget är i huvudsak lugnt.")
        assert before.rstrip().endswith("Samordnarens bedömning")
        coming, _, _ = after.partition("Fem bedömningar per fokusområde")
        assert "Samordnarens bedömning" not in coming  # two paragraphs, one label
        assert "Siffrorna i Droghandel har ändrats" in coming


def test_constructed_figures_and_working_material_say_so_where_they_stand(files: dict[tuple[str, str], Path]) -> None:
    headers = read_zip(files["full", "docx"])["word/header.xml"].decode()
    for banner in full_document().banners:
        assert banner in headers
        assert docx_text(files["full", "docx"]).count(banner) == 1  # on the cover, which has no header
        pages = [texts for part, texts in pdf_texts(files["full", "pdf"].read_bytes()) if part.startswith("sida")]
        assert all(banner in texts for texts in pages)
        for slide in Presentation(str(files["full", "pptx"])).slides:
            assert banner in [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    assert INTERNAL not in docx_text(files["public", "docx"]) + pdf_text(files["public", "pdf"])
    made = [chart for chart in charts_of(full_document()) if chart.is_synthetic]
    told_once = [chart for chart in made if all(row[0].is_synthetic for row in chart.table.rows)]
    assert len(told_once) == 2
    for text in (docx_text(files["full", "docx"]), pdf_text(files["full", "pdf"])):
        # At each constructed chart, and once for all rows of a table.
        assert text.count(SYNTHETIC) - text.count(f"{SYNTHETIC}.") == len(made) + len(told_once)
        assert text.count("exempeldata\n") >= 4


# ------------------------------------------------------------------------------------------------------------ the files


@pytest.mark.parametrize("kind", KINDS)
def test_the_municipality_stands_as_author_and_the_day_of_the_figures_as_date(
    kind: Kind, files: dict[tuple[str, str], Path]
) -> None:
    path, day = files["full", kind], datetime(2026, 8, 7, tzinfo=UTC)
    if kind == "pdf":
        about = pypdf.PdfReader(path).metadata
        assert about is not None
        assert (about.author, about.creation_date, about.modification_date) == ("Stenungsunds kommun", day, day)
        assert about.title == "Lokal lägesbild 2026, Stenungsund"
        assert about.keywords == "lokal lägesbild, Stenungsund, 1415, 2026-08-07-dmmb"
        return
    core = (docx.Document if kind == "docx" else Presentation)(str(path)).core_properties
    assert (core.author, core.last_modified_by) == ("Stenungsunds kommun", "Stenungsunds kommun")
    assert [each.replace(tzinfo=UTC) for each in (core.created, core.modified)] == [day, day]
    assert (core.title, core.language) == ("Lokal lägesbild 2026, Stenungsund", "sv-SE")
    assert core.keywords == "lokal lägesbild; Stenungsund; 1415; 2026-08-07-dmmb"


_AGAIN = """
import sys
from pathlib import Path
from tests.documents import full_document, svg
from tests.test_office import KINDS, write
from reports._printed import draw
document = full_document()
drawings = draw(document, svg)
for kind in KINDS:
    write(kind, document, Path(sys.argv[1]) / f"again.{kind}", drawings)
"""


@pytest.mark.slow
def test_another_process_writes_the_same_bytes(files: dict[tuple[str, str], Path], tmp_path: Path) -> None:
    root = Path(__file__).parents[1]
    subprocess.run([sys.executable, "-c", _AGAIN, str(tmp_path)], cwd=root, check=True, timeout=120)
    for kind in KINDS:
        assert (tmp_path / f"again.{kind}").read_bytes() == files["full", kind].read_bytes(), kind


def test_a_package_written_by_others_is_packed_the_same_way(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    write_zip(path, {"b.xml": b"<x/>", "a.png": b"1" * 99})
    first = path.read_bytes()
    write_zip(path, read_zip(path))
    assert path.read_bytes() == first
    assert read_zip(path) == {"b.xml": b"<x/>", "a.png": b"1" * 99}


@pytest.mark.parametrize("kind", ["docx", "pptx"])
def test_every_part_of_a_package_is_sound_and_in_the_report_s_language(
    kind: Kind, files: dict[tuple[str, str], Path]
) -> None:
    for case in CASES:
        parts = read_zip(files[case, kind])
        for name, content in parts.items():
            if name.endswith((".xml", ".rels")):
                parsed(content)
            assert b"en-US" not in content, name
        assert not [name for name in parts if not name.endswith((".xml", ".rels", ".png"))]
    english = write(kind, in_english(full_document()), files["full", kind].parent / f"en.{kind}", drawn("full"))
    assert any(b"en-GB" in part for part in read_zip(english).values())


def in_english(document: Document) -> Document:
    return replace(document, language="en")


def test_what_the_formats_add_is_english_in_an_english_report(files: dict[tuple[str, str], Path]) -> None:
    folder = files["full", "docx"].parent
    document = in_english(full_document())
    text = docx_text(write("docx", document, folder / "english.docx", drawn("full")))
    text += pdf_text(write("pdf", document, folder / "english.pdf", drawn("full")))
    for words in (
        "Contents",
        "Automatically generated sentence",
        "The coordinator's assessment",
        "Tables behind the charts",
    ):
        assert words in text
    for words in ("Automatiskt framtagna", "Innehåll", "Tabeller bakom", "Talen står", "Diagram 1"):
        assert words not in text
    assert str(pypdf.PdfReader(folder / "english.pdf").root_object["/Lang"]) == "en-GB"


# ----------------------------------------------------------------------------------------------------------------- Word


def test_the_word_file_has_real_styles_fields_and_repeated_table_headings(files: dict[tuple[str, str], Path]) -> None:
    parts = read_zip(files["full", "docx"])
    body = parsed(parts["word/document.xml"])
    w = body.nsmap
    styles = {style.get(STYLE_ID) for style in parsed(parts["word/styles.xml"])}
    used = {*body.xpath("//w:pStyle/@w:val | //w:rStyle/@w:val", namespaces=w)}
    assert used <= styles
    assert {"Title", "Heading1", "Heading2", "Heading3", "Caption", "ListBullet", "ListNumber", "TOC1"} <= used
    assert [code.strip() for code in body.xpath("//w:instrText/text()", namespaces=w)] == [r'TOC \o "1-1" \h \z \u']
    footer = parts["word/footer.xml"].decode()
    assert " PAGE " in footer
    assert " NUMPAGES " in footer
    header = parts["word/header.xml"].decode()
    assert "Utkast" in header
    assert "Stenungsund" in header
    real = body.xpath("//w:tbl[w:tblPr/w:tblCaption]", namespaces=w)
    tables = [t for s in full_document().sections for t in every_block(s.blocks) if isinstance(t, Table)]
    assert len(real) == len(tables) + len(charts_of(full_document()))
    for table in real:
        assert len(table.xpath("./w:tr/w:trPr/w:tblHeader", namespaces=w)) == 1
        assert table.xpath("./w:tr[1]/w:trPr/w:tblHeader", namespaces=w)
    assert 'w:lang w:val="sv-SE"' in parts["word/styles.xml"].decode()


def test_pictures_say_what_they_show_and_lead_to_their_figures(files: dict[tuple[str, str], Path]) -> None:
    charts = charts_of(full_document())
    body = parsed(read_zip(files["full", "docx"])["word/document.xml"])
    told = body.xpath("//*[local-name()='docPr']/@descr")
    assert told == [chart.alternative for chart in charts]
    names = body.xpath("//w:bookmarkStart/@w:name", namespaces=body.nsmap)
    assert len(names) == len(set(names))
    assert set(body.xpath("//w:hyperlink/@w:anchor", namespaces=body.nsmap)) <= set(names)
    shown = [
        picture._element.nvPicPr.cNvPr.get("descr")
        for slide in Presentation(str(files["full", "pptx"])).slides
        for picture in slide.shapes
        if picture.shape_type is not None and picture.shape_type.name == "PICTURE"
    ]
    assert len(shown) == 7  # one for each focus area, one of the comparison
    assert set(shown) <= {chart.alternative for chart in charts}


# The order that the schema of WordprocessingML (ECMA-376) asks for, of what is used here.
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore numPr pBdr shd tabs suppressAutoHyphens spacing ind jc "
    "outlineLvl sectPr",
    "rPr": "rStyle rFonts b i color sz szCs u shd lang",
    "tblPr": "tblW tblInd tblBorders tblLayout tblCellMar tblLook tblCaption",
    "tcPr": "tcW tcBorders shd noWrap tcMar vAlign",
    "trPr": "cantSplit tblHeader",
    "sectPr": "headerReference footerReference type pgSz pgMar cols titlePg",
    "style": "name basedOn next uiPriority qFormat pPr rPr tblPr",
    "lvl": "start numFmt pStyle lvlText lvlJc pPr",
    "settings": "zoom defaultTabStop characterSpacingControl compat themeFontLang decimalSymbol listSeparator",
    "docPartObj": "docPartGallery docPartUnique",
}


def test_every_element_stands_where_words_schema_wants_it(files: dict[tuple[str, str], Path]) -> None:
    seen = set()
    for case in CASES:
        for name, content in read_zip(files[case, "docx"]).items():
            if not name.startswith("word/") or not name.endswith(".xml"):
                continue
            for element in parsed(content).iter(etree.Element):
                tag, inside = local(element), [local(child) for child in element]
                if tag in ORDER:
                    assert inside == sorted(inside, key=ORDER[tag].split().index), (name, tag, inside)
                    seen.add(tag)
                if tag == "tc":
                    assert inside[-1] == "p"  # a cell ends with a paragraph
    assert seen == set(ORDER)


def local(element: Any) -> str:
    return str(etree.QName(element).localname)


def test_numbered_lists_each_begin_with_one(tmp_path: Path) -> None:
    lists = tuple(Bullets(items=("a", "b"), is_ordered=True) for _ in range(2))
    document = replace(full_document(), sections=(Section(id="laget", title="x", blocks=(*lists, Heading(text="y"))),))
    parts = read_zip(write("docx", document, tmp_path / "a.docx", {}))
    body = parsed(parts["word/document.xml"])
    used = body.xpath("//w:p[w:pPr/w:pStyle/@w:val='ListNumber']//w:numId/@w:val", namespaces=body.nsmap)
    assert len(used) == 4
    assert used[0] == used[1] != used[2] == used[3]
    restarted = parsed(parts["word/numbering.xml"]).xpath(
        "//w:num[w:lvlOverride/w:startOverride/@w:val='1']/@w:numId", namespaces=body.nsmap
    )
    assert restarted == [used[0], used[2]]


# ------------------------------------------------------------------------------------------------------------------ PDF


@pytest.mark.parametrize("case", CASES)
def test_the_pdf_is_tagged_and_says_it_is_fit_for_the_archive(case: str, files: dict[tuple[str, str], Path]) -> None:
    reader = pypdf.PdfReader(files[case, "pdf"])
    root: Any = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "sv-SE"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    xmp = root["/Metadata"].get_data().decode()
    for claim in ("<pdfaid:part>2<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<"):
        assert claim in xmp
    tags = dict[str, int]()
    for element in elements(root["/StructTreeRoot"]):
        tags[element["/S"]] = tags.get(element["/S"], 0) + 1
        if element["/S"] == "/Figure":
            assert element["/Alt"]
    assert tags["/Title"] == 1
    assert tags["/H1"] >= 2
    if case == "full":
        document = full_document()
        tables = [each for s in document.sections for each in every_block(s.blocks) if isinstance(each, Table)]
        assert tags["/Figure"] == len(charts_of(document))
        assert tags["/Table"] == tags["/THead"] == len(tables) + len(charts_of(document))
        assert tags["/TH"] == sum(len(table.columns) for table in tables) + sum(
            len(chart.table.columns) for chart in charts_of(document)
        )
        assert tags["/TOCI"] == len(document.sections) + 1
    fonts = {font.get_object()["/BaseFont"] for page in reader.pages for font in page["/Resources"]["/Font"].values()}  # type: ignore[index]
    assert all("+" in name for name in fonts)  # embedded, and only the signs that are used


def elements(node: Any) -> Iterator[Any]:
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        kid = kid.get_object()
        if isinstance(kid, dict) and "/S" in kid:
            yield kid
            yield from elements(kid)


def test_every_sign_that_is_let_through_can_be_shown(tmp_path: Path) -> None:
    signs = [chr(code) for code in range(0x20, 0x3100) if chr(code).isprintable() and chr(code) != "\u25a1"]
    rows = ["".join(signs[at : at + 64]) for at in range(0, len(signs), 64)]
    document = replace(
        full_document(), sections=(Section(id="laget", title="x", blocks=tuple(Paragraph(text=row) for row in rows)),)
    )
    text = pdf_text(write("pdf", document, tmp_path / "a.pdf", {}))  # Typst raises for a sign that no typeface has
    for sign in "åäöÅÄÖéüß–−…”’§€½²·←→≥≤≈Жλאع":
        assert sign in text
    assert "□" in text
    assert "一" not in text


def test_control_signs_and_line_ends_are_harmless_in_every_format(tmp_path: Path) -> None:
    text = "a\x00\x0b\ud800b\r\nc\u2028d\te\ufffe"
    document = replace(sparse_document(), sections=(Section(id="laget", title=text, blocks=(Paragraph(text=text),)),))
    for kind in KINDS:
        write(kind, document, tmp_path / f"a.{kind}", {})
    assert "ab c d e" in docx_text(tmp_path / "a.docx")
    assert "ab c d e" in pdf_text(tmp_path / "a.pdf")
    assert Presentation(str(tmp_path / "a.pptx")).slides[1].shapes.title.text_frame.text == "ab c d e"


# --------------------------------------------------------------------------------------------------------------- slides


def slides_of(document: Document, path: Path, drawings: dict[str, Drawing]) -> list[Any]:
    return list(Presentation(str(write("pptx", document, path, drawings))).slides)


@pytest.mark.parametrize("areas", range(7))
def test_there_are_six_to_eight_slides_with_titles_and_numbers(areas: int, tmp_path: Path) -> None:
    made = full_document()
    kept = {key for key, *_ in FOCUS_AREAS[:areas]}
    left_out = {key for key, *_ in FOCUS_AREAS} - kept
    document = replace(made, sections=tuple(s for s in made.sections if s.id not in left_out))
    slides = slides_of(document, tmp_path / "a.pptx", drawn("full"))
    assert len(slides) == min(5 + areas, 8)
    titles = [slide.shapes.title.text_frame.text for slide in slides]
    assert titles[:2] == [made.title, "Läget på en sida"]
    assert titles[-2:] == ["Åtgärder", t("Vad siffrorna inte säger, och källor")]
    said = "\n".join(shape.text_frame.text for slide in slides for shape in slide.shapes if shape.has_text_frame)
    for key, name, _, finding in FOCUS_AREAS:
        assert (name in said and finding in said) == (key in kept)
    for number, slide in enumerate(slides, 1):
        fields = slide._element.xpath(".//a:fld[@type='slidenum']")
        assert len(fields) == 1, number
        assert "Utkast" in "".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
    assert any(shape.has_table for shape in slides[1].shapes)
    assert any(shape.has_table for shape in slides[-2].shapes)


@pytest.mark.parametrize("case", [*CASES, "long"])
def test_nothing_on_a_slide_overflows_its_box_or_the_slide(case: str, tmp_path: Path) -> None:
    document = long_document() if case == "long" else CASES[case]()
    wide, high = Pt(960), Pt(540)
    for slide in slides_of(document, tmp_path / "a.pptx", draw(document, svg) if case == "long" else drawn(case)):
        boxes = []
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= wide + 1
            assert shape.top + shape.height <= high + 1
            if shape.has_text_frame and shape.text_frame.text and not shape.is_placeholder:
                assert text_height(shape) <= shape.height / 12700 + 0.5, shape.text_frame.text
            if not shape.is_placeholder and shape.top > Pt(60):
                boxes.append((shape.left, shape.top, shape.left + shape.width, shape.top + used_height(shape)))
        for number, one in enumerate(boxes):
            for other in boxes[number + 1 :]:
                apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] + 1 or other[3] <= one[1] + 1
                assert apart, (slide.shapes.title.text_frame.text, one, other)


def long_document() -> Document:
    """More of everything than a slide has room for."""
    sentence = "Det här är en mening som är ungefär så lång som en mening brukar vara i en rapport till fullmäktige. "
    made = full_document()
    sections = []
    for section in made.sections:
        blocks: list[Any] = [*section.blocks]
        if section.id in ("laget", "jamforelse"):
            blocks.append(Paragraph(text=sentence * 30, voice="coordinator"))
        if section.id == "atgarder":
            blocks = [replace(b, rows=b.rows * 5) if isinstance(b, Table) else b for b in blocks]
        if section.id == "kallor":
            blocks.insert(0, Bullets(items=(sentence * 3,) * 12))
        sections.append(replace(section, title=section.title + ", " + sentence.lower() * 2, blocks=tuple(blocks)))
    return replace(made, sections=tuple(sections), facts=made.facts * 3, title=made.title + " " + sentence)


def text_height(shape: Any) -> float:
    total = 0.0
    for paragraph in shape.text_frame.paragraphs:
        size = max(run.font.size.pt for run in paragraph.runs)
        bold = any(run.font.bold for run in paragraph.runs)
        total += line_count(paragraph.text, size, shape.width / 12700, bold=bold) * size * 1.2
    return total


def used_height(shape: Any) -> int:
    return Pt(text_height(shape)) if shape.has_text_frame and shape.text_frame.text else shape.height


def test_what_has_no_room_is_cut_at_the_end_of_a_sentence_and_the_slide_says_so(tmp_path: Path) -> None:
    slides = slides_of(long_document(), tmp_path / "a.pptx", draw(long_document(), svg))
    texts = [shape.text_frame.text for slide in slides for shape in slide.shapes if shape.has_text_frame]
    cut = [text for text in texts if "se rapporten" in text]
    assert len(cut) >= 3
    whole = {f"{what}: {answer}" for what, answer in long_document().facts}
    for text in cut:
        last = text.splitlines()[-1]
        is_cut = last.removesuffix(" … se rapporten").endswith(".") or last.removesuffix(" … se rapporten") in whole
        assert is_cut or re.fullmatch(r"Ytterligare \d+ rader: se rapporten\.", last), last
    assert any(text.startswith("Ytterligare") for text in cut)
    for section in long_document().sections:
        if section.kicker:
            assert section.title.strip() in [text.strip() for text in texts]  # a finding is never cut


# ------------------------------------------------------------------------------------------------------- widths, sheets


def test_widths_are_those_of_arial(tmp_path: Path) -> None:
    file = Path("/usr/share/fonts/truetype/liberation2/LiberationSans-Regular.ttf")
    if not file.exists():
        pytest.skip("Liberation Sans, which has Arial's widths, is not installed here")
    font = ImageFont.truetype(str(file), 1000)
    for text in {*texts_of(full_document())} - {""}:
        assert text_width(text, 1000) == pytest.approx(font.getlength(text, features=["-kern"]), rel=0.02), text


def test_columns_hold_their_longest_word_and_share_what_is_left() -> None:
    columns = [("Brottstyp", ["Skadegörelse", "Båtstöld"], False), ("Antal", ["2" + NBSP + "418", "9"], True)]
    columns.append(("Vad som kan sägas", ["en lång text som gärna får mer plats än de andra " * 3], False))
    widths = column_widths(columns, 480)
    assert sum(widths) == pytest.approx(480)
    assert widths[0] > text_width("Skadegörelse", 8.5, bold=True)
    assert widths[2] > widths[0] > widths[1]
    assert sum(column_widths(columns, 60)) == pytest.approx(60)  # too little for all: each gets its share


def test_a_page_section_is_made_to_fit_its_sheet_and_others_are_left_as_they_are() -> None:
    document = full_document()
    laid = printed(document, drawn("full"))
    for section in laid["sections"]:
        if section["kind"] == "page":
            assert height(section["blocks"], TEXT_WIDTH) < SHEET, section["id"]
    areas = [section for section in laid["sections"] if section["id"] in {key for key, *_ in FOCUS_AREAS}]
    assert len(areas) == 6
    told = [list(texts(block for block in area["blocks"])) for area in areas]
    assert all("Vad siffrorna inte säger" in each for each in told)
    too_much = replace(document.sections[3], blocks=document.sections[3].blocks * 3)
    [kept] = printed(replace(document, sections=(too_much,)), drawn("full"))["sections"][:1]
    assert height(kept["blocks"], TEXT_WIDTH) > SHEET
    assert list(texts(kept["blocks"])).count("Vad siffrorna inte säger") == 3  # and nothing is left out for that


def texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        yield from texts(content.values())
    elif not isinstance(content, int | float):
        for each in content:
            yield from texts(each)


def test_a_drawing_without_a_size_and_a_chart_without_a_drawing_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no width and height in pixels"):
        drawing('<svg viewBox="0 0 1 1"></svg>')
    for kind in KINDS:
        with pytest.raises(KeyError):
            write(kind, full_document(), tmp_path / "a", {})


def test_formulas_and_markup_of_every_format_stay_texts(files: dict[tuple[str, str], Path]) -> None:
    assert docx_text(files["hostile", "docx"]).count(HOSTILE) > 20
    slides = Presentation(str(files["hostile", "pptx"])).slides
    shown = [shape.text_frame.text for slide in slides for shape in slide.shapes if shape.has_text_frame]
    assert any(HOSTILE in text for text in shown)
    assert plain(HOSTILE) in plain(pdf_text(files["hostile", "pdf"]))
    for kind in ("docx", "pptx"):
        for name, content in read_zip(files["hostile", kind]).items():
            assert b"<script" not in content, name


# ----------------------------------------------------------------------------------------------- as LibreOffice sees it


def pages(path: Path, folder: Path) -> pypdf.PdfReader:
    """The file as LibreOffice prints it."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed here: nobody to open the file as Word and PowerPoint would")
    command = [office, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf"]
    run = subprocess.run([*command, "--outdir", str(folder), str(path)], capture_output=True, timeout=180, check=True)
    if not (folder / f"{path.stem}.pdf").exists():
        pytest.skip(f"LibreOffice here cannot open {path.suffix}: {run.stderr.decode()[:100]}")
    return pypdf.PdfReader(folder / f"{path.stem}.pdf")


def main_pages(texts: list[str]) -> int:
    """How many pages come before the appendix, the cover among them."""
    return next(
        number for number, text in enumerate(texts) if re.search(r"^Metoder\s*$", text, re.MULTILINE) and number
    )


def test_the_pdf_has_twelve_to_sixteen_pages_before_its_appendix(files: dict[tuple[str, str], Path]) -> None:
    reader = pypdf.PdfReader(files["full", "pdf"])
    starts = {
        str(entry.title): reader.get_destination_page_number(entry) or 0
        for entry in reader.outline
        if not isinstance(entry, list)
    }
    assert 12 <= starts["Metoder"] <= 16
    numbers = list(starts.values())
    assert numbers == sorted(numbers)
    for before, after in pairwise(FOCUS_AREAS):
        assert starts[f"{after[1]}: {after[3]}"] == starts[f"{before[1]}: {before[3]}"] + 1  # a page each


@pytest.mark.slow
def test_word_shows_twelve_to_sixteen_pages_before_the_appendix_and_a_page_for_each_focus_area(
    files: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    texts = [page.extract_text() for page in pages(files["full", "docx"], tmp_path).pages]
    assert 12 <= main_pages(texts) <= 16
    for _, name, _, _ in FOCUS_AREAS:
        assert sum(f"{name}: " in text and "Innehåll" not in text for text in texts) == 1
    found = plain("".join(texts))
    assert [said for said in texts_of(full_document()) if plain(said) not in found] == []


@pytest.mark.slow
def test_powerpoint_shows_a_page_for_each_slide(files: dict[tuple[str, str], Path], tmp_path: Path) -> None:
    reader = pages(files["full", "pptx"], tmp_path)
    assert len(reader.pages) == len(Presentation(str(files["full", "pptx"])).slides) == 8
    width, height = reader.pages[0].mediabox.width, reader.pages[0].mediabox.height
    assert width / height == pytest.approx(16 / 9, abs=0.01)


# --------------------------------------------------------------------------------------------- the sample's own reports

# The words that an area is named with before the finding, and the first section after the main part.
NAMES = [name for name in read_reference("focus_areas")["title"] if name != "Brottsligheten i stort"]
APPENDIX = "Källor och kvalitet"


def published(data: Path, kind: Kind) -> list[Path]:
    """The sample's reports of every area, for both audiences."""
    found = sorted((data / "output" / "latest").glob(f"*/report/*.{kind}"))
    assert len(found) == 8  # three municipalities and their police area
    return found


def test_the_sample_s_pdfs_have_twelve_to_sixteen_pages_and_one_for_each_focus_area(sample_data: Path) -> None:
    for path in published(sample_data, "pdf"):
        reader = pypdf.PdfReader(path)
        entries = [entry for entry in reader.outline if not isinstance(entry, list)]
        starts = [(str(entry.title), reader.get_destination_page_number(entry) or 0) for entry in entries]
        assert 12 <= dict(starts)[APPENDIX] <= 16, path
        pages = [
            after - start
            for (title, start), (_, after) in pairwise(starts)
            if title.startswith(tuple(f"{name}: " for name in NAMES))
        ]
        assert pages == [1] * 6, path


@pytest.mark.slow
def test_the_sample_s_word_files_have_twelve_to_sixteen_pages_and_one_for_each_focus_area(
    sample_data: Path, tmp_path: Path
) -> None:
    for path in published(sample_data, "docx"):
        texts = [page.extract_text() for page in pages(path, tmp_path).pages][1:]  # without the list of contents
        main = next(number for number, text in enumerate(texts, 1) if APPENDIX in text)
        assert 12 <= main <= 16, path
        titled = [number for number, text in enumerate(texts) for name in NAMES if re.search(f"^{name}: ", text, re.M)]
        assert len(titled) == 6, path
        assert titled == [*range(titled[0], titled[0] + 6)], path
