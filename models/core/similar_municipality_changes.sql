-- title = "Hur Koladas nyaste grupper av liknande kommuner skiljer sig från den frysta listan"
-- key = ["municipality_code", "similar_code"]
-- not_null = ["municipality_code", "similar_code", "change", "published_year"]
-- accepted = { change = ["added", "removed"] }
-- [columns]
-- municipality_code = "Kommunen som jämförs"
-- similar_code = "Den liknande kommunen"
-- change = "added: står bara i Kolada; removed: står bara i den frysta listan, som gäller tills den ändras"
-- published_year = "Årtal på Koladas nyaste grupp"
-- is_synthetic = "Konstruerade exempeldata"
with newest as (
    select *
    from staging.kolada_groups
    where similar_to_code is not null
    qualify rank() over (partition by similar_to_code order by year desc) = 1
),

told as (
    select similar_to_code as municipality_code, max(year) as published_year, bool_or(is_synthetic) as is_synthetic
    from newest
    group by all
),

published as (
    select distinct similar_to_code as municipality_code, member_code as similar_code
    from newest
    where member_code is not null
),

frozen as (
    select municipality_code, similar_code
    from reference.similar_municipalities
    where municipality_code in (select municipality_code from told)
),

changed as (
    select municipality_code, similar_code, 'added' as change from (from published except from frozen)
    union all
    select municipality_code, similar_code, 'removed' as change from (from frozen except from published)
)

select
    municipality_code,
    similar_code,
    change,
    published_year::integer as published_year,
    is_synthetic
from changed
join told using (municipality_code)
order by municipality_code, similar_code
