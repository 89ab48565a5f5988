"""Run as a process of its own: an SPSS file on standard input becomes JSON on standard output, or the process ends.

The reader is C that was never meant for files from outside. Here it has nothing but the file: no names of other files,
little memory, little time, and nowhere to write but the answer.
"""

import io
import json
import math
import os
import resource
import sys

MOST_COLUMNS = 3_000
MOST_CELLS = 5_000_000
MOST_ANSWER = 200_000_000
TOO_LARGE = 3
_MEMORY = 2 * 1024**3
_SECONDS = 60


def main() -> None:
    """Read, limit, write: the columns' names, question texts, value labels, and the cells as text."""
    content = sys.stdin.buffer.read()
    import pyreadstat

    for limit, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _SECONDS),
        (resource.RLIMIT_FSIZE, MOST_ANSWER),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    _, about = pyreadstat.read_sav(io.BytesIO(content), metadataonly=True, disable_datetime_conversion=True)
    columns, rows = len(about.column_names), about.number_rows or 0
    if columns > MOST_COLUMNS or columns * rows > MOST_CELLS:
        sys.exit(TOO_LARGE)
    cells, about = pyreadstat.read_sav(
        io.BytesIO(content),
        output_format="dict",
        user_missing=True,  # what is no answer is for the codebook to say
        disable_datetime_conversion=True,
        row_limit=MOST_CELLS // max(columns, 1),
    )
    found = {
        "columns": list(about.column_names),
        "texts": dict(zip(about.column_names, about.column_labels, strict=True)),
        "labels": {
            name: {_text(code): str(label) for code, label in labels.items()}
            for name, labels in about.variable_value_labels.items()
        },
        "cells": {name: [_text(cell) for cell in column] for name, column in cells.items()},
    }
    json.dump(found, sys.stdout)


def _text(cell: object) -> str | None:
    if isinstance(cell, float):
        if not math.isfinite(cell):
            return None
        return str(int(cell)) if cell == int(cell) else repr(cell)
    return None if cell is None else str(cell)


if __name__ == "__main__":
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    main()
