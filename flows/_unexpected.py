"""Tells of an error that nobody foresaw by its kind and where it arose: its own text may quote what a row holds."""

import traceback
from pathlib import Path

from sources._problem import Problem
from sources._strict import ROOT

_OURS = ("flows", "sources", "models", "reports")


def unexpected(error: BaseException) -> Problem | None:
    """What may be said of an error, wherever it is read; a Problem says it itself.

    None for what is no error: an interruption, or what a scheduler ends a run with.
    """
    if isinstance(error, Problem):
        return error
    # What a library in Rust panics with is no Exception, and its text may quote a cell all the same.
    if not isinstance(error, Exception) and type(error).__module__ != "pyo3_runtime":
        return None
    frames = [(Path(frame.f_code.co_filename), line) for frame, line in traceback.walk_tb(error.__traceback__)]
    ours = [f"{path.relative_to(ROOT)}:{line}" for path, line in frames if _is_ours(path)]
    return Problem(
        ours[-1] if ours else "programmet",
        f"oväntat fel av slaget {type(error).__name__}",
        do="felanmäl det med den här raden",
    )


def _is_ours(path: Path) -> bool:
    return path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in _OURS
