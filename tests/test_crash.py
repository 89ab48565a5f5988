"""Whatever ends a run, the last release stands whole, nothing is lost, and the next run is like any other.

Here in short. `make soak` kills a run at two hundred random moments, and fills, starves and cuts the power of others.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from flows._exhausted import exhausted
from flows._published import LEDGER, Published, append_missing, read_ledger
from flows._releases import (
    commit,
    complete,
    is_committed,
    kept,
    kept_line,
    point_latest,
    release_folders,
    remove_old,
    unpublished,
)
from flows._version import VERSION
from flows.cli import main
from flows.pipeline import one_writer
from flows.settings import Settings, read_settings
from models._duckdb import connect
from reports._draw import draw_many
from reports.release import ReleaseMeta, write_release
from reports.report import Wanted
from sources._landing import read_manifest
from sources._problem import UsageProblem
from tests.disks import Disk, disk, little_memory, make_room, small_disk
from tests.house import OLDER, ROOT, House, Told, a_house, files_of

SOAK = int(os.environ.get("SOAK", "0"))
SEED = int(os.environ.get("SOAK_SEED", "20261123"))
soak = pytest.mark.skipif(not SOAK, reason="long: make soak")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with a_house(tmp_path_factory.mktemp("house")) as built:
        yield built


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Say on the terminal what a long test has done."""

    def say(line: str) -> None:
        with capsys.disabled():
            print(f"\n{line}", flush=True)

    return say


# -------------------------------------------------------------------------------------------------- whole nights


def kill_at_random(house: House, data: Path, dice: random.Random) -> str:
    """Kill a night at a random moment of the whole, or of a phase; returns what it was doing, "" if it had ended."""
    moments = house.moments()
    weights = list(moments.values()) if dice.random() < 0.5 else None
    [phase] = dice.choices(list(moments), weights)
    run = house.night(data)
    is_going_on = run.wait_for(phase, dice.random() * moments[phase])
    doing = run.kill(alone=dice.random() < 0.5)
    return doing if is_going_on else ""


def cut_power_at_random(house: House, made: Disk, data: Path, dice: random.Random) -> str:
    """Cut the power of a night at a random moment of a random phase; returns what it was doing."""
    moments = house.moments()
    phase = dice.choice(list(moments))
    run = house.night(data)
    run.wait_for(phase, dice.random() * moments[phase])
    made.cut_power()
    doing = run.kill()
    made.unmount()
    made.mount()
    return doing


def check_said(told: Told) -> None:
    """No traceback, and an exit code that says that nothing was published; or the system ended it."""
    assert "Traceback" not in told.said
    assert told.exit_code in (1, -signal.SIGKILL), told.said


def room_taken(folder: Path) -> int:
    """Kilobytes that a folder takes on a disk in memory."""
    return sum(-(-path.lstat().st_size // 4096) * 4 + 4 for path in folder.rglob("*"))


@pytest.mark.slow
def test_a_night_that_is_filled_starved_killed_and_without_power_is_at_last_like_any_other(
    house: House, tmp_path: Path
) -> None:
    dice, cannot = random.Random(SEED), []
    data = house.copy(tmp_path / "data")
    try:
        with small_disk(tmp_path / "small", room_taken(data) + 24_000) as small:
            told = house.night(house.copy(small / "data")).end()
            assert "disken är full: frigör utrymme och kör igen; den senaste utgåvan står kvar." in told.said
            check_said(told)
            house.check_nothing_is_lost(small / "data")
            copy(small / "data", data)
    except pytest.skip.Exception as reason:
        cannot.append(str(reason))
    try:
        with little_memory(250_000_000) as group:
            check_said(house.night(data, group).end())
        house.check_nothing_is_lost(data)
    except pytest.skip.Exception as reason:
        cannot.append(str(reason))
    kill_at_random(house, data, dice)
    house.check_nothing_is_lost(data)
    try:
        with disk(tmp_path) as made:
            there = copy(data, made.at / "data")
            os.sync()
            cut_power_at_random(house, made, there, dice)
            house.check_nothing_is_lost(there)
            copy(there, data)
    except pytest.skip.Exception as reason:
        cannot.append(str(reason))
    house.finish(data)
    if cannot:
        pytest.skip(f"the rest holds; not tried: {'; '.join(cannot)}")


def test_a_night_that_brings_nothing_new_removes_what_the_one_before_had_left(house: House, tmp_path: Path) -> None:
    data = copy(house.after, tmp_path / "data")
    latest = house.became.latest
    for left in OLDER[1:]:
        copy(house.before / "output" / left, data / "output" / left)
    told = house.night(data).end()
    assert "skrivs internt" not in told.began
    assert {each.name for each in release_folders(data / "output")} == house.became.releases.keys()
    assert (data / "output" / "latest").readlink().name == latest


@soak
@pytest.mark.slow
def test_killed_at_random_moments_a_night_is_at_last_like_any_other(
    house: House, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    dice, hit, latest = random.Random(SEED), Counter[str](), Counter[str]()
    for round_ in range(100 * SOAK):
        data = house.copy(tmp_path / "data")
        for _ in range(2):  # the next night may be killed too
            hit[kill_at_random(house, data, dice) or "slutat"] += 1
            house.check_nothing_is_lost(data)
            latest["ny" if release_folders(data / "output")[-1].name == house.became.latest else "gammal"] += 1
        house.finish(data)
        tell(f"{round_ + 1} omgångar, dödad {hit.total()} gånger: {dict(hit)}; utgåva efteråt: {dict(latest)}")


@soak
@pytest.mark.slow
def test_without_room_a_night_says_so_wherever_the_disk_gets_full(
    house: House, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    needed = room_taken(house.after) - room_taken(house.before)
    count, ended = 20 * SOAK, Counter[str]()
    for at in range(count):
        with small_disk(tmp_path / "small", room_taken(house.before) + needed * at // count) as small:
            data = house.copy(small / "data")
            told = house.night(data).end()
            if told.exit_code != house.undisturbed.exit_code:
                check_said(told)
            ended[told.said.strip().splitlines()[-1]] += 1
            house.check_nothing_is_lost(data)
            make_room(small)
            house.finish(data)
        tell(f"{at + 1} fulla diskar: {dict(ended)}")


@soak
@pytest.mark.slow
def test_without_memory_a_night_ends_and_the_next_is_like_any_other(
    house: House, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    dice, ended = random.Random(SEED), Counter[str]()
    for at in range(20 * SOAK):
        data = house.copy(tmp_path / "data")
        with little_memory(dice.randrange(100_000_000, 700_000_000)) as group:
            told = house.night(data, group).end()
        if told.exit_code != house.undisturbed.exit_code:
            check_said(told)
        ended[str(told.exit_code)] += 1
        house.check_nothing_is_lost(data)
        house.finish(data)
        tell(f"{at + 1} gånger med lite minne: {dict(ended)}")


@soak
@pytest.mark.slow
def test_after_power_cuts_a_night_is_like_any_other(house: House, tmp_path: Path, tell: Callable[[str], None]) -> None:
    dice, hit = random.Random(SEED), Counter[str]()
    with disk(tmp_path) as made:
        for at in range(25 * SOAK):
            data = house.copy(made.at / "data")
            os.sync()
            hit[cut_power_at_random(house, made, data, dice)] += 1
            house.check_nothing_is_lost(data)
            house.finish(data)
            tell(f"{at + 1} strömavbrott: {dict(hit)}")


def copy(one: Path, to: Path) -> Path:
    subprocess.run(["rm", "-rf", to], check=True)
    subprocess.run(["cp", "-a", one, to], check=True)
    return to


# ------------------------------------------------------------------------------------------------------------ readers

PUBLISHES, READERS = (50, 20) if SOAK else (20, 20)


def some_releases(house: House, folder: Path, count: int) -> list[Path]:
    """Real releases of one day that differ in their ids, written from the house's warehouse."""
    made = []
    for at in range(count):
        release = f"2026-09-02-{'abcdefgh'[at] * 12}"
        warehouse = folder / "warehouse.duckdb"
        shutil.copy(house.after / "warehouse.duckdb", warehouse)
        with closing(connect(warehouse)) as con:
            tables = con.sql(
                "select schema_name, table_name from duckdb_columns() where column_name = 'release'"
            ).fetchall()
            for schema, table in tables:
                con.execute(f"update {schema}.{table} set release = '{release}'")
        meta = ReleaseMeta(
            release=release,
            as_of=date(2026, 9, 2),
            area="1415",
            municipalities=("1415",),
            version=VERSION,
            sample=False,
            snapshots=[],
        )
        write_release(folder / release, warehouse, meta, (), lambda _: None, wanted=Wanted(formats=()))
        made.append(folder / release)
    return made


@pytest.mark.slow
def test_twenty_readers_see_whole_releases_only_while_releases_come_and_go(
    house: House, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    """Each publishing is `commit`, `complete` and `remove_old`, as `publish` does; its releases are real ones."""
    settings = read_settings(keep_releases=2, decided=())
    first, one, other, *standing = some_releases(house, tmp_path, 5)
    data, until = tmp_path / "data", tmp_path / "until"

    def publish_one(release: Path) -> tuple[str, ...]:
        copy(release, unpublished(data / "output", release.name))
        commit(data, release.name, {})
        complete(data)
        return remove_old(data, settings)

    (data / "output").mkdir(parents=True)
    for release in (
        first,
        *standing,
    ):  # of one day, the month's first and the last ones in name are kept; two come and go
        assert publish_one(release) == ()
    command = [sys.executable, "-m", "tests.reader", str(data), str(until)]
    readers = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(READERS)]
    try:
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "läser\n"
        removed = sum(len(publish_one((one, other)[at % 2])) for at in range(PUBLISHES))
        until.touch()
        read = [json.loads(reader.communicate(timeout=300)[0]) for reader in readers]
    finally:
        for reader in readers:
            reader.kill()
    assert [wrong for each in read for wrong in each["wrong"]] == []
    assert all(each["whole"] for each in read)
    whole = sum((Counter(each["whole"]) for each in read), Counter[str]())
    held, anew = (sum(each[name] for each in read) for name in ("held", "removed"))
    tell(
        f"{PUBLISHES} publiceringar, {removed} borttagna; {READERS} läsare läste {whole.total()} hela utgåvor av "
        f"{len(whole)} slag, {held} gånger togs den öppna bort, {anew} gånger började de om"
    )
    assert removed == PUBLISHES - 1
    assert {one.name, other.name} <= whole.keys() <= {one.name, other.name, standing[-1].name}


# --------------------------------------------------------------------------------------- every step of publishing

OLD, NEW, OTHERS = "2026-09-01-aaaaaaaaaaaa", "2026-09-02-bbbbbbbbbbbb", ("2026-08-02-cccccccccccc",)
TEXT = {"release": NEW, "text": "x"}
_STEPS = ("replace", "fsync", "unlink", "rmdir", "mkdir", "symlink", "chmod", "rename", "truncate")


def small_release(folder: Path, name: str) -> None:
    for audience in ("internal", "public"):
        (folder / audience / "report").mkdir(parents=True)
        for file in ("release.json", "indicators.csv", "report/index.html"):
            (folder / audience / file).write_text(f"{name}, {audience}, {file}", encoding="utf-8")


def entry(release: str) -> Published:
    return Published(release=release, is_sample=False, content=release[-3:])


def publish_small(data: Path, settings: Settings) -> None:
    """What `publish` does when all checks have passed, of a release of six files."""
    temporary = unpublished(data / "output", NEW)
    if not temporary.exists() and not (data / "output" / NEW).exists():
        small_release(temporary, NEW)
    commit(data, NEW, {LEDGER: [vars(entry(NEW))], "texts.jsonl": [TEXT]})
    complete(data)
    remove_old(data, settings)


def in_a_child(step: int, work: Callable[[], None]) -> bool:
    """Do some work in a process of its own that is killed before its step number so; whether it got to the end."""
    if child := os.fork():
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL)
        return status == 0
    try:
        left = [step]
        for name in _STEPS:
            setattr(os, name, _killing(getattr(os, name), left))
        work()
        os._exit(0)
    finally:
        os._exit(1)


def _killing(call: Callable[..., object], left: list[int]) -> Callable[..., object]:
    def counted(*given: object, **named: object) -> object:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*given, **named)

    return counted


def test_publishing_killed_before_any_of_its_steps_is_completed_or_has_not_begun(tmp_path: Path) -> None:
    settings = read_settings(keep_releases=2, decided=())
    start = tmp_path / "start"
    for name in (*OTHERS, "2026-08-01-dddddddddddd", OLD):
        small_release(start / "output" / name, name)
    point_latest(start / "output", OLD)
    append_missing(start / "published" / LEDGER, [vars(entry(OLD))])
    with one_writer(start):
        small_release(unpublished(start / "output", NEW), NEW)
    done = copy(start, tmp_path / "done")
    publish_small(done, settings)
    before, after = tree(start), tree(done)
    committed = 0
    for step in range(1_000):
        data = copy(start, tmp_path / "data")
        got_to_the_end = in_a_child(step, lambda data=data: publish_small(data, settings))  # type: ignore[misc]
        latest = (data / "output" / "latest").resolve(strict=True)
        assert latest.name in (OLD, NEW)
        assert files_of(latest) == files_of((start if latest.name == OLD else done) / "output" / latest.name)
        known = [each.release for each in read_ledger(data, is_sample=False)]
        assert known[:1] == [OLD]
        if (data / "output" / NEW).exists():
            assert known == [OLD, NEW]
        with one_writer(data):
            assert not is_committed(data)
            now = tree(data)
            if (data / "output" / "latest").readlink().name == OLD:  # it had not been decided
                assert now == {name: content for name, content in before.items() if f".{NEW}.tmp" not in name}
            else:
                committed += 1
                remove_old(data, settings)
                assert tree(data) == after
        if got_to_the_end:
            break
    assert got_to_the_end
    assert step > 40
    assert committed > 20


def tree(data: Path) -> dict[str, str]:
    """Every file, with what it holds or where it leads."""
    return {
        path.relative_to(data).as_posix(): str(path.readlink()) if path.is_symlink() else path.read_text("utf-8")
        for path in sorted(data.rglob("*"))
        if (path.is_file() or path.is_symlink()) and path.name != ".lock"
    }


# ------------------------------------------------------------------------------------------------------ the rule


def named(*days: str) -> list[str]:
    return [f"{day}-{'abcdefghij'[at % 10] * 12}" for at, day in enumerate(days)]


def test_the_rule_keeps_the_newest_the_first_of_each_month_the_decided_and_what_the_newest_needs() -> None:
    releases = named("2026-06-30", "2026-07-02", "2026-07-03", "2026-08-01", "2026-08-01", "2026-08-02", "2026-08-03")
    settings = read_settings(keep_releases=2, decided=(releases[2],))
    assert kept(releases, settings, releases[6]) == {
        releases[0]: "månadens första",
        releases[1]: "månadens första",
        releases[2]: "beslutad",
        releases[3]: "månadens första",
        releases[5]: "den senaste jämförs med den, bland de 2 nyaste",
        releases[6]: "den senaste, bland de 2 nyaste",
    }


def test_what_the_newest_is_compared_with_stays_however_many_came_the_same_day() -> None:
    releases = named("2026-07-01", "2026-08-02", "2026-08-03", "2026-08-03", "2026-08-03", "2026-08-03")
    settings = read_settings(keep_releases=2, decided=())
    assert releases[1] in kept(releases, settings, releases[5])
    assert releases[2] not in kept(releases, settings, releases[5])


def test_latest_stays_though_it_is_not_the_newest() -> None:
    releases = named(*(f"2026-08-{day:02}" for day in range(1, 29)))
    settings = read_settings(keep_releases=3, decided=())
    assert sorted(kept(releases, settings, releases[9])) == sorted(
        [releases[0], releases[8], releases[9], *releases[-3:]]
    )


def test_the_rule_removes_releases_with_their_logs_and_says_what_stands(tmp_path: Path) -> None:
    settings = read_settings(keep_releases=2, decided=())
    for name in (releases := named("2026-08-01", "2026-08-02", "2026-08-03", "2026-08-04")):
        small_release(tmp_path / "output" / name, name)
        (tmp_path / "log" / name / "data_docs").mkdir(parents=True)
    point_latest(tmp_path / "output", releases[3])
    assert kept_line(tmp_path, settings) == (
        "Utgåvor som står kvar: 4 (1 månadens första, 2 bland de 2 nyaste, 1 tas bort vid nästa körning)."
    )
    assert remove_old(tmp_path, settings) == (releases[1],)
    assert [path.name for path in release_folders(tmp_path / "output")] == [releases[0], *releases[2:]]
    assert sorted(path.name for path in (tmp_path / "log").iterdir()) == [releases[0], *releases[2:]]
    assert kept_line(tmp_path, settings) == "Utgåvor som står kvar: 3 (1 månadens första, 2 bland de 2 nyaste)."


# ------------------------------------------------------------------------------------------------------ the lock

HOLDER = """
import sys, time
from pathlib import Path
from flows._plan import one_writer
with one_writer(Path(sys.argv[1])):
    print("inne", flush=True)
    time.sleep(600)
"""


def test_the_lock_goes_with_the_process_that_had_it(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, tmp_path], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "inne\n"
    with pytest.raises(UsageProblem, match="en annan körning pågår"), one_writer(tmp_path):
        pass
    holder.kill()
    holder.wait()
    with one_writer(tmp_path):
        pass


def test_every_command_that_writes_waits_for_its_turn(
    sample_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    delivered = tmp_path / "r.csv"
    delivered.write_text("rapport_id;datum;tid;kommun;plats;kategori;rapportor\n", encoding="utf-8")
    snapshot = read_manifest(sample_data)[0].parts[0].sha256
    with one_writer(sample_data):
        for arguments in (
            ["run", "--sample"],
            ["add", "incident_reports", str(delivered)],
            ["week"],
            ["forget", snapshot, "--reason", "felaktigt inkommen"],
            ["template", "texts"],
        ):
            assert main([*arguments, "--data", str(sample_data)]) == 2, arguments
            assert "en annan körning pågår i datamappen: vänta" in capsys.readouterr().err, arguments
        for reading in (["list", "areas"], ["status"]):
            assert main([*reading, "--data", str(sample_data)]) in (0, 3)


# ------------------------------------------------------------------------------------------- what ran out, in words


def write_with_polars() -> None:
    pl.DataFrame({"a": range(100_000)}).write_csv("/dev/full")


def write_with_duckdb() -> None:
    with closing(connect(folders=[Path("/dev")])) as con:
        con.execute("copy (select range as a from range(100000)) to '/dev/full' (format csv)")


def write_with_python() -> None:
    Path("/dev/full").write_text("a" * 100_000, encoding="utf-8")


def fill_duckdb() -> None:
    with closing(connect()) as con:
        con.execute("set memory_limit = '20MB'; set threads = 1")
        con.execute(
            "create table t as select range as a, repeat('a', 1000) || range as b from range(200000)"
        ).fetchall()


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (write_with_python, "disken är full"),
        (write_with_polars, "disken är full"),
        (write_with_duckdb, "disken är full"),
        (fill_duckdb, "minnet räckte inte"),
    ],
)
def test_what_ran_out_is_told_in_one_sentence_whichever_library_met_it(work: Callable[[], None], said: str) -> None:
    with pytest.raises(Exception) as raised:  # noqa: PT011  # each library has its own
        work()
    problem = exhausted(raised.value, "data")
    assert problem is not None
    assert str(problem).startswith(f"data: {said}: ")
    assert exhausted(ValueError("något annat"), "data") is None


# ----------------------------------------------------------------------------------------------- what is left over


def test_what_a_crash_left_half_written_is_gone_at_the_next_writing_and_nothing_of_anybody_elses(
    tmp_path: Path,
) -> None:
    ours = ("landing/s/.x.csv.1.tmp", "published/.y.tmp", "asked/.z.json.1.tmp", "output/.2026-08-01-a.tmp/internal/f")
    others = ("inbox/s/.mine.tmp", "landing/manifest.jsonl", "output/2026-08-01-b/public/f", "parsed/s/.now.tmp")
    for name in (*ours, *others, ".core.t.tmp"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    with one_writer(tmp_path):
        pass
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()) == sorted(
        [*others, ".lock", "version.json"]
    )


def test_a_drawing_that_a_power_cut_left_half_is_drawn_again(tmp_path: Path) -> None:
    spec = {
        "mark": "point",
        "data": {"name": "all"},
        "datasets": {"all": [{"a": 1}]},
        "params": [{"name": "size", "value": 9}],
        "encoding": {"x": {"field": "a", "type": "quantitative", "axis": None}},
    }
    [drawing] = draw_many([spec], tmp_path)
    [path] = tmp_path.glob("*.svg")
    for damaged in (b"", path.read_bytes()[:-20], b"\0" * path.stat().st_size):
        path.write_bytes(damaged)
        assert draw_many([spec], tmp_path) == [drawing]
