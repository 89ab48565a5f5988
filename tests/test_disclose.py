"""What a release may show of people: rows become cells, earlier releases and other publishers are known to readers."""

import itertools
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linprog

from models._disclose import CELLS, DECIDED, KNOWN, Leak, Protection, decide, leaks, strictest
from models._model import period_bounds
from sources._declare import Concerns
from sources._problem import Problem

STO = ("1415", "1419", "1421")
MEMBERS: Mapping[str, frozenset[str]] = {"sf": frozenset(STO), "14": frozenset({*STO, "1480"})}
NOTHING = pl.DataFrame(schema=dict(KNOWN))
Counts = Mapping[tuple[str, ...], int | tuple[int, int]]


def period_type(period: str) -> str:
    return {4: "year", 7: "quarter" if "K" in period else "month"}[len(period)]


def cells(counts: Counts, *, rule: str = "under_ten", withheld: Iterable[tuple[str, ...]] = ()) -> pl.DataFrame:
    """Cells by (area, period, breakdown, category), the last three as far as given; a pair is answers: n and yes."""
    rows = []
    for key, count in counts.items():
        area, period, breakdown, category = (*key, *("2025", "", "")[len(key) - 1 :])
        start, end = period_bounds(period, period_type(period))
        people, yes = count if isinstance(count, tuple) else (count, None)
        rows.append(("m", area, period, breakdown, category, start, end, rule, key in withheld, people, yes))
    return pl.DataFrame(rows, schema=dict(CELLS), orient="row")


def areas(*counts: int, **named: Any) -> pl.DataFrame:
    """The three municipalities and their sum."""
    return cells({**{(area,): count for area, count in zip(STO, counts, strict=True)}, ("sf",): sum(counts)}, **named)


def hidden(decided: pl.DataFrame) -> set[str]:
    """The hidden cells, by what of their key tells them apart."""
    return {
        " ".join(part for part in row if part and part != "2025")
        for row in decided.filter("is_hidden").select("area_code", "period", "category").iter_rows()
    }


def deciding(found: pl.DataFrame, *earlier: pl.DataFrame, known: pl.DataFrame = NOTHING) -> pl.DataFrame:
    decided = decide(found, MEMBERS, Protection(earlier=earlier, known=known))
    assert decided.schema == pl.Schema(DECIDED)
    assert [leak for leak in leaks([*earlier, decided], MEMBERS, known) if not leak.is_past_help] == []
    return decided


# -------------------------------------------------------------------------------------------------------- one release


def test_a_small_count_takes_another_with_it_and_the_sum_stays() -> None:
    decided = deciding(areas(3, 40, 60))
    assert hidden(decided) == {"1415", "1419"}
    flags = {row["area_code"]: (row["is_primary"], row["is_told"]) for row in decided.iter_rows(named=True)}
    assert flags["1415"] == (True, True)
    assert flags["1419"] == (False, False)  # marked differently: it is large


def test_nothing_small_hides_nothing() -> None:
    assert hidden(deciding(areas(10, 40, 60))) == set()


def test_noughts_are_shown() -> None:
    assert hidden(deciding(areas(0, 40, 60))) == set()


def test_the_rule_is_each_cells_own() -> None:
    assert hidden(deciding(areas(7, 40, 60, rule="under_five"))) == set()
    assert hidden(deciding(areas(4, 40, 60, rule="under_five"))) == {"1415", "1419"}


def test_a_county_that_is_more_than_its_shown_members_protects_them() -> None:
    counts: dict[tuple[str, ...], int] = {("1415",): 30, ("1419",): 40, ("14",): 400}
    assert hidden(deciding(cells(counts))) == set()
    # …unless what is left of it is small: then the others give it away.
    assert hidden(deciding(cells({**counts, ("14",): 73}))) != set()


def test_answers_of_a_hidden_group_are_not_given_away_by_noughts() -> None:
    # Five of åk 7; with åk 8 hidden beside them the sums would say that nobody in either answered yes.
    grades: dict[tuple[str, ...], tuple[int, int]] = {
        ("1415", "2025", "grade", "åk 7"): (5, 0),
        ("1415", "2025", "grade", "åk 8"): (50, 0),
    }
    grades[("1415", "2025", "grade", "åk 9")] = (60, 30)
    whole: dict[tuple[str, ...], tuple[int, int]] = {("1415",): (115, 30)}
    decided = deciding(cells({**grades, **whole}))
    assert hidden(decided) >= {"1415 åk 7", "1415 åk 8", "1415 åk 9"} or "1415" in hidden(decided)


def test_where_nobody_at_all_answered_yes_the_whole_is_hidden_too() -> None:
    grades: dict[tuple[str, ...], tuple[int, int]] = {("1415", "2025", "grade", "åk 7"): (8, 0)}
    grades[("1415", "2025", "grade", "åk 8")] = (16, 0)
    assert hidden(deciding(cells({**grades, ("1415",): (24, 0)}))) == {"1415 åk 7", "1415 åk 8", "1415"}


def test_groups_in_two_ways_are_sums_of_each_other() -> None:
    crossed: dict[tuple[str, ...], int] = {
        ("sf", "2025", "grade,sex", f"{grade},{sex}"): count
        for (grade, sex), count in zip(
            itertools.product(("åk 8", "åk 9"), ("flicka", "pojke")), (4, 40, 50, 60), strict=True
        )
    }
    by_grade: dict[tuple[str, ...], int] = {("sf", "2025", "grade", "åk 8"): 44, ("sf", "2025", "grade", "åk 9"): 110}
    by_sex: dict[tuple[str, ...], int] = {("sf", "2025", "sex", "flicka"): 54, ("sf", "2025", "sex", "pojke"): 100}
    decided = deciding(cells({**crossed, **by_grade, **by_sex, ("sf",): 154}))
    # One cell in a table with both margins always needs three more.
    assert hidden(decided) == {"sf åk 8,flicka", "sf åk 8,pojke", "sf åk 9,flicka", "sf åk 9,pojke"}


def test_months_are_parts_of_the_year() -> None:
    months: dict[tuple[str, ...], int] = {("1415", f"2025-{month:02d}"): 20 + month for month in range(2, 13)}
    counts = {**months, ("1415", "2025-01"): 3, ("1415", "2025"): 3 + sum(months.values())}
    assert hidden(deciding(cells(counts))) == {"1415 2025-01", "1415 2025-02"}


def test_what_a_longer_window_adds_is_as_small_as_any_count() -> None:
    # Quarters that are not cut into months, and a year with three of them: the fourth is what is left.
    quarters: dict[tuple[str, ...], int] = {("1415", f"2025-K{quarter}"): 30 for quarter in (1, 2, 3)}
    assert hidden(deciding(cells({**quarters, ("1415", "2025"): 94}))) != set()
    assert hidden(deciding(cells({**quarters, ("1415", "2025"): 120}))) == set()


def overlapping(spans: Mapping[str, tuple[str, str, int]]) -> pl.DataFrame:
    rows = [
        ("m", "1415", name, "", "", date.fromisoformat(start), date.fromisoformat(end), "under_ten", False, count, None)
        for name, (start, end, count) in spans.items()
    ]
    return pl.DataFrame(rows, schema=dict(CELLS), orient="row")


def test_windows_that_overlap_need_the_months_they_share() -> None:
    windows = {"a": ("2025-01-01", "2025-02-28", 70), "b": ("2025-02-01", "2025-03-31", 85)}
    with pytest.raises(Problem, match="perioder som överlappar kan inte skyddas"):
        deciding(overlapping(windows))
    months = {
        "1": ("2025-01-01", "2025-01-31", 30),
        "2": ("2025-02-01", "2025-02-28", 40),
        "3": ("2025-03-01", "2025-03-31", 45),
    }
    assert hidden(deciding(overlapping({**windows, **months}))) == set()
    months["1"] = ("2025-01-01", "2025-01-31", 4)
    windows["a"] = ("2025-01-01", "2025-02-28", 44)
    assert hidden(deciding(overlapping({**windows, **months}))) > {"1415 1"}


def test_a_withheld_cell_is_hidden_however_large_and_says_no_range() -> None:
    decided = deciding(areas(30, 40, 60, withheld=[(area,) for area in STO]))
    assert hidden(decided) == {*STO}
    assert not decided["is_told"].any()


def test_the_strictest_concern_decides() -> None:
    assert strictest([Concerns.THINGS, Concerns.CHILDREN, Concerns.ADULTS]) is Concerns.CHILDREN
    assert strictest([Concerns.THINGS, Concerns.PLACES]) is Concerns.PLACES


# ---------------------------------------------------------------------------------------------------- what others know


def known(*parts: tuple[str, str, int]) -> pl.DataFrame:
    rows = [("m", area, "2025", "", "", part, count) for area, part, count in parts]
    return pl.DataFrame(rows, schema=dict(KNOWN), orient="row")


def test_what_others_publish_of_a_cells_parts_must_not_leave_a_small_rest() -> None:
    schools = known(("1419", "school a", 110), ("1419", "school b", 66))
    assert hidden(deciding(areas(300, 180, 90), known=schools)) >= {"1419"}
    assert hidden(deciding(areas(300, 196, 90), known=schools)) == set()
    assert hidden(deciding(areas(300, 176, 90), known=schools)) == set()  # no rest at all


def test_a_count_that_others_publish_protects_nothing() -> None:
    others = known(("1419", "", 40))
    decided = deciding(areas(3, 40, 60), known=others)
    assert hidden(decided) == {"1415", "1421"}


def test_a_count_of_another_size_is_another_count() -> None:
    assert hidden(deciding(areas(3, 40, 60), known=known(("1419", "", 41)))) == {"1415", "1419"}


# ------------------------------------------------------------------------------------------------------ over releases


def test_the_pattern_is_kept_although_another_would_be_cheaper_now() -> None:
    first = deciding(areas(3, 40, 60))
    second = deciding(areas(3, 90, 60), first)
    assert hidden(first) == hidden(second) == {"1415", "1419"}
    assert hidden(deciding(areas(3, 90, 60))) == {"1415", "1421"}  # as it would be without a past


def test_a_hidden_count_is_not_found_by_its_neighbour_being_shown_later() -> None:
    first = deciding(areas(3, 40, 60))
    # Tjörn has grown past the limit, and Orust is as it was: shown, it would say what Tjörn had been.
    second = deciding(areas(33, 40, 60), first)
    assert "1419" in hidden(second)


def test_a_count_that_was_shown_cannot_protect_a_new_small_one() -> None:
    first = deciding(areas(30, 40, 60))
    assert hidden(first) == set()
    counts: dict[tuple[str, ...], int] = {("1415",): 30, ("1419",): 40, ("1421",): 60, ("sf",): 130}
    grades: dict[tuple[str, ...], int] = {("1415", "2025", "grade", "åk 7"): 4, ("1415", "2025", "grade", "åk 8"): 26}
    second = deciding(cells({**counts, **grades}), first)
    assert hidden(second) == {"1415 åk 7", "1415 åk 8"}


def test_a_correction_by_a_few_is_not_shown() -> None:
    first = deciding(cells({("1415",): 100}))
    assert hidden(deciding(cells({("1415",): 103}), first)) == {"1415"}
    assert hidden(deciding(cells({("1415",): 100}), first)) == set()
    assert hidden(deciding(cells({("1415",): 112}), first)) == set()


def test_a_cumulative_count_is_shown_again_when_enough_has_come() -> None:
    releases: list[pl.DataFrame] = []
    shown = []
    for count in (100, 101, 104, 108, 109, 120, 121):
        releases.append(deciding(cells({("1415",): count}), *releases))
        shown.append(not hidden(releases[-1]))
    assert shown == [True, False, False, False, False, True, False]


def test_what_earlier_releases_gave_away_is_said_to_be_past_help() -> None:
    lax = decide(areas(3, 40, 60, rule="open"), MEMBERS, Protection())
    now = decide(areas(3, 40, 60), MEMBERS, Protection(earlier=[lax]))
    assert "1415" in hidden(now)
    [found] = leaks([lax, now], MEMBERS, NOTHING)
    assert found == Leak(key=("m", "1415", "2025", "", ""), is_past_help=True)


# ----------------------------------------------------------------------------------------------- the attacker's audit


def test_crippled_suppression_is_found() -> None:
    decided = deciding(areas(3, 40, 60))
    only_primary = decided.with_columns(is_hidden="is_primary")
    [found] = leaks([only_primary], MEMBERS, NOTHING)
    assert found == Leak(key=("m", "1415", "2025", "", ""), is_past_help=False)


def random_release(chance: random.Random) -> dict[tuple[str, ...], int | tuple[int, int]]:
    """Areas × grades (or months × year) with all their sums; small counts and noughts are common."""
    is_survey = chance.random() < 0.5
    names = [f"åk {grade}" for grade in range(7, 7 + chance.randint(2, 3))]
    table: dict[tuple[str, ...], tuple[int, int]] = {}
    for area in STO:
        for name in names:
            people = chance.choice((0, chance.randint(1, 12), chance.randint(8, 90), chance.randint(20, 200)))
            table[area, "2025", "grade", name] = (people, chance.randint(0, people))
    for name in names:
        table["sf", "2025", "grade", name] = total(table[area, "2025", "grade", name] for area in STO)
    for area in (*STO, "sf"):
        table[area, "2025", "", ""] = total(table[area, "2025", "grade", name] for name in names)
    filled = {key: pair for key, pair in table.items() if pair[0]}
    return {key: pair if is_survey else pair[0] for key, pair in filled.items()}


def total(pairs: Iterable[tuple[int, int]]) -> tuple[int, int]:
    people, yes = zip(*pairs, strict=True)
    return sum(people), sum(yes)


def corrected(chance: random.Random, release: Counts) -> dict[tuple[str, ...], int | tuple[int, int]]:
    """The same table with some of its cells grown, the sums with them."""
    names = sorted({key[3] for key in release if key[3]})
    grown = {(area, name): release.get((area, "2025", "grade", name), 0) for area in STO for name in names}
    for key, count in grown.items():
        if chance.random() < 0.3:
            more = chance.choice((1, 2, 15, 40))
            grown[key] = (count[0] + more, count[1] + 1) if isinstance(count, tuple) else count + more
    is_survey = any(isinstance(count, tuple) for count in release.values())
    pairs = {key: count if isinstance(count, tuple) else (count, 0) for key, count in grown.items()}
    table = {(area, "2025", "grade", name): pair for (area, name), pair in pairs.items()}
    for name in names:
        table["sf", "2025", "grade", name] = total(pairs[area, name] for area in STO)
    for area in (*STO, "sf"):
        table[area, "2025", "", ""] = total(table[area, "2025", "grade", name] for name in names)
    return {key: pair if is_survey else pair[0] for key, pair in table.items() if pair[0]}


def bounds_of_people(releases: Sequence[pl.DataFrame]) -> dict[tuple[int, str, str], tuple[float, float]]:
    """An attack written down apart from the code it attacks: how many there may be in each hidden cell.

    One unknown for every cell of every release, shown ones fixed; equal counts of one cell are one unknown.
    """
    place: dict[tuple[str, str, int], int] = {}
    unknown: dict[tuple[int, str, str], int] = {}
    fixed: dict[int, int] = {}
    for number, release in enumerate(releases):
        for row in release.iter_rows(named=True):
            at = place.setdefault((row["area_code"], row["category"], row["count"]), len(place))
            unknown[number, row["area_code"], row["category"]] = at
            if not row["is_hidden"]:
                fixed[at] = row["count"]
    rows = []
    for number, release in enumerate(releases):
        categories = sorted(release["category"].unique())
        sums = [(("sf", each), [(area, each) for area in STO]) for each in categories]
        sums += [((area, ""), [(area, each) for each in categories if each]) for area in (*STO, "sf")]
        for whole, parts in sums:
            if (number, *whole) in unknown:
                line = np.zeros(len(place))
                line[unknown[(number, *whole)]] -= 1
                for part in parts:
                    if (number, *part) in unknown:
                        line[unknown[(number, *part)]] += 1
                rows.append(line)
    limits = [(fixed[at], fixed[at]) if at in fixed else (0, 10_000) for at in range(len(place))]
    found = {}
    for key, at in unknown.items():
        if at in fixed:
            continue
        aim = np.zeros(len(place))
        aim[at] = 1
        low, high = (
            linprog(sign * aim, A_eq=np.stack(rows), b_eq=np.zeros(len(rows)), bounds=limits).x[at] for sign in (1, -1)
        )
        found[key] = (low, high)
    return found


@pytest.mark.parametrize("part", range(8))
def test_no_hidden_cell_is_recovered_from_random_tables(part: int) -> None:
    chance = random.Random(part)
    attacked = 0
    for _ in range(25):
        table = random_release(chance)
        first = decide(cells(table), MEMBERS, Protection())
        second = decide(cells(corrected(chance, table)), MEMBERS, Protection(earlier=[first]))
        assert [leak for leak in leaks([first, second], MEMBERS, NOTHING) if not leak.is_past_help] == []
        releases = [first, second]
        for (number, area, category), (low, high) in bounds_of_people(releases).items():
            [row] = (
                releases[number]
                .filter((pl.col("area_code") == area) & (pl.col("category") == category))
                .iter_rows(named=True)
            )
            attacked += 1
            if row["is_primary"]:
                assert low <= 1 + 1e-6, (part, number, area, category)
                assert high >= 9 - 1e-6, (part, number, area, category)
            else:
                assert high - low >= 5 - 1e-6, (part, number, area, category)
    assert attacked > 100


@pytest.mark.parametrize("part", range(2))
def test_the_audit_finds_what_random_tables_give_away_when_only_small_cells_are_hidden(part: int) -> None:
    chance = random.Random(100 + part)
    crippled = []
    for _ in range(25):
        decided = decide(cells(random_release(chance)), MEMBERS, Protection())
        if (decided["is_hidden"] & ~decided["is_primary"]).any():
            crippled.append(decided.with_columns(is_hidden="is_primary"))
    assert len(crippled) > 10
    assert all(leaks([each], MEMBERS, NOTHING) for each in crippled)
