"""Which counts are hidden so that no reader can work out a small one: rules and complementary suppression.

A reader knows every shown count, every published sum, what others publish, what earlier releases showed, that no count
is negative, and what the marks say: "<5" tells that the count is 1–4, ".." tells only that it is hidden.
"""

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.methods.rates import Floats
from sources._declare import Concerns

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

HIDDEN_TEXT = ".."  # Statistics Sweden's sign for a figure that is not given
SECONDARY_WIDTH = 5  # how far apart the smallest and largest possible value of a secondary cell must lie

_REACH = 60  # how far a cell may move in a search; a reader's world is larger, so this errs on the safe side
_TOLERANCE = 1e-6
_COLUMNS_AT_ONCE = 2000  # many small problems in one call: a call costs 3 ms, a small problem in it 0.3 ms
_TABLES_AT_ONCE = 40
_TRIED_ONE_BY_ONE = 9  # up to so many candidates every choice of them is weighed, without a solver


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


# ----------------------------------------------------------------------------------------- the search, group by group


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Cells that hang together by sums, in order of id, and last the slacks of `bounds`. All arrays have one shape (n).

    Everything is said as a move away from the true counts: a reader's other worlds are the moves `d` with
    `rows @ d == 0` and −down ≤ d ≤ up over the hidden cells. `marks` and `sums` are the two readers: one uses the marks
    and takes ".." for no small count, one uses sums alone.
    """

    cells: Ints  # places in the table; −1 for a slack
    rows: Floats  # (rows, n)
    is_always: Bools  # hidden whatever is chosen
    is_candidate: Bools
    is_ranged: Bools  # primary: must be able to move by `need_up` and `need_down`
    is_wide: Bools  # hidden for another reason: must be as wide as a secondary cell
    need_up: Floats
    need_down: Floats
    marks_up: Floats
    marks_down: Floats
    sums_up: Floats
    sums_down: Floats
    width_beside_marks: int
    cost: Floats


@dataclass(kw_only=True)
class _Search:
    """A part, the choice under trial, and what has been learnt about choices so far."""

    part: _Part
    hidden: Bools
    coefficients: list[Floats] = field(default_factory=list)  # each: coefficients @ chosen ≥ least
    least: list[float] = field(default_factory=list)
    by_marks: list[Ints] = field(default_factory=list)  # whole moves found, kept: they prove later choices safe as well
    by_sums: list[Ints] = field(default_factory=list)
    outcome: str = ""  # safe, impossible, late


@dataclass(frozen=True, kw_only=True)
class _Move:
    """Find the move that is largest along `aim`: an array of shape (n)."""

    search: int
    is_by_marks: bool
    aim: Floats
    cell: int = -1


@dataclass(frozen=True, kw_only=True)
class _Found:
    """The largest value, the move, and how much each cell, were it hidden, could add to that value at most."""

    value: float
    move: Floats
    adds: Floats


@dataclass(frozen=True, kw_only=True)
class _Demand:
    """A safe choice fulfils row @ chosen ≥ least. cell: whose safety asks for it."""

    cell: int
    row: Floats
    least: float


def _limits(part: _Part, is_by_marks: bool) -> tuple[Floats, Floats]:
    return (part.marks_down, part.marks_up) if is_by_marks else (part.sums_down, part.sums_up)


def _best_moves(searches: Sequence[_Search], moves: Sequence[_Move]) -> list[_Found]:
    """The best move of each, many problems in each call of the solver.

    `adds` comes from linear-programming duality and holds for every choice of hidden cells, not only the one tried:
    value ≤ adds @ hidden. Source: Fischetti & Salazar (2001), Management Science 47:1008, capacity constraints.
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    found: list[_Found] = []
    start = 0
    while start < len(moves):
        columns: list[Ints] = []
        rows: list[Ints] = []
        data, row_at, column_at, lower, upper, aims = [], [], [], [], [], []
        n_columns = n_rows = 0
        end = start
        while end < len(moves) and (end == start or n_columns < _COLUMNS_AT_ONCE):
            move = moves[end]
            search = searches[move.search]
            down, up = _limits(search.part, move.is_by_marks)
            used = np.flatnonzero(search.hidden & (down + up > 0))
            touched = np.flatnonzero(np.any(search.part.rows[:, used] != 0, axis=1))
            block = search.part.rows[np.ix_(touched, used)]
            at = np.nonzero(block)
            data.append(block[at])
            row_at.append(at[0] + n_rows)
            column_at.append(at[1] + n_columns)
            lower.append(-down[used])
            upper.append(up[used])
            aims.append(move.aim[used])
            columns.append(used)
            rows.append(touched)
            n_columns += len(used)
            n_rows += len(touched)
            end += 1
        if n_columns:
            answer = linprog(
                -np.concatenate(aims),
                A_eq=coo_array(
                    (np.concatenate(data), (np.concatenate(row_at), np.concatenate(column_at))),
                    shape=(n_rows, n_columns),
                ).tocsr()
                if n_rows
                else None,
                b_eq=np.zeros(n_rows) if n_rows else None,
                bounds=np.column_stack([np.concatenate(lower), np.concatenate(upper)]),
                method="highs-ds",
            )
            if answer.status != 0:  # no move at all is always allowed, and every move is bounded
                raise ArithmeticError(f"disclosure control: the solver gave up: {answer.message}")
            values, prices = answer.x, answer.eqlin.marginals if n_rows else np.zeros(0)
        else:
            values = prices = np.zeros(0)
        column = row = 0
        for move, used, touched in zip(moves[start:end], columns, rows, strict=True):
            part = searches[move.search].part
            down, up = _limits(part, move.is_by_marks)
            step = np.zeros(len(part.cells))
            step[used] = values[column : column + len(used)]
            price = np.zeros(len(part.rows))
            price[touched] = prices[row : row + len(touched)]
            slope = -move.aim - price @ part.rows
            slope[np.abs(slope) < 1e-9] = 0
            adds = np.where(slope > 0, slope * down, -slope * up)
            found.append(_Found(value=float(move.aim @ step), move=step, adds=adds))
            column += len(used)
            row += len(touched)
        start = end
    return found


def _best_whole_move(search: _Search, move: _Move) -> Floats:
    """As `_best_moves` for one, in whole numbers: people do not come in halves, and a reader knows that."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    down, up = _limits(search.part, move.is_by_marks)
    is_whole = (search.part.cells >= 0).astype(np.int64)
    answer = milp(
        -move.aim,
        constraints=LinearConstraint(search.part.rows, 0, 0),
        bounds=Bounds(-down * search.hidden, up * search.hidden),
        integrality=is_whole,
        options={"time_limit": 2.0},
    )
    if answer.x is None:
        return np.zeros(len(search.part.cells))
    return np.asarray(np.where(is_whole > 0, np.round(answer.x), answer.x), dtype=np.float64)


def _keep_if_whole(search: _Search, is_by_marks: bool, move: Floats) -> bool:
    is_cell = search.part.cells >= 0
    whole = np.round(move)
    if np.any(np.abs(whole - move)[is_cell] > _TOLERANCE):
        return False
    kept = np.where(is_cell, whole, 0).astype(np.int64)
    (search.by_marks if is_by_marks else search.by_sums).append(kept)
    return True


def _proved(search: _Search, is_by_marks: bool) -> tuple[Ints, Ints]:
    """How far each cell moves up and down in moves already found that touch hidden cells only."""
    # What a reader of marks must hold possible, a reader of sums must as well.
    kept = search.by_marks if is_by_marks else search.by_marks + search.by_sums
    n = len(search.part.cells)
    if not kept:
        return np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    moves = np.stack(kept)
    moves = moves[~np.any(moves[:, ~search.hidden] != 0, axis=1)]
    return moves.max(axis=0, initial=0), -moves.min(axis=0, initial=0)


def _open_questions(index: int, search: _Search) -> list[_Move]:
    """For every hidden cell not yet proved safe: how far it can move up and down."""
    part = search.part
    questions = []
    up, down = _proved(search, True)
    is_short = [part.is_ranged & (up < part.need_up), part.is_ranged & (down < part.need_down)]
    others = search.hidden & (part.is_wide | part.is_candidate)
    is_narrow = others & (up + down < part.width_beside_marks)
    for sign, short in zip((1.0, -1.0), is_short, strict=True):
        questions += [(True, sign, int(cell)) for cell in np.flatnonzero(short | is_narrow)]
    up, down = _proved(search, False)
    is_narrow = others & (up + down < SECONDARY_WIDTH)
    questions += [(False, sign, int(cell)) for sign in (1.0, -1.0) for cell in np.flatnonzero(is_narrow)]
    moves = []
    for is_by_marks, sign, cell in questions:
        aim = np.zeros(len(part.cells))
        aim[cell] = sign
        moves.append(_Move(search=index, is_by_marks=is_by_marks, aim=aim, cell=cell))
    return moves


def _attack(searches: Sequence[_Search]) -> list[list[_Demand]]:
    """Try every search's choice; per search what any safe choice must fulfil and this one does not; empty: safe."""
    # First a few moves of many cells at once, up and down in different mixtures: most cells are proved safe by these.
    for _ in range(2):
        mixtures = []
        for index, search in enumerate(searches):
            wanted = _open_questions(index, search)
            for is_by_marks in (True, False):
                asked = [move for move in wanted if move.is_by_marks is is_by_marks]
                if len(asked) > 4:
                    cells = sorted({move.cell for move in asked})
                    for bit in range(min(3, len(cells).bit_length())):
                        aim = np.zeros(len(search.part.cells))
                        aim[cells] = [
                            1.0 if bit == 0 or (place >> (bit - 1)) & 1 else -1.0 for place in range(len(cells))
                        ]
                        mixtures += [
                            _Move(search=index, is_by_marks=is_by_marks, aim=sign * aim) for sign in (1.0, -1.0)
                        ]
        for move, found in zip(mixtures, _best_moves(searches, mixtures), strict=True):
            _keep_if_whole(searches[move.search], move.is_by_marks, found.move)
    questions = [move for index, search in enumerate(searches) for move in _open_questions(index, search)]
    answers: dict[tuple[int, bool, int], list[tuple[_Move, _Found]]] = {}
    for move, found in zip(questions, _best_moves(searches, questions), strict=True):
        _keep_if_whole(searches[move.search], move.is_by_marks, found.move)
        answers.setdefault((move.search, move.is_by_marks, move.cell), []).append((move, found))
    demands: list[list[_Demand]] = [[] for _ in searches]
    for (index, is_by_marks, cell), pairs in answers.items():
        search = searches[index]
        part = search.part
        if part.is_ranged[cell]:
            for move, found in pairs:
                need = float(part.need_up[cell] if move.aim[cell] > 0 else part.need_down[cell])
                demand = _demand(search, cell, found.adds, need)
                if found.value < need - _TOLERANCE:
                    demands[index].append(demand)
                elif _proved_one(search, is_by_marks, cell, move.aim[cell]) < need:
                    whole = _best_whole_move(search, move)
                    if float(move.aim @ whole) >= need - _TOLERANCE:
                        _keep_if_whole(search, is_by_marks, whole)
                    else:
                        demands[index].append(demand)
        else:
            need = float(part.width_beside_marks if is_by_marks else SECONDARY_WIDTH)
            # Rounded inwards, as a reader would.
            width = sum(np.floor(found.value + _TOLERANCE) for _, found in pairs)
            if width < need:
                adds = np.sum([found.adds for _, found in pairs], axis=0)
                demands[index].append(_demand(search, cell, adds, need))
    return demands


def _proved_one(search: _Search, is_by_marks: bool, cell: int, sign: float) -> float:
    up, down = _proved(search, is_by_marks)
    return float(up[cell] if sign > 0 else down[cell])


def _demand(search: _Search, cell: int, adds: Floats, need: float) -> _Demand:
    """What the choice must add up to for a cell to reach `need`; if only rounding stands in the way, one cell more.

    The demand on a candidate falls when it is not hidden.
    """
    part = search.part
    least = need - float(adds[part.is_always].sum())
    row = np.where(part.is_candidate, adds, 0.0)
    is_conditional = bool(part.is_candidate[cell])
    if is_conditional:
        # Σ others + own·y ≥ least·y: true of itself where y is 0.
        own = row[cell] - least
        row = np.minimum(row, max(-own, 0.0))
        row[cell] = own
        least = 0.0
    elif least > 0:
        row = np.minimum(row, least)
    chosen = (search.hidden & part.is_candidate).astype(np.float64)
    if row @ chosen >= least - _TOLERANCE:
        # Sound for halves and not for people: whatever hides no more than this is unsafe too.
        row = (part.is_candidate & ~search.hidden).astype(np.float64)
        least = 1.0
        if is_conditional:
            row[cell] = -1.0
            least = 0.0
    return _Demand(cell=cell, row=row, least=least - _TOLERANCE)


def _first_demands(part: _Part) -> tuple[list[Floats], list[float]]:
    """In every sum that a hidden cell is part of, at least one more must be hidden."""
    coefficients: list[Floats] = []
    least: list[float] = []
    is_cell = part.cells >= 0
    must = part.is_ranged | part.is_wide
    for row in part.rows:
        inside = row != 0
        if np.any(inside & ~is_cell):
            continue
        candidates = inside & part.is_candidate
        others = inside & part.is_always
        if others.sum() == 1 and np.any(others & must):
            coefficients.append(candidates.astype(np.float64))
            least.append(1.0)
        if not others.any():
            for cell in np.flatnonzero(candidates):
                demand = candidates.astype(np.float64)
                demand[cell] = -1.0
                coefficients.append(demand)
                least.append(0.0)
    return coefficients, least


def _cheapest(searches: Sequence[_Search], deadline: float) -> list[Bools | None]:
    """Per search the cheapest choice that fulfils all that has been learnt; None, and its outcome set, without one."""
    guesses = _cheapest_in_fractions(searches)
    found: list[Bools | None] = []
    for search, guess in zip(searches, guesses, strict=True):
        part = search.part
        candidates = np.flatnonzero(part.is_candidate)
        chosen = np.zeros(0) if not len(candidates) else guess
        if chosen is None or np.any(np.abs(chosen - np.round(chosen)) > _TOLERANCE):
            chosen = _cheapest_in_whole(search, candidates, deadline)
        if chosen is None:
            found.append(None)
            continue
        hidden = part.is_always.copy()
        hidden[candidates] = chosen > 0.5
        if not len(candidates) and any(least > 0 for least in search.least):
            search.outcome = "impossible"
        found.append(None if search.outcome else hidden)
    return found


def _cheapest_in_fractions(searches: Sequence[_Search]) -> list[Floats | None]:
    """The choices if cells could be hidden in part: most come out whole, and many are found in one call."""
    from scipy.optimize import linprog
    from scipy.sparse import block_diag

    found: list[Floats | None] = [None] * len(searches)
    able = [index for index, each in enumerate(searches) if each.coefficients and each.part.is_candidate.any()]
    for index, search in enumerate(searches):
        if not search.coefficients:
            found[index] = np.zeros(int(search.part.is_candidate.sum()))
    for start in range(0, len(able), _TABLES_AT_ONCE):
        some = able[start : start + _TABLES_AT_ONCE]
        inside = [searches[index].part.is_candidate for index in some]
        demands = [np.stack(searches[index].coefficients)[:, cells] for index, cells in zip(some, inside, strict=True)]
        answer = linprog(
            np.concatenate([searches[index].part.cost[cells] for index, cells in zip(some, inside, strict=True)]),
            A_ub=-block_diag(demands, format="csr"),
            b_ub=-np.concatenate([np.array(searches[index].least) for index in some]),
            bounds=(0, 1),
            method="highs-ds",
        )
        if answer.status == 0:  # else one of them cannot be solved, and each is tried alone
            ends = np.cumsum([int(cells.sum()) for cells in inside])
            for index, values in zip(some, np.split(answer.x, ends[:-1]), strict=True):
                found[index] = values
    return found


def _cheapest_in_whole(search: _Search, candidates: Ints, deadline: float) -> Floats | None:
    demands = np.stack(search.coefficients)[:, candidates]
    least = np.array(search.least)
    cost = search.part.cost[candidates]
    n = len(candidates)
    if n <= _TRIED_ONE_BY_ONE:
        choices = ((np.arange(2**n)[:, None] >> np.arange(n)) & 1).astype(np.float64)
        is_enough = np.all(choices @ demands.T >= least - 1e-9, axis=1)
        if not is_enough.any():
            search.outcome = "impossible"
            return None
        return np.asarray(choices[int(np.argmin(np.where(is_enough, choices @ cost, np.inf)))])
    from scipy.optimize import Bounds, LinearConstraint, milp

    left = deadline - time.monotonic()
    if left > 0:
        answer = milp(
            cost,
            constraints=LinearConstraint(demands, least, np.inf),
            bounds=Bounds(0, 1),
            integrality=np.ones(n),
            options={"time_limit": left, "mip_rel_gap": 0.0},
        )
        if answer.x is not None:
            return np.asarray(answer.x)
    search.outcome = "late" if left <= 0 or answer.status == 1 else "impossible"
    return None


def _begin(part: _Part) -> _Search:
    coefficients, least = _first_demands(part)
    return _Search(part=part, hidden=part.is_always.copy(), coefficients=coefficients, least=least)


def _search_all(searches: Sequence[_Search], deadline: float) -> None:
    """Choose, attack, learn from what breaks, and choose again, until no attack breaks the choice."""
    active = list(searches)
    while active:
        if time.monotonic() > deadline:
            for search in active:
                search.outcome = "late"
            return
        for search, choice in zip(active, _cheapest(active, deadline), strict=True):
            search.hidden = search.hidden if choice is None else choice
        active = [search for search in active if not search.outcome]
        for search, demands in zip(active, _attack(active), strict=True):
            search.coefficients += [demand.row for demand in demands]
            search.least += [demand.least for demand in demands]
            search.outcome = "" if demands else "safe"
        active = [search for search in active if not search.outcome]


def _is_safe_without_totals(search: _Search) -> bool:
    """Hide every total of a hidden cell, or if that is not enough everything; False where not even that is safe."""
    part = search.part
    without = part.is_always.copy()
    while True:
        sums = part.rows[np.any((part.rows > 0) & (without & (part.cells >= 0)), axis=1)]
        more = without | (part.is_candidate & np.any(sums < 0, axis=0))
        if np.array_equal(more, without):
            break
        without = more
    for choice in (without, part.is_always | part.is_candidate):
        search.hidden = choice
        if not _attack([search])[0]:
            return True
    return False


def _lost(search: _Search) -> Ints:
    """The primary cells, by place in the table, that are not safe although everything is hidden."""
    part = search.part
    search.hidden = part.is_always | part.is_candidate
    broken = {demand.cell for demand in _attack([search])[0]}
    return np.array(sorted(int(part.cells[cell]) for cell in broken if part.is_always[cell]), dtype=np.int64)


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


def _part(source: _Source, held: _Group, told: Bools, exposed: Bools, is_strict: bool) -> _Part:
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
    # A slack moves as far as the bound leaves room; no further than cells that move `_REACH` can take it.
    room = [float(np.abs(factors_of).sum()) * _REACH for factors_of, _, _ in slacks]
    slack_down = np.array([min(down, most) for (_, down, _), most in zip(slacks, room, strict=True)])
    slack_up = np.array([min(up, most) for (_, _, up), most in zip(slacks, room, strict=True)])
    none, always = np.zeros(m, dtype=np.bool_), np.ones(m, dtype=np.bool_)
    return _Part(
        cells=np.concatenate([group, np.full(m, -1)]),
        rows=rows,
        is_always=np.concatenate([primary, always]),
        is_candidate=np.concatenate([~primary, none]),
        is_ranged=np.concatenate([small & ~exposed[group], none]),
        is_wide=np.concatenate([primary & ~small & ~exposed[group], none]),
        need_up=np.concatenate([highest - count, np.zeros(m)]),
        need_down=np.concatenate([count - lowest, np.zeros(m)]),
        marks_up=np.concatenate([np.where(is_told, highest - count, _REACH), slack_up]),
        marks_down=np.concatenate([np.where(is_told, count - lowest, np.clip(count - floor, 0, _REACH)), slack_down]),
        sums_up=np.concatenate([np.full(n, float(_REACH)), slack_up]),
        sums_down=np.concatenate([np.minimum(count, _REACH), slack_down]),
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
        searches = [_begin(_part(source, group, told, exposed, is_strict)) for group, is_strict in waiting]
        _search_all(searches, deadline)
        again = []
        for (held, is_strict), search in zip(waiting, searches, strict=True):
            group = held.cells
            is_late = search.outcome == "late"
            if search.outcome == "safe" or (is_late and _is_safe_without_totals(search)):
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
                lost = _lost(search)
                if not lost.size:  # the solver found nothing where there is something: everything hidden is safe
                    hidden[group] = True
                    fell_back.update(group.tolist())
                    continue
                exposed[lost] = True
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
