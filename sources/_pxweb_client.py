"""Asks a PxWeb: what a table holds, then as many questions as its limit on cells makes necessary, at its pace."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from sources._http import Answer, Http
from sources._problem import Problem
from sources._pxweb import category_codes

Selection = Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much a publisher gives: cells an answer, and calls in a window of seconds."""

    cells: int
    calls: int
    seconds: float

    @property
    def pause(self) -> float:
        """Seconds between calls, so that no window of so many seconds holds more than so many of them."""
        return self.seconds / max(1, self.calls - 1)

    def at_most(self, cells: object, calls: object, seconds: object) -> "Limits":
        """The stricter of these and those that a publisher tells; what is no positive number is not told."""
        told = [each if isinstance(each, int | float) and each > 0 else None for each in (cells, calls, seconds)]
        most = int(told[0]) if told[0] else self.cells
        theirs = Limits(cells=min(self.cells, most), calls=self.calls, seconds=self.seconds)
        if told[1] and told[2]:
            theirs = Limits(cells=theirs.cells, calls=int(told[1]), seconds=float(told[2]))
        return (
            theirs if theirs.pause >= self.pause else Limits(cells=theirs.cells, calls=self.calls, seconds=self.seconds)
        )


# /config says 3 calls a second and 150,000 cells (captured June 2026), the documentation 30 calls in 10 seconds.
V2 = Limits(cells=150_000, calls=30, seconds=10.0)
# 10 calls in 10 seconds and 100,000 to 150,000 cells (client documentation).
V1 = Limits(cells=100_000, calls=10, seconds=10.0)


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A dimension of a table as its metadata has it.

    may_be_left_out: without it the answer is the total. lists: ids of the code lists that v2 has for it.
    """

    codes: Sequence[str]
    labels: Mapping[str, str]
    may_be_left_out: bool
    lists: Sequence[str] = ()


def metadata(body: bytes, where: str) -> dict[str, Variable]:
    """A table's dimensions by name, from v2's metadata (JSON-stat2 without values) or v1's (`variables`)."""
    try:
        told = json.loads(body.decode("utf-8-sig"))
        if "variables" in told:
            return {
                each["code"]: Variable(
                    codes=each["values"],
                    labels=dict(zip(each["values"], each["valueTexts"], strict=True)),
                    may_be_left_out=bool(each.get("elimination")),
                )
                for each in told["variables"]
            }
        return {name: _variable(told["dimension"][name]) for name in told["id"]}
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        found = type(error).__name__
        raise Problem(where, "tabellens beskrivning går inte att läsa", found=found, do="försök senare") from None


def _variable(dimension: Mapping[str, Any]) -> Variable:
    extension = dimension.get("extension") or {}
    offered = extension.get("codelists") or extension.get("codeLists") or []  # both spellings are seen
    return Variable(
        codes=category_codes(dimension["category"]),
        labels=dimension["category"].get("label") or {},
        may_be_left_out=bool(extension.get("elimination")),
        lists=[each["id"] for each in offered],
    )


def choose(table: Mapping[str, Variable], wanted: Mapping[str, Collection[str]], where: str) -> dict[str, list[str]]:
    """Of each dimension that is wanted, the codes that the table has, in its order.

    Raises Problem for a dimension that is wanted and absent, one of which no code is there, and one that is not
    wanted though the table gives no total over it.
    """
    if absent := [name for name in wanted if name not in table]:
        raise Problem(where, "dimensionen finns inte längre", found=absent[0], do="källans fråga behöver ses över")
    if kept := [name for name, each in table.items() if name not in wanted and not each.may_be_left_out]:
        raise Problem(where, "dimensionen har ingen summa", found=kept[0], do="källans fråga behöver ses över")
    chosen = {name: [code for code in table[name].codes if code in codes] for name, codes in wanted.items()}
    if empty := [name for name, codes in chosen.items() if not codes]:
        raise Problem(where, "inget av det som begärs finns", found=empty[0], do="källans fråga behöver ses över")
    return {name: chosen[name] for name in table if name in chosen}


def split(selection: Selection, cells: int) -> Iterator[Selection]:
    """Selections that together are the whole one, each of at most so many cells, cut along the longest dimension."""
    size = prod(map(len, selection.values()))
    longest = max(selection, key=lambda name: len(selection[name]))
    codes = selection[longest]
    if size <= cells or len(codes) == 1:
        yield selection
        return
    step = max(1, cells * len(codes) // size)
    for start in range(0, len(codes), step):
        yield from split({**selection, longest: codes[start : start + step]}, cells)


def v2_limits(http: Http, base: str) -> Limits:
    """The limits of a PxWebApi v2, by its own /config where it has one."""
    told = _told(http, f"{base}/config", {}, V2)
    return V2.at_most(told.get("maxDataCells"), told.get("maxCallsPerTimeWindow"), told.get("timeWindow"))


def v1_limits(http: Http, base: str) -> Limits:
    """The limits of a PxWebApi v1, by its own ?config where it has one."""
    told = _told(http, f"{base}/", {"config": ""}, V1)
    cells = [each for each in (told.get("maxCells"), told.get("maxValues")) if isinstance(each, int) and each > 0]
    return V1.at_most(min(cells, default=None), told.get("maxCalls"), told.get("timeWindow"))


def _told(http: Http, url: str, params: Mapping[str, str], limits: Limits) -> Mapping[str, Any]:
    try:
        told = json.loads(http.get(url, params=params or None, pause=limits.pause).decode("utf-8-sig"))
    except (Problem, ValueError, RecursionError):
        return {}  # then the declared limits hold
    return told if isinstance(told, dict) else {}


def v2_table(http: Http, base: str, table: str, limits: Limits) -> dict[str, Variable]:
    """What a table of a PxWebApi v2 holds."""
    body = http.get(f"{base}/tables/{table}/metadata", params={"lang": "sv"}, pause=limits.pause)
    return metadata(body, table)


def v2_data(http: Http, base: str, table: str, selection: Selection, limits: Limits) -> Iterator[bytes]:
    """The bodies, as JSON-stat2, that together answer one question. By POST: hundreds of codes make too long a URL."""
    for part in split(selection, limits.cells):
        asked = {"selection": [{"variableCode": name, "valueCodes": list(codes)} for name, codes in part.items()]}
        url = f"{base}/tables/{table}/data?lang=sv&outputFormat=json-stat2"
        yield http.post(url, json=asked, pause=limits.pause)


def v1_table(http: Http, url: str, limits: Limits) -> dict[str, Variable]:
    """What a table of a PxWebApi v1 holds."""
    return metadata(http.get(url, pause=limits.pause), url.rpartition("/")[2])


def v1_data(http: Http, url: str, selection: Selection, limits: Limits) -> Iterator[bytes]:
    """The bodies, as JSON-stat2, that together answer one question: v1's own JSON would leave the labels out."""
    for part in split(selection, limits.cells):
        query = [{"code": name, "selection": {"filter": "item", "values": list(codes)}} for name, codes in part.items()]
        yield http.post(url, json={"query": query, "response": {"format": "json-stat2"}}, pause=limits.pause)


def every_table(names: Iterable[str], ask: Callable[[str], Answer]) -> Iterator[Answer]:
    """The answer of every table that gives one; then the first Problem is raised, if a table gave none."""
    failed: list[Problem] = []
    for name in names:
        try:
            answer = ask(name)
        except Problem as problem:
            failed.append(problem)
        else:
            yield answer
    if failed:
        raise failed[0]
