-- title = "Hur händelserna samlas på få platser: andelen på de platser som hade flest året före"
-- key = ["series", "area_code"]
-- not_null = ["series", "area_code", "area", "busiest_places", "busiest_number", "places_number", "events", "events_at_busiest", "events_elsewhere", "result", "reason", "period_start", "period_end", "is_synthetic", "sources", "data_as_of", "release"]
-- [accepted]
-- result = ["higher", "lower", "similar", "not_compared"]
-- reason = ["", "too_few_events", "too_few_years", "too_few_places"]
-- [ranges]
-- events = { min = 0 }
-- events_at_busiest = { min = 0 }
-- events_elsewhere = { min = 0 }
-- share = { min = 0, max = 1 }
-- share_lower = { min = 0, max = 1 }
-- share_upper = { min = 0, max = 1 }
-- expected_share = { min = 0, max = 1 }
-- dispersion = { min = 1 }
-- [columns]
-- series = "Vad som räknas: incident_reports (verksamheternas händelser om saker och platser), eller ett fokusområdes"
-- focus_area = "Fokusområde; tomt där serien rymmer flera"
-- area_code = "Kommunkod"
-- area = "Kommun"
-- busiest_places = "Minsta möjliga antal platser som tillsammans hade minst hälften av händelserna under tiden som de valdes, med flest först"
-- busiest_number = "Antal sådana platser"
-- places_number = "Antal namngivna platser i kommunen"
-- events = "Antal händelser på namngivna platser under perioden"
-- events_at_busiest = "Antal av dem på platserna i busiest_places"
-- events_elsewhere = "Antal händelser i perioden utan namngiven plats"
-- share = "Andel av händelserna på namngivna platser, 0–1; räknad på andra händelser än dem som platserna valdes med"
-- share_lower = "Andelens nedre gräns, 0–1"
-- share_upper = "Andelens övre gräns, 0–1"
-- expected_share = "Andel om alla platser hade lika många, 0–1"
-- dispersion = "Överspridning mellan månaderna"
-- result = "higher (säkerställt mer än en lika stor andel), lower, similar eller not_compared"
-- reason = "Varför det inte jämförs: too_few_events, too_few_years, too_few_places; annars tom"
-- chosen_start = "Första dagen i de tolv månader som platserna valdes med"
-- chosen_end = "Sista dagen i dem"
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
    busiest_places,
    busiest_number,
    places_number,
    events,
    events_at_busiest,
    events_elsewhere,
    share,
    share_lower,
    share_upper,
    expected_share,
    dispersion,
    result,
    reason,
    chosen_start,
    chosen_end,
    period_start,
    period_end,
    is_synthetic,
    sources,
    data_as_of,
    release
from estimates.concentration
cross join parsed.run
order by series, area_code
