"""What a municipality's own services report (EST): one row per report and category, delivered by hand.

Free text is read for category flags at the door and goes no further; of places only reviewed, named areas pass.
Read as lagesbild's own template, or by the municipality's mapping of its system (`_mapping.py`). Checked against
captures: 0 facts; no system's export has been seen. Only from prose: 3 (which fields such systems have, that several
services tell of the same event, that a service says when it has nothing to report).
"""

import difflib
from hashlib import blake2b
from pathlib import Path
from typing import Any

import polars as pl

from sources._cells import amount, clock_time, day_and_time
from sources._declare import (
    Answer,
    Cadence,
    ClockTime,
    Column,
    Concerns,
    Date,
    Delivery,
    Disclosure,
    Landing,
    Licence,
    Listed,
    Municipality,
    Number,
    Reuse,
    Source,
    Text,
    Unknown,
    Whole,
)
from sources._flags import keyword_flags
from sources._mapping import Mapping, check_keys, choose, read_mappings, table, texts
from sources._read import check_columns, read_cells, read_table
from sources._reporters import COLUMNS, expected, read_reporters
from sources._strict import municipality_codes, read_reference

SOURCE = Source(
    title="Verksamheternas händelserapporter",
    publisher="Kommunen",
    homepage="",
    licence=Licence("Internt underlag", "", Reuse.FREE),
    attribution="Källa: kommunens verksamheter",
    attribution_processed="Egen bearbetning av uppgifter från kommunens verksamheter",
    cadence=Cadence.WEEKLY,
    delivery=Delivery.APPEND,
    columns=(
        Column("rapport_id", "report_id", Text(identity=True)),
        Column("datum", "date", Date()),
        Column("tid", "time", ClockTime(), required=False),
        Column("kommun", "municipality_code", Municipality()),
        Column(
            "plats", "place", Listed(table="places", match="place", to="place", unknown=Unknown.DROP), required=False
        ),
        Column("kategori", "category", Listed(table="incident_categories", match="category", to="canonical_category")),
        Column("rapportor", "reporter", Text(identity=True), required=False),
        Column("keyword_flags", "keyword_flags", Text(), required=False, derived=True),
        # Which of its categories a row has of a report that has several; the template has one.
        Column("part", "part", Whole(minimum=1), derived=True),
        Column("cost_sek", "cost_sek", Number(minimum=0.0, maximum=1e9), required=False, derived=True),
        # What the list of reporting units says of the row (`_reporters.py`).
        Column("expected_in_week", "expected_in_week", Whole(minimum=0), required=False, derived=True),
        Column("expected_in_month", "expected_in_month", Whole(minimum=0), required=False, derived=True),
        Column("is_expected_in_week", "is_expected_in_week", Answer(), required=False, derived=True),
        Column("is_expected_in_month", "is_expected_in_month", Answer(), required=False, derived=True),
    ),
    free_text=("beskrivning", "atgard"),
    key=("report_id", "part"),
    speaks_of="date",
    reference=("places", "incident_categories", "incident_keywords"),
    disclosure=Disclosure.LOCAL,
    concerns=Concerns.CHILDREN,  # some categories; each category says its own in incident_categories.csv
    landing=Landing.REDACTED,
    retention_months=24,  # a proposal, not law: the municipality's own decision is what counts
    aggregate=(
        ("municipality_code", "varchar"),
        ("month", "date"),
        ("category", "varchar"),
        ("reports", "bigint"),
        ("reporters", "bigint"),
        ("events", "bigint"),
        ("cost_sek", "decimal(18, 2)"),
        ("reported_days", "bigint"),
    ),
    by_hand=True,
)


_TEMPLATE = tuple(column.source for column in SOURCE.columns if not column.derived)
# What a mapping calls its columns, and the template's name for each; `date_time` is a day and a time in one cell.
_FIELDS = {
    "report_id": "rapport_id",
    "date": "datum",
    "time": "tid",
    "date_time": "datum",
    "municipality": "kommun",
    "place": "plats",
    "category": "kategori",
    "reporter": "rapportor",
    "cost_sek": "cost_sek",
}
_REQUIRED = ("report_id", "municipality", "category")
_KEYS = (
    "source",
    "system",
    "columns",
    "constants",
    "values",
    "free_text",
    "ignore",
    "missing",
    "category_separator",
    "one_row_per_category",
)


def parse(raw: Path) -> pl.DataFrame:
    """The declared columns of a delivery in the template's layout, with flags in the place of its free text."""
    return _of_template(read_table(raw, SOURCE))


def parse_mapped(raw: Path, data: Path) -> tuple[pl.DataFrame, str]:
    """A delivery in the template's layout or in one that the data folder has a mapping for, and that mapping's hash.

    A report of several categories becomes a row for each, all with the report's number in the file.
    """
    cells = read_cells(raw)
    columns = [name for name in cells.columns if name != "row_number"]
    is_template = set(_TEMPLATE) <= set(columns)
    mappings = [] if is_template else [_checked(each) for each in read_mappings(data, "incident_reports")]
    mapping = choose(mappings, columns, _TEMPLATE, raw.name)
    if mapping is None:
        check_columns(columns, SOURCE, raw.name)
        rows, used = _of_template(cells), ""
    else:
        rows, used = _translated(cells, mapping), mapping.sha256
    return expected(rows.drop(COLUMNS), read_reporters(data)), used


def _of_template(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of a form. A report without an id is known by what it says, and the second that says the same by being
    the second, so that a form that is handed in again is not counted again.
    """
    told = [name for name in _TEMPLATE if name != "rapport_id"]
    is_without = pl.col("rapport_id").fill_null("").str.strip_chars() == ""
    content = pl.concat_str(
        pl.int_range(pl.len()).over(told), *(pl.col(name).fill_null("") for name in told), separator="|"
    )
    own = pl.when(is_without).then(content).map_elements(_digest, return_dtype=pl.String)
    return _with_derived(rows.with_columns(rapport_id=pl.coalesce(own, "rapport_id")), SOURCE.free_text)


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _with_derived(rows: pl.DataFrame, free_text: tuple[str, ...]) -> pl.DataFrame:
    present = [name for name in free_text if name in rows.columns]
    flags = keyword_flags(*present) if present else pl.lit(None, pl.String)
    rows = rows.with_columns(keyword_flags=flags).drop(present)
    rows = rows if "part" in rows.columns else rows.with_columns(part=pl.lit(1, pl.Int64))
    derived = [column.source for column in SOURCE.columns if column.derived and column.source not in rows.columns]
    return rows.with_columns(pl.lit(None, pl.String).alias(name) for name in derived)


def _checked(mapping: Mapping) -> Mapping:
    """The mapping, with what it needs of a file's header. Raises Problem for one that cannot be used."""
    check_keys(mapping, mapping.said, _KEYS)
    columns, constants = table(mapping, "columns", (str, list)), table(mapping, "constants")
    check_keys(mapping, columns, _FIELDS, "columns")
    check_keys(mapping, constants, ("municipality", "place", "category", "reporter"), "constants")
    for text in ("system", "category_separator"):
        if not isinstance(mapping.said.get(text, ""), str):
            raise mapping.problem(f"'{text}' ska vara en text")
    if not isinstance(mapping.said.get("one_row_per_category", False), bool):
        raise mapping.problem("'one_row_per_category' ska vara true eller false")
    if not mapping.said.get("system"):
        raise mapping.problem(
            "systemets namn saknas", do='skriv system = "…"; ändra det aldrig, det hör till rapporternas id'
        )
    if both := sorted(columns.keys() & constants.keys()):
        raise mapping.problem("fältet är både kolumn och konstant", f"'{both[0]}'", "behåll det ena")
    absent = [field for field in _REQUIRED if field not in columns and field not in constants]
    absent += [] if {"date", "date_time"} & columns.keys() else ["date"]
    if absent:
        raise mapping.problem("fältet saknas", f"'{absent[0]}'", "skriv dess kolumn i [columns]")
    if "date_time" in columns and {"date", "time"} & columns.keys():
        raise mapping.problem("dag och tid anges två gånger", "'date_time'", "behåll date_time, eller date och time")
    if any(isinstance(value, list) and field != "report_id" for field, value in columns.items()):
        raise mapping.problem("bara report_id kan sättas samman av flera kolumner")
    needed = frozenset(name for value in columns.values() for name in _as_list(value))
    if not all(isinstance(name, str) for name in needed) or [] in columns.values():
        raise mapping.problem("[columns] har ett annat slags värden än väntat")
    dropped = {*texts(mapping, "free_text"), *texts(mapping, "ignore")}
    if both := sorted(needed & dropped):
        raise mapping.problem("kolumnen både används och tas bort", f"'{both[0]}'", "behåll det ena")
    _check_values(mapping, constants)
    return Mapping(
        name=mapping.name, sha256=mapping.sha256, said=mapping.said, needed=needed, known=tuple(sorted(dropped))
    )


def _check_values(mapping: Mapping, constants: dict[str, str]) -> None:
    """Raise Problem for a translation or constant that the reviewed lists do not have, with the nearest they have."""
    values = mapping.said.get("values", {})
    if not isinstance(values, dict):
        raise mapping.problem("[values] ska vara tabeller, en för varje fält")
    check_keys(mapping, values, ("municipality", "place", "category", "reporter"), "values")
    listed = {
        "municipality": set(municipality_codes()),
        "place": _lower("places", "place"),
        "category": _lower("incident_categories", "category"),
    }
    for field, known in listed.items():
        meant = [each for value in table(mapping, f"values.{field}", (str, list)).values() for each in _as_list(value)]
        for value in [*meant, *([constants[field]] if field in constants else [])]:
            if not isinstance(value, str) or value.strip().lower() not in known:
                near = difflib.get_close_matches(str(value).lower(), known, n=1)
                hint = f"menades '{near[0]}'?" if near else f"skriv ett värde ur den granskade listan för {field}"
                raise mapping.problem(f"okänt värde för {field}", f"'{value}'", hint)
    for field in ("municipality", "place", "reporter"):
        if not all(isinstance(value, str) for value in table(mapping, f"values.{field}", (str, list)).values()):
            raise mapping.problem(f"[values.{field}] ska ha ett värde för varje text")


def _lower(name: str, column: str) -> set[str]:
    return set(read_reference(name)[column].str.strip_chars().str.to_lowercase())


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _translated(cells: pl.DataFrame, mapping: Mapping) -> pl.DataFrame:
    """The cells of a mapped file under the template's names, in the template's words, one row for each category."""
    columns, constants = table(mapping, "columns", (str, list)), table(mapping, "constants")
    system = str(mapping.said["system"])
    cells = _without_missing(cells, texts(mapping, "missing"))
    taken = {
        field: pl.lit(constants[field]) if field in constants else _cell(columns[field])
        for field in _FIELDS
        if field in constants or field in columns
    }
    taken["report_id"] = pl.concat_str(pl.lit(f"{system}: "), taken["report_id"])
    free = {f"_free_{at}": name for at, name in enumerate(texts(mapping, "free_text")) if name in cells.columns}
    named = {"date_time" if field == "date_time" else _FIELDS[field]: each for field, each in taken.items()}
    rows = cells.select("row_number", **{alias: pl.col(name) for alias, name in free.items()}, **named)
    rows = _with_days(rows, "date_time" in columns)
    if "cost_sek" in rows.columns:
        rows = rows.with_columns(amount(pl.col("cost_sek")).alias("cost_sek"))
    for field in ("municipality", "place", "reporter"):
        words = {key.strip().lower(): value for key, value in table(mapping, f"values.{field}").items()}
        if words and _FIELDS[field] in rows.columns:
            cell = pl.col(_FIELDS[field])
            lower = cell.str.strip_chars().str.to_lowercase()
            rows = rows.with_columns(
                lower.replace_strict(words, default=cell, return_dtype=pl.String).alias(_FIELDS[field])
            )
    rows = _with_categories(rows, mapping)
    absent = [name for name in _TEMPLATE if name not in rows.columns]
    rows = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    return _with_derived(rows, tuple(free))


def _cell(column: str | list[str]) -> pl.Expr:
    if isinstance(column, str):
        return pl.col(column)
    is_empty = pl.all_horizontal(pl.col(column).is_null())
    return pl.when(~is_empty).then(pl.concat_str(pl.col(column).fill_null(""), separator=" | "))


def _without_missing(cells: pl.DataFrame, missing: tuple[str, ...]) -> pl.DataFrame:
    tokens = [token.strip().lower() for token in ("", *missing)]
    is_missing = pl.col(pl.String).str.strip_chars().str.to_lowercase().is_in(tokens)
    return cells.with_columns(pl.when(~is_missing).then(pl.col(pl.String)).name.keep())


def _with_days(rows: pl.DataFrame, is_together: bool) -> pl.DataFrame:
    """Days as 2026-08-31 and times as 21:05; what cannot be read stays as it is, for the column's type to refuse."""
    column = "date_time" if is_together else "datum"
    days = {cell: day_and_time(cell) for cell in rows[column].drop_nulls().unique()}
    read = pl.col(column).replace_strict({cell: day for cell, (day, _) in days.items()}, return_dtype=pl.String)
    told = pl.col(column).replace_strict(
        {cell: clock or None for cell, (_, clock) in days.items()}, return_dtype=pl.String
    )
    if is_together:
        return rows.with_columns(datum=read, tid=told).drop("date_time")
    if "tid" not in rows.columns:
        return rows.with_columns(datum=read, tid=told)
    clocks = {cell: clock_time(cell) or None for cell in rows["tid"].drop_nulls().unique()}
    return rows.with_columns(datum=read, tid=pl.col("tid").replace_strict(clocks, return_dtype=pl.String))


def _with_categories(rows: pl.DataFrame, mapping: Mapping) -> pl.DataFrame:
    """A row for each of a report's categories, numbered in `part`; an unknown one stays, for the list to refuse."""
    separator, words = mapping.said.get("category_separator", ""), {}
    for key, value in table(mapping, "values.category", (str, list)).items():
        words[key.strip().lower()] = _as_list(value)
    split = {
        cell: [
            meant
            for part in (cell.split(separator) if separator and cell.strip().lower() not in words else [cell])
            if part.strip()
            for meant in words.get(part.strip().lower(), [part.strip()])
        ]
        for cell in rows["kategori"].drop_nulls().unique()
    }
    listed = pl.DataFrame(
        [(cell, name) for cell, names in split.items() for name in names],
        schema={"kategori": pl.String, "_one": pl.String},
        orient="row",
    ).unique(maintain_order=True)
    rows = rows.join(listed, on="kategori", how="left", maintain_order="left_right")
    rows = rows.with_columns(kategori="_one").drop("_one")
    if mapping.said.get("one_row_per_category", False):
        return rows.with_columns(part=pl.col("kategori").rank("dense").over("rapport_id").cast(pl.Int64))
    return rows.with_columns(part=pl.int_range(1, pl.len() + 1).over("row_number").cast(pl.Int64))
