-- title = "Löften till medborgarna: vem som lovat vad, när, hur mycket och var det står; ur det granskade registret"
-- key = ["promise"]
-- not_null = ["promise", "agreement", "agreement_title", "area_code", "promise_number", "promised_by", "promise_title", "wording", "focus_areas", "promise_start", "promise_end", "baseline_start", "baseline_end", "promise_source", "promise_publisher", "promise_url"]
-- accepted = { promised_by = ["police", "municipalities", "together"] }
-- ranges = { quantity_promised = { min = 1 } }
-- [columns]
-- promise = "Löftets id"
-- agreement = "Överenskommelsens id: alla löften som getts tillsammans"
-- agreement_title = "Överenskommelsens namn"
-- area_code = "Området som löftet gäller"
-- police = "Polisen som är part"
-- promise_number = "Löftets beteckning i överenskommelsen"
-- promised_by = "Vem som lovat: police (polisen), municipalities (kommunerna) eller together (tillsammans)"
-- promise_title = "Löftet i korthet"
-- wording = "Löftet, återgivet med egna ord"
-- measurable_wording = "Så hade löftet kunnat mätas: ett förslag, där löftet inte har något antal"
-- focus_areas = "Fokusområden, med komma emellan"
-- places = "Platser som löftet nämner, med semikolon emellan"
-- quantity_promised = "Antal som lovats; tomt där löftet inte har något"
-- quantity_unit = "Vad antalet räknar"
-- is_minimum = "Antalet är det minsta som lovats"
-- promise_start = "Löftets första dag"
-- promise_end = "Löftets sista dag"
-- baseline_start = "Första dagen av tiden före som jämförs"
-- baseline_end = "Sista dagen av tiden före som jämförs"
-- years = "Löftets hela år"
-- baseline_years = "Hela år före som jämförs"
-- baseline_promises = "Tidigare löften som gällde under tiden före"
-- promise_source = "Sidan där löftet står"
-- promise_publisher = "Vems sida det är"
-- promise_url = "Sidans adress"
-- promise_source_date = "Sidans dag, om den säger någon"
-- inferred = "Det som härletts här och inte står i källan: period, baseline, focus_areas, quantity, text"
-- note = "Vad löftet bygger på, och vad som inte är känt"
select
    promise,
    agreement,
    agreement_title,
    area_code,
    police,
    promise_number,
    promised_by,
    promise_title,
    wording,
    measurable_wording,
    focus_areas,
    places,
    quantity_promised,
    quantity_unit,
    is_minimum,
    promise_start,
    promise_end,
    baseline_start,
    baseline_end,
    years,
    baseline_years,
    baseline_promises,
    promise_source,
    promise_publisher,
    promise_url,
    promise_source_date,
    inferred,
    note
from reference.promises
order by promise
