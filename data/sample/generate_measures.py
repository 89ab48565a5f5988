"""Constructed logs of measures, as coordinators would write them: workbooks of two municipalities, a CSV of one."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

import xlsxwriter

HEADER = (
    *("nr", "kommun", "fokusomrade", "plats", "problem", "atgard", "ansvarig_funktion", "status", "beslutad"),
    *("klart_senast", "klart", "antal_lovat", "antal_gjort", "enhet", "kostnad_kr", "notering", "lofte"),
)
DRIVING, VANDALISM, SAFETY = "Buskörning", "Skadegörelse", "Trygghet"
YOUNG, DRUGS = "Psykisk ohälsa och kränkningar bland unga", "Droghandel"
ATTITUDES = "Attityder till alkohol och narkotika"
Cell = str | int | date
_NO = ""
_NOW, _BEFORE = "Södra Fyrbodal 2023", "Södra Fyrbodal 2021"
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
        (DRIVING, _NO, "A-traktorer körs för fort", "Utbildning om A-traktorer i gymnasiet",
         "Gymnasiet", "klar", date(2023, 5, 10), date(2023, 11, 30), date(2023, 11, 22), 3, 3, "utbildningar", _NO,
         f"{_NOW} K2"),
        (DRIVING, "Stora Höga", "Klagomål på buskörning", "Trafikinsatser med unga förare",
         "Kommunpolisen", "klar", date(2023, 8, 14), date(2023, 10, 31), date(2023, 9, 28), 4, 4, "insatser", _NO,
         f"{_NOW} P2"),
        (ATTITUDES, _NO, "Unga får alkohol av vuxna", "Föräldrakvällar om alkohol och nätet",
         "Drogförebyggande samordnaren", "klar", date(2023, 11, 6), date(2024, 4, 30), date(2024, 3, 14), 120, 86,
         "deltagare", 12_000, f"{_NOW} K3"),
        (SAFETY, "Centrala Stenungsund", "Elever känner sig otrygga på vägen till skolan",
         "Trygghetsvandringar med elever", "Grundskolan", "klar", date(2024, 2, 5), date(2024, 5, 31),
         date(2024, 4, 18), 2, 2, "trygghetsvandringar", _NO, f"{_NOW} K6"),
        (DRIVING, "Centrala Stenungsund", "Buskörning och droger i centrum", "Riktade insatser mot trafik och droger",
         "Lokalpolisområdet", "klar", date(2021, 3, 1), date(2022, 12, 31), date(2022, 11, 18), _NO, 6, "insatser", _NO,
         f"{_BEFORE} P1"),
    ],
    "Tjörn": [
        (DRUGS, "Skärhamn", "Fynd av narkotika vid hamnen", "Synlig närvaro i hamnen under sommarens helger",
         "Fältgruppen", "pågår", date(2026, 5, 6), date(2026, 8, 31), _NO, 20, 13, "insatser", _NO),
        (SAFETY, "Kållekärr", "Synpunkter om otrygg plats", "Trygghetsvandring med åtgärdslista",
         "Samhällsbyggnad", "klar", date(2026, 2, 12), date(2026, 5, 29), date(2026, 5, 21), 1, 1,
         "trygghetsvandringar", 4_000),
        (ATTITUDES, _NO, "Unga får alkohol av vuxna", "Kontrollköp av folköl",
         "Tillståndsenheten", "planerad", date(2026, 4, 22), date(2026, 11, 30), _NO, 12, 0, "kontroller", _NO),
        (SAFETY, "Skärhamn", "Synpunkter om otrygg plats", "Vuxenvandringar i hamnen",
         "Föreningslivet", "klar", date(2023, 5, 22), date(2023, 8, 31), date(2023, 8, 20), 12, 14, "vandringar", _NO,
         f"{_NOW} K5"),
        (DRIVING, "Höviksnäs", "Klagomål på höga hastigheter", "Hastighetsmätning vid genomfarten",
         "Gatuavdelningen", "klar", date(2024, 3, 12), date(2024, 6, 30), date(2024, 6, 11), 2, 2, "objekt", 30_000,
         f"{_NOW} K2"),
        (DRIVING, "Skärhamn", "Buskörning och droger i hamnen", "Riktade insatser mot trafik och droger",
         "Lokalpolisområdet", "klar", date(2021, 3, 1), date(2022, 12, 31), date(2022, 9, 2), _NO, 3, "insatser", _NO,
         f"{_BEFORE} P1"),
    ],
    "Orust": [
        (DRIVING, "Henån", "Klagomål på buskörning", "Samtal med unga förare och deras föräldrar",
         "Fritidsverksamheten", "klar", date(2026, 1, 15), date(2026, 6, 5), date(2026, 6, 3), 4, 5, "möten", 6_500),
        (VANDALISM, "Ellös", "Skadegörelse vid badplatsen", "Vuxenvandringar under sommarlovet",
         "Föreningslivet", "pågår", date(2026, 5, 20), date(2026, 8, 16), _NO, 10, 7, "vandringar", _NO),
        (YOUNG, _NO, "Kränkningar i föreningslivet", "Utbildning av ledare mot kränkningar",
         "Fritidsverksamheten", "klar", date(2023, 8, 21), date(2023, 12, 15), date(2023, 11, 9), 2, 2, "utbildningar",
         _NO, f"{_NOW} K1"),
        (DRIVING, "Henån", "Klagomål på buskörning", "Kvällar för A-traktorförare och vårdnadshavare",
         "Fritidsverksamheten", "klar", date(2024, 5, 13), date(2024, 10, 31), date(2024, 9, 26), 40, 34, "deltagare",
         _NO, f"{_NOW} K2"),
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
    """A municipality's log, numbered: what was promised in 2021 and 2023 and done then stands last."""
    return [
        [number, municipality, *cells[:13], "", *(cells[13:] or ("",))]
        for number, cells in enumerate(LOGS[municipality], 1)
    ]


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
