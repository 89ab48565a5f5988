"""What the codes of the output tables are called in the files that people open: closed lists, as in `_words`."""

from __future__ import annotations

from collections.abc import Mapping

from reports._words import JUDGEMENTS, RESULTS

AREA_TYPES: Mapping[str, str] = {
    "municipality": "kommun",
    "police_area": "lokalpolisområde",
    "county": "län",
    "country": "riket",
    "similar": "liknande kommuner",
}
COMPARED_WITH: Mapping[str, str] = {
    "country": "riket",
    "county": "länet",
    "police_area": "lokalpolisområdet",
    "similar": "liknande kommuner",
    "neighbours": "grannkommunerna",
    "previous": "föregående mätning",
    "promise": "åren före löftet",
}
METHOD_NAMES: Mapping[str, str] = {
    "rate_exact": "räknat antal, exakt osäkerhetsintervall",
    "rate_byar": "räknat antal, osäkerhetsintervall enligt Byar",
    "proportion_wilson": "andel av svarande, osäkerhetsintervall enligt Wilson",
    "proportion_wilson_weighted": "viktad andel av svarande, osäkerhetsintervall enligt Wilson",
    "published_margin": "utgivarens uppgift och felmarginal",
    "published": "utgivarens uppgift",
    "self_selected": "självvalda svar, inget osäkerhetsintervall",
}
POLARITIES: Mapping[str, str] = {
    "low_is_good": "lågt är bra",
    "high_is_good": "högt är bra",
    "none": "bedöms inte",
}
OUTCOMES: Mapping[str, str] = {
    **RESULTS,
    "not_compared": "jämförs inte",
    "cannot_be_calculated": "kan inte beräknas",
}
VERDICTS: Mapping[str, str] = {
    **JUDGEMENTS,
    "similar": "ingen säkerställd skillnad",
    "mixed": "olika mått pekar åt olika håll",
}
REVISIONS: Mapping[str, str] = {
    "changed": "ändrad av utgivaren",
    "removed": "borttagen av utgivaren",
    "added_late": "given i efterhand",
    "redefined": "annan enhet eller metod",
    "corrected": "rättad här",
}
EFFECTS: Mapping[str, str] = {"ratio": "kvot", "difference": "skillnad"}
POSITIONS: Mapping[str, str] = {
    "-2": "klart lägre än de andra",
    "-1": "lägre än de andra",
    "0": "skillnaden ryms i slumpen",
    "1": "högre än de andra",
    "2": "klart högre än de andra",
}
ASPECTS: Mapping[str, str] = {
    "extent": "omfattning",
    "development": "utveckling",
    "comparison": "jämförelse",
    "concern": "oro",
    "consequence": "konsekvens",
}
SEASONS: Mapping[str, str] = {"own": "områdets egna", "county": "länets"}
PROFILES: Mapping[str, str] = {"month": "årshjul", "weekday": "veckomönster", "hour": "tid på dygnet"}
# Brå's types of offences that are counted by month and do not follow the police's efforts, as they follow a colon.
OFFENCES: Mapping[str, str] = {
    "against_persons": "brott mot person",
    "against_property": "brott mot förmögenhet",
    "against_public": "brott mot allmänheten",
    "fraud": "bedrägeri",
    "liberty_and_peace": "brott mot frihet och frid",
    "life_and_health": "brott mot liv och hälsa",
    "public_danger": "allmänfarliga brott",
    "sexual_offences": "sexualbrott",
    "theft": "stöld och rån",
    "vandalism": "skadegörelse",
}
# What is reported of things and places, in words; what concerns people has no count here and needs none.
CATEGORIES: Mapping[str, str] = {
    "disturbing_gathering": "störande samling",
    "littering": "nedskräpning",
    "unsafe_place": "otrygg plats",
    "drug_dealing": "öppen droghandel",
    "suspected_drugs": "misstänkt narkotika",
    "a_tractor": "A-traktor",
    "reckless_driving": "buskörning",
    "speeding": "fortkörning",
    "broken_glass": "glaskross",
    "fire": "brand",
    "graffiti": "klotter",
    "vandalism": "skadegörelse",
}
ANSWERS: Mapping[str, str] = {
    "confirmed": "bekräftad",
    "acted_on": "åtgärdas",
    "event": "evenemang",
    "new_reporter": "ny rapportör",
    "duplicate": "dubblett",
}
KEPT: Mapping[str, str] = {
    "kept": "uppfyllt",
    "not_kept": "inte uppfyllt",
    "on_the_way": "på väg",
    "coming": "inte börjat",
    "not_measurable": "ej mätbart som skrivet",
    "not_reported": "uppgift saknas",
    "not_told": "kan inte avgöras: alla kommuner har inte rapporterat",
    "shared": "lovat gemensamt: bedöms för området",
}
PROMISED_BY: Mapping[str, str] = {
    "police": "polisen",
    "municipalities": "kommunerna",
    "together": "polisen och kommunerna",
}
EXPECTED: Mapping[str, str] = {"lower": "lägre", "higher": "högre", "none": "visas, men bedöms inte"}
OUTCOMES_OF_PROMISES: Mapping[str, str] = {
    "as_expected": "som väntat",
    "against_expected": "tvärtemot det väntade",
    "within_chance": "skillnaden ryms i slumpen",
    "not_judged": "bedöms inte",
    "not_compared": "kan inte avgöras med dessa tal",
}
DESIGNS: Mapping[str, str] = {
    "did": "mot liknande kommuner",
    "interrupted": "månad för månad",
    "synthetic_control": "mot ett vägt medel av liknande kommuner",
    "displacement": "förflyttning till grannkommuner",
}
RESULTS_OF_EFFECTS: Mapping[str, str] = {
    "lower": "lägre än väntat",
    "higher": "högre än väntat",
    "similar": "skillnaden ryms i slumpen",
    "cannot_tell": "kan inte avgöras med dessa tal",
    "not_possible": "går inte att räkna",
}
INFERRED: Mapping[str, str] = {
    "period": "tiden som löftet gäller",
    "baseline": "tiden före som jämförs",
    "focus_areas": "vilka fokusområden varje löfte hör till",
    "quantity": "antalet",
    "text": "löftets innehåll",
}
DEEDS: Mapping[str, str] = {"planned": "planerad", "ongoing": "pågår", "done": "klar", "cancelled": "avbruten"}
