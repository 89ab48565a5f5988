-- title = "Elever med minst 15 procents frånvaro per 100 elever"
-- title_en = "Pupils absent at least 15 per cent of the time per 100 pupils"
-- definition = "Elever i grundskolan vars sammanlagda frånvaro var minst 15 procent under månaden, i genomsnitt per månad ett år, delat med antalet elever. Minst nio månader ska vara rapporterade."
-- focus_area = "youth_mental_health"
-- basis = "own_services"
-- is_consequence = true
-- kind = "counts"
-- method = "rate"
-- per = 100
-- unit = "per 100 elever"
-- polarity = "low_is_good"
-- notes = ["All frånvaro räknas, också sjukdom: ett år med mycket influensa höjer talet.", "Samma elever kan ingå i flera månader; intervallet räknas på månadsgenomsnittet."]
select
    municipality_code,
    year(period_end)::varchar as period,
    case when count(*) >= 9 then round(avg(value)) end as numerator,
    case when count(*) >= 9 then avg(out_of) end as denominator,
    concerns,
    bool_or(is_synthetic) as is_synthetic,
    max(data_as_of) as data_as_of
from core.service_counts
where measure = 'absent_pupils_15' and status = 'ok'
group by municipality_code, year(period_end), concerns
