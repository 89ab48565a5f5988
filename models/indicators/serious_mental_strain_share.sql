-- title = "Allvarlig psykisk påfrestning"
-- title_en = "Serious mental strain"
-- definition = "Andel 16–84 år vars svar om den senaste månaden ger 13–24 poäng av 24 på skalan Kessler 6, i den nationella folkhälsoenkäten."
-- focus_area = "youth_mental_health"
-- basis = "asked"
-- kind = "published"
-- method = "published"
-- unit = "procent"
-- polarity = "low_is_good"
-- period_type = "year"
-- notes = ["Gäller alla 16–84 år, inte särskilt unga.", "Egen skattning i en enkät, ingen diagnos."]
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
where kpi = 'N01452'
