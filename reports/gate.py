"""The output gate: nothing is published while a text of the release, or of its run's traces, points at a person."""

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import polars as pl

from reports._scheduler import remember_clean, scheduler_texts
from reports._texts import Refused, Said, json_lines, texts_of
from sources._hits import Hit, Kind
from sources._identifiers import find_identifiers, has_identifier
from sources._strict import read_reference

# What stands alone and cannot be a person: hashes, UUIDs, days and times, numbers of a length that no person has.
_NOBODY = (
    r"^(?:"
    r"[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|\d{4}-[01]\d-[0-3]\d(?:[T ][0-2]\d:[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?"
    r"|-?(?:0|[1-9]\d{0,4}|[1-9]\d{6})(?:[.,]\d+)?|-?[1-9]\d{5}(?:[.,](?:\d{1,3}|\d{5,}))?"
    r")$"
)
# How messages name a snapshot (all digits is left out, that would be a number) and data quality results an instant.
_MADE_HERE = re.compile(r"(?<![0-9A-Za-z])(?:(?=[0-9]*[a-f])[0-9a-f]{12}|20\d{6}T\d{6}\.\d{6}Z)(?![0-9A-Za-z])")
_DIGITS = re.compile(r"\d+")
_APART = re.compile(r"([^\W\d_]{2}[^\d]*|[%()–]|: |(?<=\d),(?=\d(?!\d))|(?<=\d)\u00a0(?=\d{3}(?!\d)))")
_GX_OWN = "data_docs/static/"


def find_hits(release: Path, data: Path, *, own_contact: str = "") -> list[str]:
    """Where something points at a person: file, table and column, and the kind, never the content.

    Reads every file of the release folder (a kind of file that is not known is itself a hit), the run log
    `data/log/*.jsonl`, and what is new in Prefect's database and logs. own_contact: the e-mail address that the
    municipality wants to be reached by, the one that may stand in the release. Empty when the release may go out.
    """
    started = datetime.now(UTC)
    history = _found(_history(data, started))
    if not history:
        remember_clean(data, started)
    return sorted({*history, *_found(_files(release), own_contact)})


def find_hits_in(folder: Path) -> list[str]:
    """As `find_hits`, of one folder: a release, or the data quality results of a release."""
    return sorted(_found(_files(folder)))


def hits_in(text: str) -> list[Hit]:
    """What in one text points at a person, as the gate will find it wherever the text is shown, in order of place."""
    return sorted({hit for each in {text, _without_figures(text)} for hit in _hits(each, _reviewed())})


def _files(folder: Path) -> Iterator[Said | Refused]:
    paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))}
    yield "filnamn", paths
    for place, path in paths.items():
        if (path.is_symlink() or not path.is_dir()) and not place.startswith(_GX_OWN):
            yield from _or_refused(texts_of(path, place))


def _history(data: Path, now: datetime) -> Iterator[Said | Refused]:
    for log in sorted((data / "log").glob("*.jsonl")):
        yield f"log/{log.name}", json_lines(log.read_text(encoding="utf-8", errors="replace"))
    yield from _or_refused(scheduler_texts(data, now))


def _or_refused(said: Iterator[Said]) -> Iterator[Said | Refused]:
    try:
        yield from said
    except Refused as refused:
        yield refused


def _found(everything: Iterable[Said | Refused], own_contact: str = "") -> set[str]:
    contacts = {*_reviewed(), (own_contact, Kind.EMAIL.value)}
    hits: set[str] = set()
    places: dict[str, set[str]] = {}
    for each in everything:
        if isinstance(each, Refused):
            hits.add(f"{_fit_to_show(each.place)}: {each.why}")
        else:
            place, texts = each
            places.setdefault(place, set()).update(texts)
    # Most texts stand in several places, or differ in their figures only, and are read once.
    texts = pl.Series(list(set().union(*places.values())), dtype=pl.String)
    alike = {text: _without_figures(text) for text in texts.filter(~texts.str.contains(_NOBODY))}
    different = pl.Series(list({*alike.values()}), dtype=pl.String)
    found = {
        text: kinds
        for text in different.filter(has_identifier(different))
        if (kinds := {hit.kind.value for hit in _hits(text, contacts)})
    }
    for place, said in places.items():
        hits |= {f"{_fit_to_show(place)}: {kind}" for text in said for kind in found.get(alike.get(text, ""), ())}
    return hits


def _without_figures(text: str) -> str:
    """The text with one figure for all: a year, or up to three digits that stand apart, is nobody's number.

    Apart is what words, per cent, brackets, a range or a colon part, and the parts of a decimal or of thousands as the
    pages write them. It may still be a house's or a plate's, so a figure of the same length takes its place. What
    begins with 0 or 11 (a phone, 112) stays as it is.
    """

    def alike(match: re.Match[str]) -> str:
        figure = match[0]
        if len(figure) == 4:
            return "2022" if figure.startswith(("19", "20")) else figure
        return figure if len(figure) > 4 or figure.startswith(("0", "11")) else "7" * len(figure)

    return "".join(
        part if len(_DIGITS.findall(part)) != 1 else _DIGITS.sub(alike, part) for part in _APART.split(text) if part
    )


def _reviewed() -> set[tuple[str, str]]:
    return set(read_reference("allowed_contacts").select("text", "kind").iter_rows())


def _hits(text: str, contacts: Collection[tuple[str, str]]) -> list[Hit]:
    """What is found in a text, but for contacts (text, kind) that may stand there, shortened hashes and instants."""
    made_here = [match.span() for match in _MADE_HERE.finditer(text)]
    return [
        hit
        for hit in find_identifiers(text)
        if (text[hit.start : hit.end], hit.kind.value) not in contacts
        and not any(start <= hit.start and hit.end <= end for start, end in made_here)
    ]


def _fit_to_show(place: str) -> str:
    """A place without what points at a person in it: a file, a part or a heading may be named so."""
    if not find_identifiers(place):
        return place
    parts = list(PurePosixPath(place).parts)
    while find_identifiers("/".join(parts)):
        parts.pop()
    return "/".join([*parts, "…"])
