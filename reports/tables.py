"""Writes the tables of a release: one DuckDB file, and each output table as Parquet and as two kinds of CSV."""

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from models._duckdb import connect, quote
from models._model import Model
from reports._columns import column_texts, table_texts

HEADINGS: Mapping[str, str] = {
    "indicator": "indikator_id",
    "title": "namn",
    "title_en": "namn_engelska",
    "definition": "definition",
    "notes": "anmarkningar",
    "basis": "slag_av_kalla",
    "is_consequence": "konsekvens",
    "focus_area": "fokusomrade",
    "area_type": "omradestyp",
    "area_code": "omradeskod",
    "area": "omrade",
    "period": "period",
    "period_type": "periodtyp",
    "period_start": "period_start",
    "period_end": "period_slut",
    "breakdown": "uppdelning",
    "category": "grupp",
    "value": "varde",
    "lower_confidence_limit": "nedre_grans",
    "upper_confidence_limit": "ovre_grans",
    "confidence": "konfidensgrad",
    "numerator": "taljare",
    "denominator": "namnare",
    "respondents": "antal_svarande",
    "response_rate": "svarsfrekvens",
    "unit": "enhet",
    "method": "metod",
    "dispersion": "overspridning",
    "polarity": "riktning",
    "status": "status",
    "flags": "markningar",
    "is_synthetic": "konstruerade_exempeldata",
    "sources": "kallor",
    "data_as_of": "uppgifter_till_och_med",
    "release": "utgava",
    "source": "kalla",
    "publisher": "utgivare",
    "homepage": "webbsida",
    "licence": "villkor",
    "attribution": "kallangivelse",
    "attribution_processed": "kallangivelse_bearbetad",
    "cadence": "takt",
    "disclosure": "skydd",
    "breaks": "tidsseriebrott",
    "rows_read": "lasta_rader",
    "rows_loaded": "inlasta_rader",
    "rows_quarantined": "underkanda_rader",
    "rows_duplicate": "dubbletter",
    "observed_at": "hamtad",
    "expected_by": "nyare_vantas_senast",
    "is_late": "forsenad",
    "message": "meddelande",
    "snapshot": "ogonblicksbild",
    "row_number": "radnummer",
    "column_name": "kolumn",
    "rule": "regel",
    "benchmark_type": "jamfors_med",
    "benchmark_code": "jamforelsens_kod",
    "benchmark": "jamforelsens_namn",
    "benchmark_period": "jamforelsens_period",
    "benchmark_value": "jamforelsens_varde",
    "measure": "matt",
    "effect": "kvot_eller_skillnad",
    "effect_lower": "skillnad_nedre_grans",
    "effect_upper": "skillnad_ovre_grans",
    "percent_change": "forandring_procent",
    "smallest_detectable_fall": "minsta_synliga_minskning_procent",
    "smallest_detectable_rise": "minsta_synliga_okning_procent",
    "design": "jamforelsesatt",
    "p": "p_varde",
    "p_adjusted": "p_varde_justerat",
    "tests": "antal_matt_i_justeringen",
    "events_during": "antal_under_loftet",
    "events_before": "antal_fore",
    "compared_during": "jamforelsens_antal_under_loftet",
    "compared_before": "jamforelsens_antal_fore",
    "compared_with": "jamforelsekommuner",
    "compared_places": "antal_jamforelsekommuner",
    "earlier_effect": "kvot_aren_dessforinnan",
    "earlier_lower": "kvot_aren_dessforinnan_nedre_grans",
    "earlier_upper": "kvot_aren_dessforinnan_ovre_grans",
    "placebo_rank": "plats_bland_jamforelsekommuner",
    "placebos": "antal_andra_som_rangordnas",
    "rule_changes": "andrade_regler_i_landet",
    "result": "utfall",
    "judgement": "bedomning",
    "reason": "skal",
    "period_from": "forsta_ar",
    "period_to": "sista_ar",
    "statistic": "testvarde",
    "rank": "plats",
    "best": "basta_plats",
    "worst": "samsta_plats",
    "of": "antal_rangordnade",
    "funnel_position": "lage_mot_alla_andra",
    "month": "manad",
    "events": "antal_handelser",
    "expected": "vantat_antal",
    "expected_lower": "vantat_minst",
    "expected_upper": "vantat_hogst",
    "years": "antal_tidigare_ar",
    "seasons": "arstider",
    "figures_by_chance": "antal_avvikande_av_slump",
    "aspect": "fraga",
    "text": "bedomning_i_ord",
    "grounds": "underlag",
    "figures_better": "antal_battre",
    "figures_worse": "antal_samre",
    "figures_similar": "antal_utan_skillnad",
    "figures_not_judged": "antal_ej_bedomda",
    "number": "nummer",
    "action": "atgard",
    "place": "plats_namn",
    "responsible": "ansvarig_funktion",
    "decided_date": "beslutad",
    "due_date": "klart_senast",
    "done_date": "klart",
    "quantity_promised": "antal_lovat",
    "quantity_done": "antal_gjort",
    "quantity_unit": "antal_enhet",
    "cost_kr": "kostnad_kr",
    "series": "serie",
    "kind": "slag_av_andring",
    "old_value": "varde_fore",
    "new_value": "varde_efter",
    "old_status": "status_fore",
    "new_status": "status_efter",
    "last_seen_at": "forra_sags_senast",
    "first_seen_at": "nya_sags_forst",
    "indicators": "indikatorer",
    "provider": "uppgiftslamnare",
    "promise": "lofte_id",
    "agreement": "overenskommelse_id",
    "agreement_title": "overenskommelse",
    "promise_number": "lofte",
    "promised_by": "lovat_av",
    "promise_title": "lofte_i_korthet",
    "wording": "lofte_med_egna_ord",
    "focus_areas": "fokusomraden",
    "is_minimum": "minst",
    "measures_done": "antal_klara_atgarder",
    "quantity_done_so_far": "antal_gjort_hittills",
    "places": "platser_i_loftet",
    "places_reached": "antal_platser_natt",
    "people_reached": "antal_deltagare",
    "municipalities": "antal_kommuner",
    "municipalities_reporting": "antal_kommuner_som_rapporterat",
    "kept": "uppfyllt",
    "measurable_wording": "sa_kan_det_matas",
    "baseline_period": "tiden_fore",
    "baseline_promises": "loften_under_tiden_fore",
    "promise_source": "loftets_kalla",
    "promise_url": "loftets_adress",
    "promise_source_date": "loftets_kalla_dag",
    "inferred": "harlett_har",
    "note": "anmarkning",
    "expected_direction": "vantad_riktning",
    "outcome": "utfall_mot_det_vantade",
    "reporters": "antal_rapporterande",
    "years_back": "antal_ar_tillbaka",
    "known_periods": "antal_kanda_perioder",
    "tail_probability": "sannolikhet_av_slump",
    "tail": "grans_for_sannolikhet",
    "rise_tail": "grans_for_okning",
    "events_since": "antal_sedan",
    "expected_since": "vantat_sedan",
    "same_last_year": "samma_tid_i_fjol",
    "is_high": "fler_an_vantat",
    "is_rise": "okning_over_flera_veckor",
    "risen_since": "okning_sedan",
    "signal": "avvikelse_id",
    "first_period": "forsta_period",
    "latest_period": "senaste_period",
    "since": "sedan",
    "is_newest": "galler_senaste_perioden",
    "answer": "svar",
    "is_useful": "till_nytta",
    "answered_date": "besvarad",
    "profile": "slag_av_profil",
    "slot": "manad_veckodag_eller_timme",
    "season_p_adjusted": "arstidens_justerade_sannolikhet",
    "season_peak": "arstidens_topp_manad",
    "events_without_time": "antal_utan_klockslag",
    "months_with_events": "antal_manader_med_handelser",
    "share": "andel",
    "expected_share": "andel_om_alla_lika",
    "is_recurrent": "aterkommande_plats",
    "busiest_places": "platser_med_flest",
    "busiest_number": "antal_platser_med_flest",
    "places_number": "antal_namngivna_platser",
    "events_at_busiest": "antal_dar",
    "events_elsewhere": "antal_utan_namngiven_plats",
    "share_lower": "andel_nedre_grans",
    "share_upper": "andel_ovre_grans",
    "chosen_start": "platserna_valda_fran",
    "chosen_end": "platserna_valda_till",
}
# Text before which a cell gets an apostrophe. First what a spreadsheet would run: a minus alone is a placeholder, and
# one before figures only a number. Then what a Swedish Excel would show as something else, a number or a day: 0114,
# 2011/12, 7-9, 12:30, 12e5; a month, 2025-08, becomes a day too, but the right one.
GUARDED = re.compile(
    r"^\s*[=+@＝＋－＠]|^\s*-(?s:.*)[^\d\s,.]|^[\t\r\n]"
    r"|^0\d+$|^\d{16,}$|^\d+[eE][+-]?\d+$|^\d{1,2}:\d\d|^\d{1,2}[-/.]\d{1,2}(?:[-/.]\d{2,4})?$"
    r"|^\d{4}/(?:0?[1-9]|1[0-2])$"
)
_ORDER = re.compile(r"\border by ([a-z_]+(?:,\s*[a-z_]+)*)\s*$")
# One indicator of every municipality lies in one or two groups, and a query for it reads no others.
_ROWS_PER_GROUP = 32_768


def write_tables(
    folder: Path, warehouse: Path, models: Sequence[Model], *, schema: str, personal: Collection[str] = ()
) -> None:
    """Write `lagesbild.duckdb` with `models`, and every output table as `<table>.parquet`, `.csv` and `_sv.csv`.

    `schema` names where in the warehouse the output tables come from (output or public); in the release they are
    always in schema `output`. Of a `personal` table only what concerns things and places is written, where a column
    `concerns` says which rows do, and otherwise nothing. Every file is in total order and the same bytes
    for the same warehouse, except the database file, which is the same table by table.
    """
    folder.mkdir(parents=True)
    wanted = [model for model in models if model.table not in personal or "concerns" in model.columns]
    con = connect(folder / "lagesbild.duckdb", folders=(folder, warehouse.parent))
    try:
        con.execute("begin")
        con.execute(f"attach {quote(str(warehouse))} as warehouse (read_only)")
        for name in sorted({model.schema for model in wanted}):
            con.execute(f"create schema {name}")
        for model in wanted:
            origin = schema if model.schema == "output" else model.schema
            impersonal = "where concerns in ('things', 'places')" if model.table in personal else ""
            con.execute(f"create table {model.table} as from warehouse.{origin}.{model.name} {impersonal}")
            con.execute(f"comment on table {model.table} is {quote(model.title)}")
            for column, text in model.columns.items():
                con.execute(f'comment on column {model.table}."{column}" is {quote(text)}')
        con.execute("commit")
        con.execute("detach warehouse")
        # An empty table has no row to carry the release's id.
        [(release,)] = con.sql("select max(release) from output.sources").fetchall()
        for model in wanted:
            if model.schema == "output":
                table = con.sql(f"from {model.table}").to_arrow_table()
                write_parquet(folder / f"{model.name}.parquet", table, model, release=str(release))
                frame = pl.DataFrame(table)
                # Instants as XML Schema and Table Schema write them; they are UTC.
                frame.write_csv(folder / f"{model.name}.csv", datetime_format="%Y-%m-%dT%H:%M:%SZ")
                write_swedish(folder / f"{model.name}_sv.csv", swedish(frame))
        con.execute("checkpoint")
    finally:
        con.close()


def write_parquet(path: Path, table: pa.Table, model: Model, *, release: str) -> None:
    """Write a table as Parquet that says what it is: per column its title in Swedish and English and its unit.

    The texts are metadata of the fields of the Arrow schema (`pyarrow.parquet.read_schema(path).field(name).metadata`)
    and, for the table and the release, of the file. Rows keep their order, which is that of the model's `order by` and
    is declared in each row group, so that a reader can pass over the groups it does not need.
    """
    fields = [each.with_metadata(dict(column_texts(model, each.name))) for each in table.schema]
    described = table.cast(pa.schema(fields, metadata={"release": release, **table_texts(model)}))
    order = _ORDER.search(model.query)
    pq.write_table(
        described,
        path,
        compression="zstd",
        compression_level=3,
        row_group_size=_ROWS_PER_GROUP,
        write_page_index=True,
        sorting_columns=[
            pq.SortingColumn(table.schema.get_field_index(name))
            for name in re.findall("[a-z_]+", order[1] if order else "")
        ],
    )


def write_swedish(path: Path, cells: pl.DataFrame) -> None:
    """Write `excel_cells` as the CSV file that a Swedish Excel opens by a double click: BOM, semicolons, CRLF."""
    cells.write_csv(path, separator=";", include_bom=True, line_terminator="\r\n")


def swedish(frame: pl.DataFrame) -> pl.DataFrame:
    """An output table as `excel_cells`, with Swedish headings without å ä ö."""
    return excel_cells(frame).rename({name: HEADINGS[name] for name in frame.columns})


def excel_cells(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame as a Swedish Excel reads it: decimal comma, ja and nej, time of day in Sweden, text that stays text.

    Text that would be run as a formula, or taken for a number or a day that it is not, gets an apostrophe before it.
    Numbers, negative ones too and those in a column of text, stay numbers.
    """
    cells = []
    for name, dtype in frame.schema.items():
        cell = pl.col(name)
        if dtype.is_float():
            cell = cell.cast(pl.String).str.replace(r"\.0$", "").str.replace(".", ",", literal=True)
        elif dtype == pl.Boolean:
            cell = pl.when(cell).then(pl.lit("ja")).when(~cell).then(pl.lit("nej"))
        elif isinstance(dtype, pl.Datetime):
            cell = cell.dt.convert_time_zone("Europe/Stockholm").dt.strftime("%Y-%m-%d %H:%M")
        elif dtype == pl.String:
            cell = cell.str.replace(GUARDED.pattern, "'${0}")
        cells.append(cell.alias(name))
    return frame.select(cells)
