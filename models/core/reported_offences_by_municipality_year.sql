-- title = "Anmälda brott per kommun och år, antalet återskapat ur Koladas tal per 100 000 invånare"
-- key = ["kpi", "municipality_code", "year"]
-- not_null = ["kpi", "municipality_code", "year", "status", "is_synthetic", "data_as_of"]
-- accepted = { status = ["ok", "suppressed", "not_reported", "not_applicable", "no_denominator"] }
-- ranges = { reported = { min = 0 } }
-- [columns]
-- kpi = "Nyckeltalets id i Kolada"
-- municipality_code = "Kommunkod"
-- year = "År då brotten anmäldes"
-- published_rate = "Utgivarens tal, anmälda brott per 100 000 invånare"
-- inhabitants = "Invånare 31 december samma år (N01951), som utgivaren delar med"
-- reported = "Antal anmälda brott: talet gånger invånarna, godtaget bara om det är helt på 0,01 när, liksom leveransens andra"
-- status = "ok, eller varför antalet saknas; no_denominator också när antalet inte går jämnt upp"
-- is_inferred_population = "Nämnaren är härledd ur andra publicerade tal"
-- figure_flags = "Märkningar av uppgiften, åtskilda av komma: revised, corrected"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
with population as (
    select area_code, year, value as inhabitants, is_inferred, is_synthetic
    from staging.kolada_values
    where kpi = 'N01951' and gender = 'T' and value > 0
),

rates as (
    select
        rates.*,
        population.inhabitants,
        coalesce(population.is_inferred, false) as is_inferred_population,
        coalesce(population.is_synthetic, false) as is_synthetic_population,
        rates.value * population.inhabitants / 100000 as offences
    from staging.kolada_values as rates
    join reference.kolada_kpis as kpis using (kpi)
    left join population using (area_code, year)
    where kpis.kind = 'count' and kpis.unit = 'count_per_100000' and rates.gender = 'T' and length(rates.area_code) = 4
),

checked as (
    select *, abs(offences - round(offences)) <= 0.01 as is_whole
    from rates
),

-- Two rates of a hundred give a whole number by chance. U07417 and U07452 kept their ids when they went from per 1 000
-- to per 100 000, so a delivery whose rates are not whole nearly throughout is in another unit: none of it is counted.
judged as (
    select
        *,
        is_whole and count_if(is_whole) over delivery >= 0.9 * count(is_whole) over delivery as is_count
    from checked
    window delivery as (partition by kpi, snapshot)
)

select
    kpi,
    area_code as municipality_code,
    year::integer as year,
    value as published_rate,
    inhabitants::bigint as inhabitants,
    case when is_count then round(offences)::bigint end as reported,
    case
        when status <> 'ok' then status
        when not coalesce(is_count, false) then 'no_denominator'
        else 'ok'
    end as status,
    is_inferred_population,
    figure_flags,
    is_synthetic or is_synthetic_population as is_synthetic,
    data_as_of
from judged
order by kpi, municipality_code, year
