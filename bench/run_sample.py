"""Times and weighs `lagesbild run --sample`, with and without data quality, in processes of their own."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_RUNS = 5
_PROGRAM = """
import json, sys, resource, time
began = time.perf_counter()
from pathlib import Path
from flows.pipeline import make_plan, run
from flows.settings import read_settings
imported = time.perf_counter()
outcome = run(make_plan(read_settings(data=Path(sys.argv[1])), sample=True))
print(json.dumps({
    "import": imported - began,
    **outcome.seconds,
    "whole": time.perf_counter() - began,
    "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "exit": outcome.exit_code,
}))
"""


def main() -> None:
    """Run the sample in fresh folders and print minimum, median and maximum of each figure."""
    runs = []
    for _ in range(_RUNS):
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", _PROGRAM, folder],
                capture_output=True,
                text=True,
                check=True,
                cwd=Path(__file__).resolve().parents[1],
            )
            figures = json.loads(done.stdout.splitlines()[-1])
            figures["process"] = time.perf_counter() - began
            runs.append(figures)
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{'':<14}{'minst':>9}{'median':>9}{'mest':>9}")
    for name in runs[0]:
        values = sorted(each[name] for each in runs)
        print(f"{name:<14}{values[0]:>9.2f}{values[_RUNS // 2]:>9.2f}{values[-1]:>9.2f}")
    print(f"största process, datakvaliteten medräknad: {children:.0f} MiB")


if __name__ == "__main__":
    main()
