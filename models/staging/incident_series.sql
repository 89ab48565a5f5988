-- title = "Vilka serier en rapports kategorier hör till: alla händelser om saker och platser, och fokusområdets; en rad per uppsättning kategorier och serie"
-- key = ["categories", "series"]
-- not_null = ["categories", "series"]

-- What concerns people is in none. A report of two categories of one focus area is counted once there.
with sets as (
    select distinct category as categories from staging.incident_reports_by_snapshot
),

listed as (
    select categories, unnest(string_split(categories, ',')) as category from sets
),

impersonal as (
    select distinct canonical_category as category, nullif(focus_area, '') as focus_area
    from reference.incident_categories
    where concerns in ('things', 'places') and canonical_category <> 'nothing_to_report'
)

select distinct
    categories,
    'incident_reports' as series,
    null::varchar as focus_area
from listed
join impersonal using (category)
union all
select distinct
    categories,
    'incident_reports_' || focus_area,
    focus_area
from listed
join impersonal using (category)
where focus_area is not null
