"""The early warning's signals as the working group is told of them: read from a release, and in words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date

import duckdb

from models._duckdb import quote
from reports._codes import ANSWERS, CATEGORIES, OFFENCES
from reports._language import t
from reports._words import month_name, number, short_day, words

_MOST_SELDOM = 10_000


@dataclass(frozen=True, kw_only=True)
class Signal:
    """A period of a signal (`output.signals`) with the figures of that week or month.

    is_high: in the period alone; else together since `since`, with the sums `events_since` and `expected_since`.
    tail_probability: how often chance gives as many, or at most gives such a rise. is_newest: the signal is of the
    newest week or month. answer: the group's, and whether it `is_useful`; None until there is one.
    """

    signal: str
    series: str
    area: str
    category: str
    period: str
    period_type: str
    period_start: date
    events: int
    expected_lower: float
    expected_upper: float
    tail_probability: float
    same_last_year: float | None
    is_high: bool
    since: date
    events_since: int
    expected_since: float
    is_newest: bool
    answer: str | None
    is_useful: bool | None


def signals_of(con: duckdb.DuckDBPyConnection, areas: Collection[str] = ()) -> list[Signal]:
    """Every period of the year's signals, the most unusual first. areas: their codes; none: all of the release.

    con: the database of an internal release; the public has no signals. Raises duckdb.CatalogException for one made
    before there were any.
    """
    among = f"and area_code in ({', '.join(map(quote, sorted(areas)))})" if areas else ""
    # Values stand in the text of the query: given beside it they would import pandas, a third of a second.
    found = con.sql(
        f"""
        with flagged as (
            select told.*, signals.signal, signals.since, signals.is_newest, signals.answer, signals.is_useful
            from output.signals as signals
            join output.early_warning as told using (series, area_code, category, period_type)
            where (told.is_high or told.is_rise)
                and told.period between signals.first_period and signals.latest_period {among}
        )
        select
            flagged.* replace (if(flagged.is_high, flagged.tail_probability, flagged.rise_tail) as tail_probability),
            sum(sums.events)::bigint as events_since,
            sum(sums.expected) as expected_since
        from flagged
        join output.early_warning as sums
            on (sums.series, sums.area_code, sums.category) = (flagged.series, flagged.area_code, flagged.category)
            and sums.period_start between flagged.since and flagged.period_start and sums.reason = ''
        group by all
        order by tail_probability, flagged.signal, flagged.period_start
        """
    )
    wanted = [field.name for field in fields(Signal)]
    return [Signal(**dict(zip(wanted, row, strict=True))) for row in found.select(", ".join(wanted)).fetchall()]


def unanswered(signals: Sequence[Signal]) -> list[Signal]:
    """Of the signals that nobody has answered, the newest period of each, oldest first."""
    waiting = sorted((each for each in signals if each.answer is None), key=lambda each: each.period_start)
    return list({each.signal: each for each in waiting}.values())


def signal_text(each: Signal) -> str:
    """What, where, since when, how many beside what was expected and last year, how unusual, and what was answered."""
    kind = _kind(each)
    if each.period_type == "month":
        month = f"{month_name(each.period_start)} {each.period_start.year}"
        said = t(
            "{area}: fler anmälda brott än väntat i {month}, {category}", area=each.area, month=month, category=kind
        )
    elif each.is_high:
        said = t("{area}: fler händelser än väntat, {category}", area=each.area, category=kind)
    else:
        since = short_day(each.since)
        said = t("{area}: fler händelser än väntat sedan {day}, {category}", area=each.area, day=since, category=kind)
    low, high = round(each.expected_lower), round(each.expected_upper)
    events, expected = str(each.events), str(high) if low == high else f"{low}–{high}"
    if not each.is_high:
        events, expected = str(each.events_since), t("omkring {n}", n=round(each.expected_since))
    beside = [t("väntat {expected}", expected=expected)]
    if each.is_high and each.same_last_year is not None:
        beside.append(t("i fjol {n}", n=number(each.same_last_year, 1 if each.same_last_year % 1 else 0)))
    said += f": {events} ({', '.join(beside)}). " + _unusual(each)
    return said + (" " + t("Ert svar: {answer}.", answer=words(each.answer, ANSWERS, "answer")) if each.answer else "")


def _unusual(each: Signal) -> str:
    """How seldom chance gives as many: a period of so many, in round numbers."""
    one_in = 1 / max(each.tail_probability, 1 / _MOST_SELDOM)
    round_to = 10 ** max(0, len(str(int(one_in))) - 2)
    of = number(int(one_in / round_to) * round_to)
    if not each.is_high:
        return t("Slumpen ger en sådan ökning högst en vecka av {n}.", n=of)
    if each.period_type == "month":
        return t("Slumpen ger så många en månad av {n}.", n=of)
    return t("Slumpen ger så många en vecka av {n}.", n=of)


def signal_name(each: Signal) -> str:
    """A signal in few words, for a list: "alla händelser, Orust, v 25"."""
    when = t("v {week}", week=each.period_start.isocalendar().week)
    return f"{_kind(each)}, {each.area}, {when if each.period_type == 'week' else month_name(each.period_start)}"


def _kind(each: Signal) -> str:
    if each.series == "reported_offences":
        return words(each.category, OFFENCES, "offence")
    return t("alla händelser") if each.category == "all" else category_words(each.category)


def category_words(code: str) -> str:
    """What is reported of things and places, in words."""
    return words(code, CATEGORIES, "category")
