"""Makes a section that begins a sheet fit that sheet: how high its blocks are, and what can be done about it.

Heights are estimates in points, of the sizes that the DOCX and PDF templates set; a sheet is taken to hold a little
less than it does.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from reports._measure import line_count

Laid = dict[str, Any]
SHEET = 738.0  # between the header and the footer of an A4
GAP = 14.0  # between what stands abreast
_SMALLER = (1.0, 0.93, 0.86, 0.8, 0.74, 0.68)  # how much smaller charts are tried
_READABLE = 0.6  # of the width at which a chart's letters are those of the text: no smaller
_TEXT, _SMALL, _SMALLEST, _KEY = (8.5, 9.8), (7.5, 8.7), (7.0, 8.1), (14.0, 16.2)  # size and line
_HEADINGS = {2: ((9.5, 11.0), 7.0), 3: ((8.5, 9.8), 5.0)}
_BESIDE = (0.44, 0.56)  # of the width: a chart, and what is said of it
_SHARES = (1.0, 1.25, 1.5)  # how wide columns of texts are to each other
_OVERHANG = 1.3  # so many times as high as the chart may be what stands beside it
_SPACER = 2.0
_TEXTS = ("paragraph", "bullets", "spoken")


def fitted(section: Laid, width: float) -> Laid:
    """The section with texts beside its charts, as large as lets it fit a sheet, or as small as can be read."""
    title = f"{section['kicker']}: {section['title']}" if section["kicker"] else section["title"]
    room = SHEET - 9.0 - 15.0 * line_count(title, 13.0, width, bold=True)
    arranged = _beside(section["blocks"], width)
    for scale, is_balanced in itertools.product(_SMALLER, (False, True)):
        blocks = [_scaled(block, scale) for block in arranged]
        blocks = [_balanced(block) for block in blocks] if is_balanced else blocks
        if height(blocks, width) <= room:
            break
    return section | {"blocks": blocks}


def height(blocks: Sequence[Laid], width: float) -> float:
    """How high the blocks are, one below the other, in a column of this width."""
    return sum(_HEIGHTS[block["kind"]](block, width) for block in blocks)


def _lines(text: str, width: float, font: tuple[float, float], *, bold: bool = False) -> float:
    return line_count(text, font[0], width, bold=bold) * font[1] if text else 0.0


def _paragraph(block: Laid, width: float) -> float:
    changed = _lines(block["changed"], width - 9, _TEXT) + 3 if block["changed"] else 0.0
    return _lines(block["text"], width - (9 if block["voice"] == "missing" else 0), _TEXT) + 3 + changed


def _bullets(block: Laid, width: float) -> float:
    return sum(_lines(item, width - 15, _TEXT) + 1 for item in block["items"])


def _spoken(block: Laid, width: float) -> float:
    return 10.5 + height(block["blocks"], width - 9)


def _heading(block: Laid, width: float) -> float:
    font, space = _HEADINGS[block["level"]]
    return _lines(block["text"], width, font, bold=True) + space


def _key_figures(block: Laid, width: float) -> float:
    share = (width - 2 * GAP) / 3
    return _SPACER + max(
        _lines(figure["value"], share, (10.5, 12.1) if figure["is_missing"] else _KEY, bold=True)
        + _lines(figure["title"], share, _TEXT, bold=True)
        + sum(_lines(line, share, _SMALL) for line in (*figure["details"], figure["verdict"]))
        + (9.0 if figure["mark"] else 0.0)
        + 1.0
        for figure in block["figures"]
    )


def _table(block: Laid, width: float) -> float:
    widths = [column["width"] - 8 for column in block["columns"]]
    heads = zip(block["columns"], widths, strict=True)
    top = max(_lines(column["title"], wide, _SMALL, bold=True) for column, wide in heads) + 3
    rows = sum(
        max(
            _lines(cell["text"], wide, _SMALL, bold=wide is widths[0]) + _lines(cell["small"], wide, _SMALLEST)
            for cell, wide in zip(row, widths, strict=True)
        )
        + 2.5
        for row in block["rows"]
    )
    around = sum(_lines(text, width, _SMALL) + 5 for text in (block["caption"], block["note"]) if text)
    return top + rows + around + _SPACER + (9.0 if block["mark"] else 0.0)


def _chart(block: Laid, width: float) -> float:
    caption = f"Diagram 00. {block['caption']} {block['see']}"
    above = _heading(block | {"text": block["finding"]}, width) if block["finding"] else 0.0
    above += 9.0 if block["mark"] else 0.0
    return above + float(block["height"]) + _lines(caption, width, _SMALL) + 5


def _abreast(block: Laid, width: float) -> float:
    return _SPACER + max(_chart(chart, (width - GAP) / 2) for chart in block["charts"])


def _columns(block: Laid, width: float) -> float:
    return _SPACER + max(height(column, wide) for column, wide in zip(block["columns"], block["widths"], strict=True))


_HEIGHTS: dict[str, Callable[[Laid, float], float]] = {
    "paragraph": _paragraph,
    "bullets": _bullets,
    "spoken": _spoken,
    "heading": _heading,
    "key_figures": _key_figures,
    "table": _table,
    "chart": _chart,
    "abreast": _abreast,
    "columns": _columns,
}


def _scaled(block: Laid, scale: float) -> Laid:
    """The block with its pictures smaller."""
    match block["kind"]:
        case "chart":
            least = min(block["width"], _READABLE * block["most"])
            return sized(block, max(least, block["width"] * scale))
        case "abreast":
            return block | {"charts": [_scaled(chart, scale) for chart in block["charts"]]}
        case "columns":
            return block | {"columns": [[_scaled(each, scale) for each in column] for column in block["columns"]]}
    return block


def _balanced(block: Laid) -> Laid:
    """Columns of texts as wide as makes them lowest: what has most to say gets most room."""
    if block["kind"] != "columns" or any(each["kind"] == "chart" for column in block["columns"] for each in column):
        return block
    room = sum(block["widths"])
    shares = itertools.product(_SHARES, repeat=len(block["widths"]))
    tries = [block, *(block | {"widths": [room * each / sum(share) for each in share]} for share in shares)]
    return min(tries, key=lambda each: _columns(each, room))


def sized(chart: Laid, width: float) -> Laid:
    """A chart in a width; a small drawing is not blown up to fill it."""
    width = min(width, chart["most"])
    return chart | {"width": round(width, 1), "height": round(width * chart["shape"], 1)}


def _beside(blocks: Sequence[Laid], width: float) -> list[Laid]:
    """Texts side by side: what is said of a half chart to its right, one before a large chart to its left, or two."""
    half = [(width - GAP) / 2] * 2
    narrow, wide = ((width - GAP) * share for share in _BESIDE)
    groups = _groups(blocks)
    laid: list[Laid] = []
    while groups:
        left, right, widths = groups.pop(0), list[Laid](), half
        chart = groups[0][0] if groups and groups[0][0]["kind"] == "chart" and not groups[0][0]["is_half"] else None
        if left[0]["kind"] == "chart" and left[0]["is_half"]:
            title = {"kind": "heading", "level": left[0]["level"], "text": left[0]["finding"]}
            beside = [sized(left[0] | {"finding": ""}, narrow)]
            room = height(beside, narrow) * _OVERHANG
            while groups and _is_text(groups[0]) and height([*right, *groups[0]], wide) <= room:
                right += groups.pop(0)
            if right:
                laid.append(title)
                left, widths = beside, [narrow, wide]
        elif chart and left[0]["kind"] in _TEXTS and height(left, narrow) <= height([sized(chart, wide)], wide):
            right, widths = [sized(groups.pop(0)[0], wide)], [narrow, wide]
        elif left[0]["kind"] == "heading" and _is_text(left) and groups and _is_text(groups[0]):
            right = groups.pop(0)
        laid += [{"kind": "columns", "columns": [left, right], "widths": widths}] if right else left
    return laid


def _groups(blocks: Sequence[Laid]) -> list[list[Laid]]:
    """Texts with the heading they stand under, and everything else by itself."""
    groups: list[list[Laid]] = []
    for block in blocks:
        if block["kind"] in _TEXTS and groups and groups[-1][0]["kind"] in (*_TEXTS, "heading"):
            groups[-1].append(block)
        else:
            groups.append([block])
    return groups


def _is_text(group: Sequence[Laid]) -> bool:
    return len(group) > 1 or group[0]["kind"] in _TEXTS
