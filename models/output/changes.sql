-- title = "Förändring mot föregående mätning och mot åren före ett löfte"
-- key = ["indicator", "area_code", "breakdown", "category", "benchmark_type", "period"]
-- not_null = ["indicator", "area_type", "area_code", "area", "period", "breakdown", "category", "benchmark_type", "result", "judgement", "reason", "release"]
-- [accepted]
-- benchmark_type = ["previous", "promise"]
-- result = ["higher", "lower", "similar", "not_compared"]
-- judgement = ["better", "worse", "similar", "not_judged"]
-- reason = ["", "self_selected", "overlapping", "series_break", "no_dispersion", "no_interval", "effort_driven", "no_polarity", "no_benchmark"]
-- [columns]
-- indicator = "Indikatorns id"
-- area_type = "Slag av område"
-- area_code = "Områdets kod"
-- area = "Områdets namn"
-- period = "Period"
-- breakdown = "Uppdelning"
-- category = "Uppdelningens värde"
-- benchmark_type = "Vad det jämförs med: previous (föregående mätning) eller promise (åren före ett löfte)"
-- benchmark_period = "Perioden det jämförs med"
-- value = "Indikatorns värde"
-- benchmark_value = "Värdet då"
-- measure = "ratio eller difference"
-- effect = "Kvot eller skillnad; tom där det inte jämförs"
-- effect_lower = "Osäkerhetsintervallets nedre gräns"
-- effect_upper = "Osäkerhetsintervallets övre gräns"
-- percent_change = "Förändring i procent; tom där basen är under 20 fall"
-- smallest_detectable_fall = "Minsta minskning i procent mellan två år som går att skilja från slump med 80 procents chans; tom där ingen går"
-- smallest_detectable_rise = "Minsta ökning på samma sätt"
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
    benchmark_period,
    value,
    benchmark_value,
    measure,
    effect,
    effect_lower,
    effect_upper,
    percent_change,
    smallest_detectable_fall,
    smallest_detectable_rise,
    dispersion,
    result,
    judgement,
    reason,
    release
from estimates.changes
cross join parsed.run
order by indicator, area_code, breakdown, category, benchmark_type, period
