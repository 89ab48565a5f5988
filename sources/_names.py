"""Finds names of persons in a text of one spelling: by list and by the words around them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from sources._hits import Kind, Span
from sources._spelling import LETTER, LOWER, UPPER, words
from sources._strict import read_reference

_ANY_LETTER = rf"{LETTER}à-ÿÀ-ßĀ-ſ"
_TOKEN = re.compile(rf"[{_ANY_LETTER}]+(?:['’-][{_ANY_LETTER}]+)*")
# Shops, cars, programs, festivals, plants and figures of books that are named as people are.
_NOBODY = re.compile(
    r"\b(?:Seat Leon|Opel Karl|Skoda Felicia|Kia Rio|Alfa Romeo|Clas Ohlson|Hedvig [Ff]örsäkring\w*|Findus|Willys|"
    r"Billys|Lindex|(?:[Tt]jugondag|[Tt]jugondedag) Knut|Kalle Anka|Kalles [Kk]aviar|Felix (?=[a-zåäö]*(?:ketchup|"
    r"senap|potatis|"
    r"sås|burk))|Alfons Åberg|Harry Potter|Fru Justitia|Bror Duktig|Tant (?:Grön|Brun|Gredelin)|Farbror Blå|"
    r"Elsa Beskows?|Bröderna Lejonhjärta|Emil i Lönneberga|Pippi Långstrump|"
    r"Astrid Lindgrens?|Selma Lagerlöfs?|"
    r"Elsa och (?:Frost|Anna)|Gustav Vasas?|Gustav Adolf|Karl Johan|Carl Larsson-\w+|Evert Taubes?|Konrad Adenauer|"
    r"Lars Kagg\w*|Ola ?-?Conny|Siri (?=på (?:mobil|telefon|datorn|surf)|i (?:mobil|telefon)|svara)|"
    r"Klara(?=, färdiga| (?:med (?!sin|hennes|honom)|besked|bevis|regler|fall|mål|papper))|Kaj (?=nummer|nr|"
    r"[0-9A-F]\b|[0-9])|"
    r"Linnea (?=växer|blommar|är (?:kommunens|landskapets)|plockas)|Tage (?=hand|plats|del\b|över\b)|"
    r"(?:Johannes|Markus|Lukas|Matteus|Daniel|Samuel|Job|Ester|Rut|Jakob|Petrus|Amos|Josua|Tomas) (?=[0-9]+ ?:))"
)

# Given names that are words, months, places or prepositions: alone they say nothing.
_AMBIGUOUS = words(
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
_SMALL_WORDS = words(
    "Alba Ali Alma Ana Aya Axel Björn Bo Carl Dani Ella Ellen Eva Fred Gun Helga Helge Inger Iris Jan Kaj Karl Klas "
    "Kristin Linnea "
    "Lisa Lotta Malva Mats Mina Mona Nora Noor Rana Ros Rune Sanna Ture Tage Tilda Tilde Tina Tuva Vilja Åsa Elin "
    "Ernst Harald"
)
# After a given name that is a word as well it says that the word is a name.
_PERSON_AFTER = re.compile(
    r",? \(?[0-9]{1,2} ?(?:år|bast|åring)\b|,? i (?:nian|åttan|sjuan|sexan|femman|fyran|trean|tvåan|ettan|åk|klass|"
    r"[1-9][A-F])\b|"
    r": ?[\"”]|,? (?:hans|hennes) (?:mamma|pappa|mor|far|bror|syster|kompis)|"
    r" (?:sa|säger|skrek|ringde|grät|erkände|nekade|skrev|berättade|ljög|skolkade|skolkar|mobbades|fick stryk)\b"
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
_CONTEXT_BEFORE = re.compile(rf"(?<![{LETTER}])(?i:{_PERSON_WORD}):? [\"”'»(]?$")
# Whatever stands with a capital after one of these is a name, listed or not.
STRONG_WORDS = (
    "pojken|flickan|killen|tjejen|eleven|sonen|dottern|brodern|systern|mamman|pappan|mannen|kvinnan|grannen|kompisen|"
    "läraren|lärare|rektor|mentor|kurator|tränare|tränaren|utredare|utredaren|väktare|väktaren|vaktis|vaktmästare|"
    "vaktmästaren|polisman|ordningsvakt|brandman|handläggare|fröken|magistern|farbror|tant|syster|bror|kusin|kusinen|"
    "kompis|klasskamraten|lillebror|storebror|lillasyster|storasyster|flickvännen|pojkvännen|sambon|bröderna|systrarna|"
    "syskonen|gubben|herr|fru|familjen|misstänkte|vittnet|målsäganden|föraren|ägaren|smeknamnet|vid namn|namn"
)
_STRONG_BEFORE = re.compile(
    rf"(?<![{LETTER}])(?:{STRONG_WORDS}|(?:han|hon|hen|jag|elev\w*|pojken|flickan|killen|tjejen|mamman|pappan|mannen|"
    r"kvinnan|sonen|dottern|de) (?:heter|hette|kallas|kallar sig|kallades)):? [\"”'»]?$",
    re.IGNORECASE,
)
# "Han heter leonel", "kallas Fabbe": whoever is asked after is a person, or nothing is said of what is.
_CALLED_BEFORE = re.compile(
    rf"(?:(?<![{LETTER}])(?:han|hon|hen|jag|(?:han|hon|hen|den|de) som|(?:pojk|kill|tjej|flick|elev|man|kvinn|son|"
    rf"dotter|bror|syster|kompis|"
    rf"granne|någon|en)\w* som)"
    r" (?:heter|hette|kallas|kallades|kallar sig)|(?:^|[.,;!?\n]) ?(?:[Kk]allas|[Hh]eter|[Kk]allad))"
    r":? [\"”'»]?$",
    re.IGNORECASE,
)
_NO_CALL = words(
    "något nog väl inte så som typ troligen kanske också lika samma egentligen tydligen nåt annat det för till och men "
    "antagligen förmodligen visst bara enligt sedan nu ofta ibland ju samt eller vad hur"
)
_ASKED_BEFORE = re.compile(
    rf"(?<![{LETTER}])(?:fråga efter|leta efter|letade efter|sök|ring|ringde|kontakta|prata med|hälsa|skriv till|"
    rf"mejla|bad|såg att|ser du|såg du|känner du|träffade|dr\.?|doktor|överläkare) $",
    re.IGNORECASE,
)
_NO_NAME_BEFORE = re.compile(
    rf"(?<![{LETTER}])(?:sankta?|s:ta?|lex|stormen|orkanen|prins|kung|svarte|båten|färjan|drottning) $",
    re.IGNORECASE,
)
_INITIALS = re.compile(
    rf"(?<![{LETTER}])(?i:barnet|eleven|elev|pojken|flickan|killen|tjejen|ungdomen|sonen|dottern|mamman|pappan|"
    rf"modern|fadern|vittnet|"
    rf"misstänkte|målsäganden|föraren|klienten),? (?!(?:SO|NO|IT|ID|IF|AB|EU|TV|PC)\b)[{UPPER}](?:\. ?[{UPPER}]\.?|"
    rf"[{UPPER}])(?![{LETTER}0-9])"
)
_GIVEN_INITIAL_AFTER = re.compile(rf" ([{UPPER}](?![{LETTER}0-9-])\.?|[b-hj-np-z](?![{LETTER}0-9.-]))")
_DEED_AFTER = re.compile(
    r"(?: (?:och|slog|slår|sa|säger|sade|sparkade|knuffade|hotade|hotar|skrek|bor|har|hade|är|var|blev|blir|kom|"
    r"kommer|gick|går|körde|kör|"
    r"stal|tog|tar|sålde|säljer|köpte|köper|rökte|röker|ringde|skrev|berättade|berättar|uppger|uppgav|ville|vill|mår|"
    r"mådde|sprang|sprayade|klottrade|"
    r"kastade|krossade|såg|ser|fick|får|greps|misstänks|åkte|åker|satt|sitter|bråkade|bråkar|drack|dricker|langade|"
    r"langar|använde|använder|"
    r"i (?:åk|klass|[0-9][A-Fa-f]?)|åk|klass|född|från|på|slogs|hotades|körde|hoppade|o|å|jagade|filmade|kräktes|"
    r"åkte|grät|gråter|ljög|spottade|skrattade|svarade|väntade|visade|bet|nöp|drog|stack|rymde|lämnade|hämtade|behöver|"
    r"brukar|vägrar|vägrade|skolkar|skolkade|försvann|mobbar|retade|retar|hjälpte|höll|tyckte|sover|somnade|ropade|"
    r"ropar|"
    r"kan|ska|skulle|måste|låg|ligger|står|stod|bad|ber)\b|,? \(?(?:[0-9]{1,2} ?år|åk|född|"
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
    r"evic|ić|ski|ska|nen|oğlu|oglu|ander|zadeh|roth|löf|blad|blom|berg|borg|holm|mark|dahl|feldt|hielm|fors|stam|"
    r"wicz|czyk|haug|gaard)"
)
_PARTICLES = frozenset({"von", "af", "de", "van", "al", "el", "bin", "Al", "El", "De", "Von", "Af", "da", "dos"})
_NOT_SURNAME = words(
    "Kommun Polisen Skolan Region Västra Göteborg Stenungsund Tjörn Orust Kungälv Uddevalla Sverige Stockholm Malmö "
    "Anmälan Händelse Enligt "
    "Hon Han Den Det De Jag Vi Ni En Ett Och Men Att När Då Där Här Efter Under Inga Inget Mvh Tel Mobil Klass Åk "
    "Årskurs Skola Kl Väst Öst Nord Syd Norr Söder Område Securitas Avarn Informerad Informerat Kontaktad Saknas "
    "Meddelad "
    "Adress Telefon Personnummer Datum Ort Plats Roll Titel Signatur Ålder Kön Tekniska Förnamn Efternamn Larmad "
    "Närvarande Okänd Okänt Ja Nej Finns Avdelning Team Grupp Anonym Vikarie Grundskolan Gymnasiet Fritidsgården"
)
# Surnames that nothing else ends as.
_SURE_SURNAME = re.compile(rf"(?!Poisson)[{UPPER}][{LOWER}]{{2,}}(?:sson|qvist|quist|sdotter)")
# AnnaBerg, and who signs at the end: mvh Anna, /Anna.
_GLUED = re.compile(rf"([{UPPER}][{LOWER}]{{2,}})([{UPPER}][{LOWER}]{{2,}})")
_SIGNED = re.compile(
    rf"(?:(?i:\bm\.?v\.?h\.?|hälsningar|hälsn\.?|vänligen(?=[,\n])|\bhälsar),?[ \n]+(?:från )?|(?:^|[ \n.!?])/ ?)"
    rf"([{UPPER}][{LOWER}]+(?: [{UPPER}][{LOWER}]*)?)[ .!]*$"
)
_NO_SIGNER = re.compile(
    r"(?:\w+(?:en|et|na|are|ning|gruppen|skolan|kommun|kommuns|rådet|nämnden|ledning|teamet)|Red|Anonym|Admin|"
    r"\w+(?:boende|vän|kund)|"
    r"Orust|Tjörn|Stenungsund)(?: \w+)?|\w+ (?:kommun|skola|polis)"
)


@dataclass(frozen=True, kw_only=True)
class Names:
    given: Mapping[str, str]  # as written small → as in the list; the next two too
    surely_given: Mapping[str, str]
    surnames: Mapping[str, str]
    places: frozenset[str]


@cache
def read_names() -> Names:
    surnames = read_reference("surnames")
    places = set(surnames.filter(pl.col("is_also_place") == "true")["name"])
    places |= set(read_reference("municipalities")["municipality"])
    places |= {word for place in read_reference("places")["place"] for word in re.split("[ /]", place)}
    given = {name.lower(): name for name in read_reference("given_names")["name"]}
    return Names(
        given=given,
        surely_given={small: name for small, name in given.items() if name not in _AMBIGUOUS},
        surnames={name.lower(): name for name in surnames["name"]},
        places=frozenset(places),
    )


# Surnames that are words, and begin a sentence as such.
_SURNAME_WORDS = words(
    "Altun Borg Frank Frisk Lejon Leijon Lilja Norman Palm Ram Roth Strid Svärd Tapper Walter Jama Kahn Farah Hill"
)


def _bare(word: str, known: Mapping[str, str]) -> str:
    """The word as it stands in the list: without a genitive s, in whatever case; empty if it is not there."""
    small = word.lower()
    for form in (small, small[:-1] if small[-1] == "s" and small != "klass" else small):
        if form in known:
            return known[form]
        if "-" in form and all(part in known for part in form.split("-")):
            return "-".join(known[part] for part in form.split("-"))
    return ""


def find_names(text: str) -> Iterator[Span]:
    names = read_names()
    text = _NOBODY.sub(lambda match: "-" * len(match[0]), text)
    tokens = [(match.start(), match.end(), match[0]) for match in _TOKEN.finditer(text)]
    skip = -1
    is_called = re.search(r"kalla|het(?:er|te)", text, re.IGNORECASE) is not None
    for match in _INITIALS.finditer(text):
        yield *match.span(), Kind.NAME
    for match in _SIGNED.finditer(text):
        if not _NO_SIGNER.fullmatch(match[1]) and match[1] not in names.places and match[1] not in _NOT_SURNAME:
            yield *match.span(1), Kind.NAME
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
        elif capital and _single_name(text, start, end, word, given, surname, before):
            yield start, end, Kind.NAME
        elif capital and not given and len(word) > 1 and _STRONG_BEFORE.search(before):
            if word not in names.places and word not in _NOT_SURNAME and not (word.isupper() and len(word) <= 4):
                yield start, end, Kind.NAME
        elif (given and not capital and _small_given(text, end, word, given, before)) or (
            is_called and not given and _is_called(word, before)
        ):
            yield start, end, Kind.NAME


def _single_name(text: str, start: int, end: int, word: str, given: str, surname: str, before: str) -> bool:
    if given:
        return _single_given(text, end, word, given, before)
    if surname and _single_surname(text, start, end, word, surname, before):
        return True
    return _SURE_SURNAME.fullmatch(word) is not None or _is_glued(word)


def _is_glued(word: str) -> bool:
    """AlexanderLundmark"""
    match = _GLUED.fullmatch(word)
    if match is None or not _bare(match[1], read_names().surely_given):
        return False
    return bool(_bare(match[2], read_names().surnames)) or _SURNAME_SHAPE.fullmatch(match[2]) is not None


def _is_called(word: str, before: str) -> bool:
    """Whether a word in no list is what a person is called, going by what comes before it alone."""
    is_word = len(word) < 3 or word in read_names().places or word in _NO_CALL
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
    if re.search(rf"[{LETTER}]-[{LOWER}]{{3,}}$", word) and word[0].isupper() and not word.isupper():
        return True  # Karl Johan-svamp
    after = _THING_AFTER.match(text, end)
    return after is not None or (_COMPOUND_THING.match(word) is not None and len(word) > 7)


def _full_name(text: str, tokens: Sequence[tuple[int, int, str]], at: int, given: str, capital: bool) -> int | None:
    """The last word of a name that begins here (given names and surname, or turned round); None if none does."""
    names = read_names()
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
        initials = re.fullmatch(rf"[{UPPER}]", word) is not None
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
            and re.fullmatch(rf"[{UPPER}À-ßĀ-Ž][{_ANY_LETTER}'-]{{2,}}", second)
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
    if given not in _AMBIGUOUS and given not in read_names().places:
        return True
    if _STRONG_BEFORE.search(before) or _CALLED_BEFORE.search(before) or _ASKED_BEFORE.search(before):
        return True
    if _PERSON_AFTER.match(text, end) or (word.lower() != given.lower() and _KIN_AFTER.match(text, end)):
        return True
    if re.search(r"(?i)\b(?:av|hos|enligt|tack|hej|i|från|vid|till) $", before):
        return False
    if _CONTEXT_BEFORE.search(before):
        return True
    joined = re.search(rf"([{UPPER}][{LETTER}]+)(?: och|,| &| samt| eller) $", before)
    return joined is not None and bool(_bare(joined[1], read_names().surely_given))


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
    listed = re.match(rf",? (?:(?:och|o|å|&) )?([{LETTER}]+)", text[end : end + 30])
    other = _bare(listed[1], read_names().surely_given) if listed is not None else ""
    return bool(other) and other not in _SMALL_WORDS


def _single_surname(text: str, start: int, end: int, word: str, surname: str, before: str) -> bool:
    if _STRONG_BEFORE.search(before):
        return True
    if surname in read_names().places:
        called = re.search(r"(?i)\b(?:herr|fru|familjen|misstänkte|rektor|läraren|mentor|kurator|bröderna) $", before)
        return called is not None or (before.lower().endswith("det var ") and text.startswith(" som", end))
    if surname in _SURNAME_WORDS:
        return False
    is_family = re.search(r"(?i)\b(?:hos|runt|grannarna) $", before) is not None
    return word == surname or is_family or _KIN_AFTER.match(text, end) is not None
