"""A period's earlier days: each from what had come in by then, the same however late it is done and however often."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from flows._backfill import Every, backfill_days
from flows.cli import main
from flows.pipeline import add_files, latest_release, make_plan, run
from flows.settings import read_settings
from sources._problem import UsageProblem
from sources._registry import all_sources

TODAY = date(2026, 9, 1)
HEADER = "omrade;ar;undersokning;fraga;andel_pct;antal_svar;felmarginal;urvalstyp;svarsfrekvens_pct\n"


@pytest.mark.parametrize(
    ("first", "last", "every", "days"),
    [
        ("2024-02-28", "2024-03-01", "day", ["2024-02-28", "2024-02-29", "2024-03-01"]),
        ("2026-12-21", "2027-01-10", "week", ["2026-12-27", "2027-01-03", "2027-01-10"]),  # weeks 52, 53 and 1
        ("2024-01-31", "2024-04-29", "month", ["2024-01-31", "2024-02-29", "2024-03-31"]),
        ("2025-02-28", "2025-02-28", "month", ["2025-02-28"]),
        ("2026-03-28", "2026-03-30", "day", ["2026-03-28", "2026-03-29", "2026-03-30"]),  # one of them has 23 hours
    ],
)
def test_the_days_of_a_period_are_days_sundays_or_the_ends_of_months(
    first: str, last: str, every: Every, days: list[str]
) -> None:
    ends = date.fromisoformat(first), date.fromisoformat(last)
    assert backfill_days(*ends, every, today=date(2027, 2, 1)) == [date.fromisoformat(day) for day in days]


def test_no_day_after_today_is_among_them() -> None:
    assert backfill_days(TODAY - timedelta(days=1), date(2030, 1, 1), "day", today=TODAY)[-1] == TODAY
    assert backfill_days(date(2026, 7, 1), date(2030, 1, 1), "month", today=TODAY)[-1] == date(2026, 8, 31)
    in_stockholm = datetime.now(UTC).date()
    assert backfill_days(in_stockholm, date(2100, 1, 1), "day")[-1] - in_stockholm <= timedelta(days=1)


@pytest.mark.parametrize(
    ("first", "last", "every", "wrong"),
    [
        (date(2026, 2, 1), date(2026, 1, 1), "day", "slutar innan den börjar: 2026-02-01–2026-01-01"),
        (date(2026, 9, 2), date(2026, 9, 3), "day", "har inte börjat: 2026-09-02"),
        (date(2026, 8, 31), date(2026, 9, 3), "week", "ingen söndag i perioden"),
        (date(2026, 8, 3), date(2026, 8, 30), "month", "ingen månads sista dag i perioden"),
        (date(1999, 12, 31), date(2026, 8, 30), "month", "så gamla uppgifter finns inte"),
        (date(2010, 1, 1), date(2026, 8, 30), "day", "för många dagar: 6086"),
        (date(2026, 1, 1), date(2026, 8, 30), "hour", "okänt steg: hour"),
    ],
)
def test_a_period_without_such_a_day_is_one_sentence(first: date, last: date, every: Every, wrong: str) -> None:
    with pytest.raises(UsageProblem, match=wrong):
        backfill_days(first, last, every, today=TODAY)


def add(data: Path, share: str, received: date) -> None:
    file = data.parent / "dialog.csv"
    file.write_text(f"{HEADER}1415;2024;Dialog;otrygg_utomhus;{share};400;;sjalvvalda;\n", encoding="utf-8")
    plan = make_plan(read_settings(data=data))
    add_files(plan, all_sources()["citizen_survey"], [file], period="2024", received=received)


def backfill(data: Path, *period: str) -> int:
    return main(["backfill", *period, "--area", "1415", "--data", str(data)])


def releases(data: Path) -> list[str]:
    return sorted(path.name for path in (data / "output").glob("20*"))


def content(folder: Path) -> dict[str, bytes]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".duckdb"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.slow
def test_a_file_added_late_gives_the_same_releases_as_one_added_in_time_and_doing_it_again_gives_no_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_time, late = tmp_path / "in_time" / "data", tmp_path / "late" / "data"
    for data in (in_time, late):
        data.parent.mkdir()
        add(data, "12,5", date(2025, 8, 1))
    add(in_time, "22,5", date(2025, 8, 3))
    assert backfill(in_time, "2025-07-30", "2025-08-04") == 0
    told = capsys.readouterr().out.splitlines()
    first, second = releases(in_time)
    # Of the days before anything had come in nothing is said; on most days nothing was new.
    assert [line[:10] for line in told] == [f"2025-08-{day:02}" for day in range(1, 5)]
    assert [line.split("  ")[1] for line in told if "ny utgåva" in line] == [
        f"ny utgåva {first}",
        f"ny utgåva {second}",
    ]
    assert (first[:10], second[:10], latest_release(in_time)) == ("2025-08-01", "2025-08-03", second)

    # The other folder published its days before the second file was handed in, by somebody who had kept it since.
    assert backfill(late, "2025-08-01", "2025-08-04") == 0
    assert releases(late) == [first]
    add(late, "22,5", date(2025, 8, 3))
    assert backfill(late, "2025-08-01", "2025-08-04") == 0
    assert releases(late) == [first, second]
    for release in (first, second):
        assert content(late / "output" / release) == content(in_time / "output" / release)
    assert (late / "published" / "ledger.jsonl").read_bytes() == (in_time / "published" / "ledger.jsonl").read_bytes()

    # Again, and for other days between: the same names, nothing new, and the newest stays the newest.
    ledger = (late / "published" / "ledger.jsonl").read_bytes()
    capsys.readouterr()
    for period in (
        ("2025-08-01", "2025-08-04"),
        ("2025-08-02", "2025-08-03"),
        ("2025-08-01", "2025-08-31", "--every", "week"),
    ):
        assert backfill(late, *period) == 0
    told = capsys.readouterr().out.splitlines()
    assert {line.split("  ")[1] for line in told} == {f"säger detsamma som {each}" for each in (first, second)}
    assert (releases(late), latest_release(late)) == ([first, second], second)
    assert (late / "published" / "ledger.jsonl").read_bytes() == ledger

    # A day that no release stands on is put beside the newest; the night after is still one without news.
    add(late, "9,5", date(2025, 6, 1))
    assert backfill(late, "2025-06-15", "2025-06-15") == 0
    [earlier, *others] = releases(late)
    assert (earlier[:10], others, latest_release(late)) == ("2025-06-15", [first, second], second)
    night = run(make_plan(read_settings(data=late, area="1415"), offline=True, as_of=date(2025, 8, 20)))
    assert (night.is_new, night.release) == (False, second)
    assert backfill(late, "2025-07-31", "2025-08-20", "--every", "week") == 0
    assert releases(late) == [earlier, first, second]


def test_a_period_before_anything_had_come_in_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    assert backfill(data, "2025-01-01", "2025-01-31") == 2
    assert "ingenting hade kommit in då: datamappen är tom" in capsys.readouterr().err
    add(data, "12,5", date(2025, 8, 1))
    assert backfill(data, "2025-01-01", "2025-01-31") == 2
    assert "ingenting hade kommit in då: det första kom 2025-08-01" in capsys.readouterr().err
    assert not (data / "output").exists()
