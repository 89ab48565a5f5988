-- title = "Anmälda brott per område och månad, som Brå räknar dem"
-- key = ["area_code", "offence", "month"]
-- not_null = ["area_code", "offence", "month", "status", "is_provisional", "is_effort_driven", "is_synthetic", "data_as_of"]
-- accepted = { status = ["ok", "not_reported"] }
-- ranges = { reported = { min = 0 } }
-- [columns]
-- area_code = "Områdets kod: kommun, län eller riket"
-- offence = "Brottstyp ur granskad lista; per månad ges bara kapitel och lagar, av sekretesskäl"
-- month = "Månadens första dag; månaden då brotten anmäldes, inte då de begicks"
-- reported = "Antal anmälda brott"
-- status = "ok, eller not_reported där Brå inte ger någon uppgift"
-- is_provisional = "Preliminär uppgift, som Brå ännu ändrar"
-- focus_area = "Fokusområde som brottstypen hör till"
-- is_effort_driven = "Ingripandebrott: antalet följer polisens insatser"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
select
    offences.area_code,
    offences.offence,
    date_trunc('month', offences.period_end)::date as month,
    offences.reported,
    offences.status,
    offences.is_provisional,
    listed.focus_area,
    listed.is_effort_driven::boolean as is_effort_driven,
    offences.is_synthetic,
    offences.data_as_of
from staging.reported_offences as offences
join reference.bra_offences as listed using (offence)
where offences.period_type = 'month'
order by offences.area_code, offences.offence, month
