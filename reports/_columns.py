"""What every table and column of a release is, in Swedish and in English, and what its numbers count."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path

from models._model import Model
from sources._problem import Problem

_DAY = dict.fromkeys(
    (
        "period_start",
        "period_end",
        "data_as_of",
        "expected_by",
        "decided_date",
        "due_date",
        "done_date",
        "promise_source_date",
        *("risen_since", "since", "answered_date"),
        *("chosen_start", "chosen_end"),
    ),
    "datum",
)
_OF_THE_INDICATOR = dict.fromkeys(
    ("value", "lower_confidence_limit", "upper_confidence_limit", "benchmark_value"), "indikatorns enhet"
)
_COUNT = dict.fromkeys(
    (
        *("numerator", "denominator", "respondents", "of", "years", "quantity_promised", "quantity_done"),
        *("quantity_done_so_far", "measures_done", "places_reached", "people_reached"),
        *("municipalities", "municipalities_reporting"),
        *("events", "expected", "expected_lower", "expected_upper", "same_last_year"),
        *("events_since", "expected_since"),
        *("reporters", "years_back", "known_periods"),
        *(
            "events_during",
            "events_before",
            "compared_during",
            "compared_before",
            "compared_places",
            "tests",
            "placebos",
        ),
        *("events_without_time", "months_with_events", "events_at_busiest", "events_elsewhere"),
        *("busiest_number", "places_number"),
        *("figures_better", "figures_worse", "figures_similar", "figures_not_judged", "figures_by_chance"),
        *("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate"),
    ),
    "antal",
)
_PER_CENT = dict.fromkeys(("percent_change", "smallest_detectable_fall", "smallest_detectable_rise"), "procent")
_EFFECT = dict.fromkeys(
    ("effect", "effect_lower", "effect_upper", "earlier_effect", "earlier_lower", "earlier_upper"),
    "kvot, eller indikatorns enhet",
)
_RANK = dict.fromkeys(("rank", "best", "worst", "placebo_rank"), "plats")
# The unit of a column of this name, in whichever table it stands. Other numbers are pure ones or ordinals.
UNITS: Mapping[str, str] = {
    **_DAY,
    **_OF_THE_INDICATOR,
    **_COUNT,
    **_PER_CENT,
    **_EFFECT,
    **_RANK,
    **dict.fromkeys(("confidence", "response_rate"), "andel 0–1"),
    **dict.fromkeys(("tail_probability", "tail", "rise_tail"), "sannolikhet 0–1"),
    **dict.fromkeys(("share", "share_lower", "share_upper", "expected_share"), "andel 0–1"),
    **dict.fromkeys(("period_from", "period_to"), "år"),
    "cost_kr": "kronor",
    **dict.fromkeys(("month", "season_peak"), "månad"),
    **dict.fromkeys(("old_value", "new_value"), "källans enhet"),
    **dict.fromkeys(("observed_at", "last_seen_at", "first_seen_at"), "tidpunkt, UTC"),
}


def table_texts(model: Model) -> Mapping[str, str]:
    """A table's `title_sv` and `title_en`. Raises Problem for a Swedish title that has no English."""
    return {"title_sv": model.title, "title_en": _english(model.title)}


def column_texts(model: Model, column: str) -> Mapping[str, str]:
    """A column's `title_sv`, `title_en` and, where it has one, `unit`. Raises Problem as `table_texts` does."""
    title = model.columns[column]
    unit = {"unit": UNITS[column]} if column in UNITS else {}
    return {"title_sv": title, "title_en": _english(title), **unit}


def _english(text: str) -> str:
    english = _sentences().get(text)
    if english is None:
        raise Problem("reports/columns_en.toml", "en engelsk text saknas", found=text, do="lägg till den där")
    return english


@functools.cache
def _sentences() -> Mapping[str, str]:
    path = Path(__file__).parent / "columns_en.toml"
    return {str(key): str(value) for key, value in tomllib.loads(path.read_text(encoding="utf-8")).items()}
