-- title = "Kränkningsanmälningar till huvudmannen per 1 000 elever"
-- title_en = "Reports of degrading treatment to the school's principal organiser per 1 000 pupils"
-- definition = "Anmälningar om kränkande behandling till huvudmannen (skollagen 6 kap. 10 §) ett helt kvartal, delat med antalet elever."
-- focus_area = "youth_mental_health"
-- basis = "own_services"
-- kind = "counts"
-- method = "rate"
-- per = 1000
-- unit = "per 1 000 elever"
-- polarity = "none"
-- period_type = "quarter"
-- flags = ["own_trend_only"]
-- notes = ["Fler anmälningar kan vara bra: de visar att skolan anmäler. Bedöms därför inte.", "Skolor anmäler olika: talet jämförs inte mellan kommuner."]
select
    municipality_code,
    period,
    value as numerator,
    mean_out_of as denominator,
    concerns,
    is_synthetic,
    data_as_of
from core.service_sums_by_municipality_period
where measure = 'violation_reports' and period_type = 'quarter'
