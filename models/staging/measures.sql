-- title = "Åtgärdsloggen, varje kommuns nyaste"
-- key = ["municipality_code", "number"]
-- not_null = ["municipality_code", "number", "focus_area", "action", "responsible", "status"]
-- accepted = { status = ["planned", "ongoing", "done", "cancelled"] }

-- A delivery is a municipality's whole log, so what is no longer in the newest one is gone.
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
    quantity_promised,
    quantity_done,
    quantity_unit,
    cost_kr,
    promise,
    is_synthetic,
    content_as_of as data_as_of
from parsed.measures
qualify
    observed_at = max(observed_at) over (partition by municipality_code)
    and row_number() over (partition by municipality_code, number order by observed_at desc, snapshot desc) = 1
