-- title = "Rapporterade bränder och eldning från verksamheterna per 10 000 invånare"
-- title_en = "Fires reported by services per 10 000 inhabitants"
-- definition = "Händelserapporter om brand och eldning ett helt år, delat med invånarna."
-- focus_area = "vandalism"
-- basis = "own_services"
-- kind = "counts"
-- method = "rate"
-- per = 10000
-- unit = "per 10 000 invånare"
-- polarity = "none"
-- notes = ["Alla bränder är inte anlagda.", "En ökning kan bero på att fler verksamheter börjat rapportera; bedöms därför inte."]
select
    municipality_code,
    year::varchar as period,
    reports as numerator,
    inhabitants as denominator,
    case when is_inferred_population then 'inferred_population' end as flags,
    concerns,
    is_synthetic,
    data_as_of
from core.incident_reports_by_municipality_year_category
where category = 'fire'
