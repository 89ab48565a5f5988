"""What `lagesbild list sources` and `lagesbild status` say of every source."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from flows._freshness import Silence, silences
from flows._log import append
from flows._plan import one_writer
from flows._status import Freshness, exit_code, last_run, list_lines, source_statuses, status_json, status_lines
from flows.cli import main
from flows.pipeline import Outcome, Plan, SourceResult, add_files, collect_and_read, make_plan
from flows.settings import read_settings
from flows.summary import attention_lines, summary_lines
from reports._words import CADENCES
from sources._landing import STOCKHOLM
from sources._registry import all_sources
from tests.publishers import all_publishing, base_urls
from tests.replay import Replay, hurry

NOW = datetime(2026, 8, 7, 0, 30, tzinfo=UTC)
SURVEY = (
    "omrade;ar;undersokning;fraga;andel_pct;antal_svar;felmarginal;urvalstyp;svarsfrekvens_pct\n"
    "1415;2025;Dialog;otrygg_utomhus;12,5;400;;sjalvvalda;\n"
)


@pytest.fixture
def publishers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Replay]:
    hurry(monkeypatch)
    with all_publishing() as server:
        yield server


def plan(data: Path, publishers: Replay, as_of: date = date(2026, 8, 7), now: datetime = NOW) -> Plan:
    now = max(now, datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC))
    return make_plan(read_settings(data=data, base_urls=base_urls(publishers)), as_of=as_of, now=now)


def freshness(at: Plan) -> dict[str, Freshness]:
    return {each.name: each.freshness for each in source_statuses(at)}


def test_a_source_never_fetched_and_one_never_handed_in_are_said_differently(
    tmp_path: Path, publishers: Replay
) -> None:
    found = freshness(plan(tmp_path, publishers))
    for name, module in all_sources().items():
        assert found[name] is (Freshness.MISSING if module.fetch else Freshness.UNUSED)
    told = "\n".join(status_lines(plan(tmp_path, publishers), "", source_statuses(plan(tmp_path, publishers))))
    assert "saknas: aldrig hämtad" in told
    assert "används inte: aldrig lämnad" in told
    assert "Inkorgen är tom." in told


def test_what_no_one_uses_is_no_alarm_and_what_was_handed_in_once_is_when_it_stops(
    tmp_path: Path, publishers: Replay
) -> None:
    survey = all_sources()["citizen_survey"]
    file = tmp_path / "a.csv"
    file.write_text(SURVEY)
    before = {each.name: each for each in source_statuses(plan(tmp_path, publishers))}
    assert not before["citizen_survey"].needs_a_person
    add_files(plan(tmp_path, publishers), survey, [file], period="2025")
    for day, expected in ((date(2026, 8, 8), Freshness.CURRENT), (date(2031, 1, 1), Freshness.LATE)):
        [now] = [each for each in source_statuses(plan(tmp_path, publishers, day)) if each.name == "citizen_survey"]
        assert (now.freshness, now.needs_a_person) == (expected, expected is Freshness.LATE)
        assert now.data_as_of == date(2025, 12, 31)
        assert now.expected_by is not None
        assert now.expected_by > date(2026, 1, 1)


def test_a_failure_stands_in_status_until_the_source_has_been_fetched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the run log, in which also a run that did not ask the source is written down."""
    log = tmp_path / "log" / "runs.jsonl"
    log.parent.mkdir()

    def ran(is_asked: bool, problem: str) -> str:
        told = {"is_asked": is_asked, "problem": problem}
        with log.open("a") as file:
            file.write(json.dumps({"started_at": "2026-08-07T00:30", "sources": {"police_events": told}}) + "\n")
        main(["status", "--data", str(tmp_path)])
        return capsys.readouterr().out

    assert "police_events – vid körningen 2026-08-07: trasigt." in ran(True, "trasigt.")
    assert "trasigt." in ran(False, "")
    with log.open("a") as file:
        file.write('{"torn')
        file.write("\n")
    assert "trasigt." not in ran(True, "")


def test_a_run_writes_what_it_asked_and_status_tells_of_it(tmp_path: Path, publishers: Replay) -> None:
    police = all_sources()["police_events"]
    collect_and_read(plan(tmp_path, publishers), police)
    [found] = [each for each in source_statuses(plan(tmp_path, publishers)) if each.name == "police_events"]
    assert (found.freshness, found.observed_at, found.problem) == (Freshness.CURRENT, NOW, "")
    told = {each["source"]: each for each in status_json(plan(tmp_path, publishers), "", [found])["sources"]}
    assert told["police_events"] | {"data_as_of": "", "expected_by": ""} == {
        "source": "police_events",
        "title": police.source.title,
        "publisher": "Polismyndigheten",
        "licence": "Öppna data från Polisen",
        "cadence": "daily",
        "is_fetched": True,
        "status": "ok",
        "freshness": "current",
        "is_late": False,
        "observed_at": "2026-08-07T00:30:00+00:00",
        "data_as_of": "",
        "expected_by": "",
        "problem": "",
        "silent_since": "",
        "silent_nights": 0,
        "warnings": list(found.warnings),
        "retention_months": None,
        "retention_decision": "",
        "retention_ended": 0,
        "retention_ended_since": "",
    }
    assert told["police_events"]["expected_by"] > told["police_events"]["data_as_of"] > "2026-08-01"


def test_the_tables_are_aligned_and_hold_every_source(tmp_path: Path, publishers: Replay) -> None:
    at = plan(tmp_path, publishers)
    collect_and_read(at, all_sources()["police_events"])
    told = status_lines(at, "x", source_statuses(at))
    start = next(number for number, line in enumerate(told) if line.startswith("källa "))
    for lines in (list_lines(at), told[start : start + 1 + len(all_sources())]):
        heading, *rows = lines
        assert [row.split()[0] for row in rows] == list(all_sources())
        for name in ("licens", "uppdateras", "senast", "uppgifter t.o.m.", "läge", "nyare väntas"):
            start = heading.index(name)
            assert all(row[start - 2 : start] == "  " and row[start] != " " for row in rows), name
        [police] = [row for row in rows if row.startswith("police_events")]
        assert "varje dag" in police
        assert "hämtad 2026-08-07" in police
        assert "  aktuell  " in police


def test_every_cadence_has_swedish_words() -> None:
    assert {module.source.cadence.value for module in all_sources().values()} <= CADENCES.keys()


# The published keys. More may come; none goes and none changes its kind.
KEYS: Mapping[str, type | tuple[type, ...]] = {
    "release": str,
    "release_as_of": str,
    "releases": dict,
    "as_of": str,
    "now": str,
    "sample": bool,
    "program_version": str,
    "data_version": int,
    "exit_code": int,
    "attention": list,
    "late_series": list,
    "run": dict,
    "disk": dict,
    "sources": list,
    "inbox": list,
    "texts": dict,
    "text_problems": list,
}
RUN_KEYS: Mapping[str, type | tuple[type, ...]] = {
    "started_at": str,
    "ended_at": str,
    "hours_ago": (float, type(None)),
    "exit_code": (int, type(None)),
    "published": (bool, type(None)),
    "is_new": bool,
    "problem": str,
    "is_running": bool,
    "interrupted_after": str,
    "is_overdue": bool,
    "next_by": str,
}


def of_kinds(told: Mapping[str, object], kinds: Mapping[str, type | tuple[type, ...]]) -> bool:
    return told.keys() == kinds.keys() and all(isinstance(told[name], kind) for name, kind in kinds.items())


def ran(data: Path, at: datetime, exit_code: int = 0, **told: object) -> None:
    """What a run that began at a time leaves in the logs."""
    line = {"started_at": at.isoformat(), "exit_code": exit_code, "is_new": False, "problem": "", "sources": {}}
    append(data / "log" / "runs.jsonl", {**line, "ended_at": (at + timedelta(minutes=9)).isoformat(), **told})


def answered(problem: str = "", *, is_asked: bool = True) -> dict[str, object]:
    return {"is_asked": is_asked, "problem": problem}


def test_the_json_has_its_published_keys_whatever_has_happened(tmp_path: Path, publishers: Replay) -> None:
    at = plan(tmp_path, publishers)
    empty = status_json(at, "", source_statuses(at))
    ran(tmp_path, NOW - timedelta(hours=3), 3)
    after = status_json(at, "2026-08-07-abcdefghijkl", source_statuses(at))
    for told in (empty, after):
        assert of_kinds(told, KEYS)
        assert of_kinds(told["run"], RUN_KEYS)
        assert told["disk"].keys() == {"free_bytes", "needed_bytes", "is_enough"}
        assert told["releases"].keys() == {"count", "oldest"}
        json.dumps(told)
    assert (empty["run"]["hours_ago"], empty["run"]["is_overdue"], empty["exit_code"]) == (None, False, 3)
    assert (after["run"]["hours_ago"], after["run"]["exit_code"], after["run"]["published"]) == (3.0, 3, True)
    assert after["run"]["next_by"] == "2026-08-07T23:30:00+00:00"
    assert after["release_as_of"] == "2026-08-07"


@pytest.mark.parametrize(("hours", "is_overdue"), [(1, False), (26, False), (26.1, True), (700, True)])
def test_a_night_that_was_not_run_is_said(hours: float, is_overdue: bool, tmp_path: Path, publishers: Replay) -> None:
    ran(tmp_path, NOW - timedelta(hours=hours))
    at = plan(tmp_path, publishers)
    told = "\n".join(status_lines(at, "", []))
    assert status_json(at, "", [])["run"]["is_overdue"] is is_overdue
    assert exit_code(at, []) == (3 if is_overdue else 0)
    assert (f"Ingen körning på {hours:.0f} timmar: nästa skulle ha börjat senast" in told) is is_overdue


def test_how_the_last_run_ended_decides_what_status_answers(tmp_path: Path, publishers: Replay) -> None:
    at = plan(tmp_path, publishers)
    ended = {0: 0, 1: 1, 2: 1, 3: 0}
    for number, (code, answer) in enumerate(ended.items()):
        ran(tmp_path, NOW - timedelta(hours=9 - number), code, problem="x: trasigt." if code else "")
        assert exit_code(at, []) == answer, code
        [line] = [line for line in status_lines(at, "", []) if line.startswith("Senaste körning")]
        assert f"(kod {code})" in line
        assert ("x: trasigt." in line) is bool(code)


def test_a_run_that_is_going_on_is_told_from_one_that_was_cut_off(tmp_path: Path, publishers: Replay) -> None:
    ran(tmp_path, NOW - timedelta(hours=25))
    began = NOW - timedelta(minutes=5)
    for step in ("start", "fetch"):
        append(tmp_path / "log" / "steps.jsonl", {"run": began.isoformat(), "step": step})
    at = plan(tmp_path, publishers)
    with one_writer(tmp_path):
        told = status_json(at, "", [])
        assert (told["run"]["is_running"], told["run"]["interrupted_after"], told["exit_code"]) == (True, "", 0)
        assert "En körning pågår sedan 2026-08-07 02.25." in status_lines(at, "", [])
    told = status_json(at, "", [])
    assert (told["run"]["is_running"], told["run"]["interrupted_after"], told["exit_code"]) == (False, "fetch", 1)
    assert "avbröts efter steget fetch; den senaste utgåvan står kvar" in "\n".join(status_lines(at, "", []))


def test_a_source_that_is_down_for_a_month_is_told_with_its_first_day_and_its_nights(
    tmp_path: Path, publishers: Replay
) -> None:
    """Runs that did not ask it, a second run of a night and other sources change nothing of that."""
    police = all_sources()["police_events"]
    collect_and_read(plan(tmp_path, publishers), police)
    for night in range(40):
        at = NOW + timedelta(days=night)
        is_down = night >= 10
        said = f"HTTP 50{night % 3}" if is_down else ""
        ran(tmp_path, at, 3 if is_down else 0, sources={"police_events": answered(said), "population": answered()})
        ran(tmp_path, at + timedelta(hours=1), sources={"police_events": answered(said)})
        ran(tmp_path, at + timedelta(hours=9), sources={"police_events": answered(is_asked=False)})
    later = plan(tmp_path, publishers, date(2026, 9, 15), NOW + timedelta(days=39, hours=10))
    found = {each.name: each for each in source_statuses(later)}["police_events"]
    assert found.silence is not None
    assert (found.silence.since.date(), found.silence.nights) == (date(2026, 8, 17), 30)
    assert found.problem == "vid körningen 2026-09-15: HTTP 500"
    assert found.attention == (
        "Polisens händelsenotiser: har inte gått att läsa sedan 2026-08-17 (30 nätter); "
        f"nyare uppgifter väntades senast {found.expected_by}; uppgifterna till och med {found.data_as_of} används."
    )
    told = status_json(later, "", [found])
    assert told["attention"] == [found.attention]
    assert told["sources"][0]["silent_nights"] == 30
    assert told["sources"][0]["silent_since"].startswith("2026-08-17T02:30")
    assert exit_code(later, [found]) == 3
    ran(tmp_path, NOW + timedelta(days=40), sources={"police_events": answered()})
    assert silences(later) == {}


def test_what_an_unfinished_run_and_a_log_of_another_program_say_breaks_nothing(
    tmp_path: Path, publishers: Replay
) -> None:
    odd: tuple[dict[str, object], ...] = (
        {"started_at": 7},
        {"sources": []},
        {"started_at": "igår", "exit_code": "3", "sources": {"a": None}},
    )
    for line in odd:
        append(tmp_path / "log" / "runs.jsonl", line)
    at = plan(tmp_path, publishers)
    assert (last_run(tmp_path), silences(at)) == (None, {})
    assert "Ingen körning ännu." in status_lines(at, "", [])


def test_what_the_notification_says_of_sources_is_a_sentence_each(tmp_path: Path) -> None:
    since = datetime(2026, 8, 1, 2, 30, tzinfo=STOCKHOLM)
    silent = Silence(since=since, latest=since, nights=1, problem="population: HTTP 500")
    known = {"data_as_of": date(2024, 12, 31), "expected_by": date(2026, 3, 15)}
    outcome = Outcome(
        exit_code=3,
        release="2026-08-07-abcdefghijkl",
        path=None,
        is_new=False,
        sources=(
            SourceResult(name="kolada_values"),
            SourceResult(name="population", problem="population: HTTP 500", **known),  # type: ignore[arg-type]
            SourceResult(name="vehicles", is_late=True, **known),  # type: ignore[arg-type]
            SourceResult(name="youth_survey", problem="youth_survey: lagringen är skadad"),
        ),
        silent={"population": silent},
    )
    used = "uppgifterna till och med 2024-12-31 används."
    said = {
        "population": f"har inte gått att läsa sedan 2026-08-01 (1 natt); {used}",
        "vehicles": f"nyare uppgifter väntades senast 2026-03-15; {used}",
        "youth_survey": "gick inte att läsa; inga uppgifter finns.",
    }
    assert attention_lines(outcome) == [
        f"{name} – {all_sources()[name].source.title}: {text}" for name, text in said.items()
    ]
    assert set(attention_lines(outcome)) <= set(summary_lines(outcome))


def test_too_little_room_is_said_before_the_night_fails(
    tmp_path: Path, publishers: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "warehouse.duckdb").write_bytes(b"x" * 1_000_000)
    at = plan(tmp_path, publishers)
    assert status_json(at, "", [])["disk"]["needed_bytes"] == 2_000_000
    monkeypatch.setattr("flows._status.shutil.disk_usage", lambda path: SimpleNamespace(free=1_999_999))
    assert (exit_code(at, []), status_json(at, "", [])["disk"]["is_enough"]) == (3, False)
    assert "Ledigt på disken: 2 MB; nästa körning behöver 2 MB: frigör plats." in status_lines(at, "", [])
