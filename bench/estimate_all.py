"""How long the estimate step takes for every municipality: 290 × 60 indicators × 15 years × 3 sexes, in one process."""

import statistics
import time
from dataclasses import replace

from models._contracts import Contract
from models._disclose import Protection
from models._duckdb import connect
from models._estimate import estimate
from models._model import Model, all_models
from models._scope import benchmarks, scope_of

INDICATORS, YEARS, RUNS = 60, 15, 3


def main() -> None:
    """Print the seconds of each run and their median."""
    [like] = [model for model in all_models() if model.name == "reported_vandalism_rate"]
    assert like.indicator is not None
    models = [
        Model(
            schema="indicators",
            name=f"x{number}_rate",
            path=like.path,
            query="",
            title=like.title,
            contract=Contract(table=""),
            indicator=replace(like.indicator, indicator=f"x{number}_rate", measure=f"x{number}_rate", breaks=()),
        )
        for number in range(INDICATORS)
    ]
    scope = scope_of("00")
    with connect() as con:
        con.execute("create schema core; create schema indicators; create table municipalities (code varchar)")
        con.execute("insert into municipalities values " + ", ".join(f"('{code}')" for code in scope.municipalities))
        con.execute(
            "create table core.area_members as select '00' as area_code, code as municipality_code from municipalities"
        )
        con.execute(
            "create table core.areas as select code as area_code, code as area, 'municipality' as area_type "
            "from municipalities union all select '00', 'Riket', 'country'"
        )
        for number, model in enumerate(models):
            con.execute(f"""
                create table {model.table} as
                select
                    code as municipality_code, (2010 + year)::varchar as period,
                    case sex when '' then '' else 'sex' end as breakdown, sex as category,
                    50 + (hash(code, year, sex, {number}) % 200)::bigint as numerator, 20000 as denominator,
                    false as is_synthetic, date '2024-12-31' as data_as_of
                from municipalities, range({YEARS}) as years (year), (values (''), ('women'), ('men')) as sexes (sex)
            """)
        sources = {model.table: frozenset({"kolada_values"}) for model in models}
        seconds = []
        for _ in range(RUNS):
            started = time.perf_counter()
            found = estimate(con, models, sources, frozenset(), {}, scope, Protection(), benchmarks())
            seconds.append(time.perf_counter() - started)
    said = ", ".join(f"{each:.2f}" for each in seconds)
    print(f"{found.rows.height} rows: {said} s, median {statistics.median(seconds):.2f} s")


if __name__ == "__main__":
    main()
