-- title = "Orosanmälningar om barn och unga per 10 000 invånare"
-- title_en = "Reports of concern about children and young people per 10 000 inhabitants"
-- definition = "Orosanmälningar till socialtjänsten om barn och unga 0–20 år ett helt kvartal, delat med alla invånare vid årets ingång."
-- focus_area = "youth_mental_health"
-- basis = "own_services"
-- kind = "counts"
-- method = "rate"
-- per = 10000
-- unit = "per 10 000 invånare"
-- polarity = "none"
-- period_type = "quarter"
-- flags = ["own_trend_only"]
-- notes = ["Kommuner räknar orosanmälningar olika och det finns inget nationellt register: talet jämförs aldrig mellan kommuner.", "Fler anmälningar kan bero på att fler anmäler; bedöms därför inte.", "Delas med alla invånare, inte med barn och unga."]
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
where measure = 'concern_reports' and period_type = 'quarter'
