"""Keeps each publisher's pace: seconds between calls, calls an hour and a day, remembered from one run to the next."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

HOUR, DAY = 3600.0, 86_400.0
_MOST_CALLS = 5_000


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How often a publisher lets itself be asked: seconds between two calls, and calls an hour and a day."""

    pause: float
    per_hour: int | None = None
    per_day: int | None = None


@dataclass(kw_only=True)
class Calls:
    """When each host was asked during the last day, and until when one that asked for it is left alone.

    With a `path` it holds from one run to the next; a lost or broken file is a clean slate. Times are seconds since
    1970. One that lies ahead of the clock, which may have been set back, is passed over.
    """

    path: Path | None = None
    _asked: dict[str, list[float]] = field(default_factory=dict)
    _closed_until: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            stored = json.loads(self.path.read_bytes()) if self.path else {}
            self._asked = {host: [float(at) for at in times] for host, times in stored.get("asked", {}).items()}
            self._closed_until = {host: float(at) for host, at in stored.get("closed_until", {}).items()}
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            self._asked, self._closed_until = {}, {}

    def wait(self, host: str, pace: Pace, now: float) -> float:
        """Seconds until the host may be asked again; 0 or less when it may be asked now."""
        asked = self._during_the_last_day(host, now)
        waits = [asked[-1] + pace.pause - now] if asked else [0.0]
        for limit, period in ((pace.per_hour, HOUR), (pace.per_day, DAY)):
            if limit is not None and len(asked) >= limit:
                waits.append(asked[-limit] + period - now)
        closed_until = self._closed_until.get(host, 0.0)
        if closed_until <= now + DAY:
            waits.append(closed_until - now)
        return max(waits)

    def note(self, host: str, now: float) -> None:
        """Write down that the host is asked now, before it is: a call that is cut off was made all the same."""
        self._asked[host] = [*self._during_the_last_day(host, now), now][-_MOST_CALLS:]
        self._save()

    def close(self, host: str, until: float) -> None:
        """Leave the host alone until then, a day at the most."""
        self._closed_until[host] = until
        self._save()

    def _during_the_last_day(self, host: str, now: float) -> list[float]:
        return [at for at in self._asked.get(host, ()) if now - DAY < at <= now]

    def _save(self) -> None:
        if self.path:
            save_json(self.path, {"asked": self._asked, "closed_until": self._closed_until})


def save_json(path: Path, content: Mapping[str, object]) -> None:
    """Put JSON in the place of a small file that may be lost, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(json.dumps(content, sort_keys=True), encoding="ascii")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
