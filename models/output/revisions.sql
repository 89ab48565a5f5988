-- title = "Ändrade uppgifter: siffror som utgivaren har ändrat sedan de först sågs, och siffror som är rättade här"
-- key = ["source", "series", "column_name", "area_code", "period", "kind", "first_seen_at", "is_synthetic"]
-- not_null = ["source", "series", "column_name", "area_code", "area", "period", "kind", "last_seen_at", "is_synthetic", "release"]
-- accepted = { kind = ["changed", "removed", "added_late", "redefined", "corrected"] }
-- [columns]
-- source = "Källans id"
-- series = "Vad siffran gäller, med källans egna koder"
-- column_name = "Kolumn"
-- area_code = "Områdets kod"
-- area = "Områdets namn"
-- period = "Period som källan skriver den"
-- kind = "changed: ändrad; removed: borttagen; added_late: given i efterhand; redefined: annan enhet eller metod; corrected: rättad här"
-- old_value = "Siffran före; vid corrected utgivarens"
-- new_value = "Siffran efter; tom när den är borta"
-- old_status = "Utgivarens skäl till att siffran saknades före"
-- new_status = "Utgivarens skäl till att siffran saknas efter"
-- last_seen_at = "När den förra uppgiften senast sågs (UTC)"
-- first_seen_at = "När den nya först sågs (UTC); tom när siffran är rättad här"
-- indicators = "Indikatorer som bygger på serien, åtskilda av komma; tom där det inte går att säga"
-- reason = "Varför siffran är rättad här"
-- provider = "Vem som har sagt att den är fel, och när"
-- is_synthetic = "Konstruerade exempeldata – inte verkliga uppgifter"
-- release = "Utgåvans id"

-- An indicator names the series that it is of in its own query; a margin belongs to the series whose margin it is.
with named as (
    select indicator, value
    from parsed.indicator_values
    union
    select indicator, margin_kpi
    from parsed.indicator_values
    join reference.kolada_kpis on kpi = value
    where margin_kpi <> ''
),

series as (
    select distinct source, series
    from parsed.revisions
),

linked as (
    select series.source, series.series, string_agg(distinct indicator, ',' order by indicator) as indicators
    from series
    join named on contains(', ' || series.series || ',', ' ' || named.value || ',')
    join estimates.definitions as definitions using (indicator)
    where list_contains(string_split(definitions.sources, ','), series.source)
    group by series.source, series.series
)

select
    revisions.source,
    revisions.series,
    revisions.column_name,
    revisions.area_code,
    areas.area,
    revisions.period,
    revisions.kind,
    revisions.old_value,
    revisions.new_value,
    revisions.old_status,
    revisions.new_status,
    revisions.last_seen_at,
    revisions.first_seen_at,
    linked.indicators,
    revisions.reason,
    revisions.provider,
    revisions.is_synthetic,
    run.release
from parsed.revisions as revisions
cross join parsed.run as run
left join linked on linked.source = revisions.source and linked.series = revisions.series
left join core.areas as areas on areas.area_code = revisions.area_code
order by source, series, column_name, area_code, period, kind, first_seen_at, is_synthetic
