"""What a run says of its work: a line a step, for people or as JSON, and the same lines in the data folder's log.

`data/log/steps.jsonl` has every step as it ends, `data/log/runs.jsonl` a line for every run. They know the clock, so
they are no part of a release. They hold names of steps and sources, counts, seconds and rules: never what a row holds,
never what somebody named a file. One that has grown to `_MOST_BYTES` (some four years of nights) is put aside under
its last moment, so that whoever reads the newest lines reads no more than that.
"""

import json
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sources._problem import UsageProblem

# A line, and whether the next may take its place: what goes on, not what has been done.
Say = Callable[[str, bool], None]

_MOST_BYTES = 8 * 1024 * 1024
# Of the steps, the older files that are kept. Of the runs all: a year of nights is some two megabytes.
_KEPT_STEPS = 2
_MIB = 1024 * 1024 if sys.platform == "darwin" else 1024  # what getrusage counts memory in
_WORDS: Mapping[str, str] = {
    "start": "körningen börjar",
    "migrate": "uppgradering av datamappen",
    "inbox": "inkorgen",
    "door": "integritetsdörren",
    "fetch": "hämtning",
    "retention": "gallring",
    "parse": "inläsning",
    "build": "tabeller",
    "estimate": "skattningar",
    "protect": "det som får visas",
    "write_internal": "interna tabeller",
    "workbook_internal": "intern arbetsbok",
    "report_internal": "intern rapport",
    "write_public": "publika tabeller",
    "workbook_public": "publik arbetsbok",
    "report_public": "publik rapport",
    "gate": "utgångens kontroll av personuppgifter",
    "audit": "vad en angripare kan räkna ut",
    "quality": "väntan på datakvalitetskontrollen",
    "swing": "utgåvan läggs på plats",
    "make_room": "äldre utgåvor",
    "run": "hela körningen",
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step that has ended, in the keys of its JSON line; keys may come, none goes or changes its meaning.

    at: when it ended (UTC). run: when its run started, which names the run. source: "" where the step is of them all.
    rows_in, rows_out: null where nothing is counted. peak_mib: the most memory that the process has held so far.
    """

    at: str
    run: str
    step: str
    source: str
    rows_in: int | None
    rows_out: int | None
    seconds: float
    peak_mib: int
    failed: bool


@dataclass(kw_only=True)
class Rows:
    """How many rows a step was given and gave; filled in while it works."""

    into: int | None = None
    out: int | None = None


class Log:
    """Where a run tells of its steps. One that is given nothing tells nobody, and remembers them all the same."""

    def __init__(
        self, data: Path | None = None, *, run: datetime | None = None, form: str = "text", say: Say | None = None
    ) -> None:
        self.steps: list[Step] = []
        self._file = data / "log" / "steps.jsonl" if data else None
        self._run = run.isoformat() if run else ""
        self._is_json = form == "json"
        self._say: Say = say or (lambda line, is_passing: None)
        self._started = time.perf_counter()

    def __call__(self, text: str) -> None:
        """Tell what goes on within a step; for people only, and kept nowhere."""
        if not self._is_json:
            self._say(self._line(text), True)

    @contextmanager
    def step(self, name: str, source: str = "") -> Iterator[Rows]:
        """A step of the run; its line is written when it ends, also when it ends badly."""
        self(_named(name, source))
        rows, began, failed = Rows(), time.perf_counter(), True
        try:
            yield rows
            failed = False
        finally:
            self.done(name, source, time.perf_counter() - began, rows, failed=failed)

    def done(
        self, name: str, source: str = "", seconds: float = 0, rows: Rows | None = None, *, failed: bool = False
    ) -> None:
        """Write down a step that has ended."""
        rows = rows or Rows()
        step = Step(
            at=moment("milliseconds"),
            run=self._run,
            step=name,
            source=source,
            rows_in=rows.into,
            rows_out=rows.out,
            seconds=round(seconds, 3),
            peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _MIB,
            failed=failed,
        )
        self.steps.append(step)
        self._say(json.dumps(asdict(step)) if self._is_json else self._line(_told(step)), False)
        if self._file:
            append(self._file, asdict(step))

    def seconds(self) -> Mapping[str, float]:
        """The seconds of each kind of step so far, of all sources together."""
        taken: Counter[str] = Counter()
        for each in self.steps:
            taken[each.step] += each.seconds  # type: ignore[assignment]  # a Counter adds whatever can be added
        return {name: round(value, 3) for name, value in taken.items()}

    def since_start(self) -> float:
        """Seconds since the run began."""
        return time.perf_counter() - self._started

    def _line(self, text: str) -> str:
        return f"{self.since_start():6.1f} s  {text}"


def moment(timespec: str = "seconds") -> str:
    """The moment, for a log: nothing else that a run does knows it."""
    return datetime.now(UTC).isoformat(timespec=timespec)


def exit_code_of(error: BaseException) -> Literal[1, 2]:
    """What a run that ended by an error answers: 2 usage, settings, disk or an interruption, else 1."""
    return 2 if isinstance(error, UsageProblem | OSError | KeyboardInterrupt) else 1


def append(path: Path, line: Mapping[str, object], *, durably: bool = False) -> None:
    """Write a line at the end of a log, to stand a power cut where that is asked for; a full log is put aside.

    A torn last line (a power cut) stays by itself.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _put_aside(path)
    with path.open("a+b") as log:
        size = log.seek(0, os.SEEK_END)
        log.seek(max(0, size - 1))
        is_torn = log.read() not in (b"", b"\n")
        log.write((b"\n" if is_torn else b"") + json.dumps(line, ensure_ascii=False).encode() + b"\n")
        if durably:
            log.flush()
            os.fsync(log.fileno())


def newest_first(data: Path, name: str) -> Iterator[dict[str, Any]]:
    """The lines of `data/log/<name>.jsonl` and of those put aside, newest first; what cannot be read is passed over."""
    folder = data / "log"
    for path in (folder / f"{name}.jsonl", *reversed(_aside(folder / f"{name}.jsonl"))):
        for line in reversed(path.read_bytes().split(b"\n") if path.is_file() else ()):
            try:
                told = json.loads(line)
            except ValueError:
                continue
            if isinstance(told, dict):
                yield told


def _put_aside(path: Path) -> None:
    if not path.is_file() or path.stat().st_size < _MOST_BYTES:
        return
    last = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    os.replace(path, path.with_name(f"{path.stem}-{last:%Y%m%dT%H%M%S}{path.suffix}"))
    if path.stem == "steps":
        for old in _aside(path)[:-_KEPT_STEPS]:
            old.unlink()


def _aside(path: Path) -> list[Path]:
    """The logs that were full, the oldest first."""
    return sorted(path.parent.glob(f"{path.stem}-*{path.suffix}"))


def _named(name: str, source: str) -> str:
    return f"{_WORDS.get(name, name)} {source}".rstrip()


def _told(step: Step) -> str:
    counted = [
        f"{number} rader {way}" for way, number in (("in", step.rows_in), ("ut", step.rows_out)) if number is not None
    ]
    facts = ", ".join([f"{step.seconds:.1f} s", *counted, *(["misslyckades"] if step.failed else [])])
    return f"{_named(step.step, step.source)}: {facts}"
