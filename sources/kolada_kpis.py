"""Kolada's catalogue: what each KPI is called, means, and when it is published next.

A series whose title has changed since it was reviewed is stopped, for Kolada keeps ids while unit and method change.
Checked against a capture (6,099 KPIs, March 2026): 8 facts (the twelve fields, their kinds, K, L and A, empty days, the
longest description, every reviewed title). Known only from client code: 3 (the envelope, `next_url`, several ids in
one address). The standard library reads it: the clients for Kolada give frames and pass over unknown fields.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from sources._declare import (
    Answer,
    Between,
    Cadence,
    Column,
    Concerns,
    Date,
    Delivery,
    Disclosure,
    Source,
    Text,
    Unknown,
    Whole,
)
from sources._http import Answer as HttpAnswer
from sources._http import Http
from sources._kolada import LICENCE, PUBLISHER, URL, pages, segments, values_of, without_blanks
from sources._problem import shown
from sources._strict import Rows, read_reference

SOURCE = Source(
    title="Nyckeltalens namn i Kolada",
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
        Column("id", "kpi", Text()),
        Column("title", "title", Text()),
        Column("description", "description", Text(longest=20_000), required=False),
        Column("is_divided_by_gender", "is_by_sex", Answer()),
        Column("municipality_type", "area_type", Text(accepted=("K", "L", "A"), unknown=Unknown.STOP)),
        Column("operating_area", "operating_area", Text(), required=False),
        Column("perspective", "perspective", Text(), required=False),
        Column("prel_publication_date", "preliminary_publication_date", Date(), required=False),
        Column("publication_date", "publication_date", Date(), required=False),
        Column("publ_period", "publication_year", Whole(minimum=1990, maximum=2100), required=False),
        Column(
            "title_check",
            "title_check",
            Text(accepted=("same", "blanks_differ", "changed", "not_reviewed"), unknown=Unknown.STOP),
            derived=True,
        ),
    ),
    ignore=("auspice", "has_ou_data"),
    key=("kpi",),
    speaks_of="publication_year",  # of what comes next: a catalogue that nobody keeps up shows as late
    rows=Between(),  # an id that is no more gives an empty answer
    missing=("",),
    reference=("kolada_kpis",),
    disclosure=Disclosure.OFFICIAL,
    concerns=Concerns.THINGS,
)
_SCHEMA: dict[str, type[pl.DataType]] = {
    **dict.fromkeys(SOURCE.column_names(), pl.String),
    "is_divided_by_gender": pl.Boolean,
    "has_ou_data": pl.Boolean,
}


def parse(raw: Path) -> Rows:
    """A row per KPI, with what became of its title since it was reviewed, and a remark for each that has changed."""
    found = pl.DataFrame(values_of(raw, set(SOURCE.column_names()), or_bare_list=True), schema=_SCHEMA)
    reviewed = {row["kpi"]: row for row in read_reference("kolada_kpis").iter_rows(named=True)}
    checks, remarks = [], []
    for row in found.iter_rows(named=True):
        before = reviewed.get(str(row["id"]).strip())
        check = _title_check(before["title"], row["title"] or "") if before else "not_reviewed"
        checks.append(check)
        if before and check != "same":
            remarks.append(_remark(before["kpi"], check, before["title"], row["title"] or ""))
        if before and str(row["is_divided_by_gender"]).lower() != before["is_by_sex"]:
            remarks.append(
                f"{before['kpi']} redovisas nu {'efter' if row['is_divided_by_gender'] else 'inte efter'} kön"
            )
    return Rows(frame=found.with_columns(title_check=pl.Series(checks, dtype=pl.String)), remarks=tuple(remarks))


def _title_check(reviewed: str, published: str) -> str:
    if published == reviewed:
        return "same"
    return "blanks_differ" if without_blanks(published) == without_blanks(reviewed) else "changed"


def _remark(kpi: str, check: str, reviewed: str, published: str) -> str:
    was, now = shown(reviewed), shown(published)
    if check == "blanks_differ":
        return f"{kpi} skrivs med andra blanksteg än när det granskades: '{was}' är nu '{now}'"
    return (
        f"{kpi} stoppas, för titel eller enhet har ändrats: '{was}' är nu '{now}': granska serien och rätta "
        "data/reference/kolada_kpis.csv; övriga nyckeltal påverkas inte"
    )


def fetch(http: Http, municipalities: Sequence[str]) -> Iterator[HttpAnswer]:
    """Ask for the reviewed KPIs, 25 at a time; one observation holds them all."""
    base = http.base("kolada_kpis", SOURCE.url)
    asked = segments(sorted(read_reference("kolada_kpis")["kpi"]))
    bodies = tuple(body for ids in asked for body in pages(http, base, f"kpi/{','.join(ids)}"))
    yield HttpAnswer(request="kpi", bodies=bodies, extension="json")
