"""What a source declares about itself: publisher, licence, cadence, columns, contract and protection."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum


class Cadence(StrEnum):
    """How often the publisher, or the service that delivers, brings something new."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"
    SECOND_YEAR = "second_year"
    IRREGULAR = "irregular"


class Delivery(StrEnum):
    """What a new observation of the same request means for the earlier ones.

    FULL: it replaces them. WINDOW: the newest n events; what is absent is not deleted. APPEND: it adds rows.
    REPLACES_PERIOD: it replaces the earlier observation of the same period (and of the same survey: `part_of`).
    """

    FULL = "full"
    WINDOW = "window"
    APPEND = "append"
    REPLACES_PERIOD = "replaces_period"


class Disclosure(StrEnum):
    """OFFICIAL: already published, passes. LOCAL: protected by what it concerns."""

    OFFICIAL = "official"
    LOCAL = "local"


class Concerns(StrEnum):
    """What a figure of the source is about; decides how small a figure may be shown.

    CARE: health or social services.
    """

    THINGS = "things"
    PLACES = "places"
    ADULTS = "adults"
    CARE = "care"
    CHILDREN = "children"


class Landing(StrEnum):
    """BYTES: the answer is kept as it came. REDACTED: only the rows that passed the privacy door are kept."""

    BYTES = "bytes"
    REDACTED = "redacted"


class Unknown(StrEnum):
    """What a value outside its list does: stop the source, refuse the row, be emptied, or be kept with a warning."""

    STOP = "stop"
    REFUSE = "refuse"
    DROP = "drop"
    WARN = "warn"


class Reuse(IntEnum):
    """What whoever passes a source's figures on owes its publisher; the higher binds where several meet.

    FREE: nothing (CC0), or the figures are the municipality's own. ATTRIBUTION: to name the source. AGREED: what an
    agreement or a decision says, case by case; no open licence can be put on what rests on it.
    """

    FREE = 0
    ATTRIBUTION = 1
    AGREED = 2


@dataclass(frozen=True)
class Licence:
    """A licence's name and address, and what it asks of whoever passes the figures on."""

    name: str
    url: str
    reuse: Reuse


@dataclass(frozen=True)
class Break:
    """A break in the series: from `year` on, figures cannot be compared with earlier ones."""

    year: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Between:
    """How many rows a table or an observation should hold; too few stops, too many warns."""

    at_least: int = 0
    warn_above: int | None = None


@dataclass(frozen=True, kw_only=True)
class Text:
    """Text, optionally of a given length, from a closed list, or such that all of it matches `pattern` (Rust's regular
    expressions); of more than `longest` characters it is refused.

    Of an `identity` only whether two are the same matters: it leaves the privacy door as a keyed hash.
    """

    length: int | None = None
    accepted: tuple[str, ...] = ()
    unknown: Unknown = Unknown.REFUSE
    identity: bool = False
    longest: int = 1_000
    pattern: str = ""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """Text from the reviewed list `data/reference/<table>.csv`, or of the register `promises`; compared without case
    and outer blanks.

    The value becomes the list's `to` column, so synonyms and renames are settled here.
    """

    table: str
    match: str
    to: str
    unknown: Unknown = Unknown.REFUSE


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A whole number."""

    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number; decimal point or comma, blanks of any width between thousands."""

    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Date:
    """A calendar day: 2026-08-31, 31/8/2026, 31.8.2026, 20260831, or a cell that Excel holds as a date.

    Unless it `may_be_future`, the privacy door refuses a day after the one on which the file came.
    """

    may_be_future: bool = False


@dataclass(frozen=True)
class ClockTime:
    """A time of day written 21:05, 21.05 or 21:05:00."""


@dataclass(frozen=True)
class Timestamp:
    """An instant with an offset; kept in UTC."""


@dataclass(frozen=True)
class Answer:
    """A yes-or-no answer (ja, nej, 1, 0); 'vet ej' and an empty cell are no answer."""


@dataclass(frozen=True)
class Municipality:
    """A municipality's code or name, kept as the four-digit code. An unknown one stops the source."""


@dataclass(frozen=True)
class Area:
    """A municipality, county or the country, by code, name or Kolada's id; kept as 1415, 14 or 00."""


ColumnType = Text | Listed | Whole | Number | Date | ClockTime | Timestamp | Answer | Municipality | Area


@dataclass(frozen=True)
class Column:
    """One column: the publisher's name, our name, its type, and whether every row must have it.

    A `derived` column is made by the source's own `parse` and does not stand in the file. One that `may_be_absent` came
    to a form later: a file without it is read as if no cell of it were filled in.
    """

    source: str
    name: str
    type: ColumnType
    required: bool = True
    derived: bool = False
    may_be_absent: bool = False


@dataclass(frozen=True, kw_only=True)
class Source:
    """Everything that is known of a source before a byte of it is read.

    `speaks_of` names the column that says how far the content reaches (a day, an instant, or a year); `part_of` the
    column (a survey's name) that keeps deliveries of one period apart; `dated_by_period` says that the file does not
    tell its year: it is the delivery's period, and `delivered_period` of its rows; `expected_by` (MM-DD) the day by
    which a yearly publisher has the figures of the year before, and a survey of every second year its own. `free_text`
    columns are read for category flags and dropped; `ignore` columns are known and not used; `reference` lists decide
    how a row is read. `retention_months` after it came in, a snapshot is replaced by the columns `aggregate` (name, SQL
    type) of `staging.<source>_by_snapshot`, where the municipality has decided so; None keeps it. `asks_whole`: the
    publisher cannot say whether anything has changed, so that every look fetches all; it is looked at less often.
    """

    title: str
    publisher: str
    homepage: str
    url: str = ""
    licence: Licence
    attribution: str
    attribution_processed: str
    cadence: Cadence
    expected_by: str = ""
    delivery: Delivery
    columns: tuple[Column, ...]
    ignore: tuple[str, ...] = ()
    free_text: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    speaks_of: str
    part_of: str = ""
    dated_by_period: bool = False
    rows: Between = Between(at_least=1)
    missing: tuple[str, ...] = ("", "..")
    breaks: tuple[Break, ...] = ()
    reference: tuple[str, ...] = ()
    disclosure: Disclosure
    concerns: Concerns
    landing: Landing = Landing.BYTES
    retention_months: int | None = None
    aggregate: tuple[tuple[str, str], ...] = ()
    by_hand: bool = False
    asks_whole: bool = False
    synthetic: bool = False

    def __post_init__(self) -> None:
        if not self.expected_by:
            return
        try:
            date.fromisoformat(f"2027-{self.expected_by}")  # of a year that is no leap year
        except ValueError:
            raise ValueError(
                f"{self.title}: expected_by is not MM-DD, a day of every year: {self.expected_by}"
            ) from None

    @property
    def is_personal(self) -> bool:
        """Whether a row may hold personal data, so that no message may show a cell."""
        return self.landing is Landing.REDACTED

    def column_names(self) -> Sequence[str]:
        """The publisher's names of every column that may stand in the file."""
        return [*(column.source for column in self.columns if not column.derived), *self.ignore, *self.free_text]


def next_expected(source: Source, data_as_of: date) -> date | None:
    """The day by which something newer than what reaches to `data_as_of` should have come; None where nothing will.

    What reaches a year further than a yearly publisher's newest is out by the first `expected_by` after that day: also
    where it reaches into a year that has not ended (a survey of this spring, half a year of events). A survey that
    comes every second year is out by `expected_by` of the year it is made. The other cadences have a slack of about
    twice their length, counted in days, so that neither months of 28 days nor leap days nor New Year matter.
    """
    if source.cadence is Cadence.IRREGULAR:
        return None
    if source.cadence in (Cadence.YEARLY, Cadence.SECOND_YEAR):
        month, day = (int(part) for part in source.expected_by.split("-"))
        if source.cadence is Cadence.SECOND_YEAR:
            return date(data_as_of.year + 2, month, day)
        is_out_the_same_year = (data_as_of.month, data_as_of.day) < (month, day)
        return date(data_as_of.year + (1 if is_out_the_same_year else 2), month, day)
    slack = {Cadence.DAILY: 2, Cadence.WEEKLY: 14, Cadence.MONTHLY: 62}[source.cadence]
    return data_as_of + timedelta(days=slack)
