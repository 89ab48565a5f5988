-- title = "Unga vårdade för alkohol eller narkotika i länet per 100 000"
-- title_en = "Young people in the county treated for alcohol or drug use per 100 000"
-- definition = "Patienter 10–24 år vårdade för psykiska störningar orsakade av psykoaktiva substanser (F10–F19) ett år, per åldersgrupp."
-- focus_area = "youth_mental_health"
-- basis = "registered"
-- is_consequence = true
-- kind = "published"
-- method = "published"
-- unit = "per 100 000 invånare i åldersgruppen"
-- polarity = "none"
-- period_type = "year"
-- notes = ["Bara län och riket: säger inget om en enskild kommun.", "Patienter i sluten och specialiserad öppen vård; vårdcentral och elevhälsa ingår inte, och den som inte söker vård syns inte.", "Följer hur mycket vård som ges lika mycket som bruket; bedöms inte.", "Små tal i mindre län varierar mycket mellan åren; utgivaren anger ingen osäkerhet."]
select
    area_code,
    year::varchar as period,
    'age' as breakdown,
    age as category,
    patients_per_100000 as value,
    null::double as margin,
    status,
    is_synthetic,
    data_as_of
from core.specialist_care_by_area_year
where diagnosis = 'substance_use' and sex = 'total'
