"""Reads the register of promises: what police and municipalities have promised their citizens, an agreement a file.

`data/reference/promises/<id>.toml`; every key is known, needed or named here as one that may be left out. What the
files refer to (focus areas, indicators, places) is looked up in `models/_promises.py`, which knows the lists.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from sources._problem import Problem, nearest

PARTIES = ("police", "municipalities", "together")
EXPECTED = ("lower", "higher", "none")
# What may be worked out here instead of said by the source; a page that shows it says so.
INFERRED = ("period", "baseline", "focus_areas", "quantity", "text")
_LONGEST = 500

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Span:
    """First and last day, both counted in."""

    start: date
    end: date

    def overlaps(self, other: "Span") -> bool:
        """Whether some day is in both."""
        return self.start <= other.end and other.start <= self.end

    @property
    def years(self) -> tuple[int, int] | None:
        """The first and last calendar year that lie wholly within; None where none does."""
        first = self.start.year + (self.start != date(self.start.year, 1, 1))
        last = self.end.year - (self.end != date(self.end.year, 12, 31))
        return (first, last) if first <= last else None


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """How much was promised: a number of something, and whether it is the least."""

    number: int
    unit: str
    at_least: bool


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where the promise can be read: what the page is called, whose it is, its address and, if it says, its day."""

    title: str
    publisher: str
    url: str
    dated: date | None = None


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One promise, in words of our own. `measurable`: how it could have been written so that it can be followed up.

    by: of `PARTIES`. indicators: id → what the promise lets expect of it, of `EXPECTED`. places: of the reviewed list.
    inferred: of `INFERRED`, what holds of this promise alone.
    """

    id: str
    by: str
    title: str
    text: str
    focus_areas: tuple[str, ...]
    indicators: Mapping[str, str]
    quantity: Quantity | None = None
    places: tuple[str, ...] = ()
    measurable: str = ""
    inferred: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """One file: who promised what in which area, for how long, and which time before it is compared with.

    name: what the log of measures calls it, before the number of the promise. inferred: of `INFERRED`.
    """

    id: str
    name: str
    title: str
    area: str
    police: str
    municipalities: tuple[str, ...]
    period: Span
    baseline: Span
    source: Source
    promises: tuple[Promise, ...]
    inferred: tuple[str, ...] = ()
    note: str = ""

    def promise_id(self, promise: Promise) -> str:
        """The id of a promise among all: sodra_fyrbodal_2023_k2."""
        return f"{self.id}_{promise.id.lower()}"

    def label(self, promise: Promise) -> str:
        """What people pick and write in the log of measures: Södra Fyrbodal 2023 K2."""
        return f"{self.name} {promise.id}"


def read_agreements(folder: Path) -> tuple[Agreement, ...]:
    """Every agreement of a folder, the oldest first. No folder, no agreements.

    Raises Problem for a file that is not TOML, a key that is unknown, lacking or of the wrong kind, a period that ends
    before it begins, a baseline that runs into the promise, and for an id or a name that stands twice.
    """
    found = [_agreement(path) for path in sorted(folder.glob("*.toml"))]
    for agreement in found:
        where = _where(agreement.id)
        if agreement.baseline.end >= agreement.period.start:
            raise Problem(
                where, "jämförelsetiden går in i löftets tid", found=str(agreement.baseline.end), do="sluta den före"
            )
        if twice := _twice([promise.id.lower() for promise in agreement.promises]):
            raise Problem(where, "två löften har samma id", found=twice.upper(), do="ge varje löfte ett eget")
    if twice := _twice([agreement.name.lower() for agreement in found]):
        raise Problem("data/reference/promises", "två överenskommelser har samma name", found=twice, do="skilj dem åt")
    return tuple(sorted(found, key=lambda each: (each.period.start, each.id)))


def _twice(names: list[str]) -> str:
    return next((name for at, name in enumerate(names) if name in names[:at]), "")


def _where(name: str) -> str:
    return f"data/reference/promises/{name}.toml"


def _agreement(path: Path) -> Agreement:
    where = _where(path.stem)
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,40}", path.stem):
        raise Problem(where, "filen har ett namn som inte kan vara ett id", do="skriv små bokstäver a–z, siffror och _")
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # not UTF-8, or not TOML
        raise Problem(where, "filen är inte TOML i UTF-8", found=str(error), do="rätta filen") from None
    listed = said.pop("promise", [])
    if not isinstance(listed, list) or not listed:
        raise Problem(where, "inga löften", do="skriv minst ett stycke [[promise]]")
    promises = tuple(
        _filled(Promise, each, f"{where}, löfte {number}", _OF_PROMISE) for number, each in enumerate(listed, 1)
    )
    given = {"id": path.stem, "promises": promises}
    return _filled(Agreement, said, where, _OF_AGREEMENT, given)


# -------------------------------------------------------------------------------------------------------------- fields


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > _LONGEST:
        raise Problem("", f"ska vara en text på en rad, högst {_LONGEST} tecken", do="rätta den")
    return value.strip()


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise Problem("", "ska vara en lista", do='skriv ["…", "…"]')
    return tuple(_text(each) for each in value)


def _of(known: tuple[str, ...]) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in known:
            raise Problem("", "okänt värde", found=str(value), do=f"{nearest(str(value), known)} Rätta det")
        return str(value)

    return read


def _day(value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime) or not 2000 <= value.year <= 2099:
        raise Problem("", "ska vara ett datum", found=str(value), do="skriv 2023-01-01, utan citattecken")
    return value


def _number(value: object) -> int:
    if type(value) is not int or value < 1:
        raise Problem("", "ska vara ett helt tal över noll", found=str(value), do="skriv till exempel 20")
    return value


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise Problem("", "ska vara true eller false", found=str(value), do="rätta det")
    return value


def _id(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-ZÅÄÖ]{1,3}[0-9]{1,2}", value):
        raise Problem("", "ska vara en kort beteckning", found=str(value), do='skriv till exempel "K2"')
    return value


def _address(value: object) -> str:
    address = _text(value)
    if not re.fullmatch(r"https?://\S+", address):
        raise Problem("", "ska vara en webbadress", found=address, do="skriv den med https://")
    return address


def _expected(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise Problem("", "ska vara en tabell", do='skriv { reported_vandalism_rate = "lower" }')
    return {indicator: _of(EXPECTED)(way) for indicator, way in value.items()}


def _span(value: object) -> Span:
    span = _filled(Span, value, "", {"start": _day, "end": _day})
    if span.end < span.start:
        raise Problem("", "slutar innan den börjar", found=f"{span.start}–{span.end}", do="rätta dagarna")
    return span


def _quantity(value: object) -> Quantity:
    return _filled(Quantity, value, "", {"number": _number, "unit": _text, "at_least": _yes_or_no})


def _source(value: object) -> Source:
    return _filled(Source, value, "", {"title": _text, "publisher": _text, "url": _address, "dated": _day})


def _inferred(value: object) -> tuple[str, ...]:
    return tuple(_of(INFERRED)(each) for each in _texts(value))


Readers = Mapping[str, Callable[[object], Any]]
_OF_PROMISE: Readers = {
    "id": _id,
    "by": _of(PARTIES),
    "title": _text,
    "text": _text,
    "focus_areas": _texts,
    "indicators": _expected,
    "quantity": _quantity,
    "places": _texts,
    "measurable": _text,
    "inferred": _inferred,
}
_OF_AGREEMENT: Readers = {
    "name": _text,
    "title": _text,
    "area": _text,
    "police": _text,
    "municipalities": _texts,
    "period": _span,
    "baseline": _span,
    "source": _source,
    "inferred": _inferred,
    "note": _text,
}


def _filled(kind: type[T], said: object, where: str, readers: Readers, given: Mapping[str, Any] | None = None) -> T:
    """A dataclass from a table of TOML: every key read by its reader, none unknown, none lacking without a default."""
    given = given or {}
    if not isinstance(said, dict):
        raise Problem(where, "ska vara en tabell", do="skriv { … = … }")
    if unknown := sorted(said.keys() - readers.keys()):
        raise Problem(where, "okänd nyckel", found=unknown[0], do=f"{nearest(unknown[0], [*readers])} Rätta den")
    found = {}
    for key, value in said.items():
        try:
            found[key] = readers[key](value)
        except Problem as problem:
            inner = f"{key}, {problem.where}" if problem.where else key
            raise problem.at(f"{where}, {inner}" if where else inner) from None
    needed = [each.name for each in fields(kind) if each.default is MISSING]  # type: ignore[arg-type]
    if absent := [name for name in needed if name not in found and name not in given]:
        raise Problem(where, "nyckel saknas", found=absent[0], do="lägg till den")
    return kind(**found, **given)
