-- title = "Händelser månad för månad, för indikatorer som räknar sådant som inte rör enskilda"
-- key = ["indicator", "municipality_code", "month"]
-- not_null = ["indicator", "municipality_code", "month", "events", "concerns", "is_synthetic", "data_as_of"]
-- accepted = { concerns = ["things", "places"] }
-- ranges = { events = { min = 0 } }
-- [columns]
-- indicator = "Indikatorn vars händelser räknas"
-- municipality_code = "Kommunkod"
-- month = "Månadens första dag; bara hela månader"
-- events = "Antal händelser; 0 betyder att någon rapporterade den månaden men inget av detta slag"
-- concerns = "Vad händelserna handlar om: things eller places"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
with counted (indicator, focus_area, category) as (
    values
        ('incident_reports_vandalism_rate', 'vandalism', null),
        ('incident_reports_reckless_driving_rate', 'reckless_driving', null),
        ('incident_reports_drug_dealing_rate', null, 'drug_dealing'),
        ('incident_reports_suspected_drugs_rate', null, 'suspected_drugs'),
        ('incident_reports_disturbing_gatherings_rate', null, 'disturbing_gathering'),
        ('incident_reports_unsafe_places_rate', null, 'unsafe_place')
)

select
    counted.indicator,
    months.municipality_code,
    months.month,
    sum(months.reports)::bigint as events,
    min(months.concerns) as concerns,
    bool_or(months.is_synthetic) as is_synthetic,
    max(months.data_as_of) as data_as_of
from core.incident_reports_by_municipality_month as months
join counted on months.focus_area = counted.focus_area or months.category = counted.category
where months.concerns in ('things', 'places') and last_day(months.month) <= months.data_as_of
group by counted.indicator, months.municipality_code, months.month
order by counted.indicator, months.municipality_code, months.month
