-- title = "Klagomål på buskörning till kommunen per 10 000 invånare"
-- title_en = "Complaints of reckless driving to the municipality per 10 000 inhabitants"
-- definition = "Klagomål från allmänheten på buskörning ett helt år (felanmälan, e-tjänst), delat med invånarna 31 december."
-- focus_area = "reckless_driving"
-- basis = "own_services"
-- kind = "counts"
-- method = "rate"
-- per = 10000
-- unit = "per 10 000 invånare"
-- polarity = "none"
-- flags = ["own_trend_only"]
-- notes = ["Några få personer kan stå för många klagomål, och en ny e-tjänst ger fler; bedöms därför inte.", "Ett år räknas bara om minst 52 veckor är rapporterade; en vecka utan klagomål rapporteras som noll."]
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
where measure = 'driving_complaints' and period_type = 'year'
