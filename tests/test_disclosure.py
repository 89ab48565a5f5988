"""No hidden count can be worked out, and the attacker that says so can find a leak."""

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from models.methods.disclosure import suppress
from models.methods.disclosure_audit import Bounds, Reader, audit, breaches
from models.methods.disclosure_tables import (
    HIDDEN_TEXT,
    OPEN,
    UNDER_FIVE,
    UNDER_TEN,
    CellTable,
    LinearBound,
    Rule,
    Suppressed,
    rule_for,
    table_of,
)
from sources._declare import Concerns

Margins = list[tuple[str, tuple[str, ...]]]
MUNICIPALITIES = ("1415", "1419", "1421")
MONTHS = tuple(f"{month:02d}" for month in range(1, 13))


def crossed(
    axes: Sequence[Sequence[str]], inner: Mapping[tuple[str, ...], int], prefix: str = ""
) -> tuple[dict[str, int], Margins]:
    """A table of any number of dimensions with every sum; "T" is the sum over an axis."""
    counts = {}
    margins: Margins = []
    for key in itertools.product(*((*axis, "T") for axis in axes)):
        spread = [axis if each == "T" else (each,) for axis, each in zip(axes, key, strict=True)]
        name = prefix + "/".join(key)
        counts[name] = sum(inner[cell] for cell in itertools.product(*spread))
        for place, each in enumerate(key):
            if each == "T":
                parts = ((*key[:place], one, *key[place + 1 :]) for one in axes[place])
                margins.append((name, tuple(prefix + "/".join(part) for part in parts)))
    return counts, margins


def drawn(
    rng: np.random.Generator, axes: Sequence[Sequence[str]], mean: float, prefix: str = ""
) -> tuple[dict[str, int], Margins]:
    """As `crossed`, with random counts, some of them large and some zero."""
    levels = mean * rng.choice([0.1, 0.6, 1.0, 4.0], size=tuple(map(len, axes)))
    keys = list(itertools.product(*axes))
    return crossed(axes, dict(zip(keys, map(int, rng.poisson(levels).ravel()), strict=True)), prefix)


def checked(
    table: CellTable, rules: Rule | Sequence[Rule] = UNDER_FIVE, *, previous: frozenset[str] = frozenset()
) -> Suppressed:
    """Suppressed, and no reader breaks it."""
    found = suppress(table, rules, previous=previous)
    assert {breach.cell for breach in breaches(table, rules, found.is_hidden, found.is_told)} <= found.exposed
    assert not found.fell_back
    return found


def secondary(found: Suppressed) -> set[str]:
    return {cell for cell, is_so in zip(found.cells, found.is_secondary, strict=True) if is_so}


def three(a: int, b: int, c: int, known: frozenset[str] = frozenset()) -> CellTable:
    """Three municipalities and their sum."""
    return table_of({"a": a, "b": b, "c": c, "sum": a + b + c}, [("sum", ("a", "b", "c"))], known=known)


# ------------------------------------------------------------------------------------------------------------- rules


@pytest.mark.parametrize(
    ("concerns", "shown", "hidden", "text"),
    [
        (Concerns.THINGS, (0, 1, 4, 9), (), ""),
        (Concerns.PLACES, (0, 1, 4, 9), (), ""),
        (Concerns.ADULTS, (0, 5), (1, 2, 3, 4), "<5"),
        (Concerns.CARE, (0, 10), (1, 4, 5, 9), "<10"),
        (Concerns.CHILDREN, (0, 10), (1, 4, 5, 9), "<10"),
    ],
)
def test_the_rule_follows_what_the_count_is_about(
    concerns: Concerns, shown: tuple[int, ...], hidden: tuple[int, ...], text: str
) -> None:
    rule = rule_for(concerns)
    assert not any(rule.hides(count) for count in shown)
    assert all(rule.hides(count) for count in hidden)
    assert rule.text == text


def test_a_zero_that_tells_something_is_hidden_like_a_small_count() -> None:
    rule = Rule(name="under_five_or_none", smallest_shown=5, text="<5", lowest=0)
    assert [rule.hides(count) for count in (0, 4, 5)] == [True, True, False]
    found = checked(three(0, 9, 20), rule)
    assert found.texts == ("<5", "..", None, None)


def test_things_are_shown_however_few() -> None:
    assert checked(three(1, 2, 3), OPEN).hidden == frozenset()


# ---------------------------------------------------------------------------------------------------- tables by hand


def test_the_published_vector_of_three_and_their_sum(shared: Path) -> None:
    vectors = json.loads((shared / "oracle" / "vectors.json").read_text(encoding="utf-8"))
    found = [vector for vector in vectors if vector["id"].startswith("HAND-SDC")]
    if not found:
        pytest.skip("../shared/oracle/vectors.json holds no HAND-SDC vector")
    for vector in found:
        cells, total = vector["input"]["cells"], vector["input"]["total"]
        names = [str(place) for place in range(len(cells))]
        table = table_of({**dict(zip(names, cells, strict=True)), "total": total}, [("total", names)])
        assert UNDER_FIVE.smallest_shown == vector["input"]["threshold"]
        result = checked(table)
        assert np.flatnonzero(result.is_primary).tolist() == vector["expected"]["primary"]
        assert result.is_secondary.sum() == vector["expected"]["secondary_min"]
        assert secondary(result) == {"1"}  # 9, the smallest that will do
        assert table.counts[-1] == vector["expected"]["published_total"]
        assert result.texts[-1] is None


@pytest.mark.parametrize(
    ("counts", "texts"),
    [
        ((2, 9, 20), ("<5", "..", None, None)),
        ((5, 9, 20), (None, None, None, None)),
        # With 6 hidden, 2 + 6 = 8: were the first 4, so were the other, and that would have said "<5".
        ((2, 6, 20), ("<5", None, "..", None)),
        # 4 + 4 = 8 with "<5" twice leaves nothing but 4 and 4.
        ((4, 4, 20), ("<5", "<5", "..", None)),
        ((2, 3, 2), ("<5", "<5", "<5", None)),
        # All of one small sum: "<5" thrice would say that neither part is 4.
        ((2, 1, 0), ("..", "..", None, "<5")),
        ((2, 0, 0), ("<5", None, None, "<5")),
        # The zeros are shown, so the sum goes.
        ((3, 3, 0), ("<5", "<5", None, "..")),
    ],
)
def test_three_municipalities_and_their_sum(counts: tuple[int, int, int], texts: tuple[str | None, ...]) -> None:
    assert checked(three(*counts)).texts == texts


def test_children_are_hidden_to_nine() -> None:
    assert checked(three(7, 14, 40), UNDER_TEN).texts == ("<10", "..", None, None)
    # 7 + 11 = 18: were the first 9, so were the other.
    assert checked(three(7, 11, 40), UNDER_TEN).texts == ("<10", None, "..", None)


def test_a_cell_hidden_for_another_reason_is_protected_too() -> None:
    table = table_of({"a": 40, "b": 50, "c": 60, "sum": 150}, [("sum", ("a", "b", "c"))], hidden=["c"])
    found = checked(table)
    assert found.texts == ("..", None, "..", None)
    assert found.is_primary.tolist() == [False, False, True, False]


def test_the_least_valuable_cell_is_hidden() -> None:
    weights = {"a": 1.0, "b": 5.0, "c": 1.0, "sum": 9.0}
    table = table_of({"a": 2, "b": 9, "c": 20, "sum": 31}, [("sum", ("a", "b", "c"))], weights=weights)
    assert secondary(checked(table)) == {"c"}


def test_county_and_country_rows_protect_each_other() -> None:
    counts = {"1415": 2, "1419": 8, "1421": 12, "1480": 300, "14": 322, "01": 900, "12": 700, "00": 1922}
    table = table_of(counts, [("14", ("1415", "1419", "1421", "1480")), ("00", ("14", "01", "12"))])
    assert secondary(checked(table)) == {"1419"}


def test_sex_by_age_by_area_with_every_sum() -> None:
    axes = (("men", "women"), ("15-17", "18-24", "25+"), MUNICIPALITIES)
    rng = np.random.default_rng(3)
    for mean in (2.0, 6.0, 15.0):
        table = table_of(*drawn(rng, axes, mean))
        found = checked(table)
        assert found.is_primary.any()
        assert breaches(table, UNDER_FIVE, found.is_hidden, found.is_told, is_whole=True) == []


def test_months_by_year() -> None:
    months = (7, 2, 9, 11, 6, 8, 14, 5, 6, 10, 9, 7)
    axes = (MONTHS,)
    table = table_of(*crossed(axes, {(month,): count for month, count in zip(MONTHS, months, strict=True)}))
    found = checked(table)
    assert [cell for cell, text in zip(table.cells, found.texts, strict=True) if text == "<5"] == ["02"]
    assert len(secondary(found)) == 1
    assert found.texts[-1] is None  # the year


def test_quarters_between_months_and_year() -> None:
    months = dict(zip(MONTHS, (7, 2, 9, 11, 6, 8, 14, 5, 6, 10, 9, 7), strict=True))
    quarters = {f"q{quarter}": MONTHS[3 * quarter - 3 : 3 * quarter] for quarter in (1, 2, 3, 4)}
    counts = months | {name: sum(months[month] for month in inside) for name, inside in quarters.items()}
    margins = [*quarters.items(), ("year", tuple(quarters)), ("year", MONTHS)]
    found = checked(table_of(counts | {"year": sum(months.values())}, margins))
    assert secondary(found) == {"01"}  # the smallest of the same quarter: the quarters and the year stay


# ----------------------------------------------------------------------------------------- what a reader knows already


def half_years(known: frozenset[str] = frozenset()) -> CellTable:
    """January–June of the earlier release, July, and January–July of the next."""
    return table_of({"jan-jun": 20, "jul": 2, "jan-jul": 22}, [("jan-jul", ("jan-jun", "jul"))], known=known)


def test_cumulative_windows_of_two_releases_cannot_be_subtracted() -> None:
    # Within the next release alone, hiding the first half-year would do; its count was shown before.
    found = checked(half_years(known=frozenset({"jan-jun"})))
    assert found.texts == (None, "<5", "..")
    is_naive = np.array([True, True, False])
    leak = breaches(half_years(known=frozenset({"jan-jun"})), UNDER_FIVE, is_naive, np.array([False, True, False]))
    assert Bounds(cell="jul", lowest=2, highest=2) in [breach.bounds for breach in leak]


def test_rolling_windows_of_two_releases_cannot_be_subtracted() -> None:
    # Twelve months to June and twelve to July share eleven: the difference of the sums is July less last July.
    counts = {"july before": 2, "eleven": 60, "july": 9, "to june": 62, "to july": 69}
    margins = [("to june", ("july before", "eleven")), ("to july", ("eleven", "july"))]
    found = checked(table_of(counts, margins, known=["to june"]))
    assert {"july before", "eleven"} <= found.hidden
    assert secondary(found) & {"july", "to july"}


def test_a_school_published_elsewhere_forces_a_second_cell() -> None:
    # Two schools and the municipality: with one school known, the other is the difference.
    counts = {"known school": 70, "other school": 6, "third school": 40, "municipality": 116}
    margins = [("municipality", ("known school", "other school", "third school"))]
    alone = checked(table_of(counts, margins, weights={"known school": 0.1}), UNDER_TEN)
    assert secondary(alone) == {"known school"}
    found = checked(table_of(counts, margins, weights={"known school": 0.1}, known=["known school"]), UNDER_TEN)
    assert secondary(found) == {"third school"}


def test_what_is_already_given_away_is_said_and_not_hidden_in_vain() -> None:
    given_away = checked(three(2, 9, 20, known=frozenset({"b", "c", "sum"})))
    assert given_away.exposed == {"a"}
    assert given_away.texts == ("..", None, None, None)
    assert checked(three(2, 9, 20, known=frozenset({"a"}))).exposed == {"a"}
    # Both are known to be 1 or less: the sum of two was published.
    known_sum = table_of({"a": 1, "b": 1, "sum": 2}, [("sum", ("a", "b"))], known=["sum"])
    assert suppress(known_sum, UNDER_FIVE).exposed == {"a", "b", "sum"}


def test_one_given_away_cell_leaves_the_other_tables_protected() -> None:
    counts = {"a": 2, "b": 9, "ab": 11, "c": 2, "d": 9, "e": 9, "cde": 20}
    table = table_of(counts, [("ab", ("a", "b")), ("cde", ("c", "d", "e"))], known=["b", "ab"])
    found = checked(table)
    assert found.exposed == {"a"}
    assert found.texts[3:] == ("<5", "..", None, None)


def test_a_mark_is_taken_away_where_it_would_tell_too_much() -> None:
    # 4 + 4 = 8 is published elsewhere: "<5" twice would say 4 and 4; ".." twice leaves 0 to 8.
    table = table_of({"a": 4, "b": 4, "sum": 8}, [("sum", ("a", "b"))], known=["sum"])
    found = checked(table)
    assert found.texts == ("..", "..", None)
    assert found.exposed == frozenset()


def test_the_rounding_of_a_published_rate_is_used_by_the_attacker_and_by_the_defence() -> None:
    counts = {"a": 3, "b": 9, "c": 20, "sum": 32}
    margins = [("sum", ("a", "b", "c"))]
    # 9 per 100, one decimal shown: the count lies within 8.995–9.005.
    rate = LinearBound(cells=("b",), coefficients=(1.0,), lowest=8.995, highest=9.005)
    naive = suppress(table_of(counts, margins), UNDER_FIVE)
    assert secondary(naive) == {"b"}
    told = table_of(counts, margins, bounds=[rate])
    assert "a" in {each.cell for each in breaches(told, UNDER_FIVE, naive.is_hidden, naive.is_told)}
    assert secondary(checked(told)) == {"c"}


# ------------------------------------------------------------------------------------- the same again, in any order


def many(seed: int, n: int, mean: float = 6.0) -> tuple[dict[str, int], Margins]:
    """Tables of three municipalities by months with every sum, side by side."""
    rng = np.random.default_rng(seed)
    counts: dict[str, int] = {}
    margins: Margins = []
    for number in range(n):
        more, sums = drawn(rng, (MUNICIPALITIES, MONTHS[:5]), mean, f"{number}/")
        counts |= more
        margins += sums
    return counts, margins


def test_the_order_of_cells_and_sums_does_not_matter() -> None:
    counts, margins = many(5, 6)
    rng = np.random.default_rng(6)
    first = checked(table_of(counts, margins))
    for _ in range(3):
        cells = [list(counts)[place] for place in rng.permutation(len(counts))]
        sums = [margins[place] for place in rng.permutation(len(margins))]
        sums = [(total, tuple(rng.permutation(members).tolist())) for total, members in sums]
        again = suppress(table_of({cell: counts[cell] for cell in cells}, sums), UNDER_FIVE)
        assert again.hidden == first.hidden
        assert dict(zip(again.cells, again.texts, strict=True)) == dict(zip(first.cells, first.texts, strict=True))


def test_a_table_is_treated_alike_alone_and_among_others() -> None:
    counts, margins = many(7, 6)
    together = suppress(table_of(counts, margins), UNDER_FIVE).hidden
    apart: set[str] = set()
    for number in range(6):
        cells = {cell: count for cell, count in counts.items() if cell.startswith(f"{number}/")}
        alone = table_of(cells, [margin for margin in margins if margin[0] in cells])
        apart |= suppress(alone, UNDER_FIVE).hidden
    assert apart == together


def test_a_rerun_hides_what_the_first_run_hid() -> None:
    counts, margins = many(8, 6)
    first = checked(table_of(counts, margins))
    shown = [cell for cell in counts if cell not in first.hidden]
    assert checked(table_of(counts, margins), previous=first.hidden).hidden == first.hidden
    after = checked(table_of(counts, margins, known=shown), previous=first.hidden)
    assert after.hidden == first.hidden
    assert after.exposed == frozenset()


def test_what_was_hidden_stays_hidden_rather_than_something_else() -> None:
    # 8 is now smaller than 9, but 9 was hidden: with both hidden in turn, each would be known.
    table = table_of({"a": 2, "b": 9, "c": 8, "sum": 19}, [("sum", ("a", "b", "c"))])
    assert secondary(checked(table)) == {"c"}
    assert secondary(checked(table, previous=frozenset({"a", "b"}))) == {"b"}
    assert secondary(checked(three(6, 9, 8), previous=frozenset({"a", "b"}))) == set()  # nothing left to protect


def test_when_time_is_out_sums_are_dropped_and_nothing_leaks() -> None:
    counts, margins = many(9, 5)
    table = table_of(counts, margins)
    found = suppress(table, UNDER_FIVE, seconds=0.0)
    assert found.fell_back
    assert breaches(table, UNDER_FIVE, found.is_hidden, found.is_told) == []
    totals = {total for total, _ in margins}
    assert secondary(found) <= totals
    assert found.hidden == suppress(table, UNDER_FIVE, seconds=0.0).hidden


# ------------------------------------------------------------------------------------------------------ random tables


def random_sets(n: int) -> Iterator[tuple[CellTable, Rule]]:
    """n tables of eight shapes, ten at a time."""
    rng = np.random.default_rng(20261122)
    shapes: list[tuple[Sequence[str], ...]] = [
        (MUNICIPALITIES,),
        (MUNICIPALITIES, MONTHS[:4]),
        (MUNICIPALITIES, ("m", "w")),
        (("m", "w"), ("young", "old"), MUNICIPALITIES),
        (("m", "w"), ("1", "2", "3"), ("x", "y", "z")),
        (MONTHS,),
        (("p", "q"), ("r", "s")),
        (("1", "2", "3", "4"), ("a", "b", "c", "d")),
    ]
    for start in range(0, n, 10):
        counts: dict[str, int] = {}
        margins: Margins = []
        known: list[str] = []
        for number in range(start, start + 10):
            axes = shapes[int(rng.integers(len(shapes)))]
            more, sums = drawn(rng, axes, float(rng.choice([1.5, 4.0, 9.0])), f"{number}/")
            for total, members in sums:
                if rng.random() < 0.15:  # not every sum is published, or even thought of
                    continue
                margins.append((total, members))
            counts |= more
            if number % 5 == 4:
                known += [cell for cell in more if rng.random() < 0.06]
        yield table_of(counts, margins, known=known), (UNDER_FIVE, UNDER_TEN)[(start // 10) % 2]


def test_the_audit_recovers_no_hidden_cell_of_250_random_tables() -> None:
    n_primary = n_exposed = 0
    for number, (table, rule) in enumerate(random_sets(250)):
        found = suppress(table, rule)
        assert not found.fell_back
        n_primary += int(found.is_primary.sum())
        n_exposed += len(found.exposed)
        # In whole numbers is the strongest attack, and slow. What others have given away is named, and nothing else is.
        is_whole = number % 5 == 0
        broken = {breach.cell for breach in breaches(table, rule, found.is_hidden, found.is_told, is_whole=is_whole)}
        assert broken == found.exposed
        assert not np.any(found.is_secondary & (table.counts == 0))
    assert n_primary > 1000
    assert n_exposed < n_primary / 10


def test_the_audit_finds_the_leak_where_only_small_counts_are_hidden() -> None:
    n_exact = n_broken = 0
    for table, rule in itertools.islice(random_sets(50), 5):
        found = suppress(table, rule)
        exact = [
            breach
            for breach in breaches(table, rule, found.is_primary, found.is_told & found.is_primary)
            if breach.cell not in found.exposed
        ]
        places = table.places
        for breach in exact:
            if breach.bounds.width == 0:
                assert breach.bounds.lowest == table.counts[places[breach.cell]]
                n_exact += 1
        n_broken += len(exact)
    assert n_exact > 50
    assert n_broken > n_exact


def test_taking_any_secondary_cell_away_is_found() -> None:
    # Nothing is hidden in vain: each cell shown again is a leak that the audit sees, or one to a reader who also
    # takes ".." for no small count.
    counts, margins = many(11, 2)
    table = table_of(counts, margins)
    found = suppress(table, UNDER_FIVE)
    n_seen = 0
    for cell in sorted(secondary(found)):
        hidden = found.is_hidden.copy()
        hidden[table.places[cell]] = False
        n_seen += bool(breaches(table, UNDER_FIVE, hidden, found.is_told))
    assert n_seen >= 0.9 * len(secondary(found)) > 0


@pytest.mark.parametrize("seed", range(8))
def test_no_choice_of_fewer_cells_would_do(seed: int) -> None:
    counts, margins = drawn(np.random.default_rng(seed), (("a", "b"), ("x", "y", "z")), 7.0)
    table = table_of(counts, margins, weights=dict.fromkeys(counts, 1.0))
    found = checked(table)
    fewer = [place for place in np.flatnonzero(table.counts) if not found.is_primary[place]]
    n_hidden = int(found.is_secondary.sum())
    if n_hidden < 1:
        return
    for chosen in itertools.islice(itertools.combinations(fewer, n_hidden - 1), 40):
        hidden = found.is_primary.copy()
        hidden[list(chosen)] = True
        if breaches(table, UNDER_FIVE, hidden, found.is_told):
            continue
        # Safe to the audit with fewer: then only because ".." would stand for what could be a small count.
        told = {cell: (1, 4) for cell, is_told in zip(table.cells, found.is_told, strict=True) if is_told}
        floors = told | {table.cells[place]: (5, 10_000) for place in chosen}
        bounds = {each.cell: each for each in audit(table, ~hidden, told=floors)}
        small = [bounds[cell] for cell, is_small in zip(table.cells, found.is_primary, strict=True) if is_small]
        is_narrowed = any(each.lowest > 1 or (each.highest is not None and each.highest < 4) for each in small)
        assert is_narrowed or any(bounds[table.cells[place]].width < 3 for place in chosen)


# ------------------------------------------------------------------------------------------------------- the attacker


def test_the_attacker_subtracts() -> None:
    table = three(2, 9, 20)
    assert audit(table, np.array([False, True, True, True])) == [Bounds(cell="a", lowest=2, highest=2)]
    pair = [Bounds(cell="a", lowest=0, highest=11), Bounds(cell="b", lowest=0, highest=11)]
    assert audit(table, np.array([False, False, True, True])) == pair
    told = audit(table, np.array([False, False, True, True]), told={"a": (1, 4)})
    assert told == [Bounds(cell="a", lowest=1, highest=4), Bounds(cell="b", lowest=7, highest=10)]
    assert audit(table, np.array([False, True, True, False]))[0] == Bounds(cell="a", lowest=0, highest=None)


def test_the_attacker_never_reads_a_hidden_count() -> None:
    shown = np.array([False, False, True, False])
    assert audit(three(2, 9, 20), shown) == audit(three(7, 1, 20), shown)


def test_whole_numbers_are_a_stronger_attack_than_fractions() -> None:
    # 2a + 2b = 9 or 10, a and b ≤ 4: in fractions a may be 0.5, in whole numbers 1.
    bound = LinearBound(cells=("a", "b"), coefficients=(2.0, 2.0), lowest=9, highest=10)
    table = table_of({"a": 2, "b": 3}, bounds=[bound])
    shown = np.array([False, False])
    told = {"a": (0, 9), "b": (0, 4)}
    assert audit(table, shown, told=told)[0] == Bounds(cell="a", lowest=1, highest=5)
    half = LinearBound(cells=("a", "b", "c"), coefficients=(2.0, 2.0, 4.0), lowest=5, highest=7)
    table = table_of({"a": 1, "b": 0, "c": 1}, bounds=[half])
    shown = np.array([False, True, False])
    assert audit(table, shown)[0].highest == 3
    assert audit(table, shown, is_whole=True)[0] == Bounds(cell="a", lowest=1, highest=3)
    assert audit(table, shown)[0].lowest == 0


def test_a_small_count_that_is_shown_is_a_breach() -> None:
    found = breaches(three(2, 9, 20), UNDER_FIVE, np.zeros(4, dtype=np.bool_), np.zeros(4, dtype=np.bool_))
    assert [(breach.cell, breach.reader, breach.needs) for breach in found] == [("a", Reader.SUMS, "hidden")]


def test_contradicting_figures_are_an_error() -> None:
    table = three(2, 9, 20)
    with pytest.raises(ValueError, match="contradicts itself"):
        audit(table, np.array([False, True, True, True]), told={"a": (3, 4)})


# -------------------------------------------------------------------------------------------------------------- input


@pytest.mark.parametrize(
    ("counts", "margins", "known", "message"),
    [
        ({"a": -1}, [], [], "from 0"),
        ({"a": 1, "t": 2}, [("t", ("a",))], [], "not the sum"),
        ({"a": 1, "t": 1}, [("t", ("a", "b"))], [], "does not have"),
        ({"a": 1}, [], ["b"], "does not have"),
        ({"a": 1, "t": 2}, [("t", ("a", "a"))], [], "twice"),
        ({"a": 1, "b": 1}, [("a", ("b",)), ("b", ("a",))], [], "circle"),
    ],
)
def test_a_table_that_does_not_fit_together_is_an_error(
    counts: dict[str, int], margins: Margins, known: list[str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        table_of(counts, margins, known=known)


def test_an_error_never_says_a_count() -> None:
    with pytest.raises(ValueError, match="margin t") as caught:
        table_of({"a": 3, "t": 2}, [("t", ("a",))])
    assert not set("0123456789") & set(str(caught.value))


def test_as_many_rules_as_cells() -> None:
    with pytest.raises(ValueError, match="one per cell"):
        suppress(three(2, 9, 20), [UNDER_FIVE])


def test_rules_may_differ_within_a_table() -> None:
    found = checked(three(7, 60, 40), [UNDER_TEN, OPEN, UNDER_FIVE, OPEN])
    assert found.texts == ("<10", None, HIDDEN_TEXT, None)


def test_an_empty_table_and_one_without_sums() -> None:
    assert checked(table_of({})).hidden == frozenset()
    assert checked(table_of({"a": 3, "b": 7})).texts == ("<5", None)


def test_importing_the_rules_does_not_import_the_solver() -> None:
    code = (
        "import sys, models.methods.disclosure, models.methods.disclosure_audit; print('scipy.optimize' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_forty_tables_by_months_are_solved_within_their_time() -> None:
    rng = np.random.default_rng(1)
    counts: dict[str, int] = {}
    margins: Margins = []
    for number in range(40):
        more, sums = drawn(rng, (MUNICIPALITIES, MONTHS), 8.0, f"{number}/")
        counts |= more
        margins += sums
    found = checked(table_of(counts, margins))
    assert found.is_primary.sum() > 200
