-- title = "Dödade och svårt skadade i vägtrafiken per 100 000 invånare"
-- title_en = "People killed or severely injured in road traffic per 100 000 inhabitants"
-- definition = "Dödade och svårt skadade i polisrapporterade vägtrafikolyckor i kommunen ett år, delat med invånarna 31 december samma år."
-- focus_area = "reckless_driving"
-- basis = "registered"
-- is_consequence = true
-- kind = "counts"
-- method = "rate"
-- per = 100000
-- unit = "per 100 000 invånare"
-- polarity = "low_is_good"
-- notes = ["Alla vägtrafikolyckor som polisen känner till ingår, inte bara de som beror på buskörning.", "Cyklister och gående som faller, och olyckor som bara sjukvården vet om, underskattas.", "Räknas där olyckan skedde; en genomfartsväg eller många sommargäster höjer talet utan att invånarna kör sämre.", "Få om året i en liten kommun: enskilda år säger lite.", "2014 hade polisens registrering ett bortfall.", "Olyckor med A-traktor redovisas inte för sig."]
select
    municipality_code,
    year::varchar as period,
    killed_or_severely_injured as numerator,
    inhabitants as denominator,
    status,
    case when is_inferred_population then 'inferred_population' end as flags,
    is_synthetic,
    data_as_of
from core.road_injuries_by_municipality_year
