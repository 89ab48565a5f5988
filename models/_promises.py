"""The register of promises as tables: held against the lists it refers to, cut into the periods of its follow-up."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache

import polars as pl

from models._beside import years_text
from models._model import all_models
from sources._problem import Problem, nearest
from sources._promises import Agreement, Promise, Span, read_agreements
from sources._strict import REFERENCE, read_reference

FOLDER = REFERENCE / "promises"
_TEXT = pl.String
# A change that a promise may be hoped to give; where not even so large a one would have been seen, nothing is said.
# What has been found to prevent crime takes away a tenth to a quarter: cameras 13 % (Piza et al. 2019), neighbourhood
# watch 16–26 % (Bennett et al. 2008, Campbell Systematic Reviews).
_HOPED_PCT = 30.0
_SCHEMAS: dict[str, dict[str, type[pl.DataType]]] = {
    "promises": {
        **dict.fromkeys(("promise", "agreement", "agreement_title", "area_code", "promise_number"), _TEXT),
        **dict.fromkeys(("promised_by", "promise_title", "wording", "measurable_wording", "focus_areas"), _TEXT),
        **dict.fromkeys(("places", "quantity_unit", "inferred", "note", "police"), _TEXT),
        **dict.fromkeys(("promise_source", "promise_publisher", "promise_url"), _TEXT),
        **dict.fromkeys(("years", "baseline_years", "baseline_promises"), _TEXT),
        "quantity_promised": pl.Int64,
        "is_minimum": pl.Boolean,
        "promise_source_date": pl.Date,
        **dict.fromkeys(("promise_start", "promise_end", "baseline_start", "baseline_end"), pl.Date),
    },
    "promise_areas": dict.fromkeys(("promise", "area_code", "municipality_code"), _TEXT),
    "promise_indicators": {
        **dict.fromkeys(("promise", "indicator", "expected_direction"), _TEXT),
        "smallest_hoped_pct": pl.Float64,
    },
    "promise_periods": {
        **dict.fromkeys(("agreement", "period", "period_type"), _TEXT),
        **dict.fromkeys(("period_start", "period_end"), pl.Date),
    },
}


@cache
def register() -> tuple[Agreement, ...]:
    """Every agreement, the oldest first. Raises Problem for a file that cannot be read or refers to what is not."""
    agreements = read_agreements(FOLDER)
    for agreement in agreements:
        _check(agreement)
    return agreements


def _check(agreement: Agreement) -> None:
    where = f"data/reference/promises/{agreement.id}.toml"

    def known(key: str, found: Sequence[str], listed: Sequence[str], what: str) -> None:
        if strange := [each for each in found if each not in listed]:
            do = f"{nearest(strange[0], listed)} Rätta det" if len(listed) < 50 else f"rätta det; de står i {what}"
            raise Problem(f"{where}, {key}", "finns inte", found=strange[0], do=do)

    codes = read_reference("municipalities")["municipality_code"].to_list()
    areas = read_reference("areas")
    known("municipalities", agreement.municipalities, codes, "municipalities.csv")
    known("area", [agreement.area], [*codes, *areas["area_code"].unique().sort()], "areas.csv")
    members = areas.filter(pl.col("area_code") == agreement.area)["municipality_code"].to_list() or [agreement.area]
    if strangers := sorted(set(agreement.municipalities) ^ set(members)):
        raise Problem(
            f"{where}, municipalities", "är inte områdets kommuner", found=strangers[0], do="rätta listan eller area"
        )
    indicators = [model.name for model in all_models() if model.indicator]
    places = read_reference("places").filter(pl.col("municipality_code").is_in(list(agreement.municipalities)))
    for promise in agreement.promises:
        at = f"{promise.id}, "
        known(f"{at}focus_areas", promise.focus_areas, read_reference("focus_areas")["focus_area"].to_list(), "")
        known(f"{at}indicators", [*promise.indicators], indicators, "models/indicators")
        known(f"{at}places", promise.places, places["place"].to_list(), "places.csv")
        if promise.quantity:
            known(f"{at}quantity", [promise.quantity.unit], read_reference("measure_units")["unit"].to_list(), "")
        elif not promise.measurable:
            raise Problem(f"{where}, {promise.id}", "löftet har inget antal", do="skriv measurable: så kan det mätas")


def compared_years() -> list[tuple[str, int, int, int, int]]:
    """Area, first and last whole year of each promise, and of the time before it, where both have whole years."""
    return [
        (agreement.area, *years, *before)
        for agreement in register()
        if (years := agreement.period.years) and (before := agreement.baseline.years)
    ]


def promise_tables(municipalities: Sequence[str]) -> dict[str, pl.DataFrame]:
    """`promises`, their `promise_areas`, `promise_indicators` and `promise_periods`, of promises to some of these.

    promise_areas: of whom a promise is followed up, and by whose logs: each municipality by itself, and the area where
    all its municipalities are among these.
    """
    wanted = [each for each in register() if set(each.municipalities) & set(municipalities)]
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in _SCHEMAS}
    for agreement in wanted:
        own = [code for code in agreement.municipalities if code in municipalities]
        places = [(code, code) for code in own]
        if agreement.area not in agreement.municipalities and len(own) == len(agreement.municipalities):
            places += [(agreement.area, code) for code in own]
        rows["promise_periods"] += [{"agreement": agreement.id, **each} for each in follow_ups(agreement.period)]
        for promise in agreement.promises:
            promise_id = agreement.promise_id(promise)
            rows["promises"].append({"promise": promise_id, **_row(agreement, promise)})
            rows["promise_areas"] += [
                {"promise": promise_id, "area_code": area, "municipality_code": code} for area, code in places
            ]
            rows["promise_indicators"] += [
                {
                    "promise": promise_id,
                    "indicator": indicator,
                    "expected_direction": way,
                    "smallest_hoped_pct": _HOPED_PCT,
                }
                for indicator, way in promise.indicators.items()
            ]
    return {name: pl.DataFrame(rows[name], schema=dict(schema)) for name, schema in _SCHEMAS.items()}


def _row(agreement: Agreement, promise: Promise) -> dict[str, object]:
    quantity = promise.quantity
    earlier = [
        each
        for each in register()
        if each.id != agreement.id
        and each.period.overlaps(agreement.baseline)
        and set(each.municipalities) & set(agreement.municipalities)
    ]
    return {
        "agreement": agreement.id,
        "agreement_title": agreement.title,
        "area_code": agreement.area,
        "police": agreement.police,
        "promise_number": promise.id,
        "promised_by": promise.by,
        "promise_title": promise.title,
        "wording": promise.text,
        "measurable_wording": promise.measurable or None,
        "focus_areas": ",".join(promise.focus_areas),
        "places": "; ".join(promise.places) or None,
        "quantity_promised": quantity.number if quantity else None,
        "quantity_unit": quantity.unit if quantity else None,
        "is_minimum": quantity.at_least if quantity else None,
        "promise_start": agreement.period.start,
        "promise_end": agreement.period.end,
        "baseline_start": agreement.baseline.start,
        "baseline_end": agreement.baseline.end,
        "years": _label(agreement.period),
        "baseline_years": _label(agreement.baseline),
        "baseline_promises": "; ".join(each.title for each in earlier) or None,
        "promise_source": agreement.source.title,
        "promise_publisher": agreement.source.publisher,
        "promise_url": agreement.source.url,
        "promise_source_date": agreement.source.dated,
        "inferred": ",".join(dict.fromkeys((*agreement.inferred, *promise.inferred))) or None,
        "note": agreement.note or None,
    }


def _label(span: Span) -> str | None:
    """The whole years of a span as `output.changes` writes them; none where it has none."""
    return years_text(*span.years) if span.years else None


def follow_ups(period: Span) -> Iterator[dict[str, object]]:
    """The tertials of a promise (January–April, May–August, September–December), cut to its days, and all of it."""
    for year in range(period.start.year, period.end.year + 1):
        for number, (first, last) in enumerate((((1, 1), (4, 30)), ((5, 1), (8, 31)), ((9, 1), (12, 31))), 1):
            start, end = max(date(year, *first), period.start), min(date(year, *last), period.end)
            if start <= end:
                yield {
                    "period": f"{year}-T{number}",
                    "period_type": "tertial",
                    "period_start": start,
                    "period_end": end,
                }
    yield {
        "period": years_text(period.start.year, period.end.year),
        "period_type": "promise",
        "period_start": period.start,
        "period_end": period.end,
    }
