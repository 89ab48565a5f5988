"""What `lagesbild list sources` and `lagesbild status` say of every source."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from flows._status import Freshness, list_lines, source_statuses, status_json, status_lines
from flows.cli import main
from flows.pipeline import Plan, add_files, collect_and_read, make_plan
from flows.settings import read_settings
from reports._words import CADENCES
from sources._registry import all_sources
from tests.publishers import all_publishing, base_urls
from tests.replay import Replay, hurry

NOW = datetime(2026, 8, 7, 0, 30, tzinfo=UTC)
SURVEY = (
    "omrade;ar;undersokning;fraga;andel_pct;antal_svar;felmarginal;urvalstyp;svarsfrekvens_pct\n"
    "1415;2025;Dialog;otrygg_utomhus;12,5;400;;sjalvvalda;\n"
)


@pytest.fixture
def publishers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Replay]:
    hurry(monkeypatch)
    with all_publishing() as server:
        yield server


def plan(data: Path, publishers: Replay, as_of: date = date(2026, 8, 7), now: datetime = NOW) -> Plan:
    now = max(now, datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC))
    return make_plan(read_settings(data=data, base_urls=base_urls(publishers)), as_of=as_of, now=now)


def freshness(at: Plan) -> dict[str, Freshness]:
    return {each.name: each.freshness for each in source_statuses(at)}


def test_a_source_never_fetched_and_one_never_handed_in_are_said_differently(
    tmp_path: Path, publishers: Replay
) -> None:
    found = freshness(plan(tmp_path, publishers))
    for name, module in all_sources().items():
        assert found[name] is (Freshness.MISSING if module.fetch else Freshness.UNUSED)
    told = "\n".join(status_lines(plan(tmp_path, publishers), "", source_statuses(plan(tmp_path, publishers))))
    assert "saknas: aldrig hämtad" in told
    assert "används inte: aldrig lämnad" in told
    assert "Inkorgen är tom." in told


def test_what_no_one_uses_is_no_alarm_and_what_was_handed_in_once_is_when_it_stops(
    tmp_path: Path, publishers: Replay
) -> None:
    survey = all_sources()["citizen_survey"]
    file = tmp_path / "a.csv"
    file.write_text(SURVEY)
    before = {each.name: each for each in source_statuses(plan(tmp_path, publishers))}
    assert not before["citizen_survey"].needs_a_person
    add_files(plan(tmp_path, publishers), survey, [file], period="2025")
    for day, expected in ((date(2026, 8, 8), Freshness.CURRENT), (date(2031, 1, 1), Freshness.LATE)):
        [now] = [each for each in source_statuses(plan(tmp_path, publishers, day)) if each.name == "citizen_survey"]
        assert (now.freshness, now.needs_a_person) == (expected, expected is Freshness.LATE)
        assert now.data_as_of == date(2025, 12, 31)
        assert now.expected_by is not None
        assert now.expected_by > date(2026, 1, 1)


def test_a_failure_stands_in_status_until_the_source_has_been_fetched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the run log, in which also a run that did not ask the source is written down."""
    log = tmp_path / "log" / "runs.jsonl"
    log.parent.mkdir()

    def ran(is_asked: bool, problem: str) -> str:
        told = {"is_asked": is_asked, "problem": problem}
        with log.open("a") as file:
            file.write(json.dumps({"started_at": "2026-08-07T00:30", "sources": {"police_events": told}}) + "\n")
        main(["status", "--data", str(tmp_path)])
        return capsys.readouterr().out

    assert "police_events – vid körningen 2026-08-07: trasigt." in ran(True, "trasigt.")
    assert "trasigt." in ran(False, "")
    with log.open("a") as file:
        file.write('{"torn')
        file.write("\n")
    assert "trasigt." not in ran(True, "")


def test_a_run_writes_what_it_asked_and_status_tells_of_it(tmp_path: Path, publishers: Replay) -> None:
    police = all_sources()["police_events"]
    collect_and_read(plan(tmp_path, publishers), police)
    [found] = [each for each in source_statuses(plan(tmp_path, publishers)) if each.name == "police_events"]
    assert (found.freshness, found.observed_at, found.problem) == (Freshness.CURRENT, NOW, "")
    told = {each["source"]: each for each in status_json(plan(tmp_path, publishers), "", [found])["sources"]}
    assert told["police_events"] | {"data_as_of": "", "expected_by": ""} == {
        "source": "police_events",
        "title": police.source.title,
        "publisher": "Polismyndigheten",
        "licence": "Öppna data från Polisen",
        "cadence": "daily",
        "is_fetched": True,
        "status": "ok",
        "freshness": "current",
        "is_late": False,
        "observed_at": "2026-08-07T00:30:00+00:00",
        "data_as_of": "",
        "expected_by": "",
        "problem": "",
        "warnings": list(found.warnings),
        "retention_months": None,
        "retention_decision": "",
        "retention_ended": 0,
        "retention_ended_since": "",
    }
    assert told["police_events"]["expected_by"] > told["police_events"]["data_as_of"] > "2026-08-01"


def test_the_tables_are_aligned_and_hold_every_source(tmp_path: Path, publishers: Replay) -> None:
    at = plan(tmp_path, publishers)
    collect_and_read(at, all_sources()["police_events"])
    for lines in (list_lines(at), status_lines(at, "x", source_statuses(at))[2 : 3 + len(all_sources())]):
        heading, *rows = lines
        assert [row.split()[0] for row in rows] == list(all_sources())
        for name in ("licens", "uppdateras", "senast", "uppgifter t.o.m.", "läge", "nyare väntas"):
            start = heading.index(name)
            assert all(row[start - 2 : start] == "  " and row[start] != " " for row in rows), name
        [police] = [row for row in rows if row.startswith("police_events")]
        assert "varje dag" in police
        assert "hämtad 2026-08-07" in police
        assert "  aktuell  " in police


def test_every_cadence_has_swedish_words() -> None:
    assert {module.source.cadence.value for module in all_sources().values()} <= CADENCES.keys()
