-- title = "Har avstått från en aktivitet av oro för brott"
-- title_en = "Refrained from an activity for fear of crime"
-- definition = "Andel 16–84 år som svarat mycket eller ganska ofta i Nationella trygghetsundersökningen."
-- focus_area = "perceived_safety"
-- basis = "asked"
-- is_consequence = true
-- kind = "published"
-- method = "published"
-- unit = "procent"
-- polarity = "low_is_good"
-- period_type = "year"
-- flags = ["overlapping"]
-- breaks = [2017]
-- notes = ["Två år kan vara sammanslagna, så intilliggande år kan överlappa; ingen trend bedöms.", "Undersökningen lades om 2016–2017; äldre tal kan inte jämföras."]
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
where kpi = 'N07620'
