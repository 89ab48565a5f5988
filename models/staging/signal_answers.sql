-- title = "Arbetsgruppens svar på avvikelser, det nyaste på varje"
-- key = ["signal"]
-- not_null = ["signal", "answer", "answered_date", "is_synthetic", "data_as_of"]
-- accepted = { answer = ["confirmed", "acted_on", "event", "new_reporter", "duplicate"] }
select
    signal,
    answer,
    answered_date,
    is_synthetic,
    content_as_of as data_as_of
from parsed.signal_answers
qualify row_number() over (
    partition by signal order by answered_date desc, observed_at desc, snapshot desc, row_number desc
) = 1
