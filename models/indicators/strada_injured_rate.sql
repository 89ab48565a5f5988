-- title = "Skadade i vägtrafiken enligt polis eller sjukhus per 10 000 invånare"
-- title_en = "People injured in road traffic by police or hospital records per 10 000 inhabitants"
-- definition = "Personer som enligt polis eller akutsjukhus skadades eller dog i vägtrafiken i kommunen ett helt år (Strada), delat med invånarna 31 december."
-- focus_area = "reckless_driving"
-- basis = "registered"
-- is_consequence = true
-- kind = "counts"
-- method = "rate"
-- per = 10000
-- unit = "per 10 000 invånare"
-- polarity = "low_is_good"
-- breaks = [2016]
-- notes = ["Alla skadade, inte bara de som skadades av buskörning; även gående och cyklister som föll.", "Olyckor där inget sjukhus och ingen polis fick veta något saknas.", "Akutsjukhusen i hela landet rapporterar sedan 2016; enstaka gjorde det inte 2020.", "Trafiken på genomfartsvägar och om sommaren är inte invånarnas egen."]
with years as (
    select
        municipality_code,
        year,
        sum(injured) as injured,
        bool_or(is_synthetic) as is_synthetic,
        max(data_as_of) as data_as_of
    from core.strada_injuries_by_municipality_year
    group by all
)

select
    years.municipality_code,
    years.year::varchar as period,
    years.injured as numerator,
    population.inhabitants as denominator,
    case when population.is_inferred then 'inferred_population' end as flags,
    years.is_synthetic or coalesce(population.is_synthetic, false) as is_synthetic,
    years.data_as_of
from years
left join core.population_by_area_year as population
    on population.area_code = years.municipality_code
    and population.year = years.year
