-- title = "Händelserapporter utan fritext, nyaste lydelsen; en rad per rapport och kategori"
-- key = ["report_id", "category"]
-- not_null = ["report_id", "municipality_code", "date", "category", "categories", "is_first", "is_event"]

-- What landed before a column was declared has nothing in it.
with given as not materialized (
    select * from parsed.incident_reports
    union all by name
    select
        null::bigint as part,
        null::double as cost_sek,
        null::bigint as expected_in_week,
        null::bigint as expected_in_month,
        null::boolean as is_expected_in_week,
        null::boolean as is_expected_in_month
    where false
),

-- Repeated ids are found first: few reports come twice or have several categories, and a window over all of them needs
-- far more memory.
repeated as (
    select report_id from given group by report_id having count(*) > 1
),

newest as (
    select reports.*
    from given as reports
    semi join repeated using (report_id)
    qualify rank() over (partition by report_id order by observed_at desc, snapshot desc) = 1
),

-- Two of the system's categories may be one of ours.
newest_categories as (
    select *
    from newest
    qualify row_number() over (partition by report_id, category order by part, row_number) = 1
),

kept as not materialized (
    select
        *,
        category as categories,
        true as is_first
    from given
    anti join repeated using (report_id)
    union all by name
    select
        *,
        string_agg(category, ',' order by category)
            over (partition by report_id rows between unbounded preceding and unbounded following) as categories,
        row_number() over (partition by report_id order by category) = 1 as is_first
    from newest_categories
),

-- Likely doubles: several services, one event. Told apart from two events by a rule that would rather leave doubles than
-- make two events one: the same municipality, named place, categories, day and quarter of the day (reports without a time
-- are held against each other only), told by different services. Fixed windows, so that no report decides whether two
-- others are one event and the count stays when rows become counts.
placed as (
    select
        report_id,
        reporter,
        observed_at,
        snapshot,
        municipality_code,
        place,
        categories,
        date,
        coalesce(hour(time) // 6, 9) as quarter
    from kept
    where is_first and place not like 'Övriga %' and reporter is not null and categories <> 'nothing_to_report'
),

shared as (
    select
        municipality_code,
        place,
        categories,
        date,
        quarter,
        md5(concat_ws('|', municipality_code, place, categories, date, quarter)) as event_group
    from placed
    group by municipality_code, place, categories, date, quarter
    having min(reporter) <> max(reporter)
),

-- A service knows how many events it has told of: its first is the same as the others' first, its second as their second.
numbered as (
    select
        report_id,
        event_group,
        observed_at,
        snapshot,
        row_number() over (
            partition by event_group, reporter order by observed_at desc, snapshot desc, report_id desc
        ) as number
    from placed
    join shared using (municipality_code, place, categories, date, quarter)
),

doubles as (
    select
        report_id,
        event_group,
        row_number() over (
            partition by event_group, number order by observed_at desc, snapshot desc, report_id desc
        ) = 1 as is_event
    from numbered
)

select
    report_id,
    municipality_code,
    date,
    time,
    place,
    category,
    categories,
    is_first,
    reporter,
    keyword_flags,
    cost_sek,
    doubles.event_group as event_group,
    coalesce(doubles.is_event, true) as is_event,
    expected_in_week,
    expected_in_month,
    is_expected_in_week,
    is_expected_in_month,
    snapshot,
    observed_at,
    is_synthetic,
    content_as_of as data_as_of
from kept
left join doubles using (report_id)
