-- title = "Rapporterade störande samlingar från verksamheterna per 10 000 invånare"
-- title_en = "Disturbing gatherings reported by services per 10 000 inhabitants"
-- definition = "Händelserapporter om samlingar och ordningsstörningar ett helt år, delat med invånarna."
-- focus_area = "perceived_safety"
-- basis = "own_services"
-- kind = "counts"
-- method = "rate"
-- per = 10000
-- unit = "per 10 000 invånare"
-- polarity = "none"
-- notes = ["Att många samlas är inte ett problem i sig.", "En ökning kan bero på att fler verksamheter börjat rapportera; bedöms därför inte."]
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
where category = 'disturbing_gathering'
