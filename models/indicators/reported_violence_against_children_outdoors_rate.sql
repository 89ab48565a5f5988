-- title = "Anmält våld utomhus mot barn och unga per 100 000 invånare"
-- title_en = "Reported violence outdoors against children per 100 000 inhabitants"
-- definition = "Anmälda våldsbrott utomhus mot barn 0–17 år ett år, delat med alla invånare 31 december."
-- focus_area = "youth_mental_health"
-- basis = "registered"
-- kind = "counts"
-- method = "rate"
-- per = 100000
-- unit = "per 100 000 invånare"
-- polarity = "low_is_good"
-- breaks = [2015]
-- notes = ["Delas med alla invånare, inte med barn 0–17 år; en kommun med många barn får ett högre tal.", "Följer anmälningsbenägenheten lika mycket som brottsligheten.", "Intervallet beskriver bara räkneosäkerheten; det säger inte om en förändring är mer än slump.", "Sedan 2015 räknas bara brott som kan knytas till en kommun."]
select
    municipality_code,
    year::varchar as period,
    reported as numerator,
    inhabitants as denominator,
    status,
    case when is_inferred_population then 'inferred_population' end as flags,
    is_synthetic,
    data_as_of
from core.reported_offences_by_municipality_year
where kpi = 'N07542'
