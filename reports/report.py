"""Writes the report folder of one audience: HTML, DOCX, PPTX and PDF per area, and the files behind every chart."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from reports._decision import Decision
from reports._document import Chart, Document, Download, Table
from reports._docx import write_docx
from reports._downloads import write_download
from reports._draw import draw_many, serif
from reports._facts import Release, facts_of
from reports._language import Language, language, t
from reports._own_texts import OwnTexts, changed_words
from reports._pdf import write_pdf
from reports._pptx import write_pptx
from reports._printed import Drawings, charts_of, drawing, every_block
from reports._report import banners_of, report_of
from reports.pages import figures_page, front_page, report_page

# So many areas are written in this process; more are shared between the cores.
_FEW = 6
OFFICE = ("pdf", "docx", "pptx")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How the reports are to be written.

    formats: of `OFFICE`. drawings: a folder where drawn charts are kept from one night to the next, or None.
    texts: area → what people have written. changed: (audience, area, section) → the day of the release that a text was
    first published with, where its figures are others now. decided: the releases that are kept as decided.
    """

    language: Language = "sv"
    formats: Sequence[str] = OFFICE
    drawings: Path | None = None
    texts: Mapping[str, OwnTexts] = field(default_factory=dict)
    changed: Mapping[tuple[str, str, str], date] = field(default_factory=dict)
    decided: Sequence[str] = ()


def write_reports(folder: Path, release: Release, wanted: Wanted, tell: Callable[[str], None] = lambda _: None) -> None:
    """Write `index.html`, `<area>.html`, `<area>-matt.html` (every figure) and `data/` into a folder.

    For up to a score of areas also `<area>.pdf`, `.docx` and `.pptx`. The same input gives the same bytes, in one
    process or in several. Raises ValueError for a code that has no words in the language.
    """
    (folder / "data").mkdir(parents=True, exist_ok=True)
    formats = tuple(wanted.formats) if len(release.areas) <= _MOST_WITH_OFFICE else ()
    with language(wanted.language):
        files = {area.code: _files(area.code, formats) for area in release.areas}
        (folder / "index.html").write_bytes(front_page(release, banners_of(release), files))
    codes = [area.code for area in release.areas]
    if len(codes) <= _FEW:
        for code in codes:
            tell(f"skriver rapporten för {code}")
            _write_area(folder, release, wanted, formats, code)
        return
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores, get_context("spawn"), _begin, (folder, release, wanted, formats)) as pool:
        for done, _ in enumerate(pool.map(_write_one, codes, chunksize=4), 1):
            if done % 25 == 0:
                tell(f"skriver rapporter: {done} av {len(codes)}")


_MOST_WITH_OFFICE = 20
_MAKERS: Mapping[str, Callable[[Document, Path, Drawings], None]] = {
    "pdf": partial(write_pdf, serif=serif),
    "docx": write_docx,
    "pptx": write_pptx,
}
_given: tuple[Path, Release, Wanted, tuple[str, ...]] | None = None


def _begin(folder: Path, release: Release, wanted: Wanted, formats: tuple[str, ...]) -> None:
    global _given  # a process of the pool works on one release and is given it once
    _given = folder, release, wanted, formats


def _write_one(code: str) -> None:
    assert _given is not None
    _write_area(*_given, code)


def _write_area(folder: Path, release: Release, wanted: Wanted, formats: Sequence[str], code: str) -> None:
    area = next(each for each in release.areas if each.code == code)
    with language(wanted.language):
        facts = facts_of(area, release)
        own = wanted.texts.get(code) or OwnTexts(area_code=code, texts={}, decision=Decision(), problems=())
        changed = {
            section: changed_words(since, is_decision=section == "beslut")
            for (audience, area_code, section), since in wanted.changed.items()
            if (audience, area_code) == (release.meta.audience, code)
        }
        document = report_of(facts, own, changed, wanted.decided)
        charts = charts_of(document)
        # One folder for both audiences: nearly all of their charts are the same and drawn once.
        kept = wanted.drawings / code if wanted.drawings else None
        drawn = draw_many([chart.spec for chart in charts], kept)
        drawings = {chart.id: svg for chart, svg in zip(charts, drawn, strict=True)}
        page = report_page(document, release, drawings, _files(code, formats)[1:])
        (folder / area.file).write_bytes(page)
        (folder / f"{code}-matt.html").write_bytes(figures_page(facts, document.banners))
        for each in downloads_of(document):
            write_download(folder / "data", each, release.meta.release)
        if formats:
            printed = {name: drawing(svg) for name, svg in drawings.items()}
            for kind in formats:
                _MAKERS[kind](document, folder / f"{code}.{kind}", printed)


def _files(code: str, formats: Sequence[str]) -> list[tuple[str, str]]:
    labels = {"pdf": t("PDF"), "docx": t("Word"), "pptx": t("PowerPoint")}
    return [
        (f"{code}.html", t("Rapport")),
        *((f"{code}.{each}", labels[each]) for each in formats),
        (f"{code}-matt.html", t("Alla mått")),
        ("../lagesbild.xlsx", t("Excel")),
    ]


def downloads_of(document: Document) -> list[Download]:
    """Every file that stands beside a chart or table of a report, each once."""
    blocks = [each for section in document.sections for each in every_block(section.blocks)]
    tables = [each.table if isinstance(each, Chart) else each for each in blocks]
    made = [each.download for each in tables if isinstance(each, Table) and each.download is not None]
    return list({each.name: each for each in made}.values())
