"""The one error that people meet: a sentence that says where, what is wrong, what was found and what to do."""


class Problem(Exception):
    """Something a person must mend.

    The text is `where: what is wrong: what was found: what to do`. Where a source may hold personal data,
    `found` names row, column and rule, never the content of a cell.
    """

    def __init__(self, where: str, wrong: str, *, found: str = "", do: str = "") -> None:
        self.where, self.wrong, self.found, self.do = where, wrong, found, do
        super().__init__(": ".join(part for part in (where, wrong, found, do) if part) + ".")


class UsageProblem(Problem):
    """A problem with how the command or the settings were written; exit code 2."""
