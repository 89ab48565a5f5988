-- title = "Anmälda brott per 10 000 invånare 1990–2015, avrundade tal ur en arkivfil"
-- key = ["municipality_code", "offence_group", "year"]
-- not_null = ["municipality_code", "offence_group", "year", "status", "is_synthetic", "data_as_of"]
-- accepted = { status = ["ok", "not_reported", "not_applicable"] }
-- [columns]
-- municipality_code = "Kommunkod"
-- offence_group = "all_offences, violent_offences eller other_offences; de två senare är tillsammans den första"
-- year = "År då brotten anmäldes"
-- rate_per_10000 = "Anmälda brott per 10 000 invånare, avrundat av utgivaren: ger inget antal och inget intervall"
-- status = "ok; not_reported 1990–1995; not_applicable där kommunen inte fanns"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
select
    municipality_code,
    offence_group,
    year::integer as year,
    rate_per_10000,
    status,
    is_synthetic,
    data_as_of
from staging.reported_offence_rates
order by municipality_code, offence_group, year
