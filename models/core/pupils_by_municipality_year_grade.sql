-- title = "Elever per kommun, år och årskurs i grundskolan, i oktober"
-- key = ["municipality_code", "year", "grade"]
-- not_null = ["municipality_code", "year", "grade", "pupils", "pupils_in_municipal_schools", "is_synthetic", "data_as_of"]
-- ranges = { pupils = { min = 0 } }
-- [columns]
-- municipality_code = "Kommunen där skolorna ligger, inte där eleverna bor"
-- year = "Året för oktoberräkningen: 2022 är läsåret 2022/23"
-- grade = "F (förskoleklass) eller årskurs 1–9"
-- pupils = "Elever i alla skolor i kommunen"
-- pupils_in_municipal_schools = "Därav i kommunens egna skolor, de som Skolenkätens tal för kommunen gäller"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
select
    municipality_code,
    year::integer as year,
    grade,
    sum(pupils)::bigint as pupils,
    coalesce(sum(pupils) filter (where is_municipal), 0)::bigint as pupils_in_municipal_schools,
    bool_or(is_synthetic) as is_synthetic,
    max(data_as_of) as data_as_of
from staging.pupils_per_school
group by all
order by municipality_code, year, grade
