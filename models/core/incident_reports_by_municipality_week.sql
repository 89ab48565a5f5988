-- title = "Verksamheternas händelserapporter per kommun, vecka och kategori så långt tillbaka som varje rapport är en rad, högst 320 veckor; också noll där någon rapporterade, ingen rad där ingen gjorde det"
-- key = ["municipality_code", "week_start", "category"]
-- not_null = ["municipality_code", "week_start", "category", "concerns", "reports", "events", "is_synthetic", "data_as_of"]
-- ranges = { reports = { min = 0 }, events = { min = 0 } }
-- [columns]
-- municipality_code = "Kommunkod"
-- week_start = "Veckans måndag"
-- category = "Kategori ur granskad lista"
-- focus_area = "Fokusområde som kategorin hör till"
-- concerns = "Vad kategorin handlar om: things, places, adults eller children; bara de två första finns i en utgåva"
-- reports = "Antal rapporter; 0 betyder att någon rapporterade den veckan men inget av detta slag; en rapport med flera kategorier räknas i var och en"
-- events = "Antal troliga händelser: samma kommun, plats, kategori, dag och fjärdedels dygn från olika verksamheter räknas en gång"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"

-- The newest week may not have ended.
with reports as (
    select *, date_trunc('week', date)::date as week_start
    from staging.incident_reports
    where date >= (select since from staging.incident_report_weeks)
),

-- A week of which nobody has told is no quiet week, and has no row.
active as (
    select
        municipality_code,
        week_start,
        bool_or(is_synthetic) as is_synthetic,
        max(data_as_of) as data_as_of
    from reports
    group by all
),

categories as (
    select distinct canonical_category as category, nullif(focus_area, '') as focus_area, concerns
    from reference.incident_categories
    where canonical_category <> 'nothing_to_report'
),

counts as (
    select
        municipality_code,
        week_start,
        category,
        count(*) as reports,
        count(*) filter (where is_event) as events
    from reports
    group by all
)

select
    active.municipality_code,
    active.week_start,
    categories.category,
    categories.focus_area,
    categories.concerns,
    coalesce(counts.reports, 0) as reports,
    coalesce(counts.events, 0) as events,
    active.is_synthetic,
    active.data_as_of
from active
cross join categories
left join counts
    on counts.municipality_code = active.municipality_code
    and counts.week_start = active.week_start
    and counts.category = categories.category
order by active.municipality_code, active.week_start, categories.category
