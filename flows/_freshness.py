"""Freshness as a fact: which sources are late or have stopped answering, since when, and what is used instead."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import duckdb

from flows._log import newest_first
from flows._plan import Plan
from models._duckdb import connect
from sources._landing import STOCKHOLM
from sources._registry import all_sources


@dataclass(frozen=True, kw_only=True)
class Silence:
    """A source that could not be read when it was last asked.

    since: the start of the first run in which that was so, without one that went well after it. latest: the start of
    the last. nights: on how many days it was asked in that time. problem: what was wrong the last time.
    """

    since: datetime
    latest: datetime
    nights: int
    problem: str


def silences(plan: Plan) -> Mapping[str, Silence]:
    """The sources that could not be read when they were last asked. A run that did not ask a source says nothing of it.

    Of those that the settings say not to fetch, nothing is expected.
    """
    found: dict[str, Silence] = {}
    unsettled = {name for name, module in all_sources().items() if module.fetch} - set(plan.settings.not_fetched)
    last_day = dict.fromkeys(unsettled, "")
    for line in newest_first(plan.data, "runs"):
        if not unsettled:
            break
        try:
            at = datetime.fromisoformat(line["started_at"]).astimezone(STOCKHOLM)
            asked = {name: str(each["problem"]) for name, each in line["sources"].items() if each["is_asked"]}
        except (KeyError, TypeError, ValueError, AttributeError):
            continue  # of another version, or of a hand that has edited it: it says nothing
        for name in sorted(unsettled & asked.keys()):
            if not asked[name]:
                unsettled.discard(name)
                continue
            before = found.get(name, Silence(since=at, latest=at, nights=0, problem=asked[name]))
            is_new_day = last_day[name] != str(at.date())
            found[name], last_day[name] = replace(before, since=at, nights=before.nights + is_new_day), str(at.date())
    return found


@dataclass(frozen=True, kw_only=True)
class LateSeries:
    """A series that its publisher's own catalogue says should have had newer figures by now."""

    kpi: str
    title: str
    newest_year: int
    expected_by: date


def late_series(data: Path, as_of: date) -> list[LateSeries]:
    """The key figures of Kolada that are late on a day, by the newest release. None where there is no release."""
    with _opened(data / "output" / "latest") as con:
        return [
            LateSeries(kpi=kpi, title=title, newest_year=year, expected_by=day)
            for kpi, title, year, day in (
                con.execute(
                    "select kpi, title, newest_year, expected_by from core.kolada_kpis "
                    "where expected_by < ? and kind in ('count', 'published') order by kpi",
                    [as_of],
                ).fetchall()
                if con
                else []
            )
        ]


def tells_what_is_late(release: Path, as_of: date) -> bool:
    """Whether a release says of every series what it is to say on this day: that it is late, or is not.

    A series becomes late because days pass, so nothing that a release is named by has changed.
    """
    with _opened(release) as con:
        if con is None:
            return False
        [(changed,)] = con.execute(
            "select count(*) from core.kolada_kpis where is_late <> coalesce(expected_by < ?, false)", [as_of]
        ).fetchall()
        return int(changed) == 0


@contextmanager
def _opened(release: Path) -> Iterator[duckdb.DuckDBPyConnection | None]:
    """A release's internal database, where there is one that this program's tables stand in."""
    path = release / "internal" / "lagesbild.duckdb"
    if not path.is_file():
        yield None
        return
    with closing(connect(path, read_only=True)) as con:
        columns = con.execute("select column_name from duckdb_columns() where table_name = 'kolada_kpis'").fetchall()
        yield con if ("expected_by",) in columns else None


def attention(
    title: str,
    *,
    data_as_of: date | None,
    expected_by: date | None,
    is_late: bool,
    problem: str,
    silence: Silence | None,
) -> str:
    """What a person should know of a source, in one Swedish sentence: what, since when, and what is used instead.

    Empty where there is nothing. The reason stands elsewhere (`status`, the run log): this is fit to be sent.
    """
    if not (is_late or problem):
        return ""
    said = [f"{title}:"]
    if silence:
        nights = "1 natt" if silence.nights == 1 else f"{silence.nights} nätter"
        said.append(f"har inte gått att läsa sedan {silence.since.date()} ({nights});")
    elif problem:
        said.append("gick inte att läsa;")
    if is_late:
        said.append(f"nyare uppgifter väntades senast {expected_by};")
    said.append(f"uppgifterna till och med {data_as_of} används." if data_as_of else "inga uppgifter finns.")
    return " ".join(said)
