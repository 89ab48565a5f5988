-- title = "Skolenkäten: vad eleverna i kommunens egna skolor svarat, per granskad fråga"
-- key = ["area_code", "year", "grade", "question"]
-- not_null = ["area_code", "year", "grade", "question", "status", "is_synthetic", "data_as_of"]
-- accepted = { status = ["ok", "suppressed", "too_few_respondents", "not_reported"] }
-- ranges = { share_pct = { min = 0, max = 100 }, response_rate = { min = 0, max = 1 } }
-- [columns]
-- area_code = "Kommunen som huvudman, eller 00: alla skolor som deltog det året (ungefär halva landet)"
-- year = "Undersökningens år"
-- grade = "Årskurs: åk 5, åk 8, åk 9 eller gy 2"
-- question = "Frågans id ur granskad lista"
-- share_pct = "Andel i procent som gett de svar som räknas, av alla som svarat, också de som svarat vet inte"
-- number = "Antal som gett de svar som räknas"
-- respondents = "Antal som svarat på enkäten"
-- asked = "Antal elever i gruppen"
-- response_rate = "Svarsfrekvens 0–1"
-- status = "ok; suppressed: utgivaren har maskerat ett av svaren; too_few_respondents: utgivaren redovisar inte frågan"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
with answered as (
    select
        area_code,
        year,
        grade,
        question,
        case
            when bool_or(status = 'not_reportable') then 'too_few_respondents'
            when bool_or(status = 'no_answers') or not coalesce(bool_and(answered > 0), false) then 'not_reported'
            when bool_or(status <> 'ok') then 'suppressed'
            else 'ok'
        end as status,
        sum(number) as number,
        max(answered) as respondents,
        max(asked) as asked,
        max(response_rate) as response_rate,
        bool_or(is_synthetic) as is_synthetic,
        max(data_as_of) as data_as_of
    from staging.school_survey
    where level in ('country', 'organiser') and area_code is not null and is_counted
    group by area_code, year, grade, question
)

select
    area_code,
    year::integer as year,
    grade,
    question,
    case when status = 'ok' then round(100.0 * number / respondents, 6) end as share_pct,
    case when status = 'ok' then number::bigint end as number,
    respondents,
    asked,
    response_rate,
    status,
    is_synthetic,
    data_as_of
from answered
order by area_code, year, grade, question
