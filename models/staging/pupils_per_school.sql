-- title = "Elever per skolenhet och årskurs, nyaste iakttagelsen; skolor visas aldrig"
-- key = ["school_unit_code", "year", "grade"]
-- not_null = ["school_unit_code", "municipality_code", "year", "grade", "is_municipal", "pupils"]
-- ranges = { pupils = { min = 0 } }
with newest as (
    select *
    from parsed.pupils_per_school
    qualify row_number() over (partition by school_unit_code, year order by observed_at desc, snapshot desc) = 1
),

by_grade as (
    select
        *,
        unnest(['F', '1', '2', '3', '4', '5', '6', '7', '8', '9']) as grade,
        unnest([
            pupils_preschool_class, pupils_year_1, pupils_year_2, pupils_year_3, pupils_year_4, pupils_year_5,
            pupils_year_6, pupils_year_7, pupils_year_8, pupils_year_9
        ]) as pupils
    from newest
)

select
    school_unit_code,
    municipality_code,
    year,
    grade,
    organiser_type = 'Kommunal' as is_municipal,
    pupils,
    is_synthetic,
    least(make_date(year::integer, 12, 31), content_as_of) as data_as_of
from by_grade
where pupils is not null
