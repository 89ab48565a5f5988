-- title = "Avvikelser: när en serie har legat över det väntade, hur ovanligt det är, sedan när och vad arbetsgruppen svarat; bara i den interna utgåvan"
-- key = ["signal"]
-- not_null = ["signal", "series", "area_type", "area_code", "area", "category", "period_type", "first_period", "latest_period", "period_start", "events", "expected", "expected_lower", "expected_upper", "tail_probability", "is_high", "is_rise", "since", "events_since", "expected_since", "is_newest", "is_synthetic", "release"]
-- ranges = { events = { min = 0 }, tail_probability = { min = 0, max = 1 } }
-- [accepted]
-- series = ["incident_reports", "reported_offences"]
-- period_type = ["week", "month"]
-- answer = ["confirmed", "acted_on", "event", "new_reporter", "duplicate"]
-- [columns]
-- signal = "Avvikelsens id: område, kategori och den första perioden"
-- series = "incident_reports (verksamheternas händelserapporter om saker och platser) eller reported_offences (anmälda brott)"
-- area_type = "Slag av område"
-- area_code = "Områdets kod"
-- area = "Områdets namn"
-- category = "Kategori eller brottstyp; all: alla rapporter om saker och platser"
-- focus_area = "Fokusområde som kategorin hör till"
-- period_type = "week eller month"
-- first_period = "Den första perioden som avvek"
-- latest_period = "Den senaste i följd som avvek; siffrorna är dess"
-- period_start = "Den senaste periodens första dag"
-- events = "Antal händelser"
-- reporters = "Antal verksamheter som rapporterade; tomt för anmälda brott"
-- expected = "Väntat antal"
-- expected_lower = "Väntat minst"
-- expected_upper = "Väntat högst"
-- same_last_year = "Samma tid i fjol"
-- tail_probability = "Hur ofta slumpen ensam ger minst så många i en sådan period; för en ökning över flera veckor: hur ofta den högst ger en sådan"
-- is_high = "Fler händelser i perioden än väntat"
-- is_rise = "Fler händelser än väntat sammanlagt under flera veckor"
-- since = "Första dagen i den första perioden som avvek, eller den dag då en ökning över flera veckor började"
-- events_since = "Antal händelser från since till och med den senaste perioden, i de perioder som bedöms"
-- expected_since = "Väntat antal i samma perioder"
-- is_newest = "Gäller den senaste veckan eller månaden"
-- answer = "Arbetsgruppens svar: confirmed, acted_on, event, new_reporter eller duplicate; tomt där ingen svarat"
-- is_useful = "Svaret säger att det verkligen hände mer än vanligt"
-- answered_date = "Dagen för svaret"
-- is_synthetic = "Konstruerade exempeldata"
-- release = "Utgåvans id"

-- Periods in a row are one signal: the group is asked once, and the name is that of the first.
with marked as (
    select
        *,
        row_number() over series_row as place,
        period_start = max(period_start) over (partition by period_type) as is_newest
    from estimates.early_warning
    window series_row as (partition by series, area_code, category order by period_start)
),

episodes as (
    select
        *,
        place - row_number() over (partition by series, area_code, category order by period_start) as episode
    from marked
    where is_high or is_rise
),

bounds as (
    select
        *,
        min_by(period, period_start) over one as first_period,
        min(least(period_start, coalesce(risen_since, period_start))) over one as since,
        row_number() over (partition by series, area_code, category, episode order by period_start desc) as back
    from episodes
    window one as (
        partition by series, area_code, category, episode
        order by period_start rows between unbounded preceding and unbounded following
    )
),

sums as (
    select
        bounds.series,
        bounds.area_code,
        bounds.category,
        bounds.first_period,
        sum(told.events)::bigint as events_since,
        sum(told.expected) as expected_since
    from bounds
    join estimates.early_warning as told
        on told.series = bounds.series and told.area_code = bounds.area_code and told.category = bounds.category
        and told.period_start between bounds.since and bounds.period_start
    where bounds.back = 1 and told.reason = ''
    group by all
)

select
    concat_ws('-', bounds.area_code, bounds.category, bounds.first_period) as signal,
    bounds.series,
    bounds.area_type,
    bounds.area_code,
    bounds.area,
    bounds.category,
    bounds.focus_area,
    bounds.period_type,
    bounds.first_period,
    bounds.period as latest_period,
    bounds.period_start,
    bounds.events,
    bounds.reporters,
    bounds.expected,
    bounds.expected_lower,
    bounds.expected_upper,
    bounds.same_last_year,
    case when bounds.is_high then bounds.tail_probability else bounds.rise_tail end as tail_probability,
    bounds.is_high,
    bounds.is_rise,
    bounds.since,
    sums.events_since,
    sums.expected_since,
    bounds.is_newest,
    answers.answer,
    answers.is_useful,
    answers.answered_date,
    bounds.is_synthetic or coalesce(answers.is_synthetic, false) as is_synthetic,
    run.release
from bounds
join sums using (series, area_code, category, first_period)
cross join parsed.run
left join core.signal_answers as answers
    on answers.signal = concat_ws('-', bounds.area_code, bounds.category, bounds.first_period)
where bounds.back = 1
order by signal
