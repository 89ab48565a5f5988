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
-- invited = "Antal tillfrågade enligt kodboken; tomt om det inte är känt för varje årskurs, och för kön"
-- population = "Antal elever som undersökningen talar om, för ändlighetskorrektion; vid totalundersökning de tillfrågade"
-- response_rate = "Andel av de tillfrågade som besvarade frågan"
-- sampling = "total (alla tillfrågades) eller sample (urval); tomt om det inte är känt"
-- is_break = "Frågan eller dess svarsalternativ ändrades detta år"
-- comparable_from = "Första året som kan jämföras med det nyaste; tomt om frågan inte har ändrats"
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
),

-- A grade's invited stand on every snapshot of its survey, and count once.
asked as (
    select
        question,
        municipality_code,
        year,
        survey,
        grade,
        max(invited) as invited,
        max(population) as population,
        min(sampling) as sampling
    from staging.youth_survey_by_snapshot
    group by all
),

people as (
    select
        question,
        municipality_code,
        year,
        case when grouping(grade) = 0 then 'grade' else '' end as breakdown,
        coalesce(grade, '') as category,
        case when count(invited) = count(*) then sum(invited) end as invited,
        case when count(population) = count(*) then sum(population) end as population,
        case when count(sampling) = count(*) then min(sampling) end as sampling
    from asked
    group by grouping sets ((question, municipality_code, year), (question, municipality_code, year, grade))
),

breaks as (
    select question, municipality_code, year
    from staging.youth_survey_by_snapshot
    where is_break
    group by all
),

newest_breaks as (
    select question, municipality_code, max(year) as comparable_from from breaks group by all
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
    people.invited::bigint as invited,
    people.population::bigint as population,
    respondents / people.invited as response_rate,
    people.sampling,
    breaks.year is not null as is_break,
    newest_breaks.comparable_from::integer as comparable_from,
    is_synthetic,
    data_as_of
from counts
left join people using (question, municipality_code, year, breakdown, category)
left join breaks using (question, municipality_code, year)
left join newest_breaks using (question, municipality_code)
order by question, municipality_code, year, breakdown, category
