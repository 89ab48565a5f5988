"""The file behind a chart or table: that it can be understood with nothing beside it, and opens right."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from reports._codes import AREA_TYPES, METHOD_NAMES
from reports._downloads import download, slug, write_download
from reports._language import language
from reports._words import FLAGS, STATUSES, SYNTHETIC
from reports.gate import find_hits_in
from reports.tables import HEADINGS, excel_cells, write_swedish
from tests.libreoffice import SWEDISH_CSV, sheets_of
from tests.sample_release import Release

HEADINGS_OF_A_DOWNLOAD = (
    "namn;definition;omradestyp;omradeskod;omrade;period;period_start;period_slut;uppdelning;grupp;varde;nedre_grans;"
    "ovre_grans;taljare;namnare;antal_svarande;enhet;metod;status;markningar;konstruerade_exempeldata;kallangivelse;"
    "uppgifter_till_och_med;utgava"
)


@pytest.fixture(scope="module")
def tables(sample: Release) -> Mapping[str, pl.DataFrame]:
    names = ("indicators", "definitions", "sources")
    return {name: pl.read_parquet(sample.folder / "internal" / f"{name}.parquet") for name in names}


def definition_of(tables: Mapping[str, pl.DataFrame], indicator: str) -> Mapping[str, Any]:
    return tables["definitions"].row(by_predicate=pl.col("indicator") == indicator, named=True)


def sources_of(tables: Mapping[str, pl.DataFrame]) -> Mapping[str, Mapping[str, Any]]:
    return {row["source"]: row for row in tables["sources"].to_dicts()}


def rows_of(tables: Mapping[str, pl.DataFrame], indicator: str) -> pl.DataFrame:
    return tables["indicators"].filter(indicator=indicator)


def made(tables: Mapping[str, pl.DataFrame], rows: pl.DataFrame, area: str = "Stenungsund", code: str = "1415") -> Any:
    definition = definition_of(tables, rows["indicator"][0])
    return download(rows, definition, area=area, area_code=code, sources=sources_of(tables))


def test_a_file_says_what_where_when_and_whose(tables: Mapping[str, pl.DataFrame], tmp_path: Path) -> None:
    rows = rows_of(tables, "reported_vandalism_rate")
    path = write_download(tmp_path, made(tables, rows), "r1")
    assert path.name == "anmald-skadegorelse_1415-stenungsund_2010-2023.csv"
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig").split("\r\n")
    assert lines[0] == HEADINGS_OF_A_DOWNLOAD
    assert lines[-1] == ""
    assert len(lines) == rows.height + 2
    [stenungsund] = [line for line in lines if ";1415;Stenungsund;2019;" in line]
    title, definition, *cells = stenungsund.split(";")
    assert title == "Anmäld skadegörelse per 100 000 invånare"
    assert definition.startswith("Anmälda skadegörelsebrott (12 kap. brottsbalken och mordbrand) ett år, delat med")
    assert ";".join(cells) == (
        'kommun;1415;Stenungsund;2019;2019-01-01;2019-12-31;"";"";851,477014;744,527969;969,473738;228;26777;;'
        'per 100 000 invånare;räknat antal, osäkerhetsintervall enligt Byar;redovisas;"";nej;'
        "Egen bearbetning av uppgifter från Brå, SCB m.fl.;2019-12-31;r1"
    )


def test_those_it_is_compared_with_stand_in_the_same_file(tables: Mapping[str, pl.DataFrame]) -> None:
    frame = made(tables, rows_of(tables, "unsafe_outdoors_evening_share")).frame
    assert {"kommun", "riket"} <= set(frame["omradestyp"])
    assert frame["omradestyp"].is_in(list(AREA_TYPES.values())).all()
    assert {"1415", "1419", "1421", "00"} <= set(frame["omradeskod"])


def test_no_code_is_left_in_any_download_of_the_sample(tables: Mapping[str, pl.DataFrame]) -> None:
    codes = {*AREA_TYPES, *METHOD_NAMES, *STATUSES, *FLAGS, "sex", "grade", "age", "women", "men"}
    for (indicator,), rows in tables["indicators"].group_by("indicator"):
        found = made(tables, rows)
        said = {cell for name in found.frame.columns for cell in found.frame[name].cast(pl.String).unique()} - {None}
        assert not codes & said, indicator
        assert indicator not in said
        assert not any(set(cell.split(", ")) & codes for cell in said), indicator


def test_a_row_that_is_not_ok_shows_no_figure_whatever_it_holds(tables: Mapping[str, pl.DataFrame]) -> None:
    figures = ("value", "lower_confidence_limit", "upper_confidence_limit", "numerator", "denominator", "respondents")
    rows = rows_of(tables, "reported_vandalism_rate").head(6)
    rows = rows.with_columns(
        *(pl.lit(12).cast(rows.schema[name]).alias(name) for name in figures),
        status=pl.Series([*STATUSES]),
        flags=pl.lit("under_five"),
    )
    frame = made(tables, rows).frame
    assert frame["status"].to_list() == list(STATUSES.values())
    hidden = frame.filter(pl.col("status") != "redovisas").select(HEADINGS[name] for name in figures)
    assert hidden.null_count().row(0) == (5,) * 6
    assert frame["varde"].to_list() == [12, *[None] * 5]
    assert set(frame["markningar"]) == {"färre än 5"}


def test_an_ok_row_without_a_value_says_that_it_is_missing(tables: Mapping[str, pl.DataFrame]) -> None:
    rows = rows_of(tables, "reported_vandalism_rate").filter(status="ok").head(1)
    frame = made(tables, rows.with_columns(value=pl.lit(None, dtype=pl.Float64))).frame
    assert frame.row(0, named=True) | {"status": "uppgift saknas", "taljare": None} == frame.row(0, named=True)


def test_what_counts_nobody_and_what_is_no_sample_is_left_out(tables: Mapping[str, pl.DataFrame]) -> None:
    weighted = tables["indicators"].filter(method="proportion_wilson_weighted", status="ok")
    frame = made(tables, weighted.filter(indicator=weighted["indicator"][0])).frame
    assert frame.select("taljare", "namnare").null_count().row(0) == (frame.height, frame.height)
    assert frame.select("antal_svarande", "varde", "nedre_grans").null_count().row(0) == (0, 0, 0)
    chosen = tables["indicators"].filter(method="self_selected")
    limits = chosen.with_columns(lower_confidence_limit=1.0, upper_confidence_limit=2.0)
    frame = made(tables, limits.filter(indicator=chosen["indicator"][0])).frame
    assert frame.select("nedre_grans", "ovre_grans").null_count().row(0) == (frame.height, frame.height)


def test_figures_passed_on_and_figures_computed_name_their_source_apart(tables: Mapping[str, pl.DataFrame]) -> None:
    row = rows_of(tables, "reported_vandalism_rate").filter(~pl.col("is_synthetic")).head(1)
    said = pl.concat(
        [
            row,
            row.with_columns(method=pl.lit("published")),
            row.with_columns(method=pl.lit("published"), sources=pl.lit("scb_citizen_survey")),
            row.with_columns(is_synthetic=pl.lit(True)),
        ]
    )
    assert made(tables, said).frame["kallangivelse"].to_list() == [
        "Egen bearbetning av uppgifter från Brå, SCB m.fl.",
        "Källa: Kolada.",
        "Källa: SCB, Medborgarundersökningen.",
        SYNTHETIC,
    ]


def test_a_breakdown_is_told_in_words_and_in_the_name_of_the_file(tables: Mapping[str, pl.DataFrame]) -> None:
    rows = rows_of(tables, "safe_outdoors_daylight_share").filter(area_code="1415", breakdown="sex")
    found = made(tables, rows)
    assert found.name.startswith("trygga-utomhus-i-dagsljus-dar-de-bor-kon_1415-stenungsund_")
    assert set(found.frame["uppdelning"]) == {"kön"}
    assert set(found.frame["grupp"]) == {"kvinnor", "män"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Västra Götalands län", "vastra-gotalands-lan"),
        ("Åmål – Säffle", "amal-saffle"),
        ("  (§ 12) Café/Ünited ", "12-cafe-united"),
        ("../../etc/passwd", "etc-passwd"),
        ("", ""),
    ],
)
def test_a_slug_holds_only_small_letters_figures_and_hyphens(text: str, expected: str) -> None:
    assert slug(text) == expected


def test_names_are_short_different_and_plain(tables: Mapping[str, pl.DataFrame]) -> None:
    names = []
    for (_, _, code, _), rows in tables["indicators"].group_by("indicator", "area_type", "area_code", "breakdown"):
        names.append(made(tables, rows, rows["area"][0], str(code)).name)
    assert len(names) > 400
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= 116  # with .csv 120
    assert all(name.replace("_", "-").replace("-", "a").isalnum() and name.isascii() for name in names)
    assert any(name.endswith("_lokalpolisomrade-sodra-fyrbodal_2010-2023") for name in names)


def test_a_long_title_is_cut_and_area_and_years_are_not(tables: Mapping[str, pl.DataFrame]) -> None:
    definition = {**definition_of(tables, "reported_vandalism_rate"), "title": "Ord " * 60}
    rows = rows_of(tables, "reported_vandalism_rate")
    found = download(rows, definition, area="Stenungsund", area_code="1415", sources=sources_of(tables))
    assert len(found.name) == 116
    assert found.name.startswith("ord-ord-")
    assert found.name.endswith("_1415-stenungsund_2010-2023")


def test_no_rows_give_a_file_with_headings_alone(tables: Mapping[str, pl.DataFrame], tmp_path: Path) -> None:
    definition = definition_of(tables, "reported_vandalism_rate")
    rows = tables["indicators"].clear()
    found = download(rows, definition, area="Stenungsund", area_code="1415", sources=sources_of(tables))
    path = write_download(tmp_path, found, "r1")
    assert path.name == "anmald-skadegorelse_1415-stenungsund.csv"
    assert path.read_bytes().decode("utf-8-sig") == HEADINGS_OF_A_DOWNLOAD + "\r\n"


def test_a_download_is_written_as_every_other_swedish_csv(tables: Mapping[str, pl.DataFrame], tmp_path: Path) -> None:
    """Two ways to write the same cells, one for a hundred rows and one for a million: the bytes are the same."""
    hostile = ["=1+1", "-", "-2,5", "-x", 'sa "hej"', "rad\nbrytning", "a;b", " x", "0114", "2011/12", "\t1", "", "å"]
    rows = rows_of(tables, "reported_vandalism_rate").head(len(hostile))
    rows = rows.with_columns(
        area=pl.Series(hostile), value=pl.Series([10.0**-n for n in range(13)]), numerator=pl.lit(10_551_707.0)
    )
    found = made(tables, rows)
    path = write_download(tmp_path, found, "r1")
    write_swedish(tmp_path / "other.csv", excel_cells(found.frame.with_columns(utgava=pl.lit("r1"))))
    assert path.read_bytes() == (tmp_path / "other.csv").read_bytes()
    for (indicator,), each in tables["indicators"].group_by("indicator"):
        found = made(tables, each)
        write_swedish(tmp_path / "other.csv", excel_cells(found.frame.with_columns(utgava=pl.lit("r1"))))
        assert write_download(tmp_path, found, "r1").read_bytes() == (tmp_path / "other.csv").read_bytes(), indicator


def test_libreoffice_in_swedish_reads_numbers_days_and_codes(
    tables: Mapping[str, pl.DataFrame], tmp_path: Path
) -> None:
    rows = rows_of(tables, "reported_vandalism_rate")
    path = write_download(tmp_path, made(tables, rows), "r1")
    [found] = sheets_of(path, tmp_path, SWEDISH_CSV).values()
    at = {cell.value: place for place, cell in enumerate(found[0])}
    shown = [line for line in found[1:] if line[at["status"]].value == "redovisas"]
    assert len(shown) == rows.filter(status="ok").height > 0
    for name in ("varde", "nedre_grans", "ovre_grans", "taljare", "namnare"):
        assert {line[at[name]].type for line in shown} == {"float"}, name
    for name in ("period_start", "period_slut", "uppgifter_till_och_med"):
        assert {line[at[name]].type for line in found[1:]} == {"date"}, name
    assert {line[at["omradeskod"]].type for line in found[1:] if line[at["omrade"]].value == "Riket"} == {"string"}
    assert [float(line[at["varde"]].value) for line in shown] == rows.filter(status="ok")["value"].to_list()


def test_in_english_the_title_and_the_words_are_english(tables: Mapping[str, pl.DataFrame]) -> None:
    with language("en"):
        found = made(tables, rows_of(tables, "reported_vandalism_rate"))
    assert found.name.startswith("reported-vandalism_1415-stenungsund_")
    assert found.frame["namn"][0] == "Reported vandalism per 100 000 inhabitants"
    assert set(found.frame["enhet"]) == {"per 100,000 inhabitants"}


def test_the_gate_lets_the_downloads_of_the_sample_through(tables: Mapping[str, pl.DataFrame], tmp_path: Path) -> None:
    for _, rows in tables["indicators"].group_by("indicator"):
        write_download(tmp_path, made(tables, rows), "r1")
    assert len(list(tmp_path.iterdir())) > 100
    assert find_hits_in(tmp_path) == []


def test_a_file_takes_a_few_milliseconds(tables: Mapping[str, pl.DataFrame], tmp_path: Path) -> None:
    rows = rows_of(tables, "reported_vandalism_rate")
    before = time.process_time()
    for _ in range(100):
        write_download(tmp_path, made(tables, rows), "r1")
    # All 290 municipalities have some 7 000 such files in the two audiences.
    assert (time.process_time() - before) / 100 < 0.02
