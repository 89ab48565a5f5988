-- title = "Anmälda brott per 10 000 invånare 1990–2015, nyaste iakttagelsen av varje tal"
-- key = ["municipality_code", "offence_group", "year"]
-- not_null = ["municipality_code", "offence_group", "year", "status", "is_synthetic", "data_as_of"]
-- accepted = { status = ["ok", "not_reported", "not_applicable"], offence_group = ["all_offences", "violent_offences", "other_offences"] }
-- ranges = { rate_per_10000 = { min = 0 } }
select
    municipality_code,
    offence_group,
    year,
    rate_per_10000,
    status,
    is_synthetic,
    make_date(year::integer, 12, 31) as data_as_of
from parsed.reported_offence_rates
qualify row_number() over (
    partition by municipality_code, offence_group, year order by observed_at desc, snapshot desc, row_number
) = 1
