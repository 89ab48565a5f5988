-- title = "Verksamheternas händelserapporter per kommun, helt år och fokusområde"
-- key = ["municipality_code", "year", "focus_area"]
-- not_null = ["municipality_code", "year", "focus_area", "reports", "is_synthetic", "data_as_of"]
-- [columns]
-- municipality_code = "Kommunkod"
-- year = "År där någon rapporterade alla tolv månader"
-- focus_area = "Fokusområde"
-- reports = "Antal rapporter; en rapport med flera kategorier i fokusområdet räknas en gång"
-- concerns = "Vad rapporterna handlar om, det känsligaste av fokusområdets kategorier; avgör hur små tal som visas"
-- inhabitants = "Invånare 31 december, eller tomt"
-- is_inferred_population = "Nämnaren är härledd ur andra publicerade tal"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
with categories as (
    select distinct canonical_category as category, focus_area
    from reference.incident_categories
    where focus_area <> ''
),

-- A report of several categories counts once in each focus area they belong to.
once as (
    select
        municipality_code,
        year(month) as year,
        unnest(focus_areas) as focus_area,
        reports
    from (
        select
            snapshots.municipality_code,
            snapshots.month,
            snapshots.reports,
            (
                select list(distinct categories.focus_area)
                from categories
                where list_contains(string_split(snapshots.category, ','), categories.category)
            ) as focus_areas
        from staging.incident_reports_by_snapshot as snapshots
    )
),

counts as (
    select municipality_code, year, focus_area, sum(reports)::bigint as reports from once group by all
),

years as (
    select
        municipality_code,
        year,
        focus_area,
        arg_max(concerns, list_position(['things', 'places', 'adults', 'care', 'children'], concerns)) as concerns,
        any_value(inhabitants) as inhabitants,
        bool_or(is_inferred_population) as is_inferred_population,
        bool_or(is_synthetic) as is_synthetic,
        max(data_as_of) as data_as_of
    from core.incident_reports_by_municipality_year_category
    where focus_area is not null
    group by municipality_code, year, focus_area
)

select
    years.municipality_code,
    years.year,
    years.focus_area,
    coalesce(counts.reports, 0) as reports,
    years.concerns,
    years.inhabitants,
    years.is_inferred_population,
    years.is_synthetic,
    years.data_as_of
from years
left join counts using (municipality_code, year, focus_area)
order by years.municipality_code, years.year, years.focus_area
