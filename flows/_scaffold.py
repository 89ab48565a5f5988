"""Writes what a person then fills in: an empty form or text, the stub of a source or of an indicator."""

import keyword
import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from flows._templates import template
from flows._text_templates import text_templates
from models._scope import scope_of
from reports._own_texts import FOLDER
from sources._declare import Source
from sources._landing import make_folder, write_atomically
from sources._problem import UsageProblem
from sources._strict import ROOT, read_reference


def write_template(
    name: str, source: Source, folder: Path, *, area: str, day: date, asked: Sequence[Mapping[str, str]] = ()
) -> Path:
    """An empty form for a hand-delivered source, an XLSX that the source reads: see `_templates.py`.

    area: whose municipalities come first in its lists. day: the periods that it has filled in ended before it. asked:
    the rows of a form that is there to be answered. Raises
    UsageProblem for a source that is fetched, for an unknown area, and for a file that is there already.
    """
    if not source.by_hand:
        raise UsageProblem("lagesbild template", "källan hämtas från utgivaren", found=name, do="välj en handlevererad")
    path = folder / f"{name}_mall.xlsx"
    _must_be_new(path, "flytta den först")
    names = dict(read_reference("municipalities").select("municipality_code", "municipality").iter_rows())
    own = [names[code] for code in scope_of(area).municipalities]
    path.write_bytes(template(name, source, own if len(own) < len(names) else [], day, asked))
    return path


def write_text_templates(data: Path, area: str) -> tuple[Path, tuple[str, ...]]:
    """The empty texts of an area's report where it looks for them, and the names of those that were not there.

    What is there stays as it is. Raises UsageProblem for an unknown area.
    """
    scope_of(area)
    folder = data / FOLDER / area
    make_folder(folder)
    files = {name: text for name, text in text_templates().items() if not os.path.lexists(folder / name)}
    for name, text in files.items():
        with write_atomically(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")
    return folder, tuple(files)


def write_stub(what: str, name: str) -> Path:
    """The stub of a `source` or an `indicator`, in its room. Raises UsageProblem for a name that will not do."""
    if not name.isidentifier() or keyword.iskeyword(name) or name != name.lower() or not name.isascii():
        raise UsageProblem("lagesbild new", "namnet går inte att använda", found=name, do="skriv små_bokstäver_a_z")
    folder, ending = (ROOT / "sources", ".py") if what == "source" else (ROOT / "models" / "indicators", ".sql")
    path = folder / f"{name}{ending}"
    _must_be_new(path, "välj ett annat namn")
    path.write_text(_SOURCE_STUB if what == "source" else _INDICATOR_STUB, encoding="utf-8")
    return path


def _must_be_new(path: Path, do: str) -> None:
    if path.exists():
        raise UsageProblem(path.name, "filen finns redan", do=do)


_SOURCE_STUB = '''"""[What this source is, and which of its facts were checked against a real capture.]"""

import keyword
import os
from pathlib import Path

import polars as pl

from sources._declare import (
    Cadence,
    Column,
    Concerns,
    Delivery,
    Disclosure,
    Licence,
    Municipality,
    Reuse,
    Source,
    Whole,
)
from sources._read import read_table

SOURCE = Source(
    title="[Källans namn]",
    publisher="[Utgivare]",
    homepage="[https://…]",
    licence=Licence("[villkor]", "[https://…]", Reuse.AGREED),
    attribution="Källa: [utgivare]",
    attribution_processed="Egen bearbetning av uppgifter från [utgivare]",
    cadence=Cadence.YEARLY,
    expected_by="04-15",
    delivery=Delivery.FULL,
    columns=(
        Column("kommun", "municipality_code", Municipality()),
        Column("ar", "year", Whole(minimum=1990, maximum=2100)),
        Column("antal", "reported", Whole(minimum=0)),
    ),
    key=("municipality_code", "year"),
    speaks_of="year",
    disclosure=Disclosure.LOCAL,
    concerns=Concerns.THINGS,
    by_hand=True,
)


def parse(raw: Path) -> pl.DataFrame:
    """The declared columns of a delivery."""
    return read_table(raw, SOURCE)
'''
_INDICATOR_STUB = """-- title = "[Namn på svenska]"
-- title_en = "[Name in English]"
-- definition = "[Vad som räknas och delas med vad]"
-- focus_area = "vandalism"
-- basis = "registered"
-- kind = "counts"
-- method = "rate"
-- per = 100000
-- unit = "per 100 000 invånare"
-- polarity = "low_is_good"
-- notes = ["[Vad siffran inte säger]"]
select
    municipality_code,
    year::varchar as period,
    reported as numerator,
    inhabitants as denominator,
    is_synthetic,
    data_as_of
from core.reported_offences_by_municipality_year
where kpi = '[U07452]'
"""
