-- title = "Anmälda brott mot frihet och frid per 100 000 invånare"
-- title_en = "Reported offences against liberty and peace per 100 000 inhabitants"
-- definition = "Anmälda brott mot frihet och frid (4 kap. brottsbalken, som olaga hot och ofredande) ett år, delat med invånarna 31 december."
-- focus_area = "overall_crime"
-- basis = "registered"
-- kind = "counts"
-- method = "rate"
-- per = 100000
-- unit = "per 100 000 invånare"
-- polarity = "low_is_good"
-- breaks = [2015]
-- notes = ["Följer anmälningsbenägenheten lika mycket som brottsligheten.", "Intervallet beskriver bara räkneosäkerheten; det säger inte om en förändring är mer än slump.", "Sedan 2015 räknas bara brott som kan knytas till en kommun."]
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
where kpi = 'N07536'
