-- title = "Vad varje indikator är: definition, enhet, riktning och vad siffran inte säger"
-- key = ["indicator"]
-- not_null = ["indicator", "title", "title_en", "focus_area", "definition", "unit", "polarity", "basis", "is_consequence", "sources", "release"]
-- accepted = { basis = ["registered", "own_services", "asked"] }
-- at_least = 1
-- [columns]
-- indicator = "Indikatorns id"
-- title = "Namn på svenska"
-- title_en = "Namn på engelska"
-- focus_area = "Fokusområde"
-- definition = "Definition"
-- unit = "Enhet"
-- polarity = "low_is_good, high_is_good eller none (bedöms inte)"
-- notes = "Vad siffran inte säger, en rad per anmärkning"
-- basis = "registered (registrerat), own_services (egna verksamheters uppgifter) eller asked (tillfrågade)"
-- is_consequence = "Vad problemet leder till: kostnad, skador, frånvaro"
-- sources = "Källor, åtskilda av komma"
-- release = "Utgåvans id"
select
    indicator,
    title,
    title_en,
    focus_area,
    definition,
    unit,
    polarity,
    notes,
    basis,
    is_consequence,
    sources,
    release
from estimates.definitions
cross join parsed.run
order by indicator
