"""Counts as bars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from reports._draw import (
    INK,
    SMALL,
    WIDTH,
    width_of,
)
from reports._language import t
from reports._over_time import (
    BEHIND,
    BETWEEN,
    course,
    dated,
    end_of,
    is_course,
    middle_of,
    over_time,
    reach_of,
    start_of,
)
from reports._plot import (
    BAR_LOOK,
    FILL,
    WORDS,
    Json,
    amount,
    hatching,
    is_shown,
    layer,
    lines,
    sentences,
    spec_of,
    ticks_between,
    time,
    words,
)
from reports._words import Row, number


def count_of(row: Row) -> float | None:
    """How many a row counts; None where it may not be seen, or where its numerator is weighted and counts nobody."""
    if not is_shown(row) or row["method"] == "proportion_wilson_weighted":
        return None
    count: float | None = row["value"] if row["unit"] == "antal" else row["numerator"]
    return count


def counts_spec(rows: Sequence[Row], *, unit: str = "", promise: tuple[date, date] | None = None) -> Json | None:
    """The counts behind a series as bars; None where fewer than two can be shown. rows, promise: as of `trend_spec`."""
    rows = [{**row, "value": count_of(row)} for row in dated(rows)]
    shown = [row for row in rows if is_shown(row)]
    if not is_course(shown):
        return None
    highest = max(4.0, *(row["value"] for row in shown))
    made = [row for row in rows if row["is_synthetic"]]
    # Where every bar has room for its count, the scale would only be in its way.
    texts_over = [number(row["value"]) if is_shown(row) else ".." for row in rows]
    whole = sum(end_of(row) - start_of(row) for row in rows)
    slots = [
        (end_of(row) - start_of(row)) / max(whole, reach_of(rows)[1] - reach_of(rows)[0]) * (WIDTH - 14) for row in rows
    ]
    has_room = all(width_of(text, SMALL) + 3 < slot for text, slot in zip(texts_over, slots, strict=True))
    ticks = [0.0, highest * 1.13] if has_room else ticks_between(0.0, highest, finest=1)
    plot, datasets, texts = over_time(
        rows, ticks, unit=unit or t("antal"), promise=promise, made=made, end=6, is_whole=True, has_scale=not has_room
    )
    bars = [
        {
            "from": start_of(row) + (end_of(row) - start_of(row)) * 0.15,
            "to": end_of(row) - (end_of(row) - start_of(row)) * 0.15,
            "value": row["value"],
            "nothing": 0,
            "fill": FILL[bool(row["is_synthetic"])],
        }
        for row in shown
    ]
    if has_room:
        texts += [
            words(plot.x(middle_of(row)), plot.y(row["value"] or 0) - 4, text, align="center", colour=INK, size=SMALL)
            for row, text in zip(rows, texts_over, strict=True)
        ]
    # What is constructed is hatched in its bar, so that no line goes through its count.
    oblique = [
        line
        for row, bar in zip(shown, bars, strict=True)
        if row["is_synthetic"]
        for line in hatching(plot.x(bar["from"]), plot.y(row["value"]), plot.x(bar["to"]), plot.bottom, apart=7)
    ]
    return spec_of(plot, {**datasets, "hatching": lines(oblique), "bars": bars, "texts": texts}, _BARS)


_BARS = (
    *BEHIND,
    layer(
        "bars",
        "rect",
        BAR_LOOK,
        x=time("from"),
        x2={"field": "to"},
        y=amount("value"),
        y2={"field": "nothing"},
    ),
    *BETWEEN,
    WORDS,
)


def counts_alternative(rows: Sequence[Row], *, finding: str) -> str:
    """What a reader of the chart of `counts_spec` sees, in words, the finding first."""
    rows = [{**row, "value": count_of(row)} for row in dated(rows)]
    said = [
        t("Stapeldiagram."),
        finding,
        *course(rows, lambda row: number(row["value"])),
    ]
    return sentences(said, is_made=any(row["is_synthetic"] for row in rows))
