-- title = "Medborgardialoger (självvalda svar) och andelar som andra publicerat, per område och år"
-- key = ["area_code", "year", "survey", "question"]
-- not_null = ["area_code", "year", "survey", "question", "share_pct", "sampling", "is_synthetic", "data_as_of"]
-- accepted = { sampling = ["self_selected", "sample", "census"] }
-- [columns]
-- area_code = "Områdets kod"
-- year = "Undersökningens år"
-- survey = "Undersökningens namn"
-- question = "Frågans id ur granskad lista"
-- share_pct = "Andel i procent"
-- margin_pct = "Publicerad felmarginal i procentenheter"
-- respondents = "Antal svarande"
-- response_rate = "Svarsfrekvens 0–1"
-- sampling = "self_selected (kan inte generaliseras), sample (urval) eller census (alla tillfrågade)"
-- is_leading = "Flest svarade av de undersökningar som frågat samma sak samma år på samma sätt (självvalt eller inte)"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
select
    area_code,
    year::integer as year,
    survey,
    question,
    share_pct,
    margin_pct,
    respondents,
    response_rate,
    sampling,
    row_number() over (
        partition by area_code, year, question, sampling = 'self_selected' order by respondents desc nulls last, survey
    ) = 1 as is_leading,
    is_synthetic,
    data_as_of
from staging.survey_shares
order by area_code, year, survey, question
