"""The constructed samples of `vehicles` and `road_injuries`: Trafikanalys' API answers and its yearly workbook."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from random import Random

import xlsxwriter

_LOCAL = {"1415": "Stenungsund", "1419": "Tjörn", "1421": "Orust"}
_COUNTY = ("14", "Västra Götalands län")
_CONSTRUCTED = "Konstruerade exempeldata – inte verkliga uppgifter."
# Cars, motorcycles, mopeds class I and tractors in traffic at the end of 2025, and killed and severely injured a year:
# chosen by hand.
_VEHICLES = {"1415": (14_600, 640, 410, 790), "1419": (9_300, 520, 330, 560), "1421": (9_050, 560, 300, 980)}
_SEVERE = {"1415": 6.0, "1419": 3.2, "1421": 3.8}
_INJURY_MEASURES = {
    "antolyckdsl": "Antal olyckor med dödlig utgång, svår personskada eller lindrig personskada",
    "antpersd": "Antal dödade personer",
    "antperss": "Antal svårt skadade personer",
    "antpersl": "Antal lindrigt skadade personer",
}

Row = Mapping[str, tuple[str, str]]


def files() -> Iterator[tuple[str, bytes]]:
    """Path relative to the sample folder, and bytes, of every file of the two sources."""
    yield "road_injuries/synthetic_t1004_14.json", _answer(("ar", "lan", "kommun"), _INJURY_MEASURES, _injuries())
    yield "vehicles/synthetic_t10026_14.json", _answer(("ar", "reglan", "regkom"), {"itrfslut": "Antal"}, _cars())
    yield "vehicles/synthetic_fordon_i_lan_och_kommuner_2025.xlsx", _workbook()


def _injuries() -> Iterator[Row]:
    """Code in `Name` and label in `Value`; nil is a hyphen."""
    for code, name in _LOCAL.items():
        chance = Random(f"lagesbild/road_injuries/{code}")
        for year in range(2015, 2026):
            severe = _count(chance, _SEVERE[code])
            killed = _count(chance, 0.3)
            slight = _count(chance, 6 * _SEVERE[code])
            accidents = max(1, round(0.75 * (severe + killed + slight)))
            counts = zip(_INJURY_MEASURES, (accidents, killed, severe, slight), strict=True)
            yield {
                "ar": (str(year), str(year)),
                "lan": _COUNTY,
                "kommun": (code, name),
                **{measure: (measure, str(count) if count else "-") for measure, count in counts},
            }


def _cars() -> Iterator[Row]:
    """Names stand where codes might: both fields hold the label."""
    for code, name in _LOCAL.items():
        for year in range(2019, 2026):
            cars = round(_VEHICLES[code][0] * 1.008 ** (year - 2025))
            cells = {"ar": (str(year), str(year)), "reglan": _COUNTY, "regkom": (name, name)}
            yield {**cells, "itrfslut": ("itrfslut", str(cars))}
    yield {"ar": ("2025", "2025"), "reglan": _COUNTY, "regkom": ("t1", "Totalt"), "itrfslut": ("itrfslut", "32950")}


def _count(chance: Random, mean: float) -> int:
    return max(0, round(chance.gauss(mean, mean**0.5)))


def _answer(dimensions: Sequence[str], measures: Mapping[str, str], rows: Iterator[Row]) -> bytes:
    columns = [
        {"Name": name, "Type": "D", "DataType": "Time" if name == "ar" else "Region", "Value": name, "Unit": None}
        for name in dimensions
    ] + [
        {"Name": name, "Type": "M", "DataType": "String", "Value": text, "Unit": ""} for name, text in measures.items()
    ]
    body = {
        "Header": {"Column": [{**column, "UniqueId": str(column["Name"]).upper()} for column in columns]},
        "Rows": [
            {
                "Cell": [
                    {
                        "Name": label,
                        "IsMeasure": name in measures,
                        "Column": name,
                        "Value": value,
                        "FormattedValue": value,
                        "NoteIds": [],
                        "Versions": [],
                    }
                    for name, (label, value) in row.items()
                ],
                "IsTotal": any(value == "Totalt" for _, value in row.values()),
            }
            for row in rows
        ],
        "Errors": None,
        "Notes": {"1": _CONSTRUCTED},
        "NextPublishDate": None,
        "ActiveFrom": "2026-02-20T08:00:00",
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _workbook() -> bytes:
    """Sheets, columns and places as somebody saw them in the file of 2025; the headings themselves nobody has seen."""
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"in_memory": True})
    book.set_properties({"created": datetime(2026, 2, 20), "comments": _CONSTRUCTED})  # noqa: DTZ001
    title = book.add_worksheet("Titel _ Title")
    title.write_column(0, 0, ["Fordon i län och kommuner 2025", "Vehicles in counties and municipalities 2025"])
    title.write(3, 0, _CONSTRUCTED)
    for name in ("Innehåll _ Content", "Kort om statistiken", "Definitioner _ Definitions"):
        book.add_worksheet(name).write(0, 0, name)
    legends = book.add_worksheet("Teckenförklaring _ Legends")
    legends.write_column(0, 0, ["– Noll", ".. Uppgift ej tillgänglig"])
    in_traffic = {code: (cars, 60, None, 900, 70, 970, 5, 4, None, *rest) for code, (cars, *rest) in _VEHICLES.items()}
    _sheet(book, "Tabell 1", "Tabell 1. Fordon i trafik vid årets slut, efter kommun", in_traffic)
    off_road = {
        code: (cars // 3, 200, None, 300, 60, 360, 3, 20, 6, *rest) for code, (cars, *rest) in _VEHICLES.items()
    }
    _sheet(book, "Tabell 2", "Tabell 2. Avställda fordon vid årets slut, efter kommun", off_road)
    book.close()
    return packed.getvalue()


def _sheet(book: xlsxwriter.Workbook, name: str, title: str, figures: Mapping[str, Sequence[int | None]]) -> None:
    """Codes as whole numbers, an empty column after the fourth, an en dash for nil, the county's sum after its rows."""
    sheet = book.add_worksheet(name)
    sheet.write_column(0, 0, [title, _CONSTRUCTED])
    lorries = ["Lätta lastbilar", "Tunga lastbilar", "Lastbilar, totalt", "Dragbilar", "Övriga"]
    rest = ["Bussar", "Motorcyklar", "Mopeder klass I", "Traktorer"]
    sheet.write_row(4, 0, ["Kod", "Kommun", "Personbilar", "därav husbilar", "", *lorries, *rest])
    for number, (code, counts) in enumerate(figures.items(), 6):
        cells = [*counts]
        sheet.write_row(number, 0, [int(code), _LOCAL[code]])
        for column, count in enumerate(cells, 2):
            if column == 4:
                continue
            sheet.write(number, column, "–" if count is None else count)
    last = 6 + len(figures)
    sheet.write(last, 0, _COUNTY[1])
    for column in (2, 11, 12, 13):
        sheet.write(last, column, sum(counts[column - 2] or 0 for counts in figures.values()))
    sheet.write(last + 2, 0, "Källa: konstruerad för exemplet.")
