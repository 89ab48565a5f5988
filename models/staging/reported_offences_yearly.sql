-- title = "Alla anmälda brott per kommun och år ur Brås årliga fil, nyaste iakttagelsen"
-- key = ["area_code", "year"]
-- not_null = ["area_code", "year", "is_synthetic", "data_as_of"]
-- ranges = { reported = { min = 0 }, year = { min = 1975, max = 2100 } }

-- The file does not say its year: it is the period that the delivery was said to be of.
select
    area_code,
    delivered_period::integer as year,
    reported,
    figure_flags,
    is_synthetic,
    content_as_of as data_as_of
from parsed.reported_offences_yearly
qualify row_number() over (
    partition by area_code, delivered_period order by observed_at desc, snapshot desc, row_number
) = 1
