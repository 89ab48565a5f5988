"""The newest months held against the same months of earlier years."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from models._months import COUNTED, MONTHS, judge_months

SUMMERS = (2, 2, 3, 4, 6, 9, 12, 10, 6, 4, 3, 2)
MEMBERS = {"lpo": frozenset({"1415", "1419"})}
AREAS = pl.DataFrame(
    [("1415", "Stenungsund", "municipality"), ("1419", "Tjörn", "municipality"), ("lpo", "Området", "police_area")],
    schema=["area_code", "area", "area_type"],
    orient="row",
)


def declared(polarity: str = "low_is_good", breaks: tuple[int, ...] = (0,)) -> pl.DataFrame:
    given = {"indicator": "vandalism_rate", "polarity": polarity, "static_flags": [""], "breaks": list(breaks)}
    return pl.DataFrame([given])


def counted(years: int = 5, until: int = 2026, **changed: int) -> pl.DataFrame:
    """Every month of so many years, the newest the whole of `until`; changed: c1415_2026_07=40 sets one count."""
    rows = [
        ("vandalism_rate", code, date(year, month, 1), changed.get(f"c{code}_{year}_{month:02d}", number), False)
        for code in ("1415", "1419")
        for year in range(until - years + 1, until + 1)
        for month, number in enumerate(SUMMERS, 1)
    ]
    return pl.DataFrame(rows, schema=dict(COUNTED), orient="row")


def months(rows: pl.DataFrame, given: pl.DataFrame | None = None) -> pl.DataFrame:
    found = judge_months(rows, declared() if given is None else given, AREAS, MEMBERS)
    assert found.schema == pl.Schema(MONTHS)
    return found


def of(found: pl.DataFrame, area: str, month: str) -> dict[str, object]:
    [row] = found.filter(area_code=area, month=month).to_dicts()
    return row


def test_a_summer_like_those_before_is_no_news() -> None:
    found = months(counted())
    assert found.height == 3 * 12
    assert set(found["result"]) == {"similar"}
    july = of(found, "1415", "2026-07")
    assert july["expected"] == pytest.approx(12)
    assert july["years"] == 4
    assert july["seasons"] == "county"  # 63 a year is five a month: too few for seasons of its own


def test_the_area_is_the_sum_of_its_members_and_has_its_own_seasons() -> None:
    july = of(months(counted()), "lpo", "2026-07")
    assert (july["events"], july["expected"], july["seasons"]) == (24, pytest.approx(24), "own")


def test_a_month_outside_what_is_expected_is_judged_by_its_direction() -> None:
    rows = counted(c1415_2026_07=30, c1419_2026_07=1)
    assert of(months(rows), "1415", "2026-07")["judgement"] == "worse"
    assert of(months(rows), "1419", "2026-07")["judgement"] == "better"
    undirected = of(months(rows, declared("none")), "1415", "2026-07")
    assert (undirected["result"], undirected["judgement"], undirected["reason"]) == (
        "higher",
        "not_judged",
        "no_polarity",
    )


def test_an_unusual_month_does_not_move_its_own_expectation() -> None:
    assert of(months(counted(c1415_2026_07=300)), "1415", "2026-07")["expected"] == pytest.approx(12)


def test_one_year_before_is_too_little() -> None:
    found = months(counted(years=2))
    assert set(found["result"]) == {"not_compared"}
    assert set(found["reason"]) == {"too_few_years"}
    assert found["expected"].null_count() == found.height


def test_nothing_before_a_break_is_used() -> None:
    found = months(counted(), declared(breaks=(2024,)))
    assert set(found["years"]) == {2}
    assert set(months(counted(), declared(breaks=(2026,)))["reason"]) == {"too_few_years"}


def test_months_that_a_member_did_not_count_are_not_summed() -> None:
    rows = counted().filter((pl.col("municipality_code") == "1415") | (pl.col("month") != date(2026, 7, 1)))
    found = months(rows)
    assert found.filter(area_code="lpo", month="2026-07").is_empty()
    assert not found.filter(area_code="1415", month="2026-07").is_empty()


def test_the_newest_twelve_months_may_begin_in_any_month() -> None:
    rows = counted().filter(pl.col("month") <= date(2026, 3, 1))
    found = months(rows).filter(area_code="1415")
    assert (found["month"].min(), found["month"].max()) == ("2025-04", "2026-03")
    assert found["expected"].to_list() == pytest.approx([*SUMMERS[3:], *SUMMERS[:3]])


def test_order_of_rows_does_not_matter() -> None:
    rows = counted(c1415_2026_07=30)
    shuffled = rows.sample(fraction=1.0, shuffle=True, seed=1)
    assert months(shuffled).equals(months(rows))


def test_about_one_month_in_twenty_differs_by_chance() -> None:
    rng = np.random.default_rng(3)
    expected, outside = 0, 0
    for _ in range(40):
        drawn = {
            f"c{code}_{year}_{month:02d}": int(rng.poisson(number))
            for code in ("1415", "1419")
            for year in range(2022, 2027)
            for month, number in enumerate(SUMMERS, 1)
        }
        found = months(counted(**drawn)).filter(pl.col("result") != "not_compared")
        expected, outside = expected + found.height, outside + int((found["result"] != "similar").sum())
    assert 0.01 < outside / expected < 0.06
