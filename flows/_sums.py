"""The checksums of a release, in the form that `sha256sum --check SHA256SUMS` reads wherever it has been copied."""

from collections.abc import Iterator
from pathlib import Path

from sources._landing import sha256

SUMS = "SHA256SUMS"


def write_sums(release: Path) -> None:
    """List every file of a release but the databases, whose bytes never repeat: their tables are in Parquet too."""
    path = release / SUMS
    path.write_text("".join(f"{hashed}  {name}\n" for name, hashed in _sums(release)), encoding="utf-8")
    path.chmod(0o400)


def differing(release: Path) -> list[str]:
    """The files of a release that are gone, altered or too many, by their path in it.

    Raises OSError or ValueError where the list itself cannot be read.
    """
    lines = (release / SUMS).read_text(encoding="utf-8").splitlines()
    listed = {(name, hashed) for hashed, _, name in (line.partition("  ") for line in lines)}
    return sorted({name for name, _ in listed ^ {*_sums(release)}})


def _sums(release: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(release.rglob("*")):
        if path.is_file() and path.suffix != ".duckdb" and path != release / SUMS:
            yield path.relative_to(release).as_posix(), sha256(path.read_bytes())
