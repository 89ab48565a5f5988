-- title = "Elever i årskurs 9 som är behöriga till gymnasiets yrkesprogram"
-- title_en = "Pupils in year 9 eligible for vocational upper secondary programmes"
-- definition = "Andel av eleverna i årskurs 9 i skolor i kommunen som är behöriga till ett yrkesprogram, oavsett var de bor."
-- focus_area = "youth_mental_health"
-- basis = "registered"
-- kind = "published"
-- method = "published"
-- unit = "procent"
-- polarity = "high_is_good"
-- period_type = "school_year"
-- notes = ["Skolmisslyckande är en riskfaktor, inte psykisk ohälsa i sig.", "År T är läsåret T−1/T; jämför inte med kalenderår.", "Antalet elever publiceras inte här, så intervall saknas; en årskurs i en liten kommun är få elever."]
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
where kpi = 'N15424'
