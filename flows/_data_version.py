"""Which version of the data folder's layout a folder has, and what brings an older one up to date.

A folder that does not say (`version.json`) and holds something is of version 1, which is what all were before they
said. One of a later version than this program knows is neither read nor written: what its lines mean is not known here.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows._log import Log
from flows._version import VERSION
from sources._declare import Text
from sources._landing import AGGREGATE, write_atomically
from sources._problem import Problem, UsageProblem
from sources._registry import all_sources

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

    A new folder is given the newest version at once. What is cut off is done again by the next that writes. Raises
    UsageProblem for a folder of a later version, and for one from before there were versions.
    """
    check_version(data)
    if not (data / _FILE).exists():
        _refuse_plain_identities(data)
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


def _refuse_plain_identities(data: Path) -> None:
    """Refuse to adopt a folder from before the privacy door hashed identities.

    Read as it stands, what such a report says and the same report delivered again would be two.
    """
    for name, module in all_sources().items():
        columns = [each.name for each in module.source.columns if isinstance(each.type, Text) and each.type.identity]
        for path in sorted((data / "landing" / name).glob("*.parquet")) if columns else ():
            if path.name.endswith(AGGREGATE):
                continue
            rows = pl.read_parquet(path)
            for column in set(columns) & set(rows.columns):
                if not rows[column].drop_nulls().str.contains(r"^[0-9a-f]{32}$").all():
                    raise UsageProblem(
                        str(data),
                        "datamappen är äldre än vad programmet kan läsa",
                        found=f"{name} har {column} i klartext",
                        do="börja i en ny mapp, lämna in filerna på nytt och ta bort den gamla",
                    )


def _write(data: Path, version: int) -> None:
    with write_atomically(data / _FILE) as temporary:
        temporary.write_text(json.dumps({"data_version": version, "written_by": VERSION}) + "\n", encoding="utf-8")
