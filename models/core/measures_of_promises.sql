-- title = "Åtgärder som är klara inom ett löftes tid och som åtgärdsloggen knyter till löftet, för varje kommun och för området"
-- key = ["promise", "area_code", "municipality_code", "number"]
-- not_null = ["promise", "area_code", "municipality_code", "number", "done_date", "is_synthetic"]
-- [columns]
-- promise = "Löftets id"
-- area_code = "Kommunen, eller området som alla löftets kommuner ingår i"
-- municipality_code = "Kommunen vars logg det är"
-- number = "Åtgärdens nummer i kommunens logg"
-- place = "Plats ur den granskade listan, eller tomt"
-- done_date = "Klart"
-- quantity = "Antal i den enhet som löftet räknar; en åtgärd utan antal är en, en i annan enhet räknas inte"
-- participants = "Antal deltagare, där det är det som loggen räknar"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
select
    promise_areas.promise,
    promise_areas.area_code,
    promise_areas.municipality_code,
    measures.number,
    measures.place,
    measures.done_date,
    case
        when measures.quantity_done is null then 1
        when measures.quantity_unit = promises.quantity_unit then measures.quantity_done
    end as quantity,
    case when measures.quantity_unit = 'deltagare' then measures.quantity_done end as participants,
    measures.is_synthetic,
    measures.data_as_of
from reference.promise_areas as promise_areas
join reference.promises as promises using (promise)
join core.measures as measures
    on measures.promise = promise_areas.promise
    and measures.municipality_code = promise_areas.municipality_code
    and measures.status = 'done'
    and measures.done_date between promises.promise_start and promises.promise_end
order by promise, area_code, municipality_code, number
