-- title = "Skadade i vägtrafiken, nyaste uppgiften om varje person i en olycka"
-- key = ["accident_id", "person_number"]
-- not_null = ["accident_id", "person_number", "municipality_code", "date", "severity", "traffic_element", "age_group", "reported_by"]
select
    accident_id,
    person_number,
    municipality_code,
    date,
    severity,
    traffic_element,
    age_group,
    reported_by,
    snapshot,
    observed_at,
    is_synthetic,
    content_as_of as data_as_of
from parsed.road_accidents
qualify
    row_number() over (
        partition by accident_id, person_number order by observed_at desc, snapshot desc, row_number
    ) = 1
