-- title = "Kommunens plats bland alla kommuner, med osäkerhet"
-- key = ["indicator", "area_code"]
-- not_null = ["indicator", "area_code", "area", "period", "rank", "best", "worst", "of", "release"]
-- [columns]
-- indicator = "Indikatorns id"
-- area_code = "Områdets kod"
-- area = "Områdets namn"
-- period = "Period"
-- rank = "Plats; 1 är lägsta värdet"
-- best = "Lägsta plats som osäkerheten medger"
-- worst = "Högsta plats som osäkerheten medger"
-- of = "Antal kommuner som rangordnas"
-- release = "Utgåvans id"
select
    indicator,
    area_code,
    area,
    period,
    rank,
    best,
    worst,
    of,
    release
from estimates.ranks
cross join parsed.run
order by indicator, area_code
