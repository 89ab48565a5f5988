-- title = "Medborgarundersökningen: andel av varje svar med osäkerhetstal, per område och år"
-- key = ["area_code", "year", "question_set", "question_code", "answer", "background"]
-- not_null = ["area_code", "year", "question_code", "question", "answer", "background", "status", "is_synthetic", "data_as_of"]
-- accepted = { status = ["ok", "suppressed", "not_reported", "not_applicable"], background = ["total", "men", "women"] }
-- ranges = { share_pct = { min = 0, max = 100 }, margin_pct = { min = 0, max = 100 } }
-- [columns]
-- area_code = "Områdets kod: kommun, län eller riket"
-- year = "Undersökningens år"
-- question_set = "Utgivarens namn på variabeln med frågor; skiljer tabellerna åt"
-- question_code = "Utgivarens kod för frågan"
-- question = "Frågan så som utgivaren skriver den"
-- answer = "Svaret, eller flera svar sammanslagna av utgivaren (låga eller höga betyg)"
-- background = "total, men eller women"
-- share_pct = "Andel i procent, som publicerad"
-- margin_pct = "Utgivarens osäkerhetstal i procentenheter; andel ± tal är ungefär ett 95-procentigt intervall"
-- respondents = "Antal som svarat på enkäten, inte på frågan"
-- status = "ok, eller varför andelen saknas; bara kommuner som deltar har värden"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
with shares as (
    select * from staging.scb_citizen_survey where figure = 'share'
),

margins as (
    select * from staging.scb_citizen_survey where figure = 'margin'
),

respondents as (
    select area_code, question_set, question_code, background, year, max(value)::bigint as respondents
    from staging.scb_citizen_survey
    where figure = 'respondents'
    group by all
)

select
    shares.area_code,
    shares.year,
    shares.question_set,
    shares.question_code,
    shares.question,
    shares.answer,
    shares.background,
    shares.value as share_pct,
    margins.value as margin_pct,
    respondents.respondents,
    case
        when shares.value is not null then 'ok'
        when shares.symbol = '.' then 'not_applicable'
        else 'not_reported'
    end as status,
    shares.is_synthetic or coalesce(margins.is_synthetic, false) as is_synthetic,
    shares.data_as_of
from shares
left join margins using (area_code, question_set, question_code, background, answer, year)
left join respondents using (area_code, question_set, question_code, background, year)
order by
    shares.area_code, shares.year, shares.question_set, shares.question_code, shares.answer, shares.background
