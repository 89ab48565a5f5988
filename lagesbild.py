"""The public Python API: open a published release, or run the pipeline, from other code or a notebook."""

from pathlib import Path

import duckdb

from flows._version import VERSION as __version__
from flows.cli import main
from models._duckdb import connect
from sources._problem import Problem, UsageProblem

__all__ = ["Problem", "__version__", "main", "open_release", "release_folder"]


def release_folder(data: str | Path = "data", audience: str = "internal", release: str = "latest") -> Path:
    """The folder of a release, with `latest` resolved once, so that all files read from it belong together.

    audience: internal or public. Raises Problem when there is no such release.
    """
    folder = (Path(data) / "output" / release).resolve() / audience
    if audience not in ("internal", "public") or not folder.is_dir():
        raise UsageProblem(
            str(Path(data) / "output"), "utgåvan finns inte", found=f"{release}, {audience}", do="kör lagesbild run"
        )
    return folder


def open_release(
    data: str | Path = "data", audience: str = "internal", release: str = "latest"
) -> duckdb.DuckDBPyConnection:
    """A read-only connection to a release's database: schema `output`, and `core` in the internal one.

    A newer release that is published meanwhile does not disturb it. Frames and files of the caller's own can be joined
    and written, as in any session. Raises Problem when there is no such release.
    """
    return connect(release_folder(data, audience, release) / "lagesbild.duckdb", read_only=True, folders=None)


if __name__ == "__main__":
    raise SystemExit(main())
