"""Rows that have been kept long enough become counts and no figure changes; what is forgotten is gone from it all."""

import json
import random
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from flows._forget import Forgotten, forget, forgotten_lines
from flows.cli import main
from flows.pipeline import (
    Outcome,
    Plan,
    add_files,
    build_warehouse,
    latest_release,
    make_plan,
    one_writer,
    read_all,
    read_source,
    release_id,
    run,
)
from flows.settings import read_settings
from lagesbild import open_release
from models._duckdb import connect
from models._graph import sources_behind
from models._model import all_models
from sources._declare import Delivery, Landing
from sources._landing import (
    AGGREGATE,
    Line,
    Observation,
    Part,
    Replacement,
    Tombstone,
    in_force,
    read_history,
    read_manifest,
    record,
    snapshot_path,
    standing,
)
from sources._problem import Problem, UsageProblem
from sources._registry import all_sources
from sources._retention import cannot_be_rebuilt, due, kept_until, removed, replaced_deliveries
from sources._strict import Parsed

NOW = datetime(2026, 9, 1, 2, 30, tzinfo=UTC)
NOON = datetime(2024, 1, 10, 11, tzinfo=UTC)
DECISION = "dnr KS 2026/123, 2026-05-04"
DECIDED = {"incident_reports": DECISION, "youth_survey": DECISION}
INCIDENTS, YOUTH = all_sources()["incident_reports"], all_sources()["youth_survey"]
# Counts, measures and answers are read at the door for what people write there, but no row of theirs is about a person.
AGGREGATES = ("measures", "service_counts", "signal_answers")
BY_WEEK = {
    "core.early_warning_counts",
    "core.impersonal_incident_reports_by_municipality_week",
    "core.incident_reports_by_municipality_week",
}
EXPECTED_OF_WEEKS = {"output.early_warning", "output.signals"}
PERSONAL = {
    name: module for name, module in all_sources().items() if module.source.is_personal and name not in AGGREGATES
}


def sample_plan(data: Path, *, as_of: date | None = None, **settings: object) -> Plan:
    return make_plan(read_settings(data=data, **settings), sample=True, as_of=as_of, now=NOW)


def real_plan(data: Path, now: datetime = NOW, *, as_of: date | None = None, **settings: object) -> Plan:
    return make_plan(read_settings(data=data, area="1415", **settings), offline=True, as_of=as_of, now=now)


def warehouse_of(plan: Plan) -> dict[str, pl.DataFrame]:
    """Every table of a run's warehouse from `core` on."""
    with one_writer(plan.data):
        results = read_all(plan)
        built = build_warehouse(plan, results, "r", lambda _: None)
    assert [result.problem for result in results] == [""] * len(results)
    assert built.breaches == ()
    with closing(connect(plan.data / "warehouse.duckdb", read_only=True)) as con:
        tables = con.sql(
            "select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('core', 'output')"
        ).fetchall()
        return {table: con.sql(f"from {table}").pl() for (table,) in tables}


def real_folder(parent: Path) -> Path:
    """A data folder that holds one official figure, so that there is something to publish."""
    raw = parent / "dialog.csv"
    raw.write_text(
        "omrade;ar;undersokning;fraga;andel_pct;antal_svar;felmarginal;urvalstyp;svarsfrekvens_pct\n"
        "1415;2022;Dialog;otrygg_utomhus;12,5;400;;sjalvvalda;\n",
        encoding="utf-8",
    )
    data = parent / "data"
    with one_writer(data):
        add_files(real_plan(data), all_sources()["citizen_survey"], [raw], period="2022", received=date(2023, 1, 1))
    return data


def reports_in(data: Path) -> list[str]:
    """The snapshots of incident reports that stand, as they came in."""
    return [part.sha256 for each in read_manifest(data) if each.source == "incident_reports" for part in each.parts]


def landed(data: Path, source: str) -> list[str]:
    """The kinds of files in a source's landing folder."""
    return sorted(path.name.partition(".")[2] for path in (data / "landing" / source).iterdir())


def read_status(data: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    main(["status", "--data", str(data), *options])
    return capsys.readouterr().out


# what is due ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "months", "until"),
    [
        (date(2024, 1, 15), 24, date(2026, 1, 15)),
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2024, 8, 31), 6, date(2025, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2024, 12, 31), 1, date(2025, 1, 31)),
        (date(2024, 11, 30), 1, date(2024, 12, 30)),
        (date(2024, 12, 1), 0, date(2024, 12, 1)),
    ],
)
def test_retention_is_counted_in_calendar_months(received: date, months: int, until: date) -> None:
    assert kept_until(received, months) == until


def seen(
    content: str, at: datetime = NOON, *, source: str = "s", origin: str = "add", original: str = ""
) -> Observation:
    return Observation(
        source=source,
        request=content,
        parts=(Part(sha256=content, extension="parquet"),),
        observed_at=at,
        content_as_of=at.date(),
        origin=origin,
        original_sha256=(original,) if original else (),
    )


AGGREGATED = Part(sha256="c" * 64, extension=AGGREGATE)
REPLACED = Replacement(source="s", snapshot="a", by=AGGREGATED, decision=DECISION, on=date(2026, 1, 11))
FORGOTTEN = Tombstone(source="s", snapshot="a", reason="felaktigt inkommen", on=date(2026, 2, 1))


def days_due(*history: Line, on: date) -> list[tuple[str, date]]:
    found = due(history, "s", 24, origins=("fetch", "add"), on=on)
    return [(part.sha256, day) for part, day in found.items()]


def test_a_snapshot_is_due_on_the_day_its_time_is_up_and_the_oldest_comes_first() -> None:
    history = [seen("b", NOON + timedelta(days=1)), seen("a"), seen("x", origin="sample"), seen("y", source="t")]
    assert days_due(*history, on=date(2026, 1, 9)) == []
    assert days_due(*history, on=date(2026, 1, 10)) == [("a", date(2026, 1, 10))]
    assert days_due(*history, on=date(2026, 2, 1)) == [("a", date(2026, 1, 10)), ("b", date(2026, 1, 11))]


def test_what_came_in_again_is_kept_from_the_last_time() -> None:
    history = [seen("a"), seen("b", NOON + timedelta(days=5)), seen("a", NOON + timedelta(days=9))]
    assert [name for name, _ in days_due(*history, on=date(2026, 1, 18))] == ["b"]
    assert [name for name, _ in days_due(*history, on=date(2026, 1, 19))] == ["b", "a"]


def test_what_is_replaced_or_forgotten_is_not_due() -> None:
    assert days_due(seen("a"), REPLACED, on=date(2030, 1, 1)) == []
    assert days_due(seen("a"), FORGOTTEN, on=date(2030, 1, 1)) == []


# the manifest -----------------------------------------------------------------------------------------------------


def names(history: Sequence[Line]) -> list[str]:
    return [part.sha256 for each in standing(history) for part in each.parts]


def test_the_manifest_gives_back_what_happened_and_says_what_stands(tmp_path: Path) -> None:
    history: list[Line] = [seen("a"), seen("b"), REPLACED]
    for line in history:
        record(tmp_path, [line])
    assert read_history(tmp_path) == history
    assert read_manifest(tmp_path) == [replace(seen("a"), parts=(AGGREGATED,)), seen("b")]


@pytest.mark.parametrize(
    ("history", "stand", "gone"),
    [
        ([seen("a"), REPLACED], [AGGREGATED.sha256], {"a"}),
        ([seen("a"), REPLACED, seen("a")], [AGGREGATED.sha256] * 2, {"a"}),
        ([seen("a"), FORGOTTEN], [], {"a"}),
        ([seen("a"), FORGOTTEN, seen("a")], ["a"], set()),
        ([seen("a"), REPLACED, FORGOTTEN], [], {"a", AGGREGATED.sha256}),
        ([seen("a"), REPLACED, FORGOTTEN, seen("a")], ["a"], {AGGREGATED.sha256}),
        ([seen("a", source="t"), FORGOTTEN], ["a"], {"a"}),  # gone from its source, not from another
    ],
)
def test_what_stands_and_what_is_to_be_gone_follow_from_the_order_of_the_lines(
    history: Sequence[Line], stand: list[str], gone: set[str]
) -> None:
    assert names(history) == stand
    assert removed(history, "s") == gone


def test_of_a_delivery_of_two_files_the_other_stays_when_one_is_forgotten() -> None:
    both = replace(seen("a"), parts=(*seen("a").parts, *seen("b").parts))
    assert names([both, FORGOTTEN]) == ["b"]


def test_when_the_newest_delivery_of_a_period_is_forgotten_the_one_before_counts_again() -> None:
    first, second = (replace(seen(name, NOON), request="r") for name in "ba")
    second = replace(second, observed_at=NOON + timedelta(days=1))
    found = in_force(
        standing([first, second, FORGOTTEN]), "s", Delivery.REPLACES_PERIOD, as_of=date(2026, 1, 1), origins=("add",)
    )
    assert found == [first]


@pytest.mark.parametrize("line", [REPLACED, FORGOTTEN])
def test_a_torn_line_about_a_removal_is_passed_over_and_written_again(
    line: Replacement | Tombstone, tmp_path: Path
) -> None:
    record(tmp_path, [seen("a"), line])
    path = tmp_path / "landing" / "manifest.jsonl"
    whole = path.read_bytes()
    for end in range(whole.index(b"\n") + 1, len(whole) - 1):
        path.write_bytes(whole[:end])
        assert read_history(tmp_path) == [seen("a")]
    record(tmp_path, [line])
    assert path.read_bytes() == whole


def test_a_line_of_a_kind_that_is_not_known_is_an_error(tmp_path: Path) -> None:
    record(tmp_path, [REPLACED, seen("a")])
    path = tmp_path / "landing" / "manifest.jsonl"
    path.write_text(path.read_text().replace('"replacement"', '"gift"'))
    with pytest.raises(Problem, match="rad 1: raden säger något som programmet inte känner till: gift"):
        read_manifest(tmp_path)


def test_only_a_file_that_stands_as_counts_is_refused_when_it_comes_again() -> None:
    history: list[Line] = [seen("a", original="one"), seen("b", original="two"), REPLACED]
    assert replaced_deliveries(history, "s") == {"one"}
    assert replaced_deliveries([*history, FORGOTTEN], "s") == set()
    assert replaced_deliveries(history, "t") == set()


def test_a_day_before_a_removal_is_told_what_it_lacks_and_later_days_are_not() -> None:
    history: list[Line] = [seen("a"), REPLACED]
    assert cannot_be_rebuilt(history, "s", date(2026, 1, 11)) == []
    [said] = cannot_be_rebuilt(history, "s", date(2026, 1, 10))
    assert said == (
        "s: ögonblicksbilder som har ersatts av antal från och med 2026-01-11: 1; "
        "2026-01-10 kan inte återskapas rad för rad"
    )
    assert cannot_be_rebuilt(history, "s", date(2024, 1, 9)) == []  # it had not come in by then
    assert cannot_be_rebuilt(history, "t", date(2026, 1, 10)) == []
    [said] = cannot_be_rebuilt([seen("a"), FORGOTTEN], "s", date(2026, 1, 31))
    assert "har tagits bort från och med 2026-02-01: 1" in said


# declarations -----------------------------------------------------------------------------------------------------


def test_every_source_about_people_has_a_retention_and_counts_that_stay() -> None:
    models = {model.table: model for model in all_models()}
    assert set(PERSONAL) == {"incident_reports", "police_extracts", "rescue_callouts", "road_accidents", "youth_survey"}
    for name, module in all_sources().items():
        assert (module.source.retention_months is not None) == (name in PERSONAL), name
        if name in PERSONAL:
            assert module.source.landing is Landing.REDACTED
            query = models[f"staging.{name}_by_snapshot"].query
            assert f"parsed.{name}_aggregated" in query
            kept = {column for column, _ in module.source.aggregate}
            assert all(re.search(rf"\b{column}\b", query) for column in kept)
            assert not kept & {"report_id", "date", "time", "place", "reporter", "keyword_flags", "sex"}


def test_counts_that_stand_for_rows_are_of_the_same_source() -> None:
    reads = {"staging.x": frozenset({"parsed.youth_survey", "parsed.youth_survey_aggregated"})}
    assert sources_behind(reads, "staging.x") == {"youth_survey"}


# the figures ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, pl.DataFrame], dict[str, pl.DataFrame]]:
    """The sample's tables before and after retention has ended in a folder."""
    data = tmp_path_factory.mktemp("ended")
    before = warehouse_of(sample_plan(data))
    assert (landed(data, "incident_reports"), landed(data, "youth_survey")) == (["parquet"] * 4, ["parquet"] * 3)
    return data, before, warehouse_of(sample_plan(data, gallringsbeslut=DECIDED))


def test_no_figure_of_the_sample_changes_when_rows_become_counts(
    ended: tuple[Path, dict[str, pl.DataFrame], dict[str, pl.DataFrame]],
) -> None:
    data, before, after = ended
    # Received by 7 August 2024: the reports of 2023, the surveys of 2021 and 2023.
    assert landed(data, "incident_reports") == [AGGREGATE] + ["parquet"] * 3
    assert landed(data, "youth_survey") == [AGGREGATE] * 2 + ["parquet"]
    assert before.keys() == after.keys()
    assert {"core.incident_reports_by_municipality_month", "output.indicators"} <= before.keys()
    for table, frame in before.items():
        assert frame.height > 0 or table in ("core.similar_municipality_changes", "output.revisions"), table
        if table == "output.quarantine":  # names the snapshot
            frame, after[table] = (each.drop("snapshot").sort(pl.all()) for each in (frame, after[table]))
        assert frame.schema == after[table].schema, table
        if table in BY_WEEK:  # what a week held is not kept: fewer weeks, none of them another
            left = after[table]
            assert 0 < left.height < frame.height
            assert left.join(frame, on=left.columns, how="anti", nulls_equal=True).is_empty(), table
        elif table in EXPECTED_OF_WEEKS:  # the same weeks were seen, beside fewer earlier ones
            seen = ["series", "area_code", "category", "events", "reporters", "same_last_year", "is_synthetic"]
            assert frame.select(seen).equals(after[table].select(seen)), table
        else:
            assert not_by_sex(frame).equals(not_by_sex(after[table])), table


def not_by_sex(frame: pl.DataFrame) -> pl.DataFrame:
    """Without the school survey's figures by sex: sex is not kept, so they go with the rows."""
    if "breakdown" not in frame.columns:
        return frame
    asked = [each.name for each in all_models() if "core.youth_answers_by_municipality_year" in each.query]
    is_asked = pl.col("indicator").is_in(asked) if "indicator" in frame.columns else pl.lit("question" in frame.columns)
    return frame.filter(~(is_asked & (pl.col("breakdown") == "sex")))


def test_figures_by_sex_stand_as_long_as_all_rows_of_their_year(
    ended: tuple[Path, dict[str, pl.DataFrame], dict[str, pl.DataFrame]],
) -> None:
    _, before, after = ended
    table = "core.youth_answers_by_municipality_year"
    was, left = (tables[table].filter(breakdown="sex") for tables in (before, after))
    assert set(was["year"]) == {2021, 2023, 2025}
    assert left.equals(was.filter(year=2025))


def test_what_is_kept_holds_no_row_of_a_person_or_a_report(
    ended: tuple[Path, dict[str, pl.DataFrame], dict[str, pl.DataFrame]],
) -> None:
    data, _, _ = ended
    for name, module in PERSONAL.items():
        for path in (data / "landing" / name).glob(f"*.{AGGREGATE}"):
            assert path.stat().st_mode & 0o777 == 0o600
            frame = pl.read_parquet(path)
            assert frame.columns == [column for column, _ in module.source.aggregate]
            assert frame.height < Parsed.read(path, rows=False).ledger.rows_loaded
    months = pl.read_parquet(next((data / "landing" / "incident_reports").glob(f"*.{AGGREGATE}")))["month"]
    assert set(months.dt.day()) == {1}


def test_the_manifest_says_what_was_replaced_by_which_decision_and_when(
    ended: tuple[Path, dict[str, pl.DataFrame], dict[str, pl.DataFrame]],
) -> None:
    data, _, _ = ended
    found = [line for line in read_history(data) if isinstance(line, Replacement)]
    assert [line.source for line in found] == ["incident_reports", "youth_survey", "youth_survey"]
    for line in found:
        assert (line.decision, line.on) == (DECISION, date(2026, 8, 7))
        assert snapshot_path(data, line.source, line.by).is_file()
        assert not snapshot_path(data, line.source, Part(sha256=line.snapshot, extension="parquet")).exists()


def test_the_next_run_finds_nothing_more_to_end_and_an_earlier_day_says_what_it_lacks(
    ended: tuple[Path, dict[str, pl.DataFrame], dict[str, pl.DataFrame]],
) -> None:
    data, _, after = ended
    history = read_history(data)
    again = warehouse_of(sample_plan(data, gallringsbeslut=DECIDED))
    assert read_history(data) == history
    assert again["output.indicators"].equals(after["output.indicators"])
    earlier = read_source(sample_plan(data, as_of=date(2025, 3, 1)), INCIDENTS)
    assert earlier.problem == ""
    assert "2025-03-01 kan inte återskapas rad för rad" in earlier.warnings[0]


CATEGORIES = ("klotter", "hot", "buskörning", "inget att rapportera")
SERVICES = ("Skola", "Fritid", "Fastighet", "")


def weekly(seed: int) -> list[tuple[date, str]]:
    """Ten weeks of reports; a third have been delivered before, with another day, kind or service."""
    chance = random.Random(seed)
    deliveries, number = [], 0
    for week in range(10):
        received = date(2024, 1, 29) + timedelta(days=7 * week)
        rows: dict[str, str] = {}
        for _ in range(12):
            number += 1
            name = f"r{chance.randrange(number) if number > 1 and chance.random() < 0.35 else number}"
            day = received - timedelta(days=chance.randrange(28))
            kind, service = chance.choice(CATEGORIES), chance.choice(SERVICES)
            rows[name] = f"{name};{day};;{chance.choice(('1415', '1419'))};;{kind};{service}\n"
        deliveries.append((received, "rapport_id;datum;tid;kommun;plats;kategori;rapportor\n" + "".join(rows.values())))
    return deliveries


@pytest.mark.parametrize("seed", [1, 2])
def test_months_told_in_several_deliveries_are_counted_the_same_while_their_rows_go_one_by_one(
    seed: int, tmp_path: Path
) -> None:
    decisions: Mapping[str, Mapping[str, str]] = {"kept": {}, "ended": DECIDED}
    for name in decisions:
        (tmp_path / name).mkdir()
    folders = {name: real_folder(tmp_path / name) for name in decisions}
    for number, (received, text) in enumerate(weekly(seed)):
        raw = tmp_path / f"{number}.csv"
        raw.write_text(text, encoding="utf-8")
        for data in folders.values():
            add_files(real_plan(data), INCIDENTS, [raw], received=received)
    table = "core.incident_reports_by_municipality_month"
    for now, aggregates in ((date(2026, 2, 1), 1), (date(2026, 2, 27), 5), (date(2026, 6, 1), 10)):
        at = datetime(now.year, now.month, now.day, 12, tzinfo=UTC)
        found = [
            warehouse_of(real_plan(folders[name], at, gallringsbeslut=decided))[table]
            for name, decided in decisions.items()
        ]
        assert landed(folders["ended"], "incident_reports").count(AGGREGATE) == aggregates
        assert landed(folders["kept"], "incident_reports") == ["parquet"] * 10
        assert found[0]["reports"].sum() > 50
        assert found[0]["reporters"].max() == 3
        assert found[0].equals(found[1]), now


REPORTS = "rapport_id;datum;tid;kommun;plats;kategori;rapportor\n"


def deliver(data: Path, name: str, row: str, received: date = date(2024, 1, 10)) -> Path:
    raw = data.parent / f"{name}.csv"
    raw.write_text(REPORTS + row, encoding="utf-8")
    with one_writer(data):
        add_files(real_plan(data), INCIDENTS, [raw], received=received)
    return raw


def reports_counted(plan: Plan) -> int:
    return int(warehouse_of(plan)["core.incident_reports_by_municipality_month"]["reports"].sum())


def test_two_deliveries_with_equal_counts_stay_two(tmp_path: Path) -> None:
    data = real_folder(tmp_path)
    deliver(data, "a", "1;2024-01-03;;1415;;hot;Skola\n")
    deliver(data, "b", "2;2024-01-04;;1415;;hot;Fritid\n")  # not the same service: that would count once
    assert reports_counted(real_plan(data)) == 2
    assert reports_counted(real_plan(data, gallringsbeslut=DECIDED)) == 2
    assert landed(data, "incident_reports") == [AGGREGATE] * 2


def test_a_delivery_whose_every_report_came_again_leaves_an_empty_aggregate_and_its_ledger(tmp_path: Path) -> None:
    data = real_folder(tmp_path)
    deliver(data, "a", "1;2024-01-03;;1415;;hot;Skola\n")
    deliver(data, "b", "1;2024-01-03;;1415;;klotter;Skola\n", date(2025, 1, 10))
    assert reports_counted(real_plan(data, gallringsbeslut=DECIDED)) == 1
    result = read_source(real_plan(data), INCIDENTS)
    assert sorted(part.is_aggregate for part in result.parsed) == [False, True]
    assert result.ledger.rows_loaded == 2


def test_a_file_whose_rows_are_only_counts_is_not_taken_in_again(tmp_path: Path) -> None:
    data = real_folder(tmp_path)
    raw = deliver(data, "a", "1;2024-01-03;;1415;;hot;Skola\n")
    add_files(real_plan(data), INCIDENTS, [raw])  # while its rows stand it may come again
    shutil.rmtree(data)
    real_folder(tmp_path)
    deliver(data, "a", "1;2024-01-03;;1415;;hot;Skola\n")
    assert reports_counted(real_plan(data, gallringsbeslut=DECIDED)) == 1
    with pytest.raises(UsageProblem, match="fil 1: filen har lämnats förut och är gallrad"):
        add_files(real_plan(data), INCIDENTS, [raw])
    assert landed(data, "incident_reports") == [AGGREGATE]


def test_a_new_delivery_of_a_survey_replaces_its_counts(tmp_path: Path) -> None:
    data = real_folder(tmp_path)
    for number, answers in enumerate((("ja", "nej", "nej"), ("ja",))):
        raw = tmp_path / f"{number}.csv"
        header = [column.source for column in YOUTH.source.columns if not column.derived]
        rows = [
            {"undersokning": "Enkät", "ar": "2023", "kommun": "1415", "arskurs": "åk 9", "trygg_i_skolan": each}
            for each in answers
        ]
        lines = [";".join(header), *(";".join(row.get(name, "") for name in header) for row in rows)]
        raw.write_text("\n".join(lines) + "\n", encoding="utf-8")
        add_files(real_plan(data), YOUTH, [raw], period="2023", received=date(2023 + number, 12, 1))
    for year, kinds in ((2024, ["parquet"] * 2), (2025, [AGGREGATE, "parquet"]), (2026, [AGGREGATE] * 2)):
        found = warehouse_of(real_plan(data, datetime(year, 12, 2, tzinfo=UTC), gallringsbeslut=DECIDED))
        assert found["core.youth_answers_by_municipality_year"]["respondents"].max() == 1
        # The delivery that was replaced goes too when its time is up, though it does not count.
        assert landed(data, "youth_survey") == kinds


# decisions --------------------------------------------------------------------------------------------------------


def test_without_a_decision_nothing_goes_and_status_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    warehouse_of(sample_plan(tmp_path))
    warehouse_of(sample_plan(tmp_path, gallringsbeslut={"youth_survey": DECISION}))
    assert landed(tmp_path, "incident_reports") == ["parquet"] * 4
    assert landed(tmp_path, "youth_survey").count(AGGREGATE) == 2
    said = read_status(tmp_path, capsys)
    assert re.search(
        r"incident_reports +gallras ej: beslut saknas \(1 ögonblicksbilder, den äldsta sedan 2026-01-15\)", said
    )
    assert said.count("gallras") == 3  # and those of rescue_callouts and road_accidents
    found = {each["source"]: each for each in json.loads(read_status(tmp_path, capsys, "--json"))["sources"]}
    assert [
        found["incident_reports"][f"retention_{name}"] for name in ("months", "decision", "ended", "ended_since")
    ] == [
        24,
        "",
        1,
        "2026-01-15",
    ]
    assert (found["police_events"]["retention_months"], found["police_events"]["retention_ended"]) == (None, 0)


def test_with_a_decision_status_says_that_the_next_run_does_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = real_folder(tmp_path)
    deliver(data, "a", "1;2020-01-03;;1415;;hot;Skola\n", date(2020, 1, 10))
    monkeypatch.setenv("LAGESBILD_GALLRINGSBESLUT", json.dumps(DECIDED))
    assert "gallras vid nästa körning (1 ögonblicksbilder, den äldsta sedan 2022-01-10)" in read_status(data, capsys)
    found = json.loads(read_status(data, capsys, "--json"))["sources"]
    assert {each["retention_decision"] for each in found} == {"", DECISION}


@pytest.mark.parametrize("decisions", [{"weather": "dnr 1"}, {"police_events": "dnr 1"}, {"youth_survey": " "}])
def test_a_decision_that_decides_nothing_is_a_usage_error(decisions: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="gallringsbeslut"):
        real_plan(tmp_path, gallringsbeslut=decisions)


def test_a_run_for_a_day_to_come_ends_nothing_early(tmp_path: Path) -> None:
    data = real_folder(tmp_path)
    deliver(data, "a", "1;2026-01-03;;1415;;hot;Skola\n", date(2026, 1, 10))
    warehouse_of(replace(real_plan(data, gallringsbeslut=DECIDED), as_of=date(2030, 1, 1)))
    assert landed(data, "incident_reports") == ["parquet"]


def test_the_name_of_the_release_follows_what_is_in_force(tmp_path: Path) -> None:
    data = real_folder(tmp_path)
    deliver(data, "a", "1;2024-01-03;;1415;;hot;Skola\n")
    ids = []
    for decided in ({}, DECIDED, DECIDED):
        plan = real_plan(data, gallringsbeslut=decided)
        warehouse_of(plan)
        ids.append(release_id(plan, [read_source(plan, INCIDENTS)]))
    assert ids[0] != ids[1] == ids[2]


# crashes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["keep_snapshot", "record", "erase_removed", "Path.unlink"])
def test_a_run_that_is_cut_off_anywhere_is_finished_by_the_next(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = real_folder(tmp_path)
    deliver(data, "a", "1;2024-01-03;;1415;;hot;Skola\n2;2024-01-03;;1415;;hot;Skola\n")
    deliver(data, "b", "2;2024-01-04;;1415;;klotter;Fritid\n")
    plan = real_plan(data, gallringsbeslut=DECIDED)
    kept = warehouse_of(real_plan(data))["core.incident_reports_by_municipality_month"]

    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(f"flows._retention.{step}", cut)
        with pytest.raises(KeyboardInterrupt), one_writer(data):
            read_all(plan)
    assert warehouse_of(plan)["core.incident_reports_by_municipality_month"].equals(kept)
    assert landed(data, "incident_reports") == [AGGREGATE] * 2
    assert len([line for line in read_history(data) if isinstance(line, Replacement)]) == 2


def test_a_snapshot_that_cannot_be_read_ends_nothing_and_is_told(tmp_path: Path) -> None:
    data = real_folder(tmp_path)
    deliver(data, "a", "1;2024-01-03;;1415;;hot;Skola\n")
    deliver(data, "b", "2;2024-01-04;;1415;;klotter;Fritid\n")
    before = read_history(data)
    damaged, whole = sorted((data / "landing" / "incident_reports").iterdir())
    damaged.write_bytes(b"damaged")
    with one_writer(data):
        [result] = [
            each for each in read_all(real_plan(data, gallringsbeslut=DECIDED)) if each.name == "incident_reports"
        ]
    assert "ögonblicksbilden saknas eller är skadad" in result.problem
    assert whole.is_file()
    assert read_history(data) == before


# forget -----------------------------------------------------------------------------------------------------------

REASON = "felaktigt inkommen"
LOADED = "select rows_loaded from output.sources where source = 'incident_reports'"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str, Outcome, Outcome]:
    """A data folder with two releases; the second has one delivery more."""
    data = real_folder(tmp_path_factory.mktemp("published"))
    deliver(data, "old", "1;2024-01-03;;1415;;hot;Skola\n", date(2026, 8, 1))
    first = run(real_plan(data))
    deliver(data, "new", "2;2024-01-03;;1415;;hot;Fritid\n", date(2026, 8, 2))
    second = run(real_plan(data))
    assert (first.breaches, second.breaches) == ((), ())
    old_snapshot, new_snapshot = reports_in(data)
    return data, old_snapshot, new_snapshot, first, second


@pytest.fixture
def copied(published: tuple[Path, str, str, Outcome, Outcome], tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(published[0], tmp_path / "data", symlinks=True))


Published = tuple[Path, str, str, Outcome, Outcome]


def files_with(data: Path, text: str) -> list[str]:
    return [path.name for path in data.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_a_forgotten_snapshot_is_gone_with_the_releases_that_rest_on_it(published: Published, copied: Path) -> None:
    _, _, new, first, second = published
    done = forget(real_plan(copied), new[:8], REASON)
    assert done == Forgotten(
        snapshot=new,
        sources=("incident_reports",),
        files=(f"landing/incident_reports/{new}.parquet", "warehouse.duckdb"),
        releases=(second.release,),
        decided=(),
        unread=(),
        latest=first.release,
    )
    assert not (copied / "warehouse.duckdb").exists()
    assert [path.name for path in sorted((copied / "output").iterdir())] == sorted([first.release, "latest"])
    assert latest_release(copied) == first.release
    assert not (copied / "log" / second.release).exists()
    assert (copied / "log" / first.release).exists()
    with open_release(copied) as con:
        assert con.sql(LOADED).fetchall() == [(1,)]
    # The hash stays where it says what happened, and in the ledger of the run.
    assert {"manifest.jsonl", "forgotten.jsonl"} <= set(files_with(copied, new))
    assert not [name for name in files_with(copied, new) if name.endswith((".json", ".duckdb", ".parquet"))]
    assert run(real_plan(copied)).breaches == ()


def test_a_release_that_has_been_decided_stands_and_stays_the_latest(published: Published, copied: Path) -> None:
    _, old, _, first, second = published
    done = forget(real_plan(copied, decided=[second.release]), old, REASON)
    assert (done.releases, done.decided, done.latest) == ((first.release,), (second.release,), second.release)
    assert (copied / "output" / second.release / "internal" / "release.json").is_file()
    lines = forgotten_lines(done)
    assert f"  output/{second.release}" in lines[lines.index("Kvar, för att lägesbilden är beslutad:") :]


def test_when_no_release_is_left_there_is_no_latest_and_the_next_run_makes_one(
    published: Published, copied: Path
) -> None:
    _, old, _, _, _ = published
    done = forget(real_plan(copied), old, REASON)
    assert (len(done.releases), done.latest) == (2, "")
    assert list((copied / "output").iterdir()) == []
    with pytest.raises(UsageProblem, match="utgåvan finns inte"):
        open_release(copied)
    outcome = run(real_plan(copied))
    assert (outcome.is_new, latest_release(copied)) == (True, outcome.release)
    with open_release(copied) as con:
        assert con.sql(LOADED).fetchall() == [(1,)]


def test_a_misspelled_decided_release_stops_before_anything_is_removed(published: Published, copied: Path) -> None:
    with pytest.raises(UsageProblem, match="den beslutade utgåvan finns inte: 2026-01-01-typo"):
        forget(real_plan(copied, decided=["2026-01-01-typo"]), published[2], REASON)
    assert reports_in(copied) == list(published[1:3])


def test_a_release_that_cannot_be_read_is_told_and_left(published: Published, copied: Path) -> None:
    _, _, new, first, _ = published
    described = copied / "output" / first.release / "internal" / "release.json"
    described.chmod(0o600)
    described.write_text("{")
    done = forget(real_plan(copied), new, REASON)
    assert done.unread == (first.release,)
    assert "Kan inte läsas, granska för hand:" in forgotten_lines(done)


@pytest.mark.parametrize("step", ["_leave", "remove_release", "erase_removed", "_log", "shutil.rmtree"])
def test_forgetting_that_is_cut_off_anywhere_is_finished_by_forgetting_again(
    step: str, published: Published, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, new, first, _ = published

    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(f"flows._forget.{step}", cut)
        with pytest.raises(KeyboardInterrupt):
            forget(real_plan(copied), new, REASON)
    assert new not in names(read_history(copied))  # from the first moment it counts no more
    forget(real_plan(copied), new, REASON)
    assert [path.name for path in sorted((copied / "output").iterdir())] == sorted([first.release, "latest"])
    assert not (copied / "landing" / "incident_reports" / f"{new}.parquet").exists()
    assert not (copied / "warehouse.duckdb").exists()
    assert len([line for line in read_history(copied) if isinstance(line, Tombstone)]) == 1


def test_forgetting_what_is_already_counts_takes_the_counts_by_either_hash(tmp_path: Path) -> None:
    for name in ("by snapshot", "by aggregate"):
        (tmp_path / name).mkdir()
        data = real_folder(tmp_path / name)
        raw = deliver(data, "a", "1;2024-01-03;;1415;;hot;Skola\n")
        deliver(data, "b", "2;2024-01-03;;1415;;hot;Skola\n", date(2026, 1, 10))
        warehouse_of(real_plan(data, gallringsbeslut=DECIDED))
        [line] = [line for line in read_history(data) if isinstance(line, Replacement)]
        forget(real_plan(data), line.snapshot if name == "by snapshot" else line.by.sha256, REASON)
        assert landed(data, "incident_reports") == ["parquet"]
        assert reports_counted(real_plan(data)) == 1
        add_files(real_plan(data), INCIDENTS, [raw])  # what was forgotten may be brought in again, and counts
        assert reports_counted(real_plan(data)) == 2


def test_the_cache_of_a_source_goes_with_a_forgotten_snapshot(tmp_path: Path) -> None:
    data = tmp_path / "sample"
    warehouse_of(sample_plan(data))
    [first, *_] = [each for each in read_manifest(data) if each.source == "police_events"]
    assert len(list((data / "parsed" / "police_events").iterdir())) == 4
    done = forget(sample_plan(data), first.parts[0].sha256, REASON)
    assert done.sources == ("police_events",)
    assert not (data / "parsed" / "police_events").exists()
    # The sample is not brought in again.
    warehouse_of(sample_plan(data))
    assert len([each for each in read_manifest(data) if each.source == "police_events"]) == 3
    assert len(list((data / "landing" / "police_events").iterdir())) == 3


@pytest.mark.parametrize(
    ("prefix", "reason", "said"),
    [
        ("{new}", "", "skäl saknas"),
        ("{new}", "  ", "skäl saknas"),
        ("{new}", "Anna Svensson ville det", "skälet kan peka ut någon"),
        ("{new}", "gäller 19871220-2384", "skälet kan peka ut någon"),
        ("{new:.7}", REASON, "inte början på en kontrollsumma"),
        ("../../x", REASON, "inte början på en kontrollsumma"),
        ("00000000", REASON, "ögonblicksbilden finns inte"),
    ],
)
def test_wrong_usage_removes_nothing_and_repeats_nothing(
    prefix: str, reason: str, said: str, published: Published, capsys: pytest.CaptureFixture[str]
) -> None:
    data, _, new, _, _ = published
    before = sorted(data.rglob("*"))
    assert main(["forget", prefix.format(new=new), "--reason", reason, "--data", str(data)]) == 2
    [sentence] = capsys.readouterr().err.splitlines()
    assert said in sentence
    assert not re.search("Svensson|2384", sentence)
    assert sorted(data.rglob("*")) == before


def test_a_beginning_that_two_snapshots_share_is_refused(tmp_path: Path) -> None:
    record(tmp_path, [seen("abcdef0123"), seen("abcdef0199")])
    with pytest.raises(UsageProblem, match="flera ögonblicksbilder börjar så: abcdef01"):
        forget(real_plan(tmp_path), "abcdef01", REASON)


def test_nothing_is_forgotten_while_a_run_is_writing(published: Published, copied: Path) -> None:
    with one_writer(copied), pytest.raises(UsageProblem, match="en annan körning pågår"):
        forget(real_plan(copied), published[2], REASON)
    assert reports_in(copied) == list(published[1:3])


def test_the_command_says_what_it_cannot_reach_and_notes_it_for_the_owner_only(
    published: Published, copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["forget", published[2][:12], "--reason", REASON, "--data", str(copied)]) == 0
    said = capsys.readouterr().out
    for each in ("säkerhetskopior", "webbplats", "hos den som lämnade den", "data/published", "lagesbild run"):
        assert each in said
    log = copied / "log" / "forgotten.jsonl"
    [noted] = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert (noted["snapshot"], noted["reason"], len(noted["unreachable"])) == (published[2], REASON, 5)
    for path in copied.rglob("*"):
        if "public" not in path.relative_to(copied).parts and not path.is_symlink():
            assert path.stat().st_mode & 0o066 == 0, path
