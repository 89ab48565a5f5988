-- title = "Folkhälsodata som Folkhälsomyndigheten redovisar dem, nyaste iakttagelsen av varje cell"
-- key = ["area_code", "survey", "topic", "answer", "age", "sex", "period", "figure"]
-- not_null = ["area_code", "survey", "topic", "answer", "age", "sex", "period", "first_year", "last_year", "figure"]
-- accepted = { figure = ["share", "lower", "upper", "respondents"], sex = ["total", "men", "women"] }
-- ranges = { value = { min = 0 } }
select
    area_code,
    survey,
    topic,
    answer,
    age,
    sex,
    period,
    first_year::integer as first_year,
    last_year::integer as last_year,
    figure,
    value,
    status as symbol,
    is_synthetic,
    least(make_date(last_year::integer, 12, 31), content_as_of) as data_as_of
from parsed.public_health_survey
qualify row_number() over (
    partition by area_code, survey, topic, answer, age, sex, period, figure
    order by observed_at desc, snapshot desc
) = 1
