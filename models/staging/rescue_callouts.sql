-- title = "Räddningstjänstens insatser, nyaste uppgiften om varje händelse"
-- key = ["callout_id"]
-- not_null = ["callout_id", "municipality_code", "date", "event_type", "is_vehicle_fire", "cause", "observed_at"]

-- Two extracts may hold the same event: of other years, or of other kinds of events.
select
    callout_id,
    municipality_code,
    date,
    event_type,
    is_vehicle_fire,
    cause,
    snapshot,
    observed_at,
    is_synthetic,
    content_as_of as data_as_of
from parsed.rescue_callouts
qualify row_number() over (partition by callout_id order by observed_at desc, snapshot desc, row_number) = 1
