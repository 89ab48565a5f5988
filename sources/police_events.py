"""The police's news feed of events: what the police chose to tell, not a count of crime.

It feeds no indicator: some 45 events a year for three municipalities, mostly traffic accidents. Checked against
captured answers 2023-03 – 2026-08: 14 facts (the seven fields; 500 events; the hour without zero; the title's time in
both spellings, its place and the empty one; types with commas and a trailing blank; digests; hard blanks; renamed
types; changed and repeated events; counties only from 2026-02; empty and short answers). Only from client
documentation: 4 (at least 10 s between calls, 60 an hour, 1,440 a day, a User-Agent).
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from sources._declare import (
    Cadence,
    Column,
    Concerns,
    Delivery,
    Disclosure,
    Licence,
    Listed,
    Reuse,
    Source,
    Text,
    Timestamp,
    Unknown,
    Whole,
)
from sources._flags import keyword_flags
from sources._http import Answer, Http
from sources._pace import Pace
from sources._problem import Problem
from sources._read import read_json
from sources._strict import read_reference

SOURCE = Source(
    title="Polisens händelsenotiser",
    publisher="Polismyndigheten",
    homepage="https://polisen.se/aktuellt/handelser/",
    url="https://polisen.se/api/events",
    licence=Licence(
        "Öppna data från Polisen", "https://polisen.se/om-polisen/om-webbplatsen/oppna-data/", Reuse.ATTRIBUTION
    ),
    attribution="Källa: Polisen",
    attribution_processed="Egen bearbetning av uppgifter från Polisen",
    cadence=Cadence.DAILY,
    delivery=Delivery.WINDOW,
    columns=(
        Column("id", "event_id", Whole(minimum=1)),
        Column("datetime", "published_at", Timestamp()),
        Column("name", "title", Text()),
        Column("type", "type", Listed(table="police_event_types", match="type", to="type", unknown=Unknown.WARN)),
        Column("url", "url", Text()),
        Column("location", "location", Text(), required=False),
        Column("occurred_at", "occurred_at", Timestamp(), required=False, derived=True),
        Column("place", "place", Text(), required=False, derived=True),
        Column("municipality_code", "municipality_code", Text(length=4), required=False, derived=True),
        Column("keyword_flags", "keyword_flags", Text(), required=False, derived=True),
    ),
    free_text=("summary",),
    key=("event_id",),
    speaks_of="published_at",
    missing=("",),
    reference=("police_event_types", "incident_keywords"),
    disclosure=Disclosure.OFFICIAL,
    concerns=Concerns.PLACES,
)

_PACE = Pace(pause=10, per_hour=60, per_day=1440)
_WINDOW = 500
_MONTHS = {"januari": 1, "februari": 2, "mars": 3, "april": 4, "maj": 5, "juni": 6}
_MONTHS |= {"juli": 7, "augusti": 8, "september": 9, "oktober": 10, "november": 11, "december": 12}


def parse(raw: Path) -> pl.DataFrame:
    """One row per event of an answer; time and municipality of the event are read from its title.

    `datetime` is when the police published, with an unpadded hour. The title is 'D månad HH.MM, Typ, Plats' without
    a year; the type may hold commas, so the place is what follows the last one. `location` has been the county for
    every event since February 2026 and its coordinates are a centre point, so neither is used.
    """
    body = read_json(raw)
    if not isinstance(body, list) or not all(isinstance(event, dict) for event in body):
        raise Problem(raw.name, "inte ett svar från /api/events", found=type(body).__name__, do="hämta på nytt")
    known = set(SOURCE.column_names())
    for event in body:
        if event.keys() != known:
            differing = sorted(event.keys() ^ known)
            raise Problem(
                raw.name,
                "händelserna har andra fält än väntat",
                found=f"'{differing[0]}'",
                do="svarets form har ändrats; uppdatera sources/police_events.py",
            )
    events = pl.DataFrame(
        [{**event, "location": (event["location"] or {}).get("name")} for event in body],
        schema={
            "id": pl.Int64,
            "datetime": pl.String,
            "name": pl.String,
            "summary": pl.String,
            "url": pl.String,
            "type": pl.String,
            "location": pl.String,
        },
    ).with_columns(pl.col("name", "summary", "type").str.replace_all("\u00a0", " "))
    published = (
        pl.col("datetime")
        .str.replace(r"^(\S+) (\d):", "$1 0$2:")
        .str.to_datetime("%Y-%m-%d %H:%M:%S %z", strict=False, time_unit="us")
    )
    place = pl.col("name").str.extract(r",([^,]*)$").str.strip_chars()
    return (
        events.with_columns(datetime=published, place=place)
        .with_columns(
            occurred_at=_occurred_at(),
            municipality_code=_municipality_code(),
            keyword_flags=keyword_flags("name", "summary"),
        )
        .drop("summary")
    )


def _occurred_at() -> pl.Expr:
    """When the event happened, in UTC: the title's day and time in the year that lies nearest to publication."""
    when = pl.col("name").str.extract_groups(r"^(?<day>\d{1,2}) (?<month>\p{L}+) (?<hour>\d{1,2})[.:](?<minute>\d{2}),")
    local = pl.col("datetime").dt.convert_time_zone("Europe/Stockholm")

    def in_year(offset: int) -> pl.Expr:
        text = pl.format(
            "{}-{}-{} {}:{}",
            local.dt.year() + offset,
            when.struct.field("month").str.to_lowercase().replace_strict(_MONTHS, default=None, return_dtype=pl.Int64),
            when.struct.field("day"),
            when.struct.field("hour"),
            when.struct.field("minute"),
        )
        naive = text.str.to_datetime("%Y-%m-%d %H:%M", strict=False)
        return naive.dt.replace_time_zone("Europe/Stockholm", ambiguous="earliest", non_existent="null")

    same, lag = in_year(0), in_year(0) - local
    return (
        pl.when(lag > pl.duration(days=180))
        .then(in_year(-1))
        .when(lag < pl.duration(days=-180))
        .then(in_year(1))
        .otherwise(same)
        .dt.convert_time_zone("UTC")
    )


def _municipality_code() -> pl.Expr:
    """The municipality named in the place, as whole words (Tjörn is not Tjörnarp); null unless exactly one is.

    'Örebro län' is a county, not Örebro. Case is disregarded: the police write 'Upplands väsby' and 'Dals-ed'.
    """
    rows = read_reference("municipalities").select("municipality", "municipality_code").iter_rows()
    names = {name.lower(): code for name, code in sorted(rows, key=lambda row: -len(row[0]))}
    place = pl.col("place").str.to_lowercase()
    found = place.str.extract_all(rf"\b(?:{'|'.join(names)})\b").list.unique()
    return (
        pl.when((found.list.len() == 1) & ~place.str.contains(r"\blän\b"))
        .then(found.list.first())
        .replace_strict(names, default=None, return_dtype=pl.String)
    )


def fetch(http: Http, municipalities: Sequence[str]) -> Iterator[Answer]:
    """Ask for the newest 500 events of the country, about a week of them.

    Now and then the publisher answers with 40–256 events scattered over half a year. They are real, so they are kept,
    but what came in between is not known: such an answer is not the latest, and the source is late until one is.
    """
    body = http.get(http.base("police_events", SOURCE.url), pause=_PACE, accept="json")
    found = _event_count(body)
    is_latest = found is None or found >= _WINDOW
    if not is_latest:
        http.tell(f"police_events: {found} händelser av {_WINDOW}: inte de senaste; de behålls men är inte nya")
    yield Answer(request="events", bodies=(body,), extension="json", is_latest=is_latest)


def _event_count(body: bytes) -> int | None:
    """How many events a body holds; None for one that is no list, of which `parse` says what is wrong."""
    try:
        events = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return len(events) if isinstance(events, list) else None
