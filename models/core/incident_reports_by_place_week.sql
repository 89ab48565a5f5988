-- title = "Verksamheternas händelserapporter per namngiven plats, vecka och kategori de senaste 60 veckorna; bara saker och platser, bara där något hände"
-- key = ["municipality_code", "week_start", "place", "category"]
-- not_null = ["municipality_code", "week_start", "place", "category", "concerns", "reports", "events", "is_synthetic", "data_as_of"]
-- accepted = { concerns = ["things", "places"] }
-- ranges = { reports = { min = 1 }, events = { min = 0 } }
-- [columns]
-- municipality_code = "Kommunkod"
-- week_start = "Veckans måndag"
-- place = "Plats ur den granskade listan; resten av en kommun är ingen plats och står inte här"
-- category = "Kategori ur granskad lista"
-- focus_area = "Fokusområde som kategorin hör till"
-- concerns = "Vad kategorin handlar om: things eller places; det som rör människor räknas aldrig per plats"
-- reports = "Antal rapporter; en rapport med flera kategorier räknas i var och en"
-- events = "Antal troliga händelser; 0 där samma händelse räknas på en annan rad"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
select
    reports.municipality_code,
    date_trunc('week', reports.date)::date as week_start,
    reports.place,
    reports.category,
    nullif(any_value(categories.focus_area), '') as focus_area,
    any_value(categories.concerns) as concerns,
    count(*) as reports,
    count(*) filter (where reports.is_event) as events,
    bool_or(reports.is_synthetic) as is_synthetic,
    max(reports.data_as_of) as data_as_of
from staging.incident_reports as reports
join (
    select distinct canonical_category as category, focus_area, concerns from reference.incident_categories
) as categories using (category)
join reference.places as places
    on places.municipality_code = reports.municipality_code
    and places.place = reports.place
where
    reports.date >= (select date_trunc('week', as_of) - interval 59 weeks from parsed.run)
    and categories.concerns in ('things', 'places')
    and reports.category <> 'nothing_to_report'
    and places.place_type <> 'rest_of_municipality'
group by all
order by all
