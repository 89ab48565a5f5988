"""Which days a backfill makes releases of."""

import calendar
from datetime import date, datetime, timedelta

from sources._landing import STOCKHOLM


def backfill_days(first: date, last: date, every: str) -> list[date]:
    """The days from `first` to `last`, both included, that a backfill speaks of, oldest first; none after today.

    every: `day`; `week`, its Sundays; or `month`, the last day of each. Raises ValueError for anything else.
    """
    if every not in ("day", "week", "month"):
        raise ValueError(every)
    until = min(last, datetime.now(STOCKHOLM).date())
    days = [first + timedelta(days=number) for number in range((until - first).days + 1)]
    if every == "week":
        return [day for day in days if day.isoweekday() == 7]
    if every == "month":
        return [day for day in days if day.day == calendar.monthrange(day.year, day.month)[1]]
    return days
