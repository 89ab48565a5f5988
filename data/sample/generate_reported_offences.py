"""Write the constructed files in the layouts of Brå; `generate.py` calls `files`.

Where the sample already holds a count of the same offences, recovered from Kolada's rates, the files hold the same one,
so that the two can be compared. The rest is drawn.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from random import Random

import generate

YEARS = range(2021, 2026)
MONTHS = [(year, month) for year in (2024, 2025, 2026) for month in range(1, 13)][6:30]
MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "Maj", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dec")
MONTHLY = ("all_offences", "liberty_and_peace", "narcotics", "theft", "traffic", "vandalism")
# Share of the year by month: more in summer, when the coast is full of people.
SEASON = (0.86, 0.84, 0.92, 0.96, 1.06, 1.14, 1.22, 1.18, 1.02, 0.98, 0.92, 0.90)
# Offence: per 100 000 inhabitants in Stenungsund, for those that no other file of the sample counts.
LEVELS = {
    "alcohol_law": 22,
    "alcohol_supply": 9,
    "arson": 9,
    "fraud": 1750,
    "graffiti": 95,
    "knives": 60,
    "life_and_health": 690,
    "vehicle_fires": 7,
    "weapons": 55,
}
# Offence: the whole that it is part of, and its share.
PARTS = {
    "drink_driving": ("traffic", 0.17),
    "drug_driving": ("traffic", 0.19),
    "grossly_careless_driving": ("traffic", 0.03),
    "hit_and_run": ("traffic", 0.24),
    "other_traffic": ("traffic", 0.05),
    "unlawful_driving": ("traffic", 0.32),
    "narcotics_possession": ("narcotics", 0.36),
    "narcotics_production": ("narcotics", 0.02),
    "narcotics_supply": ("narcotics", 0.08),
    "narcotics_use": ("narcotics", 0.54),
}
DISTRICTS = ("Hässelby-Vällingby", "Spånga-Tensta")

Counts = dict[tuple[str, str, int], int]
Population = Mapping[tuple[str, int], int]


def files(inhabitants: Population) -> Iterator[tuple[str, bytes]]:
    """Path relative to the sample folder, and bytes, of every file."""
    people = {**inhabitants, **generate.POPULATION_2024_2025}
    counts = yearly_counts(people)
    yield "reported_offences/synthetic_year.txt", database_file(yearly_rows(counts, people))
    yield "reported_offences/synthetic_month.txt", database_file(monthly_rows(counts, people))
    for year in (2021, 2025):
        yield f"reported_offences_yearly/synthetic_{year}.csv", yearly_file(counts, people, year)


def stream(*name: object) -> Random:
    """The random stream of one series."""
    return generate.stream("bra", *name)


def yearly_counts(people: Population) -> Counts:
    """Counts by offence, municipality and year; parts of narcotics and traffic offences add up to the whole."""
    listed = {row["kpi"]: row["offence"] for row in generate.reference("bra_offences") if row["kpi"]}
    known: Counts = {}
    rates = [
        (row["kpi"], row["municipality"], row["period"], row["values"]) for row in generate.reported_offences(people)
    ]
    found = [(str(kpi), str(area), int(str(year)), values[0]["value"]) for kpi, area, year, values in rates]  # type: ignore[index]
    for page in (1, 2):
        found += generate.kolada_values(f"recovered_counts_page_{page}.json")
    for kpi, area, year, rate in found:
        if area in generate.LOCAL and rate is not None and (offence := listed.get(kpi, kpi)):
            known[offence, area, year] = round(rate * people[area, year] / 1e5)
    counts: Counts = {}
    for area in generate.LOCAL:
        for year in YEARS:
            for offence in sorted({*listed.values(), "U07452"}):
                counts[offence, area, year] = known.get((offence, area, year)) or generate.negative_binomial(
                    stream(offence, area, year), known[offence, area, 2023]
                )
            for offence, level in LEVELS.items():
                mean = level * generate.OFFENCE_LEVEL[area] * people[area, year] / 1e5
                counts[offence, area, year] = generate.negative_binomial(stream(offence, area, year), mean)
            counts["arson", area, year] = min(counts["arson", area, year], 4)
            counts["vandalism", area, year] = counts["U07452", area, year] - counts["arson", area, year]
            for whole in ("traffic", "narcotics"):
                parts = {offence: share for offence, (of, share) in PARTS.items() if of == whole}
                drawn = stream(whole, area, year).choices(
                    list(parts), list(parts.values()), k=counts[whole, area, year]
                )
                counts |= {(offence, area, year): drawn.count(offence) for offence in parts}
    return counts


Row = tuple[str, str, str, str, str, str]


def yearly_rows(counts: Counts, people: Population) -> Iterator[Row]:
    """Every reviewed offence by year; parents that were not chosen are echoed without figures."""
    offences = sorted(generate.reference("bra_offences"), key=lambda row: int(row["annual_id"]))
    for area, name in generate.NAMES.items():
        for offence in offences:
            for year in YEARS:
                count = counts.get((offence["offence"], area, year))
                if count is None and year == YEARS[-1]:
                    yield f"{name} kommun", offence["annual_label"], "År", str(year), "..", ".."
                elif count is not None:
                    rate = rounded_rate(count, people, area, year)
                    yield f"{name} kommun", offence["annual_label"], "År", str(year), str(count), rate


def monthly_rows(counts: Counts, people: Population) -> Iterator[Row]:
    """Six offences by month; 2026 is preliminary, and one cell is withheld."""
    labels = {row["offence"]: row["monthly_label"] for row in generate.reference("bra_offences")}
    for area, name in generate.NAMES.items():
        for offence in MONTHLY:
            for year, month in MONTHS:
                mean = counts[offence, area, min(year, 2025)] / 12 * SEASON[month - 1]
                count = generate.negative_binomial(stream(offence, area, year, month), mean)
                told = (str(count), rounded_rate(count, people, area, min(year, 2025)))
                if (area, offence, year, month) == (generate.ORUST, "narcotics", 2025, 2):
                    told = ("..", "..")
                shown_year = f"{year} prel." if year == 2026 else str(year)
                yield f"{name} kommun", labels[offence], shown_year, MONTH_NAMES[month - 1], *told


def rounded_rate(count: int, people: Population, area: str, year: int) -> str:
    """Per 100 000 inhabitants of the 31 December before, as Brå rounds it."""
    return str(round(count / people[area, year - 1] * 1e5))


def database_file(rows: Iterator[Row]) -> bytes:
    """SOL's "Databasfil": ISO-8859-1, and a separator after each row but not after the heading."""
    lines = ["Region;Brott;År;Period;Antal;/100 000 inv", *(";".join(row) + ";" for row in rows)]
    return ("\n".join(lines) + "\n").encode("latin-1")


def yearly_file(counts: Counts, people: Population, year: int) -> bytes:
    """One year's CSV: in 2021 without heading, with the word kommun and two city districts; later with a heading."""
    names = generate.municipalities()
    formal = {row["area_code"]: row["other_name"] for row in generate.reference("bra_regions") if row["other_name"]}
    rows = []
    for code, name in names.items():
        inhabitants = people.get((code, year), people[code, 2019])
        drawn = stream("yearly", code, year).gauss(0.105, 0.02) * inhabitants
        count = counts.get(("all_offences", code, year), round(max(drawn, 0.03 * inhabitants)))
        rows.append((name, code, count, round(count / inhabitants * 1e5)))
    rows.sort()
    text = io.StringIO()
    lines = csv.writer(text, delimiter=";", lineterminator="\r\n")
    if year != 2021:
        lines.writerow(("Kommun", "Antal", "Per 100 000 inv."))
    for name, code, count, rate in rows:
        called = formal.get(code, f"{name} kommun").replace("Malung-", "Malung–") if year == 2021 else name
        lines.writerow((called, *((count, rate) if year == 2021 else (spaced(count), spaced(rate)))))
    if year == 2021:
        lines.writerows((district, 4100, 10400) for district in DISTRICTS)
    return text.getvalue().encode("utf-8-sig")


def spaced(number: int) -> str:
    """A number with a blank between thousands."""
    return f"{number:,}".replace(",", " ")
