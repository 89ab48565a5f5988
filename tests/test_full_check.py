"""`lagesbild check --full`: what has been spoilt in a data folder is found and named, and nothing else."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from flows._full_check import check_everything
from flows._plan import Plan
from flows._sums import SUMS, write_sums
from flows.cli import main
from flows.pipeline import latest_release, make_plan, one_writer
from flows.settings import read_settings
from sources._landing import keep_snapshot
from sources._problem import UsageProblem


@pytest.fixture
def data(sample_data: Path, tmp_path: Path) -> Path:
    """A copy of the sample's data folder, without what a check does not read."""
    folder = tmp_path / "data"
    shutil.copytree(sample_data, folder, symlinks=True, ignore=shutil.ignore_patterns("parsed", "warehouse.duckdb*"))
    return folder


def plan_of(data: Path, **settings: object) -> Plan:
    return make_plan(read_settings(data=data, report_formats=("pdf", "docx", "pptx"), **settings), sample=True)


def named(found: Sequence[str]) -> list[str]:
    """Where something is wrong, and what: a sentence's first two parts."""
    return sorted(": ".join(each.split(": ")[:2]) for each in found)


def write(path: Path, content: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(content)
    path.chmod(0o400)


def test_a_snapshot_of_a_run_that_was_killed_before_it_wrote_its_line_is_told_of_and_is_no_fault(data: Path) -> None:
    part = keep_snapshot(data, "population", b"[1]", "json")
    checked = check_everything(plan_of(data))
    assert checked.found == []
    assert named(checked.remarks) == [
        f"landing/population/{part.sha256}.json: ingen rad i manifestet berättar om filen"
    ]


def test_a_whole_data_folder_is_made_again_byte_by_byte_and_left_as_it_was(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))  # a query may read there, and not around it
    with (data / "landing" / "manifest.jsonl").open("a") as manifest:
        manifest.write('{"source": "popul')  # a power cut
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    told: list[str] = []
    checked = check_everything(plan_of(data), told.append)
    assert (checked.found, checked.remarks) == ([], [])
    assert told[-1] == "jämför public"
    assert {path: path.read_bytes() for path in data.rglob("*") if path.is_file()} == before


def test_everything_that_has_been_spoilt_is_named_and_nothing_else(data: Path) -> None:
    release = latest_release(data)
    folder = data / "output" / release
    flipped = min((data / "landing" / "population").iterdir())
    content = bytearray(flipped.read_bytes())
    content[len(content) // 2] ^= 1
    flipped.write_bytes(content)
    gone = min((data / "landing" / "vehicles").iterdir())
    gone.unlink()
    (data / "landing" / "measures" / "orphan.xlsx").write_bytes(b"x")
    [decision] = (data / "published").glob("*.parquet")
    decision.unlink()
    ranks = folder / "public" / "ranks.csv"
    write(ranks, ranks.read_bytes().replace(b"1", b"2", 1))
    ranks.chmod(0o400)
    (folder / "internal").chmod(0o755)
    (data / "published").chmod(0o755)
    copied = data / "output" / "2026-01-01-aaaaaaaaaaaa"
    shutil.copytree(folder, copied)
    copied.chmod(0o711)
    for part in (copied / "internal", copied / "public"):
        shutil.rmtree(part / "report")
    checked = check_everything(plan_of(data, decided=("2025-01-01-bbbbbbbbbbbb",)))
    here, there = f"output/{release}", f"output/{copied.name}"
    found = named([*checked.found])
    of_copy = [each for each in found if each.startswith(there)]
    assert {
        f"{there}/internal/release.json: är av en annan utgåva",
        f"{there}/internal/indicators.parquet: tabellen är inte utgåvans",
        f"{there}/internal/report/index.html: filen saknas, har ändrats eller hör inte till utgåvan",
    } <= {*of_copy}
    assert [each for each in found if each not in of_copy] == sorted(
        [
            f"landing/population/{flipped.name}: ögonblicksbilden har ändrats",
            f"landing/vehicles/{gone.name}: ögonblicksbilden saknas",
            "landing/measures/orphan.xlsx: filen hör inte hemma i landningen",
            f"published/{decision.name}: beslutet som liggaren nämner saknas",
            f"{data / 'published' / decision.name}: beslutet saknas eller är skadat",
            f"{here}/internal: har fel rättigheter",
            f"{here}/public/ranks.csv: har fel rättigheter",
            f"{here}/public/ranks.csv: filen saknas, har ändrats eller hör inte till utgåvan",
            "output/2025-01-01-bbbbbbbbbbbb: den beslutade utgåvan finns inte",
            "published: andra konton kan läsa mappen",
        ]
    )
    assert len(checked.remarks) == 1


def test_a_release_altered_with_its_checksums_and_a_ledger_altered_with_its_hash_are_not_what_the_landing_zone_gives(
    data: Path,
) -> None:
    release = latest_release(data)
    folder = data / "output" / release
    changes = folder / "public" / "changes.csv"
    write(changes, changes.read_bytes().replace(b"0", b"1", 1))
    changes.chmod(0o444)
    (folder / SUMS).unlink()
    write_sums(folder)
    assert named(check_everything(plan_of(data)).found) == [
        f"output/{release}/public/changes.csv: är inte vad landningen ger med samma kod"
    ]


def test_a_manifest_or_a_ledger_that_lacks_lines_is_found(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest, ledger = data / "landing" / "manifest.jsonl", data / "published" / "ledger.jsonl"
    lines = manifest.read_bytes().splitlines(keepends=True)
    manifest.write_bytes(b"".join(lines[:-1]))
    lost = json.loads(lines[-1])
    part = lost["parts"][0]
    checked = check_everything(plan_of(data))
    orphan = f"landing/{lost['source']}/{part['sha256']}.{part['extension']}"
    assert f"{orphan}: ingen rad i manifestet berättar om filen" in named(checked.remarks)
    assert named(checked.found) == [
        f"output/{latest_release(data)}/internal/release.json: bygger på ögonblicksbilder som manifestet inte känner",
    ]
    manifest.write_bytes(b"".join(lines[:3]) + b"{}\n" + b"".join(lines[3:]))
    ledger.write_bytes(b"{}\n" + ledger.read_bytes())
    assert main(["check", "--full", "--data", str(data)]) == 1
    assert "raden går inte att läsa" in capsys.readouterr().err


def test_a_release_of_other_code_is_not_compared_and_that_is_said(data: Path) -> None:
    folder = data / "output" / latest_release(data)
    for audience in ("internal", "public"):  # what versions before this one wrote
        path = folder / audience / "release.json"
        described = json.loads(path.read_text(encoding="utf-8"))
        del described["versions"]["code"]
        write(path, json.dumps(described).encode())
        path.chmod(0o400 if audience == "internal" else 0o444)
    (folder / SUMS).unlink()
    checked = check_everything(plan_of(data))
    assert checked.found == []
    assert "en annan version av koden" in checked.remarks[0]


def test_no_run_can_write_meanwhile_and_a_folder_that_is_not_there_is_not_made(data: Path, tmp_path: Path) -> None:
    with one_writer(data), pytest.raises(UsageProblem, match="en annan körning pågår"):
        check_everything(plan_of(data))
    with pytest.raises(UsageProblem, match="finns inte"):
        check_everything(plan_of(tmp_path / "nowhere"))
    assert not (tmp_path / "nowhere").exists()


def test_the_database_of_a_release_is_read_whole(data: Path) -> None:
    folder = data / "output" / latest_release(data) / "internal"
    database = folder / "lagesbild.duckdb"
    content = bytearray(database.read_bytes())
    for place in range(len(content) // 2, len(content), 4_096):
        content[place] ^= 255
    write(database, bytes(content))
    assert f"output/{latest_release(data)}: går inte att läsa" in named(check_everything(plan_of(data)).found)
    assert pl.read_parquet(folder / "ranks.parquet").height > 0
