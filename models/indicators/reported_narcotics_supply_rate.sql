-- title = "Anmäld överlåtelse av narkotika per 100 000 invånare"
-- title_en = "Reported supply of narcotics per 100 000 inhabitants"
-- definition = "Anmälda brott mot narkotikastrafflagen som gäller överlåtelse (Brås brottstyp 11651) ett år, delat med invånarna 31 december samma år."
-- focus_area = "drug_dealing"
-- basis = "registered"
-- kind = "counts"
-- method = "rate"
-- per = 100000
-- unit = "per 100 000 invånare"
-- polarity = "none"
-- flags = ["effort_driven"]
-- breaks = [2015]
-- notes = ["Ingripandebrott: antalet följer polisens insatser och bedöms inte.", "Säger inte hur mycket droger som säljs, bara hur ofta det blivit en anmälan.", "Få fall i en liten kommun: flera år behöver läsas tillsammans.", "Intervallet beskriver bara räkneosäkerheten; det säger inte om en förändring är mer än slump.", "Räknat med invånarna 31 december samma år; Brås egna tal har folkmängden året före och är avrundade.", "Sedan 2015 räknas bara brott som kan knytas till en kommun."]
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
where offence = 'narcotics_supply' and length(area_code) = 4
