"""The early warning over whole areas: its budget, what it sees, and that nothing told is not nothing happened."""

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from models._early_warning import COUNTED, watch
from models.methods.false_alarms import WEEKS_OF_A_QUARTER
from models.methods.rates import Floats

AS_OF = date(2026, 8, 7)
NEWEST = date(2026, 7, 27)
WEEK = timedelta(weeks=1)
KINDS = [f"kind_{number}" for number in range(8)]
ONE = {"north": frozenset({"1", "2"})}


def series_of(
    counts: Mapping[tuple[str, str], Floats], reporters: Mapping[str, Floats] | None = None, last: date = NEWEST
) -> pl.DataFrame:
    """Weeks of (municipality, kind) up to the last one: NaN is a week that nobody told of."""
    rows = [
        {
            "series": "incident_reports",
            "category": kind,
            "focus_area": "vandalism",
            "municipality_code": code,
            "period_type": "week",
            "period_start": last - (len(numbers) - 1 - at) * WEEK,
            "events": int(number),
            "reporters": int(reporters[code][at]) if reporters else 4,
            "is_synthetic": True,
        }
        for (code, kind), numbers in counts.items()
        for at, number in enumerate(numbers)
        if np.isfinite(number)
    ]
    return pl.DataFrame(rows, schema=dict(COUNTED))


def areas_of(members: Mapping[str, frozenset[str]]) -> pl.DataFrame:
    municipalities = sorted({code for codes in members.values() for code in codes})
    return pl.DataFrame(
        [
            *({"area_code": code, "area": code, "area_type": "municipality"} for code in municipalities),
            *({"area_code": area, "area": area, "area_type": "police_area"} for area in members),
        ]
    )


def watched(counted: pl.DataFrame, members: Mapping[str, frozenset[str]] = ONE) -> pl.DataFrame:
    return watch(counted, areas_of(members), members, AS_OF)


def at(found: pl.DataFrame, area: str, kind: str, monday: date = NEWEST) -> dict[str, object]:
    [row] = found.filter(area_code=area, category=kind, period_start=monday).iter_rows(named=True)
    return row


def steady(weeks: int = 120, mean: float = 4.0, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).poisson(mean, weeks).astype(np.float64)


@pytest.mark.slow
def test_all_series_of_a_municipality_and_its_area_together_keep_to_the_budget() -> None:
    """One false alarm a municipality and quarter: 24 municipalities in 8 areas, 8 overdispersed series each, a year."""
    rng = np.random.default_rng(8)
    members = {f"area_{n}": frozenset(f"{n}{m}" for m in range(3)) for n in range(8)}
    municipalities = sorted(code for codes in members.values() for code in codes)
    counts = {
        (code, kind): rng.negative_binomial(mean, 1 / 2, 120).astype(np.float64)
        for code in municipalities
        for kind, mean in zip(KINDS, (0.2, 0.5, 1, 1, 2, 3, 5, 8), strict=True)
    }
    found = watched(series_of(counts), members)
    assert found["period_start"].n_unique() == 53
    alarms = found.filter(pl.col("is_high") | pl.col("is_rise"))
    quarters = len(municipalities) * 53 / WEEKS_OF_A_QUARTER
    assert 0.2 < alarms.height / quarters <= 1
    assert set(alarms["area_type"]) == {"municipality", "police_area"}


def test_a_rise_that_goes_on_is_seen_and_since_when() -> None:
    counts = {("1", kind): steady(seed=number) for number, kind in enumerate(KINDS)}
    counts["1", "kind_3"][-6:] = 9
    signalled = watched(series_of(counts)).filter(pl.col("is_high") | pl.col("is_rise"))
    first = signalled.filter(category="kind_3")["risen_since"].drop_nulls().min()
    assert isinstance(first, date)
    assert NEWEST - 7 * WEEK <= first <= NEWEST - 3 * WEEK
    assert set(signalled.filter(pl.col("period_start") > NEWEST - 6 * WEEK)["category"]) == {"kind_3"}


def test_one_high_week_is_seen_beside_what_was_expected_and_last_year() -> None:
    counts = steady()
    counts[-1] = 16
    row = at(watched(series_of({("1", "a"): counts})), "1", "a")
    assert (row["is_high"], row["events"], row["method"], row["reason"]) == (True, 16, "latest", "")
    assert row["expected_lower"] < row["expected"] < row["expected_upper"] < 16  # type: ignore[operator]
    assert row["tail_probability"] < row["tail"] < 0.05  # type: ignore[operator]
    assert row["same_last_year"] == counts[-56:-52].mean()


def test_three_times_as_many_services_that_tell_of_three_times_as_much_are_no_signal() -> None:
    counts, reporters = steady(), np.full(120, 4.0)
    counts[-1], reporters[-1] = 13, 12
    told = watched(series_of({("1", "a"): counts}, {"1": reporters}))
    assert (at(told, "1", "a")["is_high"], at(told, "1", "a")["is_rise"]) == (False, False)
    assert at(watched(series_of({("1", "a"): counts})), "1", "a")["is_high"]


def test_a_week_that_nobody_told_of_is_unknown_and_not_nothing() -> None:
    counts = steady()
    counts[-1] = counts[-9] = np.nan
    found = watched(series_of({("1", "a"): counts}))
    for monday in (NEWEST, NEWEST - 8 * WEEK):
        row = at(found, "1", "a", monday)
        assert (row["events"], row["expected"], row["reason"], row["method"]) == (None, None, "not_reported", "none")
    # And the weeks after it are expected as if it had not been: noughts would have made them seem high.
    shorter = watched(series_of({("1", "a"): np.delete(counts, -9)[:-1]}, last=NEWEST - WEEK))
    whole = at(found, "1", "a", NEWEST - WEEK)
    assert whole["expected"] == pytest.approx(at(shorter, "1", "a", NEWEST - WEEK)["expected"], rel=0.05)


def test_an_area_is_summed_in_the_weeks_that_all_its_members_have_told_of() -> None:
    one, other = steady(seed=1), steady(seed=2)
    other[-2] = np.nan
    found = watched(series_of({("1", "a"): one, ("2", "a"): other, ("1", "b"): one}))
    assert at(found, "north", "a")["events"] == one[-1] + other[-1]
    assert at(found, "north", "a", NEWEST - WEEK)["events"] is None
    assert found.filter(area_code="north", category="b").is_empty()  # of half its members it would be another series


def test_half_a_year_is_needed_and_a_week_that_has_not_ended_is_not_judged() -> None:
    found = watched(series_of({("1", "a"): steady(weeks=26)}))
    assert at(found, "1", "a")["reason"] == "too_short"
    later = watched(series_of({("1", "a"): np.append(steady(weeks=60), 99.0)}, last=NEWEST + WEEK))
    assert later["period_start"].max() == NEWEST
    assert not later["is_high"].any()
