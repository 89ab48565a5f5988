-- title = "Namngivna platser: händelser om saker och platser under tolv månader, och vilka platser som återkommer"
-- key = ["series", "area_code", "place"]
-- not_null = ["series", "area_code", "area", "place", "events", "months_with_events", "expected_share", "is_recurrent", "reason", "period_start", "period_end", "is_synthetic", "sources", "data_as_of", "release"]
-- [accepted]
-- reason = ["", "too_few_events", "too_few_months"]
-- [ranges]
-- events = { min = 0 }
-- months_with_events = { min = 0, max = 12 }
-- share = { min = 0, max = 1 }
-- expected_share = { min = 0, max = 1 }
-- p_adjusted = { min = 0, max = 1 }
-- dispersion = { min = 1 }
-- [columns]
-- series = "Vad som räknas: incident_reports (verksamheternas händelser om saker och platser), eller ett fokusområdes"
-- focus_area = "Fokusområde; tomt där serien rymmer flera"
-- area_code = "Kommunkod"
-- area = "Kommun"
-- place = "Plats ur den granskade listan; resten av en kommun är ingen plats"
-- events = "Antal händelser under perioden"
-- months_with_events = "Antal månader med någon händelse, av tolv"
-- share = "Andel av händelserna på kommunens namngivna platser, 0–1"
-- expected_share = "Andel om alla platser hade lika många, 0–1"
-- p_adjusted = "Sannolikhet att slumpen ger minst så många på platsen, justerad enligt Holm över kommunens platser och serier"
-- dispersion = "Överspridning mellan månaderna"
-- is_recurrent = "Återkommande plats: säkerställt fler än en lika stor andel, minst fem händelser i minst tre månader"
-- reason = "Varför det inte bedöms: too_few_events, too_few_months; annars tom"
-- period_start = "Första dagen som räknas"
-- period_end = "Sista dagen som räknas, ett halvårs sista"
-- is_synthetic = "Konstruerade exempeldata"
-- sources = "Källor, åtskilda av komma"
-- data_as_of = "Sista dag som uppgiften talar om"
-- release = "Utgåvans id"
select
    series,
    focus_area,
    area_code,
    area,
    place,
    events,
    months_with_events,
    share,
    expected_share,
    p_adjusted,
    dispersion,
    is_recurrent,
    reason,
    period_start,
    period_end,
    is_synthetic,
    sources,
    data_as_of,
    release
from estimates.places
cross join parsed.run
order by series, area_code, place
