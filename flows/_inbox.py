"""The inbox: what is dropped in `data/inbox/<source>/`, or `<source>/<period>/`, is taken in as `lagesbild add` does.

A file that is refused stays where it is, with the reason beside it in `<name>.nekad.txt`. One that is taken leaves:
to `<source>/taget/`, or, of a personal source, altogether. Its free text must not lie about in a folder that many can
open, and what counts of it has passed the privacy door and is on disk, with its hash in the manifest; the file itself
is kept by the system that owns it, under that system's rules. It is unlinked, not overwritten: backups of the inbox
are beyond us. It goes only after manifest and snapshot are durable, so a crash between the two leaves a file that the
next run knows by its hash and does not count again.

Whoever may write here is trusted with figures and with nothing else: no link is followed, a folder is opened once and
then used by its handle, and a file is read from a private copy, where it is called "filen": what people name files is
written in no log.
"""

import contextlib
import difflib
import os
import re
import shutil
import stat
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flows._collect import check_period, is_one_delivery, land_files, received_files, record_files
from flows._log import Log
from flows._plan import Plan
from sources._declare import Delivery
from sources._file import open_ordinary
from sources._landing import Part, sha256
from sources._problem import Problem, UsageProblem
from sources._read import MOST_BYTES
from sources._registry import SourceModule, all_sources

TAKEN = "taget"
NOTE = ".nekad.txt"
# What lies in no source's folder is counted under this name: the folder's own may be anybody's.
UNKNOWN = "okänd mapp"

_MARK = "Inte mottagen."
_AGAIN = "Rätta det och lägg filen här på nytt under samma namn. Den prövas vid nästa körning, och då går lappen bort."
_NOBODYS = re.compile(r"[.@#~]|thumbs\.db$|desktop\.ini$", re.IGNORECASE)
_HALF_COPIED = re.compile(r".*(\.part|\.partial|\.filepart|\.crdownload|\.download|\.tmp|\.temp|~)", re.IGNORECASE)
_EXTENSIONS = (".csv", ".json", ".xlsx")
_LONGEST_NAME = 255
# A file server's clock may be so many seconds ahead; a file from later than that is from before this one was set back.
_MOST_AHEAD = 3600.0


@dataclass(frozen=True, kw_only=True)
class Handed:
    """What became of what lay in one source's folder, in numbers of files.

    `taken` is new; `known` had been received before; `refused` stays with a note; `waiting` is not whole yet, or waits
    for a file that it belongs with; `stuck` was taken in but could not be moved away.
    """

    source: str
    taken: int = 0
    known: int = 0
    refused: int = 0
    waiting: int = 0
    stuck: int = 0

    @property
    def needs_a_person(self) -> bool:
        """Whether something lies there that no later run will take by itself."""
        return self.refused + self.stuck > 0


@dataclass(frozen=True, kw_only=True)
class _File:
    """A file in the inbox as it was when it was read, and the private copy of it."""

    name: str
    about: os.stat_result
    copy: Path
    sha256: str


class _Folder:
    """An opened folder of the inbox, and what has happened in it."""

    def __init__(self, handle: int, counts: "Counter[str]") -> None:
        self.handle, self.counts = handle, counts
        self.notes: set[str] = set()

    def names(self) -> list[str]:
        """What lies there, in an order that does not depend on the disk; not what programs leave behind."""
        found = [name for name in _names(self.handle) if not _NOBODYS.match(name)]
        return sorted(name for name in found if not (name.endswith(NOTE) and self._is_note(name)))

    def about(self, name: str) -> os.stat_result:
        """What the system says of a name, without following it."""
        return os.stat(name, dir_fd=self.handle, follow_symlinks=False)

    def refuse(self, name: str, problem: Problem) -> None:
        """Leave what is there, and say beside it why and what to do; who may read the one may read the other."""
        self.counts["refused"] += 1
        note = _note_name(name)
        text = f"{_MARK}\n\n{problem}\n\n{_AGAIN}\n"
        self.notes.add(note)
        with contextlib.suppress(OSError):
            mode = stat.S_IMODE(self.about(name).st_mode) & 0o644 | 0o600
            if self._is_note(note):
                os.unlink(note, dir_fd=self.handle)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            with os.fdopen(os.open(note, flags, 0o600, dir_fd=self.handle), "w", encoding="utf-8") as file:
                file.write(text)
                os.fchmod(file.fileno(), mode)

    def sweep(self) -> None:
        """Take away our notes on what is no longer refused."""
        for name in _names(self.handle):
            if name.endswith(NOTE) and name not in self.notes and self._is_note(name):
                os.unlink(name, dir_fd=self.handle)

    def _is_note(self, name: str) -> bool:
        try:
            with open_ordinary(Path(name), self.handle) as file:
                return file.read(len(_MARK)) == _MARK.encode()
        except (OSError, Problem):
            return False

    @contextmanager
    def below(self, name: str) -> Iterator["_Folder"]:
        """A folder in this one. Raises UsageProblem for a link."""
        try:
            handle = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=self.handle)
        except OSError as error:
            raise UsageProblem(
                "mappen", "går inte att öppna", found=str(error.strerror), do="lägg en vanlig mapp som går att läsa"
            ) from None
        try:
            below = _Folder(handle, self.counts)
            yield below
            below.sweep()
        finally:
            os.close(handle)


def take_inbox(plan: Plan, log: Log | None = None) -> tuple[Handed, ...]:
    """Take in what lies in the inbox, source by source; a sample run leaves it alone. Writes: hold the run's lock."""
    root, private = plan.data / "inbox", plan.data / ".inbox"
    shutil.rmtree(private, ignore_errors=True)  # left by a crash: copies that may hold free text
    if plan.sample or not root.is_dir():
        return ()
    try:
        handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:  # a share that is away stops no night, and is not passed over in silence
        return (Handed(source=UNKNOWN, refused=1),)
    try:
        return tuple(_take_all(plan, _Folder(handle, Counter()), private, log or Log()))
    finally:
        os.close(handle)
        shutil.rmtree(private, ignore_errors=True)


def look_into_inbox(data: Path) -> tuple[Handed, ...]:
    """What lies in the inbox now, unread: what an earlier run refused, and what waits for the next."""
    found: dict[str, Counter[str]] = {}
    root = data / "inbox"
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name != TAKEN and not _NOBODYS.match(name))
        here = Path(folder)
        parts = here.relative_to(root).parts
        source = parts[0] if parts and parts[0] in all_sources() else UNKNOWN
        is_below = source == UNKNOWN or (here.parent / _note_name(here.name)).exists()
        for name in files:
            if not _NOBODYS.match(name) and not name.endswith(NOTE):
                is_refused = is_below or _note_name(name) in files
                found.setdefault(source, Counter())["refused" if is_refused else "waiting"] += 1
    return tuple(Handed(source=source, **counts) for source, counts in sorted(found.items()))


def handed_lines(inbox: Sequence[Handed]) -> list[str]:
    """What became of what was handed in, a line for each source; no file is named."""
    words = {
        "taken": "tagna",
        "known": "redan mottagna",
        "refused": f"nekade (skälet står bredvid filen, i {NOTE})",
        "stuck": "mottagna men kvar: ta bort dem för hand",
        "waiting": "väntar",
    }
    return [
        f"Inkorgen, {each.source}: "
        + ", ".join(f"{number} {text}" for name, text in words.items() if (number := getattr(each, name)))
        for each in inbox
    ]


def _take_all(plan: Plan, inbox: _Folder, private: Path, log: Log) -> Iterator[Handed]:
    known = all_sources()
    names = inbox.names()
    for name in sorted(set(names) & known.keys()):
        if plan.only and name not in plan.only:
            continue
        inbox.counts = Counter()
        try:
            with log.step("inbox", name), inbox.below(name) as folder:
                _take_source(plan, known[name], folder, private, log)
        except Problem as problem:
            inbox.refuse(name, problem)
        except OSError as error:
            do = "se efter rättigheter och utrymme"
            inbox.refuse(name, Problem("mappen", "går inte att läsa eller skriva", found=str(error.strerror), do=do))
        if inbox.counts:
            yield Handed(source=name, **inbox.counts)
    inbox.counts = Counter()
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"menades {near[0]}?" if near else f"mappar här heter som källorna: {', '.join(known)}."
            what = "okänd mapp" if stat.S_ISDIR(inbox.about(name).st_mode) else "filen ligger inte i en källas mapp"
            inbox.refuse(name, UsageProblem("inkorgen", what, do=f"{hint} Flytta eller byt namn"))
    inbox.sweep()
    if inbox.counts:
        yield Handed(source=UNKNOWN, **inbox.counts)


def _take_source(plan: Plan, module: SourceModule, folder: _Folder, private: Path, log: Log) -> None:
    has_periods = module.source.delivery is Delivery.REPLACES_PERIOD
    names = [name for name in folder.names() if name != TAKEN]
    folders = [name for name in names if stat.S_ISDIR(folder.about(name).st_mode)]
    files = [name for name in names if name not in folders]
    for name in files if has_periods else folders:
        what = "period saknas" if has_periods else "källan delas inte upp i perioder eller mappar"
        do = f"lägg filen i en mapp för perioden, till exempel {module.name}/2025/"
        folder.refuse(name, UsageProblem("inkorgen", what, do=do if has_periods else f"lägg filen i {module.name}/"))
    if not has_periods:
        _take_files(plan, module, folder, files, folder, "", private, log)
        return
    for name in folders:
        period = unicodedata.normalize("NFC", name)
        try:
            check_period(module, period)
            with folder.below(name) as below:
                _take_files(plan, module, below, below.names(), folder, period, private, log)
        except Problem as problem:
            folder.refuse(name, problem.at("mappen"))


def _take_files(
    plan: Plan,
    module: SourceModule,
    folder: _Folder,
    names: Sequence[str],
    of_source: _Folder,
    period: str,
    private: Path,
    log: Log,
) -> None:
    """Take the files of one folder, which are one delivery where the source's deliveries replace each other."""
    try:
        ready, is_complete = _read_ready(folder, names, private, plan.settings.inbox_quiet_seconds)
        received = received_files(plan, module, period)
        for file in [file for file in ready if file.sha256 in received]:
            _put_away(module, folder, of_source, file, "known")
        new: dict[str, list[_File]] = {}
        for file in ready:
            if file.sha256 not in received:
                new.setdefault(file.sha256, []).append(file)
        if not is_one_delivery(module):
            for same in new.values():
                _take_delivery(plan, module, folder, of_source, period, [same], log)
        elif is_complete:
            _take_delivery(plan, module, folder, of_source, period, list(new.values()), log)
        else:
            folder.counts["waiting"] += sum(len(same) for same in new.values())
    finally:
        shutil.rmtree(private, ignore_errors=True)


def _take_delivery(
    plan: Plan,
    module: SourceModule,
    folder: _Folder,
    of_source: _Folder,
    period: str,
    files: Sequence[Sequence[_File]],
    log: Log,
) -> None:
    """Land and record files, each given with those of the same content; then put them away."""
    if not files:
        return
    landed = land_files(plan, module, [same[0].copy for same in files], plan.now, log)
    problems: Mapping[Path, Problem] = {raw: each for raw, each in landed.items() if isinstance(each, Problem)}
    if not problems:
        parts = {raw: each for raw, each in landed.items() if isinstance(each, Part)}
        try:
            record_files(plan, module, parts, period=period, at=plan.now)
        except Problem as problem:
            problems = dict.fromkeys(parts, problem.at("filen"))
    for same in files:
        for number, file in enumerate(same):
            if wrong := problems.get(same[0].copy):
                folder.refuse(file.name, wrong)
            elif problems:
                folder.counts["waiting"] += 1
            else:
                _put_away(module, folder, of_source, file, "known" if number else "taken")


def _read_ready(folder: _Folder, names: Sequence[str], private: Path, quiet_seconds: float) -> tuple[list[_File], bool]:
    """The files that are whole, copied to where nobody else can change them, and whether that is all of them.

    A file waits that is being copied or has just changed, or that a program has open (which its lock file tells).
    """
    locks = [name for name in _names(folder.handle) if name.startswith(("~$", ".~lock."))]
    ready, is_complete = [], True
    for number, name in enumerate(names):
        try:
            file = _read(folder, name, private / str(number), quiet_seconds)
        except Problem as problem:
            folder.refuse(name, problem)
            is_complete = False
            continue
        if file is None or _HALF_COPIED.fullmatch(name) or any(_is_lock_of(lock, name) for lock in locks):
            folder.counts["waiting"] += 1
            is_complete = False
        else:
            ready.append(file)
    return ready, is_complete


def _read(folder: _Folder, name: str, private: Path, quiet_seconds: float) -> _File | None:
    """A private copy of a file; None while it changes.

    By ctime: a copying program may set mtime back, but not that one. Raises Problem for what is no ordinary file.
    """
    try:
        with open_ordinary(Path(name), folder.handle) as opened:
            before = os.fstat(opened.fileno())
            if -_MOST_AHEAD < time.time() - before.st_ctime < quiet_seconds:
                return None
            content = opened.read(MOST_BYTES + 1)
            about = os.fstat(opened.fileno())
    except FileNotFoundError:
        return None
    except Problem as problem:
        raise problem.at("filen") from None
    except OSError as error:
        raise Problem(
            "filen", "går inte att läsa", found=str(error.strerror), do="ge lagesbild rätt att läsa den"
        ) from None
    if len(content) > MOST_BYTES:
        raise Problem("filen", "är orimligt stor", found=f"över {MOST_BYTES} byte", do="dela upp den")
    if _signs(before) != _signs(about):
        return None
    extension = Path(name).suffix.lower()
    private.mkdir(parents=True, mode=0o700)
    copy = private / f"filen{extension if extension in _EXTENSIONS else '.txt'}"
    copy.write_bytes(content)
    return _File(name=name, about=about, copy=copy, sha256=sha256(content))


def _put_away(module: SourceModule, folder: _Folder, of_source: _Folder, file: _File, outcome: str) -> None:
    """Take a file out of the inbox; one that has come in its place while it was read is for next time."""
    try:
        if _signs(folder.about(file.name)) != _signs(file.about):
            folder.counts["waiting"] += 1
        elif module.source.is_personal:
            os.unlink(file.name, dir_fd=folder.handle)
        else:
            _move(folder, of_source, file.name)
        folder.counts[outcome] += 1
    except (OSError, Problem):
        folder.counts["stuck"] += 1


def _move(folder: _Folder, of_source: _Folder, name: str) -> None:
    """Into `taget/` under its own name, or with a number where that name is taken."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(TAKEN, dir_fd=of_source.handle)
    with of_source.below(TAKEN) as taken:
        with contextlib.suppress(PermissionError):  # the folder may be somebody else's
            os.fchmod(taken.handle, stat.S_IMODE(os.fstat(of_source.handle).st_mode))
        there = set(_names(taken.handle))
        stem, extension = Path(name).stem, Path(name).suffix
        numbered = (f"{stem} ({number}){extension}" for number in range(2, len(there) + 3))
        free = name if name not in there else next(each for each in numbered if each not in there)
        os.rename(name, free, src_dir_fd=folder.handle, dst_dir_fd=taken.handle)


def _names(handle: int) -> list[str]:
    with os.scandir(handle) as entries:
        return [entry.name for entry in entries]


def _signs(about: os.stat_result) -> tuple[int, ...]:
    """What tells whether a file is still the same."""
    return about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns


def _is_lock_of(lock: str, name: str) -> bool:
    """Excel's ~$name (of a long name without its first two characters) or LibreOffice's .~lock.name#."""
    return name.endswith(lock[2:]) if lock.startswith("~$") else lock == f".~lock.{name}#"


def _note_name(name: str) -> str:
    """The note's name: the file's, cut where a name can be no longer."""
    return os.fsdecode(os.fsencode(name)[: _LONGEST_NAME - len(NOTE)]) + NOTE
