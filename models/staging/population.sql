-- title = "Folkmängd som SCB redovisar den, nyaste iakttagelsen av varje cell"
-- key = ["area_code", "age", "sex", "contents", "period"]
-- not_null = ["area_code", "age", "sex", "contents", "period"]
-- accepted = { sex = ["total", "men", "women"] }
-- ranges = { inhabitants = { min = 0, max = 12000000 } }
with cells as (
    select
        area_code,
        case when age in ('total', 'TotSA', 'tot') then 'total' else age end as age,
        case when sex in ('total', 'TotSa', '1+2') then 'total' when sex = '1' then 'men' else 'women' end as sex,
        contents,
        period,
        case when status = '-' then coalesce(inhabitants, 0) else inhabitants end as inhabitants,
        is_synthetic,
        is_inferred,
        observed_at,
        snapshot,
        content_as_of as data_as_of
    from parsed.population
)

select area_code, age, sex, contents, period, inhabitants, is_synthetic, is_inferred, data_as_of
from cells
qualify row_number() over (
    partition by area_code, age, sex, contents, period
    order by (inhabitants is null), observed_at desc, snapshot desc
) = 1
