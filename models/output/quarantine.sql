-- title = "Underkända rader: var de står och vilken regel de bröt, aldrig vad de innehöll"
-- not_null = ["source", "snapshot", "row_number", "column_name", "rule", "release"]
-- [columns]
-- source = "Källans id"
-- snapshot = "Ögonblicksbildens kontrollsumma"
-- row_number = "Radens nummer i filen; första dataraden är 1"
-- column_name = "Kolumn"
-- rule = "Regel som bröts"
-- release = "Utgåvans id"
select
    source,
    snapshot,
    row_number,
    column_name,
    rule,
    release
from parsed.refusals
cross join parsed.run
order by source, snapshot, row_number, column_name
