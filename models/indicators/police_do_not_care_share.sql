-- title = "Upplever att polisen inte bryr sig om problemen i området"
-- title_en = "Think that the police do not care about the area's problems"
-- definition = "Andel 16–84 år som svarat \"i liten utsträckning\" eller \"inte alls\" i Nationella trygghetsundersökningen på om polisen bryr sig om problem som finns i området."
-- focus_area = "perceived_safety"
-- basis = "asked"
-- kind = "published"
-- method = "published"
-- unit = "procent"
-- polarity = "low_is_good"
-- period_type = "year"
-- flags = ["overlapping"]
-- breaks = [2017]
-- notes = ["Säger vad de boende upplever, inte vad polisen gör.", "Två år kan vara sammanslagna, så intilliggande år kan överlappa; ingen trend bedöms.", "Undersökningen lades om 2016–2017; äldre tal kan inte jämföras."]
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
where kpi = 'N07632'
