-- title = "De brott som indikatorer räknar, per kommun och månad: det som löften följs upp med"
-- key = ["indicator", "municipality_code", "month"]
-- not_null = ["indicator", "municipality_code", "month", "events", "is_synthetic"]
-- ranges = { events = { min = 0 } }
-- [columns]
-- indicator = "Indikator som räknar brotten per år"
-- municipality_code = "Kommunens kod"
-- month = "Månadens första dag; månaden då brotten anmäldes, inte då de begicks"
-- events = "Antal anmälda brott"
-- is_synthetic = "Konstruerade exempeldata"
select
    listed.indicator,
    months.area_code as municipality_code,
    months.month,
    months.reported as events,
    months.is_synthetic
from core.reported_offences_by_area_month as months
join reference.monthly_offences as listed using (offence)
join core.areas as areas using (area_code)
where months.status = 'ok' and areas.area_type = 'municipality'
order by listed.indicator, months.area_code, months.month
