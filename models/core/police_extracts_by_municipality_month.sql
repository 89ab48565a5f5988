-- title = "Polisens uttag per kommun, månad och kod; saknad rad är inga eller inget uttag. Fyra enheter, som aldrig summeras"
-- key = ["municipality_code", "month", "counted_unit", "code", "title"]
-- not_null = ["municipality_code", "month", "counted_unit", "code", "title", "role", "concerns", "number", "is_whole_year", "is_synthetic", "data_as_of"]
-- ranges = { number = { min = 0 } }
-- accepted = { counted_unit = ["events", "interventions", "offences", "reports"] }
-- [columns]
-- municipality_code = "Kommunkod; rader utan kommun räknas inte här"
-- month = "Månadens första dag"
-- counted_unit = "Vad som räknas: events (händelserapporter, HR), offences (anmälda brott), reports (anmälningar) eller interventions (ingripanden)"
-- code = "Kod ur polisens register, tom om uttaget saknar kod"
-- title = "Kodens text enligt granskad lista, annars uttagets"
-- focus_area = "Fokusområde enligt granskad lista"
-- role = "activity (polisens egen insats, bedöms aldrig) eller unreviewed"
-- concerns = "Vad raden handlar om: enligt granskad lista, annars children; bara things och places finns i en utgåva"
-- number = "Antal av enheten"
-- is_whole_year = "Uttaget har rader av koden i årets alla tolv månader"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
with covered as (
    select snapshot, unit, coalesce(code, '') as code, year(month) as year
    from staging.police_extracts_by_snapshot
    group by all
    having count(distinct month) = 12
),

counts as (
    select *
    from staging.police_extracts_by_snapshot
    where municipality_code is not null
)

select
    counts.municipality_code,
    counts.month,
    counts.unit as counted_unit,
    coalesce(counts.code, '') as code,
    coalesce(codes.title, counts.code_text) as title,
    nullif(codes.focus_area, '') as focus_area,
    coalesce(codes.role, case when counts.unit = 'interventions' then 'activity' else 'unreviewed' end) as role,
    coalesce(codes.concerns, 'children') as concerns,
    sum(counts.counted)::bigint as number,
    bool_and(covered.year is not null) as is_whole_year,
    bool_or(counts.is_synthetic) as is_synthetic,
    max(counts.data_as_of) as data_as_of
from counts
left join covered
    on covered.snapshot = counts.snapshot
    and covered.unit = counts.unit
    and covered.code = coalesce(counts.code, '')
    and covered.year = year(counts.month)
left join reference.police_extract_codes as codes
    on codes.unit = counts.unit
    and codes.code = counts.code
group by all
order by counts.municipality_code, counts.month, counted_unit, code, title
