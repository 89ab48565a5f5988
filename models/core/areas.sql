-- title = "Områden som tal redovisas för: kommuner, lokalpolisområden, län och riket"
-- key = ["area_code"]
-- not_null = ["area_code", "area", "area_type"]
-- accepted = { area_type = ["municipality", "police_area", "county", "country", "similar"] }
-- [columns]
-- area_code = "Områdets kod: kommun fyra siffror, län två, riket 00, annars ett namn ur areas.csv"
-- area = "Områdets namn"
-- area_type = "Slag av område: municipality, police_area, county, country"
select municipality_code as area_code, municipality as area, 'municipality' as area_type from reference.municipalities
union all
select county_code, county, 'county' from reference.counties
union all
select '00', 'Riket', 'country'
union all
select distinct area_code, area, area_type from reference.areas
order by area_type, area_code
