-- title = "Ungdomsenkätens svar per kommun, år, årskurs och fråga; viktade där vikt finns"
-- key = ["question", "municipality_code", "year", "breakdown", "category"]
-- not_null = ["question", "municipality_code", "year", "breakdown", "category", "respondents", "is_synthetic", "data_as_of"]
-- [columns]
-- question = "Frågans id"
-- municipality_code = "Kommunkod"
-- year = "Undersökningens år"
-- breakdown = "Tomt (alla årskurser) eller grade"
-- category = "Tomt eller årskurs"
-- respondents = "Antal som besvarade frågan"
-- answered_yes = "Antal ja-svar, oviktat"
-- numerator = "Viktat antal ja"
-- denominator = "Viktat antal svar"
-- effective_n = "Effektivt antal svar, kvadraten på viktsumman genom summan av kvadrerade vikter"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
select
    question,
    municipality_code,
    year::integer as year,
    case when grouping(grade) = 0 then 'grade' else '' end as breakdown,
    coalesce(grade, '') as category,
    sum(respondents)::bigint as respondents,
    sum(answered_yes)::bigint as answered_yes,
    sum(weight_yes) as numerator,
    sum(weight) as denominator,
    (sum(weight)::double * sum(weight)::double) / nullif(sum(squared_weight)::double, 0) as effective_n,
    bool_or(is_synthetic) as is_synthetic,
    max(data_as_of) as data_as_of
from staging.youth_survey_by_snapshot
group by grouping sets ((question, municipality_code, year), (question, municipality_code, year, grade))
order by question, municipality_code, year, breakdown, category
