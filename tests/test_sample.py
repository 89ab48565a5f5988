"""What the sample calls real is what the publishers sent, and the rest is written by its script."""

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.pipeline import SAMPLE
from sources._strict import ROOT, read_reference

LOCAL = {"1415": "Stenungsund", "1419": "Tjörn", "1421": "Orust"}
Values = dict[tuple[str, str, int, str], tuple[str, float | None]]


def body(name: str) -> Any:
    return json.loads((SAMPLE / name).read_text(encoding="utf-8"))


def kolada(*names: str) -> Values:
    """KPI, municipality, year and sex → status and value."""
    found: Values = {}
    for name in names:
        for row in body(f"kolada_values/{name}")["values"]:
            for cell in row["values"]:
                key = (row["kpi"], row["municipality"], row["period"], cell["gender"])
                assert key not in found
                found[key] = (cell["status"], cell["value"])
    return found


RATES = ("recovered_counts_page_1.json", "recovered_counts_page_2.json")


def captured(shared: Path, *wanted: pl.Expr) -> Values:
    frame = pl.read_parquet(shared / "realdata/kolada/values_2024-12-12.parquet").filter(*wanted)
    columns = ("kpi", "municipality_id", "year", "gender", "status", "value")
    return {(k, m, y, g): (s, v) for k, m, y, g, s, v in frame.select(columns).iter_rows()}


def exported_population(shared: Path) -> dict[tuple[str, int], int]:
    """Kolada's Excel export: titles and municipalities by name, years as text in the second row."""
    export = shared / "realdata/kolada/web_export_population.xlsx"
    rows = pl.read_excel(export, has_header=False, infer_schema_length=0).rows()
    codes = dict(read_reference("municipalities").select("municipality", "municipality_code").iter_rows())
    years = rows[1]
    return {
        (codes[row[1]], int(years[column])): int(float(row[column]))
        for row in rows[2:]
        if row[0] == "Invånare  totalt, antal" and row[1] != "Alla kommuner"
        for column in range(2, len(row))
        if 2010 <= int(years[column]) <= 2019
    }


def tab638(name: str) -> dict[tuple[str, int], int | None]:
    """A JSON-stat2 body of regions × one content × years, read without the project's own reader."""
    found = body(f"population/{name}")
    regions, years = (sorted(i := found["dimension"][d]["category"]["index"], key=i.get) for d in ("Region", "Tid"))
    cells = iter(found["value"])
    return {(region, int(year)): next(cells) for region in regions for year in years}


# real -------------------------------------------------------------------------------------------------------------


def test_reported_vandalism_and_theft_are_as_captured(shared: Path) -> None:
    sample = kolada(*RATES)
    assert sample == captured(shared, pl.col("kpi").is_in(["U07417", "U07452"]))
    assert len(sample) == 8120
    assert sum(status == "Missing" for status, _ in sample.values()) == 242


def test_study_grants_are_as_captured(shared: Path) -> None:
    sample = kolada("study_grant_2016_2023.json")
    wanted = captured(shared, pl.col("kpi") == "N17625", pl.col("municipality_id").is_in(list(LOCAL)))
    assert sample == wanted
    assert sample["N17625", "1415", 2016, "K"] == ("", 3.1)


def test_the_population_is_that_of_the_export_in_both_layouts(shared: Path) -> None:
    export = exported_population(shared)
    assert len(export) == 290 * 10
    kpi = {(m, y): value for (_, m, y, _), (_, value) in kolada("population_2010_2019.json").items()}
    assert kpi == export
    assert tab638("tab638_2010_2019.json") == export
    assert export["1415", 2019] == 26777


def test_police_events_are_as_captured_and_carry_no_sentence_of_the_publisher(shared: Path) -> None:
    lines = (shared / "realdata/polisen/events_stenungsund_tjorn_orust.jsonl").read_text(encoding="utf-8").splitlines()
    wanted = {each["id"]: {**each, "summary": ""} for each in map(json.loads, lines)}
    files = sorted((SAMPLE / "police_events").iterdir())
    sample = [each for path in files for each in json.loads(path.read_text(encoding="utf-8"))]
    assert {each["id"]: each for each in sample} == wanted
    assert len(sample) == len(wanted) == 163


def test_pupils_safety_is_computed_from_the_publisher_s_workbook(shared: Path) -> None:
    book = shared / "realdata/skolenkaten/excelrapport-elever-grundskola-ak-8-2022.xlsx"
    rows = pl.read_excel(book, has_header=False, infer_schema_length=0).rows()
    headings, options = rows[0], rows[1]
    start = headings.index("Känner du dig trygg i skolan?")
    # After the question's mean, a number and a share for each option; the option stands above its number.
    number = {
        option: column
        for column in range(start, start + 12)
        if (option := options[column]) in ("Helt och hållet", "Till stor del")
    }
    country, orust = rows[3], next(row for row in rows if row[1] == "Orust kommun" and row[2] is None)
    assert country[1] == "Samtliga deltagande skolor"
    sample = pl.read_csv(SAMPLE / "citizen_survey/skolenkaten_ak8_2022.csv", separator=";", infer_schema=False)
    published = dict(sample.select("omrade", "andel_pct").iter_rows())
    answered = dict(sample.select("omrade", "antal_svar").iter_rows())
    rate = dict(sample.select("omrade", "svarsfrekvens_pct").iter_rows())
    assert len(number) == 2
    for area, row in (("00", country), ("1421", orust)):
        safe = sum(int(row[column]) for column in number.values())
        assert published[area] == f"{100 * safe / int(row[6]):.2f}".replace(".", ",")
        assert answered[area] == row[6]
        assert rate[area] == f"{100 * float(row[7]):.1f}".replace(".", ",")


def test_counts_of_reported_vandalism_are_recovered_exactly() -> None:
    rates, population = kolada(*RATES), kolada("population_2010_2019.json")

    def count(area: str, year: int) -> float:
        rate, inhabitants = rates["U07452", area, year, "T"][1], population["N01951", area, year, "T"][1]
        assert rate is not None
        assert inhabitants is not None
        return rate * inhabitants / 100_000

    known = {
        "1415": [314, 231, 222, 250, 230, 228],
        "1419": [139, 130, 110, 108, 119, 108],
        "1421": [94, 123, 101, 89, 100, 81],
    }
    for area, counts in known.items():
        found = [count(area, year) for year in range(2014, 2020)]
        assert [round(each) for each in found] == counts
        assert all(abs(each - round(each)) <= 0.01 for each in found)


def test_every_rate_of_the_sample_gives_a_whole_count() -> None:
    names = ("population_2010_2019.json", "population_2020_2023_inferred.json")
    population = {(m, y): value for name in names for (_, m, y, _), (_, value) in kolada(name).items()}
    counts = [
        rate * inhabitants / 100_000
        for (_, area, year, _), (_, rate) in kolada(*RATES).items()
        if rate is not None and (inhabitants := population[area, year]) is not None
    ]
    assert len(counts) == 7872
    assert max(abs(each - round(each)) for each in counts) <= 0.01


# inferred ---------------------------------------------------------------------------------------------------------

INFERRED = {
    "1415": [27044, 27556, 27870, 27862],
    "1419": [16147, 16312, 16275, 16146],
    "1421": [15315, 15345, 15415, 15333],
}


def test_the_inferred_population_is_the_same_in_both_layouts_and_that_of_the_readme() -> None:
    kpi = {(m, y): value for (_, m, y, _), (_, value) in kolada("population_2020_2023_inferred.json").items()}
    assert tab638("tab638_2020_2023_inferred.json") == kpi
    assert {area: [kpi[area, year] for year in range(2020, 2024)] for area in LOCAL} == INFERRED
    assert {key for key, value in kpi.items() if value is None} == {("0140", 2023), ("0330", 2021), ("0488", 2020)}
    assert len(kpi) == 290 * 4


# declared ---------------------------------------------------------------------------------------------------------


def observations() -> Iterator[dict[str, Any]]:
    yield from tomllib.loads((SAMPLE / "sample.toml").read_text(encoding="utf-8"))["observation"]


def test_every_file_of_the_sample_is_observed_once_and_its_name_says_what_it_is() -> None:
    observed = [name for each in observations() for name in each["files"]]
    there = [path.relative_to(SAMPLE).as_posix() for path in SAMPLE.glob("[!_]*/*") if path.is_file()]
    assert sorted(observed) == sorted(there)
    for each in observations():
        for name in each["files"]:
            assert each["inferred"] is ("inferred" in name), name
            is_made = "synthetic" in name or name.startswith(("incident_reports", "youth_survey"))
            assert each["synthetic"] is is_made, name


def test_no_row_of_the_sample_is_dated_after_its_observation() -> None:
    as_of = tomllib.loads((SAMPLE / "sample.toml").read_text(encoding="utf-8"))["as_of"]
    assert all(each["observed_at"].date() <= as_of for each in observations())


def test_the_script_writes_every_constructed_and_inferred_file_byte_for_byte(tmp_path: Path) -> None:
    for name in ("sample", "reference"):
        shutil.copytree(ROOT / "data" / name, tmp_path / name)
    owned = [name for each in observations() if each["synthetic"] or each["inferred"] for name in each["files"]]
    for name in owned:
        (tmp_path / "sample" / name).unlink()
    script = tmp_path / "sample" / "generate.py"
    said = subprocess.run([sys.executable, str(script)], check=True, capture_output=True, text=True).stdout
    assert sorted(line.split()[1] for line in said.splitlines()) == sorted(owned)
    for name in owned:
        assert (tmp_path / "sample" / name).read_bytes() == (SAMPLE / name).read_bytes(), name


@pytest.mark.parametrize("name", ["incident_reports_2023.csv", "incident_reports_2026.csv"])
def test_made_up_reports_name_no_one(name: str) -> None:
    text = (SAMPLE / "incident_reports" / name).read_text(encoding="utf-8-sig")
    rows = pl.read_csv(text.encode(), separator=";", infer_schema=False)
    free = rows.select("beskrivning", "atgard").unpivot()["value"].drop_nulls()
    # No numbers (of houses, persons, telephones), and no capital but the first of a text or of a known word.
    assert not free.str.contains(r"\d").any()
    later = free.str.extract_all(r"\s\p{Lu}\p{L}+").explode().drop_nulls().str.strip_chars().unique().to_list()
    assert set(later) <= {"A", "EPA"}
