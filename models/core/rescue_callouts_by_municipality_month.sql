-- title = "Räddningstjänstens insatser per kommun, månad, slag och bedömd orsak; saknad rad är ingen insats eller inget uttag"
-- key = ["municipality_code", "month", "event_group", "has_vehicle_fire", "cause_group"]
-- not_null = ["municipality_code", "month", "event_group", "has_vehicle_fire", "cause_group", "callouts", "is_whole_year", "is_synthetic", "data_as_of"]
-- ranges = { callouts = { min = 1 } }
-- [columns]
-- municipality_code = "Kommun där händelsen inträffade"
-- month = "Månadens första dag"
-- event_group = "Utlösande händelse: vehicle_fire, building_fire, waste_fire, wildfire, other_fire, traffic_accident, hazardous_release eller other"
-- has_vehicle_fire = "Ett fordon eller fartyg brann utomhus, som utlösande händelse eller som följd"
-- cause_group = "Räddningstjänstens bedömning på plats: deliberate, accidental, unclear_intent, technical, natural eller not_assessed"
-- callouts = "Antal händelser med insats"
-- is_whole_year = "Uttaget kom efter årets slut"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
select
    municipality_code,
    month,
    event_type as event_group,
    is_vehicle_fire as has_vehicle_fire,
    cause as cause_group,
    sum(callouts)::bigint as callouts,
    bool_and(year(received_on) > year(month)) as is_whole_year,
    bool_or(is_synthetic) as is_synthetic,
    max(data_as_of) as data_as_of
from staging.rescue_callouts_by_snapshot
group by all
order by municipality_code, month, event_group, has_vehicle_fire, cause_group
