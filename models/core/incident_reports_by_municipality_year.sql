-- title = "Verksamheternas händelserapporter per kommun, helt år och fokusområde"
-- key = ["municipality_code", "year", "focus_area"]
-- not_null = ["municipality_code", "year", "focus_area", "reports", "is_synthetic", "data_as_of"]
-- [columns]
-- municipality_code = "Kommunkod"
-- year = "År där någon rapporterade alla tolv månader"
-- focus_area = "Fokusområde"
-- reports = "Antal rapporter"
-- concerns = "Vad rapporterna handlar om, det känsligaste av fokusområdets kategorier; avgör hur små tal som visas"
-- inhabitants = "Invånare 31 december, eller tomt"
-- is_inferred_population = "Nämnaren är härledd ur andra publicerade tal"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
select
    municipality_code,
    year,
    focus_area,
    sum(reports)::bigint as reports,
    arg_max(concerns, list_position(['things', 'places', 'adults', 'care', 'children'], concerns)) as concerns,
    any_value(inhabitants) as inhabitants,
    bool_or(is_inferred_population) as is_inferred_population,
    bool_or(is_synthetic) as is_synthetic,
    max(data_as_of) as data_as_of
from core.incident_reports_by_municipality_year_category
where focus_area is not null
group by municipality_code, year, focus_area
order by municipality_code, year, focus_area
