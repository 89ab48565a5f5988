"""Kolada's values: one row per KPI, municipality, year and sex, as the v3 API answers, or as the web page exports.

Facts checked against captures: 9 (the four statuses, rows with both a status and a value, 312 units, titles, and of
the export its two heading rows, names for codes, empty cells, means). Known only from client code: 3 (the v3 envelope
and its `next_url`, 25 ids per path segment, `isdeleted`).
"""

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import polars as pl

from sources._declare import (
    Answer,
    Area,
    Between,
    Cadence,
    Column,
    Concerns,
    Delivery,
    Disclosure,
    Listed,
    Number,
    Source,
    Text,
    Unknown,
    Whole,
)
from sources._http import Answer as HttpAnswer
from sources._http import Http
from sources._kolada import LICENCE, PUBLISHER, URL, check_fields, pages, segments, values_of, without_blanks
from sources._problem import Problem, shown
from sources._read import is_workbook, read_grid
from sources._strict import Rows, municipality_codes, read_reference

SOURCE = Source(
    title="Nyckeltal i Kolada",
    publisher=PUBLISHER,
    homepage="https://www.kolada.se",
    url=URL,
    licence=LICENCE,
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
    reference=("kolada_kpis",),
    disclosure=Disclosure.OFFICIAL,
    concerns=Concerns.ADULTS,
)

_ROW = {"kpi", "municipality", "period", "values"}
_CELL = {"gender", "count", "status", "value", "isdeleted"}
_SCHEMA = {
    "kpi": pl.String,
    "municipality": pl.String,
    "period": pl.Int64,
    "gender": pl.String,
    "status": pl.String,
    "value": pl.Float64,
    "isdeleted": pl.Boolean,
}
_MOST_NAMES = 5


def parse(raw: Path) -> Rows:
    """A row per KPI, area, year and sex: of one v3 body, or of the workbook that the web page gives."""
    if is_workbook(raw):
        return _parse_export(raw)
    rows = []
    for row in values_of(raw, _ROW):
        check_fields(row["values"], _CELL, raw)
        for cell in row["values"]:
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
    return Rows(frame=pl.DataFrame(rows, schema=_SCHEMA))


def _parse_export(raw: Path) -> Rows:
    """The web page's export: years in the second row, then a title, a municipality's name and a value for each year.

    It has neither ids nor codes, nor a word on sex (both together) or on why a cell is empty. Titles that nobody has
    reviewed and means of municipalities are passed over by name. A year in which a title has no value at all was never
    published: it gives no row. Raises Problem where no title is a reviewed one.
    """
    grid = read_grid(raw)
    rows = grid.rows()
    years = rows[1][2:] if len(rows) > 2 else ()
    if not years or rows[1][:2] != (None, None) or not all(re.fullmatch(r"(19|20)\d\d", year or "") for year in years):
        raise Problem(
            raw.name, "inte en export från Kolada", found="andra raden har inga årtal", do="spara om från kolada.se"
        )
    ids = {
        without_blanks(title): kpi for kpi, title in read_reference("kolada_kpis").select("kpi", "title").iter_rows()
    }
    codes = {**municipality_codes(), "riket": "0000"}
    found, unknown, means = [], set[str](), set[str]()
    for number, (title, name, *cells) in enumerate(rows[2:], 3):
        if (kpi := ids.get(without_blanks(title or ""))) is None:
            unknown.add(shown(title or ""))
        elif re.search(r"^Alla kommuner|\(ovägt medel\)$", name or ""):
            means.add(shown(name))
        else:
            area = codes.get((name or "").strip().lower(), name)
            found += [(number, kpi, area, int(year), cell) for year, cell in zip(years, cells, strict=True)]
    if not found:
        raise Problem(
            raw.name,
            "inget granskat nyckeltal i exporten",
            found=", ".join(sorted(unknown)),
            do="välj nyckeltal ur data/reference/kolada_kpis.csv",
        )
    published = {(kpi, year) for _, kpi, _, year, cell in found if cell}
    frame = pl.DataFrame(
        [
            (number, kpi, area, year, "T", None if cell else "Missing", cell, False)
            for number, kpi, area, year, cell in found
            if (kpi, year) in published
        ],
        schema={"row_number": pl.Int64, **_SCHEMA, "value": pl.String},
        orient="row",
    )
    return Rows(
        frame=frame, remarks=(*_passed_over("titlar som inte granskats", unknown), *_passed_over("medel", means))
    )


def _passed_over(what: str, names: Collection[str]) -> tuple[str, ...]:
    listed = sorted(names)
    more = f" och {len(listed) - _MOST_NAMES} till" if len(listed) > _MOST_NAMES else ""
    return (f"{len(listed)} {what} läses inte: {'; '.join(listed[:_MOST_NAMES])}{more}",) if listed else ()


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
    chunks = [
        f"data/kpi/{','.join(some_kpis)}/municipality/{','.join(some_areas)}"
        for kpi_list, areas in asked
        for some_kpis in segments(kpi_list)
        for some_areas in segments(areas)
    ]
    bodies: list[bytes] = []
    for number, path in enumerate(chunks, 1):
        http.tell(f"kolada_values: fråga {number} av {len(chunks)}")
        bodies += pages(http, base, path)
    yield HttpAnswer(request="data/kpi", bodies=tuple(bodies), extension="json")
