-- title = "Tycker att problemen med störande trafik är små"
-- title_en = "Find problems with disturbing traffic small"
-- definition = "Andel som svarat mycket eller ganska litet problem med störande trafik med motorfordon i SCB:s medborgarundersökning."
-- focus_area = "reckless_driving"
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
where kpi = 'N00624'
