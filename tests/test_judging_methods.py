"""Dispersion, trend, power, rank and season: against the real counts, published values and what must always hold."""

import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from models.methods.dispersion import SIZE_CLASSES, Ints, change_z, estimate, size_class
from models.methods.power import smallest_detectable_change
from models.methods.ranks import rank_interval
from models.methods.rates import Floats
from models.methods.seasonal import borrowed_expectation
from models.methods.trend import LIMIT, Trend, recent_trend
from sources import kolada_values

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample" / "kolada_values"
NAN = float("nan")
FIVE_PERCENT = 1.959963984540054


def array(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)


class Pairs(NamedTuple):
    """Every municipality's two years in a row: z with the national change removed, and both years' counts together."""

    z: Floats
    total: Floats

    @property
    def size(self) -> Ints:
        return size_class(self.total)


def flagged(pairs: Pairs, dispersion: Floats, among: Any = slice(None)) -> float:
    return float(np.mean(np.abs(pairs.z[among]) > FIVE_PERCENT * np.sqrt(dispersion[pairs.size[among]])))


NAIVE = np.ones(len(SIZE_CLASSES))


# ------------------------------------------------------------------------------------------------- the real counts


@pytest.fixture(scope="module")
def counts() -> pl.DataFrame:
    """Counts recovered from the sample's real rates, as core.reported_offences_by_municipality_year recovers them."""
    files = (
        "recovered_counts_page_1",
        "recovered_counts_page_2",
        "population_2010_2019",
        "population_2020_2023_inferred",
    )
    values = pl.concat([kolada_values.parse(SAMPLE / f"{file}.json").frame for file in files])
    values = values.filter(pl.col("gender") == "T", pl.col("value").is_not_null())
    values = values.select("kpi", "municipality", "value", year="period")
    people = values.filter(pl.col("kpi") == "N01951").select("municipality", "year", people="value")
    rates = values.filter(pl.col("kpi").is_in(["U07452", "U07417"]))
    return rates.join(people, on=["municipality", "year"]).with_columns(
        count=(pl.col("value") * pl.col("people") / 100_000).round()
    )


def year_pairs(counts: pl.DataFrame, kpi: str, first: int, last: int) -> Pairs:
    now = counts.filter(pl.col("kpi") == kpi)
    base = now.with_columns(year=pl.col("year") + 1)
    both = now.join(base, on=["municipality", "year"], suffix="_base").filter(
        pl.col("year").is_between(first + 1, last)
    )
    national = (pl.col("count").sum() / pl.col("people").sum()) / (
        pl.col("count_base").sum() / pl.col("people_base").sum()
    )
    both = both.sort("year", "municipality").with_columns(national=national.over("year"))
    count, people, count_base, people_base, ratio = (
        both[name].to_numpy() for name in ("count", "people", "count_base", "people_base", "national")
    )
    return Pairs(change_z(count, people, count_base, people_base, ratio), count + count_base)


def test_counting_noise_alone_flags_a_quarter_of_the_smaller_and_two_fifths_of_the_larger_changes(
    counts: pl.DataFrame,
) -> None:
    pairs = year_pairs(counts, "U07452", 2015, 2019)
    small, large = pairs.total < 200, (pairs.total >= 200) & (pairs.total < 800)
    assert (pairs.z.size, int(small.sum()), int(large.sum())) == (1060, 345, 450)
    # Without regard to the change in inhabitants they are 24 and 40 %.
    assert flagged(pairs, NAIVE, small) == pytest.approx(0.232, abs=0.0005)
    assert flagged(pairs, NAIVE, large) == pytest.approx(0.389, abs=0.0005)
    dispersion = estimate(pairs.z, pairs.size)
    assert flagged(pairs, dispersion, small) == pytest.approx(0.055, abs=0.0005)
    assert flagged(pairs, dispersion, large) == pytest.approx(0.040, abs=0.0005)
    assert np.mean(pairs.z[small] ** 2) == pytest.approx(2.77, abs=0.005)
    assert np.mean(pairs.z[large] ** 2) == pytest.approx(5.41, abs=0.005)
    assert (np.median(np.abs(pairs.z[large])) / stats.norm.ppf(0.75)) ** 2 == pytest.approx(4.58, abs=0.005)


@pytest.mark.parametrize(("kpi", "naive", "corrected"), [("U07452", 0.391, 0.056), ("U07417", 0.463, 0.055)])
def test_with_dispersion_one_change_in_twenty_is_flagged(
    counts: pl.DataFrame, kpi: str, naive: float, corrected: float
) -> None:
    pairs = year_pairs(counts, kpi, 2015, 2023)
    dispersion = estimate(pairs.z, pairs.size)
    assert flagged(pairs, NAIVE) == pytest.approx(naive, abs=0.0005)
    assert flagged(pairs, dispersion) == pytest.approx(corrected, abs=0.0005)
    for smallest, largest in ((0, 200), (200, 800), (800, 6400)):
        among = (pairs.total >= smallest) & (pairs.total < largest)
        assert 0.04 <= flagged(pairs, dispersion, among) <= 0.065


# Theft varied more in 2020-2022 than before: an older dispersion flags more of that, as it should.
@pytest.mark.parametrize(("kpi", "share"), [("U07452", 0.045), ("U07417", 0.076)])
def test_dispersion_of_earlier_years_judges_later_changes(counts: pl.DataFrame, kpi: str, share: float) -> None:
    earlier, later = year_pairs(counts, kpi, 2010, 2018), year_pairs(counts, kpi, 2018, 2023)
    assert flagged(later, estimate(earlier.z, earlier.size)) == pytest.approx(share, abs=0.0005)


def test_dispersion_rises_with_size_and_every_class_of_vandalism_has_enough_pairs(counts: pl.DataFrame) -> None:
    pairs = year_pairs(counts, "U07452", 2015, 2023)
    assert np.bincount(pairs.size).tolist() == [68, 194, 477, 524, 415, 223, 161, 112, 41]
    dispersion = estimate(pairs.z, pairs.size)
    assert np.all(np.diff(dispersion[1:]) > 0)
    assert dispersion[:5] == pytest.approx([1.97, 1.85, 2.81, 4.23, 6.23], abs=0.01)


# --------------------------------------------------------------------------------------- series where nothing happens


def null_pairs(mean: Floats, noise: Callable[[np.random.Generator, tuple[int, ...]], Floats], seed: int) -> Pairs:
    """Nine years of each municipality around its own mean, with the year-to-year variation that real ones have."""
    rng = np.random.default_rng(seed)
    series = rng.poisson(mean[:, None] * noise(rng, (mean.size, 9))).astype(np.float64)
    national = series[:, 1:].sum(axis=0) / series[:, :-1].sum(axis=0)
    z = change_z(series[:, 1:], np.ones(1), series[:, :-1], np.ones(1), national)
    return Pairs(z.ravel(), (series[:, 1:] + series[:, :-1]).ravel())


SPREAD = 0.14  # what a year adds to a municipality's own level: φ = 1 + 0.14² · total / 2


def log_normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    return rng.lognormal(-(SPREAD**2) / 2, SPREAD, shape)


def gamma(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    return rng.gamma(SPREAD**-2, SPREAD**2, shape)


@pytest.mark.parametrize("noise", [log_normal, gamma])
def test_a_five_percent_test_flags_four_to_six_percent_where_nothing_happens(
    counts: pl.DataFrame, noise: Callable[[np.random.Generator, tuple[int, ...]], Floats]
) -> None:
    real = counts.filter(pl.col("kpi") == "U07452", pl.col("year").is_between(2015, 2023))
    mean = real.group_by("municipality").agg(pl.col("count").mean()).sort("municipality")["count"].to_numpy()
    series = [null_pairs(mean, noise, seed) for seed in range(20)]
    found = [(pairs, estimate(pairs.z, pairs.size)) for pairs in series]
    assert 0.04 <= np.mean([flagged(*each) for each in found]) <= 0.06
    assert np.mean([flagged(pairs, NAIVE) for pairs in series]) > 0.35
    for number in range(len(SIZE_CLASSES) - 1):
        shares = [flagged(*each, each[0].size == number) for each in found if np.any(each[0].size == number)]
        assert 0.04 <= np.mean(shares) <= 0.06, f"class {number}"
    # And the series are like the real ones: the same dispersion in the size classes of the three.
    assert np.mean([dispersion[2:5] for _, dispersion in found], axis=0) == pytest.approx([2.81, 4.23, 6.23], rel=0.2)


def test_counting_noise_alone_has_a_dispersion_of_one() -> None:
    pairs = null_pairs(np.full(290, 90.0), lambda _, shape: np.ones(shape), seed=1)
    dispersion = estimate(pairs.z, pairs.size)
    assert 1 <= dispersion[2] < 1.1
    assert flagged(pairs, dispersion, pairs.size == 2) == pytest.approx(0.05, abs=0.01)


# -------------------------------------------------------------------------------------------------------- dispersion


def test_known_dispersion_is_recovered() -> None:
    z = np.random.default_rng(4).normal(0, np.sqrt(4.4), 20_000)
    assert estimate(z, np.full(z.size, 3))[3] == pytest.approx(4.4, rel=0.03)


def test_a_few_municipalities_where_much_happened_do_not_set_the_yardstick() -> None:
    z = np.random.default_rng(5).normal(0, 2, 300)
    shifted = np.where(np.arange(300) < 15, 30.0, z)
    of_class = np.zeros(300, dtype=np.int64)
    assert estimate(shifted, of_class)[0] < 1.25 * estimate(z, of_class)[0]
    assert np.mean(shifted**2) > 10 * np.mean(z**2)


def test_dispersion_is_never_below_one() -> None:
    assert estimate(np.full(40, 0.1), np.full(40, 2))[2] == 1


def test_a_class_of_few_pairs_is_judged_with_the_next_larger_and_the_topmost_with_the_next_smaller() -> None:
    of_class = np.repeat([0, 2, 3, 6], [10, 25, 100, 5])
    z = np.where(of_class >= 3, 4.0, 1.0)
    found = estimate(z, of_class)
    # 0 and 2 make 35 pairs of their own; 6 is too few and joins 3.
    assert found[0] == found[2] == pytest.approx(1 / 0.678652)
    assert found[3] == found[6] == pytest.approx(16 / 0.678652)
    assert np.isnan(found[[1, 4, 5, 7, 8]]).all()


def test_under_thirty_pairs_there_is_no_dispersion() -> None:
    assert np.isnan(estimate(np.full(29, 2.0), np.repeat([1, 2], [15, 14]))).all()
    assert np.isnan(estimate(array(), np.array([], dtype=np.int64))).all()
    # Pairs that are not known, or in no class, are not pairs.
    assert np.isnan(estimate(np.append(np.full(29, 2.0), NAN), np.full(30, 1))).all()
    assert np.isnan(estimate(np.full(30, 2.0), np.append(np.full(29, 1), -1))).all()


def test_a_size_class_ends_below_its_upper_bound() -> None:
    found = size_class(array(0, 49, 50, 199, 200, 6399, 6400, 1e6, NAN))
    assert found.tolist() == [0, 0, 1, 2, 3, 7, 8, 8, -1]
    with pytest.raises(ValueError, match="negative"):
        size_class(array(-1))


def test_a_change_is_measured_in_counting_noise_with_inhabitants_and_the_country_removed() -> None:
    # 60 of 100 where half were to be expected: (60 − 50) / √(100 · ½ · ½) = 2.
    assert change_z(array(60), array(1), array(40), array(1), array(1))[0] == pytest.approx(2)
    # Half as many again, as inhabitants or as the country: 60 % is what was to be expected.
    assert change_z(array(60), array(1.5), array(40), array(1), array(1))[0] == pytest.approx(0)
    assert change_z(array(60), array(1), array(40), array(1), array(1.5))[0] == pytest.approx(0)


def test_a_pair_that_says_nothing_is_nan() -> None:
    z = change_z(array(0, NAN, 5, 5, 5), array(1, 1, 0, 1, 1), array(0, 5, 5, 5, 5), array(1, 1, 1, NAN, 1), array(1))
    assert np.isnan(z).tolist() == [True, True, True, True, False]
    assert np.isnan(change_z(array(5), array(1), array(5), array(1), array(0)))[0]
    for count, base in ((-1, 5), (5, -1)):
        with pytest.raises(ValueError, match="negative"):
            change_z(array(count), array(1), array(base), array(1), array(1))


@given(st.integers(0, 5000), st.integers(1, 5000), st.floats(0.1, 10), st.floats(0.5, 2))
@settings(max_examples=100, deadline=None)
def test_the_same_change_the_other_way_is_as_far(count: int, base: int, exposure: float, ratio: float) -> None:
    there = change_z(array(count), array(exposure), array(base), array(1), array(ratio))
    back = change_z(array(base), array(1), array(count), array(exposure), array(1 / ratio))
    more = change_z(array(count + 1), array(exposure), array(base), array(1), array(ratio))
    assert there[0] == pytest.approx(-back[0], abs=1e-6)
    assert more[0] > there[0]


# ------------------------------------------------------------------------------------------------------------- trend


def of_values(points: Any, dispersion: float = 1) -> Trend:
    value, lower, upper = np.array(points, dtype=np.float64).T
    nothing = np.full((1, 5), NAN)
    return recent_trend(value[None], lower[None], upper[None], nothing, nothing, array(dispersion), np.array([False]))


def of_counts(points: Any, dispersion: float = 1) -> Trend:
    hits, asked = np.array(points, dtype=np.float64).T
    nothing = np.full((1, 5), NAN)
    return recent_trend(nothing, nothing, nothing, hits[None], asked[None], array(dispersion), np.array([True]))


RESULTS = {"Increasing": "increasing", "Decreasing": "decreasing", "NoChange": "no_change", "Cannot": "cannot"}
# Two more of the publisher's own cases (TrendMarkerCalculatorTest.cs), with the statistic as it states it.
RISING = [(24.67, 23.16, 26.25), (24.6, 23.15, 26.19), (28, 26.44, 29.64), (30.2, 28.63, 31.9), (30.6, 28.98, 32.25)]
RISING_SHARE = [(994, 40299), (1023, 41527), (1199, 42811), (1332, 44064), (1367, 44701)]


def test_recent_trends_are_the_published_ones(shared: Path) -> None:
    vectors = json.loads((shared / "oracle" / "vectors.json").read_text(encoding="utf-8"))
    checked = 0
    for vector in vectors:
        if vector["id"].startswith("TREND"):
            points, expected = vector["input"]["points"], vector["expected"]
            found = of_values(points) if len(points[0]) == 3 else of_counts(points)
            [wanted] = [ours for theirs, ours in RESULTS.items() if expected["marker"].startswith(theirs)]
            assert found.result[0].startswith(wanted), vector["id"]
            if "significant" in expected:
                assert (found.result[0] in ("increasing", "decreasing")) == expected["significant"], vector["id"]
            if "chi2" in expected:  # where nothing can be calculated the publisher writes 0
                assert np.nan_to_num(found.statistic[0]) == pytest.approx(expected["chi2"], abs=vector["abs_tol"])
            checked += 1
    assert checked == 4


def test_the_statistic_is_the_published_one() -> None:
    assert of_values(RISING).statistic[0] == pytest.approx(46.77, abs=0.005)
    assert of_counts(RISING_SHARE).statistic[0] == pytest.approx(47.9, abs=0.05)
    assert of_values(RISING).result[0] == of_counts(RISING_SHARE).result[0] == "increasing"


def test_the_limit_is_that_of_the_chi_square_distribution() -> None:
    assert pytest.approx(stats.chi2.ppf(0.998, 1)) == LIMIT


def test_the_statistics_are_those_of_a_second_implementation() -> None:
    y, lower, upper = np.array(RISING).T
    _, slope = np.polynomial.polynomial.polyfit(np.arange(5), y, 1, w=3.92 / (upper - lower))
    design = np.column_stack([np.ones(5), np.arange(5)]) * (3.92 / (upper - lower))[:, None]
    covariance = np.linalg.inv(design.T @ design)[1, 1]
    assert of_values(RISING).statistic[0] == pytest.approx(slope**2 / covariance)
    hits, asked = np.array(RISING_SHARE, dtype=np.float64).T
    everyone = np.repeat(np.arange(5.0), asked.astype(int))
    yes = np.concatenate([np.arange(n) < x for x, n in zip(hits, asked, strict=True)]).astype(float)
    correlation = np.corrcoef(everyone, yes)[0, 1]
    assert of_counts(RISING_SHARE).statistic[0] == pytest.approx(correlation**2 * asked.sum())


def test_dispersion_divides_the_statistic() -> None:
    once, often = of_values(RISING), of_values(RISING, 4.9)
    assert often.statistic[0] == pytest.approx(once.statistic[0] / 4.9)
    assert (once.result[0], often.result[0]) == ("increasing", "no_change")
    assert often.slope_sign[0] == 1
    assert of_counts(RISING_SHARE, 2).statistic[0] == pytest.approx(of_counts(RISING_SHARE).statistic[0] / 2)


def test_one_year_alone_makes_no_trend() -> None:
    # Level but for the last year: χ² is far above the limit, and without that year the line falls.
    found = of_values([(level, level - 1, level + 1) for level in (20, 20.1, 20, 19.9, 26)])
    assert found.statistic[0] > LIMIT
    assert (found.slope_sign[0], found.result[0]) == (1, "no_change")


def test_level_years_show_no_change() -> None:
    found = of_values([(20, 19, 21)] * 5)
    assert (found.statistic[0], found.slope_sign[0], found.result[0]) == (pytest.approx(0), 0, "no_change")


@pytest.mark.parametrize("year", range(5))
def test_a_trend_with_a_year_missing_cannot_be_calculated(year: int) -> None:
    for column in range(3):
        broken = [list(point) for point in RISING]
        broken[year][column] = NAN
        found = of_values(broken)
        assert found.result[0] == "cannot_be_calculated"
        assert np.isnan([found.statistic[0], found.slope_sign[0]]).all()
    for hits in (NAN, 0, RISING_SHARE[year][1]):
        shares = [(hits, asked) if number == year else (x, asked) for number, (x, asked) in enumerate(RISING_SHARE)]
        assert of_counts(shares).result[0] == "cannot_be_calculated"


def test_a_trend_without_dispersion_or_width_cannot_be_calculated() -> None:
    assert of_values(RISING, NAN).result[0] == "cannot_be_calculated"
    assert np.isnan(of_values(RISING, NAN).slope_sign[0])
    assert of_values([(value, value, value) for value, _, _ in RISING]).result[0] == "cannot_be_calculated"


def test_a_trend_of_other_than_five_years_or_of_a_dispersion_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="five years"):
        of_values(RISING[:4])
    with pytest.raises(ValueError, match="dispersion"):
        of_values(RISING, 0.5)


@given(st.lists(st.lists(st.integers(1, 500), min_size=5, max_size=5), min_size=1, max_size=10), st.randoms())
@example([[1, 1, 268, 268, 1]], random.Random(0))
@example([[1, 1, 268, 268, 1]], random.Random(1))
@settings(max_examples=50, deadline=None)
def test_a_trend_mirrors_and_stands_alone(rows: list[list[int]], chance: random.Random) -> None:
    count = np.array(rows, dtype=np.float64)
    half = np.sqrt(count) * 1.96
    is_share = np.array([chance.random() < 0.5 for _ in rows])

    def of(count: Floats, half: Floats, is_share: Any) -> Trend:
        asked, dispersion = np.full_like(count, 1000.0), np.full(len(count), 2.0)
        return recent_trend(count, count - half, count + half, count, asked, dispersion, is_share)

    found, mirrored = of(count, half, is_share), of(count[::-1, ::-1], half[::-1, ::-1], is_share[::-1])
    assert mirrored.statistic[::-1] == pytest.approx(found.statistic, rel=1e-6, abs=1e-9)
    turned = {"increasing": "decreasing", "decreasing": "increasing"}
    assert mirrored.result[::-1].tolist() == [turned.get(each, each) for each in found.result.tolist()]


def test_two_in_a_thousand_level_series_show_a_trend_with_dispersion_and_many_more_without() -> None:
    rng = np.random.default_rng(8)
    count = rng.negative_binomial(230 / 3.4, 1 / 4.4, (50_000, 5)).astype(np.float64)
    half, nothing = 1.96 * np.sqrt(count), np.full((50_000, 5), NAN)
    shares = []
    for dispersion in (4.4, 1.0):
        of_rows = np.full(50_000, dispersion)
        no = np.zeros(50_000, dtype=bool)
        found = recent_trend(count, count - half, count + half, nothing, nothing, of_rows, no)
        shares.append(np.mean(np.isin(found.result, ["increasing", "decreasing"])))
    assert 0.0005 < shares[0] < 0.004
    assert shares[1] > 0.08


# ------------------------------------------------------------------------------------------------------------- power


def power_of(count: float, dispersion: float, change: float) -> float:
    rng = np.random.default_rng(int(count))

    def draw(mean: float) -> Floats:
        if dispersion == 1:
            return rng.poisson(mean, 100_000).astype(np.float64)
        return rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion, 100_000).astype(np.float64)

    z = change_z(draw(count * (1 + change / 100)), array(1), draw(count), array(1), array(1))
    return float(np.mean(np.abs(z) > FIVE_PERCENT * np.sqrt(dispersion)))


@pytest.mark.parametrize(("count", "dispersion"), [(40, 1), (110, 2.81), (230, 4.23), (230, 1), (1000, 12)])
def test_the_smallest_detectable_change_is_found_four_times_in_five(count: float, dispersion: float) -> None:
    for change in smallest_detectable_change(array(count), array(dispersion)):
        assert 0.79 <= power_of(count, dispersion, change[0]) <= 0.83


def test_what_stenungsund_orust_and_tjorn_can_see() -> None:
    # Forty a year and counting noise alone: about −54 % (half), as the rule of thumb for before and after says.
    assert smallest_detectable_change(array(40), array(1))[0][0] == pytest.approx(-53.6, abs=0.05)
    fall, rise = smallest_detectable_change(array(228, 108, 81), array(4.23, 4.23, 2.81))
    assert fall == pytest.approx([-47.2, -64.5, -61.4], abs=0.05)
    assert rise == pytest.approx([61.7, 95.3, 88.7], abs=0.05)


def test_where_even_a_fall_to_nothing_would_not_be_found_there_is_no_fall() -> None:
    # (1.960 + 0.842)² = 7.849 events a year, times the dispersion.
    fall, rise = smallest_detectable_change(array(7.8, 7.9, 15.6, 15.8), array(1, 1, 2, 2))
    assert np.isnan(fall).tolist() == [True, False, True, False]
    assert fall[1] == pytest.approx(-100, abs=1)
    assert rise == pytest.approx(200, abs=1)


@given(st.floats(10, 1e6), st.floats(1, 50), st.floats(1.01, 5))
@settings(max_examples=100, deadline=None)
def test_more_events_or_less_dispersion_show_smaller_changes(count: float, dispersion: float, times: float) -> None:
    fall, rise = smallest_detectable_change(
        array(count, count * times, count), array(*[dispersion] * 2, dispersion * times)
    )
    assert rise[1] < rise[0] < rise[2]
    assert np.all((rise > 0) & (np.isnan(fall) | ((fall < 0) & (fall >= -100))))
    assert np.isnan(fall[0]) or fall[1] > fall[0]


def test_a_stricter_test_needs_a_larger_change_and_nothing_is_detectable_from_nothing() -> None:
    usual = smallest_detectable_change(array(200), array(3))[1]
    assert smallest_detectable_change(array(200), array(3), confidence=0.99)[1] > usual
    assert smallest_detectable_change(array(200), array(3), power=0.9)[1] > usual
    assert np.isnan(smallest_detectable_change(array(0, -1, NAN, 50), array(1, 1, 1, NAN))).all()
    for wrong in ({"confidence": 0.5}, {"power": 0.2}, {"power": 1.0}):
        with pytest.raises(ValueError, match="must lie between"):
            smallest_detectable_change(array(5), array(1), **wrong)
    with pytest.raises(ValueError, match="dispersion"):
        smallest_detectable_change(array(5), array(0.9))


# ------------------------------------------------------------------------------------------------------------- ranks


def test_a_rank_may_be_any_that_its_limits_allow() -> None:
    # 1 is below all others' limits; 3 and 4 overlap; 9 is above all; the row without limits is left out.
    value, lower, upper = array(4, 1, 9, 3, 5), array(2.5, 0, 8, 2.4, NAN), array(5, 2, 10, 4, 6)
    rank, best, worst, of = rank_interval(value, lower, upper)
    assert of == 4
    assert rank[:4].tolist() == [3, 1, 4, 2]
    assert best[:4].tolist() == [2, 1, 4, 2]
    assert worst[:4].tolist() == [3, 1, 4, 3]
    assert np.isnan([rank[4], best[4], worst[4]]).all()


def test_ties_share_the_better_rank_and_touching_limits_overlap() -> None:
    rank, best, worst, of = rank_interval(array(2, 2, 5), array(1, 1, 3), array(3, 3, 7))
    assert (rank.tolist(), best.tolist(), worst.tolist(), of) == ([1, 1, 3], [1, 1, 1], [3, 3, 3], 3)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=40))
@settings(max_examples=100, deadline=None)
def test_ranks_are_those_of_every_pair_compared(rows: list[tuple[int, int, int]]) -> None:
    value, below, above = np.array(rows, dtype=np.float64).T
    lower, upper = value - below, value + above
    rank, best, worst, of = rank_interval(value, lower, upper)
    assert of == len(rows)
    assert np.array_equal(best, 1 + (upper[None] < lower[:, None]).sum(axis=1))
    assert np.array_equal(worst, of - (lower[None] > upper[:, None]).sum(axis=1))
    assert np.array_equal(rank, stats.rankdata(value, method="min"))
    assert np.all((best <= rank) & (rank <= worst))
    backwards = rank_interval(value[::-1], lower[::-1], upper[::-1])
    assert np.array_equal(backwards[1][::-1], best)


def joint_coverage(confidence: float) -> float:
    """How often all of forty places' true ranks lie in their intervals."""
    rng, truth = np.random.default_rng(3), np.arange(40) / 2.0
    half = float(stats.norm.ppf(1 - (1 - confidence) / 2))
    hits = 0
    for _ in range(400):
        value = rng.normal(truth, 1)
        _, best, worst, _ = rank_interval(value, value - half, value + half)
        hits += bool(np.all((best <= truth * 2 + 1) & (truth * 2 + 1 <= worst)))
    return hits / 400


def test_all_ranks_hold_at_once_at_the_limits_joint_level() -> None:
    assert joint_coverage(0.95 ** (1 / 40)) >= 0.95
    assert joint_coverage(0.5) < 0.95  # and the simulation can fail


def test_limits_in_the_wrong_order_are_refused_and_no_places_have_no_ranks() -> None:
    with pytest.raises(ValueError, match="lower limit"):
        rank_interval(array(1), array(2), array(1))
    rank, _, _, of = rank_interval(array(NAN), array(NAN), array(NAN))
    assert (np.isnan(rank[0]), of) == (True, 0)


# ------------------------------------------------------------------------------------------------------------- season

SUMMERS = 1 + 0.5 * np.sin(np.arange(12) / 6 * np.pi)


def test_a_small_municipality_borrows_its_seasons_from_the_county() -> None:
    county = np.tile((100 * SUMMERS)[:, None], 3)
    own = np.zeros((12, 3))
    own[0] = 12  # 36 in three years, one a month: 12 in the whole of a year
    expected, lower, upper = borrowed_expectation(own, county)
    assert expected == pytest.approx(SUMMERS)
    assert np.all((lower <= expected) & (expected <= upper))


def test_a_municipality_with_ten_a_month_has_its_own_seasons() -> None:
    own = np.tile(np.arange(6.0, 18.0)[:, None], 3) + array(-1, 0, 1)
    level = np.full((12, 3), 100.0)
    assert borrowed_expectation(own, level)[0] == pytest.approx(np.arange(6.0, 18.0))
    assert borrowed_expectation(own - 2, level)[0] == pytest.approx(9.5)  # 9.5 a month: the county's level year


@pytest.mark.parametrize(("level", "dispersion"), [(0.5, 2), (2, 1), (5, 2), (15, 2), (40, 1), (40, 3)])
def test_nineteen_months_in_twenty_or_more_fall_within_the_band(level: float, dispersion: float) -> None:
    rng = np.random.default_rng(6)
    mean = level * np.broadcast_to(SUMMERS[:, None], (2000, 12, 5))
    drawn = rng.poisson(mean) if dispersion == 1 else rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion)
    own, county = drawn[..., :4].astype(np.float64), rng.poisson(30 * mean[..., :4]).astype(np.float64)
    _, lower, upper = borrowed_expectation(own, county)
    within = ((drawn[..., 4] >= lower) & (drawn[..., 4] <= upper))[~np.isnan(upper)]
    assert 0.94 <= np.mean(within) <= 0.995


def test_the_band_is_that_of_the_negative_binomial_distribution() -> None:
    own, county = np.full((12, 2), 4.0), np.full((12, 2), 50.0)
    expected, lower, upper = borrowed_expectation(own, county)
    # Never varying: φ̂ = 1, and the 96 events the expectation of 4 rests on add 4/96 to the variance.
    ratio = 1 + 4 / 96
    assert expected[0] == pytest.approx(4)
    assert (lower[0], upper[0]) == tuple(stats.nbinom.ppf([0.025, 0.975], 4 / (ratio - 1), 1 / ratio))
    wide = borrowed_expectation(own, county, 0.99)
    assert np.all((wide[1] <= lower) & (wide[2] > upper))


def test_months_not_known_are_left_out() -> None:
    own, county = np.full((12, 3), 4.0), np.full((12, 3), 50.0)
    own[3, 1], county[5, 2] = NAN, NAN
    assert borrowed_expectation(own, county)[0] == pytest.approx(4)
    own[7] = NAN
    expected, _, upper = borrowed_expectation(own, county)
    assert np.flatnonzero(np.isnan(expected)).tolist() == np.flatnonzero(np.isnan(upper)).tolist() == [7]
    assert np.isnan(borrowed_expectation(np.full((12, 2), NAN), county[:, :2])).all()


def test_a_month_in_which_nothing_is_expected_has_no_band() -> None:
    county = np.full((12, 3), 40.0)
    county[6] = 0.0  # the county never had one in July
    own = np.full((12, 3), 2.0)
    own[6] = 0.0
    expected, lower, upper = borrowed_expectation(own, county)
    assert expected[6] == 0
    assert np.isnan([lower[6], upper[6]]).all()
    assert np.isfinite(np.delete(lower, 6)).all()


def test_nothing_counted_gives_no_band() -> None:
    expected, lower, upper = borrowed_expectation(np.zeros((12, 3)), np.full((12, 3), 50.0))
    assert expected.tolist() == [0] * 12
    assert np.isnan([lower, upper]).all()


def test_many_municipalities_at_once_are_each_as_alone() -> None:
    rng = np.random.default_rng(7)
    own, county = rng.poisson(8, (20, 12, 4)).astype(np.float64), rng.poisson(80, (12, 4)).astype(np.float64)
    together = borrowed_expectation(own, county)
    for number in range(20):
        for all_rows, alone in zip(together, borrowed_expectation(own[number], county), strict=True):
            assert np.array_equal(np.round(all_rows[number], 6), np.round(alone, 6))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"own": np.ones((11, 3)), "county": np.ones((11, 3))}, "twelve months"),
        ({"own": np.ones(12), "county": np.ones(12)}, "twelve months"),
        ({"own": -np.ones((12, 3)), "county": np.ones((12, 3))}, "negative"),
        ({"own": np.ones((12, 3)), "county": -np.ones((12, 3))}, "negative"),
        ({"own": np.ones((12, 3)), "county": np.ones((12, 3)), "confidence": 0.5}, "confidence"),
    ],
)
def test_what_is_not_months_of_counts_is_refused(arguments: Mapping[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        borrowed_expectation(**arguments)
