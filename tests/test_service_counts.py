"""The municipality's own counts: closed measures, noughts that are not blanks, and nothing compared that cannot be."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from flows.pipeline import SAMPLE, add_files, build_warehouse, make_plan, read_all
from flows.settings import Settings, read_settings
from models._duckdb import connect
from models._model import BASES, LOWEST_AREAS, POLARITIES
from reports.tables import write_tables
from sources._declare import Concerns
from sources._parse import parse_file
from sources._periods import last_complete, read_period
from sources._problem import Problem
from sources._registry import all_sources
from sources._strict import Ledger, Parsed, read_reference
from sources.service_counts import GROUPS

MODULE = all_sources()["service_counts"]
HEADING = ("kommun", "period", "matt", "grupp", "varde", "av_hur_manga", "enhet", "antal_rapporterande", "notering")
VIOLATIONS = ["Tjörn", "2026-07", "Kränkningsanmälningar till huvudmannen", "", "14", "1830", "antal", "8", "HEMLIG"]
COST = ["Tjörn", "2026-07", "Kostnad för skadegörelse", "", "12500", "", "kr", "", ""]
COMPLAINTS = ["Orust", "2026-v30", "Klagomål på buskörning", "Henån", "3", "", "antal", "", ""]
Rows = Sequence[Sequence[object]]


def csv_file(folder: Path, rows: Rows, heading: Sequence[str] = HEADING, encoding: str = "utf-8") -> Path:
    path = folder / "leverans.csv"
    text = "\r\n".join(";".join(map(str, row)) for row in (heading, *rows)) + "\r\n"
    path.write_bytes(text.encode(encoding))
    return path


def workbook(folder: Path, sheets: dict[str, Rows], heading: Sequence[str] = HEADING) -> Path:
    path = folder / "leverans.xlsx"
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate((heading, *rows) if rows else ()):
                for column, cell in enumerate(row):
                    if cell != "":
                        sheet.write(number, column, cell)
    path.write_bytes(written.getvalue())
    return path


def read(path: Path) -> Parsed:
    parsed = parse_file(MODULE, path, path.name)
    book = parsed.ledger
    assert book.rows_read == book.rows_loaded + book.rows_quarantined + book.rows_duplicate
    return parsed


def said(path: Path) -> str:
    with pytest.raises(Problem) as problem:
        read(path)
    assert "HEMLIG" not in str(problem.value)
    return str(problem.value)


def refused(path: Path) -> list[tuple[int, str, str]]:
    return [(each.row_number, each.column_name, each.rule) for each in read(path).refusals]


def with_cell(row: list[str], column: str, value: str) -> list[str]:
    return [value if name == column else cell for name, cell in zip(HEADING, row, strict=True)]


# ------------------------------------------------------------------------------------------------- the list of measures


def test_the_list_of_measures_is_closed_in_every_column() -> None:
    measures, services = read_reference("service_measures"), read_reference("services")
    assert measures["measure"].is_sorted()
    assert measures["measure"].n_unique() == measures["title"].str.to_lowercase().n_unique() == measures.height
    assert set(measures["concerns"]) <= {each.value for each in Concerns}
    assert set(measures["polarity"]) <= set(POLARITIES)
    assert set(measures["role"]) == {"outcome", "activity", "context"}
    assert set(measures["lowest_area"]) <= {*LOWEST_AREAS, "county"}
    assert set(measures["focus_area"]) <= set(read_reference("focus_areas")["focus_area"])
    assert set(measures["is_comparable"]) == {"true", "false"}
    assert set(measures["services"].str.split(";").explode()) == set(services["service"])
    assert "own_services" in BASES
    for kind in measures["period_type"].unique():
        assert read_period(last_complete(kind, date(2026, 9, 2)), kind) is not None
    # No Swedish word for a person's name as heading, and a definition that is a sentence.
    assert measures.filter(~pl.col("definition").str.ends_with(".")).is_empty()


@pytest.mark.parametrize(
    ("measures", "column", "value"),
    [
        # practice.md §4: reports of concern are never compared between municipalities.
        (("concern_reports", "concern_reported_children", "concern_reports_investigated"), "is_comparable", "false"),
        (
            ("sspf_current", "sspf_new", "sspf_ended", "drug_tests_offered", "drug_tests_done"),
            "lowest_area",
            "police_area",
        ),
        (("violation_reports", "concern_reports", "absent_pupils_15", "sspf_new"), "concerns", "children"),
        (("vandalism_cost", "broken_glass", "graffiti", "deliberate_fires", "damaged_stops"), "concerns", "things"),
        (("speeding_vehicles", "driving_complaints", "lighting_faults", "drug_finds"), "concerns", "places"),
        (("staff_threats", "driving_bans", "drug_tips"), "concerns", "adults"),
        (("violation_reports", "concern_reports", "unsafe_place_reports", "drug_finds"), "polarity", "none"),
        (
            ("absent_pupils_15", "speeding_vehicles", "vandalism_cost", "lighting_repair_days"),
            "polarity",
            "low_is_good",
        ),
    ],
)
def test_measures_are_declared_as_practice_says(measures: tuple[str, ...], column: str, value: str) -> None:
    listed = read_reference("service_measures").filter(pl.col("measure").is_in(list(measures)))
    assert listed.height == len(measures)
    assert set(listed[column]) == {value}


# ------------------------------------------------------------------------------------------------------------ a figure


def test_a_csv_of_one_service_and_a_workbook_of_several_give_the_same_rows(tmp_path: Path) -> None:
    one = read(csv_file(tmp_path, [VIOLATIONS, [*with_cell(VIOLATIONS, "matt", "Elever med ogiltig frånvaro")]]))
    rows = [VIOLATIONS, with_cell(VIOLATIONS, "matt", "Elever med ogiltig frånvaro")]
    several = read(workbook(tmp_path, {"Så fyller du i": [["x"]], "Skola": rows, "Fastighet": [COST], "Blad1": []}))
    columns = ["municipality_code", "period", "measure", "value", "out_of", "service", "period_end"]
    assert (
        one.frame.select(columns).rows() == several.frame.filter(pl.col("service") == "school").select(columns).rows()
    )
    assert one.frame.select(columns).row(0) == (
        *("1419", "2026-07", "violation_reports", 14.0, 1830, "school"),
        date(2026, 7, 31),
    )
    # Where there are several sheets a row's number says in which: the first row of the second tab is 20 001.
    assert several.frame["row_number"].to_list() == [20_001, 20_002, 30_001]
    assert several.frame.filter(pl.col("service") == "properties")["value"].to_list() == [12500.0]


def test_nought_no_figure_and_nothing_written_are_three_things(tmp_path: Path) -> None:
    rows = [
        with_cell(VIOLATIONS, "varde", "0"),
        with_cell(with_cell(VIOLATIONS, "period", "2026-06"), "varde", "Uppgift saknas"),
        with_cell(with_cell(VIOLATIONS, "period", "2026-05"), "varde", ".."),
        with_cell(with_cell(VIOLATIONS, "period", "2026-04"), "varde", ""),
    ]
    frame = read(csv_file(tmp_path, rows)).frame
    assert frame.select("reported", "value").rows() == [
        ("reported", 0.0),
        ("not_known", None),
        ("not_known", None),
        ("empty", None),
    ]


def test_notes_are_dropped_at_the_door_and_the_file_is_not_kept(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [VIOLATIONS])
    plan = make_plan(Settings(data=tmp_path / "data"), now=datetime(2026, 9, 1, tzinfo=UTC))
    add_files(plan, MODULE, [path])
    landed = [each for each in (tmp_path / "data").rglob("*") if each.is_file()]
    assert landed
    assert not any(b"HEMLIG" in each.read_bytes() for each in landed)
    assert "notering" not in Parsed.read(next((tmp_path / "data/landing").rglob("*.parquet"))).frame.columns


@pytest.mark.parametrize(
    ("text", "kind", "spelled", "last"),
    [
        ("2026-08", "month", "2026-08", date(2026, 8, 31)),
        ("2026-08-01", "month", "2026-08", date(2026, 8, 31)),  # Excel's own idea of 2026-08
        ("2026-08-01 00:00:00", "month", "2026-08", date(2026, 8, 31)),
        ("2026-12", "month", "2026-12", date(2026, 12, 31)),
        ("2026-v1", "week", "2026-v01", date(2026, 1, 4)),
        ("2026v53", "week", "2026-v53", date(2027, 1, 3)),
        ("2026-K3", "quarter", "2026-K3", date(2026, 9, 30)),
        ("2026 k4", "quarter", "2026-K4", date(2026, 12, 31)),
        ("2026-T2", "tertial", "2026-T2", date(2026, 8, 31)),
        ("2026-HT", "half_year", "2026-H2", date(2026, 12, 31)),
        ("2026.0", "year", "2026", date(2026, 12, 31)),
        ("2025/26", "school_year", "2025/26", date(2026, 6, 30)),
        ("2026-08-14", "day", "2026-08-14", date(2026, 8, 14)),
    ],
)
def test_a_period_has_one_spelling_and_a_last_day(text: str, kind: str, spelled: str, last: date) -> None:
    assert read_period(text, kind) == (spelled, last)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *(("2026-13", "month"), ("2026-08-14", "month"), ("aug-26", "month"), ("2025-v53", "week"), ("2026", "month")),
        *(("2026-K5", "quarter"), ("2025/27", "school_year"), ("26-08", "month"), ("2026-02-30", "day"), ("", "year")),
    ],
)
def test_no_other_text_is_a_period(text: str, kind: str) -> None:
    assert read_period(text, kind) is None


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(2026, 1, 1), ["2025-v52", "2025-12", "2025-K4", "2025-T3", "2025-H2", "2024/25", "2025"]),
        (date(2026, 7, 1), ["2026-v26", "2026-06", "2026-K2", "2026-T1", "2026-H1", "2025/26", "2025"]),
        (date(2026, 12, 31), ["2026-v52", "2026-11", "2026-K3", "2026-T2", "2026-H1", "2025/26", "2025"]),
    ],
)
def test_the_last_complete_period_has_ended(day: date, found: list[str]) -> None:
    kinds = ("week", "month", "quarter", "tertial", "half_year", "school_year", "year")
    assert [last_complete(kind, day) for kind in kinds] == found
    for kind, text in zip(kinds, found, strict=True):
        spelled = read_period(text, kind)
        assert spelled is not None
        assert spelled[1] < day


# ------------------------------------------------------------------------------------------ what does not fit a measure


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        (with_cell(VIOLATIONS, "period", "2026"), "period_end", "not_a_time"),
        (with_cell(VIOLATIONS, "period", ""), "period", "missing"),
        (with_cell(VIOLATIONS, "grupp", "13–17 år"), "subgroup", "not_in_list"),
        (with_cell(COMPLAINTS, "grupp", "HEMLIG"), "subgroup", "not_in_list"),
        (with_cell(VIOLATIONS, "varde", "cirka 14"), "value", "not_a_number"),
        (with_cell(VIOLATIONS, "varde", "14,5"), "value", "not_a_number"),
        (with_cell(VIOLATIONS, "varde", "-1"), "value", "too_small"),
        (with_cell(VIOLATIONS, "av_hur_manga", ""), "out_of", "not_a_number"),
        (with_cell(VIOLATIONS, "av_hur_manga", "13"), "out_of", "not_a_number"),
        (with_cell(COMPLAINTS, "av_hur_manga", "13"), "out_of", "not_a_number"),
        (with_cell(VIOLATIONS, "antal_rapporterande", "alla"), "reporters", "not_a_number"),
        (with_cell(VIOLATIONS, "enhet", ""), "unit", "missing"),
        (with_cell(VIOLATIONS, "kommun", ""), "municipality_code", "missing"),
        # Several services answer it, so a file without a sheet or a column cannot say which.
        (COST, "service", "missing"),
    ],
)
def test_a_cell_that_does_not_fit_refuses_its_row_and_no_other(
    tmp_path: Path, row: list[str], column: str, rule: str
) -> None:
    whole = with_cell(VIOLATIONS, "period", "2026-05")
    heading = [*HEADING, "verksamhet"]
    own = "Skola" if row[2] == VIOLATIONS[2] else "Kontaktcenter" if row[2] == COMPLAINTS[2] else ""
    path = csv_file(tmp_path, [[*row, own], [*whole, "Skola"]], heading)
    assert refused(path) == [(1, column, rule)]
    assert read(path).frame["period"].to_list() == ["2026-05"]


def test_a_figure_on_the_sheet_of_a_service_that_does_not_answer_it_is_refused(tmp_path: Path) -> None:
    assert refused(workbook(tmp_path, {"Fastighet": [VIOLATIONS, COST]})) == [(1, "service", "not_in_list")]


def test_a_group_is_read_with_either_dash_and_a_place_by_the_reviewed_list(tmp_path: Path) -> None:
    ages = ["Orust", "2026-07", "Orosanmälningar", "13-17 år", "11", "", "antal", "", ""]
    frame = read(csv_file(tmp_path, [ages])).frame
    assert frame["subgroup"].to_list() == ["13–17 år"]
    assert "Henån" in GROUPS["driving_complaints"]
    assert GROUPS["violation_reports"] == []
    book = read(workbook(tmp_path, {"Kontaktcenter": [with_cell(COMPLAINTS, "grupp", "henån")]}))
    assert book.frame["subgroup"].to_list() == ["Henån"]


def test_a_period_that_has_not_ended_is_refused(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [VIOLATIONS, with_cell(VIOLATIONS, "period", "2026-09")])
    plan = make_plan(Settings(data=tmp_path / "data"), now=datetime(2026, 9, 1, tzinfo=UTC))
    [(_, book)] = add_files(plan, MODULE, [path])
    assert book == Ledger(rows_read=2, rows_loaded=1, rows_quarantined=1, rows_duplicate=0)
    [landed] = (tmp_path / "data" / "landing").rglob("*.parquet")
    assert [(each.column_name, each.rule) for each in Parsed.read(landed).refusals] == [("period_end", "in_the_future")]


def test_the_85_percentile_is_kept_as_a_value_and_never_summed(tmp_path: Path) -> None:
    row = ["Tjörn", "2026-05", "85-percentil för hastigheten", "Skärhamn", "46,5", "1200", "km/h", "", ""]
    assert read(csv_file(tmp_path, [row])).frame["value"].to_list() == [46.5]


# --------------------------------------------------------------------------------------------------- a mutated form


@pytest.mark.parametrize(
    ("rows", "heading", "sentence"),
    [
        ([VIOLATIONS], [*HEADING[:2], "mått", *HEADING[3:]], "okänd kolumn: 'mått': menades 'matt'?"),
        ([[*VIOLATIONS, "x"]], [*HEADING, "handläggare"], "okänd kolumn: 'handläggare'"),
        ([VIOLATIONS[:4]], HEADING[:4], "kolumn saknas"),
        ([with_cell(VIOLATIONS, "enhet", "kr")], HEADING, "enheten är inte måttets: rad 1: räkna om till antal"),
        ([with_cell(VIOLATIONS, "matt", "HEMLIG")], HEADING, "kolumn matt: okänt värde: rad 1: "),
        ([with_cell(VIOLATIONS, "kommun", "HEMLIG")], HEADING, "kolumn kommun: okänd kommun: rad 1: "),
        ([VIOLATIONS, with_cell(VIOLATIONS, "varde", "15")], HEADING, "olika innehåll: raderna 1 och 2: "),
        ([], HEADING, "inga rader"),
        ([with_cell(VIOLATIONS, "varde", "")], HEADING, "inga rader: fyll i minst ett värde"),
    ],
)
def test_a_mutated_form_is_one_sentence(tmp_path: Path, rows: Rows, heading: Sequence[str], sentence: str) -> None:
    found = said(csv_file(tmp_path, rows, heading))
    assert found.startswith("leverans.csv")
    assert sentence in found
    assert "\n" not in found


def test_thousands_of_kronor_stop_the_file(tmp_path: Path) -> None:
    found = said(workbook(tmp_path, {"Fastighet": [with_cell(COST, "enhet", "tkr")]}))
    assert found == "leverans.xlsx: enheten är inte måttets: rad 1: räkna om till kr."


@pytest.mark.parametrize(
    ("sheet", "sentence"),
    [
        ("Skolan", "leverans.xlsx: okänt blad: 'Skolan': menades 'Skola'? "),
        ("Q", "leverans.xlsx: okänt blad: 'Q': kända är "),
    ],
)
def test_an_unknown_sheet_is_one_sentence_with_the_nearest(tmp_path: Path, sheet: str, sentence: str) -> None:
    assert said(workbook(tmp_path, {"Fastighet": [COST], sheet: [VIOLATIONS]})).startswith(sentence)


def test_a_column_that_one_sheet_lacks_is_told_with_the_sheet(tmp_path: Path) -> None:
    found = said(workbook(tmp_path, {"Skola": [VIOLATIONS]}, heading=[*HEADING[:6], "enheter", *HEADING[7:]]))
    assert found.startswith("leverans.xlsx: bladet Skola: okänd kolumn: 'enheter': menades 'enhet'?")


def test_another_charset_and_half_a_file_lose_nothing_in_silence(tmp_path: Path) -> None:
    assert read(csv_file(tmp_path, [VIOLATIONS], encoding="cp1252")).frame["measure"].to_list() == ["violation_reports"]
    whole = csv_file(tmp_path, [VIOLATIONS, with_cell(VIOLATIONS, "period", "2026-06")]).read_bytes()
    path = tmp_path / "halv.csv"
    path.write_bytes(whole[: -len(VIOLATIONS[2].encode()) - 20])
    assert said(path) == (
        "halv.csv, kolumn matt: okänt värde: rad 2: rätta värdet, eller lägg till det i data/reference om det är nytt."
    )
    path.write_bytes(whole[:-20])  # cut in the last row's figures: that row is refused, the other kept
    assert (read(path).ledger.rows_loaded, refused(path)) == (1, [(2, "out_of", "not_a_number")])
    book = workbook(tmp_path, {"Skola": [VIOLATIONS]})
    book.write_bytes(book.read_bytes()[:2000])
    assert "arbetsboken går inte att läsa" in said(book)


# ----------------------------------------------------------------------------------------------------- the figures


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's warehouse."""
    data = tmp_path_factory.mktemp("service_counts")
    plan = make_plan(read_settings(data=data), sample=True, now=datetime(2026, 9, 1, tzinfo=UTC))
    built = build_warehouse(plan, read_all(plan), "service-counts", lambda _: None)
    assert built.breaches == ()
    assert {"core.service_counts", "core.service_sums_by_municipality_period"} <= built.personal
    return data / "warehouse.duckdb"


def figures(warehouse: Path, query: str) -> pl.DataFrame:
    with connect(warehouse, read_only=True) as con:
        return con.sql(query).pl()


def test_the_sample_is_read_whole_and_its_figures_are_those_of_the_file(warehouse: Path) -> None:
    loaded = read(SAMPLE / "service_counts" / "synthetic_2025.xlsx")
    assert loaded.ledger.rows_quarantined == loaded.ledger.rows_duplicate == 0
    costs = loaded.frame.filter((pl.col("measure") == "vandalism_cost") & (pl.col("municipality_code") == "1415"))
    assert costs.height == 3 * 12  # three services, each month
    [row] = figures(
        warehouse,
        "select value, lower_confidence_limit, method, status, numerator from output.indicators "
        "where indicator = 'vandalism_cost_rate' and area_code = '1415' and period = '2025'",
    ).rows()
    # Constructed inhabitants of 2025.
    assert row == (round(costs["value"].sum() / 27985, 2), None, "published", "ok", None)


def test_a_year_that_is_not_whole_has_no_figure(warehouse: Path) -> None:
    rows = figures(
        warehouse,
        "select distinct indicator, status from output.indicators where period = '2026' and area_code = '1415' "
        "and indicator in ('vandalism_cost_rate', 'lighting_faults_rate', 'absent_pupils_rate') order by all",
    ).rows()
    assert rows == [
        ("absent_pupils_rate", "not_reported"),
        ("lighting_faults_rate", "not_reported"),
        ("vandalism_cost_rate", "not_reported"),
    ]


def test_what_cannot_be_compared_is_not(warehouse: Path) -> None:
    said = figures(
        warehouse,
        "select distinct indicator, result, judgement, reason from "
        "(select * from output.comparisons union all by name select * from output.changes) "
        "where indicator in ('concern_reports_rate', 'violation_reports_to_principal_rate', 'vandalism_cost_rate', "
        "'speeding_vehicles_share') order by all",
    )
    assert set(said["result"]) == {"not_compared"}
    assert set(said["judgement"]) == {"not_judged"}
    assert dict(said.select("indicator", "reason").iter_rows()) == {
        "concern_reports_rate": "own_trend_only",
        "speeding_vehicles_share": "no_interval",
        "vandalism_cost_rate": "no_interval",
        "violation_reports_to_principal_rate": "own_trend_only",
    }
    placed = figures(warehouse, "select distinct indicator from output.ranks")["indicator"].to_list()
    assert not {"concern_reports_rate", "violation_reports_to_principal_rate"} & set(placed)


def test_small_counts_of_children_are_hidden_and_those_of_things_are_not(warehouse: Path) -> None:
    shown = figures(
        warehouse,
        "select min(numerator) as least, bool_or(status = 'suppressed') as is_any_hidden from output.indicators "
        "where indicator = 'violation_reports_to_principal_rate' and area_type = 'municipality'",
    )
    assert shown["least"][0] >= 10
    assert shown["is_any_hidden"][0]
    things = figures(
        warehouse, "select distinct status from output.indicators where indicator = 'lighting_faults_rate'"
    )
    assert set(things["status"]) <= {"ok", "not_reported"}


def test_of_core_only_things_and_places_reach_a_release(warehouse: Path, tmp_path: Path) -> None:
    from models._model import all_models

    tables = [each for each in all_models() if each.table in ("core.service_counts", "output.sources")]
    write_tables(tmp_path / "out", warehouse, tables, schema="output", personal={"core.service_counts"})
    with connect(tmp_path / "out" / "lagesbild.duckdb", read_only=True) as con:
        told = con.sql("select distinct concerns, measure from core.service_counts").pl()
    assert set(told["concerns"]) == {"things", "places"}
    assert not {"concern_reports", "sspf_current", "absent_pupils_15"} & set(told["measure"])


def test_a_form_handed_in_again_with_blanks_never_takes_a_figure_away(tmp_path: Path) -> None:
    data = tmp_path / "data"
    settings = Settings(data=data)
    second = with_cell(with_cell(VIOLATIONS, "period", "2026-06"), "varde", "9")
    deliveries = [
        ([VIOLATIONS], 10),
        ([with_cell(VIOLATIONS, "varde", ""), second], 11),  # the newer form leaves July blank
        ([with_cell(second, "varde", "8")], 12),  # and a correction of June
    ]
    for number, (rows, day) in enumerate(deliveries):
        (tmp_path / str(number)).mkdir()
        plan = make_plan(settings, now=datetime(2026, 8, day, tzinfo=UTC))
        add_files(plan, MODULE, [csv_file(tmp_path / str(number), rows)])
    plan = make_plan(settings, now=datetime(2026, 8, 13, tzinfo=UTC))
    build_warehouse(plan, read_all(plan), "again", lambda _: None)
    found = figures(data / "warehouse.duckdb", "select period, value, status from core.service_counts order by period")
    assert found.rows() == [("2026-06", 8.0, "ok"), ("2026-07", 14.0, "ok")]
