"""A data folder says its version; an older one is read or brought up to date, one of a later program is left alone."""

import json
import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from flows._data_version import DATA_VERSION, Migration, bring_up_to_date, check_version, data_version
from flows._log import Log
from flows._own_texts import read_texts_ledger
from flows._plan import one_writer
from flows._published import append_missing, read_ledger
from flows._status import last_run
from flows.cli import main
from flows.pipeline import make_plan
from flows.settings import read_settings
from sources._landing import Observation, Part, Tombstone, keep_snapshot, read_history, record
from sources._problem import Problem, UsageProblem

# A line as the first program that published wrote it (22 November 2026), without the fields that came later.
FIRST_LINE = {
    "content_as_of": "2025-12-31",
    "observed_at": "2026-03-15T12:00:00+00:00",
    "origin": "add",
    "parts": [{"extension": "csv", "sha256": "98b8c3982ffb6706"}],
    "request": "survey",
    "source": "citizen_survey",
}


def manifest(data: Path, *lines: Mapping[str, object], end: str = "\n") -> Path:
    path = data / "landing" / "manifest.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(line) for line in lines) + end, encoding="utf-8")
    return path


def says(data: Path, version: object) -> None:
    data.mkdir(exist_ok=True)
    (data / "version.json").write_text(json.dumps({"data_version": version}))


def test_a_new_folder_and_one_from_before_versions_say_the_version_when_they_are_written(tmp_path: Path) -> None:
    manifest(tmp_path / "old", FIRST_LINE)
    assert data_version(tmp_path / "old") == 1
    for name in ("old", "new"):
        with one_writer(tmp_path / name):
            pass
        assert json.loads((tmp_path / name / "version.json").read_bytes())["data_version"] == DATA_VERSION
        assert sorted(path.name for path in (tmp_path / name).iterdir() if path.name.endswith(".tmp")) == []


def test_a_folder_of_a_later_version_is_refused_by_every_command_and_not_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    says(tmp_path, DATA_VERSION + 1)
    before = sorted((path, path.stat().st_mtime_ns) for path in tmp_path.rglob("*"))
    (tmp_path.parent / "fil.csv").write_text("a")
    commands = (
        ["run", "--sample"],
        ["run", "--offline"],
        ["add", "citizen_survey", str(tmp_path.parent / "fil.csv"), "--period", "2025"],
        ["forget", "0123abcd", "--reason", "fel"],
        ["template", "texts"],
        ["week"],
        ["status"],
        ["status", "--json"],
        ["list"],
    )
    for command in commands:
        assert main([*command, "--data", str(tmp_path)]) == 2, command
        told = capsys.readouterr()
        assert "datamappen är av en senare version än programmet: version 2; programmet" in told.err, command
        assert "uppgradera programmet" in told.err
        assert told.out == ""
    assert sorted((path, path.stat().st_mtime_ns) for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize("said", ["2", 0, -1, 1.5, True, None, [1]])
def test_a_version_that_is_none_is_not_guessed(said: object, tmp_path: Path) -> None:
    says(tmp_path, said)
    with pytest.raises(Problem, match="filen går inte att läsa"):
        check_version(tmp_path)


def test_migrations_run_in_order_and_one_that_was_cut_off_is_done_again(tmp_path: Path) -> None:
    manifest(tmp_path, FIRST_LINE)
    done: list[str] = []

    def move(data: Path) -> None:
        done.append("move")
        if (data / "a").exists():
            os.replace(data / "a", data / "b")

    def fail(data: Path) -> None:
        done.append("fail")
        raise OSError("strömmen gick")

    def finish(data: Path) -> None:
        done.append("finish")

    (tmp_path / "a").write_text("x")
    first = Migration(to=2, title="a blir b", apply=move)
    broken, whole = (Migration(to=3, title="det sista", apply=each) for each in (fail, finish))
    told: list[str] = []
    with pytest.raises(OSError, match="strömmen"):
        bring_up_to_date(tmp_path, Log(say=lambda line, _: told.append(line[10:])), [first, broken])
    assert (data_version(tmp_path), (tmp_path / "b").read_text()) == (2, "x")
    log = Log(tmp_path, say=lambda line, _: told.append(line[10:]))
    with pytest.MonkeyPatch.context() as later:
        later.setattr("flows._data_version.DATA_VERSION", 3)
        bring_up_to_date(tmp_path, log, [first, whole])
        bring_up_to_date(tmp_path, log, [first, whole])
    assert (data_version(tmp_path), done) == (3, ["move", "fail", "finish"])
    assert [each for each in told if not each.startswith("uppgradering")] == ["a blir b", "det sista", "det sista"]
    assert [(each.step, each.failed) for each in log.steps] == [("migrate", False)]


def test_lines_of_the_first_program_are_read_with_what_they_leave_unsaid(tmp_path: Path) -> None:
    manifest(tmp_path, FIRST_LINE)
    published = tmp_path / "published"
    published.mkdir()
    (published / "ledger.jsonl").write_text('{"content": "eb82", "is_sample": false, "release": "2026-08-07-igok"}\n')
    log = tmp_path / "log" / "runs.jsonl"
    log.parent.mkdir()
    log.write_text('{"started_at": "2026-08-07T00:30:00+00:00", "exit_code": 3, "sources": {"population": {}}}\n')
    assert read_history(tmp_path) == [
        Observation(
            source="citizen_survey",
            request="survey",
            parts=(Part(sha256="98b8c3982ffb6706", extension="csv"),),
            observed_at=datetime(2026, 3, 15, 12, tzinfo=UTC),
            content_as_of=date(2025, 12, 31),
            origin="add",
        )
    ]
    assert [each.release for each in read_ledger(tmp_path, is_sample=False)] == ["2026-08-07-igok"]
    run = last_run(tmp_path)
    assert run is not None
    assert (run.exit_code, run.ended_at, run.is_running) == (3, None, False)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ({**FIRST_LINE, "licence": "CC0"}, "licence"),
        ({**FIRST_LINE, "kind": "merger"}, "merger"),
        ({"kind": "tombstone", "source": "a", "snapshot": "b", "reason": "c", "on": "2026-01-01", "by": "d"}, "by"),
    ],
)
@pytest.mark.parametrize("end", ["\n", ""])
def test_what_a_later_program_has_written_is_never_passed_over_nor_cut_off(
    line: Mapping[str, object], found: str, end: str, tmp_path: Path
) -> None:
    """Also as the last line without its end, which a power cut may have taken: whole JSON is no torn line."""
    path = manifest(tmp_path, FIRST_LINE, line, end=end)
    with pytest.raises(UsageProblem, match=f"rad 2: raden säger något som programmet inte känner till: {found}: "):
        read_history(tmp_path)
    before = path.read_text()
    record(tmp_path, [Tombstone(source="a", snapshot="b", reason="c", on=date(2026, 1, 1))])
    assert path.read_text().startswith(before)
    assert len(path.read_text().splitlines()) == 3


def test_a_ledger_line_of_a_later_program_stops_the_run_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "published"
    folder.mkdir()
    line = {"content": "eb82", "is_sample": False, "release": "2026-08-07-igok", "audience": "public"}
    (folder / "ledger.jsonl").write_text(json.dumps(line) + "\n")
    with pytest.raises(UsageProblem, match=r"ledger\.jsonl, rad 1: .*inte känner till: audience: "):
        read_ledger(tmp_path, is_sample=False)
    (folder / "texts.jsonl").write_text(json.dumps({"text": "ab"}) + "\n")
    with pytest.raises(Problem, match=r"texts\.jsonl, rad 1: raden går inte att läsa: återställ data/published"):
        read_texts_ledger(tmp_path, is_sample=False)


@pytest.mark.parametrize(("torn", "kept"), [("", ["one", "two"]), ('{"content', ["one"])])
def test_a_ledger_line_that_lost_its_break_still_counts_and_a_torn_one_does_not(
    torn: str, kept: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "published" / "ledger.jsonl"
    one, two, three = ({"content": "eb82", "is_sample": False, "release": each} for each in ("one", "two", "three"))
    append_missing(path, [one])
    with path.open("a") as file:
        file.write(torn or json.dumps(two, sort_keys=True))
    assert [each.release for each in read_ledger(tmp_path, is_sample=False)] == kept
    append_missing(path, [one, three])
    assert [each.release for each in read_ledger(tmp_path, is_sample=False)] == [*kept, "three"]


def test_a_folder_with_identities_in_clear_is_not_adopted(tmp_path: Path) -> None:
    """The privacy door hashes them since 22 November 2026: the same report, handed in again, would be counted twice."""

    def landed(folder: str, report_id: str) -> Path:
        rows = pl.DataFrame({"report_id": [report_id], "reporter": ["95db4f6b2d8bfd3496a89e8c967756ea"]})
        path = tmp_path / "rows.parquet"
        rows.write_parquet(path)
        keep_snapshot(tmp_path / folder, "incident_reports", path.read_bytes(), "parquet")
        return tmp_path / folder

    hashed = landed("hashed", "95db4f6b2d8bfd3496a89e8c967756ea")
    with one_writer(hashed):
        pass
    plain = landed("plain", "2023-0001")
    said = "äldre än vad programmet kan läsa: incident_reports har report_id i klart"
    with pytest.raises(UsageProblem, match=said), one_writer(plain):
        pass
    assert not (plain / "version.json").exists()


def test_a_plan_is_not_made_for_a_later_folder(tmp_path: Path) -> None:
    says(tmp_path, DATA_VERSION + 1)
    with pytest.raises(UsageProblem, match="senare version"):
        make_plan(read_settings(data=tmp_path))
