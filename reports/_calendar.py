"""Weeks by their Mondays, and the days of the Swedish year that people gather on, by their rules.

School breaks are not here: they differ, and stand in each municipality's own calendar.
Holidays: lag (1989:253) om allmänna helgdagar. Easter: the Gregorian computus (Meeus, Astronomical Algorithms, 1991).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

_FIXED = {
    (1, 1): "Nyårsdagen",
    (1, 5): "Trettondagsafton",
    (1, 6): "Trettondedag jul",
    (4, 30): "Valborgsmässoafton",
    (5, 1): "Första maj",
    (6, 6): "Sveriges nationaldag",
    (10, 31): "Halloween",
    (12, 13): "Luciadagen",
    (12, 24): "Julafton",
    (12, 25): "Juldagen",
    (12, 26): "Annandag jul",
    (12, 31): "Nyårsafton",
}
_AFTER_EASTER = {
    -3: "Skärtorsdagen",
    -2: "Långfredagen",
    -1: "Påskafton",
    0: "Påskdagen",
    1: "Annandag påsk",
    39: "Kristi himmelsfärdsdag",
    48: "Pingstafton",
    49: "Pingstdagen",
}
DAYS = (*_FIXED.values(), *_AFTER_EASTER.values(), "Midsommarafton", "Midsommardagen", "Alla helgons dag")


def read_week(text: str) -> date:
    """The Monday of an ISO week written 2026-v47 or 2026-W47. Raises ValueError for what is no week, 2026-v54 too."""
    found = re.fullmatch(r"(\d{4})-[vVwW](\d{1,2})", text)
    if found is None:
        raise ValueError("inte en vecka")
    return date.fromisocalendar(int(found[1]), int(found[2]), 1)


def week_name(monday: date) -> str:
    """A week as people and folders name it: 2026-v07."""
    year, week, _ = monday.isocalendar()
    return f"{year}-v{week:02d}"


def last_whole_week(day: date) -> date:
    """The Monday of the last week that had ended before a day."""
    return day - timedelta(days=day.weekday() + 7)


def same_week_last_year(monday: date) -> date:
    """The week of the same number the year before; of a week 53 the last week of a year that had none."""
    year, week, _ = monday.isocalendar()
    last = date(year - 1, 12, 28).isocalendar().week
    return date.fromisocalendar(year - 1, min(week, last), 1)


def swedish_days(first: date, last: date) -> list[tuple[date, str]]:
    """The days between two days, both included, with their Swedish names, in order; two may fall on one day."""
    found = {each for year in range(first.year, last.year + 1) for each in _days(year)}
    return sorted(each for each in found if first <= each[0] <= last)


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    leap = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - century // 4 - leap + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _days(year: int) -> Iterator[tuple[date, str]]:
    yield from ((date(year, month, day), name) for (month, day), name in _FIXED.items())
    sunday = easter(year)
    yield from ((sunday + timedelta(days=after), name) for after, name in _AFTER_EASTER.items())
    midsummer = _saturday_from(date(year, 6, 20))
    yield midsummer - timedelta(days=1), "Midsommarafton"
    yield midsummer, "Midsommardagen"
    yield _saturday_from(date(year, 10, 31)), "Alla helgons dag"


def _saturday_from(day: date) -> date:
    return day + timedelta(days=(5 - day.weekday()) % 7)
