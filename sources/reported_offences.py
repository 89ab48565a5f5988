"""Reported offences by type, area and year, quarter or month: Brå's database SOL, its export "Databasfil".

Read by Python's `csv`: every row ends with a separator that the heading lacks, which polars refuses. Checked against
captures: 2 facts (SOL's ids of the municipalities, their names). Only from client code and its documentation: 14 (the
session, the form's four steps and its fields, the lists of a menu, the menus' ids, 10,000 cells, ISO-8859-1, the
heading, the trailing separator, `År` and month names, `prel.`, `..` and `-`, echoed parents, offence ids that differ
by year and month, the page in place of a file). Rates are rounded, so only counts are read.

The server leaves out an intermediate certificate. TLS stays verified: until the municipality trusts that certificate a
fetch fails with one sentence, and files exported by hand go in with `lagesbild add`. To trust it: download the
issuer's certificate from the address named in the server's own ("CA Issuers"), check it, append it in PEM form to a
copy of the list that `python -m certifi` names, and set the environment variable `SSL_CERT_FILE` to that copy.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import polars as pl

from sources._declare import (
    Answer,
    Area,
    Between,
    Break,
    Cadence,
    Column,
    Concerns,
    Date,
    Delivery,
    Disclosure,
    Licence,
    Listed,
    Reuse,
    Source,
    Text,
    Whole,
)
from sources._http import Answer as HttpAnswer
from sources._http import Http
from sources._problem import Problem
from sources._read import check_columns, read_bytes
from sources._sol import MONTH, YEAR, Period, ask, open_menu, questions, with_advice
from sources._strict import area_codes, municipality_codes, read_reference

SOURCE = Source(
    title="Anmälda brott ur Brås databas",
    publisher="Brottsförebyggande rådet (Brå)",
    homepage="https://statistik.bra.se/solwebb/action/index",
    url="https://statistik.bra.se/solwebb/action",
    licence=Licence(
        "Fri vidareutnyttjning enligt Brå, källan anges", "https://bra.se/statistik/oppna-data.html", Reuse.ATTRIBUTION
    ),
    attribution="Källa: Brå",
    attribution_processed="Egen bearbetning av uppgifter från Brå",
    cadence=Cadence.MONTHLY,
    delivery=Delivery.FULL,
    columns=(
        Column("omrade", "area_code", Area(), derived=True),
        Column("brott", "offence", Listed(table="bra_offences", match="offence", to="offence"), derived=True),
        Column("periodtyp", "period_type", Text(accepted=("year", "quarter", "month")), derived=True),
        Column("periodnyckel", "period", Text(), derived=True),
        Column("periodslut", "period_end", Date(), derived=True),
        Column("preliminar", "is_provisional", Answer(), derived=True),
        Column("Antal", "reported", Whole(minimum=0), required=False),
        Column("tom", "is_empty", Answer(), derived=True),
    ),
    ignore=("Region", "Brott", "År", "Period", "/100 000 inv"),
    key=("area_code", "offence", "period", "is_empty"),
    missing=("", "..", "-"),
    speaks_of="period_end",
    rows=Between(at_least=1),
    breaks=(Break(2015, "Sedan 2015 räknas bara brott som kan knytas till en kommun."),),
    reference=("bra_offences", "bra_regions"),
    disclosure=Disclosure.OFFICIAL,
    concerns=Concerns.ADULTS,
    asks_whole=True,
)

_FIRST_YEAR = 2015
_MONTHS_ASKED = 60
_MENUS = {"year": "101", "month": "90"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "Maj", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dec")
_NEEDED = ("Region", "Brott", "År", "Period", "Antal")
# Police regions and the districts of the three largest cities: known, and no area of ours.
_OTHER_AREA = r"(?i)stads(dels)?områden?\b|^(polis)?region "


def parse(raw: Path) -> pl.DataFrame:
    """The rows of one database file, with area, offence and period as our codes; an unknown offence keeps its label.

    A cell without a figure (`..`, `-`) is marked, because the parents of a chosen offence are echoed without figures
    beside their own rows. Raises Problem for a page in the place of the file, and for rows that are cut or overlong.
    """
    names, rows = _read(raw)
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    when = pl.concat_str("År", pl.lit(", "), "Period")
    month = when.str.extract(rf", ({'|'.join(_MONTHS)})$")
    quarter = when.str.extract(r", Kvartal ([1-4])$")
    is_year = when.str.contains(r"^År, \d{4}( prel\.)?$")
    kind = (
        pl.when(month.is_not_null())
        .then(pl.lit("month"))
        .when(quarter.is_not_null())
        .then(pl.lit("quarter"))
        .when(is_year)
        .then(pl.lit("year"))
    )
    numbers = {name: number for number, name in enumerate(_MONTHS, 1)}
    last_month = pl.coalesce(
        month.replace_strict(numbers, default=None, return_dtype=pl.Int64), quarter.cast(pl.Int64) * 3, pl.lit(12)
    )
    year = when.str.extract(r"\b(\d{4})\b")
    region, label = pl.col("Region").str.to_lowercase(), pl.col("Brott").str.to_lowercase()
    return frame.with_columns(
        omrade=pl.when(~pl.col("Region").str.contains(_OTHER_AREA) | region.is_in(list(_areas()))).then(
            region.replace(_areas())
        ),
        brott=pl.when(kind == "year")
        .then(label.replace(_labels("annual")))
        .otherwise(label.replace(_labels("monthly"))),
        periodtyp=kind,
        periodnyckel=pl.when(kind == "month")
        .then(pl.concat_str(year, pl.lit("M"), last_month.cast(pl.String).str.zfill(2)))
        .when(kind == "quarter")
        .then(pl.concat_str(year, pl.lit("K"), quarter))
        .when(kind == "year")
        .then(year),
        periodslut=pl.when(kind.is_not_null()).then(
            pl.date(year.cast(pl.Int32, strict=False), last_month, 1).dt.month_end()
        ),
        preliminar=when.str.contains("prel", literal=True),
        tom=pl.col("Antal").is_in(list(SOURCE.missing)),
    )


def _read(raw: Path) -> tuple[list[str], list[list[str]]]:
    """The heading and the rows of a database file, whose rows end with a separator."""
    content = read_bytes(raw)
    try:
        text = content.decode("utf-8-sig")  # a file that somebody has opened and saved
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    text = text.replace("&nbsp;", " ").strip()
    if not text or text.startswith("<"):
        found = "en webbsida" if text else "0 tecken"
        raise Problem(raw.name, "filen är ingen databasfil från Brå", found=found, do="exportera den på nytt")
    names, *rows = ([cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=";") if row)
    names = names[:-1] if names[-1] == "" else names
    check_columns(names, SOURCE, raw.name)
    if absent := [name for name in _NEEDED if name not in names]:
        raise Problem(raw.name, "kolumn saknas", found=", ".join(names), do=f"lägg till {', '.join(map(repr, absent))}")
    ends = len(rows[0]) == len(names) + 1 and rows[0][-1] == "" if rows else False
    for number, row in enumerate(rows, 1):
        # A count that is cut short is still a count: only the separator after it says that it is whole.
        if len(row) != len(names) + ends or (ends and row.pop() != ""):
            raise Problem(
                raw.name,
                "en rad är avbruten eller har för många fält",
                found=f"rad {number} har inte {len(names)} fält och samma slut som de andra",
                do="exportera filen på nytt; ingenting har ändrats",
            )
    return names, rows


@cache
def _areas() -> Mapping[str, str]:
    """Every name of a municipality, a county or the country, lower case → our code."""
    regions = read_reference("bra_regions")
    listed = [
        (name.lower(), code)
        for column in ("label", "other_name")
        for name, code in regions.select(column, "area_code").iter_rows()
        if name
    ]
    counties = {name.lower(): code for name, code in read_reference("counties").select("county", "county_code").rows()}
    return {**municipality_codes(), **area_codes(), **counties, **dict(listed)}


@cache
def _labels(kind: str) -> Mapping[str, str]:
    """SOL's label of an offence type, lower case, also as lists write it ("X totalt") → our name of it."""
    rows = read_reference("bra_offences").select(f"{kind}_label", "offence").iter_rows()
    return {spelling: offence for label, offence in rows if label for spelling in _spellings(label)}


def _spellings(label: str) -> tuple[str, str]:
    return label.lower(), f"{label} totalt".lower()


def fetch(http: Http, municipalities: Sequence[str]) -> Iterator[HttpAnswer]:
    """Ask for the reviewed offences of every municipality: each year since 2015, and the last five years by month.

    All of them whatever the area, because areas are summed and compared. Each menu is one observation of all its
    files, so that half a fetch never replaces a whole one. Raises Problem where SOL's own lists name an id otherwise.
    """
    base = http.base("reported_offences", SOURCE.url)
    for kind in _MENUS:
        try:
            with http.new_session() as session:
                bodies = tuple(_files(session, base, kind))
        except Problem as problem:
            raise with_advice(problem) from None
        yield HttpAnswer(request=kind, bodies=bodies, extension="txt")


def _files(http: Http, base: str, kind: str) -> Iterator[bytes]:
    menu = open_menu(http, base, _MENUS[kind])
    offences = _ids("bra_offences", "annual" if kind == "year" else "monthly")
    regions = _region_ids()
    _check(offences, menu.offences, base, "bra_offences")
    _check(regions, menu.regions, base, "bra_regions")
    country = [region for region in ("8291",) if region in menu.regions]
    asked = list(questions(list(offences), [*country, *regions], _chosen(menu.periods, kind)))
    for number, question in enumerate(asked, 1):
        http.tell(f"reported_offences, {kind}: fråga {number} av {len(asked)}")
        yield ask(http, base, question)


def _chosen(periods: Sequence[Period], kind: str) -> list[str]:
    if kind == "year":
        return [each.period_id for each in periods if each.kind == YEAR and each.year >= _FIRST_YEAR]
    months = [each for each in periods if each.kind == MONTH]
    months.sort(key=lambda each: (each.year, _month(each.label)))
    return [each.period_id for each in months[-_MONTHS_ASKED:]]


def _month(label: str) -> int:
    name = re.search(rf"\b({'|'.join(_MONTHS)})\b", label)
    return _MONTHS.index(name[1]) if name else -1


def _ids(table: str, kind: str) -> Mapping[str, str]:
    """SOL's ids of the offences to ask for → their labels."""
    rows = read_reference(table).filter(pl.col("is_asked") == "true")
    return {each: label for each, label in rows.select(f"{kind}_id", f"{kind}_label").iter_rows() if each}


def _region_ids() -> Mapping[str, str]:
    """SOL's ids of today's municipalities → their labels."""
    rows = read_reference("bra_regions").filter(pl.col("level") == "municipality")
    return dict(rows.select("bra_region_id", "label").iter_rows())


def _check(wanted: Mapping[str, str], offered: Mapping[str, str], base: str, table: str) -> None:
    """Raise Problem unless SOL offers every id under the name that the reviewed list gives it."""
    for each, label in wanted.items():
        if each not in offered or _compared(offered[each]) != _compared(label):
            raise Problem(
                base,
                "Brås lista har ändrats",
                found=f"{each}: {offered.get(each, 'finns inte')}",
                do=f"väntat: {label}; granska data/reference/{table}.csv",
            )


def _compared(label: str) -> str:
    """A label without case, what stands in brackets of a municipality, and the word kommun."""
    return re.sub(r" kommun( \(.*\))?$", "", label.lower())
