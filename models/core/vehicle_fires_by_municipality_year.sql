-- title = "Fordonsbränder med räddningsinsats per kommun och helt år"
-- key = ["municipality_code", "year"]
-- not_null = ["municipality_code", "year", "vehicle_fires", "deliberate_fires", "not_assessed_fires", "is_synthetic", "data_as_of"]
-- ranges = { vehicle_fires = { min = 0 }, deliberate_fires = { min = 0 }, not_assessed_fires = { min = 0 } }
-- [columns]
-- municipality_code = "Kommun där det brann"
-- year = "År som uttaget omfattar helt; en kommun utan en enda insats i uttaget saknas"
-- vehicle_fires = "Antal insatser där fordon eller fartyg brann utomhus"
-- deliberate_fires = "Antal av dem som räddningstjänsten bedömde som avsiktliga"
-- not_assessed_fires = "Antal av dem vars orsak inte gick att bedöma eller vars avsikt var oklar"
-- inhabitants = "Invånare 31 december, eller tomt"
-- is_inferred_population = "Nämnaren är härledd ur andra publicerade tal"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"

-- Events triggered by something else than a fire or a traffic accident are left out: some are somebody's suicide.
with years as (
    select
        municipality_code,
        year(month) as year,
        coalesce(sum(callouts) filter (where has_vehicle_fire and event_group <> 'other'), 0) as vehicle_fires,
        coalesce(
            sum(callouts) filter (
                where has_vehicle_fire and event_group <> 'other' and cause_group = 'deliberate'
            ),
            0
        ) as deliberate_fires,
        coalesce(
            sum(callouts) filter (
                where has_vehicle_fire and event_group <> 'other' and cause_group in ('not_assessed', 'unclear_intent')
            ),
            0
        ) as not_assessed_fires,
        bool_or(is_synthetic) as is_synthetic,
        max(data_as_of) as data_as_of
    from core.rescue_callouts_by_municipality_month
    where is_whole_year
    group by all
)

select
    years.municipality_code,
    years.year::integer as year,
    years.vehicle_fires::bigint as vehicle_fires,
    years.deliberate_fires::bigint as deliberate_fires,
    years.not_assessed_fires::bigint as not_assessed_fires,
    population.inhabitants,
    coalesce(population.is_inferred, false) as is_inferred_population,
    years.is_synthetic or coalesce(population.is_synthetic, false) as is_synthetic,
    years.data_as_of
from years
left join core.population_by_area_year as population
    on population.area_code = years.municipality_code
    and population.year = years.year
order by years.municipality_code, years.year
