-- title = "Elever som aldrig är rädda för andra elever i skolan"
-- title_en = "Pupils who are never afraid of other pupils at school"
-- definition = "Andel elever i årskurs 8 i kommunens skolor som svarat \"aldrig\" på om de är rädda för andra elever i skolan, i Skolenkäten."
-- focus_area = "youth_mental_health"
-- basis = "asked"
-- kind = "published"
-- method = "published"
-- unit = "procent"
-- polarity = "high_is_good"
-- period_type = "survey"
-- breaks = [2022]
-- notes = ["Bara kommunala skolor. Alla elever tillfrågades; intervallet speglar att en årskurs är liten.", "För riket bara de skolor som deltog det året, ungefär hälften.", "Utgivaren döljer svar som färre än fem gett; då saknas talet.", "Enkäten gjordes om 2022; äldre tal kan inte jämföras."]
select
    area_code,
    year::varchar as period,
    share_pct as value,
    null::double as margin,
    respondents,
    response_rate,
    status,
    is_synthetic,
    data_as_of
from core.school_survey_by_municipality_year
where question = 'never_afraid_of_pupils' and grade = 'åk 8'
