"""Brå's database SOL, asked as a browser asks it: a session, one menu of choices, then question after question.

SOL has no API. The addresses, the fields of the form, the lists in a menu's page and the limit of cells are known only
from client code, so what a menu offers is always read from its own page and never taken for granted. Pages and files
are ISO-8859-1. A session holds one menu, so another menu is another session.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from sources._http import UNTRUSTED, Http
from sources._problem import Problem

MOST_CELLS = 10_000
YEAR, MONTH = "-1", "2"
_PAUSE = 1.0
_LISTED = re.compile(r'array(\w+)\[\d+\]\s*=\s*"((?:[^"\\]|\\.)*)"')
_BETWEEN = "*"
_NO_MENU = "En obefintlig menyrad har valts"
_FAULT = "Fel/Error"
_FAULT_TEXT = re.compile(r"Felmeddelande:\s*([^<]+)")


@dataclass(frozen=True, kw_only=True)
class Period:
    """A year or a month to choose: SOL's id, the year, whether its figures are preliminary, and the kind of period."""

    period_id: str
    label: str
    year: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class Menu:
    """What one menu offers: labels of offence types and regions by SOL's id, and periods in the page's order."""

    offences: Mapping[str, str]
    regions: Mapping[str, str]
    periods: Sequence[Period]


@dataclass(frozen=True, kw_only=True)
class Question:
    """SOL's ids of the offence types, regions and periods of one question."""

    offences: Sequence[str]
    regions: Sequence[str]
    periods: Sequence[str]


def open_menu(http: Http, base: str, menu_id: str) -> Menu:
    """Begin a session at one menu. Raises Problem where the page does not hold the lists to choose from."""
    http.get(f"{base}/start", params={"menykatalogid": "1"}, pause=_PAUSE, accept="page")
    url = f"{base}/anmalda/urval/urval"
    page = http.get(url, params={"menyid": menu_id}, pause=_PAUSE, accept="page").decode("latin-1")
    lists: dict[str, list[list[str]]] = {}
    for name, row in _LISTED.findall(page):
        lists.setdefault(name, []).append([_plain(cell) for cell in row.split(_BETWEEN)])
    menu = Menu(
        offences={row[0]: _reported_as(row[1]) for row in (*lists.get("Nivaett", ()), *lists.get("Nivatva", ()))},
        regions={row[0]: row[1] for row in (*lists.get("RegionNivaEtt", ()), *lists.get("RegionNivaTva", ()))},
        periods=tuple(_periods(lists.get("Period", ()))),
    )
    if not (menu.offences and menu.regions and menu.periods):
        found = _NO_MENU if _NO_MENU in page else f"{len(page)} tecken utan urvalslistor"
        raise Problem(url, "Brås databas gav inga listor att välja ur", found=found, do=_OLDER)
    return menu


def questions(offences: Sequence[str], regions: Sequence[str], periods: Sequence[str]) -> Iterator[Question]:
    """Cut a question into such as fit SOL's limit of cells: whole periods where they fit, else parts of the regions."""
    each = max(1, MOST_CELLS // (len(offences) * len(regions)))
    per_region = max(1, MOST_CELLS // (len(offences) * each))
    for some_periods, some_regions in product(_segments(periods, each), _segments(regions, per_region)):
        yield Question(offences=offences, regions=some_regions, periods=some_periods)


def _segments(ids: Sequence[str], length: int) -> list[Sequence[str]]:
    return [ids[start : start + length] for start in range(0, len(ids), length)]


def ask(http: Http, base: str, question: Question) -> bytes:
    """The database file that answers one question, counts only: SOL's rates are rounded.

    Raises Problem where SOL answers with a page: an error, or that the session is lost.
    """
    form = {
        "brottstyp_id_string": _BETWEEN.join(question.offences),
        "region_id_string": _BETWEEN.join(question.regions),
        "period_id_string": _BETWEEN.join(question.periods),
        "fordelning_id_string": "",
        "antal": "1",
        "antal_100k": "0",
    }
    http.post(f"{base}/anmalda/urval/vantapopup", form=form, pause=_PAUSE, accept="page")
    url = f"{base}/anmalda/urval/sok"
    page = http.get(url, pause=_PAUSE, accept="page").decode("latin-1")
    if _FAULT in page:
        told = _FAULT_TEXT.search(page)
        raise Problem(url, "Brås databas svarade med ett fel", found=told[1].strip() if told else _FAULT, do=_OLDER)
    url = f"{base}/anmalda/resultat/dbfil"
    body = http.post(url, form={}, pause=_PAUSE, accept="page")
    if not body.lstrip().startswith(b"Region;"):
        raise Problem(url, "svaret är en webbsida, inte databasfilen", found=f"{len(body)} byte", do=_OLDER)
    return body


def with_advice(problem: Problem) -> Problem:
    """The same problem; of a certificate that cannot be verified, what to do about it."""
    if problem.found != UNTRUSTED:
        return problem
    return Problem(
        problem.where,
        problem.wrong,
        found=problem.found,
        do="servern utelämnar sitt mellanliggande certifikat: lägg det i en egen certifikatlista och peka ut den med "
        "SSL_CERT_FILE, se sources/reported_offences.py",
    )


_OLDER = "försök senare; senast giltiga uppgifter används"


def _periods(rows: Sequence[Sequence[str]]) -> Iterator[Period]:
    """Of id, name, id of the year, full name and kind: -1 a year alone, 0 a year of months, 1 a quarter, 2 months."""
    for row in rows:
        label = row[3] if len(row) > 3 and row[3] else row[1]
        if year := re.search(r"\d{4}", label):
            yield Period(period_id=row[0], label=label, year=int(year[0]), kind=row[4] if len(row) > 4 else YEAR)


def _plain(cell: str) -> str:
    return " ".join(cell.replace("\\xA0", " ").replace('\\"', '"').replace("\xa0", " ").split())


def _reported_as(label: str) -> str:
    """An offence type as the files write it: what the list calls "X totalt" is "X" there."""
    return label.removesuffix(" totalt")
