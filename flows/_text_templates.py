"""The empty texts that a coordinator fills in: a file for each section, with questions that the report leaves out."""

from collections.abc import Mapping

import polars as pl

from reports._decision import REPORT
from reports._own_texts import LEVELS, longest_of
from sources._strict import read_reference

_NAMELESS = """\
Skriv aldrig namn, personnummer, telefonnummer, adresser eller registreringsnummer, och inget som pekar ut en person,
en familj, en enskild skola eller ett enskilt hem. En text som kan peka ut någon visas inte.
Det som står mellan dessa tecken är bara till för dig och kommer inte med. Guide: docs/egna-texter.md"""

_LAGET = """\
Läget på en sida: tre till fem meningar överst i rapporten, högst {longest} tecken.
- Vad är det viktigaste som har ändrats sedan förra rapporten?
- Vad är oförändrat, och vad kan inte avgöras med siffrorna?
- Vad görs nu?
Lugn ton, nutid. Skriv anmälda brott när det är anmälningar som menas."""

_ANALYS = """\
Samlad analys, högst {longest} tecken. Utan den visas rapporten inte som beslutad.
- Hur hänger fokusområdena ihop: samma platser, tider eller grupper?
- Stämmer den anmälda, den rapporterade och den upplevda bilden överens? Om inte: varför?
- Vad vet vi för lite om?"""

_ORSAKER = """\
Orsaker som fokusområdena har gemensamma, högst {longest} tecken. Texten är frivillig; ett områdes egna orsaker står i
dess egen text.
- Vilka riskfaktorer går igen: hos platser, i grupper, i samhället?
- Vilka skyddsfaktorer finns redan, och hur kan de bli starkare?"""

_FOCUS_AREA = """\
{title}: din bedömning, högst {longest} tecken. Utan den visas rapporten inte som beslutad.

Först din analys:
- Vad är problemet, för vem, var och när?
- Är det nytt, återkommande eller på väg att minska? Räcker siffrorna för att säga det?
- Vad fångar siffrorna inte?

Under Orsaker:
- Vad gör att det händer just där och då? Vilka riskfaktorer finns hos platsen, i gruppen, i samhället?
- Vilka skyddsfaktorer finns, och hur kan de bli starkare?"""

_OVERALL = """\
{title}: ett sammanhang till fokusområdena, högst {longest} tecken. Texten är frivillig.
- Vad i den samlade brottsligheten påverkar fokusområdena?
- Vilka brottstyper ska följas fast de inte är fokusområden?"""

_PRIORITERING = """\
Din egen prioritering, högst {longest} tecken. Skriv {levels} efter Prioritet, och varför i ett stycke under.
- Hur omfattande är problemet, åt vilket håll går det, hur allvarliga är följderna och hur stor är oron?
- Kan kommunen påverka det, och gör någon annan det redan?
Ta bort de områden som inte ska stå med. Rapporten räknar aldrig fram någon prioritering."""

_KALLOR = """\
Källor som valts bort och varför, högst {longest} tecken. Texten är frivillig.
- Vilka källor har du tittat på men inte använt?
- Varför: för få svar, för gamla, självvalda svar, ny mätning, uppgifter om enskilda?"""

_ATGARDER = """\
Om åtgärderna, högst {longest} tecken. Listan över åtgärder kommer från formuläret; här står det som listan inte säger.
- Vilken orsak ska åtgärden påverka, och hur märks det att den gör det?
- Vad har avslutats, och vad har det lärt er?"""

_REPORT = """\
# Hur det står till med rapporten. En rad som börjar med # läses inte.
status = "utkast"                         # utkast eller beslutad
# author = "Brottsförebyggande samordnaren" # en funktion ur data/reference/responsible_functions.csv, aldrig ett namn
# period = "2025"                         # 2025, 2024–2025 eller tertial 1 2026

# När rapporten är beslutad:
# decided_by = "kommunstyrelsen"          # organet, aldrig en person
# decided_date = 2026-05-04
# paragraph = 12
# dnr = "KS 2026/123"
# follow_up_date = 2028-05-04             # senast två år efter beslutet; utan raden just två år
# action_plan_date = 2026-06-15           # när åtgärdsplanen beslutades
# När lägesbilden och åtgärdsplanen har följts upp: skriv dagen efter followed_up_date, på samma sätt.
"""


def text_templates() -> Mapping[str, str]:
    """The files of an area's folder and what stands in them; read as they are, nothing is written in any of them."""
    areas = read_reference("focus_areas").sort(pl.col("sort_order").cast(pl.Int64)).select("focus_area", "title").rows()
    asked = {"laget": _LAGET, "analys": _ANALYS, "orsaker": _ORSAKER, "kallor": _KALLOR, "atgarder": _ATGARDER}
    files = {f"{section}.md": _commented(text, section) for section, text in asked.items()}
    for code, title in areas:
        is_context = code == "overall_crime"
        questions = _commented((_OVERALL if is_context else _FOCUS_AREA), code, title)
        files[f"{code}.md"] = questions if is_context else f"{questions}\n\n## Orsaker\n\n"
    forms = "".join(f"\n## {title}\n\nPrioritet:\n\n" for code, title in areas if code != "overall_crime")
    files["prioritering.md"] = _commented(_PRIORITERING, "prioritering") + forms
    return {**files, REPORT: _REPORT}


def _commented(text: str, section: str, title: str = "") -> str:
    levels = f"{', '.join(LEVELS[:-1])} eller {LEVELS[-1]}"
    asked = text.format(longest=longest_of(section), title=title, levels=levels)
    return f"<!--\n{asked}\n\n{_NAMELESS}\n-->\n"
