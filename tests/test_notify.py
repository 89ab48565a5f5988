"""What is told of a run and to whom: the words, what is worth a message, and which addresses are secrets."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from flows._channels import Channel, channel_of, is_secret
from flows._collect import SourceResult
from flows._inbox import Handed
from flows._notify import Ending, ending_of, outcome_text, remarked_last_time, remarks
from flows._signals import not_told
from flows.pipeline import Outcome, make_plan, run
from flows.settings import read_settings
from sources._problem import UsageProblem
from tests.signals import a_signal

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
LATE = SourceResult(
    name="school_survey", is_late=True, expected_by=date(2026, 6, 1), data_as_of=date(2025, 5, 4), observations=()
)
FAILED = SourceResult(name="police_events", problem="police_events, rad 3: okänd typ: Rån: rätta.", is_asked=True)


def outcome(*sources: SourceResult, exit_code: int = 3, inbox: tuple[Handed, ...] = ()) -> Outcome:
    return Outcome(exit_code=exit_code, release="", path=None, is_new=True, sources=sources, inbox=inbox)


def test_a_message_names_what_is_late_or_failed_and_nothing_of_what_a_row_says(tmp_path: Path) -> None:
    (tmp_path / "output" / "2026-11-22-abcdefghijkl").mkdir(parents=True)
    (tmp_path / "output" / "latest").symlink_to("2026-11-22-abcdefghijkl")
    told = outcome_text(outcome(LATE, FAILED), tmp_path)
    lines = told.splitlines()
    assert any(each.startswith("- police_events – ") and "inga uppgifter finns." in each for each in lines)
    [late] = [each for each in lines if each.startswith("- school_survey – ")]
    assert "nyare uppgifter väntades senast 2026-06-01" in late
    assert "till och med 2025-05-04 används." in late
    assert "Utgåva 2026-11-22-abcdefghijkl gäller." in told
    assert f"{tmp_path}/output/2026-11-22-abcdefghijkl/internal/report/index.html" in told
    assert "Rån" not in told


def test_the_same_remark_is_sent_once_and_again_on_mondays() -> None:
    assert ending_of(outcome(LATE), frozenset(), TUESDAY) is Ending.REMARKED
    assert ending_of(outcome(LATE), frozenset({"school_survey"}), TUESDAY) is Ending.REMARKED_AS_BEFORE
    assert ending_of(outcome(LATE, FAILED), frozenset({"school_survey"}), TUESDAY) is Ending.REMARKED
    assert ending_of(outcome(LATE), frozenset({"school_survey", "police_events"}), TUESDAY) is Ending.REMARKED_AS_BEFORE
    assert ending_of(outcome(LATE), frozenset({"school_survey"}), MONDAY) is Ending.REMARKED
    refused = (Handed(source="incident_reports", refused=1),)
    assert remarks(outcome(inbox=refused)) == {"inkorgen"}
    assert ending_of(outcome(exit_code=1), frozenset(), MONDAY) is Ending.NOT_PUBLISHED
    assert {each.exit_code for each in Ending} == {0, 1, 2, 3}


def test_what_was_remarked_is_known_from_the_run_log(tmp_path: Path) -> None:
    assert remarked_last_time(tmp_path) == frozenset()
    night = datetime(2026, 9, 1, 0, 30, tzinfo=UTC)
    plan = make_plan(read_settings(data=tmp_path), only=["police_events"], now=night)
    done = run(plan)  # no publisher answers, and there is nothing before
    assert remarks(done) == {"police_events"} == remarked_last_time(tmp_path)
    with (tmp_path / "log" / "runs.jsonl").open("a") as log:
        log.write('{"torn')
    assert remarked_last_time(tmp_path) == {"police_events"}
    run(make_plan(read_settings(data=tmp_path), as_of=date(2026, 8, 1), now=night))  # an earlier day asks nobody
    assert remarked_last_time(tmp_path) == {"police_events"}


@pytest.mark.parametrize(
    ("address", "channel", "secret"),
    [
        ("mailto://smtp.kommunen.example?from=a@kommunen.example&to=b@kommunen.example", Channel.EMAIL, False),
        ("mailtos://a:hemligt@smtp.kommunen.example?from=a@k.example&to=b@k.example", Channel.EMAIL, True),
        ("https://hooks.slack.com/services/T0/B0/key", Channel.SLACK, True),
        ("https://prod-1.westeurope.logic.azure.com/workflows/1/triggers/manual", Channel.TEAMS, True),
        ("https://mattermost.kommunen.example/hooks/key", Channel.WEBHOOK, True),
        ("http://127.0.0.1:8065/hooks/key", Channel.WEBHOOK, True),
        ("slack-webhook/driften", Channel.BLOCK, False),
    ],
)
def test_an_address_says_which_way_it_is_and_whether_it_is_a_key(address: str, channel: Channel, secret: bool) -> None:
    assert channel_of(address) is channel
    assert is_secret(address) is secret


@pytest.mark.parametrize(
    "address", ["http://hooks.kommunen.example/key", "mailto://smtp.kommunen.example", "driften", ""]
)
def test_an_address_that_goes_nowhere_is_refused_without_being_shown(address: str) -> None:
    with pytest.raises(UsageProblem, match="notify") as refused:
        read_settings(notify={"vakt": address})
    assert "kommunen.example" not in str(refused.value)


def test_a_secret_address_may_stand_in_the_environment_and_not_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lagesbild.toml").write_text('notify = { vakt = "https://hooks.slack.com/services/T0/B0/nyckel" }\n')
    (tmp_path / "lagesbild.toml").chmod(0o600)
    with pytest.raises(UsageProblem, match="hemlig") as refused:
        read_settings()
    assert "nyckel" not in str(refused.value)
    (tmp_path / "lagesbild.toml").write_text('notify = { drift = "slack-webhook/driften" }\n')
    monkeypatch.setenv("LAGESBILD_NOTIFY", '{"vakt": "https://hooks.slack.com/services/T0/B0/nyckel"}')
    settings = read_settings()
    assert settings.notify["vakt"].get_secret_value().endswith("/nyckel")
    assert settings.notify["drift"].get_secret_value() == "slack-webhook/driften"
    assert "nyckel" not in repr(settings)


def test_a_new_signal_is_told_of_once_and_with_a_remark_in_one_message(tmp_path: Path) -> None:
    new = replace(outcome(exit_code=0), signals=(a_signal(),))
    assert ending_of(new, frozenset(), TUESDAY) is Ending.SIGNALLED
    assert Ending.SIGNALLED.exit_code == 0
    remarked = replace(outcome(LATE), signals=(a_signal(),))
    assert ending_of(remarked, frozenset({"school_survey"}), TUESDAY) is Ending.REMARKED
    for told in (new, remarked):
        assert "- Stenungsund: fler händelser än väntat, störande samling: 112" in outcome_text(told, tmp_path)


def test_a_signal_is_told_of_while_it_is_of_the_newest_week_and_no_run_has_told_of_it(tmp_path: Path) -> None:
    now = datetime(2026, 6, 16, 2, 30, tzinfo=UTC)
    told, new = a_signal(signal="told"), a_signal(signal="new")
    found = [told, new, a_signal(signal="of last week", is_newest=False)]
    (tmp_path / "log").mkdir()
    lines = [
        {"started_at": "2026-01-02T02:30:00+00:00", "signals": ["new"]},  # so long ago that it was another
        {"started_at": "2026-06-14T02:30:00+00:00"},  # by a version that knew no signals
        {"started_at": "2026-06-15T02:30:00+00:00", "signals": ["told"]},
        {"started_at": "2026-06-15T03:30:00+00:00", "signals": []},  # stopped before there was a release
    ]
    (tmp_path / "log" / "runs.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    assert not_told(found, tmp_path, now) == (new,)
    assert not_told(found, tmp_path / "nowhere", now) == (told, new)
