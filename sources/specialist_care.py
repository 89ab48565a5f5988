"""Patients in inpatient and specialised outpatient care by diagnosis, age, sex and county: Socialstyrelsen's API v1.

Checked against captures: 0 facts; none is at hand. Only from client code and other people's inspections: 16 (path,
envelope, absolute `nasta_sida`, region ids, decimal comma, `X` and `..`, absent rows, 404 for a whole empty slice, one
diagnosis and one measure a question, ignored segments, paging that stops early, ids of ages, sexes, measures, care form
and of all diagnoses but VXY3). VXY3 (assault) is inferred from its neighbours; its words are tried at every fetch.
Not found and so not asked: the ids of transport injuries on mopeds. The database of injuries by municipality is said
not to filter by area, so it could only be fetched whole. JSON is read by the standard library: no library for this API.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import polars as pl

from sources._declare import (
    Area,
    Between,
    Break,
    Cadence,
    Column,
    Concerns,
    Delivery,
    Disclosure,
    Licence,
    Listed,
    Number,
    Reuse,
    Source,
    Text,
    Unknown,
    Whole,
)
from sources._http import Answer, Http, next_page
from sources._problem import Problem
from sources._read import read_json
from sources._strict import read_reference

SOURCE = Source(
    title="Patienter i sluten och specialiserad öppen vård per diagnos och län",
    publisher="Socialstyrelsen",
    homepage="https://www.socialstyrelsen.se/statistik-och-data/statistik/statistikdatabasen/",
    url="https://sdb.socialstyrelsen.se/api/v1/sv",
    licence=Licence(
        "Fri användning med angiven källa", "https://sdb.socialstyrelsen.se/sdbapi.aspx", Reuse.ATTRIBUTION
    ),
    attribution="Källa: Socialstyrelsens statistikdatabas",
    attribution_processed="Egen bearbetning av uppgifter från Socialstyrelsens statistikdatabas",
    cadence=Cadence.YEARLY,
    expected_by="10-31",
    delivery=Delivery.FULL,
    columns=(
        Column(
            "diagnosId",
            "diagnosis",
            Listed(table="care_diagnoses", match="diagnos", to="diagnosis", unknown=Unknown.STOP),
        ),
        Column("regionId", "area_code", Area()),
        Column("alderId", "age", Listed(table="care_ages", match="age_id", to="age", unknown=Unknown.STOP)),
        Column("konId", "sex", Text(accepted=("1", "2", "3"), unknown=Unknown.STOP)),
        Column("mattId", "measure", Text(accepted=("6", "7"), unknown=Unknown.STOP)),
        Column("ar", "year", Whole(minimum=1990, maximum=2100)),
        Column("vardformId", "care_form", Text(accepted=("SVOV",), unknown=Unknown.STOP), required=False),
        Column("varde", "value", Number(minimum=0.0), required=False),
        Column("row", "row", Text(accepted=("asked", "answered"), unknown=Unknown.STOP), derived=True),
    ),
    key=("diagnosis", "area_code", "age", "sex", "measure", "year", "row"),
    speaks_of="year",
    rows=Between(),  # a page may be empty
    missing=("", "..", "X"),
    breaks=(Break(2008, "Sluten och öppen vård tillsammans redovisas från 2008."),),
    reference=("care_ages", "care_diagnoses"),
    disclosure=Disclosure.OFFICIAL,
    concerns=Concerns.CARE,
    asks_whole=True,
)

_PAUSE = 0.8
_PER_PAGE = 5000
_MOST_PAGES = 50
_MOST_CELLS = 100_000
_IDS = ("diagnosId", "regionId", "alderId", "konId", "mattId", "ar")
_SEXES = ("1", "2", "3")
_MEASURES = {"6": r"^antal patienter$", "7": r"antal patienter\s*(/|per)\s*100\s?000"}
_ENVELOPE = {"data", "amne", "sida", "per_sida", "sidor", "nasta_sida", "foregaende_sida"}

Asked = Mapping[str, Sequence[str]]


def parse(raw: Path) -> pl.DataFrame:
    """One row per cell: of a page what was answered, of a question what was asked.

    The API leaves out cells that are zero, and its answers do not say what was asked. So `fetch` puts its question
    first among the bodies, `{"asked": {field: ids}}`, and `staging` can tell a zero from what nobody asked for.
    """
    body = read_json(raw)
    if isinstance(body, dict) and isinstance(asked := body.get("asked"), dict):
        if asked.keys() != {*_IDS, "vardformId"} or not all(isinstance(ids, list) for ids in asked.values()):
            raise Problem(raw.name, "frågan har andra fält än väntat", found=", ".join(asked), do="hämta på nytt")
        if (count := prod(len(ids) for ids in asked.values())) > _MOST_CELLS:
            raise Problem(raw.name, "frågan är orimligt stor", found=f"{count} celler", do="dela frågan")
        cells = (dict(zip(asked, ids, strict=True)) for ids in product(*asked.values()))
        return _frame([{**cell, "varde": None, "row": "asked"} for cell in cells])
    if not isinstance(body, dict) or not isinstance(body.get("data"), list):
        raise Problem(raw.name, "inte ett svar ur statistikdatabasen", found="'data' saknas", do="hämta på nytt")
    for found, known in ((body, _ENVELOPE), *((row, {*_IDS, "vardformId", "varde"}) for row in body["data"])):
        if unknown := sorted(found.keys() - known):
            raise Problem(
                raw.name,
                "okänt fält i Socialstyrelsens svar",
                found=f"'{unknown[0]}'",
                do="svarets form har ändrats; uppdatera sources/specialist_care.py",
            )
    return _frame([{**row, "row": "answered"} for row in body["data"]])


def _frame(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Ids are numbers or text, by subject; county 1 is our 01 and 0 the country."""
    texts = [{name: None if value is None else str(value) for name, value in row.items()} for row in rows]
    schema = dict.fromkeys((*_IDS, "vardformId", "varde", "row"), pl.String)
    return pl.DataFrame(texts, schema=schema).with_columns(pl.col("regionId").str.zfill(2))


def fetch(http: Http, municipalities: Sequence[str]) -> Iterator[Answer]:
    """Ask for each reviewed diagnosis, ages 10–24, in the counties of the municipalities and the country, every year.

    The publisher's own lists are read first: an id that has come to mean something else stops the source. An answer
    to another question than the one asked, and paging that ends before its last page, are Problems.
    """
    base = http.base("specialist_care", SOURCE.url)
    regions = ["0", *sorted({str(int(code[:2])) for code in municipalities}, key=int)]
    ages = dict(read_reference("care_ages").select("age_id", "words").iter_rows())
    diagnoses = read_reference("care_diagnoses")
    for subject in sorted(set(diagnoses["subject"])):
        reviewed = diagnoses.filter(diagnoses["subject"] == subject)
        lists = {name: _listed(http, f"{base}/{subject}/{name}") for name in ("alder", "ar", "diagnos", "matt")}
        for name, words in (
            ("alder", ages),
            ("diagnos", dict(reviewed.select("diagnos", "words").iter_rows())),
            ("matt", _MEASURES),
        ):
            _check_meaning(f"{base}/{subject}/{name}", words, lists[name])
        years = sorted(year for year in lists["ar"] if year >= "2008")
        for number, (diagnosis, care_form) in enumerate(reviewed.select("diagnos", "care_form").iter_rows(), 1):
            http.tell(f"specialist_care: {subject}, fråga {number} av {reviewed.height}")
            asked = dict(zip(_IDS, ([diagnosis], regions, [*ages], [*_SEXES], [*_MEASURES], years), strict=True))
            asked["vardformId"] = [care_form or None]
            card = json.dumps({"asked": asked}, ensure_ascii=False, indent=1).encode()
            pages = [
                page
                for measure in _MEASURES
                for page in _pages(http, f"{base}/{subject}", {**asked, "mattId": [measure]}, care_form)
            ]
            yield Answer(request=f"{subject}/{diagnosis}", bodies=(card, *pages), extension="json")


def _listed(http: Http, url: str) -> Mapping[str, str]:
    """The publisher's own list of a variable's values: id → text."""
    body = _json(http.get(url, pause=_PAUSE, accept="json"), url)
    if not isinstance(body, list) or not all(isinstance(each, dict) and "id" in each for each in body):
        raise Problem(
            url, "inte en lista över värden", found=type(body).__name__, do="senast giltiga uppgifter används"
        )
    return {str(each["id"]): str(each.get("text", "")) for each in body}


def _check_meaning(url: str, reviewed: Mapping[str, str], published: Mapping[str, str]) -> None:
    for key, words in reviewed.items():
        if re.search(words, published.get(key, ""), re.IGNORECASE) is None:
            raise Problem(
                url,
                f"id {key} betyder inte längre det som granskats",
                found=published.get(key, "finns inte"),
                do="granska data/reference/care_diagnoses.csv och care_ages.csv; senast giltiga uppgifter används",
            )


def _pages(http: Http, base: str, asked: Asked, care_form: str) -> Iterator[bytes]:
    """Every page of one question, each compared with the question before it is kept."""
    path = "/".join(f"{name.removesuffix('Id')}/{','.join(asked[name])}" for name in _IDS)
    url: str | None = f"{base}/resultat/{path}" + (f"/vardform/{care_form}" if care_form else "")
    url = f"{url}?per_sida={_PER_PAGE}&sida=1"
    number = 0
    while url is not None:
        number += 1
        content = http.get(url, pause=_PAUSE, accept="json")
        where = url.split("?")[0]
        page = _json(content, where)
        if not _is_page(page):
            raise Problem(where, "inte ett svar ur statistikdatabasen", do="senast giltiga uppgifter används")
        _check_answer(where, page["data"], asked, care_form)
        yield content
        following = page.get("nasta_sida")
        pages = page.get("sidor", 1)
        is_early = not following and number < pages
        is_short = bool(following) and len(page["data"]) < page.get("per_sida", _PER_PAGE)
        if is_early or is_short or number > _MOST_PAGES:
            raise Problem(
                where,
                "svarets sidor går inte ihop",
                found=f"sida {number} av {pages}, {len(page['data'])} rader",
                do="dela frågan; senast giltiga uppgifter används",
            )
        url = next_page(url, following) if following else None


def _is_page(body: Any) -> bool:
    return (
        isinstance(body, dict)
        and body.keys() <= _ENVELOPE
        and isinstance(body.get("data"), list)
        and all(isinstance(row, dict) for row in body["data"])
        and all(isinstance(body.get(name, 1), int) for name in ("sidor", "per_sida"))
        and isinstance(body.get("nasta_sida"), str | None)
    )


def _check_answer(where: str, rows: Sequence[Any], asked: Asked, care_form: str) -> None:
    """Raise Problem for a row that was not asked for: a segment the API does not know is ignored, with status 200."""
    for row in rows:
        for name in _IDS:
            if str(row.get(name)) not in asked[name]:
                raise Problem(
                    where,
                    "svaret gäller annat än det som frågades",
                    found=f"{name} {row.get(name)}",
                    do="utgivaren har bortsett från ett urval; senast giltiga uppgifter används",
                )
        if care_form and row.get("vardformId", care_form) != care_form:
            raise Problem(where, "svaret gäller en annan vårdform", found=str(row["vardformId"]), do="försök senare")


def _json(content: bytes, where: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise Problem(where, "svaret är inte hel JSON", found=f"{len(content)} byte", do="försök senare") from None
