-- title = "Åtgärder: vad som görs, av vilken funktion, och hur mycket som gjorts av det som lovats; plats och tid för det som inte är klart finns bara internt"
-- key = ["area_code", "number"]
-- not_null = ["area_code", "area", "number", "focus_area", "responsible", "status", "is_synthetic", "data_as_of", "release"]
-- accepted = { status = ["planned", "ongoing", "done", "cancelled"] }
-- ranges = { quantity_promised = { min = 0 }, quantity_done = { min = 0 }, cost_kr = { min = 0 } }
-- [columns]
-- area_code = "Kommunkod"
-- area = "Kommun"
-- number = "Åtgärdens nummer i kommunens logg"
-- focus_area = "Fokusområde"
-- action = "Vad som görs; i den publika utgåvan bara när det är klart"
-- place = "Plats ur den granskade listan; i den publika utgåvan bara när det är klart"
-- responsible = "Ansvarig funktion, aldrig en person"
-- status = "planned (planerad), ongoing (pågår), done (klar) eller cancelled (avbruten)"
-- decided_date = "Beslutad; i den publika utgåvan bara när det är klart"
-- due_date = "Klart senast; i den publika utgåvan bara när det är klart"
-- done_date = "Klart"
-- is_late = "Skulle ha varit klar men är det inte; i den publika utgåvan tomt för det som inte är klart"
-- quantity_promised = "Antal som lovats"
-- quantity_done = "Antal som gjorts"
-- quantity_unit = "Vad antalen räknar"
-- cost_kr = "Kostnad i kronor; i den publika utgåvan bara när det är klart"
-- promise = "Löftet som åtgärden hör till, enligt loggen; i den publika utgåvan bara när det är klart"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
-- release = "Utgåvans id"
select
    measures.municipality_code as area_code,
    municipalities.municipality as area,
    measures.number,
    measures.focus_area,
    measures.action,
    measures.place,
    measures.responsible,
    measures.status,
    measures.decided_date,
    measures.due_date,
    measures.done_date,
    measures.is_late,
    measures.quantity_promised,
    measures.quantity_done,
    measures.quantity_unit,
    measures.cost_kr,
    measures.promise,
    measures.is_synthetic,
    measures.data_as_of,
    run.release
from core.measures
join core.municipalities using (municipality_code)
cross join parsed.run
order by area_code, number
