"""The publishers that the tests play: a file each, with `SOURCES` (whose addresses lead to it) and `route()`.

A new file here is found by itself: every fetched source whose publisher stands here is tried with every fault in
`tests/test_faults.py`, and one that stands nowhere fails a test there by name.
"""

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from tests.replay import Replay, replaying


def publishers() -> Mapping[str, ModuleType]:
    """Every publisher by the name of its route; a file without `SOURCES` is what several of them share."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py"))
    modules = {name: importlib.import_module(f"tests.publishers.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "SOURCES")}


def base_urls(server: Replay) -> dict[str, str]:
    """Where the sources are to ask, as the setting `base_urls` says it."""
    return {source: f"{server.url}/{name}" for name, module in publishers().items() for source in module.SOURCES}


@contextmanager
def all_publishing() -> Iterator[Replay]:
    """A server that plays them all while the block runs."""
    with replaying() as server:
        server.routes = {name: module.route() for name, module in publishers().items()}
        yield server
