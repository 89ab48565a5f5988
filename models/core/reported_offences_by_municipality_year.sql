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
-- reported = "Antal anmälda brott: talet gånger invånarna, godtaget bara om det är helt på 0,01 när"
-- status = "ok, eller varför antalet saknas; no_denominator också när antalet inte går jämnt upp"
-- is_inferred_population = "Nämnaren är härledd ur andra publicerade tal"
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
)

select
    kpi,
    area_code as municipality_code,
    year::integer as year,
    value as published_rate,
    inhabitants::bigint as inhabitants,
    case when abs(offences - round(offences)) <= 0.01 then round(offences)::bigint end as reported,
    case
        when status <> 'ok' then status
        when inhabitants is null or abs(offences - round(offences)) > 0.01 then 'no_denominator'
        else 'ok'
    end as status,
    is_inferred_population,
    is_synthetic or is_synthetic_population as is_synthetic,
    data_as_of
from rates
order by kpi, municipality_code, year
