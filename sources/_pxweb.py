"""One reader of all that a PxWeb gives: JSON-stat2 (PxWebApi v2, and v1 on request), v1's own JSON, and PX files.

Read here and not by a library, because a figure must come with its code and its symbol, and half an answer must stop:
`pyjstat` 2.4.0 (Apache-2.0) drops `status`, needs pandas and dies of an answer cut short with an IndexError; `pxwebpy`
0.6.0 (v2 only) makes its own calls, past our pace and our landing zone, and drops `status` too; for PX files see
`_px_file.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import polars as pl

from sources._problem import Problem
from sources._px_file import MOST_CELLS, SYMBOLS, read_px
from sources._read import read_bytes, read_json

CONTENTS = "ContentsCode"
_V1_SYMBOLS = (*SYMBOLS, ":")


@dataclass(frozen=True, kw_only=True)
class Cube:
    """One answer.

    cells: a row per cell and a column of codes per dimension, in the answer's order, with `value` (float, or text as
    the publisher wrote it) and `status` (the symbol that stands in the place of a value or beside it: `..` not
    available, `.` not applicable, `-` nil). labels: of each dimension, code → label; empty where the answer has none.
    """

    title: str
    labels: Mapping[str, Mapping[str, str]]
    cells: pl.DataFrame

    @property
    def dimensions(self) -> list[str]:
        """The names of the dimensions, in the answer's order."""
        return [name for name in self.cells.columns if name not in ("value", "status")]

    def label(self, dimension: str) -> pl.Expr:
        """The label of each cell's code; the code itself where it has none."""
        return pl.col(dimension).replace(dict(self.labels.get(dimension, {})))


def read_cube(raw: Path) -> Cube:
    """Read an answer of any of the three shapes. Raises Problem for a body that is none of them, or not whole."""
    content = read_bytes(raw)
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1].isalpha():
        return _px(content, raw.name)
    body = read_json(raw)
    if isinstance(body, dict) and "columns" in body and "data" in body:
        return _v1(body, raw.name)
    return _jsonstat2(body, raw.name)


def check_dimensions(
    cube: Cube, where: str, *, known: Sequence[str], optional: Sequence[str] = (), do: str = ""
) -> None:
    """Raise Problem unless the answer has every known dimension, but for the optional, and no other."""
    found = cube.dimensions
    if any(name not in known for name in found) or any(name not in found for name in known if name not in optional):
        expected = ", ".join(name for name in known if name not in optional)
        raise Problem(where, "andra dimensioner än väntat", found=", ".join(found), do=do or f"begär {expected}")


def _jsonstat2(body: Any, where: str) -> Cube:
    """`value` is row-major over the dimensions in `id`, or sparse: place → value. `status` holds the symbols."""
    if not isinstance(body, dict) or body.get("class") != "dataset":
        raise Problem(where, "inte ett JSON-stat2-svar", found="'class' är inte 'dataset'", do="begär json-stat2")
    names, sizes = body["id"], body["size"]
    cells = prod(sizes)
    if cells > MOST_CELLS:
        raise Problem(where, "orimligt många värden", found=f"{sizes}", do="dela frågan")
    columns: dict[str, list[str]] = {}
    labels: dict[str, Mapping[str, str]] = {}
    repeat = cells
    for name, size in zip(names, sizes, strict=True):
        category = body["dimension"][name]["category"]
        codes, labels[name] = category_codes(category), category.get("label") or {}
        if len(codes) != size:
            raise Problem(where, "svaret är inte helt", found=f"{name}: {len(codes)} av {size}", do="hämta på nytt")
        repeat //= size
        block = [code for code in codes for _ in range(repeat)]
        columns[name] = block * (cells // len(block))
    values = body["value"]
    if isinstance(values, dict) and all(int(cell) < cells for cell in values):
        values = [values.get(str(cell)) for cell in range(cells)]
    if len(values) != cells:
        found = f"{len(values)} värden av {cells}"
        raise Problem(where, "svaret är inte helt", found=found, do="hämta på nytt eller dela frågan")
    return Cube(
        title=str(body.get("label", "")),
        labels=labels,
        cells=pl.DataFrame(columns).with_columns(
            value=pl.Series(values, dtype=pl.Float64), status=_symbols(body.get("status"), cells)
        ),
    )


def category_codes(category: Mapping[str, Any]) -> list[str]:
    """The codes of a JSON-stat2 category in order: its index may be a list, place by code, or absent for one code."""
    index = category["index"] if "index" in category else list(category["label"])
    return sorted(index, key=index.__getitem__) if isinstance(index, dict) else list(index)


def _symbols(status: Any, cells: int) -> pl.Series:
    """The symbol of each cell: one by place, one for each, or one for all."""
    if isinstance(status, str):
        listed: list[str | None] = [status] * cells
    elif isinstance(status, list):
        listed = status
    else:
        listed = [(status or {}).get(str(cell)) for cell in range(cells)]
    return pl.Series(listed, dtype=pl.String)


def _v1(body: Mapping[str, Any], where: str) -> Cube:
    """`columns` (type d and t: dimensions, c: contents) and `data` (`key` and `values`, all strings).

    Every combination of the codes must be there: a list cut short is still whole JSON.
    """
    names = [column["code"] for column in body["columns"] if column["type"] != "c"]
    contents = [column for column in body["columns"] if column["type"] == "c"]
    keys, rows = [row["key"] for row in body["data"]], [row["values"] for row in body["data"]]
    if any(len(key) != len(names) for key in keys) or any(len(row) != len(contents) for row in rows):
        raise Problem(where, "svaret är inte helt", found="en rad med fel antal fält", do="hämta på nytt")
    cells = pl.DataFrame(keys, schema=dict.fromkeys(names, pl.String), orient="row")
    size = prod(cells[name].n_unique() for name in names)
    if cells.height != size or cells.is_duplicated().any():
        raise Problem(where, "svaret är inte helt", found=f"{cells.height} rader av {size}", do="hämta på nytt")
    stacked = pl.concat(
        cells.with_columns(
            pl.lit(column["code"]).alias(CONTENTS), value=pl.Series([row[at] for row in rows], dtype=pl.String)
        )
        for at, column in enumerate(contents)
    )
    labels = {CONTENTS: {column["code"]: column["text"] for column in contents}}
    return Cube(title="", labels=labels, cells=_parted(stacked))


def _px(content: bytes, where: str) -> Cube:
    px = read_px(content, where)
    repeat, columns = len(px.cells), {}
    for name, codes in px.codes.items():
        repeat //= len(codes)
        block = [code for code in codes for _ in range(repeat)]
        columns[name] = block * (len(px.cells) // len(block))
    cells = pl.DataFrame(columns).with_columns(value=pl.Series(list(px.cells), dtype=pl.String))
    return Cube(title=px.title, labels=px.labels, cells=_parted(cells))


def _parted(cells: pl.DataFrame) -> pl.DataFrame:
    """Values that are symbols moved to `status`."""
    is_symbol = pl.col("value").is_in(list(_V1_SYMBOLS))
    return cells.with_columns(
        value=pl.when(~is_symbol).then(pl.col("value")), status=pl.when(is_symbol).then(pl.col("value"))
    )
