"""Rows of a release as the sentences' tests make them: whole rows, with figures that agree with what they say."""

import itertools
import math
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from models._judge import verdict
from reports._words import Row

VANDALISM: Row = {
    "indicator": "reported_vandalism_rate",
    "title": "Anmäld skadegörelse per 100 000 invånare",
    "title_en": "Reported vandalism per 100 000 inhabitants",
    "focus_area": "vandalism",
    "unit": "per 100 000 invånare",
    "polarity": "low_is_good",
}
UNSAFE: Row = {
    "indicator": "unsafe_outdoors_evening_share",
    "title": "Otrygga utomhus sen kväll",
    "title_en": "Unsafe outdoors late evening",
    "focus_area": "perceived_safety",
    "unit": "procent",
    "polarity": "low_is_good",
}
BENCHMARKS = ("country", "county", "police_area", "similar", "neighbours")
# What a figure is, as its count, value and percentage; what it is beside is 212, 764 per 100 000 and 47 %.
FIGURES: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("ratio", "lower"): {"count": 173, "value": 621.0, "effect": 0.8128, "percent_change": -18.72},
    ("ratio", "similar"): {"count": 203, "value": 729.0, "effect": 0.9542, "percent_change": -4.58},
    ("ratio", "higher"): {"count": 262, "value": 940.0, "effect": 1.2304, "percent_change": 23.04},
    ("difference", "lower"): {"count": None, "value": 42.0, "effect": -5.0, "percent_change": None},
    ("difference", "similar"): {"count": None, "value": 45.0, "effect": -2.0, "percent_change": None},
    ("difference", "higher"): {"count": None, "value": 52.0, "effect": 5.0, "percent_change": None},
}
# How much nearer to no difference the nearest limit lies: z is 1.96 divided by this.
CLEAR, BARELY, WITHIN = 0.7, 0.95, 1.5


def indicator(measure: str, period: str, value: float, count: int | None, **other: Any) -> Row:
    """A row of output.indicators."""
    definition = VANDALISM if measure == "ratio" else UNSAFE
    is_ratio = measure == "ratio"
    row: dict[str, Any] = {
        **definition,
        "area_type": "municipality",
        "area_code": "1415",
        "area": "Stenungsund",
        "breakdown": "",
        "category": "",
        "period": period,
        "period_type": "year",
        "value": value,
        "numerator": count,
        "period_start": date(int(period[:4]), 1, 1),
        "period_end": date(int(period[:4]), 12, 31),
        "lower_confidence_limit": value * 0.9,
        "upper_confidence_limit": value * 1.1,
        "denominator": 27_765.0 if is_ratio else None,
        "respondents": None,
        "response_rate": None,
        "method": "rate_byar" if is_ratio else "published_margin",
        "status": "ok",
        "flags": "",
        "is_synthetic": False,
    }
    return {**row, **other}


def compared(measure: str, result: str, judgement: str, reason: str, *, edge: bool = False, **other: Any) -> Row:
    """A row of output.changes or output.comparisons, its limits where its result and edge want them."""
    is_told = result != "not_compared"
    figures = FIGURES[measure, result if is_told else "lower"]
    within = WITHIN if result == "similar" else BARELY if edge else CLEAR
    effect = figures["effect"]
    if measure == "ratio":
        limits = sorted(effect * math.exp(sign * within * math.log(effect)) for sign in (1, -1))
    else:
        limits = sorted(effect + sign * within * effect for sign in (1, -1))
    row: dict[str, Any] = {
        "indicator": (VANDALISM if measure == "ratio" else UNSAFE)["indicator"],
        "area_type": "municipality",
        "area_code": "1415",
        "area": "Stenungsund",
        "breakdown": "",
        "category": "",
        "period": "2023",
        "benchmark_type": "previous",
        "benchmark_period": "2022",
        "value": figures["value"],
        "benchmark_value": 764.0 if measure == "ratio" else 47.0,
        "measure": measure,
        "effect": effect if is_told else None,
        "effect_lower": limits[0] if is_told else None,
        "effect_upper": limits[1] if is_told else None,
        "percent_change": figures["percent_change"],
        "smallest_detectable_fall": -48.3 if measure == "ratio" else None,
        "smallest_detectable_rise": 63.68 if measure == "ratio" else None,
        "dispersion": 4.17 if measure == "ratio" else None,
        "result": result,
        "judgement": judgement,
        "reason": reason,
    }
    return {**row, **other}


def change(benchmark: str, measure: str, result: str, judgement: str, reason: str, *, edge: bool = False) -> Row:
    """A row of output.changes: against the year before, or a promise's years against those before it."""
    row = compared(measure, result, judgement, reason, edge=edge)
    promise = {"benchmark_type": "promise", "period": "2023–2024", "benchmark_period": "2021–2022"}
    return {**row, **promise} if benchmark == "promise" else row


def behind(row: Row) -> tuple[Row | None, Row | None]:
    """The rows of output.indicators behind a change: none for a promise, whose years are several."""
    if row["benchmark_type"] == "promise":
        return None, None
    measure, result = row["measure"], row["result"]
    count = FIGURES[measure, result if result != "not_compared" else "lower"]["count"]
    base = 212 if measure == "ratio" else None
    return (
        indicator(measure, row["period"], row["value"], count),
        indicator(measure, row["benchmark_period"], row["benchmark_value"], base),
    )


def comparison(benchmark: str, measure: str, result: str, judgement: str, reason: str, *, edge: bool = False) -> Row:
    """A row of output.comparisons."""
    row = compared(measure, result, judgement, reason, edge=edge, benchmark_type=benchmark)
    return {**row, "benchmark_value": None} if reason == "no_benchmark" else row


def trend(result: str, judgement: str, reason: str) -> Row:
    """A row of output.trends."""
    place = {"area_type": "municipality", "area_code": "1415", "area": "Stenungsund", "breakdown": "", "category": ""}
    told = {"result": result, "judgement": judgement, "reason": reason}
    return {"indicator": VANDALISM["indicator"], **place, "period_from": "2019", "period_to": "2023", **told}


# ------------------------------------------------------------------------------------------------------- what can occur


def verdicts(results: Mapping[int, str]) -> Iterator[tuple[str, str, str]]:
    """Every result, judgement and reason the product itself can give to what could be told."""
    cases = itertools.product(results, ("low_is_good", "high_is_good", "none"), ((), ("effort_driven",)))
    frame = pl.DataFrame(
        [
            {"side": side, "polarity": polarity, "static_flags": list(flags), "reason": ""}
            for side, polarity, flags in cases
        ],
        schema={"side": pl.Int8, "polarity": pl.String, "static_flags": pl.List(pl.String), "reason": pl.String},
    )
    given = frame.with_columns(**verdict(pl.col("side"), pl.lit(True)))
    for side, judgement, reason in sorted(given.select("side", "judgement", "reason").unique().iter_rows()):
        yield results[side], judgement, reason


Case = tuple[str, str, str, str, str, str, str]  # table, benchmark, measure, result, judgement, reason, edge


def occurring() -> Iterator[Case]:
    """Every combination that can occur in changes, comparisons and trends; the edge is "edge" or empty."""
    told = list(verdicts({-1: "lower", 0: "similar", 1: "higher"}))
    for result, judgement, reason in told:
        for edge in ("",) if result == "similar" else ("", "edge"):
            for benchmark, measure in (("previous", "ratio"), ("previous", "difference"), ("promise", "ratio")):
                yield "change", benchmark, measure, result, judgement, reason, edge
            for benchmark, measure in itertools.product(BENCHMARKS, ("ratio", "difference")):
                yield "comparison", benchmark, measure, result, judgement, reason, edge
    # A reason not to compare holds for every direction. Counts lack a dispersion, shares an interval; where two counts
    # are both 0 they lack one too. Answers are never counts. A group is only there where all of it has reported.
    for measure, reasons in (
        ("ratio", ("overlapping", "series_break", "no_dispersion", "no_interval")),
        ("difference", ("self_selected", "overlapping", "series_break", "no_interval")),
    ):
        for reason in reasons:
            yield "change", "previous", measure, "not_compared", "not_judged", reason, ""
            if measure == "ratio":
                yield "change", "promise", measure, "not_compared", "not_judged", reason, ""
    for benchmark in BENCHMARKS:
        for measure, reasons in (
            ("ratio", ("own_trend_only", "no_benchmark", "no_dispersion", "no_interval")),
            ("difference", ("self_selected", "own_trend_only", "no_benchmark", "no_interval")),
        ):
            for reason in reasons:
                if reason != "no_benchmark" or benchmark not in {"similar", "neighbours"}:
                    yield "comparison", benchmark, measure, "not_compared", "not_judged", reason, ""
    for result, judgement, reason in verdicts({-1: "decreasing", 0: "no_change", 1: "increasing"}):
        yield "trend", "", "", result, judgement, reason, ""
    for reason in ("self_selected", "overlapping", "missing_years", "series_break", "no_dispersion", "no_interval"):
        yield "trend", "", "", "cannot_be_calculated", "not_judged", reason, ""
