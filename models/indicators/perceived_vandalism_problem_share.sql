-- title = "Upplever skadegörelse som ett problem i det egna området"
-- title_en = "Perceive vandalism as a problem in the own area"
-- definition = "Andel 16–84 år som svarat \"i stor utsträckning\" i Nationella trygghetsundersökningen."
-- focus_area = "vandalism"
-- basis = "asked"
-- kind = "published"
-- method = "published"
-- unit = "procent"
-- polarity = "low_is_good"
-- period_type = "year"
-- flags = ["overlapping"]
-- breaks = [2017]
-- notes = ["Utgivarens texter motsäger varandra: titeln säger skadegörelse, beskrivningen nedskräpning.", "Två år kan vara sammanslagna, så intilliggande år kan överlappa; ingen trend bedöms.", "Undersökningen lades om 2016–2017; äldre tal kan inte jämföras."]
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
where kpi = 'N07624'
