"""Releases on disk: put in place whole, pointed at, kept by a rule, and removed by one rename."""

import json
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from flows._published import append_missing
from flows.settings import Settings
from sources._landing import make_folder, sync, write_atomically
from sources._problem import Problem

PASSAGE = 0o711
# Where an interrupted run may have left something half-written, always hidden and ending in .tmp. People's own folders
# (inbox) are not among them.
_WORKPLACES = ("", "landing", "landing/*", "published", "asked", "log", "output", "texts/*")
_CACHES = ("parsed", "parsed/*")
_DAY_SECONDS = 86_400


def release_folders(output: Path) -> list[Path]:
    """The folders of the published releases, the oldest day first; of one day in the order they were written."""
    folders = [path for path in output.glob("20*") if path.is_dir()]
    return sorted(folders, key=lambda folder: (folder.name[:10], folder.stat().st_mtime_ns, folder.name))


def latest_release(data: Path) -> str:
    """The id of the newest published release; empty when there is none."""
    latest = data / "output" / "latest"
    return latest.readlink().name if latest.is_symlink() else ""


def previous_release(data: Path, day: str) -> str:
    """The newest release of an earlier day than this one (YYYY-MM-DD); empty when there is none."""
    return _previous([folder.name for folder in release_folders(data / "output")], day)


def _previous(releases: Sequence[str], day: str) -> str:
    return max((name for name in releases if name[:10] < day), default="")


# -------------------------------------------------------------------------------------------------- publishing, whole


def unpublished(output: Path, release: str) -> Path:
    """Where a release is written before it is published."""
    return output / f".{release}.tmp"


def commit(data: Path, release: str, lines: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
    """Decide, durably, that a finished release is published; `complete` then does it, after a crash the next run.

    The folder of the release is made durable first. lines: what is to stand in the files of `data/published`.
    """
    folder = unpublished(data / "output", release)
    folder.chmod(PASSAGE)
    for path in sorted(folder.rglob("*")):
        sync(path)
    sync(folder)
    sync(folder.parent)
    make_folder(_pending(data).parent)
    with write_atomically(_pending(data)) as temporary:
        temporary.write_text(json.dumps({"release": release, "lines": lines}), encoding="utf-8")


def is_committed(data: Path) -> bool:
    """Whether a release has been decided and is not yet in its place."""
    return _pending(data).exists()


def complete(data: Path) -> None:
    """Do what was decided and not yet done; nothing, mostly. Cut off, it is finished by the next call.

    The ledgers first, then the folder by one rename, then `latest`, each on disk before the next: what is known of
    people is never less than what can be read. A release of an earlier day than the newest is put beside it and
    `latest` stays. A folder of that name is already whole and says the same (its name is a hash of what decided it),
    so it stays. Raises Problem for a decision that cannot be read.
    """
    path = _pending(data)
    if not path.exists():
        return
    try:
        decided = json.loads(path.read_bytes())
        release, lines = str(decided["release"]), dict(decided["lines"])
    except (ValueError, LookupError, TypeError):
        raise Problem(str(path), "går inte att läsa", do="ta bort filen och kör igen: lagesbild run") from None
    for name, entries in lines.items():
        append_missing(path.parent / name, entries)
    output = data / "output"
    folder, finished = output / release, unpublished(output, release)
    if finished.is_dir() and not folder.exists():
        os.replace(finished, folder)
        sync(output)
    if folder.is_dir() and is_newest(output, release):
        point_latest(output, release)
    path.unlink()
    sync(path.parent)
    remove(finished)


def _pending(data: Path) -> Path:
    return data / "published" / "pending.json"


def is_newest(output: Path, release: str) -> bool:
    """Whether no release of a later day has been published."""
    latest = output / "latest"
    return not latest.is_symlink() or latest.readlink().name[:10] <= release[:10]


def point_latest(output: Path, release: str) -> None:
    """Point `latest` at a release, by one rename."""
    pointer = output / ".latest.tmp"
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(release)
    sync(output)
    os.replace(pointer, output / "latest")
    sync(output)


# ----------------------------------------------------------------------------------------------------------- the rule


def kept(releases: Sequence[str], settings: Settings, latest: str) -> Mapping[str, str]:
    """The releases that the rule keeps, and why, in words; those that are not there are to be removed.

    releases: the names, the oldest day first. Kept are those of the `keep_releases` newest days' end of the list, the
    first of each month, those in `decided`, `latest`, and the one that `latest` tells the news since: without that one
    its name would be another, and a night on which nothing changed would make a new release.
    """
    why: dict[str, list[str]] = {name: [] for name in releases}

    def keep(names: Sequence[str], reason: str) -> None:
        for name in names:
            if name in why:
                why[name].append(reason)

    first_of_month: dict[str, str] = {}
    for name in releases:
        first_of_month.setdefault(name[:7], name)
    keep([latest], "den senaste")
    keep([_previous(releases, latest[:10])], "den senaste jämförs med den")
    keep(settings.decided, "beslutad")
    keep(list(first_of_month.values()), "månadens första")
    keep(releases[-settings.keep_releases :], f"bland de {settings.keep_releases} nyaste")
    return {name: ", ".join(reasons) for name, reasons in why.items() if reasons}


def kept_line(data: Path, settings: Settings) -> str:
    """How many releases stand, and why, in one line."""
    names = [folder.name for folder in release_folders(data / "output")]
    why = kept(names, settings, latest_release(data))
    counts: dict[str, int] = {}
    for reasons in why.values():
        for reason in reasons.split(", "):
            counts[reason] = counts.get(reason, 0) + 1
    told = [f"{number} {reason}" for reason, number in counts.items() if not reason.startswith("den senaste")]
    told += [f"{len(names) - len(why)} tas bort vid nästa körning"] if len(why) < len(names) else []
    return f"Utgåvor som står kvar: {len(names)}" + (f" ({', '.join(told)})." if told else ".")


def remove_old(data: Path, settings: Settings) -> tuple[str, ...]:
    """Remove the releases that the rule does not keep, each with its quality log; returns their names.

    The publication ledger stays: what was once shown is known for ever. The pages of weeks stay too: they are the
    working group's papers, not the release's.
    """
    output = data / "output"
    names = [folder.name for folder in release_folders(output)]
    stay = kept(names, settings, latest_release(data))
    gone = tuple(name for name in names if name not in stay)
    for name in gone:
        remove_release(data, name)
    return gone


def remove_release(data: Path, release: str) -> None:
    """Take a release away by one rename, so that no reader sees a half, and its quality log with it."""
    shutil.rmtree(data / "log" / release, ignore_errors=True)
    aside = unpublished(data / "output", release)
    os.replace(data / "output" / release, aside)
    sync(aside.parent)
    remove(aside)


def remove_logs(data: Path) -> None:
    """Remove the quality logs of what was never published: those of the last attempt are enough."""
    for log in (data / "log").glob("20*"):
        if log.is_dir() and not (data / "output" / log.name).is_dir():
            shutil.rmtree(log)


# ------------------------------------------------------------------------------------------------------- after a crash


def sweep(data: Path) -> None:
    """Remove what an interrupted run left half-written, never a release. Hold the lock, after `complete`.

    Whoever asks how things stand may be writing in the caches at this moment, without the lock: what is a day old
    there is nobody's.
    """
    for aside in data.glob("output/week/*/.*.tmp"):
        from reports.week import finish_week  # only where a page was cut off: it brings all that reports are made of

        finish_week(aside)
    left = [path for place in _WORKPLACES for path in data.glob(f"{place}/.*.tmp".lstrip("/"))]
    for path in (path for place in _CACHES for path in data.glob(f"{place}/.*.tmp")):
        if time.time() - path.lstat().st_mtime > _DAY_SECONDS:
            left.append(path)
    for path in left:
        remove(path)


def remove(path: Path) -> None:
    """Remove a file, a link or a folder, if it is there."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)
