"""What several test files share."""

import fcntl
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.pipeline import make_plan, run
from flows.settings import read_settings
from sources._registry import all_sources
from tests.replay import hurry
from tests.sample_release import sample as sample


@pytest.fixture(scope="session", autouse=True)
def asking() -> Iterator[None]:
    """No test asks a publisher, but for those that play one; none waits for politeness' sake; what the settings
    otherwise say of asking has tests of its own.
    """
    nowhere = {name: "http://127.0.0.1:9" for name, module in all_sources().items() if module.fetch}
    with pytest.MonkeyPatch.context() as patched:
        hurry(patched)
        patched.setenv("LAGESBILD_BASE_URLS", json.dumps(nowhere))
        patched.setenv("LAGESBILD_REST_DAYS", "0")
        patched.setenv("LAGESBILD_NOT_FETCHED", "[]")
        patched.setenv("LAGESBILD_REPORT_FORMATS", "[]")  # seconds a run, and they have tests of their own
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of captures and published test values beside the repository; absent on most machines."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("../shared is absent: captures and published test values are kept outside the repository")
    return folder


@pytest.fixture(scope="session")
def sample_data(tmp_path_factory: pytest.TempPathFactory, asking: None) -> Path:
    """A data folder where the sample is published, made once for all processes of the test run; nobody changes it."""
    mine = tmp_path_factory.getbasetemp()
    root = mine.parent if mine.name.startswith("popen-") else mine
    with (root / "sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = root / "sample"
        if not (folder / "output" / "latest").exists():
            settings = read_settings(data=folder, report_formats=("pdf", "docx", "pptx"))
            outcome = run(make_plan(settings, sample=True))
            assert outcome.exit_code == 0, outcome.breaches
    return folder
