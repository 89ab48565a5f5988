"""Finds what points at a person in a text: numbers, contacts, addresses, plates, police case numbers and names.

`data/reference/given_names.csv` and `surnames.csv` were written down from general knowledge of common names in Sweden,
not taken from a register; `is_also_place` marks surnames that are also names of places or things. A name list never
reaches everyone, so what this does not find is no proof that a text is safe: free text is dropped at the door anyhow.
"""

import calendar
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise

import polars as pl

from sources._strict import read_reference


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


# --- Numbers that follow rules of their own ---------------------------------------------------------------------------


def _luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it (modulus 10, weights 2 and 1 from the left)."""
    doubled = (int(digit) * (2 - at % 2) for at, digit in enumerate(digits))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def _days(year: str, month: int) -> int:
    """Days of the month; of a year without century the longest that February may have been."""
    years = [int(year)] if len(year) == 4 else [century + int(year) for century in (1800, 1900, 2000)]
    return max(calendar.monthrange(each, month)[1] for each in years)


def valid_personnummer(text: str) -> bool:
    """Whether the whole text is a personnummer or samordningsnummer: `[YY]YYMMDD[-+]NNNC`.

    The date exists (day + 60 in a samordningsnummer), the serial is not 000 and the check digit fits.
    Source: folkbokföringslagen (1991:481) 18 §; SKV 704; lag (2022:1697) om samordningsnummer.
    """
    match = re.fullmatch(r"((?:18|19|20)?[0-9]{2})([0-9]{2})([0-9]{2})[-+]?([0-9]{3})([0-9])", text)
    if match is None:
        return False
    year, month, day, serial, check = match.groups()
    if not 1 <= int(month) <= 12 or serial == "000":
        return False
    day_of_month = int(day) - 60 if int(day) > 60 else int(day)
    fits = _luhn(year[-2:] + month + day + serial + check)
    return 1 <= day_of_month <= _days(year, int(month)) and fits


def valid_organisationsnummer(text: str) -> bool:
    """Whether the whole text is the number of a legal person: `[16]NNNNNN-NNNN`, third digit at least 2.

    A sole trader's (enskild firma) number is the owner's personnummer and is not valid here.
    Source: lag (1974:174) om identitetsbeteckning för juridiska personer m.fl.; SKV 709.
    """
    match = re.fullmatch(r"(?:16)?([1-9][0-9][2-9][0-9]{3})-?([0-9]{4})", text)
    return match is not None and _luhn("".join(match.groups()))


# --- One spelling of every character ----------------------------------------------------------------------------------

_NOTHING = "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0e\ufe0f\ufeff"
_INVISIBLE = re.compile(f"[{_NOTHING}]")
_DASHES = "‐‑‒–—―−⁃﹘﹣－"
_SAME = str.maketrans({"⁄": "/", "∕": "/", "\t": " ", "\r": " ", "\x00": " "} | dict.fromkeys(_DASHES, "-"))


def _plain_cluster(cluster: str) -> str:
    """A character and its combining marks as it would be typed on a Swedish keyboard."""
    plain = unicodedata.normalize("NFKC", cluster).translate(_SAME)
    if plain.isspace() and plain != "\n":
        return " "
    return "".join(str(unicodedata.digit(each)) if unicodedata.category(each) == "Nd" else each for each in plain)


def _plain(text: str) -> tuple[str, Sequence[int]]:
    """The text in one spelling, and for each of its characters (and its end) the place in the text as it was."""
    if text.isascii():
        return text.translate(_SAME), range(len(text) + 1)
    out: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(text):
        end = at + 1
        if _INVISIBLE.match(text[at]):
            at = end
            continue
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        plain = _plain_cluster(text[at:end]) if end > at + 1 or ord(text[at]) > 127 else text[at].translate(_SAME)
        out.append(plain)
        places.extend([at] * len(plain))
        at = end
    return "".join(out), [*places, len(text)]


Span = tuple[int, int, Kind]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# --- Personnummer, samordningsnummer, interim numbers -----------------------------------------------------------------

_DIGITS = re.compile(r"[0-9](?:(?: {1,3}| {0,2}[-+./_]{1,2}[ \n]{0,2})?[0-9])*")
_GROUP = re.compile(r"[0-9]+")
_HASH = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-f]{64}|[0-9a-f]{40}|(?=[0-9]*[a-f])[0-9a-f]{32}"
    r"|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})(?![0-9A-Za-z])"
)
_INTERIM = re.compile(
    r"(?<![0-9])(?:(?:18|19|20)[ ]?)?[0-9]{2}[-./ ]?(0[1-9]|1[0-2])[-./ ]?(0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|"
    r"9[01])"
    r" ?[-+./_]{0,2} ?[TRSUWXJKLMN] ?[0-9] ?[0-9] ?[0-9](?![0-9])",
    re.IGNORECASE,
)
_COMMA = re.compile(r"(?<![0-9])(?<![0-9][.,:])([0-9]{6}|[0-9]{8})[,:]([0-9]{4})(?![0-9])(?![.,:][0-9])")
_VAT = re.compile(r"(?<![A-Za-z])SE ?([0-9]{6})[- ]?([0-9]{4})[- ]?01(?![0-9])", re.IGNORECASE)
_SLIP = re.compile(r"(?<![0-9])(?<![0-9][-+./])([0-9]{5}|[0-9]{7}|[0-9]{9})[-+]([0-9]{4})(?![-.]?[0-9])")
_AMOUNT_AFTER = re.compile(r"\s?(?:%|kr\b|kronor|tkr|mkr|SEK|€|\$)|[,:][0-9]", re.IGNORECASE)
# A system that counts or times writes years from here on; whoever was born later is in no pupil's incident yet.
_FIRST_YEAR_OF_TIMESTAMPS = 2015


def _is_time(serial: str) -> bool:
    return int(serial[:2]) < 24 and int(serial[2:]) < 60


def _number_kind(text: str, spans: Sequence[tuple[int, int]]) -> Kind | None:
    """What groups of digits, 10 or 12 in all, are when they are spelled together; None if they are no such number."""
    start, end = spans[0][0], spans[-1][1]
    groups = [text[a:b] for a, b in spans]
    separators = [text[a[1] : b[0]] for a, b in pairwise(spans)]
    digits = "".join(groups)
    if len(digits) == 12 and digits[:2] not in ("16", "18", "19", "20"):
        return None
    year, month, day, serial = digits[:-8], int(digits[-8:-6]), int(digits[-6:-4]), digits[-4:]
    is_coordination = day > 60
    day -= 60 * is_coordination
    fits = _luhn(digits[-10:])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        # A samordningsnummer of someone whose date of birth is not known has month 00 or day 60.
        unknown = (is_coordination or day == 60) and month <= 12 and fits
        return Kind.SUSPECTED if unknown and len(groups) <= 2 and digits[-6:-4] <= "91" else None
    core = len(digits) - 4
    breaks, count = {}, 0
    for group, separator in zip(groups, separators, strict=False):
        count += len(group)
        breaks[count] = separator
    blank = all(not separator.strip() for separator in separators)
    core_separator = breaks.get(core, "").strip()
    sign = core_separator in ("-", "+")
    usual = all(
        (at == core or (at > core and fits and sign) or (at % 2 == 0 and (at < core or not separator.strip())))
        for at, separator in breaks.items()
    )
    if separators and blank and len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]):
        return None  # 8 712 202 384: an amount
    single = all(len(group) == 1 for group in groups)
    if not (usual or single or (fits and all(not s.strip() for at, s in breaks.items() if at != core))):
        return None
    if not fits and not _suspected(text, start, end, digits, breaks, core_separator):
        return None
    if not fits or day > _days(year.removeprefix("16") if len(year) == 4 else year, month) or serial[:3] == "000":
        return Kind.SUSPECTED
    return Kind.SAMORDNINGSNUMMER if is_coordination else Kind.PERSONNUMMER


def _suspected(text: str, start: int, end: int, digits: str, breaks: dict[int, str], core_separator: str) -> bool:
    """Whether a number with a date but a wrong check digit is a slip of the pen, not a time, id or amount."""
    if _AMOUNT_AFTER.match(text, end) or (start and text[start - 1] in ",:" and text[start - 2 : start - 1].isdigit()):
        return False
    if core_separator == "." and len(breaks) == 1:
        return False  # 871220.2385 in a column of decimals
    before, after = text[max(start - 24, 0) : start], text[end : end + 1]
    if re.search(r"[0-9a-f]*[a-f]$", before) and re.match(r"[a-f]", after):
        return False  # inside a shortened hash
    if len(digits) == 12 and int(digits[:4]) >= _FIRST_YEAR_OF_TIMESTAMPS:
        is_id = re.search(r"[A-Za-zÅÄÖåäö][-_#/]$", before) is not None
        dated = any(at < 8 for at in breaks) and not core_separator  # 2024-04-12 1200 besökare
        if _is_time(digits[-4:]) or is_id or dated:
            return False
    pairs = [int(digits[at : at + 2]) for at in range(0, 10, 2)]
    if not core_separator and len(digits) == 10:
        if _is_time(digits[-4:]) and _FIRST_YEAR_OF_TIMESTAMPS % 100 <= pairs[0] < 40 and breaks:
            return False  # 251103 0745
        if len(breaks) == 4 and pairs == sorted(set(pairs)):
            return False  # 01 02 03 04 05: a list
    if not core_separator and _PHONE_COMPACT.match(text, start) and len(digits) == 10:
        return False
    return digits[-4:-1] != "000"


def _person_numbers(text: str) -> Iterator[Span]:
    for match in _DIGITS.finditer(text):
        if match.end() - match.start() >= 10:
            yield from _numbers_in(text, [found.span() for found in _GROUP.finditer(text, *match.span())])
    for match in _INTERIM.finditer(text):
        if not _glued_to_id(text, match):
            yield *match.span(), Kind.INTERIM
    for match in (*_VAT.finditer(text), *_COMMA.finditer(text)):
        kind = _number_kind(text, [match.span(1), match.span(2)])
        if kind is not None:
            yield *match.span(), kind
    for match in _SLIP.finditer(text):
        # One digit too few or too many in the date, with the sign between that gives it away.
        if _is_slip(match[1]):
            yield *match.span(), Kind.SUSPECTED


def _glued_to_id(text: str, match: re.Match[str]) -> bool:
    # An interim letter written small inside an id ("20240412k123") is no interim number.
    return match[0][-4:-3].islower() and re.match(r"[a-zåäö]", text[match.end() : match.end() + 1]) is not None


def _is_slip(date: str) -> bool:
    """Whether a date of 5, 7 or 9 digits becomes one of 6 or 8 when a digit is taken away or put in."""
    if len(date) == 5:
        return 1 <= int(date[1:3]) <= 12 and 1 <= int(date[3:]) <= 31 and date[0] != "0"
    if len(date) == 7 and date[:2] in ("19", "20"):
        month, day = int(date[4:6]), int(date[6:])
        return (1 <= month <= 12 and day > 0) or (1 <= int(date[4:5]) <= 9 and 1 <= int(date[5:]) <= 31)
    shorter = {date[:at] + date[at + 1 :] for at in range(len(date))}
    return any(
        1 <= int(each[-4:-2]) <= 12 and 1 <= int(each[-2:]) <= 31 and (len(each) == 6 or each[:2] in ("19", "20"))
        for each in shorter
    )


def _numbers_in(text: str, groups: Sequence[tuple[int, int]]) -> Iterator[Span]:
    """The numbers among neighbouring groups of digits; where two readings overlap, the one that fits best."""
    found: list[tuple[tuple[bool, int], int, int, Kind]] = []
    for first in range(len(groups)):
        if first and not _stands_apart(text[groups[first - 1][1] : groups[first][0]]):
            continue
        count = 0
        for last in range(first, len(groups)):
            count += groups[last][1] - groups[last][0]
            if count > 12:
                break
            alone = last + 1 == len(groups)
            if count < 10 or count == 11 or not (alone or _stands_apart(text[groups[last][1] : groups[last + 1][0]])):
                continue
            spans = groups[first : last + 1]
            kind = _number_kind(text, spans)
            # Between other numbers a wrong check digit means a table, unless the spelling is unmistakable.
            compact = len(spans) == 1 or (len(spans) == 2 and bool(text[spans[0][1] : spans[1][0]].strip()))
            if kind is not None and (kind != Kind.SUSPECTED or compact or (alone and first == 0)):
                found.append(((kind == Kind.SUSPECTED, last - first), spans[0][0], spans[-1][1], kind))
    taken: list[tuple[int, int]] = []
    for _, start, end, kind in sorted(found):
        if all(end <= a or b <= start for a, b in taken):
            taken.append((start, end))
            yield start, end, kind


def _stands_apart(separator: str) -> bool:
    """Whether the groups on both sides may be different numbers: blanks between, or a sign with blanks around."""
    return not separator.strip() or (separator[0] in " \n" and separator[-1] in " \n") or separator[-1] in " \n"


# --- Phone and e-mail -------------------------------------------------------------------------------------------------

_GAP = r"(?: ?[-./] ?| {1,2})?"
_TWO_DIGIT_AREA = r"1[013689]|2[0136]|3[1356]|4[0246]|54|6[03]|90"
_THREE_DIGIT_AREA = (
    r"12[0-5]|14[0-4]|15[0-9]|17[1-6]|22[0-7]|24[0-8]|25[0-8]|27[0-8]|28[01]|29[0-7]|30[0-4]|32[0-5]|34[0-6]|37[0-2]"
    r"|38[0-3]|39[0-3]|41[0-8]|43[0-5]|45[1-9]|47[0-9]|48[0-6]|49[0-9]|50[0-6]|51[0-5]|52[0-8]|53[0-4]|55[0-5]|56[0-5]"
    r"|57[0-3]|58[0-9]|59[01]|61[1-3]|62[0-4]|64[0-7]|65[0-7]|66[0-3]|67[0-2]|68[0-7]|69[0-6]|91[0-8]|92[0-9]|93[0-5]"
    r"|94[0-3]|95[0-4]|96[01]|97[0-8]|98[01]|77[0-9]"
)
_AREA = rf"(?:8|{_TWO_DIGIT_AREA}|{_THREE_DIGIT_AREA})"
_LOCAL = r"(?:[0-9]{5,8}|[0-9]{2,4}(?:[ .-][0-9]{2,3}){1,3})"
_NOT_AFTER_DIGIT = r"(?<![0-9])(?<![0-9][.,:/-])"
_NOT_BEFORE_DIGIT = r"(?![0-9])(?![.,:/-][0-9])"
_PHONE_COMPACT = re.compile(rf"0(?:7[02369][0-9]{{7}}|{_AREA}[0-9]{{5,8}}){_NOT_BEFORE_DIGIT}")
_PHONES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Mobile in any grouping; digits one by one included.
        rf"(?<![0-9])(?<![0-9][.,:-])\(?0{_GAP}7{_GAP}[02369]\)?(?:{_GAP}[0-9]){{7}}(?![0-9])(?![.,:-][0-9]{{1,3}}(?![0-9]))",
        # Abroad's way to write a Swedish number: +46, 0046, (+46), +46 (0).
        rf"(?:\+|(?<![0-9])00|(?<![0-9])\(\+?) ?46\)?{_GAP}(?:\(0\)|0)?{_GAP}[1-9](?:{_GAP}[0-9]){{6,9}}(?![0-9])",
        rf"{_NOT_AFTER_DIGIT}46 ?-? ?7[02369](?:{_GAP}[0-9]){{7}}{_NOT_BEFORE_DIGIT}",
        # Landline: area code, a sign or blank, five to eight digits. Or all of it at once.
        rf"{_NOT_AFTER_DIGIT}\(?0{_AREA}\)?(?: ?[-/.] ?| {{1,2}}|(?<=\)))(?:{_LOCAL}){_NOT_BEFORE_DIGIT}(?! ?%)",
        rf"{_NOT_AFTER_DIGIT}0{_AREA}[0-9]{{5,8}}{_NOT_BEFORE_DIGIT}",
        # Numbers abroad.
        rf"(?:\+|(?<![0-9])00)(?!46)[1-9][0-9]{{0,2}}{_GAP}(?:\(0\))?[0-9](?:{_GAP}[0-9]){{6,11}}{_NOT_BEFORE_DIGIT}",
        # Whatever is called a phone number, without area code too.
        (
            rf"\b(?:tel|tfn|telefon|tele|mobil|mob|ring|ringa|sms|telefonnummer|mobilnummer|telnr|mobilnr|swish|"
            rf"nås på|nummer)(?:en|et|nummer|nr)?\.?:? ?(?:nr|är|på)?:? ?([1-9][0-9]{{1,3}}(?:[ -][0-9]{{2,3}}){{1,3}}|"
            rf"[1-9][0-9]{{5,8}})"
            rf"{_NOT_BEFORE_DIGIT}(?! ?(?:kr|%))"
        ),
    )
)
_EMAIL_NAME = r"[^\W_][\w.+'-]*"
_EMAILS = (
    re.compile(r"[\w.!#$&'*+/=?^`{|}~-]+(?:@|%40|&#64;|&commat;) ?(?:[\w-]+\.)+[^\W\d_]{2,}", re.IGNORECASE),
    re.compile(
        rf"{_EMAIL_NAME} ?(?:@|[(\[{{<] ?(?:at|@|snabel-?a|ät|a) ?[)\]}}>]| snabel-?a | at | ät ) ?"
        r"[^\W_][\w-]*(?: ?(?:\.|[(\[{]? ?\b(?:dot|punkt)\b ?[)\]}]?) ?[\w-]+)*"
        r" ?(?:\.|[(\[{]? ?\b(?:dot|punkt)\b ?[)\]}]?) ?(?:se|nu|com|net|org|eu|info|fi|no|dk|de|me|io|uk)\b",
        re.IGNORECASE,
    ),
    re.compile(r"[\w.+-]+ @ ?(?:[\w-]+\.)+[^\W\d_]{2,}", re.IGNORECASE),
)


def _phones(text: str) -> Iterator[Span]:
    for at, pattern in enumerate(_PHONES):
        for match in pattern.finditer(text):
            found = match[0]
            digits = re.sub(r"[^0-9]", "", found)
            if at in (3, 4) and not 8 <= len(digits) <= 10:
                continue
            if at == 4 and len(digits) == 8 and not found.startswith("08"):
                continue  # 01022024: a date written day first
            if at == 4 and re.fullmatch(r"0[1-9](?:0[1-9]|1[0-2])(?:19|20)[0-9]{2}", found):
                continue
            if re.fullmatch(r"[0-9]{2}([-./ ])[0-9]{2}\1[0-9]{4}(?: [0-9]{2})?", found):
                continue  # 07.02.2024 12
            if at == 5 and re.fullmatch(r"\+[0-9]{1,3}(?: [0-9]{3})+", found) and len(digits) < 11:
                continue  # +12 000 000 kr
            if at == 3 and re.search(r" (?:19|20)[0-9]{2} (?:19|20)?[0-9]{2,3}$", found):
                continue
            yield *match.span(), Kind.PHONE


def _emails(text: str) -> Iterator[Span]:
    for pattern in _EMAILS:
        for match in pattern.finditer(text):
            yield *match.span(), Kind.EMAIL


# --- Street addresses and property designations -----------------------------------------------------------------------

_UPPER, _LOWER, _LETTER = "A-ZÅÄÖÉÜÆØ", "a-zåäöéüæø", "A-Za-zÅÄÖÉÜÆØåäöéüæø"
_WORD = rf"[{_UPPER}][{_LOWER}]+(?:-[{_UPPER}]?[{_LOWER}]+)?"
_STREET_ENDS = (
    "vägen|gatan|stigen|gränd|gränden|torget|torg|backen|backe|leden|platsen|plats|planen|plan|allén|allen|allé|"
    "liden|lid|"
    "svängen|holmen|esplanaden|promenaden|kajen|slingan|kroken|brinken|rundan|stråket|höjden|(?<!e)ringen|gattan|"
    "gtan|gatn|vägn|väg|gata|stig"
)
_HOUSE = (
    r"(?:nr\.? ?|nummer |no\.? )?(?!(?:18|19|20)[0-9]{2}\b)([1-9][0-9]{0,3})(?: ?[-/] ?[1-9][0-9]{0,2})?"
    rf"(?: ?[{_LETTER}](?![{_LETTER}]))?"
)
_QUANTITY = (
    r"(?! ?(?:%|°|km|m\b|mil\b|cm|mm|kr\b|kronor|tkr|mkr|st\b|stycken|gång|ggr|procent|grader|meter|min\b|minut|tim|"
    r"dag|"
    r"dygn|veck|månad|år\b|års|person|elev|barn|ungdom|vuxn|anmäl|händelse|incident|ärende|brott|fall\b|fordon|bil\b|"
    r"bilar|"
    r"mopeder|a-trakt|epa|fönster|rutor|träd|parkering|platser|besök|deltag|kontroll|tillfäll|familj|lägenheter|"
    r"hus\b|killar|"
    r"tjejer|pojkar|flickor|män\b|kvinnor|poliser|vakter|lampor|bänkar|skyltar|gäng|försök|stölder|bråk|skador|olyckor|"
    r"nya|olika|stora|små|av \d|till \d|\d|gb\b|kb\b|mb\b|kg\b|ton\b|kvm|kvadrat|hektar|ha\b|invånare|svar|timm))"
)
_NO_STREET = re.compile(
    r"(?:arbets|parkerings|lek|hållplats|mötes|bad|camping|rast|uppställnings|återvinnings|skol|boll|fotbolls|tränings|"
    r"idrotts|flyg|sitt|sov|mark|bo|vänt|last|fynd|brotts|sam|upp|fram|an|bygg|tävlings|utflykts|natur|grill|sjuk|vård|"
    r"praktik|lär|studie|elev|förskole|barnomsorgs|hand|åtgärds|verksamhets|budget|detalj|översikts|hand\w+s|"
    r"läns|riks|europa|motor|stam|cykel|gång|gång- och cykel|enskild\w*|grus|tvär|genomfarts|in|ut|av|på|om|huvud|land|"
    r"väg|ban|skogs|vandrings|problem|flykt|led|skid|motions|mellan|trafik|bil|lokal|kommun|stamm)"
    r"(?:platsen|plats|planen|plan|vägen|väg|leden|backen|backe|gatan|gata|stigen|stig|torget|torg)",
    re.IGNORECASE,
)
_UNITS_BEFORE = (
    rf"(?![.:][0-9])(?![0-9])(?!-[{_LETTER}]{{2}})(?! (?:jan|feb|mars|apr|maj|juni|juli|aug|sep|okt|nov|dec))"
)
_ADDRESSES = (
    # One word: Storgatan 12 B; small letters too.
    re.compile(
        rf"(?<![{_LETTER}])([{_LETTER}][{_LETTER}-]+?(?:{_STREET_ENDS})s?),? ?{_HOUSE}{_UNITS_BEFORE}{_QUANTITY}",
        re.IGNORECASE,
    ),
    # Two words or more: Norra vägen 3, Gustav Adolfs torg 1, Gamla Kronvägen 7.
    re.compile(
        rf"(?<![{_LETTER}])((?:[{_UPPER}][{_LETTER}.-]* ){{1,3}}[{_LETTER}]*(?i:{_STREET_ENDS})),? "
        rf"?(?i:{_HOUSE}{_UNITS_BEFORE}{_QUANTITY})"
    ),
    # Small letters: norra vägen 3, kung oscars väg 5.
    re.compile(
        rf"(?<![{_LETTER}])((?:norra|södra|östra|västra|gamla|nya|stora|lilla|övre|nedre|inre|yttre|mellersta|"
        rf"[{_LOWER}]{{3,}}s) "
        rf"(?:{_STREET_ENDS})),? ?{_HOUSE}{_UNITS_BEFORE}{_QUANTITY}",
        re.IGNORECASE,
    ),
    # Shortened without a full stop: only where no Swedish word ends so (stenkrossv 8).
    re.compile(rf"(?<![{_LETTER}])([{_LETTER}]{{3,}}[sndgkpt]v) {_HOUSE}{_UNITS_BEFORE}{_QUANTITY}", re.IGNORECASE),
    # Shortened: Storg. 12, Strandv. 4 B; not the end of a sentence (Göteborg. 12, Ledning. 3, Måndag. 4).
    re.compile(
        rf"(?<![{_LETTER}])([{_UPPER}](?:[{_LOWER}]{{3,}}(?<!bor|ber|sko|gån)(?<!in|än|un)(?<![aiä])g|torg|asag"
        rf"|[{_LOWER}]*[{_LOWER}]{{2}}[sndgltarm]v)\.) ?{_HOUSE}{_UNITS_BEFORE}{_QUANTITY}"
    ),
)
_POSTCODES = (
    re.compile(
        rf"(?<![0-9{_LETTER}])(?<![0-9][ .,:-])(?:SE?[- ])?[1-9][0-9]{{2}} [0-9]{{2}},?  ?(?!Kr\b|"
        rf"SEK\b)[{_UPPER}][{_LETTER}]{{2,}}"
    ),
    # Without a blank a population looks the same: only after a comma or house number, or in Bohuslän's range.
    re.compile(rf"(?:(?<=[0-9{_LETTER}], )|(?<=\n)|(?<=SE-)|(?<=S-))[1-9][0-9]{{4}},? [{_UPPER}][{_LETTER}]{{2,}}"),
    re.compile(rf"(?<![0-9])(?<![0-9][ .,:-])(?:44[0-9]|45[0-9]|47[1-4])[0-9]{{2}} [{_UPPER}][{_LETTER}]{{2,}}"),
    re.compile(r"\b(?:postnr|postnummer|postadress)\.?:? ?[1-9][0-9]{2} ?[0-9]{2}(?![0-9])", re.IGNORECASE),
    re.compile(r"\b(?:lgh|lägenhet|lägenhetsnummer|lghnr|lgh\.?nr)\.? ?(?:nr\.? ?)?1[0-9]{3}(?![0-9])", re.IGNORECASE),
)
_NO_TRAKT = _words(
    "joh matt mark luk rom kor mos ps jes upp petr match matchen halvlek lag lagen kl klockan kapitel kap skala prop "
    "proposition förordning sfs sou ds dir rapport dnr diarienr version "
    "bild "
    "tabell figur sida avsnitt bilaga punkt ställning resultat seger förlust matchen mål osl brb tf rf pbl lvu lvm "
    "sol fl "
    "gdpr matteus markus lukas johannes psaltaren sverige tid tiden start slut från till nr nummer ratio sosfs hslf "
    "fs bfs "
    "måndag tisdag onsdag torsdag fredag lördag söndag måndagen tisdagen onsdagen torsdagen fredagen lördagen söndagen "
    "januari februari mars april maj juni juli augusti september oktober november december idag igår inatt ikväll "
    "natten "
    "kvällen dagen morgonen strax cirka ca omkring runt före efter vid senast tidigast larm samtal paragraf artikel"
)
_PROPERTY = re.compile(
    rf"(?<![{_LETTER}])((?:[{_UPPER}][{_LETTER}]+(?:-[{_LETTER}]+)?[ ])?[{_UPPER}][{_LETTER}]+(?:-[{_LETTER}]+)?)[ ]?"
    r"((?:[1-9][0-9]{0,2}|s|ga|fs) ?: ?[1-9][0-9]{0,3})(?![0-9])(?![.:][0-9])"
)
_PROPERTY_WORD = re.compile(
    rf"\b(?:fastighet|fastigheten|fastighetsbeteckning|fastigh|tomt|tomten|fast\.?bet|fbet)\.?:? ?(?:nr\.? ?|är |"
    rf"heter )?"
    rf"((?:[{_LETTER}-]+ ){{1,3}}[1-9][0-9]{{0,2}} ?: ?[1-9][0-9]{{0,3}})(?![0-9])",
    re.IGNORECASE,
)
_PROPERTY_SMALL = re.compile(
    rf"\b(?:på|vid|i|från|till) ([{_LOWER}]{{4,}}) [1-9][0-9]{{0,2}}:(?:[1-9]|[1-9][0-9]{{2}}|[6-9][0-9])"
    r"(?![0-9])(?![.:][0-9])"
)
_QUARTER = re.compile(
    rf"\b(?:kv\.? ?|kvarteret |fastigheten )([{_UPPER}][{_LETTER}-]+) [1-9][0-9]{{0,2}}(?![0-9])(?![.:][0-9])",
    re.IGNORECASE,
)


def _addresses(text: str) -> Iterator[Span]:
    for pattern in _ADDRESSES:
        for match in pattern.finditer(text):
            street = match[1]
            if _NO_STREET.fullmatch(street.split(" ")[-1]) and not re.search(
                r", [0-9]{3} ?[0-9]{2} ", text[match.end() :]
            ):
                continue
            if re.fullmatch(
                r"(?:vid|på|i|längs|mot|till|från|över|en|ett|den|det|enskild|allmän|denna) \w+", street, re.IGNORECASE
            ):
                continue
            if _is_road(street, match[2]) or street.lower() in _municipalities():
                continue
            yield *match.span(), Kind.ADDRESS
    for pattern in _POSTCODES:
        for match in pattern.finditer(text):
            yield *match.span(), Kind.ADDRESS


_SIDES = _words("norra södra östra västra gamla nya stora lilla övre nedre inre yttre mellersta")


def _is_road(street: str, number: str) -> bool:
    """Whether "väg 160" or "vägen 160" is a numbered road, however the word before it is spelled."""
    words = street.lower().split(" ")
    if len(words) == 1:
        return words[0] in _STREET_ENDS.split("|")
    if words[-1] not in ("väg", "vägen"):
        return words[-1] in _STREET_ENDS.split("|") and words[-2] in ("denna", "samma", "varje", "vår", "någon")
    named = words[-2].endswith(("s", "x", "z")) or words[-2] in _SIDES
    return (
        not named
        or words[-2] in ("trafikverkets", "länets", "kommunens", "trafikens")
        or (len(number) == 3 and words[-2] in ("orusts", "tjörns", "stenungsunds", "bohusläns"))
    )


def _properties(text: str) -> Iterator[Span]:
    for match in _PROPERTY.finditer(text):
        words = match[1].lower().replace("-", " ").split()
        if words[-1] in _NO_TRAKT or (len(match[1]) <= 4 and match[1].isupper()) or len(words[-1]) < 3:
            continue
        if _may_be_time(match[2]) and (
            words[-1] in _municipalities() or re.search(r"(?:en|et|an|na|at|ar|er|de)$", words[-1])
        ):
            continue
        yield *match.span(), Kind.PROPERTY
    for match in _PROPERTY_SMALL.finditer(text):
        if match[1] not in _NO_TRAKT:
            yield *match.span(), Kind.PROPERTY
    for pattern in (_PROPERTY_WORD, _QUARTER):
        for match in pattern.finditer(text):
            yield *match.span(), Kind.PROPERTY


def _may_be_time(pair: str) -> bool:
    hours, _, minutes = pair.replace(" ", "").partition(":")
    return hours.isdigit() and len(hours) == 2 and len(minutes) == 2 and int(hours) < 24 and int(minutes) < 60


@cache
def _municipalities() -> frozenset[str]:
    return frozenset(name.lower() for name in read_reference("municipalities")["municipality"])


# --- Registration plates and police case numbers ----------------------------------------------------------------------

_PLATE_LETTER = "A-HJ-PR-UW-Z"
_VEHICLE = (
    r"\b(?:reg|regnr|regnummer|regskylt|registrering\w*|registreringsnummer|nummerplåt\w*|plåt\w*|skylt\w*|bil|bilen|"
    r"bilar|"
    r"personbil\w*|moped\w*|moppe\w*|eu-mopp\w*|a-traktor\w*|epa\w*|epatraktor\w*|traktor\w*|mc|motorcykel\w*|"
    r"lastbil\w*|skåpbil\w*|"
    r"släp\w*|husbil\w*|"
    r"fordon\w*|volvo|saab|bmw|audi|vw|volkswagen|toyota|ford|opel|mercedes|kia|skoda|seat|renault|peugeot|tesla|mazda|"
    r"nissan|hyundai|körde|kör|parkerad|märkt)\b"
)
_PLATE = re.compile(
    # Glued to a word it takes three small letters to tell it from a key or a hash.
    rf"(?:(?<![{_LETTER}0-9])|(?<=[{_LOWER}]{{3}}))([{_PLATE_LETTER}]{{3}})(?: ?- ?| )?"
    rf"[0-9] ?[0-9] ?[0-9{_PLATE_LETTER}]"
    rf"(?:(?![{_LETTER}0-9])|(?=[{_LOWER}]{{3}}))(?![-:,.][0-9])"
)
_PLATE_SMALL = re.compile(
    rf"(?<![{_LETTER}0-9])([a-hj-pr-uw-z]{{3}})[0-9]{{2}}[0-9a-hj-pr-uw-z](?![{_LETTER}0-9])(?![-:,.][0-9])"
)
_PLATE_GLUED = re.compile(r"reg(?:nr|nummer)?[ :.]*([a-z]{3}) ?[0-9]{2}[0-9a-z](?![0-9])", re.IGNORECASE)
# Small letters, mopeds (two or three digits) and other signs between: only near a word for a vehicle.
_PLATE_IN_CONTEXT = re.compile(
    rf"(?<![{_LETTER}0-9])([A-HJ-PR-UW-Za-hj-pr-uw-z]{{3}})[ .-]?[0-9]{{2}} "
    rf"?[0-9A-Za-z]?(?![{_LETTER}0-9])(?![-:,.][0-9])"
)
_PLATE_SPREAD = re.compile(
    rf"(?<![{_LETTER}0-9])(?:[{_PLATE_LETTER}][ -]{{1,2}}){{3}}[0-9][ -][0-9][ -][0-9{_PLATE_LETTER}](?![{_LETTER}0-9])"
)
_PLATE_NAMED = re.compile(
    r"\b(?:regnr|reg\.? ?nr|regnummer|registreringsnummer|registreringsskylt\w*|regskylt|nummerplåt\w*|personlig "
    r"skylt)\.?:? ?"
    r"(?:är |var |med |texten )?[\"”'»]?((?-i:[A-ZÅÄÖ0-9]{2,7}))(?![a-zåäö0-9])",
    re.IGNORECASE,
)
_PLATE_ABROAD = re.compile(r"(?<![A-ZÅÄÖ0-9])[A-Z]{2}[ -]?[0-9]{5}(?![0-9])")
_NO_PLATE = _words(
    "SOS SSK LOK BMW KIA MAN SFS SOU PDF CSV KPI EST LPO LUP NTU SCB RKA GIS UTM RAL DIN ISO USD SEK EUR NOK DKK GBP "
    "RUM SAL BUS TEL FAX NRS "
    "KAP SID "
    "BIL LAN KOD LAG PBL LSS LVU LVM SOL OSL GDP BRB DNR NUM ART MAX MIN AVG SUM HUS RAD KOL FIG TAB REF UTC GMT CET "
    "KWH MHZ "
    "PTS PCT ANT TOT NYA DEN DET OCH SOM MED FOR PER EPA SMS MMS BNP AGE KLO FRE LOR SON MON TIS ONS TOR JAN FEB MAR "
    "APR MAJ "
    "JUN JUL AUG SEP OKT NOV DEC ROW ETC USB CPU RAM DPI RGB HEX SHA IP4 PIN SKL SKR BRA FOU TED LGH HTTP OST VST "
    "NOR SYD SKV "
    "SAM ALT BOX AVD BLG SPF SSP LST FHM MSB CAN EPO LED WEB APP DOS HBO HSB DVD LAS ATT AAR ARK TIM SEC"
)  # fmt: skip
_UNIT_AFTER = re.compile(
    r" ?(?:%|°|kr\b|kronor|km\b|m\b|kg\b|st\b|sek\b|meter|mhz|kwh|procent|elever|personer|anmäl|sidor|gram)",
    re.IGNORECASE,
)
_CASES = (
    re.compile(
        r"(?<![0-9A-Za-z])[0-9]{4} ?[-./_]? ?[KN] ?-?[0-9]{1,7} ?[-./_ ] ?(?:20)?[0-9]{2}(?![0-9])", re.IGNORECASE
    ),
    re.compile(r"(?<![0-9A-Za-z])[0-9]{4}K[0-9]{6,9}(?![0-9])", re.IGNORECASE),
    re.compile(r"(?<![0-9A-Za-z])K ?-?[0-9]{3,7} ?[-/] ?(?:20)?[0-9]{2}(?![0-9])", re.IGNORECASE),
    re.compile(r"(?<![0-9A-Za-z])AM[- ]?[0-9]{3,7}[-/][0-9]{2}(?![0-9])"),
    re.compile(
        r"\b(?:K-?n(?:umme)?r|k-?nummer|ärende|polisärende|anmälan|anmälningsnr|diarienr|dnr)\.?:? ?K "
        r"?-?[0-9]{3,9}(?![0-9])",
        re.IGNORECASE,
    ),
)


def _plates(text: str) -> Iterator[Span]:
    for match in (*_PLATE.finditer(text), *_PLATE_SMALL.finditer(text)):
        if match[1].upper() not in _NO_PLATE and not _UNIT_AFTER.match(text, match.end()):
            yield *match.span(), Kind.PLATE
    for pattern in (_PLATE_SPREAD, _PLATE_NAMED, _PLATE_GLUED):
        for match in pattern.finditer(text):
            yield *match.span(), Kind.PLATE
    for match in (*_PLATE_IN_CONTEXT.finditer(text), *_PLATE_ABROAD.finditer(text)):
        word = match[0][:3].upper()
        near = text[max(match.start() - 40, 0) : match.start()] + " | " + text[match.end() : match.end() + 25]
        if (
            re.search(_VEHICLE, near, re.IGNORECASE)
            and word not in _NO_PLATE
            and not _UNIT_AFTER.match(text, match.end())
        ):
            yield *match.span(), Kind.PLATE


def _cases(text: str) -> Iterator[Span]:
    for pattern in _CASES:
        for match in pattern.finditer(text):
            yield *match.span(), Kind.CASE_NUMBER


# --- Names ------------------------------------------------------------------------------------------------------------

_TOKEN = re.compile(rf"[{_LETTER}à-ÿÀ-ß]+(?:['’-][{_LETTER}à-ÿÀ-ß]+)*")
# Given names that are words, months, places or prepositions: alone they say nothing.
_AMBIGUOUS = _words(
    "Alba Alma April August Ask Asta Bo Björn  Dag Dan Ester  Flora Frank Frej Freja Gull Hans Ida Iris Jasmin Jasmine "
    "Juni Kent Kim Levi "
    "Linn Liv Lo Lova Love Lucia Luna Lykke Maj Malva Malte Mark Mars Max Mila Milan Milton Mona My Noor Nova Ola "
    "Ove Per Rosa Rose Rut "
    "Saga Sam Set  Sten Stella Stig Storm  Svea  Ted Tim Tor Tora Tove Uno Urban Vera Vide Victoria "
    "Viktoria Viola Ville "
    "  Said Joy Jim Ian Inga Diana     George  Göte   Neo   "
    " Rita "
)
# And those that are words when written small: no name unless the next word is a surname or the one before says so.
_SMALL_WORDS = _words(
    "Alba Ali Alma Ana Aya Axel Björn Bo Carl Dani Ella Ellen Eva Fred Gun Helga Helge Inger Iris Jan Kaj Karl Klas "
    "Kristin Linnea "
    "Lisa Lotta Malva Mats Mina Mona Nora Noor Rana Ros Rune Sanna Ture Tage Tilda Tilde Tina Tuva Vilja Åsa Elin "
    "Ernst Harald"
)
_THING_AFTER = re.compile(
    r"[ -]?(?:kyrka|kyrkan|kyrkas|församling\w*|skola|skolan|skolans|gymnasi\w*|förskola\w*|gata|gatan|väg|vägen|"
    r"torg|torget|plats|platsen|"
    r"park|parken|allé|gränd|stig|stigen|backe|backen|minne|kulle|kapell|hamn|brygga|strand|bro|stiftelse\w*|"
    r"pris|priset|fond|"
    r"kommun|kommuns|län|läns|universitet\w*|sjukhus\w*|lasarett\w*|station\w*|bageri|restaurang|pizzeria|livs|"
    r"båtvarv|åkeri|ab|"
    r"hb|arena\w*|kvarter\w*|museum|museet|teater\w*|bibliotek\w*|slott|gård|äng|ö|udde|vik|dal|berg|IF|IK|BK|AB|HB)\b"
)
# Not the endings that are surnames too (stad, borg, sund, backen).
_COMPOUND_THING = re.compile(
    r".*(?:skolan|skola|gatan|gata|vägen|väg|torget|torg|parken|park|priset|stiftelsen|gymnasiet|kyrkan|platsen|"
    r"stigen|gränd|"
    r"allén|hallen|gården|hamnen|kommun|museet|fonden|metoden|lagen|hemmet|huset|terminalen|gallerian|mässan|loppet|"
    r"cupen|"
    r"rummet|salen)s?$",
    re.IGNORECASE,
)
_PERSON_WORD = (
    r"elev|eleven|elevens|pojke|pojken|flicka|flickan|kille|killen|tjej|tjejen|son|sonen|dotter|dottern|bror|brodern|"
    r"syster|systern|lillebror|"
    r"storebror|lillasyster|storasyster|mamma|mamman|pappa|pappan|mor|modern|far|fadern|förälder|föräldern|farfar|"
    r"morfar|mormor|farmor|"
    r"styvpappa|bonuspappa|vårdnadshavare|vårdnadshavaren|granne|grannen|kompis|kompisen|vän|vännen|pojkvän\w*|"
    r"flickvän\w*|sambo\w*|make|maken|"
    r"maka|hustru\w*|fru|frun|herr|familj|familjen|lärare|läraren|mentor|mentorn|rektor|rektorn|kurator|kuratorn|"
    r"skolsköterska\w*|"
    r"fältare\w*|fältassistent\w*|handläggare\w*|socialsekreterare\w*|anmälare|anmälaren|vittne|vittnet|målsägande|"
    r"målsäganden|misstänkt|"
    r"misstänkte|misstänkta|gärningsman\w*|förövare\w*|offer|offret|ägare|ägaren|förare|föraren|boende|kund|kunden|"
    r"vakt|vakten|väktare\w*|"
    r"ordningsvakt\w*|polis|polisman|kollega\w*|tränare\w*|ungdomen|ynglingen|mannen|kvinnan|gubben|grabben|barnet|"
    r"tonåringen|kusin\w*|"
    r"tvilling\w*|klasskamrat\w*|klasskompis\w*|personen|person|kontaktperson|samordnare\w*|fastighetsägare\w*|"
    r"hyresgäst\w*|"
    r"heter|hette|heta|kallas|kallad|kallade|kallar sig|smeknamn|smeknamnet|namn|namnet|vid namn|namngiven|namngav|"
    r"döpt|döpta|signaturen|"
    r"undertecknad|mvh|hälsningar|hälsar|hälsn|vänligen|anmält av|anmäld av|rapporterat av|skriven av|inlagt av|tack|"
    r"hej|tillsammans med|ihop med|"
    r"pratade med|talade med|pratat med|talat med|slagen av|hotad av|hotades av|slogs av|mobbad av|mobbas av|utsatt "
    r"av|tagen av|köpte av|köpt av|"
    r"köpa av|säljer till|sålde till|sålt till|hemma hos|bor hos|hos|enligt|av"
)
_CONTEXT_BEFORE = re.compile(rf"(?<![{_LETTER}])(?i:{_PERSON_WORD}):? [\"”'»(]?$")
_STRONG_BEFORE = re.compile(
    rf"(?:(?<![{_LETTER}])(?:pojken|flickan|killen|tjejen|eleven|sonen|dottern|brodern|systern|mamman|pappan|mannen|"
    rf"kvinnan|grannen|kompisen|"
    r"läraren|herr|fru|familjen|misstänkte|vittnet|målsäganden|föraren|ägaren|smeknamnet|vid namn|(?:han|hon|hen|jag|"
    r"elev\w*|pojken|flickan|"
    r"killen|tjejen|mamman|pappan|mannen|kvinnan|sonen|dottern|de) (?:heter|hette|kallas|kallar sig|kallades)|"
    r"namn):? [\"”'»]?)$",
    re.IGNORECASE,
)
# "Han heter leonel", "kallas Fabbe": whoever is asked after is a person, or nothing is said of what is.
_CALLED_BEFORE = re.compile(
    rf"(?:(?<![{_LETTER}])(?:han|hon|hen|jag|(?:pojk|kill|tjej|flick|elev|man|kvinn|son|dotter|bror|syster|kompis|"
    rf"granne|någon|en)\w* som)"
    r" (?:heter|hette|kallas|kallades|kallar sig)|(?:^|[.,;!?\n]) ?(?:[Kk]allas|[Hh]eter|[Kk]allad))"
    r":? [\"”'»]?$",
    re.IGNORECASE,
)
_NO_CALL = _words(
    "något nog väl inte så som typ troligen kanske också lika samma egentligen tydligen nåt annat det för till och men "
    "antagligen förmodligen visst bara enligt sedan nu ofta ibland ju samt eller vad hur"
)
_ASKED_BEFORE = re.compile(
    rf"(?<![{_LETTER}])(?:fråga efter|leta efter|letade efter|sök|ring|ringde|kontakta|prata med|hälsa|skriv till|"
    rf"mejla|bad|såg att|dr\.?|doktor|överläkare) $",
    re.IGNORECASE,
)
_NO_NAME_BEFORE = re.compile(
    rf"(?<![{_LETTER}])(?:sankta?|s:ta?|lex|stormen|orkanen|prins|kung|svarte|båten|färjan|drottning) $",
    re.IGNORECASE,
)
_INITIALS = re.compile(
    rf"(?<![{_LETTER}])(?i:barnet|eleven|elev|pojken|flickan|killen|tjejen|ungdomen|sonen|dottern|mamman|pappan|"
    rf"modern|fadern|vittnet|"
    rf"misstänkte|målsäganden|föraren|klienten),? (?!(?:SO|NO|IT|ID|IF|AB|EU|TV|PC)\b)[{_UPPER}](?:\. ?[{_UPPER}]\.?|"
    rf"[{_UPPER}])(?![{_LETTER}0-9])"
)
_GIVEN_INITIAL_AFTER = re.compile(rf" ([{_UPPER}](?![{_LETTER}0-9-])\.?|[b-hj-np-z](?![{_LETTER}0-9.-]))")
_DEED_AFTER = re.compile(
    r"(?: (?:och|slog|slår|sa|säger|sade|sparkade|knuffade|hotade|hotar|skrek|bor|har|hade|är|var|blev|blir|kom|"
    r"kommer|gick|går|körde|kör|"
    r"stal|tog|tar|sålde|säljer|köpte|köper|rökte|röker|ringde|skrev|berättade|berättar|uppger|uppgav|ville|vill|mår|"
    r"mådde|sprang|sprayade|klottrade|"
    r"kastade|krossade|såg|ser|fick|får|greps|misstänks|åkte|åker|satt|sitter|bråkade|bråkar|drack|dricker|langade|"
    r"langar|använde|använder|"
    r"i (?:åk|klass|[0-9][A-Fa-f]?)|åk|klass|född|från|på|slogs|hotades|körde|hoppade|o|å|jagade|filmade|kräktes|"
    r"åkte)\b|,? \(?(?:[0-9]{1,2} ?år|åk|född|"
    r"klass|[4-9][A-Fa-f]\b)|[ ]\([0-9]|"
    r" [4-9][A-F]\b)"
)
_KIN_AFTER = re.compile(
    r" (?:mamma|pappa|brorsa|moppe|syrra|morsa|farsa|bror|syster|lillebror|storebror|lillasyster|storasyster|"
    r"föräldrar|familj|kompis|kompisar|vän|"
    r"vänner|mobil|cykel|moped|"
    r"bil|väska|jacka|rum|hus|lägenhet|son|dotter|lärare|mentor|instagram|snap|konto|kusin|pojkvän|flickvän|epa|"
    r"a-traktor|telefon)\b"
)
_TITLES_ROMAN = re.compile(r" [IVX]{1,4}\b")
_SURNAME_SHAPE = re.compile(
    r"[A-ZÅÄÖ][a-zåäöéü]+(?:sson|sdotter|ström|qvist|kvist|lund|gren|stedt|stedt|man|ell|én|ius|sen|ović|ovic|ević|"
    r"evic|ić|ski|ska|nen|oğlu|oglu|ander|zadeh)"
)
_PARTICLES = frozenset({"von", "af", "de", "van", "al", "el", "bin", "Al", "El", "De", "Von", "Af", "da", "dos"})
_NOT_SURNAME = _words(
    "Kommun Polisen Skolan Region Västra Göteborg Stenungsund Tjörn Orust Kungälv Uddevalla Sverige Stockholm Malmö "
    "Anmälan Händelse Enligt "
    "Hon Han Den Det De Jag Vi Ni En Ett Och Men Att När Då Där Här Efter Under Inga Inget Mvh Tel Mobil Klass Åk "
    "Årskurs Skola Kl"
)


@dataclass(frozen=True, kw_only=True)
class _Names:
    given: Mapping[str, str]  # as written small → as in the list; the next two too
    surely_given: Mapping[str, str]
    surnames: Mapping[str, str]
    places: frozenset[str]


@cache
def _names() -> _Names:
    surnames = read_reference("surnames")
    places = set(surnames.filter(pl.col("is_also_place") == "true")["name"])
    places |= set(read_reference("municipalities")["municipality"])
    places |= {word for place in read_reference("places")["place"] for word in re.split("[ /]", place)}
    given = {name.lower(): name for name in read_reference("given_names")["name"]}
    return _Names(
        given=given,
        surely_given={small: name for small, name in given.items() if name not in _AMBIGUOUS},
        surnames={name.lower(): name for name in surnames["name"]},
        places=frozenset(places),
    )


# Surnames that are words, and begin a sentence as such.
_SURNAME_WORDS = _words(
    "Altun Borg Frank Frisk Lejon Leijon Lilja Norman Palm Ram Roth Strid Svärd Tapper Walter Jama Kahn Farah Hill"
)


def _bare(word: str, known: Mapping[str, str]) -> str:
    """The word as it stands in the list: without a genitive s, in whatever case; empty if it is not there."""
    small = word.lower()
    for form in (small, small[:-1] if small[-1] == "s" else small):
        if form in known:
            return known[form]
        if "-" in form and all(part in known for part in form.split("-")):
            return "-".join(known[part] for part in form.split("-"))
    return ""


def _name_spans(text: str) -> Iterator[Span]:
    names = _names()
    tokens = [(match.start(), match.end(), match[0]) for match in _TOKEN.finditer(text)]
    skip = -1
    is_called = re.search(r"kalla|het(?:er|te)", text, re.IGNORECASE) is not None
    for match in _INITIALS.finditer(text):
        yield *match.span(), Kind.NAME
    for at, (start, end, word) in enumerate(tokens):
        given = _bare(word, names.given)
        capital = word[0].isupper()
        if at <= skip or not (given or capital or is_called):
            continue
        surname = "" if given else _bare(word, names.surnames)
        before = text[max(start - 40, 0) : start]
        thing = _thing_end(text, tokens, at) if capital else None
        if thing is not None:
            skip = thing
            continue
        last = _full_name(text, tokens, at, given, capital)
        initial = _GIVEN_INITIAL_AFTER.match(text, end)
        if last is None and initial is not None and given and given not in _AMBIGUOUS:
            yield start, initial.end(), Kind.NAME
            continue
        if last is not None:
            skip = last
            yield start, tokens[last][1], Kind.NAME
        elif capital and (
            (given and _single_given(text, end, word, given, before))
            or (surname and _single_surname(text, start, end, word, surname, before))
        ):
            yield start, end, Kind.NAME
        elif capital and not given and len(word) > 1 and _STRONG_BEFORE.search(before):
            if word not in names.places and word not in _NOT_SURNAME and not (word.isupper() and len(word) <= 4):
                yield start, end, Kind.NAME
        elif (given and not capital and _small_given(text, end, word, given, before)) or (
            is_called and not given and _is_called(word, before)
        ):
            yield start, end, Kind.NAME


def _is_called(word: str, before: str) -> bool:
    """Whether a word in no list is what a person is called, going by what comes before it alone."""
    is_word = len(word) < 3 or word in _names().places or word in _NO_CALL
    return not is_word and _CALLED_BEFORE.search(before) is not None


def _thing_end(text: str, tokens: Sequence[tuple[int, int, str]], at: int) -> int | None:
    """The last word of what is named after a person (Selma Lagerlöfs väg, Karl Johan-svamp); None if this is none."""
    for last in range(at, min(at + 4, len(tokens))):
        if last > at and (text[tokens[last - 1][1] : tokens[last][0]] != " " or not tokens[last][2][0].isupper()):
            return None
        if not _is_thing(text, tokens[last][1], tokens[last][2]):
            continue
        # "Anna Svensson Storgatan 12" is a person and her street; a street named for her would say Svenssons.
        own = (
            tokens[last - 1][2]
            if last > at + 1
            else tokens[last][2]
            if _THING_AFTER.match(text, tokens[last][1])
            else "s"
        )
        is_church = re.match(r" (?:kyrk|församling)", text[tokens[last][1] : tokens[last][1] + 12]) is not None
        return last if own.endswith("s") or last == at or is_church else None
    return None


def _is_thing(text: str, end: int, word: str) -> bool:
    if re.search(rf"[{_LETTER}]-[{_LOWER}]{{3,}}$", word) and word[0].isupper() and not word.isupper():
        return True  # Karl Johan-svamp
    after = _THING_AFTER.match(text, end)
    return after is not None or (_COMPOUND_THING.match(word) is not None and len(word) > 7)


def _full_name(text: str, tokens: Sequence[tuple[int, int, str]], at: int, given: str, capital: bool) -> int | None:
    """The last word of a name that begins here (given names and surname, or turned round); None if none does."""
    names = _names()
    word = tokens[at][2]
    following = at + 1
    if not given:
        surname = _bare(word, names.surnames)
        if following >= len(tokens):
            return None
        gap = text[tokens[at][1] : tokens[following][0]]
        second = tokens[following][2]
        other = _bare(second, names.given)
        if surname and capital and other and second[0].isupper():
            if re.fullmatch(r", ?", gap) and (surname not in names.places or other not in _AMBIGUOUS):
                # "vid Ström, Anna Berg" is a place and then a name; the rest of it is found at the next word.
                return following
            if gap == " " and word.isupper() and second.isupper():
                return following
        initials = re.fullmatch(rf"[{_UPPER}]", word) is not None
        if initials and re.fullmatch(r"\.? ?", gap) and second[0].isupper() and second[1:].islower():
            if _bare(second, names.surnames) and (
                gap.startswith(".") or _bare(second, names.surnames) not in names.places
            ):
                return following
            if _SURNAME_SHAPE.fullmatch(second) and gap.startswith("."):
                return following
        return None
    last: int | None = None
    sure = given not in _AMBIGUOUS
    while following < len(tokens) and following <= at + 4:
        gap = text[tokens[following - 1][1] : tokens[following][0]]
        second = tokens[following][2]
        if re.fullmatch(r"[ ]|[ ]?\.[ ]?|  | [\"”'»(]|[\"”'»)] ", gap) is None:
            break
        if "." in gap and len(tokens[following - 1][2]) != 1:
            break
        if second in _PARTICLES or (len(second) == 1 and second.isupper() and following + 1 < len(tokens)):
            following += 1
            continue
        particle, _, rest = second.partition("-")
        if particle in _PARTICLES and rest[:1].isupper():
            last, following = following, following + 1
            continue
        listed = _bare(second, names.surnames)
        if not capital or second[0].islower():
            # Small letters: only if both are in the lists and neither is a word of its own.
            if not capital and second[0].islower() and sure and listed and listed not in names.places:
                last = following
            break
        if second in _NOT_SURNAME:
            break
        if listed or _bare(second, names.given) or _SURNAME_SHAPE.fullmatch(second):
            last = following
        elif (
            sure
            and second not in names.places
            and re.fullmatch(rf"[{_UPPER}][{_LETTER}à-ÿ'-]{{2,}}", second)
            and not (second.isupper() and len(second) <= 4)
        ):
            last = following
            break
        else:
            break
        following += 1
    if last is not None and _TITLES_ROMAN.match(text, tokens[last][1]):
        return None
    if last is None and _TITLES_ROMAN.match(text, tokens[at][1]):
        return None
    return last


def _single_given(text: str, end: int, word: str, given: str, before: str) -> bool:
    """Whether a given name without surname is a person: nearly always, unless it is a word or a place as well."""
    if _TITLES_ROMAN.match(text, end) or _NO_NAME_BEFORE.search(before):
        return False
    if given not in _AMBIGUOUS and given not in _names().places:
        return True
    if _STRONG_BEFORE.search(before) or _CALLED_BEFORE.search(before) or _ASKED_BEFORE.search(before):
        return True
    if re.search(r"(?i)\b(?:av|hos|enligt|tack|hej|i|från|vid|till) $", before):
        return False
    if _CONTEXT_BEFORE.search(before):
        return True
    joined = re.search(rf"([{_UPPER}][{_LETTER}]+)(?: och|,| &| samt| eller) $", before)
    return joined is not None and bool(_bare(joined[1], _names().surely_given))


def _small_given(text: str, end: int, word: str, given: str, before: str) -> bool:
    """Whether a given name in small letters is one."""
    if _STRONG_BEFORE.search(before) or _CALLED_BEFORE.search(before) or _ASKED_BEFORE.search(before):
        return given not in _AMBIGUOUS
    if given in _AMBIGUOUS or given in _SMALL_WORDS:
        return False
    if "-" in given or _DEED_AFTER.match(text, end) or re.match(r" \(", text[end : end + 2]):
        return True
    if word.lower() != given.lower() and _KIN_AFTER.match(text, end):
        return True
    listed = re.match(rf",? (?:(?:och|o|å|&) )?([{_LETTER}]+)", text[end : end + 30])
    other = _bare(listed[1], _names().surely_given) if listed is not None else ""
    return bool(other) and other not in _SMALL_WORDS


def _single_surname(text: str, start: int, end: int, word: str, surname: str, before: str) -> bool:
    if _STRONG_BEFORE.search(before):
        return True
    if surname in _names().places:
        return re.search(r"(?i)\b(?:herr|fru|familjen|misstänkte|rektor|läraren|mentor|kurator) $", before) is not None
    return surname not in _SURNAME_WORDS and (word == surname or _KIN_AFTER.match(text, end) is not None)


# --- What others call -------------------------------------------------------------------------------------------------

# Each finder and what it cannot do without, so that most short texts cost little.
_FINDERS: tuple[tuple[Callable[[str], Iterator[Span]], re.Pattern[str]], ...] = (
    (_person_numbers, re.compile(r"(?:[0-9][^0-9]{0,6}){9}")),
    (_phones, re.compile(r"(?:[0-9][^0-9]{0,6}){6}")),
    (_emails, re.compile(r"@|%40|&#64;|&commat;|[Ss]nabel|SNABEL|[\])}>]| (?:at|ät|AT|ÄT|At|Ät) ")),
    (_addresses, re.compile(r"[0-9]")),
    (_properties, re.compile(r"[0-9]")),
    (_plates, re.compile(r"[0-9]|[Rr]eg|REG|[Ss]kylt|[Pp]låt|PLÅT|SKYLT")),
    (_cases, re.compile(r"[0-9]")),
    (_name_spans, re.compile(r"")),
)


_O_FOR_ZERO = re.compile(rf"(?<![{_LETTER}0-9])(?=[Oo]*[0-9])[0-9Oo]{{2,}}(?![{_LETTER}0-9])")


def find_identifiers(text: str) -> list[Hit]:
    """Every identifier of a person in the text, in order of place; hits of different kinds may overlap.

    `suspected` is a personnummer with a wrong check digit, an impossible day or a digit too few or too many: a slip of
    the pen is personal data too. A sole trader's organisationsnummer is the owner's personnummer and found as such.
    Overlapping hits of one kind are one. Places are counted in characters of the text as it was given.
    """
    plain, places = _plain(text)
    if len(plain) >= 32:  # the hash of a snapshot may hold any digits
        plain = _HASH.sub(lambda match: "x" * len(match[0]), plain)
    hits: list[Hit] = []
    finders = [finder for finder, needs in _FINDERS if needs.search(plain)]
    found = sorted((kind, start, end) for find in finders for start, end, kind in find(plain))
    zeros = _O_FOR_ZERO.sub(lambda match: match[0].replace("O", "0").replace("o", "0"), plain)
    if zeros != plain:
        found = sorted(
            {*found, *((kind, start, end) for find in (_person_numbers, _phones) for start, end, kind in find(zeros))}
        )
    others = [(start, end) for kind, start, end in found if kind in (Kind.PHONE, Kind.CASE_NUMBER)]
    for kind, start, end in found:
        if kind == Kind.SUSPECTED and any(a <= start and end <= b for a, b in others):
            continue  # 0303-77 88 00 has a date in it
        if hits and hits[-1].kind == kind and start < hits[-1].end:
            start, end = hits[-1].start, max(hits.pop().end, end)
        hits.append(Hit(kind=kind, start=start, end=end))
    return sorted(Hit(kind=hit.kind, start=places[hit.start], end=places[hit.end]) for hit in hits)


# What every hit has in common with few other cells, for an engine without look-around; wider than the rules above.
_MAY_HOLD = (
    r"[\p{Nd}o](?:[^\p{L}\p{Nd}]{0,6}[\p{Nd}o]){7}",
    r"\p{Nd}(?:[^\p{L}\p{Nd}]{0,6}\p{Nd}){5}[^\p{L}\p{Nd}]{0,6}[TRSUWXJKLMN] ?\p{Nd}",
    r"(?:tel|tfn|mob|ring|sms|swish|nummer|nås på).{0,16}\p{Nd}",
    r"@|%40|&#64;|&commat;|snabel|[(\[{<] ?(?:at|a|ät) ?[)\]}>]| (?:at|ät) ",
    (
        r"(?:väg|ga?t|ring|v |stig|gränd|torg|back|led|plan|plats|all|lid|sväng|holm|esplanad|promenad|kaj|sling|"
        r"krok|brink|rund|"
        r"stråk|höjd"
        r"|g\.|v\.)[a-zé]{0,4},? ?(?:n[^ ]{1,6} ?)?\p{Nd}"
    ),
    r"\p{Nd}{3} ?\p{Nd}{2},? {0,2}\p{L}",
    r"(?:postn|postad|lgh|lägenhet|fast|tomt|fbet).{0,40}\p{Nd}",
    r"\p{L} ?(?:\p{Nd}{1,3}|s|ga|fs) ?: ?\p{Nd}",
    r"(?:kv|fastighet)(?:arteret|en)?\.? ?\p{L}[^ ]* \p{Nd}",
    r"(?-i:[A-Z]{3})(?: ?- ?| )?\p{Nd} ?\p{Nd} ?[\p{Nd}a-z]",
    r"(?:^|[^\p{L}\p{Nd}])[a-z]{3}[ .-]?\p{Nd}{2} ?[\p{Nd}a-z]?(?:$|[^\p{L}\p{Nd}])",
    r"(?:^|[^\p{L}\p{Nd}])(?:[a-z][ -]{1,2}){3}\p{Nd}",
    r"(?:^|[^\p{L}\p{Nd}])[a-z]{2}[ -]?\p{Nd}{5}",
    r"reg|skylt|plåt",
    r"\p{Nd} ?[-./_]? ?[KN] ?-?\p{Nd}|K ?-?\p{Nd}{3}|AM[- ]?\p{Nd}{3}",
    # Words after which a name that is in no list is one all the same; see _STRONG_BEFORE.
    (
        r"(?:pojken|flickan|killen|tjejen|eleven|sonen|dottern|brodern|systern|mamman|pappan|mannen|kvinnan|grannen|"
        r"kompisen|läraren|herr|fru|familjen|misstänkte|vittnet|målsäganden|föraren|ägaren|smeknamnet|namn|heter|hette|"
        r"kallas|kallar sig|kallades)"
        r":? [^\p{L}]?\p{L}"
    ),
    # Two initials after a word for a person.
    (
        r"(?:barnet|elev|eleven|pojken|flickan|killen|tjejen|ungdomen|sonen|dottern|mamman|pappan|modern|fadern|"
        r"vittnet|"
        r"misstänkte|målsäganden|föraren|klienten),? [a-zåäö]\.? ?[a-zåäö]"
    ),
    r"(?:heter|hette|kallas|kallades|kallad|sig):? [^\p{L}]?\p{L}",
    # An initial and a surname that only its ending shows.
    r"(?:^|[^\p{L}])[a-zåäö]\. ?\p{L}",
)


@cache
def _may_hold() -> tuple[str, ...]:
    # A surname that is also a place is nobody's by itself: the given name or the word before it gives the name away.
    surnames = {name for name in _names().surnames.values() if name not in _names().places}
    listed = "|".join(re.escape(name) for name in sorted({*_names().given.values(), *surnames}))
    names = rf"(?:^|[^\p{{L}}])(?:{listed})s?(?:[^\p{{L}}]|$)"
    return tuple(f"(?i){pattern}" for pattern in (*_MAY_HOLD, names))


def has_identifier(column: pl.Series) -> pl.Series:
    """For each text of the column whether `find_identifiers` finds anything; null is False.

    Each different text is read once: the engine sorts out those that cannot hold any, Python reads the rest.
    """
    texts = column.cast(pl.String).unique().drop_nulls()
    spelled = texts.str.replace_all(f"[{_NOTHING}]", "").str.normalize("NFKC")
    spelled = spelled.str.replace_all(f"[{_DASHES}]", "-").str.replace_all(r"[\s\x00]", " ")
    # One pattern at a time: all of them in one is a hundred times slower than their sum.
    candidate = pl.any_horizontal(pl.col("spelled").str.contains(pattern) for pattern in _may_hold())
    candidates = texts.filter(pl.select(spelled=spelled).select(candidate).to_series())
    found = pl.Series([text for text in candidates if find_identifiers(text)], dtype=pl.String)
    return column.cast(pl.String).is_in(found.implode()).fill_null(False).alias(column.name)
