"""A command as a process of its own that a test may kill: `python -m tests.night 2026-09-01T02:30:00+00:00 run …`.

It is `lagesbild run …` at that time, without politeness towards the publishers that the test plays.
"""

import sys
from datetime import datetime
from functools import partial

import pytest

from flows import pipeline
from flows.cli import main
from tests.replay import hurry

if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as patched:
        hurry(patched)
        patched.setattr(pipeline, "make_plan", partial(pipeline.make_plan, now=datetime.fromisoformat(sys.argv[1])))
        raise SystemExit(main(sys.argv[2:]))
