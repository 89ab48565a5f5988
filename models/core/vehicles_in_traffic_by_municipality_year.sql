-- title = "Fordon i trafik per kommun vid årets slut. A-traktorer redovisas inte: de ingår i traktorerna"
-- key = ["municipality_code", "year", "vehicle"]
-- not_null = ["municipality_code", "year", "vehicle", "status", "is_synthetic", "data_as_of"]
-- accepted = { status = ["ok", "not_reported"] }
-- [columns]
-- municipality_code = "Kommunkod"
-- year = "År; fordonen gäller årets slut"
-- vehicle = "car, motorcycle, moped_class_1 (EU-moped, registrerad) eller tractor; moped klass II registreras inte, och hur många av traktorerna som är A-traktorer redovisar Trafikanalys inte"
-- in_traffic = "Antal fordon i trafik; avställda räknas inte, och var ägaren är skriven är inte alltid där fordonet körs"
-- status = "ok, eller not_reported: utgivaren har inget tal"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
select
    municipality_code,
    year::integer as year,
    vehicle,
    in_traffic,
    case when in_traffic is null then 'not_reported' else 'ok' end as status,
    is_synthetic,
    data_as_of
from staging.vehicles
order by municipality_code, year, vehicle
