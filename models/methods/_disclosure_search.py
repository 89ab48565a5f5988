"""The search for the cheapest choice of hidden cells that no reader can see through, one group of cells at a time.

Source: Fischetti & Salazar (2001), Management Science 47:1008: choose, attack, learn from what breaks, choose again.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from models.methods.disclosure_tables import SECONDARY_WIDTH, Bools, Ints
from models.methods.rates import Floats

REACH = 60  # how far a cell may move in a search; a reader's world is larger, so this errs on the safe side
_TOLERANCE = 1e-6
_COLUMNS_AT_ONCE = 2000  # many small problems in one call: a call costs 3 ms, a small problem in it 0.3 ms
_TABLES_AT_ONCE = 40
_TRIED_ONE_BY_ONE = 9  # up to so many candidates every choice of them is weighed, without a solver


@dataclass(frozen=True, kw_only=True)
class Part:
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
class Search:
    """A part, the choice under trial, and what has been learnt about choices so far."""

    part: Part
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


def _limits(part: Part, is_by_marks: bool) -> tuple[Floats, Floats]:
    return (part.marks_down, part.marks_up) if is_by_marks else (part.sums_down, part.sums_up)


def _best_moves(searches: Sequence[Search], moves: Sequence[_Move]) -> list[_Found]:
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


def _best_whole_move(search: Search, move: _Move) -> Floats:
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


def _keep_if_whole(search: Search, is_by_marks: bool, move: Floats) -> bool:
    is_cell = search.part.cells >= 0
    whole = np.round(move)
    if np.any(np.abs(whole - move)[is_cell] > _TOLERANCE):
        return False
    kept = np.where(is_cell, whole, 0).astype(np.int64)
    (search.by_marks if is_by_marks else search.by_sums).append(kept)
    return True


def _proved(search: Search, is_by_marks: bool) -> tuple[Ints, Ints]:
    """How far each cell moves up and down in moves already found that touch hidden cells only."""
    # What a reader of marks must hold possible, a reader of sums must as well.
    kept = search.by_marks if is_by_marks else search.by_marks + search.by_sums
    n = len(search.part.cells)
    if not kept:
        return np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    moves = np.stack(kept)
    moves = moves[~np.any(moves[:, ~search.hidden] != 0, axis=1)]
    return moves.max(axis=0, initial=0), -moves.min(axis=0, initial=0)


def _open_questions(index: int, search: Search) -> list[_Move]:
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


def _attack(searches: Sequence[Search]) -> list[list[_Demand]]:
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


def _proved_one(search: Search, is_by_marks: bool, cell: int, sign: float) -> float:
    up, down = _proved(search, is_by_marks)
    return float(up[cell] if sign > 0 else down[cell])


def _demand(search: Search, cell: int, adds: Floats, need: float) -> _Demand:
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


def _first_demands(part: Part) -> tuple[list[Floats], list[float]]:
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


def _cheapest(searches: Sequence[Search], deadline: float) -> list[Bools | None]:
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


def _cheapest_in_fractions(searches: Sequence[Search]) -> list[Floats | None]:
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


def _cheapest_in_whole(search: Search, candidates: Ints, deadline: float) -> Floats | None:
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


def begin(part: Part) -> Search:
    coefficients, least = _first_demands(part)
    return Search(part=part, hidden=part.is_always.copy(), coefficients=coefficients, least=least)


def search_all(searches: Sequence[Search], deadline: float) -> None:
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


def is_safe_without_totals(search: Search) -> bool:
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


def lost(search: Search) -> Ints:
    """The primary cells, by place in the table, that are not safe although everything is hidden."""
    part = search.part
    search.hidden = part.is_always | part.is_candidate
    broken = {demand.cell for demand in _attack([search])[0]}
    return np.array(sorted(int(part.cells[cell]) for cell in broken if part.is_always[cell]), dtype=np.int64)
