"""The real figures of the sample, as they are published: a golden file to be reviewed as a diff."""

import os
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from flows.pipeline import build_warehouse, make_plan, read_all
from flows.settings import read_settings
from models._duckdb import connect
from models._model import all_models
from sources._strict import read_reference

GOLDEN = Path(__file__).parent / "golden" / "real_figures.csv"


def test_the_real_figures_are_those_of_the_golden_file(tmp_path: Path) -> None:
    plan = make_plan(read_settings(data=tmp_path), sample=True, now=datetime(2026, 9, 1, tzinfo=UTC))
    build_warehouse(plan, read_all(plan), "golden", lambda _: None)
    with connect(tmp_path / "warehouse.duckdb", read_only=True) as con:
        figures = con.sql(
            "select indicator, area_code, period, breakdown, category, numerator, denominator, respondents, "
            "round(value, 3) as value, round(lower_confidence_limit, 3) as lower, "
            "round(upper_confidence_limit, 3) as upper, method, status, flags from output.indicators "
            "where not is_synthetic order by all"
        ).pl()
    found = figures.write_csv()
    if os.environ.get("GOLDEN") == "rewrite":
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(found, encoding="utf-8")
    assert found == GOLDEN.read_text(encoding="utf-8")


def test_indicators_judge_kpis_as_the_reviewed_list_does() -> None:
    reviewed = {row["kpi"]: row for row in read_reference("kolada_kpis").iter_rows(named=True)}
    compared = 0
    for model in all_models():
        kpi = model.query.rsplit("kpi = '", 1)[-1].rstrip("'")
        if model.indicator and kpi in reviewed:
            assert model.indicator.polarity == reviewed[kpi]["polarity"], model.name
            assert model.indicator.focus_area == reviewed[kpi]["focus_area"], model.name
            assert ("overlapping" in model.indicator.flags) == (reviewed[kpi]["is_overlapping"] == "true"), model.name
            assert ("effort_driven" in model.indicator.flags) == (reviewed[kpi]["is_effort_driven"] == "true")
            compared += 1
    assert compared >= 15
    assert pl.Series(list(reviewed)).is_unique().all()
