"""Every value is typed, emptied, refused with its rule or stops its source, and the ledger balances always."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources._declare import (
    Answer,
    Area,
    Between,
    Cadence,
    ClockTime,
    Column,
    ColumnType,
    Concerns,
    Date,
    Delivery,
    Disclosure,
    Landing,
    Licence,
    Listed,
    Municipality,
    Number,
    Reuse,
    Source,
    Text,
    Timestamp,
    Unknown,
    Whole,
    next_expected,
)
from sources._problem import Problem
from sources._registry import all_sources
from sources._strict import Ledger, Parsed, Refusal, conform, content_as_of

BASE = Source(
    title="Provkälla",
    publisher="",
    homepage="",
    licence=Licence("", "", Reuse.FREE),
    attribution="",
    attribution_processed="",
    cadence=Cadence.YEARLY,
    delivery=Delivery.FULL,
    columns=(),
    speaks_of="value",
    disclosure=Disclosure.LOCAL,
    concerns=Concerns.THINGS,
)


def place(unknown: Unknown = Unknown.REFUSE) -> Listed:
    return Listed(table="places", match="place", to="place", unknown=unknown)


def category(unknown: Unknown = Unknown.REFUSE) -> Listed:
    return Listed(table="incident_categories", match="category", to="canonical_category", unknown=unknown)


def source_of(*columns: Column, key: tuple[str, ...] = (), landing: Landing = Landing.BYTES) -> Source:
    return replace(BASE, columns=columns, key=key, landing=landing)


def one(type_: ColumnType, cell: object, *, required: bool = True) -> tuple[object, str]:
    """The typed value of one cell and the rule that refused it, one of which is empty."""
    dtype = pl.String if cell is None or isinstance(cell, str) else None
    rows = pl.DataFrame({"cell": pl.Series([cell], dtype=dtype)})
    parsed = conform(rows, source_of(Column("cell", "value", type_, required=required)), "fil")
    assert parsed.ledger.rows_read == 1
    if parsed.refusals:
        [refusal] = parsed.refusals
        assert (refusal.row_number, refusal.column_name, parsed.frame.height) == (1, "value", 0)
        return None, refusal.rule
    return parsed.frame["value"][0], ""


def stop(type_: ColumnType, cell: str, landing: Landing = Landing.BYTES) -> str:
    rows = pl.DataFrame({"cell": [cell]})
    with pytest.raises(Problem) as problem:
        conform(rows, source_of(Column("cell", "value", type_), landing=landing), "fil")
    return str(problem.value)


# types ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1415", 1415),
        (" 1415 ", 1415),
        ("1415.0", 1415),
        ("1415.00", 1415),
        ("27 777", 27777),
        ("27\u00a0777", 27777),
        ("27\u202f777", 27777),
        ("27\u2009777", 27777),
        ("-3", -3),
        ("0", 0),
        (1415, 1415),
        (1415.0, 1415),
    ],
)
def test_a_whole_number_is_read_however_it_is_spaced(cell: object, value: int) -> None:
    assert one(Whole(), cell) == (value, "")


@pytest.mark.parametrize("cell", ["1,5", "1.5", "12 st", "–", "1e3", "inf", "1415.01", 1.5, float("nan"), float("inf")])
def test_what_is_not_a_whole_number_is_refused(cell: object) -> None:
    assert one(Whole(), cell) == (None, "not_a_number")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12,5", 12.5),
        ("12.5", 12.5),
        ("1 234,5", 1234.5),
        ("1\u00a0234,5", 1234.5),
        ("−2,5", -2.5),
        ("-2.5", -2.5),
        ("0", 0.0),
        (7, 7.0),
        (12.5, 12.5),
    ],
)
def test_a_number_has_a_comma_or_a_point_and_a_minus_of_either_kind(cell: object, value: float) -> None:
    assert one(Number(), cell) == (value, "")


@pytest.mark.parametrize(
    "cell", ["1,234,567", "1.234,5", "ca 5", "5 %", "inf", "nan", "-", "–", float("nan"), float("-inf")]
)
def test_what_is_not_one_finite_number_is_refused(cell: object) -> None:
    assert one(Number(), cell) == (None, "not_a_number")


@pytest.mark.parametrize("type_", [Whole(minimum=0, maximum=10), Number(minimum=0.0, maximum=10.0)])
def test_a_number_outside_its_range_is_refused_and_the_ends_belong_to_it(type_: Whole | Number) -> None:
    assert [one(type_, cell)[1] for cell in ("-1", "0", "10", "11")] == ["too_small", "", "", "too_large"]


@pytest.mark.parametrize(
    "cell", ["2026-08-31", "31/8/2026", "31.8.2026", "20260831", "2026-08-31 00:00:00", "2026-08-31T00:00"]
)
def test_a_day_is_read_in_each_form(cell: str) -> None:
    assert one(Date(), cell) == (date(2026, 8, 31), "")


def test_a_day_that_is_already_a_day_stands() -> None:
    assert one(Date(), date(2026, 8, 31)) == (date(2026, 8, 31), "")


@pytest.mark.parametrize(
    "cell",
    ["2025-02-30", "8/31/2026", "i lördags", "2026-08", "2026-08-31 14:30", "31.8.26", "26-08-31", "1/2/26", "45535"],
)
def test_a_day_that_does_not_exist_or_lacks_its_century_is_refused(cell: str) -> None:
    assert one(Date(), cell) == (None, "not_a_time")


@pytest.mark.parametrize("cell", ["21:05", "21.05", "21:05:00", "21:05:59", "1899-12-31 21:05:00"])
def test_a_time_of_day_is_read_in_each_form(cell: str) -> None:
    assert one(ClockTime(), cell) == (time(21, 5), "")


def test_a_time_of_day_may_have_one_digit_of_hour() -> None:
    assert one(ClockTime(), "9.05") == (time(9, 5), "")


@pytest.mark.parametrize("cell", ["25:10", "24:00", "21", "kl 21:05", "21:60", "2105"])
def test_a_time_that_no_clock_shows_is_refused(cell: str) -> None:
    assert one(ClockTime(), cell) == (None, "not_a_time")


def test_an_instant_is_kept_in_utc() -> None:
    assert one(Timestamp(), "2026-08-06 08:16:15 +02:00") == (datetime(2026, 8, 6, 6, 16, 15, tzinfo=UTC), "")


@pytest.mark.parametrize("cell", ["2026-08-06 08:16:15", "2026-08-06", "igår"])
def test_an_instant_without_an_offset_is_refused(cell: str) -> None:
    assert one(Timestamp(), cell) == (None, "not_a_time")


@pytest.mark.parametrize(("cell", "value"), [("ja", True), ("Ja ", True), ("1", True), ("NEJ", False), ("0", False)])
def test_yes_and_no_are_answers(cell: str, value: bool) -> None:
    assert one(Answer(), cell) == (value, "")


@pytest.mark.parametrize("cell", ["vet ej", "Vet inte", "vill ej svara", "ej svar", "", "..", None])
def test_no_answer_is_empty_and_refused_only_where_an_answer_is_required(cell: str | None) -> None:
    assert one(Answer(), cell, required=False) == (None, "")
    assert one(Answer(), cell) == (None, "missing")


@pytest.mark.parametrize("cell", ["kanske", "2", "j"])
def test_what_is_neither_yes_nor_no_is_refused(cell: str) -> None:
    assert one(Answer(), cell, required=False) == (None, "not_in_list")


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1419", "1419"),
        ("Tjörn", "1419"),
        ("TJÖRN", "1419"),
        (" tjörn\u00a0", "1419"),
        ("Tjörn kommun", "1419"),
        ("Tjörns kommun", "1419"),
        ("Alingsås kommun", "1489"),
        ("0114", "0114"),
        ("114", "0114"),
        (1419, "1419"),
        (114, "0114"),
        ("Malung-Sälen", "2023"),
    ],
)
def test_a_municipality_is_known_by_name_genitive_and_code(cell: object, code: str) -> None:
    assert one(Municipality(), cell) == (code, "")


@pytest.mark.parametrize("cell", ["Tjörnarp", "9999", "14190", "Stenungssund"])
def test_an_unknown_municipality_stops_the_source_with_the_value_and_its_row(cell: str) -> None:
    assert stop(Municipality(), cell) == (
        f"fil, kolumn cell: okänd kommun: '{cell}' på rad 1: "
        "rätta värdet, eller lägg till det i data/reference om det är nytt."
    )


@pytest.mark.parametrize(
    ("cell", "code"),
    [("1415", "1415"), ("14", "14"), ("0014", "14"), ("00", "00"), ("0000", "00"), ("01", "01"), ("0001", "01")],
)
def test_an_area_is_known_by_scb_s_code_and_by_kolada_s(cell: str, code: str) -> None:
    assert one(Area(), cell) == (code, "")


@pytest.mark.parametrize("cell", ["G1", "G123057", "0002", "15", "1"])
def test_an_unknown_area_stops_the_source(cell: str) -> None:
    assert f"okänt område: '{cell}' på rad 1" in stop(Area(), cell)


def test_text_keeps_its_case_and_loses_its_outer_blanks() -> None:
    assert one(Text(), " Skärhamn – Östra\u00a0") == ("Skärhamn – Östra", "")


def test_text_of_another_length_is_refused() -> None:
    assert one(Text(length=4), "141") == (None, "wrong_length")
    assert one(Text(length=4), "1415") == ("1415", "")


@pytest.mark.parametrize("cell", ["", "..", "  ", None])
@pytest.mark.parametrize(
    "type_", [Text(), Whole(), Number(), Date(), ClockTime(), Timestamp(), Municipality(), Area(), place()]
)
def test_an_empty_cell_is_refused_only_where_every_row_must_have_it(type_: ColumnType, cell: str | None) -> None:
    assert one(type_, cell) == (None, "missing")
    assert one(type_, cell, required=False) == (None, "")


# what is outside the list -----------------------------------------------------------------------------------------


def test_a_listed_value_becomes_the_list_s_own() -> None:
    # The list says EPA → a_tractor; case and outer blanks do not matter.
    assert one(category(), " epa ") == ("a_tractor", "")


def test_an_unknown_value_is_refused_by_default() -> None:
    assert one(category(), "vildsvin") == (None, "not_in_list")
    assert one(Text(accepted=("T", "K", "M")), "X") == (None, "not_in_list")


def test_an_unknown_value_may_stop_the_source() -> None:
    for type_ in (category(Unknown.STOP), Text(accepted=("T",), unknown=Unknown.STOP)):
        assert "fil, kolumn cell: okänt värde: 'vildsvin' på rad 1" in stop(type_, "vildsvin")


def test_an_unknown_value_may_be_emptied() -> None:
    for type_ in (place(Unknown.DROP), Text(accepted=("Henån",), unknown=Unknown.DROP)):
        assert one(type_, "Storgatan 1", required=False) == (None, "")
        assert one(type_, "Henån", required=False) == ("Henån", "")


def test_an_unknown_value_may_be_kept_with_one_warning_a_value() -> None:
    for type_ in (category(Unknown.WARN), Text(accepted=("x",), unknown=Unknown.WARN)):
        rows = pl.DataFrame({"cell": ["vildsvin", "älg", "vildsvin"]})
        parsed = conform(rows, source_of(Column("cell", "value", type_)), "fil")
        assert parsed.frame["value"].to_list() == ["vildsvin", "älg", "vildsvin"]
        assert parsed.warnings == (
            "fil: okänt värde i cell behölls: 'vildsvin'",
            "fil: okänt värde i cell behölls: 'älg'",
        )


def test_the_value_that_is_shown_stands_on_the_row_that_is_named() -> None:
    rows = pl.DataFrame({"cell": ["Tjörn", "Övik", "Abcstad"]})
    with pytest.raises(Problem, match=r"'Övik' på rad 2"):
        conform(rows, source_of(Column("cell", "value", Municipality())), "fil")


def test_of_a_personal_source_only_the_row_is_named() -> None:
    for type_ in (Municipality(), Area(), Text(accepted=("x",), unknown=Unknown.STOP)):
        sentence = stop(type_, "HEMLIG", Landing.REDACTED)
        assert "rad 1" in sentence
        assert "HEMLIG" not in sentence
    rows = pl.DataFrame({"cell": ["HEMLIG", "HEMLIG"]})
    warned = source_of(Column("cell", "value", category(Unknown.WARN)), landing=Landing.REDACTED)
    assert conform(rows, warned, "fil").warnings == ("fil: okända värden i cell behölls på 2 rader",)


# rows -------------------------------------------------------------------------------------------------------------

KEYED = source_of(Column("id", "id", Text()), Column("antal", "count", Whole(), required=False), key=("id",))


def ledger(read: int, loaded: int, quarantined: int, duplicate: int) -> Ledger:
    return Ledger(rows_read=read, rows_loaded=loaded, rows_quarantined=quarantined, rows_duplicate=duplicate)


def test_equal_rows_are_one_row_and_its_duplicates() -> None:
    parsed = conform(pl.DataFrame({"id": ["a", "a", "b", "a"], "antal": ["1", " 1", "2", "1.0"]}), KEYED, "fil")
    assert parsed.frame.rows() == [(1, "a", 1), (3, "b", 2)]
    assert parsed.ledger == ledger(4, 2, 0, 2)


def test_one_key_with_two_contents_stops_the_source() -> None:
    rows = pl.DataFrame({"id": ["a", "b", "a"], "antal": ["1", "1", "2"]})
    with pytest.raises(Problem) as problem:
        conform(rows, KEYED, "fil")
    assert str(problem.value) == (
        "fil: samma nyckel (id) med olika innehåll: raderna 1 och 3 (a): behåll en av raderna och lämna filen på nytt."
    )
    with pytest.raises(Problem, match=r"raderna 1 och 3: behåll"):
        conform(rows, replace(KEYED, landing=Landing.REDACTED), "fil")


def test_rows_named_for_a_key_with_two_contents_have_the_same_key() -> None:
    rows = pl.DataFrame({"id": ["b", "a", "a", "b"], "antal": ["1", "1", "2", "2"]})
    with pytest.raises(Problem, match=r"raderna 1 och 4 \(b\)"):
        conform(rows, KEYED, "fil")


def test_a_refused_row_is_no_duplicate_and_no_second_content() -> None:
    rows = pl.DataFrame({"id": ["a", "a", "a"], "antal": ["1", "x", "1"]})
    parsed = conform(rows, KEYED, "fil")
    assert parsed.ledger == ledger(3, 1, 1, 1)
    assert parsed.refusals == (Refusal(row_number=2, column_name="count", rule="not_a_number"),)


def test_without_a_key_equal_rows_are_different_respondents() -> None:
    parsed = conform(pl.DataFrame({"id": ["a", "a"], "antal": ["1", "1"]}), replace(KEYED, key=()), "fil")
    assert parsed.ledger == ledger(2, 2, 0, 0)


def test_a_row_is_refused_once_for_the_first_column_that_fails() -> None:
    parsed = conform(pl.DataFrame({"id": [""], "antal": ["x"]}), KEYED, "fil")
    assert parsed.refusals == (Refusal(row_number=1, column_name="id", rule="missing"),)


def test_too_few_rows_stop_and_too_many_warn() -> None:
    bounded = replace(KEYED, rows=Between(at_least=2, warn_above=2))
    rows = pl.DataFrame({"id": ["a", "b", "c"], "antal": ["1", "1", "1"]})
    with pytest.raises(Problem, match="fil: för få rader: 1: minst 2 väntades"):
        conform(rows.head(1), bounded, "fil")
    assert conform(rows.head(2), bounded, "fil").warnings == ()
    assert conform(rows, bounded, "fil").warnings == ("fil: ovanligt många rader: 3",)


def test_a_ledger_that_does_not_balance_cannot_be_made() -> None:
    with pytest.raises(AssertionError, match="does not balance"):
        ledger(3, 1, 1, 0)


def test_rows_and_ledger_travel_in_one_file(tmp_path: Path) -> None:
    rows = pl.DataFrame({"id": ["å", "å", "b"], "antal": ["1", "1", "x"]})
    parsed = conform(rows, KEYED, "fil")
    parsed.write(tmp_path / "a.parquet")
    again = Parsed.read(tmp_path / "a.parquet")
    assert again.frame.equals(parsed.frame)
    assert (again.ledger, again.refusals, again.warnings) == (parsed.ledger, parsed.refusals, parsed.warnings)
    footer = Parsed.read(tmp_path / "a.parquet", rows=False)
    assert (footer.ledger, footer.frame.height) == (parsed.ledger, 0)


ALL_TYPES: Mapping[str, ColumnType] = {
    "text": Text(length=4),
    "choice": Text(accepted=("T", "K"), unknown=Unknown.WARN),
    "listed": category(),
    "place": place(Unknown.DROP),
    "whole": Whole(minimum=0, maximum=9),
    "number": Number(minimum=0.0),
    "day": Date(),
    "clock": ClockTime(),
    "instant": Timestamp(),
    "answer": Answer(),
    "municipality": Municipality(),
    "area": Area(),
}
CELLS = st.one_of(
    st.none(),
    st.sampled_from(
        ["1415", "14", "Tjörn", "1", "5,5", "−3", "2026-08-31", "2025-02-30", "21.05", "ja", "vet ej", "klotter", "T"]
    ),
    st.sampled_from(["2026-08-06 08:16:15 +02:00", "Henån", "", "..", " ", "\u00a0", "999999999999999999999", "1e308"]),
    st.text(max_size=6),
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    names=st.lists(st.sampled_from(sorted(ALL_TYPES)), min_size=1, max_size=4, unique=True),
    required=st.booleans(),
    is_keyed=st.booleans(),
    personal=st.booleans(),
    data=st.data(),
)
def test_every_row_of_every_table_is_loaded_refused_or_a_duplicate(
    names: list[str], required: bool, is_keyed: bool, personal: bool, data: st.DataObject
) -> None:
    cells = data.draw(st.lists(st.tuples(*(CELLS for _ in names)), min_size=1, max_size=8))
    rows = pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String), orient="row")
    source = source_of(
        *(Column(name, name, ALL_TYPES[name], required=required) for name in names),
        key=(names[0],) if is_keyed else (),
        landing=Landing.REDACTED if personal else Landing.BYTES,
    )
    try:
        parsed = conform(rows, source, "fil")
    except Problem:
        return
    book = parsed.ledger
    assert book.rows_read == rows.height == book.rows_loaded + book.rows_quarantined + book.rows_duplicate
    assert parsed.frame.height == book.rows_loaded
    assert len(parsed.refusals) == book.rows_quarantined
    places = {*parsed.frame["row_number"], *(refusal.row_number for refusal in parsed.refusals)}
    assert len(places) == book.rows_loaded + book.rows_quarantined
    assert places <= set(range(1, rows.height + 1))
    if is_keyed and required:
        assert parsed.frame[names[0]].n_unique() == book.rows_loaded


# time -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "last"),
    [
        ([2019, 2023], date(2023, 12, 31)),
        (["2024", "2025"], date(2025, 12, 31)),
        (["2026M04", "2026M02"], date(2026, 4, 30)),
        (["2025M12"], date(2025, 12, 31)),
        (["2024M02"], date(2024, 2, 29)),
        ([date(2026, 8, 30), date(2026, 8, 1)], date(2026, 8, 30)),
        # 23:30 UTC is the next day in Stockholm.
        ([datetime(2026, 8, 30, 23, 30, tzinfo=UTC)], date(2026, 8, 31)),
        ([None, 2020], date(2020, 12, 31)),
    ],
)
def test_content_reaches_to_the_end_of_its_last_period(values: list[object], last: date) -> None:
    assert content_as_of([pl.DataFrame({"value": values})], BASE) == last


def test_content_that_says_nothing_of_its_time_reaches_nowhere() -> None:
    assert content_as_of([pl.DataFrame({"value": pl.Series([None], dtype=pl.Int64)})], BASE) is None


@pytest.mark.parametrize("period", ["2025K3", "2019-2022", "2025M13", "igår"])
def test_a_period_that_is_no_year_and_no_month_stops_the_source(period: str) -> None:
    with pytest.raises(Problem, match=f"Provkälla: okänd period: {period}: "):
        content_as_of([pl.DataFrame({"value": [period]})], BASE)


@pytest.mark.parametrize(
    ("cadence", "expected"),
    [
        (Cadence.DAILY, date(2026, 1, 2)),
        (Cadence.WEEKLY, date(2026, 1, 14)),
        (Cadence.MONTHLY, date(2026, 3, 3)),
        # The figures of 2025 come in April 2026, so those of 2026 (or, every second year, of 2027) a year or two later.
        (Cadence.YEARLY, date(2027, 4, 15)),
        (Cadence.SECOND_YEAR, date(2027, 4, 15)),
    ],
)
def test_something_newer_is_expected_by_a_day_that_follows_from_the_cadence(cadence: Cadence, expected: date) -> None:
    assert next_expected(replace(BASE, cadence=cadence, expected_by="04-15"), date(2025, 12, 31)) == expected


@pytest.mark.parametrize(
    ("cadence", "expected_by", "until", "expected"),
    [
        (Cadence.DAILY, "", date(2027, 12, 31), date(2028, 1, 2)),
        (Cadence.DAILY, "", date(2028, 2, 28), date(2028, 3, 1)),  # by way of 29 February
        (Cadence.WEEKLY, "", date(2026, 12, 24), date(2027, 1, 7)),  # over week 53
        (Cadence.MONTHLY, "", date(2027, 12, 31), date(2028, 3, 2)),
        (Cadence.MONTHLY, "", date(2028, 1, 31), date(2028, 4, 2)),
        # Events until the last but one day of a year, and half a year of events: the year after, and the rest of it.
        (Cadence.YEARLY, "06-30", date(2025, 12, 28), date(2027, 6, 30)),
        (Cadence.YEARLY, "12-31", date(2026, 7, 31), date(2027, 12, 31)),
        (Cadence.YEARLY, "12-31", date(2026, 12, 31), date(2028, 12, 31)),
        (Cadence.YEARLY, "04-15", date(2028, 2, 29), date(2029, 4, 15)),
        # A survey of this spring is followed by one of next spring; one handed in before New Year by that of a year on.
        (Cadence.YEARLY, "08-31", date(2026, 5, 4), date(2027, 8, 31)),
        (Cadence.YEARLY, "03-31", date(2025, 12, 19), date(2027, 3, 31)),
        (Cadence.SECOND_YEAR, "06-30", date(2025, 6, 16), date(2027, 6, 30)),
        (Cadence.SECOND_YEAR, "12-31", date(2024, 12, 31), date(2026, 12, 31)),
    ],
)
def test_the_expected_day_is_right_over_new_year_leap_days_and_in_unfinished_years(
    cadence: Cadence, expected_by: str, until: date, expected: date
) -> None:
    assert next_expected(replace(BASE, cadence=cadence, expected_by=expected_by), until) == expected


def test_every_yearly_source_says_a_day_of_every_year() -> None:
    for module in all_sources().values():
        yearly = module.source.cadence in (Cadence.YEARLY, Cadence.SECOND_YEAR)
        assert bool(module.source.expected_by) is yearly
    for wrong in ("02-29", "4-15", "2027-04-15"):
        with pytest.raises(ValueError, match="expected_by is not MM-DD"):
            replace(BASE, expected_by=wrong)
