"""Draws Vega-Lite specifications in the house's one style, as SVG and PNG: the same bytes wherever and whenever.

Nothing is measured with the machine's fonts: where a text stands is decided by whoever writes the specification, with
`width_of`. Drawing is what takes time in a report of 290 municipalities, so each kind of chart is compiled once, all
processors draw, and what a folder remembers is not drawn again.
"""

from __future__ import annotations

import functools
import hashlib
import json
import multiprocessing
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

import vl_convert

Spec = Mapping[str, Any]

# The width of every chart in its own units: a telephone shows it at four fifths, a column of a desk or an A4 at more.
WIDTH = 420
SIZE = 13  # of text; 10 pixels on a telephone
SMALL = 12

INK, SOFT, BLUE, GREY, LINE = "#1c2b36", "#4a5b67", "#17506e", "#6b7780", "#c9d3da"
BAND, BAND_EDGE, BAR = "#cfe1ea", "#5b8ba5", "#2f6f93"
PROMISE, MADE, MADE_INK = "#edeff1", "#a08a5c", "#5a3c00"
# From light to dark; the last is read with white text.
SHADES = ("#f4f8fa", "#d3e4ec", "#aecddc", "#7fb0c8", "#2b6687")
WHITE = "#ffffff"

_FONTS = "Liberation Sans, Arial, Helvetica, sans-serif"
_SERIF = "Libertinus Serif"
# The advance widths of Arial and Liberation Sans, in thousandths of the size.
_WIDTHS = {
    letter: width
    for width, letters in {
        191: "'",
        222: "ijl|",
        278: "ft.,:;/! I\u00a0[]",
        333: "r()-",
        500: "ckszvxyJ",
        556: "abdeghnopqu0123456789–LåäöéüáèEÉ?",
        584: "+<=>−",
        611: "FTZ",
        667: "ABKPSVXYÅÄ",
        722: "CDHNRUwÜ",
        778: "GOQÖ",
        833: "mM",
        889: "%",
        944: "W",
    }.items()
    for letter in letters
}


def width_of(text: str, size: float = SIZE, *, bold: bool = False) -> float:
    """How wide a text is, in the chart's units; a letter nobody has measured counts as a wide one."""
    return sum(_WIDTHS.get(letter, 833) for letter in text) * size / 1000 * (1.08 if bold else 1)


def svg(spec: Spec) -> str:
    """The specification drawn: an SVG without ids, styles, scripts, references or roles, to stand in a page or alone.

    What is said of it (role, title, description) is for whoever shows it to add. The texts of a specification are in
    the field `text` of its datasets, and its own numbers in `params`.
    """
    # The library measures each letter of each text, which takes most of its time and moves nothing here: it gets one
    # letter in the place of each text.
    texts: dict[str, str] = {}
    data = {
        name: [
            {**row, "text": texts.setdefault(row["text"], chr(_FIRST_STAND_IN + len(texts)))} if "text" in row else row
            for row in rows
        ]
        for name, rows in spec["datasets"].items()
    }
    signals = {param["name"]: param["value"] for param in spec["params"]}
    compiled = _compiled(_structure(spec))
    drawn: str = vl_convert.vega_to_svg(
        {
            **compiled,
            "data": [
                {**each, "values": data[each["name"]]} if each["name"] in data else each for each in compiled["data"]
            ],
            "signals": [{**each, "value": signals.get(each["name"])} for each in compiled["signals"]],
        },
        allowed_base_urls=[],
    )
    return _tidy(drawn, {stand_in: text for text, stand_in in texts.items()})


def png(spec: Spec, scale: float = 2.0) -> bytes:
    """The specification as a picture, `scale` pixels to each of its units."""
    picture: bytes = vl_convert.svg_to_png(svg(spec), scale=scale)
    return picture


def serif(drawing: str) -> str:
    """The drawing with the letters that the PDF embeds."""
    return drawing.replace(f'font-family="{_FONTS}"', f'font-family="{_SERIF}"', 1)


def draw_many(specs: Iterable[Spec], remembered: Path | None = None) -> list[str]:
    """Each specification as `svg` draws it, in their order, on every processor where there are many to draw.

    remembered: a folder in which drawings lie from the last time, by what they were drawn from. Afterwards it holds
    the drawings of this call and no others, so each caller has a folder of its own.
    """
    wanted = [json.dumps(spec, ensure_ascii=False) for spec in specs]
    keys = [hashlib.sha256(f"{_made_by()}\n{text}".encode()).hexdigest() for text in wanted]
    known = _recalled(remembered, set(keys)) if remembered else {}
    missing = {key: text for key, text in zip(keys, wanted, strict=True) if key not in known}
    drawn = dict(zip(missing, _drawn([*missing.values()]), strict=True))
    if remembered:
        for key, drawing in drawn.items():
            fresh = remembered / f"{key}.new"
            fresh.write_text(drawing, encoding="utf-8", newline="\n")
            os.replace(fresh, remembered / f"{key}.svg")
    return [known.get(key) or drawn[key] for key in keys]


# Starting a process with a drawing library in it takes as long as drawing this many charts.
_WORTH_A_PROCESS = 120


def _drawn(texts: Sequence[str]) -> list[str]:
    processes = min(os.cpu_count() or 1, len(texts) // _WORTH_A_PROCESS + 1)
    if processes == 1:
        return [_draw(text) for text in texts]
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(_draw, texts, chunksize=20))


def _draw(text: str) -> str:
    return svg(json.loads(text))


def _recalled(folder: Path, keys: set[str]) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    known = {}
    for path in folder.iterdir():
        if path.suffix == ".svg" and path.stem in keys:
            known[path.stem] = path.read_text(encoding="utf-8")
        else:
            path.unlink()
    return known


@functools.cache
def _made_by() -> str:
    """What a drawing depends on beside its specification: the library and this file."""
    own = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    return f"{version('vl-convert-python')} {vl_convert.get_vega_version()} {own}"


def _structure(spec: Spec) -> str:
    """The specification without its figures, which all charts of a kind and size share."""
    return json.dumps(
        {
            **spec,
            "datasets": {name: [] for name in spec["datasets"]},
            "params": [{"name": param["name"], "value": 0} for param in spec["params"]],
        }
    )


@functools.lru_cache(maxsize=256)
def _compiled(structure: str) -> dict[str, Any]:
    compiled: dict[str, Any] = vl_convert.vegalite_to_vega(structure)
    return compiled


# --- What the library writes, made fit to stand in a page -------------------------------------------------------------

_FIRST_STAND_IN = 0x100  # Ā and on: letters that every font has and that are quick to measure
_TEXT = re.compile(r">(.)</text>")
_ADDED = re.compile(
    r' (?:role|class|version|pointer-events|stroke-miterlimit|xmlns:xlink|aria-[a-z]+|font-family)="[^"]*"'
)
_UNSEEN = re.compile(
    r'<path(?: transform="[^"]*")?(?: d="(?:M0,0h[0-9.]+v[0-9.]+h-?[0-9.]+Z)?")?(?: display="none")?/>'
)
_NOT_MOVED = re.compile(r' transform="translate\(0,0\)"')
_EMPTY = re.compile(r"<g(?: [^>]*)?(?:/>|></g>)")
_PLAIN = re.compile(r"<g>((?:(?!</?g[ >]).)*)</g>")
_FINE = re.compile(r"\d+\.\d{2,}(?:e-\d+)?")
_TAG = re.compile(r"<[^>]+>")


def _tidy(drawn: str, texts: Mapping[str, str]) -> str:
    """Without wrappers, roles and decimals nobody sees, and with the texts in their places."""
    drawn = _UNSEEN.sub("", _NOT_MOVED.sub("", _ADDED.sub("", drawn)))
    drawn = _TAG.sub(lambda tag: _FINE.sub(lambda number: f"{float(number[0]):.1f}".removesuffix(".0"), tag[0]), drawn)
    before = ""
    while before != drawn:
        before, drawn = drawn, _PLAIN.sub(r"\1", _EMPTY.sub("", drawn))
    drawn = drawn.replace("<svg ", f'<svg font-family="{_FONTS}" ', 1)
    return _TEXT.sub(lambda found: f">{escape(texts[found[1]], quote=False)}</text>", drawn)
