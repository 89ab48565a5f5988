"""The whole path, as a person or a scheduler runs it: releases, exit codes, messages, and what never happens."""

import contextlib
import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows._data_version import DATA_VERSION, data_version
from flows._notify import Ending
from flows.cli import main
from flows.pipeline import (
    Outcome,
    Plan,
    add_files,
    collect_and_read,
    latest_release,
    make_plan,
    one_writer,
    read_source,
    release_id,
    run,
    sample_as_of,
)
from flows.settings import read_settings
from lagesbild import open_release, release_folder
from reports import _words
from sources._landing import read_manifest
from sources._problem import Problem, UsageProblem
from sources._registry import all_sources
from tests.forms import Cells, filled

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 9, 1, 2, 30, tzinfo=UTC)
DIALOGUE = "omrade;ar;undersokning;fraga;andel_pct;antal_svar;felmarginal;urvalstyp;svarsfrekvens_pct\n"
ANSWER = "1415;2025;Dialog;otrygg_utomhus;12,5;400;;sjalvvalda;\n"


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """A data folder where the sample has been run once."""
    data = tmp_path_factory.mktemp("sampled")
    return data, run(sample_plan(data))


def sample_plan(data: Path) -> Plan:
    return make_plan(read_settings(data=data), sample=True, now=NOW)


def real_plan(data: Path, *, as_of: date = date(2026, 9, 1)) -> Plan:
    return make_plan(read_settings(data=data), offline=True, as_of=as_of, now=NOW)


def release_bytes(data: Path) -> dict[str, bytes]:
    """Every file of the latest release but the databases, whose bytes never repeat."""
    folder = (data / "output" / "latest").resolve()
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".duckdb"
    }


def test_the_sample_is_published_with_indicators_for_every_focus_area(sampled: tuple[Path, Outcome]) -> None:
    _, outcome = sampled
    assert outcome.exit_code == 0
    assert outcome.breaches == ()
    assert len(outcome.indicators) == 7
    assert min(outcome.indicators.values()) >= 2


def test_vandalism_in_stenungsund_2019_is_the_published_figure_with_byar_limits(sampled: tuple[Path, Outcome]) -> None:
    with open_release(sampled[0]) as con:
        [row] = con.sql(
            "select numerator, denominator, round(value, 3), round(lower_confidence_limit, 2), "
            "round(upper_confidence_limit, 2), method, is_synthetic from output.indicators "
            "where indicator = 'reported_vandalism_rate' and area = 'Stenungsund' and period = '2019'"
        ).fetchall()
    # 228 · (1 − 1/2052 − 1.96/(3√228))³ = 199.36 and 229 · (1 − 1/2061 + 1.96/(3√229))³ = 259.60, over 26 777
    assert row == (228.0, 26777.0, 851.477, 744.53, 969.47, "rate_byar", False)


def test_every_ledger_of_the_sample_balances_and_shows_its_refused_rows(sampled: tuple[Path, Outcome]) -> None:
    for result in sampled[1].sources:
        book = result.ledger
        assert book.rows_read == book.rows_loaded + book.rows_quarantined + book.rows_duplicate > 0
    with open_release(sampled[0]) as con:
        refused = con.sql("select count(*) from output.quarantine").fetchall()[0][0]
        counted = con.sql("select sum(rows_quarantined) from output.sources").fetchall()[0][0]
    assert refused == counted > 0


def test_a_run_on_which_nothing_changed_makes_no_new_release(sampled: tuple[Path, Outcome]) -> None:
    data, first = sampled
    cached = {path: path.stat().st_mtime_ns for path in (data / "parsed").rglob("*.parquet")}
    for name in (f"{'0' * 64}.parquet", "revisions_0.parquet", "revisions_1.parquet", "revisions_2.parquet"):
        (data / "parsed" / "population" / name).touch()  # by earlier code, or of what has been answered since
        os.utime(data / "parsed" / "population" / name, (0, 0))
    again = run(sample_plan(data))
    assert (again.exit_code, again.is_new, again.release) == (0, False, first.release)
    left = {path: path.stat().st_mtime_ns for path in (data / "parsed").rglob("*.parquet")}
    assert cached.items() <= left.items()
    assert all(path.name.startswith("revisions_") for path in left.keys() - cached.keys())
    assert len([*(data / "parsed" / "population").glob("revisions_*")]) == 2
    for path in left.keys() - cached.keys():
        path.unlink()
    assert [path.name for path in (data / "output").iterdir() if path.is_dir() and not path.is_symlink()] == [
        first.release
    ]


def test_two_runs_give_the_same_bytes_and_equal_databases(sampled: tuple[Path, Outcome], tmp_path: Path) -> None:
    run(sample_plan(tmp_path))
    assert release_bytes(tmp_path) == release_bytes(sampled[0])
    for audience in ("internal", "public"):
        files = [release_folder(data, audience) / "lagesbild.duckdb" for data in (sampled[0], tmp_path)]
        with duckdb.connect() as con:
            for name, file in zip(("one", "two"), files, strict=True):
                con.execute(f"attach '{file}' as {name} (read_only)")
            tables = con.sql(
                "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'one' order by 1"
            ).fetchall()
            assert len(tables) > 3
            for (table,) in tables:
                one, two = (f"from {name}.{table}" for name in ("one", "two"))
                differing = f"({one} except all {two}) union all ({two} except all {one})"
                assert con.sql(f"select count(*) from ({differing})").fetchall() == [(0,)], table


@pytest.mark.slow
def test_the_prefect_flow_gives_the_same_release_as_the_plain_run(
    sampled: tuple[Path, Outcome], tmp_path: Path
) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "LAGESBILD_"))}
    environment |= {"LAGESBILD_DATA": str(tmp_path), "LAGESBILD_REPORT_FORMATS": "[]"}
    environment |= {"PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120"}
    said = tmp_path / "said.txt"
    # A file, not a pipe, and a session of its own: a server that outlived the flow would keep the test waiting.
    with said.open("w") as out:
        flow = subprocess.Popen(
            [sys.executable, "-m", "flows.nightly", "run", "--sample"],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            assert flow.wait(timeout=240) == 0, said.read_text()[-3000:]
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(flow.pid, signal.SIGKILL)
    assert sampled[1].release in said.read_text()
    assert release_bytes(tmp_path) == release_bytes(sampled[0])
    assert (tmp_path / "prefect").is_dir()


BUG = "could not convert 'Kalle Anka 19121212-1212'"


def test_an_unforeseen_error_is_told_by_kind_and_place_and_not_by_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def spoiled(*_: object) -> None:
        raise ValueError(BUG)

    monkeypatch.setattr("flows.pipeline.release_id", spoiled)
    assert main(["run", "--offline", "--data", str(tmp_path)]) == 1
    told = "".join(capfd.readouterr())
    assert re.search(r"^flows/pipeline\.py:\d+: oväntat fel av slaget ValueError: felanmäl det", told, re.MULTILINE)
    runs = (tmp_path / "log" / "runs.jsonl").read_text(encoding="utf-8")
    assert "oväntat fel av slaget ValueError" in runs
    for text in (told, runs):
        assert "Anka" not in text
        assert "1212" not in text


def test_a_fault_of_the_program_in_one_source_leaves_the_others_and_a_full_disk_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, module = make_plan(read_settings(data=tmp_path), offline=True), all_sources()["police_events"]

    def raising(error: Exception) -> None:
        def spoiled(*_: object) -> None:
            raise error

        monkeypatch.setattr("flows.pipeline.collect", spoiled)

    raising(ValueError(BUG))
    assert re.fullmatch(
        r"flows/pipeline\.py:\d+: oväntat fel av slaget ValueError: felanmäl det med den här raden\.",
        collect_and_read(plan, module).problem,
    )
    raising(Problem("police_events", "svaret är en webbsida", do="försök senare"))
    assert collect_and_read(plan, module).problem == "police_events: svaret är en webbsida: försök senare."
    raising(OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(OSError, match="No space"):
        collect_and_read(plan, module)


@pytest.mark.slow
def test_an_unforeseen_error_leaves_nothing_of_its_text_with_prefect(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "LAGESBILD_"))}
    environment |= {"LAGESBILD_DATA": str(tmp_path / "data"), "LAGESBILD_ASK_AGAIN_SECONDS": "[0]"}
    environment |= {"PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120", "PYTHONPATH": str(ROOT)}
    program = f"""
from flows import nightly, pipeline

def spoiled(*_, **__):
    raise ValueError({BUG!r})

pipeline.collect_and_read = pipeline.finish_run = spoiled
print("one", nightly.nightly(offline=True, area="1415", only=["police_events"], return_state=True))
pipeline.make_plan = spoiled
print("two", nightly.nightly(offline=True, area="1415", return_state=True))
"""
    said = tmp_path / "said.txt"
    with said.open("w") as out:
        command = [sys.executable, "-c", program]
        flow = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True)
        try:
            assert flow.wait(timeout=240) == 0, said.read_text()[-3000:]
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(flow.pid, signal.SIGKILL)
    told = said.read_text()
    assert "Retry 1/" in told  # what the source's task raised is told by Prefect itself
    ended = re.findall(r"^(one|two) Inte publicerat\('flows/.*: oväntat fel av slaget ValueError", told, re.M)
    assert ended == ["one", "two"]
    for path in (said, *(tmp_path / "data").rglob("*")):
        assert path.is_dir() or b"Anka" not in path.read_bytes(), path
        assert path.is_dir() or b"19121212" not in path.read_bytes(), path


def test_the_core_imports_neither_prefect_nor_great_expectations(tmp_path: Path) -> None:
    program = (
        "import sys; from flows.cli import main; "
        f"code = main(['run', '--sample', '--data', {str(tmp_path)!r}]); "
        "print(code, sorted({'prefect', 'great_expectations', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"


def test_the_sample_never_replaces_real_data(tmp_path: Path) -> None:
    delivered = tmp_path / "dialog.csv"
    delivered.write_text(DIALOGUE + ANSWER, encoding="utf-8")
    assert main(["add", "citizen_survey", str(delivered), "--period", "2025", "--data", str(tmp_path / "data")]) == 0
    with pytest.raises(UsageProblem, match="verkliga uppgifter"):
        sample_plan(tmp_path / "data")


def test_real_runs_do_not_see_the_sample(sampled: tuple[Path, Outcome]) -> None:
    plan = real_plan(sampled[0])
    assert len(read_manifest(sampled[0])) > 20
    for module in all_sources().values():
        result = read_source(plan, module)
        assert (result.status, result.ledger.rows_read) == ("missing", 0)


def test_a_delivery_that_comes_back_after_another_counts_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    header = "rapport_id;datum;tid;kommun;plats;kategori;rapportor\n"
    for name, category in (("a", "klotter"), ("b", "buskörning")):
        (tmp_path / f"{name}.csv").write_text(f"{header}1;2026-08-03;;1415;;{category};Fritid\n", encoding="utf-8")
    module, names = all_sources()["incident_reports"], []
    for hour, name in enumerate("aba"):
        at = replace(real_plan(data), now=NOW.replace(hour=hour))
        add_files(at, module, [tmp_path / f"{name}.csv"])
        names.append(release_id(at, [read_source(at, module)]))
    assert names[0] != names[1] != names[2]


def test_two_surveys_of_one_period_do_not_replace_each_other(tmp_path: Path) -> None:
    data, module = tmp_path / "data", all_sources()["citizen_survey"]
    for name in ("Dialog", "Annan"):
        (tmp_path / f"{name}.csv").write_text(DIALOGUE + ANSWER.replace("Dialog", name), encoding="utf-8")
        add_files(real_plan(data), module, [tmp_path / f"{name}.csv"], period="2025")
    assert read_source(real_plan(data), module).ledger.rows_loaded == 2


def test_an_earlier_day_can_be_rebuilt_without_becoming_the_latest(sampled: tuple[Path, Outcome]) -> None:
    data, outcome = sampled
    earlier = run(make_plan(read_settings(data=data), sample=True, as_of=date(2025, 1, 15), now=NOW))
    assert earlier.release.startswith("2025-01-15")
    assert earlier.path is not None
    assert earlier.path.is_dir()
    assert latest_release(data) == outcome.release
    shutil.rmtree(earlier.path)


@pytest.mark.parametrize("how", ["gone", "damaged"])
def test_a_lost_snapshot_stops_its_source_only(how: str, tmp_path: Path) -> None:
    data, module = tmp_path / "data", all_sources()["citizen_survey"]
    (tmp_path / "d.csv").write_text(DIALOGUE + ANSWER, encoding="utf-8")
    add_files(real_plan(data), module, [tmp_path / "d.csv"], period="2025")
    [parsed] = (data / "parsed" / "citizen_survey").iterdir()
    [landed] = (data / "landing" / "citizen_survey").iterdir()
    parsed.write_bytes(b"damaged")
    if how == "gone":
        landed.unlink()
        result = read_source(real_plan(data), module)
        assert "ögonblicksbilden saknas" in result.problem
        assert result.status == "failed"
    else:
        assert read_source(real_plan(data), module).ledger.rows_loaded == 1


def test_a_name_or_a_number_in_a_text_column_does_not_pass_the_door(tmp_path: Path) -> None:
    data, module = tmp_path / "data", all_sources()["incident_reports"]
    header = "rapport_id;datum;tid;kommun;plats;kategori;rapportor\n"
    rows = [
        "1;2026-08-03;;1415;;klotter;Fritid\n",
        "2;2026-08-03;;1415;;klotter;Anna Svensson 070-174 06 05\n",
        "19871220-2384;2026-08-03;;1415;;klotter;Skola\n",
        "4;2062-08-03;;1415;;klotter;Skola\n",
    ]
    (tmp_path / "r.csv").write_text(header + "".join(rows), encoding="utf-8")
    [(_, book)] = add_files(real_plan(data), module, [tmp_path / "r.csv"])
    assert (book.rows_read, book.rows_loaded, book.rows_quarantined) == (4, 2, 2)
    result = read_source(real_plan(data), module)
    assert {rule for _, _, _, rule in result.refusals} == {"identifier", "in_the_future"}
    for path in data.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"Svensson" not in content
            assert b"2384" not in content


def test_a_release_that_points_at_a_person_is_stopped_at_the_gate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(_words.CADENCES, "daily", "ring Anna Svensson 070-174 06 05")
    outcome = run(sample_plan(tmp_path))
    assert outcome.exit_code == 1
    assert any("1415.html: phone" in breach for breach in outcome.breaches)
    assert not any("Svensson" in breach for breach in outcome.breaches)
    assert not (tmp_path / "output" / "latest").exists()


def test_a_broken_contract_publishes_nothing_and_leaves_the_old_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = run(sample_plan(tmp_path))
    assert main(["status", "--data", str(tmp_path)]) == 0
    before = release_bytes(tmp_path)
    monkeypatch.setattr("flows.pipeline.release_id", lambda *_: "2026-08-07-changed")
    monkeypatch.setattr("flows._warehouse.build", _build_with_a_duplicate)
    assert main(["run", "--sample", "--data", str(tmp_path)]) == 1
    told = capsys.readouterr()
    assert "core.focus_areas: kontraktet 'unik nyckel (focus_area)' bryts av 7 rader" in told.out
    assert "ingenting publicerades, den gamla utgåvan står kvar" in told.out
    assert "tabeller: " in told.err
    assert "misslyckades" in told.err
    assert main(["status", "--data", str(tmp_path)]) == 1
    assert "publicerade ingenting (kod 1)" in capsys.readouterr().out
    assert latest_release(tmp_path) == first.release
    assert release_bytes(tmp_path) == before


def _build_with_a_duplicate(*args: object, **named: object) -> object:
    from models._build import build
    from models._model import all_models

    doubled = [
        replace(model, query=f"from ({model.query}) union all from ({model.query})")
        if model.table == "core.focus_areas"
        else model
        for model in all_models()
    ]
    return build(*args, models=doubled, **named)  # type: ignore[arg-type]


def test_a_failed_quality_check_publishes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def strict(folder: Path, log: Path, release: str, contracts: object) -> object:
        return {
            "log": str(log),
            "release": release,
            "tables": [
                {
                    "table": "public.output.indicators",
                    "parquet": str(folder / "public" / "indicators.parquet"),
                    "contract": {"columns": {"indicator": "VARCHAR"}, "not_null": ["dispersion"]},
                }
            ],
        }

    monkeypatch.setattr("flows._publish.quality_request", strict)
    outcome = run(sample_plan(tmp_path))
    assert outcome.exit_code == 1
    assert any("dispersion" in breach for breach in outcome.breaches)
    assert not (tmp_path / "output" / "latest").exists()
    assert list((tmp_path / "output").iterdir()) == []


def test_publishers_that_do_not_answer_do_not_stop_the_others_and_are_news_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sources._http._TRIES", 1)
    data = tmp_path / "data"
    good = tmp_path / "dialog.csv"
    good.write_text(DIALOGUE + ANSWER, encoding="utf-8")
    assert (
        main(["add", "citizen_survey", str(good), "--period", "2025", "--received", "2026-01-10", "--data", str(data)])
        == 0
    )
    asked = {name for name, module in all_sources().items() if module.fetch is not None}
    plan = make_plan(
        read_settings(data=data, base_urls=dict.fromkeys(asked, "http://127.0.0.1:9")),
        as_of=date(2026, 2, 1),
        now=datetime(2026, 2, 1, 2, 30, tzinfo=UTC),
    )
    outcome = run(plan)
    failed = {result.name for result in outcome.sources if result.problem}
    assert failed == asked >= {"kolada_values", "population", "police_events"}
    assert outcome.exit_code == 3
    with open_release(data) as con:
        assert con.sql(
            "select value, lower_confidence_limit from output.indicators "
            "where indicator = 'dialogue_unsafe_outdoors_share'"
        ).fetchall() == [(12.5, None)]
        assert set(con.sql("select source from output.sources where status = 'failed'").fetchall()) == {
            (name,) for name in failed
        }
    monkeypatch.setenv("LAGESBILD_BASE_URLS", json.dumps(dict.fromkeys(asked, "http://127.0.0.1:9")))
    for day, is_known in ((2, False), (3, True)):  # a Monday, when it is told again, and a Tuesday
        later = datetime(2026, 2, day, 2, 30, tzinfo=UTC)
        monkeypatch.setattr("flows.pipeline.make_plan", partial(make_plan, now=later))
        assert main(["run", "--data", str(data)]) == 3
        assert (f"\n{Ending.REMARKED_AS_BEFORE}.\n" in capsys.readouterr().out) is is_known


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (DIALOGUE.replace("andel_pct", "andel"), "okänd kolumn"),
        ("", "filen är tom"),
        (DIALOGUE + ANSWER.replace("1415", "9999"), "okänt område"),
        (DIALOGUE + ANSWER + ANSWER.replace("12,5", "13"), "samma nyckel"),
    ],
)
def test_bad_input_is_one_sentence_that_names_the_file(
    content: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    delivered = tmp_path / "dialog.csv"
    delivered.write_text(content, encoding="utf-8")
    code = main(["add", "citizen_survey", str(delivered), "--period", "2025", "--data", str(tmp_path / "data")])
    [sentence] = capsys.readouterr().err.splitlines()
    assert code == 1
    assert "dialog.csv" in sentence
    assert said in sentence
    assert read_manifest(tmp_path / "data") == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--area", "atlantis"],
        ["run", "--only", "weather"],
        ["run", "--as-of", "i går"],
        ["add", "weather", "x.csv"],
        ["add", "citizen_survey", "missing.csv", "--period", "2025"],
        ["add", "youth_survey", "missing.csv"],
        ["sql", "select nothing from nowhere"],
        ["sql", "select cast('x' as integer)"],
        ["run", "--sample", "--data", "/dev/null/x"],
        ["show", "output.indicators; drop table x"],
        ["explain", "no_such_indicator", "1415", "2019"],
        ["diff", "no-such-release"],
        ["template", "kolada_values"],
        ["frobnicate"],
        [],
    ],
)
def test_wrong_usage_is_one_sentence_without_a_traceback(
    arguments: list[str],
    sampled: tuple[Path, Outcome],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LAGESBILD_DATA", str(sampled[0]))
    assert main(arguments) in (1, 2)
    said = capsys.readouterr()
    assert len(said.err.splitlines()) == 1
    assert "Traceback" not in said.err + said.out


def test_an_unknown_setting_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAGESBILD_AREAL", "1415")
    with pytest.raises(UsageProblem, match="okänd inställning"):
        read_settings()


def test_a_setting_that_is_not_json_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAGESBILD_BASE_URLS", "not json")
    with pytest.raises(UsageProblem, match="base_urls"):
        read_settings()


def test_a_settings_file_that_is_not_utf_8_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lagesbild.toml").write_bytes(b'contact = "\xe5"')
    with pytest.raises(UsageProblem, match="UTF-8"):
        read_settings()


def test_a_release_for_one_municipality_speaks_of_it_its_county_and_the_country(tmp_path: Path) -> None:
    outcome = run(make_plan(read_settings(data=tmp_path, area="0114"), sample=True, now=NOW))
    assert outcome.exit_code == 0
    with open_release(tmp_path) as con:
        areas = con.sql("select distinct area_code from output.indicators order by 1").fetchall()
    assert areas == [("00",), ("01",), ("0114",)]


def test_two_writers_cannot_write_at_once_and_readers_are_never_locked_out(sampled: tuple[Path, Outcome]) -> None:
    data, _ = sampled
    with open_release(data) as reader, one_writer(data):
        with pytest.raises(UsageProblem, match="en annan körning pågår"), one_writer(data):
            pass
        with open_release(data) as other:
            assert other.sql("select count(*) > 0 from output.indicators").fetchall() == [(True,)]
        assert reader.sql("select count(*) > 0 from core.municipalities").fetchall() == [(True,)]


def test_the_release_is_read_only_and_the_internal_part_is_closed(sampled: tuple[Path, Outcome]) -> None:
    release = (sampled[0] / "output" / "latest").resolve()
    for path in release.rglob("*"):
        mode = path.stat().st_mode & 0o777
        if "public" in path.relative_to(release).parts:
            assert mode == (0o755 if path.is_dir() else 0o444), path
        else:
            assert mode == (0o700 if path.is_dir() else 0o400), path


def test_nothing_outside_public_can_be_read_by_others(sampled: tuple[Path, Outcome]) -> None:
    data, outcome = sampled
    passages = {data / "output", data / "output" / outcome.release}
    for path in data.rglob("*"):
        if path.is_symlink() or "public" in path.relative_to(data).parts:
            continue
        assert path.stat().st_mode & 0o077 == (0o011 if path in passages else 0), path


def test_release_json_holds_ledgers_freshness_snapshots_and_versions(sampled: tuple[Path, Outcome]) -> None:
    data, outcome = sampled
    described = json.loads((release_folder(data) / "release.json").read_text(encoding="utf-8"))
    assert described["release"] == outcome.release
    assert described["as_of"] == sample_as_of().isoformat()
    assert described["versions"]["lagesbild"]
    assert described["versions"]["data_folder"] == DATA_VERSION == data_version(sampled[0])
    for source in described["sources"]:
        assert source["rows_read"] == source["rows_loaded"] + source["rows_quarantined"] + source["rows_duplicate"]
        # Of the first nothing more will come; the second comes when there is something to answer.
        assert source["expected_by"] or source["source"] in ("reported_offence_rates", "signal_answers")
    landed = {path.stem for path in (data / "landing").rglob("*.*") if path.name != "manifest.jsonl"}
    assert {each for snapshot in described["snapshots"] for each in snapshot["snapshots"]} <= landed


def test_no_respondent_and_no_free_text_is_kept_anywhere_in_the_data_folder(sampled: tuple[Path, Outcome]) -> None:
    data, _ = sampled
    raw = (ROOT / "data" / "sample" / "incident_reports" / "incident_reports_2025.csv").read_text("utf-8-sig")
    phrase = next(line.split(";")[6] for line in raw.splitlines()[1:] if len(line.split(";")[6]) > 25)
    for path in data.rglob("*.parquet"):
        frame = pl.read_parquet(path)
        assert "beskrivning" not in frame.columns
        assert "kommentar" not in frame.columns
        for name in frame.select(pl.selectors.string()).columns:
            assert not frame[name].str.contains(phrase, literal=True).any(), path


def test_status_and_lists_answer_for_the_sample(
    sampled: tuple[Path, Outcome], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAGESBILD_DATA", str(sampled[0]))
    assert main(["status", "--json"]) == 0
    status = json.loads(capsys.readouterr().out)
    assert {source["status"] for source in status["sources"]} == {"ok"}
    for arguments, expected in (
        (["list"], "Statistiska centralbyrån"),
        (["list", "indicators"], "reported_vandalism_rate"),
        (["list", "tables"], "core.police_events"),
        (["list", "areas"], "sodra_fyrbodal"),
        (["show", "core.focus_areas"], "Buskörning"),
        (["check"], "Alla kontrakt håller"),
        (["explain", "reported_vandalism_rate", "Stenungsund", "2019"], "26777"),
        (["diff", "latest"], "0 rader skiljer sig"),
    ):
        assert main(arguments) == 0
        assert expected in capsys.readouterr().out


def test_help_answers_at_once() -> None:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "lagesbild", "--help"], cwd=ROOT, capture_output=True, check=True)
    assert time.perf_counter() - began < 5


def test_a_template_is_read_back_by_its_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["template", "incident_reports"]) == 0
    template = tmp_path / "incident_reports_mall.xlsx"
    assert main(["add", "incident_reports", str(template), "--data", str(tmp_path / "data")]) == 1
    assert "incident_reports_mall.xlsx: inga rader" in capsys.readouterr().err
    report: Cells = {"A2": "2026-08-03", "C2": "Tjörn", "E2": "klotter"}
    template.write_bytes(filled(template.read_bytes(), {"Händelser": report}))
    assert main(["add", "incident_reports", str(template), "--data", str(tmp_path / "data")]) == 0
    assert "1 rader lästa, 1 inlästa" in capsys.readouterr().out


def test_files_of_one_period_are_one_delivery_and_a_bad_one_stops_them_all(tmp_path: Path) -> None:
    data = tmp_path / "data"
    names = []
    for code in ("1415", "1419"):
        names.append(tmp_path / f"{code}.csv")
        names[-1].write_text(DIALOGUE + ANSWER.replace("1415", code), encoding="utf-8")
    bad = tmp_path / "bad.csv"
    bad.write_text(DIALOGUE.replace("fraga", "svar"), encoding="utf-8")
    arguments = ["add", "citizen_survey", "--period", "2025", "--data", str(data)]
    assert main([*arguments, *map(str, [*names, bad])]) == 1
    assert read_manifest(data) == []
    assert main([*arguments, *map(str, names)]) == 0
    result = read_source(make_plan(read_settings(data=data)), all_sources()["citizen_survey"])
    assert result.ledger.rows_loaded == 2
    assert main([*arguments, str(names[0])]) == 0
    result = read_source(make_plan(read_settings(data=data)), all_sources()["citizen_survey"])
    assert result.ledger.rows_loaded == 1


def test_a_release_is_never_named_like_a_person(sampled: tuple[Path, Outcome]) -> None:
    day, _, letters = sampled[1].release.rpartition("-")
    assert day == sample_as_of().isoformat()
    assert letters.isalpha()
    assert len(letters) == 12
