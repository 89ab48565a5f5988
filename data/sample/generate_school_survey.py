"""Constructed files of Skolenkäten in Skolinspektionen's layout: three heading rows, masks, invented schools.

Numbers of pupils are of the size of the real year groups; levels were chosen by hand and say nothing of the
municipalities. Questions stand in another order each year, as the publisher's columns move. `generate.py` calls this.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import xlsxwriter

_QUESTIONS = Path(__file__).resolve().parent.parent / "reference" / "school_survey_questions.csv"
_IDENTITY = ("Orgnummer", "Huvudman", "Kommun", "Skolenhetskod", "Skolenhet")
_IDENTITY += ("Antal i gruppen", "Antal", "Svarsfrekvens")
_ANSWERING_COUNTRY = {2024: (57_900, 45_500), 2025: (59_200, 46_800), 2026: (58_100, 45_700)}
_PARTS = {"Kvinna": 0.465, "Man": 0.49, "Har annan könsidentitet": 0.024, "Vill inte ange": 0.021}
# Organisation number, name, municipality, and pupils asked in each of its invented schools.
_STENUNGSUND = ("2120001298", "Stenungsunds kommun", "Stenungsund", (150, 120, 85))
_TJORN = ("2120001306", "Tjörns kommun", "Tjörn", (110, 70))
_ORUST = ("2120001314", "Orust kommun", "Orust", (80, 72))
_SMALL = ("9999999999", "Exempelskolan ekonomisk förening", "Orust", (11,))
_ORGANISERS = {
    2024: (_ORUST, _SMALL),
    2025: (_STENUNGSUND, _TJORN),
    2026: (_ORUST, _SMALL),
}
# Share of each answer, in the order of the reviewed list; "vet inte" last.
_FOUR = (0.46, 0.34, 0.13, 0.04, 0.03)
_LEVELS = {
    "adult_cares": (0.38, 0.33, 0.16, 0.05, 0.08),
    "adults_act_on_violations": (0.33, 0.39, 0.18, 0.06, 0.04),
    "adults_watch_breaks": (0.16, 0.38, 0.28, 0.11, 0.03, 0.04),
    "easy_pupil_health_help": (0.25, 0.41, 0.13, 0.05, 0.16),
    "never_afraid_of_adults": (0.73, 0.17, 0.06, 0.02, 0.01, 0.01),
    "never_afraid_of_pupils": (0.66, 0.21, 0.08, 0.02, 0.01, 0.02),
    "pupils_safe_at_school": _FOUR,
    "pupils_treat_each_other_well": (0.19, 0.60, 0.14, 0.03, 0.04),
}

Cells = list[str | int | float | None]


def files() -> Iterator[tuple[str, bytes]]:
    """Path relative to the sample folder, and bytes, of every file this script owns."""
    for year in _ORGANISERS:
        yield f"school_survey/synthetic_ak_8_{year}.xlsx", _workbook(year)


def _workbook(year: int) -> bytes:
    with _QUESTIONS.open(encoding="utf-8", newline="") as file:
        questions = list(csv.DictReader(file))
    Random(f"lagesbild/school_survey/order/{year}").shuffle(questions)
    titles: Cells = [f"Skolenkäten {year} -  Elever årskurs 8", *[None] * 7, "1. Exempel på index"]
    options: Cells = [*_IDENTITY, None]
    measures: Cells = [*[None] * 8, "Index"]
    for question in questions:
        answers = question["options"].split(";")
        titles += [question["text"], *[None] * (2 * len(answers))]
        options += [None, *(cell for answer in answers for cell in (answer, None))]
        measures += ["Medelvärde", *["Antal", "Andel"] * len(answers)]
    rows = [titles, options, measures, *_country(year, questions)]
    for organiser in _ORGANISERS[year]:
        rows += _organiser(year, organiser, questions)
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(year, 5, 2, tzinfo=UTC), "comments": "Konstruerade exempeldata"})
        sheet = book.add_worksheet(f"Resultat elever åk 8 {year}")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return packed.getvalue()


def _country(year: int, questions: Sequence[dict[str, str]]) -> Iterator[Cells]:
    asked, answered = _ANSWERING_COUNTRY[year]
    for part, share in (("", 1.0), *_PARTS.items()):
        n = round(answered * share)
        shown = ["-", n, "-"] if part else [asked, n, round(n / asked, 3)]
        name = f"Samtliga deltagande skolor{' - ' if part else ''}{part}"
        yield [None, name, None, None, None, *shown, 5.8, *_answers([_expected(n, each) for each in questions], n)]


def _expected(answered: int, question: dict[str, str]) -> list[int]:
    counts = [round(answered * share) for share in _LEVELS[question["question"]]]
    counts[0] += answered - sum(counts)
    return counts


def _organiser(
    year: int, organiser: tuple[str, str, str, tuple[int, ...]], questions: Sequence[dict[str, str]]
) -> Iterator[Cells]:
    """The organiser's own row, the sum of its schools, and then theirs."""
    number, name, municipality, groups = organiser
    chance = Random(f"lagesbild/school_survey/{number}/{year}")
    answered = [sum(chance.random() < 0.8 for _ in range(asked)) for asked in groups]
    schools = [[_drawn(chance, n, each) for each in questions] for n in answered]
    total = [[sum(counts) for counts in zip(*each, strict=True)] for each in zip(*schools, strict=True)]
    yield _row([number, name, None, None, None], sum(groups), sum(answered), total)
    for at, (asked, n, counts) in enumerate(zip(groups, answered, schools, strict=True)):
        unit = f"99{number[-4:]}{at:02d}"
        yield _row([number, name, municipality, unit, f"Exempelskolan {'ABC'[at]}"], asked, n, counts)


def _row(identity: Cells, asked: int, answered: int, counts: Sequence[Sequence[int]]) -> Cells:
    return [*identity, asked, answered, round(answered / asked, 3), 5.9, *_answers(counts, answered)]


def _drawn(chance: Random, answered: int, question: dict[str, str]) -> list[int]:
    levels = _LEVELS[question["question"]]
    drawn = chance.choices(range(len(levels)), weights=levels, k=answered)
    return [drawn.count(answer) for answer in range(len(levels))]


def _answers(counts: Sequence[Sequence[int]], answered: int) -> Iterator[str | int | float]:
    """Mean, and number and share of each answer, masked by the publisher's own rules."""
    for each in counts:
        if answered < 20:
            yield from ("-" if answered < 10 else 7.1, *["-"] * (2 * len(each)))
            continue
        yield 7.1
        few = {at for at, count in enumerate(each) if 0 < count < 5}
        if len(few) == 1:
            few.add(min((at for at, count in enumerate(each) if count >= 5), key=each.__getitem__))
        for at, count in enumerate(each):
            mask = "*" if count < 10 else "**" if count < 20 else "***"
            yield from (mask, "-") if at in few else (count, round(count / answered, 3))
