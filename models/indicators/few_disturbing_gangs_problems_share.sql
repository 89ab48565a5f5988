-- title = "Tycker att problemen med personer eller gäng som bråkar eller stör är små"
-- title_en = "Find problems with disturbing people or gangs small"
-- definition = "Andel som svarat mycket eller ganska litet problem i SCB:s medborgarundersökning."
-- focus_area = "perceived_safety"
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
where kpi = 'N00619'
