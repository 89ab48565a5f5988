-- title = "Anmälda brott per område och år, som Brå räknar dem"
-- key = ["area_code", "offence", "year"]
-- not_null = ["area_code", "offence", "year", "origin", "status", "is_provisional", "is_effort_driven", "is_synthetic", "data_as_of"]
-- accepted = { status = ["ok", "not_reported", "no_denominator"], origin = ["database", "yearly_file"] }
-- ranges = { reported = { min = 0 } }
-- [columns]
-- area_code = "Områdets kod: kommun, län eller riket"
-- offence = "Brottstyp ur granskad lista"
-- year = "År då brotten anmäldes, inte då de begicks"
-- reported = "Antal anmälda brott"
-- inhabitants = "Invånare 31 december samma år; Brå själv delar med dem året före, så Brås avrundade tal skiljer sig"
-- origin = "database: Brås databas; yearly_file: Brås årliga fil med alla brott, där databasen inget har"
-- status = "ok, not_reported där Brå inte ger någon uppgift, no_denominator där folkmängden saknas"
-- is_provisional = "Preliminär uppgift, som Brå ännu ändrar"
-- focus_area = "Fokusområde som brottstypen hör till"
-- is_effort_driven = "Ingripandebrott: antalet följer polisens insatser"
-- is_inferred_population = "Nämnaren är härledd ur andra publicerade tal"
-- figure_flags = "Märkningar av uppgiften, åtskilda av komma: revised, corrected"
-- is_synthetic = "Konstruerade exempeldata"
-- data_as_of = "Sista dag som uppgiften talar om"
with delivered as (
    select area_code, offence, period::integer as year, reported, is_provisional, 'database' as origin, figure_flags, is_synthetic, data_as_of
    from staging.reported_offences
    where period_type = 'year'
    union all
    select area_code, 'all_offences', year, reported, false, 'yearly_file', figure_flags, is_synthetic, data_as_of
    from staging.reported_offences_yearly
),

chosen as (
    select *
    from delivered
    qualify row_number() over (partition by area_code, offence, year order by (reported is null), origin) = 1
)

select
    chosen.area_code,
    chosen.offence,
    chosen.year,
    chosen.reported,
    population.inhabitants,
    chosen.origin,
    case
        when chosen.reported is null then 'not_reported'
        when population.inhabitants is null then 'no_denominator'
        else 'ok'
    end as status,
    chosen.is_provisional,
    listed.focus_area,
    listed.is_effort_driven::boolean as is_effort_driven,
    coalesce(population.is_inferred, false) as is_inferred_population,
    chosen.figure_flags,
    chosen.is_synthetic or coalesce(population.is_synthetic, false) as is_synthetic,
    chosen.data_as_of
from chosen
join reference.bra_offences as listed using (offence)
left join core.population_by_area_year as population using (area_code, year)
order by chosen.area_code, chosen.offence, chosen.year
