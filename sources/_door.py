"""The privacy door: what must stay text in a source that concerns people is read for identifiers, and loses them."""

import secrets
from dataclasses import replace
from datetime import date
from hashlib import blake2b
from pathlib import Path

import polars as pl

from sources._declare import Date, Source, Text
from sources._identifiers import has_identifier
from sources._landing import make_folder, read_manifest, write_atomically
from sources._problem import Problem
from sources._strict import Ledger, Parsed, Refusal

RULE = "identifier"


def screen(parsed: Parsed, source: Source, where: str, received: date) -> Parsed:
    """Take what points at a person out of the text columns of a delivery, and keep the ledger balanced.

    A row of a day after `received` is refused by the rule `in_the_future`, unless the column may be. A cell that need
    not be filled in is emptied and counted in a warning; a row whose required text holds an identifier is refused by
    the rule `identifier`. Lists, codes and dates cannot hold one and are passed over. No content is told.
    """
    frame, refusals, warnings = parsed.frame, list(parsed.refusals), list(parsed.warnings)
    for column in source.columns:
        if isinstance(column.type, Date) and not column.type.may_be_future:
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


def hide_identities(parsed: Parsed, source: Source, key: bytes) -> Parsed:
    """Put a keyed hash of 32 hexadecimal digits (BLAKE2b, RFC 7693) in the place of every `identity`.

    The same text gives the same hash under the same key, in every delivery; who does not have the key cannot try names.
    """
    names = [column.name for column in source.columns if isinstance(column.type, Text) and column.type.identity]
    frame = parsed.frame
    for name in names:
        texts = frame[name].drop_nulls().unique()
        hashes = [blake2b(text.encode(), key=key, digest_size=16).hexdigest() for text in texts]
        hidden = pl.col(name).replace_strict(texts, hashes, default=None, return_dtype=pl.String)
        frame = frame.with_columns(hidden)
    return replace(parsed, frame=frame)


def identity_key(data: Path) -> bytes:
    """The installation's own key: made at the first delivery, kept with the landing zone and backed up with it.

    Raises Problem when it is gone though rows that were hashed with it may remain: under a new key the same report
    would be counted twice.
    """
    path = data / "landing" / "identity.key"
    if not path.exists() and not any(each.origin == "add" and each.original_sha256 for each in read_manifest(data)):
        make_folder(path.parent)
        with write_atomically(path) as temporary:
            temporary.touch(mode=0o600)
            temporary.write_text(secrets.token_hex(32), encoding="ascii")
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        key = b""
    if len(key) != 32:
        raise Problem(str(path), "nyckeln saknas eller är skadad", do="återställ den från säkerhetskopian av landing")
    return key
