"""The landing zone: bytes as they came, addressed by hash, and a manifest of every observation."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from sources._declare import Delivery
from sources._problem import Problem

STOCKHOLM = ZoneInfo("Europe/Stockholm")


@dataclass(frozen=True, kw_only=True, order=True)
class Part:
    """One snapshot: the hash of its bytes and the ending of its file name."""

    sha256: str
    extension: str


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
        path.parent.mkdir(parents=True, exist_ok=True)
        with write_atomically(path) as temporary:
            temporary.write_bytes(content)
    return part


def record(data: Path, observations: Iterable[Observation]) -> None:
    """Append observations to the manifest, durably."""
    lines = "".join(json.dumps(_plain(each), ensure_ascii=False, sort_keys=True) + "\n" for each in observations)
    if not lines:
        return
    path = data / "landing" / "manifest.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as manifest:
        manifest.write(_mended(manifest) + lines.encode())
        manifest.flush()
        os.fsync(manifest.fileno())


def _mended(manifest: IO[bytes]) -> bytes:
    """Cut off a torn last line, so that it never becomes the start of the next; what must come before that one."""
    manifest.seek(0)
    content = manifest.read()
    last = content[content.rfind(b"\n") + 1 :]
    try:
        _observation(json.loads(last or b"null"))
    except (ValueError, KeyError, TypeError):
        manifest.truncate(len(content) - len(last))
        return b""
    return b"\n"


def read_manifest(data: Path) -> list[Observation]:
    """Every observation ever made, oldest line first. A torn last line (a power cut) is passed over.

    Raises Problem for any other line that cannot be read.
    """
    path = data / "landing" / "manifest.jsonl"
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")
    observations = []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            observations.append(_observation(json.loads(line)))
        except (ValueError, KeyError, TypeError):
            if number == len(lines):
                continue
            raise Problem(
                f"{path}, rad {number}", "raden går inte att läsa", do="återställ filen från säkerhetskopian"
            ) from None
    return observations


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
    """A temporary path beside `path` that takes its place when the block ends well, and vanishes when it does not."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _plain(observation: Observation) -> dict[str, object]:
    plain = asdict(observation)
    plain["observed_at"] = observation.observed_at.isoformat()
    plain["content_as_of"] = observation.content_as_of.isoformat()
    return plain


def _observation(plain: dict[str, object]) -> Observation:
    values = dict(plain)
    parts = values.pop("parts")
    if not isinstance(parts, list):
        raise TypeError("parts")
    return Observation(
        **{
            **values,
            "parts": tuple(Part(**part) for part in parts),
            "observed_at": datetime.fromisoformat(str(values["observed_at"])),
            "content_as_of": date.fromisoformat(str(values["content_as_of"])),
            "original_sha256": tuple(values["original_sha256"]),  # type: ignore[arg-type]
        }
    )
