-- title = "Vad som kan sägas om det som ett löfte låter vänta sig något av, jämfört med andra kommuner, månad för månad och med grannarna"
-- key = ["promise", "area_code", "indicator", "design"]
-- not_null = ["promise", "agreement", "promise_number", "area_type", "area_code", "area", "indicator", "expected_direction", "design", "period", "baseline_period", "measure", "result", "outcome", "reason", "is_synthetic", "release"]
-- [accepted]
-- expected_direction = ["lower", "higher", "none"]
-- design = ["did", "interrupted", "synthetic_control", "displacement"]
-- measure = ["ratio", "quotient"]
-- result = ["lower", "higher", "similar", "cannot_tell", "not_possible"]
-- outcome = ["as_expected", "against_expected", "within_chance", "not_judged", "not_compared"]
-- reason = ["", "too_early", "no_figures", "not_summed", "self_selected", "overlapping", "own_trend_only", "series_break", "missing_before", "missing_during", "no_similar", "no_dispersion", "too_few_figures", "several_indicators", "differed_before", "effort_driven", "no_months", "too_few_months", "rule_change", "too_few_years", "few_placebos", "usual_among_placebos", "no_neighbours", "unequal_periods", "no_own_change"]
-- [ranges]
-- p = { min = 0, max = 1 }
-- p_adjusted = { min = 0, max = 1 }
-- dispersion = { min = 1 }
-- [columns]
-- promise = "Löftets id"
-- agreement = "Överenskommelsens id: alla löften som getts tillsammans"
-- promise_number = "Löftets beteckning i överenskommelsen"
-- area_type = "Slag av område"
-- area_code = "Områdets kod"
-- area = "Områdets namn"
-- indicator = "Indikatorns id"
-- expected_direction = "Vad löftet låter vänta: lower (lägre), higher (högre) eller none (visas, men bedöms inte)"
-- design = "Sätt att jämföra: did (förändringen mot liknande kommuners), interrupted (månaderna före och efter), synthetic_control (ett vägt medel av liknande kommuner) eller displacement (förflyttning till grannkommuner)"
-- period = "Löftets hela år"
-- baseline_period = "Tiden före som jämförs"
-- measure = "ratio (gånger det väntade) eller quotient (grannarnas förändring genom den egna: under 0 har något flyttat)"
-- effect = "Kvot eller skillnad; tom där det inte jämförs"
-- effect_lower = "Osäkerhetsintervallets nedre gräns"
-- effect_upper = "Osäkerhetsintervallets övre gräns"
-- p = "Sannolikheten för en så stor skillnad av bara slump; för synthetic_control platsen genom antalet platser"
-- p_adjusted = "Samma, med hänsyn till att löftet har flera mått (Holm); bara för did"
-- tests = "Antal mått som det tagits hänsyn till"
-- smallest_detectable_fall = "Minsta minskning i procent som hade kunnat upptäckas med 80 procents chans; tom där ingen hade kunnat det"
-- smallest_detectable_rise = "Minsta ökning på samma sätt"
-- dispersion = "Överspridning som bedömningen räknas med: variansen hos tal av den storleken, i slumpens egen"
-- events_during = "Antal händelser under löftets tid"
-- events_before = "Antal händelser under tiden före"
-- compared_during = "Antal hos dem som det jämförs med, under löftets tid"
-- compared_before = "Antal hos dem som det jämförs med, under tiden före"
-- compared_with = "Kommunerna som det jämförs med, med semikolon emellan; för synthetic_control med vikt"
-- compared_places = "Hur många kommuner det jämförs med"
-- earlier_effect = "Kvoten för tiden före mot lika lång tid dessförinnan: skiljer den sig från 1 gick det olika redan innan"
-- earlier_lower = "Den kvotens nedre gräns"
-- earlier_upper = "Den kvotens övre gräns"
-- placebo_rank = "Områdets plats bland alla, om vart och ett av de andra hade varit det som lovade; 1 har störst avvikelse"
-- placebos = "Hur många andra som rangordnas"
-- rule_changes = "Ändrade regler i hela landet under tiden före eller löftets tid, med semikolon emellan"
-- result = "lower, higher, similar (en förändring att hoppas på hade synts, men ingen syns), cannot_tell (kan inte avgöras med dessa tal) eller not_possible (går inte att räkna)"
-- outcome = "as_expected (som väntat), against_expected (tvärtemot), within_chance (ryms i slumpen), not_judged (bedöms inte) eller not_compared (kan inte avgöras med dessa tal); säger aldrig om löftet är orsaken"
-- reason = "Varför det inte avgörs, räknas eller bedöms; annars tom"
-- is_synthetic = "Konstruerade exempeldata"
-- release = "Utgåvans id"
with designs (design) as (
    values ('did'), ('interrupted'), ('synthetic_control'), ('displacement')
),

linked as (
    select distinct
        promises.promise,
        promises.agreement,
        promises.promise_number,
        promises.promise_end,
        coalesce(promises.years, promises.promise_start || '–' || promises.promise_end) as period,
        coalesce(promises.baseline_years, promises.baseline_start || '–' || promises.baseline_end) as baseline_period,
        promise_areas.area_code,
        promise_indicators.indicator,
        promise_indicators.expected_direction
    from core.promises as promises
    join reference.promise_areas as promise_areas using (promise)
    join core.promise_indicators as promise_indicators using (promise)
),

told as (
    -- Of a promise that still applies nothing is said.
    select
        linked.*,
        designs.design,
        run.release,
        coalesce(effects.result, 'not_possible') as result,
        effects.* exclude (promise, area_code, indicator, design, result)
    from linked
    cross join designs
    cross join parsed.run
    left join estimates.promise_effects as effects
        on effects.promise = linked.promise
        and effects.area_code = linked.area_code
        and effects.indicator = linked.indicator
        and effects.design = designs.design
        and run.as_of > linked.promise_end
)

select
    told.promise,
    told.agreement,
    told.promise_number,
    areas.area_type,
    areas.area_code,
    areas.area,
    told.indicator,
    told.expected_direction,
    told.design,
    told.period,
    told.baseline_period,
    coalesce(told.measure, case when told.design = 'displacement' then 'quotient' else 'ratio' end) as measure,
    told.effect,
    told.effect_lower,
    told.effect_upper,
    told.p,
    told.p_adjusted,
    told.tests,
    told.smallest_detectable_fall,
    told.smallest_detectable_rise,
    told.dispersion,
    told.events_during,
    told.events_before,
    told.compared_during,
    told.compared_before,
    told.compared_with,
    told.compared_places,
    told.earlier_effect,
    told.earlier_lower,
    told.earlier_upper,
    told.placebo_rank,
    told.placebos,
    told.rule_changes,
    told.result,
    case
        when told.result in ('cannot_tell', 'not_possible') then 'not_compared'
        when told.expected_direction = 'none' or told.design = 'displacement' then 'not_judged'
        when told.result = 'similar' then 'within_chance'
        when told.result = told.expected_direction then 'as_expected'
        else 'against_expected'
    end as outcome,
    coalesce(told.reason, 'too_early') as reason,
    coalesce(told.is_synthetic, false) as is_synthetic,
    told.release
from told
join core.areas as areas using (area_code)
order by promise, area_code, indicator, design
