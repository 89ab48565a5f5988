"""Finds registration plates in a text of one spelling."""

import re
from collections.abc import Iterator

from sources._hits import Kind, Span
from sources._spelling import LETTER, LOWER, words

_PLATE_LETTER = "A-HJ-PR-UW-Z"  # without I, Q, V, Å, Ä and Ö
_SMALL_LETTER = "a-hj-pr-uw-z"
_VEHICLE = (
    r"\b(?:reg|regnr|regnummer|regskylt|reg\w*skylt\w*|registrering\w*|registrerad|nummerplåt\w*|nummerskylt\w*|"
    r"nrplåt\w*|"
    r"plåt\w*|skylt\w*|(?!mob)\w*bil|(?!mob)\w*bilen|(?!mob)\w*bilar|bilnr|bilnummer|\w*moped\w*|\w*mopp(?:e|en|ar)|"
    r"a-traktor\w*|epa\w*|traktor\w*|mc|mc:n|motorcykel\w*|cross\w*|hoj\w*|vespa\w*|skoter\w*|snöskoter\w*|"
    r"fyrhjuling\w*|"
    r"\w*släp\w*|husvagn\w*|trailer\w*|kärra\w*|pickup\w*|van|kombi\w*|cab|suv|långtradare\w*|\w*buss(?:en)?|taxi\w*|"
    r"fordon\w*|volvo\w*|v40|v50|v60|v70|v90|s60|s80|xc[69]0|saab\w*|bmw\w*|audi\w*|vw|volkswagen|golf\w*|passat\w*|"
    r"polo|tiguan|toyota\w*|ford\w*|opel|mercedes|merca\w*|kia|skoda|octavia|seat|renault|peugeot|citroen|tesla\w*|"
    r"mazda|"
    r"nissan|hyundai|honda|suzuki|dacia|körde|kör|åker|parkerad|parkerat|parkerade|märkt|stulen|stals|sladda\w*|"
    r"burna\w*|"
    r"tomgång\w*|ägare|ägaren|förare|föraren)\b"
)
_CALLED_PLATE = (
    r"\b(?:reg|regnr|reg\.? ?nr|regnummer|registreringsnummer|registreringsnr|registreringsskylt\w*|regskylt\w*|"
    r"registrerad|nummerplåt\w*|nummerskylt\w*|nr-?skylt\w*|nr-?plåt\w*|skylt(?:en|ar|arna)?|plåt(?:en|ar|arna)?|"
    r"bilnr|bilnummer)"
)
_PLATE = re.compile(
    # Glued to a word it takes three small letters to tell it from a key or a hash.
    rf"(?:(?<![{LETTER}0-9])|(?<=[{LOWER}]{{3}}))([{_PLATE_LETTER}]{{3}})(?: ?[-_] ?| )?"
    rf"[0-9] ?[0-9] ?[0-9{_PLATE_LETTER}]"
    rf"(?:(?![{LETTER}0-9])|(?=[{LOWER}]{{3}})|(?=s\b))(?![-:,.][0-9])"
)
# Small letters, with a blank or sign too: only what is no word of three letters.
_PLATE_SMALL = re.compile(
    rf"(?<![{LETTER}0-9])(?<![-_./])([{_PLATE_LETTER}{_SMALL_LETTER}][{_SMALL_LETTER}]{{2}}|"
    rf"[{_SMALL_LETTER}]{{2}}[{_PLATE_LETTER}])"
    rf"[ -]?[0-9]{{2}}[0-9{_SMALL_LETTER}](?![{LETTER}0-9])(?![-:,./_][0-9])"
    # The name of a picture: bild_abc123_2.jpg.
    rf"|(?<![{LETTER}0-9])([{_SMALL_LETTER}]{{3}})[_-]?[0-9]{{2}}[0-9{_SMALL_LETTER}](?=(?:[_-][0-9]+)?\.(?:jpe?g|"
    rf"png|heic|mp4|mov))"
)
_PLATE_GLUED = re.compile(r"reg(?:nr|nummer)?[ :.#]*([a-z]{3}) ?[0-9]{2}[0-9a-z](?![0-9])", re.IGNORECASE)
# Mopeds (two or three digits), other signs between and slips: only near a word for a vehicle.
_PLATE_IN_CONTEXT = re.compile(
    rf"(?<![{LETTER}0-9])([{_PLATE_LETTER}{_SMALL_LETTER}]{{3}})(?: ?[.:,/_*-] ?| )?[0-9O](?: ?[0-9l?]) "
    rf"?[0-9A-Za-z?]?(?![{LETTER}0-9])(?![-:,.][0-9])|"
    # Misread or not read: reg ABC l23, A8C 123, AB? 1*3.
    rf"(?<![{LETTER}0-9])(?=[A-Z*?0-9]{{3}} ?[0-9OIl*?]{{0,2}}[0-9])(?:[{_PLATE_LETTER}]{{3}}|"
    rf"[{_PLATE_LETTER}][{_PLATE_LETTER}*?0-9]"
    rf"[{_PLATE_LETTER}]|[{_PLATE_LETTER}]{{2}}[*?])[ -]?[0-9OIl*?]{{3}}(?![{LETTER}0-9])|"
    rf"(?<![{LETTER}0-9])([{_PLATE_LETTER}] ?[{_PLATE_LETTER}] ?[{_PLATE_LETTER}]) ?[0-9] ?[0-9] "
    rf"?[0-9](?![{LETTER}0-9])"
)
_PLATE_SPREAD = re.compile(
    rf"(?<![{LETTER}0-9])(?:[{_PLATE_LETTER}][ -]{{1,2}}){{3}}[0-9][ -][0-9][ -][0-9{_PLATE_LETTER}](?![{LETTER}0-9])|"
    rf"(?<![{LETTER}0-9])(?:[{_SMALL_LETTER}] ){{3}}[0-9] [0-9] [0-9{_SMALL_LETTER}](?![{LETTER}0-9])|"
    rf"(?<![{LETTER}0-9])(?:[{_PLATE_LETTER}] [{_PLATE_LETTER}]{{2}}|[{_PLATE_LETTER}]{{2}} [{_PLATE_LETTER}]) "
    rf"[0-9]{{3}}(?![{LETTER}0-9])|"
    rf"(?<![{LETTER}0-9.])(?:[{_PLATE_LETTER}]\.){{2}}[{_PLATE_LETTER}][. ] ?[0-9]{{2}}[0-9{_PLATE_LETTER}](?!"
    rf"[{LETTER}0-9])"
)
# Whatever is called a plate: "Regnr KUNGEN", "personlig skylt: BOSS 1", "skylten KUNGEN på epan".
_PLATE_NAMED = (
    re.compile(
        r"\b(?:regnr|reg\.? ?nr|regnummer|registreringsnummer|registreringsskylt\w*|regskylt\w*|nummerplåt\w*|"
        r"nummerskylt\w*|"
        r"(?:personlig|personliga|egen|vanity)[ -]?(?:skylt\w*|plate|plåt\w*|reg\w*))[.,]?:? ?"
        r"(?:är |var |med |texten |text |det står |som lyder )*[\"”'»]?((?-i:[A-ZÅÄÖ0-9]{2,7}|[A-ZÅÄÖ0-9]{2,5} "
        r"[A-ZÅÄÖ0-9]{1,4}))"
        r"(?![a-zåäö0-9])",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:skylt(?:en)?|plåt(?:en)?)(?: med texten)?:? [\"”'»]?((?-i:[A-ZÅÄÖ0-9]{2,7}))[\"”'»]? "
        r"(?:på|satt på|körde|tillhör) ?(?:epa\w*|a-traktor\w*|bil\w*|moped\w*|moppe\w*|\w*bilen|förbi|volvo\w*)",
        re.IGNORECASE,
    ),
    # Letters and digits as only an own plate has them, after any word for a plate: skylten är ju kungen1.
    re.compile(
        rf"{_CALLED_PLATE}\.?(?: (?:\((?:egen|personlig)\w* \w+\)|är|ju|var|med|texten|text|det|står|stod|som|lyder|"
        rf"löd|säger|visar|"
        r"typ|nåt|något|liknande|kanske))*[ :]*[\"”'»]?"
        r"((?:[a-zåäö]{3,6}[0-9]{1,3}|[a-zåäö]{2}[0-9]{2,4}|[0-9]{1,2}[a-zåäö]{3,5}|(?-i:[A-ZÅÄÖ]{2,5}) [0-9]{1,3}))"
        r"(?![a-zåäö0-9])(?! ?(?:km|m|meter|st|år)\b)",
        re.IGNORECASE,
    ),
    # In small letters, in quotation marks or after a word for a plate of one's own.
    re.compile(
        r"\b(?:(?:personlig|egen)[at]?[ -]?(?:reg\w*|nummer)?[ -]?(?:skylt|plåt)\w*|reg(?:nr|nummer|skylt\w*)|"
        r"nummer(?:plåt|skylt)\w*)(?: (?:med texten|texten|där det står|det står|som lyder)|:)? "
        r"(?:[\"”'»]([a-zåäö0-9]{2,7})[\"”'»]|(?<=texten )([a-zåäö0-9]{2,7})\b)",
        re.IGNORECASE,
    ),
    # And before it: TURBO9 på skylten, turbo9 (personlig skylt), BOSS på nummerplåten.
    re.compile(
        r"(?<![A-Za-zÅÄÖåäö0-9])((?:(?-i:[A-ZÅÄÖ]{2,6})|[a-zåäö]{3,6})[0-9]{1,3}) (?:(?:står|stod|syntes) )?"
        r"(?:på (?:\w+ )?\w*(?:skylt|plåt)\w*|\((?:personlig|egen)\w* (?:\w*skylt|\w*plåt))",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?<![A-Za-zÅÄÖåäö0-9])([A-ZÅÄÖ]{2,7}) (?:(?:står|stod|syntes) )?(?:på (?:\w+ )?(?:nummer|reg\w*)(?:skylt|"
        r"plåt)\w*|"
        r"\((?:personlig|egen)\w* (?:\w*skylt|\w*plåt))"
    ),
    re.compile(
        r"\b(?:bil|epa|a-traktor|moped|moppe|mc|volvo|bmw|skoter)\w* med (?:\w+ )?\w*(?:skylt|plåt|reg)\w*(?: texten)? "
        r"[\"”'»]?((?-i:[A-ZÅÄÖ]{3,7}[0-9]{0,3}))(?![A-Za-zÅÄÖåäö0-9])",
        re.IGNORECASE,
    ),
    # Read in part only.
    re.compile(
        r"\b(?:reg|regnr|regnummer|regskylt\w*|nummerplåt\w*|skylt|skylten|plåt|plåten|"
        r"bilen)\.?:? (?:nr )?(?:som )?(?:börja\w*|sluta\w*|"
        r"inled\w*)"
        r"(?-i:[^0-9A-Z]{0,8})((?-i:[A-ZÅÄÖ]{3}|[0-9]{3}))(?![0-9])",
        re.IGNORECASE,
    ),
)
_NOT_NAMED = words(
    "STOPP STOP VÄG ENKELRIKTAT PRIVAT FÖRBJUDET LADDA SAKNAS SAKNAR OKÄNT OKÄND OKÄNDA EJ INTE NEJ FINNS SYNTES "
    "NOTERAT NOTERADES OLÄSLIG OLÄSLIGT PÅ OCH TILL SOM SE"
)
_PLATE_ABROAD = re.compile(r"(?<![A-ZÅÄÖ0-9])[A-Z]{2}[ -]?[0-9]{2} ?[0-9]{3}(?![0-9])")
_PLATE_OF_COUNTRY = re.compile(
    rf"\b(?:tysk|polsk|norsk|dansk|finsk|litauisk|lettisk|estnisk|nederländsk|holländsk|rumänsk|bulgarisk|ukrainsk|"
    rf"brittisk|"
    rf"utländsk|diplomat|dipl)[{LOWER}]*\.?[ -]?(?:(?:bil|bilar|lastbil|reg|regnr|skylt|skyltar|plåtar|plåt|"
    rf"registrerad|"
    rf"mc)\w*)?\.?:?,? (?:med )?(?:(?:reg\w*|skylt\w*|plåt\w*)\.?:? )?\(?"
    r"((?-i:[A-Z]{1,3}[ -]?(?:[A-Z]{1,2}[ -]?)?[0-9]{1,5}(?: ?[0-9]{2,3})?(?: ?[A-Z]{1,2})?(?:[0-9]{2})?|"
    r"[0-9]{1,3}[ -][A-Z]{2,3}(?:[ -][0-9]{1,2})?))(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_NO_PLATE = words(
    "SOS SSK LOK BMW KIA MAN SFS SOU PDF CSV KPI EST LPO LUP NTU SCB RKA GIS UTM RAL DIN ISO USD SEK EUR NOK DKK "
    "GBP RUM SAL BUS TEL FAX NRS KAP SID BIL LAN KOD LAG PBL ABB EOS LSS LVU LVM SOL OSL GDP BRB DNR NUM ART MAX "
    "MIN AVG "
    "SUM HUS RAD KOL FIG TAB REF UTC GMT CET KWH MHZ PTS PCT ANT TOT NYA DEN DET OCH SOM MED FOR PER EPA SMS MMS "
    "BNP AGE KLO FRE LOR SON MON TIS ONS TOR JAN FEB MAR APR MAJ JUN JUL AUG SEP OKT NOV DEC ROW ETC USB CPU RAM "
    "DPI RGB HEX SHA IP4 PIN SKL SKR BRA FOU TED LGH HTTP OST VST NOR SYD SKV SAM ALT BOX AVD BLG SPF SSP LST FHM "
    "MSB CAN EPO LED WEB APP DOS HBO HSB DVD LAS ATT AAR ARK TIM SEC KOR ROM KFS TRE FEM SEX HAR HAN HON OBS KRS "
    "ALE EDA"
)
# Words and abbreviations of three letters, of those a plate may have, that stand before numbers.
_WORDS_OF_THREE = words(
    "abs akt ale all alm alt ams and anl anm ann ant apa app arb are ark arm art ask att aug avd ave axa bad bag "
    "bak bal bar bas bat bed beg ben ber bes bet bil bly blå boe bok bol bom bor bot box bra brb bro bst bus but "
    "byn byt cal cas cat cec col com cup dag dal dam dan das dec dej del dem den der des det doc dok dom dos dpi "
    "dra drog dsb dun dur dyk dyr eda edu efg egg eka ekg eko elr els ena end eng ens epa err ers est eta etc ett "
    "euc eur exp fad fan far fas fat fax feb fel fem fet fey fhm flo fly fog fom for fot fou fre frk fru ful fyr "
    "gap gar gas gat gbg gem ger get ggr glo god gps gro gtm gul gym hal han har hat hej hel hem hen her hex hjm "
    "hjo hla hon hop hos hot hsa hsb hud hum hur hus hyr jag jan jfr job jon jpg jul jun kal kam kan kap kar kbt "
    "kex kfs kld kll klr kml kna koa kod kok kol kom kon kop kor kpa kpl krs kub kul kup kur kvm kwh kyl lag lan "
    "lar lat led lek lem ler les let lgh log lok lon lop los lpo lss lst lur lus lux lya lyr mac mah maj mal man "
    "map mar mat max med mej mel men mer mes met mha mhm mhz mkr mkt mms mob mon mor mot mpa msb msk mtr mun mur "
    "mux myr mån nad nas nat ned nej ner net nog nok nom nor not nou nrs ntu num nya nye nys obs och oct okt ola "
    "old one ons ont ord org orm ort osl oss ost otm pal pan par pas pbl pct pdf pek pel pen per pga pgr pkt plo "
    "pnk pnr pol pop por pos pro psk pst ptr pub put rad ral ram ran ras rba rea rec red ref reg rek rel rep res "
    "rev rgb rka ros rot rum run rut rya rys sal sam san scb sec sek sel sen sep ser ses set sex sfs sha sjo ska "
    "sko sky slo smo sms son sop sos sou spa spe srs ssk ssp sta ste sto sub sug sum sur syd syn sys tab tag tak "
    "tal tam tan tap tar tax tel ten ter tex tfn the tim tis tjo tkr tlf tog tok tom ton top tor tot tow tre tro "
    "tsk tum tun tur tus tut two txt tyg typ tys ung upg upp url urn usb usd utb utc ute utm utt web wov xls xml "
    "zon zoo"
)
_PRODUCT_BEFORE = re.compile(
    r"\b(?:modell(?:en)?|artikel\w*|art|serie\w*|produkt\w*|\w*kod(?:en)?|bokning\w*|kurs(?:en)?|märke(?:t)?|fabrikat|"
    r"inventarie\w*|littera|version|variant|\w*skåp(?:et)?|kyl|frys|skrivaren?|projektor\w*|armatur\w*|lampa\w*|"
    r"kamera\w*|dator\w*|skärm\w*|router\w*|switch\w*|pump\w*|filter|verktyg\w*|maskin\w*|borr\w*|larm\w*|sensor\w*|"
    r"givare|lås\w*|batteri\w*|ficklampa\w*|telefon\w*|mobil\w*|referens\w*|biljett\w*|formulär\w*|blankett\w*|"
    r"flight|flyg\w*|lösenord\w*|password|av typ(?:en)?|typ:)[.:]*(?: (?:av )?typ(?:en)?)?(?: ?(?:nr|nummer|"
    r"beteckning)[.:]*)? ?[\"”']?$",
    re.IGNORECASE,
)
_UNIT_AFTER = re.compile(
    r" ?(?:%|°|kr\b|kronor|km\b|m\b|kg\b|st\b|sek\b|meter|mhz|kwh|procent|elever|personer|anmäl|sidor|gram)",
    re.IGNORECASE,
)


def find_plates(text: str) -> Iterator[Span]:
    for match in _PLATE.finditer(text):
        is_word = match[1] in _NO_PLATE and not _is_called_plate(text, match)
        is_word = is_word or _is_product(text, match)
        if not is_word and not _UNIT_AFTER.match(text, match.end()):
            yield *match.span(), Kind.PLATE
    for match in _PLATE_SMALL.finditer(text):
        word = match[1] or match[2]
        is_word = word.upper() in _NO_PLATE or word.lower() in _WORDS_OF_THREE or _is_product(text, match)
        if not (is_word and not _is_called_plate(text, match)) and not _UNIT_AFTER.match(text, match.end()):
            yield *match.span(), Kind.PLATE
    for pattern in (_PLATE_SPREAD, _PLATE_GLUED, _PLATE_OF_COUNTRY):
        for match in pattern.finditer(text):
            yield *match.span(), Kind.PLATE
    for pattern in _PLATE_NAMED:
        for match in pattern.finditer(text):
            if str(match[match.lastindex or 1]).split(" ")[0].upper() not in _NOT_NAMED:
                yield *match.span(), Kind.PLATE
    for match in (*_PLATE_IN_CONTEXT.finditer(text), *_PLATE_ABROAD.finditer(text)):
        word = match[0][:3]
        near = text[max(match.start() - 40, 0) : match.start()] + " | " + text[match.end() : match.end() + 25]
        if (
            re.search(_VEHICLE, near, re.IGNORECASE)
            and word.upper() not in _NO_PLATE
            and not (word.lower() in _WORDS_OF_THREE and not word.isupper())
            and not _UNIT_AFTER.match(text, match.end())
        ):
            yield *match.span(), Kind.PLATE


def _is_product(text: str, match: re.Match[str]) -> bool:
    """Whether the word right before says that it is the name or number of a thing, and no vehicle is near."""
    before = text[max(match.start() - 40, 0) : match.start()]
    return _PRODUCT_BEFORE.search(before) is not None and re.search(_VEHICLE, before, re.IGNORECASE) is None


def _is_called_plate(text: str, match: re.Match[str]) -> bool:
    """Whether the words right before or after say that it is a plate, so that RUM 204 may be one."""
    before, after = text[max(match.start() - 30, 0) : match.start()], text[match.end() : match.end() + 25]
    return (
        re.search(rf"{_CALLED_PLATE}\.?(?: (?:är|var|med|nr))?[ :\"]*$", before, re.IGNORECASE) is not None
        or re.match(r" (?:\w+ )?(?:på (?:reg)?skylten|regnr|(?:är|var) reg\w*)\b", after, re.IGNORECASE) is not None
    )
