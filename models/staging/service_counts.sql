-- title = "Verksamhetsstatistik, nyaste uppgiften om varje mått, period, grupp och verksamhet"
-- key = ["municipality_code", "measure", "service", "subgroup", "period"]
-- not_null = ["municipality_code", "measure", "service", "subgroup", "period", "period_type", "period_end", "status"]
-- accepted = { status = ["ok", "missing", "not_reported"] }
-- ranges = { value = { min = 0 }, out_of = { min = 0 }, reporters = { min = 0 } }

-- A form is handed in with rows that nobody has filled in: they never take the place of a figure.
select
    municipality_code,
    measure,
    service,
    case when subgroup <> 'alla' then subgroup else '' end as subgroup,
    period,
    period_type,
    period_end,
    case reported when 'reported' then 'ok' when 'not_known' then 'missing' else 'not_reported' end as status,
    value,
    out_of,
    reporters,
    is_synthetic,
    content_as_of as data_as_of
from parsed.service_counts
qualify row_number() over (
    partition by municipality_code, measure, service, subgroup, period
    order by (reported = 'empty'), observed_at desc, snapshot desc
) = 1
