"""Plays a PxWeb: v2 (/config, metadata, data by POST) and v1 (?config, a table by GET, its data by POST).

Both refuse what the real ones do: codes they do not have, a dimension left out that has no total, too many cells.
"""

import codecs
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from sources._strict import read_reference
from tests.replay import Asked, Reply, reply

Value = Callable[..., float | None]
REGIONS = {
    "00": "Riket",
    **dict(read_reference("counties").select("county_code", "county").iter_rows()),
    **dict(read_reference("municipalities").select("municipality_code", "municipality").iter_rows()),
}


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table: the label of each code of each dimension, and the value of the cell of some codes.

    may_be_left_out: dimensions with a total; `value` is given None in the place of their code.
    """

    dimensions: Mapping[str, Mapping[str, str]]
    value: Value
    may_be_left_out: Sequence[str] = ()

    def dataset(self, selection: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """The JSON-stat2 body of a selection; cells without a value have the status `..`."""
        whole = [selection.get(name, [None]) for name in self.dimensions]
        values = [self.value(*codes) for codes in product(*whole)]
        status = {str(at): ".." for at, value in enumerate(values) if value is None}
        return {**self.empty(selection), "value": values, "status": status}

    def empty(self, selection: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """The same body without its values, as v2's metadata."""
        asked = {name: selection[name] for name in self.dimensions if name in selection}
        return {
            "version": "2.0",
            "class": "dataset",
            "label": "påhittad tabell",
            "source": "provet",
            "id": list(asked),
            "size": [len(codes) for codes in asked.values()],
            "dimension": {
                name: {
                    "label": name.lower(),
                    "category": {
                        "index": {code: at for at, code in enumerate(codes)},
                        "label": {code: self.dimensions[name][code] for code in codes},
                    },
                }
                for name, codes in asked.items()
            },
            "value": [],
        }

    def refusal(self, selection: Mapping[str, Sequence[str]], most: int) -> int | None:
        """The HTTP status of a question that cannot be answered."""
        is_known = all(name in self.dimensions for name in selection)
        if not is_known or any(set(codes) - set(self.dimensions[name]) for name, codes in selection.items()):
            return 400
        if any(name not in selection and name not in self.may_be_left_out for name in self.dimensions):
            return 400
        return 403 if prod(map(len, selection.values())) > most else None


class PxWeb2:
    """A PxWebApi v2 under `/<name>/…`."""

    def __init__(self, tables: Mapping[str, Table], *, cells: int = 150_000, config: Any = None) -> None:
        self.tables, self.cells = tables, cells
        told = {"maxDataCells": cells, "maxCallsPerTimeWindow": 3, "timeWindow": 1}
        self.config = told if config is None else config

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request."""
        match asked.path.split("/")[2:]:
            case ["config"]:
                return reply(self.config)
            case ["tables", name, "metadata"] if name in self.tables:
                return reply(self._metadata(self.tables[name]))
            case ["tables", name, "data"] if name in self.tables and asked.method == "POST":
                selection = {each["variableCode"]: each["valueCodes"] for each in asked.json["selection"]}
                refused = self.tables[name].refusal(selection, self.cells)
                return Reply(status=refused) if refused else reply(self.tables[name].dataset(selection))
        return Reply(status=404)

    def _metadata(self, table: Table) -> dict[str, Any]:
        body = table.empty({name: list(codes) for name, codes in table.dimensions.items()})
        for name, dimension in body["dimension"].items():
            dimension["extension"] = {"elimination": name in table.may_be_left_out, "codelists": []}
        return body


class PxWeb1:
    """A PxWebApi v1 under `/<name>/…`: tables by path, a byte order mark before every JSON."""

    def __init__(self, tables: Mapping[str, Table], *, cells: int = 100_000, config: Any = None) -> None:
        self.tables, self.cells = tables, cells
        told = {"maxValues": cells, "maxCells": cells, "maxCalls": 10, "timeWindow": 10, "CORS": True}
        self.config = told if config is None else config

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request."""
        path = "/".join(asked.path.split("/")[2:])
        if path == "" and "config" in asked.query:
            return _marked(reply(self.config))
        if path not in self.tables:
            return Reply(status=404)
        table = self.tables[path]
        if asked.method == "GET":
            return _marked(reply({"title": "påhittad tabell", "variables": self._variables(table)}))
        selection = {each["code"]: each["selection"]["values"] for each in asked.json["query"]}
        filters = {each["selection"]["filter"] for each in asked.json["query"]}
        if asked.json["response"] != {"format": "json-stat2"} or filters != {"item"}:
            return Reply(status=400)
        refused = table.refusal(selection, self.cells)
        return Reply(status=refused) if refused else _marked(reply(table.dataset(selection)))

    def _variables(self, table: Table) -> list[dict[str, Any]]:
        return [
            {
                "code": name,
                "text": name.lower(),
                "values": list(codes),
                "valueTexts": list(codes.values()),
                **({"elimination": True} if name in table.may_be_left_out else {}),
            }
            for name, codes in table.dimensions.items()
        ]


def _marked(answer: Reply) -> Reply:
    return Reply(body=codecs.BOM_UTF8 + answer.body)


def same(codes: Sequence[str]) -> dict[str, str]:
    """Labels that are the codes themselves."""
    return {code: code for code in codes}


def population(*, ages: int = 3, years: Sequence[int] = (2023, 2024)) -> dict[str, Table]:
    """TAB638 and TAB6471 with figures that tell which cell they stand in: see `people`."""
    singles = [str(age) for age in range(ages)]
    yearly = Table(
        dimensions={
            "Region": {**REGIONS, "0999": "Upphört län"},
            "Civilstand": {"OG": "ogifta", "G": "gifta"},
            "Alder": {**same(singles), "tot": "totalt ålder"},
            "Kon": {"1": "män", "2": "kvinnor"},
            "ContentsCode": {"BE0101N1": "Folkmängd", "BE0101N2": "Folkökning"},
            "Tid": same([str(year) for year in (1968, *years)]),
        },
        may_be_left_out=("Civilstand", "Alder", "Kon"),
        value=lambda area, _, age, sex, contents, year: people(area, age, sex, year),
    )
    monthly = Table(
        dimensions={
            "Region": REGIONS,
            "Alder": {**same(singles), "TotSA": "totalt, samtliga åldrar", "-4": "0-4 år", "0-9": "0-9 år"},
            "Kon": {"TotSa": "totalt", "1": "män", "2": "kvinnor"},
            "ContentsCode": {"000007SF": "Folkmängden per månad"},
            "Tid": same(["2025M11", "2025M12", "2026M01"]),
        },
        may_be_left_out=("Region", "Kon"),
        value=lambda area, age, sex, contents, month: people(area, age, sex, month),
    )
    return {"TAB638": yearly, "TAB6471": monthly}


def people(area: str, age: str | None, sex: str | None, period: str) -> int:
    """A figure for a cell: from 2025 the total is not the sum of its parts."""
    code, year = int(area), int(period[:4])
    if age in (None, "tot", "TotSA"):
        return 20_000 + code + year
    return 100 + code % 50 + (year - 2000) + 3 * len(age) + (0 if sex in (None, "TotSa") else int(sex))


MEASURES = {"01": "Andel", "02": "Konfidensintervall nedre", "03": "Konfidensintervall övre", "04": "Antal svar"}
HEALTH_FOLDER, PUPILS_FOLDER = "A_Folkhalsodata/A_Mo8", "A_Folkhalsodata/C_HBSC/Regionalt"


def health() -> dict[str, Table]:
    """Folkhälsodata's tables that are asked for: four of adults by municipality, two of pupils by county."""

    def adults(topic: str, answers: Mapping[str, str]) -> Table:
        return Table(
            dimensions={
                "Region": {code: f"{code} {name}" for code, name in REGIONS.items()},
                topic: answers,
                "Andel och konfidensintervall": MEASURES,
                "Kön": {"00": "Totalt", "01": "Kvinnor", "02": "Män"},
                "År": same(["2013-2016", "2015-2018", "2021-2024"]),
            },
            value=lambda area, answer, measure, sex, period: health_figure(area, measure, sex, period),
        )

    def pupils(*topics: tuple[str, Sequence[str]]) -> Table:
        return Table(
            dimensions={
                "Region": {code: f"{code} {name}" for code, name in REGIONS.items() if len(code) == 2},
                **{topic: same(answers) for topic, answers in topics},
                "Ålder": {"11": "11 år", "15": "15 år"},
                "Kön": {"1": "Pojkar", "2": "Flickor"},
                "År": same(["2021-2022"]),
            },
            may_be_left_out=("Region", "Kön"),
            value=lambda area, *codes: int(area) % 7 + (3 if codes[-2] == "2" else 1),
        )

    outcomes, habits = f"{HEALTH_FOLDER}/Halsoutfall/02Pyskhals", f"{HEALTH_FOLDER}/6_Levanor/01Begrans"
    often = ["Ung. varje dag", "> 1 gång/vecka"]
    return {
        f"{outcomes}/02.03psykessler6/psykessler6yreg.px": adults("Psykisk hälsa", {"21": "Allvarlig påfrestning"}),
        f"{outcomes}/02.01warwick/warwickyreg.px": adults("Psykiskt välbefinnande", {"01": "Gott", "02": "Lågt"}),
        f"{habits}/06.04alkrisk/alkriskyreg.px": adults("Alkoholkonsumtion", {"01": "Riskkonsumtion"}),
        f"{HEALTH_FOLDER}/5_Boende/02Bomrade/05.07raddens/raddensyreg.px": adults(
            "Rädd att gå ut ensam", {"01": "Avstått"}
        ),
        f"{PUPILS_FOLDER}/Skolan/Mobbning/MobbningReg.px": pupils(
            ("Kategori", ["Mobbad i skolan senaste månaderna"]), ("Hur ofta", ["2-3 ggr/månad"])
        ),
        f"{PUPILS_FOLDER}/Halsa/Halsobesvar/HalsobesvarReg.px": pupils(
            ("Besvär", ["Känt sig nere"]), ("Antal ggr senaste halvåret", often)
        ),
    }


def health_figure(area: str, measure: str, sex: str, period: str) -> float | None:
    """A share, its limits or the number answering; Tjörn's first two periods are not available."""
    if area == "1419" and period < "2021":
        return None
    share = 10 + int(area) % 13 + int(sex)
    return {"01": share, "02": share - 3, "03": share + 3, "04": 500 + int(area) % 100}[measure]


SURVEY_CONTENTS = {
    "0000057G": "andel mycket  dåligt",
    "0000057H": "andel mycket dåligt - Osäkerhetstal",
    "0000057I": "andel höga betyg (mycket och ganska bra)",
    "0000057J": "andel höga betyg (mycket och ganska bra) - Osäkerhetstal",
    "0000057K": "antal svarande på enkäten",
}


def safety(*, tables: int = 5) -> dict[str, Table]:
    """Medborgarundersökningen's tables on safety: the number behind MedbVariabel differs, and so do the questions."""

    def table(number: int) -> Table:
        questions = {f"0{number}10": f"Fråga {number} A", f"0{number}20": f"Fråga {number} B"}
        return Table(
            dimensions={
                "Region": REGIONS,
                f"MedbVariabel{number + 6}": questions,
                "MedBakgrund": {"000": "samtliga", "010": "män", "020": "kvinnor", "030": "ålder - 18-29 år"},
                "ContentsCode": SURVEY_CONTENTS,
                "Tid": same(["2019", "2021", "2025"]),
            },
            value=lambda area, question, background, content, year: survey_figure(area, content, year),
        )

    return {f"START/ME/ME0003/ME0003I/MedborgTrygghet{number}": table(number) for number in range(1, tables + 1)}


def survey_figure(area: str, content: str, year: str) -> float | None:
    """A share, its margin or the number answering; an odd municipality does not take part in 2025."""
    if year == "2025" and int(area) % 2:
        return None
    share = 5.5 + int(area) % 11
    return {"G": share, "H": 1.5, "I": 80 - share, "J": 2.5, "K": 400.0 + int(area) % 90}[content[-1]]
