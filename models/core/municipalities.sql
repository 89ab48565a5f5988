-- title = "Sveriges kommuner"
-- key = ["municipality_code"]
-- not_null = ["municipality_code", "municipality", "county_code", "county"]
-- at_least = 290
-- [columns]
-- municipality_code = "Kommunkod, fyra siffror som text"
-- municipality = "Kommunens namn utan ordet kommun"
-- county_code = "Länskod, två siffror som text"
-- county = "Länets namn"
select
    municipality_code,
    municipality,
    county_code,
    county
from reference.municipalities
join reference.counties using (county_code)
order by municipality_code
