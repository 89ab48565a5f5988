"""Rows of `output.indicators` with words in the place of codes, for the files that people open."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from reports._codes import AREA_TYPES, METHOD_NAMES
from reports._language import t
from reports._words import (
    FLAGS,
    STATUSES,
    SYNTHETIC,
    Row,
    breakdown_text,
    category_text,
    flags_of,
    is_self_selected,
    period_text,
    source_text,
    words,
)


def in_words(rows: pl.DataFrame, sources: Mapping[str, Row]) -> pl.DataFrame:
    """Rows of `output.indicators` in words, in the same order; columns keep their names.

    Of a row that is not "ok" no figure is left and its status says why. A weighted numerator counts nobody and is left
    out, and so are limits of self-selected answers. `source_line` is added: how the publisher wants to be named for
    figures passed on or for figures computed from theirs, and for a constructed figure that it is one.
    sources: rows of `output.sources` by source. Raises ValueError for a code that has no words.
    """
    held = rows.to_dict(as_series=False)
    is_shown = [code == "ok" and value is not None for code, value in zip(held["status"], held["value"], strict=True)]
    how = list(zip(is_shown, held["method"], held["flags"], strict=True))
    is_counted = [shown and method != "proportion_wilson_weighted" for shown, method, _ in how]
    is_sampled = [shown and not is_self_selected({"method": method, "flags": flags}) for shown, method, flags in how]
    figures = {
        "value": is_shown,
        "lower_confidence_limit": is_sampled,
        "upper_confidence_limit": is_sampled,
        "numerator": is_counted,
        "denominator": is_counted,
        "respondents": is_shown,
        "response_rate": is_shown,
    }
    held["is_shown"] = is_shown

    def told(say: Callable[..., str], *names: str) -> pl.Series:
        """What is said of each row's values in some columns; each combination is put into words once."""
        keys = list(zip(*(held[name] for name in names), strict=True))
        said = {key: say(*key) for key in dict.fromkeys(keys)}
        return pl.Series([said[key] for key in keys], dtype=pl.String)

    # Built from columns, not by expressions: to start an engine for a hundred rows costs more than the rows.
    columns = {name: rows[name] for name in rows.columns}
    for name, mays in figures.items():
        values = [value if may else None for value, may in zip(held[name], mays, strict=True)]
        columns[name] = pl.Series(values, dtype=rows.schema[name])
    columns |= {
        "area_type": told(lambda code: words(code, AREA_TYPES, "area type"), "area_type"),
        "period": told(_period, "period", "period_type", "period_start", "period_end"),
        "breakdown": told(lambda kinds: breakdown_text(kinds or ""), "breakdown"),
        "category": told(lambda kinds, codes: category_text(kinds or "", codes or ""), "breakdown", "category"),
        "unit": told(t, "unit"),
        "method": told(lambda code: words(code, METHOD_NAMES, "method"), "method"),
        "flags": told(_flags, "flags"),
        "status": told(_status, "status", "is_shown"),
        "source_line": told(functools.partial(source_line, sources=sources), "sources", "method", "is_synthetic"),
    }
    return pl.DataFrame(columns)


def source_line(names: str, method: str, is_synthetic: bool, *, sources: Mapping[str, Row]) -> str:
    """Whose figure it is, as the publisher wants it said; of a constructed figure that nobody published it."""
    if is_synthetic:
        return t(SYNTHETIC)
    return source_text({"sources": names, "method": method, "is_synthetic": False}, sources)


def _period(period: str, kind: str, start: Any, end: Any) -> str:
    return period_text({"period": period, "period_type": kind, "period_start": start, "period_end": end})


def _flags(flags: str | None) -> str:
    return ", ".join(words(flag, FLAGS, "flag") for flag in flags_of({"flags": flags}))


def _status(code: str, is_shown: bool) -> str:
    return words("not_reported" if code == "ok" and not is_shown else code, STATUSES, "status")
