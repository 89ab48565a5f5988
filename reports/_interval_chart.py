"""The same figure of several areas with its interval, one below the other."""

from __future__ import annotations

from collections.abc import Mapping

from reports._draw import (
    BLUE,
    GREY,
    LINE,
    SMALL,
    SOFT,
    WHITE,
    WIDTH,
    width_of,
)
from reports._figure import figure
from reports._language import t
from reports._plot import (
    HATCHING,
    ROW,
    WORDS,
    Json,
    Plot,
    hatching,
    is_shown,
    layer,
    limits,
    lines,
    made_words,
    pixels,
    quantity,
    sentences,
    short_area,
    spec_of,
    strokes,
    tick_texts,
    ticks_between,
    words,
    wrapped,
)
from reports._words import Row, capital, short_period_text


def intervals_spec(
    rows_by_area: Mapping[str, Row], *, unit: str, own: str, line_at: float | None = None
) -> Json | None:
    """The same figure of several areas with its interval, one below the other; None where fewer than two are shown.

    rows_by_area: a row of `output.indicators` for each area's code, in the order to draw them. own: the code of the
    area that the report is about: another mark, and bold. line_at: a value that all are held against, with a line.
    """
    shown = {code: row for code, row in rows_by_area.items() if is_shown(row)}
    if len(shown) < 2:
        return None
    period = rows_by_area[own]["period"] if own in shown else max(row["period"] for row in shown.values())
    names = {
        code: wrapped(
            capital(short_area(row)) + ("" if row["period"] == period else f" ({short_period_text(row)})"),
            _NAME,
            bold=code == own,
        )
        for code, row in rows_by_area.items()
    }
    reasons = {
        code: [] if code in shown else wrapped(figure(row).status, _NAME, size=SMALL)
        for code, row in rows_by_area.items()
    }
    values = {code: figure(row).number if code in shown else ".." for code, row in rows_by_area.items()}
    reach = [end for row in shown.values() for end in limits(row) or (row["value"],)]
    reach += [] if line_at is None else [line_at]
    low = min(reach) if min(reach) < 0 or min(reach) > 0.4 * max(reach) else 0.0
    highest = 100.0 if any(row["unit"] == "procent" for row in shown.values()) else None
    ticks = ticks_between(low, max(reach), top=highest, most=4)
    is_made = any(row["is_synthetic"] for row in shown.values())
    top = ROW * (1 + is_made) + 6
    heights = {code: 15.0 * len(name + reasons[code]) + 11 for code, name in names.items()}
    bottom = top + sum(heights.values())
    plot = Plot(
        left=max(width_of(line, bold=code == own) for code in names for line in names[code] + reasons[code]) + 12,
        right=WIDTH - max(width_of(value, bold=code == own) for code, value in values.items()) - 12,
        top=top,
        bottom=bottom,
        height=bottom + ROW + 6,
        low=ticks[0],
        high=ticks[-1],
    )

    def x(value: float) -> float:
        return plot.left + (plot.right - plot.left) * (value - plot.low) / (plot.high - plot.low)

    texts = [words(0, 13, capital(unit))]
    texts += [
        words(x(tick), bottom + ROW + 1, text, align="center")
        for tick, text in zip(ticks, tick_texts(ticks), strict=True)
    ]
    if is_made:
        texts.append(made_words((plot.left + plot.right) / 2, 13 + ROW))
    dots, oblique, y = [], [], top
    for code, row in rows_by_area.items():
        is_own, height = code == own, heights[code]
        middle = y + height / 2
        colour = BLUE if is_own else SOFT
        at = middle - 7.5 * len(names[code] + reasons[code]) + 12
        for text in names[code]:
            texts.append(words(0, at, text, bold=is_own, colour=colour))
            at += 15
        for text in reasons[code]:
            texts.append(words(0, at, text, size=SMALL))
            at += 15
        texts.append(words(WIDTH - 1, middle + 4.5, values[code], align="right", bold=is_own, colour=colour))
        if code in shown:
            ends = limits(row) or (row["value"], row["value"])
            dots.append({"y": middle, "value": row["value"], "low": ends[0], "high": ends[1], **_DOT[is_own]})
            if row["is_synthetic"]:
                oblique += hatching(plot.left, y, plot.right, y + height)
        y += height
    return spec_of(
        plot,
        {
            "grid": lines((x(tick), top, x(tick), bottom) for tick in ticks),
            "hatching": lines(oblique),
            "against": lines([] if line_at is None else [(x(line_at), top, x(line_at), bottom)]),
            "own": lines((x(row["value"]), top, x(row["value"]), bottom) for code, row in shown.items() if code == own),
            "dots": dots,
            "texts": texts,
        },
        _DOTS,
    )


_NAME = 124.0  # the width of an area's name
_DOT: Mapping[bool, Json] = {
    True: {"shape": "diamond", "size": 120, "colour": BLUE, "fill": BLUE, "thick": 3},
    False: {"shape": "circle", "size": 50, "colour": GREY, "fill": WHITE, "thick": 2},
}


def along(field: str) -> Json:
    """A value to the right."""
    return quantity(field, ("low", "high"), ("left", "right"))


_DOTS = (
    strokes("grid", LINE, 0.8),
    HATCHING,
    strokes("against", SOFT, 1.4),
    strokes("own", BLUE, 0.8, (2, 2)),
    layer(
        "dots",
        "rule",
        {"stroke": {"expr": "datum.colour"}, "strokeWidth": {"expr": "datum.thick"}},
        x=along("low"),
        x2={"field": "high"},
        y=pixels("y"),
    ),
    layer(
        "dots",
        "point",
        {
            "opacity": 1,
            "strokeWidth": 1.6,
            "stroke": {"expr": "datum.colour"},
            **{name: {"expr": f"datum.{name}"} for name in ("shape", "size", "fill")},
        },
        x=along("value"),
        y=pixels("y"),
    ),
    WORDS,
)


def intervals_alternative(rows_by_area: Mapping[str, Row], *, finding: str) -> str:
    """What a reader of the chart of `intervals_spec` sees, in words, the finding first."""
    shown = {code: row for code, row in rows_by_area.items() if is_shown(row)}
    said = [t("Punktdiagram med osäkerhetsintervall."), finding]
    ranked = sorted(shown.values(), key=lambda row: float(row["value"]), reverse=True)
    told = ", ".join(
        f"{short_area(row)} {' '.join(filter(None, (figure(row).number, _bracketed(row))))}" for row in ranked
    )
    said.append(t("Från högst till lägst: {areas}.", areas=told))
    if missing := [short_area(row) for code, row in rows_by_area.items() if code not in shown]:
        said.append(t("Utan uppgift: {missing}.", missing=", ".join(missing)))
    return sentences(said, is_made=any(row["is_synthetic"] for row in shown.values()))


def _bracketed(row: Row) -> str:
    return f"({figure(row).limits})" if figure(row).limits else ""
