-- title = "Första måndagen från vilken varje händelserapport ännu är en rad, så att veckor går att räkna"
-- key = ["since"]
-- not_null = ["since"]

-- Where retention has made months of a delivery, no week of those months is whole. Six years are as far as any method looks.
with gone as (
    select max(month) as month from parsed.incident_reports_aggregated
)

select
    greatest(
        (date_trunc('week', run.as_of) - interval 320 weeks)::date,
        coalesce(date_trunc('week', gone.month + interval 1 month + interval 6 days)::date, date '1900-01-01')
    ) as since
from parsed.run
cross join gone
