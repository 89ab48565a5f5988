"""The one error that people meet: a sentence that says where, what is wrong, what was found and what to do."""

import difflib
import re
from collections.abc import Sequence
from typing import Self

# Characters that show nothing, turn the line around, or steer a terminal: they make two texts look alike.
UNSEEN = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_HIDDEN = re.compile(rf"{UNSEEN}|[\t\r\n\ud800-\udfff]")
_PERSON_NUMBER = re.compile(r"(?<!\d)(?:\d\d)?\d{6}[-+_ ]?\d{4}(?!\d)")
_LONGEST = 200


class Problem(Exception):
    """Something a person must mend.

    The text is `where: what is wrong: what was found: what to do`. Where a source may hold personal data,
    `found` names row, column and rule, never the content of a cell. `where` and `found` may come from outside (a
    file's name, a heading, a header), so they are made fit to be `shown`.
    """

    def __init__(self, where: str, wrong: str, *, found: str = "", do: str = "") -> None:
        self.where, self.wrong, self.found, self.do = shown(where), wrong, shown(found), do
        super().__init__(": ".join(part for part in (self.where, wrong, self.found, do) if part) + ".")

    def at(self, where: str) -> Self:
        """The same problem, told of another place."""
        return type(self)(where, self.wrong, found=self.found, do=self.do)


class UsageProblem(Problem):
    """A problem with how the command or the settings were written; exit code 2."""


def nearest(name: str, known: Sequence[str]) -> str:
    """What was perhaps meant by a name that is not known, as a question, or all that is known."""
    near = difflib.get_close_matches(name, known, n=1)
    return f"menades '{near[0]}'?" if near else f"kända är {', '.join(known)}."


def shown(text: str) -> str:
    """Text from outside as it may stand in a message or a log: on one line, seen as it is, short, no personnummer."""
    plain = _PERSON_NUMBER.sub("[nummer]", _HIDDEN.sub("\N{REPLACEMENT CHARACTER}", text))
    half = _LONGEST // 2
    return plain if len(plain) <= _LONGEST else f"{plain[:half]} … {plain[-half:]}"
