"""A report as PDF to print, publish and keep: tagged (PDF/UA-1) and fit for an archive (PDF/A-2a)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import typst

from reports._document import Document
from reports._fit import GAP
from reports._printed import Drawings, printed

_TEMPLATE = Path(__file__).parent / "templates" / "document.typ"
# What the typefaces that Typst brings along can show, of what a Swedish report may hold: Latin, Greek, Cyrillic, Hebrew
# and Arabic letters, punctuation, money, arrows, mathematics. An archive takes no text that cannot be seen.
_UNSEEN = re.compile(
    "[^ -~\u00a0-\u0377\u037a-\u037f\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u04ff\u05d0-\u05ea\u0621-\u063a"
    "\u0640-\u064a\u1d00-\u1f15\u2000-\u2040\u2044-\u2052\u2070\u2071\u2074-\u208e\u20a0-\u20c0\u2100-\u211e"
    "\u2190-\u23ff\u2460-\u2606]"
)
_BOX = "\u25a1"


def write_pdf(document: Document, path: Path, drawings: Drawings, serif: Callable[[str], str]) -> None:
    """Write the report as PDF; the same input gives the same bytes.

    drawings: of every chart, as `reports._printed.draw` makes them. serif: makes a drawing's SVG use the one typeface
    there is here, Libertinus Serif, which Typst brings along.
    """
    report = printed(document, drawings)
    report |= {"gap": GAP, "drawings": {id: serif(each.svg) for id, each in drawings.items()}}
    content = typst.compile(
        str(_TEMPLATE),
        root=str(_TEMPLATE.parent),
        sys_inputs={"report": _UNSEEN.sub(_BOX, json.dumps(report, ensure_ascii=False))},
        pdf_standards=["ua-1", "a-2a"],  # checked as it writes: what breaks them is an error, not a file
        ignore_system_fonts=True,
    )
    path.write_bytes(content)
