"""Daily counts that the police draw out on request (uttag), handed in by hand: one row per day, area and code.

What an extract counts stands nowhere but in the heading of its counts: event reports (HR), reported offences, crime
reports or interventions are four units. A file whose heading does not say which is refused; the person who ordered it
knows, and writes it there (`police_extract_units.csv`).

Checked against a capture (traffic controls per local police area and municipality 2022–2024, 14,218 rows): 6 facts
(the five headings; HR in the heading; '3007 | TRAFIKKONTROLL'; days as Excel dates; municipalities by name; days
without any have no row). Known only from a description or from client code: 7 (the other two layouts' headings;
'5010 Narkotikastrafflagen, innehav'; '-' for no day; 'Värde saknas' for no area; 'Anmäldabrott'). The heading of the
counts by case is not known at all, so such a file must be given one. Read by the house's own reader of tables.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from sources._declare import (
    Cadence,
    Column,
    Concerns,
    Date,
    Delivery,
    Disclosure,
    Landing,
    Licence,
    Municipality,
    Reuse,
    Source,
    Text,
    Unknown,
    Whole,
)
from sources._problem import Problem
from sources._read import read_table
from sources._strict import read_reference

UNITS = ("events", "interventions", "offences", "reports")

_AREA, _MUNICIPALITY, _CODE, _DAY, _COUNT = (
    "Lokalpolisområde",
    "Kommun",
    "HR-kod Beskrivning Slutlig",
    "Datum",
    "Antal HR",
)
# By layout: each heading that it must have, and what it is called in the layout that was captured, which is the first.
_LAYOUTS: Sequence[Mapping[str, str]] = (
    {_CODE: _CODE, _AREA: _AREA, _MUNICIPALITY: _MUNICIPALITY, _DAY: _DAY},
    {"Huvudbrottskod": _CODE, "LPO/Sektion": _AREA, "Inskrivningsdatum": _DAY},
    {"Brottskategorier": _CODE, _AREA: _AREA, _MUNICIPALITY: _MUNICIPALITY, "Brottsdatum": _DAY},
)

SOURCE = Source(
    title="Polisens uttag ur egna register",
    publisher="Polismyndigheten",
    homepage="https://polisen.se",
    licence=Licence("Utlämnad allmän handling; sekretessprövas före vidare utlämnande", "", Reuse.AGREED),
    attribution="Källa: Polisen",
    attribution_processed="Egen bearbetning av uppgifter från Polisen",
    cadence=Cadence.YEARLY,
    expected_by="12-31",  # an extract is ordered when it is needed
    delivery=Delivery.REPLACES_PERIOD,
    columns=(
        Column("unit", "unit_counted", Text(accepted=UNITS, unknown=Unknown.STOP), derived=True),
        Column("extract", "extract", Text(), derived=True),
        Column("row_key", "row_key", Text(identity=True), derived=True),
        Column(_AREA, "police_area", Text(), required=False),
        Column(_MUNICIPALITY, "municipality_code", Municipality(), required=False),
        Column(_CODE, "code_title", Text()),
        Column(_DAY, "date", Date()),
        Column(_COUNT, "counted", Whole(minimum=0)),
    ),
    # Of the other layouts; `row_key` tells apart what these do.
    ignore=(
        "PO/Enhet",
        "LPO/Sektion",
        "Grupp/Handl enhet",
        "Huvudbrottskategori",
        "Huvudbrottskod",
        "Inskrivningsdatum",
        "Redovisningsdatum",
        "Brottsdatum",
        "Brottskategorier",
    ),
    key=("row_key",),
    speaks_of="date",
    part_of="extract",
    missing=("", "-", "Värde saknas"),
    reference=("police_extract_units",),
    disclosure=Disclosure.LOCAL,
    concerns=Concerns.CHILDREN,  # offences of any kind; what is reviewed says better in police_extract_codes.csv
    landing=Landing.REDACTED,
    retention_months=24,  # a proposal, not law: the municipality's own decision is what counts
    aggregate=(
        ("unit", "varchar"),
        ("code", "varchar"),
        ("code_text", "varchar"),
        ("municipality_code", "varchar"),
        ("month", "date"),
        ("counted", "bigint"),
    ),
    by_hand=True,
)


def parse(raw: Path) -> pl.DataFrame:
    """One row per day, area and code, under the headings of the layout that was captured, whichever it came in.

    `unit` is what the heading of the counts says; `extract` names unit and codes, so that two extracts of one period
    stand beside each other; `row_key` is everything in the row but its count, so that a row is found twice.
    Raises Problem for a file of no known layout, and for one that does not say what it counts.
    """
    units = dict(read_reference("police_extract_units").select("heading", "unit").iter_rows())
    known = tuple(dict.fromkeys((*SOURCE.column_names(), *units, "Antal", "count")))
    rows = read_table(raw, replace(SOURCE, columns=(), ignore=known))
    headings = [name for name in rows.columns if name != "row_number"]
    counted = [name for name in headings if name in units]
    layout = next((each for each in _LAYOUTS if each.keys() <= set(headings)), None)
    if layout is None:
        raise Problem(
            raw.name,
            "inget känt slag av uttag",
            found=", ".join(headings),
            do=f"kolumnerna ska vara {'; eller '.join(', '.join(each) for each in _LAYOUTS)}; och antalen",
        )
    if len(counted) != 1:
        raise Problem(
            raw.name,
            "vad uttaget räknar framgår inte",
            found=", ".join(counted) or headings[-1],
            do=f"en enda kolumn ska ha antalen, med någon av rubrikerna {', '.join(units)}",
        )
    unit = units[counted[0]]
    cells = [pl.col(name).fill_null("") for name in headings if name not in counted]
    rows = rows.with_columns(unit=pl.lit(unit), row_key=pl.concat_str([pl.lit(unit), *cells], separator="|"))
    rows = rows.rename({**layout, counted[0]: _COUNT})
    if _MUNICIPALITY not in rows.columns:
        rows = rows.with_columns(pl.lit(None, pl.String).alias(_MUNICIPALITY))
    return rows.with_columns(extract=pl.format("{}: {}", "unit", pl.col(_CODE).fill_null("")))
