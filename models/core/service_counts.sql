-- title = "Verksamhetsstatistik per kommun, mått, verksamhet, grupp och period"
-- key = ["municipality_code", "measure", "service", "subgroup", "period"]
-- not_null = ["municipality_code", "measure", "title", "service", "subgroup", "period", "period_type", "period_end", "status", "unit", "focus_area", "concerns", "lowest_area", "is_comparable", "is_synthetic", "data_as_of"]
-- accepted = { status = ["ok", "missing", "not_reported"] }
-- [columns]
-- municipality_code = "Kommunkod"
-- measure = "Måttets id i listan service_measures"
-- title = "Måttets namn"
-- service = "Verksamhet som lämnat uppgiften"
-- subgroup = "Grupp som måttet delas i (ålder, skäl, plats), eller tomt"
-- period = "Period: 2026-08, 2026-v33, 2026-K3, 2026-T2, 2026-H2, 2026, 2025/26 eller en dag"
-- period_type = "Periodens slag: day, week, month, quarter, tertial, half_year, year eller school_year"
-- period_end = "Periodens sista dag"
-- status = "ok, missing (verksamheten har ingen uppgift) eller not_reported (ingenting ifyllt); noll är ok"
-- value = "Värdet i måttets enhet"
-- out_of = "Av hur många, där måttet är en del av något"
-- unit = "Enhet"
-- out_of_what = "Vad out_of räknar"
-- reporters = "Antal enheter som ligger bakom värdet, om det angetts"
-- focus_area = "Fokusområde"
-- polarity = "low_is_good, high_is_good eller none"
-- role = "outcome (utfall), activity (vad som görs) eller context (bakgrund)"
-- concerns = "Vad måttet handlar om: things, places, adults, care eller children; bara de två första finns i en utgåva"
-- lowest_area = "Minsta område som måttet får visas för"
-- is_comparable = "Kommuner mäter det på samma sätt; annars jämförs det aldrig mellan kommuner"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
select
    counts.municipality_code,
    counts.measure,
    measures.title,
    counts.service,
    counts.subgroup,
    counts.period,
    counts.period_type,
    counts.period_end,
    counts.status,
    counts.value,
    counts.out_of,
    measures.unit,
    nullif(measures.out_of, '') as out_of_what,
    counts.reporters,
    measures.focus_area,
    measures.polarity,
    measures.role,
    measures.concerns,
    measures.lowest_area,
    measures.is_comparable = 'true' as is_comparable,
    counts.is_synthetic,
    counts.data_as_of
from staging.service_counts as counts
join reference.service_measures as measures using (measure)
order by
    counts.municipality_code, counts.measure, counts.service, counts.subgroup, counts.period_end
