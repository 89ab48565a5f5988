"""Early warning: against published values, by hand, and on series where it is known what happened."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from bench.simulate_early_warning import Method, Series, both, earlier, latest, make_series, measure, published, rise
from models.methods.control_charts import cusum, cusum_limit, ears
from models.methods.early_warning import Choice, choose_method, find_rise, same_weeks_last_year
from models.methods.false_alarms import tail_per_test, tail_within_budget
from models.methods.farrington import (
    Days,
    expect_from_earlier_years,
    farrington_flexible,
    limits_of,
    outlier_weights,
    reference_days,
    season_levels,
)
from models.methods.negative_binomial import probability_of_at_least, quantile
from models.methods.poisson_regression import fit_quasi_poisson
from models.methods.prediction import Prediction, expect_from_latest, judge
from models.methods.rates import Floats

NAN, INF = float("nan"), float("inf")


def array(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)


def weeks(first: str, count: int) -> Days:
    return np.datetime64(first) + 7 * np.arange(count)


def months(first: str, count: int) -> Days:
    return (np.datetime64(first, "M") + np.arange(count)).astype("datetime64[D]")


def vectors(shared: Path, beginning: str) -> list[dict[str, Any]]:
    every = json.loads((shared / "oracle" / "vectors.json").read_text(encoding="utf-8"))
    found = [vector for vector in every if vector["id"].startswith(beginning)]
    assert found
    return found


# ---------------------------------------------------------------------------------------------------- published values


def test_farringtons_limits_are_the_published_ones(shared: Path) -> None:
    powers = {"1/2": 1 / 2, "2/3": 2 / 3}
    for vector in vectors(shared, "FARR-"):
        given, expected = vector["input"], vector["expected"]
        error = given["se"] / given["mu0"]  # of the logarithm
        found = limits_of(
            given["mu0"], error, given["phi"], given["y"], given["alpha"], "delta", powers[given["power"]]
        )
        assert (found.lower, found.upper, found.tail_probability) == pytest.approx(
            (expected["lower"], expected["upper"], expected["p"]), abs=vector["abs_tol"]
        )
        score = (given["y"] - given["mu0"]) / (found.upper - given["mu0"])
        assert score == pytest.approx(expected["score"], abs=vector["abs_tol"])


def test_noufailys_limits_are_the_published_ones(shared: Path) -> None:
    names = {"muan": "muan", "nbPlugin": "nb_plugin"}
    for vector in vectors(shared, "NOUF"):
        given, expected = vector["input"], vector["expected"]
        assert (given["eta0"], given["se"]) == ("ln5", "ln2")
        found = limits_of(
            array(5)[0],
            np.log(array(2)[0]),
            given["phi"],
            given["y"],
            given["alpha"],
            names[given["method"]],  # type: ignore[arg-type]
        )
        assert (found.lower, found.upper, found.tail_probability) == pytest.approx(
            (expected["lower"], expected["upper"], expected["p"]), abs=vector["abs_tol"]
        )
        # There the score takes the logarithm of expected from a count; it shows that the limit is the same.
        theirs = (given["y"] - np.log(5)) / (found.upper - np.log(5))
        assert theirs == pytest.approx(expected["score"], abs=vector["abs_tol"])


def test_limits_with_overdispersion_are_the_published_ones() -> None:
    # surveillance, test-farringtonFlexible.R
    plugin = limits_of(array(5)[0], np.log(array(2)[0]), 1.5, 11, 0.05, "nb_plugin")
    assert (float(plugin.lower), float(plugin.upper)) == (1, 10)
    assert plugin.tail_probability == pytest.approx(0.03763657, abs=1e-8)
    muan = limits_of(array(5)[0], np.log(array(2)[0]), 1.5, 11, 0.05, "muan")
    assert (float(muan.lower), float(muan.upper)) == (8, 24)
    assert muan.tail_probability == pytest.approx(0.8597797, abs=1e-7)
    plain = limits_of(array(5)[0], array(0.2 / 5)[0], 1, 8, 0.05, "delta", 1)
    assert (plain.lower, plain.upper) == pytest.approx((1.3073128, 8.6926872), abs=1e-7)
    with pytest.raises(ValueError, match="threshold"):
        limits_of(array(5)[0], array(1)[0], 1, 8, 0.05, "other")  # type: ignore[arg-type]


def test_weights_of_outliers_are_the_published_ones(shared: Path) -> None:
    [vector] = vectors(shared, "FARRW")
    found = outlier_weights(array(*vector["input"]["s"]), vector["input"]["threshold"])
    assert found == pytest.approx(vector["expected"]["weights"], abs=vector["abs_tol"])
    assert outlier_weights(array(0, 0, NAN, 5), 2) == pytest.approx([3 / 2.04, 3 / 2.04, 0, 0.12 / 2.04])


def test_reference_points_are_the_published_ones(shared: Path) -> None:
    [vector] = vectors(shared, "FARRREF")
    days = [day.item() for day in months("2020-01", 48)]
    index, back = vector["input"]["index"], vector["input"]["b"]
    found = [1 + days.index(day) for day in reference_days(days[index - 1], back, weekly=False)]
    assert found == vector["expected"]["points"]
    thursdays = [date(2013, 6, 6), date(2012, 6, 7), date(2011, 6, 9), date(2010, 6, 3)]
    assert reference_days(date(2013, 6, 6), 3) == thursdays


def test_ears_is_the_published_one(shared: Path) -> None:
    [zero] = vectors(shared, "HAND-EARS-C1-ZERO")
    [hand] = [each for each in vectors(shared, "HAND-EARS-C1") if each is not zero and each["id"] != zero["id"]]
    found = ears(array(*hand["input"]["baseline"], 6), least_deviation=0)
    assert found.mean[-1] == pytest.approx(hand["expected"]["mean"], abs=1e-9)
    assert found.deviation[-1] == pytest.approx(hand["expected"]["sd"], abs=1e-9)
    assert found.upper[-1] == pytest.approx(hand["expected"]["upper"], abs=1e-9)
    assert found.is_alarm.tolist() == [False] * 7 + [True]
    quiet = ears(array(*zero["input"]["baseline"], 3), least_deviation=zero["input"]["minSigma"])
    assert quiet.upper[-1] == pytest.approx(zero["expected"]["upper"], abs=1e-9)
    assert not quiet.is_alarm.any()


def test_a_regression_is_the_textbooks() -> None:
    # Dobson (1990), An Introduction to Generalized Linear Models: the randomised trial in R's ?glm.
    counts = array(18, 17, 15, 20, 10, 20, 25, 13, 12)
    outcome, treatment = np.tile([0, 1, 2], 3), np.repeat([0, 1, 2], 3)
    design = np.column_stack([np.ones(9), outcome == 1, outcome == 2, treatment == 1, treatment == 2]).astype(float)
    fit = fit_quasi_poisson(counts, design)
    assert fit.is_settled
    assert fit.coefficients == pytest.approx([3.044522, -0.4542553, -0.2929871, 0, 0], abs=1e-6)
    errors = np.sqrt(np.diag(fit.covariance))
    assert errors == pytest.approx([0.1708987, 0.2021708, 0.1927423, 0.2, 0.2], abs=1e-6)
    assert fit.spare == 4
    assert fit.dispersion == pytest.approx(1.2933, abs=1e-4)
    assert fit.leverage.sum() == pytest.approx(5)


# ---------------------------------------------------------------------------------------------------------- regression


def test_weeks_without_data_and_weights_of_nothing_are_as_if_they_were_not_there() -> None:
    rng = np.random.default_rng(1)
    design, counts = np.column_stack([np.ones(30), np.arange(30.0)]), rng.poisson(4, 30).astype(float)
    reporters = rng.integers(1, 5, 30).astype(float)
    some = np.arange(30) % 4 != 0
    with_gaps = np.where(some, counts, NAN)
    for fit in (
        fit_quasi_poisson(np.stack([with_gaps, counts]), design, reporters),
        fit_quasi_poisson(np.stack([counts, counts]), design, reporters, np.stack([some, np.ones(30)])),
        fit_quasi_poisson(np.stack([counts, counts]), design, np.stack([np.where(some, reporters, NAN), reporters])),
    ):
        alone = fit_quasi_poisson(counts[some], design[some], reporters[some])
        assert fit.coefficients[0] == pytest.approx(alone.coefficients)
        assert fit.dispersion[0] == pytest.approx(alone.dispersion)
        assert (fit.spare[0], fit.spare[1]) == (20, 28)
        assert np.isnan(fit.fitted[0]).sum() == 8


def test_a_season_that_a_series_has_no_week_of_stops_nobody() -> None:
    season = np.arange(20) % 4
    design = np.column_stack([np.ones(20), *(season == each for each in (1, 2, 3))]).astype(float)
    counts = np.where(season == 3, NAN, 5.0)
    fit = fit_quasi_poisson(counts, design)
    assert fit.coefficients == pytest.approx([np.log(5), 0, 0, 0], abs=1e-6)
    assert fit.spare == 12
    assert fit_quasi_poisson(np.full(20, NAN), design).is_settled == np.False_
    with pytest.raises(ValueError, match="negative"):
        fit_quasi_poisson(array(-1, 1), np.ones((2, 1)))


@pytest.mark.parametrize("ratio", [1.0, 1.3, 4.0])
@pytest.mark.parametrize("mean", [0.05, 1.0, 30.0, 3000.0])
def test_probabilities_and_quantiles_are_those_of_the_distribution(mean: float, ratio: float) -> None:
    known = stats.poisson(mean) if ratio == 1 else stats.nbinom(mean / (ratio - 1), 1 / ratio)
    counts = np.unique(np.floor(mean + np.sqrt(mean * ratio) * np.arange(-3.0, 6))).clip(0)
    found = probability_of_at_least(counts, array(mean), array(ratio))
    assert found == pytest.approx(known.sf(counts - 1), rel=1e-5, abs=1e-12)
    shares = array(0.001, 0.05, 0.5, 0.99, 0.999)
    assert quantile(array(mean), array(ratio), shares).tolist() == known.ppf(shares).tolist()


def test_what_is_beyond_counting_has_no_limits() -> None:
    assert np.isnan(quantile(array(NAN, 1e13, 1), array(1, 1, NAN), array(0.9))).all()
    assert probability_of_at_least(array(0, 1, 1), array(0, 0, NAN), array(1)).tolist()[:2] == [1, 0]


# ----------------------------------------------------------------------------------------------- earlier years


def test_each_week_belongs_to_one_season_and_windows_to_the_first() -> None:
    starts = weeks("2020-01-06", 300)
    level = season_levels(starts, 3, 3, 8)
    windows = np.flatnonzero(level == 0)
    assert windows.size == 3 + 1 + 3 * 7
    assert np.all(level[windows[0] :] >= 0)
    assert np.all(level[: windows[0]] == -1)
    sizes = np.bincount(level[level > 0])[1:]
    assert sizes.max() - sizes.min() <= 3
    assert set(season_levels(starts, 3, 3, 1).tolist()) == {-1, 0}


def test_a_week_53_is_held_against_the_weeks_around_the_same_date() -> None:
    assert date(2026, 12, 28).isocalendar().week == 53
    found = reference_days(date(2026, 12, 28), 7)
    assert [day.isocalendar().week for day in found] == [53, 1, 1, 52, 52, 52, 53, 1]
    assert all(day.weekday() == 0 for day in found)
    after = reference_days(date(2027, 1, 4), 7)
    assert not set(found) & set(after)
    assert reference_days(date(2024, 2, 29), 1, weekly=False) == [date(2024, 2, 29), date(2023, 3, 1)]
    through = season_levels(weeks("2019-01-07", 53 * 8), 6, 3, 10)
    assert np.count_nonzero(through == 0) == 4 + 6 * 7


def test_months_have_windows_and_seasons_of_their_own() -> None:
    level = season_levels(months("2020-01", 49), 3, 1, 4)
    assert level[-13:].tolist() == [0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 0, 0]
    with pytest.raises(ValueError, match="unbroken row"):
        season_levels(np.delete(weeks("2020-01-06", 200), 50), 3, 3, 10)
    with pytest.raises(ValueError, match="seasons"):
        season_levels(months("2020-01", 49), 3, 1, 12)


def test_an_expectation_follows_season_reporters_and_trend() -> None:
    starts = weeks("2018-01-01", 52 * 6 + 1)
    time = np.arange(starts.size)
    season = 1 + 0.8 * np.cos(2 * np.pi * time / 52.1775)  # the newest week is at the peak
    reporters = np.where(time < 200, 2.0, 6.0)
    found = expect_from_earlier_years(
        np.round(40 * season * reporters)[None], starts, reporters[None], years_back=4, seasons=10
    )
    assert found.expected[0] == pytest.approx(40 * 1.8 * 6, rel=0.03)
    assert found.trend[0] == 0
    rising = np.round(40 * np.exp(0.004 * time) * np.exp(0.3 * np.sin(time)))
    trending = expect_from_earlier_years(rising[None], starts, years_back=4)
    assert trending.trend[0] == pytest.approx(0.004, rel=0.1)
    assert trending.expected[0] == pytest.approx(40 * np.exp(0.004 * time[-1]), rel=0.1)
    assert expect_from_earlier_years(rising[None], starts, years_back=2).trend[0] == 0  # two years are no trend


def test_a_trend_is_not_drawn_above_all_that_has_been_seen() -> None:
    starts = weeks("2018-01-01", 52 * 4 + 8)
    counts = np.round(np.exp(0.02 * np.arange(starts.size)))
    found = expect_from_earlier_years(counts[None], starts, left_out=26)
    assert found.trend[0] == 0
    assert found.expected[0] < counts[:-27].max()


def test_an_earlier_rise_hides_no_new_one() -> None:
    starts = weeks("2018-01-01", 52 * 5)
    counts = np.tile(array(3, 4, 5, 4), starts.size // 4)[None].copy()
    counts[0, -52] = 40
    plain, robust = (
        expect_from_earlier_years(counts, starts, years_back=3, seasons=1, outlier_from=limit) for limit in (INF, 2.58)
    )
    assert robust.expected[0] < 4.5 < 5 < plain.expected[0]
    assert robust.dispersion[0] < plain.dispersion[0] / 3


def test_what_cannot_be_expected_is_no_signal() -> None:
    starts = weeks("2022-01-03", 150)
    counts = np.full((3, 150), 2.0)
    counts[1, :-1] = NAN
    short = expect_from_earlier_years(counts, starts, years_back=3)
    assert np.isnan(short.expected).all()
    reporters = np.ones((3, 150))
    reporters[2, -1] = NAN
    found = expect_from_earlier_years(counts, starts, reporters, years_back=2)
    assert np.isnan(found.expected).tolist() == [False, True, True]
    assert judge(found, array(50, 50, 50), 0.01).is_signal.tolist() == [True, False, False]


def test_the_published_method_wants_five_events_in_four_weeks() -> None:
    starts = weeks("2018-01-01", 52 * 5)
    counts = np.zeros((2, starts.size))
    counts[:, ::13] = 1
    counts[:, -4:] = [[0, 0, 0, 4], [0, 0, 1, 4]]
    found = farrington_flexible(counts, starts, tail=0.05, years_back=3, seasons=1)
    assert np.all(found.limits.upper < 4)
    assert np.all(found.score > 1)
    assert found.is_alarm.tolist() == [False, True]


# --------------------------------------------------------------------------------------------------- control charts


def test_charts_judge_by_the_weeks_they_say() -> None:
    counts = array(1, 2, 3, 1, 2, 3, 2, 9, 9, 9)
    c1, c2, c3 = (ears(counts, kind) for kind in ("C1", "C2", "C3"))
    assert np.isnan(c1.upper[:3]).all()
    assert np.isfinite(c1.upper[3:]).all()
    assert c1.mean[7] == c2.mean[9] == 2
    assert c1.mean[9] == pytest.approx((3 + 1 + 2 + 3 + 2 + 9 + 9) / 7)
    assert c2.is_alarm.tolist() == [False] * 7 + [True] * 3
    # Both weeks before were 6 above a limit of 1, and three may add up to 1.96: now the mean is enough.
    assert c3.upper[9] == c3.mean[9]
    with_gap = ears(array(1, 2, NAN, 1, 2, 3, 2, NAN))
    assert with_gap.mean[-1] == pytest.approx(11 / 6)
    assert not with_gap.is_alarm[-1]
    with pytest.raises(ValueError, match="baseline"):
        ears(counts, baseline=2)


def test_mean_and_deviation_of_seven_weeks_are_guesses() -> None:
    normal = np.random.default_rng(2).normal(50, 5, (40_000, 8))
    nominal, student = (ears(normal, small_sample=small).is_alarm[:, -1].mean() for small in (False, True))
    assert nominal == pytest.approx(0.0137, abs=0.002)
    assert student == pytest.approx(0.001, abs=0.0006)


def test_a_cusum_adds_what_is_above_expected() -> None:
    found = cusum(array(4, 8, NAN, 8, 0), array(4, 4, 4, 4, 4))
    assert found.sum == pytest.approx([0, 0.96, 0.96, 1.92, 0])
    assert found.since.tolist() == [0, 1, 1, 1, 1]
    assert not found.is_alarm.any()
    rossi = cusum(array(9), array(4), scale="rossi", reference=0)
    assert rossi.sum == pytest.approx((9 - 12 + 2 * 6) / 4)
    assert cusum(array(8, 16), array(8, 8), dispersion=2, reference=0).sum[1] == pytest.approx(2)
    again = cusum(array(20, 20), array(4, 4), limit=2, restart=True)
    assert again.sum[0] == pytest.approx(again.sum[1])
    assert np.all(again.is_alarm)
    with pytest.raises(ValueError, match="dispersion"):
        cusum(array(1), array(1), dispersion=0.5)


@pytest.mark.parametrize("scale", ["standard", "rossi"])
def test_a_cusums_limit_gives_the_false_alarms_it_promises(scale: Any) -> None:
    rng, tail = np.random.default_rng(3), 1 / 100
    mean, phi = array(0.5, 2, 10), array(1.5, 2, 3)
    counts = np.moveaxis(rng.negative_binomial(mean / (phi - 1), 1 / phi, (2_000, 40, 3)), 0, -1).astype(float)
    limit = cusum_limit(mean, phi, tail, scale=scale)
    found = cusum(counts, mean[:, None], limit=limit, dispersion=phi, scale=scale, restart=True)
    assert np.all(found.is_alarm.mean(axis=(0, 2)) < 1.3 * tail)
    assert np.all(found.is_alarm.mean(axis=(0, 2)) > 0.4 * tail)
    assert np.isnan(cusum_limit(array(0, NAN), array(1, 1), tail)).all()


# --------------------------------------------------------------------------------------------------------- the budget


def known(expected: Floats, dispersion: float = 1.0) -> Prediction:
    """A prediction without uncertainty."""
    nothing = np.zeros(expected.shape)
    return Prediction(
        expected=expected,
        dispersion=np.full(expected.shape, dispersion),
        error=nothing,
        spare=np.full(expected.shape, INF),
        trend=nothing,
        periods=np.full(expected.shape, 52.0),
    )


def test_a_budget_is_shared_by_all_tests() -> None:
    assert tail_per_test(6, budget=1) == 1 / 78
    assert tail_per_test(6, periods=3, methods=2, budget=0.5) == 0.5 / 36
    assert tail_per_test(1, budget=1) == 0.05
    with pytest.raises(ValueError, match="positive"):
        tail_per_test(0)


@pytest.mark.parametrize("dispersion", [1.0, 2.5])
@pytest.mark.parametrize("mean", [0.1, 0.4, 1.0, 6.0])
def test_what_whole_counts_leave_of_a_budget_is_used_and_no_more(mean: float, dispersion: float) -> None:
    series = known(np.geomspace(mean, 3 * mean, 12), dispersion)
    tail = tail_within_budget(series, budget=1)
    assert tail >= tail_per_test(12, budget=1)

    def false_alarms(tail: float) -> float:
        upper = judge(series, series.expected, tail).upper
        above = np.maximum(upper + 1, 2)
        return float(13 * probability_of_at_least(above, series.expected, series.ratio).sum())

    assert false_alarms(tail) <= 1
    # The next step of any series would be too much, but where the highest tail is reached.
    assert tail == 0.05 or false_alarms(tail * 1.0001) > 1
    assert false_alarms(tail_per_test(12, budget=1)) < 0.9


def test_equal_series_are_not_let_through_one_by_one() -> None:
    series = known(np.full(6, 1.0))
    # 1.9 % a week of each (four events or more) is 1.5 a quarter together, 0.37 % 0.3.
    tail = tail_within_budget(series, budget=1)
    assert 0.00366 < tail < 0.01899
    assert judge(series, np.full(6, 4.0), tail).is_signal.tolist() == [False] * 6
    assert judge(series, np.full(6, 5.0), tail).is_signal.tolist() == [True] * 6


def test_series_that_nobody_can_judge_take_nothing_of_the_budget() -> None:
    with_nobody = known(array(1, 2, NAN, NAN))
    assert tail_within_budget(with_nobody) == tail_within_budget(known(array(1, 2)))
    assert tail_within_budget(known(array(NAN))) == 0.05


def test_one_event_is_an_event_and_no_signal() -> None:
    series = known(array(0.01, 0.01))
    assert judge(series, array(1, 2), 0.02).is_signal.tolist() == [False, True]
    for tail in (0.0, 0.5):
        with pytest.raises(ValueError, match="tail"):
            judge(series, array(1, 2), tail)


# ------------------------------------------------------------------------------------------------------ what to use


def test_the_method_follows_from_how_much_is_known() -> None:
    assert choose_method(known_weeks=25, years=0.5, events_a_week=4) == Choice(method="none", reason="too_short")
    assert choose_method(known_weeks=26, years=0.5, events_a_week=4).method == "latest"
    assert choose_method(known_weeks=50, years=2.0, events_a_week=4).method == "latest"
    assert choose_method(known_weeks=50, years=2.6, events_a_week=4) == Choice(
        method="earlier_years", reason="", years_back=2
    )
    assert choose_method(known_weeks=50, years=3.2, events_a_week=4).years_back == 3
    assert choose_method(known_weeks=50, years=8, events_a_week=4).years_back == 5
    assert choose_method(known_weeks=50, years=8, events_a_week=0.7).method == "latest"
    assert choose_method(known_weeks=50, years=8, events_a_week=0.2) == Choice(method="none", reason="too_few")


def test_a_rise_that_no_week_shows_alone_is_found_with_its_beginning() -> None:
    counts = np.tile(array(2, 4, 3, 1, 5, 3), 20)[:80]
    counts[-4:] = 7
    reporters = np.ones(80)
    rows, behind = (
        np.stack([counts, 2 * counts, counts, counts]),
        np.stack([reporters, 2 * reporters, reporters, reporters]),
    )
    rows[2, -1] = NAN  # nobody reported the newest week
    rows[3, :45] = NAN  # too few weeks to learn from
    found = [find_rise(rows[:, :week], behind[:, :week], 1 / 260) for week in (77, 78, 79, 80)]
    assert np.any([each.is_signal for each in found], axis=0)[:2].all()
    for since, each in enumerate(found):
        assert not each.is_signal[0] or each.weeks[0] == since
    assert not found[-1].is_signal[2:].any()
    assert np.isnan(found[-1].sum[2:]).all()
    week = judge(expect_from_latest(rows[:2, 24:76], behind[:2, 24:76], behind[:2, -1]), rows[:2, -1], 1 / 260)
    assert week.is_signal.tolist() == [False, False]
    more = np.where(np.arange(80) >= 76, 3.0, 1.0)  # the same per reporter: services that began to report are no rise
    assert not find_rise(np.tile(array(2, 4, 3, 1, 5, 3), 20)[:80] * more, more, 1 / 260).is_signal


def test_last_years_same_weeks_stand_beside_at_this_years_reporters() -> None:
    starts = weeks("2025-01-06", 60)
    counts, reporters = np.arange(60.0), np.full(60, 2.0)
    reporters[-1] = 4
    # 2026-02-23 is week 9; week 9 of 2025 began on 24 February, number 7.
    assert starts[-1] == np.datetime64("2026-02-23")
    assert same_weeks_last_year(counts, reporters, starts) == pytest.approx(2 * (4 + 5 + 6 + 7) / 4)
    counts[6] = NAN
    assert np.isnan(same_weeks_last_year(counts, reporters, starts))
    assert np.isnan(same_weeks_last_year(counts[10:], reporters[10:], starts[10:]))


# -------------------------------------------------------------------------------------------------- known changes


@pytest.fixture(scope="module")
def nothing_happens() -> Series:
    return make_series(300, seed=8)


@pytest.mark.parametrize(
    ("method", "seen"),
    [(latest(26), 0.25), (both(latest(52, methods=2), rise(2)), 0.4), (both(earlier(3, methods=2), rise(2)), 0.45)],
)
def test_a_quarter_without_changes_has_at_most_one_false_alarm_and_a_threefold_rise_is_seen(
    nothing_happens: Series, method: Method, seen: float
) -> None:
    found = measure(method, nothing_happens, quarters=2, changes=("×3",))
    assert found.false_alarms <= 1
    assert found.seen["×3"][3] >= seen


@pytest.mark.parametrize("method", [latest(52, budget=2.0), published(3, "delta")])
def test_what_would_break_the_budget_is_noticed(nothing_happens: Series, method: Method) -> None:
    """The test above has teeth: too lax a plan, the published limits."""
    assert measure(method, nothing_happens, quarters=1, changes=()).false_alarms > 1
