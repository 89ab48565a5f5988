-- title = "Fordon i trafik som Trafikanalys redovisar dem, nyaste iakttagelsen av varje cell"
-- key = ["municipality_code", "year", "vehicle"]
-- not_null = ["municipality_code", "year", "vehicle", "is_synthetic", "data_as_of"]
-- accepted = { vehicle = ["car", "motorcycle", "moped_class_1", "tractor"] }
-- ranges = { in_traffic = { min = 0, max = 2000000 } }
select
    municipality_code,
    year,
    vehicle,
    in_traffic,
    is_synthetic,
    least(make_date(year::integer, 12, 31), content_as_of) as data_as_of
from parsed.vehicles
qualify row_number() over (
    partition by municipality_code, year, vehicle order by observed_at desc, snapshot desc
) = 1
