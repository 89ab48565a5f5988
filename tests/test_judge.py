"""What is said of a figure beside others: only more than chance, only what can be compared, never of effort."""

import random
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
import pytest

from models._beside import Benchmarks
from models._judge import COMPARED, RANKS, TRENDS, judge
from models._scope import benchmarks as reviewed

STO = ("1415", "1419", "1421")
OTHERS = tuple(f"9{number:03d}" for number in range(60))
BENCHMARKS = Benchmarks(
    members={"sf": frozenset(STO), "00": frozenset({*STO, *OTHERS})},
    similar={"1415": frozenset(OTHERS[:7])},
    neighbours={"1415": frozenset({"1419", "1421"})},
    periods=[("sf", 2022, 2023, 2020, 2021)],
)
SCOPE = frozenset({*STO, "sf", "00"})
TYPES = {"sf": "police_area", "00": "country"}


def row(area: str, year: int, numerator: float | None, denominator: float = 20_000, **changed: Any) -> dict[str, Any]:
    value = None if numerator is None else 100_000 * numerator / denominator
    return {
        "indicator": "x_rate",
        "area_type": TYPES.get(area, "municipality"),
        "area_code": area,
        "area": area,
        "period": str(year),
        "period_type": "year",
        "period_start": date(year, 1, 1),
        "breakdown": "",
        "category": "",
        "kind": "counts",
        "per": 100_000.0,
        "numerator": numerator,
        "denominator": denominator,
        "weight_squares": None,
        "value": value,
        "lower_confidence_limit": None if value is None else value * 0.9,
        "upper_confidence_limit": None if value is None else value * 1.1,
        "status": "ok" if value is not None else "not_reported",
        "polarity": "low_is_good",
        "static_flags": [],
        "row_flags": None,
        "breaks": [],
        **changed,
    }


SCHEMA: dict[str, Any] = {
    **dict.fromkeys(
        ("weight_squares", "numerator", "value", "lower_confidence_limit", "upper_confidence_limit"), pl.Float64
    ),
    "static_flags": pl.List(pl.String),
    "row_flags": pl.String,
    "breaks": pl.List(pl.Int64),
}


def country(years: Sequence[int] = range(2015, 2024), spread: float = 0.08) -> dict[tuple[str, int], int]:
    """Counts of sixty-three municipalities whose level wanders more than chance alone would have it."""
    chance = random.Random(7)
    counts = {}
    for area in (*STO, *OTHERS):
        level = chance.uniform(80, 160)
        for year in years:
            mean = level * chance.lognormvariate(0, spread)
            counts[area, year] = max(1, round(chance.gauss(mean, mean**0.5)))
    return counts


def judged(counts: Mapping[tuple[str, int], float], **changed: Any) -> Mapping[str, pl.DataFrame]:
    """The counts, with the sums over the police area and the country."""
    rows = [row(area, year, count, **changed) for (area, year), count in counts.items()]
    for area, members in BENCHMARKS.members.items():
        for year in sorted({year for _, year in counts}):
            listed = [counts.get((member, year)) for member in sorted(members)]
            if None not in listed:
                rows.append(row(area, year, sum(filter(None, listed)), 20_000 * len(listed), **changed))
    return judge(pl.DataFrame(rows, schema_overrides=SCHEMA), SCOPE, BENCHMARKS).tables


def of(frame: pl.DataFrame, area: str, kind: str) -> dict[str, Any]:
    [found] = frame.filter(area_code=area, benchmark_type=kind).to_dicts()
    return found


# ---------------------------------------------------------------------------------------------------------- changes


def test_counts_that_vary_more_than_chance_are_judged_with_that_variation() -> None:
    found = judged(country())["changes"]
    [row] = found.filter(area_code="1415", benchmark_type="previous").to_dicts()
    assert 1 < row["dispersion"] < 6
    assert found.columns == list(COMPARED)


def test_a_change_within_the_usual_variation_is_none_and_one_far_outside_is() -> None:
    counts = country()
    counts["1415", 2022], counts["1415", 2023] = 100, 125
    change = of(judged(counts)["changes"], "1415", "previous")
    assert (change["result"], change["judgement"], change["reason"]) == ("similar", "similar", "")
    assert change["percent_change"] == pytest.approx(25)
    counts["1415", 2023] = 260
    change = of(judged(counts)["changes"], "1415", "previous")
    assert (change["result"], change["judgement"]) == ("higher", "worse")
    assert change["effect"] == pytest.approx(2.6)
    assert 1 < change["effect_lower"] < 2.6 < change["effect_upper"]


def test_a_count_says_how_small_a_change_it_can_show() -> None:
    change = of(judged(country())["changes"], "1415", "previous")
    assert -100 < change["smallest_detectable_fall"] < -20
    assert 20 < change["smallest_detectable_rise"] < 150


@pytest.mark.parametrize(
    ("changed", "judgement", "reason"),
    [
        ({"polarity": "high_is_good"}, "better", ""),
        ({"polarity": "none"}, "not_judged", "no_polarity"),
        ({"static_flags": ["effort_driven"]}, "not_judged", "effort_driven"),
    ],
)
def test_a_rise_is_worse_only_where_the_direction_is_known_and_meant(
    changed: Mapping[str, Any], judgement: str, reason: str
) -> None:
    counts = country()
    counts["1415", 2022], counts["1415", 2023] = 100, 260
    change = of(judged(counts, **changed)["changes"], "1415", "previous")
    assert (change["result"], change["judgement"], change["reason"]) == ("higher", judgement, reason)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"breaks": [2023]}, "series_break"),
        ({"static_flags": ["overlapping"]}, "overlapping"),
        ({"static_flags": ["self_selected"]}, "self_selected"),
    ],
)
def test_what_cannot_be_compared_over_time_is_not(changed: Mapping[str, Any], reason: str) -> None:
    counts = country()
    counts["1415", 2022], counts["1415", 2023] = 100, 260
    found = judged(counts, **changed)
    change = of(found["changes"], "1415", "previous")
    assert (change["result"], change["judgement"], change["reason"]) == ("not_compared", "not_judged", reason)
    assert change["effect"] is None
    [trend] = found["trends"].filter(area_code="1415").to_dicts()
    assert (trend["result"], trend["reason"]) == ("cannot_be_calculated", reason)


def test_without_many_municipalities_nobody_knows_what_chance_is() -> None:
    few = {key: count for key, count in country().items() if key[0] in STO}
    change = of(judged(few)["changes"], "1415", "previous")
    assert (change["reason"], change["dispersion"]) == ("no_dispersion", None)


def test_a_promise_is_compared_with_the_years_before_it() -> None:
    counts = country()
    for year, count in ((2020, 200), (2021, 210), (2022, 90), (2023, 100)):
        counts["1415", year] = count
    change = of(judged(counts)["changes"], "1415", "promise")
    assert (change["period"], change["benchmark_period"]) == ("2022–2023", "2020–2021")
    assert change["effect"] == pytest.approx(190 / 410)
    assert change["judgement"] == "better"
    assert of(judged(counts, breaks=[2022])["changes"], "1415", "promise")["reason"] == "series_break"


# -------------------------------------------------------------------------------------------------------- comparisons


def test_an_area_is_compared_with_the_others_and_not_with_itself() -> None:
    counts = {**country(), **{("1415", year): 900 for year in range(2015, 2024)}}
    found = judged(counts)["comparisons"]
    rest = [counts[area, 2023] for area in (*STO, *OTHERS) if area != "1415"]
    compared = of(found, "1415", "country")
    assert compared["benchmark_value"] == pytest.approx(100_000 * sum(rest) / (20_000 * len(rest)), abs=1e-6)
    assert compared["judgement"] == "worse"
    assert of(found, "1415", "neighbours")["benchmark_value"] == pytest.approx(
        100_000 * (counts["1419", 2023] + counts["1421", 2023]) / 40_000, abs=1e-6
    )
    assert of(found, "1415", "similar")["benchmark"] == "Liknande kommuner"
    assert set(found.filter(area_code="sf")["benchmark_type"]) == {"country"}


def test_a_group_that_lacks_a_member_is_not_compared_with() -> None:
    counts = country()
    del counts[OTHERS[0], 2023]
    assert "similar" not in judged(counts)["comparisons"].filter(area_code="1415")["benchmark_type"].to_list()


def test_shares_are_compared_by_their_difference_with_both_sides_uncertainty() -> None:
    def share(area: str, yes: float, n: float) -> dict[str, Any]:
        value = 100 * yes / n
        limits = {"lower_confidence_limit": value - 5, "upper_confidence_limit": value + 5}
        return {
            **row(area, 2023, yes, n),
            "kind": "microdata",
            "per": 100.0,
            "weight_squares": n,
            "value": value,
            **limits,
        }

    rows = [share("1415", 60, 100), share("1419", 30, 100), share("1421", 30, 100), share("sf", 120, 300)]
    found = judge(pl.DataFrame(rows, schema_overrides=SCHEMA), SCOPE, BENCHMARKS).tables
    compared = of(found["comparisons"], "1415", "police_area")
    assert (compared["measure"], compared["benchmark_value"]) == ("difference", 30)
    assert compared["effect"] == pytest.approx(30)
    assert 0 < compared["effect_lower"] < 30 < compared["effect_upper"]
    assert compared["judgement"] == "worse"


def share(area: str, year: int, pct: float, **changed: Any) -> dict[str, Any]:
    return row(
        area,
        year,
        None,
        **{
            "kind": "published",
            "value": pct,
            "lower_confidence_limit": pct - 1.0,
            "upper_confidence_limit": pct + 1.0,
            "status": "ok",
            "polarity": "high_is_good",
            **changed,
        },
    )


def change_of(*rows: dict[str, Any]) -> tuple[str, str, str]:
    found = judge(pl.DataFrame(list(rows), schema_overrides=SCHEMA), frozenset({"1384"}), BENCHMARKS)
    [change] = found.tables["changes"].to_dicts()
    return change["result"], change["judgement"], change["reason"]


def test_kungsbackas_dialogues_of_2019_and_2020_are_not_compared() -> None:
    # From 90 to 92 % safe, after the answers changed from two to four and the young fell from 2 284 to 1 364.
    assert change_of(share("1384", 2019, 90), share("1384", 2020, 92.5)) == (
        "higher",
        "better",
        "",
    )  # had all been equal
    chosen: dict[str, Any] = {"static_flags": ["self_selected"]}
    assert change_of(share("1384", 2019, 90, **chosen), share("1384", 2020, 92.5, **chosen)) == (
        "not_compared",
        "not_judged",
        "self_selected",
    )
    reworded = share("1384", 2020, 92.5, row_flags="series_break")
    assert change_of(share("1384", 2019, 90), reworded) == ("not_compared", "not_judged", "series_break")


def test_what_every_municipality_counts_its_own_way_is_compared_with_itself_only() -> None:
    found = judged(country(), static_flags=["own_trend_only"])
    assert set(found["comparisons"]["reason"]) == {"own_trend_only"}
    assert found["ranks"].is_empty()
    assert "own_trend_only" not in set(found["changes"]["reason"])
    assert not found["changes"].is_empty()


def test_a_row_that_starts_a_new_series_makes_no_trend_with_those_before() -> None:
    def trend(flagged: int) -> str:
        rows = [
            share("1384", year, 80 + 3 * number, row_flags="series_break" if year == flagged else None)
            for number, year in enumerate(range(2019, 2024))
        ]
        found = judge(pl.DataFrame(rows, schema_overrides=SCHEMA), frozenset({"1384"}), BENCHMARKS)
        return str(found.tables["trends"]["reason"][0])

    assert [trend(year) for year in (2018, 2019, 2020, 2023)] == ["", "", "series_break", "series_break"]


# ----------------------------------------------------------------------------------------------------- trends and ranks


def test_a_steady_fall_is_a_trend_and_wandering_is_not() -> None:
    counts = country()
    counts |= {("1415", 2019 + index): number for index, number in enumerate((400, 330, 260, 200, 140))}
    trends = judged(counts)["trends"]
    assert trends.columns == list(TRENDS)
    assert trends.filter(area_code="1415").select("result", "judgement", "period_from").rows() == [
        ("decreasing", "better", "2019")
    ]
    others = judged(country())["trends"].filter(pl.col("area_code").is_in(STO))
    assert set(others["result"]) == {"no_change"}


def test_a_missing_year_makes_no_trend() -> None:
    counts = country()
    del counts["1415", 2021]
    [trend] = judged(counts)["trends"].filter(area_code="1415").to_dicts()
    assert (trend["result"], trend["reason"]) == ("cannot_be_calculated", "missing_years")


def test_a_place_comes_with_what_it_could_be() -> None:
    ranks = judged(country())["ranks"]
    assert ranks.columns == list(RANKS)
    for found in ranks.iter_rows(named=True):
        assert 1 <= found["best"] < found["rank"] < found["worst"] <= found["of"] == 63
    assert set(ranks["area_code"]) == {*STO}


def test_a_place_far_outside_all_others_is_outside_the_funnel() -> None:
    counts = country()
    positions = dict(judged(counts)["ranks"].select("area_code", "funnel_position").iter_rows())
    assert max(map(abs, positions.values())) < 2
    for year in range(2019, 2024):
        counts["1415", year] *= 2
    assert dict(judged(counts)["ranks"].select("area_code", "funnel_position").iter_rows())["1415"] == 2


def test_the_reviewed_lists_give_every_municipality_someone_to_be_compared_with() -> None:
    lists = reviewed()
    municipalities = lists.members["00"]
    assert len(municipalities) == 290
    assert {len(group) for group in lists.similar.values()} == {7}
    assert set(lists.similar) == municipalities
    assert lists.neighbours["1419"] == {"1415", "1421"}
    for area, group in lists.neighbours.items():
        assert all(area in lists.neighbours[other] for other in group)
    assert ("sodra_fyrbodal", 2023, 2024, 2021, 2022) in lists.periods
