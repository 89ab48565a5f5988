-- title = "Åtgärdsloggen: problem, åtgärd, ansvarig funktion, tid, plats och hur mycket som gjorts av det som lovats"
-- key = ["municipality_code", "number"]
-- not_null = ["municipality_code", "number", "focus_area", "action", "responsible", "status", "is_late", "is_synthetic", "data_as_of"]
-- accepted = { status = ["planned", "ongoing", "done", "cancelled"] }
-- [columns]
-- municipality_code = "Kommunkod"
-- number = "Åtgärdens nummer i kommunens logg"
-- focus_area = "Fokusområde"
-- place = "Plats ur den granskade listan, eller tomt"
-- problem = "Problemet som åtgärden svarar mot; bara för arbetsgruppen"
-- action = "Vad som görs"
-- responsible = "Ansvarig funktion, aldrig en person"
-- status = "planned (planerad), ongoing (pågår), done (klar) eller cancelled (avbruten)"
-- decided_date = "Beslutad"
-- due_date = "Klart senast"
-- done_date = "Klart"
-- is_late = "Skulle ha varit klar men är planerad eller pågår"
-- quantity_promised = "Antal som lovats"
-- quantity_done = "Antal som gjorts"
-- quantity_unit = "Vad antalen räknar"
-- cost_kr = "Kostnad i kronor"
-- promise = "Löftet som åtgärden hör till, enligt loggen"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
select
    municipality_code,
    number,
    focus_area,
    place,
    problem,
    action,
    responsible,
    status,
    decided_date,
    due_date,
    done_date,
    coalesce(status in ('planned', 'ongoing') and due_date < run.as_of, false) as is_late,
    quantity_promised,
    quantity_done,
    quantity_unit,
    cost_kr,
    promise,
    is_synthetic,
    data_as_of
from staging.measures
cross join parsed.run
order by municipality_code, number
