"""Every sentence that is written in Swedish can be read in every other language, with the same values in it."""

import ast
import importlib
import re
import string
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from bench.render_all import read
from models._model import all_models
from reports._closing import shortened
from reports._decision import Decision
from reports._document import Chart, Document, Download
from reports._facts import AreaFacts, Release, facts_of
from reports._figure import figure
from reports._language import LANGUAGES, current, language, t
from reports._own_texts import OwnTexts
from reports._printed import charts_of
from reports._report import banners_of, report_of
from reports._words import NBSP, date_text, number, period_text, short_period_text, with_unit
from reports.pages import figures_page, front_page, report_page
from sources._strict import read_reference
from tests.test_pages import Reader, year

REPORTS = Path(__file__).resolve().parents[1] / "reports"
OTHERS = [code for code in LANGUAGES if code != "sv"]
# A list that sentences are taken from one by one, where `t` and `words` are given no name of it.
LISTS = ("_TERMS", "_BASES", "SYNTHETIC", "INTERNAL")


@cache
def trees() -> Mapping[str, ast.Module]:
    return {path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(REPORTS.glob("*.py"))}


def calls(*names: str) -> Iterator[tuple[str, ast.Call]]:
    """In which module each `t(…)`, or call of another name, stands."""
    for module, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in (names or ("t",)):
                yield module, node


def texts_in(value: object) -> Iterator[str]:
    """The sentences of a closed list: the values of a mapping, all of a tuple."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from texts_in([*value.values()])
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from texts_in(each)


def sentences() -> dict[str, str]:
    """Every sentence that may be asked for by `t`, and where: written there, in a template, in a list, or in data."""
    found = {str(node.args[0].value): module for module, node in calls() if isinstance(node.args[0], ast.Constant)}
    for path in sorted((REPORTS / "templates").glob("*.*")):
        found |= dict.fromkeys(re.findall(r'\bt\("([^"]+)"', path.read_text(encoding="utf-8")), path.name)
    for module, node in calls("t", "words"):
        named = {each.id for given in node.args for each in ast.walk(given) if isinstance(each, ast.Name)}
        upper = {name for name in named if name.isupper()}
        if upper:
            held = vars(importlib.import_module(f"reports.{module}"))
            found |= {text: module for name in upper for text in texts_in(held[name])}
        # A list within a function is written just above the call that takes from it.
        if node.func.id == "words":  # type: ignore[attr-defined]
            found |= {
                text: module
                for each in ast.walk(trees()[module])
                if isinstance(each, ast.Assign)
                and isinstance(each.value, ast.Dict)
                and {target.id for target in each.targets if isinstance(target, ast.Name)} & named - upper
                if all(isinstance(value, ast.Constant) for value in each.value.values)
                for text in texts_in(ast.literal_eval(each.value))
            }
    for module in ("_closing", "_focus_page", "_words", "_report"):
        held = vars(importlib.import_module(f"reports.{module}"))
        found |= {text: module for name in LISTS if name in held for text in texts_in(held[name])}
    found |= {model.indicator.unit: model.name for model in all_models() if model.indicator}
    found |= dict.fromkeys(read_reference("focus_areas")["title"], "focus_areas.csv")
    found |= dict.fromkeys(read_reference("measure_units")["unit"], "measure_units.csv")
    return {text: where for text, where in found.items() if text}


def translated(code: str) -> dict[str, str]:
    return tomllib.loads((REPORTS / "languages" / f"{code}.toml").read_text(encoding="utf-8"))


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_is_translated(code: str) -> None:
    known = translated(code)
    assert {text: where for text, where in sentences().items() if text not in known} == {}


def test_no_sentence_is_put_together_before_it_is_translated() -> None:
    made = (ast.JoinedStr, ast.BinOp)
    assert [(where, node.lineno) for where, node in calls() if isinstance(node.args[0], made)] == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_holds_the_same_values(code: str) -> None:
    differing = {sv: other for sv, other in translated(code).items() if placeholders(sv) != placeholders(other)}
    assert differing == {}


@pytest.mark.parametrize("code", OTHERS)
def test_no_translation_is_of_a_sentence_nobody_writes(code: str) -> None:
    """A sentence that is changed in the code leaves its old translation behind: it is to be thrown away."""
    written = set(sentences())
    for tree in trees().values():
        written |= {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    assert [text for text in translated(code) if text not in written] == []


def test_focus_areas_have_their_official_english_names() -> None:
    known = translated("en")
    titles = read_reference("focus_areas").select("title", "title_en").iter_rows()
    assert [(sv, known[sv], en) for sv, en in titles if known[sv] != en] == []


def test_the_language_is_that_of_the_innermost_block() -> None:
    assert current() == "sv"
    with language("en"):
        assert t("uppgift saknas") == "no figure is available"
        with language("sv"):
            assert t("uppgift saknas") == "uppgift saknas"
        assert current() == "en"
    assert current() == "sv"


def test_a_sentence_without_translation_names_itself() -> None:
    with (
        language("en"),
        pytest.raises(ValueError, match=r"en\.toml: a sentence is missing: 'Ingen har skrivit detta\.'"),
    ):
        t("Ingen har skrivit detta.")


def test_numbers_and_periods_are_written_as_in_the_language() -> None:
    quarter = {
        "period": "2024-K3",
        "period_type": "quarter",
        "period_start": date(2024, 7, 1),
        "period_end": date(2024, 9, 30),
    }
    unit = "per 100 000 invånare"
    assert number(-1234567.8, 1) == f"−1{NBSP}234{NBSP}567,8"
    assert with_unit("47", "procent") == f"47{NBSP}%"
    assert with_unit("851", unit) == f"851 per 100{NBSP}000 invånare"
    assert short_period_text(quarter) == "kv 3 2024"
    assert figure(year(2019)).count_of == f"på 26{NBSP}777 invånare"
    with language("en"):
        assert number(-1234567.8, 1) == "−1,234,567.8"
        assert with_unit("47", "procent") == "47%"
        assert with_unit("851", unit) == "851 per 100,000 inhabitants"
        assert (period_text(quarter), short_period_text(quarter)) == ("quarter 3 of 2024", "Q3 2024")
        assert figure(year(2019)).count_of == "among 26,777 inhabitants"
        assert figure(year(2019)).interval == "probably between 745 and 969"
        assert figure(year(2019, area="Riket")).area == "Sweden"


# ---------------------------------------------------------------------------------------------------- a whole report

SWEDISH = re.compile(r"\b(och|är|som|inte|för|med|av|på|till|från|det|ett|eller|har|kan|saknas)\b|[åäö]", re.IGNORECASE)
# What no reader sees, and what is in a file of its own.
UNSEEN = {"id", "link", "file", "download"}


def seen(content: object) -> Iterator[str]:
    """Every text of a document that a reader sees, those of its charts too."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        yield from seen([*content.values()])
    elif isinstance(content, (list, tuple)):
        for each in content:
            yield from seen(each)
    elif is_dataclass(content) and not isinstance(content, Download):
        for each in fields(content):
            if each.name not in UNSEEN:
                yield from seen(getattr(content, each.name))


def from_data(release: Release) -> re.Pattern[str]:
    """What comes as it is from sources, definitions and municipalities, the longest first."""
    columns = {
        "definitions": ("definition", "notes"),
        "sources": ("title", "publisher", "licence", "attribution", "attribution_processed", "breaks", "message"),
        "measures": ("action", "place", "responsible"),
        "quarantine": ("rule", "column_name"),
        "indicators": ("area", "category"),
        "comparisons": ("area",),
        "promises": (
            *("agreement_title", "promise_title", "wording", "measurable_wording", "note", "promise_source"),
            *("promise_number", "baseline_promises"),
        ),
        "promise_effects": ("compared_with", "rule_changes"),
    }
    held = {
        str(text)
        for table, names in columns.items()
        for name in names
        for text in release.tables[table][name].drop_nulls().unique()
    }
    lines = {line.strip().rstrip(".") for text in held for line in (*re.split(r"\n|; ", text), shortened(text))}
    return re.compile("|".join(map(re.escape, sorted(filter(None, lines), key=len, reverse=True))), re.IGNORECASE)


def left_over(texts: Iterable[str], data: re.Pattern[str]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if SWEDISH.search(data.sub("", text))]


def written(facts: AreaFacts, release: Release) -> tuple[Document, list[str]]:
    """A report, and its pages without their drawings."""
    own = OwnTexts(area_code=facts.area.code, texts={}, decision=Decision(), problems=())
    document = report_of(facts, own, {})
    drawings = {chart.id: "" for chart in charts_of(document)}
    files = {area.code: [(area.file, t("Rapport"))] for area in release.areas}
    made = (
        report_page(document, release, drawings, []),
        figures_page(facts, document.banners),
        front_page(release, banners_of(release), files),
    )
    return document, [page.decode() for page in made]


@pytest.fixture(scope="module")
def release(sample_data: Path) -> Release:
    """The sample's figures as the report takes them."""
    return read(sample_data / "output" / "latest" / "internal")


def test_a_whole_report_in_english_has_no_swedish_but_what_comes_from_data(release: Release) -> None:
    data = from_data(release)
    for area in release.areas:
        with language("en"):
            document, pages = written(facts_of(area, release), release)
        assert document.language == "en"
        assert document.title == "Local situation report"
        assert len(charts_of(document)) > 5
        assert left_over(seen(document), data) == []
        for page in pages:
            read_page = Reader(page)
            assert [each["lang"] for each in read_page.all("html")] == ["en"]
            labels = [attributes.get("aria-label", "") for _, attributes in read_page.tags]
            assert left_over([*read_page.words, *labels], data) == []
            assert date_text(release.meta.as_of) in page


def test_what_is_looked_for_is_found_in_a_swedish_report(release: Release) -> None:
    document, pages = written(facts_of(release.areas[0], release), release)
    data = from_data(release)
    assert len(left_over(seen(document), data)) > 100
    assert all(left_over(Reader(page).words, data) for page in pages)
    assert any(left_over(seen(chart.spec), data) for chart in charts_of(document) if isinstance(chart, Chart))
