"""What the working group writes for its week: `<data>/texts/<area>/kalender.csv` and `att-besluta.md`.

Both are short on purpose: the page is one sheet, and what does not fit is said so when it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from sources._declare import (
    Between,
    Cadence,
    Column,
    Concerns,
    Date,
    Delivery,
    Disclosure,
    Landing,
    Licence,
    Reuse,
    Source,
    Text,
)
from sources._file import open_ordinary
from sources._identifiers import has_identifier
from sources._problem import UNSEEN, Problem
from sources._read import read_table
from sources._strict import conform

CALENDAR = "kalender.csv"
QUESTIONS = "att-besluta.md"
MOST_QUESTIONS = 4
_LONGEST_QUESTION = 90
_MOST_BYTES = 16 * 1024
_DECLARED = Source(
    title="Kommunens egen kalender",
    publisher="Kommunen",
    homepage="",
    licence=Licence("Internt underlag", "", Reuse.FREE),
    attribution="",
    attribution_processed="",
    cadence=Cadence.IRREGULAR,
    delivery=Delivery.FULL,
    columns=(
        Column("datum", "first", Date(may_be_future=True)),
        Column("till", "last", Date(may_be_future=True), required=False),
        Column("vad", "what", Text(longest=45)),
        Column("plats", "place", Text(longest=30), required=False),
    ),
    rows=Between(at_least=0),
    speaks_of="datum",
    disclosure=Disclosure.LOCAL,
    concerns=Concerns.PLACES,
    landing=Landing.REDACTED,  # so that no message tells a cell
)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """Something planned: its first and last day, what, and where (empty where it is not said)."""

    first: date
    last: date
    what: str
    place: str


@dataclass(frozen=True, kw_only=True)
class OwnWeek:
    """What is planned, in order of day, the questions to decide on, and whether there is a calendar at all."""

    planned: tuple[Planned, ...] = ()
    questions: tuple[str, ...] = ()
    has_calendar: bool = False


def read_own(data: Path, area: str, municipalities: Mapping[str, str]) -> OwnWeek:
    """The calendars and questions of an area and of each of its municipalities (code → name), as far as they exist.

    Raises Problem for a file that cannot be read in every row, is too long, or points at a person; never with its text.
    """
    codes = list(dict.fromkeys((area, *municipalities)))
    calendars = [(code, data / "texts" / code / CALENDAR) for code in codes]
    there = [(code, path) for code, path in calendars if path.is_file()]
    planned = [each for code, path in there for each in _planned(path, code, municipalities.get(code, ""))]
    asked = [each for code in codes for each in _questions(data / "texts" / code / QUESTIONS, code)]
    if len(asked) > MOST_QUESTIONS:
        raise Problem(QUESTIONS, "för många frågor", found=f"{len(asked)}", do=f"högst {MOST_QUESTIONS} får plats")
    return OwnWeek(
        planned=tuple(sorted(planned, key=lambda each: (each.first, each.last, each.what, each.place))),
        questions=tuple(asked),
        has_calendar=bool(there),
    )


def _planned(path: Path, code: str, municipality: str) -> list[Planned]:
    """The rows of a calendar. A municipality's own says only places; whose they are is added."""
    where = f"texts/{code}/{CALENDAR}"
    try:
        rows = conform(read_table(path, _DECLARED), _DECLARED, where)
    except Problem as problem:
        raise problem.at(where) from None
    names = {column.name: column.source for column in _DECLARED.columns}
    if rows.refusals:
        first = rows.refusals[0]
        rule = {"missing": "saknas", "too_long": "är för lång", "not_a_time": "är inte en dag"}[first.rule]
        raise Problem(where, f"{names[first.column_name]} {rule}", found=f"rad {first.row_number}", do="rätta raden")
    for name in ("what", "place"):
        _refuse_persons(rows.frame[name].fill_null(""), rows.frame["row_number"], f"{where}, kolumn {names[name]}")
    found = []
    for row in rows.frame.iter_rows(named=True):
        last = row["last"] or row["first"]
        if last < row["first"]:
            raise Problem(where, "till är före datum", found=f"rad {row['row_number']}", do="rätta raden")
        place = ", ".join(each for each in (row["place"], municipality) if each)
        found.append(Planned(first=row["first"], last=last, what=row["what"], place=place))
    return found


def _questions(path: Path, code: str) -> list[str]:
    """The lines of a list, "- Ska vi …?"; headings and blank lines are passed over."""
    where = f"texts/{code}/{QUESTIONS}"
    try:
        with open_ordinary(path) as file:
            content = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return []
    try:
        lines = list(enumerate(content.decode("utf-8-sig").splitlines(), 1))
    except UnicodeDecodeError:
        raise Problem(where, "filen är inte UTF-8", do="spara den som UTF-8") from None
    told = [(number, line.strip()) for number, line in lines if line.strip() and not line.startswith("#")]
    for number, line in told:
        if line[:2] not in ("- ", "* ") or not line[2:].strip():
            raise Problem(where, "raden är ingen punkt", found=f"rad {number}", do="börja varje fråga med '- '")
        if len(line) - 2 > _LONGEST_QUESTION:
            raise Problem(
                where, "frågan är för lång", found=f"rad {number}", do=f"högst {_LONGEST_QUESTION} tecken får plats"
            )
        if pl.Series([line]).str.contains(UNSEEN).any():
            raise Problem(where, "osynliga tecken", found=f"rad {number}", do="skriv raden på nytt")
    questions = [line[2:].strip() for _, line in told]
    _refuse_persons(questions, [number for number, _ in told], where)
    return questions


def _refuse_persons(texts: Iterable[str], numbers: Iterable[int], where: str) -> None:
    found = [
        number
        for number, is_hit in zip(numbers, has_identifier(pl.Series(list(texts), dtype=pl.String)), strict=True)
        if is_hit
    ]
    if found:
        raise Problem(where, "pekar på en person", found=f"rad {found[0]}", do="skriv det utan namn, nummer och adress")
