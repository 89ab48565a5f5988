"""Constructed counts of the municipality's own services: workbooks with a sheet per service, a CSV of one service."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from pathlib import Path
from random import Random

import xlsxwriter

REFERENCE = Path(__file__).resolve().parent.parent / "reference"
HEADER = ("kommun", "period", "matt", "grupp", "varde", "av_hur_manga", "enhet", "antal_rapporterande", "notering")
NAMES = {"Stenungsund": 1.0, "Tjörn": 0.58, "Orust": 0.55}
PUPILS = {"Stenungsund": 3300, "Tjörn": 1750, "Orust": 1600}
Cell = str | int | float
Row = tuple[str, list[Cell]]


def files() -> Iterator[tuple[str, bytes]]:
    """Path relative to the sample folder, and bytes: 2024 and 2025 whole, 2026 until June; complaints of 2025."""
    for year in (2024, 2025, 2026):
        months = range(1, 13 if year < 2026 else 7)
        yield f"service_counts/synthetic_{year}.xlsx", workbook([*monthly(year, months), *rarely(year)])
    yield "service_counts/synthetic_complaints_2025.csv", complaints(2025)


def monthly(year: int, months: range) -> Iterator[Row]:
    """Rows of what services count each month, with the sheet each stands in."""
    for month in months:
        for name, size in NAMES.items():
            chance = Random(f"lagesbild/service_counts/{name}/{year}/{month}")
            period, pupils = f"{year}-{month:02d}", PUPILS[name] + 10 * (year - 2024)
            is_school = month != 7
            yield row("school", "violation_reports", name, period, draw(chance, 9 * size * is_school), pupils)
            if is_school:
                absent = draw(chance, 0.105 * pupils)
                yield row("school", "absent_pupils_15", name, period, absent, pupils)
            for group, mean in (("0–12 år", 24.0), ("13–17 år", 21.0), ("18–20 år", 6.0)):
                yield row("social_services", "concern_reports", name, period, draw(chance, mean * size), group=group)
            yield row("hr", "staff_threats", name, period, draw(chance, 5 * size))
            yield row(
                "streets",
                "lighting_faults",
                name,
                period,
                draw(chance, (9 if month in (1, 2, 10, 11, 12) else 3) * size),
            )
            for service, mean in (("school", 21_000), ("properties", 34_000), ("streets", 12_000)):
                cost = round(chance.gammavariate(1.6, mean * size / 1.6), -2)
                yield row(service, "vandalism_cost", name, period, int(cost))
            if month in (5, 9):
                measured = 9_000 + chance.randrange(6_000)
                share = chance.uniform(0.24, 0.38)
                yield row("streets", "speeding_vehicles", name, period, int(share * measured), measured)
                yield row("streets", "speed_85_percentile", name, period, round(chance.uniform(42, 51), 1), measured)


def rarely(year: int) -> Iterator[Row]:
    """Rows of what is counted half a year or a year at a time; one figure that the service does not have."""
    for name, size in NAMES.items():
        chance = Random(f"lagesbild/service_counts/{name}/{year}")
        yield row("social_services", "sspf_current", name, f"{year}-H1", draw(chance, 6 * size))
        if year == 2026:
            continue
        for group in ("folköl", "tobak", "nikotin"):
            bought = max(3, round(9 * size))
            yield row(
                "licensing",
                "control_purchases_without_id",
                name,
                str(year),
                chance.randrange(bought // 2),
                bought,
                group,
            )
        yield row("coordinator", "neighbourhood_watch_areas", name, str(year), round(30 * size) + year - 2024)
        yield row(
            "coordinator", "night_walks", name, str(year), "uppgift saknas" if name == "Orust" else draw(chance, 40)
        )


def complaints(year: int) -> bytes:
    """One service's CSV: complaints of reckless driving each week, most in summer; a week without any is 0."""
    rows = []
    for week in range(1, 53):
        monday = date.fromisocalendar(year, week, 1)
        for name, size in NAMES.items():
            chance = Random(f"lagesbild/complaints/{name}/{monday}")
            mean = (3.2 if 4 <= monday.month <= 9 else 1.1) * size
            period = f"{year}-v{week:02d}"
            rows.append(
                [name, period, title("driving_complaints"), "", draw(chance, mean), "", "antal", "", "Kontaktcenter"]
            )
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([[*HEADER[:-1], "verksamhet"], *rows])
    return ("\ufeff" + text.getvalue()).encode()


def row(
    service: str, measure: str, name: str, period: str, value: Cell, out_of: Cell = "", group: str = ""
) -> tuple[str, list[Cell]]:
    """The sheet and the cells of one figure."""
    unit = MEASURES[measure]["unit"]
    return SHEETS[service], [name, period, title(measure), group, value, out_of, unit, "", ""]


def title(measure: str) -> str:
    """How the form names a measure."""
    return MEASURES[measure]["title"]


def draw(chance: Random, mean: float) -> int:
    """A count whose variance is 1.6 times its mean."""
    if mean <= 0:
        return 0
    left, count = chance.gammavariate(mean / 0.6, 0.6), 0
    while (left := left - chance.expovariate(1.0)) > 0:
        count += 1
    return count


def workbook(rows: Sequence[Row]) -> bytes:
    """A workbook with a sheet per service, the same bytes each time."""
    written = BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2024, 1, 1, tzinfo=UTC), "comments": "Konstruerade exempeldata."})
        for service in dict.fromkeys(sheet for sheet, _ in rows):
            sheet = book.add_worksheet(service)
            sheet.write_row(0, 0, HEADER)
            for number, cells in enumerate((cells for name, cells in rows if name == service), 1):
                for column, cell in enumerate(cells):
                    if cell != "":
                        sheet.write(number, column, cell)
    return written.getvalue()


def _listed(table: str, key: str) -> Mapping[str, Mapping[str, str]]:
    with (REFERENCE / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return {each[key]: each for each in csv.DictReader(file)}


MEASURES = _listed("service_measures", "measure")
SHEETS = {service: each["sheet"] for service, each in _listed("services", "service").items()}
