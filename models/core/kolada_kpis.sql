-- title = "Granskade nyckeltal ur Kolada, med vår egen bedömning av vilken riktning som är bra"
-- key = ["kpi"]
-- not_null = ["kpi", "title", "unit", "kind", "polarity", "title_check", "is_late"]
-- accepted = { kind = ["count", "published", "margin", "denominator"], polarity = ["low_is_good", "high_is_good", "none"], title_check = ["same", "blanks_differ", "changed", "not_in_catalogue", "unchecked"] }
-- [columns]
-- kpi = "Nyckeltalets id i Kolada"
-- title = "Utgivarens titel när nyckeltalet granskades"
-- unit = "Enhet"
-- kind = "count: antalet återskapas; published: används som publicerat; margin: osäkerhetstal; denominator: nämnare"
-- margin_kpi = "Det nyckeltal som bär osäkerhetstalet"
-- focus_area = "Fokusområde"
-- polarity = "low_is_good, high_is_good eller none (bedöms inte)"
-- is_effort_driven = "Följer polisens insatser"
-- is_overlapping = "Perioderna överlappar varandra"
-- note = "Anmärkning"
-- reason_without_indicator = "Varför inget visas av nyckeltalet; tomt för dem som visas och för osäkerhetstal och nämnare"
-- published_title = "Utgivarens titel nu"
-- description = "Utgivarens beskrivning nu"
-- title_check = "same, blanks_differ, changed (serien är stoppad), not_in_catalogue eller unchecked (ingen katalog är hämtad)"
-- publication_date = "Dag då utgivaren ger ut nya värden"
-- publication_year = "Det år som de nya värdena gäller"
-- newest_year = "Det senaste år som något område har ett värde för"
-- expected_by = "När det nya årets värden senast väntas: två veckor efter utgivarens egen dag; tomt när de har kommit"
-- is_late = "Nyare värden borde ha kommit enligt utgivarens egen katalog"
with newest as (
    select kpi, max(year) as newest_year
    from staging.kolada_values
    where status in ('ok', 'suppressed')
    group by kpi
),

published as (
    select
        kpis.*,
        newest.newest_year,
        case when kpis.publication_year > newest.newest_year then kpis.publication_date + 14 end as expected_by
    from staging.kolada_kpis as kpis
    left join newest using (kpi)
)

select
    reviewed.kpi,
    reviewed.title,
    reviewed.unit,
    reviewed.kind,
    nullif(reviewed.margin_kpi, '') as margin_kpi,
    nullif(reviewed.focus_area, '') as focus_area,
    reviewed.polarity,
    reviewed.is_effort_driven = 'true' as is_effort_driven,
    reviewed.is_overlapping = 'true' as is_overlapping,
    nullif(reviewed.note, '') as note,
    without_indicator.reason as reason_without_indicator,
    published.title as published_title,
    published.description,
    case
        when published.kpi is not null then published.title_check
        when exists (select 1 from staging.kolada_kpis) then 'not_in_catalogue'
        else 'unchecked'
    end as title_check,
    published.publication_date,
    published.publication_year,
    published.newest_year,
    published.expected_by,
    coalesce(published.expected_by < run.as_of, false) as is_late
from reference.kolada_kpis as reviewed
cross join parsed.run
left join reference.kpis_without_indicator as without_indicator on without_indicator.kpi = reviewed.kpi
left join published on published.kpi = reviewed.kpi
order by reviewed.kpi
