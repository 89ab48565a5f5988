"""Reads SPSS files (.sav): pyreadstat (Apache-2.0, wraps ReadStat), in a process of its own that may crash.

No reader of ours: the format has three generations of headers, two encodings and a compression of its own.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Literal

import polars as pl

from sources._problem import Problem
from sources._sav_reader import MOST_ANSWER, MOST_CELLS, TOO_LARGE

MAGIC = b"$FL2"
COMPRESSED = b"$FL3"
_READER = Path(__file__).with_name("_sav_reader.py")
_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class Sav:
    """cells: codes as text, with `row_number`. texts: each column's question. labels: of each column, code → text."""

    cells: pl.DataFrame
    texts: dict[str, str]
    labels: dict[str, dict[str, str]]


def read_sav(content: bytes, where: str) -> Sav:
    """The content of an SPSS file. Only what is empty in it is null: values that it declares missing stand as codes.

    Raises Problem for one that cannot be read, that is too large, or that its reader cannot survive.
    """
    if content.startswith(COMPRESSED):
        raise Problem(where, "SPSS-filen är packad (ZSAV)", do="spara den som SAV utan ZLIB-komprimering")
    with TemporaryFile() as answer:  # without a name, and as large as the reader is allowed to make it
        try:
            done = subprocess.run(
                [sys.executable, "-I", str(_READER)],
                input=content,
                stdout=answer,
                stderr=subprocess.DEVNULL,  # it may quote the file
                timeout=_SECONDS,
                check=False,
                env={"OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"},
            )
        except subprocess.TimeoutExpired:
            raise _unreadable(where, "läsningen tog för lång tid") from None
        answer.seek(0)
        told = answer.read(MOST_ANSWER)
    if done.returncode == TOO_LARGE:
        raise Problem(where, "SPSS-filen är orimligt stor", found=f"över {MOST_CELLS} celler", do="dela upp den")
    if done.returncode != 0:
        raise _unreadable(where, "filen är skadad eller av ett annat slag")
    try:
        found = json.loads(told)
        names, cells = found["columns"], found["cells"]
        frame = pl.DataFrame({name: cells[name] for name in names}, schema=dict.fromkeys(names, pl.String))
        texts = {str(name): str(text or "") for name, text in found["texts"].items()}
        labels = {
            str(name): {str(code): str(text) for code, text in of.items()} for name, of in found["labels"].items()
        }
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, pl.exceptions.PolarsError):
        raise _unreadable(where, "filen är skadad eller av ett annat slag") from None
    if frame.is_empty() or "row_number" in names:
        raise _unreadable(where, "filen har inga rader")
    if _declared_rows(content) not in (-1, frame.height):
        raise _unreadable(where, f"filen har {frame.height} rader men säger sig ha ett annat antal")
    return Sav(cells=frame.with_row_index("row_number", offset=1), texts=texts, labels=labels)


def _declared_rows(content: bytes) -> int:
    """How many rows the header says there are; -1 where it says that it does not know.

    PSPP's description of the format: int32 `layout_code` (2 or 3) at 64 gives the order of bytes; `ncases` is at 80.
    """
    order: Literal["little", "big"] = "little" if int.from_bytes(content[64:68], "little") in (2, 3) else "big"
    return int.from_bytes(content[80:84], order, signed=True)


def _unreadable(where: str, found: str) -> Problem:
    return Problem(where, "SPSS-filen går inte att läsa", found=found, do="spara den på nytt som SAV, CSV eller XLSX")
