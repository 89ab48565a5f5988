"""The data quality check runs Great Expectations for real, names what is broken and quotes no cell."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from reports._quality_process import Contract, QualityError, QualityRequest, QualityResult, ask, finish, start

CONTRACT: Contract = {
    "columns": {"municipality_code": "VARCHAR", "day": "DATE", "status": "VARCHAR", "value": "DOUBLE"},
    "key": ["municipality_code", "day"],
    "not_null": ["municipality_code", "day"],
    "accepted": {"status": ["ok", "suppressed"]},
    "ranges": {"value": [0, 100], "day": ["2020-01-01", None]},
    "rows": [2, 3],
}
GOOD: dict[str, list[Any]] = {
    "municipality_code": ["1415", "1419", "1421"],
    "day": [date(2024, 1, 1)] * 3,
    "status": ["ok", "ok", "suppressed"],
    "value": [1.5, 99.0, None],
}
TABLES: dict[str, pl.DataFrame] = {
    "good": pl.DataFrame(GOOD),
    "duplicate_key": pl.DataFrame({**GOOD, "municipality_code": ["1415", "1415", "1421"]}),
    "null": pl.DataFrame({**GOOD, "municipality_code": ["1415", None, "1421"]}),
    "outside_the_set": pl.DataFrame({**GOOD, "status": ["ok", "hemligcell", "ok"]}),
    "outside_the_range": pl.DataFrame({**GOOD, "value": [1.5, 100.5, -1.0], "day": [date(2019, 1, 1)] * 3}),
    "wrong_type": pl.DataFrame({**GOOD, "value": ["1,5", "hemligcell", None]}),
    "missing_column": pl.DataFrame(GOOD).drop("status"),
    "wrong_order": pl.DataFrame(GOOD).select(list(reversed(GOOD))),
    "too_few_rows": pl.DataFrame(GOOD).head(1),
}


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> tuple[QualityResult, Path]:
    process = start()  # one process for all tests: the import is what takes time
    folder = tmp_path_factory.mktemp("quality")
    for name, frame in TABLES.items():
        frame.write_parquet(folder / f"{name}.parquet")
    request: QualityRequest = {
        "log": str(folder / "log"),
        "release": "2026-08-31-test",
        "tables": [
            {"table": f"output.{name}", "parquet": str(folder / f"{name}.parquet"), "contract": CONTRACT}
            for name in TABLES
        ],
    }
    ask(process, request)
    return finish(process), folder / "log"


def failures(result: QualityResult, table: str) -> set[tuple[str, str, int | None]]:
    return {(f.expectation, f.column, f.unexpected) for f in result.failed if f.table == f"output.{table}"}


def test_a_good_table_keeps_every_promise(checked: tuple[QualityResult, Path]) -> None:
    result, log = checked
    assert failures(result, "good") == set()
    record = json.loads((log / "data_quality.json").read_text(encoding="utf-8"))
    good = next(table for table in record["tables"] if table["table"] == "output.good")
    # columns, rows, 3 types (a date has no name in GX), 2 not null, key, set, 2 ranges
    assert good == {"table": "output.good", "success": True, "rows": 3, "evaluated": 11, "failed": []}


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("duplicate_key", {("expect_compound_columns_to_be_unique", "municipality_code, day", 2)}),
        ("null", {("expect_column_values_to_not_be_null", "municipality_code", 1)}),
        ("outside_the_set", {("expect_column_values_to_be_in_set", "status", 1)}),
        (
            "outside_the_range",
            {("expect_column_values_to_be_between", "value", 2), ("expect_column_values_to_be_between", "day", 3)},
        ),
        ("missing_column", {("expect_table_columns_to_match_ordered_list", "status", None)}),
        ("wrong_order", {("expect_table_columns_to_match_ordered_list", "(order)", None)}),
        ("too_few_rows", {("expect_table_row_count_to_be_between", "", None)}),
    ],
)
def test_a_broken_promise_is_named_and_counted(
    checked: tuple[QualityResult, Path], table: str, expected: set[tuple[str, str, int | None]]
) -> None:
    result, _ = checked
    assert not result.success
    assert failures(result, table) == expected


def test_a_column_of_the_wrong_type_fails_without_stopping_the_check(checked: tuple[QualityResult, Path]) -> None:
    assert ("expect_column_values_to_be_of_type", "value", None) in failures(checked[0], "wrong_type")


def test_no_cell_is_quoted_and_no_other_host_is_asked(checked: tuple[QualityResult, Path]) -> None:
    result, log = checked
    assert "hemligcell" not in str(result)
    pages = [path for path in log.rglob("*") if path.suffix in {".html", ".json"}]
    assert len(pages) >= 1 + 1 + len(TABLES)  # the record, the index, a page of results per table
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "hemligcell" not in text, page
        assert 'src="http' not in text, page
        assert '<link rel="stylesheet" href="http' not in text, page


def test_a_check_that_cannot_run_says_so_in_one_sentence(tmp_path: Path) -> None:
    process = start()
    request: QualityRequest = {
        "log": str(tmp_path / "log"),
        "release": "r",
        "tables": [{"table": "output.x", "parquet": str(tmp_path / "absent.parquet"), "contract": CONTRACT}],
    }
    ask(process, request)
    with pytest.raises(QualityError, match="could not run: FileNotFoundError"):
        finish(process)


def test_starting_the_check_does_not_import_great_expectations() -> None:
    code = "import sys, reports._quality_process; print('great_expectations' in sys.modules, 'pandas' in sys.modules)"
    root = Path(__file__).resolve().parent.parent
    said = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True).stdout
    assert said.split() == ["False", "False"]
