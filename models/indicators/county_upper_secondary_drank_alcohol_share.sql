-- title = "Elever i gymnasiets år 2 i länet som har druckit alkohol det senaste året"
-- title_en = "Pupils in the second year of upper secondary school in the county who drank alcohol in the last year"
-- definition = "Andel som svarat att de druckit alkohol de senaste 12 månaderna, i CAN:s skolundersökning."
-- focus_area = "alcohol_and_drug_attitudes"
-- basis = "asked"
-- kind = "published"
-- method = "published"
-- unit = "procent"
-- polarity = "low_is_good"
-- period_type = "year"
-- flags = ["overlapping"]
-- notes = ["Elevsvar i ett urval av skolor, redovisade bara för län och riket; säger inget om en enskild kommun.", "Två års undersökningar slås samman, så intilliggande år kan överlappa; ingen trend bedöms.", "Från 2022 görs undersökningen vartannat år."]
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
where kpi = 'U79234'
