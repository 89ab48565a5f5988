-- title = "Tycker att problemen med påverkade personer är små"
-- title_en = "Find problems with intoxicated people small"
-- definition = "Andel som svarat mycket eller ganska litet problem med personer som är påverkade av alkohol eller narkotika i SCB:s medborgarundersökning."
-- focus_area = "alcohol_and_drug_attitudes"
-- basis = "asked"
-- kind = "published"
-- method = "published"
-- unit = "procent"
-- polarity = "high_is_good"
-- period_type = "year"
-- breaks = [2021]
-- notes = ["Utgivarens svarsalternativ är ställda så att ett högt tal är bra.", "Enkäten gjordes om 2021; äldre tal kan inte jämföras."]
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
where kpi = 'N00620'
