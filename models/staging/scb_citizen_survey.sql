-- title = "Medborgarundersökningen som SCB redovisar den, nyaste iakttagelsen av varje cell"
-- key = ["area_code", "question_set", "question_code", "background", "answer", "figure", "year"]
-- not_null = ["area_code", "question_set", "question_code", "question", "background", "answer", "figure", "year"]
-- accepted = { figure = ["share", "margin", "respondents"], background = ["total", "men", "women"] }
-- ranges = { value = { min = 0 } }
select
    area_code,
    question_set,
    question_code,
    question,
    case background when '000' then 'total' when '010' then 'men' else 'women' end as background,
    answer,
    figure,
    year::integer as year,
    value,
    status as symbol,
    is_synthetic,
    least(make_date(year::integer, 12, 31), content_as_of) as data_as_of
from parsed.scb_citizen_survey
qualify row_number() over (
    partition by area_code, question_set, question_code, background, answer, figure, year
    order by observed_at desc, snapshot desc
) = 1
