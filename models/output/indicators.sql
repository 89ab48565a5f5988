-- title = "Indikatorer per område och period, med osäkerhetsintervall, källor och märkning"
-- key = ["indicator", "area_type", "area_code", "period", "breakdown", "category"]
-- not_null = ["indicator", "title", "focus_area", "area_type", "area_code", "area", "period", "period_type", "period_start", "period_end", "breakdown", "category", "confidence", "unit", "method", "polarity", "status", "flags", "is_synthetic", "sources", "data_as_of", "release"]
-- at_least = 1
-- [accepted]
-- focus_area = ["youth_mental_health", "perceived_safety", "alcohol_and_drug_attitudes", "drug_dealing", "reckless_driving", "vandalism", "overall_crime"]
-- area_type = ["municipality", "police_area", "county", "country", "similar"]
-- period_type = ["year", "two_years", "quarter", "month", "school_year", "survey"]
-- polarity = ["low_is_good", "high_is_good", "none"]
-- status = ["ok", "suppressed", "not_reported", "not_applicable", "no_denominator", "too_few_respondents"]
-- method = ["rate_exact", "rate_byar", "proportion_wilson", "proportion_wilson_weighted", "published_margin", "published", "self_selected"]
-- [ranges]
-- value = { min = 0 }
-- lower_confidence_limit = { min = 0 }
-- numerator = { min = 0 }
-- denominator = { min = 0 }
-- response_rate = { min = 0, max = 1 }
-- [columns]
-- indicator = "Indikatorns id; ändras och återanvänds aldrig"
-- title = "Indikatorns namn"
-- focus_area = "Fokusområde, eller overall_crime (brottsligheten i stort)"
-- area_type = "Slag av område: municipality, police_area, county, country, similar"
-- area_code = "Områdets kod: kommun fyra siffror, län två, riket 00, lokalpolisområde ett namn"
-- area = "Områdets namn"
-- period = "Period som den skrivs ut: 2023, 2019–2020, 2023-K2"
-- period_type = "Periodens slag"
-- period_start = "Periodens första dag"
-- period_end = "Periodens sista dag"
-- breakdown = "Uppdelning: tom, sex eller grade"
-- category = "Uppdelningens värde"
-- value = "Indikatorns värde i enheten unit"
-- lower_confidence_limit = "Osäkerhetsintervallets nedre gräns; för antal beskriver den bara räkneosäkerheten"
-- upper_confidence_limit = "Osäkerhetsintervallets övre gräns"
-- confidence = "Intervallets konfidensgrad"
-- numerator = "Täljare: antal, eller viktat antal ja"
-- denominator = "Nämnare: invånare, eller viktat antal svar"
-- respondents = "Antal svarande"
-- response_rate = "Svarsfrekvens 0–1"
-- unit = "Enhet"
-- method = "Metod som användes på raden"
-- dispersion = "Överspridning som bedömningar räknas med; tom tills den är skattad"
-- polarity = "low_is_good, high_is_good eller none (bedöms inte)"
-- status = "ok, eller varför värdet saknas"
-- flags = "Märkningar, åtskilda av komma"
-- is_synthetic = "Konstruerade exempeldata – inte verkliga uppgifter"
-- sources = "Källor, åtskilda av komma"
-- data_as_of = "Sista dag som uppgiften talar om"
-- release = "Utgåvans id"
select
    indicator,
    title,
    focus_area,
    area_type,
    area_code,
    area,
    period,
    period_type,
    period_start,
    period_end,
    breakdown,
    category,
    value,
    lower_confidence_limit,
    upper_confidence_limit,
    confidence,
    numerator,
    denominator,
    respondents,
    response_rate,
    unit,
    method,
    dispersion,
    polarity,
    status,
    flags,
    is_synthetic,
    sources,
    data_as_of,
    release
from estimates.indicators
cross join parsed.run
order by indicator, area_type, area_code, period_start, breakdown, category
