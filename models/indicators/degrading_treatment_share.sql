-- title = "Har blivit utsatta för kränkande behandling eller bemötande"
-- title_en = "Exposed to degrading treatment"
-- definition = "Andel 16–84 år som svarat att de de senaste 3 månaderna behandlats eller bemötts så att de känt sig kränkta, i den nationella folkhälsoenkäten."
-- focus_area = "youth_mental_health"
-- basis = "asked"
-- kind = "published"
-- method = "published"
-- unit = "procent"
-- polarity = "low_is_good"
-- period_type = "year"
-- notes = ["Gäller alla 16–84 år, inte särskilt unga."]
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
where kpi = 'N01458'
