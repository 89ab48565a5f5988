-- title = "Granskade nyckeltal så som Kolada senast beskrev dem"
-- key = ["kpi"]
-- not_null = ["kpi", "title", "title_check", "is_stopped"]
-- accepted = { title_check = ["same", "blanks_differ", "changed"], area_type = ["K", "L", "A"] }
select
    kpi,
    title,
    description,
    is_by_sex,
    area_type,
    publication_date,
    publication_year,
    title_check,
    title_check = 'changed' as is_stopped,
    observed_at
from parsed.kolada_kpis
where title_check <> 'not_reviewed'
qualify row_number() over (partition by kpi order by observed_at desc, snapshot desc) = 1
