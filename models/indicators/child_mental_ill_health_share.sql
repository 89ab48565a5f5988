-- title = "Psykisk ohälsa bland barn och unga 0–19 år"
-- title_en = "Mental ill-health among ages 0–19"
-- definition = "Andel 0–19 år med läkemedel, diagnos eller psykiatrisk vård för psykisk ohälsa under året."
-- focus_area = "youth_mental_health"
-- basis = "registered"
-- kind = "published"
-- method = "published"
-- unit = "procent"
-- polarity = "low_is_good"
-- period_type = "year"
-- notes = ["Mäter vård som getts; köer och vårdutbud påverkar. Täljaren publiceras inte, så intervall saknas."]
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
where kpi = 'N33820'
