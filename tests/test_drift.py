"""What docs/drift.md tells a server to do, done: units, timers, a Prefect server on PostgreSQL, backup and restore."""

import contextlib
import getpass
import grp
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from flows._full_check import check_everything
from flows._notify import Ending
from flows.pipeline import Plan, add_files, make_plan, one_writer, run
from flows.settings import read_settings
from sources._registry import all_sources

ROOT = Path(__file__).resolve().parents[1]
UNITS = ROOT / "docs" / "systemd"
STOCKHOLM = ZoneInfo("Europe/Stockholm")
needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


def environment_of(*files: str) -> dict[str, str]:
    """What the files say that systemd gives to the units."""
    lines = [line for name in files for line in (UNITS / name).read_text(encoding="utf-8").splitlines()]
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


# ------------------------------------------------------------------------------------------------------------ systemd


@needs_systemd
def test_the_units_are_what_systemd_expects(tmp_path: Path) -> None:
    for unit in [*UNITS.glob("*.service"), *UNITS.glob("*.timer")]:
        text = unit.read_text(encoding="utf-8")
        here = text.replace("/opt/lagesbild/current/.venv", sys.prefix).replace("/opt/lagesbild/current", str(ROOT))
        (tmp_path / unit.name).write_text(here, encoding="utf-8")
    units = sorted(str(path) for path in tmp_path.iterdir())
    assert len(units) == 11
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, timeout=60, check=False
    )
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")


def elapses(timer: str, base: str, iterations: int) -> list[datetime]:
    """When a timer's lines go off after a moment, by systemd's own reckoning."""
    found = []
    for line in (UNITS / timer).read_text(encoding="utf-8").splitlines():
        if line.startswith("OnCalendar="):
            said = subprocess.run(
                ["systemd-analyze", "calendar", f"--base-time={base}", f"--iterations={iterations}", line[11:]],
                capture_output=True,
                text=True,
                timeout=30,
                check=True,
                env={**os.environ, "TZ": "UTC", "LC_ALL": "C"},
            ).stdout
            found += re.findall(r"(?:Next elapse|Iter\. #\d+): \w+ (\S+ \S+) UTC", said)
    return sorted(datetime.fromisoformat(each).replace(tzinfo=UTC) for each in found)


@needs_systemd
@pytest.mark.parametrize(
    ("base", "changes", "at"),
    [
        ("2027-03-25 12:00:00 UTC", date(2027, 3, 28), "03:30"),
        ("2027-10-28 12:00:00 UTC", date(2027, 10, 31), "02:30"),
        ("2028-02-26 12:00:00 UTC", date(2028, 2, 29), "02:30"),
    ],
)
def test_the_timer_goes_off_once_a_night_also_when_the_clocks_change(base: str, changes: date, at: str) -> None:
    local = [each.astimezone(STOCKHOLM) for each in elapses("lagesbild.timer", base, 6)]
    nights = [each for each in local if (each.date() - changes).days in range(-2, 4)]
    assert Counter(each.date() for each in nights) == {each.date(): 1 for each in nights}
    assert len(nights) == 6
    assert {each.date(): f"{each:%H:%M}" for each in nights} == {
        each.date(): at if each.date() == changes else "02:30" for each in nights
    }


def test_a_letter_is_sent_of_what_prefect_would_tell_and_of_nothing_else(tmp_path: Path) -> None:
    sendmail = tmp_path / "sendmail"
    sendmail.write_text(f"#!/bin/sh\ncat >> {tmp_path}/letters\necho ---- >> {tmp_path}/letters\n")
    sendmail.chmod(0o755)
    journal = tmp_path / "journalctl"
    journal.write_text(f"#!/bin/sh\ncat {tmp_path}/said\n")
    journal.chmod(0o755)

    def notify(exit_status: str, last_line: str = "") -> None:
        broken = "core.a: 'id är ifylld' bryts av 2 rader: till exempel af01\n"
        (tmp_path / "said").write_text(broken + last_line, encoding="utf-8")
        given = {"MONITOR_EXIT_STATUS": exit_status, "SENDMAIL": str(sendmail)}
        subprocess.run(
            [UNITS / "lagesbild-notify", "lagesbild.service"],
            env={**os.environ, **environment_of("notify.env"), **given, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
            timeout=30,
            check=True,
        )

    notify("3")
    notify("3", f"{Ending.REMARKED_AS_BEFORE}.\n")
    for exit_status in ("1", "1", "3", "0"):
        notify(exit_status)
    notify("0", f"{Ending.SIGNALLED}.\n")
    letters = (tmp_path / "letters").read_text(encoding="utf-8").split("----\n")[:-1]
    assert ["något behöver ses till" in each for each in letters] == [True, False, False, True, False]
    assert "inget publicerades: en kontroll sade ifrån" in letters[1]
    assert "en ny avvikelse att svara på" in letters[4]
    assert "bryts av 2 rader\n" in letters[1]  # and not by which
    assert all(each.startswith("To: trygghet@kommunen.example\n") for each in letters)


# --------------------------------------------------------------------------------------------------- backup, restore


def night(data: Path, day: int) -> Plan:
    now = datetime(2026, 9, day, 0, 30, tzinfo=UTC)
    return make_plan(read_settings(data=data, area="1415", report_formats=()), offline=True, now=now)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.skipif(
    not (shutil.which("rsync") and shutil.which("flock")),
    reason="rsync or flock is not installed: apt-get install rsync",
)
def test_what_is_backed_up_and_restored_elsewhere_gives_the_same_release(tmp_path: Path) -> None:
    data, copies, settings = tmp_path / "data", tmp_path / "copies", tmp_path / "etc"
    settings.mkdir()
    shutil.copy(UNITS / "lagesbild.env", settings)
    deliveries = sorted((ROOT / "data" / "sample" / "incident_reports").glob("*_202[45].csv"))
    for day, delivery in enumerate(deliveries, 1):
        with one_writer(data):
            add_files(night(data, day), all_sources()["incident_reports"], [delivery])
            (data / "texts" / "1415").mkdir(parents=True, exist_ok=True)
            (data / "texts" / "1415" / "analys.md").write_text("Läget är lugnt.\n", encoding="utf-8")
        before = run(night(data, day))
        assert before.is_new, before.breaches
    (data / "inbox" / "incident_reports").mkdir(parents=True)
    (data / "inbox" / "incident_reports" / "unread.csv").write_text("x")
    kept = {name: files_of(data / name) for name in ("landing", "published", "texts", "output", "log")}
    assert {"identity.key", "manifest.jsonl"} <= kept["landing"].keys()
    assert len(kept["published"]["ledger.jsonl"].splitlines()) == 2

    def back_up() -> "subprocess.Popen[bytes]":
        given = {"LAGESBILD_DATA": str(data), "SETTINGS": str(settings), "COPIES": str(copies), "KEEP": "2"}
        return subprocess.Popen([UNITS / "lagesbild-backup"], env={**os.environ, **given})

    with one_writer(data):  # as a run that is going on: the copy waits for it
        waiting = back_up()
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(timeout=2)
    assert waiting.wait(timeout=60) == 0
    for name in ("2026-08-01", "2026-08-02"):
        (copies / name).mkdir()
    assert back_up().wait(timeout=60) == 0
    assert sorted(path.name for path in copies.iterdir() if path.name.startswith("2026-08")) == ["2026-08-02"]
    copied = copies / "senaste"
    assert copied.resolve().stat().st_mode & 0o077 == 0
    assert (copied / "etc" / "lagesbild.env").read_bytes() == (UNITS / "lagesbild.env").read_bytes()
    assert not list(copied.rglob("unread.csv"))
    assert not list(copied.rglob("warehouse.duckdb*"))

    elsewhere = tmp_path / "elsewhere" / "data"
    elsewhere.mkdir(parents=True)
    (elsewhere / "broken").touch()
    shutil.rmtree(data)
    owner = f"{getpass.getuser()}:{grp.getgrgid(os.getgid()).gr_name}"
    [block] = re.findall(
        r"<!-- provas av tests/test_drift.py -->\n\s*```sh\n(.*?)```", (ROOT / "docs/drift.md").read_text(), re.DOTALL
    )
    here = {
        "FROM=/var/backups/lagesbild/senaste": f"FROM={copied}",
        "DATA=/var/lib/lagesbild/data": f"DATA={elsewhere}",
    }
    for said, meant in (here | {"OWNER=lagesbild:lagesbild": f"OWNER={owner}"}).items():
        assert said in block
        block = block.replace(said, meant)
    subprocess.run(["sh", "-euc", block], check=True, timeout=60)
    assert (elsewhere.parent / "data.trasig" / "broken").exists()

    assert {name: files_of(elsewhere / name) for name in kept} == kept
    assert elsewhere.stat().st_mode & 0o777 == 0o711
    checked = check_everything(night(elsewhere, 2))
    assert (checked.found, checked.remarks) == ([], [])
    after = run(night(elsewhere, 2))
    assert (after.exit_code, after.is_new, after.release) == (before.exit_code, False, before.release)
    with one_writer(elsewhere):  # the key is the same, so a report that comes again has the same name
        add_files(night(elsewhere, 3), all_sources()["incident_reports"], [delivery])
    assert files_of(elsewhere / "landing" / "incident_reports") == {
        name.removeprefix("incident_reports/"): content
        for name, content in kept["landing"].items()
        if name.startswith("incident_reports/")
    }


# --------------------------------------------------------------------------------------------------------- PostgreSQL


def postgres_programs() -> Path | None:
    found = shutil.which("initdb")
    programs = [*Path("/usr/lib/postgresql").glob("*/bin/initdb"), *([Path(found)] if found else [])]
    return programs[0].parent if programs else None


@pytest.fixture
def postgres() -> Iterator[str]:
    """A cluster of its own on a socket, where the account of this process is known by the system, without password."""
    programs, is_root = postgres_programs(), os.geteuid() == 0
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    owner = "postgres" if is_root else getpass.getuser()
    if is_root and not any(each.pw_name == owner for each in pwd.getpwall()):
        pytest.skip("PostgreSQL refuses to run as root and there is no account postgres")
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # the path of a socket has at most 107 characters
    shutil.chown(folder, owner)
    folder.chmod(0o711)
    become = ["runuser", "-u", owner, "--"] if is_root else []

    def call(*command: str | Path) -> None:
        subprocess.run([*become, *map(str, command)], cwd=folder, check=True, timeout=60, stdout=subprocess.DEVNULL)

    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    try:
        call(programs / "initdb", "-D", folder / "db", "--auth=peer", "--no-sync", "--encoding=UTF8")
        call(programs / "pg_ctl", "-D", folder / "db", "-w", "-l", folder / "log", "-o", options, "start")
        if is_root:
            call(programs / "createuser", "-h", folder, getpass.getuser())
        call(programs / "createdb", "-h", folder, "-O", getpass.getuser(), "prefect")
        yield str(folder)
    finally:
        with contextlib.suppress(subprocess.SubprocessError):
            call(programs / "pg_ctl", "-D", folder / "db", "-m", "immediate", "stop")
        shutil.rmtree(folder)


def asked(socket_folder: str, query: str) -> list[str]:
    programs = postgres_programs()
    assert programs is not None
    psql = [str(programs / "psql"), "-h", socket_folder, "-d", "prefect", "-Atc", query]
    said: str = subprocess.run(psql, capture_output=True, text=True, timeout=30, check=True).stdout
    return said.split()


@pytest.mark.slow
def test_a_prefect_server_on_postgresql_runs_the_nightly_deployment(postgres: str, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    settings = environment_of("prefect.env", "prefect-server.env")
    database = settings["PREFECT_API_DATABASE_CONNECTION_URL"]
    assert database.endswith("?host=/var/run/postgresql")
    environment = {name: each for name, each in os.environ.items() if not name.startswith(("PREFECT_", "LAGESBILD_"))}
    environment |= settings | {
        "PREFECT_API_DATABASE_CONNECTION_URL": database.replace("/var/run/postgresql", postgres),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "LAGESBILD_DATA": str(tmp_path / "data"),
        "LAGESBILD_REPORT_FORMATS": "[]",
    }
    prefect, said = [sys.executable, "-m", "prefect"], tmp_path / "said.txt"
    running: list[subprocess.Popen[bytes]] = []
    with said.open("w") as out:

        def start(*command: str) -> None:
            running.append(
                subprocess.Popen(
                    [*prefect, *command], cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True
                )
            )

        def call(*command: str) -> None:
            subprocess.run(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=environment,
                stdout=out,
                stderr=out,
                timeout=180,
                check=True,
            )

        try:
            start("server", "start", "--host", "127.0.0.1", "--port", port)
            until = time.monotonic() + 180
            while time.monotonic() < until and not is_well(environment["PREFECT_API_URL"]):
                assert running[0].poll() is None, said.read_text()[-3000:]
                time.sleep(0.5)
            with pytest.raises(OSError, match="401"):  # other accounts on the machine are turned away
                urllib.request.urlopen(f"{environment['PREFECT_API_URL']}/flow_runs/filter", data=b"{}", timeout=5)
            call("flows.nightly", "deploy")
            call("prefect", "deployment", "run", "nightly/nightly", "--param", "sample=true")
            start("worker", "start", "--pool", "lagesbild", "--type", "process")
            states: list[str] = []
            until = time.monotonic() + 400
            while time.monotonic() < until and not {"COMPLETED", "FAILED", "CRASHED"} & {*states}:
                time.sleep(1)
                states = asked(postgres, "select state_type from flow_run where state_type <> 'SCHEDULED'")
            assert states == ["COMPLETED"], said.read_text()[-3000:]
        finally:
            stop(running)
    assert asked(postgres, "select count(*) >= 3 from flow_run where state_type = 'SCHEDULED'") == ["t"]
    assert (tmp_path / "data" / "output" / "latest" / "internal" / "release.json").is_file()
    assert [process.poll() is not None for process in running] == [True, True]


def is_well(api: str) -> bool:
    from urllib.request import urlopen

    with contextlib.suppress(OSError), urlopen(f"{api}/health", timeout=2):
        return True
    return False


def stop(running: list["subprocess.Popen[bytes]"]) -> None:
    for process in reversed(running):
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=30)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
