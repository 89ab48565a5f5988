"""Check a release's tables against their contracts with Great Expectations, as a process of its own.

The only file that imports great_expectations: that takes seconds and hundreds of megabytes, so the pipeline starts this
process early (see `_quality_process`) and asks it when the tables are written. A pandas frame made from Arrow is
validated because GX knows pandas and SQL, not polars, and its SQL engine closes the connection before it fetches, which
breaks on DuckDB.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import shutil
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from datetime import date, datetime
from html import escape
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import great_expectations as gx
import great_expectations.expectations
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.expectations.expectation import Expectation

# GX re-exports its expectations without saying so, which strict type checking does not follow.
gxe: Any = great_expectations.expectations

# Counts only: neither the examples nor the indices of unexpected rows are ever collected.
COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0, "include_unexpected_rows": False}
SITE = "data_docs"

# GX names pandas types; it has no name for dates, timestamps and decimals in an Arrow frame: those go unchecked here.
TYPE_NAMES = {
    "VARCHAR": "str",
    "BOOLEAN": "bool",
    "DOUBLE": "float",
    "FLOAT": "float",
    **dict.fromkeys(
        ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"), "int"
    ),
}


def bound(value: Any, kind: pa.DataType) -> Any:
    """A contract's limit as the column's own type: ISO text becomes a date or a timestamp, null stays no limit."""
    if not isinstance(value, str):
        return value
    if pa.types.is_date(kind):
        return date.fromisoformat(value)
    if pa.types.is_timestamp(kind):
        moment = datetime.fromisoformat(value)
        return pd.Timestamp(moment, tz=kind.tz) if kind.tz and moment.tzinfo is None else pd.Timestamp(moment)
    return value


def expectations(contract: Mapping[str, Any], schema: pa.Schema) -> Iterator[Expectation]:
    """The suite a contract means for a table with this Arrow schema.

    A column the table lacks gets no expectation of its own: the list of columns already fails and names it, and
    GX would otherwise raise inside every expectation about it.
    """
    there = set(schema.names)
    yield gxe.ExpectTableColumnsToMatchOrderedList(column_list=list(contract["columns"]))
    low, high = contract.get("rows") or (None, None)
    if low is not None or high is not None:
        yield gxe.ExpectTableRowCountToBeBetween(min_value=low, max_value=high)
    for column, kind in contract["columns"].items():
        name = TYPE_NAMES.get(kind.upper())
        if column in there and name is not None:
            yield gxe.ExpectColumnValuesToBeOfType(column=column, type_=name)
    for column in contract.get("not_null", ()):
        if column in there:
            yield gxe.ExpectColumnValuesToNotBeNull(column=column)
    key = list(contract.get("key", ()))
    if key and there.issuperset(key):
        if len(key) == 1:
            yield gxe.ExpectColumnValuesToBeUnique(column=key[0])
        else:
            yield gxe.ExpectCompoundColumnsToBeUnique(column_list=key)
    for column, values in contract.get("accepted", {}).items():
        if column in there:
            yield gxe.ExpectColumnValuesToBeInSet(column=column, value_set=list(values))
    for column, (low, high) in contract.get("ranges", {}).items():
        if column in there and (low is not None or high is not None):
            kind = schema.field(column).type
            yield gxe.ExpectColumnValuesToBeBetween(
                column=column, min_value=bound(low, kind), max_value=bound(high, kind)
            )


def open_context(docs: Path) -> EphemeralDataContext:
    """A GX project in memory whose only trace is the Data Docs site in the given folder; it sends nothing anywhere."""
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
        data_docs_sites={
            SITE: {
                "class_name": "SiteBuilder",
                "show_how_to_buttons": False,
                "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs)},
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            }
        },
    )
    context = gx.get_context(mode="ephemeral", project_config=config)
    assert isinstance(context, EphemeralDataContext)
    return context


def failure(result: Any, contract: Mapping[str, Any], schema: pa.Schema) -> dict[str, Any]:
    """What may be told about one failed expectation: its name, its columns, how many rows."""
    config = result.expectation_config
    columns = config.kwargs.get("column") or ", ".join(config.kwargs.get("column_list", ()))
    if config.type == "expect_table_columns_to_match_ordered_list":
        odd = set(contract["columns"]).symmetric_difference(schema.names)
        columns = ", ".join(sorted(odd)) or "(order)"
    return {
        "expectation": config.type,
        "column": columns,
        "unexpected": result.result.get("unexpected_count") if result.result else None,
    }


def validate(context: EphemeralDataContext, table: Mapping[str, Any], release: str) -> dict[str, Any]:
    """Validate one requested table: {table, success, rows, evaluated, failed}. Raises where its file cannot be read."""
    name, contract = table["table"], table["contract"]
    arrow = pq.read_table(table["parquet"])
    frame = arrow.to_pandas(types_mapper=pd.ArrowDtype)
    data = context.data_sources.add_pandas(name).add_dataframe_asset(name).add_batch_definition_whole_dataframe(name)
    suite = gx.ExpectationSuite(name=name, expectations=list(expectations(contract, arrow.schema)))
    definition = gx.ValidationDefinition(name=name, data=data, suite=context.suites.add(suite))
    outcome = context.validation_definitions.add(definition).run(
        batch_parameters={"dataframe": frame}, result_format=COUNTS_ONLY, run_id=RunIdentifier(run_name=release)
    )
    failed = [failure(result, contract, arrow.schema) for result in outcome.results if not result.success]
    return {
        "table": name,
        "success": not failed,
        "rows": arrow.num_rows,
        "evaluated": len(outcome.results),
        "failed": sorted(failed, key=lambda row: (row["expectation"], row["column"])),
    }


def withhold_exceptions(context: EphemeralDataContext) -> None:
    """Replace what an expectation that broke has to say: the message of a failed cast quotes the cell."""
    store = context.validation_results_store
    neutral = {
        "raised_exception": True,
        "exception_message": "The expectation could not be evaluated.",
        "exception_traceback": "",
    }
    for key in store.list_keys():
        kept: Any = store.get(key)
        for result in kept.results:
            info = result.exception_info or {}
            # Flat for an expectation that broke, keyed by metric for one whose metric broke; the site reads both.
            if "raised_exception" not in info:
                result.exception_info = {f"metric {number}": neutral for number, _ in enumerate(info, start=1)}
            elif info["raised_exception"]:
                result.exception_info = neutral
        store.set(key, kept)


STYLE = """body { font: 16px/1.5 sans-serif; margin: 1rem }
table { border-collapse: collapse; margin: .5rem 0 }
td, th { border: 1px solid #888; padding: .3rem .6rem; text-align: left; vertical-align: top }
.fas::before { font: bold 1rem sans-serif }
.fa-check-circle::before { content: "kept" }
.fa-times::before, .fa-exclamation-triangle::before { content: "broken" }
footer, .navbar, .page-contents, .modal, .cooltip .top, .d-none { display: none }"""


def seal(docs: Path) -> None:
    """Make the Data Docs readable offline and silent: GX links scripts, styles and pictures of other hosts."""
    remote = re.compile(
        r"<script\b[^>]*\bsrc=[\"']https?:.*?</script>|<(?:link|img)\b[^>]*\b(?:href|src)=[\"']https?:[^>]*>",
        re.DOTALL | re.IGNORECASE,
    )
    policy = "default-src 'self' file: data: 'unsafe-inline'"
    head = f'<head><meta http-equiv="Content-Security-Policy" content="{policy}"><style>{STYLE}</style>'
    for page in sorted(docs.rglob("*.html")):
        text = remote.sub("", page.read_text(encoding="utf-8"))
        page.write_text(text.replace("<head>", head, 1), encoding="utf-8")


def write_index(docs: Path, release: str, tables: Sequence[Mapping[str, Any]]) -> None:
    """Replace GX's front page, whose list is drawn by a script from another host, by a plain table."""
    rows = []
    for table in tables:
        name = table["table"]
        page = next(docs.glob(f"validations/**/{name}-{name}.html")).relative_to(docs).as_posix()
        verdict = "kept" if table["success"] else f"{len(table['failed'])} broken"
        cells = (f'<a href="{escape(page)}">{escape(name)}</a>', str(table["rows"]), str(table["evaluated"]), verdict)
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    heading = "".join(f'<th scope="col">{word}</th>' for word in ("Table", "Rows", "Expectations", "Outcome"))
    (docs / "index.html").write_text(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Data quality, {escape(release)}</title>'
        f"<style>{STYLE}</style></head><body><h1>Data quality, {escape(release)}</h1>"
        f"<table><thead><tr>{heading}</tr></thead><tbody>{''.join(rows)}</tbody></table></body></html>\n",
        encoding="utf-8",
    )


def check(request: Mapping[str, Any]) -> dict[str, Any]:
    """Validate every table, write `data_quality.json` and `data_docs/` into its log folder, and sum up."""
    log = Path(request["log"])
    docs = log / "data_docs"
    log.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(docs, ignore_errors=True)
    context = open_context(docs.resolve())
    tables = [validate(context, table, request["release"]) for table in request["tables"]]
    withhold_exceptions(context)
    context.build_data_docs()
    seal(docs)
    write_index(docs, request["release"], tables)
    summary: dict[str, Any] = {
        "success": all(table["success"] for table in tables),
        "evaluated": sum(table["evaluated"] for table in tables),
    }
    record = {"release": request["release"], **summary, "tables": tables}
    (log / "data_quality.json").write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    failed = [{"table": table["table"], **row} for table in tables for row in table["failed"]]
    return {**summary, "failed": failed}


def explain(kind: type[BaseException], error: BaseException, _: TracebackType | None) -> None:
    """Say in one sentence on standard error why the check could not run; Python then ends with 1.

    Only the kind of the error, and the file of a file error: the message of a reader may quote a cell.
    """
    where = f" ({error.filename})" if isinstance(error, OSError) and error.filename else ""
    print(f"data quality: could not run: {kind.__name__}{where}: see the request", file=sys.stderr)


def end_with(requests: int) -> None:
    """End at once when the other end of standard input closes: who asked is gone, and another run may write here."""
    with contextlib.suppress(OSError):
        while os.read(requests, 1):
            pass
    os._exit(1)


def main(requests: TextIO, answers: TextIO) -> int:
    """Read one request, answer it in one line; 0 when the check ran, whatever it found, 1 when no request came."""
    line = requests.readline()
    if not line.strip():
        print("data quality: no request came: send one line of JSON", file=sys.stderr)
        return 1
    threading.Thread(target=end_with, args=(requests.fileno(),), daemon=True).start()
    # GX prints now and then; the answer must be the only thing on standard output.
    with redirect_stdout(sys.stderr):
        answer = check(json.loads(line))
    print(json.dumps(answer, ensure_ascii=False), file=answers, flush=True)
    return 0


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    sys.excepthook = explain
    sys.exit(main(sys.stdin, sys.stdout))
