-- title = "Hur många av månadens dagar som ligger i veckor då någon rapporterade"
-- key = ["municipality_code", "month"]
-- not_null = ["municipality_code", "month", "days", "has_rows"]
-- ranges = { days = { min = 1, max = 31 } }

-- Counts that were kept before the days were say nothing of weeks: the month then counts whole. Parts of one week in two
-- months are judged each by itself.
with rows as (
    select distinct municipality_code, date_trunc('month', date)::date as month from staging.incident_reports
),

months as (
    select
        municipality_code,
        month,
        case when bool_or(reported_days is null) then day(last_day(month)) else sum(reported_days)::bigint end as days
    from staging.incident_reports_by_snapshot
    group by municipality_code, month
)

select
    municipality_code,
    month,
    least(days, day(last_day(month))) as days,
    rows.month is not null as has_rows
from months
left join rows using (municipality_code, month)
where days > 0
