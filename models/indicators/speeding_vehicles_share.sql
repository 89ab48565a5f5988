-- title = "Fordon över hastighetsgränsen vid kommunens mätningar"
-- title_en = "Vehicles over the speed limit in the municipality's measurements"
-- definition = "Andel av alla fordon som kommunen mätt under året, på alla platser, som körde över hastighetsgränsen."
-- focus_area = "reckless_driving"
-- basis = "own_services"
-- kind = "published"
-- method = "published"
-- unit = "procent"
-- polarity = "low_is_good"
-- flags = ["own_trend_only"]
-- notes = ["Beror på var och när kommunen mätt: talet har inget osäkerhetsintervall och jämförs inte. Samma plats kan följas över tid i core.service_counts.", "85-percentilen för hastigheten är varken antal eller andel och finns bara per mätning."]
select
    municipality_code as area_code,
    year(period_end)::varchar as period,
    round(100 * sum(value)::double / sum(out_of), 1) as value,
    null::double as margin,
    concerns,
    bool_or(is_synthetic) as is_synthetic,
    max(data_as_of) as data_as_of
from core.service_counts
where measure = 'speeding_vehicles' and status = 'ok' and out_of > 0
group by municipality_code, year(period_end), concerns
