-- title = "Fel på belysningen utomhus per 10 000 invånare"
-- title_en = "Faults of outdoor lighting per 10 000 inhabitants"
-- definition = "Anmälda eller upptäckta fel på utomhusbelysning ett helt år, delat med invånarna 31 december."
-- focus_area = "perceived_safety"
-- basis = "own_services"
-- kind = "counts"
-- method = "rate"
-- per = 10000
-- unit = "per 10 000 invånare"
-- polarity = "none"
-- flags = ["own_trend_only"]
-- notes = ["Fler fel kan bero på att fler anmäler eller att någon letat efter dem; bedöms därför inte."]
select
    municipality_code,
    period,
    value as numerator,
    inhabitants as denominator,
    case when is_inferred_population then 'inferred_population' end as flags,
    concerns,
    is_synthetic,
    data_as_of
from core.service_sums_by_municipality_period
where measure = 'lighting_faults' and period_type = 'year'
