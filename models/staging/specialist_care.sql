-- title = "Patienter i specialistvård: varje cell som frågats efter eller besvarats, nyaste iakttagelsen"
-- key = ["diagnosis", "area_code", "age", "sex", "measure", "year"]
-- not_null = ["diagnosis", "area_code", "age", "sex", "measure", "year", "status", "is_zero_by_absence", "is_synthetic", "data_as_of"]
-- accepted = { sex = ["total", "women", "men"], measure = ["patients", "patients_per_100000"], status = ["ok", "suppressed", "not_reported"] }
-- ranges = { value = { min = 0 } }
with newest as (
    select *
    from parsed.specialist_care
    qualify row_number() over (
        partition by diagnosis, area_code, age, sex, measure, year, "row" order by observed_at desc, snapshot desc
    ) = 1
),

answered as (
    select * from newest where "row" = 'answered'
),

-- The register reaches a year when it says something of the country.
reached as (
    select distinct diagnosis, measure, year from answered where area_code = '00'
),

cells as (
    select
        diagnosis,
        area_code,
        age,
        sex,
        measure,
        year,
        answered.observed_at is not null as is_answered,
        answered.value,
        coalesce(answered.is_synthetic, asked.is_synthetic) as is_synthetic,
        coalesce(answered.content_as_of, asked.content_as_of) as content_as_of
    from (select * from newest where "row" = 'asked') as asked
    full outer join answered using (diagnosis, area_code, age, sex, measure, year)
)

-- Nobody is hidden by an absent row: counts of 1 and 2 are published. What was asked for and is absent is nought.
select
    cells.diagnosis,
    cells.area_code,
    cells.age,
    case cells.sex when '1' then 'men' when '2' then 'women' else 'total' end as sex,
    case cells.measure when '6' then 'patients' else 'patients_per_100000' end as measure,
    cells.year,
    case when cells.is_answered then cells.value when reached.year is not null then 0 end as value,
    case
        when cells.is_answered and cells.value is null then 'suppressed'
        when cells.is_answered or reached.year is not null then 'ok'
        else 'not_reported'
    end as status,
    not cells.is_answered and reached.year is not null as is_zero_by_absence,
    cells.is_synthetic,
    least(make_date(cells.year::integer, 12, 31), cells.content_as_of) as data_as_of
from cells
left join reached
    on reached.diagnosis = cells.diagnosis and reached.measure = cells.measure and reached.year = cells.year
