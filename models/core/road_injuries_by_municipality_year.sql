-- title = "Dödade och skadade i polisrapporterade vägtrafikolyckor, per kommun och år"
-- key = ["municipality_code", "year"]
-- not_null = ["municipality_code", "year", "status", "is_inferred_population", "is_synthetic", "data_as_of"]
-- accepted = { status = ["ok", "not_reported"] }
-- [columns]
-- municipality_code = "Kommun där olyckan skedde, inte där de skadade bor"
-- year = "År då olyckan skedde"
-- accidents = "Antal olyckor där någon dödats eller skadats"
-- killed = "Antal dödade"
-- severely_injured = "Antal svårt skadade, enligt polisens bedömning"
-- slightly_injured = "Antal lindrigt skadade, enligt polisens bedömning"
-- killed_or_severely_injured = "Summan av dödade och svårt skadade"
-- inhabitants = "Invånare 31 december samma år"
-- status = "ok, eller not_reported: utgivaren har inget tal"
-- is_inferred_population = "Folkmängden är härledd ur andra publicerade tal"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
select
    injuries.municipality_code,
    injuries.year::integer as year,
    injuries.accidents,
    injuries.killed,
    injuries.severely_injured,
    injuries.slightly_injured,
    injuries.killed + injuries.severely_injured as killed_or_severely_injured,
    population.inhabitants,
    case
        when injuries.killed is null or injuries.severely_injured is null then 'not_reported'
        else 'ok'
    end as status,
    coalesce(population.is_inferred, false) as is_inferred_population,
    injuries.is_synthetic or coalesce(population.is_synthetic, false) as is_synthetic,
    injuries.data_as_of
from staging.road_injuries as injuries
left join core.population_by_area_year as population
    on population.area_code = injuries.municipality_code and population.year = injuries.year
order by injuries.municipality_code, injuries.year
