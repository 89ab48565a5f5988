"""The Prefect flows: the steps of `lagesbild run` with names, retries and a clock; only this file imports prefect."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from datetime import date

from flows.settings import read_settings
from sources._problem import Problem

try:
    _HOME = read_settings().data.absolute() / "prefect"
except Problem as problem:
    print(problem, file=sys.stderr)
    raise SystemExit(2) from None
_HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
_HOST, _PORT = "127.0.0.1", os.environ.get("PREFECT_SERVER_API_PORT", "4200")
_POOL = "lagesbild"
_ENVIRONMENT: Mapping[str, str] = {
    "PREFECT_HOME": str(_HOME),
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_LOGGING_LOG_PRINTS": "false",
}
for _name, _value in _ENVIRONMENT.items():
    os.environ.setdefault(_name, _value)

# Prefect reads its settings when it is imported, so they stand first.
from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from flows import pipeline
from flows.summary import exit_text, summary_lines, summary_markdown
from sources._registry import all_sources


class NightFailed(RuntimeError):
    """Nothing was published, or something is late or failed: the run is to be seen as failed in Prefect."""

    def __init__(self, text: str, exit_code: int) -> None:
        super().__init__(text)
        self.exit_code = exit_code


@task(
    name="source",
    task_run_name="{name}",
    retries=2,
    retry_delay_seconds=[30, 300],
    cache_policy=NO_CACHE,
    persist_result=False,
)
def _source(plan: pipeline.Plan, name: str, log: pipeline.Log) -> pipeline.SourceResult:
    """Fetch and parse one source. A source that fails is asked again, and then keeps its newest valid data."""
    from prefect.runtime import task_run

    result = pipeline.collect_and_read(plan, all_sources()[name], log)
    if result.problem and not plan.sample and task_run.run_count <= 2:
        raise NightFailed(f"{name} gick inte att läsa; orsaken står i data/log/runs.jsonl", 3)
    return result


@task(name="release", cache_policy=NO_CACHE, persist_result=False)
def _release(
    plan: pipeline.Plan,
    results: list[pipeline.SourceResult],
    check: pipeline.Checking,
    log: pipeline.Log,
    inbox: tuple[pipeline.Handed, ...],
) -> pipeline.Outcome:
    """Build, check and publish."""
    return pipeline.finish_run(plan, results, check, log, inbox)


def _to_prefect(line: str, is_passing: bool) -> None:
    """The run's lines in the logger of the flow or task that writes them."""
    logger = get_run_logger()
    (logger.debug if is_passing else logger.info)(line)


@flow(name="nightly", persist_result=False, log_prints=False, validate_parameters=True)
def nightly(
    sample: bool = False,
    offline: bool = False,
    only: list[str] | None = None,
    as_of: date | None = None,
    data: str | None = None,
    area: str | None = None,
) -> int:
    """The nightly run. Parameters name what to do and never hold content; the result is the exit code.

    Raises NightFailed, after all is done and logged, when the exit code is not 0.
    """
    settings = read_settings(data=data, area=area)
    plan = pipeline.make_plan(settings, sample=sample, offline=offline, only=only or (), as_of=as_of)
    with pipeline.running(plan, _to_prefect) as log, pipeline.checking() as check:
        inbox = pipeline.take_inbox(plan, log)
        asked = {module.name for module in pipeline.chosen_sources(plan)}
        results = [
            _source(plan, name, log) if name in asked else pipeline.read_source(plan, module)
            for name, module in all_sources().items()
        ]
        outcome = _release(plan, results, check, log, inbox)
    print("\n".join(summary_lines(outcome)))
    create_markdown_artifact(summary_markdown(outcome), key="sammanfattning", description="Nattens körning")
    if outcome.exit_code:
        raise NightFailed(exit_text(outcome), outcome.exit_code)
    return outcome.exit_code


def main() -> int:
    """`python -m flows.nightly run [--sample]` runs the flow here and now; `serve` keeps a server and a worker."""
    if sys.argv[1:] not in (["serve"], ["run"], ["run", "--sample"]):
        print("python -m flows.nightly run [--sample] | serve", file=sys.stderr)
        return 2
    if sys.argv[1] == "serve":
        return _serve()
    sample = "--sample" in sys.argv
    try:
        pipeline.make_plan(read_settings(), sample=sample)
        return nightly(sample=sample)
    except NightFailed as failed:
        return failed.exit_code
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2


def _serve() -> int:
    """Start a server on this machine, deploy what `prefect.yaml` declares, and work until told to stop."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    api = f"http://{_HOST}:{_PORT}/api"
    environment = {**os.environ, "PREFECT_API_URL": api, "PREFECT_SERVER_API_HOST": _HOST}
    prefect = [sys.executable, "-m", "prefect"]
    running = [subprocess.Popen([*prefect, "server", "start", "--host", _HOST, "--port", _PORT], env=environment)]
    try:
        _wait_for(f"{api}/health", running[0])
        for command in (["work-pool", "create", _POOL, "--type", "process", "--overwrite"], ["deploy", "--all"]):
            subprocess.run([*prefect, "--no-prompt", *command], env=environment, check=True)
        running.append(subprocess.Popen([*prefect, "worker", "start", "--pool", _POOL], env=environment))
        return running[1].wait()
    except KeyboardInterrupt:
        return 0
    except subprocess.CalledProcessError as error:
        print(f"make serve: prefect {error.cmd[4]} gick inte: se raderna ovan.", file=sys.stderr)
        return 2
    finally:
        for process in reversed(running):
            process.terminate()
        for process in reversed(running):
            process.wait(timeout=60)


def _wait_for(url: str, server: "subprocess.Popen[bytes]", seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    raise SystemExit(f"Prefects server på {url} svarade inte inom {seconds:.0f} sekunder.")


if __name__ == "__main__":
    raise SystemExit(main())
