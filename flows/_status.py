"""How it stands with every source: what it is, when it was last seen, and whether what it says is new enough."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from flows._collect import read_source
from flows._inbox import handed_lines, look_into_inbox
from flows._own_texts import text_problems, texts_of
from flows._plan import Plan
from flows._releases import kept_line
from flows._retention import overdue
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

    @property
    def needs_a_person(self) -> bool:
        """Whether somebody should look into it."""
        return bool(self.problem) or self.freshness in (Freshness.LATE, Freshness.MISSING)


def source_statuses(plan: Plan) -> list[SourceStatus]:
    """Every source on the day of the plan, in the order of their names."""
    failed = _failed_last_time(plan.data)
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
                problem=result.problem or failed.get(name, ""),
                warnings=result.warnings,
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
    lines = [f"Senaste utgåva: {release or 'ingen ännu; kör lagesbild run'}", kept_line(plan.data, plan.settings), ""]
    lines += _table(heading, [(each.name, each.module.source.licence.name, *_stand(each)) for each in statuses])
    for each in statuses:
        told = [each.problem] if each.problem else []
        told += [f"Varning: {warning}" for warning in each.warnings[:_MOST_WARNINGS]]
        lines += [f"\n{each.name} – {sentence}" for sentence in told]
    for name, module in all_sources().items():
        if days := overdue(plan, module):
            decided = name in plan.settings.gallringsbeslut
            why = "gallras vid nästa körning" if decided else "gallras ej: beslut saknas"
            lines.append(f"\n{name} {why} ({len(days)} ögonblicksbilder, den äldsta sedan {min(days.values())})")
    inbox = handed_lines(look_into_inbox(plan.data))
    return [*lines, "", *(inbox or ["Inkorgen är tom."]), "", *_text_lines(plan)]


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
    """The same for a program that watches."""
    texts = texts_of(plan)
    ended = {name: overdue(plan, module) for name, module in all_sources().items()}
    return {
        "release": release,
        "as_of": plan.as_of.isoformat(),
        "sample": plan.sample,
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


def _failed_last_time(data: Path) -> dict[str, str]:
    """Why a source could not be fetched when it was last asked, for those of which that is so."""
    problems: dict[str, str] = {}
    for line in _runs(data):
        for name, told in line["sources"].items():
            if told.get("is_asked"):
                day = datetime.fromisoformat(line["started_at"]).astimezone(STOCKHOLM).date()
                problems[name] = f"vid körningen {day}: {told['problem']}" if told["problem"] else ""
    return {name: problem for name, problem in problems.items() if problem}


def _runs(data: Path) -> Iterator[dict[str, Any]]:
    """The run log, oldest first. A torn line is passed over."""
    path = data / "log" / "runs.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            yield json.loads(line)
        except ValueError:
            continue
