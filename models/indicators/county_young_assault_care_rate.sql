-- title = "Unga vårdade efter våld i länet per 100 000"
-- title_en = "Young people in the county treated after assault per 100 000"
-- definition = "Patienter 10–24 år vårdade efter övergrepp av annan person (X85–Y09) ett år, per åldersgrupp."
-- focus_area = "overall_crime"
-- basis = "registered"
-- is_consequence = true
-- kind = "published"
-- method = "published"
-- unit = "per 100 000 invånare i åldersgruppen"
-- polarity = "low_is_good"
-- period_type = "year"
-- notes = ["Bara län och riket: säger inget om en enskild kommun.", "Patienter i sluten och specialiserad öppen vård; vårdcentral och elevhälsa ingår inte, och den som inte söker vård syns inte.", "Våld som inte gett en skada som krävt specialistvård ingår inte.", "Små tal i mindre län varierar mycket mellan åren; utgivaren anger ingen osäkerhet."]
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
where diagnosis = 'assault' and sex = 'total'
