"""Skolenkäten, the pupils' survey: Skolinspektionen's workbook of the country, each organiser and each school.

A municipality's figure is that of its own schools together. Schools are read, because they give away what is hidden
elsewhere, and never published. Checked against a capture (grade 8, 2022, 1,174 rows × 372 columns): 9 facts (three
heading rows, the five masks, the three kinds of rows, real zeros, that options sum to those who answered). Known only
from notes on other years: 2 (columns move, 264 or 303; how the files of 2026 are called). `fastexcel` reads it, behind
`_workbook`; the heading rows are unfolded here, for no library knows them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from sources._declare import (
    Area,
    Cadence,
    Column,
    Concerns,
    Delivery,
    Disclosure,
    Licence,
    Number,
    Reuse,
    Source,
    Text,
    Unknown,
    Whole,
)
from sources._problem import Problem, shown
from sources._read import read_grid
from sources._strict import Rows, read_reference

_MASKS = {"*": "masked_1_9", "**": "masked_10_19", "***": "masked_20_or_more", "-": "not_reportable"}
_STATUSES = ("ok", "no_answers", *_MASKS.values())
SOURCE = Source(
    title="Skolenkäten, elevernas svar",
    publisher="Skolinspektionen",
    homepage="https://www.skolinspektionen.se",
    licence=Licence("Öppna uppgifter, källan anges", "https://www.skolinspektionen.se", Reuse.ATTRIBUTION),
    attribution="Källa: Skolinspektionen, Skolenkäten",
    attribution_processed="Egen bearbetning av uppgifter från Skolinspektionen",
    cadence=Cadence.YEARLY,
    expected_by="08-31",
    delivery=Delivery.REPLACES_PERIOD,
    columns=(
        Column("Orgnummer", "organisation_number", Text(length=10), required=False),
        Column("Huvudman", "organiser", Text()),
        Column("Kommun", "school_municipality", Text(), required=False),  # as written: 'Grum' has been seen
        Column("Skolenhetskod", "school_unit_code", Text(length=8), required=False),
        Column("Skolenhet", "school_unit", Text(), required=False),
        Column("Antal i gruppen", "asked", Whole(minimum=0), required=False),
        Column("Antal", "answered", Whole(minimum=0), required=False),
        Column("Svarsfrekvens", "response_rate", Number(minimum=0.0, maximum=1.0), required=False),
        Column("survey", "survey", Text(), derived=True),
        Column("year", "year", Whole(minimum=2000, maximum=2100), derived=True),
        Column("grade", "grade", Text(accepted=("åk 5", "åk 8", "åk 9", "gy 2"), unknown=Unknown.STOP), derived=True),
        Column(
            "level",
            "level",
            Text(accepted=("country", "country_part", "organiser", "school"), unknown=Unknown.STOP),
            derived=True,
        ),
        Column("area", "area_code", Area(), required=False, derived=True),
        Column("unit", "unit", Text(), derived=True),  # the school's code, else the organiser's number, else the name
        Column("question", "question", Text(), derived=True),
        Column("option", "answer_option", Text(), derived=True),
        Column("number", "number", Whole(minimum=0), required=False, derived=True),
        Column("share", "share", Number(minimum=0.0, maximum=1.0), required=False, derived=True),
        Column("status", "status", Text(accepted=_STATUSES, unknown=Unknown.STOP), derived=True),
    ),
    key=("survey", "year", "unit", "question", "answer_option"),
    missing=("", *_MASKS),
    speaks_of="year",
    part_of="survey",
    reference=("school_organisers", "school_survey_questions"),
    disclosure=Disclosure.OFFICIAL,
    concerns=Concerns.CHILDREN,
    by_hand=True,
)

_IDENTITY = tuple(column.source for column in SOURCE.columns if not column.derived)
_MEASURES = ("Index", "Medelvärde", "Antal", "Andel")
_COUNTRY = "Samtliga deltagande skolor"
_GRADES = {r"(?:årskurs|åk)\s*([589])\b": "åk ", r"gymnasi\w*.*?(?:år|årskurs|åk)\s*(2)\b": "gy "}
_MOST_NAMES = 5

_Cells = Sequence[str | None]


@dataclass(frozen=True, kw_only=True)
class _Option:
    """An answer to a reviewed question, and the columns where its number and its share stand."""

    question: str
    text: str
    number: int
    share: int


def parse(raw: Path) -> Rows:
    """A row per country, organiser or school, reviewed question and answer; columns are found by their headings.

    A reviewed question that is missing, or has other answers, is a remark and leaves a gap. Raises Problem for a
    workbook without the three heading rows, for another survey than the pupils', and where no question is reviewed.
    """
    grid: Sequence[_Cells] = read_grid(raw).rows()
    if len(grid) < 4:
        raise _not_a_survey(raw, f"{len(grid)} rader")
    survey = _survey(raw, grid[0][0] or "")
    places = _places(raw, grid[1])
    options, remarks = _reviewed(raw, _blocks(raw, grid, max(places.values()) + 1))
    areas = dict(read_reference("school_organisers").select("organisation_number", "municipality_code").iter_rows())
    rows = []
    for number, cells in enumerate(grid[3:], 1):
        if not any(cells):
            continue
        identity = {name: cells[at] for name, at in places.items()}
        level = _level(identity)
        area = {"country": "00", "organiser": areas.get(identity["Orgnummer"] or "")}.get(level)
        unit = identity["Skolenhetskod"] or identity["Orgnummer"] or identity["Huvudman"]
        shared = {"row_number": number, **identity, **survey, "level": level, "area": area, "unit": unit}
        rows += [{**shared, **_answer(each, cells)} for each in options]
    if not any(row["level"] == "country" for row in rows):
        raise _not_a_survey(raw, f"raden '{_COUNTRY}' saknas")
    schema = {"row_number": pl.Int64, **{column.source: pl.String for column in SOURCE.columns}}
    return Rows(frame=pl.DataFrame(rows, schema=schema), remarks=remarks)


def _not_a_survey(raw: Path, found: str) -> Problem:
    return Problem(
        raw.name, "inte Skolenkätens arbetsbok för elever", found=found, do="hämta den från skolinspektionen.se"
    )


def _survey(raw: Path, title: str) -> dict[str, str]:
    """Name, year and grade, from a title such as 'Skolenkäten 2022 -  Elever årskurs 8'."""
    named = re.match(r"\s*Skolenkäten\s+((?:19|20)\d\d)\b.*\bElever\b(.*)", title, flags=re.IGNORECASE)
    for pattern, prefix in _GRADES.items():
        if named and (grade := re.search(pattern, named[2], flags=re.IGNORECASE)):
            name = f"{prefix}{grade[1]}"
            return {"survey": f"Skolenkäten {name}", "year": named[1], "grade": name}
    raise _not_a_survey(raw, f"rubriken '{title}'")


def _places(raw: Path, headings: _Cells) -> Mapping[str, int]:
    """The column of each heading that says whom a row is about."""
    plain = [(heading or "").strip() for heading in headings]
    if absent := [name for name in _IDENTITY if name not in plain]:
        raise Problem(
            raw.name,
            "kolumn saknas",
            found=", ".join(name for name in plain[: len(_IDENTITY)] if name),
            do=f"rubrikerna på andra raden ska rymma {', '.join(map(repr, absent))}",
        )
    return {name: plain.index(name) for name in _IDENTITY}


def _blocks(raw: Path, grid: Sequence[_Cells], start: int) -> Mapping[str, Mapping[str, Mapping[str, int]]]:
    """By question and answer, the columns of its number and share; a heading holds until the next one."""
    blocks: dict[str, dict[str, dict[str, int]]] = {}
    question = option = ""
    for at in range(start, len(grid[0])):
        text, answer, measure = (_plain(row[at]) for row in grid[:3])
        if text:
            if text in blocks:
                raise Problem(raw.name, "samma fråga två gånger", found=f"'{text}'", do="ta bort den ena")
            question, option = text, ""
            blocks[question] = {}
        option = answer or option
        if measure and measure not in _MEASURES:
            raise Problem(
                raw.name,
                "okänt slags kolumn",
                found=f"'{measure}'",
                do=f"den tredje rubrikraden ska säga {', '.join(_MEASURES)}",
            )
        if question and option and measure in ("Antal", "Andel"):
            blocks[question].setdefault(option, {})[measure] = at
    return blocks


def _plain(cell: str | None) -> str:
    return " ".join((cell or "").split())


def _reviewed(
    raw: Path, blocks: Mapping[str, Mapping[str, Mapping[str, int]]]
) -> tuple[Sequence[_Option], tuple[str, ...]]:
    """The answers of the reviewed questions, and remarks on those that are missing or changed and on all others."""
    options, remarks, texts = [], [], set()
    for row in read_reference("school_survey_questions").iter_rows(named=True):
        texts.add(row["text"])
        found = blocks.get(row["text"])
        if found is None:
            remarks.append(f"frågan '{row['text']}' saknas: har den skrivits om ska granskningslistan ändras")
        elif list(found) != row["options"].split(";") or any(
            each.keys() != {"Antal", "Andel"} for each in found.values()
        ):
            remarks.append(
                f"frågan '{row['text']}' läses inte, för svarsalternativen är andra än de granskade: "
                f"{shown(', '.join(found))}"
            )
        else:
            options += [
                _Option(question=row["question"], text=text, number=at["Antal"], share=at["Andel"])
                for text, at in found.items()
            ]
    if not options:
        raise Problem(
            raw.name, "ingen granskad fråga finns i filen", do="jämför med data/reference/school_survey_questions.csv"
        )
    others = [text for text in blocks if text not in texts and not text[0].isdigit()]  # a digit begins an index
    return options, (*remarks, *_passed_over(others))


def _passed_over(questions: Iterable[str]) -> tuple[str, ...]:
    listed = list(questions)
    more = f" och {len(listed) - _MOST_NAMES} till" if len(listed) > _MOST_NAMES else ""
    named = "; ".join(f"'{shown(text)}'" for text in listed[:_MOST_NAMES])
    return (f"{len(listed)} frågor är inte granskade och läses inte: {named}{more}",) if listed else ()


def _level(identity: Mapping[str, str | None]) -> str:
    if identity["Skolenhetskod"] or identity["Skolenhet"]:
        return "school"
    organiser = _plain(identity["Huvudman"])
    if organiser == _COUNTRY:
        return "country"
    return "country_part" if organiser.startswith(_COUNTRY) else "organiser"


def _answer(option: _Option, cells: _Cells) -> dict[str, Any]:
    number = (cells[option.number] or "").strip()
    return {
        "question": option.question,
        "option": option.text,
        "number": number,
        "share": cells[option.share],
        "status": _MASKS.get(number, "ok" if number else "no_answers"),
    }
