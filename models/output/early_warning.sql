-- title = "Tidig varning: varje serie under uppsikt, de senaste 53 veckorna och 12 månaderna mot vad som var väntat; bara i den interna utgåvan"
-- key = ["series", "area_code", "category", "period"]
-- not_null = ["series", "area_type", "area_code", "area", "category", "period", "period_type", "period_start", "method", "years_back", "known_periods", "is_high", "is_rise", "reason", "is_synthetic", "release"]
-- ranges = { events = { min = 0 }, reporters = { min = 0 }, tail_probability = { min = 0, max = 1 }, dispersion = { min = 1 } }
-- [accepted]
-- series = ["incident_reports", "reported_offences"]
-- period_type = ["week", "month"]
-- method = ["none", "latest", "earlier_years"]
-- reason = ["", "not_reported", "too_short", "too_few", "not_settled"]
-- [columns]
-- series = "incident_reports (verksamheternas händelserapporter om saker och platser) eller reported_offences (anmälda brott)"
-- area_type = "Slag av område"
-- area_code = "Områdets kod"
-- area = "Områdets namn"
-- category = "Kategori eller brottstyp; all: alla rapporter om saker och platser"
-- focus_area = "Fokusområde som kategorin hör till"
-- period = "Vecka (2026-W31) eller månad (2026-06)"
-- period_type = "week eller month"
-- period_start = "Periodens första dag"
-- events = "Antal troliga händelser eller anmälda brott; tomt där någon kommun inte har rapporterat: ingen uppgift är inte noll"
-- reporters = "Antal verksamheter som rapporterade; tomt för anmälda brott"
-- method = "none (bedöms inte), latest (det senaste årets veckor) eller earlier_years (samma tid tidigare år)"
-- years_back = "Antal tidigare år som earlier_years använder"
-- known_periods = "Antal tidigare perioder i serien som någon har rapporterat om"
-- expected = "Väntat antal, räknat på hur många verksamheter som rapporterade"
-- expected_lower = "Väntat minst"
-- expected_upper = "Väntat högst; fler är en avvikelse"
-- tail_probability = "Hur ofta slumpen ensam ger minst så många"
-- tail = "Hur ovanligt det ska vara för att kallas avvikelse: kommunens del av högst ett falskt larm i kvartalet"
-- rise_tail = "Hur ovanlig en ökning över flera veckor ska vara för att kallas avvikelse; tomt för månader"
-- dispersion = "Överspridning: variansen hos serien, i slumpens egen"
-- same_last_year = "Samma tid i fjol: medel av samma fyra veckor vid lika många verksamheter, eller samma månad"
-- is_high = "Fler händelser i perioden än väntat"
-- is_rise = "Fler händelser än väntat sammanlagt under flera veckor, också där ingen vecka är hög"
-- risen_since = "Måndagen som en sådan ökning började"
-- reason = "Varför det inte bedöms: not_reported (ingen uppgift), too_short (för kort tid), too_few (för få händelser), not_settled (går inte att räkna); annars tom"
-- is_synthetic = "Konstruerade exempeldata"
-- release = "Utgåvans id"
select
    series,
    area_type,
    area_code,
    area,
    category,
    focus_area,
    period,
    period_type,
    period_start,
    events,
    reporters,
    method,
    years_back,
    known_periods,
    expected,
    expected_lower,
    expected_upper,
    tail_probability,
    tail,
    rise_tail,
    dispersion,
    same_last_year,
    is_high,
    is_rise,
    risen_since,
    reason,
    is_synthetic,
    release
from estimates.early_warning
cross join parsed.run
order by series, area_code, category, period
