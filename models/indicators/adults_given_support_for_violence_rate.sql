-- title = "Vuxna som fått insats av socialtjänsten för våld i nära relation per 10 000 vuxna"
-- title_en = "Adults given support by social services for violence in close relationships per 10 000 adults"
-- definition = "Vuxna som fått minst en insats av individ- och familjeomsorgen för utsatthet för våld i nära relation eller hedersrelaterat våld ett år, delat med vuxna invånare."
-- focus_area = "overall_crime"
-- basis = "registered"
-- kind = "published"
-- method = "published"
-- unit = "per 10 000 vuxna"
-- polarity = "none"
-- period_type = "year"
-- notes = ["Fler insatser kan betyda mer stöd; bedöms därför inte."]
select
    area_code,
    year::varchar as period,
    breakdown,
    category,
    value,
    margin,
    status,
    figure_flags as flags,
    is_synthetic,
    data_as_of
from core.published_values_by_area_year
where kpi = 'U30751'
