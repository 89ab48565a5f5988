"""When and where events come together: profiles of months, weekdays and hours, and of named places."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from models.methods.concentration import FEWEST_FOR_SHARE, concentration, recurrent_places
from models.methods.profiles import judge_profile, spread
from models.methods.rates import Floats

SLOTS: Mapping[str, Sequence[int]] = {"month": range(1, 13), "weekday": range(1, 8), "hour": range(0, 24, 3)}
_DECIMALS = 6
_KEY = ["series", "area_code", "profile"]
_RESULTS = {1.0: "higher", -1.0: "lower", 0.0: "similar"}

BY_SLOT: Mapping[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("series", "focus_area", "municipality_code", "profile"), pl.String),
    "block_start": pl.Date,
    **dict.fromkeys(("slot", "events", "exposure", "events_without_time"), pl.Int64),
    **dict.fromkeys(("period_start", "period_end"), pl.Date),
    "is_synthetic": pl.Boolean,
    "data_as_of": pl.Date,
    "source": pl.String,
}
BY_PLACE: Mapping[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("series", "focus_area", "municipality_code", "place"), pl.String),
    **dict.fromkeys(("month", "year_start", "year_end"), pl.Date),
    "events": pl.Int64,
    "is_synthetic": pl.Boolean,
    "data_as_of": pl.Date,
    "source": pl.String,
}
_LAST: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "reason": pl.String,
    **dict.fromkeys(("period_start", "period_end"), pl.Date),
    "is_synthetic": pl.Boolean,
    "sources": pl.String,
    "data_as_of": pl.Date,
}
PROFILES: Mapping[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("series", "focus_area", "area_type", "area_code", "area", "profile"), pl.String),
    **dict.fromkeys(("slot", "events"), pl.Int64),
    **dict.fromkeys(("expected", "expected_lower", "expected_upper", "p_adjusted", "dispersion"), pl.Float64),
    "season_p_adjusted": pl.Float64,
    **dict.fromkeys(("season_peak", "events_without_time"), pl.Int64),
    "result": pl.String,
    **_LAST,
}
PLACES: Mapping[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("series", "focus_area", "area_code", "area", "place"), pl.String),
    **dict.fromkeys(("events", "months_with_events"), pl.Int64),
    **dict.fromkeys(("share", "expected_share", "p_adjusted", "dispersion"), pl.Float64),
    "is_recurrent": pl.Boolean,
    **_LAST,
}
CONCENTRATION: Mapping[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("series", "focus_area", "area_code", "area", "busiest_places"), pl.String),
    **dict.fromkeys(("busiest_number", "places_number", "events", "events_at_busiest", "events_elsewhere"), pl.Int64),
    **dict.fromkeys(("share", "share_lower", "share_upper", "expected_share", "dispersion"), pl.Float64),
    "result": pl.String,
    **dict.fromkeys(("chosen_start", "chosen_end"), pl.Date),
    **_LAST,
}


def judge_profiles(counted: pl.DataFrame, areas: pl.DataFrame, members: Mapping[str, frozenset[str]]) -> pl.DataFrame:
    """Every slot of each profile of each series of `areas`, in the columns of `PROFILES`.

    counted: the columns of `BY_SLOT`, a row for each slot that was exposed. areas: area_code, area and area_type of
    those to judge. members: the municipalities of each larger area; it is judged where every member has the series,
    each member's blocks by themselves, so that who reports most when does not look like a season. A slot that was never
    exposed has no events and says so.
    """
    sizes = {area: members.get(area, frozenset({area})) for area in areas["area_code"]}
    pairs = [(area, code, len(inside)) for area, inside in sizes.items() for code in sorted(inside)]
    listed = pl.DataFrame(
        pairs, {"area_code": pl.String, "municipality_code": pl.String, "size": pl.Int64}, orient="row"
    )
    rows = listed.join(counted, on="municipality_code").with_columns(
        present=pl.col("municipality_code").n_unique().over(_KEY)
    )
    rows = rows.filter(pl.col("present") == pl.col("size")).with_columns(is_large=pl.col("size") > 1)
    # Large areas have many blocks: padded to as many, a municipality would take a hundred times its room.
    parts = rows.partition_by("profile", "is_large", as_dict=True) if rows.height else {}
    judged = [
        _judged(part.drop("present", "size", "is_large"), SLOTS[str(name)], str(name))
        for (name, _), part in sorted(parts.items(), key=lambda each: str(each[0]))
    ]
    if not judged:
        return pl.DataFrame(schema=dict(PROFILES))
    return _in_columns(pl.concat(judged).join(areas, on="area_code"), PROFILES, *_KEY, "slot")


def judge_places(counted: pl.DataFrame, areas: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What is said of each municipality's named places, and how far its events come together at few of them.

    counted: the columns of `BY_PLACE`, every place in every month that is known; events at no named place have place ''
    and are only counted. The newest twelve months of whole half-years are judged; the twelve before them only choose
    the busiest places. Returns the columns of `PLACES` and of `CONCENTRATION`. Never between municipalities: each
    reports in its own way.
    """
    places, shares = [], []
    codes = set(areas.filter(area_type="municipality")["area_code"])
    for (code,), rows in sorted(counted.partition_by("municipality_code", as_dict=True).items()):
        if code in codes:
            of_places, of_shares = _of_municipality(rows.sort("series", "place", "month"))
            places += of_places
            shares += of_shares
    named = areas.select("area_code", "area")
    return (
        _in_columns(_frame(places, PLACES).join(named, on="area_code"), PLACES, "series", "area_code", "place"),
        _in_columns(_frame(shares, CONCENTRATION).join(named, on="area_code"), CONCENTRATION, "series", "area_code"),
    )


def _judged(rows: pl.DataFrame, slots: Sequence[int], profile: str) -> pl.DataFrame:
    """The slots of one kind of profile, of many series."""
    rows = rows.with_columns(
        block=pl.struct("municipality_code", "block_start").rank("dense").over(_KEY).cast(pl.Int64) - 1
    )
    about = (
        rows.group_by("municipality_code", "block_start", *_KEY)
        .agg(
            pl.col("focus_area", "period_start", "period_end", "is_synthetic", "data_as_of", "source").first(),
            pl.col("events_without_time").max(),
        )
        .group_by(_KEY)
        .agg(
            pl.col("focus_area").first(),
            pl.col("period_start").min(),
            pl.col("period_end").max(),
            pl.col("is_synthetic").any(),
            pl.col("data_as_of").max(),
            pl.col("events_without_time").sum(),
            sources=pl.col("source").first(),
        )
        .sort(_KEY)
        .with_row_index("row")
    )
    rows = rows.join(about.select(*_KEY, "row"), on=_KEY)
    counts: Floats = np.full((about.height, int(rows["block"].max()) + 1, len(slots)), np.nan)  # type: ignore[arg-type]
    exposure = counts.copy()
    at = (rows["row"].to_numpy(), rows["block"].to_numpy(), np.searchsorted(slots, rows["slot"].to_numpy()))
    counts[at], exposure[at] = rows["events"].to_numpy(), rows["exposure"].to_numpy()
    found = spread(counts, exposure)
    said = judge_profile(found, is_seasonal=profile == "month")
    few = np.where(found.has_events, "too_few_years" if profile == "month" else "too_few_weeks", "too_few_events")
    reason = np.where(np.isfinite(found.told), np.where(said.is_one, "one_period", ""), few[:, None])
    reason = np.where(np.isnan(found.events), "not_reported", reason)
    each = about.join(pl.DataFrame({"slot": list(slots)}, {"slot": pl.Int64}), how="cross").sort("row", "slot")
    figures = {
        "events": found.events,
        "expected": found.expected * found.told,
        "expected_lower": said.lower,
        "expected_upper": said.upper,
        "p_adjusted": said.p,
        "dispersion": np.broadcast_to(found.dispersion[:, None], said.p.shape) * found.told,
        "season_p_adjusted": np.broadcast_to(said.season_p[:, None], said.p.shape),
        "season_peak": np.broadcast_to(said.peak[:, None] + 1, said.p.shape),
        "side": said.side,
    }
    return each.with_columns(
        *(pl.Series(name, values.reshape(-1)).fill_nan(None).round(_DECIMALS) for name, values in figures.items()),
        pl.Series("reason", reason.reshape(-1).tolist()),
    ).with_columns(result=_result(pl.col("side")))


def _of_municipality(rows: pl.DataFrame) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of `PLACES` and `CONCENTRATION` of one municipality; rows: of `BY_PLACE`, in order."""
    series = rows["series"].unique(maintain_order=True).to_list()
    names = [name for name in rows["place"].unique(maintain_order=True) if name]
    years = [*_years(rows)]
    newest, about = years[-1], rows.row(0, named=True)
    counts = {year: _array(rows, series, [*names, ""], year) for year in years[-2:]}
    named, elsewhere = counts[newest][:, :, :-1], counts[newest][:, :, -1]
    if not names:
        return [], []
    found = spread(named, np.ones_like(named))
    months = (named > 0).sum(axis=1)
    adjusted, is_recurrent = recurrent_places(found, months)
    focus = dict(rows.select("series", "focus_area").unique().iter_rows())
    both = {
        "period_start": newest[0],
        "period_end": newest[1],
        "is_synthetic": bool(rows["is_synthetic"].any()),
        "sources": about["source"],
        "data_as_of": rows["data_as_of"].max(),
        "area_code": about["municipality_code"],
    }
    places, shares = [], []
    for at, name in enumerate(series):
        kind = {**both, "series": name, "focus_area": focus[name]}
        total = float(named[at].sum())
        is_told = bool(np.isfinite(found.told[at, 0]))
        few = "too_few_months" if found.has_events[at] else "too_few_events"
        for of, place in enumerate(names):
            places.append(
                {
                    **kind,
                    "place": place,
                    "events": int(found.events[at, of]),
                    "months_with_events": int(months[at, of]),
                    "share": round(float(found.events[at, of]) / total, _DECIMALS) if total else None,
                    "expected_share": round(1 / len(names), _DECIMALS),
                    "p_adjusted": round(float(adjusted[at, of]), _DECIMALS) if is_told else None,
                    "dispersion": round(float(found.dispersion[at]), _DECIMALS) if is_told else None,
                    "is_recurrent": bool(is_recurrent[at, of]),
                    "reason": "" if is_told else few,
                }
            )
        before = counts[years[-2]][at, :, :-1] if len(years) > 1 else np.zeros((0, len(names)))
        shares.append(
            {
                **kind,
                **_concentrated(before, named[at], names),
                "events_elsewhere": int(elsewhere[at].sum()),
                "chosen_start": years[-2][0] if len(years) > 1 else None,
                "chosen_end": years[-2][1] if len(years) > 1 else None,
            }
        )
    return places, shares


def _concentrated(before: Floats, newest: Floats, names: Sequence[str]) -> dict[str, Any]:
    """How far the newest events come together at the places that had half of those before."""
    found = concentration(before, newest)
    expected = len(found.busiest) / len(names)
    if np.isfinite(found.share):
        reason = ""
    elif not len(before):
        reason = "too_few_years"
    elif min(before.sum(), newest.sum()) < FEWEST_FOR_SHARE:
        reason = "too_few_events"
    else:
        reason = "too_few_places"
    side = float(found.lower > expected) - float(found.upper < expected)
    figures = {
        "share": found.share,
        "share_lower": found.lower,
        "share_upper": found.upper,
        "dispersion": found.dispersion,
    }
    return {
        "busiest_places": "; ".join(names[at] for at in found.busiest),
        "busiest_number": len(found.busiest),
        "places_number": len(names),
        "events": int(found.events),
        "events_at_busiest": int(found.at_busiest),
        **{name: None if reason else round(value, _DECIMALS) for name, value in figures.items()},
        "expected_share": round(expected, _DECIMALS) if len(found.busiest) else None,
        "result": "not_compared" if reason else _RESULTS[side],
        "reason": reason,
    }


def _years(rows: pl.DataFrame) -> Iterator[tuple[Any, Any]]:
    yield from rows.select("year_start", "year_end").unique().sort("year_start").iter_rows()


def _array(rows: pl.DataFrame, series: Sequence[str], places: Sequence[str], year: tuple[Any, Any]) -> Floats:
    """Counts (series, months, places) of one year, the months that are known."""
    rows = rows.filter(pl.col("year_start") == year[0])
    months = rows["month"].unique().sort().to_list()
    found: Floats = np.zeros((len(series), len(months), len(places)))
    for name, place, month, events in rows.select("series", "place", "month", "events").iter_rows():
        found[series.index(name), months.index(month), places.index(place)] = events
    return found


def _result(side: pl.Expr) -> pl.Expr:
    return (
        pl.when(side.is_null())
        .then(pl.lit("not_compared"))
        .otherwise(side.replace_strict(_RESULTS, default=None, return_dtype=pl.String))
    )


def _frame(rows: list[dict[str, Any]], schema: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={name: dtype for name, dtype in schema.items() if name != "area"})


def _in_columns(rows: pl.DataFrame, schema: Mapping[str, pl.DataType | type[pl.DataType]], *order: str) -> pl.DataFrame:
    return rows.select(pl.col(name).cast(dtype) for name, dtype in schema.items()).sort(order)
