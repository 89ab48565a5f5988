-- title = "Patienter 10–24 år i sluten och specialiserad öppen vård, per diagnos, län och år"
-- key = ["diagnosis", "area_code", "year", "age", "sex"]
-- not_null = ["diagnosis", "area_code", "year", "age", "sex", "status", "is_zero_by_absence", "is_synthetic", "data_as_of"]
-- accepted = { status = ["ok", "suppressed", "not_reported"] }
-- ranges = { patients = { min = 0 }, patients_per_100000 = { min = 0 } }
-- [columns]
-- diagnosis = "Diagnosgruppens namn i den granskade listan care_diagnoses"
-- diagnosis_title = "Diagnosgruppen i klartext med ICD-koder"
-- area_code = "Länets kod, eller 00 för riket; källan har inga kommuner"
-- year = "År"
-- age = "Åldersgrupp"
-- sex = "total, women eller men"
-- patients = "Antal patienter; en person räknas en gång per år och diagnosgrupp"
-- patients_per_100000 = "Utgivarens tal: patienter per 100 000 invånare i åldersgruppen"
-- is_zero_by_absence = "Utgivaren utelämnar nollor: cellen frågades efter och saknades i svaret"
-- status = "ok; suppressed: utgivaren visar inte talet; not_reported: registret når inte till året"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
select
    care.diagnosis,
    reviewed.title as diagnosis_title,
    care.area_code,
    care.year::integer as year,
    care.age,
    care.sex,
    max(care.value) filter (where care.measure = 'patients')::bigint as patients,
    max(care.value) filter (where care.measure = 'patients_per_100000') as patients_per_100000,
    bool_or(care.is_zero_by_absence) as is_zero_by_absence,
    case
        when bool_or(care.status = 'suppressed') then 'suppressed'
        when bool_or(care.status = 'not_reported') then 'not_reported'
        else 'ok'
    end as status,
    bool_or(care.is_synthetic) as is_synthetic,
    max(care.data_as_of) as data_as_of
from staging.specialist_care as care
join reference.care_diagnoses as reviewed using (diagnosis)
group by care.diagnosis, reviewed.title, care.area_code, care.year, care.age, care.sex
order by care.diagnosis, care.area_code, care.year, care.age, care.sex
