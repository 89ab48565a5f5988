"""Publishes a period's earlier days one after the other, each as `lagesbild run --as-of` would have done."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from flows._log import Say
from flows._own_texts import texts_of
from flows._plan import make_plan, stockholm_today
from flows.pipeline import Outcome, read_source, run, running, unchanged
from flows.settings import Settings
from sources._landing import STOCKHOLM, read_manifest
from sources._problem import UsageProblem
from sources._registry import all_sources

Every = Literal["day", "week", "month"]
_FIRST = date(2000, 1, 1)
_MOST_DAYS = 3_660


def backfill_days(first: date, last: date, every: Every = "day", *, today: date | None = None) -> list[date]:
    """The days of a period, both ends included, that are to have a release: oldest first, none after today.

    every: each day, each Sunday (a week is whole then), or the last day of each month. today: the day it is in
    Stockholm. Raises UsageProblem for a period that ends before it begins, begins after today or before 2000, is longer
    than ten years of days, or holds no such day.
    """
    where, today = "backfill", today or stockholm_today()
    if every not in get_args(Every):
        raise UsageProblem(where, "okänt steg", found=str(every), do=f"ange {', '.join(get_args(Every))}")
    if last < first:
        raise UsageProblem(
            where, "perioden slutar innan den börjar", found=f"{first}–{last}", do="byt plats på dagarna"
        )
    if first > today:
        raise UsageProblem(where, "perioden har inte börjat", found=str(first), do=f"ange en dag till och med {today}")
    if first < _FIRST:
        raise UsageProblem(where, "så gamla uppgifter finns inte", found=str(first), do=f"börja tidigast {_FIRST}")
    last = min(last, today)
    days = [day for day in (first + timedelta(days=n) for n in range((last - first).days + 1)) if _ends(day, every)]
    if len(days) > _MOST_DAYS:
        raise UsageProblem(where, "för många dagar", found=str(len(days)), do="dela perioden eller ange --every month")
    if not days:
        what = {"week": "söndag", "month": "månads sista dag"}[every]
        raise UsageProblem(where, f"ingen {what} i perioden", found=f"{first}–{last}", do="ange --every day")
    return days


def _ends(day: date, every: Every) -> bool:
    """Whether a step ends on a day."""
    match every:
        case "day":
            return True
        case "week":
            return day.isoweekday() == 7
        case "month":
            return (day + timedelta(days=1)).day == 1


def days_with_content(settings: Settings, days: Sequence[date], *, sample: bool = False) -> Sequence[date]:
    """The days by which something had come in. Raises UsageProblem where nothing had by the last of them."""
    if sample:
        return days
    since = min((each.observed_at for each in read_manifest(settings.data) if each.origin != "sample"), default=None)
    days = [day for day in days if since and day >= since.astimezone(STOCKHOLM).date()]
    if not days:
        found = f"det första kom {since.astimezone(STOCKHOLM).date()}" if since else "datamappen är tom"
        raise UsageProblem("backfill", "ingenting hade kommit in då", found=found, do="ange en senare period")
    return days


def backfill(
    settings: Settings,
    days: Sequence[date],
    *,
    sample: bool = False,
    now: datetime | None = None,
    say: Say | None = None,
) -> Iterator[tuple[date, Outcome]]:
    """Publish each day in order through the same pipeline as every night, from what had been observed by then.

    Nothing is fetched: a publisher cannot be asked what it said then. A day on which a release stands that says the
    same is passed over, so to do it again changes nothing, and `latest` never moves back. Each day is a run of its own
    under the lock; one that is stopped by a contract or the gate (exit code 1) does not stop the days after it. Raises
    UsageProblem like `days_with_content`.
    """
    days = days_with_content(settings, days, sample=sample)
    for number, day in enumerate(days, 1):
        if say:
            say(f"{day} ({number} av {len(days)})", True)
        plan = make_plan(settings, sample=sample, offline=True, as_of=day, now=now)
        with running(plan, say) as log:  # before the quality check is woken: that takes longer than to see what is said
            results = [read_source(plan, module) for module in all_sources().values()]
            same = unchanged(plan, results, texts_of(plan), log)
        yield day, same or run(plan, say)
