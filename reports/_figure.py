"""One row of an indicator in words; a row that is not ok says why and nothing more."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from reports._language import t
from reports._words import (
    COUNT_TEXTS,
    FLAGS,
    STATUSES,
    Row,
    decimals_of,
    flags_of,
    interval_text,
    number,
    percent,
    period_text,
    share_text,
    with_unit,
    words,
)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One row of indicators in words; empty text where there is nothing to say or it must not be said."""

    area: str
    period: str
    value: str  # with its unit: "851 per 100 000 invånare", "47 %"
    number: str  # without: "851", "47 %"
    count: str  # "228"
    count_of: str  # "på 26 777 invånare"
    interval: str  # "sannolikt mellan 745 och 970"
    limits: str  # "745–970"
    numerator: str
    denominator: str
    respondents: str
    response_rate: str
    status: str  # "" where the figure is shown
    flags: str
    is_synthetic: bool


def figure(row: Row) -> Figure:
    """A row in words. A row that is not "ok" says why and nothing more."""
    said = [words(flag, FLAGS, "flag") for flag in flags_of(row)]
    status = words(row["status"], STATUSES, "status")
    is_shown = row["status"] == "ok" and row["value"] is not None
    if row["status"] == "ok" and not is_shown:
        status = words("not_reported", STATUSES, "status")
    common: dict[str, Any] = {
        "area": t("Riket") if row["area"] == "Riket" else row["area"],
        "period": period_text(row),
        "flags": ", ".join(said),
        "is_synthetic": bool(row["is_synthetic"]),
    }
    if not is_shown:
        blank: dict[str, Any] = dict.fromkeys(
            ("value", "number", "count", "count_of", "interval", "limits", "denominator"), ""
        )
        told = "".join(COUNT_TEXTS.get(flag, "") for flag in flags_of(row))
        return Figure(**common, **blank, numerator=told, respondents="", response_rate="", status=status)
    unit, decimals = row["unit"], decimals_of(row)
    text = share_text(row["value"], decimals) if unit == "procent" else number(row["value"], decimals)
    interval, limits = interval_text(row, decimals)
    # A weighted numerator counts nobody; the number of answers says what is behind it.
    is_weighted = row["method"] == "proportion_wilson_weighted"
    numerator = "" if row["numerator"] is None or is_weighted else number(row["numerator"])
    denominator = "" if row["denominator"] is None or is_weighted else number(row["denominator"])
    of = ""
    if numerator and denominator:
        of = t("av {n}", n=denominator) if unit == "procent" else t("på {n} {whom}", n=denominator, whom=_whom(t(unit)))
    return Figure(
        **common,
        value=with_unit(text, unit),
        number=with_unit(text, unit) if unit == "procent" else text,
        count=numerator,
        count_of=of,
        interval=interval,
        limits=limits,
        numerator=numerator,
        denominator=denominator,
        respondents="" if row["respondents"] is None else number(row["respondents"]),
        response_rate="" if row["response_rate"] is None else percent(number(100 * row["response_rate"])),
        status="",
    )


def _whom(unit: str) -> str:
    """Whom a rate is counted on: "invånare i åldersgruppen" of "per 100 000 invånare i åldersgruppen"."""
    return re.sub(r"^.*?\bper (?:\d[\d ,]*)?", "", unit)
