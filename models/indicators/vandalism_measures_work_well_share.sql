-- title = "Tycker att åtgärder mot skadegörelse fungerar bra"
-- title_en = "Find that measures against vandalism work well"
-- definition = "Andel som svarat mycket eller ganska bra i SCB:s medborgarundersökning."
-- focus_area = "vandalism"
-- basis = "asked"
-- kind = "published"
-- method = "published"
-- unit = "procent"
-- polarity = "high_is_good"
-- period_type = "year"
-- breaks = [2021]
-- notes = ["Visar vad invånarna tycker, inte hur mycket som skadas.", "Utgivarens svarsalternativ är ställda så att ett högt tal är bra.", "Enkäten gjordes om 2021; äldre tal kan inte jämföras."]
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
where kpi = 'N00608'
