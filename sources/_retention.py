"""What is due to be replaced by its aggregate, what has been removed, and what cannot be rebuilt after that."""

from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sources._landing import STOCKHOLM, Line, Observation, Part, Replacement, Tombstone, standing


def kept_until(received: date, months: int) -> date:
    """The day on which a snapshot has been kept for so many months; the last of the month where it has no such day."""
    years, month = divmod(received.month - 1 + months, 12)
    year = received.year + years
    return date(year, month + 1, min(received.day, monthrange(year, month + 1)[1]))


def due(
    history: Sequence[Line], source: str, months: int, *, origins: Collection[str], on: date
) -> Mapping[Part, date]:
    """The snapshots of a source whose retention has ended, with the day it did, oldest first.

    What has come in more than once counts from the last time: so nothing is due before what it takes precedence over.
    """
    received = {
        part: each.observed_at
        for each in sorted(standing(history), key=lambda each: each.observed_at)
        if each.source == source and each.origin in origins
        for part in each.parts
        if not part.is_aggregate
    }
    oldest_first = sorted(received.items(), key=lambda each: (each[1], each[0]))
    until = {part: kept_until(at.astimezone(STOCKHOLM).date(), months) for part, at in oldest_first}
    return {part: day for part, day in until.items() if day <= on}


def removed(history: Sequence[Line], source: str) -> frozenset[str]:
    """The hashes of what is no longer to lie in the landing zone: what was replaced or forgotten and does not stand."""
    gone = {line.snapshot for line in history if isinstance(line, Replacement | Tombstone) and line.source == source}
    gone |= {line.by.sha256 for line in history if isinstance(line, Replacement) and line.source == source}
    return frozenset(gone - {part.sha256 for each in standing(history) if each.source == source for part in each.parts})


def replaced_deliveries(history: Sequence[Line], source: str) -> frozenset[str]:
    """The hashes of delivered files that stand only as aggregates: delivered again, they would be counted twice."""
    stands = {part for each in standing(history) if each.source == source for part in each.parts}
    snapshots = {
        line.snapshot
        for line in history
        if isinstance(line, Replacement) and line.source == source and line.by in stands
    }
    return frozenset(
        original
        for each in history
        if isinstance(each, Observation) and each.source == source
        for part, original in zip(each.parts, each.original_sha256, strict=False)
        if part.sha256 in snapshots
    )


def cannot_be_rebuilt(history: Sequence[Line], source: str, as_of: date) -> list[str]:
    """What a run for an earlier day must say: what it had then and has not now, in Swedish sentences."""
    had = {
        part.sha256
        for each in history
        if isinstance(each, Observation) and each.source == source
        if each.observed_at.astimezone(STOCKHOLM).date() <= as_of
        for part in each.parts
    }
    sentences = []
    for kind, became in ((Replacement, "har ersatts av antal"), (Tombstone, "har tagits bort")):
        since = {line.snapshot: line.on for line in history if isinstance(line, kind) and line.snapshot in had}
        if later := sorted(day for day in since.values() if day > as_of):
            sentences.append(
                f"{source}: ögonblicksbilder som {became} från och med {later[0]}: {len(later)}; "
                f"{as_of} kan inte återskapas rad för rad"
            )
    return sentences
