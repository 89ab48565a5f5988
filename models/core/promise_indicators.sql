-- title = "Indikatorer som ett löfte låter vänta sig något av; kopplingen är gjord här"
-- key = ["promise", "indicator"]
-- not_null = ["promise", "indicator", "expected_direction"]
-- accepted = { expected_direction = ["lower", "higher", "none"] }
-- [columns]
-- promise = "Löftets id"
-- indicator = "Indikatorns id"
-- expected_direction = "Vad löftet låter vänta: lower (lägre), higher (högre) eller none (visas, men bedöms inte)"
select promise, indicator, expected_direction
from reference.promise_indicators
order by promise, indicator
