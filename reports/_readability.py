"""How hard a Swedish text is to read."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w[\w\-–’']*(?:[\u00a0,.]\d+)*")
_END = re.compile(r"[.!?]+(?=\s|$)")
_LONG = 6


def lix(text: str) -> float:
    """Björnsson's readability index: words per sentence + the percentage of words with more than six letters.

    Up to 30 is easy, 40–50 is what newspapers write, above 60 is hard. A number is a word without letters. A sentence
    ends with . ! or ? before a space; Björnsson also counts the colon, which makes a text seem easier than here.
    A text without an end is one sentence. Unsuitable for single headings. Raises ValueError for a text without words.
    Reference: Björnsson (1968), Läsbarhet, Liber; Björnsson (1983), Reading Research Quarterly 18:480.
    """
    found: list[str] = _WORD.findall(text)
    if not found:
        raise ValueError("reports.lix: a text without words cannot be measured")
    hard = sum(sum(sign.isalpha() for sign in word) > _LONG for word in found)
    return len(found) / max(1, len(_END.findall(text))) + 100 * hard / len(found)
