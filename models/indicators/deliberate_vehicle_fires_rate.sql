-- title = "Avsiktliga fordonsbränder med räddningsinsats per 10 000 invånare"
-- title_en = "Deliberate vehicle fires with rescue call-out per 10 000 inhabitants"
-- definition = "Insatser ett helt år där fordon eller fartyg brann utomhus och räddningstjänsten bedömde orsaken som avsiktlig, delat med invånarna 31 december."
-- focus_area = "vandalism"
-- basis = "registered"
-- kind = "counts"
-- method = "rate"
-- per = 10000
-- unit = "per 10 000 invånare"
-- polarity = "low_is_good"
-- breaks = [2022]
-- notes = ["Räddningstjänstens bedömning på plats, inte polisens: vart tredje fall 2018 gick inte att bedöma, så talet är minst så många.", "Avsiktlig är inte detsamma som brott, och den som anlade branden är inte utpekad.", "Räddningstjänstens händelserapport fick en ny version 2022.", "Få bränder om året i en liten kommun; jämför över flera år."]
select
    municipality_code,
    year::varchar as period,
    deliberate_fires as numerator,
    inhabitants as denominator,
    case when is_inferred_population then 'inferred_population' end as flags,
    is_synthetic,
    data_as_of
from core.vehicle_fires_by_municipality_year
