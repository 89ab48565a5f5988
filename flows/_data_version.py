"""Which version of the data folder's layout a folder has, and what brings an older one up to date.

A folder that does not say (`version.json`) and holds something is of version 1, which is what all were before they
said. One of a later version than this program knows is neither read nor written: what its lines mean is not known here.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows._log import Log
from flows._version import VERSION
from sources._landing import write_atomically
from sources._problem import Problem, UsageProblem

DATA_VERSION = 1
_FILE = "version.json"


@dataclass(frozen=True, kw_only=True)
class Migration:
    """What makes a folder of version `to - 1` one of version `to`.

    `apply` must stand being cut off and done again: the folder says `to` only when all of it is on disk.
    """

    to: int
    title: str
    apply: Callable[[Path], None]


# None yet. A change of what lies in landing, published or log that earlier programs would misread raises DATA_VERSION
# and gets its line here; a new key that they may pass over does not.
MIGRATIONS: Sequence[Migration] = ()


def data_version(data: Path) -> int:
    """The version of a data folder. Raises Problem where it says so in a way that cannot be read."""
    path = data / _FILE
    try:
        said = json.loads(path.read_bytes())["data_version"]
    except FileNotFoundError:
        return 1
    except (ValueError, KeyError, TypeError, RecursionError):
        said = None
    if not isinstance(said, int) or isinstance(said, bool) or said < 1:
        raise Problem(str(path), "filen går inte att läsa", do="återställ datamappen från säkerhetskopian")
    return said


def check_version(data: Path) -> None:
    """Raise UsageProblem for a folder of a later version than this program knows."""
    found = data_version(data)
    if found > DATA_VERSION:
        raise UsageProblem(
            str(data),
            "datamappen är av en senare version än programmet",
            found=f"version {found}; programmet {VERSION} känner till version {DATA_VERSION} och äldre",
            do="uppgradera programmet; inget i mappen har ändrats",
        )


def bring_up_to_date(data: Path, log: Log, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Make a folder one of this program's version, step by step, and let it say so. Writes: hold the lock.

    A new folder is given the newest version at once. What is cut off is done again by the next that writes.
    """
    check_version(data)
    newest = max([DATA_VERSION, *(each.to for each in migrations)])
    is_new = not any((data / name).exists() for name in (_FILE, "landing", "output", "published"))
    for each in migrations:
        if not is_new and data_version(data) < each.to:
            with log.step("migrate"):
                log(each.title)
                each.apply(data)
                _write(data, each.to)
    if not (data / _FILE).exists():
        _write(data, newest)


def _write(data: Path, version: int) -> None:
    with write_atomically(data / _FILE) as temporary:
        temporary.write_text(json.dumps({"data_version": version, "written_by": VERSION}) + "\n", encoding="utf-8")
