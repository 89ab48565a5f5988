-- title = "Fordonsbränder med räddningsinsats per 10 000 invånare"
-- title_en = "Vehicle fires with rescue call-out per 10 000 inhabitants"
-- definition = "Räddningstjänstens insatser ett helt år där fordon eller fartyg brann utomhus, delat med invånarna 31 december."
-- focus_area = "vandalism"
-- basis = "registered"
-- is_consequence = true
-- kind = "counts"
-- method = "rate"
-- per = 10000
-- unit = "per 10 000 invånare"
-- polarity = "low_is_good"
-- breaks = [2022]
-- notes = ["Alla orsaker: de flesta bränder beror på fel i fordonet, inte på skadegörelse.", "Även båtar, husvagnar och arbetsmaskiner.", "Räddningstjänstens händelserapport fick en ny version 2022."]
select
    municipality_code,
    year::varchar as period,
    vehicle_fires as numerator,
    inhabitants as denominator,
    case when is_inferred_population then 'inferred_population' end as flags,
    is_synthetic,
    data_as_of
from core.vehicle_fires_by_municipality_year
