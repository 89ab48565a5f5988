"""Write the constructed road injuries of three municipalities, in the house's own template."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

HEADER = ("olycks_id", "person_nr", "datum", "tid", "kommun", "svarhetsgrad", "trafikelement", "aldersgrupp")
HEADER = (*HEADER, "rapporterad_av")
YEARS = range(2021, 2026)
ACCIDENTS_A_YEAR = {"Stenungsund": 60, "Tjörn": 36, "Orust": 34}
# Of a hundred injured: how they went, and in which ages.
ELEMENTS = {
    "personbil": (44, ("0-6 år", "7-14 år", "18-24 år", "25-64 år", "25-64 år", "65- år")),
    "cykel": (24, ("7-14 år", "15-17 år", "25-64 år", "25-64 år", "65- år")),
    "gående": (10, ("25-64 år", "65- år")),
    "motorcykel": (7, ("18-24 år", "25-64 år")),
    "moped klass I": (7, ("15-17 år", "15-17 år", "25-64 år")),
    "a-traktor": (4, ("15-17 år",)),
    "moped klass II": (2, ("15-17 år", "65- år")),
    "elsparkcykel": (2, ("15-17 år", "18-24 år")),
}
SEVERITIES = {"lindrig": 78, "måttlig": 15, "svår": 6, "död": 1}
REPORTED = {"sjukvård": 60, "båda": 25, "polis": 15}


def files() -> Iterator[tuple[str, bytes]]:
    """Path relative to the sample folder, and bytes, of every file this script owns."""
    for year in YEARS:
        lines = [";".join(row) for row in [HEADER, *rows(year)]]
        yield f"road_accidents/synthetic_{year}.csv", ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def rows(year: int) -> Iterator[list[str]]:
    """A row per made-up injured person, one or two to an accident; no time of day."""
    for name, accidents in ACCIDENTS_A_YEAR.items():
        chance = Random(f"lagesbild/road_accidents/{name}/{year}")
        for number in range(1, max(1, round(chance.gauss(accidents, accidents**0.5))) + 1):
            day = date(year, 1, 1) + timedelta(days=chance.randrange(365))
            [element] = chance.choices(list(ELEMENTS), [share for share, _ in ELEMENTS.values()])
            [reported] = chance.choices(list(REPORTED), list(REPORTED.values()))
            for person in range(1, 2 + (chance.random() < 0.2)):
                [severity] = chance.choices(list(SEVERITIES), list(SEVERITIES.values()))
                age = chance.choice(ELEMENTS[element][1])
                accident = f"{year}-{name[:2].upper()}-{number}"
                yield [accident, str(person), day.isoformat(), "", name, severity, element, age, reported]
