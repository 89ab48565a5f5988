"""Each source reads its publisher's layout, settles its quirks, and stops where the layout has changed."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sources._parse import parse_file, pass_the_door
from sources._problem import Problem
from sources._registry import all_sources
from sources._strict import Parsed, read_reference


def parse(folder: Path, source: str, content: object, name: str = "svar.json") -> Parsed:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return parse_file(all_sources()[source], path, name)


def stopped(folder: Path, source: str, content: object, name: str = "svar.json") -> str:
    with pytest.raises(Problem) as problem:
        parse(folder, source, content, name)
    return str(problem.value)


def refused(parsed: Parsed) -> list[tuple[int, str, str]]:
    return [(each.row_number, each.column_name, each.rule) for each in parsed.refusals]


# police_events ----------------------------------------------------------------------------------------------------


def event(**changes: Any) -> dict[str, Any]:
    return {
        "id": 648716,
        "datetime": "2026-08-06 8:16:15 +02:00",
        "name": "6 augusti 07.31, Trafikolycka, Stenungsund",
        "summary": "",
        "url": "/aktuellt/handelser/2026/augusti/6/",
        "type": "Trafikolycka",
        "location": {"name": "Västra Götalands län", "gps": "58.252793,13.059643"},
        **changes,
    }


def parsed_event(folder: Path, **changes: Any) -> dict[str, Any]:
    parsed = parse(folder, "police_events", [event(**changes)])
    assert parsed.refusals == ()
    return parsed.frame.row(0, named=True)


def test_an_event_is_read_whole(tmp_path: Path) -> None:
    assert parsed_event(tmp_path, summary="Klotter på en vägg.") == {
        "row_number": 1,
        "event_id": 648716,
        "published_at": datetime(2026, 8, 6, 6, 16, 15, tzinfo=UTC),
        "title": "6 augusti 07.31, Trafikolycka, Stenungsund",
        "type": "Trafikolycka",
        "url": "/aktuellt/handelser/2026/augusti/6/",
        "location": "Västra Götalands län",
        "occurred_at": datetime(2026, 8, 6, 5, 31, tzinfo=UTC),
        "place": "Stenungsund",
        "municipality_code": "1415",
        "keyword_flags": "graffiti",
    }


@pytest.mark.parametrize(
    ("published", "title", "occurred"),
    [
        ("2026-08-06 8:16:15 +02:00", "6 augusti 07.31", datetime(2026, 8, 6, 5, 31, tzinfo=UTC)),
        ("2023-03-18 9:27:54 +01:00", "17 mars 18:47", datetime(2023, 3, 17, 17, 47, tzinfo=UTC)),
        ("2025-11-04 21:26:48 +01:00", "04 november 21.24", datetime(2025, 11, 4, 20, 24, tzinfo=UTC)),
        ("2026-08-06 18:16:15 +02:00", "6 Augusti 7.31", datetime(2026, 8, 6, 5, 31, tzinfo=UTC)),
        # Told after the event and before it, on either side of New Year.
        ("2026-01-01 0:10:00 +01:00", "31 december 23.50", datetime(2025, 12, 31, 22, 50, tzinfo=UTC)),
        ("2025-12-31 23:59:00 +01:00", "1 januari 00.05", datetime(2025, 12, 31, 23, 5, tzinfo=UTC)),
        ("2026-01-20 10:00:00 +01:00", "27 december 16.58", datetime(2025, 12, 27, 15, 58, tzinfo=UTC)),
        ("2024-03-01 9:00:00 +01:00", "29 februari 22.00", datetime(2024, 2, 29, 21, 0, tzinfo=UTC)),
        # In the hour that comes twice the first is meant: 02.30 summer time.
        ("2025-10-26 9:00:00 +01:00", "26 oktober 02.30", datetime(2025, 10, 26, 0, 30, tzinfo=UTC)),
        # The hour that does not exist, days that do not exist, and no time.
        ("2025-03-30 9:00:00 +02:00", "30 mars 02.30", None),
        ("2025-03-01 9:00:00 +01:00", "29 februari 22.00", None),
        ("2025-03-01 9:00:00 +01:00", "28 februari 24.10", None),
        ("2025-03-01 9:00:00 +01:00", "28 febr 22.10", None),
        ("2025-03-01 9:00:00 +01:00", "Uppdatering", None),
    ],
)
def test_the_time_of_an_event_is_that_of_its_title_in_the_nearest_year(
    tmp_path: Path, published: str, title: str, occurred: datetime | None
) -> None:
    found = parsed_event(tmp_path, datetime=published, name=f"{title}, Trafikolycka, Tjörn")["occurred_at"]
    assert found == occurred


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("Stenungsund", "1415"),
        ("Tjörn", "1419"),
        ("Orust", "1421"),
        ("Tjörn, Orust", "1421"),  # what follows the last comma
        ("Centrala Stenungsund", "1415"),
        ("Tjörnarp", None),
        ("Tjörns kommun", None),
        ("Tjörn Orust", None),
        ("Tjörn och Tjörn", "1419"),
        ("Västra Götalands län", None),
        # Counties whose name holds a municipality's.
        ("Örebro län", None),
        ("Uppsala län", None),
        ("Kalmar län", None),
        ("Örebro", "1880"),
        # As the police spell them.
        ("Upplands väsby", "0114"),
        ("Upplands-bro", "0139"),
        ("Dals-ed", "1438"),
        ("Lilla edet", "1462"),
        ("Malung-Sälen", "2023"),
        ("", None),
        ("Lunden", None),
    ],
)
def test_the_municipality_is_the_one_that_the_place_names(tmp_path: Path, place: str, code: str | None) -> None:
    row = parsed_event(tmp_path, name=f"6 augusti 07.31, Trafikolycka, {place}")
    assert row["municipality_code"] == code
    assert row["place"] == (place.rpartition(", ")[2] or None)


def test_every_municipality_is_found_by_its_own_name_and_no_county_is(tmp_path: Path) -> None:
    codes = dict(read_reference("municipalities").select("municipality", "municipality_code").iter_rows())
    counties = read_reference("counties")["county"].to_list()
    places = [*codes, *counties]
    events = [event(id=number, name=f"6 augusti 07.31, Djur, {place}") for number, place in enumerate(places, 1)]
    found = parse(tmp_path, "police_events", events).frame["municipality_code"].to_list()
    assert found == [*codes.values(), *[None] * len(counties)]
    assert (len(codes), len(counties)) == (290, 21)


def test_a_type_may_hold_commas(tmp_path: Path) -> None:
    kind = "Trafikolycka, personskada"
    row = parsed_event(tmp_path, name=f"6 augusti 07.31, {kind}, Orust", type=kind)
    assert (row["type"], row["place"]) == (kind, "Orust")


def test_hard_blanks_are_blanks_and_a_type_loses_its_trailing_one(tmp_path: Path) -> None:
    kind = "Lagen om hundar och katter "
    row = parsed_event(tmp_path, name=f"6\u00a0augusti 07.31, {kind}, Upplands\u00a0Väsby", type=kind)
    assert row["occurred_at"] == datetime(2026, 8, 6, 5, 31, tzinfo=UTC)
    assert (row["municipality_code"], row["type"]) == ("0114", kind.strip())


def test_a_digest_has_a_type_whose_role_is_summary(tmp_path: Path) -> None:
    row = parsed_event(
        tmp_path, name="6 augusti 07.00, Sammanfattning natt, Västra Götalands län", type="Sammanfattning natt"
    )
    assert row["municipality_code"] is None
    types = read_reference("police_event_types")
    assert types.filter(pl.col("type") == row["type"])["role"].to_list() == ["summary"]
    digests = types.filter(pl.col("type").str.starts_with("Sammanfattning"))
    assert digests.height >= 8
    assert digests["role"].unique().to_list() == ["summary"]


def test_an_unknown_type_is_kept_and_warned_about(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "police_events", [event(), event(id=2, type="Ufo"), event(id=3, type="Ufo")])
    assert parsed.frame["type"].to_list() == ["Trafikolycka", "Ufo", "Ufo"]
    assert parsed.warnings == ("svar.json: okänt värde i type behölls: 'Ufo'",)


def test_the_publisher_s_sentence_is_not_kept(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "police_events", [event(summary="En mening om klotter.")])
    assert "mening" not in parsed.frame.write_csv()


def test_an_event_without_a_location_is_read(tmp_path: Path) -> None:
    assert parsed_event(tmp_path, location=None)["location"] is None


def test_an_event_that_cannot_be_dated_or_numbered_is_refused(tmp_path: Path) -> None:
    events = [event(datetime="igår"), event(id=0), event(id=3)]
    parsed = parse(tmp_path, "police_events", events)
    assert refused(parsed) == [(1, "published_at", "missing"), (2, "event_id", "too_small")]


def test_the_same_event_twice_in_an_answer_is_a_duplicate_and_two_contents_stop(tmp_path: Path) -> None:
    assert parse(tmp_path, "police_events", [event(), event()]).ledger.rows_duplicate == 1
    sentence = stopped(tmp_path, "police_events", [event(), event(url="/b")])
    assert "samma nyckel (event_id) med olika innehåll: raderna 1 och 2 (648716)" in sentence


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ([event(extra=1)], "händelserna har andra fält än väntat: 'extra': "),
        ([{name: value for name, value in event().items() if name != "url"}], "andra fält än väntat: 'url': "),
        ({"events": [event()]}, "inte ett svar från /api/events: dict: "),
        ([1], "inte ett svar från /api/events: list: "),
        ([], "för få rader: 0: "),
        ([event(id="abc")], "innehållet har en annan form än väntat: "),
        ([event(location="Tjörn")], "innehållet har en annan form än väntat: "),
    ],
)
def test_an_answer_of_another_form_stops_with_a_sentence(tmp_path: Path, body: object, sentence: str) -> None:
    said = stopped(tmp_path, "police_events", body)
    assert said.startswith("svar.json: ")
    assert sentence in said


# kolada_values ----------------------------------------------------------------------------------------------------


def kolada(*cells: Mapping[str, Any], kpi: str = "U07452", area: str = "1415", year: Any = 2019) -> dict[str, Any]:
    values = [{"gender": "T", "count": 1, "status": "", "value": 1.5, "isdeleted": False, **cell} for cell in cells]
    return {
        "values": [{"kpi": kpi, "municipality": area, "period": year, "values": values}],
        "count": 1,
        "next_url": None,
        "previous_url": None,
    }


def cells(parsed: Parsed) -> list[tuple[Any, ...]]:
    return parsed.frame.select("gender", "status", "value", "is_deleted").rows()


def test_a_value_is_a_row_per_kpi_area_year_and_sex(tmp_path: Path) -> None:
    body = kolada({"gender": "K", "value": 3}, {"gender": "M", "value": 2.25}, {"value": 2.5})
    parsed = parse(tmp_path, "kolada_values", body)
    assert parsed.frame.select("kpi", "area_code", "year").unique().rows() == [("U07452", "1415", 2019)]
    assert cells(parsed) == [("K", None, 3.0, False), ("M", None, 2.25, False), ("T", None, 2.5, False)]


@pytest.mark.parametrize("status", ["Missing", "Privacy", "Not applicable"])
@pytest.mark.parametrize("value", [None, 12.5])
def test_each_status_is_kept_with_or_without_a_value(tmp_path: Path, status: str, value: float | None) -> None:
    parsed = parse(tmp_path, "kolada_values", kolada({"status": status, "value": value}))
    assert cells(parsed) == [("T", status, value, False)]


def test_a_deleted_value_is_marked_and_a_body_without_the_mark_has_none(tmp_path: Path) -> None:
    assert cells(parse(tmp_path, "kolada_values", kolada({"isdeleted": True}))) == [("T", None, 1.5, True)]
    body = kolada({})
    del body["values"][0]["values"][0]["isdeleted"]
    assert cells(parse(tmp_path, "kolada_values", body)) == [("T", None, 1.5, False)]


def test_a_kpi_outside_the_reviewed_list_is_kept_with_a_warning(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "kolada_values", kolada({}, kpi="N99999"))
    assert parsed.frame["kpi"].to_list() == ["N99999"]
    assert parsed.warnings == ("svar.json: okänt värde i kpi behölls: 'N99999'",)


@pytest.mark.parametrize(("area", "code"), [("0000", "00"), ("0014", "14"), ("1415", "1415"), ("0114", "0114")])
def test_the_country_and_the_regions_have_kolada_s_own_ids(tmp_path: Path, area: str, code: str) -> None:
    assert parse(tmp_path, "kolada_values", kolada({}, area=area)).frame["area_code"].to_list() == [code]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (kolada({}, area="G1"), "okänt område: 'G1' på rad 1: "),
        (kolada({"gender": "X"}), "okänt värde: 'X' på rad 1: "),
        (kolada({"status": "Preliminary"}), "okänt värde: 'Preliminary' på rad 1: "),
        (kolada({"margin": 1.0}), "okänt fält i Koladas svar: 'margin': "),
        ({"values": [{**kolada({})["values"][0], "ou": "V15"}]}, "okänt fält i Koladas svar: 'ou': "),
        ({"value": []}, "inte ett Koladasvar: 'values' saknas: "),
        ([], "inte ett Koladasvar: 'values' saknas: "),
        ({"values": [{"kpi": "U07452"}]}, "innehållet har en annan form än väntat: KeyError: "),
        ({"values": ["U07452"]}, "innehållet har en annan form än väntat: AttributeError: "),
        (kolada({"value": "1,5"}), "innehållet har en annan form än väntat: "),
        (kolada({}, year="2019-2022"), "innehållet har en annan form än väntat: "),
        (kolada({"value": 1.0}, {"value": 2.0}), "samma nyckel (kpi, area_code, year, gender) med olika innehåll"),
    ],
)
def test_a_kolada_body_of_another_form_stops_with_a_sentence(tmp_path: Path, body: object, sentence: str) -> None:
    assert sentence in stopped(tmp_path, "kolada_values", body)


def test_a_page_without_values_is_a_page(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "kolada_values", {**kolada({}), "values": []})
    assert (parsed.frame.height, parsed.ledger.rows_read) == (0, 0)


def test_a_year_or_a_value_that_cannot_be_is_refused(tmp_path: Path) -> None:
    assert refused(parse(tmp_path, "kolada_values", kolada({}, year=1889))) == [(1, "year", "too_small")]
    body = json.dumps(kolada({"value": "?"})).replace('"?"', "NaN")
    assert refused(parse(tmp_path, "kolada_values", body)) == [(1, "value", "not_a_number")]


# population -------------------------------------------------------------------------------------------------------


def dataset(value: Any, dimensions: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "version": "2.0",
        "class": "dataset",
        "id": list(dimensions),
        "size": [len(codes) for codes in dimensions.values()],
        "dimension": {name: {"category": {"index": codes}} for name, codes in dimensions.items()},
        "value": value,
        **more,
    }


SMALL = {"Region": ["1415", "1419"], "ContentsCode": ["BE0101N1"], "Tid": ["2018", "2019"]}
LARGE = {
    "Region": {"1419": 1, "1415": 0},  # the position decides, not the order of writing
    "Alder": ["0", "1"],
    "Kon": ["1", "2"],
    "ContentsCode": ["BE0101N1"],
    "Tid": ["2019"],
}


def inhabitants(parsed: Parsed) -> list[tuple[Any, ...]]:
    return parsed.frame.select("area_code", "age", "sex", "period", "inhabitants").rows()


def test_cells_are_unfolded_with_the_last_dimension_fastest(tmp_path: Path) -> None:
    # Row-major: the year turns first, then the municipality. Age and sex were not asked for: the total.
    assert inhabitants(parse(tmp_path, "population", dataset([26000, 26777, 15900, 15976], SMALL))) == [
        ("1415", "total", "total", "2018", 26000),
        ("1415", "total", "total", "2019", 26777),
        ("1419", "total", "total", "2018", 15900),
        ("1419", "total", "total", "2019", 15976),
    ]


def test_age_and_sex_are_dimensions_of_their_own(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "population", dataset(list(range(8)), LARGE))
    assert inhabitants(parsed) == [
        (area, age, sex, "2019", 4 * i + 2 * j + k)
        for i, area in enumerate(["1415", "1419"])
        for j, age in enumerate(["0", "1"])
        for k, sex in enumerate(["1", "2"])
    ]


def test_a_sparse_answer_leaves_the_other_cells_empty(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "population", dataset({"1": 26777, "3": 15976}, SMALL))
    assert parsed.frame["inhabitants"].to_list() == [None, 26777, None, 15976]


def test_a_symbol_stands_beside_the_cell_it_explains(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "population", dataset([1, None, 0, 3], SMALL, status={"1": "..", "2": "-"}))
    assert parsed.frame.select("inhabitants", "status").rows() == [(1, None), (None, ".."), (0, "-"), (3, None)]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (dataset([1, 2, 3], SMALL), "svaret är inte helt: 3 värden av 4: "),
        (dataset([1, 2, 3, 4, 5], SMALL), "svaret är inte helt: 5 värden av 4: "),
        (dataset({"0": 1, "4": 5}, SMALL), "svaret är inte helt: 2 värden av 4: "),
        (dataset([], {**SMALL, "Region": []}), "innehållet har en annan form än väntat: ZeroDivisionError: "),
        (dataset([1] * 4, {**SMALL, "Civilstand": ["OG"]}), "andra dimensioner än väntat: "),
        (dataset([1] * 2, {name: SMALL[name] for name in ("ContentsCode", "Tid")}), "andra dimensioner än väntat: "),
        (dataset([1] * 4, SMALL, **{"class": "collection"}), "inte ett JSON-stat2-svar: "),
        (dataset([1] * 4, SMALL, size=[4, 1, 1]), "svaret är inte helt: Region: 2 av 4: "),
        (dataset([1] * 4, SMALL, dimension={}), "innehållet har en annan form än väntat: KeyError: "),
        (dataset([1] * 4, SMALL, status={"0": "x"}), "okänt värde: 'x' på rad 1: "),
        (dataset([1] * 4, {**SMALL, "Region": ["1415", "9999"]}), "okänt område: '9999' på rad 3: "),
        (dataset([1] * 4, {**SMALL, "ContentsCode": ["BE0101N2"]}), "okänt värde: 'BE0101N2' på rad 1: "),
        (dataset(["1", "2", "3", "x"], SMALL), "innehållet har en annan form än väntat: "),
        ({"class": "dataset"}, "innehållet har en annan form än väntat: KeyError: "),
    ],
)
def test_a_dataset_of_another_form_stops_with_a_sentence(tmp_path: Path, body: object, sentence: str) -> None:
    assert sentence in stopped(tmp_path, "population", body)


def test_half_a_person_and_fewer_than_none_are_refused(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "population", dataset([1.5, -1, 3, 4], SMALL))
    assert refused(parsed) == [(1, "inhabitants", "not_a_number"), (2, "inhabitants", "too_small")]


# incident_reports -------------------------------------------------------------------------------------------------

REPORT_HEADING = "rapport_id;datum;tid;kommun;plats;kategori;beskrivning;rapportor;atgard\n"


def test_a_report_keeps_flags_and_no_text(tmp_path: Path) -> None:
    text = REPORT_HEADING + "7;31/8/2026;21.05;Tjörn;skärhamn;EPA;Klotter av Nisse Hult;Fritid;Ringde om kniv\n"
    parsed = parse(tmp_path, "incident_reports", text, "a.csv")
    assert parsed.frame.row(0, named=True) == {
        "row_number": 1,
        "report_id": "7",
        "date": date(2026, 8, 31),
        "time": time(21, 5),
        "municipality_code": "1419",
        "place": "Skärhamn",
        "category": "a_tractor",
        "reporter": "Fritid",
        # One from the description and one from the measure, in alphabetical order.
        "keyword_flags": "graffiti,weapon",
        "part": 1,
        **dict.fromkeys(
            ("cost_sek", "expected_in_week", "expected_in_month", "is_expected_in_week", "is_expected_in_month")
        ),  # from a mapping
    }


def test_only_a_reviewed_place_passes_the_door(tmp_path: Path) -> None:
    text = REPORT_HEADING + "".join(
        f"{number};2026-08-31;;Orust;{place};hot;;;\n"
        for number, place in enumerate(["Henån", "Storgatan 3, Henån", "Ängås skola", ""], 1)
    )
    parsed = parse(tmp_path, "incident_reports", text, "a.csv")
    assert parsed.frame["place"].to_list() == ["Henån", None, None, None]
    assert parsed.refusals == ()


def test_a_report_without_words_has_no_flags(tmp_path: Path) -> None:
    text = REPORT_HEADING + "1;2026-08-31;;Orust;;hot;Lugnt;;\n2;2026-08-31;;Orust;;hot;;;\n"
    assert parse(tmp_path, "incident_reports", text, "a.csv").frame["keyword_flags"].to_list() == [None, None]


def test_a_delivery_may_leave_out_its_free_text(tmp_path: Path) -> None:
    text = "rapport_id;datum;tid;kommun;plats;kategori;rapportor\n1;2026-08-31;;Orust;;hot;\n"
    assert parse(tmp_path, "incident_reports", text, "a.csv").frame["keyword_flags"].to_list() == [None]


def test_a_faulty_report_is_refused_and_the_others_are_loaded(tmp_path: Path) -> None:
    rows = [
        "1;2025-02-30;;Orust;;hot;;;",
        "2;2026-08-31;25:10;Orust;;hot;;;",
        "3;2026-08-31;;Orust;;vildsvin;;;",
        "4;2026-08-31;;Orust;;;;;",
        ";2026-08-31;;Orust;;hot;;;",
        "6;2026-08-31;;;;hot;;;",
        "7;2026-08-31;;Orust;;hot;;;",
    ]
    parsed = parse(tmp_path, "incident_reports", REPORT_HEADING + "\n".join(rows), "a.csv")
    assert refused(parsed) == [
        (1, "date", "not_a_time"),
        (2, "time", "not_a_time"),
        (3, "category", "not_in_list"),
        (4, "category", "missing"),
        (6, "municipality_code", "missing"),
    ]
    # A report without an id is known by what it says.
    assert parsed.frame["row_number"].to_list() == [5, 7]
    assert parsed.frame["report_id"].str.len_chars().to_list() == [32, 1]


def test_the_landing_object_holds_what_the_door_let_through_and_nothing_else(tmp_path: Path) -> None:
    raw = tmp_path / "a.csv"
    raw.write_text(REPORT_HEADING + "1;2026-08-31;;Orust;Storgatan 3;hot;Nisse Hult;;Ringde Nisse\n", encoding="utf-8")
    part = pass_the_door(all_sources()["incident_reports"], tmp_path, raw, date(2026, 9, 1))
    [landed] = (tmp_path / "landing" / "incident_reports").iterdir()
    assert landed.name == f"{part.sha256}.parquet"
    assert set(Parsed.read(landed).frame.columns).isdisjoint({"beskrivning", "atgard"})
    assert all(text not in Parsed.read(landed).frame.write_csv() for text in ("Nisse", "Storgatan"))


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Klottrat på fasaden", "graffiti"),
        ("EPA:or som cruisar", "a_tractor,burnout"),
        ("Krossade rutor", "broken_window"),
        ("Repan på bilen", None),
        ("Drogs ur bilen", None),
        ("Fotboll hela kvällen", None),
    ],
)
def test_words_are_flagged_as_words(tmp_path: Path, text: str, flag: str | None) -> None:
    row = REPORT_HEADING + f"1;2026-08-31;;Orust;;hot;{text};;\n"
    assert parse(tmp_path, "incident_reports", row, "a.csv").frame["keyword_flags"].to_list() == [flag]


# youth_survey -----------------------------------------------------------------------------------------------------

ABOUT = ("undersokning", "ar", "kommun", "arskurs", "kon", "vikt")
QUESTIONS = tuple(
    column.source
    for column in all_sources()["youth_survey"].source.columns
    if column.source not in ABOUT and not column.derived and not column.derived
)


def answers(*rows: str, comment: bool = True) -> str:
    heading = ";".join([*ABOUT, *QUESTIONS, *(["kommentar"] if comment else [])])
    filled = [row if row.count(";") >= len(ABOUT) else row + ";ja" * len(QUESTIONS) for row in rows]
    return "\n".join([heading, *(f"{row};en kommentar" if comment else row for row in filled)])


def test_a_respondent_is_a_row_with_weight_and_no_comment(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "youth_survey", answers("Enkät;2025;Tjörn;åk 9;flicka;1,06"), "a.csv")
    row = parsed.frame.row(0, named=True)
    assert (row["municipality_code"], row["year"], row["grade"], row["sex"]) == ("1419", 2025, "åk 9", "flicka")
    assert row["weight"] == 1.06
    assert "kommentar" not in row
    assert "en kommentar" not in parsed.frame.write_csv()


def test_a_survey_may_lack_weights_sexes_and_the_column_of_comments(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "youth_survey", answers("Enkät;2021;Orust;gy 2;;", comment=False), "a.csv")
    assert parsed.frame.select("sex", "weight").rows() == [(None, None)]


def test_each_question_has_the_list_s_name_and_its_answers_are_yes_no_or_none(tmp_path: Path) -> None:
    said = ["ja", "nej", "vet ej", "", "vill ej svara", "1", "0", "Ja", "NEJ", "ej svar"]
    assert len(said) == len(QUESTIONS)
    parsed = parse(tmp_path, "youth_survey", answers("Enkät;2025;Orust;åk 9;pojke;1;" + ";".join(said)), "a.csv")
    names = dict(read_reference("survey_questions").select("column", "question").iter_rows())
    row = parsed.frame.row(0, named=True)
    assert [row[names[column]] for column in QUESTIONS] == [
        True, False, None, None, None, True, False, True, False, None
    ]  # fmt: skip


def test_equal_answers_are_two_respondents(tmp_path: Path) -> None:
    rows = ["Enkät;2025;Tjörn;åk 9;flicka;1"] * 2
    assert parse(tmp_path, "youth_survey", answers(*rows), "a.csv").ledger.rows_loaded == 2


def test_an_unknown_grade_weight_year_or_answer_is_refused(tmp_path: Path) -> None:
    rows = [
        "Enkät;2025;Tjörn;åk 6;flicka;1",
        "Enkät;2025;Tjörn;åk 9;tjej;1",
        "Enkät;2025;Tjörn;åk 9;flicka;−1",
        "Enkät;2025;Tjörn;åk 9;flicka;101",
        "Enkät;25;Tjörn;åk 9;flicka;1",
        "Enkät;2025;;åk 9;flicka;1",
        "Enkät;2025;Tjörn;åk 9;flicka;1;kanske" + ";ja" * (len(QUESTIONS) - 1),
    ]
    first = read_reference("survey_questions").filter(pl.col("column") == QUESTIONS[0])["question"][0]
    assert refused(parse(tmp_path, "youth_survey", answers(*rows), "a.csv")) == [
        (1, "grade", "not_in_list"),
        (2, "sex", "not_in_list"),
        (3, "weight", "too_small"),
        (4, "weight", "too_large"),
        (5, "year", "too_small"),
        (6, "municipality_code", "missing"),
        (7, first, "not_in_list"),
    ]


# citizen_survey ---------------------------------------------------------------------------------------------------

SHARE_HEADING = "omrade;ar;undersokning;fraga;andel_pct;antal_svar;felmarginal;urvalstyp;svarsfrekvens_pct\n"


def shares(*rows: str) -> str:
    return SHARE_HEADING + "\n".join(rows)


def test_a_share_is_read_with_its_number_of_answers_or_its_margin(tmp_path: Path) -> None:
    text = shares(
        "1415;2025;Dialog;otrygg_utomhus;29,7;1 742;;sjalvvalda;",
        "0014;2025;Undersökning;Otrygg_utomhus;25;;2,1;urval;41,5",
        "00;2022;Skolenkäten;elever_trygga_i_skolan;80,56;45843;;total;79,4",
    )
    rows = parse(tmp_path, "citizen_survey", text, "a.csv").frame.drop("row_number", "survey").rows()
    assert rows == [
        ("1415", 2025, "feels_unsafe_outdoors", 29.7, 1742, None, "sjalvvalda", None),
        ("14", 2025, "feels_unsafe_outdoors", 25.0, None, 2.1, "urval", 41.5),
        ("00", 2022, "pupils_safe_at_school", 80.56, 45843, None, "total", 79.4),
    ]


def test_a_share_beyond_its_bounds_is_refused(tmp_path: Path) -> None:
    rows = ["100,1;1;", "−1;1;", ";1;", "50;−1;", "50;1;101"]
    text = shares(*(f"141{n};2025;Dialog;otrygg_utomhus;{row};urval;" for n, row in zip("59559", rows, strict=True)))
    assert refused(parse(tmp_path, "citizen_survey", text, "a.csv")) == [
        (1, "share_pct", "too_large"),
        (2, "share_pct", "too_small"),
        (3, "share_pct", "missing"),
        (4, "respondents", "not_a_number"),
        (5, "margin_pct", "too_large"),
    ]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("1415;2025;Dialog;rädd_för_spöken;30;100;;urval;", "a.csv, kolumn fraga: okänt värde: 'rädd_för_spöken'"),
        ("1415;2025;Dialog;otrygg_utomhus;30;100;;slump;", "a.csv, kolumn urvalstyp: okänt värde: 'slump'"),
        ("9999;2025;Dialog;otrygg_utomhus;30;100;;urval;", "a.csv, kolumn omrade: okänt område: '9999'"),
        (
            "1415;2025;Dialog;otrygg_utomhus;30;100;;urval;\n1415;2025;Dialog;otrygg_utomhus;31;100;;urval;",
            "a.csv: samma nyckel (area_code, year, survey, question) med olika innehåll: raderna 1 och 2 (1415, 2025,",
        ),
    ],
)
def test_a_share_of_something_unknown_stops_the_source(tmp_path: Path, row: str, sentence: str) -> None:
    assert stopped(tmp_path, "citizen_survey", shares(row), "a.csv").startswith(sentence)


# declarations -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(all_sources()))
def test_a_source_declares_what_the_rest_relies_on(name: str) -> None:
    source = all_sources()[name].source
    names = [column.name for column in source.columns]
    assert len(set(names)) == len(names)
    assert len(set(source.column_names())) == len(source.column_names())
    assert {*source.key, source.speaks_of} <= set(names)
    assert all(column.required for column in source.columns if column.name in source.key)
    assert all(read_reference(table).height for table in source.reference)
    listed = {column.type.table for column in source.columns if hasattr(column.type, "table")}
    assert listed <= set(source.reference), "a list that decides how a row is read belongs to the cache key"
    assert source.by_hand is (all_sources()[name].fetch is None)
