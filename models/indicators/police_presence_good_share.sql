-- title = "Nöjda med polisens närvaro i kommunen"
-- title_en = "Satisfied with the police's presence"
-- definition = "Andel som svarat mycket eller ganska nöjd (före 2024: mycket eller ganska bra) i SCB:s medborgarundersökning."
-- focus_area = "perceived_safety"
-- basis = "asked"
-- kind = "published"
-- method = "published"
-- unit = "procent"
-- polarity = "high_is_good"
-- period_type = "year"
-- breaks = [2021, 2024]
-- notes = ["Svarsalternativen ändrades 2024; talen före och efter kan inte jämföras.", "Enkäten gjordes om 2021; äldre tal kan inte jämföras."]
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
where kpi = 'N00631'
