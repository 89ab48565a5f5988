"""Write a constructed extract of traffic controls, in the layout of the police's own workbook."""

import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

import xlsxwriter

HEADER = ("Lokalpolisområde", "Kommun", "HR-kod Beskrivning Slutlig", "Datum", "Antal HR")
CODE = "3007 | TRAFIKKONTROLL"
AREA = "Södra Fyrbodal"
CONTROLS_A_DAY = {"Stenungsund": 0.45, "Tjörn": 0.15, "Orust": 0.15}
MADE = datetime(2026, 1, 20)  # noqa: DTZ001 - a workbook's own times have no zone
Row = tuple[str, date, int]


def files() -> Iterator[tuple[str, bytes]]:
    """Path relative to the sample folder, and bytes, of every file this script owns."""
    yield "police_extracts/synthetic_traffic_controls_2023_2025.xlsx", workbook(list(rows(2023, date(2025, 12, 31))))
    lines = [";".join(HEADER), *(f"{AREA};{name};{CODE};{day};{n}" for name, day, n in rows(2026, date(2026, 7, 31)))]
    yield (
        "police_extracts/synthetic_traffic_controls_2026.csv",
        ("\ufeff" + "\r\n".join(lines) + "\r\n").encode(),
    )


def rows(first_year: int, last: date) -> Iterator[Row]:
    """A row per municipality and day with any control; days without have none."""
    for name, mean in CONTROLS_A_DAY.items():
        chance = Random(f"lagesbild/police_extracts/{name}/{first_year}")
        day = date(first_year, 1, 1)
        while day <= last:
            controls = sum(chance.random() < mean / 6 for _ in range(6))
            if controls:
                yield name, day, controls
            day += timedelta(days=1)


def workbook(found: list[Row]) -> bytes:
    """One sheet, days as Excel's dates and counts as numbers; the same bytes each time."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    book.set_properties({"created": MADE})
    sheet = book.add_worksheet("Sheet1")
    a_day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, HEADER)
    for number, (name, day, controls) in enumerate(found, 1):
        sheet.write_row(number, 0, (AREA, name, CODE))
        sheet.write_datetime(number, 3, datetime(day.year, day.month, day.day), a_day)  # noqa: DTZ001
        sheet.write_number(number, 4, controls)
    book.close()
    return written.getvalue()
