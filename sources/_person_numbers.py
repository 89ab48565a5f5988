"""Finds personnummer, samordningsnummer, interim numbers and slips of the pen in them in a text of one spelling."""

import calendar
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from sources._contacts import PHONE_COMPACT
from sources._hits import Kind, Span


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


_DIGITS = re.compile(r"[0-9](?:(?: {1,3}| {0,2}[-+./_]{1,2}[ \n]{0,2})?[0-9])*")
_GROUP = re.compile(r"[0-9]+")
_DATE = r"(?:(?:18|19|20) ?)?[0-9]{2}[-./ ]?(?:0[1-9]|1[0-2])[-./ ]?"
_INTERIM = re.compile(
    rf"(?<![0-9])(?:{_DATE}(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])\s?[-+./_,:]{{0,2}}\s?"
    r"[TRSUWXJKLMN] ?-?[0-9] ?[0-9] ?[0-9O]"
    # A day that is none, a reserve number of two letters or one not written out: only with the sign between.
    rf"|{_DATE}[0-9]{{2}} ?[-+] ?(?:[TRSUWXJKLMN][0-9]{{3}}|[TRSUWX][FX*][0-9X*]{{2}}))(?![0-9])",
    re.IGNORECASE,
)
_SPREAD_INTERIM = re.compile(
    r"(?<![0-9])(?:[0-9] ){6,8}[TRSUWXJKLMN](?: [0-9]){3}(?![0-9])|"
    r"(?<![0-9])(?:(?:19|20) ?)?(?:[0-9]{2} ){3}[-+]? ?[TRSUWXJKLMN][0-9]{3}(?![0-9])",
    re.IGNORECASE,
)
# Two parts that fit each other, whatever stands between them.
_PARTS = re.compile(
    r"(?<![0-9])(?=([0-9]{6}|[0-9]{8})((?:[^0-9A-Za-z]{1,4}|,? ?(?:de )?(?:fyra )?sista(?: fyra| 4)?:? "
    r"?))([0-9]{4})(?![0-9]))"
)
# The last four told apart from the date: född 090111 och sista fyra är 2384, född 1987-12-20, slutar på 2384.
_LAST_FOUR = re.compile(
    r"(?<![0-9])((?:(?:19|20)[0-9]{2}-?|[0-9]{2})(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01]))"
    r"(?![0-9])[^0-9\n]{0,30}?(\b(?:sista(?: de)? (?:fyra|4)|(?:fyra|4) sista)|\bslut\w*|\bkontroll\w*)"
    r"(?:[^0-9\n]|4 ){0,20}?(?<![0-9])([0-9]{4})(?![0-9])",
    re.IGNORECASE,
)
# Called the last four with no date near: de sista fyra är 2384.
_CALLED_LAST_FOUR = re.compile(
    r"\b(?:sista (?:fyra|4)|(?:fyra|4) sista)(?: siffror(?:na)?)?(?: i p\w+)?(?: är|:)? ?([0-9]{4})(?![0-9])"
    r"|(?<![0-9])[0-9]{4} \(?(?:är )?(?:de )?(?:sista (?:fyra|4)|(?:fyra|4) sista)\b",
    re.IGNORECASE,
)
# The date with a sign and less than four digits, or what hides them: 871220-XXXX, pnr 871220-238.
_UNFINISHED = re.compile(
    r"(?<![0-9])(?<![0-9][-./])(?:19|20)?[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01]|[6-8][0-9]|9[01])"
    r"(?: ?[-+] ?(?:[0-9]{0,3}[X*?_#•]{1,4}|[0-9]{1,3}x{1,3}|x{3,4}|n{3,4}))(?![0-9])"
    r"|\b(?i:pnr|personn(?:umme)?r|pers?\.? ?nr|samordn\w*)\.?:? ?(?:är )?"
    r"(?:19|20)?[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01]|[6-8][0-9]|9[01])(?: ?[-+]? ?[0-9]{2,5})?(?![0-9])",
)
# A day that is none, in what is written as nothing else is: 871232-2384.
_IMPOSSIBLE = re.compile(
    r"(?<![0-9])(?<![0-9][-./])(?:19|20)?[0-9]{2}(?:0[1-9]|1[0-2])3[2-9][-+][0-9]{4}(?![-.]?[0-9])"
)
_COMMA = re.compile(r"(?<![0-9])(?<![0-9][.,:])([0-9]{6}|[0-9]{8})[,:]([0-9]{4})(?![0-9])(?![.,:][0-9])")
_VAT = re.compile(r"(?<![A-Za-z])SE ?([0-9]{6})[- ]?([0-9]{4})[- ]?01(?![0-9])", re.IGNORECASE)
_SLIP = re.compile(r"(?<![0-9])(?<![0-9][-+./])([0-9]{5}|[0-9]{7}|[0-9]{9})[-+]([0-9]{4})(?![-.]?[0-9])")
_AMOUNT_AFTER = re.compile(r"\s?(?:%|kr\b|kronor|tkr|mkr|SEK|€|\$)|[,:][0-9]", re.IGNORECASE)
# A system that counts or times writes years from here on; whoever was born later is in no pupil's incident yet.
_FIRST_YEAR_OF_TIMESTAMPS = 2015
# And whoever is born from this year on is written with the sign that belongs there.
_YOUNGEST = "2018"


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
    pairs = [int(digits[at : at + 2]) for at in range(0, 10, 2)]
    if len(groups) == 5 and len({b - a for a, b in pairwise(pairs)}) == 1:
        return None  # 04 05 06 07 08: a list
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
    if fits and len(separators) > 0 and blank and _is_logged(digits[:core], " ", serial):
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
    if not core_separator and PHONE_COMPACT.match(text, start) and len(digits) == 10:
        return False
    return digits[-4:-1] != "000"


def find_person_numbers(text: str) -> Iterator[Span]:
    for match in _DIGITS.finditer(text):
        if match.end() - match.start() >= 10:
            yield from _numbers_in(text, [found.span() for found in _GROUP.finditer(text, *match.span())])
    for match in (*_INTERIM.finditer(text), *_SPREAD_INTERIM.finditer(text)):
        if not _glued_to_id(text, match):
            yield *match.span(), Kind.INTERIM
    for match in (*_VAT.finditer(text), *_COMMA.finditer(text)):
        kind = _number_kind(text, [match.span(1), match.span(2)])
        if kind is not None:
            yield *match.span(), kind
    for match in _PARTS.finditer(text):
        date, serial = match[1], match[3]
        kind = _number_kind(date + serial, [(0, len(date)), (len(date), len(date + serial))])
        if kind in (Kind.PERSONNUMMER, Kind.SAMORDNINGSNUMMER) and not _is_logged(date, match[2], serial):
            yield match.start(), match.end(3), kind
    for match in _LAST_FOUR.finditer(text):
        number = match[1].replace("-", "") + match[3]
        kind = _number_kind(number, [(0, len(number) - 4), (len(number) - 4, len(number))])
        if kind in (Kind.PERSONNUMMER, Kind.SAMORDNINGSNUMMER) or not match[2].lower().startswith(("slut", "kontroll")):
            yield *match.span(), kind or Kind.SUSPECTED
    for match in _SLIP.finditer(text):
        # One digit too few or too many in the date, with the sign between that gives it away.
        if _is_slip(match[1]):
            yield *match.span(), Kind.SUSPECTED
    for match in (*_UNFINISHED.finditer(text), *_IMPOSSIBLE.finditer(text), *_CALLED_LAST_FOUR.finditer(text)):
        yield *match.span(), Kind.SUSPECTED


def _is_logged(date: str, between: str, time: str) -> bool:
    """Whether a date and a time of day stand there, 2025-08-12 2105, that happen to fit; it would be a small child."""
    return "+" not in between and between.strip() != "-" and len(date) == 8 and date >= _YOUNGEST and _is_time(time)


def _glued_to_id(text: str, match: re.Match[str]) -> bool:
    # An interim letter written small inside an id ("20240412k123") is no interim number.
    return match[0][-4:-3].islower() and re.match(r"[a-zåäö]", text[match.end() : match.end() + 1]) is not None


def _is_slip(date: str) -> bool:
    """Whether a date of 5, 7 or 9 digits becomes one of 6 or 8 when a digit is taken away or put in."""
    if len(date) == 5:
        is_day_short = 1 <= int(date[2:4]) <= 12 and date[4] != "0"
        return is_day_short or (1 <= int(date[1:3]) <= 12 and 1 <= int(date[3:]) <= 31 and date[0] != "0")
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
