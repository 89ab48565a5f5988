-- title = "Riskabla alkoholvanor"
-- title_en = "Risky alcohol habits"
-- definition = "Andel 16–84 år vars svar om hur ofta och hur mycket de dricker ger minst 6 poäng (män) eller 5 poäng (kvinnor) av 12, i den nationella folkhälsoenkäten."
-- focus_area = "alcohol_and_drug_attitudes"
-- basis = "asked"
-- kind = "published"
-- method = "published"
-- unit = "procent"
-- polarity = "low_is_good"
-- period_type = "year"
-- flags = ["overlapping"]
-- notes = ["Gäller alla 16–84 år, inte särskilt unga, och vanor snarare än attityder.", "Fyra år slås samman, så intilliggande tal överlappar; ingen trend bedöms."]
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
where kpi = 'U01404'
