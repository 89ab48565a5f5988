"""Times the report pages: the sample's three municipalities, then all 290, drawn anew and with the drawings kept."""

import os
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

import polars as pl

from reports._facts import PageMeta, Release, release_of
from reports.report import Wanted, write_reports
from sources._strict import read_reference

_TABLES = (
    *("indicators", "definitions", "sources", "quarantine", "comparisons", "changes", "trends", "ranks", "months"),
    *("judgements", "measures", "promises", "promise_outcomes", "promise_effects", "revisions"),
    *("profiles", "places", "concentration"),
)
_MODEL = ("1415", "1419", "1421")  # whose figures stand for every municipality's


def main(folder: Path) -> None:
    """Print seconds for 3 and for 290 municipalities, from a release folder (`data/output/latest/internal`)."""
    few = read(folder)
    with tempfile.TemporaryDirectory() as place:
        for name, release in (("3 kommuner", few), ("290 kommuner", everywhere(few))):
            kept = Path(place) / f"drawings-{name}"
            for how in ("ritade på nytt", "ritade förut"):
                target = Path(place) / f"{name}-{how}"
                began, worked = time.perf_counter(), cpu()
                write_reports(target, release, Wanted(formats=(), drawings=kept))
                pages = list(target.glob("*.html"))
                size = sum(page.stat().st_size for page in pages) / len(pages) / 1024
                seconds = time.perf_counter() - began
                print(f"{name}, {how}: {seconds:6.2f} s, processortid {cpu() - worked:.1f} s", end=", ")
                print(f"{len(pages)} sidor, {size:.0f} KiB i snitt", flush=True)
        began = time.perf_counter()
        write_reports(Path(place) / "office", few, Wanted(drawings=kept))
        print(f"3 kommuner och området med PDF, Word och PowerPoint: {time.perf_counter() - began:6.2f} s")
    print(f"{os.cpu_count()} kärnor")


def cpu() -> float:
    """Seconds of processor that this process and its finished children have used."""
    return sum(each.ru_utime + each.ru_stime for each in map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN)))


def read(folder: Path) -> Release:
    """A release as the report needs it."""
    tables = {name: pl.read_parquet(folder / f"{name}.parquet") for name in _TABLES}
    return release_of(
        tables,
        focus_areas=read_reference("focus_areas"),
        key_figures=read_reference("key_figures"),
        members={"sodra_fyrbodal": list(_MODEL)},
        meta=PageMeta(release="bench", as_of=date(2026, 8, 7), audience="internal", version="bench", is_synthetic=True),
    )


def everywhere(few: Release) -> Release:
    """The same with every municipality of the country, each with the figures of one of the three."""
    known = read_reference("municipalities").select("municipality_code", "municipality")
    codes = [code for code in known["municipality_code"] if code not in _MODEL]
    stand_ins = pl.DataFrame(
        {"area_code": [_MODEL[at % len(_MODEL)] for at in range(len(codes))], "new_code": codes}
    ).join(known, left_on="new_code", right_on="municipality_code")
    tables = {}
    for name, table in few.tables.items():
        if "area_code" not in table.columns:
            tables[name] = table
            continue
        made = table.join(stand_ins, on="area_code").with_columns(area_code="new_code", area="municipality")
        tables[name] = pl.concat([table, made.select(table.columns)])
    return release_of(
        tables,
        focus_areas=pl.DataFrame(list(few.focus_areas)),
        key_figures=read_reference("key_figures"),
        members={"00": [*codes, *_MODEL]},
        meta=replace(few.meta),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data/output/latest/internal"))
