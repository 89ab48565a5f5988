"""The public Python API: open a published release, or run the pipeline, from other code or a notebook."""

from pathlib import Path

import duckdb

from flows._version import VERSION as __version__
from flows.cli import main
from models._duckdb import connect
from sources._problem import Problem, UsageProblem

_TRIES = 5
__all__ = ["Problem", "__version__", "main", "open_release", "release_folder"]


def release_folder(data: str | Path = "data", audience: str = "internal", release: str = "latest") -> Path:
    """The folder of a release, with `latest` resolved once, so that all files read from it belong together.

    audience: internal or public. Raises Problem when there is no such release.
    """
    for _ in range(_TRIES):  # a release may be removed between the moment `latest` is read and the next
        folder = (Path(data) / "output" / release).resolve() / audience
        if audience in ("internal", "public") and folder.is_dir():
            return folder
    raise UsageProblem(
        str(Path(data) / "output"), "utgåvan finns inte", found=f"{release}, {audience}", do="kör lagesbild run"
    )


def open_release(
    data: str | Path = "data", audience: str = "internal", release: str = "latest"
) -> duckdb.DuckDBPyConnection:
    """A read-only connection to a release's database: schema `output`, and `core` in the internal one.

    A newer release that is published meanwhile does not disturb it. Frames and files of the caller's own can be joined
    and written, as in any session; neither does the removal of the release, once it is open. Raises Problem when there
    is no such release.
    """
    for _ in range(_TRIES):
        database = release_folder(data, audience, release) / "lagesbild.duckdb"
        try:
            return connect(database, read_only=True, folders=None)
        except duckdb.IOException:
            if database.exists():
                raise
    raise UsageProblem(
        str(Path(data) / "output"), "utgåvan togs bort medan den öppnades", found=release, do="försök igen"
    )


if __name__ == "__main__":
    raise SystemExit(main())
