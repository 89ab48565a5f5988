"""A reader as a process of its own: opens the latest release over and over, and checks that all of it belongs together.

`python -m tests.reader DATA UNTIL` goes on until the file UNTIL is there, then says in JSON what it has seen: how often
it read each release whole, how often the one it held open was removed meanwhile, how often one was removed between two
of its files (it then begins anew with the latest), and what was wrong.
"""

import json
import random
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from lagesbild import open_release, release_folder
from sources._problem import UsageProblem


@dataclass(kw_only=True)
class Read:
    """What a reader has seen."""

    whole: Counter[str] = field(default_factory=Counter)
    held: int = 0
    removed: int = 0
    wrong: list[str] = field(default_factory=list)


def read_once(data: Path, read: Read) -> None:
    """Open the latest release, read files that belong to it, and read from the open database again after a while."""
    with closing(open_release(data, "public")) as con:
        [(release,)] = con.sql("select distinct release from output.sources").fetchall()
        folder = data / "output" / release / "public"
        try:
            assert release_folder(data, "public", release) == folder
            inside = set(pl.read_parquet(folder / "indicators.parquet", columns=["release"])["release"].unique())
            inside.add(json.loads((folder / "release.json").read_text(encoding="utf-8"))["release"])
            page = (folder / "report" / "1415.html").read_text(encoding="utf-8")
        except (UsageProblem, FileNotFoundError):
            read.removed += 1
        else:
            if inside != {release} or release not in page:
                read.wrong.append(f"{release}: {sorted(inside)}")
            read.whole[release] += 1
        time.sleep(random.random() / 2)
        [(rows, still)] = con.sql("select count(*), any_value(release) from output.indicators").fetchall()
        if not rows or still != release:
            read.wrong.append(f"{release}: {still} in a database that is open")
        read.held += not folder.exists()


def main(data: Path, until: Path) -> Read:
    """Read until told to stop."""
    read = Read()
    while not until.exists():
        try:
            read_once(data, read)
        except Exception as error:
            read.wrong.append(f"{type(error).__name__}: {error}")
    return read


if __name__ == "__main__":
    with closing(open_release(Path(sys.argv[1]), "public")):
        print("läser", flush=True)
    print(json.dumps(vars(main(Path(sys.argv[1]), Path(sys.argv[2])))))
