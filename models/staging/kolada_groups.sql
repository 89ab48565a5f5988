-- title = "Koladas grupper av kommuner och regioner, nyaste iakttagelsen av varje grupp"
-- key = ["group_id", "member_code"]
-- not_null = ["group_id", "group_title", "is_synthetic", "data_as_of"]
-- ranges = { year = { min = 1990, max = 2100 } }
select
    group_id,
    group_title,
    member_code,
    similar_to_code,
    year,
    is_synthetic,
    coalesce(make_date(year::integer, 12, 31), content_as_of) as data_as_of
from parsed.kolada_groups
qualify rank() over (partition by group_id order by observed_at desc, snapshot desc) = 1
