"""What publishers have changed since the report before, what has another unit, and what is corrected here."""

from __future__ import annotations

import polars as pl

from reports._document import Block, Bullets, Cell, Column, Heading, Paragraph, Table
from reports._facts import AreaFacts, title_of
from reports._language import t
from reports._words import Row, date_text, number

_MOST_ROWS = 10
_NO_FIGURE = ".."


def revised(facts: AreaFacts) -> list[Block]:
    """Ändrade uppgifter: how many of the figures behind the report, the largest changes, and corrections of our own.

    Counted are published figures of the area and of those it stands beside, of series that an indicator builds on.
    """
    codes = {facts.area.code, *(code for _, code in (*facts.area.siblings, *facts.area.others))}
    rows = facts.release.tables["revisions"].filter(
        pl.col("area_code").is_in(codes) & pl.col("indicators").is_not_null()
    )
    previous = facts.release.previous
    since = "" if previous is None or previous.is_empty() else str(previous["release"].max())[:10]
    seen = pl.col("first_seen_at").dt.convert_time_zone("Europe/Stockholm").dt.date().cast(pl.String)
    late = rows.filter(seen > since)
    changed = late.filter(pl.col("kind").is_in(["changed", "removed", "added_late"]))
    content: list[Block] = [Heading(text=t("Ändrade uppgifter"), id="andrade"), _count(changed.height, since)]
    if changed.height:
        content.append(_largest(facts, changed))
    units = late.filter(kind="redefined").group_by("indicators", "series", seen.alias("day")).len("n")
    told = [
        t(
            "{title}: enheten eller metoden är en annan sedan {day}. {n} tal kan inte jämföras med dem före.",
            title=_titles(facts, row),
            day=row["day"],
            n=number(row["n"]),
        )
        for row in units.sort(pl.all()).to_dicts()
    ]
    told += [
        t(
            "Rättad här: {title}, {area} {period}. Utgivaren anger {before}, rapporten {after}. {reason} ({provider})",
            title=_titles(facts, row),
            area=row["area"],
            period=row["period"],
            before=_figures(row)[0],
            after=_figures(row)[1],
            reason=row["reason"],
            provider=row["provider"],
        )
        for row in rows.filter(kind="corrected").to_dicts()
    ]
    if told:
        content.append(Bullets(items=tuple(told), voice="note"))
    return content


def _count(n: int, since: str) -> Paragraph:
    if not since:
        said = t("Utgivarna har ändrat {n} av uppgifterna bakom rapporten sedan de först hämtades.", n=number(n))
        nothing = t("Ingen utgivare har ändrat någon av uppgifterna bakom rapporten sedan de först hämtades.")
    else:
        said = t("Utgivarna har ändrat {n} av uppgifterna bakom rapporten efter {day}.", n=number(n), day=since)
        nothing = t("Ingen utgivare har ändrat någon av uppgifterna bakom rapporten efter {day}.", day=since)
    return Paragraph(text=said if n else nothing)


def _largest(facts: AreaFacts, changed: pl.DataFrame) -> Table:
    """The changes that are the largest in proportion; a figure that came or went is the whole of it."""
    size = pl.max_horizontal(pl.col("old_value").abs(), pl.col("new_value").abs())
    share = ((pl.col("new_value") - pl.col("old_value")).abs() / size).fill_null(1.0)
    first = changed.sort(share, maintain_order=True, descending=True).head(_MOST_ROWS)
    columns = (
        Column(title=t("Mått")),
        Column(title=t("Område")),
        Column(title=t("Period"), is_day=True),
        Column(title=t("Före"), is_number=True),
        Column(title=t("Efter"), is_number=True),
        Column(title=t("Ändringen sågs"), is_day=True),
    )
    return Table(
        id="andrade-tabell",
        caption=t("De största ändringarna av publicerade uppgifter"),
        columns=columns,
        rows=tuple(
            (
                Cell(text=_titles(facts, row), small=row["series"], is_synthetic=bool(row["is_synthetic"])),
                Cell(text=row["area"] or row["area_code"]),
                Cell(text=row["period"]),
                *(Cell(text=text) for text in _figures(row)),
                Cell(text=date_text(row["first_seen_at"])),
            )
            for row in first.to_dicts()
        ),
        note=t("Alla ändringar står i tabellen revisions."),
    )


def _titles(facts: AreaFacts, row: Row) -> str:
    names = str(row["indicators"]).split(",")
    return "; ".join(title_of(facts.release.definitions[name]) for name in names if name in facts.release.definitions)


def _figures(row: Row) -> tuple[str, str]:
    """The figures before and after, with as many decimals as it takes to tell them apart."""
    for decimals in (1, 3, 6):
        before, after = (
            _NO_FIGURE if row[name] is None else number(row[name], decimals) for name in ("old_value", "new_value")
        )
        if before != after:
            break
    return before, after
