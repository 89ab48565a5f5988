-- title = "Granskade nyckeltal ur Kolada, med vår egen bedömning av vilken riktning som är bra"
-- key = ["kpi"]
-- not_null = ["kpi", "title", "unit", "kind", "polarity"]
-- accepted = { kind = ["count", "published", "margin", "denominator"], polarity = ["low_is_good", "high_is_good", "none"] }
-- [columns]
-- kpi = "Nyckeltalets id i Kolada"
-- title = "Utgivarens titel"
-- unit = "Enhet"
-- kind = "count: antalet återskapas; published: används som publicerat; margin: osäkerhetstal; denominator: nämnare"
-- margin_kpi = "Det nyckeltal som bär osäkerhetstalet"
-- focus_area = "Fokusområde"
-- polarity = "low_is_good, high_is_good eller none (bedöms inte)"
-- is_effort_driven = "Följer polisens insatser"
-- is_overlapping = "Perioderna överlappar varandra"
-- note = "Anmärkning"
select
    kpi,
    title,
    unit,
    kind,
    nullif(margin_kpi, '') as margin_kpi,
    nullif(focus_area, '') as focus_area,
    polarity,
    is_effort_driven = 'true' as is_effort_driven,
    is_overlapping = 'true' as is_overlapping,
    nullif(note, '') as note
from reference.kolada_kpis
order by kpi
