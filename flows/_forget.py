"""Forgets a snapshot: the snapshot itself, what was made of it, and every release that shows figures from it."""

import json
import re
import shutil
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import polars as pl

from flows._plan import Plan, one_writer
from flows._releases import point_latest, release_folders, remove, remove_release
from flows._retention import erase_removed, retention_day
from reports.week import releases_of_weeks, weeks_made_from
from sources._identifiers import has_identifier
from sources._landing import (
    STOCKHOLM,
    Line,
    Observation,
    Replacement,
    Tombstone,
    append_durably,
    read_history,
    record,
    standing,
    sync,
)
from sources._problem import UsageProblem

_UNREACHABLE = (
    "säkerhetskopior av datamappen, och diskens egna ögonblicksbilder",
    "utgåvor, tabeller och sidor som har hämtats, skickats eller lagts på en webbplats",
    "den inlämnade filen hos den som lämnade den",
    "publiceringsliggaren data/published: den rörs inte; den minns antal som utgåvorna visade och dolde, inga rader",
    "Prefects databas och körloggarna: de rörs inte, för de har namn, antal och dagar men inget innehåll",
)


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """What became of it: files and releases that are gone, releases that stand, and where `latest` points now."""

    snapshot: str
    sources: tuple[str, ...]
    files: tuple[str, ...]
    releases: tuple[str, ...]
    decided: tuple[str, ...]
    unread: tuple[str, ...]
    latest: str
    unreachable: tuple[str, ...] = _UNREACHABLE


def forget(plan: Plan, prefix: str, reason: str) -> Forgotten:
    """Forget the one snapshot whose hash begins with `prefix`; that of its aggregate names it too.

    The manifest says so first, so its figures never come back; an interrupted call is finished by the same call. The
    sample is not brought in again; a delivered file may be, and then counts. Raises UsageProblem for a reason that is
    empty or may point at a person, a hash that is unknown or not of one snapshot, and a decided release that is not
    there.
    """
    _check_reason(reason)
    output = plan.data / "output"
    if absent := [each for each in plan.settings.decided if not (output / each).is_dir()]:
        raise UsageProblem("decided", "den beslutade utgåvan finns inte", found=absent[0], do="rätta inställningen")
    snapshot = _find(read_history(plan.data), prefix)
    with one_writer(plan.data):
        history = read_history(plan.data)
        hashes = {snapshot, *_aggregates_of(history, snapshot)}
        sources = sorted({each.source for each in history if isinstance(each, Observation) and _holds(each, hashes)})
        still = {each.source for each in standing(history) if _holds(each, hashes)}
        on = retention_day(plan)
        record(plan.data, [Tombstone(source=each, snapshot=snapshot, reason=reason, on=on) for each in sorted(still)])
        shown, unread = _releases_with(output, hashes)
        gone = [release for release in shown if release not in plan.settings.decided]
        latest = _leave(output, gone)
        weeks = _remove_weeks(plan.data, [*gone, *_removed_since(plan.data, _first_seen(history, hashes))])
        for release in gone:
            remove_release(plan.data, release)
        done = Forgotten(
            snapshot=snapshot,
            sources=tuple(sources),
            files=(*_remove_files(plan.data, sources), *weeks),
            releases=tuple(gone),
            decided=tuple(release for release in shown if release in plan.settings.decided),
            unread=tuple(unread),
            latest=latest,
        )
        _log(plan, done, reason)
    return done


def forgotten_lines(done: Forgotten) -> list[str]:
    """What was removed and what cannot be reached, in plain Swedish."""
    lines = [f"Ögonblicksbilden {done.snapshot[:12]} ({', '.join(done.sources)}) är glömd.", "", "Borttaget:"]
    lines += [f"  {each}" for each in (*done.files, *(f"output/{release}" for release in done.releases))]
    if not (done.files or done.releases):
        lines.append("  ingenting mer; det var redan borta")
    if done.decided:
        lines += ["", "Kvar, för att lägesbilden är beslutad:", *(f"  output/{release}" for release in done.decided)]
    if done.unread:
        lines += ["", "Kan inte läsas, granska för hand:", *(f"  output/{release}" for release in done.unread)]
    lines += ["", "Nås inte härifrån, eller rörs inte:", *(f"  {each}" for each in done.unreachable)]
    lines += [
        "",
        "Exempeldata tas inte in igen i samma datamapp; det gör det som hämtas och en fil som lämnas på nytt.",
    ]
    lines += [f"Senaste utgåva är nu {done.latest or 'ingen'}. Gör en ny: lagesbild run"]
    return lines


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise UsageProblem("--reason", "skäl saknas", do="skriv till exempel --reason 'felaktigt inkommen'")
    if has_identifier(pl.Series([reason])).any():
        raise UsageProblem(
            "--reason", "skälet kan peka ut någon", do="skriv det utan namn, nummer och adresser; det sparas"
        )


def _find(history: Sequence[Line], prefix: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{8,64}", prefix):
        raise UsageProblem(
            "lagesbild forget",
            "inte början på en kontrollsumma",
            do="ange minst åtta tecken (0–9, a–f); lagesbild explain visar dem",
        )
    snapshots = {part.sha256: part.sha256 for each in history if isinstance(each, Observation) for part in each.parts}
    snapshots |= {each.by.sha256: each.snapshot for each in history if isinstance(each, Replacement)}
    found = {snapshot for name, snapshot in snapshots.items() if name.startswith(prefix)}
    if len(found) != 1:
        wrong = "flera ögonblicksbilder börjar så" if found else "ögonblicksbilden finns inte"
        raise UsageProblem("lagesbild forget", wrong, found=prefix, do="ange fler tecken; lagesbild explain visar dem")
    return found.pop()


def _aggregates_of(history: Sequence[Line], snapshot: str) -> set[str]:
    return {each.by.sha256 for each in history if isinstance(each, Replacement) and each.snapshot == snapshot}


def _holds(observation: Observation, hashes: Collection[str]) -> bool:
    return any(part.sha256 in hashes for part in observation.parts)


def _releases_with(output: Path, hashes: Collection[str]) -> tuple[list[str], list[str]]:
    """The releases whose figures rest on any of the snapshots, and those of which it cannot be read."""
    shown, unread = [], []
    for folder in release_folders(output):
        try:
            described = json.loads((folder / "internal" / "release.json").read_text(encoding="utf-8"))
            if any(name in hashes for each in described["snapshots"] for name in each["snapshots"]):
                shown.append(folder.name)
        except (OSError, ValueError, LookupError, TypeError):
            unread.append(folder.name)
    return shown, unread


def _leave(output: Path, gone: Collection[str]) -> str:
    """Point `latest` at the newest release that stays, before any is removed; returns its name."""
    latest = output / "latest"
    if latest.is_symlink() and latest.readlink().name not in gone:
        return latest.readlink().name
    left = [folder.name for folder in release_folders(output) if folder.name not in gone]
    if not left:
        if latest.is_symlink():
            latest.unlink()
            sync(output)
        return ""
    point_latest(output, left[-1])
    return left[-1]


def _first_seen(history: Sequence[Line], hashes: Collection[str]) -> date:
    return min(
        each.observed_at.astimezone(STOCKHOLM).date()
        for each in history
        if isinstance(each, Observation) and _holds(each, hashes)
    )


def _removed_since(data: Path, day: date) -> list[str]:
    """Releases from a day on that are no longer here though pages of weeks are made from them.

    What they rested on cannot be read any more: they may have rested on anything that had come in by then.
    """
    standing_here = {folder.name for folder in release_folders(data / "output")}
    return sorted(each for each in releases_of_weeks(data) - standing_here if each[:10] >= day.isoformat())


def _remove_weeks(data: Path, releases: Collection[str]) -> list[str]:
    """Take away the pages of weeks that are made from the releases."""
    folders = weeks_made_from(data, releases)
    for folder in folders:
        shutil.rmtree(folder)
    return [folder.relative_to(data).as_posix() for folder in folders]


def _remove_files(data: Path, sources: Sequence[str]) -> list[str]:
    files = [path for source in sources for path in erase_removed(data, source)]
    for path in sorted(data.glob("warehouse.duckdb*")):
        remove(path)
        files.append(path)
    for folder in {path.parent for path in files}:  # what was removed does not come back after a power cut
        sync(folder)
    return [path.relative_to(data).as_posix() for path in files]


def _log(plan: Plan, done: Forgotten, reason: str) -> None:
    line = {"at": plan.now.isoformat(), "reason": reason, **asdict(done)}
    append_durably(plan.data / "log" / "forgotten.jsonl", [json.dumps(line, ensure_ascii=False)])
