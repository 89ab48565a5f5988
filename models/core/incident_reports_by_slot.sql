-- title = "Händelser om saker och platser efter månad, veckodag och tid på dygnet: upp till fem år av månader, två år av veckor till och med det senaste hela kvartalet"
-- key = ["series", "municipality_code", "profile", "block_start", "slot"]
-- not_null = ["series", "municipality_code", "profile", "block_start", "slot", "events", "exposure", "events_without_time", "period_start", "period_end", "concerns", "is_synthetic", "data_as_of"]
-- accepted = { profile = ["month", "weekday", "hour"], concerns = ["places"] }
-- ranges = { events = { min = 0 }, exposure = { min = 1 }, events_without_time = { min = 0 }, slot = { min = 0, max = 21 } }
-- [columns]
-- series = "incident_reports (alla händelser om saker och platser), eller incident_reports_ och fokusområdet"
-- focus_area = "Fokusområdet; tomt för alla händelser"
-- municipality_code = "Kommunkod"
-- profile = "month (årshjul), weekday (veckomönster) eller hour (tid på dygnet)"
-- block_start = "Första dagen i blocket: tolv månader för årshjulet, tretton veckor för veckodag och tid. Block jämförs med varandra"
-- slot = "Månadens nummer, veckodagens (1 är måndag) eller den timme då tre timmar börjar (0, 3 … 21)"
-- events = "Antal troliga händelser, var och en räknad en gång; 0 där någon rapporterade men inget av detta slag"
-- exposure = "Dagar i veckor då någon rapporterade (månader), eller sådana veckor (veckodagar och timmar); annars ingen rad"
-- events_without_time = "Händelser i blocket utan klockslag, som inte finns i någon timme; 0 för månader och veckodagar"
-- period_start = "Första dagen i kommunens alla block"
-- period_end = "Sista dagen i dem"
-- concerns = "Vad det handlar om: saker och platser, ingen människa"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"

-- Months are those of the counts that stay when rows are gone; weekdays and hours need rows, and so say what they say
-- of the weeks that are rows. Only whole months and whole weeks: half a week has no Sunday. Weeks end with a quarter of
-- the year: a window that moved by a week would tell the day and the hour of a single week to whoever subtracts.
with municipalities as (
    select
        municipality_code,
        max(data_as_of) as data_as_of,
        bool_or(is_synthetic) as is_synthetic,
        (date_trunc('month', max(data_as_of) + interval 1 day) - interval 1 month)::date as newest_month,
        (date_trunc('week', date_trunc('quarter', max(data_as_of) + interval 1 day)) - interval 7 days)::date
            as newest_week
    from staging.incident_reports_by_snapshot
    group by municipality_code
),

series as (
    select distinct series, focus_area from staging.incident_series
),

since as (
    select municipality_code, min(month) as oldest_month from staging.incident_reporting_days group by all
),

-- A year that is not whole would give some months more years than others, and their bars be higher for it.
months as (
    select
        municipality_code,
        month,
        (newest_month - interval (12 * (back // 12) + 11) month)::date as block_start,
        min(month) over (partition by municipality_code) as period_start,
        last_day(newest_month) as period_end,
        days
    from staging.incident_reporting_days
    join municipalities using (municipality_code)
    join since using (municipality_code)
    cross join lateral (
        select
            date_diff('month', month, newest_month) as back,
            greatest(1, least(5, (date_diff('month', oldest_month, newest_month) + 1) // 12)) as years
    )
    where back between 0 and 12 * years - 1
),

by_month as (
    select municipality_code, month, series, sum(events)::bigint as events
    from staging.incident_reports_by_snapshot
    join staging.incident_series on incident_series.categories = incident_reports_by_snapshot.category
    group by all
),

weeks as (
    select distinct
        municipality_code,
        date_trunc('week', date)::date as week_start,
        (newest_week - interval (13 * (back // 13) + 12) week)::date as block_start,
        (newest_week + interval 6 days)::date as period_end
    from staging.incident_reports
    join municipalities using (municipality_code)
    cross join lateral (select date_diff('week', date_trunc('week', date), newest_week) as back)
    where back between 0 and 103
),

blocks as (
    select
        municipality_code,
        block_start,
        count(*) as weeks,
        min(min(week_start)) over (partition by municipality_code) as period_start,
        period_end
    from weeks
    group by municipality_code, block_start, period_end
),

events as (
    select
        reports.municipality_code,
        weeks.block_start,
        listed.series,
        isodow(reports.date) as weekday,
        hour(reports.time) // 3 * 3 as hour,
        count(*) as events
    from staging.incident_reports as reports
    join staging.incident_series as listed using (categories)
    join weeks
        on weeks.municipality_code = reports.municipality_code
        and weeks.week_start = date_trunc('week', reports.date)
    where reports.is_first and reports.is_event
    group by all
),

slots as (
    select 'weekday' as profile, unnest(range(1, 8)) as slot
    union all
    select 'hour', unnest(range(0, 24, 3))
),

counted as (
    select municipality_code, block_start, series, 'weekday' as profile, weekday as slot, sum(events) as events
    from events
    group by all
    union all
    select municipality_code, block_start, series, 'hour', hour, sum(events) from events group by all
),

rows as (
    select
        series.series,
        series.focus_area,
        months.municipality_code,
        'month' as profile,
        months.block_start,
        month(months.month) as slot,
        coalesce(by_month.events, 0) as events,
        months.days as exposure,
        0 as events_without_time,
        months.period_start,
        months.period_end
    from months
    cross join series
    left join by_month using (municipality_code, month, series)
    union all
    select
        series.series,
        series.focus_area,
        blocks.municipality_code,
        slots.profile,
        blocks.block_start,
        slots.slot,
        coalesce(counted.events, 0),
        blocks.weeks,
        case when slots.profile = 'hour' then coalesce(untimed.events, 0) else 0 end,
        blocks.period_start,
        blocks.period_end
    from blocks
    cross join series
    cross join slots
    left join counted using (municipality_code, block_start, series, profile, slot)
    left join counted as untimed
        on untimed.municipality_code = blocks.municipality_code
        and untimed.block_start = blocks.block_start
        and untimed.series = series.series
        and untimed.profile = 'hour'
        and untimed.slot is null
)

select
    rows.series,
    rows.focus_area,
    rows.municipality_code,
    rows.profile,
    rows.block_start,
    rows.slot::bigint as slot,
    rows.events::bigint as events,
    rows.exposure::bigint as exposure,
    rows.events_without_time::bigint as events_without_time,
    rows.period_start,
    rows.period_end,
    'places' as concerns,
    municipalities.is_synthetic,
    municipalities.data_as_of
from rows
join municipalities using (municipality_code)
order by rows.series, rows.municipality_code, rows.profile, rows.block_start, rows.slot
