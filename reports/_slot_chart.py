"""Months, weekdays and hours as bars, with what was to be expected."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
from reports._phrases import listed
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
from reports._words import MONTHS, WEEKDAYS, Row, capital, number, period_text


def months_spec(rows: Sequence[Row], *, unit: str = "") -> Json | None:
    """The newest twelve months as bars from January to December, with what was to be expected; None without a month.

    rows: one indicator and area of `output.months`. The expected range stands behind each bar; a month outside it has a
    triangle that points its way.
    """
    by_month = {int(row["month"][5:]) - 1: row for row in sorted(rows, key=lambda row: str(row["month"][5:]))}
    years = [[*months] for _, months in groupby(sorted(by_month), lambda month: by_month[month]["month"][:4])]
    return _slots_spec(
        by_month,
        t("jan feb mar apr maj jun jul aug sep okt nov dec").split(),
        unit=unit,
        unjudged=t("för få tidigare år för ett väntat antal"),
        under=[(months[0], months[-1], by_month[months[0]]["month"][:4]) for months in years],
    )


def profile_spec(rows: Sequence[Row], *, unit: str = "") -> Json | None:
    """A profile of months, weekdays or hours as bars, with what was to be expected if nothing differed; None without
    any count.

    rows: one series, area and profile of `output.profiles`. A slot that nobody reported has two points for a number.
    """
    if not any(row["events"] for row in rows):
        return None
    ordered = sorted(rows, key=lambda row: int(row["slot"]))
    return _slots_spec(
        dict(enumerate(ordered)),
        short_slots(ordered[0]["profile"]),
        unit=unit,
        unjudged=t("för litet underlag för ett väntat antal"),
    )


def short_slots(profile: str) -> list[str]:
    """The names of a profile's slots, as short as they stand under a bar."""
    names = {
        "month": t("jan feb mar apr maj jun jul aug sep okt nov dec").split(),
        "weekday": t("mån tis ons tor fre lör sön").split(),
        "hour": [f"{hour:02d}–{hour + 3:02d}" for hour in range(0, 24, 3)],
    }
    return names[profile]


def _slots_spec(
    by_slot: Mapping[int, Row],
    names: Sequence[str],
    *,
    unit: str,
    unjudged: str,
    under: Sequence[tuple[int, int, str]] = (),
) -> Json | None:
    """Bars by the number of their slot, from 0, with the range to be expected behind; None without a row.

    unjudged: what to say where nothing is to be expected. under: first and last slot of what stands together, and what
    it is called.
    """
    rows = [*by_slot.values()]
    if not rows:
        return None
    counted = {slot: row for slot, row in by_slot.items() if row["events"] is not None}
    ends = [
        end for row in counted.values() for end in (row["events"], row["expected_upper"] if _is_expected(row) else 0)
    ]
    ticks = ticks_between(0.0, max(4.0, *ends), finest=1)
    ranged = [row for row in rows if _is_expected(row)]
    results = {row["result"] for row in rows}
    is_made = any(row["is_synthetic"] for row in rows)
    top = ROW * (2 + is_made) + 16
    bottom = top + PLOT - 20
    left = max(map(width_of, tick_texts(ticks))) + 8
    width = (WIDTH - 2 - left) / len(names)
    below = (2 + bool(under)) * ROW
    plot = Plot(
        left=left, right=WIDTH - 2, top=top, bottom=bottom, height=bottom + below + 8, low=ticks[0], high=ticks[-1]
    )

    def middle(slot: int) -> float:
        return left + width * (slot + 0.5)

    texts = [words(0, 13, capital(unit or t("antal")))]
    texts += [
        words(left - 6, plot.y(tick) + 4.5, text, align="right")
        for tick, text in zip(ticks, tick_texts(ticks), strict=True)
    ]
    keys, named = _keys(bool(ranged), results, unjudged, 13 + ROW)
    texts += named
    if is_made:
        texts.append(made_words(WIDTH / 2, 13 + 2 * ROW))
    for slot, name in enumerate(names):
        texts.append(words(middle(slot), bottom + ROW, name, align="center", size=SMALL))
        count = number(counted[slot]["events"]) if slot in counted else ".."
        texts.append(words(middle(slot), bottom + 2 * ROW, count, align="center", bold=True, colour=INK))
    texts += [
        words((middle(first) + middle(last)) / 2, bottom + 3 * ROW, text, align="center") for first, last, text in under
    ]
    return spec_of(
        plot,
        {
            "grid": lines((left, plot.y(tick), plot.right, plot.y(tick)) for tick in ticks),
            "expected": [
                {
                    "x": middle(slot) - width * 0.44,
                    "x2": middle(slot) + width * 0.44,
                    "low": row["expected_lower"],
                    "high": row["expected_upper"],
                }
                for slot, row in by_slot.items()
                if _is_expected(row)
            ],
            "hatching": lines(
                line
                for slot, row in counted.items()
                if row["is_synthetic"]
                for line in hatching(
                    middle(slot) - width * 0.24, plot.y(row["events"]), middle(slot) + width * 0.24, bottom, apart=7
                )
            ),
            "bars": [
                {
                    "x": middle(slot) - width * 0.24,
                    "x2": middle(slot) + width * 0.24,
                    "value": row["events"],
                    "nothing": 0,
                    "fill": FILL[bool(row["is_synthetic"])],
                }
                for slot, row in counted.items()
            ],
            "axis": lines(
                (
                    (left, bottom, plot.right, bottom),
                    *(
                        (left + width * (last + 1), bottom, left + width * (last + 1), bottom + 3 * ROW)
                        for _, last, _ in under[:-1]
                    ),
                )
            ),
            "keys": [key for key in keys if "x2" in key],
            "outside": [
                *(
                    {
                        "x": middle(slot),
                        "y": plot.y(max(row["events"], row["expected_upper"] if _is_expected(row) else 0)) - 8,
                        "shape": shape,
                    }
                    for slot, row in counted.items()
                    if (shape := _POINTING.get(row["result"]))
                ),
                *(key for key in keys if "shape" in key),
            ],
            "texts": texts,
        },
        _BARS,
    )


def _is_expected(row: Row) -> bool:
    low, high = row["expected_lower"], row["expected_upper"]
    return low is not None and high is not None and low <= high


_POINTING = {"higher": "triangle-up", "lower": "triangle-down"}


def _keys(has_range: bool, results: Collection[str], unjudged: str, y: float) -> tuple[list[Json], list[Json]]:
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
        named.append(words(0, y, unjudged, size=SMALL))
    return marks, named


_EXPECTED = {"fill": BAND, "stroke": BAND_EDGE, "strokeWidth": 1.2}
_BARS = (
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


def profile_alternative(rows: Sequence[Row], *, finding: str) -> str:
    """What a reader of the chart of `profile_spec` sees, in words, the finding first."""
    counted = sorted((row for row in rows if row["events"] is not None), key=lambda row: int(row["slot"]))
    most, least = max(row["events"] for row in counted), min(row["events"] for row in counted)
    kinds = {
        "month": t("Stapeldiagram över årets månader."),
        "weekday": t("Stapeldiagram över veckans dagar."),
        "hour": t("Stapeldiagram över dygnet, tre timmar i taget."),
    }

    def named(count: int) -> str:
        return ", ".join(slot_text(row["profile"], [row["slot"]]) for row in counted if row["events"] == count)

    said = [
        kinds[counted[0]["profile"]],
        finding,
        t("Flest {n}: {slots}.", n=number(most), slots=named(most)),
        t("Minst {n}: {slots}.", n=number(least), slots=named(least)),
    ]
    return sentences(said, is_made=any(row["is_synthetic"] for row in rows))


def slot_name(profile: str, slot: int) -> str:
    """One slot of a profile as it stands in a table: "januari", "måndag", "18–21"."""
    if profile == "month":
        return t(MONTHS[slot - 1])
    return t(WEEKDAYS[slot - 1]) if profile == "weekday" else f"{slot:02d}–{slot + 3:02d}"


def slot_text(profile: str, slots: Sequence[int]) -> str:
    """Some slots of a profile, as they follow a verb: "i juni och juli", "på fredagar", "kl. 18–24"."""
    if profile == "month":
        return t("i {months}", months=listed([t(MONTHS[slot - 1]) for slot in slots]))
    if profile == "weekday":
        days = t("måndagar tisdagar onsdagar torsdagar fredagar lördagar söndagar").split()
        return t("på {days}", days=listed([days[slot - 1] for slot in slots]))
    spans: list[list[int]] = []
    for slot in slots:
        if spans and spans[-1][1] == slot:
            spans[-1][1] = slot + 3
        else:
            spans.append([slot, slot + 3])
    return t("kl. {hours}", hours=listed([f"{first:02d}–{last:02d}" for first, last in spans]))
