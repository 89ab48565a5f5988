"""Writes one whole release, internal and public, into a folder that the caller then publishes."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

import duckdb
import polars as pl

from models._contracts import Contract
from models._duckdb import connect
from models._model import all_models
from models._protect import INTERNAL
from reports._facts import PageMeta, release_of
from reports._quality_process import QualityRequest, TableRequest
from reports.catalogue import CatalogueMeta, OpenData, write_catalogue
from reports.report import Wanted, write_reports
from reports.tables import write_tables
from reports.workbook import WorkbookMeta, write_workbook
from sources._strict import read_reference

Audience = Literal["internal", "public"]
_OUTPUT = tuple(model.table for model in all_models() if model.schema == "output")
TABLES: Mapping[Audience, Sequence[str]] = {
    "internal": _OUTPUT,
    "public": tuple(table for table in _OUTPUT if table not in INTERNAL),
}
AUDIENCES: Mapping[Audience, str] = {"internal": "output", "public": "public"}  # and the schema of what each may see
MODES = {"internal": {True: 0o700, False: 0o400}, "public": {True: 0o755, False: 0o444}}  # of a folder, of a file


@dataclass(frozen=True, kw_only=True)
class ReleaseMeta:
    """What a release says of itself in `release.json`; nothing in it knows the clock. code: a hash of what made it."""

    release: str
    as_of: date
    area: str
    municipalities: Sequence[str]
    version: str
    code: str = ""
    data_version: int = 1
    sample: bool
    snapshots: Sequence[Mapping[str, object]]
    open_data: OpenData = field(default_factory=OpenData)


def write_release(
    folder: Path,
    warehouse: Path,
    meta: ReleaseMeta,
    personal: Collection[str],
    tell: Callable[[str], None],
    step: Callable[[str], AbstractContextManager[object]] = lambda _: nullcontext(),
    *,
    previous: Path | None = None,
    wanted: Wanted | None = None,
) -> None:
    """Write `internal/` (0700: core and output) and `public/` (output only) into `folder`.

    personal: the core tables that rest on sources about people; of them only what concerns things and places
    is written. previous: the folder of the release before this one, which the report says what is new since. wanted:
    how the report is to be written. tell: told of what goes on. step: given the name of each part while it is made.
    Each audience has the database, the tables, the workbook, `release.json` and the report, and the public one what
    describes them as open data; files are read-only, for the writer too.
    """
    folder.mkdir(parents=True)
    with connect(warehouse, read_only=True) as con:
        focus_areas = con.sql("from core.focus_areas order by sort_order").pl()
        members = {meta.area: [str(code) for code in meta.municipalities]}
    for audience, schema in AUDIENCES.items():
        modes = MODES[audience]
        target = folder / audience
        with step(f"write_{audience}"):
            write_audience(target, warehouse, audience, personal)
        with connect(warehouse, read_only=True) as con:
            tables = {
                name: con.sql(f"from {schema}.{name}").pl()
                for name in (table.removeprefix("output.") for table in TABLES[audience])
            }
        with step(f"workbook_{audience}"):
            write_workbook(
                target / "lagesbild.xlsx",
                tables=tables,
                focus_areas=focus_areas,
                meta=WorkbookMeta(release=meta.release, as_of=meta.as_of, audience=audience, area=meta.area),
            )
        described = _described(meta, audience, tables)
        (target / "release.json").write_text(
            json.dumps(described, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
        )
        before = previous / audience / "indicators.parquet" if previous else None
        report = release_of(
            tables,
            focus_areas=focus_areas,
            key_figures=read_reference("key_figures"),
            members=members,
            previous=pl.read_parquet(before) if before and before.exists() else None,
            meta=PageMeta(
                release=meta.release,
                as_of=meta.as_of,
                audience=audience,
                version=meta.version,
                is_synthetic=bool(tables["indicators"]["is_synthetic"].any()),
            ),
        )
        with step(f"report_{audience}"):
            write_reports(target / "report", report, wanted or Wanted(), tell)
        if audience == "public":
            write_catalogue(
                target,
                tables=tables,
                meta=CatalogueMeta(
                    release=meta.release,
                    as_of=meta.as_of,
                    area=meta.area,
                    municipalities=meta.municipalities,
                    is_synthetic=bool(tables["indicators"]["is_synthetic"].any()),
                    open_data=meta.open_data,
                ),
            )
        for path in target.rglob("*"):
            path.chmod(modes[path.is_dir()])
        target.chmod(modes[True])


def write_audience(folder: Path, warehouse: Path, audience: Audience, personal: Collection[str]) -> None:
    """Write the database and the tables that one audience may read: `core` is for the internal one."""
    core = [model for model in all_models() if model.schema == "core" and audience == "internal"]
    output = [model for model in all_models() if model.table in TABLES[audience]]
    write_tables(folder, warehouse, [*core, *output], schema=AUDIENCES[audience], personal=personal)


def _described(meta: ReleaseMeta, audience: str, tables: Mapping[str, pl.DataFrame]) -> dict[str, object]:
    sources = tables["sources"].drop("release")
    return {
        "release": meta.release,
        "audience": audience,
        "as_of": meta.as_of.isoformat(),
        "area": meta.area,
        "sample": meta.sample,
        "is_synthetic": bool(tables["indicators"]["is_synthetic"].any()),
        "versions": {
            "lagesbild": meta.version,
            "code": meta.code,
            "data_folder": meta.data_version,
            "polars": pl.__version__,
            "duckdb": duckdb.__version__,
        },
        "tables": {name: frame.height for name, frame in tables.items()},
        "sources": json.loads(sources.with_columns(pl.selectors.temporal().cast(pl.String)).write_json()),
        "snapshots": list(meta.snapshots),
    }


def quality_request(folder: Path, log: Path, release: str, contracts: Sequence[Contract]) -> QualityRequest:
    """Ask that every output table of a release, internal and public, keeps the contract its model declares."""
    tables: list[TableRequest] = []
    for audience in AUDIENCES:
        with connect(folder / audience / "lagesbild.duckdb", read_only=True) as con:
            for contract in (each for each in contracts if each.table in TABLES[audience]):
                columns = {str(row[0]): str(row[1]) for row in con.sql(f"describe {contract.table}").fetchall()}
                tables.append(
                    {
                        "table": f"{audience}.{contract.table}",
                        "parquet": str(folder / audience / f"{contract.table.split('.')[1]}.parquet"),
                        "contract": {
                            "columns": columns,
                            "key": list(contract.key),
                            "not_null": list(contract.not_null),
                            "accepted": {name: list(values) for name, values in contract.accepted.items()},
                            "ranges": {name: list(limits) for name, limits in contract.ranges.items()},
                            "rows": [contract.at_least or None, None],
                        },
                    }
                )
    return {"log": str(log), "release": release, "tables": tables}
