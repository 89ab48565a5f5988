-- title = "Anmälda trafikbrott per 100 000 invånare"
-- title_en = "Reported traffic offences per 100 000 inhabitants"
-- definition = "Anmälda brott mot trafikbrottslagen ett år, delat med invånarna 31 december."
-- focus_area = "reckless_driving"
-- basis = "registered"
-- kind = "counts"
-- method = "rate"
-- per = 100000
-- unit = "per 100 000 invånare"
-- polarity = "none"
-- flags = ["effort_driven"]
-- breaks = [2015]
-- notes = ["Ingripandebrott: antalet följer polisens insatser och bedöms inte.", "Intervallet beskriver bara räkneosäkerheten; det säger inte om en förändring är mer än slump.", "Böter på plats, som fortkörning, ingår inte.", "Sedan 2015 räknas bara brott som kan knytas till en kommun."]
select
    municipality_code,
    year::varchar as period,
    reported as numerator,
    inhabitants as denominator,
    status,
    concat_ws(',', case when is_inferred_population then 'inferred_population' end, figure_flags) as flags,
    is_synthetic,
    data_as_of
from core.reported_offences_by_municipality_year
where kpi = 'N07548'
