-- title = "Ungdomsenkätens svar, en rad per svarande och fråga som besvarats"
-- not_null = ["survey", "year", "municipality_code", "grade", "question", "answer", "weight"]

-- What landed before a column was declared has nothing in it.
with given as (
    select * from parsed.youth_survey
    union all by name
    select
        null::bigint as invited,
        null::bigint as population,
        null::varchar as sampling,
        null::varchar as series_breaks
    where false
),

answers as (
    select
        survey,
        year,
        municipality_code,
        grade,
        sex,
        coalesce(weight, 1) as weight,
        invited,
        population,
        sampling,
        series_breaks,
        snapshot,
        is_synthetic,
        content_as_of as data_as_of,
        unnest([
            {'question': 'alcohol_from_adult', 'answer': alcohol_from_adult},
            {'question': 'been_offered_drugs_12m', 'answer': been_offered_drugs_12m},
            {'question': 'cannabis_great_risk', 'answer': cannabis_great_risk},
            {'question': 'drunk_alcohol_12m', 'answer': drunk_alcohol_12m},
            {'question': 'feels_safe_at_school', 'answer': feels_safe_at_school},
            {'question': 'knows_where_to_buy_drugs', 'answer': knows_where_to_buy_drugs},
            {'question': 'parents_allow_alcohol', 'answer': parents_allow_alcohol},
            {'question': 'poor_mental_wellbeing', 'answer': poor_mental_wellbeing},
            {'question': 'used_narcotics_12m', 'answer': used_narcotics_12m},
            {'question': 'violated_by_others_12m', 'answer': violated_by_others_12m}
        ], recursive := true)
    from given
)

select
    * exclude (series_breaks),
    list_contains(string_split(coalesce(series_breaks, ''), ','), question) as is_break
from answers
where answer is not null
