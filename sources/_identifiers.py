"""Finds what points at a person in a text: numbers, contacts, addresses, plates, police case numbers and names.

`data/reference/given_names.csv` and `surnames.csv` were written down from general knowledge of common names in Sweden,
not taken from a register; `is_also_place` marks surnames that are also names of places or things. A name list never
reaches everyone, so what this does not find is no proof that a text is safe: free text is dropped at the door anyhow.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache

import polars as pl

from sources._addresses import find_addresses, find_properties
from sources._contacts import find_cases, find_emails, find_phones
from sources._hits import Hit, Kind, Span
from sources._names import STRONG_WORDS, find_names, read_names
from sources._person_numbers import find_person_numbers
from sources._plates import find_plates
from sources._spelling import DASHES, ENTITY, LETTER, NOTHING, plain

__all__ = ["Hit", "Kind", "find_identifiers", "has_identifier"]

_HASH = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-f]{64}|[0-9a-f]{40}|(?=[0-9]*[a-f])[0-9a-f]{32}"
    r"|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})(?![0-9A-Za-z])"
)
# Each finder and what it cannot do without, so that most short texts cost little.
_FINDERS: tuple[tuple[Callable[[str], Iterator[Span]], re.Pattern[str]], ...] = (
    (find_person_numbers, re.compile(r"[0-9][0-9./ -]{4}")),
    (find_phones, re.compile(r"(?:[0-9][^0-9]{0,6}){5}|noll", re.IGNORECASE)),
    (
        find_emails,
        re.compile(
            r"@|%40|snabel|krull|kanelb|"
            r"[\])}>]| (?:at|ät) |[-_|/*\"']at[-_|/*\"']|mail|outlook|icloud|yahoo|på (?:live|telia)",
            re.IGNORECASE,
        ),
    ),
    (
        find_addresses,
        re.compile(
            r"[0-9]|c/o|(?:gat|väg|stig|gränd|torg|all|lid|sväng|sling|led|back|höjd|brink)\w* \w", re.IGNORECASE
        ),
    ),
    (find_properties, re.compile(r"[0-9]")),
    (find_plates, re.compile(r"[0-9]|reg|skylt|plåt|plate", re.IGNORECASE)),
    (find_cases, re.compile(r"[0-9]")),
)
# Numbers with nothing but a sign between them, 871220-2384,070-1234567: two, not a number with a fraction.
_LISTED = re.compile(
    r"(?:(?<=[-+][0-9]{4})|(?<=[0-9]{7}))[,;/|](?=[0-9]{6})|"
    r"(?<=[0-9]{2})[,;|](?=0[0-9]{1,3}-[0-9]{2})"
)
_MISREAD = re.compile(rf"(?<![{LETTER}0-9])(?=[OoIl]*[0-9])[0-9OoIl]{{2,}}(?![{LETTER}0-9])")
_DIGIT_MEANT = str.maketrans("OoIl", "0011")


def find_identifiers(text: str) -> list[Hit]:
    """Every identifier of a person in the text, in order of place; hits of different kinds may overlap.

    `suspected` is a personnummer with a wrong check digit, an impossible day or a digit too few or too many: a slip of
    the pen is personal data too. A sole trader's organisationsnummer is the owner's personnummer and found as such.
    Overlapping hits of one kind are one. Places are counted in characters of the text as it was given.
    """
    spelled, places = plain(text)
    if len(spelled) >= 32:  # the hash of a snapshot may hold any digits
        spelled = _HASH.sub(lambda match: "x" * len(match[0]), spelled)
    line = _LISTED.sub("¦", spelled.replace("\n", " "))  # what a line break cuts in two is one; of names it makes two
    finders = [finder for finder, needs in _FINDERS if needs.search(line)]
    spans = {span for find in finders for span in find(line)} | set(find_names(spelled))
    meant = _MISREAD.sub(lambda match: match[0].translate(_DIGIT_MEANT), line)
    if meant != line:
        spans |= {span for find in (find_person_numbers, find_phones) for span in find(meant)}
    hits: list[Hit] = []
    found = sorted((kind, start, end) for start, end, kind in spans)
    others = [(start, end) for kind, start, end in found if kind in (Kind.PHONE, Kind.CASE_NUMBER)]
    for kind, start, end in found:
        if kind == Kind.SUSPECTED and any(a <= start and end <= b for a, b in others):
            continue  # 0303-77 88 00 has a date in it
        if hits and hits[-1].kind == kind and start < hits[-1].end:
            start, end = hits[-1].start, max(hits.pop().end, end)
        hits.append(Hit(kind=kind, start=start, end=end))
    return sorted(Hit(kind=hit.kind, start=places[hit.start], end=places[hit.end]) for hit in hits)


# What every hit has in common with few other cells, for an engine without look-around; wider than the rules above. They
# are read in the shape of a text, every digit a 0.
_STREET = (
    "väg|vgn|vgen|vegen|väagen|vagen|vaegen|gat|gtan|stig|gränd|torg|back|led|plan|plats|all[eé]|lid|sväng|holm|"
    "esplanad|promenad|kaj|sling|"
    "krok|"
    "brink|ring|rund|stråk|höjd|vret|glänt|terrass|passage|udd"
)
# Words that take a digit somewhere to give anything away.
_WITH_DIGIT = (
    rf"(?i){_STREET}|"
    r"tel|tfn|tlf|tf|mob|ring|sms|swish|whatsapp|viber|numm?er|numr|nr|nås|nå |fax|växel|vx|jour|phone|ph|call|ank|"
    r"kontakt|jobb|sista|slut|kontroll|[☎📞📱]|"
    r"pnr|personn|pers|samordn|pol|anm|brott|åklag|utred|förund|ref|fu|kvitto|rätt|dnr|diarie|ärende|mål|händelse|"
    r"adr|bor|bosatt|boende|hem till|hemma|hämtas|box|pl\.? ?[0-9]|postl|postf|postb|postn|lgh|lägenhet|"
    r"fast|tomt|fbet|fbt|gård|torp|samfäll|ägare|kv[ .]|kvarter|(?-i:kv[A-ZÅÄÖ])|"
    r"tysk|polsk|norsk|dansk|finsk|litau|lett|estn|nederl|holl|rumän|bulgar|ukrain|britt|utländ|dipl|"
    r"orust|tjörn|stenungsund|sund|strand|näs|käringön|men|edsh|stocken|slussen|kåröd|malö|flatön|lyr|bleket|dyrön|"
    r"åstol|asker|härön|kalv|häggvall|kårehogen|rossön|"
    r"hjälteby|säby|landa|tegneby|råssö|vik|fjäll|kållekärr|stala|myckleby"
)
_MAY_HOLD = (
    rf"{ENTITY}|[\p{{Greek}}\p{{Cyrillic}}]|noll",
    r"[\p{Nd}oil](?:[^\p{L}\p{Nd}]{0,6}[\p{Nd}oil]){7}",
    r"\p{Nd}{6} ?[-+] ?[\p{Nd}x*?_#•n]|\p{Nd}{6}[, ]*(?:de )?(?:fyra )?sista",
    r"\p{Nd}(?:[^\p{L}\p{Nd}]{0,6}\p{Nd}){5}[^\p{L}\p{Nd}]{0,6}[TRSUWXJKLMN][ -]?[\p{Nd}FX*]",
    r"\p{Nd}\p{Nd}[^\p{L}\p{Nd}]{0,3}\p{Nd}{3}[^\p{L}\p{Nd}]?\p{Nd}{2}[^\p{L}\p{Nd}]?[\p{Nd}x?*_]",
    (
        r"@|%00|snabel|krull|kanelb|[(\[{<] ?(?:at|a|ät) ?[)\]}>]| (?:at|ät) |[-_|/*\"']at[-_|/*\"']|gmail|hotmail|"
        r"outlook|"
        r"icloud|"
        r"yahoo| på (?:live|telia)"
    ),
    (
        r"(?:åsen|dalen|berget|gården|gärdet|ängen|hagen|kullen|stranden|viken|bron|porten|gången|spåret|kransen|bågen|"
        r"skogen)"
        r"[^\p{L}\p{Nd}]{0,4}(?:n[^ ]{0,6} ?)?\p{Nd}"
    ),
    (
        r"(?:gata|väg|stig|gränd|torg|allé|lid|sväng|sling|led|backe|höjd|brink)[a-z]{0,3} (?:nr\.? |nummer )?"
        r"(?:två|tre|fyra|fem|sex|sju|åtta|ni|ti|el|tol|fj|sj|ar)"
    ),
    r"(?:[vg]|gr|prom|espl|pl)\.? ?(?:nr\.? ?)?[\p{Nd}l]",
    r"c/o",
    r"\p{Nd}{3}[ .-]?\p{Nd}{2}[ ,(]{0,3}\p{L}|\p{L},? \p{Nd}{3} \p{Nd}{2}",
    r"\p{L}[ ,(]{0,3}(?:nr\.? )?(?:\p{Nd}{1,3}|s|ga|fs) ?: ?\p{Nd}",
    r"\p{Nd}[ ,(]{1,2}(?:fastighet|samf)|s \p{Nd}{1,2} samf",
    r"(?-i:[A-Z]{3})(?: ?- ?| )?\p{Nd} ?\p{Nd} ?[\p{Nd}a-z]",
    r"(?:^|[^\p{L}\p{Nd}])[a-z]{3} ?[ .:,/_*-]? ?[\p{Nd}o] ?[\p{Nd}l?]",
    r"(?:^|[^\p{L}\p{Nd}])(?:[a-z][ .-]{0,2}){3}\p{Nd}[ -]?\p{Nd}",
    r"(?:^|[^\p{L}\p{Nd}])[a-z]{2}[ -]?\p{Nd}{2} ?\p{Nd}{3}",
    r"reg|skylt|plåt|plate|\.(?:jpe?g|png|heic|mp4|mov)",
    (
        r"[\p{Nd}o] ?[-./_]? ?(?:[KN]|BG) ?-?[\p{Nd}oli]|K ?-?\p{Nd}{3}|A[M -]{0,2}\p{Nd}{3}|(?:knr|k.nr|"
        r"k.nummer).{0,4}[KPH\p{Nd}]"
    ),
    # A name that is in no list, by what stands before it or how it ends.
    rf"(?:{STRONG_WORDS}):? [^\p{{L}}]?\p{{L}}",
    r"(?:bröderna|hos|runt|grannarna) (?-i:\p{Lu})|det var (?-i:\p{Lu}\p{Ll}+) som",
    r"(?-i:\p{Lu}\p{Ll}+(?:sson|qvist|quist|sdotter|\p{Lu}\p{Ll}))",
    r"m\.?v\.?h|häls|vänligen|(?:^|[ .!?])/ ?(?-i:\p{Lu})",
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
    surnames = {name for name in read_names().surnames.values() if name not in read_names().places}
    listed = "|".join(re.escape(name) for name in sorted({*read_names().given.values(), *surnames}))
    names = rf"(?:^|[^\p{{L}}])(?:{listed})s?(?:[^\p{{L}}]|$)"
    return tuple(f"(?i){pattern}" for pattern in (*_MAY_HOLD, names))


def has_identifier(column: pl.Series) -> pl.Series:
    """For each text of the column whether `find_identifiers` finds anything; null is False.

    Each different text is read once: the engine sorts out those that cannot hold any, Python reads the rest.
    """
    texts = column.cast(pl.String).unique().drop_nulls()
    shape = texts.str.replace_all(r"\p{Nd}", "0")  # a million texts that differ in their numbers have few shapes
    shapes = shape.unique()
    spelled = shapes.str.replace_all(f"[{NOTHING}]", "").str.normalize("NFKC")
    spelled = (
        spelled.str.replace_all(f"[{DASHES}]", "-")
        .str.replace_all(r"[\s\x00]", " ")
        .str.replace_all("[∶ː˸]", ":")
        .str.replace_all(" {2,3}", " ")
    )
    # One pattern at a time: all of them in one is a hundred times slower than their sum.
    spoken = pl.col("spelled").str.contains(_WITH_DIGIT)
    written = pl.any_horizontal(pl.col("spelled").str.contains(pattern) for pattern in _may_hold())
    candidate = written | (pl.col("spelled").str.contains(r"\p{Nd}") & spoken)
    suspect = shapes.filter(pl.select(spelled=spelled).select(candidate).to_series())
    candidates = texts.filter(shape.is_in(suspect.implode()))
    found = pl.Series([text for text in candidates if find_identifiers(text)], dtype=pl.String)
    return column.cast(pl.String).is_in(found.implode()).fill_null(False).alias(column.name)
