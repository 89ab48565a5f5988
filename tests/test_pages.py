"""The pages people read: what they never show, and that everybody can read what they do."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pytest

from models._contracts import STATUSES as DECLARED_STATUSES
from models._model import FLAGS as DECLARED_FLAGS
from models._model import all_models
from reports._codes import DESIGNS, OUTCOMES_OF_PROMISES, RESULTS_OF_EFFECTS
from reports._facts import PageMeta, release_of
from reports._words import CADENCES, FLAGS, JUDGEMENTS, NBSP, REASONS, RESULTS, STATUSES, number
from reports.report import Wanted, write_reports
from sources._declare import Cadence

SELF_SELECTED = "De som svarat har själva valt att delta. Svaren kan inte generaliseras till alla invånare."
INTERNAL = "Internt arbetsmaterial. Sekretessprövas före utlämnande."
EVIL = "<script>alert('x')</script>&\"<b>"

ROW: Mapping[str, Any] = {
    "indicator": "reported_vandalism_rate",
    "title": "Anmäld skadegörelse",
    "focus_area": "vandalism",
    "area_type": "municipality",
    "area_code": "1415",
    "area": "Stenungsund",
    "period": "2019",
    "period_type": "year",
    "period_start": date(2019, 1, 1),
    "period_end": date(2019, 12, 31),
    "breakdown": "",
    "category": "",
    "value": 851.477,
    "lower_confidence_limit": 744.527,
    "upper_confidence_limit": 969.484,
    "confidence": 0.95,
    "numerator": 228.0,
    "denominator": 26_777.0,
    "respondents": None,
    "response_rate": None,
    "unit": "per 100 000 invånare",
    "method": "rate_byar",
    "dispersion": None,
    "polarity": "low_is_good",
    "status": "ok",
    "flags": "",
    "is_synthetic": False,
    "sources": "kolada_values",
    "data_as_of": date(2019, 12, 31),
    "release": "r",
}
SHARE: Mapping[str, Any] = {
    "indicator": "unsafe_share",
    "title": "Otrygga",
    "focus_area": "perceived_safety",
    "value": 29.7,
    "lower_confidence_limit": 26.5,
    "upper_confidence_limit": 33.1,
    "numerator": None,
    "denominator": None,
    "respondents": 742,
    "response_rate": 0.415,
    "unit": "procent",
    "method": "proportion_wilson",
}
DEFINITION: Mapping[str, Any] = {
    "indicator": "reported_vandalism_rate",
    "title": "Anmäld skadegörelse",
    "title_en": "Reported vandalism",
    "focus_area": "vandalism",
    "definition": "Anmälda brott ett år.",
    "unit": "per 100 000 invånare",
    "polarity": "low_is_good",
    "notes": "Följer anmälningsbenägenheten.",
    "basis": "registered",
    "is_consequence": False,
    "sources": "kolada_values",
    "release": "r",
}
SHARE_DEFINITION: Mapping[str, Any] = {
    **DEFINITION,
    "indicator": "unsafe_share",
    "title": "Otrygga",
    "focus_area": "perceived_safety",
    "definition": "Andel otrygga.",
    "basis": "asked",
    "unit": "procent",
}
SOURCE: Mapping[str, Any] = {
    "source": "kolada_values",
    "title": "Nyckeltal i Kolada",
    "publisher": "RKA",
    "homepage": "https://www.kolada.se",
    "licence": "Fri användning",
    "attribution": "Källa: Kolada",
    "attribution_processed": "Egen bearbetning av uppgifter från Brå",
    "cadence": "yearly",
    "disclosure": "official",
    "breaks": "",
    "rows_read": 12_345,
    "rows_loaded": 12_340,
    "rows_quarantined": 4,
    "rows_duplicate": 1,
    "observed_at": datetime(2026, 8, 6, 23, 30, tzinfo=UTC),
    "data_as_of": date(2025, 12, 31),
    "expected_by": date(2027, 4, 15),
    "is_late": False,
    "is_synthetic": False,
    "status": "ok",
    "message": "fel i elevlista.csv",
    "release": "r",
}
REFUSED: Mapping[str, Any] = {
    "source": "kolada_values",
    "snapshot": "s",
    "row_number": 7,
    "column_name": "year",
    "rule": "helt tal",
    "release": "r",
}
REVISED: Mapping[str, Any] = {
    "source": "kolada_values",
    "series": "kpi U07452, gender T",
    "area_code": "1415",
    "area": "Stenungsund",
    "period": "2023",
    "kind": "changed",
    "old_value": 800.0,
    "new_value": 836.0,
    "first_seen_at": datetime(2026, 8, 6, 23, 30, tzinfo=UTC),
    "indicators": "reported_vandalism_rate",
    "reason": "",
    "provider": "",
    "is_synthetic": False,
}
THEMES = [
    {"focus_area": "perceived_safety", "title": "Trygghet", "title_en": "Perceived safety", "sort_order": 1},
    {"focus_area": "vandalism", "title": "Skadegörelse", "title_en": "Vandalism", "sort_order": 2},
]


def year(of: int, **changed: Any) -> dict[str, Any]:
    days = {"period": str(of), "period_start": date(of, 1, 1), "period_end": date(of, 12, 31)}
    return {**ROW, **days, **changed}


def frame(rows: Sequence[Mapping[str, Any]], like: Mapping[str, Any]) -> pl.DataFrame:
    """Rows as a frame with every column of `like`, whether or not the rows have a value there."""
    types = {
        **dict.fromkeys(("dispersion", "value", "numerator", "denominator", "response_rate"), pl.Float64),
        **dict.fromkeys(("lower_confidence_limit", "upper_confidence_limit"), pl.Float64),
        "respondents": pl.Int64,
        "message": pl.String,
    }
    wanted = {name: types[name] for name in like if name in types}
    return pl.DataFrame([dict(row) for row in rows] or [dict(like)], schema_overrides=wanted).head(len(rows))


def pages(
    folder: Path,
    rows: Sequence[Mapping[str, Any]],
    *,
    definitions: Sequence[Mapping[str, Any]] = (DEFINITION, SHARE_DEFINITION),
    sources: Sequence[Mapping[str, Any]] = (SOURCE,),
    refused: Sequence[Mapping[str, Any]] = (),
    themes: Sequence[Mapping[str, Any]] = THEMES,
    audience: Literal["internal", "public"] = "internal",
    is_synthetic: bool = False,
) -> dict[str, str]:
    """Every page by its name."""
    nothing = pl.DataFrame(schema={"area_type": pl.String, "area_code": pl.String, "indicator": pl.String})
    release = release_of(
        {
            **dict.fromkeys(("comparisons", "changes", "trends", "ranks", "months", "judgements", "measures"), nothing),
            **dict.fromkeys(("promises", "promise_outcomes", "promise_effects"), nothing),
            **dict.fromkeys(("profiles", "places", "concentration"), nothing),
            "indicators": frame(rows, ROW),
            "definitions": frame(definitions, DEFINITION),
            "sources": frame(sources, SOURCE),
            "quarantine": frame(refused, REFUSED),
            "revisions": frame([], REVISED),
        },
        focus_areas=pl.DataFrame([dict(theme) for theme in themes]),
        key_figures=pl.DataFrame(
            [
                {"focus_area": each["focus_area"], "sort_order": place, "indicator": each["indicator"]}
                for place, each in enumerate(definitions)
            ]
        ),
        meta=PageMeta(
            release="2026-08-07-abc",
            as_of=date(2026, 8, 7),
            audience=audience,
            version="1.0",
            is_synthetic=is_synthetic or any(row["is_synthetic"] for row in rows),
        ),
    )
    write_reports(folder, release, Wanted(formats=()))
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.html"))}


OURS = re.compile(r"<script>// Lets a reader sort.*?</script>", re.DOTALL)


class Reader(HTMLParser):
    """What a page consists of: its tags with their attributes in order, and its text without styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.unclosed: list[str] = []
        self.feed(OURS.sub("", page, count=1))
        self.close()
        assert self.unclosed == []
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in {"meta", "br", "link", "img", "hr", "input"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unclosed.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"[ \n]+", " ", " ".join(self.words))

    def all(self, *names: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.tags if tag in names]


def text_of(page: str) -> str:
    return Reader(page).text


WHOLE = (
    year(2018),
    year(2019),
    year(2018, area="Södra Fyrbodal", area_type="police_area", area_code="sodra_fyrbodal"),
    year(2019, area="Södra Fyrbodal", area_type="police_area", area_code="sodra_fyrbodal"),
    year(2019, area="Riket", area_type="country", area_code="00"),
    year(2019, **SHARE),
    year(2019, **{**SHARE, "breakdown": "sex", "category": "women", "is_synthetic": True}),
    year(2019, **{**SHARE, "breakdown": "sex", "category": "men", "status": "suppressed"}),
)

# ------------------------------------------------------------------------------------------ what is never shown


@pytest.mark.parametrize("status", [status for status in STATUSES if status != "ok"])
def test_a_row_that_is_not_shown_shows_no_left_over_figure(tmp_path: Path, status: str) -> None:
    left_over = {
        "value": 7654.3,
        "lower_confidence_limit": 6543.2,
        "upper_confidence_limit": 8765.4,
        "numerator": 4321.0,
        "denominator": 56_789.0,
        "respondents": 3456,
        "response_rate": 0.8765,
    }
    rows = [year(2018), year(2019), year(2020, status=status, **left_over)]
    shown = pages(tmp_path / "a", rows)
    emptied = pages(tmp_path / "b", [*rows[:2], year(2020, status=status, **dict.fromkeys(left_over))])
    assert shown == emptied  # not in text, not in an attribute, not in the shape of a chart
    for page in shown.values():
        assert STATUSES[status] in text_of(page).lower()


def test_nothing_at_all_is_known_and_the_pages_say_so(tmp_path: Path) -> None:
    nothing = dict.fromkeys(("value", "lower_confidence_limit", "upper_confidence_limit", "numerator"))
    page = text_of(pages(tmp_path, [year(2019, status="not_reported", **nothing)])["1415-matt.html"])
    assert "Uppgift saknas" in page
    assert "Intervallet" not in page  # there is none to explain


def test_a_figure_that_is_ok_but_empty_is_not_reported(tmp_path: Path) -> None:
    page = text_of(pages(tmp_path, [year(2019, value=None)])["1415.html"])
    assert "Uppgift saknas" in page
    assert "228" not in page


@pytest.mark.parametrize("where", ["title", "definition", "notes", "unit"])
def test_html_in_a_definition_is_text(tmp_path: Path, where: str) -> None:
    for page in pages(tmp_path, WHOLE, definitions=[{**DEFINITION, where: EVIL}]).values():
        assert "<script" not in OURS.sub("", page, count=1)
        assert "<b>" not in page
        Reader(page)


@pytest.mark.parametrize("where", ["area", "period", "unit", "category", "breakdown"])
def test_html_in_a_row_is_text(tmp_path: Path, where: str) -> None:
    rows = [year(2018, **{where: EVIL}), year(2019, **{where: EVIL})]
    if where == "breakdown":  # named where parts stand below a whole
        rows = [year(2019), *(year(each, breakdown=EVIL, category="x") for each in (2018, 2019))]
    written = pages(tmp_path, rows)
    assert any("&lt;script&gt;" in page.lower() for page in written.values())
    for page in written.values():
        assert "<script" not in OURS.sub("", page, count=1).lower()
        assert "<b>" not in page.lower()
        Reader(page)


@pytest.mark.parametrize(
    "where", ["title", "publisher", "homepage", "licence", "attribution", "attribution_processed", "message"]
)
def test_html_in_a_source_is_text(tmp_path: Path, where: str) -> None:
    for page in pages(tmp_path, WHOLE, sources=[{**SOURCE, where: EVIL}]).values():
        assert "<script" not in OURS.sub("", page, count=1)
        assert "<b>" not in page


@pytest.mark.parametrize("where", ["source", "column_name", "rule"])
def test_html_in_a_refusal_is_text(tmp_path: Path, where: str) -> None:
    page = pages(tmp_path, WHOLE, refused=[{**REFUSED, where: EVIL}])["1415.html"]
    assert "&lt;script&gt;" in page
    assert "<script" not in OURS.sub("", page, count=1)


def test_html_in_a_focus_area_is_text(tmp_path: Path) -> None:
    for page in pages(tmp_path, WHOLE, themes=[{**THEMES[1], "title": EVIL}]).values():
        assert "&lt;script&gt;" in page
        assert "<script" not in OURS.sub("", page, count=1)


def test_a_homepage_that_a_browser_would_run_is_no_link(tmp_path: Path) -> None:
    page = pages(tmp_path, WHOLE, sources=[{**SOURCE, "homepage": "javascript:alert(1)"}])["1415.html"]
    assert "javascript:" not in page
    assert "RKA" in page


def test_a_place_in_a_file_is_not_told_and_refusals_are_counted(tmp_path: Path) -> None:
    page = pages(tmp_path, WHOLE, refused=[REFUSED, {**REFUSED, "row_number": 987_654}])["1415.html"]
    assert "987" not in text_of(page)
    assert "Nyckeltal i Kolada year helt tal 2" in re.sub(" +", " ", text_of(page))


# -------------------------------------------------------------------------------------------- everybody can read


@pytest.mark.parametrize("name", ["index.html", "1415.html", "1415-matt.html", "sodra_fyrbodal.html"])
def test_a_page_keeps_the_rules_of_accessible_html(tmp_path: Path, name: str) -> None:
    page = Reader(pages(tmp_path, WHOLE, refused=[REFUSED])[name])
    assert page.all("html") == [{"lang": "sv"}]
    assert len(page.all("h1")) == len(page.all("title")[:1]) == len(page.all("main")) == 1
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(heading.get("scope") in {"col", "row"} for heading in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table")) > 0
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.tags:
        for pointer in ("aria-labelledby", "aria-describedby"):
            assert set(attributes.get(pointer, "").split()) <= set(ids)
        if attributes.get("href", "").startswith("#"):
            assert attributes["href"][1:] in ids
    drawings = [each for each in page.all("div") if each.get("class") == "drawing"]
    assert len(drawings) == len(page.all("svg"))
    assert all(each["role"] == "img" and len(each["aria-label"]) > 40 for each in drawings)


def test_links_between_the_pages_lead_somewhere(tmp_path: Path) -> None:
    written = {name: Reader(page) for name, page in pages(tmp_path, WHOLE).items()}
    codes = ("1415", "sodra_fyrbodal")
    assert set(written) == {"index.html", *(f"{code}{end}.html" for code in codes for end in ("", "-matt"))}
    for page in written.values():
        for link in page.all("a"):
            file, _, anchor = link["href"].partition("#")
            if not file.startswith("https://"):
                assert not anchor or anchor in {
                    attributes.get("id") for _, attributes in (written[file] if file else page).tags
                }
                beside = file == "../lagesbild.xlsx" or (tmp_path / file).is_file()
                assert not file or file in written or beside


def test_a_page_asks_no_other_host_and_runs_only_what_its_policy_names(tmp_path: Path) -> None:
    for page in pages(tmp_path, WHOLE).values():
        [script] = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"script-src 'sha256-{digest}'" in page
        assert not re.search(r"fetch|XMLHttp|import\(|eval|innerHTML|document\.write", script)
        read = Reader(page)
        assert not read.all("script", "link", "img", "iframe", "object", "embed", "form", "base", "use", "image")
        assert "@import" not in page
        assert re.findall(r"url\(\s*['\"]?(?!#)", page) == []
        for _, attributes in read.tags:
            assert "src" not in attributes
            assert not [name for name in attributes if name.startswith("on")]
        [policy] = [each["content"] for each in read.all("meta") if "http-equiv" in each]
        assert policy.startswith("default-src 'none'")


def test_numbers_are_written_the_swedish_way(tmp_path: Path) -> None:
    page = text_of(pages(tmp_path, WHOLE)["1415-matt.html"])
    assert f"26{NBSP}777 invånare" in page
    assert f"851 per 100{NBSP}000 invånare, sannolikt mellan 745 och 969" in re.sub(" ,", ",", page)
    assert f"30{NBSP}%" in page  # of 742 answers: no decimals
    assert f"svarsfrekvens 42{NBSP}%" in page
    assert re.search(r"\d\.\d", page.replace("lagesbild 1.0", "")) is None
    report = text_of(pages(tmp_path, WHOLE)["1415.html"])
    assert f"12{NBSP}340 av 12{NBSP}345" in report
    assert "2026-08-07" in report  # 23.30 UTC is the next day in Sweden


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (0, 0, "0"),
        (-0.4, 0, "0"),
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (-3, 0, "−3"),
        (1234.5, 1, f"1{NBSP}234,5"),
        (1_234_567, 0, f"1{NBSP}234{NBSP}567"),
        (0.05, 1, "0,1"),
    ],
)
def test_a_number_has_a_comma_a_space_that_does_not_break_and_a_true_minus(
    value: float, decimals: int, written: str
) -> None:
    assert number(value, decimals) == written


# ---------------------------------------------------------------------------------------------- what must be said


def test_a_synthetic_figure_is_marked_where_it_stands_and_on_top_of_every_page(tmp_path: Path) -> None:
    written = pages(tmp_path, [year(2018), year(2019, is_synthetic=True), year(2019, **SHARE)])
    for page in written.values():
        assert page.index("banner made") < page.index("<h1")
    read = text_of(written["1415-matt.html"])
    made = "Konstruerade exempeldata"
    safety, vandalism = read.split("Anmälda brott ett år.")
    assert made not in safety.split("Andel otrygga.")[1]
    assert made in vandalism
    history = vandalism.split("Alla perioder i siffror")[1]
    assert "konstruerade exempeldata" in history[history.index(" 2019 ") : history.index(" 2018 ")]
    assert "konstruerade exempeldata" not in history[history.index(" 2018 ") :]
    [(said, drawing)] = re.findall(r'aria-label="([^"]*)"><svg(.*?)</svg>', written["1415.html"], re.DOTALL)
    assert "onstruerade exempeldata" in said
    assert "KONSTRUERADE" in drawing


def test_a_page_without_synthetic_figures_does_not_speak_of_them(tmp_path: Path) -> None:
    for page in pages(tmp_path, [year(2018), year(2019)]).values():
        assert "onstruerade" not in text_of(page)
        assert "KONSTRUERADE" not in text_of(page)


@pytest.mark.parametrize(("audience", "says_so"), [("internal", True), ("public", False)])
def test_internal_pages_say_that_they_are(
    tmp_path: Path, audience: Literal["internal", "public"], says_so: bool
) -> None:
    for page in pages(tmp_path, WHOLE, audience=audience).values():
        assert (INTERNAL in text_of(page)) == says_so
        assert ("elevlista.csv" in page) == (says_so and 'id="kallor-tabell"' in page)


def test_self_selected_answers_are_said_to_be_and_are_neither_joined_nor_compared(tmp_path: Path) -> None:
    chosen = {**SHARE, "method": "self_selected", "flags": "self_selected"}
    rows = [
        year(2018, **chosen),
        year(2019, **chosen),
        year(2019, **chosen, area="Riket", area_type="country", area_code="00"),
    ]
    written = pages(tmp_path, rows)
    page = text_of(written["1415-matt.html"])
    assert SELF_SELECTED in page
    assert "självvalda svar (inte ett urval)" in page
    assert "Jämförelse" not in page
    for each in written.values():
        assert "sannolikt mellan" not in text_of(each)


def test_an_effort_driven_figure_is_not_judged(tmp_path: Path) -> None:
    rows = [year(2019, polarity="none", flags="effort_driven")]
    page = text_of(pages(tmp_path, rows, definitions=[{**DEFINITION, "polarity": "none"}])["1415-matt.html"])
    assert "Bedöms inte (följer polisens insatser)." in page
    assert "Lågt är bra" not in page


def test_every_page_says_which_release_it_belongs_to(tmp_path: Path) -> None:
    for page in pages(tmp_path, WHOLE).values():
        assert "Utgåva 2026-08-07-abc · läget per 2026-08-07" in text_of(page)


def test_the_report_does_not_say_nought_where_rows_are_not_counted(tmp_path: Path) -> None:
    uncounted = dict.fromkeys(("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate"))
    page = pages(tmp_path, WHOLE, sources=[SOURCE, {**SOURCE, "source": "own", **uncounted}], audience="public")
    assert page["1415.html"].count('<td class="num">..</td>') == 1


# -------------------------------------------------------------------------------- closed lists, and the same again


def test_every_code_that_the_house_uses_has_swedish_words() -> None:
    assert STATUSES.keys() == set(DECLARED_STATUSES)
    assert FLAGS.keys() == set(DECLARED_FLAGS)
    assert {cadence.value for cadence in Cadence} <= CADENCES.keys()
    judged = ("comparisons", "changes", "trends", "months", "promise_outcomes", "profiles", "places", "concentration")
    accepted = {model.name: model.contract.accepted for model in all_models() if model.schema == "output"}
    effects = accepted["promise_effects"]
    said = [accepted[name] for name in judged]
    for column, known, unsaid, of in (
        ("result", RESULTS, {"not_compared", "cannot_be_calculated"}, said),
        ("judgement", JUDGEMENTS, set(), said),
        ("reason", REASONS, {""}, [*said, effects]),
        ("result", RESULTS_OF_EFFECTS, set(), [effects]),
        ("outcome", OUTCOMES_OF_PROMISES, set(), [effects, accepted["promise_outcomes"]]),
        ("design", DESIGNS, set(), [effects]),
    ):
        assert {value for each in of for value in each.get(column, ())} - unsaid == known.keys()


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"status": "lost"}, "lost"),
        ({"flags": "revised,doubtful"}, "doubtful"),
        ({"method": "guess"}, "guess"),
    ],
)
def test_a_code_without_swedish_words_stops_the_pages(tmp_path: Path, changed: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        pages(tmp_path, [year(2019, **changed)])


def test_a_polarity_or_a_source_in_unknown_words_stops_the_pages(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sideways"):
        pages(tmp_path, WHOLE, definitions=[{**DEFINITION, "polarity": "sideways"}])
    for name, value in (("status", "asleep"), ("cadence", "hourly")):
        with pytest.raises(ValueError, match=value):
            pages(tmp_path, WHOLE, sources=[{**SOURCE, name: value}])


def test_an_area_code_that_cannot_name_a_file_stops_the_pages(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot name a file"):
        pages(tmp_path, [year(2019, area_code="../1415")])


def test_the_same_rows_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    first = pages(tmp_path / "a", WHOLE)
    assert pages(tmp_path / "b", WHOLE[::-1]) == first
    assert pages(tmp_path / "a", WHOLE) == first  # and over what was there
