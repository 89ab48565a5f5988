"""The coordinator's own texts: read strictly from a few lines of Markdown, kept out whole where they may name a person.

`<data>/texts/<area>/<section>.md`, where the area is a municipality's code or an area's id. Nothing here raises for
what a person wrote: a text that cannot be shown is left out, and a sentence says which file and line and what to do,
never what stands there. What is written between `<!--` and `-->` is for the one who writes and is not read.
"""

import difflib
import errno
import json
import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from pathlib import Path

from reports._decision import REPORT, Decision, decision_of
from reports._document import Block, Bullets, Heading, Paragraph
from reports._language import t
from reports.gate import hits_in
from sources._file import open_ordinary
from sources._hits import Hit, Kind
from sources._landing import sha256
from sources._problem import Problem
from sources._strict import read_reference

FOLDER = "texts"
# Beside one text for each focus area. The numbers are the most characters a text may have: a page is a page.
GENERAL: Mapping[str, int] = {
    "laget": 1_000,
    "analys": 6_000,
    "orsaker": 4_000,
    "prioritering": 6_000,
    "kallor": 4_000,
    "atgarder": 4_000,
}
_LONGEST_OF_A_FOCUS_AREA = 3_500
LEVELS = ("hög", "medel", "låg")

_MOST_BYTES = 64 * 1024
_KINDS: Mapping[Kind, str] = {
    Kind.PERSONNUMMER: "personnummer",
    Kind.SAMORDNINGSNUMMER: "samordningsnummer",
    Kind.INTERIM: "tillfälligt personnummer",
    Kind.SUSPECTED: "något som liknar ett personnummer",
    Kind.PHONE: "telefonnummer",
    Kind.EMAIL: "e-postadress",
    Kind.ADDRESS: "adress",
    Kind.PROPERTY: "fastighet",
    Kind.PLATE: "registreringsnummer",
    Kind.CASE_NUMBER: "ärendenummer",
    Kind.NAME: "namn",
}
_READ_AGAIN = re.compile(r"<!--\s*genomläst\s+(\d{4}-\d{2}-\d{2})\s*-->", re.IGNORECASE)
_PRIORITY = re.compile(r"prioritet\s*:\s*(.*)", re.IGNORECASE)
_ITEM = re.compile(r"(?:[-*]|(\d{1,2})[.)])\s+(.+)")
# What Markdown has more of, and one thing that a document's XML would take for its author.
_REFUSED: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"!\[[^\[\]]*\] ?[(\[]"), "bilder tas inte emot", "ta bort bilden"),
    (
        re.compile(r"\[[^\[\]]*\] ?\(|\]\[|^\s*\[[^\[\]]+\]:|<(?:https?|mailto):", re.IGNORECASE),
        "länkar tas inte emot",
        "skriv vad källan heter i stället",
    ),
    (re.compile(r"^\s*(?:```|~~~|>)"), "kod och citat tas inte emot", "skriv ett vanligt stycke"),
    (re.compile(r"^\s*\|"), "tabeller tas inte emot", "skriv en punktlista"),
    (re.compile(r"^\s*(?:[-*_=] *){3,}$"), "streck tas inte emot", "skriv en rubrik med ##"),
    (
        re.compile(r"\*\*|__|`|(?<![\w*])\*[^\s*][^*]*\*"),
        "fetstil, kursiv och kod visas inte",
        "ta bort stjärnor, understreck och kodtecken",
    ),
    (re.compile(r"^\s*#(?!#\s+\S)"), "en rubrik skrivs med två nummertecken och ett blanksteg", "skriv ## Rubrik"),
    (re.compile(r"^\s{2,}(?:[-*]|\d{1,2}[.)])\s"), "en lista i en lista tas inte emot", "flytta raden till kanten"),
    (re.compile(r"\b(?:author|initials|displayname)\s*=", re.IGNORECASE), "raden liknar kod", "skriv den med ord"),
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """What stands under one heading; the heading is empty for what stands before the first."""

    heading: str
    blocks: tuple[Paragraph | Bullets, ...]


@dataclass(frozen=True, kw_only=True)
class Priority:
    """The coordinator's own priority of a focus area, one of `LEVELS`, with its motive."""

    focus_area: str
    level: str
    motive: tuple[Paragraph | Bullets, ...]


@dataclass(frozen=True, kw_only=True)
class OwnText:
    """One text. `sha256` is the same until the words change, or a new day stands in `<!-- genomläst 2026-08-10 -->`."""

    section: str
    parts: tuple[Part, ...]
    sha256: str
    priorities: tuple[Priority, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OwnTexts:
    """All of one area: its texts by section, what is decided, and what somebody should mend, a sentence each."""

    area_code: str
    texts: Mapping[str, OwnText]
    decision: Decision
    problems: tuple[str, ...]


def sections(focus_areas: Sequence[str]) -> tuple[str, ...]:
    """The sections that may have a text, in the report's order."""
    return ("laget", *focus_areas, *[each for each in GENERAL if each != "laget"])


def longest_of(section: str) -> int:
    """The most characters that a section's text may have."""
    return GENERAL.get(section, _LONGEST_OF_A_FOCUS_AREA)


def read_texts(folder: Path, area_code: str, focus_areas: Sequence[str], *, as_of: date) -> OwnTexts:
    """What `folder/<area_code>` holds: texts, decision and problems. Nothing there is no problem.

    focus_areas: ids in the report's order; each of them, and `analys`, needs a text before the report can be shown as
    decided, but for `overall_crime`, which is context. as_of: the release's day; no decision lies after it. No link is
    followed, and nothing but ordinary files of a reasonable size is read.
    """
    if not re.fullmatch(r"[0-9a-z_]{1,64}", area_code):
        raise ValueError(f"not an area's code: {area_code!r}")
    place = f"{FOLDER}/{area_code}"
    known = sections(focus_areas)
    texts: dict[str, OwnText] = {}
    said: bytes | None = None
    problems: list[Problem] = []
    try:
        with _opened(folder / area_code) as handle:
            problems += _strangers(handle, place, known)
            for section in known:
                try:
                    content = _content(handle, f"{section}.md", place)
                    if content is not None and (text := _text(content, section, f"{place}/{section}.md")):
                        texts[section] = text
                except Problem as problem:
                    problems.append(problem)
            try:
                said = _content(handle, REPORT, place)
            except Problem as problem:
                problems.append(problem)
    except Problem as problem:
        problems.append(problem.at(place))
    missing = tuple(each for each in ("analys", *focus_areas) if each not in texts and each != "overall_crime")
    decision, faults = decision_of(said, f"{place}/{REPORT}", missing=missing, as_of=as_of)
    return OwnTexts(
        area_code=area_code, texts=texts, decision=decision, problems=tuple(map(_fit, [*problems, *faults]))
    )


def misnamed(folder: Path) -> tuple[str, ...]:
    """Folders of texts that no report will ever read, since they are not called after an area's code."""
    named = {"00": "00"}
    for table, code, name in (
        ("municipalities", "municipality_code", "municipality"),
        ("areas", "area_code", "area"),
        ("counties", "county_code", "county"),
    ):
        named |= {_slug(str(each[1])): str(each[0]) for each in read_reference(table).select(code, name).iter_rows()}
    try:
        found = sorted(each for each in _names(folder) if not _is_nobodys(each))
    except OSError:
        return ()
    strangers = [each for each in found if each not in named.values()]
    meant = sorted({named[_slug(each)] for each in strangers if _slug(each) in named})
    problems = [
        Problem(FOLDER, "en mapp heter efter kommunen eller området", do=f"döp om den till dess kod, {code}")
        for code in meant
    ]
    if unknown := sum(_slug(each) not in named for each in strangers):
        problems.append(
            Problem(
                FOLDER,
                "här ska bara ligga mappar som heter efter en kommuns eller ett områdes kod",
                found=f"{unknown} andra namn",
                do="döp om eller ta bort dem",
            )
        )
    return tuple(map(_fit, problems))


def blocks(own: OwnText | None, changed: str = "", *, missing: str | None = None) -> tuple[Block, ...]:
    """A text as it stands in the report, in the coordinator's voice and language.

    changed: what to say where its figures have changed since, see `changed_words`; it stands by the first paragraph.
    missing: what to say where there is no text, else that the analysis is missing; empty for nothing at all.
    """
    if own is None:
        text = t("Analys saknas.") if missing is None else missing
        return (Paragraph(text=text, voice="missing"),) if text else ()
    found: list[Block] = []
    for part in own.parts:
        found += [Heading(text=part.heading)] if part.heading else []
        found += part.blocks
    if not changed:
        return tuple(found)
    first = found[0]
    if isinstance(first, Paragraph):
        return (replace(first, changed=changed), *found[1:])
    return (Paragraph(text=changed, voice="note"), *found)


def changed_words(since: date | None, *, is_decision: bool = False) -> str:
    """What to say of a text, or a decision, whose figures have changed since that day's release; empty for None."""
    if since is None:
        return ""
    if is_decision:
        return t("Siffrorna har ändrats sedan beslutet (utgåvan {day}).", day=since.isoformat())
    return t("Siffrorna har ändrats sedan texten skrevs (utgåvan {day}).", day=since.isoformat())


# --------------------------------------------------------------------------------------------------------------- files


@contextmanager
def _opened(folder: Path) -> Iterator[int | None]:
    """The folder's handle; None where there is none. Raises Problem for a link, a file, or what cannot be opened."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        yield None
        return
    except OSError as error:
        is_other = error.errno in (errno.ENOTDIR, errno.ELOOP)
        raise Problem(
            folder.name,
            "mappen går inte att öppna",
            found="en länk eller en fil" if is_other else str(error.strerror),
            do="lägg en vanlig mapp som går att läsa",
        ) from None
    try:
        yield handle
    finally:
        os.close(handle)


def _content(handle: int | None, name: str, place: str) -> bytes | None:
    """The bytes of a file, None where there is none. Raises Problem."""
    if handle is None:
        return None
    where = f"{place}/{name}"
    try:
        with open_ordinary(Path(name), handle) as file:
            content = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Problem(where, "går inte att läsa", found=str(error.strerror), do="ge läsrätt till filen") from None
    except Problem as problem:
        raise problem.at(where) from None
    if len(content) > _MOST_BYTES:
        raise Problem(where, "filen är orimligt stor", found=f"över {_MOST_BYTES} byte", do="korta texten")
    return content


def _strangers(handle: int | None, place: str, known: Sequence[str]) -> list[Problem]:
    """Files that the report has no place for. What they are called is told only by what it resembles."""
    if handle is None:
        return []
    expected = {f"{each}.md": f"{each}.md" for each in known} | {REPORT: REPORT}
    titles = read_reference("focus_areas").select("focus_area", "title").iter_rows()
    expected |= {f"{_slug(title)}.md": f"{code}.md" for code, title in titles if code in known}
    names = [each for each in _names(handle) if each not in expected.values() and not _is_nobodys(each)]
    near = [difflib.get_close_matches(_slug(each), expected, n=1, cutoff=0.8) for each in sorted(names)[:100]]
    problems = [
        Problem(f"{place}/", "en fil har ett namn som rapporten inte har", do=f"är det {name}, döp om den")
        for name in sorted({expected[each[0]] for each in near if each})
    ]
    if unknown := len(names) - sum(map(bool, near)):
        problems.append(
            Problem(
                f"{place}/",
                "här ligger något som inte hör till rapporten",
                found=f"{unknown} namn",
                do=f"filerna heter {', '.join(each for each in (*map('{}.md'.format, known), REPORT))}",
            )
        )
    return problems


def _names(folder: Path | int) -> list[str]:
    with os.scandir(folder) as entries:
        return [each.name for each in entries]


def _is_nobodys(name: str) -> bool:
    """Whether programs left it behind."""
    return name.startswith((".", "~", "#")) or name.endswith("~") or name.lower() in ("thumbs.db", "desktop.ini")


def _slug(name: str) -> str:
    """A name in small letters without their dots and rings, each blank a line below: sodra_fyrbodal."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9.]+", "_", plain)


def _fit(problem: Problem) -> str:
    """A sentence that the gate will let through, whatever was found."""
    if not hits_in(str(problem)):
        return str(problem)
    return str(type(problem)(problem.where, problem.wrong, do="rätta det"))


# ---------------------------------------------------------------------------------------------------------------- text


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """A heading, a paragraph or an item, with its lines by number; `kind` is `##`, `¶`, `-`, `1` or `!`, a priority."""

    kind: str
    lines: list[tuple[int, str]]

    @property
    def text(self) -> str:
        return " ".join(line for _, line in self.lines)


def _text(content: bytes, section: str, where: str) -> OwnText | None:
    """The text of a file, None where nothing is written in it yet. Raises Problem."""

    def at(number: int) -> str:
        return f"{where}, rad {number}"

    plain, days = _plain(content, where)
    lines = plain.split("\n")
    longest = longest_of(section)
    if (length := sum(len(line.strip()) for line in lines)) > longest:
        raise Problem(where, "texten är för lång", found=f"{length} tecken", do=f"korta den till högst {longest}")
    for number, line in enumerate(lines, 1):
        for pattern, wrong, do in _REFUSED:
            if pattern.search(line):
                raise Problem(at(number), f"texten visas inte: {wrong}", do=do)
    pieces = _pieces(lines, has_priorities=section == "prioritering")
    _screen(pieces, lines, where)
    written = [(heading, under) for heading, under in _by_heading(pieces) if any(each.text for each in under)]
    if not written:
        return None
    priorities = _priorities(written, at) if section == "prioritering" else ()
    parts = tuple(Part(heading=heading.text if heading else "", blocks=_blocks(under)) for heading, under in written)
    told = [[part.heading, *[_words(block) for block in part.blocks]] for part in parts]
    return OwnText(
        section=section,
        parts=parts,
        sha256=sha256(json.dumps([days, told], ensure_ascii=False).encode()),
        priorities=priorities,
    )


def _plain(content: bytes, where: str) -> tuple[str, list[str]]:
    """A file's text without its comments, which leave their line breaks, and the days it was read again."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise Problem(f"{where}, rad {number}", "filen är inte text i UTF-8", do="spara den som UTF-8") from None
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    for at, character in enumerate(text):
        if character != "\n" and unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            line = text.count("\n", 0, at) + 1
            column = at - text.rfind("\n", 0, at)
            raise Problem(
                f"{where}, rad {line}, tecken {column}",
                "här står ett tecken som inte syns",
                found=f"U+{ord(character):04X}",
                do="ta bort det",
            )
    days = sorted(_READ_AGAIN.findall(text))
    kept, *commented = text.split("<!--")
    for each in commented:
        comment, end, after = each.partition("-->")
        if not end:
            line = kept.count("\n") + 1
            raise Problem(f"{where}, rad {line}", "en kommentar tar aldrig slut", do="avsluta den med -->")
        kept += "\n" * comment.count("\n") + after
    return kept, days


def _pieces(lines: Sequence[str], *, has_priorities: bool) -> list[_Piece]:
    pieces: list[_Piece] = []
    is_open = False
    for number, line in enumerate(lines, 1):
        text = re.sub(" +", " ", line.strip(" "))
        item = _ITEM.fullmatch(text)
        if text.startswith("## "):
            kind, text = "##", text.removeprefix("## ")
        elif item:
            kind, text = "1" if item[1] else "-", item[2]
        elif has_priorities and _PRIORITY.fullmatch(text):
            kind = "!"
        else:
            kind = "¶"
        if kind == "¶" and is_open and text:
            pieces[-1].lines.append((number, text))
        elif text:
            pieces.append(_Piece(kind=kind, lines=[(number, text)]))
        is_open = bool(text) and kind not in ("##", "!")
    return pieces


def _screen(pieces: Sequence[_Piece], lines: Sequence[str], where: str) -> None:
    """Raise Problem for what may point at a person, in a paragraph or over several; it says on which line, if one."""
    for piece in pieces:
        if hits := hits_in(piece.text):
            for number, _ in piece.lines:
                if on_line := hits_in(lines[number - 1]):
                    raise _unfit(on_line, f"{where}, rad {number}, tecken {on_line[0].start + 1}")
            raise _unfit(hits, f"{where}, rad {piece.lines[0][0]}–{piece.lines[-1][0]}")
    if hits := hits_in("\n".join(piece.text for piece in pieces)):
        raise _unfit(hits, where)


def _unfit(hits: Sequence[Hit], where: str) -> Problem:
    return Problem(
        where,
        "texten visas inte, den kan peka ut en person",
        found=", ".join(sorted({_KINDS[hit.kind] for hit in hits})),
        do="skriv om den utan det",
    )


def _by_heading(pieces: Sequence[_Piece]) -> list[tuple[_Piece | None, list[_Piece]]]:
    found: list[tuple[_Piece | None, list[_Piece]]] = [(None, [])]
    for piece in pieces:
        if piece.kind == "##":
            found.append((piece, []))
        else:
            found[-1][1].append(piece)
    # A form that nobody has filled in has "Prioritet:" with nothing after it.
    return [(heading, [each for each in under if each.kind != "!" or _level(each)]) for heading, under in found]


def _level(piece: _Piece) -> str:
    """What stands after "Prioritet:", empty where the piece is none."""
    stated = _PRIORITY.fullmatch(piece.text) if piece.kind == "!" else None
    return stated[1].rstrip(". ").lower() if stated else ""


def _blocks(pieces: Sequence[_Piece]) -> tuple[Paragraph | Bullets, ...]:
    found: list[Paragraph | Bullets] = []
    for kind, group in groupby(pieces, lambda piece: piece.kind):
        texts = tuple(piece.text for piece in group)
        if kind in ("-", "1"):
            found.append(Bullets(items=texts, is_ordered=kind == "1", voice="coordinator"))
        else:
            found += [Paragraph(text=text, voice="coordinator") for text in texts]
    return tuple(found)


def _words(block: Paragraph | Bullets) -> list[str]:
    return ["¶", block.text] if isinstance(block, Paragraph) else ["1" if block.is_ordered else "-", *block.items]


def _priorities(
    written: Sequence[tuple[_Piece | None, Sequence[_Piece]]], at: Callable[[int], str]
) -> tuple[Priority, ...]:
    """The priorities under the focus areas' headings. Raises Problem for a heading, a level or a motive that lacks."""
    listed = read_reference("focus_areas").select("focus_area", "title").rows()
    named = {name.lower(): code for code, title in listed for name in (code, title)}
    found: dict[str, Priority] = {}
    for heading, under in written:
        if heading is None:
            continue
        number, name = heading.lines[0]
        code = named.get(name.lower())
        if code is None or code in found:
            near = difflib.get_close_matches(name.lower(), [title.lower() for _, title in listed], n=1)
            meant = [title for _, title in listed if title.lower() in near] or [title for _, title in listed]
            wrong = "rubriken är inget fokusområde" if code is None else "fokusområdet står två gånger"
            raise Problem(at(number), wrong, do=f"rubriken ska vara ett av: {', '.join(meant)}")
        level, motive = under[0], under[1:]
        if _level(level) not in LEVELS:
            raise Problem(at(level.lines[0][0]), "prioriteten saknas", do=f"skriv Prioritet: {', '.join(LEVELS)}")
        if not motive or any(each.kind == "!" for each in motive):
            raise Problem(at(level.lines[0][0]), "motivet saknas", do="skriv varför i ett stycke under prioriteten")
        found[code] = Priority(focus_area=code, level=_level(level), motive=_blocks(motive))
    return tuple(found.values())
