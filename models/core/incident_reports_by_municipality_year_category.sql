-- title = "Verksamheternas händelserapporter per kommun, helt år och kategori"
-- key = ["municipality_code", "year", "category"]
-- not_null = ["municipality_code", "year", "category", "concerns", "reports", "is_synthetic", "data_as_of"]
-- ranges = { reports = { min = 0 } }
-- [columns]
-- municipality_code = "Kommunkod"
-- year = "År där någon rapporterade alla tolv månader"
-- category = "Kategori ur granskad lista"
-- focus_area = "Fokusområde som kategorin hör till"
-- concerns = "Vad kategorin handlar om; avgör hur små tal som visas"
-- reports = "Antal rapporter"
-- inhabitants = "Invånare 31 december, eller tomt"
-- is_inferred_population = "Nämnaren är härledd ur andra publicerade tal"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
with years as (
    select
        municipality_code,
        year(month) as year,
        category,
        focus_area,
        concerns,
        sum(reports)::bigint as reports,
        bool_or(is_synthetic) as is_synthetic,
        max(data_as_of) as data_as_of
    from core.incident_reports_by_municipality_month
    group by all
    having count(*) = 12
)

select
    years.municipality_code,
    years.year::integer as year,
    years.category,
    years.focus_area,
    years.concerns,
    years.reports,
    population.inhabitants,
    coalesce(population.is_inferred, false) as is_inferred_population,
    years.is_synthetic or coalesce(population.is_synthetic, false) as is_synthetic,
    years.data_as_of
from years
left join core.population_by_area_year as population
    on population.area_code = years.municipality_code
    and population.year = years.year
order by years.municipality_code, years.year, years.category
