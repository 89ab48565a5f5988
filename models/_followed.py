"""What a promise is followed up by: the counts of an area and of others, before and during, and why there are none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np
import polars as pl

from models._beside import Benchmarks
from sources._problem import Problem
from sources._promises import Span

FEWEST_COMPARED = 3  # municipalities: the change of one or two is theirs, not the country's
_NO_EVENTS = 0.5  # what a sum without events weighs among dispersions
_RULES = "data/reference/rule_changes.csv"


class Sum(NamedTuple):
    """Events, the inhabitants behind them, the dispersion φ of such counts (NaN where nobody knows it)."""

    events: float
    inhabitants: float
    dispersion: float
    is_synthetic: bool


def together(sums: Sequence[Sum]) -> Sum:
    """Several sums as one, with their dispersions weighted by their events."""
    weights = np.array([each.events or _NO_EVENTS for each in sums])
    dispersion = np.array([each.dispersion for each in sums])
    return Sum(
        events=sum(each.events for each in sums),
        inhabitants=sum(each.inhabitants for each in sums),
        dispersion=float(np.maximum(1.0, (weights * dispersion).sum() / weights.sum())),
        is_synthetic=any(each.is_synthetic for each in sums),
    )


@dataclass(frozen=True, kw_only=True)
class Counted:
    """An indicator's yearly counts of municipalities and areas that may be shown; `refusal`: why it has none.

    breaks: first years of new series everywhere; own_breaks: of one place.
    """

    places: Mapping[str, Mapping[int, Sum]]
    breaks: frozenset[int]
    own_breaks: Mapping[str, frozenset[int]]
    flags: frozenset[str]
    focus_area: str
    refusal: str = ""

    def has(self, code: str, years: range) -> bool:
        """Whether a place has a figure for each of the years, all of one series."""
        known = self.places.get(code, {})
        return all(year in known for year in years) and not self.is_broken(code, years)

    def is_broken(self, code: str, years: range) -> bool:
        """Whether a new series began within the years, after the first of them."""
        return any(years.start < each < years.stop for each in self.breaks_of(code))

    def breaks_of(self, code: str) -> frozenset[int]:
        """The first years of new series of a place."""
        return self.breaks | self.own_breaks.get(code, frozenset())

    def pooled(self, codes: Sequence[str], years: range) -> Sum:
        """The counts of places and years together."""
        return together([self.places[code][year] for code in codes for year in years])


@dataclass(frozen=True, kw_only=True)
class Case:
    """One figure of one area in the time of a promise and before: two promises of one time are one case.

    parties: the municipalities that promised.
    """

    indicator: str
    area: str
    period: Span
    baseline: Span
    parties: frozenset[str] = field(compare=False)
    counted: Counted = field(compare=False)
    benchmarks: Benchmarks = field(compare=False)

    @cached_property
    def during(self) -> range:
        """The whole years of the promise."""
        return _whole(self.period)

    @cached_property
    def before(self) -> range:
        """The whole years that it is compared with."""
        return _whole(self.baseline)

    @cached_property
    def years(self) -> range:
        """All years from the first before to the last of the promise."""
        return range(self.before.start, self.during.stop)

    @cached_property
    def members(self) -> frozenset[str]:
        """The area's municipalities, or itself."""
        return self.benchmarks.members.get(self.area, frozenset({self.area}))

    @cached_property
    def similar(self) -> tuple[str, ...]:
        """Similar municipalities with figures of all years; none that promised the same or lies next to the area."""
        return self._with_figures(self._beside(self.benchmarks.similar) - self._beside(self.benchmarks.neighbours))

    @cached_property
    def neighbours(self) -> tuple[str, ...]:
        """Municipalities next to the area with figures of all years, that did not promise the same."""
        return self._with_figures(self._beside(self.benchmarks.neighbours))

    def _beside(self, groups: Mapping[str, frozenset[str]]) -> frozenset[str]:
        listed = frozenset[str]().union(*(groups.get(each, ()) for each in self.members))
        return listed - self.members - self.parties

    def _with_figures(self, codes: frozenset[str]) -> tuple[str, ...]:
        return tuple(code for code in sorted(codes) if self.counted.has(code, self.years))

    @cached_property
    def refusal(self) -> str:
        """Why years before and during cannot be set beside each other and beside others'; empty where they can."""
        known = self.counted.places.get(self.area, {})
        if self.counted.refusal or not known:
            return self.counted.refusal or "no_figures"
        for flag in ("self_selected", "overlapping", "own_trend_only"):
            if flag in self.counted.flags:
                return flag
        if self.before and self.during and self.counted.is_broken(self.area, self.years):
            return "series_break"
        for years, reason in ((self.before, "missing_before"), (self.during, "missing_during")):
            if not years or any(year not in known for year in years):
                return reason
        if len(self.similar) < FEWEST_COMPARED:
            return "no_similar"
        sums = [self.counted.pooled(codes, self.years) for codes in ((self.area,), self.similar)]
        return "no_dispersion" if any(np.isnan(each.dispersion) for each in sums) else ""


def _whole(span: Span) -> range:
    first, last = span.years or (0, -1)
    return range(first, last + 1)


def counted_of(rows: pl.DataFrame, indicators: Sequence[str], focus: Mapping[str, str]) -> Mapping[str, Counted]:
    """The yearly counts of each indicator that may be shown. rows: as `_judge.py` has them; focus: its focus area."""
    parts = rows.filter((pl.col("breakdown") == "") & pl.col("is_shown")).partition_by("indicator", as_dict=True)
    found = {}
    for indicator in indicators:
        part = parts.get((indicator,))
        places: dict[str, dict[int, Sum]] = {}
        own_breaks: dict[str, frozenset[int]] = {}
        breaks: frozenset[int] = frozenset()
        flags: frozenset[str] = frozenset()
        refusal = "no_figures"
        if part is not None:
            breaks, flags = frozenset(part["breaks"][0]), frozenset(part["static_flags"][0])
            yearly = part.filter((pl.col("kind") == "counts") & (pl.col("period_type") == "year"))
            refusal = "not_summed" if yearly.is_empty() else ""
            columns = ("area_code", "year", "numerator", "denominator", "dispersion", "is_synthetic", "starts_series")
            for code, year, events, inhabitants, known, is_synthetic, starts in yearly.select(columns).iter_rows():
                dispersion = float("nan") if known is None else known
                places.setdefault(code, {})[year] = Sum(events, inhabitants, dispersion, is_synthetic)
                if starts:
                    own_breaks[code] = own_breaks.get(code, frozenset()) | {year}
        found[indicator] = Counted(
            places=places,
            breaks=breaks,
            own_breaks=own_breaks,
            flags=flags,
            focus_area=focus.get(indicator, ""),
            refusal=refusal,
        )
    return found


@dataclass(frozen=True, kw_only=True)
class RuleChange:
    """A national change of rules. concerns: indicators and focus areas."""

    day: date
    title: str
    concerns: frozenset[str]


def rule_changes_of(rows: pl.DataFrame) -> tuple[RuleChange, ...]:
    """The reviewed list, the oldest first. Raises Problem for a row that does not say what it concerns or from when."""
    found = []
    for row in rows.sort("valid_from", "rule_change").iter_rows(named=True):
        told = frozenset(
            each for name in ("focus_areas", "indicators") for each in (row[name] or "").split(";") if each
        )
        if not told:
            raise Problem(f"{_RULES}, {row['rule_change']}", "säger inte vad den rör", do="ange focus_areas")
        try:
            day = date.fromisoformat(row["valid_from"])
        except ValueError:
            where, found_there = f"{_RULES}, {row['rule_change']}, valid_from", row["valid_from"]
            raise Problem(where, "är inget datum", found=found_there, do="skriv det som 2023-08-31") from None
        found.append(RuleChange(day=day, title=row["title"], concerns=told))
    return tuple(found)


def concerning(case: Case, rules: Sequence[RuleChange], *, since: date | None = None) -> Iterator[RuleChange]:
    """The changes of rules that concern a figure, from the time before (or from a day on) to the promise's end."""
    for rule in rules:
        is_within = (since or case.baseline.start) < rule.day <= case.period.end
        if is_within and rule.concerns & {case.indicator, case.counted.focus_area}:
            yield rule
