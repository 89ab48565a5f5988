"""No figure that only the municipality holds leaves the house before disclosure control decides row by row."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.pipeline import add_files, make_plan, run
from flows.settings import read_settings
from models._duckdb import connect
from models._protect import FIGURES, protect
from sources._declare import Disclosure
from sources._registry import all_sources

LOCAL = {name for name, module in all_sources().items() if module.source.disclosure is Disclosure.LOCAL}

# --------------------------------------------------------------------------------------------------- row by row

FIGURE_CELLS = {"value": 12.5, "lower_confidence_limit": 1.5, "upper_confidence_limit": 40.5}
ROW: Mapping[str, Any] = {
    "indicator": "x_rate",
    **FIGURE_CELLS,
    "numerator": 3.0,
    "denominator": 24_000.0,
    "respondents": None,
    "response_rate": None,
    "method": "rate_exact",
    "status": "ok",
    "flags": "",
    "is_synthetic": False,
    "sources": "incident_reports,population",
}


def protected(tmp_path: Path, *local: str, message: str = "", **changed: Any) -> dict[str, Any]:
    """One row of output.indicators after protection."""
    row = pl.DataFrame([{**ROW, **changed}], schema_overrides={"respondents": pl.Int64, "response_rate": pl.Float64})
    warehouse = tmp_path / "w.duckdb"
    with connect(warehouse) as con:
        con.execute("create schema output")
        con.register("given", row.to_arrow())
        con.execute("create table output.indicators as from given")
        con.execute("create table output.definitions as select 'x_rate' as indicator")
        con.execute("create table output.quarantine as select 'incident_reports' as source")
        con.execute(
            "create table output.sources as select 'incident_reports' as source, false as is_synthetic, "
            f"3 as rows_read, 2 as rows_loaded, 1 as rows_quarantined, 0 as rows_duplicate, '{message}' as message"
        )
    protect(warehouse, local)
    with connect(warehouse, read_only=True) as con:
        [found] = con.sql("from public.indicators").pl().to_dicts()
        [(said,)] = con.sql("select message from public.sources").fetchall()
    assert said is None
    return dict(found)


def test_a_row_that_a_local_source_had_part_in_is_hidden(tmp_path: Path) -> None:
    row = protected(tmp_path, "incident_reports")
    assert [row[name] for name in FIGURES] == [None] * len(FIGURES)
    assert row["status"] == "suppressed"
    assert row["sources"] == ROW["sources"]


@pytest.mark.parametrize(
    ("local", "changed"),
    [
        (("incident_reports",), {"is_synthetic": True}),
        (("incident_reports",), {"sources": "kolada_values"}),
        (("incident",), {}),  # part of a name is not the name
        ((), {}),
    ],
)
def test_official_and_synthetic_rows_pass_untouched(
    tmp_path: Path, local: tuple[str, ...], changed: dict[str, Any]
) -> None:
    assert protected(tmp_path, *local, **changed) == {**ROW, **changed}


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [
        ({"method": "rate_exact"}, {"method": "rate_byar"}),
        ({"flags": "few_respondents,revised"}, {"flags": "revised"}),
        ({"flags": "few_respondents"}, {"flags": ""}),
        ({"status": "too_few_respondents"}, {"status": "ok"}),
        ({"status": "not_reported"}, {"status": "ok"}),
        ({"method": "proportion_wilson_weighted"}, {"method": "proportion_wilson"}),
        ({"method": "published"}, {"method": "proportion_wilson"}),
    ],
)
def test_a_hidden_row_does_not_tell_how_small_its_figure_was(
    tmp_path: Path, smaller: dict[str, Any], larger: dict[str, Any]
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = protected(tmp_path / "a", "incident_reports", **smaller)
    assert one == protected(tmp_path / "b", "incident_reports", **larger)


def test_a_message_that_may_name_a_delivered_file_stays_inside(tmp_path: Path) -> None:
    protected(tmp_path, "incident_reports", message="elevlista_9b.csv: okänd kolumn")


# ------------------------------------------------------------------------------------ through the whole of a run

# Figures that occur nowhere else: 317 reports of vandalism, 58 pupils who answered, 457 in the dialogue.
INHABITANTS = 27_003


def delivery(source: str, rows: Sequence[Mapping[str, object]]) -> str:
    """Rows in a source's own layout; cells that are not given are empty."""
    header = [column.source for column in all_sources()[source].source.columns if not column.derived]
    assert {name for row in rows for name in row} <= set(header)
    lines = [";".join(str(row.get(name, "")) for name in header) for row in rows]
    return "\n".join([";".join(header), *lines]) + "\n"


REPORTS = delivery(
    "incident_reports",
    [
        {
            "rapport_id": f"r{number}",
            "datum": f"2024-{number % 12 + 1:02d}-15",
            "kommun": "Stenungsund",
            "kategori": "skadegörelse",
        }
        for number in range(317)
    ]
    + [{"rapport_id": "r317", "datum": "2024-02-30", "kommun": "Stenungsund", "kategori": "skadegörelse"}],
)
# 23 of 58 said yes; three gave no answer.
PUPILS = delivery(
    "youth_survey",
    [
        {
            "undersokning": "Enkät",
            "ar": 2024,
            "kommun": "Stenungsund",
            "arskurs": "åk 9",
            "foraldrar_tillater_alkohol": "ja" if number < 23 else "nej" if number < 58 else "vet ej",
        }
        for number in range(61)
    ],
)
DIALOGUE = (
    "omrade;ar;undersokning;fraga;andel_pct;antal_svar;felmarginal;urvalstyp;svarsfrekvens_pct\n"
    "1415;2024;Medborgardialog;otrygg_utomhus;13,57;457;;sjalvvalda;\n"
)
POPULATION = {
    "class": "dataset",
    "id": ["Region", "ContentsCode", "Tid"],
    "size": [1, 1, 1],
    "dimension": {
        "Region": {"category": {"index": {"1415": 0}}},
        "ContentsCode": {"category": {"index": {"BE0101N1": 0}}},
        "Tid": {"category": {"index": {"2024": 0}}},
    },
    "value": [INHABITANTS],
}
KOLADA = {
    "values": [
        {
            "kpi": kpi,
            "municipality": "1415",
            "period": 2024,
            "values": [{"gender": "T", "count": 1, "status": "", "value": value, "isdeleted": False}],
        }
        for kpi, value in (("N01951", float(INHABITANTS)), ("U07452", 228 / INHABITANTS * 100_000))
    ],
    "next_url": None,
    "previous_url": None,
    "count": 2,
}
FILES = {
    "incident_reports": ("reports.csv", REPORTS, ""),
    "youth_survey": ("pupils.csv", PUPILS, "2024"),
    "citizen_survey": ("dialogue.csv", DIALOGUE, "2024"),
    "population": ("population.json", json.dumps(POPULATION), ""),
    "kolada_values": ("kolada.json", json.dumps(KOLADA), ""),
}
# The figures as a page writes them.
WRITTEN = ("317", "58", "457", "13,6", "13,57", "39,7", "40 %", "117,4")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release made of real deliveries: three of the municipality's own and two official."""
    folder = tmp_path_factory.mktemp("real")
    now = datetime(2025, 3, 1, 2, 30, tzinfo=UTC)
    plan = make_plan(read_settings(data=folder / "data", area="1415"), offline=True, as_of=date(2025, 3, 1), now=now)
    for name, (file, text, period) in FILES.items():
        (folder / file).write_text(text, encoding="utf-8")
        add_files(plan, all_sources()[name], [folder / file], period=period)
    outcome = run(plan)
    assert outcome.breaches == ()
    assert outcome.path is not None
    return outcome.path


def tables_of(folder: Path) -> Iterator[tuple[str, pl.DataFrame]]:
    """Every table of a release's folder, from every file that holds one."""
    with closing(connect(folder / "lagesbild.duckdb", read_only=True)) as con:
        listed = con.sql("select schema_name, table_name from duckdb_tables()").fetchall()
        for schema, table in listed:
            yield f"lagesbild.duckdb {schema}.{table}", con.sql(f"from {schema}.{table}").pl()
    for path in sorted(folder.glob("*.parquet")):
        yield path.name, pl.read_parquet(path)
    for path in sorted(folder.glob("*.csv")):
        is_swedish = path.stem.endswith("_sv")
        yield (
            path.name,
            pl.read_csv(path, separator=";" if is_swedish else ",", decimal_comma=is_swedish, infer_schema_length=None),
        )


def secrets(release: Path) -> set[float]:
    """Every figure of a local source, from the internal tables."""
    rows = pl.read_parquet(release / "internal" / "indicators.parquet").filter(
        pl.col("sources").str.split(",").list.set_intersection(sorted(LOCAL)).list.len() > 0
    )
    assert not rows["is_synthetic"].any()
    cells = {cell for name in FIGURES for cell in rows[name].drop_nulls().to_list()}
    return cells - {float(INHABITANTS), 0.0}  # the denominator is official; nought is everywhere


def test_the_internal_release_holds_the_local_figures(release: Path) -> None:
    # Without this the tests below would pass on an empty release.
    held = {317.0, 23.0, 58.0, 457.0, 13.57, round(317 / INHABITANTS * 10_000, 6), round(100 * 23 / 58, 6)}
    assert held <= secrets(release)
    page = text_of((release / "internal" / "report" / "1415.html").read_text(encoding="utf-8"))
    assert {"317", "58", "457", "117,4"} <= {each for each in WRITTEN if says(page, each)}


def test_no_number_in_any_public_table_is_a_local_figure(release: Path) -> None:
    hidden = secrets(release)
    read = 0
    for name, table in tables_of(release / "public"):
        for column, dtype in table.schema.items():
            if dtype.is_numeric():
                found = hidden & {float(cell) for cell in table[column].drop_nulls().to_list()}
                assert not found, f"{name}, {column}"
            read += 1
    assert read > 4 * 60  # four kinds of file, all their columns


def test_public_rows_of_local_sources_stand_there_without_figures(release: Path) -> None:
    for audience, statuses in (("internal", {"ok"}), ("public", {"suppressed"})):
        rows = pl.read_parquet(release / audience / "indicators.parquet").filter(
            pl.col("indicator").is_in(["incident_reports_vandalism_rate", "parents_allow_alcohol_share"])
        )
        assert set(rows["status"]) == statuses
        assert rows["value"].is_null().all() == (audience == "public")
    counted = [pl.read_parquet(release / each / "indicators.parquet").height for each in ("internal", "public")]
    assert counted[0] == counted[1]


def test_official_figures_are_public(release: Path) -> None:
    rows = pl.read_parquet(release / "public" / "indicators.parquet").filter(indicator="reported_vandalism_rate")
    assert rows.select("area_code", "numerator", "denominator", "status").rows() == [("1415", 228, INHABITANTS, "ok")]
    page = text_of((release / "public" / "report" / "1415.html").read_text(encoding="utf-8"))
    assert says(page, "228")


def text_of(page: str) -> str:
    """What a reader sees, titles of the chart's points with it; not coordinates, not styles."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)))


def says(page: str, figure: str) -> bool:
    return re.search(rf"(?<![\d,.]){re.escape(figure)}(?![\d,])", page) is not None


def test_no_public_page_says_a_local_figure(release: Path) -> None:
    pages = sorted((release / "public" / "report").glob("*.html"))
    assert [page.name for page in pages] == ["1415.html", "index.html"]
    for page in pages:
        text = text_of(page.read_text(encoding="utf-8"))
        assert [figure for figure in WRITTEN if says(text, figure)] == [], page.name


def test_the_public_tables_do_not_count_what_a_local_source_delivered(release: Path) -> None:
    for audience, counted in (("internal", [1, 318, 61, 2, 1]), ("public", [None, None, None, 2, 1])):
        sources = pl.read_parquet(release / audience / "sources.parquet")
        order = ["citizen_survey", "incident_reports", "youth_survey", "kolada_values", "population"]
        found = dict(sources.select("source", "rows_read").iter_rows())
        assert [found[name] for name in order] == counted
    described = json.loads((release / "public" / "release.json").read_text(encoding="utf-8"))
    rows = {source["source"]: source["rows_read"] for source in described["sources"]}
    assert (rows["incident_reports"], rows["population"]) == (None, 1)


def test_a_refused_row_of_a_local_source_is_not_told_outside(release: Path) -> None:
    for audience, refused in (("internal", ["incident_reports"]), ("public", [])):
        assert pl.read_parquet(release / audience / "quarantine.parquet")["source"].to_list() == refused


def test_no_public_file_tells_which_file_was_delivered(release: Path) -> None:
    for path in sorted((release / "public").rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            for file, _, _ in FILES.values():
                assert file.encode() not in content, path.name
