-- title = "Rapporteringsgrad: hur många verksamheter som rapporterade, av dem som ska, per kommun och vecka eller månad det senaste året"
-- key = ["municipality_code", "period_type", "period_start"]
-- not_null = ["municipality_code", "period_type", "period_start", "reporters", "is_synthetic", "data_as_of"]
-- accepted = { period_type = ["week", "month"], concerns = ["places"] }
-- ranges = { reporters = { min = 0 }, expected = { min = 0 }, expected_reporters = { min = 0 } }
-- [columns]
-- municipality_code = "Kommunkod"
-- period_type = "week (måndag till söndag) eller month"
-- period_start = "Periodens första dag"
-- reporters = "Antal verksamheter som rapporterade något alls, också att inget fanns att rapportera; 0 när ingen gjorde det"
-- expected = "Antal enheter som ska rapportera enligt kommunens lista; tomt utan lista. I en period utan rapporter gäller det närmast föregående antalet"
-- expected_reporters = "Antal av dem som rapporterade: 8 av 11; tomt utan lista"
-- unlisted_reporters = "Antal verksamheter som rapporterade men inte står i listan, kanske under ett annat namn; tomt utan lista"
-- silent_reporters = "Antal enheter i listan som inte rapporterat på tre veckor, veckan själv medräknad; tomt utan lista, för månader och i kommunens två första veckor. Har listan ändrats under dem kan det vara fler"
-- concerns = "Vad det handlar om: verksamheter, ingen människa"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"

-- The last 53 weeks and 12 months: so long every report is still a row, whatever has been decided on retention.
with periods as (
    select 'week' as period_type, unnest(generate_series(
        date_trunc('week', as_of) - interval 52 weeks, date_trunc('week', as_of), interval 1 week
    ))::date as period_start
    from parsed.run
    union all
    select 'month', unnest(generate_series(
        date_trunc('month', as_of) - interval 11 months, date_trunc('month', as_of), interval 1 month
    ))::date
    from parsed.run
),

reports as (
    select
        municipality_code,
        period_type,
        date_trunc(period_type, date)::date as period_start,
        case period_type when 'week' then expected_in_week else expected_in_month end as expected,
        reporter,
        case period_type when 'week' then is_expected_in_week else is_expected_in_month end as is_expected,
        is_expected_in_month as is_listed,
        observed_at
    from staging.incident_reports
    cross join (select unnest(['week', 'month']) as period_type)
    where date >= (select min(period_start) from periods) and is_first
),

units as (
    select
        municipality_code,
        period_type,
        period_start,
        reporter,
        bool_or(is_expected) as is_expected,
        bool_or(is_listed) as is_listed
    from reports
    where reporter is not null
    group by all
),

told as (
    select
        municipality_code,
        period_type,
        period_start,
        count(*) as reporters,
        count(*) filter (where is_expected) as expected_reporters,
        count(*) filter (where not is_listed) as unlisted_reporters
    from units
    group by all
),

lists as (
    select
        municipality_code,
        period_type,
        period_start,
        arg_max(expected, observed_at) as expected
    from reports
    group by all
),

-- The listed units that have been heard in the week or either of the two before it.
heard as (
    select
        periods.period_start,
        units.municipality_code,
        count(distinct units.reporter) as reporters
    from periods
    join units
        on units.period_type = periods.period_type
        and units.period_start between periods.period_start - interval 2 weeks and periods.period_start
    where periods.period_type = 'week' and units.is_expected
    group by all
),

-- From a municipality's first report on, every period has a row.
municipalities as (
    select
        municipality_code,
        min(date) as since,
        bool_or(is_synthetic) as is_synthetic,
        max(data_as_of) as data_as_of
    from staging.incident_reports
    group by municipality_code
),

rows as (
    select
        municipalities.municipality_code,
        periods.period_type,
        periods.period_start,
        coalesce(told.reporters, 0) as reporters,
        last_value(lists.expected ignore nulls) over (
            partition by municipalities.municipality_code, periods.period_type order by periods.period_start
        ) as expected,
        coalesce(told.expected_reporters, 0) as expected_reporters,
        coalesce(told.unlisted_reporters, 0) as unlisted_reporters,
        coalesce(heard.reporters, 0) as heard,
        municipalities.is_synthetic,
        municipalities.data_as_of
    from municipalities
    cross join periods
    left join told using (municipality_code, period_type, period_start)
    left join lists using (municipality_code, period_type, period_start)
    left join heard
        on heard.municipality_code = municipalities.municipality_code
        and heard.period_start = periods.period_start
        and periods.period_type = 'week'
    where periods.period_start >= date_trunc(periods.period_type, municipalities.since)
)

select
    municipality_code,
    period_type,
    period_start,
    reporters,
    expected,
    case when expected is not null then expected_reporters end as expected_reporters,
    case when expected is not null then unlisted_reporters end as unlisted_reporters,
    -- Of a unit that is new in the list three weeks cannot have passed, so the fewest that were expected count.
    case when period_type = 'week' and count(expected) over three_weeks = 3
        then greatest(0, min(expected) over three_weeks - heard) end as silent_reporters,
    'places' as concerns,
    is_synthetic,
    data_as_of
from rows
window three_weeks as (
    partition by municipality_code, period_type order by period_start rows between 2 preceding and current row
)
order by municipality_code, period_type, period_start
