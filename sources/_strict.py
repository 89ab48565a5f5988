"""Turns rows of text into typed rows and accounts for every one: loaded, refused by a rule, or a duplicate."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import polars as pl

from sources._declare import (
    Answer,
    Area,
    ClockTime,
    Column,
    Date,
    Listed,
    Municipality,
    Number,
    Source,
    Text,
    Timestamp,
    Unknown,
    Whole,
)
from sources._landing import STOCKHOLM
from sources._problem import UNSEEN, Problem, shown
from sources._promises import read_agreements

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "data" / "reference"
_NO_ANSWER = ("vet ej", "vet inte", "vill ej svara", "ej svar")
_BLANKS = r"[\s\u00a0\u2007\u2009\u202f]"
_LONGEST_TEXT = 1_000
_MOST_WARNINGS = 20
_DAMAGED = (
    AssertionError,  # a ledger that does not balance
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    pl.exceptions.PanicException,
    pl.exceptions.PolarsError,
)


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """What became of the rows of one snapshot; `read = loaded + quarantined + duplicate` always holds."""

    rows_read: int
    rows_loaded: int
    rows_quarantined: int
    rows_duplicate: int

    def __post_init__(self) -> None:
        if self.rows_read != self.rows_loaded + self.rows_quarantined + self.rows_duplicate:
            raise AssertionError(f"the ledger does not balance: {self}")


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A row that was refused: its number in the file (the first row of data is 1), the column and the rule."""

    row_number: int
    column_name: str
    rule: str


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What `parse` may return beside bare rows: remarks, whole sentences for a person, that are no reason to refuse."""

    frame: pl.DataFrame
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """The typed rows of one snapshot with their ledger, and the hash of the mapping they were read by, if any."""

    frame: pl.DataFrame
    ledger: Ledger
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[str, ...] = field(default=())
    mapping: str = ""

    def write(self, path: Path) -> None:
        """Write the rows as Parquet with the ledger in the file's own metadata, so the two cannot part."""
        book = {
            "ledger": asdict(self.ledger),
            "refusals": [asdict(refusal) for refusal in self.refusals],
            "warnings": list(self.warnings),
            **({"mapping": self.mapping} if self.mapping else {}),
        }
        self.frame.write_parquet(path, metadata={"lagesbild": json.dumps(book, ensure_ascii=False)})

    @staticmethod
    def read(path: Path, *, rows: bool = True) -> "Parsed":
        """Read what `write` wrote; without `rows` only the ledger, which costs no more than the file's footer.

        Raises Problem for a file that is damaged or of another kind.
        """
        try:
            book = json.loads(pl.read_parquet_metadata(path)["lagesbild"])
            return Parsed(
                frame=pl.read_parquet(path) if rows else pl.DataFrame(),
                ledger=Ledger(**book["ledger"]),
                refusals=tuple(Refusal(**refusal) for refusal in book["refusals"]),
                warnings=tuple(book["warnings"]),
                mapping=str(book.get("mapping", "")),
            )
        except _DAMAGED as error:
            raise Problem(path.name, "filen är skadad", found=type(error).__name__, do="kör om") from None


def conform(rows: pl.DataFrame | Rows, source: Source, where: str) -> Parsed:
    """Map, type and check the rows of one snapshot by what `source` declares.

    `rows` holds the publisher's columns (text, or already typed), and where it has one `row_number`, the row's place
    in the file; else rows are numbered from 1. A bad row is refused with its rule. Raises Problem, which stops the
    source, for an unknown municipality or area, an unknown value where the list is closed,
    one key with two contents, and too few rows.
    """
    remarks = rows.remarks if isinstance(rows, Rows) else ()
    rows, warnings = _seen(rows.frame if isinstance(rows, Rows) else rows, where)
    warnings += [f"{where}: {remark}" for remark in remarks]
    numbered = rows if "row_number" in rows.columns else rows.with_row_index("row_number", offset=1)
    numbered = numbered.with_columns(pl.col("row_number").cast(pl.Int64))
    typed = numbered.select(
        "row_number",
        *(_typed(column, rows.schema[column.source], source).alias(column.name) for column in source.columns),
        *(_blank(column, rows.schema[column.source], source).alias(f"?{column.name}") for column in source.columns),
    )
    warnings += _settle_unknown(typed, numbered, source, where)
    rule = pl.coalesce(*(_rule(column) for column in source.columns))
    judged = typed.with_columns(rule.alias("!rule"))
    refused = judged.filter(pl.col("!rule").is_not_null())
    kept = judged.filter(pl.col("!rule").is_null()).select("row_number", *(column.name for column in source.columns))
    loaded = _without_duplicates(kept, source, where)
    if source.by_hand and rows.is_empty():
        raise Problem(where, "inga rader", do="fyll i minst en rad och lämna filen på nytt")
    if rows.height < source.rows.at_least:
        raise Problem(
            where,
            "för få rader",
            found=f"{rows.height}",
            do=f"minst {source.rows.at_least} väntades; kontrollera filen",
        )
    if source.rows.warn_above is not None and rows.height > source.rows.warn_above:
        warnings.append(f"{where}: ovanligt många rader: {rows.height}")
    return Parsed(
        frame=loaded,
        ledger=Ledger(
            rows_read=rows.height,
            rows_loaded=loaded.height,
            rows_quarantined=refused.height,
            rows_duplicate=kept.height - loaded.height,
        ),
        refusals=tuple(
            Refusal(row_number=number, column_name=found.split(":")[0], rule=found.split(":")[1])
            for number, found in refused.select("row_number", "!rule").iter_rows()
        ),
        warnings=tuple(warnings),
    )


def seen(cell: pl.Expr) -> pl.Expr:
    """Text as it looks: without characters that show nothing or turn the line, letters composed.

    Else two codes, names or keywords that look alike would not be.
    """
    return cell.str.replace_all(UNSEEN, "").str.normalize("NFC")


def _seen(rows: pl.DataFrame, where: str) -> tuple[pl.DataFrame, list[str]]:
    warnings = []
    texts = [name for name, dtype in rows.schema.items() if dtype == pl.String]
    for name in texts:
        is_odd = rows[name].str.contains(r"[^ -~¡-¬®-ÿ]")
        if not is_odd.any():
            continue
        hidden = rows[name].str.contains(UNSEEN).sum()
        rows = rows.with_columns(seen(pl.col(name)))
        if hidden:
            warnings.append(f"{where}: osynliga tecken togs bort ur {hidden} celler i {name}")
    return rows, warnings


def _blank(column: Column, dtype: pl.DataType, source: Source) -> pl.Expr:
    cell = pl.col(column.source)
    if dtype != pl.String:
        return cell.is_null()
    no_value = [*source.missing, *(_NO_ANSWER if isinstance(column.type, Answer) else ())]
    return cell.is_null() | cell.str.strip_chars().str.to_lowercase().is_in([token.lower() for token in no_value])


def _typed(column: Column, dtype: pl.DataType, source: Source) -> pl.Expr:
    """The column's cells in their type; null where they cannot be read."""
    cell = pl.col(column.source)
    if dtype != pl.String:
        cell = cell.cast(pl.String) if isinstance(column.type, (Text, Listed, Municipality, Area)) else cell
    else:
        cell = cell.str.strip_chars()
        cell = pl.when(cell.is_in(list(source.missing))).then(None).otherwise(cell)
    is_text = dtype == pl.String
    match column.type:
        case Text(accepted=accepted, unknown=Unknown.DROP) if accepted:
            return pl.when(cell.is_in(list(accepted))).then(cell)
        case Text():
            return cell
        case Listed(table=table, match=match, to=to, unknown=unknown):
            other = cell if unknown is Unknown.WARN else pl.lit(None, pl.String)
            return cell.str.to_lowercase().replace_strict(
                _list(table, match, to), default=other, return_dtype=pl.String
            )
        case Whole():
            if not is_text:
                return pl.when(cell.cast(pl.Float64) % 1 == 0).then(cell.cast(pl.Int64, strict=False))
            return cell.str.replace_all(_BLANKS, "").str.replace(r"\.0+$", "").cast(pl.Int64, strict=False)
        case Number():
            if not is_text:
                number = cell.cast(pl.Float64, strict=False)
                return pl.when(number.is_finite()).then(number)
            plain = cell.str.replace_all(_BLANKS, "").str.replace(",", ".", literal=True).str.replace("−", "-")
            number = plain.cast(pl.Float64, strict=False)
            return pl.when(number.is_finite()).then(number)
        case Date():
            if not is_text:
                return _plausible(cell.cast(pl.Date, strict=False))
            day = cell.str.replace(r"[ T]00:00(:00(\.0+)?)?$", "")
            found = pl.coalesce(
                *(day.str.to_date(form, strict=False) for form in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%Y%m%d"))
            )
            return _plausible(found)
        case ClockTime():
            clock = cell.str.replace(r"^1899-12-3[01] ", "")  # how a workbook's time of day arrives
            clock = clock.str.replace(".", ":", literal=True).str.replace(r"^(\d{1,2}:\d{2}):\d{2}$", "$1")
            return clock.str.to_time("%H:%M", strict=False)
        case Timestamp():
            return _plausible(cell.str.to_datetime("%Y-%m-%d %H:%M:%S %z", strict=False) if is_text else cell)
        case Answer():
            if not is_text:
                return cell.cast(pl.Boolean)
            return cell.str.to_lowercase().replace_strict(
                {"ja": True, "1": True, "nej": False, "0": False}, default=None, return_dtype=pl.Boolean
            )
        case Municipality():
            return cell.str.to_lowercase().replace_strict(municipality_codes(), default=None, return_dtype=pl.String)
        case Area():
            return cell.str.to_lowercase().replace_strict(area_codes(), default=None, return_dtype=pl.String)


def _plausible(found: pl.Expr) -> pl.Expr:
    """A day or an instant of our time: 31.8.26 would be read as the year 26, and some end at year 292 277."""
    return pl.when(found.dt.year().is_between(1900, 2100)).then(found)


def _rule(column: Column) -> pl.Expr:
    """The rule a row breaks in this column, as `column:rule`, or null."""
    cell, blank = pl.col(column.name), pl.col(f"?{column.name}")
    broken: dict[str, pl.Expr] = {"missing": blank} if column.required else {}
    if isinstance(column.type, (Text, Listed)):
        longest = column.type.longest if isinstance(column.type, Text) else _LONGEST_TEXT
        broken["too_long"] = cell.str.len_chars() > longest
    match column.type:
        case Listed(unknown=Unknown.WARN | Unknown.DROP) | Text(unknown=Unknown.WARN | Unknown.DROP):
            pass
        case Text(length=length, accepted=accepted, pattern=pattern):
            if pattern:
                broken["wrong_form"] = ~blank & ~cell.str.contains(f"^(?:{pattern})$")
            if length is not None:
                broken["wrong_length"] = cell.str.len_chars() != length
            if accepted:
                broken["not_in_list"] = ~blank & ~cell.is_in(list(accepted))
        case Whole() | Number():
            broken["not_a_number"] = ~blank & cell.is_null()
            if column.type.minimum is not None:
                broken["too_small"] = cell < column.type.minimum
            if column.type.maximum is not None:
                broken["too_large"] = cell > column.type.maximum
        case Date() | ClockTime() | Timestamp():
            broken["not_a_time"] = ~blank & cell.is_null()
        case Listed() | Answer() | Municipality() | Area():
            broken["not_in_list"] = ~blank & cell.is_null()
    return pl.coalesce(
        *(pl.when(is_broken).then(pl.lit(f"{column.name}:{rule}")) for rule, is_broken in broken.items()),
        pl.lit(None, pl.String),
    )


def _settle_unknown(typed: pl.DataFrame, numbered: pl.DataFrame, source: Source, where: str) -> list[str]:
    """Stop for values outside a closed list, and collect the warnings for those that are kept."""
    warnings: list[str] = []
    for column in source.columns:
        closed = isinstance(column.type, (Municipality, Area))
        unknown = Unknown.STOP if closed else getattr(column.type, "unknown", None)
        if unknown not in (Unknown.STOP, Unknown.WARN):
            continue
        outside = ~pl.col(f"?{column.name}") & pl.col(column.name).is_null()
        if isinstance(column.type, Text):
            outside = ~pl.col(f"?{column.name}") & ~pl.col(column.name).is_in(list(column.type.accepted))
        elif isinstance(column.type, Listed) and unknown is Unknown.WARN:
            known = _list(column.type.table, column.type.match, column.type.to).values()
            outside = ~pl.col(f"?{column.name}") & ~pl.col(column.name).is_in(list(known))
        rows = typed.filter(outside)["row_number"]
        if rows.is_empty():
            continue
        values = numbered.filter(pl.col("row_number").is_in(rows.implode()))[column.source].cast(pl.String)
        found = f"rad {rows[0]}" if source.is_personal else f"'{values[0]}' på rad {rows[0]}"
        if unknown is Unknown.STOP:
            kind = "okänd kommun" if isinstance(column.type, Municipality) else "okänt område"
            kind = kind if closed else "okänt värde"
            raise Problem(
                f"{where}, kolumn {column.source}",
                kind,
                found=found,
                do="rätta värdet, eller lägg till det i data/reference om det är nytt",
            )
        if source.is_personal:
            warnings.append(f"{where}: okända värden i {column.source} behölls på {rows.len()} rader")
            continue
        unknown_values = values.unique().sort()
        for value in unknown_values.head(_MOST_WARNINGS):
            warnings.append(f"{where}: okänt värde i {column.source} behölls: '{shown(value)}'")
        if (more := unknown_values.len() - _MOST_WARNINGS) > 0:
            warnings.append(f"{where}: {more} okända värden till i {column.source} behölls")
    return warnings


def _without_duplicates(kept: pl.DataFrame, source: Source, where: str) -> pl.DataFrame:
    """Keep one of rows that are equal in every column; stop where one key has two contents."""
    if not source.key:
        return kept
    names = [column.name for column in source.columns]
    unique = kept.unique(subset=names, keep="first", maintain_order=True)
    twice = unique.filter(pl.struct(source.key).is_duplicated())
    if twice.is_empty():
        return unique
    first = twice.select(source.key).head(1)
    rows = twice.join(first, on=source.key, nulls_equal=True)["row_number"].sort().head(2).to_list()
    key = first.select(source.key).row(0)
    found = f"raderna {rows[0]} och {rows[1]}" + ("" if source.is_personal else f" ({', '.join(map(str, key))})")
    raise Problem(
        where,
        f"samma nyckel ({', '.join(source.key)}) med olika innehåll",
        found=found,
        do="behåll en av raderna och lämna filen på nytt",
    )


def content_as_of(frames: Sequence[pl.DataFrame], source: Source, *, is_latest: bool = True) -> date | None:
    """The last day that the rows of an observation speak of; None when they say nothing of it.

    An answer that is not the latest is known to reach no further than its oldest row: newer ones may be lacking.
    Raises Problem for a period that is neither a day, an instant, a year (2025) nor a month (2025M08).
    """
    column = pl.concat([frame.select(source.speaks_of) for frame in frames])[source.speaks_of].drop_nulls()
    if column.is_empty():
        return None
    last = column.max() if is_latest else column.min()
    if isinstance(last, datetime):
        return last.astimezone(STOCKHOLM).date()
    if isinstance(last, date):
        return last
    if re.fullmatch(r"(19|20|21)\d{2}(M(0[1-9]|1[0-2]))?", str(last)) is None:
        raise Problem(source.title, "okänd period", found=str(last), do="begär år (2025) eller månader (2025M08)")
    year, _, month = str(last).partition("M")
    first_of_next = date(int(year), int(month) + 1, 1) if month and month != "12" else date(int(year) + 1, 1, 1)
    return first_of_next - timedelta(days=1)


def read_reference(table: str) -> pl.DataFrame:
    """The reviewed list `data/reference/<table>.csv`, every column as text.

    Of the register `promises` what the log of measures calls each, the newest first.
    """
    return _reference(table)


def reference_files(table: str) -> list[Path]:
    """The files that a reviewed list is read from."""
    return sorted((REFERENCE / table).glob("*.toml")) if table == "promises" else [REFERENCE / f"{table}.csv"]


@cache
def _reference(table: str) -> pl.DataFrame:
    if table == "promises":
        return pl.DataFrame(
            [
                (agreement.promise_id(promise), agreement.label(promise), municipality, promise.title)
                for agreement in reversed(read_agreements(REFERENCE / table))
                for promise in agreement.promises
                for municipality in agreement.municipalities
            ],
            schema=dict.fromkeys(("promise", "label", "municipality_code", "title"), pl.String),
            orient="row",
        )
    return pl.read_csv(REFERENCE / f"{table}.csv", infer_schema=False).with_columns(pl.all().fill_null(""))


@cache
def _list(table: str, match: str, to: str) -> Mapping[str, str]:
    rows = _reference(table)
    return dict(zip(rows[match].str.strip_chars().str.to_lowercase(), rows[to], strict=True))


@cache
def municipality_codes() -> Mapping[str, str]:
    """Every spelling of a municipality, lower case → its code: code, code without leading zero, name, '… kommun'."""
    spellings: dict[str, str] = {}
    for code, name in _reference("municipalities").select("municipality_code", "municipality").iter_rows():
        lower = name.lower()
        genitive = lower if lower.endswith("s") else f"{lower}s"
        for spelling in (code, code.lstrip("0"), lower, f"{lower} kommun", f"{genitive} kommun"):
            spellings[spelling] = code
    return spellings


@cache
def area_codes() -> Mapping[str, str]:
    """Codes and names (lower case) of municipalities, counties and the country, Kolada's ids of them, → our code."""
    spellings = {"00": "00", "0000": "00", "riket": "00"}
    for code, county, region in _reference("counties").select("county_code", "county", "kolada_region").iter_rows():
        spellings |= {code: code, county.lower(): code, region: code}
    return spellings | {
        spelling: code
        for code, name in _reference("municipalities").select("municipality_code", "municipality").iter_rows()
        for spelling in (code, name.lower())
    }
