-- title = "Folkmängd 31 december, per område och år"
-- key = ["area_code", "year"]
-- not_null = ["area_code", "year", "inhabitants", "is_inferred", "is_synthetic", "data_as_of"]
-- ranges = { inhabitants = { min = 1, max = 12000000 } }
-- [columns]
-- area_code = "Områdets kod"
-- year = "År; folkmängden gäller 31 december"
-- inhabitants = "Antal invånare, publicerat som totalt; aldrig summan av åldrar eller kön"
-- is_inferred = "Talet är härlett ur andra publicerade tal, inte avläst"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
select
    area_code,
    left(period, 4)::integer as year,
    inhabitants,
    is_inferred,
    is_synthetic,
    data_as_of
from staging.population
where age = 'total' and sex = 'total' and inhabitants is not null and (length(period) = 4 or period like '%M12')
-- Where a year has both, the yearly table is the official figure; the monthly one's December stands in after it ended.
qualify row_number() over (partition by area_code, year order by contents = 'BE0101N1' desc) = 1
order by area_code, year
