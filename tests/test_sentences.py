"""What the generated sentences say: a truth table, the golden cases, and what none of them may ever say."""

import csv
import math
import re
import statistics
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.pipeline import build_warehouse, make_plan, read_all, release_id
from flows.settings import read_settings
from models._duckdb import connect
from models._model import all_models
from models.methods.dispersion import change_z
from models.methods.power import smallest_detectable_change
from models.methods.rates import Floats
from models.methods.ratios import change_ratio, percent_change, rate_ratio
from reports._language import language
from reports._phrases import in_sentence, is_on_the_edge, name_of, place, when
from reports._sentences import (
    change_sentence,
    comparison_sentence,
    comparisons_sentence,
    disagreement_sentence,
    finding,
    judgement_sentence,
    judgement_words,
    lix,
    missing_sentence,
    months_sentence,
    rank_sentence,
    trend_sentence,
)
from reports._words import NBSP, Row, number
from tests.sentence_rows import (
    BENCHMARKS,
    FIGURES,
    UNSAFE,
    VANDALISM,
    Case,
    behind,
    change,
    compared,
    comparison,
    indicator,
    occurring,
    trend,
)

# Each sentence written out, to be read: which rows give it, then the sentence. Spaces within numbers are plain there.
TABLE = Path(__file__).parent / "golden" / "sentences.csv"
FORBIDDEN = re.compile(
    r"signifikan|konfidensintervall|\bbaseline|hotspot|drastisk|explosion|\bvärst|kriminella|benchmark|outlier|\bpeer\b"
    r"|\bRAG\b|\bNone\b|\bnan\b|\binf\b|[{}]",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


# ----------------------------------------------------------------------------------------------------- the truth table


def written() -> dict[Case, str]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [tuple(row) for row in csv.reader(file)][1:]
    return {(row[0], row[1], row[2], row[3], row[4], row[5], row[6]): row[7] for row in rows}


def said(case: Case) -> str:
    table, benchmark, measure, result, judgement, reason, edge = case
    definition = UNSAFE if measure == "difference" else VANDALISM
    if table == "trend":
        return trend_sentence(trend(result, judgement, reason), definition)
    if table == "change":
        row = change(benchmark, measure, result, judgement, reason, edge=bool(edge))
        now, before = behind(row)
        return change_sentence(row, definition, now=now, before=before)
    row = comparison(benchmark, measure, result, judgement, reason, edge=bool(edge))
    count = FIGURES[measure, "lower" if result == "not_compared" else result]["count"]
    return comparison_sentence(row, definition, own=indicator(measure, "2023", row["value"], count))


@pytest.mark.parametrize(("case", "sentence"), written().items(), ids=lambda each: "-".join(filter(None, each[:7])))
def test_every_combination_is_said_as_written(case: Case, sentence: str) -> None:
    assert plain(said(case)) == sentence


def test_the_table_holds_every_combination_that_can_occur_and_no_other() -> None:
    cases = list(occurring())
    assert len(cases) == len(set(cases))
    assert set(cases) == set(written())


def test_every_combination_can_be_said_in_english() -> None:
    with language("en"):
        for case in written():
            own = re.sub(r"per 100 000 invånare", "", plain(said(case)))  # the unit is another table's
            assert not re.search(r"[åäöÅÄÖ]|\b(och|inte|det)\b", own), own


def test_what_is_refused_is_never_set_beside_another_figure() -> None:
    refused = {"self_selected", "own_trend_only", "overlapping", "series_break"}
    texts = [text for case, text in written().items() if case[0] != "trend" and case[5] in refused]
    assert len(texts) > 20
    assert not [text for text in texts if re.search(r"212|764|47", text)]


# ---------------------------------------------------------------------------------------------------- the golden cases

VIOLENCE: Row = {
    "indicator": "reported_violence_in_public_rate",
    "title": "Anmält våld på allmän plats per 100 000 invånare",
    "title_en": "Reported violence in public places per 100 000 inhabitants",
    "unit": "per 100 000 invånare",
    "polarity": "low_is_good",
}
EVERYTHING: Row = {**VIOLENCE, "title": "Alla anmälningar per 100 000 invånare"}
INHABITANTS = 14_500.0


def array(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)


def lysekil(before: int, after: int, dispersion: float) -> tuple[Row, Row, Row]:
    """The change and the two figures behind it, as `models._judge` makes them."""
    x, base, phi, people = array(after), array(before), array(dispersion), array(INHABITANTS)
    effect_of = change_ratio(x, people, base, people, phi)
    lower, upper = (float(limit[0]) for limit in effect_of[1:])
    fall, rise = (float(each[0]) for each in smallest_detectable_change(base, phi))
    percent = float(percent_change(x, base, base)[0])
    row = compared("ratio", "lower" if upper < 1 else "similar", "better" if upper < 1 else "similar", "")
    rates = {"value": 1e5 * after / INHABITANTS, "benchmark_value": 1e5 * before / INHABITANTS}
    effect = {"effect": after / before, "effect_lower": lower, "effect_upper": upper, "percent_change": percent}
    power = {
        "smallest_detectable_fall": None if math.isnan(fall) else fall,
        "smallest_detectable_rise": None if math.isnan(rise) else rise,
    }
    years = {"period": "2020", "benchmark_period": "2019"}
    found = {**row, **rates, **effect, **power, **years, "indicator": VIOLENCE["indicator"], "dispersion": dispersion}
    figures = [
        indicator("ratio", year, 1e5 * count / INHABITANTS, count, indicator=VIOLENCE["indicator"])
        for year, count in (("2020", after), ("2019", before))
    ]
    return found, figures[0], figures[1]


def test_lysekils_violence_from_30_to_24_says_nothing() -> None:
    row, now, before = lysekil(30, 24, 2.9)
    assert plain(change_sentence(row, VIOLENCE, now=now, before=before)) == (
        "Anmält våld på allmän plats: 24 år 2020 mot 30 år 2019. Skillnaden kan bero på slumpen. "
        "För att synas i fyra fall av fem måste en minskning vara minst 91 procent."
    )
    assert finding(VIOLENCE, change=row, newest=now, area="Lysekil") == (
        "Anmält våld på allmän plats: ingen säkerställd förändring"
    )


def test_lysekils_fall_from_43_to_17_is_on_the_edge() -> None:
    row, now, before = lysekil(43, 17, 2.9)
    z = float(change_z(array(17), array(1), array(43), array(1), array(1))[0] / math.sqrt(2.9))
    assert z == pytest.approx(-1.97, abs=0.005)
    assert plain(change_sentence(row, VIOLENCE, now=now, before=before)) == (
        "Anmält våld på allmän plats: 17 år 2020 mot 43 år 2019. "
        "Räknat per 100 000 invånare är det 60 procent lägre, på gränsen till säkerställt. Lägre är bättre."
    )
    assert finding(VIOLENCE, change=row, newest=now, area="Lysekil") == (
        "Anmält våld på allmän plats: lägre 2020 än 2019, på gränsen till säkerställt"
    )


def test_lysekils_reports_from_308_to_246_say_nothing() -> None:
    row, now, before = lysekil(308, 246, 4.6)
    z = float(change_z(array(246), array(1), array(308), array(1), array(1))[0] / math.sqrt(4.6))
    assert z == pytest.approx(-1.23, abs=0.005)
    assert plain(change_sentence(row, EVERYTHING, now=now, before=before)) == (
        "Alla anmälningar: 246 år 2020 mot 308 år 2019. Skillnaden kan bero på slumpen. "
        "För att synas i fyra fall av fem måste en minskning vara minst 43 procent."
    )


# ------------------------------------------------------------------------------------------------------------- the edge


@pytest.mark.parametrize(("z", "edge"), [(1.97, True), (2.2, True), (2.23, True), (2.25, False), (4.0, False)])
@pytest.mark.parametrize("measure", ["ratio", "difference"])
@pytest.mark.parametrize("result", ["higher", "lower"])
def test_the_edge_is_a_z_between_196_and_224(measure: str, result: str, z: float, edge: bool) -> None:
    sign = 1 if result == "higher" else -1
    reach = 1.959963984540054 / z
    values = [0.4 * sign * factor for factor in (1, 1 - reach, 1 + reach)]
    if measure == "ratio":
        values = [math.exp(value) for value in values]
    limits = {"effect": values[0], "effect_lower": min(values[1:]), "effect_upper": max(values[1:])}
    row = {**compared(measure, result, "better", ""), **limits}
    assert is_on_the_edge(row) is edge


@pytest.mark.parametrize(("base", "edge"), [(6, True), (7, False), (60, False)])
def test_a_fall_to_nothing_is_on_the_edge_where_its_chance_is_just_under_five_percent(base: int, edge: bool) -> None:
    """Twice the chance that all fall in one of two equal years is 3.1 % for 6, 1.6 % for 7."""
    for count, then, result in ((0, base, "lower"), (base, 0, "higher")):
        effect, lower, upper = (
            float(each[0]) for each in rate_ratio(array(count), array(1), array(then), array(1), array(1))
        )
        row = {
            **compared("ratio", result, "better", ""),
            "effect": effect,
            "effect_lower": lower,
            "effect_upper": upper,
        }
        assert lower > 1 or upper < 1
        assert is_on_the_edge(row) is edge


# ------------------------------------------------------------------------------------------------------------- changes


def test_a_percentage_is_told_only_where_one_is_given() -> None:
    row = {**compared("ratio", "lower", "better", ""), "percent_change": None}
    now, before = behind(row)
    assert "procent" not in change_sentence(row, VANDALISM, now=now, before=before)


def test_without_counts_the_rates_are_told_with_their_unit_once() -> None:
    assert plain(change_sentence(compared("ratio", "higher", "worse", ""), VANDALISM)) == (
        "Anmäld skadegörelse: 940 per 100 000 invånare år 2023 mot 764 år 2022. Det är 23 procent högre. "
        "Skillnaden är statistiskt säkerställd. Högre är sämre."
    )


@pytest.mark.parametrize(
    ("count", "base", "power", "sentence"),
    [
        (6, 7, (None, 215.96), "6 år 2023 mot 7 år 2022. Om det är en minskning kan inte avgöras med dessa tal."),
        (2, 0, (None, None), "2 år 2023 mot 0 år 2022. Om det är en ökning kan inte avgöras med dessa tal."),
        (
            *(8, 7, (None, 215.96)),
            (
                "8 år 2023 mot 7 år 2022. Skillnaden kan bero på slumpen. "
                "För att synas i fyra fall av fem måste en ökning vara minst 216 procent."
            ),
        ),
        (
            *(40, 40, (-60.2, 90.1)),
            (
                "40 år 2023 mot 40 år 2022. Ingen säkerställd förändring. "
                "För att synas i fyra fall av fem måste en minskning vara minst 60 procent."
            ),
        ),
    ],
)
def test_what_could_have_been_seen_is_told_with_what_was_not(
    count: int, base: int, power: tuple[float | None, float | None], sentence: str
) -> None:
    effect = count / base if base else math.inf
    row = {**compared("ratio", "similar", "similar", ""), "effect": effect, "effect_lower": 0.1, "effect_upper": 9.0}
    row |= {"smallest_detectable_fall": power[0], "smallest_detectable_rise": power[1]}
    now, before = indicator("ratio", "2023", row["value"], count), indicator("ratio", "2022", 764.0, base)
    assert plain(change_sentence(row, VANDALISM, now=now, before=before)) == f"Anmäld skadegörelse: {sentence}"


def test_two_equal_figures_that_cannot_be_judged_are_not_called_a_difference() -> None:
    row = compared("ratio", "not_compared", "not_judged", "no_interval")
    now, before = indicator("ratio", "2023", row["value"], 0), indicator("ratio", "2022", 764.0, 0)
    assert plain(change_sentence(row, VANDALISM, now=now, before=before)) == (
        "Anmäld skadegörelse: 0 år 2023 mot 0 år 2022. "
        "Om något har ändrats kan inte avgöras med dessa tal. Det är inte känt hur osäkra talen är."
    )


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("suppressed", "Anmäld skadegörelse: döljs av hänsyn till enskilda."),
        ("not_reported", "Anmäld skadegörelse: uppgift saknas."),
        ("not_applicable", "Anmäld skadegörelse: ej tillämpligt."),
        ("no_denominator", "Anmäld skadegörelse: kan inte beräknas."),
        ("too_few_respondents", "Anmäld skadegörelse: för få svar för att redovisas."),
    ],
)
def test_a_hidden_figure_says_why_and_nothing_more(status: str, sentence: str) -> None:
    row, hidden = compared("ratio", "lower", "better", ""), indicator("ratio", "2023", 621.0, 173, status=status)
    assert change_sentence(row, VANDALISM, now=hidden) == sentence
    beside = comparison("country", "ratio", "lower", "better", "")
    assert comparison_sentence(beside, VANDALISM, own=hidden) == sentence
    assert missing_sentence("Anmäld skadegörelse", status) == sentence
    heading = finding(VANDALISM, change=row, comparison=beside, newest=hidden, area="Orust")
    assert heading == f"{sentence[:-1]} (Orust år 2023)"


def test_a_figure_before_that_is_hidden_is_not_told() -> None:
    row = compared("ratio", "lower", "better", "")
    now = indicator("ratio", "2023", 621.0, 173)
    before = indicator("ratio", "2022", 764.0, 212, status="suppressed")
    assert change_sentence(row, VANDALISM, now=now, before=before) == (
        "Anmäld skadegörelse: 173 år 2023. Uppgift saknas att jämföra med."
    )


def test_a_figure_that_is_shown_is_not_missing() -> None:
    with pytest.raises(ValueError, match="'ok'"):
        missing_sentence("Anmäld skadegörelse", "ok")


@pytest.mark.parametrize(
    "other", [{"period": "2021"}, {"area_code": "1419"}, {"category": "women"}, {"indicator": "reported_theft_rate"}]
)
def test_figures_of_something_else_are_refused(other: Mapping[str, Any]) -> None:
    row, now = compared("ratio", "lower", "better", ""), {**indicator("ratio", "2023", 621.0, 173), **other}
    with pytest.raises(ValueError, match="a row of something else"):
        change_sentence(row, VANDALISM, now=now)
    with pytest.raises(ValueError, match="a row of something else"):
        comparison_sentence(comparison("country", "ratio", "lower", "better", ""), VANDALISM, own=now)


def test_a_constructed_figure_says_so_where_it_stands() -> None:
    row, now = compared("ratio", "similar", "similar", ""), indicator("ratio", "2023", 729.0, 203, is_synthetic=True)
    mark = "Anmäld skadegörelse (konstruerade exempeldata)"
    assert change_sentence(row, VANDALISM, now=now).startswith(f"{mark}: ")
    assert trend_sentence(trend("no_change", "similar", ""), VANDALISM, is_synthetic=True).startswith(f"{mark}: ")
    beside = comparison("country", "ratio", "lower", "better", "")
    assert comparison_sentence(beside, VANDALISM, own={**now, "value": 621.0}).startswith(f"{mark}: ")
    assert comparisons_sentence([beside], VANDALISM, is_synthetic=True).startswith(f"{mark}, 2023: ")
    assert months_sentence([month("2026-03", "similar", is_synthetic=True)], VANDALISM).startswith(f"{mark}: ")


# --------------------------------------------------------------------------------------- several benchmarks at once


def test_benchmarks_that_say_the_same_are_named_together() -> None:
    rows = [
        comparison("neighbours", "ratio", "similar", "similar", ""),
        comparison("county", "ratio", "lower", "better", ""),
        comparison("country", "ratio", "lower", "better", ""),
        comparison("similar", "ratio", "lower", "better", "", edge=True),
        comparison("police_area", "ratio", "higher", "worse", ""),
    ]
    assert comparisons_sentence(rows, VANDALISM) == (
        "Anmäld skadegörelse, 2023: säkerställt högre än i lokalpolisområdet, säkerställt lägre än i riket och länet, "
        "lägre än i liknande kommuner (på gränsen till säkerställt), i nivå med grannkommunerna. Lägre är bättre."
    )


def test_what_cannot_be_compared_is_named_with_its_reason() -> None:
    rows = [
        comparison("country", "ratio", "not_compared", "not_judged", "no_benchmark"),
        comparison("county", "ratio", "lower", "not_judged", "effort_driven"),
        comparison("police_area", "ratio", "not_compared", "not_judged", "no_dispersion"),
        comparison("neighbours", "ratio", "not_compared", "not_judged", "no_dispersion"),
    ]
    assert comparisons_sentence(rows, VANDALISM) == (
        "Anmäld skadegörelse, 2023: säkerställt lägre än i länet. Det bedöms inte. Talet följer polisens insatser. "
        "Uppgift saknas för riket. Det kan inte jämföras med lokalpolisområdet och grannkommunerna. "
        "Det är inte känt hur mycket sådana tal brukar variera."
    )


def test_where_nothing_can_be_compared_that_is_all_that_is_said() -> None:
    rows = [comparison(kind, "difference", "not_compared", "not_judged", "self_selected") for kind in BENCHMARKS]
    assert comparisons_sentence(rows, UNSAFE) == (
        "Otrygga utomhus sen kväll, 2023. Det kan inte jämföras med riket, länet, lokalpolisområdet, "
        "liknande kommuner och grannkommunerna. De som svarat valde själva att svara."
    )
    assert comparisons_sentence([], UNSAFE) == ""


# ----------------------------------------------------------------------------------------------------- ranks and months


@pytest.mark.parametrize(
    ("polarity", "best", "worst", "sentence"),
    [
        (
            *("low_is_good", 6, 31),
            "Anmäld skadegörelse, 2023: plats 14 av 290 kommuner, osäkerhet 6–31. Plats 1 har lägst tal. Lågt är bra.",
        ),
        (
            *("high_is_good", 3, 227),
            (
                "Anmäld skadegörelse, 2023: plats 14 av 290 kommuner, osäkerhet 3–227. Plats 1 har lägst tal. "
                "Högt är bra. Mer än hälften av alla platser är möjliga."
            ),
        ),
        (
            *("none", 14, 158),
            "Anmäld skadegörelse, 2023: plats 14 av 290 kommuner, osäkerhet 14–158. Plats 1 har lägst tal.",
        ),
    ],
)
def test_a_rank_says_its_uncertainty_and_what_place_1_is(polarity: str, best: int, worst: int, sentence: str) -> None:
    row = {"period": "2023", "rank": 14, "best": best, "worst": worst, "of": 290}
    assert rank_sentence(row, {**VANDALISM, "polarity": polarity}) == sentence


def month(period: str, result: str, **other: Any) -> Row:
    events = {"higher": 9, "lower": 0}.get(result, 3)
    row: dict[str, Any] = {
        "month": period,
        "events": events,
        "expected_lower": None if result == "not_compared" else 1.0,
        "expected_upper": None if result == "not_compared" else 7.0,
        "result": result,
        "judgement": "not_judged" if result == "not_compared" else "similar",
        "reason": "too_few_years" if result == "not_compared" else "",
        "is_synthetic": False,
    }
    return {**row, **other}


def twelve(results: Mapping[int, str], **other: Any) -> list[Row]:
    return [month(f"2026-{number:02d}", results.get(number, "similar"), **other) for number in range(12, 0, -1)]


def test_twelve_months_as_expected() -> None:
    assert months_sentence(twelve({}), VANDALISM) == (
        "Anmäld skadegörelse: ingen av de senaste 12 månaderna låg utanför det väntade."
    )
    assert months_sentence([], VANDALISM) == ""


def test_months_outside_are_named_in_order_with_what_chance_gives() -> None:
    rows = twelve({3: "higher", 7: "lower", 11: "higher"}, judgement="worse")
    assert months_sentence(rows, VANDALISM) == (
        "Anmäld skadegörelse: av de senaste 12 månaderna låg 3 utanför det väntade. "
        "Fler än väntat: mars 2026 (9 mot väntat 1–7) och november 2026 (9 mot väntat 1–7). "
        "Färre än väntat: juli 2026 (0 mot väntat 1–7). "
        "Av slump hamnar var tjugonde månad utanför, ungefär en på två år. Högre är sämre."
    )


def test_months_that_cannot_be_judged_are_counted_apart() -> None:
    rows = twelve({1: "not_compared", 2: "not_compared", 3: "lower"})
    rows = [{**row, "judgement": "not_judged", "reason": row["reason"] or "no_polarity"} for row in rows]
    assert months_sentence(rows, VANDALISM) == (
        "Anmäld skadegörelse: av de senaste 12 månaderna kan 10 bedömas. 1 låg utanför det väntade. "
        "Färre än väntat: mars 2026 (0 mot väntat 1–7). "
        "Av slump hamnar var tjugonde månad utanför, ungefär en på två år. "
        "Det bedöms inte. Det är inte bestämt om högt eller lågt är bra. För de andra finns för få tidigare år."
    )
    assert months_sentence(twelve({1: "not_compared"}), VANDALISM) == (
        "Anmäld skadegörelse: av de senaste 12 månaderna kan 11 bedömas. Ingen låg utanför det väntade. "
        "För de andra finns för få tidigare år."
    )
    assert months_sentence(twelve(dict.fromkeys(range(13), "not_compared")), VANDALISM) == (
        "Anmäld skadegörelse: de senaste 12 månaderna kan inte bedömas. Det finns för få tidigare år."
    )


# ------------------------------------------------------------------------------------------------------------ findings

SIMILAR = compared("ratio", "similar", "similar", "")
LOWER = compared("ratio", "lower", "better", "")
BARELY_LOWER = compared("ratio", "lower", "better", "", edge=True)
HIGHER = compared("ratio", "higher", "worse", "")
UNSEEN = {**SIMILAR, "smallest_detectable_fall": None}
UNKNOWN = compared("ratio", "not_compared", "not_judged", "no_dispersion")
LEVEL = trend("no_change", "similar", "")
FALLING, RISING = trend("decreasing", "better", ""), trend("increasing", "worse", "")
UNTOLD = trend("cannot_be_calculated", "not_judged", "missing_years")
BESIDE = {
    "level": comparison("country", "ratio", "similar", "similar", ""),
    "lower": comparison("country", "ratio", "lower", "better", ""),
    "barely": comparison("county", "ratio", "higher", "worse", "", edge=True),
    "unknown": comparison("country", "ratio", "not_compared", "not_judged", "no_dispersion"),
    "alone": comparison("country", "ratio", "not_compared", "not_judged", "own_trend_only"),
}


@pytest.mark.parametrize(
    ("over_time", "trended", "beside", "said"),
    [
        (SIMILAR, None, "level", "ingen säkerställd förändring, i nivå med riket"),
        (SIMILAR, LEVEL, "lower", "ingen säkerställd förändring, lägre än i riket"),
        (SIMILAR, None, None, "ingen säkerställd förändring"),
        (None, LEVEL, None, "ingen säkerställd förändring"),
        (LOWER, None, None, "lägre 2023 än 2022"),
        (LOWER, LEVEL, "level", "lägre 2023 än 2022, i nivå med riket"),
        (LOWER, UNTOLD, "unknown", "lägre 2023 än 2022"),
        (BARELY_LOWER, None, None, "lägre 2023 än 2022, på gränsen till säkerställt"),
        (BARELY_LOWER, None, "lower", "lägre 2023 än 2022, på gränsen till säkerställt; lägre än i riket"),
        (HIGHER, RISING, None, "stigande 2019–2023"),
        (HIGHER, FALLING, None, "sjunkande 2019–2023 men högre 2023 än 2022"),
        (SIMILAR, FALLING, "barely", "sjunkande 2019–2023, högre än i länet, på gränsen till säkerställt"),
        (BARELY_LOWER, RISING, None, "stigande 2019–2023"),  # there is no room for both
        (UNSEEN, None, None, "utvecklingen kan inte avgöras med dessa tal"),
        (UNSEEN, None, "lower", "lägre än i riket"),
        (UNSEEN, LEVEL, None, "ingen säkerställd förändring"),
        (UNKNOWN, None, "unknown", "utvecklingen kan inte avgöras med dessa tal"),
        (UNKNOWN, None, "lower", "lägre än i riket"),
        (None, UNTOLD, None, "för få år för att bedöma utvecklingen"),
        (None, None, "unknown", "kan inte avgöras med dessa tal"),
        (None, None, "alone", "kommuner räknar olika, jämförs inte"),
        (None, None, "level", "i nivå med riket"),
        (None, None, None, "173 år 2023, för få år för att bedöma utvecklingen"),
    ],
)
def test_a_finding_claims_no_more_than_the_rows(
    over_time: Row | None, trended: Row | None, beside: str | None, said: str
) -> None:
    newest = indicator("ratio", "2023", 621.0, 173)
    other = BESIDE[beside] if beside else None
    found = finding(VANDALISM, change=over_time, trend=trended, comparison=other, newest=newest, area="Orust")
    assert found == f"Anmäld skadegörelse: {said}"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("self_selected", "självvalda svar som inte jämförs"),
        ("overlapping", "perioderna går in i varandra, jämförs inte"),
        ("series_break", "mätningen har ändrats, jämförs inte bakåt"),
        ("no_interval", "utvecklingen kan inte avgöras med dessa tal"),
    ],
)
def test_a_finding_says_why_nothing_is_compared(reason: str, said: str) -> None:
    row = compared("difference", "not_compared", "not_judged", reason)
    assert finding(UNSAFE, change=row, area="Orust") == f"Otrygga utomhus sen kväll: {said}"


def test_a_finding_of_nothing_is_that_it_is_missing() -> None:
    assert finding(VANDALISM, area="Orust") == "Anmäld skadegörelse: uppgift saknas för Orust"


def every_finding(definition: Row) -> Iterator[str]:
    newest = indicator("ratio", "2023", 621.0, 173, is_synthetic=True)
    hidden = {**newest, "status": "too_few_respondents", "area": "Lokalpolisområde Södra Fyrbodal"}
    for over_time in (SIMILAR, BARELY_LOWER, HIGHER, UNSEEN, UNKNOWN, None):
        for trended in (RISING, FALLING, LEVEL, UNTOLD, None):
            for beside in (*BESIDE.values(), None):
                for row in (newest, hidden):
                    yield finding(
                        definition, change=over_time, trend=trended, comparison=beside, newest=row, area=hidden["area"]
                    )


@pytest.mark.parametrize("code", ["sv", "en"])
def test_no_finding_is_longer_than_90_characters(code: Any) -> None:
    titles = [(model.indicator, model.name) for model in all_models() if model.indicator]
    assert len(titles) > 100
    with language(code):
        for declared, name in titles:
            named = {"title": declared.title, "title_en": declared.title_en, "unit": "per 100 000 invånare"}
            for found in every_finding({**named, "indicator": name}):
                assert len(found) <= 90, found
                assert not FORBIDDEN.search(found), found


def test_a_title_too_long_for_its_finding_is_cut_at_a_word() -> None:
    long = {**UNSAFE, "title": "Elever i gymnasiets år 2 i länet som har använt narkotika det senaste året"}
    row = compared("difference", "lower", "better", "", edge=True)
    assert finding(long, change=row, area="Orust") == (
        "Elever i gymnasiets år 2 i länet som…: lägre 2023 än 2022, på gränsen till säkerställt"
    )


# ----------------------------------------------------------------------------------------------------------- judgements


def judged(aspect: str, judgement: str, better: int = 0, worse: int = 0, similar: int = 0, untold: int = 0) -> Row:
    return {
        "aspect": aspect,
        "judgement": judgement,
        "text": "Uppgift saknas.",
        "figures_better": better,
        "figures_worse": worse,
        "figures_similar": similar,
        "figures_not_judged": untold,
    }


EXTENT = {
    **judged("extent", "not_judged"),
    "text": "Anmäld skadegörelse per 100 000 invånare 2023: 10254 (2857 fall).",
}
BY_CHANCE = "Av slump blir ungefär vart tjugonde mått bättre eller sämre."


@pytest.mark.parametrize(
    ("row", "symbol", "short", "long"),
    [
        (EXTENT, "○", "2 857 fall år 2023", "Störst antal: anmäld skadegörelse, 2 857 fall år 2023."),
        (judged("extent", "not_judged"), "○", "uppgift saknas", "Uppgift saknas."),
        (
            *(judged("development", "better", 2, 0, 5, 1), "▼", "bättre än förut i 2 av 7 mått"),
            f"Av 7 mått har 2 blivit bättre och 0 sämre. {BY_CHANCE} Antal mått som inte kan bedömas: 1.",
        ),
        (
            *(judged("development", "worse", 0, 1, 2), "▲", "sämre än förut i 1 av 3 mått"),
            f"Av 3 mått har 0 blivit bättre och 1 sämre. {BY_CHANCE}",
        ),
        (
            *(judged("development", "mixed", 1, 2, 2), "◆", "bättre i 1 och sämre i 2 av 5 mått"),
            f"Av 5 mått har 1 blivit bättre och 2 sämre. {BY_CHANCE}",
        ),
        (
            *(judged("development", "similar", 0, 0, 4, 9), "●", "ingen säkerställd förändring"),
            "Ingen säkerställd förändring i de 4 mått som kan bedömas. Antal mått som inte kan bedömas: 9.",
        ),
        (judged("development", "not_judged", untold=3), "○", "kan inte bedömas", "Inget mått kan bedömas."),
        (judged("comparison", "not_judged"), "○", "uppgift saknas", "Uppgift saknas."),
        (
            *(judged("comparison", "better", 5, 0, 7), "▼", "bättre än riket eller länet i 5 av 12 mått"),
            f"Av 12 mått är 5 bättre och 0 sämre än i riket eller länet. {BY_CHANCE}",
        ),
        (
            *(judged("concern", "worse", 0, 2, 0), "▲", "sämre än riket eller länet i 2 av 2 mått"),
            f"Av 2 mått är 0 bättre och 2 sämre än i riket eller länet. {BY_CHANCE}",
        ),
        (
            *(judged("consequence", "similar", 0, 0, 2), "●", "i nivå med riket eller länet"),
            "I nivå med riket eller länet i de 2 mått som kan bedömas.",
        ),
        (
            *(judged("concern", "mixed", 1, 1, 0), "◆", "bättre i 1 och sämre i 1 av 2 mått"),
            f"Av 2 mått är 1 bättre och 1 sämre än i riket eller länet. {BY_CHANCE}",
        ),
    ],
)
def test_a_judgement_is_a_symbol_with_words_and_a_sentence(row: Row, symbol: str, short: str, long: str) -> None:
    found = judgement_words(row)
    assert (found[0], plain(found[1])) == (symbol, short)
    assert plain(judgement_sentence(row)) == long


def test_no_two_judgements_share_a_symbol() -> None:
    given = {
        kind: judgement_words(judged("concern", kind))[0]
        for kind in ("better", "worse", "similar", "mixed", "not_judged")
    }
    assert len(set(given.values())) == len(given)


def test_an_extent_in_english_takes_its_title_from_the_definition() -> None:
    with language("en"):
        assert (
            plain(judgement_sentence(EXTENT, VANDALISM)) == "Largest number: reported vandalism, 2,857 cases in 2023."
        )


def test_reported_and_perceived_that_point_apart_are_said_to() -> None:
    assert disagreement_sentence([judged("comparison", "better"), judged("concern", "worse")]) == (
        "Upplevd och anmäld bild skiljer sig. "
        "Det som anmäls är bättre än i riket eller länet, det som folk svarar är sämre."
    )
    assert disagreement_sentence([judged("concern", "better"), judged("comparison", "worse")]) == (
        "Upplevd och anmäld bild skiljer sig. "
        "Det som anmäls är sämre än i riket eller länet, det som folk svarar är bättre."
    )


@pytest.mark.parametrize(
    "others", [("better", "better"), ("mixed", "worse"), ("similar", "worse"), ("better", "not_judged")]
)
def test_what_does_not_point_apart_is_not_said_to(others: tuple[str, str]) -> None:
    rows = [judged("comparison", others[0]), judged("concern", others[1]), judged("development", "worse")]
    assert disagreement_sentence(rows) == disagreement_sentence([]) == ""


def test_judgements_of_several_areas_are_not_mixed() -> None:
    with pytest.raises(ValueError, match="several focus areas"):
        disagreement_sentence([judged("concern", "better"), judged("concern", "worse")])


# -------------------------------------------------------------------------------------------------------------- phrases


@pytest.mark.parametrize(
    ("named", "within"),
    [
        ("Anmäld skadegörelse", "anmäld skadegörelse"),
        ("A-traktorer i trafik", "A-traktorer i trafik"),
        ("EPA-traktorer", "EPA-traktorer"),
        ("SSPF: aktuella ärenden", "SSPF: aktuella ärenden"),
        ("Polisens trafikkontroller", "polisens trafikkontroller"),
        ("I skolan trygga elever", "i skolan trygga elever"),
        ("Återkommande platser", "återkommande platser"),
        ("85-percentil", "85-percentil"),
    ],
)
def test_a_title_in_the_middle_of_a_sentence(named: str, within: str) -> None:
    assert in_sentence(named) == within


@pytest.mark.parametrize(
    ("named", "unit", "short"),
    [
        ("Anmäld skadegörelse per 100 000 invånare", "per 100 000 invånare", "Anmäld skadegörelse"),
        ("Anmält våld inomhus mot barn per 100 000 barn", "per 100 000 barn 0–17 år", "Anmält våld inomhus mot barn"),
        (
            "Elever med minst 15 procents frånvaro per 100 elever",
            "per 100 elever",
            "Elever med minst 15 procents frånvaro",
        ),
        ("Kommunens kostnad, kronor per invånare", "kr per invånare", "Kommunens kostnad"),
        (
            "Unga vårdade för självskada i länet per 100 000",
            "per 100 000 invånare",
            "Unga vårdade för självskada i länet",
        ),
        (
            "Unga 16–24 år som varken arbetar eller studerar",
            "procent",
            "Unga 16–24 år som varken arbetar eller studerar",
        ),
    ],
)
def test_a_title_leaves_its_unit_to_the_figure(named: str, unit: str, short: str) -> None:
    assert name_of({"title": named, "unit": unit}) == short


def test_a_title_names_its_category() -> None:
    assert name_of(UNSAFE, {"breakdown": "sex", "category": "women"}) == "Otrygga utomhus sen kväll, kvinnor"


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ("2023", "år 2023"),
        ("2019–2020", "åren 2019–2020"),
        ("2019-2020", "åren 2019–2020"),
        ("2026-K2", "under kvartal 2 2026"),
        ("2024/25", "under läsåret 2024/25"),
        ("2026-03", "under mars 2026"),
    ],
)
def test_periods_in_words(period: str, words: str) -> None:
    assert when(period) == words


def test_a_benchmark_nobody_has_put_into_words_stops() -> None:
    with pytest.raises(ValueError, match="planet"):
        place("planet")


# ---------------------------------------------------------------------------------------------------- what always holds


def numbers(text: str) -> list[str]:
    """The numbers of a text as they are written in Swedish, without the space between thousands."""
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", NBSP, text)  # no figure has three decimals: it is English
    text = re.sub(r"(?<=\d)\.(?=\d)", ",", text)
    return [found.replace(NBSP, "") for found in re.findall(rf"\d+(?:{NBSP}\d{{3}})*(?:,\d+)?", text)]


def known_numbers(*rows: Row | None) -> set[str]:
    """Every number of the rows as it may be written: whole or with one decimal, and those within their texts."""
    found = set()
    for row in rows:
        for value in (row or {}).values():
            if isinstance(value, str):
                found.update(numbers(value.replace(" ", NBSP)))
                found.update(re.findall(r"\d+", value))
            elif isinstance(value, int | float) and math.isfinite(value):
                found.update({"1"} if 0 < value < 0.5 else ())  # "under 1 %"
                found.update(number(abs(value), decimals).replace(NBSP, "") for decimals in (0, 1))
    return found


positive = st.floats(0.01, 99_999, allow_nan=False)
counts = st.integers(0, 50_000)
unsure = st.one_of(st.none(), st.floats(0.5, 400))


@st.composite
def changes(draw: st.DrawFn) -> tuple[Row, Row, Row | None, Row | None]:
    """A change of any kind that can occur, its definition, and the figures behind it or none."""
    case = draw(st.sampled_from([case for case in occurring() if case[0] == "change"]))
    _, benchmark, measure, result, judgement, reason, edge = case
    row = dict(change(benchmark, measure, result, judgement, reason, edge=bool(edge)))
    fall = draw(unsure)
    row |= {
        "value": draw(positive if measure == "ratio" else st.floats(0, 100)),
        "benchmark_value": draw(positive if measure == "ratio" else st.floats(0, 100)),
        "percent_change": draw(st.one_of(st.none(), st.floats(-100, 900))) if measure == "ratio" else None,
        "smallest_detectable_fall": None if fall is None else -min(fall, 100.0),
        "smallest_detectable_rise": draw(unsure),
    }
    now = before = None
    if benchmark == "previous" and draw(st.booleans()):
        status = st.sampled_from(["ok", "ok", "ok", "suppressed"])
        has = measure == "ratio"
        now = indicator(measure, "2023", row["value"], draw(counts) if has else None, status=draw(status))
        before = indicator(measure, "2022", row["benchmark_value"], draw(counts) if has else None, status=draw(status))
    return row, VANDALISM if measure == "ratio" else UNSAFE, now, before


@given(changes())
@settings(max_examples=300, deadline=None)
def test_no_change_is_told_with_a_number_that_is_not_in_its_rows(made: tuple[Row, Row, Row | None, Row | None]) -> None:
    row, definition, now, before = made
    for code in ("sv", "en"):
        with language(code):
            text = change_sentence(row, definition, now=now, before=before)
            heading = finding(definition, change=row, newest=now, area="Orust")
        for each in (text, heading):
            assert set(numbers(each)) <= known_numbers(row, definition, now, before), each
            assert not FORBIDDEN.search(each), each
        assert len(heading) <= 90


@given(changes())
@settings(max_examples=200, deadline=None)
def test_what_is_hidden_is_told_by_no_sentence(made: tuple[Row, Row, Row | None, Row | None]) -> None:
    row, definition, now, before = made
    if now is not None and before is not None and "suppressed" in (now["status"], before["status"]):
        text = change_sentence(row, definition, now=now, before=before)
        shown = known_numbers({"period": row["period"]}, definition, now if now["status"] == "ok" else None)
        assert set(numbers(text)) <= shown | {"2022"}, text


@given(changes())
@settings(max_examples=200, deadline=None)
def test_only_what_is_told_is_called_higher_or_lower(made: tuple[Row, Row, Row | None, Row | None]) -> None:
    row, definition, now, before = made
    text = change_sentence(row, definition, now=now, before=before)
    if row["result"] not in {"higher", "lower"}:
        assert not re.search(r"högre|lägre|bättre|sämre|statistiskt", text), text
    if is_on_the_edge(row):
        assert "statistiskt säkerställd" not in text, text


@given(
    st.lists(
        st.sampled_from([case for case in occurring() if case[0] == "comparison" and case[2] == "ratio"]), max_size=5
    ),
    positive,
    positive,
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_comparison_is_told_with_a_number_that_is_not_in_its_rows(
    cases: Sequence[Case], value: float, other: float
) -> None:
    rows = []
    for _, benchmark, measure, result, judgement, reason, edge in {case[1]: case for case in cases}.values():
        row = dict(comparison(benchmark, measure, result, judgement, reason, edge=bool(edge)))
        row["value"] = value
        row["benchmark_value"] = None if row["benchmark_value"] is None else other
        rows.append(row)
    texts = [comparison_sentence(row, VANDALISM) for row in rows] + [comparisons_sentence(rows, VANDALISM)]
    for text in texts:
        assert set(numbers(text)) <= known_numbers(VANDALISM, *rows), text
        assert not FORBIDDEN.search(text), text


# ---------------------------------------------------------------------------------------------------------- readability


def test_lix_is_words_per_sentence_and_the_share_of_long_words() -> None:
    # 9 words in 2 sentences, and one word in nine (Skadegörelsen) has more than six letters.
    assert lix("Skadegörelsen är låg i år. Den var hög förr.") == pytest.approx(9 / 2 + 100 / 9)
    # A number is one word whatever its spaces, and none of its signs is a letter; a decimal comma ends nothing.
    assert lix(f"Det är 1{NBSP}234,5 per 100{NBSP}000 invånare") == pytest.approx(6 + 100 / 6)
    with pytest.raises(ValueError, match="without words"):
        lix(" – ")


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Sequence[Row]]:
    """The sample's own rows of the three municipalities and their area, table by table."""
    folder = tmp_path_factory.mktemp("sample")
    plan = make_plan(read_settings(data=folder), sample=True, now=datetime(2026, 9, 1, 2, 30, tzinfo=UTC))
    results = read_all(plan)
    build_warehouse(plan, results, release_id(plan, results), lambda _: None)
    tables = ("changes", "trends", "comparisons", "ranks", "months", "judgements", "indicators")
    with connect(folder / "warehouse.duckdb", read_only=True) as con:
        here = "where area_code in ('1415', '1419', '1421', 'sodra_fyrbodal') order by all"
        found: dict[str, Sequence[Row]] = {
            name: con.sql(f"from output.{name} {here}").pl().to_dicts() for name in tables
        }
        found["definitions"] = con.sql("from output.definitions order by all").pl().to_dicts()
    return found


def series(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in ("indicator", "area_code", "breakdown", "category"))


def everything_said(released: Mapping[str, Sequence[Row]]) -> list[str]:
    """Every sentence that can be made of the sample."""
    definitions = {row["indicator"]: row for row in released["definitions"]}
    figures = {(*series(row), row["period"]): row for row in released["indicators"]}
    texts = []
    for row in released["changes"]:
        is_pooled = row["benchmark_type"] == "promise"
        now, before = (
            None if is_pooled else figures.get((*series(row), row[name])) for name in ("period", "benchmark_period")
        )
        texts.append(change_sentence(row, definitions[row["indicator"]], now=now, before=before))
    texts += [trend_sentence(row, definitions[row["indicator"]]) for row in released["trends"]]
    texts += [rank_sentence(row, definitions[row["indicator"]]) for row in released["ranks"]]
    beside: dict[tuple[str, ...], list[Row]] = {}
    for row in released["comparisons"]:
        own = figures.get((*series(row), row["period"]))
        texts.append(comparison_sentence(row, definitions[row["indicator"]], own=own))
        beside.setdefault(series(row), []).append(row)
    texts += [comparisons_sentence(rows, definitions[key[0]]) for key, rows in beside.items()]
    by_month: dict[tuple[str, str], list[Row]] = {}
    for row in released["months"]:
        by_month.setdefault((row["indicator"], row["area_code"]), []).append(row)
    texts += [months_sentence(rows, definitions[key[0]]) for key, rows in by_month.items()]
    texts += [judgement_sentence(row) for row in released["judgements"]]
    by_focus: dict[tuple[str, str], list[Row]] = {}
    for row in released["judgements"]:
        by_focus.setdefault((row["area_code"], row["focus_area"]), []).append(row)
    texts += [disagreement_sentence(rows) for rows in by_focus.values()]
    texts += [
        missing_sentence(name_of(definitions[row["indicator"]], row), row["status"])
        for row in released["indicators"]
        if row["status"] != "ok"
    ]
    return [text for text in texts if text]


def test_the_samples_sentences_can_be_read(released: Mapping[str, Sequence[Row]]) -> None:
    texts = everything_said(released)
    assert len(texts) > 2000
    assert lix(" ".join(texts)) <= 45
    each = [lix(text) for text in dict.fromkeys(texts)]
    assert statistics.median(each) <= 45
    assert [text for text in texts if FORBIDDEN.search(text)] == []


def test_every_combination_in_the_sample_is_in_the_truth_table(released: Mapping[str, Sequence[Row]]) -> None:
    seen = set()
    for table, name in (("change", "changes"), ("comparison", "comparisons"), ("trend", "trends")):
        for row in released[name]:
            kind = (row.get("benchmark_type", ""), row.get("measure", ""))
            edge = "edge" if table != "trend" and is_on_the_edge(row) else ""
            seen.add((table, *kind, row["result"], row["judgement"], row["reason"], edge))
    assert len(seen) > 40
    assert seen <= set(written())


def test_no_heading_of_the_sample_is_too_long(released: Mapping[str, Sequence[Row]]) -> None:
    definitions = {row["indicator"]: row for row in released["definitions"]}
    over_time = {series(row): row for row in released["changes"] if row["benchmark_type"] == "previous"}
    trends = {series(row): row for row in released["trends"]}
    beside = {series(row): row for row in released["comparisons"] if row["benchmark_type"] == "country"}
    newest = {series(row): row for row in sorted(released["indicators"], key=lambda row: row["period_start"])}
    found = [
        finding(
            definitions[key[0]],
            change=over_time.get(key),
            trend=trends.get(key),
            comparison=beside.get(key),
            newest=row,
            area=row["area"],
        )
        for key, row in newest.items()
    ]
    assert len(found) > 700
    assert max(map(len, found)) <= 90
