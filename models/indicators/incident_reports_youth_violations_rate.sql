-- title = "Rapporterade kränkningar, hot och bråk bland unga från verksamheterna per 10 000 invånare"
-- title_en = "Violations, threats and fights among the young reported by services per 10 000 inhabitants"
-- definition = "Händelserapporter om kränkningar, hot mot unga, bråk och slagsmål ett helt år, delat med alla invånare."
-- focus_area = "youth_mental_health"
-- basis = "own_services"
-- kind = "counts"
-- method = "rate"
-- per = 10000
-- unit = "per 10 000 invånare"
-- polarity = "none"
-- notes = ["Delas med alla invånare, inte med unga.", "En ökning kan bero på att fler verksamheter börjat rapportera; bedöms därför inte."]
select
    municipality_code,
    year::varchar as period,
    reports as numerator,
    inhabitants as denominator,
    case when is_inferred_population then 'inferred_population' end as flags,
    concerns,
    is_synthetic,
    data_as_of
from core.incident_reports_by_municipality_year
where focus_area = 'youth_mental_health'
