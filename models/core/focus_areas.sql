-- title = "Fokusområden, i rapportens ordning"
-- key = ["focus_area"]
-- not_null = ["focus_area", "title", "title_en", "sort_order"]
-- at_least = 7
-- [columns]
-- focus_area = "Fokusområdets id"
-- title = "Namn på svenska"
-- title_en = "Namn på engelska"
-- sort_order = "Ordning i rapporten"
select
    focus_area,
    title,
    title_en,
    sort_order::integer as sort_order
from reference.focus_areas
order by sort_order
