"""The landing zone: bytes as they came, addressed by hash, and a manifest of every observation and every removal."""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from sources._declare import Delivery
from sources._problem import Problem, UsageProblem

# OverflowError: an instant in the year 1 or 9999 has no other time zone.
_UNREADABLE = (ValueError, KeyError, TypeError, RecursionError, OverflowError)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
AGGREGATE = "aggregate.parquet"
_MOST_REMEMBERED = 200_000


@dataclass(frozen=True, kw_only=True, order=True)
class Part:
    """One snapshot: the hash of its bytes and the ending of its file name; both become parts of a path."""

    sha256: str
    extension: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9a-z]{1,64}", self.sha256) or not re.fullmatch(r"[0-9a-z.]{1,30}", self.extension):
            raise ValueError("part")

    @property
    def is_aggregate(self) -> bool:
        """Whether it holds counts in the place of a snapshot whose retention has ended."""
        return self.extension == AGGREGATE


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One look at a publisher, or one delivery: what was asked, what came, when, and what it speaks of.

    `parts` are the bodies of one answer (pages). `origin` is fetch, add or sample. `original_sha256` names the
    delivered files of a redacted landing; those files themselves are not kept.
    """

    source: str
    request: str
    parts: tuple[Part, ...]
    observed_at: datetime
    content_as_of: date
    period: str = ""
    deliverer: str = ""
    origin: str
    synthetic: bool = False
    inferred: bool = False
    original_sha256: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """A snapshot whose retention had ended was replaced by its aggregate, by a decision that allows it."""

    source: str
    snapshot: str
    by: Part
    decision: str
    on: date


@dataclass(frozen=True, kw_only=True)
class Tombstone:
    """A snapshot was forgotten, for a reason that points at nobody. The same content may be brought in again later."""

    source: str
    snapshot: str
    reason: str
    on: date


Line = Observation | Replacement | Tombstone
_KINDS: Mapping[str, type] = {
    "": Observation,
    "observation": Observation,
    "replacement": Replacement,
    "tombstone": Tombstone,
}


def sha256(content: bytes) -> str:
    """The hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def snapshot_path(data: Path, source: str, part: Part) -> Path:
    """Where the bytes of a snapshot lie."""
    return data / "landing" / source / f"{part.sha256}.{part.extension}"


def keep_snapshot(data: Path, source: str, content: bytes, extension: str) -> Part:
    """Write bytes into the landing zone under their hash; existing snapshots are never touched."""
    part = Part(sha256=sha256(content), extension=extension)
    path = snapshot_path(data, source, part)
    if not path.exists():
        make_folder(path.parent)
        with write_atomically(path) as temporary:
            temporary.write_bytes(content)
    return part


def record(data: Path, lines: Iterable[Line]) -> None:
    """Append lines to the manifest, durably."""
    written = [json.dumps(_plain(each), ensure_ascii=False, sort_keys=True) for each in lines]
    if written:
        append_durably(data / "landing" / "manifest.jsonl", written, stands=lambda last: not is_torn(last))


def is_torn(line: bytes) -> bool:
    """Whether a last line was cut off. What is whole JSON was not, also where a later program has written it."""
    try:
        return not isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return True


def read_manifest(data: Path) -> list[Observation]:
    """Every observation that stands, oldest line first: see `standing`. Raises Problem like `read_history`."""
    return standing(read_history(data))


def standing(history: Iterable[Line]) -> list[Observation]:
    """What the lines of a manifest leave: aggregates in the place of what they replaced, nothing of what was forgotten.

    A snapshot that was forgotten and brought in again stands again; one that was replaced stays replaced.
    """
    left: list[Observation] = []
    replaced: dict[tuple[str, str], Part] = {}
    for line in history:
        match line:
            case Observation():
                left.append(line)
            case Replacement():
                replaced[line.source, line.snapshot] = line.by
            case Tombstone():
                replaced.pop((line.source, line.snapshot), None)
                left = [kept for each in left if (kept := _without(each, line)).parts]
    return [_with(each, replaced) for each in left] if replaced else left


def _with(observation: Observation, replaced: Mapping[tuple[str, str], Part]) -> Observation:
    parts = tuple(replaced.get((observation.source, part.sha256), part) for part in observation.parts)
    return observation if parts == observation.parts else replace(observation, parts=parts)


def _without(observation: Observation, tombstone: Tombstone) -> Observation:
    if observation.source != tombstone.source:
        return observation
    return replace(observation, parts=tuple(part for part in observation.parts if part.sha256 != tombstone.snapshot))


def read_history(data: Path) -> list[Line]:
    """Every line of the manifest, oldest first. A torn last line (a power cut) is passed over.

    Raises Problem for any other line that cannot be read.
    """
    path = data / "landing" / "manifest.jsonl"
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")
    history: list[Line] = []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            history.append(_read_line(line))
        except _UNREADABLE:
            if number == len(lines) and is_torn(line):
                continue
            raise unread(f"{path}, rad {number}", line, _KINDS, "återställ filen från säkerhetskopian") from None
    return history


def unread(where: str, line: bytes, kinds: Mapping[str, type], do: str) -> Problem:
    """Why a line cannot be read: it says what this program does not know, which is never passed over, or is damaged.

    kinds: what lines there are, by their `kind`; "" is one that has none. do: what mends damage.
    """
    try:
        plain = json.loads(line)
        kind = plain.pop("kind", "")
        unknown = [kind] if kind not in kinds else sorted(plain.keys() - {each.name for each in fields(kinds[kind])})
    except (ValueError, RecursionError, AttributeError, TypeError):
        unknown = []
    if not unknown:
        return Problem(where, "raden går inte att läsa", do=do)
    return UsageProblem(
        where,
        "raden säger något som programmet inte känner till",
        found=", ".join(map(str, unknown)),
        do="ett senare program har skrivit den: uppgradera det här",
    )


def in_force(
    observations: Sequence[Observation], source: str, delivery: Delivery, *, as_of: date, origins: Sequence[str]
) -> list[Observation]:
    """The observations of a source that count on a day: made by then, and not replaced by a later one.

    The order is total: by time of observation, then request, then content, so that a file added late and one
    added in time give the same result.
    """
    until = datetime.combine(as_of, time.max, STOCKHOLM)
    seen = sorted(
        (
            each
            for each in observations
            if each.source == source and each.observed_at <= until and each.origin in origins
        ),
        key=lambda each: (each.observed_at, each.request, each.period, each.parts),
    )
    if delivery in (Delivery.WINDOW, Delivery.APPEND):
        return seen
    newest = {(each.request, each.period): each for each in seen}
    return [each for each in seen if newest[each.request, each.period] is each]


@contextmanager
def write_atomically(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place, durably, when the block ends well, and vanishes when not."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        sync(temporary)
        os.replace(temporary, path)
        sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def append_durably(path: Path, lines: Iterable[str], *, stands: Callable[[bytes], bool] = lambda _: False) -> None:
    """Write lines at the end of a file, durably.

    A torn last line (a crash, a full disk) is cut off first, so that it never becomes the start of the next; `stands`
    says of a last line without its end whether it is whole all the same.
    """
    make_folder(path.parent)
    with path.open("a+b") as file:
        file.seek(0)
        content = file.read()
        last = content[content.rfind(b"\n") + 1 :]
        is_whole = bool(last) and stands(last)
        if last and not is_whole:
            file.truncate(len(content) - len(last))
        file.write((b"\n" if is_whole else b"") + "".join(f"{line}\n" for line in lines).encode())
        file.flush()
        os.fsync(file.fileno())
    sync(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, so that it is there after a power cut too."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(exist_ok=True)
        sync(path.parent)


def sync(path: Path) -> None:
    """Return when a file, or what a folder lists, is on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _plain(line: Line) -> dict[str, object]:
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(line).items()}
    return plain if isinstance(line, Observation) else {"kind": type(line).__name__.lower(), **plain}


@lru_cache(maxsize=_MOST_REMEMBERED)
def _read_line(line: bytes) -> Line:
    """A line of the manifest; remembered by its content, for a run reads the manifest some hundred times."""
    return _line(json.loads(line))


def _line(plain: dict[str, object]) -> Line:
    values = dict(plain)
    if not re.fullmatch(r"[0-9a-z_]{1,60}", str(values["source"])):  # it becomes a folder's name
        raise ValueError("source")
    texts = ("source", "request", "period", "deliverer", "origin", "snapshot", "decision", "reason")
    if not all(isinstance(values[name], str) for name in texts if name in values):
        raise TypeError("text")
    match values.pop("kind", "observation"):
        case "observation":
            return _observation(values)
        case "replacement":
            by = Part(**values.pop("by"))  # type: ignore[arg-type]
            return Replacement(**{**values, "by": by, "on": date.fromisoformat(str(values["on"]))})  # type: ignore[arg-type]
        case "tombstone":
            return Tombstone(**{**values, "on": date.fromisoformat(str(values["on"]))})  # type: ignore[arg-type]
        case _:
            raise ValueError("kind")


def _observation(plain: dict[str, object]) -> Observation:
    values = dict(plain)
    parts = values.pop("parts")
    if not isinstance(parts, list):
        raise TypeError("parts")
    observed_at = datetime.fromisoformat(str(values["observed_at"]))
    if observed_at.tzinfo is None:
        raise ValueError("observed_at")
    return Observation(
        **{
            **values,
            "parts": tuple(Part(**part) for part in parts),
            "observed_at": observed_at.astimezone(UTC),
            "content_as_of": date.fromisoformat(str(values["content_as_of"])),
            "original_sha256": tuple(values.get("original_sha256", ())),  # type: ignore[arg-type]
        }
    )
