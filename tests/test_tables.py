"""The files of a release: what each holds, how Swedish Excel reads it, and what is written nowhere."""

import csv
import json
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO
from itertools import chain, pairwise
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pypdf import PdfReader

from flows._version import VERSION
from models._duckdb import connect, quote
from models._model import all_models
from reports import _columns
from reports._columns import UNITS, column_texts, table_texts
from reports.release import TABLES, Audience, ReleaseMeta, write_release
from reports.tables import HEADINGS, swedish, write_parquet, write_swedish
from sources._problem import Problem
from sources._registry import all_sources
from tests.libreoffice import SWEDISH_CSV, Cell, sheets_of
from tests.sample_release import Release

AUDIENCES = ("internal", "public")
BOM = b"\xef\xbb\xbf"


def is_swedish(path: Path) -> bool:
    """Whether a CSV file is one for a Swedish Excel: by its name, or because it stands beside a chart."""
    return path.stem.endswith("_sv") or path.parent.name == "data"


def rows_of(path: Path) -> list[list[str]]:
    """A CSV file's rows, the headings first, as its kind is separated."""
    separator = ";" if is_swedish(path) else ","
    return list(csv.reader(StringIO(path.read_bytes().decode("utf-8-sig"), newline=""), delimiter=separator))


# ---------------------------------------------------------------------------------------------------- Swedish Excel


def as_swedish_file(frame: pl.DataFrame, folder: Path) -> bytes:
    write_swedish(folder / "t_sv.csv", swedish(frame))
    return (folder / "t_sv.csv").read_bytes()


def test_a_decimal_point_becomes_a_comma_and_a_whole_number_stays_whole() -> None:
    frame = pl.DataFrame({"value": [851.477, 228.0, -1.5, 0.0, None], "respondents": [1, 20, 300, -4, None]})
    found = swedish(frame)
    assert found["varde"].to_list() == ["851,477", "228", "-1,5", "0", None]
    assert found["antal_svarande"].to_list() == [1, 20, 300, -4, None]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n"])
def test_text_that_a_spreadsheet_would_run_is_guarded(sign: str) -> None:
    cells = [f"{sign}1+1", f"{sign}x", f"{sign} A1", f"{sign}2,5-1", *([f" {sign}A1"] if sign.strip() else [])]
    assert swedish(pl.DataFrame({"title": cells}))["namn"].to_list() == [f"'{cell}" for cell in cells]
    assert swedish(pl.DataFrame({"title": [f"a{sign}b"]}))["namn"].to_list() == [f"a{sign}b"]


def test_a_minus_before_a_second_line_is_still_a_formula() -> None:
    assert swedish(pl.DataFrame({"title": ["-1\n=cmd|' /C calc'!A0"]}))["namn"].to_list()[0].startswith("'-")


def test_negative_numbers_stay_numbers_and_dashes_inside_text_stay_text() -> None:
    frame = pl.DataFrame({"value": [-2.5], "row_number": [-3], "period": ["2019–2020"], "area": ["– ingen"]})
    assert swedish(frame).rows() == [("-2,5", -3, "2019–2020", "– ingen")]


def test_in_a_column_of_text_a_negative_number_stays_a_number_and_a_lone_dash_a_placeholder() -> None:
    cells = ["-", "-2,5", "-3", "-1 234,5", "−2,5"]
    assert swedish(pl.DataFrame({"title": cells}))["namn"].to_list() == cells


def test_text_that_excel_would_show_as_something_else_is_guarded() -> None:
    misread = ["0114", "00", "2011/12", "7-9", "1/2", "10.5", "1-2-2020", "12:30", "12e5", "1234567890123456"]
    assert swedish(pl.DataFrame({"title": misread}))["namn"].to_list() == [f"'{cell}" for cell in misread]
    as_it_is = ["1415", "0", "2023", "2016/17", "2019–2020", "2025-08", "2024-K4", "10–14", "2026-08-07", "12 %", ""]
    assert swedish(pl.DataFrame({"title": as_it_is}))["namn"].to_list() == as_it_is


def test_a_time_of_day_is_that_of_a_swedish_clock() -> None:
    moments = [datetime(2026, 8, 7, 22, 15, tzinfo=UTC), datetime(2025, 12, 19, 9, 0, tzinfo=UTC), None]
    found = swedish(pl.DataFrame({"observed_at": moments}, schema={"observed_at": pl.Datetime("us", "UTC")}))
    assert found["hamtad"].to_list() == ["2026-08-08 00:15", "2025-12-19 10:00", None]


def test_libreoffice_in_swedish_finds_numbers_days_and_text_where_they_are(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "value": [-2.5, 851.477, 1.5e-7, None],
            "numerator": [341.0, 10551707.0, 0.0, None],
            "respondents": [1200, -4, 0, None],
            "area_code": ["0114", "00", "1415", "sodra_fyrbodal"],
            "period": ["2011/12", "2024-K4", "2016/17", "2019–2020"],
            "category": ["7-9", "10–14", "åk 9", "-"],
            "snapshot": ["1234567890123456789", "12e5", "=1+1", "-1+1"],
            "is_synthetic": [True, False, None, True],
            "period_start": [date(2023, 1, 1), None, None, date(2026, 8, 7)],
            "observed_at": [datetime(2026, 8, 7, 2, 15, tzinfo=UTC), None, None, None],
        },
        schema_overrides={"observed_at": pl.Datetime("us", "UTC")},
    )
    write_swedish(tmp_path / "t_sv.csv", swedish(frame))
    [rows] = sheets_of(tmp_path / "t_sv.csv", tmp_path, SWEDISH_CSV).values()
    assert [cell.value for cell in rows[0]] == [HEADINGS[name] for name in frame.columns]
    found = [[*row, *[Cell("", "")] * (len(frame.columns) - len(row))] for row in rows[1:]]
    types = {name: [row[at].type for row in found] for at, name in enumerate(frame.columns)}
    values = {name: [row[at].value for row in found] for at, name in enumerate(frame.columns)}
    for name in ("value", "numerator", "respondents"):
        assert types[name] == ["float"] * 3 + [""], name
        assert [float(value) for value in values[name][:3]] == frame[name][:3].to_list()
    assert types["area_code"] == ["string", "string", "float", "string"]
    assert values["area_code"] == ["'0114", "'00", "1415", "sodra_fyrbodal"]
    assert types["period"] == types["category"] == types["snapshot"] == ["string"] * 4
    assert values["period"] == ["'2011/12", "2024-K4", "2016/17", "2019–2020"]
    assert values["category"] == ["'7-9", "10–14", "åk 9", "-"]
    assert values["snapshot"] == ["'1234567890123456789", "'12e5", "'=1+1", "'-1+1"]
    assert values["is_synthetic"] == ["ja", "nej", "", "ja"]
    assert [found[0][8], found[3][8]] == [Cell("date", "2023-01-01"), Cell("date", "2026-08-07")]
    assert found[0][9] == Cell("date", "2026-08-07T04:15:00")
    assert not any(cell.formula for row in found for cell in row)


def test_yes_and_no_are_swedish_and_what_is_not_known_is_empty(tmp_path: Path) -> None:
    frame = pl.DataFrame({"is_late": [True, False, None], "data_as_of": [date(2026, 8, 7), None, None]})
    assert as_swedish_file(frame, tmp_path).decode("utf-8-sig") == (
        "forsenad;uppgifter_till_och_med\r\nja;2026-08-07\r\nnej;\r\n;\r\n"
    )


def test_a_file_for_swedish_excel_has_a_bom_semicolons_and_its_line_ends(tmp_path: Path) -> None:
    content = as_swedish_file(pl.DataFrame({"title": ["Trygg; eller otrygg", 'sa "hej"', "rad\nbrytning"]}), tmp_path)
    assert content.startswith(BOM + b"namn\r\n")
    rows = list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows == [["namn"], ["Trygg; eller otrygg"], ['sa "hej"'], ["rad\nbrytning"]]


def test_every_heading_is_plain_ascii_and_stands_for_one_column() -> None:
    assert all(heading.isascii() and heading.replace("_", "").isalnum() for heading in HEADINGS.values())
    assert len(set(HEADINGS.values())) == len(HEADINGS)


def test_every_output_column_has_a_heading() -> None:
    columns = {column for model in all_models() if model.schema == "output" for column in model.columns}
    assert columns <= HEADINGS.keys()
    assert HEADINGS.keys() <= columns  # and no heading is left over


def test_every_output_table_is_known_to_the_release() -> None:
    assert sorted(TABLES["internal"]) == sorted(model.table for model in all_models() if model.schema == "output")


# ------------------------------------------------------------------------------------------------------- columns

OUTPUT = [model for model in all_models() if model.schema == "output"]
# Numbers that count nothing: ordinals, pure numbers and what is told in steps.
NO_UNIT = {
    "row_number",
    "number",
    "dispersion",
    "statistic",
    "funnel_position",
    "slot",
    "p",
    "p_adjusted",
    "season_p_adjusted",
}


def test_every_table_and_column_is_named_in_swedish_and_english() -> None:
    for model in OUTPUT:
        for texts in (table_texts(model), *(column_texts(model, column) for column in model.columns)):
            assert texts["title_sv"]
            assert texts["title_en"]
            assert not set("åäöÅÄÖ") & set(texts["title_en"]), texts


def test_no_english_name_is_left_over() -> None:
    listed = tomllib.loads((Path(_columns.__file__).parent / "columns_en.toml").read_text(encoding="utf-8"))
    assert listed.keys() == {text for model in OUTPUT for text in (model.title, *model.columns.values())}


def test_a_column_without_an_english_name_is_a_problem() -> None:
    model = replace(OUTPUT[0], columns={"new": "Något nytt"})
    with pytest.raises(Problem, match="en engelsk text saknas: Något nytt"):
        column_texts(model, "new")


def test_every_column_of_numbers_or_days_has_a_unit(sample: Release) -> None:
    for model in OUTPUT:
        frame = pl.read_parquet(sample.folder / "internal" / f"{model.name}.parquet")
        counted = set(frame.select(pl.selectors.numeric() | pl.selectors.temporal()).columns)
        assert counted - NO_UNIT <= UNITS.keys(), model.name
    assert UNITS.keys() <= {column for model in OUTPUT for column in model.columns}


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_column_of_every_parquet_file_says_what_it_is(sample: Release, audience: Audience) -> None:
    for model in (each for each in OUTPUT if each.table in TABLES[audience]):
        schema = pq.read_schema(sample.folder / audience / f"{model.name}.parquet")
        assert schema.names == list(model.columns)
        for field in schema:
            found = {key.decode(): text.decode() for key, text in field.metadata.items()}
            assert found["title_sv"] == model.columns[field.name]
            assert found == column_texts(model, field.name)
        assert schema.metadata[b"title_sv"].decode() == model.title
    value = pq.read_schema(sample.folder / audience / "measures.parquet").field("cost_kr")
    assert value.metadata[b"unit"] == b"kronor"


def test_duckdb_polars_and_pandas_see_the_same_types_as_in_the_database(sample: Release) -> None:
    folder = sample.folder / "internal"
    with closing(connect(folder / "lagesbild.duckdb", read_only=True)) as con:
        for model in OUTPUT:
            path = folder / f"{model.name}.parquet"
            columns = con.sql(f"describe {model.table}").fetchall()
            with connect(folders=(folder,)) as reader:
                assert reader.sql(f"describe from {quote(str(path))}").fetchall() == columns
            assert pl.read_parquet_schema(path) == con.sql(f"from {model.table}").pl().schema
            kinds = {str(kind) for kind in pd.read_parquet(path).dtypes}
            assert kinds <= {"str", "float64", "int64", "bool", "object", "datetime64[us, UTC]"}, model.name


def test_rows_lie_in_the_order_that_every_group_declares(sample: Release) -> None:
    for model in OUTPUT:
        path = sample.folder / "internal" / f"{model.name}.parquet"
        file = pq.ParquetFile(path)
        order = [file.schema_arrow.names[each.column_index] for each in file.metadata.row_group(0).sorting_columns]
        assert order[0] == (model.contract.key[0] if model.contract.key else "source")
        assert not any(each.descending for each in file.metadata.row_group(0).sorting_columns)
        frame = pl.read_parquet(path)
        assert frame.equals(frame.sort(order, maintain_order=True, nulls_last=True)), model.name


def test_a_reader_can_pass_over_the_groups_that_hold_other_indicators(tmp_path: Path) -> None:
    [model] = [each for each in OUTPUT if each.name == "comparisons"]
    names = [f"indicator_{number:02d}" for number in range(40) for _ in range(2500)]
    table = pa.table({name: names if name == "indicator" else [""] * len(names) for name in model.columns})
    write_parquet(tmp_path / "t.parquet", table, model, release="r")
    file = pq.read_metadata(tmp_path / "t.parquet")
    limits = [file.row_group(at).column(0).statistics for at in range(file.num_row_groups)]
    assert len(limits) == 4
    assert all(before.max <= after.min for before, after in pairwise(limits))
    holding = [each for each in limits if each.min <= "indicator_30" <= each.max]
    assert len(holding) == 1  # of four
    assert all(file.row_group(0).column(at).has_offset_index for at in range(file.num_columns))


def test_the_same_table_gives_the_same_parquet_bytes(tmp_path: Path) -> None:
    [model] = [each for each in OUTPUT if each.name == "ranks"]
    table = pa.table({name: [name, None] for name in model.columns})
    for name in ("a", "b"):
        write_parquet(tmp_path / name, table, model, release="r")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


# ----------------------------------------------------------------------------------------------------- the release


def tables_in(folder: Path) -> Mapping[str, Sequence[str]]:
    """The tables of a release's database, each with its columns."""
    with closing(connect(folder / "lagesbild.duckdb", read_only=True)) as con:
        rows = con.sql(
            "select schema_name || '.' || table_name, list(column_name order by column_index) "
            "from duckdb_columns() where not internal group by all order by all"
        ).fetchall()
    return dict(rows)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_table_and_column_has_a_comment(sample: Release, audience: Audience) -> None:
    with closing(connect(sample.folder / audience / "lagesbild.duckdb", read_only=True)) as con:
        without = con.sql(
            "select table_name, null as column_name from duckdb_tables() where coalesce(comment, '') = '' "
            "union all select table_name, column_name from duckdb_columns() "
            "where not internal and coalesce(comment, '') = ''"
        ).fetchall()
    assert without == []


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_output_table_is_there_as_database_parquet_and_both_kinds_of_csv(
    sample: Release, audience: Audience
) -> None:
    folder = sample.folder / audience
    held = tables_in(folder)
    for table in TABLES[audience]:
        name = table.removeprefix("output.")
        with closing(connect(folder / "lagesbild.duckdb", read_only=True)) as con:
            rows = con.sql(f"from {table}").pl()
        assert rows.columns == list(held[table])
        assert rows.equals(pl.read_parquet(folder / f"{name}.parquet"))
        plain, excel = folder / f"{name}.csv", folder / f"{name}_sv.csv"
        assert not plain.read_bytes().startswith(BOM)
        assert excel.read_bytes().startswith(BOM)
        assert rows_of(plain)[0] == rows.columns
        assert rows_of(excel)[0] == [HEADINGS[column] for column in rows.columns]
        assert len(rows_of(plain)) == len(rows_of(excel)) == rows.height + 1


@pytest.mark.parametrize("audience", AUDIENCES)
def test_no_cell_for_excel_is_a_formula(sample: Release, audience: Audience) -> None:
    def is_number(cell: str) -> bool:
        return cell.removeprefix("-").replace(",", "", 1).replace("e-", "", 1).isdigit()

    for path in sorted((sample.folder / audience).glob("*_sv.csv")):
        for cell in chain.from_iterable(rows_of(path)):
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")) or is_number(cell), (path.name, cell)


def test_the_public_release_holds_output_only_and_the_internal_one_core_too(sample: Release) -> None:
    schemas = {
        audience: {table.split(".")[0] for table in tables_in(sample.folder / audience)} for audience in AUDIENCES
    }
    assert schemas == {"internal": {"core", "output"}, "public": {"output"}}
    assert sorted(tables_in(sample.folder / "public")) == sorted(TABLES["public"])


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_release_says_which_it_is_in_every_file(sample: Release, audience: Audience) -> None:
    folder, release = sample.folder / audience, sample.release
    files = [path for path in folder.rglob("*") if path.is_file()]
    kinds = {".duckdb", ".parquet", ".csv", ".json", ".html", ".xlsx", ".pdf", ".docx", ".pptx"}
    assert {path.suffix for path in files} == kinds | ({".ttl"} if audience == "public" else set())
    for path in files:
        if path.suffix == ".parquet":
            assert (pq.read_metadata(path).metadata or {})[b"release"] == release.encode(), path.name
            assert set(pl.read_parquet(path)["release"]) <= {release}, path.name
        elif path.suffix == ".csv":
            rows = rows_of(path)
            place = rows[0].index("utgava" if is_swedish(path) else "release")
            assert {row[place] for row in rows[1:]} <= {release}, path.name
        elif path.suffix == ".duckdb":
            with closing(connect(path, read_only=True)) as con:
                for table in TABLES[audience]:
                    assert {row[0] for row in con.sql(f"select release from {table}").fetchall()} <= {release}
        elif path.suffix == ".json":
            said = json.loads(path.read_text(encoding="utf-8"))
            key = {"datapackage.json": "version", "csv-metadata.json": "schema:version"}.get(path.name, "release")
            assert said[key] == release
        elif path.suffix == ".ttl":
            assert f'dcat:version "{release}"' in path.read_text(encoding="utf-8")
        elif path.suffix == ".xlsx":
            assert release in {cell for row in pl.read_excel(path, has_header=False).rows() for cell in row}
        elif path.suffix == ".pdf":
            assert release in str(PdfReader(path).metadata)
        elif path.suffix in (".docx", ".pptx"):
            assert release.encode() in ZipFile(path).read("docProps/core.xml")
        else:
            assert f"Utgåva {release}" in path.read_text(encoding="utf-8"), path.name
    assert pl.read_parquet(folder / "indicators.parquet")["release"].unique().to_list() == [release]


def test_the_files_are_read_only_and_the_internal_folder_is_closed_to_others(sample: Release) -> None:
    assert (sample.folder / "internal").stat().st_mode & 0o777 == 0o700
    assert (sample.folder / "public").stat().st_mode & 0o777 == 0o755
    for path in sample.folder.rglob("*"):
        if path.is_file():
            assert path.stat().st_mode & 0o222 == 0, path


def test_no_table_of_the_release_has_a_row_per_person_or_report(sample: Release) -> None:
    # Those whose rows are people or what happened to them; counts and measures are handed in as what may be shown.
    personal = {name: each.source for name, each in all_sources().items() if each.source.retention_months is not None}
    assert set(personal) == {"incident_reports", "police_extracts", "rescue_callouts", "road_accidents", "youth_survey"}
    # What a figure may be grouped by; any other column of a personal source tells of one row.
    grouped_by = {"municipality_code", "category", "year", "survey", "grade", "age_group", "keyword_flags", "place"}
    of_a_row = {column.name for source in personal.values() for column in source.columns} - grouped_by
    assert {"report_id", "date", "time", "reporter", "sex", "weight", "parents_allow_alcohol"} <= of_a_row
    # What authorities have published by sex, by age or by cause.
    official = {
        "core.population_by_area_year_age_sex",
        "core.public_health_shares_by_area_period",
        "core.citizen_survey_shares_by_area_year",
        "core.specialist_care_by_area_year",
        "core.school_survey_by_municipality_year",
        "core.vehicle_fires_by_municipality_year",
    }
    for audience in AUDIENCES:
        for table, columns in tables_in(sample.folder / audience).items():
            assert not of_a_row & set(columns) or table in official, table
            if {"place", "keyword_flags"} & set(columns):
                # Published by the police, nobody's own reports; where a measure is taken, and how much is reported of
                # things and places in a week, a month or a year, by the reviewed list.
                counted = (
                    "core.incident_reports_by_place_week",
                    "core.incident_reports_by_place_month",
                    "output.places",
                )
                measures = ("core.measures", "core.measures_of_promises", "output.measures")
                assert table in ("core.police_events", *counted, *measures)
                assert audience == "internal" or table in ("output.places", "output.measures")


def test_no_table_of_the_release_has_as_many_rows_as_a_personal_source(sample: Release) -> None:
    with closing(connect(sample.warehouse, read_only=True)) as con:
        loaded = {
            con.sql(f"select count(*) from {table}").fetchall()[0][0]
            for table in ("staging.incident_reports", "staging.youth_answers", "parsed.youth_survey")
        }
    assert min(loaded) > 2000
    for audience in AUDIENCES:
        with closing(connect(sample.folder / audience / "lagesbild.duckdb", read_only=True)) as con:
            for table in tables_in(sample.folder / audience):
                assert con.sql(f"select count(*) from {table}").fetchall()[0][0] not in loaded, table


def test_release_json_balances_every_sources_ledger(sample: Release) -> None:
    described = json.loads((sample.folder / "internal" / "release.json").read_text(encoding="utf-8"))
    assert described["audience"] == "internal"
    assert (described["sample"], described["is_synthetic"]) == (True, True)
    assert [source["source"] for source in described["sources"]] == list(all_sources())
    for source in described["sources"]:
        parts = [source[name] for name in ("rows_loaded", "rows_quarantined", "rows_duplicate")]
        assert source["rows_read"] == sum(parts), source["source"]
        assert (sum(parts) > 0) == (source["status"] != "missing"), source["source"]
    assert [each["source"] for each in described["sources"] if each["status"] == "missing"] == []


def test_writing_again_gives_the_same_bytes(sample: Release, tmp_path: Path) -> None:
    described = json.loads((sample.folder / "public" / "release.json").read_text(encoding="utf-8"))
    meta = ReleaseMeta(
        release=sample.release,
        as_of=date.fromisoformat(described["as_of"]),
        area=described["area"],
        municipalities=("1415", "1419", "1421"),
        version=VERSION,
        sample=True,
        snapshots=[],
    )
    write_release(tmp_path / "again", sample.warehouse, meta, sample.personal, lambda _: None)
    first, second = (
        {
            path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and path.suffix != ".duckdb"
        }
        for folder in (sample.folder, tmp_path / "again")
    )
    assert first.keys() == second.keys()
    assert [path for path in first if first[path] != second[path]] == []
