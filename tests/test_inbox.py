"""The inbox: what is dropped there is taken once, refused with a reason or left alone, and nobody is named."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from flows import _inbox, pipeline
from flows._collect import record_files
from flows._forget import forget
from flows._inbox import Handed, handed_lines, look_into_inbox, take_inbox
from flows._plan import Plan
from flows.cli import main
from flows.pipeline import add_files, make_plan, one_writer, read_source
from flows.settings import read_settings
from sources._landing import read_manifest, sha256
from sources._registry import SourceModule, all_sources

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 9, 1, 0, 30, tzinfo=UTC)
REPORTS = "rapport_id;datum;tid;kommun;plats;kategori;beskrivning;rapportor;atgard\n"
REPORT = "1;2026-08-25;21.05;1415;;klotter;Kalle Anka vid stationen;Skola;\n"
DIALOGUE = "omrade;ar;undersokning;fraga;andel_pct;antal_svar;felmarginal;urvalstyp;svarsfrekvens_pct\n"
ANSWER = "1415;2025;Dialog;otrygg_utomhus;12,5;400;;sjalvvalda;\n"
ANSWERS = [ANSWER.replace("1415", code) for code in ("1415", "1419", "1421")]
KALLE = "Kalle Anka åk 8.csv"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def plan(data: Path, *, quiet: float = 0, now: datetime = NOW, **given: object) -> Plan:
    settings = read_settings(data=data, inbox_quiet_seconds=quiet)
    return make_plan(settings, offline=True, as_of=date(2026, 9, 1), now=now, **given)  # type: ignore[arg-type]


def drop(data: Path, where: str, content: str | bytes) -> Path:
    path = data / "inbox" / where
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def take(data: Path, **given: object) -> dict[str, dict[str, int]]:
    """What became of what lay there: the numbers that are not 0, by source."""
    with one_writer(data):
        inbox = take_inbox(plan(data, **given))  # type: ignore[arg-type]
    names = ("taken", "known", "refused", "waiting", "stuck")
    return {each.source: {name: getattr(each, name) for name in names if getattr(each, name)} for each in inbox}


def with_one_key(*folders: Path) -> None:
    """Data folders that are one installation's: the same identity has the same hash in all of them."""
    for data in folders:
        (data / "landing").mkdir(parents=True)
        (data / "landing" / "identity.key").write_text("5" * 64)


def left(data: Path) -> list[str]:
    inbox = data / "inbox"
    return sorted(path.relative_to(inbox).as_posix() for path in inbox.rglob("*") if not path.is_dir())


def loaded(data: Path, source: str) -> int:
    return read_source(plan(data), all_sources()[source]).ledger.rows_loaded


def note(path: Path) -> str:
    return Path(f"{path}.nekad.txt").read_text(encoding="utf-8")


# ------------------------------------------------------------------------------------------------------ what is taken


def test_a_file_is_landed_exactly_as_add_does_it(tmp_path: Path) -> None:
    for name, where, content, period in (
        ("incident_reports", "incident_reports/a.csv", REPORTS + REPORT, ""),
        ("citizen_survey", "citizen_survey/2025/b.csv", DIALOGUE + ANSWER, "2025"),
    ):
        added, dropped = tmp_path / f"added {name}", tmp_path / f"dropped {name}"
        file = tmp_path / "a.csv"
        file.write_text(content)
        with_one_key(added, dropped)
        with one_writer(added):
            add_files(plan(added), all_sources()[name], [file], period=period)
        drop(dropped, where, content)
        assert take(dropped) == {name: {"taken": 1}}
        assert read_manifest(dropped) == read_manifest(added)
        assert [path.name for path in sorted((dropped / "landing").rglob("*"))] == [
            path.name for path in sorted((added / "landing").rglob("*"))
        ]


def test_of_a_personal_source_nothing_is_left_and_of_another_the_file_is_moved(tmp_path: Path) -> None:
    drop(tmp_path, f"incident_reports/{KALLE}", REPORTS + REPORT)
    drop(tmp_path, "citizen_survey/2025/enkät.csv", DIALOGUE + ANSWER)
    assert take(tmp_path) == {"incident_reports": {"taken": 1}, "citizen_survey": {"taken": 1}}
    assert left(tmp_path) == ["citizen_survey/taget/enkät.csv"]
    for path in tmp_path.rglob("*"):
        assert "Kalle" not in path.name
        assert path.is_dir() or b"Kalle" not in path.read_bytes(), path
    assert loaded(tmp_path, "incident_reports") == loaded(tmp_path, "citizen_survey") == 1


def test_what_was_taken_before_is_not_written_over(tmp_path: Path) -> None:
    for number, answer in enumerate(ANSWERS):
        drop(tmp_path, "citizen_survey/2025/enkät.csv", DIALOGUE + answer)
        assert take(tmp_path, now=NOW.replace(minute=31 + number)) == {"citizen_survey": {"taken": 1}}
    assert left(tmp_path) == [f"citizen_survey/taget/enkät{number}.csv" for number in (" (2)", " (3)", "")]


def test_files_of_one_period_are_one_delivery_and_the_next_replaces_it(tmp_path: Path) -> None:
    for name, answer in zip("ab", ANSWERS, strict=False):
        drop(tmp_path, f"citizen_survey/2025/{name}.csv", DIALOGUE + answer)
    assert take(tmp_path) == {"citizen_survey": {"taken": 2}}
    [delivery] = read_manifest(tmp_path)
    assert (len(delivery.parts), delivery.period, delivery.origin) == (2, "2025", "add")
    drop(tmp_path, "citizen_survey/2025/c.csv", DIALOGUE + ANSWERS[2])
    take(tmp_path, now=NOW.replace(minute=40))
    assert loaded(tmp_path, "citizen_survey") == 1


def test_the_order_does_not_depend_on_the_disk(tmp_path: Path) -> None:
    manifests = []
    for names in ("abc", "cba"):
        data = tmp_path / names
        with_one_key(data)
        for name in names:
            drop(data, f"incident_reports/{name}.csv", REPORTS + REPORT.replace("1;", f"{name};", 1))
        assert take(data) == {"incident_reports": {"taken": 3}}
        manifests.append((data / "landing" / "manifest.jsonl").read_bytes())
    assert manifests[0] == manifests[1]


# ------------------------------------------------------------------------------------------------------- not twice


def test_the_same_file_dropped_twice_is_known(tmp_path: Path) -> None:
    for name, minute in (("a.csv", 31), ("b.csv", 32)):
        drop(tmp_path, f"incident_reports/{name}", REPORTS + REPORT)
        drop(tmp_path, f"citizen_survey/2025/{name}", DIALOGUE + ANSWER)
        found = take(tmp_path, now=NOW.replace(minute=minute))
    assert found == {"incident_reports": {"known": 1}, "citizen_survey": {"known": 1}}
    assert len(read_manifest(tmp_path)) == 2
    assert left(tmp_path) == ["citizen_survey/taget/a.csv", "citizen_survey/taget/b.csv"]


def test_the_same_content_under_two_names_at_once_counts_once(tmp_path: Path) -> None:
    for name in "ab":
        drop(tmp_path, f"incident_reports/{name}.csv", REPORTS + REPORT)
        drop(tmp_path, f"citizen_survey/2025/{name}.csv", DIALOGUE + ANSWER)
    assert take(tmp_path) == {
        "incident_reports": {"taken": 1, "known": 1},
        "citizen_survey": {"taken": 1, "known": 1},
    }
    assert [len(each.parts) for each in read_manifest(tmp_path)] == [1, 1]


def test_an_earlier_delivery_that_comes_back_counts_again(tmp_path: Path) -> None:
    for minute, answer in enumerate((ANSWERS[0], ANSWERS[1], ANSWERS[0]), 31):
        drop(tmp_path, "citizen_survey/2025/a.csv", DIALOGUE + answer)
        assert take(tmp_path, now=NOW.replace(minute=minute)) == {"citizen_survey": {"taken": 1}}
    [counts] = read_source(plan(tmp_path, now=NOW.replace(hour=2)), all_sources()["citizen_survey"]).observations
    assert counts.parts == read_manifest(tmp_path)[0].parts


def test_what_was_forgotten_may_come_again(tmp_path: Path) -> None:
    for name in "ab":
        drop(tmp_path, f"youth_survey/2025/{name}.csv", youth(name))
    take(tmp_path)
    [delivery] = read_manifest(tmp_path)
    forget(plan(tmp_path), delivery.parts[0].sha256, "felaktigt inkommen")
    first = next(name for name in "ab" if sha256(youth(name).encode()) == delivery.original_sha256[0])
    drop(tmp_path, f"youth_survey/2025/{first}.csv", youth(first))
    assert take(tmp_path, now=NOW.replace(minute=40)) == {"youth_survey": {"taken": 1}}


def youth(kind: str) -> str:
    sample = ROOT / "data" / "sample" / "youth_survey" / "youth_survey_2025.csv"
    lines = sample.read_text("utf-8-sig").splitlines()[:4]
    return "\n".join(lines[:3] if kind == "a" else lines) + "\n"


@pytest.mark.parametrize("step", ["unlink", "rename"])
def test_a_crash_between_landing_and_removal_counts_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The process ends before the first, and then before the second file of a delivery is put away."""
    source, text = ("youth_survey", youth) if step == "unlink" else ("citizen_survey", dialogue)
    for name in "ab":
        drop(tmp_path, f"{source}/2025/{name}.csv", text(name))
    real, calls = getattr(os, step), iter(range(100))

    def crash_at(limit: int) -> Callable[..., None]:
        def stopped(*given: object, **how: object) -> None:
            if ("dir_fd" in how or "src_dir_fd" in how) and next(calls) >= limit:
                raise KeyboardInterrupt
            real(*given, **how)

        return stopped

    monkeypatch.setattr(os, step, crash_at(1))
    with pytest.raises(KeyboardInterrupt):
        take(tmp_path)
    monkeypatch.setattr(os, step, real)
    assert len([name for name in left(tmp_path) if "taget" not in name]) == 1
    [first] = read_manifest(tmp_path)
    assert take(tmp_path, now=NOW.replace(minute=50)) == {source: {"known": 1}}
    assert read_manifest(tmp_path) == [first]
    assert [name for name in left(tmp_path) if "taget" not in name] == []
    assert not (tmp_path / ".inbox").exists()


def dialogue(kind: str) -> str:
    return DIALOGUE + ANSWERS["ab".index(kind)]


def test_a_crash_between_landing_and_manifest_is_finished_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(tmp_path, "incident_reports/a.csv", REPORTS + REPORT)

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(_inbox, "record_files", crash)
        with pytest.raises(KeyboardInterrupt):
            take(tmp_path)
    assert (left(tmp_path), read_manifest(tmp_path)) == (["incident_reports/a.csv"], [])
    assert take(tmp_path) == {"incident_reports": {"taken": 1}}
    assert loaded(tmp_path, "incident_reports") == 1


def test_copies_that_a_crash_left_are_gone_after_the_next_run(tmp_path: Path) -> None:
    drop(tmp_path, "../.inbox/0/filen.csv", REPORTS + REPORT)
    drop(tmp_path, "readme/x", "")
    take(tmp_path)
    assert not (tmp_path / ".inbox").exists()


# ------------------------------------------------------------------------------------------------------ what is refused


def test_a_refused_file_stays_with_a_sentence_beside_it_that_goes_when_it_is_mended(tmp_path: Path) -> None:
    path = drop(tmp_path, f"incident_reports/{KALLE}", REPORTS.replace("plats", "ställe") + REPORT)
    for _ in range(2):
        assert take(tmp_path) == {"incident_reports": {"refused": 1}}
        told = note(path)
        assert "filen.csv: okänd kolumn: 'ställe'" in told
        assert "Anka" not in told
        assert left(tmp_path) == [f"incident_reports/{KALLE}", f"incident_reports/{KALLE}.nekad.txt"]
    assert [path.name for path in (tmp_path / "landing").rglob("*.parquet")] == []
    path.write_text(REPORTS + REPORT)
    assert take(tmp_path) == {"incident_reports": {"taken": 1}}
    assert left(tmp_path) == []


def test_a_refused_file_that_its_owner_takes_back_leaves_no_note(tmp_path: Path) -> None:
    path = drop(tmp_path, "incident_reports/a.csv", "x")
    take(tmp_path)
    path.unlink()
    assert take(tmp_path) == {}
    assert left(tmp_path) == []


def test_one_bad_file_stops_its_own_delivery_and_no_other(tmp_path: Path) -> None:
    drop(tmp_path, "citizen_survey/2025/a.csv", DIALOGUE + ANSWER)
    bad = drop(tmp_path, "citizen_survey/2025/b.csv", DIALOGUE.replace("fraga", "svar") + ANSWER)
    drop(tmp_path, "citizen_survey/2023/c.csv", DIALOGUE + ANSWER.replace("2025", "2023"))
    drop(tmp_path, "incident_reports/a.csv", REPORTS + REPORT)
    drop(tmp_path, "incident_reports/b.csv", "")
    assert take(tmp_path) == {
        "citizen_survey": {"taken": 1, "refused": 1, "waiting": 1},
        "incident_reports": {"taken": 1, "refused": 1},
    }
    assert "okänd kolumn" in note(bad)
    assert {(each.source, each.period) for each in read_manifest(tmp_path)} == {
        ("citizen_survey", "2023"),
        ("incident_reports", ""),
    }
    landed = {path.stem for path in (tmp_path / "landing").glob("*/*")}
    assert landed == {part.sha256 for each in read_manifest(tmp_path) for part in each.parts}


@pytest.mark.parametrize(
    ("where", "content", "said"),
    [
        ("citizen_survey/a.csv", DIALOGUE + ANSWER, "period saknas: lägg filen i en mapp för perioden"),
        ("incident_reports/a.csv", REPORTS + "1;i går;;1415;;klotter;;;\n", "inga godkända rader"),
        ("incident_reports/a.csv", b"\0" * 100, "filen är inte text"),
        ("incident_reports/a.xlsx", b"PK\x03\x04" + b"x" * 100, "arbetsboken"),
        ("a.csv", "x", "filen ligger inte i en källas mapp: mappar här heter som källorna"),
    ],
)
def test_a_note_says_what_to_do(tmp_path: Path, where: str, content: str | bytes, said: str) -> None:
    path = drop(tmp_path, where, content)
    [counts] = take(tmp_path).values()
    assert counts == {"refused": 1}
    assert said in note(path)
    assert path.exists()
    assert note(path).startswith("Inte mottagen.\n\n")
    assert len(note(path).splitlines()) == 5


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("incident_report", "okänd mapp: menades incident_reports?"),
        ("Anna Andersson", "okänd mapp: mappar här heter som källorna"),
        ("incident_reports/2025", "källan delas inte upp i perioder"),
        ("citizen_survey/2025; drop table", "perioden går inte att använda"),
    ],
)
def test_a_folder_that_means_nothing_gets_a_sentence(tmp_path: Path, folder: str, said: str) -> None:
    drop(tmp_path, f"{folder}/a.csv", REPORTS + REPORT)
    [counts] = take(tmp_path).values()
    assert counts == {"refused": 1}
    assert said in note(tmp_path / "inbox" / folder)
    assert read_manifest(tmp_path) == []
    [seen] = look_into_inbox(tmp_path)
    assert (seen.refused, seen.waiting) == (1, 0)
    (tmp_path / "inbox" / folder / "a.csv").unlink()
    (tmp_path / "inbox" / folder).rmdir()
    take(tmp_path)
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    "where", ["incident_reports/a.csv", "citizen_survey/2025/a.csv", "citizen_survey/2025", "incident_reports"]
)
def test_no_link_is_followed(tmp_path: Path, where: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.csv").write_text(REPORTS + REPORT)
    data = tmp_path / "data"
    link = data / "inbox" / where
    link.parent.mkdir(parents=True)
    link.symlink_to(outside / "a.csv" if where.endswith(".csv") else outside)
    [counts] = take(data).values()
    assert counts == {"refused": 1}
    assert link.is_symlink()
    assert note(link)
    assert [path.name for path in outside.iterdir()] == ["a.csv"]
    assert read_manifest(data) == []


def test_a_pipe_and_a_folder_in_the_place_of_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "inbox" / "incident_reports" / "x.csv").mkdir(parents=True)
    os.mkfifo(tmp_path / "inbox" / "incident_reports" / "y.csv")
    assert take(tmp_path) == {"incident_reports": {"refused": 2}}


def test_the_longest_name_is_refused_and_taken_like_any_other(tmp_path: Path) -> None:
    path = drop(tmp_path, f"incident_reports/{'å' * 125}.csv", "x")
    assert take(tmp_path) == {"incident_reports": {"refused": 1}}
    assert look_into_inbox(tmp_path) == (Handed(source="incident_reports", refused=1),)
    path.write_text(REPORTS + REPORT)
    assert take(tmp_path) == {"incident_reports": {"taken": 1}}
    assert left(tmp_path) == []


def test_a_name_that_is_no_text_is_taken(tmp_path: Path) -> None:
    drop(tmp_path, "citizen_survey/2025/" + os.fsdecode(b"\xff\n.csv"), DIALOGUE + ANSWER)
    assert take(tmp_path) == {"citizen_survey": {"taken": 1}}


def test_a_note_of_ours_is_never_somebody_elses_file(tmp_path: Path) -> None:
    theirs = drop(tmp_path, "incident_reports/a.csv.nekad.txt", "en anteckning")
    drop(tmp_path, "incident_reports/a.csv", "x")
    take(tmp_path)
    assert theirs.read_text() == "en anteckning"


# ------------------------------------------------------------------------------------------------------ what must wait


@pytest.mark.parametrize("name", ["a.csv.part", "a.crdownload", "A.TMP", "a.csv~"])
def test_half_copied_files_are_left_for_next_time(tmp_path: Path, name: str) -> None:
    drop(tmp_path, f"incident_reports/{name}", REPORTS + REPORT)
    assert take(tmp_path) == {"incident_reports": {"waiting": 1}}
    assert left(tmp_path) == [f"incident_reports/{name}"]


@pytest.mark.parametrize(
    "name", ["~$rapport.xlsx", ".~lock.a.csv#", ".DS_Store", "Thumbs.db", ".a.csv.x7Gh2", "@eaDir"]
)
def test_what_programs_leave_behind_is_nobodys(tmp_path: Path, name: str) -> None:
    drop(tmp_path, f"incident_reports/{name}", "x")
    drop(tmp_path, name, "x")
    assert take(tmp_path) == {}
    assert look_into_inbox(tmp_path) == ()


@pytest.mark.parametrize("lock", ["~$a.csv", ".~lock.a.csv#"])
def test_a_file_that_somebody_has_open_waits(tmp_path: Path, lock: str) -> None:
    drop(tmp_path, "incident_reports/a.csv", REPORTS + REPORT)
    drop(tmp_path, "incident_reports/b.csv", REPORTS + REPORT.replace("1;", "2;", 1))
    drop(tmp_path, f"incident_reports/{lock}", "Kalle")
    assert take(tmp_path) == {"incident_reports": {"taken": 1, "waiting": 1}}


def test_a_file_that_has_just_changed_waits_whatever_its_date_says_and_its_delivery_with_it(tmp_path: Path) -> None:
    old = drop(tmp_path, "citizen_survey/2025/a.csv", DIALOGUE + ANSWERS[0])
    time.sleep(1.1)
    new = drop(tmp_path, "citizen_survey/2025/b.csv", DIALOGUE + ANSWERS[1])
    os.utime(new, (0, 0))
    assert take(tmp_path, quiet=1) == {"citizen_survey": {"waiting": 2}}
    assert read_manifest(tmp_path) == []
    time.sleep(1.1)
    assert take(tmp_path, quiet=1) == {"citizen_survey": {"taken": 2}}
    assert not old.exists()


def test_a_file_that_grows_while_it_is_read_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = drop(tmp_path, "incident_reports/a.csv", REPORTS + REPORT)
    real = os.fstat

    def growing(handle: int) -> os.stat_result:
        about = real(handle)
        if about.st_ino == path.stat().st_ino:
            with path.open("a") as file:
                file.write(REPORT)
        return about

    with monkeypatch.context() as patched:
        patched.setattr(os, "fstat", growing)
        assert take(tmp_path) == {"incident_reports": {"waiting": 1}}
    assert path.exists()


def test_a_file_that_takes_the_place_of_one_being_read_is_not_removed_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(tmp_path, "incident_reports/a.csv", REPORTS + REPORT)

    def recording(*given: object, **how: object) -> None:
        record_files(*given, **how)  # type: ignore[arg-type]
        path.unlink()
        path.write_text(REPORTS + REPORT.replace("1;", "2;", 1))

    with monkeypatch.context() as patched:
        patched.setattr(_inbox, "record_files", recording)
        assert take(tmp_path) == {"incident_reports": {"taken": 1, "waiting": 1}}
    assert take(tmp_path) == {"incident_reports": {"taken": 1}}
    assert loaded(tmp_path, "incident_reports") == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may do anything")
def test_a_file_that_cannot_be_moved_is_told_and_not_counted_again(tmp_path: Path) -> None:
    path = drop(tmp_path, "incident_reports/a.csv", REPORTS + REPORT)
    path.parent.chmod(0o500)
    assert take(tmp_path) == {"incident_reports": {"stuck": 1}}
    assert take(tmp_path) == {"incident_reports": {"stuck": 1}}
    path.parent.chmod(0o700)
    assert take(tmp_path) == {"incident_reports": {"known": 1}}
    assert len(read_manifest(tmp_path)) == 1


def test_a_file_that_the_disk_will_not_let_go_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(tmp_path, "incident_reports/a.csv", REPORTS + REPORT)
    real = os.unlink

    def unwilling(path: str, **how: int) -> None:
        if "dir_fd" in how:
            raise PermissionError
        real(path)

    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", unwilling)
        assert take(tmp_path) == {"incident_reports": {"stuck": 1}}
    assert take(tmp_path) == {"incident_reports": {"known": 1}}


# ------------------------------------------------------------------------------------------------------- the whole run


def test_only_takes_what_it_names_and_the_sample_takes_nothing(tmp_path: Path) -> None:
    drop(tmp_path, "incident_reports/a.csv", REPORTS + REPORT)
    assert take(tmp_path, only=["citizen_survey"]) == {}
    assert take_inbox(replace(plan(tmp_path), sample=True)) == ()
    assert left(tmp_path) == ["incident_reports/a.csv"]


def run(data: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("LAGESBILD_INBOX_QUIET_SECONDS", "0")
    monkeypatch.setenv("LAGESBILD_DATA", str(data))
    with pytest.MonkeyPatch.context() as clock:
        real = make_plan

        def then(*given: object, **how: object) -> Plan:
            return real(*given, **{**how, "now": NOW, "as_of": date(2026, 9, 1)})  # type: ignore[arg-type]

        clock.setattr(pipeline, "make_plan", then)
        return main(["run", "--offline", "--area", "1415"])


def test_a_full_disk_stops_one_source_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(tmp_path, "citizen_survey/2025/a.csv", DIALOGUE + ANSWER)
    path = drop(tmp_path, "incident_reports/a.csv", REPORTS + REPORT)

    def full(_: Plan, module: SourceModule, *given: object, **how: object) -> None:
        if module.name == "citizen_survey":
            raise OSError(28, "No space left on device")
        record_files(_, module, *given, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(_inbox, "record_files", full)
    assert take(tmp_path) == {"citizen_survey": {"refused": 1}, "incident_reports": {"taken": 1}}
    assert "No space left" in note(tmp_path / "inbox" / "citizen_survey")
    assert not path.exists()


@pytest.mark.slow
def test_the_nightly_flow_takes_the_inbox_too(tmp_path: Path) -> None:
    data = tmp_path / "data"
    drop(data, "citizen_survey/2025/enkät.csv", DIALOGUE + ANSWER)
    drop(data, f"incident_reports/{KALLE}", "x")
    code = f"from flows.nightly import nightly; nightly(offline=True, data={str(data)!r}, area='1415')"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "LAGESBILD_"))},
        "LAGESBILD_DATA": str(data),
        "LAGESBILD_INBOX_QUIET_SECONDS": "0",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PYTHONPATH": str(ROOT),
    }
    said = tmp_path / "said.txt"
    # A file, not a pipe, and a session of its own: a server that outlived the flow would keep the test waiting.
    with said.open("w") as out:
        command = [sys.executable, "-c", code]
        flow = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=out, stderr=out, start_new_session=True)
        try:
            flow.wait(timeout=240)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(flow.pid, signal.SIGKILL)
    told = said.read_text()
    assert "Inkorgen, citizen_survey: 1 tagna" in told, told[-3000:]
    assert "Inkorgen, incident_reports: 1 nekade" in told
    assert "Kalle" not in told
    assert (data / "output" / "latest").exists()
    assert [each.source for each in read_manifest(data)] == ["citizen_survey"]
    for path in (data / "prefect").rglob("*"):
        assert not path.is_file() or b"Kalle Anka" not in path.read_bytes(), path


@pytest.mark.slow
def test_a_run_takes_the_inbox_before_the_sources_and_names_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    good = drop(data, f"incident_reports/{KALLE}", REPORTS + REPORT)
    drop(data, "citizen_survey/2025/enkät.csv", DIALOGUE + ANSWER)
    bad = drop(data, "incident_reports/Anna Andersson.csv", "x")
    drop(data, "Anna Andersson/x.csv", "x")
    assert run(data, monkeypatch) == 3
    told = capsys.readouterr()
    assert "Inkorgen, incident_reports: 1 tagna, 1 nekade (skälet står bredvid filen, i .nekad.txt)" in told.out
    assert "Inkorgen, okänd mapp: 1 nekade" in told.out
    assert "minst en fil i inkorgen nekades" in told.out
    assert not good.exists()
    assert bad.exists()
    assert "Anna" not in told.out + told.err
    assert main(["status"]) == 3
    assert "Inkorgen, incident_reports: 1 nekade" in capsys.readouterr().out
    assert main(["status", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["inbox"] == [
        {"source": "incident_reports", "waiting": 0, "refused": 1},
        {"source": "okänd mapp", "waiting": 0, "refused": 1},
    ]
    for path in data.rglob("*"):
        if path.is_file() and data / "inbox" not in path.parents:
            assert not re.search(rb"Anna Andersson|Kalle Anka", path.read_bytes()), path
    [line] = (data / "log" / "runs.jsonl").read_text().splitlines()
    assert json.loads(line)["inbox"][1] == {
        "source": "incident_reports",
        "taken": 1,
        "known": 0,
        "refused": 1,
        "waiting": 0,
        "stuck": 0,
    }
    bad.unlink()
    (data / "inbox" / "Anna Andersson" / "x.csv").unlink()
    (data / "inbox" / "Anna Andersson").rmdir()
    assert run(data, monkeypatch) == 0
    assert handed_lines(look_into_inbox(data)) == []
