-- title = "Avstår från att gå ut ensam"
-- title_en = "Refrain from going out alone"
-- definition = "Andel 16–84 år som ofta eller ibland avstår från att gå ut ensam av rädsla för att bli överfallen, rånad eller ofredad, i den nationella folkhälsoenkäten."
-- focus_area = "perceived_safety"
-- basis = "asked"
-- is_consequence = true
-- kind = "published"
-- method = "published"
-- unit = "procent"
-- polarity = "low_is_good"
-- period_type = "year"
-- flags = ["overlapping"]
-- notes = ["Fyra år slås samman, så intilliggande tal överlappar; ingen trend bedöms."]
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
where kpi = 'U01420'
