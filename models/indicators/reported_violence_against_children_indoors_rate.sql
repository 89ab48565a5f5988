-- title = "Anmält våld inomhus mot barn och unga per 100 000 barn"
-- title_en = "Reported violence indoors against children per 100 000 children"
-- definition = "Anmälda våldsbrott inomhus mot barn 0–17 år ett år, delat med antalet barn 0–17 år 31 december samma år."
-- focus_area = "youth_mental_health"
-- basis = "registered"
-- kind = "counts"
-- method = "rate"
-- per = 100000
-- unit = "per 100 000 barn 0–17 år"
-- polarity = "low_is_good"
-- breaks = [2015]
-- notes = ["Kolada delar samma brott med alla invånare; antalet är återskapat ur det talet och delat med barnen, så talen är olika.", "Från 2025 redovisar SCB inte antalet barn 0–17 år så att det kan användas, och inget tal ges.", "Följer anmälningsbenägenheten lika mycket som brottsligheten.", "Intervallet beskriver bara räkneosäkerheten; det säger inte om en förändring är mer än slump.", "Sedan 2015 räknas bara brott som kan knytas till en kommun."]
select
    offences.municipality_code,
    offences.year::varchar as period,
    offences.reported as numerator,
    children.inhabitants as denominator,
    case
        when offences.status = 'ok' and children.inhabitants is null then 'no_denominator'
        else offences.status
    end as status,
    concat_ws(
        ',',
        case when offences.is_inferred_population or children.is_inferred then 'inferred_population' end,
        offences.figure_flags
    ) as flags,
    offences.is_synthetic or coalesce(children.is_synthetic, false) as is_synthetic,
    offences.data_as_of
from core.reported_offences_by_municipality_year as offences
left join core.population_by_area_year_age_sex as children
    on children.area_code = offences.municipality_code
    and children.year = offences.year
    and children.age_group = '0-17'
    and children.sex = 'total'
where offences.kpi = 'N07541'
