-- title = "Anmälda bedrägerier och annan oredlighet per 100 000 invånare"
-- title_en = "Reported fraud and other dishonesty per 100 000 inhabitants"
-- definition = "Anmälda brott mot 9 kap. brottsbalken (Brås brottstyp 11096) ett år, delat med invånarna 31 december samma år."
-- focus_area = "overall_crime"
-- basis = "registered"
-- kind = "counts"
-- method = "rate"
-- per = 100000
-- unit = "per 100 000 invånare"
-- polarity = "low_is_good"
-- breaks = [2015]
-- notes = ["Följer anmälningsbenägenheten lika mycket som brottsligheten.", "Rymmer också utpressning, häleri och annan oredlighet.", "Säger inte var den som begått brottet finns.", "Intervallet beskriver bara räkneosäkerheten; det säger inte om en förändring är mer än slump.", "Räknat med invånarna 31 december samma år; Brås egna tal har folkmängden året före och är avrundade.", "Sedan 2015 räknas bara brott som kan knytas till en kommun."]
select
    area_code as municipality_code,
    year::varchar as period,
    reported as numerator,
    inhabitants as denominator,
    status,
    concat_ws(
        ',',
        case when is_provisional then 'provisional' end,
        case when is_inferred_population then 'inferred_population' end,
        figure_flags
    ) as flags,
    is_synthetic,
    data_as_of
from core.reported_offences_by_area_year
where offence = 'fraud' and length(area_code) = 4
