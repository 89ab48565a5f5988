-- title = "Verksamhetsstatistik i antal och kronor, per kommun, mått och helt kvartal eller år"
-- key = ["municipality_code", "measure", "period_type", "period"]
-- not_null = ["municipality_code", "measure", "concerns", "period_type", "period", "year", "services", "is_whole", "is_synthetic", "data_as_of"]
-- accepted = { period_type = ["quarter", "year"] }
-- [columns]
-- municipality_code = "Kommunkod"
-- measure = "Måttets id i listan service_measures"
-- concerns = "Vad måttet handlar om; bara things och places finns i en utgåva"
-- period_type = "quarter eller year"
-- period = "Kvartal (2026-K3) eller år"
-- year = "År"
-- services = "Antal verksamheter som lämnat måttet under perioden"
-- is_whole = "Varje verksamhet som lämnat måttet har lämnat det för hela perioden"
-- value = "Summan; tom om perioden inte är hel"
-- out_of = "Summan av vad måttet är en del av"
-- mean_out_of = "Samma, i genomsnitt per rapportperiod: till exempel antal elever"
-- inhabitants = "Invånare 31 december; för ett kvartal vid årets ingång"
-- is_inferred_population = "Nämnaren är härledd ur andra publicerade tal"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
with reported as (
    select
        municipality_code,
        measure,
        concerns,
        service,
        period_type,
        period,
        period_end,
        sum(value) as value,
        sum(out_of) as out_of,
        bool_and(status = 'ok') as is_known,
        bool_or(is_synthetic) as is_synthetic,
        max(data_as_of) as data_as_of
    from core.service_counts
    where unit in ('antal', 'kr') and period_type not in ('day', 'school_year') and status <> 'not_reported'
    group by all
),

-- A week belongs to the year that most of its days do.
dated as (
    select
        *,
        case period_type when 'week' then period[:4]::integer else year(period_end) end as year,
        year(period_end) || '-K' || quarter(period_end) as quarter
    from reported
),

placed as (
    select * exclude (period_type, quarter), 'year' as into_type, year::varchar as into_period,
        case period_type
            when 'week' then 52 when 'month' then 12 when 'quarter' then 4 when 'tertial' then 3 when 'half_year' then 2
            else 1
        end as needed
    from dated
    union all
    select * exclude (period_type, quarter), 'quarter', quarter, case period_type when 'month' then 3 else 1 end
    from dated
    where period_type in ('month', 'quarter')
),

of_services as (
    select
        municipality_code,
        measure,
        concerns,
        service,
        into_type,
        into_period,
        year,
        sum(value) as value,
        sum(out_of) as out_of,
        count(*) as periods,
        count(*) filter (where is_known) >= max(needed) and bool_and(is_known) as is_whole,
        bool_or(is_synthetic) as is_synthetic,
        max(data_as_of) as data_as_of
    from placed
    group by all
)

select
    sums.municipality_code,
    sums.measure,
    sums.concerns,
    sums.into_type as period_type,
    sums.into_period as period,
    sums.year,
    count(*) as services,
    bool_and(sums.is_whole) as is_whole,
    case when bool_and(sums.is_whole) then sum(sums.value::decimal(18, 6)) end as value,
    case when bool_and(sums.is_whole) then sum(sums.out_of::decimal(18, 6)) end as out_of,
    case
        when bool_and(sums.is_whole) then sum((sums.out_of / sums.periods)::decimal(18, 6))
    end as mean_out_of,
    max(population.inhabitants) as inhabitants,
    coalesce(bool_or(population.is_inferred), false) as is_inferred_population,
    bool_or(sums.is_synthetic or coalesce(population.is_synthetic, false)) as is_synthetic,
    max(sums.data_as_of) as data_as_of
from of_services as sums
left join core.population_by_area_year as population
    on population.area_code = sums.municipality_code
    and population.year = case sums.into_type when 'year' then sums.year else sums.year - 1 end
group by sums.municipality_code, sums.measure, sums.concerns, sums.into_type, sums.into_period, sums.year
order by sums.municipality_code, sums.measure, period_type, period
