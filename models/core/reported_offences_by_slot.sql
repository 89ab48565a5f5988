-- title = "Anmälda brott efter månad på året, upp till fem år; bara brott som inte följer polisens insatser"
-- key = ["series", "municipality_code", "block_start", "slot"]
-- not_null = ["series", "municipality_code", "profile", "block_start", "slot", "events", "exposure", "events_without_time", "period_start", "period_end", "is_synthetic", "data_as_of"]
-- accepted = { profile = ["month"] }
-- ranges = { events = { min = 0 }, exposure = { min = 28, max = 31 }, slot = { min = 1, max = 12 } }
-- [columns]
-- series = "reported_offences_ och brottstypen ur granskad lista"
-- focus_area = "Fokusområdet"
-- municipality_code = "Kommunkod"
-- profile = "month (årshjul): Brå ger månaden då brotten anmäldes, varken dag eller timme"
-- block_start = "Första dagen i tolv månader som jämförs med andra tolv"
-- slot = "Månadens nummer"
-- events = "Antal anmälda brott"
-- exposure = "Månadens dagar"
-- events_without_time = "0: månaden är alltid känd"
-- period_start = "Första dagen i kommunens alla månader av brottstypen"
-- period_end = "Sista dagen i dem"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"

-- A month in which the police made more interventions is not a month with more crime, and all_offences holds those too.
with offences as (
    select *
    from core.reported_offences_by_area_month
    join core.municipalities on municipalities.municipality_code = reported_offences_by_area_month.area_code
    where
        status = 'ok'
        and not is_effort_driven
        and offence not in ('all_offences', 'penal_code', 'special_laws')
),

newest as (
    select
        offence,
        municipality_code,
        min(month) as oldest_month,
        max(month) as newest_month
    from offences
    group by all
)

select
    'reported_offences_' || offence as series,
    offences.focus_area,
    municipality_code,
    'month' as profile,
    (newest_month - interval (12 * (back // 12) + 11) month)::date as block_start,
    month(offences.month) as slot,
    offences.reported as events,
    day(last_day(offences.month)) as exposure,
    0::bigint as events_without_time,
    min(offences.month) over (partition by offence, municipality_code) as period_start,
    last_day(newest_month) as period_end,
    offences.is_synthetic,
    offences.data_as_of
from offences
join newest using (offence, municipality_code)
cross join lateral (
    select
        date_diff('month', offences.month, newest_month) as back,
        greatest(1, least(5, (date_diff('month', oldest_month, newest_month) + 1) // 12)) as years
)
where back between 0 and 12 * years - 1
order by series, municipality_code, block_start, slot
