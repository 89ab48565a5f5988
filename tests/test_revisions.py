"""What publishers have changed, what is corrected here, and that an earlier day is what it was."""

import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import flows._corrections
from flows._corrections import COLUMNS, read_corrections
from flows._diff import diff_lines, diff_releases, diff_rows, find_release
from flows._forget import forget
from flows._revisions import find_revisions
from flows.cli import main
from flows.pipeline import SAMPLE, add_files, build_warehouse, make_plan, read_source, run
from flows.settings import Settings, read_settings
from models._duckdb import connect
from models._revisions import figures_of
from sources._landing import Observation, keep_snapshot, read_history, record
from sources._problem import UsageProblem
from sources._registry import all_sources
from sources._strict import read_reference
from tests.test_kolada import envelope, kpi

KOLADA = all_sources()["kolada_values"]
DAY = datetime(2026, 8, 3, 0, 30, tzinfo=UTC)
AS_OF = date(2026, 8, 31)
Cells = Mapping[tuple[str, int], float | str | None]


def body(cells: Cells, area: str = "1415") -> bytes:
    """An answer of Kolada's: by KPI and year a value, or the publisher's reason for having none."""
    return json.dumps(
        envelope(
            *(
                {
                    "kpi": name,
                    "municipality": area,
                    "period": year,
                    "values": [
                        {
                            "gender": "T",
                            "count": 1,
                            "status": said if isinstance(said, str) else "",
                            "value": None if isinstance(said, str) else said,
                            "isdeleted": False,
                        }
                    ],
                }
                for (name, year), said in cells.items()
            )
        )
    ).encode()


def look(data: Path, day: int, *bodies: bytes, request: str = "data/kpi", source: str = "kolada_values") -> None:
    """One fetch, so many days after the first."""
    at = DAY + timedelta(days=day)
    seen = Observation(
        source=source,
        request=request,
        parts=tuple(keep_snapshot(data, source, each, "json") for each in bodies),
        observed_at=at,
        content_as_of=at.date(),
        origin="fetch",
    )
    record(data, [seen])


def revised(data: Path, as_of: date = AS_OF) -> list[tuple[Any, ...]]:
    """KPI, year, kind, before, after, and on which days after the first the old was last seen and the new first."""
    plan = make_plan(Settings(data=data), as_of=as_of)
    found, _ = find_revisions(plan, KOLADA, read_history(data))
    if found.is_empty():
        return []
    days = [(pl.col(name) - DAY).dt.total_days() for name in ("last_seen_at", "first_seen_at")]
    before, after = (pl.coalesce(f"{when}_status", pl.col(f"{when}_value").cast(pl.String)) for when in ("old", "new"))
    rows = found.sort("first_seen_at", "key_kpi", "key_year")
    return rows.select("key_kpi", "key_year", "kind", before, after, *days).rows()


# what a revision is -----------------------------------------------------------------------------------------------


def test_a_figure_that_is_changed_and_changed_back_is_two_revisions_and_unchanged_nights_tell_when(
    tmp_path: Path,
) -> None:
    a, b = (body({("N00627", 2023): value, ("N00627", 2022): 60.0}) for value in (70.0, 71.0))
    for day, seen in enumerate((a, a, a, b, b, a, a)):
        look(tmp_path, day, seen)
    assert revised(tmp_path) == [
        ("N00627", 2023, "changed", "70.0", "71.0", 2, 3),
        ("N00627", 2023, "changed", "71.0", "70.0", 4, 5),
    ]
    assert revised(tmp_path, date(2026, 8, 6)) == [("N00627", 2023, "changed", "70.0", "71.0", 2, 3)]
    assert revised(tmp_path, date(2026, 8, 5)) == []


def test_figures_are_compared_as_numbers_and_not_as_the_publisher_writes_them(tmp_path: Path) -> None:
    look(tmp_path, 0, body({("N00627", 2020): 1, ("N00627", 2021): 90.416667, ("N00627", 2022): 0.1 + 0.2}))
    look(tmp_path, 1, body({("N00627", 2020): 1.0, ("N00627", 2021): 90.41666666666667, ("N00627", 2022): 0.3}))
    assert revised(tmp_path) == []
    look(tmp_path, 2, body({("N00627", 2020): 1.0, ("N00627", 2021): 90.41667, ("N00627", 2022): 0.3}))
    assert [row[1:3] for row in revised(tmp_path)] == [(2021, "changed")]


def test_a_reason_for_no_figure_is_a_change_and_a_new_period_is_not(tmp_path: Path) -> None:
    first: Cells = {("N00627", year): 60.0 + year % 10 for year in (2019, 2020, 2022)}
    look(tmp_path, 0, body({**first, ("N00627", 2023): "Missing"}))
    look(tmp_path, 1, body({("N00627", 2019): "Privacy", ("N00627", 2020): 60.0, ("N00627", 2023): 64.0}))
    look(tmp_path, 2, body({("N00627", 2019): "Missing", **{("N00627", year): 60.0 for year in (2020, 2021, 2024)}}))
    assert revised(tmp_path) == [
        ("N00627", 2019, "changed", "69.0", "Privacy", 0, 1),
        ("N00627", 2022, "removed", "62.0", None, 0, 1),
        ("N00627", 2023, "changed", "Missing", "64.0", 0, 1),
        ("N00627", 2019, "changed", "Privacy", "Missing", 1, 2),
        ("N00627", 2021, "added_late", None, "60.0", None, 2),  # 2019–2023 were covered; 2024 is a new period
        ("N00627", 2023, "removed", "64.0", None, 1, 2),
    ]


def test_only_the_pages_that_changed_are_compared_and_a_row_may_move_between_them(tmp_path: Path) -> None:
    one, two = {("N00627", year): 50.0 for year in (2020, 2021)}, {("N00627", 2022): 50.0}
    look(tmp_path, 0, body(one), body(two))
    look(tmp_path, 1, body({("N00627", 2020): 50.0}), body({**two, ("N00627", 2021): 50.0}))
    assert revised(tmp_path) == []
    look(tmp_path, 2, body({("N00627", 2020): 50.0}), body({**two, ("N00627", 2021): 49.0}))
    assert revised(tmp_path) == [("N00627", 2021, "changed", "50.0", "49.0", 1, 2)]


def test_what_a_file_says_between_two_equal_fetches_is_changed_there_and_back(tmp_path: Path) -> None:
    fetched = body({("N00627", 2023): 70.0})
    look(tmp_path, 0, fetched)
    look(tmp_path, 1, fetched)
    look(tmp_path, 2, body({("N00627", 2023): 75.0}), request="exporten")
    assert revised(tmp_path) == [("N00627", 2023, "changed", "70.0", "75.0", 1, 2)]
    look(tmp_path, 3, fetched)
    look(tmp_path, 4, fetched)
    assert revised(tmp_path)[1:] == [("N00627", 2023, "changed", "75.0", "70.0", 2, 3)]


def test_a_vintage_that_is_written_down_late_gives_the_same_revisions(tmp_path: Path) -> None:
    bodies = [body({("N00627", 2023): value}) for value in (70.0, 71.0, 72.0)]
    for folder, order in (("in_time", (0, 1, 2)), ("late", (2, 0, 1))):
        for day in order:
            look(tmp_path / folder, day, bodies[day])
    assert revised(tmp_path / "late") == revised(tmp_path / "in_time")
    assert len(revised(tmp_path / "late")) == 2


def test_a_forgotten_vintage_never_was_and_one_that_is_lost_is_told(tmp_path: Path) -> None:
    for day, value in enumerate((70.0, 71.0, 72.0)):
        look(tmp_path, day, body({("N00627", 2023): value}))
    plan = make_plan(Settings(data=tmp_path), as_of=AS_OF)
    middle = read_history(tmp_path)[1]
    assert isinstance(middle, Observation)
    lost = tmp_path / "landing" / "kolada_values" / f"{middle.parts[0].sha256}.json"
    lost.rename(tmp_path / "undan.json")
    found, [said] = find_revisions(plan, KOLADA, read_history(tmp_path))
    assert (found["old_value"].to_list(), found["new_value"].to_list()) == ([70.0], [72.0])
    assert said == "kolada_values: 1 tidigare leveranser går inte att läsa; ändringar i dem visas inte"
    (tmp_path / "undan.json").rename(lost)
    assert len(revised(tmp_path)) == 2
    forget(plan, middle.parts[0].sha256, "felaktigt inkommen")
    assert revised(tmp_path) == [("N00627", 2023, "changed", "70.0", "72.0", 0, 2)]


def test_only_what_authorities_have_published_as_figures_is_watched() -> None:
    watched = {name for name, module in all_sources().items() if figures_of(module.source)}
    local = {name for name, module in all_sources().items() if module.source.disclosure.value == "local"}
    assert not watched & local
    assert watched == {
        *("kolada_values", "population", "public_health_survey", "reported_offence_rates", "reported_offences"),
        *("reported_offences_yearly", "road_injuries", "scb_citizen_survey", "specialist_care", "vehicles"),
    }
    for name in watched:
        figures = figures_of(all_sources()[name].source)
        assert figures is not None
        assert figures.area, name
        assert not {*figures.columns} & {*figures.key}, name


# what is made of it -----------------------------------------------------------------------------------------------


def built(data: Path, *, as_of: date = AS_OF) -> None:
    plan = make_plan(Settings(data=data), as_of=as_of, now=DAY + timedelta(days=60))
    results = [read_source(plan, module) for module in all_sources().values()]
    breaches = build_warehouse(plan, results, "2026-08-31-abcdefghijkl", lambda _: None).breaches
    assert {breach.table for breach in breaches} <= {"output.indicators"}  # empty where no figures were added


def ask(data: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(connect(data / "warehouse.duckdb", read_only=True)) as con:
        return con.sql(query).fetchall()


FLAGGED = (
    "select area_type, period, value, flags from output.indicators "
    "where indicator = 'few_vandalism_problems_share' and breakdown = '' order by all"
)


def test_a_revised_figure_carries_its_flag_and_names_the_indicators_that_build_on_it(tmp_path: Path) -> None:
    first: dict[tuple[str, int], float | str | None] = {("N00627", 2022): 60.0, ("N00627", 2023): 70.0}
    first |= {("U01627", 2022): 3.0, ("U01627", 2023): 3.0, ("N15428", 2023): 80.0}
    look(tmp_path, 0, body(first))
    look(tmp_path, 1, body({**first, ("N00627", 2023): 71.0, ("U01627", 2022): 4.0, ("N15428", 2023): 81.0}))
    built(tmp_path)
    assert ask(tmp_path, FLAGGED) == [("municipality", "2022", 60.0, ""), ("municipality", "2023", 71.0, "revised")]
    rows = "select series, area, period, kind, old_value, new_value, indicators from output.revisions order by series"
    assert ask(tmp_path, rows) == [
        ("kpi N00627, gender T", "Stenungsund", "2023", "changed", 70.0, 71.0, "few_vandalism_problems_share"),
        ("kpi N15428, gender T", "Stenungsund", "2023", "changed", 80.0, 81.0, None),
        ("kpi U01627, gender T", "Stenungsund", "2022", "changed", 3.0, 4.0, "few_vandalism_problems_share"),
    ]
    assert ask(tmp_path, "from public.revisions") == ask(tmp_path, "from output.revisions")


def test_a_series_whose_figures_all_double_at_once_is_stopped_by_name_until_it_is_reviewed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    years = range(2012, 2024)
    before: Cells = {(name, year): 0.5 + year / 10_000 for name in ("N00627", "N00610") for year in years}
    look(tmp_path, 0, body(before))
    later = {(name, year): value * (100 if name == "N00627" else 1.01) for (name, year), value in before.items()}  # type: ignore[operator]
    look(tmp_path, 1, body(later))
    kinds = {(row[0], row[2]) for row in revised(tmp_path)}
    assert kinds == {("N00627", "redefined"), ("N00610", "changed")}
    stands = "select kpi, is_stopped, count(value) from staging.kolada_values group by all order by all"
    built(tmp_path)
    assert ask(tmp_path, stands) == [("N00610", False, 12), ("N00627", False, 12)]  # reviewed after that
    listed = read_reference("kolada_kpis").with_columns(reviewed=pl.lit("2026-08-03"))
    listed.write_csv(tmp_path / "kolada_kpis.csv")
    monkeypatch.setattr("models._build.REFERENCE", tmp_path / "reference")
    shutil.copytree(SAMPLE.parent / "reference", tmp_path / "reference")
    shutil.copy(tmp_path / "kolada_kpis.csv", tmp_path / "reference")
    built(tmp_path)
    assert ask(tmp_path, stands) == [("N00610", False, 12), ("N00627", True, 0)]
    [(message,)] = ask(tmp_path, "select message from output.sources where source = 'kolada_values'")
    assert message == (
        "kolada_values: kpi N00627, gender T: 12 tal blev i median 100 gånger de förra när de hämtades 2026-08-04: "
        "enheten eller metoden är en annan: granska serien"
    )


# corrections ------------------------------------------------------------------------------------------------------

LINE = {
    "source": "kolada_values",
    "key": "kpi=N00627; area_code=1415; year=2023; gender=T",
    "column": "value",
    "expect": "70",
    "corrected": "17",
    "reason": "Siffrorna är omkastade i utgivarens rapport",
    "provider": "SCB:s enhet för undersökningen, 2026-08-02",
}


def corrections(path: Path, monkeypatch: pytest.MonkeyPatch, *lines: Mapping[str, str]) -> None:
    pl.DataFrame([{name: line[name] for name in COLUMNS} for line in lines]).write_csv(path)
    read_corrections.cache_clear()
    monkeypatch.setattr("flows._corrections.FILE", path)


def test_the_list_of_corrections_is_empty_until_a_publisher_is_known_to_be_wrong() -> None:
    assert read_corrections(flows._corrections.FILE) == ()


def test_a_correction_is_told_on_its_row_and_among_the_revisions_with_who_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(tmp_path, 0, body({("N00627", 2022): 60.0, ("N00627", 2023): 70.0, ("U01627", 2023): 3.0}))
    hidden = {**LINE, "key": LINE["key"].replace("2023", "2022"), "expect": "60.0000001", "corrected": "hide"}
    corrections(tmp_path / "c.csv", monkeypatch, LINE, hidden)
    built(tmp_path)
    assert ask(tmp_path, FLAGGED) == [
        ("municipality", "2022", None, "corrected"),
        ("municipality", "2023", 17.0, "corrected"),
    ]
    rows = "select period, kind, old_value, new_value, reason, provider, indicators from output.revisions order by all"
    said = (LINE["reason"], LINE["provider"], "few_vandalism_problems_share")
    assert ask(tmp_path, rows) == [("2022", "corrected", 60.0000001, None, *said), ("2023", "corrected", 70, 17, *said)]


def test_a_correction_that_the_publisher_has_caught_up_with_is_refused_and_the_run_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(tmp_path, 0, body({("N00627", 2023): 70.0, ("U01627", 2023): 3.0}))
    look(tmp_path, 1, body({("N00627", 2023): 17.0, ("U01627", 2023): 3.0}))
    corrections(tmp_path / "c.csv", monkeypatch, LINE)
    before, after = (
        read_source(make_plan(Settings(data=tmp_path), as_of=DAY.date() + timedelta(days=day)), KOLADA)
        for day in (0, 1)
    )
    assert (len(before.corrections), before.refused_corrections) == (1, ())
    assert after.corrections == ()
    [said] = after.refused_corrections
    assert said == (
        "corrections.csv, rad 2: rättelsen används inte: utgivaren säger nu 17, inte 70: ta bort raden om utgivaren "
        "har rättat (kolada_values, kpi N00627, area_code 1415, year 2023, gender T)"
    )
    assert said in after.warnings
    outcome = run(
        make_plan(read_settings(data=tmp_path), offline=True, as_of=date(2026, 8, 7), now=DAY + timedelta(days=5))
    )
    assert (outcome.exit_code, outcome.is_new) == (3, True)
    with closing(connect(tmp_path / "output" / "latest" / "public" / "lagesbild.duckdb", read_only=True)) as con:
        rows = con.sql(FLAGGED).fetchall()
    assert rows == [("municipality", "2023", 17.0, "revised")]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"source": "weather"}, "källan har inga publicerade siffror att rätta: weather"),
        ({"source": "citizen_survey"}, "källan har inga publicerade siffror att rätta"),  # whoever owns it hands it in
        ({"column": "year"}, "ingen siffra i källan: year"),
        ({"key": "kpi=N00627; year=2023"}, "nyckeln är inte källans"),
        ({"key": LINE["key"].replace("N00627", "N99999")}, "kpi kan inte vara så: N99999"),
        ({"key": LINE["key"].replace("1415", "1416")}, "area_code kan inte vara så: 1416"),
        ({"expect": ""}, "expect är inget tal"),
        ({"corrected": "mycket"}, "corrected är inget tal: mycket"),
        ({"reason": " "}, "reason saknas"),
        ({"provider": "Anna Andersson, 070-123 45 67"}, "provider kan peka ut någon"),
    ],
)
def test_a_correction_is_checked_whole_before_anything_is_read(
    changed: Mapping[str, str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corrections(tmp_path / "c.csv", monkeypatch, {**LINE, **changed})
    with pytest.raises(UsageProblem) as problem:
        read_corrections(tmp_path / "c.csv")
    assert said in str(problem.value)
    assert str(problem.value).startswith("c.csv, rad 2: ")
    corrections(tmp_path / "c.csv", monkeypatch, LINE, LINE)
    with pytest.raises(UsageProblem, match="samma siffra rättas två gånger"):
        read_corrections(tmp_path / "c.csv")


# an earlier day ---------------------------------------------------------------------------------------------------


def nightly(data: Path, day: date, now: datetime) -> Path:
    outcome = run(make_plan(read_settings(data=data, not_fetched=()), as_of=day, now=now))
    assert outcome.path is not None
    return outcome.path


def content(release: Path) -> dict[str, bytes]:
    return {
        path.relative_to(release.parent).as_posix(): path.read_bytes()
        for path in sorted(release.rglob("*"))
        if path.is_file() and path.suffix != ".duckdb"
    }


def test_an_earlier_day_is_rebuilt_byte_for_byte_from_what_was_seen_by_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sources._http._TRIES", 1)
    dialogue = "omrade;ar;undersokning;fraga;andel_pct;antal_svar;felmarginal;urvalstyp;svarsfrekvens_pct\n"

    def tuesday(data: Path) -> None:
        look(data, 0, body({("N00627", 2022): 60.0, ("N00627", 2023): 70.0, ("U01627", 2023): 3.0}))
        look(data, 0, json.dumps(envelope(kpi("N00627"))).encode(), request="kpi", source="kolada_kpis")
        add(data, "1415;2025;Dialog;otrygg_utomhus;12,5;400;;sjalvvalda;\n", date(2026, 8, 3))

    def wednesday(data: Path) -> None:
        look(data, 1, body({("N00627", 2022): 61.0, ("N00627", 2023): 70.0, ("U01627", 2023): 3.0}))
        stopped = kpi("N00627", title="Något annat, andel (%)")
        look(data, 1, json.dumps(envelope(stopped)).encode(), request="kpi", source="kolada_kpis")
        add(data, "1415;2025;Dialog;otrygg_utomhus;14,5;410;;sjalvvalda;\n", date(2026, 8, 4))

    def add(data: Path, line: str, received: date) -> None:
        (tmp_path / "dialog.csv").write_text(dialogue + line, encoding="utf-8")
        plan, module = make_plan(read_settings(data=data)), all_sources()["citizen_survey"]
        add_files(plan, module, [tmp_path / "dialog.csv"], period="2025", received=received)

    at_once, afterwards = tmp_path / "at_once", tmp_path / "afterwards"
    nobody = [name for name, module in all_sources().items() if module.fetch]
    monkeypatch.setenv("LAGESBILD_NOT_FETCHED", json.dumps(nobody))  # no publisher is there on the first night
    tuesday(at_once)
    first = run(make_plan(read_settings(data=at_once), as_of=date(2026, 8, 3), now=DAY)).path
    wednesday(at_once)
    second = run(make_plan(read_settings(data=at_once), as_of=date(2026, 8, 4), now=DAY + timedelta(days=1))).path
    assert first is not None
    assert second is not None
    # Two weeks later, with publishers that are asked and do not answer: that is no part of what was known then.
    monkeypatch.setenv("LAGESBILD_NOT_FETCHED", "[]")
    tuesday(afterwards)
    wednesday(afterwards)
    much_later = DAY + timedelta(days=14)
    rebuilt = [nightly(afterwards, date(2026, 8, day), much_later) for day in (3, 4)]
    for there, here in zip((first, second), rebuilt, strict=True):
        assert content(there) == content(here)
        assert len(content(there)) > 30
    assert (afterwards / "output" / "latest").readlink().name == second.name


# two releases -----------------------------------------------------------------------------------------------------


def release(data: Path, name: str, rows: Sequence[Mapping[str, object]], *, version: str = "1") -> None:
    folder = data / "output" / name / "internal"
    folder.mkdir(parents=True)
    pl.DataFrame(rows).with_columns(release=pl.lit(name)).write_parquet(folder / "indicators.parquet")
    described = {"release": name, "versions": {"lagesbild": version}, "area": "1415", "sample": False}
    (folder / "release.json").write_text(json.dumps(described), encoding="utf-8")
    latest = data / "output" / "latest"
    latest.unlink(missing_ok=True)
    latest.symlink_to(name)


def figure(period: str, value: float | None, **changed: object) -> dict[str, object]:
    named = {"indicator": "reported_theft_rate", "area_type": "municipality", "area_code": "1415", "period": period}
    return {**named, "breakdown": "", "category": "", "value": value, "status": "ok", "method": "rate_byar", **changed}


@pytest.fixture
def two(tmp_path: Path) -> Path:
    before = [figure("2021", 1.0), figure("2022", 2.0), figure("2023", 3.0), figure("2024", 4.0)]
    release(tmp_path, "2026-08-06-aaaaaaaaaaaa", before)
    after = [
        figure("2021", 1.0 + 1e-9),
        figure("2022", 2.5),
        figure("2023", None, status="suppressed", method="rate_exact"),
        figure("2025", 5.0),
    ]
    release(tmp_path, "2026-08-07-aabbbbbbbbbb", after, version="2")
    return tmp_path


def test_a_comparison_of_releases_says_first_how_much_and_then_what(
    two: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert list(diff_lines(diff_releases(two, "previous", "latest"))) == [
        "2026-08-06-aaaaaaaaaaaa → 2026-08-07-aabbbbbbbbbb (intern)",
        "  versions: {'lagesbild': '1'} → {'lagesbild': '2'}",
        "",
        "indicators: 2 ändrade, 1 tillagda, 1 borttagna (method, status, value)",
        "",
        "Per indikator:",
        "  reported_theft_rate  2 ändrade, 1 tillagda, 1 borttagna, varav 1 med annan status",
        "",
        "  reported_theft_rate municipality 1415 2022  : value 2.0 → 2.5",
        "  reported_theft_rate municipality 1415 2023  : status ok → suppressed",
        "  reported_theft_rate municipality 1415 2023  : value 3.0 → –",
        "  reported_theft_rate municipality 1415 2024  : borttagen",
        "  reported_theft_rate municipality 1415 2025  : tillagd",
    ]
    assert main(["diff", "2026-08-06", "--csv", "--data", str(two)]) == 0
    rows = pl.read_csv(capsys.readouterr().out.encode(), infer_schema=False).fill_null("")
    assert rows.equals(diff_rows(diff_releases(two, "previous", "latest")).fill_null(""))
    assert main(["diff", "--json", "--data", str(two)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["tables"] == {"indicators": {"changed": 2, "added": 1, "removed": 1}}
    assert len(told["rows"]) == 6


def test_a_release_is_known_by_the_beginning_of_its_name(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert find_release(two, "2026-08-07") == find_release(two, "latest") == "2026-08-07-aabbbbbbbbbb"
    for name, said in (("2026-08", "passar flera utgåvor"), ("2027", "utgåvan finns inte"), ("", "finns inte")):
        assert main(["diff", name, "--data", str(two)]) == 2
        assert said in capsys.readouterr().err
    assert main(["diff", "previous", "--public", "--data", str(two)]) == 2
    assert "utgåvan har ingen sådan del" in capsys.readouterr().err
    shutil.rmtree(two / "output" / "2026-08-06-aaaaaaaaaaaa")
    assert main(["diff", "--data", str(two)]) == 2
    assert "utgåvan finns inte: previous: de senaste är 2026-08-07-aabbbbbbbbbb" in capsys.readouterr().err


# Kolada's two vintages --------------------------------------------------------------------------------------------

VINTAGES = ("2023-03-28", "2024-12-12")
UNIT_CHANGED = ["U07417", "U07452"]
ROW = ("kpi", "municipality_id", "year", "gender")


def seen_at(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), DAY.time(), UTC)


@dataclass(frozen=True, kw_only=True)
class Vintages:
    """A data folder that has seen both captures, as two fetches, and the captures themselves."""

    data: Path
    old: pl.DataFrame
    new: pl.DataFrame


@pytest.fixture(scope="module")
def vintages(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Vintages:
    from tests.test_real_captures import v3_bodies

    data = tmp_path_factory.mktemp("vintages")
    paths = [shared / f"realdata/kolada/values_{day}.parquet" for day in VINTAGES]
    population = (SAMPLE / "kolada_values" / "population_2010_2019.json").read_bytes()
    look(data, (seen_at("2020-04-17") - DAY).days, population, request="population")
    for day, path in zip(VINTAGES, paths, strict=True):
        look(data, (seen_at(day) - DAY).days, *v3_bodies(path))
    return Vintages(data=data, old=pl.read_parquet(paths[0]), new=pl.read_parquet(paths[1]))


def directly(vintages: Vintages) -> pl.DataFrame:
    """What differs between the two files themselves, as numbers: the row, what was said and what is."""
    old, new = (
        frame.select(
            *ROW,
            # A status wins over a value that stands beside it.
            pl.when(pl.col("status") == "").then("value").alias("value"),
            pl.when(pl.col("status") != "").then("status").alias("status"),
            pl.lit(True).alias("stands"),
        )
        for frame in (vintages.old, vintages.new)
    )
    both = old.join(new, on=list(ROW), how="full", coalesce=True, suffix="_now")
    stood, stands = pl.col("stands").is_not_null(), pl.col("stands_now").is_not_null()
    was, now = pl.col("value"), pl.col("value_now")
    differs = ((was - now).abs() > 1e-6).fill_null(was.is_null() != now.is_null())
    other_reason = was.is_null() & now.is_null() & pl.col("status").ne_missing(pl.col("status_now"))
    covered = vintages.old.group_by("kpi", "gender").agg(pl.min("year").alias("low"), pl.max("year").alias("high"))
    late = ~stood & now.is_not_null() & pl.col("year").is_between("low", "high").fill_null(False)
    return (
        both.join(covered, on=["kpi", "gender"], how="left")
        .filter((stood & stands & (differs | other_reason)) | (stood & ~stands & was.is_not_null()) | late)
        .select(*ROW, "value", "status", "value_now", "status_now", "stands_now")
    )


@pytest.mark.slow
def test_the_two_vintages_of_kolada_give_the_revisions_that_the_files_themselves_give(vintages: Vintages) -> None:
    plan = make_plan(Settings(data=vintages.data), as_of=AS_OF)
    found, said = find_revisions(plan, KOLADA, read_history(vintages.data))
    assert said == ()
    direct = directly(vintages)
    rows = found.select(
        pl.col("key_kpi").alias("kpi"),
        pl.col("key_area_code").alias("municipality_id"),
        pl.col("key_year").cast(pl.Int32).alias("year"),
        pl.col("key_gender").alias("gender"),
        pl.col("old_value").alias("value"),
        pl.col("old_status").alias("status"),
        pl.col("new_value").alias("value_now"),
        pl.col("new_status").alias("status_now"),
        pl.when(pl.col("kind") != "removed").then(pl.lit(True)).alias("stands_now"),
    )
    assert rows.sort(ROW).equals(direct.sort(ROW))
    # 409 figures of five KPIs are changed; all 6,960 of two KPIs are in another unit; 22,659 are no longer given, most
    # because the later question was about later years. Ten thousand differ in the ninth digit, and have not changed.
    assert dict(found["kind"].value_counts().iter_rows()) == {"changed": 409, "redefined": 6_960, "removed": 22_659}
    changed = found.filter(kind="changed")["key_kpi"].value_counts()
    assert dict(changed.iter_rows()) == {"N15816": 290, "N09805": 70, "N17813": 40, "N15428": 7, "N17538": 2}
    assert found.filter(kind="redefined")["key_kpi"].unique().sort().to_list() == UNIT_CHANGED
    [stenungsund] = found.filter(key_kpi="U07417", key_area_code="1415", key_year=2017).to_dicts()
    assert (round(stenungsund["old_value"], 2), round(stenungsund["new_value"], 2)) == (39.37, 3874.31)
    assert [stenungsund[name] for name in ("last_seen_at", "first_seen_at")] == [seen_at(day) for day in VINTAGES]
    again = find_revisions(plan, KOLADA, read_history(vintages.data))[0]
    assert again.equals(found)
    assert find_revisions(replace(plan, as_of=date(2024, 1, 1)), KOLADA, read_history(vintages.data))[0].is_empty()


@pytest.mark.slow
def test_the_two_kpis_whose_unit_changed_are_stopped_by_name_and_their_old_values_never_become_counts(
    vintages: Vintages,
) -> None:
    counted = (
        "select kpi, count(reported) from core.reported_offences_by_municipality_year "
        "where year < 2020 group by all order by all"
    )
    built(vintages.data, as_of=date(2024, 1, 1))
    assert ask(vintages.data, counted) == [(name, 0) for name in UNIT_CHANGED]
    [(message,)] = ask(vintages.data, "select message from output.sources where source = 'kolada_values'")
    assert message.endswith("inte går jämnt upp, så enheten eller metoden är en annan än den granskade: U07417, U07452")
    built(vintages.data)
    [(message,)] = ask(vintages.data, "select message from output.sources where source = 'kolada_values'")
    stopped = [each for each in message.split("; ") if "enheten eller metoden är en annan" in each]
    assert [each.split()[2].strip(",") for each in stopped] == UNIT_CHANGED
    assert "i median 95.7 gånger de förra när de hämtades" in stopped[0]
    assert all("granska serien" in each for each in stopped)
    # Of what is shown, no figure is the old one, none is called a revision, and nothing is said to have risen.
    flags = "select count(*) from output.indicators where flags like '%revised%' and indicator like 'reported_%'"
    assert ask(vintages.data, flags) == [(0,)]
    kinds = "select kind, indicators, count(*) from output.revisions where kind = 'redefined' group by all order by all"
    assert [row[:2] for row in ask(vintages.data, kinds)] == [
        ("redefined", "reported_theft_rate"),
        ("redefined", "reported_vandalism_rate"),
    ]
