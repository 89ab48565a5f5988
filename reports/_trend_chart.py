"""A line with its band and those it is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from reports._draw import (
    BAND,
    BAND_EDGE,
    BLUE,
    GREY,
    SOFT,
    WHITE,
    WIDTH,
    width_of,
)
from reports._figure import figure
from reports._language import t
from reports._over_time import (
    BEHIND,
    BETWEEN,
    course,
    dated,
    is_course,
    middle_of,
    over_time,
    promise_text,
    reach_of,
    within,
)
from reports._plot import (
    AS_GIVEN,
    WORDS,
    Json,
    Line,
    Plot,
    amount,
    apart,
    is_shown,
    layer,
    limits,
    lines,
    sentences,
    short_area,
    spec_of,
    strokes,
    ticks_between,
    time,
    words,
    wrapped,
)
from reports._words import Row, flags_of, is_self_selected, short_period_text

_COMPARED = 122.0  # the room for the names of what a line is compared with
_DASHES: tuple[list[int], ...] = ([1, 0], [6, 3], [2, 2])  # so that lines that cross are told apart


def _runs(rows: Sequence[Row]) -> list[list[Row]]:
    """The shown rows, cut where one is missing and where the measurement changed."""
    runs: list[list[Row]] = [[]]
    for row in rows:
        if not is_shown(row) or "series_break" in flags_of(row):
            runs.append([])
        if is_shown(row):
            runs[-1].append(row)
    return [run for run in runs if run]


def _joined(rows: Sequence[Row]) -> list[Json]:
    """What a line passes through, with an empty place where it is lifted."""
    runs = [run for run in _runs(rows) if len(run) > 1 and not any(map(is_self_selected, run))]
    return [place for run in runs for place in (*map(_place, run), dict.fromkeys(("when", "value", "low", "high")))]


def _alone(rows: Sequence[Row]) -> list[Json]:
    """What no line passes through."""
    return [_place(row) for run in _runs(rows) if len(run) == 1 or any(map(is_self_selected, run)) for row in run]


def _place(row: Row) -> Json:
    low, high = limits(row) or (row["value"], row["value"])
    return {"when": middle_of(row), "value": row["value"], "low": low, "high": high}


def trend_spec(
    rows: Sequence[Row],
    *,
    unit: str,
    promise: tuple[date, date] | None = None,
    others: Sequence[Sequence[Row]] = (),
) -> Json | None:
    """A series as a line with its band, from zero; None where fewer than two figures can be shown.

    rows: one area and category of `output.indicators`, oldest first. others: the same of those it is compared with,
    each a thin line with its name at its end. promise: first and last day of the promise's period, shaded and named.
    Only neighbours that are shown and measured alike are joined; answers that nobody chose at random are not.
    """
    rows = dated(rows)
    shown = [row for row in rows if is_shown(row)]
    if not is_course(shown):
        return None
    compared = _compared(rows, others)
    reach = [limit for row in shown for limit in limits(row) or (row["value"],)]
    reach += [row["value"] for other in compared for row in other if is_shown(row)]
    highest = 100.0 if shown[0]["unit"] == "procent" else None
    plot, datasets, texts = over_time(
        rows,
        ticks_between(min(0.0, *reach), max(reach), top=highest),
        unit=unit,
        promise=promise,
        made=[row for series in (rows, *compared) for row in series if row["is_synthetic"]],
        end=_COMPARED if compared else width_of(_last_text(rows), bold=True) + 12,
    )
    names, leaders = _names_at_ends(rows, compared, plot)
    return spec_of(
        plot,
        {
            **datasets,
            "compared": [
                {**place, "series": n, "dash": _DASHES[n % len(_DASHES)]}
                for n, other in enumerate(compared)
                for place in _joined(other)
            ],
            "compared_alone": [place for other in compared for place in _alone(other)],
            "leaders": lines(leaders),
            "joined": _joined(rows),
            "alone": [place for place in _alone(rows) if place["low"] != place["high"]],
            "points": [{**_place(row), "fill": WHITE if row["is_synthetic"] else BLUE} for row in shown],
            "texts": [*texts, *names],
        },
        _LINES,
    )


_LINES = (
    *BEHIND,
    layer("joined", "area", {"fill": BAND}, x=time("when"), y=amount("low"), y2={"field": "high"}, order=AS_GIVEN),
    *(
        layer(
            "joined", "line", {"stroke": BAND_EDGE, "strokeWidth": 0.8}, x=time("when"), y=amount(end), order=AS_GIVEN
        )
        for end in ("low", "high")
    ),
    *BETWEEN,
    layer(
        "compared",
        "line",
        {"stroke": GREY, "strokeWidth": 1.4, "strokeDash": {"expr": "datum.dash"}},
        x=time("when"),
        y=amount("value"),
        detail={"field": "series", "type": "nominal"},
        order=AS_GIVEN,
    ),
    layer(
        "compared_alone",
        "point",
        {"fill": GREY, "opacity": 1, "size": 16, "stroke": None},
        x=time("when"),
        y=amount("value"),
    ),
    strokes("leaders", GREY, 0.8),
    layer(
        "alone",
        "rule",
        {"stroke": BAND_EDGE, "strokeWidth": 1.6},
        x=time("when"),
        y=amount("low"),
        y2={"field": "high"},
    ),
    layer(
        "joined",
        "line",
        {"stroke": BLUE, "strokeWidth": 2.2, "strokeJoin": "round"},
        x=time("when"),
        y=amount("value"),
        order=AS_GIVEN,
    ),
    layer(
        "points",
        "point",
        {"opacity": 1, "size": 30, "stroke": BLUE, "strokeWidth": 1.4, "fill": {"expr": "datum.fill"}},
        x=time("when"),
        y=amount("value"),
    ),
    WORDS,
)


def _compared(rows: Sequence[Row], others: Sequence[Sequence[Row]]) -> list[list[Row]]:
    """Those of the others that have something to show, in the years of the series itself."""
    first, last = middle_of(rows[0]), middle_of(rows[-1])
    within = [[row for row in dated(other) if first <= middle_of(row) <= last] for other in others]
    return [other for other in within if any(map(is_shown, other))]


def _names_at_ends(rows: Sequence[Row], compared: Sequence[Sequence[Row]], plot: Plot) -> tuple[list[Json], list[Line]]:
    """What each line is and where it ends, beside its end; and the lines from there to words that had to give way."""
    if compared:
        x = WIDTH - _COMPARED + 12
        named = [f"{short_area(series[-1])} {_last_text(series, rows)}" for series in (rows, *compared)]
    else:
        x = plot.right + 5
        named = [_last_text(rows)]
    ends = [
        (_last(series), n == 0, wrapped(text, WIDTH - x, bold=n == 0))
        for n, (series, text) in enumerate(zip((rows, *compared), named, strict=True))
    ]
    ends.sort(key=lambda end: plot.y(end[0]["value"]))
    heights = [15.0 * len(said) + 2 for _, _, said in ends]
    middles = apart([plot.y(row["value"]) for row, _, _ in ends], heights, plot.top - 8, plot.bottom + 4)
    texts, leaders = [], []
    for (row, is_own, said), middle, height in zip(ends, middles, heights, strict=True):
        for n, text in enumerate(said):
            y = middle - height / 2 + 15 * n + 12
            texts.append(words(x, y, text, bold=is_own, colour=BLUE if is_own else SOFT))
        if x - plot.x(middle_of(row)) > 16 or abs(middle - plot.y(row["value"])) > 4:
            leaders.append((plot.x(middle_of(row)) + 5, plot.y(row["value"]), x - 3, middle))
    return texts, leaders


def _last(rows: Sequence[Row]) -> Row:
    return [row for row in rows if is_shown(row)][-1]


def _last_text(rows: Sequence[Row], beside: Sequence[Row] = ()) -> str:
    """The last figure that a series shows, with its period where the axis, or the series beside it, ends in another."""
    last = _last(rows)
    expected = _last(beside) if beside else rows[-1]
    return figure(last).number + ("" if last["period"] == expected["period"] else f" ({short_period_text(last)})")


def trend_alternative(
    rows: Sequence[Row],
    *,
    finding: str,
    promise: tuple[date, date] | None = None,
    others: Sequence[Sequence[Row]] = (),
) -> str:
    """What a reader of the chart of `trend_spec` sees, in words, the finding first."""
    rows = dated(rows)
    shown = [row for row in rows if is_shown(row)]
    compared = _compared(rows, others)
    said = [t("Linjediagram."), finding, *course(rows, lambda row: figure(row).value)]
    if compared:
        ends = map(_last, compared)
        listed = ", ".join(f"{short_area(row)} {figure(row).number} ({short_period_text(row)})" for row in ends)
        said.append(t("Jämförs med: {others}.", others=listed))
    if promise and within(reach_of(rows), promise):
        said.append(t("Markerad period: {period}.", period=promise_text(promise)))
    if any(limits(row) for row in shown):
        said.append(t("Ett fält visar osäkerhetsintervallet."))
    return sentences(said, is_made=any(row["is_synthetic"] for series in (rows, *compared) for row in series))
