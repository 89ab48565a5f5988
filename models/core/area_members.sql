-- title = "Vilka kommuner som ingår i varje område"
-- key = ["area_code", "municipality_code"]
-- not_null = ["area_code", "municipality_code"]
-- [columns]
-- area_code = "Områdets kod: lokalpolisområde, län eller riket"
-- municipality_code = "Kommunkod"
select area_code, municipality_code from reference.areas
union all
select county_code, municipality_code from reference.municipalities
union all
select '00', municipality_code from reference.municipalities
order by area_code, municipality_code
