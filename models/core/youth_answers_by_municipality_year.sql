-- title = "Ungdomsenkätens svar per kommun, år och fråga, efter årskurs och efter kön; viktade där vikt finns"
-- key = ["question", "municipality_code", "year", "breakdown", "category"]
-- not_null = ["question", "municipality_code", "year", "breakdown", "category", "respondents", "is_synthetic", "data_as_of"]
-- accepted = { breakdown = ["", "grade", "sex"] }
-- [columns]
-- question = "Frågans id"
-- municipality_code = "Kommunkod"
-- year = "Undersökningens år"
-- breakdown = "Tomt (alla svarande), grade eller sex"
-- category = "Tomt, årskurs eller kön"
-- respondents = "Antal som besvarade frågan"
-- answered_yes = "Antal ja-svar, oviktat"
-- numerator = "Viktat antal ja"
-- denominator = "Viktat antal svar"
-- effective_n = "Effektivt antal svar, kvadraten på viktsumman genom summan av kvadrerade vikter"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"

-- Sex is not kept when retention ends: figures by sex stand as long as all of a year's rows do. So few call it something
-- else or leave it out that they are one group, and that grade crossed with sex would hide more than it showed.
with by_sex as (
    select
        question,
        municipality_code,
        year,
        case when sex in ('flicka', 'pojke') then sex else 'annat eller inget svar' end as category,
        answer,
        weight::decimal(18, 6) as weight,
        (weight * weight)::decimal(18, 6) as squared_weight,
        is_synthetic,
        data_as_of
    from staging.youth_answers
    anti join parsed.youth_survey_aggregated using (municipality_code, year)
    qualify count(sex) over (partition by municipality_code, year) > 0
),

counts as (
    select
        question,
        municipality_code,
        year,
        case when grouping(grade) = 0 then 'grade' else '' end as breakdown,
        coalesce(grade, '') as category,
        sum(respondents) as respondents,
        sum(answered_yes) as answered_yes,
        sum(weight_yes) as weight_yes,
        sum(weight) as weight,
        sum(squared_weight) as squared_weight,
        bool_or(is_synthetic) as is_synthetic,
        max(data_as_of) as data_as_of
    from staging.youth_survey_by_snapshot
    group by grouping sets ((question, municipality_code, year), (question, municipality_code, year, grade))
    union all
    select
        question,
        municipality_code,
        year,
        'sex' as breakdown,
        category,
        count(*) as respondents,
        count(*) filter (where answer) as answered_yes,
        coalesce(sum(weight) filter (where answer), 0) as weight_yes,
        sum(weight) as weight,
        sum(squared_weight) as squared_weight,
        bool_or(is_synthetic) as is_synthetic,
        max(data_as_of) as data_as_of
    from by_sex
    group by question, municipality_code, year, category
)

select
    question,
    municipality_code,
    year::integer as year,
    breakdown,
    category,
    respondents::bigint as respondents,
    answered_yes::bigint as answered_yes,
    weight_yes as numerator,
    weight as denominator,
    (weight::double * weight::double) / nullif(squared_weight::double, 0) as effective_n,
    is_synthetic,
    data_as_of
from counts
order by question, municipality_code, year, breakdown, category
