-- title = "Verksamheternas händelserapporter per kommun, månad och kategori; också noll där någon rapporterade"
-- key = ["municipality_code", "month", "category"]
-- not_null = ["municipality_code", "month", "category", "reports", "reporters", "is_synthetic", "data_as_of"]
-- ranges = { reports = { min = 0 } }
-- [columns]
-- municipality_code = "Kommunkod"
-- month = "Månadens första dag"
-- category = "Kategori ur granskad lista"
-- focus_area = "Fokusområde som kategorin hör till"
-- reports = "Antal rapporter; 0 betyder att någon rapporterade den månaden men inget av detta slag"
-- reporters = "Antal verksamheter som rapporterade något alls den månaden"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
with active as (
    select
        municipality_code,
        date_trunc('month', date)::date as month,
        count(distinct reporter) as reporters,
        bool_or(is_synthetic) as is_synthetic,
        max(data_as_of) as data_as_of
    from staging.incident_reports
    group by all
),

categories as (
    select distinct canonical_category as category, nullif(focus_area, '') as focus_area
    from reference.incident_categories
    where canonical_category <> 'nothing_to_report'
),

counts as (
    select municipality_code, date_trunc('month', date)::date as month, category, count(*) as reports
    from staging.incident_reports
    group by all
)

select
    active.municipality_code,
    active.month,
    categories.category,
    categories.focus_area,
    coalesce(counts.reports, 0) as reports,
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
