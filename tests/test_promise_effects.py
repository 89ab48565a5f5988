"""What can be said to have come of a promise: known effects are found, and what the figures cannot show is not said."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from bench.follow_up_vandalism import counts_of, followed_up, lines
from bench.simulate_follow_up import drawn
from models._beside import Benchmarks
from models._follow_up import DESIGNS, EFFECTS, MONTHLY, follow_up
from models._followed import rule_changes_of
from models._judge import judge
from models._model import all_models
from models._scope import benchmarks as reviewed
from models.methods.multiplicity import holm
from reports._document import Chart
from reports._facts import Release, facts_of
from reports._language import language
from reports._printed import every_block
from reports._promise_effects import effect_sentence, outcome_words, settled
from reports._promises import earlier_promises, promises
from sources._problem import Problem
from sources._strict import read_reference
from tests.test_report import folder as folder
from tests.test_report import release as release

RULES = ("rule_change", "valid_from", "title", "focus_areas", "indicators", "source", "url")
OWN = ("1415", "1419", "1421")
NEXT_DOOR = ("0010", "0011")  # to 1415
SIMILAR = tuple(f"8{number:03d}" for number in range(7))
OTHERS = tuple(f"9{number:03d}" for number in range(60))  # what the dispersion is estimated from
EVERY = (*OWN, *NEXT_DOOR, *SIMILAR, *OTHERS)
BENCHMARKS = Benchmarks(
    members={"sf": frozenset(OWN), "00": frozenset(EVERY)},
    # Its own area, its partners and its neighbours are like it too, as they are in Kolada's groups.
    similar={"1415": frozenset({*SIMILAR, "1415", "1419", "0010"})},
    neighbours={"1415": frozenset({"1419", "1421", *NEXT_DOOR})},
    periods=(),
)
YEARS = range(2015, 2023)
PHI = 2.0
Counts = Mapping[tuple[str, int], float]


def counted(mean: float = 300, *, of: Mapping[str, float] | None = None, seed: int = 1, phi: float = PHI) -> Counts:
    """Counts of every municipality, of: what 2021 and 2022 are multiplied with in some."""
    rng = np.random.default_rng(seed)
    told = of or {}
    return {
        (code, year): float(drawn(rng, mean * (told.get(code, 1.0) if year > 2020 else 1.0), phi, (1,))[0])
        for code in EVERY
        for year in YEARS
    }


def figures(counts: Counts, indicator: str = "x_rate", **changed: Any) -> pl.DataFrame:
    """Rows as `_judge.py` takes them, with the sums over the police area."""
    own = [{"area_code": code, "year": year, "numerator": count, "places": 1} for (code, year), count in counts.items()]
    for year in sorted({year for _, year in counts}):
        if all((code, year) in counts for code in OWN):
            total = sum(counts[code, year] for code in OWN)
            own.append({"area_code": "sf", "year": year, "numerator": total, "places": 3})
    unknown = ("weight_squares", "lower_confidence_limit", "upper_confidence_limit")
    told = {"kind": "counts", "period_type": "year", "breakdown": "", "category": "", "status": "ok", "per": 1e5}
    listed = {"static_flags": changed.get("static_flags", []), "breaks": changed.get("breaks", [])}
    return pl.DataFrame(own).select(
        "area_code",
        *(pl.lit(value).alias(name) for name, value in told.items()),
        *(pl.lit(None, pl.Float64).alias(name) for name in unknown),
        area="area_code",
        area_type=pl.when(pl.col("area_code") == "sf").then(pl.lit("police_area")).otherwise(pl.lit("municipality")),
        indicator=pl.lit(indicator),
        polarity=pl.lit("low_is_good"),
        period=pl.col("year").cast(pl.String),
        period_start=pl.date("year", 1, 1),
        numerator=pl.col("numerator"),
        denominator=20_000.0 * pl.col("places"),
        value=5 * pl.col("numerator"),
        row_flags=pl.lit(None, pl.String),
        static_flags=pl.lit(listed["static_flags"], pl.List(pl.String)),
        breaks=pl.lit(listed["breaks"], pl.List(pl.Int64)),
        is_synthetic=pl.lit(False),
    )


def promised(
    indicators: Sequence[str] = ("x_rate",), areas: Sequence[str] = ("1415",), *, expected: str = "lower", **days: date
) -> Mapping[str, pl.DataFrame]:
    """One promise of 2021–2022 beside 2019–2020."""
    told = {
        "promise_start": date(2021, 1, 1),
        "promise_end": date(2022, 12, 31),
        "baseline_start": date(2019, 1, 1),
        "baseline_end": date(2020, 12, 31),
        **days,
    }
    return {
        "promises": pl.DataFrame([{"promise": "p", "area_code": "sf", **told}]),
        "promise_areas": pl.DataFrame({"promise": "p", "area_code": areas}),
        "promise_indicators": pl.DataFrame(
            {"promise": "p", "indicator": indicators, "expected_direction": expected, "smallest_hoped_pct": 30.0}
        ),
    }


def rules(*rows: tuple[str, str]) -> pl.DataFrame:
    """National changes of rules, a day and a title each, of the focus area of the figures."""
    return pl.DataFrame(
        [{**dict.fromkeys(RULES), "rule_change": t, "valid_from": d, "title": t, "focus_areas": "f"} for d, t in rows],
        schema=dict.fromkeys(RULES, pl.String),
    )


def followed(
    rows: pl.DataFrame,
    told: Mapping[str, pl.DataFrame] | None = None,
    *,
    months: pl.DataFrame | None = None,
    changed: pl.DataFrame | None = None,
    benchmarks: Benchmarks = BENCHMARKS,
) -> pl.DataFrame:
    """Through the dispersion of all municipalities, as the pipeline does."""
    told = promised() if told is None else told
    judged = judge(rows, frozenset({*OWN, "sf"}), benchmarks)
    focus = dict.fromkeys(told["promise_indicators"]["indicator"], "f")
    none = pl.DataFrame(schema=dict(MONTHLY))
    found = follow_up(
        judged.everywhere,
        none if months is None else months,
        told,
        rules() if changed is None else changed,
        focus,
        benchmarks,
    )
    assert found.columns == list(EFFECTS)
    return found


def of(found: pl.DataFrame, design: str = "did", area: str = "1415") -> dict[str, Any]:
    [row] = found.filter(design=design, area_code=area).to_dicts()
    return row


# ---------------------------------------------------------------------------------------- beside similar municipalities


def test_a_known_effect_is_found_and_its_limits_hold_it() -> None:
    """Sixty places promise, each beside seven of its own; everybody's counts fall by a fifth, theirs by 40 % more."""
    places = [f"{number:04d}" for number in range(1000, 1480)]
    groups = {places[8 * n]: frozenset(places[8 * n + 1 : 8 * n + 8]) for n in range(60)}
    rng = np.random.default_rng(20261123)
    rows = []
    for place in places:
        for year in range(2017, 2023):
            fall = (0.8 * (0.6 if place in groups else 1.0)) if year > 2020 else 1.0
            rows.append({"place": place, "year": year, "count": drawn(rng, 40 * fall, PHI, (1,))[0]})
    counts = {(row["place"], row["year"]): float(row["count"]) for row in rows}
    benchmarks = replace(BENCHMARKS, similar=groups, neighbours={})
    found = followed(figures(counts), promised(areas=[*groups]), benchmarks=benchmarks).filter(design="did")
    assert found.height == 60
    assert found["dispersion"].mean() == pytest.approx(PHI, rel=0.3)  # estimated from all of them
    # The standard error of the mean of the logarithms is 0.29 / √60.
    assert np.log(found["effect"].to_numpy()).mean() == pytest.approx(np.log(0.6), abs=0.08)
    held = found.filter((pl.col("effect_lower") <= 0.6) & (pl.col("effect_upper") >= 0.6)).height
    assert held >= 54  # 95 % of 60 are 57, ± 2 standard errors of 1.7
    assert set(found["result"]) <= {"lower", "cannot_tell"}
    assert found.filter(result="lower").height > 20


def test_a_national_fall_is_nobodys_promise() -> None:
    fallen = {(code, year): count * (0.6 if year > 2020 else 1) for (code, year), count in counted(2000).items()}
    row = of(followed(figures(fallen)))
    assert (row["result"], row["reason"]) == ("similar", "")
    assert row["effect_lower"] < 1 < row["effect_upper"]
    assert -30 < row["smallest_detectable_fall"] < -5
    assert row["events_during"] < 0.7 * row["events_before"]


def test_it_is_compared_with_neither_itself_nor_partners_nor_neighbours() -> None:
    row = of(followed(figures(counted())))
    assert row["compared_with"].split("; ") == list(SIMILAR)
    assert row["compared_places"] == 7
    counts = counted()
    assert row["compared_during"] == sum(counts[code, year] for code in SIMILAR for year in (2021, 2022))
    without = {key: count for key, count in counts.items() if key not in {(SIMILAR[0], 2020), (SIMILAR[1], 2022)}}
    assert of(followed(figures(without)))["compared_places"] == 5  # figures of every year, or not at all
    two = {key: count for key, count in counts.items() if key[0] not in SIMILAR[2:]}
    assert (of(followed(figures(two)))["result"], of(followed(figures(two)))["reason"]) == (
        "not_possible",
        "no_similar",
    )


def test_small_counts_cannot_tell_and_never_say_that_nothing_happened() -> None:
    for seed in range(5):
        row = of(followed(figures(counted(4, seed=seed, phi=1.0))))
        if row["effect_lower"] is None or row["effect_lower"] < 1 < row["effect_upper"]:
            assert (row["result"], row["reason"]) == ("cannot_tell", "too_few_figures")
            assert row["smallest_detectable_fall"] is None or row["smallest_detectable_fall"] < -30
    nothing = {key: 0.0 if key[0] == "1415" else count for key, count in counted(4).items()}
    row = of(followed(figures(nothing)))
    assert (row["effect"], row["result"], row["reason"]) == (None, "cannot_tell", "too_few_figures")


def test_several_indicators_are_asked_more_of() -> None:
    # Found alone, but not as one of five.
    names = ["x_rate", *(f"y{n}_rate" for n in range(4))]
    rows = [figures(counted(300, of={"1415": 0.84}, seed=5), names[0])]
    rows += [figures(counted(300, seed=20 + n), name) for n, name in enumerate(names[1:])]
    alone = of(followed(rows[0]))
    assert (alone["tests"], alone["p_adjusted"], alone["result"]) == (1, alone["p"], "lower")
    assert 0.01 < alone["p"] < 0.05
    found = followed(pl.concat(rows), promised(names)).filter(design="did")
    assert found["tests"].to_list() == [5] * 5
    assert found["p_adjusted"].to_list() == pytest.approx(holm(found["p"].to_numpy()).tolist(), abs=1e-5)
    told = found.row(by_predicate=pl.col("indicator") == "x_rate", named=True)
    assert (told["result"], told["reason"]) == ("cannot_tell", "several_indicators")
    assert told["smallest_detectable_fall"] < alone["smallest_detectable_fall"]


def test_where_it_went_another_way_already_before_nothing_is_said() -> None:
    halving = {2019: 0.5, 2020: 0.5, 2021: 0.25, 2022: 0.25}
    counts = {key: count * halving.get(key[1], 1) if key[0] == "1415" else count for key, count in counted().items()}
    row = of(followed(figures(counts)))
    assert row["effect_upper"] < 1
    assert row["earlier_upper"] < 1
    assert (row["result"], row["reason"]) == ("cannot_tell", "differed_before")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"breaks": [2021]}, "series_break"),
        ({"breaks": [2020]}, "series_break"),
        ({"static_flags": ["own_trend_only"]}, "own_trend_only"),
        ({"static_flags": ["self_selected"]}, "self_selected"),
    ],
)
def test_what_cannot_be_compared_is_refused(changed: Mapping[str, Any], reason: str) -> None:
    found = followed(figures(counted(of={"1415": 0.3}), **changed))
    assert set(found.filter(pl.col("design") != "interrupted")["reason"]) == {reason}
    assert of(found)["effect"] is None
    assert of(followed(figures(counted(of={"1415": 0.3}), breaks=[2019])))["result"] == "lower"  # all of one series


def test_years_that_are_missing_and_promises_without_figures_say_so() -> None:
    counts = counted()
    for years, reason in (((2019,), "missing_before"), ((2022,), "missing_during"), (YEARS, "no_figures")):
        lacking = {key: count for key, count in counts.items() if key[0] != "1415" or key[1] not in years}
        assert of(followed(figures(lacking)))["reason"] == reason
    few = {key: count for key, count in counts.items() if key[0] not in OTHERS}
    assert of(followed(figures(few)))["reason"] in {"", "no_dispersion", "too_few_figures"}
    shares = figures(counts).with_columns(kind=pl.lit("published"))
    assert of(followed(shares))["reason"] == "not_summed"


def test_what_follows_the_police_is_shown_and_not_judged() -> None:
    row = of(followed(figures(counted(of={"1415": 0.4}), static_flags=["effort_driven"])))
    assert (row["result"], row["reason"]) == ("lower", "effort_driven")
    assert "Det bedöms inte. Talet följer polisens insatser." in effect_sentence({**row, "expected_direction": "none"})


# ---------------------------------------------------------------------------------------------------- the other designs


def monthly(factor: float, rule: float = 1.0, *, first: date = date(2017, 1, 1), mean: float = 60) -> pl.DataFrame:
    """Months to the end of 2022 that change when the promise begins, and again in September 2021."""
    rng = np.random.default_rng(3)
    months = [date(year, month, 1) for year in range(first.year, 2023) for month in range(1, 13)]
    events = []
    for month in months:
        season = 1 + 0.3 * np.sin(2 * np.pi * month.month / 12)
        step = (factor if month >= date(2021, 1, 1) else 1) * (rule if month >= date(2021, 9, 1) else 1)
        events.append(int(rng.poisson(mean * season * step)))
    return pl.DataFrame(
        {"indicator": "x_rate", "municipality_code": "1415", "month": months, "events": events, "is_synthetic": False},
        schema=dict(MONTHLY),
    )


def test_a_step_at_the_promise_is_told_from_one_where_a_rule_changed() -> None:
    rows = figures(counted())
    changed = rules(("2021-08-31", "Nya regler"))
    row = of(followed(rows, months=monthly(0.6, 0.5), changed=changed), "interrupted")
    assert row["effect_lower"] < 0.6 < row["effect_upper"] < 1
    assert (row["result"], row["rule_changes"]) == ("lower", "Nya regler (2021-08-31)")
    # The fall is the rule's: without it, the promise would have got some of it.
    row = of(followed(rows, months=monthly(1.0, 0.5), changed=changed), "interrupted")
    assert row["effect_lower"] < 1 < row["effect_upper"]
    alone = of(followed(rows, months=monthly(1.0, 0.5)), "interrupted")
    assert abs(np.log(alone["effect"])) > abs(np.log(row["effect"]))
    said = effect_sentence({**row, "expected_direction": "lower"})
    assert "Regler som ändrades i hela landet är frånräknade." in said


def test_a_rule_that_changed_before_the_years_before_begins_the_months() -> None:
    rows, months = figures(counted()), monthly(1.0)
    fell = months.with_columns(
        events=pl.col("events") * pl.when(pl.col("month") < date(2018, 3, 1)).then(3).otherwise(1)
    )
    since = of(followed(rows, months=fell, changed=rules(("2018-03-01", "Nya regler"))), "interrupted")
    assert (
        since["effect"]
        == of(followed(rows, months=months.filter(pl.col("month") >= date(2018, 3, 1))), "interrupted")["effect"]
    )
    assert since["effect_lower"] < 1 < since["effect_upper"]
    assert since["rule_changes"] is None
    # A line through both would have called it the promise's.
    assert of(followed(rows, months=fell), "interrupted")["effect"] != pytest.approx(since["effect"], rel=0.05)


def test_a_rule_of_the_same_month_and_too_few_months_are_not_told_apart() -> None:
    rows = figures(counted())
    same = rules(("2020-12-31", "Samtidigt"))
    row = of(followed(rows, months=monthly(0.5), changed=same), "interrupted")
    assert (row["effect"], row["result"], row["reason"]) == (None, "cannot_tell", "rule_change")
    few = monthly(0.5).filter(pl.col("month") >= date(2020, 2, 1))
    assert of(followed(rows, months=few), "interrupted")["reason"] == "too_few_months"
    broken = of(followed(figures(counted(), breaks=[2021]), months=monthly(0.5)), "interrupted")
    assert broken["reason"] == "series_break"
    assert of(followed(rows, months=monthly(1.0, mean=0.3)), "interrupted")["reason"] == "too_few_figures"
    assert of(followed(rows), "interrupted")["reason"] == "no_months"


def test_a_synthetic_control_of_few_decides_nothing_and_of_many_places_too_few_years_is_none() -> None:
    row = of(followed(figures(counted(of={"1415": 0.5}))), "synthetic_control")
    assert row["effect"] == pytest.approx(0.5, abs=0.15)
    assert (row["placebo_rank"], row["result"], row["reason"]) == (1, "cannot_tell", "few_placebos")
    assert row["p"] == pytest.approx(1 / (row["placebos"] + 1), abs=1e-6)
    many = replace(BENCHMARKS, similar={"1415": frozenset(OTHERS[:20])})
    assert of(followed(figures(counted()), benchmarks=many), "synthetic_control")["reason"] == "too_few_years"


def test_what_moved_next_door_is_seen_only_where_something_changed_here() -> None:
    moved = {"1415": 0.5, **dict.fromkeys(NEXT_DOOR, 1.25)}
    row = of(followed(figures(counted(4000, of=moved, phi=1.0))), "displacement")
    assert (row["measure"], row["result"], row["compared_with"]) == ("quotient", "lower", "; ".join(NEXT_DOOR))
    assert row["effect_lower"] < -1 < row["effect_upper"] < 0
    still = of(followed(figures(counted())), "displacement")
    assert (still["effect"], still["result"], still["reason"]) == (None, "cannot_tell", "no_own_change")
    alone = replace(BENCHMARKS, neighbours={"1415": frozenset({"1419"})})
    assert of(followed(figures(counted()), benchmarks=alone), "displacement")["reason"] == "no_neighbours"


# ------------------------------------------------------------------------------------------------------------ the lists


def test_every_change_of_rules_concerns_what_there_is() -> None:
    listed = read_reference("rule_changes")
    known = {*read_reference("focus_areas")["focus_area"], *(model.name for model in all_models() if model.indicator)}
    found = rule_changes_of(listed)
    assert {each for rule in found for each in rule.concerns} <= known
    assert {rule.day for rule in found if "A-traktor" in rule.title} == {date(2023, 8, 31)}
    assert all(url.startswith("https://") for url in listed["url"])
    months = read_reference("monthly_offences")
    assert set(months["indicator"]) <= known
    assert set(months["offence"]) <= set(read_reference("bra_offences").filter(pl.col("monthly_id") != "")["offence"])


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"valid_from": "31 augusti"}, "rule_changes.csv, a, valid_from: är inget datum: 31 augusti"),
        ({"focus_areas": None}, "rule_changes.csv, a: säger inte vad den rör"),
    ],
)
def test_a_change_of_rules_with_a_slip_in_it_is_one_sentence(row: Mapping[str, Any], sentence: str) -> None:
    with pytest.raises(Problem) as problem:
        rule_changes_of(rules(("2021-01-01", "a")).with_columns(**{name: pl.lit(each) for name, each in row.items()}))
    assert sentence in str(problem.value)


# ---------------------------------------------------------------------------------------------- the sample and the page


def test_the_sample_s_real_vandalism_is_what_the_documentation_says(sample_data: Path) -> None:
    written = (Path(__file__).parent.parent / "docs" / "loften.md").read_text(encoding="utf-8")
    found = [*lines(followed_up(counts_of(sample_data / "warehouse.duckdb")))]
    assert len(found) == 2 + 16
    assert "\n".join(found) in written


def test_every_promise_has_a_row_for_each_figure_and_way_and_none_hides_a_lack_of_power(release: Release) -> None:
    rows = release.tables["promise_effects"]
    linked = release.tables["promise_outcomes"].select("promise", "area_code", "indicator")
    assert rows.height == 4 * linked.height
    assert set(rows["design"]) == set(DESIGNS)
    similar = rows.filter(design="did", result="similar")
    assert not similar.is_empty()
    assert (similar["smallest_detectable_fall"] >= -30).all()
    outcomes = release.tables["promise_outcomes"].filter(outcome="within_chance", expected_direction="lower")
    assert (outcomes["smallest_detectable_fall"] >= -30).all()
    assert rows.filter((pl.col("result") == "not_possible") & (pl.col("reason") == "")).is_empty()
    near = reviewed().neighbours
    for code, compared in (
        rows.filter(design="did", area_type="municipality").select("area_code", "compared_with").rows()
    ):
        beside = set((compared or "").split("; "))
        named = dict(read_reference("municipalities").select("municipality_code", "municipality").iter_rows())
        assert not beside & {named[each] for each in (*OWN, *near[code])}


def test_the_page_shows_promise_by_promise_and_what_could_have_been_seen(release: Release) -> None:
    area = next(each for each in release.areas if each.code == "sodra_fyrbodal")
    facts = facts_of(area, release)
    page = promises(facts)
    said = str(page)
    for sentence in (
        "Hade talet per invånare ändrats som i 16 liknande kommuner hade antalet blivit ungefär 838. Det blev 837.",
        "sannolikt mellan 20 procent lägre och 25 procent högre. Skillnaden kan bero på slumpen.",
        "För att synas i fyra fall av fem måste en minskning vara minst 41 procent.",
        "Om det är mer än slump kan inte avgöras med dessa tal.",
        "Krav på bälte och en person per plats i A-traktor, och högst 30 km i timmen (2023-08-31)",
    ):
        assert sentence in said
    [chart] = [each for each in every_block(page.blocks) if isinstance(each, Chart)]
    assert chart.finding == "Anmäld skadegörelse: inget löfte skiljer sig säkert från liknande kommuner"
    assert [row[0].text for row in chart.table.rows] == ["Löftet 2017", "Löftet 2021–2022", "Löftet 2023–2024"]
    assert [row[2].text for row in chart.table.rows] == ["103", "100", ".."]
    appendix = str(earlier_promises(facts))
    assert (
        "Därför går det inte att säga om något har flyttat till Kungälv, Lilla Edet, Lysekil och Uddevalla." in appendix
    )
    assert not re.search("signifikan|konfidens|outlier|benchmark", said + appendix, re.IGNORECASE)
    assert outcome_words(facts, "sodra_fyrbodal_2021_k2") == (
        "Anmäld skadegörelse: skillnaden ryms i slumpen; ett mått till: kan inte avgöras med dessa tal"
    )


ROW: Mapping[str, Any] = {
    **dict.fromkeys(EFFECTS),
    "design": "did",
    "expected_direction": "lower",
    "effect": 0.6,
    "effect_lower": 0.4,
    "effect_upper": 0.9,
    "smallest_detectable_fall": -35.2,
    "smallest_detectable_rise": 50.0,
    "events_during": 60,
    "compared_places": 7,
    "compared_with": "Lysekil; Uddevalla",
    "tests": 3,
    "placebo_rank": 2,
    "placebos": 7,
    "result": "lower",
    "outcome": "as_expected",
    "reason": "",
}
HEAD = "Hade talet per invånare ändrats som i 7 liknande kommuner hade antalet blivit ungefär 100. Det blev 60. "
UNDECIDED = "Om det är mer än slump kan inte avgöras med dessa tal."
SEEN = "För att synas i fyra fall av fem måste en minskning vara minst 35 procent."


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {},
            (
                f"{HEAD}Det är 40 procent lägre, sannolikt mellan 10 procent lägre och 60 procent lägre. "
                f"Skillnaden är statistiskt säkerställd. Det visar inte om löftet är orsaken. {SEEN}"
            ),
        ),
        (
            {"effect_upper": 1.2, "result": "cannot_tell", "reason": "too_few_figures"},
            (
                f"{HEAD}Det är 40 procent lägre, sannolikt mellan 60 procent lägre och 20 procent högre. {UNDECIDED} "
                f"{SEEN}"
            ),
        ),
        (
            {"effect_upper": float("inf"), "smallest_detectable_fall": None, "result": "cannot_tell", "reason": "x"},
            (
                f"{HEAD}Det är 40 procent lägre, sannolikt mellan 60 procent lägre och mer än tio gånger så högt. "
                f"{UNDECIDED} Inte ens om antalet sjunkit till noll hade det kunnat synas."
            ),
        ),
        (
            {"result": "cannot_tell", "reason": "several_indicators"},
            (
                f"{HEAD}Det är 40 procent lägre, sannolikt mellan 10 procent lägre och 60 procent lägre. "
                f"Löftet har 3 mått, och något av så många skiljer sig lätt av slump. {UNDECIDED} {SEEN}"
            ),
        ),
        (
            {"result": "cannot_tell", "reason": "differed_before"},
            (
                f"{HEAD}Det är 40 procent lägre, sannolikt mellan 10 procent lägre och 60 procent lägre. "
                f"Redan åren före löftet gick det på olika sätt här och där. {UNDECIDED} {SEEN}"
            ),
        ),
        (
            {"result": "not_possible", "effect": None, "reason": "no_similar"},
            "För få liknande kommuner har siffror.",
        ),
        (
            {"design": "synthetic_control", "effect_lower": None, "result": "cannot_tell", "reason": "few_placebos"},
            (
                "Jämfört med ett vägt medel av 7 liknande kommuner: det är 40 procent lägre. Bland de 8 kommuner där "
                "ett sådant medel passar är avvikelsen nummer 2, den största först. Det kan inte avgöras med dessa tal."
            ),
        ),
        (
            {"design": "displacement", "effect": -0.5},
            "När antalet ändrades här ändrades det åt andra hållet i Lysekil och Uddevalla. Något kan ha flyttat.",
        ),
        (
            {"design": "displacement", "effect": None, "result": "cannot_tell", "reason": "no_own_change"},
            (
                "Förändringen här går inte att skilja från slump. Därför går det inte att säga om något har flyttat "
                "till Lysekil och Uddevalla."
            ),
        ),
    ],
)
def test_a_row_says_what_it_holds_and_no_more(changed: Mapping[str, Any], sentence: str) -> None:
    assert effect_sentence({**ROW, **changed}) == sentence
    with language("en"):
        assert not re.search(r"\b(är|inte|löftet)\b", effect_sentence({**ROW, **changed}))


def test_others_decide_where_they_can_and_the_years_before_where_they_cannot() -> None:
    before = {"outcome": "as_expected"}
    assert settled(before, None) == "as_expected"
    assert settled(before, {**ROW, "result": "not_possible", "outcome": "not_compared"}) == "as_expected"
    assert settled(before, {**ROW, "result": "cannot_tell", "outcome": "not_compared"}) == "not_compared"
    assert settled(before, ROW) == "as_expected"
