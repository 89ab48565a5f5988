-- title = "Vad varje ögonblicksbild bidrar med till antalet händelserapporter; kan summeras"
-- key = ["snapshot", "municipality_code", "month", "category"]
-- not_null = ["snapshot", "municipality_code", "month", "category", "reports", "reporters", "events"]
-- ranges = { reports = { min = 1 }, reporters = { min = 0 }, events = { min = 0 }, reported_days = { min = 0 } }

-- This is what is left of a snapshot when its retention ends. A report counts once, in the snapshot that has its newest
-- wording, under its category or, where it has several, under them all ('graffiti,vandalism'). A service counts once a
-- month, and an event once, on one row of the newest snapshot that has it; so do the days of a week (its part of a month)
-- in which somebody reported.
with reports as (
    select * from staging.incident_reports where is_first
),

services as (
    select
        municipality_code,
        date_trunc('month', date)::date as month,
        max({'at': observed_at, 'snapshot': snapshot, 'category': categories}) as counted
    from reports
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

weeks as (
    select
        municipality_code,
        date_trunc('week', date)::date as week_start,
        date_trunc('month', date)::date as month,
        max({'at': observed_at, 'snapshot': snapshot, 'category': categories}) as counted
    from reports
    group by all
),

reported as (
    select
        counted.snapshot as snapshot,
        municipality_code,
        month,
        counted.category as category,
        sum(date_diff('day', greatest(week_start, month), least(week_start + 6, last_day(month))) + 1)::bigint as days
    from weeks
    group by all
),

counts as (
    select
        snapshot,
        municipality_code,
        date_trunc('month', date)::date as month,
        categories as category,
        count(*) as reports,
        count(*) filter (where is_event) as events,
        sum(cost_sek::decimal(18, 2)) as cost_sek,
        bool_or(is_synthetic) as is_synthetic,
        max(data_as_of) as data_as_of
    from reports
    group by all
),

aggregated as (
    select * from parsed.incident_reports_aggregated
    union all by name
    select
        null::bigint as events,
        null::decimal(18, 2) as cost_sek,
        null::bigint as reported_days
    where false
)

select
    snapshot,
    municipality_code,
    month,
    category,
    counts.reports,
    coalesce(reporters.reporters, 0) as reporters,
    counts.events,
    counts.cost_sek,
    coalesce(reported.days, 0) as reported_days,
    counts.is_synthetic,
    counts.data_as_of
from counts
left join reporters using (snapshot, municipality_code, month, category)
left join reported using (snapshot, municipality_code, month, category)
union all
select
    snapshot,
    municipality_code,
    month,
    category,
    reports,
    reporters,
    coalesce(events, reports),
    cost_sek,
    reported_days,
    is_synthetic,
    content_as_of
from aggregated
