-- title = "Räddningsinsatser till trafikolyckor per 1 000 invånare"
-- title_en = "Rescue call-outs to traffic accidents per 1 000 inhabitants"
-- definition = "Räddningsinsatser till trafikolyckor, medeltal för tre år, delat med invånarna 31 december."
-- focus_area = "reckless_driving"
-- basis = "registered"
-- is_consequence = true
-- kind = "published"
-- method = "published"
-- unit = "per 1 000 invånare"
-- polarity = "low_is_good"
-- period_type = "year"
-- flags = ["overlapping"]
-- notes = ["Tre år slås samman, så intilliggande år överlappar; ingen trend bedöms.", "Alla trafikolyckor ingår, inte bara de som beror på buskörning."]
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
where kpi = 'N00799'
