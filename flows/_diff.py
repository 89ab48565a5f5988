"""Compares two releases, table by table and figure by figure, as numbers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows._releases import previous_release
from models._model import Model, all_models
from models._revisions import DECIMALS_TOLERANCE, RELATIVE_TOLERANCE
from sources._problem import UsageProblem

_MOST_ROWS = 200
_LONGEST = 60
# Said of every row, and different in every release.
_NAMES_ITS_RELEASE = "release"
ROWS = ("table", "key", "change", "column", "old", "new")
_CHANGES = {"changed": "ändrade", "added": "tillagda", "removed": "borttagna"}
_ROW_CHANGES = {"added": "tillagd", "removed": "borttagen"}


@dataclass(frozen=True, kw_only=True)
class TableDiff:
    """How a table differs. rows: the columns of `ROWS`, a row for each changed cell and each row that came or went.

    groups: rows that differ by what the first column of the key names, for each change.
    """

    table: str
    rows: pl.DataFrame
    groups: Mapping[tuple[str, str], int]


@dataclass(frozen=True, kw_only=True)
class Diff:
    """Two releases by name, what the later one lacks or has more of, and each table that differs."""

    old: str
    new: str
    audience: str
    versions: tuple[str, ...]
    tables: tuple[TableDiff, ...]


def find_release(data: Path, name: str) -> str:
    """A release's whole name. name: `latest`, `previous` (the newest of an earlier day than latest) or its beginning.

    Raises UsageProblem where it names none, or more than one.
    """
    output = data / "output"
    latest = (output / "latest").resolve().name if (output / "latest").is_symlink() else ""
    known = sorted(path.name for path in output.glob("20*") if path.is_dir())
    if name == "latest":
        found = [latest] if latest in known else []
    elif name == "previous":
        before = previous_release(data, latest[:10])
        found = [before] if before else []
    else:
        found = [each for each in known if each == name] or [each for each in known if name and each.startswith(name)]
    if len(found) == 1:
        return found[0]
    listed = ", ".join((found or known)[-5:]) or "inga; kör lagesbild run"
    wrong = "namnet passar flera utgåvor" if found else "utgåvan finns inte"
    raise UsageProblem("lagesbild diff", wrong, found=name, do=f"de senaste är {listed}")


def diff_releases(data: Path, old: str, new: str, audience: str = "internal") -> Diff:
    """How `new` differs from `old` (names as for `find_release`) in every output table.

    Two figures that agree to six decimals are the same. Raises UsageProblem for a release that is not there.
    """
    names = find_release(data, old), find_release(data, new)
    folders = [data / "output" / name / audience for name in names]
    for folder, name in zip(folders, names, strict=True):
        if not folder.is_dir():
            raise UsageProblem("lagesbild diff", "utgåvan har ingen sådan del", found=f"{name}, {audience}")
    described = [json.loads((folder / "release.json").read_text(encoding="utf-8")) for folder in folders]
    output = [model for model in all_models() if model.schema == "output"]
    tables = [_table(model, *(folder / f"{model.name}.parquet" for folder in folders)) for model in output]
    return Diff(
        old=names[0],
        new=names[1],
        audience=audience,
        versions=tuple(
            f"{each}: {before} → {now}"
            for each in ("area", "sample", "versions")
            if (before := described[0].get(each)) != (now := described[1].get(each))
        ),
        tables=tuple(table for table in tables if table.rows.height),
    )


def _table(model: Model, old: Path, new: Path) -> TableDiff:
    """One table of both releases; a table or a column that only one of them has is nothing in the other."""
    frames = [pl.read_parquet(path) if path.exists() else None for path in (old, new)]
    schema = next((frame for frame in reversed(frames) if frame is not None), pl.DataFrame())
    before, after = (schema.clear() if frame is None else frame for frame in frames)
    key = [name for name in model.contract.key or schema.columns if name in schema.columns]
    key = [name for name in key if name in before.columns and name in after.columns and name != _NAMES_ITS_RELEASE]
    if not key:
        return TableDiff(table=model.name, rows=pl.DataFrame(schema=dict.fromkeys(ROWS, pl.String)), groups={})
    others = [name for name in dict.fromkeys((*before.columns, *after.columns)) if name not in (*key, "release")]
    number = pl.int_range(pl.len()).over(key)  # a table without a key may hold a row more than once
    before, after = (
        frame.with_columns(number.alias("?number"), pl.lit(True).alias("?stands")) for frame in (before, after)
    )
    before = before.rename({name: f"?old {name}" for name in (*others, "?stands") if name in before.columns})
    both = before.join(after, on=[*key, "?number"], how="full", coalesce=True, nulls_equal=True).sort(*key, "?number")
    had, has = pl.col("?old ?stands").is_not_null(), pl.col("?stands").is_not_null()
    said = pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in key], separator=" ").alias("key")
    group = pl.col(key[0]).cast(pl.String).fill_null("").alias("group")
    nothing = pl.lit(None, pl.String)
    found = [
        both.filter(only).select(
            said,
            group,
            pl.lit(change).alias("change"),
            pl.lit("").alias("column"),
            *(nothing.alias(name) for name in ("old", "new")),
        )
        for change, only in (("added", ~had), ("removed", ~has))
    ]
    stands = both.filter(had & has)
    for name in others:
        one, other = (
            stands[each] if each in stands.columns else pl.Series(each, [None] * stands.height)
            for each in (f"?old {name}", name)
        )
        found.append(
            stands.with_columns(one.alias("?one"), other.alias("?other"))
            .filter(_differ(one, other))
            .select(
                said,
                group,
                pl.lit("changed").alias("change"),
                pl.lit(name).alias("column"),
                pl.col("?one").cast(pl.String).alias("old"),
                pl.col("?other").cast(pl.String).alias("new"),
            )
        )
    cells = pl.concat(found).with_columns(table=pl.lit(model.name))
    groups = cells.unique(["key", "change"]).group_by("group", "change").len().sort("group", "change")
    return TableDiff(
        table=model.name,
        rows=cells.sort("key", "change", "column").select(ROWS),
        groups={(named, change): n for named, change, n in groups.iter_rows()},
    )


def _differ(one: pl.Series, other: pl.Series) -> pl.Series:
    """Where two columns say different things: numbers by more than a rounding, everything else by anything."""
    if one.dtype.is_numeric() and other.dtype.is_numeric():
        one, other = one.cast(pl.Float64), other.cast(pl.Float64)
        size = pl.DataFrame({"one": one.abs(), "other": other.abs()}).max_horizontal()
        limit = (RELATIVE_TOLERANCE * size).clip(lower_bound=DECIMALS_TOLERANCE)
        return (one.is_null() != other.is_null()) | ((one - other).abs() > limit).fill_null(False)
    return one.cast(pl.String).ne_missing(other.cast(pl.String))


def diff_lines(diff: Diff) -> Iterable[str]:
    """What differs, in plain Swedish: first how much by table, then by indicator, then the cells of the figures."""
    yield f"{diff.old} → {diff.new} ({'intern' if diff.audience == 'internal' else 'publik'})"
    yield from (f"  {line}" for line in diff.versions)
    if not diff.tables:
        yield "0 rader skiljer sig."
        return
    yield ""
    for table in diff.tables:
        columns = ", ".join(table.rows.filter(pl.col("column") != "")["column"].unique().sort())
        yield f"{table.table}: {_counted(_sum(table))}" + (f" ({columns})" if columns else "")
    figures = next((table for table in diff.tables if table.table == "indicators"), None)
    if figures is None:
        return
    yield ""
    yield "Per indikator:"
    width = max(len(name) for name, _ in figures.groups)
    statuses = figures.rows.filter(column="status").with_columns(pl.col("key").str.split(" ").list.first())
    counts = dict(statuses.group_by("key").len().iter_rows())
    for name in dict.fromkeys(name for name, _ in figures.groups):
        mine = {change: n for (each, change), n in figures.groups.items() if each == name}
        changed = f", varav {counts[name]} med annan status" if name in counts else ""
        yield f"  {name:<{width}}  {_counted(mine)}{changed}"
    yield ""
    shown = figures.rows.filter(pl.col("column").is_in(["", "value", "status"])).head(_MOST_ROWS)
    for _, key, change, column, old, new in shown.iter_rows():
        said = f"{column} {_short(old)} → {_short(new)}" if change == "changed" else _ROW_CHANGES[change]
        yield f"  {key}: {said}"
    if (more := figures.rows.filter(pl.col("column").is_in(["", "value", "status"])).height - shown.height) > 0:
        yield f"  … och {more} till; alla med --csv"


def _sum(table: TableDiff) -> Mapping[str, int]:
    return {change: sum(n for (_, each), n in table.groups.items() if each == change) for change in _CHANGES}


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{counts[change]} {word}" for change, word in _CHANGES.items() if counts.get(change))


def _short(text: str | None) -> str:
    said = "–" if text is None else text
    return said if len(said) <= _LONGEST else said[:_LONGEST] + " …"


def diff_rows(diff: Diff) -> pl.DataFrame:
    """Every cell that differs, and every row that came or went, in the columns of `ROWS`."""
    frames: Sequence[pl.DataFrame] = [table.rows for table in diff.tables]
    return pl.concat(frames) if frames else pl.DataFrame(schema=dict.fromkeys(ROWS, pl.String))


def diff_json(diff: Diff) -> dict[str, object]:
    """The same for a program."""
    return {
        "old": diff.old,
        "new": diff.new,
        "audience": diff.audience,
        "settings": list(diff.versions),
        "tables": {table.table: dict(_sum(table)) for table in diff.tables},
        "rows": diff_rows(diff).to_dicts(),
    }
