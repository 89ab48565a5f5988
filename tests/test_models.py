"""A model's header, the order of the models, and what a contract returns when it does not hold."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from pathlib import Path

import duckdb
import polars as pl
import pytest

from models._build import build
from models._contracts import Contract, breaches, failing_rows_sql
from models._duckdb import connect
from models._estimate import Scope
from models._graph import graph, in_order, sources_behind, tables_read
from models._model import BASES, Model, all_models, period_bounds, read_model
from sources._problem import Problem

INDICATOR = {
    "title": '"Anmäld skadegörelse"',
    "title_en": '"Reported vandalism"',
    "definition": '"Anmälda brott."',
    "focus_area": '"vandalism"',
    "basis": '"registered"',
    "kind": '"counts"',
    "method": '"rate"',
    "per": "100000",
    "unit": '"per 100 000 invånare"',
    "polarity": '"low_is_good"',
}
QUERY = "select 1 as n"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as opened:
        yield opened


def write(folder: Path, table: str, header: Mapping[str, str] | str, query: str = QUERY) -> Path:
    path = folder / f"{table.replace('.', '/')}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(header, str):
        header = "\n".join(f"{key} = {value}" for key, value in header.items())
    path.write_text("".join(f"-- {line}\n" for line in header.splitlines()) + query, encoding="utf-8")
    return path


def model(folder: Path, table: str, query: str, **header: str) -> Model:
    return read_model(write(folder, table, {"title": '"En tabell"', **header}, query))


def sentence(problem: pytest.ExceptionInfo[Problem]) -> str:
    """The one sentence that a person reads; several lines, or a traceback's words, are not one."""
    said = str(problem.value)
    assert "\n" not in said
    assert said.endswith(".")
    return said


# -------------------------------------------------------------------------------------------------------- the header


def test_a_header_becomes_a_model(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "core.things",
        'title = "Saker"\nkey = ["thing_id"]\naccepted = { kind = ["a", "b"] }\nranges = { size = { min = 0 } }\n'
        '[columns]\nthing_id = "Id"',
        "\n-- Not part of the header.\nselect thing_id from staging.things;\n",
    )
    read = read_model(path)
    assert (read.table, read.title, read.columns) == ("core.things", "Saker", {"thing_id": "Id"})
    assert read.contract == Contract(
        table="core.things", key=("thing_id",), accepted={"kind": ("a", "b")}, ranges={"size": (0, None)}
    )
    assert read.query == "-- Not part of the header.\nselect thing_id from staging.things"


def test_an_indicator_that_declares_only_what_it_must_reads(tmp_path: Path) -> None:
    read = read_model(write(tmp_path, "indicators.reported_vandalism_rate", INDICATOR))
    assert read.indicator is not None
    assert read.indicator.indicator == "reported_vandalism_rate"
    assert (read.indicator.period_type, read.indicator.flags, read.indicator.breaks) == ("year", (), ())


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"colour": '"blue"'}, ("okänd nyckel", "colour")),
        ({"focus_area": '"cycling"'}, ("focus_area", "cycling", "vandalism")),
        ({"polarity": '"low"'}, ("polarity", "low", "low_is_good")),
        ({"kind": '"guess"'}, ("kind", "guess", "microdata")),
        ({"method": '"proportion"'}, ("method", "proportion", "rate")),
        ({"period_type": '"decade"'}, ("period_type", "decade", "two_years")),
        ({"flags": '["doubtful"]'}, ("okänd flagga", "doubtful", "series_break")),
        ({"notes": '"Ingen lista."'}, ("notes", "Ingen lista.", "lista")),
        ({"breaks": "2015"}, ("breaks", "2015", "lista")),
        ({"per": '"100000"'}, ("per", "100000", "heltal")),
        ({"polarity": "[1]"}, ("polarity", "[1]", "text")),
    ],
)
def test_an_impossible_indicator_is_one_sentence(tmp_path: Path, changed: dict[str, str], named: Sequence[str]) -> None:
    path = write(tmp_path, "indicators.x_rate", {**INDICATOR, **changed})
    with pytest.raises(Problem) as problem:
        read_model(path)
    for word in ("models/indicators/x_rate.sql", *named):
        assert word in sentence(problem)


@pytest.mark.parametrize("absent", sorted(INDICATOR.keys() - {"title", "per"}))
def test_a_key_that_an_indicator_lacks_is_named(tmp_path: Path, absent: str) -> None:
    path = write(tmp_path, "indicators.x_rate", {key: value for key, value in INDICATOR.items() if key != absent})
    with pytest.raises(Problem) as problem:
        read_model(path)
    assert absent in sentence(problem)


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("title = ", "TOML"),
        ("title = Saker", "TOML"),
        ('key = ["a"]', "rubrik saknas"),
        ("", "rubrik saknas"),
        ('title = "T"\nunit = "procent"', "unit"),
        ('title = "T"\nkey = "thing_id"', "lista"),
        ('title = "T"\naccepted = ["a"]', "tabell"),
        ('title = "T"\nranges = { size = { low = 0 } }', "low"),
        ('title = "T"\nat_least = "7"', "heltal"),
    ],
)
def test_an_impossible_header_is_one_sentence(tmp_path: Path, header: str, named: str) -> None:
    with pytest.raises(Problem) as problem:
        read_model(write(tmp_path, "core.things", header))
    assert "models/core/things.sql" in sentence(problem)
    assert named in sentence(problem)


def test_every_model_of_the_house_reads_and_names_itself_once() -> None:
    tables = [each.table for each in all_models()]
    assert len(tables) == len(set(tables)) > 40


def test_the_catalogue_covers_every_focus_area_from_the_kinds_of_source_there_are() -> None:
    catalogue: dict[str, list[str]] = {}
    for each in all_models():
        if each.indicator:
            catalogue.setdefault(each.indicator.focus_area, []).append(each.indicator.basis)
    assert len(catalogue) == 7
    assert sum(map(len, catalogue.values())) >= 50
    assert len(catalogue.pop("overall_crime")) >= 8
    assert min(map(len, catalogue.values())) >= 6
    kinds = set(BASES)
    # Nobody registers what people feel or think: safety and attitudes.
    lacks = {focus_area: kinds - set(found) for focus_area, found in catalogue.items() if kinds - set(found)}
    assert lacks == {"perceived_safety": {"registered"}, "alcohol_and_drug_attitudes": {"registered"}}


def test_an_indicator_says_what_it_does_not_say_and_why_its_series_breaks() -> None:
    titles = set()
    for each in all_models():
        if (indicator := each.indicator) is None:
            continue
        titles |= {indicator.title, indicator.title_en}
        assert indicator.notes, each.name
        for year in indicator.breaks:
            near = {str(year), str(year - 1)}  # a rule of 2023 breaks the year after
            assert any(said in note for note in indicator.notes for said in near), (each.name, year)
        assert each.name.rsplit("_", 1)[1] in ("rate", "share", "count", "mean", "index", "change")
    assert len(titles) == 2 * sum(each.indicator is not None for each in all_models())


def test_what_own_services_report_and_what_follows_effort_is_not_judged() -> None:
    for each in all_models():
        if each.indicator is None:
            continue
        is_own = each.indicator.basis == "own_services"
        is_reported = "core.incident_reports" in each.query
        assert is_own == (is_reported or "core.service_" in each.query), each.name
        if is_reported or "effort_driven" in each.indicator.flags:
            assert each.indicator.polarity == "none", each.name


@pytest.mark.parametrize(
    ("period", "period_type", "first", "last"),
    [
        ("2023", "year", "2023-01-01", "2023-12-31"),
        ("2024", "survey", "2024-01-01", "2024-12-31"),
        ("2019–2020", "two_years", "2019-01-01", "2020-12-31"),
        ("2023-K4", "quarter", "2023-10-01", "2023-12-31"),
        ("2024-02", "month", "2024-02-01", "2024-02-29"),
        ("2023/24", "school_year", "2023-07-01", "2024-06-30"),
    ],
)
def test_a_period_has_a_first_and_a_last_day(period: str, period_type: str, first: str, last: str) -> None:
    assert tuple(day.isoformat() for day in period_bounds(period, period_type)) == (first, last)


# --------------------------------------------------------------------------------------------------------- the graph


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select * from core.t", {"core.t"}),
        ("with rows as (select * from core.t) select * from rows", {"core.t"}),
        ("with Rows as (select * from core.t) select * from rows", {"core.t"}),
        ("with rows as (select 1) select * from core.rows", {"core.rows"}),
        ("select * from (with inner_rows as (from core.t) select * from inner_rows)", {"core.t"}),
        (
            "with a as (from core.t), b as (from a) select * from a join (with c as (from b) from c) using (x)",
            {"core.t"},
        ),
        ("with recursive r as (select 1 as n union all select n + 1 from r where n < 3) select * from r", set()),
        ("select * from core.t join core.u using (a)", {"core.t", "core.u"}),
        ("select * from core.t natural join core.u", {"core.t", "core.u"}),
        ("select * from core.t semi join core.u using (a)", {"core.t", "core.u"}),
        ("select columns('a.*') from core.t", {"core.t"}),
        ("select (select max(x) from core.u) from core.t", {"core.t", "core.u"}),
        (
            "select * from core.t where exists (from core.u) limit (select 1 from core.v)",
            {"core.t", "core.u", "core.v"},
        ),
        ("select * replace ((select max(z) from core.u) as c) from core.t", {"core.t", "core.u"}),
        ("select * from core.t, lateral (select * from core.u)", {"core.t", "core.u"}),
        ("select * from core.t union all by name select * from core.u", {"core.t", "core.u"}),
        ("select * from range(3), core.t, unnest(t.xs)", {"core.t"}),
        ("select * from (values (1)) as v", set()),
        ("select * from (describe core.t)", {"core.t"}),
    ],
)
def test_a_query_reads_the_tables_it_names_and_not_its_own_parts(
    con: duckdb.DuckDBPyConnection, query: str, expected: set[str]
) -> None:
    assert tables_read(con, query, "här") == expected


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("select * from things", "things"),
        ("with rows as (select 1) select * from rowz", "rowz"),
        ("from 'secret.parquet'", "secret.parquet"),
        ("select * from core.t pivot (sum(y) for x in ('a', 'b'))", "PIVOT"),
        ("pivot core.t on x using sum(y)", "SELECT"),
        ("select * from core.t unpivot (v for n in (a, b))", "PIVOT"),
        ("select * from read_csv('x.csv')", "read_csv"),
        ("select * from core.t join read_parquet('x.parquet') using (a)", "read_parquet"),
        ("select (select content from read_text('/etc/passwd')) from core.t", "read_text"),
        ("select * from glob('*')", "glob"),
        ("select * from my_macro(1)", "my_macro"),
        ("select * from query_table('core.t')", "query_table"),
        ("select 1; select 2", "2 satser"),
        ("create table core.t as select 1", "SELECT"),
        ("insert into core.t values (1)", "SELECT"),
        ("selec 1", "tolka"),
    ],
)
def test_what_cannot_be_followed_is_an_error(con: duckdb.DuckDBPyConnection, query: str, named: str) -> None:
    with pytest.raises(Problem) as problem:
        tables_read(con, query, "models/core/x.sql")
    assert "models/core/x.sql" in sentence(problem)
    assert named in sentence(problem)


def test_a_model_that_reads_an_unknown_table_is_named(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"core/a\.sql.*core\.missing"):
        graph(con, [model(tmp_path, "core.a", "from core.missing")], [])


@pytest.mark.parametrize(
    ("schema", "read"), [("staging", "core.b"), ("core", "indicators.b"), ("indicators", "estimates.b")]
)
def test_a_model_that_reads_upwards_is_named(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, schema: str, read: str
) -> None:
    header = INDICATOR if schema == "indicators" else {"title": '"En tabell"'}
    above = read_model(write(tmp_path, f"{schema}.a", header, f"from {read}"))
    with pytest.raises(Problem, match=rf"{schema}/a\.sql: läser uppåt.*{read}"):
        graph(con, [above], [read])


def test_each_model_comes_after_what_it_reads_in_whatever_order_they_are_given() -> None:
    reads = {
        "core.b": frozenset({"core.a", "parsed.x"}),
        "core.c": frozenset({"core.a"}),
        "core.a": frozenset({"staging.s"}),
        "staging.s": frozenset({"parsed.x"}),
        "output.o": frozenset({"core.b", "core.c"}),
    }
    orders = {tuple(in_order(dict(shuffled))) for shuffled in permutations(reads.items())}
    assert orders == {("staging.s", "core.a", "core.b", "core.c", "output.o")}


def test_models_that_read_each_other_are_one_sentence(tmp_path: Path) -> None:
    ring = [
        model(tmp_path, "core.a", "select * from core.b"),
        model(tmp_path, "core.b", "select * from core.a"),
        read_model(write(tmp_path, "indicators.x_rate", INDICATOR, "select * from core.a")),
    ]
    with pytest.raises(Problem) as problem:
        build(tmp_path / "w.duckdb", {}, Scope(municipalities=(), areas=()), frozenset(), models=ring)
    assert "core.a → core.b" in sentence(problem) or "core.b → core.a" in sentence(problem)


def test_the_sources_behind_a_table_are_found_however_many_steps_away() -> None:
    reads = {
        "staging.s": frozenset({"parsed.kolada_values", "reference.areas"}),
        "core.a": frozenset({"staging.s", "core.p"}),
        "core.p": frozenset({"parsed.population"}),
        "indicators.i": frozenset({"core.a"}),
    }
    assert sources_behind(reads, "indicators.i") == {"kolada_values", "population"}


# --------------------------------------------------------------------------------------------------------- contracts


THINGS = """
    create table things as select * from (values
        ('a', 'red', 1.0), ('a', 'blue', 2.0), ('b', 'green', -1.0), ('c', null, 101.0), ('d', 'red', null)
    ) as t (thing_id, colour, size)
"""


@pytest.mark.parametrize(
    ("contract", "rule", "rows", "examples"),
    [
        (Contract(table="things", key=("thing_id",)), "unik nyckel (thing_id)", 1, {"a"}),
        (Contract(table="things", not_null=("colour",)), "colour är ifylld", 1, set()),
        (Contract(table="things", accepted={"colour": ("red", "blue")}), "colour ur listan", 1, set()),
        (Contract(table="things", ranges={"size": (0, 100)}), "size inom gränserna", 2, set()),
        (Contract(table="things", ranges={"size": (None, 100)}), "size inom gränserna", 1, set()),
        (Contract(table="things", at_least=6), "minst 6 rader", 1, set()),
    ],
)
def test_a_broken_rule_gives_its_rows(
    con: duckdb.DuckDBPyConnection, contract: Contract, rule: str, rows: int, examples: set[str]
) -> None:
    con.execute(THINGS)
    [breach] = breaches(con, contract)
    assert (breach.table, breach.rule, breach.rows, set(breach.examples)) == ("things", rule, rows, examples)
    assert f"bryts av {rows} rader" in str(breach)


def test_the_failing_rows_themselves_can_be_read(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(THINGS)
    contract = Contract(
        table="things", not_null=("colour",), accepted={"colour": ("red", "blue")}, ranges={"size": (0, 100)}
    )
    found = {rule: con.sql(query).fetchall() for rule, query in failing_rows_sql(contract)}
    assert found == {
        "colour är ifylld": [("c", None, 101.0)],
        "colour ur listan": [("b", "green", -1.0)],
        "size inom gränserna": [("b", "green", -1.0), ("c", None, 101.0)],
    }


def test_a_breach_names_the_keys_of_a_few_rows(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create table things as select range as thing_id, null::int as size from range(9)")
    contract = Contract(table="things", key=("thing_id",), not_null=("size",))
    [breach] = breaches(con, contract)
    assert (breach.rows, len(breach.examples)) == (9, 3)


def test_a_contract_that_holds_or_asks_nothing_finds_nothing(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create table things as select 1 as thing_id, 'it''s' as colour, 5.0 as size")
    holds = Contract(
        table="things",
        key=("thing_id", "colour"),
        not_null=("thing_id",),
        accepted={"colour": ("it's",)},
        ranges={"size": (5, 5), "thing_id": (None, None)},
        at_least=1,
    )
    assert breaches(con, holds) == []


def built(tmp_path: Path, *models: Model, **parsed: pl.DataFrame) -> Sequence[str]:
    scope = Scope(municipalities=("1415",), areas=())
    done = build(tmp_path / "w.duckdb", parsed, scope, frozenset(), models=models)
    return [str(breach) for breach in done.breaches]


def test_a_table_whose_comments_differ_from_its_columns_is_an_error(tmp_path: Path) -> None:
    for columns in ('{ n = "Tal", m = "För mycket" }', "{}", '{ m = "Fel namn" }'):
        with pytest.raises(Problem, match="olika kolumner"):
            built(tmp_path, model(tmp_path, "core.a", "select 1 as n", columns=columns))


def test_a_contract_about_a_column_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Problem) as problem:
        built(tmp_path, model(tmp_path, "staging.a", "select 1 as n", not_null='["m"]'))
    assert "staging/a.sql" in sentence(problem)
    assert ": m:" in sentence(problem)


def test_a_query_that_does_not_run_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Problem) as problem:
        built(tmp_path, model(tmp_path, "staging.a", "select no_such_column from parsed.x"), x=pl.DataFrame({"n": [1]}))
    assert "models/staging/a.sql: frågan går inte att köra" in sentence(problem)
    assert "no_such_column" in sentence(problem)


def test_every_broken_contract_is_told_and_nothing_is_estimated_from_it(tmp_path: Path) -> None:
    rows = pl.DataFrame({"municipality_code": ["1415"], "n": [-3]})
    areas = "select '1415' as area_code, 'Stenungsund' as area, 'municipality' as area_type"
    said = built(
        tmp_path,
        model(tmp_path, "staging.a", "from parsed.x", ranges="{ n = { min = 0 } }"),
        model(tmp_path, "staging.b", "from parsed.x", at_least="2"),
        model(tmp_path, "core.areas", areas, columns='{ area_code = "Kod", area = "Namn", area_type = "Slag" }'),
        read_model(
            write(
                tmp_path,
                "indicators.x_rate",
                INDICATOR,
                "select municipality_code, '2023' as period, n as numerator, 10 as denominator, "
                "false as is_synthetic, date '2023-12-31' as data_as_of from staging.a",
            )
        ),
        x=rows,
    )
    assert [line.split(":")[0] for line in said] == ["staging.a", "staging.b", "indicators.x_rate"]


def test_the_comments_of_a_model_stand_on_its_table(tmp_path: Path) -> None:
    assert built(tmp_path, model(tmp_path, "core.a", "select 1 as n", columns="{ n = \"Ett 'tal'\" }")) == []
    with connect(tmp_path / "w.duckdb", read_only=True) as con:
        tables = con.sql("select comment from duckdb_tables() where schema_name = 'core'").fetchall()
        columns = con.sql("select comment from duckdb_columns() where schema_name = 'core'").fetchall()
    assert (tables, columns) == ([("En tabell",)], [("Ett 'tal'",)])
