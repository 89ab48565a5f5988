"""Bytes are kept once under their hash, every look is remembered, and what is in force on a day follows from both."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest

from flows.pipeline import add_files, make_plan, read_source
from flows.settings import Settings
from sources import _strict
from sources._declare import Delivery
from sources._landing import (
    STOCKHOLM,
    Observation,
    Part,
    in_force,
    keep_snapshot,
    read_manifest,
    record,
    sha256,
    snapshot_path,
    write_atomically,
)
from sources._parse import cache_key, parse_snapshots
from sources._problem import Problem, UsageProblem
from sources._registry import SourceModule, all_sources
from sources._strict import REFERENCE, Parsed

NOON = datetime(2026, 8, 31, 10, tzinfo=UTC)
DAY = timedelta(days=1)


def look(
    content: str = "a", *, at: datetime = NOON, request: str = "r", period: str = "", origin: str = "fetch"
) -> Observation:
    return Observation(
        source="s",
        request=request,
        parts=(Part(sha256=content, extension="json"),),
        observed_at=at,
        content_as_of=at.date(),
        period=period,
        origin=origin,
    )


def contents(seen: Sequence[Observation], delivery: Delivery, as_of: date = date(2026, 12, 31)) -> list[str]:
    found = in_force(seen, "s", delivery, as_of=as_of, origins=("fetch", "add"))
    return [each.parts[0].sha256 for each in found]


# bytes ------------------------------------------------------------------------------------------------------------


def test_the_same_bytes_are_one_snapshot_under_their_hash(tmp_path: Path) -> None:
    parts = {keep_snapshot(tmp_path, "s", b"abc", "json") for _ in range(2)}
    assert parts == {Part(sha256=sha256(b"abc"), extension="json")}
    # The published test value of SHA-256 for "abc" (FIPS 180-2, appendix B.1).
    name = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.json"
    assert [path.name for path in (tmp_path / "landing" / "s").iterdir()] == [name]
    assert (tmp_path / "landing" / "s" / name).read_bytes() == b"abc"


def test_a_snapshot_that_exists_is_never_written_again(tmp_path: Path) -> None:
    part = keep_snapshot(tmp_path, "s", b"abc", "json")
    path = snapshot_path(tmp_path, "s", part)
    path.chmod(0o400)
    before = path.stat()
    assert keep_snapshot(tmp_path, "s", b"abc", "json") == part
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_ino == before.st_ino


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")

    def half() -> None:
        with write_atomically(path) as temporary:
            temporary.write_text("half")
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        half()
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("a", "old")]


# manifest ---------------------------------------------------------------------------------------------------------


def test_the_manifest_gives_back_every_observation_in_the_order_they_were_made(tmp_path: Path) -> None:
    first = replace(look("a"), deliverer="Åsa", original_sha256=("x", "y"), synthetic=True, inferred=True)
    second = replace(look("b", at=NOON + DAY, period="2025"), parts=(*look("b").parts, *look("c").parts))
    record(tmp_path, [first])
    before = (tmp_path / "landing" / "manifest.jsonl").read_bytes()
    record(tmp_path, [])
    record(tmp_path, [second, first])
    assert read_manifest(tmp_path) == [first, second, first]
    assert (tmp_path / "landing" / "manifest.jsonl").read_bytes().startswith(before)


def test_a_line_of_the_manifest_that_has_been_read_is_not_parsed_again(tmp_path: Path) -> None:
    lines = [look(request=f"r{number}") for number in range(3)]
    record(tmp_path, lines[:2])
    first = read_manifest(tmp_path)
    record(tmp_path, lines[2:])
    again = read_manifest(tmp_path)
    assert again == lines
    assert all(one is two for one, two in zip(first, again, strict=False))


def test_without_a_manifest_nothing_has_been_observed(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == []


def test_wherever_a_power_cut_tears_the_last_line_the_rest_is_read_and_the_next_is_kept(tmp_path: Path) -> None:
    first, second, third = look("a"), replace(look("b"), deliverer="Åsa"), look("c")
    record(tmp_path, [first, second])
    path = tmp_path / "landing" / "manifest.jsonl"
    whole = path.read_bytes()
    start = whole.index(b"\n") + 1
    assert "Å".encode() in whole
    for end in range(start, len(whole)):
        path.write_bytes(whole[:end])
        # Only the line end may be missing from a line that counts.
        kept = [first, second] if end == len(whole) - 1 else [first]
        assert read_manifest(tmp_path) == kept
        record(tmp_path, [third])
        assert read_manifest(tmp_path) == [*kept, third]


@pytest.mark.parametrize("line", [b'{"source": "s"', b"{}", b"[]", b"null", b'"text"', b'{"parts": "x"}', b"\xff\xfe"])
def test_any_other_line_that_cannot_be_read_is_a_sentence_with_its_number(tmp_path: Path, line: bytes) -> None:
    record(tmp_path, [look("a")])
    path = tmp_path / "landing" / "manifest.jsonl"
    path.write_bytes(path.read_bytes() + line + b"\n")
    record(tmp_path, [look("b")])
    with pytest.raises(Problem, match=r"manifest.jsonl, rad 2: raden går inte att läsa: återställ"):
        read_manifest(tmp_path)


# what is in force -------------------------------------------------------------------------------------------------


def test_a_full_delivery_replaces_the_earlier_answer_to_the_same_request() -> None:
    seen = [look("a"), look("b", at=NOON + DAY), look("x", request="other")]
    assert contents(seen, Delivery.FULL) == ["x", "b"]


def test_a_full_delivery_of_one_period_leaves_another_period() -> None:
    seen = [look("a", period="2024"), look("b", period="2025", at=NOON + DAY)]
    assert contents(seen, Delivery.FULL) == ["a", "b"]


def test_a_window_and_an_appended_file_replace_nothing() -> None:
    seen = [look("b", at=NOON + DAY), look("a"), look("a", at=NOON + 2 * DAY)]
    assert contents(seen, Delivery.WINDOW) == ["a", "b", "a"]
    assert contents(seen, Delivery.APPEND) == ["a", "b", "a"]


def test_a_survey_for_a_period_replaces_the_same_survey_of_that_period_and_no_other() -> None:
    seen = [
        look("a", period="2024", request="Dialog"),
        look("b", period="2025", request="Dialog"),
        look("n", period="2024", request="NTU"),
        look("c", period="2024", request="Dialog", at=NOON + DAY),
    ]
    assert sorted(contents(seen, Delivery.REPLACES_PERIOD)) == ["b", "c", "n"]


def test_a_publisher_that_goes_back_to_its_old_answer_is_followed_back() -> None:
    seen = [look("a"), look("b", at=NOON + DAY), look("a", at=NOON + 2 * DAY)]
    assert contents(seen, Delivery.FULL) == ["a"]
    [found] = in_force(seen, "s", Delivery.FULL, as_of=date(2026, 12, 31), origins=("fetch",))
    assert found.observed_at == NOON + 2 * DAY
    assert contents(seen, Delivery.FULL, as_of=date(2026, 9, 1)) == ["b"]


@pytest.mark.parametrize(
    ("at", "is_seen"),
    [
        (datetime(2026, 8, 31, 21, 59, 59, tzinfo=UTC), True),  # 23:59:59 in summer time
        (datetime(2026, 8, 31, 22, 0, 0, tzinfo=UTC), False),
    ],
)
def test_a_day_ends_at_midnight_in_stockholm_in_summer(at: datetime, is_seen: bool) -> None:
    assert bool(contents([look(at=at)], Delivery.FULL, as_of=date(2026, 8, 31))) is is_seen


@pytest.mark.parametrize(
    ("at", "is_seen"),
    [
        (datetime(2026, 1, 31, 22, 59, 59, tzinfo=UTC), True),  # 23:59:59 in winter time
        (datetime(2026, 1, 31, 23, 0, 0, tzinfo=UTC), False),
    ],
)
def test_a_day_ends_at_midnight_in_stockholm_in_winter(at: datetime, is_seen: bool) -> None:
    assert bool(contents([look(at=at)], Delivery.FULL, as_of=date(2026, 1, 31))) is is_seen


def test_the_sample_and_what_is_real_never_mix() -> None:
    seen = [look("a", origin="sample"), look("b", origin="add"), look("c", origin="fetch", request="q")]
    assert contents(seen, Delivery.WINDOW) == ["c", "b"]
    found = in_force(seen, "s", Delivery.WINDOW, as_of=date(2026, 12, 31), origins=("sample",))
    assert [each.parts[0].sha256 for each in found] == ["a"]


@pytest.mark.parametrize("delivery", list(Delivery))
def test_the_order_in_which_the_manifest_was_written_does_not_matter(delivery: Delivery) -> None:
    seen = [
        look("a"),
        look("b"),  # same instant, same request: the content decides
        look("c", request="q"),
        look("d", period="2025", at=NOON + DAY),
        look("e", period="2025"),
    ]
    assert len({tuple(contents(order, delivery)) for order in permutations(seen)}) == 1


HEADING = "rapport_id;datum;tid;kommun;plats;kategori;beskrivning;rapportor;atgard\n"
REPORTS = {
    date(2026, 3, 2): "1;2026-03-01;;Tjörn;;klotter;;;\n",
    date(2026, 3, 9): "1;2026-03-01;;Tjörn;;hot;;;\n2;2026-03-08;;Orust;;hot;;;\n",
}


def test_a_file_added_late_gives_what_it_would_have_given_in_time(tmp_path: Path) -> None:
    module = all_sources()["incident_reports"]
    results = []
    for name, days in (("in_time", list(REPORTS)), ("late", list(REPORTS)[::-1])):
        (tmp_path / name / "landing").mkdir(parents=True)
        (tmp_path / name / "landing" / "identity.key").write_text("ab" * 32)  # as in one installation
        for number, received in enumerate(days):
            raw = tmp_path / f"{name}_{received}.csv"
            raw.write_text(HEADING + REPORTS[received], encoding="utf-8")
            now = datetime(2026, 4, 1, number, tzinfo=UTC)
            plan = make_plan(Settings(data=tmp_path / name), as_of=date(2026, 4, 1), now=now)
            add_files(plan, module, [raw], received=received)
        result = read_source(plan, module)
        # Noon in Stockholm, winter time, of the day it was received.
        assert [each.observed_at.isoformat() for each in result.observations] == [
            "2026-03-02T11:00:00+00:00",
            "2026-03-09T11:00:00+00:00",
        ]
        results.append((result.observations, result.ledger, result.refusals, list(result.parsed)))
    assert results[0] == results[1]


def test_a_delivery_for_a_period_must_name_it(tmp_path: Path) -> None:
    plan = make_plan(Settings(data=tmp_path), now=NOON)
    with pytest.raises(UsageProblem, match="period saknas"):
        add_files(plan, all_sources()["youth_survey"], [tmp_path / "a.csv"])


def test_content_never_reaches_beyond_the_day_it_was_seen(tmp_path: Path) -> None:
    raw = tmp_path / "a.csv"
    raw.write_text(
        "omrade;ar;undersokning;fraga;andel_pct;antal_svar;felmarginal;urvalstyp;svarsfrekvens_pct\n"
        "1415;2026;Dialog;otrygg_utomhus;30;100;;sjalvvalda;\n",
        encoding="utf-8",
    )
    plan = make_plan(Settings(data=tmp_path / "data"), now=NOON)
    add_files(plan, all_sources()["citizen_survey"], [raw], period="2026")
    [seen] = read_manifest(tmp_path / "data")
    # A share of 2026 speaks of the year to its end, but was seen on 31 August.
    assert seen.content_as_of == NOON.astimezone(STOCKHOLM).date() == date(2026, 8, 31)


def test_a_redacted_file_is_kept_only_as_rows_and_the_hash_of_what_was_delivered(tmp_path: Path) -> None:
    raw = tmp_path / "a.csv"
    raw.write_text(HEADING + "1;2026-03-01;;Tjörn;;klotter;en text;;\n", encoding="utf-8")
    plan = make_plan(Settings(data=tmp_path / "data"), now=NOON)
    add_files(plan, all_sources()["incident_reports"], [raw])
    [seen] = read_manifest(tmp_path / "data")
    assert seen.original_sha256 == (sha256(raw.read_bytes()),)
    [landed] = (tmp_path / "data" / "landing" / "incident_reports").iterdir()
    assert landed.name == f"{seen.parts[0].sha256}.parquet"
    assert seen.parts[0].sha256 == sha256(landed.read_bytes())
    assert not (tmp_path / "data" / "parsed").exists()


# the cache --------------------------------------------------------------------------------------------------------

EVENT = (
    '[{"id": 1, "datetime": "2026-08-06 8:16:15 +02:00", "name": "6 augusti 07.31, Djur, Tjörn", "summary": '
    '"En lösspringande vildhäst.", "url": "/a", "type": "Djur", "location": {"name": "Tjörn", "gps": "58.0,11.7"}}]'
)
PART = Part(sha256="0" * 64, extension="json")


@pytest.fixture
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the reviewed lists that the readers use for the length of a test."""
    copy = tmp_path / "reference"
    shutil.copytree(REFERENCE, copy)
    monkeypatch.setattr(_strict, "REFERENCE", copy)
    _strict._reference.cache_clear()
    return copy


@pytest.fixture(autouse=True)
def _fresh_lists() -> object:
    yield
    for cached in (_strict._reference, _strict._list, _strict.municipality_codes, _strict.area_codes):
        cached.cache_clear()


def module_copy(folder: Path, name: str) -> SourceModule:
    """A source whose file and machinery lie in a folder of their own."""
    shutil.copytree(all_sources()[name].path.parent, folder)
    return replace(all_sources()[name], path=folder / f"{name}.py")


def test_a_new_keyword_is_found_in_snapshots_that_were_read_before(tmp_path: Path, lists: Path) -> None:
    module = all_sources()["police_events"]
    data = tmp_path / "data"
    part = keep_snapshot(data, module.name, EVENT.encode(), "json")

    def flags() -> str | None:
        _strict._reference.cache_clear()
        [path] = parse_snapshots(module, data, [part]).values()
        found: str | None = Parsed.read(path).frame["keyword_flags"][0]
        return found

    assert flags() is None
    with (lists / "incident_keywords.csv").open("a", encoding="utf-8") as table:
        table.write("horse,häst\n")
    assert flags() == "horse"


@pytest.mark.parametrize(
    ("source", "table"),
    [
        (name, table)
        for name, module in all_sources().items()
        for table in sorted({"municipalities", "counties", *module.source.reference})
    ],
)
def test_a_changed_list_changes_the_key(lists: Path, source: str, table: str) -> None:
    module = all_sources()[source]
    before = cache_key(module, PART)
    assert cache_key(module, PART) == before
    file = _strict.reference_files(table)[-1]
    assert file.is_relative_to(lists)
    with file.open("a", encoding="utf-8") as rows:
        rows.write("x\n")
    assert cache_key(module, PART) != before


def test_a_list_that_the_source_does_not_read_does_not_change_the_key(lists: Path) -> None:
    before = cache_key(all_sources()["population"], PART)
    (lists / "incident_keywords.csv").write_text("keyword_flag,pattern\n")
    assert cache_key(all_sources()["population"], PART) == before


def test_changed_code_changes_the_key_and_equal_code_elsewhere_does_not(tmp_path: Path) -> None:
    module = all_sources()["police_events"]
    before = cache_key(module, PART)
    assert cache_key(module_copy(tmp_path / "equal", "police_events"), PART) == before
    for number, name in enumerate(("police_events.py", "_strict.py", "_flags.py", "_read.py", "_declare.py")):
        changed = module_copy(tmp_path / str(number), "police_events")
        with (changed.path.parent / name).open("a") as code:
            code.write("# changed\n")
        assert cache_key(changed, PART) != before, name
    other = module_copy(tmp_path / "other", "police_events")
    (other.path.parent / "population.py").unlink()
    assert cache_key(other, PART) == before


def test_other_bytes_have_another_key() -> None:
    module = all_sources()["police_events"]
    assert cache_key(module, PART) != cache_key(module, replace(PART, sha256="1" * 64))


def test_what_is_unchanged_is_not_parsed_again(tmp_path: Path) -> None:
    module = all_sources()["police_events"]
    part = keep_snapshot(tmp_path, module.name, EVENT.encode(), "json")
    [path] = parse_snapshots(module, tmp_path, [part]).values()
    before = path.stat()
    [again] = parse_snapshots(module, tmp_path, [part, part]).values()
    assert again == path
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    snapshot_path(tmp_path, module.name, part).unlink()  # the cache alone is enough
    assert list(parse_snapshots(module, tmp_path, [part]).values()) == [path]
