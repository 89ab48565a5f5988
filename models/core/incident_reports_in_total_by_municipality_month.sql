-- title = "Verksamheternas händelserapporter per kommun och månad, alla kategorier; varje rapport en gång"
-- key = ["municipality_code", "month"]
-- not_null = ["municipality_code", "month", "reports", "events", "nothing_to_report", "reporters", "is_synthetic", "data_as_of"]
-- ranges = { reports = { min = 0 }, events = { min = 0 } }
-- [columns]
-- municipality_code = "Kommunkod"
-- month = "Månadens första dag"
-- reports = "Antal rapporter om något; en rapport med flera kategorier räknas en gång"
-- events = "Antal troliga händelser: rapporter från olika verksamheter om samma plats, kategori, dag och fjärdedels dygn räknas en gång"
-- nothing_to_report = "Antal rapporter om att inget fanns att rapportera"
-- reporters = "Antal verksamheter som rapporterade något alls, också att inget fanns att rapportera"
-- total_cost_sek = "Kostnad i kronor i de rapporter som anger en; tomt om ingen gör det"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
select
    municipality_code,
    month,
    coalesce(sum(reports) filter (where category <> 'nothing_to_report'), 0)::bigint as reports,
    coalesce(sum(events) filter (where category <> 'nothing_to_report'), 0)::bigint as events,
    coalesce(sum(reports) filter (where category = 'nothing_to_report'), 0)::bigint as nothing_to_report,
    sum(reporters)::bigint as reporters,
    sum(cost_sek)::decimal(18, 2) as total_cost_sek,
    bool_or(is_synthetic) as is_synthetic,
    max(data_as_of) as data_as_of
from staging.incident_reports_by_snapshot
group by municipality_code, month
order by municipality_code, month
