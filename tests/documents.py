"""A whole report as the formats get it: every kind of block, every focus area, long titles, gaps, synthetic marks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Literal

import polars as pl
import vl_convert

from reports._document import (
    Block,
    Bullets,
    Cell,
    Chart,
    Column,
    Columns,
    Document,
    Download,
    Heading,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Table,
    Voice,
)
from reports._words import NBSP, SYNTHETIC

INTERNAL = "Internt arbetsmaterial. Sekretessprövas före utlämnande."
# What a format must carry through as it stands: markup of every format, a formula, a control sign, an emoji.
HOSTILE = (
    '=SUM(A1:A9)+cmd|" /C calc"!A0 & <script>alert(1)</script> ]]> &lt; \'x\' "y" #panic("hej") $x_1$ *fet* _kursiv_ '
    "@nyckel `kod` \\u0041 //kommentar {{ 7*7 }} <w:p/> 100 % å ä ö 🙂"
)
# focus area, its name, what was counted, the finding
FOCUS_AREAS = (
    (
        "youth_mental_health",
        "Psykisk ohälsa och kränkningar bland unga",
        "elever i årskurs 9 som känner sig trygga i skolan",
        "Färre flickor än pojkar känner sig trygga i skolan, och skillnaden har vuxit sedan 2019",
    ),
    (
        "perceived_safety",
        "Trygghet",
        "invånare som avstår från att gå ut ensamma när det är mörkt",
        "Var fjärde invånare undviker att gå ut ensam på kvällen; skillnaden mot liknande kommuner ryms i slumpen",
    ),
    (
        "alcohol_and_drug_attitudes",
        "Attityder till alkohol och narkotika",
        "elever i årskurs 9 som får dricka alkohol för sina föräldrar",
        "Allt fler föräldrar säger nej till att unga under 18 år dricker alkohol hemma",
    ),
    (
        "drug_dealing",
        "Droghandel",
        "anmälda narkotikabrott",
        "Antalet anmälda narkotikabrott följer polisens insatser och säger lite om droghandeln",
    ),
    (
        "reckless_driving",
        "Buskörning",
        "klagomål på buskörning",
        "Klagomålen på buskörning är fler i maj och juni än under resten av året",
    ),
    (
        "vandalism",
        "Skadegörelse",
        "anmälda skadegörelsebrott",
        "Anmäld skadegörelse är lägre än i liknande kommuner, men ingen säker förändring syns sedan 2019",
    ),
)
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_BLUE, _BAND = "#17506e", "#cfe1ea"


def full_document(
    *, language: Literal["sv", "en"] = "sv", audience: Literal["internal", "public"] = "internal"
) -> Document:
    """A report of Stenungsund as long as a real one."""
    return Document(
        title="Lokal lägesbild 2026",
        subtitle="Brott och trygghet i Stenungsund 2010–2025",
        area="Stenungsund",
        area_code="1415",
        audience=audience,
        language=language,
        status="Utkast",
        is_draft=True,
        banners=((INTERNAL,) if audience == "internal" else ()) + (f"{SYNTHETIC}.",),
        facts=(
            ("Period", "2010–2025, veckor till och med vecka 31 2026"),
            ("Senaste uppgifter", "Brå 2026-03-30, Kolada 2026-07-02, händelserapporter 2026-08-03"),
            ("Underlag för", "kommunstyrelsens beslut enligt lagen (2023:196) om kommuners brottsförebyggande arbete"),
            ("Följs upp senast", "2028-09-01"),
            ("Framtagen av", "Stenungsunds kommun, trygghetssamordningen"),
        ),
        how_to_read=(
            "Antal står först, sedan antal per 100 000 invånare, så att kommuner av olika storlek kan jämföras.",
            "Ett osäkerhetsintervall säger var talet sannolikt ligger: ”mellan 41 och 53 procent”.",
            "”Automatiskt framtagen mening” är gjord av regler. ”Samordnarens bedömning” är skriven av en människa.",
            "Anmälda brott är inte detsamma som begångna brott: allt anmäls inte, och olika mycket på olika håll.",
        ),
        sections=(
            _overview(),
            _crime(),
            _victims(),
            *(_focus_area(number) for number in range(len(FOCUS_AREAS))),
            _places(),
            _comparison(),
            _analysis(),
            _measures(),
            _promises(),
            _sources(),
            _words(),
            _methods(),
            _tables(),
        ),
        author="Stenungsunds kommun",
        as_of=date(2026, 8, 7),
        release="2026-08-07-dmmb",
        version="0.6.0",
        is_synthetic=True,
    )


def svg(spec: Mapping[str, Any]) -> str:
    """A chart as it is drawn in the tests."""
    return vl_convert.vegalite_to_svg(dict(spec))


def serif(svg: str) -> str:
    """A drawing in the one typeface that a PDF has here."""
    return re.sub(r'font-family="[^"]*"', 'font-family="Libertinus Serif"', svg)


def hostile_document() -> Document:
    """A short report with text in every place that would break a format that pasted it into its own code."""
    cell = Cell(text=HOSTILE, small=HOSTILE)
    table = Table(
        id="t", caption=HOSTILE, columns=(Column(title=HOSTILE), Column(title="b")), rows=((cell, cell),), note=HOSTILE
    )
    chart = replace(bars("c", [("a", 1.0)], HOSTILE), alternative=HOSTILE, caption=HOSTILE, table=table)
    key = KeyFigure(title=HOSTILE, value=HOSTILE, details=(HOSTILE,), verdict=HOSTILE)
    blocks: tuple[Block, ...] = (
        Paragraph(text=HOSTILE, voice="coordinator", changed=HOSTILE),
        Bullets(items=(HOSTILE,)),
        Heading(text=HOSTILE),
        KeyFigures(figures=(key,)),
        Columns(columns=((Paragraph(text=HOSTILE),), (Paragraph(text=HOSTILE),))),
        replace(table, id="u"),
        chart,
    )
    return replace(
        full_document(),
        title=HOSTILE,
        subtitle=HOSTILE,
        area=HOSTILE,
        status=HOSTILE,
        banners=(HOSTILE,),
        facts=((HOSTILE, HOSTILE),),
        how_to_read=(HOSTILE,),
        sections=(
            Section(id="laget", title=HOSTILE, blocks=(table,), kind="page"),
            Section(id="vandalism", title=HOSTILE, kicker=HOSTILE, blocks=blocks, kind="page"),
            Section(id="metoder", title=HOSTILE, blocks=(Paragraph(text=HOSTILE),), kind="appendix"),
        ),
    )


# ------------------------------------------------------------------------------------------------------------ sections


def _overview() -> Section:
    judged = (
        ("stor", "stigande", "högre", "stor", "uppgift saknas"),
        ("måttlig", "oförändrad", "skillnaden ryms i slumpen", "stor", "liten"),
        ("måttlig", "sjunkande", "lägre", "måttlig", "bedöms inte"),
        ("kan inte avgöras", "bedöms inte (följer polisens insatser)", "bedöms inte", "måttlig", "uppgift saknas"),
        ("måttlig", "för få år för att bedöma utvecklingen", "räknas olika i olika kommuner", "stor", "2 skadade 2025"),
        ("liten", "ingen säker förändring", "lägre", "liten", "1,2 miljoner kronor 2025"),
    )
    return Section(
        id="laget",
        title="Läget på en sida",
        kind="page",
        blocks=(
            Paragraph(
                voice="coordinator",
                text="Läget är i huvudsak lugnt. Det som oroar mest är tryggheten bland flickor i årskurs 9 och "
                "buskörningen kring Hasselbacken på försommaren. Skadegörelsen är fortsatt låg. Fritidsgårdens ändrade "
                "öppettider och vuxenvandringarna följs upp i höst.",
            ),
            Paragraph(
                voice="coordinator",
                text="Vi vet fortfarande för lite om droghandeln: de anmälda brotten speglar var polisen har letat.",
                changed="Siffrorna i Droghandel har ändrats sedan texten skrevs 2026-05-12.",
            ),
            Table(
                id="laget-omraden",
                caption="Fem bedömningar per fokusområde",
                columns=tuple(
                    Column(title=title)
                    for title in (
                        "Fokusområde",
                        "Omfattning",
                        "Utveckling",
                        "Jämfört med liknande",
                        "Oro",
                        "Konsekvens",
                    )
                ),
                rows=tuple(
                    (Cell(text=name, link=f"#{key}"), *(Cell(text=text) for text in row))
                    for (key, name, _, _), row in zip(FOCUS_AREAS, judged, strict=True)
                ),
                note="Bedömningarna är fem och läggs inte ihop till en summa.",
            ),
            Heading(text="Nytt sedan förra rapporten"),
            Bullets(
                voice="generated",
                items=(
                    "Anmäld skadegörelse 2025 är inläst: 228 anmälda brott, 851 per 100 000 invånare.",
                    "Skolenkätens svar från vårterminen 2026 är inlästa för kommunala skolor.",
                    "En uppgift om folkmängden 2024 är rättad av SCB.",
                ),
            ),
            Heading(text="Vad vi inte kan veta"),
            Bullets(
                items=(
                    "Hur mycket som händer men aldrig anmäls.",
                    "Om färre klagomål betyder mindre buskörning eller att färre orkar klaga.",
                )
            ),
        ),
    )


def _crime() -> Section:
    kinds = (
        ("Samtliga anmälda brott", 2418, "9 030", "lägre", "lägre", "minskar"),
        ("Våldsbrott", 214, "799", "skillnaden ryms i slumpen", "lägre", "ingen säker förändring"),
        ("Misshandel utomhus", 43, "161", "skillnaden ryms i slumpen", "lägre", "kan inte avgöras med dessa tal"),
        ("Hot", 187, "698", "högre", "skillnaden ryms i slumpen", "ökar"),
        ("Sexualbrott", 39, "146", "skillnaden ryms i slumpen", "skillnaden ryms i slumpen", "för få år"),
        ("Bostadsinbrott", 21, "78", "lägre", "lägre", "minskar"),
        ("Stöld ur och från bil", 96, "358", "lägre", "lägre", "minskar"),
        ("Båtstöld och stöld ur båt", 34, "127", "uppgift saknas", "uppgift saknas", "ingen säker förändring"),
        ("Bedrägeri", 312, "1 165", "skillnaden ryms i slumpen", "lägre", "ökar"),
        ("Narkotikabrott", 151, "564", "bedöms inte", "bedöms inte", "bedöms inte"),
        ("Skadegörelse", 228, "851", "lägre", "lägre", "ingen säker förändring"),
        ("Våld i nära relation", "<5", "..", "döljs av hänsyn till enskilda", "uppgift saknas", "uppgift saknas"),
    )
    return Section(
        id="brottsligheten",
        title="Brottsligheten i stort",
        kind="page",
        blocks=(
            Paragraph(voice="generated", text="2025 anmäldes 2 418 brott i Stenungsund, 9 030 per 100 000 invånare."),
            Paragraph(
                voice="generated",
                text="Det är lägre än i de sju liknande kommunerna. Kommunen ligger på plats 112 av 290, med osäkerhet "
                "mellan plats 88 och 141, där plats 1 har flest anmälda brott per invånare.",
            ),
            trend(
                "brott-utveckling",
                "De anmälda brotten har minskat sedan 2016",
                "Samtliga anmälda brott per 100 000 invånare 2010–2025, Stenungsund och liknande kommuner.",
                series={"Stenungsund": 10200.0, "Liknande kommuner": 10900.0},
                drift=-80.0,
            ),
            Table(
                id="brott-typer",
                caption="Anmälda brott 2025 efter brottstyp, Stenungsund (26 777 invånare)",
                columns=(
                    Column(title="Brottstyp"),
                    Column(title="Antal", is_number=True),
                    Column(title=f"Per 100{NBSP}000 invånare", is_number=True),
                    Column(title="Jämfört med liknande kommuner"),
                    Column(title="Jämfört med riket"),
                    Column(title="Utveckling fem år"),
                ),
                rows=tuple(
                    (
                        Cell(text=name, is_synthetic=name.startswith("Båt")),
                        Cell(text=f"{count:,}".replace(",", NBSP) if isinstance(count, int) else count),
                        Cell(text=rate.replace(" ", NBSP)),
                        Cell(text=similar),
                        Cell(text=country),
                        Cell(text=change),
                    )
                    for name, count, rate, similar, country, change in kinds
                ),
                note="Källa: Brå. Egen bearbetning. <5: färre än fem; döljs av hänsyn till enskilda.",
                is_wide=True,
                is_sortable=True,
                download=Download(
                    name="anmalda-brott_1415-stenungsund_2025", frame=pl.DataFrame({"brottstyp": [k[0] for k in kinds]})
                ),
            ),
        ),
    )


def _victims() -> Section:
    return Section(
        id="vem-drabbas",
        title="Vem drabbas och vem känner oro",
        kind="page",
        blocks=(
            KeyFigures(
                figures=(
                    KeyFigure(
                        title="utsatta för brott mot person 2024",
                        value=f"19{NBSP}%",
                        details=("sannolikt mellan 15 och 23 procent", "Nationella trygghetsundersökningen"),
                        verdict="skillnaden mot riket ryms i slumpen",
                    ),
                    KeyFigure(
                        title="oroar sig för brottsligheten i samhället",
                        value=f"42{NBSP}%",
                        details=("sannolikt mellan 38 och 46 procent", "312 svarande, svarsfrekvens 41 procent"),
                        verdict="lägre än i riket",
                    ),
                    KeyFigure(
                        title="barn som levt med våld i hemmet",
                        value="uppgift saknas",
                        details=("Ingen källa redovisar detta per kommun.",),
                        is_missing=True,
                    ),
                )
            ),
            Paragraph(voice="generated", text="Kvinnor undviker oftare än män att gå ut ensamma när det är mörkt."),
            Paragraph(voice="generated", text="Unga män är oftast utsatta för misshandel, unga kvinnor för hot."),
            bars(
                "oro-kon-alder",
                [("Kvinnor 16–29", 38.0), ("Män 16–29", 14.0), ("Kvinnor 30–64", 31.0), ("Män 30–64", 12.0)],
                "Kvinnor känner sig mer otrygga än män i alla åldrar",
            ),
            Heading(text="Våld i nära relation"),
            Paragraph(
                text="Anmälningarna är få och döljs. Socialtjänstens uppgifter jämförs bara med sig själva över tid."
            ),
            Heading(text="Barn och unga"),
            Paragraph(voice="missing", text="Analys saknas. Samordnaren har inte skrivit något här ännu."),
        ),
    )


def _focus_area(number: int) -> Section:
    key, name, counted, finding = FOCUS_AREAS[number]
    is_missing = key == "drug_dealing"
    synthetic = key in ("reckless_driving", "youth_mental_health")
    months = ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"]
    return Section(
        id=key,
        title=finding,
        kicker=name,
        kind="page",
        blocks=(
            KeyFigures(
                figures=(
                    KeyFigure(
                        title=f"{counted} 2025",
                        value=str(228 - 17 * number),
                        details=(
                            f"{851 - 40 * number} per 100{NBSP}000 invånare, sannolikt mellan 745 och 970",
                            "fem år tidigare: 214",
                        ),
                        verdict="lägre än i liknande kommuner",
                        is_synthetic=synthetic,
                    ),
                    KeyFigure(
                        title="som ser detta som ett problem i bostadsområdet",
                        value=f"{12 + number}{NBSP}%",
                        details=("sannolikt mellan 9 och 16 procent", "312 svarande"),
                        verdict="skillnaden mot länet ryms i slumpen",
                    ),
                    KeyFigure(
                        title="rapporter från kommunens verksamheter det senaste året",
                        value="uppgift saknas" if is_missing else str(64 + number),
                        details=("3 av 11 enheter har rapporterat",),
                        is_missing=is_missing,
                        is_synthetic=not is_missing,
                    ),
                )
            ),
            Paragraph(voice="generated", text=f"2025 fanns {228 - 17 * number} {counted} i Stenungsund."),
            Paragraph(
                voice="generated",
                text="Mot 2024 kan ingen förändring avgöras med dessa tal: så stora skillnader förekommer mellan två "
                "år i kommuner av samma storlek utan att något har ändrats.",
            ),
            trend(
                f"{key}-utveckling",
                "Ingen säker förändring under löftesperioden 2023–2024",
                f"Antal per 100 000 invånare: {counted}, Stenungsund 2010–2025. Det ljusa fältet är "
                "osäkerhetsintervallet, den grå ytan löftesperioden.",
                series={"Stenungsund": 900.0 - 40 * number},
                drift=4.0 - number,
                synthetic=synthetic,
            ),
            Columns(
                columns=tuple(
                    (Heading(text=title), Paragraph(text=text, voice=voice))
                    for title, text, voice in (
                        ("Anmält", f"{228 - 17 * number} anmälda 2025, 214 i snitt fem år tidigare.", "generated"),
                        ("Rapporterat", "64 händelserapporter det senaste året; 3 av 11 enheter rapporterar.", "note"),
                        ("Upplevt", "Upplevd och anmäld bild skiljer sig: oron är större än talen.", "generated"),
                    )
                    for voice in (_voice(voice),)
                )
            ),
            Heading(text="Var och när"),
            replace(
                bars(
                    f"{key}-manader",
                    [(month, float(4 + (index * (number + 3)) % 9)) for index, month in enumerate(months)],
                    "Maj och juni sticker ut",
                ),
                width="half",
                is_synthetic=synthetic,
            ),
            Heading(text="Konsekvenser"),
            Paragraph(
                voice="missing" if is_missing else "house",
                text="Uppgift saknas om kostnader och skadade."
                if is_missing
                else "Kommunens kostnad 2025: 1,2 miljoner kronor. Ingen skadad.",
            ),
            Heading(text="Det här görs nu"),
            Bullets(
                items=(
                    "Vuxenvandringar fredagar till och med vecka 40 (fritid, pågår).",
                    "Belysningen vid bussterminalen byts (samhällsbyggnad, klart senast 2026-10-31).",
                )
            ),
            Heading(text="Orsaker"),
            Paragraph(
                voice="coordinator",
                text="Platserna saknar vuxna på kvällarna. Att fritidsgården stänger klockan 20 är en trolig orsak, "
                "liksom att bussarna går glesare i sommartidtabellen.",
            ),
            Heading(text="Vad siffrorna inte säger"),
            Paragraph(
                voice="note",
                text="Antalet följer anmälningsbenägenheten lika mycket som det som hänt. Rapporterna från "
                "verksamheterna säger mer om vilka som rapporterar än om var det händer.",
            ),
        ),
    )


def _voice(text: str) -> Voice:
    return "generated" if text == "generated" else "note"


def _places() -> Section:
    return Section(
        id="platser-och-tider",
        title="Platser och tider",
        kind="page",
        blocks=(
            Paragraph(voice="generated", text="Två av tre händelserapporter gäller kvällar från torsdag till lördag."),
            replace(
                bars("platser-alla", [("Hasselbacken", 41.0), ("Stenungstorg", 33.0)], "Två platser återkommer"),
                width="half",
            ),
            replace(
                bars("tider-alla", [("mån", 8.0), ("tis", 7.0), ("ons", 9.0), ("fre", 22.0)], "Fredagen sticker ut"),
                width="half",
            ),
            Table(
                id="kommande",
                caption="Planerade händelser de närmaste månaderna",
                columns=(Column(title="Händelse"), Column(title="Dag", is_day=True), Column(title="Ansvarig")),
                rows=tuple(
                    (Cell(text=what), Cell(text=day), Cell(text=who))
                    for what, day, who in (
                        ("Skolstart", "2026-08-18", "Utbildning"),
                        ("Stenungsundsdagen", "2026-08-29", "Kultur och fritid"),
                        ("Höstlov", "2026-10-26", "Fritid"),
                        ("Lucia", "2026-12-12", "Polisen och fältassistenterna"),
                    )
                ),
            ),
        ),
    )


def _comparison() -> Section:
    return Section(
        id="jamforelse",
        title="Jämförelse",
        kind="page",
        blocks=(
            Paragraph(voice="generated", text="Stenungsund ligger under de liknande kommunerna i fyra av sex mått."),
            dots(
                "jamforelse-skadegorelse",
                "Anmäld skadegörelse är lägre än i fem av sju liknande kommuner",
                "Anmälda skadegörelsebrott per 100 000 invånare 2025 med osäkerhetsintervall.",
            ),
            Paragraph(voice="note", text="Liknande kommuner: Koladas urval 2025."),
        ),
    )


def _analysis() -> Section:
    return Section(
        id="samlad-analys",
        title="Samlad analys och prioritering",
        kind="part",
        blocks=(
            Paragraph(
                voice="coordinator",
                text="Tryggheten i skolan och buskörningen prioriteras. Båda oroar många, båda går att påverka med "
                "kommunens egna medel och båda har blivit sämre eller inte bättre på fem år.",
            ),
            Table(
                id="prioritering",
                caption="Samordnarens prioritering med motiv",
                columns=(Column(title="Fokusområde"), Column(title="Prioritet"), Column(title="Motiv")),
                rows=(
                    (Cell(text=FOCUS_AREAS[0][1]), Cell(text="1"), Cell(text="Stor oro, ökande skillnad mellan könen")),
                    (Cell(text=FOCUS_AREAS[4][1]), Cell(text="2"), Cell(text="Stor oro, avgränsad till tid och plats")),
                ),
            ),
            Heading(text="Källor som valts bort och varför"),
            Bullets(
                items=(
                    "Medborgardialogen 2024: svarsalternativen ändrades, så åren kan inte jämföras.",
                    "Trafikverkets hastighetsmätningar: inga mätpunkter i tätorten.",
                )
            ),
        ),
    )


def _measures() -> Section:
    rows = tuple(
        (
            "Otrygghet bland flickor i årskurs 9",
            "Få vuxna i korridorerna",
            f"Vuxna i skolans allmänna utrymmen, omgång {number + 1}",
            "Utbildning",
            f"2026-{9 + number % 4}-30".replace("-9-", "-09-"),
            "Andel trygga i Skolenkäten",
        )
        for number in range(8)
    )
    return Section(
        id="atgarder",
        title="Åtgärder",
        kind="page",
        blocks=(
            Paragraph(text="Underlag för åtgärdsplanen enligt 5 § lagen om kommuners brottsförebyggande arbete."),
            Table(
                id="atgarder-tabell",
                caption="Problem, orsak, åtgärd, ansvarig, klart och mått",
                columns=(
                    *(Column(title=title) for title in ("Problem", "Orsak", "Åtgärd", "Ansvarig")),
                    Column(title="Klart senast", is_day=True),
                    Column(title="Mått"),
                ),
                rows=tuple(tuple(Cell(text=text) for text in row) for row in rows),
                is_wide=True,
            ),
        ),
    )


def _promises() -> Section:
    return Section(
        id="loften",
        title="Uppföljning av medborgarlöftet",
        kind="part",
        blocks=(
            Table(
                id="loften-tabell",
                caption="Löfte, lovat, gjort och vad som kan sägas",
                columns=(
                    Column(title="Löfte"),
                    Column(title="Lovat", is_number=True),
                    Column(title="Gjort", is_number=True),
                    Column(title="Vad som kan sägas"),
                ),
                rows=(
                    (
                        Cell(text="Polis och kommun ska synas mer på Hasselbacken."),
                        Cell(text=".."),
                        Cell(text="35"),
                        Cell(
                            text="Löftet går inte att mäta som det är skrivet.", small="Förslag: ange antal per månad."
                        ),
                    ),
                    (
                        Cell(text="Minst fyra trygghetsvandringar per år."),
                        Cell(text="4"),
                        Cell(text="4", is_synthetic=True),
                        Cell(text="Löftet är hållet."),
                    ),
                ),
            ),
        ),
    )


def _sources() -> Section:
    names = ("Brottsförebyggande rådet (Brå)", "Kolada", "SCB", "Polisens händelser", "Skolinspektionen", "Egna tal")
    return Section(
        id="kallor",
        title="Källor och kvalitet",
        kind="page",
        blocks=(
            Paragraph(text="Uppgifterna är hämtade till och med 2026-08-07. En källa är försenad."),
            Bullets(
                items=(
                    "Brå: anmälda brott, slutlig statistik till och med 2025.",
                    "SCB: folkmängd den 31 december.",
                    "Skolinspektionen: Skolenkäten, endast kommunala skolor.",
                    "Kommunens verksamheter: händelserapporter och åtgärder.",
                )
            ),
            Table(
                id="kallor-tabell",
                caption="Källor, uppgifter till och med, nästa publicering och licens",
                columns=(
                    Column(title="Källa"),
                    Column(title="Uppgifter till och med", is_day=True),
                    Column(title="Nästa", is_day=True),
                    Column(title="Läge"),
                    Column(title="Licens"),
                ),
                rows=tuple(
                    (
                        Cell(text=name, link="https://bra.se/statistik" if number == 0 else ""),
                        Cell(text="2025-12-31"),
                        Cell(text="2027-03-30"),
                        Cell(text="inläst" if number else "försenad källa; senast giltiga uppgift används"),
                        Cell(text="CC0", is_synthetic=number == 5),
                    )
                    for number, name in enumerate(names)
                ),
            ),
            Heading(text="Ändrat sedan förra rapporten"),
            Bullets(items=("Folkmängden 2024 rättad av SCB: 26 731 i stället för 26 713.",), is_ordered=True),
        ),
    )


def _words() -> Section:
    words = (
        ("anmälda brott", "Brott som polisen har fått en anmälan om. Allt som händer anmäls inte."),
        ("osäkerhetsintervall", "De gränser som talet sannolikt ligger mellan."),
        ("tidsseriebrott", "Ett år då sättet att mäta ändrades, så att åren före och efter inte kan jämföras."),
        ("liknande kommuner", "Sju kommuner som Kolada valt ut efter storlek och befolkning."),
    )
    return Section(
        id="ord",
        title="Ord och begrepp",
        kind="part",
        blocks=(
            Table(
                id="ord-tabell",
                caption="Ord och vad de betyder",
                columns=(Column(title="Ord"), Column(title="Betydelse")),
                rows=tuple((Cell(text=word), Cell(text=meaning)) for word, meaning in words),
            ),
        ),
    )


def _methods() -> Section:
    return Section(
        id="metoder",
        title="Metoder",
        kind="appendix",
        blocks=(
            Heading(text="Osäkerhet i antal", id="antal"),
            Paragraph(text="Gränserna för ett antal räknas exakt under 10 och annars med Byars metod."),
            Heading(text="Osäkerhet i andelar", id="andelar"),
            Paragraph(text="Gränserna för en andel räknas med Wilsons metod. Bortfallet ingår inte."),
        ),
    )


def _tables() -> Section:
    return Section(
        id="tabeller",
        title="Tabeller",
        kind="appendix",
        blocks=(
            Table(
                id="alla-ar",
                caption="Anmäld skadegörelse, alla år",
                columns=(
                    Column(title="År"),
                    Column(title="Antal", is_number=True),
                    Column(title=f"Per 100{NBSP}000 invånare", is_number=True),
                    Column(title="Osäkerhetsintervall", is_number=True),
                    Column(title="Uppgift"),
                ),
                rows=tuple(
                    (
                        Cell(text=str(year), is_synthetic=year > 2023),
                        Cell(text=str(200 + (year * 7) % 43)),
                        Cell(text=str(800 + (year * 11) % 97)),
                        Cell(text="745–970"),
                        Cell(text="redovisas" if year != 2015 else "tidsseriebrott (här ändrades mätningen)"),
                    )
                    for year in range(1975, 2026)
                ),
            ),
        ),
    )


# -------------------------------------------------------------------------------------------------------------- charts


def trend(
    id: str,
    finding: str,
    caption: str,
    *,
    series: Mapping[str, float],
    drift: float,
    synthetic: bool = False,
) -> Chart:
    """A line with its band and the promise period, 2010–2025."""
    rows: list[dict[str, Any]] = [
        {"year": str(year), "area": area, "v": value, "low": value * 0.9, "high": value * 1.1}
        for area, start in series.items()
        for year in range(2010, 2026)
        for value in (round(start + drift * (year - 2010) + (year * 37) % 61, 1),)
    ]
    x = {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0, "labelOverlap": True}}
    spec = {
        **_base(370, 170),
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "area", "color": _BAND},
                "encoding": {
                    "x": x,
                    "y": {"field": "low", "type": "quantitative", "title": None},
                    "y2": {"field": "high"},
                    "detail": {"field": "area"},
                },
            },
            {
                "mark": {"type": "line", "point": True, "color": _BLUE},
                "encoding": {
                    "x": x,
                    "y": {"field": "v", "type": "quantitative", "title": "Per 100 000"},
                    "strokeDash": {"field": "area", "title": None, "legend": {"orient": "top"}},
                },
            },
        ],
    }
    table = Table(
        id=f"{id}-tabell",
        caption=f"{finding}: talen",
        columns=(
            Column(title="År"),
            Column(title="Område"),
            Column(title=f"Per 100{NBSP}000", is_number=True),
            Column(title="Osäkerhetsintervall", is_number=True),
        ),
        rows=tuple(
            (
                Cell(text=row["year"], is_synthetic=synthetic),
                Cell(text=row["area"]),
                Cell(text=f"{row['v']:.0f}"),
                Cell(text=f"{row['low']:.0f}–{row['high']:.0f}"),
            )
            for row in rows
        ),
        note="Källa: Brå. Egen bearbetning.",
    )
    return Chart(
        id=id,
        finding=finding,
        alternative=f"Linjediagram. {finding}.",
        caption=caption,
        spec=spec,
        table=table,
        is_synthetic=synthetic,
    )


def bars(id: str, values: Sequence[tuple[str, float]], finding: str) -> Chart:
    """Bars of counts."""
    spec = {
        **_base(300, 150),
        "data": {"values": [{"what": what, "n": n} for what, n in values]},
        "mark": {"type": "bar", "color": _BLUE},
        "encoding": {
            "x": {"field": "n", "type": "quantitative", "title": "Antal rapporter"},
            "y": {"field": "what", "type": "nominal", "sort": None, "title": None},
        },
    }
    table = Table(
        id=f"{id}-tabell",
        caption=f"{finding}: talen",
        columns=(Column(title="Grupp"), Column(title="Antal", is_number=True)),
        rows=tuple((Cell(text=what), Cell(text=f"{n:.0f}")) for what, n in values),
    )
    return Chart(
        id=id,
        finding=finding,
        alternative=f"Stapeldiagram. {finding}.",
        caption="Händelserapporter, de senaste tolv månaderna.",
        spec=spec,
        table=table,
    )


def dots(id: str, finding: str, caption: str) -> Chart:
    """A dot plot with intervals."""
    areas = ("Stenungsund", "Tjörn", "Orust", "Kungälv", "Lerum", "Ale", "Öckerö", "Härryda", "Länet", "Riket")
    rows = [
        {"area": area, "v": v, "low": v * 0.88, "high": v * 1.12}
        for number, area in enumerate(areas)
        for v in (700.0 + 61 * ((number * 5) % 9),)
    ]
    y = {"field": "area", "type": "nominal", "sort": None, "title": None}
    spec = {
        **_base(340, 240),
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "rule", "color": _BLUE},
                "encoding": {
                    "y": y,
                    "x": {
                        "field": "low",
                        "type": "quantitative",
                        "scale": {"zero": False},
                        "title": "Per 100 000 invånare",
                    },
                    "x2": {"field": "high"},
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 60, "color": _BLUE},
                "encoding": {"y": y, "x": {"field": "v", "type": "quantitative"}},
            },
        ],
    }
    table = Table(
        id=f"{id}-tabell",
        caption=f"{finding}: talen",
        columns=(Column(title="Område"), Column(title=f"Per 100{NBSP}000", is_number=True)),
        rows=tuple((Cell(text=str(row["area"])), Cell(text=f"{row['v']:.0f}")) for row in rows),
    )
    return Chart(
        id=id,
        finding=finding,
        alternative=f"Punktdiagram med osäkerhetsintervall. {finding}.",
        caption=caption,
        spec=spec,
        table=table,
    )


def _base(width: int, height: int) -> dict[str, Any]:
    return {
        "$schema": _SCHEMA,
        "width": width,
        "height": height,
        "config": {"font": "Liberation Sans, Arial, sans-serif", "view": {"stroke": None}},
    }
