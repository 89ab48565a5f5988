-- title = "Folkmängd 31 december efter ålder och kön, per område och år"
-- key = ["area_code", "year", "age_group", "sex"]
-- not_null = ["area_code", "year", "age_group", "age_from", "sex", "status", "has_noise", "is_inferred", "is_synthetic", "data_as_of"]
-- accepted = { sex = ["total", "men", "women"], status = ["ok", "not_reported"] }
-- ranges = { inhabitants = { min = 0, max = 12000000 }, summed_year = { max = 2024 } }
-- [columns]
-- area_code = "Områdets kod"
-- year = "År; folkmängden gäller 31 december, åldern är den uppnådda vid årets slut"
-- age_group = "total, ettårsklass (7), grupp (0-17, 5-9) eller 100+"
-- age_from = "Yngsta åldern i gruppen"
-- age_to = "Äldsta åldern i gruppen; tomt är utan övre gräns"
-- sex = "total, men eller women"
-- inhabitants = "Antal invånare: utgivarens eget tal, eller före 2025 en summa av utgivarens ettårsklasser"
-- summed_year = "Året, där talet är en sådan summa, annars tomt. Aldrig från 2025: då har varje tal ett slumpmässigt tillskott, som en summa samlar på sig"
-- status = "ok, eller not_reported: utgivaren redovisar inte gruppen, och den får inte summeras"
-- has_noise = "SCB har lagt in slumpmässig osäkerhet (från 2025); delar summerar inte till helheter"
-- is_inferred = "Talet är härlett ur andra publicerade tal, inte avläst"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
with cells as (
    select
        area_code,
        left(period, 4)::integer as year,
        contents,
        age,
        case
            when age = 'total' then 0
            when age like '100+%' then 100
            when age like '-%' then 0
            else regexp_extract(age, '^\d+')::integer
        end as age_from,
        case
            when age = 'total' or age like '100+%' then null
            when age like '%-%' then regexp_extract(age, '-(\d+)$', 1)::integer
            else age::integer
        end as age_to,
        sex,
        inhabitants,
        is_inferred,
        is_synthetic,
        data_as_of
    from staging.population
    where inhabitants is not null and (length(period) = 4 or period like '%M12')
),

-- The same people have a code in several of the publisher's lists (100+, 100+5, 100+10), each with noise of its own.
published as (
    select *
    from cells
    qualify row_number() over (
        partition by area_code, year, sex, age_from, age_to
        order by contents = 'BE0101N1' desc, age
    ) = 1
),

-- One-year classes of years without noise, both sexes known: the only parts that may be added up.
one_year as (
    select *
    from published
    where year < 2025 and sex in ('men', 'women') and (age_to = age_from or age_from = 100)
),

wanted as (
    select 0 as age_from, 17 as age_to
    union all
    select range, range + 4 from range(0, 100, 5)
    union all
    select range, range from range(0, 100)
    union all
    select 100, null
),

sexes as (
    select * from (values ('men', 'men'), ('women', 'women'), ('total', 'men'), ('total', 'women')) as pairs (sex, part)
),

summed as (
    select
        one_year.area_code,
        one_year.year,
        wanted.age_from,
        wanted.age_to,
        sexes.sex,
        sum(one_year.inhabitants)::bigint as inhabitants,
        bool_or(one_year.is_inferred) as is_inferred,
        bool_or(one_year.is_synthetic) as is_synthetic,
        max(one_year.data_as_of) as data_as_of
    from one_year
    join wanted
        on one_year.age_from between wanted.age_from and coalesce(wanted.age_to, 100)
    join sexes on sexes.part = one_year.sex
    group by all
    having count(*) = (coalesce(wanted.age_to, 100) - wanted.age_from + 1) * if(sexes.sex = 'total', 2, 1)
),

-- Children are asked for by the indicators; where ages are known and the group may not be summed, it says so.
children as (
    select
        published.area_code,
        published.year,
        0 as age_from,
        17 as age_to,
        kinds.sex,
        bool_or(published.is_inferred) as is_inferred,
        bool_or(published.is_synthetic) as is_synthetic,
        max(published.data_as_of) as data_as_of
    from published
    cross join (select distinct sex from sexes) as kinds
    where published.age_to <= 17
    group by published.area_code, published.year, kinds.sex
),

together as (
    select
        area_code, year, age_from, age_to, sex, inhabitants, null::integer as summed_year, 1 as choice,
        is_inferred, is_synthetic, data_as_of
    from published
    union all
    select
        area_code, year, age_from, age_to, sex, inhabitants, year as summed_year, 2 as choice,
        is_inferred, is_synthetic, data_as_of
    from summed
    union all
    select
        area_code, year, age_from, age_to, sex, null, null, 3 as choice,
        is_inferred, is_synthetic, data_as_of
    from children
)

select
    area_code,
    year,
    case
        when age_from = 0 and age_to is null then 'total'
        when age_to is null then age_from || '+'
        when age_to = age_from then age_from::varchar
        else age_from || '-' || age_to
    end as age_group,
    age_from,
    age_to,
    sex,
    inhabitants,
    summed_year,
    case when inhabitants is null then 'not_reported' else 'ok' end as status,
    year >= 2025 as has_noise,
    is_inferred,
    is_synthetic,
    data_as_of
from together
qualify row_number() over (partition by area_code, year, sex, age_from, age_to order by choice) = 1
order by area_code, year, sex, age_from, age_to nulls last
