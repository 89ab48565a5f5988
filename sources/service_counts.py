"""The municipality's own counts (verksamhetsstatistik): a workbook with a sheet per service, or a CSV of one service.

The layout is lagesbild's own template: no capture, 0 facts of a publisher's; read with `fastexcel` as every workbook.
What a count means, who answers it and whom it concerns stands in the closed list `service_measures`. `notering` is free
text and dropped at the door.
"""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from sources._declare import (
    Cadence,
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
from sources._periods import read_period
from sources._problem import Problem, nearest
from sources._read import read_sheets
from sources._strict import read_reference

ROWS_A_SHEET = 10_000
WHOLE = "alla"  # the measure is not divided
PLACE = "plats"  # in the list's `groups`: any of the reviewed places
_NOT_KNOWN = ("uppgift saknas", "saknas", "..")
_UNFIT = "passar inte måttet"  # refused by its column's own type, so that the refusal names the column
_MEASURES = read_reference("service_measures")
_UNITS = tuple(sorted(_MEASURES["unit"].unique()))
_WHOLE_UNITS = ("antal", "kr")


def _groups_of(listed: str) -> list[str]:
    named = [group for group in listed.split(";") if group and group != PLACE]
    return named + (read_reference("places")["place"].to_list() if PLACE in listed.split(";") else [])


GROUPS: Mapping[str, list[str]] = {
    measure: _groups_of(listed) for measure, listed in _MEASURES.select("measure", "groups").iter_rows()
}

SOURCE = Source(
    title="Verksamhetsstatistik",
    publisher="Kommunen",
    homepage="",
    licence=Licence("Internt underlag", "", Reuse.FREE),
    attribution="Källa: kommunens verksamheter",
    attribution_processed="Egen bearbetning av uppgifter från kommunens verksamheter",
    cadence=Cadence.MONTHLY,
    delivery=Delivery.APPEND,
    columns=(
        Column("kommun", "municipality_code", Municipality()),
        Column("period", "period", Text()),
        Column("matt", "measure", Listed(table="service_measures", match="title", to="measure", unknown=Unknown.STOP)),
        Column(
            "grupp",
            "subgroup",
            Text(accepted=(WHOLE, *sorted({group for groups in GROUPS.values() for group in groups}))),
        ),
        Column("varde", "value", Number(minimum=0.0), required=False),
        Column("av_hur_manga", "out_of", Whole(minimum=0), required=False),
        Column("enhet", "unit", Text(accepted=_UNITS, unknown=Unknown.STOP)),
        Column("antal_rapporterande", "reporters", Whole(minimum=0), required=False),
        Column("verksamhet", "service", Listed(table="services", match="sheet", to="service"), derived=True),
        Column("redovisning", "reported", Text(accepted=("reported", "not_known", "empty")), derived=True),
        Column("periodens_slag", "period_type", Text(), derived=True),
        Column("periodens_slut", "period_end", Date(), derived=True),
    ),
    ignore=("verksamhet",),
    free_text=("notering",),
    key=("municipality_code", "period", "measure", "subgroup", "service"),
    speaks_of="period_end",
    missing=("", *_NOT_KNOWN),
    reference=("service_measures", "services", "places"),
    disclosure=Disclosure.LOCAL,
    concerns=Concerns.CHILDREN,  # some measures; each says its own in service_measures.csv
    landing=Landing.REDACTED,
    by_hand=True,
)


def parse(raw: Path) -> pl.DataFrame:
    """The rows of every service's sheet, each cell held against what its measure asks for.

    A cell that does not fit its measure (another kind of period, a group or a service of other measures, a part larger
    than its whole) is made unreadable, so that the row is refused under that column. Rows of the template that nobody
    has touched are passed over. Raises Problem for an unknown sheet, and for a unit that is not its measure's.
    """
    rows = _of_every_service(raw).join(
        _MEASURES.select(
            pl.col("title").str.to_lowercase().alias("?title"),
            pl.col("measure").alias("?measure"),
            pl.col("unit").alias("?unit"),
            pl.col("out_of").alias("?out_of"),
            pl.col("services").str.split(";").alias("?services"),
            pl.col("period_type").alias("periodens_slag"),
        ),
        left_on=_plain("matt").str.to_lowercase(),
        right_on="?title",
        how="left",
        maintain_order="left",
    )
    _check_units(rows, raw.name)
    rows = rows.with_columns(enhet=pl.when(_plain("enhet") != "").then(pl.coalesce("?unit", "enhet")))
    sheets = dict(read_reference("services").select("service", "sheet").iter_rows())
    answers = pl.col("?services").list.eval(pl.element().replace_strict(sheets, default=None))
    rows = rows.with_columns(
        redovisning=pl.when(_plain("varde") == "")
        .then(pl.lit("empty"))
        .when(_plain("varde").str.to_lowercase().is_in(_NOT_KNOWN))
        .then(pl.lit("not_known"))
        .otherwise(pl.lit("reported")),
        verksamhet=pl.coalesce(
            pl.col("?sheet"),
            pl.when(_plain("verksamhet") != "").then("verksamhet"),
            pl.when(answers.list.len() == 1).then(answers.list.first()),
        ),
    ).with_columns(
        verksamhet=pl.when(_plain("verksamhet") == "")
        .then(None)
        .when(answers.list.contains(_plain("verksamhet")).fill_null(True))
        .then("verksamhet")
        .otherwise(pl.lit(_UNFIT))
    )
    return _with_fitting_numbers(_with_groups(_with_periods(rows))).select(
        "row_number", *(column.source for column in SOURCE.columns)
    )


def _plain(name: str) -> pl.Expr:
    return pl.col(name).fill_null("").str.strip_chars()


def _of_every_service(raw: Path) -> pl.DataFrame:
    """All rows of all sheets; where there are several, row 14 under the heading of the second tab is number 20 014."""
    sheets = read_sheets(raw, SOURCE)
    known = read_reference("services")["sheet"].to_list()
    frames = []
    for number, name, rows in sheets:
        if name and name not in known:
            hint = f"{nearest(name, known)} Bladet ska heta som verksamheten, eller tas bort"
            raise Problem(raw.name, "okänt blad", found=f"'{name}'", do=hint)
        if "verksamhet" not in rows.columns:
            rows = rows.with_columns(verksamhet=pl.lit(None, pl.String))
        first = ROWS_A_SHEET * number if len(sheets) > 1 else 0
        frames.append(
            rows.drop([each for each in SOURCE.free_text if each in rows.columns]).with_columns(
                pl.col("row_number").cast(pl.Int64) + first, pl.lit(name or None, pl.String).alias("?sheet")
            )
        )
    if not frames or not any(frame.filter(_plain("varde") != "").height for frame in frames):
        raise Problem(raw.name, "inga rader", do="fyll i minst ett värde och lämna filen på nytt")
    untouched = (_plain("varde") == "") & ((_plain("kommun") == "") | (_plain("period") == ""))
    return pl.concat(frames, how="diagonal").filter(~untouched)


def _check_units(rows: pl.DataFrame, where: str) -> None:
    """A sum in thousands among sums in kronor would pass for a small one, so another unit stops the whole file."""
    wrong = rows.filter((_plain("enhet") != "") & (_plain("enhet").str.to_lowercase() != pl.col("?unit")))
    if wrong.height:
        number, unit = wrong.select("row_number", "?unit").row(0)
        raise Problem(where, "enheten är inte måttets", found=f"rad {number}", do=f"räkna om till {unit}")


def _with_periods(rows: pl.DataFrame) -> pl.DataFrame:
    pairs = rows.select(_plain("period").alias("period"), "periodens_slag").unique().drop_nulls()
    found = [(text, kind, *(read_period(text, kind) or (None, None))) for text, kind in pairs.iter_rows()]
    spelled = pl.DataFrame(
        found,
        schema={
            "?period": pl.String,
            "periodens_slag": pl.String,
            "?spelled": pl.String,
            "?last": pl.Date,
        },
        orient="row",
    )
    return (
        rows.with_columns(_plain("period").alias("?period"))
        .join(spelled, on=["?period", "periodens_slag"], how="left", maintain_order="left")
        .with_columns(
            period=pl.coalesce("?spelled", "period"),
            periodens_slut=pl.col("?last").cast(pl.String).fill_null(pl.lit(_UNFIT)),
        )
    )


def _with_groups(rows: pl.DataFrame) -> pl.DataFrame:
    pairs = [(measure, group.lower(), group) for measure, groups in GROUPS.items() for group in groups]
    fitting = pl.DataFrame(pairs, schema=["?measure", "?group", "?spelled_group"], orient="row")
    dashed = _plain("grupp").str.to_lowercase().str.replace(r"(\d) ?- ?(\d)", "$1–$2")
    return (
        rows.with_columns(dashed.alias("?group"))
        .join(fitting, on=["?measure", "?group"], how="left", maintain_order="left")
        .with_columns(
            grupp=pl.when(pl.col("?group").is_in(["", WHOLE]))
            .then(pl.lit(WHOLE))
            .otherwise(pl.col("?spelled_group").fill_null(pl.lit(_UNFIT)))
        )
    )


def _with_fitting_numbers(rows: pl.DataFrame) -> pl.DataFrame:
    """Counts are whole, a part is no larger than its whole, and a whole stands only where the measure asks for one."""
    value, out_of = (_number(name) for name in ("varde", "av_hur_manga"))
    is_whole = pl.col("?unit").is_in(_WHOLE_UNITS)
    asks = pl.col("?out_of") != ""
    has_value = pl.col("redovisning") == "reported"
    is_part = (pl.col("?unit") == "antal") & asks
    bad_value = is_whole & (value % 1 != 0)
    bad_whole = (is_part & has_value & (out_of.is_null() | (value > out_of))) | (~asks & out_of.is_not_null())
    return rows.with_columns(
        varde=pl.when(bad_value.fill_null(False)).then(pl.lit(_UNFIT)).otherwise("varde"),
        av_hur_manga=pl.when(bad_whole.fill_null(False)).then(pl.lit(_UNFIT)).otherwise("av_hur_manga"),
    )


def _number(name: str) -> pl.Expr:
    return _plain(name).str.replace_all(r"[\s\u00a0]", "").str.replace(",", ".").cast(pl.Float64, strict=False)
