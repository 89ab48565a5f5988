-- title = "Unga 16–24 år som varken arbetar eller studerar"
-- title_en = "Young people 16–24 who neither work nor study"
-- definition = "Andel 16–24 år som under året varken haft inkomst över ett basbelopp, studiemedel eller registrerade studier."
-- focus_area = "youth_mental_health"
-- basis = "registered"
-- is_consequence = true
-- kind = "published"
-- method = "published"
-- unit = "procent"
-- polarity = "low_is_good"
-- period_type = "year"
-- notes = ["Ett mått på livsvillkor, inte på hälsa. Personer med inkomst i ett annat nordiskt land räknas bort."]
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
where kpi = 'N02797'
