"""Complementary suppression: which counts are hidden so that no reader can work out a small one.

The rules and the tables stand in `disclosure_tables.py`, the search in `_disclosure_search.py`, the attacker in
`disclosure_audit.py`.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.methods._disclosure_search import REACH, Part, begin, is_safe_without_totals, lost, search_all
from models.methods.disclosure_tables import (
    Bools,
    CellTable,
    Ints,
    LinearBound,
    Margin,
    Rule,
    Suppressed,
    each_rule,
    is_small,
    width_beside_marks,
)
from models.methods.rates import Floats

# ------------------------------------------------------------------------------------------------- from table to parts


@dataclass(frozen=True, kw_only=True)
class _Source:
    """The table with what the rules say of it. Arrays of shape (n)."""

    table: CellTable
    rules: tuple[Rule, ...]
    small: Bools
    primary: Bools
    known: Bools
    previous: frozenset[str]
    places: Mapping[str, int]
    width_beside_marks: int


def _is_free(source: _Source) -> Bools:
    """What is or can be hidden: not what is known elsewhere, and no zero that the rules show."""
    is_zero_told = np.array([rule.lowest == 0 for rule in source.rules], dtype=np.bool_)
    return ~source.known & (source.primary | is_zero_told | (source.table.counts > 0))


@dataclass(frozen=True, kw_only=True)
class _Group:
    """Cells that hang together by sums, in order of id, with the margins and bounds that hold any of them."""

    cells: Ints  # places in the table
    margins: tuple[Margin, ...]
    bounds: tuple[LinearBound, ...]


def _connected(source: _Source) -> list[_Group]:
    """The groups of cells that hold a primary cell, in order of their first id."""
    table = source.table
    place = table.places
    is_free = _is_free(source)
    leader = list(range(len(table.cells)))

    def lead(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    def join(cells: tuple[str, ...]) -> int:
        free = [place[cell] for cell in cells if is_free[place[cell]]]
        for index in free[1:]:
            leader[lead(index)] = lead(free[0])
        return free[0] if free else -1

    # Any free cell of a sum stands for it; which group that is in is known when all are joined.
    margins = [(join((margin.total, *margin.members)), margin) for margin in table.margins]
    bounds = [(join(bound.cells), bound) for bound in table.bounds]
    cells_of: dict[int, list[int]] = {}
    margins_of: dict[int, list[Margin]] = {}
    bounds_of: dict[int, list[LinearBound]] = {}
    for index in sorted(np.flatnonzero(is_free).tolist(), key=lambda each: table.cells[each]):
        cells_of.setdefault(lead(index), []).append(index)
    for index, margin in margins:
        if index >= 0:
            margins_of.setdefault(lead(index), []).append(margin)
    for index, bound in bounds:
        if index >= 0:
            bounds_of.setdefault(lead(index), []).append(bound)
    return [
        _Group(
            cells=np.array(cells, dtype=np.int64),
            margins=tuple(margins_of.get(index, ())),
            bounds=tuple(bounds_of.get(index, ())),
        )
        for index, cells in cells_of.items()
        if source.primary[cells].any()
    ]


def _tell_the_total_only(table: CellTable, small: Bools, told: Bools) -> None:
    """Where a small total has several small members, take the members' marks away: 2 + 1 = 3 in "<5" lets none be 4."""
    place = table.places
    for margin in table.margins:
        members = [place[cell] for cell in margin.members if small[place[cell]]]
        if small[place[margin.total]] and len(members) > 1:
            told[members] = False


def _part(source: _Source, held: _Group, told: Bools, exposed: Bools, is_strict: bool) -> Part:
    """The group as moves away from the true counts. is_strict: the reader of marks takes no ".." for a small count."""
    table, group = source.table, held.cells
    n = len(group)
    place = {table.cells[index]: column for column, index in enumerate(group)}
    count = table.counts[group].astype(np.float64)
    rules = [source.rules[index] for index in group]
    lowest = np.array([rule.lowest for rule in rules], dtype=np.float64)
    highest = np.array([rule.highest for rule in rules], dtype=np.float64)
    small, primary, is_told = source.small[group], source.primary[group], told[group]
    floor = np.where(~primary & is_strict, np.maximum(highest + 1, lowest), 0)
    lines = set()
    for margin in held.margins:
        line = [0.0] * n
        for cell, sign in ((margin.total, -1.0), *((cell, 1.0) for cell in margin.members)):
            if cell in place:
                line[place[cell]] = sign
        lines.add(tuple(line))
    slacks = []
    for bound in held.bounds:
        factors = [0.0] * n
        value = 0.0
        for cell, coefficient in zip(bound.cells, bound.coefficients, strict=True):
            value += coefficient * float(table.counts[source.places[cell]])
            if cell in place:
                factors[place[cell]] = coefficient
        if any(factors):
            slacks.append((tuple(factors), max(value - bound.lowest, 0.0), max(bound.highest - value, 0.0)))
    slacks.sort()
    m = len(slacks)
    sums = sorted(each for each in lines if any(each))
    rows = np.zeros((len(sums) + m, n + m))
    for index, known_sum in enumerate((*sums, *(factors_of for factors_of, _, _ in slacks))):
        rows[index, :n] = known_sum
        if index >= len(sums):
            rows[index, n + index - len(sums)] = -1.0
    # A slack moves as far as the bound leaves room; no further than cells that move `REACH` can take it.
    room = [float(np.abs(factors_of).sum()) * REACH for factors_of, _, _ in slacks]
    slack_down = np.array([min(down, most) for (_, down, _), most in zip(slacks, room, strict=True)])
    slack_up = np.array([min(up, most) for (_, _, up), most in zip(slacks, room, strict=True)])
    none, always = np.zeros(m, dtype=np.bool_), np.ones(m, dtype=np.bool_)
    return Part(
        cells=np.concatenate([group, np.full(m, -1)]),
        rows=rows,
        is_always=np.concatenate([primary, always]),
        is_candidate=np.concatenate([~primary, none]),
        is_ranged=np.concatenate([small & ~exposed[group], none]),
        is_wide=np.concatenate([primary & ~small & ~exposed[group], none]),
        need_up=np.concatenate([highest - count, np.zeros(m)]),
        need_down=np.concatenate([count - lowest, np.zeros(m)]),
        marks_up=np.concatenate([np.where(is_told, highest - count, REACH), slack_up]),
        marks_down=np.concatenate([np.where(is_told, count - lowest, np.clip(count - floor, 0, REACH)), slack_down]),
        sums_up=np.concatenate([np.full(n, float(REACH)), slack_up]),
        sums_down=np.concatenate([np.minimum(count, REACH), slack_down]),
        width_beside_marks=source.width_beside_marks,
        cost=np.concatenate([_costs(source, group), np.zeros(m)]),
    )


def _costs(source: _Source, group: Ints) -> Floats:
    """The weights; among equals the smaller count and then the earlier id is cheaper; cells hidden before cost next
    to nothing, all of them together less than the cheapest other.
    """
    n = len(group)
    rank = np.empty(n)
    rank[np.lexsort((np.arange(n), source.table.counts[group]))] = np.arange(1, n + 1)
    # A power that is no whole number: two choices hardly ever cost exactly the same.
    cost: Floats = source.table.weights[group] * (1 + 0.002 * (rank / n) ** 1.37)
    was_hidden = np.array([source.table.cells[index] in source.previous for index in group]) & ~source.primary[group]
    others = ~was_hidden & ~source.primary[group]
    if was_hidden.any() and others.any():
        cost[was_hidden] *= min(1.0, cost[others].min() / (2 * cost[was_hidden].sum()))
    return np.asarray(cost / cost.min())


# -------------------------------------------------------------------------------------------------------- suppression


def suppress(
    table: CellTable,
    rules: Rule | Sequence[Rule],
    *,
    seconds: float = 20.0,
    previous: Collection[str] = (),
    told_before: Collection[str] = (),
) -> Suppressed:
    """Hide what the rules hide, and the fewest or least valuable further counts that keep it from being worked out.

    rules: one, or one per cell. A primary cell is safe when a reader of all that is shown, known and marked cannot rule
    out any count of its rule's range; a secondary one when its possible counts lie `SECONDARY_WIDTH` apart to a
    reader of sums, `width_beside_marks` to one who uses the marks too. previous: cells hidden in the earlier release;
    those it showed belong in the table's `known`. They are hidden again rather than others. told_before: hidden cells
    for which an earlier release showed the rule's text, so that readers know their range.

    seconds: after this, tables not yet solved lose their totals, or everything: safe, and never the best choice. The
    answer is the same for the same table, whatever the order of its cells, unless time runs out. Where a primary total
    is the sum of several primary cells, only the total shows "<5": each "<5" inside it would narrow the others.

    Raises ValueError as `each_rule`. Sources: Fischetti & Salazar (2001), Management Science 47:1008 (the model and
    its constraints); Hundepool et al. (2012), Statistical Disclosure Control, ch. 4.
    """
    listed = each_rule(table, rules)
    small = is_small(table, listed)
    primary = small | table.is_hidden_primary
    known = np.array([cell in table.known for cell in table.cells], dtype=np.bool_)
    exposed = primary & known
    was_told = small & ~exposed & np.array([cell in told_before for cell in table.cells], dtype=np.bool_)
    told = small & ~exposed
    _tell_the_total_only(table, small, told)
    told |= was_told
    hidden = primary.copy()
    fell_back: set[int] = set()
    deadline = time.monotonic() + seconds
    source = _Source(
        table=table,
        rules=listed,
        small=small,
        primary=primary,
        known=known,
        previous=frozenset(previous),
        places=table.places,
        width_beside_marks=width_beside_marks(listed),
    )
    waiting = [(group, True) for group in _connected(source)]
    while waiting:
        searches = [begin(_part(source, group, told, exposed, is_strict)) for group, is_strict in waiting]
        search_all(searches, deadline)
        again = []
        for (held, is_strict), search in zip(waiting, searches, strict=True):
            group = held.cells
            is_late = search.outcome == "late"
            if search.outcome == "safe" or (is_late and is_safe_without_totals(search)):
                hidden[search.part.cells[search.hidden & (search.part.cells >= 0)]] = True
                fell_back.update(group.tolist() if is_late else ())
                continue
            # Even with everything hidden some range is narrower than its mark says. Tell less, one step at a time.
            if (told & ~was_told)[group].any():
                told[group] = was_told[group]
                again.append((held, is_strict))
            elif is_strict:
                again.append((held, False))
            else:
                given_away = lost(search)
                if not given_away.size:  # the solver found nothing where there is something: everything hidden is safe
                    hidden[group] = True
                    fell_back.update(group.tolist())
                    continue
                exposed[given_away] = True
                again.append((held, False))
        waiting = again
    return Suppressed(
        cells=table.cells,
        rules=listed,
        is_primary=primary,
        is_secondary=hidden & ~primary,
        is_told=told & ~exposed,
        exposed=frozenset(table.cells[index] for index in np.flatnonzero(exposed)),
        fell_back=frozenset(table.cells[index] for index in fell_back),
    )
