-- title = "Folkhälsodata: andel med konfidensintervall och antal svar, per område och period"
-- key = ["area_code", "period", "survey", "topic", "answer", "age", "sex"]
-- not_null = ["area_code", "period", "first_year", "last_year", "survey", "topic", "answer", "age", "sex", "is_overlapping", "status", "is_synthetic", "data_as_of"]
-- accepted = { status = ["ok", "suppressed", "not_reported", "not_applicable"], sex = ["total", "men", "women"] }
-- ranges = { share_pct = { min = 0, max = 100 }, lower_pct = { min = 0, max = 100 }, upper_pct = { min = 0, max = 100 } }
-- [columns]
-- area_code = "Områdets kod: kommun, län eller riket"
-- period = "Perioden som utgivaren skriver den, till exempel 2019-2022"
-- first_year = "Periodens första år"
-- last_year = "Periodens sista år"
-- survey = "HLV (nationella folkhälsoenkäten, 16–84 år) eller HBSC (Skolbarns hälsovanor, bara län)"
-- topic = "Vad frågan gäller: utgivarens namn på tabellens variabel eller variabler"
-- answer = "Svaret eller svaren som andelen gäller"
-- age = "Ålder; alla är alla som tillfrågats"
-- sex = "total, men eller women; pojkar och flickor i HBSC"
-- share_pct = "Andel i procent, som publicerad"
-- lower_pct = "Nedre gränsen för utgivarens 95-procentiga konfidensintervall"
-- upper_pct = "Övre gränsen"
-- respondents = "Antal svar som andelen vilar på"
-- is_overlapping = "Perioden delar år med en tidigare som har en andel: skillnaden mellan dem är mindre än förändringen, och ingen trend prövas"
-- status = "ok, eller varför andelen saknas"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
with cells as (
    select
        area_code,
        period,
        first_year,
        last_year,
        survey,
        topic,
        answer,
        age,
        sex,
        max(value) filter (figure = 'share') as share_pct,
        max(value) filter (figure = 'lower') as lower_pct,
        max(value) filter (figure = 'upper') as upper_pct,
        max(value) filter (figure = 'respondents') as respondents,
        max(symbol) filter (figure = 'share') as symbol,
        bool_or(is_synthetic) as is_synthetic,
        max(data_as_of) as data_as_of
    from staging.public_health_survey
    group by all
)

select
    area_code,
    period,
    first_year,
    last_year,
    survey,
    topic,
    answer,
    age,
    sex,
    share_pct,
    lower_pct,
    upper_pct,
    respondents::bigint as respondents,
    coalesce(max(case when share_pct is not null then last_year end) over earlier >= first_year, false) as is_overlapping,
    case
        when share_pct is not null then 'ok'
        when symbol = '.' then 'not_applicable'
        else 'not_reported'
    end as status,
    is_synthetic,
    data_as_of
from cells
window earlier as (
    partition by area_code, survey, topic, answer, age, sex
    order by last_year, first_year
    rows between unbounded preceding and 1 preceding
)
order by area_code, period, survey, topic, answer, age, sex
