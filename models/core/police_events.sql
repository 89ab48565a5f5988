-- title = "Polisens händelsenotiser, nyaste lydelsen: annan information, inget mått på brottsligheten"
-- key = ["event_id"]
-- not_null = ["event_id", "published_at", "type", "role", "is_digest", "has_earlier_twin", "versions", "is_synthetic"]
-- accepted = { role = ["outcome", "activity", "context", "summary", "information", "other", "unknown"] }
-- [columns]
-- event_id = "Polisens id för notisen"
-- municipality_code = "Kommun enligt texten efter rubrikens sista komma; tom om den inte nämner en enda kommun"
-- place = "Texten efter rubrikens sista komma"
-- occurred_at = "När händelsen inträffade enligt rubriken (UTC)"
-- published_at = "När notisen publicerades (UTC)"
-- type = "Polisens händelsetyp, namnbyten sammanförda"
-- focus_area = "Fokusområde som typen hör till"
-- role = "outcome, activity, context, summary, information, other eller unknown (ny typ)"
-- is_digest = "Sammanfattning av flera händelser; räknas aldrig som en"
-- keyword_flags = "Kategorier ur rubrik och ingress enligt granskade nyckelord"
-- url = "Notisens adress på polisen.se"
-- has_earlier_twin = "En tidigare notis med annat id har samma tid, typ och plats i rubriken: kan vara samma händelse två gånger"
-- versions = "Antal lydelser som har iakttagits"
-- is_synthetic = "Konstruerade exempeldata"
with newest as (
    select *, max(version) over (partition by event_id) as versions
    from staging.police_event_versions
    qualify row_number() over (partition by event_id order by last_observed_at desc, version desc) = 1
)

select
    event_id,
    newest.municipality_code,
    place,
    occurred_at,
    published_at,
    coalesce(types.canonical_type, newest.type) as type,
    nullif(types.focus_area, '') as focus_area,
    coalesce(types.role, 'unknown') as role,
    coalesce(types.role = 'summary', newest.type like 'Sammanfattning%') as is_digest,
    keyword_flags,
    url,
    occurred_at is not null and row_number() over (
        partition by occurred_at, coalesce(types.canonical_type, newest.type), place order by published_at, event_id
    ) > 1 as has_earlier_twin,
    versions,
    is_synthetic
from newest
left join reference.police_event_types as types on types.type = newest.type
order by event_id
