-- title = "Jämförelser av den senaste siffran med riket, länet, polisområdet, liknande kommuner och grannar"
-- key = ["indicator", "area_code", "breakdown", "category", "benchmark_type", "benchmark_code"]
-- not_null = ["indicator", "area_type", "area_code", "area", "period", "breakdown", "category", "benchmark_type", "benchmark_code", "result", "judgement", "reason", "release"]
-- [accepted]
-- benchmark_type = ["country", "county", "police_area", "similar", "neighbours"]
-- result = ["higher", "lower", "similar", "not_compared"]
-- judgement = ["better", "worse", "similar", "not_judged"]
-- reason = ["", "self_selected", "own_trend_only", "overlapping", "series_break", "no_dispersion", "no_interval", "effort_driven", "no_polarity", "no_benchmark"]
-- [columns]
-- indicator = "Indikatorns id"
-- area_type = "Slag av område"
-- area_code = "Områdets kod"
-- area = "Områdets namn"
-- period = "Period"
-- breakdown = "Uppdelning"
-- category = "Uppdelningens värde"
-- benchmark_type = "Vad det jämförs med: country, county, police_area, similar (liknande kommuner), neighbours (grannkommuner)"
-- benchmark_code = "Jämförelseområdets kod"
-- benchmark = "Jämförelseområdets namn"
-- value = "Indikatorns värde"
-- benchmark_value = "Jämförelseområdets värde, området självt borträknat"
-- measure = "ratio (kvot, 1 är lika) eller difference (skillnad i indikatorns enhet, 0 är lika)"
-- effect = "Kvot eller skillnad; tom där det inte jämförs"
-- effect_lower = "Osäkerhetsintervallets nedre gräns, båda sidors osäkerhet inräknad"
-- effect_upper = "Osäkerhetsintervallets övre gräns"
-- dispersion = "Överspridning som bedömningen räknas med: variansen hos tal av den storleken, i slumpens egen"
-- result = "higher, lower, similar (skillnaden ryms i slumpen) eller not_compared"
-- judgement = "better, worse, similar, eller not_judged där riktningen inte är bestämd eller följer polisens insatser"
-- reason = "Varför det inte jämförs eller bedöms: self_selected, overlapping, series_break, no_benchmark, no_dispersion, no_interval, missing_years, effort_driven, no_polarity; annars tom"
-- release = "Utgåvans id"
select
    indicator,
    area_type,
    area_code,
    area,
    period,
    breakdown,
    category,
    benchmark_type,
    benchmark_code,
    benchmark,
    value,
    benchmark_value,
    measure,
    effect,
    effect_lower,
    effect_upper,
    dispersion,
    result,
    judgement,
    reason,
    release
from estimates.comparisons
cross join parsed.run
order by indicator, area_code, breakdown, category, benchmark_type, benchmark_code
