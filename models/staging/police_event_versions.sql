-- title = "Polisens händelsenotiser, varje iakttagen lydelse en gång"
-- key = ["event_id", "version"]
-- not_null = ["event_id", "version", "published_at", "type", "first_observed_at"]
with versions as (
    select
        event_id,
        published_at,
        occurred_at,
        title,
        type,
        place,
        municipality_code,
        keyword_flags,
        url,
        min(first_observed_at) as first_observed_at,
        max(observed_at) as last_observed_at,
        bool_or(is_synthetic) as is_synthetic
    from parsed.police_events
    group by all
)

select
    *,
    row_number() over (
        partition by event_id
        order by first_observed_at, published_at, title, type, url, keyword_flags nulls first
    ) as version
from versions
