"""Constructed answers of PxWeb: population by age and sex, Medborgarundersökningen, Folkhälsodata.

`generate.py` calls it. Every series has a random stream of its own, seeded by its name. Nothing here is a fact about
a municipality.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from random import Random

NAMES = {
    "00": "Riket",
    "14": "Västra Götalands län",
    "1415": "Stenungsund",
    "1419": "Tjörn",
    "1421": "Orust",
}
LOCAL = ("1415", "1419", "1421")
CONSTRUCTED = "Konstruerade exempeldata – inte verkliga uppgifter."
Labels = Mapping[str, str]


def files() -> Iterator[tuple[str, bytes]]:
    """Path relative to the sample folder, and bytes, of every file this script owns."""
    yield "population/tab638_ages_2015_2024_synthetic.json", population_by_age()
    yield "population/tab6471_2025_synthetic.json", population_with_noise()
    yield "scb_citizen_survey/synthetic_medborgtrygghet1.json", citizen_survey()
    yield "public_health_survey/synthetic_psykessler6yreg.json", mental_strain()
    yield "public_health_survey/synthetic_mobbningreg.json", bullying()


def stream(*name: object) -> Random:
    """The random stream of one series."""
    return Random("lagesbild/pxweb/" + "/".join(map(str, name)))


def dataset(
    label: str, source: str, updated: str, dimensions: Mapping[str, tuple[str, Labels]], values: Sequence[float | None]
) -> bytes:
    """A JSON-stat2 body; a value that is None has the status `..`. dimensions: name → (text, label by code)."""
    body: dict[str, object] = {
        "version": "2.0",
        "class": "dataset",
        "label": label,
        "source": source,
        "updated": updated,
        "note": [CONSTRUCTED],
        "id": list(dimensions),
        "size": [len(labels) for _, labels in dimensions.values()],
        "dimension": {
            name: {
                "label": text,
                "category": {"index": {code: at for at, code in enumerate(labels)}, "label": dict(labels)},
            }
            for name, (text, labels) in dimensions.items()
        },
        "value": list(values),
    }
    if missing := {str(at): ".." for at, value in enumerate(values) if value is None}:
        body["status"] = missing
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def same(codes: Sequence[str]) -> dict[str, str]:
    """Labels that are the codes themselves."""
    return {code: code for code in codes}


# --- population ---------------------------------------------------------------------------------------------------

# About the number of inhabitants of each, for the level only.
INHABITANTS = {"1415": 27_000, "1419": 16_100, "1421": 15_300}


def inhabitants(area: str, age: int, sex: str, year: int) -> int:
    """People of one age and sex: 1.2 % of all for children of both sexes together, fewer after 75."""
    chance = stream("population", area, age, sex, year - age)  # a cohort keeps its size from year to year
    level = 0.0062 if sex == "1" else 0.0058
    left = 1.0 if age < 75 else math.exp(-((age - 75) ** 2) / 250)
    return round(INHABITANTS[area] * level * left * chance.uniform(0.92, 1.08))


def population_by_age() -> bytes:
    """TAB638 by one-year age to 17 and sex, the three municipalities, 2015–2024."""
    ages, years = [str(age) for age in range(18)], [str(year) for year in range(2015, 2025)]
    dimensions = {
        "Region": ("region", {code: NAMES[code] for code in LOCAL}),
        "Alder": ("ålder", {age: f"{age} år" for age in ages}),
        "Kon": ("kön", {"1": "män", "2": "kvinnor"}),
        "ContentsCode": ("tabellinnehåll", {"BE0101N1": "Folkmängd"}),
        "Tid": ("år", same(years)),
    }
    values = [inhabitants(area, int(age), sex, int(year)) for area, age, sex, year in product(LOCAL, ages, "12", years)]
    label = "Folkmängden efter region, ålder, kön, tabellinnehåll och år"
    return dataset(label, "SCB", "2025-02-21T07:00:00Z", dimensions, values)


def population_with_noise() -> bytes:
    """TAB6471 of December 2025: every age group that SCB has, each cell with noise of its own."""
    groups: dict[str, tuple[str, range]] = {"TotSA": ("totalt, samtliga åldrar", range(101))}
    groups |= {str(age): (f"{age} år", range(age, age + 1)) for age in range(100)}
    groups |= {"-4": ("0-4 år", range(5))}
    groups |= {
        f"{first}-{first + 4}": (f"{first}-{first + 4} år", range(first, first + 5)) for first in range(5, 100, 5)
    }
    groups |= {
        f"{first}-{first + 9}": (f"{first}-{first + 9} år", range(first, first + 10)) for first in range(0, 100, 10)
    }
    groups |= {code: ("100+ år", range(100, 101)) for code in ("100+", "100+10", "100+5")}
    dimensions = {
        "Region": ("region", {code: NAMES[code] for code in LOCAL}),
        "Alder": ("ålder", {code: text for code, (text, _) in groups.items()}),
        "Kon": ("kön", {"TotSa": "totalt, samtliga män och kvinnor", "1": "män", "2": "kvinnor"}),
        "ContentsCode": ("tabellinnehåll", {"000007SF": "Folkmängden per månad"}),
        "Tid": ("månad", same(["2025M12"])),
    }
    values = []
    for area, (code, (_, ages)), sex in product(LOCAL, groups.items(), ("TotSa", "1", "2")):
        true = sum(inhabitants(area, age, each, 2025) for age in ages for each in ("12" if sex == "TotSa" else sex))
        values.append(max(0, true + stream("noise", area, code, sex).randint(-2, 2)))
    label = "Folkmängden per månad efter region, ålder, kön och månad"
    return dataset(label, "SCB", "2026-02-20T07:00:00Z", dimensions, values)


# --- surveys ------------------------------------------------------------------------------------------------------


def margin(share_pct: float, answers: int) -> float:
    """Half the width of a 95 % interval of a share, in percentage points with one decimal."""
    return max(0.1, round(196 * math.sqrt(share_pct / 100 * (1 - share_pct / 100) / answers), 1))


def citizen_survey() -> bytes:
    """A table of the citizen survey; Tjörn takes part every second year. The codes of questions are made up."""
    questions = {
        "0710": "Trygg utomhus i området där du bor när det är mörkt ute",
        "0720": "Trygg utomhus i området där du bor när det är ljust ute",
    }
    options = ("mycket  otryggt", "ganska otryggt", "ganska tryggt", "mycket tryggt")
    contents = {}
    for at, option in enumerate(options):
        contents[f"00000{at}S"] = f"andel {option}"
        contents[f"00000{at}M"] = f"andel {' '.join(option.split())} - Osäkerhetstal"
    contents["00000AN"] = "antal svarande på enkäten"
    years = [str(year) for year in range(2021, 2026)]
    backgrounds = {"000": "samtliga", "010": "män", "020": "kvinnor"}
    level = {"0710": (6, 18, 45, 31), "0720": (1, 3, 26, 70)}
    cells: dict[tuple[str, ...], float] = {}
    for area, question, background, year in product(NAMES, questions, backgrounds, years):
        chance = stream("citizen survey", area, question, background, year)
        weights = [share * chance.uniform(0.85, 1.15) for share in level[question]]
        answers = round(
            (40_000 if area == "00" else 9_000 if area == "14" else 480) * (1 if background == "000" else 0.5)
        )
        for at, weight in enumerate(weights):
            share = round(100 * weight / sum(weights), 1)
            cells[area, question, background, f"00000{at}S", year] = share
            cells[area, question, background, f"00000{at}M", year] = margin(share, answers)
        cells[area, question, background, "00000AN", year] = answers
    values = [
        None if area == "1419" and int(year) % 2 == 0 else cells[area, question, background, content, year]
        for area, question, background, content, year in product(NAMES, questions, backgrounds, contents, years)
    ]
    dimensions = {
        "Region": ("region", NAMES),
        "MedbVariabel7": ("trygghet", questions),
        "MedBakgrund": ("medborgarnas bakgrund", backgrounds),
        "ContentsCode": ("tabellinnehåll", contents),
        "Tid": ("år", same(years)),
    }
    return dataset("Trygghet efter region, fråga, bakgrund och år", "SCB", "2025-12-11T08:00:00Z", dimensions, values)


def mental_strain() -> bytes:
    """Serious mental strain by area, sex and rolling period of four years, with limits and the number answering."""
    periods = ("2013-2016", "2015-2018", "2018-2021", "2019-2022", "2021-2024")
    figures = {"01": "Andel", "02": "Konfidensintervall nedre", "03": "Konfidensintervall övre", "04": "Antal svar"}
    sexes = {"00": "Totalt", "01": "Kvinnor", "02": "Män"}
    cells: dict[tuple[str, ...], float | None] = {}
    for area, sex, period in product(NAMES, sexes, periods):
        chance = stream("mental strain", area, sex, period)
        is_there = period >= "2018" and not (area == "1419" and period == "2018-2021")
        answers = round(chance.uniform(0.9, 1.1) * {"00": 35_000, "14": 9_000}.get(area, 700))
        answers = answers if sex == "00" else answers // 2
        share = round({"00": 7.5, "01": 9.0, "02": 6.0}[sex] * chance.uniform(0.85, 1.15))
        half = margin(share, answers)
        for code, value in zip(figures, (share, round(share - half), round(share + half), answers), strict=True):
            cells[area, code, sex, period] = value if is_there else None
    values = [cells[each] for each in product(NAMES, figures, sexes, periods)]
    dimensions = {
        "Region": ("Region", {code: f"{code} {name}" for code, name in NAMES.items()}),
        "Psykisk hälsa": ("Psykisk hälsa", {"21": "Allvarlig psykisk påfrestning"}),
        "Andel och konfidensintervall": ("Andel och konfidensintervall", figures),
        "Kön": ("Kön", sexes),
        "År": ("År", same(periods)),
    }
    label = "Allvarlig psykisk påfrestning efter region, kön och år"
    return dataset(label, "Folkhälsomyndigheten", "2025-05-20T06:00:00Z", dimensions, values)


def bullying() -> bytes:
    """Bullying at school by age and sex, the county and the country: shares only, without limits or n."""
    often = ("2-3 ggr/månad", "Minst 1 gång/vecka")
    ages, sexes = {"11": "11 år", "13": "13 år", "15": "15 år"}, {"1": "Pojkar", "2": "Flickor"}
    areas = {code: f"{code} {NAMES[code]}" for code in ("00", "14")}
    dimensions = {
        "Region": ("region", areas),
        "Kategori": ("kategori", same(["Mobbad i skolan senaste månaderna"])),
        "Hur ofta": ("hur ofta", same(often)),
        "Ålder": ("ålder", ages),
        "Kön": ("kön", sexes),
        "År": ("år", same(["2021-2022"])),
        "ContentsCode": ("EliminatedContents", {"EliminatedValue": "Andel (procent)"}),
    }
    values = [stream("bullying", *each).randint(2, 9) for each in product(areas, often, ages, sexes)]
    label = "Mobbning i skolan efter region, kön, ålder och år"
    return dataset(label, "Folkhälsomyndigheten", "2023-05-30T06:00:00Z", dimensions, values)
