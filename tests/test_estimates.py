"""From what an indicator counts to value, limits, status and flags, for municipalities and the areas they sum to."""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from flows._collect import SourceResult
from flows._warehouse import rows_tables
from models._beside import Benchmarks
from models._build import build
from models._contracts import Contract
from models._disclose import Protection
from models._duckdb import connect
from models._estimate import SCHEMA, Scope, estimate
from models._model import Indicator, Model, all_models
from models.methods.proportions import wilson_limits
from models.methods.rates import poisson_limits
from sources._declare import Concerns
from sources._problem import Problem

# Three municipalities make the police area; the county has one more, of which nothing is ever known.
POLICE_AREA = ("1415", "1419", "1421")
AREAS = """
    create schema core; create schema indicators;
    create table core.areas as select * from (values
        ('1415', 'Stenungsund', 'municipality'), ('1419', 'Tjörn', 'municipality'), ('1421', 'Orust', 'municipality'),
        ('sf', 'Södra Fyrbodal', 'police_area'), ('14', 'Västra Götalands län', 'county'), ('00', 'Riket', 'country')
    ) as t (area_code, area, area_type);
    create table core.area_members as select * from (values
        ('sf', '1415'), ('sf', '1419'), ('sf', '1421'),
        ('14', '1415'), ('14', '1419'), ('14', '1421'), ('14', '1480')
    ) as t (area_code, municipality_code);
"""
NOBODY = Benchmarks(members={}, similar={}, neighbours={}, periods=())
SCOPE = Scope(municipalities=POLICE_AREA, areas=("00", "14", "sf"))
TYPES = {
    "municipality_code": "varchar",
    "area_code": "varchar",
    "period": "varchar",
    "breakdown": "varchar",
    "category": "varchar",
    "value": "double",
    "margin": "double",
    "numerator": "decimal(18, 6)",
    "denominator": "decimal(18, 6)",
    "effective_n": "double",
    "respondents": "bigint",
    "answered_yes": "bigint",
    "concerns": "varchar",
    "response_rate": "double",
    "status": "varchar",
    "flags": "varchar",
    "is_synthetic": "boolean",
    "data_as_of": "date",
}
DEFAULTS: Mapping[str, object] = {"period": "2023", "is_synthetic": False, "data_as_of": date(2023, 12, 31)}
COUNTS = ("municipality_code", "period", "numerator", "denominator", "is_synthetic", "data_as_of")
MICRODATA = (*COUNTS, "effective_n", "respondents", "answered_yes")
PUBLISHED = ("area_code", "period", "value", "margin", "is_synthetic", "data_as_of")
OF_CHILDREN = {"register": Concerns.CHILDREN}
OF_ADULTS = {"register": Concerns.ADULTS}
METHODS = {"counts": "rate", "microdata": "proportion", "published": "published"}

Facts = Sequence[Mapping[str, object]]
Rows = dict[tuple[str, str], dict[str, Any]]


def declared(kind: str, name: str = "x_rate", **changed: Any) -> Model:
    values: dict[str, Any] = {
        "indicator": name,
        "title": "Ett mått",
        "title_en": "A measure",
        "definition": "Något.",
        "focus_area": "vandalism",
        "kind": kind,
        "method": METHODS[kind],
        "per": 100_000 if kind == "counts" else 100,
        "unit": "per 100 000 invånare" if kind == "counts" else "procent",
        "polarity": "low_is_good",
        "period_type": "year",
        "flags": (),
        "notes": (),
        "breaks": (),
    }
    indicator = Indicator(**{**values, **changed})
    table = f"indicators.{name}"
    return Model(
        schema="indicators",
        name=name,
        path=Path(f"{name}.sql"),
        query="",
        title="Ett mått",
        contract=Contract(table=table),
        indicator=indicator,
    )


def frame_of(
    model: Model,
    columns: Sequence[str],
    facts: Facts,
    *,
    late: frozenset[str] = frozenset(),
    threads: int = 2,
    concerns: Mapping[str, Concerns] | None = None,
    breaks: Mapping[str, frozenset[int]] | None = None,
) -> pl.DataFrame:
    columns = list(dict.fromkeys((*columns, *(name for fact in facts for name in fact))))
    with connect() as con:
        con.execute(f"set threads = {threads}")
        con.execute(AREAS)
        con.execute(f"create table {model.table} ({', '.join(f'{name} {TYPES[name]}' for name in columns)})")
        cells = [[fact.get(name, DEFAULTS.get(name)) for name in columns] for fact in facts]
        if cells:
            con.executemany(f"insert into {model.table} values ({', '.join('?' for _ in columns)})", cells)
        behind = {model.table: frozenset({"population", "register"})}
        return estimate(
            con, [model], behind, late, breaks or {}, SCOPE, Protection(concerns=concerns or {}), NOBODY
        ).rows


def estimated(model: Model, columns: Sequence[str], facts: Facts, **named: Any) -> Rows:
    """Each row by area and period."""
    rows = frame_of(model, columns, facts, **named).to_dicts()
    return {(row["area_code"], row["period"]): row for row in rows}


def count(municipality: str, numerator: float | None, denominator: float | None, **more: object) -> dict[str, object]:
    return {"municipality_code": municipality, "numerator": numerator, "denominator": denominator, **more}


def has_no_figure(row: Mapping[str, object]) -> bool:
    return all(row[name] is None for name in ("value", "lower_confidence_limit", "upper_confidence_limit"))


# ------------------------------------------------------------------------------------------------------------ counts


def test_a_count_becomes_a_rate_with_limits() -> None:
    rows = estimated(declared("counts"), COUNTS, [count("1415", 228, 26_777), count("1419", 4, 16_000)])
    row = rows["1415", "2023"]
    lower, upper = poisson_limits(np.array([228.0]))
    assert row["value"] == pytest.approx(228 / 26_777 * 100_000, abs=1e-6)
    assert row["lower_confidence_limit"] == pytest.approx(lower[0] / 26_777 * 100_000, abs=1e-6)
    assert row["upper_confidence_limit"] == pytest.approx(upper[0] / 26_777 * 100_000, abs=1e-6)
    assert (row["numerator"], row["denominator"], row["confidence"]) == (228, 26_777, 0.95)
    assert (row["status"], row["flags"], row["method"]) == ("ok", "", "rate_byar")
    assert (row["period_start"], row["period_end"]) == (date(2023, 1, 1), date(2023, 12, 31))
    assert (row["sources"], row["area"], row["area_type"]) == ("population,register", "Stenungsund", "municipality")
    assert rows["1419", "2023"]["method"] == "rate_exact"


def test_no_event_is_a_rate_of_nought_with_an_upper_limit() -> None:
    row = estimated(declared("counts"), COUNTS, [count("1415", 0, 100_000)])["1415", "2023"]
    assert (row["value"], row["lower_confidence_limit"], row["status"]) == (0, 0, "ok")
    assert row["upper_confidence_limit"] == pytest.approx(-np.log(0.025), abs=1e-6)


def test_a_missing_or_empty_denominator_is_said_and_the_count_stays() -> None:
    rows = estimated(
        declared("counts"), COUNTS, [count("1415", 5, None), count("1419", 5, 0), count("1421", 5, 10_000)]
    )
    for municipality in ("1415", "1419"):
        row = rows[municipality, "2023"]
        assert (row["status"], row["numerator"]) == ("no_denominator", 5)
        assert has_no_figure(row)
    assert rows["1421", "2023"]["value"] == 50


def test_a_missing_count_is_not_a_nought() -> None:
    row = estimated(declared("counts"), COUNTS, [count("1415", None, 26_777)])["1415", "2023"]
    assert (row["status"], row["numerator"]) == ("not_reported", None)
    assert has_no_figure(row)


@pytest.mark.parametrize("status", ["suppressed", "not_reported", "not_applicable", "no_denominator"])
def test_a_row_that_says_why_it_has_no_figure_has_none_whatever_it_holds(status: str) -> None:
    facts = [count(each, 5, 1000, status=status if each == "1415" else "ok") for each in POLICE_AREA]
    rows = estimated(declared("counts"), COUNTS, facts)
    assert rows["1415", "2023"]["status"] == status
    assert has_no_figure(rows["1415", "2023"])
    # Nor has the sum that would give it away.
    assert rows["sf", "2023"]["status"] == "not_reported"
    assert rows["sf", "2023"]["numerator"] is None


# -------------------------------------------------------------------------------------------------------------- sums


def test_a_sum_over_an_area_is_the_rate_of_its_members_together() -> None:
    facts = [count("1415", 228, 26_777), count("1419", 100, 16_000), count("1421", 72, 15_223)]
    row = estimated(declared("counts"), COUNTS, facts)["sf", "2023"]
    assert (row["numerator"], row["denominator"]) == (400, 58_000)
    assert row["value"] == pytest.approx(400 / 58_000 * 100_000, abs=1e-6)
    assert (row["area_type"], row["status"]) == ("police_area", "ok")


@pytest.mark.parametrize("tjorn", [[], [count("1419", None, 16_000)], [count("1419", 100, None)]])
def test_a_sum_that_lacks_a_member_is_a_row_without_figures(tjorn: Facts) -> None:
    other_year = [count(each, 1, 1000, period="2022") for each in POLICE_AREA]
    facts = [count("1415", 228, 26_777), count("1421", 72, 15_223), *tjorn, *other_year]
    rows = estimated(declared("counts"), COUNTS, facts)
    row = rows["sf", "2023"]
    assert row["status"] == "not_reported"
    assert (row["numerator"], row["denominator"]) == (None, None)
    assert has_no_figure(row)
    assert rows["sf", "2022"]["numerator"] == 3


def test_an_area_that_the_indicator_never_covers_is_absent() -> None:
    rows = estimated(declared("counts"), COUNTS, [count(each, 1, 1000) for each in POLICE_AREA])
    assert {area for area, _ in rows} == {*POLICE_AREA, "sf"}  # not 14: 1480 has no row in any year


def test_members_outside_the_scope_count_in_the_sums_and_have_no_rows() -> None:
    rows = estimated(declared("counts"), COUNTS, [count(each, 1, 1000) for each in (*POLICE_AREA, "1480")])
    assert rows["14", "2023"]["numerator"] == 4
    assert ("1480", "2023") not in rows


def test_a_sum_is_synthetic_as_soon_as_one_member_is() -> None:
    facts = [count(each, 1, 1000, is_synthetic=each == "1421") for each in POLICE_AREA]
    rows = estimated(declared("counts"), COUNTS, facts)
    assert {area: row["is_synthetic"] for (area, _), row in rows.items()} == {
        "1415": False,
        "1419": False,
        "1421": True,
        "sf": True,
    }


def test_a_sum_carries_its_members_flags_and_the_newest_of_their_days() -> None:
    facts = [
        count("1415", 1, 1000, flags="inferred_population"),
        count("1419", 1, 1000, flags="revised,inferred_population"),
        count("1421", 1, 1000, data_as_of=date(2024, 6, 30)),
    ]
    row = estimated(declared("counts"), COUNTS, facts)["sf", "2023"]
    assert row["flags"] == "inferred_population,revised"
    assert row["data_as_of"] == date(2024, 6, 30)


def test_decimals_sum_without_the_errors_of_binary_fractions() -> None:
    facts = [{**count(each, 0.1, 1.0), "effective_n": 1.0, "respondents": 40} for each in POLICE_AREA]
    row = estimated(declared("microdata"), MICRODATA, facts)["sf", "2023"]
    assert (row["numerator"], row["value"]) == (0.3, 10)  # 0.1 + 0.1 + 0.1 in binary is 0.30000000000000004


# ------------------------------------------------------------------------------------------------------------- flags


def test_a_break_in_the_series_flags_its_year_only() -> None:
    facts = [count("1415", 1, 1000, period=year) for year in ("2014", "2015", "2016")]
    rows = estimated(declared("counts", breaks=(2015,)), COUNTS, facts)
    assert [rows["1415", year]["flags"] for year in ("2014", "2015", "2016")] == ["", "series_break", ""]


def test_a_break_of_the_source_is_a_break_of_what_is_counted_from_it() -> None:
    facts = [count("1415", 1, 1000, period=year) for year in ("2014", "2015")]
    given = {"register": frozenset({2015}), "other": frozenset({2014})}
    rows = estimated(declared("counts"), COUNTS, facts, breaks=given)
    assert [rows["1415", year]["flags"] for year in ("2014", "2015")] == ["", "series_break"]


def test_a_late_source_flags_every_row_that_it_had_part_in() -> None:
    facts = [count(each, 1, 1000) for each in POLICE_AREA]
    for late, flags in (({"population"}, "late_source"), ({"youth_survey"}, "")):
        rows = estimated(declared("counts"), COUNTS, facts, late=frozenset(late))
        assert {row["flags"] for row in rows.values()} == {flags}


def test_flags_of_the_indicator_the_row_and_the_run_stand_once_each_in_order() -> None:
    model = declared("counts", flags=("overlapping", "effort_driven"), breaks=(2023,))
    facts = [count("1415", 1, 1000, flags="inferred_population,overlapping")]
    row = estimated(model, COUNTS, facts, late=frozenset({"register"}))["1415", "2023"]
    assert row["flags"] == "effort_driven,inferred_population,late_source,overlapping,series_break"


# --------------------------------------------------------------------------------------------------- published values


def test_a_published_margin_makes_the_limits_and_is_clipped() -> None:
    facts = [
        {"area_code": "1415", "value": 47.0, "margin": 6.0},
        {"area_code": "1419", "value": 1.5, "margin": 2.0},
        {"area_code": "00", "value": 99.0, "margin": 3.0},
    ]
    rows = estimated(declared("published"), PUBLISHED, facts)
    limits = {area: (row["lower_confidence_limit"], row["upper_confidence_limit"]) for (area, _), row in rows.items()}
    assert limits == {"1415": (41, 53), "1419": (0, 3.5), "00": (96, 100)}
    assert {row["method"] for row in rows.values()} == {"published_margin"}
    assert ("sf", "2023") not in rows  # shares of areas are never summed


def test_a_published_value_without_margin_has_no_invented_interval() -> None:
    row = estimated(declared("published"), PUBLISHED, [{"area_code": "1415", "value": 47.0}])["1415", "2023"]
    assert (row["value"], row["status"], row["method"]) == (47, "ok", "published")
    assert (row["lower_confidence_limit"], row["upper_confidence_limit"]) == (None, None)


def test_a_published_share_with_n_has_wilsons_limits() -> None:
    facts = [{"area_code": "1415", "value": 91.07, "respondents": 112, "response_rate": 0.778}]
    row = estimated(declared("published"), PUBLISHED, facts)["1415", "2023"]
    lower, upper = wilson_limits(np.array([0.9107]), np.array([112.0]))
    assert row["lower_confidence_limit"] == pytest.approx(100 * lower[0], abs=1e-6)
    assert row["upper_confidence_limit"] == pytest.approx(100 * upper[0], abs=1e-6)
    assert (row["method"], row["respondents"], row["response_rate"]) == ("proportion_wilson", 112, 0.778)


def test_the_publishers_margin_goes_before_n() -> None:
    facts = [{"area_code": "1415", "value": 50.0, "margin": 4.0, "respondents": 112}]
    row = estimated(declared("published"), PUBLISHED, facts)["1415", "2023"]
    assert (row["lower_confidence_limit"], row["upper_confidence_limit"]) == (46, 54)


def test_self_selected_answers_have_no_interval_whatever_is_known_of_them() -> None:
    model = declared("published", method="self_selected", flags=("self_selected",))
    facts = [{"area_code": "1415", "value": 29.7, "margin": 3.0, "respondents": 742}]
    row = estimated(model, PUBLISHED, facts)["1415", "2023"]
    assert (row["value"], row["respondents"]) == (29.7, 742)
    assert (row["lower_confidence_limit"], row["upper_confidence_limit"]) == (None, None)
    assert (row["method"], row["flags"]) == ("self_selected", "self_selected")


def test_a_published_row_without_value_is_not_reported() -> None:
    facts = [{"area_code": "1415", "margin": 2.0}, {"area_code": "1419", "value": 5.0, "status": "suppressed"}]
    rows = estimated(declared("published"), PUBLISHED, facts)
    assert [rows[area, "2023"]["status"] for area in ("1415", "1419")] == ["not_reported", "suppressed"]
    assert has_no_figure(rows["1415", "2023"])
    assert has_no_figure(rows["1419", "2023"])


# --------------------------------------------------------------------------------------------------------- microdata


def answers(
    municipality: str, yes: float, weights: float, squares: float, respondents: int, **more: object
) -> dict[str, object]:
    return {
        **count(municipality, yes, weights),
        "effective_n": weights**2 / squares,
        "respondents": respondents,
        **more,
    }


def test_a_weighted_share_has_wilsons_limits_for_the_effective_number() -> None:
    # 30 weights of 2 and 30 of 1: Σw = 90, Σw² = 150, effective n = 8100/150 = 54; yes: 12 of weight 2 and 3 of 1.
    row = estimated(declared("microdata"), MICRODATA, [answers("1415", 27, 90, 150, 60)])["1415", "2023"]
    lower, upper = wilson_limits(np.array([0.3]), np.array([54.0]))
    assert (row["value"], row["respondents"], row["flags"]) == (30, 60, "")
    assert row["lower_confidence_limit"] == pytest.approx(100 * lower[0], abs=1e-6)
    assert row["upper_confidence_limit"] == pytest.approx(100 * upper[0], abs=1e-6)
    assert row["method"] == "proportion_wilson_weighted"


def test_the_effective_number_of_a_sum_comes_from_all_its_weights() -> None:
    # Σw = 90 + 50 + 60 = 200 and Σw² = 150 + 50 + 200 = 400, so n = 40 000/400 = 100; 27 + 13 + 20 = 60 said yes.
    facts = [
        answers("1415", 27, 90, 150, 60),
        answers("1419", 13, 50, 50, 50),
        answers("1421", 20, 60, 200, 30),
    ]
    rows = estimated(declared("microdata"), MICRODATA, facts)
    lower, upper = wilson_limits(np.array([0.3]), np.array([100.0]))
    assert rows["sf", "2023"]["value"] == 30
    assert rows["sf", "2023"]["lower_confidence_limit"] == pytest.approx(100 * lower[0], abs=1e-6)
    assert rows["sf", "2023"]["upper_confidence_limit"] == pytest.approx(100 * upper[0], abs=1e-6)
    assert rows["sf", "2023"]["respondents"] == 140
    assert rows["1419", "2023"]["method"] == "proportion_wilson"  # every weight 1


@pytest.mark.parametrize(
    ("respondents", "status", "flags"),
    [
        (0, "too_few_respondents", ""),
        (9, "too_few_respondents", ""),
        (10, "ok", "few_respondents"),
        (29, "ok", "few_respondents"),
        (30, "ok", ""),
    ],
)
def test_fewer_than_ten_answers_vanish_and_fewer_than_thirty_are_flagged(
    respondents: int, status: str, flags: str
) -> None:
    fact = {
        **count("1415", respondents / 2, respondents),
        "effective_n": float(respondents),
        "respondents": respondents,
        "answered_yes": respondents // 2,
        "response_rate": 0.5,
    }
    row = estimated(declared("microdata"), MICRODATA, [fact], concerns=OF_CHILDREN)["1415", "2023"]
    assert (row["status"], row["flags"]) == (status, flags)
    behind = [row[name] for name in ("numerator", "denominator", "respondents", "response_rate")]
    if status == "ok":
        assert row["value"] == 50
        assert behind == [respondents / 2, respondents, respondents, 0.5]
    else:
        assert has_no_figure(row)
        assert behind == [None] * 4


def test_a_published_share_of_fewer_than_ten_vanishes_too() -> None:
    facts = [{"area_code": "1415", "value": 50.0, "respondents": 8, "response_rate": 0.4}]
    row = estimated(declared("published"), PUBLISHED, facts, concerns=OF_ADULTS)["1415", "2023"]
    assert (row["status"], row["respondents"], row["response_rate"]) == ("too_few_respondents", None, None)
    assert has_no_figure(row)


# --------------------------------------------------------------------------------------------- what is shown of people


@pytest.mark.parametrize(
    ("concerns", "number", "status", "flags"),
    [
        (Concerns.THINGS, 1, "ok", ""),
        (Concerns.PLACES, 1, "ok", ""),
        (Concerns.ADULTS, 4, "suppressed", "under_five"),
        (Concerns.ADULTS, 5, "ok", ""),
        (Concerns.CARE, 9, "suppressed", "under_ten"),
        (Concerns.CHILDREN, 9, "suppressed", "under_ten"),
        (Concerns.CHILDREN, 10, "ok", ""),
        (None, 1, "ok", ""),  # an authority has published it
    ],
)
def test_what_a_count_is_about_decides_how_small_it_is_shown(
    concerns: Concerns | None, number: int, status: str, flags: str
) -> None:
    named = {"register": concerns} if concerns else {}
    row = estimated(declared("counts"), COUNTS, [count("1415", number, 26_777)], concerns=named)["1415", "2023"]
    assert (row["status"], row["flags"]) == (status, flags)
    hidden = [row[name] for name in ("numerator", "denominator", "value", "upper_confidence_limit")]
    assert [each is None for each in hidden] == [status != "ok"] * 4
    assert row["method"] == ("rate_exact" if status == "ok" and number < 10 else "rate_byar")


def test_what_each_row_is_about_goes_before_its_source() -> None:
    facts = [
        count(each, 3, 10_000, period=period, concerns=concerns)
        for period, concerns in (("2022", "things"), ("2023", "adults"))
        for each in POLICE_AREA
    ]
    rows = estimated(declared("counts"), COUNTS, facts, concerns=OF_CHILDREN)
    assert {rows[each, "2022"]["status"] for each in (*POLICE_AREA, "sf")} == {"ok"}
    assert {rows[each, "2023"]["flags"] for each in POLICE_AREA} == {"under_five"}
    assert rows["sf", "2023"]["numerator"] == 9  # three of 1–4 each may be any of them


def test_some_measures_are_shown_for_the_police_area_only() -> None:
    facts = [count(each, 50, 10_000) for each in POLICE_AREA]
    rows = estimated(declared("counts", lowest_area="police_area"), COUNTS, facts, concerns=OF_CHILDREN)
    assert {area: row["status"] for (area, _), row in rows.items()} == {
        **dict.fromkeys(POLICE_AREA, "suppressed"),
        "sf": "ok",
    }
    assert {row["flags"] for row in rows.values()} == {""}


def test_sex_within_a_grade_is_shown_for_the_police_area_only() -> None:
    facts = [
        answers(each, n / 2, n, n, n, answered_yes=n // 2, breakdown=breakdown, category=category)
        for each in POLICE_AREA
        for breakdown, category, n in (("sex", "flicka", 160), ("grade,sex", "åk 9,flicka", 80))
    ]
    frame = frame_of(declared("microdata"), MICRODATA, facts, concerns=OF_CHILDREN)
    shown = {(row["area_code"], row["breakdown"]) for row in frame.filter(status="ok").iter_rows(named=True)}
    assert shown == {*((each, "sex") for each in (*POLICE_AREA, "sf")), ("sf", "grade,sex")}


def test_a_local_share_of_nobody_knows_how_many_is_not_shown() -> None:
    facts = [{"area_code": "1415", "value": 50.0}, {"area_code": "1419", "value": 50.0, "margin": 3.0}]
    rows = estimated(declared("published"), PUBLISHED, facts, concerns=OF_ADULTS)
    assert [rows[area, "2023"]["status"] for area in ("1415", "1419")] == ["suppressed", "ok"]


# ------------------------------------------------------------------------------------------ what the query may return


def test_a_column_that_the_kind_needs_or_nobody_knows_is_one_sentence() -> None:
    with pytest.raises(Problem, match="lägg till denominator"):
        frame_of(declared("counts"), [name for name in COUNTS if name != "denominator"], [])
    with pytest.raises(Problem, match="okänd kolumn i frågan: margin"):
        frame_of(declared("counts"), (*COUNTS, "margin"), [])


def test_indicators_without_a_row_give_an_empty_table_of_the_same_columns() -> None:
    assert frame_of(declared("counts"), COUNTS, []).schema == pl.Schema(SCHEMA)


# ------------------------------------------------------------------------------------------------------ reproducible


def as_bytes(frame: pl.DataFrame) -> bytes:
    buffer = BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def test_neither_the_order_of_the_rows_nor_the_number_of_threads_changes_a_byte() -> None:
    chance = random.Random(20190331)
    facts = [
        {
            **answers(municipality, chance.randint(0, 400) / 7, 500 / 7, chance.randint(80, 900) / 9, 60),
            "period": str(year),
            "breakdown": "grade",
            "category": f"åk {grade}",
        }
        for municipality in POLICE_AREA
        for year in range(2000, 2025)
        for grade in (7, 8, 9)
    ]
    first = as_bytes(frame_of(declared("microdata"), MICRODATA, facts, threads=1))
    for threads in (1, 4):
        chance.shuffle(facts)
        assert as_bytes(frame_of(declared("microdata"), MICRODATA, facts, threads=threads)) == first


# --------------------------------------------------------------------------------------- through the house's own models

OBSERVED = {
    "snapshot": "s",
    "observed_at": datetime(2024, 4, 1, tzinfo=UTC),
    "content_as_of": date(2023, 12, 31),
    "is_synthetic": False,
    "is_inferred": False,
}
QUESTIONS = (
    "alcohol_from_adult",
    "been_offered_drugs_12m",
    "cannabis_great_risk",
    "drunk_alcohol_12m",
    "feels_safe_at_school",
    "knows_where_to_buy_drugs",
    "parents_allow_alcohol",
    "poor_mental_wellbeing",
    "used_narcotics_12m",
    "violated_by_others_12m",
)


def pupils(said: Sequence[bool | None], weights: Sequence[float | None], **changed: object) -> pl.DataFrame:
    """A parsed school survey in which everybody answers one question."""
    rows = [
        {
            "survey": "Ungdomsenkät",
            "year": 2023,
            "municipality_code": "1415",
            "grade": "åk 9",
            "sex": None,
            "weight": weight,
            **dict.fromkeys(QUESTIONS),
            "parents_allow_alcohol": answer,
            **OBSERVED,
            **changed,
        }
        for answer, weight in zip(said, weights, strict=True)
    ]
    schema: dict[str, Any] = {"sex": pl.String, "weight": pl.Float64, **dict.fromkeys(QUESTIONS, pl.Boolean)}
    return pl.DataFrame(rows, schema_overrides=schema)


def built(tmp_path: Path, tables: Sequence[str], **parsed: pl.DataFrame) -> list[dict[str, Any]]:
    wanted = {"core.areas", "core.area_members", *tables}
    if "staging.kolada_values" in wanted:
        wanted.add("staging.kolada_kpis")  # a changed title stops a series
    models = [model for model in all_models() if model.table in wanted]
    assert len(models) == len(wanted)
    scope = Scope(municipalities=("1415",), areas=("14",))
    nothing = {**rows_tables(SourceResult(name="youth_survey")), **rows_tables(SourceResult(name="kolada_kpis"))}
    given = {**nothing, **parsed}
    done = build(tmp_path / "w.duckdb", given, scope, frozenset(), models=models)
    assert done.breaches == ()
    with connect(tmp_path / "w.duckdb", read_only=True) as con:
        return con.sql("from estimates.indicators").pl().to_dicts()


YOUTH = (
    "staging.youth_answers",
    "staging.youth_survey_by_snapshot",
    "core.youth_answers_by_municipality_year",
    "indicators.parents_allow_alcohol_share",
)


def test_answers_are_weighted_where_weights_are_given(tmp_path: Path) -> None:
    # Weights: 10 of 2.0, 9 of 1.0 and one not given, which is 1. Yes: 4 of weight 2 and that one. Two are silent.
    said = [True] * 4 + [False] * 6 + [False] * 9 + [True] + [None] * 2
    weights = [2.0] * 10 + [1.0] * 9 + [None] + [5.0] * 2
    rows = built(tmp_path, YOUTH, youth_survey=pupils(said, weights))
    assert [(row["breakdown"], row["category"]) for row in rows] == [("", ""), ("grade", "åk 9")]
    row = rows[0]
    # Σw = 20 + 10 = 30, Σw² = 40 + 10 = 50, n = 900/50 = 18; (8 + 1)/30 = 0.3.
    lower, upper = wilson_limits(np.array([0.3]), np.array([18.0]))
    assert (row["numerator"], row["denominator"], row["respondents"], row["value"]) == (9, 30, 20, 30)
    assert row["lower_confidence_limit"] == pytest.approx(100 * lower[0], abs=1e-6)
    assert row["upper_confidence_limit"] == pytest.approx(100 * upper[0], abs=1e-6)
    assert (row["flags"], row["sources"]) == ("few_respondents", "youth_survey")


def test_answers_by_sex_stand_beside_those_by_grade_where_anybody_says(tmp_path: Path) -> None:
    groups = [("flicka", 30, 20), ("pojke", 40, 10), ("annat", 6, 3), ("vill ej svara", 5, 1), (None, 4, 0)]
    asked = [pupils([n < yes for n in range(people)], [None] * people, sex=sex) for sex, people, yes in groups]
    rows = built(tmp_path, YOUTH[:3], youth_survey=pl.concat(asked))
    assert rows == []
    with connect(tmp_path / "w.duckdb", read_only=True) as con:
        found = con.sql(
            f"select breakdown, category, respondents, answered_yes from {YOUTH[2]} order by all"
        ).fetchall()
    # Some who call it something else, some who do not want to say and some who left it out: one group.
    by_sex = [("sex", "annat eller inget svar", 15, 4), ("sex", "flicka", 30, 20), ("sex", "pojke", 40, 10)]
    assert found == [("", "", 85, 34), ("grade", "åk 9", 85, 34), *by_sex]


def test_a_question_that_all_answer_no_to_is_nought_percent(tmp_path: Path) -> None:
    row = built(tmp_path, YOUTH, youth_survey=pupils([False] * 40, [None] * 40))[0]
    assert (row["status"], row["numerator"], row["value"], row["lower_confidence_limit"]) == ("ok", 0, 0, 0)
    assert row["upper_confidence_limit"] > 0


def test_weights_that_are_all_nought_leave_a_row_without_denominator(tmp_path: Path) -> None:
    row = built(tmp_path, YOUTH, youth_survey=pupils([True] * 40, [0.0] * 40))[0]
    assert row["status"] == "no_denominator"
    assert has_no_figure(row)


UNREVISED: dict[str, Any] = {"figure_flags": pl.String, "redefined_at": pl.Datetime("us", "UTC")}


def kolada(kpi: str, year: int, value: float | None, **changed: object) -> dict[str, object]:
    row = {"kpi": kpi, "area_code": "1415", "year": year, "gender": "T", "status": None, "value": value}
    return {**row, "is_deleted": False, **dict.fromkeys(UNREVISED), **OBSERVED, **changed}


KOLADA = ("staging.kolada_values", "core.reported_offences_by_municipality_year", "indicators.reported_vandalism_rate")


def test_a_published_rate_gives_back_its_count_or_says_that_it_cannot(tmp_path: Path) -> None:
    # Of a delivery whose rates are mostly not whole nothing is counted, so ten whole years stand beside the odd one.
    whole = range(2000, 2010)
    rows = [
        *(kolada("N01951", year, 26_777.0) for year in (*whole, 2017, 2018, 2019)),
        *(kolada("U07452", year, 100 / 26_777 * 100_000) for year in whole),
        kolada("N01951", 2020, 26_800.0, is_inferred=True),
        kolada("U07452", 2019, 228 / 26_777 * 100_000),
        kolada("U07452", 2018, 228.5 / 26_777 * 100_000),  # half an offence
        kolada("U07452", 2017, None, status="Privacy"),
        kolada("U07452", 2016, 800.0),  # no inhabitants known
        kolada("U07452", 2020, 268 / 26_800 * 100_000, is_synthetic=True),
    ]
    frame = pl.DataFrame(rows, schema_overrides={"status": pl.String, "value": pl.Float64, **UNREVISED})
    found = {row["period"]: row for row in built(tmp_path, KOLADA, kolada_values=frame)}
    assert {year: (row["status"], row["numerator"]) for year, row in found.items() if year > "2010"} == {
        "2016": ("no_denominator", None),
        "2017": ("suppressed", None),
        "2018": ("no_denominator", None),
        "2019": ("ok", 228),
        "2020": ("ok", 268),
    }
    assert found["2019"]["value"] == pytest.approx(851.477, abs=5e-4)
    assert (found["2019"]["is_synthetic"], found["2019"]["flags"]) == (False, "")
    assert (found["2020"]["is_synthetic"], found["2020"]["flags"]) == (True, "inferred_population")


def test_the_newest_look_at_a_value_wins_whatever_order_the_rows_come_in(tmp_path: Path) -> None:
    later = {"observed_at": datetime(2025, 4, 1, tzinfo=UTC), "snapshot": "t"}
    rows = [
        kolada("N01951", 2019, 26_777.0),
        kolada("U07452", 2019, 200 / 26_777 * 100_000),
        kolada("U07452", 2019, 228 / 26_777 * 100_000, **later),
    ]
    for ordered in (rows, rows[::-1]):
        frame = pl.DataFrame(ordered, schema_overrides={"status": pl.String, **UNREVISED})
        [row] = built(tmp_path, KOLADA, kolada_values=frame)
        assert row["numerator"] == 228


def test_weighted_sums_over_many_answers_do_not_depend_on_threads_or_order() -> None:
    chance = random.Random(4)
    many = 130_000  # more than a row group, so that several threads have something to do
    rows = pl.DataFrame(
        {
            "snapshot": [chance.choice("st") for _ in range(many)],
            "survey": ["Enkät"] * many,
            "question": ["parents_allow_alcohol"] * many,
            "municipality_code": [chance.choice(POLICE_AREA) for _ in range(many)],
            "year": [2023] * many,
            "grade": [chance.choice(("åk 7", "åk 9")) for _ in range(many)],
            "sex": [chance.choice(("flicka", "pojke", "annat")) for _ in range(many)],
            "answer": [chance.random() < 0.3 for _ in range(many)],
            "weight": [round(chance.uniform(0.1, 4), 4) for _ in range(many)],
            "is_synthetic": [False] * many,
            "data_as_of": [date(2023, 12, 31)] * many,
            "invited": [180_000] * many,
            "population": [200_000] * many,
            "sampling": ["census"] * many,
            "is_break": [False] * many,
        }
    )
    models = {model.table: model.query for model in all_models()}
    nothing_ended = rows_tables(SourceResult(name="youth_survey"))["youth_survey_aggregated"]
    found = []
    for threads, frame in ((1, rows), (4, rows), (4, rows.sample(fraction=1, shuffle=True, seed=1))):
        with connect() as con:
            con.execute(f"set threads = {threads}; create schema staging")
            con.register("given", frame.to_arrow())
            con.execute("create table staging.youth_answers as from given")
            con.execute(f"create schema parsed; create table parsed.youth_survey_aggregated as {nothing_ended}")
            con.execute(f"create table {YOUTH[1]} as {models[YOUTH[1]]}")
            found.append(con.sql(models[YOUTH[2]]).fetchall())
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 18  # three municipalities: the whole, two grades, girls, boys and the others
