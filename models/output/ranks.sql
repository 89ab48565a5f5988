-- title = "Kommunens plats bland alla kommuner, med osäkerhet"
-- key = ["indicator", "area_code"]
-- not_null = ["indicator", "area_code", "area", "period", "rank", "best", "worst", "of", "release"]
-- ranges = { funnel_position = { min = -2, max = 2 } }
-- [columns]
-- indicator = "Indikatorns id"
-- area_code = "Områdets kod"
-- area = "Områdets namn"
-- period = "Period"
-- rank = "Plats; 1 är lägsta värdet"
-- best = "Lägsta plats som osäkerheten medger"
-- worst = "Högsta plats som osäkerheten medger"
-- of = "Antal kommuner som rangordnas"
-- funnel_position = "Läge mot alla andra kommuner tillsammans, där storstäderna väger tyngst: 0 ryms i slumpen för en kommun av den storleken, ±1 ligger utanför 95 procent, ±2 utanför 99,8 procent; bara för antal"
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
    funnel_position,
    release
from estimates.ranks
cross join parsed.run
order by indicator, area_code
