"""A report as an editable Word document: real styles, headings and captions, repeated table headings, page numbers.

The package is written part by part from templates: an office library would bring a template of its own with another
maker's name, fonts and language in it, and everything that matters here would still be markup.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2

from reports._document import Document
from reports._fit import GAP, Laid
from reports._printed import TEXT_WIDTH, Drawings, printed
from reports._zip import write_zip


def write_docx(document: Document, path: Path, drawings: Drawings) -> None:
    """Write the report as DOCX; the same input gives the same bytes.

    drawings: of every chart, as `reports._printed.draw` makes them. The table behind each stands in an appendix.
    The table of contents has no page numbers until Word is asked to update it: only Word knows its pages.
    """
    report = printed(document, drawings)
    links = {address: f"link{number}" for number, address in enumerate(sorted(set(_addresses(report))), 1)}
    anchors = {section["id"]: anchor(section["id"]) for section in report["sections"]}
    lists = itertools.count(10)
    numbered: list[int] = []

    def target(link: str) -> tuple[str, str] | None:
        if link in links:
            return "address", links[link]
        place = link.partition("#")[2]
        return ("anchor", anchors[place]) if place in anchors else None

    def ordered() -> int:
        numbered.append(next(lists))
        return numbered[-1]

    text = _templates().get_template("docx_document.xml.j2")
    body = text.render(
        report=report,
        number=itertools.count(1).__next__,
        ordered=ordered,
        target=target,
        anchor=anchor,
        TEXT_WIDTH=TEXT_WIDTH,
        GAP=GAP,
    )
    parts: Any = _templates().get_template("docx_parts.xml.j2").module
    charts = [chart for section in report["sections"] for chart in _charts(section["blocks"])]
    xml = {
        "[Content_Types].xml": parts.content_types(),
        "_rels/.rels": parts.package_relations(),
        "docProps/core.xml": parts.core(report),
        "docProps/app.xml": parts.app(),
        "word/document.xml": body[body.index("<?xml") :],
        "word/_rels/document.xml.rels": parts.document_relations([chart["number"] for chart in charts], links),
        "word/styles.xml": parts.styles(report),
        "word/numbering.xml": parts.numbering(numbered),
        "word/settings.xml": parts.settings(report),
        "word/header.xml": parts.header(report),
        "word/footer.xml": parts.footer(report),
    }
    pictures = {f"word/media/chart{chart['number']}.png": drawings[chart["id"]].png for chart in charts}
    write_zip(path, {name: str(part).encode() for name, part in xml.items()} | pictures)


def anchor(id: str) -> str:
    """A section's id as Word can name a bookmark: letters, digits and low lines, 40 at most."""
    return "avsnitt_" + re.sub(r"\W", "_", id)[:32]


@functools.cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _charts(blocks: list[Laid]) -> Iterator[Laid]:
    for block in blocks:
        match block["kind"]:
            case "chart":
                yield block
            case "abreast":
                yield from block["charts"]
            case "columns":
                for column in block["columns"]:
                    yield from _charts(column)


def _addresses(content: Any) -> Iterator[str]:
    """Every https address that a cell links to."""
    if isinstance(content, dict):
        if content.get("link", "").startswith("https://"):
            yield content["link"]
        content = list(content.values())
    if isinstance(content, list):
        for each in content:
            yield from _addresses(each)
