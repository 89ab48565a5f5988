"""What reported vandalism 2010–2023 says of each promise's time in Södra Fyrbodal: the figures of `docs/loften.md`.

The counts are real: Kolada's U07452, which the sample holds as published. `lagesbild run --sample`, then
`python -m bench.follow_up_vandalism data`. Every agreement's time is followed up by vandalism, whatever it promised.
"""

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from models._beside import years_text
from models._duckdb import connect
from models._follow_up import MONTHLY, follow_up
from models._judge import judge
from models._scope import benchmarks, members_of
from reports._codes import RESULTS_OF_EFFECTS
from reports._words import number

AREA = "sodra_fyrbodal"
# First and last year of the promise, and of the time before. Of 2023–2024 only the first year has figures.
TIMES = ((2017, 2017, 2016, 2016), (2020, 2020, 2019, 2019), (2021, 2022, 2019, 2020), (2023, 2023, 2021, 2022))
_INDICATOR = "reported_vandalism_rate"
_HEADINGS = ("tid", "område", "anmälda (före)", "mot åren före", "mot liknande kommuner", "hade synts", "utfall")
_COUNTS = """
    with counted as (
        select municipality_code, year, reported, inhabitants
        from core.reported_offences_by_municipality_year
        where kpi = 'U07452' and status = 'ok' and not is_synthetic
    )

    select
        'municipality' as area_type,
        municipality_code as area_code,
        municipality as area,
        year,
        reported,
        inhabitants
    from counted
    join core.municipalities using (municipality_code)
    union all
    select 'police_area', area_code, 'Hela området', year, sum(reported)::bigint, sum(inhabitants)::bigint
    from counted
    join core.area_members using (municipality_code)
    where area_code = 'sodra_fyrbodal'
    group by area_code, year
    having count(*) = 3
    order by all
"""


def counts_of(warehouse: Path) -> pl.DataFrame:
    """Of every municipality and of the area: area_type, area_code, area, year, reported, inhabitants."""
    with closing(connect(warehouse, read_only=True)) as con:
        return con.sql(_COUNTS).pl()


def followed_up(counts: pl.DataFrame) -> pl.DataFrame:
    """The rows of `models/_follow_up.py` for each of `TIMES` (its years as promise), with the name of the area.

    before, before_lower, before_upper: the ratio to the years before alone.
    """
    compared = replace(benchmarks(), periods=[(AREA, *years) for years in TIMES])
    unknown = ("weight_squares", "lower_confidence_limit", "upper_confidence_limit")
    told = {"kind": "counts", "period_type": "year", "breakdown": "", "category": "", "status": "ok", "per": 1e5}
    rows = counts.select(
        *("area_type", "area_code", "area"),
        *(pl.lit(value).alias(name) for name, value in told.items()),
        *(pl.lit(None, pl.Float64).alias(name) for name in unknown),
        indicator=pl.lit(_INDICATOR),
        polarity=pl.lit("low_is_good"),
        period=pl.col("year").cast(pl.String),
        period_start=pl.date("year", 1, 1),
        numerator=pl.col("reported").cast(pl.Float64),
        denominator=pl.col("inhabitants").cast(pl.Float64),
        value=1e5 * pl.col("reported") / pl.col("inhabitants"),
        row_flags=pl.lit(None, pl.String),
        static_flags=pl.lit([], pl.List(pl.String)),
        breaks=pl.lit([2015], pl.List(pl.Int64)),
        is_synthetic=pl.lit(False),
    )
    judged = judge(rows, frozenset({AREA, *members_of(AREA)}), compared)
    rules = dict.fromkeys(("rule_change", "valid_from", "title", "focus_areas", "indicators"), pl.String)
    effects = follow_up(
        judged.everywhere,
        pl.DataFrame(schema=dict(MONTHLY)),
        _promised(),
        pl.DataFrame(schema=rules),
        {_INDICATOR: "vandalism"},
        compared,
    )
    before = (
        judged.tables["changes"]
        .filter(benchmark_type="promise")
        .select(
            "area_code",
            promise="period",
            before="effect",
            before_lower="effect_lower",
            before_upper="effect_upper",
        )
    )
    return (
        effects.join(counts.select("area_code", "area").unique(), on="area_code")
        .join(before, on=["area_code", "promise"], how="left")
        .sort("promise", pl.col("area_code") != AREA, "area_code", "design")
    )


def _promised() -> dict[str, pl.DataFrame]:
    promises = pl.DataFrame(
        [
            {
                "promise": years_text(first, last),
                "area_code": AREA,
                "promise_start": date(first, 1, 1),
                "promise_end": date(last, 12, 31),
                "baseline_start": date(before, 1, 1),
                "baseline_end": date(before_last, 12, 31),
            }
            for first, last, before, before_last in TIMES
        ]
    )
    areas = pl.DataFrame({"area_code": [AREA, *members_of(AREA)]})
    return {
        "promises": promises,
        "promise_areas": promises.select("promise").join(areas, how="cross"),
        "promise_indicators": promises.select(
            "promise",
            indicator=pl.lit(_INDICATOR),
            expected_direction=pl.lit("lower"),
            smallest_hoped_pct=pl.lit(30.0),
        ),
    }


def lines(told: pl.DataFrame) -> Iterator[str]:
    """The table of `docs/loften.md`: a line for each promise and area."""
    yield f"| {' | '.join(_HEADINGS)} |"
    yield "|---|---|---:|---:|---:|---:|---|"
    for row in told.filter(design="did").to_dicts():
        said = (
            row["promise"],
            row["area"],
            f"{row['events_during']} ({row['events_before']})",
            _ratio(row["before"], row["before_lower"], row["before_upper"]),
            _ratio(row["effect"], row["effect_lower"], row["effect_upper"]),
            f"−{number(-row['smallest_detectable_fall'])} %",
            RESULTS_OF_EFFECTS[row["result"]],
        )
        yield f"| {' | '.join(said)} |"


def _ratio(value: float, lower: float, upper: float) -> str:
    return f"{number(value, 2)} ({number(lower, 2)}–{number(upper, 2)})"


def main(data: Path) -> None:
    """Print the table, and what every design says, from a data folder after a run of the sample."""
    told = followed_up(counts_of(data / "warehouse.duckdb"))
    print(*lines(told), sep="\n")
    for row in told.to_dicts():
        figures = [f"{name} {row[name]:.2f}" for name in ("effect", "dispersion", "earlier_effect") if row[name]]
        rank = f"plats {row['placebo_rank']} av {row['placebos'] + 1}" if row["placebo_rank"] else ""
        said = (row["promise"], row["area"], row["design"], *figures, rank, row["result"], row["reason"])
        print(*filter(None, (*said, row["compared_with"])), sep=", ")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data"))
