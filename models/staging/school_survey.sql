-- title = "Skolenkätens svar för landet, huvudmän och skolor, nyaste iakttagelsen; skolor visas aldrig"
-- key = ["survey", "year", "unit", "question", "answer_option"]
-- not_null = ["survey", "year", "grade", "level", "unit", "question", "answer_option", "status", "is_counted", "is_synthetic"]
-- accepted = { level = ["country", "country_part", "organiser", "school"], status = ["ok", "no_answers", "masked_1_9", "masked_10_19", "masked_20_or_more", "not_reportable"] }
-- ranges = { share = { min = 0, max = 1 }, number = { min = 0 } }
with newest as (
    select *
    from parsed.school_survey
    qualify rank() over (partition by survey, year order by observed_at desc, snapshot desc) = 1
)

select
    survey,
    year,
    grade,
    level,
    area_code,
    unit,
    question,
    answer_option,
    list_contains(string_split(questions.counted, ';'), answer_option) as is_counted,
    number,
    share,
    status,
    asked,
    answered,
    response_rate,
    newest.is_synthetic,
    least(make_date(year::integer, 12, 31), content_as_of) as data_as_of
from newest
join reference.school_survey_questions as questions using (question)
