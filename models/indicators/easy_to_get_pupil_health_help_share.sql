-- title = "Elever i årskurs 8 som tycker att det är lätt att få hjälp av elevhälsan"
-- title_en = "Pupils in year 8 who find it easy to get help from the pupil health service"
-- definition = "Andel som svarat \"mycket lätt\" eller \"ganska lätt\" i Skolenkäten."
-- focus_area = "youth_mental_health"
-- basis = "asked"
-- kind = "published"
-- method = "published"
-- unit = "procent"
-- polarity = "high_is_good"
-- period_type = "year"
-- breaks = [2022]
-- notes = ["Bara kommunala skolor. Hälften av kommunerna deltar varje år.", "Enkäten gjordes om 2022; äldre tal kan inte jämföras."]
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
where kpi = 'N15638'
