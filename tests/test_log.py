"""What a run tells of its steps, and what stays of that in the data folder for years."""

import errno
import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows import _log, pipeline
from flows._log import Log, Step, append, exit_code_of, newest_first
from flows.cli import main
from flows.pipeline import Outcome, make_plan, run, running
from flows.settings import read_settings
from models._contracts import Breach
from sources._problem import Problem, UsageProblem
from sources._registry import all_sources

NOW = datetime(2026, 8, 7, 0, 30, tzinfo=UTC)
# The published keys of a line. More may come; none goes.
KEYS = ("at", "run", "step", "source", "rows_in", "rows_out", "seconds", "peak_mib", "failed")


def lines(data: Path, name: str = "steps") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (data / "log" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def test_a_step_is_one_line_for_people_and_one_of_json_with_the_published_keys(tmp_path: Path) -> None:
    told: dict[str, list[tuple[str, bool]]] = {"text": [], "json": []}
    for form, said in told.items():

        def say(line: str, is_passing: bool, said: list[tuple[str, bool]] = said) -> None:
            said.append((line, is_passing))

        log = Log(tmp_path / form, run=NOW, form=form, say=say)
        with log.step("parse", "police_events") as rows:
            log("fråga 1 av 2")
            rows.into, rows.out = 500, 498
        [step] = lines(tmp_path / form)
        assert tuple(step) == KEYS == tuple(each.name for each in fields(Step))
        assert step | {"at": "", "seconds": 0, "peak_mib": 0} == {
            "at": "",
            "run": "2026-08-07T00:30:00+00:00",
            "step": "parse",
            "source": "police_events",
            "rows_in": 500,
            "rows_out": 498,
            "seconds": 0,
            "peak_mib": 0,
            "failed": False,
        }
        assert step["peak_mib"] > 10
        assert asdict(log.steps[0]) == step
    passing = [line[10:] for line, is_passing in told["text"] if is_passing]
    assert passing == ["inläsning police_events", "fråga 1 av 2"]
    [(line, _)] = [each for each in told["text"] if not each[1]]
    assert line.endswith("inläsning police_events: 0.0 s, 500 rader in, 498 rader ut")
    [(line, is_passing)] = told["json"]
    assert (json.loads(line), is_passing) == (lines(tmp_path / "json")[0], False)


def test_a_step_that_ends_badly_has_its_line_too(tmp_path: Path) -> None:
    log = Log(tmp_path)
    with pytest.raises(Problem), log.step("fetch", "population"):
        raise Problem("population", "trasigt")
    assert [(each["step"], each["failed"], each["rows_out"]) for each in lines(tmp_path)] == [("fetch", True, None)]


def test_a_torn_line_spoils_no_other_and_a_full_log_is_put_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log" / "runs.jsonl"
    append(path, {"n": 1})
    with path.open("a") as file:
        file.write('{"torn": ')
    append(path, {"n": 2})
    assert [each["n"] for each in newest_first(tmp_path, "runs")] == [2, 1]
    monkeypatch.setattr(_log, "_MOST_BYTES", 1)
    for number in range(3, 9):
        os.utime(path, (NOW.timestamp() + number, NOW.timestamp() + number))
        append(path, {"n": number})
    assert path.read_text() == '{"n": 8}\n'
    assert [each["n"] for each in newest_first(tmp_path, "runs")] == [8, 7, 6, 5, 4, 3, 2, 1]  # of runs nothing goes
    steps = tmp_path / "log" / "steps.jsonl"
    for number in range(12):
        append(steps, {"n": number})
        os.utime(steps, (NOW.timestamp() + number, NOW.timestamp() + number))
    assert [each["n"] for each in newest_first(tmp_path, "steps")] == [11, 10, 9]


def test_what_an_error_answers_is_the_published_exit_code() -> None:
    errors: Mapping[BaseException, int] = {
        UsageProblem("x", "fel"): 2,
        OSError("disken är full"): 2,
        KeyboardInterrupt(): 2,
        Problem("x", "fel"): 1,
        RuntimeError("x"): 1,
    }
    for error, code in errors.items():
        assert exit_code_of(error) == code


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory, asking: None) -> tuple[Path, Outcome, list[str]]:
    data, said = tmp_path_factory.mktemp("logged") / "data", []
    plan = make_plan(read_settings(data=data, log_format="json"), sample=True)
    outcome = run(plan, lambda line, is_passing: said.append(line))
    return data, outcome, said


def test_a_whole_run_tells_every_step_once_as_json_and_in_the_folder(logged: tuple[Path, Outcome, list[str]]) -> None:
    data, outcome, said = logged
    assert outcome.exit_code == 0, outcome.breaches
    steps = lines(data)
    assert [json.loads(line) for line in said] == steps
    assert len({each["run"] for each in steps}) == 1
    for name in ("fetch", "parse"):
        assert [each["source"] for each in steps if each["step"] == name] == list(all_sources())
    assert {each["source"] for each in steps if each["step"] == "door"} == {
        name for name, module in all_sources().items() if module.source.is_personal
    }
    of_all = [each["step"] for each in steps if not each["source"]]
    written = [f"{what}_{audience}" for audience in ("internal", "public") for what in ("write", "workbook", "report")]
    built = ["build", "estimate", "protect"]
    assert of_all == ["start", *built, *written, "gate", "audit", "quality", "swing", "make_room", "run"]
    assert not any(each["failed"] for each in steps)
    by_name = {each["step"]: each for each in steps}
    ledger = [result.ledger for result in outcome.sources]
    assert by_name["build"]["rows_in"] == sum(book.rows_loaded for book in ledger)
    assert by_name["estimate"]["rows_in"] == by_name["build"]["rows_out"] > 1_000
    assert by_name["protect"]["rows_out"] > 1_000
    for result in outcome.sources:
        [parsed] = [each for each in steps if (each["step"], each["source"]) == ("parse", result.name)]
        assert (parsed["rows_in"], parsed["rows_out"]) == (result.ledger.rows_read, result.ledger.rows_loaded)
    within = sum(each["seconds"] for each in steps if each["step"] not in ("run", "door"))
    assert within == pytest.approx(by_name["run"]["seconds"], rel=0.3)  # nothing slow goes untold
    [told] = lines(data, "runs")
    assert told["seconds"] == dict(outcome.seconds)
    assert told["started_at"] == steps[0]["run"] < told["ended_at"]


def test_the_log_holds_no_name_of_a_file_and_nothing_of_a_row(logged: tuple[Path, Outcome, list[str]]) -> None:
    data, _, _ = logged
    known = {*all_sources(), ""}
    for step in lines(data):
        assert step["source"] in known
        assert step["step"].isidentifier()
        assert all(not isinstance(step[name], str) for name in ("rows_in", "rows_out", "seconds", "peak_mib", "failed"))


def test_how_a_run_that_broke_off_ended_stands_in_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.pipeline.read_all", lambda plan, log: (_ for _ in ()).throw(Problem("x", "trasigt")))
    assert main(["run", "--sample", "--data", str(tmp_path)]) == 1
    [told] = lines(tmp_path, "runs")
    assert (told["exit_code"], told["problem"], told["release"]) == (1, "x: trasigt.", "")
    assert [(each["step"], each["failed"]) for each in lines(tmp_path)] == [("start", False), ("run", True)]


def test_what_stopped_a_run_for_want_of_disk_or_memory_stands_in_the_log_as_it_was_answered(tmp_path: Path) -> None:
    for error in (OSError(errno.ENOSPC, "No space left on device"), MemoryError()):
        plan = make_plan(read_settings(data=tmp_path), sample=True)
        with pytest.raises(Problem), running(plan):
            raise error
    assert [(each["exit_code"], each["problem"].split(": ")[1]) for each in lines(tmp_path, "runs")] == [
        (1, "disken är full"),
        (1, "minnet räckte inte"),
    ]


def test_the_log_says_which_rule_was_broken_and_not_by_which_rows(tmp_path: Path) -> None:
    breach = str(Breach(table="core.incident_reports", rule="unik nyckel (report_id)", rows=2, examples=("af01",)))
    assert breach.endswith("bryts av 2 rader: till exempel af01")
    plan = make_plan(read_settings(data=tmp_path), sample=True)
    with running(plan) as log:
        pipeline._logged(
            plan, log, Outcome(exit_code=1, release="", path=None, is_new=False, sources=(), breaches=(breach,))
        )
    [told] = lines(tmp_path, "runs")
    assert told["breaches"] == ["core.incident_reports: kontraktet 'unik nyckel (report_id)' bryts av 2 rader"]


def test_three_years_of_nights_are_read_at_once(tmp_path: Path) -> None:
    """The rule that bounds a log: what is asked of it is found in its newest lines, however long it has been kept."""
    source = {"rows_read": 1, "rows_loaded": 1, "rows_quarantined": 0, "rows_duplicate": 0, "status": "ok"}
    sources = {name: {**source, "is_asked": True, "is_late": False, "problem": ""} for name in all_sources()}
    for night in range(3 * 365):
        at = (NOW + timedelta(days=night)).isoformat()
        append(tmp_path / "log" / "runs.jsonl", {"started_at": at, "exit_code": 0, "sources": sources})
    began = time.process_time()
    newest = next(newest_first(tmp_path, "runs"))
    assert newest["started_at"] == "2029-08-05T00:30:00+00:00"
    assert time.process_time() - began < 0.2
