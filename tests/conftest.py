"""What several test files share."""

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def asking() -> Iterator[None]:
    """Every publisher is asked, and as often as a test likes; what the settings otherwise say has tests of its own."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("LAGESBILD_REST_DAYS", "0")
        patched.setenv("LAGESBILD_NOT_FETCHED", "[]")
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of captures and published test values beside the repository; absent on most machines."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("../shared is absent: captures and published test values are kept outside the repository")
    return folder
