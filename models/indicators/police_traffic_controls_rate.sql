-- title = "Polisens trafikkontroller per 10 000 invånare"
-- title_en = "Traffic controls by the police per 10 000 inhabitants"
-- definition = "Händelserapporter om trafikkontroll (HR-kod 3007) i kommunen ett helt år enligt polisens uttag, delat med invånarna 31 december."
-- focus_area = "reckless_driving"
-- basis = "registered"
-- kind = "counts"
-- method = "rate"
-- per = 10000
-- unit = "per 10 000 invånare"
-- polarity = "none"
-- flags = ["effort_driven"]
-- notes = ["Mäter vad polisen gör, inte hur folk kör; bedöms därför aldrig.", "En händelserapport kan gälla en kontroll av många fordon.", "Räknar händelserapporter, inte anmälningar, brott eller ingripanden."]
with years as (
    select
        municipality_code,
        year(month) as year,
        sum(number) as number,
        any_value(concerns) as concerns,
        bool_or(is_synthetic) as is_synthetic,
        max(data_as_of) as data_as_of
    from core.police_extracts_by_municipality_month
    where counted_unit = 'events' and code = '3007' and is_whole_year
    group by all
)

select
    years.municipality_code,
    years.year::varchar as period,
    years.number as numerator,
    population.inhabitants as denominator,
    case when population.is_inferred then 'inferred_population' end as flags,
    years.concerns,
    years.is_synthetic or coalesce(population.is_synthetic, false) as is_synthetic,
    years.data_as_of
from years
left join core.population_by_area_year as population
    on population.area_code = years.municipality_code
    and population.year = years.year
