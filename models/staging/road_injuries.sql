-- title = "Vägtrafikskador som Trafikanalys redovisar dem, nyaste iakttagelsen av varje kommun och år"
-- key = ["municipality_code", "year"]
-- not_null = ["municipality_code", "year", "is_synthetic", "data_as_of"]
-- ranges = { accidents = { min = 0 }, killed = { min = 0 }, severely_injured = { min = 0 }, slightly_injured = { min = 0 } }
select
    municipality_code,
    year,
    accidents,
    killed,
    severely_injured,
    slightly_injured,
    is_synthetic,
    least(make_date(year::integer, 12, 31), content_as_of) as data_as_of
from parsed.road_injuries
qualify row_number() over (partition by municipality_code, year order by observed_at desc, snapshot desc) = 1
