-- title = "Rapporterad körning med A-traktor från verksamheterna per 10 000 invånare"
-- title_en = "Driving with A-tractors reported by services per 10 000 inhabitants"
-- definition = "Händelserapporter om A-traktorer ett helt år, delat med invånarna."
-- focus_area = "reckless_driving"
-- basis = "own_services"
-- kind = "counts"
-- method = "rate"
-- per = 10000
-- unit = "per 10 000 invånare"
-- polarity = "none"
-- breaks = [2024]
-- notes = ["Nya regler för A-traktorer gäller från 31 augusti 2023; 2024 är det första hela året med dem.", "En ökning kan bero på att fler verksamheter börjat rapportera; bedöms därför inte."]
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
where category = 'a_tractor'
