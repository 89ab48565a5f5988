"""Writes the tables of a release: one DuckDB file, and each output table as Parquet and as two kinds of CSV."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import polars as pl

from models._duckdb import connect, quote
from models._model import Model

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
}
_FORMULA = r"^\s*[=+\-@＝＋－＠]|^[\t\r\n]"


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
        parquet = f"(format parquet, compression zstd, kv_metadata {{release: {quote(str(release))}}})"
        for model in wanted:
            if model.schema == "output":
                target = quote(str(folder / f"{model.name}.parquet"))
                con.execute(f"copy {model.table} to {target} {parquet}")
                frame = con.sql(f"from {model.table}").pl()
                # Instants as XML Schema and Table Schema write them; they are UTC.
                frame.write_csv(folder / f"{model.name}.csv", datetime_format="%Y-%m-%dT%H:%M:%SZ")
                swedish(frame).write_csv(
                    folder / f"{model.name}_sv.csv", separator=";", include_bom=True, line_terminator="\r\n"
                )
        con.execute("checkpoint")
    finally:
        con.close()


def swedish(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame as Swedish Excel reads it: decimal comma, ja and nej, headings without å ä ö, no cell a formula.

    Only text is guarded with an apostrophe; numbers, negative ones too, stay numbers.
    """
    cells = []
    for name, dtype in frame.schema.items():
        cell = pl.col(name)
        if dtype.is_float():
            cell = cell.cast(pl.String).str.replace(r"\.0$", "").str.replace(".", ",", literal=True)
        elif dtype == pl.Boolean:
            cell = pl.when(cell).then(pl.lit("ja")).when(~cell).then(pl.lit("nej"))
        elif dtype == pl.String:
            cell = pl.when(cell.str.contains(_FORMULA)).then(pl.concat_str(pl.lit("'"), cell)).otherwise(cell)
        cells.append(cell.alias(HEADINGS[name]))
    return frame.select(cells)
