"""Kolada's groups of municipalities and regions; "Liknande kommuner, övergripande" is whom each is compared with.

The comparisons use a frozen copy (`data/reference/similar_municipalities.csv`): when Kolada's newest groups differ from
it a remark says how, and nothing changes by itself. Checked against a capture (3,630 groups): 5 facts (the fields, the
ids of members, municipalities and regions among them, how groups are titled, seven similar each). Known only from
client code: 3 (the address, the envelope, `next_url`). The standard library reads it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

from sources._declare import (
    Area,
    Cadence,
    Column,
    Concerns,
    Delivery,
    Disclosure,
    Municipality,
    Source,
    Text,
    Whole,
)
from sources._http import Answer, Http
from sources._kolada import LICENCE, PUBLISHER, URL, check_fields, pages, values_of
from sources._strict import Rows, municipality_codes, read_reference

SOURCE = Source(
    title="Grupper av kommuner i Kolada",
    publisher=PUBLISHER,
    homepage="https://www.kolada.se",
    url=URL,
    licence=LICENCE,
    attribution="Källa: Kolada",
    attribution_processed="Egen bearbetning av Koladas grupper av liknande kommuner",
    cadence=Cadence.YEARLY,
    expected_by="12-31",
    delivery=Delivery.FULL,
    columns=(
        Column("id", "group_id", Text()),
        Column("title", "group_title", Text()),
        Column("member_id", "member_code", Area()),
        Column("similar_to", "similar_to_code", Municipality(), required=False, derived=True),
        Column("year", "year", Whole(minimum=1990, maximum=2100), required=False, derived=True),
    ),
    ignore=("member_title", "members"),
    key=("group_id", "member_code"),
    speaks_of="year",
    reference=("similar_municipalities",),
    disclosure=Disclosure.OFFICIAL,
    concerns=Concerns.THINGS,
)
_SCHEMA = {
    "row_number": pl.Int64,
    **dict.fromkeys(("id", "title", "member_id", "similar_to"), pl.String),
    "year": pl.Int64,
}
_SIMILAR = re.compile(r"Liknande kommuner, övergripande, (.+), ((?:19|20)\d\d)")
_MOST_TOLD = 10

Groups = Mapping[str, tuple[int, frozenset[str]]]


def parse(raw: Path) -> Rows:
    """A row per group and member, and how the groups of similar municipalities differ from the frozen.

    A group without members is a row that is refused.
    `similar_to` and `year` are read from the title of a group of similar municipalities.
    """
    rows: list[tuple[int, str, str, str | None, str | None, int | None]] = []
    for number, group in enumerate(values_of(raw, {"id", "title", "members"}, or_bare_list=True), 1):
        check_fields(group["members"], {"member_id", "member_title"}, raw)
        named = _SIMILAR.fullmatch(group["title"].strip())
        similar_to = (named[1], int(named[2])) if named else (None, None)
        members = [member["member_id"] for member in group["members"]] or [None]
        rows += [(number, group["id"], group["title"], member, *similar_to) for member in members]
    frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    return Rows(frame=frame, remarks=tuple(_remarks(_newest(rows), _frozen())))


def _newest(rows: Sequence[tuple[int, str, str, str | None, str | None, int | None]]) -> Groups:
    """By municipality, the year and the members of its newest group of similar ones."""
    newest: dict[str, tuple[int, frozenset[str]]] = {}
    for _, _, _, member, name, year in rows:
        code = municipality_codes().get((name or "").lower())
        if code is None or year is None or year < newest.get(code, (0, frozenset()))[0]:
            continue
        before = newest[code][1] if code in newest and newest[code][0] == year else frozenset()
        newest[code] = (year, before | ({member} if member else frozenset()))
    return newest


def _frozen() -> Groups:
    frozen: dict[str, tuple[int, frozenset[str]]] = {}
    for code, similar, year in read_reference("similar_municipalities").iter_rows():
        frozen[code] = (int(year), frozen.get(code, (0, frozenset[str]()))[1] | {similar})
    return frozen


def _remarks(published: Groups, frozen: Groups) -> Iterator[str]:
    """A sentence for each municipality whose group differs; of more than ten the rest are counted."""
    names = dict(read_reference("municipalities").select("municipality_code", "municipality").iter_rows())
    differing = [code for code in sorted(published) if code in frozen and published[code][1] != frozen[code][1]]
    for code in differing[:_MOST_TOLD]:
        (year, now), (frozen_year, before) = published[code], frozen[code]
        changes = [
            f"{word} {', '.join(sorted(names.get(each, each) for each in some))}"
            for word, some in (("nya", now - before), ("borta", before - now))
            if some
        ]
        yield (
            f"liknande kommuner för {names[code]} är andra i Kolada {year} än i den frysta listan {frozen_year}: "
            f"{'; '.join(changes)}: den frysta gäller tills data/reference/similar_municipalities.csv ändras"
        )
    if (more := len(differing) - _MOST_TOLD) > 0:
        yield f"liknande kommuner är andra än i den frysta listan för {more} till: se core.similar_municipality_changes"


def fetch(http: Http, municipalities: Sequence[str]) -> Iterator[Answer]:
    """Ask for every group: that its address takes a title to search for has not been seen."""
    base = http.base("kolada_groups", SOURCE.url)
    bodies = tuple(pages(http, base, "municipality_groups?page=1&per_page=5000"))
    yield Answer(request="municipality_groups", bodies=bodies, extension="json")
