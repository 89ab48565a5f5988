-- title = "Trend över de fem senaste åren"
-- key = ["indicator", "area_code", "breakdown", "category"]
-- not_null = ["indicator", "area_type", "area_code", "area", "breakdown", "category", "period_from", "period_to", "result", "judgement", "reason", "release"]
-- [accepted]
-- result = ["increasing", "decreasing", "no_change", "cannot_be_calculated"]
-- judgement = ["better", "worse", "similar", "not_judged"]
-- reason = ["", "self_selected", "overlapping", "series_break", "no_dispersion", "no_interval", "effort_driven", "no_polarity", "missing_years"]
-- [columns]
-- indicator = "Indikatorns id"
-- area_type = "Slag av område"
-- area_code = "Områdets kod"
-- area = "Områdets namn"
-- breakdown = "Uppdelning"
-- category = "Uppdelningens värde"
-- period_from = "Första året av fem"
-- period_to = "Sista året"
-- statistic = "Chi2 för en rät linje, delat med överspridningen; över 9,5495 är mer än slump"
-- dispersion = "Överspridning som bedömningen räknas med: variansen hos tal av den storleken, i slumpens egen"
-- result = "increasing, decreasing, no_change eller cannot_be_calculated"
-- judgement = "better, worse, similar, eller not_judged där riktningen inte är bestämd eller följer polisens insatser"
-- reason = "Varför det inte jämförs eller bedöms: self_selected, overlapping, series_break, no_benchmark, no_dispersion, no_interval, missing_years, effort_driven, no_polarity; annars tom"
-- release = "Utgåvans id"
select
    indicator,
    area_type,
    area_code,
    area,
    breakdown,
    category,
    period_from,
    period_to,
    statistic,
    dispersion,
    result,
    judgement,
    reason,
    release
from estimates.trends
cross join parsed.run
order by indicator, area_code, breakdown, category
