"""What Trafikanalys' statistics share: the API's question and its answer, which is a table of cells."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from sources._http import Http
from sources._problem import Problem
from sources._read import read_bytes, read_json
from sources._strict import municipality_codes, read_reference

URL = "https://api.trafa.se/api"
_PAUSE = 0.5
_NIL = ("-", "–", "−")
_OTHER_SCALE = re.compile(r"1\s?000|tusen|milj|%|procent|\bper\b", re.IGNORECASE)


Body = Mapping[str, Any]


def ask(http: Http, source: str, query: str) -> tuple[bytes, Body]:
    """One answer, as it came and read. Raises Problem for errors, which come with status 200, and for XML."""
    where = f"{http.base(source, URL)}/data"
    content = http.get(where, params={"query": query, "lang": "sv"}, pause=_PAUSE, accept="json")
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        raise Problem(where, "svaret är inte hel JSON", found=f"{len(content)} byte", do="försök senare") from None
    return content, _checked(body, where)


def read_answer(raw: Path) -> Body:
    """An answer that was kept. Raises Problem as `ask` does."""
    if read_bytes(raw).lstrip().startswith(b"<"):
        raise Problem(raw.name, "svaret är XML, inte JSON", do="begär det med Accept: application/json")
    return _checked(read_json(raw), raw.name)


def counties_of(municipalities: Sequence[str]) -> list[str]:
    """The counties of municipalities, sorted."""
    return sorted({code[:2] for code in municipalities})


def members(county: str) -> list[str]:
    """The municipalities of a county, sorted."""
    return [code for code in read_reference("municipalities")["municipality_code"] if code.startswith(county)]


def table(body: Body, where: str, county: str, municipality: str, measures: Sequence[str]) -> pl.DataFrame:
    """The rows of one answer: year (`ar`), county, municipality and measures, as text under the publisher's names.

    A dimension's cell has a code and a label, and which of `Name` and `Value` holds which has been told both ways, so
    the one that is known is taken. Nil (`-`) becomes 0 and rows of totals are left out. Raises Problem for other
    columns than these, and for a measure in another scale than single ones.
    """
    names = ["ar", county, municipality, *measures]
    listed = {str(column["Name"]): column for column in body["Header"]["Column"]}
    if differing := sorted(listed.keys() ^ set(names)):
        raise Problem(
            where,
            "svaret har andra kolumner än väntat",
            found=f"'{differing[0]}'",
            do=f"begär {', '.join(names)}; är formen ny behöver sources/_trafa.py ändras",
        )
    for name in measures:
        if _OTHER_SCALE.search(unit := str(listed[name].get("Unit") or "")):
            raise Problem(where, f"{name} har en annan enhet än antal", found=unit, do="granska källan på nytt")
    known = {"ar": _is_year, county: _is_county, municipality: _is_municipality}
    rows = []
    for row in body["Rows"]:
        cells = {str(cell["Column"]): cell for cell in row["Cell"]}
        if cells.keys() != set(names):
            raise Problem(where, "en rad saknar celler", found=", ".join(sorted(cells)), do="hämta på nytt")
        if any("totalt" in (_text(cells[name], "Name").lower(), _text(cells[name], "Value").lower()) for name in known):
            continue
        rows.append(
            {name: _code(cells[name], is_known) for name, is_known in known.items()}
            | {name: nil_as_zero(_text(cells[name], "Value")) for name in measures}
        )
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))


def check_answered(where: str, frame: pl.DataFrame, county: str, asked: Sequence[str]) -> set[str]:
    """The municipalities that an answer is about. Raises Problem where it is about others than asked, or nothing."""
    codes = municipality_codes()
    found = {codes.get(str(name).lower(), str(name)) for name in frame[frame.columns[2]]}
    elsewhere = sorted((found - set(asked)) | (set(frame[frame.columns[1]]) - {county, *_county_names(county)}))
    if elsewhere:
        raise Problem(
            where,
            "svaret gäller annat än det som frågades",
            found=elsewhere[0],
            do="utgivaren har bortsett från ett urval; senast giltiga uppgifter används",
        )
    if not found:
        raise Problem(where, f"svaret för län {county} har inga rader", do="senast giltiga uppgifter används")
    return found


def nil_as_zero(text: str) -> str:
    """A measure as text; a dash means that there are none."""
    return "0" if text in _NIL else text


def _checked(body: Any, where: str) -> Body:
    if not isinstance(body, Mapping):
        raise Problem(where, "inte ett svar från Trafikanalys", found=type(body).__name__, do="hämta på nytt")
    if errors := body.get("Errors"):
        first = str(errors[0] if isinstance(errors, list) else errors)
        raise Problem(where, "Trafikanalys svarade med ett fel", found=first, do="granska frågan")
    header = body.get("Header")
    columns = header.get("Column") if isinstance(header, Mapping) else None
    if not isinstance(columns, list) or not isinstance(body.get("Rows"), list):
        raise Problem(
            where, "inte ett svar från Trafikanalys", found="'Header' eller 'Rows' saknas", do="hämta på nytt"
        )
    cells = [cell for row in body["Rows"] for cell in (row.get("Cell") or [{}] if isinstance(row, Mapping) else [{}])]
    if not all(isinstance(each, Mapping) and name in each for each, name in _named(columns, cells)):
        raise Problem(
            where,
            "svarets rader har andra fält än väntat",
            found="'Name', 'Cell' eller 'Column' saknas",
            do="svarets form har ändrats; uppdatera sources/_trafa.py",
        )
    return body


def _named(columns: Sequence[Any], cells: Sequence[Any]) -> list[tuple[Any, str]]:
    """Every column and every cell, with the field that it must have."""
    return [*((column, "Name") for column in columns), *((cell, "Column") for cell in cells)]


def _text(cell: Mapping[str, Any], field: str) -> str:
    value = cell.get(field)
    return "" if value is None else str(value).strip()


def _code(cell: Mapping[str, Any], is_known: Callable[[str], bool]) -> str:
    name, value = _text(cell, "Name"), _text(cell, "Value")
    return name if is_known(name) else value


def _is_year(text: str) -> bool:
    return re.fullmatch(r"(19|20)\d\d", text) is not None


def _is_county(text: str) -> bool:
    return text in set(read_reference("counties")["county_code"])


def _is_municipality(text: str) -> bool:
    return text.lower() in municipality_codes()


def _county_names(county: str) -> set[str]:
    return set(read_reference("counties").filter(pl.col("county_code") == county)["county"])
