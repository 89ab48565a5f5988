"""Follow-up: against published values, other implementations and counts whose effect is known."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize

from bench.simulate_follow_up import before_after, compared, coverage, detection, displaced, monthly, placebo_ranks
from models.methods.difference_in_differences import Change, difference_in_differences
from models.methods.displacement import displacement
from models.methods.interrupted import Errors, segmented
from models.methods.multiplicity import benjamini_hochberg, holm
from models.methods.power import smallest_detectable_effect
from models.methods.rates import Floats
from models.methods.synthetic_control import donor_weights, synthetic_control

NAN, INF = float("nan"), float("inf")
KINDS: tuple[Errors, ...] = ("dispersion", "newey_west", "widest")


def array(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)


def change(count: Any, base_count: Any, dispersion: Any = 1.0, exposure: Any = 1.0, base_exposure: Any = 1.0) -> Change:
    each = (np.asarray(value, dtype=np.float64) for value in (count, exposure, base_count, base_exposure, dispersion))
    return Change(**dict(zip(("count", "exposure", "base_count", "base_exposure", "dispersion"), each, strict=True)))


# -------------------------------------------------------------------------------------------- beside others' change


def test_the_ratio_of_rate_ratios_is_the_published_one(shared: Path) -> None:
    every = json.loads((shared / "oracle" / "vectors.json").read_text(encoding="utf-8"))
    [vector] = [vector for vector in every if vector["id"] == "HAND-DID-RRR"]
    given, expected = vector["input"], vector["expected"]
    found = difference_in_differences(
        change(given["t_after"], given["t_before"]), change(given["c_after"], given["c_before"])
    )
    assert found.ratio[0] == pytest.approx(expected["rrr"], abs=vector["abs_tol"])
    assert found.lower[0] == pytest.approx(expected["lower"], abs=vector["abs_tol"])
    assert found.upper[0] == pytest.approx(expected["upper"], abs=vector["abs_tol"])
    assert found.p[0] == pytest.approx(2 * stats.norm.sf(abs(np.log(expected["rrr"])) / expected["se_log"]))
    assert found.method.tolist() == ["did_lognormal"]


@pytest.mark.parametrize(("table"), [(3, 12, 40, 50), (0, 7, 12, 9), (4, 0, 30, 50), (2, 2, 3, 90)])
def test_few_events_have_the_exact_limits_of_an_odds_ratio(table: tuple[int, ...]) -> None:
    t1, t0, c1, c0 = table
    found = difference_in_differences(change(t1, t0), change(c1, c0))
    known = stats.contingency.odds_ratio([[t1, t0], [c1, c0]], kind="conditional").confidence_interval(0.95)
    assert (found.lower[0], found.upper[0]) == pytest.approx((known.low, known.high), rel=1e-6)
    assert found.method.tolist() == ["did_exact"]
    assert (found.p[0] < 0.05) == (found.lower[0] > 1 or found.upper[0] < 1)


def test_exposures_are_reckoned_with_in_every_method() -> None:
    for counts, phi in (((25, 40, 98, 100), 1.0), ((3, 12, 40, 50), 1.0), ((25, 40, 98, 100), 4.0)):
        t1, t0, c1, c0 = counts
        plain = difference_in_differences(change(t1, t0, phi), change(c1, c0, phi))
        longer = difference_in_differences(change(t1, t0, phi, 2, 1), change(c1, c0, phi, 1, 3))
        for name in ("ratio", "lower", "upper"):
            assert getattr(longer, name) == pytest.approx(getattr(plain, name) / 2 / 3), name
        turned = difference_in_differences(change(t0, t1, phi), change(c0, c1, phi))
        assert (turned.lower[0], turned.p[0]) == pytest.approx((1 / plain.upper[0], plain.p[0]), rel=1e-6)


def test_dispersion_widens_as_the_root_of_it_and_joins_the_score_limits_without_a_step() -> None:
    one, four = (difference_in_differences(change(400, 500, phi), change(4000, 5000, phi)) for phi in (1.0, 4.0))
    assert np.log(four.upper / four.ratio) == pytest.approx(2 * np.log(one.upper / one.ratio))
    just, below = (difference_in_differences(change(n, 60, 4.0), change(400, 500, 4.0)) for n in (40, 39))
    assert (just.method[0], below.method[0]) == ("did_lognormal", "did_score")
    assert below.lower[0] / below.ratio[0] == pytest.approx(just.lower[0] / just.ratio[0], rel=0.05)
    rows = difference_in_differences(change([3, 3, 3], 12, [1, 1.0001, 1.5]), change(40, 50, [1, 1.0001, 1.5]))
    assert rows.method.tolist() == ["did_exact", "did_score", "did_score"]
    assert rows.lower[1] == pytest.approx(rows.lower[0])  # more noise, no narrower
    assert rows.lower[2] <= rows.lower[1]


def test_what_cannot_be_compared_has_no_ratio() -> None:
    found = difference_in_differences(
        change([5, 0, 5, 5, NAN, 0], [0, 0, 5, 5, 5, 5], 2.0, [1, 1, 0, 1, 1, 1]),
        change([50, 50, 50, 0, 50, 50], [50, 50, 50, 0, 50, 50], 2.0),
    )
    assert np.isnan(found.lower).tolist() == [False, True, True, True, True, False]
    assert found.ratio[0] == found.upper[0] == INF
    assert found.ratio[5] == found.lower[5] == 0
    assert 0 < found.upper[5] < 2
    unknown = difference_in_differences(change(50, 60, NAN), change(500, 500, NAN))
    assert unknown.ratio[0] == pytest.approx(50 / 60)
    assert np.isnan([unknown.lower[0], unknown.p[0]]).all()
    with pytest.raises(ValueError, match="negative"):
        difference_in_differences(change(-1, 5), change(5, 5))
    with pytest.raises(ValueError, match="dispersion"):
        difference_in_differences(change(1, 5, 0.5), change(5, 5))


@pytest.mark.parametrize("dispersion", [1.0, 1.1, 2.0, 4.0])
@pytest.mark.parametrize(
    "expected", [(10.0, 10.0, 50.0, 45.0), (25.0, 15.0, 100.0, 90.0), (200.0, 150.0, 800.0, 700.0)]
)
def test_limits_hold_a_known_effect_as_often_as_they_say(expected: tuple[float, ...], dispersion: float) -> None:
    found = compared(expected, dispersion, 2000)
    truth = expected[1] / expected[0] * expected[2] / expected[3]
    assert 0.935 <= coverage(found.lower, found.upper, truth)[0] <= 0.975
    assert np.nanmedian(found.ratio) == pytest.approx(truth, rel=0.08)


@pytest.mark.parametrize("dispersion", [1.0, 1.1, 3.0])
@pytest.mark.parametrize("expected", [(1.0, 1.0, 10.0, 10.0), (3.0, 3.0, 3.0, 3.0), (5.0, 5.0, 50.0, 50.0)])
def test_limits_of_few_events_are_careful(expected: tuple[float, ...], dispersion: float) -> None:
    found = compared(expected, dispersion, 400)
    assert coverage(found.lower, found.upper, 1.0)[0] >= 0.95


@pytest.mark.parametrize("dispersion", [1.0, 2.0, 4.0])
def test_limits_before_and_after_hold_a_known_change(dispersion: float) -> None:
    assert 0.935 <= before_after((50.0, 40.0), dispersion)[0] <= 0.97
    assert before_after((3.0, 3.0), dispersion)[0] >= 0.95


# -------------------------------------------------------------------------------------------------- months and dates


def made(months: int, dates: dict[int, tuple[float, float]], rate: float = 200) -> Floats:
    """Counts without noise of a series with a season, a falling line, and a step and a bend at each date."""
    time = np.arange(months) / 12
    log = np.log(rate) - 0.1 * time + 0.3 * np.sin(2 * np.pi * time)
    for date, (step, bend) in dates.items():
        log = log + np.where(time >= date / 12, np.log(step) + np.log(bend) * (time - date / 12), 0.0)
    return np.asarray(np.exp(log))


def test_a_step_and_a_bend_at_each_of_two_dates_are_found_apart() -> None:
    counts = made(72, {24: (0.8, 0.9), 44: (1.3, 1.2)})
    found = segmented(counts, [24, 44])
    assert found.level.value == pytest.approx([0.8, 1.3], rel=1e-4)
    assert found.slope.value == pytest.approx([0.9, 1.2], rel=1e-4)
    assert found.after.value == pytest.approx([0.8 * 0.9 ** (47 / 12), 1.3 * 1.2 ** (27 / 12)], rel=1e-4)
    assert found.without == pytest.approx(made(72, {}), rel=1e-4)
    assert found.dispersion == 1


def test_days_of_a_month_are_behind_its_count_and_a_month_without_data_is_left_out() -> None:
    days = np.tile([31.0, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], 5)
    counts = made(60, {30: (0.7, 1.0)}) * days
    counts[[5, 40]] = NAN
    found = segmented(np.stack([counts, counts]), [30], days)
    assert found.level.value[:, 0] == pytest.approx([0.7, 0.7], rel=1e-4)
    assert np.isnan(found.fitted[0, [5, 40]]).all()


def test_without_a_year_on_either_side_nothing_is_said() -> None:
    counts = made(40, {})
    found = segmented(np.stack([counts, np.where(np.arange(40) < 20, NAN, counts)]), [20, 30])
    assert np.isfinite(found.level.value).tolist() == [[True, False], [False, False]]
    assert np.isnan(found.level.lower[0, 1])
    for dates in ([], [0], [40], [20, 10], [20, 20]):
        with pytest.raises(ValueError, match="dates"):
            segmented(counts, dates)


def test_standard_errors_are_those_of_the_regression_and_of_neighbours() -> None:
    rng = np.random.default_rng(7)
    counts = rng.poisson(made(48, {24: (0.8, 1.0)}, 20)).astype(float)
    plain, neighbours, widest = (segmented(counts, [24], errors=each, lags=0) for each in KINDS)

    def reach(found: Any) -> float:
        return float(np.log(found.level.upper[0] / found.level.value[0]))

    # By hand, of the same columns: X'WX and, without lags, White's sandwich.
    time = np.arange(48) / 12
    waves = [wave(2 * np.pi * n * time) for n in (1, 2) for wave in (np.sin, np.cos)]
    step = (np.arange(48) >= 24).astype(float)
    design = np.column_stack([np.ones(48), time - 2, *waves, step, step * (time - 2)])
    bread = np.linalg.inv(design.T @ (plain.fitted[:, None] * design))
    t = stats.t(40).ppf(0.975)
    assert reach(plain) == pytest.approx(t * np.sqrt(plain.dispersion * bread[6, 6]), rel=1e-5)
    scores = (counts - plain.fitted)[:, None] * design
    sandwich = bread @ scores.T @ scores @ bread * 48 / 40
    assert reach(neighbours) == pytest.approx(t * np.sqrt(sandwich[6, 6]), rel=1e-5)
    assert reach(widest) >= max(reach(plain), reach(neighbours)) * (1 - 1e-9)


def test_limits_of_a_step_hold_it() -> None:
    held, error, *_ = monthly(30.0, 3.0, 0.6, series=1500)
    assert 0.94 <= held[0] <= 0.98
    assert abs(error) < 0.03
    follow, *_ = monthly(30.0, 3.0, 1.0, correlation=0.4, series=1500)
    assert follow[0] >= 0.925
    alone, *_ = monthly(30.0, 3.0, 1.0, errors="newey_west", series=500)
    assert alone[0] < 0.9  # why it is not used alone


# ------------------------------------------------------------------------------------------------- synthetic control


def test_weights_are_those_of_the_best_fit_that_is_a_mean() -> None:
    rng = np.random.default_rng(11)
    donors = rng.normal(10, 3, (6, 20))
    target = 0.6 * donors[1] + 0.4 * donors[4]
    assert donor_weights(target, donors) == pytest.approx([0, 0.6, 0, 0, 0.4, 0], abs=1e-6)
    away = target + rng.normal(0, 2, 20)
    found = donor_weights(away, donors)
    assert found.sum() == pytest.approx(1)
    assert np.all(found >= 0)

    def size(weights: Floats) -> float:
        return float(((weights @ donors - away) ** 2).sum())

    other = minimize(
        size,
        np.full(6, 1 / 6),
        bounds=[(0, 1)] * 6,
        constraints={"type": "eq", "fun": lambda weights: weights.sum() - 1},
        options={"ftol": 1e-12},
    )
    assert size(found) <= other.fun * (1 + 1e-6)
    assert donor_weights(donors[0], donors[[0, 0, 1]]).sum() == pytest.approx(1)  # a perfect fit, two ways


def test_a_place_that_changed_as_no_other_is_first_in_rank() -> None:
    rng = np.random.default_rng(3)
    course = np.cumsum(rng.normal(0, 1, 30))
    donors = 50 + course + rng.normal(0, 1, (12, 30))
    target = 50 + course + rng.normal(0, 1, 30)
    changed = np.where(np.arange(30) >= 20, target * 0.7, target)
    found = synthetic_control(changed, donors, 20)
    assert (found.rank, found.places) == (1, 13)
    assert found.p == 1 / 13
    assert found.ratio == pytest.approx(0.7, abs=0.02)
    assert found.gap == pytest.approx(changed - found.synthetic)
    assert synthetic_control(target, donors, 20).rank > 1
    one_that_fits_nobody = np.vstack([donors, 10 + 40 * rng.random(30)])
    assert np.isnan(synthetic_control(changed, one_that_fits_nobody, 20).placebo_ratios[-1])
    with pytest.raises(ValueError, match="donors"):
        synthetic_control(target, donors[:1], 20)
    with pytest.raises(ValueError, match="no period"):
        synthetic_control(target, donors, 30)
    with pytest.raises(ValueError, match="missing"):
        synthetic_control(np.where(np.arange(30) == 3, NAN, target), donors, 20)


def test_a_place_where_nothing_was_done_is_first_no_oftener_than_any() -> None:
    p = placebo_ranks(1.0, series=150)
    assert np.mean(p <= 0.05) <= 0.1
    assert np.mean(p <= 0.5) == pytest.approx(0.5, abs=0.12)
    assert np.mean(placebo_ranks(0.5, series=60) <= 0.05) > 0.6


# ------------------------------------------------------------------------------------------------------ displacement


def test_the_displacement_quotient_is_the_formula() -> None:
    found = displacement(array(400, 200), array(300, 350), array(1000, 900))
    target, buffer = 200 / 900 - 400 / 1000, 350 / 900 - 300 / 1000
    assert found.target_change == pytest.approx(target)
    assert found.quotient == pytest.approx(buffer / target)
    assert found.lower < found.quotient < found.upper < 0
    wider = displacement(array(400, 200), array(300, 350), array(1000, 900), 2.0)
    assert wider.lower < found.lower
    assert wider.upper > found.upper


def test_what_did_not_fall_has_nothing_to_displace() -> None:
    found = displacement(
        np.stack([array(40, 30), array(400, 200)]), np.stack([array(50, 60)] * 2), np.stack([array(500, 500)] * 2)
    )
    assert np.isnan(found.quotient).tolist() == [True, False]
    assert np.isnan([found.lower[0], found.upper[0]]).all()
    assert np.isnan(displacement(array(400, 200), array(50, 60), array(0, 500)).quotient)
    with pytest.raises(ValueError, match="negative"):
        displacement(array(-1, 2), array(1, 2), array(1, 2))


def test_limits_of_the_displacement_quotient_hold_it() -> None:
    told, held = displaced(0.5, 400.0, 2.0, 2000)
    assert told > 0.99
    assert 0.935 <= held <= 0.965


# ------------------------------------------------------------------------------------------------- several and power


def test_adjusted_p_are_the_published_ones() -> None:
    # The worked example of Benjamini & Hochberg (1995), section 3.2: fifteen hypotheses, four rejected at 5 %.
    p = array(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0)  # fmt: skip # noqa: E501
    assert np.count_nonzero(benjamini_hochberg(p) <= 0.05) == 4
    assert np.count_nonzero(holm(p) <= 0.05) == 3
    assert benjamini_hochberg(p)[:5] == pytest.approx([0.0015, 0.003, 0.0095, 0.035625, 0.0603])
    assert holm(p)[:4] == pytest.approx([0.0015, 0.0056, 0.0247, 0.114])


def test_adjusted_p_are_those_of_another_implementation_in_any_order_and_past_gaps() -> None:
    p = np.random.default_rng(5).random((4, 9))
    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p, axis=-1))
    mixed = p[0].copy()
    mixed[[2, 6]] = NAN
    known = np.isfinite(mixed)
    for adjust in (holm, benjamini_hochberg):
        assert adjust(mixed)[known] == pytest.approx(adjust(mixed[known]))
        assert np.isnan(adjust(mixed)[~known]).all()
        assert np.all(adjust(p) >= p)
        with pytest.raises(ValueError, match="between 0 and 1"):
            adjust(array(1.5))


def test_forty_offences_show_only_a_fall_by_more_than_half() -> None:
    fall, rise = smallest_detectable_effect(array(40), array(40), array(1))
    assert fall == pytest.approx([-55], abs=1)
    assert rise > -fall
    with_control, _ = smallest_detectable_effect(array(40), array(40), array(1), 40, 40)
    assert with_control < fall
    assert np.isnan(smallest_detectable_effect(array(5, 0), array(5, 5), array(2))[0]).all()
    longer, _ = smallest_detectable_effect(array(80), array(40), array(1))
    assert fall < longer
    with pytest.raises(ValueError, match="power"):
        smallest_detectable_effect(array(1), array(1), array(1), power=0.4)
    with pytest.raises(ValueError, match="dispersion"):
        smallest_detectable_effect(array(1), array(1), array(0.5))


@pytest.mark.parametrize(("base", "dispersion", "control"), [(40.0, 1.0, 1e6), (100.0, 2.0, 1000.0)])
def test_the_smallest_detectable_effect_is_found_as_often_as_promised(
    base: float, dispersion: float, control: float
) -> None:
    *_, falls, rises = detection(base, dispersion, control, 2000)
    assert 0.77 <= falls <= 0.88
    assert 0.77 <= rises <= 0.88
