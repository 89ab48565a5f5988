-- title = "Verksamheternas händelserapporter om saker och platser per kommun och vecka så långt tillbaka som varje rapport är en rad, högst 320 veckor, varje rapport en gång; ingen rad där ingen rapporterade"
-- key = ["municipality_code", "week_start"]
-- not_null = ["municipality_code", "week_start", "reports", "events", "reporters", "concerns", "is_synthetic", "data_as_of"]
-- accepted = { concerns = ["places"] }
-- ranges = { reports = { min = 0 }, events = { min = 0 }, reporters = { min = 0 } }
-- [columns]
-- municipality_code = "Kommunkod"
-- week_start = "Veckans måndag"
-- reports = "Antal rapporter om minst en kategori som handlar om saker eller platser; en rapport med flera kategorier räknas en gång"
-- events = "Antal troliga händelser bland dem: rapporter från olika verksamheter om samma plats, kategori, dag och fjärdedels dygn räknas en gång"
-- reporters = "Antal verksamheter som rapporterade något alls, också att inget fanns att rapportera"
-- concerns = "Vad det handlar om: saker och platser, ingen människa"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"

-- What is told of people is not in the sum: it would stand there for whoever takes the other categories away.
with impersonal as (
    select distinct canonical_category as category
    from reference.incident_categories
    where concerns in ('things', 'places') and canonical_category <> 'nothing_to_report'
)

select
    municipality_code,
    date_trunc('week', date)::date as week_start,
    count(distinct report_id) filter (where impersonal.category is not null) as reports,
    count(distinct report_id) filter (where impersonal.category is not null and is_event) as events,
    count(distinct reporter) as reporters,
    'places' as concerns,
    bool_or(is_synthetic) as is_synthetic,
    max(data_as_of) as data_as_of
from staging.incident_reports
left join impersonal using (category)
where date >= (select since from staging.incident_report_weeks)
group by all
order by all
