-- title = "Folkmängd som SCB redovisar den, nyaste iakttagelsen av varje cell"
-- key = ["area_code", "age", "sex", "contents", "period"]
-- not_null = ["area_code", "age", "sex", "contents", "period"]
-- ranges = { inhabitants = { min = 0, max = 12000000 } }
select
    area_code,
    age,
    case when sex in ('total', 'TotSa', '1+2') then 'total' when sex = '1' then 'men' else 'women' end as sex,
    contents,
    period,
    inhabitants,
    is_synthetic,
    is_inferred,
    content_as_of as data_as_of
from parsed.population
qualify row_number() over (
    partition by area_code, age, case when sex in ('total', 'TotSa', '1+2') then 'total' else sex end, contents, period
    order by (inhabitants is null), observed_at desc, snapshot desc
) = 1
