"""The Prefect flows: the steps of `lagesbild run` with names, retries and a clock; only this file imports prefect."""

import hashlib
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar
from uuid import UUID

from flows._serve import POOL, scheduler_environment, serve
from flows.settings import Settings, read_settings
from sources._problem import Problem, UsageProblem

try:
    _DATA = read_settings().data
except Problem as problem:
    print(problem, file=sys.stderr)
    raise SystemExit(2) from None
for _name, _value in scheduler_environment(_DATA).items():
    os.environ.setdefault(_name, _value)
Path(os.environ["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True, mode=0o700)

# Prefect reads its settings when it is imported, so they stand first.
from prefect import State, flow, get_run_logger, task
from prefect.artifacts import create_link_artifact, create_markdown_artifact
from prefect.blocks.core import Block
from prefect.blocks.notifications import CustomWebhookNotificationBlock, MicrosoftTeamsWebhook, SlackWebhook
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolUpdate
from prefect.client.schemas.objects import StateType
from prefect.concurrency.sync import concurrency
from prefect.events.actions import ChangeFlowRunState, SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.states import Completed, Failed
from prefect.tasks import Task
from prefect.variables import Variable
from pydantic import SecretStr

from flows import pipeline
from flows._backfill import backfill_days, days_with_content
from flows._channels import Channel, channel_of
from flows._full_check import check_everything
from flows._log import exit_code_of
from flows._monthly import first_of_month_before, monthly_markdown
from flows._notify import (
    Ending,
    ending_of,
    outcome_text,
    problem_text,
    remarked_last_time,
    where_to_read,
)
from flows._plan import Busy
from flows._unexpected import unexpected
from flows.summary import day_line, summary_lines, summary_markdown
from lagesbild import release_folder
from models._contracts import without_examples
from reports.week import write_weeks
from sources._declare import Source
from sources._registry import all_sources

_RUN_SECONDS = 8 * 3600
_LOOK_AGAIN_SECONDS = 5
_LIVES_SECONDS = 300  # five signs of life missed
_MOST_SHOWN = 20
_RELEASE_VARIABLE = "lagesbild_utgava"

_Result = TypeVar("_Result")


def _tags(source: Source) -> list[str]:
    """What a source's task is tagged with: who publishes it, how often, and whether it is about people."""
    return [source.publisher, source.cadence.value, "personal" if source.is_personal else "official"]


def _may_be_asked_again(task: Task[..., Any], run: Any, state: Any) -> bool:
    """Not when the waits are used up, nor when a source has taken all the time it may.

    Prefect writes an empty traceback when retries run out, so there is one more of them than is used.
    """
    delays = task.retry_delay_seconds
    is_late = isinstance(state.data, TimeoutError) or (
        isinstance(state.data, _Unread) and time.monotonic() >= state.data.until
    )
    return not is_late and isinstance(delays, list) and int(run.run_count) <= len(delays)


class _Unread(Exception):
    """A source could not be read, and this is what is known of it.

    Its own text says nothing: Prefect writes what a failed task's result looks like in its log.
    """

    def __init__(self, result: pipeline.SourceResult, until: float) -> None:
        super().__init__()
        self.result, self.until = result, until


@contextmanager
def _without_its_text() -> Iterator[None]:
    """What nobody foresaw leaves the block as a Problem: Prefect writes what a task raises in its database and logs."""
    try:
        yield
    except BaseException as error:
        if (told := unexpected(error)) is None:
            raise
        raise told from None


class _Told(Exception):
    """A run ended as a run may end, and its state says how."""


def _is_news(record: logging.LogRecord) -> bool:
    return record.exc_info is None or not isinstance(record.exc_info[1], _Told)


# Prefect raises what a failed state holds when a worker's run ends, and logs it as unexpected, with a traceback.
logging.getLogger("prefect.flow_runs").addFilter(_is_news)


@task(
    name="source",
    task_run_name="{name}",
    retry_condition_fn=_may_be_asked_again,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def _source(plan: pipeline.Plan, name: str, log: pipeline.Log, until: float) -> Any:
    """Fetch and parse one source. One that fails is asked again, and then keeps its newest valid data."""
    with _without_its_text():
        result = pipeline.collect_and_read(plan, all_sources()[name], log, until)
    if result.problem and not plan.sample:
        return Failed(message=f"{name} gick inte att läsa; orsaken står i log/runs.jsonl", data=_Unread(result, until))
    return result


def _ask(plan: pipeline.Plan, name: str, log: pipeline.Log, until: float) -> pipeline.SourceResult:
    """One source's task, with what is declared for it; whatever happens to it, the others go on.

    All attempts together take no longer than `source_seconds`, and none is made after `until`.
    """
    module, settings = all_sources()[name], plan.settings
    delays = settings.ask_again_seconds
    asked = _source.with_options(
        retries=len(delays) + 1 if delays else 0,
        retry_delay_seconds=list(delays),
        # The client keeps to its own time; this ends what hangs elsewhere.
        timeout_seconds=2 * settings.source_seconds,
        tags=_tags(module.source),
    )
    done: State[Any] = asked(plan, name, log, min(until, time.monotonic() + settings.source_seconds), return_state=True)
    match done.result(raise_on_failure=False):
        case pipeline.SourceResult() as result:
            return result
        case _Unread() as unread:
            return unread.result
        case TimeoutError():
            wrong = f"{name}: hann inte läsas på {2 * settings.source_seconds:.0f} sekunder."
        case error:
            wrong = f"{name}: {error if isinstance(error, Problem) else type(error).__name__}"
    return replace(pipeline.read_source(plan, module, wrong), is_asked=True)


@task(name="release", cache_policy=NO_CACHE, persist_result=False)
def _release(
    plan: pipeline.Plan,
    results: list[pipeline.SourceResult],
    check: pipeline.Checking,
    log: pipeline.Log,
    inbox: tuple[pipeline.Handed, ...],
) -> pipeline.Outcome:
    """Build, check and publish."""
    with _without_its_text():
        return pipeline.finish_run(plan, results, check, log, inbox)


# Not "day": with what Prefect puts after it, that is a number plate.
@task(name="backfill", task_run_name="{plan.as_of}", cache_policy=NO_CACHE, persist_result=False)
def _day(plan: pipeline.Plan) -> pipeline.Outcome:
    """The release of a day that has been, out of what was known by then."""
    with _without_its_text():
        return _when_free(plan.settings, lambda: pipeline.run(plan, _to_prefect))


def _to_prefect(line: str, is_passing: bool) -> None:
    """The run's lines in the logger of the flow or task that writes them."""
    logger = get_run_logger()
    (logger.debug if is_passing else logger.info)(line)


@flow(name="nightly", timeout_seconds=_RUN_SECONDS, persist_result=False, log_prints=False)
def nightly(
    sample: bool = False,
    offline: bool = False,
    only: list[str] | None = None,
    as_of: date | None = None,
    data: str | None = None,
    area: str | None = None,
) -> State[Any]:
    """The nightly run. Parameters name what to do and never hold content; the state's name is how it ended."""

    def night() -> State[Any]:
        settings = read_settings(data=data, area=area)
        return _told(*_publish(settings, sample=sample, offline=offline, only=only or (), as_of=as_of))

    return _ended(night)


@flow(name="weekly-check", timeout_seconds=_RUN_SECONDS, persist_result=False, log_prints=False)
def weekly_check(sample: bool = False, data: str | None = None, area: str | None = None) -> State[Any]:
    """Is all that must be kept still there and whole? Fails, with what is wrong, when it is not."""

    def week() -> State[Any]:
        plan = pipeline.make_plan(read_settings(data=data, area=area), sample=sample)
        with _in_turn(plan.settings):
            checked = _when_free(plan.settings, lambda: check_everything(plan, partial(_to_prefect, is_passing=False)))
        told = [without_examples(each) for each in checked.found]
        more = [f"… och {len(told) - _MOST_SHOWN} till."] if told[_MOST_SHOWN:] else []
        shown = [*(told[:_MOST_SHOWN] or ["Allt som ska bevaras finns och är helt."]), *more, *checked.remarks]
        print("\n".join(shown))
        create_markdown_artifact(
            "\n".join(f"- {each}" for each in shown),
            key="fullstandig-kontroll",
            description="Veckans fullständiga kontroll",
        )
        if not told:
            return _done(Ending.CHECKED, "\n".join(shown))
        lines = [f"Den fullständiga kontrollen hittade {len(told)} fel:", *shown, "", *where_to_read(plan.data)]
        return _failed(Ending.NOT_WHOLE, "\n".join(lines))

    return _ended(week)


@flow(name="week-page", timeout_seconds=_RUN_SECONDS, persist_result=False, log_prints=False)
def week_page(data: str | None = None, area: str | None = None) -> State[Any]:
    """Veckans läge of the last whole week, for Monday's meeting."""

    def page() -> State[Any]:
        plan = pipeline.make_plan(read_settings(data=data, area=area))
        release_folder(plan.data)  # where there is none, there is nothing to lock

        def write() -> list[Path]:
            with pipeline.one_writer(plan.data):
                return write_weeks(plan.data, release_folder(plan.data), plan.settings.area)

        with _in_turn(plan.settings):
            written = _when_free(plan.settings, write)
        for folder in written:
            print(folder)
        links = [f"- [{path.name}]({path.absolute().as_uri()})" for each in written for path in sorted(each.iterdir())]
        create_markdown_artifact("\n".join(links), key="veckans-lage", description="Veckans läge")
        return _done(Ending.WRITTEN, f"Veckans läge är skrivet: {', '.join(str(each) for each in written)}")

    return _ended(page)


@flow(name="monthly-report", timeout_seconds=_RUN_SECONDS, persist_result=False, log_prints=False)
def monthly_report(
    sample: bool = False,
    offline: bool = False,
    as_of: date | None = None,
    data: str | None = None,
    area: str | None = None,
) -> State[Any]:
    """A nightly run with every printed format, and what differs since the first release of the month before."""

    def month() -> State[Any]:
        settings = read_settings(data=data, area=area, report_formats=("pdf", "docx", "pptx"))
        plan, outcome, ending = _publish(settings, sample=sample, offline=offline, as_of=as_of)
        if outcome.path:
            before = first_of_month_before(plan.data, plan.as_of)
            text = monthly_markdown(plan.data, outcome.release, before)
            create_markdown_artifact(text, key="manadsrapport", description="Månadens rapport")
        return _told(plan, outcome, ending)

    return _ended(month)


@flow(name="backfill", persist_result=False, log_prints=False)
def backfill(
    first: date,
    last: date,
    every: Literal["day", "week", "month"] = "month",
    sample: bool = False,
    data: str | None = None,
    area: str | None = None,
) -> State[Any]:
    """Releases of days that have been; `latest` stays. Days that are there already and say the same are left alone."""

    def days() -> State[Any]:
        settings = read_settings(data=data, area=area)
        chosen = days_with_content(settings, backfill_days(first, last, every), sample=sample)
        plans = [pipeline.make_plan(settings, sample=sample, offline=True, as_of=day) for day in chosen]
        lines, bad = [], []
        with _in_turn(settings):
            for plan in plans:  # the lock is let go between two days, for who works in the folder by hand
                done: State[Any] = _day(plan, return_state=True)
                match done.result(raise_on_failure=False):
                    case pipeline.Outcome() as outcome:
                        lines.append(without_examples(day_line(plan.as_of, outcome)))
                        is_bad = outcome.exit_code == 1
                    case error:
                        lines.append(
                            f"{plan.as_of}  gick inte: {error if isinstance(error, Problem) else type(error).__name__}"
                        )
                        is_bad = True
                bad += [plan.as_of] if is_bad else []
        print("\n".join(lines))
        text = "\n".join(f"- {line}" for line in lines)
        create_markdown_artifact(text, key="efterhand", description="Utgåvor i efterhand")
        if bad:
            return _failed(Ending.NOT_PUBLISHED, f"Ingen utgåva gjordes för {', '.join(map(str, bad))}.")
        return _done(Ending.PUBLISHED, f"{len(lines)} dagar gjorda i efterhand.")

    return _ended(days)


def _publish(settings: Settings, **asked_for: Any) -> tuple[pipeline.Plan, pipeline.Outcome, Ending]:
    """A whole run as `lagesbild run` does it, with a task for each source, and its artifacts.

    The clock is read when the run begins, not when it takes its place among those that wait.
    """
    with _in_turn(settings), ExitStack() as held, pipeline.checking() as check:

        def begin() -> tuple[pipeline.Plan, pipeline.Log]:
            plan = pipeline.make_plan(settings, **asked_for)
            return plan, held.enter_context(pipeline.running(plan, _to_prefect))

        plan, log = _when_free(settings, begin)
        before = remarked_last_time(plan.data)
        inbox = pipeline.take_inbox(plan, log)
        asked, until = {module.name for module in pipeline.chosen_sources(plan)}, pipeline.asking_ends()
        results = [
            _ask(plan, name, log, until) if name in asked else pipeline.read_source(plan, module)
            for name, module in all_sources().items()
        ]
        outcome = _release(plan, results, check, log, inbox)
        if plan.data.absolute() == _DATA.absolute():
            Variable.set(_RELEASE_VARIABLE, pipeline.latest_release(plan.data), overwrite=True)
    print("\n".join(summary_lines(outcome)))
    create_markdown_artifact(summary_markdown(outcome), key="sammanfattning", description="Nattens körning")
    if outcome.path:
        report = outcome.path.absolute() / "internal" / "report" / "index.html"
        create_link_artifact(
            f"{plan.settings.public_url}report/index.html" if plan.settings.public_url else report.as_uri(),
            link_text=outcome.release,
            key="utgava",
            description="Utgåvans rapport",
        )
        quality = plan.data.absolute() / "log" / outcome.release / "data_docs" / "index.html"
        create_link_artifact(
            quality.as_uri(), link_text=outcome.release, key="datakvalitet", description="Datakvalitet"
        )
    return plan, outcome, ending_of(outcome, before, plan.as_of)


def _told(plan: pipeline.Plan, outcome: pipeline.Outcome, ending: Ending) -> State[Any]:
    end = _failed if ending.exit_code == 1 else _done
    return end(ending, outcome_text(outcome, plan.data))


def _done(ending: Ending, text: str) -> State[Any]:
    return Completed(name=ending.value, message=text, data=ending.exit_code)


def _failed(ending: Ending, text: str) -> State[Any]:
    return Failed(name=ending.value, message=text, data=_Told(ending.value))


def _ended(work: Callable[[], State[Any]]) -> State[Any]:
    """How some work ended; what a person must mend is a sentence of its own, and no traceback."""
    try:
        with _without_its_text():
            return work()
    except Problem as problem:
        print(problem, file=sys.stderr)
        ending = Ending.NOT_RUN if exit_code_of(problem) == 2 else Ending.NOT_PUBLISHED
        return _failed(ending, problem_text(problem))


@contextmanager
def _in_turn(settings: Settings) -> Iterator[None]:
    """Wait for one's turn in a data folder among all that the scheduler runs, whatever deployment or pool they are of.

    A turn that never comes is no reason to stay away: the lock on the folder says whether anybody is at work in it.
    """
    queue, seconds = queue_name(settings.data), settings.busy_minutes * 60
    with get_client(sync_client=True) as client:
        client.upsert_global_concurrency_limit_by_name(queue, 1)
    with ExitStack() as held:
        try:
            held.enter_context(
                concurrency(queue, timeout_seconds=seconds, strict=True, raise_on_lease_renewal_failure=False)
            )
        except TimeoutError:
            get_run_logger().warning("Turen i datamappen kom aldrig; mappens lås får avgöra.")
        yield


def _when_free(settings: Settings, work: Callable[[], _Result]) -> _Result:
    """Do what needs the data folder's lock; while somebody else holds it, try again for as long as the settings say."""
    until = time.monotonic() + settings.busy_minutes * 60
    while True:
        try:
            return work()
        except Busy:
            if time.monotonic() > until:
                raise
            time.sleep(_LOOK_AGAIN_SECONDS)


def queue_name(data: Path) -> str:
    """The name of the limit that keeps one run at a time in a data folder; letters only, and no path."""
    return "lagesbild-" + hashlib.sha256(str(data.absolute()).encode()).hexdigest()[:12].translate(pipeline.LETTERS)


_OURS = {"prefect.resource.role": "tag", "prefect.resource.id": "prefect.tag.lagesbild"}
_RUNS = "prefect.flow-run.*"
_HOLDS = "{% if variables.lagesbild_utgava %}Utgåva {{ variables.lagesbild_utgava }} gäller.{% endif %}"
_MORE = "\n\nKörningen i Prefect: {{ flow_run|ui_url }}"
_SAID = "{{ flow_run.state.message }}" + _MORE
_ENDED_BADLY = (
    "{% if flow_run.state.name == 'TimedOut' %}Körningen tog längre tid än den får och avbröts. "
    + _HOLDS
    + "{% elif flow_run.state.name in ('Failed', 'Crashed') %}Körningen avbröts innan den var klar. "
    + _HOLDS
    + "{% else %}{{ flow_run.state.message }}{% endif %}"
    + _MORE
)
_NEVER_BEGAN = (
    "Körningen skulle ha börjat {{ flow_run.expected_start_time }} och har inte gjort det: "
    "arbetaren är nere, eller en annan körning har inte blivit klar. " + _HOLDS + _MORE
)


def _automations(settings: Settings, blocks: Sequence[UUID]) -> list[AutomationCore]:
    """What Prefect does by itself: tell of what a person should act on, and end runs that no longer live."""

    def telling(name: str, trigger: EventTrigger, subject: str, body: str) -> AutomationCore:
        return AutomationCore(
            name=f"{POOL}: {name}",
            trigger=trigger,
            actions=[SendNotification(block_document_id=block, subject=subject, body=body) for block in blocks],
        )

    of_our_runs: dict[str, Any] = {"match_related": _OURS, "for_each": {"prefect.resource.id"}}
    found = [
        AutomationCore(
            name=f"{POOL}: utan livstecken",
            trigger=EventTrigger(
                **of_our_runs,
                match={"prefect.resource.id": _RUNS},
                after={"prefect.flow-run.heartbeat"},
                expect={_RUNS},
                posture=Posture.Proactive,
                within=timedelta(seconds=_LIVES_SECONDS),
            ),
            actions=[
                ChangeFlowRunState(
                    name="Crashed",
                    state=StateType.CRASHED,
                    message="Körningen gav inget livstecken längre.",
                    force=False,
                )
            ],
        )
    ]
    if not blocks:
        return found
    return [
        *found,
        telling(
            "inte publicerat",
            EventTrigger(
                **of_our_runs,
                match={"prefect.resource.id": _RUNS, "prefect.state-type": ["FAILED", "CRASHED"]},
                expect={_RUNS},
            ),
            "Lägesbild: {{ deployment.name }} gick inte",
            _ENDED_BADLY,
        ),
        telling(
            "publicerat med anmärkning",
            EventTrigger(
                **of_our_runs,
                match={"prefect.resource.id": _RUNS},
                expect={f"prefect.flow-run.{Ending.REMARKED.value}"},
            ),
            "Lägesbild: publicerat med anmärkning",
            _SAID,
        ),
        telling(
            "avvikelse",
            EventTrigger(
                **of_our_runs,
                match={"prefect.resource.id": _RUNS},
                expect={f"prefect.flow-run.{Ending.SIGNALLED.value}"},
            ),
            "Lägesbild: en avvikelse att svara på",
            _SAID,
        ),
        telling(
            "har inte börjat",
            EventTrigger(
                **of_our_runs,
                match={"prefect.resource.id": _RUNS},
                after={"prefect.flow-run.Late", "prefect.flow-run.AwaitingConcurrencySlot"},
                expect={"prefect.flow-run.Running", "prefect.flow-run.Cancelled"},
                posture=Posture.Proactive,
                within=timedelta(minutes=settings.late_minutes),
            ),
            "Lägesbild: {{ deployment.name }} har inte börjat",
            _NEVER_BEGAN,
        ),
    ]


def deploy() -> None:
    """Tell the server what there is to run (`prefect.yaml`), one at a time, and whom to tell of what (the settings).

    Said again it changes only what has changed, so that what Prefect remembers of a run under way is kept.
    """
    settings = read_settings()
    command = [sys.executable, "-m", "prefect", "--no-prompt"]
    for arguments in (["work-pool", "create", POOL, "--type", "process", "--overwrite"], ["deploy", "--all"]):
        subprocess.run([*command, *arguments], check=True)
    blocks = [_block(name, address.get_secret_value()) for name, address in settings.notify.items()]
    wanted = {each.name: each for each in _automations(settings, blocks)}
    with get_client(sync_client=True) as client:
        client.update_work_pool(POOL, WorkPoolUpdate(concurrency_limit=1))
        client.upsert_global_concurrency_limit_by_name(queue_name(settings.data), 1)
        for standing in client.read_automations():
            new = wanted.pop(standing.name, None)
            if new is None and standing.name.startswith(f"{POOL}: "):
                client.delete_automation(standing.id)
            elif new is not None and AutomationCore.model_validate(standing.model_dump()) != new:
                client.update_automation(standing.id, new)
        for each in wanted.values():
            client.create_automation(each)


def _block(name: str, address: str) -> UUID:
    """The notification block of an address, made or brought up to date; Prefect keeps it enciphered."""
    block: Any
    match channel_of(address):
        case Channel.BLOCK:
            try:
                return _id_of(Block.load(address))
            except ValueError:
                raise UsageProblem(
                    f"notify.{name}",
                    "blocket finns inte i Prefect",
                    found=address,
                    do="gör det där, eller rätta namnet",
                ) from None
        case Channel.TEAMS:
            block = MicrosoftTeamsWebhook(url=SecretStr(address))
        case Channel.SLACK:
            block = SlackWebhook(url=SecretStr(address))
        case Channel.EMAIL:
            # Prefect has no block for a mail server of one's own; this one hands whatever it is given to Apprise.
            text = "" if "format=" in address else f"{'&' if '?' in address else '?'}format=text"
            block = SlackWebhook(url=SecretStr(address + text))
        case Channel.WEBHOOK:
            said = {"title": "{{subject}}", "text": "{{body}}"}
            block = CustomWebhookNotificationBlock.model_validate(
                {"name": POOL, "url": "{{address}}", "json_data": said, "secrets": {"address": address}}
            )
    block.save(f"{POOL}-{name}", overwrite=True)
    return _id_of(block)


def _id_of(block: Any) -> UUID:
    return UUID(str(block._block_document_id))


def main() -> int:
    """`python -m flows.nightly run [--sample]` runs the flow here and now; `serve` keeps a server and a worker.

    `deploy` tells a server that is running already (PREFECT_API_URL) what to run. Returns what `lagesbild run` does.
    """
    if sys.argv[1:] not in (["serve"], ["deploy"], ["run"], ["run", "--sample"]):
        print("python -m flows.nightly run [--sample] | serve | deploy", file=sys.stderr)
        return 2
    try:
        if sys.argv[1] == "serve":
            return serve()
        if sys.argv[1] == "deploy":
            deploy()
            return 0
        sample = "--sample" in sys.argv
        pipeline.make_plan(read_settings(), sample=sample)
        state: State[Any] = nightly(sample=sample, return_state=True)
        return Ending(state.name).exit_code if state.name in list(Ending) else 1
    except Problem as problem:
        print(problem, file=sys.stderr)
        return exit_code_of(problem)
    except subprocess.CalledProcessError:
        print("prefect deploy gick inte: se raderna ovan.", file=sys.stderr)
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
