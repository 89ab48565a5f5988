-- title = "Koladas värden för de nyckeltal som granskats, nyaste iakttagelsen av varje"
-- key = ["kpi", "area_code", "year", "gender"]
-- not_null = ["kpi", "area_code", "year", "gender", "status", "is_stopped", "is_synthetic", "data_as_of"]
-- accepted = { status = ["ok", "suppressed", "not_reported", "not_applicable"], gender = ["T", "K", "M"] }
with newest as (
    select *
    from parsed.kolada_values
    where kpi in (select kpi from reference.kolada_kpis)
    qualify row_number() over (partition by kpi, area_code, year, gender order by observed_at desc, snapshot desc) = 1
),

checked as (
    select
        newest.*,
        coalesce(kpis.is_stopped, false)
        or coalesce(newest.observed_at < newest.redefined_at, false)
        or coalesce(epoch(newest.redefined_at) >= epoch(reviewed.reviewed::date + 1), false) as is_stopped
    from newest
    join reference.kolada_kpis as reviewed using (kpi)
    left join staging.kolada_kpis as kpis using (kpi)
)

-- Status wins: some captured rows hold both a status and a value. A series is stopped when its title has changed since
-- it was reviewed, or nearly all its figures at least doubled or halved at once after that; and so are figures from
-- before that, which are in the old unit: another unit must never be read as a rise.
select
    kpi,
    area_code,
    year,
    gender,
    case
        when is_stopped or is_deleted or status = 'Missing' then 'not_reported'
        when status = 'Privacy' then 'suppressed'
        when status = 'Not applicable' then 'not_applicable'
        when value is null then 'not_reported'
        else 'ok'
    end as status,
    case when status is null and not is_stopped and not coalesce(is_deleted, false) then value end as value,
    is_stopped,
    figure_flags,
    is_synthetic,
    is_inferred,
    snapshot,
    least(make_date(year::integer, 12, 31), content_as_of) as data_as_of
from checked
