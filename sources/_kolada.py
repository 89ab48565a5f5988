"""What Kolada's addresses have in common: the v3 envelope, its pages, at most 25 ids in a path segment, one title."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence, Set
from pathlib import Path
from typing import Any

from sources._declare import Licence, Reuse
from sources._http import Http, next_page
from sources._problem import Problem
from sources._read import read_json

URL = "https://api.kolada.se/v3"
PUBLISHER = "Rådet för främjande av kommunala analyser (RKA)"
LICENCE = Licence("Fri användning enligt Koladas villkor", "https://www.kolada.se/om-oss/api/", Reuse.ATTRIBUTION)
_IDS_PER_SEGMENT = 25
_MOST_PAGES = 200


def values_of(raw: Path, known: Set[str], *, or_bare_list: bool = False) -> list[dict[str, Any]]:
    """The objects of one answer, or where it may be so of a bare list of them, as whole catalogues are passed on.

    Raises Problem for any other body and for a field that is not `known`.
    """
    body = read_json(raw)
    values = body.get("values") if isinstance(body, dict) else body
    if not isinstance(values, list) or not (or_bare_list or isinstance(body, dict)):
        raise Problem(raw.name, "inte ett Koladasvar", found="'values' saknas", do=f"hämta på nytt från {URL}")
    check_fields(values, known, raw)
    return values


def check_fields(objects: Iterable[dict[str, Any]], known: Set[str], raw: Path) -> None:
    """Raise Problem for a field that nobody has said what to do with."""
    for found in objects:
        if unknown := sorted(found.keys() - known):
            raise Problem(
                raw.name,
                "okänt fält i Koladas svar",
                found=f"'{unknown[0]}'",
                do="svarets form har ändrats; källan under sources/ behöver ändras",
            )


def segments(ids: Sequence[str]) -> list[Sequence[str]]:
    """Ids in portions that fit a segment of a path."""
    return [ids[start : start + _IDS_PER_SEGMENT] for start in range(0, len(ids), _IDS_PER_SEGMENT)]


def pages(http: Http, base: str, path: str) -> Iterator[bytes]:
    """Every page of one question's answer, in order. Raises Problem for pages that never end."""
    url: str | None = f"{base}/{path}"
    seen: set[str] = set()
    while url:
        if url in seen or len(seen) == _MOST_PAGES:
            raise Problem(base, "svarets sidor tar aldrig slut", found=f"{len(seen)} sidor", do="försök senare")
        seen.add(url)
        body = http.get(url, accept="json")
        yield body
        following = _next_url(body, base)
        url = next_page(url, following) if following else None


def _next_url(body: bytes, asked: str) -> str | None:
    try:
        answer = json.loads(body)
        following = answer["next_url"]
        if not isinstance(following, str | None):
            raise TypeError("next_url")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Problem(asked, "inte ett Koladasvar", found="'next_url' saknas", do="försök senare") from None
    return following


def without_blanks(title: str) -> str:
    """A title by which two spellings that differ in blanks alone are the same: Kolada has both (%) and ( % )."""
    return re.sub(r"\s", "", title)
