-- title = "Kontrollköp där legitimation inte begärdes"
-- title_en = "Control purchases where no identification was asked for"
-- definition = "Andel av årets kontrollköp av folköl, tobak, nikotin och energidryck där säljaren inte begärde legitimation."
-- focus_area = "alcohol_and_drug_attitudes"
-- basis = "own_services"
-- kind = "microdata"
-- method = "proportion"
-- per = 100
-- unit = "procent"
-- polarity = "low_is_good"
-- notes = ["Antal svarande är här antal kontrollköp. Få köp ger ett brett osäkerhetsintervall.", "Butikerna väljs av tillsynen, inte av slumpen."]
select
    municipality_code,
    period,
    value as numerator,
    out_of as denominator,
    out_of as effective_n,
    out_of as respondents,
    value as answered_yes,
    is_synthetic,
    data_as_of
from core.service_sums_by_municipality_period
where measure = 'control_purchases_without_id' and period_type = 'year'
