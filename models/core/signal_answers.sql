-- title = "Arbetsgruppens svar på avvikelser, det nyaste på varje, och om avvikelsen var till nytta"
-- key = ["signal"]
-- not_null = ["signal", "answer", "is_useful", "answered_date", "is_synthetic", "data_as_of"]
-- accepted = { answer = ["confirmed", "acted_on", "event", "new_reporter", "duplicate"] }
-- [columns]
-- signal = "Avvikelsens id"
-- answer = "confirmed (bekräftad), acted_on (åtgärdas), event (evenemang), new_reporter (ny rapportör) eller duplicate (dubblett)"
-- is_useful = "Det hände verkligen mer än vanligt: bekräftad eller åtgärdas"
-- answered_date = "Dagen för svaret"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
select
    answers.signal,
    answers.answer,
    bool_or(listed.is_useful::boolean) as is_useful,
    answers.answered_date,
    answers.is_synthetic,
    answers.data_as_of
from staging.signal_answers as answers
join reference.signal_answers as listed using (answer)
group by all
order by answers.signal
