-- title = "Utsatta för brott mot enskild person"
-- title_en = "Exposed to crime against the person"
-- definition = "Andel 16–84 år som svarat att de varit utsatta för något brott mot enskild person (bedrägeri, fickstöld, rån, sexualbrott, misshandel, hot, trakasserier eller nätkränkning), i Nationella trygghetsundersökningen."
-- focus_area = "overall_crime"
-- basis = "asked"
-- kind = "published"
-- method = "published"
-- unit = "procent"
-- polarity = "low_is_good"
-- period_type = "year"
-- flags = ["overlapping"]
-- breaks = [2017]
-- notes = ["Svaren gäller det som hände kalenderåret före undersökningen.", "Två år kan vara sammanslagna, så intilliggande år kan överlappa; ingen trend bedöms.", "Undersökningen lades om 2016–2017; äldre tal kan inte jämföras."]
select
    area_code,
    year::varchar as period,
    breakdown,
    category,
    value,
    margin,
    status,
    figure_flags as flags,
    is_synthetic,
    data_as_of
from core.published_values_by_area_year
where kpi = 'N07633'
