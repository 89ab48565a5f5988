-- title = "Löften och vad som blev av dem: lovat, gjort och nått, varje tertial och för hela löftet"
-- key = ["promise", "area_code", "period"]
-- not_null = ["promise", "agreement", "agreement_title", "promise_number", "promised_by", "promise_title", "wording", "focus_areas", "area_type", "area_code", "area", "period", "period_type", "period_start", "period_end", "municipalities", "municipalities_reporting", "kept", "promise_source", "promise_url", "is_synthetic", "release"]
-- ranges = { quantity_promised = { min = 1 }, quantity_done = { min = 0 }, measures_done = { min = 0 } }
-- [accepted]
-- promised_by = ["police", "municipalities", "together"]
-- period_type = ["tertial", "promise"]
-- kept = ["kept", "not_kept", "on_the_way", "coming", "not_measurable", "not_reported", "not_told", "shared"]
-- [columns]
-- promise = "Löftets id"
-- agreement = "Överenskommelsens id: alla löften som getts tillsammans"
-- agreement_title = "Överenskommelsens namn"
-- promise_number = "Löftets beteckning i överenskommelsen"
-- promised_by = "Vem som lovat: police (polisen), municipalities (kommunerna) eller together (tillsammans)"
-- promise_title = "Löftet i korthet"
-- wording = "Löftet, återgivet med egna ord"
-- focus_areas = "Fokusområden, med komma emellan"
-- area_type = "Slag av område"
-- area_code = "Områdets kod"
-- area = "Områdets namn"
-- period = "Tertial (2023-T1: januari–april, T2: maj–augusti, T3: september–december) eller löftets alla år"
-- period_type = "tertial eller promise (hela löftet)"
-- period_start = "Periodens första dag"
-- period_end = "Periodens sista dag"
-- quantity_promised = "Antal som lovats för hela löftet och hela området; tomt där löftet inte har något antal"
-- is_minimum = "Antalet är det minsta som lovats"
-- quantity_unit = "Vad antalet räknar"
-- measures_done = "Åtgärder som blev klara under perioden och som loggen knyter till löftet; tomt där ingen logg talar om överenskommelsen"
-- quantity_done = "Antal gjorda under perioden, i löftets enhet; tomt där löftet inte har något antal"
-- quantity_done_so_far = "Antal gjorda från löftets början till periodens slut"
-- places = "Platser som löftet nämner, med semikolon emellan"
-- places_reached = "Namngivna platser där något gjorts under perioden; av löftets platser, där det nämner några"
-- people_reached = "Deltagare i det som gjorts under perioden, där loggen räknar dem; tomt där uppgift saknas"
-- municipalities = "Kommuner som löftet gäller, i området"
-- municipalities_reporting = "Kommuner vars logg talar om överenskommelsen"
-- kept = "kept (uppfyllt), not_kept (inte uppfyllt), on_the_way (på väg), coming (inte börjat), not_measurable (ej mätbart som skrivet), not_reported (uppgift saknas), not_told (alla kommuner har inte rapporterat) eller shared (lovat gemensamt: bedöms för området)"
-- measurable_wording = "Så hade löftet kunnat mätas: ett förslag, där löftet inte har något antal"
-- baseline_period = "Tiden före som jämförs"
-- baseline_promises = "Tidigare löften som gällde under tiden före"
-- promise_source = "Sidan där löftet står, och vems den är"
-- promise_url = "Sidans adress"
-- promise_source_date = "Sidans dag, om den säger någon"
-- inferred = "Det som härletts här och inte står i källan: period, baseline, focus_areas, quantity, text"
-- note = "Vad löftet bygger på, och vad som inte är känt"
-- is_synthetic = "Det som gjorts är konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgifterna om det gjorda talar om"
-- release = "Utgåvans id"
with reporting as (
    -- A log that ties nothing to an agreement does not speak of it, and that is not nought.
    select spoken.agreement, measures.municipality_code, bool_or(measures.is_synthetic) as is_synthetic
    from core.measures as measures
    join core.promises as spoken using (promise)
    group by all
),

followed as (
    select
        promises.promise,
        promises.agreement,
        promise_areas.area_code,
        count(*) as municipalities,
        count(reporting.municipality_code) as municipalities_reporting,
        coalesce(bool_or(reporting.is_synthetic), false) as is_synthetic
    from core.promises as promises
    join reference.promise_areas as promise_areas using (promise)
    left join reporting
        on reporting.agreement = promises.agreement
        and reporting.municipality_code = promise_areas.municipality_code
    group by all
),

counted as (
    select
        followed.promise,
        followed.area_code,
        periods.period,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        followed.municipalities,
        followed.municipalities_reporting,
        followed.municipalities_reporting > 0 as is_reported,
        count(done.number) filter (done.done_date >= periods.period_start) as measures_done,
        coalesce(sum(done.quantity) filter (done.done_date >= periods.period_start), 0)::bigint as quantity_done,
        coalesce(sum(done.quantity), 0)::bigint as quantity_done_so_far,
        count(distinct done.place) filter (
            done.done_date >= periods.period_start
            and (promises.places is null or list_contains(string_split(promises.places, '; '), done.place))
        ) as places_reached,
        sum(done.participants) filter (done.done_date >= periods.period_start)::bigint as people_reached,
        followed.is_synthetic,
        max(done.data_as_of) as data_as_of
    from followed
    join core.promises as promises using (promise)
    join reference.promise_periods as periods on periods.agreement = followed.agreement
    left join core.measures_of_promises as done
        on done.promise = followed.promise
        and done.area_code = followed.area_code
        and done.done_date <= periods.period_end
    group by all
)

select
    promises.promise,
    promises.agreement,
    promises.agreement_title,
    promises.promise_number,
    promises.promised_by,
    promises.promise_title,
    promises.wording,
    promises.focus_areas,
    areas.area_type,
    areas.area_code,
    areas.area,
    counted.period,
    counted.period_type,
    counted.period_start,
    counted.period_end,
    promises.quantity_promised,
    promises.is_minimum,
    promises.quantity_unit,
    case when is_reported then counted.measures_done end as measures_done,
    case when is_reported and promises.quantity_promised is not null then counted.quantity_done end as quantity_done,
    case
        when is_reported and promises.quantity_promised is not null then counted.quantity_done_so_far
    end as quantity_done_so_far,
    promises.places,
    case when is_reported then counted.places_reached end as places_reached,
    case when is_reported then counted.people_reached end as people_reached,
    counted.municipalities,
    counted.municipalities_reporting,
    case
        when run.as_of < counted.period_start then 'coming'
        when promises.quantity_promised is null then 'not_measurable'
        when areas.area_code <> promises.area_code then 'shared'
        when not is_reported then 'not_reported'
        when counted.quantity_done_so_far >= promises.quantity_promised then 'kept'
        when run.as_of <= counted.period_end or counted.period_end < promises.promise_end then 'on_the_way'
        when counted.municipalities_reporting < counted.municipalities then 'not_told'
        else 'not_kept'
    end as kept,
    promises.measurable_wording,
    coalesce(promises.baseline_years, promises.baseline_start || '–' || promises.baseline_end) as baseline_period,
    promises.baseline_promises,
    promises.promise_publisher || ': ' || promises.promise_source as promise_source,
    promises.promise_url,
    promises.promise_source_date,
    promises.inferred,
    promises.note,
    counted.is_synthetic,
    counted.data_as_of,
    run.release
from counted
join core.promises as promises using (promise)
join core.areas as areas on areas.area_code = counted.area_code
cross join parsed.run
order by promise, area_code, period_type, period_start
