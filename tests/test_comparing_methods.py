"""Ratios, differences, standardised rates, funnels and means: published values, a second implementation, coverage."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models.methods.dispersion import change_z
from models.methods.funnel import (
    funnel_limits,
    funnel_position,
    share_funnel_limits,
    share_funnel_position,
)
from models.methods.means import mean_limits
from models.methods.proportions import fpc_effective_n, wilson_limits
from models.methods.rates import Floats, poisson_limits, rate
from models.methods.ratios import (
    change_ratio,
    difference_of_limits,
    percent_change,
    rate_change_p,
    rate_ratio,
    ratio_method,
    share_difference,
)
from models.methods.standardised import directly_standardised, expected_counts, indirectly_standardised

NAN, INF = float("nan"), float("inf")
ONE = np.ones(1)


def array(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)


def vectors(shared: Path, beginning: str) -> list[dict[str, Any]]:
    every = json.loads((shared / "oracle" / "vectors.json").read_text(encoding="utf-8"))
    found = [vector for vector in every if vector["id"].startswith(beginning)]
    assert found
    return found


def overdispersed(mean: Floats, dispersion: float, seed: int) -> Floats:
    """Negative binomial counts whose variance is `dispersion` times their mean."""
    counts = np.random.default_rng(seed).negative_binomial(mean / (dispersion - 1), 1 / dispersion)
    return counts.astype(np.float64)


# ------------------------------------------------------------------------------------------------- published values


def test_the_funnel_line_of_an_observed_count_is_the_published_one(shared: Path) -> None:
    [vector] = vectors(shared, "FUNNEL-")
    high, low = funnel_limits(array(vector["input"]["observed"]))
    assert high[0] == pytest.approx(vector["expected"]["upper_2s_exp_events"], abs=vector["abs_tol"])
    assert low[0] == pytest.approx(vector["expected"]["lower_2s_exp_events"], abs=vector["abs_tol"])


def test_funnel_positions_are_the_published_ones(shared: Path) -> None:
    codes = {"Low (0.001)": -2, "Low (0.025)": -1, "Not significant": 0, "High (0.025)": 1, "High (0.001)": 2}
    found = vectors(shared, "FUNNELSIG")
    observed = array(*(vector["input"]["observed"] for vector in found))
    expected = array(*(vector["input"]["expected"] for vector in found))
    wanted = [codes[vector["expected"]["significance"]] for vector in found]
    assert funnel_position(observed, expected).tolist() == wanted


def test_a_count_between_the_two_funnel_limits_has_position_1() -> None:
    # O = 150, E = 119.57: "High (0.025)" in PHEindicatormethods' own test values.
    assert funnel_position(array(150), array(119.57)).tolist() == [1]


def test_the_exact_test_of_two_rates_gives_the_published_p(shared: Path) -> None:
    [vector] = vectors(shared, "HAND-TWO-POISSON")
    x1, n1, x2, n2 = (array(vector["input"][each]) for each in ("x1", "n1", "x2", "n2"))
    p = rate_change_p(x1, n1, x2, n2, ONE)
    assert p[0] == pytest.approx(vector["expected"]["p"], abs=vector["abs_tol"])


def test_the_exact_test_of_two_rates_is_that_of_rs_manual() -> None:
    # R, ?poisson.test: poisson.test(c(11, 6+8+7), c(800, 1083+1050+878)) gives p-value = 0.07967, ratio 1.971488.
    given = array(11), array(800), array(6 + 8 + 7), array(1083 + 1050 + 878), ONE
    assert rate_change_p(*given)[0] == pytest.approx(0.07967, abs=5e-6)
    assert rate_ratio(*given)[0][0] == pytest.approx(1.971488, abs=5e-7)


def test_a_change_from_nought_has_no_percentage(shared: Path) -> None:
    [vector] = vectors(shared, "HAND-YTD")
    before, now = array(vector["input"]["prev"]), array(vector["input"]["cur"])
    assert vector["expected"]["value"] is None
    assert np.isnan(percent_change(now, before, before)).all()


NEWCOMBE = [  # Newcombe (1998), Statistics in Medicine 17:873, table II, method 10
    ((56, 70), (48, 80), (0.0524, 0.3339)),
    ((9, 10), (3, 10), (0.1705, 0.8090)),
    ((6, 7), (2, 7), (0.0582, 0.8062)),
    ((5, 56), (0, 29), (-0.0381, 0.1926)),
    ((0, 10), (0, 20), (-0.1611, 0.2775)),
    ((0, 10), (0, 10), (-0.2775, 0.2775)),
    ((10, 10), (0, 20), (0.6791, 1.0)),
    ((10, 10), (0, 10), (0.6075, 1.0)),
]


@pytest.mark.parametrize(("one", "other", "limits"), NEWCOMBE)
def test_the_difference_of_two_shares_has_newcombes_published_limits(
    one: tuple[int, int], other: tuple[int, int], limits: tuple[float, float]
) -> None:
    share, base_share = one[0] / one[1], other[0] / other[1]
    difference, lower, upper = share_difference(array(share), array(one[1]), array(base_share), array(other[1]))
    assert difference[0] == pytest.approx(share - base_share)
    assert (lower[0], upper[0]) == pytest.approx(limits, abs=5e-5)


# --------------------------------------------------------------------------------------------- a second implementation


def test_exact_p_is_scipys_over_small_and_large_counts() -> None:
    random = np.random.default_rng(5)
    means = random.choice([0, 1, 3, 10, 100, 2000, 10**5], (2, 400))
    count, base = random.poisson(means).astype(np.float64)
    exposure = random.uniform(1, 9, 400)
    theirs = [
        stats.binomtest(int(x), int(x + y), e / (e + 1)).pvalue if x + y else 1.0
        for x, y, e in zip(count, base, exposure, strict=True)
    ]
    assert rate_change_p(count, exposure, base, ONE, ONE) == pytest.approx(theirs, rel=1e-6, abs=1e-300)


def test_an_outcome_as_likely_as_the_one_seen_counts_as_no_likelier() -> None:
    # Equal exposures: 8 to 2 is just as likely as 2 to 8, and p is twice the one tail.
    p = rate_change_p(array(2, 8, 5), ONE, array(8, 2, 5), ONE, ONE)
    assert p == pytest.approx([2 * stats.binom.cdf(2, 10, 0.5)] * 2 + [1])


@pytest.mark.parametrize(("count", "base"), [(0, 3), (3, 0), (1, 1), (4, 90), (90, 4), (2, 2000)])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.998])
def test_exact_ratio_limits_are_those_of_the_share_of_both(count: int, base: int, confidence: float) -> None:
    _, lower, upper = rate_ratio(array(count), array(3), array(base), array(2), ONE, confidence)
    share = stats.binomtest(count, count + base).proportion_ci(confidence, method="exact")
    as_ratio = [INF if each == 1 else each / (1 - each) * 2 / 3 for each in (share.low, share.high)]
    assert [lower[0], upper[0]] == pytest.approx(as_ratio, rel=1e-9)


def test_log_normal_ratio_limits_by_hand() -> None:
    # 40 to 100 among equally many, φ = 4: SE = √(4·(1/40 + 1/100)) = 0.374166; 0.4·e^(∓1.959964·0.374166).
    ratio, lower, upper = rate_ratio(array(40), ONE, array(100), ONE, array(4))
    assert (ratio[0], lower[0], upper[0]) == pytest.approx((0.4, 0.192119, 0.832819), abs=1e-6)


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.998])
def test_limits_of_a_mean_are_students(confidence: float) -> None:
    lower, upper = mean_limits(array(10, 10, 10), array(2, 2, 2), array(2, 15, 4000), confidence)
    for k, n in enumerate((2, 15, 4000)):
        theirs = stats.t.interval(confidence, n - 1, loc=10, scale=2 / n**0.5)
        assert (lower[k], upper[k]) == pytest.approx(theirs)


def test_the_lines_of_the_share_funnel_are_where_wilsons_limits_touch_the_benchmark() -> None:
    low, high = share_funnel_limits(array(0.3), array(120))
    assert wilson_limits(high, array(120))[0][0] == pytest.approx(0.3)
    assert wilson_limits(low, array(120))[1][0] == pytest.approx(0.3)


def test_a_standardised_rate_by_hand() -> None:
    # Rates 1/100 and 8/400, standard population 3:1 → (0.75·1/100 + 0.25·8/400)·1000 = 12.5.
    # Dobson: √Var = √(0.75²·1/100² + 0.25²·8/400²) = 0.00770552; limits of 9 events 4.11537 and 17.08480.
    value, lower, upper = directly_standardised(array(1, 8)[None], array(100, 400)[None], array(3, 1), per=1000)
    scale = 0.00770552 / 9**0.5 * 1000
    wanted = (12.5, 12.5 + scale * (4.11537 - 9), 12.5 + scale * (17.08480 - 9))
    assert (value[0], lower[0], upper[0]) == pytest.approx(wanted, abs=1e-3)


def test_standardising_to_ones_own_population_changes_nothing() -> None:
    counts, populations = array(7, 30, 4), array(900, 2000, 600)
    for found, wanted in zip(
        directly_standardised(counts[None], populations[None], populations),
        rate(array(41), array(3500), 100_000),
        strict=True,
    ):
        assert found == pytest.approx(wanted)


def test_no_event_at_all_has_the_upper_limit_of_the_heaviest_stratum() -> None:
    value, lower, upper = directly_standardised(np.zeros((1, 2)), array(100, 400)[None], array(1, 1), per=1)
    # 0.5/100 against 0.5/400 per event; a count of 0 has the upper limit −ln 0.025.
    assert (value[0], lower[0], upper[0]) == pytest.approx((0, 0, 0.005 * -np.log(0.025)))


def test_an_indirectly_standardised_ratio_by_hand() -> None:
    populations, rates = array(1000, 500)[None], array(0.01, 0.04)
    assert expected_counts(populations, rates).tolist() == [30]
    value, lower, upper = indirectly_standardised(array(45), populations, rates)
    low, high = poisson_limits(array(45))
    assert (value[0], lower[0], upper[0]) == pytest.approx((1.5, low[0] / 30, high[0] / 30))
    as_rate, _, _ = indirectly_standardised(array(45), populations, rates, crude_reference_rate=2000)
    assert as_rate[0] == pytest.approx(3000)


def test_the_difference_of_figures_with_symmetric_limits_adds_their_squares() -> None:
    difference, lower, upper = difference_of_limits(array(47), array(44), array(50), array(40), array(36), array(44))
    assert (difference[0], lower[0], upper[0]) == (7, 2, 12)


def test_the_difference_of_two_rates_takes_from_each_side_the_limit_that_bears_on_it() -> None:
    value, base = (12, 8, 18), (4, 1, 9)
    _, lower, upper = difference_of_limits(*map(array, (*value, *base)))
    assert lower[0] == pytest.approx(8 - (4**2 + 5**2) ** 0.5)
    assert upper[0] == pytest.approx(8 + (6**2 + 3**2) ** 0.5)


# ------------------------------------------------------------------------------------------------------------ coverage


def test_exact_ratio_limits_hold_the_truth_at_least_as_often_as_they_say() -> None:
    for both in range(1, 9):  # one of the two is under 5
        counts = np.arange(both + 1, dtype=np.float64)
        _, lower, upper = rate_ratio(counts, ONE, both - counts, ONE, ONE)
        for share in np.linspace(0.02, 0.98, 49):
            held = (lower <= share / (1 - share)) & (share / (1 - share) <= upper)
            assert stats.binom.pmf(counts, both, share)[held].sum() >= 0.95 - 1e-9


def test_exact_count_limits_hold_the_truth_at_least_as_often_as_they_say_and_byars_too() -> None:
    counts = np.arange(1500, dtype=np.float64)
    lower, upper = poisson_limits(counts)
    means = np.concatenate([np.linspace(0.1, 30, 300), np.linspace(30, 800, 300)])[:, None]
    chances = stats.poisson.pmf(counts, means)
    coverage = np.where((lower <= means) & (means <= upper), chances, 0).sum(axis=1)
    assert coverage.min() >= 0.95
    assert coverage[means[:, 0] > 100].mean() == pytest.approx(0.95, abs=0.005)


@pytest.mark.parametrize("n", [30, 100, 400])
def test_wilsons_limits_hold_the_truth_95_times_in_100_on_average(n: int) -> None:
    hits = np.arange(n + 1, dtype=np.float64)
    lower, upper = wilson_limits(hits / n, array(n))
    shares = np.linspace(0.05, 0.95, 400)[:, None]
    coverage = np.where((lower <= shares) & (shares <= upper), stats.binom.pmf(hits, n, shares), 0).sum(axis=1)
    assert coverage.mean() == pytest.approx(0.95, abs=0.005)


@pytest.mark.parametrize("mean", [30, 300])
def test_simulated_coverage_of_byars_limits_is_the_enumerated_one(mean: int) -> None:
    counts = np.arange(1000, dtype=np.float64)
    lower, upper = poisson_limits(counts)
    enumerated = stats.poisson.pmf(counts, mean)[(lower <= mean) & (mean <= upper)].sum()
    lower, upper = poisson_limits(np.random.default_rng(1).poisson(mean, 100_000).astype(np.float64))
    assert np.mean((lower <= mean) & (mean <= upper)) == pytest.approx(enumerated, abs=0.005)


@pytest.mark.parametrize("asked", [100, 150, 190])
def test_where_most_of_a_grade_answered_the_corrected_limits_hold_the_truth_95_times_in_100(asked: int) -> None:
    hits, of_all = np.arange(asked + 1, dtype=np.float64), np.arange(10, 191)[:, None]
    chances = stats.hypergeom.pmf(hits, 200, of_all, asked)

    def coverage(n: Floats) -> float:
        lower, upper = wilson_limits(hits / asked, n)
        return float(np.where((lower <= of_all / 200) & (of_all / 200 <= upper), chances, 0).sum(axis=1).mean())

    assert coverage(fpc_effective_n(array(asked), array(200))) == pytest.approx(0.95, abs=0.006)
    assert coverage(array(asked)) > 0.99


@pytest.mark.parametrize(("mean", "dispersion"), [(75, 2.8), (150, 2.8), (300, 5.0), (5000, 28.0)])
def test_a_change_test_of_5_percent_flags_4_to_6_of_100_null_changes(mean: int, dispersion: float) -> None:
    # Sizes and dispersions as reported vandalism has them; with φ = 1 the same series are flagged far too often.
    means = np.full(100_000, float(mean))
    now, before = overdispersed(means, dispersion, 11), overdispersed(means, dispersion, 12)
    assert 0.04 <= np.mean(rate_change_p(now, ONE, before, ONE, array(dispersion)) < 0.05) <= 0.06
    assert np.mean(rate_change_p(now, ONE, before, ONE, ONE) < 0.05) > 0.2


@pytest.mark.parametrize("mean", [1, 3, 10, 20, 75])
@pytest.mark.parametrize("dispersion", [1.5, 3.0, 5.0])
def test_the_limits_of_a_change_flag_no_more_null_changes_than_they_say(mean: int, dispersion: float) -> None:
    means = np.full(100_000, float(mean))
    now, before = overdispersed(means, dispersion, 13), overdispersed(means, dispersion, 15)
    flagged = []
    for limits in (change_ratio, rate_ratio):
        _, lower, upper = limits(now, ONE, before, ONE, array(dispersion))
        flagged.append(float(np.mean((lower > 1) | (upper < 1))))
    assert flagged[1] < flagged[0] <= 0.052


@pytest.mark.parametrize("mean", [1, 3, 10, 20])
@pytest.mark.parametrize("dispersion", [1.5, 3.0, 5.0])
def test_a_change_test_of_few_events_never_flags_more_than_it_says(mean: int, dispersion: float) -> None:
    means = np.full(100_000, float(mean))
    now, before = overdispersed(means, dispersion, 13), overdispersed(10 * means, dispersion, 14)
    for one, other, ratio in ((now, overdispersed(means, dispersion, 15), 1), (now, before, 10)):
        assert np.mean(rate_change_p(one, ONE, other, array(ratio), array(dispersion)) < 0.05) <= 0.05


@pytest.mark.parametrize("expected", [10, 50, 400])
@pytest.mark.parametrize("dispersion", [1.5, 3.0, 5.0])
def test_the_funnel_flags_no_more_than_it_says_where_nothing_is_special(expected: int, dispersion: float) -> None:
    observed = overdispersed(np.full(100_000, float(expected)), dispersion, 16)
    position = funnel_position(observed, array(expected), array(dispersion))
    assert np.mean(position != 0) <= 0.05
    assert np.mean(np.abs(position) == 2) <= 0.003
    assert np.mean(funnel_position(observed, array(expected)) != 0) > 0.05


def test_standardised_limits_hold_the_truth_95_times_in_100() -> None:
    means, populations, weights = array(4, 10, 25), array(1000, 1500, 2500), array(3, 2, 1)
    counts = np.random.default_rng(17).poisson(means, (50_000, 3)).astype(np.float64)
    _, lower, upper = directly_standardised(counts, np.broadcast_to(populations, counts.shape), weights, per=1)
    truth = (weights / 6 * means / populations).sum()
    assert np.mean((lower <= truth) & (truth <= upper)) == pytest.approx(0.95, abs=0.01)


# ---------------------------------------------------------------------------------------------------- what always holds

COUNTS = st.integers(0, 5000)
DISPERSIONS = st.sampled_from([1.0, 1.0001, 2.8, 28.0])


@given(COUNTS, COUNTS, DISPERSIONS, st.floats(0.01, 100))
@settings(max_examples=200, deadline=None)
def test_limits_enclose_the_ratio_and_turn_over_with_it(count: int, base: int, dispersion: float, per: float) -> None:
    given = array(count), array(per), array(base), ONE, array(dispersion)
    ratio, lower, upper = (float(each[0]) for each in rate_ratio(*given))
    if count == base == 0:
        assert np.isnan([ratio, lower, upper]).all()
        return
    assert lower <= ratio <= upper
    swapped, low, high = (float(each[0]) for each in rate_ratio(array(base), ONE, array(count), given[1], given[4]))
    with np.errstate(divide="ignore"):
        assert [swapped, low, high] == pytest.approx((1 / array(ratio, upper, lower)).tolist(), rel=1e-9)


@given(COUNTS, COUNTS, st.floats(1.0001, 30), st.floats(0.1, 10))
@settings(max_examples=200, deadline=None)
def test_with_dispersion_the_test_and_the_limits_say_the_same(
    count: int, base: int, dispersion: float, per: float
) -> None:
    given = array(count), array(per), array(base), ONE, array(dispersion)
    p = float(rate_change_p(*given)[0])
    assert 0 <= p <= 1
    _, lower, upper = rate_ratio(*given)
    if abs(p - 0.05) > 1e-9 and count + base:
        assert (p < 0.05) == bool((lower[0] > 1) | (upper[0] < 1))


@given(st.integers(1, 500), st.integers(1, 500), st.floats(1.1, 20))
@settings(max_examples=100, deadline=None)
def test_dispersion_widens_and_more_events_narrow(count: int, base: int, times: float) -> None:
    def log_width(factor: float, dispersion: float) -> float:
        _, lower, upper = rate_ratio(array(count * factor), ONE, array(base * factor), ONE, array(dispersion))
        return float(np.log(upper[0] / lower[0]))

    assert log_width(1, 2 * times) > log_width(1, 2)
    assert log_width(times, 2) < log_width(1, 2)


@given(st.integers(0, 10**5), st.floats(0.1, 1e5), st.floats(1, 30))
@settings(max_examples=100, deadline=None)
def test_a_funnel_with_dispersion_flags_nothing_that_one_without_does_not(o: int, e: float, dispersion: float) -> None:
    plain, wide = funnel_position(array(o), array(e))[0], funnel_position(array(o), array(e), array(dispersion))[0]
    assert plain * wide >= 0
    assert abs(wide) <= abs(plain)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(2, 1e4), st.floats(2, 1e4), st.floats(1.1, 5))
@settings(max_examples=200, deadline=None)
def test_limits_of_a_difference_enclose_it_and_narrow_with_n(
    share: float, base: float, n: float, m: float, times: float
) -> None:
    difference, lower, upper = share_difference(array(share), array(n, n * times), array(base), array(m, m * times))
    assert np.all((lower >= -1 - 1e-9) & (lower <= difference + 1e-9))
    assert np.all((difference <= upper + 1e-9) & (upper <= 1 + 1e-9))
    assert upper[1] - lower[1] < upper[0] - lower[0]


@given(st.integers(1, 500), st.integers(1, 500))
@settings(max_examples=100, deadline=None)
def test_knowing_more_of_a_population_says_more(n: int, more: int) -> None:
    smaller, larger = fpc_effective_n(array(n, n), array(n + more, n + more + 1))
    assert n <= larger <= smaller


def of_ratio(columns: Floats) -> list[Floats]:
    return list(rate_ratio(columns[0], columns[1], columns[2], columns[3], 1 + columns[4]))


def of_change(columns: Floats) -> list[Floats]:
    return [rate_change_p(columns[0], columns[1], columns[2], columns[3], 1 + columns[4])]


def of_difference(columns: Floats) -> list[Floats]:
    return list(share_difference(columns[0] / 1000, columns[1], columns[2] / 1000, columns[3]))


def of_funnel(columns: Floats) -> list[Floats]:
    return [funnel_position(columns[0], columns[1], 1 + columns[4])]


def of_share_funnel(columns: Floats) -> list[Floats]:
    return [share_funnel_position(columns[0] / 1000, columns[1], columns[2] / 1000, 1 + columns[4])]


def of_mean(columns: Floats) -> list[Floats]:
    return list(mean_limits(columns[0], columns[1], columns[2]))


def of_standardised(columns: Floats) -> list[Floats]:
    return list(directly_standardised(columns[[0, 2]].T, columns[[1, 3]].T, array(1, 2)))


@given(
    count=st.integers(0, 2000),
    base=st.integers(0, 2000),
    dispersion=st.floats(1, 30),
    exposure=st.floats(0.5, 2),
    confidence=st.sampled_from([0.9, 0.95, 0.99]),
)
@settings(max_examples=300, deadline=None)
def test_the_limits_of_a_change_hold_1_just_where_its_z_says_chance(
    count: int, base: int, dispersion: float, exposure: float, confidence: float
) -> None:
    arrays = array(count), array(exposure), array(base), ONE
    ratio, lower, upper = change_ratio(*arrays, array(dispersion), confidence)
    if count + base == 0:
        assert np.isnan([ratio, lower, upper]).all()
        return
    assert lower[0] <= ratio[0] <= upper[0]
    z = abs(float(change_z(*arrays, ONE)[0])) / np.sqrt(dispersion)
    point = stats.norm.ppf((1 + confidence) / 2)
    if abs(z - point) > 1e-6:
        assert bool(lower[0] > 1 or upper[0] < 1) == (z > point)


def test_the_limits_of_a_change_by_hand() -> None:
    # 17 of 60, both divided by 2.9: Wilson's limits of 0.2833 among 20.69 are 0.1357 and 0.4988; their odds.
    ratio, lower, upper = change_ratio(array(17), ONE, array(43), ONE, array(2.9))
    assert ratio[0] == pytest.approx(17 / 43)
    assert [lower[0], upper[0]] == pytest.approx([0.1357 / 0.8643, 0.4988 / 0.5012], rel=1e-3)
    ratio, lower, upper = change_ratio(array(3, 0), ONE, array(0, 3), ONE, array(2))
    assert (ratio.tolist(), lower[1], upper[0]) == ([INF, 0], 0, INF)


@pytest.mark.parametrize(
    "method", [of_ratio, of_change, of_difference, of_funnel, of_share_funnel, of_mean, of_standardised]
)
@given(rows=st.lists(st.tuples(*[st.integers(0, 1000)] * 4, st.integers(0, 3)), min_size=2, max_size=30))
@settings(max_examples=30, deadline=None)
def test_a_row_says_the_same_wherever_it_stands(
    method: Callable[[Floats], list[Floats]], rows: list[tuple[int, ...]]
) -> None:
    columns = np.array(rows, dtype=np.float64).T
    for ahead, backwards in zip(method(columns), method(columns[:, ::-1]), strict=True):
        # Six significant figures: a processor may take the last bits of a row differently in a longer one.
        assert np.allclose(ahead, backwards[::-1], rtol=1e-6, atol=1e-9, equal_nan=True)


# ---------------------------------------------------------------------------------------------- rules and bad input


def test_a_ratio_is_exact_where_a_count_is_under_five_and_nothing_but_counting_noise_is_there() -> None:
    assert ratio_method(array(4, 5, 4, 0), array(5, 5, 5, 9), array(1, 1, 2.8, 2.8)) == [
        "ratio_exact",
        "ratio_lognormal",
        "ratio_lognormal",
        "ratio_exact",
    ]


def test_a_ratio_to_nought_is_infinite_and_of_nought_to_nought_unknown() -> None:
    for dispersion in (array(1), array(3)):
        ratio, lower, upper = rate_ratio(array(3, 0, 0), ONE, array(0, 3, 0), ONE, dispersion)
        assert ratio[:2].tolist() == [INF, 0]
        assert upper[0] == INF
        assert lower[0] == pytest.approx(1 / upper[1])
        assert lower[1] == 0
        assert np.isnan([ratio[2], lower[2], upper[2]]).all()
        assert rate_change_p(array(0), ONE, array(0), ONE, dispersion)[0] == 1


def test_what_is_not_known_empties_that_row_only() -> None:
    count, exposure = array(7, NAN, 7, 7, 7), array(1, 1, 0, NAN, 1)
    dispersion = array(2, 2, 2, 2, NAN)
    only_the_first = [False, True, True, True, True]
    ratio, *limits = rate_ratio(count, exposure, array(9), ONE, dispersion)
    assert np.isnan(ratio).tolist() == [False, True, True, True, False]
    assert [np.isnan(each).tolist() for each in limits] == [only_the_first] * 2
    assert np.isnan(rate_change_p(count, exposure, array(9), ONE, dispersion)).tolist() == only_the_first
    assert np.isnan(rate_change_p(count, exposure, array(9), ONE, ONE)).tolist() == [False, True, True, True, False]
    assert np.isnan(funnel_position(count, exposure, dispersion)).tolist() == only_the_first
    assert np.isnan(share_funnel_position(count / 10, exposure, array(0.5), dispersion)).tolist() == only_the_first
    assert np.isnan(mean_limits(count, array(1), array(5, 5, 1.5, NAN, 0))[0]).tolist() == only_the_first
    assert np.isnan(fpc_effective_n(array(7, 7, NAN, 7, 0), array(9, 6, 9, NAN, 0))).tolist() == only_the_first
    for found in directly_standardised(count[:, None], exposure[:, None], array(1)):
        assert np.isnan(found).tolist() == [False, True, True, True, False]
    for found in indirectly_standardised(count, exposure[:, None], array(0.1)):
        assert np.isnan(found).tolist() == [False, True, True, True, False]


def test_answers_of_a_small_population_count_for_more() -> None:
    # 6·(9 − 1)/(9 − 6) = 16; one answer is one answer.
    assert fpc_effective_n(array(6, 1), array(9, 9)).tolist() == [16, 1]


def test_where_all_answered_nothing_is_left_to_chance() -> None:
    n = fpc_effective_n(array(30, 1), array(30, 1))
    assert n.tolist() == [INF, INF]
    assert [each.tolist() for each in wilson_limits(array(0.4, 1), n)] == [[0.4, 1], [0.4, 1]]


def test_a_percentage_rests_on_twenty_events_or_is_not_given() -> None:
    changes = percent_change(array(30, 24, 3, 15), array(20, 30, 6, 10), array(20, 30, 6, 19))
    assert changes[:2] == pytest.approx([50, -20])
    assert np.isnan(changes[2:]).all()


@pytest.mark.parametrize("confidence", [0.5, 1.0, 95.0, NAN])
def test_a_confidence_outside_nine_tenths_to_one_is_refused(confidence: float) -> None:
    for refused in (
        lambda: rate_ratio(ONE, ONE, ONE, ONE, ONE, confidence),
        lambda: share_difference(ONE, ONE, ONE, ONE, confidence),
        lambda: mean_limits(ONE, ONE, ONE, confidence),
        lambda: funnel_limits(ONE, ONE, confidence),
        lambda: share_funnel_limits(ONE, ONE, ONE, confidence),
        lambda: directly_standardised(ONE[None], ONE[None], ONE, confidence),
        lambda: indirectly_standardised(ONE, ONE[None], ONE, confidence),
    ):
        with pytest.raises(ValueError, match="confidence"):
            refused()


def test_a_dispersion_under_1_is_refused() -> None:
    for refused in (
        lambda: rate_ratio(ONE, ONE, ONE, ONE, array(0.9)),
        lambda: rate_change_p(ONE, ONE, ONE, ONE, array(0.9)),
        lambda: funnel_position(ONE, ONE, array(0.9)),
        lambda: share_funnel_position(ONE, ONE, ONE, array(0.9)),
    ):
        with pytest.raises(ValueError, match="dispersion"):
            refused()


def test_negative_counts_weights_and_deviations_are_refused() -> None:
    for refused in (
        lambda: rate_ratio(-ONE, ONE, ONE, ONE, ONE),
        lambda: rate_change_p(ONE, ONE, -ONE, ONE, ONE),
        lambda: funnel_position(-ONE, ONE),
        lambda: mean_limits(ONE, -ONE, ONE),
        lambda: directly_standardised(ONE[None], ONE[None], -ONE),
        lambda: indirectly_standardised(-ONE, ONE[None], ONE),
    ):
        with pytest.raises(ValueError, match="negative"):
            refused()


def test_a_benchmark_outside_0_to_1_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        share_funnel_position(array(0.5), array(100), array(47))
