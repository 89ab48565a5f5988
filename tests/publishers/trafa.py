"""Plays Trafikanalys' API as client code describes it: JSON only where it is asked for, errors with status 200."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sources._strict import read_reference
from tests.replay import Asked, Reply, Route, reply

SOURCES = ("road_injuries", "vehicles")
MEASURES = {"t1004": ("antolyckdsl", "antpersd", "antperss", "antpersl"), "t10026": ("itrfslut",)}
PLACES = {"t1004": ("lan", "kommun"), "t10026": ("reglan", "regkom")}
YEARS = ("2023", "2024")
NAMES = dict(read_reference("municipalities").select("municipality_code", "municipality").iter_rows())

Value = Callable[[str, str, str], str]


def route() -> Route:
    """Every municipality, two years, figures that follow from the code."""
    return Trafa()


def seven_and_nil(measure: str, code: str, year: str) -> str:
    """The last two figures of the code; nobody killed, and a thousand more cars."""
    if measure == "itrfslut":
        return str(1000 + int(code[2:]))
    return "-" if measure == "antpersd" else str(int(code[2:]))


def cell(column: str, name: str, value: str, *, is_measure: bool = False) -> dict[str, Any]:
    return {
        "Name": name,
        "IsMeasure": is_measure,
        "Column": column,
        "Description": "",
        "Value": value,
        "FormattedValue": value,
        "Level": "",
        "NoteIds": [],
        "Versions": [],
    }


@dataclass
class Trafa:
    """Faults: `ignores` filters (everything comes), `leaves_out` municipalities, `says_names` for codes."""

    value: Value = seven_and_nil
    ignores: set[str] = field(default_factory=set)
    leaves_out: set[str] = field(default_factory=set)
    says_names: bool = False

    def __call__(self, asked: Asked) -> Reply:
        """One answer."""
        if not asked.headers.get("accept", "").startswith("application/json"):
            return Reply(body=b'<?xml version="1.0"?><StatisticsData/>', kind="application/xml")
        product, *parts = asked.query["query"][0].split("|")
        wanted = {name: ids.split(",") if ids else [] for name, _, ids in (part.partition(":") for part in parts)}
        if product not in MEASURES or not wanted.keys() <= {*MEASURES[product], "ar", *PLACES[product]}:
            return reply({"Header": None, "Rows": None, "Errors": [f"Okänd produkt eller variabel: {product}"]})
        return reply(answer(product, list(self._rows(product, wanted))))

    def _rows(self, product: str, wanted: Mapping[str, list[str]]) -> Iterator[list[dict[str, Any]]]:
        county, municipality = PLACES[product]
        asked = {name: [] if name in self.ignores else ids for name, ids in wanted.items()}
        codes = [
            code
            for code in NAMES
            if code not in self.leaves_out
            and code[:2] in (asked[county] or code[:2])
            and code in (asked[municipality] or code)
        ]
        for year, code in itertools.product(YEARS, codes):
            yield [
                cell("ar", year, year),
                cell(county, code[:2], f"län {code[:2]}"),
                cell(municipality, NAMES[code] if self.says_names else code, NAMES[code]),
                *(cell(name, name, self.value(name, code, year), is_measure=True) for name in MEASURES[product]),
            ]


def answer(product: str, rows: list[list[dict[str, Any]]], **changes: Any) -> dict[str, Any]:
    """A whole body of the API."""
    kinds = dict.fromkeys(("ar", *PLACES[product]), "D") | dict.fromkeys(MEASURES[product], "M")
    columns = [
        {"Name": name, "Type": kind, "DataType": "String", "Value": name, "Unit": None, "UniqueId": name.upper()}
        for name, kind in kinds.items()
    ]
    return {
        "Header": {"Column": columns, "Description": None},
        "Rows": [{"Cell": cells, "IsTotal": False} for cells in rows],
        "Errors": None,
        "Notes": {},
        "NextPublishDate": "2027-02-20T08:00:00",
        "ActiveFrom": "2026-02-20T08:00:00",
        **changes,
    }
