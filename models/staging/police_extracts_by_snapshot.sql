-- title = "Vad varje ögonblicksbild bidrar med till antalen i polisens uttag; kan summeras"
-- not_null = ["snapshot", "unit", "code_text", "month", "counted"]
-- ranges = { counted = { min = 0 } }

-- This is what is left of a snapshot when its retention ends.
select
    snapshot,
    unit,
    code,
    code_text,
    municipality_code,
    date_trunc('month', date)::date as month,
    sum(counted)::bigint as counted,
    bool_or(is_synthetic) as is_synthetic,
    max(data_as_of) as data_as_of
from staging.police_extracts
group by all
union all
select
    snapshot,
    unit,
    code,
    code_text,
    municipality_code,
    month,
    counted,
    is_synthetic,
    content_as_of
from parsed.police_extracts_aggregated
