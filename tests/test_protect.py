"""What leaves the house of people: from deliveries with small groups to every file of the public release."""

import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

import models._estimate
from flows.cli import main
from flows.pipeline import Outcome, add_files, make_plan, run
from flows.settings import read_settings
from models._disclose import Protection, decide
from models._duckdb import connect
from sources._registry import all_sources

FIGURES = (
    "value",
    "lower_confidence_limit",
    "upper_confidence_limit",
    "numerator",
    "denominator",
    "respondents",
    "response_rate",
)
INHABITANTS = 27_003


def delivery(source: str, rows: Sequence[Mapping[str, object]]) -> str:
    """Rows in a source's own layout; cells that are not given are empty."""
    header = [column.source for column in all_sources()[source].source.columns if not column.derived]
    assert {name for row in rows for name in row} <= set(header)
    lines = [";".join(str(row.get(name, "")) for name in header) for row in rows]
    return "\n".join([";".join(header), *lines]) + "\n"


def reports(municipality: str, number: int, category: str = "skadegörelse") -> list[dict[str, object]]:
    """So many reports over the twelve months of 2024."""
    return [
        {
            "rapport_id": f"{municipality} {category} {each}",
            "datum": f"2024-{each % 12 + 1:02d}-15",
            "kommun": municipality,
            "kategori": category,
        }
        for each in range(number)
    ]


REFUSED: Mapping[str, object] = {
    "rapport_id": "r0",
    "datum": "2024-02-30",
    "kommun": "Stenungsund",
    "kategori": "skadegörelse",
}
REPORTS = delivery(
    "incident_reports",
    [*reports("Stenungsund", 317), *reports("Orust", 12), *reports("Orust", 4, "mobbning"), REFUSED],
)
# How many in each class answered, and how many yes. Seven in Tjörn's åk 9 are too few.
PUPILS = {
    ("Stenungsund", "åk 8"): (58, 23),
    ("Stenungsund", "åk 9"): (61, 30),
    ("Tjörn", "åk 8"): (47, 19),
    ("Tjörn", "åk 9"): (7, 6),
    ("Orust", "åk 8"): (39, 14),
    ("Orust", "åk 9"): (44, 21),
}
MORE_PUPILS = {**PUPILS, ("Tjörn", "åk 9"): (37, 20)}


def answers(pupils: Mapping[tuple[str, str], tuple[int, int]]) -> str:
    return delivery(
        "youth_survey",
        [
            {
                "undersokning": "Enkät",
                "ar": 2024,
                "kommun": municipality,
                "arskurs": grade,
                "foraldrar_tillater_alkohol": "ja" if number < yes else "nej",
            }
            for (municipality, grade), (people, yes) in pupils.items()
            for number in range(people)
        ],
    )


DIALOGUE = (
    "omrade;ar;undersokning;fraga;andel_pct;antal_svar;felmarginal;urvalstyp;svarsfrekvens_pct\n"
    "1415;2024;Medborgardialog;otrygg_utomhus;13,57;457;;sjalvvalda;\n"
    "1415;2024;Torgdialog;otrygg_utomhus;50,0;21;;sjalvvalda;\n"
    "1419;2024;Medborgardialog;otrygg_utomhus;37,5;8;;sjalvvalda;\n"
    "1421;2024;Medborgardialog;otrygg_utomhus;22,2;;;sjalvvalda;\n"
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
    "youth_survey": ("pupils.csv", answers(PUPILS), "2024"),
    "citizen_survey": ("dialogue.csv", DIALOGUE, "2024"),
    "population": ("population.json", json.dumps(POPULATION), ""),
    "kolada_values": ("kolada.json", json.dumps(KOLADA), ""),
}


def deliver_and_run(data: Path, files: Mapping[str, tuple[str, str, str]], day: date) -> Outcome:
    now = datetime(day.year, day.month, day.day, 2, 30, tzinfo=UTC)
    plan = make_plan(read_settings(data=data), offline=True, as_of=day, now=now)
    for name, (file, text, period) in files.items():
        path = data.parent / file
        path.write_text(text, encoding="utf-8")
        add_files(plan, all_sources()[name], [path], period=period)
    return run(plan)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release made of real deliveries: three of the municipality's own and two official."""
    outcome = deliver_and_run(tmp_path_factory.mktemp("real") / "data", FILES, date(2025, 3, 1))
    assert outcome.breaches == ()
    assert outcome.path is not None
    return outcome.path


def indicator(release: Path, name: str, audience: str = "public") -> dict[tuple[str, str], dict[str, object]]:
    """The rows of an indicator in 2024 by area and group."""
    rows = pl.read_parquet(release / audience / "indicators.parquet").filter(indicator=name, period="2024")
    return {(row["area_code"], row["category"]): row for row in rows.iter_rows(named=True)}


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


# --------------------------------------------------------------------------------------------------- what is shown


def test_counts_of_things_are_public_however_few(release: Path) -> None:
    rows = indicator(release, "incident_reports_vandalism_rate")
    assert {area: row["numerator"] for (area, _), row in rows.items()} == {"1415": 317, "1421": 12}


def test_official_figures_are_public(release: Path) -> None:
    row = indicator(release, "reported_vandalism_rate")["1415", ""]
    assert (row["numerator"], row["denominator"], row["status"]) == (228, INHABITANTS, "ok")
    page = text_of((release / "public" / "report" / "1415.html").read_text(encoding="utf-8"))
    assert says(page, "228")


def test_a_small_class_is_hidden_and_so_is_what_would_give_it_away(release: Path) -> None:
    rows = indicator(release, "parents_allow_alcohol_share")
    assert rows["1419", "åk 9"]["status"] == "too_few_respondents"
    hidden = {key for key, row in rows.items() if row["status"] != "ok"}
    # Its municipality's other class or the whole, and another municipality's class or the whole area's.
    assert hidden & {("1419", "åk 8"), ("1419", "")}
    assert hidden & {("1415", "åk 9"), ("1421", "åk 9"), ("sodra_fyrbodal", "åk 9")}
    assert {rows[key]["status"] for key in hidden - {("1419", "åk 9")}} == {"suppressed"}
    assert rows["1415", ""]["respondents"] == 119
    assert rows["sodra_fyrbodal", ""]["respondents"] == 256


def test_a_hidden_row_has_no_figure_and_no_mark_of_its_size(release: Path) -> None:
    rows = [
        row
        for name in ("parents_allow_alcohol_share", "dialogue_unsafe_outdoors_share")
        for row in indicator(release, name).values()
        if row["status"] != "ok"
    ]
    assert len(rows) >= 6
    for row in rows:
        assert [row[name] for name in FIGURES] == [None] * len(FIGURES)
        assert row["flags"] in ("", "self_selected")
        assert row["method"] in ("proportion_wilson_weighted", "self_selected")  # the same whatever the size


def test_a_dialogue_with_eight_answers_or_with_nobody_knows_how_many_is_hidden(release: Path) -> None:
    statuses = {area: row["status"] for (area, _), row in indicator(release, "dialogue_unsafe_outdoors_share").items()}
    assert statuses == {"1415": "ok", "1419": "too_few_respondents", "1421": "suppressed"}


def test_of_two_surveys_that_ask_the_same_the_one_with_most_answers_counts(release: Path) -> None:
    row = indicator(release, "dialogue_unsafe_outdoors_share")["1415", ""]
    assert (row["value"], row["respondents"]) == (13.57, 457)


def test_both_audiences_see_the_same_of_people(release: Path) -> None:
    tables = [pl.read_parquet(release / each / "indicators.parquet") for each in ("internal", "public")]
    assert tables[0].equals(tables[1])


def test_no_table_of_any_release_holds_counts_of_people_from_before_the_decision(release: Path) -> None:
    for audience in ("internal", "public"):
        names = {name for name, _ in tables_of(release / audience)}
        published = ("citizen_survey_shares_by_area_year", "school_survey_by_municipality_year")  # by authorities
        asked = [name for name in names if "youth" in name or "survey" in name]
        assert not [name for name in asked if not name.endswith(published)]
        for name, table in tables_of(release / audience):
            if "category" in table.columns and "concerns" in table.columns:
                assert set(table["concerns"]) <= {"things", "places"}, name
                assert "violation" not in table["category"], name


def text_of(page: str) -> str:
    """What a reader sees, titles of the chart's points with it; not coordinates, not styles."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)))


def says(page: str, figure: str) -> bool:
    return re.search(rf"(?<![\d,.]){re.escape(figure)}(?![\d,])", page) is not None


def test_the_pages_say_why_a_figure_is_not_there(release: Path) -> None:
    report = release / "public" / "report"
    page = " ".join(text_of(each.read_text(encoding="utf-8")) for each in sorted(report.glob("1419*.html")))
    assert "för få svar för att redovisas" in page
    assert "döljs av hänsyn till enskilda" in page
    assert not says(page, "85,7 %")  # six of seven
    assert not says(page, "37,5 %")


# --------------------------------------------------------------------------------------- what others must not know of


def test_the_public_tables_do_not_count_what_a_local_source_delivered(release: Path) -> None:
    for audience, counted in (("internal", [4, 334, 256, 2, 1]), ("public", [None, None, None, 2, 1])):
        sources = pl.read_parquet(release / audience / "sources.parquet")
        order = ["citizen_survey", "incident_reports", "youth_survey", "kolada_values", "population"]
        found = dict(sources.select("source", "rows_read").iter_rows())
        assert [found[name] for name in order] == counted
        assert audience == "internal" or sources["message"].is_null().all()
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


# ------------------------------------------------------------------------------------------------ release after release


def lines(release: Path) -> list[dict[str, object]]:
    ledger = release.parents[1] / "published" / "ledger.jsonl"
    return [json.loads(line) for line in ledger.read_text(encoding="utf-8").splitlines()]


def test_the_ledger_says_what_was_shown_and_hidden(release: Path) -> None:
    [line] = lines(release)
    assert (line["release"], line["is_sample"]) == (release.name, False)
    path = release.parents[1] / "published" / f"{line['content']}.parquet"
    assert path.stat().st_mode & 0o077 == 0
    cells = pl.read_parquet(path).filter(measure="parents_allow_alcohol_share", area_code="1419", category="åk 9")
    assert cells.select("count", "answered_yes", "is_hidden", "is_primary").rows() == [(7, 6, True, True)]


def test_a_night_without_change_gives_no_new_release_and_no_line(release: Path) -> None:
    outcome = deliver_and_run(release.parents[1], {}, date(2025, 3, 2))
    assert (outcome.is_new, outcome.release) == (False, release.name)
    assert len(lines(release)) == 1


def test_a_later_release_does_not_give_away_what_an_earlier_one_hid(release: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(release.parents[1], data, symlinks=True)
    more = {"youth_survey": ("more.csv", answers(MORE_PUPILS), "2024")}
    second = deliver_and_run(data, more, date(2025, 4, 1))
    assert second.breaches == ()
    assert second.path is not None
    first, now = (indicator(path, "parents_allow_alcohol_share") for path in (release, second.path))
    assert now["1419", "åk 9"]["status"] != "too_few_respondents"
    # 54 pupils were shown then or are now; with the unchanged åk 8 in the one and the sum in the other it is seven.
    assert not (first["1419", ""]["status"] == "ok" and now["1419", "åk 8"]["status"] == "ok")
    assert [line["release"] for line in lines(second.path)] == [release.name, second.release]
    assert main(["check", "--disclosure", "--data", str(data)]) == 0


def test_a_release_that_gives_something_away_is_not_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crippled(cells: pl.DataFrame, members: Mapping[str, frozenset[str]], protection: Protection) -> pl.DataFrame:
        return decide(cells, members, protection).with_columns(is_hidden="is_primary")

    monkeypatch.setattr(models._estimate, "decide", crippled)
    outcome = deliver_and_run(tmp_path / "data", FILES, date(2025, 3, 1))
    assert outcome.exit_code == 1
    assert outcome.breaches
    for breach in outcome.breaches:
        assert re.search(r"parents_allow_alcohol_share .*: en dold uppgift går att räkna ut", breach)
        assert not re.search(r"\b7\b", breach)
    assert not (tmp_path / "data" / "output" / "latest").exists()
    assert not (tmp_path / "data" / "published").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "update output.indicators set value = 85.714286 where status = 'too_few_respondents' and category = 'åk 9'",
            "output.indicators, value: en siffra står kvar i en dold rad",
        ),
        (
            (
                "update output.indicators set status = 'ok', respondents = 47 "
                "where area_code = '1419' and category = 'åk 8'"
            ),
            "parents_allow_alcohol_share 1419 2024 grade åk 9: en dold uppgift går att räkna ut",
        ),
    ],
)
def test_the_audit_reads_what_the_files_really_show(
    release: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str, said: str
) -> None:
    data = tmp_path / "data"
    shutil.copytree(release.parents[1], data, symlinks=True)
    database = data / "output" / "latest" / "public" / "lagesbild.duckdb"
    database.chmod(0o600)
    with closing(connect(database)) as con:
        con.execute(change)
    assert main(["check", "--disclosure", "--data", str(data)]) == 1
    assert said in capsys.readouterr().out


def test_the_audit_says_what_it_looked_at(release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--disclosure", "--data", str(release.parents[1])]) == 0
    hidden = sum(row["status"] != "ok" for row in indicator(release, "parents_allow_alcohol_share").values())
    hidden += 2  # the dialogue with eight answers, and four reports of bullying
    assert capsys.readouterr().out.startswith(f"{hidden} av ")
    assert main(["check", "--data", str(release.parents[1])]) == 0
