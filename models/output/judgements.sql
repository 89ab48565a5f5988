-- title = "Fem bedömningar per kommun och fokusområde, var och en med sina grunder och utan summa"
-- key = ["area_code", "focus_area", "aspect"]
-- not_null = ["area_type", "area_code", "area", "focus_area", "aspect", "judgement", "text", "grounds", "figures_better", "figures_worse", "figures_similar", "figures_not_judged", "figures_by_chance", "release"]
-- [accepted]
-- aspect = ["extent", "development", "comparison", "concern", "consequence"]
-- judgement = ["better", "worse", "similar", "mixed", "not_judged"]
-- [columns]
-- area_type = "Slag av område"
-- area_code = "Områdets kod"
-- area = "Områdets namn"
-- focus_area = "Fokusområde"
-- aspect = "extent (omfattning), development (utveckling), comparison (jämförelse), concern (oro), consequence (konsekvens)"
-- judgement = "better, worse, similar, mixed (olika mått pekar åt olika håll) eller not_judged"
-- text = "Bedömningen i ord"
-- grounds = "Indikatorerna som den vilar på, åtskilda av komma"
-- figures_better = "Antal mått som är bättre"
-- figures_worse = "Antal mått som är sämre"
-- figures_similar = "Antal mått där skillnaden ryms i slumpen"
-- figures_not_judged = "Antal mått som inte går att bedöma"
-- figures_by_chance = "Antal mått som ungefär skulle kallas bättre eller sämre av slump även om inget skilde: vart tjugonde"
-- release = "Utgåvans id"
select
    area_type,
    area_code,
    area,
    focus_area,
    aspect,
    judgement,
    text,
    grounds,
    figures_better,
    figures_worse,
    figures_similar,
    figures_not_judged,
    figures_by_chance,
    release
from estimates.judgements
cross join parsed.run
order by area_code, focus_area, aspect
