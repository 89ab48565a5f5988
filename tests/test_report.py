"""The report as a document: its order, what is new in it, and the figures that stand beside what it shows."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from reports._decision import Decision
from reports._document import Bullets, Document, Paragraph, Section
from reports._facts import PageMeta, Release, facts_of, release_of
from reports._overview import news
from reports._own_texts import OwnTexts
from reports._printed import charts_of, every_block
from reports._report import report_of
from sources._strict import read_reference

TABLES = (
    *("indicators", "definitions", "sources", "quarantine", "comparisons", "changes", "trends", "ranks", "months"),
    *("judgements", "measures", "promises", "promise_outcomes", "promise_effects", "revisions"),
    *("profiles", "places", "concentration"),
)


@pytest.fixture(scope="module")
def folder(sample_data: Path) -> Path:
    return (sample_data / "output" / "latest").resolve() / "public"


@pytest.fixture(scope="module")
def release(folder: Path) -> Release:
    return release_of(
        {name: pl.read_parquet(folder / f"{name}.parquet") for name in TABLES},
        focus_areas=read_reference("focus_areas"),
        key_figures=read_reference("key_figures"),
        members={"sodra_fyrbodal": ["1415", "1419", "1421"]},
        meta=PageMeta(release="r", as_of=date(2026, 8, 7), audience="public", version="1", is_synthetic=True),
    )


@pytest.fixture(scope="module")
def report(release: Release) -> Document:
    return document(release)


def document(release: Release, code: str = "1415") -> Document:
    area = next(each for each in release.areas if each.code == code)
    own = OwnTexts(area_code=code, texts={}, decision=Decision(), problems=())
    return report_of(facts_of(area, release), own, {})


def test_the_report_stands_in_the_order_of_the_law(report: Document) -> None:
    assert [each.id for each in report.sections] == [
        *("laget", "brottsligheten", "vem-drabbas"),
        *("youth_mental_health", "perceived_safety", "alcohol_and_drug_attitudes"),
        *("drug_dealing", "reckless_driving", "vandalism"),
        *("platser-och-tider", "jamforelse", "samlad-analys", "atgarder", "loften", "cykel", "kallor", "ord"),
        *("loften-bilaga", "loften-jamforelser", "metoder", "tabeller"),
    ]


def test_what_nobody_has_written_is_said_to_be_missing(report: Document) -> None:
    said = [each.text for section in report.sections for each in flat(section) if isinstance(each, Paragraph)]
    assert said.count("Analys saknas.") >= 7  # the situation, the whole, the six focus areas
    assert report.is_draft


def flat(section: Section) -> list[object]:
    return list(every_block(section.blocks))


def test_every_chart_has_a_finding_words_in_its_place_a_table_and_a_file(folder: Path, report: Document) -> None:
    charts = charts_of(report)
    assert len(charts) >= 12
    assert len({each.id for each in charts}) == len(charts)
    for each in charts:
        assert 10 < len(each.finding) <= 120, each.id
        assert len(each.alternative) > 60
        assert len(each.table.rows) >= 2
        assert each.table.download is not None
        file = folder / "report" / "data" / f"{each.table.download.name}.csv"
        heading, *lines = file.read_text(encoding="utf-8-sig").splitlines()
        assert {"omrade", "utgava"} <= set(heading.split(";"))
        assert len(lines) >= len(each.table.rows)
    assert not re.search(r"drastisk|signifikant|konfidensintervall", str(report.sections[:-2]))


def news_of(release: Release, previous: pl.DataFrame | None) -> Sequence[str]:
    area = next(each for each in release.areas if each.code == "1415")
    told: list[str] = []
    for each in news(facts_of(area, replace(release, previous=previous, _parts={}))):
        told += each.items if isinstance(each, Bullets) else [each.text] if isinstance(each, Paragraph) else []
    return told


def test_the_news_are_the_figures_that_have_come_or_changed(release: Release) -> None:
    indicators = release.tables["indicators"]
    assert news_of(release, None) == ["Det här är den första rapporten; det finns ingen att jämföra med."]
    assert news_of(release, indicators) == ["Inga siffror har ändrats eller tillkommit."]
    # A figure that differs only in how it was computed is no news.
    assert news_of(release, indicators.with_columns(pl.col("value") * (1 + 1e-13))) == [
        "Inga siffror har ändrats eller tillkommit."
    ]
    own = (pl.col("area_code") == "1415") & (pl.col("indicator") == "reported_vandalism_rate")
    earlier = indicators.filter(~(own & (pl.col("period") == "2023"))).with_columns(
        value=pl.when(own & (pl.col("period") == "2019")).then(pl.col("value") + 37.0).otherwise("value")
    )
    new, changed = news_of(release, earlier)
    assert new.startswith("Ny period: Anmäld skadegörelse, 2023: 621")
    assert changed.startswith("Ändrad siffra: Anmäld skadegörelse, 2019: 851")
    assert changed.endswith("förut 888,5")


def test_a_figure_that_was_hidden_before_is_not_told_as_changed(release: Release) -> None:
    own = (pl.col("area_code") == "1415") & (pl.col("indicator") == "reported_vandalism_rate")
    hidden = pl.when(own & (pl.col("period") == "2019")).then(pl.lit("suppressed")).otherwise("status")
    assert news_of(release, release.tables["indicators"].with_columns(status=hidden)) == [
        "Inga siffror har ändrats eller tillkommit."
    ]
