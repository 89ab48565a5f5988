-- title = "Otrygga utomhus enligt medborgardialogen"
-- title_en = "Unsafe outdoors according to the citizen dialogue"
-- definition = "Andel av dem som svarade i kommunens medborgardialog som känner sig otrygga utomhus en sen kväll."
-- focus_area = "perceived_safety"
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
where question = 'feels_unsafe_outdoors' and sampling = 'self_selected' and is_leading
