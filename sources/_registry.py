"""Finds the sources: every file in this folder whose name has no leading underscore."""

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from sources._declare import Source
from sources._http import Answer, Http
from sources._strict import Rows


@dataclass(frozen=True, kw_only=True)
class SourceModule:
    """A source's declaration with its functions: `parse`, and `fetch` where the publisher has an API.

    `parse_mapped`, where a municipality may map other layouts: of a file and the data folder, its rows and the hash of
    the mapping they were read by, or nothing where they were read as the template.
    """

    name: str
    path: Path
    source: Source
    parse: Callable[[Path], pl.DataFrame | Rows]
    fetch: Callable[[Http, Sequence[str]], Iterator[Answer]] | None
    parse_mapped: Callable[[Path, Path], tuple[pl.DataFrame, str]] | None = None


@cache
def all_sources() -> Mapping[str, SourceModule]:
    """Every source by name, in alphabetical order."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("[!_]*.py")):
        module = importlib.import_module(f"sources.{path.stem}")
        found[path.stem] = SourceModule(
            name=path.stem,
            path=path,
            source=module.SOURCE,
            parse=module.parse,
            fetch=getattr(module, "fetch", None),
            parse_mapped=getattr(module, "parse_mapped", None),
        )
    return found
