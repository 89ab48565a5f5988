-- title = "Anmälda narkotikabrott per 100 000 invånare"
-- title_en = "Reported narcotics offences per 100 000 inhabitants"
-- definition = "Anmälda brott mot narkotikastrafflagen ett år (innehav, eget bruk och överlåtelse), delat med invånarna 31 december."
-- focus_area = "drug_dealing"
-- basis = "registered"
-- kind = "counts"
-- method = "rate"
-- per = 100000
-- unit = "per 100 000 invånare"
-- polarity = "none"
-- flags = ["effort_driven"]
-- breaks = [2015]
-- notes = ["Ingripandebrott: antalet följer polisens insatser och bedöms inte.", "Intervallet beskriver bara räkneosäkerheten; det säger inte om en förändring är mer än slump.", "Skiljer inte langning från innehav och eget bruk.", "Sedan 2015 räknas bara brott som kan knytas till en kommun."]
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
where kpi = 'N07544'
