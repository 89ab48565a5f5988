"""Contracts: what must hold of a table, run as queries that return the rows that break it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import duckdb

from models._duckdb import quote

_EXAMPLES = ": till exempel "
STATUSES = ("ok", "suppressed", "not_reported", "not_applicable", "no_denominator", "too_few_respondents")


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What must hold of one table.

    key: columns that together are unique. not_null: columns without empty cells. accepted: column → closed list.
    ranges: column → lowest and highest value (None = open). at_least: fewest rows.
    """

    table: str
    key: tuple[str, ...] = ()
    not_null: tuple[str, ...] = ()
    accepted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    at_least: int = 0

    @property
    def columns(self) -> frozenset[str]:
        """Every column that the contract speaks of."""
        return frozenset((*self.key, *self.not_null, *self.accepted, *self.ranges))


@dataclass(frozen=True, kw_only=True)
class Breach:
    """One broken rule: which table, which rule, how many rows, and the keys of a few of them."""

    table: str
    rule: str
    rows: int
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = f"{_EXAMPLES}{'; '.join(self.examples)}" if self.examples else ""
        return f"{self.table}: kontraktet '{self.rule}' bryts av {self.rows} rader{shown}"


def without_examples(sentence: str) -> str:
    """What a check found, without the keys of the rows that it gives as examples: fit to be sent and to be kept."""
    return sentence.partition(_EXAMPLES)[0]


def failing_rows_sql(contract: Contract) -> Iterator[tuple[str, str]]:
    """Each rule of a contract with the query that returns its failing rows (none when it holds)."""
    table = contract.table
    if contract.key:
        key = ", ".join(contract.key)
        yield (
            f"unik nyckel ({key})",
            f"select {key}, count(*) as copies from {table} group by {key} having count(*) > 1",
        )
    for column in contract.not_null:
        yield f"{column} är ifylld", f"select * from {table} where {column} is null"
    for column, values in contract.accepted.items():
        listed = ", ".join(quote(value) for value in values)
        yield f"{column} ur listan", f"select * from {table} where {column} not in ({listed})"
    for column, (low, high) in contract.ranges.items():
        limits = [f"{column} < {low}"] * (low is not None) + [f"{column} > {high}"] * (high is not None)
        if limits:
            yield f"{column} inom gränserna", f"select * from {table} where {' or '.join(limits)}"
    if contract.at_least:
        yield (
            f"minst {contract.at_least} rader",
            f"select count(*) as rows_found from {table} having count(*) < {contract.at_least}",
        )


def breaches(con: duckdb.DuckDBPyConnection, contract: Contract) -> list[Breach]:
    """The rules of a contract that do not hold, each with its number of failing rows and the first keys."""
    found = []
    for rule, query in failing_rows_sql(contract):
        [(rows,)] = con.sql(f"select count(*) from ({query})").fetchall()
        if rows:
            has_key = contract.key and not rule.startswith("minst")
            keys = con.sql(f"select {', '.join(contract.key)} from ({query}) limit 3").fetchall() if has_key else []
            examples = tuple(", ".join(str(cell) for cell in key) for key in keys)
            found.append(Breach(table=contract.table, rule=rule, rows=rows, examples=examples))
    return found
