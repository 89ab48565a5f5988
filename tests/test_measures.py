"""The log of measures: the public tables tell what is done, and of what is planned neither where nor when."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from flows.pipeline import SAMPLE, add_files, build_warehouse, make_plan, read_all
from flows.settings import Settings, read_settings
from models import _protect
from models._duckdb import connect
from models._protect import protect
from sources._landing import read_manifest
from sources._parse import parse_file
from sources._problem import Problem
from sources._registry import all_sources
from sources._strict import Ledger, Parsed

MODULE = all_sources()["measures"]
HEADING = [column.source for column in MODULE.source.columns]
DONE: dict[str, object] = {
    "nr": 1,
    "kommun": "Tjörn",
    "fokusomrade": "Buskörning",
    "plats": "Skärhamn",
    "problem": "Klagomål på buskörning",
    "atgard": "Farthinder vid torget",
    "ansvarig_funktion": "Gatuavdelningen",
    "status": "klar",
    "beslutad": "2026-02-03",
    "klart_senast": "2026-06-30",
    "klart": "2026-06-12",
    "antal_lovat": 2,
    "antal_gjort": 2,
    "enhet": "objekt",
    "kostnad_kr": 145000,
}
PLANNED = DONE | {
    "nr": 2,
    "atgard": "Patrull fredagar i Rönnäng",
    "plats": "Rönnäng",
    "ansvarig_funktion": "Kommunpolisen",
    "status": "planerad",
    "klart_senast": "2026-11-30",
    "klart": "",
    "antal_lovat": 20,
    "antal_gjort": 0,
    "enhet": "insatser",
}
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
# What would tell where, when or how something is going to be done.
SECRET = ("Rönnäng", "Patrull", "2026-11-30", "2026-02-03", "fredagar")


def csv_file(folder: Path, *rows: dict[str, object], heading: Sequence[str] = HEADING) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "logg.csv"
    lines = [";".join(heading), *(";".join(str(row.get(name, "")) for name in heading) for row in rows)]
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    return path


def read(path: Path) -> Parsed:
    parsed = parse_file(MODULE, path, path.name)
    book = parsed.ledger
    assert book.rows_read == book.rows_loaded + book.rows_quarantined + book.rows_duplicate
    return parsed


def deliver(data: Path, path: Path, now: datetime = NOW) -> Ledger:
    [(_, book)] = add_files(make_plan(Settings(data=data), now=now), MODULE, [path])
    return book


def built(data: Path, now: datetime = NOW) -> Path:
    """A warehouse with a figure too, since a release without any is stopped."""
    plan = make_plan(read_settings(data=data), now=now)
    (data / "d.csv").write_text(
        "omrade;ar;undersokning;fraga;andel_pct;antal_svar;felmarginal;urvalstyp;svarsfrekvens_pct\n"
        "1415;2025;Dialog;otrygg_utomhus;30;400;;sjalvvalda;\n",
        encoding="utf-8",
    )
    add_files(plan, all_sources()["citizen_survey"], [data / "d.csv"], period="2025")
    assert build_warehouse(plan, read_all(plan), "measures", lambda _: None).breaches == ()
    return data / "warehouse.duckdb"


def table(warehouse: Path, query: str) -> pl.DataFrame:
    with connect(warehouse, read_only=True) as con:
        return con.sql(query).pl()


# -------------------------------------------------------------------------------------------------------- what is read


def test_a_row_is_read_with_codes_in_the_place_of_words(tmp_path: Path) -> None:
    frame = read(csv_file(tmp_path, DONE)).frame
    assert frame.select("number", "municipality_code", "focus_area", "status", "cost_kr").rows() == [
        (1, "1419", "reckless_driving", "done", 145000.0)
    ]
    assert frame["done_date"].to_list() == [date(2026, 6, 12)]


def test_days_that_excel_holds_and_days_that_are_written_are_the_same(tmp_path: Path) -> None:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet, day = book.add_worksheet("Logg"), book.add_format({"num_format": "d/m/yy"})
        sheet.write_row(0, 0, HEADING)
        for column, (name, cell) in enumerate(DONE.items()):
            if name in ("beslutad", "klart_senast", "klart"):
                sheet.write_datetime(1, column, date.fromisoformat(str(cell)), day)
            else:
                sheet.write(1, column, cell)
    (tmp_path / "logg.xlsx").write_bytes(written.getvalue())
    assert read(tmp_path / "logg.xlsx").frame.rows() == read(csv_file(tmp_path, DONE)).frame.rows()


def test_only_reviewed_places_pass_and_a_row_without_one_stays(tmp_path: Path) -> None:
    frame = read(csv_file(tmp_path, DONE | {"plats": "huset vid backen"}, PLANNED)).frame
    assert frame["place"].to_list() == [None, "Rönnäng"]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (DONE | {"ansvarig_funktion": "Xzqw Wqzx"}, "kolumn ansvarig_funktion: okänt värde: rad 1: "),
        (DONE | {"status": "nästan klar"}, "kolumn status: okänt värde: rad 1: "),
        (DONE | {"fokusomrade": "Cyklar"}, "kolumn fokusomrade: okänt värde: rad 1: "),
        (DONE | {"enhet": "st"}, "kolumn enhet: okänt värde: rad 1: "),
        (DONE | {"kommun": "Tjörnarp"}, "kolumn kommun: okänd kommun: rad 1: "),
    ],
)
def test_a_word_outside_its_list_is_one_sentence_that_does_not_show_it(
    tmp_path: Path, row: dict[str, object], sentence: str
) -> None:
    with pytest.raises(Problem) as problem:
        read(csv_file(tmp_path, row))
    assert sentence in str(problem.value)
    assert "Xzqw" not in str(problem.value)


@pytest.mark.parametrize(
    ("heading", "sentence"),
    [
        ([*HEADING[:5], "åtgärd", *HEADING[6:]], "okänd kolumn: 'åtgärd': menades 'atgard'?"),
        ([*HEADING, "ansvarig_person"], "okänd kolumn: 'ansvarig_person': menades 'ansvarig_funktion'?"),
        (HEADING[1:], "kolumn saknas"),
    ],
)
def test_a_mutated_form_is_one_sentence(tmp_path: Path, heading: Sequence[str], sentence: str) -> None:
    with pytest.raises(Problem, match=r"^logg\.csv: ") as problem:
        read(csv_file(tmp_path, DONE, heading=heading))
    assert sentence in str(problem.value)


def test_half_a_file_and_another_charset_lose_nothing_in_silence(tmp_path: Path) -> None:
    path = csv_file(tmp_path, DONE, PLANNED)
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    assert read(path).ledger.rows_loaded == 2
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"Kommunpolisen") + 6])
    with pytest.raises(Problem, match="kolumn ansvarig_funktion: okänt värde: rad 2"):
        read(path)


def test_the_door_reads_what_is_written_and_lets_a_due_day_be_in_the_future(tmp_path: Path) -> None:
    named = DONE | {"nr": 3, "atgard": "Samtal med Anna Andersson, 070-123 45 67"}
    emptied = DONE | {"nr": 4, "problem": "Ring Anna Andersson 070-123 45 67"}
    early = DONE | {"nr": 5, "klart": "2026-12-24"}
    data = tmp_path / "data"
    book = deliver(data, csv_file(tmp_path, DONE, PLANNED, named, emptied, early))
    assert book == Ledger(rows_read=5, rows_loaded=3, rows_quarantined=2, rows_duplicate=0)
    [landed] = (data / "landing" / "measures").glob("*.parquet")
    kept = Parsed.read(landed)
    assert {(each.row_number, each.column_name, each.rule) for each in kept.refusals} == {
        (3, "action", "identifier"),
        (5, "done_date", "in_the_future"),
    }
    assert kept.frame.filter(pl.col("number") == 4)["problem"].to_list() == [None]
    assert b"Andersson" not in landed.read_bytes()
    # It looks ahead to November, but what it says was known on the day it came.
    assert read_manifest(data)[0].content_as_of == date(2026, 9, 1)


def test_a_log_says_which_promise_a_measure_belongs_to_by_the_register_s_own_words(tmp_path: Path) -> None:
    linked = read(csv_file(tmp_path / "a", DONE | {"lofte": "södra fyrbodal 2023 k2 "}, PLANNED)).frame
    assert linked["promise"].to_list() == ["sodra_fyrbodal_2023_k2", None]
    with pytest.raises(Problem, match="kolumn lofte: okänt värde: rad 1"):
        read(csv_file(tmp_path / "b", DONE | {"lofte": "K2"}))


def test_a_form_from_before_there_were_promises_is_still_read(tmp_path: Path) -> None:
    frame = read(csv_file(tmp_path, DONE, heading=HEADING[:-1])).frame
    assert HEADING[-1] == "lofte"
    assert frame["promise"].to_list() == [None]


# -------------------------------------------------------------------------------------------------------- the tables


def test_a_municipality_s_new_log_replaces_its_own_and_nobody_else_s(tmp_path: Path) -> None:
    data = tmp_path / "data"
    deliver(data, csv_file(tmp_path / "a", DONE, PLANNED))
    deliver(data, csv_file(tmp_path / "b", DONE | {"kommun": "Orust"}))
    later = datetime(2026, 9, 2, tzinfo=UTC)
    deliver(data, csv_file(tmp_path / "c", PLANNED | {"status": "pågår"}), later)
    rows = table(built(data, later), "select municipality_code, number, status from core.measures order by all").rows()
    assert rows == [("1419", 2, "ongoing"), ("1421", 1, "done")]


def test_a_log_of_several_municipalities_gives_way_to_one_municipality_s_own(tmp_path: Path) -> None:
    data = tmp_path / "data"
    deliver(data, csv_file(tmp_path / "a", DONE, PLANNED, DONE | {"kommun": "Orust"}))
    later = datetime(2026, 9, 2, tzinfo=UTC)
    deliver(data, csv_file(tmp_path / "b", DONE | {"atgard": "Farthinder, klara"}), later)
    rows = table(built(data, later), "select municipality_code, number, action from core.measures order by all").rows()
    assert rows == [("1419", 1, "Farthinder, klara"), ("1421", 1, "Farthinder vid torget")]


def test_what_is_late_is_told_inside(tmp_path: Path) -> None:
    data = tmp_path / "data"
    deliver(data, csv_file(tmp_path, PLANNED | {"klart_senast": "2026-08-31"}, DONE))
    rows = table(built(data), "select number, is_late from core.measures order by number").rows()
    assert rows == [(1, False), (2, True)]


def test_the_public_table_tells_neither_where_nor_when_of_what_is_not_done(tmp_path: Path) -> None:
    data = tmp_path / "data"
    states = ("planerad", "pågår", "avbruten", "klar")  # the last: done, but nobody has said when
    rows = [PLANNED | {"nr": number, "status": status} for number, status in enumerate(states, 2)]
    deliver(data, csv_file(tmp_path, DONE, *rows))
    warehouse = built(data)
    inside, public = (table(warehouse, f"from {schema}.measures order by number") for schema in ("output", "public"))
    assert inside.columns == public.columns
    assert public.height == inside.height == 5
    assert "problem" not in inside.columns
    assert "Rönnäng" in inside["place"].to_list()
    told = public.filter(pl.col("number") > 1).write_csv()
    assert not [word for word in SECRET if word in told]
    assert public.filter(pl.col("number") > 1).select(
        "responsible", "quantity_promised", "quantity_done"
    ).unique().rows() == [("Kommunpolisen", 20, 0)]
    # Of what is done, all that the working group sees.
    assert public.filter(pl.col("number") == 1).rows() == inside.filter(pl.col("number") == 1).rows()
    assert public["action"].to_list()[0] == "Farthinder vid torget"


def test_a_column_that_nobody_has_decided_on_is_shown_of_what_is_done_only(tmp_path: Path) -> None:
    data = tmp_path / "data"
    deliver(data, csv_file(tmp_path, DONE, PLANNED))
    warehouse = built(data)
    with connect(warehouse) as con:
        con.execute("drop schema public cascade")
        con.execute("alter table output.measures add column meeting_point varchar default 'Rönnäng'")
    protect(warehouse, ["measures"])
    rows = table(warehouse, "select number, meeting_point from public.measures order by number").rows()
    assert rows == [(1, "Rönnäng"), (2, None)]
    assert "meeting_point" not in _protect._OF_OPEN_MEASURES


def test_the_sample_is_read_and_the_problem_reaches_no_output_table(tmp_path: Path) -> None:
    for path in sorted((SAMPLE / "measures").iterdir()):
        parsed = read(path)
        assert parsed.ledger.rows_loaded == parsed.ledger.rows_read > 0
    plan = make_plan(read_settings(data=tmp_path), sample=True, now=NOW)
    build_warehouse(plan, read_all(plan), "sample", lambda _: None)
    statuses = table(
        tmp_path / "warehouse.duckdb", "select status, count(*) from output.measures group by 1 order by 1"
    )
    assert dict(statuses.iter_rows()) == {"cancelled": 1, "done": 14, "ongoing": 3, "planned": 2}
    public = table(tmp_path / "warehouse.duckdb", "from public.measures").write_csv()
    assert "Kvällskontroller" not in public
    assert "Hastighetsmätning och farthinder" in public
