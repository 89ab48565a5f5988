"""The privacy door: what must stay text in a source that concerns people is read for identifiers, and loses them."""

from dataclasses import replace
from datetime import date

import polars as pl

from sources._declare import Date, Source, Text
from sources._identifiers import has_identifier
from sources._strict import Ledger, Parsed, Refusal

RULE = "identifier"


def screen(parsed: Parsed, source: Source, where: str, received: date) -> Parsed:
    """Take what points at a person out of the text columns of a delivery, and keep the ledger balanced.

    A row of a day after `received` is refused by the rule `in_the_future`. A cell that need not be filled in is emptied
    and counted in a warning; a row whose required text holds an identifier is refused by the rule `identifier`. Lists,
    codes and dates cannot hold one and are passed over. No content is told.
    """
    frame, refusals, warnings = parsed.frame, list(parsed.refusals), list(parsed.warnings)
    for column in source.columns:
        if isinstance(column.type, Date):
            late = frame.filter(pl.col(column.name) > received)["row_number"]
            refusals += [Refusal(row_number=row, column_name=column.name, rule="in_the_future") for row in late]
            frame = frame.filter(~pl.col("row_number").is_in(late.to_list()))
        if not isinstance(column.type, Text) or column.derived or column.type.accepted or frame.is_empty():
            continue
        is_hit = has_identifier(frame[column.name])
        if not is_hit.any():
            continue
        if column.required:
            rows = frame.filter(is_hit)["row_number"]
            refusals += [Refusal(row_number=row, column_name=column.name, rule=RULE) for row in rows]
            frame = frame.filter(~is_hit)
        else:
            frame = frame.with_columns(pl.when(~is_hit).then(pl.col(column.name)).alias(column.name))
            warnings.append(f"{where}: {is_hit.sum()} celler i {column.source} tömdes: de kan peka ut någon")
    book = parsed.ledger
    refused = parsed.frame.height - frame.height
    return replace(
        parsed,
        frame=frame,
        refusals=tuple(refusals),
        warnings=tuple(warnings),
        ledger=Ledger(
            rows_read=book.rows_read,
            rows_loaded=book.rows_loaded - refused,
            rows_quarantined=book.rows_quarantined + refused,
            rows_duplicate=book.rows_duplicate,
        ),
    )
