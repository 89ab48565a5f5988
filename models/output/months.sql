-- title = "De senaste tolv månaderna mot samma månader tidigare år; inget larm: var tjugonde månad ligger utanför av slump"
-- key = ["indicator", "area_code", "month"]
-- not_null = ["indicator", "area_type", "area_code", "area", "month", "events", "result", "judgement", "reason", "release"]
-- ranges = { events = { min = 0 } }
-- [accepted]
-- seasons = ["own", "county"]
-- result = ["higher", "lower", "similar", "not_compared"]
-- judgement = ["better", "worse", "similar", "not_judged"]
-- reason = ["", "too_few_years", "effort_driven", "no_polarity"]
-- [columns]
-- indicator = "Indikatorns id; här räknas dess händelser månad för månad"
-- area_type = "Slag av område"
-- area_code = "Områdets kod"
-- area = "Områdets namn"
-- month = "Månad, ÅÅÅÅ-MM"
-- events = "Antal händelser"
-- expected = "Antal som samma månader tidigare år låter vänta"
-- expected_lower = "Det minsta antal som ryms i slumpen"
-- expected_upper = "Det största antal som ryms i slumpen"
-- years = "Antal tidigare år som väntevärdet bygger på, högst fem"
-- seasons = "own: områdets egna årstider; county: länets årstider, där de egna talen är för små"
-- result = "higher, lower, similar (ryms i slumpen) eller not_compared"
-- judgement = "better, worse, similar, eller not_judged där riktningen inte är bestämd"
-- reason = "Varför det inte jämförs eller bedöms: too_few_years, effort_driven, no_polarity; annars tom"
-- is_synthetic = "Konstruerade exempeldata"
-- release = "Utgåvans id"
select
    indicator,
    area_type,
    area_code,
    area,
    month,
    events,
    expected,
    expected_lower,
    expected_upper,
    years,
    seasons,
    result,
    judgement,
    reason,
    is_synthetic,
    release
from estimates.months
cross join parsed.run
order by indicator, area_code, month
