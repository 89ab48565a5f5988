-- title = "Vad som hände med det som ett löfte låter vänta sig något av: under löftets år mot åren före"
-- key = ["promise", "area_code", "indicator"]
-- not_null = ["promise", "agreement", "promise_number", "area_type", "area_code", "area", "indicator", "expected_direction", "period", "baseline_period", "outcome", "result", "judgement", "reason", "is_synthetic", "release"]
-- [accepted]
-- expected_direction = ["lower", "higher", "none"]
-- outcome = ["as_expected", "against_expected", "within_chance", "not_judged", "not_compared"]
-- result = ["higher", "lower", "similar", "not_compared"]
-- judgement = ["better", "worse", "similar", "not_judged"]
-- reason = ["", "self_selected", "overlapping", "series_break", "no_dispersion", "no_interval", "effort_driven", "no_polarity", "no_benchmark", "too_few_figures", "too_early", "no_figures", "not_summed", "missing_before", "missing_during"]
-- [columns]
-- promise = "Löftets id"
-- agreement = "Överenskommelsens id: alla löften som getts tillsammans"
-- promise_number = "Löftets beteckning i överenskommelsen"
-- area_type = "Slag av område"
-- area_code = "Områdets kod"
-- area = "Områdets namn"
-- indicator = "Indikatorns id"
-- expected_direction = "Vad löftet låter vänta: lower (lägre), higher (högre) eller none (visas, men bedöms inte)"
-- period = "Löftets hela år"
-- baseline_period = "Tiden före som jämförs"
-- value = "Indikatorns värde under löftets år"
-- benchmark_value = "Värdet under åren före"
-- measure = "ratio eller difference"
-- effect = "Kvot eller skillnad; tom där det inte jämförs"
-- effect_lower = "Osäkerhetsintervallets nedre gräns"
-- effect_upper = "Osäkerhetsintervallets övre gräns"
-- percent_change = "Förändring i procent; tom där basen är under 20 fall"
-- smallest_detectable_fall = "Minsta minskning i procent mellan två år som går att skilja från slump med 80 procents chans; tom där ingen går"
-- smallest_detectable_rise = "Minsta ökning på samma sätt"
-- dispersion = "Överspridning som bedömningen räknas med: variansen hos tal av den storleken, i slumpens egen"
-- result = "higher, lower, similar (skillnaden ryms i slumpen) eller not_compared"
-- judgement = "better, worse, similar, eller not_judged där riktningen inte är bestämd eller följer polisens insatser"
-- outcome = "as_expected (som väntat), against_expected (tvärtemot), within_chance (ryms i slumpen), not_judged (bedöms inte) eller not_compared (kan inte avgöras med dessa tal); säger aldrig om löftet är orsaken"
-- reason = "Varför det inte jämförs eller bedöms: som i changes, eller too_few_figures (en förändring att hoppas på hade inte synts), too_early (löftet gäller ännu), no_figures (inga siffror här), not_summed (andelar och delar av år läggs inte ihop över åren), missing_before, missing_during (år saknas); annars tom"
-- is_synthetic = "Konstruerade exempeldata"
-- release = "Utgåvans id"
with linked as (
    select distinct
        promises.promise,
        promises.agreement,
        promises.promise_number,
        promises.promise_start,
        promises.promise_end,
        promises.baseline_start,
        promises.baseline_end,
        coalesce(promises.years, promises.promise_start || '–' || promises.promise_end) as period,
        coalesce(promises.baseline_years, promises.baseline_start || '–' || promises.baseline_end) as baseline_period,
        promise_areas.area_code,
        promise_indicators.indicator,
        promise_indicators.expected_direction,
        promise_indicators.smallest_hoped_pct
    from core.promises as promises
    join reference.promise_areas as promise_areas using (promise)
    join core.promise_indicators as promise_indicators using (promise)
),

figures as (
    -- What there is to compare with: whole years of counts, within the promise and within the time before it.
    select
        linked.promise,
        linked.area_code,
        linked.indicator,
        count(shown.period) > 0 as has_figures,
        coalesce(bool_or(shown.method like 'rate_%' and shown.period_type = 'year'), false) as is_counted,
        count(shown.period) filter (
            shown.period_start >= linked.baseline_start and shown.period_end <= linked.baseline_end
        ) as years_before,
        year(linked.baseline_end) - year(linked.baseline_start) + 1 as years_wanted,
        coalesce(bool_or(shown.is_synthetic), false) as is_synthetic
    from linked
    left join estimates.indicators as shown
        on shown.indicator = linked.indicator
        and shown.area_code = linked.area_code
        and shown.breakdown = ''
        and shown.status = 'ok'
        and shown.value is not null
    group by all
)

select
    linked.promise,
    linked.agreement,
    linked.promise_number,
    areas.area_type,
    areas.area_code,
    areas.area,
    linked.indicator,
    linked.expected_direction,
    linked.period,
    linked.baseline_period,
    changes.value,
    changes.benchmark_value,
    changes.measure,
    changes.effect,
    changes.effect_lower,
    changes.effect_upper,
    changes.percent_change,
    changes.smallest_detectable_fall,
    changes.smallest_detectable_rise,
    changes.dispersion,
    coalesce(changes.result, 'not_compared') as result,
    coalesce(changes.judgement, 'not_judged') as judgement,
    case
        when coalesce(changes.result, 'not_compared') = 'not_compared' then 'not_compared'
        when linked.expected_direction = 'none' then 'not_judged'
        when changes.result = 'similar' and not power.is_enough then 'not_compared'
        when changes.result = 'similar' then 'within_chance'
        when changes.result = linked.expected_direction then 'as_expected'
        else 'against_expected'
    end as outcome,
    case
        when run.as_of <= linked.promise_end then 'too_early'
        when changes.result = 'similar' and not power.is_enough then 'too_few_figures'
        when changes.reason is not null then changes.reason
        when not figures.has_figures then 'no_figures'
        when not figures.is_counted then 'not_summed'
        when figures.years_before < figures.years_wanted then 'missing_before'
        else 'missing_during'
    end as reason,
    figures.is_synthetic,
    run.release
from linked
join figures using (promise, area_code, indicator)
join core.areas as areas on areas.area_code = linked.area_code
cross join parsed.run
left join estimates.changes as changes
    on changes.benchmark_type = 'promise'
    and changes.indicator = linked.indicator
    and changes.area_code = linked.area_code
    and changes.breakdown = ''
    and changes.period = linked.period
    and changes.benchmark_period = linked.baseline_period
    and run.as_of > linked.promise_end
cross join lateral (
    -- "Within chance" must not hide that nothing could have been seen.
    select
        coalesce(
            abs(
                case
                    when linked.expected_direction = 'higher' then changes.smallest_detectable_rise
                    else changes.smallest_detectable_fall
                end
            ) <= linked.smallest_hoped_pct,
            false
        ) as is_enough
) as power
order by promise, area_code, indicator
