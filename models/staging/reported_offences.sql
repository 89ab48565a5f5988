-- title = "Anmälda brott ur Brås databas, nyaste iakttagelsen av varje cell"
-- key = ["area_code", "offence", "period"]
-- not_null = ["area_code", "offence", "period_type", "period", "period_end", "status", "is_provisional", "is_synthetic", "data_as_of"]
-- accepted = { status = ["ok", "not_reported"], period_type = ["year", "quarter", "month"] }
-- ranges = { reported = { min = 0 } }

-- A cell without a figure yields to one with, also an older: parents of a chosen offence are echoed without figures.
select
    area_code,
    offence,
    period_type,
    period,
    period_end,
    reported,
    case when reported is null then 'not_reported' else 'ok' end as status,
    is_provisional,
    figure_flags,
    is_synthetic,
    least(period_end, content_as_of) as data_as_of
from parsed.reported_offences
qualify row_number() over (
    partition by area_code, offence, period order by is_empty, observed_at desc, snapshot desc, row_number
) = 1
