-- title = "Verksamheternas händelserapporter per kommun, helt år och fokusområde"
-- key = ["municipality_code", "year", "focus_area"]
-- not_null = ["municipality_code", "year", "focus_area", "reports", "is_synthetic", "data_as_of"]
-- [columns]
-- municipality_code = "Kommunkod"
-- year = "År där någon rapporterade alla tolv månader"
-- focus_area = "Fokusområde"
-- reports = "Antal rapporter"
-- concerns = "Vad rapporterna handlar om, det känsligaste av fokusområdets kategorier; avgör hur små tal som visas"
-- inhabitants = "Invånare 31 december, eller tomt"
-- is_inferred_population = "Nämnaren är härledd ur andra publicerade tal"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
with years as (
    select
        municipality_code,
        year(month) as year,
        focus_area,
        sum(reports)::bigint as reports,
        count(distinct month) as months,
        bool_or(is_synthetic) as is_synthetic,
        max(data_as_of) as data_as_of
    from core.incident_reports_by_municipality_month
    where focus_area is not null
    group by all
),

concerns as (
    select
        focus_area,
        arg_max(concerns, list_position(['things', 'places', 'adults', 'care', 'children'], concerns)) as concerns
    from reference.incident_categories
    group by focus_area
)

select
    years.municipality_code,
    years.year::integer as year,
    years.focus_area,
    years.reports,
    concerns.concerns,
    population.inhabitants,
    coalesce(population.is_inferred, false) as is_inferred_population,
    years.is_synthetic or coalesce(population.is_synthetic, false) as is_synthetic,
    years.data_as_of
from years
join concerns using (focus_area)
left join core.population_by_area_year as population
    on population.area_code = years.municipality_code
    and population.year = years.year
where years.months = 12
order by years.municipality_code, years.year, years.focus_area
