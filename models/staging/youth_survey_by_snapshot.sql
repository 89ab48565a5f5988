-- title = "Vad varje ögonblicksbild bidrar med till ungdomsenkätens svar; kan summeras"
-- key = ["snapshot", "survey", "year", "municipality_code", "grade", "question"]
-- not_null = ["snapshot", "survey", "year", "municipality_code", "grade", "question", "respondents", "answered_yes", "weight"]

-- This is what is left of a snapshot when its retention ends.
with aggregated as (
    select * from parsed.youth_survey_aggregated
    union all by name
    select
        null::bigint as invited,
        null::bigint as population,
        null::varchar as sampling,
        null::boolean as is_break
    where false
)

select
    snapshot,
    survey,
    year,
    municipality_code,
    grade,
    question,
    count(*) as respondents,
    count(*) filter (where answer) as answered_yes,
    coalesce(sum(weight::decimal(18, 6)) filter (where answer), 0) as weight_yes,
    sum(weight::decimal(18, 6)) as weight,
    sum((weight * weight)::decimal(18, 6)) as squared_weight,
    max(invited) as invited,
    max(population) as population,
    min(sampling) as sampling,
    bool_or(is_break) as is_break,
    bool_or(is_synthetic) as is_synthetic,
    max(data_as_of) as data_as_of
from staging.youth_answers
group by snapshot, survey, year, municipality_code, grade, question
union all
select
    snapshot,
    survey,
    year,
    municipality_code,
    grade,
    question,
    respondents,
    answered_yes,
    weight_yes,
    weight,
    squared_weight,
    invited,
    population,
    sampling,
    coalesce(is_break, false),
    is_synthetic,
    content_as_of
from aggregated
