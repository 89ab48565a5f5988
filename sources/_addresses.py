"""Finds street addresses and property designations (fastighetsbeteckningar) in a text of one spelling."""

import re
from collections.abc import Iterator
from functools import cache

from sources._hits import Kind, Span
from sources._spelling import LETTER, LOWER, UPPER, words
from sources._strict import read_reference

# --- Street addresses -------------------------------------------------------------------------------------------------

_STREET_ENDS = (
    "vägen|gatan|stigen|gränd|gränden|torget|torg|backen|backe|leden|platsen|plats|planen|plan|allén|alléen|allen|allé|"
    "liden|lid|svängen|holmen|esplanaden|promenaden|kajen|slingan|slinga|kroken|brinken|rundan|stråket|höjden|"
    "(?<!e)ringen|vreten|gläntan|terrassen|passagen|udden|gattan|gtan|gatn|gatna|vägn|vgn|vgen|vegen|vägenn|gatann|väagen|vagen|"
    "vaegen|väg|gata|stig"
)
# The names of places too: only with a capital.
_PLACE_ENDS = (
    "åsen|dalen|berget|gården|gärdet|ängen|hagen|kullen|stranden|viken|bron|porten|gången|spåret|kransen|bågen|skogen"
)
_SIDES = words("norra södra östra västra gamla nya stora lilla övre nedre inre yttre mellersta smala långa korta")
# Of an English-style or bare street before or after its number; too many words end in the rest.
_SURE_ENDS = "vägen|gatan|stigen|gränden|gränd|torget|allén|liden|svängen|slingan|leden|gata|väg|backen|höjden|brinken"
_HOUSE = (
    r"(?>(?:nr\.? ?:? ?|nummer |no\.? |hus nr\.? )?(?!(?:18|19|20)[0-9]{2}\b)([1-9][0-9]{0,3}|[lI][0-9]{1,2}|[1-9]O)"
    rf"(?: ?[A-H](?![{LETTER}]))?(?: ?(?:[-/+&]|och|o) ?[1-9][0-9]{{0,2}}(?![0-9]))*(?: ?[{LETTER}](?![{LETTER}]))?)"
)
# What is counted after a number; a word in small letters, or "Storgatan 7 Fönster krossat" would be seven windows.
_QUANTITY = (
    r"(?! ?(?:%|°|(?-i:km|cm|mm|st|kr|kronor|tkr|mkr|m|mil|gb|kb|mb|kg|ton|kvm|ha|pers|min|tim|ggr|h|dB|kWh)\b"
    r"|sek\b|(?-i:stycken|gång|procent|grader|meter|minut|timm|dag|dygn|veck|månad|kvadrat|hektar|anmäl|händelse|"
    r"incident)"
    r"|(?-i:år|års|personer|person|elever|barn|ungdomar|vuxna|ärenden|brott|fall|fordon|bilar|mopeder|moppar|"
    r"a-traktorer|"
    r"epor|epa-traktorer|cyklar|fönster(?! krossa)|rutor|träd|parkeringar|parkeringsplatser|platser|besök\w*|deltagare|"
    r"kontroller|tillfällen|familjer|lägenheter|hus(?! [A-Z0-9]\b)|killar|tjejer|pojkar|flickor|män|kvinnor|poliser|"
    r"vakter|"
    r"ordningsvakter|lampor|bänkar|skyltar|gäng(?! med)|försök|stölder|bråk(?! igen)|skador|olyckor|nya|olika|stora|"
    r"små|invånare|"
    r"svar|klotter|papperskorgar|hushåll|gånger|rapporter|brevlådor|dörrar|stolpar|gatlyktor|lyktor|soptunnor|skadade|"
    r"kvällar|nätter|morgnar|helger|eftermiddagar|sekunder|säsonger|skolbarn|småbarn|tonåringar|ungar|pensionärer|"
    r"föräldrar|"
    r"lärare|cyklister|fotgängare|gående|vandrare|vittnen|turister|hundar|katter|rådjur|getter|stenar|flaskor|burkar|"
    r"nycklar|gungor|stolar|armaturer|brunnar|bussar|lastbilar|traktorer|husbilar|husvagnar|mc-förare|förare|"
    r"scootrar|elsparkcyklar|skotrar|kullar|farthinder|gupp|tält|säckar|däck|pallar|containrar|synpunkter|klagomål|"
    r"felanmälningar|observationer|ingripanden|orosanmälningar|krockar|singelolyckor|trafikolyckor|bilbränder|"
    r"larm|gripna|åringar|andra|till|stulna|trasiga|krossade|sönder\w*(?<!en)(?<!et)(?<!ad)(?<!at)|nedsläckta)\b"
    r"(?! (?:mot knivlagen|på rutan))"
    r"|av [0-9]|(?!(?:19|20)?[0-9]{2}-?[0-1][0-9]-?[0-3][0-9]\b|[0-2]?[0-9][:.][0-5][0-9]\b|[0-9] ?(?:tr|pers)|"
    r"[0-9]{3} ?[0-9]{2}\b)"
    r"[0-9]))"
)
_HOUSE_ENDS = (
    rf"(?![.:][0-9])(?![0-9])(?!-[{LETTER}]{{2}}(?<!-an)(?<!-ans))"
    r"(?! (?:jan|feb|mars|apr|maj|juni|juli|aug|sep|okt|nov|dec))"
)
# Between street and house; not ": 3" and "(3)", which count.
_BETWEEN = r"[\"”]?(?:, ?| , ?|/|_|-|\.(?=[0-9])| \((?=n)| på (?=n)| med (?=n)| )?"
_NUMBER = rf"{_BETWEEN}{_HOUSE}{_HOUSE_ENDS}{_QUANTITY}"
_NO_STREET = re.compile(
    r"(?:arbets|parkerings|lek|håll|mötes|bad|camping|rast|uppställnings|återvinnings|skol|boll|fotbolls|tränings|"
    r"idrotts|flyg|sitt|sov|mark|bo|vänt|last|fynd|brotts|sam|upp|fram|an|bygg|tävlings|utflykts|natur|grill|sjuk|vård|"
    r"praktik|lär|studie|elev|förskole|barnomsorgs|hand|åtgärds|verksamhets|budget|detalj|översikts|hand\w+s|"
    r"läns|riks|europa|motor|stam|cykel|gång|gång- och cykel|enskild\w*|grus|tvär|genomfarts|in|ut|av|på|om|huvud|land|"
    r"väg|ban|skogs|vandrings|problem|flykt|led|skid|motions|mellan|trafik|bil|lokal|kommun|stamm|barn|inner|bak|"
    r"ell?jus|"
    r"tåg|järnvägs|gäst|småbåts|över|under|små|fritids|sten|före|ned|till|hem|död|spår|hembygds|lägen?|lärar|"
    r"vuxen)"
    r"(?:platsen|plats|planen|plan|vägen|vagen|väg|leden|backen|backe|stigen|stig|torget|torg|gården|"
    r"gången|spåret|porten|bron|passagen|ängen|stranden|viken|skogen|berget|dalen)|"
    # Few kinds of street are called so; Skolgatan is a name.
    r"(?:huvud|tvär|bak|sido|lokal|genomfarts|gång|gå|enskild\w*|stam|stamm|in|ut|trafik|bil|cykel|problem|mellan|"
    r"motor|läns|barn|led)"
    r"(?:gatan|gata)|kyrkogården|"
    r"(?:(?:\w+-)?[a-zåäö]-|båt|besöks|personal|ladd|laddnings|handikapp|torg|salu|husvagns|husbils|tält|"
    r"ställ)plats(?:en)?",
    re.IGNORECASE,
)
# Roads that many places have named after what lies there: with a capital they are names.
_NAME_OF_ROAD = re.compile(
    r"(?:Skol|Bad|Skogs|Mellan|Land|Sten|Idrotts|Camping|Järnvägs|Hembygds|Stam|Små|Fritids|Sjuk|Bil|Bo|Håll|Mark|Ban|Över)"
    r"(?:vägen|vagen|backen|stigen|torget)"
)
_NO_NAME_OF_STREET = re.compile(
    r"(?:vid|på|i|längs|mot|till|från|över|en|ett|den|det|enskild|allmän|denna) \w+", re.IGNORECASE
)
# Shortened streets: Kyrkv. 14, Storg 5. With these stems in any case, with or without the full stop.
_STEMS = (
    "stor|kyrk|kyrko|skol|hamn|villa|drottning|kung|kungs|torg|strand|ny|ring|park|industri|station|stations|sol|sjö|"
    "havs|hav|hag|ås|lille|lill|lång|bergs|skog|skogs|björk|ek|alm|tall|gran|rönn|lind|ask|asp|furu|bruks|freds|"
    "järnvägs|trädgårds|smedje|köpmans|prost|präst|doktors|fabriks|idrotts|äng|ängs|dal|dals|kvarn|backe|"
    "väst|öst|norr|söder|uddevalla|göteborgs|kungälvs|orust|tjörn"
)
_VILLAGES = (
    "mollösund|nösund|hälleviksstrand|höviksnäs|käringön|gullholmen|edshultshall|stocken|slussen|kåröd|malö|flatön|lyr|"
    "bleket|klädesholmen|kyrkesund|dyrön|åstol|almösund|hjälteby|säby|björholmen|skåpesund|morlanda|tegneby|råssö|"
    "strandnorum|askeröarna|askerön|härön|åstol|tjörnekalv|stockevik|häggvall|toftenäs|kårehogen|rossön|"
    "svanvik|fagerfjäll|siglefjäll|djupvik|kållekärr|stala|långelanda|myckleby|malöga|breviken|skulevik"
)
_ADDRESSES = (
    # One word: Storgatan 12 B; small letters too.
    re.compile(rf"(?<![{LETTER}])([{LETTER}][{LETTER}-]*?(?:{_STREET_ENDS})s?){_NUMBER}", re.IGNORECASE),
    re.compile(rf"(?<![{LETTER}])([{UPPER}][{LETTER}-]+?(?:{_PLACE_ENDS}))(?i:{_NUMBER})"),
    # Two words or more: Norra vägen 3, Gustav Adolfs torg 1, Karl XII:s gata 4.
    re.compile(
        rf"(?<![{LETTER}])((?:(?:[{UPPER}][{LETTER}.-]*(?::s|:a|:ta)?|[1-9]:[ae]) ){{1,3}}[{LETTER}]*"
        rf"(?i:{_STREET_ENDS}))(?i:{_NUMBER})"
    ),
    # Small letters: norra vägen 3, kung oscars väg 5.
    re.compile(
        rf"(?<![{LETTER}])((?:{'|'.join(sorted(_SIDES))}|{_STEMS}|[{LOWER}]{{3,}}s) (?:{_STREET_ENDS})){_NUMBER}",
        re.IGNORECASE,
    ),
    # A street without such an ending, after a word for what it is: bor på Kullen 4, adress: Björnhuvud 12.
    re.compile(
        rf"(?i:(?<![{LETTER}])(?:(?:hem|bostads|gatu|besöks|post)?adr(?:\.|ess(?:en)?(?: är)?)?:?|bor(?: (?:i|på|"
        rf"vid))?|bosatt "
        rf"(?:i|på)|"
        rf"boende (?:i|på|vid)|boende|hem till|hemma (?:i|på)|hämtas (?:i|på|vid)))(?: |(?<=:))"
        rf"((?:[{UPPER}][{LETTER}-]+ ){{0,2}}[{UPPER}][{LETTER}-]{{2,}}),? (?i:{_HOUSE}{_HOUSE_ENDS}{_QUANTITY})"
    ),
    # In the country there are farms and numbers: gården på Valla Hoga 145, villan Norums Berg 204.
    re.compile(
        rf"(?i:(?<![{LETTER}])(?:villan?|gården|torpet|(?:sommar|fritids)?stugan?|(?:bostads|sommar)?huset?|familjen|"
        rf"grannen|grannar(?:na)?|skriven|hemma(?: hos [{LETTER}]+)?|i hemmet|bodde|ladan|ladugården|uthuset)"
        rf"(?: (?:i|på|vid|hos))?[ ,(\"”:]{{1,2}})"
        rf"((?:[{UPPER}][{LETTER}-]+ ){{0,2}}[{UPPER}][{LETTER}-]{{2,}}(?: by)?) (?i:{_HOUSE}{_HOUSE_ENDS}{_QUANTITY})"
    ),
    # Two words of a place and three digits: Långelanda Backa 180.
    re.compile(rf"(?<![{LETTER}])([{UPPER}][{LOWER}]+ [{UPPER}][{LOWER}]{{2,}}) ([1-9][0-9]{{2}})(?=, [{UPPER}])"),
    # Villages of the islands have numbers and no streets: Säby 120, 471 73 Hjälteby.
    re.compile(
        rf"(?<![{LETTER}])((?:[{UPPER}][{LETTER}-]+ )?[{UPPER}][{LETTER}-]{{2,}}) ([1-9][0-9]{{0,3}}[A-Za-z]?), "
        r"(?:[1-9][0-9]{2} [0-9]{2} )?(?:Orust|Tjörn|Stenungsund)\b"
    ),
    re.compile(rf"\b({_VILLAGES}) ([1-9][0-9]{{2,3}})(?= ?[A-Ca-c]?(?: ?[.,;!?)]|$))", re.IGNORECASE),
)
_SHORT_STEM = re.compile(
    rf"(?<![{LETTER}])((?:[nsöv]\.? ?)?(?:{_STEMS})(?:v|g|vg|gat)\b)\.? ?(?:nr\.? ?)?(?=[1-9])"
    rf"{_HOUSE}{_HOUSE_ENDS}{_QUANTITY}",
    re.IGNORECASE,
)
_SHORT = (
    # No Swedish word ends so: stenkrossv 8, Drottningg 14, Fredsg 12, bagareg 4, tegelgat 9.
    re.compile(
        rf"(?<![{LETTER}])([{LETTER}]{{3,}}(?:[sndgkptmb]v|[sdtpbf]g|vgn?)|[{LETTER}]{{4,}}[lr]v|[{LETTER}]{{2,}}areg|"
        rf"[{LETTER}]{{2,}}(?:[lmdtkps]|n[dg]?|[^ä]r)gat)\.? ?"
        rf"{_HOUSE}{_HOUSE_ENDS}{_QUANTITY}",
        re.IGNORECASE,
    ),
    # With the full stop, but not the end of a sentence (Göteborg. 12, Ledning. 3, arkiv. 4).
    re.compile(
        rf"(?<![{LETTER}])([{UPPER}](?:[{LOWER}]{{3,}}(?<!bor|ber|sko|gån)(?<!in|än|un)(?<![aiä])g|torg|asag"
        rf"|[{LOWER}]*[{LOWER}]{{2}}v|[{LOWER}]{{3,}}gr|[{LOWER}]{{3,}}(?:prom|espl|pl))\.) ?"
        rf"{_HOUSE}{_HOUSE_ENDS}{_QUANTITY}"
    ),
)
_NO_SHORT = re.compile(
    r".*(?:elev|brev|lov|rov|behov|(?:^|[rtshgldk]|sk|^.{0,3}n)av|[bf]orgat|[^n]ingat|[aäo]ngat|helgat|följ?gat|liv|"
    r"tiv|siv|arkiv|golv|halv|tolv|själv|valv|kalv|arv|larv|torv|nerv|korv|skarv|"
    r"rev|serv|"
    r"kurv|blev|tv|kniv|skriv|driv|giv|blåv|löv|sov|berg|borg|dag|[iä]ng|ung|ång|väg|ekg|lag|ug|ig|ygg|ägg|agg|"
    r"[ou]gg)\.?",
    re.IGNORECASE,
)
_NUMBER_FIRST = re.compile(
    rf"(?<![{LETTER}0-9])(?<![0-9][.,:/-])(?<![§/])([1-9][0-9]{{0,2}})(?: ?([{LETTER}]))?,? "
    rf"((?:[{UPPER}][{LETTER}-]+ )?[{UPPER}][{LETTER}-]+(?:{_SURE_ENDS}|(?-i:(?:GATAN|VÄGEN|STIGEN|GRÄND)))"
    rf"|[{LOWER}-]{{2,}}(?:{_SURE_ENDS}))(?![{LETTER}-])(?! ?[0-9])"
)
# Words after which a number is none of a house.
_COUNTS_BEFORE = re.compile(
    rf"(?:(?<![{LETTER}])(?:kl\.?|klockan|buss|bussen|linje|v\.?|vecka|veckorna|väg|vägen|riksväg|länsväg|rv|lv|den|"
    rf"åk|klass|"
    r"årskurs|rum|sal|plan|våning|punkt|§|sid|s\.|sida|hållplats|läge|ca|cirka|mellan|och|antal|över|efter|före|st|"
    r"omkring|minst|högst|tabell|figur|bild|foto|kap|nr|ärende|rapport|rond|från|till|med|se|januari|februari|mars|"
    r"april|maj|juni|juli|augusti|september|oktober|november|december|upp|km|körde|i|dessa|alla|av|de|fem|på)|"
    r"[-–+=%/:]) ?$",
    re.IGNORECASE,
)
_HOME_BEFORE = re.compile(
    rf"(?:^|(?<![{LETTER}])(?:bor (?:på|i)?|bo på|adress\w*:?|hem till|granne\w*|boende(?: på)?) ?)$", re.I
)
_NUMBER_OF_STREET = (
    # nr 12 på Storgatan, 12:an på Storgatan, hus 12 på Storgatan
    re.compile(
        rf"(?<![{LETTER}])(?:(?:nr\.?|nummer|numret|hus(?:et)?|villan?|port|uppgång|"
        rf"dörr) ?(?:nr\.? ?)?[1-9][0-9]{{0,2}} "
        rf"?[A-Za-z]?"
        rf",? (?:(?:på|i|vid|längs) )?|(?<![0-9])[1-9][0-9]{{0,2}}(?::[ae]n|[ae]n) (?:på|i|vid) )"
        rf"[{LETTER}-]{{2,}}(?:{_SURE_ENDS})(?![{LETTER}])",
        re.IGNORECASE,
    ),
    # Storgatan hus nr 12, Storgatan med nummer 12, på Storgatan i 12:an
    re.compile(
        rf"(?<![{LETTER}])[{LETTER}-]{{3,}}(?:{_SURE_ENDS})[ ,(]{{1,2}}(?:(?:med|i|på|hus(?:et)?|port(?:en)?|villan?|"
        rf"uppgång) )?"
        rf"(?:(?:hus|port|uppgång|husnummer|hus ?nr\.?|nr\.?|nummer):? ?[1-9][0-9]{{0,2}}(?![0-9])(?! ?%)|"
        r"[1-9][0-9]{0,2}(?::[ae]n|[ae]n)\b)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<![{LETTER}])(?:[{UPPER}][{LETTER}-]{{2,}}(?:{_SURE_ENDS}) |[{LETTER}-]{{3,}}(?:{_SURE_ENDS}) (?:nr\.?|"
        rf"nummer) )"
        rf"(?:två|tre|fyra|fem|sex|sju|åtta|nio|tio|elva|"
        rf"tolv|"
        rf"tretton|fjorton|femton|sexton|sjutton|arton|nitton|tjugo[{LOWER}]*)(?: [A-Fa-f])?(?= ?[.,;!?)]|$)"
    ),
)
_BOX = re.compile(
    r"\b[Pp][Ll]\.? ?[1-9][0-9]{3}(?![0-9])|\b(?:Box|BOX|[Pp]\.?[Oo]\.? ?[Bb]ox|[Pp]ostbox|[Pp]ostfack|[Pp]ostlåda|PL|"
    r"Pl\.) ?(?:nr\.? )?"
    r"[1-9][0-9]{1,4}(?![0-9])(?![.:,][0-9])"
    rf"{_QUANTITY}|\bbox [1-9][0-9]{{1,4}},? (?:[0-9]{{3}} ?[0-9]{{2}} )?(?:[Ss]tenungsund|[Oo]rust|[Tt]jörn|[Hh]enån|"
    rf"[Ss]kärhamn)"
    rf"|(?<![{LETTER}])[Cc]/[Oo]:? ?[{LETTER}]{{2,}}"
)
_TOWNS = (
    "stenungsund|stora höga|jörlanda|spekeröd|ödsmål|ucklum|svenshögen|svanesund|henån|ellös|varekil|myggenäs|skärhamn|"
    "rönnäng|höviksnäs|hjälteby|mollösund|hälleviksstrand|nösund|kållekärr|kyrkesund|klövedal|hällevadsholm|orust|"
    "tjörn|"
    "kungälv|uddevalla|göteborg|ljungskile|lysekil|kode|marstrand"
)
_POSTCODES = (
    re.compile(
        rf"(?<![0-9{LETTER}])(?<![0-9][ .,:-])(?:SE?[- ])?[1-9][0-9]{{2}} [0-9]{{2}},?  ?\(?(?!Kr\b|"
        rf"SEK\b)[{UPPER}][{LETTER}]{{2,}}"
    ),
    # Without a blank a population looks the same: only after a comma or house number, or in Bohuslän's range.
    re.compile(rf"(?:(?<=[0-9{LETTER}], )|(?<=\n)|(?<=SE-)|(?<=S-))[1-9][0-9]{{4}},? [{UPPER}][{LETTER}]{{2,}}"),
    re.compile(
        rf"(?<![0-9])(?<![0-9][ .,:-])(?:44[0-9]|45[0-9]|47[1-4])(?:[0-9]{{2}}|[-.][0-9]{{2}}),? (?i:{_TOWNS}|"
        rf"(?-i:[{UPPER}][{LETTER}]{{2,}}))"
    ),
    re.compile(rf"(?<![0-9])(?<![0-9][ .,:-])[1-9][0-9]{{2}} [0-9]{{2}},? (?:{_TOWNS})\b", re.IGNORECASE),
    re.compile(r"(?<![0-9])(?<![0-9][ .,:-])4[0-3][0-9]{3},? Göteborg\b"),
    # The place first: Henån 473 34.
    re.compile(rf"\b(?:{_TOWNS}),? (?:44[0-9]|45[0-9]|47[1-4]) [0-9]{{2}}(?![0-9]){_QUANTITY}", re.IGNORECASE),
    re.compile(r"\b(?:postnr|postnummer|postadress)\.?:? ?[1-9][0-9]{2} ?[0-9]{2}(?![0-9])", re.IGNORECASE),
    re.compile(
        r"\b(?:lght?|lägenhet|lägenhetsnummer|lghnr|lgh\.?nr)[.:]? ?(?:(?:nr\.? ?)?1[0-9]{3}|nr\.? "
        r"?[1-9][0-9]{0,3})(?![0-9])",
        re.IGNORECASE,
    ),
    re.compile(rf"(?<![0-9] )\blgh\.? [1-9][0-9]{{0,2}}(?![0-9.:,]){_QUANTITY}", re.IGNORECASE),
)


def find_addresses(text: str) -> Iterator[Span]:
    for pattern in _ADDRESSES:
        for match in pattern.finditer(text):
            if _is_street(match[1], match[2], text[match.end() : match.end() + 12]):
                yield *match.span(), Kind.ADDRESS
    for match in _SHORT_STEM.finditer(text):
        yield *match.span(), Kind.ADDRESS
    for pattern in _SHORT:
        for match in pattern.finditer(text):
            if not _NO_SHORT.fullmatch(match[1]) and match[1].lower() not in _municipalities():
                yield *match.span(), Kind.ADDRESS
    for match in _NUMBER_FIRST.finditer(text):
        before = text[max(match.start() - 20, 0) : match.start()]
        is_sure = match[2] is not None or match[3][0].isupper()
        is_house = _HOME_BEFORE.search(before) or (is_sure and not _COUNTS_BEFORE.search(before))
        if is_house and _is_street(match[3], match[1], ""):
            yield *match.span(), Kind.ADDRESS
    for pattern in (*_NUMBER_OF_STREET, _BOX, *_POSTCODES):
        for match in pattern.finditer(text):
            yield *match.span(), Kind.ADDRESS


def _is_street(street: str, number: str, after: str) -> bool:
    """Whether the word before a house number is the name of a street; a postcode after it says so in any case."""
    last = street.split(" ")[-1]
    is_named = _NAME_OF_ROAD.fullmatch(last) or re.match(r", [0-9]{3} ?[0-9]{2} ", after)
    if _NO_STREET.fullmatch(last) and not is_named:
        return False
    if _NO_NAME_OF_STREET.fullmatch(street) or street.lower() in _municipalities():
        return False
    return not _is_road(street, number)


def _is_road(street: str, number: str) -> bool:
    """Whether "väg 160" or "vägen 160" is a numbered road, however the word before it is spelled."""
    parts = street.lower().split(" ")
    ends = (*_STREET_ENDS.split("|"), "ringen")
    if len(parts) == 1:
        return parts[0] in ends
    if parts[-1] not in ("väg", "vägen"):
        return parts[-1] in ends and parts[-2] in ("denna", "samma", "varje", "vår", "någon")
    named = parts[-2].endswith(("s", "x", "z")) or parts[-2] in _SIDES or parts[-2] in _STEMS.split("|")
    return (
        not named
        or parts[-2] in ("trafikverkets", "länets", "kommunens", "trafikens")
        or (len(number) == 3 and parts[-2] in ("orusts", "tjörns", "stenungsunds", "bohusläns"))
    )


@cache
def _places() -> frozenset[str]:
    listed = " ".join(read_reference("places")["place"]).lower()
    return _municipalities() | words(listed.replace("/", " ")) | frozenset(_TOWNS.split("|"))


@cache
def _municipalities() -> frozenset[str]:
    return frozenset(name.lower() for name in read_reference("municipalities")["municipality"])


# --- Property designations --------------------------------------------------------------------------------------------

_NO_TRAKT = words(
    "joh matt mark luk rom kor mos ps jes upp petr match matchen halvlek lag lagen kl klockan kapitel kap skala "
    "prop proposition förordning sfs sou ds dir rapport dnr diarienr version bild tabell figur sida avsnitt bilaga "
    "punkt ställning resultat seger förlust mål osl brb tf rf pbl lvu lvm sol fl gdpr matteus markus lukas johannes "
    "psaltaren sverige tid tiden start slut från till nr nummer ratio sosfs hslf fs bfs måndag tisdag onsdag "
    "torsdag fredag lördag söndag måndagen tisdagen onsdagen torsdagen fredagen lördagen söndagen januari februari "
    "mars april maj juni juli augusti september oktober november december idag igår inatt ikväll natten kvällen "
    "dagen morgonen strax cirka ca omkring runt före efter vid senast tidigast larm samtal paragraf artikel mot "
    "vann vinst slog ledde förhållande blandning andel psalm psalmen steg steget åtgärd åtgärden delmål delmålet fråga "
    "frågan övning uppgift nivå prio prioritet rad raden ritning del delen set odds kvot oddset tippade skift skiftet "
    "rast rasten förhållandet fas etapp moment krav kriterium aktivitet insats moseboken mosebok vers strof karta "
    "skolan bussen färjan tåget lunchen lektionen mötet torget stationen fritidsgården affären bion oavgjort "
    "kvitterade "
    "straffar straffarna sudden förlängning finland norge danmark island tyskland england spanien italien frankrike "
    "lektion block rum sal kurs budget mall saft lut modul serie hemmalaget bortalaget jesaja jeremia grupp sektion "
    "tabellrad sjuan femman ruta rutan spår skylt klass omgång period perioden"
)
# Laws, books of the bible and the like: Skollagen 5:7, Romarbrevet 8:28, Regeringsformen 2:1.
_NO_TRAKT_ENDS = re.compile(
    r".*(?:lagen|balken|formen|ordningen|brevet|boken|mosebok|stadgan|psalmen|evangeliet|planen|målet)"
)
# What makes two single digits the result of a match.
_PLAYED = re.compile(
    r"\b(?:vann|vinst|vinner|seger|slog|förlor\w*|förlust|kvitt\w*|ledde|leder|straff\w*|match\w*|halvlek\w*|"
    r"halvtid|set|"
    r"oavgjort|spela\w*|final\w*|derby\w*|slutade|slutresultat|resultat\w*)\b",
    re.IGNORECASE,
)
_UNIT = r"(?:[1-9][0-9]{0,2}|(?i:s|ga|fs)) ?: ?[1-9][0-9]{0,3}"
_PROPERTY = re.compile(
    rf"(?<![{LETTER}])((?:[{UPPER}][{LETTER}]+(?:-[{LETTER}]+)?[ ])?(?:[{UPPER}][{LETTER}]+(?:-[{LETTER}]+)?|[ÅÖ]))[ ]?"
    rf"(?:nr\.? )?({_UNIT})(?![0-9])(?![.:][0-9](?<!:[0-9]))"
)
# Small letters: only what ends as villages and farms do.
_TRAKT_ENDS = (
    "näs|näset|ön|röd|säter|torp|ås|åsen|vik|viken|sund|hult|landa|kärr|backa|berg|dal|holm|höga|rud|ryd|red|strand|"
    "ström|tung|lund|hammar|udd|äng|hed|tuna|lycke|hamn|lös|stenung|löv|bräcke|kyrkeby|säby|by|tveten|hälle|röra|ered|"
    "kile"
)
_PROPERTY_SMALL = re.compile(
    rf"(?<![{LETTER}-])((?:[{LOWER}]+-)?[{LOWER}]*(?:{_TRAKT_ENDS})) ?({_UNIT})(?![0-9])(?![.:][0-9])"
    rf"|\b(?:på|vid|i|från|till) ([{LOWER}]{{4,}}) ([1-9][0-9]{{0,2}}:(?:[1-9]|[1-9][0-9]{{2}}|[6-9][0-9]))"
    r"(?![0-9])(?![.:][0-9])"
)
_IS_PROPERTY = r"(?:skogs|lantbruks|jordbruks|hyres|bostads)?fastighet(?:en|er|erna|s|ens)?"
_PROPERTY_WORD = re.compile(
    rf"\b(?:{_IS_PROPERTY}|fastighetsbeteckning\w*|fastighetsbet|fastigh|tomt|tomten|stugtomt|fast\.? ?bet\w*|fast|"
    rf"fbet|fbtkn|"
    r"fastbet|gården|torpet|samfälligheten|fastighetsbet\.|markägare\w*|ägaren|ägare)"
    rf"\.?:? ?(?:nr\.? ?|är |heter |till |på |i )*"
    rf"((?:[{LETTER}-]+ ){{1,3}}(?:nr )?(?:[1-9][0-9]{{0,2}} ?[:;/.-] ?[1-9][0-9]{{0,3}}|s ?:? "
    rf"?[1-9][0-9]?))(?![0-9])(?![.:-][0-9])",
    re.IGNORECASE,
)
_PROPERTY_BEFORE_WORD = re.compile(
    rf"(?<![{LETTER}])[{UPPER}][{LETTER}-]+[, (]{{1,2}}(?:fastighet(?:en)? )?[1-9][0-9]{{0,2}}(?:[:;.] "
    rf"?[1-9][0-9]{{0,3}})?"
    rf"[, (]{{1,2}}(?:fastighet|samfällighet|tomten)|"
    rf"\btomt(?:en)? [1-9][0-9]{{0,2}}:[1-9][0-9]{{0,3}}|"
    rf"(?<![{LETTER}])[{UPPER}][{LETTER}-]{{3,}} GA ?[1-9][0-9]?(?![0-9.:])|"
    rf"(?<![{LETTER}])[{UPPER}][{LETTER}-]{{3,}} s [1-9][0-9]? samfällighet|"
    rf"(?<![{LETTER}])(?!(?:Kl|Mål|Resultat)\b)[{UPPER}][{LETTER}-]{{3,}},? \(?fastighet(?:en)? "
    rf"[1-9][0-9]{{0,2}}:[1-9][0-9]{{0,3}}"
)
# Brackets or a comma between: Nösnäs (3:24), Nösnäs, 3:24. A unit no time has.
_PROPERTY_APART = re.compile(
    rf"(?<![{LETTER}])([{UPPER}][{LETTER}-]{{2,}})(?:,| \(|, \() ?([1-9][0-9]{{0,2}}:(?:[1-9][0-9]{{2,3}}|[1-9]|"
    rf"[1-9][0-9]))\)?(?![0-9.:])"
)
_QUARTER = re.compile(
    rf"(?<![{LETTER}])(?:(?i:kv)(?:\. ?| |(?=[{UPPER}]))|(?i:kvarter(?:et)?) |(?i:fastighet(?:en|erna)?) |(?i:fast|"
    rf"fastighetsbet)\. "
    rf"?|(?i:fastighetsbeteckning):? )"
    rf"((?:[{UPPER}][{LETTER}-]+ ){{0,2}}[{UPPER}][{LETTER}-]+|[{LOWER}-]{{4,}}) (?:nr\.? "
    rf"?)?[1-9][0-9]{{0,2}}(?![0-9])(?![.:][0-9])"
)
_IS_COUNTED = re.compile(rf"(?!{_QUANTITY})", re.IGNORECASE)
_NO_QUARTER = words(
    "har hade fick med ligger består samt eller under över efter kring runt från till omfattar inom totalt saknar vilka"
)


def find_properties(text: str) -> Iterator[Span]:
    for match in _PROPERTY.finditer(text):
        parts = match[1].lower().replace("-", " ").split()
        if (
            parts[-1] in _NO_TRAKT
            or _NO_TRAKT_ENDS.fullmatch(parts[-1])
            or _is_abbreviation(match[1])
            or _is_no_unit(parts[-1], match[2])
            or _is_score(text, match)
        ):
            continue
        yield *match.span(), Kind.PROPERTY
    for match in _PROPERTY_SMALL.finditer(text):
        place, unit = match[1] or match[3], match[2] or match[4]
        is_place = place not in _NO_TRAKT and not _NO_TRAKT_ENDS.fullmatch(place)
        if is_place and len(place) > 2 and not _may_be_time(unit) and not _is_score(text, match):
            yield *match.span(), Kind.PROPERTY
    for match in _PROPERTY_APART.finditer(text):
        place, unit = match[1].lower(), match[2]
        first, _, second = unit.partition(":")
        is_score = int(first) < 10 and int(second) < 10  # Skärhamn, 3:2
        if (
            place not in _NO_TRAKT
            and place not in _municipalities()
            and not is_score
            and not _may_be_time(f"{first:0>2}:{second}")
        ):
            yield *match.span(), Kind.PROPERTY
    for match in _QUARTER.finditer(text):
        is_count = match[1].islower() and _IS_COUNTED.match(text, match.end())
        if match[1] not in _NO_QUARTER and not is_count:
            yield *match.span(), Kind.PROPERTY
    for pattern in (_PROPERTY_WORD, _PROPERTY_BEFORE_WORD):
        for match in pattern.finditer(text):
            yield *match.span(), Kind.PROPERTY


def _is_abbreviation(place: str) -> bool:
    """HIF, Rönnängs IK; but not TJÖRN KIL, all of it in capitals."""
    last = place.split()[-1]
    return 2 <= len(last) <= 4 and last.isupper() and (last == place or not place.isupper())


def _is_score(text: str, match: re.Match[str]) -> bool:
    """Whether two small numbers are the result of a match: between two sides (IFK-GAIS 4:1), near a word for it."""
    small = re.search(r"(?<![0-9])[0-9]{1,2} ?: ?[0-9]{1,2}$", match[0])
    if small is None:
        return False
    sides = re.fullmatch(rf"([{LETTER}]+)-([{LETTER}]+)", match[1] or match[3] or "")
    if sides is not None and all(side.isupper() or side.lower() in _municipalities() for side in sides.groups()):
        return True
    near = text[max(match.start() - 30, 0) : match.start()] + "|" + text[match.end() : match.end() + 20]
    return _PLAYED.search(near) is not None


def _is_no_unit(place: str, unit: str) -> bool:
    """Whether the unit is a time of day or the result of a match, after the name of a place that is no property."""
    if _may_be_time(unit):
        return place in _places() or re.search(r"(?:en|et|an|na|at|ar|er|de)$", place) is not None
    return place in _TOWNS.split("|") and place in _municipalities() and re.fullmatch("[0-9]:[0-9]", unit) is not None


def _may_be_time(pair: str) -> bool:
    hours, _, minutes = pair.replace(" ", "").partition(":")
    return hours.isdigit() and len(hours) == 2 and len(minutes) == 2 and int(hours) < 24 and int(minutes) < 60
