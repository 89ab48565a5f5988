"""Time done right: one clock, read once; Swedish days; both changes of summer time; leap days; week 53; New Year."""

import ast
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import duckdb
import pytest

from flows import pipeline
from flows._collect import is_asked
from flows._plan import Plan
from flows.cli import main
from flows.pipeline import Outcome, add_files, latest_release, make_plan, read_all, release_id, run
from flows.settings import read_settings
from models._duckdb import connect
from models._model import all_models
from reports._calendar import last_whole_week, read_week, week_name
from reports._scheduler import remember_clean, scheduler_texts
from sources._declare import next_expected
from sources._landing import read_manifest
from sources._parse import parse_file
from sources._problem import UsageProblem
from sources._registry import all_sources

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 9, 1, 2, 30, tzinfo=UTC)
WINTER, SUMMER = timezone(timedelta(hours=1)), timezone(timedelta(hours=2))
DIALOGUE = "omrade;ar;undersokning;fraga;andel_pct;antal_svar;felmarginal;urvalstyp;svarsfrekvens_pct\n"
ANSWER = "1415;2025;Dialog;otrygg_utomhus;12,5;400;;sjalvvalda;\n"
MEASURES = (
    "nr;kommun;fokusomrade;plats;problem;atgard;ansvarig_funktion;status;beslutad;klart_senast;klart;antal_lovat;"
    "antal_gjort;enhet;kostnad_kr\n1;Tjörn;Buskörning;Skärhamn;Klagomål;Farthinder;Gatuavdelningen;pågår;2026-02-03;"
    "2026-09-02;;2;0;objekt;\n"
)
REPORTS = "rapport_id;datum;tid;kommun;plats;kategori;rapportor\n1;2026-08-03;;1415;;klotter;Fritid\n"


def plan_of(data: Path, now: datetime = NOW, *, as_of: date | None = None) -> Plan:
    return make_plan(read_settings(data=data, area="1415"), offline=True, as_of=as_of, now=now)


def add(data: Path, source: str, content: str, *, received: date | None = None, now: datetime = NOW) -> None:
    file = data.parent / f"{source}.csv"
    file.write_text(content, encoding="utf-8")
    period = "2025" if source == "citizen_survey" else ""
    add_files(plan_of(data, now), all_sources()[source], [file], period=period, received=received)


# ------------------------------------------------------------------------------------------------- who reads the clock

# Beside the plan: what is in no release, and must know what the clock of this machine says now.
MAY_READ = {
    "flows/_plan.py": "the one place where a run learns what time it is",
    "flows/_inbox.py": "how long ago a file was last written to",
    "flows/_releases.py": "how long ago a half-written file in a cache was last written to",
    "sources/_http.py": "the pace that a publisher asks for",
    "reports/gate.py": "up to when Prefect's own notes have been read",
}
CLOCKS = re.compile(
    r"(datetime|date|dt)\.(now|utcnow|today)|time\.(time|time_ns|localtime|gmtime|ctime|asctime|strftime)"
    r"|(datetime|date)\.fromtimestamp|.*\.astimezone"
)


def reads_the_clock(path: Path) -> list[str]:
    """What in a module asks the clock, or the machine for its zone; an instant that is given a zone does neither."""
    nodes = [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    needed = {"astimezone": 1, "fromtimestamp": 2}
    given = [
        node.func
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if len(node.args) == needed.get(node.func.attr)
    ]
    asking = [node for node in nodes if isinstance(node, ast.Attribute) and CLOCKS.fullmatch(ast.unparse(node))]
    return [ast.unparse(node) for node in asking if node not in given]


def test_nothing_but_the_plan_and_the_logs_reads_the_clock() -> None:
    modules = [path for folder in ("flows", "sources", "models", "reports") for path in (ROOT / folder).rglob("*.py")]
    asking = {path.relative_to(ROOT).as_posix(): asked for path in modules if (asked := reads_the_clock(path))}
    asking = {name: asked for name, asked in asking.items() if not name.startswith("flows/_log")}
    assert asking.keys() == MAY_READ.keys(), asking
    assert len(asking["flows/_plan.py"]) == 2  # of a run, and of what is settled before there is one


def test_no_query_and_no_page_asks_the_clock() -> None:
    clocks = re.compile(r"current_(date|time)|\b(now|today|get_current_\w+)\(\)|localtimestamp|new Date\(\)|Date\.now")
    files = [path for folder in ("models", "reports", "flows", "sources") for path in (ROOT / folder).rglob("*.*")]
    texts = {path: path.read_text(encoding="utf-8") for path in files if path.suffix in (".sql", ".py", ".html", ".js")}
    found = {path.name for path, text in texts.items() if clocks.search(re.sub(r"\b\w+\.(now|today)\(\)", "", text))}
    assert len(texts) > 200
    assert found == set()


def test_no_query_makes_a_day_of_an_instant_but_in_sweden() -> None:
    """DuckDB's own zone is UTC, so that `published_at::date` would be the day before until one or two at night."""
    naked = re.compile(r"_at\)?::date|cast\(\s*\w*_at as date\)|date_trunc\('\w+', \w*_at\)|(year|month)\(\w*_at\)")
    files = [path for folder in ("models", "reports", "flows") for path in (ROOT / folder).rglob("*.*")]
    texts = [path.read_text(encoding="utf-8") for path in files if path.suffix in (".sql", ".py")]
    assert [text for text in texts if naked.search(text)] == []


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Outcome], Path]:
    """The same evening in two data folders, on machines that believe themselves to be in New Zealand and in Hawaii."""
    before, outcomes = os.environ.get("TZ"), []
    folders = [tmp_path_factory.mktemp(name) / "data" for name in ("east", "west")]
    try:
        for data, zone in zip(folders, ("Pacific/Auckland", "Pacific/Honolulu"), strict=True):
            os.environ["TZ"] = zone
            time.tzset()
            evening = datetime(2026, 8, 31, 21, 59, 30, tzinfo=UTC)  # half a minute before midnight in Stockholm
            add(data, "citizen_survey", DIALOGUE + ANSWER, now=evening)
            add(data, "measures", MEASURES, now=evening)
            outcomes.append(run(plan_of(data, evening)))
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        time.tzset()
    return outcomes, folders[0]


def test_a_run_that_ends_after_midnight_is_of_the_day_it_began_on(nights: tuple[list[Outcome], Path]) -> None:
    """Its clock said 23.59.30, and the run took more than half a minute by none: nothing asks again."""
    for outcome in nights[0]:
        assert (outcome.is_new, outcome.release[:10]) == (True, "2026-08-31")
        assert outcome.path is not None
        described = json.loads((outcome.path / "internal" / "release.json").read_text(encoding="utf-8"))
        assert described["as_of"] == "2026-08-31"
        assert {each["observed_at"] for each in described["snapshots"]} == {"2026-08-31T21:59:30+00:00"}
        assert {each["content_as_of"] for each in described["snapshots"]} == {"2025-12-31", "2026-08-31"}


def test_the_zone_of_the_machine_changes_no_byte(nights: tuple[list[Outcome], Path]) -> None:
    released = [
        {
            path.relative_to(outcome.path).as_posix(): path.read_bytes()
            for path in sorted(outcome.path.rglob("*"))
            if path.is_file() and path.suffix != ".duckdb"
        }
        for outcome in nights[0]
        if outcome.path
    ]
    assert len(released[0]) > 50
    assert released[0] == released[1]


# ---------------------------------------------------------------------------------------- what the day alone decides


def test_a_deadline_that_passes_is_news_and_a_quiet_night_is_none(nights: tuple[list[Outcome], Path]) -> None:
    [(first, _), data] = nights
    due = run(plan_of(data, NOW + timedelta(days=1)))  # the day itself, the 2nd of September
    assert (due.is_new, due.release) == (False, first.release)
    passed = run(plan_of(data, NOW + timedelta(days=2)))
    assert passed.is_new
    for outcome, is_late in ((first, False), (passed, True)):
        file = data / "output" / outcome.release / "internal" / "lagesbild.duckdb"
        with closing(connect(file, read_only=True)) as con:
            assert con.sql("select is_late from output.measures").fetchall() == [(is_late,)]
    again = run(plan_of(data, NOW + timedelta(days=3)))
    assert (again.is_new, again.release, latest_release(data)) == (False, passed.release, passed.release)


def test_a_new_week_or_month_is_news_where_there_are_weeks_to_tell_of(tmp_path: Path) -> None:
    def letters(day: date) -> str:
        plan = plan_of(tmp_path / "data", datetime(2027, 3, 1, tzinfo=UTC), as_of=day)
        return release_id(plan, read_all(plan))[11:]

    add(tmp_path / "data", "citizen_survey", DIALOGUE + ANSWER)
    assert letters(date(2026, 12, 27)) == letters(date(2026, 12, 28)) == letters(date(2027, 1, 4))
    add(tmp_path / "data", "incident_reports", REPORTS)
    sunday, monday, new_year, next_week = map(
        letters, (date(2026, 12, 27), date(2026, 12, 28), date(2027, 1, 1), date(2027, 1, 4))
    )
    assert len({sunday, monday, new_year, next_week}) == 4  # week 52, week 53, week 53 of January, week 1
    assert letters(date(2027, 1, 3)) == new_year


def test_a_tertial_of_a_promise_that_begins_or_ends_is_news(tmp_path: Path) -> None:
    def letters(day: date) -> str:
        plan = plan_of(tmp_path / "data", datetime(2027, 3, 1, tzinfo=UTC), as_of=day)
        return release_id(plan, read_all(plan))[11:]

    days = [date(2024, 4, 30), date(2024, 5, 1), date(2024, 5, 2), date(2024, 12, 31), date(2025, 1, 1)]
    tertial, new, next_day, last, after = map(letters, days)
    assert tertial != new == next_day
    assert new != last != after
    assert letters(date(2026, 11, 23)) == after


def test_every_table_that_reads_the_day_is_known_to_the_name_of_the_release() -> None:
    """What a new model does with `as_of` must stand in `said_for_the_day`, or it will be old news until data come."""
    reading = {model.table for model in all_models() if re.search(r"\bas_of\b", model.query)}
    assert reading == {
        "core.measures",
        "core.incident_reports_by_place_week",
        "core.incident_reporting_by_municipality_period",
        "core.early_warning_counts",
        "staging.incident_report_weeks",
        "output.promises",
        "output.promise_outcomes",
        "output.promise_effects",
        "core.kolada_kpis",  # asked of the release that stands instead: `tells_what_is_late`
    }


# ------------------------------------------------------------------------------------------------- days and their ends


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), date(2026, 3, 29)),  # 02.00 became 03.00
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),  # a day of 23 hours
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25)),  # 02.30
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), date(2026, 10, 25)),  # 02.30 again
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),  # a day of 25 hours
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
        (datetime(2024, 2, 28, 23, 0, tzinfo=UTC), date(2024, 2, 29)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_the_day_of_a_run_is_the_day_in_stockholm_and_what_it_brings_in_counts_that_day(
    now: datetime, day: date, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    assert plan_of(data, now).as_of == day
    add(data, "citizen_survey", DIALOGUE + ANSWER, now=now)
    module, later = all_sources()["citizen_survey"], now + timedelta(days=9)
    seen = [
        pipeline.read_source(plan_of(data, later, as_of=each), module).status
        for each in (day - timedelta(days=1), day, day + timedelta(days=1))
    ]
    assert seen == ["missing", "ok", "ok"]


@pytest.mark.slow
def test_the_schedule_runs_once_on_every_night_also_when_the_clocks_change(tmp_path: Path) -> None:
    """By Prefect's own reading of `prefect.yaml`: no night is left out, and none has two runs."""
    code = f"""
import asyncio, json, sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo
import yaml
from prefect.server.schemas.schedules import CronSchedule
declared = yaml.safe_load(Path({str(ROOT / "prefect.yaml")!r}).read_text(encoding="utf-8"))
[nightly] = [each for each in declared["deployments"] if each["name"] == "nightly"]
[schedule] = [{{name: each[name] for name in ("cron", "timezone")}} for each in nightly["schedules"]]
def runs(*start):
    start = datetime(*start, tzinfo=ZoneInfo("Europe/Stockholm"))
    return [str(at) for at in asyncio.run(CronSchedule(**schedule).get_dates(4, start=start))]
print(json.dumps([schedule["timezone"], runs(2026, 3, 27, 12), runs(2026, 10, 23, 12), runs(2024, 2, 28, 12)]))
"""
    environment = {**os.environ, "PREFECT_HOME": str(tmp_path), "TZ": "America/New_York"}
    told = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True, timeout=120
    )
    zone, spring, autumn, leap = json.loads(told.stdout.splitlines()[-1])
    assert zone == "Europe/Stockholm"
    assert [at[:10] for at in spring] == ["2026-03-28", "2026-03-29", "2026-03-30", "2026-03-31"]
    assert [at[:10] for at in autumn] == ["2026-10-24", "2026-10-25", "2026-10-26", "2026-10-27"]
    assert [at[:10] for at in leap] == ["2024-02-29", "2024-03-01", "2024-03-02", "2024-03-03"]
    assert not [at for at in autumn if at.startswith("2026-10-25 02") and at.endswith("+01:00")]  # the second 02.30


# ---------------------------------------------------------------------------------------------- the police's own clock


@pytest.mark.parametrize(
    ("title", "published", "occurred"),
    [
        ("29 mars 01.30", datetime(2026, 3, 29, 3, 10, tzinfo=SUMMER), datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),
        ("29 mars 03.05", datetime(2026, 3, 29, 3, 10, tzinfo=SUMMER), datetime(2026, 3, 29, 1, 5, tzinfo=UTC)),
        ("29 mars 02.30", datetime(2026, 3, 29, 3, 10, tzinfo=SUMMER), None),  # there was no such time
        ("25 oktober 02.30", datetime(2026, 10, 25, 2, 50, tzinfo=SUMMER), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("25 oktober 02.30", datetime(2026, 10, 25, 4, 0, tzinfo=WINTER), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("25 oktober 03.00", datetime(2026, 10, 25, 4, 0, tzinfo=WINTER), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
        ("31 december 23.58", datetime(2027, 1, 1, 0, 20, tzinfo=WINTER), datetime(2026, 12, 31, 22, 58, tzinfo=UTC)),
        ("31 december 23.58", datetime(2027, 1, 4, 9, 0, tzinfo=WINTER), datetime(2026, 12, 31, 22, 58, tzinfo=UTC)),
        ("1 januari 00.03", datetime(2026, 12, 31, 23, 59, tzinfo=WINTER), datetime(2026, 12, 31, 23, 3, tzinfo=UTC)),
        ("1 januari 00.03", datetime(2027, 1, 1, 0, 20, tzinfo=WINTER), datetime(2026, 12, 31, 23, 3, tzinfo=UTC)),
        ("29 februari 12.00", datetime(2024, 3, 1, 8, 0, tzinfo=WINTER), datetime(2024, 2, 29, 11, 0, tzinfo=UTC)),
        ("29 februari 12.00", datetime(2025, 3, 1, 8, 0, tzinfo=WINTER), None),  # nor such a day
    ],
)
def test_a_title_s_time_is_swedish_and_lies_in_the_year_nearest_to_its_publication(
    title: str, published: datetime, occurred: datetime | None, tmp_path: Path
) -> None:
    told = {
        "id": 1,
        "datetime": f"{published:%Y-%m-%d} {published.hour}:{published:%M:%S} {published:%z}",
        "name": f"{title}, Trafikolycka, Tjörn",
        "summary": "",
        "url": "/aktuellt/handelser/1/",
        "type": "Trafikolycka",
        "location": {"name": "Västra Götalands län", "gps": "58.252793,13.059643"},
    }
    path = tmp_path / "a.json"
    path.write_text(json.dumps([told]), encoding="utf-8")
    [row] = parse_file(all_sources()["police_events"], path, "a.json").frame.iter_rows(named=True)
    assert row["occurred_at"] == occurred
    assert row["published_at"] == published


# ------------------------------------------------------------------------------------------ weeks, leap days, deadlines


def test_a_week_is_the_same_week_to_the_calendar_and_to_the_tables() -> None:
    days = [date(2020, 1, 1) + timedelta(days=n) for n in range(12 * 366)]
    with duckdb.connect() as con:
        mondays = dict(
            con.sql(
                "select day::date, date_trunc('week', day)::date from "
                f"generate_series(date '{days[0]}', date '{days[-1]}', interval 1 day) as days(day)"
            ).fetchall()
        )
    for day in days:
        monday = day - timedelta(days=day.weekday())
        assert mondays[day] == monday == read_week(week_name(day))
    assert {each.year for each in days if week_name(each).endswith("v53")} == {2020, 2021, 2026, 2027}


def test_2026_has_a_week_53_and_the_years_beside_it_have_none() -> None:
    assert week_name(date(2026, 12, 31)) == week_name(date(2027, 1, 3)) == "2026-v53"
    assert last_whole_week(date(2027, 1, 4)) == read_week("2026-v53") == date(2026, 12, 28)
    for absent in ("2025-v53", "2027-v53", "2026-v54"):
        with pytest.raises(ValueError, match=r"week|vecka"):
            read_week(absent)


def test_every_declared_deadline_is_a_day_of_every_year() -> None:
    for module in all_sources().values():
        for year in range(2020, 2034):
            expected = next_expected(module.source, date(year, 12, 31))
            assert expected is None or expected > date(year, 12, 31)
            assert year % 4 or next_expected(module.source, date(year, 2, 29)) is None or expected


# ---------------------------------------------------------------------------------------------------- a wrong clock


def test_a_clock_that_stands_days_before_what_has_been_observed_stops_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    add(data, "citizen_survey", DIALOGUE + ANSWER)
    manifest = (data / "landing" / "manifest.jsonl").read_bytes()
    assert plan_of(data, NOW - timedelta(hours=23)).as_of == date(2026, 8, 31)  # set right by a little: no matter

    def set_back(*arguments: object, **given: object) -> Plan:
        return make_plan(*arguments, now=datetime(1970, 1, 1, tzinfo=UTC), **given)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "make_plan", set_back)
    assert main(["run", "--offline", "--data", str(data)]) == 2
    told = capsys.readouterr().err
    assert told.startswith("datorns klocka: den står före det som redan har hämtats, lämnats eller publicerats: 1970")
    assert "2026-09-01" in told
    assert (data / "landing" / "manifest.jsonl").read_bytes() == manifest
    assert not (data / "output").exists()


def test_a_release_made_by_a_clock_years_ahead_stops_the_next_run_though_nothing_was_observed(tmp_path: Path) -> None:
    (tmp_path / "output" / "2036-01-01-abcdefghijkl").mkdir(parents=True)
    (tmp_path / "output" / "latest").symlink_to("2036-01-01-abcdefghijkl")
    with pytest.raises(UsageProblem, match="2026-09-01, men datamappen har en utgåva av 2036-01-01"):
        plan_of(tmp_path)
    assert plan_of(tmp_path, datetime(2035, 12, 31, tzinfo=UTC)).as_of == date(2035, 12, 31)


def test_a_day_that_has_not_been_is_refused(tmp_path: Path) -> None:
    """A release of it would stay the newest for as long, and of a file nothing would tell."""
    tomorrow = date(2026, 9, 2)
    with pytest.raises(UsageProblem, match="--as-of: dagen har inte varit än: 2026-09-02"):
        plan_of(tmp_path / "data", as_of=tomorrow)
    with pytest.raises(UsageProblem, match="--received: dagen har inte varit än: 2026-09-02"):
        add(tmp_path / "data", "citizen_survey", DIALOGUE + ANSWER, received=tomorrow)


def test_of_two_files_that_came_in_on_one_day_the_one_added_last_counts(tmp_path: Path) -> None:
    data, module = tmp_path / "data", all_sources()["citizen_survey"]
    for share in ("12,5", "13,5", "14,5", "15,5", "12,5"):
        add(data, "citizen_survey", DIALOGUE + ANSWER.replace("12,5", share), received=date(2026, 8, 30))
        [observation] = pipeline.read_source(plan_of(data), module).observations
        assert observation == read_manifest(data)[-1]
        assert observation.observed_at.date() == date(2026, 8, 30)


def test_a_look_and_a_mark_from_a_time_that_has_not_been_are_passed_over(tmp_path: Path) -> None:
    """After a night in 2099 nothing waits until then: neither for a publisher, nor with reading what Prefect wrote."""
    data = tmp_path / "data"
    module = next(module for module in all_sources().values() if module.source.asks_whole)
    (data / "asked").mkdir(parents=True)
    settings = read_settings(data=data, area="1415", rest_days=6)
    for at, is_open in ((NOW - timedelta(days=1), False), (datetime(2099, 1, 1, tzinfo=UTC), True)):
        whole = {"at": at.isoformat(), "area": "1415"}
        (data / "asked" / f"{module.name}.whole.json").write_text(json.dumps(whole), encoding="utf-8")
        observed = {
            "source": module.name,
            "request": "x",
            "parts": [{"sha256": "a", "extension": "csv"}],
            "observed_at": NOW.isoformat(),
            "content_as_of": "2026-01-01",
            "origin": "fetch",
            "original_sha256": [],
        }
        (data / "landing").mkdir(exist_ok=True)
        (data / "landing" / "manifest.jsonl").write_text(json.dumps(observed) + "\n", encoding="utf-8")
        assert is_asked(make_plan(settings, now=NOW), module) is is_open

    (data / "prefect").mkdir()
    with closing(sqlite3.connect(data / "prefect" / "prefect.db")) as con:
        con.execute("create table log (updated text, message text)")
        con.execute("insert into log values ('2026-08-01 00:00:00', 'något')")
        con.commit()
    for at, read in ((NOW, []), (datetime(2099, 1, 1, tzinfo=UTC), ["något"])):
        remember_clean(data, at)
        told = dict(scheduler_texts(data, NOW + timedelta(minutes=1)))
        assert [*told["prefect.db log.message"]] == read


def test_a_file_that_a_clock_set_back_makes_lie_in_the_future_is_taken_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    folder = data / "inbox" / "citizen_survey" / "2025"
    folder.mkdir(parents=True)
    (folder / "dialog.csv").write_text(DIALOGUE + ANSWER, encoding="utf-8")
    real = time.time()
    for ahead, taken in ((120.0, 0), (7 * 86_400.0, 1)):  # a server two minutes ahead; a week that has not been
        monkeypatch.setattr("flows._inbox.time.time", lambda ahead=ahead: real - ahead)
        [handed] = pipeline.take_inbox(plan_of(data))
        assert (handed.taken, handed.waiting) == (taken, 1 - taken)
