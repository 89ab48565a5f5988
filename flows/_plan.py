"""What one run is to do, settled before it begins, and the lock that lets one run at a time write."""

import fcntl
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from flows._data_version import bring_up_to_date, check_version
from flows._exhausted import exhausted
from flows._log import Log
from flows._releases import PASSAGE, complete, latest_release, sweep
from flows.settings import Settings
from models._scope import scope_of
from sources._landing import (
    STOCKHOLM,
    make_folder,
    read_manifest,
)
from sources._problem import UsageProblem
from sources._registry import all_sources
from sources._strict import ROOT

SAMPLE = ROOT / "data" / "sample"
# A file that is said to have come in today came at noon; a clock is set right by seconds, not by days.
_MOST_AHEAD = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What one run is to do, settled before it begins."""

    settings: Settings
    sample: bool = False
    offline: bool = False
    only: tuple[str, ...] = ()
    as_of: date
    now: datetime

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.settings.data

    @property
    def origins(self) -> tuple[str, ...]:
        """Which observations count: the sample never mixes with what is real."""
        return ("sample",) if self.sample else ("fetch", "add")


def make_plan(
    settings: Settings,
    *,
    sample: bool = False,
    offline: bool = False,
    only: Sequence[str] = (),
    as_of: date | None = None,
    now: datetime | None = None,
) -> Plan:
    """Settle a run: the day it speaks of, and that the sample never meets real data.

    This is where a run reads the clock, once: what it fetches is observed `now`, also when midnight passes meanwhile,
    and `as_of` is that day in Stockholm. Raises UsageProblem for an unknown source, in `only` or in a setting, for a
    retention decision on a source without retention, for a data folder of a later version, for a sample run in a folder
    with real observations, for a day that has not been, and for a clock that stands before what has already been
    observed or published.
    """
    check_version(settings.data)
    now = now or datetime.now(UTC)
    if unknown := sorted(set(only) - all_sources().keys()):
        raise UsageProblem("--only", "okänd källa", found=unknown[0], do=f"kända är {', '.join(all_sources())}")
    fetched = [name for name, module in all_sources().items() if module.fetch]
    if unknown := sorted(set(settings.not_fetched) - set(fetched)):
        raise UsageProblem("not_fetched", "ingen källa som hämtas", found=unknown[0], do=f"de är {', '.join(fetched)}")
    can_end = [name for name, module in all_sources().items() if module.source.retention_months is not None]
    for name, decision in settings.gallringsbeslut.items():
        if name not in can_end or not decision.strip():
            raise UsageProblem(
                "gallringsbeslut",
                "beslutet gäller ingen källa som gallras, eller är tomt",
                found=name,
                do=f"källor som gallras är {', '.join(can_end)}; ange diarienummer och dag",
            )
    scope_of(settings.area)
    today = now.astimezone(STOCKHOLM).date()
    if sample:
        is_real = any(each.origin != "sample" for each in read_manifest(settings.data))
        if is_real:
            raise UsageProblem(
                "--sample",
                "datamappen har verkliga uppgifter",
                found=str(settings.data),
                do="välj en annan mapp med --data, så att exempeldata aldrig ersätter en riktig utgåva",
            )
        as_of = as_of or sample_as_of()
    elif as_of is not None and as_of > today:
        raise UsageProblem(
            "--as-of", "dagen har inte varit än", found=str(as_of), do=f"ange en dag till och med {today}"
        )
    else:
        _check_clock(settings.data, now)
    return Plan(
        settings=settings,
        sample=sample,
        offline=offline,
        only=tuple(only),
        as_of=as_of or today,
        now=now,
    )


def _check_clock(data: Path, now: datetime) -> None:
    """Raise UsageProblem where the clock stands before what has been done: which was wrong only a person knows.

    A release counts too. One of a day that has not been may have been made when no publisher answered so wrong a clock;
    it would be the newest on every night until that day.
    """
    newest = max((each.observed_at for each in read_manifest(data) if each.origin != "sample"), default=now)
    found = ""
    if newest - now > _MOST_AHEAD:
        found = f"uppgifter från {newest.astimezone(STOCKHOLM):%Y-%m-%d}"
    elif (latest := latest_release(data)[:10]) > str((now + _MOST_AHEAD).astimezone(STOCKHOLM).date()):
        found = f"en utgåva av {latest}"
    if found:
        raise UsageProblem(
            "datorns klocka",
            "den står före det som redan har hämtats, lämnats eller publicerats",
            found=f"{now.astimezone(STOCKHOLM):%Y-%m-%d}, men datamappen har {found}",
            do="ställ klockan; om den gick fel den dagen, återställ datamappen från säkerhetskopian före den",
        )


def stockholm_today() -> date:
    """The day it is in Stockholm, for what is settled before there is a plan."""
    return datetime.now(UTC).astimezone(STOCKHOLM).date()


@cache
def read_sample() -> Mapping[str, object]:
    return tomllib.loads((SAMPLE / "sample.toml").read_text(encoding="utf-8"))


def sample_as_of() -> date:
    """The day that the embedded sample speaks of."""
    day = read_sample()["as_of"]
    assert isinstance(day, date)
    return day


@contextmanager
def one_writer(data: Path, log: Log | None = None) -> Iterator[None]:
    """Let one run at a time write in a data folder of this program's version, for its owner's eyes only.

    The lock is the system's: it goes with the process, however that ends. Whoever gets it first completes a publishing
    that was cut off, and removes what was left half-written. What is written is 0600 or 0700; only the way to `public/`
    can be passed by others, who still cannot list what lies beside it. Raises UsageProblem while another has it, and
    Problem when disk or memory runs out in the block.
    """
    before = os.umask(0o777 & ~PASSAGE)
    try:
        make_folder(data)
        os.umask(0o077)
        with _locked(data):
            check_version(data)
            complete(data)
            sweep(data)
            bring_up_to_date(data, log or Log())
            yield
    except BaseException as error:  # what a library in Rust raises when memory is gone is no Exception
        if problem := exhausted(error, str(data)):
            raise problem from error
        raise
    finally:
        os.umask(before)


def is_locked(data: Path) -> bool:
    """Whether somebody writes in the data folder now.

    Asking takes the lock for a moment, so ask only where a run has begun and not told of its end: one that begins just
    then would be refused.
    """
    try:
        with (data / ".lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


class Busy(UsageProblem):
    """Another run writes in the data folder; whoever can wait tries again."""


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    with (data / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(str(data), "en annan körning pågår i datamappen", do="vänta tills den är klar") from None
        yield
