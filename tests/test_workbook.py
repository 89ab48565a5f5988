"""The workbook: what a coordinator meets when it is opened, and what it never says."""

import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Literal

import polars as pl
import pypdf
import pytest

from reports import _codes, _sheets
from reports._glossary import GLOSSARY
from reports._language import language
from reports._words import CATEGORIES, FLAGS, REASONS, STATUSES, SYNTHETIC
from reports.gate import find_hits_in
from reports.release import TABLES
from reports.workbook import WorkbookMeta, write_workbook
from sources._strict import read_reference
from tests.libreoffice import Cell, convert, sheets_of
from tests.sample_release import Release

INTERNAL = "Internt arbetsmaterial. Sekretessprövas före utlämnande."
AREAS = {
    "Psykisk ohälsa och kränkningar…": "youth_mental_health",
    "Trygghet": "perceived_safety",
    "Attityder till alkohol…": "alcohol_and_drug_attitudes",
    "Droghandel": "drug_dealing",
    "Buskörning": "reckless_driving",
    "Skadegörelse": "vandalism",
    "Brottsligheten i stort": "overall_crime",
}
SHEETS = [
    *("Försättsblad", "Läget i korthet", *AREAS),
    *("Bedömningar", "Månader", "Tider", "Platser", "Samlat på få platser", "Åtgärder"),
    *("Löften", "Löftenas utfall", "Löften mot andra"),
    *("Ändrade uppgifter", "Definitioner", "Ord"),
]
EVIL = ("=1+1", "+46", "-x", "@SUM(A1)", "\t=1", "＝1+1", "<r><t>x</t></r>", "a\x00\x0bb", "<b>&\"'", "_x0041_")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

Tables = Mapping[str, pl.DataFrame]


@pytest.fixture(scope="module")
def tables(sample: Release) -> Tables:
    names = [name.removeprefix("output.") for name in TABLES["internal"]]
    return {name: pl.read_parquet(sample.folder / "internal" / f"{name}.parquet") for name in names}


@pytest.fixture(scope="module")
def opened(sample: Release, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[Cell]]]:
    """The internal workbook of the sample as LibreOffice opens it."""
    return sheets_of(sample.folder / "internal" / "lagesbild.xlsx", tmp_path_factory.mktemp("opened"))


def written(folder: Path, tables: Tables, audience: Literal["internal", "public"] = "internal") -> Path:
    path = folder / "lagesbild.xlsx"
    meta = WorkbookMeta(release="r-1", as_of=date(2026, 8, 7), audience=audience, area="sodra_fyrbodal")
    write_workbook(path, tables=tables, focus_areas=read_reference("focus_areas"), meta=meta)
    return path


def parts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def cells(path: Path) -> dict[str, pl.DataFrame]:
    """Every sheet from its row of headings on; the cover whole."""
    found = pl.read_excel(path, sheet_id=0, has_header=False, infer_schema_length=0)
    assert isinstance(found, dict)
    return found


def table(path: Path, sheet: str) -> list[dict[str, str | None]]:
    """A sheet's rows by heading, as text."""
    heading, *rows = cells(path)[sheet].rows()[2:]
    return [dict(zip(heading, row, strict=True)) for row in rows]


def texts(path: Path) -> set[str]:
    """Every text of the workbook."""
    strings = ET.fromstring(parts(path)["xl/sharedStrings.xml"])
    return {"".join(text.text or "" for text in each.iter(f"{MAIN}t")) for each in strings}


def column(opened: dict[str, list[list[Cell]]], sheet: str, heading: str) -> list[Cell]:
    """A column's cells under its heading."""
    headings, *rows = [row for row in opened[sheet][2:] if row]
    at = [cell.value for cell in headings].index(heading)
    return [row[at] if at < len(row) else Cell("", "") for row in rows]


# ---------------------------------------------------------------------------------------------------------- the cover


def test_the_cover_comes_first_and_every_sheet_has_its_place(sample: Release) -> None:
    for audience in ("internal", "public"):
        assert list(cells(sample.folder / audience / "lagesbild.xlsx")) == SHEETS


def test_the_cover_says_what_it_is_and_names_every_source_with_its_date(sample: Release, tables: Tables) -> None:
    rows = cells(sample.folder / "internal" / "lagesbild.xlsx")["Försättsblad"].rows()
    said = {cell for row in rows for cell in row}
    assert rows[0][0] == "Lägesbild: Lokalpolisområde Södra Fyrbodal"
    assert {INTERNAL, f"{SYNTHETIC}.", "Orust, Stenungsund, Tjörn", sample.release, "Underlag, inte beslut"} <= said
    by_title = {row[0]: row for row in rows}
    for source in tables["sources"].to_dicts():
        title, publisher, newest, _, _, passed_on, computed, licence, constructed = by_title[source["title"]]
        assert (publisher, passed_on, computed, licence) == tuple(
            source[name] or None for name in ("publisher", "attribution", "attribution_processed", "licence")
        )
        told = source["data_as_of"]
        assert newest is None if told is None else str(newest).startswith(told.isoformat())
        assert constructed == ("ja" if source["is_synthetic"] else "nej"), title


def test_the_cover_links_to_every_sheet(sample: Release) -> None:
    cover = ET.fromstring(parts(sample.folder / "public" / "lagesbild.xlsx")["xl/worksheets/sheet1.xml"])
    links = [link.get("location", "") for link in cover.iter(f"{MAIN}hyperlink")]
    assert links == [f"'{name}'!A1" for name in SHEETS[1:]]


@pytest.mark.parametrize(("audience", "is_internal"), [("internal", True), ("public", False)])
def test_every_sheet_says_whether_it_may_be_spread(sample: Release, audience: str, is_internal: bool) -> None:
    for name, frame in cells(sample.folder / audience / "lagesbild.xlsx").items():
        top = " ".join(str(cell) for row in frame.rows()[:3] for cell in row)
        assert (INTERNAL in top) == is_internal, name
        assert ("Publik utgåva." in top) != is_internal, name
        assert SYNTHETIC in top


def test_without_constructed_figures_nothing_is_marked_as_constructed(tables: Tables, tmp_path: Path) -> None:
    real = {
        name: frame.with_columns(is_synthetic=pl.lit(False)) if "is_synthetic" in frame.columns else frame
        for name, frame in tables.items()
    }
    path = written(tmp_path, real, "public")
    assert not any(SYNTHETIC in text or "gul botten" in text for text in texts(path))
    assert "FFFFF3CC" not in parts(path)["xl/styles.xml"]


# ------------------------------------------------------------------------------------------------------- the figures


def test_every_figure_of_a_focus_area_stands_on_its_sheet(sample: Release, tables: Tables) -> None:
    path = sample.folder / "internal" / "lagesbild.xlsx"
    for sheet, focus_area in AREAS.items():
        rows = tables["indicators"].filter(focus_area=focus_area)
        found = table(path, sheet)
        assert len(found) == rows.height, sheet
        shown = rows.filter(pl.col("status") == "ok")["value"].drop_nulls().sort()
        values = sorted(float(row["Värde"]) for row in found if row["Värde"])
        assert values == pytest.approx(shown.to_list())


def test_numbers_are_numbers_days_are_days_and_codes_are_text(opened: dict[str, list[list[Cell]]]) -> None:
    for sheet in AREAS:
        for heading in (
            "Värde",
            "Nedre gräns",
            "Övre gräns",
            "Täljare",
            "Nämnare",
            "Svarande",
            "Svarsfrekvens, procent",
        ):
            assert {cell.type for cell in column(opened, sheet, heading)} <= {"float", ""}, (sheet, heading)
        for heading in ("Första dag", "Sista dag", "Uppgifter till och med"):
            assert {cell.type for cell in column(opened, sheet, heading)} == {"date"}, (sheet, heading)
        assert {cell.type for cell in column(opened, sheet, "Områdeskod")} == {"string"}
        assert {"00", "1415"} <= {cell.value for cell in column(opened, sheet, "Områdeskod")}
        assert {cell.type for cell in column(opened, sheet, "Period")} == {"string"}
    assert "2025-08-01" in {cell.value for cell in column(opened, "Månader", "Månad")}
    assert {cell.type for cell in column(opened, "Åtgärder", "Klart senast")} == {"date"}
    assert {cell.type for cell in column(opened, "Åtgärder", "Kostnad, kronor")} == {"float", ""}
    effects = [
        float(cell.value) for cell in column(opened, "Bedömningar", "Kvot eller skillnad") if cell.type == "float"
    ]
    assert min(effects) < 0 < max(effects)
    assert not any(cell.formula for rows in opened.values() for row in rows for cell in row)


def test_a_share_is_per_cent_from_0_to_100_and_its_unit_stands_on_the_row(tables: Tables, tmp_path: Path) -> None:
    answered = tables["indicators"].with_columns(response_rate=pl.lit(0.4152))
    rows = table(written(tmp_path, {**tables, "indicators": answered}), "Trygghet")
    shares = [float(row["Värde"]) for row in rows if row["Enhet"] == "procent" and row["Värde"]]
    assert 50 < max(shares) <= 100
    assert {row["Svarsfrekvens, procent"] for row in rows if row["Status"] == "redovisas"} == {"41.5"}
    assert all(row["Enhet"] for row in rows)


def test_a_figure_that_may_not_be_shown_is_nowhere_in_the_file(tables: Tables, tmp_path: Path) -> None:
    hidden = pl.col("status") != "ok"
    planted = [
        pl.when(hidden).then(pl.lit(12_321_987).cast(dtype)).otherwise(pl.col(name)).alias(name)
        for name, dtype in tables["indicators"].schema.items()
        if name
        in ("value", "lower_confidence_limit", "upper_confidence_limit", "numerator", "denominator", "respondents")
    ]
    path = written(tmp_path, {**tables, "indicators": tables["indicators"].with_columns(planted)})
    assert not [name for name, content in parts(path).items() if "12321987" in content]
    for sheet, focus_area in AREAS.items():
        statuses = tables["indicators"].filter(focus_area=focus_area)["status"].to_list()
        rows = table(path, sheet)
        assert sorted(str(row["Status"]) for row in rows) == sorted(STATUSES[status] for status in statuses)
        assert all(row["Värde"] is None for row in rows if row["Status"] != "redovisas")


def test_a_constructed_row_says_so_and_is_filled_and_a_real_one_is_not(sample: Release, tables: Tables) -> None:
    content = parts(sample.folder / "internal" / "lagesbild.xlsx")
    styles = ET.fromstring(content["xl/styles.xml"])
    fills = [each.find(f".//{MAIN}fgColor") for each in styles.iter(f"{MAIN}fill")]
    looks = [fills[int(each.get("fillId", 0))] for each in styles.find(f"{MAIN}cellXfs") or ()]
    is_sand = [fill is not None and fill.get("rgb") == "FFFFF3CC" for fill in looks]
    number = SHEETS.index("Skadegörelse") + 1
    rows = list(ET.fromstring(content[f"xl/worksheets/sheet{number}.xml"]).iter(f"{MAIN}row"))[3:]
    said = [
        row["Konstruerade exempeldata"] for row in table(sample.folder / "internal" / "lagesbild.xlsx", "Skadegörelse")
    ]
    assert len(rows) == len(said)
    assert {"ja", "nej"} == set(said)
    for row, word in zip(rows, said, strict=True):
        assert {is_sand[int(cell.get("s", 0))] for cell in row} == {word == "ja"}
    constructed = tables["indicators"].filter(focus_area="vandalism")["is_synthetic"].sum()
    assert said.count("ja") == constructed


def test_a_judgement_of_constructed_figures_is_marked_too(tables: Tables) -> None:
    one = tables["indicators"].filter(indicator="reported_vandalism_rate", area_code="1415", period="2023")
    assert not one["is_synthetic"].any()
    assert tables["ranks"].filter(indicator="reported_vandalism_rate", area_code="1415").height == 1
    marked = tables["indicators"].with_columns(is_synthetic=pl.col("area_code") == "14")
    sheets, _ = _sheets.sheets_of({**tables, "indicators": marked}, read_reference("focus_areas"))
    [judgements] = [sheet for sheet in sheets if sheet.name == "Bedömningar"]
    by_heading = {each.heading: each.values for each in judgements.columns}
    rests_on_the_county = [
        area == "Västra Götalands län" or beside == "länet"
        for area, beside in zip(by_heading["Område"], by_heading["Jämförs med"], strict=True)
    ]
    found = dict(zip(range(len(rests_on_the_county)), judgements.is_synthetic, strict=True))
    assert any(found.values())
    assert [at for at, is_marked in found.items() if is_marked and not rests_on_the_county[at]] == []


# ------------------------------------------------------------------------------------------------- what no cell says


def test_no_code_stands_in_any_cell(sample: Release) -> None:
    codes = {
        *(code for name in vars(_codes) if name.isupper() for code in getattr(_codes, name)),
        *(*STATUSES, *FLAGS, *REASONS, *CATEGORIES, *AREAS.values(), "sex", "grade", "year", "quarter", "school_year"),
    } - {"", "-2", "-1", "0", "1", "2"}
    for audience in ("internal", "public"):
        path = sample.folder / audience / "lagesbild.xlsx"
        said = {
            str(cell)
            for name, frame in cells(path).items()
            for row in frame.drop("column_2" if name == "Definitioner" else []).rows()
            for cell in row
        }
        assert codes & {part for text in said for part in re.split(r"[,;] ?", text)} == set()
        assert not {text for text in said if re.fullmatch(r"[a-z]+(_[a-z]+)+", text)} - {"sodra_fyrbodal"}


def test_text_stays_text_whatever_it_begins_with(tables: Tables, tmp_path: Path) -> None:
    measures = tables["measures"].head(len(EVIL)).with_columns(pl.Series("action", EVIL), pl.Series("place", EVIL))
    path = written(tmp_path, {**tables, "indicators": tables["indicators"].head(50), "measures": measures})
    for name, content in parts(path).items():
        ET.fromstring(content)  # well-formed, whatever was put in
        assert "<f>" not in content, name
        assert "<f " not in content, name
    rows = [row for row in sheets_of(path, tmp_path)["Åtgärder"][3:] if row]
    for text, row in zip(EVIL, rows, strict=True):
        assert {row[3].type, row[4].type} == {"string"}, text
        assert not row[3].formula
        if "\x00" not in text:
            assert row[3].value.strip() == row[4].value.strip() == text.strip()


def test_what_looks_like_a_formula_stays_text_when_the_cell_is_edited(tables: Tables, tmp_path: Path) -> None:
    plain, evil = (
        parts(written(tmp_path, {**tables, "measures": tables["measures"].with_columns(action=pl.lit(text))}))
        for text in ("Ny belysning", "=1+1")
    )
    assert "quotePrefix" not in plain["xl/styles.xml"]
    assert 'quotePrefix="1"' in evil["xl/styles.xml"]


def test_a_text_longer_than_a_cell_is_cut_where_the_cell_ends(tables: Tables, tmp_path: Path) -> None:
    long = tables["definitions"].with_columns(notes=pl.lit("ord " * 10_000))
    said = texts(written(tmp_path, {**tables, "definitions": long}))
    assert max(map(len, said)) == 32_767
    assert [text[-3:] for text in said if len(text) == 32_767] == ["or…"]


def test_the_gate_lets_the_workbook_through_and_stops_a_planted_number(tables: Tables, tmp_path: Path) -> None:
    for name in ("clean", "planted"):
        (tmp_path / name).mkdir()
    written(tmp_path / "clean", tables)
    assert find_hits_in(tmp_path / "clean") == []
    planted = tables["measures"].with_columns(action=pl.lit("ring 070-174 06 05"))
    written(tmp_path / "planted", {**tables, "measures": planted})
    assert find_hits_in(tmp_path / "planted") == ["lagesbild.xlsx/xl/sharedStrings.xml: phone"]


# ------------------------------------------------------------------------------------------------------ how it is read


def test_headings_stay_in_place_and_have_filters_on_every_sheet(sample: Release) -> None:
    content = parts(sample.folder / "internal" / "lagesbild.xlsx")
    for number, name in enumerate(SHEETS[1:], 2):
        sheet = ET.fromstring(content[f"xl/worksheets/sheet{number}.xml"])
        pane = sheet.find(f".//{MAIN}pane")
        assert pane is not None
        assert (pane.get("ySplit"), pane.get("xSplit"), pane.get("state")) == ("3", "1", "frozen"), name
        rows = [row for row in sheet.iter(f"{MAIN}row") if row.get("r")]
        filters = sheet.find(f"{MAIN}autoFilter")
        assert filters is not None
        assert re.fullmatch(rf"A3:[A-Z]+{max(4, int(rows[-1].attrib['r']))}", filters.get("ref", "")), name
        assert len(list(sheet.iter(f"{MAIN}col"))) > 0
    assert content["xl/workbook.xml"].count("_xlnm.Print_Titles") == len(SHEETS) - 1


@pytest.mark.slow
def test_on_paper_no_number_is_too_wide_for_its_column(sample: Release, tmp_path: Path) -> None:
    pages = pypdf.PdfReader(convert(sample.folder / "internal" / "lagesbild.xlsx", tmp_path, "pdf")).pages
    assert len(pages) > 50
    said = [page.extract_text() for page in pages]
    assert not any("###" in text for text in said)
    assert all(INTERNAL in text for text in said)


def test_names_of_sheets_are_such_as_excel_takes() -> None:
    titles = [
        *read_reference("focus_areas")["title"],
        *read_reference("focus_areas")["title_en"],
        "a" * 40,
        "x/y:[z]*?",
    ]
    names = [_sheets._tab(title) for title in titles]
    assert all(0 < len(name) <= 31 and not set("[]:*?/\\") & set(name) for name in names)
    assert names[:3] == ["Psykisk ohälsa och kränkningar…", "Trygghet", "Attityder till alkohol…"]


def test_every_status_flag_and_verdict_is_explained_in_the_order_of_the_alphabet() -> None:
    explained = [word for words, _ in GLOSSARY for word in words.split(", ")]
    said = [
        *STATUSES.values(),
        *FLAGS.values(),
        *(word for word in _codes.VERDICTS.values() if "olika mått" not in word),
    ]
    assert [text for text in said if not any(text.startswith(word) for word in explained)] == []
    in_swedish = [word.translate(str.maketrans("åäö", "{|}")) for word, _ in GLOSSARY]
    assert all(before < after for before, after in pairwise(in_swedish))


def test_in_english_sheets_headings_and_words_are_english(tables: Tables, tmp_path: Path) -> None:
    with language("en"):
        path = written(tmp_path, tables)
    names = list(cells(path))
    assert names[0] == "Cover"
    assert names[2:6] == ["Mental ill-health…", "Perceived safety", "Attitudes to alcohol…", "Drug dealing"]
    [row, *_] = table(path, "Vandalism")
    assert {"Indicator", "Area", "Value", "Lower limit", "Unit"} <= row.keys()
    assert row["Unit"] == "per 10,000 inhabitants"


# ------------------------------------------------------------------------------------------------------ the file itself


def test_the_same_tables_give_the_same_bytes_dated_as_the_release(tables: Tables, tmp_path: Path) -> None:
    first = written(tmp_path, tables).read_bytes()
    assert written(tmp_path, tables).read_bytes() == first
    with zipfile.ZipFile(tmp_path / "lagesbild.xlsx") as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    core = parts(tmp_path / "lagesbild.xlsx")["docProps/core.xml"]
    assert core.count("2026-08-07T00:00:00Z") == 2
    assert "<dc:creator>lagesbild</dc:creator>" in core
    assert "<cp:lastModifiedBy>lagesbild</cp:lastModifiedBy>" in core
    assert "<dc:title>Lägesbild: Lokalpolisområde Södra Fyrbodal</dc:title>" in core


def test_what_there_is_no_room_for_is_left_out_and_the_cover_says_so(
    tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_sheets, "MOST_FIGURES", 1000)
    monkeypatch.setattr(_sheets, "MOST_JUDGED", 500)
    path = written(tmp_path, tables)
    said = texts(path)
    assert "• Siffrorna är för många för en arbetsbok. Alla siffror står i indicators_sv.csv." in said
    assert "• Bladen Bedömningar, Månader och Tider visar bara det som går att skilja från slumpen." in said
    [most] = [int(found[1]) for text in said if (found := re.search(r"högst (\d+) mätningar", text))]
    assert most > 1
    rows = {sheet: table(path, sheet) for sheet in AREAS}
    assert 500 < sum(map(len, rows.values())) <= 1000
    reported = [
        str(row["Period"])
        for row in rows["Skadegörelse"]
        if row["Område"] == "Stenungsund" and row["Indikator"] == "Anmäld skadegörelse per 100 000 invånare"
    ]
    assert reported == [str(2023 - back) for back in range(most)]
    assert not any(row["Grupp"] in ("kvinnor", "män") for each in rows.values() for row in each)
    outcomes = {row["Utfall"] for row in table(path, "Bedömningar") if row["Slag"] != "Plats bland alla kommuner"}
    assert outcomes == {"högre", "lägre", "minskar"}


def test_an_empty_release_makes_a_workbook_too(tables: Tables, tmp_path: Path) -> None:
    empty = {name: frame.clear() for name, frame in tables.items()}
    path = written(tmp_path, empty, "public")
    assert list(cells(path)) == SHEETS
    assert table(path, "Skadegörelse") == []
