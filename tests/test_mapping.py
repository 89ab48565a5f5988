"""Incident reports in a municipality's own layouts: read by mapping they are the template's, and no name goes on."""

import shutil
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from flows.cli import main
from flows.pipeline import Plan, add_files, build_warehouse, make_plan, one_writer, read_all
from flows.settings import read_settings
from models._duckdb import connect
from sources._cells import amount, clock_time, day_and_time
from sources._landing import read_manifest
from sources._parse import parse_file
from sources._problem import Problem
from sources._registry import all_sources
from sources._strict import Parsed, read_reference

EXAMPLES = Path(__file__).resolve().parents[1] / "data" / "mappings" / "exempel"
REPORTS = all_sources()["incident_reports"]
NOW = datetime(2026, 9, 10, 2, 30, tzinfo=UTC)
TEMPLATE = "rapport_id;datum;tid;kommun;plats;kategori;rapportor"
EST = "Ärendenummer;Händelsetidpunkt;Kommun;Område;Händelsetyp;Rapporterande enhet;Beskrivning;Status"
EST_ROWS = (
    "1;2026-08-31 21:05;Stenungsund;Stenungsunds centrum;Skadegörelse/klotter;Skolan;Nisse Hult krossade rutor;Klar",
    "2;31/8/2026 kl. 20.10;Stenungsund;Jörlanda;buskörning, narkotika;Fritid;Ringde 070-123 45 67;",
    "3;1 september 2026;Stenungsund;-;Inget att rapportera denna vecka;Fritid;;",
)
SAME = (
    "a;2026-08-31;21:05;1415;Centrala Stenungsund;skadegörelse;Skolan",
    "a2;2026-08-31;21:05;1415;Centrala Stenungsund;klotter;Skolan",
    "b;2026-08-31;20:10;1415;Jörlanda;buskörning;Fritid",
    "b2;2026-08-31;20:10;1415;Jörlanda;misstänkt narkotika;Fritid",
    "c;2026-09-01;;1415;;lugnt;Fritid",
)
OTHER = """
source = "incident_reports"
system = "bostad"
one_row_per_category = true
free_text = ["plats"]
[columns]
report_id = "nr"
date = "dag"
time = "kl"
place = "bostadsområde"
category = "vad"
reporter = "vem"
[constants]
municipality = "Stenungsund"
[values.reporter]
"Bovärd Anna Andersson" = "Skolan"
"""
OTHER_ROWS = (
    "7,46265,0.878472,Centrala Stenungsund,åverkan,Bovärd Anna Andersson,hos Lindgrens",
    "7,46265,0.878472,Centrala Stenungsund,graffiti,Bovärd Anna Andersson,",
    "8,31.8.2026,20.10,Jörlanda,moped,Fritid,",
    "8,31.8.2026,20.10,Jörlanda,droger,Fritid,",
    "9,20260901,,,inget att anmärka,Fritid,",
)


def plan_of(data: Path) -> Plan:
    return make_plan(read_settings(data=data, area="1415"), offline=True, now=NOW)


def with_mappings(data: Path, *names: str, **texts: str) -> Path:
    """A data folder with copies of examples, and with mappings of one's own."""
    folder = data / "mappings" / "stenungsund"
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copy(EXAMPLES / f"{name}.toml", folder)
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return data


def written(folder: Path, heading: str, *rows: str, name: str = "fil.csv") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join([heading, *rows, ""]), encoding="utf-8")
    return folder / name


def read(tmp_path: Path, data: Path, heading: str, *rows: str) -> Parsed:
    return parse_file(REPORTS, written(tmp_path, heading, *rows), "fil.csv", data)


def stopped(tmp_path: Path, data: Path, heading: str, *rows: str) -> str:
    with pytest.raises(Problem) as caught:
        read(tmp_path, data, heading, *rows)
    return str(caught.value)


def added(data: Path, raw: Path, received: date = date(2026, 9, 7)) -> None:
    with one_writer(data):
        add_files(plan_of(data), REPORTS, [raw], received=received)


def tables(data: Path) -> dict[str, pl.DataFrame]:
    """What the warehouse holds of the reports."""
    with one_writer(data):
        results = read_all(plan_of(data))
        built = build_warehouse(plan_of(data), results, "r", lambda _: None)
    assert [each.rule for each in built.breaches if each.table != "output.indicators"] == []  # reports alone are none
    with closing(connect(data / "warehouse.duckdb", read_only=True)) as con:
        names = con.sql(
            "select schema_name || '.' || table_name from duckdb_tables() where table_name like 'incident_rep%'"
        ).fetchall()
        return {name: con.sql(f"from {name} order by all").pl() for (name,) in names}


def core(data: Path) -> dict[str, pl.DataFrame]:
    return {name: frame for name, frame in tables(data).items() if name.startswith("core.")}


# two systems and the template -------------------------------------------------------------------------------------


def test_two_systems_with_different_layouts_give_the_same_core_rows_as_the_template(tmp_path: Path) -> None:
    est = with_mappings(tmp_path / "est", "est_export")
    added(est, written(tmp_path, EST, *EST_ROWS))
    other = with_mappings(tmp_path / "other", bostad=OTHER)
    added(other, written(tmp_path, "nr,dag,kl,bostadsområde,vad,vem,plats", *OTHER_ROWS))
    template = tmp_path / "template"
    added(template, written(tmp_path, TEMPLATE, *SAME))
    found, same, wanted = core(est), core(other), core(template)
    for name, frame in wanted.items():
        assert found[name].equals(same[name]), name
        # The template has a report for each category, and so two more where reports of several categories count once.
        if "total" not in name and "series" not in frame.columns:
            assert frame.equals(found[name]), name
    [month] = wanted["core.incident_reports_by_municipality_month"]["month"].unique().sort().to_list()[:1]
    assert month == date(2026, 8, 1)
    total = found["core.incident_reports_in_total_by_municipality_month"]
    assert total["reports"].to_list() == [2, 0]
    assert total["nothing_to_report"].to_list() == [0, 1]
    assert total["reporters"].to_list() == [2, 1]


def test_a_report_of_several_categories_counts_once_in_each_once_in_a_focus_area_and_once_in_all(
    tmp_path: Path,
) -> None:
    data = with_mappings(tmp_path / "data", "est_export")
    days = [f"{month};2025-{month:02}-03;Stenungsund;;Skadegörelse/klotter;Skolan;;" for month in range(1, 13)]
    added(data, written(tmp_path, EST, *days))
    found = core(data)
    months = found["core.incident_reports_by_municipality_month"]
    assert (
        months.filter(category="vandalism")["reports"].sum()
        == months.filter(category="graffiti")["reports"].sum()
        == 12
    )
    year = found["core.incident_reports_by_municipality_year"]
    assert year.filter(focus_area="vandalism")["reports"].to_list() == [12]
    assert year.filter(focus_area="drug_dealing")["reports"].to_list() == [0]
    assert found["core.incident_reports_in_total_by_municipality_month"]["reports"].sum() == 12


def test_a_workbook_is_read_by_the_same_mapping(tmp_path: Path) -> None:
    data = with_mappings(tmp_path / "data", "est_export")
    raw = tmp_path / "fil.xlsx"
    with xlsxwriter.Workbook(raw) as book:
        sheet = book.add_worksheet()
        at = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for row, cells in enumerate([EST.split(";"), *(each.split(";") for each in EST_ROWS)]):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell)
        sheet.write_datetime(1, 1, datetime(2026, 8, 31, 21, 5), at)  # noqa: DTZ001
        sheet.write_number(2, 1, 46265.840277)
    found = parse_file(REPORTS, raw, "fil", data).frame
    wanted = read(tmp_path, data, EST, *EST_ROWS).frame
    assert found.equals(wanted)


def test_cost_is_read_in_kronor_and_summed_by_category_and_in_all(tmp_path: Path) -> None:
    data = with_mappings(tmp_path / "data", "skadegorelse_kostnad")
    heading = "Skadenr;Skadedatum;Klockslag;Kommun;Område;Kostnad;Skada;Objekt"
    rows = [
        "1;2026-08-03;;Stenungsund;;12 500 kr;Ruta;",
        "2;2026-08-04;;Stenungsund;;1.250,50;;",
        "3;2026-08-05;;Stenungsund;;ej klart;;",
        "4;2026-08-06;;Stenungsund;;mycket;;",
        "5;2026-08-06;;Stenungsund;;-5 kr;;",
    ]
    parsed = read(tmp_path, data, heading, *rows)
    assert [(each.row_number, each.column_name, each.rule) for each in parsed.refusals] == [
        (4, "cost_sek", "not_a_number"),
        (5, "cost_sek", "too_small"),
    ]
    added(data, written(tmp_path, heading, *rows))
    found = core(data)
    month = found["core.incident_reports_by_municipality_month"].filter(category="vandalism")
    assert [float(each) for each in month["total_cost_sek"]] == [13750.5]
    assert float(found["core.incident_reports_in_total_by_municipality_month"]["total_cost_sek"].sum()) == 13750.5


def test_every_example_is_a_mapping_that_a_file_fits(tmp_path: Path) -> None:
    names = [path.stem for path in EXAMPLES.glob("*.toml") if "incident_reports" in path.read_text(encoding="utf-8")]
    assert len(names) == 4
    data = with_mappings(tmp_path / "data", *names)
    heading = "Formulär;Löpnummer;Inskickat;Kommun;Närmaste ort;Jag upplever;Förslag"
    walk = read(
        tmp_path,
        data,
        heading,
        "V1;4;2026-08-31T19:30:00Z;Orust;Henån;Dålig belysning;Lampor",
        "V1;5;2026-08-31;Orust;;;",
    )
    assert walk.frame["time"].to_list()[0].isoformat() == "21:30:00"  # Swedish summer time
    assert walk.frame["category"].to_list() == ["unsafe_place"]
    assert walk.ledger.rows_quarantined == 1
    fault = read(
        tmp_path, data, "Ärende-ID;Inkom;Stadsdel;Ärendetyp;Koordinat X;Anmälare", "9;2026-08-31;;klotter;1;Anna"
    )
    assert fault.frame["municipality_code"].to_list() == ["1415"]
    assert fault.frame["reporter"].to_list() == ["Felanmälan"]


def test_two_systems_may_use_the_same_number_and_a_report_handed_in_again_is_the_same(tmp_path: Path) -> None:
    data = with_mappings(tmp_path / "data", "est_export", "skadegorelse_kostnad")
    added(data, written(tmp_path, EST, "1;2026-08-31;Stenungsund;;klotter, skadegörelse;Skolan;;"))
    added(
        data,
        written(tmp_path, "Skadenr;Skadedatum;Klockslag;Kommun;Område;Kostnad", "1;2026-08-31;;Stenungsund;;9 kr"),
    )
    added(data, written(tmp_path, EST, "1;2026-08-31;Stenungsund;;hot;Skolan;;"), date(2026, 9, 8))
    rows = tables(data)["staging.incident_reports"]
    assert sorted(rows["category"]) == ["threat", "vandalism"]


# which mapping ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "sentence"),
    [
        (
            EST.replace("Område", "Omrade"),
            "fil.csv: ingen mappning passar filens rubriker; närmast är stenungsund/est_export.toml: filen saknar ",
        ),
        (
            EST.replace("Område", "Omrade"),
            "'Område' och har den okända kolumnen 'Omrade' (menades 'Område'?): rätta rubriken, eller skriv kolumnen",
        ),
        (EST + ";Handläggare", "filen har den okända kolumnen 'Handläggare'"),
        (EST.replace(";Händelsetyp", ""), "filen saknar 'Händelsetyp'"),
        (EST + ";Anna Andersson 850709-9805", "har den okända kolumnen kolumn 9"),
        (EST + ";Status", "samma rubrik två gånger"),
        ("1;2026-08-31;Anna Andersson;x", "rubrikerna passar varken mallen eller någon mappning: 4 kolumner"),
        (TEMPLATE + ";handlaggare", "okänd kolumn: 'handlaggare'"),
        (TEMPLATE.replace("plats", "platsen"), "okänd kolumn: 'platsen': menades 'plats'?"),
    ],
)
def test_a_file_that_no_mapping_accounts_for_is_told_of_the_nearest(
    tmp_path: Path, heading: str, sentence: str
) -> None:
    data = with_mappings(tmp_path / "data", "est_export", "felanmalan")
    said = stopped(tmp_path, data, heading, "1;2;3")
    assert sentence in said
    assert "Andersson" not in said


def test_two_mappings_that_fit_stop_the_file(tmp_path: Path) -> None:
    data = with_mappings(
        tmp_path / "data", "est_export", kopia=(EXAMPLES / "est_export.toml").read_text(encoding="utf-8")
    )
    said = stopped(tmp_path, data, EST, *EST_ROWS)
    assert "flera mappningar passar filens rubriker: stenungsund/est_export.toml, stenungsund/kopia.toml" in said


def test_the_examples_are_copied_and_never_used_themselves(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(EXAMPLES, data / "mappings" / "exempel")
    assert "rubrikraden saknas" in stopped(tmp_path, data, EST, *EST_ROWS)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('system = "est"', "", "systemets namn saknas"),
        ('source = "incident_reports"', "", "källan saknas"),
        ("[columns]", "[colums]", "okänd nyckel: 'colums': menades 'columns'?"),
        ('place = "Område"', 'plats = "Område"', "okänd nyckel i [columns]: 'plats': menades 'place'?"),
        ('date_time = "Händelsetidpunkt"', "", "fältet saknas: 'date'"),
        ('category = "Händelsetyp"', "", "fältet saknas: 'category'"),
        ('"buskörning"', '"buskörnin"', "okänt värde för category: 'buskörnin': menades 'buskörning'?"),
        ('= "Centrala Stenungsund"', '= "Storgatan 3"', "okänt värde för place: 'Storgatan 3'"),
        ('"Status", ', '"Kommun", ', "kolumnen både används och tas bort: 'Kommun'"),
        ("[values.place]", "[constants]\nmunicipality = 'Tjörn'\n[values.place]", "både kolumn och konstant"),
        ('category_separator = ","', "category_separator = 1", "'category_separator' ska vara en text"),
        ('place = "Område"', "place = 7", "[columns] har ett annat slags värden"),
        ('place = "Område"', 'place = ["Område"]', "bara report_id kan sättas samman"),
        ('free_text = ["Beskrivning"', 'free_text = [1, "Beskrivning"', "'free_text' ska vara en lista"),
        ("[values.category]", "[values]\ncategory = 3\n[x]", "okänd nyckel: 'x'"),
        ("[columns]", "[columns", "filen är inte TOML i UTF-8: rad"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_told_in_one_sentence(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    text = (EXAMPLES / "est_export.toml").read_text(encoding="utf-8")
    assert old in text
    data = with_mappings(tmp_path / "data", est=text.replace(old, new, 1))
    said = stopped(tmp_path, data, EST, *EST_ROWS)
    assert said.startswith("fil.csv: mappningen stenungsund/est.toml: ")
    assert sentence in said
    assert "\n" not in said


def test_a_template_is_read_whatever_lies_among_the_mappings(tmp_path: Path) -> None:
    data = with_mappings(tmp_path / "data", trasig="[[[")
    assert read(tmp_path, data, TEMPLATE, *SAME).ledger.rows_loaded == 5


def test_a_mapping_is_an_ordinary_small_file(tmp_path: Path) -> None:
    data = with_mappings(tmp_path / "data", stor="#" * 300_000)
    assert "filen är orimligt stor" in stopped(tmp_path, data, EST, *EST_ROWS)
    (data / "mappings" / "stenungsund" / "stor.toml").unlink()
    (data / "mappings" / "stenungsund" / "lank.toml").symlink_to(EXAMPLES / "est_export.toml")
    assert "bara vanliga filer läses" in stopped(tmp_path, data, EST, *EST_ROWS)


# mutated copies ---------------------------------------------------------------------------------------------------


def test_half_a_file_and_the_wrong_charset_lose_no_row_unseen(tmp_path: Path) -> None:
    data = with_mappings(tmp_path / "data", "est_export")
    raw = tmp_path / "fil.csv"
    raw.write_bytes("\n".join([EST, *EST_ROWS]).encode("cp1252"))
    assert parse_file(REPORTS, raw, "fil.csv", data).frame.equals(read(tmp_path, data, EST, *EST_ROWS).frame)
    half = read(tmp_path, data, EST, EST_ROWS[0], EST_ROWS[1][:20])
    assert half.ledger.rows_quarantined == 1
    assert half.ledger.rows_read == 3  # two categories of the first report, and the cut row
    assert "orimligt" not in stopped(tmp_path, data, EST, "1;" + '"' + EST_ROWS[0])


def test_a_row_that_breaks_a_rule_is_refused_by_its_number_in_the_file(tmp_path: Path) -> None:
    data = with_mappings(tmp_path / "data", "est_export")
    rows = [
        "1;i fredags;Stenungsund;;klotter;Skolan;;",
        "2;2026-08-31;Stenungsund;;klotter, påhittad;Skolan;;",
        ";2026-08-31;Stenungsund;;klotter;Skolan;;",
        "4;8/31/2026;Stenungsund;;klotter;Skolan;;",
        "5;2026-08-31;Stenungsund;; , ;Skolan;;",
    ]
    parsed = read(tmp_path, data, EST, *rows)
    assert [(each.row_number, each.column_name, each.rule) for each in parsed.refusals] == [
        (1, "date", "not_a_time"),
        (2, "category", "not_in_list"),
        (3, "report_id", "missing"),
        (4, "date", "not_a_time"),
        (5, "category", "missing"),
    ]
    assert parsed.frame["category"].to_list() == ["graffiti"]
    assert "okänd kommun: rad 1" in stopped(tmp_path, data, EST, "1;2026-08-31;Nisse Hult;;klotter;Skolan;;")
    assert "samma nyckel" in stopped(tmp_path, data, EST, EST_ROWS[0], EST_ROWS[0].replace("21:05", "21:06"))


@pytest.mark.parametrize(
    ("cell", "day", "clock"),
    [
        ("2026-08-31", "2026-08-31", ""),
        ("2026-08-31 21:05:30", "2026-08-31", "21:05"),
        ("2026-08-31T21:05", "2026-08-31", "21:05"),
        ("2026-08-31 00:00:00", "2026-08-31", ""),
        ("2026-12-31T23:30:00Z", "2027-01-01", "00:30"),
        ("2026-08-31T21:05:00+0300", "2026-08-31", "20:05"),
        ("31/8/2026", "2026-08-31", ""),
        ("31.8.2026 21.05", "2026-08-31", "21:05"),
        ("20260831", "2026-08-31", ""),
        ("31 augusti 2026", "2026-08-31", ""),
        ("Måndag den 31 aug. 2026, kl. 21.05", "2026-08-31", "21:05"),
        ("tors 1 okt 2026", "2026-10-01", ""),
        ("46265", "2026-08-31", ""),
        ("46265.878472222", "2026-08-31", "21:05"),
        ("46265,5", "2026-08-31", "12:00"),
        ("31 februari 2026", "31 februari 2026", ""),
        ("31/8/26", "31/8/26", ""),
        ("12345", "12345", ""),
        ("2026-08-31 25:00", "2026-08-31 25:00", ""),
        ("0001-01-01T00:00+14:00", "0001-01-01T00:00+14:00", ""),
    ],
)
def test_days_are_read_as_swedes_and_their_systems_write_them(cell: str, day: str, clock: str) -> None:
    assert day_and_time(cell) == (day, clock)


def test_times_and_amounts_are_read_as_they_are_written() -> None:
    assert [clock_time(cell) for cell in ("9.05", "kl 21:05", "0,878472", "21:05:59", "kväll")] == [
        "09:05",
        "21:05",
        "21:05",
        "21:05",
        "kväll",
    ]
    cells = pl.DataFrame({"a": ["12 500 kr", "12.500,00", "900:-", "1 234,5 SEK", "12.5", "1.250.000 kronor", "okänt"]})
    assert cells.select(amount(pl.col("a")))["a"].to_list() == [
        "12500",
        "12500.00",
        "900",
        "1234.5",
        "12.5",
        "1250000",
        "okänt",
    ]


# one event told by several ----------------------------------------------------------------------------------------

PLACE = "Centrala Stenungsund"


@pytest.mark.parametrize(
    ("rows", "reports", "events"),
    [
        ([f"{PLACE};klotter;Skolan;20:00", f"{PLACE};klotter;Fritid;22:30"], 2, 1),
        ([f"{PLACE};klotter;Skolan;", f"{PLACE};graffiti;Fritid;"], 2, 1),
        ([f"{PLACE};klotter;Skolan;20:00", f"{PLACE};klotter;Skolan;20:30"], 2, 2),  # a service knows its own events
        ([f"{PLACE};klotter;Skolan;20:00", f"{PLACE};klotter;Fritid;08:00"], 2, 2),
        ([f"{PLACE};klotter;Skolan;20:00", f"{PLACE};klotter;Fritid;"], 2, 2),
        ([f"{PLACE};klotter;Skolan;20:00", f"{PLACE};skadegörelse;Fritid;20:00"], 2, 2),
        ([f"{PLACE};klotter;Skolan;20:00", "Jörlanda;klotter;Fritid;20:00"], 2, 2),
        ([";klotter;Skolan;20:00", ";klotter;Fritid;20:00"], 2, 2),  # nowhere in particular
        (["Övriga Stenungsund;klotter;Skolan;20:00", "Övriga Stenungsund;klotter;Fritid;20:00"], 2, 2),
        ([f"{PLACE};klotter;;20:00", f"{PLACE};klotter;Fritid;20:00"], 2, 2),  # nobody knows who told
        (
            [f"{PLACE};klotter;Skolan;20:00", f"{PLACE};klotter;Skolan;21:00", f"{PLACE};klotter;Fritid;20:00"],
            3,
            2,
        ),
        ([f"{PLACE};lugnt;Skolan;20:00", f"{PLACE};lugnt;Fritid;20:00"], 0, 0),
    ],
)
def test_reports_of_different_services_on_the_same_event_are_marked_and_none_is_taken_away(
    tmp_path: Path, rows: Sequence[str], reports: int, events: int
) -> None:
    data = tmp_path / "data"
    lines = [f"r{at};2026-08-31;{row.split(';')[3]};1415;{row.rpartition(';')[0]}" for at, row in enumerate(rows)]
    added(data, written(tmp_path, TEMPLATE, *lines))
    found = tables(data)
    total = found["core.incident_reports_in_total_by_municipality_month"]
    assert (total["reports"].to_list(), total["events"].to_list()) == ([reports], [events])
    marked = found["staging.incident_reports"].filter(pl.col("event_group").is_not_null())
    assert found["staging.incident_reports"].height == len(rows)
    assert marked["event_group"].n_unique() == (1 if events < reports else 0)


def test_the_rest_of_a_municipality_is_no_place_where_one_event_is_told_twice() -> None:
    places = read_reference("places")
    is_rest = places["place"].str.starts_with("Övriga ")
    assert is_rest.equals((places["place_type"] == "rest_of_municipality").alias("place"))


# who should report ------------------------------------------------------------------------------------------------

UNITS = "kommun;enhet;fran;till;takt"


def with_units(data: Path, *rows: str) -> Path:
    written(data / "mappings", UNITS, *rows, name="reporters.csv")
    return data


def completeness(data: Path, period_type: str) -> pl.DataFrame:
    found = core(data)["core.incident_reporting_by_municipality_period"].filter(period_type=period_type)
    return found.select("period_start", "reporters", "expected", "expected_reporters", "unlisted_reporters")


def test_of_those_who_should_report_it_is_known_how_many_did(tmp_path: Path) -> None:
    data = with_units(
        tmp_path / "data",
        "Stenungsund;Skolan;2026-01-01;;vecka",
        "Stenungsund;Fritid;2026-01-01;;vecka",
        "Stenungsund;Fastighet;2026-01-01;;månad",
        "Stenungsund;Nedlagd;2020-01-01;2026-08-23;vecka",
    )
    rows = [
        "1;2026-08-17;;1415;;klotter;Skolan",
        "2;2026-08-17;;1415;;klotter;Skolan",
        "3;2026-08-24;;1415;;inget att rapportera;Skolan",
        "4;24/8/2026;;1415;;klotter;Fritid",
        "5;2026-08-25;;1415;;klotter;Skolan ab",
        "7;2026-08-25;;1415;;klotter;Fastighet",  # not waited for in a week, and listed
        "6;2026-08-25;;Tjörn;;klotter;Skolan",
    ]
    added(data, written(tmp_path, TEMPLATE, *rows))
    weeks = completeness(data, "week")
    assert weeks.filter(pl.col("expected").is_not_null()).rows() == [
        (date(2026, 8, 17), 1, 3, 1, 0),
        (date(2026, 8, 24), 4, 2, 2, 1),
        (date(2026, 8, 31), 0, 2, 0, 0),  # a week in which nobody reported
        (date(2026, 9, 7), 0, 2, 0, 0),
    ]
    tjorn = weeks.filter(pl.col("expected").is_null())  # which has no list
    assert tjorn.rows() == [
        (date(2026, 8, 24), 1, None, None, None),
        (date(2026, 8, 31), 0, None, None, None),
        (date(2026, 9, 7), 0, None, None, None),
    ]
    months = completeness(data, "month").filter(pl.col("expected").is_not_null())
    assert months.rows() == [(date(2026, 8, 1), 4, 4, 3, 1), (date(2026, 9, 1), 0, 4, 0, 0)]


def test_the_names_of_units_leave_the_door_as_hashes(tmp_path: Path) -> None:
    data = with_units(tmp_path / "data", "Stenungsund;Fältgrupp Kanelbulle;2026-01-01;;vecka")
    added(data, written(tmp_path, TEMPLATE, "1;2026-08-31;;1415;;klotter;Fältgrupp Kanelbulle"))
    for path in (data / "landing").rglob("*"):
        assert not path.is_file() or b"Kanelbulle" not in path.read_bytes()
    [part] = [part for each in read_manifest(data) for part in each.parts]
    landed = Parsed.read(data / "landing" / "incident_reports" / f"{part.sha256}.{part.extension}").frame
    assert landed["is_expected_in_week"].to_list() == [True]
    assert len(landed["reporter"][0]) == 32


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (["Nisse Hult;Skolan;2026-01-01;;vecka"], "listan reporters.csv: okänd kommun: rad 1"),
        (
            ["Tjörn;Skolan;2026-01-01;;ibland"],
            "listan reporters.csv: ett värde går inte att använda: rad 1, kolumn takt",
        ),
        (["Tjörn;Nisse Hult;i fjol;;vecka"], "rad 1, kolumn fran"),
    ],
)
def test_a_list_of_units_that_is_wrong_stops_the_delivery_and_tells_no_name(
    tmp_path: Path, rows: Sequence[str], sentence: str
) -> None:
    said = stopped(tmp_path, with_units(tmp_path / "data", *rows), TEMPLATE, *SAME)
    assert sentence in said
    assert not {"Nisse", "Hult"} & set(said.split())


# the door ---------------------------------------------------------------------------------------------------------

SECRETS = ("Nisse", "Hult", "Lindgrens", "Andersson", "070-123", "krossade", "fil-av-kalle")


def test_no_text_or_name_from_a_mapped_file_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = with_mappings(tmp_path / "data", "est_export", bostad=OTHER)
    for at, (heading, rows) in enumerate(((EST, EST_ROWS), ("nr,dag,kl,bostadsområde,vad,vem,plats", OTHER_ROWS))):
        raw = written(tmp_path / "in", heading, *rows, name=f"fil-av-kalle{at}.csv")
        assert main(["add", "incident_reports", str(raw), "--data", str(data), "--received", "2026-09-07"]) == 0
    bad = written(
        tmp_path / "in", EST, *EST_ROWS, "9;när Nisse kom;Stenungsund;;Hult var där;Anna Andersson;;", name="x.csv"
    )
    capsys.readouterr()
    assert main(["add", "incident_reports", str(bad), "--data", str(data), "--received", "2026-09-07"]) == 0
    told = capsys.readouterr()
    with one_writer(data):
        results = read_all(plan_of(data))
    kept = [path for path in (data / "landing").rglob("*") if path.is_file()]
    assert len(kept) == 5  # three deliveries, the manifest and the key
    written_down = [path.read_bytes().decode("latin-1") for path in kept]
    frames = [Parsed.read(path).frame.write_csv() for path in kept if path.suffix == ".parquet"]
    said = [str(result) for result in results]
    for secret in SECRETS:
        for text in (told.out, told.err, *written_down, *frames, *said):
            assert secret not in text, secret


def test_an_edited_mapping_changes_nothing_that_has_landed_until_the_file_comes_again(tmp_path: Path) -> None:
    data = with_mappings(tmp_path / "data", "est_export")
    raw = written(tmp_path, EST, "1;2026-08-31;Stenungsund;;Trafik, buskörning;Skolan;;")
    added(data, raw)
    [first] = [part for each in read_manifest(data) for part in each.parts]
    mapping = data / "mappings" / "stenungsund" / "est_export.toml"
    mapping.write_text(
        mapping.read_text(encoding="utf-8").replace('= "buskörning"', '= ["fortkörning", "buskörning"]'),
        encoding="utf-8",
    )
    assert tables(data)["staging.incident_reports"]["category"].to_list() == ["reckless_driving"]
    added(data, raw, date(2026, 9, 8))
    parts = [part for each in read_manifest(data) for part in each.parts]
    assert len(set(parts)) == 2
    folder = data / "landing" / "incident_reports"
    hashes = [Parsed.read(folder / f"{part.sha256}.{part.extension}", rows=False).mapping for part in parts]
    assert len(set(hashes)) == 2
    assert "" not in hashes
    assert parts[0] == first
    found = tables(data)
    assert found["staging.incident_reports"]["category"].to_list() == ["reckless_driving", "speeding"]
    assert found["core.incident_reports_in_total_by_municipality_month"]["reports"].to_list() == [1]


def test_a_change_of_only_the_mapping_is_another_landing_object(tmp_path: Path) -> None:
    data = with_mappings(tmp_path / "data", "est_export")
    raw = written(tmp_path, EST, *EST_ROWS)
    added(data, raw)
    mapping = data / "mappings" / "stenungsund" / "est_export.toml"
    mapping.write_text(mapping.read_text(encoding="utf-8") + "# senare\n", encoding="utf-8")
    added(data, raw)
    assert len({part for each in read_manifest(data) for part in each.parts}) == 2


# retention --------------------------------------------------------------------------------------------------------

DECIDED = {"incident_reports": "dnr KS 2026/123, 2026-05-04"}


def test_no_count_changes_when_mapped_reports_become_counts_one_delivery_at_a_time(tmp_path: Path) -> None:
    """Several categories, doubles across deliveries, cost: the months stay whatever is still rows."""
    data = with_mappings(tmp_path / "data", "est_export", "skadegorelse_kostnad")
    start = date(2024, 1, 8)
    for week in range(6):
        day, place = start - timedelta(days=week % 3), PLACE
        rows = [
            f"{week};{day} 20:{week:02};Stenungsund;{place};klotter, skadegörelse;Enhet {week % 4};;",
            f"{week + 100};{day} 21:{week:02};Stenungsund;{place};klotter;Enhet {week % 3};;",
            f"{week // 2 + 200};{day} 22:00;Stenungsund;{place};klotter;Enhet {week % 2};;",
        ]
        added(data, written(tmp_path, EST, *rows), start + timedelta(days=7 * week))
        costs = f"{week};{day};20:00;Stenungsund;{place};{week + 1} 000 kr"
        heading = "Skadenr;Skadedatum;Klockslag;Kommun;Område;Kostnad"
        added(data, written(tmp_path, heading, costs), start + timedelta(days=7 * week))
    names = ("by_municipality_month", "in_total_by_municipality_month")
    before = {name: core(data)[f"core.incident_reports_{name}"] for name in names}
    total = before["in_total_by_municipality_month"]
    assert total["events"].sum() < total["reports"].sum()
    assert float(total["total_cost_sek"].sum()) == 21_000
    for days in (0, 7, 14, 28, 60):
        now = datetime(2026, 1, 9, 12, tzinfo=UTC) + timedelta(days=days)
        plan = make_plan(read_settings(data=data, area="1415", gallringsbeslut=DECIDED), offline=True, now=now)
        with one_writer(data):
            built = build_warehouse(plan, read_all(plan), "r", lambda _: None)
        assert [each.rule for each in built.breaches if each.table != "output.indicators"] == []
        with closing(connect(data / "warehouse.duckdb", read_only=True)) as con:
            for name, frame in before.items():
                assert con.sql(f"from core.incident_reports_{name} order by all").pl().equals(frame), (name, days)
    assert {path.name.partition(".")[2] for path in (data / "landing" / "incident_reports").iterdir()} == {
        "aggregate.parquet"
    }


def test_what_landed_before_the_columns_of_a_mapping_were_declared_still_counts(tmp_path: Path) -> None:
    data = tmp_path / "data"
    added(data, written(tmp_path, TEMPLATE, *SAME))
    [part] = [part for each in read_manifest(data) for part in each.parts]
    path = data / "landing" / "incident_reports" / f"{part.sha256}.{part.extension}"
    old = Parsed.read(path)
    path.chmod(0o600)
    later = ("part", "cost_sek", "expected_in_week", "expected_in_month", "is_expected_in_week", "is_expected_in_month")
    Parsed(frame=old.frame.drop(later), ledger=old.ledger).write(path)
    assert core(data)["core.incident_reports_in_total_by_municipality_month"]["reports"].to_list() == [4, 0]


def test_a_mapped_delivery_can_be_forgotten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = with_mappings(tmp_path / "data", "est_export")
    added(data, written(tmp_path, EST, *EST_ROWS))
    [part] = [part for each in read_manifest(data) for part in each.parts]
    assert main(["forget", part.sha256[:12], "--reason", "felaktigt inkommen", "--data", str(data)]) == 0
    assert read_manifest(data) == []
    assert list((data / "landing" / "incident_reports").iterdir()) == []
