-- title = "Årshjul, veckomönster och tid på dygnet: antal per månad, veckodag och tre timmar, och vad som väntas om inget skilde"
-- key = ["series", "area_code", "profile", "slot"]
-- not_null = ["series", "area_type", "area_code", "area", "profile", "slot", "events_without_time", "result", "reason", "period_start", "period_end", "is_synthetic", "sources", "data_as_of", "release"]
-- [accepted]
-- profile = ["month", "weekday", "hour"]
-- result = ["higher", "lower", "similar", "not_compared"]
-- reason = ["", "too_few_events", "too_few_years", "too_few_weeks", "one_period", "not_reported"]
-- [ranges]
-- slot = { min = 0, max = 21 }
-- events = { min = 0 }
-- expected = { min = 0 }
-- p_adjusted = { min = 0, max = 1 }
-- dispersion = { min = 1 }
-- season_p_adjusted = { min = 0, max = 1 }
-- season_peak = { min = 1, max = 12 }
-- events_without_time = { min = 0 }
-- [columns]
-- series = "Vad som räknas: incident_reports (verksamheternas händelser om saker och platser), reported_offences (anmälda brott), med fokusområde eller brottstyp"
-- focus_area = "Fokusområde; tomt där serien rymmer flera"
-- area_type = "Slag av område"
-- area_code = "Områdets kod"
-- area = "Områdets namn"
-- profile = "month (årshjul), weekday (veckomönster) eller hour (tid på dygnet)"
-- slot = "Månadens nummer, veckodagens (1 är måndag) eller den timme då tre timmar börjar (0, 3 … 21)"
-- events = "Antal händelser; tomt där ingen rapporterade"
-- expected = "Antal som väntas om inget annat skilde än antalet dagar och veckor då någon rapporterade"
-- expected_lower = "Det minsta antal som ryms i slumpen, alla månader, dagar eller timmar bedömda tillsammans"
-- expected_upper = "Det största antal som ryms i slumpen"
-- p_adjusted = "Sannolikhet att slumpen ger minst så stor avvikelse, justerad enligt Holm för att flera bedöms"
-- dispersion = "Överspridning mellan åren, eller mellan kvartal av veckor"
-- season_p_adjusted = "Sannolikhet att slumpen ger en minst så stark årstid, justerad tillsammans med månaderna; tom utom för årshjul"
-- season_peak = "Månaden kring vilken det är flest, där årstiden är säkerställd vilket år som än utelämnas; annars tom"
-- events_without_time = "Händelser i perioden utan klockslag, som inte finns i någon timme"
-- result = "higher, lower, similar (ryms i slumpen) eller not_compared"
-- reason = "Varför det inte jämförs: too_few_events, too_few_years, too_few_weeks, one_period (bara ett år eller kvartal avviker), not_reported; annars tom"
-- period_start = "Första dagen som räknas"
-- period_end = "Sista dagen som räknas"
-- is_synthetic = "Konstruerade exempeldata"
-- sources = "Källor, åtskilda av komma"
-- data_as_of = "Sista dag som uppgiften talar om"
-- release = "Utgåvans id"
select
    series,
    focus_area,
    area_type,
    area_code,
    area,
    profile,
    slot,
    events,
    expected,
    expected_lower,
    expected_upper,
    p_adjusted,
    dispersion,
    season_p_adjusted,
    season_peak,
    events_without_time,
    result,
    reason,
    period_start,
    period_end,
    is_synthetic,
    sources,
    data_as_of,
    release
from estimates.profiles
cross join parsed.run
order by series, area_code, profile, slot
