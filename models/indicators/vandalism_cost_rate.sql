-- title = "Kommunens kostnad för skadegörelse, kronor per invånare"
-- title_en = "The municipality's cost of vandalism, SEK per inhabitant"
-- definition = "Kostnad för att laga, byta och sanera ett helt år, de verksamheter som lämnat uppgift sammanlagt, delat med invånarna 31 december."
-- focus_area = "vandalism"
-- basis = "own_services"
-- is_consequence = true
-- kind = "published"
-- method = "published"
-- unit = "kr per invånare"
-- polarity = "low_is_good"
-- notes = ["Kronor varierar inte som antal gör, så talet har inget osäkerhetsintervall och jämförs inte.", "Ett år räknas bara när varje verksamhet som lämnat uppgift har gjort det alla tolv månader. När en till börjar lämna ökar kostnaden utan att skadegörelsen gjort det.", "Utan moms och före försäkringsersättning."]
select
    municipality_code as area_code,
    period,
    round(value::double / inhabitants, 2) as value,
    null::double as margin,
    case when not is_whole then 'not_reported' when inhabitants is null then 'no_denominator' end as status,
    concerns,
    is_synthetic,
    data_as_of
from core.service_sums_by_municipality_period
where measure = 'vandalism_cost' and period_type = 'year'
