"""Decides which figures about people a release may show: rows become cells, and all that a reader can sum, sums.

A reader knows every shown count, every sum over areas, groups and periods, what others publish, and what earlier
releases showed of the same counts and of those that have changed since. What to hide is chosen in
`methods/disclosure.py`, and what can be found out in spite of it in `methods/disclosure_audit.py`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import combinations, groupby, pairwise
from typing import Any

import numpy as np
import polars as pl

from models.methods.disclosure import suppress
from models.methods.disclosure_audit import breaches
from models.methods.disclosure_tables import (
    ANSWERS,
    OPEN,
    UNDER_FIVE,
    UNDER_TEN,
    CellTable,
    LinearBound,
    Rule,
    Suppressed,
    table_of,
)
from sources._declare import Concerns
from sources._problem import Problem
from sources._strict import read_reference

RULES: Mapping[str, Rule] = {rule.name: rule for rule in (OPEN, UNDER_FIVE, UNDER_TEN)}
KEY = ("measure", "area_code", "period", "breakdown", "category")
CELLS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(KEY, pl.String),
    "period_start": pl.Date,
    "period_end": pl.Date,
    "rule": pl.String,  # the name of one of RULES
    "is_withheld": pl.Boolean,  # hidden whatever the count
    "count": pl.Int64,  # events, or people who answered
    "answered_yes": pl.Int64,  # of those who answered; null for events
}
DECIDED: Mapping[str, pl.DataType | type[pl.DataType]] = {
    **CELLS,
    "is_hidden": pl.Boolean,
    "is_primary": pl.Boolean,  # for its own count, or withheld; other hidden cells protect these
    "is_told": pl.Boolean,  # the rule's text ("<10") is shown, which tells its range
}
KNOWN: Mapping[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys((*KEY, "part"), pl.String),
    "count": pl.Int64,
}
PEOPLE = frozenset({Concerns.ADULTS, Concerns.CARE, Concerns.CHILDREN})
_STRICTNESS = (Concerns.THINGS, Concerns.PLACES, Concerns.ADULTS, Concerns.CARE, Concerns.CHILDREN)
_Row = Mapping[str, Any]
_Key = tuple[str, ...]


def strictest(concerns: Iterable[Concerns]) -> Concerns:
    """The one of several that is protected most. Raises ValueError where there is none."""
    return max(concerns, key=_STRICTNESS.index)


@dataclass(frozen=True, kw_only=True)
class Protection:
    """What must be known, beside the figures, to decide what may be shown.

    concerns: what the figures of each source are about that no authority has published; other sources' figures pass.
    earlier: what each earlier release showed and hid, oldest first, in the columns of `DECIDED`. known: counts that
    others publish, in the columns of `KNOWN`; `part` names a part of the cell (a school), or is empty for all of it.
    """

    concerns: Mapping[str, Concerns] = field(default_factory=dict)
    earlier: Sequence[pl.DataFrame] = ()
    known: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=dict(KNOWN)))


@dataclass(frozen=True, kw_only=True)
class Leak:
    """A hidden row that a reader can bound more tightly than its rule allows; it never says the count.

    is_past_help: it would be so even if the newest release showed nothing of people.
    """

    key: _Key
    is_past_help: bool

    def __str__(self) -> str:
        why = "; redan röjd av vad andra eller tidigare utgåvor visar" if self.is_past_help else ""
        return f"{' '.join(filter(None, self.key))}: en dold uppgift går att räkna ut närmare än regeln tillåter{why}"


def known_totals() -> pl.DataFrame:
    """The reviewed list of counts that others publish, in the columns of `KNOWN`."""
    return read_reference("known_totals").select(*KNOWN).with_columns(pl.col("count").cast(KNOWN["count"]))


def decide(cells: pl.DataFrame, members: Mapping[str, frozenset[str]], protection: Protection) -> pl.DataFrame:
    """Which cells are hidden: `cells` (columns of `CELLS`) in the columns of `DECIDED`, in order of their key.

    members: the municipalities of each area. Where a group of people is hidden, so are its answers, and where its
    answers are, so is the group. Raises Problem for periods that overlap without the shorter ones they share.
    """
    cells = cells.sort(KEY)
    web = _Web(members)
    for release in protection.earlier:
        web.add(release.iter_rows(named=True), is_decided=True)
    web.add(cells.iter_rows(named=True), is_decided=False)
    web.add_known(protection.known)
    web.add_changes()
    web.force_partners(web.small)
    hidden, told = set[str](), set[str]()
    apart = web.apart()
    pending = apart
    while pending:
        choice = web.suppressed(frozenset().union(*pending))
        hidden = (hidden - {*choice.cells}) | choice.hidden
        told |= {cell for cell, is_told in zip(choice.cells, choice.is_told, strict=True) if is_told}
        told -= {cell for cell, is_told in zip(choice.cells, choice.is_told, strict=True) if not is_told}
        forced = web.force_partners(hidden)
        pending = [cells for cells in apart if cells & forced]
    decided = []
    for row in cells.iter_rows(named=True):
        people, answers = web.variables(row)
        is_hidden = people in hidden or answers in hidden
        is_primary = row["is_withheld"] or RULES[row["rule"]].hides(row["count"])
        is_told = people in told and not row["is_withheld"]
        decided.append((is_hidden or is_primary, is_primary, is_told))
    flags = pl.DataFrame(
        decided, schema=dict.fromkeys(("is_hidden", "is_primary", "is_told"), pl.Boolean), orient="row"
    )
    return cells.with_columns(flags).select(*DECIDED)


def leaks(releases: Sequence[pl.DataFrame], members: Mapping[str, frozenset[str]], known: pl.DataFrame) -> list[Leak]:
    """What an attacker can find out who has all that `releases` show and what is known from elsewhere.

    releases: in the columns of `DECIDED`, oldest first; `is_hidden` and `is_told` say what stands in each, however
    that was decided. Raises ValueError where what is shown contradicts itself.
    """
    found = _found_out(releases, members, known)
    if not found:
        return []
    shut = releases[-1].with_columns(pl.lit(True).alias("is_hidden"), pl.lit(False).alias("is_told"))
    past_help = _found_out([*releases[:-1], shut], members, known, found)
    return [Leak(key=key, is_past_help=key in past_help) for key in sorted(found)]


def _found_out(
    releases: Sequence[pl.DataFrame],
    members: Mapping[str, frozenset[str]],
    known: pl.DataFrame,
    wanted: Collection[_Key] | None = None,
) -> set[_Key]:
    """The keys, of all or of those `wanted`, with a hidden count that can be bounded too closely."""
    web = _Web(members)
    for release in releases:
        web.add(release.iter_rows(named=True), is_decided=True)
    web.add_known(known)
    web.add_changes()
    table = web.table()
    is_hidden = np.array([cell not in table.known for cell in table.cells], dtype=np.bool_)
    is_told = np.array([cell in web.told for cell in table.cells], dtype=np.bool_) & is_hidden
    cells = None if wanted is None else {cell for cell in table.cells if web.keys[cell] in wanted}
    found = breaches(table, web.rules_of(table), is_hidden, is_told, wanted=cells)
    return {web.keys[breach.cell] for breach in found}


class _Web:
    """All counts of some releases as variables, and everything known to hold between them.

    A count is a variable of its own for each value it has had: a reader takes an unchanged row for unchanged.
    """

    def __init__(self, members: Mapping[str, frozenset[str]]) -> None:
        self.keys: dict[str, _Key] = {}
        self.told: set[str] = set()
        self._members = members
        self._counts: dict[str, int] = {}
        self._rules: dict[str, Rule] = {}
        self._partner: dict[str, str] = {}
        self._versions: dict[_Key, list[tuple[int, int | None]]] = {}
        self._margins: dict[tuple[str, tuple[str, ...]], None] = {}
        self._bounds: dict[tuple[str, ...], None] = {}
        self._known: set[str] = set()
        self._forced: set[str] = set()
        self._newest: dict[_Key, _Row] = {}
        self._previous: set[str] = set()

    # ------------------------------------------------------------------------------------------------- what is shown

    def add(self, rows: Iterable[_Row], *, is_decided: bool) -> None:
        """The next release, in time. is_decided: `is_hidden` and `is_told` say what it shows."""
        self._forced |= {each for row in self._newest.values() for each in self._of(row) if each not in self._known}
        self._newest = {tuple(row[name] for name in KEY): row for row in rows}
        if is_decided:
            self._previous = set()
        for key, row in self._newest.items():
            seen = self._versions.setdefault(key, [])
            if (row["count"], row["answered_yes"]) not in seen:
                seen.append((row["count"], row["answered_yes"]))
            people, answers = self.variables(row)
            self._add(people, row["count"], RULES[row["rule"]], key)
            if answers:
                self._add(answers, row["answered_yes"], ANSWERS, key)
                self._partner |= {people: answers, answers: people}
            if row["is_withheld"]:
                self._forced |= {people}
            if not is_decided:
                continue
            if row["is_hidden"]:
                self._previous |= {*self._of(row)}
                self.told |= {people} if row["is_told"] else set()
            else:
                self._known |= {*self._of(row)}
        for total, parts, along in _sums(list(self._newest.values()), self._members):
            self._relate(total, parts, along)
        self._forced -= {each for row in self._newest.values() if not row["is_withheld"] for each in self._of(row)}

    def add_known(self, known: pl.DataFrame) -> None:
        """What others publish of the newest release's cells: the whole count, or the counts of some parts."""
        for key, published in groupby(known.sort(*KEY, "part").iter_rows(), key=lambda row: row[: len(KEY)]):
            row = self._newest.get(key)
            if row is None:
                continue
            people, _ = self.variables(row)
            parts = []
            for *_, part, count in published:
                if part:
                    parts.append(f"{people}/{part}")
                    self._add(parts[-1], count, OPEN, key)
                    self._known.add(parts[-1])
                elif count == row["count"]:
                    self._known.add(people)
            self._sum(people, tuple(parts), RULES[row["rule"]], "parts", key)

    def add_changes(self) -> None:
        """A shown count that has since been corrected by a few: the difference is as telling as a small count."""
        newest = {key: self.variables(row)[0] for key, row in self._newest.items()}
        for key, versions in self._versions.items():
            for (one, (before, _)), (other, (after, _)) in combinations(enumerate(versions), 2):
                first, second = _variable(key, one), _variable(key, other)
                if first not in self._known or (second not in self._known and second != newest.get(key)):
                    continue
                if before == after or not self._rules[second].hides(abs(after - before)):
                    continue
                smaller, larger = (first, second) if before < after else (second, first)
                change = f"{first} to {other}"
                self._add(change, abs(after - before), OPEN, key)
                self._forced.add(change)
                self._margins[larger, tuple(sorted((smaller, change)))] = None

    # ---------------------------------------------------------------------------------------------- as a table of cells

    def table(self, cells: Collection[str] | None = None) -> CellTable:
        """The variables (all, or some that no sum ties to others), what is known and what must be hidden."""
        within = frozenset(self._counts if cells is None else cells)
        return table_of(
            {cell: count for cell, count in self._counts.items() if cell in within},
            [margin for margin in self._margins if margin[0] in within],
            hidden=(self._forced - self._known) & within,
            known=self._known & within,
            bounds=[
                LinearBound(cells=bound, coefficients=(1.0, *(-1.0 for _ in bound[1:])), lowest=0, highest=np.inf)
                for bound in self._bounds
                if bound[0] in within
            ],
        )

    def apart(self) -> list[frozenset[str]]:
        """The variables in groups that no sum ties to each other."""
        group = {cell: {cell} for cell in self._counts}
        for tied in (*((total, *parts) for total, parts in self._margins), *self._bounds):
            together = group[tied[0]]
            for cell in tied[1:]:
                if group[cell] is not together:
                    together |= group[cell]
            for cell in together:
                group[cell] = together
        return [frozenset(cells) for cells in {id(cells): cells for cells in group.values()}.values()]

    @property
    def small(self) -> frozenset[str]:
        """The variables that their rules hide."""
        return frozenset(cell for cell, count in self._counts.items() if self._rules[cell].hides(count))

    def rules_of(self, table: CellTable) -> tuple[Rule, ...]:
        """The rule of each cell of the table."""
        return tuple(self._rules[cell] for cell in table.cells)

    def suppressed(self, cells: Collection[str]) -> Suppressed:
        """What is to be hidden of some variables, the earlier pattern kept where that serves."""
        table = self.table(cells)
        return suppress(table, self.rules_of(table), previous=self._previous, told_before=self.told)

    def force_partners(self, hidden: Collection[str]) -> set[str]:
        """From now on hide the answers of every hidden group, and the group of all hidden answers; returns the new."""
        alone = {self._partner[cell] for cell in hidden if cell in self._partner}
        more = alone - self._known - self._forced - {*hidden}
        self._forced |= more
        return more

    def variables(self, row: _Row) -> tuple[str, str]:
        """The variables of a row: its count, and its answers or nothing."""
        key = tuple(row[name] for name in KEY)
        people = _variable(key, self._versions[key].index((row["count"], row["answered_yes"])))
        return people, "" if row["answered_yes"] is None else f"{people}:yes"

    def _of(self, row: _Row) -> Iterator[str]:
        return (each for each in self.variables(row) if each)

    def _add(self, variable: str, count: int, rule: Rule, key: _Key) -> None:
        self._counts[variable] = count
        self._rules[variable] = rule
        self.keys[variable] = key

    def _relate(self, total: _Row, parts: Sequence[_Row], along: str) -> None:
        key = tuple(total[name] for name in KEY)
        people, answers = self.variables(total)
        of_parts = [self.variables(part) for part in parts]
        is_rest_hidden = self._sum(people, tuple(each for each, _ in of_parts), RULES[total["rule"]], along, key)
        if answers and all(each for _, each in of_parts):
            yes = tuple(each for _, each in of_parts)
            self._sum(answers, yes, ANSWERS, along, key, is_rest_hidden=is_rest_hidden)

    def _sum(
        self, total: str, parts: tuple[str, ...], rule: Rule, along: str, key: _Key, *, is_rest_hidden: bool = False
    ) -> bool:
        """What a reader knows of a total and its parts; True where they leave a rest that may not be found out."""
        parts = tuple(sorted(parts))
        rest = self._counts[total] - sum(self._counts[part] for part in parts)
        if not parts or rest < 0:
            return False  # no sum: shares that others have rounded, or parts of another count
        if rest == 0 and not is_rest_hidden:
            self._margins[total, parts] = None
            return False
        if not (is_rest_hidden or rule.hides(rest)):
            self._bounds[total, *parts] = None
            return False
        remaining = f"{total} rest of {along} {' '.join(parts)}"
        self._add(remaining, rest, rule, key)
        self._forced.add(remaining)
        self._margins[total, (*parts, remaining)] = None
        return True


def _variable(key: _Key, version: int) -> str:
    return f"{'|'.join(key)}#{version}"


# ------------------------------------------------------------------------------------------------- sums between rows


def _sums(rows: Sequence[_Row], members: Mapping[str, frozenset[str]]) -> Iterator[tuple[_Row, Sequence[_Row], str]]:
    """Every row that other rows of one release add up to, with those rows: over areas, groups and periods."""
    by_key = {tuple(row[name] for name in KEY): row for row in rows}
    yield from _sums_over_areas(by_key, members)
    yield from _sums_over_groups(by_key)
    yield from _sums_over_periods(rows)


def _sums_over_areas(
    by_key: Mapping[_Key, _Row], members: Mapping[str, frozenset[str]]
) -> Iterator[tuple[_Row, Sequence[_Row], str]]:
    for (measure, area, *rest), row in by_key.items():
        parts = [by_key[key] for code in sorted(members.get(area, ())) if (key := (measure, code, *rest)) in by_key]
        if parts:
            yield row, parts, "area"


def _sums_over_groups(by_key: Mapping[_Key, _Row]) -> Iterator[tuple[_Row, Sequence[_Row], str]]:
    """`breakdown` names one or more ways to divide, and `category` a group in each: "grade,sex", "åk 9,flicka"."""
    within: dict[tuple[_Key, str], list[_Row]] = {}
    for (measure, area, period, breakdown, category), row in by_key.items():
        ways, groups = breakdown.split(","), category.split(",")
        for index, way in enumerate(ways if breakdown else ()):
            left = [",".join([*each[:index], *each[index + 1 :]]) for each in (ways, groups)]
            within.setdefault(((measure, area, period, *left), way), []).append(row)
    for (key, way), parts in within.items():
        if key in by_key:
            yield by_key[key], parts, way


def _sums_over_periods(rows: Sequence[_Row]) -> Iterator[tuple[_Row, Sequence[_Row], str]]:
    def series(row: _Row) -> _Key:
        return row["measure"], row["area_code"], row["breakdown"], row["category"]

    def span(row: _Row) -> tuple[Any, ...]:
        return row["period_start"], -row["period_end"].toordinal(), row["period"]

    for _, grouped in groupby(sorted(rows, key=lambda row: (series(row), span(row))), key=series):
        periods = list(grouped)
        if all(one["period_end"] < other["period_start"] for one, other in pairwise(periods)):
            continue
        for index, row in enumerate(periods):
            inside = [each for each in periods[index + 1 :] if each["period_end"] <= row["period_end"]]
            tiles = _side_by_side(inside)
            is_cut = any(
                each["period_start"] <= row["period_end"] < each["period_end"] for each in periods[index + 1 :]
            ) or any(
                each["period_start"] < row["period_start"] <= each["period_end"] < row["period_end"] for each in periods
            )
            if is_cut and not _is_covered(row, tiles):
                raise Problem(
                    f"indikatorn {row['measure']}",
                    "perioder som överlappar kan inte skyddas",
                    found=row["period"],
                    do="låt samma mått också räknas för de kortare perioder som de har gemensamt",
                )
            if tiles:
                yield row, tiles, "period"


def _side_by_side(periods: Sequence[_Row]) -> list[_Row]:
    """The longest periods that follow on each other without overlapping; given in order of start, the longest first."""
    chosen: list[_Row] = []
    for each in periods:
        if not chosen or each["period_start"] > chosen[-1]["period_end"]:
            chosen.append(each)
    return chosen


def _is_covered(row: _Row, tiles: Sequence[_Row]) -> bool:
    if not tiles:
        return False
    follows = all(one["period_end"] + timedelta(days=1) == other["period_start"] for one, other in pairwise(tiles))
    return follows and (tiles[0]["period_start"], tiles[-1]["period_end"]) == (row["period_start"], row["period_end"])
