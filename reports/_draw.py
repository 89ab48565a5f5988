"""Draws Vega-Lite specifications in the house's one style, as SVG and PNG: the same bytes wherever and whenever.

Nothing is measured with the machine's fonts: where a text stands is decided by whoever writes the specification, with
`width_of`. Drawing is what takes time in a report of 290 municipalities, so each kind of chart is compiled once, and
what a folder remembers is not drawn again.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

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
# The advance widths of Arial and Liberation Sans, in thousandths of the size, as tests measure them in a drawing, bold
# too. `_measure.py` has the metrics of the typeface for paper, where a text must rather be taken as too wide.
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
    return _tidy(ElementTree.fromstring(drawn), {stand_in: text for text, stand_in in texts.items()})


def png(spec: Spec, scale: float = 2.0) -> bytes:
    """The specification as a picture, `scale` pixels to each of its units."""
    picture: bytes = vl_convert.svg_to_png(svg(spec), scale=scale)
    return picture


def serif(drawing: str) -> str:
    """The drawing with the letters that the PDF embeds."""
    return drawing.replace(f'font-family="{_FONTS}"', f'font-family="{_SERIF}"', 1)


def draw_many(specs: Iterable[Spec], remembered: Path | None = None) -> list[str]:
    """Each specification as `svg` draws it, in their order.

    remembered: a folder in which drawings lie from the last time, by what they were drawn from. Afterwards it holds
    those of this call and no others.
    """
    wanted = [json.dumps(spec, ensure_ascii=False) for spec in specs]
    keys = [hashlib.sha256(f"{_made_by()}\n{text}".encode()).hexdigest() for text in wanted]
    known = _recalled(remembered, set(keys)) if remembered else {}
    missing = {key: text for key, text in zip(keys, wanted, strict=True) if key not in known}
    drawn = {key: svg(json.loads(text)) for key, text in missing.items()}
    if remembered:
        for key, drawing in drawn.items():
            fresh = remembered / f".{key}.tmp"
            fresh.write_text(f"{_sum(drawing)}\n{drawing}", encoding="utf-8", newline="\n")
            os.replace(fresh, remembered / f"{key}.svg")
    return [known.get(key) or drawn[key] for key in keys]


def _recalled(folder: Path, keys: set[str]) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    known = {}
    for path in folder.glob("*.svg"):
        if path.stem not in keys:
            path.unlink()
            continue
        told, _, drawing = path.read_bytes().decode("utf-8", "replace").partition("\n")
        if told == _sum(drawing):  # not what a power cut left half-written
            known[path.stem] = drawing
    return known


def _sum(drawing: str) -> str:
    return hashlib.sha256(drawing.encode()).hexdigest()


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
_ADDED = {"role", "class", "version", "pointer-events", "stroke-miterlimit", "font-family"}
_FINE = re.compile(r"\d+\.\d{2,}(?:e-\d+)?")


def _tidy(element: ElementTree.Element, texts: Mapping[str, str]) -> str:
    """An element without wrappers, roles and decimals that nobody sees, and with the texts in their places."""
    name = element.tag.rpartition("}")[2]
    inner = escape(texts[element.text], quote=False) if element.text else ""
    inner += "".join(_tidy(child, texts) for child in element)
    attributes = {key: value for key, value in element.items() if key not in _ADDED and not key.startswith("aria-")}
    if attributes.get("transform") == "translate(0,0)":
        del attributes["transform"]
    if name == "g" and not (attributes and inner):
        return inner
    if name == "path" and not attributes.keys() & {"fill", "stroke"}:
        return ""  # the frame of a group
    if name == "svg":
        attributes = {"xmlns": "http://www.w3.org/2000/svg", "font-family": _FONTS, **attributes}
    written = "".join(f' {key}="{_FINE.sub(_coarse, value)}"' for key, value in attributes.items())
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


def _coarse(found: re.Match[str]) -> str:
    return f"{float(found[0]):.1f}".removesuffix(".0")
