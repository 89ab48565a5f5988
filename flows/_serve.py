"""Keeps a Prefect server and a worker on this machine; it starts them as processes and imports nothing of Prefect."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from sources._problem import Problem, UsageProblem

POOL = "lagesbild"
_HOST = "127.0.0.1"
_START_SECONDS, _STOP_SECONDS = 300, 60

_Process = subprocess.Popen[bytes]


def scheduler_environment(data: Path) -> Mapping[str, str]:
    """What Prefect is to be told before it is imported: its home in the data folder, and that it keeps to itself.

    Slots are kept on disk, so that one which was held when the server died is given back when it is up again; a run
    says each minute that it lives; and what has been is forgotten after a quarter of a year.
    """
    return {
        "PREFECT_HOME": str(data.absolute() / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_LOGGING_LOG_PRINTS": "false",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "60",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    }


def serve() -> int:
    """Start a server, deploy what `prefect.yaml` and the settings declare, and work until told to stop.

    Where PREFECT_API_URL names a server already, that one is used. Returns 0 when told to stop (Ctrl-C, SIGTERM), 1
    when server or worker ended by itself, 2 when one of them did not start.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    port = os.environ.get("PREFECT_SERVER_API_PORT", "4200")
    api = os.environ.get("PREFECT_API_URL", f"http://{_HOST}:{port}/api")
    environment = {**os.environ, "PREFECT_API_URL": api}
    running: list[_Process] = []
    try:
        if "PREFECT_API_URL" not in os.environ:
            _check_free(port)
            running.append(_start(["prefect", "server", "start", "--host", _HOST, "--port", port], environment))
        _wait_for(f"{api.rstrip('/')}/health", running)
        subprocess.run([sys.executable, "-m", "flows.nightly", "deploy"], env=environment, check=True)
        running.append(_start(["prefect", "worker", "start", "--pool", POOL, "--name", POOL], environment))
        while all(process.poll() is None for process in running):
            time.sleep(1)
        print("make serve: Prefects server eller arbetare avslutades: se raderna ovan.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    except subprocess.CalledProcessError:
        print("make serve: körningarna gick inte att lägga upp: se raderna ovan.", file=sys.stderr)
        return 2
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for process in reversed(running):
            _stop(process)


def _start(module: list[str], environment: Mapping[str, str]) -> _Process:
    # In a session of its own, so that Ctrl-C reaches it in order: the worker ends its runs before the server goes.
    return subprocess.Popen([sys.executable, "-m", *module], env=environment, start_new_session=True)


def _stop(process: _Process) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=_STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _wait_for(url: str, running: list[_Process]) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and all(process.poll() is None for process in running):
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    raise Problem(url, f"Prefects server svarade inte inom {_START_SECONDS} sekunder", do="se raderna ovan")


def _check_free(port: str) -> None:
    """Raise UsageProblem where somebody answers already: it would be told of our runs in place of our own server."""
    with contextlib.suppress(OSError, ValueError), socket.create_connection((_HOST, int(port)), timeout=5):
        raise UsageProblem(
            f"{_HOST}:{port}",
            "porten är upptagen",
            do="stoppa det som kör där, eller välj en annan port med PREFECT_SERVER_API_PORT",
        )
