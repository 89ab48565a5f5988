"""A data folder before and after a night on which all went well, and how it is seen that nothing has been lost.

Before: a release, three older ones, a ledger, a file that was handed in. The night fetches, takes in the inbox, reads
the coordinator's text, publishes, and removes two of the older releases.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import duckdb

from flows._own_texts import read_texts_ledger
from flows._published import read_ledger
from flows._releases import release_folders
from lagesbild import open_release, release_folder
from sources._landing import read_history
from sources._registry import all_sources
from tests.publishers import all_publishing, base_urls

ROOT = Path(__file__).resolve().parents[1]
FIRST, SECOND = "2026-09-01T02:30:00+00:00", "2026-09-02T02:30:00+00:00"
FETCHED = "police_events"
OLDER = ("2026-08-01-aaaaaaaaaaaa", "2026-08-03-aaaaaaaaaaaa", "2026-08-10-aaaaaaaaaaaa")
HANDED_IN = Path("inbox", "incident_reports", "incident_reports_2026.csv")
# The step that a run tells has ended, and what is then done; a run tells of nothing before its first.
PHASES: Mapping[str, str] = {
    "körningen börjar": "källorna",
    f"inläsning {list(all_sources())[-1]}": "tabellerna",
    "det som får visas": "skrivs internt",
    "intern rapport": "skrivs publikt",
    "publik rapport": "utgången",
    "utgångens kontroll av personuppgifter": "angriparen",
    "vad en angripare kan räkna ut": "kvaliteten",
    "väntan på datakvalitetskontrollen": "publiceras",
    "utgåvan läggs på plats": "gallras",
    "äldre utgåvor": "avslutas",
}
START, END = "start", "slut"


@dataclass(frozen=True, kw_only=True)
class Told:
    """How a run ended: its exit code (negative: the signal), what it said, and when each phase began (seconds)."""

    exit_code: int
    said: str
    began: Mapping[str, float]


class Run:
    """A run that goes on, what it is doing, and how long it has."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], group: Path | None = None) -> None:
        self.began: dict[str, float] = {START: 0.0}
        self._lines: list[str] = []
        self._at = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.night", *arguments],
            cwd=ROOT,
            env={**environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        if group:
            (group / "cgroup.procs").write_text(str(self.process.pid))
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._lines.append(line)
            step = re.sub(r"^ *[\d.]+ s  ", "", line).partition(":")[0]
            phase = PHASES.get(step)
            if phase and phase not in self.began:
                self.began[phase] = time.perf_counter() - self._at

    @property
    def phase(self) -> str:
        """What it is doing."""
        return max(self.began, key=self.began.__getitem__)

    def wait_for(self, phase: str, seconds: float) -> bool:
        """Wait until a phase has gone on for so long; False if the run has ended."""
        while phase not in self.began and self.process.poll() is None:
            time.sleep(0.001)
        until = self._at + self.began.get(phase, 0.0) + seconds
        while time.perf_counter() < until and self.process.poll() is None:
            time.sleep(0.0005)
        return self.process.poll() is None

    def kill(self, *, alone: bool = False) -> str:
        """End it as a crash does, by itself or with all that it has started; returns what it was doing."""
        phase = self.phase
        if alone:
            self.process.kill()
        else:
            with suppress(ProcessLookupError):  # it has just ended by itself
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        while not alone and _is_alive(self.process.pid):
            time.sleep(0.001)
        return phase

    def end(self) -> Told:
        """Wait until it has ended, and all that it has started."""
        code = self.process.wait(timeout=1800)
        self._listener.join(timeout=30)
        while _is_alive(self.process.pid):
            time.sleep(0.01)
        took = {**self.began, END: time.perf_counter() - self._at}
        return Told(exit_code=code, said="".join(self._lines), began=took)


def _is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A data folder as it stands: every file of every release, and the lines of its ledgers."""

    latest: str
    releases: Mapping[str, Mapping[str, str]]
    manifest: Sequence[str]
    ledger: Sequence[str]
    texts: Sequence[str]


def look(data: Path) -> Seen:
    """Read everything that must never be lost; what cannot be read is an error."""
    described = json.loads((release_folder(data) / "release.json").read_text(encoding="utf-8"))
    with closing(open_release(data)) as con:
        [(inside,)] = con.sql("select distinct release from output.indicators").fetchall()
    assert described["release"] == inside == (data / "output" / "latest").readlink().name
    return Seen(
        latest=inside,
        releases={folder.name: files_of(folder) for folder in release_folders(data / "output")},
        manifest=[repr(line) for line in read_history(data)],
        ledger=[repr(line) for line in read_ledger(data, is_sample=False)],
        texts=[repr(line) for line in read_texts_ledger(data, is_sample=False)],
    )


def files_of(folder: Path) -> dict[str, str]:
    """Every file of a release with the hash of its bytes."""
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def without_databases(files: Mapping[str, str]) -> dict[str, str]:
    """The files whose bytes repeat: a DuckDB file's never do."""
    return {name: content for name, content in files.items() if not name.endswith(".duckdb")}


def differing_tables(one: Path, two: Path) -> list[str]:
    """The tables in which two releases' databases differ."""
    found = []
    for audience in ("internal", "public"):
        with duckdb.connect() as con:
            for name, folder in (("one", one), ("two", two)):
                con.execute(f"attach '{folder / audience / 'lagesbild.duckdb'}' as {name} (read_only)")
            rows = con.sql(
                "select database_name, schema_name || '.' || table_name from duckdb_tables() "
                "where database_name in ('one', 'two')"
            ).fetchall()
            tables = {name: {table for where, table in rows if where == name} for name in ("one", "two")}
            found += [f"{audience}: {table}" for table in tables["one"] ^ tables["two"]]
            for table in sorted(tables["one"] & tables["two"]):
                left, right = (f"from {name}.{table}" for name in ("one", "two"))
                query = f"({left} except all {right}) union all ({right} except all {left})"
                if con.sql(f"select count(*) from ({query})").fetchall() != [(0,)]:
                    found.append(f"{audience}: {table}")
    return found


@dataclass(kw_only=True)
class House:
    """The folder before the night (`before`), after it (`after`), and what is known of both."""

    before: Path
    after: Path
    environment: Mapping[str, str]
    was: Seen
    became: Seen
    undisturbed: Told

    def copy(self, to: Path) -> Path:
        """A copy of the folder as it was before the night."""
        shutil.rmtree(to, ignore_errors=True)
        subprocess.run(["cp", "-a", self.before, to], check=True)
        return to

    def night(self, data: Path, group: Path | None = None) -> Run:
        """Begin the night in a folder; group: of processes with little memory."""
        return Run([SECOND, "run"], {**self.environment, "LAGESBILD_DATA": str(data)}, group)

    def moments(self) -> dict[str, float]:
        """How long each phase of the undisturbed night took (seconds)."""
        times = sorted((at, phase) for phase, at in self.undisturbed.began.items())
        return {phase: after - at for (at, phase), (after, _) in pairwise(times)}

    def check_nothing_is_lost(self, data: Path) -> None:
        """After any fault: the last release is as it was, or the new one is there whole; no ledger has lost a line."""
        seen = look(data)
        assert seen.latest in (self.was.latest, self.became.latest)
        for release, files in seen.releases.items():
            if release == self.became.latest:
                assert without_databases(files) == without_databases(self.became.releases[release])
            else:
                assert files == self.was.releases[release], release
        must_stand = self.was.releases.keys() & self.became.releases.keys()
        gone = self.was.releases.keys() - seen.releases.keys()
        assert not gone & must_stand
        assert not gone or seen.latest == self.became.latest
        for name in ("manifest", "ledger", "texts"):
            before = getattr(self.was, name)
            assert getattr(seen, name)[: len(before)] == before, name
        if not (data / HANDED_IN).exists():
            assert len([line for line in read_history(data) if line.source == "incident_reports"]) == 2

    def check_as_undisturbed(self, data: Path) -> None:
        """After the next run: the same releases to the byte, the same ledgers, and nothing left half-written."""
        seen = look(data)
        assert (seen.latest, seen.releases.keys()) == (self.became.latest, self.became.releases.keys())
        for release, files in seen.releases.items():
            assert without_databases(files) == without_databases(self.became.releases[release]), release
        assert differing_tables(data / "output" / seen.latest, self.after / "output" / seen.latest) == []
        assert (seen.ledger, seen.texts) == (self.became.ledger, self.became.texts)
        assert set(seen.manifest) == set(self.became.manifest)  # a fetch that was cut off is one look more
        assert not (data / HANDED_IN).exists()
        assert [path for path in data.rglob(".*.tmp") if "parsed" not in path.parts] == []
        for line in (data / "log" / "runs.jsonl").read_text(encoding="utf-8").splitlines():
            assert json.loads(line)["as_of"] in ("2026-09-01", "2026-09-02")

    def finish(self, data: Path) -> None:
        """The next run succeeds, and all is as if nothing had happened."""
        told = self.night(data).end()
        assert told.exit_code == self.undisturbed.exit_code, told.said
        self.check_as_undisturbed(data)


@contextmanager
def a_house(folder: Path) -> Iterator[House]:
    """A house in a folder, and the publishers that its nights ask."""
    with all_publishing() as publishers:
        fetched = [name for name, module in all_sources().items() if module.fetch]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LAGESBILD_")}
        environment |= {
            "LAGESBILD_BASE_URLS": json.dumps({FETCHED: base_urls(publishers)[FETCHED]}),
            "LAGESBILD_NOT_FETCHED": json.dumps([name for name in fetched if name != FETCHED]),
            "LAGESBILD_REST_DAYS": "0",
            "LAGESBILD_REPORT_FORMATS": "[]",
            "LAGESBILD_AREA": "1415",
            "LAGESBILD_INBOX_QUIET_SECONDS": "0",
            "LAGESBILD_KEEP_RELEASES": "2",
        }
        before, after = folder / "before", folder / "after"
        sample = ROOT / "data" / "sample" / "incident_reports"
        for arguments in (
            (FIRST, "add", "incident_reports", str(sample / "incident_reports_2025.csv"), "--received", "2026-08-20"),
            (FIRST, "run"),
        ):
            told = Run(arguments, {**environment, "LAGESBILD_DATA": str(before)}).end()
            assert told.exit_code in (0, 3), told.said
        released = before / "output" / (before / "output" / "latest").readlink()
        for name in OLDER:  # only their names and bytes count: they are copies
            subprocess.run(["cp", "-a", released, before / "output" / name], check=True)
        (before / HANDED_IN).parent.mkdir(parents=True)
        shutil.copy(sample / HANDED_IN.name, before / HANDED_IN)
        text = before / "texts" / "1415" / "vandalism.md"
        text.parent.mkdir(parents=True)
        text.write_text("Klottret har minskat sedan gångtunneln målades om.\n", encoding="utf-8")
        (before / "warehouse.duckdb").unlink()
        shutil.rmtree(before / "log" / released.name / "data_docs")
        subprocess.run(["cp", "-a", before, after], check=True)
        undisturbed = Run([SECOND, "run"], {**environment, "LAGESBILD_DATA": str(after)}).end()
        assert undisturbed.exit_code in (0, 3), undisturbed.said
        assert undisturbed.began.keys() == {START, *PHASES.values(), END}
        yield House(
            before=before,
            after=after,
            environment=environment,
            was=look(before),
            became=look(after),
            undisturbed=undisturbed,
        )
