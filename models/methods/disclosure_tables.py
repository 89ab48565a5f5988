"""What a reader is told and what is hidden: rules for small counts, and tables of counts with every sum between them.

A reader knows every shown count, every published sum, what others publish, what earlier releases showed, that no count
is negative, and what the marks say: "<5" tells that the count is 1–4, ".." tells only that it is hidden.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.methods.rates import Floats
from sources._declare import Concerns

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

HIDDEN_TEXT = ".."  # Statistics Sweden's sign for a figure that is not given
SECONDARY_WIDTH = 5  # how far apart the smallest and largest possible value of a secondary cell must lie
_TOLERANCE = 1e-6


# ------------------------------------------------------------------------------------------------------------- rules


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How small a count may be shown, and what is shown instead.

    smallest_shown: counts from `lowest` to below this are hidden; 0 hides nothing. A reader may not be able to rule
    out any count from `lowest` to `highest`. lowest: 1, or 0 where a zero tells something about a group.
    """

    name: str
    smallest_shown: int
    text: str
    lowest: int = 1

    @property
    def highest(self) -> int:
        """The largest hidden count."""
        return self.smallest_shown - 1

    def hides(self, count: int) -> bool:
        """Whether the count is too small to be shown."""
        return self.lowest <= count < self.smallest_shown


OPEN = Rule(name="open", smallest_shown=0, text="")
ANSWERS = Rule(name="answers", smallest_shown=0, text="", lowest=0)  # none that said yes tells of all who answered
UNDER_FIVE = Rule(name="under_five", smallest_shown=5, text="<5")
UNDER_TEN = Rule(name="under_ten", smallest_shown=10, text="<10")


def rule_for(concerns: Concerns) -> Rule:
    """The rule for counts of a source that no authority has published.

    Things and places: no smallest count, since three broken windows point at nobody. Adults: 1–4 is "<5". Children,
    health and social services: 1–9 is "<10". Zeros are shown. Sources: Statistics Norway publishes no municipal crime
    cell of at most 4; 24 kap. 8 § and 26 kap. 1 § offentlighets- och sekretesslagen (2009:400) for what is protected;
    the limits are the project's own.
    """
    return {Concerns.ADULTS: UNDER_FIVE, Concerns.CARE: UNDER_TEN, Concerns.CHILDREN: UNDER_TEN}.get(concerns, OPEN)


def width_beside_marks(rules: Iterable[Rule]) -> int:
    """How uncertain a secondary cell must be to a reader who uses the marks as well.

    Beside a "<5" in a row of two hidden cells no cell can vary by more than 4 − 1: that much is asked of it then, and
    `SECONDARY_WIDTH` of it to a reader of sums alone.
    """
    return min((SECONDARY_WIDTH, *(rule.highest - rule.lowest for rule in rules if rule.smallest_shown)))


# ------------------------------------------------------------------------------------------------------------ tables


@dataclass(frozen=True, kw_only=True)
class Margin:
    """The count of `total` is the sum of the counts of `members`, and readers know that it is."""

    total: str
    members: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LinearBound:
    """lowest ≤ Σ coefficient · count ≤ highest, known to a reader: a published rate's rounding, for one."""

    cells: tuple[str, ...]
    coefficients: tuple[float, ...]
    lowest: float
    highest: float


@dataclass(frozen=True, kw_only=True)
class CellTable:
    """Counts and every sum between them: one table or hundreds, whatever shape.

    cells: unique ids; totals are cells too. counts: whole numbers ≥ 0. is_hidden_primary: hidden whatever the count
    (a count that the rule hides is so anyway). weights: what showing a cell is worth, > 0. The four have one shape (n).
    margins: any number, overlapping and hierarchical. known: cells whose exact count a reader has from elsewhere: from
    other publishers, or from an earlier release. Raises ValueError where these do not fit together.
    """

    cells: tuple[str, ...]
    counts: Ints
    is_hidden_primary: Bools
    weights: Floats
    margins: tuple[Margin, ...] = ()
    known: frozenset[str] = frozenset()
    bounds: tuple[LinearBound, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.cells)
        place = self.places
        if len(place) != n:
            raise ValueError("cells: the same id twice")
        if not self.counts.shape == self.is_hidden_primary.shape == self.weights.shape == (n,):
            raise ValueError("counts, is_hidden_primary and weights must have one value per cell")
        if not np.issubdtype(self.counts.dtype, np.integer) or np.any(self.counts < 0):
            raise ValueError("counts must be whole numbers from 0")
        if not np.all((self.weights > 0) & np.isfinite(self.weights)):
            raise ValueError("weights must be above 0")
        named = {cell for margin in self.margins for cell in (margin.total, *margin.members)}
        named |= {cell for bound in self.bounds for cell in bound.cells} | self.known
        if unknown := named - place.keys():
            raise ValueError(f"margins, bounds or known name {len(unknown)} cells that the table does not have")
        for margin in self.margins:
            members = set(margin.members)
            if len(members) != len(margin.members) or margin.total in members:
                raise ValueError(f"margin {margin.total}: a cell is summed twice or is its own total")
            # The message says where and never how large: counts may be secret.
            if self.counts[place[margin.total]] != sum(int(self.counts[place[cell]]) for cell in margin.members):
                raise ValueError(f"margin {margin.total}: the total is not the sum of its members")
        for bound in self.bounds:
            if len(bound.cells) != len(bound.coefficients) or len(set(bound.cells)) != len(bound.cells):
                raise ValueError("bounds: one coefficient for each cell, each cell once")
            value = sum(
                c * int(self.counts[place[cell]]) for c, cell in zip(bound.coefficients, bound.cells, strict=True)
            )
            if not bound.lowest - _TOLERANCE <= value <= bound.highest + _TOLERANCE:
                raise ValueError(f"bounds: the counts of {', '.join(bound.cells)} do not keep within it")

    @property
    def places(self) -> dict[str, int]:
        """Where each cell stands."""
        return {cell: index for index, cell in enumerate(self.cells)}


def table_of(
    counts: Mapping[str, int],
    margins: Iterable[tuple[str, Sequence[str]]] = (),
    *,
    hidden: Collection[str] = (),
    known: Collection[str] = (),
    weights: Mapping[str, float] | None = None,
    bounds: Sequence[LinearBound] = (),
) -> CellTable:
    """A table from counts by cell id and (total, members) pairs.

    A cell without a weight weighs 1, or as a total 1 more than its heaviest margin's members together: a sum is
    rather kept than the cells it sums. Raises ValueError as `CellTable`.
    """
    listed = tuple(Margin(total=total, members=tuple(members)) for total, members in margins)
    members_of: dict[str, list[tuple[str, ...]]] = {}
    for margin in listed:
        members_of.setdefault(margin.total, []).append(margin.members)
    weight: dict[str, float] = dict(weights or {})

    def weigh(cell: str, above: tuple[str, ...]) -> float:
        if cell not in weight:
            if cell in above:
                raise ValueError(f"margin {cell}: it is summed in a circle")
            inside = (sum(weigh(each, (*above, cell)) for each in members) for members in members_of.get(cell, ()))
            weight[cell] = 1 + max(inside, default=0)
        return weight[cell]

    return CellTable(
        cells=tuple(counts),
        counts=np.array(list(counts.values()), dtype=np.int64),
        is_hidden_primary=np.array([cell in hidden for cell in counts], dtype=np.bool_),
        weights=np.array([weigh(cell, ()) for cell in counts], dtype=np.float64),
        margins=listed,
        known=frozenset(known),
        bounds=tuple(bounds),
    )


@dataclass(frozen=True, kw_only=True)
class Suppressed:
    """What is hidden, cell by cell in the table's order.

    is_primary: by its own count. is_secondary: to protect others; a hidden total is a dropped margin. is_told: the
    rule's text is shown ("<5"), which tells its range; other hidden cells show "..". exposed: primary cells that
    nothing hidden here can protect, since what is known already gives them away: they ask for a decision by a person.
    fell_back: cells of tables for which time ran out and whose totals, or all counts, are hidden instead.
    """

    cells: tuple[str, ...]
    rules: tuple[Rule, ...]
    is_primary: Bools
    is_secondary: Bools
    is_told: Bools
    exposed: frozenset[str]
    fell_back: frozenset[str]

    @property
    def is_hidden(self) -> Bools:
        """Primary and secondary cells."""
        return self.is_primary | self.is_secondary

    @property
    def hidden(self) -> frozenset[str]:
        """The ids of all hidden cells: the `previous` of the next release."""
        return frozenset(cell for cell, is_hidden in zip(self.cells, self.is_hidden, strict=True) if is_hidden)

    @property
    def texts(self) -> tuple[str | None, ...]:
        """What stands in each hidden cell's place; None where the count is shown."""
        return tuple(
            rule.text if is_told else HIDDEN_TEXT if is_hidden else None
            for rule, is_told, is_hidden in zip(self.rules, self.is_told, self.is_hidden, strict=True)
        )


def each_rule(table: CellTable, rules: Rule | Sequence[Rule]) -> tuple[Rule, ...]:
    """One rule per cell. Raises ValueError where there are not as many rules as cells."""
    listed = (rules,) * len(table.cells) if isinstance(rules, Rule) else tuple(rules)
    if len(listed) != len(table.cells):
        raise ValueError("rules: one rule, or one per cell")
    return listed


def is_small(table: CellTable, rules: Sequence[Rule]) -> Bools:
    """Which counts the rules hide for their own size."""
    return np.array([rule.hides(int(count)) for rule, count in zip(rules, table.counts, strict=True)], dtype=np.bool_)
