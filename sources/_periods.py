"""Reads a period as people write it: its kind, one spelling, and its last day."""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache

Found = tuple[str, date]
_YEAR = r"(20\d\d)"


def _last_of(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _day(year: str, month: str, day: str) -> Found:
    found = date(int(year), int(month), int(day))
    return found.isoformat(), found


def _week(year: str, week: str) -> Found:
    return f"{year}-v{int(week):02d}", date.fromisocalendar(int(year), int(week), 7)


def _month(year: str, month: str) -> Found:
    return f"{year}-{int(month):02d}", _last_of(int(year), int(month))


def _part(letter: str, months: int) -> Callable[[str, str], Found]:
    return lambda year, part: (f"{year}-{letter}{part}", _last_of(int(year), months * int(part)))


def _half(year: str, part: str) -> Found:
    half = {"VT": "1", "HT": "2"}.get(part.upper(), part[-1])
    return f"{year}-H{half}", _last_of(int(year), 6 * int(half))


def _year(year: str) -> Found:
    return year, date(int(year), 12, 31)


def _school_year(year: str, second: str) -> Found:
    if int(second) != (int(year) + 1) % 100:
        raise ValueError("school year")
    return f"{year}/{second}", date(int(year) + 1, 6, 30)


_READERS: Mapping[str, tuple[re.Pattern[str], Callable[..., Found]]] = {
    "day": (re.compile(rf"{_YEAR}-(\d\d)-(\d\d)"), _day),
    "week": (re.compile(rf"{_YEAR}[- ]?[vVwW]\.? ?(\d{{1,2}})"), _week),
    "month": (re.compile(rf"{_YEAR}-(\d\d)(?:-01)?"), _month),  # Excel makes 2026-08 the first of August
    "quarter": (re.compile(rf"{_YEAR}[- ]?[kKqQ]([1-4])"), _part("K", 3)),
    "tertial": (re.compile(rf"{_YEAR}[- ]?[tT]([1-3])"), _part("T", 4)),
    "half_year": (re.compile(rf"{_YEAR}[- ]?([hH][12]|VT|HT|vt|ht)"), _half),
    "year": (re.compile(rf"{_YEAR}(?:\.0)?"), _year),
    "school_year": (re.compile(rf"{_YEAR}/(?:20)?(\d\d)"), _school_year),
}


@cache
def read_period(text: str, kind: str) -> Found | None:
    """One spelling of a period of a kind (day, week, month, …, school_year) and its last day; None for any other text.

    2026-08-14, 2026-v33, 2026-08, 2026-K3, 2026-T2, 2026-H2 (also 2026-HT), 2026 and 2025/26 are the spellings.
    """
    pattern, reader = _READERS[kind]
    found = pattern.fullmatch(re.sub(r" 00:00:00(\.0+)?$", "", text.strip()))
    try:
        return reader(*found.groups()) if found else None
    except ValueError:  # month 13, week 54
        return None


def last_complete(kind: str, day: date) -> str:
    """The newest period of a kind that ended before a day, as `read_period` spells it."""
    year, month = day.year, day.month
    if kind == "day":
        return (day - timedelta(days=1)).isoformat()
    if kind == "week":
        last = day - timedelta(days=day.isoweekday())
        return f"{last.isocalendar().year}-v{last.isocalendar().week:02d}"
    if kind == "school_year":
        first = year - 1 if month >= 7 else year - 2
        return f"{first}/{(first + 1) % 100:02d}"
    months, letter = {"month": (1, ""), "quarter": (3, "K"), "tertial": (4, "T"), "half_year": (6, "H")}.get(
        kind, (12, "")
    )
    done = (month - 1) // months  # whole periods of this year that have ended
    year, done = (year, done) if done else (year - 1, 12 // months)
    if kind == "year":
        return str(year)
    return f"{year}-{done:02d}" if kind == "month" else f"{year}-{letter}{done}"
