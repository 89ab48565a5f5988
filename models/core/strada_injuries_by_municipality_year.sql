-- title = "Skadade i vägtrafiken per kommun, helt år, färdsätt och åldersgrupp (Strada)"
-- key = ["municipality_code", "year", "vehicle", "age"]
-- not_null = ["municipality_code", "year", "vehicle", "age", "concerns", "injured", "severely_injured", "police_reported", "is_synthetic", "data_as_of"]
-- ranges = { injured = { min = 1 }, severely_injured = { min = 0 }, police_reported = { min = 0 } }
-- accepted = { concerns = ["care", "children"] }
-- [columns]
-- municipality_code = "Kommun där olyckan inträffade"
-- year = "År som uttaget omfattar helt"
-- vehicle = "Den skadades färdsätt"
-- age = "Den skadades åldersgrupp"
-- concerns = "Vad raden handlar om: children under 18 år och okänd ålder, annars care; visas aldrig rad för rad i en utgåva"
-- injured = "Antal skadade, döda medräknade; summera fem år för en åldersgrupp på ett färdsätt"
-- severely_injured = "Antal av dem som dog eller skadades svårt"
-- police_reported = "Antal av dem som polisen har rapporterat; jämförbart sedan 2003"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
select
    municipality_code,
    year,
    traffic_element as vehicle,
    age_group as age,
    case when age_group in ('18-24 år', '25-64 år', '65- år') then 'care' else 'children' end as concerns,
    sum(injured)::bigint as injured,
    coalesce(sum(injured) filter (where severity in ('död', 'svår')), 0)::bigint as severely_injured,
    coalesce(sum(injured) filter (where reported_by in ('polis', 'båda')), 0)::bigint as police_reported,
    bool_or(is_synthetic) as is_synthetic,
    max(data_as_of) as data_as_of
from staging.road_accidents_by_snapshot
where year(received_on) > year
group by all
order by municipality_code, year, vehicle, age
