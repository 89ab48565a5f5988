"""Which sources have stopped answering, since when and for how many nights, by the run log."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from flows._log import newest_first
from flows._plan import Plan
from sources._landing import STOCKHOLM
from sources._registry import all_sources


@dataclass(frozen=True, kw_only=True)
class Silence:
    """A source that could not be read when it was last asked.

    since: the start of the first run in which that was so, without one that went well after it. nights: on how many
    days it was asked since then. problem: what was wrong the last time.
    """

    since: datetime
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
            before = found.get(name, Silence(since=at, nights=0, problem=asked[name]))
            is_new_day = last_day[name] != str(at.date())
            found[name], last_day[name] = replace(before, since=at, nights=before.nights + is_new_day), str(at.date())
    return found
