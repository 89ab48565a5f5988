-- title = "Verksamheternas händelserapporter per kommun, månad och kategori; också noll där någon rapporterade"
-- key = ["municipality_code", "month", "category"]
-- not_null = ["municipality_code", "month", "category", "reports", "events", "reporters", "is_synthetic", "data_as_of"]
-- ranges = { reports = { min = 0 }, events = { min = 0 } }
-- [columns]
-- municipality_code = "Kommunkod"
-- month = "Månadens första dag"
-- category = "Kategori ur granskad lista"
-- focus_area = "Fokusområde som kategorin hör till"
-- concerns = "Vad kategorin handlar om: things, places, adults eller children; bara de två första finns i en utgåva"
-- reports = "Antal rapporter; 0 betyder att någon rapporterade den månaden men inget av detta slag; en rapport med flera kategorier räknas i var och en"
-- events = "Antal troliga händelser: samma kommun, plats, kategori, dag och fjärdedels dygn från olika verksamheter räknas en gång"
-- total_cost_sek = "Kostnad i kronor i de rapporter som anger en, hela kostnaden i var och en av rapportens kategorier; tomt om ingen gör det"
-- reporters = "Antal verksamheter som rapporterade något alls den månaden"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
with active as (
    select
        municipality_code,
        month,
        sum(reporters)::bigint as reporters,
        bool_or(is_synthetic) as is_synthetic,
        max(data_as_of) as data_as_of
    from staging.incident_reports_by_snapshot
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
        month,
        category,
        sum(reports)::bigint as reports,
        sum(events)::bigint as events,
        sum(cost_sek)::decimal(18, 2) as total_cost_sek
    from (
        select * replace (unnest(string_split(category, ',')) as category) from staging.incident_reports_by_snapshot
    )
    group by all
)

select
    active.municipality_code,
    active.month,
    categories.category,
    categories.focus_area,
    categories.concerns,
    coalesce(counts.reports, 0) as reports,
    coalesce(counts.events, 0) as events,
    counts.total_cost_sek,
    active.reporters,
    active.is_synthetic,
    active.data_as_of
from active
cross join categories
left join counts
    on counts.municipality_code = active.municipality_code
    and counts.month = active.month
    and counts.category = categories.category
order by active.municipality_code, active.month, categories.category
