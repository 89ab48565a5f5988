"""All reported offences by municipality in one year: the CSV that Brå publishes each spring.

Read by Python's `csv`, because one year's file has no heading. Checked against captures: none. Only from client code:
9 facts (byte order mark, `;`, CRLF, the heading from 2023, none in 2021, genitive names, the en dash in Malung–Sälen,
blanks in thousands, city districts among the municipalities). The file says neither code nor year: the code is looked
up by name, and the year is the delivery's `--period`. Rates are rounded, so only counts are read.
"""

import csv
import io
import re
from pathlib import Path

import polars as pl

from sources._declare import (
    Between,
    Break,
    Cadence,
    Column,
    Concerns,
    Delivery,
    Disclosure,
    Licence,
    Listed,
    Reuse,
    Source,
    Whole,
)
from sources._problem import Problem
from sources._read import check_columns, read_bytes
from sources._strict import municipality_codes, read_reference

SOURCE = Source(
    title="Anmälda brott totalt per kommun och år, Brås fil",
    publisher="Brottsförebyggande rådet (Brå)",
    homepage="https://bra.se/statistik/oppna-data.html",
    licence=Licence(
        "Fri vidareutnyttjning enligt Brå, källan anges", "https://bra.se/statistik/oppna-data.html", Reuse.ATTRIBUTION
    ),
    attribution="Källa: Brå",
    attribution_processed="Egen bearbetning av uppgifter från Brå",
    cadence=Cadence.YEARLY,
    expected_by="04-15",
    delivery=Delivery.REPLACES_PERIOD,
    columns=(
        Column("omradeskod", "area_code", Listed(table="bra_regions", match="area_code", to="area_code"), derived=True),
        Column("Antal", "reported", Whole(minimum=0), required=False),
        Column("ar", "year", Whole(), required=False, derived=True),
    ),
    ignore=("Kommun", "Per 100 000 inv."),
    key=("area_code",),
    missing=("", "..", "-"),
    speaks_of="year",
    dated_by_period=True,
    rows=Between(at_least=290),
    breaks=(Break(2015, "Sedan 2015 räknas bara brott som kan knytas till en kommun."),),
    reference=("bra_regions",),
    disclosure=Disclosure.OFFICIAL,
    concerns=Concerns.ADULTS,
    by_hand=True,
)

_HEADING = ["Kommun", "Antal", "Per 100 000 inv."]
_DASHES = r"[\u2010-\u2015\u2212]"


def parse(raw: Path) -> pl.DataFrame:
    """The rows of one year's file. A name that is no municipality's is a city district: its row is refused.

    So that a misspelt municipality never passes for a district, every municipality must be there: else Problem. The
    year is empty here; the period of the delivery says it.
    """
    names, rows = _read(raw)
    spelled = {**municipality_codes(), "hela landet": "00", "hela riket": "00", "riket": "00"}
    spelled |= {
        name.lower(): code
        for code, name in read_reference("bra_regions").select("area_code", "other_name").iter_rows()
        if name
    }
    area = pl.col("Kommun").str.replace_all(_DASHES, "-").str.replace_all(r"\s+", " ").str.strip_chars()
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row").with_columns(
        omradeskod=area.str.to_lowercase().replace(spelled), ar=pl.lit(None, pl.Int64)
    )
    municipalities = read_reference("municipalities").select("municipality_code", "municipality")
    absent = municipalities.filter(~pl.col("municipality_code").is_in(frame["omradeskod"].implode()))["municipality"]
    if absent.len():
        raise Problem(
            raw.name,
            "kommuner saknas i filen",
            found=f"{absent.len()} av {municipalities.height}: {', '.join(absent.head(5))}",
            do="hämta hela filen på nytt, eller lägg till namnet i data/reference/bra_regions.csv",
        )
    return frame


def _read(raw: Path) -> tuple[list[str], list[list[str]]]:
    """The heading, the usual one where the file has none, and the rows."""
    content = read_bytes(raw)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if not text.strip() or text.lstrip().startswith("<"):
        found = "en webbsida" if text.strip() else "0 tecken"
        raise Problem(raw.name, "filen är inte Brås fil över kommunerna", found=found, do="hämta den på nytt")
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=";") if any(row)]
    has_heading = len(rows[0]) < 2 or re.fullmatch(r"[\d\s]+", rows[0][1]) is None
    names, rows = (rows[0], rows[1:]) if has_heading else (_HEADING, rows)
    check_columns(names, SOURCE, raw.name)
    if "Kommun" not in names:
        raise Problem(raw.name, "kolumn saknas", found=", ".join(names), do="lägg till 'Kommun'")
    for number, row in enumerate(rows, 1):
        if len(row) != len(names):
            raise Problem(
                raw.name,
                "en rad är avbruten eller har för många fält",
                found=f"rad {number}: {len(row)} fält av {len(names)}",
                do="hämta filen på nytt; ingenting har ändrats",
            )
    return names, rows
