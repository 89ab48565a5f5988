"""What `report.toml` says of a report: draft or decided, by whom, when, and when it is to be followed up."""

import difflib
import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from reports._language import current, t
from reports.gate import hits_in
from sources._landing import sha256
from sources._problem import Problem
from sources._strict import read_reference

REPORT = "report.toml"
STATUSES = ("utkast", "beslutad")

# Who decides is a body or an office. No list of names finds everyone, so a capital letter is for a place only.
_BODY = re.compile(
    r"\w*(?:styrelse(?:n|ns)?|fullmäktiges?|nämnd(?:en|ens)?|utskott(?:et|ets)?|direktion(?:en|ens)?|råd(?:et|ets)?"
    r"|styrgrupp(?:en|ens)?|beredning(?:en|ens)?|chef(?:en)?|direktör(?:en)?)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_PARAGRAPH = re.compile(r"(?:§ ?)?(\d{1,4})")
_NUMBER = re.compile(r"(?:[A-ZÅÄÖ]{1,10}[ /-]?)?\d{4}[/:-]\d{1,6}(?:[-:]\d{1,4})?")
_PERIOD = re.compile(r"(?:tertial [1-3] |halvår [12] |kvartal [1-4] )?(20\d\d)|(20\d\d)[–-](20\d\d)")
_LONGEST = 100


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What holds of a report. A field that could not be used is empty; why is among the problems beside it.

    missing: the sections without a text that keep a report from being shown as decided. follow_up: the last day, two
    years after the decision where nothing earlier is said; None of a draft that says nothing. is_later: the release is
    of a day before the decision. action_plan_date: when the action plan was decided on. followed_up_date: when both
    were followed up the last time.
    """

    is_stated_decided: bool = False
    is_whole: bool = True
    decided_by: str = ""
    decided_date: date | None = None
    paragraph: str = ""
    number: str = ""
    follow_up: date | None = None
    author: str = ""
    period: str = ""
    missing: tuple[str, ...] = ()
    is_later: bool = False
    action_plan_date: date | None = None
    followed_up_date: date | None = None

    @property
    def is_draft(self) -> bool:
        """Whether the report is shown as a draft: stated so, or not yet fit to be shown as decided."""
        return not self.is_stated_decided or not self.is_whole or self.is_later or bool(self.missing)

    @property
    def sha256(self) -> str:
        """The same until another decision is stated; empty for a draft. The ledger of texts knows decisions by it."""
        said = [self.decided_by, str(self.decided_date), self.paragraph, self.number]
        return "" if self.is_draft else sha256(json.dumps(said).encode())

    def line(self) -> str:
        """How the report stands, for its cover: "Beslutad av kommunstyrelsen 2026-05-04, § 12, dnr KS 2026/123"."""
        if self.is_draft or self.decided_date is None:
            return t("Utkast")
        said = {"body": self.decided_by, "day": self.decided_date.isoformat(), "number": self.number}
        if not self.paragraph:
            return t("Beslutad av {body} {day}, dnr {number}", **said)
        return t("Beslutad av {body} {day}, {paragraph}, dnr {number}", paragraph=self.paragraph, **said)

    def reasons(self) -> tuple[str, ...]:
        """Why a report that is stated decided is a draft all the same; nothing for one that is only a draft."""
        if not self.is_stated_decided or not self.is_draft:
            return ()
        reasons = [] if self.is_whole else [t("Uppgifterna om beslutet är inte fullständiga.")]
        if self.is_later:
            reasons.append(t("Beslutet är fattat efter utgåvans dag."))
        if not self.missing:
            return tuple(reasons)
        column = "title" if current() == "sv" else "title_en"
        titles: dict[str, str] = dict(read_reference("focus_areas").select("focus_area", column).iter_rows())
        titles["analys"] = t("Samlad analys")
        return (*reasons, t("Analys saknas: {what}.", what="; ".join(titles.get(each, each) for each in self.missing)))


def decision_of(
    content: bytes | None, where: str, *, missing: Sequence[str] = (), as_of: date
) -> tuple[Decision, list[Problem]]:
    """The decision that a `report.toml` states, and what is wrong with it. Without a file the report is a draft.

    missing: sections without the text that a decided report must have. as_of: the release's day. A field that is wrong
    is left out with a sentence that does not quote it; what a decision needs then makes the report a draft.
    """
    problems: dict[str, Problem] = {}
    found: dict[str, Any] = {}
    for key, value in _read(content, where, problems).items():
        try:
            if key not in _FIELDS:
                near = difflib.get_close_matches(key, _FIELDS, n=1)
                raise Problem("", "okänd nyckel", do=f"kanske {near[0]}" if near else f"de är {', '.join(_FIELDS)}")
            found[key] = _FIELDS[key](value)
        except Problem as problem:
            known = key if key in _FIELDS else ""
            problems[known] = problem.at(f"{where}, {known}" if known else where)

    def refuse(key: str, wrong: str, do: str) -> None:
        found.pop(key, None)
        problems.setdefault(key, Problem(f"{where}, {key}", wrong, do=do))

    is_decided = found.get("status") == "beslutad"
    if content is not None and not problems and "status" not in found:
        refuse("status", "saknas", 'skriv status = "utkast"')
    if is_decided:
        for key in ("decided_by", "decided_date", "dnr"):
            if not found.get(key):
                refuse(key, "saknas fast rapporten är beslutad", 'fyll i, eller skriv status = "utkast"')
    is_whole = not problems.keys() & {"", "status", "decided_by", "decided_date", "paragraph", "dnr"}
    day, follow_up = found.get("decided_date"), found.get("follow_up_date")
    latest = two_years_after(day) if is_decided and day else None
    if day and latest and follow_up and not day < follow_up <= latest:
        refuse(
            "follow_up_date",
            "uppföljningen ska ligga efter beslutet och senast två år efter det",
            f"{latest} används; rätta datumet",
        )
    for key in ("action_plan_date", "followed_up_date"):
        if key in found and found[key] > as_of:
            refuse(key, "ligger efter utgåvans dag", "skriv dagen när det är gjort")
        elif key in found and is_decided and day and found[key] < day:
            refuse(key, "ligger före beslutet om lägesbilden", "rätta datumet")
    decision = Decision(
        is_stated_decided=is_decided,
        is_whole=is_whole,
        decided_by=found.get("decided_by", ""),
        decided_date=found.get("decided_date"),
        paragraph=found.get("paragraph", ""),
        number=found.get("dnr", ""),
        follow_up=found.get("follow_up_date", latest),
        author=found.get("author", ""),
        period=found.get("period", ""),
        missing=tuple(missing),
        is_later=is_decided and day is not None and day > as_of,
        action_plan_date=found.get("action_plan_date"),
        followed_up_date=found.get("followed_up_date"),
    )
    return decision, list(problems.values())


def _read(content: bytes | None, where: str, problems: dict[str, Problem]) -> dict[str, Any]:
    """What the file says, without what is left blank as the form has it."""
    if content is None:
        return {}
    try:
        said = tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # a number of five thousand digits is a ValueError too
        line = re.search(r"\(at line (\d+)", str(error))  # the rest of what it says may quote the file
        problems[""] = Problem(
            where, "filen är inte TOML i UTF-8", found=f"rad {line[1]}" if line else "", do="jämför med mallen"
        )
        return {}
    return {key: value for key, value in said.items() if value != ""}


def two_years_after(day: date) -> date:
    """The same day two years later, the latest for a follow-up by the law; 28 February for 29."""
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 2, day=28 if is_leap_day else day.day)


# -------------------------------------------------------------------------------------------------------------- fields


def _line(value: object) -> str:
    """A short text on one line that points at nobody."""
    if not isinstance(value, str) or not value.isprintable() or len(value) > _LONGEST:
        raise Problem("", f"ska vara en text på en rad, högst {_LONGEST} tecken", do="rätta den")
    if hits_in(value):
        raise Problem("", "kan peka ut en person", do="skriv ett organ eller en funktion, aldrig ett namn")
    return " ".join(value.split())


def _status(value: object) -> str:
    status = _line(value)
    if status not in STATUSES:
        near = difflib.get_close_matches(status.lower(), STATUSES, n=1)
        raise Problem("", "ska vara utkast eller beslutad", do=f"kanske {near[0]}" if near else "välj ett av dem")
    return status


def _body(value: object) -> str:
    body = _line(value)
    words = _WORD.findall(body)
    places = {*read_reference("municipalities")["municipality"], *read_reference("counties")["county"]}
    known = {word for place in places for word in (*_WORD.findall(place), *_WORD.findall(f"{place}s"))}
    is_body = any(_BODY.fullmatch(word) for word in words)
    if not is_body or any(word[0].isupper() and word not in known and not _BODY.fullmatch(word) for word in words):
        raise Problem(
            "",
            "ska vara ett organ eller en befattning, aldrig en person",
            do="skriv till exempel kommunstyrelsen eller kommunfullmäktige i Orust",
        )
    return body


def _day(value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime) or not 2000 <= value.year <= 2099:
        raise Problem("", "ska vara ett datum", do="skriv 2026-05-04, utan citattecken och klockslag")
    return value


def _paragraph(value: object) -> str:
    found = _PARAGRAPH.fullmatch(_line(str(value) if type(value) is int else value))
    if not found:
        raise Problem("", "ska vara paragrafens nummer", do="skriv paragraph = 12")
    return f"§ {int(found[1])}"


def _number(value: object) -> str:
    number = _line(value)
    if not _NUMBER.fullmatch(number):
        raise Problem("", "ska vara ett diarienummer", do='skriv till exempel dnr = "KS 2026/123"')
    return number


def _author(value: object) -> str:
    author, known = _line(value), read_reference("responsible_functions")["responsible"].to_list()
    if author not in known:
        near = difflib.get_close_matches(author, known, n=1, cutoff=0.8)
        raise Problem(
            "",
            "ska vara en funktion, aldrig en person",
            do=f"kanske {near[0]}" if near else "de står i data/reference/responsible_functions.csv",
        )
    return author


def _period(value: object) -> str:
    period = str(value) if type(value) is int else _line(value)
    found = _PERIOD.fullmatch(period)
    if not found or (found[2] and found[2] >= found[3]):
        raise Problem("", "ska vara den tid rapporten gäller", do='skriv "2025", "2024–2025" eller "tertial 1 2026"')
    return period.replace("-", "–")


_FIELDS: Mapping[str, Callable[[object], Any]] = {
    "status": _status,
    "decided_by": _body,
    "decided_date": _day,
    "paragraph": _paragraph,
    "dnr": _number,
    "follow_up_date": _day,
    "action_plan_date": _day,
    "followed_up_date": _day,
    "author": _author,
    "period": _period,
}
