"""What the finders of identifiers give back."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What was found."""

    PERSONNUMMER = "personnummer"
    SAMORDNINGSNUMMER = "samordningsnummer"
    INTERIM = "interim"
    SUSPECTED = "suspected"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    PROPERTY = "property"
    PLATE = "plate"
    CASE_NUMBER = "case_number"
    NAME = "name"


@dataclass(frozen=True, kw_only=True, order=True)
class Hit:
    """A place in a text, `text[start:end]`, and what is there; never the content, so a hit may be logged."""

    start: int
    end: int
    kind: Kind


Span = tuple[int, int, Kind]  # as a hit, in the text's one spelling
