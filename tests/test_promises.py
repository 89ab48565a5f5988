"""Promises: the register read strictly, what was done of them by the logs, and what their page says and does not."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.pipeline import add_files, make_plan
from flows.settings import Settings
from models._build import build
from models._model import all_models
from models._promises import compared_years, follow_ups, promise_tables, register
from models._scope import scope_of
from reports._cycle import cycle, cycle_of
from reports._decision import Decision, decision_of
from reports._document import Paragraph, Table
from reports._facts import Release, facts_of
from reports._language import language
from reports._promises import (
    caveats,
    done_sentence,
    done_words,
    earlier_promises,
    outcomes_sentence,
    promised_words,
    promises,
)
from reports._promises import reached_words as reached
from sources._problem import Problem
from sources._promises import Span, read_agreements
from tests.test_measures import DONE, MODULE, built, csv_file, table
from tests.test_measures import read as read_log
from tests.test_report import folder as folder
from tests.test_report import release as release

AREA = ("1415", "1419", "1421")
AGREEMENT = """
name = "Provområdet 2030"
title = "Löftet 2030"
area = "1419"
police = "Lokalpolisområdet"
municipalities = ["1419"]
period = { start = 2030-01-01, end = 2030-12-31 }
baseline = { start = 2029-01-01, end = 2029-12-31 }

[source]
title = "Löftet"
publisher = "Kommunen"
url = "https://example.org/lofte"

[[promise]]
id = "P1"
by = "police"
title = "Kontroller"
text = "Polisen gör minst tolv kontroller."
focus_areas = ["reckless_driving"]
quantity = { number = 12, unit = "kontroller", at_least = true }
indicators = { road_injuries_rate = "lower" }
"""


# --------------------------------------------------------------------------------------------------------- the register


def test_the_register_holds_the_eleven_promises_and_those_before_them() -> None:
    held = {each.id: each for each in register()}
    newest = held["sodra_fyrbodal_2023"]
    assert [each.id for each in newest.promises] == [*(f"P{n}" for n in range(1, 6)), *(f"K{n}" for n in range(1, 7))]
    assert all(each.quantity is None and each.measurable for each in newest.promises)
    numbers = {name: [each.quantity.number for each in one.promises if each.quantity] for name, one in held.items()}
    assert numbers == {
        "sodra_fyrbodal_2017": [20, 7],
        "sodra_fyrbodal_2020": [20],
        "sodra_fyrbodal_2021": [15],
        "sodra_fyrbodal_2023": [],
    }
    assert len(held["sodra_fyrbodal_2017"].promises[0].places) == 7


def test_the_time_before_is_itself_a_promise_s_and_the_register_says_so() -> None:
    before = dict(promise_tables(AREA)["promises"].select("agreement", "baseline_promises").unique().iter_rows())
    assert before == {
        "sodra_fyrbodal_2017": None,
        "sodra_fyrbodal_2020": None,
        "sodra_fyrbodal_2021": "Medborgarlöftet 2020",
        "sodra_fyrbodal_2023": "Medborgarlöftet 2021–2022",
    }
    assert ("sodra_fyrbodal", 2023, 2024, 2021, 2022) in compared_years()


def test_a_municipality_elsewhere_has_no_promises_and_one_alone_is_followed_by_itself() -> None:
    assert all(frame.is_empty() for frame in promise_tables(["1480"]).values())
    assert set(promise_tables(["1419"])["promise_areas"]["area_code"]) == {"1419"}
    assert set(promise_tables(AREA)["promise_areas"]["area_code"]) == {*AREA, "sodra_fyrbodal"}


def test_a_promise_is_followed_up_each_tertial_within_its_days_and_at_its_end() -> None:
    found = list(follow_ups(Span(start=date(2025, 3, 1), end=date(2026, 2, 28))))
    assert [(each["period"], str(each["period_start"]), str(each["period_end"])) for each in found] == [
        ("2025-T1", "2025-03-01", "2025-04-30"),
        ("2025-T2", "2025-05-01", "2025-08-31"),
        ("2025-T3", "2025-09-01", "2025-12-31"),
        ("2026-T1", "2026-01-01", "2026-02-28"),
        ("2025–2026", "2025-03-01", "2026-02-28"),
    ]
    assert Span(start=date(2025, 3, 1), end=date(2026, 2, 28)).years is None


def read(folder: Path, text: str) -> Any:
    (folder / "provet_2030.toml").write_text(text, encoding="utf-8")
    return read_agreements(folder)


def test_an_agreement_is_read_as_it_is_written(tmp_path: Path) -> None:
    assert read_agreements(tmp_path / "nowhere") == ()
    [agreement] = read(tmp_path, AGREEMENT)
    [promise] = agreement.promises
    assert agreement.promise_id(promise) == "provet_2030_p1"
    assert agreement.label(promise) == "Provområdet 2030 P1"
    assert (promise.quantity.number, promise.quantity.unit, agreement.period.years) == (12, "kontroller", (2030, 2030))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("title = ", "titel = ", "provet_2030.toml: okänd nyckel: titel: menades 'title'?"),
        ("police = ", "# police = ", "provet_2030.toml: nyckel saknas: police"),
        ("end = 2030-12-31", "end = 2029-12-31", "provet_2030.toml, period: slutar innan den börjar"),
        ("end = 2029-12-31", "end = 2030-01-01", "jämförelsetiden går in i löftets tid: 2030-01-01"),
        ("start = 2030-01-01", 'start = "2030"', "provet_2030.toml, period, start: ska vara ett datum"),
        ("number = 12", "number = 0", "provet_2030.toml, löfte 1, quantity, number: ska vara ett helt tal över noll"),
        ('by = "police"', 'by = "polisen"', "provet_2030.toml, löfte 1, by: okänt värde: polisen: menades 'police'?"),
        ('= "lower"', '= "down"', "provet_2030.toml, löfte 1, indicators: okänt värde: down"),
        ('id = "P1"', 'id = "första"', "provet_2030.toml, löfte 1, id: ska vara en kort beteckning"),
        ("https://", "www.", "provet_2030.toml, source, url: ska vara en webbadress"),
        ("[[promise]]", "[[promises]]", "provet_2030.toml: inga löften"),
        ("name = ", "name ", "provet_2030.toml: filen är inte TOML i UTF-8"),
        ("[[promise]]", AGREEMENT[AGREEMENT.index("[[promise]]") :] + "[[promise]]", "två löften har samma id: P1"),
    ],
)
def test_a_register_with_a_slip_in_it_is_one_sentence(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    with pytest.raises(Problem) as problem:
        read(tmp_path, AGREEMENT.replace(old, new, 1))
    assert sentence in str(problem.value)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("road_injuries_rate", "road_injurys_rate", "P1, indicators: finns inte: road_injurys_rate"),
        ("reckless_driving", "wreckless_driving", "P1, focus_areas: finns inte: wreckless_driving"),
        ('unit = "kontroller"', 'unit = "st"', "P1, quantity: finns inte: st"),
        ('municipalities = ["1419"]', 'municipalities = ["1419", "1421"]', "är inte områdets kommuner: 1421"),
        ('area = "1419"', 'area = "atlantis"', "area: finns inte: atlantis"),
        ("quantity = {", "# quantity = {", "löftet har inget antal: skriv measurable"),
        ("indicators = {", 'places = ["Atlantis"]\nindicators = {', "P1, places: finns inte: Atlantis"),
    ],
)
def test_a_register_that_refers_to_what_is_not_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, sentence: str
) -> None:
    (tmp_path / "provet_2030.toml").write_text(AGREEMENT.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setattr("models._promises.FOLDER", tmp_path)
    with pytest.raises(Problem) as problem:
        register.__wrapped__()
    assert sentence in str(problem.value)


# ------------------------------------------------------------------------------------------------------------- the logs


def effort(number: int, municipality: str, done: str, count: object, **changes: object) -> dict[str, object]:
    """A row of a log: targeted efforts that belong to the promise of at least fifteen in 2021–2022."""
    own: dict[str, object] = {"nr": number, "kommun": municipality, "plats": "", "beslutad": "2021-01-15"}
    own |= {"klart_senast": done, "klart": done, "antal_lovat": "", "antal_gjort": count, "enhet": "insatser"}
    return DONE | own | {"lofte": "Södra Fyrbodal 2021 P1"} | changes


TABLES = (
    *("staging.measures", "core.municipalities", "core.areas", "core.area_members", "core.measures", "core.promises"),
    *("core.measures_of_promises", "output.promises"),
)


def followed(folder: Path, *rows: dict[str, object], as_of: date = date(2026, 9, 1)) -> pl.DataFrame:
    """The table of promises, of a log with these rows: the models it is made by and no others."""
    folder.mkdir(exist_ok=True)
    log = read_log(csv_file(folder, *rows)).frame.with_columns(
        is_synthetic=pl.lit(False), content_as_of=pl.lit(as_of), observed_at=pl.lit(as_of), snapshot=pl.lit("one")
    )
    run = pl.DataFrame({"release": ["r"], "as_of": [as_of]})
    models = [model for model in all_models() if model.table in TABLES]
    scope = scope_of("sodra_fyrbodal")
    result = build(folder / "w.duckdb", {"measures": log, "run": run}, scope, frozenset(), models=models)
    assert result.breaches == ()
    return table(folder / "w.duckdb", "from output.promises")


def of(rows: pl.DataFrame, area: str, period: str = "2021–2022") -> Mapping[str, Any]:
    is_it = (pl.col("promise") == "sodra_fyrbodal_2021_p1") & (pl.col("area_code") == area)
    return rows.row(by_predicate=is_it & (pl.col("period") == period), named=True)


def test_what_is_done_is_counted_in_the_promise_s_own_unit_within_its_days(tmp_path: Path) -> None:
    rows = followed(
        tmp_path,
        effort(1, "Stenungsund", "2021-02-10", 6),
        effort(2, "Stenungsund", "2022-12-31", 4),
        effort(3, "Stenungsund", "2023-01-01", 50),  # the promise was over
        effort(4, "Stenungsund", "2022-06-01", 50, status="pågår", klart=""),
        effort(1, "Tjörn", "2022-03-01", 30, enhet="kontroller"),  # done, but something else
        effort(2, "Tjörn", "2022-03-02", "", enhet=""),  # one effort, without a number
        effort(1, "Orust", "2022-05-01", 4, plats="Henån"),
    )
    whole = of(rows, "sodra_fyrbodal")
    assert (whole["quantity_done"], whole["measures_done"], whole["kept"]) == (15, 5, "kept")
    assert (whole["places_reached"], whole["people_reached"]) == (1, None)
    assert (whole["municipalities"], whole["municipalities_reporting"]) == (3, 3)
    assert of(rows, "1415")["quantity_done"] == 10
    assert of(rows, "1415")["kept"] == "shared"
    tertials = [of(rows, "sodra_fyrbodal", f"{year}-T{n}") for year in (2021, 2022) for n in (1, 2, 3)]
    assert [each["quantity_done"] for each in tertials] == [6, 0, 0, 1, 4, 4]
    assert [each["quantity_done_so_far"] for each in tertials] == [6, 6, 6, 7, 11, 15]
    assert [each["kept"] for each in tertials] == [*["on_the_way"] * 5, "kept"]


def test_too_little_is_not_kept_only_where_every_municipality_has_reported(tmp_path: Path) -> None:
    two = [effort(1, name, "2022-03-01", 7) for name in ("Stenungsund", "Tjörn")]
    rows = followed(tmp_path / "two", *two)
    assert of(rows, "sodra_fyrbodal")["kept"] == "not_told"
    assert of(rows, "1421")["measures_done"] is None  # no log speaks of it, and that is not nought
    # A log that ties something else to the same agreement does speak of it.
    rows = followed(tmp_path / "all", *two, effort(1, "Orust", "2022-03-01", 1, lofte="Södra Fyrbodal 2021 K3"))
    assert of(rows, "sodra_fyrbodal")["kept"] == "not_kept"
    assert of(rows, "1421")["measures_done"] == 0


def test_a_promise_that_still_applies_is_on_the_way_and_one_to_come_has_not_begun(tmp_path: Path) -> None:
    rows = followed(tmp_path, effort(1, "Tjörn", "2022-03-01", 7), as_of=date(2022, 6, 1))
    assert of(rows, "sodra_fyrbodal")["kept"] == "on_the_way"
    assert of(rows, "sodra_fyrbodal", "2022-T3")["kept"] == "coming"
    told = rows.filter(agreement="sodra_fyrbodal_2023")
    assert set(told["kept"]) == {"coming"}
    assert set(told["measures_done"]) == {None}


def test_a_log_that_landed_before_promises_had_a_column_is_read_without_one(tmp_path: Path) -> None:
    data = tmp_path / "data"
    before = replace(MODULE, source=replace(MODULE.source, columns=MODULE.source.columns[:-1]))
    plan = make_plan(Settings(data=data), now=datetime(2026, 9, 1, 12, tzinfo=UTC))
    heading = [column.source for column in before.source.columns]
    add_files(plan, before, [csv_file(tmp_path, DONE, heading=heading)])
    [landed] = (data / "landing" / "measures").glob("*.parquet")
    assert "promise" not in pl.read_parquet_schema(landed)
    warehouse = built(data)
    assert table(warehouse, "select number, promise from output.measures").rows() == [(1, None)]
    assert table(warehouse, "from public.promises").equals(table(warehouse, "from output.promises"))
    assert table(warehouse, "from output.promises").height > 400


# ------------------------------------------------------------------------------------------------------------- the page


def test_the_page_says_what_can_be_measured_and_that_the_time_before_was_a_promise_too(release: Release) -> None:
    area = next(each for each in release.areas if each.code == "sodra_fyrbodal")
    page = promises(facts_of(area, release))
    said = str(page)
    assert page.title == "Uppföljning av medborgarlöftet"
    for sentence in (
        "Inget av de 11 löftena har ett antal. De går inte att mäta som de är skrivna.",
        "Åren före, 2021–2022, gällde också ett löfte: Medborgarlöftet 2021–2022.",
        "Kommuner som det jämförs med är alltså inte utan löfte.",
        "Siffrorna kan därför inte visa vad just detta löfte har gett.",
        "Uppgift saknas för något av löftets år: Anmäld skadegörelse;",
    ):
        assert sentence in said
    done, proposed = [each for each in page.blocks if isinstance(each, Table)]
    appendix, *_ = earlier_promises(facts_of(area, release))
    outcomes, *_ = [each for each in appendix.blocks if isinstance(each, Table)]
    assert [len(done.rows), len(proposed.rows)] == [11, 11]
    assert [each.title for each in done.columns] == ["Löfte", "Av", "Lovat", "Gjort", "Nått", "Utfall"]
    assert {row[2].small for row in done.rows} == {"ej mätbart som skrivet"}
    # Nothing done, in a log that is constructed, is constructed too.
    assert {row[3].is_synthetic for row in done.rows} == {True}
    assert "Källa: Stenungsunds kommun: Medborgarlöftet 2023–2024, 2024-05-20." in said
    assert {row[5].text for row in done.rows} == {
        "kan inte avgöras med dessa tal",
        "inget mått är knutet till löftet",
    }
    assert {row[3].text for row in outcomes.rows} == {"För få liknande kommuner har siffror."}
    [(row, promised, made, reached_)] = [
        (row[0].text, row[2].text, row[3], row[4].text) for row in done.rows if row[0].text.startswith("K2")
    ]
    assert (row, promised) == ("K2 Säkrare trafik och mindre buskörning", "inget antal")
    assert (made.text, made.is_synthetic, reached_) == (
        "3 klara åtgärder",
        True,
        "2 namngivna platser, 34 deltagare",
    )


def test_the_real_vandalism_of_earlier_promises_is_within_chance_or_cannot_tell(release: Release) -> None:
    rows = release.rows("promise_outcomes", "police_area", "sodra_fyrbodal")
    told = {row["period"]: row for row in rows if row["indicator"] == "reported_vandalism_rate"}
    assert {period: (row["outcome"], row["reason"]) for period, row in told.items()} == {
        "2017": ("not_compared", "too_few_figures"),  # a fall by a third would not have been seen
        "2021–2022": ("within_chance", ""),
        "2023–2024": ("not_compared", "missing_during"),
    }
    assert told["2021–2022"]["effect_lower"] < 1 < told["2021–2022"]["effect_upper"]
    assert not told["2021–2022"]["is_synthetic"]
    assert told["2023–2024"]["value"] is None


def test_an_area_without_a_promise_is_told_how_to_register_one(release: Release) -> None:
    area = next(each for each in release.areas if each.code == "1415")
    page = promises(replace(facts_of(area, release), promises=(), outcomes=()))
    assert [each.text for each in page.blocks if isinstance(each, Paragraph)] == [
        "Inget medborgarlöfte är registrerat för området.",
        (
            "Ett löfte som finns skrivet läggs in i registret, data/reference/promises. Hur det görs står i "
            "docs/loften.md."
        ),
    ]


ROW: Mapping[str, Any] = {
    **dict.fromkeys(("quantity_promised", "quantity_unit", "is_minimum", "quantity_done", "places", "people_reached")),
    "measures_done": 0,
    "places_reached": 0,
    "municipalities": 3,
    "municipalities_reporting": 3,
    "is_synthetic": False,
    "inferred": None,
    "baseline_promises": None,
    "baseline_period": "2016",
    "promise_source": "Orust kommun: Löftet",
    "promise_source_date": None,
}
COUNTED = {**ROW, "quantity_promised": 15, "quantity_unit": "insatser", "is_minimum": True, "quantity_done": 9}


def test_no_number_no_report_and_nothing_done_are_three_different_things() -> None:
    unreported = {**ROW, "measures_done": None, "places_reached": None}
    assert [promised_words(ROW), done_words(ROW), reached(ROW)] == ["inget antal", "ingen klar åtgärd", "–"]
    assert [done_words(unreported), reached(unreported)] == ["uppgift saknas", "uppgift saknas"]
    assert [promised_words(COUNTED), done_words(COUNTED)] == ["minst 15 insatser", "9 insatser"]
    assert promised_words({**COUNTED, "is_minimum": False}) == "15 insatser"
    assert reached({**ROW, "measures_done": 2, "places": "Henån; Ellös", "places_reached": 1}) == "1 av 2 platser"
    assert reached({**ROW, "measures_done": 2}) == "uppgift saknas"
    with language("en"):
        assert [promised_words(COUNTED), done_words(unreported)] == ["at least 15 actions", "no figure is available"]


def test_who_has_not_reported_is_told_and_no_log_is_not_nought() -> None:
    assert done_sentence([{**ROW, "municipalities_reporting": 0}]).startswith("Ingen åtgärdslogg knyter något")
    assert done_sentence([{**ROW, "measures_done": 2, "municipalities_reporting": 2}, ROW]) == (
        "Åtgärdsloggen knyter 2 klara åtgärder till 1 av 2 löften. 2 av 3 kommuner har rapporterat."
    )
    assert caveats([COUNTED, ROW])[:3] == (
        "Löftena är återgivna med egna ord. Källa: Orust kommun: Löftet, utan datum.",
        "1 av 2 löften har ett antal och går att mäta som de är skrivna.",
        "Tiden före är 2016. Inget tidigare löfte är registrerat då.",
    )


def test_outcomes_are_counted_beside_how_many_chance_would_give() -> None:
    ways = ["as_expected", "within_chance", "within_chance", "not_compared"]
    said = outcomes_sentence(ways)
    assert said.startswith("Löftena rör 4 mått. 3 av dem kan avgöras. Som väntat: 1. Tvärtemot: 0.")
    assert said.endswith("Av slump skulle ungefär ett mått av tjugo skilja sig, även om inget har ändrats.")
    assert outcomes_sentence(["not_compared"]) == "Löftena rör 1 mått. Inget av dem kan avgöras med dessa tal."
    assert outcomes_sentence([]) == "Inget mått är knutet till löftena."


# ------------------------------------------------------------------------------------------------------------ the cycle


DECIDED = Decision(
    is_stated_decided=True,
    decided_by="kommunstyrelsen",
    decided_date=date(2026, 5, 4),
    number="KS 2026/123",
    follow_up=date(2028, 5, 4),
)
KEPT = ("2026-04-30-abc", "2026-05-20-def", "2025-01-02-ghi")


def test_a_step_rests_on_the_newest_kept_release_before_its_day() -> None:
    decision = replace(DECIDED, action_plan_date=date(2026, 6, 15))
    rows = cycle_of(decision, as_of=date(2026, 8, 7), decided=KEPT)
    assert [(row.step, row.status, row.release) for row in rows] == [
        ("report", "done", "2026-04-30-abc"),
        ("plan", "done", "2026-05-20-def"),
        ("follow_up", "coming", ""),
    ]
    assert cycle_of(decision, as_of=date(2026, 8, 7))[0].release == ""


def test_a_follow_up_that_nobody_has_made_is_late_and_one_that_is_made_begins_two_new_years() -> None:
    assert cycle_of(DECIDED, as_of=date(2028, 5, 5))[2].status == "late"
    followed_up = replace(DECIDED, followed_up_date=date(2028, 2, 29))
    rows = cycle_of(followed_up, as_of=date(2028, 5, 5))
    assert [row.status for row in rows[2:]] == ["done", "coming"]
    assert rows[3].due == date(2030, 2, 28)


def test_a_draft_is_decided_by_nobody_whatever_day_stands_in_it() -> None:
    rows = cycle_of(Decision(), as_of=date(2026, 8, 7), decided=KEPT)
    assert [(row.done, row.status) for row in rows] == [
        (None, "not_decided"),
        (None, "not_stated"),
        (None, "not_stated"),
    ]


@pytest.mark.parametrize("is_internal", [True, False])
def test_the_cycle_links_the_decided_release_where_it_lies_beside(is_internal: bool) -> None:
    page = cycle(DECIDED, as_of=date(2026, 8, 7), decided=KEPT, changed="", is_internal=is_internal)
    [table] = [block for block in page.blocks if isinstance(block, Table)]
    [(name, link)] = {(cells[3].text, cells[3].link) for cells in table.rows if cells[3].text in KEPT}
    assert link == (f"../../../{name}/internal/report/index.html" if is_internal else "")


def test_days_of_the_cycle_that_cannot_be_are_refused_with_a_sentence() -> None:
    said = b'status = "utkast"\naction_plan_date = 2030-01-01\nfollowed_up_date = 2026-01-02\n'
    decision, problems = decision_of(said, "report.toml", as_of=date(2026, 8, 7))
    assert (decision.action_plan_date, decision.followed_up_date) == (None, date(2026, 1, 2))
    assert [str(each) for each in problems] == [
        "report.toml, action_plan_date: ligger efter utgåvans dag: skriv dagen när det är gjort."
    ]
