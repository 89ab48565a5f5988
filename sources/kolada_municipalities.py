"""Kolada's list of municipalities and regions: only to notice when our own list of them no longer holds.

Checked against captures: 3 facts (the fields, 290 K and 22 L, ids with leading zeros; one capture is a whole v2 body,
one a bare list). Known only from client code: 2 (the v3 envelope, `next_url`). The standard library reads it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from sources._declare import Cadence, Column, Concerns, Delivery, Disclosure, Source, Text, Unknown, Whole
from sources._http import Answer, Http
from sources._kolada import LICENCE, PUBLISHER, URL, pages, values_of
from sources._problem import shown
from sources._strict import Rows, read_reference

SOURCE = Source(
    title="Kommuner och regioner i Kolada",
    publisher=PUBLISHER,
    homepage="https://www.kolada.se",
    url=URL,
    licence=LICENCE,
    attribution="Källa: Kolada",
    attribution_processed="Egen bearbetning av Koladas lista över kommuner",
    cadence=Cadence.YEARLY,
    expected_by="12-31",
    delivery=Delivery.FULL,
    columns=(
        Column("id", "kolada_id", Text(length=4)),
        Column("title", "name", Text()),
        Column("type", "area_type", Text(accepted=("K", "L"), unknown=Unknown.STOP)),
        Column("year", "year", Whole(), required=False, derived=True),
    ),
    key=("kolada_id",),
    speaks_of="year",  # always empty: the list is as it stands on the day it was asked for
    reference=("municipalities", "counties"),
    disclosure=Disclosure.OFFICIAL,
    concerns=Concerns.THINGS,
)


def parse(raw: Path) -> Rows:
    """A row per municipality or region, and a remark for each that our own lists have otherwise or not at all."""
    fields = SOURCE.column_names()
    found = pl.DataFrame(values_of(raw, set(fields), or_bare_list=True), schema=dict.fromkeys(fields, pl.String))
    ours = dict(read_reference("municipalities").select("municipality_code", "municipality").iter_rows())
    regions = {"0000", *read_reference("counties")["kolada_region"]}
    theirs = dict(found.filter(pl.col("type") == "K").select("id", "title").iter_rows())
    their_regions = set(found.filter(pl.col("type") == "L")["id"])
    is_whole = found.height > len(ours)  # a page says nothing of what stands on the others
    absent, absent_regions = (_only(ours, theirs), regions - their_regions) if is_whole else ([], set[str]())
    remarks = [
        *(
            f"kommunen {shown(theirs[code])} ({shown(code)}) finns i Kolada men inte här"
            for code in _only(theirs, ours)
        ),
        *(f"kommunen {ours[code]} ({code}) finns här men inte i Kolada" for code in absent),
        *(
            f"kommunen {code} heter {shown(theirs[code] or '')} i Kolada och {ours[code]} här"
            for code in sorted(ours.keys() & theirs.keys())
            if theirs[code] != ours[code]
        ),
        *(f"regionen {shown(code)} finns i Kolada men inte här" for code in sorted(their_regions - regions)),
        *(f"regionen {code} finns här men inte i Kolada" for code in sorted(absent_regions)),
    ]
    told = [f"{remark}: kontrollera data/reference" for remark in remarks[:_MOST_TOLD]]
    if (more := len(remarks) - _MOST_TOLD) > 0:
        told.append(f"{more} skillnader till mellan Koladas lista och data/reference")
    return Rows(frame=found.with_columns(year=pl.lit(None, pl.Int64)), remarks=tuple(told))


_MOST_TOLD = 10


def _only(these: dict[str, str], others: dict[str, str]) -> list[str]:
    return sorted(these.keys() - others.keys())


def fetch(http: Http, municipalities: Sequence[str]) -> Iterator[Answer]:
    """Ask for the whole list."""
    bodies = tuple(pages(http, http.base("kolada_municipalities", SOURCE.url), "municipality?page=1&per_page=5000"))
    yield Answer(request="municipality", bodies=bodies, extension="json")
