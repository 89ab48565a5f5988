"""When and where events come together: what is told from chance, what is not counted, and what a reader is told."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from flows.pipeline import build_warehouse, make_plan, read_all
from flows.settings import read_settings
from models._duckdb import connect
from models._profiles import BY_PLACE, BY_SLOT, CONCENTRATION, PLACES, PROFILES, judge_places, judge_profiles
from models.methods.concentration import busiest_places, concentration, recurrent_places
from models.methods.profiles import Profile, judge_profile, spread
from models.methods.rates import Floats
from reports._codes import OFFENCES
from reports._places import concentration_sentence, pattern_text
from sources._strict import read_reference
from tests.sample_release import Release
from tests.test_mapping import DECIDED, TEMPLATE, added, core, written

SERIES = 2_000


def drawn(rng: np.random.Generator, mean: Floats | float, dispersion: float, shape: tuple[int, ...]) -> Floats:
    """Negative binomial counts, Poisson where the dispersion is 1."""
    mean = np.broadcast_to(np.asarray(mean, dtype=np.float64), shape)
    found = rng.poisson(mean) if dispersion == 1 else rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion)
    return found.astype(np.float64)


def judged(counts: Floats, *, is_seasonal: bool = False) -> Profile:
    return judge_profile(spread(counts, np.ones_like(counts)), is_seasonal=is_seasonal)


def points_out(found: Profile) -> Any:
    """Which series have anything told of them."""
    return (np.nan_to_num(found.side) != 0).any(axis=-1) | (found.season_p <= 0.05)


# The method of profiles -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("slots", "blocks"), [(12, 3), (7, 8), (8, 24)])
@pytest.mark.parametrize(("mean", "dispersion"), [(1.0, 4.0), (3.0, 1.0), (3.0, 2.0), (10.0, 4.0), (30.0, 2.0)])
def test_at_most_one_even_series_in_twenty_has_anything_pointed_out(
    slots: int, blocks: int, mean: float, dispersion: float
) -> None:
    counts = drawn(np.random.default_rng(8), mean, dispersion, (SERIES, blocks, slots))
    found = judged(counts, is_seasonal=slots == 12)
    # Of 2,000 series the share of false findings is known to within half a point.
    assert points_out(found).mean() < 0.05 + 3 * np.sqrt(0.05 * 0.95 / SERIES)


def test_planted_days_and_seasons_are_found() -> None:
    rng = np.random.default_rng(9)
    weekend = np.array([1.0, 1, 1, 1, 2.5, 2.5, 1]) * 5
    found = judged(drawn(rng, weekend, 1.5, (500, 8, 7)))
    assert (found.side[:, 4:6] == 1).mean() > 0.9
    assert (found.side[:, [0, 1, 2, 3, 6]] == 1).mean() < 0.01
    # A summer with twice as many as the winter, five events a month: seen as a season, seldom in any month alone.
    summer = 5 * (1 + 0.33 * np.cos(2 * np.pi * (np.arange(12) - 6) / 12))
    counts = drawn(rng, summer, 1.0, (500, 5, 12))
    found = judged(counts, is_seasonal=True)
    told = found.season_p <= 0.05
    alone = (judged(counts).side == 1).any(axis=-1)
    assert told.mean() > 0.6 > 0.4 > alone.mean()
    assert (np.abs(found.peak[told] - 6) <= 1).mean() > 0.95


def test_what_is_drawn_and_what_is_said_agree() -> None:
    counts = drawn(np.random.default_rng(10), 6.0 * np.array([1, 1, 1, 1, 2, 3, 1]), 2.0, (500, 8, 7))
    found, events = judged(counts), counts.sum(axis=-2)
    assert (((found.side == 1) | found.is_one) >= (events > found.upper)).all()
    assert ((found.side == 1) <= (events > found.upper)).all()
    assert ((found.side == -1) <= (events < found.lower)).all()
    assert found.is_one.mean() < 0.02


def test_neither_growth_nor_silence_looks_like_a_season() -> None:
    # Twice as many events in the second year, of which only half has been reported.
    exposure = np.array([[30.0] * 12, [30.0] * 6 + [0.0] * 6])
    counts = np.array([[20.0] * 12, [40.0] * 6 + [0.0] * 6])
    found = spread(counts, exposure)
    assert found.expected == pytest.approx(found.events)
    assert found.dispersion == pytest.approx(1.0)
    assert set(judge_profile(found, is_seasonal=True).side.tolist()) == {0.0}
    # A month that nobody ever reported says nothing, and takes nothing from the others.
    exposure[:, 11], counts[:, 11] = 0, 0
    silent = spread(counts, exposure)
    assert np.isnan(silent.events[11])
    assert np.isnan(judge_profile(silent).side[11])
    assert silent.expected[:11] == pytest.approx(found.expected[:11])


def test_a_longer_exposure_lets_more_be_expected() -> None:
    found = spread(np.full((3, 2), 30.0), np.array([[31.0, 29.0]] * 3))
    assert found.expected.tolist() == pytest.approx([93.0, 87.0])


def test_one_wild_year_is_noise_and_not_a_profile() -> None:
    counts = np.full((4, 12), 6.0)
    counts[0, 6] = 60.0
    found = judged(counts, is_seasonal=True)
    assert np.flatnonzero(found.is_one).tolist() == [6]
    assert np.isnan(found.side[6])
    assert np.isnan(found.peak)
    counts[:, 6] = 21.0  # 84 in all, as 78 above, but every year
    assert judged(counts).side[6] == 1


def test_too_little_is_not_judged() -> None:
    one_year, few = spread(np.full((1, 12), 20.0), np.ones((1, 12))), spread(np.eye(8), np.ones((8, 8)))
    assert (bool(one_year.has_events), bool(one_year.has_blocks)) == (True, False)
    assert (bool(few.has_events), bool(few.has_blocks)) == (False, True)
    for found in map(judge_profile, (one_year, few)):
        assert np.isnan(found.p).all()
        assert np.isnan(found.upper).all()
    with pytest.raises(ValueError, match="negative"):
        spread(np.array([[-1.0, 2.0]]), np.ones((1, 2)))
    with pytest.raises(ValueError, match="confidence"):
        judge_profile(one_year, 95)


# The methods of places ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dispersion", [1.0, 2.0])
@pytest.mark.parametrize("shares", [np.full(7, 1 / 7), np.array([0.4, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05])])
def test_the_busiest_places_share_is_not_flattered_by_the_choice(dispersion: float, shares: Floats) -> None:
    rng = np.random.default_rng(11)
    held, flattered, honest = [], [], []
    for _ in range(1_500):
        first, second = drawn(rng, 10 * shares, dispersion, (2, 12, 7))
        found = concentration(first, second)
        if np.isnan(found.share):
            continue
        truth = shares[found.busiest].sum()
        held.append(found.lower <= truth <= found.upper)
        honest.append(found.share - truth)
        flattered.append(first.sum(axis=0)[found.busiest].sum() / first.sum() - truth)
    assert len(held) > 1_400
    assert 0.93 < np.mean(held) < 0.99
    assert abs(np.mean(honest)) < 0.01
    if shares[0] < 0.2:
        assert np.mean(flattered) > 0.05  # as much as the same events would have flattered it


def test_the_busiest_are_the_fewest_with_half() -> None:
    assert busiest_places(np.array([1.0, 5, 3, 1])).tolist() == [1]
    assert busiest_places(np.array([3.0, 3, 3, 3])).tolist() == [0, 1]
    assert busiest_places(np.zeros(3)).tolist() == []


def test_no_share_is_told_of_few_events_or_when_every_place_is_chosen() -> None:
    few, many = np.full((12, 3), 0.5), np.full((12, 3), 4.0)
    assert np.isnan(concentration(few, many).share)
    assert np.isnan(concentration(many, few).share)
    assert np.isnan(concentration(many[:, :1], many[:, :1]).share)
    assert np.isnan(concentration(np.zeros((0, 3)), many).share)
    with pytest.raises(ValueError, match="same places"):
        concentration(many, many[:, :2])


@pytest.mark.parametrize(("mean", "dispersion"), [(0.5, 1.0), (0.5, 2.0), (2.0, 1.0), (2.0, 3.0), (8.0, 2.0)])
def test_of_even_places_at_most_one_municipality_in_twenty_has_one_that_recurs(mean: float, dispersion: float) -> None:
    rng = np.random.default_rng(12)
    any_told = []
    for _ in range(1_000):
        counts = drawn(rng, mean, dispersion, (4, 12, 7))
        _, told = recurrent_places(spread(counts, np.ones_like(counts)), (counts > 0).sum(axis=1))
        any_told.append(told.any())
    assert np.mean(any_told) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 1_000)


def test_a_place_that_recurs_is_found_and_one_bad_night_is_not() -> None:
    rng = np.random.default_rng(13)
    counts = drawn(rng, np.array([4.0, 1, 1, 1, 1, 1, 1]), 1.5, (300, 12, 7))
    found = spread(counts, np.ones_like(counts))
    _, told = recurrent_places(found, (counts > 0).sum(axis=1))
    assert told[:, 1:].mean() < 0.01
    one_by_one = [
        recurrent_places(spread(each[None], np.ones((1, 12, 7))), (each > 0).sum(axis=0)[None]) for each in counts
    ]
    assert np.mean([told[0, 0] for _, told in one_by_one]) > 0.9
    night = np.ones((1, 12, 7))
    night[0, :, 0], night[0, 4, 0] = 0, 40
    night[0, 2, 0] = night[0, 8, 0] = 1
    _, told = recurrent_places(spread(night, np.ones_like(night)), (night > 0).sum(axis=1))
    assert not told.any()


# The tables -----------------------------------------------------------------------------------------------------------

AREAS = pl.DataFrame(
    [("1415", "Stenungsund", "municipality"), ("1419", "Tjörn", "municipality"), ("lpo", "Området", "police_area")],
    schema=["area_code", "area", "area_type"],
    orient="row",
)
MEMBERS = {"lpo": frozenset({"1415", "1419"})}


def by_weekday(code: str, *weights: int, blocks: int = 8) -> list[dict[str, Any]]:
    """Eight quarters of weeks in which each weekday had so many events."""
    start = date(2024, 8, 5)
    return [
        {
            "series": "incident_reports",
            "focus_area": None,
            "municipality_code": code,
            "profile": "weekday",
            "block_start": start + timedelta(weeks=13 * block),
            "slot": slot,
            "events": events,
            "exposure": 13,
            "events_without_time": 0,
            "period_start": start,
            "period_end": start + timedelta(weeks=13 * blocks, days=-1),
            "is_synthetic": False,
            "data_as_of": date(2026, 8, 7),
            "source": "incident_reports",
        }
        for block in range(blocks)
        for slot, events in enumerate(weights, start=1)
    ]


def profiles(*rows: dict[str, Any]) -> pl.DataFrame:
    found = judge_profiles(pl.DataFrame(rows, schema=dict(BY_SLOT)), AREAS, MEMBERS)
    assert found.schema == pl.Schema(PROFILES)
    return found


def test_an_area_is_judged_by_its_members_own_blocks_and_only_with_all_of_them() -> None:
    both = profiles(*by_weekday("1415", 2, 2, 2, 2, 6, 6, 2), *by_weekday("1419", 1, 1, 1, 1, 1, 1, 1))
    assert both.height == 3 * 7
    area = both.filter(area_code="lpo")
    assert area["events"].to_list() == [24, 24, 24, 24, 56, 56, 24]
    assert area["expected"].to_list() == pytest.approx([(22 + 7) / 7 * 8] * 7)
    assert area["result"].to_list() == [*["similar"] * 4, "higher", "higher", "similar"]
    assert set(both.filter(area_code="1419")["result"]) == {"similar"}
    assert set(profiles(*by_weekday("1415", *[2] * 7))["area_code"]) == {"1415"}


def test_a_row_that_cannot_be_judged_says_why_and_has_its_count() -> None:
    few = profiles(*by_weekday("1415", 0, 0, 0, 0, 1, 0, 0))
    assert set(few["reason"]) == {"too_few_events"}
    assert few["events"].to_list() == [0, 0, 0, 0, 8, 0, 0]
    assert few["expected"].null_count() == 7
    short = profiles(*by_weekday("1415", *[9] * 7, blocks=1))
    assert set(short["reason"]) == {"too_few_weeks"}
    unseen = profiles(*(row for row in by_weekday("1415", *[9] * 7) if row["slot"] != 7))
    assert unseen.filter(slot=7).select("events", "result", "reason").rows() == [(None, "not_compared", "not_reported")]
    assert unseen.filter(slot=6)["reason"].to_list() == [""]


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [*by_weekday("1415", 2, 3, 2, 4, 6, 6, 2), *by_weekday("1419", 1, 2, 1, 1, 1, 3, 1)]
    assert profiles(*reversed(rows)).equals(profiles(*rows))


def by_place(**monthly: tuple[int, ...]) -> pl.DataFrame:
    """Two years of months; each place's events a month in the first and in the second."""
    rows = [
        {
            "series": "incident_reports",
            "focus_area": None,
            "municipality_code": "1415",
            "place": "" if place == "elsewhere" else place,
            "month": date(2024 + (6 + month) // 12, (6 + month) % 12 + 1, 1),
            "year_start": date(2024 + month // 12, 7, 1),
            "year_end": date(2025 + month // 12, 6, 30),
            "events": events[month // 12],
            "is_synthetic": False,
            "data_as_of": date(2026, 8, 7),
            "source": "incident_reports",
        }
        for place, events in monthly.items()
        for month in range(24)
    ]
    return pl.DataFrame(rows, schema=dict(BY_PLACE))


def test_places_are_chosen_in_one_year_and_counted_in_the_next() -> None:
    places, shares = judge_places(by_place(a=(5, 1), b=(1, 5), c=(1, 1), d=(1, 1), elsewhere=(2, 2)), AREAS)
    assert (places.schema, shares.schema) == (pl.Schema(PLACES), pl.Schema(CONCENTRATION))
    [share] = shares.to_dicts()
    assert (share["busiest_places"], share["events"], share["events_at_busiest"]) == ("a", 96, 12)
    assert share["share"] == pytest.approx(12 / 96)
    assert (share["events_elsewhere"], share["places_number"], share["result"]) == (24, 4, "lower")
    assert (share["chosen_end"], share["period_start"]) == (date(2025, 6, 30), date(2025, 7, 1))
    assert places.filter("is_recurrent")["place"].to_list() == ["b"]
    assert places["events"].to_list() == [12, 60, 12, 12]
    assert places["share"].sum() == pytest.approx(1)


def test_a_first_year_has_no_share_and_few_events_no_judgement() -> None:
    first = by_place(a=(5, 5), b=(1, 1)).filter(pl.col("year_start") == date(2025, 7, 1))
    _, shares = judge_places(first, AREAS)
    assert shares.select("reason", "share", "chosen_start").rows() == [("too_few_years", None, None)]
    quiet = by_place(a=(1, 0), b=(0, 0))
    places, shares = judge_places(quiet, AREAS)
    assert set(places["reason"]) == {"too_few_events"}
    assert shares["reason"].to_list() == ["too_few_events"]
    none = judge_places(pl.DataFrame(schema=dict(BY_PLACE)), AREAS)
    assert [each.height for each in none] == [0, 0]


# From reports to counts -----------------------------------------------------------------------------------------------

DOUBLES = (
    "1;2026-06-01;21:10;1415;Stora Höga;klotter;Skola",  # a Monday
    "2;2026-06-01;21:40;1415;Stora Höga;klotter;Fritid",  # the same event, told by another
    "3;2026-06-06;;1415;Övriga Stenungsund;skadegörelse;Skola",
    "4;2026-06-06;22:00;1415;Stora Höga;kränkning;Skola",
    "5;2026-06-21;;1415;;inget att rapportera;Skola",  # a Sunday, the last of a whole week
    "6;2026-07-07;23:10;1415;Stora Höga;klotter;Skola",  # its quarter is not over
)


def test_an_event_is_counted_once_and_nothing_of_people_by_hour_or_place(tmp_path: Path) -> None:
    data = tmp_path / "data"
    added(data, written(tmp_path, TEMPLATE, *DOUBLES))
    found = core(data)
    slots = found["core.incident_reports_by_slot"]
    assert set(slots["series"]) == {"incident_reports", "incident_reports_vandalism"}
    every = slots.filter(series="incident_reports")
    weekdays = every.filter(profile="weekday").group_by("slot").agg(pl.col("events").sum()).filter(pl.col("events") > 0)
    assert sorted(weekdays.rows()) == [(1, 1), (6, 1)]
    hours = every.filter(profile="hour")
    assert hours.filter(pl.col("events") > 0).select("slot", "events", "events_without_time").rows() == [(21, 1, 1)]
    # Two weeks were reported, and one between them was not: it is no quiet week.
    assert set(every.filter(profile="weekday")["exposure"]) == {2}
    assert set(every["concerns"]) == {"places"}
    # Weeks are counted by whole quarters: two releases beside each other do not tell the day and hour of one week.
    assert set(every.filter(profile="weekday")["period_end"]) == {date(2026, 6, 28)}


def test_months_stay_when_reports_become_counts_and_hours_go(tmp_path: Path) -> None:
    data = tmp_path / "data"
    days = [
        day
        for n in range(60)
        if (day := date(2024, 1, 3) + timedelta(days=4 * n)).isocalendar().week not in (27, 28, 29)
    ]
    rows = [f"{n};{day};20:00;1415;Stora Höga;klotter;Skola" for n, day in enumerate(days)]
    added(data, written(tmp_path, TEMPLATE, *rows), date(2024, 9, 1))

    def counted(on: datetime) -> pl.DataFrame:
        plan = make_plan(read_settings(data=data, area="1415", gallringsbeslut=DECIDED), offline=True, now=on)
        build_warehouse(plan, read_all(plan), "r", lambda _: None)
        with closing(connect(data / "warehouse.duckdb", read_only=True)) as con:
            return con.sql("from core.incident_reports_by_slot where series = 'incident_reports'").pl()

    before, after = (counted(datetime(year, 9, 2, 12, tzinfo=UTC)) for year in (2024, 2027))
    assert set(before["profile"]) == {"month", "weekday", "hour"}
    assert set(after["profile"]) == {"month"}
    months = [each.filter(profile="month") for each in (before, after)]
    assert months[0].equals(months[1])
    # In the first three weeks of July nobody reported: they are not calm.
    assert months[0].filter(slot=7).select("events", "exposure").rows() == [(2, 10)]


# The sample, and what is said of it -----------------------------------------------------------------------------------


def test_the_sample_shows_its_evenings_its_weekends_and_its_largest_places(sample: Release) -> None:
    with connect(sample.folder / "public" / "lagesbild.duckdb", read_only=True) as con:
        judged = con.sql("from output.profiles where area_code = 'sodra_fyrbodal' and series = 'incident_reports'").pl()
        places = con.sql("from output.places where is_recurrent order by area_code").pl()
        shares = con.sql("from output.concentration where series = 'incident_reports' order by area_code").pl()
        counted = con.sql(
            "select area_code, sum(events) as events from output.places where focus_area is null group by all"
        )
        totals = dict(counted.fetchall())
    told = {profile: sorted(judged.filter(profile=profile, result="higher")["slot"]) for profile in ("weekday", "hour")}
    assert told == {"weekday": [5, 6], "hour": [18, 21]}
    assert judged.filter(profile="month")["season_peak"].unique().to_list() == [7]
    assert {"Centrala Stenungsund", "Skärhamn", "Henån"} == set(places["place"])
    assert not any(place.startswith("Övriga") for place in places["place"])
    assert {row["area_code"]: row["events"] for row in shares.to_dicts()} == totals
    # A place's counts change twice a year.
    assert {(each.month, each.day) for each in places["period_end"]} <= {(6, 30), (12, 31)}


def test_no_release_holds_a_profile_of_people_of_the_police_feed_or_of_police_effort(sample: Release) -> None:
    listed = read_reference("bra_offences")
    effort = {f"reported_offences_{name}" for name in listed.filter(is_effort_driven="true")["offence"]}
    categories = read_reference("incident_categories")
    open_to_all = set(categories.filter(pl.col("concerns").is_in(["things", "places"]))["focus_area"])
    for audience in ("internal", "public"):
        with connect(sample.folder / audience / "lagesbild.duckdb", read_only=True) as con:
            for table in ("profiles", "places", "concentration"):
                rows = con.sql(f"from output.{table}").pl()
                assert rows.height > 0
                assert not effort & set(rows["series"])
                own = rows.filter(pl.col("series").str.starts_with("incident_reports"))
                assert set(own["focus_area"].drop_nulls()) <= open_to_all
                assert set(",".join(rows["sources"]).split(",")) <= {"incident_reports", "reported_offences"}


def test_every_offence_that_is_counted_by_month_has_words() -> None:
    listed = read_reference("bra_offences").filter(is_effort_driven="false")
    monthly = set(listed.filter(pl.col("monthly_id").is_not_null() & (pl.col("monthly_id") != ""))["offence"])
    assert monthly - set(OFFENCES) <= {"all_offences", "penal_code", "special_laws"}


def slot(number: int, result: str, **other: Any) -> dict[str, Any]:
    return {"profile": "hour", "slot": number, "result": result, "reason": "", "season_peak": None, **other}


def test_a_pattern_is_told_in_words_as_far_as_it_goes() -> None:
    hours = [slot(at, "higher" if at >= 18 else "lower" if at in (3, 6, 12) else "similar") for at in range(0, 24, 3)]
    assert pattern_text(hours) == "fler kl. 18–24, färre kl. 03–09 och 12–15"
    days = [slot(at, "higher" if at in (5, 6) else "similar", profile="weekday") for at in range(1, 8)]
    assert pattern_text(days) == "fler på fredagar och lördagar"
    months = [slot(at, "similar", profile="month", season_peak=7) for at in range(1, 13)]
    assert pattern_text(months) == "flest kring juli"
    assert pattern_text([slot(at, "similar") for at in range(0, 24, 3)]) == "inget säkerställt"
    silent = [slot(0, "not_compared", reason="not_reported"), slot(3, "not_compared", reason="too_few_events")]
    assert pattern_text(silent) == "för få händelser"


def test_the_sentence_of_few_places_says_when_they_were_chosen_and_what_equal_would_be() -> None:
    row = {
        "area": "Tjörn",
        "busiest_places": "Skärhamn; Kållekärr",
        "events": 139,
        "events_at_busiest": 82,
        "places_number": 7,
        "share": 82 / 139,
        "share_lower": 0.497,
        "share_upper": 0.677,
        "expected_share": 2 / 7,
        "period_start": date(2025, 7, 1),
        "period_end": date(2026, 6, 30),
        "is_synthetic": False,
    }
    said = concentration_sentence({**row, "result": "higher"})
    assert said == (
        "Tjörn: Skärhamn och Kållekärr hade flest händelser året före. Juli 2025–juni 2026 hade de 82 av 139 på "
        "namngivna platser: 59\u00a0%, sannolikt mellan 50 och 68\u00a0%. Det är säkerställt mer än 29\u00a0%, som om "
        "kommunens 7 platser hade lika många."
    )
    assert "slump" in concentration_sentence({**row, "result": "similar"}).lower()
    assert "säkerställt mindre" in concentration_sentence({**row, "result": "lower"})
