"""One spelling of every character, so that the rules for identifiers need to know one only."""

import re
import unicodedata
from collections.abc import Sequence
from html import unescape

UPPER, LOWER, LETTER = "A-ZÅÄÖÉÜÆØ", "a-zåäöéüæø", "A-Za-zÅÄÖÉÜÆØåäöéüæø"

NOTHING = "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0e\ufe0f\ufeff"
DASHES = "‐‑‒–—―−⁃﹘﹣－"
ENTITY = r"&(?:#[0-9]{1,5}|#[xX][0-9A-Fa-f]{1,5}|[A-Za-z]{2,10});"
_INVISIBLE = re.compile(f"[{NOTHING}]")
_ENTITY = re.compile(ENTITY)
# Letters of other alphabets that look like ours, as a keyboard or a scanner slips them in.
_LOOKALIKES = dict(
    zip("АВЕЗКМНОРСТУХІЈаеорсухіјΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABE3KMHOPCTYXIJaeopcyxijABEZHIKMNOPTYXo", strict=True)
)
_SAME = str.maketrans(
    {"⁄": "/", "∕": "/", "∶": ":", "ː": ":", "˸": ":", "\t": " ", "\r": " ", "\x00": " "}
    | dict.fromkeys(DASHES, "-")
    | _LOOKALIKES
)


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def plain(text: str) -> tuple[str, Sequence[int]]:
    """The text in one spelling, and for each of its characters (and its end) the place in the text as it was.

    Entities of HTML are read, invisible characters gone, digits, dashes and blanks those of a keyboard; two or three
    blanks are one, more stand between columns and stay.
    """
    if text.isascii() and not re.search(r"&|[\s\x00]{2}", text):
        return text.translate(_SAME), range(len(text) + 1)
    out: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(text):
        entity = _ENTITY.match(text, at) if text[at] == "&" else None
        end = entity.end() if entity is not None else at + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        cluster = unescape(text[at:end]) if entity is not None else text[at:end]
        spelled = "" if _INVISIBLE.match(cluster) else _plain_cluster(cluster)
        out.append(spelled)
        places.extend([at] * len(spelled))
        at = end
    return _one_blank("".join(out), [*places, len(text)])


def _plain_cluster(cluster: str) -> str:
    """A character and its combining marks as it would be typed on a Swedish keyboard."""
    if len(cluster) == 1 and ord(cluster) < 128:
        return cluster.translate(_SAME)
    spelled = unicodedata.normalize("NFKC", cluster).translate(_SAME)
    if spelled.isspace() and spelled != "\n":
        return " "
    return "".join(str(unicodedata.digit(each)) if unicodedata.category(each) == "Nd" else each for each in spelled)


def _one_blank(spelled: str, places: Sequence[int]) -> tuple[str, Sequence[int]]:
    runs = [match.span() for match in re.finditer(r"(?<! ) {2,3}(?! )", spelled)]
    gone = {at for start, end in runs for at in range(start + 1, end)}
    if not gone:
        return spelled, places
    kept = [at for at in range(len(spelled)) if at not in gone]
    return "".join(spelled[at] for at in kept), [*(places[at] for at in kept), places[-1]]
