-- title = "Elever som känner sig trygga i skolan enligt enkätens antal svar"
-- title_en = "Pupils who feel safe at school, from the survey’s number of answers"
-- definition = "Andel elever i årskurs 8 som svarat \"helt och hållet\" eller \"till stor del\" på om de känner sig trygga i skolan, där antalet svar är känt."
-- focus_area = "youth_mental_health"
-- basis = "asked"
-- kind = "published"
-- method = "published"
-- unit = "procent"
-- polarity = "high_is_good"
-- period_type = "survey"
-- breaks = [2022]
-- notes = ["Bara kommunala skolor. Alla elever tillfrågades; intervallet speglar att en årskurs är liten.", "Enkäten gjordes om 2022; äldre tal kan inte jämföras."]
select
    area_code,
    year::varchar as period,
    share_pct as value,
    margin_pct as margin,
    respondents,
    response_rate,
    is_synthetic,
    data_as_of
from core.survey_shares_by_area_year
where question = 'pupils_safe_at_school' and sampling <> 'self_selected' and is_leading
