"""The attacker: how closely a reader can work out each hidden count, by linear programming over all that is shown."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from models.methods.disclosure_tables import (
    SECONDARY_WIDTH,
    Bools,
    CellTable,
    Ints,
    Rule,
    each_rule,
    is_small,
    width_beside_marks,
)

_TOLERANCE = 1e-6
_CONTRADICTION = "audit: what is shown contradicts itself: no counts fit all sums and bounds"


class Reader(StrEnum):
    """SUMS: uses shown counts, sums and what is known. MARKS: uses the texts in place of hidden counts as well."""

    SUMS = "sums"
    MARKS = "marks"


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """The smallest and the largest count that a hidden cell may have; highest is None where nothing limits it."""

    cell: str
    lowest: int
    highest: int | None

    @property
    def width(self) -> float:
        """How far apart they lie."""
        return float("inf") if self.highest is None else self.highest - self.lowest


@dataclass(frozen=True, kw_only=True)
class Breach:
    """A hidden cell that a reader can bound more tightly than its rule allows; it never says the count.

    needs: what the bounds should have included (primary) or how wide they should have been (others).
    """

    cell: str
    reader: Reader
    bounds: Bounds
    needs: str


def audit(
    table: CellTable,
    shown: Bools,
    *,
    told: Mapping[str, tuple[int, int]] | None = None,
    is_whole: bool = False,
    wanted: Collection[str] | None = None,
) -> list[Bounds]:
    """The bounds of every hidden cell, or of those `wanted`, in the table's order.

    shown: array of shape (n); the counts of cells neither shown nor `known` are never read. told: the lowest and
    highest count that a hidden cell's text gives away. is_whole: solve in whole numbers, the strongest attack and
    slower; otherwise fractions are allowed and the bounds rounded inwards, which may be wider than the truth.

    Raises ValueError where what is shown contradicts itself. Source: Fischetti & Salazar (2001), Management
    Science 47:1008, the attacker's problems.
    """
    from scipy.optimize import Bounds as Limits
    from scipy.optimize import LinearConstraint, milp
    from scipy.sparse import csr_array

    if shown.shape != (len(table.cells),):
        raise ValueError("shown: one value per cell")
    is_seen = np.array([cell in table.known for cell in table.cells], dtype=np.bool_) | shown
    unseen = np.flatnonzero(~is_seen)
    hidden = {table.cells[index]: column for column, index in enumerate(unseen)}
    seen = {cell: int(table.counts[index]) for index, cell in enumerate(table.cells) if is_seen[index]}
    lines = [((margin.total, -1.0), *((cell, 1.0) for cell in margin.members)) for margin in table.margins]
    lower, upper = [0.0] * len(lines), [0.0] * len(lines)
    for bound in table.bounds:
        lines.append(tuple(zip(bound.cells, bound.coefficients, strict=True)))
        lower.append(bound.lowest)
        upper.append(bound.highest)
    entries: list[tuple[int, int, float]] = []
    for row, line in enumerate(lines):
        constant = sum(coefficient * seen[cell] for cell, coefficient in line if cell in seen)
        lower[row] -= constant
        upper[row] -= constant
        entries += [(row, hidden[cell], coefficient) for cell, coefficient in line if cell in hidden]
    # A cell that some sum limits lies under the sum of all that is seen; what passes that is limited by nothing.
    most = float(sum(seen.values()) + sum(high for _, high in (told or {}).values()) + 1000)
    least_of, most_of = np.zeros(len(unseen)), np.full(len(unseen), 4 * most)
    for cell, (low, high) in (told or {}).items():
        if cell in hidden:
            least_of[hidden[cell]], most_of[hidden[cell]] = low, high
    bounds_of: dict[str, Bounds] = {
        cell: Bounds(cell=cell, lowest=count, highest=count) for cell, count in seen.items()
    }
    matrix = csr_array(
        ([value for _, _, value in entries], ([row for row, _, _ in entries], [column for _, column, _ in entries])),
        shape=(len(lines), len(unseen)),
    )
    row_low, row_high = np.array(lower), np.array(upper)
    is_settled = matrix.count_nonzero(axis=1) == 0  # nothing hidden in it
    if np.any(is_settled & ((row_low > _TOLERANCE) | (row_high < -_TOLERANCE))):
        raise ValueError(_CONTRADICTION)
    # Groups without a sum in common do not touch each other: one call bounds one cell of each that has any left.
    group_of = _groups(len(unseen), entries)
    size_of = np.bincount(group_of, minlength=1)
    turn = np.zeros(len(unseen), dtype=np.int64)
    for group in range(len(size_of)):
        turn[group_of == group] = np.arange(size_of[group])
    group_of_row = np.full(len(lines), -1)
    for row, column, _ in entries:
        group_of_row[row] = group_of[column]
    lowest, highest = np.zeros(len(unseen)), np.zeros(len(unseen))
    is_wanted = np.array([wanted is None or table.cells[index] in wanted for index in unseen], dtype=np.bool_)
    for number in sorted({*turn[is_wanted].tolist()}):
        columns = np.flatnonzero(size_of[group_of] > number)
        rows = np.flatnonzero(~is_settled & (size_of[group_of_row] > number))
        aimed = turn[columns] == number
        for sign, reached in ((1.0, lowest), (-1.0, highest)):
            answer = milp(
                sign * aimed,
                constraints=LinearConstraint(matrix[rows][:, columns], row_low[rows], row_high[rows])
                if len(rows)
                else (),
                bounds=Limits(least_of[columns], most_of[columns]),
                integrality=np.full(len(columns), int(is_whole)),
                options={"mip_rel_gap": 0.0},
            )
            if answer.x is None:
                raise ValueError(_CONTRADICTION)
            reached[columns[aimed]] = answer.x[aimed]
    for cell, column in hidden.items():
        is_open = highest[column] > 2 * most
        bounds_of[cell] = Bounds(
            cell=cell,
            lowest=int(np.ceil(lowest[column] - _TOLERANCE)),
            highest=None if is_open else int(np.floor(highest[column] + _TOLERANCE)),
        )
    return [
        bounds_of[cell]
        for index, cell in enumerate(table.cells)
        if not shown[index] and (wanted is None or cell in wanted)
    ]


def _groups(n: int, entries: Sequence[tuple[int, int, float]]) -> Ints:
    """Which cells hang together; array of shape (n)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    first: dict[int, int] = {}
    pairs = [(first.setdefault(row, column), column) for row, column, _ in entries]
    graph = coo_array((np.ones(len(pairs)), ([one for one, _ in pairs], [other for _, other in pairs])), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def breaches(
    table: CellTable,
    rules: Rule | Sequence[Rule],
    is_hidden: Bools,
    is_told: Bools,
    *,
    is_whole: bool = False,
    wanted: Collection[str] | None = None,
) -> list[Breach]:
    """The hidden cells (those `wanted`) that a reader of sums, or of marks too, can bound closer than the rules allow.

    is_hidden, is_told: arrays of shape (n) as in `Suppressed`. A cell that the rules hide must be able to have any
    count of its range; another `SECONDARY_WIDTH` apart to a reader of sums, `width_beside_marks` to one of marks.
    A count that the rules hide and that is shown, or known elsewhere, is a breach too. Raises ValueError as `audit`.
    """
    listed = each_rule(table, rules)
    small = is_small(table, listed)
    places = table.places
    told = {
        cell: (rule.lowest, rule.highest)
        for cell, rule, is_so in zip(table.cells, listed, is_told, strict=True)
        if is_so
    }
    found = []
    for index in np.flatnonzero(small & ~is_hidden).tolist():
        cell, count = table.cells[index], int(table.counts[index])
        bounds = Bounds(cell=cell, lowest=count, highest=count)
        found.append(Breach(cell=cell, reader=Reader.SUMS, bounds=bounds, needs="hidden"))
    for reader, texts in ((Reader.SUMS, {}), (Reader.MARKS, told)):
        width = SECONDARY_WIDTH if reader is Reader.SUMS else width_beside_marks(listed)
        for bounds in audit(table, ~is_hidden, told=texts, is_whole=is_whole, wanted=wanted):
            index = places[bounds.cell]
            rule = listed[index]
            if small[index]:
                is_kept = bounds.lowest <= rule.lowest and (bounds.highest is None or bounds.highest >= rule.highest)
                needs = f"{rule.lowest}–{rule.highest}"
            else:
                is_kept = bounds.width >= width
                needs = f"{width} wide"
            if not is_kept:
                found.append(Breach(cell=bounds.cell, reader=reader, bounds=bounds, needs=needs))
    return found
