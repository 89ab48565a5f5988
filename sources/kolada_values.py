"""Kolada's values: one row per KPI, municipality, year and sex, as the v3 API answers.

Facts checked against captures: the four statuses, rows with both a status and a value, 312 units, titles. Known only
from client code: the v3 envelope and its `next_url`, 25 ids per path segment, `isdeleted`.
"""

import json
from collections.abc import Iterator, Sequence
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
    Delivery,
    Disclosure,
    Licence,
    Listed,
    Number,
    Source,
    Text,
    Unknown,
    Whole,
)
from sources._http import Answer as HttpAnswer
from sources._http import Http, next_page
from sources._problem import Problem
from sources._read import read_json
from sources._strict import read_reference

SOURCE = Source(
    title="Nyckeltal i Kolada",
    publisher="Rådet för främjande av kommunala analyser (RKA)",
    homepage="https://www.kolada.se",
    url="https://api.kolada.se/v3",
    licence=Licence("Fri användning enligt Koladas villkor", "https://www.kolada.se/om-oss/api/"),
    attribution="Källa: Kolada",
    attribution_processed="Egen bearbetning av uppgifter från Brå, SCB m.fl.",
    cadence=Cadence.YEARLY,
    expected_by="04-15",
    delivery=Delivery.FULL,
    columns=(
        Column("kpi", "kpi", Listed(table="kolada_kpis", match="kpi", to="kpi", unknown=Unknown.WARN)),
        Column("municipality", "area_code", Area()),
        Column("period", "year", Whole(minimum=1990, maximum=2100)),
        Column("gender", "gender", Text(accepted=("T", "K", "M"), unknown=Unknown.STOP)),
        Column(
            "status",
            "status",
            Text(accepted=("Missing", "Privacy", "Not applicable"), unknown=Unknown.STOP),
            required=False,
        ),
        Column("value", "value", Number(), required=False),
        Column("isdeleted", "is_deleted", Answer(), required=False),
    ),
    ignore=("count",),
    key=("kpi", "area_code", "year", "gender"),
    speaks_of="year",
    rows=Between(),  # a page may be empty: not every municipality has every KPI
    breaks=(Break(2015, "Sedan 2015 räknas bara brott som kan knytas till en kommun."),),
    reference=("kolada_kpis",),
    disclosure=Disclosure.OFFICIAL,
    concerns=Concerns.ADULTS,
)

_IDS_PER_SEGMENT = 25
_MOST_PAGES = 200
_ROW = {"kpi", "municipality", "period", "values"}
_CELL = {"gender", "count", "status", "value", "isdeleted"}


def parse(raw: Path) -> pl.DataFrame:
    """Flatten one v3 body into a row per KPI, municipality, year and sex."""
    body = read_json(raw)
    if not isinstance(body, dict) or not isinstance(body.get("values"), list):
        raise Problem(raw.name, "inte ett Koladasvar", found="'values' saknas", do="hämta på nytt från /v3/data/kpi/")
    rows = []
    for row in body["values"]:
        _only(row, _ROW, raw)
        for cell in row["values"]:
            _only(cell, _CELL, raw)
            rows.append(
                {
                    "kpi": row["kpi"],
                    "municipality": row["municipality"],
                    "period": row["period"],
                    "gender": cell["gender"],
                    "status": cell["status"] or None,
                    "value": cell["value"],
                    "isdeleted": cell.get("isdeleted", False),
                }
            )
    return pl.DataFrame(rows, schema=_SCHEMA)


_SCHEMA = {
    "kpi": pl.String,
    "municipality": pl.String,
    "period": pl.Int64,
    "gender": pl.String,
    "status": pl.String,
    "value": pl.Float64,
    "isdeleted": pl.Boolean,
}


def _only(found: dict[str, object], known: set[str], raw: Path) -> None:
    if unknown := sorted(found.keys() - known):
        raise Problem(
            raw.name,
            "okänt fält i Koladas svar",
            found=f"'{unknown[0]}'",
            do="svarets form har ändrats; uppdatera sources/kolada_values.py",
        )


def fetch(http: Http, municipalities: Sequence[str]) -> Iterator[HttpAnswer]:
    """Ask for the reviewed KPIs: those that are counted for all municipalities, because areas are summed and compared
    from them; the others for the municipalities asked for, their regions and the country.

    One observation holds all pages, so half a fetch never replaces a whole one.
    """
    kpis = read_reference("kolada_kpis")
    is_counted = kpis["kind"].is_in(["count", "denominator"])
    regions = dict(read_reference("counties").select("county_code", "kolada_region").iter_rows())
    near = [*municipalities, *sorted({regions[code[:2]] for code in municipalities}), "0000"]
    asked = (
        (sorted(kpis.filter(is_counted)["kpi"]), read_reference("municipalities")["municipality_code"].to_list()),
        (sorted(kpis.filter(~is_counted)["kpi"]), near),
    )
    base = http.base("kolada_values", SOURCE.url)
    bodies = []
    chunks = [
        (some_kpis, some_areas)
        for kpi_list, areas in asked
        for some_kpis in _segments(kpi_list)
        for some_areas in _segments(areas)
    ]
    for number, (some_kpis, some_areas) in enumerate(chunks, 1):
        http.tell(f"kolada_values: fråga {number} av {len(chunks)}")
        url: str | None = f"{base}/data/kpi/{','.join(some_kpis)}/municipality/{','.join(some_areas)}"
        seen: set[str] = set()
        while url:
            if url in seen or len(seen) == _MOST_PAGES:
                raise Problem(base, "svarets sidor tar aldrig slut", found=f"{len(seen)} sidor", do="försök senare")
            seen.add(url)
            body = http.get(url)
            bodies.append(body)
            following = _next_url(body, base)
            url = next_page(url, following) if following else None
    yield HttpAnswer(request="data/kpi", bodies=tuple(bodies), extension="json")


def _segments(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + _IDS_PER_SEGMENT] for start in range(0, len(ids), _IDS_PER_SEGMENT)]


def _next_url(body: bytes, asked: str) -> str | None:
    try:
        answer = json.loads(body)
        following = answer["next_url"]
        if not isinstance(following, str | None):
            raise TypeError("next_url")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Problem(asked, "inte ett Koladasvar", found="'next_url' saknas", do="försök senare") from None
    return following
