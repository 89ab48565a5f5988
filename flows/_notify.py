"""What is told of a night and to whom: how it ended, what is late or failed, which release holds, where more stands.

Names, days and counts only; never the content of a row, nor what a source's own error says of one.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from flows._log import newest_first
from flows.pipeline import Outcome, latest_release
from flows.summary import attention_lines, exit_text, signal_lines
from sources._landing import STOCKHOLM
from sources._problem import Problem, UsageProblem

_MONDAY = 0


class Ending(StrEnum):
    """How a run ended, as the scheduler names its state; only what a person should act on is sent to anybody."""

    PUBLISHED = "Publicerat"
    UNCHANGED = "Inget nytt"
    REMARKED = "Publicerat med anmärkning"
    REMARKED_AS_BEFORE = "Publicerat, samma anmärkning som förut"
    NOT_PUBLISHED = "Inte publicerat"
    NOT_RUN = "Inte genomfört"
    SIGNALLED = "Publicerat med avvikelse"
    CHECKED = "Allt helt"
    NOT_WHOLE = "Fel i den fullständiga kontrollen"
    WRITTEN = "Skrivet"

    @property
    def exit_code(self) -> int:
        """What the command line says of a run that ended so."""
        return {
            Ending.REMARKED: 3,
            Ending.REMARKED_AS_BEFORE: 3,
            Ending.NOT_PUBLISHED: 1,
            Ending.NOT_WHOLE: 1,
            Ending.NOT_RUN: 2,
        }.get(self, 0)


def ending_of(outcome: Outcome, remarked_before: frozenset[str], day: date) -> Ending:
    """How a run ended. A remark that stood the night before too is not sent again, but for a reminder on Mondays, or
    where there is a new signal to tell of.

    remarked_before: the names of the sources that were late or failed the last time, and `inkorgen` and `texter`.
    """
    if outcome.exit_code == 3:
        is_known = remarks(outcome) <= remarked_before and day.weekday() != _MONDAY and not outcome.signals
        return Ending.REMARKED_AS_BEFORE if is_known else Ending.REMARKED
    if outcome.exit_code:
        return Ending.NOT_PUBLISHED
    if outcome.signals:
        return Ending.SIGNALLED
    return Ending.PUBLISHED if outcome.is_new else Ending.UNCHANGED


def remarks(outcome: Outcome) -> frozenset[str]:
    """What somebody should look into after a run, by name."""
    found = {each.name for each in outcome.sources if each.is_late or each.problem or each.refused_corrections}
    if any(each.needs_a_person for each in outcome.inbox):
        found.add("inkorgen")
    if outcome.texts:
        found.add("texter")
    return frozenset(found)


def remarked_last_time(data: Path) -> frozenset[str]:
    """The `remarks` of the newest run in the run log; none where there is no such log.

    A backfill's runs are passed over: what was late on an earlier day may be news tonight.
    """
    for last in newest_first(data, "runs"):
        try:
            if not last["sources"] or _is_of_the_past(last):  # or it was cut off before it had read them
                continue
            found = {name for name, told in last["sources"].items() if _is_remarked(told)}
            stuck = any(each["refused"] or each["stuck"] for each in last["inbox"])
            return frozenset([*found, *(["inkorgen"] if stuck else []), *(["texter"] if last["texts"] else [])])
        except (AttributeError, LookupError, TypeError, ValueError):
            continue
    return frozenset()


def _is_of_the_past(line: Mapping[str, Any]) -> bool:
    began = datetime.fromisoformat(line["started_at"]).astimezone(STOCKHOLM).date()
    return str(line["as_of"]) < str(began) and not any(told["is_asked"] for told in line["sources"].values())


def _is_remarked(told: Mapping[str, object]) -> bool:
    return bool(told["is_late"] or told["problem"] or told.get("refused_corrections"))


def outcome_text(outcome: Outcome, data: Path) -> str:
    """What a message says of a run: how it ended, each source that failed or is late, the release in force, and where.

    data: the data folder.
    """
    lines = [exit_text(outcome)]
    if outcome.signals:
        lines += ["", *signal_lines(outcome)]
    if unwell := attention_lines(outcome):
        lines += ["", "Källor att se över:", *(f"- {each}" for each in unwell)]
    if refused := [each.name for each in outcome.sources if each.refused_corrections]:
        lines += ["", f"Rättelser som inte går att göra: {', '.join(refused)}."]
    if stuck := [each.source for each in outcome.inbox if each.needs_a_person]:
        lines += ["", f"Inkorgen behöver ses över: {', '.join(stuck)}."]
    if outcome.texts:
        lines += ["", f"{len(outcome.texts)} av samordnarens texter behöver rättas."]
    if outcome.breaches:
        lines += ["", f"{len(outcome.breaches)} kontroller bröts; de står i {data / 'log' / 'runs.jsonl'}."]
    return "\n".join([*lines, "", *where_to_read(data)])


def where_to_read(data: Path) -> list[str]:
    """Which release holds, and where its report and the reasons stand."""
    if not (release := latest_release(data)):
        return ["Ingen utgåva finns ännu.", f"Läs mer: lagesbild status --data {data}"]
    report = data.absolute() / "output" / release / "internal" / "report" / "index.html"
    return [f"Utgåva {release} gäller.", f"Läs mer: {report}, och lagesbild status --data {data}"]


def problem_text(problem: Problem) -> str:
    """What a message says of a run that stopped for a person to mend something, without what was found in a row."""
    shown = problem if isinstance(problem, UsageProblem) else Problem(problem.where, problem.wrong, do=problem.do)
    return f"{shown}\n\nDen senaste utgåvan står kvar."
