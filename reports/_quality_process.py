"""Starts the data quality check early as a process of its own and asks it later; never imports great_expectations."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict


class Contract(TypedDict, total=False):
    """What a table promises; a part left out is not checked, except the columns, which are always given."""

    columns: Mapping[str, str]  # name → DuckDB type, in the table's order
    key: Sequence[str]  # unique together
    not_null: Sequence[str]
    accepted: Mapping[str, Sequence[Any]]
    ranges: Mapping[str, Sequence[Any]]  # column → [min | null, max | null]; dates as ISO text
    rows: Sequence[int | None]  # [min | null, max | null]


class TableRequest(TypedDict):
    """One table to check: its name, where its Parquet file is, and what it promises."""

    table: str
    parquet: str
    contract: Contract


class QualityRequest(TypedDict):
    """What the checking process is asked, as one line of JSON."""

    log: str
    release: str
    tables: Sequence[TableRequest]


@dataclass(frozen=True, kw_only=True)
class FailedExpectation:
    """One broken promise: where it is, never what the cell holds."""

    table: str
    expectation: str
    column: str  # several are joined with ", "; "" where the whole table is meant
    unexpected: int | None  # rows, or None where counting them means nothing


@dataclass(frozen=True, kw_only=True)
class QualityResult:
    """The answer: did every table keep its promises, and how many were looked at."""

    success: bool
    evaluated: int
    failed: tuple[FailedExpectation, ...]


class QualityError(RuntimeError):
    """The check could not run; this says nothing about the data."""


def start() -> subprocess.Popen[str]:
    """Start the checking process, which spends its first seconds on importing great_expectations.

    Whoever starts it must `ask` and `finish` it or close its standard input; then it ends by itself.
    """
    root = str(Path(__file__).resolve().parent.parent)
    search = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(search), "GX_ANALYTICS_ENABLED": "false"}
    # -P: a folder named "reports" where the user happens to stand must not be taken for ours.
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "reports.quality"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**environment, "PYTHONUTF8": "1"},
    )


def ask(process: subprocess.Popen[str], request: QualityRequest) -> None:
    """Send the request to a process from `start`; it works while the caller does something else, then `finish`."""
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # it ended early; `finish` tells why
        process.stdin.write(json.dumps(request, ensure_ascii=False) + "\n")
        process.stdin.flush()


def finish(process: subprocess.Popen[str], *, timeout: float = 600.0) -> QualityResult:
    """Wait (seconds) for the answer of a process that has been asked.

    Data that break their contract are an answer, not an error. Raises QualityError when the check could not run.
    """
    # Its standard input stays open while it works: when that closes, whoever asked is gone, and so is it.
    lifeline, process.stdin = process.stdin, None
    try:
        answer, complaint = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.communicate()
        raise QualityError(f"data quality: no answer within {timeout:g} s: check the size of the tables") from error
    finally:
        if lifeline is not None:
            with contextlib.suppress(BrokenPipeError):
                lifeline.close()
    if process.returncode != 0:
        lines = complaint.strip().splitlines()
        raise QualityError(
            lines[-1] if lines else f"data quality: ended with code {process.returncode}, no reason given"
        )
    if not answer.strip():
        raise QualityError("data quality: ended without an answer")
    said = json.loads(answer.strip().splitlines()[-1])
    return QualityResult(
        success=said["success"],
        evaluated=said["evaluated"],
        failed=tuple(FailedExpectation(**failure) for failure in said["failed"]),
    )
