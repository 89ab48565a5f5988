-- title = "Vad varje ögonblicksbild bidrar med till antalet händelserapporter; kan summeras"
-- key = ["snapshot", "municipality_code", "month", "category"]
-- not_null = ["snapshot", "municipality_code", "month", "category", "reports", "reporters"]
-- ranges = { reports = { min = 1 }, reporters = { min = 0 } }

-- This is what is left of a snapshot when its retention ends. A report counts in the snapshot that has its newest
-- wording. A service counts once a month, on one row of the newest snapshot that has it.
with services as (
    select
        municipality_code,
        date_trunc('month', date)::date as month,
        max({'at': observed_at, 'snapshot': snapshot, 'category': category}) as counted
    from staging.incident_reports
    where reporter is not null
    group by municipality_code, month, reporter
),

reporters as (
    select
        counted.snapshot as snapshot,
        municipality_code,
        month,
        counted.category as category,
        count(*) as reporters
    from services
    group by all
),

counts as (
    select
        snapshot,
        municipality_code,
        date_trunc('month', date)::date as month,
        category,
        count(*) as reports,
        bool_or(is_synthetic) as is_synthetic,
        max(data_as_of) as data_as_of
    from staging.incident_reports
    group by all
)

select
    snapshot,
    municipality_code,
    month,
    category,
    counts.reports,
    coalesce(reporters.reporters, 0) as reporters,
    counts.is_synthetic,
    counts.data_as_of
from counts
left join reporters using (snapshot, municipality_code, month, category)
union all
select
    snapshot,
    municipality_code,
    month,
    category,
    reports,
    reporters,
    is_synthetic,
    content_as_of
from parsed.incident_reports_aggregated
