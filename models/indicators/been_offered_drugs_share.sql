-- title = "Unga som har blivit erbjudna narkotika"
-- title_en = "Young people who have been offered narcotics"
-- definition = "Andel elever som de senaste 12 månaderna har blivit erbjudna att prova eller köpa narkotika."
-- focus_area = "drug_dealing"
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
where question = 'been_offered_drugs_12m'
