"""Reads days, times and amounts as people and systems in Sweden write them, where the layout is the system's own."""

import re
from datetime import date, datetime, timedelta

import polars as pl

from sources._landing import STOCKHOLM

_MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_NAMES = "|".join(_MONTHS)
_TIME = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.]\d{2}(?:[.,]\d+)?)?"
_AT = rf"(?:(?:[T ]|, ?| ?kl\.? ?|, ?kl\.? ?){_TIME}(?P<offset>Z|[+-]\d{{2}}:?\d{{2}})?)?"
_WEEKDAY = r"(?:(?:mån|tis|ons|tors?|fre|lör|sön)(?:dag)?\.?,? )?"
_DAYS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}}){_AT}",
        rf"(?P<year>\d{{4}})(?P<month>\d{{2}})(?P<day>\d{{2}}){_AT}",
        rf"(?P<day>\d{{1,2}})[/.](?P<month>\d{{1,2}})[/.](?P<year>\d{{4}}){_AT}",
        rf"{_WEEKDAY}(?:den )?(?P<day>\d{{1,2}})(?::?e)? (?P<name>{_NAMES})[a-zå]*\.? (?P<year>\d{{4}}){_AT}",
    )
)
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d+))?")
_FRACTION = re.compile(r"0?[.,](\d+)")
_CLOCK = re.compile(rf"(?:kl\.? ?)?{_TIME}", re.IGNORECASE)
_EPOCH = date(1899, 12, 30)  # Excel's day 0, for every day after February 1900
_SERIALS = range(36_526, 73_051)  # 2000–2100
_MINUTES = 24 * 60
_CURRENCY = r"(?i)(?:\bkr(?:onor)?\b|\bsek\b|:-)\.?"
_THOUSANDS = r"^-?\d{1,3}(?:\.\d{3})+(?:,\d+)?$"


def day_and_time(cell: str) -> tuple[str, str]:
    """The day (2026-08-31) and the time (21:05) that a cell says; the cell itself and nothing where it says no day.

    Understood are 2026-08-31, 31/8/2026, 31.8.2026, 20260831, 31 augusti 2026 and Excel's serial numbers of 2000–2100,
    each alone or followed by a time; the day stands before the month. An offset from UTC is turned into Swedish time.
    Midnight sharp is how a system writes a day without a time, so it is no time.
    """
    text = " ".join(cell.split())
    if found := _SERIAL.fullmatch(text):
        if int(found[1]) not in _SERIALS:
            return cell, ""
        return (_EPOCH + timedelta(days=int(found[1]))).isoformat(), _of_fraction(found[2] or "0")
    for pattern in _DAYS:
        if found := pattern.fullmatch(text):
            return _moment(found.groupdict()) or (cell, "")
    return cell, ""


def _moment(found: dict[str, str | None]) -> tuple[str, str] | None:
    name = found.get("name")
    month = _MONTHS.index(name.lower()) + 1 if name else int(found["month"] or 0)
    try:
        at = datetime(  # noqa: DTZ001  # the zone is Sweden's, or that of the offset below
            int(found["year"] or 0), month, int(found["day"] or 0), int(found["hour"] or 0), int(found["minute"] or 0)
        )
        if offset := found["offset"]:
            at = datetime.fromisoformat(f"{at.isoformat()}{offset.upper().replace('Z', '+00:00')}")
            at = at.astimezone(STOCKHOLM)
    except (ValueError, OverflowError):
        return None
    clock = at.strftime("%H:%M")
    return at.date().isoformat(), "" if clock == "00:00" else clock


def clock_time(cell: str) -> str:
    """The time that a cell says, as 21:05: written 21:05, 21.05, kl. 21.05, or Excel's part of a day; else the cell."""
    text = " ".join(cell.split())
    if found := _FRACTION.fullmatch(text):
        return _of_fraction(found[1])
    found = _CLOCK.fullmatch(text)
    return f"{int(found['hour']):02}:{found['minute']}" if found else cell


def _of_fraction(digits: str) -> str:
    minutes = round(float(f"0.{digits}") * _MINUTES) % _MINUTES
    return f"{minutes // 60:02}:{minutes % 60:02}" if minutes else ""


def amount(cells: pl.Expr) -> pl.Expr:
    """Money as a plain number in text: '12 500 kr', '12.500,50' and '900:-' lose what is not the number."""
    plain = cells.str.replace_all(_CURRENCY, "").str.replace_all(r"[\s\u00a0\u2007\u2009\u202f]", "")
    return (
        pl.when(plain.str.contains(_THOUSANDS))
        .then(plain.str.replace_all(".", "", literal=True))
        .otherwise(plain)
        .str.replace(",", ".", literal=True)
    )
