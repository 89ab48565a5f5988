"""Finds phone numbers, e-mail addresses and the numbers of police cases in a text of one spelling."""

import re
from collections.abc import Iterator

from sources._hits import Kind, Span
from sources._spelling import LETTER

# --- Phone ------------------------------------------------------------------------------------------------------------

_GAP = r"(?: ?[-./_] ?| {1,2})?"
_TWO_DIGIT_AREA = r"1[013689]|2[0136]|3[1356]|4[0246]|54|6[03]|77|90"
_THREE_DIGIT_AREA = (
    r"12[0-5]|14[0-4]|15[0-9]|17[1-6]|20[0-9]|22[0-7]|24[0-8]|25[0-8]|27[0-8]|28[01]|29[0-7]|30[0-4]|32[0-5]|34[0-6]"
    r"|37[0-2]|38[0-3]|39[0-3]|41[0-8]|43[0-5]|45[1-9]|47[0-9]|48[0-6]|49[0-9]|50[0-6]|51[0-5]|52[0-8]|53[0-4]|55[0-5]"
    r"|56[0-5]|57[0-3]|58[0-9]|59[01]|61[1-3]|62[0-4]|64[0-7]|65[0-7]|66[0-3]|67[0-2]|68[0-7]|69[0-6]|900|91[0-8]"
    r"|92[0-9]|93[0-59]|94[0-4]|95[0-4]|96[01]|97[0-8]|98[01]|77[0-9]"
)
_AREA = rf"(?:8|{_TWO_DIGIT_AREA}|{_THREE_DIGIT_AREA})"
_LOCAL = r"(?:[0-9]{5,8}|[0-9]{2,4}(?:[ .-][0-9]{2,4}){1,3})"
_NOT_AFTER_DIGIT = r"(?<![0-9])(?<![0-9][.,:/-])"
_NOT_BEFORE_DIGIT = r"(?![0-9])(?![.,:/-][0-9])"
# A second number may follow a sign: 070-123 45 67-69, 0701234567/0303112233.
_MOBILE_END = r"(?![0-9])(?![.,:][0-9]{1,3}(?![0-9-]))"
PHONE_COMPACT = re.compile(rf"0(?:7[02369][0-9]{{7}}|{_AREA}[0-9]{{5,8}}){_NOT_BEFORE_DIGIT}")
# Mobile in any grouping; digits one by one included.
_MOBILE = re.compile(
    rf"(?<![0-9])(?<![0-9][.,:-])\(?0{_GAP}7{_GAP}[02369]\)?(?:{_GAP}[0-9]){{7}}{_MOBILE_END}"
    # A sign that is not usual, after the first three digits or all the way.
    rf"|(?<![0-9])(?<![0-9][.,:-])07[02369](?: ?([,:;*=|~\\]) ?| {{1,3}})[0-9](?:(?:\1| {{1,3}}|-)?[0-9]){{6}}"
    rf"{_MOBILE_END}"
    # One digit left out or not readable.
    rf"|(?<![0-9])07[02369][- ][0-9]{{3}} [0-9]{{2}} [0-9][x?*_](?![0-9])",
    re.IGNORECASE,
)
# Abroad's way to write a Swedish number: +46, 0046, (+46), +46 (0), 46.
_FROM_ABROAD = re.compile(
    rf"(?:\+|(?<![0-9])00{_GAP}|(?<![0-9])\(\+?) ?46\)?{_GAP}(?:\(0\)|0)?{_GAP}\(?0?[1-9](?:\)?{_GAP}[0-9]){{6,9}}"
    rf"(?![0-9])|{_NOT_AFTER_DIGIT}46 ?-? ?(?:\(0\)|0)? ?7[02369](?:{_GAP}[0-9]){{7}}{_NOT_BEFORE_DIGIT}"
)
_LANDLINES = (
    # Area code, a sign or blank, five to eight digits.
    re.compile(
        rf"{_NOT_AFTER_DIGIT}\(?0{_AREA}\)?(?: ?[-/._] ?| {{1,2}}|:(?=[0-9]{{5}})|(?<=\)))(?:{_LOCAL})"
        rf"{_NOT_BEFORE_DIGIT}(?! ?%)"
    ),
    re.compile(rf"{_NOT_AFTER_DIGIT}0{_AREA}[0-9]{{5,8}}{_NOT_BEFORE_DIGIT}"),
    re.compile(rf"{_NOT_AFTER_DIGIT}0 {_AREA}[ -](?:[0-9]{{2,3}} ){{1,3}}[0-9]{{2,3}}{_NOT_BEFORE_DIGIT}"),
)
_COUNTRY = (
    r"1|7|20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|2[1-69][0-9]|35[0-9]|37[0-9]|38[0-9]|42[0-9]|"
    r"[569]0[0-9]"
    r"|59[0-9]|67[0-9]|85[0-9]|88[0-9]|96[0-9]|97[0-9]|99[0-9]"
)
_ABROAD = re.compile(
    rf"(?:\+|(?<![0-9.,])00 ?)(?:{_COUNTRY}){_GAP}(?:\(0?\)|\()?[0-9](?:\)?{_GAP}[0-9]){{6,11}}{_NOT_BEFORE_DIGIT}"
)
_WORDS_OF_DIGITS = re.compile(
    r"\bnoll[ -]?sju(?:ttio)?[ -]?(?:noll(?:an)?|två(?:an)?|trea?|sexa?|nio|nian)?[ ,-]*(?:[0-9][ -]?){7}(?![0-9])"
    r"|\bnoll(?:[ ,-]*(?:noll|ett|två|tre|fyra|fem|sex|sju|åtta|nio)){6,}",
    re.IGNORECASE,
)
# Without area code, or without the 0 before it: only after a word for what it is.
_WITHOUT_AREA = re.compile(
    rf"{_NOT_AFTER_DIGIT}\(?(?:[1-9][0-9]{{4,9}}|[1-9][0-9]{{1,2}}[ /-][0-9]{{5,8}}|[1-9][0-9]{{0,3}}\)?(?:[ "
    rf"./-]{{1,2}}[0-9]{{2,4}}){{1,4}}){_NOT_BEFORE_DIGIT}"
    r"(?! ?(?:kr\b|kronor|tkr|mkr|%|kwh|km|m\b|st\b|elever|personer|ungdomar|samtal|besök|anmäl))"
)
_PHONE_WORD = re.compile(
    rf"(?:(?<![{LETTER}])(?:(?:hem|jobb|arbets?|mobil|kontakt|jour|privat|fast)?-?(?:tel|tfn|tlf|tf|telefon|tele|mob|"
    rf"mobil|"
    rf"phone|ph|fax|telefax|växel|vx|vxl|jour)(?:en|et|telefon\w*)?[.-]?(?:tel|nummer|numret|nr)?|"
    rf"(?:hem|jobb|kontakt|jour|anknytnings)-?(?:nummer|numret|nr)|sms(?:a|ar|ade|:a)?|swish(?:a|ar|ade|nr|nummer)?|"
    rf"whatsapp|viber|call|ank|kontakt)|[☎📞📱])"
    rf"(?:[ .:(]*(?:nr|nummer|är|på|till|hem|arb|arbetet|jobb(?:et)?|bostad|privat|mobil|honom|henne|mig|oss|dem|"
    rf"[a-z](?![a-z]))\)?)*"
    rf"[ .:,()#-]*$",
    re.IGNORECASE,
)
_PHONE_WORD_LOOSE = re.compile(
    rf"(?<![{LETTER}])(?:ring(?:a|er|de|s|ts)?|nås|nå|numr?(?:et|mer)|nummer|num|(?:hans|hennes|deras|mitt|mammas|"
    rf"pappas) nr|nr)"
    rf"\.?(?: (?:nr|är|på|till|hem|honom|henne|mig|oss|dem|han|hon|via|mobil))*[ .:]*$",
    re.IGNORECASE,
)
_MOBILE_WITHOUT_ZERO = re.compile(r"\(?7[02369]\)?[ ./-]{0,2}[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{2}")
# The police, the emergency lines of society, the short numbers of services and a few more that everybody has.
_NOBODYS = re.compile(r"112|113 ?13|114 ?14|1177|116 ?[0-9]{3}|118 ?[0-9]{3}|90 ?000|90 ?101|7[12] ?[0-9]{3}")
_ORGANISATION_BEFORE = re.compile(
    r"\borg(?:anisations?)?[. -]{0,2}(?:nr|nummer|numret)\.?:?(?: är)?:? ?$", re.IGNORECASE
)
_SPLIT_YEAR = re.compile(r" (?:19|20)[0-9]{2} (?:19|20)?[0-9]{2,3}$")


def find_phones(text: str) -> Iterator[Span]:
    for pattern in (_MOBILE, _FROM_ABROAD, _WORDS_OF_DIGITS):
        for match in pattern.finditer(text):
            if not _is_date_or_time(match[0]):
                yield *match.span(), Kind.PHONE
    for pattern in _LANDLINES:
        for match in pattern.finditer(text):
            digits = re.sub(r"[^0-9]", "", match[0])
            is_date = match[0].isdigit() and re.fullmatch(r"0[1-9](?:0[1-9]|1[0-2])(?:19|20)[0-9]{2}", match[0])
            # 01022024 is a date written day first; 0303 2019 2020 the head of a table.
            if is_date or (match[0].isdigit() and len(digits) == 8 and not digits.startswith("08")):
                continue
            is_service = digits.startswith(("020", "077"))  # free of charge or of one rate: authorities and companies
            if (
                8 <= len(digits) <= 10
                and not is_service
                and not _is_date_or_time(match[0])
                and not _SPLIT_YEAR.search(match[0])
            ):
                yield *match.span(), Kind.PHONE
    for match in _ABROAD.finditer(text):
        # +12 000 000 kr is an amount.
        is_amount = re.fullmatch(r"\+[0-9]{1,3}(?: [0-9]{3})+", match[0]) is not None
        if not (is_amount and len(re.sub(r"[^0-9]", "", match[0])) < 11):
            yield *match.span(), Kind.PHONE
    for match in _WITHOUT_AREA.finditer(text):
        if _is_called_phone(text[max(match.start() - 40, 0) : match.start()], match[0]):
            yield *match.span(), Kind.PHONE


def _is_date_or_time(found: str) -> bool:
    """07.02.2024 12 · 07.30-08.15 09 · 07-09 11-13 15"""
    return (
        re.fullmatch(r"[0-9]{2}([-./ ])[0-9]{2}\1[0-9]{4}(?: [0-9]{2})?", found) is not None
        or re.match(r"[0-9]{2}[.:][0-5][0-9] ?- ?[0-9]{2}[.:][0-5][0-9](?![0-9])", found) is not None
    )


def _is_called_phone(before: str, found: str) -> bool:
    """Whether digits that may be anything are a phone number, by the word before them."""
    digits = re.sub(r"[^0-9]", "", found)
    if (
        not 5 <= len(digits) <= 10
        or _NOBODYS.fullmatch(found)
        or _is_date_or_time(found)
        or re.fullmatch(r"[0-9]{6}(?: ?- ?| )[0-9]{4}", found)
        or _ORGANISATION_BEFORE.search(before)
    ):
        return False
    if re.fullmatch(r"(?:19|20)[0-9]{2}[ ./-](?:(?:19|20)?[0-9]{2})(?:[ ./-][0-9]{2})?", found):
        return False  # a date, or two years
    if _PHONE_WORD.search(before):
        return True
    if _MOBILE_WITHOUT_ZERO.fullmatch(found):
        return _PHONE_WORD_LOOSE.search(before) is not None or "-" in found
    return len(digits) >= 6 and _PHONE_WORD_LOOSE.search(before) is not None and not before.lower().endswith("nr ")


# --- E-mail -----------------------------------------------------------------------------------------------------------

_EMAIL_NAME = r"[^\W_][\w.+'-]*"
_KNOWN_TOP = r"(?:se|nu|com|net|org|eu|info|fi|no|dk|de|me|io|uk|email|edu|gov|online|site|app|biz|pl|ru)"
_PROVIDER = (
    r"(?:gmail|googlemail|hotmail|live|outlook|icloud|yahoo|telia|tele2|bredband|bredband2|comhem|spray|msn|passagen|"
    r"protonmail|proton|bahnhof|swipnet|home|me|mail|edu)"
)
_DOT = r" ?(?:[.,]|[(\[{<] ?(?:\.|dot|punkt|prick) ?[)\]}>]|\b(?:dot|punkt|prick)\b) ?"
_SNABEL = r"(?:snabel(?: ?-? ?a)?|alfa-?krull|kanelbulle)"
_AT = rf"(?:@+|[(\[{{<] ?(?:@|at|a|ät|{_SNABEL}) ?[)\]}}>]|([*_/|\"'-])(?:at|{_SNABEL})\1| (?:{_SNABEL}|at|ät) )"
_EMAILS = (
    re.compile(r"[\w.!#$&'*+/=?^`{|}~\"-]+(?:@+|%40) ?(?:[\w-]+\.+ ?)+[^\W\d_]{2,}", re.IGNORECASE),
    re.compile(r"[\w.+-]+ @ ?(?:[\w-]+ ?\. ?)+[^\W\d_]{2,}", re.IGNORECASE),
    re.compile(rf"{_EMAIL_NAME} ?{_AT} ?[^\W_][\w-]*(?:{_DOT}[\w-]+)*?{_DOT}{_KNOWN_TOP}\b", re.IGNORECASE),
    re.compile(
        rf"{_EMAIL_NAME} ?[(\[{{<] ?(?:@|at|ät|{_SNABEL}) ?[)\]}}>] ?(?:[\w-]+\.)+[^\W\d_]{{2,}}", re.IGNORECASE
    ),
    # Without the end, or with a slip in it: anna@gmail, anna.berg@stenungsund, anna@192.168.0.1.
    re.compile(rf"[\w.+-]+ ?@ ?{_PROVIDER}\b", re.IGNORECASE),
    re.compile(r"[\w+-]+\.[\w+-]+@[^\W\d_]{3,}", re.IGNORECASE),
    re.compile(r"[\w.+-]+@\[?[0-9]{1,3}(?:\.[0-9]{1,3}){3}"),
    # The sign itself forgotten: anna.berg på gmail, anna gmail.com, anna berg gmail com, annagmail.com.
    re.compile(
        r"\w+[._]\w+ (?:(?:på|hos|at) )?(?:gmail|hotmail|outlook|icloud|yahoo|live\.se|telia\.)\b"
        r"|\w+[._]\w+ (?:på|hos|at) telia\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?<![\w.])(?!(?:på|hos|via|till|från|med|och|eller|en|ett|min|sin|din|hans|hennes|av|i) )"
        r"[\w.]{2,}[^\w\n]{0,2}(?:gmail|hotmail|outlook|icloud|yahoo)[. ](?:com|se)\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:mejl|mail|e-?post)\w*:? (?:är |till )?(?!(?:mig|oss|dig|er|den|det|dem|dom|henne|honom|konto\w*|fick|"
        r"kom) )"
        r"\w+ (?:på|hos) (?:gmail|hotmail|outlook|icloud|yahoo)\b",
        re.IGNORECASE,
    ),
)


def find_emails(text: str) -> Iterator[Span]:
    for pattern in _EMAILS:
        for match in pattern.finditer(text):
            yield *match.span(), Kind.EMAIL


# --- Police case numbers ----------------------------------------------------------------------------------------------

_YEAR = r"(?:20)?[0-9]{2}(?![0-9])"
_SERIAL = r"(?:[0-9O]|[lI](?=[0-9]))(?:[ .]?[0-9OolI]){0,7}"
_SIGN = r"(?: ?[-./_] ?| )"
_CASES = (
    # 5000-K123456-24 with any sign or none; N and BG (seized goods) are written alike.
    re.compile(
        rf"(?<![0-9A-Za-z])[0-9O]{{4}}{_SIGN}?(?:[KN]|BG) ?-?{_SERIAL}{_SIGN}{_YEAR}|"
        r"(?<![0-9A-Za-z])[0-9]{4} ?-? ?K ?-?[0-9]{5,10}(?![0-9])",
        re.IGNORECASE,
    ),
    re.compile(rf"(?<=[{LETTER}])[0-9]{{4}}-K[0-9]{{3,8}}-{_YEAR}", re.IGNORECASE),
    re.compile(r"(?<![0-9A-Za-z])[0-9]{4}-BG[0-9]{3,8}", re.IGNORECASE),
    # Without the district: K123456-24, K 123 456-24.
    re.compile(
        rf"(?<![0-9A-Za-z])K ?-?(?:[0-9]{{4}}-)?(?:[0-9]{{3,8}}|[0-9]{{3}} [0-9]{{3}}) ?[-/] ?{_YEAR}", re.IGNORECASE
    ),
    # The authority's own diary: A123.456/2025.
    re.compile(rf"(?<![0-9A-Za-z])A ?[0-9]{{3}}[. ]?[0-9]{{3}} ?[/-] ?{_YEAR}", re.IGNORECASE),
    # The prosecutor's and the court's: AM-12345-24, mål nr B 1234-24.
    re.compile(rf"(?<![0-9A-Za-z])AM[- ]?[0-9]{{3,7}}[-/]{_YEAR}", re.IGNORECASE),
    re.compile(rf"\bmål(?:et|nr|nummer)?[ .:]*(?:nr )?[BTFÖ]{{1,2}} ?[0-9]{{2,6}}[-/]{_YEAR}", re.IGNORECASE),
    # What is called a case of the police, in whatever shape.
    re.compile(
        r"\b(?:K-?\.?n(?:umme)?r|k-?nummer|(?:polis)?ärende(?:nr|nummer)?|(?:polis)?anmälan|anmälnings?(?:nr|nummer)|"
        r"diarienr|diarienummer|dnr|händelse(?:nr|nummer)?|händelserapport)\.?:?(?: nr)?:? ?"
        r"(?:[0-9]{4}-)?[KPH] ?-?[0-9]{3,9}(?![0-9])",
        re.IGNORECASE,
    ),
    # Its serial alone, near a word for it: polisanm. K 918273, anmält (K918273).
    re.compile(
        r"\b(?:polis|pol\b|anm|brott|ärende|åklag|dnr|diarie|utred|förund|ref\b|fu\b|kvitto)[^0-9\n]{0,25}?[^\w]"
        r"(?-i:K)[ -]?[0-9]{5,7}(?![0-9])(?! ?(?:kr|kronor)\b)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<![0-9A-Za-z])[BTÄÖ] ?[0-9]{{2,6}}-{_YEAR}(?=[^.\n]{{0,20}}(?:tingsrätt|hovrätt))|"
        rf"(?:tingsrätt|hovrätt)\w*[^.\n]{{0,20}} [BTÄÖ] ?[0-9]{{2,6}}-{_YEAR}"
    ),
    re.compile(
        r"\b(?:K-?\.?n(?:umme)?r|k-?nummer|polis\w*|anmälnings?(?:nr|nummer)|anmälan nr)\.?:?"
        r"(?: (?:nr|dnr|diarienr|diarienummer|ärende|ärendenr|anmälan|k-?nr))*[.:]* ?"
        rf"(?:[0-9]{{4}}[- ])?(?:[0-9]{{5,8}}|[0-9]{{3}} [0-9]{{3}})-{_YEAR}",
        re.IGNORECASE,
    ),
    re.compile(rf"\bdnr\.?:? ?(?:[0-9]{{4}}-)?[0-9]{{5,8}}-{_YEAR},?(?: hos)? polis", re.IGNORECASE),
    re.compile(
        r"\b(?:pol(?:is)?[. ]{0,2}anm(?:älan|äld|ält)?|k-nr|knr|anmälnings?(?:nr|nummer))\.?:?(?: nr)?:? "
        r"?[0-9]{5,8}(?![0-9])"
        r"(?!-[0-9])(?! ?(?:kr|kronor)\b)",
        re.IGNORECASE,
    ),
)


def find_cases(text: str) -> Iterator[Span]:
    for pattern in _CASES:
        for match in pattern.finditer(text):
            yield *match.span(), Kind.CASE_NUMBER
