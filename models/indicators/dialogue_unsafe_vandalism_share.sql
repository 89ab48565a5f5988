-- title = "Skadegörelse gör området otryggt enligt medborgardialogen"
-- title_en = "Vandalism makes the area unsafe, citizen dialogue"
-- definition = "Andel av dem som svarade i kommunens medborgardialog som upplever att skadegörelse gör området otryggt."
-- focus_area = "vandalism"
-- basis = "asked"
-- kind = "published"
-- method = "self_selected"
-- unit = "procent"
-- polarity = "low_is_good"
-- period_type = "survey"
-- flags = ["self_selected"]
-- notes = ["De som svarade valde själva att svara. Svaren kan inte generaliseras till alla invånare och har inget osäkerhetsintervall."]
select
    area_code,
    year::varchar as period,
    share_pct as value,
    null::double as margin,
    respondents,
    response_rate,
    is_synthetic,
    data_as_of
from core.survey_shares_by_area_year
where question = 'unsafe_because_vandalism' and sampling = 'self_selected' and is_leading
