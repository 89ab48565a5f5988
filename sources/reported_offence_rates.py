"""Reported offences per 10,000 inhabitants by municipality 1990–2015: an archive file with Brå's figures, by hand.

Read by `read_table`. Checked against the capture: 7 facts (290 municipalities by 78 columns, code before the name, å ä
ö destroyed also in the headings, whole rates, `..` for 1990–1995, `.` where there was no municipality, the two parts
add up to the total everywhere). Only from the file's name: that rates are per 10,000. They are rounded, so no count
comes of them and no indicator rests on them: they are background to what began in 2015.
"""

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
    Municipality,
    Reuse,
    Source,
    Text,
    Unknown,
    Whole,
)
from sources._problem import Problem
from sources._read import read_table

# The replacement character stands where the file lost å and Ö.
_GROUPS = {"V\ufffdldsbrott": "violent_offences", "\ufffdvriga brott": "other_offences", "Totalt": "all_offences"}
_YEARS = range(1990, 2016)
_HEADINGS = {f"{heading} {year}": (group, year) for heading, group in _GROUPS.items() for year in _YEARS}

SOURCE = Source(
    title="Anmälda brott per 10 000 invånare 1990–2015, arkivfil",
    publisher="Brottsförebyggande rådet (Brå)",
    homepage="https://bra.se",
    licence=Licence(
        "Fri vidareutnyttjning enligt Brå, källan anges", "https://bra.se/statistik/oppna-data.html", Reuse.ATTRIBUTION
    ),
    attribution="Källa: Brå",
    attribution_processed="Egen bearbetning av uppgifter från Brå",
    cadence=Cadence.IRREGULAR,
    delivery=Delivery.FULL,
    columns=(
        Column("kommunkod", "municipality_code", Municipality(), derived=True),
        Column(
            "grupp",
            "offence_group",
            Text(accepted=tuple(_GROUPS.values()), unknown=Unknown.STOP),
            derived=True,
        ),
        Column("ar", "year", Whole(minimum=1990, maximum=2015), derived=True),
        Column("tal", "rate_per_10000", Whole(minimum=0), required=False, derived=True),
        Column("uppgift", "status", Text(accepted=("ok", "not_reported", "not_applicable")), derived=True),
    ),
    ignore=("Region", *_HEADINGS),
    key=("municipality_code", "offence_group", "year"),
    missing=("", "..", "."),
    speaks_of="year",
    rows=Between(at_least=78),
    breaks=(Break(2015, "Sedan 2015 räknas bara brott som kan knytas till en kommun."),),
    disclosure=Disclosure.OFFICIAL,
    concerns=Concerns.ADULTS,
    by_hand=True,
)


def parse(raw: Path) -> pl.DataFrame:
    """A row per municipality, group and year, by the code that stands before the name; names have lost å, ä and ö.

    Raises Problem where a year or a group is missing.
    """
    table = read_table(raw, SOURCE)
    if absent := [name for name in ("Region", *_HEADINGS) if name not in table.columns]:
        raise Problem(raw.name, "kolumn saknas", found=f"{len(table.columns) - 1} kolumner", do=f"väntat: {absent[0]}")
    groups = {heading: group for heading, (group, _) in _HEADINGS.items()}
    years = {heading: year for heading, (_, year) in _HEADINGS.items()}
    rows = table.unpivot(index=["row_number", "Region"], variable_name="rubrik", value_name="tal")
    return rows.select(
        "row_number",
        kommunkod=pl.col("Region").str.extract(r"^\s*(\d{4}) ").fill_null(pl.col("Region")),
        grupp=pl.col("rubrik").replace_strict(groups),
        ar=pl.col("rubrik").replace_strict(years, return_dtype=pl.Int64),
        tal="tal",
        uppgift=pl.col("tal")
        .str.strip_chars()
        .replace_strict({"..": "not_reported", "": "not_reported", ".": "not_applicable"}, default="ok")
        .fill_null("not_reported"),
    )
