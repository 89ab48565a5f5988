-- title = "Indikatorer som ett löfte låter vänta sig något av; kopplingen är gjord här"
-- key = ["promise", "indicator"]
-- not_null = ["promise", "indicator", "expected_direction"]
-- accepted = { expected_direction = ["lower", "higher", "none"] }
-- ranges = { smallest_hoped_pct = { min = 1, max = 100 } }
-- [columns]
-- promise = "Löftets id"
-- indicator = "Indikatorns id"
-- expected_direction = "Vad löftet låter vänta: lower (lägre), higher (högre) eller none (visas, men bedöms inte)"
-- smallest_hoped_pct = "Förändring i procent som det är rimligt att hoppas på; hade inte ens den synts sägs inget om måttet"
select promise, indicator, expected_direction, smallest_hoped_pct
from reference.promise_indicators
order by promise, indicator
