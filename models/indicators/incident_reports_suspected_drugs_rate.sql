-- title = "Rapporterad misstänkt narkotika från verksamheterna per 10 000 invånare"
-- title_en = "Suspected narcotics reported by services per 10 000 inhabitants"
-- definition = "Händelserapporter om misstänkt narkotika och fynd av narkotika ett helt år, delat med invånarna."
-- focus_area = "drug_dealing"
-- basis = "own_services"
-- kind = "counts"
-- method = "rate"
-- per = 10000
-- unit = "per 10 000 invånare"
-- polarity = "none"
-- notes = ["Fynd och iakttagelser, inte bekräftade brott; de skiljer inte handel från bruk.", "En ökning kan bero på att fler verksamheter börjat rapportera; bedöms därför inte."]
select
    municipality_code,
    year::varchar as period,
    reports as numerator,
    inhabitants as denominator,
    case when is_inferred_population then 'inferred_population' end as flags,
    concerns,
    is_synthetic,
    data_as_of
from core.incident_reports_by_municipality_year_category
where category = 'suspected_drugs'
