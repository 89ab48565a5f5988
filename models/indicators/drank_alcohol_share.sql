-- title = "Unga som har druckit alkohol det senaste året"
-- title_en = "Young people who drank alcohol in the last year"
-- definition = "Andel elever som svarat att de druckit alkohol de senaste 12 månaderna."
-- focus_area = "alcohol_and_drug_attitudes"
-- basis = "asked"
-- kind = "microdata"
-- method = "proportion"
-- per = 100
-- unit = "procent"
-- polarity = "low_is_good"
-- period_type = "survey"
-- notes = ["Svaren gäller de elever som besvarade enkäten; bortfallet kan skilja sig från dem."]
select
    municipality_code,
    year::varchar as period,
    breakdown,
    category,
    numerator,
    denominator,
    effective_n,
    respondents,
    answered_yes,
    case when year < comparable_from then 'not_applicable' end as status,
    case when is_break then 'series_break' end as flags,
    is_synthetic,
    data_as_of
from core.youth_answers_by_municipality_year
where question = 'drunk_alcohol_12m'
