"""Plays Socialstyrelsen's statistics API v1 as client code describes it: absent rows, ids, pages, and its faults."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sources._strict import read_reference
from tests.replay import Asked, Reply, Route, reply

SOURCES = ("specialist_care",)
AGES = [{"id": number, "text": f"{5 * number - 5}-{5 * number - 1}"} for number in range(1, 18)]
DIAGNOSES = {
    "diagnoserislutenoppenvard": {
        "05": "F00-F99 Psykiska sjukdomar och syndrom samt beteendestörningar",
        "0502": "Psykiska störningar och beteendestörningar orsakade av psykoaktiva substanser",
        "F10": "Psykiska störningar och beteendestörningar orsakade av alkohol",
        "F32": "Depressiv episod",
    },
    "yttreorsakertillskadorochforgiftningar": {
        "VXY2": "Avsiktligt självdestruktiv handling",
        "VXY3": "Övergrepp av annan person",
        "VXY4": "Skadehändelser med oklar avsikt",
    },
}
MEASURES = [
    {"id": 1, "text": "Antal vårdtillfällen"},
    {"id": 6, "text": "Antal patienter"},
    {"id": 7, "text": "Antal patienter/100 000 inv"},
]


Cells = dict[tuple[str, int, int, int, int, int], str]


def route() -> Route:
    """Every reviewed diagnosis in the country and every county, 2022 and 2023."""
    return Socialstyrelsen(published((0, *map(int, read_reference("counties")["county_code"]))))


def published(areas: tuple[int, ...]) -> Cells:
    """Every cell of the reviewed diagnoses, the same figures everywhere."""
    return {
        (diagnosis, area, age, sex, measure, year): "1 234" if measure == 6 else "56,7"
        for diagnosis in read_reference("care_diagnoses")["diagnos"]
        for area in areas
        for age in (3, 4, 5)
        for sex in (1, 2, 3)
        for measure in (6, 7)
        for year in (2022, 2023)
    }


@dataclass
class Socialstyrelsen:
    """`cells`: what is published, keyed by diagnosis, region, age, sex, measure and year; all else is nought.

    Faults: `ignores` segments (the answer is unfiltered, status 200), `ends_after` so many pages, `page_of` rows.
    """

    cells: Cells
    years: Sequence[int] = (2007, 2022, 2023, 2024)
    ignores: set[str] = field(default_factory=set)
    ends_after: int | None = None
    page_of: int | None = None
    texts: dict[str, str] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Reply:
        """The answer to one question: a list of values, or rows."""
        _, _, subject, *segments = asked.path.split("/")
        if subject not in DIAGNOSES:
            return Reply(status=404, kind="text/html")
        if segments[0] != "resultat":
            return reply(self._values(subject, segments[0]))
        chosen = dict(zip(segments[1::2], (ids.split(",") for ids in segments[2::2]), strict=True))
        if any(len(chosen[name]) > 1 for name in ("diagnos", "matt")):
            return Reply(status=404)
        rows = [
            row
            for key, value in self.cells.items()
            if (row := self._row(subject, key, value))
            and all(
                str(row["ar" if name == "ar" else f"{name}Id"]) in ids
                for name, ids in chosen.items()
                if name not in self.ignores
            )
        ]
        return self._page(asked, subject, rows) if rows else Reply(status=404)

    def _row(self, subject: str, key: tuple[str, int, int, int, int, int], value: str) -> dict[str, Any]:
        if key[0] not in DIAGNOSES[subject]:
            return {}
        row = dict(zip(("diagnosId", "regionId", "alderId", "konId", "mattId", "ar"), key, strict=True))
        form = {"vardformId": "SVOV"} if subject.startswith("yttre") else {}
        return {**form, **row, "varde": value}

    def _values(self, subject: str, variable: str) -> list[dict[str, Any]]:
        if variable == "diagnos":
            return [{"id": key, "text": self.texts.get(key, text)} for key, text in DIAGNOSES[subject].items()]
        if variable == "ar":
            return [{"id": year, "text": str(year)} for year in self.years]
        return MEASURES if variable == "matt" else AGES

    def _page(self, asked: Asked, subject: str, rows: list[dict[str, Any]]) -> Reply:
        """One page; `nasta_sida` is absolute and says http, whatever was asked."""
        size = self.page_of or int(asked.query["per_sida"][0])
        page, pages = int(asked.query["sida"][0]), -(-len(rows) // size)
        more = page < pages and (self.ends_after is None or page < self.ends_after)
        url = f"http://{asked.headers['host']}{asked.path}?per_sida={size}&sida="
        return reply(
            {
                "data": rows[(page - 1) * size : page * size],
                "amne": subject,
                "nasta_sida": f"{url}{page + 1}" if more else None,
                "foregaende_sida": f"{url}{page - 1}" if page > 1 else None,
                "sida": page,
                "per_sida": size,
                "sidor": pages,
            }
        )
