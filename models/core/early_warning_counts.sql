-- title = "Serierna som hålls under uppsikt: verksamheternas händelserapporter om saker och platser vecka för vecka och anmälda brott månad för månad, per kommun"
-- key = ["series", "category", "municipality_code", "period_start"]
-- not_null = ["series", "category", "municipality_code", "period_type", "period_start", "events", "concerns", "is_synthetic", "data_as_of"]
-- ranges = { events = { min = 0 }, reporters = { min = 0 } }
-- [accepted]
-- series = ["incident_reports", "reported_offences"]
-- period_type = ["week", "month"]
-- concerns = ["things", "places"]
-- [columns]
-- series = "incident_reports (verksamheternas händelserapporter) eller reported_offences (anmälda brott)"
-- category = "Kategori eller brottstyp ur granskad lista; all: alla rapporter om saker och platser, varje en gång"
-- focus_area = "Fokusområde som kategorin hör till"
-- municipality_code = "Kommunkod"
-- period_type = "week (slutade veckor, måndag till söndag) eller month"
-- period_start = "Periodens första dag"
-- events = "Antal troliga händelser, eller anmälda brott; ingen rad för en period som ingen har rapporterat om"
-- reporters = "Antal verksamheter som rapporterade; tomt för anmälda brott"
-- concerns = "Vad det handlar om: things eller places, ingen människa"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"

-- Never the police's feed, which is a choice of news, and no offence that follows how much the police look for it; "all
-- offences" holds those too.
with weeks as (
    select
        week.municipality_code,
        week.week_start,
        week.category,
        week.focus_area,
        week.events,
        told.reporters,
        week.concerns,
        week.is_synthetic,
        week.data_as_of
    from core.incident_reports_by_municipality_week as week
    join core.impersonal_incident_reports_by_municipality_week as told using (municipality_code, week_start)
    where week.concerns in ('things', 'places')
    union all
    select
        municipality_code,
        week_start,
        'all',
        null,
        events,
        reporters,
        concerns,
        is_synthetic,
        data_as_of
    from core.impersonal_incident_reports_by_municipality_week
)

select
    'incident_reports' as series,
    weeks.category,
    weeks.focus_area,
    weeks.municipality_code,
    'week' as period_type,
    weeks.week_start as period_start,
    weeks.events,
    weeks.reporters,
    weeks.concerns,
    weeks.is_synthetic,
    weeks.data_as_of
from weeks
cross join parsed.run
where weeks.week_start + 7 <= run.as_of
union all
select
    'reported_offences',
    months.offence,
    months.focus_area,
    months.area_code,
    'month',
    months.month,
    months.reported,
    null,
    'things',
    months.is_synthetic,
    months.data_as_of
from core.reported_offences_by_area_month as months
join core.municipalities on municipalities.municipality_code = months.area_code
where months.status = 'ok' and not months.is_effort_driven and months.offence <> 'all_offences'
order by series, category, municipality_code, period_start
