-- title = "Händelserapporter utan fritext, nyaste lydelsen av varje rapport"
-- key = ["report_id"]
-- not_null = ["report_id", "municipality_code", "date", "category"]

-- Repeated ids are found first: few reports come twice, and a window over all of them needs far more memory.
with repeated as (
    select report_id from parsed.incident_reports group by report_id having count(*) > 1
),

newest as (
    select reports.*
    from parsed.incident_reports as reports
    semi join repeated using (report_id)
    qualify row_number() over (partition by report_id order by observed_at desc, snapshot desc, row_number) = 1
),

kept as (
    select * from parsed.incident_reports anti join repeated using (report_id)
    union all
    select * from newest
)

select
    report_id,
    municipality_code,
    date,
    time,
    place,
    category,
    reporter,
    keyword_flags,
    snapshot,
    observed_at,
    is_synthetic,
    content_as_of as data_as_of
from kept
