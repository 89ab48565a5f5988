-- title = "Vad varje ögonblicksbild bidrar med till antalet skadade i vägtrafiken; kan summeras"
-- key = ["snapshot", "municipality_code", "year", "severity", "traffic_element", "age_group", "reported_by"]
-- not_null = ["snapshot", "municipality_code", "year", "severity", "traffic_element", "age_group", "reported_by", "injured", "received_on"]
-- ranges = { injured = { min = 1 } }

-- This is what is left of a snapshot when its retention ends.
select
    snapshot,
    municipality_code,
    year(date)::integer as year,
    severity,
    traffic_element,
    age_group,
    reported_by,
    count(*) as injured,
    (any_value(observed_at) at time zone 'Europe/Stockholm')::date as received_on,
    bool_or(is_synthetic) as is_synthetic,
    max(data_as_of) as data_as_of
from staging.road_accidents
group by all
union all
select
    snapshot,
    municipality_code,
    year,
    severity,
    traffic_element,
    age_group,
    reported_by,
    injured,
    (observed_at at time zone 'Europe/Stockholm')::date as received_on,
    is_synthetic,
    content_as_of
from parsed.road_accidents_aggregated
