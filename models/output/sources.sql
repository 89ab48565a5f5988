-- title = "Källor: utgivare, villkor, bokföring av rader och hur färska uppgifterna är"
-- key = ["source"]
-- not_null = ["source", "title", "publisher", "status", "is_late", "release"]
-- accepted = { status = ["ok", "failed", "missing"] }
-- at_least = 1
-- [columns]
-- source = "Källans id"
-- title = "Källans namn"
-- publisher = "Utgivare"
-- homepage = "Utgivarens sida"
-- licence = "Villkor för användning"
-- attribution = "Hur källan anges för tal som förs vidare oförändrade"
-- attribution_processed = "Hur källan anges för tal som har räknats fram här"
-- cadence = "Hur ofta källan kommer"
-- disclosure = "official: redan publicerad; local: skyddas efter vad den handlar om"
-- breaks = "Tidsseriebrott: år från vilket uppgifterna inte kan jämföras med tidigare, och varför"
-- rows_read = "Lästa rader; i den publika utgåvan tomt för källor som bara kommunen har"
-- rows_loaded = "Inlästa rader"
-- rows_quarantined = "Underkända rader"
-- rows_duplicate = "Dubbletter"
-- observed_at = "När källan senast hämtades eller lämnades (UTC)"
-- data_as_of = "Sista dag som uppgifterna talar om"
-- expected_by = "När nyare uppgifter senast väntas"
-- is_late = "Nyare uppgifter borde ha kommit"
-- is_synthetic = "Innehåller konstruerade exempeldata"
-- status = "ok, failed (senast giltiga uppgift används) eller missing (inga uppgifter)"
-- message = "Vad som gick fel, eller varningar"
-- release = "Utgåvans id"
with told as (
    select
        'kolada_kpis' as source,
        'nyckeltal som inte finns i Koladas katalog: ' || string_agg(kpi, ', ' order by kpi) as sentence
    from core.kolada_kpis
    where title_check = 'not_in_catalogue'
    union all
    -- The publisher of so many series is late with one at a time, and its catalogue says when each is to come.
    select
        'kolada_values' as source,
        'nyckeltal som enligt Koladas katalog skulle ha fått nyare värden: ' || string_agg(kpi, ', ' order by kpi)
    from core.kolada_kpis
    where is_late and kind in ('count', 'published')
    union all
    -- Not one whole count: what came is in another unit than the one that was reviewed.
    select
        'kolada_values' as source,
        'inget räknas av nyckeltal vars antal inte går jämnt upp, så enheten eller metoden är en annan än den granskade: '
        || string_agg(kpi, ', ' order by kpi)
    from (
        select kpi
        from core.reported_offences_by_municipality_year
        where published_rate is not null and inhabitants is not null
        group by kpi
        having count(reported) = 0
    )
),

said as (
    select source, string_agg(sentence, '; ' order by sentence) as said
    from told
    where sentence is not null
    group by source
)

select
    source,
    title,
    publisher,
    homepage,
    licence,
    attribution,
    attribution_processed,
    cadence,
    disclosure,
    breaks,
    rows_read,
    rows_loaded,
    rows_quarantined,
    rows_duplicate,
    observed_at,
    data_as_of,
    expected_by,
    is_late,
    is_synthetic,
    status,
    concat_ws('; ', nullif(message, ''), said) as message,
    release
from parsed.sources
cross join parsed.run
left join said using (source)
order by source
