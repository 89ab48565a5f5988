"""Mappings: a municipality's own declaration of how one of its systems' files is read, one TOML file per layout.

They lie in `<data>/mappings/<municipality or region>/<system>.toml`, outside the product. A file finds its mapping by
its header: exactly one must account for every column. `data/mappings/exempel/` holds models to copy; they are never
used themselves, since what is constant in them (a municipality) is another's.
"""

import difflib
import re
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import polars as pl

from sources._file import open_ordinary
from sources._identifiers import has_identifier
from sources._landing import sha256
from sources._problem import Problem, shown
from sources._strict import ROOT

EXAMPLES = ROOT / "data" / "mappings" / "exempel"
_MOST_BYTES = 256 * 1024
_MOST_FILES = 1_000


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """One mapping: what it is called in messages, the hash of its bytes, and what it says.

    needed: the columns a file must have. known: patterns (`F*`) of the others it may have.
    """

    name: str
    sha256: str
    said: dict[str, Any]
    needed: frozenset[str] = frozenset()
    known: tuple[str, ...] = ()

    def problem(self, wrong: str, found: str = "", do: str = "rätta mappningen") -> Problem:
        """What is wrong with the mapping itself."""
        return _problem(self.name, wrong, found, do)

    def knows(self, column: str) -> bool:
        """Whether the mapping says what a column is, or that it is not used."""
        return column in self.needed or any(column == each or fnmatchcase(column, each) for each in self.known)


def _problem(name: str, wrong: str, found: str = "", do: str = "rätta mappningen") -> Problem:
    # The name stands in what is wrong, since the place is the delivered file.
    return Problem("mappings", f"mappningen {shown(name)}: {wrong}", found=found, do=do)


def read_mappings(data: Path, source: str) -> list[Mapping]:
    """The mappings of a data folder that are for one source, by name. Raises Problem for a file that is not TOML."""
    folder = data / "mappings"
    paths = [*folder.glob("*.toml"), *folder.glob("*/*.toml")]
    own = sorted(path for path in paths if path.parent.name != EXAMPLES.name)
    if len(own) > _MOST_FILES:
        raise Problem(folder.name, "orimligt många mappningar", found=f"{len(own)}", do="ta bort de som inte används")
    found = [_read(path, path.relative_to(folder).as_posix()) for path in own]
    return [each for each in found if each.said["source"] == source]


def _read(path: Path, name: str) -> Mapping:
    with open_ordinary(path) as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise _problem(name, "filen är orimligt stor", f"över {_MOST_BYTES} byte")
    try:
        said = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        line = re.search(r"\(at line (\d+)", str(error))  # the rest of what it says may quote the file
        found = f"rad {line[1]}" if line else type(error).__name__
        raise _problem(name, "filen är inte TOML i UTF-8", found) from None
    if not isinstance(said.get("source"), str):
        raise _problem(name, "källan saknas", do='skriv överst till exempel source = "incident_reports"')
    return Mapping(name=name, sha256=sha256(content), said=said)


def check_keys(mapping: Mapping, found: Collection[str], known: Collection[str], where: str = "") -> None:
    """Raise Problem for a key that no mapping has, with the nearest that they do."""
    for key in found:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"menades '{near[0]}'?" if near else f"kända är {', '.join(sorted(known))}"
            raise mapping.problem(f"okänd nyckel{f' i [{where}]' if where else ''}", f"'{key}'", hint)


def table(mapping: Mapping, name: str, kind: type | tuple[type, ...] = str) -> dict[str, Any]:
    """One of the mapping's tables, every value of one kind; empty where it has none. Raises Problem for another."""
    found = mapping.said.get(name.split(".")[0], {})
    for part in name.split(".")[1:]:
        found = found.get(part, {}) if isinstance(found, dict) else found
    if not isinstance(found, dict) or not all(isinstance(value, kind) for value in found.values()):
        raise mapping.problem(f"[{name}] har ett annat slags värden än väntat")
    return found


def texts(mapping: Mapping, name: str) -> tuple[str, ...]:
    """One of the mapping's lists of texts; empty where it has none. Raises Problem for anything else."""
    found = mapping.said.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise mapping.problem(f"'{name}' ska vara en lista av texter")
    return tuple(found)


def fitting(mappings: Sequence[Mapping], columns: Collection[str]) -> list[Mapping]:
    """The mappings that account for every column of a header, and whose every column is in it."""
    return [each for each in mappings if each.needed <= set(columns) and all(map(each.knows, columns))]


def choose(
    mappings: Sequence[Mapping], columns: Sequence[str], template: Collection[str], where: str
) -> Mapping | None:
    """The one mapping that accounts for a file's header; None where it is, or is nearest to, the template's.

    Raises Problem where several do, and where none does: then the nearest is named with what differs. A first row that
    shares fewer than two headings with it may be a person's row and is not shown, nor a heading that names somebody.
    """
    if set(template) <= set(columns) or not mappings:
        return None
    found = fitting(mappings, columns)
    if len(found) > 1:
        names = ", ".join(each.name for each in found)
        raise Problem(where, "flera mappningar passar filens rubriker", found=names, do="ta bort alla utom en")
    if found:
        return found[0]
    if twice := [name.rpartition("_duplicated_")[0] for name in columns if "_duplicated_" in name]:
        found_at = columns.index(twice[0]) + 1 if twice[0] in columns else len(columns)
        raise Problem(where, "samma rubrik två gånger", found=f"kolumn {found_at}", do="ta bort den ena kolumnen")
    nearest = min(mappings, key=lambda each: (-len(each.needed & set(columns)), len(each.needed), each.name))
    shared = len(nearest.needed & set(columns))
    if shared <= len(set(template) & set(columns)) > 1:
        return None
    if shared < 2:
        raise Problem(
            where,
            "rubrikerna passar varken mallen eller någon mappning",
            found=f"{len(columns)} kolumner",
            do=f"lägg rubrikerna överst, eller skriv en mappning i mappings (mallen har {', '.join(sorted(template))})",
        )
    absent = sorted(nearest.needed - set(columns))
    unknown = [name for name in columns if not nearest.knows(name)]
    parts = [f"saknar {', '.join(map(repr, absent))}"] if absent else []
    if unknown:
        is_somebody = has_identifier(pl.Series([unknown[0]]))[0]
        called = f"kolumn {columns.index(unknown[0]) + 1}" if is_somebody else f"'{unknown[0]}'"
        near = difflib.get_close_matches(unknown[0], absent or nearest.needed, n=1)
        hint = f" (menades '{near[0]}'?)" if near else ""
        more = f" och {len(unknown) - 1} till" if len(unknown) > 1 else ""
        parts.append(f"har den okända kolumnen {called}{hint}{more}")
    raise Problem(
        where,
        f"ingen mappning passar filens rubriker; närmast är {nearest.name}",
        found="filen " + " och ".join(parts),
        do="rätta rubriken, eller skriv kolumnen i mappningen",
    )
