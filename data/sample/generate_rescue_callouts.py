"""Write the constructed rescue call-outs: vehicle fires of three municipalities, in the columns of MSB's extract."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

# fmt: off
HEADER = [
    "handelseId", "datum", "tid", "utlosandeHandelseText", "foljdolyckaGruppText", "lanskod", "lanKortNamn", "kommun",
    "kommunKortNamn", "kommungruppSKL2017", "kommungruppTextSKL2017", "deso", "verksamhetUtemiljoKategoriText",
    "verksamhetUtemiljoText", "antalPersonbil", "antalBuss", "antalLastbil", "antalHusvagnHusbil",
    "antalOvrigaVagfordon", "antalJordbruksmaskin", "antalSkogsmaskin", "antalAnnanArbetsmaskin", "antalSparfordon",
    "antalFartygBat", "antalFlygplanHelikopter", "antalAnnatFordon", "objektForstAntandesKategoriText",
    "objektForstAntandesText", "varmekallaKategoriText", "varmekallaText", "orsakAvsiktText",
]
# fmt: on
YEARS = range(2021, 2026)
# Name, group of municipalities, fires a year.
MUNICIPALITIES = {
    "1415": ("Stenungsund", "2", "Pendlingskommun nära storstad", 10),
    "1419": ("Tjörn", "7", "Pendlingskommun nära mindre tätort", 6),
    "1421": ("Orust", "7", "Pendlingskommun nära mindre tätort", 6),
}
# In a hundred, as in the whole country in 2018.
CAUSES = {
    "Gick inte att bedöma": 35,
    "Fel i utrustning": 32,
    "Avsiktlig händelse": 29,
    "Oavsiktlig följd av mänsklig handling": 3,
    "Mänsklig handling med oklar avsikt": 1,
}
FIRE = "Brand eller brandtillbud i fordon eller fartyg utomhus"
UNKNOWN = "Gick inte att bedöma"


def files() -> Iterator[tuple[str, bytes]]:
    """Path relative to the sample folder, and bytes, of every file this script owns."""
    for year in YEARS:
        lines = [";".join(row) for row in [HEADER, *rows(year)]]
        yield f"rescue_callouts/synthetic_{year}.csv", ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def rows(year: int) -> Iterator[list[str]]:
    """A row per made-up fire, in order of day. Times and small areas are left out: nobody's house is meant."""
    found = []
    for code, (name, group, group_text, fires) in MUNICIPALITIES.items():
        chance = Random(f"lagesbild/rescue_callouts/{code}/{year}")
        for _ in range(max(1, round(chance.gauss(fires, fires**0.5)))):
            day = date(year, 1, 1) + timedelta(days=chance.randrange(365))
            [cause] = chance.choices(list(CAUSES), list(CAUSES.values()))
            place = chance.choice(("Väg eller gata", "Parkeringsplats", "Annan utemiljö"))
            is_boat = chance.random() < 0.1
            found.append((day, code, name, group, group_text, place, is_boat, cause))
    for number, (day, code, name, group, group_text, place, is_boat, cause) in enumerate(sorted(found), 1):
        event = [str(900_000_000 + 1_000 * (year % 100) + number), day.isoformat(), "", FIRE, "Nej", "14"]
        where = ["Västra Götaland", code, name, group, group_text, "", "Utemiljö", place]
        vehicles = ["0" if is_boat else "1", *["0"] * 8, "1" if is_boat else "0", "0", "0"]
        yield [*event, *where, *vehicles, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, cause]
