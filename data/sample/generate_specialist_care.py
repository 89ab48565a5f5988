"""The constructed sample of `specialist_care`: questions and answers in the layout of Socialstyrelsen's API."""

import json
from collections.abc import Iterator
from random import Random

_SUBJECTS = {
    "0502": "diagnoserislutenoppenvard",
    "VXY2": "yttreorsakertillskadorochforgiftningar",
    "VXY3": "yttreorsakertillskadorochforgiftningar",
    "VXY4": "yttreorsakertillskadorochforgiftningar",
}
# Patients per 100 000 of both sexes aged 10–14, 15–19 and 20–24: chosen by hand.
_RATES = {
    "0502": (60, 420, 640),
    "VXY2": (90, 340, 230),
    "VXY3": (14, 70, 95),
    "VXY4": (0.4, 22, 30),
}
_GIRLS_AND_WOMEN = {"VXY2": 0.78, "VXY3": 0.28, "VXY4": 0.55, "0502": 0.42}
_PEOPLE = {0: (620_000, 590_000, 570_000), 14: (104_000, 98_000, 97_000)}
_YEARS = range(2022, 2025)
_FIELDS = ("diagnosId", "regionId", "alderId", "konId", "mattId", "ar", "vardformId")


def files() -> Iterator[tuple[str, bytes]]:
    """Path relative to the sample folder, and bytes: for each diagnosis the question and a page per measure."""
    for diagnosis, subject in _SUBJECTS.items():
        folder = "specialist_care/synthetic"
        yield f"{folder}_{diagnosis}_asked.json", _question(diagnosis, _form(subject))
        rows = list(_rows(diagnosis, subject))
        for measure, name in ((6, "patients"), (7, "rate")):
            yield f"{folder}_{diagnosis}_{name}.json", _page(subject, [row for row in rows if row["mattId"] == measure])


def _form(subject: str) -> str | None:
    return "SVOV" if subject.startswith("yttre") else None


def _question(diagnosis: str, form: str | None) -> bytes:
    ids = ([diagnosis], ["0", "14"], ["3", "4", "5"], ["1", "2", "3"], ["6", "7"], [str(year) for year in _YEARS])
    asked = dict(zip(_FIELDS, (*ids, [form]), strict=True))
    return json.dumps({"asked": asked}, ensure_ascii=False, indent=1).encode()


def _rows(diagnosis: str, subject: str) -> Iterator[dict[str, object]]:
    """A row per cell that is not nought: the API leaves those out."""
    chance = Random(f"lagesbild/specialist_care/{diagnosis}")
    for region, people in _PEOPLE.items():
        for age, (rate, inhabitants) in enumerate(zip(_RATES[diagnosis], people, strict=True), 3):
            for year in _YEARS:
                expected = rate * inhabitants / 100_000
                total = max(0, round(chance.gauss(expected, (2 * expected) ** 0.5)))
                women = min(total, round(total * _GIRLS_AND_WOMEN[diagnosis]))
                for sex, count, base in (
                    (1, total - women, inhabitants / 2),
                    (2, women, inhabitants / 2),
                    (3, total, inhabitants),
                ):
                    if count:
                        values = ((6, _written(count)), (7, _written(round(100_000 * count / base, 1))))
                        for measure, value in values:
                            ids = (diagnosis, region, age, sex, measure, year, _form(subject))
                            row = dict(zip(_FIELDS, ids, strict=True))
                            if row["vardformId"] is None:
                                del row["vardformId"]
                            yield {**row, "varde": value}


def _written(value: float) -> str:
    """As the publisher writes: decimal comma, a blank between thousands."""
    text = f"{value:,}".replace(",", " ").replace(".", ",")
    return text.removesuffix(",0")


def _page(subject: str, rows: list[dict[str, object]]) -> bytes:
    body = {
        "data": rows,
        "amne": subject,
        "nasta_sida": None,
        "foregaende_sida": None,
        "sida": 1,
        "per_sida": 5000,
        "sidor": 1,
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
