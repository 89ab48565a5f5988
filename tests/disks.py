"""Disks of the tests' own: a small one that gets full, and one whose power can be cut."""

import fcntl
import os
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# FS_IOC_SHUTDOWN with NOLOGFLUSH, as the file systems' own tests cut the power: what was not synced is gone.
_SHUTDOWN, _WITHOUT_FLUSHING = 0x8004587D, 2
# As hard as ext4 can be: data after their names, no kindness to those who rename without syncing, commits by sync only.
_HARSH = "data=writeback,noauto_da_alloc,commit=300"


@contextmanager
def small_disk(at: Path, kilobytes: int) -> Iterator[Path]:
    """A disk in memory with room for so much. Skips the test for those who may not mount."""
    at.mkdir(exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(at))
    try:
        yield at
    finally:
        subprocess.run(["umount", "-l", at], check=True)


def make_room(disk: Path) -> None:
    """Let a small disk have room for everything."""
    subprocess.run(["mount", "-o", "remount,size=1g", disk], check=True)


class Disk:
    """An ext4 in a file, mounted at `at`."""

    def __init__(self, folder: Path) -> None:
        self._image, self.at = folder / "disk.img", folder / "disk"
        self.at.mkdir()
        with self._image.open("wb") as image:
            image.truncate(1_000_000_000)
        if shutil.which("mkfs.ext4", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is None:
            pytest.skip("mkfs.ext4 is absent: no power can be cut")
        subprocess.run(["mkfs.ext4", "-q", "-F", self._image], check=True)
        self.mount()

    def mount(self) -> None:
        """Put it in its place; after a power cut the file system mends itself here."""
        _mount("-o", f"loop,{_HARSH}", str(self._image), str(self.at))

    def cut_power(self) -> None:
        """Nothing more is written from this moment, not even what was on its way."""
        handle = os.open(self.at, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, _SHUTDOWN, struct.pack("I", _WITHOUT_FLUSHING))
        finally:
            os.close(handle)

    def unmount(self) -> None:
        """Take it away, when the system has let go of it: it does so some time after a process has been killed."""
        for seconds in (0.1, 0.5, 2, 10, 30):
            if subprocess.run(["umount", self.at], capture_output=True, check=False).returncode == 0:
                return
            time.sleep(seconds)
        subprocess.run(["umount", self.at], check=True)


@contextmanager
def disk(folder: Path) -> Iterator[Disk]:
    """A disk whose power can be cut. Skips the test for those who may not mount."""
    made = Disk(folder)
    try:
        yield made
    finally:
        subprocess.run(["umount", "-l", made.at], check=False, stderr=subprocess.DEVNULL)


def _mount(*arguments: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may mount a disk")
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine lets nobody mount a disk: {done.stderr.strip()}")


@contextmanager
def little_memory(byte_count: int) -> Iterator[Path]:
    """A group of processes that together get so much memory and no more: the system kills one that wants it.

    Its file `cgroup.procs` takes the id of the process that is to be in it. Skips the test where none can be made.
    """
    root, limit = Path("/sys/fs/cgroup"), "memory.max"
    if (root / "memory").is_dir():
        root, limit = root / "memory", "memory.limit_in_bytes"
    group = root / f"lagesbild-{os.getpid()}"
    try:
        group.mkdir()
    except OSError as error:
        pytest.skip(f"this machine lets nobody limit memory: {error.strerror}")
    try:
        if not (group / limit).exists():
            pytest.skip("this machine has no limits of memory")
        (group / limit).write_text(str(byte_count))
        yield group
    finally:
        group.rmdir()
