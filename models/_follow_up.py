"""What can be said to have come of each promise, in four designs, and how small a change the figures could have shown.

did: an area's change beside that of similar municipalities. interrupted: its months before and after the promise began,
cleared of national changes of rules. synthetic_control: a weighted mean of similar municipalities, with its rank among
placebos. displacement: whether neighbours changed the other way. Only `did` decides; the others stand in the appendix.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from models._beside import Benchmarks
from models._followed import FEWEST_COMPARED, Case, RuleChange, Sum, concerning, counted_of, rule_changes_of, together
from models.methods.difference_in_differences import Change, Effect, difference_in_differences
from models.methods.displacement import displacement
from models.methods.interrupted import segmented
from models.methods.multiplicity import holm
from models.methods.power import smallest_detectable_effect
from models.methods.rates import Floats
from models.methods.synthetic_control import synthetic_control
from sources._promises import Span

CONFIDENCE = 0.95
DESIGNS = ("did", "interrupted", "synthetic_control", "displacement")
EFFECTS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("promise", "area_code", "indicator", "design", "measure"), pl.String),
    **dict.fromkeys(("effect", "effect_lower", "effect_upper", "p", "p_adjusted"), pl.Float64),
    "tests": pl.Int64,
    **dict.fromkeys(("smallest_detectable_fall", "smallest_detectable_rise", "dispersion"), pl.Float64),
    **dict.fromkeys(("events_during", "events_before", "compared_during", "compared_before"), pl.Int64),
    "compared_with": pl.String,
    "compared_places": pl.Int64,
    **dict.fromkeys(("earlier_effect", "earlier_lower", "earlier_upper"), pl.Float64),
    **dict.fromkeys(("placebo_rank", "placebos"), pl.Int64),
    **dict.fromkeys(("rule_changes", "result", "reason"), pl.String),
    "is_synthetic": pl.Boolean,
}
NOT_FOLLOWED = pl.DataFrame(schema=dict(EFFECTS))
MONTHLY: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "indicator": pl.String,
    "municipality_code": pl.String,
    "month": pl.Date,
    "events": pl.Int64,
    "is_synthetic": pl.Boolean,
}

_DECIMALS = 6
_POWER = 0.8
_Z, _Z_POWER = 1.959963984540054, 0.8416212335729143
_FEWEST_YEARS = 5  # before, for a synthetic control
_FEWEST_RANKED = 20  # places: among fewer no rank is as rare as one in twenty
_SHOWN_WEIGHT = 0.01
_WIDEST_QUOTIENT = 0.5
_YEAR = 12
_MONTHS_BEFORE = 60  # a straight line through more than five years is a story of its own
_FEWEST_A_MONTH = 1.0
_DAYS = ("promise_start", "promise_end", "baseline_start", "baseline_end")
# Reasons of figures that are there and do not decide; with any other nothing could be computed.
_UNDECIDED = frozenset({"too_few_figures", "rule_change"})

_Row = dict[str, Any]
_Found = dict[Case, _Row]


def follow_up(
    rows: pl.DataFrame,
    months: pl.DataFrame,
    promised: Mapping[str, pl.DataFrame],
    rule_changes: pl.DataFrame,
    focus: Mapping[str, str],
    benchmarks: Benchmarks,
) -> pl.DataFrame:
    """One row per promise, area, indicator and design, in the columns of `EFFECTS`; where nothing can be said, why.

    rows: every row that may be shown, of all municipalities, with its dispersion (`_judge.py`). months: the columns of
    `MONTHLY`, whole months. promised: `promises`, `promise_areas`, `promise_indicators` (`_promises.py`). rule_changes:
    the reviewed list. focus: the focus area of each indicator.

    An interval that holds 1 is `similar` only where a change of `smallest_hoped_pct` (of promise_indicators) would have
    been found in four cases of five, the promise's other indicators allowed for; else it is `cannot_tell`. Raises
    Problem for a rule change that cannot be read.
    """
    promises = promised["promises"].select("promise", *_DAYS, parties="area_code")
    linked = (
        promises.join(promised["promise_areas"].select("promise", "area_code").unique(), on="promise")
        .join(promised["promise_indicators"], on="promise")
        .sort("promise", "area_code", "indicator")
    )
    if linked.is_empty():
        return NOT_FOLLOWED
    wanted = sorted(linked["indicator"].unique())
    counted = counted_of(rows.filter(pl.col("indicator").is_in(wanted)), wanted, focus)
    told = [
        (
            row,
            Case(
                indicator=row["indicator"],
                area=row["area_code"],
                period=Span(start=row["promise_start"], end=row["promise_end"]),
                baseline=Span(start=row["baseline_start"], end=row["baseline_end"]),
                parties=benchmarks.members.get(row["parties"], frozenset({row["parties"]})),
                counted=counted[row["indicator"]],
                benchmarks=benchmarks,
            ),
        )
        for row in linked.iter_rows(named=True)
    ]
    cases = list(dict.fromkeys(case for _, case in told))
    names = dict(rows.select("area_code", "area").unique().iter_rows())
    rules = rule_changes_of(rule_changes)
    by_month = _months_of(months.filter(pl.col("indicator").is_in(wanted)))
    by_design: Mapping[str, _Found] = {
        "did": _beside_similar(cases, names),
        "interrupted": {case: _interrupted(case, by_month, rules) for case in cases},
        "synthetic_control": {case: _synthetic(case, names) for case in cases},
        "displacement": _displaced(cases, names),
    }
    found = [
        {
            **dict.fromkeys(EFFECTS),
            "measure": "quotient" if design == "displacement" else "ratio",
            "reason": "",
            "is_synthetic": any(each.is_synthetic for each in case.counted.places.get(case.area, {}).values()),
            **by_design[design][case],
            **{name: row[name] for name in ("promise", "area_code", "indicator", "expected_direction")},
            "smallest_hoped_pct": row["smallest_hoped_pct"],
            "design": design,
            "rule_changes": "; ".join(f"{each.title} ({each.day})" for each in concerning(case, rules)) or None,
            "is_effort_driven": "effort_driven" in case.counted.flags,
        }
        for row, case in told
        for design in DESIGNS
    ]
    _adjust(found)
    for row in found:
        row["result"], row["reason"] = _verdict(row)
    floats = [name for name, dtype in EFFECTS.items() if dtype == pl.Float64]
    return (
        pl.DataFrame([{name: row[name] for name in EFFECTS} for row in found], schema=dict(EFFECTS))
        .with_columns(pl.col(floats).fill_nan(None).round(_DECIMALS))
        .sort("promise", "area_code", "indicator", pl.col("design").cast(pl.Enum(DESIGNS)))
    )


# ---------------------------------------------------------------------------------------- beside similar municipalities


def _beside_similar(cases: Sequence[Case], names: Mapping[str, str]) -> _Found:
    """Difference-in-differences of all cases at once, and the same for the time before against the time before that."""
    found: _Found = {case: {"reason": case.refusal} for case in cases if case.refusal}
    can = [case for case in cases if not case.refusal]
    effect, sums = _ratio(can, [(case.before, case.during) for case in can])
    earlier = [(case, range(case.before.start - len(case.before), case.before.start)) for case in can]
    whole = [
        (case, years)
        for case, years in earlier
        if all(case.counted.has(code, range(years.start, case.before.stop)) for code in (case.area, *case.similar))
    ]
    placebo, _ = _ratio([case for case, _ in whole], [(years, case.before) for case, years in whole])
    ratios = zip(placebo.ratio.tolist(), placebo.lower.tolist(), placebo.upper.tolist(), strict=True)
    before = {case: told for (case, _), told in zip(whole, ratios, strict=True)}
    for number, (case, (t1, t0, c1, c0)) in enumerate(zip(can, sums, strict=True)):
        others = c1.events / c1.inhabitants * c0.inhabitants / c0.events if c0.events else float("nan")
        found[case] = {
            **_limits(effect.ratio[number], effect.lower[number], effect.upper[number]),
            "p": float(effect.p[number]),
            "dispersion": together([t1, t0]).dispersion,
            "compared_dispersion": together([c1, c0]).dispersion,
            "expected": t0.events * t1.inhabitants / t0.inhabitants * others,
            **_counts(t1, t0, c1, c0),
            "compared_with": _named(case.similar, names),
            "compared_places": len(case.similar),
            **dict(zip(("earlier_effect", "earlier_lower", "earlier_upper"), before.get(case, ()), strict=False)),
        }
    return found


def _ratio(cases: Sequence[Case], spans: Sequence[tuple[range, range]]) -> tuple[Effect, list[tuple[Sum, ...]]]:
    """`difference_in_differences` of each case between two spans of years, with its sums T₁, T₀, C₁, C₀."""
    sums = [
        tuple(case.counted.pooled(codes, years) for codes in ((case.area,), case.similar) for years in (after, before))
        for case, (before, after) in zip(cases, spans, strict=True)
    ]

    def change(after: int, before: int) -> Change:
        return Change(
            count=np.array([each[after].events for each in sums]),
            exposure=np.array([each[after].inhabitants for each in sums]),
            base_count=np.array([each[before].events for each in sums]),
            base_exposure=np.array([each[before].inhabitants for each in sums]),
            dispersion=np.array([together([each[after], each[before]]).dispersion for each in sums]),
        )

    return difference_in_differences(change(0, 1), change(2, 3), CONFIDENCE), sums


def _limits(effect: float, lower: float, upper: float) -> _Row:
    return {"effect": float(effect), "effect_lower": float(lower), "effect_upper": float(upper)}


def _counts(t1: Sum, t0: Sum, c1: Sum, c0: Sum) -> _Row:
    return {
        "events_during": round(t1.events),
        "events_before": round(t0.events),
        "compared_during": round(c1.events),
        "compared_before": round(c0.events),
        "is_synthetic": any(each.is_synthetic for each in (t1, t0, c1, c0)),
    }


def _named(codes: Sequence[str], names: Mapping[str, str]) -> str:
    return "; ".join(sorted(names.get(code, code) for code in codes))


def _synthetic(case: Case, names: Mapping[str, str]) -> _Row:
    """A synthetic control of yearly rates, from all years before that are of one series."""
    if case.refusal:
        return {"reason": case.refusal}
    first = case.before.start
    while case.counted.has(case.area, range(first - 1, case.during.stop)):
        first -= 1
    years, periods = range(first, case.during.stop), case.during.start - first
    donors = [code for code in case.similar if case.counted.has(code, years)]
    if not case.counted.has(case.area, years):
        return {"reason": "missing_before"}  # the years before do not reach up to the promise
    # Of more places than that nearly any course is a weighted mean (of one more than periods in 1 of 2^periods cases,
    # of twice as many in one of two: Wendel 1962), and its rank among placebos says nothing.
    if periods < _FEWEST_YEARS or len(donors) > periods + 1:
        return {"reason": "too_few_years"}
    if len(donors) < FEWEST_COMPARED:
        return {"reason": "no_similar"}
    cells = [[case.counted.places[code][year] for year in years] for code in (case.area, *donors)]
    rates = 1e5 * np.array([[each.events / each.inhabitants for each in place] for place in cells])
    fitted = synthetic_control(rates[0], rates[1:], periods)
    weights = sorted(zip(fitted.weights.tolist(), donors, strict=True), key=lambda each: (-each[0], each[1]))
    return {
        "effect": fitted.ratio,
        "p": fitted.p,
        "events_during": round(together(cells[0][periods:]).events),
        "events_before": round(together(cells[0][:periods]).events),
        "compared_with": "; ".join(
            f"{names.get(code, code)} {100 * weight:.0f} %" for weight, code in weights if weight >= _SHOWN_WEIGHT
        ),
        "compared_places": len(donors),
        "placebo_rank": fitted.rank,
        "placebos": fitted.places - 1,
        "is_synthetic": any(each.is_synthetic for place in cells for each in place),
    }


def _displaced(cases: Sequence[Case], names: Mapping[str, str]) -> _Found:
    """The weighted displacement quotient with the neighbours that are not part of the promise, of all cases at once."""
    found: _Found = {}
    arms: dict[Case, list[list[Sum]]] = {}
    for case in cases:
        if reason := case.refusal or ("" if case.neighbours else "no_neighbours"):
            found[case] = {"reason": reason}
        elif len(case.before) != len(case.during):
            found[case] = {"reason": "unequal_periods"}
        else:
            places = ((case.area,), case.neighbours, case.similar)
            arms[case] = [
                [case.counted.pooled(codes, years) for years in (case.before, case.during)] for codes in places
            ]
    counts = np.array([[[each.events for each in arm] for arm in of] for of in arms.values()]).reshape(-1, 3, 2)
    # The noisiest of the three stands for all.
    dispersion = np.array([max(each.dispersion for arm in of for each in arm) for of in arms.values()])
    told = displacement(counts[:, 0], counts[:, 1], counts[:, 2], dispersion, CONFIDENCE)
    for number, (case, (own, near, _)) in enumerate(arms.items()):
        found[case] = {
            **_limits(told.quotient[number], told.lower[number], told.upper[number]),
            "dispersion": float(dispersion[number]),
            **_counts(own[1], own[0], near[1], near[0]),
            "compared_with": _named(case.neighbours, names),
            "compared_places": len(case.neighbours),
        }
    return found


# -------------------------------------------------------------------------------------------------------------- months

_Months = Mapping[tuple[str, str], Mapping[int, tuple[int, bool]]]


def _months_of(months: pl.DataFrame) -> _Months:
    """By indicator and municipality, then by number of month: events, and whether they are constructed."""
    found: dict[tuple[str, str], dict[int, tuple[int, bool]]] = {}
    for indicator, code, month, events, is_synthetic in months.select(*MONTHLY).iter_rows():
        found.setdefault((indicator, code), {})[_number(month)] = events, is_synthetic
    return found


def _number(month: date) -> int:
    return _YEAR * month.year + month.month - 1


def _first_month(day: date) -> int:
    """The number of the first month in whose greater part something held that began on a day."""
    return _number(day) + (day.day > 15)


def _interrupted(case: Case, months: _Months, rules: Sequence[RuleChange]) -> _Row:
    """The step at the promise's start in the area's months, cleared of the steps where national rules changed."""
    members = [months.get((case.indicator, code), {}) for code in sorted(case.members)]
    known = sorted(set(members[0]).intersection(*members))
    if not known:
        return {"reason": "no_months"}
    begins, ends = _first_month(case.period.start), _number(case.period.end)
    breaks = [_YEAR * year for year in case.counted.breaks_of(case.area)]
    if any(_number(case.baseline.start) < each <= ends for each in breaks):
        return {"reason": "series_break"}
    # The months reach further back than the years: a rule that changed there begins the line, as a new series does.
    within = frozenset(concerning(case, rules))
    earlier = frozenset(concerning(case, rules, since=date.min)) - within
    oldest = max(
        known[0],
        begins - _MONTHS_BEFORE,
        *(each for each in breaks if each <= ends),
        *(_first_month(each.day) for each in earlier),
    )
    start, length = begins - oldest, ends - oldest + 1
    inside = [month for month in known if oldest <= month <= ends]
    sides = [sum(month < begins for month in inside), sum(month >= begins for month in inside)]
    if min(sides) < _YEAR:
        return {"reason": "too_few_months"}
    counts = np.full(length, np.nan)
    for month in inside:
        counts[month - oldest] = sum(each[month][0] for each in members)
    told = {
        "events_before": int(np.nansum(counts[:start])),
        "events_during": int(np.nansum(counts[start:])),
        "is_synthetic": any(each[month][1] for each in members for month in inside),
    }
    if np.nanmean(counts) < _FEWEST_A_MONTH:
        return {**told, "reason": "too_few_figures"}
    changed = {_first_month(each.day) - oldest for each in within}
    if start in changed:
        return {**told, "reason": "rule_change"}
    dates = sorted({start, *(each for each in changed if 0 < each < length)})
    fitted, at = segmented(counts, dates, confidence=CONFIDENCE), dates.index(start)
    level = fitted.level
    # The interval reaches z standard errors; to be found with 80 % power a step must lie z + z' of them from 1.
    reach = (_Z + _Z_POWER) / _Z * np.log(level.upper[at] / level.value[at])
    return {
        **told,
        **_limits(level.value[at], level.lower[at], level.upper[at]),
        "p": float(level.p[at]),
        "smallest_detectable_fall": float(100 * np.expm1(-reach)),
        "smallest_detectable_rise": float(100 * np.expm1(reach)),
        "dispersion": float(fitted.dispersion),
    }


# ------------------------------------------------------------------------------------------------------------ verdicts


def _adjust(rows: Sequence[_Row]) -> None:
    """Of the primary design: p adjusted over the indicators of a promise in an area, and what could have been found."""
    groups: dict[tuple[str, str], list[_Row]] = {}
    for row in rows:
        if row["design"] == "did" and row["p"] is not None and not np.isnan(row["p"]):
            groups.setdefault((row["promise"], row["area_code"]), []).append(row)
    by_tests: dict[int, list[_Row]] = {}
    for group in groups.values():
        for row, adjusted in zip(group, holm(np.array([each["p"] for each in group])).tolist(), strict=True):
            row["p_adjusted"], row["tests"] = adjusted, len(group)
        by_tests.setdefault(len(group), []).extend(group)
    for tests, together_ in by_tests.items():

        def of(name: str, group: Sequence[_Row] = together_) -> Floats:
            return np.array([each[name] for each in group], dtype=np.float64)

        fall, rise = smallest_detectable_effect(
            of("events_before"),
            of("expected"),
            of("dispersion"),
            of("compared_before"),
            of("compared_during"),
            of("compared_dispersion"),
            confidence=1 - (1 - CONFIDENCE) / tests,  # what Holm asks of the smallest p of so many
            power=_POWER,
        )
        for row, down, up in zip(together_, fall.tolist(), rise.tolist(), strict=True):
            row["smallest_detectable_fall"], row["smallest_detectable_rise"] = down, up


def _verdict(row: _Row) -> tuple[str, str]:
    """`result` and `reason` of one row."""
    if row["reason"]:
        return ("cannot_tell" if row["reason"] in _UNDECIDED else "not_possible"), row["reason"]
    match row["design"]:
        case "did":
            if row["earlier_lower"] is not None and (row["earlier_lower"] > 1 or row["earlier_upper"] < 1):
                return "cannot_tell", "differed_before"
            result, reason = _beside_one(row)
            if result in ("lower", "higher") and row["p_adjusted"] >= 1 - CONFIDENCE:
                return "cannot_tell", "several_indicators"
        case "interrupted":
            result, reason = _beside_one(row)
        case "synthetic_control":
            result, reason = _ranked(row)
        case _:
            result, reason = _quotient(row)
    return result, reason or ("effort_driven" if row["is_effort_driven"] else "")


def _beside_one(row: _Row) -> tuple[str, str]:
    """Higher, lower or, where a change worth hoping for would have been seen, similar."""
    lower, upper = row["effect_lower"], row["effect_upper"]
    if np.isnan(lower) or np.isnan(upper):
        return "cannot_tell", "too_few_figures"
    if lower > 1 or upper < 1:
        return ("higher" if lower > 1 else "lower"), ""
    way = "rise" if row["expected_direction"] == "higher" else "fall"
    is_seen = abs(row[f"smallest_detectable_{way}"]) <= row["smallest_hoped_pct"]  # NaN: nothing would have been
    return ("similar", "") if is_seen else ("cannot_tell", "too_few_figures")


def _ranked(row: _Row) -> tuple[str, str]:
    """Lower or higher where the gap is rarer than one in twenty among places where nothing was promised."""
    if row["placebos"] + 1 < _FEWEST_RANKED:
        return "cannot_tell", "few_placebos"
    if row["p"] > 1 - CONFIDENCE:
        return "cannot_tell", "usual_among_placebos"
    return ("lower" if row["effect"] < 1 else "higher"), ""


def _quotient(row: _Row) -> tuple[str, str]:
    """Of displacement: lower where neighbours changed the other way, higher where they gained too."""
    lower, upper = row["effect_lower"], row["effect_upper"]
    if np.isnan(row["effect"]):
        return "cannot_tell", "no_own_change"
    if lower > 0 or upper < 0:
        return ("higher" if lower > 0 else "lower"), ""
    is_narrow = lower > -_WIDEST_QUOTIENT and upper < _WIDEST_QUOTIENT
    return ("similar", "") if is_narrow else ("cannot_tell", "too_few_figures")
