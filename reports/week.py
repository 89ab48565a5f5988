"""Veckans läge: one sheet for Monday's meeting, as HTML and DOCX, and the text for the website, beside the releases.

A release is read-only and says the same for ever; a week's page also holds what the group writes, so it lies in
`<data>/output/week/<area>/<week>/` and names the release it is made from.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

import jinja2

from reports._calendar import week_name
from reports._document import Document
from reports._language import t
from reports._week import is_roomy, public_text, week_document
from reports._week_docx import week_docx
from reports._week_facts import WeekFacts, members_of, read_facts
from reports._week_own import OwnWeek, read_own
from reports.gate import find_hits_in
from sources._landing import sync
from sources._problem import Problem

FOLDER = "week"
MOST_ON_ONE_PAGE = 3
_RELEASE = re.compile(rb"\b20\d\d-[01]\d-[0-3]\d-[a-p]{12}\b")
PAGE, OFFICE, PUBLIC = "veckans-lage.html", "veckans-lage.docx", "webbtext.txt"


def write_weeks(data: Path, release: Path, area: str, monday: date | None = None) -> list[Path]:
    """Write the page of a week, and return its folder; of an area with more municipalities than fit, each one's page.

    data: the data folder. release: the folder of an internal release. monday: of the week; None: the last whole one
    before the release. What stood there is replaced whole. Raises UsageProblem for an area or week that the release
    does not speak of, and Problem for a file of the group's that cannot be used or anything that points at a person.
    """
    members = members_of(release, area)
    pages: Mapping[str, Mapping[str, str]] = {area: members}
    if len(members) > MOST_ON_ONE_PAGE:
        pages = {code: {code: name} for code, name in members.items()}
    return [_write(data, release, code, municipalities, monday) for code, municipalities in pages.items()]


def render_week(facts: WeekFacts, own: OwnWeek) -> Mapping[str, bytes]:
    """The files of a week's page: name → content, the same bytes for the same input."""
    document = week_document(facts, own)
    below, roomy = footer(document), is_roomy(document)
    page = _environment().get_template("week.html.j2").render(document=document, footer=below, is_roomy=roomy)
    return {
        PAGE: page.encode(),
        OFFICE: week_docx(document, below, roomy),
        PUBLIC: ("\n\n".join(public_text(facts)) + "\n").encode(),
    }


def weeks_made_from(data: Path, releases: Collection[str]) -> list[Path]:
    """The folders of pages that are made from any of the releases, half-written ones too; each page names its own."""
    pages = sorted((data / "output" / FOLDER).rglob(PAGE))
    return [page.parent for page in pages if any(each.encode() in page.read_bytes() for each in releases)]


def releases_of_weeks(data: Path) -> set[str]:
    """The releases that pages of weeks are made from, as the pages say."""
    pages = (data / "output" / FOLDER).rglob(PAGE)
    return {each.decode() for page in pages for each in _RELEASE.findall(page.read_bytes())}


def footer(document: Document) -> str:
    """What the page says of itself: the release it is made from and how far that reaches."""
    return t(
        "Utgåva {release} · uppgifter till och med {as_of} · lagesbild {version}. Underlag, inte beslut.",
        release=document.release,
        as_of=document.as_of.isoformat(),
        version=document.version,
    )


def _write(data: Path, release: Path, area: str, municipalities: Mapping[str, str], monday: date | None) -> Path:
    own = read_own(data, area, municipalities)
    facts = read_facts(release, area, municipalities, monday)
    above = data / "output" / FOLDER / area
    for folder in (above.parent, above):
        folder.mkdir(mode=0o700, exist_ok=True)
    target = above / week_name(facts.monday)
    # Written aside, read by the gate, and put in place when it is whole; for its owner's eyes only from the beginning.
    aside = above / f".{target.name}.tmp"
    new = aside / "new"
    aside.mkdir(mode=0o700)
    try:
        new.mkdir(mode=0o700)
        for name, content in render_week(facts, own).items():
            (new / name).touch(mode=0o600)
            (new / name).write_bytes(content)
            sync(new / name)
        sync(new)
        if hits := find_hits_in(new):
            raise Problem("lagesbild week", "utgången stoppade sidan", found=hits[0], do="rätta texten och kör igen")
        if target.exists():
            os.replace(target, aside / "old")
        else:
            os.replace(new, target)
    finally:
        finish_week(aside)
    return target


def finish_week(aside: Path) -> None:
    """Put the new page where the old one stood, when that has been moved aside, and remove the rest.

    aside: `.<week>.tmp` beside the pages. Whoever gets the data folder's lock calls it where a writer was killed: else
    there would be no page at all.
    """
    target = aside.with_name(aside.name.removeprefix(".").removesuffix(".tmp"))
    if (aside / "old").is_dir() and not target.exists():
        os.replace(aside / "new", target)
    shutil.rmtree(aside)


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
