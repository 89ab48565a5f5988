-- title = "Polisens uttag, nyaste uppgiften om varje dag, område och kod"
-- not_null = ["unit", "code_text", "date", "counted", "snapshot", "is_synthetic", "data_as_of"]
-- accepted = { unit = ["events", "interventions", "offences", "reports"] }
-- ranges = { counted = { min = 0 } }

-- Two extracts may speak of the same day, area and code; one of them may have several rows of it.
select
    unit_counted as unit,
    nullif(regexp_extract(code_title, '^\d{3,4}'), '') as code,
    regexp_replace(code_title, '^\d{3,4}[ |]*', '') as code_text,
    police_area,
    municipality_code,
    date,
    counted,
    snapshot,
    observed_at,
    is_synthetic,
    content_as_of as data_as_of
from parsed.police_extracts
qualify
    dense_rank() over (
        partition by unit_counted, code_title, coalesce(municipality_code, ''), coalesce(police_area, ''), date
        order by observed_at desc, snapshot desc
    ) = 1
