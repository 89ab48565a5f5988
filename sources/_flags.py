"""Reads free text for the categories of a reviewed keyword table; the text itself goes no further."""

import polars as pl

from sources._strict import read_reference, seen


def keyword_flags(*columns: str) -> pl.Expr:
    """The flags whose patterns occur in any of the columns, in alphabetical order, joined by commas; null if none."""
    text = pl.concat_str([seen(pl.col(column)).fill_null("") for column in columns], separator=" ")
    table = read_reference("incident_keywords").sort("keyword_flag")
    flags = [
        pl.when(text.str.contains(f"(?i){pattern}")).then(pl.lit(flag))
        for flag, pattern in table.select("keyword_flag", "pattern").iter_rows()
    ]
    joined = pl.concat_str(flags, separator=",", ignore_nulls=True)
    return pl.when(joined != "").then(joined)
