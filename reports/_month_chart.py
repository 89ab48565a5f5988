"""A year's months as bars, with what was to be expected."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from itertools import groupby

from reports._draw import (
    BAND,
    BAND_EDGE,
    INK,
    LINE,
    SMALL,
    SOFT,
    WIDTH,
    width_of,
)
from reports._language import t
from reports._plot import (
    BAR_LOOK,
    FILL,
    HATCHING,
    PLOT,
    ROW,
    WORDS,
    Json,
    Plot,
    amount,
    hatching,
    layer,
    lines,
    made_words,
    pixels,
    sentences,
    spec_of,
    strokes,
    tick_texts,
    ticks_between,
    words,
)
from reports._words import Row, capital, number, period_text


def months_spec(rows: Sequence[Row], *, unit: str = "") -> Json | None:
    """The newest twelve months as bars from January to December, with what was to be expected; None without a month.

    rows: one indicator and area of `output.months`. The expected range stands behind each bar; a month outside it has a
    triangle that points its way.
    """
    if not rows:
        return None
    by_month = {int(row["month"][5:]): row for row in sorted(rows, key=lambda row: str(row["month"][5:]))}
    ends = [end for row in rows for end in (row["events"], row["expected_upper"] if _is_expected(row) else 0)]
    ticks = ticks_between(0.0, max(4.0, *ends), finest=1)
    ranged = [row for row in rows if _is_expected(row)]
    results = {row["result"] for row in rows}
    is_made = any(row["is_synthetic"] for row in rows)
    top = ROW * (2 + is_made) + 16
    bottom = top + PLOT - 20
    left = max(map(width_of, tick_texts(ticks))) + 8
    slot = (WIDTH - 2 - left) / 12
    plot = Plot(
        left=left, right=WIDTH - 2, top=top, bottom=bottom, height=bottom + 3 * ROW + 8, low=ticks[0], high=ticks[-1]
    )

    def middle(month: int) -> float:
        return left + slot * (month - 0.5)

    texts = [words(0, 13, capital(unit or t("antal")))]
    texts += [
        words(left - 6, plot.y(tick) + 4.5, text, align="right")
        for tick, text in zip(ticks, tick_texts(ticks), strict=True)
    ]
    keys, named = _month_keys(bool(ranged), results, 13 + ROW)
    texts += named
    if is_made:
        texts.append(made_words(WIDTH / 2, 13 + 2 * ROW))
    for month, name in enumerate(t("jan feb mar apr maj jun jul aug sep okt nov dec").split(), start=1):
        row = by_month.get(month)
        texts.append(words(middle(month), bottom + ROW, name, align="center", size=SMALL))
        count = number(row["events"]) if row else ".."
        texts.append(words(middle(month), bottom + 2 * ROW, count, align="center", bold=True, colour=INK))
    years = [[*months] for _, months in groupby(sorted(by_month), lambda month: by_month[month]["month"][:4])]
    texts += [
        words(
            (middle(months[0]) + middle(months[-1])) / 2,
            bottom + 3 * ROW,
            by_month[months[0]]["month"][:4],
            align="center",
        )
        for months in years
    ]
    return spec_of(
        plot,
        {
            "grid": lines((left, plot.y(tick), plot.right, plot.y(tick)) for tick in ticks),
            "expected": [
                {
                    "x": middle(month) - slot * 0.44,
                    "x2": middle(month) + slot * 0.44,
                    "low": row["expected_lower"],
                    "high": row["expected_upper"],
                }
                for month, row in by_month.items()
                if _is_expected(row)
            ],
            "hatching": lines(
                line
                for month, row in by_month.items()
                if row["is_synthetic"]
                for line in hatching(
                    middle(month) - slot * 0.24, plot.y(row["events"]), middle(month) + slot * 0.24, bottom, apart=7
                )
            ),
            "bars": [
                {
                    "x": middle(month) - slot * 0.24,
                    "x2": middle(month) + slot * 0.24,
                    "value": row["events"],
                    "nothing": 0,
                    "fill": FILL[bool(row["is_synthetic"])],
                }
                for month, row in by_month.items()
            ],
            "axis": lines(
                (
                    (left, bottom, plot.right, bottom),
                    *(
                        (left + slot * month, bottom, left + slot * month, bottom + 3 * ROW)
                        for month in (each[-1] for each in years[:-1])
                    ),
                )
            ),
            "keys": [key for key in keys if "x2" in key],
            "outside": [
                *(
                    {
                        "x": middle(month),
                        "y": plot.y(max(row["events"], row["expected_upper"] if _is_expected(row) else 0)) - 8,
                        "shape": shape,
                    }
                    for month, row in by_month.items()
                    if (shape := _POINTING.get(row["result"]))
                ),
                *(key for key in keys if "shape" in key),
            ],
            "texts": texts,
        },
        _MONTHS,
    )


def _is_expected(row: Row) -> bool:
    low, high = row["expected_lower"], row["expected_upper"]
    return low is not None and high is not None and low <= high


_POINTING = {"higher": "triangle-up", "lower": "triangle-down"}


def _month_keys(has_range: bool, results: Collection[str], y: float) -> tuple[list[Json], list[Json]]:
    """What the marks mean, beside one of each: the marks, and the words."""
    meanings = [("range", t("väntat antal"))] if has_range else []
    meanings += [("higher", t("fler än väntat"))] if "higher" in results else []
    meanings += [("lower", t("färre än väntat"))] if "lower" in results else []
    marks: list[Json] = []
    named, x = [], 0.0
    for kind, text in meanings:
        if kind == "range":
            marks.append({"x": x, "x2": x + 14, "y": y - 10, "y2": y + 1})
        else:
            marks.append({"x": x + 7, "y": y - 4.5, "shape": _POINTING[kind]})
        named.append(words(x + 19, y, text, size=SMALL))
        x += 19 + width_of(text, SMALL) + 16
    if not meanings:
        named.append(words(0, y, t("för få tidigare år för ett väntat antal"), size=SMALL))
    return marks, named


_EXPECTED = {"fill": BAND, "stroke": BAND_EDGE, "strokeWidth": 1.2}
_MONTHS = (
    strokes("grid", LINE, 0.8),
    layer("expected", "rect", _EXPECTED, x=pixels("x"), x2={"field": "x2"}, y=amount("low"), y2={"field": "high"}),
    layer("keys", "rect", _EXPECTED, x=pixels("x"), x2={"field": "x2"}, y=pixels("y"), y2={"field": "y2"}),
    layer(
        "bars",
        "rect",
        BAR_LOOK,
        x=pixels("x"),
        x2={"field": "x2"},
        y=amount("value"),
        y2={"field": "nothing"},
    ),
    HATCHING,
    strokes("axis", SOFT),
    layer(
        "outside",
        "point",
        {"opacity": 1, "size": 60, "fill": INK, "stroke": INK, "shape": {"expr": "datum.shape"}},
        x=pixels("x"),
        y=pixels("y"),
    ),
    WORDS,
)


def months_alternative(rows: Sequence[Row], *, finding: str) -> str:
    """What a reader of the chart of `months_spec` sees, in words, the finding first."""

    def named(chosen: Sequence[Row]) -> str:
        return ", ".join(map(_month_text, chosen)) if len(chosen) <= 3 else t("{n} av månaderna", n=len(chosen))

    def with_counts(result: str) -> str:
        return ", ".join(f"{_month_text(row)} ({number(row['events'])})" for row in rows if row["result"] == result)

    most, least = max(row["events"] for row in rows), min(row["events"] for row in rows)
    said = [
        t("Stapeldiagram över tolv månader."),
        finding,
        t(
            "Flest {most} ({most_months}), minst {least} ({least_months}).",
            most=number(most),
            most_months=named([row for row in rows if row["events"] == most]),
            least=number(least),
            least_months=named([row for row in rows if row["events"] == least]),
        ),
        t("Fler än väntat: {months}.", months=with_counts("higher")) if with_counts("higher") else "",
        t("Färre än väntat: {months}.", months=with_counts("lower")) if with_counts("lower") else "",
    ]
    return sentences(said, is_made=any(row["is_synthetic"] for row in rows))


def _month_text(row: Row) -> str:
    first = date.fromisoformat(f"{row['month']}-01")
    return period_text({"period": row["month"], "period_type": "month", "period_start": first, "period_end": first})
