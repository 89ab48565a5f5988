"""The sample's release as it is written before it is published, made once for all tests that read it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows._version import VERSION
from flows.pipeline import build_warehouse, make_plan, read_all, release_id
from flows.settings import read_settings
from reports.release import ReleaseMeta, write_release


@dataclass(frozen=True, kw_only=True)
class Release:
    """Where it lies, its id, and what it was written from."""

    folder: Path
    release: str
    warehouse: Path
    personal: frozenset[str]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The sample's release, internal and public."""
    folder = tmp_path_factory.mktemp("sample")
    now = datetime(2026, 9, 1, 2, 30, tzinfo=UTC)
    plan = make_plan(read_settings(data=folder / "data"), sample=True, now=now)
    results = read_all(plan)
    release = release_id(plan, results)
    built = build_warehouse(plan, results, release, lambda _: None)
    assert built.breaches == ()
    meta = ReleaseMeta(
        release=release,
        as_of=plan.as_of,
        area="sodra_fyrbodal",
        municipalities=("1415", "1419", "1421"),
        version=VERSION,
        sample=True,
        snapshots=[],
    )
    warehouse = plan.data / "warehouse.duckdb"
    write_release(folder / "release", warehouse, meta, built.personal, lambda _: None)
    return Release(folder=folder / "release", release=release, warehouse=warehouse, personal=built.personal)
