"""The early warning's signals of a release: which wait for an answer, and which the runs before have not told of."""

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from flows._log import newest_first
from flows._releases import latest_release
from models._duckdb import connect
from models._scope import scope_of
from reports._signals import Signal, signal_text, signals_of, unanswered

# A signal is told of while it is of the newest week or month; after so long nobody tells of it again.
_TOLD_WITHIN = timedelta(days=100)


def waiting(release: Path, areas: Sequence[str] = ()) -> list[Signal]:
    """The signals of a release that nobody has answered, oldest first; none of one made before there were any.

    release: its folder. areas: codes; none: all that it speaks of.
    """
    try:
        with closing(connect(release / "internal" / "lagesbild.duckdb", read_only=True)) as con:
            return unanswered(signals_of(con, areas))
    except duckdb.CatalogException:
        return []


def not_told(found: Sequence[Signal], data: Path, now: datetime) -> tuple[Signal, ...]:
    """Of signals those of the newest week or month that no run of the last months has told of. data: its folder."""
    told: set[str] = set()
    for line in newest_first(data, "runs"):
        try:
            if datetime.fromisoformat(line["started_at"]) < now - _TOLD_WITHIN:
                break
            told.update(line.get("signals", ()))
        except (AttributeError, LookupError, TypeError, ValueError):
            continue
    return tuple(each for each in found if each.is_newest and each.signal not in told)


def rows_to_answer(data: Path, area: str) -> list[dict[str, str]]:
    """The rows of the form `signal_answers`: the area's signals that wait for an answer in the newest release."""
    scope = scope_of(area)
    release = latest_release(data)
    if not release:
        return []
    found = waiting(data / "output" / release, [*scope.municipalities, *scope.areas])
    return [{"avvikelse": each.signal, "vad_som_avvek": signal_text(each)} for each in found]
