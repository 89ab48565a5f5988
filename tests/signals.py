"""A signal of the early warning, as a test wants it."""

from datetime import date
from typing import Any

from reports._signals import Signal


def a_signal(**given: Any) -> Signal:
    """One high week of Stenungsund's, but for what is given."""
    told = {
        "signal": "1415-disturbing_gathering-2026-W24",
        "series": "incident_reports",
        "area": "Stenungsund",
        "category": "disturbing_gathering",
        "period": "2026-W24",
        "period_type": "week",
        "period_start": date(2026, 6, 8),
        "events": 112,
        "expected_lower": 40.0,
        "expected_upper": 90.0,
        "tail_probability": 0.00043,
        "same_last_year": 61.25,
        "is_high": True,
        "since": date(2026, 5, 25),
        "events_since": 260,
        "expected_since": 181.3,
        "is_newest": True,
        "answer": None,
        "is_useful": None,
    }
    return Signal(**{**told, **given})
