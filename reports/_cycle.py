"""The law's cycle: the situation report, the action plan and their follow-up every second year, and on which figures.

Lag (2023:196) om kommuners ansvar för brottsförebyggande arbete: both are followed up at least every second year. The
days are what people have written in `report.toml`; nothing is taken for done that nobody has stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from reports._decision import Decision, two_years_after
from reports._document import Block, Cell, Column, Paragraph, Section, Table
from reports._language import t
from reports._words import date_text, words

Step = Literal["report", "plan", "follow_up", "next_follow_up"]
STEPS = {
    "report": "Lägesbild",
    "plan": "Åtgärdsplan",
    "follow_up": "Uppföljning av lägesbild och åtgärdsplan",
    "next_follow_up": "Nästa uppföljning",
}
STATES = {
    "done": "klar",
    "late": "försenad",
    "coming": "kommer",
    "not_decided": "inte beslutad",
    "not_stated": "inte angiven",
}


@dataclass(frozen=True, kw_only=True)
class CycleRow:
    """One step: when it has to be done at the latest, when it was, and the release whose figures it rests on.

    status: of `STATES`. release: its id; empty where no release is kept as decided.
    """

    step: Step
    due: date | None
    done: date | None
    release: str
    status: str


def cycle_of(decision: Decision, *, as_of: date, decided: Sequence[str] = ()) -> tuple[CycleRow, ...]:
    """The steps as they stand on a day. decided: the releases that are kept as decided, by their ids (`<day>-…`)."""
    is_decided = not decision.is_draft and decision.decided_date is not None
    day = decision.decided_date if is_decided else None
    followed = decision.followed_up_date
    rows = [
        CycleRow(
            step="report", due=None, done=day, release=_rests_on(day, decided), status="done" if day else "not_decided"
        ),
        CycleRow(
            step="plan",
            due=None,
            done=decision.action_plan_date,
            release=_rests_on(decision.action_plan_date, decided),
            status="done" if decision.action_plan_date else "not_stated",
        ),
        CycleRow(
            step="follow_up",
            due=decision.follow_up,
            done=followed,
            release=_rests_on(followed, decided),
            status="done" if followed else _state(decision.follow_up, as_of),
        ),
    ]
    if followed:
        due = two_years_after(followed)
        rows.append(CycleRow(step="next_follow_up", due=due, done=None, release="", status=_state(due, as_of)))
    return tuple(rows)


def _state(due: date | None, as_of: date) -> str:
    if due is None:
        return "not_stated"
    return "late" if due < as_of else "coming"


def _rests_on(day: date | None, decided: Sequence[str]) -> str:
    """The newest kept release of that day or before."""
    return "" if day is None else max((name for name in decided if name[:10] <= day.isoformat()), default="")


def cycle(decision: Decision, *, as_of: date, decided: Sequence[str], changed: str, is_internal: bool) -> Section:
    """The page's part: the steps in a table, and whether figures are others now. changed: the sentence that says so.

    is_internal: of working material, which lies beside the releases that it links to; the public folder lies anywhere.
    """
    rows = tuple(
        (
            Cell(text=t(STEPS[row.step])),
            Cell(text=date_text(row.due) or "–"),
            Cell(text=date_text(row.done) or "–"),
            Cell(
                text=row.release or (t("ingen utgåva är sparad som beslutad") if row.done else "–"),
                link=f"../../../{row.release}/internal/report/index.html" if row.release and is_internal else "",
            ),
            Cell(text=words(row.status, STATES, "status")),
        )
        for row in cycle_of(decision, as_of=as_of, decided=decided)
    )
    columns = (
        Column(title=t("Steg")),
        Column(title=t("Senast"), is_day=True),
        Column(title=t("Gjort"), is_day=True),
        Column(title=t("Vilar på utgåvan")),
        Column(title=t("Läge")),
    )
    content: list[Block] = [
        Paragraph(
            text=t(
                "Lagen (2023:196) säger att lägesbilden och åtgärdsplanen ska följas upp minst vartannat år. "
                "Dagarna är de som är angivna för rapporten."
            )
        ),
        Table(id="cykel-tabell", caption=t("Stegen i lagens tvåårscykel"), columns=columns, rows=rows),
    ]
    if changed:
        content.append(Paragraph(text=changed, voice="generated"))
    return Section(id="cykel", title=t("Lägesbild, plan och uppföljning"), blocks=tuple(content), kind="part")
