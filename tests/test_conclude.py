"""Five judgements of a focus area: each in words with its grounds, and never a sum of them."""

from typing import Any

import polars as pl
import pytest

from models._conclude import ASPECTS, JUDGEMENTS, conclude

DECLARED = pl.DataFrame(
    [
        ("reported_rate", "vandalism", "Anmäld skadegörelse", "registered", False),
        ("asked_share", "vandalism", "Upplever skadegörelse", "asked", False),
        ("other_share", "vandalism", "Upplever klotter", "asked", False),
        ("cost_rate", "vandalism", "Kostnad", "registered", True),
        ("unsafe_share", "perceived_safety", "Otrygga", "asked", False),
    ],
    schema=["indicator", "focus_area", "title", "basis", "is_consequence"],
    orient="row",
)
PLACE = {"area_type": "municipality", "area_code": "1415", "area": "Stenungsund", "breakdown": ""}
ROW = {
    **PLACE,
    "indicator": "reported_rate",
    "title": "Anmäld skadegörelse",
    "period": "2023",
    "period_start": None,
    "kind": "counts",
    "status": "ok",
    "numerator": 173.0,
    "value": 620.9,
}
Found = dict[tuple[str, str], dict[str, Any]]


def compared(indicator: str, judgement: str, benchmark: str = "country", **changed: Any) -> dict[str, Any]:
    result = "not_compared" if judgement == "not_judged" else "higher"
    return {
        **PLACE,
        "indicator": indicator,
        "benchmark_type": benchmark,
        "result": result,
        "judgement": judgement,
        **changed,
    }


def concluded(
    comparisons: list[dict[str, Any]],
    changes: list[dict[str, Any]] | None = None,
    trends: list[dict[str, Any]] | None = None,
) -> Found:
    like = compared("none", "not_judged")
    frames = [
        pl.DataFrame(rows or [like], schema=list(like)).filter(pl.col("indicator") != "none")
        for rows in (comparisons, changes, trends)
    ]
    found = conclude(DECLARED, pl.DataFrame([ROW]), *frames)
    assert found.schema == pl.Schema(JUDGEMENTS)
    return {(row["focus_area"], row["aspect"]): row for row in found.iter_rows(named=True)}


def test_every_focus_area_has_all_five_also_where_nothing_is_known() -> None:
    found = concluded([])
    assert [aspect for area, aspect in found if area == "perceived_safety"] == list(ASPECTS)
    for row in found.values():
        if row["aspect"] != "extent":
            assert (row["judgement"], row["text"], row["grounds"]) == ("not_judged", "Uppgift saknas.", "")


def test_extent_says_how_much_and_never_whether_it_is_good() -> None:
    row = concluded([compared("reported_rate", "worse")])["vandalism", "extent"]
    assert (row["judgement"], row["text"]) == ("not_judged", "Anmäld skadegörelse 2023: 621 (173 fall).")


@pytest.mark.parametrize(
    ("judgements", "expected"),
    [
        (("better", "similar"), "better"),
        (("worse", "similar"), "worse"),
        (("similar", "similar"), "similar"),
        (("better", "worse"), "mixed"),
        (("not_judged", "not_judged"), "not_judged"),
    ],
)
def test_figures_of_both_kinds_are_mixed_and_not_summed(judgements: tuple[str, str], expected: str) -> None:
    found = concluded([compared("asked_share", judgements[0]), compared("other_share", judgements[1])])
    row = found["vandalism", "concern"]
    assert row["judgement"] == expected
    assert sum(row[f"figures_{name}"] for name in ("better", "worse", "similar", "not_judged")) == 2


def test_what_is_registered_what_people_say_and_what_it_leads_to_are_kept_apart() -> None:
    found = concluded(
        [compared("reported_rate", "better"), compared("asked_share", "similar"), compared("cost_rate", "worse")]
    )
    assert {aspect: found["vandalism", aspect]["grounds"] for aspect in ("comparison", "concern", "consequence")} == {
        "comparison": "reported_rate",
        "concern": "asked_share",
        "consequence": "cost_rate",
    }


def test_where_registered_and_perceived_disagree_it_is_said() -> None:
    said = "Anmält och upplevt pekar åt olika håll."
    found = concluded([compared("reported_rate", "better"), compared("asked_share", "worse")])
    assert said in found["vandalism", "concern"]["text"]
    found = concluded([compared("reported_rate", "better"), compared("asked_share", "better")])
    assert said not in found["vandalism", "concern"]["text"]


def test_the_county_stands_in_for_a_country_that_nothing_is_known_of() -> None:
    rows = [compared("reported_rate", "not_judged"), compared("reported_rate", "worse", "county")]
    assert concluded(rows)["vandalism", "comparison"]["judgement"] == "worse"
    rows = [compared("reported_rate", "better"), compared("reported_rate", "worse", "county")]
    assert concluded(rows)["vandalism", "comparison"]["judgement"] == "better"


def test_a_trend_that_could_be_told_goes_before_the_latest_change() -> None:
    change = compared("reported_rate", "worse", "previous")
    assert concluded([], [change])["vandalism", "development"]["judgement"] == "worse"
    trend = compared("reported_rate", "similar", "", result="no_change")
    assert concluded([], [change], [trend])["vandalism", "development"]["judgement"] == "similar"
    unknown = compared("reported_rate", "not_judged", "", result="cannot_be_calculated")
    assert concluded([], [change], [unknown])["vandalism", "development"]["judgement"] == "worse"


def test_one_judged_figure_in_twenty_differs_by_chance() -> None:
    asked = [compared("asked_share", "better"), compared("other_share", "similar")]
    found = concluded(asked)
    assert found["vandalism", "concern"]["figures_by_chance"] == pytest.approx(0.1)
    assert found["perceived_safety", "concern"]["figures_by_chance"] == 0
