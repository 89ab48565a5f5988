"""What a council reads, as HTML: a report per area, all its figures, and a front page; self-contained, always the same.

A page never shows a figure whose status is not "ok", whatever the row still holds. What is said stands in `_report` and
what it is built from; here it is laid out as HTML.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from reports._blocks import Area, block, overview
from reports._document import Block, Chart, Document
from reports._facts import AreaFacts, Release, facts_of, title_of
from reports._language import current, t
from reports._words import Row, capital, date_text

_TEMPLATES = Path(__file__).parent / "templates"
_MOST_BESIDE = 6  # areas with a column of their own on the front page


@functools.cache
def environment() -> jinja2.Environment:
    """The templates, compiled once per process; what they are given is always escaped."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    script = (_TEMPLATES / "sort.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    made.filters["capitalize"] = capital  # Jinja's own makes Sek of SEK
    made.globals.update(
        t=t,
        groups=groups,
        kind_of=lambda one: type(one).__name__,
        script=script,
        script_hash=f"sha256-{digest}",
    )
    return made


def groups(blocks: Sequence[Block]) -> list[list[Block]]:
    """Blocks with neighbours of the same voice together, so that who is speaking is said once."""
    made: list[list[Block]] = []
    for each in blocks:
        voice = getattr(each, "voice", "house")
        if made and voice in ("generated", "coordinator") and getattr(made[-1][0], "voice", "house") == voice:
            made[-1].append(each)
        else:
            made.append([each])
    return made


def report_page(
    document: Document, release: Release, drawings: Mapping[str, str], files: Sequence[tuple[str, str]]
) -> bytes:
    """A report as one HTML page. drawings: chart id → SVG. files: (name, label) of the same report in other formats."""

    def drawing(chart: Chart) -> str:
        return drawings[chart.id]

    template = environment().get_template("report.html.j2", globals={"drawing": drawing})
    return template.render(**_common(release, document.banners), document=document, files=files).encode()


def figures_page(facts: AreaFacts, banners: Sequence[str]) -> bytes:
    """Every figure of one area with all its periods, definition and limits, as one HTML page."""
    sections = []
    for theme in facts.release.focus_areas:
        mine = [one for one in facts.release.definitions.values() if one["focus_area"] == theme["focus_area"]]
        blocks = [(one, block(one, facts.area, facts.cells, facts.release.sources)) for one in mine]
        sections.append(
            {
                "id": theme["focus_area"],
                "title": t(theme["title"]),
                "blocks": [made for _, made in blocks if made is not None],
                "missing": [title_of(one) for one, made in blocks if made is None],
            }
        )
    template = environment().get_template("figures.html.j2")
    return template.render(**_common(facts.release, banners), area=facts.area, sections=sections).encode()


def front_page(release: Release, banners: Sequence[str], files: Mapping[str, Sequence[tuple[str, str]]]) -> bytes:
    """The page that leads to the others, with one figure per focus area and area."""
    common = _common(release, banners)
    known = {area.code: facts_of(area, release) for area in common["beside"]}

    def newest(area: Area, indicator: str) -> Row | None:
        return next(reversed(known[area.code].series(indicator)), None)

    lines = overview(release.focus_areas, release.definitions, release.key_figures, newest, common["beside"])
    return environment().get_template("index.html.j2").render(**common, overview=lines, files=files).encode()


def _common(release: Release, banners: Sequence[str]) -> dict[str, Any]:
    return {
        "meta": release.meta,
        "as_of": date_text(release.meta.as_of),
        "lang": current(),
        "banners": banners,
        "areas": release.areas,
        "beside": release.areas if len(release.areas) <= _MOST_BESIDE else (),
    }
