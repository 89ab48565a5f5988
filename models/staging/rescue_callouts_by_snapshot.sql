-- title = "Vad varje ögonblicksbild bidrar med till antalet räddningsinsatser; kan summeras"
-- key = ["snapshot", "municipality_code", "month", "event_type", "is_vehicle_fire", "cause"]
-- not_null = ["snapshot", "municipality_code", "month", "event_type", "is_vehicle_fire", "cause", "callouts", "received_on"]
-- ranges = { callouts = { min = 1 } }

-- This is what is left of a snapshot when its retention ends.
select
    snapshot,
    municipality_code,
    date_trunc('month', date)::date as month,
    event_type,
    is_vehicle_fire,
    cause,
    count(*) as callouts,
    (any_value(observed_at) at time zone 'Europe/Stockholm')::date as received_on,
    bool_or(is_synthetic) as is_synthetic,
    max(data_as_of) as data_as_of
from staging.rescue_callouts
group by all
union all
select
    snapshot,
    municipality_code,
    month,
    event_type,
    is_vehicle_fire,
    cause,
    callouts,
    (observed_at at time zone 'Europe/Stockholm')::date as received_on,
    is_synthetic,
    content_as_of
from parsed.rescue_callouts_aggregated
