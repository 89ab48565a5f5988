"""Tells of a disk or a memory that was not enough in one sentence, whichever library met it first."""

import errno
from collections.abc import Iterator

from sources._problem import Problem

_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT)
_DISK_WORDS = ("no space left on device", "disk quota exceeded")
_MEMORY_WORDS = (
    *("out of memory", "failed to allocate", "could not allocate", "cannot allocate", "failed to map segment"),
    *("start new thread", "spawn threads", "thread pool has not been initialized"),
)


def exhausted(error: BaseException, where: str) -> Problem | None:
    """The problem behind an error, if it is that disk or memory ran out; else None.

    DuckDB, polars and the office libraries each have errors of their own for it, some of which we had already told of
    as something else: all that led to the error is looked at.
    """
    stays = "den senaste utgåvan står kvar"
    for each in _behind(error):
        words = str(each).lower()
        is_disk = isinstance(each, OSError) and each.errno in _DISK_ERRORS
        if is_disk or any(word in words for word in _DISK_WORDS):
            return Problem(where, "disken är full", do=f"frigör utrymme och kör igen; {stays}")
        is_memory = isinstance(each, MemoryError) or (isinstance(each, OSError) and each.errno == errno.ENOMEM)
        if is_memory or any(word in words for word in _MEMORY_WORDS):
            return Problem(where, "minnet räckte inte", do=f"ge körningen mer minne och kör igen; {stays}")
    return None


def _behind(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__
