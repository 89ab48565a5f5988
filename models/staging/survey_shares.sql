-- title = "Medborgardialoger och andelar som andra publicerat"
-- key = ["area_code", "year", "survey", "question"]
-- not_null = ["area_code", "year", "survey", "question", "share_pct", "sampling"]
-- accepted = { sampling = ["self_selected", "sample", "census"] }
-- ranges = { share_pct = { min = 0, max = 100 } }
select
    area_code,
    year,
    survey,
    question,
    share_pct,
    respondents,
    margin_pct,
    case sampling when 'sjalvvalda' then 'self_selected' when 'urval' then 'sample' else 'census' end as sampling,
    response_rate_pct / 100 as response_rate,
    is_synthetic,
    content_as_of as data_as_of
from parsed.citizen_survey
qualify row_number() over (
    partition by area_code, year, survey, question order by observed_at desc, snapshot desc
) = 1
