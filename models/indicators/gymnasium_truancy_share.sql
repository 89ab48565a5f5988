-- title = "Gymnasieelever med indraget studiestöd för ogiltig frånvaro"
-- title_en = "Upper secondary pupils who lost study grant for truancy"
-- definition = "Andel gymnasieelever boende i kommunen vars studiestöd drogs in på grund av ogiltig frånvaro, läsår."
-- focus_area = "youth_mental_health"
-- basis = "registered"
-- is_consequence = true
-- kind = "published"
-- method = "published"
-- unit = "procent"
-- polarity = "low_is_good"
-- period_type = "school_year"
-- notes = ["År T är läsåret T−1/T; jämför inte med kalenderår."]
select
    area_code,
    format('{}/{:02d}', year - 1, year % 100) as period,
    breakdown,
    category,
    value,
    margin,
    status,
    figure_flags as flags,
    is_synthetic,
    data_as_of
from core.published_values_by_area_year
where kpi = 'N17625'
