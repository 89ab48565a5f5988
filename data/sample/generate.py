"""Write the constructed and the inferred sample files; the same files, byte for byte, each time.

`python data/sample/generate.py` reads only `data/reference` and the real sample files beside it. Every series has a
random stream of its own, seeded by its name, so that adding one series leaves all others as they were.
"""

import csv
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

import generate_measures
import generate_police_extracts
import generate_pupils_per_school
import generate_pxweb
import generate_reported_offences
import generate_rescue_callouts
import generate_road_accidents
import generate_school_survey
import generate_service_counts
import generate_specialist_care
import generate_trafa

SAMPLE = Path(__file__).resolve().parent
REFERENCE = SAMPLE.parent / "reference"

STENUNGSUND, TJORN, ORUST = "1415", "1419", "1421"
LOCAL = (STENUNGSUND, TJORN, ORUST)
NAMES = {STENUNGSUND: "Stenungsund", TJORN: "Tjörn", ORUST: "Orust"}
COUNTY, COUNTRY = "0014", "0000"
EVERYWHERE = (COUNTRY, COUNTY, *LOCAL)
LAST_DAY = date(2026, 8, 6)
CONSTRUCTED = "Konstruerade exempeldata – inte verkliga uppgifter."

Row = dict[str, object]


def main() -> None:
    """Write every file of `files` below the sample folder."""
    for name, content in files():
        path = SAMPLE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        print(f"{len(content):>8} {name}")


def files() -> Iterator[tuple[str, bytes]]:
    """Path relative to the sample folder, and bytes, of every file this script owns."""
    known = population_2010_2019()
    inferred = inferred_population(known, years=range(2020, 2024))
    yield "kolada_values/population_2020_2023_inferred.json", kolada_body(population_rows(inferred, range(2020, 2024)))
    yield (
        "population/tab638_2020_2023_inferred.json",
        tab638_body(
            inferred,
            list(municipalities()),
            range(2020, 2024),
            updated="2024-12-12T00:00:00Z",
            note="Härledda uppgifter: den folkmängd som ensam ger hela antal anmälda brott i två av Koladas nyckeltal. "
            "Saknas där ingen eller flera folkmängder passar.",
        ),
    )
    yield (
        "population/tab638_2024_2025_synthetic.json",
        tab638_body(POPULATION_2024_2025, LOCAL, range(2024, 2026), updated="2026-02-20T07:00:00Z", note=CONSTRUCTED),
    )
    kpis = reviewed_kpis()
    inhabitants = known | inferred
    yield "kolada_values/synthetic_reported_offences.json", kolada_body(reported_offences(inhabitants))
    yield "kolada_values/synthetic_crime_survey.json", kolada_body(crime_survey(kpis))
    yield "kolada_values/synthetic_citizen_survey.json", kolada_body(citizen_survey_kpis(kpis))
    yield "kolada_values/synthetic_health_survey.json", kolada_body(health_survey(kpis))
    yield "kolada_values/synthetic_school_survey.json", kolada_body(school_survey())
    yield "kolada_values/synthetic_registers.json", kolada_body(registers())
    for year in range(2023, 2027):
        yield f"incident_reports/incident_reports_{year}.csv", incident_reports(year)
    for year in (2021, 2023, 2025):
        yield f"youth_survey/youth_survey_{year}.csv", youth_survey(year)
    for year in (2024, 2025):
        yield f"citizen_survey/synthetic_{year}.csv", citizen_survey(year)
    yield from generate_reported_offences.files(inhabitants)
    yield from generate_specialist_care.files()
    yield from generate_trafa.files()
    yield from generate_pxweb.files()
    yield from generate_pupils_per_school.files()
    yield from generate_school_survey.files()
    yield from generate_police_extracts.files()
    yield from generate_rescue_callouts.files()
    yield from generate_road_accidents.files()
    yield from generate_measures.files()
    yield "signal_answers/synthetic_sodra_fyrbodal.csv", SIGNAL_ANSWERS.encode()
    yield from generate_service_counts.files()


# What the working group would have answered the one signal that the constructed reports give.
SIGNAL_ANSWERS = "avvikelse;svar;datum\r\n1421-all-2026-W25;evenemang;2026-06-29\r\n"


# --- chance -------------------------------------------------------------------------------------------------------


def stream(*name: object) -> Random:
    """The random stream of one series."""
    return Random("lagesbild/" + "/".join(map(str, name)))


def negative_binomial(chance: Random, mean: float) -> int:
    """A count whose variance is 2.9 times its mean under 200 and 4.6 times from 200.

    These ratios are what municipalities' reported offences show from year to year; see the README.
    """
    ratio = 2.9 if mean < 200 else 4.6
    left = chance.gammavariate(mean / (ratio - 1), ratio - 1)
    count = 0
    while left > 0:  # a Poisson count is the sum of Poisson counts of its parts, and exp(-30) is far from underflow
        part = min(left, 30.0)
        left -= part
        limit, product = math.exp(-part), chance.random()
        while product > limit:
            count += 1
            product *= chance.random()
    return count


def sampled_share(chance: Random, true_pct: float, answers: int) -> float:
    """A percentage with one decimal, as a sample of `answers` people would give it."""
    error = 100 * math.sqrt(true_pct / 100 * (1 - true_pct / 100) / answers)
    return round(min(99.5, max(0.3, chance.gauss(true_pct, error))), 1)


def margin(share_pct: float, answers: int) -> float:
    """Half the width of a 95 % interval of a share, in percentage points with one decimal."""
    return max(0.1, round(196 * math.sqrt(share_pct / 100 * (1 - share_pct / 100) / answers), 1))


def shifted(share_pct: float, logit: float) -> float:
    """A percentage moved on the logit scale, so that it stays between 0 and 100."""
    odds = math.log(share_pct / (100 - share_pct)) + logit
    return 100 / (1 + math.exp(-odds))


# --- reference and real files ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """What the reviewed list says of a KPI: the KPI that holds its margin (or ""), and its polarity."""

    margin_kpi: str
    polarity: str


def reviewed_kpis() -> dict[str, Kpi]:
    """The reviewed KPIs by id."""
    return {row["kpi"]: Kpi(margin_kpi=row["margin_kpi"], polarity=row["polarity"]) for row in reference("kolada_kpis")}


def municipalities() -> dict[str, str]:
    """Municipality code → name, sorted by code."""
    return {row["municipality_code"]: row["municipality"] for row in reference("municipalities")}


def reference(table: str) -> list[dict[str, str]]:
    """The rows of a reviewed list."""
    with (REFERENCE / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def kolada_values(name: str) -> Iterator[tuple[str, str, int, float | None]]:
    """KPI, municipality, year and value (both sexes) of each row of a real Kolada body."""
    body = json.loads((SAMPLE / "kolada_values" / name).read_text(encoding="utf-8"))
    for row in body["values"]:
        for value in row["values"]:
            if value["gender"] == "T":
                yield row["kpi"], row["municipality"], row["period"], value["value"]


def population_2010_2019() -> dict[tuple[str, int], int]:
    """Inhabitants on 31 December by municipality and year, as published."""
    rows = kolada_values("population_2010_2019.json")
    return {(code, year): int(value) for _, code, year, value in rows if value is not None}


# --- inferred population --------------------------------------------------------------------------------------------


def inferred_population(known: Mapping[tuple[str, int], int], *, years: Sequence[int]) -> dict[tuple[str, int], int]:
    """Inhabitants by municipality and year where exactly one number fits.

    U07417 and U07452 divide whole counts by the inhabitants of the same year, so the inhabitants are a number for
    which both rates give whole counts. It is looked for within 3.5 % a year of the last known number; a year where
    none or several fit is left out, and the next is looked for in a wider window.
    """
    rates: dict[tuple[str, int], list[float]] = {}
    for page in (1, 2):
        for _, code, year, value in kolada_values(f"recovered_counts_page_{page}.json"):
            if value is not None:
                rates.setdefault((code, year), []).append(value)
    found: dict[tuple[str, int], int] = {}
    for code in municipalities():
        last_year = years[0] - 1
        last = known[code, last_year]
        for year in years:
            pair = rates.get((code, year), [])
            window = 0.035 * (year - last_year)
            candidates = range(int(last * (1 - window)), int(last * (1 + window)) + 2)
            fitting = [each for each in candidates if all(is_whole(rate, each) for rate in pair)]
            if len(pair) == 2 and len(fitting) == 1:
                found[code, year] = last = fitting[0]
                last_year = year
    return found


def is_whole(rate: float, inhabitants: int) -> bool:
    """Whether a rate per 100 000, cut after five decimals, gives a whole count."""
    count = rate * inhabitants / 1e5
    return abs(count - round(count)) <= 1e-5 * inhabitants / 1e5


def population_rows(population: Mapping[tuple[str, int], int], years: Sequence[int]) -> list[Row]:
    """N01951 for every municipality and year; Missing where the population is not known."""
    return [
        kolada_row("N01951", code, year, {"T": population.get((code, year))})
        for code in municipalities()
        for year in years
    ]


# Constructed: the inferred numbers of 2023 carried on with small changes.
POPULATION_2024_2025 = {
    (STENUNGSUND, 2024): 27920,
    (STENUNGSUND, 2025): 27985,
    (TJORN, 2024): 16110,
    (TJORN, 2025): 16064,
    (ORUST, 2024): 15296,
    (ORUST, 2025): 15241,
}


def tab638_body(
    population: Mapping[tuple[str, int], int], codes: Sequence[str], years: Sequence[int], *, updated: str, note: str
) -> bytes:
    """A JSON-stat2 body of SCB's TAB638; a municipality and year that is not known is null with the status `..`."""
    names = municipalities()
    values = [population.get((code, year)) for code in codes for year in years]
    body: Row = {
        "version": "2.0",
        "class": "dataset",
        "label": "Folkmängden efter region, tabellinnehåll och år",
        "source": "SCB",
        "updated": updated,
        "note": [note],
        "role": {"time": ["Tid"], "metric": ["ContentsCode"]},
        "id": ["Region", "ContentsCode", "Tid"],
        "size": [len(codes), 1, len(years)],
        "dimension": {
            "Region": {"label": "region", "category": category(codes, names)},
            "ContentsCode": {
                "label": "tabellinnehåll",
                "category": category(["BE0101N1"], {"BE0101N1": "Folkmängd"})
                | {"unit": {"BE0101N1": {"base": "antal", "decimals": 0}}},
            },
            "Tid": {
                "label": "år",
                "category": category([str(year) for year in years], {str(year): str(year) for year in years}),
            },
        },
        "value": values,
    }
    missing = {str(index): ".." for index, value in enumerate(values) if value is None}
    return compact(body | ({"status": missing} if missing else {}))


def category(codes: Sequence[str], labels: Mapping[str, str]) -> dict[str, object]:
    """A JSON-stat2 category: the position and the label of each code."""
    return {"index": {code: i for i, code in enumerate(codes)}, "label": {code: labels[code] for code in codes}}


# --- Kolada ---------------------------------------------------------------------------------------------------------


def kolada_row(kpi: str, area: str, year: int, values: Mapping[str, float | None], status: str = "Missing") -> Row:
    """A row of a v3 answer; `values` by sex (K, M, T), where None gets the status."""
    cells = [
        {"gender": sex, "count": 1, "status": status if value is None else "", "value": value, "isdeleted": False}
        for sex, value in values.items()
    ]
    return {"kpi": kpi, "municipality": area, "period": year, "values": cells}


def kolada_body(rows: Sequence[Row]) -> bytes:
    """A whole v3 answer in one page, sorted by KPI, area and year."""
    ordered = sorted(rows, key=lambda row: (str(row["kpi"]), str(row["municipality"]), str(row["period"])))
    return compact({"values": ordered, "count": len(ordered), "next_url": None, "previous_url": None})


def compact(body: Row) -> bytes:
    """JSON without blanks, in UTF-8."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


# KPI: reported offences per 100 000 inhabitants in Stenungsund 2019, and the change a year.
OFFENCES = {
    "N07402": (12, 0.00),
    "N07403": (760, 0.01),
    "N07536": (820, 0.02),
    "N07537": (170, 0.02),
    "N07538": (1900, 0.02),
    "N07540": (10200, -0.01),
    "N07541": (190, 0.02),
    "N07542": (130, 0.01),
    "N07544": (780, 0.03),
    "N07546": (210, -0.06),
    "N07547": (330, -0.04),
    "N07548": (720, 0.03),
    "N07549": (95, 0.00),
}
OFFENCE_LEVEL = {STENUNGSUND: 1.0, TJORN: 0.68, ORUST: 0.74}


def reported_offences(inhabitants: Mapping[tuple[str, int], int]) -> list[Row]:
    """Rates of whole counts, cut after five decimals as Kolada does, 2015–2023."""
    rows = []
    for kpi, (level, change) in OFFENCES.items():
        for area in LOCAL:
            chance = stream(kpi, area)
            for year in range(2015, 2024):
                people = inhabitants[area, year]
                mean = level * OFFENCE_LEVEL[area] * (1 + change) ** (year - 2019) * people / 1e5
                count = negative_binomial(chance, mean)
                rows.append(kolada_row(kpi, area, year, {"T": count * 10**10 // people / 1e5}))
    return rows


# KPI: percentage in the country, first year and step of publication. Where two years are pooled, every second year.
CRIME_SURVEY = {
    "N07601": (52.0, 2018, 2),
    "N07609": (27.0, 2017, 1),
    "N07619": (18.0, 2017, 1),
    "N07620": (12.0, 2017, 1),
    "N07622": (8.0, 2018, 2),
    "N07624": (6.5, 2017, 1),
    "N07625": (4.5, 2017, 1),
    "N07626": (14.0, 2018, 2),
    "N07627": (9.5, 2018, 2),
    "N07628": (7.0, 2018, 2),
    "N07629": (5.5, 2018, 2),
    "N07630": (4.5, 2018, 2),
    "N07631": (5.5, 2017, 1),
    "N07632": (20.0, 2018, 2),
    "N07633": (24.0, 2019, 2),
    "N07634": (3.0, 2017, 1),
    "N07635": (8.5, 2019, 2),
    "N07641": (2.8, 2019, 2),
    "N07643": (11.0, 2019, 2),
}
CRIME_SURVEY_ANSWERS = {COUNTRY: 68000, COUNTY: 11000, STENUNGSUND: 410, TJORN: 260, ORUST: 250}
# How much better than the country an area is, on the logit scale.
BETTER = {COUNTRY: 0.0, COUNTY: -0.05, STENUNGSUND: 0.2, TJORN: 0.45, ORUST: 0.4}


def crime_survey(kpis: Mapping[str, Kpi]) -> list[Row]:
    """Shares and margins 2017–2025; no value for Orust 2018, where too few had answered."""
    rows = []
    for kpi, (level, first, step) in CRIME_SURVEY.items():
        sign = 1 if kpis[kpi].polarity == "high_is_good" else -1
        for area in EVERYWHERE:
            chance = stream(kpi, area)
            # The comparison areas need fewer years, and the sample is to stay small.
            start = first if area in LOCAL else max(first, 2020 + first % 2)
            for year in range(start, 2026, step):
                true = shifted(level, sign * BETTER[area] + chance.gauss(0, 0.06))
                answers = CRIME_SURVEY_ANSWERS[area]
                value: float | None = sampled_share(chance, true, answers)
                if (area, year) == (ORUST, 2018):
                    value = None
                rows += with_margin(kpi, area, year, {"T": value}, kpis[kpi].margin_kpi, {"T": answers})
    return rows


# KPI: percentage in the country, and how much higher for women than for men.
CITIZEN_SURVEY = {
    "N00608": (47.0, 3.0),
    "N00610": (73.0, -18.0),
    "N00611": (96.0, -1.0),
    "N00613": (76.0, -22.0),
    "N00615": (72.0, -4.0),
    "N00619": (64.0, 1.0),
    "N00620": (50.0, -2.0),
    "N00621": (43.0, -3.0),
    "N00624": (44.0, 2.0),
    "N00625": (61.0, -6.0),
    "N00626": (65.0, -7.0),
    "N00627": (56.0, -1.0),
    "N00628": (57.0, -2.0),
    "N00631": (36.0, 4.0),
}
CITIZEN_SURVEY_YEARS = {
    COUNTRY: (2023, 2025),
    STENUNGSUND: (2021, 2022, 2023, 2024, 2025),
    TJORN: (2021, 2023, 2025),
    ORUST: (2022, 2024),
}
CITIZEN_SURVEY_ANSWERS = {COUNTRY: 60000, STENUNGSUND: 620, TJORN: 560, ORUST: 570}


def citizen_survey_kpis(kpis: Mapping[str, Kpi]) -> list[Row]:
    """Shares and margins by sex 2021–2025, in the years a municipality took part."""
    rows = []
    for kpi, (level, gap) in CITIZEN_SURVEY.items():
        for area, years in CITIZEN_SURVEY_YEARS.items():
            chance = stream(kpi, area)
            for year in years:
                reworded = 7.0 if kpi == "N00631" and year >= 2024 else 0.0
                true = shifted(level + reworded, BETTER[area] + chance.gauss(0, 0.05))
                values, answers = by_sex(chance, true, gap, CITIZEN_SURVEY_ANSWERS[area])
                rows += with_margin(kpi, area, year, values, kpis[kpi].margin_kpi, answers)
    return rows


# KPI: percentage in the country, and how much higher for women than for men.
HEALTH_SURVEY = {
    "N01452": (8.0, 3.0),
    "N01458": (19.0, 7.0),
    "N01460": (6.0, -2.0),
    "U01404": (16.0, -5.0),
    "U01420": (22.0, 25.0),
    "U01472": (43.0, 13.0),
    "U01473": (86.0, -4.0),
}
HEALTH_SURVEY_ANSWERS = {COUNTRY: 40000, COUNTY: 9000, STENUNGSUND: 780, TJORN: 640, ORUST: 620}


def health_survey(kpis: Mapping[str, Kpi]) -> list[Row]:
    """Shares and margins by sex, two rounds of four pooled years."""
    rows = []
    for kpi, (level, gap) in HEALTH_SURVEY.items():
        sign = 1 if kpis[kpi].polarity == "high_is_good" else -1
        for area in EVERYWHERE:
            chance = stream(kpi, area)
            for year in (2020, 2024):
                true = shifted(level, sign * BETTER[area] / 2 + chance.gauss(0, 0.05))
                values, answers = by_sex(chance, true, gap, HEALTH_SURVEY_ANSWERS[area])
                rows += with_margin(kpi, area, year, values, kpis[kpi].margin_kpi, answers)
    return rows


def by_sex(chance: Random, true_pct: float, gap: float, answers: int) -> tuple[dict[str, float | None], dict[str, int]]:
    """Sampled percentages of women, men and both, and how many answered of each."""
    women = sampled_share(chance, true_pct + gap / 2, answers // 2)
    men = sampled_share(chance, true_pct - gap / 2, answers // 2)
    both = round((women + men) / 2 + 0.001, 1)
    return {"K": women, "M": men, "T": both}, {"K": answers // 2, "M": answers // 2, "T": answers}


def with_margin(
    kpi: str,
    area: str,
    year: int,
    values: Mapping[str, float | None],
    margin_kpi: str,
    answers: Mapping[str, int],
) -> list[Row]:
    """The row of a share and, where the publisher gives one, the row of its margin."""
    rows = [kolada_row(kpi, area, year, values)]
    if margin_kpi:
        margins = {sex: None if value is None else margin(value, answers[sex]) for sex, value in values.items()}
        rows.append(kolada_row(margin_kpi, area, year, margins))
    return rows


# KPI: percentage in the country, how much higher for girls than for boys, and pupils answering in each area.
SCHOOL_SURVEY = {
    "N15608": (76.0, -2.0, {COUNTRY: 46000, STENUNGSUND: 250, TJORN: 140, ORUST: 120}),
    "N15613": (86.0, -3.0, {COUNTRY: 46000, STENUNGSUND: 250, TJORN: 140, ORUST: 120}),
    "N15638": (70.0, -9.0, {COUNTRY: 45000, STENUNGSUND: 240, TJORN: 140, ORUST: 112}),
    "N15643": (80.6, -9.0, {COUNTRY: 45000, STENUNGSUND: 240, TJORN: 140, ORUST: 112}),
    "N17668": (71.0, -6.0, {COUNTRY: 42000, STENUNGSUND: 190, TJORN: 0, ORUST: 0}),
    "N17673": (86.0, -4.0, {COUNTRY: 42000, STENUNGSUND: 190, TJORN: 0, ORUST: 0}),
}
SCHOOL_SURVEY_YEARS = {
    COUNTRY: (2022, 2023, 2024, 2025, 2026),
    STENUNGSUND: (2023, 2025),
    TJORN: (2023, 2025),
    ORUST: (2022, 2024, 2026),
}


def school_survey() -> list[Row]:
    """Shares by sex, every second year in a municipality; none where there is no municipal gymnasium.

    Grade 8 of 2022 is left out: those figures are real and lie in `citizen_survey`.
    """
    rows = []
    for kpi, (level, gap, answers) in SCHOOL_SURVEY.items():
        for area, years in SCHOOL_SURVEY_YEARS.items():
            chance = stream(kpi, area)
            for year in years:
                if kpi == "N15643" and year == 2022:
                    continue
                if not answers[area]:
                    rows.append(kolada_row(kpi, area, year, {"K": None, "M": None, "T": None}, "Not applicable"))
                    continue
                true = shifted(level, BETTER[area] / 2 + chance.gauss(0, 0.06))
                values, _ = by_sex(chance, true, gap, answers[area])
                if area == ORUST and kpi.startswith("N156") and year == 2024:
                    values = {"K": None, "M": None, "T": values["T"]}
                rows.append(kolada_row(kpi, area, year, values, "Privacy"))
    return rows


# KPI: value in the country, how much higher for women than for men, years, areas, and how far values scatter.
REGISTERS: dict[str, tuple[float, float, Sequence[int], Sequence[str], float]] = {
    "N02797": (7.6, -1.0, range(2020, 2025), EVERYWHERE, 0.5),
    "N15424": (85.5, 3.0, range(2020, 2026), (COUNTRY, *LOCAL), 2.0),
    "N33802": (2.7, -0.6, range(2020, 2025), (COUNTRY, *LOCAL), 0.3),
    "N33818": (8.4, -1.4, range(2020, 2025), (COUNTRY, *LOCAL), 1.0),
    "N33820": (11.2, 1.2, range(2020, 2025), (COUNTRY, *LOCAL), 0.5),
}
REGISTER_TOTALS: dict[str, tuple[float, float, Sequence[int], Sequence[str], float]] = {
    "N00799": (2.7, 0.0, range(2016, 2025), EVERYWHERE, 0.2),
    "U30750": (46.0, 0.0, range(2020, 2026), LOCAL, 6.0),
    "U30751": (24.0, 0.0, range(2020, 2026), LOCAL, 4.0),
    "U79231": (41.0, 0.0, (2018, 2019, 2020, 2021, 2022, 2024), (COUNTRY, COUNTY), 1.2),
    "U79232": (4.6, 0.0, (2018, 2019, 2020, 2021, 2022, 2024), (COUNTRY, COUNTY), 0.4),
    "U79234": (71.0, 0.0, (2018, 2019, 2020, 2021, 2022, 2024), (COUNTRY, COUNTY), 1.2),
    "U79235": (12.5, 0.0, (2018, 2019, 2020, 2021, 2022, 2024), (COUNTRY, COUNTY), 0.7),
}


def registers() -> list[Row]:
    """Register figures and the county's school survey on alcohol and drugs; a few values missing or hidden."""
    rows = []
    for kpi, (level, gap, years, areas, scatter) in (REGISTERS | REGISTER_TOTALS).items():
        for area in areas:
            chance = stream(kpi, area)
            for year in years:
                # Ever fewer drink: the one trend of these series that has to show.
                trend = -0.8 * (year - 2018) if kpi in ("U79231", "U79234") else 0.0
                total = level + trend + chance.gauss(0, scatter)
                values: dict[str, float | None] = {"T": round(total, 1)}
                if kpi in REGISTERS:
                    values = {"K": round(total + gap / 2, 1), "M": round(total - gap / 2, 1), **values}
                status = "Missing"
                if kpi == "N33818" and area in (TJORN, ORUST) and year in (2021, 2023):
                    values, status = dict.fromkeys(values, None), "Privacy"
                if kpi in ("U30750", "U30751") and area == TJORN and year <= 2021:
                    values = dict.fromkeys(values, None)
                rows.append(kolada_row(kpi, area, year, values, status))
    return rows


# --- files for Excel ------------------------------------------------------------------------------------------------


def excel_csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, semicolons, CRLF; no cell of the sample holds a semicolon or a quote."""
    lines = [";".join(row) for row in [header, *rows]]
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def swedish(number: float, decimals: int = 1) -> str:
    """A number with a decimal comma."""
    return f"{number:.{decimals}f}".replace(".", ",")


REPORTS_A_MONTH = {STENUNGSUND: 27.0, TJORN: 15.0, ORUST: 15.0}
# January to December: quiet winters, a long summer by the sea.
SEASON = (0.75, 0.75, 0.85, 1.05, 1.2, 1.3, 1.2, 1.2, 1.1, 1.0, 0.85, 0.75)
PLACES = {
    STENUNGSUND: (
        ("Centrala Stenungsund", 12),
        ("Hasselbacken/Kristinedal", 6),
        ("Stora Höga", 4),
        ("Jörlanda", 2),
        ("Ucklum", 1),
        ("Ödsmål", 2),
        ("Svenshögen", 1),
        ("Övriga Stenungsund", 1),
    ),
    TJORN: (
        ("Skärhamn", 7),
        ("Rönnäng", 3),
        ("Kållekärr", 4),
        ("Myggenäs", 3),
        ("Höviksnäs", 2),
        ("Bleket", 1),
        ("Klövedal", 1),
        ("Övriga Tjörn", 1),
    ),
    ORUST: (
        ("Henån", 8),
        ("Ellös", 4),
        ("Svanesund", 5),
        ("Varekil", 2),
        ("Mollösund", 2),
        ("Hälleviksstrand", 1),
        ("Övriga Orust", 1),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of report: how common, in which months (empty: all), who writes it, and what is written."""

    weight: float
    months: tuple[int, ...] = ()
    reporters: tuple[str, ...]
    texts: tuple[str, ...]
    measures: tuple[str, ...] = ("",)


KINDS = {
    "klotter": Kind(
        weight=9,
        reporters=("Fastighet", "Gata och park", "Bostadsbolag"),
        texts=("Klotter på busskur", "Klottrat i gångtunnel", "Nya taggar på elskåp", "Klotter på fasad"),
        measures=("Sanerat", "Sanering beställd", ""),
    ),
    "skadegörelse": Kind(
        weight=10,
        reporters=("Fastighet", "Bostadsbolag", "Fritid", "Skola"),
        texts=("Sönderslagen bänk", "Papperskorg sparkad sönder", "Skylt nerböjd", "Dörr uppbruten till förråd"),
        measures=("Polisanmält", "Lagat", ""),
    ),
    "glaskross": Kind(
        weight=6,
        reporters=("Skola", "Fastighet", "Bostadsbolag"),
        texts=("Krossad ruta", "Två krossade rutor i busskur", "Glassplitter på lekplats"),
        measures=("Polisanmält", "Nytt glas beställt", ""),
    ),
    "brand": Kind(
        weight=3,
        months=(3, 4, 5, 6, 7, 8, 9),
        reporters=("Räddningstjänst", "Fastighet"),
        texts=("Brand i papperskorg", "Någon har eldat i skogsbrynet", "Misstänkt anlagd gräsbrand"),
        measures=("Släckt", "Polisanmält"),
    ),
    "buskörning": Kind(
        weight=8,
        reporters=("Vägtrafik", "Fritid", "Bostadsbolag"),
        texts=("Bil sladdar på parkeringen", "Moped kör på gångväg", "Burnout och däckspår vid hamnen"),
        measures=("Tips till polisen", ""),
    ),
    "A-traktor": Kind(
        weight=9,
        reporters=("Fritid", "Vägtrafik", "Skola"),
        texts=("Flera A-traktorer med hög musik", "A-traktor kör för fort", "EPA cruisar genom centrum"),
        measures=("Samtal på plats", ""),
    ),
    "hastighet": Kind(
        weight=4,
        reporters=("Vägtrafik", "Skola"),
        texts=("Hög fart förbi skolvägen", "Hög hastighet genom samhället på natten"),
        measures=("Mätning planerad", ""),
    ),
    "misstänkt narkotika": Kind(
        weight=4,
        reporters=("Gata och park", "Fritid", "Bostadsbolag"),
        texts=("Tomma zip-påsar i parken", "Doft av cannabis vid stranden", "Misstänkt narkotika på marken"),
        measures=("Tips till polisen", "Plockat upp"),
    ),
    "droghandel": Kind(
        weight=1.5,
        reporters=("Bostadsbolag", "Fritid"),
        texts=("Misstänkt droghandel vid parkeringen", "Bilar stannar kort, ser ut som langning"),
        measures=("Tips till polisen",),
    ),
    "langning": Kind(
        weight=1.5,
        months=(4, 5, 6, 7, 8, 12),
        reporters=("Fritid", "Socialtjänst"),
        texts=("Misstänkt langning av alkohol till unga", "Vuxen köper ut öl"),
        measures=("Tips till polisen",),
    ),
    "alkohol bland unga": Kind(
        weight=5,
        months=(4, 5, 6, 7, 8, 9, 12),
        reporters=("Fritid", "Nattvandrare"),
        texts=("Unga dricker öl på stranden", "Berusade ungdomar vid badplatsen", "Alkohol på skolavslutningen"),
        measures=("Vuxna på plats", "Vårdnadshavare kontaktade", ""),
    ),
    "otrygg plats": Kind(
        weight=6,
        months=(1, 2, 3, 9, 10, 11, 12),
        reporters=("Kontaktcenter", "Bostadsbolag", "Gata och park"),
        texts=("Trasig belysning på gångvägen", "Mörkt vid hållplatsen", "Buskage skymmer gångtunneln"),
        measures=("Felanmält", "Lampa bytt", ""),
    ),
    "samling": Kind(
        weight=7,
        reporters=("Fritid", "Bostadsbolag", "Nattvandrare"),
        texts=("Stor samling vid torget", "Grupp hänger i trapphus", "Många samlades vid badet, lugnt"),
        measures=("Samtal på plats", ""),
    ),
    "hot": Kind(
        weight=2,
        reporters=("Skola", "Fritid"),
        texts=("Hot mellan unga", "Hotfull stämning vid fritidsgården"),
        measures=("Samtal", "Polisanmält"),
    ),
    "kränkning": Kind(
        weight=4,
        months=(1, 2, 3, 4, 5, 9, 10, 11, 12),
        reporters=("Skola", "Fritid"),
        texts=("Kränkande ord på bussen", "Skällsord mellan grupper", "Kränkningar i chatt"),
        measures=("Samtal", ""),
    ),
    "slagsmål": Kind(
        weight=2.5,
        reporters=("Skola", "Fritid", "Nattvandrare"),
        texts=("Slagsmål vid busstationen", "Bråk efter match"),
        measures=("Avstyrt", "Polisanmält"),
    ),
    "nedskräpning": Kind(
        weight=3,
        months=(5, 6, 7, 8),
        reporters=("Gata och park",),
        texts=("Glas och skräp på badplatsen", "Smällare och skräp på torget"),
        measures=("Städat",),
    ),
    "hot mot personal": Kind(
        weight=1,
        reporters=("Socialtjänst", "Gata och park"),
        texts=("Hot i telefon", "Hotfull kund i receptionen"),
        measures=("Anmält internt",),
    ),
    "inget att rapportera": Kind(weight=5, reporters=("Fritid", "Skola", "Bostadsbolag"), texts=("", "Lugn vecka")),
    "övrigt": Kind(
        weight=2,
        reporters=("Kontaktcenter",),
        texts=("Fyrverkerier sent på kvällen", "Kniv hittad i buskage", "Ljud från båt"),
    ),
}
# Other words for the same thing, as people write.
ALSO_WRITTEN = {"klotter": "graffiti", "A-traktor": "EPA", "samling": "störande ungdomar", "hastighet": "fortkörning"}
INCIDENT_HEADER = ("rapport_id", "datum", "tid", "kommun", "plats", "kategori", "beskrivning", "rapportor", "atgard")
# Rows with one fault each, so that refused rows are seen: column and the value that cannot be read.
FAULTS = {
    2023: (("kategori", "vildsvin"),),
    2024: (("tid", "25:10"),),
    2025: (("datum", "2025-02-30"), ("kategori", "")),
    2026: (("datum", "i lördags"), ("kategori", "ospecificerat")),
}


def incident_reports(year: int) -> bytes:
    """One year of reports, in order of date; some written twice, a few with a fault."""
    rows: list[tuple[date, list[str]]] = []
    for area in LOCAL:
        for month in range(1, 13 if year < 2026 else 9):
            chance = stream("incident_reports", area, year, month)
            for _ in range(negative_binomial(chance, REPORTS_A_MONTH[area] * SEASON[month - 1])):
                rows.append(incident(chance, area, year, month))
    rows.sort(key=lambda row: (row[0], row[1]))
    numbered = [[f"{year}-{number:04d}", *cells] for number, (_, cells) in enumerate(rows, 1)]
    chance = stream("incident_reports", year)
    for column, value in FAULTS[year]:
        # Spread over the whole year.
        numbered[chance.randrange(len(numbered))][INCIDENT_HEADER.index(column)] = value
    for _ in range(6):
        twice = chance.randrange(len(numbered))
        numbered.insert(twice + 1, numbered[twice])
    return excel_csv(INCIDENT_HEADER, numbered)


def incident(chance: Random, area: str, year: int, month: int) -> tuple[date, list[str]]:
    """A report's day, and its cells from the date on."""
    days = (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days
    if (year, month) == (LAST_DAY.year, LAST_DAY.month):
        days = LAST_DAY.day
    candidates = [date(year, month, 1) + timedelta(days=each) for each in range(days)]
    # Fridays and Saturdays carry most.
    day = chance.choices(candidates, [(1.0, 0.9, 1.0, 1.1, 1.9, 1.9, 1.0)[each.weekday()] for each in candidates])[0]
    kinds = {name: kind.weight for name, kind in KINDS.items() if not kind.months or month in kind.months}
    category_name = chance.choices(list(kinds), list(kinds.values()))[0]
    kind = KINDS[category_name]
    place = chance.choices([name for name, _ in PLACES[area]], [weight for _, weight in PLACES[area]])[0]
    hour = chance.choices((9, 11, 13, 15, 16, 18, 19, 20, 21, 22, 23, 0), (2, 2, 2, 3, 3, 4, 5, 6, 7, 6, 4, 2))[0]
    minute = chance.choice((0, 5, 10, 15, 20, 30, 40, 45, 50))
    clock = chance.choices((f"{hour:02d}:{minute:02d}", f"{hour:02d}.{minute:02d}", ""), (75, 15, 10))[0]
    written_day = f"{day.day}/{day.month}/{day.year}" if chance.random() < 0.03 else day.isoformat()
    if category_name == "inget att rapportera":
        place, clock = "", ""
    written = category_name
    if written in ALSO_WRITTEN and chance.random() < 0.2:
        written = ALSO_WRITTEN[written]
    text, reporter = chance.choice(kind.texts), chance.choice(kind.reporters)
    measure = chance.choice(kind.measures) if chance.random() < 0.6 else ""
    return day, [written_day, clock, NAMES[area], place, written, text, reporter, measure]


# Question: share of yes in grade 9, how much higher in gymnasium, for girls, and the change a year (points).
YOUTH_QUESTIONS = {
    "parents_allow_alcohol": (14.0, 28.0, 0.0, -0.4),
    "cannabis_great_risk": (64.0, -8.0, 6.0, -0.5),
    "been_offered_drugs_12m": (13.0, 10.0, -2.0, 0.2),
    "alcohol_from_adult": (16.0, 17.0, 2.0, -0.3),
    "knows_where_to_buy_drugs": (22.0, 15.0, -3.0, 0.2),
    "drunk_alcohol_12m": (41.0, 31.0, 3.0, -0.8),
    "used_narcotics_12m": (4.5, 7.0, -1.0, 0.0),
    "poor_mental_wellbeing": (24.0, 5.0, 18.0, 0.4),
    "violated_by_others_12m": (21.0, -7.0, 6.0, 0.3),
    "feels_safe_at_school": (82.0, 4.0, -7.0, -0.3),
}
YOUTH_ANSWERS = {STENUNGSUND: (250, 200), TJORN: (140, 90), ORUST: (110, 80)}
# In the year of distance teaching hardly anyone of one class answered: too few to be shown, and a sum gives them away.
FEW_ANSWERS = {(ORUST, 2021, "gy 2"): 8}
YOUTH_LEVEL = {STENUNGSUND: 0.0, TJORN: -0.08, ORUST: 0.05}


def youth_survey(year: int) -> bytes:
    """One row per respondent in grade 9 and the second year of gymnasium; no weights in 2021."""
    columns = {row["question"]: row["column"] for row in reference("survey_questions")}
    about = ("undersokning", "ar", "kommun", "arskurs", "kon", "vikt")
    header = (*about, *(columns[question] for question in YOUTH_QUESTIONS), "kommentar")
    rows = []
    for area in LOCAL:
        for gymnasium, (grade, answers) in enumerate(zip(("åk 9", "gy 2"), YOUTH_ANSWERS[area], strict=True)):
            chance = stream("youth_survey", area, year, grade)
            # Fewer answered in the year of distance teaching.
            taking_part = round(answers * (0.75 if year == 2021 else 1.0)) + chance.randint(-12, 12)
            taking_part = FEW_ANSWERS.get((area, year, grade), taking_part)
            for _ in range(taking_part):
                sex = chance.choices(("flicka", "pojke", "annat", "vill ej svara"), (49.0, 47.5, 1.5, 2.0))[0]
                weight = "" if year == 2021 else swedish((0.93 if sex == "flicka" else 1.06) + 0.04 * gymnasium, 2)
                said = [
                    answer(chance, base + more * gymnasium + girls * (sex == "flicka") + change * (year - 2021), area)
                    for base, more, girls, change in YOUTH_QUESTIONS.values()
                ]
                comment = chance.choice(("bra", "inget", "ok")) if chance.random() < 0.02 else ""
                rows.append(["Ungdomsenkät", str(year), NAMES[area], grade, sex, weight, *said, comment])
    return excel_csv(header, rows)


def answer(chance: Random, yes_pct: float, area: str) -> str:
    """Yes, no, don't know, or nothing."""
    left_out = chance.random()
    if left_out < 0.015:
        return ""
    if left_out < 0.045:
        return "vet ej"
    yes = shifted(min(97.0, max(1.0, yes_pct)), YOUTH_LEVEL[area])
    return "ja" if 100 * chance.random() < yes else "nej"


# Question: percentage who say so in a sample of the country.
CITIZEN_QUESTIONS = {
    "feels_unsafe_outdoors": 25.0,
    "unsafe_because_reckless_driving": 17.0,
    "unsafe_because_drug_dealing": 8.0,
    "unsafe_because_vandalism": 9.0,
    "unsafe_because_intoxicated_people": 8.0,
    "unsafe_because_youth_gangs": 10.0,
}
DIALOGUE_ANSWERS = {2024: {"1415": 742, "1419": 418, "1421": 506}, 2025: {"1415": 688, "1419": 455, "1421": 472}}
SAMPLE_ANSWERS = {"00": 7200, "14": 2300, "1415": 420, "1419": 310, "1421": 300}
CITIZEN_HEADER = (
    "omrade",
    "ar",
    "undersokning",
    "fraga",
    "andel_pct",
    "antal_svar",
    "felmarginal",
    "urvalstyp",
    "svarsfrekvens_pct",
)


def citizen_survey(year: int) -> bytes:
    """A citizen dialogue anyone could answer, and a survey of a sample, of one year.

    The sample's figures for the country and the county come with a margin, those of the municipalities with a number
    of answers.
    """
    columns = {row["question"]: row["column"] for row in reference("survey_questions")}
    better = {"00": COUNTRY, "14": COUNTY}
    rows = []
    for question, level in CITIZEN_QUESTIONS.items():
        for area, answers in DIALOGUE_ANSWERS[year].items():
            chance = stream("dialogue", question, area, year)
            # Those who worry answer more often.
            share = sampled_share(chance, shifted(level, 0.35 - BETTER[area]), answers)
            row = [
                area,
                str(year),
                "Medborgardialog",
                columns[question],
                swedish(share),
                str(answers),
                "",
                "sjalvvalda",
                "",
            ]
            rows.append(row)
        for area, answers in SAMPLE_ANSWERS.items():
            chance = stream("sample", question, area, year)
            share = sampled_share(chance, shifted(level, -BETTER[better.get(area, area)]), answers)
            given = ["", swedish(margin(share, answers))] if area in better else [str(answers), ""]
            row = [area, str(year), "Trygghetsundersökning", columns[question], swedish(share), *given, "urval", "41,5"]
            rows.append(row)
    return excel_csv(CITIZEN_HEADER, rows)


if __name__ == "__main__":
    main()
