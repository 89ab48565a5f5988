"""`make serve`: a real server and worker, with the nightly run in its schedule."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

ROOT = Path(__file__).resolve().parents[1]


def ask(api: str, path: str) -> Any:
    request = urllib.request.Request(
        f"{api}/{path}", data=b'{"limit": 5}', headers={"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)


@pytest.mark.slow
def test_the_server_schedules_the_night_at_half_past_two_in_stockholm_and_stops_when_told(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "LAGESBILD_"))}
    environment |= {"LAGESBILD_DATA": str(tmp_path), "PREFECT_SERVER_API_PORT": str(port)}
    api, said = f"http://127.0.0.1:{port}/api", tmp_path / "said.txt"
    runs: list[dict[str, Any]] = []
    with said.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "flows.nightly", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            until = time.monotonic() + 150
            while not runs and time.monotonic() < until and server.poll() is None:
                time.sleep(1)
                with contextlib.suppress(OSError):
                    runs = ask(api, "flow_runs/filter")
            assert runs, said.read_text()[-3000:]
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=60) == 0
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
    for run in runs:
        at = datetime.fromisoformat(run["expected_start_time"]).astimezone(ZoneInfo("Europe/Stockholm"))
        assert (at.hour, at.minute, run["state_type"], run["parameters"]) == (2, 30, "SCHEDULED", {})
    with pytest.raises(OSError, match="refused"):
        ask(api, "flow_runs/filter")
