"""Opens files that came from outside."""

import errno
import os
import stat
from functools import partial
from pathlib import Path
from typing import BinaryIO

from sources._problem import UsageProblem


def open_ordinary(path: Path, folder: int | None = None) -> BinaryIO:
    """An ordinary file, opened for reading; where `folder` is given, an opened folder, `path` is a name in it.

    Raises UsageProblem for a symbolic link (it may lead to what the sender could not read), a folder, a device or a
    pipe (it may never end); FileNotFoundError where there is nothing.
    """
    try:
        file = open(path, "rb", opener=partial(_without_following, folder=folder))  # noqa: SIM115  # the caller closes it
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
            raise
        raise _not_ordinary(path, "symbolisk länk" if error.errno == errno.ELOOP else "ingen fil") from None
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise _not_ordinary(path, "ingen fil")
    return file


def _without_following(path: str, flags: int, folder: int | None) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)


def _not_ordinary(path: Path, found: str) -> UsageProblem:
    return UsageProblem(path.name, "bara vanliga filer läses", found=found, do="ange själva filen")
