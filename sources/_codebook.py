"""Codebooks: how one year of one youth survey is read, a mapping with its questions, answers, and who was asked."""

import difflib
from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from sources._mapping import Mapping, check_keys, choose, fitting, table, texts
from sources._problem import Problem
from sources._strict import municipality_codes, read_reference

GRADES = ("åk 7", "åk 8", "åk 9", "gy 1", "gy 2", "gy 3")
SEXES = ("flicka", "pojke", "annat", "vill ej svara")
SAMPLING = ("total", "sample")
QUESTIONS = read_reference("survey_questions").filter(pl.col("survey") == "youth").sort("question")
_FIELDS = {"municipality": "kommun", "grade": "arskurs", "sex": "kon", "weight": "vikt", "year": "ar"}
_ABOUT = ("source", "survey", "year", "sampling", "ignore", "missing")
_KEYS = (*_ABOUT, "columns", "constants", "values", "questions", "invited", "population")
_NO_ANSWER = ("refusal", "dont_know", "not_asked")
_ANSWERS = ("yes", "no", *_NO_ANSWER)
_UNKNOWN = "okänt svar"  # no Answer: its row is refused


@dataclass(frozen=True, kw_only=True)
class File:
    """A delivered file before it is known what its columns mean.

    cells: text, with `row_number`. texts and labels: what an SPSS file says of its columns, else empty.
    """

    cells: pl.DataFrame
    texts: Lookup[str, str]
    labels: Lookup[str, Lookup[str, str]]

    @property
    def columns(self) -> list[str]:
        """The headings."""
        return [name for name in self.cells.columns if name != "row_number"]


def checked(mapping: Mapping) -> Mapping:
    """The codebook, with what it needs of a file's header. Raises Problem for one that cannot be used."""
    said = mapping.said
    check_keys(mapping, said, _KEYS)
    if not isinstance(said.get("survey"), str) or not said["survey"].strip():
        raise mapping.problem("undersökningens namn saknas", do='skriv survey = "…"')
    if type(said.get("year")) is not int:
        raise mapping.problem("undersökningens år saknas", do="skriv year = 2025")
    if said.get("sampling") not in SAMPLING:
        raise mapping.problem(
            "urvalet saknas", do='skriv sampling = "total" eller "sample"; självvalda svar hör till citizen_survey'
        )
    columns, constants = table(mapping, "columns"), table(mapping, "constants")
    check_keys(mapping, columns, _FIELDS, "columns")
    check_keys(mapping, constants, ("municipality", "grade"), "constants")
    for field in ("municipality", "grade"):
        if (field in columns) == (field in constants):
            raise mapping.problem("fältet ska stå en gång, i [columns] eller [constants]", f"'{field}'")
    _check_values(mapping, constants)
    questions = _questions(mapping)
    _people(mapping, "invited"), _people(mapping, "population")
    needed = frozenset([*columns.values(), *(question["column"] for question in questions.values())])
    return Mapping(name=mapping.name, sha256=mapping.sha256, said=said, needed=needed, known=texts(mapping, "ignore"))


def _check_values(mapping: Mapping, constants: dict[str, str]) -> None:
    values = mapping.said.get("values", {})
    if not isinstance(values, dict):
        raise mapping.problem("[values] ska vara tabeller, en för varje fält")
    check_keys(mapping, values, ("municipality", "grade", "sex"), "values")
    allowed = {"municipality": [*municipality_codes()], "grade": [*GRADES], "sex": [*SEXES, ""]}
    for field, known in allowed.items():
        meant = [*table(mapping, f"values.{field}").values(), *([constants[field]] if field in constants else [])]
        for value in meant:
            if value.strip().lower() not in known:
                near = difflib.get_close_matches(value.lower(), known, n=1)
                hint = f"menades '{near[0]}'?" if near else f"skriv ett av {', '.join(known[:10])}"
                raise mapping.problem(f"okänt värde för {field}", f"'{value}'", hint)


def _questions(mapping: Mapping) -> dict[str, dict[str, Any]]:
    """The codebook's questions by id. Raises Problem for one that the reviewed list lacks, or that is not whole."""
    questions: dict[str, dict[str, Any]] = table(mapping, "questions", dict)
    check_keys(mapping, questions, QUESTIONS["question"].to_list(), "questions")
    if not questions:
        raise mapping.problem("frågorna saknas", do="skriv en [questions.…] för varje fråga")
    for name, question in questions.items():
        check_keys(mapping, question, ("column", "text", "break", *_ANSWERS), f"questions.{name}")
        for key in ("column", "text", "break"):
            if not isinstance(question.get(key, "" if key != "column" else None), str):
                raise mapping.problem(f"[questions.{name}]: '{key}' ska vara en text")
        seen: dict[str, str] = {}
        for kind in _ANSWERS:
            listed = question.get(kind, [])
            if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
                raise mapping.problem(f"[questions.{name}]: '{kind}' ska vara en lista av texter")
            for each in listed:
                if seen.setdefault(_plain(each), kind) != kind:
                    raise mapping.problem(f"[questions.{name}]: svaret står i två listor", f"'{each}'")
        if not {"yes", "no"} <= {*seen.values()}:
            raise mapping.problem(f"[questions.{name}]: svaren saknas", do="skriv minst ett svar i yes och ett i no")
    return questions


def _people(mapping: Mapping, name: str) -> dict[tuple[str, str], int]:
    """How many, by municipality's code and grade. Raises Problem for what is not a whole number of one or more."""
    found: dict[tuple[str, str], int] = {}
    for municipality, grades in table(mapping, name, dict).items():
        code = municipality_codes().get(municipality.strip().lower())
        if code is None:
            raise mapping.problem(f"okänd kommun i [{name}]", f"'{municipality}'")
        check_keys(mapping, grades, GRADES, f"{name}.{municipality}")
        for grade, number in grades.items():
            if type(number) is not int or number < 1:
                raise mapping.problem(f"[{name}.{municipality}] ska ha hela tal", f"'{grade}'")
            found[code, grade] = number
    return found


def choose_codebook(codebooks: Sequence[Mapping], file: File, template: Sequence[str], where: str) -> Mapping | None:
    """The one codebook that a file was made by: its header fits, and its years and question texts are the codebook's.

    Questions get new numbers from year to year, so that last year's codebook may fit this year's header: then the year
    in the file or the question texts must tell. None where the file is in the template's layout. Raises Problem as
    `choose`, and where the one that fits is of another year or has other question texts.
    """
    found = fitting(codebooks, file.columns)
    left = [each for each in found if not _differs(each, file)]
    if found and not left and not set(template) <= set(file.columns):
        do = "skriv en kodbok för undersökningens eget år"
        raise Problem(where, f"kodboken {found[0].name} är inte filens", found=_differs(found[0], file), do=do)
    return choose(left or codebooks, file.columns, template, where)


def _differs(codebook: Mapping, file: File) -> str:
    """What shows that a file was not made by a codebook; empty where nothing does."""
    column = table(codebook, "columns").get("year")
    if column:
        meant = {
            _plain(file.labels.get(column, {}).get(cell, cell)) for cell in file.cells[column].drop_nulls().unique()
        }
        if meant - {str(codebook.said["year"])}:
            return f"ett annat år i kolumn {column} än {codebook.said['year']}"
    for question in _questions(codebook).values():
        is_told = bool(question.get("text")) and bool(file.texts.get(question["column"]))
        if is_told and _plain(question["text"]) not in _plain(file.texts[question["column"]]):
            return f"en annan frågetext i kolumn {question['column']}"
    return ""


def translated(file: File, codebook: Mapping, where: str) -> pl.DataFrame:
    """The file's rows under the template's names, in the template's words; an answer that is not listed is refused.

    Raises Problem where more have answered than were invited.
    """
    columns, constants = table(codebook, "columns"), table(codebook, "constants")
    missing = {_plain(token) for token in ("", *texts(codebook, "missing"))}
    taken: dict[str, pl.Expr] = {}
    for field, name in _FIELDS.items():
        if field in columns:
            taken[name] = _meant(file, columns[field], table(codebook, f"values.{field}"), missing)
    taken |= {_FIELDS[field]: pl.lit(value) for field, value in constants.items()}
    taken["ar"], taken["undersokning"] = pl.lit(str(codebook.said["year"])), pl.lit(codebook.said["survey"])
    questions = _questions(codebook)
    for name, column in QUESTIONS["question", "column"].rows():
        taken[column] = _answers(file, questions[name], missing) if name in questions else pl.lit(None, pl.String)
    rows = file.cells.select("row_number", **taken)
    absent = [name for name in _FIELDS.values() if name not in rows.columns]
    rows = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    return _with_people(rows, codebook, where)


def _meant(file: File, column: str, words: Lookup[str, str], missing: set[str]) -> pl.Expr:
    """A column's cells in our words, by code or by label; what has no translation stays, as its label if it has one."""
    known = {_plain(key): value for key, value in words.items()}
    meant: dict[str, str | None] = {}
    for cell in file.cells[column].drop_nulls().unique():
        label = file.labels.get(column, {}).get(cell, cell)
        found = known.get(_plain(label), known.get(_plain(cell), label))
        meant[cell] = None if {_plain(label), _plain(cell)} & missing else found or None
    return pl.col(column).replace_strict(meant, default=None, return_dtype=pl.String)


def _answers(file: File, question: dict[str, Any], missing: set[str]) -> pl.Expr:
    column = question["column"]
    kinds = {_plain(each): kind for kind in _ANSWERS for each in question.get(kind, [])}
    said = {"yes": "ja", "no": "nej", **dict.fromkeys(_NO_ANSWER)}
    meant: dict[str, str | None] = {}
    for cell in file.cells[column].drop_nulls().unique():
        label = file.labels.get(column, {}).get(cell, cell)
        found = {kinds[each] for each in (_plain(label), _plain(cell)) if each in kinds}
        if {_plain(label), _plain(cell)} & missing:
            meant[cell] = None
        else:  # a code that the codebook calls one thing and its label another is neither
            meant[cell] = said[found.pop()] if len(found) == 1 else _UNKNOWN
    return pl.col(column).replace_strict(meant, default=None, return_dtype=pl.String)


def _plain(text: str) -> str:
    return " ".join(text.split()).lower()


def _with_people(rows: pl.DataFrame, codebook: Mapping, where: str) -> pl.DataFrame:
    """The rows with how many were invited and are there in their municipality and grade, and what has changed."""
    invited, population = _people(codebook, "invited"), _people(codebook, "population")
    if codebook.said["sampling"] == "total":
        population = {**invited, **population}
    codes = pl.col("kommun").str.strip_chars().str.to_lowercase().replace_strict(municipality_codes(), default=None)
    keyed = rows.with_columns(_code=codes)
    for (code, grade), group in keyed.partition_by("_code", "arskurs", as_dict=True).items():
        if group.height > invited.get((code, grade), group.height):
            found = f"{group.height} svar av {invited[code, grade]} tillfrågade i {code}, {grade}"
            raise Problem(where, "fler har svarat än tillfrågats", found=found, do="rätta [invited] i kodboken")
    breaks = [name for name, question in sorted(_questions(codebook).items()) if question.get("break")]
    of = {
        name: pl.DataFrame(
            [(code, grade, number) for (code, grade), number in people.items()],
            schema={"_code": pl.String, "arskurs": pl.String, name: pl.Int64},
            orient="row",
        )
        for name, people in (("invited", invited), ("population", population))
    }
    for frame in of.values():
        keyed = keyed.join(frame, on=["_code", "arskurs"], how="left", maintain_order="left")
    return keyed.drop("_code").with_columns(
        sampling=pl.lit(codebook.said["sampling"]), series_breaks=pl.lit(",".join(breaks) or None, pl.String)
    )


def without_codebook(rows: pl.DataFrame) -> pl.DataFrame:
    """The template's rows: nothing is known of who was asked."""
    return rows.with_columns(
        invited=pl.lit(None, pl.Int64),
        population=pl.lit(None, pl.Int64),
        sampling=pl.lit(None, pl.String),
        series_breaks=pl.lit(None, pl.String),
    )
