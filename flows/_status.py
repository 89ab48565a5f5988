"""How it stands: the newest release, the last run, the room left, and every source with how new what it says is."""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from flows._collect import read_source
from flows._data_version import data_version
from flows._freshness import Silence, attention, late_series, silences
from flows._inbox import handed_lines, look_into_inbox
from flows._log import newest_first
from flows._own_texts import text_problems, texts_of
from flows._plan import Plan, is_locked
from flows._releases import kept_line
from flows._retention import overdue
from flows._version import VERSION
from reports._words import CADENCES
from sources._landing import STOCKHOLM
from sources._registry import SourceModule, all_sources


class Freshness(StrEnum):
    """Whether a source's figures are as new as they should be.

    MISSING: it is fetched, and never has been. UNUSED: it is handed in, and nobody has, or the settings say not to
    fetch it; not every municipality has every source, so that is no alarm.
    """

    CURRENT = "current"
    LATE = "late"
    MISSING = "missing"
    UNUSED = "unused"


_WORDS: Mapping[Freshness, str] = {
    Freshness.CURRENT: "aktuell",
    Freshness.LATE: "försenad",
    Freshness.MISSING: "saknas: aldrig hämtad",
    Freshness.UNUSED: "används inte: aldrig lämnad",
}


_MOST_WARNINGS = 5
# A night may begin late, or take long; one more than this after the last has not been run.
_NIGHT = timedelta(hours=26)


@dataclass(frozen=True, kw_only=True)
class SourceStatus:
    """One source as it stands. `problem` is why it cannot be read, or why it could not be fetched the last time."""

    name: str
    module: SourceModule
    status: str
    freshness: Freshness
    observed_at: datetime | None
    data_as_of: date | None
    expected_by: date | None
    problem: str
    warnings: tuple[str, ...] = ()
    silence: Silence | None = None

    @property
    def needs_a_person(self) -> bool:
        """Whether somebody should look into it."""
        return bool(self.problem) or self.freshness in (Freshness.LATE, Freshness.MISSING)

    @property
    def attention(self) -> str:
        """What to know of it in one sentence; empty where all is well."""
        if self.freshness is Freshness.MISSING and not self.problem:
            return f"{self.module.source.title}: har aldrig hämtats."
        return attention(
            self.module.source.title,
            data_as_of=self.data_as_of,
            expected_by=self.expected_by,
            is_late=self.freshness is Freshness.LATE,
            problem=self.problem,
            silence=self.silence,
        )


@dataclass(frozen=True, kw_only=True)
class LastRun:
    """The run that began last, by the logs. `exit_code` is None of one that has not told of its end.

    Then either `is_running`, or it was cut off after `step`. problem: the error that it ended by, if it did.
    """

    started_at: datetime
    ended_at: datetime | None = None
    exit_code: int | None = None
    is_new: bool = False
    problem: str = ""
    is_running: bool = False
    step: str = ""

    @property
    def published(self) -> bool:
        """Whether the newest release is what it should be after it: it published, or there was nothing new."""
        return self.exit_code in (0, 3) or self.is_running

    def is_overdue(self, now: datetime) -> bool:
        """Whether the next night should have begun by now."""
        return not self.is_running and now - self.started_at > _NIGHT


def last_run(data: Path) -> LastRun | None:
    """How it went the last time, or goes; None where nothing has been run."""
    ended = next((run for line in newest_first(data, "runs") if (run := _ended(line))), None)
    begun = next((line for line in newest_first(data, "steps") if isinstance(line.get("run"), str)), None)
    started_at = _instant(begun["run"]) if begun else None
    if begun is None or started_at is None or (ended and ended.started_at >= started_at):
        return ended
    return LastRun(started_at=started_at, is_running=is_locked(data), step=str(begun.get("step", "")))


def _ended(line: Mapping[str, Any]) -> LastRun | None:
    started_at = _instant(line.get("started_at"))
    exit_code = line.get("exit_code")
    if started_at is None or not isinstance(exit_code, int):
        return None
    return LastRun(
        started_at=started_at,
        ended_at=_instant(line.get("ended_at")),
        exit_code=exit_code,
        is_new=line.get("is_new") is True,
        problem=str(line.get("problem", "")),
    )


def _instant(text: object) -> datetime | None:
    """A point in time of a log; None for what says none."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else None


def exit_code(plan: Plan, statuses: Sequence[SourceStatus]) -> int:
    """What `lagesbild status` answers: 0 all is well, 1 the last run should have published and did not, 3 else."""
    run = last_run(plan.data)
    if run and not run.published:
        return 1
    is_well = (
        not any(each.needs_a_person for each in statuses)
        and not text_problems(plan, texts_of(plan))
        and not any(each.needs_a_person for each in look_into_inbox(plan.data))
        and (plan.sample or run is None or not run.is_overdue(plan.now))
        and room(plan.data).is_enough
    )
    return 0 if is_well else 3


@dataclass(frozen=True, kw_only=True)
class Room:
    """What is free on the data folder's disk, and what a run needs beside what is there, in bytes."""

    free: int
    needed: int

    @property
    def is_enough(self) -> bool:
        """Whether the next run can be finished."""
        return self.free >= self.needed


def room(data: Path) -> Room:
    """The room left: a run needs twice what the newest release and the warehouse take, which it writes anew aside."""
    there = data if data.exists() else data.absolute().parent
    made = [data / "output" / "latest", data / "warehouse.duckdb"]
    sizes = [
        path.stat().st_size
        for each in made
        if each.exists()
        for path in (
            [each] if each.is_file() else (Path(at) / name for at, _, names in os.walk(each) for name in names)
        )
    ]
    return Room(free=shutil.disk_usage(there).free, needed=2 * sum(sizes))


def source_statuses(plan: Plan) -> list[SourceStatus]:
    """Every source on the day of the plan, in the order of their names."""
    silent = silences(plan)
    statuses = []
    for name, module in all_sources().items():
        result = read_source(plan, module)
        if result.observations:
            freshness = Freshness.LATE if result.is_late else Freshness.CURRENT
        else:
            is_fetched = module.fetch is not None and name not in plan.settings.not_fetched
            freshness = Freshness.MISSING if is_fetched else Freshness.UNUSED
        statuses.append(
            SourceStatus(
                name=name,
                module=module,
                status=result.status,
                freshness=freshness,
                observed_at=max((each.observed_at for each in result.observations), default=None),
                data_as_of=result.data_as_of,
                expected_by=result.expected_by,
                problem=result.problem or (_last_problem(silent[name]) if name in silent else ""),
                warnings=result.warnings,
                silence=silent.get(name),
            )
        )
    return statuses


def list_lines(plan: Plan) -> list[str]:
    """The sources as a table: what they are and how they stand."""
    heading = ("källa", "utgivare", "licens", "uppdateras", "senast", "uppgifter t.o.m.", "läge", "nyare väntas")
    return _table(
        heading,
        [
            (each.name, each.module.source.publisher, each.module.source.licence.name, *_stand(each))
            for each in source_statuses(plan)
        ],
    )


def status_lines(plan: Plan, release: str, statuses: Sequence[SourceStatus]) -> list[str]:
    """How it stands, in plain Swedish: the release, a row for each source, what is wrong, retention, inbox, texts."""
    heading = ("källa", "licens", "uppdateras", "senast", "uppgifter t.o.m.", "läge", "nyare väntas")
    lines = [f"Senaste utgåva: {release or 'ingen ännu; kör lagesbild run'}", kept_line(plan.data, plan.settings)]
    lines += [*_run_lines(plan), *_room_lines(plan), ""]
    lines += _table(heading, [(each.name, each.module.source.licence.name, *_stand(each)) for each in statuses])
    for each in statuses:
        is_new = each.freshness is Freshness.MISSING and not each.problem  # the table says so
        told = [text for text in (each.attention, each.problem) if text and not is_new]
        told += [f"Varning: {warning}" for warning in each.warnings[:_MOST_WARNINGS]]
        lines += [f"\n{each.name} – {sentence}" for sentence in told]
    if late := late_series(plan.data, plan.as_of):
        listed = ", ".join(f"{each.kpi} (har {each.newest_year}, väntades {each.expected_by})" for each in late)
        lines.append(f"\nNyckeltal som enligt Koladas katalog skulle ha fått nyare värden: {listed}")
    for name, module in all_sources().items():
        if days := overdue(plan, module):
            decided = name in plan.settings.gallringsbeslut
            why = "gallras vid nästa körning" if decided else "gallras ej: beslut saknas"
            lines.append(f"\n{name} {why} ({len(days)} ögonblicksbilder, den äldsta sedan {min(days.values())})")
    inbox = handed_lines(look_into_inbox(plan.data))
    return [*lines, "", *(inbox or ["Inkorgen är tom."]), "", *_text_lines(plan)]


def _run_lines(plan: Plan) -> list[str]:
    """How the last run went, how long ago that was, and when the next is expected."""
    run = last_run(plan.data)
    if run is None:
        return ["Ingen körning ännu."]
    began = f"{run.started_at.astimezone(STOCKHOLM):%Y-%m-%d %H.%M}"
    if run.is_running:
        return [f"En körning pågår sedan {began}."]
    hours = (plan.now - run.started_at) / timedelta(hours=1)
    if run.exit_code is None:
        how = f"avbröts efter steget {run.step}; den senaste utgåvan står kvar"
    else:
        words = {
            0: "gick väl",
            1: "publicerade ingenting",
            2: "gick inte att göra",
            3: "gick, men något behöver ses efter",
        }
        how = f"{words.get(run.exit_code, 'slutade')} (kod {run.exit_code})" + (
            f": {run.problem}" if run.problem else ""
        )
    lines = [f"Senaste körning: {began}, {hours:.0f} timmar sedan; {how}".rstrip(".") + "."]
    if not plan.sample:
        by = f"{(run.started_at + _NIGHT).astimezone(STOCKHOLM):%Y-%m-%d %H.%M}"
        lines.append(
            f"Ingen körning på {hours:.0f} timmar: nästa skulle ha börjat senast {by}."
            if run.is_overdue(plan.now)
            else f"Nästa körning väntas senast {by}."
        )
    return lines


def _room_lines(plan: Plan) -> list[str]:
    left = room(plan.data)
    told = f"Ledigt på disken: {_size(left.free)}; nästa körning behöver {_size(left.needed)}"
    return [
        f"{told}." if left.is_enough else f"{told}: frigör plats.",
        f"Datamapp av version {data_version(plan.data)}, program {VERSION}.",
    ]


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.0f} MB"


def _text_lines(plan: Plan) -> list[str]:
    """How it stands with the coordinator's own texts: how many, draft or decided, and what should be mended."""
    texts = texts_of(plan)
    lines = [
        " ".join([f"Texter för {area}: {len(own.texts)} skrivna.", f"{own.decision.line()}.", *own.decision.reasons()])
        for area, own in texts.items()
        if own.texts or own.problems
    ]
    return [*(lines or ["Samordnaren har inte skrivit några texter."]), *text_problems(plan, texts)]


def status_json(plan: Plan, release: str, statuses: Sequence[SourceStatus]) -> dict[str, Any]:
    """The same for a program that watches. Keys are only ever added: none goes, and none changes what it means."""
    texts, run, left = texts_of(plan), last_run(plan.data), room(plan.data)
    kept = sorted(path.name for path in (plan.data / "output").glob("20*"))
    ended = {name: overdue(plan, module) for name, module in all_sources().items()}
    return {
        "release": release,
        "release_as_of": release[:10],
        "releases": {"count": len(kept), "oldest": kept[0] if kept else ""},
        "as_of": plan.as_of.isoformat(),
        "now": plan.now.isoformat(),
        "sample": plan.sample,
        "program_version": VERSION,
        "data_version": data_version(plan.data),
        "exit_code": exit_code(plan, statuses),
        "attention": [each.attention for each in statuses if each.attention],
        "late_series": [
            {
                "series": each.kpi,
                "title": each.title,
                "newest_year": each.newest_year,
                "expected_by": each.expected_by.isoformat(),
            }
            for each in late_series(plan.data, plan.as_of)
        ],
        "run": {
            "started_at": run.started_at.isoformat() if run else "",
            "ended_at": run.ended_at.isoformat() if run and run.ended_at else "",
            "hours_ago": round((plan.now - run.started_at) / timedelta(hours=1), 2) if run else None,
            "exit_code": run.exit_code if run else None,
            "published": run.published if run else None,
            "is_new": run.is_new if run else False,
            "problem": run.problem if run else "",
            "is_running": run.is_running if run else False,
            "interrupted_after": run.step if run and run.exit_code is None and not run.is_running else "",
            "is_overdue": not plan.sample and run is not None and run.is_overdue(plan.now),
            "next_by": (run.started_at + _NIGHT).isoformat() if run and not plan.sample else "",
        },
        "disk": {"free_bytes": left.free, "needed_bytes": left.needed, "is_enough": left.is_enough},
        "sources": [
            {
                "source": each.name,
                "title": each.module.source.title,
                "publisher": each.module.source.publisher,
                "licence": each.module.source.licence.name,
                "cadence": each.module.source.cadence.value,
                "is_fetched": each.module.fetch is not None,
                "status": each.status,
                "freshness": each.freshness.value,
                "is_late": each.freshness is Freshness.LATE,
                "observed_at": each.observed_at.isoformat() if each.observed_at else "",
                "data_as_of": str(each.data_as_of or ""),
                "expected_by": str(each.expected_by or ""),
                "problem": each.problem,
                "silent_since": each.silence.since.isoformat() if each.silence else "",
                "silent_nights": each.silence.nights if each.silence else 0,
                "warnings": list(each.warnings),
                "retention_months": each.module.source.retention_months,
                "retention_decision": plan.settings.gallringsbeslut.get(each.name, ""),
                "retention_ended": len(ended[each.name]),
                "retention_ended_since": str(min(ended[each.name].values(), default="")),
            }
            for each in statuses
        ],
        "inbox": [
            {"source": each.source, "waiting": each.waiting, "refused": each.refused}
            for each in look_into_inbox(plan.data)
        ],
        "texts": {area: {"sections": [*own.texts], "is_draft": own.decision.is_draft} for area, own in texts.items()},
        "text_problems": list(text_problems(plan, texts)),
    }


def _stand(each: SourceStatus) -> tuple[str, ...]:
    seen = each.observed_at.astimezone(STOCKHOLM).date() if each.observed_at else None
    return (
        CADENCES[each.module.source.cadence.value],
        f"{'hämtad' if each.module.fetch else 'lämnad'} {seen}" if seen else "–",
        str(each.data_as_of or "–"),
        ("fel; " if each.problem else "") + _word(each),
        str(each.expected_by or "–"),
    )


def _word(each: SourceStatus) -> str:
    is_switched_off = each.freshness is Freshness.UNUSED and each.module.fetch is not None
    return "hämtas inte enligt inställningen" if is_switched_off else _WORDS[each.freshness]


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(heading, *rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (heading, *rows)
    ]


def _last_problem(silence: Silence) -> str:
    return f"vid körningen {silence.latest.date()}: {silence.problem}"
