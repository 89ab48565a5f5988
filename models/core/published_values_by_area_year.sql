-- title = "Publicerade värden ur Kolada med utgivarens osäkerhetstal"
-- key = ["kpi", "area_code", "year", "breakdown", "category"]
-- not_null = ["kpi", "area_code", "year", "breakdown", "category", "status", "is_synthetic", "data_as_of"]
-- ranges = { margin = { min = 0 } }
-- [columns]
-- kpi = "Nyckeltalets id i Kolada"
-- area_code = "Områdets kod: kommun, län (regionen) eller riket"
-- year = "År som utgivaren anger"
-- breakdown = "Tomt, eller sex"
-- category = "Tomt, eller women eller men"
-- value = "Utgivarens värde"
-- margin = "Utgivarens osäkerhetstal; värde ± tal är ungefär ett 95-procentigt intervall"
-- status = "ok, eller varför värdet saknas"
-- figure_flags = "Märkningar av uppgiften, åtskilda av komma: revised, corrected"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
select
    values.kpi,
    values.area_code,
    values.year::integer as year,
    case values.gender when 'T' then '' else 'sex' end as breakdown,
    case values.gender when 'T' then '' when 'K' then 'women' else 'men' end as category,
    values.value,
    margins.value as margin,
    values.status,
    values.figure_flags,
    values.is_synthetic or coalesce(margins.is_synthetic, false) as is_synthetic,
    values.data_as_of
from staging.kolada_values as values
join reference.kolada_kpis as kpis on kpis.kpi = values.kpi
left join staging.kolada_values as margins
    on margins.kpi = kpis.margin_kpi
    and margins.area_code = values.area_code
    and margins.year = values.year
    and margins.gender = values.gender
    and margins.status = 'ok'
where kpis.kind = 'published'
order by values.kpi, values.area_code, values.year, breakdown, category
