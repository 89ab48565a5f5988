-- title = "Samma antal anmälda brott från två håll: Brås databas eller årliga fil, och antalet återskapat ur Koladas tal"
-- key = ["area_code", "offence", "year", "other"]
-- not_null = ["area_code", "offence", "year", "other", "reported", "reported_by_other", "is_equal", "is_synthetic"]
-- accepted = { other = ["kolada", "yearly_file"] }
-- [columns]
-- area_code = "Områdets kod"
-- offence = "Brottstyp; vandalism_and_arson är 12 kap. och mordbrand, som Kolada räknar skadegörelse"
-- year = "År då brotten anmäldes"
-- reported = "Antal i Brås databas"
-- other = "Vad det jämförs med: kolada eller yearly_file"
-- reported_by_other = "Antal där"
-- is_equal = "Talen är lika; Brå ändrar sin databas i efterhand, så äldre uttag kan skilja sig något"
-- is_synthetic = "Konstruerade exempeldata"
with counted as (
    select area_code, offence, period::integer as year, reported, is_synthetic
    from staging.reported_offences
    where period_type = 'year' and reported is not null
),

of_database as (
    select area_code, offence, year, reported, is_synthetic
    from counted
    union all
    select area_code, 'vandalism_and_arson', year, sum(reported)::bigint, bool_or(is_synthetic)
    from counted
    where offence in ('vandalism', 'arson')
    group by area_code, year
    having count(*) = 2
),

of_others as (
    select
        kolada.municipality_code as area_code,
        coalesce(listed.offence, 'vandalism_and_arson') as offence,
        kolada.year,
        'kolada' as other,
        kolada.reported,
        kolada.is_synthetic
    from core.reported_offences_by_municipality_year as kolada
    left join (select kpi, offence from reference.bra_offences where kpi <> '') as listed using (kpi)
    where kolada.reported is not null and (listed.offence is not null or kolada.kpi = 'U07452')
    union all
    select area_code, 'all_offences', year, 'yearly_file', reported, is_synthetic
    from staging.reported_offences_yearly
    where reported is not null
)

select
    of_database.area_code,
    of_database.offence,
    of_database.year,
    of_database.reported,
    of_others.other,
    of_others.reported as reported_by_other,
    of_database.reported = of_others.reported as is_equal,
    of_database.is_synthetic or of_others.is_synthetic as is_synthetic
from of_database
join of_others using (area_code, offence, year)
order by of_database.area_code, of_database.offence, of_database.year, of_others.other
