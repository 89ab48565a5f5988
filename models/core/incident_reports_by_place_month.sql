-- title = "Händelser om saker och platser per namngiven plats och månad, upp till två år till och med det senaste hela halvåret"
-- key = ["series", "municipality_code", "place", "month"]
-- not_null = ["series", "municipality_code", "place", "month", "year_start", "year_end", "events", "concerns", "is_synthetic", "data_as_of"]
-- accepted = { concerns = ["places"] }
-- ranges = { events = { min = 0 } }
-- [columns]
-- series = "incident_reports (alla händelser om saker och platser), eller incident_reports_ och fokusområdet"
-- focus_area = "Fokusområdet; tomt för alla händelser"
-- municipality_code = "Kommunkod"
-- place = "Plats ur den granskade listan; tom för händelser utan namngiven plats (resten av en kommun är ingen plats)"
-- month = "Månadens första dag; bara månader då någon rapporterade och rapporterna ännu är rader"
-- year_start = "Första dagen i de tolv månader som månaden hör till"
-- year_end = "Sista dagen i dem, ett halvårs sista"
-- events = "Antal troliga händelser, var och en räknad en gång"
-- concerns = "Vad det handlar om: saker och platser, ingen människa"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"

-- Whole half-years, so that what is published of a place changes twice a year and not by a month at a time.
with municipalities as (
    select
        municipality_code,
        max(data_as_of) as data_as_of,
        bool_or(is_synthetic) as is_synthetic,
        (date_trunc('year', max(data_as_of) + interval 1 day)
            + interval (6 * ((month(max(data_as_of) + interval 1 day) - 1) // 6)) month)::date as until
    from staging.incident_reports
    group by municipality_code
),

months as (
    select
        municipality_code,
        month,
        (until - interval (case when month >= until - interval 12 month then 12 else 24 end) month)::date as year_start,
        data_as_of,
        is_synthetic
    from staging.incident_reporting_days
    join municipalities using (municipality_code)
    where has_rows and month < until and month >= until - interval 24 month
),

places as (
    select municipality_code, place from reference.places where place_type <> 'rest_of_municipality'
),

everywhere as (
    select municipality_code, place from places
    union all
    select municipality_code, '' from municipalities
),

series as (
    select distinct series, focus_area from staging.incident_series
),

counted as (
    select
        reports.municipality_code,
        date_trunc('month', reports.date)::date as month,
        coalesce(places.place, '') as place,
        listed.series,
        count(*) as events
    from staging.incident_reports as reports
    join staging.incident_series as listed using (categories)
    left join places
        on places.municipality_code = reports.municipality_code
        and places.place = reports.place
    where reports.is_first and reports.is_event
    group by all
)

select
    series.series,
    series.focus_area,
    months.municipality_code,
    everywhere.place,
    months.month,
    months.year_start,
    (months.year_start + interval 12 month - interval 1 day)::date as year_end,
    coalesce(counted.events, 0) as events,
    'places' as concerns,
    months.is_synthetic,
    months.data_as_of
from months
join everywhere using (municipality_code)
cross join series
left join counted
    on counted.series = series.series
    and counted.municipality_code = months.municipality_code
    and counted.place = everywhere.place
    and counted.month = months.month
order by series.series, months.municipality_code, everywhere.place, months.month
