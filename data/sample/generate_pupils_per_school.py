"""Constructed files of pupils per school unit, in Skolverket's layout, for invented schools.

`generate.py` calls this.
"""

from collections.abc import Iterator
from random import Random

_SHARES = (
    "Andel (%) flickor, förskoleklass",
    "Andel (%) flickor, årskurs 1-9",
    "Andel (%) elever med utländsk bakgrund, åk 1-9",
    "Andel (%) elever med föräldrar med eftergymnasial utb., åk 1-9",
)
_HEADINGS = (
    *("Skola", "Skol-enhetskod", "Skolkommun", "Kommun-kod", "Typ av huvudman", "Huvudman", "Huvudman orgnr"),
    *("Elever, förskoleklass", _SHARES[0], "Elever, årskurs 1-9", *_SHARES[1:]),
    *(f"Elever, årskurs {grade}" for grade in range(1, 10)),
)
# Municipality, its code, its own organisation number, and of each invented school its grades and pupils a grade.
_LOWER, _UPPER, _ALL = range(7), range(7, 10), range(10)
_SCHOOLS = (
    ("Stenungsund", "1415", "2120001298", ((_LOWER, 160), (_LOWER, 150), (_UPPER, 190), (_UPPER, 160))),
    ("Tjörn", "1419", "2120001306", ((_LOWER, 95), (_LOWER, 85), (_UPPER, 180))),
    ("Orust", "1421", "2120001314", ((_LOWER, 80), (_LOWER, 65), (_UPPER, 80), (_UPPER, 70))),
)
_PRIVATE = (("Stenungsund", "1415", (_ALL, 22)), ("Orust", "1421", (_ALL, 11)))


def files() -> Iterator[tuple[str, bytes]]:
    """Path relative to the sample folder, and bytes, of every file this script owns."""
    for year in (2024, 2025):
        yield f"pupils_per_school/synthetic_{year}.csv", _report(year)


def _report(year: int) -> bytes:
    rows = [
        _school(
            year,
            f"Exempelskolan {at}",
            municipality,
            code,
            ("Kommunal", f"{_genitive(municipality)} kommun", number),
            each,
        )
        for municipality, code, number, schools in _SCHOOLS
        for at, each in enumerate(schools, 1)
    ]
    rows += [
        _school(
            year,
            "Exempelfriskolan",
            municipality,
            code,
            ("Enskild", "Exempelskolan ekonomisk förening", "9999999999"),
            each,
        )
        for municipality, code, each in _PRIVATE
    ]
    lines = [
        "Statistik från Skolverket, https://www.skolverket.se",
        "",
        "Grundskolan - Antal elever per årskurs",
        f"Valt läsår: {year}/{(year + 1) % 100:02d}",
        "",
        ";".join(_HEADINGS) + ";",
        *rows,
        "",
        "Konstruerade exempeldata – inte verkliga uppgifter.",
        "  ",
    ]
    return b"\xef\xbb\xbf" + "\n".join(lines).encode() + b"\n"


def _genitive(name: str) -> str:
    """Stenungsunds, Tjörns; Orust as it is, as the municipality writes it."""
    return name if name == "Orust" else f"{name}s"


def _school(
    year: int,
    name: str,
    municipality: str,
    code: str,
    organiser: tuple[str, str, str],
    size: tuple[range, int],
) -> str:
    """One line; a grade that the school does not have is a point, thousands have a blank, few pupils two points."""
    grades, usual = size
    chance = Random(f"lagesbild/pupils_per_school/{code}/{name}/{organiser[0]}/{year}")
    pupils = {grade: max(1, round(chance.gauss(usual, usual / 12))) for grade in grades}
    total = sum(number for grade, number in pupils.items() if grade > 0)
    unit = f"98{code}{len(name) % 10}{name[-1] if name[-1].isdigit() else 0}"
    shares = ["48,1" if total > 100 else "..", "12,4", "58,3"]
    cells = [name, unit, municipality, code, *organiser]
    cells += [str(pupils.get(0, ".")), "50,2" if 0 in pupils else ".", f"{total:,}".replace(",", "\N{NO-BREAK SPACE}")]
    cells += [*shares, *(str(pupils.get(grade, ".")) for grade in range(1, 10))]
    return ";".join(cells) + ";"
