"""Constructed logs of measures, as coordinators would write them: workbooks of two municipalities, a CSV of one."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

import xlsxwriter

HEADER = (
    *("nr", "kommun", "fokusomrade", "plats", "problem", "atgard", "ansvarig_funktion", "status", "beslutad"),
    *("klart_senast", "klart", "antal_lovat", "antal_gjort", "enhet", "kostnad_kr", "notering"),
)
DRIVING, VANDALISM, SAFETY = "Buskörning", "Skadegörelse", "Trygghet"
YOUNG, DRUGS = "Psykisk ohälsa och kränkningar bland unga", "Droghandel"
ATTITUDES = "Attityder till alkohol och narkotika"
Cell = str | int | date
_NO = ""
LOGS: dict[str, list[tuple[Cell, ...]]] = {
    "Stenungsund": [
        (DRIVING, "Centrala Stenungsund", "Klagomål på buskörning kvällstid",
         "Hastighetsmätning och farthinder vid centrumparkeringen",
         "Gatuavdelningen", "klar", date(2025, 9, 15), date(2026, 5, 31), date(2026, 5, 18), 2, 2, "objekt", 145_000),
        (VANDALISM, "Hasselbacken/Kristinedal", "Återkommande klotter", "Klottersanering inom 48 timmar",
         "Fastighetsavdelningen", "pågår", date(2026, 1, 20), date(2026, 12, 31), _NO, _NO, 31, "objekt", _NO),
        (SAFETY, "Centrala Stenungsund", "Mörka gångvägar upplevs otrygga", "Ny belysning på gångvägen till stationen",
         "Parkavdelningen", "klar", date(2025, 11, 4), date(2026, 3, 31), date(2026, 4, 9), 14, 14, "armaturer",
         210_000),
        (DRIVING, "Stora Höga", "Klagomål på buskörning", "Kvällskontroller av A-traktorer under skolstarten",
         "Kommunpolisen", "planerad", date(2026, 6, 10), date(2026, 9, 11), _NO, 6, 0, "kontroller", _NO),
        (YOUNG, _NO, "Kränkningar på sociala medier", "Föräldramöten om nätet i årskurs 6",
         "Grundskolan", "avbruten", date(2025, 8, 20), date(2026, 6, 12), _NO, 8, 3, "möten", _NO),
    ],
    "Tjörn": [
        (DRUGS, "Skärhamn", "Fynd av narkotika vid hamnen", "Synlig närvaro i hamnen under sommarens helger",
         "Fältgruppen", "pågår", date(2026, 5, 6), date(2026, 8, 31), _NO, 20, 13, "insatser", _NO),
        (SAFETY, "Kållekärr", "Synpunkter om otrygg plats", "Trygghetsvandring med åtgärdslista",
         "Samhällsbyggnad", "klar", date(2026, 2, 12), date(2026, 5, 29), date(2026, 5, 21), 1, 1,
         "trygghetsvandringar", 4_000),
        (ATTITUDES, _NO, "Unga får alkohol av vuxna", "Kontrollköp av folköl",
         "Tillståndsenheten", "planerad", date(2026, 4, 22), date(2026, 11, 30), _NO, 12, 0, "kontroller", _NO),
    ],
    "Orust": [
        (DRIVING, "Henån", "Klagomål på buskörning", "Samtal med unga förare och deras föräldrar",
         "Fritidsverksamheten", "klar", date(2026, 1, 15), date(2026, 6, 5), date(2026, 6, 3), 4, 5, "möten", 6_500),
        (VANDALISM, "Ellös", "Skadegörelse vid badplatsen", "Vuxenvandringar under sommarlovet",
         "Föreningslivet", "pågår", date(2026, 5, 20), date(2026, 8, 16), _NO, 10, 7, "vandringar", _NO),
    ],
}  # fmt: skip


def files() -> Iterator[tuple[str, bytes]]:
    """Path relative to the sample folder, and bytes."""
    for name, ending, write in (
        ("stenungsund", "xlsx", workbook),
        ("tjorn", "xlsx", workbook),
        ("orust", "csv", table),
    ):
        municipality = {"stenungsund": "Stenungsund", "tjorn": "Tjörn", "orust": "Orust"}[name]
        yield f"measures/synthetic_{name}.{ending}", write(rows(municipality))


def rows(municipality: str) -> list[list[Cell]]:
    """A municipality's log, numbered."""
    return [[number, municipality, *cells, ""] for number, cells in enumerate(LOGS[municipality], 1)]


def workbook(log: list[list[Cell]]) -> bytes:
    """A workbook with days as Excel holds them, the same bytes each time."""
    written = BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2024, 1, 1, tzinfo=UTC), "comments": "Konstruerade exempeldata."})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("Åtgärder")
        sheet.write_row(0, 0, HEADER)
        for number, cells in enumerate(log, 1):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, day)
                elif cell != "":
                    sheet.write(number, column, cell)
    return written.getvalue()


def table(log: list[list[Cell]]) -> bytes:
    """A CSV as Swedish Excel writes it."""
    text = StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([HEADER, *log])
    return ("\ufeff" + text.getvalue()).encode()
